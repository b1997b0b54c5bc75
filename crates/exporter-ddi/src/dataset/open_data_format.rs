//! The Open Data Format: an archive of a document, its one data file, and a list that names both.

use exporter_core::{Context, Error, Result, Sample, Source};
use serde::Deserialize;

/// The list.
pub const LIST: &str = "odf-version.json";
/// The rows, where the list says nothing else.
pub const DATA: &str = "data.csv";
/// The document, likewise.
pub const METADATA: &str = "metadata.xml";
/// Bytes of a list at most.
const LIST_BYTES: usize = 64 << 10;

/// What the list says.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    files: ListedFiles,
}

#[derive(Deserialize)]
#[serde(default)]
struct ListedFiles {
    data: String,
    metadata: String,
}

impl Default for ListedFiles {
    fn default() -> Self {
        Self { data: DATA.to_owned(), metadata: METADATA.to_owned() }
    }
}

/// The document of an archive, and the file with its rows.
pub(crate) struct Package {
    pub(crate) document: Source<'static>,
    pub(crate) data: String,
}

/// Whether files are those of the Open Data Format.
pub(crate) fn is_package(sample: &Sample<'_>) -> bool {
    let has = |name: &str| sample.entries.iter().any(|entry| entry == name);
    // The first version had no list.
    has(LIST) || has(DATA) && has(METADATA)
}

/// Opens the document of an archive.
///
/// # Errors
/// When the list cannot be read, or names a document that is not there.
pub(crate) fn open(source: &Source<'_>, context: &Context) -> Result<Package> {
    let missing =
        |name: &str| Error::not_found(format!("the archive has no file {name}")).entry(&source.name);
    let Listed { files } = match source.entry(LIST, context)? {
        None => Listed { files: ListedFiles::default() },
        Some(list) => serde_json::from_slice(&list.head(LIST_BYTES)?).map_err(|problem| {
            Error::invalid(format!("the list of the Open Data Format cannot be read: {problem}"))
                .entry(&list.name)
        })?,
    };
    let document = source.entry(&files.metadata, context)?.ok_or_else(|| missing(&files.metadata))?;
    Ok(Package { document, data: files.data })
}
