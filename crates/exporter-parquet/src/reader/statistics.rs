//! Facts that the footer vouches for.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;
use exporter_core::ColumnFacts;
use exporter_core::codebook::Kind;
use exporter_core::profile::Number;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::file::metadata::RowGroupMetaData;

use super::ParquetDataset;

/// Statistics of one flat column, by row group.
pub(super) struct ColumnStatistics<'m> {
    converter: StatisticsConverter<'m>,
    groups: &'m [RowGroupMetaData],
}

impl<'m> ColumnStatistics<'m> {
    pub(super) fn new(data: &'m ParquetDataset, column: usize) -> Option<Self> {
        let leaf = data.schema.flat_leaf(column)?;
        let field = data.schema.readable.fields.get(column)?;
        let schema = data.metadata.file_metadata().schema_descr();
        let converter = StatisticsConverter::from_column_index(leaf, field, schema).ok()?;
        // A row group that does not say how many nulls it has is not one without nulls.
        let converter = converter.with_missing_null_counts_as_zero(false);
        Some(Self { converter, groups: data.metadata.row_groups() })
    }

    pub(super) fn mins(&self) -> Option<ArrayRef> {
        self.converter.row_group_mins(self.groups).ok()
    }

    pub(super) fn maxes(&self) -> Option<ArrayRef> {
        self.converter.row_group_maxes(self.groups).ok()
    }

    /// Nulls of every row group, `None` where the footer does not say.
    pub(super) fn nulls(&self) -> Option<Vec<Option<u64>>> {
        Some(self.converter.row_group_null_counts(self.groups).ok()?.iter().collect())
    }

    fn exact(&self) -> Option<Vec<bool>> {
        let low = self.converter.row_group_is_min_value_exact(self.groups).ok()?;
        let high = self.converter.row_group_is_max_value_exact(self.groups).ok()?;
        Some(low.iter().zip(high.iter()).map(|pair| pair == (Some(true), Some(true))).collect())
    }
}

/// Null count and range of a column, as far as every row group states them exactly.
pub(super) fn column_facts(data: &ParquetDataset, column: usize, kind: &Kind) -> Option<ColumnFacts> {
    let statistics = ColumnStatistics::new(data, column)?;
    let nulls = statistics.nulls()?;
    let mut facts = ColumnFacts::default();
    facts.nulls = nulls.iter().copied().sum::<Option<u64>>();
    if data.is_native(column, kind) {
        facts.range = range(&statistics, &nulls);
    }
    Some(facts)
}

/// The outer `None`: some row group does not state its range exactly; the inner: there is no value.
fn range(statistics: &ColumnStatistics<'_>, nulls: &[Option<u64>]) -> Option<Option<(Number, Number)>> {
    let groups = statistics.groups;
    let (low, high) = (numbers(&statistics.mins()?)?, numbers(&statistics.maxes()?)?);
    let exact = statistics.exact()?;
    let mut range: Option<(Number, Number)> = None;
    for (index, group) in groups.iter().enumerate() {
        let only_nulls = nulls.get(index).copied().flatten() == u64::try_from(group.num_rows()).ok();
        if only_nulls {
            continue;
        }
        if !exact.get(index).copied().unwrap_or(false) {
            return None;
        }
        let (low, high) = (low.get(index).copied().flatten()?, high.get(index).copied().flatten()?);
        range = Some(match range {
            None => (low, high),
            Some((known_low, known_high)) => (
                if low < known_low { low } else { known_low },
                if high > known_high { high } else { known_high },
            ),
        });
    }
    Some(range)
}

/// Statistics as numbers, for kinds whose range the profile knows.
fn numbers(array: &ArrayRef) -> Option<Vec<Option<Number>>> {
    let whole = |value: i128| Some(Number::Integer(value));
    match array.data_type() {
        DataType::UInt64 => {
            Some(array.as_primitive::<UInt64Type>().iter().map(|value| whole(value?.into())).collect())
        }
        DataType::Decimal128(_, _) => {
            Some(array.as_primitive::<Decimal128Type>().iter().map(|value| whole(value?)).collect())
        }
        DataType::Float32 | DataType::Float64 => {
            let wide = strict(array, &DataType::Float64)?;
            let number = |value: Option<f64>| value.filter(|value| !value.is_nan()).map(Number::Float);
            Some(wide.as_primitive::<Float64Type>().iter().map(number).collect())
        }
        DataType::Boolean
        | DataType::Date32
        | DataType::Time64(_)
        | DataType::Timestamp(_, _)
        | DataType::Duration(_) => integers(array),
        other if other.is_integer() => integers(array),
        _ => None,
    }
}

fn integers(array: &ArrayRef) -> Option<Vec<Option<Number>>> {
    let wide = strict(array, &DataType::Int64)?;
    let number = |value: Option<i64>| value.map(|value| Number::Integer(value.into()));
    Some(wide.as_primitive::<Int64Type>().iter().map(number).collect())
}

fn strict(array: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, to, &options).ok().filter(|cast| cast.len() == array.len())
}
