//! Attributes of a codebook as those of a file.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use encoding_rs::Encoding;
use exporter_core::codebook::{Attribute as Described, Role, Table};
use exporter_core::{Loss, LossCode};
use exporter_spss::{in_encoding, unique_attribute_names};

use crate::attribute_names::{CODEBOOK, DATES, ROLE, SECOND_LANGUAGE};
use crate::codes::{self, ROLES};
use crate::metadata::{Attribute, CaseDates};
use crate::spec::VALUE_ENDS;

/// Makes attributes and counts what changes.
pub(super) struct Attributes {
    /// That of the names.
    encoding: Option<&'static Encoding>,
    renamed: (u64, Option<String>),
    joined: (u64, Option<String>),
    without_value: (u64, Option<String>),
    lost_dates: bool,
}

type All = BTreeMap<String, Described>;

impl Attributes {
    pub(super) fn new(encoding: Option<&'static Encoding>) -> Self {
        let none = || (0, None);
        Self { encoding, renamed: none(), joined: none(), without_value: none(), lost_dates: false }
    }

    /// Those of a variable, and behind them `ours`, which keep their names.
    pub(super) fn of_variable(&mut self, attributes: &All, mut ours: Vec<Attribute>) -> Vec<Attribute> {
        for value in ours.iter_mut().flat_map(|our| &mut our.values) {
            *value = self.line(value);
        }
        let mut written = self.written(attributes.iter(), &ours);
        written.extend(ours);
        written
    }

    /// Those of the table and the study; the table's keep their names where these are the same.
    pub(super) fn of_file(&mut self, study: &All, table: &All) -> Vec<Attribute> {
        let of_table = table.iter().filter(|(name, _)| ![DATES, SECOND_LANGUAGE].contains(&name.as_str()));
        let of_study = study.iter().filter(|(name, value)| table.get(*name) != Some(*value));
        let codebook = [Attribute::new(CODEBOOK, Vec::new())];
        self.written(of_table.chain(of_study), &codebook)
    }

    /// Attributes under names that SPSS has and none of `ours`; what one of ours says anyhow is left out.
    fn written<'a>(
        &mut self,
        attributes: impl Iterator<Item = (&'a String, &'a Described)>,
        ours: &[Attribute],
    ) -> Vec<Attribute> {
        let is_other = |(name, value): &(&String, &Described)| {
            !ours.iter().any(|our| our.name == **name && our.values == value.values())
        };
        let all: Vec<(&String, &Described)> = attributes.filter(is_other).collect();
        if all.is_empty() {
            return Vec::new();
        }
        let theirs = all.iter().map(|(name, _)| in_encoding(name, self.encoding));
        let names: Vec<Cow<'_, str>> =
            ours.iter().map(|our| our.name.as_str().into()).chain(theirs).collect();
        let legal = unique_attribute_names(&names);
        let mut written = Vec::with_capacity(all.len());
        for ((name, attribute), legal) in all.into_iter().zip(legal.into_iter().skip(ours.len())) {
            if legal != *name {
                tell(&mut self.renamed, name);
            }
            let mut values: Vec<String> = attribute.values().iter().map(|value| self.line(value)).collect();
            if values.is_empty() {
                tell(&mut self.without_value, name);
                values.push(String::new());
            }
            written.push(Attribute::new(legal, values));
        }
        written
    }

    /// A value without line feeds and NULs, which would end it.
    fn line(&mut self, value: &str) -> String {
        if value.contains(VALUE_ENDS) {
            tell(&mut self.joined, value);
        }
        line(value)
    }

    /// What changed.
    pub(super) fn losses(self) -> impl Iterator<Item = Loss> {
        let told = |code: LossCode, action: &str, unit, (count, first): (u64, Option<String>)| {
            first.map(|first| Loss::new(code, action).count(count).counting(unit).first(None, first))
        };
        let action = "attributes written under a name that SPSS has";
        let renamed = told(LossCode::NAME_CHANGED, action, "attributes", self.renamed);
        let action = "line feeds and NULs in attributes written as blanks";
        let joined = told(LossCode::TEXT_REPLACED, action, "attribute values", self.joined);
        let action = "attributes without a value written with an empty one";
        let empty = told(LossCode::TEXT_REPLACED, action, "attributes", self.without_value);
        let action =
            "the dates of the cases are left out, a variable that they name is missing or they are none";
        let dates = self.lost_dates.then(|| Loss::new(LossCode::METADATA_DROPPED, action));
        renamed.into_iter().chain(joined).chain(empty).chain(dates)
    }
}

/// A value as one line.
pub(crate) fn line(value: &str) -> String {
    value.replace("\r\n", " ").replace(VALUE_ENDS, " ")
}

fn tell((count, first): &mut (u64, Option<String>), what: &str) {
    *count += 1;
    first.get_or_insert_with(|| what.to_owned());
}

/// The attribute of a role.
pub(super) fn role(role: Role) -> Attribute {
    let number = codes::number(&ROLES, &role).unwrap_or_default();
    Attribute::new(ROLE, vec![number.to_string()])
}

/// The dates of the cases that a table was read with; they are left out where a variable is missing.
pub(super) fn dates(
    table: &Table,
    columns: &HashMap<&str, usize>,
    attributes: &mut Attributes,
) -> Option<CaseDates> {
    let stated = table.attributes.get(DATES)?;
    let numbers =
        |text: &str| text.split(' ').map(|number| number.parse().ok()).collect::<Option<Vec<i32>>>();
    let variable = |part: &String| {
        let (name, numbers_) = part.split_once('=')?;
        let [kind, period] = numbers(numbers_)?.try_into().ok()?;
        Some((*columns.get(name)?, kind, period))
    };
    let all = || {
        let (head, variables) = stated.values().split_first()?;
        let head = numbers(head)?.try_into().ok()?;
        let variables: Option<Vec<(usize, i32, i32)>> = variables.iter().map(variable).collect();
        Some(CaseDates { head, variables: variables? })
    };
    let dates = all();
    attributes.lost_dates = dates.is_none();
    dates
}
