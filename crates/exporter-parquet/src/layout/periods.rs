//! Periods as texts that other programs read, for which Arrow and Parquet have no type: `2024-03`, `2024-Q1`, `2024-H1`, `2024-W05`.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Int32Array, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::codebook::{Kind, Period};

use crate::ParquetError;

/// The period of a kind that is written as text; years are numbers.
pub(crate) fn as_text(kind: &Kind) -> Option<Period> {
    match kind {
        Kind::Period(Period::Year) => None,
        Kind::Period(period) => Some(*period),
        _ => None,
    }
}

/// The texts of counted periods.
pub(crate) fn texts_of(counts: &ArrayRef, period: Period) -> ArrayRef {
    let counts = counts.as_primitive::<Int32Type>().iter();
    Arc::new(counts.map(|count| count.map(|count| period.iso_text(count))).collect::<StringArray>())
}

/// Counted periods of their texts.
///
/// # Errors
/// When a text is none.
pub(crate) fn periods_of(texts: &ArrayRef, period: Period) -> Result<ArrayRef, ParquetError> {
    let texts = cast(texts, &DataType::LargeUtf8)?;
    let counts = texts.as_string::<i64>().iter().map(|text| {
        let Some(text) = text else { return Ok(None) };
        let count = period.parse_iso(text).or_else(|| period.parse(text));
        let wrong = || ParquetError::Malformed {
            format: "arrow",
            what: format!(
                "{text:?} is not {}, as the stored codebook says; open it with codebook=false",
                period.example()
            ),
        };
        count.map(Some).ok_or_else(wrong)
    });
    Ok(Arc::new(counts.collect::<Result<Int32Array, _>>()?))
}
