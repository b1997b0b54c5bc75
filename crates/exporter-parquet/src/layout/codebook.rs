//! The codebook inside a file: the whole study as JSON under one key, and its way back.

use std::collections::{BTreeMap, HashSet};

use arrow_schema::Schema;
use exporter_core::Codebook;
use exporter_core::codebook::{Kind, Table, Variable};
use exporter_core::dataset::{arrow_type, infer_kind, infer_table, table_of};
use exporter_core::embedded::{Embedded, embed};
use exporter_core::{Error, Loss, LossCode, Result, TableId};

pub(crate) use exporter_core::embedded::Restored;

use super::reasons::reason_columns;
use super::storage_type::stored_type;
use crate::categories::{Categories, described, is_text, may_be_categories};
use crate::options::{CategoriesAs, ReadOptions};
use crate::readable::Readable;

/// Metadata key of the codebook's JSON.
pub const CODEBOOK_KEY: &str = "exporter.codebook";
/// Metadata key of the table's name.
pub const TABLE_KEY: &str = "exporter.table";

/// Largest codebook that is stored, in bytes: pyarrow refuses metadata strings over 100 MB.
pub(crate) const MAX_CODEBOOK_BYTES: usize = 64 << 20;

/// A codebook as it is stored in every file of a study.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// The JSON.
    pub(crate) json: String,
    /// Names of documents whose bytes had to stay outside.
    pub(crate) dropped: Vec<String>,
}

/// Whether a codebook may be too large for the file of a table whole; [`store`] tells for certain and takes longer.
pub(crate) fn may_be_too_large(codebook: &Codebook) -> Result<bool> {
    let json = serde_json::to_vec(codebook).map_err(|problem| Error::invalid(problem.to_string()))?;
    // The names of a table's columns and a fingerprint stand beside what all tables share.
    Ok(json.len() > MAX_CODEBOOK_BYTES / 2)
}

/// Makes the JSON of a codebook for the file of a table whose columns are stored as `schema`; nothing where the columns
/// alone say all of it; columns of reasons are nothing without it. Bytes of documents stay outside when they would make it too large.
///
/// # Errors
/// [`exporter_core::ErrorKind::Limit`] when it is too large even so.
pub(crate) fn store(codebook: &Codebook, table: TableId, schema: &Schema) -> Result<Option<Stored>> {
    let name = &table_of(codebook, table)?.name;
    let all = infer_table(name, schema)?;
    let reasons = reason_columns(schema);
    let values = without(&reasons, schema);
    let of_column = |column: &usize| {
        let field = schema.fields().get(*column).filter(|field| may_be_categories(field))?;
        let variable = table_of(codebook, table).ok()?.variables.get(*column)?;
        let texts = codebook.categories_of(variable)?.into_iter().map(str::to_owned).collect();
        Some((*column, Categories { texts, ordered: field.dict_is_ordered().unwrap_or(false) }))
    };
    let categories: BTreeMap<usize, Categories> = values.iter().filter_map(of_column).collect();
    let plain = described(of_values(all, &reasons, &values), |at| categories.get(values.get(at)?), name);
    // A file without rows lacks its dictionaries.
    let says_all = reasons.is_empty() && categories.is_empty();
    let embedded = match says_all {
        true => embed(codebook, table, plain)?,
        false => Some(Embedded::new(codebook.clone(), table, plain)?),
    };
    let Some(mut embedded) = embedded else { return Ok(None) };
    let whole = embedded.to_json()?;
    if whole.len() <= MAX_CODEBOOK_BYTES {
        return Ok(Some(Stored { json: whole, dropped: Vec::new() }));
    }
    drop(whole);
    let mut dropped = Vec::new();
    for document in &mut embedded.codebook.documents {
        if document.bytes.take().is_some() {
            dropped.push(document.name.clone());
        }
    }
    let lighter = embedded.to_json()?;
    if lighter.len() > MAX_CODEBOOK_BYTES {
        return Err(Error::limit(format!(
            "the codebook has {} bytes of JSON, but a file holds at most {MAX_CODEBOOK_BYTES}",
            lighter.len()
        ))
        .with_hint("write the codebook beside the data with the codebook format and pass codebook=false"));
    }
    Ok(Some(Stored { json: lighter, dropped }))
}

/// Makes the codebook of a file of `rows` rows, whose table is called `name` unless it says otherwise, from what is stored in it;
/// the columns win where that disagrees or is damaged. Columns of reasons are described as the texts that they are.
///
/// # Errors
/// When a column's type has no kind.
pub(crate) fn restore(file: &mut Readable, name: &str, options: &ReadOptions, rows: u64) -> Result<Restored> {
    let value = |key: &str| file.shown.metadata().get(key).filter(|_| options.codebook).map(String::as_str);
    let mut losses = Vec::new();
    let stored = value(CODEBOOK_KEY).and_then(|json| Embedded::read(json, MAX_CODEBOOK_BYTES, &mut losses));
    let name = &value(TABLE_KEY).unwrap_or(name).to_owned();
    if let Some(stored) = stored.as_ref().filter(|_| rows == 0 && options.categories == CategoriesAs::Labels)
    {
        presume_categories(file, name, &stored.codebook);
    }
    // Not needed any more, and as long as what was read of it.
    file.shown.metadata.clear();
    let schema = &file.shown;
    let all = infer_table(name, schema)?;
    let reasons = if stored.is_some() { reason_columns(schema) } else { Vec::new() };
    let values = without(&reasons, schema);
    let of_value = |position: usize| file.categories.get(values.get(position)?);
    let of_reasons =
        reasons.iter().filter_map(|(_, column)| Some((*column, all.variables.get(*column)?.clone())));
    let of_reasons: Vec<(usize, Variable)> = of_reasons.collect();
    let plain = described(of_values(all, &reasons, &values), of_value, name);
    let fits = |position: usize, kind: &Kind| match (of_value(position), kind) {
        (Some(categories), Kind::Integer { bits, .. }) => categories.texts.len() < 1 << (bits - 1).min(31),
        (Some(_), _) => false,
        (None, _) => {
            let field = values.get(position).and_then(|column| schema.fields().get(*column));
            field.is_some_and(|field| fits(kind, field.data_type()))
        }
    };
    let mut restored = exporter_core::embedded::restore(stored, plain, &fits);
    restored.losses.extend(losses);
    if let Some(table) = restored.codebook.tables.first_mut() {
        for (column, texts) in of_reasons {
            table.variables.insert(column.min(table.variables.len()), texts);
        }
    }
    check_rows(&mut restored, rows);
    Ok(restored)
}

/// Dictionaries come with rows; those of a file without rows are as they were described.
fn presume_categories(file: &mut Readable, name: &str, stored: &Codebook) {
    let only = stored.tables.first().filter(|_| stored.tables.len() == 1);
    let Some(table) = stored.table(name).map(|(_, table)| table).or(only) else { return };
    let columns = file.fields.iter().enumerate().filter(|(_, field)| may_be_categories(field));
    let presumed = columns.filter_map(|(column, field)| {
        let variable = table.variable(file.shown.fields().get(column)?.name())?.1;
        let texts = stored.categories_of(variable)?.into_iter().map(str::to_owned).collect();
        Some((column, Categories { texts, ordered: field.dict_is_ordered().unwrap_or(false) }))
    });
    let presumed = presumed.collect();
    file.presume(presumed);
}

/// The columns of a schema that are no columns of reasons.
fn without(reasons: &[(usize, usize)], schema: &Schema) -> Vec<usize> {
    let reasons: HashSet<usize> = reasons.iter().map(|(_, column)| *column).collect();
    (0..schema.fields().len()).filter(|column| !reasons.contains(column)).collect()
}

/// The table without its columns of reasons.
fn of_values(table: Table, reasons: &[(usize, usize)], values: &[usize]) -> Table {
    if reasons.is_empty() { table } else { table.with_columns(values) }
}

/// Forgets declared numbers of rows that the file does not have.
fn check_rows(restored: &mut Restored, rows: u64) {
    for table in &mut restored.codebook.tables {
        if let Some(declared) = table.rows.filter(|declared| *declared != rows) {
            let action = format!("the stored codebook says {declared} rows, the file has {rows}");
            restored.losses.push(Loss::new(LossCode::METADATA_DROPPED, action));
            table.rows = None;
        }
    }
}

/// Whether a column of this type is what a variable of this kind was stored as, or casts to it losslessly.
fn fits(kind: &Kind, column: &arrow_schema::DataType) -> bool {
    let wanted = arrow_type(kind);
    &wanted == column
        || matches!(kind, Kind::Period(_)) && is_text(column)
        || &stored_type(&wanted) == column
        || infer_kind(column).is_ok_and(|inferred| &inferred == kind)
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field};
    use exporter_core::codebook::{TimeUnit, ValueLabels};
    use exporter_core::embedded::parent_not_open;

    use super::*;

    fn study() -> Codebook {
        let person = Table::new(
            "person",
            vec![
                Variable::new("id", Kind::INTEGER),
                Variable::new("vote", Kind::INTEGER).with_label("Vote").with_labels("vote"),
                Variable::new("seen", Kind::DateTime { unit: TimeUnit::Second, zone: None }),
            ],
        )
        .with_key(["id"])
        .with_parent("household", vec![("id".into(), "id".into())]);
        Codebook::new("s")
            .with_table(Table::new("household", vec![Variable::new("id", Kind::INTEGER)]))
            .with_table(person)
            .with_value_labels("vote", ValueLabels::new().with(1, "yes"))
    }

    fn schema(vote: DataType) -> Schema {
        Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("vote", vote, true),
            Field::new("seen", DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, None), true),
        ])
    }

    fn restore(json: Option<&str>, table: &str, schema: &Schema) -> Result<Restored> {
        let keys = json.map(|json| (CODEBOOK_KEY.to_owned(), json.to_owned())).into_iter();
        let columns = schema.fields().iter().cloned().map(Ok);
        let mut file = Readable::of(columns, keys.collect(), |_| String::new());
        super::restore(&mut file, table, &ReadOptions::default(), 1)
    }

    #[test]
    fn the_table_of_the_file_comes_back_and_the_whole_study_with_it() {
        let json = store(&study(), TableId(1), &schema(DataType::Int64)).unwrap().unwrap().json;
        let restored = restore(Some(&json), "person", &schema(DataType::Int64)).unwrap();
        let parent = study().tables.remove(1).parent;
        assert_eq!(restored.losses, [parent_not_open(parent.as_ref().unwrap())]);
        assert_eq!(restored.parent, parent);
        assert_eq!(Embedded::from_json(&json).unwrap().codebook, study());
        let table = &restored.codebook.tables[0];
        assert_eq!(table.variables, study().tables[1].variables);
        assert_eq!(table.parent, None);
    }

    #[test]
    fn columns_win_over_the_stored_codebook() {
        let json = store(&study(), TableId(1), &schema(DataType::Int64)).unwrap().unwrap().json;
        let restored = restore(Some(&json), "person", &schema(DataType::Utf8)).unwrap();
        let vote = &restored.codebook.tables[0].variables[1];
        assert_eq!((&vote.kind, vote.labels.as_deref()), (&Kind::Text, None));
        assert_eq!(vote.label, "Vote".into());
        let action = "read as text, the stored codebook says integer";
        assert_eq!(restored.losses[0], Loss::new(LossCode::KIND_CHANGED, action).variable("vote"));
    }

    #[test]
    fn a_broken_or_deep_codebook_counts_as_absent_which_is_a_loss() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for json in ["", "{", "[]", r#"{"codebook": 99}"#, r#"{"codebook": 1, "x": 2}"#, &deep] {
            let restored = restore(Some(json), "t", &schema(DataType::Int64)).unwrap();
            let [loss] = &restored.losses[..] else { panic!("{json}: {:?}", restored.losses) };
            assert_eq!(loss.code, LossCode::NOT_READ);
            assert!(loss.action.starts_with("the codebook stored in the file is not used: "), "{loss:?}");
            assert_eq!(restored.codebook.tables[0].variables.len(), 3);
        }
    }
}
