//! What was seen of the values of a column, and what its cells become for it: all values are looked at, none is guessed.

use exporter_core::codebook::{Kind, TimeUnit};

use super::cells::{Cells, digits, is_empty, truth};
use super::moment::{day, moment};
use super::number::{plain, whole};
use super::row::Wanted;
use super::shape::{Room, Shape};
use crate::value::Value;

/// What was seen of a column.
#[derive(Debug)]
pub(super) struct Seen {
    wanted: Wanted,
    shape: Shape,
    texts: Texts,
    /// The kind that metadata states, and the values that are none of it.
    stated: Option<Cells>,
    pub(super) misfits: u64,
    /// Row from 1 and value of the first of them.
    pub(super) first: Option<(u64, String)>,
}

/// What all texts may be so far.
#[derive(Debug)]
struct Texts {
    has_one: bool,
    truths: bool,
    whole: bool,
    numbers: bool,
    days: bool,
    /// The finest unit and the zone of moments; none once one is no moment.
    moments: Option<Option<(TimeUnit, Option<String>)>>,
    /// Whether all moments are in the years that nanoseconds count.
    near: bool,
}

impl Seen {
    pub(super) fn new(wanted: Wanted, stated: Option<&Kind>) -> Self {
        let texts = Texts {
            has_one: false,
            truths: true,
            whole: true,
            numbers: true,
            days: true,
            moments: Some(None),
            near: true,
        };
        let stated = stated.map(|kind| match kind {
            Kind::Boolean => Cells::Truth,
            Kind::Integer { .. } => Cells::Whole,
            Kind::Float { .. } => Cells::Float,
            Kind::Date => Cells::Date,
            Kind::DateTime { .. } => Cells::Moment(TimeUnit::Millisecond, None),
            _ => Cells::Text,
        });
        Self { wanted, shape: Shape::default(), texts, stated, misfits: 0, first: None }
    }

    /// Takes the value of a row, which is counted from 1.
    pub(super) fn see(&mut self, value: &Value, row: u64, room: &mut Room) {
        match self.wanted {
            _ if *value == Value::Null => {}
            Wanted::Text => {}
            Wanted::Nested(holder) | Wanted::Unknown(holder) => self.shape.see(value, holder, room),
            Wanted::Map(holder) => {
                if self.shape == Shape::Nothing {
                    self.shape = Shape::Map(Box::default());
                }
                self.shape.see(value, holder, room);
            }
            Wanted::Truth | Wanted::Number | Wanted::Moment | Wanted::Open if is_empty(value) => {}
            Wanted::Truth | Wanted::Number | Wanted::Moment | Wanted::Open => {
                self.texts.see(value, self.wanted);
                if self.stated.as_ref().is_some_and(|stated| !is_of(stated, value)) {
                    self.misfits += 1;
                    self.first.get_or_insert_with(|| (row, told(value)));
                }
            }
        }
    }

    /// What the cells become.
    pub(super) fn cells(&self) -> Cells {
        let texts = &self.texts;
        match (self.wanted, &self.stated) {
            (Wanted::Text, _) => Cells::Text,
            (Wanted::Unknown(_), _) if self.shape.is_nested() => Cells::Json,
            (Wanted::Nested(_) | Wanted::Unknown(_) | Wanted::Map(_), _) => self.shape.cells(),
            (_, Some(Cells::Moment(..))) => texts.moment().filter(|_| texts.has_one).unwrap_or(Cells::Text),
            (_, Some(stated)) if self.misfits == 0 => stated.clone(),
            (_, Some(_)) => Cells::Text,
            // As much as any of them.
            (wanted, None) if !texts.has_one => match wanted {
                Wanted::Truth => Cells::Truth,
                _ => Cells::Text,
            },
            (wanted, None) => texts.cells(wanted),
        }
    }

    /// The kind that metadata states, in the words of codebooks, where the values are not all of it.
    pub(super) fn unfit(&self) -> Option<Kind> {
        let stated = self.stated.as_ref().filter(|stated| **stated != Cells::Text && self.texts.has_one)?;
        (self.cells() == Cells::Text).then(|| stated.kind())
    }
}

impl Texts {
    fn see(&mut self, value: &Value, wanted: Wanted) {
        self.has_one = true;
        let is_open = wanted == Wanted::Open;
        self.truths &= truth(value).is_some();
        let text = digits(value);
        // Digits of JSON may have an exponent.
        let number = |text: &str| match value {
            Value::Number(_) => super::number::exact(text),
            _ => plain(text),
        };
        self.numbers =
            self.numbers && (is_open || wanted == Wanted::Number) && text.and_then(number).is_some();
        self.whole = self.whole && (is_open || wanted == Wanted::Number) && text.and_then(whole).is_some();
        let text = value.as_text();
        self.days = self.days && text.and_then(day).is_some();
        if let Some(known) = &mut self.moments {
            let found = text.and_then(moment);
            let agreed = found.and_then(|found| {
                self.near &= found.count(TimeUnit::Nanosecond).is_some();
                let zone = found.zone_name();
                match known.take() {
                    Some((unit, known)) if known == zone => Some((unit.max(found.unit), zone)),
                    Some(_) => None,
                    None => Some((found.unit, zone)),
                }
            });
            self.moments = agreed.map(Some);
        }
    }

    fn moment(&self) -> Option<Cells> {
        let (unit, zone) = self.moments.clone()??;
        (unit != TimeUnit::Nanosecond || self.near).then_some(Cells::Moment(unit, zone))
    }

    fn cells(&self, wanted: Wanted) -> Cells {
        let (truths, numbers, times) = match wanted {
            Wanted::Truth => (true, false, false),
            Wanted::Number => (false, true, false),
            Wanted::Moment => (false, false, true),
            _ => (true, true, true),
        };
        match self {
            Self { truths: true, .. } if truths => Cells::Truth,
            Self { whole: true, .. } if numbers => Cells::Whole,
            Self { numbers: true, .. } if numbers => Cells::Float,
            Self { days: true, .. } if times => Cells::Date,
            _ => self.moment().filter(|_| times).unwrap_or(Cells::Text),
        }
    }
}

/// Whether a value is one of a stated kind.
fn is_of(stated: &Cells, value: &Value) -> bool {
    match stated {
        Cells::Truth => truth(value).is_some(),
        Cells::Whole => digits(value).and_then(whole).is_some(),
        Cells::Float => digits(value).and_then(super::number::exact).is_some(),
        Cells::Date => value.as_text().and_then(day).is_some(),
        Cells::Moment(..) => value.as_text().and_then(moment).is_some(),
        _ => true,
    }
}

/// A value as it is told.
pub(super) fn told(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => {
            let mut json = Vec::new();
            other.write_json(&mut json);
            String::from_utf8_lossy(&json).into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(wanted: Wanted, stated: Option<&str>, values: &[&str]) -> (String, u64) {
        let stated: Option<Kind> = stated.map(|kind| kind.parse().unwrap());
        let mut seen = Seen::new(wanted, stated.as_ref());
        let mut room = Room(100);
        for (row, json) in values.iter().enumerate() {
            seen.see(&Value::from_json(json).unwrap(), row as u64 + 1, &mut room);
        }
        (seen.cells().kind().to_string(), seen.misfits)
    }

    #[test]
    fn kinds_hold_every_value() {
        let open = |values: &[&str]| kind(Wanted::Open, None, values).0;
        assert_eq!(open(&[r#""1""#, "2", r#""""#]), "integer");
        assert_eq!(open(&[r#""1""#, r#""2.50""#]), "float");
        assert_eq!(open(&[r#""1""#, r#""01""#]), "text");
        assert_eq!(open(&[r#""true""#, "false"]), "boolean");
        assert_eq!(open(&[r#""2024-01-01""#]), "date");
        assert_eq!(open(&[r#""2024-01-01""#, r#""2024-01-01T00:00:00""#]), "text");
        assert_eq!(open(&[r#""2024-01-01T00:00:00""#, r#""2024-01-01T00:00:00.0001""#]), "datetime(us)");
        assert_eq!(open(&[r#""2024-01-01T00:00:00Z""#]), "datetime(ms, UTC)");
        assert_eq!(open(&[r#""2024-01-01T00:00:00Z""#, r#""2024-01-01T00:00:00+0100""#]), "text");
        assert_eq!(open(&[r#""1600-01-01T00:00:00.123456789""#]), "text");
        assert_eq!(open(&["null"]), "text");
        assert_eq!(kind(Wanted::Moment, None, &[r#""1""#]).0, "text");
        assert_eq!(kind(Wanted::Truth, None, &[r#""yes""#]).0, "text");
        assert_eq!(kind(Wanted::Number, None, &[r#""4""#, "5.5"]).0, "float");
        assert_eq!(kind(Wanted::Unknown("x"), None, &[r#"{"a":1}"#]).0, "text");
        assert_eq!(kind(Wanted::Unknown("x"), None, &["1"]).0, "integer");
    }

    #[test]
    fn stated_kinds_hold_or_the_misfits_are_counted() {
        let stated = |stated: &str, values: &[&str]| kind(Wanted::Open, Some(stated), values);
        assert_eq!(stated("float", &[r#""1""#, r#""2""#]), ("float".into(), 0));
        assert_eq!(stated("float", &[r#""1""#, r#""abc""#, r#""x""#]), ("text".into(), 2));
        assert_eq!(stated("text", &[r#""1""#]), ("text".into(), 0));
        assert_eq!(stated("boolean", &[]), ("boolean".into(), 0));
        assert_eq!(stated("datetime", &[r#""2024-01-01T00:00:00.000""#]), ("datetime".into(), 0));
        assert_eq!(stated("datetime", &[r#""2024-01-01""#]), ("text".into(), 1));
    }
}
