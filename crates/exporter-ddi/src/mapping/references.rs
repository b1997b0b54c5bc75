//! IDs and references among what is kept. A document refers to its parts by IDs, which other documents have for other parts; a
//! codebook refers to them as they are called: `var[name=age]`, in another table `fileDscr[name=persons]/var[name=age]`. Elements
//! that are kept themselves keep their IDs, by which they are referred to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use exporter_core::codebook::{Attribute, Codebook};

use super::note::add_attribute;
use super::{documents, free_elements, groups};
use crate::structure::{ValueType, Version};

/// What a reference of a codebook leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The table that it is in, where it is another one than that of the reference.
    pub(crate) table: Option<String>,
    pub(crate) part: Part,
    pub(crate) name: String,
}

/// A part of a document that has an ID of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Variable,
    Group,
    /// The file of a table.
    File,
    /// The record group of a table.
    Record,
}

impl Part {
    const ALL: [Part; 4] = [Part::Variable, Part::Group, Part::File, Part::Record];

    fn element(self) -> &'static str {
        match self {
            Part::Variable => "var",
            Part::Group => "varGrp",
            Part::File => "fileDscr",
            Part::Record => "recGrp",
        }
    }
}

/// What stands between an element and its name.
const NAME: &str = "[name=";

impl Target {
    /// As a codebook spells it: a word without blanks.
    pub(crate) fn spelled(&self) -> String {
        let one = |part: Part, name: &str| format!("{}{NAME}{}]", part.element(), encoded(name));
        let own = one(self.part, &self.name);
        match &self.table {
            Some(table) => format!("{}/{own}", one(Part::File, table)),
            None => own,
        }
    }

    /// What a word of a codebook leads to; none for an ID.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let named = |part: Part, text: &str| {
            let name = text.strip_prefix(part.element())?.strip_prefix(NAME)?.strip_suffix(']')?;
            decoded(name)
        };
        let (table, own) = match word.split_once('/') {
            Some((table, own)) => (Some(named(Part::File, table)?), own),
            None => (None, word),
        };
        Part::ALL
            .into_iter()
            .find_map(|part| Some(Self { table: table.clone(), part, name: named(part, own)? }))
    }
}

/// A name without the signs that end one, as URIs spell them.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for one in name.chars() {
        if one.is_whitespace() || one.is_control() || matches!(one, '%' | '[' | ']' | '/') {
            let mut bytes = [0; 4];
            one.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        } else {
            out.push(one);
        }
    }
    out
}

fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Whose attributes they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Study,
    Table(usize),
    Variable(usize, usize),
}

impl Owner {
    pub(crate) fn table(self) -> Option<usize> {
        match self {
            Owner::Study => None,
            Owner::Table(table) | Owner::Variable(table, _) => Some(table),
        }
    }

    fn attributes(self, codebook: &mut Codebook) -> Option<&mut BTreeMap<String, Attribute>> {
        match self {
            Owner::Study => Some(&mut codebook.study.attributes),
            Owner::Table(table) => Some(&mut codebook.tables.get_mut(table)?.attributes),
            Owner::Variable(table, column) => {
                Some(&mut codebook.tables.get_mut(table)?.variables.get_mut(column)?.attributes)
            }
        }
    }
}

/// An attribute of a codebook that holds IDs or references.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) owner: Owner,
    /// As the codebook names it.
    name: String,
    /// As the structure names it: `element@attribute`.
    pub(crate) attribute: String,
    pub(crate) is_id: bool,
}

impl Kept {
    fn of(owner: Owner, name: &str) -> Option<Self> {
        let (root, way) = match owner {
            Owner::Study => {
                documents::of_document(name).map_or(("stdyDscr", name), |(way, _)| ("otherMat", way))
            }
            Owner::Table(_) => groups::of_group(name).map_or(("fileDscr", name), |(way, _)| ("varGrp", way)),
            Owner::Variable(..) => ("var", name),
        };
        let (_, attribute) = way.rsplit_once('@')?;
        if !names().contains(attribute) {
            return None;
        }
        let (attribute, values) = free_elements::type_of(root, way)?;
        let is_id = *values == ValueType::Id;
        let is_kept = is_id || matches!(values, ValueType::IdRef | ValueType::IdRefs);
        is_kept.then(|| Self { owner, name: name.to_owned(), attribute, is_id })
    }

    pub(crate) fn values(&self, codebook: &mut Codebook) -> Vec<String> {
        let attributes = self.owner.attributes(codebook);
        attributes.and_then(|known| known.get(&self.name)).map(|it| it.values().to_vec()).unwrap_or_default()
    }

    /// Keeps values as a codebook has them, beside what a document can say of them.
    pub(crate) fn keep_unresolved(&self, codebook: &mut Codebook, values: Vec<String>) {
        let Some(attributes) = self.owner.attributes(codebook) else { return };
        for value in values {
            add_attribute(attributes, &format!("{UNRESOLVED}{}", self.name), value);
        }
    }

    /// Puts other values in place of its own; of several, those that stay are called after their numbers where some are gone.
    pub(crate) fn replace(&self, codebook: &mut Codebook, values: Vec<Option<String>>) {
        let Some(attributes) = self.owner.attributes(codebook) else { return };
        let Some(before) = attributes.remove(&self.name) else { return };
        let attribute = match (before, values.as_slice()) {
            (Attribute::One(_), [only]) => only.clone().map(Attribute::One),
            (_, values) => values.iter().cloned().collect::<Option<Vec<_>>>().map(Attribute::Many),
        };
        if let Some(attribute) = attribute {
            attributes.insert(self.name.clone(), attribute);
            return;
        }
        let sign = self.attribute.find('@').and_then(|at| self.attribute.get(at..)).unwrap_or_default();
        for (at, value) in values.into_iter().enumerate() {
            let name = self.name.replacen(sign, &format!("[{}]{sign}", at + 1), 1);
            attributes.extend(value.map(|value| (name, Attribute::One(value))));
        }
    }
}

/// How attributes begin that keep references to what a document does not have, before the name of the attribute.
const UNRESOLVED: &str = "unresolved ";

/// Puts references that a document of this program could not say in place of what it says.
fn restore_unresolved(attributes: &mut BTreeMap<String, Attribute>) {
    let is_unresolved = |name: &&String| name.starts_with(UNRESOLVED);
    for kept in attributes.keys().filter(is_unresolved).cloned().collect::<Vec<_>>() {
        let Some(name) = kept.strip_prefix(UNRESOLVED) else { continue };
        // Those that it says are called after their numbers where some are not said.
        let before = name.split('@').next().unwrap_or_default();
        let is_said = |known: &str| {
            let number = known.strip_prefix(before).and_then(|rest| rest.strip_prefix('['));
            let rest = number.and_then(|number| number.split_once(']')).map(|(_, rest)| rest);
            known == name || rest.is_some_and(|rest| name.strip_prefix(before) == Some(rest))
        };
        attributes.retain(|known, _| !is_said(known));
        if let Some(values) = attributes.remove(&kept) {
            attributes.insert(name.to_owned(), values);
        }
    }
}

/// The names of attributes that hold IDs or references somewhere.
fn names() -> &'static HashSet<&'static str> {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        Version::ALL.into_iter().flat_map(|version| version.structure().references()).collect()
    })
}

/// All IDs and references that a codebook keeps.
pub(crate) fn kept(codebook: &Codebook) -> Vec<Kept> {
    let mut all = Vec::new();
    let mut add = |owner: Owner, attributes: &BTreeMap<String, Attribute>| {
        all.extend(attributes.keys().filter_map(|name| Kept::of(owner, name)));
    };
    add(Owner::Study, &codebook.study.attributes);
    for (at, table) in codebook.tables.iter().enumerate() {
        add(Owner::Table(at), &table.attributes);
        for (column, variable) in table.variables.iter().enumerate() {
            add(Owner::Variable(at, column), &variable.attributes);
        }
    }
    all
}

/// The IDs that a codebook keeps.
pub(crate) fn ids(codebook: &Codebook) -> HashSet<String> {
    let attributes = |owner: Owner| match owner {
        Owner::Study => Some(&codebook.study.attributes),
        Owner::Table(table) => codebook.tables.get(table).map(|table| &table.attributes),
        Owner::Variable(table, column) => {
            codebook.tables.get(table)?.variables.get(column).map(|variable| &variable.attributes)
        }
    };
    let ids = kept(codebook).into_iter().filter(|kept| kept.is_id);
    let values = ids.filter_map(|kept| attributes(kept.owner)?.get(&kept.name)).flat_map(Attribute::values);
    values.cloned().collect()
}

/// Calls the parts that IDs of a document refer to by their names; `target` knows those of an ID, seen from a table. IDs to which
/// nothing leads are taken out of documents of others, and so is an ID that stands there already.
pub(crate) fn name(
    codebook: &mut Codebook,
    is_of_others: bool,
    target: impl Fn(&str, Option<usize>) -> Option<Target>,
) {
    let (ids, references): (Vec<Kept>, Vec<Kept>) = kept(codebook).into_iter().partition(|kept| kept.is_id);
    let mut used: HashSet<String> = HashSet::new();
    for kept in references {
        let values = kept.values(codebook).into_iter().map(|value| {
            let words = value.split_whitespace().map(|id| match target(id, kept.owner.table()) {
                Some(target) => target.spelled(),
                None => {
                    used.insert(id.to_owned());
                    id.to_owned()
                }
            });
            Some(words.collect::<Vec<_>>().join(" "))
        });
        let values = values.collect();
        kept.replace(codebook, values);
    }
    for kept in ids.into_iter().filter(|_| is_of_others) {
        // The first is the one that is meant.
        let values = kept.values(codebook).into_iter().map(|id| Some(id).filter(|id| used.remove(id)));
        let values = values.collect();
        kept.replace(codebook, values);
    }
    restore_unresolved(&mut codebook.study.attributes);
    for table in &mut codebook.tables {
        restore_unresolved(&mut table.attributes);
        table.variables.iter_mut().for_each(|variable| restore_unresolved(&mut variable.attributes));
    }
}

/// By owner and ID, the ID that it has now: of several the first keeps it.
pub(crate) fn make_unique(codebook: &mut Codebook, kept: &[Kept]) -> HashMap<(Owner, String), String> {
    let (mut taken, mut now) = (HashSet::new(), HashMap::new());
    for kept in kept.iter().filter(|kept| kept.is_id) {
        let mut free = |id: String| {
            let mut numbered = (2_u64..).map(|number| format!("{id}_{number}"));
            let free = if taken.contains(&id) { numbered.find(|it| !taken.contains(it)) } else { None };
            let free = free.unwrap_or_else(|| id.clone());
            taken.insert(free.clone());
            // What is kept of a variable is seen from all of its table.
            let owners = [Some(kept.owner), kept.owner.table().map(Owner::Table)];
            for owner in owners.into_iter().flatten() {
                now.entry((owner, id.clone())).or_insert_with(|| free.clone());
            }
            Some(free)
        };
        let values = kept.values(codebook).into_iter().map(&mut free).collect();
        kept.replace(codebook, values);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_words() {
        let target = |table: Option<&str>, part, name: &str| Target {
            table: table.map(str::to_owned),
            part,
            name: name.to_owned(),
        };
        for (target, word) in [
            (target(None, Part::Variable, "age"), "var[name=age]"),
            (target(Some("a b"), Part::Group, "x]/y"), "fileDscr[name=a%20b]/varGrp[name=x%5D%2Fy]"),
            (target(None, Part::Record, "100 % é"), "recGrp[name=100%20%25%20é]"),
        ] {
            assert_eq!((target.spelled().as_str(), Target::of(word)), (word, Some(target)));
        }
        for id in ["V1", "var[name=%2]", "var[name=a", "x[name=a]", "var[name=a]/var[name=b]"] {
            assert_eq!(Target::of(id), None, "{id}");
        }
    }
}
