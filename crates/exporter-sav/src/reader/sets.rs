//! Multiple response sets and variable sets (6, subtypes 5, 7 and 19).

use std::collections::{HashMap, HashSet};

use exporter_core::codebook::LabelSource;
use exporter_spss::{ResponseSet, ResponseSetKind, Value, folded};

use crate::metadata::VariableSet;
use crate::reader::bytes::Pieces;
use crate::reader::encoding::TextDecoder;
use crate::reader::records::Records;
use crate::reader::remarks::Remarks;
use crate::reader::variables::Variables;
use crate::spec::subtype;

/// A set as its record says it.
struct RawSet<'b> {
    name: &'b [u8],
    label: &'b [u8],
    /// The counted value of dichotomies.
    counted: Option<&'b [u8]>,
    label_source: Option<LabelSource>,
    members: &'b [u8],
}

/// Multiple response sets.
pub(crate) fn response_sets(
    records: &Records,
    of: &mut Variables,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> Vec<ResponseSet> {
    let (mut sets, mut by_name): (Vec<ResponseSet>, HashMap<String, usize>) = Default::default();
    for record in records.of(subtype::RESPONSE_SETS).chain(records.of(subtype::RESPONSE_SETS_14)) {
        let mut pieces = Pieces::new(&record.bytes, records.order);
        while !pieces.is_empty() {
            if pieces.accept(b'\n') || pieces.accept(b'\r') || pieces.accept(0) {
                continue;
            }
            let Some(raw) = response_set(&mut pieces) else {
                let line = decoder.decode(pieces.line()).0.into_owned();
                remarks.changed("multiple response sets that cannot be read are left out", line);
                continue;
            };
            let name = decoder.label(raw.name, remarks);
            if name.is_empty() {
                let label = decoder.label(raw.label, remarks);
                remarks.changed("multiple response sets without a name are read under one", label);
            }
            let (mut members, mut known) = (Vec::new(), HashSet::new());
            for member in decoder.decode(raw.members).0.split_ascii_whitespace() {
                match of.find_short(member) {
                    Some(member) if known.insert(member) => members.push(member),
                    Some(_) => {
                        remarks.odd(
                            "members that stand twice in a set are read once",
                            format!("{name}: {member}"),
                        );
                    }
                    None => remarks.changed(
                        "members of sets that do not exist are left out",
                        format!("{name}: {member}"),
                    ),
                }
            }
            if members.len() < 2 {
                remarks.odd("multiple response sets of less than two variables are read", name.as_str());
            }
            let numbers =
                members.first().and_then(|first| of.variables.get(*first)).is_some_and(|v| v.width.is_none());
            let kind = match raw.counted {
                Some(value) => ResponseSetKind::Dichotomy(counted(&decoder.label(value, remarks), numbers)),
                None => ResponseSetKind::Category,
            };
            let mut set = ResponseSet::new(name, decoder.label(raw.label, remarks), kind, members);
            set.label_source = raw.label_source;
            // Some programs write all sets for old readers, and again for new ones.
            let position = *by_name.entry(folded(&set.name).into_owned()).or_insert(sets.len());
            match sets.get_mut(position) {
                Some(earlier) if *earlier == set => {}
                Some(earlier) => {
                    let message = "of several multiple response sets of a name the last is read";
                    remarks.changed(message, set.name.as_str());
                    *earlier = set;
                }
                None => sets.push(set),
            }
        }
    }
    sets
}

/// The counted value as the variables hold it.
fn counted(text: &str, is_number: bool) -> Value {
    match text.trim().parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => Value::Number(number),
        _ => Value::Text(text.to_owned()),
    }
}

/// `$name=C …`, `$name=D1 1 …` or `$name=E 1 1 1 …`; lengths count bytes.
fn response_set<'b>(pieces: &mut Pieces<'b>) -> Option<RawSet<'b>> {
    // Looked at first: what cannot be read is passed over by lines.
    let mut ahead = *pieces;
    let name = ahead.until(b'=')?;
    let name = name.strip_prefix(b"$").unwrap_or(name);
    let (mut counted, mut label_source) = (None, None);
    match ahead.take(1)? {
        b"C" => {}
        b"D" => counted = Some(ahead.counted_in_digits()?),
        b"E" => {
            ahead.accept(b' ').then_some(())?;
            label_source = Some(match ahead.until(b' ')? {
                b"1" => LabelSource::CountedValues,
                b"11" => LabelSource::FirstVariable,
                _ => return None,
            });
            counted = Some(ahead.counted_in_digits()?);
        }
        _ => return None,
    }
    ahead.accept(b' ').then_some(())?;
    let label = ahead.counted_in_digits()?;
    let members = ahead.line();
    *pieces = ahead;
    Some(RawSet { name, label, counted, label_source, members })
}

/// Variable sets.
pub(crate) fn variable_sets(
    records: &Records,
    of: &mut Variables,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> Vec<VariableSet> {
    let mut sets = Vec::new();
    for record in records.of(subtype::VARIABLE_SETS) {
        let (text, _) = decoder.decode(&record.bytes);
        for line in text.lines() {
            let Some((name, members)) = line.split_once('=') else { continue };
            let mut set = VariableSet::new(name.trim_end(), Vec::new());
            let mut known = HashSet::new();
            for member in members.split_ascii_whitespace() {
                let member_name = member.trim_matches('\0');
                match of.find(member_name) {
                    Some(member) if known.insert(member) => set.members.push(member),
                    Some(_) => {
                        let first = format!("{}: {member}", set.name);
                        remarks.odd("members that stand twice in a set are read once", first);
                    }
                    None => remarks.changed(
                        "members of sets that do not exist are left out",
                        format!("{}: {member}", set.name),
                    ),
                }
            }
            sets.push(set);
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use exporter_core::source::ByteOrder;

    use super::*;

    fn read(bytes: &'static str) -> Option<[String; 4]> {
        let set = response_set(&mut Pieces::new(bytes.as_bytes(), ByteOrder::Little))?;
        let parts = [set.name, set.label, set.counted.unwrap_or(b"-"), set.members];
        Some(parts.map(|part| String::from_utf8_lossy(part).into_owned()))
    }

    #[test]
    fn sets_of_all_kinds_are_read() {
        let of = |set: [&str; 4]| Some(set.map(str::to_owned));
        assert_eq!(read("$a=C 7 a label v1 v2\n"), of(["a", "a label", "-", " v1 v2"]));
        assert_eq!(read("$a=C 0  v1"), of(["a", "", "-", " v1"]));
        assert_eq!(read("$a=D1 1 0  v1 v2\r\n"), of(["a", "", "1", " v1 v2"]));
        assert_eq!(read("$a=D8 yes      2 ab v1 v2\n"), of(["a", "ab", "yes     ", " v1 v2"]));
        assert_eq!(read("$a=E 11 1 1 0  v1 v2\n"), of(["a", "", "1", " v1 v2"]));
        assert_eq!(
            (read("$a=C 99 short"), read("$a=X 1"), read("a"), read("$a=E 2 1 1 0 ")),
            (None, None, None, None)
        );
    }
}
