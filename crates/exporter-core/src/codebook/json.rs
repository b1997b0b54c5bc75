//! Reading and writing the codebook's JSON.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{CODEBOOK_VERSION, Codebook};
use crate::error::{Error, Result};

/// Accepts only the versions that this crate reads; the error lists them.
pub(super) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        CODEBOOK_VERSION => Ok(CODEBOOK_VERSION),
        other => Err(serde::de::Error::custom(format!(
            "codebook version {other} is not known; this program reads version {CODEBOOK_VERSION}"
        ))),
    }
}

impl Codebook {
    /// Reads a codebook from JSON.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] with line and column when it is not JSON, not a codebook or of another version, and
    /// those of [`super::check_whole_numbers`].
    pub fn from_json(json: &str) -> Result<Self> {
        super::check_whole_numbers(json)?;
        serde_json::from_str(json)
            .map_err(|source| Error::invalid(format!("codebook: {source}")).with_source(source))
    }

    /// Writes the codebook as indented JSON with a final line end.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] when a number cannot be written in JSON.
    pub fn to_json(&self) -> Result<String> {
        let mut json = serde_json::to_string_pretty(self)
            .map_err(|source| Error::invalid(format!("codebook: {source}")).with_source(source))?;
        json.push('\n');
        Ok(json)
    }
}

/// A map whose keys may not repeat: the last of two would win in silence.
pub(super) fn unique<'de, D, V>(deserializer: D) -> std::result::Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Entries<V>(PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map from names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some(key) = map.next_key::<String>()? {
                match entries.entry(key) {
                    Entry::Vacant(slot) => {
                        slot.insert(map.next_value()?);
                    }
                    Entry::Occupied(twice) => {
                        return Err(serde::de::Error::custom(format!(
                            "the name {:?} stands twice",
                            twice.key()
                        )));
                    }
                }
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(Entries(PhantomData))
}

/// Bytes as base64 text (RFC 4648 with padding).
pub(super) mod base64 {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_some(&BASE64_STANDARD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        BASE64_STANDARD
            .decode(text)
            .map(Some)
            .map_err(|source| serde::de::Error::custom(format!("document bytes are not base64: {source}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Table, ValueLabels, Variable};

    fn refused(json: &str) -> String {
        let error = Codebook::from_json(json).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Invalid);
        error.to_string()
    }

    #[test]
    fn errors_name_line_and_column() {
        for (json, part) in [
            ("{\"codebook\": 1,\n \"tabels\": []}", "tabels"),
            ("{\"codebook\": 2}", "version 2"),
            ("{\"study\": {}}", "missing field"),
            ("{\"codebook\": 1, \"tables\": [{\"name\": \"t\", \"variables\": [{\"nam\": \"x\"}]}]}", "nam"),
            ("{\"codebook\": 1, \"value_labels\": {\"a\": {}, \"a\": {}}}", "\"a\" stands twice"),
            (
                "{\"codebook\": 1, \"study\": {\"title\": {\"en\": \"a\", \"en\": \"b\"}}}",
                "\"en\" stands twice",
            ),
            ("{\"codebook\": 1, \"study\": {\"title\": 3}}", "a text, or a map from language tag to text"),
            ("{\"codebook\": 1} x", "trailing"),
            ("{\"codebook\": 1, \"documents\": [{\"bytes\": \"*\"}]}", "base64"),
        ] {
            let message = refused(json);
            assert!(message.contains(part) && message.contains("line "), "{message}");
        }
    }

    #[test]
    fn deep_json_is_an_error_wherever_it_stands() {
        let deep = "[".repeat(100_000);
        let lists = "{\"list\":".repeat(100_000);
        for json in [
            deep.clone(),
            format!("{{\"codebook\": 1, \"study\": {deep}"),
            format!("{{\"codebook\": 1, \"study\": {{\"title\": {deep}"),
            format!("{{\"codebook\": 1, \"value_labels\": {{\"x\": {deep}"),
            format!("{{\"codebook\": 1, \"tables\": [{{\"variables\": [{{\"kind\": {lists}"),
            format!("{{\"codebook\": 1, \"tables\": [{{\"variables\": [{{\"attributes\": {{\"a\": {deep}"),
            format!("{{\"codebook\": 1, \"tables\": [{{\"variables\": [{{\"missing\": [{{\"value\": {deep}"),
            format!("{{\"codebook\": 1, \"tables\": [{{\"sort\": [{deep}"),
            format!("{{\"codebook\": 1, \"unknown\": {deep}"),
        ] {
            assert!(refused(&json).contains("line 1 column"), "{}", refused(&json));
        }
    }

    #[test]
    fn numbers_that_json_cannot_hold_are_not_written() {
        let labels = ValueLabels::new().with(f64::NAN, "nothing");
        let codebook = Codebook::new("s").with_value_labels("l", labels);
        assert!(codebook.to_json().unwrap_err().message().contains("NaN"));
        let huge = "{\"codebook\": 1, \"tables\": [{\"rows\": 99999999999999999999}]}";
        assert!(refused(huge).contains("line 1"));
        let huge = "{\"codebook\": 1, \"value_labels\": {\"l\": [{\"value\": 18446744073709551615, \"label\": \"x\"}]}}";
        assert!(refused(huge).contains("9223372036854775807"));
    }

    #[test]
    fn json_ends_with_a_line_end_and_comes_back() {
        let table = Table::new("t", vec![Variable::new("x", crate::codebook::Kind::Date)]);
        let codebook = Codebook::new("s").with_table(table);
        let json = codebook.to_json().unwrap();
        assert!(json.starts_with("{\n  \"codebook\": 1,") && json.ends_with("}\n"));
        assert_eq!(Codebook::from_json(&json).unwrap(), codebook);
    }
}
