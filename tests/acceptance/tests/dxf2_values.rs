//! Data values and files of the predecessors from DHIS2's own tests.

use std::collections::BTreeMap;
use std::path::Path;

use exporter_dxf2::data_values::{AnyReader, AnyWriter, DataValue, Form, Key, Period};
use exporter_dxf2::old::{Choice, Metadata, dhis14, dxf1};
use exporter_dxf2::{Mode, Object, Target};

use crate::archive::unpack;
use crate::reference;

fn read(bytes: &[u8], mode: Mode) -> (Vec<DataValue>, Object, Form) {
    let mut reader = AnyReader::new(bytes, 1 << 20, Target::V2_41, mode).unwrap();
    let (mut values, mut value) = (Vec::new(), DataValue::default());
    while reader.read(&mut value).unwrap() {
        values.push(value.clone());
    }
    (values, reader.header().clone(), reader.form())
}

fn written(values: &[DataValue], header: &Object, form: Form) -> Vec<u8> {
    let mut writer = AnyWriter::new(Vec::new(), form, header, Target::V2_41).unwrap();
    values.iter().for_each(|value| writer.write(value).unwrap());
    writer.finish().unwrap()
}

#[test]
fn data_value_sets_in_xml_and_adx_are_what_they_were_when_they_are_written() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    for (name, form, count) in [
        ("datavalues/dataValueSetA.xml", Form::Xml, 3),
        ("datavalues/dataValueSetANull.xml", Form::Xml, 3),
        ("datavalues/dataValueSetB.xml", Form::Xml, 12),
        ("datavalues/dataValueSetBAttributeIdScheme.xml", Form::Xml, 12),
        ("datavalues/dataValueSetB.csv", Form::Csv, 12),
        ("datavalues/dataValueSetJ.json", Form::Json, 1),
        ("datavalues/e2e_dataValues_single_dataset.json", Form::Json, 2),
        ("adx/adx_data_sample1.xml", Form::Adx, 13),
        ("adx/importA.adx.xml", Form::Adx, 9),
        ("adx/importDates.adx.xml", Form::Adx, 1),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (values, header, found) = read(&bytes, Mode::Lenient);
        assert_eq!((found, values.len()), (form, count), "{name}");
        let again = read(&written(&values, &header, form), Mode::Lenient);
        assert_eq!(again, (values, header, form), "{name}");
    }
}

#[test]
fn the_same_values_are_in_xml_and_csv() {
    let Some(folder) = reference::folder("data/dhis2/datavalues") else { return };
    let of = |name: &str| read(&std::fs::read(folder.join(name)).unwrap(), Mode::Lenient).0;
    let texts = |values: &[DataValue]| {
        let keys = [Key::DataElement, Key::Period, Key::OrgUnit, Key::Value, Key::StoredBy, Key::LastUpdated];
        values.iter().map(|value| keys.map(|key| value.get(key).map(str::to_owned))).collect::<Vec<_>>()
    };
    assert_eq!(texts(&of("dataValueSetB.xml")), texts(&of("dataValueSetB.csv")));

    let (values, header, _) =
        read(&std::fs::read(folder.join("dataValueSetANull.xml")).unwrap(), Mode::Lenient);
    assert_eq!(
        [Key::Value, Key::Period].map(|key| values[1].get(key)),
        [None, None],
        "absent values stay so"
    );
    let mut whole = values[1].clone();
    whole.add_defaults(&header);
    assert_eq!([Key::Period, Key::OrgUnit].map(|key| whole.get(key)), [Some("201201"), Some("DiszpKrYNg8")]);
}

#[test]
fn groups_of_adx_are_values_with_their_categories() {
    let Some(folder) = reference::folder("data/dhis2/adx") else { return };
    let (values, ..) = read(&std::fs::read(folder.join("importA.adx.xml")).unwrap(), Mode::Strict);
    let options = Object::new().with("Sex_category", "FFFFFFFFFFF").with("Age_category", "under555555");
    assert_eq!(values[0].categories(Key::CategoryOptionCombo), Some(options));
    assert_eq!(values[4].get(Key::Value), Some("Text data value"), "the text of an annotation");
    let mechanism = Object::new().with("Mechanism_category", "PEPFARRRRRR");
    assert_eq!(values[6].categories(Key::AttributeOptionCombo), Some(mechanism));
    let periods: Vec<&str> = values.iter().filter_map(|value| value.get(Key::Period)).collect();
    assert_eq!(periods.join(" "), "202001 202001 202001 202001 202001 202002 2021Q1 2021Q1 2021Q1");
}

fn counts(metadata: &Metadata) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (plural, _) in &metadata.objects {
        *counts.entry(plural.as_str()).or_default() += 1;
    }
    counts
}

fn old(bytes: &[u8]) -> Metadata {
    let mut reader = dxf1::Reader::new(bytes, Choice::default());
    assert!(!reader.read(&mut DataValue::default()).unwrap(), "no sample has data values");
    reader.metadata().clone()
}

#[test]
fn files_of_dxf_1_are_objects_of_dxf_2() {
    let Some(folder) = reference::folder("data/dhis2/dxf1") else { return };
    let unpacked = tempfile::tempdir().unwrap();
    unpack(&folder.join("dxf1_dxfA.zip"), unpacked.path());
    let base = std::fs::read(folder.join("dxf1_base_minor1.2.xml")).unwrap();
    let first = std::fs::read(unpacked.path().join("Export.xml")).unwrap();
    for (bytes, expected) in [
        (
            &base,
            &[
                ("categories", 1),
                ("categoryCombos", 1),
                ("categoryOptionCombos", 1),
                ("categoryOptions", 1),
                ("concepts", 1),
                ("dataElements", 2),
                ("dataSets", 1),
                ("organisationUnitGroupSets", 2),
                ("organisationUnitLevels", 1),
                ("organisationUnits", 2),
            ][..],
        ),
        (
            &first,
            &[
                ("categories", 2),
                ("categoryCombos", 2),
                ("categoryOptionCombos", 4),
                ("categoryOptions", 4),
                ("dataElementGroups", 3),
                ("dataElements", 3),
                ("dataSets", 3),
                ("indicatorGroups", 3),
                ("indicatorTypes", 3),
                ("indicators", 3),
                ("organisationUnitGroupSets", 3),
                ("organisationUnitGroups", 3),
                ("organisationUnits", 3),
                ("validationRules", 3),
            ][..],
        ),
    ] {
        let metadata = old(bytes);
        assert!(metadata.refused.is_empty(), "{:?}", metadata.refused);
        assert_eq!(counts(&metadata), expected.iter().copied().collect());
        let writer = dxf1::Writer::new(Vec::new(), &metadata.objects, []).unwrap();
        assert!(writer.losses().is_empty(), "{:?}", writer.losses());
        assert_eq!(old(&writer.finish().unwrap()).objects, metadata.objects);
    }
    let metadata = old(&first);
    assert_eq!(metadata.losses.count("alternative names"), 6);
    let levels: Vec<_> =
        metadata.objects.iter().filter(|(plural, _)| plural == "organisationUnits").collect();
    let levels: Vec<_> = levels.iter().map(|(_, unit)| unit.get("level").cloned()).collect();
    assert_eq!(levels, [1, 2, 3].map(|level: i64| Some(level.into())), "levels of the tree");
    let twice = old(&base);
    assert!(twice.remarks.iter().any(|remark| remark.message.contains("has the code \"UNIT1\"")));

    // Data in the periods of the sample.
    let id = |plural: &str| {
        let found = metadata.objects.iter().find(|(known, _)| known == plural).unwrap();
        found.1.text("id").unwrap().to_owned()
    };
    let week: Period = "1999W52".parse().unwrap();
    let value = DataValue::new(&id("dataElements"), "1999W52", &id("organisationUnits"), "12");
    let mut writer = dxf1::Writer::new(Vec::new(), &metadata.objects, [week]).unwrap();
    writer.write(&value).unwrap();
    let bytes = writer.finish().unwrap();
    let mut reader = dxf1::Reader::new(&bytes[..], Choice::default());
    let mut read = DataValue::default();
    assert!(reader.read(&mut read).unwrap());
    assert_eq!(read, value);
}

#[test]
fn metadata_of_dhis_1_4_is_objects_of_dxf_2() {
    let Some(folder) = reference::folder("data/dhis2/dhis14") else { return };
    let unpacked = tempfile::tempdir().unwrap();
    unpack(&folder.join("dhis14_metadata.zip"), unpacked.path());
    let of = |bytes: &[u8]| {
        let (file, fault) = dhis14::Dhis14::read([bytes], Choice::default());
        assert!(fault.is_none(), "{fault:?}");
        file.metadata().clone()
    };
    let read_file = |path: &Path| of(&std::fs::read(path).unwrap());
    let metadata = read_file(&unpacked.path().join("Export.xml"));
    assert!(metadata.refused.is_empty(), "{:?}", metadata.refused);
    let expected = ["dataElementGroups", "dataElements", "indicatorGroups", "indicatorTypes", "indicators"]
        .map(|plural| (plural, 3));
    assert_eq!(counts(&metadata), expected.into_iter().collect());
    let of_type = |plural: &str| {
        metadata
            .objects
            .iter()
            .filter(|(known, _)| known == plural)
            .map(|(_, object)| object)
            .collect::<Vec<_>>()
    };
    for element in of_type("dataElements") {
        assert_eq!(
            element.text("valueType"),
            Some("INTEGER"),
            "the file itself says that type 1 is a number"
        );
        assert_eq!(element.text("aggregationType"), Some("SUM"));
    }
    for (plural, property) in [("dataElementGroups", "dataElements"), ("indicatorGroups", "indicators")] {
        for group in of_type(plural) {
            assert_eq!(group.get(property).unwrap().as_list().unwrap().len(), 3);
        }
    }
    assert!(metadata.remarks.iter().any(|remark| remark.message.contains("number 2; the first one holds")));

    let (bytes, losses, _) = dhis14::write(Vec::new(), &metadata.objects, []).unwrap();
    assert_eq!(losses.count("identifiers, which are numbers there"), 15);
    assert_eq!(counts(&of(&bytes)), counts(&metadata));
}
