//! How each variable is stored: type and conversion.

use exporter_core::codebook::{Kind, Variable};
use exporter_core::doubles::SAFE_DIGITS;
use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, Error, Facts, Loss, LossCode, Result};

use crate::calendar::{EPOCH_DAYS, EPOCH_MILLIS};
use crate::choices::{
    Choices, Decimals, LargeIntegers, LongTextOption, StorageOption, StrlOption, ZoneOption,
};
use crate::display_format::display_format;
use crate::limits::{DOUBLE_EXACT, FLOAT_MAX_BITS};
use crate::{Conversion, StorageType, Version};

/// How one variable is stored.
pub(crate) struct Stored {
    pub(crate) storage: StorageType,
    pub(crate) conversion: Conversion,
    pub(crate) format: String,
    pub(crate) losses: Vec<Loss>,
    /// What readers of the file need, for a note.
    pub(crate) remark: Option<String>,
    /// Whether texts end at their first NUL.
    pub(crate) cut_at_nul: bool,
    /// Whether instants are stored in UTC.
    pub(crate) in_utc: bool,
}

/// Facts about a column that its storage depends on, and that losses are told by.
///
/// Declared missing values become letters, which every type holds, so only the other values count for the type. Where
/// numbers may become text they count nevertheless: there they stay what they are.
pub(crate) fn facts(variable: &Variable, choices: &Choices) -> Facts {
    let smallest = choices.storage != StorageOption::Declared;
    let valid = Facts::VALID_RANGE;
    let both = valid | Facts::RANGE;
    match &variable.kind {
        Kind::Integer { bits: 64, .. } | Kind::Decimal { scale: 0, .. } | Kind::Duration(_) => both,
        Kind::Integer { .. } if smallest => valid,
        // Also what Stata shows of them depends on the values.
        Kind::Date | Kind::DateTime { .. } | Kind::Period(_) => valid,
        Kind::Float { bits: 32 } => valid,
        Kind::Decimal { precision, .. } if *precision > SAFE_DIGITS => valid | Facts::ROUNDED,
        Kind::Text => {
            let widths = if smallest { Facts::MAX_BYTES } else { Facts::NONE };
            let totals = smallest && choices.strl == StrlOption::Smaller;
            let totals = if totals { Facts::TOTALS } else { Facts::NONE };
            Facts::NULLS | Facts::WITH_NUL | widths | totals
        }
        Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => Facts::NULLS,
        _ => Facts::NONE,
    }
}

/// Decides how `variable` is stored; `strl_rows` are the rows of a table in which it may become strL to save bytes.
pub(crate) fn decide(
    variable: &Variable,
    facts: &ColumnFacts,
    choices: &Choices,
    strl_rows: Option<u64>,
) -> Result<Stored> {
    let mut stored = Stored {
        storage: StorageType::Double,
        conversion: Conversion::Plain,
        format: String::new(),
        losses: Vec::new(),
        remark: None,
        cut_at_nul: false,
        in_utc: false,
    };
    match &variable.kind {
        Kind::Boolean => stored.storage = StorageType::Byte,
        Kind::Integer { bits, signed } => {
            let declared = declared_integer(*bits, *signed);
            whole(&mut stored, variable, facts, choices, declared, 0)?;
        }
        Kind::Decimal { scale: 0, .. } => whole(&mut stored, variable, facts, choices, None, 0)?,
        Kind::Decimal { precision, scale } => decimal(&mut stored, facts, choices, *precision, *scale),
        Kind::Float { bits: 32 } => float(&mut stored, facts),
        Kind::Float { .. } => {}
        Kind::Text => text(&mut stored, variable, facts, choices, strl_rows),
        Kind::Date => {
            stored.conversion = Conversion::Days;
            whole(&mut stored, variable, facts, choices, Some(StorageType::Long), EPOCH_DAYS)?;
        }
        Kind::Time(_) => stored.conversion = Conversion::TimeOfDay,
        Kind::DateTime { zone, .. } => date_time(&mut stored, variable, zone.as_deref(), choices),
        Kind::Duration(unit) => {
            whole(&mut stored, variable, facts, choices, None, 0)?;
            stored.remark = Some(format!("Lengths of time in {}.", unit.name()));
            stored.losses.push(Loss::duration_as_number(*unit));
        }
        Kind::Period(_) => whole(&mut stored, variable, facts, choices, Some(StorageType::Long), 0)?,
        Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. }
            if !choices.version.has_strl() =>
        {
            return Err(Error::unsupported(format!(
                "dta: releases before 117 have no place for the kind {}",
                variable.kind
            ))
            .variable(&variable.name)
            .with_hint("choose release 117 or later, or leave the variable out"));
        }
        // Delimited text says itself what becomes of them there.
        Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } if choices.delimited => {
            stored.storage = StorageType::StrL;
            null_texts(&mut stored, facts);
        }
        Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => {
            stored.storage = StorageType::StrL;
            let loss = Loss::new(LossCode::STRUCTURE_FLATTENED, "written as JSON text in a strL");
            stored.losses.push(loss);
            null_texts(&mut stored, facts);
        }
        _ => {
            stored.storage = StorageType::StrL;
            stored.losses.push(bytes_in_strl("stored"));
            null_texts(&mut stored, facts);
        }
    }
    match type_of_file(variable, &stored, facts, choices) {
        Some(own) => stored.storage = own,
        None => tell_wider_type(variable, &mut stored, facts, choices),
    }
    stored.format = display_format(variable, &mut stored, facts, choices.version);
    Ok(stored)
}

/// The type that a variable had in its Stata file, where it may keep it.
fn type_of_file(
    variable: &Variable,
    stored: &Stored,
    facts: &ColumnFacts,
    choices: &Choices,
) -> Option<StorageType> {
    let own: StorageType = variable.facts.storage.get("stata")?.parse().ok()?;
    if own.is_string() != stored.storage.is_string() || stored.conversion == Conversion::DecimalText {
        return None;
    }
    let is_of_version = match own {
        StorageType::StrL => choices.version.has_strl() && choices.long_text == LongTextOption::Strl,
        StorageType::Str(width) => width <= choices.version.string_bytes(),
        _ => true,
    };
    // Without a value, any type of numbers will do.
    let is_empty = facts.valid_range == Some(None)
        && !own.is_string()
        && matches!(stored.conversion, Conversion::Plain | Conversion::Days | Conversion::Millis { .. });
    let holds = || match (own, stored.storage) {
        _ if is_empty => true,
        (StorageType::StrL, _) | (StorageType::Double, _) => true,
        (StorageType::Str(own), StorageType::Str(needed)) => own >= needed,
        (StorageType::Float, StorageType::Long) => {
            let add = if stored.conversion == Conversion::Days { i128::from(EPOCH_DAYS) } else { 0 };
            let exact = -FLOAT_EXACT..=FLOAT_EXACT;
            whole_range(facts.valid_range)
                .is_some_and(|(low, high)| exact.contains(&(low + add)) && exact.contains(&(high + add)))
        }
        (StorageType::Byte | StorageType::Int | StorageType::Long, StorageType::Double) => {
            millis_range(variable, stored, facts).is_some_and(|(low, high)| {
                StorageType::smallest_integer(low, high).is_some_and(|least| own.width() >= least.width())
            })
        }
        (StorageType::Float, StorageType::Byte | StorageType::Int | StorageType::Float) => true,
        (
            StorageType::Byte | StorageType::Int | StorageType::Long,
            StorageType::Byte | StorageType::Int | StorageType::Long,
        ) => own.width() >= stored.storage.width(),
        _ => false,
    };
    let may_stay = match choices.storage {
        StorageOption::Smallest => false,
        StorageOption::Keep => holds(),
        StorageOption::Declared => true,
    };
    (may_stay && is_of_version).then_some(own)
}

/// Tells where a type of whole numbers is not the one of the file, which earlier releases let hold more values.
fn tell_wider_type(variable: &Variable, stored: &mut Stored, facts: &ColumnFacts, choices: &Choices) {
    let width = |storage| match storage {
        StorageType::Byte | StorageType::Int | StorageType::Long => Some(storage.width()),
        StorageType::Double => Some(StorageType::Double.width()),
        _ => None,
    };
    let own = variable.facts.storage.get("stata").and_then(|own| own.parse().ok());
    let Some(own) = own.filter(|own| !matches!(own, StorageType::Double)) else { return };
    let is_wider = width(own).zip(width(stored.storage)).is_some_and(|(own, needed)| own < needed);
    let is_plain = stored.conversion == Conversion::Plain && matches!(variable.kind, Kind::Integer { .. });
    if !is_wider || !is_plain || choices.storage != StorageOption::Keep || choices.delimited {
        return;
    }
    let Some((low, high)) = whole_range(facts.valid_range) else { return };
    let action =
        format!("stored as {}: a {own} does not hold all values from {low} to {high}", stored.storage);
    stored.losses.push(Loss::new(LossCode::KIND_CHANGED, action));
}

/// Ends of date-times that count whole milliseconds, as Stata counts them.
fn millis_range(variable: &Variable, stored: &Stored, facts: &ColumnFacts) -> Option<(i64, i64)> {
    let Conversion::Millis { leap_seconds: false, wall_clock: false } = stored.conversion else {
        return None;
    };
    let Kind::DateTime { unit, .. } = variable.kind else { return None };
    let factor = 1_000i128.checked_div(unit.per_second().into()).filter(|factor| *factor > 0)?;
    let (low, high) = whole_range(facts.valid_range)?;
    let stata = |end: i128| i64::try_from(end * factor + i128::from(EPOCH_MILLIS)).ok();
    stata(low).zip(stata(high))
}

/// Whole numbers up to this one are exact in a float.
const FLOAT_EXACT: i128 = 1 << 24;

/// Type that holds every value of a declared width; `None` beyond `long`.
fn declared_integer(bits: u8, signed: bool) -> Option<StorageType> {
    match (bits, signed) {
        (8, _) => Some(StorageType::Int),
        (16, _) => Some(StorageType::Long),
        _ => None,
    }
}

fn whole(
    stored: &mut Stored,
    variable: &Variable,
    facts: &ColumnFacts,
    choices: &Choices,
    declared: Option<StorageType>,
    add: i64,
) -> Result<()> {
    if choices.storage == StorageOption::Declared
        && let Some(declared) = declared
    {
        stored.storage = declared;
        return Ok(());
    }
    let Some((low, high)) = whole_range(facts.valid_range) else {
        stored.storage = declared.unwrap_or(StorageType::Double);
        return Ok(());
    };
    let shifted = |value: i128| i64::try_from(value + i128::from(add)).ok();
    if choices.storage != StorageOption::Declared
        && let Some((low, high)) = shifted(low).zip(shifted(high))
        && let Some(smallest) = StorageType::smallest_integer(low, high)
    {
        stored.storage = smallest;
        return Ok(());
    }
    if stored.conversion == Conversion::Days {
        return Err(Error::limit("dta: dates beyond what a long holds").variable(&variable.name));
    }
    let exact = i128::from(DOUBLE_EXACT);
    if low >= -exact && high <= exact {
        stored.storage = StorageType::Double;
        return Ok(());
    }
    let widest = if high.unsigned_abs() > low.unsigned_abs() { high } else { low };
    match choices.large_integers {
        LargeIntegers::Error => {
            return Err(Error::limit(format!("dta: {widest} is not exact in a double"))
                .variable(&variable.name)
                .with_hint("choose large-integers=text, or large-integers=double to round"));
        }
        LargeIntegers::Double => {
            stored.storage = StorageType::Double;
            let loss = Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 rounded to a double");
            stored.losses.push(loss.wrong().first(None, widest.to_string()));
        }
        LargeIntegers::Text => {
            let (low, high) = whole_range(facts.range).unwrap_or((low, high));
            let digits = low.to_string().len().max(high.to_string().len());
            stored.storage = StorageType::Str(u16::try_from(digits).unwrap_or(u16::MAX));
            stored.conversion = Conversion::DecimalText;
            stored
                .losses
                .push(Loss::new(LossCode::KIND_CHANGED, "whole numbers beyond 2^53 written as text"));
        }
    }
    Ok(())
}

/// Ends of a range as whole numbers; without any value every type will do.
fn whole_range(range: Option<Option<(Number, Number)>>) -> Option<(i128, i128)> {
    match range? {
        Some((Number::Integer(low), Number::Integer(high))) => Some((low, high)),
        Some((low, high)) => Some((low.as_f64().floor() as i128, high.as_f64().ceil() as i128)),
        None => Some((0, 0)),
    }
}

fn decimal(stored: &mut Stored, facts: &ColumnFacts, choices: &Choices, precision: u8, scale: i8) {
    // Declared missing values, which become letters, may be rounded.
    let safe = 10_i128.pow(u32::from(SAFE_DIGITS));
    let fits = match facts.valid_range {
        Some(None) => true,
        Some(Some((Number::Integer(low), Number::Integer(high)))) if scale >= 0 => {
            low >= -safe && high <= safe
        }
        _ => false,
    };
    let rounded = facts.rounded.unwrap_or(1);
    if precision <= SAFE_DIGITS || fits || rounded == 0 {
        return;
    }
    match choices.decimals {
        Decimals::Double => {
            let loss =
                Loss::new(LossCode::PRECISION, "decimals with more than 15 digits rounded to a double");
            stored.losses.push(loss.count(rounded));
        }
        Decimals::Text => {
            // Sign, point and a zero before it; a negative scale adds zeros behind.
            let zeros = if scale < 0 { scale.unsigned_abs() } else { 0 };
            stored.storage = StorageType::Str(u16::from(precision) + u16::from(zeros) + 3);
            stored.conversion = Conversion::DecimalText;
            stored.losses.push(Loss::new(LossCode::KIND_CHANGED, "decimals written as text"));
        }
    }
}

fn float(stored: &mut Stored, facts: &ColumnFacts) {
    let limit = f64::from(f32::from_bits(FLOAT_MAX_BITS));
    // Behind an infinity other numbers beyond a float may hide.
    let beyond = |value: f64| value.abs() > limit;
    stored.storage = match facts.valid_range {
        Some(Some((low, high))) if beyond(low.as_f64()) || beyond(high.as_f64()) => StorageType::Double,
        _ => StorageType::Float,
    };
}

fn text(
    stored: &mut Stored,
    variable: &Variable,
    facts: &ColumnFacts,
    choices: &Choices,
    strl_rows: Option<u64>,
) {
    let longest = match choices.storage {
        StorageOption::Keep | StorageOption::Smallest => facts.max_bytes,
        StorageOption::Declared => variable.facts.max_bytes,
    };
    let fixed = longest.and_then(|longest| u16::try_from(longest.max(1)).ok());
    let version = choices.version;
    let strl = version.has_strl() && choices.long_text == LongTextOption::Strl;
    let with_nul = facts.with_nul.unwrap_or(0);
    // Only a strL holds a NUL (section 6.1); the type by declaration must not depend on what the texts hold.
    let needs_strl = with_nul > 0 && choices.storage != StorageOption::Declared;
    let smaller = |width| strl_rows.is_some_and(|rows| strl_is_smaller(width, facts, version, rows));
    stored.storage = match fixed {
        Some(width) if width <= version.string_bytes() && smaller(width) => StorageType::StrL,
        Some(width) if width <= version.string_bytes() && !(strl && needs_strl) => StorageType::Str(width),
        _ if strl => StorageType::StrL,
        _ => StorageType::Str(version.string_bytes()),
    };
    if with_nul > 0 && choices.delimited {
        let action = "texts with a NUL: versions of Stata differ in what they load of them";
        stored.losses.push(Loss::new(LossCode::COMPATIBILITY, action).count(with_nul));
    } else if with_nul > 0 && stored.storage != StorageType::StrL {
        stored.cut_at_nul = true;
        let loss = Loss::new(LossCode::TEXT_TRUNCATED, "cut at a NUL, which ends a fixed string");
        stored.losses.push(loss.count(with_nul));
    } else if with_nul > 0 {
        stored.losses.push(bytes_in_strl("texts with a NUL stored").count(with_nul));
    }
    null_texts(stored, facts);
}

/// Records of bytes are Stata's own, but few other programs read them.
fn bytes_in_strl(what: &str) -> Loss {
    let action = format!(
        "{what} as bytes of a strL: Stata opens them, haven in R refuses the file, others cut at a NUL"
    );
    Loss::new(LossCode::COMPATIBILITY, action)
}

/// Whether the texts take fewer bytes as strL than as a fixed string of `width` bytes.
fn strl_is_smaller(width: u16, facts: &ColumnFacts, version: Version, rows: u64) -> bool {
    let Some((totals, record)) = facts.totals.zip(version.strl_record_bytes()) else { return false };
    // A cell for each row; a record, its closing NUL counted, for each text.
    let cells = rows.saturating_mul(StorageType::StrL.width() as u64);
    let records = totals.filled.saturating_mul(record).saturating_add(totals.bytes);
    cells.saturating_add(records) < rows.saturating_mul(width.into())
}

fn null_texts(stored: &mut Stored, facts: &ColumnFacts) {
    if let Some(nulls) = facts.nulls.filter(|nulls| *nulls > 0) {
        stored.losses.push(Loss::new(LossCode::NULL_TEXT, "null values stored as empty text").count(nulls));
    }
}

fn date_time(stored: &mut Stored, variable: &Variable, zone: Option<&str>, choices: &Choices) {
    let Some(zone) = zone else {
        stored.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
        return;
    };
    let wall_clock = choices.zone == ZoneOption::Local;
    let clock = if wall_clock { format!("local time of {zone}") } else { "UTC".to_owned() };
    let native = variable.format.as_ref().and_then(|format| format.native.get("stata"));
    // A variable that was read with leap seconds is written with them.
    let leap_seconds = choices.leap_seconds
        || native.is_some_and(|native| native.trim_start_matches(['%', '-']).starts_with("tC"));
    stored.conversion = Conversion::Millis { leap_seconds, wall_clock };
    stored.in_utc = !wall_clock && !leap_seconds;
    // `%tC` says itself that it counts in UTC, and is read so.
    if leap_seconds && zone == "UTC" {
        return;
    }
    let leap = if leap_seconds { ", leap seconds counted" } else { "" };
    stored.remark = Some(format!("Times in {clock}{leap}; the zone of the variable is {zone}."));
    stored.losses.push(Loss::new(LossCode::TIME_ZONE, format!("written in {clock}; a note says so")));
}
