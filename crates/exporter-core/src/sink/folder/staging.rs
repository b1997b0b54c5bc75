//! The hidden folder in which an export grows before it becomes visible.
//!
//! It stands where renaming to the target is atomic and has a lock file beside it: the operating system frees the
//! lock when a process dies, and the next export that stages there sweeps what was left. Names are never used twice,
//! and whoever holds the lock first makes sure that the locked file is still the one of that name; so a sweep never
//! meets a folder that is just being made.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Every staging folder and lock file begins so.
const PREFIX: &str = ".exporter-";
const FOLDER: &str = ".partial";
const LOCK: &str = ".lock";
/// Below the staging folder: entries, and originals that are being replaced.
const ENTRIES: &str = "entries";
const REPLACED: &str = "replaced";

/// Whether a file or folder of this name belongs to an export under way (or to one that died).
pub(super) fn is_staging(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with(PREFIX) && (name.ends_with(FOLDER) || name.ends_with(LOCK)))
}

#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    entries: PathBuf,
    replaced: PathBuf,
    lock_path: PathBuf,
    /// Held while the export lives.
    _lock: File,
    /// Folders above the target that were made for it, outermost first; removed again when nothing is published.
    made: Vec<PathBuf>,
}

impl Staging {
    /// Makes a staging folder beside a target, with the folders above it.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let made: Vec<PathBuf> = parent
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        fs::create_dir_all(parent).map_err(|source| {
            let error = Error::io(format!("cannot make the folder {}", parent.display()), source);
            let file = parent.ancestors().find(|place| place.is_file());
            file.into_iter()
                .fold(error, |error, file| error.with_hint(format!("{} is a file", file.display())))
        })?;
        Self::within(parent, made.into_iter().rev().collect())
    }

    /// Makes a staging folder inside a target folder that exists.
    pub(super) fn inside(target: &Path) -> Result<Self> {
        Self::within(target, Vec::new())
    }

    fn within(parent: &Path, made: Vec<PathBuf>) -> Result<Self> {
        let failed = |source| Error::io(format!("cannot write in {}", parent.display()), source);
        sweep(parent);
        for attempt in 0..100u64 {
            let unique = RandomState::new().hash_one(attempt);
            let stem = parent.join(format!("{PREFIX}{}-{unique:016x}", std::process::id()));
            let lock_path = with_suffix(&stem, LOCK);
            let lock = match File::options().write(true).create_new(true).open(&lock_path) {
                Ok(lock) => lock,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(error)),
            };
            // A sweeper may have the lock, if only for a moment, and take the file away with it.
            lock.lock().map_err(failed)?;
            if !is_file_at(&lock, &lock_path) {
                continue;
            }
            let folder = with_suffix(&stem, FOLDER);
            let staging = Self {
                entries: folder.join(ENTRIES),
                replaced: folder.join(REPLACED),
                folder,
                lock_path,
                _lock: lock,
                made,
            };
            // Dropped on failure, it removes what there is of it.
            fs::create_dir(&staging.folder)
                .and_then(|()| fs::create_dir(&staging.entries))
                .map_err(failed)?;
            return Ok(staging);
        }
        Err(Error::new(ErrorKind::Io, format!("no free staging folder in {}", parent.display())))
    }

    /// Where entries grow.
    pub(super) fn entries(&self) -> &Path {
        &self.entries
    }

    /// Where originals are kept while they are replaced; made when needed.
    pub(super) fn replaced(&self) -> &Path {
        &self.replaced
    }

    /// Everything is visible: the folders above stay.
    pub(super) fn published(mut self) {
        self.made.clear();
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what cannot be removed now is swept by the next export.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
        for folder in self.made.iter().rev() {
            // Stays when somebody else uses it by now.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn with_suffix(stem: &Path, suffix: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether an open file is still the one that its path names.
#[cfg(unix)]
fn is_file_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Names are not used twice, so a file of that name is the same.
#[cfg(not(unix))]
fn is_file_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Removes staging folders whose process is gone: its lock can be taken.
fn sweep(parent: &Path) {
    let Ok(content) = fs::read_dir(parent) else { return };
    for item in content.flatten() {
        let name = item.file_name();
        let Some(stem) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(LOCK)) else {
            continue;
        };
        let lock_path = item.path();
        let Ok(lock) = File::options().write(true).open(&lock_path) else { continue };
        // A lock that cannot be taken belongs to an export that lives.
        if lock.try_lock().is_ok() && is_file_at(&lock, &lock_path) {
            let _ = fs::remove_dir_all(parent.join(format!("{PREFIX}{stem}{FOLDER}")));
            let _ = fs::remove_file(&lock_path);
        }
    }
}
