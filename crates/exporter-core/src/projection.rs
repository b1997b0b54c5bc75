//! The variables for which a source is opened.

use std::collections::BTreeSet;

use crate::codebook::Table;
use crate::error::{Error, Result};

/// The variables for which a source is opened, by their names in its codebook: all of them, unless some are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection(Option<BTreeSet<String>>);

impl Projection {
    /// Every variable.
    pub fn all() -> Self {
        Self(None)
    }

    /// Only variables of these names, in whatever table.
    pub fn only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(Some(names.into_iter().map(Into::into).collect()))
    }

    /// Adds these names.
    #[must_use]
    pub fn and<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        if let Some(known) = &mut self.0 {
            known.extend(names.into_iter().map(Into::into));
        }
        self
    }

    /// Whether it holds every variable.
    pub fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it holds the variables of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Refuses columns of a table that are outside the projection: a format that did not read their values cannot describe
    /// them fully.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] with the first such variable.
    pub fn check(&self, table: &Table, columns: &[usize]) -> Result<()> {
        let mut variables = columns.iter().filter_map(|column| table.variables.get(*column));
        match variables.find(|variable| !self.has(&variable.name)) {
            Some(variable) => Err(Error::invalid("the variable is outside the projection of the source")
                .table(&table.name)
                .variable(&variable.name)
                .with_hint("add it to the projection, or open the source without one")),
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
        let projection = Projection::only(["a", "nobody"]);
        assert!(projection.check(&table, &[0]).is_ok() && projection.check(&table, &[]).is_ok());
        let refused = projection.check(&table, &[0, 1]).unwrap_err();
        assert_eq!(refused.place().variable.as_deref(), Some("b"));
        assert!(projection.and(["b"]).check(&table, &[0, 1]).is_ok());
        assert_eq!((Projection::all().and(["a"]), Projection::default().has("b")), (Projection::all(), true));
    }
}
