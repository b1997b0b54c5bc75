//! Small files of every kind as tables.

use exporter_core::{
    Cancel, Context, Dataset, ErrorKind, Input as _, LossCode, Recognition, Registry, Sample, Scan, Source,
    TableId,
};
use exporter_testkit::cells_of;
use serde_json::{Value as Json, json};

use super::{Dxf2Input, register};

fn open(text: &str, options: Json) -> Result<Box<dyn Dataset>, exporter_core::Error> {
    let source = Source::memory("x.any", text.as_bytes().to_vec());
    register(Registry::new()).open_as("dxf2", &source, options, &Context::default())
}

/// The tables, each as its variables with kinds, and its rows.
fn told(data: &dyn Dataset) -> Vec<(String, Vec<String>)> {
    let context = Context::default();
    let tables = data.codebook().tables.iter().enumerate().map(|(at, table)| {
        let variables: Vec<String> =
            table.variables.iter().map(|variable| format!("{}:{}", variable.name, variable.kind)).collect();
        let mut rows = Vec::new();
        for batch in context.scan(data, TableId(at), &Scan::all()).unwrap() {
            let batch = batch.unwrap();
            let columns: Vec<_> = batch.columns().iter().map(|column| cells_of(column)).collect();
            rows.extend((0..batch.num_rows()).map(|row| {
                columns.iter().map(|column| format!("{:?}", column[row])).collect::<Vec<_>>().join(" ")
            }));
        }
        assert_eq!(data.rows(TableId(at)), Some(rows.len() as u64));
        (format!("{}: {}", table.name, variables.join(" ")), rows)
    });
    tables.collect()
}

#[test]
fn data_values_of_every_form_are_one_table() {
    let header = "dataElement:text period:text orgUnit:text categoryOptionCombo:text attributeOptionCombo:text value:text";
    let json = r#"{"dataValues":[{"dataElement":"a","orgUnit":"o","value":"1","created":"2024-01-02T03:04:05.000","deleted":false,"x":5}],
        "period":"202401","dataSet":"s"}"#;
    let data = open(json, Json::Null).unwrap();
    let tables = told(&*data);
    assert_eq!(tables[0].0, format!("dataValues: {header} created:datetime deleted:boolean x:text"));
    assert!(tables[0].1[0].contains("202401"), "what the set says reaches its values: {:?}", tables[0].1);
    assert_eq!(data.codebook().tables[0].attributes.len(), 2);
    let xml =
        r#"<dataValueSet period="202401"><dataValue dataElement="a" orgUnit="o" value="1"/></dataValueSet>"#;
    let csv = "dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value\na,202401,o,,,1\n";
    for text in [xml, csv] {
        let tables = told(&*open(text, Json::Null).unwrap());
        assert_eq!(
            (tables[0].0.as_str(), tables[0].1.len()),
            (format!("dataValues: {header}").as_str(), 1),
            "{text}"
        );
        assert!(tables[0].1[0].contains("202401"));
    }
}

#[test]
fn tracker_data_has_a_table_for_each_kind() {
    let json = r#"{"trackedEntities":[{"trackedEntity":"t","orgUnit":"o","attributes":[{"attribute":"w","displayName":"Weight","value":"70.5"}],
        "enrollments":[{"enrollment":"n","status":"ACTIVE","enrolledAt":"2024-01-01T00:00:00.000","events":[
            {"event":"e","occurredAt":"2024-01-02","geometry":{"type":"Point","coordinates":[1.5,2]},"deleted":false,
             "notes":[{"note":"x","value":"y"}],"dataValues":[{"dataElement":"d","value":"3"},{"dataElement":"event","value":"true"}]}]}]}]}"#;
    let data = open(json, Json::Null).unwrap();
    let tables = told(&*data);
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "trackedEntities: trackedEntity:text trackedEntityType:text orgUnit:text w:float",
            "enrollments: enrollment:text trackedEntity:text program:text orgUnit:text status:text enrolledAt:datetime occurredAt:text",
            "events: event:text enrollment:text trackedEntity:text program:text programStage:text orgUnit:text status:text occurredAt:date \
             scheduledAt:text latitude:integer longitude:float deleted:boolean notes:list(structure(note: text, value: text)) d:integer event_2:boolean",
        ]
    );
    assert_eq!(data.codebook().tables[0].variables[3].label.untagged(), Some("Weight"));
    assert!(tables.iter().all(|(_, rows)| rows.len() == 1));
    assert!(
        data.losses()
            .iter()
            .any(|loss| loss.code == LossCode::NAME_CHANGED && loss.variable.as_deref() == Some("event_2"))
    );
    let long = open(json, json!({"events": "long"})).unwrap();
    let tables = told(&*long);
    assert!(tables[2].0.ends_with(" dataElement:text value:text") && tables[2].1.len() == 2, "{tables:?}");
    let empty = told(&*open(r#"{"events":[]}"#, Json::Null).unwrap());
    assert!(empty.len() == 1 && empty[0].1.is_empty());
}

#[test]
fn metadata_has_a_table_for_each_collection() {
    let json = r#"{"system":{"version":"2.40"},"options":[{"code":"1","id":"yOV5tkDsK8w","name":"One","sortOrder":1,"optionSet":{"id":"cJ82jd8sd32"}}],
        "dataElements":[],"widgets":[{"id":"a","x":{"y":1},"z":2}],
        "optionSets":[{"id":"cJ82jd8sd32","name":"Set","options":[{"id":"yOV5tkDsK8w"}],"version":3,"translations":[{"locale":"fr","value":"Jeu"}]}]}"#;
    let data = open(json, Json::Null).unwrap();
    let names: Vec<String> = told(&*data).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "options: id:text code:text name:text optionSet:text sortOrder:integer",
            "optionSets: id:text name:text options:list(text) version:integer translations:list(structure(locale: text, value: text))",
            "widgets: id:text x:text z:integer",
        ]
    );
    let xml = r#"<metadata><options><option id="yOV5tkDsK8w" code="1"><sortOrder>1</sortOrder></option></options></metadata>"#;
    assert_eq!(told(&*open(xml, Json::Null).unwrap())[0].0, "options: id:text code:text sortOrder:integer");
}

#[test]
fn what_stands_before_damage_is_read_and_the_place_is_told() {
    let cut =
        r#"{"events":[{"event":"pHhZHG4go5k","program":"p","programStage":"s","orgUnit":"o"},{"event":"x"#;
    let data = open(cut, Json::Null).unwrap();
    assert_eq!(told(&*data)[0].1.len(), 1);
    let losses = data.losses();
    let loss = losses.iter().find(|loss| loss.action.contains("damaged")).unwrap();
    assert!(
        loss.action.contains("line 1, column") && loss.action.contains("behind object 1 (event pHhZHG4go5k)"),
        "{loss:?}"
    );
    let error = open(cut, json!({"mode": "strict"})).map(drop).unwrap_err();
    assert!(
        error.kind() == ErrorKind::Invalid && error.hint().unwrap().contains("mode=lenient"),
        "{error:?}"
    );
    assert_eq!(open("a,b\n1,2\n", Json::Null).map(drop).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(open(r#"{"dataValues":[{"va"#, Json::Null).map(drop).unwrap_err().kind(), ErrorKind::Invalid);
    let target = open(cut, json!({"target": "3"})).map(drop).unwrap_err();
    assert_eq!(target.kind(), ErrorKind::Usage);
}

#[test]
fn tables_in_csv_must_be_named() {
    let csv = Sample::of(b"dataelement,period,orgunit\n");
    assert_eq!(Dxf2Input::recognise(&csv), Recognition::Maybe);
    assert_eq!(Dxf2Input::recognise(&Sample::of(b"id,age\n")), Recognition::No);
    let found = register(Registry::new()).reader("x.csv", &csv);
    assert!(found.is_none(), "without a name it is delimited text");
}

#[test]
fn work_can_be_cancelled() {
    let cancel = Cancel::default();
    cancel.cancel();
    let context = Context::default().with_cancel(cancel);
    let source = Source::memory("x.json", br#"{"dataValues":[]}"#.to_vec());
    let opened = register(Registry::new()).open(&source, Json::Null, &context);
    assert_eq!(opened.map(drop).unwrap_err().kind(), ErrorKind::Cancelled);
}

/// Metadata of a program with an option set, and data that refers to it.
const METADATA: &str = r#"{"dataElements":[{"id":"f7n9E0hX8qk","code":"AGE","name":"Age","valueType":"NUMBER"},
    {"id":"Ix2HsbDMLea","code":"SEX","name":"Sex","valueType":"TEXT","optionSet":{"id":"cJ82jd8sd32"}}],
    "optionSets":[{"id":"cJ82jd8sd32","name":"Sex","options":[{"id":"yOV5tkDsK8w"}]}],
    "options":[{"id":"yOV5tkDsK8w","code":"M","name":"Male"}],
    "organisationUnits":[{"id":"DiszpKrYNg8","code":"OU","name":"Ngelehun"}],"programs":[{"id":"eBAyeGv0exc","name":"Inpatients"}]}"#;

fn described(text: &str, options: Json) -> Box<dyn Dataset> {
    let (registry, context) = (register(Registry::new()), Context::default());
    let metadata = Source::memory("metadata.json", METADATA.as_bytes().to_vec());
    let dictionary = registry.describe(&metadata, &context).unwrap().unwrap().codebook;
    let source = Source::memory("x.json", text.as_bytes().to_vec()).with_dictionary(&dictionary);
    registry.open(&source, options, &context).unwrap()
}

#[test]
fn metadata_labels_events_and_states_their_kinds() {
    let text = r#"{"events":[{"event":"pHhZHG4go5k","program":"eBAyeGv0exc","orgUnit":"DiszpKrYNg8","programStage":"s","dataValues":[
        {"dataElement":"f7n9E0hX8qk","value":"4"},{"dataElement":"Ix2HsbDMLea","value":"M"}]}]}"#;
    let data = described(text, Json::Null);
    let codebook = data.codebook();
    assert_eq!(codebook.problems(), []);
    let table = &codebook.tables[0];
    let said: Vec<String> = table
        .variables
        .iter()
        .filter(|variable| variable.labels.is_some() || !variable.label.is_empty())
        .map(|variable| {
            format!(
                "{}:{} {:?} {:?}",
                variable.name,
                variable.kind,
                variable.label.untagged(),
                variable.labels
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            r#"program:text None Some("programs")"#,
            r#"orgUnit:text None Some("organisationUnits")"#,
            r#"f7n9E0hX8qk:float Some("Age") None"#,
            r#"Ix2HsbDMLea:text Some("Sex") Some("cJ82jd8sd32")"#,
        ]
    );
    let odd = described(&text.replace("\"4\"", "\"abc\""), Json::Null);
    assert!(told(&*odd)[0].0.contains("f7n9E0hX8qk:text"));
    let losses = odd.losses();
    let loss = losses.iter().find(|loss| loss.code == LossCode::KIND_CHANGED).unwrap();
    assert_eq!(
        (loss.variable.as_deref(), loss.first.as_ref().unwrap().value.as_str()),
        (Some("f7n9E0hX8qk"), "abc")
    );
}

#[test]
fn data_by_code_is_labelled_by_code() {
    let text = r#"{"idScheme":"CODE","orgUnitIdScheme":"UID","dataValues":[{"dataElement":"AGE","orgUnit":"DiszpKrYNg8","value":"1"}]}"#;
    let data = described(text, json!({"values": "names"}));
    let labels: Vec<_> = data.codebook().value_labels.keys().map(String::as_str).collect();
    assert_eq!(labels, ["dataElements_code", "organisationUnits"]);
    let tables = told(&*data);
    assert!(
        tables[0].0.starts_with(
            "dataValues: dataElement:text dataElementName:text period:text orgUnit:text orgUnitName:text"
        ),
        "{tables:?}"
    );
    assert!(tables[0].1[0].contains("Age") && tables[0].1[0].contains("Ngelehun"), "{tables:?}");
    let none = open(text, json!({"values": "names"})).map(drop).unwrap_err();
    assert!(none.hint().unwrap().contains("--codebook metadata.json"), "{none:?}");
}
