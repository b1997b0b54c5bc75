//! Everything that stands before and after the rows, in the bytes of the file.

use std::io::{self, Write};

use crate::layout::{Layout, TextSizes, characteristic_bytes, label_text_bytes, value_label_bytes};
use crate::metadata::{Characteristic, DtaMetadata, ValueLabelSet};
use crate::spec::Release;
use crate::spec_storage::type_code;
use exporter_stata::Charset;

/// Sizes of the texts of `metadata`, and how many of their characters the charset lacks.
pub(crate) fn text_sizes(metadata: &DtaMetadata) -> (TextSizes, u64) {
    let release = metadata.release;
    let charset = release.charset();
    let bytes = |text: &str| charset.encode(text).0.len() as u64;
    let characteristics =
        metadata.characteristics.iter().map(|c| characteristic_bytes(release, bytes(&c.contents))).sum();
    let value_labels = metadata
        .value_labels
        .iter()
        .map(|set| value_label_bytes(release, set.labels.len() as u64, label_text_bytes(set, bytes)))
        .sum();
    let sizes = TextSizes {
        dataset_label: bytes(&metadata.label),
        timestamp: metadata.timestamp.len() as u64,
        characteristics,
        value_labels,
    };
    let texts = [metadata.label.as_str()].into_iter();
    let texts = texts.chain(metadata.variables.iter().map(|variable| variable.label.as_str()));
    let texts = texts.chain(metadata.characteristics.iter().map(|c| c.contents.as_str()));
    let labels = metadata.value_labels.iter().flat_map(|set| &set.labels);
    let texts = texts.chain(labels.map(|(_, text)| text.as_str()));
    let replaced = if charset == Charset::Utf8 { 0 } else { texts.map(|text| charset.encode(text).1).sum() };
    (sizes, replaced)
}

/// Writes the sections of one release.
pub(super) struct Sections<'a> {
    pub(super) metadata: &'a DtaMetadata,
    pub(super) layout: &'a Layout,
    pub(super) rows: u64,
}

impl Sections<'_> {
    fn release(&self) -> Release {
        self.metadata.release
    }

    fn encode<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, [u8]> {
        self.release().charset().encode(text).0
    }

    /// Writes `text` and fills up to `width` bytes with zeros.
    fn field(&self, to: &mut impl Write, text: &str, width: usize) -> io::Result<()> {
        const ZEROS: [u8; 321] = [0; 321];
        let bytes = self.encode(text);
        to.write_all(&bytes)?;
        to.write_all(ZEROS.get(..width.saturating_sub(bytes.len())).unwrap_or_default())
    }

    /// Writes the low `width` bytes of a number.
    fn number(&self, to: &mut impl Write, number: u64, width: usize) -> io::Result<()> {
        to.write_all(number.to_le_bytes().get(..width).unwrap_or_default())
    }

    /// Writes everything up to the first row.
    pub(super) fn before_rows(&self, to: &mut impl Write) -> io::Result<()> {
        if self.release().is_tagged() {
            self.tagged_header(to)?
        } else {
            self.binary_header(to)?
        }
        self.variables(to)?;
        self.tag(to, b"<characteristics>")?;
        for characteristic in &self.metadata.characteristics {
            self.characteristic(to, characteristic)?;
        }
        if !self.release().is_tagged() {
            to.write_all(&[0; 5])?;
        }
        self.tag(to, b"</characteristics><data>")
    }

    fn tag(&self, to: &mut impl Write, tag: &[u8]) -> io::Result<()> {
        if self.release().is_tagged() { to.write_all(tag) } else { Ok(()) }
    }

    fn tagged_header(&self, to: &mut impl Write) -> io::Result<()> {
        let widths = self.release().widths();
        write!(
            to,
            "<stata_dta><header><release>{}</release><byteorder>LSF</byteorder><K>",
            self.release().number()
        )?;
        self.number(to, self.metadata.variables.len() as u64, widths.variables)?;
        to.write_all(b"</K><N>")?;
        self.number(to, self.rows, widths.observations)?;
        to.write_all(b"</N><label>")?;
        let label = self.encode(&self.metadata.label);
        self.number(to, label.len() as u64, widths.dataset_label)?;
        to.write_all(&label)?;
        to.write_all(b"</label><timestamp>")?;
        self.number(to, self.metadata.timestamp.len() as u64, widths.timestamp)?;
        to.write_all(self.metadata.timestamp.as_bytes())?;
        to.write_all(b"</timestamp></header><map>")?;
        for entry in self.layout.map {
            self.number(to, entry, 8)?;
        }
        to.write_all(b"</map>")
    }

    fn binary_header(&self, to: &mut impl Write) -> io::Result<()> {
        let widths = self.release().widths();
        to.write_all(&[self.release().number(), 0x02, 0x01, 0x00])?;
        self.number(to, self.metadata.variables.len() as u64, widths.variables)?;
        self.number(to, self.rows, widths.observations)?;
        self.field(to, &self.metadata.label, widths.dataset_label)?;
        self.field(to, &self.metadata.timestamp, widths.timestamp)
    }

    fn variables(&self, to: &mut impl Write) -> io::Result<()> {
        let widths = self.release().widths();
        let variables = &self.metadata.variables;
        self.tag(to, b"<variable_types>")?;
        for variable in variables {
            let code = type_code(variable.storage, self.release()).unwrap_or_default();
            self.number(to, code.into(), widths.type_code)?;
        }
        self.tag(to, b"</variable_types><varnames>")?;
        for variable in variables {
            self.field(to, &variable.name, widths.name)?;
        }
        self.tag(to, b"</varnames><sortlist>")?;
        for position in 0..=variables.len() {
            let number = self.metadata.sorted_by.get(position).map_or(0, |sorted| *sorted as u64 + 1);
            self.number(to, number, widths.sort_entry)?;
        }
        self.tag(to, b"</sortlist><formats>")?;
        for variable in variables {
            self.field(to, &variable.format, widths.format)?;
        }
        self.tag(to, b"</formats><value_label_names>")?;
        for variable in variables {
            self.field(to, &variable.value_labels, widths.name)?;
        }
        self.tag(to, b"</value_label_names><variable_labels>")?;
        for variable in variables {
            self.field(to, &variable.label, widths.variable_label)?;
        }
        self.tag(to, b"</variable_labels>")
    }

    fn characteristic(&self, to: &mut impl Write, characteristic: &Characteristic) -> io::Result<()> {
        let name = self.release().widths().name;
        let contents = self.encode(&characteristic.contents);
        if self.release().is_tagged() {
            to.write_all(b"<ch>")?
        } else {
            to.write_all(&[1])?
        }
        self.number(to, (2 * name + contents.len() + 1) as u64, 4)?;
        self.field(to, &characteristic.owner, name)?;
        self.field(to, &characteristic.name, name)?;
        to.write_all(&contents)?;
        to.write_all(&[0])?;
        self.tag(to, b"</ch>")
    }

    /// Writes what stands between the last row and the first GSO record.
    pub(super) fn after_rows(&self, to: &mut impl Write) -> io::Result<()> {
        self.tag(to, b"</data><strls>")
    }

    /// Writes everything after the last GSO record.
    pub(super) fn after_strls(&self, to: &mut impl Write) -> io::Result<()> {
        self.tag(to, b"</strls><value_labels>")?;
        for set in &self.metadata.value_labels {
            self.value_labels(to, set)?;
        }
        self.tag(to, b"</value_labels></stata_dta>")
    }

    fn value_labels(&self, to: &mut impl Write, set: &ValueLabelSet) -> io::Result<()> {
        let mut order: Vec<usize> = (0..set.labels.len()).collect();
        let key = |position: &usize| set.labels.get(*position).map_or(0, |(key, _)| *key);
        order.sort_by_key(key);
        let sorted = || order.iter().filter_map(|position| set.labels.get(*position));
        let text_bytes = label_text_bytes(set, |text| self.encode(text).len() as u64);
        self.tag(to, b"<lbl>")?;
        let count = set.labels.len() as u64;
        self.number(to, 8 + 8 * count + text_bytes, 4)?;
        self.field(to, &set.name, self.release().widths().name)?;
        to.write_all(&[0; 3])?;
        self.number(to, count, 4)?;
        self.number(to, text_bytes, 4)?;
        let mut offset = 0;
        for (_, text) in sorted() {
            self.number(to, offset, 4)?;
            offset += self.encode(text).len() as u64 + 1;
        }
        for (key, _) in sorted() {
            to.write_all(&key.to_le_bytes())?;
        }
        for (_, text) in sorted() {
            to.write_all(&self.encode(text))?;
            to.write_all(&[0])?;
        }
        self.tag(to, b"</lbl>")
    }
}
