//! Kinds of variables: by their format, and by their values.

use exporter_core::codebook::{Kind, Measure, Period, TimeUnit};
use exporter_core::doubles;
use exporter_spss::{FormatClass, MissingValues, Value};

use crate::dataset::facts::NumberFacts;
use crate::metadata::{SavMetadata, SavVariable};
use crate::spec::{DAY, SYSMIS, UNIX_EPOCH};

/// By variable, numbers that are declared missing on days and times and are none, such as 99: reasons, for a codebook has days
/// there.
pub(super) fn reason_numbers(metadata: &SavMetadata) -> Vec<Vec<f64>> {
    let numbers = |variable: &SavVariable| {
        let kind = kind_of(variable);
        // Without their fractions, which other kinds of time have.
        let has_days = matches!(kind, Kind::Date | Kind::DateTime { .. } | Kind::Period(_));
        let is_none = |number: &f64| {
            let mut facts = NumberFacts::default();
            facts.look(*number, None);
            has_days && *number < DAY || matches!(kind, Kind::Date | Kind::Time(_)) && !fits(&kind, &facts)
        };
        let is_alone = kind.is_temporal() && variable.missing.range.is_none();
        let mut numbers: Vec<f64> =
            declared(&variable.missing).filter(|it| is_alone && is_none(it)).collect();
        numbers.dedup();
        numbers
    };
    metadata.variables.iter().map(numbers).collect()
}

/// The kinds that formats, labels and missing values say, whatever the rows are: labelled and declared numbers are values of
/// the kind, but those that are `reasons`.
pub(super) fn kinds_of(metadata: &SavMetadata, reasons: &[Vec<f64>]) -> Vec<Kind> {
    let none = NumberFacts::default();
    let sets: Vec<NumberFacts> = metadata
        .value_labels
        .iter()
        .map(|set| {
            let mut facts = none.clone();
            for (value, _) in &set.labels {
                if let Some(number) = number(value) {
                    facts.look(number, None);
                }
            }
            facts
        })
        .collect();
    let kind = |(position, variable): (usize, &SavVariable)| {
        let kind = kind_of(variable);
        let reasons = reasons.get(position).map_or(&[][..], Vec::as_slice);
        let is_value = |number: &f64| !reasons.contains(number);
        let period = match kind {
            Kind::Period(period) => Some(period),
            _ => None,
        };
        let set =
            variable.value_labels.and_then(|set| Some((sets.get(set)?, metadata.value_labels.get(set)?)));
        if variable.width.is_some() || set.is_none() && variable.missing.is_empty() {
            return kind;
        }
        let mut facts = none.clone();
        if let Some((of_set, set)) = set {
            let numbers = set.labels.iter().filter_map(|(value, _)| number(value)).filter(is_value);
            if period.is_some() || !reasons.is_empty() {
                numbers.for_each(|number| facts.look(number, period));
            } else {
                facts.join(of_set);
            }
        }
        declared(&variable.missing).filter(is_value).for_each(|number| facts.look(number, period));
        refined(kind, &facts)
    };
    metadata.variables.iter().enumerate().map(kind).collect()
}

/// The numbers that are declared missing.
pub(super) fn declared(missing: &MissingValues) -> impl Iterator<Item = f64> {
    missing.numbers().filter(|number| number.is_finite() && *number != SYSMIS)
}

/// A number that is not the system-missing one.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) if number.is_finite() && *number != SYSMIS => Some(*number),
        _ => None,
    }
}

fn kind_of(variable: &SavVariable) -> Kind {
    let format = &variable.print;
    let unit = if format.decimals == 0 { TimeUnit::Second } else { TimeUnit::Millisecond };
    match (variable.width, format.class(), format.name()) {
        (Some(_), ..) => Kind::Text,
        (_, FormatClass::Date, "MOYR") => Kind::Period(Period::Month),
        (_, FormatClass::Date, "QYR") => Kind::Period(Period::Quarter),
        (_, FormatClass::Date, "WKYR") => Kind::Period(Period::Week),
        (_, FormatClass::Date, _) => Kind::Date,
        (_, FormatClass::DateTime, _) => Kind::DateTime { unit, zone: None },
        (_, FormatClass::Time, "TIME") => Kind::Time(TimeUnit::Microsecond),
        (_, FormatClass::Time, _) => Kind::Duration(unit),
        _ if is_whole(variable) => Kind::INTEGER,
        _ => Kind::FLOAT,
    }
}

/// Whether users see whole numbers: none have decimals, or they are codes.
fn is_whole(variable: &SavVariable) -> bool {
    let is_code = variable.value_labels.is_some() || matches!(variable.measure, Some(Measure::Nominal));
    variable.print.decimals == 0 || is_code
}

/// The kind of a variable whose numbers are these, of the one that its format says: nothing is lost by it.
pub(super) fn refined(kind: Kind, facts: &NumberFacts) -> Kind {
    if fits(&kind, facts) {
        return kind;
    }
    let next = match &kind {
        Kind::Period(_) => Kind::Date,
        Kind::Date => Kind::DateTime { unit: TimeUnit::Second, zone: None },
        Kind::DateTime { unit: TimeUnit::Second, .. } => {
            Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }
        }
        Kind::DateTime { unit: TimeUnit::Millisecond, .. } => {
            Kind::DateTime { unit: TimeUnit::Microsecond, zone: None }
        }
        Kind::Time(_) => Kind::Duration(TimeUnit::Second),
        Kind::Duration(TimeUnit::Second) => Kind::Duration(TimeUnit::Millisecond),
        Kind::Duration(TimeUnit::Millisecond) => Kind::Duration(TimeUnit::Microsecond),
        _ => return Kind::FLOAT,
    };
    refined(next, facts)
}

/// Largest number of seconds whose millionths a number of 64 bits counts.
const MOST_SECONDS: f64 = 9.0e12;
/// Largest number of seconds whose billionths a number of 64 bits counts.
const MOST_NANO_SECONDS: f64 = 9.0e9;

/// Whether numbers are delivered whole as a kind, where their range and what they are multiples of tells.
pub(super) fn fits(kind: &Kind, facts: &NumberFacts) -> bool {
    let Some((low, high)) = facts.range else { return true };
    let within = |least: f64, most: f64| least <= low && high <= most;
    let counts = |unit: TimeUnit| match unit {
        TimeUnit::Second => facts.whole,
        TimeUnit::Millisecond => facts.millis,
        _ => facts.micros,
    };
    let near = |unit: TimeUnit, from: f64| {
        let most = if unit == TimeUnit::Nanosecond { MOST_NANO_SECONDS } else { MOST_SECONDS };
        from - most <= low && high <= from + most
    };
    match kind {
        Kind::Float { bits: 64 } => true,
        Kind::Boolean => facts.whole && within(0.0, 1.0),
        Kind::Integer { bits, signed } => {
            let (least, most) = match (*signed, i32::from(*bits)) {
                (true, bits) => (-(2_f64.powi(bits - 1)), 2_f64.powi(bits - 1) - 1.0),
                (false, bits) => (0.0, 2_f64.powi(bits) - 1.0),
            };
            let exact = doubles::EXACT as f64;
            facts.whole && within(least.max(-exact), most.min(exact))
        }
        Kind::Date => facts.days && near(TimeUnit::Microsecond, UNIX_EPOCH),
        Kind::DateTime { unit, .. } => counts(*unit) && near(*unit, UNIX_EPOCH),
        Kind::Time(unit) => counts(*unit) && within(0.0, 86_400.0 - 0.000_001),
        Kind::Duration(unit) => counts(*unit) && near(*unit, 0.0),
        Kind::Period(Period::Year) => facts.whole && within(f64::from(i32::MIN), f64::from(i32::MAX)),
        Kind::Period(_) => facts.periods && near(TimeUnit::Microsecond, UNIX_EPOCH),
        _ => false,
    }
}
