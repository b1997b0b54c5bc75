//! Variables whose values are texts of a fixed list, and whose numbers are only positions in it.

use std::collections::HashSet;

use super::{Codebook, Kind, Measure, Value, ValueLabels, Variable};

impl Codebook {
    /// The texts of a categorical variable in their order, in the default language, the value 1 being the first of them.
    ///
    /// None unless the labels are as [`Variable::with_categories`] makes them: a program may have relabelled the values since.
    ///
    /// ```
    /// use exporter_core::codebook::{Codebook, Kind, Table, Variable};
    ///
    /// let mut codebook = Codebook::new("s");
    /// let size = Variable::new("size", Kind::Text).with_categories(["low", "high"], true, &mut codebook.value_labels);
    /// assert_eq!(codebook.categories_of(&size).unwrap(), ["low", "high"]);
    /// ```
    pub fn categories_of(&self, variable: &Variable) -> Option<Vec<&str>> {
        let is_plain = matches!(variable.kind, Kind::Integer { .. }) && variable.missing.is_empty();
        let set = self.value_labels_of(variable).filter(|_| variable.categorical && is_plain)?;
        let language = self.language(None);
        let mut seen = HashSet::new();
        let texts = (1..).zip(&set.entries).map(|(position, entry)| {
            let text = entry.label.get(language);
            let is_its_own = entry.value == Value::Integer(position) && !text.is_empty() && seen.insert(text);
            is_its_own.then_some(text)
        });
        texts.collect()
    }
}

impl Variable {
    /// Makes it a categorical variable of these texts, whose set gets the variable's name, among `sets`.
    #[must_use]
    pub fn with_categories<T: Into<String>>(
        mut self,
        texts: impl IntoIterator<Item = T>,
        ordered: bool,
        sets: &mut std::collections::BTreeMap<String, ValueLabels>,
    ) -> Self {
        let labels = (1i64..).zip(texts);
        let labels = labels.fold(ValueLabels::new(), |set, (value, text)| set.with(value, text.into()));
        sets.insert(self.name.clone(), labels);
        self.labels = Some(self.name.clone());
        self.kind = Kind::Integer { bits: 32, signed: true };
        self.measure = Some(if ordered { Measure::Ordinal } else { Measure::Nominal });
        self.categorical = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::Missing;

    #[test]
    fn only_positions_and_texts_of_their_own_are_categories() {
        let mut codebook = Codebook::new("s");
        let sound =
            Variable::new("x", Kind::Text).with_categories(["a", "b"], false, &mut codebook.value_labels);
        assert_eq!(codebook.categories_of(&sound).unwrap(), ["a", "b"]);
        assert_eq!(codebook.categories_of(&Variable { categorical: false, ..sound.clone() }), None);
        assert_eq!(codebook.categories_of(&sound.clone().with_missing(Missing::value(2))), None);
        let relabelled = [
            ValueLabels::new().with(0, "a").with(1, "b"),
            ValueLabels::new().with(2, "b").with(1, "a"),
            ValueLabels::new().with(1, "a").with(2, "a"),
            ValueLabels::new().with(1, "a").with(2, ""),
        ];
        for set in relabelled {
            codebook.value_labels.insert("x".into(), set);
            assert_eq!(codebook.categories_of(&sound), None);
        }
    }
}
