//! Requests as JSON.

use std::path::Path;

use exporter_core::codebook::Kind;
use exporter_core::suggest::nearest;
use exporter_core::{Error, Result};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::{REQUEST_VERSION, Request};

impl Request {
    /// Reads a request from JSON.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] with the field, line and column of what is wrong and with what to write
    /// instead.
    pub fn from_json(json: &str) -> Result<Self> {
        check_version(json)?;
        let deserializer = &mut serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(deserializer).map_err(refused)
    }

    /// Writes the request as indented JSON with a final line end.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Invalid`] when a path is not UTF-8.
    pub fn to_json(&self) -> Result<String> {
        let mut json = serde_json::to_string_pretty(self)
            .map_err(|source| Error::invalid(format!("request: {source}")).with_source(source))?;
        json.push('\n');
        Ok(json)
    }

    /// Reads a stored request; its paths are relative to the folder of its file.
    ///
    /// # Errors
    /// When the file cannot be read; those of [`Request::from_json`].
    pub fn read(file: &Path) -> Result<Self> {
        let json = std::fs::read_to_string(file)
            .map_err(|source| Error::io(format!("cannot read {}", file.display()), source))?;
        let request = Self::from_json(&json).map_err(|error| error.entry(file.display().to_string()))?;
        Ok(request.relative_to(file.parent().unwrap_or(Path::new(""))))
    }
}

/// Accepts the one version that there is.
pub(super) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        REQUEST_VERSION => Ok(REQUEST_VERSION),
        other => Err(serde::de::Error::custom(unknown_version(other))),
    }
}

fn unknown_version(version: impl std::fmt::Display) -> String {
    format!("request version {version} is not known; this program reads version {REQUEST_VERSION}")
}

/// Looks at the version before anything else: a request of another version may have other fields.
fn check_version(json: &str) -> Result<()> {
    let syntax = |source: serde_json::Error| Error::usage(format!("request: {source}")).with_source(source);
    let version = match serde_json::from_str(json).map_err(syntax)? {
        Json::Object(mut object) => object.remove("request"),
        _ => return Err(Error::usage("request: not a JSON object").with_hint(VERSION_FORM)),
    };
    let message = match version {
        Some(version) if version == REQUEST_VERSION => return Ok(()),
        Some(version @ Json::Number(_)) => unknown_version(version),
        Some(_) => "the version of the request is not a number".into(),
        None => "the version of the request is missing".into(),
    };
    Err(Error::usage(message).with_hint(VERSION_FORM).field("request"))
}

/// How a request begins.
const VERSION_FORM: &str = "begin with {\"request\": 1, …";

/// Names the field, and the one that may be meant.
fn refused(error: serde_path_to_error::Error<serde_json::Error>) -> Error {
    let path = error.path().to_string();
    let source = error.into_inner();
    let message = source.to_string();
    let error = Error::usage(format!("request: {message}")).with_source(source);
    let error = if path == "." { error } else { error.field(path) };
    nearest_name(&message, error)
}

/// Adds to an error the name that may be meant by one that serde does not know.
pub(crate) fn nearest_name(message: &str, error: Error) -> Error {
    let near = match unknown_name(message) {
        Some((name, known)) => nearest(name, known),
        None => nearest_kind(message),
    };
    match near {
        Some(near) => error.with_hint(format!("did you mean {near:?}?")),
        None => error,
    }
}

/// How the kind is written that may be meant by one that the codebook does not know: `kind "…" is not known`.
fn nearest_kind(message: &str) -> Option<&'static str> {
    fn name(form: &str) -> &str {
        form.split('(').next().unwrap_or(form)
    }
    let (unknown, _) = message.strip_prefix("kind \"")?.split_once("\" is not known")?;
    let near = nearest(name(unknown), Kind::FORMS.map(name))?;
    Kind::FORMS.into_iter().find(|form| name(form) == near)
}

/// The name that serde does not know, and those that it does: ``unknown field `a`, expected `b` or `c` at …``.
fn unknown_name(message: &str) -> Option<(&str, Vec<&str>)> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}
