//! Compressed messages, encoded side by side and written in order.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::writer::{
    DictionaryTracker, EncodedData, FileWriter, IpcDataGenerator, IpcWriteContext, IpcWriteOptions,
    StreamWriter, write_message,
};
use arrow_ipc::{Block, FooterBuilder, MetadataVersion};
use arrow_schema::{DataType, Schema};
use exporter_core::parallel::ordered;
use flatbuffers::FlatBufferBuilder;

use super::canonical;
use super::{Counting, Framing};
use crate::ParquetError;
use crate::ipc::layout::{CONTINUATION, MAGIC, malformed};

/// A batch on its way; the context with its buffers is used again for the next one, and so is what tells which
/// dictionaries were encoded.
#[derive(Default)]
struct Message {
    context: IpcWriteContext,
    tracker: Option<DictionaryTracker>,
    dictionaries: Vec<EncodedData>,
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
    let (mut dictionaries, mut blocks) = (Vec::new(), Vec::new());
    let mut rows = 0;
    ordered(
        threads,
        batches,
        |batch, message: &mut Message| {
            message.rows = batch.num_rows() as u64;
            encode(batch, options, message)
        },
        |message| {
            let Some(encoded) = message.encoded.take() else { return Ok(()) };
            let mut write = |encoded| {
                let start = output.bytes;
                let (head, body) = write_message(&mut output, encoded, options)?;
                block(start, head, body)
            };
            // Every batch has the same dictionaries.
            for dictionary in std::mem::take(&mut message.dictionaries) {
                if blocks.is_empty() {
                    dictionaries.push(write(dictionary)?);
                }
            }
            blocks.push(write(encoded)?);
            rows += message.rows;
            Ok(())
        },
    )?;
    // The end mark: a message of no bytes.
    output.write_all(&CONTINUATION)?;
    output.write_all(&0u32.to_le_bytes())?;
    if framing == Framing::File {
        write_footer(&mut output, schema, &dictionaries, &blocks)?;
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

/// Encodes a batch, and its dictionaries unless the message held another batch before.
fn encode(batch: RecordBatch, options: &IpcWriteOptions, message: &mut Message) -> Result<(), ParquetError> {
    let batch = canonical(batch)?;
    let tracker = message.tracker.get_or_insert_with(|| tracker(batch.schema_ref()));
    let (dictionaries, encoded) =
        IpcDataGenerator::default().encode(&batch, tracker, options, &mut message.context)?;
    (message.dictionaries, message.encoded) = (dictionaries, Some(encoded));
    Ok(())
}

/// What knows the dictionaries of a schema by the numbers that its head gives them, one after the other.
fn tracker(schema: &Schema) -> DictionaryTracker {
    let mut tracker = DictionaryTracker::new(true);
    for field in schema.fields() {
        if matches!(field.data_type(), DataType::Dictionary(..)) {
            tracker.next_dict_id();
        }
    }
    tracker
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
    dictionaries: &[Block],
    blocks: &[Block],
) -> Result<(), ParquetError> {
    let mut builder = FlatBufferBuilder::new();
    let dictionaries = builder.create_vector(dictionaries);
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

    use arrow_array::{ArrayRef, DictionaryArray, Int16Array, Int64Array, StringArray};
    use arrow_ipc::CompressionType;

    use super::*;

    fn batches() -> Vec<RecordBatch> {
        let batch = |part: i64| {
            let numbers: ArrayRef =
                Arc::new(Int64Array::from_iter((0..100).map(|row| (row % 3 != part).then_some(row))));
            let texts: ArrayRef =
                Arc::new(StringArray::from_iter_values((0..100).map(|row| format!("row {row}"))));
            let reasons: ArrayRef = Arc::new(DictionaryArray::new(
                Int16Array::from_iter((0..100).map(|row| (row % 3 == part).then_some(1))),
                Arc::new(StringArray::from(vec![".a", ".b"])),
            ));
            let more: ArrayRef = Arc::new(DictionaryArray::new(
                Int16Array::from_iter((0..100).map(|row| (row % 7 == part).then_some(0))),
                Arc::new(StringArray::from(vec!["Refused"])),
            ));
            RecordBatch::try_from_iter([("n", numbers), ("t", texts), ("r", reasons), ("s", more)]).unwrap()
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
