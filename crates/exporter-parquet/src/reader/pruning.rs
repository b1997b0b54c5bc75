//! Row groups that a filter cannot match by their statistics are not read.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use exporter_core::Result;
use exporter_core::codebook::{Kind, Table, Value};
use exporter_core::dataset::{Comparison, Filter};

use super::ParquetDataset;
use super::statistics::ColumnStatistics;
use crate::ParquetError;
use crate::contained::contained;

/// The row groups that may hold rows which pass, ascending.
pub(super) fn row_groups(filter: &Filter, table: &Table, data: &ParquetDataset) -> Result<Vec<usize>> {
    let groups = data.metadata.num_row_groups();
    let file = File { table, data, groups };
    let may = contained("parquet", || file.may_match(filter).map_err(ParquetError::Rows))?;
    Ok((0..groups).filter(|group| may.get(*group).copied().unwrap_or(true)).collect())
}

struct File<'m> {
    table: &'m Table,
    data: &'m ParquetDataset,
    groups: usize,
}

impl File<'_> {
    /// For every row group whether some row may pass.
    fn may_match(&self, filter: &Filter) -> Result<Vec<bool>> {
        match filter {
            Filter::Compare { variable, is, value } => self.compare(variable, *is, value),
            Filter::OneOf { variable, values } => values.iter().try_fold(self.every(false), |any, value| {
                Ok(both(&any, &self.compare(variable, Comparison::Equal, value)?, |a, b| a || b))
            }),
            Filter::IsNull(variable) => Ok(self.has_nulls(variable)),
            Filter::All(parts) => parts.iter().try_fold(self.every(true), |all, part| {
                Ok(both(&all, &self.may_match(part)?, |a, b| a && b))
            }),
            Filter::Any(parts) => parts.iter().try_fold(self.every(false), |any, part| {
                Ok(both(&any, &self.may_match(part)?, |a, b| a || b))
            }),
            // "May match" says nothing about "must match"; of other conditions nothing is known.
            _ => Ok(self.every(true)),
        }
    }

    fn every(&self, answer: bool) -> Vec<bool> {
        vec![answer; self.groups]
    }

    fn has_nulls(&self, variable: &str) -> Vec<bool> {
        let nulls = self
            .table
            .variable(variable)
            .and_then(|(column, _)| ColumnStatistics::new(self.data, column)?.nulls());
        match nulls {
            Some(nulls) => nulls.into_iter().map(|nulls| nulls != Some(0)).collect(),
            None => self.every(true),
        }
    }

    /// Compares the bounds as the filter itself compares values, so that both agree.
    fn compare(&self, variable: &str, is: Comparison, value: &Value) -> Result<Vec<bool>> {
        let Some((low, high)) = self.bounds(variable) else { return Ok(self.every(true)) };
        let test = |bounds: &ArrayRef, is: Comparison| -> Result<Vec<bool>> {
            let schema = Schema::new(vec![Field::new(variable, bounds.data_type().clone(), true)]);
            let batch = RecordBatch::try_new(Arc::new(schema), vec![bounds.clone()])?;
            let passes = Filter::compare(variable, is, value.clone()).mask(&batch)?;
            // A row group without bounds may hold anything.
            let known = |at: usize| !bounds.is_null(at);
            Ok(passes.iter().enumerate().map(|(at, passes)| !known(at) || passes != Some(false)).collect())
        };
        match is {
            Comparison::Equal => {
                Ok(both(&test(&low, Comparison::AtMost)?, &test(&high, Comparison::AtLeast)?, |a, b| a && b))
            }
            Comparison::NotEqual => Ok(self.every(true)),
            Comparison::Less | Comparison::AtMost => test(&low, is),
            Comparison::Greater | Comparison::AtLeast => test(&high, is),
        }
    }

    /// Lower and upper bounds by row group, of kinds whose order statistics and filters share: floats are left out
    /// (statistics ignore NaN, which the filter orders), and so are columns that the reader converts.
    fn bounds(&self, variable: &str) -> Option<(ArrayRef, ArrayRef)> {
        let (column, description) = self.table.variable(variable)?;
        let ordered =
            !matches!(description.kind, Kind::Float { .. } | Kind::Binary) && !description.kind.is_nested();
        if !ordered || !self.data.is_native(column, &description.kind) {
            return None;
        }
        let leaf = self.data.schema.flat_leaf(column)?;
        let old = self.data.metadata.row_groups().iter().any(|group| {
            // The deprecated fields compare texts and numbers without sign as signed bytes.
            group
                .columns()
                .get(leaf)
                .and_then(|chunk| chunk.statistics())
                .is_some_and(|s| s.is_min_max_deprecated())
        });
        let is_signed = match description.kind {
            Kind::Text | Kind::Decimal { .. } => false,
            Kind::Integer { signed, .. } => signed,
            _ => true,
        };
        if old && !is_signed {
            return None;
        }
        let statistics = ColumnStatistics::new(self.data, column)?;
        let (low, high) = (statistics.mins()?, statistics.maxes()?);
        (low.len() == self.groups && high.len() == self.groups).then_some((low, high))
    }
}

fn both(left: &[bool], right: &[bool], with: fn(bool, bool) -> bool) -> Vec<bool> {
    left.iter().zip(right).map(|(left, right)| with(*left, *right)).collect()
}
