//! DHIS2's data values: any bytes are read or refused, and what was read is written so that it is read again as it was.

use exporter_dxf2::analytics::GridReader;
use exporter_dxf2::data_values::{
    AdxReader, AdxWriter, CsvDialect, CsvReader, DataValue, JsonReader, JsonWriter, XmlReader, XmlWriter,
};
use exporter_dxf2::old::{Choice, dhis14, dxf1};
use exporter_dxf2::{Fault, Mode, Object, Target, Value, completeness};

/// The most bytes of a value.
const MOST: usize = 1 << 16;

/// Reads the bytes in every form.
///
/// # Panics
/// When reading panics, or what was read and written again says something else.
pub fn dxf2(bytes: &[u8]) {
    let (values, header, fault) = json(bytes);
    if fault.is_none() {
        let mut writer =
            JsonWriter::new(Vec::new(), &header, Target::Head).unwrap_or_else(|error| panic!("{error}"));
        values.iter().for_each(|value| writer.write(value).unwrap_or_else(|error| panic!("{error}")));
        let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
        let (again, header_again, fault) = json(&written);
        assert!(fault.is_none(), "{fault:?}");
        assert_eq!((again, header_again), (values, header));
    }
    for dialect in [CsvDialect::Either, CsvDialect::ByPosition, CsvDialect::ByName] {
        let Ok(mut reader) = CsvReader::new(bytes, dialect) else { continue };
        let mut value = DataValue::default();
        while reader.read(&mut value).is_ok_and(|is_one| is_one) {}
    }
    xml(bytes);
    old(bytes);
    let mut grid = GridReader::new(bytes, MOST);
    while grid.read().is_ok_and(|row| row.is_some()) {}
    if let Ok(mut registrations) = completeness::Reader::new(bytes, MOST) {
        while registrations.read().is_ok_and(|registration| registration.is_some()) {}
    }
    if let Some(value) = std::str::from_utf8(bytes).ok().and_then(|text| Value::from_json(text).ok()) {
        let mut written = Vec::new();
        value.write_json(&mut written);
        let again = String::from_utf8(written).map(|text| Value::from_json(&text).ok());
        assert_eq!(again, Ok(Some(value)));
    }
}

fn json(bytes: &[u8]) -> (Vec<DataValue>, Object, Option<Fault>) {
    let mut reader = JsonReader::new(bytes, MOST);
    let (mut values, mut value) = (Vec::new(), DataValue::default());
    let fault = loop {
        match reader.read(&mut value) {
            Ok(true) => values.push(value.clone()),
            Ok(false) => break None,
            Err(fault) => break Some(fault),
        }
    };
    (values, reader.header().clone(), fault)
}

/// Data values as XML and ADX: what their writers take is read again as it was.
fn xml(bytes: &[u8]) {
    let mut value = DataValue::default();
    let mut reader = XmlReader::new(bytes, MOST);
    while reader.read(&mut value).is_ok_and(|is_one| is_one) {
        let Ok(mut writer) = XmlWriter::new(Vec::new(), &Object::new()) else { continue };
        if writer.write(&value).is_err() || writer.replaced() > 0 {
            continue;
        }
        let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
        let mut again = DataValue::default();
        assert!(matches!(XmlReader::new(&written[..], MOST * 8).read(&mut again), Ok(true)));
        assert_eq!(again, value);
    }
    let mut reader = AdxReader::new(bytes, MOST, Mode::Lenient);
    while reader.read(&mut value).is_ok_and(|is_one| is_one) {
        let Ok(mut writer) = AdxWriter::new(Vec::new(), &Object::new(), Target::V2_41) else { continue };
        if writer.write(&value).is_ok() {
            let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
            let mut again = DataValue::default();
            assert!(matches!(
                AdxReader::new(&written[..], MOST * 8, Mode::Lenient).read(&mut again),
                Ok(true)
            ));
        }
    }
}

/// The predecessors.
fn old(bytes: &[u8]) {
    let mut value = DataValue::default();
    let mut reader = dxf1::Reader::new(bytes, Choice::default());
    while reader.read(&mut value).is_ok_and(|is_one| is_one) {}
    let metadata = reader.metadata().clone();
    let writer =
        dxf1::Writer::new(Vec::new(), &metadata.objects, []).unwrap_or_else(|error| panic!("{error}"));
    writer.finish().unwrap_or_else(|error| panic!("{error}"));
    let (file, _) = dhis14::Dhis14::read([bytes], Choice::default());
    let _ = dhis14::write(Vec::new(), &file.metadata().objects, []);
    if let Ok(mut rows) = dhis14::RoutineReader::new(bytes, &file) {
        while rows.read(&mut value).is_ok_and(|is_one| is_one) {}
    }
}
