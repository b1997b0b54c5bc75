//! The names of a data frame's index, which pandas stores as columns (pandas developer guide, "Storing pandas DataFrame objects
//! in Apache Parquet format").

use std::collections::HashMap;

use exporter_core::{Loss, LossCode};
use serde_json::Value as Json;

use crate::layout::codebook::CODEBOOK_KEY;

/// Metadata key of what pandas says of a data frame.
const PANDAS: &str = "pandas";

/// By column that pandas had to name, the name that `reset_index` gives: `index`, `level_0` and so on where there are several,
/// or its own, which another column has, too. Files with a codebook of ours keep the names of that.
pub(crate) fn index_names(keys: &HashMap<String, String>) -> HashMap<String, String> {
    let Some(pandas) = data_frame(keys) else { return HashMap::new() };
    let list = |name: &str| pandas.get(name).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let indices = list("index_columns");
    let columns = list("columns").iter();
    let described: HashMap<&str, &Json> =
        columns.filter_map(|one| Some((one.get("field_name")?.as_str()?, one))).collect();
    let own_name = |column: &str| {
        described
            .get(column)?
            .get("name")?
            .as_str()
            .filter(|name| !name.is_empty() && *name != column)
            .map(str::to_owned)
    };
    let named = indices.iter().enumerate().filter_map(|(level, column)| {
        let column = column.as_str()?;
        column.strip_prefix("__index_level_")?.strip_suffix("__")?.parse::<u64>().ok()?;
        let given = || if indices.len() == 1 { "index".to_owned() } else { format!("level_{level}") };
        Some((column.to_owned(), own_name(column).unwrap_or_else(given)))
    });
    named.collect()
}

/// What pandas says of a data frame, unless the file has a codebook of ours.
fn data_frame(keys: &HashMap<String, String>) -> Option<Json> {
    let pandas = keys.get(PANDAS).filter(|_| !keys.contains_key(CODEBOOK_KEY))?;
    serde_json::from_str(pandas).ok()
}

/// The loss of an index that pandas stores as the first number, the end and the step alone, unless that is what it gives rows
/// that have no index.
pub(crate) fn index_that_is_no_column(keys: &HashMap<String, String>) -> Option<Loss> {
    let pandas = data_frame(keys)?;
    let [range] = pandas.get("index_columns")?.as_array()?.as_slice() else { return None };
    if range.get("kind")?.as_str()? != "range" {
        return None;
    }
    let number = |key: &str| range.get(key).and_then(Json::as_i64);
    let (start, stop, step) = (number("start")?, number("stop")?, number("step")?);
    let name = range.get("name").and_then(Json::as_str);
    let named = name.map(|name| format!(" {name}")).unwrap_or_default();
    let action = format!(
        "the index{named} of the data frame is no column and left out: numbers from {start}, before {stop}, by {step}; \
         reset_index() in pandas makes it one"
    );
    (name.is_some() || (start, step) != (0, 1)).then(|| Loss::new(LossCode::NOT_READ, action))
}
