//! Generated objects of every type, there and back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::types::Property;
use super::*;
use crate::target::Target;
use crate::value::{Object, Value};

/// What a property has, as `section_5.txt` says it.
#[derive(Clone, Debug)]
enum Shape {
    Text,
    Truth,
    Number,
    Reference,
    Geometry,
    Object(Vec<(String, Shape)>),
    List(Box<Shape>),
}

/// Properties up to the end of the brackets.
fn parse(text: &mut &str, between: char) -> Vec<(String, Shape)> {
    let mut properties = Vec::new();
    while !text.is_empty() && !text.starts_with(')') {
        *text = text.strip_prefix(between).unwrap_or(text);
        let (name, rest) = text.split_once(':').unwrap();
        *text = rest.get(1..).unwrap();
        let mut shape = match rest.chars().next().unwrap() {
            't' => Shape::Text,
            'b' => Shape::Truth,
            'n' => Shape::Number,
            'r' => Shape::Reference,
            'g' => Shape::Geometry,
            '(' => {
                let inner = parse(text, ',');
                *text = text.strip_prefix(')').unwrap();
                Shape::Object(inner)
            }
            other => panic!("{other} is no shape"),
        };
        if let Some(rest) = text.strip_prefix('*') {
            (*text, shape) = (rest, Shape::List(Box::new(shape)));
        }
        properties.push((name.to_owned(), shape));
    }
    properties
}

/// What every object may have (section 2.2).
const COMMON: &str = "code:t name:t created:t lastUpdated:t href:t displayName:t description:t formName:t lastUpdatedBy:r createdBy:r attributeValues:(value:t,attribute:r)* translations:(property:t,locale:t,value:t)* publicAccess:t externalAccess:b userAccesses:(id:t,userUid:t,access:t,displayName:t)* userGroupAccesses:(id:t,access:t)* favorite:b favorites:t*";

fn table() -> Vec<(&'static str, Vec<(String, Shape)>)> {
    let lines = include_str!("section_5.txt").lines();
    let of = |line: &'static str| {
        let (kind, mut own) = line.split_once(' ').unwrap();
        let mut properties = parse(&mut own, ' ');
        for common in parse(&mut &*COMMON, ' ') {
            if properties.iter().all(|(name, _)| *name != common.0) {
                properties.push(common);
            }
        }
        (kind, properties)
    };
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(of).collect()
}

fn value_of(within: &str, name: &str, shape: &Shape) -> BoxedStrategy<Value> {
    let property = Property { within, name };
    let id = || "[a-zA-Z][a-zA-Z0-9]{10}".prop_map(|id| Value::from(Object::new().with("id", id)));
    match shape {
        // XML has words for truth where it is not known that a text stands there.
        Shape::Text if property.is_text() => {
            prop_oneof![3 => "[ -~éß\\n\\r\\t]{0,12}", 1 => Just("true".to_owned()), 1 => Just("1.0".to_owned())]
                .prop_map(Value::from)
                .boxed()
        }
        Shape::Text => prop_oneof![3 => "[ -~éß\\n\\r\\t]{0,12}", 1 => Just("007".to_owned())]
            .prop_filter("truth", |text| text != "true" && text != "false")
            .prop_map(Value::from)
            .boxed(),
        Shape::Truth => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Number => "-?(0|[1-9][0-9]{0,20})([.][0-9]{1,4})?(e-?[1-9])?".prop_map(Value::Number).boxed(),
        Shape::Reference => id().boxed(),
        Shape::Geometry => ("-?[1-9][.]50", "[1-9]")
            .prop_map(|(one, other)| {
                let text = format!(r#"{{"type":"Point","coordinates":[{one},{other}]}}"#);
                Value::from_json(&text).unwrap()
            })
            .boxed(),
        Shape::Object(properties) => object_of(name, properties).prop_map(Value::from).boxed(),
        Shape::List(inner) => {
            // Elements of lists are known by the list.
            let element = value_of(within, name, inner);
            vec(element, 0..3).prop_map(Value::from).boxed()
        }
    }
}

fn object_of(within: &str, properties: &[(String, Shape)]) -> BoxedStrategy<Object> {
    let names: Vec<String> = properties.iter().map(|(name, _)| name.clone()).collect();
    let values: Vec<_> =
        properties.iter().map(|(name, shape)| option::weighted(0.7, value_of(within, name, shape))).collect();
    let put = move |values: Vec<Option<Value>>| {
        let there = names.iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
        there.fold(Object::new(), |object, (name, value)| object.with(name.as_str(), value))
    };
    values.prop_map(put).boxed()
}

fn written(writer: MetadataWriter<Vec<u8>>, objects: &[(&str, Object)]) -> String {
    let mut writer = writer;
    objects.iter().for_each(|(kind, object)| writer.write(kind, object).unwrap());
    let (bytes, remarks) = writer.finish(&Object::new()).unwrap();
    assert!(remarks.is_empty(), "{remarks:?}");
    String::from_utf8(bytes).unwrap()
}

fn read(text: &str) -> Vec<(String, Object)> {
    let mut reader = MetadataReader::new(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    while let Some(next) = reader.read().unwrap() {
        found.push((next.kind, next.object));
    }
    assert!(reader.remarks().is_empty(), "{:?}", reader.remarks());
    found
}

#[test]
fn types_with_properties_are_of_the_table() {
    let table = table();
    let unknown: Vec<&str> =
        table.iter().map(|(kind, _)| *kind).filter(|kind| type_of(kind).is_none()).collect();
    assert_eq!((table.len(), unknown), (60, Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn objects_of_every_type_are_the_same_in_json_and_xml(
        objects in table().iter().map(|(kind, properties)| object_of(kind, properties)).collect::<Vec<_>>()
    ) {
        let table = table();
        let objects: Vec<(&str, Object)> = table.iter().map(|(kind, _)| *kind).zip(objects).collect();
        let json = written(MetadataWriter::json(Vec::new()), &objects);
        let from_json = read(&json);
        let plain: Vec<(String, Object)> = objects.iter().map(|(kind, it)| ((*kind).to_owned(), it.clone())).collect();
        prop_assert_eq!(&from_json, &plain);
        let xml = written(MetadataWriter::xml(Vec::new(), Target::V2_38).unwrap(), &objects);
        let from_xml = read(&xml);
        prop_assert_eq!(from_xml.len(), plain.len());
        for ((kind, from_xml), (_, object)) in from_xml.iter().zip(&plain) {
            prop_assert_eq!(
                Value::from(from_xml.clone()).canonical_json(),
                Value::from(object.clone()).canonical_json(),
                "{}", kind
            );
        }
        let objects: Vec<(&str, Object)> = from_xml.iter().map(|(kind, it)| (kind.as_str(), it.clone())).collect();
        prop_assert_eq!(written(MetadataWriter::xml(Vec::new(), Target::V2_38).unwrap(), &objects), xml);
    }
}
