//! Entries as the entries of a zip archive.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use exporter_core::sink::{Entry, EntryReceipt, EntrySpec, Receipt, Sink, temp_file};
use exporter_core::{Error, ErrorKind, Result};

use crate::zip::{EntryOptions, ZipOptions, ZipWriter};

/// Bytes copied at a time from a spooled entry.
const COPY_BYTES: usize = 1 << 20;

/// Puts entries into a zip archive that is written from front to back.
///
/// The entry whose turn it is goes straight into the archive; others, written at the same time by other threads,
/// wait in unnamed temporary files. Turns follow the order given with [`ZipSink::in_order`], then the order of
/// creation, so the bytes do not depend on which thread is faster.
///
/// Nothing is a valid archive before [`ZipSink::close`] (or [`Sink::finish`]) wrote the directory.
pub struct ZipSink<W: Write + Send> {
    state: Mutex<State<W>>,
    temp: PathBuf,
}

struct State<W: Write> {
    zip: ZipWriter<W>,
    /// Turns of paths whose order is known beforehand.
    planned: HashMap<String, usize>,
    /// The next turn for a path that is not planned.
    free: usize,
    /// Whose turn it is.
    turn: usize,
    /// Ended entries that wait for their turn; `None` was taken back.
    waiting: BTreeMap<usize, Option<Waiting>>,
    /// Whether an entry is open in the archive.
    busy: bool,
    receipts: Vec<EntryReceipt>,
    /// Paths in lower case that are open or ended.
    taken: HashSet<String>,
}

struct Waiting {
    spec: EntrySpec,
    file: File,
}

impl<W: Write + Send> ZipSink<W> {
    /// Starts an archive; entries that wait are spooled in `temp`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when the password is empty or the level out of range.
    pub fn new(out: W, options: ZipOptions, temp: impl Into<PathBuf>) -> Result<Self> {
        let state = State {
            zip: ZipWriter::new(out, options)?,
            planned: HashMap::new(),
            free: 0,
            turn: 0,
            waiting: BTreeMap::new(),
            busy: false,
            receipts: Vec::new(),
            taken: HashSet::new(),
        };
        Ok(Self { state: Mutex::new(state), temp: temp.into() })
    }

    /// Fixes the order of the entries that are known beforehand; an entry among them that never comes is passed over
    /// at the end.
    #[must_use]
    pub fn in_order<'p>(self, paths: impl IntoIterator<Item = &'p str>) -> Self {
        {
            let mut state = self.lock();
            for path in paths {
                let next = state.planned.len();
                state.planned.entry(path.to_owned()).or_insert(next);
            }
            state.free = state.planned.len();
        }
        self
    }

    /// Writes what waits and the directory, and gives the output back.
    ///
    /// # Errors
    /// When the output fails, or an entry was dropped after some of it went out.
    pub fn close(self) -> Result<(W, Receipt)> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Entries that were planned and never came no longer delay the others.
        while let Some((turn, _)) = state.waiting.first_key_value() {
            state.turn = *turn;
            state.let_waiting_in()?;
        }
        Ok((state.zip.finish()?, Receipt::new(state.receipts)))
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> State<W> {
    /// Takes the path and its turn.
    fn take(&mut self, spec: &EntrySpec) -> Result<usize> {
        spec.check_path()?;
        if !self.taken.insert(spec.path.to_lowercase()) {
            return Err(Error::new(
                ErrorKind::Exists,
                "the zip has an entry of this name (case does not count)",
            )
            .entry(&spec.path));
        }
        let turn = self.planned.remove(&spec.path).unwrap_or(self.free);
        self.free += usize::from(turn == self.free);
        Ok(turn)
    }

    fn begin(&mut self, spec: &EntrySpec) -> Result<()> {
        let options = EntryOptions::new(&spec.path);
        Ok(self.zip.start_entry(&match spec.bytes {
            Some(bytes) => options.at_most(bytes),
            None => options,
        })?)
    }

    fn end(&mut self, path: &str) -> Result<EntryReceipt> {
        let totals = self.zip.finish_entry()?;
        let receipt = EntryReceipt::new(path, totals.bytes);
        self.receipts.push(receipt.clone());
        Ok(receipt)
    }

    /// Moves on past the turn that has ended and lets in those that wait right behind it.
    fn next_turn(&mut self) -> Result<()> {
        self.busy = false;
        self.turn += 1;
        self.let_waiting_in()
    }

    /// An entry that has the turn may be open in the archive: those that wait come in when it ends.
    fn let_waiting_in_unless_busy(&mut self) -> Result<()> {
        if self.busy { Ok(()) } else { self.let_waiting_in() }
    }

    fn let_waiting_in(&mut self) -> Result<()> {
        while let Some(waiting) = self.waiting.remove(&self.turn) {
            if let Some(Waiting { spec, mut file }) = waiting {
                self.begin(&spec)?;
                let failed = |source| Error::io("cannot copy the spooled entry", source).entry(&spec.path);
                file.rewind().map_err(failed)?;
                let mut buffer = vec![0; COPY_BYTES];
                loop {
                    let read = file.read(&mut buffer).map_err(failed)?;
                    if read == 0 {
                        break;
                    }
                    self.zip.write_all(&buffer[..read]).map_err(failed)?;
                }
                self.end(&spec.path)?;
            }
            self.turn += 1;
        }
        Ok(())
    }
}

impl<W: Write + Send> Sink for ZipSink<W> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        let mut state = self.lock();
        let turn = state.take(spec)?;
        let target = if turn == state.turn {
            state.begin(spec)?;
            state.busy = true;
            Target::Archive
        } else {
            Target::Spool(temp_file(&self.temp)?)
        };
        Ok(Box::new(ZipEntry { sink: self, spec: spec.clone(), turn, target: Some(target), bytes: 0 }))
    }

    /// Whatever it writes to may.
    fn shows_at_once(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        self.close().map(|(_, receipt)| receipt)
    }
}

enum Target {
    Archive,
    Spool(File),
}

struct ZipEntry<'s, W: Write + Send> {
    sink: &'s ZipSink<W>,
    spec: EntrySpec,
    turn: usize,
    /// `None` once committed.
    target: Option<Target>,
    bytes: u64,
}

impl<W: Write + Send> Write for ZipEntry<'_, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = match &mut self.target {
            Some(Target::Archive) => self.sink.lock().zip.write(data)?,
            Some(Target::Spool(file)) => file.write(data)?,
            None => 0,
        };
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send> Entry for ZipEntry<'_, W> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        let mut state = self.sink.lock();
        match self.target.take() {
            Some(Target::Archive) => {
                let receipt = state.end(&self.spec.path)?;
                state.next_turn()?;
                Ok(receipt)
            }
            Some(Target::Spool(file)) => {
                let receipt = EntryReceipt::new(&self.spec.path, self.bytes);
                state.waiting.insert(self.turn, Some(Waiting { spec: self.spec.clone(), file }));
                state.let_waiting_in_unless_busy()?;
                Ok(receipt)
            }
            None => Err(Error::new(ErrorKind::Io, "the entry is committed already").entry(&self.spec.path)),
        }
    }
}

impl<W: Write + Send> Drop for ZipEntry<'_, W> {
    fn drop(&mut self) {
        let Some(target) = self.target.take() else { return };
        let mut state = self.sink.lock();
        state.taken.remove(&self.spec.path.to_lowercase());
        // A failure here shows again when the archive is closed: the writer stays abandoned.
        let _ = match target {
            Target::Archive => {
                let cancelled = state.zip.cancel_entry().map_err(Error::from);
                cancelled.and_then(|()| state.next_turn())
            }
            Target::Spool(_) => {
                state.waiting.insert(self.turn, None);
                state.let_waiting_in_unless_busy()
            }
        };
    }
}
