//! The variables that a dataset will be asked for.

use std::collections::BTreeSet;

use crate::codebook::Table;
use crate::error::{Error, Result};

/// The variables that a dataset will be asked for, by their names in its codebook: all of them, unless they are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked(Option<BTreeSet<String>>);

impl Asked {
    /// Every variable.
    pub fn all() -> Self {
        Self(None)
    }

    /// Only variables of these names, in whatever table.
    pub fn only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(Some(names.into_iter().map(Into::into).collect()))
    }

    /// These names as well.
    #[must_use]
    pub fn and<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        if let Some(known) = &mut self.0 {
            known.extend(names.into_iter().map(Into::into));
        }
        self
    }

    /// Whether every variable is asked for, whatever its name.
    pub fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether variables of this name are asked for.
    pub fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Refuses columns of a table that are not asked for: a format that did not look at their values cannot vouch for what
    /// it says of them.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] with the first such variable.
    pub fn check(&self, table: &Table, columns: &[usize]) -> Result<()> {
        let mut variables = columns.iter().filter_map(|column| table.variables.get(*column));
        match variables.find(|variable| !self.has(&variable.name)) {
            Some(variable) => Err(Error::invalid("the variable was not asked for when the file was opened")
                .table(&table.name)
                .variable(&variable.name)
                .hint("name it among the variables of the source, or name none")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Kind, Variable};

    #[test]
    fn only_named_variables_may_be_scanned() {
        let table = Table::new("t", vec![Variable::new("a", Kind::Text), Variable::new("b", Kind::Text)]);
        let asked = Asked::only(["a", "nobody"]);
        assert!(asked.check(&table, &[0]).is_ok() && asked.check(&table, &[]).is_ok());
        let refused = asked.check(&table, &[0, 1]).unwrap_err();
        assert_eq!(refused.place().variable.as_deref(), Some("b"));
        assert!(asked.and(["b"]).check(&table, &[0, 1]).is_ok());
        assert_eq!((Asked::all().and(["a"]), Asked::default().has("b")), (Asked::all(), true));
    }
}
