//! Objects with the properties of section 5 of the fact sheet, listed here once more: what generates objects from the table of
//! properties does not find what the table lacks.

use exporter_dxf2::metadata::type_of;
use exporter_dxf2::{Object, Value};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::{json, of_json, of_xml, plain};

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

/// A value of the shape; none is empty, since XML has no place for what is.
fn value_of(shape: &Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Text => prop_oneof![
            3 => "[ -~éß\\n\\r\\t]{0,8}[a-z<&\"]",
            1 => Just("true".to_owned()),
            1 => Just("007".to_owned()),
            1 => Just("1.0".to_owned())
        ]
        .prop_map(Value::Text)
        .boxed(),
        Shape::Truth => any::<bool>().prop_map(Value::Boolean).boxed(),
        Shape::Number => "-?(0|[1-9][0-9]{0,20})([.][0-9]{1,4})?(e-?[1-9])?".prop_map(Value::Number).boxed(),
        Shape::Reference => {
            "[a-zA-Z][a-zA-Z0-9]{10}".prop_map(|id| Object::new().with("id", id).into()).boxed()
        }
        Shape::Geometry => ("-?[1-9][.]50", "[1-9]")
            .prop_map(|(one, other)| {
                let text = format!(r#"{{"type":"Point","coordinates":[{one},{other}]}}"#);
                Value::from_json(&text).unwrap()
            })
            .boxed(),
        Shape::Object(properties) => object_of(properties)
            .prop_filter("empty", |object| !object.is_empty())
            .prop_map(Value::Object)
            .boxed(),
        Shape::List(inner) => vec(value_of(inner), 1..3).prop_map(Value::List).boxed(),
    }
}

fn object_of(properties: &[(String, Shape)]) -> BoxedStrategy<Object> {
    let names: Vec<String> = properties.iter().map(|(name, _)| name.clone()).collect();
    let values: Vec<_> = properties.iter().map(|(_, shape)| option::weighted(0.7, value_of(shape))).collect();
    let put = move |values: Vec<Option<Value>>| {
        let there = names.iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
        there.fold(Object::new(), |object, (name, value)| object.with(name.as_str(), value))
    };
    values.prop_map(put).boxed()
}

/// The JSON of a document with one object.
fn document(kind: &str, object: Object) -> Vec<u8> {
    let mut bytes = Vec::new();
    Object::new().with(kind, vec![Value::Object(object)]).write_json(&mut bytes);
    bytes
}

#[test]
fn types_are_those_of_the_order_of_import() {
    let table = table();
    let unknown: Vec<&str> =
        table.iter().map(|(kind, _)| *kind).filter(|kind| type_of(kind).is_none()).collect();
    assert_eq!((table.len(), unknown), (60, Vec::new()));
}

/// One property after the other, so that each one that is lost is named.
#[test]
fn each_property_comes_back_from_xml() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut lost = Vec::new();
    for (kind, properties) in table() {
        for (name, shape) in &properties {
            let strategy = value_of(shape);
            for _ in 0..12 {
                let value = strategy.new_tree(&mut runner).unwrap().current();
                let json_of =
                    document(kind, Object::new().with("id", "a1234567890").with(name.as_str(), value));
                let (as_xml, remarks) =
                    crate::written(&of_json(&json_of), exporter_dxf2::metadata::Form::Xml);
                let again = json(&of_xml(&as_xml));
                if plain(&again) != plain(&json_of) || !remarks.is_empty() {
                    lost.push(format!(
                        "{kind}.{name}: {} {} {remarks:?}",
                        String::from_utf8_lossy(&json_of),
                        String::from_utf8_lossy(&again)
                    ));
                    break;
                }
            }
        }
    }
    assert_eq!(lost.join("\n"), "");
}
