//! Options of reading as they are typed.

use serde_json::Value as Json;

use crate::input::READ_OPTIONS;
use crate::reader::{Doubt, Encoding, ReadHeader, ReadOptions, is_missing_word};
use crate::{DecimalMark, Delimiter, Mark};

/// What chooses all that these options say otherwise than the defaults do: `--from csv:delimiter=semicolon,ragged=pad`.
pub(crate) fn typed(options: &ReadOptions) -> String {
    let pairs = pairs(options);
    let colon = if pairs.is_empty() { "" } else { ":" };
    let words = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
    let words = format!("csv{colon}{}", words.collect::<Vec<_>>().join(","));
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b":=.,%/+-_^@".contains(&byte) || !byte.is_ascii();
    match words {
        words if words.bytes().all(is_plain) => format!("--from {words}"),
        words if words.contains('\'') => format!("--from \"{}\"", words.replace(['$', '`'], "?")),
        words if words.contains(['"', '$', '`', '\\', '!']) => format!("--from '{words}'"),
        words => format!("--from \"{words}\""),
    }
}

/// Commas and backslashes of values are typed behind a backslash.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace(',', "\\,")
}

fn pairs(options: &ReadOptions) -> Vec<(&'static str, String)> {
    let json = |options: &ReadOptions| serde_json::to_value(options).unwrap_or_default();
    let (chosen, plain) = (json(options), json(&ReadOptions::default()));
    let pair = |name: &'static str| match chosen.get(name).filter(|value| plain.get(name) != Some(value))? {
        Json::Null => None,
        Json::String(word) => Some((name, word.clone())),
        value => Some((name, value.to_string())),
    };
    READ_OPTIONS.iter().filter_map(|option| pair(option.name)).collect()
}

/// The options that say what was found in a file, without what is so in most files.
pub(crate) fn found(asked: &ReadOptions, used: &ReadOptions) -> ReadOptions {
    fn unless<T: PartialEq>(value: Option<T>, plain: T, asked: Option<T>) -> Option<T> {
        value.filter(|value| *value != plain || asked.is_some())
    }
    ReadOptions {
        quote: unless(used.quote, Mark::DOUBLE_QUOTE, asked.quote),
        escape: unless(used.escape, Mark::NONE, asked.escape),
        comment: unless(used.comment, Mark::NONE, asked.comment),
        skip_lines: unless(used.skip_lines, 0, asked.skip_lines),
        header: if used.header == ReadHeader::Names { asked.header } else { used.header },
        trailing_delimiter: unless(used.trailing_delimiter, false, asked.trailing_delimiter),
        spaced_quotes: unless(used.spaced_quotes, false, asked.spaced_quotes),
        row_names: unless(used.row_names, false, asked.row_names),
        decimal_mark: unless(used.decimal_mark, DecimalMark::Point, asked.decimal_mark),
        ..used.clone()
    }
}

/// Whether these say nothing but the delimiter that most files have.
pub(crate) fn is_usual(asked: &ReadOptions, found: &ReadOptions) -> bool {
    let delimiter = asked.delimiter.or(Some(Delimiter::COMMA));
    *found == ReadOptions { delimiter, ..asked.clone() }
}

/// What else the cells may mean, and what to type then.
pub(crate) fn doubt(doubt: &Doubt, found: &ReadOptions) -> String {
    let typed_with = |change: &dyn Fn(&mut ReadOptions)| {
        let mut options = found.clone();
        change(&mut options);
        typed(&options)
    };
    let comma = Some(DecimalMark::Comma);
    match doubt {
        Doubt::NoHeader => format!(
            "the first line looks like the others and is a row; if it has the names: {}",
            typed_with(&|options| options.header = ReadHeader::Names)
        ),
        Doubt::Odd { column, text } if is_missing_word(text) => format!(
            "{column} is a text because of {text:?}; if that is a missing value: {}",
            typed_with(&|options| options.missing_texts.push(text.trim().to_owned()))
        ),
        Doubt::Odd { column, text } if text.starts_with('#') && found.comment.is_none() => format!(
            "{column} is a text because of {text:?}; if that is a comment: {}",
            typed_with(&|options| options.comment = Some(Mark::HASH))
        ),
        Doubt::Odd { column, text } => format!("{column} is a text because of {text:?}"),
        Doubt::Date { column, text, pattern } => format!(
            "{column} is a text; if {text:?} is a date: {}",
            typed_with(&|options| options.date_pattern = Some(pattern.clone()))
        ),
        Doubt::NoDates => "no column has nothing but dates of the pattern that dates= gives".to_owned(),
        Doubt::Nul { line, byte } => format!(
            "line {line} holds a NUL (byte {byte} of the text), which is kept; if the text is UTF-16: {}",
            typed_with(&|options| options.encoding = Encoding::UTF_16LE)
        ),
        Doubt::Comma(number) => format!(
            "{number} is a text; if it is a number with a decimal comma: {}, with a comma between groups: {}",
            typed_with(&|options| options.decimal_mark = comma),
            typed_with(&|options| options.thousands = Mark::COMMA)
        ),
        Doubt::Groups(number) => format!(
            "{number} is a text; if it is a number: {}",
            typed_with(&|options| (options.decimal_mark, options.thousands) = (comma, Mark::POINT))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Ragged;

    #[test]
    fn options_are_typed_as_they_are_read() {
        let mut options = ReadOptions::default();
        assert_eq!(typed(&options), "--from csv");
        options.delimiter = Some(Delimiter::SEMICOLON);
        options.ragged = Ragged::Pad;
        options.date_pattern = Some("%d/%m/%Y".into());
        assert_eq!(typed(&options), "--from csv:delimiter=semicolon,ragged=pad,dates=%d/%m/%Y");
        options.missing_texts = vec!["NA".into(), "N,A".into()];
        options.date_pattern = Some("%d %m".into());
        assert_eq!(typed(&options), "--from 'csv:delimiter=semicolon,ragged=pad,null=NA|N\\,A,dates=%d %m'");
    }
}
