//! Numbers and strL cells of the rows.

use exporter_core::check::Findings;

use crate::check::file::{Checked, CheckedFile};
use crate::check::rule;
use crate::check::sorted::SortedRows;
use crate::check::strls::{compare_order, sort_by_name};
use crate::reader::{DtaBytes, to_usize, unsigned, until_nul};
use crate::spec_storage::{DOUBLE_MAX_BITS, FLOAT_MAX_BITS, StorageType};
use exporter_stata::Missing;

/// Bytes of rows read at once.
const BLOCK: u64 = 256 * 1024;

/// One variable whose cells are looked at.
struct CheckedColumn {
    number: u32,
    storage: StorageType,
    offset: usize,
    /// Numbers that are not legal, or texts that are not UTF-8, and where the first one stands.
    illegal: (u64, u64),
}

/// Checks the cells and compares them with the strL records.
pub(super) fn check(bytes: &DtaBytes, mut file: CheckedFile, findings: &mut Findings) -> Checked<()> {
    let mut columns = Vec::with_capacity(file.types.len());
    let mut offset = 0;
    for (number, storage) in (1..).zip(&file.types) {
        let is_plain_text = matches!(storage, StorageType::Str(_)) && !file.release.is_utf8();
        if !is_plain_text && *storage != StorageType::Alias {
            columns.push(CheckedColumn { number, storage: *storage, offset, illegal: (0, 0) });
        }
        offset += storage.width();
    }
    sort_by_name(&mut file, findings);
    let mut sorted = SortedRows::of(&file);
    let row_bytes = to_usize(file.row_bytes, file.data)?;
    let rows_at_once = (BLOCK / file.row_bytes.max(1)).max(1);
    let (mut row, mut at) = (0, file.data);
    while row < file.rows && row_bytes > 0 && !(columns.is_empty() && sorted.is_done()) {
        let count = (file.rows - row).min(rows_at_once);
        let block = bytes.block_at(at, count * file.row_bytes)?;
        for (index, cells) in block.chunks_exact(row_bytes).enumerate() {
            if !sorted.is_done() {
                let place = (row + index as u64 + 1, at + (index * row_bytes) as u64);
                sorted.look_at(cells, place, &file, findings);
            }
            for column in &mut columns {
                let cell =
                    cells.get(column.offset..column.offset + column.storage.width()).unwrap_or_default();
                let place = at + (index * row_bytes + column.offset) as u64;
                if column.storage == StorageType::StrL {
                    strl_cell(&mut file, findings, cell, (column.number, row + index as u64 + 1), place);
                } else if !is_legal(cell, column.storage, &file) {
                    column.illegal =
                        (column.illegal.0 + 1, if column.illegal.0 == 0 { place } else { column.illegal.1 });
                }
            }
        }
        row += count;
        at += count * file.row_bytes;
    }
    for column in columns.iter().filter(|column| column.illegal.0 > 0) {
        let name = file.names.get(column.number as usize - 1).map_or("", String::as_str);
        let cells = column.illegal.0;
        match column.storage {
            StorageType::Str(_) => {
                findings.at(rule::UTF8, column.illegal.1, format!("{cells} cells of {name} are not UTF-8"));
            }
            storage => {
                let message = format!("{cells} cells of {name} hold no legal {storage:?}");
                findings.at(rule::NUMBER, column.illegal.1, message);
            }
        }
    }
    compare_order(&mut file, findings);
    Ok(())
}

/// Checks one strL cell; `here` is its variable and row, from 1.
fn strl_cell(file: &mut CheckedFile, findings: &mut Findings, cell: &[u8], here: (u32, u64), place: u64) {
    let Some((variable, row)) = cell.split_at_checked(file.release.widths().strl_v) else { return };
    let (variable, row) = (unsigned(variable, file.order) as u32, unsigned(row, file.order));
    if (variable, row) == (0, 0) {
        return;
    }
    let storage = (variable as usize).checked_sub(1).and_then(|index| file.types.get(index));
    if storage != Some(&StorageType::StrL) {
        findings.at(
            rule::STRL_VARIABLE,
            place,
            format!("a cell names variable {variable}, which is no strL"),
        );
        return;
    }
    if (row, variable) > (here.1, here.0) {
        let message =
            format!("the cell of variable {}, row {} names ({variable}, {row}) after it", here.0, here.1);
        findings.at(rule::STRL_FORWARD, place, message);
    }
    let found = file.strls.binary_search_by_key(&(row, variable), |record| (record.row, record.variable));
    match found.ok().and_then(|index| file.strls.get_mut(index)) {
        Some(record) if record.first_use == 0 => {
            // Cells are counted row by row; 2^48 rows of 120,000 variables stay below 2^65, so the count saturates.
            record.first_use = here.1.saturating_mul(120_001).saturating_add(here.0.into());
        }
        Some(_) => {}
        None => findings.at(
            rule::STRL_UNDEFINED,
            place,
            format!("a cell names ({variable}, {row}), which is not there"),
        ),
    }
}

/// Whether a cell holds a value of its type or one of the missing values, 27 from release 113 on and one before.
fn is_legal(cell: &[u8], storage: StorageType, file: &CheckedFile) -> bool {
    let bits = unsigned(cell, file.order);
    let extended = file.release.has_extended_missing();
    let known = |missing: &Missing| extended || *missing == Missing::SYSTEM;
    match storage {
        // Every whole number was a value but the largest, which was missing.
        StorageType::Byte | StorageType::Int | StorageType::Long if !extended => true,
        StorageType::Byte => bits != 0x80,
        StorageType::Int => bits != 0x8000,
        StorageType::Long => bits != 0x8000_0000,
        StorageType::Float => {
            let value = f32::from_bits(bits as u32);
            value.abs() <= f32::from_bits(FLOAT_MAX_BITS)
                || Missing::from_float(value)
                    .filter(known)
                    .is_some_and(|m| u64::from(m.float().to_bits()) == bits)
        }
        StorageType::Double => {
            // Missing values take the upper end only: the smallest double is that of IEEE 754 (section 5).
            let value = f64::from_bits(bits);
            (f64::MIN..=f64::from_bits(DOUBLE_MAX_BITS)).contains(&value)
                || Missing::from_double(value).filter(known).is_some_and(|m| m.double().to_bits() == bits)
        }
        StorageType::Str(_) => std::str::from_utf8(until_nul(cell)).is_ok(),
        StorageType::StrL | StorageType::Alias => true,
    }
}
