//! Documents with objects of any type, such as the table of properties says.

use exporter_dxf2::metadata::{Kind, Property, properties_of, types};
use exporter_dxf2::{Object, Value};
use proptest::prelude::*;

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
pub(crate) fn document() -> impl Strategy<Value = Object> {
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

pub(crate) fn bytes(document: &Object) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.write_json(&mut bytes);
    bytes
}
