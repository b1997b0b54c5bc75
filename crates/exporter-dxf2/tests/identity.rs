//! What is written is read again as it was, whatever it is.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::data_values::{
    AdxReader, AdxWriter, CsvDialect, CsvReader, CsvWriter, DataValue, JsonReader, JsonWriter, Key, Period,
    XmlReader, XmlWriter,
};
use exporter_dxf2::{Mode, Object, Target, Value};
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

proptest! {
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
