use super::*;
use crate::data_values::{DataValue, Key, Period};
use crate::drained::drained;
use crate::fault::Fault;
use crate::mode::Mode;
use crate::old::{Choice, Metadata};
use crate::uid;
use crate::value::{Object, Value};

const FILE: &str = r#"<?xml version='1.0'?>
<dxf xmlns="http://dhis2.org/schema/dxf/1.0" minorVersion="1.2">
  <categoryOptions>
    <categoryOption><id>1</id><name>male</name></categoryOption>
    <categoryOption><id>2</id><name>female</name></categoryOption>
  </categoryOptions>
  <categories><category><id>5</id><name>sex</name></category></categories>
  <categoryOptionCombos>
    <categoryOptionCombo><id>7</id><categoryOptions><categoryOption><id>2</id><name>female</name></categoryOption><categoryOption><id>1</id></categoryOption></categoryOptions></categoryOptionCombo>
  </categoryOptionCombos>
  <categoryCategoryOptionAssociations>
    <categoryCategoryOptionAssociation><category>5</category><categoryOption>2</categoryOption><sortOrder>2</sortOrder></categoryCategoryOptionAssociation>
    <categoryCategoryOptionAssociation><category>5</category><categoryOption>1</categoryOption><sortOrder>1</sortOrder></categoryCategoryOptionAssociation>
  </categoryCategoryOptionAssociations>
  <dataElements>
    <dataElement><id>65</id><uuid>C3C2E28D</uuid><name>Cases</name><alternativeName>Fälle</alternativeName><code>A</code><active>true</active><type>int</type><aggregationOperator>sum</aggregationOperator></dataElement>
    <dataElement><id>66</id><name>Rate</name><code>A</code><active>false</active><type>blob</type></dataElement>
    <dataElement><id>67</id><name>Name</name><type>string</type><aggregationOperator>median</aggregationOperator></dataElement>
    <dataElement><id>68</id><name>Deaths</name><code>A</code><active>false</active><type>bool</type></dataElement>
    <dataElement><id>68</id><name>Again</name></dataElement>
    <dataElement><name>Nameless</name></dataElement>
  </dataElements>
  <indicators><indicator><id>1</id><name>Ratio</name><annualized>false</annualized><numerator>[65.7]/[68]+[99]</numerator></indicator></indicators>
  <dataSets><dataSet><id>3</id><name>Form</name><periodType>Weekly</periodType></dataSet></dataSets>
  <dataSetMembers>
    <dataSetMember><dataSet>3</dataSet><dataElement>68</dataElement></dataSetMember>
    <dataSetMember><dataSet>3</dataSet><dataElement>65</dataElement></dataSetMember>
  </dataSetMembers>
  <customForms><customForm><id>1</id></customForm><customForm/></customForms>
  <organisationUnits>
    <organisationUnit><id>10</id><name>Country</name><openingDate>1970-01-01</openingDate></organisationUnit>
    <organisationUnit><id>11</id><name>District</name><openingDate>long ago</openingDate><geoCode>x</geoCode></organisationUnit>
  </organisationUnits>
  <organisationUnitRelationships>
    <organisationUnitRelationship><parent>10</parent><child>11</child></organisationUnitRelationship>
  </organisationUnitRelationships>
  <periods>
    <period><id>65</id><periodType>Weekly</periodType><startDate>1999-12-27</startDate><endDate>2000-01-02</endDate></period>
    <period><id>66</id><periodType>Survey</periodType><startDate>1999-12-27</startDate><endDate>2000-01-02</endDate></period>
  </periods>
  <dataValues>
    <dataValue><dataElement>65</dataElement><period>65</period><source>11</source><value>12</value><storedBy>kim</storedBy><timeStamp>2000-01-03</timeStamp><comment>a &lt; b</comment><categoryOptionCombo>7</categoryOptionCombo></dataValue>
    <dataValue><dataElement>65</dataElement><period>66</period><source>11</source><value>13</value></dataValue>
    <dataValue><dataElement>99</dataElement><period>65</period><source>10</source><value>14</value></dataValue>
  </dataValues>
</dxf>
"#;

fn read(text: &str, choice: Choice) -> (Metadata, Vec<DataValue>, Option<Fault>) {
    let mut reader = Reader::new(text.as_bytes(), choice);
    let mut value = DataValue::default();
    let (values, fault) = drained(|| Ok(reader.read(&mut value)?.then(|| value.clone())));
    (reader.metadata().clone(), values, fault)
}

fn object<'m>(metadata: &'m Metadata, plural: &str, name: &str) -> &'m Object {
    let found =
        metadata.objects.iter().find(|(known, object)| known == plural && object.text("name") == Some(name));
    &found.unwrap().1
}

fn json(object: &Object) -> String {
    let mut json = Vec::new();
    object.write_json(&mut json);
    String::from_utf8(json).unwrap()
}

#[test]
fn metadata_becomes_objects_of_dxf_2() {
    let (metadata, _, fault) = read(FILE, Choice::default());
    assert!(fault.is_none(), "{fault:?}");
    let id = |plural: &str, number: &str| uid::of_text(&format!("{plural} {number}"));
    let cases = uid::of_text("dataElements 65 C3C2E28D");
    let (male, female) = (id("categoryOptions", "1"), id("categoryOptions", "2"));
    assert_eq!(
        json(object(&metadata, "categories", "sex")),
        format!(
            r#"{{"id":"{}","name":"sex","categoryOptions":[{{"id":"{male}"}},{{"id":"{female}"}}]}}"#,
            id("categories", "5")
        )
    );
    let combination = object(&metadata, "categoryOptionCombos", "female, male").text("id").unwrap();
    assert_eq!(
        json(object(&metadata, "dataElements", "Cases")),
        format!(
            r#"{{"id":"{cases}","name":"Cases","code":"A","valueType":"INTEGER","aggregationType":"SUM","domainType":"AGGREGATE"}}"#
        )
    );
    let deaths = id("dataElements", "68");
    assert_eq!(
        object(&metadata, "indicators", "Ratio").text("numerator").unwrap(),
        format!("#{{{cases}.{combination}}}/#{{{deaths}}}+[99]")
    );
    assert_eq!(
        json(object(&metadata, "dataSets", "Form")),
        format!(
            r#"{{"id":"{}","name":"Form","periodType":"Weekly","dataSetElements":[{{"dataElement":{{"id":"{deaths}"}}}},{{"dataElement":{{"id":"{cases}"}}}}]}}"#,
            id("dataSets", "3")
        )
    );
    let district = object(&metadata, "organisationUnits", "District");
    assert_eq!(district.get("level"), Some(&Value::from(2)));
    assert_eq!(district.text("openingDate"), Some("long ago"), "a date keeps its text");
    assert_eq!(
        district.get("parent").unwrap().as_object().unwrap().text("id"),
        Some(id("organisationUnits", "10").as_str())
    );
}

#[test]
fn what_is_unknown_is_an_error_of_its_object_and_losses_are_counted() {
    let (metadata, values, _) = read(FILE, Choice::default());
    let refused: Vec<String> = metadata.refused.iter().map(ToString::to_string).collect();
    for (at, wanted) in [
        "object 4 (68): another of the dataElements has the number 68",
        "object 1 (66), type: \"blob\" is not known",
        "object 2 (67), aggregationOperator: \"median\" is not known",
        "object 5: id is missing",
        "object 1 (66), periods: no Survey period is from 1999-12-27",
    ]
    .iter()
    .enumerate()
    {
        assert!(refused[at].contains(wanted), "{refused:?}");
    }
    assert_eq!(
        metadata.objects.iter().filter(|(plural, _)| plural == "dataElements").count(),
        2,
        "the rest is read"
    );
    let losses = ["alternative names", "customForms", "geographic codes", "marks of what is not active"];
    assert_eq!(losses.map(|name| metadata.losses.count(name)), [1, 2, 1, 1]);
    let told: Vec<String> = metadata.remarks.iter().map(ToString::to_string).collect();
    for wanted in [
        "[99] is none of the file",
        "has the code \"A\"",
        "long ago",
        "the value is left out",
        "dataElement: none of the dataElements",
    ] {
        assert!(told.iter().any(|told| told.contains(wanted)), "{wanted}: {told:?}");
    }
    let texts = [Key::Period, Key::Value, Key::StoredBy, Key::LastUpdated, Key::Comment]
        .map(|key| values[0].get(key));
    assert_eq!(texts, [Some("1999W52"), Some("12"), Some("kim"), Some("2000-01-03"), Some("a < b")]);
    assert_eq!(values[1].get(Key::DataElement), Some(uid::of_text("dataElements 99").as_str()));
    assert_eq!(values.len(), 2, "one has no period of DHIS2");
    let strict = Choice { mode: Mode::Strict, ..Choice::default() };
    let (_, values, fault) = read(FILE, strict);
    assert_eq!(values.len(), 1);
    assert!(fault.unwrap().to_string().contains("value 1: none of the periods"));
}

#[test]
fn chosen_types_and_objects_are_read_only() {
    let types = |types: &[&str]| Some(types.iter().map(|plural| (*plural).to_owned()).collect());
    let (metadata, values, _) = read(FILE, Choice { types: types(&["dataElements"]), ..Choice::default() });
    assert!(metadata.objects.len() == 2 && values.is_empty());
    let ids = Some([uid::of_text("dataElements 68")].into_iter().collect());
    let (metadata, values, _) =
        read(FILE, Choice { types: types(&["dataElements", "dataValues"]), ids, ..Choice::default() });
    assert_eq!((metadata.objects.len(), values.len()), (1, 2));
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let (metadata, values, _) = read(FILE, Choice::default());
    let week: Period = "1999W52".parse().unwrap();
    let known =
        |value: &&DataValue| value.get(Key::DataElement) != Some(uid::of_text("dataElements 99").as_str());
    let written = |metadata: &Metadata, values: &[DataValue]| {
        let mut writer = Writer::new(Vec::new(), &metadata.objects, [week, week]).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let losses = writer.losses().clone();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), losses)
    };
    let values: Vec<DataValue> = values.iter().filter(known).cloned().collect();
    let (text, losses) = written(&metadata, &values);
    assert!(losses.is_empty(), "{losses:?}");
    let (again, values_again, fault) = read(&text, Choice::default());
    assert!(fault.is_none() && again.refused.is_empty(), "{:?}", again.refused);
    let objects = |metadata: &Metadata| {
        metadata
            .objects
            .iter()
            .map(|(plural, object)| format!("{plural} {}", json(object)))
            .collect::<Vec<_>>()
    };
    // The operand that names nothing is what it was.
    assert_eq!(objects(&again), objects(&metadata));
    assert_eq!(values_again, values);
    assert_eq!(written(&again, &values_again).0, text);

    let mut writer = Writer::new(Vec::new(), &metadata.objects, [week]).unwrap();
    let of = |element: &str, period: &str| {
        DataValue::new(element, period, &uid::of_text("organisationUnits 10"), "1")
    };
    let error = writer.write(&of("gone", "1999W52")).unwrap_err();
    assert!(error.to_string().contains("gone is none of the dataElements"), "{error}");
    let element = uid::of_text("dataElements 68");
    assert!(writer.write(&of(&element, "1999W51")).unwrap_err().to_string().contains("none of the periods"));
    writer.write(&of(&element, "1999W52").with(Key::Deleted, "true")).unwrap();
    assert_eq!(writer.losses().count("dataValues.deleted"), 1);
}

#[test]
fn losses_of_writing_are_counted() {
    let element = Object::new()
        .with("id", "fbfJHSPpUQD")
        .with("name", "Ratio")
        .with("valueType", "NUMBER")
        .with("formName", "R");
    let objects =
        [("dataElements".to_owned(), element), ("programs".to_owned(), Object::new().with("id", "x"))];
    let writer = Writer::new(Vec::new(), &objects, []).unwrap();
    let losses = ["valueType NUMBER", "dataElements.formName", "programs"];
    assert_eq!(losses.map(|name| writer.losses().count(name)), [1, 1, 1]);
}

#[test]
fn cut_and_strange_files_give_what_stands_before() {
    let cut = FILE.find("<dataSetMembers>").unwrap();
    let (metadata, values, fault) = read(&FILE[..cut + 30], Choice::default());
    assert!(fault.unwrap().is_cut && values.is_empty());
    assert_eq!(object(&metadata, "dataSets", "Form").text("periodType"), Some("Weekly"));
    let cut = FILE.find("<value>13").unwrap();
    let (_, values, fault) = read(&FILE[..cut], Choice::default());
    assert_eq!((values.len(), fault.unwrap().is_cut), (1, true));
    let (_, _, fault) = read("<root/>", Choice::default());
    assert!(fault.unwrap().to_string().contains("the root is <root>, not <dxf>"));
    assert!(read("", Choice::default()).2.is_some());
}
