//! Missing reasons as text columns beside the values, for formats whose rows have no reasons.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, UInt8Type};
use arrow_array::{ArrayRef, DictionaryArray, Int16Array, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field};

use crate::codebook::{Language, Missing, Table, Variable};
use crate::error::Result;

/// The column of the reasons of one variable: each by its letter after a point, or by its label where it has no
/// letter.
///
/// ```
/// use arrow_array::UInt8Array;
/// use exporter_core::codebook::{Kind, Language, Missing, Table, Variable};
/// use exporter_core::dataset::ReasonColumn;
///
/// let income = Variable::new("income", Kind::FLOAT)
///     .with_missing(Missing::value(-9).label("Unknown"))
///     .with_missing(Missing::reason().letter('a').label("Refused"))
///     .with_missing(Missing::reason().label("Not asked"));
/// let column = ReasonColumn::of_table(&Table::new("people", vec![income]), Language::default()).remove(0);
/// assert_eq!(column.name(), "income_reason");
/// let rows = column.texts(&UInt8Array::from(vec![None, Some(2), Some(1)]))?;
/// let rows: Vec<_> = rows.downcast_dict::<arrow_array::StringArray>().unwrap().into_iter().collect();
/// assert_eq!(rows, [None, Some("Not asked"), Some(".a")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReasonColumn {
    variable: usize,
    name: String,
    /// The key of each declaration in the dictionary of texts; none for those that are no reason.
    keys: Vec<Option<i16>>,
    texts: ArrayRef,
}

impl ReasonColumn {
    /// The columns of all variables of a table that declare reasons, in the order of
    /// [`columns_with_reasons`](super::columns_with_reasons): `NAME_reason`, and more underscores where another column has
    /// that name.
    pub fn of_table(table: &Table, language: Language<'_>) -> Vec<Self> {
        let mut taken: HashSet<String> =
            table.variables.iter().map(|variable| variable.name.clone()).collect();
        let with_reasons = table.variables.iter().enumerate().filter(|(_, variable)| variable.has_reasons());
        let column = |(position, variable): (usize, &Variable)| {
            let mut name = format!("{}_reason", variable.name);
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            let texts = reason_texts(variable, language);
            let keys = texts.iter().scan(0, |next, text| {
                let key = text.as_ref().map(|_| *next);
                *next += i16::from(key.is_some());
                Some(key)
            });
            let keys = keys.collect();
            let texts = Arc::new(texts.into_iter().flatten().map(Some).collect::<StringArray>());
            Self { variable: position, name, keys, texts }
        };
        with_reasons.map(column).collect()
    }

    /// Position in the table of the variable whose reasons it holds.
    pub fn variable(&self) -> usize {
        self.variable
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field of [`ReasonColumn::texts`].
    pub fn field(&self) -> Field {
        let texts = DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8));
        Field::new(&self.name, texts, true)
    }

    /// A reason column of a scan ([`Scan::with_reasons`](super::Scan::with_reasons)) as texts. Every batch has the same
    /// dictionary. Its keys have a sign, since pandas takes no others, and 16 bits hold all positions of declarations.
    ///
    /// # Errors
    /// None for columns that a scan delivers.
    pub fn texts(&self, reasons: &PrimitiveArray<UInt8Type>) -> Result<DictionaryArray<Int16Type>> {
        let key = |position: Option<u8>| self.keys.get(usize::from(position?)).copied().flatten();
        let keys: Int16Array = reasons.iter().map(key).collect();
        Ok(DictionaryArray::try_new(keys, Arc::clone(&self.texts))?)
    }
}

/// The columns of a batch of a scan with reasons, the last of them, which are the reasons, as [`ReasonColumn::texts`].
///
/// # Errors
/// As there.
pub fn with_reason_texts(batch: &RecordBatch, reasons: &[ReasonColumn]) -> Result<Vec<ArrayRef>> {
    let (values, positions) = batch.columns().split_at(batch.num_columns().saturating_sub(reasons.len()));
    let texts = positions
        .iter()
        .zip(reasons)
        .map(|(positions, reasons)| Ok(Arc::new(reasons.texts(positions.as_primitive())?) as ArrayRef));
    values.iter().cloned().map(Ok).chain(texts).collect()
}

/// The texts of a variable's reasons by the position of their declaration: the letter after a point, else the label, each
/// once; `None` for declarations that are no reason.
pub fn reason_texts(variable: &Variable, language: Language<'_>) -> Vec<Option<String>> {
    let mut taken = HashSet::new();
    let mut text = |(position, missing): (usize, &Missing)| {
        let stem = match missing.letter {
            Some(letter) => format!(".{letter}"),
            None => missing.label.get(language).to_owned(),
        };
        let numbered = (position + 1..).map(|number| format!("{stem} ({number})"));
        let stem = Some(stem.clone()).filter(|stem| !stem.is_empty());
        let free = stem.into_iter().chain(numbered).find(|text| !taken.contains(text));
        taken.extend(free.clone());
        free
    };
    let of = |(position, missing): (usize, &Missing)| match missing.is_reason() {
        true => text((position, missing)),
        false => None,
    };
    variable.missing.iter().enumerate().map(of).collect()
}

/// Which reason of a variable each text stands for, in whatever language of its labels; `None` where languages give one
/// text to two reasons.
pub fn reasons_by_text(variable: &Variable, default: Language<'_>) -> HashMap<String, Option<u8>> {
    let tags = variable.missing.iter().flat_map(|missing| missing.label.tagged().map(|(tag, _)| tag));
    let languages = tags.map(|tag| Language { wanted: Some(tag), ..default });
    let mut reasons = HashMap::new();
    for language in [default].into_iter().chain(languages) {
        for (text, position) in reason_texts(variable, language).into_iter().zip(0u8..=u8::MAX) {
            let Some(text) = text else { continue };
            let known = reasons.entry(text).or_insert(Some(position));
            *known = known.filter(|known| *known == position);
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Kind, Text};

    #[test]
    fn names_and_texts_are_taken_once() {
        let label = || Missing::reason().label("Refused");
        let variable = |name: &str| Variable::new(name, Kind::INTEGER);
        let reasons =
            variable("a").with_missing(label()).with_missing(Missing::value(1)).with_missing(label());
        let table = Table::new("t", vec![reasons, variable("a_reason"), variable("b")]);
        let columns = ReasonColumn::of_table(&table, Language::default());
        let names: Vec<&str> = columns.iter().map(ReasonColumn::name).collect();
        assert_eq!(names, ["a_reason_"]);
        let texts = reason_texts(&table.variables[0], Language::default());
        assert_eq!(texts, [Some("Refused".into()), None, Some("Refused (3)".into())]);
        assert_eq!(reasons_by_text(&table.variables[0], Language::default())["Refused (3)"], Some(2));
    }

    #[test]
    fn texts_of_every_language_are_known() {
        let both = Text::new("Refused").with("fr", "Refus");
        let variable = Variable::new("a", Kind::INTEGER).with_missing(Missing::reason().label(both));
        let reasons = reasons_by_text(&variable, Language::default());
        assert_eq!((reasons["Refused"], reasons["Refus"]), (Some(0), Some(0)));
        let swapped = [("No", "Non"), ("Non", "No")]
            .map(|(en, fr)| Missing::reason().label(Text::new(en).with("fr", fr)));
        let [first, second] = swapped;
        let variable = Variable::new("a", Kind::INTEGER).with_missing(first).with_missing(second);
        let reasons = reasons_by_text(&variable, Language::default());
        assert_eq!((reasons["No"], reasons["Non"]), (None, None));
    }
}
