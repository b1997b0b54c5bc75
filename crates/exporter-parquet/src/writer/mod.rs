//! Writing Parquet: columns are encoded side by side in threads, row groups are written in order.
//!
//! Rows are cut into chunks and row groups by their number and size alone, and every column is encoded chunk by chunk
//! in order, so that the bytes depend neither on threads nor on the source's batches.

mod columns;
pub(crate) mod dictionaries;
mod group_writers;
mod row_groups;

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::properties::WriterProperties;

use crate::ParquetError;
use crate::layout::cutting;
use columns::{ColumnEncoders, encode_columns};
use group_writers::GroupWriters;
use row_groups::RowGroups;

/// Most row groups of a file: readers number them with an `i16` (Parquet format, `RowGroup.ordinal`).
pub const MAX_ROW_GROUPS: usize = i16::MAX as usize;

/// How a table is written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Compression, dictionaries, statistics and file metadata.
    pub properties: WriterProperties,
    /// Most rows of a row group, at least one.
    pub row_group_rows: usize,
    /// A row group ends when its values pass this many bytes as Arrow lays them out.
    pub row_group_bytes: u64,
    /// Threads to encode with, at least one.
    pub threads: usize,
}

/// Writes one table; batches must already be cut into [`cutting::chunk_rows`] rows (but for the last) and have the
/// columns of `stored`, of types that cast to it. Returns the number of rows.
///
/// # Errors
/// When the rows, the encoding or the output fail; the first error ends the run.
pub fn write_table<W: Write + Send>(
    output: W,
    stored: &SchemaRef,
    settings: &Settings,
    batches: impl Iterator<Item = Result<RecordBatch, ParquetError>>,
) -> Result<u64, ParquetError> {
    if stored.fields().is_empty() {
        return Err(ParquetError::NoColumns);
    }
    let options = ArrowWriterOptions::new().with_properties(settings.properties.clone());
    let writer = ArrowWriter::try_new_with_options(output, stored.clone(), options)?;
    let (mut file, _) = writer.into_serialized_writer()?;
    let mut writers = GroupWriters::new(&file, stored.clone());
    let mut groups = RowGroups::new(&mut file, stored.fields().len());
    let (rows, closed) = encode_columns(stored, settings.threads, |encoders| {
        feed(encoders, &mut writers, settings, batches, &mut groups)
    })?;
    groups.write(closed)?;
    file.finish()?;
    Ok(rows)
}

/// Cuts chunks into row groups, hands them to the encoders and writes the row groups that are done.
fn feed<W: Write + Send>(
    encoders: &ColumnEncoders<'_>,
    writers: &mut GroupWriters,
    settings: &Settings,
    batches: impl Iterator<Item = Result<RecordBatch, ParquetError>>,
    groups: &mut RowGroups<'_, W>,
) -> Result<u64, ParquetError> {
    let (mut rows, mut group, mut group_rows, mut group_bytes) = (0u64, 0usize, 0usize, 0u64);
    for batch in batches {
        let mut rest = batch?;
        let expected = expected_rows(&rest, settings);
        rows += rest.num_rows() as u64;
        while rest.num_rows() > 0 {
            if group_rows == 0 {
                if group >= MAX_ROW_GROUPS {
                    return Err(ParquetError::TooManyRowGroups(MAX_ROW_GROUPS));
                }
                encoders.open(writers.open(group, &rest, expected)?);
            }
            let take = rest.num_rows().min(settings.row_group_rows.max(1) - group_rows);
            let chunk = rest.slice(0, take);
            rest = rest.slice(take, rest.num_rows() - take);
            group_rows += take;
            group_bytes += cutting::value_bytes(&chunk);
            encoders.encode(chunk)?;
            if group_rows >= settings.row_group_rows || group_bytes >= settings.row_group_bytes {
                encoders.close(group);
                (group, group_rows, group_bytes) = (group + 1, 0, 0);
            }
            groups.write(encoders.take_closed())?;
        }
    }
    if group_rows > 0 {
        encoders.close(group);
    }
    Ok(rows)
}

/// About how many rows a row group that begins with this chunk will have; a chunk that is not full is the last one.
fn expected_rows(chunk: &RecordBatch, settings: &Settings) -> usize {
    if chunk.num_rows() < cutting::chunk_rows(chunk.num_columns()) {
        return chunk.num_rows();
    }
    let row_bytes = cutting::value_bytes(chunk) / chunk.num_rows().max(1) as u64;
    let rows = settings.row_group_bytes / row_bytes.max(1);
    settings.row_group_rows.min(usize::try_from(rows).unwrap_or(usize::MAX))
}
