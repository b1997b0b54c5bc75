//! The pages of a scan: each is checked before it is unpacked, so that no page takes more memory than a scan may, and
//! again before it is decoded, because the decoder believes what a page says of itself.

mod budget;
mod content;
mod delta;
mod header;
mod hybrid;

use std::sync::Arc;

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError as CrateError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use self::budget::Budget;
use self::content::Content;
use self::header::{DICTIONARY, Header};
use crate::positioned::Positioned;

/// The row groups of a scan and the memory they share.
pub(super) struct ScannedGroups {
    file: Arc<Positioned>,
    metadata: Arc<ParquetMetaData>,
    groups: Vec<usize>,
    budget: Arc<Budget>,
}

impl ScannedGroups {
    pub(super) fn new(file: Positioned, metadata: Arc<ParquetMetaData>, groups: Vec<usize>) -> Self {
        Self { file: Arc::new(file), metadata, groups, budget: Arc::default() }
    }
}

impl RowGroups for ScannedGroups {
    fn num_rows(&self) -> usize {
        self.row_groups().map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).sum()
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        let chunks = self.row_groups().map(|group| {
            let chunk = group.columns().get(leaf).cloned();
            chunk.map(|chunk| (chunk, usize::try_from(group.num_rows()).unwrap_or(0)))
        });
        let chunks =
            chunks.collect::<Option<Vec<_>>>().ok_or_else(|| refused("a row group lacks a column"))?;
        Ok(Box::new(Chunks {
            file: self.file.clone(),
            chunks: chunks.into_iter(),
            budget: self.budget.clone(),
        }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.groups.iter().filter_map(|group| self.metadata.row_groups().get(*group)))
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// One leaf column through the row groups of a scan.
struct Chunks {
    file: Arc<Positioned>,
    chunks: std::vec::IntoIter<(ColumnChunkMetaData, usize)>,
    budget: Arc<Budget>,
}

impl Iterator for Chunks {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (chunk, rows) = self.chunks.next()?;
        let pages = CheckedPages::new(self.file.clone(), &chunk, rows, self.budget.clone());
        Some(pages.map(|pages| Box::new(pages) as Box<dyn PageReader>))
    }
}

impl PageIterator for Chunks {}

/// The pages of one column in one row group.
struct CheckedPages {
    file: Arc<Positioned>,
    inner: SerializedPageReader<Positioned>,
    column: String,
    codec: Compression,
    content: Content,
    /// Where the next page begins and the last one ends.
    at: u64,
    end: u64,
    /// The next page, once it was looked at.
    next: Option<Header>,
    budget: Arc<Budget>,
    /// Bytes of the dictionary and of the last page, which the decoder holds.
    dictionary: u64,
    page: u64,
}

impl CheckedPages {
    fn new(
        file: Arc<Positioned>,
        chunk: &ColumnChunkMetaData,
        rows: usize,
        budget: Arc<Budget>,
    ) -> Result<Self> {
        let (at, length) = chunk.byte_range();
        Ok(Self {
            inner: SerializedPageReader::new(file.clone(), chunk, rows, None)?,
            file,
            column: chunk.column_path().string(),
            codec: chunk.compression(),
            content: Content::new(chunk.column_descr()),
            at,
            end: at.saturating_add(length),
            next: None,
            budget,
            dictionary: 0,
            page: 0,
        })
    }

    /// Looks at the next page's header; `None` at the end of the column.
    fn look(&mut self) -> Result<Option<Header>> {
        if self.next.is_none() && self.at < self.end {
            let header = Header::read(&self.file, self.at, self.end, self.codec);
            self.next = Some(header.map_err(|what| self.refused(&what))?);
        }
        Ok(self.next)
    }

    fn pass(&mut self, header: Header) {
        self.at = self.at.saturating_add(header.length).saturating_add(header.stored);
        self.next = None;
    }

    /// Takes the memory of a page for that of the one before.
    fn hold(&mut self, header: Header) -> Result<()> {
        let held = if header.kind == DICTIONARY { &mut self.dictionary } else { &mut self.page };
        self.budget.give_back(std::mem::take(held));
        match self.budget.take(header.unpacked) {
            Ok(()) => *held = header.unpacked,
            Err(what) => return Err(self.refused(&what)),
        }
        Ok(())
    }

    fn refused(&self, what: &str) -> CrateError {
        refused(&format!("column {}, page at offset {}: {what}", self.column, self.at))
    }
}

fn refused(what: &str) -> CrateError {
    CrateError::General(what.to_owned())
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(header) = self.look()? else { return Ok(None) };
        self.hold(header)?;
        let page = self.inner.get_next_page()?;
        let content = page.as_ref().map_or(Ok(()), |page| self.content.check(page));
        content.map_err(|what| self.refused(&what))?;
        self.pass(header);
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        match self.look()? {
            Some(_) => self.inner.peek_next_page(),
            None => Ok(None),
        }
    }

    fn skip_next_page(&mut self) -> Result<()> {
        let Some(header) = self.look()? else { return Ok(()) };
        self.inner.skip_next_page()?;
        self.pass(header);
        Ok(())
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        match self.look()? {
            Some(_) => self.inner.at_record_boundary(),
            None => Ok(true),
        }
    }
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl Drop for CheckedPages {
    fn drop(&mut self) {
        self.budget.give_back(self.dictionary.saturating_add(self.page));
    }
}
