//! One condition, read from its text.

use exporter_core::codebook::{Codebook, MissingValues, Table, Value, Variable};
use exporter_core::dataset::Comparison;
use exporter_core::{Error, Filter, Result};

use super::literal::{Literal, literal, literals};

/// A condition before its variable is looked up.
#[derive(Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) variable: String,
    test: Test,
}

#[derive(Debug, PartialEq)]
enum Test {
    Compare(Comparison, Literal),
    OneOf(Vec<Literal>),
    NoneOf(Vec<Literal>),
    Missing,
    NotMissing,
}

/// The operators that are signs, longer ones first.
const SIGNS: [(&str, Comparison); 8] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<>", Comparison::NotEqual),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Condition {
    /// Reads `VARIABLE OPERATOR VALUE`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        match joined(text) {
            Some(error) => Err(error),
            None => Self::one(text),
        }
    }

    fn one(text: &str) -> Result<Self> {
        let form = || {
            Error::usage(format!("the condition {text:?} is not VARIABLE OPERATOR VALUE"))
                .with_hint("operators: = != < <= > >= in, not in, missing, not missing")
        };
        let (variable, rest) = variable(text.trim()).ok_or_else(form)?;
        if let Some((wrong, right)) =
            [("=>", ">="), ("=<", "<=")].iter().find(|(wrong, _)| rest.starts_with(wrong))
        {
            let meant = text.replacen(wrong, right, 1);
            return Err(Error::usage(format!("the condition {text:?}: there is no operator {wrong}"))
                .with_hint(format!("write --where {meant:?}")));
        }
        if let Some((sign, comparison)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            let value = literal(text, rest.get(sign.len()..).unwrap_or_default())?;
            return Ok(Self { variable, test: Test::Compare(*comparison, value) });
        }
        let (word, after) = word(rest);
        let test = match word.as_str() {
            "in" => Test::OneOf(literals(text, after)?),
            "missing" => nothing_follows(text, after, Test::Missing)?,
            "not" => match self::word(after) {
                (word, after) if word == "in" => Test::NoneOf(literals(text, after)?),
                (word, after) if word == "missing" => nothing_follows(text, after, Test::NotMissing)?,
                _ => return Err(form()),
            },
            "between" => {
                return Err(Error::usage(format!("the condition {text:?}: there is no operator between"))
                    .with_hint(both_ends(&variable, after)));
            }
            "is" => {
                let not = if self::word(after).0 == "not" { "not " } else { "" };
                return Err(Error::usage(format!("the condition {text:?}: there is no operator is"))
                    .with_hint(format!("write --where '{variable} {not}missing', or '{variable} = VALUE'")));
            }
            _ => return Err(form()),
        };
        Ok(Self { variable, test })
    }

    /// The filter for the variable at this column of a table.
    pub(super) fn filter(&self, codebook: &Codebook, table: &Table, column: usize) -> Result<Filter> {
        let Some(variable) = table.variables.get(column) else {
            return Err(Error::usage(format!("no variable is called {:?}", self.variable)));
        };
        let name = variable.name.as_str();
        let values = |literal: &Literal| literal.values(codebook, variable);
        let one_of = |values: Vec<Value>| Filter::OneOf { variable: name.to_owned(), values };
        let listed = |literals: &[Literal]| -> Result<Filter> {
            let values = literals.iter().map(values).collect::<Result<Vec<_>>>()?;
            Ok(one_of(values.into_iter().flatten().collect()))
        };
        Ok(match &self.test {
            Test::Compare(is, literal) => {
                let found = values(literal)?;
                match (found.as_slice(), is) {
                    ([value], is) => Filter::compare(name, *is, value.clone()),
                    (_, Comparison::Equal) => one_of(found),
                    (_, Comparison::NotEqual) => Filter::Not(Box::new(one_of(found))),
                    (several, is) => return Err(ambiguous(name, *is, literal, several)),
                }
            }
            Test::OneOf(literals) => listed(literals)?,
            Test::NoneOf(literals) => Filter::Not(Box::new(listed(literals)?)),
            Test::Missing => missing(variable),
            Test::NotMissing => Filter::Not(Box::new(missing(variable))),
        })
    }
}

/// The error of a comparison by size with a label that several values have.
fn ambiguous(name: &str, is: Comparison, literal: &Literal, values: &[Value]) -> Error {
    let codes: Vec<String> = values.iter().map(Value::to_string).collect();
    let sign = SIGNS.iter().find(|(_, comparison)| *comparison == is).map_or("=", |(sign, _)| sign);
    let first = codes.first().map_or("", String::as_str);
    Error::usage(format!("{:?} is the label of several values: {}", literal.text(), codes.join(", ")))
        .variable(name)
        .with_hint(format!("compare with one of them: --where '{name} {sign} {first}'"))
}

/// The error of two conditions in one text, with what to write instead.
fn joined(text: &str) -> Option<Error> {
    let is_condition = |text: &&str| Condition::one(text).is_ok();
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match quote {
            Some(open) if open == letter => quote = None,
            None if matches!(letter, '"' | '\'' | '`') => quote = Some(letter),
            None if letter.is_whitespace() => {
                let (before, after) = text.split_at(at);
                let (word, rest) = after.trim_start().split_once(char::is_whitespace)?;
                let is_and = ["and", "&", "&&"].contains(&word.to_lowercase().as_str());
                let is_or = ["or", "|", "||"].contains(&word.to_lowercase().as_str());
                if !(is_and || is_or) {
                    continue;
                }
                // The value of a text may hold such a word.
                let Some(rest) = Some(rest).filter(|rest| starts_condition(rest)) else { continue };
                let Some(before) = Some(before).filter(is_condition) else { continue };
                let error = Error::usage(format!("the condition {text:?} is several, joined by {word:?}"));
                return Some(
                    error.with_hint(match is_and {
                        true => format!(
                            "give each on its own, all must hold: --where {before:?} --where {rest:?}"
                        ),
                        false => {
                            "values of one variable are listed: 'region in north, west'; other alternatives \
                              are exports of their own"
                                .to_owned()
                        }
                    }),
                );
            }
            _ => {}
        }
    }
    None
}

/// What to write instead of `between`.
fn both_ends(variable: &str, ends: &str) -> String {
    let ends = ends.trim();
    let ends = ends.strip_prefix('(').and_then(|ends| ends.strip_suffix(')')).unwrap_or(ends);
    let words =
        || ends.to_lowercase().find(" and ").and_then(|at| Some((ends.get(..at)?, ends.get(at + 5..)?)));
    let (low, high) = words().or_else(|| ends.split_once(',')).unwrap_or(("LOW", "HIGH"));
    let quote = if variable.contains(|letter: char| letter.is_whitespace() || "=!<>".contains(letter)) {
        "\""
    } else {
        ""
    };
    let end = |sign: &str, value: &str| {
        let condition = format!("{quote}{variable}{quote} {sign} {}", value.trim());
        if condition.contains('\'') {
            format!("--where {condition:?}")
        } else {
            format!("--where '{condition}'")
        }
    };
    format!("give both ends: {} {}", end(">=", low), end("<=", high))
}

/// Whether a text begins as a condition does, whatever follows it.
fn starts_condition(text: &str) -> bool {
    let Some((_, rest)) = variable(text.trim()) else { return false };
    SIGNS.iter().any(|(sign, _)| rest.starts_with(sign))
        || ["in", "missing", "not"].contains(&word(rest).0.as_str())
}

/// The name at the beginning, in quotes or up to a blank or a sign, and what follows.
fn variable(text: &str) -> Option<(String, &str)> {
    let first = text.chars().next()?;
    if matches!(first, '"' | '\'' | '`') {
        let (name, rest) = text.get(1..)?.split_once(first)?;
        return Some((name.to_owned(), rest.trim_start())).filter(|(name, _)| !name.is_empty());
    }
    let end = text.find(|letter: char| letter.is_whitespace() || "=!<>".contains(letter))?;
    let (name, rest) = text.split_at(end);
    Some((name.to_owned(), rest.trim_start())).filter(|(name, _)| !name.is_empty())
}

/// The next word in lower case, and what follows it.
fn word(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word.to_lowercase(), rest)
}

fn nothing_follows(text: &str, rest: &str, test: Test) -> Result<Test> {
    match rest.trim() {
        "" => Ok(test),
        more => Err(Error::usage(format!(
            "the condition {text:?}: nothing follows `missing`, and here is {more:?}"
        ))),
    }
}

/// Null or any value that is declared missing.
fn missing(variable: &Variable) -> Filter {
    let name = || variable.name.clone();
    let mut any = vec![Filter::IsNull(name())];
    any.extend(variable.missing.iter().filter_map(|missing| match &missing.values {
        // The rows hold a null.
        MissingValues::Reason => None,
        MissingValues::One(value) => Some(Filter::compare(name(), Comparison::Equal, value.clone())),
        MissingValues::Range { low, high } => {
            let ends = [(low, Comparison::AtLeast), (high, Comparison::AtMost)];
            let ends =
                ends.into_iter().filter_map(|(end, is)| Some(Filter::compare(name(), is, end.clone()?)));
            Some(Filter::All(ends.collect()))
        }
    }));
    Filter::Any(any)
}
