//! Which paths of a sink are taken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::EntrySpec;
use crate::error::{Error, ErrorKind, Result};

/// The paths that entries of one sink have claimed, compared without case: `A.csv` and `a.csv` are one file on many
/// systems, and an entry cannot be the folder of another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    taken: Arc<Mutex<BTreeSet<String>>>,
}

/// A claimed path; free again when dropped, unless kept.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Claims,
    /// Empty once kept.
    path: Option<String>,
}

impl Claims {
    /// Checks a path and takes it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the path is refused, [`ErrorKind::Exists`] when it is taken.
    pub(crate) fn claim(&self, spec: &EntrySpec) -> Result<Claim> {
        spec.check_path()?;
        let path = spec.path.to_lowercase();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let clash = |message: &str| {
            Err(Error::new(ErrorKind::Exists, format!("{:?} {message}", spec.path))
                .entry(&spec.path)
                .with_hint("rename the table or the document"))
        };
        if taken.contains(&path) {
            return clash("is written twice (names that differ only in case are the same)");
        }
        let below = format!("{path}/");
        let is_folder = taken.range(below.clone()..).next().is_some_and(|other| other.starts_with(&below));
        let in_entry = path.match_indices('/').any(|(end, _)| taken.contains(&path[..end]));
        if is_folder || in_entry {
            return clash("would be a file and a folder");
        }
        taken.insert(path.clone());
        Ok(Claim { claims: self.clone(), path: Some(path) })
    }
}

impl Claim {
    /// Keeps the path taken for as long as the sink lives.
    pub(crate) fn keep(mut self) {
        self.path = None;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            self.claims.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_clash_without_case_and_as_folders() {
        let claims = Claims::default();
        let claim = |path: &str| claims.claim(&EntrySpec::new(path, "text/plain"));
        let held = claim("Data/Rows.csv").unwrap();
        for path in ["data/rows.csv", "data", "DATA/ROWS.CSV/x"] {
            assert_eq!(claim(path).unwrap_err().kind(), ErrorKind::Exists, "{path}");
        }
        claim("data/rows.csv2").unwrap().keep();
        claim("data2").unwrap().keep();
        drop(held);
        assert!(claim("data/rows.csv").is_ok());
        assert_eq!(claim("data/rows.CSV2").unwrap_err().kind(), ErrorKind::Exists);
    }
}
