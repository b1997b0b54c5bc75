//! Events, tracked entities and geometries of DHIS2: any bytes are read or refused, and what JSON says is read again as it was.

use exporter_dxf2::geometry::{FeatureOptions, GeoJsonReader, GeoJsonWriter, Geometry, GmlReader};
use exporter_dxf2::tracker::{
    CsvReader, CsvWriter, Item, JsonReader, JsonWriter, Kind, Table, WriteOptions, XmlReader, XmlWriter,
    flatten, nest,
};
use exporter_dxf2::uid::UidSource;
use exporter_dxf2::{Mode, Object, Target};

/// The most bytes of an object.
const MOST: usize = 1 << 16;

/// Reads the bytes in every form.
///
/// # Panics
/// When reading panics, or what was read and written again says something else.
pub fn dxf2_tracker(bytes: &[u8]) {
    for mode in [Mode::Lenient, Mode::Strict] {
        let mut reader = JsonReader::new(bytes, MOST, mode);
        let items = all(|| reader.read().ok().flatten());
        written_again(&items);
        let mut reader = XmlReader::new(bytes, MOST, mode);
        written_again(&all(|| reader.read().ok().flatten()));
        for table in [None, Some(Table::Events), Some(Table::OlderEvents)] {
            if let Ok(mut reader) = CsvReader::new(bytes, table, MOST, mode) {
                written_again(&all(|| reader.read().ok().flatten()));
            }
        }
        let mut uids = UidSource::new(1);
        nest(flatten(items, &mut uids));
    }
    geometries(bytes);
}

fn all<T>(next: impl FnMut() -> Option<T>) -> Vec<T> {
    std::iter::from_fn(next).collect()
}

fn written_again(items: &[Item]) {
    let options = WriteOptions::new(Target::Head);
    for kind in Kind::ALL {
        let of_kind: Vec<&Item> = items.iter().filter(|item| item.kind == kind).collect();
        let mut writer = JsonWriter::new(Vec::new(), &Object::new(), options);
        if of_kind.iter().all(|item| writer.write(item).is_ok()) {
            let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
            let mut reader = JsonReader::new(&written[..], MOST * 64, Mode::Lenient);
            let again = all(|| reader.read().unwrap_or_else(|fault| panic!("{fault}")));
            assert!(again.iter().eq(of_kind.iter().copied()), "{again:?} was {of_kind:?}");
        }
        if let Ok(mut writer) = XmlWriter::new(Vec::new(), kind, &Object::new(), options)
            && of_kind.iter().all(|item| writer.write(item).is_ok())
        {
            let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
            let mut reader = XmlReader::new(&written[..], MOST * 64, Mode::Lenient);
            assert_eq!(all(|| reader.read().unwrap_or_else(|fault| panic!("{fault}"))).len(), of_kind.len());
        }
    }
    if let Ok(mut writer) = CsvWriter::new(Vec::new(), Table::Events, options) {
        items.iter().filter(|item| item.kind == Kind::Event).for_each(|item| {
            let _ = writer.write(item);
        });
        let _ = writer.finish();
    }
}

fn geometries(bytes: &[u8]) {
    let mut reader = GmlReader::new(bytes, FeatureOptions::default());
    let mut features = all(|| reader.read().ok().flatten());
    let mut reader = GeoJsonReader::new(bytes, FeatureOptions::default());
    features.extend(all(|| reader.read().ok().flatten()));
    let mut writer = GeoJsonWriter::new(Vec::new(), &Object::new()).unwrap_or_else(|error| panic!("{error}"));
    for feature in &features {
        writer.write(feature).unwrap_or_else(|error| panic!("{error}"));
    }
    writer.finish().unwrap_or_else(|error| panic!("{error}"));
    if let Some(geometry) = std::str::from_utf8(bytes).ok().and_then(|text| Geometry::from_wkt(text).ok()) {
        assert_eq!(Geometry::from_wkt(&geometry.to_wkt()).ok(), Some(geometry.clone()));
        assert_eq!(Geometry::from_geojson(&geometry.to_geojson()).ok(), Some(geometry));
    }
}
