use super::*;
use crate::data_values::{DataValue, Key};
use crate::drained::drained;
use crate::mode::Mode;
use crate::uid;

const FILE: &str = "<?xml version='1.0' encoding='ISO-8859-1'?>
<root xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><xsd:schema><xsd:element name=\"dataroot\"/></xsd:schema><dataroot>
<DataElement><DataElementID>12</DataElementID><DataElementCode>A</DataElementCode><DataElementName>F\u{e4}lle</DataElementName><DataElementShort>Cases of it</DataElementShort><DataElementPrompt>How many?</DataElementPrompt><DataTypeID>3</DataTypeID><DataElementDescription>one{chr13}{chr10}two</DataElementDescription><Calculated>1</Calculated><AggregateOperator>Sum</AggregateOperator><LastUpdated>2007-01-01T00:00:00</LastUpdated><DataElementNameAlt1>Cas</DataElementNameAlt1></DataElement>
<DataElement><DataElementID>13</DataElementID><DataElementName>Open</DataElementName><DataTypeID>5</DataTypeID><AggregateOperator>Count</AggregateOperator></DataElement>
<DataElement><DataElementID>14</DataElementID><DataElementName>Other</DataElementName><DataTypeID>9</DataTypeID></DataElement>
<DataElementAndIndicatorGroup><DataElementAndIndicatorGroupID>1</DataElementAndIndicatorGroupID><DataElementAndIndicatorGroupName>Elements</DataElementAndIndicatorGroupName></DataElementAndIndicatorGroup>
<DataElementAndIndicatorGroup><DataElementAndIndicatorGroupID>1</DataElementAndIndicatorGroupID><DataElementAndIndicatorGroupName>Indicators</DataElementAndIndicatorGroupName></DataElementAndIndicatorGroup>
<DataElementAndIndicatorGroup><DataElementAndIndicatorGroupID>2</DataElementAndIndicatorGroupID><DataElementAndIndicatorGroupName>Both</DataElementAndIndicatorGroupName></DataElementAndIndicatorGroup>
<DataElementGroupMember><DataElementAndIndicatorGroupID>1</DataElementAndIndicatorGroupID><DataElementID>12</DataElementID></DataElementGroupMember>
<DataElementGroupMember><DataElementAndIndicatorGroupID>1</DataElementAndIndicatorGroupID><IndicatorID>5</IndicatorID></DataElementGroupMember>
<DataElementGroupMember><DataElementAndIndicatorGroupID>2</DataElementAndIndicatorGroupID><DataElementID>13</DataElementID></DataElementGroupMember>
<IndicatorGroupMember><DataElementAndIndicatorGroupID>2</DataElementAndIndicatorGroupID><IndicatorID>5</IndicatorID></IndicatorGroupMember>
<IndicatorType><IndicatorTypeID>1</IndicatorTypeID><IndicatorTypeName>Percent</IndicatorTypeName><Factor>100</Factor></IndicatorType>
<Indicator><IndicatorID>5</IndicatorID><IndicatorName>Rate</IndicatorName><ShortName>R</ShortName><IndicatorTypeID>1</IndicatorTypeID><Annualised>0</Annualised><IndicatorNumerator>Sum([R12])/Sum([R13])</IndicatorNumerator></Indicator>
<Indicator><IndicatorID>6</IndicatorID><IndicatorName>Odd</IndicatorName><IndicatorNumerator>Median([R12])</IndicatorNumerator></Indicator>
<OrgUnit><OrgUnitID>1</OrgUnitID><OrgUnitLevel>4</OrgUnitLevel><OrgUnitName>Country</OrgUnitName><ValidFrom>34335</ValidFrom><ValidTo>2958465</ValidTo><Active>1</Active></OrgUnit>
<OrgUnit><OrgUnitID>2</OrgUnitID><OrgUnitName>District</OrgUnitName><ValidFrom>34335</ValidFrom><ValidTo>38718</ValidTo><Active>0</Active></OrgUnit>
<OrgHierarchy><OrgUnitStructureID>1</OrgUnitStructureID><OrgUnitChildID>1</OrgUnitChildID><OrgUnitParentID>1</OrgUnitParentID></OrgHierarchy>
<OrgHierarchy><OrgUnitStructureID>1</OrgUnitStructureID><OrgUnitChildID>2</OrgUnitChildID><OrgUnitParentID>1</OrgUnitParentID></OrgHierarchy>
<DataPeriod><DataPeriodID>7</DataPeriodID><DataPeriodTypeID>1</DataPeriodTypeID><ValidFrom>38718</ValidFrom><ValidTo>38748</ValidTo></DataPeriod>
<DataPeriod><DataPeriodID>8</DataPeriodID><DataPeriodTypeID>4</DataPeriodTypeID><ValidFrom>38718</ValidFrom><ValidTo>38748</ValidTo></DataPeriod>
<UserName><UserID>1</UserID><UserName>kim</UserName></UserName>
<CompulsoryPair><ID>1</ID></CompulsoryPair>
</dataroot></root>";

const DATA: &[u8] = b"\"RoutineDataID\",\"OrgUnitID\",\"DataElementID\",\"DataPeriodID\",\"EntryText\",\"EntryYesNo\",\"EntryNumber\",\"EntryDate\",\"Check\",\"Deleted\",\"Comment\",\"LastUserID\",\"LastUpdated\"\r\n\
1,2,12,7,,0,12.,,1,0,\"f\xFCr{chr13}{chr10}dich\",1,2006/02/01 00:00:00\r\n\
2,2,13,7,,1,,,0,1,,9,2006/02/01 13:05:00\r\n\
3,2,12,8,,,5.,,0,0,,,\r\n\
4,3,99,7,word,,,,0,0,,,\r\n";

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect()
}

fn read(choice: Choice) -> Dhis14 {
    let (file, fault) = Dhis14::read([&latin(FILE)[..]], choice);
    assert!(fault.is_none(), "{fault:?}");
    file
}

fn values(data: &[u8], file: &Dhis14) -> (Vec<DataValue>, Vec<String>, Losses, Option<Fault>) {
    let mut reader = RoutineReader::new(data, file).unwrap();
    let mut value = DataValue::default();
    let (values, fault) = drained(|| Ok(reader.read(&mut value)?.then(|| value.clone())));
    (values, reader.remarks().iter().map(ToString::to_string).collect(), reader.losses().clone(), fault)
}

fn json(metadata: &Metadata, name: &str) -> String {
    let found = metadata.objects.iter().find(|(_, object)| object.text("name") == Some(name));
    let mut json = Vec::new();
    found.unwrap().1.write_json(&mut json);
    String::from_utf8(json).unwrap()
}

#[test]
fn metadata_becomes_objects_of_dxf_2() {
    let file = read(Choice::default());
    let metadata = file.metadata();
    let id = |plural: &str, number: &str| uid::of_text(&format!("{plural} {number}"));
    let (cases, open) = (id("dataElements", "12"), id("dataElements", "13"));
    assert_eq!(
        json(metadata, "F\u{e4}lle"),
        format!(
            r#"{{"id":"{cases}","code":"A","name":"Fälle","shortName":"Cases of it","formName":"How many?","valueType":"INTEGER","description":"one\ntwo","aggregationType":"SUM","lastUpdated":"2007-01-01T00:00:00","domainType":"AGGREGATE"}}"#
        )
    );
    assert_eq!(
        json(metadata, "Rate"),
        format!(
            r##"{{"id":"{}","name":"Rate","shortName":"R","indicatorType":{{"id":"{}"}},"annualized":false,"numerator":"#{{{cases}}}/#{{{open}}}"}}"##,
            id("indicators", "5"),
            id("indicatorTypes", "1")
        )
    );
    let of = |plural: &str| {
        let of_type = metadata.objects.iter().filter(|(known, _)| known == plural);
        of_type.map(|(_, object)| object.text("name").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("dataElementGroups"), of("indicatorGroups")),
        (vec!["Elements".into(), "Both".into()], vec!["Indicators".to_owned(), "Both".into()])
    );
    let country = id("organisationUnits", "1");
    assert_eq!(
        json(metadata, "District"),
        format!(
            r#"{{"id":"{}","name":"District","openingDate":"1994-01-01","closedDate":"2006-01-01","parent":{{"id":"{country}"}},"level":2}}"#,
            id("organisationUnits", "2")
        )
    );
    assert!(
        json(metadata, "Country").ends_with(r#""level":1,"name":"Country","openingDate":"1994-01-01"}"#),
        "the level is that of the tree"
    );
    let refused: Vec<String> = metadata.refused.iter().map(ToString::to_string).collect();
    for wanted in
        ["DataPeriod: no OnChange period", "DataTypeID: \"9\" is not known", "Median of a data element"]
    {
        assert!(refused.iter().any(|told| told.contains(wanted)), "{wanted}: {refused:?}");
    }
    assert_eq!(refused.len(), 3);
    let losses =
        ["alternative names", "calculated data elements", "CompulsoryPair", "marks of what is not active"];
    assert_eq!(losses.map(|name| metadata.losses.count(name)), [1, 1, 1, 1]);
}

#[test]
fn types_that_a_file_lists_itself_hold() {
    let text = "<root><dataroot><DataElement><DataElementID>1</DataElementID><DataElementName>a</DataElementName><DataTypeID>1</DataTypeID></DataElement>
        <DataType><DataTypeID>1</DataTypeID><DataTypeName>Number</DataTypeName></DataType><DataType><DataTypeID>1</DataTypeID><DataTypeName>YesNo</DataTypeName></DataType>
        <DataPeriodType><DataPeriodTypeID>3</DataPeriodTypeID><DataPeriodTypeName>Monthly</DataPeriodTypeName></DataPeriodType>
        <DataPeriod><DataPeriodID>7</DataPeriodID><DataPeriodTypeID>3</DataPeriodTypeID><ValidFrom>38718</ValidFrom><ValidTo>38748</ValidTo></DataPeriod></dataroot></root>";
    let (file, _) = Dhis14::read([text.as_bytes()], Choice::default());
    assert_eq!(file.metadata().objects[0].1.text("valueType"), Some("INTEGER"));
    assert!(file.metadata().remarks.iter().any(|remark| remark.message.contains("the first one holds")));
    assert_eq!(file.periods.get("7").map(String::as_str), Some("200601"));
}

#[test]
fn data_values_are_read_from_the_column_of_their_type() {
    let file = read(Choice::default());
    let (read_values, remarks, losses, fault) = values(DATA, &file);
    assert!(fault.is_none());
    let texts = |value: &DataValue| {
        [Key::Period, Key::Value, Key::Comment, Key::StoredBy, Key::LastUpdated, Key::Deleted]
            .map(|key| value.get(key).map(str::to_owned))
    };
    let of = |texts: [&str; 6]| texts.map(|text| (!text.is_empty()).then(|| text.to_owned()));
    assert_eq!(texts(&read_values[0]), of(["200601", "12", "f\u{fc}r\ndich", "kim", "2006-02-01", ""]));
    assert_eq!(texts(&read_values[1]), of(["200601", "true", "", "9", "2006-02-01T13:05:00", "true"]));
    assert_eq!(texts(&read_values[2]), of(["200601", "word", "", "", "", ""]));
    assert_eq!((read_values.len(), losses.count("Check")), (3, 1));
    assert!(
        remarks
            .iter()
            .any(|told| told.starts_with("line 4, column 1, object 2, DataPeriodID: none of the periods")),
        "{remarks:?}"
    );
    assert!(remarks.iter().any(|told| told.contains("none of the dataElements")), "{remarks:?}");
    for (text, wanted) in [(".5", "0.5"), ("-.5", "-0.5"), ("0.", "0"), ("3", "3")] {
        assert_eq!(routine_plain(text), wanted);
    }
    let strict = read(Choice { mode: Mode::Strict, ..Choice::default() });
    let (before, _, _, fault) = values(DATA, &strict);
    assert_eq!((before.len(), fault.unwrap().position.line), (2, 4));
    assert!(
        RoutineReader::new(&b"OrgUnitID,DataElementID\r\n"[..], &file)
            .err()
            .unwrap()
            .message
            .contains("DataPeriodID")
    );
}

fn routine_plain(text: &str) -> String {
    let file = read(Choice::default());
    let data = format!("OrgUnitID,DataElementID,DataPeriodID,EntryNumber\r\n2,12,7,{text}\r\n");
    values(data.as_bytes(), &file).0[0].get(Key::Value).unwrap().to_owned()
}

#[test]
fn what_is_written_says_the_same_but_for_identifiers() {
    let file = read(Choice::default());
    let january: Period = "200601".parse().unwrap();
    let (xml, losses, numbering) =
        write(Vec::new(), &file.metadata().objects, [january, "2006Nov".parse().unwrap()]).unwrap();
    assert_eq!(losses.count("FinancialNov periods"), 1);
    assert!(losses.count("identifiers, which are numbers there") > 0);
    assert!(xml.windows(6).any(|bytes| bytes == b"F\xE4lle<"), "in ISO 8859-1");
    let (again, fault) = Dhis14::read([&xml[..]], Choice::default());
    assert!(fault.is_none() && again.metadata().refused.is_empty(), "{:?}", again.metadata().refused);
    // Numbers are new, and so are the identifiers made of them; everything else is what it was.
    let without_ids = |metadata: &Metadata| {
        let mut known: Vec<(String, String)> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (plural, object) in &metadata.objects {
            let name = object.text("name").unwrap().to_owned();
            known.push((object.text("id").unwrap().to_owned(), format!("{plural}:{name}")));
        }
        for (_, object) in &metadata.objects {
            let mut json = Vec::new();
            object.write_json(&mut json);
            // The level is a column there, and in its place.
            let text = serde_json::from_slice::<serde_json::Value>(&json).unwrap().to_string();
            texts.push(known.iter().fold(text, |text, (id, name)| text.replace(id, name)));
        }
        texts.sort();
        texts
    };
    assert_eq!(without_ids(again.metadata()), without_ids(file.metadata()));

    let (read_values, ..) = values(DATA, &file);
    let mut writer = RoutineWriter::new(Vec::new(), &numbering).unwrap();
    for value in read_values.iter().take(2) {
        writer.write(value).unwrap();
    }
    let error = writer.write(&read_values[2]).unwrap_err();
    assert!(error.to_string().contains("is none of the organisationUnits"), "{error}");
    let data = writer.finish().unwrap();
    assert!(data.ends_with(b"\r\n"));
    let (values_again, ..) = values(&data, &again);
    let texts = |values: &[DataValue]| {
        let keys = [Key::Period, Key::Value, Key::Comment, Key::StoredBy, Key::LastUpdated, Key::Deleted];
        values.iter().map(|value| keys.map(|key| value.get(key).map(str::to_owned))).collect::<Vec<_>>()
    };
    assert_eq!(texts(&values_again), texts(&read_values[..2]));
}

#[test]
fn cut_and_strange_files_give_what_stands_before() {
    let cut = FILE.find("<Indicator>").unwrap();
    let (file, fault) = Dhis14::read([&latin(&FILE[..cut])[..]], Choice::default());
    assert!(fault.unwrap().is_cut);
    assert_eq!(file.metadata().objects.iter().filter(|(plural, _)| plural == "dataElements").count(), 2);
    let (_, fault) = Dhis14::read([&b"<dxf/>"[..]], Choice::default());
    assert!(fault.unwrap().to_string().contains("the root is <dxf>, not <root>"));
}
