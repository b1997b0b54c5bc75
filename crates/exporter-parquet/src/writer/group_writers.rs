//! The column writers of a row group, with the dictionaries that its data asks for.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, TypePtr};

use super::dictionaries::DictionaryChoice;
use crate::ParquetError;

/// Makes column writers, row group by row group.
pub(super) struct GroupWriters {
    stored: SchemaRef,
    schema: TypePtr,
    properties: WriterProperties,
    /// `None` when no column shall have a dictionary.
    choice: Option<DictionaryChoice>,
    /// What makes the writers, and the columns with dictionaries that it is for.
    factory: (Vec<bool>, ArrowRowGroupWriterFactory),
}

impl GroupWriters {
    pub(super) fn new<W: Write + Send>(file: &SerializedFileWriter<W>, stored: SchemaRef) -> Self {
        let any = ColumnPath::new(Vec::new());
        let choice = file.properties().dictionary_enabled(&any).then(DictionaryChoice::new);
        // The file has its own keys and values, and they may be long.
        let properties = WriterProperties::clone(file.properties()).into_builder();
        Self {
            schema: file.schema_descr().root_schema_ptr(),
            properties: properties.set_key_value_metadata(None).build(),
            choice,
            factory: (
                vec![true; stored.fields().len()],
                ArrowRowGroupWriterFactory::new(file, stored.clone()),
            ),
            stored,
        }
    }

    /// The writers of all leaves, in column order, of a row group that begins with this chunk and has about `rows` rows.
    pub(super) fn open(
        &mut self,
        group: usize,
        chunk: &RecordBatch,
        rows: usize,
    ) -> Result<Vec<ArrowColumnWriter>, ParquetError> {
        if let Some(choice) = &mut self.choice {
            let wanted = choice.choose(chunk, rows);
            if wanted != self.factory.0 {
                self.factory = (wanted.clone(), self.factory_for(&wanted)?);
            }
        }
        Ok(self.factory.1.create_column_writers(group)?)
    }

    /// A factory takes its properties from a file; one that is written nowhere serves.
    fn factory_for(&self, wanted: &[bool]) -> Result<ArrowRowGroupWriterFactory, ParquetError> {
        let mut properties = self.properties.clone().into_builder();
        for (field, wanted) in self.stored.fields().iter().zip(wanted) {
            if !wanted {
                let leaf = ColumnPath::new(vec![field.name().clone()]);
                properties = properties.set_column_dictionary_enabled(leaf, false);
            }
        }
        let nowhere =
            SerializedFileWriter::new(io::sink(), self.schema.clone(), Arc::new(properties.build()))?;
        Ok(ArrowRowGroupWriterFactory::new(&nowhere, self.stored.clone()))
    }
}
