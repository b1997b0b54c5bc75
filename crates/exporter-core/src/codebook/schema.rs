//! The JSON Schema of the codebook's JSON.

use super::{CODEBOOK_VERSION, Codebook};

/// The JSON Schema (draft 2020-12) of [`Codebook::to_json`], generated from the structs; the crate ships it as
/// `codebook.schema.json`.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Codebook).to_value();
    if let Some(version) =
        schema.pointer_mut("/properties/codebook").and_then(|version| version.as_object_mut())
    {
        version.insert("const".into(), CODEBOOK_VERSION.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    /// `EXPORTER_UPDATE_SCHEMA=1 cargo test -p exporter-core --features schema` writes the file anew.
    #[test]
    fn the_schema_in_the_repository_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/codebook.schema.json");
        let current = format!("{:#}\n", super::json_schema());
        if std::env::var_os("EXPORTER_UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == current, "codebook.schema.json is not what the structs say: write it anew");
    }
}
