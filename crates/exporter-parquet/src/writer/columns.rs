//! One encoder per column, worked on by any free thread but by one at a time, so that each column's steps stay in order.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{FieldRef, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};

use crate::ParquetError;
use crate::layout::storage_type::to_stored;

/// A column of a row group, encoded.
pub(super) struct ClosedColumn {
    pub(super) group: usize,
    pub(super) column: usize,
    pub(super) leaves: Vec<ArrowColumnChunk>,
}

/// The columns of a table and who encodes them.
pub(super) struct ColumnEncoders {
    columns: Vec<Mutex<Column>>,
    /// Encoding steps that may wait before the feeding thread helps instead of reading on.
    most_waiting: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct Column {
    field: FieldRef,
    /// What is still to be done, in order.
    steps: VecDeque<Step>,
    /// Whether some thread has the column or will find it among the ready ones.
    scheduled: bool,
    /// One for every leaf of the open row group.
    writers: Vec<ArrowColumnWriter>,
}

enum Step {
    Open(Vec<ArrowColumnWriter>),
    Encode(ArrayRef),
    Close(usize),
}

#[derive(Default)]
struct State {
    ready: VecDeque<usize>,
    waiting: usize,
    closed: Vec<ClosedColumn>,
    failure: Option<ParquetError>,
    failed: bool,
    stopped: bool,
}

impl ColumnEncoders {
    pub(super) fn new(stored: &SchemaRef, threads: usize) -> Self {
        let columns: Vec<_> = stored
            .fields()
            .iter()
            .map(|field| {
                Mutex::new(Column {
                    field: field.clone(),
                    steps: VecDeque::new(),
                    scheduled: false,
                    writers: Vec::new(),
                })
            })
            .collect();
        // One thread encodes a chunk as soon as it has read it; more threads keep one chunk each and one in reserve.
        let chunks = if threads <= 1 { 1 } else { threads + 1 };
        Self {
            most_waiting: columns.len() * chunks,
            columns,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Starts a row group with the writers of all its leaves, in column order.
    pub(super) fn open(&self, writers: Vec<ArrowColumnWriter>) {
        let mut writers = writers.into_iter();
        for index in 0..self.columns.len() {
            let leaves =
                self.columns.get(index).map_or(0, |column| leaf_count(lock(column).field.data_type()));
            self.push(index, Step::Open(writers.by_ref().take(leaves).collect()));
        }
    }

    /// Adds rows to the open row group; helps to encode when too much is waiting.
    pub(super) fn encode(&self, chunk: RecordBatch) -> Result<(), ParquetError> {
        self.state().waiting += self.columns.len();
        for (index, array) in chunk.columns().iter().enumerate() {
            self.push(index, Step::Encode(array.clone()));
        }
        drop(chunk);
        self.help_until(|state| state.waiting < self.most_waiting)
    }

    /// Ends the open row group.
    pub(super) fn close(&self, group: usize) {
        self.state().waiting += self.columns.len();
        for index in 0..self.columns.len() {
            self.push(index, Step::Close(group));
        }
    }

    /// Encodes until nothing is waiting.
    pub(super) fn finish(&self) -> Result<(), ParquetError> {
        self.help_until(|state| state.waiting == 0)
    }

    /// The columns closed since the last call.
    pub(super) fn take_closed(&self) -> Vec<ClosedColumn> {
        std::mem::take(&mut self.state().closed)
    }

    /// Lets the threads of [`ColumnEncoders::work`] return.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    /// Encodes ready columns until stopped.
    pub(super) fn work(&self) {
        let _watch = Watch(self);
        let mut state = self.state();
        while !state.stopped {
            match state.ready.pop_front() {
                Some(column) => {
                    drop(state);
                    self.run(column);
                    state = self.state();
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn help_until(&self, enough: impl Fn(&State) -> bool) -> Result<(), ParquetError> {
        let mut state = self.state();
        loop {
            if state.failed {
                return Err(state.failure.take().unwrap_or_else(|| ParquetError::Damaged {
                    format: "parquet",
                    what: "an encoding thread ended".into(),
                }));
            }
            if enough(&state) {
                return Ok(());
            }
            match state.ready.pop_front() {
                Some(column) => {
                    drop(state);
                    self.run(column);
                    state = self.state();
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn push(&self, index: usize, step: Step) {
        let Some(column) = self.columns.get(index) else { return };
        let newly_ready = {
            let mut column = lock(column);
            column.steps.push_back(step);
            !std::mem::replace(&mut column.scheduled, true)
        };
        if newly_ready {
            self.state().ready.push_back(index);
            self.changed.notify_one();
        }
    }

    /// Takes every step of a scheduled column; the column stays scheduled, so that nobody else takes it meanwhile.
    fn run(&self, index: usize) {
        let Some(cell) = self.columns.get(index) else { return };
        let (steps, mut writers, field) = {
            let mut column = lock(cell);
            (std::mem::take(&mut column.steps), std::mem::take(&mut column.writers), column.field.clone())
        };
        let mut closed = Vec::new();
        let mut done = 0;
        let mut outcome = Ok(());
        for step in steps {
            done += usize::from(!matches!(step, Step::Open(_)));
            if outcome.is_ok() {
                outcome = take_step(step, index, &field, &mut writers, &mut closed);
            }
        }
        let again = {
            let mut column = lock(cell);
            column.writers = writers;
            column.scheduled = !column.steps.is_empty();
            column.scheduled
        };
        let mut state = self.state();
        state.waiting -= done;
        state.closed.append(&mut closed);
        if again {
            state.ready.push_back(index);
        }
        if let Err(error) = outcome {
            state.failed = true;
            state.failure.get_or_insert(error);
        }
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_step(
    step: Step,
    column: usize,
    field: &FieldRef,
    writers: &mut Vec<ArrowColumnWriter>,
    closed: &mut Vec<ClosedColumn>,
) -> Result<(), ParquetError> {
    match step {
        Step::Open(fresh) => *writers = fresh,
        Step::Encode(array) => {
            let array = to_stored(array, field)?;
            for (leaf, writer) in compute_leaves(field, &array)?.iter().zip(writers) {
                writer.write(leaf)?;
            }
        }
        Step::Close(group) => {
            let leaves = writers.drain(..).map(ArrowColumnWriter::close).collect::<Result<_, _>>()?;
            closed.push(ClosedColumn { group, column, leaves });
        }
    }
    Ok(())
}

/// How many leaf columns Parquet makes of a type.
fn leaf_count(data_type: &arrow_schema::DataType) -> usize {
    use arrow_schema::DataType;
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaf_count(field.data_type())).sum(),
        DataType::List(item) | DataType::Map(item, _) => leaf_count(item.data_type()),
        _ => 1,
    }
}

/// Marks the run as failed when a thread unwinds, so that nobody waits for it for ever.
struct Watch<'e>(&'e ColumnEncoders);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().failed = true;
            self.0.changed.notify_all();
        }
    }
}

fn lock(column: &Mutex<Column>) -> MutexGuard<'_, Column> {
    column.lock().unwrap_or_else(PoisonError::into_inner)
}
