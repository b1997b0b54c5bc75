//! Values as typed: read by the kind of their variable, or found among its labels.

use exporter_core::codebook::{
    Codebook, Kind, Missing, MissingValues, Period, Text, TimeUnit, Value, Variable,
};
use exporter_core::{Error, Result, suggest};

/// A value as it was typed, without its quotes.
#[derive(Debug, PartialEq)]
pub(super) struct Literal(String);

/// The one value of a comparison; `condition` is for messages.
pub(super) fn literal(condition: &str, text: &str) -> Result<Literal> {
    let text = text.trim();
    let none = || Error::usage(format!("the condition {condition:?} has no value after its operator"));
    if text.is_empty() {
        return Err(none().with_hint("an empty text is written ''"));
    }
    match quoted(condition, text)? {
        Some((value, "")) => Ok(Literal(value)),
        // Quotes round a part of the value belong to it.
        _ => Ok(Literal(text.to_owned())),
    }
}

/// The values of a list, with or without parentheses.
pub(super) fn literals(condition: &str, text: &str) -> Result<Vec<Literal>> {
    let text = text.trim();
    let mut rest = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text).trim();
    let mut values = Vec::new();
    loop {
        let (value, after) = match quoted(condition, rest)? {
            Some((value, after)) => (value, after),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (value, after) = rest.split_at(end);
                let value = value.trim();
                if value.is_empty() {
                    return Err(Error::usage(format!(
                        "the condition {condition:?} has no value between its commas"
                    ))
                    .with_hint("a list is written in 1, 2, 3"));
                }
                (value.to_owned(), after)
            }
        };
        values.push(Literal(value));
        rest = match after.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if after.is_empty() => return Ok(values),
            None => {
                return Err(Error::usage(format!(
                    "the condition {condition:?} has {after:?} after a quoted value"
                )));
            }
        };
    }
}

/// A quoted value at the beginning and what follows it; a doubled quote stands for itself.
fn quoted<'t>(condition: &str, text: &'t str) -> Result<Option<(String, &'t str)>> {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        return Ok(None);
    };
    let mut value = String::new();
    let mut rest = text.get(1..).unwrap_or_default();
    while let Some((piece, after)) = rest.split_once(quote) {
        value.push_str(piece);
        match after.strip_prefix(quote) {
            Some(more) => {
                value.push(quote);
                rest = more;
            }
            None => return Ok(Some((value, after.trim_start()))),
        }
    }
    Err(Error::usage(format!("the condition {condition:?} has a quote {quote} that is not closed")))
}

impl Literal {
    /// The value for a variable: what its kind reads in the text, or else all values that have it as a label.
    pub(super) fn values(&self, codebook: &Codebook, variable: &Variable) -> Result<Vec<Value>> {
        let text = self.0.as_str();
        let number = || -> Option<Value> {
            let whole = text.parse::<i64>().map(Value::Integer).ok();
            whole.or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float))
        };
        // As digits, so that none is lost.
        let digits = || number().map(|_| Value::Text(text.to_owned()));
        let labelled = || {
            let mut values = Vec::new();
            for (value, _) in labels(codebook, variable).filter(|(_, label)| *label == text) {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            values
        };
        let (read, wanted) = match &variable.kind {
            Kind::Boolean => (
                match text {
                    "true" | "yes" | "1" => Some(Value::Boolean(true)),
                    "false" | "no" | "0" => Some(Value::Boolean(false)),
                    _ => None,
                },
                "true or false",
            ),
            Kind::Integer { .. } => (text.parse().map(Value::Integer).ok().or_else(digits), "a number"),
            Kind::Duration(unit) => {
                let count = text.parse().ok().or_else(|| duration(*unit, text)).map(Value::Integer);
                (count.or_else(digits), "a number or hours, minutes and seconds such as 30:00:00")
            }
            Kind::Float { .. } => (number(), "a number"),
            Kind::Period(unit) => (
                period(*unit, text).map(|value| Value::Integer(value.into())).or_else(number),
                unit.example(),
            ),
            Kind::Decimal { .. } => (digits(), "a number"),
            // A text that is a code stands for itself even when it is also a label.
            Kind::Text => {
                let is_code =
                    codebook.value_labels_of(variable).is_some_and(|set| set.get(&text.into()).is_some());
                let values = if is_code { Vec::new() } else { labelled() };
                if !values.is_empty() {
                    return Ok(values);
                }
                (Some(text.into()), "a text")
            }
            // What is neither a label nor a reason is read where it is compared.
            Kind::Date | Kind::Time(_) | Kind::DateTime { .. } => {
                let values = labelled();
                if !values.is_empty() {
                    return Ok(values);
                }
                ((!is_reason(variable, text)).then(|| text.into()), "a date or time")
            }
            kind => {
                return Err(Error::usage(format!(
                    "{:?} is {kind}, which is compared with nothing",
                    variable.name
                ))
                .variable(&variable.name)
                .with_hint("compare it with `missing` or `not missing`"));
            }
        };
        let values = read.map_or_else(labelled, |value| vec![value]);
        if values.is_empty() { Err(self.is_no_value(codebook, variable, wanted)) } else { Ok(values) }
    }

    /// What was typed.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// The error of a text that is no value.
    fn is_no_value(&self, codebook: &Codebook, variable: &Variable, wanted: &str) -> Error {
        let text = self.0.as_str();
        if is_reason(variable, text) {
            return Error::usage(format!("{text:?} is a missing reason, and reasons are not compared"))
                .variable(&variable.name)
                .with_hint(format!("select all rows without a value: --where '{} missing'", variable.name));
        }
        let error = Error::usage(format!("{text:?} is not {wanted}, and not a label of the variable"))
            .variable(&variable.name);
        if text.contains(',') {
            return error
                .with_hint(format!("several values are a list: --where '{} in {text}'", variable.name));
        }
        let mut labels = labels(codebook, variable).map(|(_, label)| label).peekable();
        if let (None, Kind::Period(unit)) = (labels.peek(), &variable.kind) {
            return error.with_hint(format!("write {}", forms(*unit)));
        }
        if labels.peek().is_none() {
            return error.with_hint(format!("{:?} is {} without value labels", variable.name, variable.kind));
        }
        let labels: Vec<&str> = labels.collect();
        error.with_hint(suggest::suggestion(text, "labels", labels.iter().copied()))
    }
}

/// A period in one of the forms in which periods are shown, by Stata or after ISO 8601.
fn period(unit: Period, text: &str) -> Option<i32> {
    let text = text.to_uppercase();
    let stata = || {
        unit.parse(
            &["H", "Q", "M", "W"]
                .iter()
                .fold(text.clone(), |text, letter| text.replace(&format!("-{letter}"), letter)),
        )
    };
    unit.parse(&text).or_else(|| unit.parse_iso(&text)).or_else(stata)
}

/// The forms of a period, by an example.
fn forms(unit: Period) -> String {
    let example =
        period(unit, "2024-03").or_else(|| period(unit, "2024-Q2")).or_else(|| period(unit, "2024-H2"));
    match example.or_else(|| period(unit, "2024-W07")) {
        Some(value) => format!("{} or {}", unit.iso_text(value), unit.text(value)),
        None => "2024".to_owned(),
    }
}

/// The count of a duration such as `30:00:00` or `-0:05`.
fn duration(unit: TimeUnit, text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (whole, parts_of_one) = seconds.split_once('.').unwrap_or((seconds, ""));
    let number = |digits: &str| {
        let are_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        if are_digits { digits.parse::<i64>().ok() } else { None }
    };
    let below_60 = |digits: &str| number(digits).filter(|number| *number < 60);
    let whole = number(hours)?.checked_mul(3_600)?.checked_add(below_60(minutes)? * 60)? + below_60(whole)?;
    let per_second = unit.per_second();
    // No digit may be lost.
    let scale = 10_i64.checked_pow(parts_of_one.len().try_into().ok()?)?;
    let fraction = if parts_of_one.is_empty() { 0 } else { number(parts_of_one)?.checked_mul(per_second)? };
    let is_counted = parts.next().is_none() && fraction % scale == 0;
    whole
        .checked_mul(per_second)?
        .checked_add(fraction / scale)
        .filter(|_| is_counted)
        .map(|count| sign * count)
}

/// Whether a text names a missing reason of a variable: by its letter after a point, by its label, or by the number that it had
/// in the file.
fn is_reason(variable: &Variable, text: &str) -> bool {
    let named = |missing: &Missing| {
        missing.letter.is_some_and(|letter| text == format!(".{letter}"))
            || texts(&missing.label).any(|label| label == text)
    };
    let is_number = || text.parse().is_ok_and(|number: f64| variable.facts.reason_numbers.contains(&number));
    variable.missing.iter().filter(|missing| missing.is_reason()).any(named) || is_number()
}

/// A text in every language.
fn texts(text: &Text) -> impl Iterator<Item = &str> {
    text.untagged().into_iter().chain(text.tagged().map(|(_, text)| text))
}

/// Every label of a variable's values in every language, those of missing values included.
fn labels<'a>(codebook: &'a Codebook, variable: &'a Variable) -> impl Iterator<Item = (&'a Value, &'a str)> {
    let set = codebook.value_labels_of(variable).into_iter().flat_map(|set| &set.entries);
    let declared = variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some((value, &missing.label)),
        MissingValues::Range { .. } | MissingValues::Reason => None,
    });
    let labelled = set.map(|entry| (&entry.value, &entry.label)).chain(declared);
    labelled.flat_map(move |(value, label)| texts(label).map(move |text| (value, text)))
}
