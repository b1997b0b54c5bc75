//! What a do-file says: names, formats, labels, and what becomes of values.

use std::collections::BTreeMap;

/// Texts by name.
type Texts = BTreeMap<String, String>;
/// Operator and number of each part of a condition.
type Condition = Vec<(String, f64)>;

/// Everything that a do-file says about a table.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct DoFile {
    pub(crate) names: Vec<String>,
    pub(crate) formats: BTreeMap<String, String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// Name of the value-label set by variable.
    pub(crate) sets: BTreeMap<String, String>,
    /// Texts by set and key.
    pub(crate) value_labels: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) notes: BTreeMap<String, Vec<String>>,
    /// Labels and sets by language.
    pub(crate) languages: BTreeMap<String, (Texts, Texts)>,
    pub(crate) dataset_label: String,
    /// Variable, letter and condition, in order.
    recodes: Vec<(String, char, Condition)>,
}

impl DoFile {
    pub(crate) fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut language: Option<String> = None;
        let mut current = String::new();
        for line in text.lines() {
            let words: Vec<&str> = line.splitn(4, ' ').collect();
            match *words.as_slice() {
                ["rename", from, to] if from.starts_with('v') => read.names.push(to.to_owned()),
                ["format", name, format] => {
                    read.formats.insert(name.to_owned(), plain(format));
                }
                ["format", name, format, rest] => {
                    read.formats.insert(name.to_owned(), plain(&format!("{format} {rest}")));
                }
                ["label", "define", set, rest] => {
                    let (key, text) = rest.split_once(' ').unwrap();
                    let text = plain(text.strip_suffix(", modify").unwrap());
                    let known = read.value_labels.entry(set.to_owned()).or_default();
                    assert_eq!(known.insert(key.to_owned(), text), None, "{set} {key} is defined twice");
                }
                ["label", "language", name, "rename"] => current = name.trim_end_matches(',').to_owned(),
                ["label", "language", name, "new"] => {
                    language = Some(name.trim_end_matches(',').to_owned());
                    read.languages.insert(name.trim_end_matches(',').to_owned(), Default::default());
                }
                ["label", "language", name] => {
                    assert!(name == current || current.is_empty());
                    language = None;
                }
                ["label", "data", ..] if language.is_none() => {
                    read.dataset_label = plain(line.strip_prefix("label data ").unwrap());
                }
                ["label", "variable", name, text] => {
                    let labels = match &language {
                        None => &mut read.labels,
                        Some(language) => &mut read.languages.get_mut(language).unwrap().0,
                    };
                    labels.insert(name.to_owned(), plain(text));
                }
                ["label", "values", name, set] => {
                    let sets = match &language {
                        None => &mut read.sets,
                        Some(language) => &mut read.languages.get_mut(language).unwrap().1,
                    };
                    sets.insert(name.to_owned(), set.to_owned());
                }
                ["notes:", ..] => read.note("_dta", line.strip_prefix("notes: ").unwrap()),
                ["notes", name, ..] => {
                    let text = line.strip_prefix(&format!("notes {name} ")).unwrap();
                    read.note(name.trim_end_matches(':'), text);
                }
                ["quietly", "replace", name, rest] if rest.starts_with("= .") => {
                    let (letter, condition) = rest.split_once(" if ").unwrap();
                    let parts = condition.split(" & ").map(|part| {
                        let (_, test) = part.split_once(' ').unwrap();
                        let (sign, value) = test.split_once(' ').unwrap();
                        let value = if value == "." { f64::INFINITY } else { value.parse().unwrap() };
                        (sign.to_owned(), value)
                    });
                    let letter = letter.chars().last().unwrap();
                    read.recodes.push((name.to_owned(), letter, parts.collect()));
                }
                _ => {}
            }
        }
        read
    }

    fn note(&mut self, owner: &str, text: &str) {
        self.notes.entry(owner.to_owned()).or_default().push(unescaped(text));
    }

    /// The letter that a number of a variable becomes; what is missing meets no later condition.
    pub(crate) fn letter(&self, variable: &str, number: f64) -> Option<char> {
        let holds = |(sign, bound): &(String, f64)| match sign.as_str() {
            "==" => number == *bound,
            ">=" => number >= *bound,
            "<=" => number <= *bound,
            "<" => number < *bound,
            other => panic!("{other}"),
        };
        let found = self.recodes.iter().find(|(name, _, parts)| name == variable && parts.iter().all(holds));
        found.map(|(_, letter, _)| *letter)
    }
}

/// A text in compound quotes, or as it stands.
fn plain(text: &str) -> String {
    match text.strip_prefix("`\"").and_then(|text| text.strip_suffix("\"'")) {
        Some(quoted) => unescaped(quoted),
        None => text.to_owned(),
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\$", "$").replace("\\`", "`")
}
