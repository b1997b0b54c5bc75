//! Zips and gzip streams of this program, and what is inside zips.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use exporter_core::sink::temp_file;
use exporter_core::{Error, Result};
use exporter_package::check::{CheckedEntry, Inspect, check_and_inspect};

use super::{CheckOptions, Finding};
use crate::study::{STUDY_FILE_BYTES, StudyFile};

/// Largest entry that is unpacked to be checked by its own rules: the disk is not an attacker's.
#[cfg(any(feature = "dta", feature = "parquet"))]
const UNPACKED_BYTES: u64 = 16 << 30;

pub(super) fn check(path: &Path, options: &CheckOptions) -> Result<Vec<Finding>> {
    let failed = |source| Error::io(format!("cannot check {}", path.display()), source);
    let mut zip_options = exporter_package::check::CheckOptions::default();
    zip_options.password.clone_from(&options.password);
    let mut inside = Inside {
        temp: options.temp.clone().unwrap_or_else(std::env::temp_dir),
        open: None,
        findings: Vec::new(),
        rows: HashMap::new(),
    };
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let checked = check_and_inspect(file, &zip_options, &mut inside).map_err(failed)?;
    let mut findings: Vec<Finding> = checked.findings.into_iter().map(of_the_zip).collect();
    findings.extend(checked.entries.iter().filter_map(|entry| wrong_rows(entry, &inside.rows)));
    findings.extend(inside.findings);
    Ok(findings)
}

pub(super) fn check_gzip(path: &Path) -> Result<Vec<Finding>> {
    let failed = |source| Error::io(format!("cannot check {}", path.display()), source);
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let findings = exporter_package::check::check_gzip(file).map_err(failed)?;
    Ok(findings.into_iter().map(of_the_zip).collect())
}

fn of_the_zip(found: exporter_package::check::Finding) -> Finding {
    let about = found.entry.map(|entry| format!("{entry:?}: ")).unwrap_or_default();
    let locked = found.rule == exporter_package::check::Rule::Password;
    Finding {
        rule: found.rule.code().to_owned(),
        entry: None,
        offset: Some(found.offset),
        message: format!("{about}{}", found.message),
        consequence: locked.then(|| "the right password opens what is inside for the check".to_owned()),
    }
}

/// Rows that an entry says of itself against those of the manifest.
fn wrong_rows(entry: &CheckedEntry, rows: &HashMap<String, u64>) -> Option<Finding> {
    let (claimed, found) = (entry.rows?, *rows.get(&entry.path)?);
    (claimed != found).then(|| Finding {
        rule: exporter_package::check::Rule::Manifest.code().to_owned(),
        entry: None,
        offset: Some(entry.offset),
        message: format!("{:?}: the manifest says {claimed} rows, it has {found}", entry.path),
        consequence: None,
    })
}

/// Checks entries by their own rules while the archive is unpacked.
struct Inside {
    temp: PathBuf,
    /// The entry that is being unpacked.
    open: Option<Open>,
    findings: Vec<Finding>,
    /// Rows that entries say of themselves.
    rows: HashMap<String, u64>,
}

struct Open {
    path: String,
    kind: Kind,
    /// Without a name, so that nothing is left of what was encrypted.
    file: File,
}

#[derive(Clone, Copy)]
enum Kind {
    Codebook,
    #[cfg(feature = "dta")]
    Stata,
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let path = path.to_lowercase();
        match path.rsplit_once('.')?.1 {
            "json" if path.ends_with(".codebook.json") => Some(Self::Codebook),
            #[cfg(feature = "dta")]
            "dta" => Some(Self::Stata),
            #[cfg(feature = "parquet")]
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    fn at_most(self) -> u64 {
        match self {
            Self::Codebook => STUDY_FILE_BYTES,
            #[cfg(any(feature = "dta", feature = "parquet"))]
            _ => UNPACKED_BYTES,
        }
    }
}

impl Inspect for Inside {
    fn begin(&mut self, path: &str, bytes: u64) -> io::Result<bool> {
        let Some(kind) = Kind::of(path) else { return Ok(false) };
        if bytes > kind.at_most() {
            let message =
                format!("{bytes} bytes are more than are unpacked for a check of its own: unpack it first");
            self.findings.push(finding(path, "limit", message));
            return Ok(false);
        }
        self.open = Some(Open { path: path.to_owned(), kind, file: temp_file(&self.temp)? });
        Ok(true)
    }

    fn bytes(&mut self, data: &[u8]) -> io::Result<()> {
        match &mut self.open {
            Some(open) => open.file.write_all(data),
            None => Ok(()),
        }
    }

    fn end(&mut self, sound: bool) -> io::Result<()> {
        let Some(Open { path, kind, mut file }) = self.open.take().filter(|_| sound) else { return Ok(()) };
        file.rewind()?;
        let found = match kind {
            Kind::Codebook => codebook(file),
            #[cfg(feature = "dta")]
            Kind::Stata => self.stata(&path, file),
            #[cfg(feature = "parquet")]
            Kind::Parquet => self.parquet(&path, file),
        };
        match found {
            Ok(found) => self
                .findings
                .extend(found.into_iter().map(|found| Finding { entry: Some(path.clone()), ..found })),
            Err(error) => self.findings.push(finding(&path, "unreadable", error.to_string())),
        }
        Ok(())
    }
}

impl Inside {
    #[cfg(feature = "dta")]
    fn stata(&mut self, path: &str, file: File) -> Result<Vec<Finding>> {
        let again = file.try_clone()?;
        let findings = super::stata(file)?;
        if findings.is_empty()
            && let Ok(reader) = exporter_dta::reader::DtaReader::open(BufReader::new(again))
        {
            self.rows.insert(path.to_owned(), reader.dictionary().rows);
        }
        Ok(findings)
    }

    #[cfg(feature = "parquet")]
    fn parquet(&mut self, path: &str, file: File) -> Result<Vec<Finding>> {
        use exporter_core::{Dataset as _, TableId};
        let options = exporter_parquet::ReadOptions::default();
        let dataset = exporter_parquet::ParquetDataset::from_file(file, path, &options)?;
        if let Some(rows) = dataset.rows(TableId(0)) {
            self.rows.insert(path.to_owned(), rows);
        }
        Ok(Vec::new())
    }
}

fn codebook(mut file: File) -> Result<Vec<Finding>> {
    let mut text = String::new();
    io::Read::read_to_string(&mut file, &mut text)?;
    StudyFile::from_json(&text).map(|study| super::problems(&study))
}

fn finding(entry: &str, rule: &str, message: String) -> Finding {
    Finding { rule: rule.to_owned(), entry: Some(entry.to_owned()), offset: None, message, consequence: None }
}
