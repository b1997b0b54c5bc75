//! Sinks that fail at a chosen place.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use exporter_core::sink::MemorySink;
use exporter_core::{
    Context, Dataset, Entry, EntryReceipt, EntrySpec, Error, ErrorKind, Exporter, RandomEntry, Receipt,
    Result, Sink, export,
};

/// Where a [`FaultSink`] fails; counts begin at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Never.
    Never,
    /// The n-th entry cannot be created.
    Create(u64),
    /// The disk is full after n bytes, counted over all entries.
    Byte(u64),
    /// The n-th commit fails.
    Commit(u64),
    /// The sink cannot be finished.
    Finish,
}

/// A sink round another that fails once at the chosen place and goes on failing there.
pub struct FaultSink<'a> {
    inner: Box<dyn Sink + 'a>,
    fault: Fault,
    created: AtomicU64,
    written: AtomicU64,
    committed: AtomicU64,
}

impl<'a> FaultSink<'a> {
    /// Wraps a sink.
    pub fn new(inner: impl Sink + 'a, fault: Fault) -> Self {
        Self {
            inner: Box::new(inner),
            fault,
            created: AtomicU64::new(0),
            written: AtomicU64::new(0),
            committed: AtomicU64::new(0),
        }
    }

    /// Entries created, bytes written (rewritten ones again) and entries committed so far.
    pub fn counts(&self) -> (u64, u64, u64) {
        (
            self.created.load(Ordering::SeqCst),
            self.written.load(Ordering::SeqCst),
            self.committed.load(Ordering::SeqCst),
        )
    }

    fn may_create(&self, spec: &EntrySpec) -> Result<()> {
        match self.created.fetch_add(1, Ordering::SeqCst) {
            number if self.fault == Fault::Create(number) => Err(injected().entry(&spec.path)),
            _ => Ok(()),
        }
    }

    /// How many of the next bytes fit before the fault.
    fn room(&self, wanted: usize) -> io::Result<usize> {
        let Fault::Byte(limit) = self.fault else {
            self.written.fetch_add(wanted as u64, Ordering::SeqCst);
            return Ok(wanted);
        };
        let before = self
            .written
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |written| {
                Some(limit.min(written + wanted as u64))
            })
            .unwrap_or(limit);
        match usize::try_from(limit - before).unwrap_or(usize::MAX).min(wanted) {
            0 if wanted > 0 => Err(io::Error::new(io::ErrorKind::StorageFull, "injected: no space left")),
            room => Ok(room),
        }
    }
}

/// The error that [`Fault::Create`], [`Fault::Commit`] and [`Fault::Finish`] give.
fn injected() -> Error {
    Error::io("injected", io::Error::new(io::ErrorKind::PermissionDenied, "injected fault"))
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Sink for FaultSink<'_> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        self.may_create(spec)?;
        Ok(Box::new(FaultEntry { sink: self, inner: self.inner.create(spec)? }))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        self.may_create(spec)?;
        Ok(Box::new(FaultEntry { sink: self, inner: self.inner.create_random(spec, temp)? }))
    }

    fn is_seekable(&self) -> bool {
        self.inner.is_seekable()
    }

    fn shows_at_once(&self) -> bool {
        self.inner.shows_at_once()
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        match self.fault {
            Fault::Finish => Err(injected()),
            _ => self.inner.finish(),
        }
    }
}

struct FaultEntry<'s, E: ?Sized> {
    sink: &'s FaultSink<'s>,
    inner: Box<E>,
}

impl<E: Write + ?Sized> Write for FaultEntry<'_, E> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let room = self.sink.room(buffer.len())?;
        self.inner.write_all(&buffer[..room])?;
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<E: Read + ?Sized> Read for FaultEntry<'_, E> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<E: Seek + ?Sized> Seek for FaultEntry<'_, E> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<E: Entry + ?Sized> Entry for FaultEntry<'_, E> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        match self.sink.committed.fetch_add(1, Ordering::SeqCst) {
            number if self.sink.fault == Fault::Commit(number) => Err(injected()),
            _ => self.inner.commit(),
        }
    }
}

impl<E: RandomEntry + ?Sized> RandomEntry for FaultEntry<'_, E> {}

/// Every byte is tried up to this many bytes of output; of longer outputs the first and last [`EDGE`] bytes and
/// every [`STRIDE`]th between.
const EVERY_BYTE: u64 = 16 << 10;
const EDGE: u64 = 4 << 10;
const STRIDE: usize = 61;

/// Exports again and again into a sink that fails at the first, second, … byte, at each creation and commit and at
/// the end: each time there must be an error and nothing visible. Returns how many places were tried.
///
/// Of outputs over 16 KiB the first and last 4 KiB are tried byte by byte and every 61st byte between.
#[track_caller]
pub fn run_with_faults(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) -> usize {
    let memory = MemorySink::new();
    let counting = FaultSink::new(memory.clone(), Fault::Never);
    export(exporter, data, Box::new(&counting), context)
        .unwrap_or_else(|error| panic!("the export fails without any fault: {error:?}"));
    let (created, written, committed) = counting.counts();
    let bytes: Vec<u64> = if written <= EVERY_BYTE {
        (0..written).collect()
    } else {
        (0..EDGE).chain((EDGE..written - EDGE).step_by(STRIDE)).chain(written - EDGE..written).collect()
    };
    let faults = bytes
        .into_iter()
        .map(Fault::Byte)
        .chain((0..created).map(Fault::Create))
        .chain((0..committed).map(Fault::Commit))
        .chain([Fault::Finish]);
    faults.map(|fault| run_with_fault(exporter, data, context, fault)).count()
}

#[track_caller]
fn run_with_fault(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context, fault: Fault) {
    let memory = MemorySink::new();
    let sink = Box::new(FaultSink::new(memory.clone(), fault));
    match export(exporter, data, sink, context) {
        Ok(_) => panic!("the export succeeds although its sink fails: {fault:?}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Io, "{fault:?} ends as {error:?}"),
    }
    assert!(memory.entries().is_empty(), "{fault:?} leaves visible entries");
}
