//! Each element and attribute of the structure goes from a document into a document, or is told.

use std::collections::{BTreeMap, BTreeSet};

use exporter_core::sink::MemorySink;
use exporter_core::{Context, Source, export};
use exporter_xml::{Element, Item, Node, XmlReader};

use crate::exporter::DdiExporter;
use crate::mapping::SOURCE;
use crate::structure::{Content, Structure, ValueType, Version};

/// A document with what others refer to: a variable (`VX`), and an element that a codebook has no field for (`K`).
const BASE: &str = "<codeBook version='2.5' xml:lang='en'><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation>\
    <method><dataColl><timeMeth ID='K'>panel</timeMeth></dataColl></method></stdyDscr>\
    <fileDscr ID='FX'><fileTxt><fileName>pets.csv</fileName></fileTxt></fileDscr>\
    <dataDscr><var ID='VW' name='weight' files='FX'/><var ID='VX' name='legs' files='FX'><labl>Legs</labl></var></dataDscr></codeBook>";

/// What comes out otherwise, or not at all, and why nothing needs to be told.
const EXCEPTIONS: [(&str, &str); 31] = [
    ("var@ID", "parts of a codebook have the IDs of the new document"),
    ("varGrp@ID", "parts of a codebook have the IDs of the new document"),
    ("fileDscr@ID", "parts of a codebook have the IDs of the new document"),
    ("recGrp@ID", "parts of a codebook have the IDs of the new document"),
    ("var@rectype", "which records there are is the table"),
    ("recGrp@rectype", "which records there are is the table"),
    ("fileStrc@type", "which records there are is the table"),
    ("recGrp/labl", "a record is called as its table is"),
    ("recGrp/labl@xml:lang", "a record is called as its table is"),
    ("varGrp@type", "a text alone that has members is told in words of its own"),
    ("var@wgt", "what is said by nothing: it is no weight"),
    ("universe@clusion", "what is said by nothing: it is included"),
    ("var@intrvl", "it is the measure, which a note keeps where the kind is a guess"),
    ("varFormat@type", "the kind, of which this format is no proof"),
    ("varFormat@schema", "it says whose `formatname` is meant, which is kept or told"),
    ("item@UNITS", "the digits say it"),
    ("range@UNITS", "the digits say it"),
    ("location@width", "the last character says it"),
    ("location@RecSegNo", "the first segment is the only one"),
    ("location@xml:lang", "numbers have no language"),
    ("catValu@xml:lang", "codes have no language"),
    ("eastBL@xml:lang", "numbers have no language"),
    ("northBL@xml:lang", "numbers have no language"),
    ("southBL@xml:lang", "numbers have no language"),
    ("westBL@xml:lang", "numbers have no language"),
    ("dimensns@xml:lang", "numbers have no language"),
    ("qstn", "the text of a question stands in `qstnLit`"),
    ("qstn@xml:lang", "the text of a question stands in `qstnLit`"),
    ("defntn", "the definition of a group is its text"),
    ("defntn@xml:lang", "the definition of a group is its text"),
    ("dataFingerprint@type", "its value is told"),
];

/// Elements of the data file or of its statistics: the rows say them again, and what these do not is told with other words.
const COUNTED: [&str; 5] = ["caseQnty", "varQnty", "catStat", "sumStat", "fileName"];

/// References as the document has them, and as the one that is written must.
const REFERENCES: (&str, &str) = ("K VX", "K V2");

/// Values of attributes that say something of the data, as the document has them and as the one that is written must.
const OWN: [(&str, &str, &str); 17] = [
    ("nation@abbr", "FI", "FI"),
    ("var@representationType", "numeric", "numeric"),
    ("catgry@missing", "Y", "Y"),
    ("var@files", "FX", "F1"),
    ("var@wgt-var", "VW", "V1"),
    ("var@dcml", "2", "2"),
    ("catStat@wgt-var", "VW", "V1"),
    ("sumStat@wgt-var", "VW", "V1"),
    ("varGrp@var", "VW VX", "V1 V2"),
    ("varGrp@varGrp", "", ""),
    ("recGrp@keyvar", "VW VX", "V1 V2"),
    ("recGrp@recGrp", "", ""),
    ("location@StartPos", "3", "3"),
    ("location@EndPos", "5", "5"),
    ("location@width", "3", "3"),
    ("location@RecSegNo", "1", "1"),
    ("location@fileid", "FX", "F1"),
];

/// What a document says at a path: the text, or an attribute.
type Said = (String, Option<String>, String);

/// The root of a document.
pub(super) fn parsed(xml: &[u8]) -> Element {
    let mut reader = XmlReader::new(xml);
    loop {
        match reader.next_item().unwrap() {
            Some(Item::Start(tag)) => return reader.element(tag, 1 << 20).unwrap(),
            Some(_) => {}
            None => panic!("no element"),
        }
    }
}

/// All that a document says.
fn said(element: &Element, path: &str, all: &mut BTreeSet<Said>) {
    let path = format!("{path}/{}", element.name);
    for (name, value) in &element.attributes {
        all.insert((path.clone(), Some(name.to_string()), value.clone()));
    }
    all.insert((path.clone(), None, element.own_text().trim().to_owned()));
    element.elements().for_each(|child| said(child, &path, all));
}

/// How words begin that stand nowhere else.
const WORD: &str = "zq";

/// A word that stands nowhere else.
fn word(number: &mut usize) -> String {
    *number += 1;
    let letter = |at: usize| char::from(b'a' + u8::try_from(*number / 20_usize.pow(at as u32) % 20).unwrap());
    format!("{WORD}{}{}{}x", letter(2), letter(1), letter(0))
}

/// A value of a type; `which` of those that are listed.
fn value(kind: &ValueType, number: &mut usize, which: usize) -> (String, String) {
    let same = |value: &str| (value.to_owned(), value.to_owned());
    match kind {
        ValueType::Integer => same("77"),
        ValueType::Boolean => same("true"),
        ValueType::Date | ValueType::Day => same("2019-03-07"),
        ValueType::Language => same("fi"),
        ValueType::IdRef => same("K"),
        ValueType::IdRefs => (REFERENCES.0.to_owned(), REFERENCES.1.to_owned()),
        ValueType::OneOf(values) => same(values[which % values.len()]),
        ValueType::Just(only) => same(only),
        ValueType::Text | ValueType::Uri | ValueType::Id | ValueType::NcName | ValueType::NmToken => {
            same(&word(number))
        }
    }
}

/// An element with no more than it must have.
fn least(name: &'static str, structure: &Structure, number: &mut usize) -> Element {
    let rule = structure.rule(name).unwrap();
    let mut element = Element::new(name);
    for attribute in rule.attributes.iter().filter(|attribute| attribute.is_required) {
        element = element.with(attribute.name, value(&attribute.values, number, 0).0);
    }
    match &rule.content {
        Content::Children(particle) => {
            let mut names: Vec<&str> = Vec::new();
            while let Err(wrong) = particle.check(&names) {
                let missing = wrong.missing.unwrap();
                names.insert(wrong.at, missing);
                element.push(least(missing, structure, number));
            }
        }
        Content::Value(kind) => element = element.text(value(kind, number, 0).0),
        Content::Text(_) => element = element.text(word(number)),
        Content::Empty => {}
    }
    if name == "catgry" {
        element.push(Element::new("catValu").text("7"));
        element.push(Element::new("labl").text("Seven"));
    }
    element
}

/// By parent, a shortest way to it from the root.
fn ways(structure: &Structure) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut ways = BTreeMap::from([("codeBook", vec!["codeBook"])]);
    let mut level = vec!["codeBook"];
    while !level.is_empty() {
        let mut next = Vec::new();
        for parent in level {
            for name in inside(structure, parent) {
                if !ways.contains_key(name) {
                    let way = ways[parent].iter().copied().chain([name]).collect();
                    ways.insert(name, way);
                    next.push(name);
                }
            }
        }
        level = next;
    }
    ways
}

/// The elements that may stand in one, but for the forms of texts.
fn inside(structure: &Structure, name: &str) -> Vec<&'static str> {
    let names = match &structure.rule(name).unwrap().content {
        Content::Children(particle) => particle.names(),
        Content::Text(names) => names.clone(),
        Content::Empty | Content::Value(_) => Vec::new(),
    };
    let forms = ["ExtLink", "Link", "div", "emph", "head", "hi", "list", "p", "table", "itm", "label"];
    names.into_iter().filter(|name| !name.contains(':') && !forms.contains(name)).collect()
}

/// The element at the end of a way, made where it is not there; the last one is made anew where it may stand several times.
fn at<'e>(
    root: &'e mut Element,
    way: &[&'static str],
    structure: &Structure,
    number: &mut usize,
) -> &'e mut Element {
    let Some((name, below)) = way.split_first() else { return root };
    let repeats = match &structure.rule(&root.name).unwrap().content {
        Content::Children(particle) => particle.repeats(name) == Some(true),
        _ => true,
    };
    let is_new = root.first(name).is_none() || below.is_empty() && repeats;
    if is_new {
        root.push(least(name, structure, number));
    }
    let found = root.elements_mut().filter(|child| child.name == *name).last().unwrap();
    at(found, below, structure, number)
}

/// What a document says, and the document that is written of it neither says nor keeps in a note, and no loss names.
fn silent_of(way: &[&'static str], which: usize, structure: &'static Structure) -> Vec<String> {
    let mut number = 0;
    let mut document = parsed(BASE.as_bytes());
    let element = at(&mut document, &way[1..], structure, &mut number);
    let rule = structure.rule(&element.name).unwrap();
    let mut wanted: Vec<(Option<&str>, String)> = Vec::new();
    for attribute in rule.attributes.iter().filter(|attribute| attribute.name != "xml-lang") {
        let own = OWN.iter().find(|(name, ..)| *name == format!("{}@{}", element.name, attribute.name));
        let (given, expected) = match own {
            Some((_, given, expected)) => ((*given).to_owned(), (*expected).to_owned()),
            None => value(&attribute.values, &mut number, which),
        };
        if expected.is_empty() {
            continue;
        }
        element.attributes.retain(|(name, _)| name != attribute.name);
        *element = std::mem::take(element).with(attribute.name, given);
        wanted.push((Some(attribute.name), expected));
    }
    match &rule.content {
        Content::Text(_) => {
            let words = word(&mut number);
            element.children.retain(|node| !matches!(node, Node::Text(_)));
            *element = std::mem::take(element).text(words.clone());
            wanted.push((None, words));
        }
        Content::Value(_) => wanted.push((None, element.own_text().into_owned())),
        Content::Empty | Content::Children(_) => {}
    }
    // Something refers to it.
    if let Some(id) = element.attribute("ID").map(str::to_owned) {
        let notes = Element::new("notes").with("parent", id).text("refers");
        at(&mut document, &["dataDscr", "var"], structure, &mut number).push(notes);
    }
    document.sort(&|parent, child| structure.position(parent, child));
    let mut xml = String::new();
    document.write(0, &mut xml);
    let context = Context::default();
    let source = Source::memory("study.xml", xml.clone().into_bytes());
    let registry = crate::register(exporter_core::Registry::new());
    let data = registry.open(&source, serde_json::Value::Null, &context).unwrap();
    let sink = MemorySink::new();
    let summary = export(&DdiExporter::default(), &*data, Box::new(sink.clone()), &context).unwrap();
    let (_, bytes) = sink.entries().into_iter().next().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let mut found = BTreeSet::new();
    said(&parsed(&bytes), "", &mut found);
    let told: Vec<&str> = summary.changes.losses.iter().map(|loss| loss.action.as_str()).collect();
    // Notes of fields that the document says otherwise.
    let texts = found.iter().filter(|(path, attribute, _)| path.ends_with("/notes") && attribute.is_none());
    let notes: Vec<&String> = texts.map(|(.., text)| text).filter(|text| text.starts_with("{\"i")).collect();
    let path = format!("/{}", way.join("/"));
    let last = way[way.len() - 1];
    // Of what is not taken nothing is; what a document says of itself is kept as words.
    let is_taken =
        |step: &&str| told.contains(&format!("elements `{step}` of the document are not taken").as_str());
    if way.iter().any(is_taken) || COUNTED.contains(&last) {
        return Vec::new();
    }
    let mut silent = Vec::new();
    for (attribute, value) in wanted {
        let name = attribute.map_or(last.to_owned(), |attribute| format!("{last}@{attribute}"));
        let place = attribute.map_or_else(|| path.clone(), |attribute| format!("{path}@{attribute}"));
        let is_there = found.contains(&(path.clone(), attribute.map(str::to_owned), value.clone()));
        let is_noted = text.contains(&format!("{}\">{value}</notes>", attribute.unwrap_or_default()))
            || value.starts_with(WORD) && notes.iter().any(|note| note.contains(&value));
        let is_told = || told.iter().any(|told| told.contains(&format!("`{name}`")));
        let is_default = (attribute.unwrap_or_default(), value.as_str()) == SOURCE;
        let is_excepted = EXCEPTIONS.iter().any(|(excepted, _)| place.ends_with(&format!("/{excepted}")))
            || way[1] == "docDscr" && attribute == Some("xml:lang");
        if !(is_there || is_noted || is_default || is_excepted || is_told()) {
            silent.push(format!("{place}: {value}"));
        }
    }
    silent
}

#[test]
fn each_element_and_attribute_comes_out_or_is_told() {
    let mut silent = BTreeSet::new();
    // Of values that are listed several: none has more than a few that mean something else.
    for (version, values) in [(Version::V2_5, 6), (Version::V2_6, 1)] {
        let structure = version.structure();
        for (parent, way) in &ways(structure) {
            for name in inside(structure, parent) {
                let way: Vec<&'static str> = way.iter().copied().chain([name]).collect();
                silent.extend((0..values).flat_map(|which| silent_of(&way, which, structure)));
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}
