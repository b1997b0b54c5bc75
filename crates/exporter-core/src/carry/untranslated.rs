//! Labels that have no text in the language asked for.

use std::collections::HashSet;

use super::{Carry, Part};
use crate::codebook::{Codebook, Table, Text};
use crate::loss::{Loss, LossCode};

/// How many labels of each table a format shows in another language than the one asked for: labels of the parts that it
/// carries, each set of value labels once.
pub(crate) fn untranslated(
    codebook: &Codebook,
    wanted: Option<&str>,
    carries: &dyn Fn(Part) -> Carry,
) -> Vec<Loss> {
    let is_written = |part: Part| matches!(carries(part), Carry::Whole | Carry::Limited);
    let Some(wanted) = wanted else { return Vec::new() };
    let is_default = codebook.default_language().is_some_and(|default| default.eq_ignore_ascii_case(wanted));
    let lacks = |text: &&Text| {
        let own = text.translation(wanted).or_else(|| text.untagged().filter(|_| is_default));
        !text.is_empty() && own.is_none()
    };
    let of_table = |table: &Table| {
        let mut count = 0;
        let mut first = None;
        let mut see = |part: Part, name: &str, labels: &mut dyn Iterator<Item = &Text>| {
            let lacking = labels.filter(lacks).count();
            if lacking > 0 && is_written(part) {
                count += lacking as u64;
                first.get_or_insert_with(|| name.to_owned());
            }
        };
        see(Part::TableLabel, &table.name, &mut std::iter::once(&table.label));
        let mut seen = HashSet::new();
        for variable in &table.variables {
            see(Part::VariableLabel, &variable.name, &mut std::iter::once(&variable.label));
            let is_new = variable.labels.as_ref().is_some_and(|name| seen.insert(name));
            let set = codebook.value_labels_of(variable).filter(|_| is_new);
            let labels = set.iter().flat_map(|set| &set.entries).map(|entry| &entry.label);
            see(Part::ValueLabels, &variable.name, &mut { labels });
            let reasons = variable.missing.iter().map(|missing| &missing.label);
            if is_written(Part::MissingReasons) {
                see(Part::ReasonLabels, &variable.name, &mut { reasons });
            }
        }
        let action = format!("labels have no text in {wanted}: what stands there is of another language");
        let loss = Loss::new(LossCode::LANGUAGE_DROPPED, action).table(&table.name);
        let loss = loss.count(count).counting("labels");
        Some(loss.first(None, first?))
    };
    codebook.tables.iter().filter_map(of_table).collect()
}
