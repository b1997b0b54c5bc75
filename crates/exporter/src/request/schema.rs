//! The JSON Schema of requests.

use super::{REQUEST_VERSION, Request};

/// The JSON Schema (draft 2020-12) of [`Request::to_json`], generated from the structs; the crate ships it as
/// `request.schema.json`.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Request).to_value();
    if let Some(version) =
        schema.pointer_mut("/properties/request").and_then(|version| version.as_object_mut())
    {
        version.insert("const".into(), REQUEST_VERSION.into());
    }
    schema
}
