//! Dates, date-times and periods that a file held as `float`, which few large whole numbers are exact in.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::codebook::{Kind, Table, TimeUnit};
use exporter_core::{Context, Dataset, Result, Scan, TableId};
use exporter_stata::calendar::{EPOCH_DAYS, EPOCH_MILLIS, leap_millis};
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
        let Some(stored) = stored(&variable.kind, written) else { continue };
        if !was_float || storage != StorageOption::Keep {
            continue;
        }
        let mut is_exact = true;
        for batch in context.scan(data, id, &Scan::all().columns([column]))? {
            let numbers = cast(batch?.column(0), &DataType::Int64)?;
            let mut all = numbers.as_primitive::<Int64Type>().iter().flatten().map(&stored);
            is_exact &= all.all(|number| number as f32 as f64 as i64 == number);
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

/// The number that Stata stores for a day, millisecond or period, where the type that was chosen for its size alone is not
/// float.
fn stored(kind: &Kind, written: &VariableDescription) -> Option<impl Fn(i64) -> i64 + use<>> {
    let add = match (kind, &written.conversion, written.storage) {
        (Kind::Date, Conversion::Days, StorageType::Long) => EPOCH_DAYS,
        (Kind::Period(_), Conversion::Plain, StorageType::Long) => 0,
        (
            Kind::DateTime { unit: TimeUnit::Millisecond, .. },
            Conversion::Millis { wall_clock: false, .. },
            StorageType::Double,
        ) => EPOCH_MILLIS,
        _ => return None,
    };
    let leap_seconds = matches!(written.conversion, Conversion::Millis { leap_seconds: true, .. });
    Some(move |number: i64| {
        let leap = if leap_seconds { leap_millis(number) } else { 0 };
        number.saturating_add(add).saturating_add(leap)
    })
}
