//! Parts of the codebook without a place in Stata, kept as JSON in characteristics.

use exporter_core::truncate::to_bytes;
use serde_json::{Map, Value as Json};

use super::texts::{LONGEST, Texts};
use crate::characteristics::part;

impl Texts<'_> {
    pub(super) fn json(&mut self, owner: &str, name: &str, value: &impl serde::Serialize) {
        // These structs have string keys throughout, so they always become JSON.
        if let Ok(json) = serde_json::to_value(value) {
            match &json {
                Json::Object(fields) if fields.is_empty() => {}
                _ => self.parts(owner, name, &json.to_string()),
            }
        }
    }

    pub(super) fn object(&mut self, owner: &str, name: &str, fields: &Map<String, Json>) {
        if let Ok(json) = serde_json::to_string(fields) {
            self.parts(owner, name, &json);
        }
    }

    /// Adds contents in as many parts as they need.
    fn parts(&mut self, owner: &str, name: &str, json: &str) {
        let escaped = if self.release.is_utf8() { None } else { Some(ascii(json)) };
        let mut rest = escaped.as_deref().unwrap_or(json);
        let mut number = 1;
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(to_bytes(rest, LONGEST).len());
            self.add(owner, part(name, number), head);
            rest = tail;
            number += 1;
        }
    }
}

/// JSON with every character outside ASCII escaped.
fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_is_the_same_json() {
        let json = r#"{"label":"Âge 😀"}"#;
        assert!(ascii(json).is_ascii());
        let (a, b): (Json, Json) =
            (serde_json::from_str(json).unwrap(), serde_json::from_str(&ascii(json)).unwrap());
        assert_eq!(a, b);
    }
}
