//! The column writers of a row group, with the dictionaries that its data asks for.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescriptor, ColumnPath, Type, TypePtr};

use super::category_column::CategoryColumn;
use super::columns::{LeafWriter, leaf_count};
use super::dictionaries::DictionaryChoice;
use crate::ParquetError;
use crate::categories::may_be_categories;

/// Makes column writers, row group by row group.
pub(super) struct GroupWriters {
    stored: SchemaRef,
    schema: TypePtr,
    properties: WriterProperties,
    /// `None` when no column shall have a dictionary.
    choice: Option<DictionaryChoice>,
    /// What made the last writers, with the columns and the dictionaries that it is for.
    last: Option<(Range<usize>, Vec<bool>, ArrowRowGroupWriterFactory)>,
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
            last: None,
            stored,
        }
    }

    /// Columns of the table.
    pub(super) fn columns(&self) -> usize {
        self.stored.fields().len()
    }

    /// The writers of all leaves of these columns, in their order, of a row group that begins with these values and has
    /// about `rows` rows.
    pub(super) fn open(
        &mut self,
        group: usize,
        columns: Range<usize>,
        arrays: &[ArrayRef],
        rows: usize,
    ) -> Result<Vec<LeafWriter>, ParquetError> {
        let dictionaries = match &mut self.choice {
            Some(choice) => choice.choose(arrays, rows.max(arrays.first().map_or(0, |array| array.len()))),
            None => vec![false; columns.len()],
        };
        let factory = match self.last.take() {
            Some((same, with, factory)) if same == columns && with == dictionaries => factory,
            _ => self.factory(&columns, &dictionaries)?,
        };
        let writers = factory.create_column_writers(group)?.into_iter();
        let writers = writers.map(|writer| LeafWriter::Arrow(Box::new(writer)));
        let writers = self.with_categories(&columns, writers);
        self.last = Some((columns, dictionaries, factory));
        Ok(writers)
    }

    /// The writers of columns of categories in the place of those that the crate made.
    fn with_categories(
        &self,
        columns: &Range<usize>,
        mut made: impl Iterator<Item = LeafWriter>,
    ) -> Vec<LeafWriter> {
        let mut writers = Vec::new();
        let fields = self.stored.fields().iter().zip(self.schema.get_fields());
        for (field, stored) in fields.skip(columns.start).take(columns.len()) {
            let leaves = leaf_count(field.data_type());
            let own = made.by_ref().take(leaves);
            if may_be_categories(field) {
                let path = ColumnPath::new(vec![field.name().clone()]);
                let statistics = self.properties.statistics_enabled(&path);
                let description = Arc::new(ColumnDescriptor::new(Arc::clone(stored), 1, 0, path));
                own.for_each(drop);
                writers.push(LeafWriter::Categories(CategoryColumn::new(description, statistics)));
            } else {
                writers.extend(own);
            }
        }
        writers
    }

    /// A factory takes its properties and columns from a file; one that is written nowhere serves.
    fn factory(
        &self,
        columns: &Range<usize>,
        dictionaries: &[bool],
    ) -> Result<ArrowRowGroupWriterFactory, ParquetError> {
        let fields: Vec<_> =
            self.stored.fields().iter().skip(columns.start).take(columns.len()).cloned().collect();
        let leaves = self.schema.get_fields().get(columns.clone()).unwrap_or_default().to_vec();
        let schema = Type::group_type_builder(self.schema.name()).with_fields(leaves).build()?;
        let mut properties = self.properties.clone().into_builder();
        for (field, wanted) in fields.iter().zip(dictionaries) {
            if !wanted {
                let leaf = ColumnPath::new(vec![field.name().clone()]);
                properties = properties.set_column_dictionary_enabled(leaf, false);
            }
        }
        let nowhere = SerializedFileWriter::new(io::sink(), Arc::new(schema), Arc::new(properties.build()))?;
        Ok(ArrowRowGroupWriterFactory::new(&nowhere, Arc::new(Schema::new(fields))))
    }
}
