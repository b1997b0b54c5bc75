use super::*;
use crate::data_values::{DataValue, Key, Period};
use crate::drained::drained;
use crate::fault::Fault;
use crate::mode::Mode;
use crate::target::Target;
use crate::value::Object;

fn read(text: &str, mode: Mode) -> (Vec<DataValue>, Vec<String>, Option<Fault>) {
    let mut reader = AdxReader::new(text.as_bytes(), 1000, mode);
    let mut value = DataValue::default();
    let (values, fault) = drained(|| Ok(reader.read(&mut value)?.then(|| value.clone())));
    (values, reader.remarks().iter().map(ToString::to_string).collect(), fault)
}

fn written(values: &[DataValue], header: &Object, target: Target) -> (String, u64) {
    let mut writer = AdxWriter::new(Vec::new(), header, target).unwrap();
    values.iter().for_each(|value| writer.write(value).unwrap());
    let left_out = writer.left_out();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), left_out)
}

const FILE: &str = r#"<adx xmlns="urn:ihe:qrph:adx:2015" exported="2015-02-08T19:30:00Z">
  <group orgUnit="342" period="2015-01-01/P1M" dataSet="Malaria" completeDate="2015-06-17" Mechanism="PEPFAR">
    <dataValue dataElement="MAL01" Sex="F" Age="under5" value="32"/>
    <dataValue dataElement="MAL02" categoryOptionCombo="FOver5" value="0"><annotation>a &lt; b</annotation></dataValue>
    <dataValue dataElement="MAL03" value="33"><annotation>33333</annotation><created>1987-12-21</created></dataValue>
  </group>
  <group orgUnit="343" period="2015-04-01/P3M" dataSet="Malaria" attributeOptionCombo="default">
    <dataValue dataElement="MAL01" value="1"/>
  </group>
</adx>
"#;

#[test]
fn groups_categories_and_annotations_are_read_and_written_again() {
    let (values, remarks, fault) = read(FILE, Mode::Strict);
    assert!(fault.is_none() && remarks.is_empty(), "{fault:?}");
    let [first, second, third, last] = values.as_slice() else { panic!("four values") };
    assert_eq!(
        [Key::Period, Key::OrgUnit, Key::CategoryOptionCombo, Key::AttributeOptionCombo]
            .map(|key| first.get(key)),
        [
            Some("201501"),
            Some("342"),
            Some(r#"{"Sex":"F","Age":"under5"}"#),
            Some(r#"{"Mechanism":"PEPFAR"}"#)
        ]
    );
    assert_eq!(first.others().collect::<Vec<_>>(), [("dataSet", "Malaria"), ("completeDate", "2015-06-17")]);
    assert_eq!(second.get(Key::Value), Some("a < b"));
    assert_eq!((third.get(Key::Value), third.get(Key::Created)), (Some("33"), Some("1987-12-21")));
    assert!(third.others().any(|other| other == ("annotation", "33333")));
    assert_eq!(
        [Key::Period, Key::AttributeOptionCombo].map(|key| last.get(key)),
        [Some("2015Q2"), Some("default")]
    );

    let (text, left_out) = written(&values, &Object::new(), Target::V2_41);
    assert_eq!((text.matches("<group").count(), left_out), (2, 0));
    assert!(text.contains(r#"<group orgUnit="342" period="2015-01-01/P1M" dataSet="Malaria" completeDate="2015-06-17" Mechanism="PEPFAR">"#), "{text}");
    assert_eq!(read(&text, Mode::Strict).0, values);
    let (text, left_out) = written(&values, &Object::new(), Target::Head);
    assert!(!text.contains("completeDate") && left_out == 3, "servers since 2.43 take it for a category");
}

#[test]
fn every_period_type_has_its_duration() {
    // dhis2-core #9636: a period that ends on the last day of those that are asked for is one of them.
    let march: Period = "202403".parse().unwrap();
    let day = |text: &str| text.parse::<Period>().unwrap().start();
    assert!(march.is_within(day("20240101"), day("20240331")));
    assert!(
        !march.is_within(day("20240101"), day("20240330"))
            && !march.is_within(day("20240302"), day("20241231"))
    );
    for period in [
        "20240229",
        "2024W5",
        "2024SunW2",
        "2024BiW3",
        "202402",
        "202402B",
        "2024Q3",
        "2024NovQ2",
        "2024S2",
        "2024AprilS2",
        "2024NovS1",
        "2024",
        "2024Nov",
        "2024April",
    ] {
        let value = DataValue::new("MAL01", period, "342", "1");
        let (text, _) = written(&[value], &Object::new().with("dataSet", "Malaria"), Target::V2_41);
        let (values, _, fault) = read(&text, Mode::Strict);
        assert!(fault.is_none(), "{text}");
        assert_eq!(values.first().and_then(|value| value.get(Key::Period)), Some(period), "{text}");
    }
}

#[test]
fn what_adx_has_no_form_of_is_refused_and_leaves_the_file_whole() {
    let header = Object::new().with("dataSet", "Malaria");
    let mut writer = AdxWriter::new(Vec::new(), &header, Target::V2_41).unwrap();
    let value = DataValue::new("MAL01", "202401", "342", "1");
    let mut by_name = value.clone();
    by_name.set_categories(Key::CategoryOptionCombo, &Object::new().with("Age group", "under5"));
    let mut known = value.clone();
    known.set_categories(Key::CategoryOptionCombo, &Object::new().with("value", "under5"));
    for (value, wanted) in [
        (&by_name, "\"Age group\" cannot be the name of an attribute"),
        (&known, "the name of an attribute of ADX"),
        (&DataValue::new("MAL01", "2016-13", "342", "1"), "is no period"),
        (&DataValue::default().with(Key::Period, "202401"), "ADX wants orgUnit"),
        (
            &DataValue::default().with(Key::Period, "202401").with(Key::OrgUnit, "342"),
            "ADX wants dataElement",
        ),
    ] {
        let error = writer.write(value).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
    }
    writer.write(&value.with(Key::Comment, "no place")).unwrap();
    assert_eq!(writer.left_out(), 1);
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(read(&text, Mode::Strict).0.len(), 1);
    let mut writer = AdxWriter::new(Vec::new(), &Object::new(), Target::V2_41).unwrap();
    let error = writer.write(&DataValue::new("a", "2024", "b", "1")).unwrap_err();
    assert!(error.to_string().contains("ADX wants dataSet"), "{error}");
}

#[test]
fn what_servers_refuse_is_remarked_or_refused() {
    let text = "<adx>\n<group period='2015-01-15/P1M' dataSet='M'><dataValue dataElement='a'/></group></adx>";
    let (values, remarks, fault) = read(text, Mode::Lenient);
    assert!(fault.is_none());
    assert_eq!(values[0].get(Key::Period), Some("2015-01-15/P1M"), "kept as it is");
    assert_eq!(remarks.len(), 3, "{remarks:?}");
    assert!(remarks[0].contains("line 2, column 1") && remarks[0].contains("2024-01-01/P1M"), "{remarks:?}");
    let (values, _, fault) = read(text, Mode::Strict);
    assert!(values.is_empty() && fault.unwrap().to_string().contains("is no day and duration"));
    let (text, _) =
        written(&read(text, Mode::Lenient).0, &Object::new().with("orgUnit", "342"), Target::V2_41);
    assert!(text.contains("period=\"2015-01-15/P1M\""));
}

#[test]
fn cut_files_give_what_stands_before() {
    let cut = FILE.find("<annotation>").unwrap();
    let (values, _, fault) = read(&FILE[..cut], Mode::Lenient);
    assert_eq!((values.len(), fault.unwrap().is_cut), (1, true), "a value that is not ended is none");
    let (_, _, fault) = read("<dataValueSet/>", Mode::Lenient);
    assert!(fault.unwrap().to_string().contains("the root is <dataValueSet>, not <adx>"));
}
