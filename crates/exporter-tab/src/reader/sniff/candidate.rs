//! One way to cut a sample, and how well the records fit together.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::{USUAL, header};
use crate::reader::ReadOptions;
use crate::reader::form::Form;
use crate::reader::records::excerpt;
use crate::reader::split::{Cell, Fault, Kind, line_end, split_record};
use crate::{Delimiter, Mark};

/// The signs of one way to cut, besides the separator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    pub(super) quote: Mark,
    pub(super) escape: Mark,
    pub(super) comment: Mark,
    pub(super) spaced: bool,
}

/// How the records of a cut fit together, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// There is no record, or the only one before one that could not be split has one cell.
    Not,
    /// Every record, or nearly every, has one cell.
    OneColumn,
    /// Most records have the same number of cells, some have another.
    Ragged,
    /// A record could not be split, and those before it have several cells.
    Broken,
    /// All rows have one cell more than the header, and start with a name.
    RowNames,
    /// All records behind some lines at the top have the same number of cells.
    Behind,
    /// All rows have one cell more than the header, which is empty.
    Trailing,
    /// All records have the same number of cells.
    Even,
}

/// How well a cut fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) fit: Fit,
    /// Records that stand above the header.
    pub(super) preamble: usize,
    /// Whether all records have the same number of cells.
    pub(super) is_even: bool,
    /// Of two cuts with the same fit, the one with the larger value is better.
    score: f64,
}

impl Judged {
    pub(super) fn order(&self, other: &Self) -> Ordering {
        self.fit.cmp(&other.fit).then(self.score.total_cmp(&other.score))
    }
}

/// A record of a sample.
#[derive(Debug, Clone)]
pub(super) struct Record {
    start: usize,
    /// Whether an empty line stands before it.
    behind_blank: bool,
    pub(super) cells: Vec<Cell>,
}

impl Record {
    /// Its cells up to the last one that holds anything.
    fn filled(&self) -> usize {
        self.cells.iter().rposition(|cell| cell.len() > 0 || cell.is_quoted()).map_or(0, |last| last + 1)
    }
}

/// A sample that was cut.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) delimiter: Delimiter,
    pub(super) signs: Signs,
    records: Vec<Record>,
    /// Whether a record could not be split.
    is_broken: bool,
}

/// Whether records that follow each other are rows of a table and no titles: as many cells of each are filled, several or a
/// number.
fn are_rows(sample: &[u8], records: &[Record]) -> bool {
    // Behind the commas of sentences stand spaces and words.
    let is_phrase = |cell: &Cell| matches!(cell.raw(sample), [b' ', next, ..] if !next.is_ascii_digit());
    let is_prose = |record: &Record| record.cells.iter().skip(1).any(is_phrase);
    let is_number = |record: &Record| {
        let raw = record.cells.first().map_or(&[][..], |cell| cell.raw(sample));
        raw.iter().any(u8::is_ascii_digit) && raw.iter().all(|byte| b"0123456789.-+".contains(byte))
    };
    let filled = |record: &Record| record.cells.iter().filter(|cell| cell.len() > 0).count();
    let first = records.first().map_or(0, filled);
    let is_row = |record: &Record| filled(record) == first && (first > 1 || is_number(record));
    records.iter().all(|record| is_row(record) && !is_prose(record))
}

/// Most cells with a text in a line of a title: a name and a value.
const MOST_IN_TITLE: usize = 2;
/// Most records above the header.
const MOST_ABOVE: usize = 100;

impl Cut {
    pub(super) fn new(
        sample: &[u8],
        is_whole: bool,
        delimiter: Delimiter,
        signs: Signs,
        options: &ReadOptions,
    ) -> Self {
        let Signs { quote, escape, comment, spaced } = signs;
        let form = Form { quote, escape, comment, spaced, ..Form::of(options, delimiter) };
        let dialect = form.dialect(options);
        let mut cut = Self { delimiter, signs, records: Vec::new(), is_broken: false };
        let (mut at, mut behind_blank) = (0, false);
        while at < sample.len() {
            let mut cells = Vec::new();
            match split_record(sample, at, is_whole, &dialect, options.max_columns, |_, cell| {
                cells.push(cell)
            }) {
                Ok(found) => {
                    behind_blank = match found.kind {
                        Kind::Blank => true,
                        Kind::Comment => behind_blank,
                        Kind::Record => {
                            cut.records.push(Record { start: at, behind_blank, cells });
                            false
                        }
                    };
                    at = found.end;
                }
                Err(Fault::Incomplete) => {
                    // A sign that would open a cell over most of the sample is no quote.
                    cut.is_broken = !cut.records.is_empty() && sample.len() - at > sample.len() / 2;
                    break;
                }
                Err(_) => {
                    cut.is_broken = true;
                    break;
                }
            }
        }
        cut
    }

    /// The records without the first ones.
    pub(super) fn from(&self, first: usize) -> &[Record] {
        self.records.get(first..).unwrap_or_default()
    }

    /// The lines before a record, and the first text in them.
    pub(super) fn lines_before(&self, sample: &[u8], record: usize) -> (u64, String) {
        let end = self.records.get(record).map_or(0, |record| record.start);
        let (mut at, mut lines, mut text) = (0, 0, String::new());
        while at < end {
            let Some((next, line)) = line_end(sample, at, true) else { break };
            if text.is_empty() {
                text = excerpt(sample.get(at..line).unwrap_or_default());
            }
            (at, lines) = (next, lines + 1);
        }
        (lines, text)
    }

    /// How the records fit together.
    pub(super) fn judge(&self, sample: &[u8], options: &ReadOptions) -> Judged {
        let widths: Vec<usize> = self.records.iter().map(|record| record.cells.len()).collect();
        let judged = |fit, preamble, score| Judged { fit, preamble, is_even: false, score };
        let Some(last) = widths.last().copied() else {
            return judged(if self.is_broken { Fit::Broken } else { Fit::Not }, 0, 0.0);
        };
        let mut counts: HashMap<usize, usize> = HashMap::new();
        widths.iter().for_each(|width| *counts.entry(*width).or_default() += 1);
        let usual =
            counts.iter().max_by_key(|(width, count)| (**count, **width)).map_or(1, |(width, _)| *width);
        let share = counts.get(&usual).map_or(0.0, |count| *count as f64 / widths.len() as f64);
        let score = |width: usize| share * self.cleanness(sample) * (width as f64 - 1.0) / width as f64;
        if self.is_broken {
            return judged(if widths.first() == Some(&1) { Fit::Not } else { Fit::Broken }, 0, 0.0);
        }
        let uneven = widths.iter().rposition(|width| *width != last).map_or(0, |place| place + 1);
        let padded = uneven + self.padded_from(uneven, last);
        let above = || [padded, uneven].into_iter().find(|above| self.stands_above(sample, *above, options));
        let even = |fit, score| Judged { is_even: true, ..judged(fit, 0, score) };
        match uneven {
            0 if last == 1 => even(Fit::OneColumn, 0.0),
            0 if padded == 0 => even(Fit::Even, score(last)),
            1 if last > 1 && widths.first() == Some(&(last - 1)) && self.ends_with_nothing() => {
                judged(Fit::Trailing, 0, score(last))
            }
            // Some texts hold a separator; where many texts do, it stands between cells.
            _ if usual == 1 && share >= 0.6 => judged(Fit::OneColumn, 0, share - 1.0),
            _ if last > 1
                && let Some(above) = above() =>
            {
                judged(Fit::Behind, if options.skip_lines.is_none() { above } else { 0 }, score(last))
            }
            0 => even(Fit::Even, score(last)),
            1 if last > 2
                && widths.len() > 2
                && widths.first() == Some(&(last - 1))
                && self.starts_with_names(sample) =>
            {
                judged(Fit::RowNames, 0, score(last))
            }
            _ => judged(Fit::Ragged, 0, score(usual)),
        }
    }

    /// Whether the last cell of each row is empty.
    fn ends_with_nothing(&self) -> bool {
        let is_empty =
            |record: &Record| record.cells.last().is_some_and(|cell| cell.len() == 0 && !cell.is_quoted());
        self.from(1).iter().all(is_empty)
    }

    /// Whether each row starts with a text of its own and ends with a value, and each column has a name.
    fn starts_with_names(&self, sample: &[u8]) -> bool {
        let mut seen = HashSet::new();
        let own = |record: &Record| {
            let name = record.cells.first().map_or(&[][..], |cell| cell.raw(sample));
            let is_whole = record.cells.last().is_some_and(|cell| cell.len() > 0);
            is_whole && !name.is_empty() && seen.insert(name)
        };
        self.from(1).iter().all(own)
            && self.records.first().is_some_and(|names| header::are_names(sample, names))
    }

    /// How many records of this width from the first of them on are short ones that a spreadsheet filled up with delimiters.
    fn padded_from(&self, first: usize, width: usize) -> usize {
        let has_text = |cell: &&Cell| cell.len() > 0;
        let is_padded = |record: &&Record| {
            record.filled() * 2 <= width && record.cells.iter().filter(has_text).count() <= MOST_IN_TITLE
        };
        self.from(first).iter().take(MOST_ABOVE).take_while(is_padded).count()
    }

    /// Whether the first records are lines above a header: fewer cells or prose, and what is below them is clearly a table.
    fn stands_above(&self, sample: &[u8], above: usize, options: &ReadOptions) -> bool {
        let (lines, rows) = (self.records.get(..above).unwrap_or_default(), self.from(above));
        let Some(first) = rows.first().filter(|_| rows.len() > 1 && above <= MOST_ABOVE) else {
            return false;
        };
        let width = first.cells.len();
        let is_behind_blank = first.behind_blank || lines.last().is_some_and(|line| line.filled() == 0);
        // In sentences, spaces follow the commas.
        let is_spaced = |cell: &Cell| cell.raw(sample).starts_with(b" ");
        let is_prose = |line: &Record| line.cells.iter().skip(1).any(is_spaced);
        let is_clear = is_behind_blank || header::typed_share(sample, rows, options) > 0.0;
        let is_short = |line: &Record| line.filled() < width || (is_clear && is_prose(line));
        let are_few = above < rows.len() || is_behind_blank;
        let is_table = is_clear || (above > 1 && lines.iter().any(is_prose) && !rows.iter().any(is_prose));
        let are_short = above > 0 && lines.iter().all(is_short);
        let is_another_table = || lines.windows(2).any(|pair| are_rows(sample, pair));
        are_short && are_few && is_table && header::are_names(sample, first) && !is_another_table()
    }

    /// The share of cells that hold no other separator or stand in quotes.
    fn cleanness(&self, sample: &[u8]) -> f64 {
        let (mut clean, mut all) = (0, 0);
        for cell in self.cells() {
            let raw = cell.raw(sample);
            let is_other =
                |byte: &u8| *byte != self.delimiter.byte() && USUAL.iter().any(|usual| usual.byte() == *byte);
            let is_number = || raw.iter().all(|byte| matches!(byte, b'0'..=b'9' | b',' | b'.' | b'-'));
            all += 1;
            clean += usize::from(cell.is_quoted() || !raw.iter().any(is_other) || is_number());
        }
        f64::from(clean as u32) / f64::from(all.max(1))
    }

    /// Whether an escape stands before every quote inside of the cells, and not in a cut that fits as well.
    pub(super) fn escapes_every_quote(&self, sample: &[u8], other: &Self) -> bool {
        let (Some(quote), Some(escape)) = (self.signs.quote.byte(), self.signs.escape.byte()) else {
            return false;
        };
        let mut escaped = 0;
        let all = self.cells().all(|cell| {
            let raw = cell.raw(sample);
            memchr::memchr_iter(quote, raw).all(|at| {
                escaped += 1;
                let before = raw.get(..at).unwrap_or_default();
                before.iter().rev().take_while(|byte| **byte == escape).count() % 2 == 1
            })
        });
        all && escaped > 0 && self.signs.quote == other.signs.quote && other.signs.escape == Mark::NONE
    }

    /// Whether quotes stand nowhere but round cells once spaces before them are skipped, which they are in this cut.
    pub(super) fn has_spaces_round_every_quote(&self, sample: &[u8], other: &Self) -> bool {
        let Some(quote) = self.signs.quote.byte().filter(|_| self.signs.quote == other.signs.quote) else {
            return false;
        };
        let quoted = |cut: &Self| cut.cells().filter(|cell| cell.is_quoted()).count();
        let is_bare_quote = |cell: &Cell| !cell.is_quoted() && cell.raw(sample).contains(&quote);
        self.signs.spaced
            && !other.signs.spaced
            && !self.cells().any(is_bare_quote)
            && quoted(self) > quoted(other) + 1
    }

    /// Whether comments are lines among rows of numbers, which another cut takes for rows. Where the first line looks like
    /// one, it may be the header.
    pub(super) fn has_comments_among_numbers(
        &self,
        sample: &[u8],
        other: &Self,
        options: &ReadOptions,
    ) -> bool {
        let Some(sign) = self.signs.comment.byte().filter(|_| other.signs.comment == Mark::NONE) else {
            return false;
        };
        let typed = |cut: &Self| header::typed_share(sample, cut.from(0), options);
        let is_remark =
            |record: &Record| sample.get(record.start..).is_some_and(|text| text.starts_with(&[sign, b' ']));
        let is_headed = || self.records.first().is_some_and(|names| header::are_names(sample, names));
        (!other.starts_with_comment(sample, sign, 0)
            || (other.records.first().is_some_and(is_remark) && is_headed()))
            && typed(self) > typed(other)
    }

    /// Whether a header behind this many records, which another cut throws away as a comment, is found in this one.
    pub(super) fn has_header_that_is_comment(&self, sample: &[u8], other: &Self, preamble: usize) -> bool {
        let sign = other.signs.comment.byte().filter(|_| self.signs.comment == Mark::NONE);
        preamble > 0 && sign.is_some_and(|sign| self.starts_with_comment(sample, sign, preamble))
    }

    fn starts_with_comment(&self, sample: &[u8], sign: u8, record: usize) -> bool {
        self.records.get(record).is_some_and(|record| sample.get(record.start) == Some(&sign))
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.records.iter().flat_map(|record| &record.cells)
    }

    /// Whether columns stand in the quotes of this cut throughout, and no cell in those of another that fits as well. The
    /// names of the columns need none.
    pub(super) fn stands_in_quotes_throughout(&self, sample: &[u8], other: &Self) -> bool {
        let is_quoted = |record: &&Record| record.cells.iter().any(|cell| cell.is_quoted());
        if self.signs.quote == other.signs.quote || other.records.iter().any(|record| is_quoted(&record)) {
            return false;
        }
        let rows = self.from(usize::from(self.records.len() > 1));
        let width = rows.first().map_or(0, |row| row.cells.len());
        let mut quoted = 0;
        let is_throughout = (0..width).all(|column| {
            let cells = || rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| cell.len() > 0);
            let count = cells().filter(|cell| cell.is_quoted()).count();
            quoted += count;
            // Numbers among quoted texts may have no quotes.
            let is_plain =
                |cell: &Cell| cell.is_quoted() || !cell.raw(sample).iter().any(u8::is_ascii_alphabetic);
            count == 0 || cells().all(is_plain)
        });
        is_throughout && quoted > 1
    }
}
