//! Tables of metadata are read again as they were written.

use exporter_dxf2::metadata::{
    CsvClass, Kind, MetadataCsvReader, MetadataCsvWriter, MetadataObject, ReadCsv, csv_class, csv_classes,
    property_of, singular, type_of,
};
use exporter_dxf2::{Fault, Mode, Object, Value};
use proptest::prelude::*;

fn read(text: &[u8], how: ReadCsv) -> Result<(Vec<MetadataObject>, Vec<String>), Fault> {
    let mut reader = MetadataCsvReader::new(text, how)?;
    let mut objects = Vec::new();
    while let Some(object) = reader.read()? {
        objects.push(object);
    }
    Ok((objects, reader.remarks().iter().map(ToString::to_string).collect()))
}

fn of(key: &str, text: &str) -> (Vec<MetadataObject>, Vec<String>) {
    read(text.as_bytes(), ReadCsv { class: csv_class(key), ..ReadCsv::default() }).unwrap()
}

fn strict(key: &str, text: &str) -> String {
    let how = ReadCsv { class: csv_class(key), mode: Mode::Strict, ..ReadCsv::default() };
    read(text.as_bytes(), how).unwrap_err().to_string()
}

fn written(class: &'static CsvClass, objects: &[MetadataObject]) -> (String, Vec<String>) {
    let mut writer = MetadataCsvWriter::new(Vec::new(), class, Mode::Lenient).unwrap();
    objects.iter().for_each(|object| writer.write(object).unwrap());
    let remarks = writer.remarks().iter().map(ToString::to_string).collect();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
}

fn json(object: &Object) -> String {
    let mut bytes = Vec::new();
    object.write_json(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn rows_may_be_short_and_blank_cells_have_defaults() {
    let (objects, remarks) =
        of("DATA_ELEMENT", "n,u,c\n\"Cases, all\",,D1\nDeaths,a1234567890,,Dead,,,tracker\n");
    assert_eq!(remarks, [""; 0]);
    assert_eq!(
        json(&objects[0].object),
        r#"{"name":"Cases, all","code":"D1","shortName":"Cases, all","domainType":"AGGREGATE","valueType":"INTEGER","aggregationType":"SUM","zeroIsSignificant":false}"#
    );
    assert_eq!((objects[1].index, objects[1].position.line, objects[1].id()), (1, 3, Some("a1234567890")));
    let (units, _) = of("ORGANISATION_UNIT", "h\nLevel 1,b1234567890,L1,a1234567890,L1\n");
    assert!(json(&units[0].object).contains(r#""parent":{"id":"a1234567890"}"#));
    assert_eq!(units[0].object.text("openingDate"), Some("1970-01-01"));
    let (groups, _) = of("CATEGORY_OPTION_GROUP", "h\nB,,B,,disaggregation\n");
    assert_eq!(groups[0].object.text("dataDimensionType"), Some("DISAGGREGATION"));
    let (rules, _) = of("VALIDATION_RULE", "h\nR,,,,,,x,,,#{a.b}\n");
    assert_eq!(
        json(&rules[0].object),
        r##"{"name":"R","importance":"MEDIUM","operator":"equal_to","periodType":"Monthly","leftSide":{"expression":"#{a.b}","missingValueStrategy":"NEVER_SKIP"},"rightSide":{"missingValueStrategy":"NEVER_SKIP"}}"##
    );
    let how = ReadCsv { class: csv_class("CATEGORY_OPTION"), has_header: false, ..ReadCsv::default() };
    assert_eq!(read(b"\xEF\xBB\xBFBanana,,B,Ban\nApple\n", how).unwrap().0.len(), 2);
}

#[test]
fn rows_of_one_set_are_one_object() {
    let text = "name,uid,code,optionname,optionuid,optioncode\nColor,,COLOR,Blue,,BLUE\nColor,,COLOR,Green,,GREEN\n\
                Sex,,,Male,,MALE\nSex,,,Unknown,,\nColor,,COLOR,Red,,RED\n";
    let (sets, remarks) = of("OPTION_SET", text);
    assert_eq!(
        json(&sets[0].object),
        r#"{"name":"Color","code":"COLOR","valueType":"TEXT","options":[{"name":"Blue","code":"BLUE"},{"name":"Green","code":"GREEN"}]}"#
    );
    assert_eq!(
        sets.iter().map(|set| (set.index, set.position.line)).collect::<Vec<_>>(),
        [(0, 2), (1, 4), (2, 6)]
    );
    assert_eq!(
        remarks,
        [
            "line 5, column 1, object 2, options: E4000: the row lacks what it needs",
            "line 6, column 1, object 2, options: its rows do not stand together: another object begins",
        ]
    );
    let (groups, _) =
        of("ORGANISATION_UNIT_GROUP_MEMBERSHIP", "g,m\na1234567890,c1234567890\na1234567890,d1234567890\n");
    assert_eq!(
        json(&groups[0].object),
        r#"{"id":"a1234567890","organisationUnits":[{"id":"c1234567890"},{"id":"d1234567890"}]}"#
    );
}

#[test]
fn option_group_sets_are_read_in_both_orders() {
    let (sets, remarks) = of("OPTION_GROUP_SET", "h\nA,,,true,text,a1234567890\nB,,,text,true,a1234567890\n");
    assert_eq!(remarks, [""; 0]);
    let of_row =
        |at: usize| (sets[at].object.text("description"), sets[at].object.get("dataDimension").cloned());
    assert_eq!(of_row(0), (Some("text"), Some(Value::Boolean(true))));
    assert_eq!(of_row(1), of_row(0));
}

#[test]
fn what_servers_cut_or_refuse_is_an_error_in_strict_mode() {
    let long = "x".repeat(51);
    let text = format!("h\nA,,{long}\n");
    assert_eq!(of("CATEGORY_OPTION", &text).0[0].object.text("code"), Some(long.as_str()));
    assert!(
        strict("CATEGORY_OPTION", &text)
            .starts_with("line 2, column 1: object 0, code: E4001: the text has more than 50 characters")
    );
    assert!(strict("CATEGORY_OPTION", "h\nA,1,\n").contains("id: E4014: \"1\" is no UID"));
    assert!(strict("CATEGORY_OPTION", "h\n,,A\n").contains("name: E4000"));
    assert!(strict("CATEGORY_OPTION", "h\nA,,A,A,A\n").contains("more cells"));
    assert!(strict("CATEGORY", "h\nA,,A,,,perhaps\n").contains("\"perhaps\" is no true or false"));
    let fault = MetadataCsvReader::new(&b"a,b\n"[..], ReadCsv::default()).err().unwrap();
    assert!(fault.message.contains("give one of DATA_ELEMENT, "), "{fault}");
    assert!(read(b"h\n\xFF,,\n", ReadCsv { class: csv_class("CATEGORY"), ..ReadCsv::default() }).is_err());
}

#[test]
fn members_take_names_from_options_that_came_before() {
    let object = |kind: &str, text: &str| {
        MetadataObject::new(kind, Value::from_json(text).unwrap().as_object().unwrap().clone())
    };
    let option = object("options", r#"{"id":"b1234567890","name":"Blue","code":"BLUE"}"#);
    let set = object(
        "optionSets",
        r#"{"id":"a1234567890","name":"Color","valueType":"TEXT","options":[{"id":"b1234567890"},{"id":"c1234567890"}],"sharing":{}}"#,
    );
    let (text, remarks) = written(csv_class("OPTION_SET").unwrap(), &[option, set]);
    assert_eq!(
        text,
        "optionSetName,optionSetUid,optionSetCode,optionName,optionUid,optionCode\nColor,a1234567890,,Blue,b1234567890,BLUE\nColor,a1234567890,,,c1234567890,\n"
    );
    assert_eq!(remarks.len(), 2);
    assert!(remarks[0].ends_with("sharing: the property has no column: left out"), "{remarks:?}");
    assert!(remarks[1].ends_with("options: E4000: the row lacks what servers need"), "{remarks:?}");
    let unit = object(
        "organisationUnits",
        r#"{"name":"A","shortName":"A","openingDate":"2020-01-01","geometry":{"type":"Point","coordinates":[1.5,2]}}"#,
    );
    let (text, remarks) = written(csv_class("ORGANISATION_UNIT").unwrap(), &[unit]);
    assert_eq!(remarks, [""; 0]);
    assert!(text.ends_with("\nA,,,,A,,2020-01-01,,,POINT,\"[1.5,2]\",,,,,\n"), "{text}");
}

/// An object of a class that fills all of its columns.
fn object_of(class: &'static CsvClass) -> impl Strategy<Value = Object> {
    let holder = type_of(class.kind).unwrap().singular;
    let texts = proptest::collection::vec("[A-Z][A-Z ,\"\\n]{0,8}[A-Z]", class.columns.len());
    let uids = proptest::collection::vec("[a-zA-Z][a-zA-Z0-9]{10}", class.columns.len());
    (texts, uids, any::<bool>(), 0..100_i64).prop_map(move |(texts, uids, truth, number)| {
        let mut object =
            class.always.iter().fold(Object::new(), |object, (name, value)| object.with(*name, *value));
        let mut member = Object::new();
        for (at, column) in class.columns.iter().enumerate().filter(|(_, column)| !column.property.is_empty())
        {
            let holder = match column.within {
                Some(_) if column.is_member => singular(column.property),
                Some(_) => column.property.into(),
                None => holder.into(),
            };
            let name = column.within.unwrap_or(column.property);
            let value: Value = match property_of(&holder, name).unwrap().kind {
                Kind::Truth => truth.into(),
                Kind::Number => number.into(),
                _ if name == "id" => uids[at].as_str().into(),
                _ => texts[at].as_str().into(),
            };
            match column.within {
                None => object.set(name, value),
                Some(_) if column.is_member => member.set(name, value),
                Some(_) => {
                    let mut inner =
                        object.get(column.property).and_then(Value::as_object).cloned().unwrap_or_default();
                    inner.set(name, value);
                    object.set(column.property, inner);
                }
            }
        }
        if let Some(members) = class.members {
            object.set(members, vec![Value::Object(member)]);
        }
        object
    })
}

proptest! {
    #[test]
    fn tables_of_every_class_are_read_as_they_were((class, objects) in proptest::sample::select(csv_classes())
        .prop_flat_map(|class| (Just(class.key), proptest::collection::vec(object_of(csv_class(class.key).unwrap()), 0..4))))
    {
        let class = csv_class(class).unwrap();
        // Names and identifiers of sets differ.
        let mut keys = std::collections::HashSet::new();
        let objects: Vec<MetadataObject> = objects
            .into_iter()
            .filter(|object| keys.insert(object.text("name").or(object.text("id")).map(str::to_owned)))
            .map(|object| MetadataObject::new(class.kind, object))
            .collect();
        let (text, remarks) = written(class, &objects);
        prop_assert_eq!(remarks, [""; 0]);
        // The class is known by the header.
        let (read, remarks) = read(text.as_bytes(), ReadCsv { mode: Mode::Strict, ..ReadCsv::default() }).unwrap();
        prop_assert_eq!(remarks, [""; 0]);
        let plain = |object: &Object| serde_json::from_str::<serde_json::Value>(&json(object)).unwrap();
        prop_assert_eq!(
            read.iter().map(|read| plain(&read.object)).collect::<Vec<_>>(),
            objects.iter().map(|object| plain(&object.object)).collect::<Vec<_>>()
        );
    }
}
