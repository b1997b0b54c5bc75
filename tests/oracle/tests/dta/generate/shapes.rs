//! The shapes of tables: no rows, one cell, very many columns.

use exporter_dta::Release;
use exporter_dta::stata::StorageType;

use crate::dta::table::{Case, Cell};

/// No rows, one variable of each type.
pub(super) fn empty(release: Release) -> Case {
    let mut case = Case::new("empty", release);
    let types = [
        StorageType::Byte,
        StorageType::Int,
        StorageType::Long,
        StorageType::Float,
        StorageType::Double,
        StorageType::Str(5),
        StorageType::StrL,
    ];
    for (index, storage) in types.into_iter().enumerate() {
        if storage != StorageType::StrL || release.has_strl() {
            case.add(format!("v{index}"), storage, Vec::new()).label = format!("Label {index}");
        }
    }
    case
}

pub(super) fn single(release: Release) -> Case {
    let mut case = Case::new("one cell", release);
    case.add("x", StorageType::Byte, vec![Cell::Number(7.0)]).label = "X".to_owned();
    case
}

/// Very many variables, of every type in turn.
pub(super) fn columns(release: Release, count: usize) -> Case {
    let mut case = Case::new(format!("{count} columns"), release);
    for index in 0..count {
        let name = format!("v{index}");
        let number = (index % 90) as f64;
        match index % 6 {
            0 => case.add(
                name,
                StorageType::Byte,
                vec![Cell::Number(number), Cell::Missing((index % 27) as u8)],
            ),
            1 => case.add(
                name,
                StorageType::Int,
                vec![Cell::Number(index as f64 - 20_000.0), Cell::Number(0.0)],
            ),
            2 => case.add(
                name,
                StorageType::Long,
                vec![Cell::Number(index as f64 * 1_000.0), Cell::Missing(0)],
            ),
            3 => case.add(name, StorageType::Float, vec![Cell::Number(number + 0.5), Cell::Number(-number)]),
            4 => case.add(name, StorageType::Double, vec![Cell::Number(number / 7.0), Cell::Missing(26)]),
            _ => case.add(name, StorageType::Str(6), vec![Cell::text(format!("t{index}")), Cell::text("é")]),
        };
    }
    if release == Release::V119 {
        let last = vec![Cell::text("long text behind 33,000 variables"), Cell::text("")];
        case.add("last", StorageType::StrL, last);
    }
    case
}
