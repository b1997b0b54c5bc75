//! Reading and writing the codebook's JSON.

use serde::{Deserialize, Deserializer};

use super::{CODEBOOK_VERSION, Codebook};
use crate::error::{Error, Result};

/// Accepts only the versions this crate knows, and says which.
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
    /// [`crate::ErrorKind::Invalid`] with line and column when it is not JSON, not a codebook or of another version.
    pub fn from_json(json: &str) -> Result<Self> {
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
