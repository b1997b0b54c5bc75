//! Documents in JSON.

use exporter_dxf2::Mode;
use exporter_dxf2::metadata::{MetadataReader, Part, references};

use crate::{MOST, json, of_json, plain};

#[test]
fn what_is_no_collection_keeps_its_place() {
    let text = r#"{"date":["2","0"],"package":"AGG","options":[],"unknown":[],"widgets":[{"id":"a"},{"id":"b"}],
        "dataElements":[{"id":"c","x":1.50,"categoryCombo":{"id":"d"},"l":[{"code":"e","name":"f"}]}],
        "system":{"version":"2.40"},"nothing":null,"empty":{},"truth":true,"optionSets":null}"#;
    let document = of_json(text.as_bytes());
    assert_eq!(plain(&json(&document)), plain(text.as_bytes()));
    let kinds: Vec<&String> = document
        .iter()
        .map(|part| match part {
            Part::Property(name, _) => name,
            Part::Collection(kind) => kind,
            Part::Object(object) => &object.kind,
            _ => unreachable!(),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "date",
            "package",
            "options",
            "unknown",
            "widgets",
            "widgets",
            "dataElements",
            "dataElements",
            "system",
            "nothing",
            "empty",
            "truth",
            "optionSets"
        ]
    );
    let Part::Object(object) = &document[7] else { panic!("no object") };
    assert_eq!((object.index, object.position.line), (0, 2));
    let found: Vec<_> =
        references(&object.object).iter().map(|found| (found.property, found.id(), found.code())).collect();
    assert_eq!(found, [("categoryCombo", Some("d"), None), ("l", None, Some("e"))]);
}

#[test]
fn a_collection_that_holds_no_objects_is_remarked_or_refused() {
    let text = r#"{"options":[null,{"id":"a1234567890","code":"A","name":"A"}],"constants":{"id":"b"}}"#;
    let mut reader = MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient);
    let object = reader.read().unwrap().unwrap();
    assert_eq!((object.kind.as_str(), object.index), ("options", 1));
    assert_eq!(reader.read().unwrap(), None);
    assert_eq!(reader.remarks().iter().count(), 2);
    let fault = MetadataReader::json(text.as_bytes(), MOST, Mode::Strict).read().unwrap_err();
    assert!(fault.message.starts_with("object 0, options: an element"), "{fault}");
}

#[test]
fn the_form_is_known_by_its_first_sign() {
    for (text, kind) in [
        ("\u{FEFF} \n{\"options\":[{\"code\":\"A\"}]}", "options"),
        ("\n<metadata><constants><constant id='a'/></constants></metadata>", "constants"),
    ] {
        let mut reader = MetadataReader::of_either(text.as_bytes(), MOST, Mode::Lenient).unwrap();
        assert_eq!(reader.read().unwrap().unwrap().kind, kind);
    }
}
