//! Metadata is read again as it was written, whatever it is.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::metadata::{
    Bundle, Form, Kind, MetadataReader, MetadataWriter, Order, Part, Property, WriteError, WriteOptions,
    properties_of, references, types,
};
use exporter_dxf2::{Mode, Object, Target, Value};
use proptest::prelude::*;

const MOST: usize = 16 << 20;

fn plain(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

fn json(parts: &[Part]) -> Vec<u8> {
    written(parts, Form::Json).0
}

fn xml(parts: &[Part]) -> Vec<u8> {
    let (bytes, remarks) = written(parts, Form::Xml);
    assert_eq!(remarks, [""; 0]);
    bytes
}

fn of_xml(bytes: &[u8]) -> Vec<Part> {
    parts(MetadataReader::xml(bytes, MOST, Mode::Lenient))
}

fn reader(bytes: &[u8], is_xml: bool) -> MetadataReader<&[u8]> {
    match is_xml {
        true => MetadataReader::xml(bytes, MOST, Mode::Lenient),
        false => MetadataReader::json(bytes, MOST, Mode::Lenient),
    }
}

fn written(parts: &[Part], form: Form) -> (Vec<u8>, Vec<String>) {
    let mut writer = MetadataWriter::new(Vec::new(), form, WriteOptions::default()).unwrap();
    parts.iter().for_each(|part| writer.part(part).unwrap());
    let remarks = writer.remarks().iter().map(ToString::to_string).collect();
    (writer.finish().unwrap(), remarks)
}

fn parts<R: std::io::BufRead>(mut reader: MetadataReader<R>) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(part) = reader.next_part().unwrap() {
        parts.push(part);
    }
    parts
}

fn of_json(bytes: &[u8]) -> Vec<Part> {
    parts(MetadataReader::json(bytes, MOST, Mode::Lenient))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 <>&\"'\\n\\t]{1,12}",
        "\\PC{1,12}",
        Just("true".to_owned()),
        Just("12".to_owned())
    ]
}

fn uid() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9]{10}"
}

fn reference() -> impl Strategy<Value = Value> {
    uid().prop_map(|id| Object::new().with("id", id).into())
}

fn number() -> impl Strategy<Value = Value> {
    "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,6})?".prop_map(Value::Number)
}

fn plain_texts() -> impl Strategy<Value = Value> {
    proptest::collection::vec(text().prop_map(Value::Text), 1..4).prop_map(Value::List)
}

/// A value such as the table says of the property.
fn value_of(property: Property, depth: u32) -> BoxedStrategy<Value> {
    let object = move |holder: &'static str| match depth {
        0 => Just(Value::from(Object::new().with("id", "a1234567890"))).boxed(),
        _ => object_of(holder, depth - 1).prop_map(Value::Object).boxed(),
    };
    match property.kind {
        Kind::Text => text().prop_map(Value::Text).boxed(),
        Kind::Truth => any::<bool>().prop_map(Value::Boolean).boxed(),
        Kind::Number => number().boxed(),
        Kind::Reference => reference().boxed(),
        Kind::Object if property.name == "geometry" => geometry().boxed(),
        Kind::Object => object(property.name),
        Kind::Map => proptest::collection::btree_map(uid(), object(property.name), 1..3)
            .prop_map(|map| {
                let object =
                    map.into_iter().fold(Object::new(), |object, (key, value)| object.with(key, value));
                Value::Object(object)
            })
            .boxed(),
        Kind::Texts => plain_texts().boxed(),
        Kind::Numbers => proptest::collection::vec(number(), 1..4).prop_map(Value::List).boxed(),
        Kind::References => proptest::collection::vec(reference(), 1..4).prop_map(Value::List).boxed(),
        _ => proptest::collection::vec(object(property.item), 1..3).prop_map(Value::List).boxed(),
    }
}

fn geometry() -> impl Strategy<Value = Value> {
    let position = || proptest::collection::vec(number(), 2).prop_map(Value::List);
    let ring = move || proptest::collection::vec(position(), 4..6).prop_map(Value::List);
    let polygon = move || proptest::collection::vec(ring(), 1..3).prop_map(Value::List);
    let many = proptest::collection::vec(polygon(), 1..3).prop_map(Value::List);
    let of = |kind: &'static str| {
        move |coordinates: Value| {
            Value::from(Object::new().with("type", kind).with("coordinates", coordinates))
        }
    };
    prop_oneof![
        position().prop_map(of("Point")),
        polygon().prop_map(of("Polygon")),
        many.prop_map(of("MultiPolygon"))
    ]
}

/// An object of a type with an identifier and some of its properties, never an empty one.
fn object_of(holder: &'static str, depth: u32) -> BoxedStrategy<Object> {
    let known: Vec<Property> = properties_of(holder)
        .iter()
        .chain(properties_of("*").iter().filter(|common| {
            let other = |property: &&Property| property.name == common.name;
            !properties_of(holder).iter().any(|property| other(&property))
        }))
        .filter(|property| property.name != "id")
        .copied()
        .collect();
    let some = proptest::sample::subsequence(known.clone(), 0..=known.len().min(8));
    (uid(), some)
        .prop_flat_map(move |(id, some)| {
            let values = some
                .into_iter()
                .map(|property| value_of(property, depth).prop_map(move |value| (property.name, value)))
                .collect::<Vec<_>>();
            (Just(id), values)
        })
        .prop_map(|(id, values)| {
            values
                .into_iter()
                .fold(Object::new().with("id", id), |object, (name, value)| object.with(name, value))
        })
        .boxed()
}

/// A document with objects of some types.
fn document() -> impl Strategy<Value = Object> {
    proptest::sample::subsequence(types().to_vec(), 1..5).prop_flat_map(|types| {
        let collections = types
            .into_iter()
            .map(|kind| {
                proptest::collection::vec(object_of(kind.singular, 2).prop_map(Value::Object), 1..4)
                    .prop_map(move |objects| (kind.plural, Value::List(objects)))
            })
            .collect::<Vec<_>>();
        collections.prop_map(|collections| {
            let system = Object::new().with("id", "s-1").with("version", "2.38").with("date", "2024-01-01");
            let document = Object::new().with("system", system);
            collections.into_iter().fold(document, |document, (name, objects)| document.with(name, objects))
        })
    })
}

fn bytes(document: &Object) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.write_json(&mut bytes);
    bytes
}

proptest! {
    #[test]
    fn objects_of_every_type_are_read_from_json_as_they_were(document in document()) {
        let bytes = bytes(&document);
        prop_assert_eq!(plain(&json(&of_json(&bytes))), plain(&bytes));
    }

    #[test]
    fn objects_of_every_type_come_back_from_xml(document in document()) {
        let bytes = bytes(&document);
        let as_xml = xml(&of_json(&bytes));
        let read = of_xml(&as_xml);
        prop_assert_eq!(plain(&json(&read)), plain(&bytes), "{}", String::from_utf8_lossy(&as_xml));
        let again = xml(&of_json(&json(&read)));
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&as_xml));
    }

    #[test]
    fn a_file_that_is_cut_gives_all_before_the_cut(document in document(), cut in 0.0..1.0_f64, is_xml: bool) {
        let document = of_json(&bytes(&document));
        let bytes = if is_xml { xml(&document) } else { json(&document) };
        let whole = parts(reader(&bytes, is_xml));
        // The line that ends the last one is no part of the document.
        let cut = ((bytes.len() - 1) as f64 * cut) as usize;
        let mut reader = reader(&bytes[..cut], is_xml);
        let mut before = Vec::new();
        let fault = loop {
            match reader.next_part() {
                Ok(Some(part)) => before.push(part),
                Ok(None) => panic!("a document without its end is whole"),
                Err(fault) => break fault,
            }
        };
        prop_assert!(fault.is_cut, "{fault}");
        prop_assert_eq!(&before[..], &whole[..before.len()]);
        prop_assert!(reader.next_part().unwrap().is_none());
    }
}

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

fn strict(text: &str) -> Option<String> {
    let mut reader = match text.starts_with('<') {
        true => MetadataReader::xml(text.as_bytes(), MOST, Mode::Strict),
        false => MetadataReader::json(text.as_bytes(), MOST, Mode::Strict),
    };
    loop {
        match reader.read() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(fault) => return Some(fault.to_string()),
        }
    }
}

#[test]
fn what_servers_refuse_is_an_error_in_strict_mode() {
    let group = |more: &str| {
        format!(
            r#"{{"dataElementGroups":[{{"id":"a1234567890","name":"A"}},{{"id":"b1234567890",{more}}}]}}"#
        )
    };
    assert_eq!(strict(&group(r#""name":"B","dataElements":[{"id":"<OU_LEVEL>"}]"#)), None);
    for (more, wanted) in [
        (r#""code":"B""#, "name: E4000: servers refuse the object without it"),
        (r#""name":"B","publicAccess":"rw""#, "publicAccess: \"rw\" is no access"),
        (r#""name":"B","sharing":{"users":{"c":{"access":"rw-----"}}}"#, "access: \"rw-----\" is no access"),
        (
            r#""name":"B","translations":[{"property":"NAME","locale":"fr","value":"1"},{"property":"NAME","locale":"fr","value":"2"}]"#,
            "translations: E1106: two translations of NAME in fr",
        ),
        (r#""name":"B","dataElements":[{"id":"c"},{"id":"c"}]"#, "dataElements: E5007: the list has c twice"),
    ] {
        let fault = strict(&group(more)).unwrap();
        assert!(fault.contains(&format!("object 1 (b1234567890), {wanted}")), "{fault}");
        assert!(fault.starts_with("line 1, column 55: "), "{fault}");
    }
    let one = r#"{"id":"a1234567890","name":"A"}"#;
    let twice = strict(&format!(r#"{{"dataElementGroups":[{one},{{"id":"1","name":"A"}},{one}]}}"#)).unwrap();
    assert!(twice.contains("object 1 (1), id: E4014: \"1\" is no UID"), "{twice}");
    let twice =
        strict(&format!(r#"{{"dataElementGroups":[{one},{{"code":"B","name":"B"}},{one}]}}"#)).unwrap();
    assert!(twice.contains("object 2 (a1234567890), id: E5004"), "{twice}");
    let twice = strict(&format!(r#"{{"dataElementGroups":[{one}],"dataElementGroups":[]}}"#)).unwrap();
    assert!(twice.contains("dataElementGroups: E4054: the document has it twice"), "{twice}");
    let doubled = "<metadata><constants>\n<constant id='a1234567890' name='A'><value>1</value><value>2</value></constant></constants></metadata>";
    let fault = strict(doubled).unwrap();
    assert!(fault.starts_with("line 2, column 1: object 0 (a1234567890), value: E4054"), "{fault}");
}

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
        "geometry":{"type":"Point","coordinates":[]},"description":"\u0001"}]}"#;
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
    ] {
        let found = remarks
            .iter()
            .any(|remark| remark.contains(&format!(", {property}: ")) && remark.contains(message));
        assert!(found, "{property}: {remarks:?}");
    }
    assert_eq!(remarks.len(), 8, "{remarks:?}");
    let options = WriteOptions { mode: Mode::Strict, ..WriteOptions::default() };
    let mut writer = MetadataWriter::new(Vec::new(), Form::Xml, options).unwrap();
    assert!(document.iter().any(|part| matches!(writer.part(part), Err(WriteError::Refused(_)))));
}

fn for_target(text: &str, form: Form, target: Target, order: Order) -> (String, Vec<String>) {
    let options = WriteOptions { target: Some(target), ..WriteOptions::default() };
    let mut writer = MetadataWriter::new(Vec::new(), form, options).unwrap();
    let bundle = Bundle::read(MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient)).unwrap();
    bundle.write(&mut writer, order).unwrap();
    let remarks = writer.remarks().iter().map(ToString::to_string).collect();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
}

#[test]
fn targets_have_their_forms() {
    let sharing = r#"{"owner":"vUeLeQMSwhN","external":false,"public":"rw------","users":{},"userGroups":{"PKuKcx5xPi9":{"id":"PKuKcx5xPi9","access":"r-------"}}}"#;
    let older = r#""user":{"id":"vUeLeQMSwhN"},"externalAccess":false,"publicAccess":"rw------","userAccesses":[],"userGroupAccesses":[{"id":"PKuKcx5xPi9","userGroupUid":"PKuKcx5xPi9","access":"r-------"}]"#;
    let document = |sharing: &str| {
        format!(
            r#"{{"system":{{"id":"s","date":"2024-01-01"}},"constants":[{{"id":"a1234567890","name":"A","value":1,{sharing}}}]}}"#
        )
    };
    let (new, old) = (document(&format!(r#""sharing":{sharing}"#)), document(older));
    let both = document(&format!(r#""sharing":{sharing},{older}"#));
    let json = |text: &str, target| plain(for_target(text, Form::Json, target, Order::AsRead).0.as_bytes());
    let parsed = |text: &str| plain(text.as_bytes());
    for text in [&new, &old, &both] {
        assert_eq!(json(text, Target::Head), parsed(&new));
        assert_eq!(json(text, Target::V2_38), parsed(&both));
        assert_eq!(json(text, Target::V2_29), parsed(&old));
        let before = old.replace(r#""system":{"id":"s","date":"2024-01-01"}"#, r#""date":"2024-01-01""#);
        assert_eq!(json(text, Target::V2_24), parsed(&before));
        let (xml, remarks) = for_target(text, Form::Xml, Target::V2_38, Order::AsRead);
        assert!(xml.contains("<publicAccess>rw------</publicAccess>") && !xml.contains("sharing"), "{xml}");
        assert_eq!(remarks.len(), 1, "{remarks:?}");
    }
    let (xml, _) = for_target(&new, Form::Xml, Target::V2_22, Order::AsRead);
    let root = "<metaData xmlns=\"http://dhis2.org/schema/dxf/2.0\" created=\"2024-01-01\">";
    assert!(xml.contains(root) && xml.ends_with("</metaData>\n"), "{xml}");
    for target in [Target::V2_41, Target::Head] {
        let mut options = WriteOptions { target: Some(target), ..WriteOptions::default() };
        let writer = MetadataWriter::new(Vec::new(), Form::Xml, options);
        assert!(matches!(writer, Err(WriteError::NoXml(refused)) if refused == target));
        options.allow_xml = true;
        assert!(MetadataWriter::new(Vec::new(), Form::Xml, options).is_ok());
    }
}

#[test]
fn charts_and_report_tables_are_visualizations_where_nothing_is_lost() {
    let older = r#"{"charts":[{"id":"a1234567890","name":"A","type":"COLUMN","series":"dx","category":"pe"},
        {"id":"b1234567890","name":"B","type":"BUBBLE","series":"dx","category":"pe"}],
        "reportTables":[{"id":"c1234567890","name":"C","columnDimensions":["dx","pe"]}],
        "dashboards":[{"id":"d1234567890","name":"D","dashboardItems":[{"type":"CHART","chart":{"id":"a1234567890"}}]}]}"#;
    let newer = r#"{"charts":[{"id":"b1234567890","name":"B","type":"BUBBLE","series":"dx","category":"pe"}],
        "visualizations":[{"id":"a1234567890","name":"A","type":"COLUMN","columnDimensions":["dx"],"rowDimensions":["pe"]},
        {"id":"c1234567890","name":"C","columnDimensions":["dx","pe"],"type":"PIVOT_TABLE"}],
        "dashboards":[{"id":"d1234567890","name":"D","dashboardItems":[{"type":"VISUALIZATION","visualization":{"id":"a1234567890"}}]}]}"#;
    let (text, remarks) = for_target(older, Form::Json, Target::V2_41, Order::AsRead);
    assert_eq!(plain(text.as_bytes()), plain(newer.as_bytes()));
    assert_eq!(
        remarks,
        ["line 2, column 1, object 1 (b1234567890), type: DHIS2 2.41 does not have charts, and this has no other form there"
            .replace("column 1", "column 9")]
    );
    let visualizations = r#"{"visualizations":[{"id":"a1234567890","name":"A","type":"COLUMN","columnDimensions":["dx"],"rowDimensions":["pe"],"axes":[]},
        {"id":"c1234567890","name":"C","columnDimensions":["dx","pe"],"type":"PIVOT_TABLE"},
        {"id":"e1234567890","name":"E","type":"SINGLE_VALUE"}]}"#;
    let (text, remarks) = for_target(visualizations, Form::Json, Target::V2_29, Order::AsRead);
    let wanted = r#"{"charts":[{"id":"a1234567890","name":"A","type":"COLUMN","series":"dx","category":"pe"}],
        "reportTables":[{"id":"c1234567890","name":"C","columnDimensions":["dx","pe"]}],
        "visualizations":[{"id":"e1234567890","name":"E","type":"SINGLE_VALUE"}]}"#;
    assert_eq!(plain(text.as_bytes()), plain(wanted.as_bytes()));
    assert_eq!(remarks.len(), 1);
}

#[test]
fn bundles_have_orders() {
    let text = r#"{"widgets":[{"id":"w"}],"optionSets":[{"id":"s"}],"options":[{"id":"b"},{"id":"a"}],"package":"P","attributes":[],"system":{"id":"s"}}"#;
    let ordered = |order| {
        let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
        let bundle = Bundle::read(MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient)).unwrap();
        bundle.write(&mut writer, order).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap().replace('\n', "")
    };
    assert_eq!(ordered(Order::AsRead), text);
    assert_eq!(
        ordered(Order::Dependency),
        r#"{"system":{"id":"s"},"package":"P","attributes":[],"options":[{"id":"b"},{"id":"a"}],"optionSets":[{"id":"s"}],"widgets":[{"id":"w"}]}"#
    );
    assert!(ordered(Order::Stable).contains(r#""options":[{"id":"a"},{"id":"b"}]"#));
    let scattered = "<metadata><options><option id='a'/></options><constants><constant id='b'/></constants><options><option id='c'/></options></metadata>";
    let document = of_xml(scattered.as_bytes());
    let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
    assert!(document.iter().any(|part| matches!(writer.part(part), Err(WriteError::Scattered(_)))));
    let mut bundle = Bundle::new();
    document.into_iter().for_each(|part| bundle.push(part));
    let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
    bundle.write(&mut writer, Order::AsRead).unwrap();
    let written = String::from_utf8(writer.finish().unwrap()).unwrap().replace('\n', "");
    assert_eq!(written, r#"{"options":[{"id":"a"},{"id":"c"}],"constants":[{"id":"b"}]}"#);
}
