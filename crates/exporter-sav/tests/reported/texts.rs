//! Widths of texts and whole numbers, empty and missing texts, names.

use super::*;

fn widths(metadata: &SavMetadata) -> Vec<Option<u16>> {
    metadata.variables.iter().map(|variable| variable.width).collect()
}

#[test]
fn a_declared_width_stays_from_file_to_file() {
    let mut answer = Variable::new("answer", Kind::Text);
    answer.facts.max_bytes = Some(1_024);
    let other = Variable::new("other", Kind::Text);
    let columns = vec![texts(&["short", ""]), texts(&["seven b", ""])];
    let file = File::of(&SavExporter::default(), study(vec![answer, other]), columns);
    assert_eq!(widths(&file.metadata()), [Some(1_024), Some(7)]);
    let again = File::written(&SavExporter::default(), &*file.opened());
    assert_eq!(widths(&again.metadata()), [Some(1_024), Some(7)]);
    let measured = SavExporter::new(options(json!({"widths": "measured"})));
    assert_eq!(widths(&File::written(&measured, &*file.opened()).metadata()), [Some(5), Some(7)]);
}

#[test]
fn whole_numbers_have_no_decimals_and_are_as_wide_as_they_are() {
    let columns: Vec<(&str, Vec<i64>, &str)> = vec![
        ("one", vec![1, 9], "F1.0"),
        ("minus", vec![-5, 120], "F3.0"),
        ("wide", vec![-1_234_567, 3], "F8.0"),
        ("most", vec![9_007_199_254_740_992, 1], "F16.0"),
    ];
    let variables = columns.iter().map(|(name, ..)| Variable::new(*name, Kind::INTEGER));
    let mut variables: Vec<Variable> = variables.collect();
    variables.push(Variable::new("half", Kind::FLOAT));
    let mut arrays: Vec<ArrayRef> = columns.iter().map(|(_, numbers, _)| integers(numbers)).collect();
    arrays.push(Arc::new(arrow_array::Float64Array::from(vec![0.5, 1.0])));
    let metadata = File::of(&bare(), study(variables), arrays).metadata();
    let found: Vec<String> = metadata.variables.iter().map(|variable| variable.print.to_string()).collect();
    let expected: Vec<&str> = columns.iter().map(|(.., format)| *format).chain(["F12.2"]).collect();
    assert_eq!(found, expected);
}

#[test]
fn missing_and_empty_texts_are_one_blank_and_the_missing_are_counted() {
    let some: ArrayRef = Arc::new(StringArray::from(vec![None, Some(""), Some("NA"), None]));
    let none: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; 4]));
    let variables = ["some", "none", "empty"].map(|name| Variable::new(name, Kind::Text));
    let file = File::of(&bare(), study(variables.into()), vec![some, none, texts(&[""; 4])]);
    assert_eq!(widths(&file.metadata()), [Some(2), Some(1), Some(1)]);
    let told = [
        "none: null-text (4): missing texts become empty texts",
        "some: null-text (2): missing texts become empty texts",
    ];
    assert_eq!(file.told(), told);
    let read = rows_of(&*file.opened());
    let column =
        |at: usize| read.column(at).as_string::<i32>().iter().map(Option::unwrap).collect::<Vec<_>>();
    assert_eq!((column(0), column(1), column(2)), (vec!["", "", "NA", ""], vec![""; 4], vec![""; 4]));
}

#[test]
fn names_that_spss_has_not_are_changed_and_listed() {
    let names = ["Age", "age", "LE", "_id", " a b ", "end.", "$sysmis", "#scratch", "1st", "ok"];
    let expected = ["Age", "age_2", "LE_", "@_id", "a_b_", "end._", "@$sysmis", "@#scratch", "@1st", "ok"];
    let variables = names.map(|name| Variable::new(name, Kind::INTEGER));
    let file = File::of(&SavExporter::default(), study(variables.into()), vec![integers(&[1]); names.len()]);
    let named = |metadata: SavMetadata| metadata.variables.into_iter().map(|it| it.name).collect::<Vec<_>>();
    assert_eq!(named(file.metadata()), expected);
    let renames = file.summary.changes.renames.iter();
    let renames: Vec<(&str, &str)> =
        renames.map(|rename| (rename.variable.as_deref().unwrap_or_default(), &*rename.written)).collect();
    let changed = names.into_iter().zip(expected).filter(|(was, is)| was != is);
    assert_eq!(renames, changed.collect::<Vec<_>>());
    let told = file.told();
    assert!(
        told.contains(&"_id: name-changed (1): written as @_id; its label is the name".to_owned()),
        "{told:?}"
    );
    // The codebook in the file has the names as they were, and they become the same again.
    let read = file.opened();
    let back: Vec<&str> = read.codebook().tables[0].variables.iter().map(|it| &*it.name).collect();
    assert_eq!(back, names);
    assert_eq!(named(File::written(&bare(), &*read).metadata()), expected);
}
