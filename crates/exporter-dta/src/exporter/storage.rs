//! How each variable is stored: type, conversion and display format.

use exporter_core::codebook::{
    Alignment, DisplayFormat, DisplayStyle, Kind, Period, TimeUnit, Value, Variable,
};
use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, Error, Facts, Loss, LossCode, Result};

use crate::format::FormatClass;
use crate::metadata::Conversion;
use crate::options::{Decimals, DtaOptions, LargeIntegers, LongTextOption, StorageOption, ZoneOption};
use crate::spec::{EPOCH_DAYS, Release};
use crate::spec_storage::{DOUBLE_EXACT, FLOAT_MAX_BITS, StorageType};

/// How one variable is stored.
pub(super) struct Stored {
    pub(super) storage: StorageType,
    pub(super) conversion: Conversion,
    pub(super) format: String,
    pub(super) losses: Vec<Loss>,
    /// What readers of the file should know, for a note.
    pub(super) remark: Option<String>,
}

/// Digits that every double keeps.
const SAFE_DIGITS: u8 = 15;

/// Facts about a column that its storage depends on.
pub(super) fn needs(variable: &Variable, options: &DtaOptions) -> Facts {
    let smallest = options.storage == StorageOption::Smallest;
    let range = Facts { range: true, ..Facts::NONE };
    match &variable.kind {
        Kind::Integer { bits: 64, .. } => range,
        Kind::Integer { bits: 32, .. } | Kind::Integer { .. } | Kind::Period(_) | Kind::Date if smallest => {
            range
        }
        Kind::Duration(_) | Kind::Float { bits: 32 } => range,
        Kind::Decimal { scale: 0, .. } => range,
        Kind::Decimal { precision, .. } if *precision > SAFE_DIGITS => range,
        Kind::Text if smallest => Facts { max_bytes: true, nulls: true, ..Facts::NONE },
        Kind::Text => Facts { nulls: true, ..Facts::NONE },
        _ => Facts::NONE,
    }
}

/// Decides how `variable` is stored.
pub(super) fn decide(
    variable: &Variable,
    facts: &ColumnFacts,
    release: Release,
    options: &DtaOptions,
) -> Result<Stored> {
    let mut stored = Stored {
        storage: StorageType::Double,
        conversion: Conversion::Plain,
        format: String::new(),
        losses: Vec::new(),
        remark: None,
    };
    match &variable.kind {
        Kind::Boolean => stored.storage = StorageType::Byte,
        Kind::Integer { bits, signed } => {
            let declared = declared_integer(*bits, *signed);
            whole(&mut stored, variable, facts, options, declared, 0)?;
        }
        Kind::Decimal { scale: 0, .. } => whole(&mut stored, variable, facts, options, None, 0)?,
        Kind::Decimal { precision, scale } => decimal(&mut stored, facts, options, *precision, *scale),
        Kind::Float { bits: 32 } => stored.storage = float(variable, facts),
        Kind::Float { .. } => {}
        Kind::Text => text(&mut stored, variable, facts, release, options),
        Kind::Date => {
            stored.conversion = Conversion::Days;
            whole(&mut stored, variable, facts, options, Some(StorageType::Long), EPOCH_DAYS)?;
        }
        Kind::Time(_) => stored.conversion = Conversion::TimeOfDay,
        Kind::DateTime { zone, .. } => moment(&mut stored, zone.as_deref(), options),
        Kind::Duration(unit) => {
            whole(&mut stored, variable, facts, options, None, 0)?;
            stored.remark = Some(format!("Lengths of time in {}.", unit_name(*unit)));
        }
        Kind::Period(_) => whole(&mut stored, variable, facts, options, Some(StorageType::Long), 0)?,
        Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } if !release.has_strl() => {
            return Err(Error::unsupported(format!(
                "dta: release {} has no place for the kind {}",
                release.number(),
                variable.kind
            ))
            .variable(&variable.name)
            .hint("choose release 117 or later, or leave the variable out"));
        }
        Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => {
            stored.storage = StorageType::StrL;
            let loss = Loss::new(LossCode::STRUCTURE_FLATTENED, "written as JSON text in a strL");
            stored.losses.push(loss);
        }
        _ => stored.storage = StorageType::StrL,
    }
    stored.format = display_format(variable, &mut stored);
    Ok(stored)
}

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
    options: &DtaOptions,
    declared: Option<StorageType>,
    add: i64,
) -> Result<()> {
    let range = match facts.range {
        Some(Some((Number::Integer(low), Number::Integer(high)))) => Some((low, high)),
        Some(Some((low, high))) => Some((low.as_f64().floor() as i128, high.as_f64().ceil() as i128)),
        // No value at all: anything will do.
        Some(None) => Some((0, 0)),
        None => None,
    };
    if options.storage == StorageOption::Declared
        && let Some(declared) = declared
    {
        stored.storage = declared;
        return Ok(());
    }
    let Some((low, high)) = range else {
        stored.storage = declared.unwrap_or(StorageType::Double);
        return Ok(());
    };
    let shifted = |value: i128| i64::try_from(value + i128::from(add)).ok();
    if options.storage == StorageOption::Smallest
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
    match options.large_integers {
        LargeIntegers::Error => {
            return Err(Error::limit(format!("dta: {widest} is not exact in a double"))
                .variable(&variable.name)
                .hint("choose large-integers=text, or large-integers=double to round"));
        }
        LargeIntegers::Double => {
            stored.storage = StorageType::Double;
            let loss = Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 rounded to a double");
            stored.losses.push(loss.wrong().first(None, widest.to_string()));
        }
        LargeIntegers::Text => {
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

fn decimal(stored: &mut Stored, facts: &ColumnFacts, options: &DtaOptions, precision: u8, scale: i8) {
    let exact = i128::from(DOUBLE_EXACT);
    let fits = match facts.range {
        Some(None) => true,
        Some(Some((Number::Integer(low), Number::Integer(high)))) => low >= -exact && high <= exact,
        _ => false,
    };
    if precision <= SAFE_DIGITS || fits {
        return;
    }
    match options.decimals {
        Decimals::Double => {
            let loss =
                Loss::new(LossCode::PRECISION, "decimals with more than 15 digits rounded to a double");
            stored.losses.push(loss);
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

fn float(variable: &Variable, facts: &ColumnFacts) -> StorageType {
    let limit = f64::from(f32::from_bits(FLOAT_MAX_BITS));
    // A declared missing value is stored as a letter, which a float holds.
    let declared = |value: f64| variable.missing.iter().any(|missing| missing.contains(&Value::Float(value)));
    let beyond = |value: f64| value.is_finite() && value.abs() > limit && !declared(value);
    match facts.range {
        Some(Some((low, high))) if beyond(low.as_f64()) || beyond(high.as_f64()) => StorageType::Double,
        _ => StorageType::Float,
    }
}

fn text(
    stored: &mut Stored,
    variable: &Variable,
    facts: &ColumnFacts,
    release: Release,
    options: &DtaOptions,
) {
    let longest = match options.storage {
        StorageOption::Smallest => facts.max_bytes,
        StorageOption::Declared => variable.facts.max_bytes,
    };
    let fixed = longest.and_then(|longest| u16::try_from(longest.max(1)).ok());
    let strl = release.has_strl() && options.long_text == LongTextOption::Strl;
    stored.storage = match fixed {
        Some(width) if width <= release.max_str() => StorageType::Str(width),
        _ if strl => StorageType::StrL,
        _ => StorageType::Str(release.max_str()),
    };
    if let Some(nulls) = facts.nulls.filter(|nulls| *nulls > 0) {
        stored.losses.push(Loss::new(LossCode::NULL_TEXT, "null texts stored as empty").count(nulls));
    }
}

fn moment(stored: &mut Stored, zone: Option<&str>, options: &DtaOptions) {
    let Some(zone) = zone else {
        stored.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
        return;
    };
    let wall_clock = options.zone == ZoneOption::Local;
    let clock = if wall_clock { format!("local time of {zone}") } else { "UTC".to_owned() };
    stored.conversion = Conversion::Millis { leap_seconds: options.leap_seconds, wall_clock };
    let leap = if options.leap_seconds { ", leap seconds counted" } else { "" };
    stored.remark = Some(format!("Times in {clock}{leap}; the zone of the variable is {zone}."));
    stored.losses.push(Loss::new(LossCode::TIME_ZONE, format!("written in {clock}; a note says so")));
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "seconds",
        TimeUnit::Millisecond => "milliseconds",
        TimeUnit::Microsecond => "microseconds",
        TimeUnit::Nanosecond => "nanoseconds",
    }
}

/// The display format given for Stata, or derived from width, decimals and style, or Stata's own default.
fn display_format(variable: &Variable, stored: &mut Stored) -> String {
    let storage = stored.storage;
    let is_text = storage.is_string();
    if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("stata")) {
        let class = FormatClass::of(native);
        if class.is_some_and(|class| (class == FormatClass::Text) == is_text) {
            return native.clone();
        }
        let loss = Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "not a format that Stata has for the type");
        stored.losses.push(loss.first(None, native.clone()));
    }
    let left = if variable.alignment == Some(Alignment::Left) { "-" } else { "" };
    if is_text {
        let width =
            variable.format.as_ref().and_then(|format| format.width).filter(|w| (1..=244).contains(w));
        return match (width, storage) {
            (Some(width), _) => format!("%{left}{width}s"),
            (None, StorageType::Str(width)) => format!("%{left}{}s", width.max(9)),
            (None, _) => format!("%{left}9s"),
        };
    }
    if let Some(time) = time_format(variable, stored.conversion) {
        return format!("%{left}{time}");
    }
    match &variable.format {
        Some(format) if format.width.is_some() || format.decimals.is_some() || format.style.is_some() => {
            number_format(format, storage, left)
        }
        _ => match storage.default_format().strip_prefix('%') {
            Some(rest) => format!("%{left}{rest}"),
            None => storage.default_format(),
        },
    }
}

fn time_format(variable: &Variable, conversion: Conversion) -> Option<&'static str> {
    match (&variable.kind, conversion) {
        (Kind::Date, _) => Some("td"),
        (Kind::Time(_), _) => Some("tcHH:MM:SS"),
        (_, Conversion::Millis { leap_seconds: true, .. }) => Some("tC"),
        (Kind::DateTime { .. }, _) => Some("tc"),
        (Kind::Period(Period::Year), _) => Some("ty"),
        (Kind::Period(Period::Half), _) => Some("th"),
        (Kind::Period(Period::Quarter), _) => Some("tq"),
        (Kind::Period(Period::Month), _) => Some("tm"),
        (Kind::Period(Period::Week), _) => Some("tw"),
        _ => None,
    }
}

fn number_format(format: &DisplayFormat, storage: StorageType, left: &str) -> String {
    /// Widest number format that Stata shows.
    const WIDEST: u32 = 40;
    let decimals = format.decimals.unwrap_or(0).min(WIDEST - 2);
    let usual = match storage {
        StorageType::Byte | StorageType::Int => 8,
        StorageType::Long => 12,
        StorageType::Float => 9,
        _ => 10,
    };
    let width =
        format.width.unwrap_or(usual).clamp(1, WIDEST).max(if decimals > 0 { decimals + 2 } else { 1 });
    let style = match (format.style, format.decimals) {
        (Some(DisplayStyle::General), _) | (None, None) => return format!("%{left}{width}.0g"),
        (Some(style), _) => style,
        (None, Some(_)) => DisplayStyle::Fixed,
    };
    match style {
        DisplayStyle::Grouped | DisplayStyle::Currency => format!("%{left}{width}.{decimals}fc"),
        DisplayStyle::Scientific => format!("%{left}{width}.{decimals}e"),
        DisplayStyle::Padded => format!("%{left}0{width}.{decimals}f"),
        _ => format!("%{left}{width}.{decimals}f"),
    }
}
