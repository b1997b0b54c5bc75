//! The rows of a scan, decoded row group by row group, on several threads with a share of the columns each.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Fields, Schema};
use exporter_core::Context;
use exporter_core::parallel::{ReadAhead, read_ahead};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::file::metadata::ParquetMetaData;

use super::footer::malformed;
use super::pages::{Budget, PAGES_IN_MEMORY, ScannedGroup};
use super::schema::{FileColumns, FileSchema};
use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;
use crate::readable::width;

/// Columns of a part. The reader of a column takes about 100 KiB, whatever the rows.
const PART_COLUMNS: usize = 64;
/// Fewer bytes in the file than this are not worth a thread.
const SHARE_BYTES: u64 = 1 << 20;

/// Bytes that are held at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// About how many a decoded batch has at most.
    batch: u64,
    /// About how many of a row group are decoded at once instead of side by side.
    whole: u64,
    /// Most of the pages of all columns. Usual pages have one megabyte, so that this is a thousand columns and more.
    pages: u64,
}

impl Default for Bounds {
    /// In the default memory.
    fn default() -> Self {
        Self { batch: 32 << 20, whole: 256 << 20, pages: PAGES_IN_MEMORY * (512 << 20) }
    }
}

impl Bounds {
    /// In the memory of a context.
    pub(super) fn of(context: &Context) -> Self {
        let usual = Self::default();
        let share = |bytes: u64| context.share(usize::try_from(bytes).unwrap_or(usize::MAX)) as u64;
        Self {
            batch: share(usual.batch),
            whole: share(usual.whole),
            pages: context.memory().saturating_mul(PAGES_IN_MEMORY),
        }
    }
}

/// What all readers of a scan share.
pub(super) struct Plan {
    file: Positioned,
    metadata: Arc<ParquetMetaData>,
    columns: FileColumns,
    bounds: Bounds,
    groups: Vec<usize>,
    /// Rows of a batch in each of these row groups: the same for every share of the columns.
    batch_rows: Vec<usize>,
    /// About how many bytes each of them has when it is decoded.
    bytes: Vec<u64>,
}

impl Plan {
    /// Plans to read columns, ascending, of row groups in batches of at most `batch_rows`.
    pub(super) fn new(
        file: &Positioned,
        metadata: &Arc<ParquetMetaData>,
        schema: &FileSchema,
        bounds: Bounds,
        columns: &[usize],
        groups: Vec<usize>,
        batch_rows: usize,
    ) -> Self {
        // A row group without rows may lack everything else, too.
        let groups: Vec<usize> = groups.into_iter().filter(|group| rows_of(metadata, *group) > 0).collect();
        let fields = columns.iter().filter_map(|column| schema.readable.fields.get(*column));
        let fixed = fields.map(|field| width(field.data_type())).fold(0, u64::saturating_add);
        let row_bytes = |group: &usize| {
            let stored = columns.iter().map(|column| bytes_of(metadata, schema, *column, *group).0);
            let stored = stored.fold(0, u64::saturating_add) / rows_of(metadata, *group);
            fixed.max(stored).max(1)
        };
        let row_bytes: Vec<(usize, u64)> = groups.iter().map(|group| (*group, row_bytes(group))).collect();
        let batch_rows = row_bytes.iter().map(|(_, bytes)| {
            let most = usize::try_from(bounds.batch / bytes).unwrap_or(usize::MAX);
            batch_rows.min(most).max(1)
        });
        let batch_rows = batch_rows.collect();
        let bytes = row_bytes.iter().map(|(group, bytes)| bytes.saturating_mul(rows_of(metadata, *group)));
        let bytes = bytes.collect();
        Self {
            file: file.clone(),
            metadata: metadata.clone(),
            columns: schema.columns.clone(),
            bounds,
            groups,
            batch_rows,
            bytes,
        }
    }

    /// The room for pages that one of so many readers has.
    pub(super) fn budget(&self, readers: usize) -> Arc<Budget> {
        Arc::new(Budget::new(self.bounds.pages, readers))
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
pub(super) struct Rows {
    plan: Arc<Plan>,
    /// The columns in parts of at most [`PART_COLUMNS`].
    parts: Vec<Vec<usize>>,
    /// Position of the next row group among those of the plan.
    next: usize,
    current: Option<Group>,
    /// Of how many readers this is one.
    readers: usize,
}

/// A row group that is being read.
enum Group {
    /// Parts of the columns side by side, and the rows that are left.
    Stream(Vec<Part>, u64),
    /// Decoded part by part, because readers of very many columns take more memory than a small row group.
    Decoded(RecordBatch),
}

struct Part {
    reader: ParquetRecordBatchReader,
    budget: Arc<Budget>,
}

impl Part {
    fn next(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        let batch = contained("parquet", || self.reader.next().transpose());
        self.budget.renew();
        batch
    }
}

impl Rows {
    pub(super) fn new(plan: Arc<Plan>, columns: &[usize], readers: usize) -> Self {
        let mut parts: Vec<Vec<usize>> = columns.chunks(PART_COLUMNS).map(<[usize]>::to_vec).collect();
        if parts.is_empty() {
            // Rows without columns are counted, too.
            parts.push(Vec::new());
        }
        Self { plan, parts, next: 0, current: None, readers }
    }

    fn open(&self, place: usize, group: usize) -> Result<Group, ParquetError> {
        let rows = rows_of(&self.plan.metadata, group);
        let is_small = self.plan.bytes.get(place).is_some_and(|bytes| *bytes <= self.plan.bounds.whole);
        if self.parts.len() == 1 || !is_small {
            let batch_rows = self.plan.batch_rows.get(place).copied().unwrap_or(1);
            let parts = self.parts.iter().map(|columns| self.part(columns, group, batch_rows));
            return Ok(Group::Stream(parts.collect::<Result<_, _>>()?, rows));
        }
        let batch_rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let parts = self.parts.iter().map(|columns| {
            let decoded = self.part(columns, group, batch_rows)?.next()?;
            decoded.map(|decoded| self.plan.columns.kept(decoded, columns)).transpose()
        });
        match beside(parts.collect::<Result<Vec<_>, _>>()?)? {
            Some(batch) if batch.num_rows() as u64 == rows => Ok(Group::Decoded(batch)),
            _ => Err(self.wrong_rows(group)),
        }
    }

    fn part(&self, columns: &[usize], group: usize, batch_rows: usize) -> Result<Part, ParquetError> {
        let Plan { file, metadata, .. } = &*self.plan;
        let (levels, leaves) = self.plan.columns.levels(columns)?;
        let budget = self.plan.budget(self.readers);
        let scanned = ScannedGroup::new(file, metadata, group, &leaves, &budget);
        let reader = contained("parquet", || {
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &scanned, batch_rows, None)
        })?;
        Ok(Part { reader, budget })
    }

    fn wrong_rows(&self, group: usize) -> ParquetError {
        let rows = rows_of(&self.plan.metadata, group);
        malformed(format!("row group {} claims {rows} rows and has fewer or more", group + 1))
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        loop {
            let Some(&group) = self.plan.groups.get(self.next) else { return Ok(None) };
            let current = match self.current.take() {
                Some(current) => current,
                None => self.open(self.next, group)?,
            };
            let (batch, rest) = match current {
                Group::Stream(mut parts, left) => {
                    let batches = parts.iter_mut().map(Part::next).collect::<Result<Vec<_>, _>>()?;
                    let batch = beside(batches)?;
                    let rows = batch.as_ref().map_or(0, RecordBatch::num_rows) as u64;
                    let left = left.checked_sub(rows).filter(|left| rows > 0 || *left == 0);
                    let left = left.ok_or_else(|| self.wrong_rows(group))?;
                    (batch, Group::Stream(parts, left))
                }
                Group::Decoded(decoded) => {
                    let most = self.plan.batch_rows.get(self.next).copied().unwrap_or(1);
                    if decoded.num_rows() <= most {
                        self.next += 1;
                        return Ok(Some(decoded));
                    }
                    let rest = decoded.slice(most, decoded.num_rows() - most);
                    (Some(decoded.slice(0, most)), Group::Decoded(rest))
                }
            };
            match batch {
                Some(batch) => {
                    self.current = Some(rest);
                    return Ok(Some(batch));
                }
                None => self.next += 1,
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

/// Batches of the same rows as one; nothing where all have ended.
fn beside(mut parts: Vec<Option<RecordBatch>>) -> Result<Option<RecordBatch>, ParquetError> {
    if parts.len() == 1 || parts.iter().all(Option::is_none) {
        return Ok(parts.pop().flatten());
    }
    let parts =
        parts.into_iter().map(|part| part.ok_or_else(|| malformed("columns have different numbers of rows")));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let fields = parts.iter().flat_map(|part| part.schema_ref().fields()).cloned();
    let schema = Arc::new(Schema::new(fields.collect::<Fields>()));
    let options = RecordBatchOptions::new().with_row_count(parts.first().map(RecordBatch::num_rows));
    let columns = parts.iter().flat_map(RecordBatch::columns).cloned().collect();
    Ok(Some(RecordBatch::try_new_with_options(schema, columns, &options)?))
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
        return Ok(Box::new(Rows::new(plan, columns, 1)));
    }
    let readers = shares.iter().map(|share| {
        let rows = Rows::new(plan.clone(), share, shares.len());
        let pass = |batch, passed: &mut Option<RecordBatch>| {
            *passed = Some(batch);
            Ok(())
        };
        Ok(read_ahead("read parquet", 1, rows, pass, |passed| Ok(passed.take()))?)
    });
    // Where the column stands when the shares are beside each other.
    let mut places: Vec<(usize, usize)> =
        shares.concat().into_iter().enumerate().map(|(at, column)| (column, at)).collect();
    places.sort_unstable();
    Ok(Box::new(Joined {
        readers: readers.collect::<Result<_, ParquetError>>()?,
        places: places.into_iter().map(|(_, at)| at).collect(),
    }))
}

/// The shares of the columns, side by side again.
struct Joined {
    readers: Vec<ReadAhead<RecordBatch, ParquetError>>,
    /// For every column where it stands when the shares are beside each other.
    places: Vec<usize>,
}

impl Joined {
    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        let parts = self.readers.iter_mut().map(|reader| reader.next().transpose());
        let batch = beside(parts.collect::<Result<Vec<_>, _>>()?)?;
        Ok(batch.map(|batch| batch.project(&self.places)).transpose()?)
    }
}

impl Iterator for Joined {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
