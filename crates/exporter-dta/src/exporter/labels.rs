//! Value-label sets of one file: shared ones once, missing reasons on their letters, one set per language.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Codebook, Table, Text, ValueLabels, Variable};
use exporter_core::text_cut::to_bytes;
use exporter_core::{Loss, LossCode};

use super::languages::Languages;
use super::missing::Letters;
use crate::charset::Charset;
use crate::metadata::ValueLabelSet;
use crate::missing::Missing;
use crate::names::unique_set_names;
use crate::spec::{MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS, Release};
use crate::spec_storage::{LONG_MAX, LONG_MIN};

/// The value-label sets of one file.
#[derive(Default)]
pub(super) struct LabelSets {
    pub(super) sets: Vec<ValueLabelSet>,
    /// Name of the set by variable, or empty.
    pub(super) names: Vec<String>,
    /// Name of the set in other languages by variable: name of the language and of the set.
    pub(super) translated: Vec<Vec<(String, String)>>,
    /// Names in the codebook of sets that are called otherwise in the file.
    pub(super) originals: BTreeMap<String, String>,
    /// Sets of the codebook that the file cannot hold whole.
    pub(super) incomplete: BTreeMap<String, ValueLabels>,
    pub(super) losses: Vec<Loss>,
}

/// A set before it has its name.
struct Draft {
    wanted: String,
    codebook_name: Option<String>,
    labels: Vec<(i32, String)>,
}

/// The draft that a variable uses, and those of other languages by their name.
type Used = (Option<usize>, Vec<(String, usize)>);

#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    known: HashMap<(String, Vec<(i32, String)>), usize>,
}

impl Drafts {
    fn add(&mut self, wanted: String, codebook_name: Option<String>, labels: Vec<(i32, String)>) -> usize {
        let key = (wanted, labels);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let position = self.drafts.len();
        self.drafts.push(Draft { wanted: key.0.clone(), codebook_name, labels: key.1.clone() });
        self.known.insert(key, position);
        position
    }
}

/// Makes the sets of a table; `numeric` and `letters` are by variable.
pub(super) fn label_sets(
    codebook: &Codebook,
    table: &Table,
    numeric: &[bool],
    letters: &[Letters],
    languages: &Languages<'_>,
    release: Release,
) -> LabelSets {
    let mut made = LabelSets::default();
    let mut drafts = Drafts::default();
    let mut used: Vec<Used> = Vec::new();
    let mut seen = HashSet::new();
    let mut reported = HashSet::new();
    for ((variable, numeric), letters) in table.variables.iter().zip(numeric).zip(letters) {
        let set = codebook.value_labels_of(variable);
        if !numeric {
            if let (Some(set), Some(name)) = (set, &variable.labels) {
                made.incomplete.insert(name.clone(), set.clone());
                let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, "Stata labels numbers only");
                made.losses.push(loss.variable(&variable.name).count(set.len() as u64));
            }
            used.push((None, Vec::new()));
            continue;
        }
        seen.extend(variable.labels.clone());
        let report = variable.labels.as_ref().is_none_or(|name| reported.insert(name.clone()));
        let current = |text: &Text| text.get(languages.current).to_owned();
        let mut losses = Vec::new();
        let labels = entries(variable, set, letters, &current, &mut losses);
        if report {
            if losses.iter().any(|loss| loss.code != LossCode::MISSING_REASON_MERGED)
                && let (Some(set), Some(name)) = (set, &variable.labels)
            {
                made.incomplete.insert(name.clone(), set.clone());
            }
            made.losses.extend(losses.into_iter().map(|loss| loss.variable(&variable.name)));
        }
        if labels.is_empty() || labels.len() > MAX_VALUE_LABELS {
            if !labels.is_empty() {
                let loss =
                    Loss::new(LossCode::VALUE_LABELS_DROPPED, "a set holds 65,536 labels; none is written");
                made.losses.push(loss.variable(&variable.name).count(labels.len() as u64));
                if let (Some(set), Some(name)) = (set, &variable.labels) {
                    made.incomplete.insert(name.clone(), set.clone());
                }
            }
            used.push((None, Vec::new()));
            continue;
        }
        let wanted = variable.labels.as_ref().unwrap_or(&variable.name);
        let mut others = Vec::new();
        for tongue in &languages.others {
            let translates = |text: &Text| languages.other(text, tongue).is_some();
            let any = set.is_some_and(|set| set.entries.iter().any(|entry| translates(&entry.label)))
                || variable.missing.iter().any(|missing| translates(&missing.label));
            if any {
                let text =
                    |text: &Text| languages.other(text, tongue).map_or_else(|| current(text), str::to_owned);
                let labels = entries(variable, set, letters, &text, &mut Vec::new());
                let draft = drafts.add(format!("{wanted}_{}", tongue.name), None, labels);
                others.push((tongue.name.clone(), draft));
            }
        }
        let draft = drafts.add(wanted.clone(), variable.labels.clone(), labels);
        used.push((Some(draft), others));
    }
    if codebook.tables.len() == 1 {
        unattached(codebook, &seen, &mut drafts, languages);
    }
    name_sets(drafts, used, release, &mut made);
    cut_long_texts(&mut made, release);
    made
}

/// Keys and texts of a variable's labels, each key once.
fn entries(
    variable: &Variable,
    set: Option<&ValueLabels>,
    letters: &Letters,
    text: &dyn Fn(&Text) -> String,
    losses: &mut Vec<Loss>,
) -> Vec<(i32, String)> {
    let mut labels: Vec<(i32, String)> = Vec::new();
    let mut keys = HashSet::new();
    let mut unlabelled = 0;
    let mut first = None;
    // A letter for one value takes the label of that value; one for many takes the reason of the declaration.
    let all = || set.iter().flat_map(|set| &set.entries);
    let single =
        |missing: Missing| missing.letter().is_some_and(|letter| letters.values.contains_key(&letter));
    for entry in all() {
        if let Some(missing) = letters.of(&entry.value).filter(|missing| single(*missing))
            && keys.insert(missing.long())
        {
            labels.push((missing.long(), text(&entry.label)));
        }
    }
    for (declared, given) in variable.missing.iter().zip(&letters.declared) {
        for missing in given.iter().filter(|_| !declared.label.is_empty()) {
            if keys.insert(missing.long()) {
                labels.push((missing.long(), text(&declared.label)));
            }
        }
    }
    for entry in all() {
        let key = match letters.of(&entry.value) {
            Some(missing) => Some(missing.long()),
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
        if text.contains('\0') {
            *text = text.replace('\0', " ");
        }
    }
    labels
}

fn plain_key(value: &exporter_core::codebook::Value) -> Option<i32> {
    let whole = match value {
        exporter_core::codebook::Value::Boolean(truth) => i64::from(*truth),
        other => other.as_i64()?,
    };
    i32::try_from(whole).ok().filter(|key| (LONG_MIN..=LONG_MAX).contains(key))
}

/// Keeps sets that no variable uses.
fn unattached(codebook: &Codebook, seen: &HashSet<String>, drafts: &mut Drafts, languages: &Languages<'_>) {
    let nobody = Variable::default();
    let letters = Letters::default();
    for (name, set) in codebook.value_labels.iter().filter(|(name, _)| !seen.contains(*name)) {
        let text = |text: &Text| text.get(languages.current).to_owned();
        let labels = entries(&nobody, Some(set), &letters, &text, &mut Vec::new());
        if labels.len() == set.len() && !labels.is_empty() && labels.len() <= MAX_VALUE_LABELS {
            drafts.add(name.clone(), Some(name.clone()), labels);
        }
    }
}

fn name_sets(drafts: Drafts, used: Vec<Used>, release: Release, made: &mut LabelSets) {
    let wanted: Vec<&str> = drafts.drafts.iter().map(|draft| draft.wanted.as_str()).collect();
    let names = unique_set_names(&wanted, release);
    let name = |position: usize| names.get(position).cloned().unwrap_or_default();
    for (draft, others) in used {
        made.names.push(draft.map(name).unwrap_or_default());
        made.translated.push(others.into_iter().map(|(language, set)| (language, name(set))).collect());
    }
    for (draft, name) in drafts.drafts.into_iter().zip(&names) {
        if let Some(original) = draft.codebook_name.filter(|original| original != name) {
            made.originals.insert(name.clone(), original);
        }
        made.sets.push(ValueLabelSet { name: name.clone(), labels: draft.labels });
    }
}

fn cut_long_texts(made: &mut LabelSets, release: Release) {
    for set in &mut made.sets {
        for (_, text) in &mut set.labels {
            if text.len() > MAX_VALUE_LABEL_BYTES
                && Charset::of(release).encode(text).0.len() > MAX_VALUE_LABEL_BYTES
            {
                let cut = to_bytes(text, MAX_VALUE_LABEL_BYTES).to_owned();
                let loss = Loss::new(LossCode::LABEL_TRUNCATED, "value label cut at 32,000 bytes");
                made.losses.push(loss.first(None, std::mem::replace(text, cut)));
            }
        }
    }
}
