//! The rows of a scan, decoded row group by row group, on several threads with a share of the columns each.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Fields, Schema, SchemaRef};
use exporter_core::parallel::{ReadAhead, read_ahead};
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
/// Fewer bytes in the file than this are not worth a thread.
const SHARE_BYTES: u64 = 1 << 20;

/// What all readers of a scan share.
pub(super) struct Plan {
    file: Positioned,
    metadata: Arc<ParquetMetaData>,
    leaves: Arc<[usize]>,
    groups: Vec<usize>,
    /// Rows of a batch in each of these row groups: the same for every share of the columns.
    batch_rows: Vec<usize>,
}

impl Plan {
    /// Plans to read columns, ascending, of row groups in batches of at most `batch_rows`.
    pub(super) fn new(
        file: Positioned,
        metadata: Arc<ParquetMetaData>,
        schema: &FileSchema,
        columns: &[usize],
        groups: Vec<usize>,
        batch_rows: usize,
    ) -> Self {
        // A row group without rows may lack everything else, too.
        let groups: Vec<usize> = groups.into_iter().filter(|group| rows_of(&metadata, *group) > 0).collect();
        let columns: Vec<usize> = columns.to_vec();
        let fields = columns.iter().filter_map(|column| schema.readable.fields.get(*column));
        let fixed = fields.map(|field| width(field.data_type())).fold(0, u64::saturating_add);
        let rows_at_once = |group: &usize| {
            let stored = columns.iter().map(|column| bytes_of(&metadata, schema, *column, *group).0);
            let stored = stored.fold(0, u64::saturating_add) / rows_of(&metadata, *group);
            let most = usize::try_from(BATCH_BYTES / fixed.max(stored).max(1)).unwrap_or(usize::MAX);
            batch_rows.min(most).max(1)
        };
        let batch_rows = groups.iter().map(rows_at_once).collect();
        Self { file, metadata, leaves: schema.leaves.clone(), groups, batch_rows }
    }

    /// The columns cut into at most `threads` shares of about the same number of bytes in the file.
    fn shares(&self, schema: &FileSchema, columns: &[usize], threads: usize) -> Vec<Vec<usize>> {
        let bytes = |column: usize| {
            let by_group = self.groups.iter().map(|group| bytes_of(&self.metadata, schema, column, *group).1);
            by_group.fold(0, u64::saturating_add)
        };
        let mut sized: Vec<(u64, usize)> = columns.iter().map(|column| (bytes(*column), *column)).collect();
        let all = sized.iter().fold(0, |sum: u64, (bytes, _)| sum.saturating_add(*bytes));
        let most = usize::try_from(all / SHARE_BYTES).unwrap_or(usize::MAX);
        let mut shares = vec![(0u64, Vec::new()); threads.min(most).min(columns.len()).max(1)];
        sized.sort_unstable_by_key(|(bytes, column)| (std::cmp::Reverse(*bytes), *column));
        for (bytes, column) in sized {
            if let Some((sum, share)) = shares.iter_mut().min_by_key(|(sum, _)| *sum) {
                *sum = sum.saturating_add(bytes).saturating_add(1);
                share.push(column);
            }
        }
        shares.iter_mut().for_each(|(_, share)| share.sort_unstable());
        shares.into_iter().map(|(_, share)| share).collect()
    }
}

fn rows_of(metadata: &ParquetMetaData, group: usize) -> u64 {
    let rows = metadata.row_groups().get(group).map_or(0, |group| group.num_rows());
    u64::try_from(rows).unwrap_or(0)
}

/// Bytes of a column in a row group, unpacked and in the file.
fn bytes_of(metadata: &ParquetMetaData, schema: &FileSchema, column: usize, group: usize) -> (u64, u64) {
    let chunks = metadata.row_groups().get(group).map(|group| group.columns()).unwrap_or_default();
    let bytes = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
    schema.leaves_of(column).iter().filter_map(|leaf| chunks.get(*leaf)).fold(
        (0, 0),
        |(unpacked, stored), chunk| {
            (
                bytes(chunk.uncompressed_size()).saturating_add(unpacked),
                bytes(chunk.compressed_size()).saturating_add(stored),
            )
        },
    )
}

/// Decodes columns of row groups one after the other; a batch never holds rows of two.
struct Rows {
    plan: Arc<Plan>,
    levels: FieldLevels,
    /// Position of the next row group among those of the plan.
    next: usize,
    current: Option<Group>,
    /// Of how many readers this is one.
    readers: usize,
}

struct Group {
    number: usize,
    reader: ParquetRecordBatchReader,
    budget: Arc<Budget>,
    left: u64,
}

impl Rows {
    fn new(
        plan: Arc<Plan>,
        schema: &FileSchema,
        columns: &[usize],
        readers: usize,
    ) -> Result<Self, ParquetError> {
        let mask = ProjectionMask::roots(&schema.parquet, columns.iter().copied());
        let hint = Some(&schema.readable.fields);
        let levels = contained("parquet", || parquet_to_arrow_field_levels(&schema.parquet, mask, hint))?;
        Ok(Self { plan, levels, next: 0, current: None, readers })
    }

    fn open(&self, group: usize, batch_rows: usize) -> Result<Group, ParquetError> {
        let scanned = ScannedGroup {
            file: self.plan.file.clone(),
            metadata: self.plan.metadata.clone(),
            group,
            leaves: self.plan.leaves.clone(),
            budget: Arc::new(Budget::shared_by(self.readers)),
        };
        let reader = contained("parquet", || {
            ParquetRecordBatchReader::try_new_with_row_groups(&self.levels, &scanned, batch_rows, None)
        })?;
        Ok(Group {
            number: group + 1,
            reader,
            budget: scanned.budget,
            left: rows_of(&self.plan.metadata, group),
        })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        loop {
            let Some(mut current) = self.current.take() else {
                let Some(group) = self.plan.groups.get(self.next) else { return Ok(None) };
                let rows = self.plan.batch_rows.get(self.next).copied().unwrap_or(1);
                self.current = Some(self.open(*group, rows)?);
                self.next += 1;
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
                        rows_of(&self.plan.metadata, current.number - 1)
                    )));
                }
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// Starts to decode; the rows do not depend on the number of threads.
pub(super) fn decode(
    plan: Plan,
    schema: &FileSchema,
    columns: &[usize],
    threads: usize,
) -> Result<Box<dyn Iterator<Item = Result<RecordBatch, ParquetError>> + Send>, ParquetError> {
    let shares = if threads > 1 { plan.shares(schema, columns, threads) } else { Vec::new() };
    let plan = Arc::new(plan);
    if shares.len() <= 1 {
        return Ok(Box::new(Rows::new(plan, schema, columns, 1)?));
    }
    let readers = shares.iter().map(|share| {
        let rows = Rows::new(plan.clone(), schema, share, shares.len())?;
        let pass = |batch, passed: &mut Option<RecordBatch>| {
            *passed = Some(batch);
            Ok(())
        };
        Ok(read_ahead("read parquet", 1, rows, pass, |passed| Ok(passed.take()))?)
    });
    let place = |column: &usize| {
        let within = |share: &Vec<usize>| share.binary_search(column).ok();
        shares.iter().enumerate().find_map(|(share, columns)| Some((share, within(columns)?)))
    };
    let fields = columns.iter().filter_map(|column| schema.readable.fields.get(*column).cloned());
    Ok(Box::new(Joined {
        readers: readers.collect::<Result<_, ParquetError>>()?,
        places: columns.iter().filter_map(place).collect(),
        schema: Arc::new(Schema::new(fields.collect::<Fields>())),
    }))
}

/// The shares of the columns, side by side again.
struct Joined {
    readers: Vec<ReadAhead<RecordBatch, ParquetError>>,
    /// Share, and position in it, of every column.
    places: Vec<(usize, usize)>,
    schema: SchemaRef,
}

impl Joined {
    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        let parts = self.readers.iter_mut().map(|reader| reader.next().transpose());
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<RecordBatch>>>() else { return Ok(None) };
        let column = |(share, at): &(usize, usize)| Some(parts.get(*share)?.columns().get(*at)?.clone());
        let columns: Vec<ArrayRef> = self.places.iter().filter_map(column).collect();
        let options = RecordBatchOptions::new().with_row_count(parts.first().map(RecordBatch::num_rows));
        Ok(Some(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?))
    }
}

impl Iterator for Joined {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
