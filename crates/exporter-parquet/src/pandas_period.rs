//! Periods of pandas: numbers of an extension type, which only pandas counts.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};
use serde_json::Value as Json;

/// Name of the extension type (pandas, `core/arrays/arrow/extension_types.py`).
const NAME: &str = "pandas.period";

/// How often a period begins; numbers count from the one that holds 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    Year,
    Quarter,
    Month,
    /// From Monday to Sunday.
    Week,
    Day,
    /// So many units of time.
    Time(TimeUnit, i64),
}

/// The frequency of a column of periods: as pandas calls it where it is none of these.
pub(crate) fn frequency(field: &Field) -> Option<Result<Frequency, String>> {
    let key = |key: &str| field.metadata().get(key).map(String::as_str);
    if key(EXTENSION_TYPE_NAME_KEY) != Some(NAME) || field.data_type() != &DataType::Int64 {
        return None;
    }
    let json: Json = serde_json::from_str(key(EXTENSION_TYPE_METADATA_KEY)?).ok()?;
    let name = json.get("freq")?.as_str()?;
    Some(Ok(match name {
        _ if name.starts_with("Y-") || name.starts_with("A-") => Frequency::Year,
        _ if name.starts_with("Q-") => Frequency::Quarter,
        "M" => Frequency::Month,
        "W" | "W-SUN" => Frequency::Week,
        "D" => Frequency::Day,
        "h" | "H" => Frequency::Time(TimeUnit::Second, 3600),
        "min" | "T" => Frequency::Time(TimeUnit::Second, 60),
        "s" | "S" => Frequency::Time(TimeUnit::Second, 1),
        "ms" | "L" => Frequency::Time(TimeUnit::Millisecond, 1),
        "us" | "U" => Frequency::Time(TimeUnit::Microsecond, 1),
        "ns" | "N" => Frequency::Time(TimeUnit::Nanosecond, 1),
        other => return Some(Err(other.to_owned())),
    }))
}

/// The frequency of years and quarters that do not begin with a calendar year.
pub(crate) fn shifted(field: &Field) -> Option<String> {
    frequency(field)?.ok()?;
    let json: Json = serde_json::from_str(field.metadata().get(EXTENSION_TYPE_METADATA_KEY)?).ok()?;
    let name = json.get("freq")?.as_str()?;
    let end = ["Y-", "A-", "Q-"].iter().find_map(|start| name.strip_prefix(start))?;
    (end != "DEC").then(|| name.to_owned())
}

impl Frequency {
    /// The type that a column of these periods is shown as; years are numbers, and hours and less are times.
    pub(crate) fn shown_type(self) -> DataType {
        match self {
            Self::Year => DataType::Int64,
            Self::Quarter | Self::Month | Self::Week => DataType::Utf8,
            Self::Day => DataType::Date32,
            Self::Time(unit, _) => DataType::Timestamp(unit, None),
        }
    }

    /// The periods as such a column. Texts are those of our own periods (`2024-03`, `2024-Q1`); weeks are as pandas shows them, since
    /// they begin on Mondays.
    pub(crate) fn shown(self, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        let numbers = column.as_primitive::<Int64Type>();
        let parts =
            |number: i64, a_year: i64| (1970 + number.div_euclid(a_year), number.rem_euclid(a_year) + 1);
        let texts = |text: &dyn Fn(i64) -> String| -> ArrayRef {
            Arc::new(numbers.iter().map(|number| number.map(text)).collect::<StringArray>())
        };
        Ok(match self {
            Self::Year => Arc::new(numbers.unary::<_, Int64Type>(|number| number.saturating_add(1970))),
            Self::Quarter => texts(&|number| {
                let (year, quarter) = parts(number, 4);
                format!("{year:04}-Q{quarter}")
            }),
            Self::Month => texts(&|number| {
                let (year, month) = parts(number, 12);
                format!("{year:04}-{month:02}")
            }),
            Self::Week => {
                // The first is the one that ends on 1970-01-04.
                let monday = |number: i64| number.saturating_mul(7).saturating_sub(10);
                let (first, last) =
                    (days(column, monday)?, days(column, |number| monday(number).saturating_add(6))?);
                let day = |days: &ArrayRef, row| array_value_to_string(days, row);
                let text = |row| match column.is_null(row) {
                    true => Ok(None),
                    false => Ok::<_, ArrowError>(Some(format!("{}/{}", day(&first, row)?, day(&last, row)?))),
                };
                Arc::new((0..column.len()).map(text).collect::<Result<StringArray, _>>()?)
            }
            Self::Day => days(column, |number| number)?,
            Self::Time(_, units) => {
                let counted: ArrayRef =
                    Arc::new(numbers.unary::<_, Int64Type>(|number| number.saturating_mul(units)));
                cast(&counted, &self.shown_type())?
            }
        })
    }
}

/// Numbers of days as days.
fn days(column: &ArrayRef, day: impl Fn(i64) -> i64) -> Result<ArrayRef, ArrowError> {
    let clamped = |number| i32::try_from(day(number)).unwrap_or(i32::MAX);
    let numbers: ArrayRef = Arc::new(column.as_primitive::<Int64Type>().unary::<_, Int32Type>(clamped));
    cast(&numbers, &DataType::Date32)
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;

    use super::*;

    fn shown(frequency: &str, number: i64) -> String {
        let metadata = [
            (EXTENSION_TYPE_NAME_KEY.to_owned(), NAME.to_owned()),
            (EXTENSION_TYPE_METADATA_KEY.to_owned(), format!("{{\"freq\": \"{frequency}\"}}")),
        ];
        let field = Field::new("p", DataType::Int64, true).with_metadata(metadata.into());
        let found = super::frequency(&field).unwrap().unwrap();
        let column =
            found.shown(&(Arc::new(Int64Array::from(vec![None, Some(number)])) as ArrayRef)).unwrap();
        assert_eq!((column.data_type(), column.is_null(0)), (&found.shown_type(), true));
        array_value_to_string(&column, 1).unwrap()
    }

    /// What pandas 3 writes for these periods.
    #[test]
    fn periods_are_shown_as_pandas_means_them() {
        for (frequency, number, text) in [
            ("M", 648, "2024-01"),
            ("M", -1, "1969-12"),
            ("Q-DEC", 218, "2024-Q3"),
            ("Q-NOV", 216, "2024-Q1"),
            ("Y-DEC", 54, "2024"),
            ("W-SUN", 2819, "2024-01-01/2024-01-07"),
            ("D", 19_727, "2024-01-05"),
            ("h", -1, "1969-12-31T23:00:00"),
            ("ms", 1500, "1970-01-01T00:00:01.500"),
        ] {
            assert_eq!(shown(frequency, number), text, "{frequency}");
        }
    }
}
