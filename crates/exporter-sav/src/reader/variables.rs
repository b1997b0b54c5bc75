//! Variables: which records are one, what they are called, and where their values stand in a case.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use exporter_core::names::{NameRules, legal_unique};
use exporter_core::source::ByteOrder;
use exporter_spss::{Format, MissingValues, Value, folded};

use crate::layout::Segments;
use crate::metadata::SavVariable;
use crate::reader::encoding::TextDecoder;
use crate::reader::formats::set_formats;
use crate::reader::header::double;
use crate::reader::name_index::NameIndex;
use crate::reader::records::{RawVariable, Records};
use crate::reader::remarks::Remarks;
use crate::spec::{ELEMENT_BYTES, Element, HIGHEST, LOWEST, SEGMENT_WIDTH, SYSMIS, subtype};

/// Where the values of a variable stand in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CaseColumn {
    /// First element; small, as there may be a million variables.
    pub(crate) first: u32,
    /// Bytes of a text, 32,767 at most; `None` for a number.
    pub(crate) width: Option<u16>,
}

/// A variable that users see: the place of its first record, and of its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) record: u32,
    pub(crate) column: CaseColumn,
}

/// The variables of a file, to which everything else in the file refers by name or index.
pub(crate) struct Variables {
    pub(crate) heads: Vec<Head>,
    pub(crate) variables: Vec<SavVariable>,
    /// Positions of those that have another name than in the file, by the name there.
    renamed: HashMap<String, usize>,
    by_long_name: NameIndex,
    by_short_name: NameIndex,
}

impl Variables {
    pub(crate) fn read(records: &Records, decoder: &TextDecoder, remarks: &mut Remarks) -> Self {
        let (heads, mut variables) = heads(records, decoder, remarks);
        let renamed = set_long_names(records, &mut variables, decoder, remarks);
        for (head, variable) in heads.iter().zip(&mut variables) {
            let Some(raw) = records.variables.get(head.record as usize) else { continue };
            set_formats(variable, raw.print, raw.write, remarks);
            variable.label = decoder.label(raw.label(), remarks);
            variable.missing = missing_values(raw, variable, records.order, decoder, remarks);
        }
        let (by_long_name, by_short_name) = Default::default();
        Self { heads, variables, renamed, by_long_name, by_short_name }
    }

    /// The name of a variable.
    pub(crate) fn name(&self, at: usize) -> String {
        self.variables.get(at).map_or_else(String::new, |variable| variable.name.clone())
    }

    /// The variable of a long name, else of a short one.
    pub(crate) fn find(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.renamed.get(name) {
            return Some(*at);
        }
        let Self { variables, by_long_name, by_short_name, .. } = self;
        let long = by_long_name.find(variables, |variable| &variable.name, name);
        long.or_else(|| by_short_name.find(variables, |variable| &variable.short_name, name))
    }

    /// The variable of a short name, else of a long one.
    pub(crate) fn find_short(&mut self, name: &str) -> Option<usize> {
        let Self { variables, by_short_name, .. } = self;
        let short = by_short_name.find(variables, |variable| &variable.short_name, name);
        short.or_else(|| self.find(name))
    }

    /// The variable of a dictionary index, which counts continuation records; none of a continuation or a later segment.
    pub(crate) fn at_index(&self, index: u32) -> Option<usize> {
        let first = index.checked_sub(1)?;
        self.heads.binary_search_by_key(&first, |head| head.column.first).ok()
    }

    /// The variables, and where their values stand.
    pub(crate) fn finish(self) -> (Vec<SavVariable>, Vec<CaseColumn>) {
        (self.variables, self.heads.into_iter().map(|head| head.column).collect())
    }
}

/// The records that begin a variable, and the variables with their short names: segments of very long texts are joined by
/// their position (7).
fn heads(records: &Records, decoder: &TextDecoder, remarks: &mut Remarks) -> (Vec<Head>, Vec<SavVariable>) {
    let widths = very_long(records, decoder);
    let most = records.variables.len();
    let (mut heads, mut variables) = (Vec::with_capacity(most), Vec::with_capacity(most));
    let mut next = 0;
    while let Some(raw) = records.variables.get(next) {
        let name = decoder.label(&raw.name, remarks);
        let mut width = declared_width(raw, &name, remarks);
        let mut segments = 1;
        if let Some(total) = widths.get(folded(&name).as_ref()) {
            let followers = records.variables.get(next..).unwrap_or_default();
            if usize::from(*total) > SEGMENT_WIDTH && are_segments(followers, *total) {
                (width, segments) = (Some(*total), Segments::new((*total).into()).count());
            } else if usize::from(*total) > SEGMENT_WIDTH {
                remarks.changed(
                    "very long texts whose segments do not follow them are read as the variables that are there",
                    format!("{name}={total}"),
                );
            } else {
                remarks
                    .odd("widths of texts that are not very long are not needed", format!("{name}={total}"));
            }
        }
        heads.push(Head { record: next as u32, column: CaseColumn { first: raw.first, width } });
        let mut variable = match width {
            Some(width) => SavVariable::text("", width),
            None => SavVariable::number("", Format::number()),
        };
        variable.short_name = name;
        variables.push(variable);
        next += segments;
    }
    (heads, variables)
}

/// Bytes of a text as its records say, as far as a case has room for them.
fn declared_width(raw: &RawVariable, name: &str, remarks: &mut Remarks) -> Option<u16> {
    let (width, elements) = (usize::from(raw.width), raw.elements as usize);
    let needed = width.div_ceil(ELEMENT_BYTES).max(1);
    let room = elements * ELEMENT_BYTES;
    if needed > elements {
        let message = "texts with too few continuation records are cut at what a case has of them";
        remarks.changed(message, format!("{name}: {room} of {width} bytes"));
    } else if needed < elements {
        remarks.odd("continuation records that no value needs are passed over", name);
    }
    u16::try_from(width.min(room)).ok().filter(|width| *width > 0)
}

/// Whether these records begin with the segments of a text of so many bytes. The last one may be a little wider, as SPSS 13
/// has it.
fn are_segments(records: &[RawVariable], width: u16) -> bool {
    let segments = Segments::new(width.into());
    let fits = |(raw, width): (&RawVariable, usize)| {
        let elements = raw.elements as usize;
        raw.width > 0 && [raw.width.into(), width].map(|it| it.div_ceil(ELEMENT_BYTES)) == [elements; 2]
    };
    records.len() >= segments.count() && records.iter().zip(segments.widths()).all(fits)
}

/// Widths of very long texts, by folded short name (6, subtype 14).
fn very_long(records: &Records, decoder: &TextDecoder) -> HashMap<String, u16> {
    let mut widths = HashMap::new();
    for record in records.of(subtype::VERY_LONG_TEXTS) {
        let (text, _) = decoder.decode(&record.bytes);
        for entry in text.split(['\0', '\t']) {
            if let Some((name, width)) = entry.split_once('=')
                && let Ok(width) = width.trim().parse::<u16>()
                && usize::from(width) <= crate::spec::MAX_TEXT
            {
                widths.insert(folded(name.trim()).into_owned(), width);
            }
        }
    }
    widths
}

/// Gives the variables their long names, each different from all others whatever the case; those that the file calls
/// otherwise.
fn set_long_names(
    records: &Records,
    variables: &mut [SavVariable],
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> HashMap<String, usize> {
    let mut renamed = HashMap::new();
    for variable in variables.iter_mut() {
        variable.name.clone_from(&variable.short_name);
    }
    let mut index = NameIndex::default();
    for record in records.of(subtype::LONG_NAMES) {
        let (text, _) = decoder.decode(&record.bytes);
        for entry in text.split('\t') {
            let Some((short, long)) = entry.split_once('=') else { continue };
            let long = long.trim_end_matches([' ', '\0']);
            let found = index.find(variables, |variable| &variable.short_name, short.trim());
            match found.and_then(|found| variables.get_mut(found)) {
                Some(variable) if !long.is_empty() => long.clone_into(&mut variable.name),
                Some(_) => {}
                None => remarks.odd("long names of variables that do not exist are left out", entry),
            }
        }
    }
    for (position, variable) in variables.iter_mut().enumerate().filter(|(_, it)| it.name.is_empty()) {
        variable.name = format!("V{}", position + 1);
        remarks.odd("variables without a name are called by their number", variable.name.as_str());
    }
    // Hashes tell nearly for nothing that no name clashes; in the one case of a billion that they do, nothing is renamed.
    let hasher = RandomState::new();
    let mut hashes: Vec<u64> =
        variables.iter().map(|variable| hasher.hash_one(folded(&variable.name))).collect();
    hashes.sort_unstable();
    if hashes.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        let names: Vec<&String> = variables.iter().map(|variable| &variable.name).collect();
        let all = |_: char, _: usize| true;
        let key = |name: &str| folded(name).into_owned();
        let unique = legal_unique(&names, &NameRules::new(usize::MAX, usize::MAX, &all, "V").key(&key));
        let changed = variables.iter_mut().zip(unique).enumerate().filter(|(_, (was, is))| was.name != *is);
        for (at, (variable, is)) in changed {
            let message = "names that differ only in case are made different";
            remarks.changed(message, format!("{} read as {is}", variable.name));
            renamed.entry(std::mem::replace(&mut variable.name, is)).or_insert(at);
        }
        // A name that is there twice is that of the variable that keeps it.
        for variable in variables {
            renamed.remove(&variable.name);
        }
    }
    renamed
}

fn missing_values(
    raw: &RawVariable,
    variable: &SavVariable,
    order: ByteOrder,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> MissingValues {
    let name = variable.name.as_str();
    if raw.missing().is_empty() {
        return MissingValues::default();
    }
    if variable.width.is_some() {
        if raw.is_range {
            remarks.changed("ranges of texts cannot be missing and are left out", name);
            return MissingValues::default();
        }
        let text = |value: &Element| Value::Text(decoder.label(value, remarks));
        return MissingValues::new(None, raw.missing().iter().map(text).collect());
    }
    let numbers: Vec<f64> = raw.missing().iter().map(|value| double(value, order)).collect();
    let (range, singles) = match numbers.as_slice() {
        [low, high, singles @ ..] if raw.is_range => {
            // Some programs write infinities for LO and HI.
            let is_lowest = [LOWEST, SYSMIS, f64::NEG_INFINITY].contains(low);
            let is_highest = [HIGHEST, f64::INFINITY].contains(high);
            let (low, high) = ((!is_lowest).then_some(*low), (!is_highest).then_some(*high));
            (Some((low, high)), singles)
        }
        singles => (None, singles),
    };
    let mut values = Vec::new();
    for number in singles {
        if !number.is_finite() || *number == SYSMIS {
            remarks.odd("missing values that are system-missing anyhow are left out", name);
        } else {
            values.push(Value::Number(*number));
        }
    }
    let is_number = |end: Option<f64>| end.is_none_or(f64::is_finite);
    let range = range.filter(|range @ (low, high)| {
        let sound = is_number(*low) && is_number(*high);
        if !sound {
            remarks.changed("ranges of missing values whose ends are no numbers are left out", name);
        }
        if matches!(range, (Some(low), Some(high)) if low > high) {
            remarks.odd("ranges of missing values whose larger end is first hold nothing", name);
        }
        sound
    });
    let range = MissingValues::new(range, Vec::new());
    if range.range.is_some() && values.iter().any(|value| range.contains(value)) {
        remarks.odd("single missing values that the missing range holds too are read as part of it", name);
    }
    MissingValues::new(range.range, values)
}
