//! The pages of a scan: the `parquet` crate reads and decodes them; what each one claims is held against the file and a
//! budget before that.

mod counts;
mod header;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError as CrateError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use self::header::Header;
use crate::positioned::Positioned;

/// How many times the memory all pages of a scan may have. They must be held together, one of each column, and a file whose
/// pages are large is better read beyond the budget than not at all.
pub(super) const PAGES_IN_MEMORY: u64 = 8;
/// Bytes of a value inside lists, with its levels.
const LISTED_BYTES: u64 = 16;

/// Bytes that are unpacked at a time only to be counted.
const SCRATCH: usize = 1 << 16;
/// Most bytes of the head of a dictionary that a length lacks.
const LONGEST_HEAD: u64 = 100;

/// Bytes that pages of one reader claim together.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    /// Most bytes of one page: the memory of the context.
    page: u64,
    held: AtomicU64,
    /// Values of lists since the last batch: a few bytes can stand for any number of them in one row.
    listed: AtomicU64,
}

impl Budget {
    /// The share that one of so many readers has of the bytes of all pages.
    pub(super) fn new(all: u64, readers: usize) -> Self {
        let (most, page) = (all / readers.max(1) as u64, all / PAGES_IN_MEMORY);
        Self { most, page, held: AtomicU64::new(0), listed: AtomicU64::new(0) }
    }

    fn take(&self, bytes: u64, listed: u64) -> std::result::Result<(), String> {
        if bytes > self.page {
            return Err(format!(
                "it unpacks to {bytes} bytes, and {} of memory are allowed; allow more (--memory) or write the file with smaller \
                 pages",
                self.page
            ));
        }
        let held = self.held.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let listed = self.listed.fetch_add(listed, Ordering::Relaxed).saturating_add(listed);
        let all = held.saturating_add(listed);
        if all <= self.most {
            return Ok(());
        }
        Err(format!(
            "it unpacks to {bytes} bytes, with the other columns' pages to {all}, and {} are read at a \
             time; read fewer columns, allow more memory (--memory) or write the file with smaller pages",
            self.most
        ))
    }

    fn give_back(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A batch was delivered.
    pub(super) fn renew(&self) {
        self.listed.store(0, Ordering::Relaxed);
    }
}

/// One row group of a scan.
pub(super) struct ScannedGroup {
    file: Positioned,
    metadata: Arc<ParquetMetaData>,
    group: usize,
    /// The place in the file of every column of the schema that is read with.
    leaves: Arc<[usize]>,
    budget: Arc<Budget>,
}

impl ScannedGroup {
    pub(super) fn new(
        file: &Positioned,
        metadata: &Arc<ParquetMetaData>,
        group: usize,
        leaves: &Arc<[usize]>,
        budget: &Arc<Budget>,
    ) -> Self {
        Self {
            file: file.clone(),
            metadata: Arc::clone(metadata),
            group,
            leaves: Arc::clone(leaves),
            budget: Arc::clone(budget),
        }
    }

    /// Whether all values of a leaf column of the schema are in its dictionary.
    pub(super) fn is_dictionary_alone(&self, leaf: usize) -> Result<bool> {
        self.pages(leaf)?.are_of_a_dictionary()
    }

    fn pages(&self, leaf: usize) -> Result<CheckedPages> {
        let lacking = || refused("a row group lacks a column");
        let place = self.leaves.get(leaf).copied().ok_or_else(lacking)?;
        let chunk =
            self.row_groups().next().and_then(|group| group.columns().get(place)).ok_or_else(lacking)?;
        let writer = self.metadata.file_metadata().created_by();
        let chunk = whole(chunk, writer, self.file.length())?;
        let packs_all = writer.is_some_and(is_wrong_about_packing);
        CheckedPages::new(&self.file, chunk, self.num_rows(), packs_all, &self.budget)
    }
}

impl RowGroups for ScannedGroup {
    fn num_rows(&self) -> usize {
        self.row_groups().map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).sum()
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        let pages = self.pages(leaf);
        Ok(Box::new(Chunk(Some(pages))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().get(self.group).into_iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// One leaf column of the row group.
struct Chunk(Option<Result<CheckedPages>>);

impl Iterator for Chunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.take()?.map(|pages| Box::new(pages) as Box<dyn PageReader>))
    }
}

impl PageIterator for Chunk {}

/// The pages of one column in one row group.
struct CheckedPages {
    file: Positioned,
    inner: SerializedPageReader<Positioned>,
    chunk: ColumnChunkMetaData,
    /// Where the next page begins and the last one ends.
    at: u64,
    end: u64,
    /// Values in the pages so far.
    values: u64,
    budget: Arc<Budget>,
    /// Bytes of the dictionary and of the last page, which the decoder holds.
    dictionary: u64,
    page: u64,
}

impl CheckedPages {
    /// The pages of a chunk, which are all compressed, whatever they say, if `packs_all`.
    fn new(
        file: &Positioned,
        chunk: ColumnChunkMetaData,
        rows: usize,
        packs_all: bool,
        budget: &Arc<Budget>,
    ) -> Result<Self> {
        let (at, length) = chunk.byte_range();
        let reader =
            |file: &Positioned| SerializedPageReader::new(Arc::new(file.clone()), &chunk, rows, None);
        let is_wrong = packs_all && chunk.compression() != Compression::UNCOMPRESSED;
        let mut pages = Self {
            inner: reader(file)?,
            file: file.clone(),
            at,
            end: at.saturating_add(length),
            values: 0,
            budget: budget.clone(),
            dictionary: 0,
            page: 0,
            chunk: chunk.clone(),
        };
        if is_wrong {
            pages.file = file.with_true(pages.said_plain()?);
            pages.inner = reader(&pages.file)?;
            (pages.at, pages.values) = (at, 0);
        }
        Ok(pages)
    }

    /// Where pages say that they are not compressed; none is read but for its header.
    fn said_plain(&mut self) -> Result<Vec<u64>> {
        let mut places = Vec::new();
        while let Some(header) = self.look()? {
            places.extend(header.is_plain.map(|place| self.at.saturating_add(place)));
            self.pass(header);
        }
        Ok(places)
    }

    /// Reads the header of the page that the decoder reads next; `None` at the end of the column.
    fn look(&mut self) -> Result<Option<Header>> {
        let values = u64::try_from(self.chunk.num_values()).unwrap_or(0);
        while self.at < self.end && self.values < values {
            let header = Header::read(&self.file, self.at, self.end, self.chunk.compression());
            let header = header.map_err(|what| self.refused(&what))?;
            if !header.is_index() {
                return Ok(Some(header));
            }
            self.pass(header);
        }
        Ok(None)
    }

    fn pass(&mut self, header: Header) {
        self.at = self.at.saturating_add(header.length).saturating_add(header.stored);
        self.values += if header.is_dictionary() { 0 } else { header.values };
    }

    /// Whether all pages of values refer to a dictionary; none is read but for its header.
    fn are_of_a_dictionary(mut self) -> Result<bool> {
        while let Some(header) = self.look()? {
            if !header.is_dictionary() && !header.refers_to_dictionary() {
                return Ok(false);
            }
            self.pass(header);
        }
        Ok(true)
    }

    /// Takes the memory of a page for that of the one before.
    fn hold(&mut self, header: Header) -> Result<()> {
        let is_packed = self.chunk.compression() != Compression::UNCOMPRESSED;
        let bytes = if is_packed { header.unpacked } else { header.stored };
        let is_listed = self.chunk.column_descr().max_rep_level() > 0 && !header.is_dictionary();
        let listed = if is_listed { header.values * LISTED_BYTES } else { 0 };
        let held = if header.is_dictionary() { &mut self.dictionary } else { &mut self.page };
        self.budget.give_back(std::mem::replace(held, bytes));
        self.budget.take(bytes, listed).map_err(|what| self.refused(&what))
    }

    /// Refuses Brotli that unpacks to more than its header says: its decoder goes on to the end, which may be far, where
    /// those of other codecs stop or cannot get much further than their bytes.
    fn check_end(&self, header: Header) -> Result<()> {
        if !matches!(self.chunk.compression(), Compression::BROTLI(_)) || header.is_plain.is_some() {
            return Ok(());
        }
        let start = self.at.saturating_add(header.length).saturating_add(header.levels);
        let bytes = usize::try_from(header.stored.saturating_sub(header.levels)).unwrap_or(usize::MAX);
        let bytes = self.file.read(start, bytes)?;
        let unpacked = header.unpacked.saturating_sub(header.levels);
        let mut end = brotli::Decompressor::new(&bytes[..], SCRATCH).take(unpacked.saturating_add(1));
        // What else is wrong with the bytes is for the decoder to find.
        match std::io::copy(&mut end, &mut std::io::sink()) {
            Ok(count) if count > unpacked => {
                Err(self.refused(&format!("it unpacks to more than the {unpacked} bytes it claims")))
            }
            _ => Ok(()),
        }
    }

    fn refused(&self, what: &str) -> CrateError {
        refused(&format!("column {}, page at offset {}: {what}", self.chunk.column_path().string(), self.at))
    }
}

/// A column with its true beginning and end.
///
/// Some writers store an offset of 0 for a dictionary that does not exist, or one that lies behind the data. Old ones
/// leave the head of the dictionary out of the length (PARQUET-816); what is read ends with the last value anyway.
fn whole(chunk: &ColumnChunkMetaData, writer: Option<&str>, file: u64) -> Result<ColumnChunkMetaData> {
    if chunk.file_path().is_some() {
        return Err(refused(&format!(
            "column {}: its bytes are in another file",
            chunk.column_path().string()
        )));
    }
    let mut builder = chunk.clone().into_builder();
    if chunk.dictionary_page_offset().is_some_and(|at| !(1..chunk.data_page_offset()).contains(&at)) {
        builder = builder.set_dictionary_page_offset(None);
    }
    let chunk = builder.build()?;
    if !writer.is_some_and(is_short) {
        return Ok(chunk);
    }
    let (start, length) = chunk.byte_range();
    let behind = file.saturating_sub(start.saturating_add(length)).min(LONGEST_HEAD);
    let length = i64::try_from(length + behind).map_err(|_| refused("a column is too long"))?;
    chunk.into_builder().set_total_compressed_size(length).build()
}

/// Whether a writer is of those that leave the head of the dictionary out: parquet-mr before 1.2.9.
fn is_short(writer: &str) -> bool {
    writer.strip_prefix("parquet-mr").is_some_and(|version| version_of(version) < (1, 2, 9))
}

/// Whether a writer is of those that say of compressed pages that they are not: Arrow C++ before version 3, which called itself
/// parquet-cpp and counted from 1 (ARROW-10353, ARROW-17100).
fn is_wrong_about_packing(writer: &str) -> bool {
    let version = writer.strip_prefix("parquet-cpp").filter(|version| version.starts_with(' '));
    version.is_some_and(|version| version_of(version) < (2, 0, 0))
}

/// The numbers of a version.
fn version_of(version: &str) -> (u64, u64, u64) {
    let numbers = version.trim_start().trim_start_matches("version").trim_start();
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

fn refused(what: &str) -> CrateError {
    CrateError::General(what.to_owned())
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(header) = self.look()? else { return Ok(None) };
        header.check_plain().map_err(|what| self.refused(&what))?;
        self.hold(header)?;
        self.check_end(header)?;
        let page = self.inner.get_next_page()?;
        let counts = page.as_ref().map_or(Ok(()), |page| counts::check(page, self.chunk.column_descr()));
        counts.map_err(|what| self.refused(&what))?;
        self.pass(header);
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        let Some(header) = self.look()? else { return Ok(()) };
        self.inner.skip_next_page()?;
        self.pass(header);
        Ok(())
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
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
