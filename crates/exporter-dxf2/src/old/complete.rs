//! What the tables of an old file do not say, and follows from them.

use std::collections::HashMap;

use super::{Metadata, tree};
use crate::value::Value;

/// Adds what the tables do not say: names of combinations, levels, the domain of data elements.
pub(super) fn complete(metadata: &mut Metadata) {
    let names: HashMap<String, String> = metadata
        .objects
        .iter()
        .filter(|(plural, _)| plural == "categoryOptions")
        .filter_map(|(_, object)| Some((object.text("id")?.to_owned(), object.text("name")?.to_owned())))
        .collect();
    for (plural, object) in &mut metadata.objects {
        match plural.as_str() {
            "categoryOptionCombos" if object.get("name").is_none() => {
                let options = object.get("categoryOptions").and_then(Value::as_list).unwrap_or_default();
                let of_option =
                    |option: &Value| names.get(option.as_object()?.text("id")?).map(String::as_str);
                let name: Vec<&str> = options.iter().filter_map(of_option).collect();
                if !name.is_empty() {
                    let name = name.join(", ");
                    object.set("name", name);
                }
            }
            "dataElements" => object.set("domainType", "AGGREGATE"),
            _ => {}
        }
    }
    tree::add_levels(metadata);
    tree::check_codes(metadata);
}
