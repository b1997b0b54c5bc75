//! Types of values and what each accepts (section 10.2 of the fact sheet; `ValidationUtils` of dhis2-core).

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};

use crate::uid::is_uid;

/// The most characters of a value.
const MOST_CHARACTERS: usize = 50_000;
/// The most characters of a number.
const MOST_DIGITS: usize = 250;

/// A type of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueType {
    /// `TEXT`.
    Text,
    /// `LONG_TEXT`.
    LongText,
    /// `MULTI_TEXT`: option codes joined by commas.
    MultiText,
    /// `LETTER`.
    Letter,
    /// `PHONE_NUMBER`.
    PhoneNumber,
    /// `EMAIL`.
    Email,
    /// `BOOLEAN`.
    Boolean,
    /// `TRUE_ONLY`.
    TrueOnly,
    /// `DATE`.
    Date,
    /// `DATETIME`.
    DateTime,
    /// `TIME`.
    Time,
    /// `NUMBER`.
    Number,
    /// `UNIT_INTERVAL`.
    UnitInterval,
    /// `PERCENTAGE`.
    Percentage,
    /// `INTEGER`.
    Integer,
    /// `INTEGER_POSITIVE`.
    IntegerPositive,
    /// `INTEGER_NEGATIVE`.
    IntegerNegative,
    /// `INTEGER_ZERO_OR_POSITIVE`.
    IntegerZeroOrPositive,
    /// `TRACKER_ASSOCIATE`.
    TrackerAssociate,
    /// `USERNAME`.
    Username,
    /// `COORDINATE`.
    Coordinate,
    /// `ORGANISATION_UNIT`.
    OrganisationUnit,
    /// `REFERENCE`.
    Reference,
    /// `AGE`.
    Age,
    /// `URL`.
    Url,
    /// `FILE_RESOURCE`.
    FileResource,
    /// `IMAGE`.
    Image,
    /// `GEOJSON`.
    GeoJson,
}

/// Each type and its word.
const WORDS: [(ValueType, &str); 28] = [
    (ValueType::Text, "TEXT"),
    (ValueType::LongText, "LONG_TEXT"),
    (ValueType::MultiText, "MULTI_TEXT"),
    (ValueType::Letter, "LETTER"),
    (ValueType::PhoneNumber, "PHONE_NUMBER"),
    (ValueType::Email, "EMAIL"),
    (ValueType::Boolean, "BOOLEAN"),
    (ValueType::TrueOnly, "TRUE_ONLY"),
    (ValueType::Date, "DATE"),
    (ValueType::DateTime, "DATETIME"),
    (ValueType::Time, "TIME"),
    (ValueType::Number, "NUMBER"),
    (ValueType::UnitInterval, "UNIT_INTERVAL"),
    (ValueType::Percentage, "PERCENTAGE"),
    (ValueType::Integer, "INTEGER"),
    (ValueType::IntegerPositive, "INTEGER_POSITIVE"),
    (ValueType::IntegerNegative, "INTEGER_NEGATIVE"),
    (ValueType::IntegerZeroOrPositive, "INTEGER_ZERO_OR_POSITIVE"),
    (ValueType::TrackerAssociate, "TRACKER_ASSOCIATE"),
    (ValueType::Username, "USERNAME"),
    (ValueType::Coordinate, "COORDINATE"),
    (ValueType::OrganisationUnit, "ORGANISATION_UNIT"),
    (ValueType::Reference, "REFERENCE"),
    (ValueType::Age, "AGE"),
    (ValueType::Url, "URL"),
    (ValueType::FileResource, "FILE_RESOURCE"),
    (ValueType::Image, "IMAGE"),
    (ValueType::GeoJson, "GEOJSON"),
];

impl fmt::Display for ValueType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(known, _)| known == self).map_or("TEXT", |(_, word)| word);
        out.write_str(word)
    }
}

/// A word that is no type of values of any version of DHIS2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no value type")]
pub struct UnknownValueType(String);

impl FromStr for ValueType {
    type Err = UnknownValueType;

    fn from_str(word: &str) -> Result<Self, UnknownValueType> {
        let known = WORDS.iter().find(|(_, known)| *known == word);
        known.map(|(kind, _)| *kind).ok_or_else(|| UnknownValueType(word.to_owned()))
    }
}

impl ValueType {
    /// Whether its values are numbers.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || matches!(self, Self::Number | Self::UnitInterval | Self::Percentage)
    }

    /// Whether its values are whole numbers.
    pub fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Integer | Self::IntegerPositive | Self::IntegerNegative | Self::IntegerZeroOrPositive
        )
    }

    /// What is wrong with a value, in words that say what is accepted; a blank is no value and nothing is wrong with it.
    pub fn fault_of(self, value: &str) -> Option<&'static str> {
        if value.trim().is_empty() || self.accepts(value) { None } else { Some(self.accepted()) }
    }

    fn accepts(self, value: &str) -> bool {
        let number = || is_number(value).then(|| value.parse::<f64>().ok()).flatten();
        let whole = || is_whole(value).then(|| value.parse::<i32>().ok()).flatten();
        match self {
            Self::Text | Self::LongText | Self::MultiText | Self::Reference | Self::GeoJson => {
                value.chars().count() <= MOST_CHARACTERS
            }
            Self::Letter => value.chars().count() == 1 && value.chars().all(char::is_alphabetic),
            Self::Number => is_number(value),
            Self::UnitInterval => number().is_some_and(|number| (0.0..=1.0).contains(&number)),
            Self::Percentage => number().is_some_and(|number| (0.0..=100.0).contains(&number)),
            Self::Integer => whole().is_some(),
            Self::IntegerPositive => whole().is_some_and(|number| number > 0),
            Self::IntegerNegative => whole().is_some_and(|number| number < 0),
            Self::IntegerZeroOrPositive => whole().is_some_and(|number| number >= 0),
            Self::Boolean => truth(value).is_some(),
            Self::TrueOnly => truth(value) == Some(true),
            Self::Date | Self::Age => {
                value.len() == 10 && NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok()
            }
            Self::DateTime => is_date_time(value),
            Self::Time => is_time(value),
            Self::Coordinate => coordinate(value).is_some(),
            Self::PhoneNumber => is_phone_number(value),
            Self::Email => is_email(value),
            Self::Url => is_url(value),
            Self::Username => is_username(value),
            Self::OrganisationUnit | Self::FileResource | Self::Image | Self::TrackerAssociate => {
                is_uid(value)
            }
        }
    }

    fn accepted(self) -> &'static str {
        match self {
            Self::Text | Self::LongText | Self::MultiText | Self::Reference | Self::GeoJson => {
                "a text of at most 50,000 characters"
            }
            Self::Letter => "one letter",
            Self::Number => "a number such as -12.5, without + and exponent",
            Self::UnitInterval => "a number from 0 to 1",
            Self::Percentage => "a number from 0 to 100",
            Self::Integer => "a whole number of 32 bits",
            Self::IntegerPositive => "a whole number from 1",
            Self::IntegerNegative => "a whole number below 0",
            Self::IntegerZeroOrPositive => "a whole number from 0",
            Self::Boolean => "true or false",
            Self::TrueOnly => "true, or no value",
            Self::Date | Self::Age => "a date such as 2024-02-29",
            Self::DateTime => "a date and time such as 2024-02-29T13:05:00",
            Self::Time => "a time such as 13:05",
            Self::Coordinate => "a longitude and latitude such as [-13.2,8.4]",
            Self::PhoneNumber => "a phone number of 6 to 50 characters",
            Self::Email => "an e-mail address",
            Self::Url => "a web address with http or https",
            Self::Username => "a user name of 4 to 255 characters",
            Self::OrganisationUnit | Self::FileResource | Self::Image | Self::TrackerAssociate => "a UID",
        }
    }

    /// The value as it is stored: words for truth in small letters, without blanks around; `None` where there is no value.
    pub fn normal(self, value: &str) -> Option<&str> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        Some(match self {
            Self::Boolean | Self::TrueOnly => match truth(value) {
                Some(true) => "true",
                Some(false) => "false",
                None => value,
            },
            _ => value,
        })
    }

    /// Whether a server drops a zero of a data element whose zeros are not significant.
    pub fn drops_zero(self, value: &str, aggregation: &str) -> bool {
        let is_average = matches!(aggregation, "AVERAGE" | "AVERAGE_SUM_ORG_UNIT");
        self.is_numeric() && !is_average && is_number(value) && value.parse() == Ok(0.0_f64)
    }
}

/// `(-?0|-?[1-9]\d*)(\.\d+)?` of fewer than 250 characters.
pub(crate) fn is_number(value: &str) -> bool {
    let (whole, fraction) = match value.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (value, None),
    };
    value.len() < MOST_DIGITS && is_digits_of_whole(whole) && fraction.is_none_or(is_digits)
}

/// `0|-?[1-9]\d*`.
fn is_whole(value: &str) -> bool {
    value != "-0" && is_digits_of_whole(value)
}

fn is_digits_of_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    is_digits(digits) && (digits == "0" || !digits.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn truth(value: &str) -> Option<bool> {
    match value {
        "true" | "True" | "TRUE" | "t" | "T" | "1" => Some(true),
        "false" | "False" | "FALSE" | "f" | "F" | "0" => Some(false),
        _ => None,
    }
}

fn is_date_time(value: &str) -> bool {
    let plain = value.strip_suffix('Z').unwrap_or(value);
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"];
    let plain_forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    plain_forms.iter().any(|form| NaiveDateTime::parse_from_str(plain, form).is_ok())
        || zoned.iter().any(|form| chrono::DateTime::parse_from_str(value, form).is_ok())
}

fn is_time(value: &str) -> bool {
    let Some((hours, minutes)) = value.split_once(':') else { return false };
    let within = |text: &str, lengths: std::ops::RangeInclusive<usize>, most: u8| {
        is_digits(text)
            && lengths.contains(&text.len())
            && text.parse::<u8>().is_ok_and(|number| number <= most)
    };
    within(hours, 1..=2, 23) && within(minutes, 2..=2, 59)
}

/// Longitude and latitude of `[lng,lat]`.
pub(crate) fn coordinate(value: &str) -> Option<(f64, f64)> {
    let (longitude, latitude) = value.trim().strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
    let number = |text: &str, most: f64| {
        text.trim().parse::<f64>().ok().filter(|number| (-most..=most).contains(number))
    };
    Some((number(longitude, 180.0)?, number(latitude, 90.0)?))
}

fn is_phone_number(value: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_digit() || b" +()#./-extEXT".contains(&byte);
    (6..=50).contains(&value.len()) && value.bytes().all(is_sign)
}

fn is_email(value: &str) -> bool {
    let Some((name, host)) = value.rsplit_once('@') else { return false };
    let is_plain =
        |text: &str| !text.is_empty() && !text.contains(|sign: char| sign.is_whitespace() || sign == '@');
    is_plain(name)
        && is_plain(host)
        && host.split('.').count() > 1
        && host.split('.').all(|part| !part.is_empty())
}

fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !value.contains(char::is_whitespace)
    })
}

fn is_username(value: &str) -> bool {
    let is_edge = |sign: char| "._-@".contains(sign);
    let is_sign = |sign: char| sign.is_alphanumeric() || is_edge(sign);
    (4..=255).contains(&value.chars().count())
        && value.chars().all(is_sign)
        && !value.starts_with(is_edge)
        && !value.ends_with(is_edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_accepts_what_a_server_does() {
        for (word, accepted, refused) in [
            (
                "NUMBER",
                &["0", "-0", "-0.5", "12.50", "1"][..],
                &["01", "+1", "1e3", ".5", "5.", "1,5", "٣"][..],
            ),
            ("INTEGER", &["0", "-7", "2147483647"], &["-0", "2147483648", "1.0", "07"]),
            ("INTEGER_POSITIVE", &["1"], &["0", "-1"]),
            ("INTEGER_NEGATIVE", &["-1"], &["0", "1"]),
            ("INTEGER_ZERO_OR_POSITIVE", &["0", "1"], &["-1"]),
            ("UNIT_INTERVAL", &["0", "0.5", "1"], &["1.1", "-0.1"]),
            ("PERCENTAGE", &["0", "100"], &["100.1", "-1"]),
            ("BOOLEAN", &["true", "T", "0", "False"], &["yes", "2"]),
            ("TRUE_ONLY", &["true", "1"], &["false"]),
            ("DATE", &["2024-02-29"], &["2023-02-29", "2024-2-9", "20240229"]),
            ("AGE", &["2024-02-29"], &["12"]),
            (
                "DATETIME",
                &["2024-02-29T13:05", "2024-02-29T13:05:00.123Z", "2024-02-29T13:05:00+0200"],
                &["2024-02-29", "13:05"],
            ),
            ("TIME", &["9:05", "23:59"], &["24:00", "9:5", "09:60", "12"]),
            ("LETTER", &["a", "Ä"], &["ab", "1"]),
            ("COORDINATE", &["[-13.2, 8.4]"], &["[181,0]", "[0,91]", "-13.2,8.4", "[a,b]"]),
            ("PHONE_NUMBER", &["+232 76 123456"], &["12345", "call me now"]),
            ("EMAIL", &["a.b@c.org"], &["a@b", "a b@c.org", "@c.org"]),
            ("URL", &["https://dhis2.org/x"], &["dhis2.org", "http://"]),
            ("USERNAME", &["admin"], &["abc", "-admin", "ad min"]),
            ("ORGANISATION_UNIT", &["DiszpKrYNg8"], &["Disz"]),
            ("MULTI_TEXT", &["A,B"], &[]),
        ] {
            let kind: ValueType = word.parse().unwrap();
            assert_eq!(kind.to_string(), word);
            for value in accepted {
                assert_eq!(kind.fault_of(value), None, "{word} {value}");
            }
            for value in refused {
                assert!(kind.fault_of(value).is_some(), "{word} {value}");
            }
            assert_eq!(kind.fault_of(" "), None, "a blank is no value");
        }
        assert!(ValueType::Text.fault_of(&"x".repeat(50_001)).is_some());
        assert_eq!("ICON".parse::<ValueType>(), Err(UnknownValueType("ICON".into())));
    }

    #[test]
    fn values_are_stored_in_one_form_and_zeros_may_be_dropped() {
        assert_eq!(ValueType::Boolean.normal(" T "), Some("true"));
        assert_eq!(ValueType::Text.normal("  "), None);
        assert!(ValueType::Number.drops_zero("0.0", "SUM"));
        assert!(
            !ValueType::Number.drops_zero("0", "AVERAGE_SUM_ORG_UNIT")
                && !ValueType::Text.drops_zero("0", "SUM")
        );
    }
}
