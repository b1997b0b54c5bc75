//! Zones of times in seconds, which Parquet stores as milliseconds: only the Arrow schema in the footer knows them.

use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, SchemaRef, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::file::metadata::FileMetaData;

use crate::ParquetError;
use crate::ipc::layout::schema_of_message;

/// The columns with the zones that the decoder does not take over, as the units differ.
pub(super) fn with_zones(
    fields: Vec<Result<FieldRef, ParquetError>>,
    file: &FileMetaData,
) -> Vec<Result<FieldRef, ParquetError>> {
    let is_utc = |field: &FieldRef| matches!(field.data_type(), DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if &**zone == "UTC");
    if !fields.iter().flatten().any(is_utc) {
        return fields;
    }
    let Some(known) = arrow_schema(file).filter(|known| known.fields().len() == fields.len()) else {
        return fields;
    };
    let zoned = |field: FieldRef, known: &FieldRef| match known.data_type() {
        DataType::Timestamp(TimeUnit::Second, Some(zone)) if is_utc(&field) => {
            let own = DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::clone(zone)));
            Arc::new(field.as_ref().clone().with_data_type(own))
        }
        _ => field,
    };
    let columns = fields.into_iter().zip(known.fields());
    columns.map(|(field, known)| field.map(|field| zoned(field, known))).collect()
}

/// The Arrow schema in the footer.
pub(super) fn arrow_schema(file: &FileMetaData) -> Option<SchemaRef> {
    let pairs = file.key_value_metadata()?;
    let text = pairs.iter().find(|pair| pair.key == ARROW_SCHEMA_META_KEY)?.value.as_ref()?;
    schema_of_message(&STANDARD.decode(text).ok()?).ok()
}
