//! Chooses, once per column and batch, how its values become cells.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::timezone::Tz;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, TimeUnit};

use crate::error::DtaError;
use crate::metadata::{Conversion, DtaVariable};
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS, Release};
use crate::spec_storage::{BYTE_MAX, BYTE_MIN, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, StorageType};
use crate::writer::findings::{BadCell, Findings};
use crate::writer::float_column::{
    DecimalColumn, FloatColumn, OutOfRange, RoundedColumn, StoredFloat, decimal_text,
};
use crate::writer::integer_column::{BooleanColumn, IntegerColumn, StoredInteger};
use crate::writer::number::{As, Whole, float_rules, whole_rules};
use crate::writer::string_column::{LongText, NumberTextColumn, OffsetStringColumn, StringColumn, show};
use crate::writer::strl_column::StrlColumn;
use crate::writer::text::Texts;
use crate::writer::tile::{Cells, Validity};
use crate::writer::time_column::{Clock, MillisColumn};
use exporter_stata::Charset;

/// Writes the cells of one column; its type is settled.
pub(super) trait ColumnFill: Send + Sync {
    /// Fills the cells of up to 64 rows from `row` of the batch on.
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, findings: &mut Findings)
    -> Result<(), BadCell>;

    /// Reads the values of these rows as fast as memory gives them, so that [`ColumnFill::fill`] finds them in the cache; what
    /// comes back means nothing.
    fn touch(&self, _rows: Range<usize>) -> bool {
        false
    }
}

/// Reads a value of every cache line; see [`ColumnFill::touch`].
#[inline(always)]
pub(super) fn touch<S: Copy + Default + PartialEq>(values: &[S], rows: Range<usize>) -> bool {
    const LINE: usize = 64;
    let values = values.get(rows).unwrap_or_default();
    let step = (LINE / size_of::<S>().max(1)).max(1);
    values
        .iter()
        .step_by(step)
        .chain(values.last())
        .fold(false, |found, value| found ^ (*value == S::default()))
}

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
) -> Result<Box<dyn ColumnFill>, DtaError> {
    let mismatch = || DtaError::ColumnType {
        variable: variable.name.clone(),
        found: array.data_type().to_string(),
        expected: format!("a type that {} can be made of", describe(variable.storage)),
    };
    let fill = match variable.storage {
        StorageType::Byte => integer::<i8>(variable, array, (BYTE_MIN.into(), BYTE_MAX.into())),
        StorageType::Int => integer::<i16>(variable, array, (INT_MIN.into(), INT_MAX.into())),
        StorageType::Long => integer::<i32>(variable, array, (LONG_MIN.into(), LONG_MAX.into())),
        StorageType::Float => float::<f32>(variable, array, setting.out_of_range),
        StorageType::Double => match variable.conversion {
            Conversion::Millis { .. } | Conversion::TimeOfDay => millis(variable, array)?,
            _ => float::<f64>(variable, array, setting.out_of_range),
        },
        StorageType::Str(width) => string(variable, array, width.into(), setting),
        StorageType::StrL => texts.map(|texts| -> Box<dyn ColumnFill> {
            Box::new(StrlColumn {
                texts: texts.clone(),
                variable: setting.number,
                first_row: setting.first_row,
                variable_bytes: setting.release.widths().strl_v,
            })
        }),
        StorageType::Alias => None,
    };
    fill.ok_or_else(mismatch)
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

type Choice = Option<Box<dyn ColumnFill>>;

/// Runs `$body` with `$type` bound to the Arrow type of a column of whole numbers.
macro_rules! with_whole {
    ($array:expr, $type:ident => $body:expr) => {
        match $array.data_type() {
            DataType::Int8 => with_whole!(@ Int8Type, $type => $body),
            DataType::Int16 => with_whole!(@ Int16Type, $type => $body),
            DataType::Int32 => with_whole!(@ Int32Type, $type => $body),
            DataType::Int64 => with_whole!(@ Int64Type, $type => $body),
            DataType::UInt8 => with_whole!(@ UInt8Type, $type => $body),
            DataType::UInt16 => with_whole!(@ UInt16Type, $type => $body),
            DataType::UInt32 => with_whole!(@ UInt32Type, $type => $body),
            DataType::UInt64 => with_whole!(@ UInt64Type, $type => $body),
            DataType::Date32 => with_whole!(@ Date32Type, $type => $body),
            DataType::Duration(TimeUnit::Second) => with_whole!(@ DurationSecondType, $type => $body),
            DataType::Duration(TimeUnit::Millisecond) => with_whole!(@ DurationMillisecondType, $type => $body),
            DataType::Duration(TimeUnit::Microsecond) => with_whole!(@ DurationMicrosecondType, $type => $body),
            DataType::Duration(TimeUnit::Nanosecond) => with_whole!(@ DurationNanosecondType, $type => $body),
            DataType::Decimal128(_, 0) => with_whole!(@ Decimal128Type, $type => $body),
            _ => None,
        }
    };
    (@ $concrete:ident, $type:ident => $body:expr) => {{
        type $type = $concrete;
        $body
    }};
}

fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<T::Native> {
    array.as_primitive::<T>().values().clone()
}

fn integer<D: StoredInteger>(variable: &DtaVariable, array: &ArrayRef, range: (i64, i64)) -> Choice
where
    i8: As<D>,
    i16: As<D>,
    i32: As<D>,
    i64: As<D>,
    u8: As<D>,
    u16: As<D>,
    u32: As<D>,
    u64: As<D>,
    i128: As<D>,
{
    let validity = Validity::new(array.nulls());
    let add = if variable.conversion == Conversion::Days { EPOCH_DAYS } else { 0 };
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean().values().clone();
            Some(Box::new(BooleanColumn {
                values,
                validity,
                rules: whole_rules::<i8, D>(&variable.missing, 0),
            }))
        }
        DataType::Null => {
            all_missing::<Int8Type>(array).and_then(|array| integer::<D>(variable, &array, range))
        }
        _ => with_whole!(array, T => {
            let rules = whole_rules::<_, D>(&variable.missing, 0);
            Some(Box::new(IntegerColumn::<_, D>::new(values::<T>(array), validity, add, range, rules)))
        }),
    }
}

/// A column without any value, typed.
fn all_missing<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<ArrayRef> {
    Some(new_null_array(&T::DATA_TYPE, array.len()))
}

fn float<D>(variable: &DtaVariable, array: &ArrayRef, out_of_range: OutOfRange) -> Choice
where
    D: StoredFloat,
    i8: As<D>,
    i16: As<D>,
    i32: As<D>,
    i64: As<D>,
    u8: As<D>,
    u16: As<D>,
    u32: As<D>,
    u64: As<D>,
    i128: As<D>,
    f32: As<D>,
    f64: As<D>,
{
    let validity = Validity::new(array.nulls());
    let rules = || float_rules::<D>(&variable.missing);
    let narrow = size_of::<D>() < size_of::<f64>();
    match array.data_type() {
        DataType::Float64 => Some(Box::new(FloatColumn::<f64, D> {
            values: values::<Float64Type>(array),
            validity,
            rules: rules(),
            out_of_range,
            narrows: narrow,
        })),
        DataType::Float32 => Some(Box::new(FloatColumn::<f32, D> {
            values: values::<Float32Type>(array),
            validity,
            rules: rules(),
            out_of_range,
            narrows: false,
        })),
        DataType::Float16 => {
            let wide = array.as_primitive::<Float16Type>().unary::<_, Float32Type>(|half| half.to_f32());
            let wide: ArrayRef = Arc::new(wide);
            float::<D>(variable, &wide, out_of_range)
        }
        DataType::Decimal128(_, scale) if *scale != 0 => Some(Box::new(DecimalColumn::<D> {
            values: values::<Decimal128Type>(array),
            scale: *scale,
            validity,
            rules: whole_rules::<i128, D>(&variable.missing, *scale),
        })),
        DataType::Null => {
            all_missing::<Int8Type>(array).and_then(|array| float::<D>(variable, &array, out_of_range))
        }
        // Days need an addition that only the integer types have.
        DataType::Date32 if variable.conversion == Conversion::Days => None,
        _ => with_whole!(array, T => {
            let rules = whole_rules::<_, D>(&variable.missing, 0);
            Some(Box::new(RoundedColumn::<_, D>::new(values::<T>(array), validity, rules)))
        }),
    }
}

fn millis(variable: &DtaVariable, array: &ArrayRef) -> Result<Choice, DtaError> {
    let (add, clock) = match variable.conversion {
        Conversion::Millis { leap_seconds, wall_clock } => {
            let zone = match array.data_type() {
                DataType::Timestamp(_, Some(zone)) if wall_clock => Some(zone.parse::<Tz>()?),
                _ => None,
            };
            let clock = (zone.is_some() || leap_seconds).then_some(Clock { zone, leap_seconds });
            (EPOCH_MILLIS, clock)
        }
        _ => (0, None),
    };
    macro_rules! millis {
        ($type:ty, $times:literal, $per:literal) => {
            Some(Box::new(MillisColumn::<_, $times, $per> {
                values: values::<$type>(array),
                validity: Validity::new(array.nulls()),
                add,
                clock,
                rules: whole_rules::<i64, f64>(&variable.missing, 0),
            }))
        };
    }
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => millis!(TimestampSecondType, 1_000, 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => millis!(TimestampMillisecondType, 1, 1),
        DataType::Timestamp(TimeUnit::Microsecond, _) => millis!(TimestampMicrosecondType, 1, 1_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => millis!(TimestampNanosecondType, 1, 1_000_000),
        DataType::Time32(TimeUnit::Second) => millis!(Time32SecondType, 1_000, 1),
        DataType::Time32(TimeUnit::Millisecond) => millis!(Time32MillisecondType, 1, 1),
        DataType::Time64(TimeUnit::Microsecond) => millis!(Time64MicrosecondType, 1, 1_000),
        DataType::Time64(TimeUnit::Nanosecond) => millis!(Time64NanosecondType, 1, 1_000_000),
        DataType::Null => {
            let unit = DataType::Timestamp(TimeUnit::Millisecond, None);
            return millis(variable, &new_null_array(&unit, array.len()));
        }
        _ => None,
    })
}

fn string(variable: &DtaVariable, array: &ArrayRef, width: usize, setting: Setting) -> Choice {
    let (charset, long_text) = (setting.release.charset(), setting.long_text);
    let validity = Validity::new(array.nulls());
    match array.data_type() {
        DataType::Utf8 if charset == Charset::Utf8 => {
            let texts = array.as_string::<i32>();
            let (offsets, data) = (texts.offsets().clone(), texts.values().clone());
            Some(Box::new(OffsetStringColumn { offsets, data, validity, width, long_text }))
        }
        DataType::LargeUtf8 if charset == Charset::Utf8 => {
            let texts = array.as_string::<i64>();
            let (offsets, data) = (texts.offsets().clone(), texts.values().clone());
            Some(Box::new(OffsetStringColumn { offsets, data, validity, width, long_text }))
        }
        DataType::Null => {
            let texts = Texts::new(&new_null_array(&DataType::Utf8, array.len()))?;
            Some(Box::new(StringColumn { texts, width, charset, long_text }))
        }
        _ if variable.conversion == Conversion::DecimalText => number_text(array, width),
        _ => Texts::new(array).filter(|texts| !texts.is_binary()).map(|texts| -> Box<dyn ColumnFill> {
            Box::new(StringColumn { texts, width, charset, long_text })
        }),
    }
}

fn number_text(array: &ArrayRef, width: usize) -> Choice {
    let nulls = array.nulls().cloned();
    let is_value = move |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    if let DataType::Decimal128(_, scale) = *array.data_type() {
        let values = values::<Decimal128Type>(array);
        return Some(Box::new(NumberTextColumn {
            show: move |row: usize, text: &mut String| match values.get(row) {
                Some(value) if is_value(row) => {
                    text.push_str(&decimal_text(*value, scale));
                    true
                }
                _ => false,
            },
            width,
        }));
    }
    with_whole!(array, T => {
        let values = values::<T>(array);
        Some(Box::new(NumberTextColumn {
            show: move |row: usize, text: &mut String| match values.get(row) {
                Some(value) if is_value(row) => {
                    show(text, value.wide());
                    true
                }
                _ => false,
            },
            width,
        }))
    })
}
