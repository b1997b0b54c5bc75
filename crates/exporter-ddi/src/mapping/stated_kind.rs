//! Of what kind the values of a variable are, by what a document says of it.

use exporter_core::codebook::{Kind, TimeUnit};
use exporter_spss::FormatClass;

use super::texts::words;
use super::variables::INTERVAL;
use exporter_xml::Element;

/// The kind of the values, by all that a document says of them.
pub(crate) fn kind_of(var: &Element) -> Kind {
    let format = var.first("varFormat");
    let says = |name: &str| format.and_then(|format| format.attribute(name)).unwrap_or_default();
    match (var.attribute("representationType"), var.attribute("otherRepresentationType")) {
        (Some("other"), Some("boolean")) => return Kind::Boolean,
        (Some("other"), Some("duration")) => return Kind::Duration(TimeUnit::Millisecond),
        (Some("other"), Some("binary")) => return Kind::Binary,
        _ => {}
    }
    let name = says("formatname");
    let lower = name.to_ascii_lowercase();
    match says("category") {
        "date" if lower.contains(['t', ' ']) && lower.contains("hh") => return date_time(),
        "date" if lower.starts_with("%tc") || lower.starts_with("datetime") => return date_time(),
        "date" | "time" if let Some(kind) = spss(says("schema"), name) => return kind,
        "date" => return Kind::Date,
        "time" => return Kind::Time(TimeUnit::Microsecond),
        _ => {}
    }
    let decimals = var.attribute("dcml").and_then(|dcml| dcml.trim().parse::<u8>().ok());
    let values = || var.all("catgry").filter_map(|category| category.first("catValu")).map(words);
    let values = || values().filter(|value| !value.is_empty());
    let (valid, missing) = (|| valid_numbers(var), || numbers_in(missing_ranges(var)));
    let numbers = || valid().chain(missing());
    let is_text = match (says("type"), var.attribute("representationType")) {
        ("character", _) | ("", Some("text")) => true,
        _ if is_stated_number(var) => false,
        // Codes such as 01001 are no numbers: these would lose their zeros.
        _ if values().any(|value| has_leading_zero(&value)) => true,
        _ if values().next().is_some() => false,
        _ => numbers().next().is_none() || numbers().any(|number| number.parse::<f64>().is_err()),
    };
    if is_text || values().any(|value| !is_number(&value)) {
        return Kind::Text;
    }
    let is_whole = || {
        values().all(|value| {
            value.parse::<i64>().is_ok() || !value.starts_with(|one: char| one == '-' || one.is_ascii_digit())
        })
    };
    match decimals {
        Some(0) if is_whole() => Kind::INTEGER,
        None if var.attribute("intrvl") == Some("contin") => Kind::FLOAT,
        None if values().next().is_some() && is_whole() => Kind::INTEGER,
        None if values().next().is_none() && (valid().next().is_some() || !is_stated_number(var)) => {
            match numbers().all(|number| number.parse::<i64>().is_ok()) {
                true => Kind::INTEGER,
                false => Kind::FLOAT,
            }
        }
        _ => Kind::FLOAT,
    }
}

/// Whether a document says that the values of a variable are numbers.
fn is_stated_number(var: &Element) -> bool {
    let format = var.first("varFormat").and_then(|format| format.attribute("type"));
    format == Some("numeric")
        || var.attribute("representationType") == Some("numeric")
        || var.attribute("dcml").is_some_and(|dcml| dcml.trim().parse::<u8>().is_ok())
        || var.attribute(INTERVAL) == Some("contin")
}

/// Whether a document says of what kind the values of a variable are, or leaves it open: that codes with leading zeros are
/// texts is a guess, since the columns of many files have them without.
pub(crate) fn says_kind(var: &Element) -> bool {
    let codes = || var.all("catgry").filter_map(|category| category.first("catValu")).map(words);
    let is_guess = || codes().any(|code| has_leading_zero(&code)) && codes().all(|code| is_number(&code));
    says_format(var)
        || var.attribute("representationType").is_some()
        || var.first("catgry").is_some() && !is_guess()
}

/// Whether a document says how the values of a variable are stored or represented; that they are codes says nothing of it.
pub(crate) fn says_format(var: &Element) -> bool {
    var.attribute("dcml").is_some()
        || var.attribute("representationType").is_some_and(|words| words != "code")
        || var.attribute(INTERVAL) == Some("contin")
        || var.first("varFormat").is_some()
}

/// Whether a text is a number, or stands for a missing one.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok() || text.starts_with('.') || text.eq_ignore_ascii_case("sysmiss")
}

/// Whether a text of digits begins with a zero that a number would not have.
fn has_leading_zero(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut digits = digits.bytes();
    digits.next() == Some(b'0') && digits.next().is_some_and(|digit| digit.is_ascii_digit())
}

/// What is stated of the values of a variable that a text would not have: the ends of valid ranges, and the smallest and largest
/// value. Means are of no kind: they are stated of codes, too.
fn valid_numbers(var: &Element) -> impl Iterator<Item = String> {
    let is_end = |stat: &&Element| matches!(stat.attribute("type"), Some("min" | "max"));
    let stated = var.all("sumStat").filter(is_end).map(words).filter(|number| !number.is_empty());
    numbers_in(var.all("valrng").flat_map(Element::elements)).chain(stated)
}

/// The ranges that are declared missing: there are none of texts. A single value may well be a text that looks like a number.
fn missing_ranges(var: &Element) -> impl Iterator<Item = &Element> {
    var.all("invalrng").flat_map(|invalid| invalid.all("range"))
}

/// The ends and single values of ranges, but for letters of missing values, which are of any number.
fn numbers_in<'e>(ranges: impl Iterator<Item = &'e Element>) -> impl Iterator<Item = String> {
    let ends = ranges.flat_map(|range| {
        let ends = ["VALUE", "min", "max", "minExclusive", "maxExclusive"];
        ends.into_iter().filter_map(|end| range.attribute(end)).map(|end| end.trim().to_owned())
    });
    ends.filter(|end| !end.is_empty() && (!end.starts_with('.') || end.parse::<f64>().is_ok()))
}

/// The kind of a display format of SPSS.
fn spss(schema: &str, name: &str) -> Option<Kind> {
    match exporter_spss::Format::parse(name).filter(|_| schema == "SPSS")?.class() {
        FormatClass::Date => Some(Kind::Date),
        FormatClass::DateTime => Some(date_time()),
        FormatClass::Time => Some(Kind::Time(TimeUnit::Microsecond)),
        _ => None,
    }
}

fn date_time() -> Kind {
    Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }
}
