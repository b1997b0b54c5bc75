//! DHIS2's data values: any bytes are read or refused, and what was read is written so that it is read again as it was.

use exporter_dxf2::data_values::{CsvDialect, CsvReader, DataValue, JsonReader, JsonWriter};
use exporter_dxf2::{Fault, Object, Target, Value};

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
