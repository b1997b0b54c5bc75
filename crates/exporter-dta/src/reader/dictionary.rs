//! What a file says about its rows: variables, labels, characteristics.

use crate::characteristics::{CURRENT_LANGUAGE, DATASET, LANGUAGES, PREFIX, note_number};
use crate::error::Result;
use crate::error::damaged;
use crate::metadata::{Characteristic, DtaMetadata, DtaVariable, ValueLabelSet};
use crate::reader::label_section::RawLabels;
use crate::reader::sections::{Damage, RawFile};
use crate::reader::text::{Detector, TextDecoder, TextEncoding};
use crate::reader::{unsigned, until_nul};
use crate::spec::{ByteOrder, MAX_NOTES, Release};
use crate::spec_storage::StorageType;

/// The decoded description of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dictionary {
    /// Release of the format.
    pub release: Release,
    /// Order of the bytes of numbers.
    pub byte_order: ByteOrder,
    /// Name of the encoding that text outside UTF-8 was read with.
    pub encoding: &'static str,
    /// Whether text that is UTF-8 was read as such.
    pub is_utf8_first: bool,
    /// Observations; when salvaging, the complete ones.
    pub rows: u64,
    /// Dataset label.
    pub label: String,
    /// Time of saving, `dd Mon yyyy hh:mm`, or empty.
    pub timestamp: String,
    /// Variables in order.
    pub variables: Vec<Variable>,
    /// Variables by which the rows are sorted, as indices from 0.
    pub sort: Vec<usize>,
    /// Characteristics in file order.
    pub characteristics: Vec<Characteristic>,
    /// Value-label sets in file order.
    pub value_labels: Vec<ValueLabels>,
    /// Bytes of one row.
    pub row_bytes: usize,
    /// Offset of the first row in the file.
    pub data_offset: u64,
    /// Offset of the first strL record, where there is such a section.
    pub strl_offset: Option<u64>,
    /// What was wrong and passed over while salvaging.
    pub damages: Vec<Damage>,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Name.
    pub name: String,
    /// How it is stored.
    pub storage: StorageType,
    /// Display format, for example `%9.0g` or `%td`.
    pub format: String,
    /// Name of its value-label set, or empty; the set need not be in the file.
    pub value_labels: String,
    /// Variable label.
    pub label: String,
    /// Offset of its cell in a row, in bytes.
    pub offset: usize,
}

/// A named set of value labels, held compactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLabels {
    /// Name of the set.
    pub name: String,
    values: Vec<i32>,
    ends: Vec<usize>,
    text: String,
}

impl ValueLabels {
    /// Values with their texts in file order; 2,147,483,622 to 2,147,483,647 stand for `.a` to `.z`.
    pub fn iter(&self) -> impl Iterator<Item = (i32, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let texts = starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default());
        self.values.iter().copied().zip(texts)
    }

    /// Number of labelled values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no value is labelled.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn decode(raw: RawLabels, decoder: &TextDecoder) -> Option<Self> {
        let name = decoder.decode(until_nul(&raw.name)).into_owned();
        let (mut ends, mut text, mut taken) = (Vec::with_capacity(raw.values.len()), String::new(), 0);
        for start in &raw.starts {
            let bytes = until_nul(raw.text.get(*start as usize..)?);
            // Texts that overlap could expand a small table without bound.
            taken += bytes.len();
            if taken > raw.text.len() {
                return None;
            }
            text.push_str(&decoder.decode(bytes));
            ends.push(text.len());
        }
        Some(Self { name, values: raw.values, ends, text })
    }
}

impl Dictionary {
    /// What will be read of a file that is written with `metadata`: texts as the charset of the release keeps them, no rows.
    pub(crate) fn of(metadata: &DtaMetadata) -> Self {
        let text = |text: &str| match metadata.release.is_utf8() {
            true => text.to_owned(),
            false => {
                encoding_rs::WINDOWS_1252.decode(&metadata.release.charset().encode(text).0).0.into_owned()
            }
        };
        let variable = |variable: &DtaVariable| Variable {
            name: text(&variable.name),
            storage: variable.storage,
            format: text(&variable.format),
            value_labels: text(&variable.value_labels),
            label: text(&variable.label),
            offset: 0,
        };
        let characteristic = |c: &Characteristic| Characteristic {
            owner: text(&c.owner),
            name: text(&c.name),
            contents: text(&c.contents),
        };
        let set = |set: &ValueLabelSet| {
            let mut texts = String::new();
            let ends = set.labels.iter().map(|(_, label)| {
                texts.push_str(&text(label));
                texts.len()
            });
            let ends = ends.collect();
            let values = set.labels.iter().map(|(value, _)| *value).collect();
            ValueLabels { name: text(&set.name), values, ends, text: texts }
        };
        Self {
            release: metadata.release,
            byte_order: ByteOrder::Little,
            encoding: "UTF-8",
            is_utf8_first: true,
            rows: 0,
            label: text(&metadata.label),
            timestamp: metadata.timestamp.clone(),
            variables: metadata.variables.iter().map(variable).collect(),
            sort: metadata.sorted_by.clone(),
            characteristics: metadata.characteristics.iter().map(characteristic).collect(),
            value_labels: metadata.value_labels.iter().map(set).collect(),
            row_bytes: 0,
            data_offset: 0,
            strl_offset: None,
            damages: Vec::new(),
        }
    }

    /// Position of the variable called `name`.
    pub fn variable_index(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|variable| variable.name == name)
    }

    /// The value-label set called `name`.
    pub fn value_labels(&self, name: &str) -> Option<&ValueLabels> {
        self.value_labels.iter().find(|set| set.name == name)
    }

    /// Contents of a characteristic; `owner` is `_dta` or the name of a variable.
    pub fn characteristic(&self, owner: &str, name: &str) -> Option<&str> {
        let found = self.characteristics.iter().find(|c| c.owner == owner && c.name == name);
        found.map(|c| c.contents.as_str())
    }

    /// Notes of `owner` (`_dta` or a variable) in the order of their numbers.
    ///
    /// Notes above the count that `note0` gives are kept: other programs write notes without it.
    pub fn notes(&self, owner: &str) -> Vec<&str> {
        numbered_notes(self.characteristics.iter().filter(|c| c.owner == owner))
    }

    /// Name of the language that the ordinary labels are in, `default` when the file names none (section 11).
    pub fn current_language(&self) -> &str {
        self.characteristic(DATASET, CURRENT_LANGUAGE).unwrap_or("default")
    }

    /// Names of the languages beside the current one; their labels are characteristics.
    pub fn other_languages(&self) -> impl Iterator<Item = &str> {
        let list = self.characteristic(DATASET, LANGUAGES).unwrap_or_default();
        list.split_ascii_whitespace().filter(|name| *name != self.current_language())
    }

    pub(crate) fn decode(mut raw: RawFile, decoder: &TextDecoder, lenient: bool) -> Result<Self> {
        let widths = raw.release.widths();
        let text = |bytes: &[u8]| decoder.decode(until_nul(bytes)).into_owned();
        let field = |block: &[u8], index: usize, width: usize| {
            text(block.get(index * width..(index + 1) * width).unwrap_or_default())
        };
        let mut offset = 0;
        let mut variables = Vec::with_capacity(raw.types.len());
        for (index, storage) in raw.types.iter().enumerate() {
            variables.push(Variable {
                name: field(&raw.names, index, widths.name),
                storage: *storage,
                format: field(&raw.formats, index, widths.format),
                value_labels: field(&raw.set_names, index, widths.name),
                label: field(&raw.labels, index, widths.variable_label),
                offset,
            });
            offset += storage.width();
        }
        let entries =
            raw.sort.chunks_exact(widths.sort_entry).map(|entry| unsigned(entry, raw.order) as usize);
        let sort = entries
            .take_while(|entry| (1..=variables.len()).contains(entry))
            .map(|entry| entry - 1)
            .collect();
        let characteristics = raw.characteristics.iter().filter_map(|record| {
            let (owner, rest) = record.split_at_checked(widths.name)?;
            let (name, contents) = rest.split_at_checked(widths.name)?;
            Some(Characteristic { owner: text(owner), name: text(name), contents: text(contents) })
        });
        let characteristics = characteristics.collect();
        let mut value_labels = Vec::with_capacity(raw.value_labels.len());
        for set in std::mem::take(&mut raw.value_labels) {
            let name = text(&set.name);
            match ValueLabels::decode(set, decoder) {
                Some(set) => value_labels.push(set),
                None => {
                    let message =
                        format!("texts of value-label set \"{name}\" lie outside the set or share bytes");
                    let offset = raw.data.saturating_add(raw.rows.saturating_mul(raw.row_bytes as u64));
                    if !lenient {
                        return Err(damaged(offset, message));
                    }
                    raw.damages.push(Damage { offset, message });
                }
            }
        }
        Ok(Self {
            release: raw.release,
            byte_order: raw.order,
            encoding: decoder.name(),
            is_utf8_first: decoder.takes_utf8(),
            rows: raw.rows,
            label: text(&raw.label),
            timestamp: text(&raw.timestamp),
            variables,
            sort,
            characteristics,
            value_labels,
            row_bytes: raw.row_bytes,
            data_offset: raw.data,
            strl_offset: raw.strls,
            damages: raw.damages,
        })
    }
}

/// The notes among the characteristics of one owner, each at its number less one; empty where there is none. As many as the
/// last one has in its number, and as `note0` counts: the next note of Stata follows them.
pub(crate) fn numbered_notes<'d>(of_owner: impl Iterator<Item = &'d Characteristic>) -> Vec<&'d str> {
    let numbered = of_owner.filter_map(|c| match note_number(&c.name)? {
        0 => Some((c.contents.trim().parse().ok()?, None)),
        number => Some((number, Some(c.contents.as_str()))),
    });
    let mut notes = Vec::new();
    for (number, text) in numbered.filter(|(number, _)| (1..=MAX_NOTES).contains(number)) {
        if notes.len() < number {
            notes.resize(number, "");
        }
        if let (Some(note), Some(text)) = (notes.get_mut(number - 1), text) {
            *note = text;
        }
    }
    notes
}

/// Shows every text of the descriptions to `detector`.
fn show_descriptions(raw: &RawFile, detector: &mut Detector) {
    let widths = raw.release.widths();
    detector.see(until_nul(&raw.label));
    let blocks =
        [(&raw.names, widths.name), (&raw.set_names, widths.name), (&raw.labels, widths.variable_label)];
    for (block, width) in blocks {
        block.chunks_exact(width).for_each(|field| detector.see(until_nul(field)));
    }
    for record in &raw.characteristics {
        detector.see(until_nul(record.get(2 * widths.name..).unwrap_or_default()));
    }
    for set in &raw.value_labels {
        set.text.split(|byte| *byte == 0).for_each(|text| detector.see(text));
    }
}

/// Shows the fixed strings of `rows`, complete rows one after the other, to `detector`.
fn show_rows(raw: &RawFile, rows: &[u8], detector: &mut Detector) {
    for row in rows.chunks_exact(raw.row_bytes.max(1)) {
        let mut offset = 0;
        for storage in &raw.types {
            if let StorageType::Str(width) = storage {
                detector.see(until_nul(row.get(offset..offset + usize::from(*width)).unwrap_or_default()));
            }
            offset += storage.width();
        }
    }
}

/// Chooses the decoder; `sample` gives the first rows and is asked only when the descriptions are plain ASCII.
pub(crate) fn decoder(
    raw: &RawFile,
    encoding: TextEncoding,
    sample: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<TextDecoder> {
    if let TextEncoding::Named(named) = encoding {
        return Ok(TextDecoder::new(raw.release.is_utf8(), named));
    }
    if raw.release.is_utf8() {
        return Ok(TextDecoder::guessing_others());
    }
    let mut detector = Detector::default();
    show_descriptions(raw, &mut detector);
    if detector.is_undecided() {
        show_rows(raw, &sample()?, &mut detector);
    }
    // Our writer takes Windows-1252 before release 118.
    let name = |record: &Vec<u8>| {
        let width = raw.release.widths().name;
        record.get(width..width + PREFIX.len()).is_some_and(|name| name == PREFIX.as_bytes())
    };
    Ok(match raw.characteristics.iter().any(name) {
        true => TextDecoder::new(false, encoding_rs::WINDOWS_1252),
        false => TextDecoder::guessing(detector.may_be_utf8()),
    })
}
