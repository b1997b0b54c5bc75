//! What a file says by itself: a codebook made of its descriptions alone, whatever its cases hold.

use exporter_core::codebook::{
    Attribute as Described, Codebook, DisplayFormat, Group, GroupKind, Kind, Missing, Role, Table, Value,
    ValueLabel, Variable,
};
use exporter_core::doubles;
use exporter_core::names::{NameRules, legal_unique};
use exporter_spss::{
    Format, FormatClass, MissingValues, ResponseSet, ResponseSetKind, Value as Stored, lowest,
};

use crate::attribute_names::{CODEBOOK, DATES, ROLE, SECOND_LANGUAGE, UNKNOWN_LANGUAGE};
use crate::codes::{ROLES, meant};
use crate::dataset::kinds::{kinds_of, reason_numbers};
use crate::dataset::values::described;
use crate::metadata::{Attribute, SavMetadata, SavVariable, ValueLabels};
use crate::translations::{Translated, Translations, ValueTranslations};

/// Describes a file by what stands before its cases; `main` is the language of its labels, if it is known.
pub(crate) fn plain(metadata: &SavMetadata, name: &str, main: Option<&str>) -> Codebook {
    let reasons = reason_numbers(metadata);
    plain_of(metadata, name, &kinds_of(metadata, &reasons), &reasons, main)
}

/// As [`plain`], of variables whose values are of these kinds and some of whose declared numbers are `reasons`.
pub(super) fn plain_of(
    metadata: &SavMetadata,
    name: &str,
    kinds: &[Kind],
    reasons: &[Vec<f64>],
    main: Option<&str>,
) -> Codebook {
    let mut codebook = Codebook::new(name);
    let mut table = Table::new(name, Vec::new());
    table.label = metadata.label.as_str().into();
    if !metadata.documents.is_empty() {
        table.notes.push(metadata.documents.join("\n").into());
    }
    let attributes = metadata.attributes.iter().filter(|attribute| attribute.name != CODEBOOK);
    table.attributes = attributes.map(attribute).collect();
    if let Some(dates) = &metadata.dates {
        let joined = |numbers: &[i32]| numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(" ");
        let variable = |(position, kind, period): &(usize, i32, i32)| {
            Some(format!("{}={}", metadata.variables.get(*position)?.name, joined(&[*kind, *period])))
        };
        let parts = std::iter::once(joined(&dates.head)).chain(dates.variables.iter().filter_map(variable));
        table.attributes.insert(DATES.to_owned(), Described::Many(parts.collect()));
    }
    let reasons = (0..kinds.len()).map(|position| reasons.get(position).map_or(&[][..], Vec::as_slice));
    let reasons: Vec<&[f64]> = reasons.collect();
    let translations = Translations::of(metadata, kinds, main);
    if !translations.languages.is_empty() {
        let languages = translations.languages.clone();
        table.attributes.extend([attribute(&Attribute::new(SECOND_LANGUAGE, languages.clone()))]);
        codebook.study.languages = std::iter::once(UNKNOWN_LANGUAGE.to_owned()).chain(languages).collect();
    }
    let sets = label_sets(metadata, kinds, &reasons, &translations, &mut codebook);
    let variables = metadata.variables.iter().zip(translations.all()).zip(kinds).zip(sets).zip(reasons);
    for ((((stored, translated), kind), set), reasons) in variables {
        let labels = stored.value_labels.and_then(|set| metadata.value_labels.get(set));
        let mut variable = variable(stored, translated, kind);
        variable.missing = missing(stored, kind, reasons, labels.map(|set| (set, translated)));
        variable.labels = set;
        table.variables.push(variable);
    }
    if let Some(weight) = metadata.weight.and_then(|weight| table.variables.get_mut(weight)) {
        weight.weight = true;
    }
    table.groups = groups(metadata);
    codebook.tables.push(table);
    codebook
}

/// Adds the sets of value labels, each named after the first variable that has it; the name of each variable's set. Values
/// of variables that share labels but not a kind or their translations make sets of their own.
fn label_sets(
    metadata: &SavMetadata,
    kinds: &[Kind],
    reasons: &[&[f64]],
    translations: &Translations<'_>,
    codebook: &mut Codebook,
) -> Vec<Option<String>> {
    type Known<'k> = ((&'k Kind, &'k [f64], &'k ValueTranslations<'k>), String);
    let mut known: Vec<Vec<Known<'_>>> = vec![Vec::new(); metadata.value_labels.len()];
    let mut names = Vec::with_capacity(kinds.len());
    let variables = metadata.variables.iter().zip(translations.all()).zip(kinds).zip(reasons);
    for (((variable, translated), kind), reasons) in variables {
        let set = variable
            .value_labels
            .and_then(|set| Some((known.get_mut(set)?, metadata.value_labels.get(set)?)));
        let Some((known, set)) = set else {
            names.push(None);
            continue;
        };
        if let Some((_, name)) =
            known.iter().find(|(other, _)| *other == (kind, *reasons, &translated.values))
        {
            names.push(Some(name.clone()));
            continue;
        }
        let is_value = |value: &Stored| value.as_number().is_none_or(|number| !reasons.contains(&number));
        // SPSS shows no label of the system-missing value.
        let entries = set.labels.iter().enumerate().filter(|(_, (value, _))| is_value(value)).filter_map(
            |(at, (value, label))| {
                Some(ValueLabel::new(described(value, kind)?, translated.value_label(at, label)))
            },
        );
        let entries: Vec<ValueLabel> = entries.collect();
        if entries.is_empty() && !reasons.is_empty() {
            names.push(None);
            continue;
        }
        codebook.value_labels.entry(variable.name.clone()).or_default().entries = entries;
        known.push(((kind, reasons, &translated.values), variable.name.clone()));
        names.push(Some(variable.name.clone()));
    }
    names
}

fn variable(stored: &SavVariable, translated: &Translated<'_>, kind: &Kind) -> Variable {
    let mut variable = Variable::new(&stored.name, kind.clone());
    variable.label = translated.label(&stored.label);
    variable.measure = stored.measure;
    variable.alignment = stored.alignment;
    variable.column_width = stored.column_width;
    let shown = |format: &Format| {
        let mut shown = DisplayFormat::default();
        shown.native.insert("spss".to_owned(), format.to_string());
        if format.class() == FormatClass::Number {
            (shown.width, shown.decimals) = (Some(format.width.into()), Some(format.decimals.into()));
            shown.style = format.style();
        }
        shown
    };
    // The format of a text is its width.
    let is_plain_text = stored.width.is_some_and(|width| stored.print == Format::text(width));
    variable.format = (!is_plain_text).then(|| shown(&stored.print));
    if let Some(stated) = &stored.stated_format {
        let format = variable.format.get_or_insert_default();
        format.native.insert("spss".to_owned(), stated.to_string());
    }
    variable.write_format = (stored.write != stored.print).then(|| shown(&stored.write));
    for attribute in &translated.attributes {
        let role = (attribute.name == ROLE).then(|| role(attribute)).flatten();
        match role {
            Some(role) => variable.role = Some(role),
            None => variable.attributes.extend([self::attribute(attribute)]),
        }
    }
    if let Some(width) = stored.width {
        variable.facts.storage.insert("spss".to_owned(), format!("A{width}"));
    }
    variable
}

/// Missing values as a codebook has them, which do not overlap: single values in the range say nothing more, and a range whose
/// ends are in the wrong order holds nothing. A reason is called by its label, or else by its number.
fn missing(
    stored: &SavVariable,
    kind: &Kind,
    reasons: &[f64],
    labels: Option<(&ValueLabels, &Translated<'_>)>,
) -> Vec<Missing> {
    let range = MissingValues::new(stored.missing.range, Vec::new());
    let covers = |value: &Stored| range.contains(value);
    let mut all = Vec::new();
    all.extend(range_of(stored, kind));
    let mut taken: Vec<&Stored> = Vec::new();
    for single in &stored.missing.values {
        if covers(single) || taken.contains(&single) {
            continue;
        }
        taken.push(single);
        if let Some(number) = single.as_number().filter(|number| reasons.contains(number)) {
            let label = labels.and_then(|(set, translated)| {
                let at = set.labels.iter().position(|(value, _)| value == single)?;
                let (_, label) = set.labels.get(at)?;
                Some(translated.value_label(at, label)).filter(|label| !label.is_empty())
            });
            let label = label.unwrap_or_else(|| doubles::shown(number).into());
            all.push(Missing::reason().label(label));
            continue;
        }
        all.extend(described(single, kind).map(|value: Value| Missing::value(value)));
    }
    all
}

/// The range that a file declares missing, as one of a variable of this kind.
pub(super) fn range_of(stored: &SavVariable, kind: &Kind) -> Option<Missing> {
    let (low, high) = match stored.missing.range? {
        // An end there must be.
        (None, None) => (Some(lowest(kind)), None),
        (Some(low), Some(high)) if low > high => return None,
        ends => ends,
    };
    let end = |end: Option<f64>| match end {
        Some(number) => described(&Stored::Number(number), kind).map(Some),
        None => Some(None),
    };
    Some(Missing::range(end(low)?, end(high)?))
}

fn attribute(attribute: &Attribute) -> (String, Described) {
    let value = match attribute.values.as_slice() {
        [one] => Described::One(one.clone()),
        many => Described::Many(many.to_vec()),
    };
    (attribute.name.clone(), value)
}

fn role(attribute: &Attribute) -> Option<Role> {
    meant(&ROLES, attribute.values.first()?.parse().ok()?)
}

/// Multiple response sets and variable sets.
fn groups(metadata: &SavMetadata) -> Vec<Group> {
    let sets = metadata.response_sets.iter().map(|set| set.name.as_str());
    let names: Vec<&str> = sets.chain(metadata.variable_sets.iter().map(|set| set.name.as_str())).collect();
    let rules = NameRules::new(usize::MAX, usize::MAX, &|_, _| true, "set");
    let mut names = legal_unique(&names, &rules).into_iter();
    let member = |position: &usize| metadata.variables.get(*position).map(|variable| variable.name.clone());
    let mut group = |kind: GroupKind, members: &[usize]| {
        Group::new(names.next().unwrap_or_default(), kind, members.iter().filter_map(member))
    };
    let mut groups = Vec::new();
    for set in &metadata.response_sets {
        let mut of_responses = group(kind(set), &set.members);
        of_responses.label = set.label.as_str().into();
        of_responses.label_source = set.label_source;
        groups.push(of_responses);
    }
    groups.extend(metadata.variable_sets.iter().map(|set| group(GroupKind::Set, &set.members)));
    groups
}

fn kind(set: &ResponseSet) -> GroupKind {
    match &set.kind {
        ResponseSetKind::Category => GroupKind::MultipleCategory,
        ResponseSetKind::Dichotomy(counted) => {
            let counted = match counted {
                Stored::Number(number) => {
                    described(&Stored::Number(*number), &Kind::FLOAT).unwrap_or(Value::Integer(1))
                }
                Stored::Text(text) => Value::Text(text.clone()),
            };
            GroupKind::MultipleDichotomy { counted }
        }
    }
}
