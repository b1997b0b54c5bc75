//! The kinds of columns from the cells of all pieces.

use super::ReadOptions;
use super::decode::Position;
use super::guess::Guess;
use super::pieces::Piece;
use super::records::{Records, Wanted};
use super::split::Dialect;
use super::style::MissingTexts;
use crate::TabError;

/// What it takes to look at a piece; shared between threads.
#[derive(Debug)]
pub(crate) struct Inference {
    dialect: Dialect,
    /// Columns of the file.
    width: usize,
    wanted: Wanted,
    missing: MissingTexts,
    mark: u8,
    /// Lines above the rows.
    lines: u64,
}

/// What one piece shows.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    records: Records,
    guesses: Vec<Guess>,
    fault: Option<TabError>,
}

/// What all pieces so far show; their order does not matter but for the place of a fault.
#[derive(Debug)]
pub(crate) struct Findings {
    guesses: Vec<Guess>,
    position: Position,
}

impl Inference {
    /// Looks at the cells of the columns at these places, ascending.
    pub(super) fn new(
        dialect: Dialect,
        width: usize,
        places: Vec<usize>,
        options: &ReadOptions,
        lines: u64,
    ) -> Self {
        Self {
            dialect,
            width,
            wanted: Wanted::of(places, width),
            missing: MissingTexts::new(options),
            mark: options.decimal_mark.byte(),
            lines,
        }
    }

    /// The findings before the first piece.
    pub(crate) fn nothing_yet(&self) -> Findings {
        let position = Position { rows: 0, lines: self.lines };
        Findings { guesses: vec![Guess::default(); self.wanted.len()], position }
    }

    /// Looks at a piece.
    pub(crate) fn see(&self, piece: &Piece, seen: &mut Seen) {
        seen.fault = seen.records.split(piece, &self.dialect, self.width, &self.wanted);
        seen.guesses.clear();
        seen.guesses.resize(self.wanted.len(), Guess::default());
        for (slot, guess) in seen.guesses.iter_mut().enumerate() {
            for cell in seen.records.column(slot) {
                // The doubling of quotes does not matter here: a cell with quotes inside is text in any case.
                let (text, quoted) = (cell.raw(&piece.bytes), cell.is_quoted());
                if !self.missing.has(text, quoted) {
                    guess.see(text, quoted, self.mark);
                }
            }
        }
    }
}

impl Findings {
    /// Adds what the next piece shows.
    ///
    /// # Errors
    /// What is wrong with the piece, with its place in the whole file.
    pub(crate) fn add(&mut self, seen: &mut Seen) -> Result<(), TabError> {
        self.position.pass_records(&seen.records, &mut seen.fault)?;
        for (all, guess) in self.guesses.iter_mut().zip(&seen.guesses) {
            all.merge(guess);
        }
        Ok(())
    }

    /// Rows seen.
    pub(super) fn rows(&self) -> u64 {
        self.position.rows
    }

    /// What the cells of each column have in common.
    pub(super) fn guesses(&self) -> &[Guess] {
        &self.guesses
    }
}
