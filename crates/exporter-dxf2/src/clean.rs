//! Takes out of metadata what belongs to the server that it comes from, and gives default objects the identifiers that all servers
//! have (sections 2.2, 2.4, 5.4 and 15 of the fact sheet).

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use crate::uid::is_uid;
use crate::value::{Object, Value};

/// What is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Strip {
    /// Who may see and change objects, in all forms.
    Sharing,
    /// Users, and who made and changed objects; groups and roles stay without their members.
    Users,
    /// When objects were made and changed.
    Dates,
    /// Organisation units, and the lists of those that objects belong to; groups and levels stay.
    OrgUnits,
    /// Texts in other languages.
    Translations,
    /// Blanks around names, and two and more of them in names.
    Whitespace,
}

impl Strip {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Sharing, Self::Users, Self::Dates, Self::OrgUnits, Self::Translations, Self::Whitespace];

    /// The properties that are taken out wherever they stand.
    fn properties(self) -> &'static [&'static str] {
        match self {
            Self::Sharing => {
                &["sharing", "publicAccess", "externalAccess", "userAccesses", "userGroupAccesses"]
            }
            Self::Users => &["user", "createdBy", "lastUpdatedBy", "users", "userAccesses", "owner"],
            Self::Dates => &["created", "lastUpdated"],
            Self::OrgUnits => &[
                "organisationUnits",
                "dataViewOrganisationUnits",
                "teiSearchOrganisationUnits",
                "organisationUnit",
            ],
            Self::Translations => &["translations"],
            Self::Whitespace => &[],
        }
    }

    /// The type whose objects are taken out.
    fn kind(self) -> Option<&'static str> {
        match self {
            Self::Users => Some("users"),
            Self::OrgUnits => Some("organisationUnits"),
            _ => None,
        }
    }
}

impl fmt::Display for Strip {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Sharing => "sharing",
            Self::Users => "users",
            Self::Dates => "dates",
            Self::OrgUnits => "orgunits",
            Self::Translations => "translations",
            Self::Whitespace => "whitespace",
        })
    }
}

/// A word that names nothing that can be taken out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is nothing that can be taken out; write one of sharing, users, dates, orgunits, translations, whitespace"
)]
pub struct UnknownStrip(String);

impl FromStr for Strip {
    type Err = UnknownStrip;

    fn from_str(text: &str) -> Result<Self, UnknownStrip> {
        let found = Self::ALL.into_iter().find(|strip| strip.to_string().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| UnknownStrip(text.to_owned()))
    }
}

/// The types that have a default object, and its identifier on every server since about 2.2x.
const DEFAULTS: [(&str, &str); 4] = [
    ("categories", "GLevLNI9wkl"),
    ("categoryOptions", "xYerKDKCefk"),
    ("categoryCombos", "bjDvmb4bfuf"),
    ("categoryOptionCombos", "HllvX50cXC0"),
];

/// Properties in which blanks are no part of the text.
const NAMES: [&str; 6] =
    ["name", "shortName", "formName", "displayName", "displayShortName", "displayFormName"];

/// Cleans the objects of one file.
///
/// ```
/// use exporter_dxf2::{Cleaning, Object, Strip};
/// let mut cleaning = Cleaning::new([Strip::Dates, Strip::Whitespace]);
/// let mut element = Object::new().with("name", "Malaria  cases ").with("created", "2024-01-01");
/// assert!(cleaning.clean("dataElements", &mut element));
/// assert_eq!(element, Object::new().with("name", "Malaria cases"));
/// assert_eq!(cleaning.counts().collect::<Vec<_>>(), [("created", 1), ("name", 1)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cleaning {
    strips: Vec<Strip>,
    /// Identifiers of default objects, and those that all servers have.
    defaults: HashMap<String, &'static str>,
    counts: BTreeMap<String, u64>,
}

impl Cleaning {
    /// Takes these out.
    pub fn new(strips: impl IntoIterator<Item = Strip>) -> Self {
        Self { strips: strips.into_iter().collect(), ..Self::default() }
    }

    /// Looks whether an object is a default one, whose identifier is then another in all objects that are cleaned: call it for each
    /// object of a file before the first is cleaned.
    pub fn find_default(&mut self, kind: &str, object: &Object) {
        let Some((_, standard)) = DEFAULTS.iter().find(|(known, _)| *known == kind) else { return };
        let is_default = [object.text("name"), object.text("code")].contains(&Some("default"));
        if let Some(id) = object.text("id").filter(|id| is_default && is_uid(id) && id != standard) {
            self.defaults.insert(id.to_owned(), standard);
        }
    }

    /// Cleans an object of a type (by its plural name); `false` where none of it is left.
    pub fn clean(&mut self, kind: &str, object: &mut Object) -> bool {
        if self.strips.iter().any(|strip| strip.kind() == Some(kind)) {
            self.count(kind);
            return false;
        }
        self.object(object);
        true
    }

    /// By property or type, how many were taken out or changed.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }

    fn count(&mut self, name: &str) {
        match self.counts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(name.to_owned(), 1)),
        }
    }

    fn object(&mut self, object: &mut Object) {
        let mut gone = Vec::new();
        object.retain(|name, _| {
            let is_gone = self.strips.iter().any(|strip| strip.properties().contains(&name));
            if is_gone {
                gone.push(name.to_owned());
            }
            !is_gone
        });
        gone.iter().for_each(|name| self.count(name));
        let squeezes = self.strips.contains(&Strip::Whitespace);
        let mut changed = Vec::new();
        for (name, value) in object.iter_mut() {
            if squeezes
                && NAMES.contains(&name)
                && let Value::Text(text) = value
                && let Some(squeezed) = squeezed(text)
            {
                *text = squeezed;
                changed.push(name.to_owned());
            }
            self.value(value);
        }
        changed.iter().for_each(|name| self.count(name));
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Text(text) => {
                if let Some(remapped) = self.remapped(text) {
                    *text = remapped;
                    self.count("default");
                }
            }
            Value::List(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(object) => self.object(object),
            Value::Null | Value::Boolean(_) | Value::Number(_) => {}
        }
    }

    /// A text with the identifiers of default objects that all servers have, in expressions and forms too; none where it has none.
    fn remapped(&self, text: &str) -> Option<String> {
        if self.defaults.is_empty() {
            return None;
        }
        let mut remapped = String::new();
        let mut done = 0;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_part(byte)).count();
            let word = text.get(at..at + length).unwrap_or_default();
            if let Some(standard) = self.defaults.get(word) {
                remapped.push_str(text.get(done..at).unwrap_or_default());
                remapped.push_str(standard);
                done = at + length;
            }
            at += length.max(1);
        }
        (done > 0).then(|| remapped + text.get(done..).unwrap_or_default())
    }
}

/// A text with one blank where there are several, and none at its ends; none where it has no such blanks.
fn squeezed(text: &str) -> Option<String> {
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (squeezed != text).then_some(squeezed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        match Value::from_json(json).unwrap() {
            Value::Object(object) => object,
            _ => panic!("no object"),
        }
    }

    fn json(object: &Object) -> String {
        let mut out = Vec::new();
        object.write_json(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_word_takes_out_its_properties_wherever_they_stand() {
        let whole = r#"{"id":"a","name":" A  b","created":"2024","sharing":{"owner":"u","users":{}},"user":{"id":"u"},"organisationUnits":[{"id":"o"}],"translations":[],"legends":[{"name":"x","created":"2024","translations":[1]}]}"#;
        for (strips, left) in [
            (
                "dates",
                r#"{"id":"a","name":" A  b","sharing":{"owner":"u","users":{}},"user":{"id":"u"},"organisationUnits":[{"id":"o"}],"translations":[],"legends":[{"name":"x","translations":[1]}]}"#,
            ),
            (
                "sharing,users",
                r#"{"id":"a","name":" A  b","created":"2024","organisationUnits":[{"id":"o"}],"translations":[],"legends":[{"name":"x","created":"2024","translations":[1]}]}"#,
            ),
            (
                "users",
                r#"{"id":"a","name":" A  b","created":"2024","sharing":{},"organisationUnits":[{"id":"o"}],"translations":[],"legends":[{"name":"x","created":"2024","translations":[1]}]}"#,
            ),
            (
                "sharing,users,dates,orgunits,translations,whitespace",
                r#"{"id":"a","name":"A b","legends":[{"name":"x"}]}"#,
            ),
        ] {
            let mut cleaning = Cleaning::new(strips.split(',').map(|word| word.parse().unwrap()));
            let mut cleaned = object(whole);
            assert!(cleaning.clean("legendSets", &mut cleaned));
            assert_eq!(json(&cleaned), left, "{strips}");
        }
        let mut cleaning = Cleaning::new([Strip::Users, Strip::OrgUnits]);
        assert!(
            !cleaning.clean("users", &mut Object::new()) && cleaning.clean("userGroups", &mut Object::new())
        );
        assert!("colours".parse::<Strip>().unwrap_err().to_string().contains("orgunits"));
    }

    #[test]
    fn default_objects_get_their_identifiers_in_references_and_expressions() {
        let mut cleaning = Cleaning::default();
        let combo = object(r#"{"id":"Abcdefghij1","name":"default"}"#);
        cleaning.find_default("categoryOptionCombos", &combo);
        cleaning.find_default("dataElements", &object(r#"{"id":"Abcdefghij2","name":"default"}"#));
        let mut rule = object(
            r##"{"id":"Abcdefghij2","combo":{"id":"Abcdefghij1"},"expression":"#{Abcdefghij2.Abcdefghij1}+é#{xAbcdefghij1}"}"##,
        );
        cleaning.clean("validationRules", &mut rule);
        assert_eq!(
            json(&rule),
            r##"{"id":"Abcdefghij2","combo":{"id":"HllvX50cXC0"},"expression":"#{Abcdefghij2.HllvX50cXC0}+é#{xAbcdefghij1}"}"##
        );
        assert_eq!(cleaning.counts().collect::<Vec<_>>(), [("default", 2)]);
    }
}
