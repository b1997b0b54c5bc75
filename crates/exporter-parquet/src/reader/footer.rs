//! The footer: found, measured, then decoded by the `parquet` crate.

use parquet::file::metadata::{
    FileMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
};

use super::thrift::{BINARY, I32, I64, LIST, STRUCT, ThriftCursor};
use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;
use crate::writer::MAX_ROW_GROUPS;

/// Deepest nesting of columns: the decoder follows it by recursion.
const MAX_SCHEMA_DEPTH: usize = 64;
/// Bytes of the magic number at both ends (Parquet format, section File format).
const MAGIC: &[u8; 4] = b"PAR1";
/// Magic number of files whose footer is encrypted.
const ENCRYPTED_MAGIC: &[u8; 4] = b"PARE";
/// The fields of `FileMetaData` and their types (parquet.thrift).
const FILE: [(i16, u8); 9] = [
    (1, I32),
    (2, LIST),
    (3, I64),
    (4, LIST),
    (KEYS, LIST),
    (6, BINARY),
    (7, LIST),
    (ENCRYPTION, STRUCT),
    (9, BINARY),
];
/// Keys and values, and the value of one.
const KEYS: i16 = 5;
const VALUE: i16 = 2;
/// The field that a footer has when columns are encrypted and it is not.
const ENCRYPTION: i16 = 8;
/// Fields of `RowGroup`, `ColumnChunk` and `ColumnMetaData`.
const COLUMNS: i16 = 1;
const COLUMN_METADATA: i16 = 3;
const BLOOM_FILTER_LENGTH: i16 = 15;
/// The fields of `SchemaElement`.
const ELEMENT: [(i16, u8); 10] = [
    (1, I32),
    (2, I32),
    (REPETITION, I32),
    (4, BINARY),
    (CHILDREN, I32),
    (CONVERTED, I32),
    (7, I32),
    (8, I32),
    (9, I32),
    (10, STRUCT),
];
/// Whether values of the column are required, optional or repeated; the root needs none.
const REPETITION: i16 = 3;
const CHILDREN: i16 = 5;
const CONVERTED: i16 = 6;
/// Those that the format has (enumeration `ConvertedType`); old writers had more, such as 24 for columns of nulls.
const CONVERTED_TYPES: std::ops::RangeInclusive<i64> = 0..=21;

pub(super) fn malformed(what: impl Into<String>) -> ParquetError {
    ParquetError::Malformed { format: "parquet", what: what.into() }
}

/// Reads the footer of a file.
///
/// # Errors
/// When there is none, it is encrypted, it claims more than its bytes can hold, or its decoder refuses it.
pub(super) fn read(file: &Positioned) -> Result<ParquetMetaData, ParquetError> {
    let length = file.length();
    if length < 12 {
        return Err(malformed(format!("{length} bytes are too few for a file")));
    }
    let tail = file.read(length - 8, 8)?;
    let (size, magic) = tail.split_at(4);
    if magic == ENCRYPTED_MAGIC {
        return Err(malformed("the file is encrypted; decrypt it first, keys are not supported"));
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
    let mut bytes = bytes;
    // From the end, so that no place moves before its turn.
    for (at, repair) in check_groups(&bytes).map_err(malformed)?.into_iter().rev() {
        repair.apply(&mut bytes, at);
    }
    // Not used, and wrong in some files.
    let options = ParquetMetaDataOptions::new()
        .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll);
    contained("parquet", || ParquetMetaDataReader::decode_metadata_with_options(&bytes, Some(&options)))
}

/// A footer without its keys and values, which may be long: the Arrow schema, a codebook.
pub(super) fn without_keys(footer: ParquetMetaData) -> ParquetMetaData {
    let file = footer.file_metadata();
    let file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        None,
        file.schema_descr_ptr(),
        file.column_orders().cloned(),
    );
    let groups = footer.into_builder().take_row_groups();
    ParquetMetaData::new(file, groups)
}

/// What the decoder refuses and other readers do not mind.
enum Repair {
    /// A field of this type, and those behind it, get numbers that the format does not know: Dremio stores lists of its own under
    /// a number that the format gave away later, and the decoder goes by numbers alone.
    SetAside(u8),
    /// An empty list that does not say of what gets the type of structures.
    EmptyList,
    /// A structure that ends here gets the field that says that a column is required, as one that says nothing is.
    Required,
}

impl Repair {
    fn apply(self, bytes: &mut Vec<u8>, at: usize) {
        match (self, bytes.get_mut(at)) {
            // The high bits are the distance from the number before.
            (Self::SetAside(kind), Some(head)) if *head & 0x0f == kind => *head |= 0xf0,
            (Self::EmptyList, Some(head)) if *head == 0 => *head = STRUCT,
            (Self::Required, Some(0)) => {
                // A type alone is followed by the number, doubled like the value, which is 0.
                let number = REPETITION.unsigned_abs() as u8 * 2;
                bytes.splice(at..at, [I32, number, 0]);
            }
            _ => {}
        }
    }
}

/// The repairs that a footer needs, at ascending places.
type Repairs = Vec<(usize, Repair)>;

/// Walks a list of structures.
fn listed(
    thrift: &mut ThriftCursor<'_>,
    repairs: &mut Repairs,
    mut element: impl FnMut(&mut ThriftCursor<'_>, &mut Repairs) -> Result<(), String>,
) -> Result<usize, String> {
    let at = thrift.at();
    let count = thrift.structures(|thrift| element(thrift, repairs))?;
    if count == 0 {
        repairs.push((at, Repair::EmptyList));
    }
    Ok(count)
}

/// Walks a `FileMetaData` structure: depth of the schema and number of row groups, which the decoder believes. Returns what is to
/// be repaired.
fn check_groups(bytes: &[u8]) -> Result<Repairs, String> {
    let mut repairs = Vec::new();
    ThriftCursor::new(bytes, "the footer").structure(0, &FILE, |thrift, id, _| match id {
        2 => check_schema(thrift, &mut repairs).map(|()| true),
        4 => {
            let groups = listed(thrift, &mut repairs, |thrift, repairs| {
                thrift.structure(1, &[(COLUMNS, LIST)], |thrift, id, _| {
                    if id != COLUMNS {
                        return Ok(false);
                    }
                    listed(thrift, repairs, check_column)?;
                    Ok(true)
                })
            })?;
            if groups > MAX_ROW_GROUPS {
                return Err(
                    thrift.wrong(&format!("{groups} row groups are claimed, {MAX_ROW_GROUPS} are read"))
                );
            }
            Ok(true)
        }
        KEYS => listed(thrift, &mut repairs, check_key).map(|_| true),
        ENCRYPTION => {
            Err("columns of the file are encrypted; decrypt it first, keys are not supported".into())
        }
        _ => Ok(false),
    })?;
    Ok(repairs)
}

/// Walks a `KeyValue`: fastparquet writes numbers and truth values where the format has texts; they have no meaning for us.
fn check_key(thrift: &mut ThriftCursor<'_>, repairs: &mut Repairs) -> Result<(), String> {
    thrift.structure(1, &[(1, BINARY)], |thrift, id, kind| {
        if id == VALUE && kind != BINARY {
            repairs.push((thrift.at() - 1, Repair::SetAside(kind)));
        }
        Ok(false)
    })
}

/// Walks a `ColumnChunk` and the `ColumnMetaData` in it.
fn check_column(thrift: &mut ThriftCursor<'_>, repairs: &mut Repairs) -> Result<(), String> {
    thrift.structure(2, &[(COLUMN_METADATA, STRUCT)], |thrift, id, _| {
        if id != COLUMN_METADATA {
            return Ok(false);
        }
        thrift.structure(3, &[], |thrift, id, kind| {
            if id == BLOOM_FILTER_LENGTH && kind != I32 {
                repairs.push((thrift.at() - 1, Repair::SetAside(kind)));
            }
            Ok(false)
        })?;
        Ok(true)
    })
}

/// Walks the schema elements, a tree in depth-first order.
fn check_schema(thrift: &mut ThriftCursor<'_>, repairs: &mut Repairs) -> Result<(), String> {
    let mut open: Vec<usize> = Vec::new();
    let mut is_root = true;
    listed(thrift, repairs, |thrift, repairs| {
        let mut children = 0i64;
        let mut says_repetition = std::mem::take(&mut is_root);
        thrift.structure(1, &ELEMENT, |thrift, id, kind| {
            says_repetition |= id == REPETITION;
            if id == CONVERTED {
                let head = thrift.at() - 1;
                if !CONVERTED_TYPES.contains(&thrift.zigzag()?) {
                    repairs.push((head, Repair::SetAside(kind)));
                }
                return Ok(true);
            }
            if id != CHILDREN {
                return Ok(false);
            }
            children = thrift.zigzag()?;
            Ok(true)
        })?;
        if !says_repetition {
            repairs.push((thrift.at() - 1, Repair::Required));
        }
        let children = usize::try_from(children).ok().filter(|children| *children <= thrift.left());
        let children =
            children.ok_or_else(|| thrift.wrong("a column claims more children than there are"))?;
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
            return Err(thrift.wrong(&format!("columns are nested deeper than {MAX_SCHEMA_DEPTH}")));
        }
        Ok(())
    })?;
    Ok(())
}
