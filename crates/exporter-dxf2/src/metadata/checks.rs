//! What a server of a version refuses of metadata, or takes otherwise than it is said (section 7.3 of the fact sheet).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::findings::{Finding, Findings, MOST_SAID};
use super::reader::MetadataObject;
use super::types::type_of;
use crate::target::Target;
use crate::uid::is_uid;
use crate::value::Value;

/// A property, and the first line of versions that wants it, where not all do.
type Required = (&'static str, Option<Target>);

/// Types with the properties that they must have.
static REQUIRED: LazyLock<HashMap<&str, Vec<Required>>> = LazyLock::new(|| {
    let mut required = HashMap::new();
    let lines = include_str!("required.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split(' ');
        let kind = words.next().unwrap_or_default();
        let property = |word: &'static str| match word.split_once('@') {
            Some((name, version)) => (name, version.parse().ok()),
            None => (word, None),
        };
        required.insert(kind, words.map(property).collect());
    }
    required
});

/// Checks objects one after the other; of those before, the identifiers are kept.
///
/// ```
/// use exporter_dxf2::metadata::{Checks, MetadataReader};
/// use exporter_dxf2::Target;
///
/// let json = r#"{"constants":[{"id":"1","name":"Pi"}]}"#;
/// let found = MetadataReader::new(json.as_bytes())?.read()?.unwrap();
/// let findings = Checks::new(Target::Head).check(&found);
/// assert_eq!(findings.iter().filter_map(|it| it.code).collect::<Vec<_>>(), ["E4014", "E4000"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checks {
    target: Target,
    /// Identifiers by type.
    ids: Seen,
    /// Codes by type.
    codes: Seen,
}

/// Texts by type that were there.
type Seen = HashMap<String, HashSet<String>>;

/// Adds a text of a type; `false` where it was there.
fn see(seen: &mut Seen, kind: &str, text: &str) -> bool {
    match seen.get_mut(kind) {
        Some(texts) => texts.insert(text.to_owned()),
        None => seen.entry(kind.to_owned()).or_default().insert(text.to_owned()),
    }
}

impl Checks {
    /// Checks for servers of a version.
    pub fn new(target: Target) -> Self {
        Self { target, ids: Seen::new(), codes: Seen::new() }
    }

    /// What is wrong with the next object of a file: servers have no such type; its identifier is none, or is there already; a property
    /// is missing; rights of access have another form; a text has two translations to one language; a list has a reference twice, or
    /// null; a name has blanks that nobody sees.
    pub fn check(&mut self, found: &MetadataObject) -> Vec<Finding> {
        let mut findings = Findings::new(found);
        self.kind(&mut findings);
        self.id(&mut findings);
        self.code(&mut findings);
        findings.blanks();
        self.required(&mut findings);
        findings.parts(&mut Vec::new(), &found.object);
        findings.findings
    }

    /// Of a type that servers of other versions have, the first object is told.
    fn kind(&self, findings: &mut Findings<'_>) {
        let kind = findings.found.kind.as_str();
        if findings.found.index == 0 && type_of(kind).is_some_and(|found| !found.is_in(self.target)) {
            let message = format!(
                "servers of version {} have no collection of this type, and pass over it",
                self.target
            );
            findings.tell(None, kind, message, false);
        }
    }

    fn id(&mut self, findings: &mut Findings<'_>) {
        let found = findings.found;
        let Some(id) = found.object.get("id").filter(|id| **id != Value::Null) else { return };
        let text = id.as_text().unwrap_or_default();
        if !is_uid(text) {
            let id: String = id.canonical_json().chars().take(MOST_SAID).collect();
            let message = format!("{id} is no UID of eleven letters and digits, a letter first");
            findings.add(Some("E4014"), "id", message);
        }
        if !see(&mut self.ids, &found.kind, text) {
            let message = "an object before has the same identifier: a server takes one of them";
            findings.add(Some("E5004"), "id", message);
        }
    }

    /// Codes are of one object of a type; those of options, in their set.
    fn code(&mut self, findings: &mut Findings<'_>) {
        let found = findings.found;
        let Some(code) = found.object.text("code").filter(|code| !code.is_empty()) else { return };
        if found.kind != "options" && !see(&mut self.codes, &found.kind, code) {
            let message = "an object before has the same code, which is of one object of a type";
            findings.add(Some("E5005"), "code", message);
        }
    }

    fn required(&self, findings: &mut Findings<'_>) {
        let found = findings.found;
        for (name, since) in REQUIRED.get(found.kind.as_str()).into_iter().flatten() {
            let is_missing = match found.object.get(name) {
                None | Some(Value::Null) => true,
                // An empty text is read as nothing.
                Some(Value::Text(text)) => text.is_empty(),
                _ => false,
            };
            if is_missing && since.is_none_or(|since| self.target >= since) {
                let singular = type_of(&found.kind).map_or(found.kind.as_str(), |kind| kind.singular);
                let message = format!("every {singular} must have this property");
                findings.add(Some("E4000"), name, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use exporter_xml::Position;

    use super::*;
    use crate::mode::Remark;

    fn check(target: Target, objects: &[(&str, &str)]) -> Vec<String> {
        let mut checks = Checks::new(target);
        let mut told = Vec::new();
        for (index, (kind, json)) in objects.iter().enumerate() {
            let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
            let (kind, index, position) = ((*kind).to_owned(), index as u64, Position::of_line(1));
            let found = checks.check(&MetadataObject { kind, index, position, object });
            told.extend(found.iter().map(|finding| {
                assert!(
                    finding.code.is_none_or(|code| finding.remark.message.ends_with(&format!("({code})")))
                );
                let Remark { index, property, .. } = &finding.remark;
                format!("{} {} {}", index.unwrap(), property.as_deref().unwrap(), finding.code.unwrap_or("-"))
            }));
        }
        told
    }

    #[test]
    fn the_table_names_types_and_each_property_once() {
        for (kind, properties) in REQUIRED.iter() {
            assert!(type_of(kind).is_some(), "{kind}");
            let names: HashSet<&str> = properties.iter().map(|(name, _)| *name).collect();
            assert!(names.len() == properties.len() && !names.is_empty(), "{kind}");
        }
        let text = include_str!("required.txt");
        assert_eq!(REQUIRED.len(), text.lines().filter(|line| line.starts_with(char::is_alphabetic)).count());
        let versions = REQUIRED.values().flatten().filter(|(_, since)| since.is_some()).count();
        assert_eq!(versions, 2);
    }

    #[test]
    fn identifiers_are_uids_and_of_one_object_of_a_type() {
        let found = check(
            Target::Head,
            &[
                ("maps", r#"{"id":"a1234567890"}"#),
                ("documents", r#"{"id":"a1234567890"}"#),
                ("maps", r#"{"id":"b1234567890"}"#),
                ("maps", r#"{"id":"a1234567890"}"#),
                ("maps", r#"{"id":"a b"}"#),
                ("maps", r#"{"id":5}"#),
                ("maps", r#"{"name":"no identifier, which a server gives"}"#),
                ("maps", r#"{"program":{"id":"<OU_LEVEL_FACILITY_UID>"}}"#),
            ],
        );
        assert_eq!(found, ["3 id E5004", "4 id E4014", "5 id E4014"]);
    }

    #[test]
    fn codes_lists_and_names_are_looked_at() {
        let found = check(
            Target::Head,
            &[
                ("maps", r#"{"code":"A","name":"A  b"}"#),
                ("maps", r#"{"code":"A","name":" a"}"#),
                ("documents", r#"{"code":"A","name":"a b"}"#),
                ("options", r#"{"code":"A","name":"a"}"#),
                ("options", r#"{"code":"A","name":"a"}"#),
                (
                    "optionSets",
                    r#"{"name":"a","valueType":"TEXT","options":[{"id":"a"},null,{"id":"b"},{"id":"a"}]}"#,
                ),
                ("maps", r#"{"mapViews":[{"id":"a","layer":"x"},{"id":"a","layer":"y"}]}"#),
            ],
        );
        assert_eq!(found, ["0 name -", "1 code E5005", "1 name -", "5 options -", "5 options E5007"]);
    }

    #[test]
    fn a_type_that_servers_do_not_have_is_told_once() {
        let charts = [("charts", "{}"), ("charts", "{}"), ("novelties", "{}")];
        assert_eq!(check(Target::V2_29, &charts), Vec::<String>::new());
        assert_eq!(check(Target::Head, &charts), ["0 charts -"]);
    }

    #[test]
    fn required_properties_depend_on_the_version() {
        let user = [("users", r#"{"firstName":"","surname":"B"}"#)];
        assert_eq!(check(Target::V2_38, &user), ["0 firstName E4000"]);
        assert_eq!(check(Target::V2_41, &user), ["0 username E4000", "0 firstName E4000"]);
        let whole = r#"{"name":"a","shortName":"a","aggregationType":"SUM","domainType":"TRACKER","valueType":"TEXT"}"#;
        assert_eq!(
            check(Target::Head, &[("dataElements", whole), ("novelties", "{}")]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_strict_reader_ends_where_a_lenient_one_remarks() {
        use crate::metadata::MetadataReader;
        use crate::mode::Mode;

        let json = r#"{"maps":[{"id":"a1234567890","name":" "},
{"id":"a1234567890"},{"id":"b1234567890"}]}"#;
        let read = |mode| {
            let mut reader = MetadataReader::new(json.as_bytes()).unwrap().checked(mode, Target::Head);
            let mut count = 0;
            let fault = loop {
                match reader.read() {
                    Ok(Some(_)) => count += 1,
                    Ok(None) => break None,
                    Err(fault) => break Some(fault.to_string()),
                }
            };
            assert!(reader.read().unwrap().is_none());
            (count, fault, reader.remarks().iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let blanks =
            "line 1, column 10, object 0 (a1234567890), name: blanks stand around it, or two and more in it";
        let told = "object 1 (a1234567890), id: an object before has the same identifier: a server takes one of them (E5004)";
        assert_eq!(
            read(Mode::Strict),
            (1, Some(format!("line 2, column 1: maps: {told}")), vec![blanks.to_owned()])
        );
        assert_eq!(
            read(Mode::Lenient),
            (3, None, vec![blanks.to_owned(), format!("line 2, column 1, {told}")])
        );
    }

    #[test]
    fn properties_that_stand_several_times_are_refused_in_strict_reading_alone() {
        use crate::metadata::MetadataReader;
        use crate::mode::Mode;

        let xml =
            "<metadata><maps><map id='a1234567890'><zoom>1</zoom><zoom>2</zoom></map></maps></metadata>";
        let read = |mode| MetadataReader::new(xml.as_bytes()).unwrap().checked(mode, Target::V2_38).read();
        let object = read(Mode::Lenient).unwrap().unwrap().object;
        assert_eq!(object.get("zoom").unwrap().canonical_json(), "[1,2]");
        let fault = read(Mode::Strict).unwrap_err().to_string();
        assert!(
            fault.contains("object 0 (a1234567890), zoom: the property stands several times (E4054)"),
            "{fault}"
        );
    }

    #[test]
    fn access_and_translations_are_looked_at_wherever_they_stand() {
        let found = check(
            Target::Head,
            &[
                (
                    "maps",
                    r#"{"publicAccess":"rw","userAccesses":[{"access":"rwrw----"},{"access":"wr------"}]}"#,
                ),
                (
                    "maps",
                    r#"{"sharing":{"public":"--------","users":{"u":{"access":"rw-----"}}},"access":{"read":true}}"#,
                ),
                (
                    "maps",
                    r#"{"translations":[{"property":"NAME","locale":"fr"},{"property":"NAME","locale":"pt"},{"property":"NAME","locale":"fr"}]}"#,
                ),
                (
                    "legendSets",
                    r#"{"name":"a","legends":[{"translations":[{"property":"NAME"},{"property":"NAME"}]}]}"#,
                ),
            ],
        );
        assert_eq!(
            found,
            [
                "0 publicAccess -",
                "0 userAccesses.access -",
                "1 sharing.users.u.access -",
                "2 translations E1106",
                "3 legends.translations E1106"
            ]
        );
    }
}
