//! Columns that are taken for what the beginning of a file shows: every cell behind it must agree.

use std::sync::{Mutex, PoisonError};

use arrow_schema::DataType;

use super::guess::Guess;
use super::infer::{Findings, Inference};
use super::layout::{CellKind, Layout};
use super::options::{KeptDigits, KeptOffsets, ReadOptions};
use super::sniff::Doubt;

/// What is presumed of the columns, and what their texts show.
#[derive(Debug)]
pub(crate) struct Presumed {
    inference: Inference,
    columns: Vec<PresumedColumn>,
}

/// What is presumed of a column.
#[derive(Debug)]
struct PresumedColumn {
    position: usize,
    /// What its first cells have in common.
    guess: Guess,
    /// What the cells have in common that a scan has passed, where they are texts.
    seen: Mutex<Guess>,
}

impl Presumed {
    /// Whether columns can be presumed with these options: cells that agree then lose nothing when they are read.
    pub(crate) fn suits(options: &ReadOptions) -> bool {
        let has_own_texts = options.booleans.is_some()
            || options.date_pattern.is_some()
            || options.date_time_pattern.is_some();
        !has_own_texts && options.digits == KeptDigits::Keep && options.offsets == KeptOffsets::Keep
    }

    /// The layout by what the first cells show, and what has to agree with them; none where they do not show enough.
    pub(crate) fn of(
        inference: Inference,
        findings: &Findings,
        mut layout: Layout,
    ) -> Option<(Layout, Self)> {
        // Further digits would change the type of a decimal.
        let shows_enough =
            |guess: &Guess| guess.has_values() && !matches!(guess.kind(), DataType::Decimal128(..));
        if !findings.guesses().all(|(_, guess)| shows_enough(guess)) {
            return None;
        }
        let columns = findings.guesses().map(|(position, guess)| PresumedColumn {
            position,
            guess: guess.clone(),
            seen: Mutex::default(),
        });
        let columns = columns.collect();
        // Those of texts are told when all of them have been seen.
        let doubts = layout.doubts.clone();
        layout.settle(&inference, findings);
        (layout.doubts, layout.rows) = (doubts, None);
        for column in &mut layout.columns {
            column.na_is_missing |= column.kind != CellKind::Data(DataType::Utf8);
        }
        Some((layout, Self { inference, columns }))
    }

    /// What is presumed of a column.
    pub(super) fn guess(&self, position: usize) -> Option<&Guess> {
        self.column(position).map(|column| &column.guess)
    }

    fn column(&self, position: usize) -> Option<&PresumedColumn> {
        let at = self.columns.binary_search_by_key(&position, |column| column.position).ok()?;
        self.columns.get(at)
    }

    /// Forgets what an earlier scan has seen.
    pub(crate) fn begin(&self) {
        for column in &self.columns {
            *column.seen.lock().unwrap_or_else(PoisonError::into_inner) = Guess::default();
        }
    }

    /// Takes in what the texts of the next piece show.
    pub(super) fn see(&self, position: usize, texts: &Guess) {
        if let Some(column) = self.column(position) {
            column.seen.lock().unwrap_or_else(PoisonError::into_inner).merge(texts);
        }
    }

    /// What else the texts may mean that a scan has passed.
    pub(crate) fn doubts(&self, layout: &Layout) -> Vec<Doubt> {
        let seen =
            |column: &PresumedColumn| column.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let seen: Vec<_> = self.columns.iter().map(|column| (column.position, seen(column))).collect();
        layout.more_doubts(&self.inference, seen.iter().map(|(position, guess)| (*position, guess)))
    }
}
