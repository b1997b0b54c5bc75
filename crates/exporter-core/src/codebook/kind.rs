//! What a variable holds.

mod form;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use form::KindForm;

use super::{Period, Value};

/// The kind of a variable's values.
///
/// In JSON scalar kinds are short strings: `boolean`, `integer` (= `int64`), `int8` … `uint64`, `float` (= `float64`),
/// `float32`, `decimal(10, 2)`, `text`, `date`, `time` (= `time(us)`), `datetime` (= `datetime(ms)`), `datetime(us, Europe/Paris)`,
/// `duration(s)`, `period(month)`, `binary`. Nested kinds are objects: `{"list": kind}`,
/// `{"structure": [{"name", "kind"}]}`, `{"map": {"key": kind, "value": kind}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(from = "KindForm"))]
#[serde(into = "KindForm")]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Boolean,
    /// Whole numbers of 8, 16, 32 or 64 bits.
    Integer {
        /// Width in bits: 8, 16, 32 or 64.
        bits: u8,
        /// Whether negative numbers exist.
        signed: bool,
    },
    /// Binary floating point of 32 or 64 bits.
    Float {
        /// Width in bits: 32 or 64.
        bits: u8,
    },
    /// Decimal numbers, exact.
    Decimal {
        /// Significant digits, 1 to 38.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// Text in UTF-8.
    #[default]
    Text,
    /// Days of the Gregorian calendar.
    Date,
    /// Time of day; microseconds or nanoseconds.
    Time(TimeUnit),
    /// A date-time: with a zone an instant (stored in UTC, shown in the zone), without one a local reading.
    DateTime {
        /// Resolution.
        unit: TimeUnit,
        /// IANA name or offset; `None` = no zone.
        zone: Option<String>,
    },
    /// A length of time.
    Duration(TimeUnit),
    /// A calendar period counted from its epoch (1960; years from 0).
    Period(Period),
    /// Bytes.
    Binary,
    /// A record with named fields.
    Structure(Vec<Field>),
    /// Any number of values of one kind.
    List(Box<Kind>),
    /// Keys and values.
    Map {
        /// Kind of the keys.
        key: Box<Kind>,
        /// Kind of the values.
        value: Box<Kind>,
    },
}

/// A named part of a structure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Field {
    /// Name of the part.
    pub name: String,
    /// Kind of the part.
    pub kind: Kind,
}

/// Resolution of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Seconds.
    Second,
    /// Thousandths of a second.
    Millisecond,
    /// Millionths of a second.
    Microsecond,
    /// Thousand-millionths of a second.
    Nanosecond,
}

impl TimeUnit {
    /// How many of this unit are in a second.
    pub fn per_second(self) -> i64 {
        match self {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1_000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        }
    }

    /// The unit in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Second => "seconds",
            TimeUnit::Millisecond => "milliseconds",
            TimeUnit::Microsecond => "microseconds",
            TimeUnit::Nanosecond => "nanoseconds",
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            TimeUnit::Second => "s",
            TimeUnit::Millisecond => "ms",
            TimeUnit::Microsecond => "us",
            TimeUnit::Nanosecond => "ns",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "s" => Ok(TimeUnit::Second),
            "ms" => Ok(TimeUnit::Millisecond),
            "us" => Ok(TimeUnit::Microsecond),
            "ns" => Ok(TimeUnit::Nanosecond),
            _ => Err(format!("time unit {text:?} is none of s, ms, us, ns")),
        }
    }
}

impl Kind {
    /// Whole numbers of 64 bits.
    pub const INTEGER: Kind = Kind::Integer { bits: 64, signed: true };
    /// Floating point of 64 bits.
    pub const FLOAT: Kind = Kind::Float { bits: 64 };
    /// How the kinds that have a text are written, with what stands in their brackets.
    pub const FORMS: [&str; 19] = [
        "boolean",
        "integer",
        "int8",
        "int16",
        "int32",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float",
        "float32",
        "decimal(precision, scale)",
        "text",
        "date",
        "time",
        "datetime(unit, zone)",
        "duration(unit)",
        "period(year|half|quarter|month|week)",
        "binary",
    ];

    /// Whether values are numbers.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Kind::Integer { .. } | Kind::Float { .. } | Kind::Decimal { .. })
    }

    /// Whether a value can stand in a column of this kind, whatever its size; lists are asked for their items.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Kind::Boolean => matches!(value, Value::Boolean(_)),
            Kind::Integer { .. } => value.as_i64().is_some(),
            Kind::Float { .. } | Kind::Decimal { .. } => value.as_f64().is_some(),
            Kind::Text | Kind::Date | Kind::Time(_) | Kind::DateTime { .. } => {
                matches!(value, Value::Text(_))
            }
            Kind::Duration(_) | Kind::Period(_) => {
                value.as_i64().is_some() || matches!(value, Value::Text(_))
            }
            Kind::List(item) => item.holds(value),
            Kind::Binary | Kind::Structure(_) | Kind::Map { .. } => false,
        }
    }

    /// Whether values are dates, times, date-times, durations or periods.
    pub fn is_temporal(&self) -> bool {
        matches!(
            self,
            Kind::Date | Kind::Time(_) | Kind::DateTime { .. } | Kind::Duration(_) | Kind::Period(_)
        )
    }

    /// Whether values have parts.
    pub fn is_nested(&self) -> bool {
        matches!(self, Kind::Structure(_) | Kind::List(_) | Kind::Map { .. })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Boolean => f.write_str("boolean"),
            Kind::Integer { bits: 64, signed: true } => f.write_str("integer"),
            Kind::Integer { bits, signed: true } => write!(f, "int{bits}"),
            Kind::Integer { bits, signed: false } => write!(f, "uint{bits}"),
            Kind::Float { bits: 64 } => f.write_str("float"),
            Kind::Float { bits } => write!(f, "float{bits}"),
            Kind::Decimal { precision, scale } => write!(f, "decimal({precision}, {scale})"),
            Kind::Text => f.write_str("text"),
            Kind::Date => f.write_str("date"),
            Kind::Time(TimeUnit::Microsecond) => f.write_str("time"),
            Kind::Time(unit) => write!(f, "time({})", unit.as_str()),
            Kind::DateTime { unit: TimeUnit::Millisecond, zone: None } => f.write_str("datetime"),
            Kind::DateTime { unit, zone: None } => write!(f, "datetime({})", unit.as_str()),
            Kind::DateTime { unit, zone: Some(zone) } => write!(f, "datetime({}, {zone})", unit.as_str()),
            Kind::Duration(unit) => write!(f, "duration({})", unit.as_str()),
            Kind::Period(period) => write!(f, "period({})", period.as_str()),
            Kind::Binary => f.write_str("binary"),
            Kind::Structure(fields) => {
                let parts: Vec<String> =
                    fields.iter().map(|part| format!("{}: {}", part.name, part.kind)).collect();
                write!(f, "structure({})", parts.join(", "))
            }
            Kind::List(item) => write!(f, "list({item})"),
            Kind::Map { key, value } => write!(f, "map({key}, {value})"),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("kind {text:?} is not known; kinds are {}", Kind::FORMS.join(", "));
        let (name, arguments) = match text.split_once('(') {
            Some((name, rest)) => {
                let inner = rest.strip_suffix(')').ok_or_else(unknown)?;
                (name.trim(), inner.split(',').map(str::trim).collect::<Vec<_>>())
            }
            None => (text.trim(), Vec::new()),
        };
        let integer = |bits, signed| Ok(Kind::Integer { bits, signed });
        match (name, arguments.as_slice()) {
            ("boolean", []) => Ok(Kind::Boolean),
            ("integer" | "int64", []) => integer(64, true),
            ("int8", []) => integer(8, true),
            ("int16", []) => integer(16, true),
            ("int32", []) => integer(32, true),
            ("uint8", []) => integer(8, false),
            ("uint16", []) => integer(16, false),
            ("uint32", []) => integer(32, false),
            ("uint64", []) => integer(64, false),
            ("float" | "float64", []) => Ok(Kind::FLOAT),
            ("float32", []) => Ok(Kind::Float { bits: 32 }),
            ("decimal", [precision, scale]) => {
                let wrong = || {
                    format!(
                        "kind {text:?}: a decimal has 1 to 38 digits, at most all of them after the point"
                    )
                };
                let precision: u8 = precision.parse().map_err(|_| wrong())?;
                let scale: i8 = scale.parse().map_err(|_| wrong())?;
                if (1..=38).contains(&precision) && (-38..=i16::from(precision)).contains(&scale.into()) {
                    Ok(Kind::Decimal { precision, scale })
                } else {
                    Err(wrong())
                }
            }
            ("text", []) => Ok(Kind::Text),
            ("date", []) => Ok(Kind::Date),
            ("time", []) => Ok(Kind::Time(TimeUnit::Microsecond)),
            ("time", [unit]) => match TimeUnit::parse(unit)? {
                unit @ (TimeUnit::Microsecond | TimeUnit::Nanosecond) => Ok(Kind::Time(unit)),
                _ => Err("a time of day is in us or ns".into()),
            },
            ("datetime", []) => Ok(Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }),
            ("datetime", [unit]) => Ok(Kind::DateTime { unit: TimeUnit::parse(unit)?, zone: None }),
            ("datetime", [unit, zone]) if !zone.is_empty() => {
                Ok(Kind::DateTime { unit: TimeUnit::parse(unit)?, zone: Some((*zone).into()) })
            }
            ("duration", [unit]) => Ok(Kind::Duration(TimeUnit::parse(unit)?)),
            ("period", [period]) => match *period {
                "year" => Ok(Kind::Period(Period::Year)),
                "half" => Ok(Kind::Period(Period::Half)),
                "quarter" => Ok(Kind::Period(Period::Quarter)),
                "month" => Ok(Kind::Period(Period::Month)),
                "week" => Ok(Kind::Period(Period::Week)),
                _ => Err(unknown()),
            },
            ("binary", []) => Ok(Kind::Binary),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_kind_reads_what_it_writes() {
        let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
        let mut kinds = vec![Kind::Boolean, Kind::Text, Kind::Date, Kind::Binary, Kind::FLOAT];
        kinds.push(Kind::Float { bits: 32 });
        for bits in [8, 16, 32, 64] {
            kinds.extend([true, false].map(|signed| Kind::Integer { bits, signed }));
        }
        for precision in 1..=38u8 {
            let scales = [-38, -1, 0, 1, precision as i8];
            kinds.extend(scales.map(|scale| Kind::Decimal { precision, scale }));
        }
        for unit in units {
            kinds.push(Kind::Duration(unit));
            for zone in [None, Some("UTC"), Some("America/Argentina/Buenos_Aires"), Some("+05:30")] {
                kinds.push(Kind::DateTime { unit, zone: zone.map(str::to_owned) });
            }
        }
        kinds.extend([TimeUnit::Microsecond, TimeUnit::Nanosecond].map(Kind::Time));
        let periods = [Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week];
        kinds.extend(periods.map(Kind::Period));
        for kind in kinds {
            assert_eq!(kind.to_string().parse::<Kind>(), Ok(kind.clone()));
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), kind);
        }
    }

    #[test]
    fn every_form_is_read_as_the_kind_that_it_names() {
        let examples = [("precision, scale", "5, 2"), ("unit, zone", "us, UTC"), ("unit", "us")];
        for form in Kind::FORMS {
            let example = examples.iter().fold(form.to_owned(), |form, (of, is)| form.replace(of, is));
            let first = example.split_once('|').map(|(first, _)| format!("{first})"));
            let kind: Kind = first.unwrap_or(example).parse().unwrap();
            let name = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
            assert_eq!(name(&kind.to_string()), name(form));
        }
    }

    #[test]
    fn what_is_no_kind_is_refused_with_what_would_be() {
        let wrong = [
            "",
            "int",
            "int128",
            "integer(8)",
            "decimal",
            "decimal(5)",
            "decimal(0, 0)",
            "decimal(39, 0)",
            "decimal(5, 6)",
            "decimal(5, -39)",
            "decimal(5, 2",
            "time(s)",
            "datetime(m)",
            "datetime(us, )",
            "duration",
            "period(day)",
            "Text",
        ];
        for text in wrong {
            assert!(text.parse::<Kind>().is_err(), "{text}");
        }
        assert_eq!(" decimal( 5 ,2 )".parse(), Ok(Kind::Decimal { precision: 5, scale: 2 }));
        assert!("int".parse::<Kind>().unwrap_err().contains("period(year|half|quarter|month|week)"));
    }
}
