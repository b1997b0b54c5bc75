//! The hidden folder in which an export grows before it becomes visible.
//!
//! It stands beside the target, so that renaming is atomic, and holds a lock file: the operating system frees
//! the lock when a process dies, and the next export that stages there sweeps what was left.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Every staging folder and lock file begins so.
const PREFIX: &str = ".exporter-";
const FOLDER: &str = ".partial";
const LOCK: &str = ".lock";

/// Name of the only entry of a file sink.
pub(super) const SINGLE: &str = "entry";

#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    lock_path: PathBuf,
    /// Held while the export lives.
    _lock: File,
}

impl Staging {
    /// Makes a staging folder beside the target.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let failed = |source| Error::io(format!("cannot write in {}", parent.display()), source);
        fs::create_dir_all(parent).map_err(failed)?;
        sweep(parent);
        for attempt in 0..1000u32 {
            let stem = parent.join(format!("{PREFIX}{}-{attempt}", std::process::id()));
            let lock_path = with_suffix(&stem, LOCK);
            let lock = match File::options().write(true).create_new(true).open(&lock_path) {
                Ok(lock) => lock,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(error)),
            };
            lock.lock().map_err(failed)?;
            let folder = with_suffix(&stem, FOLDER);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { folder, lock_path, _lock: lock }),
                Err(error) => {
                    // The lock file is ours; without it the folder of another process would be swept.
                    let _ = fs::remove_file(&lock_path);
                    if error.kind() != std::io::ErrorKind::AlreadyExists {
                        return Err(failed(error));
                    }
                }
            }
        }
        Err(Error::new(ErrorKind::Io, format!("no free staging folder in {}", parent.display())))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves the entries to the target: as one rename when the target does not exist yet.
    pub(super) fn publish(self, target: &Path, entries: &[&str], sync: bool) -> Result<()> {
        let failed = |source| Error::io(format!("cannot complete {}", target.display()), source);
        if target.exists() {
            for entry in entries {
                let to = target.join(entry);
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent).map_err(failed)?;
                }
                fs::rename(self.folder.join(entry), &to).map_err(failed)?;
            }
        } else {
            fs::rename(&self.folder, target).map_err(failed)?;
        }
        if sync {
            sync_folder(target)
                .and_then(|()| sync_folder(target.parent().unwrap_or(target)))
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Moves the only entry to the target file.
    pub(super) fn publish_single(self, target: &Path, sync: bool) -> Result<()> {
        let failed = |source| Error::io(format!("cannot complete {}", target.display()), source);
        let entry = self.folder.join(SINGLE);
        if !entry.exists() {
            return Ok(());
        }
        fs::rename(entry, target).map_err(failed)?;
        if sync {
            sync_folder(target.parent().unwrap_or(target)).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what cannot be removed now is swept by the next export.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn with_suffix(stem: &Path, suffix: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Other systems have no way to wait for a folder.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
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
        match lock.try_lock() {
            Ok(()) => {
                let _ = fs::remove_dir_all(parent.join(format!("{PREFIX}{stem}{FOLDER}")));
                let _ = fs::remove_file(&lock_path);
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}
