//! Compressed messages, encoded side by side and written in order.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::writer::{
    DictionaryTracker, EncodedData, FileWriter, IpcDataGenerator, IpcWriteContext, IpcWriteOptions,
    StreamWriter, write_message,
};
use arrow_ipc::{Block, FooterBuilder, MetadataVersion};
use arrow_schema::Schema;
use exporter_core::parallel::ordered;
use flatbuffers::FlatBufferBuilder;

use super::{Counting, Framing};
use crate::ParquetError;
use crate::ipc::canonical::canonical;
use crate::ipc::layout::{CONTINUATION, MAGIC, malformed};

/// A batch on its way; the context with its buffers is used again for the next one.
#[derive(Default)]
struct Message {
    context: IpcWriteContext,
    encoded: Option<EncodedData>,
    rows: u64,
}

/// Writes one table as [`super::write_table`] does.
pub(super) fn write<W: Write + Send>(
    mut output: Counting<W>,
    schema: &Schema,
    framing: Framing,
    options: &IpcWriteOptions,
    threads: usize,
    batches: impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send,
) -> Result<u64, ParquetError> {
    output.write_all(&head(schema, framing, options)?)?;
    let mut blocks = Vec::new();
    let mut rows = 0;
    ordered(
        threads,
        batches,
        |batch, message: &mut Message| {
            message.rows = batch.num_rows() as u64;
            message.encoded = Some(encode(batch, options, &mut message.context)?);
            Ok(())
        },
        |message| {
            let Some(encoded) = message.encoded.take() else { return Ok(()) };
            let start = output.bytes;
            let (head, body) = write_message(&mut output, encoded, options)?;
            blocks.push(block(start, head, body)?);
            rows += message.rows;
            Ok(())
        },
    )?;
    // The end mark: a message of no bytes.
    output.write_all(&CONTINUATION)?;
    output.write_all(&0u32.to_le_bytes())?;
    if framing == Framing::File {
        write_footer(&mut output, schema, &blocks)?;
    }
    output.flush()?;
    Ok(rows)
}

/// What comes before the first batch: the magic number of a file, and the schema.
fn head(schema: &Schema, framing: Framing, options: &IpcWriteOptions) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    match framing {
        Framing::File => drop(FileWriter::try_new_with_options(&mut bytes, schema, options.clone())?),
        Framing::Stream => drop(StreamWriter::try_new_with_options(&mut bytes, schema, options.clone())?),
    }
    Ok(bytes)
}

/// Normalised rows have no dictionaries, so that a batch is one message.
fn encode(
    batch: RecordBatch,
    options: &IpcWriteOptions,
    context: &mut IpcWriteContext,
) -> Result<EncodedData, ParquetError> {
    let batch = canonical(batch)?;
    let mut dictionaries = DictionaryTracker::new(true);
    let (_, encoded) = IpcDataGenerator::default().encode(&batch, &mut dictionaries, options, context)?;
    Ok(encoded)
}

fn block(start: u64, head: usize, body: usize) -> Result<Block, ParquetError> {
    let start = i64::try_from(start).ok();
    let place = start.zip(i32::try_from(head).ok()).zip(i64::try_from(body).ok());
    let ((start, head), body) = place.ok_or_else(|| malformed("a batch is too long"))?;
    Ok(Block::new(start, head, body))
}

/// The places of all batches (Arrow columnar format, section IPC File Format).
fn write_footer<W: Write>(
    output: &mut Counting<W>,
    schema: &Schema,
    blocks: &[Block],
) -> Result<(), ParquetError> {
    let mut builder = FlatBufferBuilder::new();
    let dictionaries = builder.create_vector::<Block>(&[]);
    let batches = builder.create_vector(blocks);
    let mut tracker = DictionaryTracker::new(true);
    let schema = IpcSchemaEncoder::new()
        .with_dictionary_tracker(&mut tracker)
        .schema_to_fb_offset(&mut builder, schema);
    let mut footer = FooterBuilder::new(&mut builder);
    footer.add_version(MetadataVersion::V5);
    footer.add_schema(schema);
    footer.add_dictionaries(dictionaries);
    footer.add_recordBatches(batches);
    let footer = footer.finish();
    builder.finish(footer, None);
    let bytes = builder.finished_data();
    let length = i32::try_from(bytes.len()).map_err(|_| malformed("the footer is too long"))?;
    output.write_all(bytes)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(MAGIC)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use arrow_ipc::CompressionType;

    use super::*;

    fn batches() -> Vec<RecordBatch> {
        let batch = |part: i64| {
            let numbers: ArrayRef =
                Arc::new(Int64Array::from_iter((0..100).map(|row| (row % 3 != part).then_some(row))));
            let texts: ArrayRef =
                Arc::new(StringArray::from_iter_values((0..100).map(|row| format!("row {row}"))));
            RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
        };
        (0..5).map(batch).collect()
    }

    /// What the writer of the Arrow crate makes of the same rows.
    fn reference(schema: &Schema, framing: Framing, options: &IpcWriteOptions) -> Vec<u8> {
        let mut bytes = Vec::new();
        let canonical = batches().into_iter().map(|batch| canonical(batch).unwrap());
        match framing {
            Framing::File => {
                let mut writer =
                    FileWriter::try_new_with_options(&mut bytes, schema, options.clone()).unwrap();
                canonical.for_each(|batch| writer.write(&batch).unwrap());
                writer.finish().unwrap();
            }
            Framing::Stream => {
                let mut writer =
                    StreamWriter::try_new_with_options(&mut bytes, schema, options.clone()).unwrap();
                canonical.for_each(|batch| writer.write(&batch).unwrap());
                writer.finish().unwrap();
            }
        }
        bytes
    }

    #[test]
    fn the_bytes_are_those_of_the_arrow_crate() {
        for compression in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
            let options = IpcWriteOptions::default().try_with_compression(Some(compression)).unwrap();
            let schema = batches()[0].schema();
            for framing in [Framing::File, Framing::Stream] {
                for threads in [1, 3] {
                    let mut bytes = Vec::new();
                    let output = Counting { output: &mut bytes, bytes: 0 };
                    let rows = batches().into_iter().map(Ok);
                    let written = write(output, &schema, framing, &options, threads, rows).unwrap();
                    assert_eq!(written, 500);
                    assert!(bytes == reference(&schema, framing, &options), "{framing:?} {compression:?}");
                }
            }
        }
    }
}
