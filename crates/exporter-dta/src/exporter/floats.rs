//! Date-times that a file held as `float`, which few numbers of milliseconds are exact in.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::codebook::{Kind, Table, TimeUnit};
use exporter_core::{Context, Dataset, Result, Scan, TableId};
use exporter_stata::calendar::{EPOCH_MILLIS, leap_millis};
use exporter_stata::{Conversion, StorageOption, VariableDescription};

use crate::spec_storage::StorageType;

/// Leaves the variables that were `float` as they are where every value is exact. Only the values tell, so that such columns,
/// which are few, are read.
pub(super) fn keep(
    (data, id): (&dyn Dataset, TableId),
    table: &Table,
    variables: &mut [VariableDescription],
    storage: StorageOption,
    context: &Context,
) -> Result<()> {
    for (column, (variable, written)) in table.variables.iter().zip(variables).enumerate() {
        let own = variable.facts.storage.get("stata");
        let was_float = own.is_some_and(|own| own.parse() == Ok(StorageType::Float));
        let Conversion::Millis { leap_seconds, wall_clock: false } = written.conversion else { continue };
        let Kind::DateTime { unit: TimeUnit::Millisecond, .. } = variable.kind else { continue };
        if !was_float || storage != StorageOption::Keep || written.storage != StorageType::Double {
            continue;
        }
        let mut is_exact = true;
        for batch in context.scan(data, id, &Scan::all().columns([column]))? {
            let numbers = cast(batch?.column(0), &DataType::Int64)?;
            let mut all = numbers.as_primitive::<Int64Type>().iter().flatten();
            is_exact &= all.all(|millis| {
                let leap = if leap_seconds { leap_millis(millis) } else { 0 };
                let stata = millis.saturating_add(EPOCH_MILLIS + leap);
                stata as f32 as f64 as i64 == stata
            });
            if !is_exact {
                break;
            }
        }
        if is_exact {
            written.storage = StorageType::Float;
        }
    }
    Ok(())
}
