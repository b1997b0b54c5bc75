//! Chooses, once per column and batch, how its values become cells.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use exporter_core::codebook::Kind;
use exporter_rows::{
    CellRecode, FillCells, FloatCell, FloatCells, IntegerCell, IntegerCells, Pad, TextCells,
};
use exporter_stata::Charset;

use crate::error::DtaError;
use crate::metadata::{Conversion, DtaVariable};
use crate::spec::{EPOCH_DAYS, Release};
use crate::spec_storage::{
    BYTE_MAX, BYTE_MIN, DOUBLE_MAX_BITS, FLOAT_MAX_BITS, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, StorageType,
};
use crate::writer::strl_column::StrlColumn;
use crate::writer::text::{EncodedColumn, Texts};
use crate::writer::time_column::millis;
use crate::writer::{LongText, OutOfRange};
use exporter_stata::Missing;

const TOO_LONG: &str = "declare or profile the longest text of the variable, or store it as strL";
const HAS_NUL: &str =
    "a NUL would end the text: store it as strL (storage=declared without a declared length does)";

/// What the column shares with the whole table.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) release: Release,
    pub(super) out_of_range: OutOfRange,
    pub(super) long_text: LongText,
    /// Number of the variable, from 1.
    pub(super) number: u64,
    /// Row of the table, from 1, of the first row of the batch.
    pub(super) first_row: u64,
}

/// Chooses the filler of `array` for `variable`; `texts` are those of a strL variable.
pub(super) fn column(
    variable: &DtaVariable,
    array: &ArrayRef,
    texts: Option<&Arc<Texts>>,
    setting: Setting,
) -> Result<Box<dyn FillCells>, DtaError> {
    let (byte, int, long) = (
        (BYTE_MIN.into(), BYTE_MAX.into()),
        (INT_MIN.into(), INT_MAX.into()),
        (LONG_MIN.into(), LONG_MAX.into()),
    );
    let most = f64::from(f32::from_bits(FLOAT_MAX_BITS));
    let (single, double) = ((-most, most), (f64::MIN, f64::from_bits(DOUBLE_MAX_BITS)));
    let is_time = matches!(variable.conversion, Conversion::Millis { .. } | Conversion::TimeOfDay);
    let ends = |(low, high): (i64, i64)| (low as f64, high as f64);
    let fill = match variable.storage {
        StorageType::Byte if is_time => millis(variable, array, Missing::byte, ends(byte))?,
        StorageType::Int if is_time => millis(variable, array, Missing::int, ends(int))?,
        StorageType::Long if is_time => millis(variable, array, Missing::long, ends(long))?,
        StorageType::Float if is_time => millis(variable, array, Missing::float, single)?,
        StorageType::Double if is_time => millis(variable, array, Missing::double, double)?,
        StorageType::Byte => integer(variable, array, Missing::byte, byte),
        StorageType::Int => integer(variable, array, Missing::int, int),
        StorageType::Long => integer(variable, array, Missing::long, long),
        StorageType::Float => float(variable, array, Missing::float, single, setting.out_of_range),
        StorageType::Double => float(variable, array, Missing::double, double, setting.out_of_range),
        StorageType::Str(width) => string(variable, array, width.into(), setting),
        StorageType::StrL => texts.map(|texts| -> Box<dyn FillCells> {
            Box::new(StrlColumn {
                texts: texts.clone(),
                variable: setting.number,
                first_row: setting.first_row,
                variable_bytes: setting.release.widths().strl_v,
            })
        }),
        StorageType::Alias => None,
    };
    fill.ok_or_else(|| DtaError::ColumnType {
        variable: variable.name.clone(),
        found: array.data_type().to_string(),
        expected: format!("a type that {} can be made of", describe(variable.storage)),
    })
}

pub(super) fn describe(storage: StorageType) -> String {
    match storage {
        StorageType::Byte => "byte".to_owned(),
        StorageType::Int => "int".to_owned(),
        StorageType::Long => "long".to_owned(),
        StorageType::Float => "float".to_owned(),
        StorageType::Double => "double".to_owned(),
        StorageType::Str(width) => format!("str{width}"),
        StorageType::StrL => "strL".to_owned(),
        StorageType::Alias => "alias".to_owned(),
    }
}

type Choice = Option<Box<dyn FillCells>>;

/// The values that a variable stores as missing ones; `cell` makes the cell of a missing value.
pub(super) fn recodes<D>(variable: &DtaVariable, cell: impl Fn(Missing) -> D) -> Vec<CellRecode<D>> {
    let rules = variable.missing.iter();
    rules.map(|rule| CellRecode { low: rule.low, high: rule.high, cell: cell(rule.missing) }).collect()
}

fn integer<D: IntegerCell>(
    variable: &DtaVariable,
    array: &ArrayRef,
    cell: impl Fn(Missing) -> D,
    range: (i64, i64),
) -> Choice {
    let add = if variable.conversion == Conversion::Days { EPOCH_DAYS } else { 0 };
    IntegerCells { null: cell(Missing::SYSTEM), recodes: recodes(variable, cell), add, range }.column(array)
}

fn float<D: FloatCell>(
    variable: &DtaVariable,
    array: &ArrayRef,
    cell: impl Fn(Missing) -> D,
    range: (f64, f64),
    out_of_range: OutOfRange,
) -> Choice {
    let (null, mut recodes) = (cell(Missing::SYSTEM), recodes(variable, cell));
    let days = array.as_primitive_opt::<Date32Type>().filter(|_| variable.conversion == Conversion::Days);
    let Some(days) = days else { return FloatCells { null, recodes, range, out_of_range }.column(array) };
    // Only integer cells add while they are filled; days are floats where `generate` made them.
    for recode in &mut recodes {
        let counted = |day| variable.conversion.number(day, &Kind::Date);
        (recode.low, recode.high) = (counted(recode.low), counted(recode.high));
    }
    let shifted: ArrayRef = Arc::new(days.unary::<_, Int64Type>(|day| i64::from(day) + EPOCH_DAYS));
    FloatCells { null, recodes, range, out_of_range }.column(&shifted)
}

fn string(variable: &DtaVariable, array: &ArrayRef, width: usize, setting: Setting) -> Choice {
    let cells =
        TextCells { width, pad: Pad::Nul, long_text: setting.long_text, remedies: (TOO_LONG, HAS_NUL) };
    let charset = setting.release.charset();
    match array.as_string_opt::<i32>() {
        Some(texts) if charset == Charset::Utf8 => Some(cells.column(texts)),
        Some(texts) => Some(Box::new(EncodedColumn { texts: texts.clone(), charset, cells })),
        None if variable.conversion == Conversion::DecimalText => cells.number_column(array),
        None => None,
    }
}
