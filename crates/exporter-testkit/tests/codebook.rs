//! The codebook's JSON gives back every codebook, and validation survives every one.

use exporter_core::Codebook;
use exporter_core::carry::{Carry, losses};
use exporter_core::codebook::{
    Agent, Attribute, BoundingBox, CollectionPeriod, DisplayFormat, Document, DocumentKind, Group, GroupKind,
    Identifier, Kind, LabelSource, Question, QuestionScope, Roster, RosterSource, Software, Table,
    ValidationRule, ValueLabel, Variable,
};
use exporter_core::profile::Profile;
use exporter_testkit::codebook;
use proptest::prelude::*;

proptest! {
    #[test]
    fn json_gives_back_the_codebook(codebook in codebook::codebooks()) {
        let json = codebook.to_json().unwrap();
        let back = Codebook::from_json(&json).unwrap();
        prop_assert_eq!(&back, &codebook);
        prop_assert_eq!(back.to_json().unwrap(), json);
    }

    #[test]
    fn kinds_are_read_from_what_they_write(kind in codebook::kinds()) {
        let json = serde_json::to_string(&kind).unwrap();
        prop_assert_eq!(&serde_json::from_str::<exporter_core::codebook::Kind>(&json).unwrap(), &kind);
        if !kind.is_nested() {
            prop_assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }

    #[test]
    fn validation_agrees_with_the_list_of_problems(codebook in codebook::codebooks()) {
        prop_assert_eq!(codebook.problems().is_empty(), codebook.validate().is_ok());
    }
}

#[test]
fn a_codebook_of_an_earlier_version_is_written_as_it_was() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../exporter/tests/data/letters_as_numbers.codebook.json");
    let json = std::fs::read_to_string(path).unwrap();
    assert_eq!(Codebook::from_json(&json).unwrap().to_json().unwrap(), json);
    let parts = [
        serde_json::to_value(Question::new("x")).unwrap(),
        serde_json::to_value(Group::new("g", GroupKind::Section, ["a"])).unwrap(),
        serde_json::to_value(Table::new("t", vec![])).unwrap(),
        serde_json::to_value(Variable::new("v", Kind::Text)).unwrap(),
        serde_json::to_value(ValueLabel::new(1, "one")).unwrap(),
        serde_json::to_value(ValidationRule::new("x", "y")).unwrap(),
        serde_json::to_value(Codebook::new("s").study).unwrap(),
    ];
    let names = parts.map(|part| part.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "));
    let earlier =
        ["text", "kind members name", "kind name", "kind name", "label value", "condition message", "id"];
    assert_eq!(names, earlier);
}

/// How much of a codebook is lost where nothing is carried.
fn lost(codebook: &Codebook) -> u64 {
    let nothing = |_| Carry::Dropped("nothing is carried");
    losses(codebook, &nothing, &Profile::default()).iter().map(|loss| loss.count).sum()
}

#[test]
fn every_part_of_a_questionnaire_is_a_loss_where_it_is_not_carried() {
    let plain = {
        let variable =
            Variable::new("v", Kind::INTEGER).with_labels("set").with_question(Question::default());
        let table = Table::new("t", vec![variable]).with_group(Group::new("g", GroupKind::Section, ["v"]));
        Codebook::new("s").with_table(table).with_value_labels("set", vec![ValueLabel::new(1, "one")].into())
    };
    type Change = fn(&mut Codebook);
    let said: &[Change] = &[
        |book| book.study.identifiers.push(Identifier::new("10.1/x", "DOI")),
        |book| book.study.authors.push(Agent::new("a")),
        |book| book.study.distributors.push(Agent::new("a")),
        |book| book.study.depositors.push(Agent::new("a")),
        |book| book.study.data_kinds.push("survey".into()),
        |book| book.study.collection_modes.push("web".into()),
        |book| book.study.instruments.push("form".into()),
        |book| book.study.software.push(Software::new("x")),
        |book| book.study.response_rate = "80 %".into(),
        |book| book.study.bounding_box = Some(BoundingBox::default()),
        |book| book.study.further_collection_periods.push(CollectionPeriod::default()),
        |book| drop(book.study.attributes.insert("a".into(), Attribute::One("b".into()))),
        |book| drop(book.tables[0].attributes.insert("a".into(), Attribute::One("b".into()))),
        |book| book.tables[0].roster = Some(Roster::new(RosterSource::Number)),
        |book| book.tables[0].roster = Some(Roster::default().with_trigger("x")),
        |book| book.tables[0].roster = Some(Roster::default().with_section("x")),
        |book| book.tables[0].roster = Some(Roster::default().with_after("x")),
        |book| book.tables[0].variables[0].unit = "kg".into(),
        |book| book.tables[0].variables[0].weighted_by = Some("v".into()),
        |book| book.tables[0].variables[0].column_width = Some(8),
        |book| book.tables[0].variables[0].write_format = Some(DisplayFormat::default()),
        |book| book.tables[0].groups[0].text = "Hello.".into(),
        |book| book.tables[0].groups[0].instructions = "Read.".into(),
        |book| book.tables[0].groups[0].enablement = Some("x".into()),
        |book| book.tables[0].groups[0].validations.push(ValidationRule::new("x", "y")),
        |book| book.tables[0].groups[0].question = Some(Box::new(Question::new("Which?"))),
        |book| book.tables[0].groups[0].source_id = Some("x".into()),
        |book| question(book).number = Some("1".into()),
        |book| question(book).required = true,
        |book| question(book).options_filter = Some("x".into()),
        |book| question(book).scope = Some(QuestionScope::Hidden),
        |book| question(book).identifying = true,
        |book| question(book).critical = true,
        |book| book.value_labels.get_mut("set").unwrap().entries[0].parent = Some(2.into()),
        |book| book.documents.push(Document::on_web("d", DocumentKind::Report, "", "https://example.org")),
    ];
    for (at, say) in said.iter().enumerate() {
        let mut more = plain.clone();
        say(&mut more);
        assert_eq!(lost(&more), lost(&plain) + 1, "number {at}");
        let json = more.to_json().unwrap();
        assert_eq!(Codebook::from_json(&json).unwrap(), more, "number {at}");
    }
    // Where the labels of a group come from goes with the group.
    let mut more = plain.clone();
    more.tables[0].groups[0].label_source = Some(LabelSource::CountedValues);
    assert_eq!(lost(&more), lost(&plain));
    assert_eq!(Codebook::from_json(&more.to_json().unwrap()).unwrap(), more);
}

fn question(codebook: &mut Codebook) -> &mut Question {
    codebook.tables[0].variables[0].question.as_mut().unwrap()
}

#[test]
fn a_whole_questionnaire_fits() {
    let json = r#"{
        "codebook": 1,
        "study": { "id": "farms", "identifiers": [{ "id": "10.1/x", "agency": "DOI" }] },
        "tables": [
            {
                "name": "farms",
                "variables": [
                    { "name": "region", "kind": "integer", "labels": "regions" },
                    { "name": "district", "kind": "integer", "labels": "districts",
                      "question": { "number": "2", "text": "District?", "kind": "single", "required": true,
                                    "options_filter": "parent == region", "scope": "supervisor",
                                    "validations": [{ "condition": "x", "message": "Sure?", "severity": "warning" }] } },
                    { "name": "crops__1", "kind": "boolean", "label": "Rice" },
                    { "name": "crops__2", "kind": "boolean", "label": "Maize" },
                    { "name": "area", "kind": "float", "unit": "ha", "weighted_by": "w" },
                    { "name": "w", "kind": "float", "weight": true }
                ],
                "groups": [
                    { "name": "welcome", "kind": "static-text", "text": { "en": "Welcome.", "fr": "Bienvenue." } },
                    { "name": "crops", "kind": { "multiple-dichotomy": { "counted": true } },
                      "members": ["crops__1", "crops__2"], "label_source": "counted-values",
                      "question": { "text": "Which crops?", "kind": "yes-no" } },
                    { "name": "farm", "kind": "section", "members": ["welcome", "region", "district", "crops", "area"],
                      "enablement": "consent == 1", "source_id": "7f" },
                    { "name": "numbers", "kind": "set", "members": ["area", "w"] }
                ]
            },
            {
                "name": "crops_grown", "kind": "roster", "variables": [{ "name": "crop", "kind": "integer" }],
                "parent": { "table": "farms", "variables": [] },
                "roster": { "source": "multiple-choice", "trigger": "crops", "section": "farm", "after": "crops" },
                "attributes": { "display": "table" }
            }
        ],
        "value_labels": {
            "regions": { "1": "North", "2": "South" },
            "districts": [{ "value": 11, "label": "Hill", "parent": 1 }, { "value": 21, "label": "Coast", "parent": 2 }]
        },
        "documents": [{ "name": "form", "kind": "questionnaire", "media_type": "", "uri": "https://example.org/form" }]
    }"#;
    let codebook = Codebook::from_json(json).unwrap();
    assert_eq!(codebook.problems(), []);
    assert_eq!(Codebook::from_json(&codebook.to_json().unwrap()).unwrap(), codebook);
}
