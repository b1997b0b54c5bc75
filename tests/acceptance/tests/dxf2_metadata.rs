//! Metadata of DHIS2's own tests and packages, in every form.

use exporter_dxf2::metadata::{
    Form, MetadataCsvReader, MetadataCsvWriter, MetadataObject, MetadataReader, MetadataWriter, Part,
    ReadCsv, WriteOptions, csv_class, references,
};
use exporter_dxf2::{Mode, Object, Value};

use crate::reference;

const MOST: usize = 16 << 20;

fn read(name: &str, bytes: &[u8]) -> Vec<Part> {
    let mut reader = match name.ends_with("xml") {
        true => MetadataReader::xml(bytes, MOST, Mode::Lenient),
        false => MetadataReader::json(bytes, MOST, Mode::Lenient),
    };
    std::iter::from_fn(|| reader.next_part().unwrap()).collect()
}

fn written(parts: &[Part], form: Form) -> Vec<u8> {
    let mut writer = MetadataWriter::new(Vec::new(), form, WriteOptions::default()).unwrap();
    parts.iter().for_each(|part| writer.part(part).unwrap());
    // XML has no place for what is empty; anything else would be told as another remark.
    for remark in writer.remarks().iter() {
        assert!(remark.message.contains("has no place in XML"), "{remark}");
    }
    writer.finish().unwrap()
}

fn plain(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

/// A document without what XML has no place for.
fn filled(value: serde_json::Value) -> serde_json::Value {
    let is_filled = |value: &serde_json::Value| match value {
        serde_json::Value::Null => false,
        serde_json::Value::String(text) => !text.is_empty(),
        serde_json::Value::Array(values) => !values.is_empty(),
        serde_json::Value::Object(object) => !object.is_empty(),
        _ => true,
    };
    match value {
        serde_json::Value::Array(values) => values.into_iter().map(filled).collect(),
        serde_json::Value::Object(object) => {
            let properties = object.into_iter().map(|(name, value)| (name, filled(value)));
            properties.filter(|(_, value)| is_filled(value)).collect::<serde_json::Map<_, _>>().into()
        }
        value => value,
    }
}

fn objects(parts: &[Part]) -> Vec<&MetadataObject> {
    parts
        .iter()
        .filter_map(|part| if let Part::Object(object) = part { Some(object) } else { None })
        .collect()
}

#[test]
fn documents_have_their_counts_and_are_written_again() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let mut counts = Vec::new();
    for below in ["metadata-json", "packages", "metadata-xml"] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&path).unwrap();
            let parts = read(&name, &bytes);
            let json = written(&parts, Form::Json);
            if !name.ends_with("xml") {
                assert!(plain(&json) == plain(&bytes), "{name}");
            }
            let xml = written(&parts, Form::Xml);
            let from_xml = written(&read("xml", &xml), Form::Json);
            assert!(filled(plain(&from_xml)) == filled(plain(&json)), "{name} differs as XML");
            // What was read from XML is the same XML again, line by line.
            let again = written(&read("xml", &xml), Form::Xml);
            assert!(again == xml, "{name} is another XML again");
            let objects = objects(&parts);
            let found: usize = objects.iter().map(|object| references(&object.object).len()).sum();
            counts.push((name, objects.len(), found));
        }
    }
    counts.sort();
    let wanted = [
        ("MAL_SMC_2.40.json", 181, 478),
        ("MAL_SMC_derived.xml", 162, 443),
        ("NTD_AGG_2.41.json", 1123, 3342),
        ("dataset_with_sections_gf.json", 16, 29),
        ("de_duplicate_uid.json", 2, 0),
        ("e2e_setup_metadata.json", 22, 26),
        ("e2e_tracker_metadata.json", 66, 196),
        ("metadata_with_visualization_and_legendSet.json", 18, 44),
        ("metadata_with_vr.json", 11, 16),
        ("ou_with_translation.json", 4, 3),
        ("programstagesection_with_deps.xml", 9, 15),
        ("render_metadata.xml", 3, 0),
        ("simple_metadata_with_av.json", 15, 25),
    ];
    assert_eq!(counts, wanted.map(|(name, objects, found)| (name.to_owned(), objects, found)));
}

#[test]
fn packages_are_what_servers_take() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let strict = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let mut reader = MetadataReader::json(&bytes[..], MOST, Mode::Strict);
        std::iter::from_fn(|| reader.read().transpose()).collect::<Result<Vec<_>, _>>()
    };
    assert_eq!(strict("packages/MAL_SMC_2.40.json").unwrap().len(), 181);
    assert_eq!(strict("packages/NTD_AGG_2.41.json").unwrap().len(), 1123);
    let twice = strict("metadata-json/de_duplicate_uid.json").unwrap_err().to_string();
    assert!(twice.contains("object 1 (CCwk5Yx440o), id: E5004"), "{twice}");
}

#[test]
fn the_derived_document_is_its_package_without_sharing() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let of = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let parts = read(name, &bytes);
        let document = |object: &MetadataObject| {
            let mut object = object.object.clone();
            object.remove("sharing");
            let mut bytes = Vec::new();
            object.write_json(&mut bytes);
            filled(plain(&bytes))
        };
        let mut found: Vec<_> =
            objects(&parts).iter().map(|object| (object.kind.clone(), document(object))).collect();
        // Left out beside sharing: favourites, users, and who they are.
        let left_out = ["dashboards", "maps", "userGroups", "userRoles", "users", "visualizations"];
        found.retain(|(kind, _)| !left_out.contains(&kind.as_str()));
        found.sort_by_key(|(kind, object)| (kind.clone(), object["id"].to_string()));
        found
    };
    let (derived, package) = (of("metadata-xml/MAL_SMC_derived.xml"), of("packages/MAL_SMC_2.40.json"));
    assert_eq!(derived.len(), 162);
    assert!(derived == package, "{:?}", derived.iter().zip(&package).find(|(one, other)| one != other));
}

#[test]
fn tables_are_read_and_written_again() {
    let Some(folder) = reference::folder("data/dhis2/metadata-csv") else { return };
    for (name, key, wanted, members) in [
        ("basic_objects.csv", "CATEGORY_OPTION", 3, 0),
        ("category_option_group.csv", "CATEGORY_OPTION_GROUP", 3, 0),
        ("dataElements.csv", "DATA_ELEMENT", 2, 0),
        ("optionSets.csv", "OPTION_SET", 4, 12),
        ("option_groups.csv", "OPTION_GROUP", 2, 3),
        ("option_set.csv", "OPTION_SET", 2, 3),
        ("organisationUnitGroup.csv", "ORGANISATION_UNIT_GROUP", 2, 0),
        ("organisationUnitGroup_members.csv", "ORGANISATION_UNIT_GROUP_MEMBERSHIP", 2, 4),
        ("organisationUnits.csv", "ORGANISATION_UNIT", 6, 0),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let class = csv_class(key).unwrap();
        let read = |bytes: &[u8], class| {
            let how = ReadCsv { class, mode: Mode::Strict, ..ReadCsv::default() };
            let mut reader = MetadataCsvReader::new(bytes, how).unwrap();
            std::iter::from_fn(|| reader.read().unwrap()).collect::<Vec<_>>()
        };
        let found = read(&bytes, Some(class));
        let in_list = |object: &MetadataObject| {
            object.object.get(class.members?).and_then(Value::as_list).map(<[Value]>::len)
        };
        assert_eq!((found.len(), found.iter().filter_map(in_list).sum()), (wanted, members), "{name}");
        let mut writer = MetadataCsvWriter::new(Vec::new(), class, Mode::Strict).unwrap();
        found.iter().for_each(|object| writer.write(object).unwrap());
        assert!(writer.remarks().is_empty(), "{name}");
        // The class is known by the header that was written.
        let again = read(&writer.finish().unwrap(), None);
        let plain = |objects: &[MetadataObject]| -> Vec<Object> {
            objects.iter().map(|object| object.object.clone()).collect()
        };
        assert_eq!(plain(&again), plain(&found), "{name}");
    }
}
