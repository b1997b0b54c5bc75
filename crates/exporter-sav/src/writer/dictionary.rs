//! Everything that stands before the cases, in the bytes of the file.

use std::io::{self, Write};

use exporter_core::encoded;
use exporter_spss::{Format, ShortNames, Value, short_names};

use super::Compression;
use super::encoder::TextEncoder;
use super::extensions::extensions;
use crate::layout::{Segments, first_elements};
use crate::metadata::{SavMetadata, SavVariable};
use crate::spec::{
    BIAS, CONTINUATION_FORMAT, DOCUMENT_LINE, ELEMENT_BYTES, HIGHEST, LAYOUT_CODE, LOWEST, MAGIC, MAGIC_ZLIB,
    PRODUCT_BYTES, PRODUCT_START, SHORT_TEXT, record,
};

/// Bytes of the creation date, the creation time and the file label.
pub(super) const HEADER_TEXTS: (usize, usize, usize) = (9, 8, 64);

/// What is written.
pub(super) struct Dictionary<'a> {
    pub(super) metadata: &'a SavMetadata,
    compression: Compression,
    /// Cases that the file says it has; `None` where nobody knows.
    pub(super) cases: Option<u64>,
    /// Short names of the variables and their segments.
    pub(super) names: Vec<ShortNames>,
    /// First element of each variable; a dictionary index is one more.
    firsts: Vec<usize>,
    /// Elements of a case.
    pub(super) elements: usize,
}

/// What was written.
pub(super) struct Written {
    /// Bytes.
    pub(super) bytes: u64,
    /// Where the number of cases stands in subtype 16.
    pub(super) cases_at: Option<u64>,
    /// Characters stored as `?`.
    pub(super) replaced: u64,
}

/// Records on their way to a sink.
pub(super) struct Records<'w, W> {
    to: &'w mut W,
    /// Bytes so far.
    pub(super) position: u64,
    pub(super) encoder: TextEncoder,
}

impl<W: Write> Records<'_, W> {
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.to.write_all(bytes)
    }

    pub(super) fn number(&mut self, number: i32) -> io::Result<()> {
        self.put(&number.to_le_bytes())
    }

    pub(super) fn count(&mut self, count: usize) -> io::Result<()> {
        self.number(i32::try_from(count).unwrap_or(i32::MAX))
    }

    fn double(&mut self, number: f64) -> io::Result<()> {
        self.put(&number.to_le_bytes())
    }

    /// Bytes and as many blanks as make `width` of them.
    fn padded(&mut self, bytes: &[u8], width: usize) -> io::Result<()> {
        self.put(bytes)?;
        self.blanks(width.saturating_sub(bytes.len()))
    }

    fn blanks(&mut self, mut count: usize) -> io::Result<()> {
        const MANY: [u8; 64] = [b' '; 64];
        while count > 0 {
            let some = count.min(MANY.len());
            self.put(MANY.get(..some).unwrap_or_default())?;
            count -= some;
        }
        Ok(())
    }

    fn text(&mut self, text: &str, width: usize) -> io::Result<()> {
        let bytes = self.encoder.encode(text);
        self.padded(&bytes, width)
    }

    /// A number, or a text of at most eight bytes.
    fn value(&mut self, value: &Value) -> io::Result<()> {
        match value {
            Value::Number(number) => self.double(*number),
            Value::Text(text) => self.text(text, ELEMENT_BYTES),
        }
    }
}

impl<'a> Dictionary<'a> {
    pub(super) fn new(metadata: &'a SavMetadata, compression: Compression, cases: Option<u64>) -> Self {
        let segments = |variable: &'a SavVariable| {
            let count = variable.width.map_or(1, |width| Segments::new(width.into()).count());
            (variable.name.as_str(), count)
        };
        let named: Vec<_> = metadata.variables.iter().map(segments).collect();
        let names = short_names(&named, |character| {
            encoded::length(metadata.encoding, character.encode_utf8(&mut [0; 4]))
        });
        let (firsts, elements) = first_elements(&metadata.variables);
        Self { metadata, compression, cases, names, firsts, elements }
    }

    /// Writes everything up to the first case.
    pub(super) fn write<W: Write>(&self, to: &mut W) -> io::Result<Written> {
        let mut records = Records { to, position: 0, encoder: TextEncoder::new(self.metadata.encoding) };
        self.header(&mut records)?;
        for (variable, names) in self.metadata.variables.iter().zip(&self.names) {
            self.variable(&mut records, variable, names)?;
        }
        self.value_labels(&mut records)?;
        if !self.metadata.documents.is_empty() {
            records.number(record::DOCUMENT)?;
            records.count(self.metadata.documents.len())?;
            for line in &self.metadata.documents {
                records.text(line, DOCUMENT_LINE)?;
            }
        }
        let cases_at = extensions(self, &mut records)?;
        records.number(record::END)?;
        records.number(0)?;
        Ok(Written { bytes: records.position, cases_at, replaced: records.encoder.replaced })
    }

    /// Index of a variable among the records of type 2.
    pub(super) fn index(&self, variable: usize) -> usize {
        self.firsts.get(variable).map_or(0, |first| first + 1)
    }

    fn header<W: Write>(&self, records: &mut Records<'_, W>) -> io::Result<()> {
        let metadata = self.metadata;
        let (magic, compression) = match self.compression {
            Compression::None => (MAGIC, 0),
            Compression::Bytecode => (MAGIC, 1),
            Compression::Zlib(_) => (MAGIC_ZLIB, 2),
        };
        let (date, time, label) = HEADER_TEXTS;
        records.put(magic)?;
        let version = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
        let product = format!("{PRODUCT_START} exporter {}.{}", version.0, version.1);
        records.text(&product, PRODUCT_BYTES)?;
        records.number(LAYOUT_CODE)?;
        records.count(self.elements)?;
        records.number(compression)?;
        records.count(metadata.weight.map_or(0, |weight| self.index(weight)))?;
        records.number(announced(self.cases))?;
        records.double(BIAS)?;
        records.text(&metadata.created.0, date)?;
        records.text(&metadata.created.1, time)?;
        records.text(&metadata.label, label)?;
        records.put(&[0; 3])
    }

    /// The records of a variable: one for each segment, each followed by those of its other elements. SPSS repeats the label
    /// on every segment.
    fn variable<W: Write>(
        &self,
        records: &mut Records<'_, W>,
        variable: &SavVariable,
        names: &ShortNames,
    ) -> io::Result<()> {
        let label = records.encoder.encode(&variable.label);
        let Some(width) = variable.width else {
            let formats = (variable.print, variable.write);
            return named_record(records, (0, &names.own), &label, formats, Some(variable));
        };
        let segments = Segments::new(width.into());
        let all = std::iter::once(&names.own).chain(&names.segments);
        for (width, name) in segments.widths().zip(all) {
            let segment = Format::text(width as u16);
            let formats =
                if segments.count() == 1 { (variable.print, variable.write) } else { (segment, segment) };
            let missing = (width <= SHORT_TEXT && segments.count() == 1).then_some(variable);
            named_record(records, (width as i32, name), &label, formats, missing)?;
            for _ in 1..width.div_ceil(ELEMENT_BYTES) {
                for number in [record::VARIABLE, -1, 0, 0, CONTINUATION_FORMAT, CONTINUATION_FORMAT] {
                    records.number(number)?;
                }
                records.blanks(ELEMENT_BYTES)?;
            }
        }
        Ok(())
    }

    /// Labels of numbers and of short texts; those of long texts have a record of their own.
    fn value_labels<W: Write>(&self, records: &mut Records<'_, W>) -> io::Result<()> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.metadata.value_labels.len()];
        for (position, variable) in self.metadata.variables.iter().enumerate() {
            let is_short = variable.width.is_none_or(|width| usize::from(width) <= SHORT_TEXT);
            if let Some(users) = variable.value_labels.filter(|_| is_short).and_then(|set| users.get_mut(set))
            {
                users.push(self.index(position));
            }
        }
        for (set, users) in self.metadata.value_labels.iter().zip(&users) {
            if users.is_empty() || set.labels.is_empty() {
                continue;
            }
            records.number(record::VALUE_LABELS)?;
            records.count(set.labels.len())?;
            for (value, label) in &set.labels {
                records.value(value)?;
                let label = records.encoder.encode(label);
                records.put(&[u8::try_from(label.len()).unwrap_or(u8::MAX)])?;
                records.padded(&label, (label.len() + 1).next_multiple_of(ELEMENT_BYTES) - 1)?;
            }
            records.number(record::LABELLED_VARIABLES)?;
            records.count(users.len())?;
            for index in users {
                records.count(*index)?;
            }
        }
        Ok(())
    }
}

/// Cases as the header has them.
pub(super) fn announced(cases: Option<u64>) -> i32 {
    cases.and_then(|cases| i32::try_from(cases).ok()).unwrap_or(-1)
}

/// A full record of type 2; `missing` is the variable whose missing values stand in it.
fn named_record<W: Write>(
    records: &mut Records<'_, W>,
    (width, name): (i32, &str),
    label: &[u8],
    (print, write): (Format, Format),
    missing: Option<&SavVariable>,
) -> io::Result<()> {
    let missing = missing.map(|variable| &variable.missing);
    let values = missing.map_or(&[][..], |missing| &missing.values);
    let range = missing.and_then(|missing| missing.range);
    let count = values.len() as i32;
    records.number(record::VARIABLE)?;
    records.number(width)?;
    records.number(i32::from(!label.is_empty()))?;
    records.number(if range.is_some() { -2 - count } else { count })?;
    records.number(packed(print))?;
    records.number(packed(write))?;
    records.text(name, ELEMENT_BYTES)?;
    if !label.is_empty() {
        records.count(label.len())?;
        records.padded(label, label.len().next_multiple_of(4))?;
    }
    if let Some((low, high)) = range {
        records.double(low.unwrap_or(LOWEST))?;
        records.double(high.unwrap_or(HIGHEST))?;
    }
    values.iter().try_for_each(|value| records.value(value))
}

/// A format as a file has it (3.1).
fn packed(format: Format) -> i32 {
    let (width, decimals) = (format.width.min(255) as i32, i32::from(format.decimals));
    i32::from(format.code()) << 16 | width << 8 | decimals
}
