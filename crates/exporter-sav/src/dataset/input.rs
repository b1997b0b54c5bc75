//! System files as an input format of the engine.

use exporter_core::check::{Check, Checked, Checking, Findings, READ_LOSS, Rule, read_losses};
use exporter_core::{
    Context, Dataset, FormatInfo, Input, Loss, LossCode, OptionInfo, Recognition, Result, Sample, Scan,
    Source, TableId,
};
use serde::Deserialize;

use crate::dataset::SavDataset;
use crate::options::encoding;
use crate::reader::ReadOptions;
use crate::spec::{MAGIC, MAGIC_ZLIB};

/// How a system file is read as an input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct SavInputOptions {
    /// `detect`, or the label of the encoding of all texts.
    pub encoding: String,
}

impl Default for SavInputOptions {
    fn default() -> Self {
        Self { encoding: "detect".to_owned() }
    }
}

/// The input format.
#[derive(Debug)]
pub struct SavInput;

/// The table of [`SavInputOptions`].
pub(crate) static READ_OPTIONS: &[OptionInfo] =
    &[OptionInfo::text("encoding", "encoding of the texts, whatever the file says, such as windows-1252")
        .default("detect")];

impl Input for SavInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    type Options = SavInputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let is_ours = sample.head.starts_with(MAGIC) || sample.head.starts_with(MAGIC_ZLIB);
        if is_ours { Recognition::Yes } else { Recognition::No }
    }

    fn open(source: &Source<'_>, options: SavInputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        let mut read = ReadOptions::default();
        if options.encoding != "detect" {
            read.encoding = Some(encoding(&options.encoding)?);
        }
        Ok(Box::new(SavDataset::open(source, read, context.threads())?))
    }
}

/// Until the rules of SPSS are checked, what the reader tolerated.
const RULES: &[Rule] = &[READ_LOSS];

impl Check for SavInput {
    const INFO: &'static FormatInfo = &crate::exporter::INFO;
    const RULES: &'static [Rule] = RULES;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        <Self as Input>::recognise(sample)
    }

    fn check(
        source: &Source<'_>,
        _: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let data = SavDataset::open(source, ReadOptions::default(), context.threads())?;
        let mut rows = 0;
        for batch in data.scan(TableId(0), &Scan::all())? {
            rows += batch?.num_rows() as u64;
        }
        let mut found: Vec<Loss> = data.losses().iter().cloned().collect();
        found.extend(data.notes().into_iter().map(|note| Loss::new(LossCode::NOT_READ, note.text)));
        read_losses(&found, findings);
        Ok(Checked::default().with_rows(Some(rows)))
    }
}
