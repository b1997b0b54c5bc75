//! Reading Parquet as a dataset: codebook from the metadata, facts from the footer, rows by row group.
//!
//! The `parquet` crate decodes. Before it takes memory for what a file claims, the claim is held against the file
//! (`footer`, `pages`); everything else that is wrong with a file is for the decoder to find, and where it panics instead
//! of returning an error, `contained` makes one of it.

mod footer;
mod look;
mod pages;
mod pruning;
mod rows;
mod schema;
mod seconds;
mod statistics;
mod thrift;

use std::sync::Arc;

use arrow_schema::FieldRef;
use exporter_core::codebook::Parent;
use exporter_core::dataset::{Batches, FoldedReasons, arrow_type, table_of};
use exporter_core::{Codebook, Context, Dataset, LossReport, Result, Scan, Source, TableId, TableProfile};
use parquet::file::metadata::ParquetMetaData;

use self::look::Place;
use self::rows::{Bounds, Plan, decode};
use self::schema::FileSchema;
use crate::ParquetError;
use crate::contained::contained;
use crate::layout::codebook::{Restored, restore};
use crate::layout::reasons::folded;
use crate::look::Look;
use crate::options::{CategoriesAs, ReadOptions};
use crate::pandas_period::frequency;
use crate::positioned::Positioned;
use crate::selection::selected;

/// Rows of a batch when the scan does not say.
const BATCH_ROWS: usize = 8192;
/// Most rows of a batch whatever the scan says.
const MAX_BATCH_ROWS: usize = 1 << 16;

/// A Parquet file as a dataset of one table.
///
/// The codebook stored in the file describes the columns; where it disagrees or is damaged the columns win. Without one,
/// kinds are inferred. Columns of types that no kind holds are left out. Both are among the losses of reading.
#[derive(Debug)]
pub struct ParquetDataset {
    file: Positioned,
    metadata: Arc<ParquetMetaData>,
    schema: FileSchema,
    restored: Restored,
    threads: usize,
    bounds: Bounds,
}

impl ParquetDataset {
    /// Opens a source and reads its footer, and the dictionaries of columns that may be categorical; the table is called by the
    /// stem of its name unless the stored codebook says otherwise. Scans decode with the threads and in the memory of the
    /// context; the rows are the same.
    ///
    /// # Errors
    /// When the bytes cannot be read, they are not Parquet or encrypted, or the footer is damaged.
    pub fn open(source: &Source<'_>, options: &ReadOptions, context: &Context) -> Result<Self> {
        let (file, name) = (Positioned::new(Arc::clone(&source.bytes)), source.stem());
        let metadata = footer::read(&file)?;
        let mut schema = FileSchema::of(&metadata)?;
        let metadata = Arc::new(footer::without_keys(metadata));
        schema.readable.check("parquet")?;
        let (threads, bounds) = (context.threads(), Bounds::of(context));
        let mut look = Look::at(&schema.readable.fields, options.categories == CategoriesAs::Labels);
        Place { file: &file, metadata: &metadata, schema: &schema, threads, bounds }.look(&mut look)?;
        schema.readable.looked(look);
        let mut restored = restore(&mut schema.readable, name, options, row_count(&metadata))?;
        restored.losses.extend(schema.not_used.clone());
        Ok(Self { file, metadata, schema, restored, threads, bounds })
    }

    /// Takes the columns of missing reasons for the reasons of their variables, as the inputs of this crate do; without it they
    /// are variables of their own.
    pub fn with_reasons(self) -> FoldedReasons<Self> {
        let shown = self.schema.readable.shown.clone();
        folded(self, &shown)
    }

    /// Whether a column's type is the kind's own, so that statistics need no conversion.
    fn is_native(&self, column: usize, kind: &exporter_core::codebook::Kind) -> bool {
        let readable = &self.schema.readable;
        let is_stored =
            |field: &FieldRef| field.data_type() == &arrow_type(kind) && frequency(field).is_none();
        readable.fields.get(column).is_some_and(is_stored) && !readable.categories.contains_key(&column)
    }
}

fn row_count(metadata: &ParquetMetaData) -> u64 {
    let rows = metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
    rows.fold(0, u64::saturating_add)
}

impl Dataset for ParquetDataset {
    fn codebook(&self) -> &Codebook {
        &self.restored.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| row_count(&self.metadata))
    }

    fn holds_reasons(&self, _: TableId) -> bool {
        false
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(self.codebook(), table)?;
        let read = scan.needed(description)?;
        let groups = match &scan.filter {
            Some(filter) => pruning::row_groups(filter, description, self)?,
            None => (0..self.metadata.num_row_groups()).collect(),
        };
        let rows = scan.batch_rows.unwrap_or(BATCH_ROWS).clamp(1, MAX_BATCH_ROWS);
        let plan = Plan::new(&self.file, &self.metadata, &self.schema, self.bounds, &read, groups, rows);
        let rows = decode(plan, &self.schema, &read, self.threads)?;
        selected(description, &self.schema.readable, scan, rows)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let description = self.codebook().tables.get(table.0)?;
        let mut profile = TableProfile::default();
        profile.rows = self.rows(table);
        for (index, variable) in description.variables.iter().enumerate() {
            let facts = contained("parquet", || {
                Ok::<_, ParquetError>(statistics::column_facts(self, index, &variable.kind))
            });
            if let Ok(Some(facts)) = facts {
                profile.columns.insert(index, facts);
            }
        }
        Some(profile)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.restored.parent.as_ref().filter(|_| table.0 == 0)
    }

    fn losses(&self) -> LossReport {
        self.schema.readable.losses(&self.restored)
    }
}
