//! What servers would refuse of an object (section 7.3), with their codes.

use std::collections::HashSet;

use exporter_xml::Position;

use super::part::{MetadataObject, Part, is_nothing, is_reference};
use super::types::{properties_of, singular, type_of};
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::Remark;
use crate::uid::is_uid;
use crate::value::{Object, Value};

/// Checks objects as they come; of those that were checked, it keeps the identifiers of the collection.
#[derive(Debug, Default)]
pub(super) struct Checker {
    /// Names of what the document has.
    names: HashSet<String>,
    kind: String,
    uids: HashSet<[u8; 11]>,
    /// Identifiers that are no UIDs.
    others: HashSet<String>,
}

impl Checker {
    /// Checks a part of a document.
    ///
    /// # Errors
    /// A server would refuse it, and the mode is strict.
    pub(super) fn part(&mut self, part: &Part, at: Position, findings: &mut Findings) -> Result<(), Fault> {
        match part {
            Part::Property(name, _) => self.name(name, at, findings),
            Part::Collection(kind) => self.begin(kind, at, findings),
            Part::Object(object) => {
                if self.kind != object.kind {
                    self.begin(&object.kind, object.position, findings)?;
                }
                self.object(object, findings)
            }
        }
    }

    fn begin(&mut self, kind: &str, at: Position, findings: &mut Findings) -> Result<(), Fault> {
        kind.clone_into(&mut self.kind);
        self.uids.clear();
        self.others.clear();
        self.name(kind, at, findings)
    }

    fn name(&mut self, name: &str, at: Position, findings: &mut Findings) -> Result<(), Fault> {
        if self.names.insert(name.to_owned()) {
            return Ok(());
        }
        findings.refuse(Remark::new(at, "E4054: the document has it twice").property(name))
    }

    fn object(&mut self, object: &MetadataObject, findings: &mut Findings) -> Result<(), Fault> {
        let mut about = About { object, findings };
        match object.id() {
            Some(id) => {
                if !is_uid(id) {
                    about.refuse(
                        "id",
                        format!("E4014: {id:?} is no UID, which is a letter and ten letters or digits"),
                    )?;
                }
                if !self.is_new(id) {
                    about.refuse(
                        "id",
                        format!("E5004: {id} is there before, and servers pass the later one"),
                    )?;
                }
            }
            None if object.object.get("id").is_some_and(|id| *id != Value::Null) => {
                about.refuse("id", "E4014: the identifier is no text".to_owned())?;
            }
            None if object.object.text("code").is_none() => {
                about.note("id", "there is neither an identifier nor a code: each import makes a new object");
            }
            None => {}
        }
        let holder =
            type_of(&object.kind).map_or_else(|| singular(&object.kind), |kind| kind.singular.into());
        for property in properties_of(&holder).iter().filter(|property| property.required) {
            // To 2.38 the account of a user stands in an object of its own.
            let account = object.object.get("userCredentials").and_then(Value::as_object);
            let has = |object: &Object| object.get(property.name).is_some_and(|value| !is_nothing(value));
            if !(has(&object.object) || account.is_some_and(has)) {
                about.refuse(property.name, "E4000: servers refuse the object without it".to_owned())?;
            }
        }
        about.within(&object.object)
    }

    fn is_new(&mut self, id: &str) -> bool {
        match <[u8; 11]>::try_from(id.as_bytes()) {
            Ok(uid) => self.uids.insert(uid),
            Err(_) => self.others.insert(id.to_owned()),
        }
    }
}

struct About<'c> {
    object: &'c MetadataObject,
    findings: &'c mut Findings,
}

impl About<'_> {
    fn remark(&self, property: &str, message: String) -> Remark {
        let remark = Remark::new(self.object.position, message).object(self.object.index, self.object.id());
        remark.property(property)
    }

    fn note(&mut self, property: &str, message: &str) {
        self.findings.note(self.remark(property, message.to_owned()));
    }

    fn refuse(&mut self, property: &str, message: String) -> Result<(), Fault> {
        let remark = self.remark(property, message);
        self.findings.refuse(remark)
    }

    /// Checks what every object has, and those in it.
    fn within(&mut self, object: &Object) -> Result<(), Fault> {
        for (name, value) in object.iter() {
            match (name, value) {
                ("publicAccess" | "public" | "access", Value::Text(access)) if !is_access(access) => {
                    let message = format!(
                        "{access:?} is no access, which has the form rwrw---- with - for what is not given"
                    );
                    self.refuse(name, message)?;
                }
                ("translations", Value::List(translations)) => self.translations(translations)?,
                (_, Value::Object(inner)) => self.within(inner)?,
                (_, Value::List(values)) => {
                    self.references(name, values)?;
                    values.iter().filter_map(Value::as_object).try_for_each(|inner| self.within(inner))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn translations(&mut self, translations: &[Value]) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for translation in translations.iter().filter_map(Value::as_object) {
            let (property, locale) = (translation.text("property"), translation.text("locale"));
            if !seen.insert((property, locale)) {
                let of = format!("{} in {}", property.unwrap_or_default(), locale.unwrap_or_default());
                self.refuse("translations", format!("E1106: two translations of {of}"))?;
            }
        }
        Ok(())
    }

    /// The same reference twice in a list.
    fn references(&mut self, name: &str, values: &[Value]) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for reference in values.iter().filter_map(Value::as_object).filter(|object| is_reference(object)) {
            let id = reference.text("id").or_else(|| reference.text("code"));
            if let Some(id) = id.filter(|id| !seen.insert(*id)) {
                self.refuse(name, format!("E5007: the list has {id} twice"))?;
            }
        }
        Ok(())
    }
}

/// Whether a text says who may read and write metadata and data (section 2.4).
fn is_access(text: &str) -> bool {
    text.len() == 8 && text.chars().zip("rwrw----".chars()).all(|(one, wanted)| one == wanted || one == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_has_eight_signs() {
        for access in ["rw------", "rwrw----", "--------", "r-r-----"] {
            assert!(is_access(access), "{access}");
        }
        for wrong in ["", "rw", "rwrwrwrw", "wr------", "rw-----", "rwrw-----", "ä------"] {
            assert!(!is_access(wrong), "{wrong}");
        }
    }
}
