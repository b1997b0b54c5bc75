//! A claimed sort order, verified by the profile as Stata compares values (section 8).

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, UInt8Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::codebook::{Codebook, Kind, SortKey, Table};
use exporter_core::profile::{Number, SortOrder, SortValue, SortValues};
use exporter_core::{Loss, LossCode, Profile, Result, TableId};
use exporter_stata::{Charset, letters};

use super::table::reasons;
use crate::metadata::{Conversion, DtaVariable, MissingRule};
use crate::spec_storage::StorageType;
use exporter_stata::Missing;

/// The claimed keys of a table as Stata compares them: missing values after numbers, texts by their bytes.
#[derive(Debug)]
pub(super) struct StataOrder {
    columns: Vec<usize>,
    /// Missing values by key.
    missing: Vec<Vec<MissingRule>>,
    /// Missing values of the reasons of nulls, by key.
    reasons: Vec<Vec<Option<Missing>>>,
    charset: Charset,
}

impl StataOrder {
    /// The order to verify; `None` when no leading key can be one of Stata's.
    pub(super) fn of(codebook: &Codebook, table: &Table, charset: Charset) -> Option<Arc<dyn SortOrder>> {
        let mut order = Self { columns: Vec::new(), missing: Vec::new(), reasons: Vec::new(), charset };
        for key in &table.sort {
            let SortKey::Ascending(name) = key else { break };
            let Some((position, variable)) = table.variable(name) else { break };
            let short = !matches!(
                variable.kind,
                Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. }
            );
            if !short || order.columns.contains(&position) {
                break;
            }
            order.columns.push(position);
            let letters = letters(variable, codebook.value_labels_of(variable));
            order.reasons.push(reasons(variable, &letters));
            order.missing.push(letters.rules);
        }
        (!order.columns.is_empty()).then(|| Arc::new(order) as Arc<dyn SortOrder>)
    }
}

impl SortOrder for StataOrder {
    fn id(&self) -> String {
        format!("stata {:?}", self.charset)
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn is_by_size(&self, key: usize, ends: Option<(Number, Number)>) -> bool {
        let Some((low, high)) = ends else { return self.charset == Charset::Utf8 };
        let beside =
            |rule: &MissingRule| rule.high.as_f64() < low.as_f64() || high.as_f64() < rule.low.as_f64();
        self.missing.get(key).is_some_and(|rules| rules.iter().all(beside))
    }

    fn values<'a>(
        &self,
        key: usize,
        column: &'a ArrayRef,
        reasons: Option<&UInt8Array>,
    ) -> Result<SortValues<'a>> {
        if let Some(texts) = column.as_string_opt::<i32>() {
            let encode = |text: Option<&'a str>| self.charset.encode(text.unwrap_or_default()).0;
            return Ok(SortValues::Texts(texts.iter().map(encode).collect::<Vec<Cow<'a, [u8]>>>()));
        }
        let numbers = comparable(column)?;
        let missing = self.missing.get(key).map_or(&[][..], Vec::as_slice);
        let known = self.reasons.get(key).map_or(&[][..], Vec::as_slice);
        let reason = |row: usize| {
            let reasons = reasons.filter(|reasons| reasons.is_valid(row))?;
            known.get(usize::from(reasons.value(row))).copied().flatten()
        };
        let rank = |(row, number): (usize, Option<f64>)| match number {
            None => missing_rank(reason(row).unwrap_or(Missing::SYSTEM)),
            Some(number) if number.is_nan() => missing_rank(Missing::SYSTEM),
            Some(number) => {
                let holds = |rule: &&MissingRule| rule.low.as_f64() <= number && number <= rule.high.as_f64();
                let rule = missing.iter().rev().find(holds);
                rule.map_or((0, number), |rule| missing_rank(rule.missing))
            }
        };
        let numbers = numbers.as_primitive::<Float64Type>().iter().enumerate();
        Ok(SortValues::Numbers(numbers.map(rank).collect()))
    }
}

/// Missing values follow the numbers, whose rank is 0.
fn missing_rank(missing: Missing) -> (u8, f64) {
    (missing.number().saturating_add(1), 0.0)
}

/// A value as Stata shows it.
fn shown(value: &SortValue) -> String {
    match value {
        SortValue::Number(0, number) => number.to_string(),
        SortValue::Number(rank, _) => {
            let missing = Missing::from_number(rank.saturating_sub(1));
            missing.map_or_else(|| ".".to_owned(), |missing| missing.to_string())
        }
        SortValue::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}

/// The leading keys of the claimed order that the rows keep, as positions of variables.
pub(super) fn verified(
    profile: &Profile,
    id: TableId,
    (codebook, table): (&Codebook, &Table),
    variables: &[DtaVariable],
    charset: Charset,
) -> (Vec<usize>, Vec<Loss>) {
    let mut losses = Vec::new();
    let order = StataOrder::of(codebook, table, charset);
    let candidates = order.as_ref().map_or(&[][..], |order| order.columns());
    let sortable = |position: &usize| {
        variables.get(*position).is_some_and(|variable| {
            // Numbers written as text sort as text, which nobody claimed.
            let as_text = variable.conversion == Conversion::DecimalText && variable.storage.is_string();
            variable.storage != StorageType::StrL && !as_text
        })
    };
    let mut keys: Vec<usize> = candidates.iter().copied().take_while(sortable).collect();
    if let Some(key) = table.sort.get(keys.len()) {
        let loss = Loss::new(
            LossCode::SORT_ORDER_DROPPED,
            "Stata files record ascending order only, and none by a strL or a number stored as text",
        );
        losses.push(loss.variable(key.variable()));
    }
    let Some(order) = order.filter(|_| !keys.is_empty()) else { return (keys, losses) };
    // An order that nobody verified is not claimed.
    let Some(breaks) = profile.breaks(id, &*order) else { return (Vec::new(), losses) };
    for found in breaks {
        let Some(position) = keys.get(found.key) else { continue };
        let name = table.variables.get(*position).map_or("", |variable| variable.name.as_str());
        let loss = Loss::new(LossCode::SORT_ORDER_DROPPED, "the rows do not keep the claimed order");
        losses.push(loss.first(Some(found.row), shown(&found.value)).variable(name));
        keys.truncate(found.key);
    }
    (keys, losses)
}

/// Numbers of any kind as doubles, as far as order goes.
fn comparable(column: &ArrayRef) -> Result<ArrayRef> {
    let whole = match column.data_type() {
        DataType::Float64 => return Ok(column.clone()),
        DataType::Date32 => cast(column, &DataType::Int32)?,
        DataType::Timestamp(_, _) | DataType::Duration(_) | DataType::Time64(_) => {
            cast(column, &DataType::Int64)?
        }
        _ => column.clone(),
    };
    Ok(cast(&whole, &DataType::Float64)?)
}
