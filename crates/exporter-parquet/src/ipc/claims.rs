//! What a batch claims to hold, checked before the decoder takes memory for it.

use arrow_ipc::{Message, MessageHeader};

use super::layout::malformed;
use crate::ParquetError;

/// Most bytes that one compressed byte can stand for: a zstd block of four bytes repeats up to 128 KiB
/// (RFC 8878, section 3.1.1.2).
const MAX_EXPANSION: u64 = 1 << 15;
/// Most bytes that a compressed batch unpacks to.
const MAX_UNPACKED: u64 = 4 << 30;
/// Most rows of a batch: the format asks for lengths that fit 31 bits (section Array lengths).
const MAX_ROWS: i64 = i32::MAX as i64;

/// Checks the rows and the compressed buffers of a message of rows or of a dictionary, and says how many bytes these unpack
/// to.
pub(super) fn check(message: &Message<'_>, body: &[u8]) -> Result<u64, ParquetError> {
    let batch = match message.header_type() {
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|batch| batch.data()),
        _ => message.header_as_record_batch(),
    };
    let batch = batch.ok_or_else(|| malformed("a message has no rows"))?;
    let lengths = batch.nodes().into_iter().flatten().map(|node| node.length());
    if let Some(rows) = lengths.chain([batch.length()]).find(|rows| !(0..=MAX_ROWS).contains(rows)) {
        return Err(malformed(format!("a batch claims {rows} rows, {MAX_ROWS} are allowed")));
    }
    if batch.compression().is_none() {
        return Ok(0);
    }
    let mut unpacked = 0u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let bytes = usize::try_from(buffer.offset())
            .ok()
            .zip(usize::try_from(buffer.length()).ok())
            .and_then(|(start, length)| body.get(start..start.checked_add(length)?));
        let bytes = bytes.ok_or_else(|| malformed("a buffer lies outside its batch"))?;
        // Compressed buffers begin with their length unpacked, -1 for one that is not compressed (Message.fbs, table
        // `BodyCompression`).
        let claimed = bytes.first_chunk::<8>().map_or(0, |prefix| i64::from_le_bytes(*prefix));
        let claimed = if claimed == -1 { 0 } else { u64::try_from(claimed).unwrap_or(u64::MAX) };
        if claimed > bytes.len() as u64 * MAX_EXPANSION {
            return Err(malformed(format!("{} compressed bytes claim to hold {claimed}", bytes.len())));
        }
        unpacked = unpacked.saturating_add(claimed);
    }
    if unpacked > MAX_UNPACKED {
        return Err(malformed(format!(
            "a batch unpacks to {unpacked} bytes, {MAX_UNPACKED} are read; write the file in smaller batches"
        )));
    }
    Ok(unpacked)
}
