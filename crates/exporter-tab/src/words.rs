//! Options of reading as they are typed.

use serde_json::Value as Json;

use crate::reader::{Doubt, Ragged, ReadHeader, ReadOptions, is_missing_word};
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
    let plain = ReadOptions::default();
    let mut pairs = Vec::new();
    let mut put = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
    let differs = |differs: bool, value: String| differs.then_some(value);
    put("delimiter", options.delimiter.map(word));
    put("quote", options.quote.map(word));
    put("escape", options.escape.map(word));
    put("comment", options.comment.map(word));
    put("skip-lines", options.skip_lines.map(|lines| lines.to_string()));
    put("header", differs(options.header != ReadHeader::Auto, word(options.header)));
    put("ragged", differs(options.ragged != Ragged::Error, word(options.ragged)));
    put("trailing-delimiter", options.trailing_delimiter.map(|is_on| is_on.to_string()));
    put("spaced-quotes", options.spaced_quotes.map(|is_on| is_on.to_string()));
    put("row-names", options.row_names.map(|is_on| is_on.to_string()));
    put("lenient", differs(options.lenient, "true".into()));
    put("encoding", differs(options.encoding != plain.encoding, word(options.encoding)));
    put("duplicates", differs(options.duplicates != plain.duplicates, word(options.duplicates)));
    put("null", differs(!options.missing_texts.is_empty(), options.missing_texts.join("|")));
    put("decimal", options.decimal_mark.map(word));
    put("thousands", differs(options.thousands != Mark::NONE, word(options.thousands)));
    put("booleans", options.booleans.as_ref().map(|[no, yes]| format!("{yes}/{no}")));
    put("dates", options.date_pattern.clone());
    put("datetimes", options.date_time_pattern.clone());
    put("offsets", differs(options.offsets != plain.offsets, word(options.offsets)));
    put("digits", differs(options.digits != plain.digits, word(options.digits)));
    put("binary", differs(options.binary != plain.binary, word(options.binary)));
    let differs = |value: usize, plain: usize| (value != plain).then(|| value.to_string());
    put("max-columns", differs(options.max_columns, plain.max_columns));
    put("max-record-bytes", differs(options.max_record_bytes, plain.max_record_bytes));
    pairs
}

/// The word for a choice.
fn word(choice: impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Json::String(word)) => word,
        _ => String::new(),
    }
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
        Doubt::Odd { column, text } => format!("{column} is a text because of {text:?}"),
        Doubt::Date { column, text, pattern } => format!(
            "{column} is a text; if {text:?} is a date: {}",
            typed_with(&|options| options.date_pattern = Some(pattern.clone()))
        ),
        Doubt::NoDates => "no column has nothing but dates of the pattern that dates= gives".to_owned(),
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
