//! A file of DHIS2, unpacked, and what it holds.

use std::fmt;
use std::io::BufReader;
use std::path::Path;

use exporter_core::source::Cursor;
use exporter_core::{Container as _, Context, Error, Result, Source};
use exporter_dxf2::data_values::Form;
use exporter_dxf2::{Fault, Piece, Pieces};
use exporter_package::input::{GzipInput, ZipInput};
use serde::Serialize;

use crate::input::source_of;

/// Bytes of a value at the beginning of a document that are looked at.
const MOST: usize = 64 << 20;
/// Archives in archives that are opened.
const DEEPEST: usize = 2;
/// Bytes by which a file is recognised.
const HEAD: usize = 4096;

/// What a file of DHIS2 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExchangeKind {
    /// Objects of all types.
    Metadata,
    /// Aggregate data values.
    DataValues,
    /// Events, enrolments and tracked entities.
    Tracker,
    /// Features with geometries.
    Geometry,
}

impl fmt::Display for ExchangeKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Metadata => "metadata",
            Self::DataValues => "data values",
            Self::Tracker => "events and tracked entities",
            Self::Geometry => "geometry",
        })
    }
}

/// A file of DHIS2.
#[derive(Debug)]
pub struct ExchangeFile {
    source: Source<'static>,
    kind: ExchangeKind,
    form: Form,
}

impl ExchangeFile {
    /// Opens a file, also one in a gzip stream or a zip, of which the first JSON, XML or CSV counts.
    ///
    /// # Errors
    /// There is no such file, it cannot be read or unpacked, or is no file of DHIS2.
    pub fn open(path: &Path, context: &Context) -> Result<Self> {
        let mut source = source_of(path, context)?;
        for _ in 0..DEEPEST {
            let head = source.head(4)?;
            let files = match head.as_slice() {
                [0x1F, 0x8B, ..] => GzipInput::files(&source, None, context)?,
                [b'P', b'K', 3 | 5, _] => ZipInput::files(&source, None, context)?,
                _ => break,
            };
            let paths = files.paths(context)?;
            let is_named = |path: &&String| {
                let name = path.to_ascii_lowercase();
                [".json", ".xml", ".csv"].iter().any(|extension| name.ends_with(extension))
            };
            let chosen = paths.iter().find(is_named).or(paths.iter().find(|path| !path.ends_with('/')));
            let chosen = chosen.ok_or_else(|| {
                Error::invalid(format!("there is no file in the archive {}", path.display()))
            })?;
            let bytes = files.open(chosen, context)?.ok_or_else(|| {
                Error::invalid(format!("{chosen} cannot be taken out of {}", path.display()))
            })?;
            source = Source::new(format!("{}/{chosen}", path.display()), bytes);
        }
        let (kind, form) = recognised(&source)?;
        Ok(Self { source, kind, form })
    }

    /// What it holds.
    pub fn kind(&self) -> ExchangeKind {
        self.kind
    }

    /// Its form.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its bytes from the beginning.
    pub fn reader(&self) -> BufReader<Cursor> {
        BufReader::with_capacity(256 << 10, self.source.cursor())
    }

    /// An error of reading it, with its name.
    pub(super) fn error(&self, fault: Fault) -> Error {
        let name = self.source.file_name();
        match fault.source {
            Some(source) => Error::io(format!("cannot read {name} at {}", fault.position), source),
            None => Error::invalid(format!("{name}: {fault}")),
        }
    }
}

fn recognised(source: &Source<'_>) -> Result<(ExchangeKind, Form)> {
    let head = source.head(HEAD)?;
    let text = String::from_utf8_lossy(&head);
    let form = Form::of(&head);
    let none = |what: &str| {
        Error::unsupported(format!("{} is no file of DHIS2: {what}", source.file_name())).with_hint(
            "give metadata or data values of DHIS2 as JSON, XML or CSV, plain, as gzip or in a zip",
        )
    };
    let kind = match form {
        Form::Adx => ExchangeKind::DataValues,
        Form::Csv => {
            let header = text.lines().next().unwrap_or_default().to_ascii_lowercase();
            let has = |name: &str| header.split(',').any(|column| column.trim().trim_matches('"') == name);
            match (has("dataelement"), has("event") || has("trackedentity")) {
                (_, true) => ExchangeKind::Tracker,
                (true, false) => ExchangeKind::DataValues,
                (false, false) => {
                    return Err(none("its first line names no columns of data values or events"));
                }
            }
        }
        Form::Xml => {
            let is_start = |part: &&str| part.starts_with(|one: char| one.is_alphabetic());
            let root = text.split('<').skip(1).find(is_start).unwrap_or_default();
            let root = root.split(|one: char| one.is_whitespace() || matches!(one, '>' | '/')).next();
            match root.unwrap_or_default().rsplit(':').next().unwrap_or_default() {
                "metadata" | "metaData" | "dxf" => ExchangeKind::Metadata,
                "dataValueSet" => ExchangeKind::DataValues,
                "events" | "event" | "trackedEntityInstances" | "enrollments" => ExchangeKind::Tracker,
                "FeatureCollection" => ExchangeKind::Geometry,
                root => return Err(none(&format!("its root is <{root}>"))),
            }
        }
        _ => of_json(source, &none)?,
    };
    Ok((kind, form))
}

/// What JSON holds, by the names at its root.
fn of_json(source: &Source<'_>, none: &dyn Fn(&str) -> Error) -> Result<ExchangeKind> {
    let mut pieces = Pieces::new(BufReader::new(source.cursor()), MOST);
    let mut buffer = Vec::new();
    let mut kind = None;
    loop {
        let name = match pieces.next(&mut buffer) {
            Ok(Some(Piece::Begin(None))) => return Err(none("it is a list")),
            Ok(Some(Piece::Begin(Some(name)) | Piece::Property(name))) => name,
            Ok(Some(_)) => continue,
            // Damage is told by what reads all of it.
            Ok(None) | Err(_) => break,
        };
        kind = match name.as_str() {
            "dataValues" => Some(ExchangeKind::DataValues),
            "events" | "enrollments" | "trackedEntities" | "trackedEntityInstances" | "instances" => {
                Some(ExchangeKind::Tracker)
            }
            "features" => Some(ExchangeKind::Geometry),
            name if exporter_dxf2::metadata::type_of(name).is_some() => Some(ExchangeKind::Metadata),
            _ => continue,
        };
        break;
    }
    Ok(kind.unwrap_or(ExchangeKind::Metadata))
}
