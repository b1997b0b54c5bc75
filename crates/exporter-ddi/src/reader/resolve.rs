//! From the parts of a document to a codebook: what leads from one to another is found by IDs.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Codebook, Group, Parent, Table, TableKind, ValueLabels};
use exporter_core::{Loss, LossCode};

use super::free_names::FreeNames;
use super::sound::make_sound;
use super::{Column, DdiDocument, Found, LabelSets, Parts, TableFile, not_taken};
use crate::mapping::groups::table_of;
use crate::mapping::note;
use crate::mapping::tables::{ReadRecord, ReadTable};
use crate::xml::Element;

/// A table that grows.
struct Growing {
    read: ReadTable,
    notes: Vec<Element>,
    /// The type of its records, where a file has several.
    rectype: Option<ReadRecord>,
    columns: Vec<Column>,
    names: FreeNames,
}

/// The codebook of a document. Where the notes of this program make a wrong one of it, because somebody has changed them or the
/// document, they are not used.
pub(super) fn document(parts: Parts) -> DdiDocument {
    let plain = parts.has_notes().then(|| parts.clone().without_notes());
    let mut document = assembled(parts);
    let problems = document.codebook.problems();
    let Some(problem) = problems.first() else { return document };
    if let Some(plain) = plain {
        let action = format!("the notes of this program are not used: {}", problem.message);
        document = assembled(plain);
        document.losses.push(Loss::new(LossCode::NOT_READ, action));
    }
    make_sound(&mut document.codebook, &mut document.losses);
    document
}

fn assembled(parts: Parts) -> DdiDocument {
    let mut losses: Vec<Loss> = not_taken(parts.passed_over).collect();
    let (study, listed, notes) = parts.study.unwrap_or_default();
    let mut study = note::restored(study, &notes);
    let languages = listed.unwrap_or_else(|| {
        let mut languages: Vec<String> = parts.language.clone().into_iter().collect();
        let others = parts
            .tags
            .iter()
            .filter(|tag| parts.language.as_ref().is_none_or(|own| !own.eq_ignore_ascii_case(tag)));
        languages.extend(others.cloned());
        languages
    });
    study.languages = languages;
    let mut tables: Vec<Growing> =
        parts.tables.into_iter().flat_map(|(read, notes)| growing(read, notes, &mut losses)).collect();
    let type_columns: HashMap<String, Column> =
        parts.variables.iter().map(|found| (found.column.name.clone(), found.column.clone())).collect();
    let mut sets = LabelSets::default();
    let mut placing = Placing::new(&tables, parts.variables.len());
    for found in parts.variables {
        placing.place(found, &mut tables, &mut sets, &mut losses);
    }
    let Placing { mut ids, weights, .. } = placing;
    for (table, column, id) in weights {
        let name = ids.get(&id).map(|(name, _)| name.clone());
        let variable =
            tables.get_mut(table).and_then(|it: &mut Growing| it.read.table.variables.get_mut(column));
        if let (Some(variable), Some(name)) = (variable, name) {
            variable.weighted_by = Some(name);
        }
    }
    resolve_groups(parts.groups, &mut tables, &mut ids, &mut losses);
    unique_names(&mut tables);
    link(&mut tables, &ids);
    let value_labels: BTreeMap<String, ValueLabels> = note::restored(sets.into_sets(), &parts.notes);
    let mut codebook = Codebook::new("");
    codebook.study = study;
    codebook.value_labels = value_labels;
    let documents = parts.documents.into_iter();
    codebook.documents = documents.map(|(document, notes)| note::restored(document, &notes)).collect();
    let mut files = Vec::new();
    for Growing { read, notes, rectype, columns, .. } in tables {
        let ReadTable { mut table, files: names, digests, rows, charset, .. } = read;
        let (variables, groups) = (std::mem::take(&mut table.variables), std::mem::take(&mut table.groups));
        let mut table = note::restored(table, &notes);
        (table.variables, table.groups, table.rows) = (variables, groups, rows.filter(|_| rectype.is_none()));
        codebook.tables.push(table);
        // Where nothing says which column holds the type, the records cannot be told apart.
        let record = rectype.map(|record| {
            let column = record.type_variable.and_then(|name| type_columns.get(&name));
            (column.cloned().unwrap_or_default(), record.rectype)
        });
        files.push(TableFile { names, rows, digests, charset, columns, record });
    }
    DdiDocument { codebook, files, losses, counts: parts.counts }
}

/// Types of record of one file that are read; each has copies of what is said of the file.
const MOST_TYPES: usize = 64;

/// The tables of a file: one, or one for each type of record.
fn growing(mut read: ReadTable, notes: Vec<Element>, losses: &mut Vec<Loss>) -> Vec<Growing> {
    let new = |read, notes, rectype| Growing {
        read,
        notes,
        rectype,
        columns: Vec::new(),
        names: FreeNames::default(),
    };
    if let Some(more) = read.records.len().checked_sub(MOST_TYPES).filter(|more| *more > 0) {
        read.records.truncate(MOST_TYPES);
        let action = format!("a file has more than {MOST_TYPES} types of record: the others are left out");
        losses.push(Loss::new(LossCode::NOT_READ, action).count(more as u64).table(&read.table.name));
    }
    if read.structure != "hierarchical" || read.records.is_empty() {
        return vec![new(read, notes, None)];
    }
    if let [only] = read.records.as_slice() {
        // The file may have records of other types, which are not described.
        let is_told = !only.rectype.is_empty() && only.type_variable.is_some();
        let record = is_told.then(|| only.clone());
        return vec![new(read, notes, record)];
    }
    let mut tables = Vec::new();
    for record in &read.records {
        let mut own = ReadTable {
            id: read.id.clone(),
            files: read.files.clone(),
            digests: read.digests.clone(),
            structure: read.structure.clone(),
            charset: read.charset.clone(),
            ..ReadTable::default()
        };
        own.table.name.clone_from(&record.rectype);
        own.table.label =
            if record.label.is_empty() { read.table.label.clone() } else { record.label.clone() };
        let record = ReadRecord {
            id: record.id.clone(),
            rectype: record.rectype.clone(),
            children: record.children.clone(),
            key: record.key.clone(),
            type_variable: record
                .type_variable
                .clone()
                .or_else(|| read.records.iter().find_map(|it| it.type_variable.clone())),
            label: record.label.clone(),
        };
        tables.push(new(own, notes.clone(), Some(record)));
    }
    tables
}

/// Tables that a variable is in, by how many there are of variables: nobody has a variable in many files, and every one is a
/// copy.
const MOST_COPIES: usize = 8;
/// Copies that are made however few variables there are.
const FEW_COPIES: usize = 4096;

/// Variables on their way into tables.
struct Placing {
    /// By ID of a file, its tables.
    tables: HashMap<String, Vec<usize>>,
    has_types: bool,
    /// By ID, the name and the tables of a variable.
    ids: HashMap<String, (String, Vec<usize>)>,
    /// Table, column and the ID of the variable that weights it.
    weights: Vec<(usize, usize, String)>,
    /// Copies that may still be made.
    room: usize,
}

impl Placing {
    fn new(tables: &[Growing], variables: usize) -> Self {
        let mut by_file: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            by_file.entry(table.read.id.clone()).or_default().push(at);
        }
        let has_types = tables.iter().any(|table| table.rectype.is_some());
        let room = variables.saturating_mul(MOST_COPIES).saturating_add(FEW_COPIES);
        Self { tables: by_file, has_types, ids: HashMap::new(), weights: Vec::new(), room }
    }

    /// The tables that a variable belongs to.
    fn tables_of(&mut self, files: &[String], rectypes: &[String], tables: &mut Vec<Growing>) -> Vec<usize> {
        let is_type = |at: &usize| {
            let own = tables.get(*at).and_then(|table| table.rectype.as_ref());
            own.is_none_or(|own| rectypes.is_empty() || rectypes.contains(&own.rectype))
        };
        let mut own: Vec<usize> = match files {
            [] if self.has_types => (0..tables.len()).filter(is_type).collect(),
            // Nothing says in which of several files it is.
            [] => (0..tables.len()).take(1).collect(),
            files => {
                let of_files = files.iter().filter_map(|file| self.tables.get(file));
                of_files.flatten().copied().filter(is_type).collect()
            }
        };
        let mut seen = HashSet::new();
        own.retain(|at| seen.insert(*at));
        if own.is_empty() {
            let id = files.first().cloned().unwrap_or_default();
            let mut read = ReadTable { id: id.clone(), ..ReadTable::default() };
            read.table.name = if id.is_empty() { "data".into() } else { id.clone() };
            self.tables.entry(id).or_default().push(tables.len());
            own.push(tables.len());
            tables.extend(growing(read, Vec::new(), &mut Vec::new()));
        }
        own
    }

    /// Puts a variable into the tables that it belongs to.
    fn place(
        &mut self,
        found: Found,
        tables: &mut Vec<Growing>,
        sets: &mut LabelSets,
        losses: &mut Vec<Loss>,
    ) {
        let Found { id, files, rectypes, column, weighted_by, read, notes } = found;
        let mut own = self.tables_of(&files, &rectypes, tables);
        if own.len() > self.room.max(1) {
            let action = "a variable of more tables than are read is in the first of them alone";
            losses.push(Loss::new(LossCode::NOT_READ, action).variable(&read.variable.name));
            own.truncate(1);
        }
        self.room = self.room.saturating_sub(own.len());
        let mut variable = read.variable;
        variable.labels = sets.name_of(&variable.name, &read.labels);
        let mut variable = note::restored(variable, &notes);
        sets.add(variable.labels.as_deref(), read.labels);
        if !read.unread.is_empty() {
            let action = format!("categories that are no {} are left out", variable.kind);
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action).variable(&variable.name);
            losses.push(
                loss.count(read.unread.len() as u64)
                    .first(None, read.unread.first().map_or("", String::as_str)),
            );
        }
        variable.weighted_by = None;
        for at in &own {
            let Some(table) = tables.get_mut(*at) else { continue };
            let mut variable = variable.clone();
            if variable.name.is_empty() {
                variable.name = format!("V{}", table.read.table.variables.len() + 1);
            }
            let given = variable.name.clone();
            variable.name = table.names.take(&given);
            if variable.name != given {
                let action = format!("another variable of the file is called so: read as {}", variable.name);
                losses.push(
                    Loss::new(LossCode::NOT_READ, action).variable(&given).table(&table.read.table.name),
                );
            }
            if let Some(weight) = &weighted_by {
                self.weights.push((*at, table.read.table.variables.len(), weight.clone()));
            }
            if !id.is_empty() {
                let known = self.ids.entry(id.clone()).or_insert_with(|| (variable.name.clone(), Vec::new()));
                known.1.push(*at);
            }
            table.read.table.variables.push(variable);
            table.columns.push(column.clone());
        }
    }
}

/// Gives the groups to the tables of their members.
fn resolve_groups(
    groups: Vec<(Group, Vec<String>, Element)>,
    tables: &mut [Growing],
    ids: &mut HashMap<String, (String, Vec<usize>)>,
    losses: &mut Vec<Loss>,
) {
    // Groups of groups belong where these do, which may come later.
    let members: HashMap<String, Vec<String>> = groups
        .iter()
        .filter_map(|(_, members, element)| Some((element.attribute("ID")?.to_owned(), members.clone())))
        .collect();
    let table_of_ids = |start: &[String], ids: &HashMap<String, (String, Vec<usize>)>| {
        let (mut open, mut seen) = (start.to_vec(), HashSet::new());
        while let Some(id) = open.pop() {
            if let Some((_, tables)) = ids.get(&id) {
                return tables.first().copied();
            }
            if seen.insert(id.clone()) {
                open.extend(members.get(&id).into_iter().flatten().cloned());
            }
        }
        None
    };
    let mut placed = Vec::new();
    for (group, own, element) in groups {
        let named =
            table_of(&element).and_then(|name| tables.iter().position(|table| table.read.table.name == name));
        let only = (tables.len() == 1).then_some(0);
        match named.or_else(|| table_of_ids(&own, ids)).or(only) {
            Some(at) => placed.push((at, group, own, element)),
            None => losses.push(
                Loss::new(LossCode::GROUP_DROPPED, "a group without variables that are known is left out")
                    .first(None, group.name.as_str()),
            ),
        }
    }
    let names: HashMap<String, (usize, String)> = placed
        .iter()
        .filter_map(|(at, group, _, element)| {
            Some((element.attribute("ID")?.to_owned(), (*at, group.name.clone())))
        })
        .collect();
    for (at, mut group, own, element) in placed {
        let Some(table) = tables.get_mut(at) else { continue };
        let name_of = |id: &str| {
            let of_variable =
                ids.get(id).filter(|(_, tables)| tables.contains(&at)).map(|(name, _)| name.clone());
            of_variable.or_else(|| names.get(id).filter(|(of, _)| *of == at).map(|(_, name)| name.clone()))
        };
        finish_group(&mut group, &own, &name_of);
        let mut group = note::restored(group, element.all("notes"));
        group.name = table.names.take(&group.name);
        table.read.table.groups.push(group);
    }
    // A group that got another name is still a member under its first one; members that are nothing are left out.
    for table in tables {
        for group in &mut table.read.table.groups {
            let own = group.name.clone();
            group.members.retain(|member| table.names.contains(member) && *member != own);
        }
    }
}

/// Gives a group its members.
pub(crate) fn finish_group(group: &mut Group, members: &[String], name_of: &dyn Fn(&str) -> Option<String>) {
    group.members = members.iter().filter_map(|id| name_of(id)).collect();
}

/// Links a table to the one above it, whose key its own begins with.
pub(crate) fn link_to(table: &mut Table, parent: &str, parent_key: &[String]) {
    let pairs: Vec<(String, String)> = table.key.iter().cloned().zip(parent_key.iter().cloned()).collect();
    if !pairs.is_empty() && pairs.len() == parent_key.len() {
        table.kind = TableKind::Roster;
        table.parent = Some(Parent::new(parent, pairs));
    }
}

/// Names of tables that are there once.
fn unique_names(tables: &mut [Growing]) {
    let mut names = FreeNames::default();
    for table in tables {
        table.read.table.name = names.take(&table.read.table.name);
    }
}

/// Keys, and the tables above others: a record group names those below it, and a key begins with that of the table above.
fn link(tables: &mut [Growing], ids: &HashMap<String, (String, Vec<usize>)>) {
    /// ID, IDs of those below and IDs of the key.
    type Record = (String, Vec<String>, Vec<String>);
    let record = |table: &Growing| -> Option<Record> {
        let record = table.rectype.as_ref().or_else(|| table.read.records.first())?;
        Some((record.id.clone(), record.children.clone(), record.key.clone()))
    };
    let records: Vec<Option<Record>> = tables.iter().map(record).collect();
    let name_of = |id: &String, names: &FreeNames| {
        // Some name the variable itself.
        let name = ids.get(id).map_or(id, |(name, _)| name);
        names.contains(name).then(|| name.clone())
    };
    for (table, record) in tables.iter_mut().zip(&records) {
        let Some((.., key)) = record else { continue };
        let names: Option<Vec<String>> = key.iter().map(|id| name_of(id, &table.names)).collect();
        table.read.table.key = names.unwrap_or_default();
    }
    link_record_types(tables);
    let mut above: HashMap<&str, usize> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        for child in record.iter().flat_map(|(own, children, _)| children.iter().filter(move |id| *id != own))
        {
            above.entry(child).or_insert(at);
        }
    }
    for (child, record) in records.iter().enumerate() {
        let above = record.as_ref().and_then(|(id, ..)| above.get(id.as_str())).copied();
        let Some(above) = above else { continue };
        let Some(parent) = tables.get(above).map(|it| &it.read.table) else { continue };
        let (name, key) = (parent.name.clone(), parent.key.clone());
        if let Some(table) = tables.get_mut(child) {
            link_to(&mut table.read.table, &name, &key);
        }
    }
}

/// Links the types of record of one file that say by what variables they belong to others, and not to which: to the only one
/// that says nothing and has these variables. They identify a row there alone.
fn link_record_types(tables: &mut [Growing]) {
    let is_nested = tables.iter().flat_map(|it| &it.rectype).any(|record| !record.children.is_empty());
    if is_nested {
        return;
    }
    for child in 0..tables.len() {
        let says_key = |it: &&Growing| it.rectype.as_ref().is_some_and(|record| !record.key.is_empty());
        let Some(own) = tables.get(child).filter(says_key) else { continue };
        let key = own.read.table.key.clone();
        let is_above = |it: &Growing| {
            let says_nothing = it.rectype.as_ref().is_some_and(|record| record.key.is_empty());
            says_nothing && it.read.id == own.read.id && key.iter().all(|name| it.names.contains(name))
        };
        let mut above = (0..tables.len()).filter(|at| tables.get(*at).is_some_and(is_above));
        let Some(above) = above.next().filter(|_| above.next().is_none() && !key.is_empty()) else {
            continue;
        };
        let Some(parent) = tables.get_mut(above).map(|it| &mut it.read.table) else { continue };
        parent.key.clone_from(&key);
        let name = parent.name.clone();
        // What links a record to another is not what tells it from its like.
        let Some(table) = tables.get_mut(child).map(|it| &mut it.read.table) else { continue };
        table.key = Vec::new();
        table.kind = TableKind::Roster;
        table.parent = Some(Parent::new(name, key.iter().cloned().zip(key.clone()).collect::<Vec<_>>()));
    }
}
