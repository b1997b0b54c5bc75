//! The numbers that reasons of missing values had in the file of SPSS that they come from.

use std::collections::HashSet;

use exporter_core::codebook::{Kind, MissingValues as Declared, Variable};
use exporter_core::missing::Span;
use exporter_core::profile::{Number, Outside};

use crate::values::{Value, count_of};

/// No number of a reason is larger; the largest of all have meanings of their own.
const LARGEST: f64 = 1e300;

/// The numbers of as many reasons, where they tell these apart.
pub(crate) fn own_codes(variable: &Variable, count: usize) -> Option<Vec<f64>> {
    let numbers = &variable.facts.reason_numbers;
    let distinct: HashSet<u64> = numbers.iter().map(|number| (number + 0.0).to_bits()).collect();
    let are_usable = numbers.iter().all(|number| number.abs() < LARGEST) && distinct.len() == count;
    (numbers.len() == count && are_usable).then(|| numbers.clone())
}

/// Spans of which facts tell whether a value of the rows is one of these numbers: those on one side of it, with the value and
/// without.
pub(crate) fn spans_at_codes(variable: &Variable) -> impl Iterator<Item = Span> {
    let count = variable.missing.iter().filter(|missing| missing.is_reason()).count();
    let codes = if is_looked_at(&variable.kind) && count > 0 { own_codes(variable, count) } else { None };
    codes.into_iter().flatten().filter_map(|code| spans_at(code, &variable.kind)).flatten()
}

/// Whether numbers of reasons are looked for among the values of a kind.
fn is_looked_at(kind: &Kind) -> bool {
    kind.is_temporal() || matches!(kind, Kind::Integer { .. } | Kind::Float { .. })
}

/// None where no value of the kind is stored as the number.
fn spans_at(number: f64, kind: &Kind) -> Option<[Span; 2]> {
    let lowest = |last: Number, before: Number, least: Number| [before, last].map(|it| Span::new(least, it));
    let highest = |first: Number, next: Number, most: Number| [next, first].map(|it| Span::new(it, most));
    // Most numbers of reasons are negative and below all values, or above them: what is known of the range answers then.
    if let Kind::Float { .. } = kind {
        let float = Number::Float;
        return Some(match number < 0.0 {
            true => highest(float(number), float(number.next_up()), float(f64::INFINITY)),
            false => lowest(float(number), float(number.next_down()), float(f64::NEG_INFINITY)),
        });
    }
    let (count, whole) = (count_of(number, kind)?, Number::Integer);
    Some(match number < 0.0 && matches!(kind, Kind::Integer { .. }) {
        true => highest(whole(count), whole(count + 1), whole(i128::MAX)),
        false => lowest(whole(count), whole(count - 1), whole(i128::MIN)),
    })
}

/// Whether a value of the rows is stored as this number; `None` where nobody has looked.
pub(crate) fn is_value(number: f64, kind: &Kind, outside: &[Outside]) -> Option<bool> {
    if !is_looked_at(kind) {
        return None;
    }
    let Some(spans) = spans_at(number, kind) else { return Some(false) };
    let beyond = |span: Span| Some(outside.iter().find(|known| known.span == span)?.count);
    let [without, with] = spans.map(beyond);
    Some(without? != with?)
}

/// Single values in the order of their declarations, where reasons are these numbers.
pub(crate) fn in_order(
    variable: &Variable,
    kind: &Kind,
    codes: &[Option<f64>],
    values: &[Value],
) -> Vec<Value> {
    let value = |(missing, code): (&_, &Option<f64>)| match missing {
        Declared::One(value) => Value::of(value, kind),
        Declared::Reason => code.map(Value::Number),
        Declared::Range { .. } => None,
    };
    let declared = variable.missing.iter().map(|missing| &missing.values).zip(codes).filter_map(value);
    declared.filter(|value| values.contains(value)).collect()
}
