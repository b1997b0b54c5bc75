//! Formats as typed on the command line: `csv`, or `csv:delimiter=;,header=labels`.

use exporter::request::FormatRequest;
use exporter::{Error, Registry, Result, options_from_pairs, read_options_from_pairs};
use serde_json::Value as Json;

/// Reads `FORMAT[:OPTION=VALUE,…]` with options of writing.
///
/// A comma inside a value is written `\,` and a backslash `\\`.
pub(crate) fn parse(text: &str, registry: &Registry) -> Result<FormatRequest> {
    let (format, pairs) = split(text)?;
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(with_options(format, options_from_pairs(registry.format(format)?, pairs)?))
}

/// Reads the same form for a reader, whose options are its own.
pub(crate) fn parse_reader(text: &str, registry: &Registry) -> Result<FormatRequest> {
    let (format, pairs) = split(text)?;
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(with_options(format, read_options_from_pairs(registry.format(format)?, pairs)?))
}

fn with_options(format: &str, options: Json) -> FormatRequest {
    let mut request = FormatRequest::new(format);
    if let Json::Object(options) = options {
        request.options = options;
    }
    request
}

fn split(text: &str) -> Result<(&str, Vec<(String, String)>)> {
    let (format, options) = text.split_once(':').unwrap_or((text, ""));
    if let Some((first, others)) = format.split_once(',') {
        return Err(Error::usage(format!("{format:?} is several formats"))
            .with_hint(format!("give each on its own: --to {first} --to {others}")));
    }
    let mut pairs = Vec::new();
    for part in split_unescaped(options) {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            Error::usage(format!("{part:?} in {text:?} is not OPTION=VALUE")).with_hint(format!(
                "write {format}:{part}=VALUE, and a comma inside a value as \\,; `exporter formats {format}` lists values"
            ))
        })?;
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Ok((format, pairs))
}

fn split_unescaped(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let current = match parts.last_mut() {
            Some(current) => current,
            None => return parts,
        };
        match character {
            '\\' => match characters.next() {
                Some(escaped @ (',' | '\\')) => current.push(escaped),
                // Other escapes (`\t`) belong to the option.
                Some(other) => current.extend(['\\', other]),
                None => current.push('\\'),
            },
            ',' => parts.push(String::new()),
            other => current.push(other),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_values_are_escaped() {
        assert_eq!(split_unescaped(r"a=1,b=\,,c=\\,d=\t"), ["a=1", "b=,", r"c=\", r"d=\t"]);
        assert!(split_unescaped("").is_empty());
    }

    #[test]
    fn unknown_formats_and_options_name_the_known_ones() {
        let registry = exporter::registry();
        let error = parse("cvs", &registry).unwrap_err();
        assert!(error.hint().unwrap().contains("csv"));
        assert!(parse("csv:nonsense=1", &registry).is_err());
        assert!(parse("csv:delimiter", &registry).is_err());
        assert!(parse_reader("dta:lenient=true,encoding=1252", &registry).is_ok());
        assert!(parse_reader("dta:release=118", &registry).is_err());
    }
}
