//! Zips, gzip streams and folders as formats that are checked.

use std::io;
use std::path::Path;

use exporter_core::check::{Check, Checked, Checking, Findings, Rule};
use exporter_core::{Container, Context, Error, FormatInfo, Recognition, Result, Sample, Source};

use super::folder::check_folder;
use super::inside::Inside;
use super::{foreign, gzip, rule};
use crate::input::{Bzip2Input, GzipInput, ZstdInput};
use crate::manifest::MANIFEST;
use crate::sink::{GZIP, ZIP};

const OURS: &str = "an archive of this program, of which every byte is checked";
const AS_OURS: &str = "an archive written as this program writes them, of which every byte is checked";

/// Zip archives, as a format that is checked: the archive byte by byte, then what is in it by the rules of its own format.
#[derive(Debug, Clone, Copy)]
pub struct ZipCheck;

impl Check for ZipCheck {
    const INFO: &'static FormatInfo = &ZIP;
    const RULES: &'static [Rule] = rule::ALL;
    const IS_ARCHIVE: bool = true;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let begins =
            [b"PK\x03\x04", b"PK\x05\x06"].iter().any(|signature| sample.head.starts_with(*signature));
        if begins { Recognition::Yes } else { Recognition::No }
    }

    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        if foreign::is_foreign(source, checking.options().max_entries)
            .map_err(|error| failed(&source.name, error))?
        {
            findings.set_scope(foreign::SCOPE);
            foreign::check_zip(source, checking, findings, context)?;
            return Ok(Checked::default());
        }
        let mut inside = Inside::of_archive(source, checking, context);
        let checked = super::check(source.cursor(), checking.options(), &mut inside)
            .map_err(|error| failed(&source.name, error))?;
        // Only a manifest tells whose an archive is: others may store their entries as this program does.
        let is_ours = checked.entries.iter().any(|entry| entry.path == MANIFEST);
        findings.set_scope(if is_ours { OURS } else { AS_OURS });
        findings.merge(checked.findings);
        findings.merge(inside.findings);
        Ok(Checked::default())
    }
}

/// Gzip streams, as a format that is checked: the stream, then what is in it by the rules of its own format.
#[derive(Debug, Clone, Copy)]
pub struct GzipCheck;

impl Check for GzipCheck {
    const INFO: &'static FormatInfo = &GZIP;
    const RULES: &'static [Rule] = rule::ALL;
    const IS_ARCHIVE: bool = true;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        if sample.head.starts_with(&[0x1f, 0x8b]) { Recognition::Yes } else { Recognition::No }
    }

    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        if !gzip::is_ours(&source.head(gzip::HEADER_BYTES)?) {
            return foreign_stream::<GzipInput>(source, checking, findings, context);
        }
        let name = source.file_name();
        let name = name.strip_suffix(".gz").unwrap_or(name);
        let mut inside = Inside::of_archive(source, checking, context);
        let (found, learnt) =
            gzip::check(source.cursor(), name, &mut inside).map_err(|error| failed(&source.name, error))?;
        if !found.is_empty() {
            // Several members, or zeros behind the last, are sound as well.
            let mut of_others = Findings::default();
            let checked = foreign_stream::<GzipInput>(source, checking, &mut of_others, context);
            if let Ok(checked) = checked
                && of_others.is_empty()
            {
                findings.set_scope(foreign::SCOPE);
                return Ok(checked);
            }
        }
        findings.merge(found);
        findings.merge(inside.findings);
        Ok(learnt)
    }
}

/// Checks a compressed stream of another program.
fn foreign_stream<C: Container>(
    source: &Source<'_>,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<Checked> {
    findings.set_scope(foreign::SCOPE);
    let files = C::files(source, None, context)?;
    foreign::check_files(source, files, &|_| false, checking, findings, context)
}

macro_rules! checked_stream {
    ($($format:ident),+) => {$(
        impl Check for $format {
            const INFO: &'static FormatInfo = <Self as Container>::INFO;
            const RULES: &'static [Rule] = rule::ALL;
            const IS_ARCHIVE: bool = true;

            fn recognise(sample: &Sample<'_>) -> Recognition {
                <Self as Container>::recognise(sample)
            }

            fn check(
                source: &Source<'_>,
                checking: &Checking<'_>,
                findings: &mut Findings,
                context: &Context,
            ) -> Result<Checked> {
                foreign_stream::<Self>(source, checking, findings, context)
            }
        }
    )+};
}

checked_stream!(ZstdInput, Bzip2Input);

/// Checks a folder against its `MANIFEST.json`, and the files in it by the rules of their formats.
///
/// # Errors
/// [`exporter_core::ErrorKind::NotFound`] when there is no manifest; when the folder cannot be listed, or the check is
/// cancelled.
pub fn folder(path: &Path, checking: &Checking<'_>, context: &Context) -> Result<Findings> {
    let mut inside = Inside::of_folder(path, checking, context);
    let checked =
        check_folder(path, checking.options().max_entries, &mut inside).map_err(|error| {
            match error.kind() {
                io::ErrorKind::NotFound => Error::not_found(format!(
                    "the folder {} has no {MANIFEST}, by which it is checked",
                    path.display()
                ))
                .with_hint("export it with --manifest, or check its files one by one"),
                _ => failed(&path.display().to_string(), error),
            }
        })?;
    let mut findings = checked.findings;
    findings.merge(inside.findings);
    Ok(findings)
}

fn failed(name: &str, error: io::Error) -> Error {
    Error::io(format!("cannot check {name}"), error)
}
