//! The values that earlier versions gave to letters nobody had declared a value for.
//!
//! They read `.a` to `.z` as the number that the storage type has for it (102 in a `byte`), and in dates and times as the
//! first day of one of the years 10001 to 10026. Codebooks of these versions declare such values as missing; they are
//! reasons without a value.

use exporter_core::codebook::{Kind, Missing as Declared, MissingValues, Value, Variable};

use crate::Missing;

/// Whether a declaration is that of a letter whose value is only its stand-in in a variable as it was read from a `.dta`.
pub fn is_stand_in(variable: &Variable, declared: &Declared) -> bool {
    match (&declared.values, declared.letter) {
        (MissingValues::One(value), Some(letter)) => stands_for(variable, letter, value),
        _ => false,
    }
}

/// Whether `value` is only the stand-in of `letter` in a variable as it was read from a `.dta`.
pub fn stands_for(variable: &Variable, letter: char, value: &Value) -> bool {
    let Some(missing) = Missing::from_letter(letter) else { return false };
    match (value, &variable.kind) {
        (Value::Text(text), Kind::Date | Kind::DateTime { .. } | Kind::Time(_)) => {
            let rest = text.strip_prefix(&format!("+{}-01-01", 10_000 + i64::from(missing.number())));
            rest.is_some_and(|rest| matches!(rest, "" | "T00:00:00" | "T00:00:00Z"))
        }
        // Somebody may have declared numbers as small as these; what was read from a `.dta` has its display format.
        (Value::Integer(value), Kind::Integer { bits: 8, .. }) => {
            *value == i64::from(missing.byte()) && has_format(variable)
        }
        (Value::Integer(value), Kind::Integer { bits: 16, .. }) => {
            *value == i64::from(missing.int()) && has_format(variable)
        }
        (Value::Integer(value), Kind::Integer { .. } | Kind::Period(_)) => *value == i64::from(missing.key()),
        (Value::Float(value), Kind::Float { .. }) => {
            // Digits in JSON may differ in the last place.
            [f64::from(missing.float()), missing.double()]
                .iter()
                .any(|known| (value / known - 1.0).abs() < 1e-12)
        }
        _ => false,
    }
}

fn has_format(variable: &Variable) -> bool {
    variable.format.as_ref().is_some_and(|format| format.native.contains_key("stata"))
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::{DisplayFormat, Period, TimeUnit};

    use super::*;

    #[test]
    fn stand_ins_are_told_from_declared_values() {
        let mut format = DisplayFormat::default();
        format.native.insert("stata".into(), "%8.0g".into());
        let read = |kind: Kind| {
            let mut variable = Variable::new("v", kind);
            variable.format = Some(format.clone());
            variable
        };
        let integer = |bits| Kind::Integer { bits, signed: true };
        let moment = Kind::DateTime { unit: TimeUnit::Millisecond, zone: None };
        let cases: [(Kind, Value); 8] = [
            (integer(8), 104.into()),
            (integer(16), 32_744.into()),
            (integer(32), 2_147_483_624.into()),
            (Kind::Period(Period::Month), 2_147_483_624.into()),
            (Kind::Float { bits: 32 }, Value::Float(1.7026579858507407e38)),
            (Kind::FLOAT, Value::Float(8.995049023194132e307)),
            (Kind::Date, "+10003-01-01".into()),
            (moment, "+10003-01-01T00:00:00".into()),
        ];
        for (kind, value) in cases {
            let declared = Declared::value(value.clone());
            assert!(is_stand_in(&read(kind.clone()), &declared.clone().letter('c')), "{kind}");
            assert!(!is_stand_in(&read(kind.clone()), &declared.clone().letter('b')), "{kind}");
            assert!(!is_stand_in(&read(kind.clone()), &declared), "{kind}");
        }
        assert!(!is_stand_in(&Variable::new("v", integer(8)), &Declared::value(102).letter('a')));
        assert!(!is_stand_in(&read(Kind::INTEGER), &Declared::value(102).letter('a')));
        assert!(!is_stand_in(&read(integer(8)), &Declared::value(-9).letter('a')));
    }
}
