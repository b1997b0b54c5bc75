//! What is wrong in an object, whatever others there are.

use std::collections::HashSet;

use super::reader::MetadataObject;
use super::references::referred;
use crate::mode::Remark;
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
    /// Whether a server refuses it, or the whole file; else it only does harm.
    pub is_refused: bool,
}

pub(super) struct Findings<'f> {
    pub(super) found: &'f MetadataObject,
    pub(super) findings: Vec<Finding>,
}

impl<'f> Findings<'f> {
    pub(super) fn new(found: &'f MetadataObject) -> Self {
        Self { found, findings: Vec::new() }
    }

    /// What a server refuses.
    pub(super) fn add(&mut self, code: Option<&'static str>, property: &str, message: impl Into<String>) {
        self.tell(code, property, message, true);
    }

    pub(super) fn tell(
        &mut self,
        code: Option<&'static str>,
        property: &str,
        message: impl Into<String>,
        is_refused: bool,
    ) {
        let message = match code {
            Some(code) => format!("{} ({code})", message.into()),
            None => message.into(),
        };
        let MetadataObject { position, index, object, .. } = self.found;
        let id = object.text("id").or_else(|| object.text("code"));
        let remark = Remark::new(*position, message).object(*index, id).property(property);
        self.findings.push(Finding { code, remark, is_refused });
    }

    /// What is wrong in an object or in one that it has; `path` is the way to it.
    pub(super) fn parts<'o>(&mut self, path: &mut Vec<&'o str>, object: &'o Object) {
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
                    self.elements(path, values);
                    values.iter().filter_map(Value::as_object).for_each(|object| self.parts(path, object));
                }
                Value::Object(object) => self.parts(path, object),
                _ => {}
            }
            path.pop();
        }
    }

    pub(super) fn blanks(&mut self) {
        for name in ["name", "shortName", "formName"] {
            let text = self.found.object.text(name).unwrap_or_default();
            if text.trim() != text || text.contains("  ") {
                self.tell(None, name, "blanks stand around it, or two and more in it", false);
            }
        }
    }

    fn elements(&mut self, path: &[&str], values: &[Value]) {
        let nulls = values.iter().filter(|value| **value == Value::Null).count();
        if nulls > 0 {
            let message = format!("{nulls} of {} elements are null, and lost to a server", values.len());
            self.tell(None, &way(path), message, false);
        }
        let mut seen = HashSet::new();
        let references = values.iter().filter_map(Value::as_object).filter_map(referred);
        let repeated = references.filter(|id| !seen.insert(*id)).count();
        if repeated > 0 {
            let message = format!("{repeated} of {} references stand there before", values.len());
            self.add(Some("E5007"), &way(path), message);
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
pub(super) const MOST_SAID: usize = 200;

fn way(path: &[&str]) -> String {
    path.join(".").chars().take(MOST_SAID).collect()
}

/// Whether these are rights to read and write metadata and data, and four characters without a meaning.
fn is_access(text: &str) -> bool {
    let bytes = text.as_bytes();
    let may = |place: (usize, &u8)| matches!(place, (0 | 2, b'r') | (1 | 3, b'w') | (_, b'-'));
    bytes.len() == 8 && bytes.iter().enumerate().all(may)
}
