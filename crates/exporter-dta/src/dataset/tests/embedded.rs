//! The codebook inside a file: once, and only where it says more.

use arrow_array::Array;
use exporter_core::check::{Check, CheckOptions, Checking, Findings, READ_LOSS};
use exporter_core::{Context, LossCode, Registry};

use super::*;

/// A study of which Stata has no place for kinds, questions and codes.
fn ages() -> (Codebook, Vec<ArrayRef>) {
    let age = Variable::new("how old?", Kind::INTEGER)
        .with_label("Age")
        .with_question(Question::new("How old are you?"))
        .with_missing(Missing::range(Some((-3).into()), Some((-1).into())).label("Missing"))
        .with_missing(Missing::value(-9).label("Refused"));
    let codebook = Codebook::new("s").with_title("A study").with_table(Table::new("t", vec![age]));
    (codebook, vec![Arc::new(Int64Array::from(vec![Some(40), Some(-2), Some(-9), None]))])
}

#[test]
fn it_stands_in_one_characteristic() {
    let (codebook, columns) = ages();
    let bytes = written(&study(codebook, columns));
    assert_eq!(memchr::memmem::find_iter(&bytes, b"exporter_").count(), 1);
    assert!(memchr::memmem::find(&bytes, b"exporter_codebook\0").is_some());
}

#[test]
fn what_another_program_says_goes_before_it() {
    let (codebook, columns) = ages();
    let mut bytes = written(&study(codebook.clone(), columns.clone()));
    // The label of the variable, not that in the JSON.
    let labels = memchr::memmem::find(&bytes, b"<variable_labels>Age\0").unwrap();
    let at = labels + b"<variable_labels>".len();
    bytes[at..at + 3].copy_from_slice(b"Yrs");
    let read = open(&bytes, Letters::Seen);
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    let (was, is) = (&codebook.tables[0].variables[0], &read.codebook().tables[0].variables[0]);
    assert_eq!(read.codebook().problems(), []);
    assert_eq!((&is.name, &is.label), (&was.name, &Text::new("Yrs")));
    assert_eq!((&is.kind, &is.question), (&was.kind, &was.question));
    assert_eq!(rows(&read, &Scan::all()).columns(), columns);
}

#[test]
fn damaged_json_counts_as_absent_which_is_a_loss() {
    let (codebook, columns) = ages();
    let mut bytes = written(&study(codebook, columns));
    let at = memchr::memmem::find(&bytes, b"{\"digest\":").unwrap();
    bytes[at] = b'x';
    let read = open(&bytes, Letters::Seen);
    let told = read.losses();
    let loss = told.iter().find(|loss| loss.code == LossCode::NOT_READ).unwrap();
    assert!(loss.action.starts_with("the codebook stored in the file is not used: "), "{loss:?}");
    let (mut findings, registry) = (Findings::default(), Registry::new());
    let (checking, options) = (&registry, CheckOptions::default());
    let checking = Checking::new(checking, &options);
    DtaInput::check(&Source::memory("t.dta", bytes.clone()), &checking, &mut findings, &Context::default())
        .unwrap();
    let rules: Vec<_> = findings.listed().iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [READ_LOSS]);
    let is = &read.codebook().tables[0].variables[0];
    assert_eq!((is.name.as_str(), &is.kind), ("how_old_", &Kind::Integer { bits: 8, signed: true }));
    assert_eq!(rows(&read, &Scan::all()).column(0).null_count(), 3);
}

#[test]
fn a_plain_table_needs_none() {
    let variables = vec![
        Variable::new("id", Kind::INTEGER),
        Variable::new("name", Kind::Text),
        Variable::new("score", Kind::FLOAT),
        Variable::new("day", Kind::Date),
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![1, 300])),
        Arc::new(StringArray::from(vec!["Ann", "Bob"])),
        Arc::new(Float64Array::from(vec![Some(1.5), None])),
        Arc::new(Date32Array::from(vec![0, 18_000])),
    ];
    let codebook = Codebook::new("t").with_table(Table::new("t", variables));
    let bytes = written(&study(codebook, columns));
    assert!(memchr::memmem::find(&bytes, b"<characteristics></characteristics>").is_some());
    let read = open(&bytes, Letters::Seen);
    let kinds: Vec<&Kind> = read.codebook().tables[0].variables.iter().map(|v| &v.kind).collect();
    assert_eq!(kinds, [&Kind::Integer { bits: 16, signed: true }, &Kind::Text, &Kind::FLOAT, &Kind::Date]);
}

/// Ages whose letters only the record of the cells tells; a study of two languages with labels that Stata cannot hold.
fn votes() -> (Codebook, Vec<ArrayRef>) {
    let vote = Variable::new("vote", Kind::INTEGER)
        .with_labels("vote")
        .with_missing(Missing::range(Some((-9).into()), Some((-7).into())).label("Missing"));
    let score = Variable::new("score", Kind::FLOAT).with_labels("score");
    let other = Variable::new("zzzz", Kind::INTEGER).with_label("Zzzz");
    let refused = Text::new("").with("en", "Refused").with("fr", "Refus");
    let labels = ValueLabels::new()
        .with(-8, "Unknown")
        .with(-9, refused)
        .with(1, Text::default().with("en", "yes").with("fr", "oui"));
    let codebook = Codebook::new("pets")
        .with_title("My study")
        .with_languages(["en", "fr"])
        .with_table(Table::new("people", vec![vote, score, other]))
        .with_value_labels("vote", labels)
        .with_value_labels("score", ValueLabels::new().with(0.5, "half").with(1.0, "one"));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![-9, -8, -7, 1])),
        Arc::new(Float64Array::from(vec![0.5, 1.0, 0.5, 1.0])),
        Arc::new(Int64Array::from(vec![1, 2, 3, 4])),
    ];
    (codebook, columns)
}

/// Puts other bytes in the one place of these.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, from).collect();
    assert_eq!((places.len(), from.len()), (1, to.len()), "{:?}", String::from_utf8_lossy(from));
    bytes[places[0]..places[0] + to.len()].copy_from_slice(to);
}

#[test]
fn an_edit_elsewhere_keeps_labels_that_the_file_cannot_hold() {
    let (codebook, columns) = votes();
    let mut bytes = written(&study(codebook.clone(), columns.clone()));
    replace(&mut bytes, b"\0Zzzz\0", b"\0Yyyy\0");
    let read = open(&bytes, Letters::Seen);
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    let (was, is) = (&codebook, read.codebook());
    assert_eq!(is.tables[0].variables[2].label, Text::new("Yyyy"));
    assert_eq!(is.value_labels, was.value_labels);
    assert_eq!(is.tables[0].variables[0].missing, was.tables[0].variables[0].missing);
    // The data label is the title of the study.
    assert_eq!((&is.tables[0].label, &is.study), (&Text::default(), &was.study));
    assert_eq!(rows(&read, &Scan::all()).columns(), columns);
}

#[test]
fn labels_that_another_program_changed_hold() {
    let (codebook, columns) = votes();
    let mut bytes = written(&study(codebook.clone(), columns));
    replace(&mut bytes, b"yes\0Refused\0Unknown\0", b"yea\0Refuses\0Unknown\0");
    let read = open(&bytes, Letters::Seen);
    let set = &read.codebook().value_labels["vote"];
    let texts: Vec<&str> = set.entries.iter().map(|entry| entry.label.get(Language::default())).collect();
    assert_eq!(texts, ["Unknown", "Refuses", "yea"]);
}

#[test]
fn a_damaged_record_of_the_cells_is_a_loss() {
    let (codebook, columns) = votes();
    for (from, to) in [("{\"letters\":", "{\"letterz\":"), ("{\"vote\":{\"a\"", "{\"vota\":{\"a\"")] {
        let mut bytes = written(&study(codebook.clone(), columns.clone()));
        replace(&mut bytes, from.as_bytes(), to.as_bytes());
        let losses = open(&bytes, Letters::Seen).losses();
        assert!(losses.iter().any(|loss| loss.code == LossCode::NOT_READ), "{to}: {losses:?}");
    }
}
