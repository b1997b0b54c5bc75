//! Attributes of a codebook as those of a file.

use std::collections::BTreeMap;

use exporter_core::codebook::{Attribute as Described, Role, Table};
use exporter_core::{Loss, LossCode};
use exporter_spss::unique_names;

use crate::attribute_names::{DATES, ROLE};
use crate::codes::{self, ROLES};
use crate::metadata::{Attribute, CaseDates};

/// Makes attributes and counts what changes.
#[derive(Default)]
pub(super) struct Attributes {
    renamed: (u64, Option<String>),
    line_feeds: (u64, Option<String>),
    lost_dates: bool,
}

type All = BTreeMap<String, Described>;

impl Attributes {
    /// Those of a variable, which may have a role beside them.
    pub(super) fn of_variable(&mut self, attributes: &All, has_role: bool) -> Vec<Attribute> {
        self.written(attributes.iter().filter(|(name, _)| !(has_role && name.as_str() == ROLE)))
    }

    /// Those of the study and the table; the table's come first where names are the same.
    pub(super) fn of_file(&mut self, study: &All, table: &All) -> Vec<Attribute> {
        let of_study = study.iter().filter(|(name, _)| !table.contains_key(*name));
        self.written(table.iter().chain(of_study).filter(|(name, _)| name.as_str() != DATES))
    }

    fn written<'a>(
        &mut self,
        attributes: impl Iterator<Item = (&'a String, &'a Described)>,
    ) -> Vec<Attribute> {
        let all: Vec<(&String, &Described)> = attributes.collect();
        if all.is_empty() {
            return Vec::new();
        }
        let names: Vec<&String> = all.iter().map(|(name, _)| *name).collect();
        // A name that begins with `$` is hidden from users, and legal for attributes alone.
        let bare: Vec<&str> = names.iter().map(|name| name.strip_prefix('$').unwrap_or(name)).collect();
        let legal = unique_names(&bare);
        let mut written = Vec::with_capacity(all.len());
        for ((name, attribute), legal) in all.into_iter().zip(legal) {
            let legal = if name.starts_with('$') { format!("${legal}") } else { legal };
            if legal != *name {
                self.renamed.0 += 1;
                self.renamed.1.get_or_insert_with(|| name.clone());
            }
            let values = match attribute {
                Described::One(value) => std::slice::from_ref(value),
                Described::Many(values) => values.as_slice(),
            };
            written.push(Attribute::new(legal, values.iter().map(|value| self.line(value)).collect()));
        }
        written
    }

    /// A value without line feeds, which would end it.
    fn line(&mut self, value: &str) -> String {
        if value.contains('\n') {
            self.line_feeds.0 += 1;
            self.line_feeds.1.get_or_insert_with(|| value.to_owned());
        }
        value.replace("\r\n", " ").replace('\n', " ")
    }

    /// What changed.
    pub(super) fn losses(self) -> impl Iterator<Item = Loss> {
        let told = |code: LossCode, action: &str, (count, first): (u64, Option<String>)| {
            first.map(|first| Loss::new(code, action).count(count).first(None, first))
        };
        let renamed =
            told(LossCode::NAME_CHANGED, "attributes written under a name that SPSS has", self.renamed);
        let action = "line feeds in attributes written as blanks";
        let joined = told(LossCode::TEXT_REPLACED, action, self.line_feeds);
        let action = "the dates of the cases are left out, a variable that they name is missing";
        let dates = self.lost_dates.then(|| Loss::new(LossCode::METADATA_DROPPED, action));
        renamed.into_iter().chain(joined).chain(dates)
    }
}

/// The attribute of a role.
pub(super) fn role(role: Role) -> Attribute {
    let number = codes::number(&ROLES, &role).unwrap_or_default();
    Attribute::new(ROLE, vec![number.to_string()])
}

/// The dates of the cases that a table was read with; they are left out where a variable is missing.
pub(super) fn dates(table: &Table, attributes: &mut Attributes) -> Option<CaseDates> {
    let Described::Many(parts) = table.attributes.get(DATES)? else { return None };
    let numbers =
        |text: &str| text.split(' ').map(|number| number.parse().ok()).collect::<Option<Vec<i32>>>();
    let (head, variables) = parts.split_first()?;
    let variable = |part: &String| {
        let (numbers_, name) = part.split_once('=').map(|(name, numbers_)| (numbers_, name))?;
        let [kind, period] = numbers(numbers_)?.try_into().ok()?;
        Some((table.variable(name)?.0, kind, period))
    };
    let all: Option<Vec<(usize, i32, i32)>> = variables.iter().map(variable).collect();
    let head = numbers(head).and_then(|head| head.try_into().ok());
    attributes.lost_dates = all.is_none();
    Some(CaseDates { head: head?, variables: all? })
}
