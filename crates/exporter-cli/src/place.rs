//! Places that the command line names: paths of this machine; URLs are told from them.

use std::path::{MAIN_SEPARATOR, Path};

use exporter::{Error, Result};

/// Refuses to read from a URL: a path that begins like one is taken for one unless it is there.
///
/// # Errors
/// A usage error with what to do instead.
pub(crate) fn readable(path: &Path) -> Result<()> {
    let Some((scheme, name)) = url(path).filter(|_| !path.exists()) else { return Ok(()) };
    Err(Error::usage(format!("nothing here reads from {scheme}: {}", path.display()))
        .with_hint(format!("copy it to this machine first, and give {}", name.trim_end_matches('/'))))
}

/// Refuses to write to a URL; `typed` makes what to type instead of a name.
///
/// # Errors
/// A usage error with what to do instead.
pub(crate) fn writable(path: &Path, typed: impl FnOnce(&str) -> String) -> Result<()> {
    let Some((scheme, name)) = url(path) else { return Ok(()) };
    Err(Error::usage(format!("nothing here writes to {scheme}: {}", path.display()))
        .with_hint(format!("write to this machine, such as {}", typed(&name))))
}

/// Whether a path names what is there and neither a file nor a folder, such as a device or a pipe, or an open file of the
/// program, whatever this is.
pub(crate) fn is_special(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let is_standard = ["/dev/stdout", "/dev/stderr"].contains(&&*name);
    is_standard
        || is_open_file(&name)
        || path.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir())
}

/// Whether a path names an open file by its number, as `>(command)` of a shell does.
pub(crate) fn is_open_file(path: &str) -> bool {
    path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/")
}

/// Whether a path ends as names of folders do.
pub(crate) fn names_folder(path: &Path) -> bool {
    let name = path.as_os_str().to_string_lossy();
    name.ends_with('/') || name.ends_with(MAIN_SEPARATOR)
}

/// The scheme of a URL (RFC 3986 section 3.1) with `://`, and the last part of its path.
fn url(path: &Path) -> Option<(String, String)> {
    let text = path.to_str()?;
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let folder = if rest.ends_with('/') { "/" } else { "" };
    let last = rest.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty());
    is_scheme.then(|| (format!("{scheme}://"), format!("{}{folder}", last.unwrap_or("out"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        let url = |text: &str| url(Path::new(text));
        let some = |scheme: &str, name: &str| Some((scheme.to_owned(), name.to_owned()));
        assert_eq!(url("s3://bucket/x/"), some("s3://", "x/"));
        assert_eq!(url("https://example.org/a/b.csv"), some("https://", "b.csv"));
        assert_eq!(url("gs://"), some("gs://", "out"));
        for path in ["x.csv", "./s3://bucket", "a:b", "C:/x.csv", "-", "/a://b", "://x", "1s://x"] {
            assert_eq!(url(path), None, "{path}");
        }
        assert!(
            names_folder(Path::new("x/")) && !names_folder(Path::new("x")) && !names_folder(Path::new("-"))
        );
    }
}
