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
        "The character between cells, or tab; found in the first line when left out.",
    ),
    OptionInfo::choice(
        "encoding",
        &["auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "latin1"],
        "How bytes stand for characters; auto goes by the byte order mark and is UTF-8 without one; latin1 is read as windows-1252.",
    )
    .default("auto"),
    OptionInfo::choice(
        "header",
        &["names", "both", "none"],
        "What stands above the rows: names, names and labels, or nothing.",
    )
    .default("names"),
    OptionInfo::choice("duplicates", &["error", "rename"], "What happens when two columns share a name.")
        .default("error"),
    OptionInfo::text(
        "missing-texts",
        "Texts for missing values besides nothing, with bars between: NA|. for example.",
    ),
    OptionInfo::choice("decimal", &["point", "comma"], "The decimal mark.").default("point"),
    OptionInfo::text("booleans", "Texts of true and false, with a slash between: yes/no for example."),
    OptionInfo::text("dates", "Pattern of dates (strftime), or iso.").default("iso"),
    OptionInfo::text("datetimes", "Pattern of date-times (strftime), or iso.").default("iso"),
    OptionInfo::choice("binary", &["base64", "hex"], "How binary values are written as text.").default("base64"),
    OptionInfo::integer("max-columns", "Most columns a file may have.").default("100000"),
    OptionInfo::integer("max-record-bytes", "Most bytes of a record.").default("67108864"),
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
        // A csv may well be separated by semicolons: the first line tells.
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
        // What is named .txt may be separated by anything: the first line tells.
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

/// Text has no signature; only a NUL says that it is none (but UTF-16 is full of them).
fn recognise(head: &[u8]) -> Recognition {
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    // UTF-16 without a mark has a NUL in every other place of plain text.
    let wide = nuls * 3 > head.len();
    if nuls == 0 || utf16 || wide { Recognition::Maybe } else { Recognition::No }
}
