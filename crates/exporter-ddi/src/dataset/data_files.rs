//! The data file that a document names: as it is named, in the document's own folder, and compressed.

use exporter_core::{Context, ErrorKind, Input as _, Recognition, Result, Sample, Source};

use super::DdiInput;
use crate::mapping::tables::file_name;
use crate::reader::TableFile;

/// Extensions of data files that nothing but the program that made them reads.
const UNREADABLE: &str = ".nsdstat";
/// Extensions of delimited text, whose columns are found by name wherever a document says that they stand.
const DELIMITED: [&str; 3] = [".csv", ".tsv", ".tab"];

/// The first file that is there of those that a document names, unpacked.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn find(
    document: &Source<'_>,
    file: &TableFile,
    opened_by: &Source<'_>,
    context: &Context,
) -> Result<Option<Source<'static>>> {
    for path in paths(file) {
        let beside = match document.beside(&path, context) {
            // Paths that lead out of the folder are not followed.
            Err(error) if error.kind() == ErrorKind::Invalid => continue,
            beside => beside?,
        };
        let Some(beside) = beside.filter(|beside| beside.name != document.name) else { continue };
        let file = opened_by.unpacked(beside, context)?;
        // A document is no data of another.
        let head = file.head(Sample::BYTES)?;
        if DdiInput::recognise(&Sample::of(&head)) == Recognition::No {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Where the file of a table may be.
pub(super) fn paths(file: &TableFile) -> Vec<String> {
    file.names.iter().flat_map(|name| paths_of(name, !file.has_namesake)).collect()
}

/// Where a file of this name may be, beside the document, too, whatever folder is named.
pub(crate) fn paths_of(name: &str, is_beside: bool) -> Vec<String> {
    if name.to_lowercase().ends_with(UNREADABLE) {
        return Vec::new();
    }
    let last = file_name(name);
    let mut paths = vec![name.to_owned(), format!("{name}.gz"), last.to_owned(), format!("{last}.gz")];
    paths.dedup();
    if last == name || !is_beside {
        paths.truncate(2);
    }
    paths.retain(|path| !path.is_empty() && path != ".gz");
    paths
}

/// Whether the records of a file are of fixed columns: the document says where they stand, and the file is in no format
/// that finds them itself.
pub(crate) fn is_fixed(file: &TableFile, source: &Source<'_>, opened_by: &Source<'_>) -> bool {
    let name = source.name.to_lowercase();
    super::fixed::is_fixed(file)
        && !DELIMITED.iter().any(|extension| name.ends_with(extension))
        && opened_by.sure_format_of(source).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_where_they_are_named_or_beside_the_document() {
        assert_eq!(paths_of("cps.dat", true), ["cps.dat", "cps.dat.gz"]);
        assert_eq!(paths_of("data/a.csv", true), ["data/a.csv", "data/a.csv.gz", "a.csv", "a.csv.gz"]);
        assert_eq!(paths_of("C:\\x\\a.sav", true).last().unwrap(), "a.sav.gz");
        assert_eq!(paths_of("data/a.csv", false), ["data/a.csv", "data/a.csv.gz"]);
        assert_eq!(paths_of("survey.NSDstat", true), [""; 0]);
        assert_eq!(paths_of("data/", true), ["data/", "data/.gz"]);
    }
}
