//! Copies: in which language their labels are, and a stored codebook that is damaged.

use super::*;

fn text(english: &str, french: &str) -> Text {
    Text::default().with("en", english).with("fr", french)
}

/// A study in English whose texts are in French, too.
fn regions() -> Codebook {
    let mut region = Variable::new("region", Kind::INTEGER).with_label(text("Region", "Région"));
    region.labels = Some("region".to_owned());
    region.missing = vec![Missing::reason().letter('a').label(text("Refused", "Refus"))];
    let alone = Variable::new("alone", Kind::INTEGER).with_label("Alone");
    let set = ValueLabels::new().with(1, text("North", "Nord")).with(2, text("South", "Sud"));
    let mut study = study(vec![region, alone]).with_value_labels("region", set);
    study.study.languages = ["en", "de", "fr"].map(str::to_owned).to_vec();
    study.tables[0].label = text("People", "Gens");
    study
}

/// It, written with labels in French.
fn in_french(exporter: &SavExporter) -> File {
    let codebook = regions();
    let batch = RecordBatch::try_new(
        arrow_schema(&codebook.tables[0], &[0, 1]),
        vec![integers(&[1, 2]), integers(&[1, 2])],
    );
    let data = MemoryDataset::new(codebook, vec![vec![batch.unwrap()]]).unwrap();
    let sink = MemorySink::new();
    let context = lenient().with_language("fr");
    let summary = export(exporter, &data, Box::new(sink.clone()), &context).unwrap();
    File { bytes: sink.entries().into_iter().next().unwrap().1, summary }
}

/// What SPSS shows of a file.
fn shown(metadata: &SavMetadata) -> Vec<String> {
    let variables = metadata.variables.iter().map(|variable| variable.label.clone());
    let labels = metadata.value_labels.iter().flat_map(|set| &set.labels).map(|(_, label)| label.clone());
    std::iter::once(metadata.label.clone()).chain(variables).chain(labels).collect()
}

#[test]
fn the_labels_that_a_file_shows_are_the_main_ones_of_its_copy() {
    let exporter = SavExporter::new(options(json!({"second-language": "en"})));
    let file = in_french(&exporter);
    assert_eq!(shown(&file.metadata()), ["Gens", "Région", "Alone", "Nord", "Sud", "Refus"]);
    let read = file.opened();
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    assert_eq!(read.codebook().study.languages, ["fr", "en", "de"]);
    let default = read.codebook().language(None);
    let region = &read.codebook().tables[0].variables[0];
    assert_eq!((region.label.get(default), region.missing[0].label.get(default)), ("Région", "Refus"));
    let copy = File::written(&SavExporter::default(), &*read).metadata();
    assert_eq!(shown(&copy), shown(&file.metadata()));
    // So are those in its attributes.
    let in_attributes = |metadata: &SavMetadata| attributes(&metadata.variables[0].attributes);
    assert_eq!(in_attributes(&copy), ["Label_en=Region", "ValueLabels_en=1=North|2=South|-99=Refused"]);
    assert_eq!(in_attributes(&copy), in_attributes(&file.metadata()));
    // Another copy is in another language where that is asked for.
    let english = read.codebook().language(Some("en"));
    assert_eq!(
        (region.label.get(english), read.codebook().tables[0].label.get(english)),
        ("Region", "People")
    );
}

#[test]
fn what_another_program_changed_in_the_language_of_a_file_is_shown() {
    let file = in_french(&SavExporter::default()).edited(|file| {
        file.label = "Population".to_owned();
        file.variables[0].label = "Zone".to_owned();
        file.value_labels[0].labels[0].1 = "Septentrion".to_owned();
    });
    let read = file.opened();
    let copy = File::written(&SavExporter::default(), &*read).metadata();
    assert_eq!(shown(&copy), ["Population", "Zone", "Alone", "Septentrion", "Sud", "Refus"]);
    // What was not changed has its other languages still.
    let sud = &read.codebook().value_labels_of(&read.codebook().tables[0].variables[0]).unwrap().entries[1];
    assert_eq!(sud.label.translation("en"), Some("South"));
}

#[test]
fn a_damaged_stored_codebook_is_not_used_and_told() {
    let mut x = Variable::new("x", Kind::INTEGER).with_label("Label").with_labels("x");
    x.missing = vec![Missing::reason().letter('a').label("Refused")];
    x.universe = "All".into();
    let codebook = study(vec![x]).with_value_labels("x", ValueLabels::new().with(1, "One"));
    let file = File::of(&SavExporter::default(), codebook.clone(), vec![integers(&[1, 2])]);
    let damaged = |from: &str, to: &str| {
        file.edited(|file| {
            let stored = file.attributes.iter_mut().find(|it| it.name == "@exporter_codebook").unwrap();
            assert!(stored.values[0].contains(from), "{:?}", stored.values);
            stored.values[0] = stored.values[0].replacen(from, to, 1);
        })
    };
    for (from, to) in [
        (r#""x":[-99.0]"#, r#""x":[-98.0]"#),
        (r#""label":"Label""#, r#""label":"Libel""#),
        (r#"{"digest":""#, r#"{"digesu":""#),
        (r#""codebook":1"#, r#" "codebook":1"#),
    ] {
        let read = damaged(from, to).opened();
        let told: Vec<String> = read.losses().iter().map(|loss| loss.action.clone()).collect();
        assert!(
            told.iter().any(|told| told.starts_with("the codebook stored in the file is not used")),
            "{told:?}"
        );
        // The file itself holds.
        let x = &read.codebook().tables[0].variables[0];
        assert_eq!((x.label.untagged(), &x.universe), (Some("Label"), &Text::default()), "{from}");
        assert_eq!(x.missing, [Missing::value(-99)], "{from}");
    }
    // Files of earlier versions have no digest, and who changes the codebook on purpose takes it out.
    let stored =
        file.metadata().attributes.iter().find(|it| it.name == "@exporter_codebook").unwrap().values.concat();
    let digest = stored.get(..stored.find(r#""codebook""#).unwrap()).unwrap();
    let earlier = damaged(digest, "{").opened();
    assert_eq!(earlier.losses().len(), 0, "{:?}", earlier.losses());
    assert_eq!(earlier.codebook().tables[0].variables[0].universe, "All".into());
}
