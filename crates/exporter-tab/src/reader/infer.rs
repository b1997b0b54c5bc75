//! The kinds of columns from the cells of all pieces.

use std::sync::Arc;

use arrow_schema::DataType;
use exporter_core::Loss;
use exporter_core::profile::TableProfile;
use memchr::memchr;

use super::ReadOptions;
use super::ascent::Ascent;
use super::decode::Position;
use super::guess::Guess;
use super::layout::{CellKind, Layout, LayoutColumn};
use super::left_out::{LeftOut, loss_of};
use super::odd;
use super::pieces::Piece;
use super::records::{KeptColumns, Records};
use super::sniff::Doubt;
use super::split::Dialect;
use super::style::{CellStyle, MissingTexts};
use crate::TabError;

/// What it takes to look at a piece; shared between threads.
#[derive(Debug)]
pub(crate) struct Inference {
    dialect: Dialect,
    /// Columns of the file.
    width: usize,
    kept: KeptColumns,
    /// Positions of the columns that are looked at, ascending.
    columns: Vec<usize>,
    /// The numbers of the sort keys among the columns kept.
    keys: Vec<usize>,
    missing: MissingTexts,
    style: CellStyle,
    /// Where the rows start.
    first: Position,
}

/// What one piece shows.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    records: Records,
    guesses: Vec<Guess>,
    ascent: Ascent,
    is_utf8: bool,
    fault: Option<TabError>,
}

/// What all pieces so far show; their order does not matter but for the place of a fault.
#[derive(Debug)]
pub(crate) struct Findings {
    /// Positions of the columns that were looked at.
    columns: Vec<usize>,
    guesses: Vec<Guess>,
    /// Positions of the sort keys.
    keys: Vec<usize>,
    ascent: Ascent,
    /// Whether no text can be refused for its bytes.
    is_utf8: bool,
    position: Position,
}

impl Inference {
    /// Looks at the cells of the columns at these positions, ascending, and at the order of the rows by the keys at some of
    /// them.
    pub(super) fn new(
        dialect: Dialect,
        width: usize,
        columns: Vec<usize>,
        keys: &[usize],
        options: &ReadOptions,
        first: Position,
    ) -> Result<Self, TabError> {
        Ok(Self {
            dialect,
            width,
            keys: keys.iter().map_while(|key| columns.binary_search(key).ok()).collect(),
            kept: KeptColumns::of(columns.clone(), width),
            columns,
            missing: MissingTexts::new(options),
            style: CellStyle::new(options, dialect.marks)?,
            first,
        })
    }

    /// The findings before the first piece; what is left out is told.
    pub(crate) fn nothing_yet(&self, left_out: Arc<LeftOut>) -> Findings {
        let position = self.first.clone().noting_in(left_out);
        Findings {
            columns: self.columns.clone(),
            guesses: vec![Guess::default(); self.columns.len()],
            keys: self.keys.iter().filter_map(|number| self.columns.get(*number).copied()).collect(),
            ascent: Ascent::of(self.keys.len()),
            is_utf8: true,
            position,
        }
    }

    /// What else the cells of a column of texts may mean.
    pub(super) fn doubts(&self, column: &str, guess: &Guess) -> impl Iterator<Item = Doubt> {
        let (odd, column) = (&guess.odd, || column.to_owned());
        let among = odd.among_others(|text| odd::fits_alone(text, &self.style));
        let (line, is_only) = (odd.line(), odd.is_only());
        let among = among.map(|text| Doubt::Odd { column: column(), text: text.to_owned(), line, is_only });
        let date = odd.date_patterns().filter(|_| !self.looks_for_dates());
        let date =
            date.map(|(text, patterns)| Doubt::Date { column: column(), text: text.to_owned(), patterns });
        among.into_iter().chain(date)
    }

    /// Whether an option says how dates are written.
    pub(super) fn looks_for_dates(&self) -> bool {
        self.style.date_pattern.is_some()
    }

    /// Looks at a piece.
    pub(crate) fn see(&self, piece: &Piece, seen: &mut Seen) {
        seen.fault = seen.records.split(piece, &self.dialect, self.width, &self.kept);
        seen.is_utf8 = simdutf8::basic::from_utf8(&piece.bytes).is_ok();
        seen.ascent.see(&piece.bytes, &seen.records, &self.keys);
        let has_nul = memchr(0, &piece.bytes).is_some();
        seen.guesses.clear();
        seen.guesses.resize(self.kept.len(), Guess::default());
        for (number, guess) in seen.guesses.iter_mut().enumerate() {
            for cell in seen.records.column(number) {
                let (text, quoted) = (cell.raw(&piece.bytes), cell.is_quoted());
                if self.missing.has(text, quoted) {
                    guess.summary.missing += 1;
                    continue;
                }
                // The doubling of quotes does not matter to the kind: a cell with quotes inside is text in any case.
                if guess.see(text, quoted, &self.style) {
                    let length = match cell.is_escaped() {
                        true => cell.content(&piece.bytes, self.dialect.marks).len(),
                        false => text.len(),
                    };
                    guess.summary.text(length, has_nul && memchr(0, text).is_some());
                }
            }
            guess.odd.find_line(|row| seen.records.line(row));
        }
    }
}

impl Findings {
    /// Adds what the next piece shows.
    ///
    /// # Errors
    /// What is wrong with the piece, with its place in the whole file.
    pub(crate) fn add(&mut self, seen: &mut Seen) -> Result<(), TabError> {
        let lines = self.position.lines;
        self.position.pass_records(&seen.records, &mut seen.fault, &[])?;
        for (all, guess) in self.guesses.iter_mut().zip(&mut seen.guesses) {
            guess.odd.move_down(lines);
            all.merge(guess);
        }
        self.ascent.join(&seen.ascent);
        self.is_utf8 &= seen.is_utf8;
        Ok(())
    }

    /// What the cells say of the table, as far as reading them with these options cannot fail.
    pub(crate) fn facts(&self, layout: &Layout, options: &ReadOptions) -> TableProfile {
        let mut facts = TableProfile::default();
        facts.rows = Some(self.position.rows);
        if !self.is_utf8 {
            return facts;
        }
        let empty_is_missing = options.quoted_empty_is_missing(layout.columns.len());
        let kind = |column: usize| match layout.columns.get(column) {
            Some(LayoutColumn { kind: CellKind::Data(kind), na_is_missing, .. }) => {
                Some((kind, *na_is_missing))
            }
            _ => None,
        };
        for (column, guess) in self.columns.iter().zip(&self.guesses) {
            let Some((kind, na_is_missing)) = kind(*column) else { continue };
            if options.says_how(kind) || !guess.fits(kind, na_is_missing) {
                continue;
            }
            let known = guess.summary.facts(kind, empty_is_missing, na_is_missing);
            facts.columns.extend(known.map(|known| (*column, known)));
        }
        let keys = self.keys.iter().enumerate().take_while(|(key, column)| {
            let is_filled = facts.columns.get(column).is_some_and(|facts| facts.nulls == Some(0));
            is_filled && kind(**column).is_some_and(|(kind, _)| self.ascent.holds(*key, kind))
        });
        facts.ascending = keys.map(|(_, column)| *column).collect();
        facts
    }

    /// What the kinds of the columns do not keep of the texts.
    pub(crate) fn losses(&self, layout: &Layout) -> Vec<Loss> {
        let mut losses = Vec::new();
        for (column, guess) in self.columns.iter().zip(&self.guesses) {
            let (Some(column), Some(lost)) = (layout.columns.get(*column), guess.lost()) else { continue };
            let CellKind::Data(kind) = &column.kind else { continue };
            let Some((code, action)) = loss_of(kind) else { continue };
            let left = match kind {
                DataType::Timestamp(_, Some(zone)) if guess.has_offset_of(zone) => continue,
                DataType::Timestamp(..) => &lost.shifted,
                _ => &lost.rounded,
            };
            if let Some((row, text)) = &left.first {
                let loss = Loss::new(code, action).variable(&column.name).count(left.count);
                losses.push(loss.first(Some(row + 1), text));
            }
        }
        losses
    }

    /// Rows seen.
    pub(super) fn rows(&self) -> u64 {
        self.position.rows
    }

    /// What the cells of each column have in common, by position.
    pub(super) fn guesses(&self) -> impl Iterator<Item = (usize, &Guess)> {
        self.columns.iter().copied().zip(&self.guesses)
    }
}
