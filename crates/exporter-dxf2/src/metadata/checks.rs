//! What a server of a version refuses of metadata, or takes otherwise than it is said (section 7.3 of the fact sheet).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::reader::MetadataObject;
use super::types::type_of;
use crate::mode::Remark;
use crate::target::Target;
use crate::uid::is_uid;
use crate::value::{Object, Value};

/// Properties that have who may do what, in eight characters.
const ACCESS: [&str; 3] = ["publicAccess", "public", "access"];

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The code of DHIS2 for it, where there is one, such as `E4000`.
    pub code: Option<&'static str>,
    /// What it is, and where.
    pub remark: Remark,
}

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
    ids: HashMap<String, HashSet<String>>,
}

impl Checks {
    /// Checks for servers of a version.
    pub fn new(target: Target) -> Self {
        Self { target, ids: HashMap::new() }
    }

    /// What is wrong with the next object of a file: servers have no such type; its identifier is none, or is there already; a property
    /// is missing; rights of access have another form; a text has two translations to one language.
    pub fn check(&mut self, found: &MetadataObject) -> Vec<Finding> {
        let mut findings = Findings { found, findings: Vec::new() };
        self.kind(&mut findings);
        self.id(&mut findings);
        self.required(&mut findings);
        findings.parts(&mut Vec::new(), &found.object);
        findings.findings
    }

    /// Of a type that servers of other versions have, the first object is told.
    fn kind(&self, findings: &mut Findings<'_>) {
        let kind = findings.found.kind.as_str();
        if findings.found.index == 0 && type_of(kind).is_some_and(|found| !found.is_in(self.target)) {
            let message = format!("servers of version {} have no collection of this type", self.target);
            findings.add(Some("E6023"), kind, message);
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
        let ids = match self.ids.get_mut(&found.kind) {
            Some(ids) => ids,
            None => self.ids.entry(found.kind.clone()).or_default(),
        };
        if !ids.insert(text.to_owned()) {
            let message = "an object before has the same identifier: a server takes one of them";
            findings.add(Some("E5004"), "id", message);
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

struct Findings<'f> {
    found: &'f MetadataObject,
    findings: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, code: Option<&'static str>, property: &str, message: impl Into<String>) {
        let message = match code {
            Some(code) => format!("{} ({code})", message.into()),
            None => message.into(),
        };
        let MetadataObject { position, index, object, .. } = self.found;
        let id = object.text("id").or_else(|| object.text("code"));
        let remark = Remark::new(*position, message).object(*index, id).property(property);
        self.findings.push(Finding { code, remark });
    }

    /// What is wrong in an object or in one that it has; `path` is the way to it.
    fn parts<'o>(&mut self, path: &mut Vec<&'o str>, object: &'o Object) {
        for (name, value) in object.iter() {
            path.push(name);
            match value {
                Value::Text(access) if ACCESS.contains(&name) && !is_access(access) => {
                    let access: String = access.chars().take(MOST_SAID).collect();
                    let message = format!(
                        "{access:?} is no access: eight characters such as rw------, r and w for metadata, then for data"
                    );
                    self.add(None, &way(path), message);
                }
                Value::List(values) => {
                    if name == "translations" {
                        self.translations(path, values);
                    }
                    values.iter().filter_map(Value::as_object).for_each(|object| self.parts(path, object));
                }
                Value::Object(object) => self.parts(path, object),
                _ => {}
            }
            path.pop();
        }
    }

    fn translations(&mut self, path: &[&str], translations: &[Value]) {
        let mut seen = HashSet::new();
        for translation in translations.iter().filter_map(Value::as_object) {
            let (property, locale) = (translation.text("property"), translation.text("locale"));
            if !seen.insert((property, locale)) {
                let said =
                    |text: Option<&str>| text.unwrap_or_default().chars().take(MOST_SAID).collect::<String>();
                let message = format!("{} has two translations to {:?}", said(property), said(locale));
                self.add(Some("E1106"), &way(path), message);
            }
        }
    }
}

/// The most characters that a message repeats of a file.
const MOST_SAID: usize = 200;

fn way(path: &[&str]) -> String {
    path.join(".").chars().take(MOST_SAID).collect()
}

/// Whether these are rights to read and write metadata and data, and four characters without a meaning.
fn is_access(text: &str) -> bool {
    let bytes = text.as_bytes();
    let may = |place: (usize, &u8)| matches!(place, (0 | 2, b'r') | (1 | 3, b'w') | (_, b'-'));
    bytes.len() == 8 && bytes.iter().enumerate().all(may)
}

#[cfg(test)]
mod tests {
    use exporter_xml::Position;

    use super::*;

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
    fn a_type_that_servers_do_not_have_is_told_once() {
        let charts = [("charts", "{}"), ("charts", "{}"), ("novelties", "{}")];
        assert_eq!(check(Target::V2_29, &charts), Vec::<String>::new());
        assert_eq!(check(Target::Head, &charts), ["0 charts E6023"]);
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

        let json =
            "{\"maps\":[{\"id\":\"a1234567890\"},\n{\"id\":\"a1234567890\"},{\"id\":\"b1234567890\"}]}";
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
        let told = "object 1 (a1234567890), id: an object before has the same identifier: a server takes one of them (E5004)";
        assert_eq!(read(Mode::Strict), (1, Some(format!("line 2, column 1: maps: {told}")), vec![]));
        assert_eq!(read(Mode::Lenient), (3, None, vec![format!("line 2, column 1, {told}")]));
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
