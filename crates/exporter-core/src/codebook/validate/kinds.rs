//! Kinds: which ones can exist, and which values belong to which.

use super::names::Names;
use super::{Problems, rules, zones};
use crate::codebook::{Kind, TimeUnit};

/// Deepest nesting of a kind: far beyond any data, far below any stack.
const KIND_DEPTH: usize = 32;

/// Most significant digits of a decimal (Arrow's Decimal128).
const DECIMAL_DIGITS: u8 = 38;

pub(super) fn check(kind: &Kind, place: &str, problems: &mut Problems) {
    check_at(kind, place, 1, problems);
}

fn check_at(kind: &Kind, place: &str, depth: usize, problems: &mut Problems) {
    let mut wrong = |message: String| problems.add(rules::INVALID_KIND, place, message);
    match kind {
        Kind::Integer { bits, .. } if !matches!(bits, 8 | 16 | 32 | 64) => {
            wrong(format!("whole numbers of {bits} bits do not exist; 8, 16, 32 and 64 do"));
        }
        Kind::Float { bits } if !matches!(bits, 32 | 64) => {
            wrong(format!("floats of {bits} bits do not exist; 32 and 64 do"));
        }
        Kind::Decimal { precision, .. } if !(1..=DECIMAL_DIGITS).contains(precision) => {
            wrong(format!("a decimal has 1 to {DECIMAL_DIGITS} digits, not {precision}"));
        }
        Kind::Decimal { precision, scale }
            if i16::from(*scale) > i16::from(*precision) || *scale < -(DECIMAL_DIGITS as i8) =>
        {
            wrong(format!("{scale} digits after the point do not fit a decimal of {precision} digits"));
        }
        Kind::Time(TimeUnit::Second | TimeUnit::Millisecond) => {
            wrong("a time of day is in microseconds or nanoseconds".into());
        }
        Kind::DateTime { zone: Some(zone), .. } if !zones::exists(zone) => {
            wrong(format!("the zone {zone:?} is neither an IANA name nor an offset such as +01:00"));
        }
        Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } if depth >= KIND_DEPTH => {
            wrong(format!("kinds nest at most {KIND_DEPTH} deep"));
        }
        Kind::Structure(fields) => {
            let mut names = Names::default();
            for (index, field) in fields.iter().enumerate() {
                let place = format!("{place} / structure[{index}] {}", field.name);
                names.check(&field.name, &place, problems);
                check_at(&field.kind, &place, depth + 1, problems);
            }
        }
        Kind::List(item) => check_at(item, &format!("{place} / list"), depth + 1, problems),
        Kind::Map { key, value } => {
            check_at(key, &format!("{place} / map key"), depth + 1, problems);
            check_at(value, &format!("{place} / map value"), depth + 1, problems);
        }
        _ => {}
    }
}

/// Smallest and largest whole number of an integer kind.
pub(super) fn integer_range(kind: &Kind) -> Option<(i128, i128)> {
    match kind {
        Kind::Integer { bits: bits @ 1..=64, signed: true } => {
            let half = 1i128 << (bits - 1);
            Some((-half, half - 1))
        }
        Kind::Integer { bits: bits @ 1..=64, signed: false } => Some((0, (1i128 << bits) - 1)),
        Kind::Period(_) => Some((i32::MIN.into(), i32::MAX.into())),
        _ => None,
    }
}

/// Whether values of two kinds can be equal, so that rows find each other by them.
pub(super) fn join(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::DateTime { zone: a, .. }, Kind::DateTime { zone: b, .. }) => a.is_some() == b.is_some(),
        (Kind::Period(a), Kind::Period(b)) => a == b,
        _ => (a.is_numeric() && b.is_numeric()) || std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
