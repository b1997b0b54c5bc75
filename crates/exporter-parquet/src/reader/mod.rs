//! Reading Parquet as a dataset: codebook from the metadata, facts from the footer, rows by row group.

pub mod footer;
mod maps;
mod pages;
mod pruning;
mod statistics;
mod thrift;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::FieldRef;
use exporter_core::dataset::{Batches, arrow_type, table_of};
use exporter_core::{Codebook, Dataset, Error, Result, Scan, TableId, TableProfile};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};
use parquet::file::metadata::ParquetMetaDataReader;

use self::maps::Unmapped;
use self::pages::ScannedGroups;
use crate::ParquetError;
use crate::contained::contained;
use crate::layout::codebook::{CODEBOOK_KEY, Restored, TABLE_KEY, restore};
use crate::options::ReadOptions;
use crate::positioned::Positioned;
use crate::selection::{Columns, Selected, columns_to_read};

/// Rows of a batch when the scan does not say.
const BATCH_ROWS: usize = 8192;
/// Most rows of a batch whatever the scan says.
const MAX_BATCH_ROWS: usize = 1 << 16;

/// A Parquet file as a dataset of one table.
///
/// The codebook stored in the file describes the columns; where it disagrees the columns win, and
/// [`ParquetDataset::remarks`] says so. Without one, kinds are inferred.
#[derive(Debug)]
pub struct ParquetDataset {
    file: Positioned,
    metadata: ArrowReaderMetadata,
    restored: Restored,
}

impl ParquetDataset {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// When the file cannot be read, is not Parquet, its footer contradicts itself or the file, or the stored codebook
    /// is broken.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self> {
        let file = Positioned::open(path).map_err(|source| Error::io("cannot open the file", source))?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self::read(file, &stem, options)
    }

    /// Opens a file that is open already; its table is called `name` unless the stored codebook says otherwise.
    ///
    /// # Errors
    /// As [`ParquetDataset::open`].
    pub fn from_file(file: File, name: &str, options: &ReadOptions) -> Result<Self> {
        let file = Positioned::of(file).map_err(|source| Error::io("cannot open the file", source))?;
        Self::read(file, name, options)
    }

    fn read(file: Positioned, name: &str, options: &ReadOptions) -> Result<Self> {
        let metadata = load(&file)?;
        let value = |key: &str| metadata.schema().metadata().get(key).map(String::as_str);
        let (json, table) = match options.codebook {
            true => (value(CODEBOOK_KEY), value(TABLE_KEY).unwrap_or(name)),
            false => (None, name),
        };
        let mut restored = restore(json, table, metadata.schema())?;
        restored.check_rows(row_count(&metadata));
        Ok(Self { file, metadata, restored })
    }

    /// The whole codebook as stored, with the tables of other files.
    pub fn stored_codebook(&self) -> Option<&Codebook> {
        self.restored.whole.as_ref()
    }

    /// Where the stored codebook did not fit the columns and the columns won.
    pub fn remarks(&self) -> &[String] {
        &self.restored.remarks
    }
}

/// Reads and checks the footer.
fn load(file: &Positioned) -> Result<ArrowReaderMetadata, ParquetError> {
    let place = footer::check_bytes(file)?;
    let metadata = contained("parquet", || ParquetMetaDataReader::new().parse_and_finish(file))?;
    footer::check(&metadata, place)?;
    footer::check_arrow_schema(&metadata)?;
    contained("parquet", || ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new()))
}

fn row_count(metadata: &ArrowReaderMetadata) -> u64 {
    u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
}

impl Dataset for ParquetDataset {
    fn codebook(&self) -> &Codebook {
        &self.restored.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| row_count(&self.metadata))
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(self.codebook(), table)?;
        let columns = scan.projection(description)?;
        let read = columns_to_read(scan, description, &columns)?;
        let groups = match &scan.filter {
            Some(filter) => pruning::row_groups(filter, description, &self.metadata)?,
            None => (0..self.metadata.metadata().num_row_groups()).collect(),
        };
        let (schema, fields) = (self.metadata.parquet_schema(), self.metadata.schema().fields());
        let mask = ProjectionMask::roots(schema, read.iter().copied());
        let read_fields: Vec<FieldRef> =
            read.iter().filter_map(|column| fields.get(*column).cloned()).collect();
        let unmapped = contained("parquet", || Unmapped::of(schema, &read_fields, fields))?;
        let rows = scan.batch_rows.unwrap_or(BATCH_ROWS).clamp(1, MAX_BATCH_ROWS);
        let pages = ScannedGroups::new(self.file.clone(), self.metadata.metadata().clone(), groups);
        let mut reader = contained("parquet", || {
            let (schema, fields) =
                unmapped.as_ref().map_or((schema, fields), |unmapped| (&unmapped.schema, &unmapped.fields));
            let levels = parquet_to_arrow_field_levels(schema, mask, Some(fields))?;
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &pages, rows, None)
        })?;
        let has_maps = unmapped.is_some();
        let decoder = std::iter::from_fn(move || {
            let batch = contained("parquet", || reader.next().transpose()).transpose()?;
            Some(if has_maps {
                batch.and_then(|batch| Ok(maps::mapped(&batch, &read_fields)?))
            } else {
                batch
            })
        });
        let columns = Columns::new(description, self.metadata.schema(), &columns, &read)?;
        let schema = columns.schema();
        Ok(Batches::new(schema, Selected::new(decoder, columns, scan.filter.clone(), scan.limit)))
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let description = self.codebook().tables.get(table.0)?;
        let mut profile = TableProfile::default();
        profile.rows = self.rows(table);
        for (index, variable) in description.variables.iter().enumerate() {
            let facts = contained("parquet", || {
                Ok::<_, ParquetError>(statistics::column_facts(&self.metadata, index, &variable.kind))
            });
            if let Ok(Some(facts)) = facts {
                profile.columns.insert(index, facts);
            }
        }
        Some(profile)
    }
}

/// The leaf of a root column that is not nested.
fn flat_leaf(metadata: &ArrowReaderMetadata, column: usize) -> Option<usize> {
    let schema = metadata.parquet_schema();
    if !schema.root_schema().get_fields().get(column)?.is_primitive() {
        return None;
    }
    // Leaves come in the order of their roots.
    let count = schema.num_columns();
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if schema.get_column_root_idx(middle) < column { low = middle + 1 } else { high = middle }
    }
    (low < count && schema.get_column_root_idx(low) == column).then_some(low)
}

/// Whether a column's type is the kind's own, so that statistics need no conversion.
fn is_native(metadata: &ArrowReaderMetadata, column: usize, kind: &exporter_core::codebook::Kind) -> bool {
    metadata.schema().fields().get(column).is_some_and(|field| field.data_type() == &arrow_type(kind))
}
