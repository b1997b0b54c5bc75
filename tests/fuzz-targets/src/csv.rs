//! Delimited text.

use exporter::tab::{
    DecimalMark, Delimiter, Encoding, KeptDigits, KeptOffsets, Mark, Ragged, ReadHeader, ReadOptions,
    read_text,
};

/// Reads delimited text; the first two bytes choose the options, what they leave open is found in the rest, which is the
/// text.
///
/// # Panics
/// When batches do not have the columns and rows that the layout promised, when pieces of another size give other rows, or
/// when what was found is read otherwise once it is asked for.
pub fn csv(bytes: &[u8]) {
    let [choice, more, text @ ..] = bytes else { return };
    let mut options = ReadOptions::default();
    options.delimiter = [None, Some(Delimiter::COMMA), Some(Delimiter::TAB), None][usize::from(choice & 3)];
    options.encoding = match choice >> 2 & 3 {
        0 => Encoding::AUTO,
        1 => Encoding::UTF_8,
        2 => Encoding::UTF_16LE,
        _ => Encoding::WINDOWS_1252,
    };
    options.header = match choice >> 4 & 3 {
        0 => ReadHeader::Auto,
        1 => ReadHeader::Names,
        2 => ReadHeader::Both,
        _ => ReadHeader::None,
    };
    options.batch_rows = if choice & 64 == 0 { 3 } else { 8192 };
    options.thousands = if choice & 128 == 0 { Mark::NONE } else { Mark::POINT };
    options.ragged = match more & 3 {
        0 | 1 => Ragged::Error,
        2 => Ragged::Pad,
        _ => Ragged::Truncate,
    };
    options.escape = (more & 4 != 0).then_some(Mark::BACKSLASH);
    options.quote = [None, None, Some(Mark::NONE), Some(Mark::SINGLE_QUOTE)][usize::from(more >> 3 & 3)];
    options.comment = (more & 32 != 0).then_some(Mark::HASH);
    options.lenient = more & 64 != 0;
    if more & 128 != 0 {
        options.skip_lines = Some(1);
        options.spaced_quotes = Some(true);
        options.decimal_mark = Some(DecimalMark::Comma);
        (options.offsets, options.digits) = (KeptOffsets::Utc, KeptDigits::Double);
    }
    options.max_record_bytes = 1 << 16;
    let Ok((layout, batches)) = read_text(text, &options) else { return };
    let columns = layout.columns.len();
    assert!(batches.iter().all(|batch| batch.num_columns() == columns));
    let rows = |batches: &[exporter::arrow::array::RecordBatch]| {
        batches.iter().map(|batch| batch.num_rows()).sum::<usize>()
    };
    assert_eq!(Some(rows(&batches) as u64), layout.rows);
    let mut small = options.clone();
    small.piece_bytes = 7;
    let again = read_text(text, &small).map(|(layout, batches)| (layout.columns, rows(&batches)));
    assert!(
        again.as_ref().is_ok_and(|again| *again == (layout.columns.clone(), rows(&batches))),
        "{again:?}"
    );
    let asked =
        read_text(text, &layout.options(&options)).map(|(layout, batches)| (layout.columns, rows(&batches)));
    assert!(asked.as_ref().is_ok_and(|asked| *asked == (layout.columns, rows(&batches))), "{asked:?}");
}
