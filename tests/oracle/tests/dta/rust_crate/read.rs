//! What the crate `dta` finds in a file, in the form of the reading scripts.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use ::dta::stata::dta::dta_error::Result;
use ::dta::stata::dta::dta_reader::DtaReader;
use ::dta::stata::dta::long_string_reader::LongStringReader;
use ::dta::stata::dta::long_string_ref::LongStringRef;
use ::dta::stata::dta::long_string_table::LongStringTable;
use ::dta::stata::dta::schema::Schema;
use ::dta::stata::dta::value::Value as Stored;
use ::dta::stata::missing_value::MissingValue;
use ::dta::stata::stata_byte::StataByte;
use ::dta::stata::stata_double::StataDouble;
use ::dta::stata::stata_float::StataFloat;
use ::dta::stata::stata_int::StataInt;
use ::dta::stata::stata_long::StataLong;
use ::dta::stata::temporal::TemporalKind;
use ::dta::stata::temporal::conversion::{tc_millis_to_unix_millis, td_days_to_unix_days};
use chrono::DateTime;
use serde_json::{Map, Value, json};

/// A cell of the rows, where long texts are only named.
enum Found {
    Ready(Value),
    Long(LongStringRef),
}

/// What the crate says about a file; an object with `error` when it refuses it.
pub(in crate::dta) fn said(mode: &str, file: &Path) -> Value {
    read(mode == "dates", file).unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

fn read(dates: bool, file: &Path) -> Result<Value> {
    let header = DtaReader::new().from_path(file)?.read_header()?;
    let (label, timestamp) =
        (header.header().dataset_label().to_owned(), header.header().timestamp().copied());
    let mut characteristics = header.read_schema()?;
    let schema = characteristics.schema().clone();
    let mut fields = Vec::new();
    while let Some(field) = characteristics.read_characteristic()? {
        fields.push(json!([field.target().as_variable_name(), field.name(), field.value()]));
    }
    let mut rows = characteristics.into_record_reader()?;
    let mut columns: Vec<Vec<Found>> = schema.variables().iter().map(|_| Vec::new()).collect();
    while let Some(row) = rows.read_record()? {
        for ((column, variable), value) in columns.iter_mut().zip(schema.variables()).zip(row.values()) {
            column.push(found(value, variable.format(), dates));
        }
    }
    let mut texts = rows.into_long_string_reader()?;
    let mut table = LongStringTable::for_reading();
    texts.read_remaining_into(&mut table)?;
    let columns = resolved(columns, &texts, &table);
    let mut sets = texts.into_value_label_reader()?;
    let mut labels = Map::new();
    while let Some(set) = sets.read_value_label_set()? {
        let entries = set.entries().iter().map(|entry| (code(entry.value()), entry.label().into()));
        labels.insert(set.name().to_owned(), Value::Object(entries.collect()));
    }
    let variables = schema.variables();
    let of_variables = variables.iter().filter_map(|variable| {
        let set = labels.get(variable.value_label_name())?;
        Some((variable.name().to_owned(), set.clone()))
    });
    Ok(json!({
        "names": variables.iter().map(|variable| variable.name()).collect::<Vec<_>>(),
        "labels": variables.iter().map(|variable| variable.label()).collect::<Vec<_>>(),
        "types": variables.iter().map(|variable| variable.variable_type().to_string()).collect::<Vec<_>>(),
        "formats": variables.iter().map(|variable| variable.format()).collect::<Vec<_>>(),
        "value_labels": of_variables.collect::<Map<_, _>>(),
        "dataset_label": label,
        "timestamp": timestamp.map(|moment| moment.to_string()).unwrap_or_default(),
        "characteristics": fields,
        "sorted_by": sorted_by(&schema),
        "columns": columns,
    }))
}

fn sorted_by(schema: &Schema) -> Vec<&str> {
    schema.sort_order().iter().map(|index| schema.variables()[*index as usize].name()).collect()
}

/// Keys of value labels as the scripts print them.
fn code(key: i32) -> String {
    match u32::try_from(key).ok().and_then(|key| MissingValue::try_from(key).ok()) {
        Some(missing) => missing.to_string(),
        None => key.to_string(),
    }
}

fn found(value: &Stored<'_>, format: &str, dates: bool) -> Found {
    let number = |number: std::result::Result<f64, MissingValue>| match number {
        Err(MissingValue::System) => Value::Null,
        Err(missing) => missing.to_string().into(),
        Ok(number) if dates => converted(number, format),
        Ok(number) => format!("{number:?}").into(),
    };
    Found::Ready(match value {
        Stored::Byte(StataByte::Present(stored)) => number(Ok((*stored).into())),
        Stored::Int(StataInt::Present(stored)) => number(Ok((*stored).into())),
        Stored::Long(StataLong::Present(stored)) => number(Ok((*stored).into())),
        Stored::Float(StataFloat::Present(stored)) => number(Ok((*stored).into())),
        Stored::Double(StataDouble::Present(stored)) => number(Ok(*stored)),
        Stored::Byte(StataByte::Missing(missing))
        | Stored::Int(StataInt::Missing(missing))
        | Stored::Long(StataLong::Missing(missing))
        | Stored::Float(StataFloat::Missing(missing))
        | Stored::Double(StataDouble::Missing(missing)) => number(Err(*missing)),
        Stored::String(text) => text.as_ref().into(),
        Stored::LongStringRef(reference) => return Found::Long(*reference),
    })
}

/// Days and moments as ISO 8601, whatever else as it is.
fn converted(number: f64, format: &str) -> Value {
    let millis = match TemporalKind::from_format(format) {
        Some(TemporalKind::Date) => {
            td_days_to_unix_days(number as i32).map(|days| i64::from(days) * 86_400_000)
        }
        Some(TemporalKind::DateTime) => tc_millis_to_unix_millis(number),
        _ => return format!("{number:?}").into(),
    };
    let moment = DateTime::from_timestamp_millis(millis.unwrap()).unwrap();
    moment.format("%Y-%m-%dT%H:%M:%S%.3f").to_string().into()
}

/// The columns with their long texts.
fn resolved(
    columns: Vec<Vec<Found>>,
    texts: &LongStringReader<BufReader<File>>,
    table: &LongStringTable,
) -> Vec<Vec<Value>> {
    let text = |reference: &LongStringRef| match table.get(reference) {
        // No text is kept for an empty cell.
        None => "".into(),
        Some(text) if text.is_binary() => {
            let digits: String = text.data().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("hex:{digits}").into()
        }
        Some(text) => text.data_str(texts.encoding()).map_or(Value::Null, |text| text.as_ref().into()),
    };
    let cell = |found| match found {
        Found::Ready(value) => value,
        Found::Long(reference) => text(&reference),
    };
    columns.into_iter().map(|column| column.into_iter().map(cell).collect()).collect()
}
