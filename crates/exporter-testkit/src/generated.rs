//! Datasets of any number of rows that hold none of them, or one batch.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::types::{Float64Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, Date32Array, PrimitiveArray, RecordBatch, RecordBatchOptions};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, ValueLabels, Variable};
use exporter_core::dataset::{arrow_schema, select, table_of};
use exporter_core::{Batches, Dataset, MemoryDataset, Result, Scan, TableId};

/// One table, `events`, whose rows are computed from their number whenever they are read: for memory tests of
/// millions of rows. Equal rows counts give equal data.
#[derive(Clone, Debug)]
pub struct GeneratedDataset {
    codebook: Codebook,
    rows: u64,
}

/// Rows per batch when the scan gives no hint.
const BATCH_ROWS: usize = 8192;

impl GeneratedDataset {
    /// A table of this many rows.
    pub fn new(rows: u64) -> Self {
        let table = Table::new(
            "events",
            vec![
                Variable::new("id", Kind::INTEGER).with_label("Number of the event"),
                Variable::new("group", Kind::Integer { bits: 8, signed: true })
                    .with_labels("groups")
                    .with_missing(Missing::value(9).label("Unknown")),
                Variable::new("count", Kind::Integer { bits: 32, signed: true }),
                Variable::new("price", Kind::FLOAT).with_label("Price with two decimals"),
                Variable::new("weight", Kind::FLOAT).with_label("A number of 17 digits"),
                Variable::new("day", Kind::Date),
                Variable::new("word", Kind::Text).with_label("One of a few hundred words"),
                Variable::new("note", Kind::Text).with_label("Often null, up to 40 bytes"),
            ],
        )
        .with_key(["id"]);
        let groups = ValueLabels::new().with(1, "One").with(2, "Two").with(9, "Unknown");
        Self { codebook: Codebook::new("events").with_table(table).with_value_labels("groups", groups), rows }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): an even spread of the bits of a counter.
fn spread(row: u64, column: u64) -> u64 {
    let mut bits = (row ^ (column << 56)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn texts(rows: std::ops::Range<u64>, text: impl Fn(u64, &mut String) -> bool) -> ArrayRef {
    let mut builder = StringBuilder::new();
    let mut buffer = String::new();
    for row in rows {
        buffer.clear();
        if text(row, &mut buffer) {
            builder.append_value(&buffer);
        } else {
            builder.append_null();
        }
    }
    Arc::new(builder.finish())
}

fn column(column: usize, rows: std::ops::Range<u64>) -> ArrayRef {
    use std::fmt::Write as _;
    let bits = |row| spread(row, column as u64);
    match column {
        0 => Arc::new(PrimitiveArray::<Int64Type>::from_iter_values(rows.map(|row| row as i64 + 1))),
        1 => Arc::new(
            rows.map(|row| [Some(1i8), Some(2), Some(9), None][(bits(row) % 4) as usize])
                .collect::<PrimitiveArray<Int8Type>>(),
        ),
        2 => {
            Arc::new(PrimitiveArray::<Int32Type>::from_iter_values(rows.map(|row| (bits(row) >> 44) as i32)))
        }
        3 => Arc::new(
            rows.map(|row| (!bits(row).is_multiple_of(10)).then(|| (bits(row) >> 44) as f64 / 100.0))
                .collect::<PrimitiveArray<Float64Type>>(),
        ),
        4 => Arc::new(PrimitiveArray::<Float64Type>::from_iter_values(
            rows.map(|row| (bits(row) >> 11) as f64 / (1u64 << 53) as f64),
        )),
        5 => Arc::new(Date32Array::from_iter_values(rows.map(|row| (bits(row) % 20_000) as i32))),
        6 => texts(rows, |row, text| write!(text, "word{}", bits(row) % 300).is_ok()),
        _ => texts(rows, |row, text| {
            let length = (bits(row) % 40) as usize;
            text.extend(std::iter::repeat_n('x', length));
            !bits(row).is_multiple_of(3)
        }),
    }
}

impl Dataset for GeneratedDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table == TableId(0)).then_some(self.rows)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let wanted = scan.projection(description)?;
        // A filter needs all columns; without one only those asked for are computed.
        let computed = match scan.filter {
            Some(_) => (0..description.variables.len()).collect(),
            None => wanted,
        };
        let step = scan.batch_rows.unwrap_or(BATCH_ROWS).max(1) as u64;
        let total =
            if scan.filter.is_some() { self.rows } else { scan.limit.unwrap_or(u64::MAX).min(self.rows) };
        let schema = arrow_schema(description, &computed);
        let output = schema.clone();
        let batches = (0..total.div_ceil(step)).map(move |number| {
            let rows = number * step..total.min((number + 1) * step);
            let options = RecordBatchOptions::new().with_row_count(Some((rows.end - rows.start) as usize));
            let arrays = computed.iter().map(|index| column(*index, rows.clone())).collect();
            Ok(RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?)
        });
        match scan.filter {
            Some(_) => select(description, scan, batches),
            None => Ok(Batches::new(output, batches)),
        }
    }
}

/// One batch again and again, so that the input itself takes no memory.
#[derive(Clone, Debug)]
pub struct RepeatedDataset {
    one: MemoryDataset,
    rows: usize,
    times: usize,
}

impl RepeatedDataset {
    /// A table `t` of this batch so many times.
    ///
    /// # Panics
    /// When a column's type has no kind.
    pub fn new(batch: RecordBatch, times: usize) -> Self {
        let rows = batch.num_rows();
        let one = MemoryDataset::from_batches("t", vec![batch]);
        Self { one: one.unwrap_or_else(|error| panic!("{error:?}")), rows, times }
    }
}

impl Dataset for RepeatedDataset {
    fn codebook(&self) -> &Codebook {
        self.one.codebook()
    }

    fn rows(&self, _: TableId) -> Option<u64> {
        Some((self.rows * self.times) as u64)
    }

    /// Filters and limits hold of each repetition.
    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let batches = self.one.scan(table, scan)?;
        let schema = batches.schema().clone();
        let batches = batches.collect::<Result<Vec<_>>>()?;
        let again = (0..self.times).flat_map(move |_| batches.clone());
        Ok(Batches::new(schema, again.map(Ok)))
    }
}
