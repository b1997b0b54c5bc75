//! Verifies a claimed sort order, as Stata trusts it (section 8).

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::codebook::{SortKey, Table};
use exporter_core::{Context, Dataset, Loss, LossCode, Result, Scan, TableId};
use exporter_stata::Charset;

use crate::metadata::{Conversion, DtaVariable, MissingRule};
use crate::missing::Missing;
use crate::spec::Release;
use crate::spec_storage::StorageType;

/// One key of one row as Stata compares it.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Number(f64),
    Missing(u8),
    Text(Vec<u8>),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Missing(number) => match Missing::from_number(*number) {
                Some(missing) => write!(f, "{missing}"),
                None => f.write_str("."),
            },
            Self::Text(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// The leading keys of the claimed order that the rows keep, as positions of variables.
pub(super) fn verified(
    data: &dyn Dataset,
    table: (TableId, &Table),
    variables: &[DtaVariable],
    release: Release,
    context: &Context,
) -> Result<(Vec<usize>, Vec<Loss>)> {
    let (id, table) = table;
    let mut keys = Vec::new();
    let mut losses = Vec::new();
    for key in &table.sort {
        let found = table.variable(key.variable()).map(|(position, _)| position);
        let sortable = found.filter(|position| {
            let Some(variable) = variables.get(*position) else { return false };
            // Numbers written as text sort as text, which nobody claimed.
            let as_text = variable.conversion == Conversion::DecimalText && variable.storage.is_string();
            let short = variable.storage != StorageType::StrL && !as_text;
            matches!(key, SortKey::Ascending(_)) && short && !keys.contains(position)
        });
        let Some(position) = sortable else {
            let loss = Loss::new(
                LossCode::SORT_ORDER_DROPPED,
                "Stata knows ascending order of short variables only",
            );
            losses.push(loss.variable(key.variable()));
            break;
        };
        keys.push(position);
    }
    if keys.is_empty() {
        return Ok((keys, losses));
    }
    let mut kept = keys.len();
    let mut before: Option<Vec<Key>> = None;
    let mut row = 0_u64;
    for batch in context.scan(data, id, &Scan::all().columns(keys.clone()))? {
        let batch = batch?;
        let columns = keys
            .iter()
            .zip(batch.columns())
            .map(|(position, column)| {
                Ok(Comparable {
                    column: comparable(column)?,
                    missing: variables.get(*position).map_or(&[][..], |variable| &variable.missing),
                    charset: release.charset(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        for at in 0..batch.num_rows() {
            row += 1;
            let now: Vec<Key> = columns.iter().take(kept).map(|column| column.key(at)).collect();
            if let Some(before) = &before {
                let broken = before.iter().zip(&now).position(|(a, b)| a != b).filter(|first| {
                    let pair = before.get(*first).zip(now.get(*first));
                    !matches!(pair.and_then(|(a, b)| a.partial_cmp(b)), Some(Ordering::Less))
                });
                if let Some(first) = broken {
                    kept = first;
                    let name = keys.get(first).and_then(|position| table.variables.get(*position));
                    let loss =
                        Loss::new(LossCode::SORT_ORDER_DROPPED, "the rows do not keep the claimed order");
                    let loss = loss.first(Some(row), now.get(first).map_or_else(String::new, Key::to_string));
                    losses.push(loss.variable(name.map_or("", |variable| variable.name.as_str())));
                }
            }
            if kept == 0 {
                return Ok((Vec::new(), losses));
            }
            before = Some(now);
        }
    }
    keys.truncate(kept);
    Ok((keys, losses))
}

struct Comparable<'a> {
    column: ArrayRef,
    missing: &'a [MissingRule],
    charset: Charset,
}

/// Texts stay; everything else becomes a double, as far as order goes.
fn comparable(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(match column.data_type() {
        DataType::Utf8 | DataType::Float64 => column.clone(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            cast(column, &DataType::Float64)?
        }
        DataType::Date32 => cast(&cast(column, &DataType::Int32)?, &DataType::Float64)?,
        DataType::Timestamp(_, _) | DataType::Duration(_) | DataType::Time64(_) => {
            cast(&cast(column, &DataType::Int64)?, &DataType::Float64)?
        }
        _ => cast(column, &DataType::Float64)?,
    })
}

impl Comparable<'_> {
    fn key(&self, row: usize) -> Key {
        if self.column.data_type() == &DataType::Utf8 {
            let text = if self.column.is_valid(row) { self.column.as_string::<i32>().value(row) } else { "" };
            return Key::Text(self.charset.encode(text).0.into_owned());
        }
        if self.column.is_null(row) {
            return Key::Missing(0);
        }
        let number = self.column.as_primitive::<Float64Type>().value(row);
        if number.is_nan() {
            return Key::Missing(0);
        }
        let holds = |rule: &&MissingRule| rule.low.as_f64() <= number && number <= rule.high.as_f64();
        let missing = self.missing.iter().rev().find(holds);
        missing.map_or(Key::Number(number), |rule| Key::Missing(rule.missing.number()))
    }
}
