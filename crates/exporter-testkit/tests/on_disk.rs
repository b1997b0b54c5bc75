//! What lies on the disk, and sinks that write there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{EntrySpec, Sink};

pub(crate) const OVERWRITE: fn() -> FolderOptions = || FolderOptions::default().overwrite(true);

/// Every file below a folder by path, hidden ones too.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for item in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{below}{}", item.file_name().to_string_lossy());
            if item.path().is_dir() {
                walk(&item.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read(item.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub(crate) fn put(sink: &dyn Sink, path: &str, bytes: &[u8]) {
    let mut entry = sink.create(&EntrySpec::new(path, "text/plain")).unwrap();
    entry.write_all(bytes).unwrap();
    entry.commit().unwrap();
}

pub(crate) fn folder_with(
    target: &Path,
    options: FolderOptions,
    entries: &[(&str, &str)],
) -> exporter_core::Result<()> {
    let sink = FolderSink::create(target, options)?;
    entries.iter().for_each(|(path, text)| put(&sink, path, text.as_bytes()));
    Box::new(sink).finish().map(drop)
}
