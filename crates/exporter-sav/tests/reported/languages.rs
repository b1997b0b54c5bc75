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
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    let mut wanted = json!({"codebook": codebook});
    if let Some(second) = second {
        wanted["second-language"] = json!(second);
    }
    let copy = File::written(&SavExporter::new(options(wanted)), &*read).metadata();
    let attributes = attributes(&copy.variables[0].attributes);
    Copied { read, attributes }
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
