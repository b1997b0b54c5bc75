//! From the staging folder to the target: all entries or none.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::FolderOptions;
use super::staging::Staging;
use crate::error::{Error, ErrorKind, Result};

/// Moves the entries to the target: as one rename when it does not exist, else one by one and back again when one of
/// them cannot be moved.
pub(super) fn folder(
    staging: Staging,
    target: &Path,
    entries: &[&str],
    options: FolderOptions,
) -> Result<()> {
    let failed = |source| Error::io(format!("cannot complete {}", target.display()), source);
    if target.is_dir() {
        let mut moves = Moves { staging: &staging, target, undo: Vec::new() };
        for entry in entries {
            if let Err(error) = moves.publish(entry, options.overwrite) {
                moves.roll_back();
                return Err(refused(&target.join(entry), error).entry(*entry));
            }
        }
    } else {
        remove_empty_folders(staging.entries());
        fs::rename(staging.entries(), target).map_err(|error| refused(target, error))?;
    }
    if options.sync {
        let folders: BTreeSet<&Path> =
            entries.iter().flat_map(|entry| Path::new(entry).ancestors().skip(1)).collect();
        folders
            .into_iter()
            .try_for_each(|below| sync_folder(&target.join(below)))
            .and_then(|()| sync_folder(target))
            .and_then(|()| sync_folder(target.parent().unwrap_or(target)))
            .map_err(failed)?;
    }
    staging.published();
    Ok(())
}

/// Entries that were given up leave their folders behind.
fn remove_empty_folders(folder: &Path) {
    for item in fs::read_dir(folder).into_iter().flatten().flatten() {
        if item.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty_folders(&item.path());
            // Only succeeds when it is empty.
            let _ = fs::remove_dir(item.path());
        }
    }
}

/// Moves the only entry to the target file.
pub(super) fn file(staging: Staging, name: &str, target: &Path, options: FolderOptions) -> Result<()> {
    let from = staging.entries().join(name);
    place(&from, target, options.overwrite).map_err(|error| refused(target, error))?;
    if options.sync {
        sync_folder(target.parent().unwrap_or(target))
            .map_err(|source| Error::io(format!("cannot complete {}", target.display()), source))?;
    }
    staging.published();
    Ok(())
}

/// Somebody else may have been there first.
fn refused(target: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            Error::new(ErrorKind::Exists, format!("{} exists", target.display()))
                .with_hint("choose another target or overwrite it")
                .with_source(error)
        }
        // A folder is not replaced by a file, nor a file by a folder.
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => {
            Error::new(ErrorKind::Exists, format!("{} exists", target.display()))
                .with_hint("choose another target")
                .with_source(error)
        }
        _ => Error::io(format!("cannot complete {}", target.display()), error),
    }
}

/// Gives a staged file its final name, in one step.
fn place(from: &Path, to: &Path, overwrite: bool) -> io::Result<()> {
    if overwrite {
        if let Ok(known) = fs::metadata(to) {
            // Who could not read the old file shall not read the new one.
            fs::set_permissions(from, known.permissions())?;
        }
        return fs::rename(from, to);
    }
    // A rename would replace what another process has put there in the meantime; a link does not.
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && fs::symlink_metadata(to).is_err() => {
            // A file system without links.
            fs::rename(from, to)
        }
        linked => linked,
    }
}

struct Moves<'a> {
    staging: &'a Staging,
    target: &'a Path,
    undo: Vec<Undo>,
}

enum Undo {
    RemoveFolder(PathBuf),
    RemoveFile(PathBuf),
    Restore { from: PathBuf, to: PathBuf },
}

impl Moves<'_> {
    fn publish(&mut self, entry: &str, overwrite: bool) -> io::Result<()> {
        let from = self.staging.entries().join(entry);
        let to = self.target.join(entry);
        self.make_folders(&to)?;
        match fs::symlink_metadata(&to) {
            Ok(known) if known.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(_) if overwrite => {
                let kept = self.staging.replaced().join(entry);
                if let Some(parent) = kept.parent() {
                    fs::create_dir_all(parent)?;
                }
                // A second name keeps the old file while the new one takes its place, so that the name is never
                // without a file; where there are no links, a copy does.
                if fs::hard_link(&to, &kept).is_err() {
                    fs::copy(&to, &kept)?;
                }
                place(&from, &to, true)?;
                self.undo.push(Undo::Restore { from: kept, to });
            }
            _ => {
                place(&from, &to, overwrite)?;
                self.undo.push(Undo::RemoveFile(to));
            }
        }
        Ok(())
    }

    fn make_folders(&mut self, to: &Path) -> io::Result<()> {
        let missing: Vec<&Path> =
            to.ancestors().skip(1).take_while(|folder| *folder != self.target && !folder.is_dir()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.undo.push(Undo::RemoveFolder(folder.to_owned()));
        }
        Ok(())
    }

    fn roll_back(self) {
        for step in self.undo.into_iter().rev() {
            // Nothing better can be done when undoing fails, too: the first error is the one to report.
            let _ = match step {
                Undo::RemoveFolder(folder) => fs::remove_dir(folder),
                Undo::RemoveFile(file) => fs::remove_file(file),
                Undo::Restore { from, to } => fs::rename(from, to),
            };
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Other systems have no way to wait for a folder.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
