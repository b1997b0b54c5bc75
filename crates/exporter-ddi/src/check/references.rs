//! IDs of a document and what leads to them.

use std::collections::HashMap;

use crate::structure::ValueType;
use exporter_xml::Position;

/// The IDs that were met, and references to others.
#[derive(Default)]
pub(super) struct References {
    ids: HashMap<String, Position>,
    /// By ID that was not met yet, the first reference to it.
    open: HashMap<String, Position>,
}

impl References {
    /// Adds an ID or references; where the ID was met before.
    pub(super) fn add(&mut self, values: &ValueType, value: &str, position: Position) -> Option<Position> {
        match values {
            ValueType::Id => {
                let id = value.trim();
                if let Some(first) = self.ids.get(id) {
                    return Some(*first);
                }
                self.open.remove(id);
                self.ids.insert(id.to_owned(), position);
            }
            ValueType::IdRef | ValueType::IdRefs => {
                for id in value.split_whitespace().filter(|id| !self.ids.contains_key(*id)) {
                    if !self.open.contains_key(id) {
                        self.open.insert(id.to_owned(), position);
                    }
                }
            }
            _ => {}
        }
        None
    }

    /// References that lead nowhere, by place.
    pub(super) fn dangling(&mut self) -> Vec<(String, Position)> {
        let mut open: Vec<_> = std::mem::take(&mut self.open).into_iter().collect();
        open.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
        open
    }
}
