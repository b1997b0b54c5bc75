//! Zip archives unpacked into a folder.

use std::fs;
use std::io::copy;
use std::path::Path;

use exporter_core::source::Cursor;
use exporter_core::{Context, Registry, Source};

/// Unpacks every entry of an archive that names no folder.
pub(crate) fn unpack(archive: &Path, into: &Path) {
    let (registry, context) = (exporter_package::register(Registry::new()), Context::default());
    let files = registry.contents(&Source::open(archive, &context).unwrap(), None, &context).unwrap();
    let files = files.unwrap_or_else(|| panic!("{} is no archive", archive.display()));
    let paths = files.paths(&context).unwrap();
    assert!(!paths.is_empty(), "{} is empty", archive.display());
    for path in paths.iter().filter(|path| !path.contains('/')) {
        let bytes = files.open(path, &context).unwrap().unwrap();
        copy(&mut Cursor::new(bytes), &mut fs::File::create(into.join(path)).unwrap()).unwrap();
    }
}
