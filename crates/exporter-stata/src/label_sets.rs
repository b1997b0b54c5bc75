//! Value-label sets of one table: shared ones once, missing reasons on their letters, one set per language.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Codebook, Table, Text, Value, ValueLabel, ValueLabels, Variable};
use exporter_core::truncate::to_bytes;
use exporter_core::{Loss, LossCode};

use crate::languages::Languages;
use crate::limits::{MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS};
use crate::names::unique_set_names;
use crate::storage_type::{LONG_MAX, LONG_MIN};
use crate::texts::without_nul;
use crate::{Charset, Letters, Missing, Version};

/// A named set of value labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLabelSet {
    /// Name, valid by section 7 and unique among the sets.
    pub name: String,
    /// Keys and texts; keys of missing values are [`Missing::key`]. In ascending order of the keys.
    pub labels: Vec<(i32, String)>,
}

/// The value-label sets of one table.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LabelSets {
    /// Each set once, with its name in Stata.
    pub sets: Vec<ValueLabelSet>,
    /// Names in the codebook of sets that are called otherwise in Stata.
    pub originals: BTreeMap<String, String>,
    /// Sets of the codebook that Stata cannot hold whole.
    pub incomplete: BTreeMap<String, ValueLabels>,
    /// Values by set of another language that have their text of the current one, for want of a translation.
    pub untranslated: BTreeMap<String, Vec<i32>>,
    /// The sets of each variable.
    pub(crate) used: Vec<UsedSets>,
    pub(crate) losses: Vec<Loss>,
}

/// The value-label sets of one variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsedSets {
    /// Name of the set in the current language, or empty.
    pub name: String,
    /// Sets in other languages: name of the language and of the set.
    pub translated: Vec<(String, String)>,
    /// Letters whose label is one of the codebook's set, and not only of the declaration.
    pub set_letters: String,
}

/// A set before it has its name.
struct Draft {
    wanted: String,
    codebook_name: Option<String>,
    labels: Vec<(i32, String)>,
    untranslated: Vec<i32>,
}

/// What a variable uses.
#[derive(Clone, Default)]
struct Used {
    draft: Option<usize>,
    /// Drafts of other languages by the name of the language.
    others: Vec<(String, usize)>,
    set_letters: String,
}

#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    known: HashMap<DraftKey, usize>,
}

/// Wanted name, labels, and the values without a translation.
type DraftKey = (String, Vec<(i32, String)>, Vec<i32>);

impl Drafts {
    fn add(&mut self, wanted: String, codebook_name: Option<String>, labels: Vec<(i32, String)>) -> usize {
        self.add_translated(wanted, codebook_name, labels, Vec::new())
    }

    fn add_translated(
        &mut self,
        wanted: String,
        codebook_name: Option<String>,
        labels: Vec<(i32, String)>,
        untranslated: Vec<i32>,
    ) -> usize {
        let key = (wanted, labels, untranslated);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let position = self.drafts.len();
        let (wanted, labels, untranslated) = key.clone();
        self.drafts.push(Draft { wanted, codebook_name, labels, untranslated });
        self.known.insert(key, position);
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
        let set = codebook.value_labels_of(variable);
        if !numeric {
            if let (Some(set), Some(name)) = (set, &variable.labels) {
                made.incomplete.insert(name.clone(), set.clone());
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
        let current = |text: &Text| text.get(languages.current).to_owned();
        let mut losses = Vec::new();
        let Entries { labels, set_letters } = entries(variable, set, letters, &current, &mut losses);
        if report {
            made.losses.extend(losses.into_iter().map(|loss| loss.variable(&variable.name)));
        }
        if labels.is_empty() || labels.len() > MAX_VALUE_LABELS {
            if !labels.is_empty() {
                let loss =
                    Loss::new(LossCode::VALUE_LABELS_DROPPED, "a set holds 65,536 labels; none is written");
                made.losses.push(loss.variable(&variable.name).count(labels.len() as u64));
            }
            if let (Some(set), Some(name)) = (set, &variable.labels) {
                made.incomplete.insert(name.clone(), set.clone());
            }
            used.push(Used::default());
            continue;
        }
        let wanted = variable.labels.as_ref().unwrap_or(&variable.name);
        let mut others = Vec::new();
        let mut translations = Vec::new();
        for language in &languages.others {
            let translates = |text: &Text| languages.other(text, language).is_some();
            let any = set.is_some_and(|set| set.entries.iter().any(|entry| translates(&entry.label)))
                || variable.missing.iter().any(|missing| translates(&missing.label));
            if any {
                let text = |text: &Text| languages.other(text, language).unwrap_or_default().to_owned();
                let mut translated = entries(variable, set, letters, &text, &mut Vec::new()).labels;
                translations.push((languages.tag(language), translated.iter().cloned().collect()));
                // The keys are the same ones; what has no translation is in the current language.
                let mut untranslated = Vec::new();
                for ((key, text), (_, current)) in translated.iter_mut().zip(&labels) {
                    if text.is_empty() {
                        text.clone_from(current);
                        untranslated.push(*key);
                    }
                }
                let name = format!("{wanted}_{}", language.name);
                let draft = drafts.add_translated(name, None, translated, untranslated);
                others.push((language.name.clone(), draft));
            }
        }
        if let (Some(set), Some(name)) = (set, &variable.labels) {
            let written = Written {
                labels: labels.iter().cloned().collect(),
                translations,
                letters,
                set_letters: &set_letters,
                charset: version.charset(),
            };
            if !written.holds(set) {
                made.incomplete.insert(name.clone(), set.clone());
            }
        }
        let draft = Some(drafts.add(wanted.clone(), variable.labels.clone(), labels));
        let uses = Used { draft, others, set_letters };
        if let Some(name) = shareable {
            shared.insert(name, uses.clone());
        }
        used.push(uses);
    }
    unattached(codebook, languages, version, &mut drafts, &mut made);
    name_sets(drafts, used, version, &mut made);
    cut_long_texts(&mut made, version);
    made
}

/// The labels of one variable.
struct Entries {
    /// Keys and texts, each key once, in ascending order.
    labels: Vec<(i32, String)>,
    /// Letters whose label is one of the set.
    set_letters: String,
}

fn entries(
    variable: &Variable,
    set: Option<&ValueLabels>,
    letters: &Letters,
    text: &dyn Fn(&Text) -> String,
    losses: &mut Vec<Loss>,
) -> Entries {
    let mut labels: Vec<(i32, String)> = Vec::new();
    let mut set_letters = String::new();
    let mut keys = HashSet::new();
    let mut unlabelled = 0;
    let mut first = None;
    // A letter for one value takes the label of that value; one for many takes the reason of the declaration.
    let all = || set.iter().flat_map(|set| &set.entries);
    let single =
        |missing: Missing| missing.letter().is_some_and(|letter| letters.values.contains_key(&letter));
    for entry in all() {
        if let Some(missing) = letters.of(&entry.value).filter(|missing| single(*missing))
            && keys.insert(missing.key())
        {
            labels.push((missing.key(), text(&entry.label)));
            set_letters.extend(missing.letter());
        }
    }
    for (declared, given) in variable.missing.iter().zip(&letters.declared) {
        for missing in given.iter().filter(|_| !declared.label.is_empty()) {
            if keys.insert(missing.key()) {
                labels.push((missing.key(), text(&declared.label)));
            }
        }
    }
    for entry in all() {
        let key = match letters.of(&entry.value) {
            Some(missing) => Some(missing.key()),
            None => plain_key(&entry.value),
        };
        match key {
            Some(key) if keys.insert(key) => labels.push((key, text(&entry.label))),
            Some(_) => {}
            None => {
                unlabelled += 1;
                first.get_or_insert_with(|| entry.value.to_string());
            }
        }
    }
    if unlabelled > 0 {
        let loss = Loss::new(LossCode::VALUE_LABEL_KEY, "only whole numbers that fit a long are labelled");
        losses.push(loss.count(unlabelled).first(None, first.unwrap_or_default()));
    }
    labels.sort_by_key(|(key, _)| *key);
    for (_, text) in &mut labels {
        if let Cow::Owned(cleaned) = without_nul(text) {
            *text = cleaned;
        }
    }
    Entries { labels, set_letters }
}

/// What the file says about one set, as our reader will take it back.
struct Written<'a> {
    labels: HashMap<i32, String>,
    /// The labels in other languages by tag, empty where there is none.
    translations: Vec<(&'a str, HashMap<i32, String>)>,
    letters: &'a Letters,
    set_letters: &'a str,
    charset: Charset,
}

impl Written<'_> {
    /// Whether the set comes back as it is: its keys whole numbers in ascending order, its texts complete.
    fn holds(&self, set: &ValueLabels) -> bool {
        let ascending = set.entries.is_sorted_by(|a, b| a.value < b.value);
        ascending && !set.is_empty() && set.entries.iter().all(|entry| self.holds_entry(entry))
    }

    fn holds_entry(&self, entry: &ValueLabel) -> bool {
        let key = match self.letters.of(&entry.value) {
            None => plain_key(&entry.value),
            Some(missing) => {
                missing.letter().filter(|letter| self.set_letters.contains(*letter)).map(|_| missing.key())
            }
        };
        let Some(key) = key.filter(|_| matches!(entry.value, Value::Integer(_))) else { return false };
        let text = |labels: &HashMap<i32, String>| {
            let text = labels.get(&key)?;
            let bytes = text.len() <= MAX_VALUE_LABEL_BYTES && self.charset.encode(text).1 == 0;
            bytes.then(|| text.clone())
        };
        let Some(mut found) = text(&self.labels).map(Text::new) else { return false };
        for (tag, labels) in &self.translations {
            let Some(text) = text(labels) else { return false };
            if !text.is_empty() {
                found.set(*tag, text);
            }
        }
        found == entry.label
    }
}

fn plain_key(value: &Value) -> Option<i32> {
    let whole = match value {
        Value::Boolean(truth) => i64::from(*truth),
        other => other.as_i64()?,
    };
    i32::try_from(whole).ok().filter(|key| (LONG_MIN..=LONG_MAX).contains(key))
}

/// Keeps sets that no variable of any table uses; those that Stata cannot hold whole stay beside.
fn unattached(
    codebook: &Codebook,
    languages: &Languages<'_>,
    version: Version,
    drafts: &mut Drafts,
    made: &mut LabelSets,
) {
    let used: HashSet<&str> = codebook
        .tables
        .iter()
        .flat_map(|table| &table.variables)
        .filter_map(|variable| variable.labels.as_deref())
        .collect();
    for (name, set) in codebook.value_labels.iter().filter(|(name, _)| !used.contains(name.as_str())) {
        // No variable declares missing values for them, so the keys of letters are numbers like others.
        let keys =
            set.entries.iter().map(|entry| entry.value.as_i64().and_then(|key| i32::try_from(key).ok()));
        let keys: Option<Vec<i32>> = keys.collect();
        let fits = |keys: &Vec<i32>| {
            let legal = |key: &i32| *key >= LONG_MIN && *key != Missing::SYSTEM.key();
            keys.is_sorted_by(|a, b| a < b) && keys.iter().all(legal) && keys.len() <= MAX_VALUE_LABELS
        };
        let charset = version.charset();
        let whole = |text: &Text| {
            let shown = text.get(languages.current);
            *text == Text::new(shown)
                && !shown.contains('\0')
                && shown.len() <= MAX_VALUE_LABEL_BYTES
                && charset.encode(shown).1 == 0
        };
        match keys.filter(fits).filter(|keys| !keys.is_empty()) {
            Some(keys) => {
                let texts = set
                    .entries
                    .iter()
                    .map(|entry| without_nul(entry.label.get(languages.current)).into_owned());
                drafts.add(name.clone(), Some(name.clone()), keys.into_iter().zip(texts).collect());
                if !set.entries.iter().all(|entry| whole(&entry.label)) {
                    made.incomplete.insert(name.clone(), set.clone());
                }
            }
            None => {
                made.incomplete.insert(name.clone(), set.clone());
                let loss = Loss::new(
                    LossCode::VALUE_LABELS_DROPPED,
                    "a set that no variable uses holds whole numbers in ascending order",
                );
                made.losses.push(loss.count(set.len() as u64).first(None, name.clone()));
            }
        }
    }
}

fn name_sets(drafts: Drafts, used: Vec<Used>, version: Version, made: &mut LabelSets) {
    let wanted: Vec<&str> = drafts.drafts.iter().map(|draft| draft.wanted.as_str()).collect();
    let names = unique_set_names(&wanted, version);
    let name = |position: usize| names.get(position).cloned().unwrap_or_default();
    for used in used {
        made.used.push(UsedSets {
            name: used.draft.map(name).unwrap_or_default(),
            translated: used.others.into_iter().map(|(language, set)| (language, name(set))).collect(),
            set_letters: used.set_letters,
        });
    }
    for (draft, name) in drafts.drafts.into_iter().zip(&names) {
        if let Some(original) = draft.codebook_name.filter(|original| original != name) {
            made.originals.insert(name.clone(), original);
        }
        if !draft.untranslated.is_empty() {
            made.untranslated.insert(name.clone(), draft.untranslated);
        }
        made.sets.push(ValueLabelSet { name: name.clone(), labels: draft.labels });
    }
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
