//! Walks the sections of a file in order and keeps their bytes; nothing is decoded here.

use crate::error::damaged;
use crate::error::{DtaError, Result};
use crate::reader::label_section::{RawLabels, binary_labels, tagged_labels};
use crate::reader::{Cursor, DtaBytes, unsigned};
use crate::spec::{ByteOrder, MAP_ENTRIES, Release};
use crate::spec_storage::{StorageType, storage_of};

/// Something wrong that was passed over while salvaging.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Position in the file, in bytes from 0.
    pub offset: u64,
    /// What was expected and what was found.
    pub message: String,
}

/// The sections of a file as bytes.
#[derive(Debug)]
pub(crate) struct RawFile {
    pub(crate) release: Release,
    pub(crate) order: ByteOrder,
    pub(crate) variables: u64,
    pub(crate) rows: u64,
    pub(crate) label: Vec<u8>,
    pub(crate) timestamp: Vec<u8>,
    pub(crate) types: Vec<StorageType>,
    pub(crate) names: Vec<u8>,
    pub(crate) sort: Vec<u8>,
    pub(crate) formats: Vec<u8>,
    pub(crate) set_names: Vec<u8>,
    pub(crate) labels: Vec<u8>,
    /// Owner, name and contents of each characteristic.
    pub(crate) characteristics: Vec<Vec<u8>>,
    pub(crate) value_labels: Vec<RawLabels>,
    /// Offset of the first row.
    pub(crate) data: u64,
    pub(crate) row_bytes: usize,
    /// Offset of the first strL record.
    pub(crate) strls: Option<u64>,
    pub(crate) damages: Vec<Damage>,
}

impl RawFile {
    fn new(release: Release, order: ByteOrder) -> Self {
        Self {
            release,
            order,
            variables: 0,
            rows: 0,
            label: Vec::new(),
            timestamp: Vec::new(),
            types: Vec::new(),
            names: Vec::new(),
            sort: Vec::new(),
            formats: Vec::new(),
            set_names: Vec::new(),
            labels: Vec::new(),
            characteristics: Vec::new(),
            value_labels: Vec::new(),
            data: 0,
            row_bytes: 0,
            strls: None,
            damages: Vec::new(),
        }
    }

    /// Passes over `outcome` when salvaging, keeping the damage; `false` when it failed.
    fn settle(&mut self, outcome: Result<()>, lenient: bool) -> Result<bool> {
        match outcome {
            Ok(()) => Ok(true),
            Err(DtaError::Damaged { offset, message }) if lenient => {
                self.damages.push(Damage { offset, message });
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Fits the number of rows to the bytes that are there; `true` when all rows are.
    fn fit_rows(&mut self, length: u64, lenient: bool) -> Result<bool> {
        let room = length.saturating_sub(self.data);
        let present = room.checked_div(self.row_bytes as u64).unwrap_or(0);
        if self.rows <= present {
            return Ok(true);
        }
        let message = format!(
            "{} rows of {} bytes announced, {present} complete rows follow",
            self.rows, self.row_bytes
        );
        let outcome =
            Err(damaged(self.data.saturating_add(present.saturating_mul(self.row_bytes as u64)), message));
        self.rows = present;
        self.settle(outcome, lenient)
    }
}

/// Locates the sections of the whole file; with `lenient`, damage after the descriptions of the variables is kept and passed over.
pub(crate) fn locate(bytes: &DtaBytes, lenient: bool) -> Result<RawFile> {
    let first = bytes.block_at(0, 1)?;
    if first == b"<" { tagged(bytes, lenient) } else { binary(bytes, lenient) }
}

fn tagged(bytes: &DtaBytes, lenient: bool) -> Result<RawFile> {
    let length = bytes.length();
    let mut cursor = bytes.cursor(0, ByteOrder::Little);
    let mut raw = tagged_header(&mut cursor)?;
    let widths = raw.release.widths();
    let variables = raw.variables;
    cursor.tag("<map>")?;
    let map = cursor.take(MAP_ENTRIES * 8, "map")?.to_vec();
    let hint = |entry: usize| map.get(entry * 8..entry * 8 + 8).map_or(0, |b| unsigned(b, raw.order));
    let (data_hint, labels_hint) = (hint(9), hint(11));
    cursor.tag("</map><variable_types>")?;
    let at = cursor.at();
    let codes = cursor.block(variables, widths.type_code, "variable types")?;
    raw.set_types(&codes, at)?;
    cursor.tag("</variable_types><varnames>")?;
    raw.names = cursor.block(variables, widths.name, "variable names")?;
    cursor.tag("</varnames><sortlist>")?;
    raw.sort = cursor.block(variables + 1, widths.sort_entry, "sort list")?;
    cursor.tag("</sortlist><formats>")?;
    raw.formats = cursor.block(variables, widths.format, "display formats")?;
    cursor.tag("</formats><value_label_names>")?;
    raw.set_names = cursor.block(variables, widths.name, "value-label names")?;
    cursor.tag("</value_label_names><variable_labels>")?;
    raw.labels = cursor.block(variables, widths.variable_label, "variable labels")?;
    cursor.tag("</variable_labels>")?;
    let outcome = tagged_characteristics(&mut cursor, &mut raw).and_then(|()| Ok(cursor.tag("<data>")?));
    if !raw.settle(outcome, lenient)? {
        cursor = bytes.cursor(data_hint.min(length), raw.order);
        cursor.tag("<data>")?;
    }
    raw.data = cursor.at();
    if !raw.fit_rows(length, lenient)? {
        return Ok(raw);
    }
    let outcome = tagged_tail(&mut cursor, &mut raw, labels_hint);
    raw.settle(outcome, lenient)?;
    Ok(raw)
}

/// Everything before the map.
fn tagged_header(cursor: &mut Cursor<'_>) -> Result<RawFile> {
    cursor.tag("<stata_dta><header><release>")?;
    let digits = cursor.take(3, "release")?;
    let number = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u16>().ok());
    let release = number.and_then(Release::from_number).filter(|release| release.is_tagged());
    let Some(release) = release else {
        let found = digits.escape_ascii().to_string();
        return Err(DtaError::Unsupported(format!("release \"{found}\" at offset 28 is none of 117 to 121")));
    };
    cursor.tag("</release><byteorder>")?;
    let order = if cursor.accept("LSF")? {
        ByteOrder::Little
    } else {
        cursor.tag("MSF")?;
        ByteOrder::Big
    };
    cursor.set_order(order);
    let mut raw = RawFile::new(release, order);
    let widths = release.widths();
    cursor.tag("</byteorder><K>")?;
    let at = cursor.at();
    let variables = cursor.number(widths.variables, "number of variables")?;
    raw.reserve(variables, cursor.remaining(), at)?;
    cursor.tag("</K><N>")?;
    raw.rows = cursor.number(widths.observations, "number of observations")?;
    cursor.tag("</N><label>")?;
    let count = cursor.number(widths.dataset_label, "length of the dataset label")?;
    raw.label = cursor.take(count as usize, "dataset label")?.to_vec();
    cursor.tag("</label><timestamp>")?;
    let count = cursor.number(widths.timestamp, "length of the timestamp")?;
    raw.timestamp = cursor.take(count as usize, "timestamp")?.to_vec();
    cursor.tag("</timestamp></header>")?;
    Ok(raw)
}

fn tagged_characteristics(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    cursor.tag("<characteristics>")?;
    while cursor.accept("<ch>")? {
        let count = cursor.number(4, "length of a characteristic")?;
        let record = cursor.block(count, 1, "characteristic")?;
        cursor.tag("</ch>")?;
        raw.characteristics.push(record);
    }
    Ok(cursor.tag("</characteristics>")?)
}

/// Everything after the rows. The map may shorten the way past the strL records, but is believed only when the tags agree.
fn tagged_tail(cursor: &mut Cursor<'_>, raw: &mut RawFile, labels_hint: u64) -> Result<()> {
    cursor.skip(raw.rows.saturating_mul(raw.row_bytes as u64), "rows")?;
    cursor.tag("</data><strls>")?;
    raw.strls = Some(cursor.at());
    let end = "</strls>";
    if cursor.peek(end.len())? != end.as_bytes() {
        let close = labels_hint.checked_sub(end.len() as u64).filter(|close| *close >= cursor.at());
        let here = cursor.at();
        let trusted = match close {
            Some(close) => {
                cursor.skip((close - here).min(cursor.remaining()), "strLs")?;
                cursor.peek(end.len() + 14)? == b"</strls><value_labels>"
            }
            None => false,
        };
        if !trusted {
            cursor.rewind(here);
            while cursor.accept("GSO")? {
                cursor.skip(4 + raw.release.widths().gso_o as u64 + 1, "strL record")?;
                let count = cursor.number(4, "length of a strL")?;
                cursor.skip(count, "strL")?;
            }
        }
    }
    cursor.tag("</strls>")?;
    cursor.tag("<value_labels>")?;
    tagged_labels(cursor, raw)?;
    Ok(cursor.tag("</value_labels></stata_dta>")?)
}

fn binary(bytes: &DtaBytes, lenient: bool) -> Result<RawFile> {
    let length = bytes.length();
    let mut cursor = bytes.cursor(0, ByteOrder::Little);
    let number = cursor.number(1, "release")? as u16;
    let Some(release) = Release::from_number(number).filter(|release| !release.is_tagged()) else {
        return Err(DtaError::Unsupported(format!(
            "the first byte, {number}, is neither a release from 102 to 115 nor a tag"
        )));
    };
    // Release 102 has 0 here and is little-endian; later ones 1 for big-endian and 2 for little-endian.
    let order = if cursor.number(1, "byte order")? == 1 { ByteOrder::Big } else { ByteOrder::Little };
    cursor.set_order(order);
    cursor.take(2, "file type")?;
    let mut raw = RawFile::new(release, order);
    let widths = release.widths();
    let at = cursor.at();
    let variables = cursor.number(widths.variables, "number of variables")?;
    raw.reserve(variables, cursor.remaining(), at)?;
    raw.rows = cursor.number(widths.observations, "number of observations")?;
    raw.label = cursor.take(widths.dataset_label, "dataset label")?.to_vec();
    raw.timestamp = cursor.take(widths.timestamp, "timestamp")?.to_vec();
    let at = cursor.at();
    let codes = cursor.block(variables, widths.type_code, "variable types")?;
    raw.set_types(&codes, at)?;
    raw.names = cursor.block(variables, widths.name, "variable names")?;
    raw.sort = cursor.block(variables + 1, widths.sort_entry, "sort list")?;
    raw.formats = cursor.block(variables, widths.format, "display formats")?;
    raw.set_names = cursor.block(variables, widths.name, "value-label names")?;
    raw.labels = cursor.block(variables, widths.variable_label, "variable labels")?;
    expansion_fields(&mut cursor, &mut raw)?;
    raw.data = cursor.at();
    if !raw.fit_rows(length, lenient)? {
        return Ok(raw);
    }
    cursor.skip(raw.rows.saturating_mul(raw.row_bytes as u64), "rows")?;
    let outcome = binary_labels(&mut cursor, &mut raw);
    raw.settle(outcome, lenient)?;
    Ok(raw)
}

/// Characteristics before release 117; other expansion fields are passed over (section 4).
fn expansion_fields(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    let width = raw.release.widths().expansion_length;
    if width == 0 {
        return Ok(());
    }
    loop {
        let kind = cursor.number(1, "type of an expansion field")?;
        let count = cursor.number(width, "length of an expansion field")?;
        if kind == 0 {
            return Ok(());
        }
        let record = cursor.block(count, 1, "expansion field")?;
        if kind == 1 {
            raw.characteristics.push(record);
        }
    }
}

impl RawFile {
    /// Sets the number of variables, refused when the file cannot describe so many.
    fn reserve(&mut self, variables: u64, remaining: u64, at: u64) -> Result<()> {
        let widths = self.release.widths();
        let least = (widths.type_code + 2 * widths.name + widths.format + widths.variable_label) as u64;
        if variables.saturating_mul(least) > remaining {
            return Err(damaged(
                at,
                format!("{variables} variables need {least} bytes each, {remaining} bytes follow"),
            ));
        }
        self.variables = variables;
        Ok(())
    }

    fn set_types(&mut self, codes: &[u8], at: u64) -> Result<()> {
        let width = self.release.widths().type_code;
        let mut row_bytes = 0_usize;
        for (index, code) in codes.chunks_exact(width).enumerate() {
            let code = unsigned(code, self.order) as u16;
            let Some(storage) = storage_of(code, self.release) else {
                let offset = at + (index * width) as u64;
                return Err(damaged(
                    offset,
                    format!("type code {code} of variable {} is unknown", index + 1),
                ));
            };
            row_bytes = row_bytes.saturating_add(storage.width());
            self.types.push(storage);
        }
        self.row_bytes = row_bytes;
        Ok(())
    }
}
