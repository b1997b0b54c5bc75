//! Options of formats: as a JSON object, or as pairs as typed.

use serde_json::Value as Json;

use super::COMMON_OPTIONS;
use crate::error::{Error, Result};
use crate::format::{FormatInfo, OptionInfo, OptionKind};
use crate::suggest::nearest;

/// Reads typed options and says which exist when one is unknown.
pub(super) fn typed<O: serde::de::DeserializeOwned + Default>(
    id: &str,
    known: &[OptionInfo],
    options: Json,
) -> Result<O> {
    if options.is_null() {
        return Ok(O::default());
    }
    let options = by_own_names(id, known, options)?;
    serde_json::from_value(options.clone()).map_err(|source| {
        let error = misfit::<O>(id, known, options);
        error.unwrap_or_else(|| Error::usage(format!("{id}: {source}")).with_hint(listed(id, known)))
    })
}

/// The options under their own names and with their own spellings.
fn by_own_names(id: &str, known: &[OptionInfo], options: Json) -> Result<Json> {
    let Json::Object(options) = options else { return Ok(options) };
    let mut own = serde_json::Map::new();
    for (name, value) in options {
        let Some(option) = known.iter().find(|option| option.is_called(&name)) else {
            return Err(unknown(id, known, &name));
        };
        let value = by_kind(id, option, value);
        if own.insert(option.name.to_owned(), value).is_some() {
            return Err(twice(id, &name));
        }
    }
    Ok(Json::Object(own))
}

/// A value as its option takes it: texts are read as those of pairs are, and numbers name choices that are numbers. What is
/// none of the option's kind stays what it is, and is refused by the format.
fn by_kind(id: &str, option: &OptionInfo, value: Json) -> Json {
    let text = match (&value, option.kind) {
        (Json::String(text), _) => text.clone(),
        (Json::Number(number), OptionKind::Choice(_)) => number.to_string(),
        _ => return value,
    };
    match json_value(id, option, &text) {
        Ok(typed) => typed,
        Err(_) if value.is_string() => Json::String(option.meant(&text).to_owned()),
        Err(_) => value,
    }
}

fn unknown(id: &str, known: &[OptionInfo], name: &str) -> Error {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', '.'], "");
    let elsewhere = known.iter().find(|option| {
        let mut names = option.elsewhere.iter().chain(option.aliases).chain(std::iter::once(&option.name));
        names.any(|other| plain(other) == plain(name))
    });
    let names = known.iter().map(|option| option.name);
    let near = elsewhere.map(|option| option.name).or_else(|| nearest(name, names));
    let near = near.map(|near| format!("did you mean {near:?}? ")).unwrap_or_default();
    Error::usage(format!("{id} has no option {name:?}")).with_hint(near + &listed(id, known))
}

fn twice(id: &str, name: &str) -> Error {
    Error::usage(format!("the option {name:?} of {id} is given twice"))
}

/// The first option whose value is none of its kind, in the words in which a pair is refused.
fn misfit<O: serde::de::DeserializeOwned>(id: &str, known: &[OptionInfo], options: Json) -> Option<Error> {
    let Json::Object(options) = options else { return None };
    options.into_iter().find_map(|(name, value)| {
        let option = known.iter().find(|option| option.name == name)?;
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let is_integer = value.is_i64() || value.is_u64();
        let source =
            serde_json::from_value::<O>(Json::Object([(name, value)].into_iter().collect())).err()?;
        let error = match option.kind {
            OptionKind::Integer if !is_integer => misfit_of(id, option, &shown),
            OptionKind::Boolean | OptionKind::Choice(_) => misfit_of(id, option, &shown),
            OptionKind::Integer if let Some(range) = range(&source.to_string()) => {
                Error::usage(format!("{id}: {}={shown} is not a whole number {range}", option.name))
            }
            OptionKind::Integer | OptionKind::Text => {
                Error::usage(format!("{id}: {}={shown}: {source}", option.name))
            }
        };
        Some(error)
    })
}

/// Which whole numbers an option takes, by what is said of one that it does not take.
fn range(problem: &str) -> Option<String> {
    let (_, kind) = problem.split_once(", expected ")?;
    let (kind, least) = match kind.strip_prefix("a nonzero ") {
        Some(kind) => (kind, 1),
        None => (kind, 0),
    };
    Some(match kind {
        "u64" | "usize" => format!("from {least}"),
        "u32" => format!("from {least} to {}", u32::MAX),
        "u16" => format!("from {least} to {}", u16::MAX),
        "u8" => format!("from {least} to {}", u8::MAX),
        _ => return None,
    })
}

fn listed(id: &str, known: &[OptionInfo]) -> String {
    let known: Vec<&str> = known.iter().map(|option| option.name).collect();
    if known.is_empty() {
        format!("{id} has no options")
    } else {
        format!("options of {id}: {}", known.join(", "))
    }
}

/// Turns `name=value` pairs as typed on a command line into the JSON object that options of writing are read from, those of the
/// format and [`COMMON_OPTIONS`].
///
/// # Errors
/// [`crate::ErrorKind::Usage`] when an option does not exist or its value is of another kind.
pub fn options_from_pairs<'a>(
    info: &FormatInfo,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    from_pairs(info.id, &[info.options, &COMMON_OPTIONS].concat(), pairs)
}

/// Turns `name=value` pairs into the JSON object that options of reading are read from.
///
/// # Errors
/// As [`options_from_pairs`].
pub fn read_options_from_pairs<'a>(
    info: &FormatInfo,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    from_pairs(info.id, info.read_options, pairs)
}

fn from_pairs<'a>(
    id: &str,
    known: &[OptionInfo],
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    let mut object = serde_json::Map::new();
    for (name, value) in pairs {
        let option = known.iter().find(|option| option.is_called(name));
        let option = option.ok_or_else(|| unknown(id, known, name))?;
        if object.insert(option.name.to_owned(), json_value(id, option, value)?).is_some() {
            return Err(twice(id, name));
        }
    }
    Ok(Json::Object(object))
}

fn json_value(id: &str, option: &OptionInfo, value: &str) -> Result<Json> {
    let value = option.meant(value);
    let json = match option.kind {
        OptionKind::Boolean => match value {
            "true" | "yes" | "on" | "1" => Some(Json::Bool(true)),
            "false" | "no" | "off" | "0" => Some(Json::Bool(false)),
            _ => None,
        },
        OptionKind::Integer => value.parse::<i64>().ok().map(Json::from),
        OptionKind::Text => Some(Json::String(value.into())),
        OptionKind::Choice(choices) => choices.contains(&value).then(|| Json::String(value.into())),
    };
    json.ok_or_else(|| misfit_of(id, option, value))
}

/// A value that is none of the option's kind.
pub(super) fn misfit_of(id: &str, option: &OptionInfo, value: &str) -> Error {
    let wrong = |wanted: &str| Error::usage(format!("{id}: {}={value} is not {wanted}", option.name));
    match option.kind {
        OptionKind::Boolean => wrong("true or false"),
        OptionKind::Integer => wrong("a whole number"),
        OptionKind::Text => wrong("a text"),
        OptionKind::Choice(choices) => {
            let help = || format!("{}: {}", option.name, option.help.trim_end_matches('.'));
            // Digits that are alike mean nothing, and what each number stands for is in the help.
            let is_word = value.contains(char::is_alphabetic);
            let near = nearest(value, choices.iter().copied()).filter(|_| is_word);
            wrong(&format!("one of {}", choices.join(", "))).with_hint(match (near, choices.first()) {
                (Some(near), _) => format!("did you mean {near}?"),
                (None, Some(first)) if is_word => {
                    format!("write one of them, such as {}={first}", option.name)
                }
                _ => help(),
            })
        }
    }
}
