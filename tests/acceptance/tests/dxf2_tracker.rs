//! Events, tracked entities and geometries of DHIS2's own tests.

use exporter_dxf2::geometry::{
    FeatureOptions, GeoJsonReader, GeoJsonWriter, Geometry, GmlReader, MatchBy, Rounding,
};
use exporter_dxf2::tracker::{
    CsvReader, CsvWriter, Item, JsonReader, JsonWriter, Kind, Model, Table, WriteOptions, XmlReader,
    XmlWriter, flatten, nest,
};
use exporter_dxf2::uid::UidSource;
use exporter_dxf2::{Fault, Mode, Object, Target, Value};

use crate::reference;

const MOST: usize = 1 << 20;

fn all<T>(mut next: impl FnMut() -> Result<Option<T>, Fault>) -> Vec<T> {
    let mut found = Vec::new();
    while let Some(one) = next().unwrap() {
        found.push(one);
    }
    found
}

fn xml(bytes: &[u8]) -> Vec<Item> {
    let mut reader = XmlReader::new(bytes, MOST, Mode::Strict);
    all(|| reader.read())
}

fn json(bytes: &[u8]) -> Vec<Item> {
    let mut reader = JsonReader::new(bytes, MOST, Mode::Strict);
    all(|| reader.read())
}

fn csv(bytes: &[u8]) -> Vec<Item> {
    let mut reader = CsvReader::new(bytes, None, MOST, Mode::Strict).unwrap();
    let items = all(|| reader.read());
    assert_eq!(reader.table(), Table::OlderEvents);
    items
}

fn written(items: &[Item], model: Model, target: Target) -> Vec<u8> {
    let mut writer = JsonWriter::new(Vec::new(), &Object::new(), WriteOptions::new(target).model(model));
    items.iter().for_each(|item| writer.write(item).unwrap());
    writer.finish().unwrap()
}

/// What each event says of itself, and its data values.
fn told(items: &[Item]) -> Vec<String> {
    let of_event = |item: &Item| {
        let event = item.event().unwrap();
        let own = [
            event.id(),
            event.status(),
            event.program(),
            event.program_stage(),
            event.org_unit(),
            event.occurred_at(),
            event.scheduled_at(),
        ];
        let values = event
            .data_values()
            .map(|value| (value.text("dataElement"), value.text("value"), value.get("providedElsewhere")));
        format!("{own:?} {:?}", values.collect::<Vec<_>>())
    };
    items.iter().map(of_event).collect()
}

#[test]
fn the_same_events_are_in_xml_csv_and_json() {
    let Some(folder) = reference::folder("data/dhis2/events") else { return };
    let events = xml(&std::fs::read(folder.join("e2e_events.xml")).unwrap());
    let bytes = std::fs::read(folder.join("e2e_events.csv")).unwrap();
    let of_table = csv(&bytes);
    assert_eq!(events.len(), 4);
    assert_eq!(events.iter().map(|item| item.event().unwrap().data_values().count()).sum::<usize>(), 18);
    assert_eq!(told(&of_table), told(&events));
    for model in [Model::Older, Model::New] {
        assert_eq!(json(&written(&events, model, Target::V2_41)), events);
    }
    let mut writer =
        XmlWriter::new(Vec::new(), Kind::Event, &Object::new(), WriteOptions::new(Target::V2_38).strict())
            .unwrap();
    events.iter().for_each(|item| writer.write(item).unwrap());
    assert_eq!(xml(&writer.finish().unwrap()), events);

    let table = |items: &[Item], table, target| {
        let mut writer = CsvWriter::new(Vec::new(), table, WriteOptions::new(target)).unwrap();
        items.iter().for_each(|item| writer.write(item).unwrap());
        writer.finish().unwrap()
    };
    assert_eq!(table(&of_table, Table::OlderEvents, Target::V2_38), bytes, "byte by byte");
    let new = table(&of_table, Table::Events, Target::Head);
    let mut reader = CsvReader::new(&new[..], None, MOST, Mode::Strict).unwrap();
    assert_eq!(told(&all(|| reader.read())), told(&events));

    let [event] =
        csv(&std::fs::read(folder.join("event-with-de-optionset.csv")).unwrap()).try_into().unwrap();
    let event = event.event().unwrap();
    assert_eq!((event.id(), event.status()), (Some("Dfger123k4e"), Some("ACTIVE")), "no status is said");
    assert_eq!(event.data_values().next().unwrap().text("value"), Some("TA_YES"));
}

#[test]
fn tracked_entities_are_written_as_they_are_read_in_all_models() {
    let Some(folder) = reference::folder("data/dhis2/tracker") else { return };
    let bytes = std::fs::read(folder.join("trackedEntitiesWithEnrollmentsAndEvents.json")).unwrap();
    let items = json(&bytes);
    let plain = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!(plain(&written(&items, Model::New, Target::Head)), plain(&bytes));
    let entities: Vec<_> = items.iter().map(|item| item.tracked_entity().unwrap()).collect();
    assert_eq!(
        entities.iter().map(|entity| entity.id().unwrap()).collect::<Vec<_>>(),
        ["Kj6vYde4LHh", "Nav6inZRw1u"]
    );
    let events =
        || entities.iter().flat_map(|entity| entity.enrollments()).flat_map(|enrollment| enrollment.events());
    assert_eq!(events().map(|event| event.data_values().count()).collect::<Vec<_>>(), [3, 2]);

    let older = written(&items, Model::Older, Target::V2_38);
    let text = std::str::from_utf8(&older).unwrap();
    assert!(text.contains(r#""incidentDate":"2019-08-19T12:00:00.000""#) && !text.contains("occurredAt"));
    assert_eq!(json(&older), items);
    let mut writer =
        XmlWriter::new(Vec::new(), Kind::TrackedEntity, &Object::new(), WriteOptions::new(Target::V2_38))
            .unwrap();
    items.iter().for_each(|item| writer.write(item).unwrap());
    assert!(writer.remarks().is_empty());
    let of_xml = xml(&writer.finish().unwrap());
    let sorted = |items: &[Item]| plain(&written(items, Model::New, Target::Head));
    assert_eq!(sorted(&of_xml), sorted(&items));

    let flat = flatten(items.clone(), &mut UidSource::new(1));
    let kinds: Vec<Kind> = flat.iter().map(|item| item.kind).collect();
    let [entity, enrollment, event] = [Kind::TrackedEntity, Kind::Enrollment, Kind::Event];
    assert_eq!(kinds, [entity, entity, enrollment, enrollment, event, event]);
    let again = nest(json(&written(&flat, Model::New, Target::Head)));
    assert_eq!(flatten(again, &mut UidSource::new(1)), flat);
}

#[test]
fn districts_are_found_by_their_names() {
    let Some(folder) = reference::folder("data/dhis2/geometry") else { return };
    let bytes = std::fs::read(folder.join("polygon_sierraleone.gml")).unwrap();
    let districts = |options: FeatureOptions| {
        let mut reader = GmlReader::new(&bytes[..], options);
        let features = all(|| reader.read());
        assert!(reader.remarks().is_empty());
        features
    };
    let features = districts(FeatureOptions::default());
    let names: Vec<&str> = features.iter().map(|feature| feature.key.as_str()).collect();
    let wanted = "Bo,Bonthe,Moyamba,Pujehun,Kailahun,Kenema,Kono,Bombali,Kambia,Koinadugu,Port Loko,Tonkolili,Western Area";
    assert_eq!(names.join(","), wanted);
    assert!(features.iter().all(|feature| feature.matched_by == MatchBy::Name));
    let polygons = features.iter().map(|feature| match feature.geometry.as_ref().unwrap() {
        Geometry::Polygon(_) => 1,
        Geometry::MultiPolygon(polygons) => polygons.len(),
        other => panic!("{}", other.type_name()),
    });
    assert_eq!(polygons.sum::<usize>(), 43, "as many as the file has elements of them");
    let first = |features: &[exporter_dxf2::geometry::Feature]| {
        features[0].geometry.as_ref().unwrap().first().unwrap().to_string()
    };
    assert_eq!(first(&features), "-11.870609999999999 8.377969999999999", "all digits");
    let mut options = FeatureOptions::default();
    options.rounding = Rounding::AsServers;
    assert_eq!(first(&districts(options)), "-11.8706 8.378");

    let mut writer = GeoJsonWriter::new(Vec::new(), &Object::new()).unwrap();
    features.iter().for_each(|feature| writer.write(feature).unwrap());
    let written = writer.finish().unwrap();
    let mut options = FeatureOptions::default();
    options.match_by = MatchBy::Name;
    let mut reader = GeoJsonReader::new(&written[..], options);
    assert_eq!(all(|| reader.read()), features);

    let text = std::fs::read_to_string(folder.join("brasilMultiPolygon.json")).unwrap();
    let value = Value::from_json(&text).unwrap();
    let geometry = Geometry::from_geojson(&value).unwrap();
    assert_eq!(geometry.to_geojson(), value);
    assert_eq!(Geometry::from_wkt(&geometry.to_wkt()).as_ref(), Ok(&geometry));
    let (name, coordinates) = geometry.to_older().unwrap();
    assert_eq!((name, Geometry::from_older(name, &coordinates)), ("MULTI_POLYGON", Ok(Some(geometry))));
}
