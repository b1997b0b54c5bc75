//! The predecessors of DXF 2: DXF 1 (about 2006 to 2013, section 13.5) and the XML of DHIS 1.4 (section 13.6).
//!
//! They are read as the plain objects and data values of DXF 2, and written from them. Identifiers are numbers there, so each object
//! gets the UID of a text ([`uid::of_text`](crate::uid::of_text)): plural name of its type, number and, where it has one, UUID, with
//! a blank between them, such as `dataElements 65 C3C2E28D-9686-4634-93FD-BE3133935ECA`. A UUID that is itself a UID, as our
//! writer puts it there, is the identifier.
//!
//! Members and relations stand behind the objects that they belong to. So metadata, which is small beside the data, is read whole;
//! data values come one by one. The files are entries of a zip archive: whoever opens it gives a reader of an entry. The database
//! of DHIS 1.4 itself (Access, `.mdb`) is not read: export it from DHIS 1.4, or its table of data values as CSV
//! ([`dhis14::RoutineReader`]).

mod complete;
pub mod dhis14;
pub mod dxf1;
mod ids;
mod periods;
mod rows;
mod table;
mod tree;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use crate::mode::{Mode, Remark, Remarks};
use crate::value::Object;

/// What is read of an old file.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Plural names of the types of objects, with `dataValues`; all of them where there is none.
    pub types: Option<BTreeSet<String>>,
    /// Identifiers of the objects; all of them where there is none.
    pub ids: Option<BTreeSet<String>>,
    /// Whether a data value that cannot be read is an error, or left out and remarked.
    pub mode: Mode,
}

impl Choice {
    fn has_type(&self, plural: &str) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(plural))
    }

    fn has(&self, plural: &str, id: &str) -> bool {
        self.has_type(plural) && self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }
}

/// What an old file says beside its data values.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The objects by the plural name of their type, in the order of the file.
    pub objects: Vec<(String, Object)>,
    /// Objects that are left out, since an operator, a type or a date of them is not known.
    pub refused: Vec<Remark>,
    /// What is odd and kept: orphans, cycles, codes and numbers of several objects, references to nothing.
    pub remarks: Remarks,
    /// What DXF 2 has no place for.
    pub losses: Losses,
}

/// What is lost, by its name, with how often it was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    counts: BTreeMap<String, u64>,
}

/// Different losses that are told apart.
const MOST_LOSSES: usize = 1000;

impl Losses {
    /// The losses by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// How often this was lost.
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn add(&mut self, name: &str) {
        let name =
            if self.counts.len() < MOST_LOSSES || self.counts.contains_key(name) { name } else { "others" };
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }
}
