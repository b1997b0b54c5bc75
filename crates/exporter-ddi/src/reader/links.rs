//! Keys of tables, and which table stands above which.

use std::collections::HashMap;

use exporter_core::codebook::{Parent, Table, TableKind};
use exporter_core::{Loss, LossCode};

use super::free_names::FreeNames;
use super::resolve::TableDraft;

/// Keys, and the tables above others: a record group names those below it, and a key begins with that of the table above.
pub(super) fn link(
    tables: &mut [TableDraft],
    ids: &HashMap<String, (String, Vec<usize>)>,
    losses: &mut Vec<Loss>,
) {
    /// ID, IDs of those below and IDs of the key.
    type Record = (String, Vec<String>, Vec<String>);
    let record = |table: &TableDraft| -> Option<Record> {
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
        let names: Result<Vec<String>, &String> =
            key.iter().map(|id| name_of(id, &table.names).ok_or(id)).collect();
        match names {
            Ok(names) => table.read.table.key = names,
            Err(unknown) => {
                let action = "a key (`keyvar`) with what is no variable of its table is left out";
                let loss = Loss::new(LossCode::NOT_READ, action).table(&table.read.table.name);
                losses.push(loss.first(None, unknown.as_str()));
            }
        }
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
fn link_record_types(tables: &mut [TableDraft]) {
    let is_nested = tables.iter().flat_map(|it| &it.rectype).any(|record| !record.children.is_empty());
    if is_nested {
        return;
    }
    for child in 0..tables.len() {
        let says_key = |it: &&TableDraft| it.rectype.as_ref().is_some_and(|record| !record.key.is_empty());
        let Some(own) = tables.get(child).filter(says_key) else { continue };
        let key = own.read.table.key.clone();
        let is_above = |it: &TableDraft| {
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

/// Links a table to the one above it, whose key its own begins with.
pub(crate) fn link_to(table: &mut Table, parent: &str, parent_key: &[String]) {
    let pairs: Vec<(String, String)> = table.key.iter().cloned().zip(parent_key.iter().cloned()).collect();
    if !pairs.is_empty() && pairs.len() == parent_key.len() {
        table.kind = TableKind::Roster;
        table.parent = Some(Parent::new(parent, pairs));
    }
}
