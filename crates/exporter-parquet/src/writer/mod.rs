//! Writing Parquet: columns are encoded side by side in threads, row groups are written in order.
//!
//! Rows are cut into chunks and row groups by their number and size alone, and every column is encoded chunk by chunk
//! in order, so that the bytes depend neither on threads nor on the source's batches.

mod category_column;
mod columns;
pub(crate) mod dictionaries;
mod feed;
mod group_writers;
mod row_groups;
mod validity;

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::properties::WriterProperties;

use crate::ParquetError;
use columns::encode_columns;
use feed::Feed;
use group_writers::GroupWriters;
use row_groups::RowGroups;

/// Most row groups of a file: readers number them with an `i16` (Parquet format, `RowGroup.ordinal`).
pub(crate) const MAX_ROW_GROUPS: usize = i16::MAX as usize;

/// How the rows of a table are cut and encoded.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Most rows of a row group, at least one.
    pub(crate) row_group_rows: usize,
    /// A row group ends when its values pass this many bytes as Arrow lays them out.
    pub(crate) row_group_bytes: u64,
    /// Rows that are encoded at a time.
    pub(crate) chunk_rows: usize,
    /// Threads to encode with, at least one.
    pub(crate) threads: usize,
}

/// Writes one table; batches must already be cut into [`Settings::chunk_rows`] rows (but for the last) and have the
/// columns of `stored`, of types that cast to it; `properties` are compression, dictionaries, statistics and file metadata. Returns
/// the number of rows.
///
/// # Errors
/// When the rows, the encoding or the output fail; the first error ends the run.
pub(crate) fn write_table<W: Write + Send>(
    output: W,
    stored: &SchemaRef,
    properties: WriterProperties,
    settings: &Settings,
    batches: impl Iterator<Item = Result<RecordBatch, ParquetError>>,
) -> Result<u64, ParquetError> {
    if stored.fields().is_empty() {
        return Err(ParquetError::NoColumns);
    }
    // The Arrow schema is among the properties.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(output, stored.clone(), options)?;
    let (mut file, _) = writer.into_serialized_writer()?;
    let mut writers = GroupWriters::new(&file, stored.clone());
    let mut groups = RowGroups::new(&mut file, stored.fields().len());
    let (rows, closed) = encode_columns(stored, settings.threads, |encoders| {
        let mut feed = Feed::new(encoders, &mut writers, settings);
        for batch in batches {
            feed.add(batch?, &mut groups)?;
        }
        feed.finish(&mut groups)
    })?;
    groups.write(closed)?;
    file.finish()?;
    Ok(rows)
}
