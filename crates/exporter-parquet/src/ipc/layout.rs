//! Where the messages of an Arrow IPC file or stream lie, found without believing any length
//! (Arrow columnar format, section Serialization and Interprocess Communication).

use std::sync::Arc;

use arrow_ipc::{Block, Message, MessageHeader, MetadataVersion, Type, root_as_footer, root_as_message};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use exporter_core::Foreign;

use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;
use crate::shown::{INT128, MAX_DIGITS, parts};

/// First bytes of a file; it ends in them too.
pub(crate) const MAGIC: &[u8; 6] = b"ARROW1";
/// Metadata key of batches that Arrow 0.17 compressed, before the format said how.
const COMPRESSION_OF_017: &str = "ARROW:experimental_compression";
/// First bytes of every message of a stream since format version 0.15.
pub(crate) const CONTINUATION: [u8; 4] = [0xff; 4];
/// Metadata key of a field that is not read; the value is why.
pub(crate) const UNREAD: &str = "exporter.unread";

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Dictionary,
    Rows(u64),
}

/// The schema of a file or stream and the places of its messages in the order they are to be read.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) schema: SchemaRef,
    pub(crate) version: MetadataVersion,
    pub(crate) messages: Vec<(Content, Block)>,
    /// Whether the end is marked, so that a file that was cut off is known from one that is whole.
    pub(crate) ended: bool,
}

pub(crate) fn malformed(what: impl Into<String>) -> ParquetError {
    ParquetError::Malformed { format: "arrow", what: what.into() }
}

impl Layout {
    /// Finds the messages of a file or a stream.
    pub(crate) fn read(file: &Positioned) -> Result<Self, ParquetError> {
        let head = file.read(0, usize::try_from(file.length().min(6)).unwrap_or(0))?;
        if head.starts_with(Foreign::FEATHER_1) {
            return Err(ParquetError::NotRead {
                format: "arrow",
                what: "this is a Feather file of version 1, a format of its own from before Arrow files",
                hint: "write it anew as version 2: python -c \"import pandas; pandas.read_feather('OLD.feather').to_feather('NEW.feather')\"",
            });
        }
        if head == MAGIC { Self::of_file(file) } else { Self::of_stream(file) }
    }

    pub(crate) fn rows(&self) -> u64 {
        let rows = |content: &Content| if let Content::Rows(rows) = content { *rows } else { 0 };
        self.messages.iter().fold(0u64, |sum, (content, _)| sum.saturating_add(rows(content)))
    }

    /// The dictionaries, and behind those that follow each other one batch that shows them.
    pub(crate) fn of_dictionaries(&self) -> Arc<Self> {
        let mut is_behind = true;
        let kept = self.messages.iter().filter(|(content, _)| match content {
            Content::Dictionary => {
                is_behind = true;
                true
            }
            Content::Rows(_) => std::mem::take(&mut is_behind),
        });
        Arc::new(Self { messages: kept.copied().collect(), ..self.clone() })
    }

    fn of_file(file: &Positioned) -> Result<Self, ParquetError> {
        let length = file.length();
        // Magic number and padding in front; length of the footer (4 bytes) and magic number behind.
        if length < 18 {
            return Err(malformed(format!("{length} bytes are too few for a file")));
        }
        let tail = file.read(length - 10, 10)?;
        let (size, magic) = tail.split_at(4);
        if magic != MAGIC {
            return Err(malformed("the file does not end in ARROW1: it is cut off"));
        }
        let size = i32::from_le_bytes(size.try_into().unwrap_or_default());
        let start =
            u64::try_from(size).ok().and_then(|size| (length - 18).checked_sub(size)).map(|left| left + 8);
        let start = start
            .ok_or_else(|| malformed(format!("the footer claims {size} bytes, the file has {length}")))?;
        let bytes = file.read(start, usize::try_from(size).unwrap_or(0))?;
        let footer =
            root_as_footer(&bytes).map_err(|error| malformed(format!("the footer is broken: {error}")))?;
        let schema = footer.schema().ok_or_else(|| malformed("the footer has no schema"))?;
        let schema = decoded_schema(schema)?;
        let mut blocks: Vec<Block> = footer.dictionaries().into_iter().flatten().copied().collect();
        blocks.extend(footer.recordBatches().into_iter().flatten().copied());
        let mut messages = Vec::new();
        check_overlap(&blocks)?;
        for block in blocks {
            let within = u64::try_from(block.offset())
                .ok()
                .zip(u64::try_from(block.metaDataLength()).ok())
                .zip(u64::try_from(block.bodyLength()).ok())
                .and_then(|((offset, head), body)| offset.checked_add(head)?.checked_add(body))
                .is_some_and(|end| end <= start && block.offset() >= 8);
            if !within {
                return Err(malformed(format!(
                    "a batch of {} bytes at offset {} lies outside the file's data",
                    block.bodyLength(),
                    block.offset()
                )));
            }
            let head =
                file.read(block.offset() as u64, usize::try_from(block.metaDataLength()).unwrap_or(0))?;
            messages.extend(content(&message(&head)?, &block)?.map(|content| (content, block)));
        }
        Ok(Self { schema, version: footer.version(), messages, ended: true })
    }

    fn of_stream(file: &Positioned) -> Result<Self, ParquetError> {
        let mut at = 0u64;
        let mut known: Option<(SchemaRef, MetadataVersion)> = None;
        let mut messages = Vec::new();
        let mut ended = false;
        while at < file.length() {
            let (head, size) = frame(file, at)?;
            if size == 0 {
                ended = true;
                break;
            }
            let size = u64::from(size);
            let left = file.length() - at;
            if head + size > left {
                return Err(malformed(format!(
                    "a message claims {size} bytes at offset {at}, {left} are left"
                )));
            }
            let bytes = file.read(at, usize::try_from(head + size).unwrap_or(usize::MAX))?;
            let message = message(&bytes)?;
            let body = u64::try_from(message.bodyLength()).ok().filter(|body| *body <= left - head - size);
            let body = body.ok_or_else(|| {
                malformed(format!(
                    "a message at offset {at} claims a body of {} bytes: the stream is cut off",
                    message.bodyLength()
                ))
            })?;
            match (&known, message.header_as_schema()) {
                (None, Some(schema)) => known = Some((decoded_schema(schema)?, message.version())),
                (None, None) => return Err(malformed("the stream does not begin with a schema")),
                (Some(_), _) => {
                    let length =
                        i32::try_from(head + size).map_err(|_| malformed("a message is too long"))?;
                    let block = Block::new(at as i64, length, body as i64);
                    messages.extend(content(&message, &block)?.map(|content| (content, block)));
                }
            }
            at += head + size + body;
        }
        let (schema, version) = known.ok_or_else(|| malformed("the stream is empty"))?;
        Ok(Self { schema, version, messages, ended })
    }
}

/// Checks that no two batches share bytes, so that a small file cannot hold rows without end.
fn check_overlap(blocks: &[Block]) -> Result<(), ParquetError> {
    let end = |block: &Block| {
        block.offset().saturating_add(block.metaDataLength().into()).saturating_add(block.bodyLength())
    };
    let mut ranges: Vec<(i64, i64)> = blocks.iter().map(|block| (block.offset(), end(block))).collect();
    ranges.sort_unstable();
    match ranges.windows(2).find(|pair| matches!(pair, [(_, end), (start, _)] if start < end)) {
        Some([_, (start, _)]) => Err(malformed(format!("two batches share the bytes at offset {start}"))),
        _ => Ok(()),
    }
}

/// The bytes before a message's metadata and the length of it; 0 marks the end.
fn frame(file: &Positioned, at: u64) -> Result<(u64, u32), ParquetError> {
    let number = |at| -> Result<[u8; 4], ParquetError> {
        file.read(at, 4)?.try_into().map_err(|_| malformed("the stream is cut off"))
    };
    let first = number(at)?;
    let (head, size) = if first == CONTINUATION { (8, number(at + 4)?) } else { (4, first) };
    let size = i32::from_le_bytes(size);
    let size = u32::try_from(size)
        .map_err(|_| malformed(format!("a message claims {size} bytes at offset {at}")))?;
    Ok((head, size))
}

/// Whether bytes begin with a schema as streams did before format version 0.15: with its length and nothing in front. Schemas may be
/// longer than what is there.
pub(crate) fn is_old_stream(head: &[u8]) -> bool {
    let bytes = |at: usize| head.get(at..)?.first_chunk::<4>().copied();
    let number = |at: usize| bytes(at).and_then(|bytes| usize::try_from(i32::from_le_bytes(bytes)).ok());
    // Messages end at multiples of 8 bytes.
    let is_length = |length: &usize| *length > 0 && (length + 4).is_multiple_of(8);
    let Some(length) = number(0).filter(is_length) else { return false };
    // A table, and before or behind it the places of its fields (FlatBuffers internals, section Tables).
    let places_of = |table: usize| {
        let back = i64::from(i32::from_le_bytes(bytes(table)?));
        usize::try_from(i64::try_from(table).ok()?.checked_sub(back)?).ok()
    };
    let field = |number: usize, table: usize, places: usize| {
        let place = head.get(places + 4 + 2 * number..)?.first_chunk::<2>()?;
        head.get(table + usize::from(u16::from_le_bytes(*place))).copied()
    };
    let header = || {
        let table = 4 + number(4).filter(|table| *table < length)?;
        let places = places_of(table)?;
        let size = u16::from_le_bytes(*head.get(places..)?.first_chunk()?);
        // The version, the type of the header and the header; at most the length of the body and metadata beside them.
        let is_message = (10..=14).contains(&size) && field(0, table, places)? <= 4;
        field(1, table, places).filter(|_| is_message)
    };
    header() == Some(MessageHeader::Schema.0)
}

/// The message in its frame.
pub(crate) fn message(bytes: &[u8]) -> Result<Message<'_>, ParquetError> {
    let start = if bytes.starts_with(&CONTINUATION) { 8 } else { 4 };
    let bytes = bytes.get(start..).ok_or_else(|| malformed("a message is too short"))?;
    root_as_message(bytes).map_err(|error| malformed(format!("a message is broken: {error}")))
}

fn decoded_schema(schema: arrow_ipc::Schema<'_>) -> Result<SchemaRef, ParquetError> {
    if !schema.endianness().equals_to_target_endianness() {
        return Err(malformed("the numbers have the byte order of another machine"));
    }
    let fields = schema.fields().into_iter().flatten();
    let fields = fields.map(decoded_field).collect::<Result<Vec<_>, _>>()?;
    let pairs = schema.custom_metadata().into_iter().flatten();
    let pairs = pairs.filter_map(|pair| Some((pair.key()?.to_owned(), pair.value()?.to_owned())));
    Ok(Arc::new(Schema::new_with_metadata(fields, pairs.collect())))
}

/// A field; the types that the crate does not know have the bytes of another.
fn decoded_field(field: arrow_ipc::Field<'_>) -> Result<Field, ParquetError> {
    let name = field.name().unwrap_or_default();
    if field.dictionary().is_some() || !has_long_integers(field) {
        return contained("arrow", || Ok::<_, ParquetError>(Field::from(field))).map_err(
            |error| match error {
                ParquetError::Damaged { what, .. } => {
                    malformed(format!("the type of {name:?} is not known: {what}"))
                }
                other => other,
            },
        );
    }
    let substitute = |data_type, key: &str, value: &str| {
        Field::new(name, data_type, true).with_metadata([(key.to_owned(), value.to_owned())].into())
    };
    if let Some(int) = field.type_as_int() {
        return Ok(match int.is_signed() {
            true => substitute(DataType::Decimal128(MAX_DIGITS, 0), INT128, ""),
            false => {
                substitute(DataType::FixedSizeBinary(16), UNREAD, "whole numbers of 128 bits without a sign")
            }
        });
    }
    let parts = field.children().into_iter().flatten().map(|part| decoded_field(part).map(Arc::new));
    let parts = parts.collect::<Result<Vec<FieldRef>, _>>()?;
    let unread = parts.iter().find_map(|part| part.metadata().get(UNREAD)).cloned();
    let data_type = match (field.type_type(), parts.as_slice()) {
        (Type::Struct_, _) => DataType::Struct(parts.into()),
        (Type::List, [item]) => DataType::List(Arc::clone(item)),
        (Type::LargeList, [item]) => DataType::LargeList(Arc::clone(item)),
        (Type::FixedSizeList, [item]) => {
            let size = field.type_as_fixed_size_list().map_or(0, |list| list.listSize());
            DataType::FixedSizeList(Arc::clone(item), size)
        }
        (Type::ListView, [item]) => DataType::ListView(Arc::clone(item)),
        (Type::LargeListView, [item]) => DataType::LargeListView(Arc::clone(item)),
        (Type::Map, [entries]) => {
            let is_sorted = field.type_as_map().is_some_and(|map| map.keysSorted());
            let mut entries = entries.as_ref().clone().with_nullable(false);
            if let DataType::Struct(parts) = entries.data_type() {
                // Keys are never null; their substitute may be.
                let part = |(at, part): (usize, &FieldRef)| part.as_ref().clone().with_nullable(at > 0);
                let parts: Fields = parts.iter().enumerate().map(part).collect();
                entries = entries.with_data_type(DataType::Struct(parts));
            }
            DataType::Map(Arc::new(entries), is_sorted)
        }
        _ => {
            return Err(malformed(format!(
                "the type of {name:?} is not known: it holds whole numbers of 128 bits"
            )));
        }
    };
    Ok(match unread {
        Some(why) => substitute(data_type, UNREAD, &why),
        None => Field::new(name, data_type, true),
    })
}

/// Whether a field or a part of it has whole numbers of 128 bits, which are polars' own.
fn has_long_integers(field: arrow_ipc::Field<'_>) -> bool {
    field.type_as_int().is_some_and(|int| int.bitWidth() == 128)
        || field.children().into_iter().flatten().any(has_long_integers)
}

/// Whether a decoded field has such a part.
pub(crate) fn holds_long_integers(field: &Field) -> bool {
    let keys = field.metadata();
    keys.contains_key(INT128)
        || keys.contains_key(UNREAD)
        || parts(field.data_type()).into_iter().any(|part| holds_long_integers(part))
}

/// The schema of a message that stands alone.
pub(crate) fn schema_of_message(bytes: &[u8]) -> Result<SchemaRef, ParquetError> {
    let schema = message(bytes)?.header_as_schema();
    decoded_schema(schema.ok_or_else(|| malformed("the message holds no schema"))?)
}

/// What a message holds, or nothing that concerns the rows.
fn content(message: &Message<'_>, block: &Block) -> Result<Option<Content>, ParquetError> {
    if message.bodyLength() != block.bodyLength() {
        return Err(malformed(format!("the batch at offset {} contradicts its place", block.offset())));
    }
    if message.custom_metadata().into_iter().flatten().any(|pair| pair.key() == Some(COMPRESSION_OF_017)) {
        return Err(ParquetError::NotRead {
            format: "arrow",
            what: "the file is compressed in the way of Arrow 0.17, from before the format said how",
            hint: "write it anew: python -c \"import pyarrow.feather as f; f.write_feather(f.read_table('OLD.feather'), 'NEW.feather')\"",
        });
    }
    match message.header_type() {
        MessageHeader::DictionaryBatch => Ok(Some(Content::Dictionary)),
        MessageHeader::RecordBatch => {
            let length = message.header_as_record_batch().map_or(-1, |batch| batch.length());
            let rows =
                u64::try_from(length).map_err(|_| malformed(format!("a batch claims {length} rows")))?;
            Ok(Some(Content::Rows(rows)))
        }
        MessageHeader::NONE => Ok(None),
        _ => Err(malformed(format!("the message at offset {} holds no rows", block.offset()))),
    }
}
