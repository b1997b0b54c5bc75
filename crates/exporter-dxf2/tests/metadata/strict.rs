//! What servers refuse.

use exporter_dxf2::Mode;
use exporter_dxf2::metadata::MetadataReader;

use crate::MOST;

fn strict(text: &str) -> Option<String> {
    let mut reader = match text.starts_with('<') {
        true => MetadataReader::xml(text.as_bytes(), MOST, Mode::Strict),
        false => MetadataReader::json(text.as_bytes(), MOST, Mode::Strict),
    };
    loop {
        match reader.read() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(fault) => return Some(fault.to_string()),
        }
    }
}

#[test]
fn what_servers_refuse_is_an_error_in_strict_mode() {
    let group = |more: &str| {
        format!(
            r#"{{"dataElementGroups":[{{"id":"a1234567890","name":"A"}},{{"id":"b1234567890",{more}}}]}}"#
        )
    };
    assert_eq!(strict(&group(r#""name":"B","dataElements":[{"id":"<OU_LEVEL>"}]"#)), None);
    for (more, wanted) in [
        (r#""code":"B""#, "name: E4000: servers refuse the object without it"),
        (r#""name":"B","publicAccess":"rw""#, "publicAccess: \"rw\" is no access"),
        (r#""name":"B","sharing":{"users":{"c":{"access":"rw-----"}}}"#, "access: \"rw-----\" is no access"),
        (
            r#""name":"B","translations":[{"property":"NAME","locale":"fr","value":"1"},{"property":"NAME","locale":"fr","value":"2"}]"#,
            "translations: E1106: two translations of NAME in fr",
        ),
        (r#""name":"B","dataElements":[{"id":"c"},{"id":"c"}]"#, "dataElements: E5007: the list has c twice"),
    ] {
        let fault = strict(&group(more)).unwrap();
        assert!(fault.contains(&format!("object 1 (b1234567890), {wanted}")), "{fault}");
        assert!(fault.starts_with("line 1, column 55: "), "{fault}");
    }
    let one = r#"{"id":"a1234567890","name":"A"}"#;
    let twice = strict(&format!(r#"{{"dataElementGroups":[{one},{{"id":"1","name":"A"}},{one}]}}"#)).unwrap();
    assert!(twice.contains("object 1 (1), id: E4014: \"1\" is no UID"), "{twice}");
    let twice =
        strict(&format!(r#"{{"dataElementGroups":[{one},{{"code":"B","name":"B"}},{one}]}}"#)).unwrap();
    assert!(twice.contains("object 2 (a1234567890), id: E5004"), "{twice}");
    let twice = strict(&format!(r#"{{"dataElementGroups":[{one}],"dataElementGroups":[]}}"#)).unwrap();
    assert!(twice.contains("dataElementGroups: E4054: the document has it twice"), "{twice}");
    let doubled = "<metadata><constants>\n<constant id='a1234567890' name='A'><value>1</value><value>2</value></constant></constants></metadata>";
    let fault = strict(doubled).unwrap();
    assert!(fault.starts_with("line 2, column 1: object 0 (a1234567890), value: E4054"), "{fault}");
}
