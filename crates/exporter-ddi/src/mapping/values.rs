//! Value labels, missing values and frequencies: `catgry` and `invalrng`.

use std::collections::HashSet;

use exporter_core::codebook::{Kind, Missing, MissingValues, Text, Value, ValueLabel, ValueLabels, Variable};

use super::texts::{Languages, Left, first_text, words};
use crate::statistics::VariableStatistics;
use exporter_xml::Element;

/// What is written of the values of a variable.
pub(crate) struct Values<'a> {
    pub(crate) variable: &'a Variable,
    pub(crate) labels: Option<&'a ValueLabels>,
    /// A value as it stands in the data file.
    pub(crate) written: &'a dyn Fn(&Value) -> String,
    /// The letter of Stata for a declaration, where the data file has letters for reasons.
    pub(crate) has_letters: bool,
    pub(crate) statistics: Option<&'a VariableStatistics>,
    pub(crate) languages: Languages<'a>,
    /// ID of the variable that weights the frequencies.
    pub(crate) weight: Option<&'a str>,
}

/// A value that has a label.
struct Labelled<'a> {
    /// None of a reason, which has only a letter.
    value: Option<&'a Value>,
    letter: Option<char>,
    label: &'a Text,
    is_missing: bool,
}

impl<'a> Values<'a> {
    /// Every labelled value, then missing ones that have a label of their own.
    fn labelled(&self) -> impl Iterator<Item = Labelled<'a>> {
        let (variable, has_letters) = (self.variable, self.has_letters);
        let entries = self.labels.map_or(&[][..], |labels| &labels.entries);
        let valued =
            |value, label, is_missing| Labelled { value: Some(value), letter: None, label, is_missing };
        let of_set = entries
            .iter()
            .map(move |entry| valued(&entry.value, &entry.label, variable.is_user_missing(&entry.value)));
        let own = variable.missing.iter().filter(|missing| !missing.label.is_empty());
        let of_missing = own.filter_map(move |missing| match &missing.values {
            MissingValues::One(value) if !entries.iter().any(|entry| entry.value == *value) => {
                Some(valued(value, &missing.label, true))
            }
            MissingValues::Reason => {
                let letter = missing.letter.filter(|_| has_letters);
                Some(Labelled { value: None, letter, label: &missing.label, is_missing: true })
            }
            MissingValues::One(_) | MissingValues::Range { .. } => None,
        });
        of_set.chain(of_missing)
    }

    /// The categories.
    pub(crate) fn categories(&self) -> Vec<Element> {
        self.labelled().map(|labelled| self.category(&labelled)).collect()
    }

    /// Goes through the labels as they are written, and writes nothing.
    pub(crate) fn tell(&self) {
        self.labelled().for_each(|labelled| drop(self.languages.each(labelled.label)));
    }

    fn category(&self, labelled: &Labelled<'_>) -> Element {
        let letter = || labelled.letter.map(|letter| format!(".{letter}")).unwrap_or_default();
        let value = labelled.value.map_or_else(letter, |value| (self.written)(value));
        let mut category = Element::new("catgry").with("missing", if labelled.is_missing { "Y" } else { "" });
        if !value.trim().is_empty() {
            category.push(Element::new("catValu").text(value));
        }
        let labels = self.languages.elements("labl", labelled.label).into_iter();
        category.extend(labels.map(|label| label.with("level", "category")));
        category.extend(labelled.value.into_iter().flat_map(|value| self.frequencies(value)));
        category
    }

    fn frequencies(&self, value: &Value) -> Vec<Element> {
        let Some(count) = self.statistics.and_then(|statistics| statistics.frequencies.get(value)) else {
            return Vec::new();
        };
        let stat = |text: String| Element::new("catStat").with("type", "freq").text(text);
        let mut stats = vec![stat(count.count.to_string())];
        if let Some(weight) = self.weight {
            stats.push(stat(number(count.weight)).with("wgtd", "wgtd").with("wgt-var", weight));
        }
        stats
    }

    /// Every value and range that is declared missing.
    pub(crate) fn invalid(&self) -> Option<Element> {
        let mut invalid = Element::new("invalrng");
        for missing in &self.variable.missing {
            let units = |value: &Value| match value {
                Value::Float(number) if number.fract() != 0.0 => "REAL",
                _ => "",
            };
            let child = match &missing.values {
                MissingValues::One(value) => {
                    let text = (self.written)(value);
                    Element::new("item").with("UNITS", units(value)).with("VALUE", text)
                }
                MissingValues::Range { low, high } => {
                    let real = [low, high].into_iter().flatten().map(units).find(|units| !units.is_empty());
                    let end = |value: &Option<Value>| value.as_ref().map(|value| (self.written)(value));
                    let range = Element::new("range").with("UNITS", real.unwrap_or_default());
                    range.with_some("min", end(low)).with_some("max", end(high))
                }
                MissingValues::Reason => match missing.letter.filter(|_| self.has_letters) {
                    Some(letter) => Element::new("item").with("VALUE", format!(".{letter}")),
                    None => continue,
                },
            };
            // `item` needs its value, and a range without ends says nothing.
            if !child.attributes.is_empty() {
                invalid.push(child);
            }
        }
        (!invalid.children.is_empty()).then_some(invalid)
    }
}

/// The shortest text of a number that reads back as it.
pub(crate) fn number(number: f64) -> String {
    if number == 0.0 { "0".into() } else { number.to_string() }
}

/// What a document says of the values of a variable.
#[derive(Default)]
pub(crate) struct ReadValues {
    /// Value labels; missing values keep their labels themselves.
    pub(crate) labels: ValueLabels,
    pub(crate) missing: Vec<Missing>,
    /// Categories whose value is none of the kind.
    pub(crate) unread: Vec<String>,
    /// Missing values that are none of the kind, and ends of ranges that have no next value.
    pub(crate) unread_missing: Vec<String>,
    /// Labels that stand for codes which the document does not have.
    pub(crate) uncoded: Vec<String>,
    /// Codes of categories without a label.
    pub(crate) unlabelled: Vec<String>,
}

/// A category that stands for a value.
struct Category {
    entry: ValueLabel,
    is_missing: bool,
}

/// Reads the categories and missing values of a variable. A label of a missing value is the value's own, unless a range declares
/// the value, or others stand behind it: the labels have an order that missing values have not.
pub(crate) fn read(var: &Element, kind: &Kind, default: Option<&str>, left: &mut Left) -> ReadValues {
    let mut read = ReadValues::default();
    let (declared, unread) = declared_missing(var, kind);
    let mut ranges = Variable::new("", kind.clone());
    let is_range = |missing: &&Missing| matches!(missing.values, MissingValues::Range { .. });
    ranges.missing = declared.iter().filter(is_range).cloned().collect();
    let mut categories = Vec::new();
    for category in var.all("catgry") {
        let label = first_text(category.all("labl"), default, left);
        let text = category.first("catValu").map(words).unwrap_or_default();
        let is_missing = category.attribute("missing") == Some("Y");
        // Nesstar and NADA list the system missing value.
        if text.eq_ignore_ascii_case("sysmiss") {
            continue;
        }
        if is_missing && let Some(letter) = letter_of(&text).filter(|_| *kind != Kind::Text) {
            read.missing.push(Missing::reason().letter(letter).label(label));
            continue;
        }
        // Archives list options without their codes: what the rows have is the text itself, if anything.
        let text = match text.is_empty() && *kind == Kind::Text {
            true => {
                let label = label.get(Default::default()).to_owned();
                read.uncoded.extend((!label.is_empty()).then(|| label.clone()));
                label
            }
            false => text,
        };
        match value_of(&text, kind) {
            _ if text.is_empty() && is_missing && !label.is_empty() => {
                read.missing.push(Missing::reason().label(label));
            }
            // A heading among the categories.
            _ if text.is_empty() => {}
            None => read.unread.push(text),
            // A category without a label says that the value occurs.
            Some(_) if label.is_empty() && !is_missing => read.unlabelled.push(text),
            Some(value) => categories.push(Category { entry: ValueLabel::new(value, label), is_missing }),
        }
    }
    let valid = categories.iter().rposition(|category| !category.is_missing).unwrap_or_default();
    for (at, Category { entry, is_missing }) in categories.into_iter().enumerate() {
        let is_in_range = ranges.is_user_missing(&entry.value);
        let has_label = !entry.label.is_empty();
        let is_among_labels = !is_missing || has_label && (is_in_range || at < valid);
        if is_missing && !is_in_range {
            let missing = Missing::value(entry.value.clone());
            read.missing.push(if is_among_labels { missing } else { missing.label(entry.label.clone()) });
        }
        read.labels.entries.extend(is_among_labels.then_some(entry));
    }
    let mut seen: HashSet<_> = read.missing.iter().map(key).collect();
    read.missing.extend(declared.into_iter().filter(|declared| seen.insert(key(declared))));
    read.unread_missing = unread;
    read
}

/// What `invalrng` declares missing, and what of it is none of the kind.
fn declared_missing(var: &Element, kind: &Kind) -> (Vec<Missing>, Vec<String>) {
    let (mut missing, mut unread) = (Vec::new(), Vec::new());
    for invalid in var.all("invalrng").flat_map(Element::elements) {
        let end = |name: &str| invalid.attribute(name).map(str::trim).filter(|text| !text.is_empty());
        let declared = match invalid.name.as_ref() {
            "item" => end("VALUE").and_then(|text| match letter_of(text).filter(|_| *kind != Kind::Text) {
                Some(letter) => Some(Missing::reason().letter(letter)),
                None => value_of(text, kind).map(Missing::value),
            }),
            "range" => {
                // An end that is left out is the next whole number; of other numbers there is no next one.
                let whole = matches!(kind, Kind::Integer { .. });
                let (low, high) = (end("min").or(end("minExclusive")), end("max").or(end("maxExclusive")));
                let bound = |text: &str, is_left_out: bool, inward: i64| match value_of(text, kind)? {
                    value if !is_left_out => Some(value),
                    Value::Integer(number) if whole => number.checked_add(inward).map(Value::Integer),
                    _ => None,
                };
                let low = low.map(|text| bound(text, end("min").is_none(), 1));
                let high = high.map(|text| bound(text, end("max").is_none(), -1));
                match (low, high) {
                    (None, None) | (Some(None), _) | (_, Some(None)) => None,
                    (Some(low), Some(high)) if low == high => low.map(Missing::value),
                    (low, high) => Some(Missing::range(low.flatten(), high.flatten())),
                }
            }
            _ => continue,
        };
        match declared {
            Some(declared) => missing.push(declared),
            None => {
                let names = ["VALUE", "min", "max", "minExclusive", "maxExclusive"];
                unread.extend(names.into_iter().find_map(end).map(str::to_owned));
            }
        }
    }
    (missing, unread)
}

/// What tells a declaration from others: its values, or the letter of a reason.
fn key(missing: &Missing) -> (Option<Value>, Option<Value>, Option<char>) {
    match &missing.values {
        MissingValues::One(value) => (Some(value.clone()), Some(value.clone()), None),
        MissingValues::Range { low, high } => (low.clone(), high.clone(), None),
        MissingValues::Reason => (None, None, missing.letter),
    }
}

/// The letter of Stata's missing value that a text is.
fn letter_of(text: &str) -> Option<char> {
    let mut characters = text.strip_prefix('.')?.chars();
    let letter = characters.next().filter(char::is_ascii_lowercase)?;
    characters.next().is_none().then_some(letter)
}

/// A value of a kind from its text.
pub(crate) fn value_of(text: &str, kind: &Kind) -> Option<Value> {
    match kind {
        Kind::Boolean => boolean(text).map(Value::Boolean),
        kind if kind.is_numeric() => whole_or_float(text).filter(|value| kind.holds(value)),
        Kind::Period(_) | Kind::Duration(_) => Some(whole_or_float(text).unwrap_or_else(|| text.into())),
        _ => Some(text.into()),
    }
}

/// True or false, as words or numbers.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// A number, whole where it is written so.
fn whole_or_float(text: &str) -> Option<Value> {
    let float = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float);
    text.parse::<i64>().ok().map(Value::Integer).or_else(float).map(|value| match value.as_i64() {
        Some(whole) => Value::Integer(whole),
        None => value,
    })
}
