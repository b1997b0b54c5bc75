//! Value-label tables as bytes, in the three layouts that the releases use.

use crate::error::Result;
use crate::error::damaged;
use crate::reader::sections::RawFile;
use crate::reader::{Cursor, unsigned};
use crate::spec::ByteOrder;

/// One value-label set before its texts are decoded.
#[derive(Debug)]
pub(crate) struct RawLabels {
    pub(crate) name: Vec<u8>,
    pub(crate) values: Vec<i32>,
    /// Start of each text in `text`.
    pub(crate) starts: Vec<u32>,
    pub(crate) text: Vec<u8>,
}

/// Sets between `<value_labels>` and its end (section 3.4).
pub(crate) fn tagged_labels(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    while cursor.accept("<lbl>")? {
        table(cursor, raw)?;
        cursor.tag("</lbl>")?;
    }
    Ok(())
}

/// Sets from the last row to the end of the file (section 4).
pub(crate) fn binary_labels(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    // A table begins with its length; fewer bytes than that are none, as behind files that were edited.
    let least = if raw.release.has_short_labels() { 2 } else { 4 };
    while cursor.remaining() >= least {
        if raw.release.has_short_labels() {
            short_table(cursor, raw)?;
        } else {
            table(cursor, raw)?;
        }
    }
    Ok(())
}

fn table(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    let count = cursor.number(4, "length of a value-label table")?;
    let name = cursor.take(raw.release.widths().name, "name of a value-label set")?.to_vec();
    cursor.take(3, "padding of a value-label set")?;
    let at = cursor.at();
    let table = cursor.block(count, 1, "value-label table")?;
    let order = raw.order;
    let part = |from: usize, bytes: usize| from.checked_add(bytes).and_then(|to| table.get(from..to));
    let number = |from: usize| part(from, 4).map(|bytes| unsigned(bytes, order) as usize);
    let parts = (|| {
        let (entries, text) = (number(0)?, number(4)?);
        let offsets = entries.checked_mul(4)?;
        let values = offsets.checked_add(8)?;
        Some((part(8, offsets)?, part(values, offsets)?, part(values.checked_add(offsets)?, text)?))
    })();
    let Some((starts, values, text)) = parts else {
        return Err(damaged(
            at,
            format!("a value-label table of {count} bytes does not hold the entries it announces"),
        ));
    };
    raw.value_labels.push(RawLabels {
        name,
        values: numbers(values, order).map(|value| value as i32).collect(),
        starts: numbers(starts, order).collect(),
        text: text.to_vec(),
    });
    Ok(())
}

fn numbers(bytes: &[u8], order: ByteOrder) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(move |number| unsigned(number, order) as u32)
}

/// Before release 108: 16-bit values, then texts of eight bytes.
fn short_table(cursor: &mut Cursor<'_>, raw: &mut RawFile) -> Result<()> {
    const TEXT: usize = 8;
    let entries = cursor.number(2, "number of value labels")?;
    let name = cursor.take(9, "name of a value-label set")?.to_vec();
    cursor.take(1, "padding of a value-label set")?;
    let values = cursor.block(entries, 2, "values of a value-label set")?;
    let texts = cursor.block(entries, TEXT, "texts of a value-label set")?;
    // One NUL behind each text, so that eight full bytes end like shorter ones.
    let text = texts.chunks_exact(TEXT).flat_map(|text| text.iter().copied().chain([0])).collect();
    raw.value_labels.push(RawLabels {
        name,
        values: values
            .chunks_exact(2)
            .map(|value| i32::from(unsigned(value, raw.order) as u16 as i16))
            .collect(),
        starts: (0..entries as u32).map(|entry| entry * (TEXT as u32 + 1)).collect(),
        text,
    });
    Ok(())
}
