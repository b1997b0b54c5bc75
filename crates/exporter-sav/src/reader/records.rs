//! Walks the records before the cases and keeps their bytes; texts stay bytes until the encoding is known (1).

use exporter_core::source::{BinaryCursor, BinaryFile, ByteOrder, unsigned};

use crate::error::{Result, damaged};
use crate::reader::remarks::Remarks;
use crate::spec::{DOCUMENT_LINE, ELEMENT_BYTES, Element, HEADER_BYTES, record, subtype};

/// A variable record with the continuation records behind it, small where there may be a million of them.
#[derive(Debug)]
pub(crate) struct RawVariable {
    /// Position among all variable records, continuations included, from 0: its first element in a case.
    pub(crate) first: u32,
    /// Elements that it has in a case.
    pub(crate) elements: u32,
    /// Bytes of a text; 0 for a number.
    pub(crate) width: u8,
    pub(crate) name: Element,
    pub(crate) print: u32,
    pub(crate) write: u32,
    /// Whether the first two missing values are the ends of a range.
    pub(crate) is_range: bool,
    /// Label and missing values, where there are any.
    said: Option<Box<Said>>,
}

/// A label and missing values.
type Said = (Box<[u8]>, Box<[Element]>);

impl RawVariable {
    pub(crate) fn label(&self) -> &[u8] {
        self.said.as_ref().map_or(&[], |said| &said.0)
    }

    pub(crate) fn missing(&self) -> &[Element] {
        self.said.as_ref().map_or(&[], |said| &said.1)
    }
}

/// Value labels and the dictionary indexes of the variables that have them.
#[derive(Debug, Default)]
pub(crate) struct RawLabels {
    pub(crate) labels: Vec<(Element, Box<[u8]>)>,
    pub(crate) indexes: Vec<u32>,
}

/// An extension record that is of use.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) subtype: i32,
    pub(crate) bytes: Vec<u8>,
}

/// All records before the cases.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) order: ByteOrder,
    pub(crate) variables: Vec<RawVariable>,
    /// Elements of a case.
    pub(crate) elements: usize,
    pub(crate) labels: Vec<RawLabels>,
    /// Lines of 80 bytes.
    pub(crate) documents: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
    /// A bit for each subtype of these, all of which are below 32.
    seen: u32,
    /// Offset of the first case.
    pub(crate) data: u64,
}

impl Records {
    pub(crate) fn read(bytes: &BinaryFile, order: ByteOrder, remarks: &mut Remarks) -> Result<Self> {
        let mut cursor = bytes.cursor(HEADER_BYTES, order);
        let mut records = Self {
            order,
            variables: Vec::new(),
            elements: 0,
            labels: Vec::new(),
            documents: Vec::new(),
            extensions: Vec::new(),
            seen: 0,
            data: 0,
        };
        // Whether a type 4 record may come.
        let mut has_labels = false;
        loop {
            let at = cursor.at();
            let kind = integer(&mut cursor, "record type")? as i32;
            match kind {
                record::VARIABLE => records.variable(&mut cursor)?,
                record::VALUE_LABELS => records.value_labels(&mut cursor)?,
                record::LABELLED_VARIABLES => {
                    let count = integer(&mut cursor, "number of labelled variables")?;
                    let indexes = cursor.block(count.into(), 4, "labelled variables")?;
                    match records.labels.last_mut().filter(|_| has_labels) {
                        Some(set) => {
                            set.indexes.extend(indexes.chunks_exact(4).map(|it| unsigned(it, order) as u32));
                        }
                        None => remarks
                            .odd("labelled variables without labels are left out", format!("offset {at}")),
                    }
                }
                record::DOCUMENT => {
                    let count = integer(&mut cursor, "number of document lines")?;
                    records.documents.extend(cursor.block(count.into(), DOCUMENT_LINE, "documents")?);
                }
                record::EXTENSION => records.extension(&mut cursor, remarks)?,
                record::END => {
                    cursor.take(4, "the end of the dictionary")?;
                    records.data = cursor.at();
                    // What is made of them takes the room that they were growing into.
                    records.variables.shrink_to_fit();
                    return Ok(records);
                }
                other => return Err(damaged(at, format!("a record type expected, {other} found"))),
            }
            has_labels = matches!(kind, record::VALUE_LABELS | record::LABELLED_VARIABLES);
        }
    }

    fn variable(&mut self, cursor: &mut BinaryCursor<'_>) -> Result<()> {
        let at = cursor.at();
        let order = self.order;
        let fixed = cursor.take(28, "a variable record")?;
        let field =
            |index: usize| fixed.get(index * 4..index * 4 + 4).map_or(0, |it| unsigned(it, order) as u32);
        let (width, has_label, missing) = (field(0) as i32, field(1), field(2) as i32);
        let (print, write) = (field(3), field(4));
        let name = fixed.last_chunk().copied().unwrap_or_default();
        let label = if has_label == 0 { Box::default() } else { label(cursor)? };
        let count = match missing {
            0..=3 => missing as u64,
            -2 | -3 => u64::from(missing.unsigned_abs()),
            other => {
                return Err(damaged(
                    at + 8,
                    format!("-3, -2 or 0 to 3 missing values expected, {other} found"),
                ));
            }
        };
        let values = cursor.take(count as usize * ELEMENT_BYTES, "missing values")?.to_vec();
        let first = u32::try_from(self.elements)
            .map_err(|_| damaged(at, "more variables and continuation records than dictionary indexes"))?;
        self.elements += 1;
        match u8::try_from(width) {
            Ok(width) => self.variables.push(RawVariable {
                first,
                elements: 1,
                width,
                name,
                print,
                write,
                is_range: missing < 0,
                said: (!label.is_empty() || !values.is_empty()).then(|| {
                    let values = values.chunks_exact(ELEMENT_BYTES).filter_map(|it| it.try_into().ok());
                    Box::new((label, values.collect()))
                }),
            }),
            _ if width == -1 => match self.variables.last_mut() {
                Some(variable) => variable.elements += 1,
                None => return Err(damaged(at, "a continuation record without a variable")),
            },
            _ => return Err(damaged(at, format!("a width of -1 to 255 expected, {width} found"))),
        }
        Ok(())
    }

    fn value_labels(&mut self, cursor: &mut BinaryCursor<'_>) -> Result<()> {
        let count = integer(cursor, "number of value labels")?;
        let mut set = RawLabels::default();
        // A label takes 16 bytes at least.
        set.labels.reserve_exact(u64::from(count).min(cursor.remaining() / 16) as usize);
        for _ in 0..count {
            let head = cursor.take(ELEMENT_BYTES + 1, "a value label")?;
            let value = head.first_chunk().copied().unwrap_or_default();
            let length = head.last().map_or(0, |length| usize::from(*length));
            let padded = (length + 1).next_multiple_of(8) - 1;
            let text = cursor.take(padded, "a value label")?;
            set.labels.push((value, text.get(..length).unwrap_or_default().into()));
        }
        self.labels.push(set);
        Ok(())
    }

    fn extension(&mut self, cursor: &mut BinaryCursor<'_>, remarks: &mut Remarks) -> Result<()> {
        let subtype = integer(cursor, "extension subtype")? as i32;
        let size = integer(cursor, "element size of an extension record")?;
        let count = integer(cursor, "element count of an extension record")?;
        match subtype {
            subtype::MACHINE_INTEGERS
            | subtype::MACHINE_FLOATS
            | subtype::VARIABLE_SETS
            | subtype::DATES
            | subtype::RESPONSE_SETS
            | subtype::DISPLAY
            | subtype::LONG_NAMES
            | subtype::VERY_LONG_TEXTS
            | subtype::CASES
            | subtype::FILE_ATTRIBUTES
            | subtype::VARIABLE_ATTRIBUTES
            | subtype::RESPONSE_SETS_14
            | subtype::ENCODING
            | subtype::LONG_TEXT_LABELS
            | subtype::LONG_TEXT_MISSING => {
                let bytes = cursor.block(count.into(), size as usize, "an extension record")?;
                let bit = 1_u32 << (subtype & 31);
                if subtype != subtype::VARIABLE_ATTRIBUTES && self.seen & bit != 0 {
                    remarks.odd("an extension record stands more than once", format!("subtype {subtype}"));
                }
                self.seen |= bit;
                self.extensions.push(Extension { subtype, bytes });
            }
            other => {
                if other == subtype::TEXT {
                    remarks.odd("the free text that an application put into the file is not read", "");
                }
                cursor.skip(u64::from(size).saturating_mul(count.into()), "an extension record")?;
            }
        }
        Ok(())
    }

    /// The extension records of a subtype, in their order.
    pub(crate) fn of(&self, subtype: i32) -> impl Iterator<Item = &Extension> {
        self.extensions.iter().filter(move |extension| extension.subtype == subtype)
    }
}

fn integer(cursor: &mut BinaryCursor<'_>, what: &str) -> Result<u32> {
    Ok(cursor.number(4, what)? as u32)
}

/// The label of a variable: its length, then its bytes padded to a multiple of four.
fn label(cursor: &mut BinaryCursor<'_>) -> Result<Box<[u8]>> {
    let length = u64::from(integer(cursor, "length of a label")?);
    let padded = length.next_multiple_of(4);
    // Nearly all are short, and come out of what the cursor has read ahead.
    if padded <= 4096 {
        let label = cursor.take(padded as usize, "a label")?;
        return Ok(label.get(..length as usize).unwrap_or_default().into());
    }
    let mut label = cursor.block(padded, 1, "a label")?;
    label.truncate(length as usize);
    Ok(label.into())
}
