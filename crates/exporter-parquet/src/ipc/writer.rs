//! Writing Arrow IPC files and streams.

mod compressed;

use std::io::{self, Write};

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::Schema;
use arrow_select::concat::concat_batches;

use crate::ParquetError;
use crate::options::ArrowCompression;

/// Level of zstd, the one that the Arrow C++ library takes; higher ones cost much and save little.
const ZSTD_LEVEL: i32 = 1;

/// How messages are framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// With a footer that names the place of every batch.
    File,
    /// One message after the other.
    Stream,
}

/// Writes one table; batches have the columns of `schema`. Returns the number of rows.
///
/// Compressed batches are encoded in `threads` threads and written in order; uncompressed ones are only copied, which
/// more threads do not make faster.
///
/// # Errors
/// When the rows or the output fail.
pub(crate) fn write_table<W: Write + Send>(
    output: W,
    schema: &Schema,
    framing: Framing,
    compression: ArrowCompression,
    threads: usize,
    batches: impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send,
) -> Result<u64, ParquetError> {
    let options = IpcWriteOptions::default();
    let options = match compression {
        ArrowCompression::None => options,
        ArrowCompression::Lz4 => {
            let options = options.try_with_compression(Some(CompressionType::LZ4_FRAME))?;
            return compressed::write(
                Counting { output, bytes: 0 },
                schema,
                framing,
                &options,
                threads,
                batches,
            );
        }
        ArrowCompression::Zstd => {
            let options = options.try_with_compression(Some(CompressionType::ZSTD))?;
            let options = options.try_with_compression_level(Some(ZSTD_LEVEL))?;
            return compressed::write(
                Counting { output, bytes: 0 },
                schema,
                framing,
                &options,
                threads,
                batches,
            );
        }
    };
    let mut writer = match framing {
        Framing::File => Messages::File(FileWriter::try_new_with_options(output, schema, options)?),
        Framing::Stream => Messages::Stream(StreamWriter::try_new_with_options(output, schema, options)?),
    };
    let mut rows = 0;
    for batch in batches {
        let batch = canonical(batch?)?;
        rows += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.finish()?;
    Ok(rows)
}

enum Messages<W: Write> {
    File(FileWriter<W>),
    Stream(StreamWriter<W>),
}

impl<W: Write> Messages<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        match self {
            Messages::File(writer) => writer.write(batch)?,
            Messages::Stream(writer) => writer.write(batch)?,
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ParquetError> {
        match self {
            Messages::File(writer) => writer.finish()?,
            Messages::Stream(writer) => writer.finish()?,
        }
        Ok(())
    }
}

/// Tells at which byte of the output a message begins.
struct Counting<W> {
    output: W,
    bytes: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.output.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Makes the bits past the last row zero, so that equal rows give equal bytes whatever they were cut from: IPC copies
/// validity bits as they lie in memory, the spare bits of the last byte included.
///
/// Joining two parts copies the bits of the rows and no others; rows that fill their last byte leave none to spare.
fn canonical(batch: RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let rows = batch.num_rows();
    if rows.is_multiple_of(8) || batch.num_columns() == 0 {
        return Ok(batch);
    }
    concat_batches(&batch.schema(), [&batch.slice(0, rows / 2), &batch.slice(rows / 2, rows - rows / 2)])
}
