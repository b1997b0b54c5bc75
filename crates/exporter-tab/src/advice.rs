//! What to type when a text cannot be read: words that were tried.

use std::sync::Arc;

use exporter_core::source::Cursor;
use exporter_core::{Cancel, Error, ReadAt};

use crate::reader::{DeclaredColumn, Encoding, Layout, Ragged, ReadHeader, ReadOptions, reads_number};
use crate::{DecimalMark, Delimiter, Duplicates, Mark, TabError, words};

/// Most bytes of a text with which options are tried: what lies behind is taken to be like it.
const TRIED_BYTES: u64 = 512 << 20;
/// Bytes that all tries together read, about; a few are made in any case.
const READ_BYTES: u64 = 1 << 30;
const FEWEST_TRIES: u64 = 4;

/// Turns errors of the codec into errors of the engine, with a hint that helps.
#[derive(Debug)]
pub(crate) struct Advice {
    pub(crate) bytes: Arc<dyn ReadAt>,
    pub(crate) options: ReadOptions,
    pub(crate) declared: Vec<DeclaredColumn>,
    pub(crate) cancel: Cancel,
}

/// Most changes of the options that are tried together.
const MOST_CHANGES: usize = 3;
/// Records among which the header may be.
const FIRST_RECORDS: u64 = 10;
/// Most ways that are followed further after each change.
const MOST_TRIED: usize = 3;
/// Decimal marks and signs between groups in which numbers are written, the most usual first.
const NUMBER_STYLES: [(DecimalMark, Mark); 5] = [
    (DecimalMark::Comma, Mark::NONE),
    (DecimalMark::Comma, Mark::POINT),
    (DecimalMark::Point, Mark::COMMA),
    (DecimalMark::Comma, Mark::SPACE),
    (DecimalMark::Point, Mark::SINGLE_QUOTE),
];
/// Which always helps where the header has one cell.
const ONE_CELL: &str = "each line is one cell";

/// Options to try.
struct Remedy {
    options: ReadOptions,
    /// What they do.
    what: &'static str,
    /// Lines with values that they leave out.
    lost: u64,
}

/// Options with which the text was read, or the fault that they leave.
struct Tried {
    options: ReadOptions,
    /// What each change does.
    what: Vec<&'static str>,
    /// Lines, and cells with a value, that are left out.
    lost: u64,
    fault: Option<TabError>,
}

impl Tried {
    fn is_one_cell(&self) -> bool {
        self.what.contains(&ONE_CELL)
    }

    /// The line of the fault that is left; bytes of another encoding are found in records that could all be cut.
    fn line(&self) -> u64 {
        match self.fault {
            Some(
                TabError::Ragged { line, .. }
                | TabError::OpenQuote { line, .. }
                | TabError::AfterQuote { line, .. }
                | TabError::RecordTooLong { line, .. },
            ) => line,
            Some(TabError::Encoding { .. }) => u64::MAX,
            _ => 0,
        }
    }

    /// Whether a table with a shorter line, such as a note, below it stands where the text had its first fault. Two columns
    /// may be a comma in texts, unless an empty line stands above them.
    fn is_table_behind(&self, first: &TabError) -> bool {
        let is_behind_blank =
            matches!(first, TabError::Ragged { record, line, .. } if *line > record.saturating_add(1));
        match self.fault {
            Some(TabError::Ragged { record: 3.., expected, found, .. }) => {
                found < expected && expected > if is_behind_blank { 1 } else { 2 }
            }
            _ => false,
        }
    }
}

impl Advice {
    /// The codec's error as the engine's, with its place.
    pub(crate) fn error(&self, source: TabError) -> Error {
        let is_one_cell_wrong =
            matches!(source, TabError::Encoding { encoding: "UTF-8", .. }) && self.is_mostly_utf8();
        let remedy = if is_one_cell_wrong { None } else { self.remedy(&source) };
        let hint = remedy.map(|Tried { options, mut what, lost, .. }| {
            let cut = match (options.ragged, lost) {
                (Ragged::Truncate, 1) => "; 1 cell with a value is left out".to_owned(),
                (Ragged::Truncate, 2..) => format!("; {lost} cells with a value are left out"),
                _ => String::new(),
            };
            what.dedup();
            format!("{}: {}{cut}", words::typed(&options), what.join("; "))
        });
        let message = source.to_string();
        let error = match source {
            TabError::Io(source) => Error::io("cannot read the file", source),
            TabError::Option { .. } => Error::usage(message),
            TabError::UnknownColumn { name, .. } => Error::not_found(message)
                .variable(name)
                .with_hint("correct the name in the codebook, or in the header of the file"),
            TabError::TooManyColumns { .. } | TabError::RecordTooLong { .. } => Error::limit(message),
            TabError::Ragged { record, .. }
            | TabError::Encoding { record, .. }
            | TabError::AfterQuote { record, .. }
            | TabError::OpenQuote { record, .. } => {
                let error = Error::invalid(message);
                // The header is no row.
                if record == 0 { error } else { error.row(record) }
            }
            TabError::Value { column, record, suggestion, value, kind, .. } => {
                let hint = match suggestion.or_else(|| self.number_words(&value, &kind)) {
                    Some(suggestion) => format!("read it {suggestion}"),
                    None => "correct the cell, or declare the variable as text".to_owned(),
                };
                Error::invalid(message).variable(column).row(record).with_hint(hint)
            }
            _ => Error::invalid(message),
        };
        match hint {
            Some(hint) => error.with_hint(hint),
            None if is_one_cell_wrong => error.with_hint("correct this cell: letters elsewhere are UTF-8"),
            None => error,
        }
    }

    /// What is typed so that a cell is a number of the kind that its column has.
    fn number_words(&self, cell: &str, kind: &str) -> Option<String> {
        let is_whole = kind.starts_with("a whole number");
        let styled = NUMBER_STYLES.iter().map(|(decimal_mark, thousands)| ReadOptions {
            decimal_mark: Some(*decimal_mark),
            thousands: *thousands,
            ..self.options.clone()
        });
        let mut styled = styled.filter(|_| is_whole || kind == "a number");
        styled.find(|options| reads_number(cell.as_bytes(), options, is_whole)).as_ref().map(words::typed)
    }

    /// The fewest changes of the options with which the text is read, and of equals those that leave out least.
    fn remedy(&self, error: &TabError) -> Option<Tried> {
        // A fault behind the bytes that are tried says nothing about other options.
        if remedies(&self.options, error, false).is_empty() {
            return None;
        }
        let begin = Remedy { options: self.options.clone(), what: "", lost: 0 };
        let begin = Tried { what: Vec::new(), ..self.try_out(begin, &[]) };
        begin.fault.as_ref()?;
        let mut faulty = vec![begin];
        let starts_with_nul = self.bytes.read_vec_at(0, 1).is_ok_and(|first| first == [0]);
        let (mut best, mut one_cell): (Option<Tried>, Option<Tried>) = (None, None);
        let mut tries = (READ_BYTES / self.bytes.len().clamp(1, TRIED_BYTES)).max(FEWEST_TRIES);
        for _ in 0..MOST_CHANGES {
            let mut next = Vec::new();
            for Tried { options, what, lost, fault } in &faulty {
                for mut remedy in fault.iter().flat_map(|fault| remedies(options, fault, starts_with_nul)) {
                    if tries == 0 {
                        break;
                    }
                    tries -= 1;
                    remedy.lost += lost;
                    let tried = self.try_out(remedy, what);
                    if tried.fault.is_some() {
                        next.push(tried);
                    } else if best.as_ref().is_none_or(|best| tried.lost < best.lost) {
                        best = Some(tried);
                    }
                }
            }
            let is_table = |tried: &Tried| tried.is_table_behind(error);
            if best.as_ref().is_some_and(Tried::is_one_cell) && next.iter().any(is_table) {
                one_cell = best.take();
            } else if best.is_some() {
                break;
            }
            // What is read furthest is the nearest to a way out.
            next.sort_by_key(|tried| std::cmp::Reverse(tried.line()));
            next.truncate(MOST_TRIED);
            faulty = next;
        }
        best.or(one_cell)
    }

    /// Whether more letters of a text are UTF-8 than bytes are not.
    fn is_mostly_utf8(&self) -> bool {
        let (mut at, mut letters, mut others) = (0, 0, 0);
        let mut buffer = vec![0; 1 << 20];
        while at < TRIED_BYTES {
            let Ok(count @ 1..) = self.bytes.fill_at(at, &mut buffer) else { break };
            for chunk in buffer.get(..count).unwrap_or_default().utf8_chunks() {
                letters += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
                others += usize::from(!chunk.invalid().is_empty());
            }
            at += count as u64;
        }
        letters > 0 && letters >= others
    }

    /// Cuts the text with these options.
    fn try_out(&self, remedy: Remedy, known: &[&'static str]) -> Tried {
        let Remedy { options, what, mut lost } = remedy;
        let cut = || {
            options.check()?;
            let input = Cursor::new(Arc::clone(&self.bytes));
            let opened = Layout::open(input, &options, &self.declared, |_| false, &[])?;
            let has_names = opened.layout.has_names();
            Ok((opened.try_out(&options, TRIED_BYTES, &self.cancel)?, has_names))
        };
        let fault = match cut() {
            Ok((cells, has_names)) => {
                // Lines above are left out for the sake of a header.
                let above = options.skip_lines.filter(|_| options.skip_lines != self.options.skip_lines);
                lost += cells + if has_names { 0 } else { above.unwrap_or(0) };
                None
            }
            Err(fault) => Some(fault),
        };
        Tried { options, what: [known, &[what]].concat(), lost, fault }
    }
}

/// Single changes that may help, the likeliest first.
fn remedies(options: &ReadOptions, error: &TabError, starts_with_nul: bool) -> Vec<Remedy> {
    let mut remedies: Vec<Remedy> = Vec::new();
    let mut lose = |lost, what, change: &dyn Fn(&mut ReadOptions)| {
        let mut changed = options.clone();
        change(&mut changed);
        if changed != *options {
            remedies.push(Remedy { options: changed, what, lost });
        }
    };
    let above = match error {
        TabError::Ragged { record: ..=FIRST_RECORDS, line, .. } => line.saturating_sub(1),
        _ => 0,
    };
    let is_wider =
        matches!(error, TabError::Ragged { expected, found, .. } if *expected > 1 && found > expected);
    if is_wider && above == 1 {
        // Where only the header stands above, the first cells are names of rows, unless the last ones are empty.
        let what = "a delimiter ends each row";
        lose(0, what, &|options| options.trailing_delimiter = Some(true));
        let what = "each row starts with a name, for which the header has no cell";
        lose(0, what, &|options| options.row_names = Some(true));
    }
    if is_wider && above > 0 {
        let what = "the lines above the first row of more cells are left out";
        lose(above, what, &|options| options.skip_lines = Some(above));
    }
    let mut add = |what, change: &dyn Fn(&mut ReadOptions)| lose(0, what, change);
    match error {
        TabError::Ragged { expected, found, .. } => {
            add("lines that start with # are left out", &|options| options.comment = Some(Mark::HASH));
            if found < expected {
                add("cells that short rows lack are missing values", &|options| options.ragged = Ragged::Pad);
            } else {
                add("a delimiter ends each row", &|options| options.trailing_delimiter = Some(true));
            }
            add("backslashes escape quotes", &|options| options.escape = Some(Mark::BACKSLASH));
            add("quotes are ordinary characters", &|options| options.quote = Some(Mark::NONE));
            if *expected == 1 {
                // A title stands in one cell.
                if above > 0 {
                    let what = "the lines above the first row of several cells are left out";
                    add(what, &|options| options.skip_lines = Some(above));
                }
                add(ONE_CELL, &|options| options.delimiter = Some(Delimiter::SEMICOLON));
                add(ONE_CELL, &|options| options.delimiter = Some(Delimiter::TAB));
            }
            add("empty cells beyond the last column are ignored", &|options| options.ragged = Ragged::Pad);
            let what = "cells beyond the last column are left out, and those that short rows lack are missing values";
            add(what, &|options| options.ragged = Ragged::Truncate);
        }
        TabError::AfterQuote { .. } | TabError::OpenQuote { .. } | TabError::RecordTooLong { .. } => {
            add("backslashes escape quotes", &|options| options.escape = Some(Mark::BACKSLASH));
            let what = "spaces round cells in quotes are left out";
            add(what, &|options| options.spaced_quotes = Some(true));
            let what = "text behind a closing quote is kept, and the quotes too";
            add(what, &|options| options.lenient = true);
            add("quotes are ordinary characters", &|options| options.quote = Some(Mark::NONE));
        }
        TabError::Encoding { encoding, .. } => {
            let other = if *encoding == "UTF-8" { Encoding::WINDOWS_1252 } else { Encoding::UTF_8 };
            let what = "the bytes are read in this encoding, if it is the one that they have";
            add(what, &|options| options.encoding = other);
            add(what, &|options| options.encoding = Encoding::WINDOWS_1252);
        }
        TabError::NulInHeader => {
            // Any bytes are letters in either order; those of most languages have a NUL in the high byte.
            let order = if starts_with_nul { Encoding::UTF_16BE } else { Encoding::UTF_16LE };
            add("the text is UTF-16", &|options| options.encoding = order);
            add("the first line is a row", &|options| options.header = ReadHeader::None);
        }
        TabError::Empty => {
            add("each empty line is a missing value", &|options| options.header = ReadHeader::None);
        }
        TabError::DuplicateName { .. } => {
            let what = "later columns of the same name are numbered";
            add(what, &|options| options.duplicates = Duplicates::Rename);
        }
        TabError::TooManyColumns { .. } => {
            add("as many columns as there are", &|options| options.max_columns = 10_000_000);
        }
        _ => {}
    }
    remedies
}
