//! The codebook inside a file: once, and only where it says more.

use arrow_array::Array;

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
    assert!(read.remarks().is_empty(), "{:?}", read.remarks());
    let (was, is) = (&codebook.tables[0].variables[0], &read.codebook().tables[0].variables[0]);
    assert_eq!(read.codebook().problems(), []);
    assert_eq!((&is.name, &is.label), (&was.name, &Text::new("Yrs")));
    assert_eq!((&is.kind, &is.question), (&was.kind, &was.question));
    assert_eq!(rows(&read, &Scan::all()).columns(), columns);
}

#[test]
fn damaged_json_counts_as_absent() {
    let (codebook, columns) = ages();
    let mut bytes = written(&study(codebook, columns));
    let at = memchr::memmem::find(&bytes, b"{\"codebook\":1").unwrap();
    bytes[at] = b'x';
    let read = open(&bytes, Letters::Seen);
    assert!(read.remarks()[0].starts_with("the stored codebook is broken"), "{:?}", read.remarks());
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
