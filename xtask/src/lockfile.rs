//! A rule over `Cargo.lock`: crates whose types cross our interfaces exist once.

use std::path::Path;

/// Two versions of any of these would mean two incompatible kinds of record batch.
const SINGLE: &[&str] = &["arrow-array", "arrow-schema", "parquet"];

/// Checks that no crate of the list is locked in two versions.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let path = root.join("Cargo.lock");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    for name in SINGLE {
        match versions(&text, name).as_slice() {
            [version] => println!("{name} {version}: one version"),
            [] => return Err(format!("{name} is not in Cargo.lock")),
            several => return Err(format!("{name} is locked in several versions: {}", several.join(", "))),
        }
    }
    Ok(())
}

fn versions<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        if line == wanted {
            let version = lines.next().and_then(|line| line.strip_prefix("version = \""));
            versions.extend(version.map(|version| version.trim_end_matches('"')));
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::versions;

    #[test]
    fn every_locked_version_is_found() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.1.0\"\n\n\
                    [[package]]\nname = \"ab\"\nversion = \"3.0.0\"\ndependencies = [\n \"a 1.0.0\",\n]\n";
        assert_eq!(versions(lock, "a"), ["1.0.0", "2.1.0"]);
        assert_eq!(versions(lock, "ab"), ["3.0.0"]);
        assert!(versions(lock, "b").is_empty());
    }
}
