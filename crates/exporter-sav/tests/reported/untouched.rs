//! A file that no other program has changed gives its codebook back, whatever SPSS holds of it.

use super::*;

fn comes_back(exporter: &SavExporter, codebook: Codebook, columns: Vec<ArrayRef>) -> Codebook {
    let file = File::of(exporter, codebook.clone(), columns.clone());
    let read = file.opened();
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    assert_eq!(rows_of(&*read).columns(), columns);
    let found = read.codebook();
    assert_eq!(
        (&found.study.languages, &found.value_labels),
        (&codebook.study.languages, &codebook.value_labels)
    );
    let (found, wanted) = (&found.tables[0], &codebook.tables[0]);
    assert_eq!((&found.label, &found.notes), (&wanted.label, &wanted.notes));
    for (found, wanted) in found.variables.iter().zip(&wanted.variables) {
        assert_eq!((&found.kind, &found.label, &found.labels), (&wanted.kind, &wanted.label, &wanted.labels));
        assert_eq!((&found.missing, &found.alignment), (&wanted.missing, &wanted.alignment));
        assert_eq!(found.column_width, wanted.column_width);
    }
    read.codebook().clone()
}

#[test]
fn blanks_before_the_end_of_a_line_are_no_change() {
    let mut codebook = study(vec![Variable::new("x", Kind::Text)]);
    codebook.study.languages = vec!["en".to_owned(), "fr".to_owned()];
    codebook.tables[0].notes =
        vec![Text::default().with("en", "Line one \nLine two").with("fr", "Ligne une")];
    comes_back(&SavExporter::default(), codebook, vec![texts(&["a"])]);
}

#[test]
fn labels_that_long_texts_share_are_no_change() {
    let variables = ["x", "y"].map(|name| Variable::new(name, Kind::Text).with_labels("set"));
    let set = ValueLabels::new().with("long answer one", "One");
    let codebook = study(variables.to_vec()).with_value_labels("set", set);
    let column = || texts(&["long answer one", "long answer two"]);
    comes_back(&SavExporter::default(), codebook, vec![column(), column()]);
}

#[test]
fn characters_that_the_encoding_lacks_are_no_change() {
    let exporter = SavExporter::new(options(json!({"encoding": "windows-1252"})));
    let variable = Variable::new("x", Kind::Text).with_label("Возраст").with_labels("set");
    let set = ValueLabels::new().with("a", "да").with("b", "нет");
    let codebook = study(vec![variable]).with_value_labels("set", set);
    comes_back(&exporter, codebook, vec![texts(&["a", "b"])]);
}

#[test]
fn bytes_of_a_declared_length_are_bytes() {
    let mut variable = Variable::new("x", Kind::Binary);
    variable.facts.max_bytes = Some(10);
    let bytes = Arc::new(BinaryArray::from_vec(vec![b"0123456789"]));
    comes_back(&SavExporter::default(), study(vec![variable]), vec![bytes]);
}

#[test]
fn lengths_count_in_the_encoding() {
    let words = |count: usize| "Я".repeat(count);
    let mut variable = Variable::new("x", Kind::Text).with_label(words(256).as_str()).with_labels("set");
    variable.missing = vec![Missing::value("отказ")];
    let set = ValueLabels::new().with("да", words(120).as_str());
    let mut codebook = study(vec![variable]).with_value_labels("set", set);
    codebook.tables[0].label = words(64).as_str().into();
    codebook.tables[0].notes = vec![words(80).as_str().into()];
    let exporter = SavExporter::new(options(json!({"encoding": "windows-1251", "codebook": false})));
    let file = File::of(&exporter, codebook, vec![texts(&["да", "отказ"])]);
    assert_eq!(file.told(), Vec::<String>::new());
    let metadata = file.metadata();
    let variable = &metadata.variables[0];
    assert_eq!((variable.label.clone(), metadata.label.clone()), (words(256), words(64)));
    assert_eq!((&metadata.documents[..], variable.width), (&[words(80)][..], Some(10)));
    assert_eq!(variable.missing.values, [Stored::Text("отказ".to_owned())]);
    assert_eq!(metadata.value_labels[0].labels, [(Stored::Text("да".to_owned()), words(120))]);
}
