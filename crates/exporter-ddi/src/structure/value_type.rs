//! Types of attributes and of elements that hold a value.

use chrono::NaiveDate;

use exporter_xml::{XML_SPACE, is_name_character, is_nc_name};

/// What a value must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    /// Anything.
    Text,
    /// An address.
    Uri,
    /// A whole number.
    Integer,
    /// `true`, `false`, `1` or `0`.
    Boolean,
    /// A date-time, a date, a month or a year.
    Date,
    /// A date.
    Day,
    /// A language tag.
    Language,
    /// A name without colon, unique in the document.
    Id,
    /// The ID of an element of the document.
    IdRef,
    /// Such IDs with blanks between them, at least one.
    IdRefs,
    /// A name without colon.
    NcName,
    /// A word of characters of names.
    NmToken,
    /// One of these.
    OneOf(Vec<&'static str>),
    /// Just this.
    Just(&'static str),
}

impl ValueType {
    pub(super) fn named(name: &'static str) -> Self {
        match name {
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "date" | "dateSimpleType" => Self::Date,
            "day" => Self::Day,
            "language" => Self::Language,
            "ID" => Self::Id,
            "IDREF" => Self::IdRef,
            "IDREFS" => Self::IdRefs,
            "NCName" => Self::NcName,
            "NMTOKEN" => Self::NmToken,
            "anyURI" => Self::Uri,
            _ => Self::Text,
        }
    }

    pub(super) fn listed(values: &'static str) -> Self {
        match values.strip_prefix('=') {
            Some(only) => Self::Just(only),
            None => Self::OneOf(values.split('|').collect()),
        }
    }

    /// Whether a value is of the type; whether an IDREF leads anywhere is not looked at. White space round it is no part of a
    /// value that is no free text.
    pub(crate) fn holds(&self, value: &str) -> bool {
        let word = value.trim_matches(XML_SPACE);
        match self {
            Self::Text => true,
            Self::Uri => is_uri(word),
            Self::Integer => {
                let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
                !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
            }
            Self::Boolean => matches!(word, "true" | "false" | "1" | "0"),
            Self::Date => is_date(word, true),
            Self::Day => is_date(word, false),
            Self::Language => is_language(word),
            Self::Id | Self::IdRef | Self::NcName => is_nc_name(word),
            Self::IdRefs => {
                !word.is_empty() && word.split(XML_SPACE).all(|id| id.is_empty() || is_nc_name(id))
            }
            Self::NmToken => !word.is_empty() && word.chars().all(|one| is_name_character(one) || one == ':'),
            Self::OneOf(values) => values.contains(&word),
            Self::Just(only) => value == *only,
        }
    }

    /// What it is called in a message.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Uri => "an address, in which `%` begins two hexadecimal digits".into(),
            Self::Integer => "a whole number".into(),
            Self::Boolean => "`true` or `false`".into(),
            Self::Date => "a date such as 2024-03-31, 2024-03 or 2024".into(),
            Self::Day => "a date such as 2024-03-31".into(),
            Self::Language => "a language tag such as `en` or `pt-BR`".into(),
            Self::Id => "an ID: a letter or `_`, then letters, digits, `.`, `-` and `_`".into(),
            Self::IdRef => "the ID of an element".into(),
            Self::IdRefs => "IDs of elements with blanks between them".into(),
            Self::NcName => "a name without colon and blanks".into(),
            Self::NmToken => "one word of letters, digits, `.`, `-`, `_` and `:`".into(),
            Self::OneOf(values) => {
                let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
                format!("one of {}", values.join(", "))
            }
            Self::Just(only) => format!("`{only}`"),
        }
    }
}

/// Whether a text is a language tag (`xs:language`): parts of at most eight letters or digits, the first of letters alone.
pub(crate) fn is_language(tag: &str) -> bool {
    tag.split('-').enumerate().all(|(at, part)| {
        let is_of = |one: u8| if at == 0 { one.is_ascii_alphabetic() } else { one.is_ascii_alphanumeric() };
        (1..=8).contains(&part.len()) && part.bytes().all(is_of)
    })
}

/// Whether a text is an address (`xs:anyURI`): a reference of RFC 3986, in which characters that must be escaped may stand as
/// they are.
fn is_uri(text: &str) -> bool {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let scheme = rest.split_once(':').filter(|(scheme, _)| {
        scheme.starts_with(|one: char| one.is_ascii_alphabetic())
            && scheme.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '+' | '-' | '.'))
    });
    let rest = scheme.map_or(rest, |(_, rest)| rest);
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (user, place) = authority.split_once('@').unwrap_or(("", authority));
    // An address of IPv6 stands in brackets.
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, behind)) => (host, behind.strip_prefix(':').or(Some(behind).filter(|it| it.is_empty()))),
        None => place.split_once(':').map_or((place, Some("")), |(host, port)| (host, Some(port))),
    };
    let is_port = |port: &str| {
        port.is_empty() || port.bytes().all(|one| one.is_ascii_digit()) && port.parse::<i32>().is_ok()
    };
    // Without a scheme a colon in the first part of a path would end one.
    let is_path = scheme.is_some()
        || !authority.is_empty()
        || !path.split('/').next().unwrap_or_default().contains(':');
    let is_escaped = |text: &str| {
        text.split('%')
            .skip(1)
            .all(|rest| rest.get(..2).is_some_and(|two| two.bytes().all(|one| one.is_ascii_hexdigit())))
    };
    port.is_some_and(is_port)
        && is_path
        && !host.contains('@')
        && !fragment.contains('#')
        && [user, host, path, query].into_iter().all(|part| !part.contains(['[', ']']))
        && [user, host, path, query, fragment].into_iter().all(is_escaped)
}

/// Whether a text is a date of XML Schema; with `or_else` also a date-time, a month or a year.
fn is_date(text: &str, or_else: bool) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    // A zone is `Z` or `+hh:mm`.
    let zone = text.len().checked_sub(6).and_then(|at| Some((at, text.get(at..)?)));
    let bare = match zone {
        Some((at, zone))
            if zone.starts_with(['+', '-']) && is_clock(zone.get(1..).unwrap_or_default(), 14) =>
        {
            text.get(..at).unwrap_or_default()
        }
        _ => text.strip_suffix('Z').unwrap_or(text),
    };
    let (day, time) = bare.split_once('T').map_or((bare, None), |(day, time)| (day, Some(time)));
    let parts: Vec<&str> = day.split('-').collect();
    let number =
        |part: &str| part.parse::<u32>().ok().filter(|_| part.bytes().all(|one| one.is_ascii_digit()));
    let is_year = |part: &str| {
        part.len() >= 4
            && part.bytes().all(|one| one.is_ascii_digit())
            && (part.len() == 4 || !part.starts_with('0'))
            && part != "0000"
    };
    let two = |part: &str| number(part).filter(|_| part.len() == 2);
    let is_day = match parts.as_slice() {
        [year] if or_else && time.is_none() => is_year(year),
        [year, month] if or_else && time.is_none() => {
            is_year(year) && two(month).is_some_and(|month| (1..=12).contains(&month))
        }
        [year, month, day] => {
            // Years beyond those of the calendar are looked at as a leap year, which refuses none.
            let known = |year: &i32| NaiveDate::from_ymd_opt(*year, 1, 1).is_some();
            let in_calendar = year.parse().ok().filter(known).unwrap_or(2000);
            let is_there = |(month, day)| NaiveDate::from_ymd_opt(in_calendar, month, day).is_some();
            is_year(year) && two(month).zip(two(day)).is_some_and(is_there)
        }
        _ => false,
    };
    is_day
        && time.is_none_or(|time| {
            let (clock, seconds) = time.split_at_checked(5).unwrap_or_default();
            let seconds = seconds.strip_prefix(':').unwrap_or_default();
            let (whole, parts) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let is_midnight = clock == "24:00" && whole == "00" && parts.bytes().all(|one| one == b'0');
            let is_second = two(whole).is_some_and(|second| second < 60);
            let is_fraction = !parts.is_empty() && parts.bytes().all(|one| one.is_ascii_digit());
            or_else && (is_midnight || is_clock(clock, 23)) && is_second && is_fraction
        })
}

/// Whether a text is `hh:mm` with at most so many hours; 14 hours are a zone's last.
fn is_clock(text: &str, hours: u32) -> bool {
    let two = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() == 2 && !part.starts_with('+'));
    text.split_once(':').and_then(|(hour, minute)| Some((two(hour)?, two(minute)?))).is_some_and(
        |(hour, minute)| hour <= hours && minute < 60 && (hours != 14 || hour < 14 || minute == 0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_xml_schema() {
        let good = [
            "2024",
            "-0044",
            "12024",
            "2024-02",
            "2024-02-29",
            "2024-02-29Z",
            "2024-01-31+14:00",
            "2024Z",
            "2024-02-01T23:59:59",
            "2024-02-01T24:00:00",
            "2024-02-01T00:00:00.25-05:00",
        ];
        let bad = [
            "",
            "24",
            "02024",
            "2024-13",
            "2023-02-29",
            "2024-1-1",
            "2024-02-01T24:00:01",
            "2024-02-01T10:00",
            "2024-02-01T10:00:60",
            "2024-01-31+14:30",
            "31.12.2024",
            "2024-02T10:00:00",
            "2024-02-01T10:00:00.",
        ];
        for date in good {
            assert!(ValueType::Date.holds(date), "{date}");
        }
        for date in bad {
            assert!(!ValueType::Date.holds(date), "{date}");
        }
        assert!(ValueType::Day.holds("2024-02-29") && !ValueType::Day.holds("2024-02"));
    }

    #[test]
    fn addresses_are_those_of_xml_schema() {
        for good in [
            "",
            "a",
            "a b",
            "a|b",
            "a%20",
            "a?b/c#d:e",
            "//",
            "http:",
            "http://u:p@a.org:80/é",
            "http://[::1]:8/",
            "urn:ddi:x:1",
            "./a:b",
            "a#[b",
        ] {
            assert!(ValueType::Uri.holds(good), "{good}");
        }
        for bad in [
            "%zz",
            "a%2",
            "[a",
            "a#b#c",
            "1a:b",
            ":",
            "http://[x",
            "http://a:b",
            "http://a:99999999999/",
            "a@b:c",
            "a?[b",
            "http://a@b@c/",
            "http://a/[b",
        ] {
            assert!(!ValueType::Uri.holds(bad), "{bad}");
        }
    }

    #[test]
    fn names_and_lists_are_those_of_xml() {
        assert!(
            is_nc_name("_1.a-é")
                && !is_nc_name("1a")
                && !is_nc_name("a b")
                && !is_nc_name("a:b")
                && !is_nc_name("")
        );
        assert!(
            ValueType::IdRefs.holds(" V1\n V2 ")
                && !ValueType::IdRefs.holds(" ")
                && !ValueType::IdRefs.holds("V1 2")
        );
        assert!(ValueType::NmToken.holds("1:a") && !ValueType::NmToken.holds("a b"));
        assert!(
            is_language("pt-BR")
                && is_language("x-lang2")
                && !is_language("x-kiswahili")
                && !is_language("e1")
        );
        assert!(
            ValueType::listed("wgt|not-wgt").holds(" wgt ") && !ValueType::listed("wgt|not-wgt").holds("Y")
        );
        assert!(ValueType::listed("=2.5").holds("2.5") && !ValueType::listed("=2.5").holds("2.6"));
    }
}
