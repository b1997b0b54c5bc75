//! Checks of a Parquet footer, before and after it is decoded: it is the one part that a reader must believe.

use arrow_ipc::root_as_message;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::thrift::{I32, LIST, STRUCT, Walk};
use crate::ParquetError;
use crate::ipc::layout::CONTINUATION;
use crate::ipc::types;
use crate::positioned::Positioned;

/// Deepest nesting of columns.
const MAX_SCHEMA_DEPTH: usize = 64;
/// Bytes of the magic number at both ends (Parquet format, section File format).
const MAGIC: &[u8; 4] = b"PAR1";
/// Magic number of files whose footer is encrypted.
const ENCRYPTED_MAGIC: &[u8; 4] = b"PARE";

/// Where the data of a file ends and its footer begins.
#[derive(Clone, Copy, Debug)]
pub struct FooterPlace(u64);

fn malformed(what: impl Into<String>) -> ParquetError {
    ParquetError::Malformed { format: "parquet", what: what.into() }
}

/// Checks length and shape of the footer's bytes, so that decoding them takes memory in proportion to their number.
///
/// # Errors
/// [`ParquetError::Malformed`].
pub(crate) fn check_bytes(file: &Positioned) -> Result<FooterPlace, ParquetError> {
    let length = file.length();
    if length < 12 {
        return Err(malformed(format!("{length} bytes are too few for a file")));
    }
    let tail = file.read(length - 8, 8)?;
    let (size, magic) = tail.split_at(4);
    if magic == ENCRYPTED_MAGIC {
        return Err(malformed("the file is encrypted"));
    }
    if magic != MAGIC {
        return Err(malformed("the file does not end in PAR1: it is cut off or not Parquet"));
    }
    let size = u32::from_le_bytes(size.try_into().unwrap_or_default());
    // 4 bytes of magic number in front, 8 bytes of length and magic number behind.
    let start = (length - 12)
        .checked_sub(u64::from(size))
        .map(|before| before + 4)
        .ok_or_else(|| malformed(format!("the footer claims {size} bytes, the file has {length}")))?;
    let bytes = file.read(start, usize::try_from(size).unwrap_or(usize::MAX))?;
    check_shape(&bytes).map_err(malformed)?;
    Ok(FooterPlace(start))
}

/// Walks a `FileMetaData` structure (parquet.thrift): lengths, depth of the schema, number of row groups.
fn check_shape(bytes: &[u8]) -> Result<(), String> {
    Walk::new(bytes, "the footer").structure(0, |walk, id, kind| match (id, kind) {
        (2, LIST) => check_schema(walk).map(|()| true),
        (4, LIST) => {
            let (count, kind) = walk.list()?;
            if kind != STRUCT || count > crate::writer::MAX_ROW_GROUPS {
                return Err(walk.wrong(&format!("{count} row groups are claimed")));
            }
            (0..count).try_for_each(|_| walk.structure(1, |_, _, _| Ok(false)))?;
            Ok(true)
        }
        _ => Ok(false),
    })
}

/// Walks the schema elements, a tree in depth-first order: field 5 is the number of children.
fn check_schema(walk: &mut Walk<'_>) -> Result<(), String> {
    let (count, kind) = walk.list()?;
    if kind != STRUCT {
        return Err(walk.wrong("the schema is not a list of structures"));
    }
    let mut open: Vec<usize> = Vec::new();
    for _ in 0..count {
        let mut children = 0i64;
        walk.structure(1, |walk, id, kind| {
            if (id, kind) == (5, I32) {
                children = walk.zigzag()?;
                return Ok(true);
            }
            Ok(false)
        })?;
        let children = usize::try_from(children).ok().filter(|children| *children < count);
        let children = children.ok_or_else(|| walk.wrong("a column claims more children than there are"))?;
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > MAX_SCHEMA_DEPTH {
            return Err(walk.wrong(&format!("columns are nested deeper than {MAX_SCHEMA_DEPTH}")));
        }
    }
    Ok(())
}

/// Checks that the decoded footer agrees with itself and with the file.
///
/// # Errors
/// [`ParquetError::Malformed`] naming row group and column.
pub(crate) fn check(metadata: &ParquetMetaData, footer: FooterPlace) -> Result<(), ParquetError> {
    let claimed = metadata.file_metadata().num_rows();
    let mut rows = 0i64;
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let number = index + 1;
        if group.num_rows() < 0 {
            return Err(malformed(format!("row group {number} claims {} rows", group.num_rows())));
        }
        rows = rows.saturating_add(group.num_rows());
        check_columns(group, number, footer, &mut ranges)?;
    }
    if rows != claimed {
        return Err(malformed(format!("the footer claims {claimed} rows, its row groups have {rows}")));
    }
    ranges.sort_unstable();
    let overlap = ranges.windows(2).find(|pair| matches!(pair, [(_, end), (start, _)] if start < end));
    if let Some([_, (start, _)]) = overlap {
        return Err(malformed(format!("two columns share the bytes at offset {start}")));
    }
    Ok(())
}

/// Checks the Arrow schema that writers of the Arrow project leave among the keys and values: a schema message in
/// base64 (Arrow C++, `ARROW:schema`).
///
/// # Errors
/// [`ParquetError::Malformed`].
pub(crate) fn check_arrow_schema(metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    let pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
    for value in pairs.filter(|pair| pair.key == ARROW_SCHEMA_META_KEY).filter_map(|pair| pair.value.as_ref())
    {
        let broken = |what: String| malformed(format!("the Arrow schema in the footer is broken: {what}"));
        let bytes = BASE64_STANDARD.decode(value).map_err(|error| broken(error.to_string()))?;
        let framed = if bytes.starts_with(&CONTINUATION) { 8 } else { 0 };
        let message = root_as_message(bytes.get(framed..).unwrap_or_default())
            .map_err(|error| broken(error.to_string()))?;
        let schema = message.header_as_schema().ok_or_else(|| broken("it is another message".into()))?;
        types::check(schema).map_err(broken)?;
    }
    Ok(())
}

fn check_columns(
    group: &RowGroupMetaData,
    number: usize,
    footer: FooterPlace,
    ranges: &mut Vec<(u64, u64)>,
) -> Result<(), ParquetError> {
    for column in group.columns() {
        let name = column.column_path().string();
        let wrong = |what: String| malformed(format!("column {name} of row group {number}: {what}"));
        let flat = column.column_descr().max_rep_level() == 0;
        if column.num_values() < 0 || (flat && column.num_values() != group.num_rows()) {
            return Err(wrong(format!("{} values in {} rows", column.num_values(), group.num_rows())));
        }
        if column.file_path().is_some() {
            return Err(wrong("its bytes are in another file".into()));
        }
        let first = match column.dictionary_page_offset() {
            Some(dictionary) if dictionary < 0 => dictionary,
            // Some old writers store 0 for none.
            Some(dictionary) if dictionary > 0 => dictionary.min(column.data_page_offset()),
            _ => column.data_page_offset(),
        };
        let range = u64::try_from(first)
            .ok()
            .zip(u64::try_from(column.compressed_size()).ok())
            .and_then(|(start, size)| Some((start, start.checked_add(size)?)))
            .filter(|(start, end)| *start >= MAGIC.len() as u64 && *end <= footer.0);
        match range {
            Some((start, end)) if end > start => ranges.push((start, end)),
            Some(_) => {}
            None => {
                return Err(wrong(format!(
                    "{} bytes at offset {first} lie outside the file's data",
                    column.compressed_size()
                )));
            }
        }
        if column.uncompressed_size() < 0 {
            return Err(wrong(format!("{} bytes uncompressed", column.uncompressed_size())));
        }
    }
    Ok(())
}
