//! Tables that cover what a system file holds.

use exporter_core::codebook::{Alignment, Measure};
use exporter_sav::spss::{MissingValues, ResponseSet, ResponseSetKind, Value};
use exporter_sav::{Attribute, VariableSet};

use super::case::Case;

pub(super) fn all() -> Vec<Case> {
    vec![numbers(), texts(), names(), labels(), missing(), long_missing(), shown(), sets(), empty(), blocks()]
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).chain([None]).collect()
}

fn value(number: f64) -> Value {
    Value::Number(number)
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Numbers round the borders of what one byte holds, in every class of formats.
fn numbers() -> Case {
    let mut case = Case::new("numbers");
    let edges =
        [-101.0, -100.0, -99.0, -0.0, 0.0, 151.0, 152.0, 0.5, -1e300, 5e-324, 9_007_199_254_740_993.0];
    for (name, format) in
        [("f", "F8.2"), ("e", "E12.3"), ("comma", "COMMA12.2"), ("pct", "PCT9.1"), ("n", "N6")]
    {
        case.number(name, format, some(&edges));
    }
    let days: Vec<f64> = (1..=11).map(|day| f64::from(day) * 86_400.0 * 16_000.0).collect();
    for (name, format) in
        [("date", "DATE11"), ("adate", "ADATE10"), ("moment", "DATETIME20"), ("sdate", "SDATE10")]
    {
        case.number(name, format, some(&days));
    }
    let lengths = [-90_000.0, 0.0, 1.25, 86_399.0, 86_400.0, 1e6, 1e9, -1.0, 2.0, 3.0, 4.0];
    case.number("time", "TIME8", some(&lengths));
    case.number("length", "DTIME12", some(&lengths));
    case
}

/// Texts on every border of elements and segments, with characters of two to four bytes across them.
fn texts() -> Case {
    let mut case = Case::new("texts");
    for width in [1, 7, 8, 9, 16, 254, 255, 256, 257, 503, 504, 505, 755, 756, 757, 758, 1_000, 32_767] {
        let long = |character: &str, before: usize| {
            let mut text = "a".repeat(before);
            while text.len() + character.len() <= usize::from(width) {
                text.push_str(character);
            }
            text
        };
        let cells = [long("b", 0), long("é", 0), long("€", 1), long("🤓", 2), String::new(), " x".to_owned()];
        let cells: Vec<String> =
            cells.map(|text| if text.len() > width.into() { "x".to_owned() } else { text }).to_vec();
        case.text(&format!("w{width}"), width, cells.iter().map(String::as_str).collect());
    }
    case
}

/// Names that split long texts in other writers' files.
fn names() -> Case {
    let mut case = Case::new("names");
    for name in [
        "Q2_96_T",
        "Q2_96_TE",
        "Q2_96_TEXT_text",
        "LONGA",
        "LONGA1",
        "a🤓🤓",
        "a🤓🤓1",
        "spaß",
        "@x",
        "a.b$c#d",
    ] {
        let width = if name.starts_with("LONGA") || name.ends_with("text") { 1_200 } else { 20 };
        case.text(name, width, vec!["one", "two"]);
    }
    for index in 0..40 {
        case.number(
            &format!("a_long_stem_that_all_of_them_share_{index}"),
            "F8.0",
            some(&[f64::from(index)]),
        );
    }
    case.number(&"α".repeat(32), "F8.0", some(&[1.0]));
    case
}

/// Labels as long as SPSS has them, shared sets, labels of long texts.
fn labels() -> Case {
    let mut case = Case::new("labels");
    let shared = case.labels([
        (value(1.0), "я".repeat(120)),
        (value(-1.5), "minus".to_owned()),
        (value(99.0), "é".repeat(100)),
    ]);
    for name in ["one", "two", "three"] {
        let variable = case.number(name, "F8.2", some(&[1.0, 99.0]));
        variable.value_labels = shared;
        variable.label = "ü".repeat(256);
    }
    let short = case.labels([(word("a"), "A".to_owned()), (word("bcdefgh"), "B".to_owned())]);
    case.text("short", 8, vec!["a", "bcdefgh", "x"]).value_labels = short;
    let long = case.labels([(word("a long value"), "Long".to_owned()), (word("b"), "Short".to_owned())]);
    case.text("long", 300, vec!["a long value", "b", "x"]).value_labels = long;
    case
}

/// Every form of missing values of numbers.
fn missing() -> Case {
    let mut case = Case::new("missing");
    let forms = [
        MissingValues::new(None, vec![value(1.0)]),
        MissingValues::new(None, vec![value(1.0), value(-2.5)]),
        MissingValues::new(None, vec![value(1.0), value(-2.5), value(1e6)]),
        MissingValues::new(Some((Some(90.0), Some(99.0))), Vec::new()),
        MissingValues::new(Some((Some(90.0), Some(99.0))), vec![value(-1.0)]),
        MissingValues::new(Some((None, Some(0.0))), Vec::new()),
        MissingValues::new(Some((Some(1_000.0), None)), vec![value(7.0)]),
    ];
    for (index, form) in forms.into_iter().enumerate() {
        case.number(&format!("m{index}"), "F8.2", some(&[1.0, 90.5, -3.0])).missing = form;
    }
    case.text("short", 8, vec!["a", "b", "c", "d"]).missing =
        MissingValues::new(None, vec![word("a"), word("zz")]);
    case
}

/// A missing value of a text that is longer than an element; PSPP and ReadStat read one.
fn long_missing() -> Case {
    let mut case = Case::new("long-missing");
    case.text("long", 20, vec!["refused", "b"]).missing = MissingValues::new(None, vec![word("refused")]);
    case
}

/// Measures, alignments and widths.
fn shown() -> Case {
    let mut case = Case::new("shown");
    let looks = [
        (Measure::Nominal, Alignment::Left, 1),
        (Measure::Ordinal, Alignment::Centre, 12),
        (Measure::Scale, Alignment::Right, 40),
    ];
    for (index, (measure, alignment, width)) in looks.into_iter().enumerate() {
        let variable = case.number(&format!("v{index}"), "F5.1", some(&[1.5]));
        variable.measure = Some(measure);
        variable.alignment = Some(alignment);
        variable.column_width = Some(width);
    }
    let long = case.text("long", 600, vec!["a", "b"]);
    (long.measure, long.column_width) = (Some(Measure::Nominal), Some(20));
    case.metadata.label = "A file with a label".to_owned();
    case
}

/// Response sets of every kind, variable sets, attributes, a weight and documents.
fn sets() -> Case {
    let mut case = Case::new("sets");
    case.text("first_long", 700, vec!["a", "b"]);
    for name in ["one", "two", "three", "weight"] {
        case.number(name, "F8.0", some(&[1.0]));
    }
    case.metadata.response_sets = vec![
        ResponseSet::new("cat", "Some things", ResponseSetKind::Category, vec![1, 2, 3]),
        ResponseSet::new("dich", "Дети", ResponseSetKind::Dichotomy(value(1.0)), vec![1, 2]),
        ResponseSet::new("nolabel", "", ResponseSetKind::Dichotomy(value(-12.0)), vec![2, 3]),
    ];
    case.metadata.variable_sets = vec![VariableSet::new("both of them", vec![0, 1])];
    case.metadata.attributes = vec![Attribute::new("Project", vec!["it's".to_owned(), String::new()])];
    case.metadata.variables[1].attributes =
        vec![Attribute::new("Source", vec!["q".to_owned()]), Attribute::new("$@Role", vec!["1".to_owned()])];
    case.metadata.weight = Some(4);
    case.metadata.documents = vec!["A line".to_owned(), String::new(), "x".repeat(80)];
    case
}

fn empty() -> Case {
    let mut case = Case::new("empty");
    case.number("x", "F8.2", Vec::new());
    case.text("t", 300, Vec::new());
    case
}

/// Many cases of an odd number of elements, so that control blocks run across cases and chunks.
fn blocks() -> Case {
    let mut case = Case::new("blocks");
    let rows = 5_003;
    let number = |row: i32| (row % 11 != 0).then(|| f64::from(row % 400) - 120.0);
    case.number("x", "F8.2", (0..rows).map(number).collect());
    case.number("y", "F8.2", (0..rows).map(|row| Some(f64::from(row) / 3.0)).collect());
    let texts: Vec<String> = (0..rows).map(|row| "word ".repeat(row as usize % 7)).collect();
    case.text("t", 40, texts.iter().map(String::as_str).collect());
    case.text("l", 300, texts.iter().map(String::as_str).collect());
    case
}
