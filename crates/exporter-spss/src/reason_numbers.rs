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

/// Spans of which facts tell whether a value of the rows is one of these numbers: up to the value, and up to the one before.
pub(crate) fn spans_at_codes(variable: &Variable) -> impl Iterator<Item = Span> {
    let count = variable.missing.iter().filter(|missing| missing.is_reason()).count();
    let codes = if variable.kind.is_temporal() && count > 0 { own_codes(variable, count) } else { None };
    let counts = codes.into_iter().flatten().filter_map(|code| count_of(code, &variable.kind));
    counts.flat_map(spans_at)
}

fn spans_at(count: i128) -> [Span; 2] {
    [count - 1, count].map(|last| Span::new(Number::Integer(i128::MIN), Number::Integer(last)))
}

/// Whether a value of the rows is stored as this number; `None` where nobody has looked.
pub(crate) fn is_value(number: f64, kind: &Kind, outside: &[Outside]) -> Option<bool> {
    let Some(count) = count_of(number, kind) else { return Some(false) };
    let beyond = |span: Span| Some(outside.iter().find(|known| known.span == span)?.count);
    let [before, here] = spans_at(count).map(beyond);
    Some(before? != here?)
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
