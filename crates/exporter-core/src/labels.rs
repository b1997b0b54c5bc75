//! From value-label sets to per-column lookups.

use std::collections::HashMap;

use crate::codebook::{Codebook, Language, MissingValues, Value, ValueLabels, Variable};

/// A table of codes may have this many slots however few of them are labelled.
const SLOTS_ALWAYS: usize = 256;

/// Beyond that, this many slots a label.
const SLOTS_PER_LABEL: usize = 8;

/// Finds the label of a value in one language, quickly: a plain table for codes that lie close together, a sorted
/// list or a hash map for others.
///
/// Whole numbers and floats of equal size are the same value; of several labels of a value the first counts; a value
/// whose label has no text in any language has none.
///
/// ```
/// use exporter_core::codebook::{Language, ValueLabels};
/// use exporter_core::labels::LabelLookup;
///
/// let labels = ValueLabels::new().with(1, "yes").with(2, "no").with(-0.5, "half");
/// let lookup = LabelLookup::new(&labels, Language::default());
/// assert_eq!(lookup.integer(2), Some("no"));
/// assert_eq!(lookup.float(1.0), Some("yes"));
/// assert_eq!(lookup.float(-0.5), Some("half"));
/// assert_eq!(lookup.text("1"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelLookup<'a> {
    codes: Codes<'a>,
    /// Labels of floats that are no 64-bit whole numbers, ascending.
    fractions: Vec<(f64, &'a str)>,
    texts: HashMap<&'a str, &'a str>,
    /// Labels of false and true.
    truths: [Option<&'a str>; 2],
}

/// Labels of whole numbers.
#[derive(Clone, Debug, PartialEq)]
enum Codes<'a> {
    /// One slot per number, beginning with this one.
    Table { first: i64, slots: Vec<Option<&'a str>> },
    /// Ascending.
    Sorted(Vec<(i64, &'a str)>),
}

impl Default for Codes<'_> {
    fn default() -> Self {
        Codes::Sorted(Vec::new())
    }
}

impl<'a> Codes<'a> {
    /// Makes the lookup; the first label of a number counts.
    fn new(mut labels: Vec<(i64, &'a str)>) -> Self {
        labels.sort_by_key(|(code, _)| *code);
        labels.dedup_by_key(|(code, _)| *code);
        let (Some((first, _)), Some((last, _))) = (labels.first(), labels.last()) else {
            return Self::default();
        };
        let (first, span) = (*first, last.abs_diff(*first));
        let most = SLOTS_ALWAYS.max(labels.len().saturating_mul(SLOTS_PER_LABEL));
        match usize::try_from(span) {
            Ok(span) if span < most => {
                let mut slots = vec![None; span + 1];
                for (code, label) in labels {
                    let slot = usize::try_from(code.abs_diff(first)).ok().and_then(|at| slots.get_mut(at));
                    if let Some(slot) = slot {
                        *slot = Some(label);
                    }
                }
                Codes::Table { first, slots }
            }
            _ => Codes::Sorted(labels),
        }
    }

    #[inline]
    fn get(&self, code: i64) -> Option<&'a str> {
        match self {
            Codes::Table { first, slots } => {
                // Below the first the difference wraps beyond every table.
                let at = usize::try_from(code.wrapping_sub(*first).cast_unsigned()).ok()?;
                slots.get(at).copied().flatten()
            }
            Codes::Sorted(labels) => {
                let at = labels.binary_search_by_key(&code, |(code, _)| *code).ok()?;
                labels.get(at).map(|(_, label)| *label)
            }
        }
    }
}

impl<'a> LabelLookup<'a> {
    /// Resolves a set of value labels in one language.
    pub fn new(labels: &'a ValueLabels, language: Language<'_>) -> Self {
        Self::of_pairs(labels.entries.iter().map(|entry| (&entry.value, entry.label.get(language))))
    }

    /// Resolves the labels of a variable: those of its set, then the reasons of its single missing values that the set
    /// does not label.
    pub fn of(codebook: &'a Codebook, variable: &'a Variable, language: Language<'_>) -> Self {
        let set = codebook.value_labels_of(variable).into_iter().flat_map(|labels| &labels.entries);
        let labels = set.map(|entry| (&entry.value, entry.label.get(language)));
        let reasons = variable.missing.iter().filter_map(|missing| match &missing.values {
            MissingValues::One(value) => Some((value, missing.label.get(language))),
            MissingValues::Range { .. } | MissingValues::Reason => None,
        });
        Self::of_pairs(labels.chain(reasons))
    }

    fn of_pairs(pairs: impl Iterator<Item = (&'a Value, &'a str)>) -> Self {
        let mut lookup = Self::default();
        let mut codes = Vec::new();
        for (value, label) in pairs.filter(|(_, label)| !label.is_empty()) {
            match (value, value.as_i64()) {
                (_, Some(code)) => codes.push((code, label)),
                (Value::Float(number), _) if !number.is_nan() => lookup.fractions.push((*number, label)),
                (Value::Text(text), _) => {
                    lookup.texts.entry(text.as_str()).or_insert(label);
                }
                (Value::Boolean(truth), _) => {
                    let [no, yes] = &mut lookup.truths;
                    (if *truth { yes } else { no }).get_or_insert(label);
                }
                _ => {}
            }
        }
        lookup.codes = Codes::new(codes);
        lookup.fractions.sort_by(|a, b| a.0.total_cmp(&b.0));
        lookup.fractions.dedup_by(|later, first| later.0 == first.0);
        lookup
    }

    /// Whether no value has a label.
    pub fn is_empty(&self) -> bool {
        matches!(&self.codes, Codes::Sorted(labels) if labels.is_empty())
            && self.fractions.is_empty()
            && self.texts.is_empty()
            && self.truths == [None, None]
    }

    /// The label of a whole number.
    #[inline]
    pub fn integer(&self, value: i64) -> Option<&'a str> {
        self.codes.get(value)
    }

    /// The label of a float, also where a whole number of the same size is labelled.
    #[inline]
    pub fn float(&self, value: f64) -> Option<&'a str> {
        match Value::Float(value).as_i64() {
            Some(code) => self.codes.get(code),
            None if self.fractions.is_empty() => None,
            None => {
                let at = self.fractions.partition_point(|(labelled, _)| *labelled < value);
                self.fractions.get(at).filter(|(labelled, _)| *labelled == value).map(|(_, label)| *label)
            }
        }
    }

    /// The label of a text.
    pub fn text(&self, value: &str) -> Option<&'a str> {
        if self.texts.is_empty() { None } else { self.texts.get(value).copied() }
    }

    /// The label of a truth value.
    pub fn boolean(&self, value: bool) -> Option<&'a str> {
        let [no, yes] = self.truths;
        if value { yes } else { no }
    }

    /// The label of any value.
    pub fn get(&self, value: &Value) -> Option<&'a str> {
        match value {
            Value::Boolean(truth) => self.boolean(*truth),
            Value::Integer(number) => self.integer(*number),
            Value::Float(number) => self.float(*number),
            Value::Text(text) => self.text(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codebook::{Kind, Missing, Text};

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-9i64..9).prop_map(Value::from),
            prop::sample::select(vec![i64::MIN, i64::MAX, 1 << 53, (1 << 53) + 1]).prop_map(Value::from),
            (-9i32..9).prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
            Just(Value::from(1e300)),
            any::<bool>().prop_map(Value::from),
            "[a-b]{0,2}".prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn finds_the_first_label_of_every_value(
            labelled in prop::collection::vec((values(), 0u8..9), 0..20),
            asked in values(),
        ) {
            let labels = labelled.iter().fold(ValueLabels::new(), |labels, (value, label)| {
                labels.with(value.clone(), label.to_string())
            });
            let lookup = LabelLookup::new(&labels, Language::default());
            let expected = labelled.iter().find(|(value, _)| value.size_cmp(&asked) == Some(std::cmp::Ordering::Equal));
            prop_assert_eq!(lookup.get(&asked).map(str::to_owned), expected.map(|(_, label)| label.to_string()));
            prop_assert_eq!(lookup.is_empty(), labelled.is_empty());
        }
    }

    #[test]
    fn the_wanted_language_is_chosen_and_reasons_of_missing_values_are_added() {
        let labels = ValueLabels::new()
            .with(1, Text::new("yes").with("fr", "oui"))
            .with(2, Text::default())
            .with(9, "refused");
        let variable = Variable::new("x", Kind::INTEGER)
            .with_labels("l")
            .with_missing(Missing::value(9).label("other"))
            .with_missing(Missing::value(8).label("unknown"));
        let codebook = Codebook::new("s").with_value_labels("l", labels);
        let lookup = LabelLookup::of(&codebook, &variable, codebook.language(Some("fr")));
        assert_eq!(
            [1, 2, 8, 9].map(|code| lookup.integer(code)),
            [Some("oui"), None, Some("unknown"), Some("refused")]
        );
    }

    #[test]
    fn far_apart_codes_take_no_table() {
        let labels = ValueLabels::new().with(i64::MIN, "a").with(i64::MAX, "b");
        let lookup = LabelLookup::new(&labels, Language::default());
        assert!(matches!(lookup.codes, Codes::Sorted(_)));
        assert_eq!(lookup.integer(i64::MAX), Some("b"));
        let close = ValueLabels::new().with(-3, "a").with(200, "b");
        let lookup = LabelLookup::new(&close, Language::default());
        assert!(matches!(lookup.codes, Codes::Table { .. }));
        assert_eq!((lookup.integer(-4), lookup.integer(201), lookup.integer(i64::MAX)), (None, None, None));
    }
}
