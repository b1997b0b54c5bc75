//! What archives and folders hold: entries checked by their own rules, their rows counted.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use exporter_core::check::{Finding, Findings, unreadable};
use exporter_core::sink::temp_file;
use exporter_core::source::FileBytes;
use exporter_core::{Result, Source};
use exporter_package::check::{CheckedEntry, Inspect, rule};
#[cfg(feature = "tab")]
use exporter_tab::RecordCount;

use crate::study::{STUDY_FILE_BYTES, StudyFile};

/// Largest entry that is unpacked to be checked by its own rules: the disk is not an attacker's.
#[cfg(any(feature = "dta", feature = "parquet"))]
const UNPACKED_BYTES: u64 = 16 << 30;

/// Checks entries by their own rules as they go by.
pub(super) struct Contents {
    place: Place,
    /// The entry that goes by.
    open: Option<Open>,
    pub(super) findings: Findings,
    /// Rows that entries say of themselves.
    rows: HashMap<String, u64>,
    /// Records of delimited text, the header among them.
    records: HashMap<String, u64>,
}

/// Where entries can be read again.
enum Place {
    /// Nowhere: they are unpacked into files in this folder, without a name, so that nothing is left of what was
    /// encrypted.
    Temp(PathBuf),
    /// In this folder, under their paths.
    Folder(PathBuf),
}

struct Open {
    path: String,
    kind: Kind,
    way: Way,
}

/// How an entry is looked at.
enum Way {
    /// Its bytes are kept in a file.
    Kept(File),
    /// It is a file.
    There(FileBytes),
    /// Its records are counted.
    #[cfg(feature = "tab")]
    Counted(RecordCount),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Codebook,
    #[cfg(feature = "dta")]
    Stata,
    #[cfg(feature = "parquet")]
    Parquet,
    #[cfg(feature = "parquet")]
    Arrow,
    #[cfg(feature = "tab")]
    Delimited,
    Gzip,
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
            #[cfg(feature = "parquet")]
            "arrow" | "arrows" => Some(Self::Arrow),
            #[cfg(feature = "tab")]
            "csv" | "tab" => Some(Self::Delimited),
            "gz" => Some(Self::Gzip),
            _ => None,
        }
    }

    fn at_most(self) -> u64 {
        match self {
            Self::Codebook => STUDY_FILE_BYTES,
            #[cfg(any(feature = "dta", feature = "parquet"))]
            _ => UNPACKED_BYTES,
            #[cfg(not(any(feature = "dta", feature = "parquet")))]
            _ => u64::MAX,
        }
    }
}

impl Inspect for Contents {
    fn begin(&mut self, path: &str, bytes: u64) -> io::Result<bool> {
        let Some(kind) = Kind::of(path) else { return Ok(false) };
        let way = match &self.place {
            #[cfg(feature = "tab")]
            _ if kind == Kind::Delimited => Way::Counted(RecordCount::default()),
            // An archive is not packed once more.
            Place::Temp(_) if kind == Kind::Gzip => return Ok(false),
            Place::Temp(_) if bytes > kind.at_most() => {
                let message = format!(
                    "{bytes} bytes are more than are unpacked for a check of its own: unpack it first"
                );
                self.findings.add(Finding::new(rule::LIMIT, message).entry(path));
                return Ok(false);
            }
            Place::Temp(temp) => Way::Kept(temp_file(temp)?),
            Place::Folder(folder) => match FileBytes::open(folder.join(path)) {
                Ok(file) => Way::There(file),
                // Reading it for its checksum fails as well and says so.
                Err(_) => return Ok(false),
            },
        };
        self.open = Some(Open { path: path.to_owned(), kind, way });
        Ok(true)
    }

    fn bytes(&mut self, data: &[u8]) -> io::Result<()> {
        match self.open.as_mut().map(|open| &mut open.way) {
            Some(Way::Kept(file)) => file.write_all(data),
            #[cfg(feature = "tab")]
            Some(Way::Counted(count)) => {
                count.add(data);
                Ok(())
            }
            Some(Way::There(_)) | None => Ok(()),
        }
    }

    fn end(&mut self, sound: bool) -> io::Result<()> {
        let Some(Open { path, kind, way }) = self.open.take().filter(|_| sound) else { return Ok(()) };
        let bytes = match way {
            Way::Kept(file) => FileBytes::new(file)?,
            Way::There(bytes) => bytes,
            #[cfg(feature = "tab")]
            Way::Counted(count) => {
                self.records.insert(path, count.records());
                return Ok(());
            }
        };
        let source = Source::new(&path, Arc::new(bytes));
        match self.findings.inside(&path, |findings| look(kind, &source, findings)) {
            Ok(rows) => self.rows.extend(rows.map(|rows| (path, rows))),
            Err(error) => self.findings.add(unreadable(&error).entry(path)),
        }
        Ok(())
    }
}

impl Contents {
    /// Of an archive; entries that are read more than once are unpacked into `temp`.
    pub(super) fn unpacked(temp: PathBuf) -> Self {
        Self::new(Place::Temp(temp))
    }

    /// Of a folder.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self::new(Place::Folder(folder))
    }

    fn new(place: Place) -> Self {
        Self {
            place,
            open: None,
            findings: Findings::default(),
            rows: HashMap::new(),
            records: HashMap::new(),
        }
    }

    /// Rows that an entry has against those that the manifest claims.
    pub(super) fn wrong_rows(&self, entry: &CheckedEntry, archive: bool) -> Option<Finding> {
        let claimed = entry.rows.filter(|_| entry.sound)?;
        let lines = match entry.attributes.get("header").map(String::as_str) {
            Some("none") => Some(0),
            Some("names" | "labels") => Some(1),
            Some("both") => Some(2),
            _ => None,
        };
        let message = match (self.rows.get(&entry.path), self.records.get(&entry.path).zip(lines)) {
            (Some(found), _) if *found != claimed => {
                format!("the manifest says {claimed} rows, it has {found}")
            }
            (None, Some((records, lines))) if *records != claimed.saturating_add(lines) => {
                format!(
                    "the manifest says {claimed} rows below {lines} header lines, it has {records} records"
                )
            }
            _ => return None,
        };
        Some(match archive {
            true => Finding::new(rule::MANIFEST, format!("{:?}: {message}", entry.path)).offset(entry.offset),
            false => Finding::new(rule::MANIFEST, message).entry(&entry.path),
        })
    }
}

/// Checks an entry by its own rules; rows, where it says how many it has.
fn look(kind: Kind, source: &Source<'_>, findings: &mut Findings) -> Result<Option<u64>> {
    match kind {
        Kind::Codebook => codebook(source, findings),
        #[cfg(feature = "dta")]
        Kind::Stata => stata(source, findings),
        #[cfg(feature = "parquet")]
        Kind::Parquet => {
            let dataset = exporter_parquet::ParquetDataset::open(source, &Default::default())?;
            Ok(exporter_core::Dataset::rows(&dataset, exporter_core::TableId(0)))
        }
        #[cfg(feature = "parquet")]
        Kind::Arrow => {
            let dataset = exporter_parquet::ArrowDataset::open(source, &Default::default())?;
            Ok(exporter_core::Dataset::rows(&dataset, exporter_core::TableId(0)))
        }
        #[cfg(feature = "tab")]
        Kind::Delimited => Ok(None),
        Kind::Gzip => {
            findings.merge(exporter_package::check::check_gzip(io::BufReader::new(source.cursor()))?);
            Ok(None)
        }
    }
}

#[cfg(feature = "dta")]
fn stata(source: &Source<'_>, findings: &mut Findings) -> Result<Option<u64>> {
    let found = exporter_dta::check::check(Arc::clone(&source.bytes))?;
    let rows = match exporter_dta::reader::DtaReader::open(Arc::clone(&source.bytes)) {
        Ok(reader) if found.is_empty() => Some(reader.dictionary().rows),
        _ => None,
    };
    findings.merge(found);
    Ok(rows)
}

fn codebook(source: &Source<'_>, findings: &mut Findings) -> Result<Option<u64>> {
    let mut text = String::new();
    let read =
        io::Read::read_to_string(&mut io::Read::take(source.cursor(), STUDY_FILE_BYTES + 1), &mut text)?;
    if read as u64 > STUDY_FILE_BYTES {
        return Err(exporter_core::Error::limit(format!("a codebook of more than {STUDY_FILE_BYTES} bytes")));
    }
    StudyFile::from_json(&text)?
        .codebook
        .problems()
        .into_iter()
        .for_each(|problem| findings.add(problem.into()));
    Ok(None)
}
