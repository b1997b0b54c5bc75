//! Reading delimited files by name.

use exporter_core::check::{Check, Checked, Checking, Findings, Rule};
use exporter_core::{
    Context, Dataset, Error, Format, FormatInfo, Input, OptionInfo, Recognition, Result, Source,
};
use serde::Deserialize;

use crate::dataset::TabDataset;
use crate::exporter::{Csv, Tab};
use crate::options::{BinaryText, DecimalMark, Delimiter};
use crate::reader::{Duplicates, Encoding, ReadHeader, ReadOptions};
use crate::record_count::RecordCount;

/// Options of the `csv` and `tab` readers; what is left out is found in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct DelimitedInputOptions {
    /// The character between cells.
    pub delimiter: Option<Delimiter>,
    /// How bytes spell characters.
    pub encoding: Option<Encoding>,
    /// What stands above the rows.
    pub header: Option<ReadHeader>,
    /// What happens when two columns share a name.
    pub duplicates: Option<Duplicates>,
    /// Texts for missing values besides nothing, with bars between: `NA|.`.
    pub missing_texts: Option<String>,
    /// The decimal mark.
    pub decimal: Option<DecimalMark>,
    /// Texts of true and false, with a slash between.
    pub booleans: Option<String>,
    /// Pattern of dates (strftime), or `iso`.
    pub dates: Option<String>,
    /// Pattern of date-times (strftime), or `iso`.
    pub datetimes: Option<String>,
    /// How bytes are spelt.
    pub binary: Option<BinaryText>,
    /// Most columns a file may have.
    pub max_columns: Option<usize>,
    /// Most bytes of a record.
    pub max_record_bytes: Option<usize>,
}

/// The table of [`DelimitedInputOptions`]; an empty default is found in the file.
pub(crate) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::text(
        "delimiter",
        "The character between cells, or tab; found in the first line when left out.",
    ),
    OptionInfo::choice(
        "encoding",
        &["auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "latin1"],
        "How bytes spell characters; auto goes by the byte order mark and is UTF-8 without one; latin1 is read as windows-1252.",
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

impl DelimitedInputOptions {
    /// Opens a file that has this delimiter unless the options say otherwise.
    fn open(
        self,
        source: &Source<'_>,
        delimiter: Option<Delimiter>,
        context: &Context,
    ) -> Result<Box<dyn Dataset>> {
        let options = self.settle(delimiter)?;
        Ok(Box::new(TabDataset::open(source, options, context)?))
    }

    fn settle(self, delimiter: Option<Delimiter>) -> Result<ReadOptions> {
        let mut read = ReadOptions { delimiter: self.delimiter.or(delimiter), ..ReadOptions::default() };
        set(&mut read.encoding, self.encoding);
        set(&mut read.header, self.header);
        set(&mut read.duplicates, self.duplicates);
        set(&mut read.decimal_mark, self.decimal);
        set(&mut read.binary, self.binary);
        set(&mut read.max_columns, self.max_columns);
        set(&mut read.max_record_bytes, self.max_record_bytes);
        if let Some(texts) = self.missing_texts {
            read.missing_texts = texts.split('|').map(str::to_owned).collect();
        }
        if let Some(booleans) = self.booleans {
            let (yes, no) = booleans.split_once('/').ok_or_else(|| {
                Error::usage(format!("booleans={booleans} has no slash between true and false"))
            })?;
            read.booleans = Some([no.to_owned(), yes.to_owned()]);
        }
        let pattern = |text: Option<String>| text.filter(|text| text != "iso");
        read.date_pattern = pattern(self.dates);
        read.date_time_pattern = pattern(self.datetimes);
        read.check().map_err(|source| Error::usage(source.to_string()).with_source(source))?;
        Ok(read)
    }
}

fn set<T>(target: &mut T, chosen: Option<T>) {
    if let Some(chosen) = chosen {
        *target = chosen;
    }
}

impl Input for Csv {
    const INFO: &'static FormatInfo = <Csv as Format>::INFO;
    type Options = DelimitedInputOptions;

    fn recognise(head: &[u8]) -> Recognition {
        recognise(head)
    }

    fn open(source: &Source<'_>, options: Self::Options, context: &Context) -> Result<Box<dyn Dataset>> {
        // A csv may well be separated by semicolons: the first line tells.
        options.open(source, None, context)
    }
}

impl Input for Tab {
    const INFO: &'static FormatInfo = <Tab as Format>::INFO;
    type Options = DelimitedInputOptions;

    fn recognise(head: &[u8]) -> Recognition {
        recognise(head)
    }

    fn open(source: &Source<'_>, options: Self::Options, context: &Context) -> Result<Box<dyn Dataset>> {
        options.open(source, Some(Delimiter::TAB), context)
    }
}

/// Records are counted; what is in them only a reader with the right options can judge.
macro_rules! counted {
    ($($format:ident),+) => {$(
        impl Check for $format {
            const INFO: &'static FormatInfo = <$format as Format>::INFO;
            const RULES: &'static [Rule] = &[];

            fn recognise(head: &[u8]) -> Recognition {
                recognise(head)
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
