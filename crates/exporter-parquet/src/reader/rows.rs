//! The rows of a scan, decoded row group by row group.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Fields;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::file::metadata::ParquetMetaData;

use super::footer::malformed;
use super::pages::{Budget, ScannedGroup};
use super::schema::FileSchema;
use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;
use crate::readable::width;

/// About how many bytes a decoded batch has at most.
const BATCH_BYTES: u64 = 32 << 20;

/// Decodes columns of row groups one after the other; a batch never holds rows of two.
pub(super) struct Rows {
    file: Positioned,
    metadata: Arc<ParquetMetaData>,
    leaves: Arc<[usize]>,
    /// The leaves of the columns that are read, by their places in the file.
    read: Vec<usize>,
    levels: FieldLevels,
    /// Types of the columns that are read.
    types: Fields,
    groups: std::vec::IntoIter<usize>,
    batch_rows: usize,
    current: Option<Group>,
}

struct Group {
    number: usize,
    reader: ParquetRecordBatchReader,
    budget: Arc<Budget>,
    left: u64,
}

impl Rows {
    /// Reads these columns, ascending, of these row groups in batches of at most `batch_rows`.
    pub(super) fn new(
        file: Positioned,
        metadata: Arc<ParquetMetaData>,
        schema: &FileSchema,
        columns: &[usize],
        groups: Vec<usize>,
        batch_rows: usize,
    ) -> Result<Self, ParquetError> {
        let fields = &schema.readable.fields;
        let mask = ProjectionMask::roots(&schema.parquet, columns.iter().copied());
        let read = leaves_of(schema, &mask);
        let levels =
            contained("parquet", || parquet_to_arrow_field_levels(&schema.parquet, mask, Some(fields)))?;
        let types = columns.iter().filter_map(|column| fields.get(*column).cloned()).collect();
        let leaves = schema.leaves.clone();
        Ok(Self {
            file,
            metadata,
            leaves,
            read,
            levels,
            types,
            groups: groups.into_iter(),
            batch_rows,
            current: None,
        })
    }

    fn open(&self, group: usize) -> Result<Group, ParquetError> {
        let scanned = ScannedGroup {
            file: self.file.clone(),
            metadata: self.metadata.clone(),
            group,
            leaves: self.leaves.clone(),
            budget: Arc::default(),
        };
        let rows = self.rows_of(group);
        let reader = contained("parquet", || {
            let rows = self.rows_at_once(group, rows);
            ParquetRecordBatchReader::try_new_with_row_groups(&self.levels, &scanned, rows, None)
        })?;
        Ok(Group { number: group + 1, reader, budget: scanned.budget, left: rows })
    }

    fn rows_of(&self, group: usize) -> u64 {
        let rows = self.metadata.row_groups().get(group).map_or(0, |group| group.num_rows());
        u64::try_from(rows).unwrap_or(0)
    }

    /// Rows of a batch: fewer where columns are many or values long, so that a batch stays small.
    fn rows_at_once(&self, group: usize, rows: u64) -> usize {
        let fixed = self.types.iter().map(|field| width(field.data_type())).fold(0, u64::saturating_add);
        let chunks = self.metadata.row_groups().get(group).map(|group| group.columns()).unwrap_or_default();
        let read = self.read.iter().filter_map(|leaf| chunks.get(*leaf));
        let unpacked = read.map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(0));
        let stored = unpacked.fold(0, u64::saturating_add) / rows.max(1);
        let most = usize::try_from(BATCH_BYTES / fixed.max(stored).max(1)).unwrap_or(usize::MAX);
        self.batch_rows.min(most).max(1)
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        loop {
            let Some(mut current) = self.current.take() else {
                // A row group without rows may lack everything else, too.
                let Some(group) = self.groups.next() else { return Ok(None) };
                if self.rows_of(group) > 0 {
                    self.current = Some(self.open(group)?);
                }
                continue;
            };
            let batch = contained("parquet", || current.reader.next().transpose())?;
            current.budget.renew();
            let rows = batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
            match (batch, current.left.checked_sub(rows)) {
                (Some(batch), Some(left)) => {
                    current.left = left;
                    self.current = Some(current);
                    return Ok(Some(batch));
                }
                (None, Some(0)) => {}
                (_, left) => {
                    let found = left.map_or("more", |_| "fewer");
                    return Err(malformed(format!(
                        "row group {} claims {} rows and has {found}",
                        current.number,
                        self.rows_of(current.number - 1)
                    )));
                }
            }
        }
    }
}

fn leaves_of(schema: &FileSchema, mask: &ProjectionMask) -> Vec<usize> {
    let leaves = schema.leaves.iter().enumerate();
    leaves.filter(|(leaf, _)| mask.leaf_included(*leaf)).map(|(_, place)| *place).collect()
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
