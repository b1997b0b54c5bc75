//! Metadata there and back.

use std::collections::BTreeMap;

use super::*;
use crate::fault::Fault;
use crate::target::Target;
use crate::value::{Object, Value};

/// What a document holds: by type or property, the JSON of its objects in their order.
type Whole = BTreeMap<String, Vec<String>>;

struct Read {
    objects: Vec<MetadataObject>,
    header: Object,
    remarks: Vec<String>,
    fault: Option<Fault>,
}

fn read(text: &str) -> Read {
    let mut reader = match MetadataReader::new(text.as_bytes()) {
        Ok(reader) => reader,
        Err(fault) => {
            let (objects, header, remarks) = (Vec::new(), Object::new(), Vec::new());
            return Read { objects, header, remarks, fault: Some(fault) };
        }
    };
    let mut objects = Vec::new();
    let fault = loop {
        match reader.read() {
            Ok(Some(object)) => objects.push(object),
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    let remarks = reader.remarks().iter().map(|remark| remark.to_string()).collect();
    Read { objects, header: reader.header().clone(), remarks, fault }
}

impl Read {
    fn whole(&self) -> Whole {
        let mut whole = Whole::new();
        for found in &self.objects {
            whole
                .entry(found.kind.clone())
                .or_default()
                .push(Value::from(found.object.clone()).canonical_json());
        }
        for (name, value) in self.header.iter() {
            whole.entry(name.to_owned()).or_default().push(value.canonical_json());
        }
        whole
    }

    fn write(&self, mut writer: MetadataWriter<Vec<u8>>) -> String {
        self.objects.iter().for_each(|found| writer.write(&found.kind, &found.object).unwrap());
        let (bytes, remarks) = writer.finish(&self.header).unwrap();
        assert!(remarks.is_empty(), "{remarks:?}");
        String::from_utf8(bytes).unwrap()
    }

    fn json(&self) -> String {
        self.write(MetadataWriter::json(Vec::new()))
    }

    fn xml(&self) -> String {
        self.write(MetadataWriter::xml(Vec::new(), Target::V2_38).unwrap())
    }
}

/// Of each form of property one.
const JSON: &str = r##"{
 "system":{"id":"s","version":"2.40","date":"2024-01-02"}, "constants":[],
 "attributes":[{"id":"a0000000001","name":"true","valueType":"TEXT","trackedEntityAttribute":false,"objectTypes":["MAP"]}],
 "legendSets":[{"id":"l0000000001","name":"A & \"B\" <c>\n","legends":[{"id":"g0000000001","startValue":1.50,"endValue":2e3}],"translations":[]}],
 "organisationUnits":[{"id":"o0000000001","code":"007","level":2,"leaf":true,"geometry":{"type":"Point","coordinates":[-1.50,2]},
   "legendSets":[{"id":"l0000000001"}],"attributeValues":[{"value":"12","attribute":{"id":"a0000000001"}}],
   "translations":[{"property":"NAME","locale":"fr","value":"é"}],
   "sharing":{"public":"rw------","external":false,"users":{},"userGroups":{"u0000000001":{"id":"u0000000001","access":"r-------"}}}}],
 "validationRules":[{"id":"v0000000001","description":"","organisationUnitLevels":[1,2],"leftSide":{"expression":"#{a.b} < 1","slidingWindow":true}}],
 "programStageSections":[{"id":"p0000000001","renderType":{"MOBILE":{"type":"LISTING"}},"sortOrder":3,"style":{}}],
 "dataEntryForms":[{"id":"f0000000001","name":"Form","htmlCode":"<p>&nbsp;x</p>","format":2}],
 "constants2":[{"id":"x0000000001","values":["b","a"],"other":{"is":"it"}}],
 "package":"p","date":["2","0"]
}"##;

#[test]
fn json_and_xml_hold_the_same() {
    let json = read(JSON);
    assert_eq!((json.objects.len(), json.fault.is_none()), (7, true));
    assert_eq!(read(&json.json()).whole(), json.whole());
    let xml = read(&json.xml());
    assert_eq!((xml.remarks.as_slice(), xml.fault.is_none()), ([].as_slice(), true));
    assert_eq!(xml.whole(), json.whole(), "{}", json.xml());
    // And from XML to JSON and back.
    assert_eq!(read(&read(&xml.json()).xml()).whole(), xml.whole());
}

#[test]
fn xml_is_spelled_as_dhis2_does() {
    let xml = read(JSON).xml();
    for words in [
        "<metadata xmlns=\"http://dhis2.org/schema/dxf/2.0\">",
        "<organisationUnit id=\"o0000000001\" code=\"007\" level=\"2\" leaf=\"true\">",
        "<geometry>POINT (-1.50 2)</geometry>",
        "<legendSets id=\"l0000000001\"/>",
        "<attributeValue>",
        "<translation property=\"NAME\" locale=\"fr\" value=\"é\"/>",
        "<organisationUnitLevel>1</organisationUnitLevel>",
        "<MOBILE type=\"LISTING\"/>",
        "<name>Form</name>",
        "<htmlCode>&lt;p&gt;&amp;nbsp;x&lt;/p&gt;</htmlCode>",
    ] {
        assert!(xml.contains(words), "{words}\n{xml}");
    }
    let refused = MetadataWriter::xml(Vec::new(), Target::V2_41).map(drop).unwrap_err().to_string();
    assert!(refused.contains("target 2.38"), "{refused}");
}

#[test]
fn other_spellings_of_xml_are_read() {
    let read = read(
        "<d:metaData xmlns:d='urn:x' date='2019'><dataElements><anything><id>e</id><name>A</name><![CDATA[ ]]>\
         <legendSets><legendSet id='l'/></legendSets><htmlCode><![CDATA[<b>]]></htmlCode><level>1</level>\
         <geometry><type>Point</type><coordinates>[1,2]</coordinates></geometry>\
         <news><new>1</new><new>true</new></news><group id='1'/><group id='2'/></anything></dataElements></d:metaData>",
    );
    let wanted = r#"{"geometry":{"coordinates":[1,2],"type":"Point"},"group":[{"id":"1"},{"id":"2"}],"htmlCode":"<b>","id":"e","legendSets":[{"id":"l"}],"level":1,"name":"A","news":["1",true]}"#;
    assert_eq!(read.whole()["dataElements"], [wanted]);
    assert_eq!(read.header.text("date"), Some("2019"));
    assert_eq!(read.remarks.len(), 2, "{:?}", read.remarks);
}

#[test]
fn what_stands_before_a_cut_is_read() {
    for (whole, wanted) in [(read(JSON).json(), 7), (read(JSON).xml(), 7)] {
        assert_eq!(read(&whole).objects.len(), wanted);
        let mut before = 0;
        for end in 1..whole.len() - 2 {
            let Some(text) = whole.get(..end) else { continue };
            let cut = read(text);
            assert!(cut.fault.is_some_and(|fault| fault.is_cut), "{text}");
            assert!(cut.objects.len() >= before, "{end}");
            before = cut.objects.len();
        }
        assert_eq!(before, wanted);
    }
}

#[test]
fn what_is_no_metadata_is_refused() {
    for (text, words) in [
        ("", "neither"),
        ("[1]", "neither"),
        ("<dataValueSet/>", "<dataValueSet>"),
        ("{\"a\":[{\"b\":1}", "ends here"),
        (
            "{\"dataElements\":[{\"id\":1,\"id\":2}]}",
            "object 0 of dataElements: it cannot be read: the property \"id\" is there twice",
        ),
    ] {
        let fault = read(text).fault.unwrap().to_string();
        assert!(fault.contains(words), "{text}: {fault}");
    }
}

#[test]
fn objects_of_a_type_follow_one_another() {
    let mut writer = MetadataWriter::json(Vec::new());
    writer.write("a", &Object::new()).unwrap();
    writer.write("b", &Object::new()).unwrap();
    let error = writer.write("a", &Object::new()).unwrap_err().to_string();
    assert!(error.contains("follow one another"), "{error}");
}

#[test]
fn what_xml_cannot_hold_is_remarked() {
    let object = Object::new().with("id", "a").with("<X>", 1.to_string()).with("name", "a\u{1}");
    let mut writer = MetadataWriter::xml(Vec::new(), Target::V2_29).unwrap();
    writer.write("maps", &object.with("list", vec![Value::Null])).unwrap();
    let remarks = writer.finish(&Object::new()).unwrap().1;
    let told: Vec<String> = remarks.iter().map(|remark| remark.to_string()).collect();
    assert_eq!(
        told,
        [
            "object 0 (a), <X>: it is no name that XML has, and is left out",
            "object 0 (a), name: characters that XML cannot hold are written as U+FFFD",
            "object 0 (a), list: null within a list has no place in XML, and is left out",
        ]
    );
}
