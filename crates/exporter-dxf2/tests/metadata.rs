//! Metadata is read again as it was written, whatever it is.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::metadata::{
    Form, Kind, MetadataReader, MetadataWriter, Part, Property, WriteOptions, properties_of, references,
    types,
};
use exporter_dxf2::{Mode, Object, Value};
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
    fn a_file_that_is_cut_gives_all_before_the_cut(document in document(), cut in 0.0..1.0_f64) {
        let bytes = bytes(&document);
        let whole = of_json(&bytes);
        let cut = (bytes.len() as f64 * cut) as usize;
        let mut reader = MetadataReader::json(&bytes[..cut], MOST, Mode::Lenient);
        let mut before = Vec::new();
        let fault = loop {
            match reader.next_part() {
                Ok(Some(part)) => before.push(part),
                Ok(None) => panic!("a document without its end is whole"),
                Err(fault) => break fault,
            }
        };
        prop_assert!(fault.is_cut || cut == 0, "{fault}");
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
    let text = r#"{"options":[null,{"id":"a"}],"constants":{"id":"b"}}"#;
    let mut reader = MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient);
    let object = reader.read().unwrap().unwrap();
    assert_eq!((object.kind.as_str(), object.index), ("options", 1));
    assert_eq!(reader.read().unwrap(), None);
    assert_eq!(reader.remarks().iter().count(), 2);
    let fault = MetadataReader::json(text.as_bytes(), MOST, Mode::Strict).read().unwrap_err();
    assert!(fault.message.starts_with("object 0, options: an element"), "{fault}");
}
