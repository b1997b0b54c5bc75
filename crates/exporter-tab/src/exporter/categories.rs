//! Categorical variables, whose values are texts: they are written as these unless something beside the file tells what their
//! numbers mean.

use std::collections::BTreeSet;

use exporter_core::codebook::{Codebook, Table};
use exporter_core::{Loss, LossCode, Part, Planning};

use super::options::{Settings, ValuesAs};
use crate::script::{RScript, SpssScript, StataScript};
use exporter_core::Format;

/// Whether this export writes categorical variables as their texts.
pub(super) fn are_texts(settings: &Settings, with: &Planning<'_>) -> bool {
    let scripts = [StataScript::INFO, SpssScript::INFO, RScript::INFO];
    let is_script = |path: &str| {
        let mut extensions = scripts.iter().flat_map(|info| info.extensions);
        extensions.any(|extension| path.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.')))
    };
    let is_description = |path: &str| path.ends_with(".codebook.json") || path.ends_with(".ddi.xml");
    let tells = |path: &str| is_description(path) || is_script(path);
    settings.values == ValuesAs::Open && !with.siblings.iter().any(|sibling| tells(&sibling.entry.path))
}

/// The codebook without what the texts of categorical variables say, and what is lost even so.
pub(super) fn as_texts(codebook: &Codebook) -> Option<(Codebook, Vec<Loss>)> {
    let is_categorical =
        |table: &Table| table.variables.iter().any(|variable| codebook.categories_of(variable).is_some());
    if !codebook.tables.iter().any(is_categorical) {
        return None;
    }
    let (mut lighter, mut losses, mut sets) = (codebook.clone(), Vec::new(), BTreeSet::new());
    for table in &mut lighter.tables {
        for variable in &mut table.variables {
            if codebook.categories_of(variable).is_none() {
                continue;
            }
            let action = "the texts are written, not the order of the categories nor those that no row has";
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action).part(Part::ValueLabels);
            losses.push(loss.table(&table.name).variable(&variable.name));
            sets.extend(variable.labels.take());
            variable.measure = None;
        }
    }
    let used: BTreeSet<&String> = lighter
        .tables
        .iter()
        .flat_map(|table| &table.variables)
        .filter_map(|variable| variable.labels.as_ref())
        .collect();
    sets.retain(|set| !used.contains(set));
    lighter.value_labels.retain(|name, _| !sets.contains(name));
    Some((lighter, losses))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int32Array, RecordBatch};
    use exporter_core::codebook::{Kind, Variable};
    use exporter_core::sink::MemorySink;
    use exporter_core::{Bundle, CodebookExporter, Context, MemoryDataset, Registry, export};
    use serde_json::json;

    use super::*;

    /// The csv of an export in these formats, and what is said of value labels.
    fn csv(formats: &[(&str, serde_json::Value)]) -> (String, Vec<String>) {
        let mut codebook = Codebook::new("t");
        let size = Variable::new("size", Kind::Text);
        let size = size.with_categories(["low", "mid, so", "high"], true, &mut codebook.value_labels);
        let codebook = codebook.with_table(Table::new("t", vec![size]));
        let column: ArrayRef = Arc::new(Int32Array::from(vec![Some(3), None, Some(2)]));
        let batch = RecordBatch::try_from_iter([("size", column)]).unwrap();
        let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
        let registry = crate::register(Registry::new()).register::<CodebookExporter>();
        let exporters =
            formats.iter().map(|(format, options)| registry.exporter(format, options.clone()).unwrap());
        let (bundle, sink) = (exporters.fold(Bundle::new(), Bundle::with), MemorySink::new());
        let summary = export(&bundle, &data, Box::new(sink.clone()), &Context::default()).unwrap();
        let losses = summary.changes.losses.iter();
        let losses =
            losses.filter(|loss| loss.code == LossCode::VALUE_LABELS_DROPPED).map(|loss| loss.action.clone());
        (String::from_utf8(sink.entries()["t.csv"].clone()).unwrap(), losses.collect())
    }

    #[test]
    fn texts_are_written_unless_something_beside_explains_the_numbers() {
        let (alone, losses) = csv(&[("csv", json!({}))]);
        assert_eq!(alone, "size\nhigh\n\"\"\n\"mid, so\"\n");
        assert_eq!(
            losses,
            ["the texts are written, not the order of the categories nor those that no row has"]
        );
        let (beside, losses) = csv(&[("csv", json!({})), ("codebook", json!({}))]);
        assert_eq!((beside.as_str(), losses.len()), ("size\n3\n\"\"\n2\n", 0));
        for script in ["stata-script", "spss-script", "r-script"] {
            assert_eq!(csv(&[("csv", json!({})), (script, json!({}))]).0, beside);
        }
        assert_eq!(csv(&[("csv", json!({"values": "codes"}))]).0, beside);
        assert_eq!(csv(&[("csv", json!({"values": "labels"})), ("codebook", json!({}))]).0, alone);
    }
}
