//! Checks of a schema message: the types it names exist and have the parts they need (Arrow format, Schema.fbs).

use arrow_ipc::{DateUnit, Endianness, Field, IntervalUnit, Precision, Schema, TimeUnit, Type};

/// Deepest nesting of columns.
const MAX_DEPTH: usize = 64;

/// Checks every field, so that decoding the schema cannot fail half-way.
pub(crate) fn check(schema: Schema<'_>) -> Result<(), String> {
    let fields = schema.fields().ok_or("the schema has no list of fields")?;
    if schema.endianness() == Endianness::Big && fields.iter().any(|field| field.type_type() == Type::Decimal)
    {
        return Err("decimals with their highest byte first are not read".into());
    }
    fields.iter().try_for_each(|field| {
        check_field(field, 0).map_err(|what| format!("column {:?}: {what}", field.name().unwrap_or_default()))
    })
}

fn check_field(field: Field<'_>, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("types are nested deeper than {MAX_DEPTH}"));
    }
    if let Some(dictionary) = field.dictionary() {
        let keys = dictionary.indexType().ok_or("a dictionary has no type of keys")?;
        whole_number(keys.bitWidth())?;
    }
    let children = field.children().map(|children| children.iter().collect::<Vec<_>>()).unwrap_or_default();
    let wanted = match field.type_type() {
        Type::List
        | Type::LargeList
        | Type::ListView
        | Type::LargeListView
        | Type::FixedSizeList
        | Type::Map => 1,
        Type::RunEndEncoded => 2,
        _ => children.len(),
    };
    if children.len() != wanted {
        return Err(format!("a type of {wanted} parts has {}", children.len()));
    }
    check_own(field, &children)?;
    children.into_iter().try_for_each(|child| check_field(child, depth + 1))
}

/// Checks what a type says of itself besides its parts.
fn check_own(field: Field<'_>, children: &[Field<'_>]) -> Result<(), String> {
    let incomplete = || format!("type {:?} is incomplete", field.type_type());
    let known = |known: bool| {
        if known { Ok(()) } else { Err(format!("a variant of {:?} does not exist", field.type_type())) }
    };
    let unit = |unit: TimeUnit| known((TimeUnit::ENUM_MIN..=TimeUnit::ENUM_MAX).contains(&unit.0));
    match field.type_type() {
        Type::Null
        | Type::Bool
        | Type::Binary
        | Type::BinaryView
        | Type::LargeBinary
        | Type::Utf8
        | Type::Utf8View
        | Type::LargeUtf8
        | Type::List
        | Type::LargeList
        | Type::ListView
        | Type::LargeListView
        | Type::Struct_ => Ok(()),
        Type::Int => whole_number(field.type_as_int().ok_or_else(incomplete)?.bitWidth()),
        Type::FixedSizeBinary => {
            known(field.type_as_fixed_size_binary().ok_or_else(incomplete)?.byteWidth() >= 0)
        }
        Type::FloatingPoint => {
            let precision = field.type_as_floating_point().ok_or_else(incomplete)?.precision();
            known([Precision::HALF, Precision::SINGLE, Precision::DOUBLE].contains(&precision))
        }
        Type::Date => {
            let unit = field.type_as_date().ok_or_else(incomplete)?.unit();
            known([DateUnit::DAY, DateUnit::MILLISECOND].contains(&unit))
        }
        Type::Time => {
            let time = field.type_as_time().ok_or_else(incomplete)?;
            known(matches!(
                (time.bitWidth(), time.unit()),
                (32, TimeUnit::SECOND | TimeUnit::MILLISECOND)
                    | (64, TimeUnit::MICROSECOND | TimeUnit::NANOSECOND)
            ))
        }
        Type::Timestamp => unit(field.type_as_timestamp().ok_or_else(incomplete)?.unit()),
        Type::Duration => unit(field.type_as_duration().ok_or_else(incomplete)?.unit()),
        Type::Interval => {
            let unit = field.type_as_interval().ok_or_else(incomplete)?.unit();
            known((IntervalUnit::ENUM_MIN..=IntervalUnit::ENUM_MAX).contains(&unit.0))
        }
        Type::Decimal => {
            let decimal = field.type_as_decimal().ok_or_else(incomplete)?;
            // Digits that fit the width (Arrow format, Schema.fbs, table Decimal).
            let digits = match decimal.bitWidth() {
                32 => 9,
                64 => 18,
                128 => 38,
                256 => 76,
                _ => 0,
            };
            known((1..=digits).contains(&decimal.precision()) && decimal.scale().unsigned_abs() <= 76)
        }
        Type::FixedSizeList => known(field.type_as_fixed_size_list().ok_or_else(incomplete)?.listSize() >= 0),
        Type::Map => {
            field.type_as_map().ok_or_else(incomplete)?;
            let pair = children.iter().all(|entries| {
                entries.type_type() == Type::Struct_
                    && entries.children().is_some_and(|parts| parts.len() == 2)
            });
            known(pair)
        }
        Type::RunEndEncoded => {
            let ends = children.first().and_then(|ends| ends.type_as_int());
            known(ends.is_some_and(|ends| ends.is_signed() && ends.bitWidth() > 8))
        }
        other => Err(format!("type {other:?} is not read")),
    }
}

fn whole_number(bits: i32) -> Result<(), String> {
    if [8, 16, 32, 64].contains(&bits) {
        Ok(())
    } else {
        Err(format!("whole numbers of {bits} bits do not exist"))
    }
}
