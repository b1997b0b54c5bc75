//! Sets of named files: a folder, the entries of an archive, memory.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use super::{MemoryBytes, ReadAt};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

/// A read-only set of named files. Paths have their parts joined by `/` and never lead out of the set.
///
/// ```
/// use std::sync::Arc;
/// use exporter_core::source::{Files, MemoryFiles};
/// use exporter_core::{Context, Source};
///
/// let context = Context::default();
/// let files = MemoryFiles::new([("data/people.csv", "id\n1\n"), ("data/people.dct", "id: a number")]);
/// let upload = Source::files("upload", Arc::new(files));
/// let people = upload.entry("data/people.csv", &context)?.ok_or_else(|| "no file")?;
/// let beside = people.beside("people.dct", &context)?.ok_or_else(|| "no file")?;
/// assert_eq!((people.name.as_str(), beside.bytes.len()), ("upload/data/people.csv", 12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Files: Send + Sync + Debug {
    /// The paths of all files, ascending.
    ///
    /// # Errors
    /// When the set cannot be listed, or there are more files than anybody means to open.
    fn paths(&self, context: &Context) -> Result<Vec<String>>;

    /// The bytes of a file; `None` when there is none of this path.
    ///
    /// # Errors
    /// When they cannot be had, or the path would lead out of the set.
    fn open(&self, path: &str, context: &Context) -> Result<Option<Arc<dyn ReadAt>>>;

    /// The first bytes of a file, at most `count`, as cheaply as the set can give them.
    ///
    /// # Errors
    /// As [`Files::open`].
    fn head(&self, path: &str, count: usize, context: &Context) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = self.open(path, context)? else { return Ok(None) };
        head_of(&*bytes, count).map(Some).map_err(|source| Error::io(format!("cannot read {path}"), source))
    }

    /// The path of the only file that is called so but for capitals, as systems that know no capitals find it.
    ///
    /// # Errors
    /// When the operation was cancelled; where the files cannot be listed, there is none.
    fn in_any_case(&self, path: &str, context: &Context) -> Result<Option<String>> {
        let paths = match self.paths(context) {
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            paths => paths.unwrap_or_default(),
        };
        Ok(only_alike(paths, path))
    }

    /// Whether it is an archive: archives in archives are opened one level deep and no further.
    fn is_archive(&self) -> bool {
        true
    }
}

/// The only one of these names that is the wanted one but for capitals.
pub(super) fn only_alike(names: impl IntoIterator<Item = String>, wanted: &str) -> Option<String> {
    let wanted = wanted.to_lowercase();
    let mut alike = names.into_iter().filter(|name| name.to_lowercase() == wanted);
    alike.next().filter(|_| alike.next().is_none())
}

/// The first bytes, at most `count`.
pub(crate) fn head_of(bytes: &dyn ReadAt, count: usize) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0; count];
    let read = bytes.fill_at(0, &mut head)?;
    head.truncate(read);
    Ok(head)
}

/// The path of a file that another file of a set names: `path` taken from the folder of `of`.
///
/// # Errors
/// [`crate::ErrorKind::Invalid`] when it would lead out of that folder.
pub(super) fn path_beside(of: &str, path: &str) -> Result<String> {
    let leads_out = path.is_empty()
        || path.starts_with('/')
        || path.contains(['\\', '\0'])
        || (cfg!(windows) && path.contains(':'))
        || path.split('/').any(|part| part == "..");
    if leads_out {
        return Err(Error::invalid(format!("the path {path:?} leads out of its folder")));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let path = parts.join("/");
    Ok(match of.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{path}"),
        None => path,
    })
}

/// The path in a set that a file of it means by `path`, which is taken from the folder of `of` and may lead up within the set; one
/// that begins with `/` is taken from the set itself. `None` where it would lead out of the set.
///
/// ```
/// use exporter_core::source::path_among;
/// assert_eq!(path_among("meta/study.xml", "../data/x.csv").as_deref(), Some("data/x.csv"));
/// assert_eq!(path_among("meta/study.xml", "../../x.csv"), None);
/// ```
pub fn path_among(of: &str, path: &str) -> Option<String> {
    if path.contains(['\\', '\0']) || (cfg!(windows) && path.contains(':')) {
        return None;
    }
    let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = if path.starts_with('/') { "" } else { folder };
    let mut parts = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(BTreeMap<String, Arc<dyn ReadAt>>);

impl MemoryFiles {
    /// Files by path.
    pub fn new<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Self
    where
        P: Into<String>,
        B: AsRef<[u8]> + Send + Sync + 'static,
    {
        let file = |(path, bytes): (P, B)| -> (String, Arc<dyn ReadAt>) {
            (path.into(), Arc::new(MemoryBytes::new(bytes)))
        };
        Self(files.into_iter().map(file).collect())
    }
}

impl Files for MemoryFiles {
    fn paths(&self, _: &Context) -> Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, path: &str, _: &Context) -> Result<Option<Arc<dyn ReadAt>>> {
        Ok(self.0.get(path).cloned())
    }

    fn is_archive(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{path_among, path_beside};

    #[test]
    fn paths_lead_up_as_far_as_the_set_goes() {
        for (of, path, found) in [
            ("meta/study.xml", "../data/x.csv", Some("data/x.csv")),
            ("a/b/study.xml", "../../x.csv", Some("x.csv")),
            ("a/study.xml", "./x//y.csv", Some("a/x/y.csv")),
            ("a/study.xml", "/data/x.csv", Some("data/x.csv")),
            ("a/study.xml", "../../x.csv", None),
            ("study.xml", "../x.csv", None),
            ("study.xml", "a/../../a/x.csv", None),
            ("a/study.xml", "..", None),
            ("a/study.xml", "..\\x.csv", None),
        ] {
            assert_eq!(path_among(of, path).as_deref(), found, "{of} {path}");
        }
    }

    #[test]
    fn paths_are_taken_from_the_folder_of_the_file_that_names_them() {
        for (of, path, found) in [
            ("study.toml", "x.csv", "x.csv"),
            ("a/study.toml", "x.csv", "a/x.csv"),
            ("a/b/study.toml", "./data//x.csv", "a/b/data/x.csv"),
        ] {
            assert_eq!(path_beside(of, path).unwrap(), found);
        }
        for path in ["../x.csv", "a/../../x", "/etc/passwd", "", "a\\..\\x", "a\0b"] {
            let error = path_beside("a/study.toml", path).unwrap_err();
            assert!(error.message().contains("leads out"), "{path}");
        }
    }
}
