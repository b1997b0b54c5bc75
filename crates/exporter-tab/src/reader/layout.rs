//! The columns of a delimited file: names from the header, kinds declared or found in the cells.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use arrow_schema::DataType;

use super::guess::Guess;
use super::options::{Duplicates, ReadHeader, ReadOptions};
use super::scanner::{Dialect, Scanner};
use super::source::Source;
use crate::{Delimiter, PeriodUnit, TabError};

/// What the cells of a column hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellKind {
    /// Values of an Arrow type.
    Data(DataType),
    /// Calendar periods, as 32-bit integers.
    Period(PeriodUnit),
}

impl CellKind {
    /// The Arrow type of the column.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Data(data) => data.clone(),
            Self::Period(_) => DataType::Int32,
        }
    }

    /// What a value of this kind is called in a message.
    pub(super) fn describe(&self) -> String {
        let name = match self {
            Self::Period(unit) => unit.name(),
            Self::Data(data) => match data {
                DataType::Boolean => "true or false",
                DataType::Float32 | DataType::Float64 => "a number",
                DataType::Date32 => "a date such as 2024-02-29",
                DataType::Time64(_) => "a time such as 23:59:59, or it is finer than the unit",
                DataType::Timestamp(_, None) => {
                    "a date-time without zone such as 2024-02-29T23:59:59, or it is finer than the unit"
                }
                DataType::Timestamp(..) => {
                    "a date-time such as 2024-02-29T23:59:59Z, or it is finer than the unit"
                }
                DataType::Binary => "bytes in base64 or hexadecimal digits, whichever is set",
                DataType::Int8 => "a whole number from -128 to 127",
                DataType::Int16 => "a whole number from -32768 to 32767",
                DataType::Int32 => "a whole number from -2147483648 to 2147483647",
                DataType::Int64 | DataType::Duration(_) => "a whole number of 64 bits",
                DataType::UInt8 => "a whole number from 0 to 255",
                DataType::UInt16 => "a whole number from 0 to 65535",
                DataType::UInt32 => "a whole number from 0 to 4294967295",
                DataType::UInt64 => "a whole number of 64 bits from 0",
                other => return format!("a value of {other}"),
            },
        };
        name.into()
    }
}

/// A column whose kind is known before the file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its name in the header.
    pub name: String,
    /// What its cells hold.
    pub kind: CellKind,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayoutColumn {
    /// Its name.
    pub name: String,
    /// Its label, when the header has labels.
    pub label: Option<String>,
    /// What its cells hold.
    pub kind: CellKind,
    /// Whether the kind was found in the cells.
    pub inferred: bool,
    /// Whether a bare `NA` is a missing value in it.
    pub na_is_missing: bool,
}

/// The columns of a file and, when it was read to its end, its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The columns in order.
    pub columns: Vec<LayoutColumn>,
    /// Rows of the file; none when all kinds were declared, as then only the header was read.
    pub rows: Option<u64>,
    /// The byte between cells.
    pub delimiter: Delimiter,
    /// Records above the rows.
    pub(super) header_records: u64,
}

impl Layout {
    /// Reads the header and, when a column is not declared, all cells.
    ///
    /// A column that is not declared holds booleans, integers, floats, dates, date-times or times when all its
    /// cells do, else text. A code with a leading zero is text.
    ///
    /// # Errors
    /// When the input is no well-formed delimited text within the limits, two columns share a name, or a
    /// declared one is not there; see [`TabError`].
    pub fn read<R: Read>(input: R, options: &ReadOptions, declared: &[Declared]) -> Result<Self, TabError> {
        let (mut scanner, delimiter) = open(input, options, None)?;
        let limit = options.max_columns;
        let wide = move |at: &Scanner<R>| TabError::TooManyColumns { line: at.line, limit };
        if !scanner.advance(limit, wide)? {
            return Err(TabError::Empty);
        }
        let first: Vec<Vec<u8>> =
            scanner.cells().iter().map(|cell| scanner.content(*cell).into_owned()).collect();
        let with_names = options.header != ReadHeader::None;
        let names = if with_names {
            if first.iter().any(|cell| cell.contains(&0)) {
                return Err(TabError::NulInHeader);
            }
            names(&first, &scanner, options.duplicates)?
        } else {
            (1..=first.len()).map(|at| format!("column_{at}")).collect()
        };
        let mut labels = vec![None; names.len()];
        let mut header_records = u64::from(with_names);
        if options.header == ReadHeader::Both {
            if !scanner.advance(names.len(), |at| ragged(at, names.len(), names.len() + 1))? {
                return Err(TabError::Empty);
            }
            header_records = 2;
            for (at, (cell, label)) in scanner.cells().iter().zip(&mut labels).enumerate() {
                let text = utf8(&scanner, at, scanner.content(*cell).into_owned())?;
                *label = (!text.is_empty()).then_some(text);
            }
        }
        let mut kinds: HashMap<&str, &CellKind> = HashMap::new();
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        for Declared { name, kind } in declared {
            if !known.contains(name.as_str()) {
                return Err(TabError::UnknownColumn { name: name.clone() });
            }
            kinds.insert(name, kind);
        }
        let guessed = names.iter().any(|name| !kinds.contains_key(name.as_str()));
        let mut guesses: Vec<Option<Guess>> =
            names.iter().map(|name| (!kinds.contains_key(name.as_str())).then(Guess::default)).collect();
        let mut rows = None;
        if guessed {
            rows = Some(guess_all(&mut scanner, &mut guesses, options, with_names)?);
        }
        let columns = names.iter().zip(labels).zip(guesses);
        let columns = columns
            .map(|((name, label), guess)| LayoutColumn {
                name: name.clone(),
                label,
                kind: match &guess {
                    Some(guess) => CellKind::Data(guess.kind()),
                    None => kinds
                        .get(name.as_str())
                        .map_or(CellKind::Data(DataType::Utf8), |kind| (*kind).clone()),
                },
                inferred: guess.is_some(),
                na_is_missing: guess.is_some_and(|guess| guess.na_is_missing()),
            })
            .collect();
        Ok(Self { columns, rows, delimiter, header_records })
    }
}

/// Opens the input for scanning; without a delimiter the first line tells it.
pub(super) fn open<R: Read>(
    input: R,
    options: &ReadOptions,
    delimiter: Option<Delimiter>,
) -> Result<(Scanner<R>, Delimiter), TabError> {
    let mark = options.decimal_mark.byte();
    let mut source = Source::new(input, options.encoding)?;
    source.extend()?;
    let delimiter = delimiter.or(options.delimiter).unwrap_or_else(|| sniff(source.window(), mark));
    if delimiter.byte() == mark {
        return Err(TabError::Option {
            option: "decimal_mark",
            problem: "a decimal comma needs another delimiter than the comma, such as semicolon".into(),
        });
    }
    let dialect = Dialect {
        delimiter: delimiter.byte(),
        escape: options.escape,
        // Offsets into a column's text are 32 bits, and a batch is cut a while before they run out.
        max_record_bytes: options.max_record_bytes.min(1 << 30),
    };
    Ok((Scanner::new(source, dialect), delimiter))
}

/// The separator that the first line holds most outside quotes.
fn sniff(window: &[u8], mark: u8) -> Delimiter {
    let mut counts =
        [(Delimiter::COMMA, 0), (Delimiter::TAB, 0), (Delimiter::SEMICOLON, 0), (Delimiter::PIPE, 0)];
    let mut quoted = false;
    for byte in window {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter.byte() == *byte);
                }
            }
        }
    }
    let mut best = if mark == b',' { (Delimiter::SEMICOLON, 0) } else { (Delimiter::COMMA, 0) };
    for (delimiter, count) in counts {
        if count > best.1 && delimiter.byte() != mark {
            best = (delimiter, count);
        }
    }
    best.0
}

fn ragged<R: Read>(at: &Scanner<R>, expected: usize, found: usize) -> TabError {
    TabError::Ragged { record: at.record, line: at.line, expected, found }
}

/// Moves to the next record of rows, which must have as many cells as the header.
#[inline]
pub(super) fn next_row<R: Read>(scanner: &mut Scanner<R>, columns: usize) -> Result<bool, TabError> {
    scanner.record += 1;
    let more = scanner.advance(columns, |at| ragged(at, columns, columns + 1))?;
    if more && scanner.cells().len() != columns {
        return Err(ragged(scanner, columns, scanner.cells().len()));
    }
    Ok(more)
}

fn guess_all<R: Read>(
    scanner: &mut Scanner<R>,
    guesses: &mut [Option<Guess>],
    options: &ReadOptions,
    with_names: bool,
) -> Result<u64, TabError> {
    let mark = options.decimal_mark.byte();
    let columns = guesses.len();
    // Without a header the first record, which gave the number of columns, is a row.
    if with_names && !next_row(scanner, columns)? {
        return Ok(0);
    }
    let mut rows = 0;
    loop {
        rows += 1;
        for (cell, guess) in scanner.cells().iter().zip(guesses.iter_mut()) {
            let Some(guess) = guess else { continue };
            // The doubling of quotes does not matter here: a cell with quotes inside is text in any case.
            let text = scanner.raw(*cell);
            if cell.quoted || !is_missing(text, &options.missing_texts) {
                guess.see(text, cell.quoted, mark);
            }
        }
        if !next_row(scanner, columns)? {
            return Ok(rows);
        }
    }
}

/// Whether a bare cell is one of the texts for missing.
#[inline]
pub(super) fn is_missing(text: &[u8], missing: &[String]) -> bool {
    text.is_empty() || missing.iter().any(|name| name.as_bytes() == text)
}

fn utf8<R: Read>(scanner: &Scanner<R>, at: usize, cell: Vec<u8>) -> Result<String, TabError> {
    String::from_utf8(cell).map_err(|_| TabError::Encoding {
        record: scanner.record,
        line: scanner.line,
        column: at + 1,
        encoding: scanner.source.encoding,
    })
}

fn names<R: Read>(
    cells: &[Vec<u8>],
    scanner: &Scanner<R>,
    duplicates: Duplicates,
) -> Result<Vec<String>, TabError> {
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let given: HashSet<&[u8]> = cells.iter().map(Vec::as_slice).collect();
    for (at, cell) in cells.iter().enumerate() {
        // pandas and R leave the name of their row numbers empty.
        let mut name = match cell.is_empty() {
            true => format!("column_{}", at + 1),
            false => utf8(scanner, at, cell.clone())?,
        };
        if let Some(first) = seen.get(&name) {
            if duplicates == Duplicates::Error {
                return Err(TabError::DuplicateName { name, first: *first, second: at + 1 });
            }
            let taken = |name: &str| seen.contains_key(name) || given.contains(name.as_bytes());
            let free =
                (2..=cells.len() + 1).map(|number| format!("{name}_{number}")).find(|name| !taken(name));
            name = free.unwrap_or_else(|| format!("{name}_{}_{at}", cells.len()));
        }
        seen.insert(name.clone(), at + 1);
        names.push(name);
    }
    Ok(names)
}
