//! Scans of a file: its columns as the codebook declares them, and the reasons of their nulls.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use exporter_core::codebook::Table;
use exporter_core::dataset::scan_schema;
use exporter_core::{Batches, Result, Scan, Tallied};

use crate::dataset::DtaDataset;
use crate::dataset::delivery::Delivery;
use crate::dataset::tally::{add_foreign, add_guessed, add_letters, add_replaced};
use crate::error::DtaError;
use crate::reader::{Selection, Variable};
use crate::spec_storage::StorageType;

/// A column that a scan delivers.
struct ScannedColumn {
    /// Position of its variable in the codebook.
    variable: usize,
    delivery: Delivery,
    /// Position among the columns of the reader of those that tell its letters, where they count.
    letters: Option<usize>,
    /// Whether its reasons are delivered.
    with_reasons: bool,
    /// Characters that could not be read.
    replaced: Tallied,
    /// Texts in an encoding that is a guess.
    guessed: Tallied,
    /// Letters that are read as null, where nothing keeps them.
    dropped: Tallied,
    /// Numbers that are neither values nor missing values, where opening did not look for them.
    foreign: Option<Tallied>,
}

impl DtaDataset {
    /// Delivers these columns of all rows, or of as many as the scan wants if it has no filter.
    pub(super) fn batches(&self, table: &Table, wanted: &[usize], scan: &Scan) -> Result<Batches<'_>> {
        let (mut columns, lettered) = self.columns_of(table, wanted, scan.reasons);
        let variables: Vec<usize> = columns.iter().map(|column| column.delivery.variable()).collect();
        let mut selection = Selection::all().columns(variables).letters(lettered);
        selection.batch_rows = scan.batch_rows;
        selection.foreign = true;
        if let (Some(limit), None) = (scan.limit, &scan.filter) {
            selection = selection.rows(0..limit);
        }
        let is_lenient = self.reader.is_lenient();
        let place = move |error: DtaError| error.in_reading(|| !is_lenient).entry(&self.name);
        let mut reader = self.reader.clone();
        let schema = scan_schema(table, wanted, scan.reasons);
        let output = schema.clone();
        let mut first = 0_u64;
        let deliver = move |batch: crate::error::Result<RecordBatch>| {
            let batch = batch.map_err(place)?;
            let arrays = self.delivered(&mut columns, &batch, first)?;
            first += batch.num_rows() as u64;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(output.clone(), arrays, &options)?)
        };
        if self.threads == 1 || selection.rows.is_some() {
            let batches = reader.batches(&selection).map_err(place)?;
            return Ok(Batches::new(schema, batches.map(deliver)));
        }
        let batches = reader.parallel_batches(&selection, self.threads).map_err(place)?;
        Ok(Batches::new(schema, batches.map(deliver)))
    }

    /// The columns of a scan, and the variables of the file whose letters it needs.
    fn columns_of(&self, table: &Table, wanted: &[usize], reasons: bool) -> (Vec<ScannedColumn>, Vec<usize>) {
        let mut columns = Vec::with_capacity(wanted.len());
        let mut lettered = Vec::new();
        for variable in wanted {
            let Some((described, delivery)) = table.variables.get(*variable).zip(self.columns.get(*variable))
            else {
                continue;
            };
            let with_reasons = reasons && described.has_reasons();
            let foreign = self.may_hold_foreign(delivery.variable()).then(Tallied::default);
            let needs_letters =
                self.drops_letters || delivery.has_recorded() || with_reasons || foreign.is_some();
            let letters = needs_letters.then(|| {
                lettered.push(delivery.variable());
                wanted.len() + lettered.len() - 1
            });
            let delivery = delivery.clone();
            let (replaced, guessed, dropped) = Default::default();
            columns.push(ScannedColumn {
                variable: *variable,
                delivery,
                letters,
                with_reasons,
                replaced,
                guessed,
                dropped,
                foreign,
            });
        }
        (columns, lettered)
    }

    /// Whether numbers that are neither values nor missing values are counted only when a variable is scanned.
    fn may_hold_foreign(&self, variable: usize) -> bool {
        let stored = self.reader.dictionary().variables.get(variable);
        let is_real = |v: &Variable| matches!(v.storage, StorageType::Float | StorageType::Double);
        stored.is_some_and(is_real) && self.reader.known_facts(variable).is_none()
    }

    /// The columns of one batch, whose first row is `first`, from 0, and the reasons behind them.
    fn delivered(
        &self,
        columns: &mut [ScannedColumn],
        batch: &RecordBatch,
        first: u64,
    ) -> Result<Vec<ArrayRef>> {
        let mut arrays = Vec::with_capacity(columns.len());
        let mut reasons = Vec::new();
        for (column, array) in columns.iter_mut().zip(batch.columns()) {
            let letters = column.letters.and_then(|position| batch.columns().get(position));
            let letters = letters.and_then(|letters| letters.as_primitive_opt::<UInt8Type>());
            if let (true, Some(letters)) = (self.drops_letters, letters) {
                add_letters(&mut column.dropped, letters, first);
                self.reasons.note(column.variable, &column.dropped);
            }
            if let (Some(foreign), Some(letters)) = (&mut column.foreign, letters) {
                add_foreign(foreign, letters, first);
                self.foreign.note(column.variable, foreign);
            }
            if let (true, Some(letters)) = (column.with_reasons, letters) {
                reasons.push(column.delivery.reasons(letters));
            }
            let array = column.delivery.array(array, letters, first)?;
            // A batch is decoded before it arrives, so that nothing is missed while nothing was replaced.
            if self.reader.replaced_characters() > self.in_descriptions.replaced {
                add_replaced(&mut column.replaced, &array, first);
                self.replaced.note(column.variable, &column.replaced);
            }
            if self.reader.guesses_all_texts() || self.reader.guessed_texts().0 > self.in_descriptions.guessed
            {
                add_guessed(&mut column.guessed, &array, first, |text| self.reader.was_guessed(text));
                self.guessed.note(column.variable, &column.guessed);
            }
            arrays.push(array);
        }
        arrays.extend(reasons);
        Ok(arrays)
    }
}
