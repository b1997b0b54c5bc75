//! Geometries and tracker data are read as they were written, whatever they are, and what stands before a cut is read.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::geometry::{
    Coordinate, Feature, FeatureOptions, GeoJsonReader, GeoJsonWriter, Geometry, GmlReader, MatchBy,
};
use exporter_dxf2::tracker::{
    CsvReader, CsvWriter, Item, JsonReader, JsonWriter, Kind, Model, Table, WriteOptions, XmlReader,
    XmlWriter, flatten, nest,
};
use exporter_dxf2::uid::UidSource;
use exporter_dxf2::{Fault, Mode, Object, Target, Value};
use proptest::collection::vec;
use proptest::prelude::*;

const MOST: usize = 1 << 20;

fn number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?"
}

fn position() -> impl Strategy<Value = Coordinate> {
    vec(number(), 2..4).prop_map(|numbers| Coordinate::new(numbers.iter().map(String::as_str)).unwrap())
}

fn geometry() -> impl Strategy<Value = Geometry> {
    let line = || vec(position(), 0..4);
    let leaf = prop_oneof![
        position().prop_map(Geometry::Point),
        line().prop_map(Geometry::MultiPoint),
        line().prop_map(Geometry::LineString),
        vec(line(), 0..3).prop_map(Geometry::MultiLineString),
        vec(line(), 0..3).prop_map(Geometry::Polygon),
        vec(vec(line(), 0..3), 0..3).prop_map(Geometry::MultiPolygon),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| vec(inner, 0..3).prop_map(Geometry::Collection))
}

/// Texts that every format holds: they are not empty, and have no carriage returns.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 ,;\"'<>&\\\\\n]{1,12}", "\\PC{1,8}", Just("null".to_owned())]
}

fn uid() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9]{10}"
}

/// An object of some of these properties, with a value for each.
fn object(properties: &'static [&'static str]) -> impl Strategy<Value = Object> {
    let truths = ["followUp", "deleted", "providedElsewhere", "inactive"];
    vec((any::<bool>(), text(), any::<bool>()), properties.len()).prop_map(move |values| {
        let all = properties.iter().zip(values).filter(|(_, (is_there, ..))| *is_there);
        all.fold(Object::new(), |object, (name, (_, text, truth))| match truths.contains(name) {
            true => object.with(*name, truth),
            false => object.with(*name, text),
        })
    })
}

fn list(
    name: &'static str,
    of: impl Strategy<Value = Object>,
) -> impl Strategy<Value = (&'static str, Value)> {
    vec(of, 0..4).prop_map(move |all| (name, all.into_iter().map(Value::Object).collect::<Vec<_>>().into()))
}

/// An event in the properties that both models and all tables have.
fn event() -> impl Strategy<Value = Item> {
    static OWN: [&str; 8] = [
        "program",
        "programStage",
        "enrollment",
        "orgUnit",
        "occurredAt",
        "scheduledAt",
        "completedAt",
        "completedBy",
    ];
    let value = (text(), text(), object(&["storedBy", "providedElsewhere"])).prop_map(|(of, value, rest)| {
        let start = Object::new().with("dataElement", of).with("value", value);
        rest.iter().fold(start, |object, (name, value)| object.with(name, value.clone()))
    });
    (uid(), object(&OWN), proptest::option::of(geometry()), list("dataValues", value)).prop_map(
        |(id, own, geometry, (list, values))| {
            let mut object = Object::new().with("event", id).with("status", "ACTIVE");
            own.iter().for_each(|(name, value)| object.set(name, value.clone()));
            if let Some(geometry) = geometry {
                object.set("geometry", geometry.to_geojson());
            }
            if values.as_list().is_some_and(|values| !values.is_empty()) {
                object.set(list, values);
            }
            Item::new(Kind::Event, object)
        },
    )
}

/// A tracked entity with all that may be nested in it.
fn entity() -> impl Strategy<Value = Item> {
    let note = object(&["note", "value", "storedAt", "storedBy"]);
    let event = (event(), list("notes", note)).prop_map(|(event, (name, notes))| {
        event
            .object
            .iter()
            .fold(Object::new().with(name, notes), |all, (name, value)| all.with(name, value.clone()))
    });
    let enrollment = (
        uid(),
        object(&["program", "orgUnit", "enrolledAt", "occurredAt", "followUp", "createdAt", "updatedAt"]),
        list("events", event),
    );
    let enrollment =
        enrollment.prop_map(|(id, own, (name, events))| own.with("enrollment", id).with(name, events));
    let attribute =
        object(&["attribute", "value", "displayName", "valueType", "createdAt", "updatedAt", "storedBy"]);
    let own = object(&["trackedEntityType", "orgUnit", "createdAt", "updatedAt", "inactive", "unknown"]);
    (uid(), own, list("attributes", attribute), list("enrollments", enrollment)).prop_map(
        |(id, own, (attributes, values), (enrollments, nested))| {
            let object = own.with("trackedEntity", id).with(attributes, values).with(enrollments, nested);
            Item::new(Kind::TrackedEntity, object)
        },
    )
}

/// Reads to the end or a fault.
fn all<T>(mut next: impl FnMut() -> Result<Option<T>, Fault>) -> (Vec<T>, Option<Fault>) {
    let mut found = Vec::new();
    loop {
        match next() {
            Ok(Some(one)) => found.push(one),
            Ok(None) => return (found, None),
            Err(fault) => return (found, Some(fault)),
        }
    }
}

fn read_json(bytes: &[u8]) -> (Vec<Item>, Option<Fault>) {
    let mut reader = JsonReader::new(bytes, MOST, Mode::Lenient);
    all(|| reader.read())
}

fn read_xml(bytes: &[u8]) -> (Vec<Item>, Option<Fault>) {
    let mut reader = XmlReader::new(bytes, MOST, Mode::Lenient);
    all(|| reader.read())
}

fn read_csv(bytes: &[u8], table: Option<Table>) -> (Vec<Item>, Option<Fault>) {
    match CsvReader::new(bytes, table, MOST, Mode::Lenient) {
        Ok(mut reader) => all(|| reader.read()),
        Err(fault) => (Vec::new(), Some(fault)),
    }
}

fn json(items: &[Item], options: WriteOptions) -> Vec<u8> {
    let mut writer = JsonWriter::new(Vec::new(), &Object::new(), options);
    items.iter().for_each(|item| writer.write(item).unwrap());
    assert!(writer.remarks().is_empty(), "{:?}", writer.remarks().iter().next());
    writer.finish().unwrap()
}

fn xml(items: &[Item], kind: Kind) -> Vec<u8> {
    let mut writer =
        XmlWriter::new(Vec::new(), kind, &Object::new(), WriteOptions::new(Target::V2_41)).unwrap();
    items.iter().for_each(|item| writer.write(item).unwrap());
    assert!(writer.remarks().is_empty(), "{:?}", writer.remarks().iter().next());
    writer.finish().unwrap()
}

fn csv(items: &[Item], table: Table) -> Vec<u8> {
    let mut writer = CsvWriter::new(Vec::new(), table, WriteOptions::new(Target::V2_41)).unwrap();
    items.iter().for_each(|item| writer.write(item).unwrap());
    assert!(writer.remarks().is_empty(), "{:?}", writer.remarks().iter().next());
    writer.finish().unwrap()
}

fn sorted(object: &Object) -> Object {
    let mut all: Vec<(&str, &Value)> = object.iter().collect();
    all.sort_by_key(|(name, _)| *name);
    all.into_iter().fold(Object::new(), |object, (name, value)| object.with(name, by_name(value)))
}

/// With properties by name: tables have an order of their own.
fn by_name(value: &Value) -> Value {
    match value {
        Value::Object(object) => sorted(object).into(),
        Value::List(values) => values.iter().map(by_name).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

fn in_order(items: &[Item]) -> Vec<Object> {
    items.iter().map(|item| sorted(&item.object)).collect()
}

/// One event follows another one, and no two that do have one identifier.
fn events() -> impl Strategy<Value = Vec<Item>> {
    vec(event(), 0..5).prop_map(|mut events| {
        events.dedup_by(|one, other| one.id() == other.id());
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn geometries_are_read_as_they_were(geometry in geometry()) {
        prop_assert_eq!(Geometry::from_geojson(&geometry.to_geojson()), Ok(geometry.clone()));
        prop_assert_eq!(Geometry::from_wkt(&geometry.to_wkt()), Ok(geometry.clone()));
        prop_assert_eq!(geometry.clone().rounded(1000), geometry);
    }

    #[test]
    fn rounding_is_that_of_numbers(digits in "-?(0|[1-9][0-9]{0,3})\\.[0-9]{1,9}", decimals in 0_usize..8) {
        let position = Coordinate::new([digits.as_str(), "0"]).unwrap();
        let rounded = Geometry::Point(position).rounded(decimals);
        let exact: f64 = digits.parse().unwrap();
        let found: f64 = rounded.first().unwrap().longitude().parse().unwrap();
        prop_assert!((found - exact).abs() <= 0.5 / 10_f64.powi(decimals as i32) + 1e-9);
    }

    #[test]
    fn features_are_read_as_they_were(geometries in vec(proptest::option::of(geometry()), 0..5), key in text()) {
        let features: Vec<Feature> = geometries.into_iter().map(|geometry| Feature {
            matched_by: MatchBy::Uid,
            key: key.clone(),
            geometry,
            members: Object::new().with("id", key.as_str()).with("properties", Object::new().with("a", 1)),
        }).collect();
        let header = Object::new().with("name", key.as_str());
        let mut writer = GeoJsonWriter::new(Vec::new(), &header).unwrap();
        features.iter().for_each(|feature| writer.write(feature).unwrap());
        let written = writer.finish().unwrap();
        let mut reader = GeoJsonReader::new(&written[..], FeatureOptions::default());
        let (read, fault) = all(|| reader.read());
        prop_assert!(fault.is_none());
        prop_assert_eq!((read, reader.header()), (features, &header));
    }

    #[test]
    fn json_of_both_models_is_read_as_it_was(items in vec(entity(), 0..3)) {
        for options in [WriteOptions::new(Target::Head), WriteOptions::new(Target::V2_41).model(Model::Older)] {
            let (read, fault) = read_json(&json(&items, options));
            prop_assert!(fault.is_none());
            prop_assert_eq!(&read, &items);
        }
    }

    #[test]
    fn xml_is_read_as_it_was(items in vec(entity(), 0..3), events in vec(event(), 0..3)) {
        for (items, kind) in [(items, Kind::TrackedEntity), (events, Kind::Event)] {
            let (read, fault) = read_xml(&xml(&items, kind));
            prop_assert!(fault.is_none());
            prop_assert_eq!(in_order(&read), in_order(&items));
        }
    }

    #[test]
    fn tables_are_read_as_they_were(events in events()) {
        for table in [Table::OlderEvents, Table::Events] {
            let (read, fault) = read_csv(&csv(&events, table), None);
            prop_assert!(fault.is_none());
            prop_assert_eq!(in_order(&read), in_order(&events));
        }
    }

    #[test]
    fn flat_lists_are_nested_as_they_were(items in vec(entity(), 0..3)) {
        let flat = flatten(items, &mut UidSource::new(1));
        prop_assert!(flat.iter().all(|item| item.object.get("events").is_none_or(|list| list.as_list().unwrap().is_empty())));
        let again = flatten(nest(flat.clone()), &mut UidSource::new(1));
        prop_assert_eq!(in_order(&again), in_order(&flat));
    }

    #[test]
    fn what_stands_before_a_cut_is_read(events in events(), at in 0.0..1.0_f64) {
        let cut = |bytes: Vec<u8>| {
            let end = (bytes.len() as f64 * at) as usize;
            bytes.into_iter().take(end).collect::<Vec<u8>>()
        };
        let starts = |(read, fault): &(Vec<Item>, Option<Fault>), cut: &[u8], close: &[u8]| {
            // Each object that is whole has one such end in the bytes.
            let whole = cut.windows(close.len()).filter(|window| *window == close).count();
            let is_start = in_order(read) == in_order(&events).into_iter().take(read.len()).collect::<Vec<_>>();
            is_start && read.len() >= whole && fault.as_ref().is_none_or(|fault| fault.is_cut)
        };
        let bytes = cut(json(&events, WriteOptions::new(Target::Head)));
        let is_start = starts(&read_json(&bytes), &bytes, b"},\n{\"event\":");
        prop_assert!(is_start);
        let bytes = cut(xml(&events, Kind::Event));
        prop_assert!(starts(&read_xml(&bytes), &bytes, b"\n  </event>"));
    }

    #[test]
    fn no_bytes_make_a_reader_fail_otherwise_than_with_a_fault(noise in vec(any::<u8>(), 0..200), items in vec(entity(), 1..2), at in 0.0..1.0_f64) {
        let damaged = |bytes: Vec<u8>| {
            let at = (bytes.len() as f64 * at) as usize;
            let (before, behind) = bytes.split_at(at);
            [before, &noise[..noise.len().min(5)], behind].concat()
        };
        for bytes in [noise.clone(), damaged(json(&items, WriteOptions::new(Target::Head))), damaged(xml(&items, Kind::TrackedEntity))] {
            let _ = (read_json(&bytes), read_xml(&bytes), read_csv(&bytes, None), read_csv(&bytes, Some(Table::Events)));
            let mut gml = GmlReader::new(&bytes[..], FeatureOptions::default());
            let mut features = GeoJsonReader::new(&bytes[..], FeatureOptions::default());
            let _ = (all(|| gml.read()), all(|| features.read()));
            if let Ok(text) = std::str::from_utf8(&bytes) {
                let _ = Geometry::from_wkt(text);
            }
        }
    }
}
