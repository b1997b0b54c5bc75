//! The codebook that is given beside the inputs, and what to do where both do not fit together.

use std::path::{Path, PathBuf};

use exporter_core::codebook::Codebook;
use exporter_core::{Context, Dataset as _, Error, ErrorKind, LossReport, Registry, Result, Sample, Source};
use serde_json::Value as Json;

use super::description::{Describing, describing};
use super::files::open_files;
use super::found::{Found, found};
use super::{Described, InputOptions, STDIN, candidate, described, missing, source_of};
use crate::assembled::TablePart;
use crate::study::StudyFile;

/// What a codebook can be taken from.
const CODEBOOKS: &str = "a codebook: a study file, a .codebook.json, a document of DDI or a file such as .dta that describes its columns";

/// A codebook that is given.
pub(super) struct Given {
    pub(super) described: Described,
    path: PathBuf,
    /// Where it says itself that rows are.
    describing: Option<Describing>,
}

/// The codebook at a path: that of a study file, or of any file, archive or folder that can be opened.
pub(super) fn given(
    path: &Path,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Given> {
    let (password, outside) = (options.password.clone(), options.outside);
    let plain = InputOptions { password, outside, ..InputOptions::default() };
    if path.as_os_str() != STDIN {
        missing::exists(path, CODEBOOKS)?;
    }
    let of = |described| Given { described, path: path.to_owned(), describing: None };
    let codebook = match found(&source_of(path, context)?, &plain, registry, context)? {
        Found::Study(source) => return Ok(of(described(&source, &plain, registry, context)?)),
        Found::Data(source) => match describing(&source, &plain, registry, context)? {
            Some((described, describing)) => {
                return Ok(Given { describing: Some(describing), ..of(described) });
            }
            None => described_in(&source, registry, context)?,
        },
        Found::Files(source) => {
            let opened = open_files(&source, &plain, None, false, registry, context);
            opened.map_err(|error| described_by_none(error, &source.name))?.codebook().clone()
        }
    };
    Ok(of((StudyFile::described_by(codebook), None)))
}

/// The error of an archive or folder in which nothing is read.
fn described_by_none(error: Error, name: &str) -> Error {
    if error.kind() != ErrorKind::Unsupported {
        return error;
    }
    let error = Error::unsupported(format!("no codebook is in it: {}", error.message())).entry(name);
    error.with_hint(format!("give the path of {CODEBOOKS}"))
}

/// What a data file says of its variables.
///
/// # Errors
/// When its format says nothing but names.
fn described_in(source: &Source<'_>, registry: &Registry, context: &Context) -> Result<Codebook> {
    let sample = source.head(Sample::BYTES)?;
    let format = registry.reader(&source.name, &Sample::of(&sample));
    if format.is_some_and(|format| !candidate::says_kinds(format)) {
        return Err(Error::unsupported(
            "it is no codebook: delimited text describes nothing but its columns",
        )
        .entry(&source.name)
        .with_hint(format!("give the path of {CODEBOOKS}")));
    }
    Ok(registry.open(source, Json::Null, context)?.codebook().clone())
}

impl Given {
    /// The options that it states for the reader of a file.
    pub(super) fn options_of(&self, file: &str) -> Option<Json> {
        self.describing.as_ref()?.options_of(file)
    }

    /// What of the codebook's file is not in the codebook.
    pub(super) fn losses(&self) -> LossReport {
        self.describing.as_ref().map(|describing| describing.losses(&[])).unwrap_or_default()
    }

    /// The error of a data file that is not read: the codebook may be what tells how it is, such as fixed columns.
    pub(super) fn read_with(
        &self,
        error: Error,
        file: &str,
        registry: &Registry,
        context: &Context,
    ) -> Error {
        let Some(describing) = &self.describing else { return error };
        let name = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let reads = || match error.kind() {
            ErrorKind::Unsupported => true,
            // In another format it was read, if not well: only what was tried is said then.
            ErrorKind::NotFound | ErrorKind::Invalid => {
                describing.is_beside(name, context) && describing.reads(registry, context)
            }
            _ => false,
        };
        if !describing.is_of(name) || !reads() {
            return error;
        }
        let codebook = self.path.display();
        let message = format!("{codebook} tells how this file is read, and reads it itself");
        Error::unsupported(message).entry(file).with_hint(match describing.is_beside(name, context) {
            true => format!("open the codebook in place of both: {codebook}"),
            false => format!("put {name} beside it, and open the codebook in place of both: {codebook}"),
        })
    }

    /// The error of data that lacks columns of variables which the codebook describes, with the way to one that describes fewer.
    pub(super) fn describing_fewer(&self, error: Error) -> Error {
        if error.kind() != ErrorKind::NotFound || error.place().variable.is_none() {
            return error;
        }
        let codebook = self.path.display();
        error.with_further_hint(format!(
            "to describe some variables alone: exporter export {codebook} --to codebook --variables NAME,… --out \
             fewer.codebook.json, and then --codebook fewer.codebook.json"
        ))
    }

    /// Says which tables of the codebook are in none of the inputs, and which files may hold them.
    ///
    /// # Errors
    /// Where there is such a table.
    pub(super) fn tables_are_given(
        &self,
        parts: &[TablePart],
        inputs: &[Source<'_>],
        context: &Context,
    ) -> Result<()> {
        let codebook = &self.described.0.codebook;
        let is_missing = |name: &str| parts.iter().all(|part| part.name != name);
        let missing: Vec<&str> =
            codebook.tables.iter().map(|table| table.name.as_str()).filter(|name| is_missing(name)).collect();
        let ([first, ..], [input, ..], Some(part)) = (missing.as_slice(), inputs, parts.first()) else {
            return Ok(());
        };
        let extension = Path::new(&part.file).extension().and_then(|extension| extension.to_str());
        let extension = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
        let folder = input.name.strip_suffix(input.file_name()).unwrap_or_default();
        let (mut files, mut are_there) = (Vec::new(), true);
        for table in &missing {
            let mut named: Vec<String> =
                self.describing.iter().flat_map(|describing| describing.files_of(table, codebook)).collect();
            // Of several the one that is like what is given already.
            named.sort_by_key(|file| !file.ends_with(&extension));
            let default = named.first().cloned().unwrap_or_else(|| format!("{table}{extension}"));
            named.push(format!("{table}{extension}"));
            let there = named.into_iter().find(|file| matches!(input.beside(file, context), Ok(Some(_))));
            are_there &= there.is_some();
            files.push(format!("{folder}{}", there.unwrap_or(default)));
        }
        let (what, are) = match missing.len() {
            1 => (format!("the table {first:?}"), "it"),
            _ => (format!("the tables {}", missing.join(", ")), "them"),
        };
        let message = format!("the codebook describes {what}, but no data is given for {are}");
        let such_as = if are_there { "" } else { ", such as" };
        let plural = if missing.len() == 1 { "a further input" } else { "further inputs" };
        Err(Error::not_found(message).with_hint(format!("name as {plural}{such_as}: {}", files.join(", "))))
    }
}
