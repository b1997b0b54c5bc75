//! All records of a piece, split into cells.

use exporter_core::truncate;

use super::options::Ragged;
use super::pieces::{Ending, Piece};
use super::split::{Cell, Dialect, Fault, Kind, RecordEnd, split_record};
use crate::TabError;

/// The columns whose cells are kept.
#[derive(Debug, Clone)]
pub(super) enum KeptColumns {
    /// All; this is their number.
    All(usize),
    /// Those at these positions, ascending.
    Some(Vec<usize>),
}

impl KeptColumns {
    /// The columns at these positions of a file with this many columns.
    pub(super) fn of(mut kept: Vec<usize>, columns: usize) -> Self {
        kept.sort_unstable();
        kept.dedup();
        if kept.len() == columns { Self::All(columns) } else { Self::Some(kept) }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(columns) => *columns,
            Self::Some(kept) => kept.len(),
        }
    }

    /// The number of a column among those kept.
    pub(super) fn number(&self, column: usize) -> Option<usize> {
        match self {
            Self::All(columns) => (column < *columns).then_some(column),
            Self::Some(kept) => kept.binary_search(&column).ok(),
        }
    }
}

/// The records of one piece: the cells of the kept columns, row by row.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The cells kept, those of a row next to each other.
    cells: Vec<Cell>,
    /// Cells kept of a row.
    width: usize,
    /// Line on which each row starts, the piece's first being 1.
    lines: Vec<u32>,
    /// Lines of the piece.
    pub(super) line_count: u64,
    /// Lines that are comments.
    pub(super) comments: Left,
    /// Surplus cells that have a value and were left out.
    pub(super) surplus: Left,
}

/// What is left out of a piece.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) count: u64,
    /// Rows before the first, and its text.
    pub(crate) first: Option<(u64, String)>,
}

impl Left {
    pub(super) fn add(&mut self, row: usize, text: &[u8]) {
        self.count += 1;
        self.first.get_or_insert_with(|| (row as u64, excerpt(text)));
    }

    /// Adds a line, given with its end.
    pub(super) fn add_line(&mut self, row: usize, line: Option<&[u8]>) {
        self.add(row, line.unwrap_or_default().trim_ascii_end());
    }

    /// Adds what is left out of the piece that follows; `rows` is the number of rows before it.
    pub(super) fn append(&mut self, next: &Self, rows: u64) {
        self.count += next.count;
        if let (None, Some((row, text))) = (&self.first, &next.first) {
            self.first = Some((row + rows, text.clone()));
        }
    }
}

impl Records {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Line on which a row starts, the piece's first being 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or_default().into()
    }

    /// The cells of a column by its number among those kept, see [`KeptColumns::number`].
    #[inline]
    pub(super) fn column(&self, kept: usize) -> impl Iterator<Item = Cell> {
        self.cells.get(kept..).unwrap_or_default().iter().step_by(self.width.max(1)).copied()
    }

    /// The cell of a row in such a column.
    pub(super) fn cell(&self, row: usize, kept: usize) -> Option<Cell> {
        self.cells.get(row.checked_mul(self.width)?.checked_add(kept)?).copied()
    }

    /// Splits a piece of a file with this many columns. What is wrong with it, counted from its own start, comes after
    /// the rows before that.
    pub(super) fn split(
        &mut self,
        piece: &Piece,
        dialect: &Dialect,
        columns: usize,
        kept_columns: &KeptColumns,
    ) -> Option<TabError> {
        self.cells.clear();
        self.lines.clear();
        self.line_count = 0;
        (self.comments, self.surplus) = (Left::default(), Left::default());
        self.width = kept_columns.len();
        let (bytes, is_last) = (piece.bytes.as_slice(), piece.ending != Ending::Cut);
        // Each way of keeping cells gets a loop of its own, which is faster.
        match kept_columns {
            _ if dialect.is_loose() => self.each(bytes, dialect, columns, |start, records| {
                records.loose(bytes, start, is_last, dialect, columns, kept_columns)
            }),
            KeptColumns::All(_) => self.each(bytes, dialect, columns, |start, records| {
                split_record(bytes, start, is_last, dialect, columns, |_, cell| records.cells.push(cell))
            }),
            KeptColumns::Some(kept) => self.each(bytes, dialect, columns, |start, records| {
                let mut rest = kept.iter().copied();
                let mut next = rest.next();
                split_record(bytes, start, is_last, dialect, columns, |at, cell| {
                    if Some(at) == next {
                        records.cells.push(cell);
                        next = rest.next();
                    }
                })
            }),
        }
    }

    #[inline]
    fn each(
        &mut self,
        bytes: &[u8],
        dialect: &Dialect,
        columns: usize,
        split: impl Fn(usize, &mut Self) -> Result<RecordEnd, Fault>,
    ) -> Option<TabError> {
        let mut start = 0;
        while start < bytes.len() {
            let kept = self.cells.len();
            let (record, line) = (self.lines.len() as u64 + 1, self.line_count + 1);
            let ragged = |found| TabError::Ragged { record, line, expected: columns, found };
            let too_long = TabError::RecordTooLong { line, limit: dialect.max_record_bytes };
            let fault = match split(start, self) {
                Ok(found) if found.end - start > dialect.max_record_bytes => too_long,
                Ok(found) if found.kind == Kind::Record && found.cells != columns => ragged(found.cells),
                Ok(found) => {
                    match found.kind {
                        Kind::Comment => {
                            self.comments.add_line(self.lines.len(), bytes.get(start..found.end))
                        }
                        // Among records of one cell an empty line is one whose cell is empty.
                        Kind::Blank if columns > 1 => self.cells.truncate(kept),
                        _ => self.lines.push(line as u32),
                    }
                    self.line_count += found.lines;
                    start = found.end;
                    continue;
                }
                Err(fault) => fault.at(record, line, dialect.max_record_bytes, || ragged(columns + 1)),
            };
            self.cells.truncate(kept);
            return Some(fault);
        }
        None
    }

    /// Splits a record that may have fewer cells than there are columns, or more.
    fn loose(
        &mut self,
        bytes: &[u8],
        start: usize,
        is_last: bool,
        dialect: &Dialect,
        columns: usize,
        kept_columns: &KeptColumns,
    ) -> Result<RecordEnd, Fault> {
        let whole = self.cells.len() + self.width;
        let row = self.lines.len();
        let (cells, mut surplus) = (&mut self.cells, Left::default());
        let mut found = split_record(bytes, start, is_last, dialect, usize::MAX, |at, cell| {
            if at >= columns {
                if cell.len() > 0 || cell.is_quoted() {
                    surplus.add(row, cell.raw(bytes));
                }
            } else if kept_columns.number(at).is_some() {
                cells.push(cell);
            }
        })?;
        if found.kind == Kind::Comment || (found.kind == Kind::Blank && columns > 1) {
            return Ok(found);
        }
        let is_filled = surplus.count > 0;
        let is_row = match dialect.ragged {
            Ragged::Truncate => true,
            _ if is_filled => false,
            Ragged::Pad => true,
            Ragged::Error => found.cells == columns + 1,
        };
        if is_row {
            self.cells.resize(whole, Cell::absent(found.end));
            found.cells = columns;
            self.surplus.append(&surplus, 0);
        }
        Ok(found)
    }
}

/// The start of a text, for a message.
pub(super) fn excerpt(text: &[u8]) -> String {
    // The bytes are those of more characters than are shown.
    let start = String::from_utf8_lossy(text.get(..200).unwrap_or(text));
    truncate::shown(&start, 40).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect { max_record_bytes: 64, ..Dialect::PLAIN };

    fn split(text: &str, ending: Ending, kept: KeptColumns) -> (Vec<Vec<String>>, Option<String>) {
        let piece = Piece { bytes: text.as_bytes().to_vec(), ending };
        let mut records = Records::default();
        let fault = records.split(&piece, &DIALECT, 3, &kept);
        let texts = |kept| {
            let content = |cell: Cell| cell.content(&piece.bytes, DIALECT.marks).into_owned();
            records.column(kept).map(|cell| String::from_utf8(content(cell)).unwrap()).collect()
        };
        ((0..kept.len()).map(texts).collect(), fault.map(|fault| fault.to_string()))
    }

    #[test]
    fn only_wanted_columns_are_kept() {
        let text = "1,\"a,\"\"\n\",x\n\n2,b,\r\n3,,z";
        let all = split(text, Ending::Input, KeptColumns::of(vec![0, 1, 2], 3)).0;
        assert_eq!(all, [["1", "2", "3"], ["a,\"\n", "b", ""], ["x", "", "z"]]);
        let some = split(text, Ending::Input, KeptColumns::of(vec![2, 0, 2], 3)).0;
        assert_eq!(some, [["1", "2", "3"], ["x", "", "z"]]);
        assert!(split(text, Ending::Input, KeptColumns::of(vec![], 3)).0.is_empty());
    }

    #[test]
    fn a_fault_comes_after_the_rows_before_it() {
        for wanted in [vec![0, 1, 2], vec![2], vec![]] {
            let fault = |text: &str, ending| {
                let wanted = KeptColumns::of(wanted.clone(), 3);
                split(text, ending, wanted).1.unwrap_or_default()
            };
            let good = "1,2,3\n\"a\nb\",5,6\n";
            let ragged = fault(&format!("{good}7,8\n9,10,11\n"), Ending::Border);
            assert!(ragged.starts_with("record 3 (line 4): expected 3 cells, got 2"), "{ragged}");
            let wide = fault(&format!("{good}1,2,3,4,5\n"), Ending::Border);
            assert!(wide.starts_with("record 3 (line 4): expected 3 cells, got 4"), "{wide}");
            let open = fault(&format!("{good}7,\"8"), Ending::Input);
            assert!(open.starts_with("record 3, column 2: the quote opened on line 4"), "{open}");
            let after = fault(&format!("{good}7,\"8\"x,9\n"), Ending::Border);
            assert!(after.starts_with("record 3 (line 4), column 2"), "{after}");
            let long = "x".repeat(65);
            assert!(fault(&format!("{good}{long}"), Ending::Cut).contains("line 4 is longer than 64"));
            assert!(fault(&format!("{good}{long},,\n"), Ending::Border).contains("line 4 is longer than 64"));
        }
    }
}
