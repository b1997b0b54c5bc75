//! Everything decided about a stream of cases before its first one.

use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use exporter_core::source::ByteOrder;
use exporter_rows::{CellType, TextEnd};

use crate::error::{Result, invalid};
use crate::layout::Segments;
use crate::reader::dictionary::Dictionary;
use crate::reader::encoding::TextDecoder;
use crate::reader::header::CaseCompression;
use crate::reader::unpack::Unpacking;
use crate::reader::variables::CaseColumn;
use crate::spec::{ELEMENT_BYTES, SEGMENT_WIDTH};

/// Elements of the cases that are decoded at once, the most of them in memory at 8 bytes each.
const CHUNK_ELEMENTS: usize = 1 << 20;
/// Most cases that are decoded at once, however narrow.
const MOST_CASES: usize = 1 << 16;
/// Bytes of a segment in a case.
const SEGMENT_BYTES: usize = 256;

/// A column that is read.
#[derive(Clone, Debug)]
pub(crate) struct ReadColumn {
    /// Position of its variable.
    pub(crate) variable: usize,
    pub(crate) cells: ColumnCells,
}

/// Where the cells of a column stand in a row, in bytes.
#[derive(Clone, Debug)]
pub(crate) enum ColumnCells {
    /// A number, or a text in one piece.
    One(usize, CellType),
    /// A text in several pieces.
    Joined(Vec<Range<usize>>),
}

/// Everything decided about a stream.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) columns: Vec<ReadColumn>,
    pub(crate) schema: SchemaRef,
    pub(crate) order: ByteOrder,
    pub(crate) decoder: TextDecoder,
    /// Cases that are decoded at once, a multiple of eight.
    pub(crate) cases: usize,
    /// Cases of a batch, if they were chosen.
    pub(crate) batch_rows: Option<usize>,
    /// How codes become rows; none of plain cases.
    pub(crate) unpacking: Option<Unpacking>,
    /// Bytes of a whole case.
    pub(crate) case_bytes: usize,
}

impl Prepared {
    pub(crate) fn new(
        dictionary: &Dictionary,
        columns: Option<&[usize]>,
        batch_rows: Option<usize>,
    ) -> Result<Self> {
        let all = dictionary.columns.len();
        let chosen = columns.map_or_else(|| (0..all).collect(), <[usize]>::to_vec);
        if let Some(beyond) = chosen.iter().find(|column| **column >= all) {
            return Err(invalid(format!("variable {}", beyond + 1), format!("the file has {all} variables")));
        }
        let (mut fields, mut places) = (Vec::with_capacity(chosen.len()), Vec::with_capacity(chosen.len()));
        for column in &chosen {
            let variable = dictionary.metadata.variables.get(*column);
            let Some((variable, place)) = variable.zip(dictionary.columns.get(*column)) else { continue };
            let kind = if place.width.is_some() { DataType::Utf8 } else { DataType::Float64 };
            fields.push(Field::new(&variable.name, kind, true));
            places.push(*place);
        }
        let unpacking = match dictionary.header.compression {
            CaseCompression::None => None,
            _ => {
                let needed = places.iter().map(elements_with_bytes);
                let (order, bias) = (dictionary.order, dictionary.header.bias);
                Some(Unpacking::new(dictionary.elements, needed, order, bias))
            }
        };
        let columns = chosen.iter().zip(&places).map(|(variable, place)| {
            let first = match &unpacking {
                Some(unpacking) => unpacking.slot(place.first as usize),
                None => place.first as usize,
            };
            ReadColumn { variable: *variable, cells: cells(first * ELEMENT_BYTES, place.width) }
        });
        let usual = (CHUNK_ELEMENTS / dictionary.elements.max(1)).min(MOST_CASES);
        let cases = batch_rows.map_or(usual, |rows| rows.min(usual.max(8)));
        Ok(Self {
            columns: columns.collect(),
            schema: Arc::new(Schema::new(fields)),
            order: dictionary.order,
            decoder: dictionary.decoder,
            cases: (cases / 8).max(1) * 8,
            batch_rows: batch_rows.map(|rows| rows.max(1)),
            unpacking,
            case_bytes: dictionary.elements * ELEMENT_BYTES,
        })
    }
}

/// The elements of a variable that hold something of it.
fn elements_with_bytes(column: &CaseColumn) -> Range<usize> {
    let last = pieces(column.width.unwrap_or(0).into()).last().map_or(ELEMENT_BYTES, |piece| piece.end);
    let first = column.first as usize;
    first..first + last.div_ceil(ELEMENT_BYTES)
}

/// Where the bytes of a text stand from its first element on.
fn pieces(width: usize) -> impl Iterator<Item = Range<usize>> {
    let count = Segments::new(width).count();
    let of = move |segment: usize| {
        let start = segment * SEGMENT_BYTES;
        start..start + width.saturating_sub(segment * SEGMENT_WIDTH).min(SEGMENT_WIDTH)
    };
    (0..count).map(of).filter(|piece| !piece.is_empty())
}

fn cells(start: usize, width: Option<u16>) -> ColumnCells {
    match width.map(usize::from) {
        None => ColumnCells::One(start, CellType::Float64),
        Some(width) if width <= SEGMENT_WIDTH => {
            ColumnCells::One(start, CellType::Text(width, TextEnd::Blanks))
        }
        Some(width) => {
            ColumnCells::Joined(pieces(width).map(|piece| start + piece.start..start + piece.end).collect())
        }
    }
}

impl ReadColumn {
    /// The bytes of a row between the first and the last that it needs.
    pub(crate) fn span(&self) -> Range<usize> {
        match &self.cells {
            ColumnCells::One(start, CellType::Text(width, _)) => *start..start + width,
            ColumnCells::One(start, _) => *start..start + ELEMENT_BYTES,
            ColumnCells::Joined(pieces) => {
                pieces.first().map_or(0, |first| first.start)..pieces.last().map_or(0, |last| last.end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_255_bytes_of_each_segment() {
        let of = |width| pieces(width).collect::<Vec<_>>();
        assert_eq!((of(8).first(), of(255).last()), (Some(&(0..8)), Some(&(0..255))));
        assert_eq!(of(256), [0..255, 256..257]);
        assert_eq!(of(1_000), [0..255, 256..511, 512..767, 768..1003]);
        let longest = of(32_767);
        // Of 131 segments the last two stay blank: 129 times 255 are more.
        assert_eq!((longest.len(), longest.last()), (129, Some(&(32_768..32_895))));
        let column = |width| CaseColumn { first: 3, width };
        assert_eq!(elements_with_bytes(&column(None)), 3..4);
        assert_eq!(elements_with_bytes(&column(Some(9))), 3..5);
        assert_eq!(elements_with_bytes(&column(Some(256))), 3..36);
    }
}
