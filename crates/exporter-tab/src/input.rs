//! Reading delimited files by name.

use exporter_core::check::{Check, Checked, Checking, Findings, Rule};
use exporter_core::{
    Context, Dataset, Error, Format, FormatInfo, Input, OptionInfo, Recognition, Result, Sample, Source,
};

use crate::dataset::TabDataset;
use crate::exporter::{Csv, Tab};
use crate::options::Delimiter;
use crate::reader::ReadOptions;
use crate::record_count::RecordCount;

/// The table of [`ReadOptions`]; an empty default is found in the file.
pub(crate) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::text(
        "delimiter",
        "The character between cells, or comma, tab, semicolon, pipe, space; found in the file when left out.",
    )
    .elsewhere(&["sep", "delim", "separator", "field-separator", "fs", "delim_whitespace"]),
    OptionInfo::text(
        "quote",
        "The character round cells, or double, single, none; found in the file when left out.",
    )
    .elsewhere(&["quotechar", "quote-char", "quoting"]),
    OptionInfo::text(
        "escape",
        "The character that makes a quote, delimiter or line end behind it part of a cell, such as backslash, or doubled: quotes inside are doubled; found in the file when left out.",
    )
    .elsewhere(&["escapechar", "escape-char", "escape_backslash", "escape_double", "doublequote"]),
    OptionInfo::text(
        "comment",
        "The character at the start of lines that are no rows, such as hash, or none; found in the file when left out.",
    )
    .elsewhere(&["comments", "comment-prefix", "comment-char"]),
    OptionInfo::integer("skip-lines", "Lines above the header that are not read; found in the file when left out.")
        .elsewhere(&["skip", "skiprows", "skip_rows", "skiplines", "skip_rows_after_header", "start-row", "preamble"]),
    OptionInfo::choice(
        "header",
        &["auto", "names", "both", "none"],
        "What stands above the rows: names, names and labels, or nothing; auto takes the first line for names unless it looks like the others, and the second for labels where a codebook has these labels.",
    )
    .default("auto")
    .spellings(&[
        ("true", "names"),
        ("yes", "names"),
        ("0", "names"),
        ("infer", "auto"),
        ("false", "none"),
        ("no", "none"),
    ])
    .elsewhere(&["has_header", "hasheader", "col_names", "no-header"]),
    OptionInfo::choice(
        "ragged",
        &["error", "pad", "truncate"],
        "What becomes of a row with more or fewer cells than the header: error; pad fills it with missing values and refuses surplus cells unless they are empty; truncate leaves them out, which is a loss.",
    )
    .default("error")
    .elsewhere(&["null_padding", "fill", "truncate_ragged_lines", "on_bad_lines", "error_bad_lines", "ignore_errors"]),
    OptionInfo::boolean(
        "trailing-delimiter",
        "Whether a delimiter ends each row; found in the file when left out.",
    ),
    OptionInfo::boolean(
        "spaced-quotes",
        "Whether spaces may stand between quotes and the delimiters round a cell; found in the file when left out.",
    )
    .elsewhere(&["skipinitialspace", "skip_initial_space", "trim_ws", "strip.white", "trim"]),
    OptionInfo::boolean(
        "row-names",
        "Whether rows start with a name that the header has no cell for, as R writes them; found in the file when left out.",
    )
    .elsewhere(&["index_col", "rownames", "index"]),
    OptionInfo::boolean(
        "lenient",
        "Whether a quoted cell behind whose closing quote text follows is taken as it stands, the quotes too.",
    )
    .default("false")
    .elsewhere(&["strict_mode", "strict", "lazy_quotes"]),
    OptionInfo::text(
        "encoding",
        "How bytes stand for characters: utf-8, utf-16, latin1, windows-1252, iso-8859-15, shift_jis, gb18030 and others of the WHATWG standard; auto goes by the byte order mark, without one it is UTF-16 where every other byte is NUL, else UTF-8; latin1 is read as windows-1252.",
    )
    .default("auto")
    .elsewhere(&["charset", "fileencoding", "file_encoding", "locale", "codepage"]),
    OptionInfo::choice(
        "duplicates",
        &["error", "rename"],
        "What happens when two columns share a name: error, or the later ones get _2, _3 and so on, which is a loss.",
    )
    .default("rename")
        .elsewhere(&["name_repair", "mangle_dupe_cols", "check.names"]),
    OptionInfo::text(
        "null",
        "Texts for missing values besides nothing, with bars between: NA|. for example. A bare NA is one where a column has \
         nothing else that is text.",
    )
    .aliases(&["missing-texts"])
    .elsewhere(&["na", "na_values", "na.strings", "nullstr", "null_values", "nulls", "missing", "null_value"]),
    OptionInfo::choice(
        "decimal",
        &["point", "comma"],
        "The decimal mark; a comma is found in files whose cells are not separated by commas when left out. Where they are, numbers with decimal commas stand in quotes.",
    )
    .spellings(&[(".", "point"), ("dot", "point"), (",", "comma")])
    .elsewhere(&["dec", "decimal_mark", "decimal_separator", "decimal_comma", "decimal-char"]),
    OptionInfo::text(
        "thousands",
        "The character between groups of three digits: comma, point, space, apostrophe, or none.",
    )
    .default("none")
    .elsewhere(&["grouping_mark", "big_mark", "thousands_sep", "thousand"]),
    OptionInfo::text("booleans", "Texts of true and false, with a slash between: yes/no for example.")
        .elsewhere(&["true_values", "false_values", "truestrings", "bool"]),
    OptionInfo::text("dates", "Pattern of dates (strftime), or iso.")
        .default("iso")
        .elsewhere(&["dateformat", "date_format", "parse_dates", "date", "dayfirst"]),
    OptionInfo::text("datetimes", "Pattern of date-times (strftime), or iso.")
        .default("iso")
        .elsewhere(&["timestampformat", "timestamp_format", "datetime_format", "timestamp"]),
    OptionInfo::choice(
        "offsets",
        &["keep", "utc"],
        "What becomes of the offsets of times: the column has the zone that all its times have and holds texts where they have several, or all are read as UTC, which loses the local hour.",
    )
    .default("keep")
    .elsewhere(&["tz", "timezone", "time_zone"]),
    OptionInfo::choice(
        "digits",
        &["keep", "double"],
        "What becomes of decimals with digits that no double holds: the column holds decimals or texts, or they are rounded to doubles, which is a loss.",
    )
    .default("keep")
    .elsewhere(&["float_precision", "precision"]),
    OptionInfo::choice("binary", &["base64", "hex"], "How binary values are written as text.").default("base64"),
    OptionInfo::integer("max-columns", "Most columns a file may have.").default("100000"),
    OptionInfo::integer("max-record-bytes", "Most bytes of a record.")
        .default("67108864")
        .elsewhere(&["max_line_size", "maximum_line_size", "buffer_size", "field_size_limit"]),
];

fn open(source: &Source<'_>, options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
    options.check().map_err(|source| Error::usage(source.to_string()).with_source(source))?;
    Ok(Box::new(TabDataset::open(source, options, context)?))
}

impl Input for Csv {
    const INFO: &'static FormatInfo = <Csv as Format>::INFO;
    type Options = ReadOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        recognise(sample.head)
    }

    fn open(source: &Source<'_>, options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        open(source, options, context)
    }
}

impl Input for Tab {
    const INFO: &'static FormatInfo = <Tab as Format>::INFO;
    type Options = ReadOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        recognise(sample.head)
    }

    fn open(source: &Source<'_>, mut options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        // What is named .txt may be separated by anything.
        if !source.name.to_lowercase().ends_with(".txt") {
            options.delimiter = options.delimiter.or(Some(Delimiter::TAB));
        }
        open(source, options, context)
    }
}

/// Records are counted; what is in them only a reader with the right options can judge.
macro_rules! counted {
    ($($format:ident),+) => {$(
        impl Check for $format {
            const INFO: &'static FormatInfo = <$format as Format>::INFO;
            const RULES: &'static [Rule] = &[];

            fn recognise(sample: &Sample<'_>) -> Recognition {
                recognise(sample.head)
            }

            fn check(
                source: &Source<'_>,
                _: &Checking<'_>,
                _: &mut Findings,
                context: &Context,
            ) -> Result<Checked> {
                count(source, context)
            }
        }
    )+};
}

counted!(Csv, Tab);

fn count(source: &Source<'_>, context: &Context) -> Result<Checked> {
    let mut count = RecordCount::default();
    let mut buffer = vec![0; COUNTED_BYTES];
    let mut offset = 0;
    loop {
        context.cancel().check()?;
        match source.bytes.fill_at(offset, &mut buffer)? {
            0 => return Ok(Checked::default().with_records(count.records())),
            read => {
                count.add(buffer.get(..read).unwrap_or_default());
                offset += read as u64;
            }
        }
    }
}

/// Bytes in which records are counted at a time.
const COUNTED_BYTES: usize = 64 * 1024;

/// Text has no signature; only several NULs say that it is none (but UTF-16 is full of them).
fn recognise(head: &[u8]) -> Recognition {
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    // UTF-16 without a mark has a NUL in every other place of plain text.
    let wide = nuls * 3 > head.len();
    // One in a great many bytes is a slip.
    let is_slip = nuls * 64 <= head.len().max(256);
    if is_slip || utf16 || wide { Recognition::Maybe } else { Recognition::No }
}
