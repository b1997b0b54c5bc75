//! What a file of fixed columns holds: how many records of each type, and which are not what the document says.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use exporter_core::{Cancel, Loss, LossCode, ReadAt, Result, parallel};

use super::cells::FixedColumn;
use super::records::{Cell, Charset, Fit, Pieces, Record, is_empty, lines};

/// Types of record that are told by name.
const TYPES_TOLD: usize = 5;

/// How the records of a file are told apart.
#[derive(Debug)]
pub(super) struct Counting {
    pub(super) charset: Charset,
    /// Where the type of record stands, and by type the table that has it; none where all records are of the first table.
    pub(super) types: Option<((u32, u32), HashMap<String, usize>)>,
    /// By table, the last character of its columns.
    pub(super) lengths: Vec<u32>,
    /// By table, the columns whose numbers may not be whole, by position.
    pub(super) guessed: Vec<Vec<(usize, FixedColumn)>>,
}

/// How often something is there, and where first.
#[derive(Clone, Debug, Default)]
struct Seen {
    count: u64,
    /// Row of the table or line of the file, from 0, and what it holds.
    first: Option<(u64, String)>,
}

impl Seen {
    fn add(&mut self, at: u64, text: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(|| (at, text()));
    }

    /// Adds what was seen behind so many rows or lines.
    fn append(&mut self, more: &mut Self, behind: u64) {
        self.count += more.count;
        let first = more.first.take().map(|(at, text)| (at + behind, text));
        self.first = self.first.take().or(first);
    }
}

/// The records of a file, or of a part of it.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// By table.
    pub(super) rows: Vec<u64>,
    /// Of the guessed columns those that have fractions, by table and position.
    pub(super) fractions: BTreeSet<(usize, usize)>,
    short: Vec<Seen>,
    lines: u64,
    empty: Seen,
    latin1: Seen,
    replaced: Seen,
    /// Records of types that no table has, by type.
    unknown: HashMap<String, u64>,
}

impl Counting {
    /// Reads the file through.
    pub(super) fn count(
        &self,
        bytes: &Arc<dyn ReadAt>,
        name: &str,
        piece: usize,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Counted> {
        let mut all = self.nothing();
        let work = |piece: Vec<u8>, counted: &mut Counted| {
            *counted = self.piece(&piece);
            Ok(())
        };
        parallel::ordered(threads, Pieces::new(bytes, name, piece, cancel), work, |more| {
            all.append(more);
            Ok(())
        })?;
        Ok(all)
    }

    fn nothing(&self) -> Counted {
        let tables = self.lengths.len();
        Counted { rows: vec![0; tables], short: vec![Seen::default(); tables], ..Counted::default() }
    }

    fn piece(&self, piece: &[u8]) -> Counted {
        let mut counted = self.nothing();
        for line in lines(piece) {
            let at = counted.lines;
            counted.lines += 1;
            if is_empty(line) {
                counted.empty.add(at, String::new);
                continue;
            }
            let record = Record::new(line, self.charset);
            match record.fit {
                Fit::Whole => {}
                Fit::Latin1 => counted.latin1.add(at, || excerpt(line)),
                Fit::Replaced => counted.replaced.add(at, || excerpt(line)),
            }
            let Some(table) = self.table(&record, &mut counted.unknown) else { continue };
            let (Some(rows), Some(length)) = (counted.rows.get_mut(table), self.lengths.get(table)) else {
                continue;
            };
            if record.len() < *length as usize {
                let short = counted.short.get_mut(table);
                short.into_iter().for_each(|short| short.add(*rows, || excerpt(line)));
            }
            *rows += 1;
            for (column, cells) in self.guessed.get(table).into_iter().flatten() {
                if !counted.fractions.contains(&(table, *column)) && cells.is_fraction(&record) {
                    counted.fractions.insert((table, *column));
                }
            }
        }
        counted
    }

    /// The table of a record.
    fn table(&self, record: &Record<'_>, unknown: &mut HashMap<String, u64>) -> Option<usize> {
        let Some((place, tables)) = &self.types else { return Some(0) };
        let own = type_of(record, *place);
        let table = tables.get(own.as_str()).copied();
        if table.is_none() {
            *unknown.entry(own).or_default() += 1;
        }
        table
    }
}

/// The type of a record.
pub(super) fn type_of(record: &Record<'_>, place: (u32, u32)) -> String {
    match record.cell(place) {
        Cell::Whole(cell) | Cell::Cut(cell) => record.text(cell).trim().to_owned(),
        Cell::Beyond => String::new(),
    }
}

/// The beginning of a line, for people.
fn excerpt(line: &[u8]) -> String {
    String::from_utf8_lossy(line.get(..40).unwrap_or(line)).into_owned()
}

impl Counted {
    fn append(&mut self, more: &mut Self) {
        for ((short, more), rows) in self.short.iter_mut().zip(&mut more.short).zip(&self.rows) {
            short.append(more, *rows);
        }
        self.rows.iter_mut().zip(&more.rows).for_each(|(rows, more)| *rows += more);
        self.empty.append(&mut more.empty, self.lines);
        self.latin1.append(&mut more.latin1, self.lines);
        self.replaced.append(&mut more.replaced, self.lines);
        self.lines += more.lines;
        self.fractions.append(&mut more.fractions);
        for (own, count) in more.unknown.drain() {
            *self.unknown.entry(own).or_default() += count;
        }
    }

    /// What reading does not keep of it; `tables` are the names of the tables.
    pub(super) fn losses(&self, tables: &[&str]) -> Vec<Loss> {
        let mut losses = Vec::new();
        for (short, table) in self.short.iter().zip(tables) {
            let action = "records that are shorter than their columns: what is behind their end is missing";
            if let Some((row, text)) = &short.first {
                let loss = Loss::new(LossCode::NOT_READ, action).count(short.count);
                losses.push(loss.first(Some(row + 1), text.as_str()).table(*table));
            }
        }
        // What is true of the file is told of its first table.
        let table = tables.first().copied().unwrap_or_default();
        let mut of_file = |seen: &Seen, code: LossCode, action: &str| {
            if let Some((line, text)) = &seen.first {
                let action = format!("{action}, first in line {}", line + 1);
                losses
                    .push(Loss::new(code, action).count(seen.count).first(None, text.as_str()).table(table));
            }
        };
        of_file(&self.empty, LossCode::LINE_SKIPPED, "empty lines are not read");
        of_file(&self.latin1, LossCode::TEXT_GUESSED, "records that are no UTF-8 are read as windows-1252");
        of_file(&self.replaced, LossCode::TEXT_REPLACED, "characters outside the encoding read as U+FFFD");
        if !self.unknown.is_empty() {
            let mut types: Vec<&str> = self.unknown.keys().map(String::as_str).collect();
            types.sort_unstable();
            let shown: Vec<String> = types.iter().take(TYPES_TOLD).map(|own| format!("{own:?}")).collect();
            let more = if types.len() > TYPES_TOLD { ", …" } else { "" };
            let action =
                format!("records of types that the document does not describe: {}{more}", shown.join(", "));
            let loss = Loss::new(LossCode::NOT_READ, action).count(self.unknown.values().sum());
            losses.push(loss.table(table));
        }
        losses
    }
}
