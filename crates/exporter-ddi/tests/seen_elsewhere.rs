//! What other programs get wrong with DDI, as their users report it, and what ours does.

use exporter_core::codebook::{
    Attribute, Codebook, Group, GroupKind, Kind, Missing, Role, Table, Value, ValueLabels, Variable,
};
use exporter_core::sink::MemorySink;
use exporter_core::{Dataset as _, LossPolicy, MemoryDataset, export};
use exporter_ddi::{DdiDocument, DdiExporter, DdiOptions, Profile, read};
use exporter_testkit::{conformance, sample};

use super::element::{Node, parsed};
use super::{document, file};

/// The first document of a study.
fn written(data: &MemoryDataset, profile: Profile) -> String {
    let mut options = DdiOptions::default();
    options.profile = profile;
    let (sink, context) = (MemorySink::new(), conformance::context().with_policy(LossPolicy::Report));
    export(&DdiExporter::new(options), data, Box::new(sink.clone()), &context).unwrap();
    String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap()
}

fn described() -> Node {
    parsed(&written(&sample::described(), Profile::Standard))
}

fn again(codebook: &Codebook) -> DdiDocument {
    let rows = codebook.tables.iter().map(|_| vec![]).collect();
    let data = MemoryDataset::new(codebook.clone(), rows).unwrap();
    read(written(&data, Profile::Standard).as_bytes()).unwrap()
}

/// IQSS/dataverse #3648, #6554, #8701: children in an order that the schema does not have.
#[test]
fn children_of_a_variable_stand_in_the_order_of_the_schema() {
    let root = described();
    let variable =
        root.at("dataDscr/var").into_iter().find(|var| var.attribute("name") == "does work?").unwrap();
    let mut names: Vec<&str> = variable.children.iter().map(|child| child.name.as_str()).collect();
    names.dedup();
    assert_eq!(
        names,
        [
            "location",
            "labl",
            "security",
            "qstn",
            "invalrng",
            "universe",
            "sumStat",
            "catgry",
            "concept",
            "derivation",
            "varFormat",
            "notes"
        ]
    );
    let question: Vec<&str> =
        variable.at("qstn")[0].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(question, ["preQTxt", "qstnLit", "qstnLit", "postQTxt", "ivuInstr"]);
}

/// IQSS/dataverse #7388, #9266: the language of a text is lost, or is always `en`.
#[test]
fn every_text_says_its_language() {
    const TEXTS: [&str; 14] = [
        "abstract", "anlyUnit", "collMode", "concept", "dataKind", "drvdesc", "fileCont", "keyword", "labl",
        "parTitl", "qstnLit", "titl", "txt", "universe",
    ];
    fn texts<'n>(node: &'n Node, found: &mut Vec<(&'n str, &'n str)>) {
        if TEXTS.contains(&node.name.as_str()) {
            found.push((&node.name, node.attribute("xml:lang")));
        }
        // Names of files stand there for titles, and are in no language.
        let children = node.children.iter().filter(|child| child.name != "otherMat");
        children.for_each(|child| texts(child, found));
    }
    let (root, mut found) = (described(), Vec::new());
    texts(&root, &mut found);
    let untold: Vec<_> = found.iter().filter(|(_, tag)| !["en", "fr"].contains(tag)).collect();
    assert!(untold.is_empty() && found.len() > 30, "{untold:?} of {}", found.len());
    let label = |tag: &str| {
        let labels = root.at("dataDscr/var/labl");
        labels.iter().find(|label| label.attribute("xml:lang") == tag).map(|label| label.text.clone())
    };
    assert_eq!(label("fr").as_deref(), Some("Travaille"));
    assert!(label("en").unwrap().starts_with("A label that is longer"));
    // A study without a title has its number in its place, in the language of the study.
    let mut codebook = Codebook::new("s").with_languages(["pt"]);
    codebook.tables.clear();
    let data = MemoryDataset::new(codebook, vec![]).unwrap();
    let root = parsed(&written(&data, Profile::Standard));
    let title = root.at("stdyDscr/citation/titlStmt/titl")[0];
    assert_eq!((title.attribute("xml:lang"), &*title.text), ("pt", "s"));
}

/// IQSS/dataverse #11932: a language of the root stops harvesting.
#[test]
fn the_root_has_a_language_but_for_dataverse() {
    let tag = |profile| parsed(&written(&sample::described(), profile)).attribute("xml:lang").to_owned();
    assert_eq!((tag(Profile::Standard), tag(Profile::Dataverse)), ("en".to_owned(), String::new()));
}

/// IQSS/dataverse #4593, #3982: labels are cut, and categories are dropped or put into order.
#[test]
fn labels_have_no_limit_and_categories_stay_as_they_are() {
    let long = "é".repeat(40_000);
    let codes = [7, 1, 900, -3, 2];
    let category =
        |code: &i64| format!("<catgry><catValu>{code}</catValu><labl>{long}{code}</labl></catgry>");
    let categories: String = codes.iter().map(category).collect();
    let variable = format!("<var ID=\"V1\" name=\"x\" dcml=\"0\"><labl>{long}</labl>{categories}</var>");
    let first = read(document(&file("x.csv"), &variable).as_bytes()).unwrap();
    for found in [again(&first.codebook), first] {
        let variable = &found.codebook.tables[0].variables[0];
        assert_eq!(variable.label.untagged().map(str::len), Some(long.len()));
        let labels = &found.codebook.value_labels_of(variable).unwrap().entries;
        let read: Vec<(Value, usize)> = labels
            .iter()
            .map(|entry| (entry.value.clone(), entry.label.untagged().unwrap().chars().count()))
            .collect();
        let wanted = codes.map(|code| (Value::Integer(code), 40_000 + code.to_string().len()));
        assert_eq!(read, wanted);
        assert_eq!(found.counts.categories, 5);
    }
}

/// ipums/ipumsr #9: a failed download is told of as "tag mismatch: meta line 12".
#[test]
fn a_page_of_the_web_is_no_document() {
    for page in [
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>Log in</title></head><body><p>Hi<br></html>",
        "<HTML><head><meta charset=utf-8></head></HTML>",
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head/></html>",
    ] {
        assert_eq!(read(page.as_bytes()).unwrap_err().to_string(), "this is an HTML page, not DDI", "{page}");
    }
}

/// ddionrails/r2ddi #25, frictionless-py #1553: categories, missing definitions and response sets are lost.
#[test]
fn categories_missing_values_and_response_sets_come_back() {
    let option = |name: &str| Variable::new(name, Kind::INTEGER).with_labels("yes");
    let income = Variable::new("income", Kind::INTEGER)
        .with_missing(Missing::value(-9).label("Refused"))
        .with_missing(Missing::range(Some((-8).into()), Some((-1).into())).label("Unclear"))
        .with_missing(Missing::value(99));
    let pets =
        Group::new("pets", GroupKind::MultipleDichotomy { counted: Value::Integer(1) }, ["cat", "dog"]);
    let table = Table::new("t", vec![option("cat"), option("dog"), income]).with_group(pets);
    let yes = ValueLabels::new().with(0, "No").with(1, "Yes");
    let codebook = Codebook::new("s").with_table(table).with_value_labels("yes", yes);
    let found = again(&codebook);
    assert_eq!((found.counts.variables, found.counts.categories, found.counts.missing), (3, 5, 1));
    assert_eq!(found.codebook.tables[0].variables, codebook.tables[0].variables);
    assert_eq!(found.codebook.tables[0].groups, codebook.tables[0].groups);
    assert_eq!(found.codebook.value_labels, codebook.value_labels);
}

/// larmarange/labelled #191: filter, role, source and the question of the year before have no home.
#[test]
fn filter_role_and_source_have_a_home() {
    let root = described();
    let variable =
        root.at("dataDscr/var").into_iter().find(|var| var.attribute("name") == "does work?").unwrap();
    let note = |kind: &str, subject: &str| {
        let notes = variable.at("notes").into_iter();
        let mut notes = notes.filter(|it| it.attribute("type") == kind && it.attribute("subject") == subject);
        notes.next().map(|note| note.text.clone()).unwrap_or_default()
    };
    assert_eq!(variable.at("universe")[0].text, "Adults");
    assert_eq!(variable.at("concept")[0].text, "Work");
    assert_eq!(variable.at("derivation/drvdesc")[0].text, "As answered");
    assert_eq!(note("exporter:enablement", ""), "age &gt; 15");
    assert_eq!(
        (note("exporter:source-id", ""), note("exporter:attribute", "source")),
        ("q1".into(), "register".into())
    );
    let found = read(written(&sample::described(), Profile::Standard).as_bytes()).unwrap();
    let (_, found) = found.codebook.tables[0].variable("does work?").unwrap();
    assert_eq!(found.role, Some(Role::Target));
    assert_eq!(found.attributes["source"], Attribute::One("register".into()));
    let data = sample::described();
    let (_, own) = data.codebook().tables[0].variable("does work?").unwrap();
    assert_eq!(found.question, own.question);
}
