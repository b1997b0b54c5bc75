//! The data file that a document names: as it is named, in the document's own folder, and compressed.

use exporter_core::source::path_among;
use exporter_core::{Context, ErrorKind, Input as _, Recognition, Result, Sample, Source};

use super::DdiInput;
use crate::reader::TableFile;

/// Extensions of data files that nothing but the program that made them reads.
const UNREADABLE: &str = ".nsdstat";
/// Parts of a path that are looked for at most.
const MOST_FOLDERS: usize = 8;
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
    let paths = paths(file);
    // Other systems know no capitals; a name that is there as it stands goes first.
    let exact = paths.iter().map(|path| (path, true));
    for (path, is_exact) in exact.chain(paths.iter().map(|path| (path, false))) {
        let named = match is_exact {
            true => document.named(path, context),
            false => document.named_in_any_case(path, context),
        };
        let named = match named {
            // Links that lead out of the folder are not followed.
            Err(error) if error.kind() == ErrorKind::Invalid => continue,
            named => named?,
        };
        let Some(named) = named.filter(|named| named.name != document.name) else { continue };
        let file = opened_by.unpacked(named, context)?;
        // A document is no data of another.
        let head = file.head(Sample::BYTES)?;
        if DdiInput::recognise(&Sample::of(&head)) == Recognition::No {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// What of the stated names is not where the file was found: a path of the document's own folders. Those of another machine lead
/// nowhere here.
pub(super) fn named_elsewhere<'f>(file: &'f TableFile, found: &Source<'_>) -> Option<&'f str> {
    let found = found.name.to_lowercase();
    let is_elsewhere = |name: &&String| {
        let path = name.replace('\\', "/").to_lowercase();
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
        !path.starts_with('/') && !path.contains(":/") && !found.contains(&parts.join("/"))
    };
    match file.names.iter().all(|name| is_elsewhere(&name)) {
        true => file.names.first().map(String::as_str),
        false => None,
    }
}

/// Where the file of a table may be.
pub(super) fn paths(file: &TableFile) -> Vec<String> {
    file.names.iter().flat_map(|name| paths_of(name, !file.has_namesake)).collect()
}

/// Where a file of this name may be, from the document: where it is named, and, if it may be, in whatever of the named folders
/// there are, down to none; a path that leads up is only what it says. Of a place on another machine the folders are looked for from the top of the opened ones, too.
pub(crate) fn paths_of(name: &str, is_elsewhere: bool) -> Vec<String> {
    if name.to_lowercase().ends_with(UNREADABLE) {
        return Vec::new();
    }
    let name = name.replace('\\', "/");
    let is_absolute = name.starts_with('/') || name.contains(":/");
    let parts: Vec<&str> =
        name.split('/').filter(|part| !matches!(*part, "" | "." | "..") && !part.ends_with(':')).collect();
    let mut paths: Vec<String> = if is_absolute { Vec::new() } else { vec![name.clone()] };
    // Where a path of the document's own folders leads out of them, a file of the name elsewhere is another one.
    let leads_out = !is_absolute && path_among("document", &name).is_none();
    if leads_out {
        return vec![name.clone(), format!("{name}.gz")];
    }
    let whole = parts.len().saturating_sub(MOST_FOLDERS);
    let last = if is_elsewhere { parts.len() } else { parts.len().min(whole + usize::from(is_absolute)) };
    for at in whole..last {
        let below = parts.get(at..).unwrap_or_default().join("/");
        paths.extend(is_absolute.then(|| format!("/{below}")));
        paths.push(below);
    }
    paths.dedup();
    paths.retain(|path| !path.is_empty());
    paths.into_iter().flat_map(|path| [path.clone(), format!("{path}.gz")]).collect()
}

/// Whether the records of a file are of fixed columns: the document says where they stand, and the file is in no format
/// that finds them itself.
pub(crate) fn is_of_fixed_columns(file: &TableFile, source: &Source<'_>, opened_by: &Source<'_>) -> bool {
    let name = source.name.to_lowercase();
    super::fixed::states_characters(file)
        && !DELIMITED.iter().any(|extension| name.ends_with(extension))
        && opened_by.sure_format_of(source).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_where_they_are_named_or_beside_the_document() {
        assert_eq!(paths_of("cps.dat", true), ["cps.dat", "cps.dat.gz"]);
        let found = |name: &str, is_elsewhere| {
            let paths = paths_of(name, is_elsewhere);
            paths.into_iter().filter(|path| !path.ends_with(".gz")).collect::<Vec<_>>()
        };
        assert_eq!(found("data/a.csv", true), ["data/a.csv", "a.csv"]);
        assert_eq!(found("../data/a.csv", true), ["../data/a.csv"]);
        assert_eq!(found("data/../../a.csv", true), ["data/../../a.csv"]);
        assert_eq!(found("..\\a.csv", false), ["../a.csv"]);
        assert_eq!(found("C:\\x\\a.sav", true), ["/x/a.sav", "x/a.sav", "/a.sav", "a.sav"]);
        assert_eq!(found("https://x.org/a.csv", true), ["/x.org/a.csv", "x.org/a.csv", "/a.csv", "a.csv"]);
        assert_eq!(found("/x/a.csv", false), ["/x/a.csv", "x/a.csv"]);
        assert_eq!(found("data/a.csv", false), ["data/a.csv"]);
        assert_eq!(found("survey.NSDstat", true), [""; 0]);
    }
}
