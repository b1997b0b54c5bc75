//! What a codebook has no field for, and what it refers to.

use exporter_core::codebook::{Codebook, Kind, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};

use super::{document, findings};
use crate::exporter::DdiExporter;
use crate::reader::read;
use crate::structure::Version;

/// The codebook of a document with these parts.
fn codebook(study: &str, data: &str) -> Codebook {
    let text = format!(
        "<codeBook version='2.5' xml:lang='en'><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation>{study}</stdyDscr>\
         <fileDscr ID='F'><fileTxt><fileName>pets.csv</fileName></fileTxt></fileDscr><dataDscr>{data}</dataDscr></codeBook>"
    );
    let read = read(text.as_bytes()).unwrap().codebook;
    assert_eq!(read.problems(), []);
    read
}

/// The document of a codebook, which is valid and says all of it.
fn written(codebook: &Codebook) -> String {
    let xml = document(codebook, Version::V2_5);
    assert_eq!(findings(&xml), [""; 0], "{xml}");
    xml
}

/// What is lost of a codebook on its way into a document.
fn lost(codebook: Codebook) -> Vec<String> {
    let batches = codebook.tables.iter().map(|_| Vec::new()).collect();
    let data = MemoryDataset::new(codebook, batches).unwrap();
    let summary =
        export(&DdiExporter::default(), &data, Box::new(MemorySink::new()), &Context::default()).unwrap();
    let line = |loss: &exporter_core::Loss| {
        let first = loss.first.as_ref().map(|first| first.value.as_str()).unwrap_or_default();
        format!("{} {}: {first}", loss.count, loss.action)
    };
    summary.changes.losses.iter().map(line).collect()
}

const REFERRING: &str = "<var ID='a' name='age' files='F' access='DA'><qstn><qstnLit>How old?</qstnLit>\
    <forward qstn='V2'>Ask b</forward></qstn><derivation var='b c'><drvcmd>b + c</drvcmd></derivation></var>\
    <var ID='b' name='b' files='F'><qstn ID='V2'><qstnLit>Old?</qstnLit></qstn></var><var ID='c' name='c d' files='F'/>";
const ACCESS: &str = "<dataAccs ID='DA'><useStmt><restrctn>Adults alone</restrctn></useStmt></dataAccs>";

#[test]
fn references_follow_what_they_refer_to() {
    let mut read = codebook(ACCESS, REFERRING);
    let age = &read.tables[0].variables[0].attributes;
    assert_eq!(age["derivation@var"].values(), ["var[name=b] var[name=c%20d]"]);
    read.tables[0].variables.insert(0, Variable::new("first", Kind::Text));
    let xml = written(&read);
    // The IDs of variables pass by that of the question, which is kept.
    for stands in [
        "<var ID=\"V3\" name=\"age\"",
        "access=\"DA\"",
        "<dataAccs ID=\"DA\">",
        "<derivation var=\"V4 V5\">",
        "<qstn ID=\"V2\">",
        "<forward qstn=\"V2\">",
    ] {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
    let again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(again.tables[0].variables[1].attributes, read.tables[0].variables[1].attributes);
    assert_eq!(lost(read), [""; 0]);
}

#[test]
fn references_to_what_is_gone_are_told() {
    let mut read = codebook("", REFERRING);
    read.tables[0].variables.remove(1);
    let xml = written(&read);
    assert!(xml.contains("<derivation var=\"V2\">") && !xml.contains("access="), "{xml}");
    let told = "refers to what the document does not have, and is left out";
    assert_eq!(
        lost(read),
        [
            format!("1 `derivation@var` {told}: var[name=b] of age"),
            format!("1 `forward@qstn` {told}: V2 of age"),
            format!("1 `var@access` {told}: DA of age"),
        ]
    );
}

#[test]
fn ids_that_two_documents_have_are_told_apart() {
    let mut read = codebook(ACCESS, REFERRING);
    let mut other = read.tables[0].clone();
    other.name = "other".into();
    read.tables.push(other);
    let xml = written(&read);
    assert!(xml.contains("<forward qstn=\"V2\">") && xml.contains("<forward qstn=\"V2_2\">"), "{xml}");
    assert_eq!(xml.matches("access=\"DA\"").count(), 2);
    assert!(xml.contains("<qstn ID=\"V2_2\">"), "{xml}");
}

#[test]
fn restrictions_of_some_variables_are_not_those_of_the_study() {
    let of_all =
        "<dataAccs><useStmt><restrctn>Members</restrctn><conditions>Cite</conditions></useStmt></dataAccs>";
    for study in [format!("{ACCESS}{of_all}"), format!("{of_all}{ACCESS}")] {
        let read = codebook(&study, REFERRING);
        assert_eq!(
            (read.study.access.untagged(), read.study.licence.untagged()),
            (Some("Members"), Some("Cite"))
        );
        let xml = written(&read);
        let own = "<dataAccs ID=\"DA\">\n      <useStmt>\n        <restrctn>Adults alone</restrctn>";
        assert!(xml.contains(own) && xml.contains("access=\"DA\""), "{xml}");
        assert_eq!(crate::reader::read(xml.as_bytes()).unwrap().codebook.study, read.study);
    }
    // Where nothing is said of the whole study.
    let second = ACCESS.replace("DA", "DB");
    let mut read =
        codebook(&format!("{ACCESS}{second}"), "<var name='a' access='DB'/><var name='b' access='DA'/>");
    read.study.access = Default::default();
    let xml = written(&read);
    assert!(xml.contains("<dataAccs ID=\"DA\"/>") && xml.contains("<dataAccs ID=\"DB\">"), "{xml}");
}

#[test]
fn documents_stand_in_documents() {
    let inner = "<otherMat type='map' level='variable' URI='maps/a.png'><labl>A map</labl></otherMat>";
    let outer =
        format!("<otherMat type='report' level='study' URI='r.pdf'><labl>Report</labl>{inner}</otherMat>");
    let mut read =
        read(format!("<codeBook version='2.5'><stdyDscr/>{outer}</codeBook>").as_bytes()).unwrap().codebook;
    let xml = written(&read);
    for stands in [
        "\n  <otherMat URI=\"r.pdf\" type=\"report\" level=\"study\">",
        "\n    <otherMat URI=\"maps/a.png\" level=\"variable\" type=\"map\">",
    ] {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
    let again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(again.study.attributes, read.study.attributes);
    // Without the outer one the inner one stands alone.
    read.documents.remove(0);
    assert!(written(&read).contains("\n  <otherMat URI=\"maps/a.png\""));
}

#[test]
fn elements_of_attributes_alone_are_put_back() {
    let data = "<var name='a'><geoMap URI='https://example.org/m.shp' levelno='2'/><catLevel levelnm='region'/></var>";
    let xml = written(&codebook("", data));
    for stands in
        ["<geoMap URI=\"https://example.org/m.shp\" levelno=\"2\"/>", "<catLevel levelnm=\"region\"/>"]
    {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
}
