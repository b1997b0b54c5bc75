//! Delimited text.

use exporter::tab::{Delimiter, Encoding, ReadHeader, ReadOptions, read_text};

/// Reads delimited text; the first byte chooses the options, the rest is the text.
///
/// # Panics
/// When batches do not have the columns that the layout promised.
pub fn csv(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let mut options = ReadOptions::default();
    options.delimiter = [None, Some(Delimiter::COMMA), Some(Delimiter::TAB), None][usize::from(choice & 3)];
    options.encoding = match choice >> 2 & 3 {
        0 => Encoding::AUTO,
        1 => Encoding::UTF_8,
        2 => Encoding::UTF_16LE,
        _ => Encoding::WINDOWS_1252,
    };
    options.header = match choice >> 4 & 3 {
        0 | 1 => ReadHeader::Names,
        2 => ReadHeader::Both,
        _ => ReadHeader::None,
    };
    options.batch_rows = if choice & 64 == 0 { 3 } else { 8192 };
    options.max_record_bytes = 1 << 16;
    if let Ok((layout, batches)) = read_text(text, &options) {
        let columns = layout.columns.len();
        assert!(batches.iter().all(|batch| batch.num_columns() == columns));
    }
}
