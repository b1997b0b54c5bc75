//! References of a codebook as the IDs of its document.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::Codebook;
use exporter_core::{Loss, LossCode};

use super::{DdiWriter, Ids, SharedByVariables};
use crate::mapping::groups;
use crate::mapping::references::{self, Kept, Owner, Part, Target};
use crate::mapping::texts::Languages;
use crate::mapping::{documents, study};
use exporter_xml::Element;

impl DdiWriter<'_> {
    /// The codebook as this document says it: its references are IDs of the document, each ID is there once, and what refers to
    /// nothing is told and stands in a note. None where nothing of it is kept.
    pub(crate) fn with_ids(&self) -> Option<(Codebook, Vec<Loss>)> {
        let kept = references::kept(self.codebook);
        if kept.is_empty() {
            return None;
        }
        let mut codebook = self.codebook.clone();
        let now = references::make_unique(&mut codebook, &kept);
        let languages = Languages { told: None, ..self.languages };
        let writer = DdiWriter { codebook: &codebook, languages, ..*self };
        let ids = Ids::of(&codebook);
        let places = Places { standing: writer.standing(&ids, &kept), ids, now, codebook: &codebook };
        let mut resolved = codebook.clone();
        let mut lost: BTreeMap<(&str, Option<usize>), (u64, String)> = BTreeMap::new();
        for kept in kept.iter().filter(|kept| !kept.is_id) {
            let (mut said, mut whole) = (Vec::new(), Vec::new());
            let mut is_whole = true;
            for value in kept.values(&mut resolved) {
                let (mut ids, mut words) = (Vec::new(), Vec::new());
                for word in value.split_whitespace() {
                    let id = places.id(word, kept.owner);
                    if id.is_none() {
                        let first = || (0, places.named(word, kept.owner));
                        let (count, _) =
                            lost.entry((&kept.attribute, kept.owner.table())).or_insert_with(first);
                        *count += 1;
                        is_whole = false;
                    }
                    let is_kept = Target::of(word).is_none();
                    words.push(id.clone().filter(|_| is_kept).unwrap_or_else(|| word.to_owned()));
                    ids.extend(id);
                }
                said.push(Some(ids.join(" ")).filter(|ids| !ids.is_empty()));
                whole.push(words.join(" "));
            }
            kept.replace(&mut resolved, said);
            if !is_whole {
                kept.keep_unresolved(&mut resolved, whole);
            }
        }
        let losses = lost.into_iter().map(|((attribute, table), (count, first))| {
            let action = format!(
                "`{attribute}` refers to what the document does not have, and is kept in a note alone"
            );
            let loss = Loss::new(LossCode::METADATA_DROPPED, action).count(count).counting("references");
            let loss = loss.first(None, first);
            match table.and_then(|table| codebook.tables.get(table)) {
                Some(table) => loss.table(&table.name),
                None => loss,
            }
        });
        let losses = losses.collect();
        Some((resolved, losses))
    }

    /// The IDs that stand in the document among those of files and records and those that are kept.
    fn standing(&self, ids: &Ids<'_>, kept: &[Kept]) -> HashSet<String> {
        let mut standing = HashSet::new();
        let owners: HashSet<Owner> = kept.iter().filter(|kept| kept.is_id).map(|kept| kept.owner).collect();
        let codebook = self.codebook;
        if owners.contains(&Owner::Study) {
            let whole = study::write(&codebook.study, &codebook.documents, self.languages, self.structure());
            gather(&whole, &mut standing);
            for document in &codebook.documents {
                let element = documents::write(
                    document,
                    &codebook.study,
                    (None, false),
                    self.languages,
                    self.structure(),
                );
                gather(&element, &mut standing);
            }
        }
        for (at, table) in codebook.tables.iter().enumerate() {
            gather(&self.table_entry(at, table, ids).write(), &mut standing);
            let (variables, groups) = ids.members(at);
            for group in table.groups.iter().filter(|_| owners.contains(&Owner::Table(at))) {
                let element =
                    groups::write(group, table, "", variables, groups, self.languages, self.structure());
                gather(&element, &mut standing);
            }
            let shared = SharedByVariables::of(table);
            for (column, variable) in table.variables.iter().enumerate() {
                if owners.contains(&Owner::Variable(at, column)) {
                    gather(&self.spelled(at, (column, variable), &shared, ids), &mut standing);
                }
            }
        }
        standing
    }
}

/// Adds the IDs in an element.
fn gather(element: &Element, ids: &mut HashSet<String>) {
    ids.extend(element.attribute("ID").map(str::to_owned));
    element.elements().for_each(|child| gather(child, ids));
}

/// Where references lead.
struct Places<'a> {
    codebook: &'a Codebook,
    ids: Ids<'a>,
    standing: HashSet<String>,
    /// By owner and ID that is kept, the ID that it has in the document.
    now: HashMap<(Owner, String), String>,
}

impl Places<'_> {
    /// The ID of what a word refers to; none where it is not in the document.
    fn id(&self, word: &str, from: Owner) -> Option<String> {
        let Some(target) = Target::of(word) else { return self.kept(word, from) };
        match target.part {
            Part::File => self.codebook.table(&target.name).map(|(at, _)| self.ids.file(at)),
            Part::Record => {
                let record = self.codebook.table(&target.name).map(|(at, _)| self.ids.record(at));
                record.filter(|id| self.standing.contains(id))
            }
            Part::Variable | Part::Group => {
                let table = match &target.table {
                    Some(name) => self.codebook.table(name)?.0,
                    None => from.table()?,
                };
                if target.part == Part::Variable {
                    return self.ids.variable(table, &target.name).map(str::to_owned);
                }
                Some(self.ids.group(table, &target.name)).filter(|id| !id.is_empty())
            }
        }
    }

    /// The ID of an element that is kept: one of the same variable or table, of the study, or the first one.
    fn kept(&self, id: &str, from: Owner) -> Option<String> {
        let near = [Some(from), from.table().map(Owner::Table), Some(Owner::Study)].into_iter().flatten();
        let near = near.filter_map(|owner| self.now.get(&(owner, id.to_owned()))).next();
        let any = || self.now.values().find(|known| *known == id);
        near.or_else(any).filter(|id| self.standing.contains(*id)).cloned()
    }

    /// A reference, and where it stands.
    fn named(&self, word: &str, from: Owner) -> String {
        match from {
            Owner::Variable(table, column) => {
                let variable = self.codebook.tables.get(table).and_then(|table| table.variables.get(column));
                variable.map_or_else(|| word.to_owned(), |variable| format!("{} of {}", word, variable.name))
            }
            Owner::Study | Owner::Table(_) => word.to_owned(),
        }
    }
}
