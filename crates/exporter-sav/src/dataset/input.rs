//! System files as an input format of the engine.

use std::sync::Arc;

use exporter_core::check::{BY_READING, Check, Checked, Checking, Findings, Rule, by_reading};
use exporter_core::{Context, Dataset, FormatInfo, Input, OptionInfo, Recognition, Result, Sample, Source};
use serde::Deserialize;

use crate::dataset::SavDataset;
use crate::error::SavError;
use crate::options::encoding;
use crate::reader::{ReadOptions, SavReader};
use crate::spec::{MAGIC, MAGIC_ZLIB};

/// How a system file is read as an input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct SavInputOptions {
    /// `detect`, or the label of the encoding of all texts.
    pub encoding: String,
    /// Whether the rows before damage are read.
    pub lenient: bool,
}

impl Default for SavInputOptions {
    fn default() -> Self {
        Self { encoding: "detect".to_owned(), lenient: false }
    }
}

/// The input format.
#[derive(Debug)]
pub struct SavInput;

/// The table of [`SavInputOptions`].
pub(crate) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::text("encoding", "encoding of the texts, whatever the file says, such as windows-1252")
        .default("detect"),
    OptionInfo::boolean(
        "lenient",
        "read the complete rows before the place where a file is cut off or damaged",
    )
    .default("false"),
];

impl Input for SavInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    type Options = SavInputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let is_ours = sample.head.starts_with(MAGIC) || sample.head.starts_with(MAGIC_ZLIB);
        if is_ours { Recognition::Yes } else { Recognition::No }
    }

    fn open(source: &Source<'_>, options: SavInputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        let mut read = ReadOptions { lenient: options.lenient, ..ReadOptions::default() };
        if options.encoding != "detect" {
            read.encoding = Some(encoding(&options.encoding)?);
        }
        Ok(Box::new(SavDataset::open(source, read, context.threads())?))
    }
}

impl Check for SavInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    // Until the rules of SPSS are checked, what the reader tolerated.
    const RULES: &'static [Rule] = BY_READING;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        <Self as Input>::recognise(sample)
    }

    fn check(
        source: &Source<'_>,
        _: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        // Files of other kinds are no damaged ones.
        if let Err(error @ SavError::Unsupported(_)) = SavReader::open(Arc::clone(&source.bytes)) {
            return Err(exporter_core::Error::from(error).entry(&source.name));
        }
        by_reading::<Self>(source, findings, context)
    }
}
