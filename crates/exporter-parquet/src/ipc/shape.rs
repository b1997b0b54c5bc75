//! Checks of a batch before it is decoded: every column has the nodes and buffers of its type, and they are long
//! enough for its rows (Arrow columnar format, section Recordbatch message).

use std::vec::IntoIter;

use arrow_ipc::{Message, MessageHeader, RecordBatch};
use arrow_schema::{DataType, Field, Schema};

use super::layout::malformed;
use crate::ParquetError;

/// Most bytes that one compressed byte can stand for: a zstd block of four bytes repeats up to 128 KiB
/// (RFC 8878, section 3.1.1.2).
const MAX_EXPANSION: u64 = 1 << 15;
/// Most bytes that a compressed batch unpacks to.
const MAX_UNPACKED: u64 = 4 << 30;
/// Most rows of a batch: the format asks for lengths that fit 31 bits (section Array lengths).
const MAX_ROWS: u64 = i32::MAX as u64;

/// Checks a message of rows or of a dictionary against the schema and its own body.
pub(super) fn check(message: &Message<'_>, body: &[u8], schema: &Schema) -> Result<(), ParquetError> {
    checked(message, body, schema).map_err(malformed)
}

fn checked(message: &Message<'_>, body: &[u8], schema: &Schema) -> Result<(), String> {
    if message.header_type() == MessageHeader::DictionaryBatch {
        let dictionary = message.header_as_dictionary_batch().ok_or("a dictionary has no head")?;
        let batch = dictionary.data().ok_or("a dictionary has no values")?;
        let values = dictionary_values(schema, dictionary.id())?;
        return Shape::new(batch, body)?.columns([&Field::new("", values, true)]);
    }
    let batch = message.header_as_record_batch().ok_or("a message has no rows")?;
    Shape::new(batch, body)?.columns(schema.fields().iter().map(|field| &**field))
}

#[allow(
    deprecated,
    reason = "dictionaries are still known by their number in the schema, there is no other way yet"
)]
fn dictionary_values(schema: &Schema, id: i64) -> Result<DataType, String> {
    match schema.fields_with_dict_id(id).first().map(|field| field.data_type()) {
        Some(DataType::Dictionary(_, values)) => Ok(DataType::clone(values)),
        _ => Err(format!("no column has the dictionary {id}")),
    }
}

/// What is left of a batch's nodes and buffers.
struct Shape<'b> {
    /// Length and nulls of every column and its parts.
    nodes: IntoIter<(i64, i64)>,
    /// Offset and length.
    buffers: IntoIter<(i64, i64)>,
    /// How many buffers each column of views has.
    views: IntoIter<i64>,
    rows: u64,
    body: &'b [u8],
    compressed: bool,
    unpacked: u64,
}

impl<'b> Shape<'b> {
    fn new(batch: RecordBatch<'_>, body: &'b [u8]) -> Result<Self, String> {
        let nodes = batch.nodes().ok_or("a batch has no columns")?;
        let buffers = batch.buffers().ok_or("a batch has no buffers")?;
        let nodes: Vec<_> = nodes.into_iter().map(|node| (node.length(), node.null_count())).collect();
        let buffers: Vec<_> = buffers.into_iter().map(|buffer| (buffer.offset(), buffer.length())).collect();
        let views: Vec<_> = batch.variadicBufferCounts().into_iter().flatten().collect();
        Ok(Self {
            nodes: nodes.into_iter(),
            buffers: buffers.into_iter(),
            views: views.into_iter(),
            rows: u64::try_from(batch.length())
                .map_err(|_| format!("{} rows are claimed", batch.length()))?,
            body,
            compressed: batch.compression().is_some(),
            unpacked: 0,
        })
    }

    fn columns<'f>(mut self, fields: impl IntoIterator<Item = &'f Field>) -> Result<(), String> {
        let rows = self.rows;
        if rows > MAX_ROWS {
            return Err(format!("a batch claims {rows} rows, {MAX_ROWS} are allowed"));
        }
        for field in fields {
            let length = self
                .column(field.data_type())
                .map_err(|what| format!("column {:?} of a batch of {rows} rows: {what}", field.name()))?;
            if length != rows {
                return Err(format!(
                    "column {:?} has {length} rows where the batch has {rows}",
                    field.name()
                ));
            }
        }
        if self.views.next().is_some() {
            return Err("a batch counts buffers of columns it does not have".into());
        }
        Ok(())
    }

    /// Walks one column and returns its length.
    fn column(&mut self, data_type: &DataType) -> Result<u64, String> {
        let (length, nulls) = self.node()?;
        match data_type {
            DataType::Null => return Ok(length),
            DataType::RunEndEncoded(ends, values) => {
                self.column(ends.data_type())?;
                self.column(values.data_type())?;
                return Ok(length);
            }
            _ => {}
        }
        let validity = if nulls > 0 { length.div_ceil(8) } else { 0 };
        self.buffer(validity)?;
        // The offsets of no rows may be left out.
        let offsets = if length == 0 { 0 } else { length + 1 };
        match data_type {
            DataType::Boolean => {
                self.buffer(length.div_ceil(8))?;
            }
            DataType::FixedSizeBinary(width) => {
                self.buffer(length * u64::try_from(*width).unwrap_or(0))?;
            }
            DataType::Utf8 | DataType::Binary => {
                self.numbers(offsets, 4)?;
                self.buffer(0)?;
            }
            DataType::LargeUtf8 | DataType::LargeBinary => {
                self.numbers(offsets, 8)?;
                self.buffer(0)?;
            }
            DataType::Utf8View | DataType::BinaryView => {
                self.numbers(length, 16)?;
                let buffers = self.views.next().ok_or("it does not count its buffers")?;
                if buffers < 0 {
                    return Err(format!("{buffers} buffers are claimed"));
                }
                for _ in 0..buffers {
                    self.buffer(0)?;
                }
            }
            DataType::List(item) | DataType::Map(item, _) => {
                self.numbers(offsets, 4)?;
                self.column(item.data_type())?;
            }
            DataType::LargeList(item) => {
                self.numbers(offsets, 8)?;
                self.column(item.data_type())?;
            }
            DataType::ListView(item) => self.list_view(length, 4, item)?,
            DataType::LargeListView(item) => self.list_view(length, 8, item)?,
            DataType::FixedSizeList(item, size) => {
                let items = length * u64::try_from(*size).unwrap_or(0);
                at_least(self.column(item.data_type())?, items)?;
            }
            DataType::Struct(fields) => {
                for field in fields {
                    at_least(self.column(field.data_type())?, length)?;
                }
            }
            DataType::Dictionary(keys, _) => self.numbers(length, width(keys)?)?,
            other => self.numbers(length, width(other)?)?,
        }
        Ok(length)
    }

    fn list_view(&mut self, length: u64, width: u64, item: &Field) -> Result<(), String> {
        self.numbers(length, width)?;
        self.numbers(length, width)?;
        self.column(item.data_type()).map(drop)
    }

    /// Length and nulls of the next column.
    fn node(&mut self) -> Result<(u64, u64), String> {
        let (length, nulls) = self.nodes.next().ok_or("it is not in the batch")?;
        match (u64::try_from(length), u64::try_from(nulls)) {
            (Ok(rows), Ok(nulls)) if nulls <= rows && rows <= MAX_ROWS => Ok((rows, nulls)),
            _ => Err(format!("{nulls} nulls in {length} rows are claimed")),
        }
    }

    /// Checks that the next buffer holds whole numbers of this width, and at least so many.
    fn numbers(&mut self, count: u64, width: u64) -> Result<(), String> {
        let held = self.buffer(count * width)?;
        if !held.is_multiple_of(width) {
            return Err(format!("{held} bytes are not whole values of {width}"));
        }
        Ok(())
    }

    /// Checks that the next buffer lies in the body and holds this many bytes once unpacked; returns how many it holds.
    fn buffer(&mut self, wanted: u64) -> Result<u64, String> {
        let (offset, length) = self.buffers.next().ok_or("its buffers are not in the batch")?;
        let bytes = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(start, length)| self.body.get(start..start.checked_add(length)?))
            .ok_or_else(|| format!("{length} bytes at {offset} lie outside the batch"))?;
        let held = self.unpacked_length(bytes)?;
        if held < wanted {
            return Err(format!("{held} bytes are too few, {wanted} are needed"));
        }
        Ok(held)
    }

    /// Compressed buffers begin with their length unpacked, -1 for one that is not compressed (Message.fbs, table
    /// `BodyCompression`).
    fn unpacked_length(&mut self, bytes: &[u8]) -> Result<u64, String> {
        let length = bytes.len() as u64;
        if !self.compressed || bytes.is_empty() {
            return Ok(length);
        }
        let claimed = bytes.first_chunk::<8>().map(|prefix| i64::from_le_bytes(*prefix));
        match claimed.map(|claimed| (claimed, u64::try_from(claimed))) {
            Some((-1, _)) => Ok(length - 8),
            Some((_, Ok(unpacked))) if unpacked <= length * MAX_EXPANSION => {
                self.unpacked += unpacked;
                if self.unpacked > MAX_UNPACKED {
                    return Err(format!(
                        "the batch unpacks to more than {MAX_UNPACKED} bytes; write the file in smaller batches"
                    ));
                }
                Ok(unpacked)
            }
            _ => Err(format!("{length} compressed bytes claim to hold {}", claimed.unwrap_or_default())),
        }
    }
}

fn width(data_type: &DataType) -> Result<u64, String> {
    data_type
        .primitive_width()
        .map(|width| width as u64)
        .ok_or_else(|| format!("type {data_type} is not read"))
}

fn at_least(length: u64, wanted: u64) -> Result<(), String> {
    if length < wanted { Err(format!("a part has {length} values, {wanted} are needed")) } else { Ok(()) }
}
