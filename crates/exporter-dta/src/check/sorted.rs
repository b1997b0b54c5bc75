//! Whether the rows keep the order that the sort list claims (section 8).

use std::cmp::Ordering;

use exporter_core::check::{Finding, Findings};

use crate::check::file::CheckedFile;
use crate::check::rule;
use crate::reader::{unsigned, until_nul};
use crate::spec::ByteOrder;
use crate::spec_storage::StorageType;

/// Compares each row with the one before, by the variables of the sort list.
pub(super) struct SortedRows {
    keys: Vec<Key>,
    /// The cells of the keys of the row before.
    last: Vec<u8>,
}

struct Key {
    name: String,
    storage: StorageType,
    offset: usize,
}

impl SortedRows {
    pub(super) fn of(file: &CheckedFile) -> Self {
        let key = |index: &usize| {
            let storage = *file.types.get(*index)?;
            let offset = file.types.iter().take(*index).map(|storage| storage.width()).sum();
            let is_comparable = !matches!(storage, StorageType::StrL | StorageType::Alias);
            let name = file.names.get(*index).cloned().unwrap_or_default();
            is_comparable.then_some(Key { name, storage, offset })
        };
        Self { keys: file.sort.iter().map_while(key).collect(), last: Vec::new() }
    }

    /// Whether there is nothing to compare, or no longer.
    pub(super) fn is_done(&self) -> bool {
        self.keys.is_empty()
    }

    /// Compares a row, counted from 1, with the one before; the first one out of order is told, at its place.
    pub(super) fn look_at(
        &mut self,
        cells: &[u8],
        (row, place): (u64, u64),
        file: &CheckedFile,
        findings: &mut Findings,
    ) {
        let (mut order, mut at) = (Ordering::Equal, 0);
        let mut found = None;
        for key in self.keys.iter().filter(|_| row > 1) {
            let width = key.storage.width();
            let (own, before) = (cells.get(key.offset..key.offset + width), self.last.get(at..at + width));
            order = compare(before.unwrap_or_default(), own.unwrap_or_default(), key.storage, file.order);
            at += width;
            if order != Ordering::Equal {
                found = Some(key);
                break;
            }
        }
        if let (Ordering::Greater, Some(key)) = (order, found) {
            let message = format!("row {row} comes before row {} in the order of {}", row - 1, key.name);
            let finding = Finding::new(rule::SORT_ORDER, message).offset(place + key.offset as u64);
            findings.add(finding.variable(&key.name).row(row));
            self.keys.clear();
        }
        self.last.clear();
        for key in &self.keys {
            let own = cells.get(key.offset..key.offset + key.storage.width());
            self.last.extend_from_slice(own.unwrap_or_default());
        }
    }
}

/// How Stata orders two cells: texts by their bytes, missing values behind all numbers, as their patterns say.
fn compare(a: &[u8], b: &[u8], storage: StorageType, order: ByteOrder) -> Ordering {
    let bits = |cell: &[u8]| unsigned(cell, order);
    match storage {
        StorageType::Byte => (bits(a) as i8).cmp(&(bits(b) as i8)),
        StorageType::Int => (bits(a) as i16).cmp(&(bits(b) as i16)),
        StorageType::Long => (bits(a) as i32).cmp(&(bits(b) as i32)),
        StorageType::Float => {
            let float = |cell| f32::from_bits(bits(cell) as u32);
            float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal)
        }
        StorageType::Double => {
            let double = |cell| f64::from_bits(bits(cell));
            double(a).partial_cmp(&double(b)).unwrap_or(Ordering::Equal)
        }
        _ => until_nul(a).cmp(until_nul(b)),
    }
}
