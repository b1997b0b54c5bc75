//! Rows of fixed-width cells, as statistical programs store them (Stata, SPSS, SAS transport): filled from record
//! batches in tiles of 64 rows, block by block in several threads, and gathered back.
//!
//! A format says how its columns become cells and puts what comes out into its file:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int32Array, StringArray};
//! use exporter_rows::{Block, Blocks, CellColumn, IntegerCells, LongText, Pad, RowBatch, TextCells};
//!
//! let ages: ArrayRef = Arc::new(Int32Array::from(vec![Some(41), None]));
//! let names = StringArray::from(vec!["Ana", "Zoë"]);
//! let integers = IntegerCells { null: 101_i8, recodes: Vec::new(), add: 0, range: (-127, 100) };
//! let texts = TextCells { width: 5, pad: Pad::Blank, long_text: LongText::Error, remedies: ("widen", "") };
//! let batch = RowBatch::new(
//!     2,
//!     1,
//!     [
//!         CellColumn::new(1, integers.column(&ages).ok_or("no whole numbers")?),
//!         CellColumn::new(5, texts.column(&names)),
//!     ],
//! );
//! let mut rows = Vec::new();
//! for job in Blocks::new([Ok::<_, String>(batch)].into_iter(), 64) {
//!     let mut block = Block::default();
//!     block.fill(job?).map_err(|bad| bad.value)?;
//!     rows.extend_from_slice(&block.bytes);
//! }
//! assert_eq!(rows, b"\x29Ana  \x65Zo\xC3\xAB ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;
mod fill;
mod gather;
mod output;

pub use convert::{Conversion, Epoch, Misfit, fits_by_range, holds, is_calendar, only_values_tell};
pub use fill::{
    BadCell, Block, Blocks, CastFrom, CellChange, CellChanges, CellColumn, CellNumber, CellRecode, Cells,
    Changes, Division, FillCells, FloatCell, FloatCells, IntegerCell, IntegerCells, LongText, OutOfRange,
    Pad, RowBatch, STORE_AS_MISSING, TILE_ROWS, TextCells, TypedRecode, Validity, Whole, apply, decimal_text,
    load, losses, put_nulls, refused, typed_recodes,
};
pub use gather::{
    CellType, RowOrder, RowTiles, Rows, StoredCells, TextEnd, Texts, number_array, reason_array,
};
pub use output::{OutputBuffer, Rewrite, SeekIn, Spool, SpoolFile};
