//! What characteristics mean: notes by owner, and label languages.

use std::collections::BTreeMap;

use exporter_dta::DtaMetadata;
use serde_json::{Map, Value, json};

/// Owner of the characteristics of the dataset.
pub(super) const DATASET: &str = "_dta";
const LANGUAGES: &str = "_lang_list";
const CURRENT_LANGUAGE: &str = "_lang_c";
/// What the names of a variable's label and value-label set in another language start with.
const LANGUAGE_LABEL: &str = "_lang_v_";
const LANGUAGE_SET: &str = "_lang_l_";
/// What the names of our own characteristics start with.
const PREFIX: &str = "exporter_";

/// Contents of one characteristic, if it is there.
fn contents<'a>(metadata: &'a DtaMetadata, owner: &str, name: &str) -> Option<&'a str> {
    let mut all = metadata.characteristics.iter();
    all.find(|one| one.owner == owner && one.name == name).map(|one| one.contents.as_str())
}

/// The notes of each owner, in their order.
pub(super) fn notes(metadata: &DtaMetadata) -> BTreeMap<&str, Vec<&str>> {
    let counts = metadata.characteristics.iter().filter(|one| one.name == "note0");
    let texts = |owner, count: &str| {
        let numbers = 1..=count.parse::<usize>().unwrap();
        numbers.map(|number| contents(metadata, owner, &format!("note{number}")).unwrap()).collect()
    };
    counts.map(|one| (one.owner.as_str(), texts(&one.owner, &one.contents))).collect()
}

/// The languages, the current one, and by other language the label and the value-label set of every variable; null
/// without languages.
pub(super) fn languages(metadata: &DtaMetadata) -> Value {
    let Some(list) = contents(metadata, DATASET, LANGUAGES) else { return Value::Null };
    let current = contents(metadata, DATASET, CURRENT_LANGUAGE).unwrap();
    let list: Vec<&str> = list.split(' ').collect();
    let by_language = |beginning: &str| -> Map<String, Value> {
        let of = |language: &str| -> Value {
            let name = format!("{beginning}{language}");
            let of = |owner| contents(metadata, owner, &name).unwrap_or_default();
            metadata.variables.iter().map(|variable| of(&variable.name)).collect()
        };
        list.iter().filter(|language| **language != current).map(|l| ((*l).to_owned(), of(l))).collect()
    };
    json!({
        "list": list,
        "current": current,
        "labels": by_language(LANGUAGE_LABEL),
        "sets": by_language(LANGUAGE_SET),
    })
}

/// Owner, name and contents of those that are not our own way of keeping a codebook.
pub(super) fn foreign(metadata: &DtaMetadata) -> Value {
    let known = metadata.characteristics.iter().filter(|one| !one.name.starts_with(PREFIX));
    known.map(|one| json!([one.owner, one.name, one.contents])).collect()
}

/// [`foreign`] of what a program lists.
pub(super) fn without_ours(mut listed: Value) -> Value {
    if let Value::Array(items) = &mut listed {
        items.retain(|item| !item[1].as_str().is_some_and(|name| name.starts_with(PREFIX)));
    }
    listed
}
