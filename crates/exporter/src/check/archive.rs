//! Zips, gzip streams and folders that this program wrote.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use exporter_core::{Error, Result};
use exporter_package::MANIFEST;
use exporter_package::check::{Rule, check_and_inspect, check_folder};

use super::contents::Contents;
use super::{CheckOptions, Finding};

/// A zip and what is inside.
pub(super) fn zip(path: &Path, options: &CheckOptions) -> Result<Vec<Finding>> {
    let failed = failed(path);
    let mut zip_options = exporter_package::check::CheckOptions::default();
    zip_options.password.clone_from(&options.password);
    let mut contents = Contents::unpacked(options.temp.clone().unwrap_or_else(std::env::temp_dir));
    let file = BufReader::new(File::open(path).map_err(&failed)?);
    let checked = check_and_inspect(file, &zip_options, &mut contents).map_err(&failed)?;
    let mut findings: Vec<Finding> = checked.findings.into_iter().map(of_the_file).collect();
    findings.extend(checked.entries.iter().filter_map(|entry| contents.wrong_rows(entry)).map(of_the_file));
    findings.extend(contents.findings);
    Ok(findings)
}

/// A gzip stream; what it holds is not looked at.
pub(super) fn gzip(path: &Path) -> Result<Vec<Finding>> {
    let failed = failed(path);
    let file = BufReader::new(File::open(path).map_err(&failed)?);
    let findings = exporter_package::check::check_gzip(file).map_err(&failed)?;
    Ok(findings.into_iter().map(of_the_file).collect())
}

/// A folder, by its manifest, and the files in it.
pub(super) fn folder(path: &Path) -> Result<Vec<Finding>> {
    let mut contents = Contents::in_folder(path.to_owned());
    let options = exporter_package::check::CheckOptions::default();
    let checked = check_folder(path, &options, &mut contents).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            Error::not_found(format!(
                "the folder {} has no {MANIFEST}, by which it is checked",
                path.display()
            ))
            .hint("export it with --manifest, or check its files one by one")
        } else {
            failed(path)(source)
        }
    })?;
    let wrong_rows = checked.entries.iter().filter_map(|entry| contents.wrong_rows(entry));
    let findings = checked.findings.into_iter().chain(wrong_rows);
    let of_an_entry = |found: exporter_package::check::Finding| Finding {
        rule: found.rule.code().to_owned(),
        entry: found.entry,
        offset: None,
        message: found.message,
        consequence: None,
    };
    let mut findings: Vec<Finding> = findings.map(of_an_entry).collect();
    findings.extend(contents.findings);
    Ok(findings)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::io(format!("cannot check {}", path.display()), source)
}

pub(super) fn of_the_file(found: exporter_package::check::Finding) -> Finding {
    let about = found.entry.map(|entry| format!("{entry:?}: ")).unwrap_or_default();
    let locked = found.rule == Rule::Password;
    Finding {
        rule: found.rule.code().to_owned(),
        entry: None,
        offset: Some(found.offset),
        message: format!("{about}{}", found.message),
        consequence: locked.then(|| "the right password opens what is inside for the check".to_owned()),
    }
}
