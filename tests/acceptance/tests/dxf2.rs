//! Files of DHIS2's own tests.

use exporter_dxf2::data_values::{
    CsvDialect, CsvReader, CsvWriter, DataValue, JsonReader, JsonWriter, Key, Period,
};
use exporter_dxf2::{Object, Pieces, Target, Value};

use crate::reference;

fn set(bytes: &[u8]) -> (Vec<DataValue>, Object) {
    let mut reader = JsonReader::new(bytes, 1 << 20);
    let (mut values, mut value) = (Vec::new(), DataValue::default());
    while reader.read(&mut value).unwrap() {
        values.push(value.clone());
    }
    (values, reader.header().clone())
}

#[test]
fn data_value_sets_hold_what_dhis2_says() {
    let Some(folder) = reference::folder("data/dhis2/datavalues") else { return };
    let json = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (values, header) = set(&bytes);
        let mut writer = JsonWriter::new(Vec::new(), &header, Target::V2_41).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let written = writer.finish().unwrap();
        let plain = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(plain(&written), plain(&bytes), "{name}");
        values
    };
    let [only] = json("dataValueSetJ.json").try_into().unwrap();
    assert_eq!(only, DataValue::new("f7n9E0hX8qk", "201201", "DiszpKrYNg8", "10"));
    assert!(!json("e2e_dataValues_single_dataset.json").is_empty());

    let bytes = std::fs::read(folder.join("dataValueSetB.csv")).unwrap();
    let read = |bytes: &[u8]| {
        let mut reader = CsvReader::new(bytes, CsvDialect::Either).unwrap();
        let (mut values, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            values.push(value.clone());
        }
        values
    };
    let values = read(&bytes);
    let numbers: Vec<&str> = values.iter().filter_map(|value| value.get(Key::Value)).collect();
    let wanted: Vec<String> = (10_001..=10_012).map(|number| number.to_string()).collect();
    assert_eq!(numbers, wanted);
    for value in &values {
        assert_eq!(value.get(Key::LastUpdated), Some("2012-01-01"), "an old name of the column");
        assert!(value.get(Key::Period).unwrap().parse::<Period>().is_ok());
    }
    let mut writer = CsvWriter::new(Vec::new(), Target::V2_41).unwrap();
    values.iter().for_each(|value| writer.write(value).unwrap());
    assert_eq!(read(&writer.finish().unwrap()), values);
}

#[test]
fn metadata_comes_in_pieces_that_are_the_whole() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    for below in ["metadata-json", "packages", "tracker"] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let mut pieces = Pieces::new(&bytes[..], 16 << 20);
            let (mut whole, mut list, mut buffer) = (Object::new(), Vec::new(), Vec::new());
            let mut name = String::new();
            while let Some(piece) = pieces.next(&mut buffer).unwrap() {
                let value = || Value::from_json(std::str::from_utf8(&buffer).unwrap()).unwrap();
                match piece {
                    exporter_dxf2::Piece::Property(name) => whole.set(name, value()),
                    exporter_dxf2::Piece::Begin(begun) => name = begun.unwrap(),
                    exporter_dxf2::Piece::Element => list.push(value()),
                    _ => whole.set(std::mem::take(&mut name), std::mem::take(&mut list)),
                }
            }
            let mut written = Vec::new();
            whole.write_json(&mut written);
            let plain = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
            assert_eq!(plain(&written), plain(&bytes), "{}", path.display());
        }
    }
}
