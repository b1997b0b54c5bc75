//! Forms of versions, and orders.

use exporter_dxf2::metadata::{
    Bundle, Form, MetadataReader, MetadataWriter, Order, WriteError, WriteOptions,
};
use exporter_dxf2::{Mode, Target};

use crate::{MOST, of_xml, plain};

fn for_target(text: &str, form: Form, target: Target, order: Order) -> (String, Vec<String>) {
    let options = WriteOptions { target: Some(target), ..WriteOptions::default() };
    let mut writer = MetadataWriter::new(Vec::new(), form, options).unwrap();
    let bundle = Bundle::read(MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient)).unwrap();
    bundle.write(&mut writer, order).unwrap();
    let remarks = writer.remarks().iter().map(ToString::to_string).collect();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
}

#[test]
fn targets_have_their_forms() {
    let sharing = r#"{"owner":"vUeLeQMSwhN","external":false,"public":"rw------","users":{},"userGroups":{"PKuKcx5xPi9":{"id":"PKuKcx5xPi9","access":"r-------"}}}"#;
    let older = r#""user":{"id":"vUeLeQMSwhN"},"externalAccess":false,"publicAccess":"rw------","userAccesses":[],"userGroupAccesses":[{"id":"PKuKcx5xPi9","userGroupUid":"PKuKcx5xPi9","access":"r-------"}]"#;
    let document = |sharing: &str| {
        format!(
            r#"{{"system":{{"id":"s","date":"2024-01-01"}},"constants":[{{"id":"a1234567890","name":"A","value":1,{sharing}}}]}}"#
        )
    };
    let (new, old) = (document(&format!(r#""sharing":{sharing}"#)), document(older));
    let both = document(&format!(r#""sharing":{sharing},{older}"#));
    let json = |text: &str, target| plain(for_target(text, Form::Json, target, Order::AsRead).0.as_bytes());
    let parsed = |text: &str| plain(text.as_bytes());
    for text in [&new, &old, &both] {
        assert_eq!(json(text, Target::Head), parsed(&new));
        assert_eq!(json(text, Target::V2_38), parsed(&both));
        assert_eq!(json(text, Target::V2_29), parsed(&old));
        let before = old.replace(r#""system":{"id":"s","date":"2024-01-01"}"#, r#""date":"2024-01-01""#);
        assert_eq!(json(text, Target::V2_24), parsed(&before));
        let (xml, remarks) = for_target(text, Form::Xml, Target::V2_38, Order::AsRead);
        assert!(xml.contains("<publicAccess>rw------</publicAccess>") && !xml.contains("sharing"), "{xml}");
        assert_eq!(remarks.len(), 1, "{remarks:?}");
    }
    let (xml, _) = for_target(&new, Form::Xml, Target::V2_22, Order::AsRead);
    let root = "<metaData xmlns=\"http://dhis2.org/schema/dxf/2.0\" created=\"2024-01-01\">";
    assert!(xml.contains(root) && xml.ends_with("</metaData>\n"), "{xml}");
    for target in [Target::V2_41, Target::Head] {
        let mut options = WriteOptions { target: Some(target), ..WriteOptions::default() };
        let writer = MetadataWriter::new(Vec::new(), Form::Xml, options);
        assert!(matches!(writer, Err(WriteError::NoXml(refused)) if refused == target));
        options.allow_xml = true;
        assert!(MetadataWriter::new(Vec::new(), Form::Xml, options).is_ok());
    }
}

#[test]
fn charts_and_report_tables_are_visualizations_where_nothing_is_lost() {
    let older = r#"{"charts":[{"id":"a1234567890","name":"A","type":"COLUMN","series":"dx","category":"pe"},
        {"id":"b1234567890","name":"B","type":"BUBBLE","series":"dx","category":"pe"}],
        "reportTables":[{"id":"c1234567890","name":"C","columnDimensions":["dx","pe"]}],
        "dashboards":[{"id":"d1234567890","name":"D","dashboardItems":[{"type":"CHART","chart":{"id":"a1234567890"}}]}]}"#;
    let newer = r#"{"charts":[{"id":"b1234567890","name":"B","type":"BUBBLE","series":"dx","category":"pe"}],
        "visualizations":[{"id":"a1234567890","name":"A","type":"COLUMN","columnDimensions":["dx"],"rowDimensions":["pe"]},
        {"id":"c1234567890","name":"C","columnDimensions":["dx","pe"],"type":"PIVOT_TABLE"}],
        "dashboards":[{"id":"d1234567890","name":"D","dashboardItems":[{"type":"VISUALIZATION","visualization":{"id":"a1234567890"}}]}]}"#;
    let (text, remarks) = for_target(older, Form::Json, Target::V2_41, Order::AsRead);
    assert_eq!(plain(text.as_bytes()), plain(newer.as_bytes()));
    assert_eq!(
        remarks,
        ["line 2, column 1, object 1 (b1234567890), type: DHIS2 2.41 does not have charts, and this has no other form there"
            .replace("column 1", "column 9")]
    );
    let visualizations = r#"{"visualizations":[{"id":"a1234567890","name":"A","type":"COLUMN","columnDimensions":["dx"],"rowDimensions":["pe"],"axes":[]},
        {"id":"c1234567890","name":"C","columnDimensions":["dx","pe"],"type":"PIVOT_TABLE"},
        {"id":"e1234567890","name":"E","type":"SINGLE_VALUE"}]}"#;
    let (text, remarks) = for_target(visualizations, Form::Json, Target::V2_29, Order::AsRead);
    let wanted = r#"{"charts":[{"id":"a1234567890","name":"A","type":"COLUMN","series":"dx","category":"pe"}],
        "reportTables":[{"id":"c1234567890","name":"C","columnDimensions":["dx","pe"]}],
        "visualizations":[{"id":"e1234567890","name":"E","type":"SINGLE_VALUE"}]}"#;
    assert_eq!(plain(text.as_bytes()), plain(wanted.as_bytes()));
    assert_eq!(remarks.len(), 1);
}

#[test]
fn bundles_have_orders() {
    let text = r#"{"widgets":[{"id":"w"}],"optionSets":[{"id":"s"}],"options":[{"id":"b"},{"id":"a"}],"package":"P","attributes":[],"system":{"id":"s"}}"#;
    let ordered = |order| {
        let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
        let bundle = Bundle::read(MetadataReader::json(text.as_bytes(), MOST, Mode::Lenient)).unwrap();
        bundle.write(&mut writer, order).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap().replace('\n', "")
    };
    assert_eq!(ordered(Order::AsRead), text);
    assert_eq!(
        ordered(Order::Dependency),
        r#"{"system":{"id":"s"},"package":"P","attributes":[],"options":[{"id":"b"},{"id":"a"}],"optionSets":[{"id":"s"}],"widgets":[{"id":"w"}]}"#
    );
    assert!(ordered(Order::Stable).contains(r#""options":[{"id":"a"},{"id":"b"}]"#));
    let scattered = "<metadata><options><option id='a'/></options><constants><constant id='b'/></constants><options><option id='c'/></options></metadata>";
    let document = of_xml(scattered.as_bytes());
    let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
    assert!(document.iter().any(|part| matches!(writer.part(part), Err(WriteError::Scattered(_)))));
    let mut bundle = Bundle::new();
    document.into_iter().for_each(|part| bundle.push(part));
    let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default()).unwrap();
    bundle.write(&mut writer, Order::AsRead).unwrap();
    let written = String::from_utf8(writer.finish().unwrap()).unwrap().replace('\n', "");
    assert_eq!(written, r#"{"options":[{"id":"a"},{"id":"c"}],"constants":[{"id":"b"}]}"#);
}

#[test]
fn geometries_have_the_form_of_the_target() {
    let newer = r#"{"organisationUnits":[{"id":"a1234567890","name":"A","geometry":{"type":"Point","coordinates":[1.50,2]}}]}"#;
    let older = r#"{"organisationUnits":[{"id":"a1234567890","name":"A","featureType":"POINT","coordinates":"[1.50,2]"}]}"#;
    for text in [newer, older] {
        let (as_older, _) = for_target(text, Form::Json, Target::V2_24, Order::AsRead);
        assert_eq!(plain(as_older.as_bytes()), plain(older.as_bytes()));
        let (as_newer, _) = for_target(text, Form::Json, Target::V2_38, Order::AsRead);
        assert_eq!(plain(as_newer.as_bytes()), plain(newer.as_bytes()));
    }
    // Between them are versions with either form.
    let (kept, _) = for_target(older, Form::Json, Target::V2_29, Order::AsRead);
    assert_eq!(plain(kept.as_bytes()), plain(older.as_bytes()));
}
