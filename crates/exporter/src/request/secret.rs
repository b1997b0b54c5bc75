//! Where a secret is: a request names the place and never the secret.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// The place of a secret: an environment variable, or the first line of a file.
///
/// The secret itself is read when a request is run and is part of no request, so that requests can be stored and shown.
/// In JSON: `{"env": "VARIABLE"}` or `{"file": "PATH"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum SecretRef {
    /// The value of this environment variable.
    Env(String),
    /// The first line of this file, in UTF-8; a byte-order mark before it is left out.
    File(PathBuf),
}

/// What to write where a secret itself was written: no message repeats it.
const FORM: &str = "a secret is not written in a request; \
                    name the place where it is: {\"env\": \"VARIABLE\"} or {\"file\": \"PATH\"}";

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through a value, because messages about a text of the wrong kind would repeat it.
        let Json::Object(object) = Json::deserialize(deserializer)? else {
            return Err(serde::de::Error::custom(FORM));
        };
        let mut entries = object.into_iter();
        match (entries.next(), entries.next()) {
            (Some((kind, Json::String(variable))), None) if kind == "env" => Ok(Self::Env(variable)),
            (Some((kind, Json::String(path))), None) if kind == "file" => Ok(Self::File(path.into())),
            _ => Err(serde::de::Error::custom(FORM)),
        }
    }
}

impl SecretRef {
    /// The file that holds it, if it is in one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Env(_) => None,
            Self::File(file) => Some(file),
        }
    }

    /// Takes the path of a file from `base` when it is relative.
    pub(super) fn relative_to(&mut self, base: &Path) {
        if let Self::File(file) = self {
            *file = base.join(&*file);
        }
    }
}

impl SecretRef {
    /// Reads the password that is there.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] when the variable is not set, or the secret is empty or not UTF-8;
    /// [`exporter_core::ErrorKind::Io`] when the file cannot be read. No message has a part of the secret.
    pub fn password(&self) -> exporter_core::Result<exporter_core::Password> {
        let (bytes, place) = match self {
            Self::Env(variable) => {
                let text = std::env::var(variable).map_err(|_| {
                    exporter_core::Error::usage(format!(
                        "the environment variable {variable} is not set or not UTF-8"
                    ))
                })?;
                (text.into_bytes(), format!("the environment variable {variable}"))
            }
            Self::File(file) => (first_line(file)?, format!("the first line of {}", file.display())),
        };
        if bytes.is_empty() {
            return Err(exporter_core::Error::usage(format!(
                "{place} is empty, and an empty password protects nothing"
            ))
            .with_hint("put the password there, on one line"));
        }
        Ok(exporter_core::Password::new(bytes))
    }
}

/// The first line of a file without its line end and byte-order mark, in the buffer that was read: there is no copy that
/// nobody wipes.
fn first_line(file: &Path) -> exporter_core::Result<Vec<u8>> {
    use exporter_core::Error;

    let mut bytes = std::fs::read(file)
        .map_err(|source| Error::io(format!("cannot read the password file {}", file.display()), source))?;
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if bytes.starts_with(UTF8_MARK) {
        bytes.drain(..UTF8_MARK.len());
    }
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let line = bytes.get(..end).unwrap_or_default();
    // Without a mark, the letters of UTF-16 stand between zeros.
    let wrong = if is_utf16 || line.contains(&0) {
        Some("UTF-16")
    } else {
        std::str::from_utf8(line).is_err().then_some("not UTF-8")
    };
    if let Some(wrong) = wrong {
        return Err(Error::usage(format!("the password file {} is {wrong}", file.display()))
            .with_hint("save it as UTF-8"));
    }
    let end = if line.ends_with(b"\r") { end - 1 } else { end };
    bytes.truncate(end);
    Ok(bytes)
}

/// The byte-order mark that some editors put before UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_written_down_is_refused_and_not_repeated() {
        for json in [
            "\"hunter2\"",
            "{\"hunter2\": \"hunter2\"}",
            "{\"env\": {\"hunter2\": 1}}",
            "{\"file\": \"x\", \"env\": \"hunter2\"}",
            "[\"hunter2\"]",
            "{}",
        ] {
            let message = serde_json::from_str::<SecretRef>(json).unwrap_err().to_string();
            assert!(message.contains("{\"env\": \"VARIABLE\"}") && !message.contains("hunter2"), "{message}");
        }
        let number = serde_json::from_str::<SecretRef>("4711").unwrap_err().to_string();
        assert!(!number.contains("4711"), "{number}");
    }

    mod files {
        use super::*;

        /// The first line of a file with these bytes.
        fn line(bytes: &[u8]) -> exporter_core::Result<Vec<u8>> {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("password");
            std::fs::write(&file, bytes).unwrap();
            first_line(&file)
        }

        #[test]
        fn a_byte_order_mark_and_the_line_end_are_no_part_of_a_password() {
            for bytes in [
                &b"secret"[..],
                b"secret\n",
                b"secret\r\nmore\n",
                b"\xef\xbb\xbfsecret\n",
                b"\xef\xbb\xbfsecret",
            ] {
                assert_eq!(line(bytes).unwrap(), b"secret", "{bytes:?}");
            }
            assert_eq!(line(b" two words \n").unwrap(), b" two words ");
            assert_eq!(line(b"\xef\xbb\xbf\n").unwrap(), b"");
            assert_eq!(line("pässwörd\n".as_bytes()).unwrap(), "pässwörd".as_bytes());
        }

        #[test]
        fn other_encodings_are_named() {
            let utf16 = |order: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
                format!("{mark}secret\r\n").encode_utf16().flat_map(order).collect()
            };
            for bytes in [
                utf16(u16::to_le_bytes, "\u{feff}"),
                utf16(u16::to_be_bytes, "\u{feff}"),
                utf16(u16::to_le_bytes, ""),
                utf16(u16::to_be_bytes, ""),
            ] {
                let error = line(&bytes).unwrap_err();
                assert!(error.message().ends_with("is UTF-16"), "{error:?}");
                assert!(error.hint().unwrap().contains("UTF-8"), "{error:?}");
            }
            assert!(line(b"p\xe4ssword\n").unwrap_err().message().ends_with("is not UTF-8"));
            // What follows the first line is not read.
            assert_eq!(line(b"secret\n\xff\xfe\0").unwrap(), b"secret");
        }
    }
}
