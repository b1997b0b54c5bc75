//! What the readers of a profile ask for.

use exporter_core::codebook::{
    Agent, Attribute, Codebook, Identifier, Kind, Question, Series, Study, Table, Text, Variable,
};
use exporter_core::sink::MemorySink;
use exporter_core::{Dataset, Error, ErrorKind, MemoryDataset, export};
use exporter_ddi::{DdiExporter, DdiOptions, Profile, Version};
use exporter_testkit::conformance;

/// A study with three identifiers, in two languages.
fn study() -> Codebook {
    let two = |en: &str, fr: &str| Text::default().with("en", en).with("fr", fr);
    let mut study = Study::default();
    (study.id, study.title) = ("PETS".to_owned(), two("Pets", "Animaux"));
    study.languages = vec!["en".to_owned(), "fr".to_owned()];
    study.summary = two("All pets.", "Tous.");
    let mut archive = Agent::new("Archive of Pets");
    archive.abbreviation = Some("AP".to_owned());
    study.distributors = vec![archive];
    let identifier = |id: &str, agency: Option<&str>| {
        let mut identifier = Identifier::default();
        (identifier.id, identifier.agency) = (id.to_owned(), agency.map(str::to_owned));
        identifier
    };
    study.identifiers = vec![identifier("P-1", Some("AP")), identifier("10.1/pets", Some("DOI"))];
    let mut legs = Variable::new("legs", Kind::INTEGER).with_label(two("Legs", "Pattes"));
    let mut question = Question::default();
    question.text = two("How many legs?", "Combien ?");
    legs.question = Some(Box::new(question));
    let table = Table::new("pets", vec![legs, Variable::new("note", Kind::Text)]);
    let mut codebook = Codebook::default().with_table(table);
    codebook.study = study;
    codebook
}

/// The documents that are written, by path.
fn written(codebook: &Codebook, profile: Profile) -> Result<Vec<(String, String)>, Error> {
    let mut options = DdiOptions::default();
    options.profile = profile;
    let rows = codebook.tables.iter().map(|_| vec![]).collect();
    let data = MemoryDataset::new(codebook.clone(), rows).unwrap();
    let sink = MemorySink::new();
    let summary = export(&DdiExporter::new(options), &data, Box::new(sink.clone()), &conformance::context())?;
    let entries = sink.entries();
    let text = |path: &String| String::from_utf8(entries[path].clone()).unwrap();
    Ok(summary.entries.iter().map(|entry| (entry.path.clone(), text(&entry.path))).collect())
}

/// The only document.
fn one(profile: Profile) -> String {
    let [(_, text)] = written(&study(), profile).unwrap().try_into().unwrap();
    text
}

/// Whether all of these stand in a text, in this order.
fn says(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for wanted in wanted {
        let Some((_, behind)) = rest.split_once(wanted) else { panic!("{wanted:?} is not in {rest}") };
        rest = behind;
    }
}

#[test]
fn identifiers_are_those_that_readers_take() {
    let own = "<IDNo>PETS</IDNo>";
    says(
        &one(Profile::Standard),
        &[own, "<IDNo agency=\"AP\">P-1</IDNo>", "<IDNo agency=\"DOI\">10.1/pets</IDNo>"],
    );
    says(&one(Profile::Dataverse), &["<stdyDscr>", "<IDNo agency=\"DOI\">10.1/pets</IDNo>", own]);
    assert!(!one(Profile::Dataverse).contains("version=\"2.5\" xml:lang"));
    says(
        &one(Profile::Archive),
        &[
            "<IDNo agency=\"AP\">PETS</IDNo>",
            "<distrbtr abbr=\"AP\" xml:lang=\"en\">",
            "<holdings URI=\"https://doi.org/10.1/pets\"/>",
        ],
    );
    // Whoever joins several identifiers gets one; a document is in one language.
    let catalogue = written(&study(), Profile::Nada).unwrap();
    let paths: Vec<&str> = catalogue.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["PETS.en.ddi.xml", "PETS.fr.ddi.xml"]);
    for (path, text) in &catalogue {
        let numbers = text.split("<stdyDscr>").nth(1).unwrap().matches("<IDNo").count();
        assert_eq!((numbers, text.matches("<qstnLit").count()), (1, 1), "{path}");
    }
    // What is left out comes back.
    for (profile, at) in [(Profile::Nada, 0), (Profile::Archive, 0), (Profile::Ipums, 0), (Profile::Odf, 0)] {
        let (_, text) = written(&study(), profile).unwrap().swap_remove(at);
        let read = super::among(&text, &[], 1).unwrap();
        assert_eq!(read.codebook().study.identifiers, study().study.identifiers, "{profile:?}");
        assert_eq!(read.codebook().tables[0].variables[0].notes, Vec::<Text>::new(), "{profile:?}");
        assert_eq!(read.codebook().tables[0].name, "pets", "{profile:?}");
    }
}

#[test]
fn readers_of_single_tables_find_what_they_ask_for() {
    says(
        &one(Profile::Odf),
        &[
            "<fileName>pets</fileName>",
            "<titl>pets</titl>",
            "<var ID=\"V1\" name=\"legs\"",
            "<txt xml:lang=\"en\">How many legs?</txt>",
            "<txt xml:lang=\"fr\">Combien ?</txt>",
        ],
    );
    let ipums = written(&study(), Profile::Ipums).unwrap();
    says(
        &ipums[1].1,
        &[
            "<serName abbr=\"PETS\">PETS</serName>",
            "<serInfo>https://doi.org/10.1/pets</serInfo>",
            "<citReq>Animaux</citReq>",
            "<conditions>not stated</conditions>",
            "<fileCont>pets</fileCont>",
            "<fileStrc type=\"rectangular\"/>",
            "charset=\"UTF-8\"",
            "<filePlac>not stated</filePlac>",
            "<location StartPos=\"2\" fileid=\"F1\" EndPos=\"2\" width=\"1\"/>",
            "<labl>note</labl>",
            "<txt>note</txt>",
            "<concept>note</concept>",
        ],
    );
}

/// What is said of a table is the description of its file, in all languages where it may repeat; what it is called are titles.
#[test]
fn the_description_of_a_file_is_no_label() {
    let two = |en: &str, fr: &str| Text::default().with("en", en).with("fr", fr);
    let mut codebook = study();
    codebook.tables[0].label = two("Pets of all", "Animaux");
    codebook.tables[0].notes = vec![two("Asked in 2010.", "En 2010."), "More".into()];
    let written = |codebook: &Codebook, version| {
        let mut options = DdiOptions::default();
        (options.profile, options.version) = (Profile::Odf, version);
        let data = MemoryDataset::new(codebook.clone(), vec![vec![]]).unwrap();
        let sink = MemorySink::new();
        let context = conformance::context();
        let summary = export(&DdiExporter::new(options), &data, Box::new(sink.clone()), &context).unwrap();
        let text = String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap();
        (text, super::told(&summary.changes.losses))
    };
    let titles = ["<titl xml:lang=\"en\">Pets of all</titl>", "<parTitl xml:lang=\"fr\">Animaux</parTitl>"];
    let english = "<fileCont xml:lang=\"en\">Asked in 2010.</fileCont>";
    let (text, told) = written(&codebook, Version::V2_6);
    says(&text, &[titles[0], titles[1], english, "<fileCont xml:lang=\"fr\">En 2010.</fileCont>", "<notes"]);
    assert!(!told.iter().any(|loss| loss.contains("description")), "{told:?}");
    let (text, told) = written(&codebook, Version::V2_5);
    says(&text, &[titles[0], titles[1], english, "<notes xml:lang=\"fr\">En 2010.</notes>"]);
    assert_eq!(text.matches("<fileCont").count(), 1);
    let lost = "the description of a file is in one language in DDI 2.5, the others are notes that readers of the Open Data Format \
                pass over: version=2.6 has all ×1";
    assert!(told.iter().any(|loss| loss.contains(lost)), "{told:?}");
    for version in [Version::V2_5, Version::V2_6] {
        let (text, _) = written(&codebook, version);
        assert_eq!(super::among(&text, &[], 1).unwrap().codebook().tables[0].notes, codebook.tables[0].notes);
        // What is only called something has no description.
        let mut titled = codebook.clone();
        titled.tables[0].notes.clear();
        let (text, told) = written(&titled, version);
        says(&text, &titles);
        assert!(!text.contains("fileCont") && !told.iter().any(|loss| loss.contains("2.6")), "{text}");
    }
}

/// Archives state where a study is held, and DOIs of DataCite.
#[test]
fn an_archive_finds_the_address_where_documents_state_it() {
    let of = |change: &dyn Fn(&mut Study)| {
        let mut codebook = study();
        codebook.study.identifiers.clear();
        change(&mut codebook.study);
        written(&codebook, Profile::Archive).unwrap().remove(0).1
    };
    let held = |study: &mut Study| {
        let places = vec!["https://a.org/1".to_owned(), "https://b.org".to_owned()];
        study.attributes.insert("holdings@URI".to_owned(), Attribute::Many(places));
    };
    let text = of(&held);
    says(&text, &["<holdings URI=\"https://a.org/1\"/>", "<holdings URI=\"https://b.org\"/>"]);
    assert_eq!(text.matches("<holdings").count(), 2);
    // Some state it of the document alone.
    let of_document = |study: &mut Study| {
        let place = Attribute::One("http://urn.fi/urn:nbn:fi:fsd:T-FSD3307".to_owned());
        study.attributes.insert("docDscr/citation/holdings@URI".to_owned(), place);
    };
    says(&of(&of_document), &["<stdyDscr>", "<holdings URI=\"http://urn.fi/urn:nbn:fi:fsd:T-FSD3307\"/>"]);
    let of_datacite = |study: &mut Study| {
        let mut identifier = Identifier::default();
        (identifier.id, identifier.agency) = ("10.4232/1.2800".to_owned(), Some("DataCite".to_owned()));
        study.identifiers.push(identifier);
    };
    says(&of(&of_datacite), &["<holdings URI=\"https://doi.org/10.4232/1.2800\"/>"]);
}

/// What a document says is not replaced by what readers ask for.
#[test]
fn the_abbreviation_of_a_series_is_its_own() {
    let mut codebook = study();
    codebook.study.series = Some(Series::new("IPUMS CPS"));
    codebook.study.attributes.insert("serName@abbr".to_owned(), Attribute::One("cps".to_owned()));
    let text = written(&codebook, Profile::Ipums).unwrap().remove(0).1;
    says(&text, &["abbr=\"cps\"", ">IPUMS CPS</serName>"]);
    assert!(!text.contains("abbr=\"PETS\""), "{text}");
}

#[test]
fn a_study_that_lacks_what_readers_ask_for_is_refused_with_words_to_write() {
    type Change = fn(&mut Codebook);
    let lacks: [(Profile, Change, &str, &str); 5] = [
        (Profile::Archive, |it| it.study.id.clear(), "asks for an identifier", "id = "),
        (Profile::Archive, |it| it.study.summary = Text::default(), "asks for an abstract", "abstract = "),
        (
            Profile::Archive,
            |it| it.study.distributors.clear(),
            "asks for a distributor",
            "distributors = [{ name",
        ),
        (
            Profile::Archive,
            |it| it.study.identifiers.clear(),
            "asks for a DOI or a web address",
            "agency = \"DOI\"",
        ),
        (
            Profile::Odf,
            |it| it.tables.push(Table::new("b", vec![])),
            "one table, and the study has 2",
            "tables=pets",
        ),
    ];
    for (profile, change, message, hint) in lacks {
        let mut codebook = study();
        change(&mut codebook);
        let error = written(&codebook, profile).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Usage), "{error:?}");
        assert!(error.to_string().contains(message) && error.hint().unwrap().contains(hint), "{error:?}");
    }
}
