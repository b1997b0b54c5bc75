//! The data files that a document describes, held against it: digests and names of columns.

use std::io::Read as _;

use exporter_core::check::{Checking, Finding, Findings};
use exporter_core::{Context, Error, Result, Source};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::rule;
use crate::dataset::data_files::{find, is_of_fixed_columns, paths_of};
use crate::reader::{TableFile, read};

/// Columns that are named in a finding at most.
const NAMED: usize = 5;

/// Holds the files beside a document against it.
///
/// # Errors
/// When a file cannot be read, or the check is cancelled.
pub(super) fn check(
    source: &Source<'_>,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<()> {
    let bytes = std::io::BufReader::with_capacity(256 << 10, source.cursor());
    // What is wrong with the document itself was found before.
    let Ok(document) = read(bytes) else { return Ok(()) };
    for (table, file) in document.codebook.tables.iter().zip(&document.files) {
        for (name, stated) in file.names.iter().zip(&file.digests) {
            context.cancel().check()?;
            let Some(stated) = stated else { continue };
            // A path that leads out of the folder is none that is looked at.
            let found = paths_of(name, !file.has_namesake)
                .into_iter()
                .find_map(|path| Some((source.named(&path, context).ok()??, path)));
            let Some((data, path)) = found else { continue };
            let found = sha256(&data)?;
            let is_same = |found: &str| found.eq_ignore_ascii_case(stated);
            // A file that was compressed since is what it unpacks to.
            if !is_same(&found) && !is_same(&sha256(&source.unpacked(data, context)?)?) {
                let message = format!("the SHA-256 of {path} is {found}, the document says {stated}");
                findings.add(Finding::new(rule::DIGEST, message).table(&table.name));
            }
        }
        // The file that a reader of the document takes; of fixed columns it takes no names.
        if let Some(data) = find(source, file, source, context)?
            && !is_of_fixed_columns(file, &data, source)
        {
            columns(&data, &table.name, file, checking, findings, context);
        }
    }
    Ok(())
}

/// Holds the columns of a file against the variables.
fn columns(
    data: &Source<'_>,
    table: &str,
    file: &TableFile,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) {
    // A file that cannot be opened is found by its own check.
    let Ok(opened) = checking.registry().open(data, Json::Null, context) else { return };
    let [own] = opened.codebook().tables.as_slice() else { return };
    let in_file =
        own.variables.iter().map(|variable| variable.facts.name_in_file.as_deref().unwrap_or(&variable.name));
    let in_file: Vec<&str> = in_file.collect();
    let lacking: Vec<&str> = file
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|column| !in_file.contains(column))
        .collect();
    if let Some(shown) = lacking.get(..NAMED.min(lacking.len())).filter(|shown| !shown.is_empty()) {
        let more = if lacking.len() > shown.len() {
            format!(" and {} more", lacking.len() - shown.len())
        } else {
            String::new()
        };
        let message = format!("{} has no column {}{more}", data.file_name(), shown.join(", "));
        findings.add(Finding::new(rule::COLUMNS, message).table(table));
    }
}

fn sha256(data: &Source<'_>) -> Result<String> {
    let failed = |source| Error::io(format!("cannot read {}", data.name), source);
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), data.cursor(), vec![0; 256 << 10]);
    loop {
        let count = bytes.read(&mut piece).map_err(failed)?;
        if count == 0 {
            break;
        }
        hash.update(piece.get(..count).unwrap_or_default());
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
