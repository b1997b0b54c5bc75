//! Chooses, once per column and batch, how its values become elements.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, RecordBatch};
use exporter_rows::{BadCell, CellColumn, FillCells, FloatCells, LongText, OutOfRange, Pad, TextCells};
use exporter_spss::Conversion;

use super::Storing;
use super::seconds::{period_column, seconds_column};
use super::text::{TextColumn, Texts};
use crate::error::{Result, SavError, invalid};
use crate::metadata::{SavMetadata, SavVariable};
use crate::spec::{ELEMENT_BYTES, HIGHEST, LOWEST, SYSMIS};

/// What can be done about a text that is too long.
const TOO_LONG: &str = "declare or profile the longest text of the variable, or have texts cut by option";

/// A column that is ready to be written.
pub(super) enum Column {
    /// One element a case.
    Number(Box<dyn FillCells>),
    /// As many elements as the width takes.
    Text(Box<TextColumn>),
}

impl Column {
    /// Reads the values of these rows so that they are at hand; see [`FillCells::touch`].
    pub(super) fn touch(&self, rows: Range<usize>) -> bool {
        match self {
            Self::Number(fill) => fill.touch(rows),
            Self::Text(_) => false,
        }
    }

    /// As cells of rows that are not compressed.
    pub(super) fn into_cells(self) -> CellColumn {
        match self {
            Self::Number(fill) => CellColumn::new(ELEMENT_BYTES, fill),
            Self::Text(texts) => CellColumn::new(texts.elements() * ELEMENT_BYTES, texts),
        }
    }
}

/// What columns share with the whole table.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) metadata: &'a SavMetadata,
    pub(super) storing: &'a [Storing],
    pub(super) out_of_range: OutOfRange,
    pub(super) long_text: LongText,
}

impl Setting<'_> {
    /// The columns of a batch, which may have one of reasons for each variable with reasons behind those of the variables.
    pub(super) fn columns(self, batch: &RecordBatch) -> Result<Vec<Column>> {
        let variables = &self.metadata.variables;
        let (values, mut reasons) =
            batch.columns().split_at_checked(variables.len()).unwrap_or((batch.columns(), &[]));
        let reasoned = self.storing.iter().filter(|storing| !storing.reasons.is_empty()).count();
        if values.len() != variables.len() || !(reasons.is_empty() || reasons.len() == reasoned) {
            let message = format!(
                "{} columns came for {} variables, of which {reasoned} have reasons; project the batch to the \
                 variables in their order, with or without all reasons behind them",
                batch.num_columns(),
                variables.len()
            );
            return Err(invalid("record batch", message));
        }
        let mut columns = Vec::with_capacity(variables.len());
        for ((variable, storing), array) in variables.iter().zip(self.storing).zip(values) {
            let numbers = if storing.reasons.is_empty() { None } else { reasons.split_off_first() };
            columns.push(self.column(variable, storing, array, numbers)?);
        }
        Ok(columns)
    }

    fn column(
        self,
        variable: &SavVariable,
        storing: &Storing,
        array: &ArrayRef,
        reasons: Option<&ArrayRef>,
    ) -> Result<Column> {
        let misfit = |array: &ArrayRef, expected: String| SavError::ColumnType {
            variable: variable.name.clone(),
            found: array.data_type().to_string(),
            expected,
        };
        let numbers = |array: &ArrayRef| {
            let expected = "UInt8 for the reasons of missing values".to_owned();
            array.as_primitive_opt::<UInt8Type>().cloned().ok_or_else(|| misfit(array, expected))
        };
        let reasons = reasons.map(numbers).transpose()?;
        let Some(width) = variable.width else {
            let fill = self.number(storing.conversion, array)?;
            let fill =
                fill.ok_or_else(|| misfit(array, format!("a type that {} can show", variable.print)))?;
            let cell =
                |code: &Option<f64>| code.map_or_else(Vec::new, |number| number.to_le_bytes().to_vec());
            return Ok(Column::Number(match reasons {
                None => fill,
                Some(numbers) => {
                    let cells = storing.reasons.iter().map(cell).collect();
                    CellColumn::new(ELEMENT_BYTES, fill).with_reasons(array, &numbers, cells).into_fill()
                }
            }));
        };
        let cells = TextCells {
            width: width.into(),
            pad: Pad::Blank,
            long_text: self.long_text,
            remedies: (TOO_LONG, ""),
        };
        let texts = match storing.conversion {
            Conversion::DecimalText => cells.number_column(array).map(Texts::Numbers),
            _ => array.as_string_opt::<i32>().map(|texts| Texts::new(texts, self.metadata.encoding)),
        };
        let texts = texts.ok_or_else(|| misfit(array, "text".to_owned()))?;
        Ok(Column::Text(Box::new(TextColumn::new(texts, cells))))
    }

    fn number(self, conversion: Conversion, array: &ArrayRef) -> Result<Option<Box<dyn FillCells>>> {
        Ok(match conversion {
            Conversion::Seconds { wall_clock } => seconds_column(array, wall_clock)?,
            Conversion::Period(period) => period_column(array, period, self.out_of_range),
            _ => {
                // The smallest double means system-missing.
                let range = (LOWEST, HIGHEST);
                let out_of_range = self.out_of_range;
                FloatCells { null: SYSMIS, recodes: Vec::new(), range, out_of_range }.column(array)
            }
        })
    }
}

/// The error of a value that does not fit.
pub(super) fn refusal(metadata: &SavMetadata, bad: BadCell) -> SavError {
    let variable = metadata.variables.get(bad.variable);
    SavError::Value {
        value: bad.value,
        format: variable.map_or_else(String::new, |variable| variable.print.to_string()),
        variable: variable.map_or_else(String::new, |variable| variable.name.clone()),
        row: bad.row,
        remedy: bad.remedy,
    }
}
