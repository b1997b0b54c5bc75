//! Groups of variables as multiple response sets.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::Encoding;
use exporter_core::codebook::{Group, GroupKind, LabelSource, Language, Value as CodebookValue};
use exporter_core::truncate::to_bytes;
use exporter_core::{Loss, LossCode, Part};

use crate::limits::{MAX_MISSING_TEXT_BYTES, MAX_VALUE_LABEL};
use crate::names::{in_encoding, unique_set_names};
use crate::{Value, VariableDescription};

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

    /// The set that a group becomes of these variables, whose names `columns` knows; `sets` says that variable sets have a
    /// place elsewhere, as in a file.
    pub(crate) fn of(
        group: &Group,
        variables: &[VariableDescription],
        columns: &HashMap<&str, usize>,
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
                None => return dropped("SPSS counts numbers, and texts of 8 bytes at most"),
            },
            // A variable set, which is no multiple response set, is for whoever writes a file.
            GroupKind::Set if sets => return None,
            _ => return dropped("SPSS has multiple response sets only"),
        };
        let member = |name: &String| columns.get(name.as_str()).copied();
        let members: Vec<usize> = group.members.iter().filter_map(member).collect();
        if members.len() < 2 {
            return dropped("a set needs two variables");
        }
        // Numbers beyond double precision are texts, too.
        let is_text_member =
            |column: &usize| variables.get(*column).is_some_and(|it| it.text_bytes.is_some());
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
        // In syntax a set that is called by its first variable has no label of its own.
        let label_source = match label_source {
            Some(LabelSource::FirstVariable) if !cut.is_empty() && !sets => Some(LabelSource::CountedValues),
            source => source,
        };
        Some(Self { name: group.name.clone(), label: cut.to_owned(), kind, label_source, members })
    }
}

/// Gives sets names that SPSS has, without the `$` before them, and tells which are others than their groups'.
pub(crate) fn name_sets(
    sets: &mut [(ResponseSet, &Group)],
    encoding: Option<&'static Encoding>,
    losses: &mut Vec<Loss>,
) {
    let encoded: Vec<Cow<'_, str>> =
        sets.iter().map(|(_, group)| in_encoding(&group.name, encoding)).collect();
    let names = unique_set_names(&encoded);
    for ((set, group), name) in sets.iter_mut().zip(names) {
        if name != group.name {
            losses.push(renamed_group(group, &name));
        }
        set.name = name;
    }
}

/// The loss that another name of a group is.
pub fn renamed_group(group: &Group, name: &str) -> Loss {
    let action = format!("the group is written as {name}");
    Loss::new(LossCode::NAME_CHANGED, action).first(None, &group.name)
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
    use exporter_core::codebook::{Codebook, Kind, Table, Variable};
    use exporter_core::profile::Number;
    use exporter_core::{ColumnFacts, TableProfile};

    use super::*;
    use crate::{Choices, ExactOption, Target, describe};

    /// What the groups of two numbers become in a file, and what it loses.
    fn sets_of(groups: Vec<Group>, most: i128) -> (Vec<ResponseSet>, Vec<String>) {
        let mut table = Table::new("t", ["a", "b"].map(|name| Variable::new(name, Kind::INTEGER)).into());
        table.groups = groups;
        let codebook = Codebook::new("study").with_table(table);
        let mut facts = TableProfile::default();
        for (column, most) in [most, 1].into_iter().enumerate() {
            let mut of_column = ColumnFacts::default();
            of_column.range = Some(Some((Number::Integer(0), Number::Integer(most))));
            facts.columns.insert(column, of_column);
        }
        let choices =
            Choices { target: Target::SystemFile, large_integers: ExactOption::Text, ..Choices::default() };
        let language = codebook.language(None);
        let described = describe(&codebook, &codebook.tables[0], Some(&facts), language, &choices).unwrap();
        let told = described.losses.iter().map(|loss| {
            let first = loss.first.as_ref().map_or("", |first| first.value.as_str());
            format!("{}: {}: {first}", loss.code.as_str(), loss.action)
        });
        (described.sets, told.collect())
    }

    #[test]
    fn only_dichotomies_have_a_source_of_labels() {
        let source_of = |kind, source, label: &str| {
            let mut group = Group::new("g", kind, ["a", "b"]).with_label(label);
            group.label_source = Some(source);
            sets_of(vec![group], 1).0[0].label_source
        };
        let counted = CodebookValue::Integer(1);
        let dichotomies = GroupKind::MultipleDichotomy { counted };
        let (values, first) = (LabelSource::CountedValues, LabelSource::FirstVariable);
        assert_eq!(source_of(dichotomies.clone(), values, "Set"), Some(values));
        assert_eq!(source_of(dichotomies.clone(), first, ""), Some(first));
        assert_eq!(source_of(dichotomies, first, "Set"), Some(first), "a file has both");
        assert_eq!(source_of(GroupKind::MultipleCategory, values, "Set"), None, "SPSS would refuse it");
    }

    #[test]
    fn numbers_that_are_stored_as_texts_are_in_no_set_with_others() {
        let group = || vec![Group::new("g", GroupKind::MultipleCategory, ["a", "b"])];
        assert_eq!(sets_of(group(), 1).0.len(), 1);
        let (sets, told) = sets_of(group(), 9_007_199_254_740_993);
        assert_eq!(sets, []);
        assert!(
            told.iter().any(|told| told.starts_with("group-dropped: the variables of a set")),
            "{told:?}"
        );
    }

    #[test]
    fn groups_of_another_name_are_told() {
        let names = ["my set", "good", "Good"];
        let group = |name| Group::new(name, GroupKind::MultipleCategory, ["a", "b"]);
        let (sets, told) = sets_of(names.map(group).into(), 1);
        let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        assert_eq!(names, ["my_set", "good", "Good_2"]);
        assert_eq!(
            told,
            [
                "name-changed: the group is written as Good_2: Good",
                "name-changed: the group is written as my_set: my set"
            ]
        );
    }
}
