//! Dates, times and periods outside the years that Stata shows, counted before anything is written (section 9.1).

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::DataType;
use exporter_core::codebook::{Table, Variable};
use exporter_core::missing::{Span, spans};
use exporter_core::profile::Number;
use exporter_core::{Context, Dataset, Loss, Profile, Result, Scan, TableId};

use exporter_stata::calendar;

/// One variable with a value outside.
struct Outside<'a> {
    variable: &'a Variable,
    shown: Span,
    missing: Vec<Span>,
    count: u64,
    /// Row of the first one, from 1, and the value.
    first: Option<(u64, String)>,
}

/// Losses for the values that Stata stores but does not show; rows are read only where the profile tells of some.
pub(super) fn not_shown(
    data: &dyn Dataset,
    (id, table): (TableId, &Table),
    profile: &Profile,
    context: &Context,
) -> Result<Vec<Loss>> {
    let mut columns = Vec::new();
    let mut found = Vec::new();
    for (column, variable) in table.variables.iter().enumerate() {
        let range = profile.column(id, column).and_then(|facts| facts.valid_range).flatten();
        if let (Some((low, high)), Some(shown)) = (range, calendar::shown(&variable.kind))
            && !(shown.contains(low) && shown.contains(high))
        {
            let missing = spans(variable).into_iter().flatten().collect();
            columns.push(column);
            found.push(Outside { variable, shown, missing, count: 0, first: None });
        }
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut row = 0;
    for batch in context.scan(data, id, &Scan::all().columns(columns))? {
        let batch = batch?;
        for (outside, column) in found.iter_mut().zip(batch.columns()) {
            // Days and periods are 32 bits wide and have no way to 64 but through a number.
            let narrow = matches!(column.data_type(), DataType::Date32);
            let numbers = if narrow { cast(column, &DataType::Int32)? } else { column.clone() };
            let numbers = cast(&numbers, &DataType::Int64)?;
            for (at, number) in numbers.as_primitive::<Int64Type>().iter().enumerate() {
                let Some(number) = number.map(|number| Number::Integer(number.into())) else { continue };
                if outside.shown.contains(number) || outside.missing.iter().any(|span| span.contains(number))
                {
                    continue;
                }
                outside.count += 1;
                if outside.first.is_none() {
                    // A moment beyond every calendar is shown as its number.
                    let value = array_value_to_string(column, at)
                        .or_else(|_| array_value_to_string(&numbers, at))
                        .unwrap_or_default();
                    outside.first = Some((row + at as u64 + 1, value));
                }
            }
        }
        row += batch.num_rows() as u64;
    }
    let loss = |outside: Outside<'_>| {
        let loss = calendar::not_shown().variable(&outside.variable.name).count(outside.count);
        match outside.first {
            Some((row, value)) => loss.first(Some(row), value),
            None => loss,
        }
    };
    Ok(found.into_iter().filter(|outside| outside.count > 0).map(loss).collect())
}
