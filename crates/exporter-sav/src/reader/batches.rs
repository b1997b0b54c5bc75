//! Streams the chosen columns as record batches.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use exporter_core::parallel::read_ahead;
use exporter_core::source::BinaryFile;
use exporter_rows::RowTiles;

use crate::error::{Result, SavError, damaged};
use crate::reader::chunks::{Chunk, Chunks, FileBytes};
use crate::reader::dictionary::Dictionary;
use crate::reader::encoding::GUESSED;
use crate::reader::gather::{Gathered, Oddities, Oddity};
use crate::reader::header::CaseCompression;
use crate::reader::prepared::Prepared;
use crate::reader::remarks::Remark;
use crate::reader::zlib::UnpackedBytes;
use crate::spec::ELEMENT_BYTES;

/// What passes over the cases have found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    replaced: Mutex<BTreeMap<usize, Oddity>>,
    not_finite: Mutex<BTreeMap<usize, Oddity>>,
    displaced: Mutex<BTreeMap<usize, Oddity>>,
    /// All remarks, once a pass has come to the end of the cases.
    pub(crate) remarks: OnceLock<Vec<Remark>>,
}

/// Oddities by variable, their count and the first row, counted from 1.
pub(crate) type ByVariable = Vec<(usize, u64, u64)>;

impl Found {
    pub(crate) fn replaced(&self) -> ByVariable {
        told(&self.replaced)
    }

    pub(crate) fn not_finite(&self) -> ByVariable {
        told(&self.not_finite)
    }

    pub(crate) fn displaced(&self) -> ByVariable {
        told(&self.displaced)
    }
}

fn told(oddities: &Mutex<BTreeMap<usize, Oddity>>) -> ByVariable {
    let oddities = oddities.lock().unwrap_or_else(PoisonError::into_inner);
    oddities.iter().map(|(variable, odd)| (*variable, odd.count, odd.first + 1)).collect()
}

/// What one pass has found so far. Every pass begins with the first row, so that the longest has found most.
#[derive(Debug, Default)]
struct Pass {
    replaced: BTreeMap<usize, Oddity>,
    not_finite: BTreeMap<usize, Oddity>,
    displaced: BTreeMap<usize, Oddity>,
    guessed: bool,
}

impl Pass {
    fn add(&mut self, odd: Oddities, found: &Found) {
        self.guessed |= odd.guessed;
        add(odd.replaced, &mut self.replaced, &found.replaced);
        add(odd.not_finite, &mut self.not_finite, &found.not_finite);
        add(odd.displaced, &mut self.displaced, &found.displaced);
    }
}

fn add(
    odd: Vec<(usize, Oddity)>,
    pass: &mut BTreeMap<usize, Oddity>,
    found: &Mutex<BTreeMap<usize, Oddity>>,
) {
    for (variable, odd) in odd {
        let of_pass = pass.entry(variable).or_insert(Oddity { count: 0, first: odd.first });
        of_pass.count += odd.count;
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let most = found.entry(variable).or_insert(*of_pass);
        most.count = most.count.max(of_pass.count);
    }
}

/// Cases that are read at once.
enum Cases {
    /// Plain rows from one on.
    Rows(u64, usize),
    Codes(Chunk),
}

type Read = (RecordBatch, Oddities);

/// Record batches of the chosen columns, in the order of the rows.
pub struct Batches {
    schema: SchemaRef,
    batches: Box<dyn Iterator<Item = Result<Read>> + Send>,
    /// What is left of a batch that is longer than was asked for.
    rest: Option<RecordBatch>,
    most: usize,
    rows: u64,
    pass: Pass,
    /// Whether something follows the cases that is none.
    has_rest: Arc<AtomicBool>,
    dictionary: Arc<Dictionary>,
    found: Arc<Found>,
    /// Whether damage ends the rows and is no error.
    is_lenient: bool,
    damage: Option<Damage>,
    is_over: bool,
}

/// The damage that ended the rows.
struct Damage {
    /// What and where it is.
    what: String,
    /// Whether it is that of the index alone, without which all blocks were unpacked.
    is_of_index: bool,
}

/// A count with its verb.
fn are(count: u64) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// What a thread keeps from one batch to the next.
#[derive(Default)]
struct Worker {
    gathered: Gathered,
    tile: Vec<[u8; ELEMENT_BYTES]>,
    tiles: Option<RowTiles>,
    batch: Option<Read>,
}

impl Batches {
    pub(crate) fn start(
        bytes: &BinaryFile,
        dictionary: Arc<Dictionary>,
        found: Arc<Found>,
        prepared: Prepared,
        threads: usize,
        is_lenient: bool,
    ) -> Result<Self> {
        let has_rest = Arc::new(AtomicBool::new(false));
        let (schema, most) = (Arc::clone(&prepared.schema), prepared.batch_rows.unwrap_or(usize::MAX));
        let claimed = dictionary.header.claimed_cases;
        let chunks =
            |source| Chunks::new(source, dictionary.elements, prepared.cases, claimed, Arc::clone(&has_rest));
        let data = dictionary.data;
        let cases: Box<dyn Iterator<Item = Result<Cases>> + Send> = match dictionary.header.compression {
            CaseCompression::None => Box::new(plain(bytes, &dictionary, &prepared, &has_rest)),
            CaseCompression::Bytecode => {
                Box::new(chunks(Box::new(FileBytes::new(bytes.clone(), data))).map(|it| it.map(Cases::Codes)))
            }
            CaseCompression::Zlib => {
                let source = UnpackedBytes::new(bytes, data, dictionary.order, threads)?;
                Box::new(chunks(Box::new(source)).map(|it| it.map(Cases::Codes)))
            }
        };
        let reading = Reading { bytes: bytes.clone(), data, prepared };
        let read = move |cases, worker: &mut Worker| {
            worker.batch = Some(reading.read(cases, worker)?);
            Ok(())
        };
        let batches: Box<dyn Iterator<Item = Result<Read>> + Send> = if threads > 1 {
            let finish = |worker: &mut Worker| Ok(worker.batch.take());
            Box::new(read_ahead("read .sav", threads, cases, read, finish)?)
        } else {
            let mut worker = Worker::default();
            Box::new(cases.map(move |cases| {
                read(cases?, &mut worker)?;
                worker.batch.take().ok_or_else(|| damaged(0, "no cases were read"))
            }))
        };
        let (rows, rest, pass, damage, is_over) = Default::default();
        Ok(Self {
            schema,
            batches,
            rest,
            most,
            rows,
            pass,
            has_rest,
            dictionary,
            found,
            is_lenient,
            damage,
            is_over,
        })
    }

    /// Schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Tells what is known only once all cases are read.
    fn end(&self) {
        let mut remarks = self.dictionary.remarks.clone();
        let rows = self.rows;
        let claimed = self.dictionary.header.claimed_cases;
        let told = |claimed: u64| format!("{claimed} claimed, {rows} read");
        let differs = |claimed: &u64| *claimed != rows;
        if let Some(damage) = &self.damage {
            match claimed {
                Some(claimed) if claimed > rows => {
                    let missing = claimed - rows;
                    remarks.lost(
                        format!("{rows} of {claimed} rows read; {} missing: {}", are(missing), damage.what),
                        missing,
                    );
                }
                Some(claimed) if claimed == rows && damage.is_of_index => {
                    let message = format!("all {rows} rows are there; only the index is cut or damaged");
                    remarks.odd(message, damage.what.as_str());
                }
                _ => {
                    remarks.changed(format!("{rows} rows read; what follows is damaged: {}", damage.what), "")
                }
            }
        } else if let Some(claimed) = claimed.filter(|claimed| *claimed > rows) {
            // Codes can end at a case when a file is cut off, and nothing else would tell.
            let (missing, lost) = (are(claimed - rows), claimed - rows);
            let message = "the file claims more cases than it has, and may be cut off";
            remarks.lost(format!("{rows} of {claimed} rows read; {missing} missing: {message}"), lost);
        } else if let Some(claimed) = claimed.into_iter().chain(self.dictionary.other_claim).find(differs) {
            let message =
                "the file claims a different number of cases than it has; all that are there are read";
            remarks.odd(message, told(claimed));
        }
        if self.has_rest.load(Ordering::Relaxed) && self.damage.is_none() {
            match claimed {
                Some(_) => remarks.odd("trailing bytes after the last case are ignored", ""),
                None => {
                    let message = "what follows a code that ends the cases is not read, and the file does not say how many cases it has";
                    remarks.changed(message, format!("{rows} read"));
                }
            }
        }
        if self.pass.guessed && !remarks.as_slice().iter().any(|remark| remark.message == GUESSED) {
            remarks.odd(GUESSED, "");
        }
        let _ = self.found.remarks.set(remarks.as_slice().to_vec());
    }

    /// Ends the rows at damage.
    fn over(&mut self, what: String, is_of_index: bool) -> Option<Result<RecordBatch>> {
        self.is_over = true;
        self.damage = Some(Damage { what, is_of_index });
        self.end();
        None
    }

    /// The next rows of the rest, as many as a batch has.
    fn piece(&mut self) -> Option<RecordBatch> {
        let rest = self.rest.take()?;
        if rest.num_rows() <= self.most {
            return Some(rest);
        }
        self.rest = Some(rest.slice(self.most, rest.num_rows() - self.most));
        Some(rest.slice(0, self.most))
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(piece) = self.piece() {
            return Some(Ok(piece));
        }
        if self.is_over {
            return None;
        }
        match self.batches.next() {
            Some(Ok((batch, odd))) => {
                self.rows += batch.num_rows() as u64;
                self.pass.add(odd, &self.found);
                self.rest = Some(batch);
                self.piece().map(Ok)
            }
            Some(Err(SavError::Damaged { offset, message })) if self.is_lenient => {
                self.over(format!("{message} (offset {offset})"), false)
            }
            Some(Err(SavError::Index { offset, message })) if self.is_lenient => {
                self.over(format!("{message} (offset {offset})"), true)
            }
            Some(Err(error)) => {
                self.is_over = true;
                Some(Err(error))
            }
            None => {
                self.is_over = true;
                self.end();
                None
            }
        }
    }
}

/// Cases that are stored plainly: as many as there is room for (`SavReader::cases`), then an error where one is cut off.
fn plain(
    bytes: &BinaryFile,
    dictionary: &Dictionary,
    prepared: &Prepared,
    has_rest: &AtomicBool,
) -> impl Iterator<Item = Result<Cases>> + Send + 'static {
    let (cases, rest) = dictionary.plain_cases(bytes);
    let at_once = prepared.cases as u64;
    let ranges = (0..cases).step_by(prepared.cases);
    let mut cut_off = None;
    if rest > 0 && dictionary.header.claimed_cases == Some(cases) {
        has_rest.store(true, Ordering::Relaxed);
    } else if rest > 0 {
        let message = format!(
            "the cases end within row {}, {rest} of whose {} bytes are there; the file is cut off",
            cases + 1,
            prepared.case_bytes
        );
        cut_off = Some(Err(damaged(bytes.length() - rest, message)));
    }
    let range = move |first: u64| Ok(Cases::Rows(first, (cases - first).min(at_once) as usize));
    ranges.map(range).chain(cut_off)
}

impl Dictionary {
    /// How many cases there is room for where they are stored plainly, and the bytes behind the last complete one.
    pub(crate) fn plain_cases(&self, bytes: &BinaryFile) -> (u64, u64) {
        let (room, case) = (bytes.length().saturating_sub(self.data), (self.elements * ELEMENT_BYTES) as u64);
        (room.checked_div(case).unwrap_or(0), room.checked_rem(case).unwrap_or(0))
    }
}

/// How cases become batches.
struct Reading {
    bytes: BinaryFile,
    data: u64,
    prepared: Prepared,
}

impl Reading {
    fn read(&self, cases: Cases, worker: &mut Worker) -> Result<Read> {
        let prepared = &self.prepared;
        let Worker { gathered, tile, tiles, .. } = worker;
        let (first, count) = match &cases {
            Cases::Rows(first, count) => (*first, *count),
            Cases::Codes(chunk) => (chunk.first, chunk.cases),
        };
        gathered.begin(prepared, count);
        match (&cases, &prepared.unpacking) {
            (Cases::Codes(chunk), Some(unpacking)) => {
                unpacking.visit(&chunk.bytes, count, tile, |rows| gathered.add(prepared, rows, 0))?;
            }
            _ => {
                let spans = prepared.columns.iter().map(|column| column.span());
                let tiles = tiles.get_or_insert_with(|| RowTiles::new(prepared.case_bytes, spans));
                let read = |at: u64, to: &mut [u8]| self.bytes.read_at(self.data + at, to);
                tiles.visit(first..first + count as u64, read, |rows, start| {
                    gathered.add(prepared, rows, start);
                })?;
            }
        }
        gathered.finish(prepared, count, first)
    }
}
