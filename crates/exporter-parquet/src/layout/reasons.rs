//! Columns of missing reasons: text columns that name, in their field's metadata, the variable they belong to.

use std::collections::HashMap;

use arrow_schema::{Field, Schema};
use exporter_core::Dataset;
use exporter_core::dataset::FoldedReasons;

/// Metadata key of a field with reasons; the value is the name of the variable.
pub const REASONS_KEY: &str = "exporter.reasons";

/// What helps when a column of reasons holds something else.
const HINT: &str = "open the file with codebook=false to take the columns as they are";

/// A field that is marked as the reasons of a variable.
pub(crate) fn marked(field: Field, variable: &str) -> Field {
    field.with_metadata([(REASONS_KEY.to_owned(), variable.to_owned())].into())
}

/// The positions of variables and of the columns that are marked as theirs, by column.
pub(crate) fn reason_columns(schema: &Schema) -> Vec<(usize, usize)> {
    let names = schema.fields().iter().enumerate();
    let names: HashMap<&str, usize> =
        names.map(|(position, field)| (field.name().as_str(), position)).collect();
    let marked = schema.fields().iter().enumerate().filter_map(|(column, field)| {
        let variable = *names.get(field.metadata().get(REASONS_KEY)?.as_str())?;
        (variable != column).then_some((variable, column))
    });
    marked.collect()
}

/// A dataset of one table with these columns, those of reasons as reasons.
pub(crate) fn folded<D: Dataset>(data: D, schema: &Schema) -> FoldedReasons<D> {
    FoldedReasons::new(data, &[reason_columns(schema)], HINT)
}
