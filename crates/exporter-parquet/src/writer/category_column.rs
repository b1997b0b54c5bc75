//! Columns of categories. The `parquet` crate makes a dictionary of the values that it meets, in their order; here all categories
//! are written in theirs, used or not, so that pandas, polars and R read them back.
//!
//! Pages are of version 1 (Parquet format, Encodings.md, sections Dictionary Encoding and "Run Length Encoding / Bit-Packing
//! Hybrid"). They are not compressed: keys are packed to a few bits.

use std::cmp::{max_by_key, min_by_key};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::properties::EnabledStatistics;
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::columns::ClosedLeaf;
use crate::ParquetError;

/// A page ends with the chunk that gives it this many rows.
const PAGE_ROWS: usize = 1 << 16;

/// A column of a row group that is being written.
pub(super) struct CategoryColumn {
    description: ColumnDescPtr,
    statistics: EnabledStatistics,
    /// The categories, from the first chunk on.
    texts: Option<ArrayRef>,
    /// Keys of the page that is not full, none for nulls.
    keys: Vec<Option<u32>>,
    pages: Vec<KeyPage>,
}

struct KeyPage {
    bytes: Vec<u8>,
    rows: usize,
    nulls: usize,
    /// Least and greatest key by the order of the texts' bytes.
    range: Option<(u32, u32)>,
}

impl CategoryColumn {
    pub(super) fn new(description: ColumnDescPtr, statistics: EnabledStatistics) -> Self {
        let (texts, keys, pages) = Default::default();
        Self { description, statistics, texts, keys, pages }
    }

    /// Adds rows; every array has the same dictionary.
    pub(super) fn write(&mut self, array: &ArrayRef) {
        let array = array.as_dictionary::<Int32Type>();
        self.texts.get_or_insert_with(|| array.values().clone());
        self.keys
            .extend(array.keys().iter().map(|key| key.map(|key| u32::try_from(key).unwrap_or_default())));
        if self.keys.len() >= PAGE_ROWS {
            self.end_page();
        }
    }

    fn text(&self, key: u32) -> &str {
        let texts = self.texts.as_ref().map(|texts| texts.as_string::<i32>());
        texts.filter(|texts| texts.len() > key as usize).map_or("", |texts| texts.value(key as usize))
    }

    fn end_page(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        let present: Vec<u32> = keys.iter().map(|key| u32::from(key.is_some())).collect();
        let values: Vec<u32> = keys.iter().copied().flatten().collect();
        let count = self.texts.as_ref().map_or(0, |texts| texts.len());
        let width = (usize::BITS - count.saturating_sub(1).leading_zeros()).max(1);
        let mut bytes = vec![0; 4];
        hybrid(&present, 1, &mut bytes);
        let levels = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
        bytes.iter_mut().zip(levels.to_le_bytes()).for_each(|(to, from)| *to = from);
        bytes.push(width as u8);
        hybrid(&values, width, &mut bytes);
        let mut used = vec![false; count];
        values.iter().for_each(|key| used.get_mut(*key as usize).into_iter().for_each(|used| *used = true));
        let mut used = (0..).zip(used).filter(|(_, used)| *used).map(|(key, _)| key);
        let range =
            used.next().map(|first| used.fold((first, first), |range, key| self.wider(range, (key, key))));
        self.pages.push(KeyPage { bytes, rows: keys.len(), nulls: keys.len() - values.len(), range });
    }

    fn wider(&self, range: (u32, u32), other: (u32, u32)) -> (u32, u32) {
        let text = |key: &u32| self.text(*key).to_owned();
        (min_by_key(range.0, other.0, text), max_by_key(range.1, other.1, text))
    }

    /// The bytes of the column and what the footer says of it.
    pub(super) fn close(mut self) -> Result<ClosedLeaf, ParquetError> {
        if !self.keys.is_empty() {
            self.end_page();
        }
        let mut file = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut file);
        let dictionary = writer.write_page(self.dictionary())?;
        let (mut unpacked, mut rows, mut nulls) = (dictionary.uncompressed_size, 0, 0);
        let mut first_page = dictionary.bytes_written;
        let (mut index, mut offsets) = (ColumnIndexBuilder::new(Type::BYTE_ARRAY), OffsetIndexBuilder::new());
        let mut range: Option<(u32, u32)> = None;
        for (position, page) in std::mem::take(&mut self.pages).into_iter().enumerate() {
            let size = page.bytes.len();
            let values = Page::DataPage {
                buf: page.bytes.into(),
                num_values: u32::try_from(page.rows).unwrap_or(u32::MAX),
                encoding: Encoding::RLE_DICTIONARY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let written = writer.write_page(CompressedPage::new(values, size))?;
            if position == 0 {
                first_page = written.offset;
            }
            offsets.append_row_count(page.rows as i64);
            let bytes = i32::try_from(written.compressed_size).unwrap_or(i32::MAX);
            offsets.append_offset_and_size(written.offset as i64, bytes);
            let bound =
                |key: Option<u32>| key.map_or_else(Vec::new, |key| self.text(key).as_bytes().to_vec());
            let (low, high) = page.range.unzip();
            index.append(page.range.is_none(), bound(low), bound(high), page.nulls as i64);
            range = match (range, page.range) {
                (Some(range), Some(other)) => Some(self.wider(range, other)),
                (range, other) => range.or(other),
            };
            (unpacked, rows, nulls) =
                (unpacked + written.uncompressed_size, rows + page.rows as u64, nulls + page.nulls as u64);
        }
        let bytes: Bytes = file.into_inner()?.into();
        let mut metadata = ColumnChunkMetaData::builder(self.description.clone())
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(unpacked as i64)
            .set_num_values(rows as i64)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(first_page as i64);
        if self.statistics != EnabledStatistics::None {
            let bound = |key: Option<u32>| key.map(|key| ByteArray::from(self.text(key)));
            let (low, high) = range.unzip();
            let (low, high) = (bound(low), bound(high));
            let is_exact = low.is_some();
            let values = ValueStatistics::new(low, high, None, Some(nulls), false)
                .with_min_is_exact(is_exact)
                .with_max_is_exact(is_exact);
            metadata = metadata.set_statistics(Statistics::ByteArray(values));
        }
        let with_pages = self.statistics == EnabledStatistics::Page && rows > 0;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: if with_pages { Some(index.build()?) } else { None },
            offset_index: with_pages.then(|| offsets.build()),
        };
        Ok(ClosedLeaf::Categories(bytes, Box::new(close)))
    }

    /// Every text with its length in front.
    fn dictionary(&self) -> CompressedPage {
        let texts = self.texts.as_ref().map(|texts| texts.as_string::<i32>());
        let mut bytes = Vec::new();
        for text in texts.into_iter().flatten().flatten() {
            bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        let (size, count) = (bytes.len(), texts.map_or(0, |texts| texts.len()));
        let page = Page::DictionaryPage {
            buf: bytes.into(),
            num_values: u32::try_from(count).unwrap_or(u32::MAX),
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        CompressedPage::new(page, size)
    }
}

/// Eight or more equal values are a run, others are packed in groups of eight.
fn hybrid(values: &[u32], width: u32, bytes: &mut Vec<u8>) {
    let (mut open, mut at) = (0, 0);
    while let Some(value) = values.get(at) {
        let run = values.iter().skip(at).take_while(|other| *other == value).count();
        let fill = (at - open).next_multiple_of(8) - (at - open);
        if run >= fill + 8 {
            pack(values.get(open..at + fill).unwrap_or_default(), width, bytes);
            varint((run - fill) << 1, bytes);
            bytes.extend(value.to_le_bytes().iter().take(width.div_ceil(8) as usize));
            open = at + run;
        }
        at += run;
    }
    pack(values.get(open..).unwrap_or_default(), width, bytes);
}

/// Packs values from the lowest bit on; the last group is filled with zeros.
fn pack(values: &[u32], width: u32, bytes: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    varint(groups << 1 | 1, bytes);
    let end = bytes.len() + groups * width as usize;
    let (mut bits, mut held) = (0u64, 0);
    for value in values {
        bits |= u64::from(*value) << held;
        held += width;
        while held >= 8 {
            bytes.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        bytes.push(bits as u8);
    }
    bytes.resize(end, 0);
}

fn varint(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_groups_are_as_the_format_describes_them() {
        let encoded = |values: &[u32], width| {
            let mut bytes = Vec::new();
            hybrid(values, width, &mut bytes);
            bytes
        };
        // The example of Encodings.md: 0 to 7 in three bits.
        assert_eq!(encoded(&[0, 1, 2, 3, 4, 5, 6, 7], 3), [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(encoded(&[1; 100], 1), [200, 1, 1]);
        // Three values, a run that fills their group and goes on, one more.
        let mixed = [&[1, 2, 3][..], &[9; 13], &[4]].concat();
        assert_eq!(encoded(&mixed, 4), [0b11, 0x21, 0x93, 0x99, 0x99, 16, 9, 0b11, 4, 0, 0, 0]);
        assert!(encoded(&[], 1).is_empty());
    }
}
