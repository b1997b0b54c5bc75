//! Metadata of DHIS2: packages, exports and files of its own tests, there and back.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use exporter_dxf2::metadata::csv::{Class, CsvReader, CsvWriter};
use exporter_dxf2::metadata::{
    Bundle, Fitting, MetadataObject, MetadataReader, MetadataWriter, Order, references, type_of,
};
use exporter_dxf2::{Mode, Object, Target, Value};

use crate::reference;

fn reader(bytes: &[u8]) -> MetadataReader<&[u8]> {
    MetadataReader::new(bytes).unwrap()
}

fn objects(bytes: &[u8]) -> (Vec<MetadataObject>, Object) {
    let mut reader = reader(bytes);
    let mut found = Vec::new();
    while let Some(object) = reader.read().unwrap() {
        found.push(object);
    }
    (found, reader.header().clone())
}

fn written(
    mut writer: MetadataWriter<Vec<u8>>,
    (objects, header): &(Vec<MetadataObject>, Object),
) -> Vec<u8> {
    objects.iter().for_each(|found| writer.write(&found.kind, &found.object).unwrap());
    let (bytes, remarks) = writer.finish(header).unwrap();
    assert!(remarks.is_empty(), "{remarks:?}");
    bytes
}

fn json(whole: &(Vec<MetadataObject>, Object)) -> Vec<u8> {
    written(MetadataWriter::json(Vec::new()), whole)
}

fn xml(whole: &(Vec<MetadataObject>, Object)) -> Vec<u8> {
    written(MetadataWriter::xml(Vec::new(), Target::V2_38).unwrap(), whole)
}

fn plain(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

/// Each object by type and place.
fn by_place((objects, _): &(Vec<MetadataObject>, Object)) -> BTreeMap<(String, u64), String> {
    let of = |found: &MetadataObject| {
        ((found.kind.clone(), found.index), Value::from(found.object.clone()).canonical_json())
    };
    objects.iter().map(of).collect()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn packages_have_the_objects_and_references_that_are_stated() {
    let Some(folder) = reference::folder("data/dhis2/packages") else { return };
    for (name, objects, wanted) in [("NTD_AGG_2.41.json", 1123, 3342), ("MAL_SMC_2.40.json", 181, 478)] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        // A server takes a package, so that nothing is wrong with it.
        let mut reader = reader(&bytes).checked(Mode::Strict, Target::V2_41);
        let (mut count, mut found) = (0, 0);
        while let Some(object) = reader.read().unwrap() {
            assert!(type_of(&object.kind).is_some());
            count += 1;
            found += references(&object.object).len();
        }
        assert_eq!((count, found), (objects, wanted), "{name}");
        assert!(reader.header().get("package").is_some());
    }
}

#[test]
fn json_is_the_same_in_each_order_and_in_xml() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let mut counts = Vec::new();
    for below in ["metadata-json", "packages"] {
        for (name, bytes) in files(&folder.join(below)) {
            let whole = objects(&bytes);
            counts.push((name.clone(), whole.0.len()));
            assert_eq!(plain(&json(&whole)), plain(&bytes), "{name}");
            let as_xml = xml(&whole);
            let from_xml = objects(&as_xml);
            assert_eq!(by_place(&from_xml), by_place(&whole), "{name}");
            assert_eq!(xml(&from_xml), as_xml, "{name}");

            let mut bundle = Bundle::read(&mut reader(&bytes)).unwrap();
            for order in [Order::AsRead, Order::Dependency] {
                bundle.sort(order);
                let (sorted, _) = bundle.write(MetadataWriter::json(Vec::new())).unwrap();
                assert_eq!(plain(&sorted), plain(&bytes), "{name} {order:?}");
            }
            let places = bundle.iter().map(|(kind, _)| type_of(kind).map_or(u32::MAX, |found| found.order));
            assert!(places.is_sorted(), "{name}");
        }
    }
    let counts: Vec<(&str, usize)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        counts,
        [
            ("dataset_with_sections_gf.json", 16),
            ("de_duplicate_uid.json", 2),
            ("e2e_setup_metadata.json", 22),
            ("e2e_tracker_metadata.json", 66),
            ("metadata_with_visualization_and_legendSet.json", 18),
            ("metadata_with_vr.json", 11),
            ("ou_with_translation.json", 4),
            ("simple_metadata_with_av.json", 15),
            ("MAL_SMC_2.40.json", 181),
            ("NTD_AGG_2.41.json", 1123),
        ]
    );
}

#[test]
fn xml_is_the_same_in_json() {
    let Some(folder) = reference::folder("data/dhis2/metadata-xml") else { return };
    for (name, bytes) in files(&folder) {
        let whole = objects(&bytes);
        let from_json = objects(&json(&whole));
        assert_eq!(by_place(&from_json), by_place(&whole), "{name}");
        assert_eq!(from_json.1, whole.1, "{name}");
        assert_eq!(by_place(&objects(&xml(&from_json))), by_place(&whole), "{name}");
    }
}

#[test]
fn the_export_in_xml_says_what_the_package_does() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let package = objects(&std::fs::read(folder.join("packages/MAL_SMC_2.40.json")).unwrap());
    let export = objects(&std::fs::read(folder.join("metadata-xml/MAL_SMC_derived.xml")).unwrap());
    let kinds: HashSet<&str> = export.0.iter().map(|found| found.kind.as_str()).collect();
    let of_kinds = package.0.iter().filter(|found| kinds.contains(found.kind.as_str()));
    let expected: BTreeMap<(String, u64), String> = of_kinds
        .map(|found| {
            let mut object = found.object.clone();
            leave_out(&mut object);
            ((found.kind.clone(), found.index), Value::from(object).canonical_json())
        })
        .collect();
    assert_eq!(by_place(&export), expected);
    assert_eq!(export.0.len(), 162);
}

/// What the export leaves out: who may see and change objects, and what says nothing.
fn leave_out(object: &mut Object) {
    object.retain(|name, value| {
        let says_nothing = match &*value {
            Value::List(values) => values.is_empty(),
            Value::Object(object) => object.is_empty(),
            Value::Text(text) => text.is_empty(),
            _ => false,
        };
        name != "sharing" && !says_nothing
    });
    for (_, value) in object.iter_mut() {
        let parts = if let Value::List(values) = value { values } else { std::slice::from_mut(value) };
        parts.iter_mut().for_each(|part| {
            if let Value::Object(part) = part {
                leave_out(part)
            }
        });
    }
}

#[test]
fn a_repeated_identifier_is_found() {
    let Some(folder) = reference::folder("data/dhis2/metadata-json") else { return };
    let bytes = std::fs::read(folder.join("de_duplicate_uid.json")).unwrap();
    let mut reader = reader(&bytes).checked(Mode::Strict, Target::Head);
    assert!(reader.read().unwrap().is_some());
    let fault = reader.read().unwrap_err().to_string();
    assert!(
        fault.contains("line 24,") && fault.contains("CCwk5Yx440o") && fault.contains("E5004"),
        "{fault}"
    );
}

#[test]
fn packages_of_new_servers_are_fitted_to_old_ones_and_back() {
    let Some(folder) = reference::folder("data/dhis2/packages") else { return };
    let (package, _) = objects(&std::fs::read(folder.join("MAL_SMC_2.40.json")).unwrap());
    let (mut older, mut newer) = (Fitting::new(Target::V2_29), Fitting::new(Target::V2_41));
    let mut shared = 0;
    for found in package {
        let fitted = older.fit(found.clone());
        shared += usize::from(fitted.object.get("publicAccess").is_some());
        assert!(fitted.object.get("sharing").is_none());
        let back = newer.fit(fitted);
        let canonical = |found: &MetadataObject| Value::from(found.object.clone()).canonical_json();
        if !matches!(found.kind.as_str(), "visualizations" | "dashboards") {
            assert_eq!(canonical(&back), canonical(&found));
        }
    }
    assert!(shared > 100, "{shared}");
    // Visualizations of new kinds stay, which is the one thing that is remarked.
    let remarks: Vec<String> = older.remarks().iter().map(ToString::to_string).collect();
    assert!(remarks.len() == 1 && remarks[0].contains("visualizations"), "{remarks:?}");
    assert!(newer.remarks().is_empty());
}

#[test]
fn rows_of_csv_are_the_same_when_they_are_written() {
    let Some(folder) = reference::folder("data/dhis2/metadata-csv") else { return };
    for (name, class, count) in [
        ("basic_objects", "CATEGORY_OPTION", 3),
        ("category_option_group", "CATEGORY_OPTION_GROUP", 3),
        ("dataElements", "DATA_ELEMENT", 2),
        ("optionSets", "OPTION_SET", 4 + 12),
        ("option_groups", "OPTION_GROUP", 2),
        ("option_set", "OPTION_SET", 2 + 3),
        ("organisationUnitGroup", "ORGANISATION_UNIT_GROUP", 2),
        ("organisationUnitGroup_members", "ORGANISATION_UNIT_GROUP_MEMBERSHIP", 2),
        ("organisationUnits", "ORGANISATION_UNIT", 6),
    ] {
        let class = Class::of(class).unwrap();
        let read = |mut reader: CsvReader<&[u8]>| {
            let mut found = Vec::new();
            while let Some(object) = reader.read().unwrap() {
                found.push((object.kind, object.object));
            }
            assert!(reader.remarks().is_empty());
            found
        };
        let bytes = std::fs::read(folder.join(format!("{name}.csv"))).unwrap();
        let found = read(CsvReader::of_class(&bytes[..], class, true, Mode::Strict).unwrap());
        assert_eq!(found.len(), count, "{name}");
        let mut writer = CsvWriter::new(Vec::new(), class, Mode::Strict).unwrap();
        found.iter().for_each(|(kind, object)| writer.write(kind, object).unwrap());
        let (csv, remarks) = writer.finish().unwrap();
        assert!(remarks.is_empty(), "{name}: {remarks:?}");
        let again = CsvReader::new(&csv[..], Mode::Strict).unwrap();
        assert_eq!(again.class().key, class.key, "the header tells the class");
        assert_eq!(read(again), found, "{name}");
        // In a bundle the objects of one type follow one another, so that they are JSON.
        let mut bundle = Bundle::new();
        found.iter().for_each(|(kind, object)| bundle.push(kind.as_str(), object.clone()));
        let (json, _) = bundle.write(MetadataWriter::json(Vec::new())).unwrap();
        assert_eq!(objects(&json).0.len(), count, "{name}");
    }
}
