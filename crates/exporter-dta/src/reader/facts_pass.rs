//! The pass over the rows that gathers facts, shared out among several handles on the file.

use std::io::{self, Read, Seek};
use std::ops::Range;

use crate::error::{DtaError, Result};
use crate::reader::batches::Tiles;
use crate::reader::facts::ValueFacts;
use crate::reader::gather::Cells;
use crate::reader::opened::Opened;
use crate::reader::selection::Column;
use crate::reader::source::Source;
use crate::spec_storage::StorageType;

/// Facts about `columns` from all rows: the first share of them is read here, each other by a thread of its own.
pub(super) fn gather<R: Read + Seek, S: Read + Seek + Send>(
    source: &mut Source<R>,
    others: Vec<Source<S>>,
    opened: &Opened,
    columns: &[Column],
) -> Result<Vec<ValueFacts>> {
    let shares = others.len() as u64 + 1;
    let share = opened.dictionary.rows.div_ceil(shares);
    let rows = |number: u64| {
        let end = |number: u64| share.saturating_mul(number).min(opened.dictionary.rows);
        end(number)..end(number + 1)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1..)
            .zip(others)
            .map(|(number, mut source)| {
                let rows = rows(number);
                scope.spawn(move || part(&mut source, opened, columns, rows))
            })
            .collect();
        let mut facts = part(source, opened, columns, rows(0))?;
        for thread in threads {
            let ended = || DtaError::Io(io::Error::other("a reading thread ended early"));
            let more = thread.join().map_err(|_| ended())??;
            facts.iter_mut().zip(&more).for_each(|(facts, more)| facts.join(more));
        }
        Ok(facts)
    })
}

fn part<R: Read + Seek>(
    source: &mut Source<R>,
    opened: &Opened,
    columns: &[Column],
    rows: Range<u64>,
) -> Result<Vec<ValueFacts>> {
    let mut facts = vec![ValueFacts::default(); columns.len()];
    let mut scratch: Vec<Cells> = Vec::new();
    let variables = &opened.dictionary.variables;
    for storage in
        [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
    {
        scratch.push(Cells::with_capacity(storage, 0));
    }
    let mut tiles = Tiles::new(opened, columns);
    tiles.visit(source, rows, opened.dictionary.byte_order, |rows, start| {
        for (column, facts) in columns.iter().zip(&mut facts) {
            let Some(v) = variables.get(column.variable) else { continue };
            let Some(cells) = scratch.iter_mut().find(|cells| cells.is(v.storage)) else { continue };
            cells.clear();
            cells.append(rows, v.offset.saturating_sub(start), v.storage);
            facts.add(cells, column.kind, opened.ordinary);
        }
    })?;
    Ok(facts)
}
