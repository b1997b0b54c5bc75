//! Values that only stand in for reasons, as reasons.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt8Type};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt8Array};
use arrow_buffer::BooleanBuffer;
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::nullif::nullif;

use super::reasons::no_reasons;
use super::{
    Batches, Dataset, Note, Scan, TableId, columns_with_reasons, scan_schema, select_from, table_of,
};
use crate::codebook::{Codebook, Missing, MissingValues, Parent, Table, Variable};
use crate::error::Result;
use crate::loss::LossReport;
use crate::missing::span;
use crate::profile::{Number, TableProfile};

/// A dataset in which some declared missing values are reasons: a row with such a value has a null and the reason.
#[derive(Debug)]
pub struct CodedReasons<D> {
    inner: D,
    /// What is seen; none where it is what the inner dataset says, since copies of wide tables take much memory.
    codebook: Option<Codebook>,
    /// By table and variable, the values and the positions of their declarations.
    tables: Vec<Codes>,
}

type Codes = BTreeMap<usize, Vec<(Number, u8)>>;

impl<D: Dataset> CodedReasons<D> {
    /// Takes for reasons the single values of the declarations for which `is_reason` holds.
    pub fn new(inner: D, is_reason: impl Fn(&Variable, &Missing) -> bool) -> Self {
        let mut codebook: Option<Codebook> = None;
        let mut tables = Vec::new();
        for (id, table) in inner.codebook().tables.iter().enumerate() {
            let mut codes = Codes::new();
            for (position, variable) in table.variables.iter().enumerate() {
                let code = |(index, missing): (usize, &Missing)| {
                    let span = span(&missing.values, &variable.kind)?;
                    let is_one = matches!(missing.values, MissingValues::One(_));
                    let index = u8::try_from(index).ok()?;
                    (is_one && is_reason(variable, missing)).then_some((span.low, index))
                };
                let found: Vec<_> = variable.missing.iter().enumerate().filter_map(code).collect();
                if found.is_empty() {
                    continue;
                }
                let codebook = codebook.get_or_insert_with(|| inner.codebook().clone());
                let seen = codebook.tables.get_mut(id).and_then(|table| table.variables.get_mut(position));
                let missing = seen.into_iter().flat_map(|seen| seen.missing.iter_mut().enumerate());
                for (index, missing) in missing {
                    if found.iter().any(|(_, coded)| usize::from(*coded) == index) {
                        missing.values = MissingValues::Reason;
                    }
                }
                codes.insert(position, found);
            }
            tables.push(codes);
        }
        Self { inner, codebook, tables }
    }

    fn codes(&self, table: TableId) -> Option<&Codes> {
        self.tables.get(table.0).filter(|codes| !codes.is_empty())
    }

    /// Delivers these columns of all rows, or of as many as the scan wants if it has no filter.
    fn batches<'a>(
        &'a self,
        (id, table): (TableId, &'a Table),
        columns: Vec<usize>,
        codes: &'a Codes,
        scan: &Scan,
    ) -> Result<Batches<'a>> {
        let below = table_of(self.inner.codebook(), id)?;
        let mut inner = scan.clone().columns(columns.clone());
        if inner.filter.take().is_some() {
            inner.limit = None;
        }
        let batches = self.inner.scan(id, &inner)?;
        let schema = scan_schema(table, &columns, scan.reasons);
        let output = Arc::clone(&schema);
        let told = if scan.reasons { columns_with_reasons(table, &columns) } else { Vec::new() };
        let told_below = columns_with_reasons(below, &columns);
        let coded = batches.map(move |batch| {
            let batch = batch?;
            let mut arrays: Vec<ArrayRef> = batch.columns().iter().take(columns.len()).cloned().collect();
            let mut found = BTreeMap::new();
            for (array, column) in arrays.iter_mut().zip(&columns) {
                if let Some(codes) = codes.get(column) {
                    let reasons = reasons_of(array, codes)?;
                    *array = nullif(array, &BooleanArray::new(validity(&reasons), None))?;
                    found.insert(*column, reasons);
                }
            }
            for column in &told {
                let below = told_below.iter().position(|below| below == column);
                let below = below.and_then(|place| batch.columns().get(columns.len() + place)).cloned();
                arrays.push(match (below, found.get(column)) {
                    (Some(below), Some(found)) => both(found, &below),
                    (None, Some(found)) => Arc::new(found.clone()),
                    (below, None) => below.unwrap_or_else(|| no_reasons(batch.num_rows())),
                });
            }
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(Arc::clone(&output), arrays, &options)?)
        });
        Ok(Batches::new(schema, coded))
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for CodedReasons<D> {
    fn codebook(&self) -> &Codebook {
        self.codebook.as_ref().unwrap_or_else(|| self.inner.codebook())
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let Some(codes) = self.codes(table) else { return self.inner.scan(table, scan) };
        let description = table_of(self.codebook(), table)?;
        if scan.filter.is_none() {
            return self.batches((table, description), scan.projection(description)?, codes, scan);
        }
        // A filter must see the nulls.
        let held = scan.needed(description)?;
        select_from(description, &held, scan, self.batches((table, description), held.clone(), codes, scan)?)
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        // Those below count values that are none.
        self.inner.facts(table).filter(|_| self.codes(table).is_none())
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}

/// The reason of each value that is one of the codes.
fn reasons_of(values: &ArrayRef, codes: &[(Number, u8)]) -> Result<UInt8Array> {
    if values.data_type().is_floating() {
        let wide = cast(values, &DataType::Float64)?;
        // A number that was written as text may differ in the last place.
        let same = |value: f64, code: &Number| {
            let code = code.as_f64();
            value == code || (value / code - 1.0).abs() < 1e-12
        };
        let reason = |value: f64| codes.iter().find(|(code, _)| same(value, code)).map(|(_, reason)| *reason);
        return Ok(wide.as_primitive::<Float64Type>().iter().map(|value| reason(value?)).collect());
    }
    let days = *values.data_type() == DataType::Date32;
    let wide =
        cast(&if days { cast(values, &DataType::Int32)? } else { Arc::clone(values) }, &DataType::Int64)?;
    let reason = |value: i64| {
        let code = Number::Integer(value.into());
        codes.iter().find(|(known, _)| *known == code).map(|(_, reason)| *reason)
    };
    Ok(wide.as_primitive::<Int64Type>().iter().map(|value| reason(value?)).collect())
}

/// Which rows have a reason.
fn validity(reasons: &UInt8Array) -> BooleanBuffer {
    let none = || BooleanBuffer::new_set(reasons.len());
    reasons.nulls().map_or_else(none, |nulls| nulls.inner().clone())
}

/// The reasons found, else those below.
fn both(found: &UInt8Array, below: &ArrayRef) -> ArrayRef {
    let Some(below) = below.as_primitive_opt::<UInt8Type>() else { return Arc::new(found.clone()) };
    Arc::new(found.iter().zip(below).map(|(found, below)| found.or(below)).collect::<UInt8Array>())
}

#[cfg(test)]
mod tests {
    use arrow_array::{Date32Array, Int64Array};

    use super::*;
    use crate::codebook::Kind;
    use crate::{Filter, MemoryDataset};

    #[test]
    fn coded_values_are_null_and_reasons() {
        let coded = |code: i64, letter| Missing::value(code).letter(letter);
        let x = Variable::new("x", Kind::INTEGER)
            .with_missing(Missing::reason().letter('b'))
            .with_missing(coded(102, 'a'))
            .with_missing(Missing::value(-9));
        let day = Variable::new("day", Kind::Date).with_missing(Missing::value("1970-01-03").letter('z'));
        let table = Table::new("t", vec![x, day]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(1), Some(102), Some(-9), None])),
            Arc::new(Date32Array::from(vec![Some(2), None, Some(5), Some(2)])),
            Arc::new(UInt8Array::from(vec![None, None, None, Some(0)])),
        ];
        let batch = RecordBatch::try_new(scan_schema(&table, &[0, 1], true), columns).unwrap();
        let data = MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap();
        let data = CodedReasons::new(data, |_, missing| missing.letter.is_some());
        let declared: Vec<bool> =
            data.codebook().tables[0].variables[0].missing.iter().map(Missing::is_reason).collect();
        assert_eq!(declared, [true, true, false]);
        let rows = |scan: Scan| data.scan(TableId(0), &scan).unwrap().next().unwrap().unwrap();
        let all = rows(Scan::all().with_reasons());
        let x = all.column(0).as_primitive::<Int64Type>();
        assert_eq!(x.iter().collect::<Vec<_>>(), [Some(1), None, Some(-9), None]);
        assert_eq!(all.column(1).null_count(), 3);
        let reasons =
            |column: usize| all.column(column).as_primitive::<UInt8Type>().iter().collect::<Vec<_>>();
        assert_eq!(reasons(2), [None, Some(1), None, Some(0)]);
        assert_eq!(reasons(3), [Some(0), None, None, Some(0)]);
        let nulls = rows(Scan::all().filter(Filter::IsNull("x".into())).columns([1]));
        assert_eq!((nulls.num_rows(), nulls.num_columns()), (2, 1));
    }
}
