//! Maps, decoded as lists of their entries.
//!
//! The decoder of maps takes for granted that keys and values are equally many, which a damaged file need not keep to
//! and which shows between two columns only; the one of lists returns an error. In the file both are the same but for
//! their annotation (Parquet format, LogicalTypes.md, section Maps), so that is changed before decoding.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema};
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::errors::Result;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

/// A schema without maps, and how to get them back.
pub(super) struct Unmapped {
    pub(super) schema: SchemaDescriptor,
    pub(super) fields: Fields,
}

impl Unmapped {
    /// Makes lists of all maps; `None` when there is none among the columns to `read`.
    pub(super) fn of(schema: &SchemaDescriptor, read: &[FieldRef], fields: &Fields) -> Result<Option<Self>> {
        if !read.iter().any(|field| has_map(field.data_type())) {
            return Ok(None);
        }
        let root = schema.root_schema();
        let parts = root.get_fields().iter().map(as_lists).collect::<Result<Vec<_>>>()?;
        let root = Type::group_type_builder(root.name()).with_fields(parts).build()?;
        let schema = SchemaDescriptor::new(Arc::new(root));
        let fields = fields
            .iter()
            .zip(schema.root_schema().get_fields())
            .map(|(field, stored)| field_as_lists(field, stored))
            .collect();
        Ok(Some(Self { schema, fields }))
    }
}

/// Whether a type is or holds a map.
fn has_map(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Map(_, _)) || parts(data_type).iter().any(|part| has_map(part.data_type()))
}

/// The parts of a nested type.
fn parts(data_type: &DataType) -> Vec<&FieldRef> {
    match data_type {
        DataType::Struct(fields) => fields.iter().collect(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::Map(item, _) => vec![item],
        _ => Vec::new(),
    }
}

/// A column with the annotation of lists wherever it has that of maps.
fn as_lists(stored: &TypePtr) -> Result<TypePtr> {
    if stored.is_primitive() {
        return Ok(Arc::clone(stored));
    }
    let info = stored.get_basic_info();
    let parts = stored.get_fields().iter().map(as_lists).collect::<Result<Vec<_>>>()?;
    let id = info.has_id().then(|| info.id());
    let mut group = Type::group_type_builder(stored.name()).with_fields(parts).with_id(id);
    if info.has_repetition() {
        group = group.with_repetition(info.repetition());
    }
    let group = match is_map(stored) {
        true => group.with_converted_type(ConvertedType::LIST).with_logical_type(Some(LogicalType::List)),
        false => group
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned()),
    };
    Ok(Arc::new(group.build()?))
}

/// As the decoder tells maps: a group of that annotation whose entries have a key and a value.
fn is_map(stored: &Type) -> bool {
    let annotation = stored.get_basic_info().converted_type();
    let annotated = matches!(annotation, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE);
    annotated
        && matches!(stored.get_fields(), [entries] if !entries.is_primitive() && entries.get_fields().len() == 2)
}

/// The type of a column with lists for maps. Key and value are found by position in maps and by name elsewhere, so they
/// take the names that `stored` gives them.
fn field_as_lists(field: &FieldRef, stored: &Type) -> FieldRef {
    if !has_map(field.data_type()) {
        return Arc::clone(field);
    }
    let data_type = match field.data_type() {
        DataType::Map(entries, _) => {
            let stored = below(stored).first().map_or(&[][..], |entries| below(entries));
            let named = parts(entries.data_type()).into_iter().zip(stored).map(|(part, stored)| {
                let part = field_as_lists(part, stored);
                part.as_ref().clone().with_name(stored.name())
            });
            let entries = entries.as_ref().clone().with_data_type(DataType::Struct(named.collect()));
            DataType::List(Arc::new(entries))
        }
        DataType::Struct(fields) => {
            let parts = fields.iter().zip(below(stored));
            DataType::Struct(parts.map(|(part, stored)| field_as_lists(part, stored)).collect())
        }
        list => with_item(list, |field| field_as_lists(field, item_of(stored))),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// The columns of a group.
fn below(stored: &Type) -> &[TypePtr] {
    if stored.is_primitive() { &[] } else { stored.get_fields() }
}

/// What the items of a list are, by the rules that the decoder follows (LogicalTypes.md, section Lists).
fn item_of(stored: &Type) -> &Type {
    let info = stored.get_basic_info();
    if info.has_repetition() && info.repetition() == Repetition::REPEATED {
        return stored;
    }
    let [repeated] = below(stored) else { return stored };
    match below(repeated) {
        [item] if repeated.name() != "array" && repeated.name() != format!("{}_tuple", stored.name()) => item,
        _ => repeated,
    }
}

/// A list with another item.
fn with_item(list: &DataType, change: impl FnOnce(&FieldRef) -> FieldRef) -> DataType {
    match list {
        DataType::List(item) => DataType::List(change(item)),
        DataType::LargeList(item) => DataType::LargeList(change(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(change(item), *size),
        DataType::ListView(item) => DataType::ListView(change(item)),
        DataType::LargeListView(item) => DataType::LargeListView(change(item)),
        other => other.clone(),
    }
}

/// A decoded batch with maps where `fields` have them.
pub(super) fn mapped(
    batch: &RecordBatch,
    fields: &[FieldRef],
) -> std::result::Result<RecordBatch, ArrowError> {
    let columns = batch
        .columns()
        .iter()
        .zip(fields)
        .map(|(column, field)| as_type(column, field.data_type()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let fields: Vec<Field> = fields.iter().map(|field| field.as_ref().clone()).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
}

/// The same cells as another nested type of the same layout; everything about them is checked anew.
fn as_type(column: &ArrayRef, wanted: &DataType) -> std::result::Result<ArrayRef, ArrowError> {
    if column.data_type() == wanted || parts(wanted).is_empty() {
        return Ok(Arc::clone(column));
    }
    let data = column.to_data();
    let children = data
        .child_data()
        .iter()
        .zip(parts(wanted))
        .map(|(child, part)| {
            as_type(&make_array(child.clone()), part.data_type()).map(|child| child.to_data())
        })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let data = data.into_builder().data_type(wanted.clone()).child_data(children).build()?;
    Ok(make_array(data))
}
