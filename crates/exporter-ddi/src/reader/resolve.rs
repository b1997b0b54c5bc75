//! From the parts of a document to a codebook: what leads from one to another is found by IDs.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Codebook, Group, ValueLabels};
use exporter_core::{Loss, LossCode};

use super::free_names::FreeNames;
use super::links::link;
use super::placing::Placing;
use super::sound::{legal_file_name, make_sound};
use super::{Column, DdiDocument, LabelSets, Parts, TableFile, UnplacedVariable, not_taken};
use crate::mapping::groups::{self, table_of};
use crate::mapping::references::{self, Part, Target};
use crate::mapping::tables::{self, ReadRecord, ReadTable, file_name};
use crate::mapping::{documents, note, texts};
use exporter_xml::Element;

/// A table as far as it has been read: its variables and groups are added one by one.
pub(super) struct TableDraft {
    pub(super) read: ReadTable,
    notes: Vec<Element>,
    /// The type of its records, where a file has several.
    pub(super) rectype: Option<ReadRecord>,
    pub(super) columns: Vec<Column>,
    pub(super) names: FreeNames,
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
    if parts.further > 0 {
        let action = format!(
            "the file holds {} documents, of which the first is read: save each element codeBook as a file of its own",
            parts.further + 1
        );
        losses.push(Loss::new(LossCode::NOT_READ, action));
    }
    let (study, listed, notes) = parts.study.unwrap_or_default();
    let mut study = note::restored(study, &notes);
    let is_listed = listed.is_some() || parts.language.is_some();
    // Another program may have added texts in languages beside those that are listed; an empty list says that none is known.
    let is_closed = listed.as_ref().is_some_and(Vec::is_empty);
    let mut languages = listed.unwrap_or_else(|| parts.language.clone().into_iter().collect());
    for tag in parts.tags.iter().filter(|_| !is_closed) {
        if !languages.iter().any(|known| is_language(known, tag)) {
            languages.push(tag.clone());
        }
    }
    study.languages = languages;
    let mut tables: Vec<TableDraft> =
        parts.tables.into_iter().flat_map(|(read, notes)| drafts(read, notes, &mut losses)).collect();
    let type_columns = type_columns(&parts.variables);
    let mut sets = LabelSets::default();
    let mut placing = Placing::new(&tables, parts.variables.len());
    for found in parts.variables {
        placing.place(found, &mut tables, &mut sets, &mut losses);
    }
    let Placing { mut ids, weights, .. } = placing;
    for (table, column, id) in weights {
        let name = ids.get(&id).map(|(name, _)| name.clone());
        let variable =
            tables.get_mut(table).and_then(|it: &mut TableDraft| it.read.table.variables.get_mut(column));
        match (variable, name) {
            (Some(variable), Some(name)) => variable.weighted_by = Some(name),
            (Some(variable), None) => {
                let action = "its weight (`wgt-var`) is no variable of the document and is left out";
                losses.push(Loss::new(LossCode::NOT_READ, action).variable(&variable.name).first(None, id));
            }
            (None, _) => {}
        }
    }
    let groups = resolve_groups(parts.groups, &mut tables, &mut ids, parts.language.as_deref(), &mut losses);
    name_by_types(&mut tables);
    unique_names(&mut tables);
    let targets = Targets::of(&tables, ids, groups);
    let ids = &targets.variables;
    link(&mut tables, ids, &mut losses);
    let mut of_data = Element::new("dataDscr");
    of_data.extend(parts.notes.iter().filter(|note| note::is_plain(note)).cloned());
    note::keep_texts(&mut study.attributes, &of_data);
    let value_labels: BTreeMap<String, ValueLabels> = note::restored(sets.into_sets(), &parts.notes);
    let mut codebook = Codebook::new("");
    codebook.study = study;
    codebook.value_labels = value_labels;
    let mut names = FreeNames::of_files();
    for (document, notes, kept, within) in parts.documents {
        let mut document = note::restored(document, &notes);
        // What is kept of it is called after it.
        document.name = names.take_file(&legal_file_name(&document.name, "document"));
        let container = within.and_then(|at| codebook.documents.get(at));
        let within = container.map(|container| documents::within(&container.name));
        for (what, value) in kept.into_iter().chain(within) {
            note::add_attribute(&mut codebook.study.attributes, &format!("{what} {}", document.name), value);
        }
        codebook.documents.push(document);
    }
    let mut files = Vec::new();
    for TableDraft { read, notes, rectype, columns, .. } in tables {
        let structure = read.stated_structure();
        let ReadTable {
            id: read_id,
            mut table,
            files: names,
            uri,
            digests,
            rows,
            charset,
            media_type,
            format,
            readings,
            further,
            ..
        } = read;
        let (variables, groups) = (std::mem::take(&mut table.variables), std::mem::take(&mut table.groups));
        let mut table = note::restored(table, &notes);
        (table.variables, table.groups, table.rows) = (variables, groups, rows.filter(|_| rectype.is_none()));
        codebook.tables.push(table);
        // Where nothing says which column holds the type, the records cannot be told apart.
        let record = rectype.map(|record| {
            let of_file = |id: &str, name: &str| type_columns.get(&(id.to_owned(), name.to_owned()));
            let column =
                record.type_variable.and_then(|name| of_file(&read_id, &name).or_else(|| of_file("", &name)));
            (column.cloned().unwrap_or_default(), record.rectype)
        });
        files.push(TableFile {
            names,
            uri,
            has_namesake: false,
            rows,
            digests,
            charset,
            media_type,
            format,
            readings,
            columns,
            structure: structure.filter(|_| record.is_none()),
            further,
            record,
        });
    }
    references::name(&mut codebook, !parts.is_ours, |id, from| targets.find(id, from));
    find_namesakes(&mut files);
    let is_stated = parts.language.is_some();
    // The first language is that of texts without a tag: where most have none, nothing says that theirs is one of the tags.
    if !is_listed && is_mostly_untagged(&mut codebook) {
        codebook.study.languages.clear();
    }
    if let (false, Some(first)) = (is_stated, codebook.study.languages.first().cloned()) {
        codebook.for_each_text(&mut |text| texts::without_tag(text, &first));
    }
    DdiDocument { codebook, files, losses, counts: parts.counts }
}

/// Whether a language is the one of a tag, or one of its kinds, as `pt-BR` is one of `pt`.
fn is_language(language: &str, tag: &str) -> bool {
    let (language, tag) = (language.to_ascii_lowercase(), tag.to_ascii_lowercase());
    language.strip_prefix(&tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether more texts of a codebook have no tag than have that of its first language.
fn is_mostly_untagged(codebook: &mut Codebook) -> bool {
    let Some(first) = codebook.study.languages.first().cloned() else { return false };
    let (mut tagged, mut untagged) = (0_u64, 0_u64);
    codebook.for_each_text(&mut |text| {
        untagged += u64::from(text.untagged().is_some_and(|text| !text.is_empty()));
        tagged += u64::from(text.tagged_as(&first).is_some());
    });
    untagged > tagged
}

/// Finds files that are called the same in different folders: none of them is one that lies beside the document.
fn find_namesakes(files: &mut [TableFile]) {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut several: HashSet<String> = HashSet::new();
    let names = files.iter().flat_map(|file| &file.names);
    for name in names {
        let last = file_name(name).to_lowercase();
        if known.entry(last.clone()).or_insert_with(|| name.clone()) != name {
            several.insert(last);
        }
    }
    for file in files {
        file.has_namesake = file.names.iter().any(|name| several.contains(&file_name(name).to_lowercase()));
    }
}

/// By ID of a file and name of a variable, the column; without an ID, of variables that name no file.
fn type_columns(variables: &[UnplacedVariable]) -> HashMap<(String, String), Column> {
    let mut columns = HashMap::new();
    for UnplacedVariable { files, column, .. } in variables {
        let unnamed = if files.is_empty() { Some(String::new()) } else { None };
        for file in files.iter().cloned().chain(unnamed) {
            columns.entry((file, column.name.clone())).or_insert_with(|| column.clone());
        }
    }
    columns
}

/// Types of record of one file that are read; each has copies of what is said of the file.
const MOST_TYPES: usize = 64;

/// The tables of a file: one, or one for each type of record.
pub(super) fn drafts(mut read: ReadTable, notes: Vec<Element>, losses: &mut Vec<Loss>) -> Vec<TableDraft> {
    let new = |read, notes, rectype| TableDraft {
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
    // What is said of the whole file is said of its first type of record.
    let mut whole = Some(std::mem::take(&mut read.table));
    let label = whole.as_ref().map(|table| table.label.clone()).unwrap_or_default();
    let mut further = std::mem::take(&mut read.further);
    for record in &read.records {
        let mut own = ReadTable {
            id: read.id.clone(),
            files: read.files.clone(),
            uri: read.uri.clone(),
            digests: read.digests.clone(),
            structure: read.structure.clone(),
            charset: read.charset.clone(),
            media_type: read.media_type.clone(),
            format: read.format.clone(),
            ..ReadTable::default()
        };
        if let Some(table) = whole.take() {
            own.table = tables::of_record(table, record);
            own.further = std::mem::take(&mut further);
        }
        own.table.name.clone_from(&record.rectype);
        own.table.label = if record.label.is_empty() { label.clone() } else { record.label.clone() };
        let of_any = || read.records.iter().find_map(|it| it.type_variable.clone());
        let record =
            ReadRecord { type_variable: record.type_variable.clone().or_else(of_any), ..record.clone() };
        tables.push(new(own, notes.clone(), Some(record)));
    }
    tables
}

/// What the IDs of a document are of.
struct Targets {
    /// The name and the tables of a variable.
    variables: HashMap<String, (String, Vec<usize>)>,
    /// The table and the name of a group.
    groups: HashMap<String, (usize, String)>,
    /// The file or a record group of a table.
    tables: HashMap<String, (usize, Part)>,
    /// The names of the tables.
    names: Vec<String>,
}

impl Targets {
    fn of(
        tables: &[TableDraft],
        variables: HashMap<String, (String, Vec<usize>)>,
        groups: HashMap<String, (usize, String)>,
    ) -> Self {
        let mut of_tables = HashMap::new();
        for (at, TableDraft { read, rectype, .. }) in tables.iter().enumerate() {
            let record = rectype.as_ref().or_else(|| read.records.first()).map(|record| &record.id);
            let own = [(Some(&read.id), Part::File), (record, Part::Record)].into_iter();
            for (id, part) in own.filter_map(|(id, part)| Some((id.filter(|id| !id.is_empty())?, part))) {
                of_tables.entry(id.clone()).or_insert((at, part));
            }
        }
        let names = tables.iter().map(|table| table.read.table.name.clone()).collect();
        Self { variables, groups, tables: of_tables, names }
    }

    /// What an ID leads to, seen from a table.
    fn find(&self, id: &str, from: Option<usize>) -> Option<Target> {
        let name_of = |table: usize| self.names.get(table).cloned();
        let (table, part, name) = if let Some((name, tables)) = self.variables.get(id) {
            let own = from.filter(|from| tables.contains(from)).or_else(|| tables.first().copied())?;
            (own, Part::Variable, name.clone())
        } else if let Some((table, name)) = self.groups.get(id) {
            (*table, Part::Group, name.clone())
        } else {
            let (table, part) = *self.tables.get(id)?;
            return Some(Target { table: None, part, name: name_of(table)? });
        };
        let other = if from == Some(table) { None } else { name_of(table) };
        Some(Target { table: other, part, name })
    }
}

/// Gives the groups to the tables of their members; by ID, the table and the name of a group.
fn resolve_groups(
    groups: Vec<(Group, Vec<String>, Element)>,
    tables: &mut [TableDraft],
    ids: &mut HashMap<String, (String, Vec<usize>)>,
    language: Option<&str>,
    losses: &mut Vec<Loss>,
) -> HashMap<String, (usize, String)> {
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
    // Members are found under the names that groups have in the end.
    for (at, group, ..) in &mut placed {
        let name = if group.name.is_empty() { "group" } else { &group.name };
        group.name = tables.get_mut(*at).map_or_else(String::new, |table| table.names.take(name));
    }
    let names: HashMap<String, (usize, String)> = placed
        .iter()
        .filter_map(|(at, group, _, element)| {
            Some((element.attribute("ID")?.to_owned(), (*at, group.name.clone())))
        })
        .collect();
    for (at, mut group, own, element) in placed {
        let Some(table) = tables.get_mut(at) else { continue };
        let name = group.name.clone();
        let name_of = |id: &str| {
            let of_variable =
                ids.get(id).filter(|(_, tables)| tables.contains(&at)).map(|(name, _)| name.clone());
            of_variable.or_else(|| names.get(id).filter(|(of, _)| *of == at).map(|(_, name)| name.clone()))
        };
        group.members = own.iter().filter_map(|id| name_of(id)).collect();
        if let Some(unknown) = own.iter().find(|id| name_of(id).is_none()) {
            let count = own.len() - group.members.len();
            let loss = Loss::new(
                LossCode::GROUP_DROPPED,
                "members that are not in the table of the group are left out",
            );
            let loss = loss.table(&table.read.table.name).count(count as u64).counting("members");
            losses.push(loss.first(None, unknown.as_str()));
        }
        let mut group = note::restored(group, element.all("notes"));
        group.name = name;
        for (name, value) in groups::kept(&group, &element, language) {
            note::add_attribute(&mut table.read.table.attributes, &name, value);
        }
        table.read.table.groups.push(group);
    }
    // What a note of this program names may be gone.
    for table in tables {
        for group in &mut table.read.table.groups {
            let own = group.name.clone();
            group.members.retain(|member| table.names.contains(member) && *member != own);
        }
    }
    names
}

/// Calls tables after their types of record, where several are in one file.
fn name_by_types(tables: &mut [TableDraft]) {
    let mut of_file: HashMap<Vec<String>, usize> = HashMap::new();
    for table in tables.iter().filter(|table| table.rectype.is_some()) {
        *of_file.entry(table.read.files.clone()).or_default() += 1;
    }
    for table in tables {
        if let Some(record) = &table.rectype
            && of_file.get(&table.read.files).is_some_and(|tables| *tables > 1)
        {
            table.read.table.name.clone_from(&record.rectype);
        }
    }
}

/// Names of tables that are there once.
fn unique_names(tables: &mut [TableDraft]) {
    let mut names = FreeNames::default();
    for table in tables {
        table.read.table.name = names.take(&table.read.table.name);
    }
}
