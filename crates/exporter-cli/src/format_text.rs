//! Formats as typed on the command line: `csv`, or `csv:delimiter=;,header=labels`.

use exporter::request::FormatRequest;
use exporter::{Error, OptionInfo, OptionKind, Registry, Result};
use serde_json::Value as Json;

/// Reads `FORMAT[:OPTION=VALUE,…]` with options of writing.
///
/// A comma inside a value is written `\,` and a backslash `\\`.
pub(crate) fn parse(text: &str, registry: &Registry) -> Result<FormatRequest> {
    let (format, pairs) = split("--to", text, registry)?;
    Ok(with_options(format, registry.options_from_pairs(format, &borrowed(&pairs))?))
}

/// Reads the same form for a reader, whose options are its own.
pub(crate) fn parse_reader(text: &str, registry: &Registry) -> Result<FormatRequest> {
    let (format, pairs) = split("--from", text, registry)?;
    Ok(with_options(format, registry.read_options_from_pairs(format, &borrowed(&pairs))?))
}

/// A format with options as it is typed, for a hint.
pub(crate) fn typed(format: &FormatRequest) -> String {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let escaped = |value: &Json| text(value).replace('\\', "\\\\").replace(',', "\\,");
    let pairs: Vec<String> =
        format.options.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let colon = if pairs.is_empty() { "" } else { ":" };
    shell(&format!("{}{colon}{}", format.format, pairs.join(",")))
}

/// A word as it is typed in a shell.
pub(crate) fn shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    match word.chars().all(is_plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn with_options(format: &str, options: Json) -> FormatRequest {
    let mut request = FormatRequest::new(format);
    if let Json::Object(options) = options {
        request.options = options;
    }
    request
}

/// The format and its options, as they are typed behind `flag`.
fn split<'t>(flag: &str, text: &'t str, registry: &Registry) -> Result<(&'t str, Vec<(String, String)>)> {
    let (format, options) = text.split_once(':').unwrap_or((text, ""));
    if format.contains(',') {
        return Err(without_colons(flag, text));
    }
    let mut pairs = Vec::new();
    for part in split_unescaped(options) {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            if registry.format(part.split(':').next().unwrap_or(&part)).is_ok() {
                return without_colons(flag, text);
            }
            let error = Error::usage(format!("{part:?} in {text:?} is not OPTION=VALUE"));
            error.with_hint(match option_of_value(registry, format, &part) {
                Some(option) => format!("write {format}:{option}={part}"),
                None => format!(
                    "write {format}:{part}=VALUE, and a comma inside a value as \\,; `exporter formats {format}` \
                     lists values"
                ),
            })
        })?;
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Ok((format, pairs))
}

/// The option of writing that has a value among its choices.
fn option_of_value(registry: &Registry, format: &str, value: &str) -> Option<&'static str> {
    let is_choice = |option: &&OptionInfo| match option.kind {
        OptionKind::Choice(choices) => choices.contains(&value),
        _ => false,
    };
    registry.format(format).ok()?.options.iter().find(is_choice).map(|option| option.name)
}

/// The error of formats and options that only commas part.
fn without_colons(flag: &str, text: &str) -> Error {
    let mut formats: Vec<String> = Vec::new();
    for part in text.split(',') {
        match formats.last_mut() {
            Some(format) if part.contains('=') && !part.contains(':') => {
                let mark = if format.contains(':') { ',' } else { ':' };
                format.push(mark);
                format.push_str(part);
            }
            _ => formats.push(part.to_owned()),
        }
    }
    match formats.as_slice() {
        [one] => Error::usage(format!("in {text:?} no colon stands between the format and its options"))
            .with_hint(format!("write {flag} {one}")),
        several => {
            let typed: Vec<String> = several.iter().map(|format| format!("{flag} {format}")).collect();
            let hint = match flag {
                "--to" => format!("give each on its own: {}", typed.join(" ")),
                _ => format!("give one of them, such as {}", typed.first().map_or("", String::as_str)),
            };
            Error::usage(format!("{text:?} is several formats")).with_hint(hint)
        }
    }
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
    fn commas_for_colons_are_answered_with_what_is_meant() {
        let registry = exporter::registry();
        let hint = |text: &str| parse(text, &registry).unwrap_err().hint().unwrap_or_default().to_owned();
        assert_eq!(hint("csv,values=labels"), "write --to csv:values=labels");
        assert_eq!(hint("csv,values=labels,bom=true"), "write --to csv:values=labels,bom=true");
        assert_eq!(hint("csv,tab"), "give each on its own: --to csv --to tab");
        assert_eq!(hint("csv:values=labels,tab"), "give each on its own: --to csv:values=labels --to tab");
        assert_eq!(
            hint("csv,values=labels,tab:bom=true"),
            "give each on its own: --to csv:values=labels --to tab:bom=true"
        );
        let reading = parse_reader("csv,tab", &registry).unwrap_err();
        assert_eq!(reading.hint(), Some("give one of them, such as --from csv"));
    }

    #[test]
    fn formats_are_shown_as_they_are_typed() {
        let registry = exporter::registry();
        for text in ["csv", "csv:missing-text=N\\,A,values=labels", "csv:missing-text=a\\\\b"] {
            let shown = typed(&parse(text, &registry).unwrap());
            let shown = shown.trim_matches('\'');
            assert_eq!(parse(shown, &registry).unwrap(), parse(text, &registry).unwrap(), "{shown}");
        }
        assert_eq!(shell("it's"), "'it'\\''s'");
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
