//! Parquet and Arrow IPC as inputs of the engine, recognised by their first bytes.

use exporter_core::check::{BY_READING, Check, Checked, Checking, Findings, Rule, by_reading};
use exporter_core::{Context, Dataset, Foreign, FormatInfo, Input, Recognition, Result, Sample, Source};

use crate::exporter::{ArrowFile, ArrowStream, Parquet, arrow, parquet};
use crate::ipc::layout::{MAGIC, is_old_stream};
use crate::ipc::reader::ArrowDataset;
use crate::options::ReadOptions;
use crate::reader::ParquetDataset;

fn begins(sample: &Sample<'_>, with: &[u8]) -> Recognition {
    if sample.head.starts_with(with) { Recognition::Yes } else { Recognition::No }
}

/// Columns carry their own types and codebook, so that what the source declares is left to the caller to merge.
impl Input for Parquet {
    const INFO: &'static FormatInfo = &parquet::INFO;
    type Options = ReadOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        begins(sample, b"PAR1").max(begins(sample, b"PARE"))
    }

    fn open(source: &Source<'_>, options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(ParquetDataset::open(source, &options, context)?.with_reasons()))
    }
}

impl Input for ArrowFile {
    const INFO: &'static FormatInfo = &arrow::FILE;
    type Options = ReadOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        begins(sample, MAGIC).max(begins(sample, Foreign::FEATHER_1))
    }

    fn open(source: &Source<'_>, options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(ArrowDataset::open(source, &options, context)?.with_reasons()))
    }
}

impl Input for ArrowStream {
    const INFO: &'static FormatInfo = &arrow::STREAM;
    type Options = ReadOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        // The length of the first message follows, padded to 8 bytes: bytes that are all 1 begin other files, too.
        match sample.head {
            [255, 255, 255, 255, length @ ..] => {
                let length = length.first_chunk().map_or(0, |length| i32::from_le_bytes(*length));
                let all = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(8);
                let is_there = sample.head.len() == Sample::BYTES || all <= sample.head.len();
                let is_message = length > 0 && length % 8 == 0 && is_there;
                if is_message { Recognition::Yes } else { Recognition::Maybe }
            }
            head if is_old_stream(head) => Recognition::Yes,
            _ => Recognition::No,
        }
    }

    fn open(source: &Source<'_>, options: ReadOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(ArrowDataset::open(source, &options, context)?.with_reasons()))
    }
}

/// Files are checked by reading them.
macro_rules! checked_by_reading {
    ($($format:ident),+) => {$(
        impl Check for $format {
            const INFO: &'static FormatInfo = <Self as Input>::INFO;
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
                by_reading::<Self>(source, findings, context)
            }
        }
    )+};
}

checked_by_reading!(Parquet, ArrowFile, ArrowStream);
