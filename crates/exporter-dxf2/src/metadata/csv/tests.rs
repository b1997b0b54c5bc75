use proptest::prelude::*;

use super::super::reader::MetadataObject;
use super::classes::{Kind, Place};
use super::*;
use crate::mode::Mode;
use crate::uid;
use crate::value::{Object, Value};

fn class(key: &str) -> &'static Class {
    Class::of(key).unwrap()
}

/// The objects before the fault, the fault, and the remarks.
fn read_as(text: &str, key: &str, mode: Mode) -> (Vec<MetadataObject>, Option<String>, Vec<String>) {
    let mut reader = CsvReader::of_class(text.as_bytes(), class(key), true, mode).unwrap();
    let mut found = Vec::new();
    let fault = loop {
        match reader.read() {
            Ok(Some(object)) => found.push(object),
            Ok(None) => break None,
            Err(fault) => break Some(fault.to_string()),
        }
    };
    assert!(reader.read().unwrap().is_none(), "nothing follows a fault");
    (found, fault, reader.remarks().iter().map(ToString::to_string).collect())
}

fn json(object: &Object) -> String {
    Value::from(object.clone()).canonical_json()
}

fn written(key: &str, objects: &[(&str, Object)], mode: Mode) -> (String, Vec<String>) {
    let mut writer = CsvWriter::new(Vec::new(), class(key), mode).unwrap();
    objects.iter().for_each(|(kind, object)| writer.write(kind, object).unwrap());
    let (bytes, remarks) = writer.finish().unwrap();
    (String::from_utf8(bytes).unwrap(), remarks.iter().map(ToString::to_string).collect())
}

#[test]
fn blank_cells_and_short_rows_mean_what_a_server_takes() {
    let long = "Women who took part in a training for skills of their own";
    let text = format!("\u{FEFF}x,y,z\n\"{long}\",,D1\nSecond,b1234567890,,\"S,2\"\n");
    let (found, fault, remarks) = read_as(&text, "DATA_ELEMENT", Mode::Strict);
    assert_eq!((fault, remarks.len(), found.len()), (None, 0, 2));
    let first = &found[0].object;
    assert!(uid::is_uid(first.text("id").unwrap()), "a blank identifier is made");
    assert_eq!(first.text("shortName"), Some(&long[..50]), "the name is cut");
    assert_eq!(
        json(&found[1].object),
        r#"{"aggregationType":"SUM","categoryCombo":{"id":"bjDvmb4bfuf"},"domainType":"AGGREGATE","id":"b1234567890","name":"Second","shortName":"S,2","valueType":"INTEGER","zeroIsSignificant":false}"#
    );
    let again = read_as(&text, "DATA_ELEMENT", Mode::Strict).0;
    assert_eq!(found, again, "identifiers are the same each time");

    let rule = read_as("h\nR,r1234567890,,,,,,,,#{a},A\n", "VALIDATION_RULE", Mode::Strict).0;
    assert_eq!(
        json(&rule[0].object),
        r##"{"id":"r1234567890","importance":"MEDIUM","leftSide":{"description":"A","expression":"#{a}","missingValueStrategy":"NEVER_SKIP"},"name":"R","operator":"equal_to","periodType":"Monthly","rightSide":{"missingValueStrategy":"NEVER_SKIP"}}"##
    );
    let group = read_as("h\nG,,G,,disaggregation\n", "CATEGORY_OPTION_GROUP", Mode::Strict).0;
    assert_eq!(group[0].object.text("dataDimensionType"), Some("DISAGGREGATION"));
}

#[test]
fn rows_of_one_set_are_one_object_behind_its_options() {
    let text =
        "h\nColour,,COLOUR,Blue,,BLUE\nColour,,COLOUR,Green,g1234567890,GREEN\nSex,s1234567890,,Male,,MALE\n";
    let (found, fault, remarks) = read_as(text, "OPTION_SET", Mode::Strict);
    assert_eq!((fault, remarks.len()), (None, 0));
    let kinds: Vec<_> = found.iter().map(|it| (it.kind.as_str(), it.index, it.position.line)).collect();
    assert_eq!(
        kinds,
        [("options", 0, 2), ("options", 1, 2), ("optionSets", 0, 2), ("options", 2, 4), ("optionSets", 1, 4)]
    );
    let set = found[2].object.text("id").unwrap();
    assert_eq!(
        json(&found[1].object),
        format!(
            r#"{{"code":"GREEN","id":"g1234567890","name":"Green","optionSet":{{"id":"{set}"}},"sortOrder":2}}"#
        )
    );
    let male = found[3].object.text("id").unwrap();
    assert_eq!(
        json(&found[4].object),
        format!(r#"{{"id":"s1234567890","name":"Sex","options":[{{"id":"{male}"}}],"valueType":"TEXT"}}"#)
    );

    let groups = "h\nA,a1234567890,,a,s1234567890,,OA\nA,a1234567890,,a,s1234567890,o1234567890,\n";
    let (found, fault, _) = read_as(groups, "OPTION_GROUP", Mode::Strict);
    assert_eq!((fault, found.len()), (None, 1));
    assert_eq!(
        json(&found[0].object),
        r#"{"id":"a1234567890","name":"A","optionSet":{"id":"s1234567890"},"options":[{"code":"OA"},{"id":"o1234567890"}],"shortName":"a"}"#
    );

    let pairs = "h\na1234567890,c1234567890\na1234567890,d1234567890\nb1234567890,e1234567890\n";
    let (found, fault, _) = read_as(pairs, "ORGANISATION_UNIT_GROUP_MEMBERSHIP", Mode::Strict);
    assert_eq!((fault, found.len()), (None, 2));
    assert_eq!(
        json(&found[0].object),
        r#"{"id":"a1234567890","organisationUnits":[{"id":"c1234567890"},{"id":"d1234567890"}]}"#
    );
}

#[test]
fn strict_refuses_what_a_server_does_not_take_and_lenient_keeps_it() {
    let long = "n".repeat(231);
    for (key, row, told, kept) in [
        (
            "CATEGORY",
            format!("{long},c1234567890"),
            "object 0 (c1234567890), name: a server cuts a text of more than 230 characters: kept whole (E4001)",
            1,
        ),
        (
            "CATEGORY",
            "A,12".to_owned(),
            "object 0 (12), uid: \"12\" is no UID of eleven letters and digits, a letter first: kept (E4014)",
            1,
        ),
        (
            "CATEGORY",
            ",c1234567890".to_owned(),
            "object 0 (c1234567890), name: a server wants this property: kept without (E4000)",
            1,
        ),
        (
            "CATEGORY",
            "A,c1234567890,,,,yes".to_owned(),
            "object 0 (c1234567890), dataDimension: \"yes\" is not true or false: kept as a text",
            1,
        ),
        (
            "INDICATOR",
            "A,c1234567890,,,,,,,,,2.5".to_owned(),
            "object 0 (c1234567890), decimals: \"2.5\" is not a whole number: kept as a text",
            1,
        ),
        (
            "OPTION_SET",
            "A,c1234567890,,Blue".to_owned(),
            "object 0 (c1234567890), optionCode: a server wants this property: the row is left out (E4000)",
            0,
        ),
    ] {
        let text = format!("h\n{row}\n");
        let (found, fault, _) = read_as(&text, key, Mode::Strict);
        assert_eq!((found.len(), fault), (0, Some(format!("line 2, column 1: {told}"))));
        let (found, fault, remarks) = read_as(&text, key, Mode::Lenient);
        assert_eq!((found.len(), fault), (kept, None), "{row}");
        assert_eq!(remarks, [format!("line 2, column 1, {told}")]);
    }
    let apart = "h\nA,,,x,,X\nB,,,y,,Y\nA,,,z,,Z\n";
    let (found, fault, _) = read_as(apart, "OPTION_SET", Mode::Strict);
    assert!(
        fault
            .unwrap()
            .contains("line 4, column 1: object 2 (A), optionSetName: rows of \"A\" stand in two places")
    );
    assert_eq!(found.len(), 4, "what stands before is read");
    assert_eq!(read_as(apart, "OPTION_SET", Mode::Lenient).0.len(), 6);

    let (found, fault, remarks) = read_as("h\nA,,1,x,,X,more\nA,,2,y,,Y\n", "OPTION_SET", Mode::Strict);
    assert_eq!((found.len(), fault), (3, None));
    assert!(remarks[0].contains("cells behind the 6 columns"), "{remarks:?}");
    assert!(remarks[1].contains("code: it differs from that of the first row"), "{remarks:?}");
}

#[test]
fn damage_comes_behind_what_is_sound() {
    let mut text = b"h\nA,,,x,,X\nA,,,y,,Y\nB,\xFF\n".to_vec();
    let mut reader = CsvReader::of_class(&text[..], class("OPTION_SET"), true, Mode::Lenient).unwrap();
    let mut kinds = Vec::new();
    let fault = loop {
        match reader.read() {
            Ok(found) => kinds.push(found.unwrap().kind),
            Err(fault) => break fault,
        }
    };
    assert_eq!(kinds, ["options", "options", "optionSets"]);
    assert_eq!((fault.position.line, fault.message.contains("UTF-8")), (4, true));
    // Without a header the first row is the first object.
    text.truncate(2 + 9);
    let mut reader = CsvReader::of_class(&text[2..], class("CATEGORY"), false, Mode::Lenient).unwrap();
    assert_eq!(reader.read().unwrap().unwrap().object.text("name"), Some("A"));
    let error = CsvReader::new(&b"name,uid,code,shortName\n"[..], Mode::Lenient).err().unwrap().to_string();
    assert!(error.contains("name the class, one of DATA_ELEMENT, "), "{error}");
}

#[test]
fn what_has_no_column_is_remarked() {
    let side = Object::new().with("expression", "1").with("slidingWindow", false);
    let rule =
        Object::new().with("id", "a").with("name", "R").with("leftSide", side).with("translations", vec![]);
    let (text, remarks) = written("VALIDATION_RULE", &[("validationRules", rule)], Mode::Lenient);
    assert!(text.ends_with("\nR,a,,,,,,,,1,,,,,\n"), "{text}");
    let left_out = "it has no column in CSV, and is left out";
    assert_eq!(
        remarks,
        [
            format!("object 0 (a), leftSide.slidingWindow: {left_out}"),
            format!("object 0 (a), translations: {left_out}")
        ]
    );
    let point = Value::from_json(r#"{"type":"Point","coordinates":[1.50,2]}"#).unwrap();
    let unit = Object::new().with("name", "U").with("geometry", point);
    let (text, remarks) = written("ORGANISATION_UNIT", &[("organisationUnits", unit.clone())], Mode::Strict);
    assert!(text.contains("\nU,,,,,,,,,POINT,\"[1.50,2]\",") && remarks.is_empty(), "{text}");
    let read = read_as(&text, "ORGANISATION_UNIT", Mode::Strict).0;
    assert_eq!(read[0].object.get("geometry"), unit.get("geometry"));

    let long = Object::new().with("name", "n".repeat(231));
    let mut writer = CsvWriter::new(Vec::new(), class("CATEGORY"), Mode::Strict).unwrap();
    let error = writer.write("categories", &long).unwrap_err().to_string();
    assert!(error.contains("name: a server cuts a text of more than 230 characters"), "{error}");
}

#[test]
fn sets_and_their_options_come_in_any_order() {
    let option = |id: &str, set: &str, order: i64| {
        let set = Object::new().with("id", set);
        Object::new()
            .with("id", id)
            .with("name", id)
            .with("code", id)
            .with("sortOrder", order)
            .with("optionSet", set)
    };
    let listed =
        vec![Object::new().with("id", "b").into(), Value::Null, Object::new().with("id", "a").into()];
    let set =
        Object::new().with("id", "s").with("name", "Set").with("valueType", "NUMBER").with("options", listed);
    let objects = [
        ("options", option("a", "s", 1)),
        ("options", option("d", "s", 4)),
        ("optionSets", set),
        ("options", option("c", "s", 3)),
        ("options", option("b", "s", 2)),
        ("options", option("e", "t", 1)),
        ("constants", Object::new()),
    ];
    let (text, remarks) = written("OPTION_SET", &objects, Mode::Lenient);
    assert!(text.ends_with("\nSet,s,,b,b,b\nSet,s,,a,a,a\nSet,s,,c,c,c\nSet,s,,d,d,d\n"), "{text}");
    let remarks = remarks.join("\n");
    for told in
        ["valueType: it has no", "an option is null", "options of no set", "constants: objects of this type"]
    {
        assert!(remarks.contains(told), "{told}: {remarks}");
    }
    assert_eq!(remarks.lines().count(), 4, "{remarks}");
}

/// An object of a class with some of its properties, each a value of its kind.
fn object_of(class: &'static Class) -> impl Strategy<Value = Object> {
    let cells = |kind: Kind, name: &str, is_required: bool| -> BoxedStrategy<Option<Value>> {
        let value = match (name, kind) {
            ("id", _) => "[a-zA-Z][a-zA-Z0-9]{10}".prop_map(Value::from).boxed(),
            (_, Kind::Flag) => any::<bool>().prop_map(Value::from).boxed(),
            (_, Kind::Whole) => any::<i64>().prop_map(Value::from).boxed(),
            (_, Kind::Upper) => "[A-Z_]{1,9}".prop_map(Value::from).boxed(),
            _ => "\\PC{0,8}[a-z\",\n#é]"
                .prop_filter_map("blank", |text| (!text.trim().is_empty()).then(|| Value::from(text)))
                .boxed(),
        };
        match is_required || name == "id" {
            true => value.prop_map(Some).boxed(),
            false => proptest::option::of(value).boxed(),
        }
    };
    let columns: Vec<_> = class.columns.iter().filter(|column| column.place != Place::Ignored).collect();
    let of_items: Vec<_> = columns
        .iter()
        .filter_map(|it| if let Place::Item(_, name) = it.place { Some((it, name)) } else { None })
        .collect();
    let items = of_items.iter().map(|(it, name)| cells(it.kind, name, true)).collect::<Vec<_>>();
    let names: Vec<&str> = of_items.iter().map(|(_, name)| *name).collect();
    let own: Vec<_> = columns
        .iter()
        .filter(|it| !matches!(it.place, Place::Item(..)))
        .map(|it| {
            let name = if let Place::Own(name) | Place::Within(_, name) = it.place { name } else { "" };
            cells(it.kind, name, it.is_required)
        })
        .collect();
    (own, proptest::collection::vec(items, 1..4)).prop_map(move |(own, items)| {
        let mut object = Object::new();
        let places = class
            .columns
            .iter()
            .map(|it| it.place)
            .filter(|it| !matches!(it, Place::Ignored | Place::Item(..)));
        for (place, value) in places.zip(own) {
            match (place, value) {
                (Place::Own(name), Some(value)) => object.set(name, value),
                (Place::Within(within, name), Some(value)) => {
                    let inner = object.remove(within).unwrap_or_else(|| Object::new().into());
                    let Value::Object(inner) = inner else { panic!() };
                    object.set(within, inner.with(name, value));
                }
                _ => {}
            }
        }
        if let Some(list) = class.list() {
            let items = items.into_iter().map(|item| {
                let named = names.iter().zip(item);
                named.fold(Object::new(), |object, (name, value)| object.with(*name, value.unwrap())).into()
            });
            object.set(list, items.collect::<Vec<_>>());
        }
        object
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_written_is_read(objects in Class::all().iter().map(object_of).collect::<Vec<_>>()) {
        for (class, object) in Class::all().iter().zip(objects) {
            let (text, remarks) = written(class.key, &[(class.kind, object.clone())], Mode::Lenient);
            prop_assert_eq!(remarks, Vec::<String>::new());
            let mut reader = CsvReader::new(text.as_bytes(), Mode::Lenient).unwrap().without_defaults();
            prop_assert_eq!(reader.class().key, class.key);
            let mut found = Vec::new();
            while let Some(next) = reader.read().unwrap() {
                found.push((next.kind, next.object));
            }
            match class.has_objects_in_list() {
                false => {
                    prop_assert_eq!(found.len(), 1);
                    prop_assert_eq!(json(&found[0].1), json(&object));
                }
                true => {
                    let objects: Vec<_> = found.iter().map(|(kind, object)| (kind.as_str(), object.clone())).collect();
                    let again = written(class.key, &objects, Mode::Lenient);
                    prop_assert_eq!(again, (text, vec![]));
                    prop_assert_eq!(found.len(), object.get("options").unwrap().as_list().unwrap().len() + 1);
                }
            }
        }
    }
}
