//! The columns of a file: their Arrow types, one by one where the types of some cannot be told.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, RecordBatchOptions};
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use exporter_core::{Loss, LossCode};
use parquet::arrow::{
    ARROW_SCHEMA_META_KEY, FieldLevels, ProjectionMask, encode_arrow_schema, parquet_to_arrow_field_levels,
    parquet_to_arrow_schema,
};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::errors::Result as CrateResult;
use parquet::file::metadata::{FileMetaData, KeyValue, ParquetMetaData};
use parquet::schema::printer::print_schema;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type, TypePtr};

use super::seconds::{arrow_schema, with_zones};
use crate::ParquetError;
use crate::contained::contained;
use crate::ipc::layout::holds_long_integers;
use crate::readable::{Readable, Unread};
use crate::shown::{INT96, UUID};

/// The columns that are read.
#[derive(Debug)]
pub(super) struct FileSchema {
    pub(super) columns: FileColumns,
    pub(super) readable: Readable,
    /// The Arrow schema in the footer, where it is not used.
    pub(super) not_used: Option<Loss>,
}

/// What the decoder must know of the columns that are read.
#[derive(Clone, Debug)]
pub(super) struct FileColumns {
    /// As the decoder is to take them: INT96 as 12 bytes, because its times overflow in the decoder.
    roots: Arc<[TypePtr]>,
    fields: Fields,
    /// For every leaf of these columns its place in the file.
    pub(super) leaves: Arc<[usize]>,
    /// For every column where its leaves end among these.
    ends: Arc<[usize]>,
}

impl FileColumns {
    /// How the decoder reads some of the columns, and the places of their leaves in the file. Made from these columns alone,
    /// since the decoder looks through all that it is given.
    pub(super) fn levels(&self, columns: &[usize]) -> Result<(FieldLevels, Arc<[usize]>), ParquetError> {
        let roots = columns.iter().filter_map(|column| self.roots.get(*column).cloned());
        let fields: Fields = columns.iter().filter_map(|column| self.fields.get(*column).cloned()).collect();
        let schema = descriptor(roots.collect())?;
        let levels = contained("parquet", || {
            parquet_to_arrow_field_levels(&schema, ProjectionMask::all(), Some(&fields))
        })?;
        Ok((levels, columns.iter().flat_map(|column| self.leaves_of(*column)).copied().collect()))
    }

    /// Decoded rows of some of the columns that are held for long: with the fields that are known, and without the room that texts
    /// may still have grown into.
    pub(super) fn kept(&self, rows: RecordBatch, columns: &[usize]) -> Result<RecordBatch, ParquetError> {
        let count = rows.num_rows();
        let (schema, mut arrays, _) = rows.into_parts();
        arrays.iter_mut().for_each(Array::shrink_to_fit);
        let known = columns.iter().map(|column| self.fields.get(*column));
        let fields = schema.fields().iter().zip(known).map(|(field, known)| match known {
            Some(known) if known == field => Arc::clone(known),
            _ => Arc::clone(field),
        });
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let schema = Arc::new(Schema::new(fields.collect::<Fields>()));
        Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
    }

    /// The leaves of a column, by their places in the file.
    fn leaves_of(&self, column: usize) -> &[usize] {
        let start = column.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(column).and_then(|end| self.leaves.get(start..*end)).unwrap_or_default()
    }
}

impl FileSchema {
    pub(super) fn of(metadata: &ParquetMetaData) -> Result<Self, ParquetError> {
        let file = metadata.file_metadata();
        let roots = file.schema_descr().root_schema().get_fields();
        let told = types_and_keys(file.schema_descr(), file.key_value_metadata());
        let (types, keys, not_used) = match told.or_else(|error| without_unknown(file, roots).ok_or(error)) {
            Ok((types, keys)) => (with_zones(types, file), keys, None),
            Err(error) => {
                let is_there = |pair: &KeyValue| pair.key == ARROW_SCHEMA_META_KEY;
                let has_schema = file.key_value_metadata().into_iter().flatten().any(is_there);
                let why = error.filter(|_| has_schema).map(|error| {
                    let action = format!("the Arrow schema in the footer is not used: {error}");
                    Loss::new(LossCode::NOT_READ, action)
                });
                let pairs = file.key_value_metadata().into_iter().flatten();
                let keys = pairs.filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?))).collect();
                (types_of(roots), keys, why)
            }
        };
        let leaves = leaves_by_root(file.schema_descr(), roots.len());
        let mut types: Vec<Result<FieldRef, ParquetError>> = types;
        for (field, leaves) in types.iter_mut().zip(&leaves) {
            if let Ok(field) = field {
                let mut columns = leaves.iter().map(|leaf| file.schema_descr().column(*leaf));
                *field = annotated(field, &mut columns);
            }
        }
        let columns = types.into_iter().zip(roots).map(|(field, root)| {
            let unread = |why| Unread { name: root.name().to_owned(), why };
            match has_variant(root) {
                true => Err(unread("values of the type VARIANT are not decoded".into())),
                false => field.map_err(|error| unread(error.to_string())),
            }
        });
        let readable = Readable::of(columns, keys, |column| {
            roots.get(column).map_or_else(String::new, |root| described(root))
        });
        let read = readable.columns.iter().filter_map(|column| roots.get(*column));
        let read_leaves = readable.columns.iter().filter_map(|column| leaves.get(*column));
        let ends = read_leaves.clone().scan(0, |end, leaves| {
            *end += leaves.len();
            Some(*end)
        });
        let columns = FileColumns {
            roots: read.map(without_int96).collect::<CrateResult<_>>()?,
            fields: readable.fields.clone(),
            ends: ends.collect(),
            leaves: read_leaves.flatten().copied().collect(),
        };
        Ok(Self { columns, readable, not_used })
    }

    /// The leaves of a column, by their places in the file.
    pub(super) fn leaves_of(&self, column: usize) -> &[usize] {
        self.columns.leaves_of(column)
    }

    /// The first leaf of a column, by its place among those that are read.
    pub(super) fn first_leaf(&self, column: usize) -> Option<usize> {
        match column.checked_sub(1) {
            None => Some(0),
            Some(before) => self.columns.ends.get(before).copied(),
        }
    }

    /// The leaf of a column that is not nested, by its place in the file.
    pub(super) fn flat_leaf(&self, column: usize) -> Option<usize> {
        let root = self.columns.roots.get(column)?;
        let is_flat = root.is_primitive() && root.get_basic_info().repetition() != Repetition::REPEATED;
        is_flat.then(|| self.leaves_of(column).first().copied())?
    }
}

/// A column whose dictionary holds no texts as what its values are: the decoder makes dictionaries of texts alone.
fn without_encoding(field: &FieldRef) -> FieldRef {
    match field.data_type() {
        DataType::Dictionary(_, values) if !matches!(**values, DataType::Utf8 | DataType::LargeUtf8) => {
            Arc::new(field.as_ref().clone().with_data_type((**values).clone()))
        }
        _ => Arc::clone(field),
    }
}

/// The type of each column, and the keys and values of the file.
type TypesAndKeys = (Vec<Result<FieldRef, ParquetError>>, HashMap<String, String>);

/// What the Arrow schema among the keys says of the columns, or Parquet where there is none; no error where both have other columns.
fn types_and_keys(
    columns: &SchemaDescriptor,
    pairs: Option<&Vec<KeyValue>>,
) -> Result<TypesAndKeys, Option<ParquetError>> {
    let schema = contained("parquet", || parquet_to_arrow_schema(columns, pairs)).map_err(Some)?;
    if schema.fields().len() != columns.root_schema().get_fields().len() {
        return Err(None);
    }
    let fields = schema.fields().iter().map(without_encoding).map(Ok);
    Ok((fields.collect(), schema.metadata))
}

/// The same where the Arrow schema has types that the crate does not know and Parquet has no name for, which is the error of their
/// columns alone; nothing where that is not what is wrong.
fn without_unknown(file: &FileMetaData, roots: &[TypePtr]) -> Option<TypesAndKeys> {
    let pairs = file.key_value_metadata()?;
    let known = arrow_schema(file).filter(|known| known.fields().len() == roots.len())?;
    let is_known: Vec<bool> = known.fields().iter().map(|field| !holds_long_integers(field)).collect();
    if is_known.iter().all(|known| *known) {
        return None;
    }
    let of_known = roots.iter().zip(&is_known).filter(|(_, known)| **known);
    let columns = descriptor(of_known.map(|(root, _)| Arc::clone(root)).collect()).ok()?;
    let fields = known.fields().iter().zip(&is_known).filter(|(_, known)| **known);
    let fields: Fields = fields.map(|(field, _)| Arc::clone(field)).collect();
    let schema = encode_arrow_schema(&Schema::new_with_metadata(fields, known.metadata().clone()));
    let others = pairs.iter().filter(|pair| pair.key != ARROW_SCHEMA_META_KEY).cloned();
    let pairs = others.chain([KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), schema)]).collect();
    let (types, keys) = types_and_keys(&columns, Some(&pairs)).ok()?;
    let mut types = types.into_iter();
    let types = is_known.into_iter().map(|known| match known {
        true => types.next().unwrap_or(Err(ParquetError::NoColumns)),
        false => Err(ParquetError::LongIntegers),
    });
    Some((types.collect(), keys))
}

/// The types of columns; those that have none are found by halving.
fn types_of(roots: &[TypePtr]) -> Vec<Result<FieldRef, ParquetError>> {
    let told = contained("parquet", || parquet_to_arrow_schema(&descriptor(roots.to_vec())?, None));
    match (told, roots) {
        (Ok(schema), _) if schema.fields().len() == roots.len() => {
            schema.fields().iter().cloned().map(Ok).collect()
        }
        (_, []) => Vec::new(),
        (Ok(_), [_]) => vec![Err(super::footer::malformed("a group without columns"))],
        (Err(error), [_]) => vec![Err(error)],
        _ => {
            let (left, right) = roots.split_at(roots.len() / 2);
            types_of(left).into_iter().chain(types_of(right)).collect()
        }
    }
}

fn descriptor(roots: Vec<TypePtr>) -> CrateResult<SchemaDescriptor> {
    Ok(SchemaDescriptor::new(Arc::new(Type::group_type_builder("schema").with_fields(roots).build()?)))
}

fn leaves_by_root(schema: &SchemaDescriptor, roots: usize) -> Vec<Vec<usize>> {
    let mut leaves = vec![Vec::new(); roots];
    for leaf in 0..schema.num_columns() {
        if let Some(of_root) = leaves.get_mut(schema.get_column_root_idx(leaf)) {
            of_root.push(leaf);
        }
    }
    leaves
}

/// A column with what its leaves say and the Arrow type does not: texts of enumerations, UUIDs.
fn annotated(field: &FieldRef, leaves: &mut dyn Iterator<Item = Arc<ColumnDescriptor>>) -> FieldRef {
    let mut part = |field: &FieldRef| annotated(field, leaves);
    let data_type = match field.data_type() {
        DataType::Struct(parts) => DataType::Struct(parts.iter().map(part).collect()),
        DataType::List(item) => DataType::List(part(item)),
        DataType::LargeList(item) => DataType::LargeList(part(item)),
        DataType::ListView(item) => DataType::ListView(part(item)),
        DataType::LargeListView(item) => DataType::LargeListView(part(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(part(item), *size),
        DataType::Map(entries, sorted) => DataType::Map(part(entries), *sorted),
        own => {
            let Some(leaf) = leaves.next() else { return Arc::clone(field) };
            let is = |logical, converted| {
                leaf.logical_type_ref() == Some(&logical) || leaf.converted_type() == converted
            };
            let marked = |key: &str, value: &str| {
                let mut metadata = field.metadata().clone();
                metadata.insert(key.to_owned(), value.to_owned());
                field.as_ref().clone().with_metadata(metadata)
            };
            match own {
                DataType::Timestamp(_, zone) if leaf.physical_type() == Physical::INT96 => {
                    let marked = marked(INT96, zone.as_deref().unwrap_or_default());
                    return Arc::new(marked.with_data_type(DataType::FixedSizeBinary(12)));
                }
                DataType::Binary if is(LogicalType::Enum, ConvertedType::ENUM) => DataType::Utf8,
                DataType::FixedSizeBinary(16) if leaf.logical_type_ref() == Some(&LogicalType::Uuid) => {
                    return Arc::new(marked(EXTENSION_TYPE_NAME_KEY, UUID));
                }
                _ => return Arc::clone(field),
            }
        }
    };
    Arc::new(Field::clone(field).with_data_type(data_type))
}

/// Whether a column holds values of any type in an encoding of their own (Parquet format, VariantEncoding.md).
fn has_variant(column: &Type) -> bool {
    matches!(column.get_basic_info().logical_type_ref(), Some(LogicalType::Variant(_)))
        || column.is_group() && column.get_fields().iter().any(|part| has_variant(part))
}

/// A column with 12 bytes wherever it has INT96; in the file both are the same.
fn without_int96(stored: &TypePtr) -> CrateResult<TypePtr> {
    let info = stored.get_basic_info();
    let id = info.has_id().then(|| info.id());
    if !stored.is_primitive() {
        let parts = stored.get_fields().iter().map(without_int96).collect::<CrateResult<Vec<_>>>()?;
        if parts.iter().zip(stored.get_fields()).all(|(part, stored)| Arc::ptr_eq(part, stored)) {
            return Ok(Arc::clone(stored));
        }
        let mut group = Type::group_type_builder(stored.name())
            .with_fields(parts)
            .with_id(id)
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned());
        if info.has_repetition() {
            group = group.with_repetition(info.repetition());
        }
        return Ok(Arc::new(group.build()?));
    }
    if stored.get_physical_type() != Physical::INT96 {
        return Ok(Arc::clone(stored));
    }
    let bytes = Type::primitive_type_builder(stored.name(), Physical::FIXED_LEN_BYTE_ARRAY)
        .with_length(12)
        .with_id(id)
        .with_repetition(info.repetition());
    Ok(Arc::new(bytes.build()?))
}

/// A column in the words of the format, on one line.
fn described(root: &Type) -> String {
    let mut text = Vec::new();
    print_schema(&mut text, root);
    String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}
