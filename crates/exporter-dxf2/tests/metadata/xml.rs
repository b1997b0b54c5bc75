//! Documents in XML.

use exporter_dxf2::Mode;
use exporter_dxf2::metadata::{Form, MetadataReader, MetadataWriter, WriteError, WriteOptions};

use crate::{MOST, json, of_json, plain, written};

#[test]
fn xml_of_other_writers_is_understood() {
    let text = r#"<?xml version="1.0"?>
        <d:dxf xmlns:d="http://dhis2.org/schema/dxf/2.0-SNAPSHOT" date="2019-11-09">
        <d:organisationUnits><unit><id>a1234567890</id><name>A</name><level>2</level><leaf>true</leaf>
          <geometry><type>Point</type><coordinates><coordinates>1.50</coordinates><coordinates>2</coordinates></coordinates></geometry>
        </unit><organisationUnit id="b1234567890"><geometry>POINT (1.50 2)</geometry><children><child id="x"/></children></organisationUnit>
        <organisationUnit id="c1234567890"><featureType>POINT</featureType><coordinates>[1.50,2]</coordinates></organisationUnit></d:organisationUnits>
        <dataEntryForms><dataEntryForm id="d1234567890"><htmlCode>&lt;p&gt;a<![CDATA[<b>&c</b>]]></htmlCode><style>NORMAL</style></dataEntryForm></dataEntryForms>
        <programStageSections><programStageSection id="e1234567890"><renderType><MOBILE type="LISTING"/></renderType>
          <translations><translations property="NAME" locale="fr" value="x"/></translations></programStageSection></programStageSections>
        <widgets><widget><many><one>1</one><one>2</one></many><parts><part id="p"/></parts><object><a>1</a></object><yes>true</yes></widget></widgets>
        <constants/><unknown>text</unknown></d:dxf>"#;
    let mut reader = MetadataReader::xml(text.as_bytes(), MOST, Mode::Lenient);
    let mut found = Vec::new();
    while let Some(part) = reader.next_part().unwrap() {
        found.push(part);
    }
    let remarks: Vec<String> = reader.remarks().iter().map(ToString::to_string).collect();
    assert!(remarks[0].ends_with("the namespace is http://dhis2.org/schema/dxf/2.0-SNAPSHOT"), "{remarks:?}");
    let wanted = r#"{"date":"2019-11-09","organisationUnits":[
        {"id":"a1234567890","name":"A","level":2,"leaf":true,"geometry":{"type":"Point","coordinates":[1.50,2]}},
        {"id":"b1234567890","geometry":{"type":"Point","coordinates":[1.50,2]},"children":[{"id":"x"}]},
        {"id":"c1234567890","featureType":"POINT","coordinates":"[1.50,2]"}],
        "dataEntryForms":[{"id":"d1234567890","htmlCode":"<p>a<b>&c</b>","style":"NORMAL"}],
        "programStageSections":[{"id":"e1234567890","renderType":{"MOBILE":{"type":"LISTING"}},
          "translations":[{"property":"NAME","locale":"fr","value":"x"}]}],
        "widgets":[{"many":["1","2"],"parts":[{"id":"p"}],"object":{"a":"1"},"yes":true}],
        "constants":[],"unknown":"text"}"#;
    assert_eq!(plain(&json(&found)), plain(wanted.as_bytes()));
    let fault = MetadataReader::xml(&b"<html/>"[..], MOST, Mode::Lenient).read().unwrap_err();
    assert!(fault.message.starts_with("<html> is no metadata of DHIS2"), "{fault}");
}

#[test]
fn what_xml_does_not_hold_is_remarked() {
    let text = r#"{"constants":[{"id":"a1234567890","name":"","value":"1","code":12,"mystery":7,"1a":true,"o":{},
        "geometry":{"type":"Point","coordinates":[]},"description":"\u0001"}],"a/b":[{"id":"x"}],"c d":"1"}"#;
    let document = of_json(text.as_bytes());
    let (_, remarks) = written(&document, Form::Xml);
    for (property, message) in [
        ("name", "an empty text"),
        ("value", "readers find another kind"),
        ("code", "readers find another kind"),
        ("mystery", "readers find another kind"),
        ("1a", "this is no name in XML"),
        ("o", "an empty object"),
        ("geometry", "readers find another one"),
        ("description", "U+FFFD"),
        ("a/b", "this is no name in XML"),
        ("c d", "this is no name in XML"),
    ] {
        let found = remarks
            .iter()
            .any(|remark| remark.contains(&format!(", {property}: ")) && remark.contains(message));
        assert!(found, "{property}: {remarks:?}");
    }
    assert_eq!(remarks.len(), 10, "{remarks:?}");
    let options = WriteOptions { mode: Mode::Strict, ..WriteOptions::default() };
    let mut writer = MetadataWriter::new(Vec::new(), Form::Xml, options).unwrap();
    assert!(document.iter().any(|part| matches!(writer.part(part), Err(WriteError::Refused(_)))));
}
