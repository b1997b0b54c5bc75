//! Options of reading as they are typed.

use serde_json::Value as Json;

use crate::input::READ_OPTIONS;
use crate::reader::{Doubt, Encoding, ReadHeader, ReadOptions, is_missing_word};
use crate::{DecimalMark, Delimiter, Mark};

/// What chooses all that these options say otherwise than the defaults do: `--from csv:delimiter=semicolon,ragged=pad`.
pub(crate) fn typed(options: &ReadOptions) -> String {
    words(&pairs(options, options, &ReadOptions::default()))
}

fn words(pairs: &[(&str, String)]) -> String {
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

/// The options in use that were asked for or are not the plain ones.
fn pairs(asked: &ReadOptions, used: &ReadOptions, plain: &ReadOptions) -> Vec<(&'static str, String)> {
    let json = |options: &ReadOptions| serde_json::to_value(options).unwrap_or_default();
    let [asked, used, plain, default] = [asked, used, plain, &ReadOptions::default()].map(json);
    let pair = |name: &'static str| {
        let is_told = asked.get(name) != default.get(name) || used.get(name) != plain.get(name);
        match used.get(name).filter(|_| is_told)? {
            Json::Null => None,
            // Between digits it is no quote.
            Json::String(word) if name == "thousands" && word == "single" => {
                Some((name, "apostrophe".to_owned()))
            }
            Json::String(word) => Some((name, word.clone())),
            value => Some((name, value.to_string())),
        }
    };
    READ_OPTIONS.iter().filter_map(|option| pair(option.name)).collect()
}

/// What chooses all that was asked for, and all that was found and is otherwise in most files.
pub(crate) fn read_as(asked: &ReadOptions, used: &ReadOptions) -> String {
    words(&pairs(asked, used, &ReadOptions { delimiter: None, ..ReadOptions::plain() }))
}

/// Whether nothing was found but what most files have.
pub(crate) fn is_usual(asked: &ReadOptions, used: &ReadOptions) -> bool {
    let delimiter = asked.delimiter.or(Some(Delimiter::COMMA));
    read_as(asked, used) == typed(&ReadOptions { delimiter, ..asked.clone() })
}

/// What else the cells may mean, and what to type then.
pub(crate) fn doubt(doubt: &Doubt, asked: &ReadOptions, used: &ReadOptions) -> String {
    let typed_with = |change: &dyn Fn(&mut ReadOptions)| {
        let (mut asked, mut used) = (asked.clone(), used.clone());
        change(&mut asked);
        change(&mut used);
        read_as(&asked, &used)
    };
    let comma = Some(DecimalMark::Comma);
    let has_no_comments = asked.comment.is_none() && used.comment == Some(Mark::NONE);
    match doubt {
        Doubt::NoHeader => format!(
            "the first line looks like the others and is a row; if it has the names: {}",
            typed_with(&|options| options.header = ReadHeader::Names)
        ),
        Doubt::Odd { column, text, line, is_only } => {
            let line = line.map_or(String::new(), |line| format!(" (line {line})"));
            let what = format!("{column} is a text because of {text:?}{line}");
            // The text of a long cell is cut, and a bar parts texts.
            let is_alone = *is_only && !text.ends_with('…') && !text.contains('|') && text.trim() == text;
            if !is_missing_word(text) && text.starts_with('#') && has_no_comments {
                let words = typed_with(&|options| options.comment = Some(Mark::HASH));
                format!("{what}; if that is a comment: {words}")
            } else if is_missing_word(text) || is_alone {
                let words = typed_with(&|options| options.missing_texts.push(text.trim().to_owned()));
                format!("{what}; if that is a missing value: {words}")
            } else {
                what
            }
        }
        Doubt::Date { column, text, patterns } => {
            let words =
                |pattern: &String| typed_with(&|options| options.date_pattern = Some(pattern.clone()));
            match patterns.as_slice() {
                [day_first, month_first] => format!(
                    "{column} is a text; if {text:?} is a date with the day first: {}, with the month first: {}",
                    words(day_first),
                    words(month_first)
                ),
                patterns => {
                    let words: Vec<String> = patterns.iter().map(words).collect();
                    format!("{column} is a text; if {text:?} is a date: {}", words.join(", "))
                }
            }
        }
        Doubt::More(1) => "and 1 more column is a text for such a reason".to_owned(),
        Doubt::More(columns) => format!("and {columns} more columns are texts for such reasons"),
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
        Doubt::Point(number) => format!(
            "{number} is read with a decimal point; if it is one: {}, if points stand between groups: {}",
            typed_with(&|options| options.decimal_mark = Some(DecimalMark::Point)),
            typed_with(&|options| (options.decimal_mark, options.thousands) = (comma, Mark::POINT))
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

    #[test]
    fn what_is_plain_is_told_where_it_was_asked_for() {
        let (mut asked, mut used) = (ReadOptions::default(), ReadOptions::plain());
        assert_eq!(read_as(&asked, &used), "--from csv:delimiter=comma");
        assert!(is_usual(&asked, &used));
        (asked.quote, asked.header) = (used.quote, ReadHeader::Names);
        assert_eq!(read_as(&asked, &used), "--from csv:delimiter=comma,quote=double,header=names");
        assert!(is_usual(&asked, &used));
        (used.escape, used.skip_lines) = (Some(Mark::BACKSLASH), Some(2));
        let words = "--from csv:delimiter=comma,quote=double,escape=backslash,skip-lines=2,header=names";
        assert_eq!(read_as(&asked, &used), words);
        assert!(!is_usual(&asked, &used));
    }

    #[test]
    fn plain_options_leave_nothing_open() {
        let plain = serde_json::to_value(ReadOptions::plain()).unwrap();
        let open = plain.as_object().unwrap().iter().filter(|(_, value)| value.is_null());
        let open: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
        // These say nothing where they are not given; nothing is looked for in the file.
        assert_eq!(open, ["booleans", "dates", "datetimes", "null"]);
        assert_eq!(ReadOptions::plain().header, ReadHeader::Names);
    }
}
