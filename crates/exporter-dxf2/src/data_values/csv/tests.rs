use exporter_xml::Position;

use super::*;
use crate::data_values::DataValue;
use crate::fault::Fault;
use crate::mode::Mode;
use crate::target::Target;
use crate::value::Object;

fn read(text: &str, dialect: CsvDialect) -> Result<Vec<DataValue>, Fault> {
    let mut reader = CsvReader::new(text.as_bytes(), dialect)?;
    let (mut values, mut value) = (Vec::new(), DataValue::default());
    while reader.read(&mut value)? {
        values.push(value.clone());
    }
    Ok(values)
}

#[test]
fn columns_are_found_by_name_or_position() {
    let value =
        DataValue::new("f7n9E0hX8qk", "201201", "DiszpKrYNg8", "1,5").with(Key::LastUpdated, "2012-01-01");
    let named = "\u{FEFF}\"orgunit\",\"dataelement\",\"period\",\"value\",\"timestamp\"\r\nDiszpKrYNg8,f7n9E0hX8qk,201201,\"1,5\",2012-01-01\r\n";
    assert_eq!(read(named, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
    let bare = "f7n9E0hX8qk,201201,DiszpKrYNg8,,,\"1,5\",,2012-01-01\n";
    assert_eq!(read(bare, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
    assert_eq!(read(&format!("x\n{bare}"), CsvDialect::ByPosition).unwrap(), [value]);
    let fault = read(bare, CsvDialect::ByName).unwrap_err();
    assert!(fault.message.contains("names no columns"));
    let categories =
        read("dataElement,period,orgUnit,Sex,value\na, 202401 ,b,F,null\n", CsvDialect::ByName).unwrap();
    assert_eq!(categories[0].get(Key::Period), Some("202401"));
    assert_eq!(categories[0].get(Key::Value), None);
    let options = Object::new().with("Sex", "F");
    assert_eq!(categories[0].categories(Key::CategoryOptionCombo), Some(options));
    let kept = read("dataElement,period,orgUnit,Sex,value\na,202401,b,F,1\n", CsvDialect::Either).unwrap();
    assert_eq!(kept[0].others().collect::<Vec<_>>(), [("Sex", "F")]);
}

#[test]
fn carriage_returns_of_files_for_newer_servers_are_errors_or_remarks() {
    let text = "dataelement,period,orgunit,value\r\na,202401,b,1\r\na,202402,b,2\r\n";
    let mut value = DataValue::default();
    let mut strict = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap().with_mode(Mode::Strict);
    let fault = strict.read(&mut value).unwrap_err();
    assert!(fault.to_string().starts_with("line 1, column 1: a carriage return"), "{fault}");
    assert!(!strict.read(&mut value).unwrap(), "nothing follows");
    let mut lenient = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap();
    let values: Vec<String> = std::iter::from_fn(|| {
        lenient.read(&mut value).unwrap().then(|| value.get(Key::Value).unwrap().to_owned())
    })
    .collect();
    assert_eq!(values, ["1", "2"], "read whole");
    let mut either = CsvReader::new(text.as_bytes(), CsvDialect::Either).unwrap();
    for line in [2, 3] {
        assert!(either.read(&mut value).unwrap());
        assert_eq!(either.position(), Position::of_line(line));
    }
    assert_eq!(lenient.remarks().iter().map(|remark| remark.count).collect::<Vec<_>>(), [3]);

    let text = "dataelement,period,orgunit,value\na,202401,b,1\n\na,202402,b,2\n";
    let mut strict = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap().with_mode(Mode::Strict);
    assert!(strict.read(&mut value).unwrap(), "what stands before is read");
    assert_eq!(strict.read(&mut value).unwrap_err().position, Position::of_line(3));
}

#[test]
fn categories_have_columns_where_servers_read_them() {
    let mut value = DataValue::new("a", "202401", "b", "1");
    value
        .set_categories(Key::CategoryOptionCombo, &Object::new().with("Sex", "F").with("Age", "<5, or more"));
    let names = || vec!["Age".to_owned(), "Sex".to_owned()];
    let mut writer = CsvWriter::with_categories(Vec::new(), Target::Head, names()).unwrap();
    writer.write(&value).unwrap();
    let by_id = DataValue::default().with(Key::CategoryOptionCombo, "x");
    assert!(writer.write(&by_id).unwrap_err().to_string().contains("has no place"));
    writer.write(&DataValue::new("a", "202402", "b", "2")).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(text.starts_with("dataelement,period,orgunit,Age,Sex,attributeoptioncombo,"), "{text}");
    let read = read(&text, CsvDialect::ByName).unwrap();
    let options = Object::new().with("Age", "<5, or more").with("Sex", "F");
    assert_eq!(read[0].categories(Key::CategoryOptionCombo), Some(options));
    assert_eq!(read[1].get(Key::CategoryOptionCombo), None);
    let mut writer = CsvWriter::new(Vec::new(), Target::Head).unwrap();
    let mut more = DataValue::default().with(Key::Created, "2024-01-01");
    more.set_other("dataSet", "x");
    writer.write(&more).unwrap();
    assert_eq!(writer.left_out(), 2);
    let refused =
        |target, names| CsvWriter::with_categories(Vec::new(), target, names).err().unwrap().to_string();
    assert!(refused(Target::V2_41, names()).contains("servers of 2.41 read no columns"));
    assert!(refused(Target::Head, vec!["Value".to_owned()]).contains("name of another column"));
    let mut writer = CsvWriter::new(Vec::new(), Target::Head).unwrap();
    assert!(writer.write(&value).unwrap_err().to_string().contains("no columns; name them"));
}

#[test]
fn files_are_written_for_the_reader_of_the_target() {
    let value = DataValue::new("a", "202401", "b", "1").with(Key::Comment, "said \"no\",\nthen yes");
    let written = |target| {
        let mut writer = CsvWriter::new(Vec::new(), target).unwrap();
        writer.write(&value).unwrap();
        let replaced = writer.replaced();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), replaced)
    };
    let (text, replaced) = written(Target::V2_41);
    assert_eq!(replaced, 0);
    assert_eq!(read(&text, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
    let (text, replaced) = written(Target::Head);
    assert_eq!(replaced, 3);
    assert!(text.ends_with("\na,202401,b,,,1,,,\"said  no , then yes\",,\n"), "{text}");
}
