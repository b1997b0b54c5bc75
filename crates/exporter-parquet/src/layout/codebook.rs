//! The codebook inside a file: the whole study as JSON under one key, and its way back.

use arrow_schema::Schema;
use exporter_core::Codebook;
use exporter_core::codebook::{Kind, Table, Variable};
use exporter_core::dataset::{arrow_type, infer_kind};
use exporter_core::{Error, Result};

use super::storage_type::stored_type;

/// Metadata key of the codebook's JSON.
pub const CODEBOOK_KEY: &str = "exporter.codebook";
/// Metadata key of the table's name.
pub const TABLE_KEY: &str = "exporter.table";

/// Largest codebook that is stored, in bytes: pyarrow refuses metadata strings over 100 MB.
pub const MAX_CODEBOOK_BYTES: usize = 64 << 20;

/// A codebook as it is stored in every file of a study.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The JSON.
    pub json: String,
    /// Names of documents whose bytes had to stay outside.
    pub dropped: Vec<String>,
}

/// Makes the JSON of a codebook; bytes of documents stay outside when they would make it too large.
///
/// # Errors
/// [`exporter_core::ErrorKind::Limit`] when it is too large even so.
pub fn store(codebook: &Codebook) -> Result<Stored> {
    let json = compact(codebook)?;
    if json.len() <= MAX_CODEBOOK_BYTES {
        return Ok(Stored { json, dropped: Vec::new() });
    }
    let mut lighter = codebook.clone();
    let mut dropped = Vec::new();
    for document in &mut lighter.documents {
        if document.bytes.take().is_some() {
            dropped.push(document.name.clone());
        }
    }
    let json = compact(&lighter)?;
    if json.len() > MAX_CODEBOOK_BYTES {
        return Err(Error::limit(format!(
            "the codebook has {} bytes of JSON, but a file holds at most {MAX_CODEBOOK_BYTES}",
            json.len()
        ))
        .hint("write the codebook beside the data with the codebook format and pass codebook=false"));
    }
    Ok(Stored { json, dropped })
}

fn compact(codebook: &Codebook) -> Result<String> {
    serde_json::to_string(codebook)
        .map_err(|source| Error::invalid(format!("codebook: {source}")).with_source(source))
}

/// What a file's metadata says about its study.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The study with the one table that the file holds, fitted to its columns.
    pub codebook: Codebook,
    /// The whole codebook as stored, other tables included.
    pub whole: Option<Codebook>,
    /// Where the stored codebook did not fit the columns and the columns won.
    pub remarks: Vec<String>,
}

impl Restored {
    /// Forgets declared numbers of rows that the file does not have.
    pub fn check_rows(&mut self, rows: u64) {
        for table in &mut self.codebook.tables {
            if let Some(declared) = table.rows.filter(|declared| *declared != rows) {
                self.remarks.push(format!("the file has {rows} rows, the stored codebook says {declared}"));
                table.rows = None;
            }
        }
    }
}

/// Makes the codebook of a file with these columns; the columns win where the stored codebook disagrees.
///
/// # Errors
/// When the stored JSON is not a codebook, or a column's type has no kind.
pub fn restore(json: Option<&str>, table: &str, schema: &Schema) -> Result<Restored> {
    let inferred = exporter_core::dataset::infer_table(table, schema)?;
    let Some(json) = json else {
        let codebook = Codebook::new(table).with_table(inferred);
        return Ok(Restored { codebook, whole: None, remarks: Vec::new() });
    };
    if json.len() > MAX_CODEBOOK_BYTES {
        return Err(broken(format!("it has {} bytes, at most {MAX_CODEBOOK_BYTES} are read", json.len())));
    }
    let whole: Codebook = serde_json::from_str(json).map_err(|source| broken(source.to_string()))?;
    let mut remarks = Vec::new();
    let mut codebook = whole.clone();
    let position = codebook.table(table).map(|(at, _)| at).or((codebook.tables.len() == 1).then_some(0));
    let fitted = match position.map(|at| codebook.tables.swap_remove(at)) {
        Some(stored) => fit(stored, inferred.clone(), schema, &mut remarks),
        None => {
            remarks.push(format!("the stored codebook has no table {table:?}; its kinds are inferred"));
            inferred.clone()
        }
    };
    codebook.tables = vec![fitted];
    forget_parent(&mut codebook);
    if let Err(problem) = codebook.validate() {
        remarks.push(format!("the stored codebook does not fit the columns and is not used: {problem}"));
        codebook = Codebook::new(table).with_table(inferred);
        codebook.study = whole.study.clone();
    }
    Ok(Restored { codebook, whole: Some(whole), remarks })
}

fn broken(what: String) -> Error {
    Error::invalid(format!("the codebook stored under {CODEBOOK_KEY:?} is broken: {what}"))
        .hint("open the file with codebook=false to take the columns as they are")
}

/// The parent is in another file; the whole codebook still names it.
fn forget_parent(codebook: &mut Codebook) {
    for table in &mut codebook.tables {
        if table.parent.as_ref().is_some_and(|parent| parent.table != table.name) {
            table.parent = None;
        }
    }
}

/// Describes the columns, in their order, by the stored variables of the same names.
fn fit(mut stored: Table, inferred: Table, schema: &Schema, remarks: &mut Vec<String>) -> Table {
    let names: Vec<&str> = stored.variables.iter().map(|variable| variable.name.as_str()).collect();
    if names.iter().copied().eq(schema.fields().iter().map(|field| field.name().as_str()))
        && stored
            .variables
            .iter()
            .zip(schema.fields())
            .all(|(variable, field)| fits(&variable.kind, field.data_type()))
    {
        return stored;
    }
    let mut known: std::collections::HashMap<String, Variable> =
        stored.variables.drain(..).map(|variable| (variable.name.clone(), variable)).collect();
    for (column, field) in inferred.variables.into_iter().zip(schema.fields()) {
        let variable = match known.remove(&column.name) {
            None => {
                remarks.push(format!("the stored codebook does not describe {:?}", column.name));
                column
            }
            Some(variable) if fits(&variable.kind, field.data_type()) => variable,
            Some(mut variable) => {
                remarks.push(format!(
                    "{:?} holds {}, the stored codebook says {}",
                    column.name, column.kind, variable.kind
                ));
                if !(variable.kind.is_numeric() && column.kind.is_numeric()) {
                    variable.labels = None;
                    variable.missing.clear();
                }
                variable.facts = Default::default();
                variable.kind = column.kind;
                variable
            }
        };
        stored.variables.push(variable);
    }
    for gone in known.into_keys() {
        remarks.push(format!("the column {gone:?} of the stored codebook is not in the file"));
        forget_variable(&mut stored, &gone);
    }
    stored
}

/// Removes what names a variable that the file does not have.
fn forget_variable(table: &mut Table, name: &str) {
    if table.key.iter().any(|key| key == name) {
        table.key.clear();
    }
    if let Some(at) = table.sort.iter().position(|key| key.variable() == name) {
        table.sort.truncate(at);
    }
    for group in &mut table.groups {
        group.members.retain(|member| member != name);
    }
}

/// Whether a column of this type is what a variable of this kind was stored as, or casts to it losslessly.
fn fits(kind: &Kind, column: &arrow_schema::DataType) -> bool {
    let wanted = arrow_type(kind);
    &wanted == column
        || &stored_type(&wanted) == column
        || infer_kind(column).is_ok_and(|inferred| &inferred == kind)
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field};
    use exporter_core::codebook::{TimeUnit, ValueLabels};

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

    #[test]
    fn the_table_of_the_file_comes_back_and_the_whole_study_with_it() {
        let json = store(&study()).unwrap().json;
        let restored = restore(Some(&json), "person", &schema(DataType::Int64)).unwrap();
        assert_eq!(restored.remarks, Vec::<String>::new());
        assert_eq!(restored.whole.unwrap(), study());
        let table = &restored.codebook.tables[0];
        assert_eq!(table.variables, study().tables[1].variables);
        assert_eq!(table.parent, None);
    }

    #[test]
    fn columns_win_over_the_stored_codebook() {
        let json = store(&study()).unwrap().json;
        let restored = restore(Some(&json), "person", &schema(DataType::Utf8)).unwrap();
        let vote = &restored.codebook.tables[0].variables[1];
        assert_eq!((&vote.kind, vote.labels.as_deref()), (&Kind::Text, None));
        assert_eq!(vote.label, "Vote".into());
        assert_eq!(restored.remarks, ["\"vote\" holds text, the stored codebook says integer"]);
    }

    #[test]
    fn a_broken_or_deep_codebook_is_a_clear_error() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for json in ["", "{", "[]", r#"{"codebook": 99}"#, r#"{"codebook": 1, "x": 2}"#, &deep] {
            let error = restore(Some(json), "t", &schema(DataType::Int64)).unwrap_err();
            assert!(error.to_string().contains("exporter.codebook"), "{error}");
            assert!(error.way_out().is_some());
        }
    }
}
