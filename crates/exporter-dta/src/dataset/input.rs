//! `.dta` as an input format of the engine.

use exporter_core::check::{
    Check, Checked, Checking, Findings, READ_LOSS, Rule, Severity, VALUES_LOST, read_losses,
};
use exporter_core::{Context, Dataset, FormatInfo, Input, OptionInfo, Recognition, Result, Sample, Source};
use serde::Deserialize;

use crate::dataset::DtaDataset;
use crate::reader::{Dates, ReadOptions, TextEncoding};

/// Which of the missing values `.a` to `.z` a variable declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Letters {
    /// Those that occur, found in one pass over the numeric variables, and those with a value label.
    #[default]
    Seen,
    /// All 26 for every numeric variable; no pass.
    All,
    /// None: they are read as null. How many of each variable is a loss of reading once its rows were read, which
    /// labels they had is one at once.
    Null,
}

/// How a `.dta` is read as an input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct DtaInputOptions {
    /// `detect`, or the label of an encoding for text that is not UTF-8.
    pub encoding: String,
    /// Read the complete rows of a damaged file.
    pub lenient: bool,
    /// Which missing values variables declare.
    pub letters: Letters,
    /// Dates and times by display format; otherwise stored numbers.
    pub dates: bool,
}

impl Default for DtaInputOptions {
    fn default() -> Self {
        Self { encoding: "detect".to_owned(), lenient: false, letters: Letters::Seen, dates: true }
    }
}

/// The input format.
#[derive(Debug)]
pub struct DtaInput;

/// The table of [`DtaInputOptions`].
pub(crate) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::text("encoding", "encoding of text that is not UTF-8, such as windows-1252 or macintosh")
        .default("detect"),
    OptionInfo::boolean("lenient", "read the complete rows of a damaged file instead of failing")
        .default("false"),
    OptionInfo::choice(
        "letters",
        &["seen", "all", "null"],
        "which of .a to .z are declared as missing values: those that occur, all, or none (read as null)",
    )
    .default("seen"),
    OptionInfo::boolean(
        "dates",
        "read variables with a date format as dates and times, otherwise as stored numbers",
    )
    .default("true"),
];

impl Input for DtaInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    type Options = DtaInputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let head = sample.head;
        if head.starts_with(b"<stata_dta><header>") {
            return Recognition::Yes;
        }
        // Binary releases: number, byte order, file type 1, and a byte that nobody uses. Release 102 has no byte order.
        match head {
            [103..=115, 1 | 2, 1, _, ..] => Recognition::Yes,
            [102, 0..=2, 1, 0, ..] => Recognition::Maybe,
            _ => Recognition::No,
        }
    }

    fn open(source: &Source<'_>, options: DtaInputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        let mut read = within_memory(context);
        if options.encoding != "detect" {
            read.encoding =
                TextEncoding::from_label(&options.encoding).map_err(exporter_core::Error::from)?;
        }
        read.lenient = options.lenient;
        if !options.dates {
            read.dates = Dates::Numbers;
        }
        let (letters, threads) = (options.letters, context.threads());
        Ok(Box::new(DtaDataset::open(source, read, letters, threads)?))
    }
}

/// The usual options with the sizes of buffers that the memory has room for.
fn within_memory(context: &Context) -> ReadOptions {
    let mut read = ReadOptions::default();
    // Two batches a thread are ahead of the taker; they take a quarter of the memory.
    let room = context.memory() / (8 * context.threads() as u64);
    read.batch_bytes = context.share(read.batch_bytes).min(usize::try_from(room).unwrap_or(usize::MAX));
    read.kept_bytes = context.share(read.kept_bytes);
    read
}

/// The rules of Stata's files, and that the codebook stored in one is read.
const ALL: &[Rule] = &{
    let rules = crate::check::rule::ALL;
    let mut all = [READ_LOSS; crate::check::rule::ALL.len() + 2];
    all[crate::check::rule::ALL.len()] = VALUES_LOST;
    let mut index = 0;
    while index < rules.len() {
        all[index] = rules[index];
        index += 1;
    }
    all
};

impl Check for DtaInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    const RULES: &'static [Rule] = ALL;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        // The release may be one that nobody reads: the check says so.
        let begins = sample.head.starts_with(b"<stata_dta>");
        if begins { Recognition::Yes } else { <Self as Input>::recognise(sample) }
    }

    fn check(
        source: &Source<'_>,
        _: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let mut found = Findings::default();
        let rows = crate::check::check_file(std::sync::Arc::clone(&source.bytes), &mut found)?;
        let sound = found.count(Severity::Error) == 0;
        found.sort_by_offset();
        findings.merge(found);
        if sound {
            let opened = DtaDataset::open(source, within_memory(context), Letters::Seen, context.threads())?;
            read_losses(opened.not_used(), findings);
        }
        Ok(Checked::default().with_rows(rows.filter(|_| sound)))
    }
}
