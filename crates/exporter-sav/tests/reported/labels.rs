//! Labels: their limits, those of long texts, sets that many variables share.

use super::*;

fn labels_of(metadata: &SavMetadata, variable: usize) -> Vec<(Stored, &str)> {
    let labels = metadata.labels_of(&metadata.variables[variable]).iter();
    labels.map(|(value, label)| (value.clone(), label.as_str())).collect()
}

/// A variable whose label and value labels are longer than SPSS has them.
fn wordy() -> Codebook {
    let set = ValueLabels::new().with(1, "я".repeat(130)).with(2, "€".repeat(100)).with(3, "é".repeat(120));
    study(vec![Variable::new("x", Kind::INTEGER).with_label("ж".repeat(300)).with_labels("x")])
        .with_value_labels("x", set)
}

#[test]
fn labels_have_256_and_120_characters_and_the_full_text_is_kept() {
    let file = File::of(&SavExporter::default(), wordy(), vec![integers(&[1, 2, 3])]);
    let metadata = file.metadata();
    assert_eq!(metadata.variables[0].label, "ж".repeat(256));
    // A length is one byte, so that 120 characters of three bytes do not fit.
    let number = |number: f64| Stored::Number(number);
    let (cyrillic, euros, whole) = ("я".repeat(120), "€".repeat(85), "é".repeat(120));
    let expected = [(number(1.0), &*cyrillic), (number(2.0), &*euros), (number(3.0), &*whole)];
    assert_eq!(labels_of(&metadata, 0), expected);
    let told = [
        "x: label-truncated (1): cut at 256 characters",
        "x: label-truncated (2): value label cut at 120 characters or 255 bytes",
    ];
    assert_eq!(file.told(), told);
    let hidden = metadata.attributes.iter().find(|attribute| attribute.name == "@exporter_codebook").unwrap();
    assert!(hidden.values.concat().contains(&"ж".repeat(300)));
    let read = file.opened();
    let variable = &read.codebook().tables[0].variables[0];
    assert_eq!(variable.label.untagged(), Some(&*"ж".repeat(300)));
    assert_eq!(read.codebook().value_labels_of(variable), wordy().value_labels.get("x"));
}

#[test]
fn old_readers_get_labels_of_as_many_bytes() {
    let bytes = SavExporter::new(options(json!({"label-limit": "bytes"})));
    let metadata = File::of(&bytes, wordy(), vec![integers(&[1, 2, 3])]).metadata();
    assert_eq!(metadata.variables[0].label, "ж".repeat(128));
    let found = labels_of(&metadata, 0).into_iter().map(|(_, label)| label.to_owned());
    assert_eq!(found.collect::<Vec<_>>(), ["я".repeat(60), "€".repeat(40), "é".repeat(60)]);
}

#[test]
fn a_text_is_as_wide_as_its_longest_labelled_value() {
    let set = ValueLabels::new().with("a", "A").with("a value that no row has", "Rare");
    let short = ValueLabels::new().with("é", "E").with("eight by", "Eight");
    let variables = ["long", "short"].map(|name| Variable::new(name, Kind::Text).with_labels(name));
    let codebook = study(variables.into()).with_value_labels("long", set).with_value_labels("short", short);
    let file = File::of(&bare(), codebook.clone(), vec![texts(&["a", "b"]), texts(&["x", "é"])]);
    let metadata = file.metadata();
    assert_eq!(metadata.variables.iter().map(|it| it.width).collect::<Vec<_>>(), [Some(23), Some(8)]);
    let word = |text: &str| Stored::Text(text.to_owned());
    assert_eq!(labels_of(&metadata, 0), [(word("a"), "A"), (word("a value that no row has"), "Rare")]);
    assert_eq!(labels_of(&metadata, 1), [(word("é"), "E"), (word("eight by"), "Eight")]);
    assert_eq!(file.told(), Vec::<String>::new());
    let read = file.opened();
    for variable in &read.codebook().tables[0].variables {
        let was = codebook.value_labels.get(&variable.name);
        assert_eq!(read.codebook().value_labels_of(variable), was);
    }
}

#[test]
fn a_labelled_value_longer_than_texts_of_spss_is_lost_and_told() {
    let longest = "m".repeat(32_767);
    let set = ValueLabels::new().with("a", "A").with("l".repeat(32_768), "Long").with(&*longest, "Longest");
    let codebook = study(vec![Variable::new("t", Kind::Text).with_labels("t")]).with_value_labels("t", set);
    let file = File::of(&bare(), codebook, vec![texts(&["a"])]);
    let metadata = file.metadata();
    let word = |text: &str| Stored::Text(text.to_owned());
    assert_eq!(labels_of(&metadata, 0), [(word("a"), "A"), (word(&longest), "Longest")]);
    let [told] = &file.told()[..] else { panic!("{:?}", file.told()) };
    assert!(told.starts_with("t: value-labels-dropped (1): "), "{told}");
}

#[test]
fn equal_labels_of_many_variables_are_one_set_and_values_without_label_stay() {
    let yes = || ValueLabels::new().with(1, "Yes").with(2, "No");
    let mut codebook = study(Vec::new());
    // The set is shared, or there twice; missing values have labels, or reasons have.
    for index in 0..40 {
        let mut variable = Variable::new(format!("v{index}"), Kind::INTEGER);
        variable.labels = Some(if index % 2 == 0 { "yes".to_owned() } else { "again".to_owned() });
        variable.missing.push(Missing::value(9).label("Refused"));
        variable.missing.push(Missing::reason().letter('a').label("Not asked"));
        codebook.tables[0].variables.push(variable);
    }
    let codebook = codebook.with_value_labels("yes", yes()).with_value_labels("again", yes());
    let rows: Vec<i64> = vec![1, 2, 3, 9, -7, 500];
    let file = File::of(&bare(), codebook, vec![integers(&rows); 40]);
    let metadata = file.metadata();
    assert_eq!(metadata.value_labels.len(), 1);
    assert!(metadata.variables.iter().all(|variable| variable.value_labels == Some(0)));
    let found: Vec<&str> = labels_of(&metadata, 39).into_iter().map(|(_, label)| label).collect();
    assert_eq!(found, ["Yes", "No", "Refused", "Not asked"]);
    let read = rows_of(&*file.opened());
    for column in read.columns() {
        assert_eq!(column.as_primitive::<arrow_array::types::Int64Type>().values(), &rows[..]);
    }
}

#[test]
fn values_between_labelled_ones_stay() {
    let set = ValueLabels::new().with(0, "never").with(10, "always");
    let codebook =
        study(vec![Variable::new("x", Kind::FLOAT).with_labels("x")]).with_value_labels("x", set.clone());
    let rows = [0.0, 0.5, 9.999, 10.0, -3.25];
    let numbers: ArrayRef = Arc::new(arrow_array::Float64Array::from(rows.to_vec()));
    let read = File::of(&bare(), codebook, vec![numbers]).opened();
    let variable = &read.codebook().tables[0].variables[0];
    assert_eq!(read.codebook().value_labels_of(variable), Some(&set));
    let found = rows_of(&*read);
    assert_eq!(found.column(0).as_primitive::<arrow_array::types::Float64Type>().values(), &rows[..]);
}

/// The header of a text file is the label of a variable that cannot have it for its name, also under a new one.
#[test]
fn a_header_stays_the_label_of_a_variable_that_is_renamed() {
    let codebook = study(vec![Variable::new("Household ID (HH)", Kind::INTEGER)]);
    let schema = arrow_schema(&codebook.tables[0], &[0]);
    let rows = || RecordBatch::try_new(schema.clone(), vec![integers(&[5])]).unwrap();
    let after = |name: Option<&str>, label: &str| {
        let read = edited(codebook.clone(), rows(), |metadata| {
            assert_eq!(metadata.variables[0].label, "Household ID (HH)");
            metadata.variables[0].name = name.unwrap_or(&metadata.variables[0].name).to_owned();
            metadata.variables[0].label = label.to_owned();
        });
        let variable = &read.codebook().tables[0].variables[0];
        (variable.name.clone(), variable.label.untagged().unwrap_or_default().to_owned())
    };
    let is = |name: &str, label: &str| (name.to_owned(), label.to_owned());
    assert_eq!(after(Some("hh"), "Household ID (HH)"), is("hh", "Household ID (HH)"));
    assert_eq!(after(None, "Household ID (HH)"), is("Household ID (HH)", ""));
    assert_eq!(after(None, "Household_ID__HH_"), is("Household ID (HH)", "Household_ID__HH_"));
}

#[test]
fn lines_and_tabs_at_the_end_of_labels_are_theirs() {
    let labels = ["first\nsecond\n", "tab\t", "\u{a0}"];
    let variables = labels.map(|label| Variable::new("x", Kind::INTEGER).with_label(label).with_labels("x"));
    for (variable, label) in variables.into_iter().zip(labels) {
        let set = ValueLabels::new().with(1, label);
        let mut codebook = study(vec![variable]).with_value_labels("x", set);
        codebook.tables[0].label = label.into();
        let first = File::of(&bare(), codebook, vec![integers(&[1])]);
        for file in [&first, &File::written(&bare(), &*first.opened())] {
            let metadata = file.metadata();
            assert_eq!((&*metadata.label, &*metadata.variables[0].label), (label, label));
            assert_eq!(labels_of(&metadata, 0), [(Stored::Number(1.0), label)]);
        }
    }
}
