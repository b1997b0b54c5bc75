//! The suite that every input must pass, on a small file of each kind.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use exporter_dxf2::Dxf2Input;
use exporter_testkit::conformance;

const VALUES: &str = r#"{"dataSet":"pBOMPrpg1QX","dataValues":[
{"dataElement":"f7n9E0hX8qk","period":"202401","orgUnit":"DiszpKrYNg8","value":"1","followUp":true,"lastUpdated":"2024-01-02T03:04:05.000"},
{"dataElement":"Ix2HsbDMLea","period":"202402","orgUnit":"DiszpKrYNg8","value":"x","comment":"a \"b\""}]}"#;

const EVENTS: &str = r#"{"events":[
{"event":"pHhZHG4go5k","program":"p","programStage":"s","orgUnit":"o","occurredAt":"2024-01-01T00:00:00.000","notes":[{"note":"n","value":"v"}],
"geometry":{"type":"Point","coordinates":[1,2.5]},"dataValues":[{"dataElement":"d1","value":"1"},{"dataElement":"d2","value":"true"}]},
{"event":"XVPPQHHIE1q","program":"p","programStage":"s","orgUnit":"o","dataValues":[{"dataElement":"d1","value":"2.5"}]}]}"#;

const METADATA: &str = r#"{"system":{"version":"2.40"},"optionSets":[{"id":"cJ82jd8sd32","name":"Set","valueType":"TEXT","options":[{"id":"yOV5tkDsK8w"}],
"sharing":{"owner":"x","users":{"u":{"id":"u","access":"rw------"}}},"version":1,"created":"2020-01-01T00:00:00.000"}],
"options":[{"id":"yOV5tkDsK8w","code":"1","name":"One","optionSet":{"id":"cJ82jd8sd32"},"sortOrder":1},{"id":"zOV5tkDsK8w","code":"2","name":"Two"}]}"#;

const XML: &str = r#"<?xml version="1.0"?><dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" period="202401">
<dataValue dataElement="f7n9E0hX8qk" orgUnit="DiszpKrYNg8" value="10"/><dataValue dataElement="Ix2HsbDMLea" orgUnit="DiszpKrYNg8" value="11"/>
</dataValueSet>"#;

#[test]
fn inputs_conform() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("values.json", VALUES), ("events.json", EVENTS), ("metadata.json", METADATA), ("values.xml", XML)]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        conformance::input::<Dxf2Input>(&path);
        assert!(conformance::prefixes::<Dxf2Input>(&path, 7) > 1, "{name}");
    }
}
