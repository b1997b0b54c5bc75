//! Groups of variables as multiple response sets.

use std::borrow::Cow;

use encoding_rs::Encoding;
use exporter_core::codebook::{Group, GroupKind, LabelSource, Language, Table, Value as CodebookValue};
use exporter_core::truncate::to_bytes;
use exporter_core::{Loss, LossCode, Part};

use crate::Value;
use crate::limits::{MAX_MISSING_TEXT_BYTES, MAX_NAME_BYTES, MAX_VALUE_LABEL};
use crate::names::{in_encoding, unique_names};
use crate::values::is_text;

/// A multiple response set.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseSet {
    /// Name without the `$` before it.
    pub name: String,
    /// Label.
    pub label: String,
    /// What its variables hold.
    pub kind: ResponseSetKind,
    /// Where the labels of a set of dichotomies come from, where they are not those of its variables.
    pub label_source: Option<LabelSource>,
    /// Positions of its variables; SPSS writes two at least.
    pub members: Vec<usize>,
}

/// What the variables of a set hold.
#[derive(Clone, Debug, PartialEq)]
pub enum ResponseSetKind {
    /// One variable per option, chosen where it has this value.
    Dichotomy(Value),
    /// Several variables of the same options.
    Category,
}

impl ResponseSet {
    /// A set of these variables, labelled by them.
    pub fn new(
        name: impl Into<String>,
        label: impl Into<String>,
        kind: ResponseSetKind,
        members: Vec<usize>,
    ) -> Self {
        Self { name: name.into(), label: label.into(), kind, label_source: None, members }
    }

    /// The set that a group becomes; `sets` says that variable sets have a place elsewhere.
    pub(crate) fn of(
        group: &Group,
        table: &Table,
        language: Language<'_>,
        sets: bool,
        losses: &mut Vec<Loss>,
    ) -> Option<Self> {
        let mut dropped = |action: &str| {
            losses
                .push(Loss::new(LossCode::GROUP_DROPPED, action).part(Part::Groups).first(None, &group.name));
            None
        };
        let kind = match &group.kind {
            GroupKind::MultipleCategory => ResponseSetKind::Category,
            GroupKind::MultipleDichotomy { counted: value } => match counted(value) {
                Some(counted) => ResponseSetKind::Dichotomy(counted),
                None => return dropped("SPSS has multiple response sets only"),
            },
            // A variable set, which is no multiple response set, is for whoever writes a file.
            GroupKind::Set if sets => return None,
            _ => return dropped("SPSS has multiple response sets only"),
        };
        let member = |name: &String| table.variable(name).map(|(column, _)| column);
        let members: Vec<usize> = group.members.iter().filter_map(member).collect();
        if members.len() < 2 {
            return dropped("a set needs two variables");
        }
        let is_text_member =
            |column: &usize| table.variables.get(*column).is_some_and(|it| is_text(&it.kind));
        let texts = members.iter().filter(|column| is_text_member(column)).count();
        let counts_texts = match &kind {
            ResponseSetKind::Dichotomy(counted) => Some(matches!(counted, Value::Text(_))),
            ResponseSetKind::Category => None,
        };
        if texts != 0 && texts != members.len()
            || counts_texts.is_some_and(|of_texts| of_texts != (texts > 0))
        {
            return dropped(
                "the variables of a set, and the value that it counts, are all numbers or all texts",
            );
        }
        let label = group.label.get(language);
        let cut = to_bytes(label, MAX_VALUE_LABEL);
        if cut.len() < label.len() {
            let action = "the group's label is cut at 120 bytes";
            losses.push(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
        }
        // Categories have no other labels than those of their values.
        let label_source = group.label_source.filter(|_| kind != ResponseSetKind::Category);
        // A set that is called by its first variable has no label of its own.
        let label_source = match label_source {
            Some(LabelSource::FirstVariable) if !cut.is_empty() => Some(LabelSource::CountedValues),
            source => source,
        };
        Some(Self { name: group.name.clone(), label: cut.to_owned(), kind, label_source, members })
    }
}

/// Gives sets names that SPSS has, without the `$` before them.
pub(crate) fn unique_set_names(sets: &mut [ResponseSet], encoding: Option<&'static Encoding>) {
    let encoded: Vec<Cow<'_, str>> = sets.iter().map(|set| in_encoding(&set.name, encoding)).collect();
    let names: Vec<&str> = encoded.iter().map(|name| to_bytes(name, MAX_NAME_BYTES - 1)).collect();
    let names = unique_names(&names);
    for (set, name) in sets.iter_mut().zip(names) {
        to_bytes(&name, MAX_NAME_BYTES - 1).clone_into(&mut set.name);
    }
}

fn counted(value: &CodebookValue) -> Option<Value> {
    match value {
        CodebookValue::Text(text) => {
            (text.len() <= MAX_MISSING_TEXT_BYTES).then(|| Value::Text(text.clone()))
        }
        CodebookValue::Boolean(truth) => Some(Value::Number(f64::from(u8::from(*truth)))),
        other => other.as_f64().map(Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::{Codebook, Kind, Variable};

    use super::*;

    #[test]
    fn only_dichotomies_have_a_source_of_labels() {
        let codebook = Codebook::new("study");
        let table = Table::new("t", ["a", "b"].map(|name| Variable::new(name, Kind::INTEGER)).into());
        let source_of = |kind, source, label: &str| {
            let mut group = Group::new("g", kind, ["a", "b"]).with_label(label);
            group.label_source = Some(source);
            let set = ResponseSet::of(&group, &table, codebook.language(None), true, &mut Vec::new());
            set.unwrap().label_source
        };
        let counted = CodebookValue::Integer(1);
        let dichotomies = GroupKind::MultipleDichotomy { counted };
        let (values, first) = (LabelSource::CountedValues, LabelSource::FirstVariable);
        assert_eq!(source_of(dichotomies.clone(), values, "Set"), Some(values));
        assert_eq!(source_of(dichotomies.clone(), first, ""), Some(first));
        assert_eq!(source_of(dichotomies, first, "Set"), Some(values), "else the label would be lost");
        assert_eq!(source_of(GroupKind::MultipleCategory, values, "Set"), None, "SPSS would refuse it");
    }
}
