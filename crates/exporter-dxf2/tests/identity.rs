//! What is written is read again as it was, whatever it is.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::analytics::{GridReader, GridWriter};
use exporter_dxf2::data_values::{
    AdxReader, AdxWriter, CsvDialect, CsvReader, CsvWriter, DataValue, JsonReader, JsonWriter, Key, Period,
    XmlReader, XmlWriter,
};
use exporter_dxf2::old::{Choice, dhis14, dxf1};
use exporter_dxf2::{Mode, Object, Target, Value, completeness};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 ,\"\\\\\n\r]{0,12}", "\\PC{0,12}", Just("null".to_owned())]
}

fn data_value() -> impl Strategy<Value = DataValue> {
    proptest::collection::vec((0..Key::ALL.len(), text()), 0..12).prop_map(|texts| {
        let mut value = DataValue::default();
        for (at, text) in texts {
            let key = Key::ALL[at];
            let is_truth = matches!(key, Key::FollowUp | Key::Deleted);
            value.set(key, if is_truth { "true" } else { &text });
        }
        value
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?".prop_map(Value::Number),
        text().prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let object = proptest::collection::vec((text(), inner.clone()), 0..6).prop_map(|properties| {
            let object =
                properties.into_iter().fold(Object::new(), |object, (name, value)| object.with(name, value));
            Value::Object(object)
        });
        prop_oneof![proptest::collection::vec(inner, 0..6).prop_map(Value::List), object]
    })
}

/// A name of letters, digits, quotes and blanks, which is more than blanks.
fn name() -> impl Strategy<Value = String> {
    "[ ]{0,2}[a-zA-Z0-9äß<&\"'][a-zA-Z0-9 äß€<&>\"'\n]{0,12}"
}

/// Objects of the predecessors: data elements in a group, and units one below the other.
fn old_objects(names: &[String]) -> Vec<(String, Object)> {
    let reference = |id: String| Value::from(Object::new().with("id", id));
    let mut objects = Vec::new();
    let mut members = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let id = format!("dataElem{at:03}");
        members.push(reference(id.clone()));
        let element =
            Object::new().with("id", id).with("name", name.as_str()).with("shortName", format!("{at}"));
        let element = element.with("valueType", "INTEGER").with("aggregationType", "SUM");
        objects.push(("dataElements".to_owned(), element.with("domainType", "AGGREGATE")));
    }
    let group = Object::new().with("id", "dataElGroup").with("name", "group").with("dataElements", members);
    objects.push(("dataElementGroups".to_owned(), group));
    for (at, name) in names.iter().enumerate() {
        let unit = Object::new().with("id", format!("orgUnit{at:04}")).with("name", name.as_str());
        let unit = unit.with("openingDate", "1994-01-01");
        let unit = match at.checked_sub(1) {
            Some(above) => unit.with("parent", reference(format!("orgUnit{above:04}"))),
            None => unit,
        };
        objects.push(("organisationUnits".to_owned(), unit.with("level", at as i64 + 1)));
    }
    objects
}

proptest! {
    #[test]
    fn registrations_are_read_as_they_were(texts in proptest::collection::vec((text(), text(), any::<bool>()), 0..6)) {
        let header = Object::new().with("idScheme", "CODE").with("dryRun", true);
        let registrations: Vec<Object> = texts
            .iter()
            .map(|(set, unit, completed)| {
                let registration = Object::new().with("dataSet", set.as_str()).with("organisationUnit", unit.as_str());
                registration.with("period", "202401").with("completed", *completed)
            })
            .collect();
        for mut writer in [completeness::Writer::json(Vec::new(), &header).unwrap(), completeness::Writer::xml(Vec::new(), &header).unwrap()] {
            registrations.iter().for_each(|registration| writer.write(registration).unwrap());
            let replaced = writer.replaced();
            let written = writer.finish().unwrap();
            let mut reader = completeness::Reader::new(&written[..], 1 << 20).unwrap();
            let read: Vec<Object> = std::iter::from_fn(|| reader.read().unwrap()).collect();
            prop_assert_eq!((read.len(), reader.header()), (registrations.len(), &header));
            if replaced == 0 {
                prop_assert_eq!(&read, &registrations);
            }
        }
    }

    #[test]
    fn grids_are_read_as_they_were(rows in proptest::collection::vec(proptest::collection::vec(value(), 0..4), 0..6), meta in value()) {
        let header = Object::new().with("metaData", meta).with("width", 3_i64);
        let mut writer = GridWriter::new(Vec::new(), &header).unwrap();
        rows.iter().for_each(|row| writer.write(row).unwrap());
        let written = writer.finish().unwrap();
        let mut reader = GridReader::new(&written[..], 1 << 20);
        let read: Vec<Vec<Value>> = std::iter::from_fn(|| reader.read().unwrap()).collect();
        prop_assert_eq!((&read, reader.header()), (&rows, &header));
    }

    #[test]
    fn dxf_1_is_read_as_it_was_written(names in proptest::collection::vec(name(), 1..6), texts in proptest::collection::vec(name(), 0..6)) {
        let objects = old_objects(&names);
        let january: Period = "202401".parse().unwrap();
        let mut writer = dxf1::Writer::new(Vec::new(), &objects, [january]).unwrap();
        let values: Vec<DataValue> = texts.iter().map(|text| DataValue::new("dataElem000", "202401", "orgUnit0000", text)).collect();
        values.iter().for_each(|value| writer.write(value).unwrap());
        prop_assert!(writer.losses().is_empty(), "{:?}", writer.losses());
        let written = writer.finish().unwrap();
        let mut reader = dxf1::Reader::new(&written[..], Choice::default());
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push(value.clone());
        }
        prop_assert_eq!(read, values);
        let sorted = |objects: &[(String, Object)]| {
            let of = |object: &Object| {
                let mut properties: Vec<(String, Value)> = object.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
                properties.sort_by(|one, other| one.0.cmp(&other.0));
                properties
            };
            objects.iter().map(|(plural, object)| (plural.clone(), of(object))).collect::<Vec<_>>()
        };
        prop_assert_eq!(sorted(&reader.metadata().objects), sorted(&objects));
    }

    #[test]
    fn dhis_1_4_says_what_was_written(names in proptest::collection::vec(name(), 1..6), numbers in proptest::collection::vec(-999_i32..999, 0..6)) {
        let objects = old_objects(&names);
        let january: Period = "202401".parse().unwrap();
        let (xml, _, numbering) = dhis14::write(Vec::new(), &objects, [january]).unwrap();
        let mut writer = dhis14::RoutineWriter::new(Vec::new(), &numbering).unwrap();
        for number in &numbers {
            writer.write(&DataValue::new("dataElem000", "202401", "orgUnit0000", &number.to_string())).unwrap();
        }
        let data = writer.finish().unwrap();
        let (file, fault) = dhis14::Dhis14::read([&xml[..]], Choice::default());
        prop_assert!(fault.is_none());
        let told = |objects: &[(String, Object)]| {
            let of = |object: &Object| ["name", "shortName", "openingDate"].map(|name| object.text(name).map(str::to_owned));
            objects.iter().map(|(plural, object)| (plural.clone(), of(object), object.get("level").cloned())).collect::<Vec<_>>()
        };
        prop_assert_eq!(told(&file.metadata().objects), told(&objects));
        let mut reader = dhis14::RoutineReader::new(&data[..], &file).unwrap();
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push((value.get(Key::Period).unwrap().to_owned(), value.get(Key::Value).unwrap().parse::<i32>().unwrap()));
        }
        prop_assert_eq!(read, numbers.iter().map(|number| ("202401".to_owned(), *number)).collect::<Vec<_>>());
    }

    #[test]
    fn json_of_any_value_is_read_as_it_was(value in value()) {
        let mut written = Vec::new();
        value.write_json(&mut written);
        prop_assert_eq!(Value::from_json(std::str::from_utf8(&written).unwrap()).unwrap(), value);
    }

    #[test]
    fn sets_of_data_values_are_read_as_they_were(values in proptest::collection::vec(data_value(), 0..6)) {
        let header = Object::new().with("dataSet", "pBOMPrpg1QX");
        let mut writer = JsonWriter::new(Vec::new(), &header, Target::Head).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let written = writer.finish().unwrap();
        let mut reader = JsonReader::new(&written[..], 1 << 20);
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push(value.clone());
        }
        prop_assert_eq!((read, reader.header()), (values, &header));
    }

    #[test]
    fn sets_in_xml_are_read_as_they_were(values in proptest::collection::vec(data_value(), 0..6), sex in text()) {
        let header = Object::new().with("dataSet", "pBOMPrpg1QX").with("dryRun", true);
        let mut writer = XmlWriter::new(Vec::new(), &header).unwrap();
        let mut values = values;
        values.iter_mut().for_each(|value| value.set_other("Sex", &sex));
        values.iter().for_each(|value| writer.write(value).unwrap());
        let replaced = writer.replaced();
        let written = writer.finish().unwrap();
        let mut reader = XmlReader::new(&written[..], 1 << 20);
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push(value.clone());
        }
        if replaced == 0 {
            prop_assert_eq!(&read, &values);
        }
        prop_assert_eq!((read.len(), reader.header()), (values.len(), &header));
        for cut in [1, written.len() / 2, written.len() - 20] {
            let mut reader = XmlReader::new(&written[..cut], 1 << 20);
            let mut whole = read.iter();
            let fault = loop {
                match reader.read(&mut value) {
                    Ok(is_one) => prop_assert_eq!(Some(&value), whole.next().filter(|_| is_one)),
                    Err(fault) => break fault,
                }
            };
            prop_assert!(fault.is_cut, "{}", fault);
        }
    }

    #[test]
    fn groups_of_adx_are_read_as_they_were(
        values in proptest::collection::vec(("[A-Z]{1,3}", "2024(|0[1-9]|Q[1-4]|W[1-9])", "[0-9]{1,2}", text(), text(), any::<bool>()), 0..8),
    ) {
        let values: Vec<DataValue> = values
            .iter()
            .map(|(element, period, unit, text, option, by_category)| {
                let mut value = DataValue::new(element, period, unit, text);
                let options = Object::new().with("Sex", option.as_str()).with("Age", "under5");
                if *by_category {
                    value.set_categories(Key::CategoryOptionCombo, &options);
                } else {
                    value.set_categories(Key::AttributeOptionCombo, &options);
                }
                value.set_other("dataSet", "MalariaDS");
                value
            })
            .collect();
        let mut writer = AdxWriter::new(Vec::new(), &Object::new(), Target::V2_41).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let replaced = writer.replaced();
        let written = writer.finish().unwrap();
        let mut reader = AdxReader::new(&written[..], 1 << 20, Mode::Strict);
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push(value.clone());
        }
        prop_assert_eq!(read.len(), values.len());
        if replaced == 0 {
            prop_assert_eq!(read, values);
        }
    }

    #[test]
    fn tables_of_data_values_are_read_as_they_were(values in proptest::collection::vec(data_value(), 0..6)) {
        let mut writer = CsvWriter::new(Vec::new(), Target::V2_41).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let written = writer.finish().unwrap();
        let mut reader = CsvReader::new(&written[..], CsvDialect::Either).unwrap();
        let (mut read, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value).unwrap() {
            read.push(value.clone());
        }
        // The columns of DHIS2 have no date of creation, and an empty text is none.
        let held = |value: &DataValue| {
            let keys = Key::ALL.into_iter().filter(|key| *key != Key::Created);
            let texts = keys.filter_map(|key| Some((key, value.get(key).filter(|text| !text.is_empty())?)));
            texts.fold(DataValue::default(), |held, (key, text)| held.with(key, text))
        };
        prop_assert_eq!(read, values.iter().map(held).collect::<Vec<_>>());
    }

    #[test]
    fn periods_are_read_as_they_are_written(year in 1900..2200_i32, rest in "(|Nov|April|Q[1-4]|S[12]|W[1-9]|W[1-5][0-9]|NovQ[1-4]|AprilS[12]|BiW[1-9]|SunW[1-9]|[01][0-9]|0[1-6]B|[01][0-9][0-3][0-9])") {
        let text = format!("{year}{rest}");
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
            prop_assert!(period.start() <= period.end());
            prop_assert_eq!(Period::from_adx(&period.adx()), Ok(period));
        }
    }
}
