//! Labels in further languages, which stand in attributes: what another program does to these, and to what they translate.

use super::*;

/// The source file and what its copy has.
struct Copied {
    read: Box<dyn Dataset>,
    /// Of the first variable, `name=value|value`.
    attributes: Vec<String>,
}

impl Copied {
    fn pet(&self) -> &Variable {
        &self.read.codebook().tables[0].variables[0]
    }

    fn labels(&self) -> Vec<Text> {
        let set = self.read.codebook().value_labels_of(self.pet());
        set.map_or(&[][..], |set| &set.entries).iter().map(|entry| entry.label.clone()).collect()
    }
}

fn pets() -> Codebook {
    let text = |english: &str, french: &str| Text::default().with("en", english).with("fr", french);
    let mut pet =
        Variable::new("pet", Kind::INTEGER).with_label(text("Kind of pet", "Animal").with("de", "Tier"));
    pet.labels = Some("pet".to_owned());
    pet.missing = vec![Missing::value(9).label(text("Refused", "Refus"))];
    let other = Variable::new("other", Kind::INTEGER).with_labels("pet");
    let mut day = Variable::new("day", Kind::Date).with_labels("day");
    day.missing = vec![Missing::reason().letter('a').label(text("Not asked", "Sans objet"))];
    let sets = ValueLabels::new().with(1, text("Cat", "Chat")).with(2, text("Dog", "Chien"));
    let days = ValueLabels::new().with("2020-01-02", text("Monday", "Lundi"));
    let mut study =
        study(vec![pet, other, day]).with_value_labels("pet", sets).with_value_labels("day", days);
    study.study.languages = ["en", "fr", "de"].map(str::to_owned).to_vec();
    study
}

/// A file with French in attributes, which another program has changed, and its copy.
fn copied(codebook: bool, second: Option<&str>, edit: impl FnOnce(&mut SavMetadata)) -> Copied {
    let columns = || -> Vec<ArrayRef> {
        let days = arrow_array::Date32Array::from(vec![18_263, 18_264, 18_265]);
        vec![integers(&[1, 2, 9]), integers(&[1, 2, 2]), Arc::new(days)]
    };
    let exporter = SavExporter::new(options(json!({"second-language": "fr", "codebook": codebook})));
    let file = File::of(&exporter, pets(), columns());
    let edited = file.edited(edit);
    let read = edited.opened();
    // Translations that the file never had go with what they translate, which is told.
    let german = read.codebook().tables[0].variables[0].label.tagged_as("de");
    let wanted: &[&str] = match german.is_some() || !codebook {
        true => &[],
        false => &["pet: metadata-dropped (1): Tier"],
    };
    assert_eq!(lost(&*read), wanted);
    let mut wanted = json!({"codebook": codebook});
    if let Some(second) = second {
        wanted["second-language"] = json!(second);
    }
    let copy = File::written(&SavExporter::new(options(wanted)), &*read).metadata();
    let attributes = attributes(&copy.variables[0].attributes);
    Copied { read, attributes }
}

/// What of the stored codebook is not used.
fn lost(read: &dyn Dataset) -> Vec<String> {
    let losses = read.losses();
    let line = |loss: &exporter_core::Loss| {
        let first = loss.first.as_ref().map_or("", |first| first.value.as_str()).to_owned();
        let variable = loss.variable.clone().unwrap_or_default();
        format!("{variable}: {} ({}): {first}", loss.code.as_str(), loss.count)
    };
    losses.iter().map(line).collect()
}

fn set(metadata: &mut SavMetadata, name: &str, values: &[&str]) {
    let attributes = &mut metadata.variables[0].attributes;
    attributes.retain(|attribute| attribute.name != name);
    if !values.is_empty() {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        attributes.push(exporter_sav::Attribute::new(name, values));
    }
}

const LABEL: &str = "Label_fr=Animal";
const VALUES: &str = "ValueLabels_fr=1=Chat|2=Chien|9=Refus";

#[test]
fn a_file_says_by_itself_what_it_says_in_two_languages() {
    let alone = copied(false, None, |_| {});
    assert_eq!(alone.attributes, [LABEL, VALUES]);
    assert_eq!(alone.pet().label, Text::new("Kind of pet").with("fr", "Animal"));
    let day = &alone.read.codebook().tables[0].variables[2];
    let days = alone.read.codebook().value_labels_of(day).unwrap();
    assert_eq!(days.entries[0].label, Text::new("Monday").with("fr", "Lundi"));
    assert_eq!(day.missing[0].label, Text::new("Not asked").with("fr", "Sans objet"));
    // Chosen is none.
    assert_eq!(copied(false, Some(""), |_| {}).attributes, Vec::<String>::new());
    assert_eq!(copied(true, None, |_| {}).read.codebook().tables[0].variables, {
        let mut variables = pets().tables.remove(0).variables;
        for (variable, read) in
            variables.iter_mut().zip(&copied(true, None, |_| {}).read.codebook().tables[0].variables)
        {
            variable.facts = read.facts.clone();
            (variable.format, variable.alignment) = (read.format.clone(), read.alignment);
            (variable.column_width, variable.measure) = (read.column_width, read.measure);
        }
        variables
    });
}

#[test]
fn what_another_program_deleted_stays_deleted() {
    let label = copied(true, None, |file| set(file, "Label_fr", &[]));
    assert_eq!(label.attributes, [VALUES]);
    // German was never in the file.
    assert_eq!(label.pet().label, Text::default().with("en", "Kind of pet").with("de", "Tier"));
    let values = copied(true, None, |file| set(file, "ValueLabels_fr", &[]));
    assert_eq!(values.attributes, [LABEL]);
    assert_eq!(
        values.labels(),
        [("en", "Cat"), ("en", "Dog")].map(|(tag, text)| Text::default().with(tag, text))
    );
    assert_eq!(values.pet().missing[0].label, Text::default().with("en", "Refused"));
    // The set is that of another variable, too, which has its French.
    let other = &values.read.codebook().tables[0].variables[1];
    let set_of_other = values.read.codebook().value_labels_of(other);
    assert_eq!(set_of_other, pets().value_labels.get("pet"));
}

#[test]
fn what_another_program_left_stays() {
    for codebook in [true, false] {
        let label = copied(codebook, None, |file| file.variables[0].label = "Beast".to_owned());
        assert_eq!(label.attributes, [LABEL, VALUES]);
        assert_eq!(label.pet().label, Text::new("Beast").with("fr", "Animal"));
        // One value has another label, one has none: its French is an attribute of which nothing is a translation.
        let values = copied(codebook, None, |file| {
            let set = file.variables[0].value_labels.unwrap();
            file.value_labels[set].labels =
                vec![(Stored::Number(1.0), "Kitty".to_owned()), (Stored::Number(9.0), "Refused".to_owned())];
        });
        assert_eq!(values.attributes, [LABEL, "ValueLabels_fr=1=Chat|9=Refus|2=Chien"]);
        assert_eq!(values.labels()[0], Text::new("Kitty").with("fr", "Chat"));
        let none = copied(codebook, None, |file| file.variables[0].label.clear());
        assert!(none.pet().label.is_empty(), "{:?}", none.pet().label);
        assert!(none.attributes.contains(&LABEL.to_owned()), "{:?}", none.attributes);
        let removed = copied(codebook, Some(""), |file| file.variables[0].label.clear());
        assert_eq!(removed.attributes, Vec::<String>::new());
    }
}

#[test]
fn what_another_program_translated_is_the_translation() {
    let label = copied(true, None, |file| set(file, "Label_fr", &["Bestiole"]));
    assert_eq!(label.pet().label, pets().tables[0].variables[0].label.clone().with("fr", "Bestiole"));
    assert_eq!(label.attributes, ["Label_fr=Bestiole", VALUES]);
    let values = copied(true, None, |file| {
        set(file, "ValueLabels_fr", &["1=Minou", "2=Dog", "9=Refus", "no value", "3=Poisson"]);
    });
    assert_eq!(
        values.labels(),
        [("Cat", "Minou"), ("Dog", "Dog")].map(|(en, fr)| Text::default().with("en", en).with("fr", fr))
    );
    assert_eq!(values.attributes, [LABEL, "ValueLabels_fr=1=Minou|2=Dog|9=Refus|no value|3=Poisson"]);
    // A language that the file did not have; what is no tag is no language.
    let german = copied(true, None, |file| {
        set(file, "Label_pt_BR", &["Bicho"]);
        set(file, "Label_long", &["Kind of pet at home"]);
    });
    assert_eq!(german.pet().label.translation("pt-BR"), Some("Bicho"));
    let wanted = ["Label_long=Kind of pet at home", LABEL, VALUES, "Label_pt_BR=Bicho"];
    let (mut found, mut wanted) = (german.attributes, wanted.map(str::to_owned));
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    for edit in ["Label_fr", "ValueLabels_fr"] {
        let removed = copied(true, Some(""), |file| set(file, edit, &["1=Minou", "other"]));
        assert_eq!(removed.attributes, Vec::<String>::new(), "{edit}");
    }
}

#[test]
fn what_is_chosen_no_longer_does_not_come_back_from_the_stored_codebook() {
    let with_rest = copied(true, None, |file| set(file, "ValueLabels_fr", &["1=Minou", "3=Poisson"]));
    let without = |second: &str| {
        let exporter = SavExporter::new(options(json!({"second-language": second})));
        File::written(&exporter, &*with_rest.read)
    };
    let removed = without("");
    let action = "attributes beside labels in a language that is chosen no longer are left out with these";
    assert!(removed.told().contains(&format!("-: metadata-dropped (1): {action}")), "{:#?}", removed.told());
    let read = removed.opened();
    let pet = &read.codebook().tables[0].variables[0];
    assert!(pet.attributes.is_empty(), "{:?}", pet.attributes);
    let again = File::written(&SavExporter::new(options(json!({}))), &*read).metadata();
    assert_eq!(attributes(&again.variables[0].attributes), Vec::<String>::new());
    let german = without("de").metadata();
    assert_eq!(attributes(&german.variables[0].attributes), ["Label_de=Tier"]);
}

#[test]
fn signs_and_lines_within_values_and_labels() {
    let text = |english: &str, french: &str| Text::default().with("en", english).with("fr", french);
    let mut sum = Variable::new("sum", Kind::Text).with_label(text("Sum", "La\nsomme")).with_labels("sum");
    sum.attributes.insert("Label_fr".to_owned(), Attribute::One("Somme".to_owned()));
    let set = ValueLabels::new()
        .with("a", text("A", "Un a=b"))
        .with("a=b", text("A is B", "Égal"))
        .with("a=b=c", text("All", "=Tous"))
        .with("x", text("X", "b"))
        .with("y", text("Y", "z=w"))
        .with("y=z", text("Y is Z", "Un autre"))
        .with("=", text("Sign", "Si\ngne"));
    let mut codebook = study(vec![sum]).with_value_labels("sum", set);
    codebook.study.languages = ["en", "fr"].map(str::to_owned).to_vec();
    let exporter = SavExporter::new(options(json!({"second-language": "fr", "codebook": false})));
    let file = File::of(&exporter, codebook.clone(), vec![texts(&["a"])]);
    let told = [
        "sum: language-dropped (1): labels in fr left out of ValueLabels_fr: other values would have them, by their signs =",
        "-: name-changed (1): attributes written under a name that SPSS has",
        "-: text-replaced (2): line feeds and NULs in attributes written as blanks",
    ];
    told.iter().for_each(|line| assert!(file.told().contains(&line.to_string()), "{:#?}", file.told()));
    let read = file.opened();
    let sum = &read.codebook().tables[0].variables[0];
    assert_eq!(sum.label, Text::new("Sum").with("fr", "La somme"));
    let labels = read.codebook().value_labels_of(sum).unwrap().entries.iter();
    let found: Vec<(String, Option<&str>)> =
        labels.map(|entry| (entry.value.to_string(), entry.label.translation("fr"))).collect();
    let wanted = [
        ("a", Some("Un a=b")),
        ("a=b", Some("Égal")),
        ("a=b=c", Some("=Tous")),
        ("x", Some("b")),
        ("y", None),
        ("y=z", Some("Un autre")),
        ("=", Some("Si gne")),
    ];
    assert_eq!(found, wanted.map(|(value, label)| (value.to_owned(), label)));
    // The stored codebook has all.
    let exporter = SavExporter::new(options(json!({"second-language": "fr"})));
    let whole = File::of(&exporter, codebook.clone(), vec![texts(&["a"])]).opened();
    assert_eq!(whole.codebook().value_labels, codebook.value_labels);
}

/// A file whose labels are French, with English, the first language of its study, in attributes.
fn french(edit: impl FnOnce(&mut SavMetadata)) -> Box<dyn Dataset> {
    let context = lenient().with_language("fr");
    let columns = [integers(&[1, 2, 9]), integers(&[1, 2, 2])];
    let days: ArrayRef = Arc::new(arrow_array::Date32Array::from(vec![18_263, 18_264, 18_265]));
    let columns: Vec<ArrayRef> = columns.into_iter().chain([days]).collect();
    let batch = RecordBatch::try_new(arrow_schema(&pets().tables[0], &[0, 1, 2]), columns).unwrap();
    let data = MemoryDataset::new(pets(), vec![vec![batch]]).unwrap();
    let exporter = SavExporter::new(options(json!({"second-language": "en"})));
    let sink = MemorySink::new();
    let summary = export(&exporter, &data, Box::new(sink.clone()), &context).unwrap();
    let bytes = sink.entries().into_values().next().unwrap();
    File { bytes, summary }.edited(edit).opened()
}

#[test]
fn the_first_language_of_a_study_is_deleted_from_attributes_as_any_other() {
    let french_pet = Text::default().with("fr", "Animal").with("de", "Tier");
    let whole = french(|_| ());
    assert_eq!(whole.codebook().tables[0].variables, {
        let mut variables = pets().tables.remove(0).variables;
        for (variable, read) in variables.iter_mut().zip(&whole.codebook().tables[0].variables) {
            variable.facts = read.facts.clone();
            (variable.format, variable.alignment) = (read.format.clone(), read.alignment);
            (variable.column_width, variable.measure) = (read.column_width, read.measure);
        }
        variables
    });
    let label = french(|file| set(file, "Label_en", &[]));
    assert_eq!(label.codebook().tables[0].variables[0].label, french_pet);
    let values = french(|file| set(file, "ValueLabels_en", &["1=Kitty"]));
    let pet = &values.codebook().tables[0].variables[0];
    let labels = values.codebook().value_labels_of(pet).unwrap();
    let found: Vec<&Text> = labels.entries.iter().map(|entry| &entry.label).collect();
    let cat = Text::default().with("en", "Kitty").with("fr", "Chat");
    assert_eq!(found, [&cat, &Text::default().with("fr", "Chien")]);
    assert_eq!(pet.missing[0].label, Text::default().with("fr", "Refus"));
    let copy = File::written(&SavExporter::default(), &*values).metadata();
    assert_eq!(attributes(&copy.variables[0].attributes), ["Label_en=Kind of pet", "ValueLabels_en=1=Kitty"]);
    // What the file never had goes where it shows another label.
    let other = french(|file| file.variables[0].label = "Bestiole".to_owned());
    let pet = &other.codebook().tables[0].variables[0];
    assert_eq!(pet.label, Text::default().with("fr", "Bestiole").with("en", "Kind of pet"));
    assert_eq!(lost(&*other), ["pet: metadata-dropped (1): Tier"]);
}

#[test]
fn what_an_attribute_says_in_the_language_of_the_labels_stays_an_attribute() {
    let read = french(|file| {
        set(file, "Label_fr", &["Autre"]);
        set(file, "ValueLabels_FR", &["1=Minou"]);
    });
    let pet = &read.codebook().tables[0].variables[0];
    assert_eq!(pet.label, pets().tables[0].variables[0].label);
    let copy = File::written(&SavExporter::default(), &*read);
    let found = attributes(&copy.metadata().variables[0].attributes);
    for wanted in ["Label_fr=Autre", "ValueLabels_FR=1=Minou", "Label_en=Kind of pet"] {
        assert!(found.contains(&wanted.to_owned()), "{found:?}");
    }
    let again = File::written(&SavExporter::default(), &*copy.opened()).metadata();
    assert_eq!(attributes(&again.variables[0].attributes), found);
}

#[test]
fn translations_that_the_file_never_had_go_with_their_labels_and_are_told() {
    let file = File::of(&SavExporter::default(), pets(), {
        let days: ArrayRef = Arc::new(arrow_array::Date32Array::from(vec![18_263, 18_264, 18_265]));
        vec![integers(&[1, 2, 9]), integers(&[1, 2, 2]), days]
    });
    let edited = file.edited(|file| {
        file.variables[0].label = "Beast".to_owned();
        let set = &mut file.value_labels[file.variables[0].value_labels.unwrap()].labels;
        set.iter_mut().find(|(value, _)| *value == Stored::Number(1.0)).unwrap().1 = "Kitty".to_owned();
    });
    let read = edited.opened();
    // French and German of the label, French of the value.
    assert_eq!(lost(&*read), ["pet: metadata-dropped (3): Tier"]);
    let pet = &read.codebook().tables[0].variables[0];
    assert_eq!(pet.label.get(read.codebook().language(None)), "Beast");
    assert_eq!(pet.label.translation("fr"), None);
    let labels = read.codebook().value_labels_of(pet).unwrap();
    assert_eq!(labels.entries[1].label, Text::default().with("en", "Dog").with("fr", "Chien"));
}

/// A file of another program, and its copy.
fn foreign(tags: &[(usize, &str, &[&str])]) -> (Box<dyn Dataset>, SavMetadata) {
    let mut metadata = File::of(&bare(), pets(), {
        let days: ArrayRef = Arc::new(arrow_array::Date32Array::from(vec![18_263]));
        vec![integers(&[1]), integers(&[1]), days]
    });
    metadata = metadata.edited(|file| {
        for (at, name, values) in tags {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            file.variables[*at].attributes.push(exporter_sav::Attribute::new(*name, values));
        }
    });
    let read = metadata.opened();
    let copy = File::written(&SavExporter::default(), &*read).metadata();
    (read, copy)
}

#[test]
fn a_copy_has_translations_only_where_its_source_has_them() {
    let (read, copy) = foreign(&[
        (0, "Label_en", &["Pet"]),
        (0, "Label_en_GB", &["Pet animal"]),
        (0, "ValueLabels_en", &["1=Kitty", "2=Doggy"]),
    ]);
    let pet = &read.codebook().tables[0].variables[0];
    assert_eq!((pet.label.tagged_as("en"), pet.label.tagged_as("en-GB")), (Some("Pet"), Some("Pet animal")));
    let mut found = attributes(&copy.variables[0].attributes);
    found.sort();
    assert_eq!(found, ["Label_en=Pet", "Label_en_GB=Pet animal", "ValueLabels_en=1=Kitty|2=Doggy"]);
    assert_eq!(attributes(&copy.variables[1].attributes), Vec::<String>::new());
    // A text in a shorter form serves a study that has only the longer one.
    let mut british = pets();
    british.study.languages = ["en", "fr-CA", "de"].map(str::to_owned).to_vec();
    let exporter = SavExporter::new(options(json!({"second-language": "fr-CA", "codebook": false})));
    let days: ArrayRef = Arc::new(arrow_array::Date32Array::from(vec![18_263]));
    let file = File::of(&exporter, british, vec![integers(&[1]), integers(&[1]), days]).metadata();
    assert_eq!(attributes(&file.variables[0].attributes)[0], "Label_fr_CA=Animal");
}

#[test]
fn tags_have_one_form_and_numbers_any() {
    let (read, copy) = foreign(&[
        (0, "Label_EN", &["Pet"]),
        (0, "ValueLabels_en", &["1=Kitty", "2.0=Doggy", "2=again", "two=Dog"]),
        (0, "Label_pt_br", &["Outro"]),
        (0, "Label_zh_hant_tw", &["別"]),
    ]);
    assert_eq!(read.codebook().study.languages, ["und", "en", "pt-BR", "zh-Hant-TW"]);
    let pet = &read.codebook().tables[0].variables[0];
    let labels = read.codebook().value_labels_of(pet).unwrap();
    let found: Vec<Option<&str>> = labels.entries.iter().map(|entry| entry.label.tagged_as("en")).collect();
    assert_eq!(found[..2], [Some("Kitty"), Some("Doggy")]);
    let found = attributes(&copy.variables[0].attributes);
    let values = "ValueLabels_en=1=Kitty|2=Doggy|2=again|two=Dog";
    assert_eq!(found, ["Label_en=Pet", values, "Label_pt_BR=Outro", "Label_zh_Hant_TW=別"]);
}

/// A translation that another program puts into the file instead of a stored one is no loss.
#[test]
fn translations_of_another_program_take_the_place_of_stored_ones() {
    let days = || -> ArrayRef { Arc::new(arrow_array::Date32Array::from(vec![18_263, 18_264, 18_265])) };
    let columns = vec![integers(&[1, 2, 9]), integers(&[1, 2, 2]), days()];
    let file = File::of(&SavExporter::default(), pets(), columns).edited(|file| {
        set(file, "Label_fr", &["Bestiole"]);
        set(file, "ValueLabels_fr", &["1=Minou"]);
    });
    let read = file.opened();
    assert_eq!(lost(&*read), Vec::<String>::new());
    let pet = &read.codebook().tables[0].variables[0];
    assert_eq!(pet.label.translation("fr"), Some("Bestiole"));
}
