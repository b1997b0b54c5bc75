//! The letters `.a` to `.z` of a variable that stand for values which our writer recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::Result;
use exporter_core::codebook::{Kind, MissingValues, Value, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::missing::span;
use exporter_core::profile::Number;

use exporter_stata::Missing;

/// The values that letters stand for: those of `recorded`, else that of the declaration with the letter; the letter of a range
/// stands for none of its values. Values of another kind than the variable's are none.
pub(super) fn recorded_letters(
    variable: &Variable,
    recorded: Option<&BTreeMap<char, Value>>,
) -> BTreeMap<char, Value> {
    let mut values = recorded.cloned().unwrap_or_default();
    for declared in &variable.missing {
        if let (Some(letter), MissingValues::One(value)) = (declared.letter, &declared.values) {
            values.entry(letter).or_insert_with(|| value.clone());
        }
    }
    values.retain(|_, value| number(value, &variable.kind).is_some());
    values
}

/// A value as the number behind a column of `kind`.
fn number(value: &Value, kind: &Kind) -> Option<Number> {
    span(&MissingValues::One(value.clone()), kind).map(|span| span.low)
}

/// The values that letters stand for, as a column of `kind` with each at the number of its letter; `None` where no letter
/// stands for a value.
pub(super) fn recorded_values(letters: &BTreeMap<char, Value>, kind: &Kind) -> Result<Option<ArrayRef>> {
    let mut numbers = [None; Missing::COUNT as usize];
    for (letter, value) in letters {
        let missing = Missing::from_letter(*letter).map(|missing| usize::from(missing.number()));
        if let Some(place) = missing.and_then(|missing| numbers.get_mut(missing)) {
            *place = number(value, kind);
        }
    }
    let whole = |number: Option<Number>| match number {
        Some(Number::Integer(whole)) => Some(whole),
        _ => None,
    };
    let target = arrow_type(kind);
    let column: ArrayRef = match kind {
        Kind::Float { .. } => {
            let real = |number: Option<Number>| number.map(Number::as_f64);
            Arc::new(numbers.into_iter().map(real).collect::<Float64Array>())
        }
        Kind::Decimal { .. } => {
            let digits = numbers.into_iter().map(whole).collect::<Decimal128Array>();
            Arc::new(digits.with_data_type(target.clone()))
        }
        _ => {
            let whole = |number| i64::try_from(whole(number)?).ok();
            let column: ArrayRef = Arc::new(numbers.into_iter().map(whole).collect::<Int64Array>());
            // Days are 32 bits wide and are reached through a number of that width.
            if *kind == Kind::Date { cast(&column, &DataType::Int32)? } else { column }
        }
    };
    if column.null_count() == column.len() {
        return Ok(None);
    }
    Ok(Some(if column.data_type() == &target { column } else { cast(&column, &target)? }))
}

#[cfg(test)]
mod tests {
    use arrow_cast::display::array_value_to_string;
    use exporter_core::codebook::TimeUnit;

    use super::*;

    #[test]
    fn values_become_those_of_every_kind() {
        let moment = |unit, zone: Option<&str>| Kind::DateTime { unit, zone: zone.map(str::to_owned) };
        let cases: [(Kind, Value, &str); 9] = [
            (Kind::Boolean, true.into(), "true"),
            (Kind::Integer { bits: 8, signed: false }, 200.into(), "200"),
            (Kind::Float { bits: 32 }, Value::Float(-1.5), "-1.5"),
            (Kind::Decimal { precision: 10, scale: 2 }, Value::Float(0.99), "0.99"),
            (Kind::Date, "1900-01-01".into(), "1900-01-01"),
            (Kind::Time(TimeUnit::Nanosecond), "00:00:01".into(), "00:00:01"),
            (moment(TimeUnit::Microsecond, None), "1970-01-01T00:00:00".into(), "1970-01-01T00:00:00"),
            (moment(TimeUnit::Second, Some("UTC")), "1970-01-01T00:00:01Z".into(), "1970-01-01T00:00:01Z"),
            (Kind::Duration(TimeUnit::Second), (-9).into(), "-PT9S"),
        ];
        for (kind, value, shown) in cases {
            let letters = BTreeMap::from([('c', value)]);
            let column = recorded_values(&letters, &kind).unwrap().unwrap();
            assert_eq!((column.len(), column.null_count()), (27, 26), "{kind}");
            assert_eq!(array_value_to_string(&column, 3).unwrap(), shown, "{kind}");
        }
        let text = BTreeMap::from([('a', 9.into())]);
        assert!(recorded_values(&text, &Kind::Text).unwrap().is_none());
        assert!(recorded_values(&BTreeMap::new(), &Kind::INTEGER).unwrap().is_none());
    }
}
