//! Dates, times and periods outside the years that Stata shows, counted before anything is written (section 9.1).

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::DataType;
use exporter_core::codebook::{Kind, Period, Table, Variable};
use exporter_core::missing::{Span, spans};
use exporter_core::profile::Number;
use exporter_core::{Context, Dataset, Loss, LossCode, Profile, Result, Scan, TableId};

use crate::spec::{FIRST_DAY, FIRST_YEAR, LAST_DAY, LAST_YEAR};

/// Seconds of a day.
const DAY: i128 = 86_400;

/// One variable with a value outside.
struct Outside<'a> {
    variable: &'a Variable,
    shown: Span,
    missing: Vec<Span>,
    count: u64,
    /// Row of the first one, from 1, and the value.
    first: Option<(u64, String)>,
}

/// Losses for the values that Stata stores but does not show; rows are read only where the profile tells of some.
pub(super) fn not_shown(
    data: &dyn Dataset,
    (id, table): (TableId, &Table),
    profile: &Profile,
    context: &Context,
) -> Result<Vec<Loss>> {
    let mut columns = Vec::new();
    let mut found = Vec::new();
    for (column, variable) in table.variables.iter().enumerate() {
        let range = profile.column(id, column).and_then(|facts| facts.valid_range).flatten();
        if let (Some((low, high)), Some(shown)) = (range, shown(&variable.kind))
            && !(shown.contains(low) && shown.contains(high))
        {
            let missing = spans(variable).into_iter().flatten().collect();
            columns.push(column);
            found.push(Outside { variable, shown, missing, count: 0, first: None });
        }
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut row = 0;
    for batch in context.scan(data, id, &Scan::all().columns(columns))? {
        let batch = batch?;
        for (outside, column) in found.iter_mut().zip(batch.columns()) {
            // Days and periods are 32 bits wide and have no way to 64 but through a number.
            let narrow = matches!(column.data_type(), DataType::Date32);
            let numbers = if narrow { cast(column, &DataType::Int32)? } else { column.clone() };
            let numbers = cast(&numbers, &DataType::Int64)?;
            for (at, number) in numbers.as_primitive::<Int64Type>().iter().enumerate() {
                let Some(number) = number.map(|number| Number::Integer(number.into())) else { continue };
                if outside.shown.contains(number) || outside.missing.iter().any(|span| span.contains(number))
                {
                    continue;
                }
                outside.count += 1;
                if outside.first.is_none() {
                    // A moment beyond every calendar is shown as its number.
                    let value = array_value_to_string(column, at)
                        .or_else(|_| array_value_to_string(&numbers, at))
                        .unwrap_or_default();
                    outside.first = Some((row + at as u64 + 1, value));
                }
            }
        }
        row += batch.num_rows() as u64;
    }
    let loss = |outside: Outside<'_>| {
        let action = format!("stored, but Stata shows the years {FIRST_YEAR} to {LAST_YEAR} only");
        let loss = Loss::new(LossCode::RANGE, action).variable(&outside.variable.name).count(outside.count);
        match outside.first {
            Some((row, value)) => loss.first(Some(row), value),
            None => loss,
        }
    };
    Ok(found.into_iter().filter(|outside| outside.count > 0).map(loss).collect())
}

/// What Stata shows of a kind, in the numbers of its columns.
fn shown(kind: &Kind) -> Option<Span> {
    let (first, last) = (i128::from(FIRST_YEAR), i128::from(LAST_YEAR));
    let periods = |a_year: i128| ((first - 1960) * a_year, (last - 1959) * a_year - 1);
    let (low, high) = match kind {
        Kind::Date => (i128::from(FIRST_DAY), i128::from(LAST_DAY)),
        Kind::DateTime { unit, .. } => {
            let day = DAY * i128::from(unit.per_second());
            (i128::from(FIRST_DAY) * day, (i128::from(LAST_DAY) + 1) * day - 1)
        }
        Kind::Period(Period::Year) => (first, last),
        Kind::Period(Period::Half) => periods(2),
        Kind::Period(Period::Quarter) => periods(4),
        Kind::Period(Period::Month) => periods(12),
        Kind::Period(Period::Week) => periods(52),
        _ => return None,
    };
    Some(Span { low: Number::Integer(low), high: Number::Integer(high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_period_are_shown() {
        let span = |period| shown(&Kind::Period(period)).map(|span| (span.low, span.high)).unwrap();
        let whole = |low, high| (Number::Integer(low), Number::Integer(high));
        assert_eq!(span(Period::Year), whole(100, 9_999));
        assert_eq!(span(Period::Month), whole(-22_320, 96_479));
        assert_eq!(shown(&Kind::INTEGER), None);
    }
}
