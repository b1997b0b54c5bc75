//! What an entry of a bundle lacks and another one holds, which no loss of the export is.

use std::collections::HashSet;

use super::{Exporter, Plan};
use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::dataset::TableId;
use crate::loss::{Loss, LossCode, LossReport};
use crate::sink::EntrySpec;

/// One format of a bundle and what its plan loses.
struct Planned<'a> {
    exporter: &'a dyn Exporter,
    entries: &'a [EntrySpec],
    lost: HashSet<LossKey<'a>>,
}

/// The code, table and variable of a loss.
type LossKey<'a> = (&'a LossCode, Option<&'a str>, Option<&'a str>);

fn key(loss: &Loss) -> LossKey<'_> {
    (&loss.code, loss.table.as_deref(), loss.variable.as_deref())
}

/// The losses of all plans, each made by the exporter of its position. What one lacks of a part of the codebook is held by
/// another one that carries the part whole or within limits and reports no such loss of the same variable.
pub(super) fn losses<'a>(
    exporters: impl Iterator<Item = &'a dyn Exporter>,
    plans: &'a [Box<dyn Plan + 'a>],
    codebook: &Codebook,
) -> LossReport {
    let plans = || plans.iter().map(|plan| &**plan);
    let planned = |(exporter, plan): (&'a dyn Exporter, &'a (dyn Plan + 'a))| Planned {
        exporter,
        entries: plan.entries(),
        lost: plan.changes().losses.iter().map(key).collect(),
    };
    let all: Vec<Planned<'_>> = exporters.zip(plans()).map(planned).collect();
    let holder = |own: usize, loss: &Loss| {
        let part = loss.part?;
        // What is changed instead of dropped is other in this entry, whatever others hold.
        if matches!(all.get(own)?.exporter.carries(part), Carry::Changed(..)) {
            return None;
        }
        let table = loss.table.as_deref().and_then(|name| codebook.table(name));
        let table = table.map(|(position, _)| TableId(position));
        let others = all.iter().enumerate().filter(|(other, _)| *other != own);
        let entries: Vec<&EntrySpec> =
            others.filter_map(|(_, other)| other.entry(part, table, loss)).collect();
        // An entry of the description alone goes before one of rows.
        let entry = entries.iter().find(|entry| entry.table.is_none()).or(entries.first())?;
        Some(entry.path.clone())
    };
    let mut report = LossReport::default();
    for (own, plan) in plans().enumerate() {
        let losses = &plan.changes().losses;
        for loss in losses.iter() {
            report.add(holder(own, loss).into_iter().fold(loss.clone(), Loss::held_by));
        }
        losses.held().for_each(|loss| report.add(loss.clone()));
    }
    report
}

impl Planned<'_> {
    /// The entry that holds what a loss of another one is about.
    fn entry(&self, part: Part, table: Option<TableId>, loss: &Loss) -> Option<&EntrySpec> {
        let is_of_table = |entry: &&EntrySpec| table.is_none_or(|table| entry.is_about(table));
        match self.exporter.carries(part) {
            // The plan knows of single things that it does not hold after all.
            Carry::Whole if !self.lost.contains(&key(loss)) => self.entries.iter().find(is_of_table),
            // Within limits a description alone holds nothing of single rows.
            Carry::Limited if !self.lost.contains(&key(loss)) => {
                self.entries.iter().find(|entry| table.is_some() && entry.table == table)
            }
            _ => None,
        }
    }
}
