//! Value-label sets of one table: shared ones once, missing reasons on their letters, one set per language.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use exporter_core::codebook::{Attribute, Codebook, Table, Text, Value, ValueLabel, ValueLabels, Variable};
use exporter_core::truncate::to_bytes;
use exporter_core::{Loss, LossCode};

use crate::languages::Languages;
use crate::limits::{LONG_MAX, LONG_MIN};
use crate::limits::{MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS};
use crate::names::unique_set_names;
use crate::texts::without_nul;
use crate::{Letters, Missing, Version};

/// Beginning of the attribute of a variable that names its value-label set in a language; the name of the language follows.
/// Of other languages than the current one it is there where the name is not [`translation_set`]; of the current one, where
/// the codebook has no set of that name for the variable: it has another for each variable whose translations differ, and
/// none for numbers behind dates.
pub const TRANSLATION_SET: &str = "_lang_l_";

/// The value-label set that an attribute of the variable names in a language.
fn named_set<'v>(variable: &'v Variable, language: &str) -> Option<&'v String> {
    match variable.attributes.get(&format!("{TRANSLATION_SET}{language}")) {
        Some(Attribute::One(name)) => Some(name),
        _ => None,
    }
}

/// The set of the current language that Stata knows the one of the variable as.
fn own_set<'v>(variable: &'v Variable, languages: &Languages<'_>) -> Option<&'v String> {
    let own = named_set(variable, &languages.current_name)?;
    let is_numbered =
        |name: &String| name.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('_'));
    let is_of_dates = variable.labels.is_none() && variable.kind.is_temporal();
    (is_of_dates || variable.labels.as_ref().is_some_and(is_numbered)).then_some(own)
}

/// The name of a set in another language, unless the variable gives one.
pub fn translation_set(set: &str, language: &str) -> String {
    format!("{set}_{language}")
}

/// A named set of value labels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueLabelSet {
    /// Name, valid by section 7 and unique among the sets.
    pub name: String,
    /// Keys and texts; keys of missing values are [`Missing::key`]. In ascending order of the keys.
    pub labels: Vec<(i32, String)>,
}

impl ValueLabelSet {
    /// A set of these labels, in ascending order of their keys.
    pub fn new(name: impl Into<String>, labels: Vec<(i32, String)>) -> Self {
        Self { name: name.into(), labels }
    }
}

/// The value-label sets of one table.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LabelSets {
    /// Each set once, with its name in Stata.
    pub sets: Vec<ValueLabelSet>,
    /// The sets of each variable.
    pub(crate) used: Vec<UsedSets>,
    pub(crate) losses: Vec<Loss>,
}

/// The value-label sets of one variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsedSets {
    /// Name of the set in the current language, or empty.
    pub(crate) name: String,
    /// Sets in other languages: name of the language and of the set.
    pub(crate) translated: Vec<(String, String)>,
}

/// A set before it has its name.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Draft {
    wanted: String,
    labels: Vec<(i32, String)>,
}

/// What a variable uses.
#[derive(Clone, Default)]
struct Used {
    draft: Option<usize>,
    /// Name of a set without any label.
    empty: Option<String>,
    /// Drafts of other languages by the name of the language.
    others: Vec<(String, usize)>,
}

#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    known: HashMap<Draft, usize>,
}

impl Drafts {
    /// Position of the set.
    fn add(&mut self, wanted: String, labels: Vec<(i32, String)>) -> usize {
        let draft = Draft { wanted, labels };
        if let Some(known) = self.known.get(&draft) {
            return *known;
        }
        let position = self.drafts.len();
        self.drafts.push(draft.clone());
        self.known.insert(draft, position);
        position
    }
}

/// Makes the sets of a table; `numeric` and `letters` are by variable.
pub(crate) fn label_sets(
    codebook: &Codebook,
    table: &Table,
    numeric: &[bool],
    letters: &[Letters],
    languages: &Languages<'_>,
    version: Version,
) -> LabelSets {
    let mut made = LabelSets::default();
    let mut drafts = Drafts::default();
    let mut used: Vec<Used> = Vec::new();
    let mut reported = HashSet::new();
    // Variables without missing values that share a set share its drafts.
    let mut shared: HashMap<&str, Used> = HashMap::new();
    for ((variable, numeric), letters) in table.variables.iter().zip(numeric).zip(letters) {
        let own = own_set(variable, languages);
        // Stata labels the numbers behind dates, too.
        let of_dates =
            own.filter(|_| variable.labels.is_none()).filter(|own| codebook.value_labels.contains_key(*own));
        let named = variable.labels.as_ref().or(of_dates);
        let set = named.and_then(|name| codebook.value_labels.get(name));
        if !numeric {
            if let Some(set) = set {
                let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, "Stata labels numbers only");
                made.losses.push(loss.variable(&variable.name).count(set.len() as u64));
            }
            used.push(Used::default());
            continue;
        }
        let shareable = variable.labels.as_deref().filter(|_| variable.missing.is_empty());
        if let Some(known) = shareable.and_then(|name| shared.get(name)) {
            used.push(known.clone());
            continue;
        }
        let report = variable.labels.as_ref().is_none_or(|name| reported.insert(name.clone()));
        let current = |text: &Text| {
            let own = text.get(languages.current);
            // A value may have a label in another language only.
            (!own.is_empty() || text.tagged().next().is_none()).then(|| own.to_owned())
        };
        let mut losses = Vec::new();
        let labels = entries(variable, set, letters, &current, &mut losses);
        if report {
            made.losses.extend(losses.into_iter().map(|loss| loss.variable(&variable.name)));
        }
        if labels.len() > MAX_VALUE_LABELS {
            let loss =
                Loss::new(LossCode::VALUE_LABELS_DROPPED, "a set holds 65,536 labels; none is written");
            made.losses.push(loss.variable(&variable.name).count(labels.len() as u64));
            used.push(Used::default());
            continue;
        }
        let named = named.unwrap_or(&variable.name);
        let mut others = Vec::new();
        for language in &languages.others {
            let text = |text: &Text| languages.other(text, language).map(str::to_owned);
            let translated = entries(variable, set, letters, &text, &mut Vec::new());
            if translated.is_empty() {
                continue;
            }
            let given = named_set(variable, &language.name).cloned();
            let name = given.unwrap_or_else(|| translation_set(named, &language.name));
            others.push((language.name.clone(), drafts.add(name, translated)));
        }
        if labels.is_empty() {
            used.push(Used { empty: variable.labels.clone(), draft: None, others });
            continue;
        }
        let draft = Some(drafts.add(own.unwrap_or(named).clone(), labels));
        let uses = Used { draft, empty: None, others };
        if let Some(name) = shareable {
            shared.insert(name, uses.clone());
        }
        used.push(uses);
    }
    unattached(codebook, languages, &mut drafts, &mut made.losses);
    name_sets(drafts, used, version, &mut made);
    cut_long_texts(&mut made, version);
    made
}

/// The labels of one variable: keys and texts, each key once, in ascending order.
fn entries(
    variable: &Variable,
    set: Option<&ValueLabels>,
    letters: &Letters,
    text: &dyn Fn(&Text) -> Option<String>,
    losses: &mut Vec<Loss>,
) -> Vec<(i32, String)> {
    let mut labels: Vec<(i32, Option<String>)> = Vec::new();
    let mut keys = HashSet::new();
    let mut unlabelled = 0;
    let mut first = None;
    // A letter for one value takes the label of that value; one for many takes the reason of the declaration.
    let all = || set.iter().flat_map(|set| &set.entries);
    let single =
        |missing: Missing| missing.letter().is_some_and(|letter| letters.values.contains_key(&letter));
    for entry in all() {
        if let Some(missing) = letters.of(&entry.value, &variable.kind).filter(|missing| single(*missing))
            && keys.insert(missing.key())
        {
            labels.push((missing.key(), text(&entry.label)));
        }
    }
    for (declared, given) in variable.missing.iter().zip(&letters.declared) {
        for missing in given.iter().filter(|_| !declared.label.is_empty()) {
            if keys.insert(missing.key()) {
                labels.push((missing.key(), text(&declared.label)));
            }
        }
    }
    let of_range = |missing: Missing| {
        letters.rules.iter().any(|rule| rule.missing == missing && rule.low.as_f64() < rule.high.as_f64())
    };
    let mut merged = Vec::new();
    for entry in all() {
        if let Some(missing) = letters.of(&entry.value, &variable.kind) {
            // The label of one value is none of the others that have its letter.
            let label = text(&entry.label).filter(|_| !single(missing));
            if !of_range(missing) && keys.insert(missing.key()) {
                labels.push((missing.key(), label));
            } else if label.is_some() && !labels.contains(&(missing.key(), label)) {
                merged.push(entry.value.to_string());
            }
            continue;
        }
        match plain_key(&entry.value) {
            Some(key) if keys.insert(key) => labels.push((key, text(&entry.label))),
            Some(_) => {}
            None => {
                unlabelled += 1;
                first.get_or_insert_with(|| entry.value.to_string());
            }
        }
    }
    if let Some(first) = merged.first() {
        let action = "labels of missing values that share their letter with others are not written";
        let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
        losses.push(loss.count(merged.len() as u64).first(None, first.clone()));
    }
    if unlabelled > 0 {
        let loss = Loss::new(LossCode::VALUE_LABEL_KEY, "only whole numbers that fit a long are labelled");
        losses.push(loss.count(unlabelled).first(None, first.unwrap_or_default()));
    }
    let mut labels: Vec<(i32, String)> =
        labels.into_iter().filter_map(|(key, text)| Some((key, text?))).collect();
    labels.sort_by_key(|(key, _)| *key);
    for (_, text) in &mut labels {
        if let Cow::Owned(cleaned) = without_nul(text) {
            *text = cleaned;
        }
    }
    labels
}

fn plain_key(value: &Value) -> Option<i32> {
    let whole = match value {
        Value::Boolean(truth) => i64::from(*truth),
        other => other.as_i64()?,
    };
    i32::try_from(whole).ok().filter(|key| (LONG_MIN..=LONG_MAX).contains(key))
}

/// Keeps sets that no variable of any table uses.
fn unattached(codebook: &Codebook, languages: &Languages<'_>, drafts: &mut Drafts, losses: &mut Vec<Loss>) {
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    let used: HashSet<&str> = variables
        .filter_map(|variable| variable.labels.as_ref().or_else(|| own_set(variable, languages)))
        .map(String::as_str)
        .collect();
    let sets = codebook.value_labels.iter().filter(|(_, set)| !set.is_empty());
    for (name, set) in sets.filter(|(name, _)| !used.contains(name.as_str())) {
        // No variable declares missing values for them, so the keys of letters are numbers like others.
        let keys =
            set.entries.iter().map(|entry| entry.value.as_i64().and_then(|key| i32::try_from(key).ok()));
        let keys: Option<Vec<i32>> = keys.collect();
        let fits = |keys: &Vec<i32>| {
            let legal = |key: &i32| *key >= LONG_MIN && *key != Missing::SYSTEM.key();
            keys.is_sorted_by(|a, b| a < b) && keys.iter().all(legal) && keys.len() <= MAX_VALUE_LABELS
        };
        if let Some(keys) = keys.filter(fits).filter(|keys| !keys.is_empty()) {
            let text = |entry: &ValueLabel| without_nul(entry.label.get(languages.current)).into_owned();
            let labels = keys.into_iter().zip(set.entries.iter().map(text));
            drafts.add(name.clone(), labels.collect());
        } else {
            let action = "a set that no variable uses holds whole numbers in ascending order";
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
            losses.push(loss.count(set.len() as u64).first(None, name.clone()));
        }
    }
}

fn name_sets(drafts: Drafts, used: Vec<Used>, version: Version, made: &mut LabelSets) {
    let wanted: Vec<&str> = drafts.drafts.iter().map(|draft| draft.wanted.as_str()).collect();
    let names = unique_set_names(&wanted, version);
    for (wanted, name) in wanted.iter().zip(&names).filter(|(wanted, name)| *wanted != name) {
        let action = format!("a value-label set is written as {name}");
        made.losses.push(Loss::new(LossCode::NAME_CHANGED, action).first(None, *wanted));
    }
    let name = |position: usize| names.get(position).cloned().unwrap_or_default();
    // Stata accepts the name of a set that is not there.
    let free = |wanted: &String| {
        !names.contains(wanted) && unique_set_names(&[wanted], version) == [wanted.as_str()]
    };
    let uses = |used: Used| UsedSets {
        name: used.draft.map(name).or(used.empty.filter(free)).unwrap_or_default(),
        translated: used.others.into_iter().map(|(language, set)| (language, name(set))).collect(),
    };
    made.used = used.into_iter().map(uses).collect();
    let sets = drafts.drafts.into_iter().zip(&names);
    made.sets =
        sets.map(|(draft, name)| ValueLabelSet { name: name.clone(), labels: draft.labels }).collect();
}

fn cut_long_texts(made: &mut LabelSets, version: Version) {
    for set in &mut made.sets {
        for (_, text) in &mut set.labels {
            if text.len() > MAX_VALUE_LABEL_BYTES
                && version.charset().encode(text).0.len() > MAX_VALUE_LABEL_BYTES
            {
                let cut = to_bytes(text, MAX_VALUE_LABEL_BYTES).to_owned();
                let loss = Loss::new(LossCode::LABEL_TRUNCATED, "value label cut at 32,000 bytes");
                made.losses.push(loss.first(None, std::mem::replace(text, cut)));
            }
        }
    }
}
