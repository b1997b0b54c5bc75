//! Columns that are taken for what the beginning of a file shows: every cell behind it must agree.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow_schema::DataType;
use exporter_core::Presumption;

use super::guess::Guess;
use super::infer::{Findings, Inference};
use super::layout::{CellKind, Layout};
use super::options::{KeptDigits, KeptOffsets, ReadOptions};
use super::sniff::Doubt;

/// What is presumed of the columns, and what their texts show.
#[derive(Debug)]
pub(crate) struct Presumed {
    inference: Inference,
    /// What the first cells of the columns have in common, by ascending position.
    columns: Vec<(usize, Guess)>,
    presumption: Presumption,
    is_held: AtomicBool,
    /// What all texts have in common, when a scan has passed them.
    texts: Texts,
}

/// What the texts of some columns have in common, by position.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<Vec<(usize, Guess)>>);

impl Texts {
    /// Takes in what those of the next piece have in common.
    pub(super) fn merge(&self, next: &[(usize, Guess)]) {
        if next.is_empty() {
            return;
        }
        let mut all = self.lock();
        if all.is_empty() {
            all.extend(next.iter().map(|(position, _)| (*position, Guess::default())));
        }
        all.iter_mut().zip(next).for_each(|((_, all), (_, next))| all.merge(next));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(usize, Guess)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presumed {
    /// Whether columns can be presumed with these options: cells that agree then lose nothing when they are read.
    pub(crate) fn suits(options: &ReadOptions) -> bool {
        !options.has_own_texts() && options.digits == KeptDigits::Keep && options.offsets == KeptOffsets::Keep
    }

    /// The layout by what the first cells show, and what has to agree with them; none where they do not show enough.
    pub(crate) fn of(
        inference: Inference,
        findings: &Findings,
        mut layout: Layout,
        presumption: &Presumption,
    ) -> Option<(Layout, Self)> {
        // Further digits would change the type of a decimal.
        let shows_enough =
            |guess: &Guess| guess.has_values() && !matches!(guess.kind(), DataType::Decimal128(..));
        if !findings.guesses().all(|(_, guess)| shows_enough(guess)) {
            return None;
        }
        layout.settle_kinds(findings);
        for column in &mut layout.columns {
            column.na_is_missing |= column.kind != CellKind::Data(DataType::Utf8);
        }
        presumption.make();
        let presumed = Self {
            inference,
            columns: findings.guesses().map(|(position, guess)| (position, guess.clone())).collect(),
            presumption: presumption.clone(),
            is_held: AtomicBool::new(false),
            texts: Texts::default(),
        };
        Some((layout, presumed))
    }

    /// What is presumed of a column.
    pub(super) fn guess(&self, position: usize) -> Option<&Guess> {
        let at = self.columns.binary_search_by_key(&position, |(position, _)| *position).ok()?;
        self.columns.get(at).map(|(_, guess)| guess)
    }

    /// A scan of these columns has come to the end of the text and found no cell that is otherwise.
    pub(crate) fn agrees(&self, columns: &[usize], texts: &Texts) {
        let columns: HashSet<usize> = columns.iter().copied().collect();
        if self.columns.iter().all(|(position, _)| columns.contains(position)) {
            *self.texts.lock() = std::mem::take(&mut *texts.lock());
            self.hold();
        }
    }

    /// All columns are known to be what they are taken for.
    pub(crate) fn hold(&self) {
        if !self.is_held.swap(true, Ordering::SeqCst) {
            self.presumption.hold();
        }
    }

    /// A column is not what it is taken for.
    pub(crate) fn refute(&self) {
        self.presumption.refute();
    }

    /// Whether that is known.
    pub(crate) fn is_refuted(&self) -> bool {
        self.presumption.is_refuted()
    }

    /// What else the texts may mean.
    pub(crate) fn doubts(&self, layout: &Layout) -> Vec<Doubt> {
        let texts = self.texts.lock();
        layout.more_doubts(&self.inference, texts.iter().map(|(position, guess)| (*position, guess)))
    }
}
