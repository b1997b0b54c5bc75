//! One condition, read from its text.

use exporter_core::codebook::{Codebook, MissingValues, Table, Variable};
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
        let form = || {
            Error::usage(format!("the condition {text:?} is not VARIABLE OPERATOR VALUE"))
                .with_hint("operators: = != < <= > >= in, not in, missing, not missing")
        };
        let (variable, rest) = variable(text.trim()).ok_or_else(form)?;
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
            _ => return Err(form()),
        };
        Ok(Self { variable, test })
    }

    /// The filter for the variable at this column of a table.
    pub(super) fn filter(&self, codebook: &Codebook, table: &Table, column: usize) -> Result<Filter> {
        let Some(variable) = table.variables.get(column) else {
            return Err(Error::not_found(format!("no variable is called {:?}", self.variable)));
        };
        let name = variable.name.as_str();
        let value = |literal: &Literal| literal.value(codebook, variable);
        let one_of = |literals: &[Literal]| -> Result<Filter> {
            let values = literals.iter().map(value).collect::<Result<Vec<_>>>()?;
            Ok(Filter::OneOf { variable: name.to_owned(), values })
        };
        Ok(match &self.test {
            Test::Compare(is, literal) => Filter::compare(name, *is, value(literal)?),
            Test::OneOf(literals) => one_of(literals)?,
            Test::NoneOf(literals) => Filter::Not(Box::new(one_of(literals)?)),
            Test::Missing => missing(variable),
            Test::NotMissing => Filter::Not(Box::new(missing(variable))),
        })
    }
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
