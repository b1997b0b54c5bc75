//! Labelled values (4), and the labels and missing values of texts wider than an element (6, subtypes 21 and 22).

use std::hash::{BuildHasher as _, RandomState};

use encoding_rs::UTF_8;
use exporter_spss::{MissingValues, Value};

use crate::metadata::ValueLabels;
use crate::reader::bytes::Pieces;
use crate::reader::encoding::TextDecoder;
use crate::reader::header::double;
use crate::reader::records::{RawLabels, Records};
use crate::reader::remarks::Remarks;
use crate::reader::repeated::last_of_each;
use crate::reader::variables::Variables;
use crate::spec::{SYSMIS, subtype};

/// Gives the variables their labelled values; the sets that some variable has.
pub(crate) fn value_labels(
    records: &mut Records,
    of: &mut Variables,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> Vec<ValueLabels> {
    let mut sets = Vec::new();
    for raw in std::mem::take(&mut records.labels) {
        let Some((members, width)) = members(&raw, of, remarks) else { continue };
        let mut labels = Vec::with_capacity(raw.labels.len());
        for (value, label) in &raw.labels {
            let value = match width {
                Some(_) => Value::Text(decoder.label(value, remarks)),
                None => Value::Number(double(value, records.order)),
            };
            if let (Value::Text(text), Some(width)) = (&value, width)
                && text.len() > width.into()
                && decoder.encoding == UTF_8
            {
                remarks.odd("labels of values that are longer than their variable are read", text.as_str());
            }
            let label = decoder.label(label, remarks);
            if value == Value::Number(SYSMIS) {
                let message =
                    "labels of the system-missing value, which SPSS does not show, are in no codebook";
                remarks.changed(message, label.as_str());
            }
            labels.push((value, label));
        }
        let labels = last_labels(labels, remarks);
        for member in members {
            let earlier = of.variables.get_mut(member).and_then(|it| it.value_labels.replace(sets.len()));
            if earlier.is_some() {
                let message = "of several sets of value labels of a variable the last is read";
                remarks.changed(message, of.name(member));
            }
        }
        sets.push(ValueLabels { labels });
    }
    for record in records.of(subtype::LONG_TEXT_LABELS) {
        let mut pieces = Pieces::new(&record.bytes, records.order);
        while !pieces.is_empty() {
            let Some((name, labels)) = long_text_set(&mut pieces, decoder, remarks) else {
                remarks.changed("labels of long texts that are cut off are left out", "");
                break;
            };
            let Some(variable) = of.find(&name).and_then(|at| of.variables.get_mut(at)) else {
                remarks.changed("value labels of variables that do not exist are left out", name);
                continue;
            };
            if variable.width.is_none() {
                remarks.changed("labels of texts on numbers are left out", name);
                continue;
            }
            variable.value_labels = Some(sets.len());
            sets.push(ValueLabels { labels: last_labels(labels, remarks) });
        }
    }
    keep_used(sets, of)
}

/// The variables that have a set, and the width of the widest where they are texts.
fn members(raw: &RawLabels, of: &Variables, remarks: &mut Remarks) -> Option<(Vec<usize>, Option<u16>)> {
    let mut members = Vec::with_capacity(raw.indexes.len());
    let mut widest: Option<Option<u16>> = None;
    for index in &raw.indexes {
        let Some((member, variable)) = of.at_index(*index).and_then(|at| Some((at, of.variables.get(at)?)))
        else {
            remarks.changed(
                "value labels of what is no variable are left out",
                format!("dictionary index {index}"),
            );
            continue;
        };
        match &mut widest {
            Some(widest) if widest.is_some() != variable.width.is_some() => {
                let message =
                    "value labels that numbers and texts share are left out of those that come later";
                remarks.changed(message, of.name(member));
                continue;
            }
            Some(widest) => *widest = (*widest).max(variable.width),
            none => *none = Some(variable.width),
        }
        members.push(member);
    }
    Some((members, widest?))
}

/// The labels without repeated values, of which the last label holds.
fn last_labels(labels: Vec<(Value, String)>, remarks: &mut Remarks) -> Vec<(Value, String)> {
    let hash = |hasher: &RandomState, (value, _): &(Value, String)| match value {
        // Zero has two signs.
        Value::Number(number) => hasher.hash_one((number + 0.0).to_bits()),
        Value::Text(text) => hasher.hash_one(text),
    };
    last_of_each(
        labels,
        hash,
        |one, other| one.0 == other.0,
        |(value, label)| {
            let value = match value {
                Value::Number(number) => number.to_string(),
                Value::Text(text) => text.clone(),
            };
            remarks.changed("of several labels of a value the last is read", format!("{value}: {label}"));
        },
    )
}

/// A set of subtype 21 with the name of its variable.
fn long_text_set(
    pieces: &mut Pieces<'_>,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> Option<(String, Vec<(Value, String)>)> {
    let name = decoder.label(pieces.counted()?, remarks);
    pieces.integer()?;
    let count = pieces.integer()?;
    let mut labels = Vec::new();
    for _ in 0..count {
        let value = Value::Text(decoder.label(pieces.counted()?, remarks));
        labels.push((value, decoder.label(pieces.counted()?, remarks)));
    }
    Some((name, labels))
}

/// Drops the sets that no variable has (any more).
fn keep_used(sets: Vec<ValueLabels>, of: &mut Variables) -> Vec<ValueLabels> {
    let mut places: Vec<Option<usize>> = vec![None; sets.len()];
    for variable in &of.variables {
        if let Some(place) = variable.value_labels.and_then(|set| places.get_mut(set)) {
            *place = Some(0);
        }
    }
    for (next, place) in places.iter_mut().flatten().enumerate() {
        *place = next;
    }
    for variable in &mut of.variables {
        variable.value_labels = variable.value_labels.and_then(|set| places.get(set).copied().flatten());
    }
    sets.into_iter().zip(places).filter_map(|(set, place)| place.map(|_| set)).collect()
}

/// Missing values of texts wider than an element, by variable.
pub(crate) fn long_text_missing(
    records: &Records,
    of: &mut Variables,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) {
    for record in records.of(subtype::LONG_TEXT_MISSING) {
        let pieces = Pieces::new(&record.bytes, records.order);
        // Old versions of PSPP repeat the length before each value, which is the same for one value.
        let found = missing_of(pieces, false).or_else(|| missing_of(pieces, true)).unwrap_or_else(|| {
            remarks.changed("missing values of long texts that cannot be told apart are left out", "");
            Vec::new()
        });
        for (name, values) in found {
            let name = decoder.label(name, remarks);
            let at = of.find(&name);
            match at.and_then(|at| of.variables.get_mut(at)).filter(|variable| variable.width.is_some()) {
                Some(variable) => {
                    let values = values.iter().map(|value| Value::Text(decoder.label(value, remarks)));
                    variable.missing = MissingValues::new(None, values.collect());
                }
                None => remarks.changed("missing values of texts that do not exist are left out", name),
            }
        }
    }
}

type NamedValues<'b> = (&'b [u8], Vec<&'b [u8]>);

/// The names and values of a whole record, if it can be read in this way.
fn missing_of(mut pieces: Pieces<'_>, repeated: bool) -> Option<Vec<NamedValues<'_>>> {
    let mut found = Vec::new();
    while !pieces.is_empty() {
        let name = pieces.counted()?;
        let count = *pieces.take(1)?.first()?;
        let mut width = pieces.integer()?;
        let mut values = Vec::new();
        for index in 0..count {
            if repeated && index > 0 {
                width = pieces.integer()?;
            }
            values.push(pieces.take(usize::try_from(width).ok()?)?);
        }
        if count > 3 {
            return None;
        }
        found.push((name, values));
    }
    Some(found)
}
