//! How a text is cut, found in its first part.
//!
//! Each way ([`candidate`]) is tried with the one splitter of records there is, and the one is taken by which records have the
//! same number of cells. Nothing is decided where another way is as good: what the first line says holds then, and what does
//! not fit is an error.

mod candidate;
mod decimal;
mod doubt;
mod header;

use std::io::Read;

use memchr::memmem;

use super::form::Form;
use super::options::{ReadHeader, ReadOptions};
use super::split::line_end;
use super::window::TextWindow;
use crate::options::DecimalMark;
use crate::{Delimiter, Mark, TabError};
use candidate::{Cut, Fit, Judged, Signs};

pub(crate) use doubt::Doubt;

/// Bytes that are looked at, unless fewer than [`LEAST_LINES`] lines are in them.
const SAMPLE_BYTES: usize = 128 << 10;
const LEAST_LINES: usize = 3;
/// Most bytes that are looked at for the sake of long lines.
const MOST_BYTES: usize = 4 << 20;

/// A form, and what is worth saying of how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub(super) form: Form,
    /// Lines above the header that are skipped although no option says so, and the first text of them.
    pub(super) preamble: Option<(u64, String)>,
    /// What else the cells may mean.
    pub(super) doubts: Vec<Doubt>,
}

impl Sniffed {
    /// One that needs no finding.
    pub(super) fn known(form: Form) -> Self {
        Self { form, preamble: None, doubts: Vec::new() }
    }
}

/// Decides what the options leave open. A header is taken for given where columns are `declared` by their names.
pub(super) fn form<R: Read>(
    text: &mut TextWindow<R>,
    options: &ReadOptions,
    declared: bool,
) -> Result<Sniffed, TabError> {
    // A line may end with two signs.
    let has_lines =
        |bytes: &[u8]| memchr::memchr2_iter(b'\n', b'\r', bytes).nth(2 * LEAST_LINES - 1).is_some();
    while !text.is_done() && text.window().len() < MOST_BYTES && !has_lines(text.window()) {
        text.extend(MOST_BYTES)?;
    }
    let window = text.window();
    let is_whole = text.is_done();
    let is_enough = has_lines(window.get(..SAMPLE_BYTES).unwrap_or(window));
    let reach = if is_enough { SAMPLE_BYTES } else { MOST_BYTES };
    let (sample, is_whole) = match window.get(..reach) {
        Some(sample) if sample.len() < window.len() => (sample, false),
        _ => (window, is_whole),
    };
    let said = separator_line(sample, options);
    let mut start = 0;
    let skipped = options.skip_lines.unwrap_or(u64::from(said.is_some()));
    for _ in 0..skipped {
        if start == sample.len() {
            break;
        }
        start = line_end(sample, start, true).map_or(sample.len(), |(end, _)| end);
    }
    let sample = sample.get(start..).unwrap_or_default();
    let mut known = options.clone();
    known.delimiter = options.delimiter.or(said);
    let best = best(sample, is_whole, &known);
    let mut sniffed = decided(sample, &known, best, declared)?;
    sniffed.form.encoding = text.chosen;
    sniffed.form.skip_lines = skipped + sniffed.preamble.as_ref().map_or(0, |(lines, _)| *lines);
    if let Some(at) = memchr::memchr(0, window) {
        let line = memchr::memchr_iter(b'\n', window.get(..at).unwrap_or_default()).count() as u64 + 1;
        sniffed.doubts.push(Doubt::Nul { line, byte: at as u64 + 1 });
    }
    Ok(sniffed)
}

/// What Excel reads in a first line such as `sep=;`.
fn separator_line(sample: &[u8], options: &ReadOptions) -> Option<Delimiter> {
    if options.skip_lines.is_some() {
        return None;
    }
    let (_, end) = line_end(sample, 0, true)?;
    let line = sample.get(..end)?;
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] => Delimiter::new(*byte).ok(),
        _ => None,
    }
}

/// The separators that most files have, the usual first.
const USUAL: [Delimiter; 4] = [Delimiter::COMMA, Delimiter::TAB, Delimiter::SEMICOLON, Delimiter::PIPE];

/// The separators that are tried: where numbers have commas, one between cells is the least likely.
fn delimiters(options: &ReadOptions) -> Vec<Delimiter> {
    let mut tried = options.delimiter.map_or_else(|| USUAL.to_vec(), |delimiter| vec![delimiter]);
    if options.decimal_mark == Some(DecimalMark::Comma) {
        tried.sort_by_key(|delimiter| *delimiter == Delimiter::COMMA);
    }
    tried
}

/// Spaces between quotes and separators or line ends.
const SPACED: [&[u8]; 10] =
    [b", \"", b"; \"", b"| \"", b", '", b"; '", b"\" ,", b"\" ;", b"\" |", b"\" \n", b"\" \r"];

/// The other signs that are tried, the plainest first.
fn signs(sample: &[u8], options: &ReadOptions) -> Vec<Signs> {
    let has = |text: &[u8]| memmem::find(sample, text).is_some();
    let tried = |given: Option<Mark>, plain: Mark, other: Mark, is_there: bool| match given {
        Some(mark) => vec![mark],
        None if is_there => vec![plain, other],
        None => vec![plain],
    };
    let quotes = tried(options.quote, Mark::DOUBLE_QUOTE, Mark::SINGLE_QUOTE, has(b"'"));
    let escapes = tried(options.escape, Mark::NONE, Mark::BACKSLASH, has(b"\\\"") || has(b"\\'"));
    let has_hash = sample.first() == Some(&b'#') || has(b"\n#") || has(b"\r#");
    let comments = tried(options.comment, Mark::NONE, Mark::HASH, has_hash);
    let spaced = match options.spaced_quotes {
        Some(is_on) => vec![is_on],
        None if SPACED.iter().any(|text| has(text)) => vec![false, true],
        None => vec![false],
    };
    let mut all = Vec::new();
    for comment in comments {
        for spaced in &spaced {
            for escape in &escapes {
                let signs = |quote: &Mark| Signs { quote: *quote, escape: *escape, comment, spaced: *spaced };
                all.extend(quotes.iter().map(signs));
            }
        }
    }
    all
}

/// The cut whose records fit together best.
fn best(sample: &[u8], is_whole: bool, options: &ReadOptions) -> Option<(Cut, Judged)> {
    let judged = |delimiter, signs| {
        let cut = Cut::new(sample, is_whole, delimiter, signs, options);
        let judged = cut.judge(sample, options);
        (cut, judged)
    };
    let mut best: Option<(Cut, Judged)> = None;
    for signs in signs(sample, options) {
        let mut of_signs: Option<(Cut, Judged)> = None;
        for delimiter in delimiters(options) {
            let found = judged(delimiter, signs);
            if of_signs.as_ref().is_none_or(|known| found.1.order(&known.1).is_gt()) {
                of_signs = Some(found);
            }
        }
        // Other signs than the plain ones are taken only if more records fit with them.
        let is_better = match (&best, &of_signs) {
            (Some((known, before)), Some((cut, now))) => {
                let same = now.fit == before.fit && cut.delimiter == known.delimiter;
                let explains = now.fit > before.fit
                    && now.fit > Fit::Broken
                    && !known.has_header_that_is_comment(sample, cut, before.preamble);
                let shows = cut.stands_in_quotes_throughout(sample, known)
                    || cut.escapes_every_quote(sample, known)
                    || cut.has_spaces_round_every_quote(sample, known)
                    || cut.has_comments_among_numbers(sample, known, options);
                explains || (same && shows)
            }
            _ => true,
        };
        if is_better {
            best = of_signs;
        }
    }
    let is_clear = best.as_ref().is_some_and(|(_, judged)| judged.fit > Fit::OneColumn);
    if !is_clear && options.delimiter.is_none() {
        let plain = signs(sample, options).first().copied()?;
        let (cut, judged) = judged(Delimiter::SPACE, plain);
        // Sentences may have the same number of words by chance, but their words form no columns of numbers.
        let share = header::typed_share(sample, cut.from(0), options);
        let is_table = share >= 1.0 || (share >= 0.5 && header::is_header(sample, cut.from(0), options));
        if judged.fit == Fit::Even && cut.from(0).len() > 2 && is_table {
            return Some((cut, judged));
        }
    }
    best
}

fn decided(
    sample: &[u8],
    options: &ReadOptions,
    best: Option<(Cut, Judged)>,
    declared: bool,
) -> Result<Sniffed, TabError> {
    let first = || by_first_line(sample, options);
    let Some((cut, judged)) = best else { return Ok(Sniffed::known(Form::of(options, first()))) };
    let mut form = Form::of(options, cut.delimiter);
    if matches!(judged.fit, Fit::Not | Fit::Broken) {
        form.delimiter = options.delimiter.unwrap_or_else(first);
        return Ok(Sniffed::known(form));
    }
    let Signs { quote, escape, comment, spaced } = cut.signs;
    (form.quote, form.escape, form.comment, form.spaced) = (quote, escape, comment, spaced);
    let mut sniffed = Sniffed::known(form);
    let form = &mut sniffed.form;
    if options.skip_lines.is_none() && judged.preamble > 0 {
        sniffed.preamble = Some(cut.lines_before(sample, judged.preamble));
    }
    let body = cut.from(judged.preamble);
    if options.trailing_delimiter.is_none() {
        form.trailing = judged.fit == Fit::Trailing;
    }
    if options.row_names.is_none() {
        form.row_names = judged.fit == Fit::RowNames;
    }
    let mut options = options.clone();
    if options.decimal_mark.is_none() {
        // The first record may be the header, of which nothing is expected.
        let is_comma_separated = form.delimiter == Delimiter::COMMA;
        let rows = body.get(1..).unwrap_or_default();
        let (decimal, doubt) = decimal::mark(sample, rows, is_comma_separated, &options);
        let is_open = options.delimiter.is_none() && judged.fit == Fit::OneColumn && !is_comma_separated;
        if is_open && matches!(doubt, Some(Doubt::Comma(_))) {
            // Rows of two cells among those of one are refused with their lines, and no number is made of them.
            form.delimiter = Delimiter::COMMA;
            return Ok(sniffed);
        }
        form.decimal = decimal;
        options.decimal_mark = Some(decimal);
        sniffed.doubts.extend(doubt);
    }
    let may_be_row = options.header == ReadHeader::Auto && !declared && judged.is_even;
    if may_be_row && !header::is_header(sample, body, &options) {
        form.header = ReadHeader::None;
        sniffed.doubts.push(Doubt::NoHeader);
    }
    Ok(sniffed)
}

/// The separator that occurs most often in the first line outside quotes.
fn by_first_line(sample: &[u8], options: &ReadOptions) -> Delimiter {
    let mut counts: Vec<(Delimiter, usize)> =
        delimiters(options).into_iter().map(|usual| (usual, 0)).collect();
    let mut quoted = false;
    for byte in sample {
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
    // Of separators that occur equally often, the first is taken.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(Delimiter::COMMA, |(delimiter, _)| delimiter)
}
