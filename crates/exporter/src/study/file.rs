//! The study file's own structure.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};

use exporter_core::codebook::{Codebook, Document, Kind, Language, Study, Table, ValueLabels, Variable};
use exporter_core::dataset::ReasonColumn;
use exporter_core::{Error, Result, Source, TableId, suggest};
use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use super::STUDY_FILE_BYTES;
use serde::de::DeserializeOwned;

use crate::request::nearest_name;

/// A codebook and where the rows of its tables are.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StudyFile {
    /// The description.
    pub codebook: Codebook,
    /// Data files by table, in the tables' order, then by name.
    pub data: Vec<(String, DataFile)>,
    /// Tables and variables that the codebook names without a kind.
    pub open_kinds: OpenKinds,
    /// Whether it describes all that data may have, and not only what the data has.
    pub(crate) is_dictionary: bool,
}

/// Tables and variables whose kind is left to the data file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenKinds {
    tables: BTreeSet<String>,
    /// As (table, variable).
    variables: BTreeSet<(String, String)>,
}

/// A data file: its path, or its path with more about how to read it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum DataFile {
    /// Path relative to the study file.
    Path(String),
    /// Path and how to read it.
    Detailed(DetailedFile),
}

/// A data file and how to read it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailedFile {
    /// Path relative to the study file.
    file: String,
    /// Format, when the content and extension do not say.
    #[serde(default)]
    format: Option<String>,
    /// Options of the format's reader.
    #[serde(default)]
    options: Option<Json>,
    /// Table inside the file, when it holds several.
    #[serde(default)]
    table: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    codebook: u32,
    #[serde(default)]
    study: Study,
    #[serde(default)]
    tables: Vec<Table>,
    #[serde(default)]
    value_labels: BTreeMap<String, ValueLabels>,
    #[serde(default)]
    documents: Vec<Document>,
    #[serde(default)]
    data: BTreeMap<String, DataFile>,
}

/// Looks for the key `codebook` of an object.
struct KeyCodebook;

impl<'de> Visitor<'de> for KeyCodebook {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<bool, M::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            found |= key == "codebook";
            map.next_value::<IgnoredAny>()?;
        }
        Ok(found)
    }
}

/// The same text read once more, only to see which tables and variables state their kind.
#[derive(Deserialize)]
struct KindForm {
    #[serde(default)]
    tables: Vec<TableKindForm>,
}

#[derive(Deserialize)]
struct TableKindForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    variables: Vec<VariableKindForm>,
}

#[derive(Deserialize)]
struct VariableKindForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: Option<serde::de::IgnoredAny>,
}

/// What is written at a place of a study file.
const FORMS: [(&str, &str); 4] = [
    ("data", r#""data": {"TABLE": "FILE"}"#),
    ("variables", r#""variables": [{"name": "age", "kind": "integer"}]"#),
    ("tables", r#""tables": [{"name": "people", "variables": []}]"#),
    ("languages", r#""languages": ["en", "fr"]"#),
];

/// Reads one form of a study file; errors name the place and what to write there.
fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|error| {
        let path = error.path().to_string();
        let source = error.into_inner();
        let message = source.to_string();
        let is_known = source.is_data() && path != ".";
        let place = if is_known { format!("{path}: ") } else { String::new() };
        let wrong = Error::invalid(format!("study file: {place}{message}")).with_source(source);
        let last = path.rsplit('.').next().and_then(|last| last.split('[').next()).unwrap_or_default();
        let form =
            FORMS.iter().find(|(key, _)| is_known && *key == last && message.starts_with("invalid type"));
        match form {
            Some((_, form)) => wrong.with_hint(format!("write {form}")),
            None => nearest_name(&message, wrong),
        }
    })
}

impl StudyFile {
    /// Reads the study file or codebook that a source holds: what is named .toml is TOML, what is named .json JSON, and
    /// anything else what it looks like.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Invalid`] with line and column, or what the operating system says.
    pub fn open(source: &Source<'_>) -> Result<Self> {
        let mut bytes = Vec::new();
        let read = source.cursor().take(STUDY_FILE_BYTES + 1).read_to_end(&mut bytes);
        if read.map_err(|error| Error::io("cannot read the study file", error))? as u64 > STUDY_FILE_BYTES {
            return Err(Error::limit(format!("the study file is larger than {STUDY_FILE_BYTES} bytes"))
                .with_hint("keep rows in data files, not in the study file"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Error::invalid(format!("study file: not UTF-8 at byte {at}")).with_source(error)
        })?;
        let name = source.name.to_lowercase();
        let looks_like_json = || text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        let is_toml = name.ends_with(".toml") || !(name.ends_with(".json") || looks_like_json());
        if is_toml { Self::from_toml(&text) } else { Self::from_json(&text) }
    }

    /// A codebook that says everything itself: no kind is left to data files, and none are named.
    pub(crate) fn described_by(codebook: Codebook) -> Self {
        Self { codebook, data: Vec::new(), open_kinds: OpenKinds::default(), is_dictionary: false }
    }

    /// Whether a source is a JSON object with the key `codebook`, wherever in it that stands.
    pub(crate) fn has_key(source: &Source<'_>) -> bool {
        let input = BufReader::new(source.cursor().take(STUDY_FILE_BYTES));
        let found = serde_json::Deserializer::from_reader(input).deserialize_map(KeyCodebook);
        found.unwrap_or(false)
    }

    /// Reads a study file from JSON.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Invalid`] with line and column.
    pub fn from_json(text: &str) -> Result<Self> {
        exporter_core::codebook::check_whole_numbers(text)?;
        Self::new(from_json(text)?, from_json(text)?)
    }

    /// Reads a study file from TOML.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Invalid`] with line and column.
    pub fn from_toml(text: &str) -> Result<Self> {
        let wrong = |source: toml::de::Error| {
            let place = source.span().and_then(|span| text.get(..span.start)).map(|before| {
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
                format!(" at line {line} column {column}")
            });
            let message = source.message().trim_end();
            nearest_name(
                message,
                Error::invalid(format!("study file: {message}{}", place.unwrap_or_default())),
            )
        };
        Self::new(toml::from_str(text).map_err(wrong)?, toml::from_str(text).map_err(wrong)?)
    }

    fn new(form: Form, kinds: KindForm) -> Result<Self> {
        if form.codebook != exporter_core::codebook::CODEBOOK_VERSION {
            return Err(Error::unsupported(format!("codebook version {} is not known", form.codebook))
                .with_hint(format!(
                    "this program reads version {}",
                    exporter_core::codebook::CODEBOOK_VERSION
                )));
        }
        let mut codebook = Codebook::default();
        codebook.study = form.study;
        codebook.tables = form.tables;
        codebook.value_labels = form.value_labels;
        codebook.documents = form.documents;
        let mut data: Vec<(String, DataFile)> = form.data.into_iter().collect();
        let place = |name: &str| codebook.table(name).map_or(usize::MAX, |(index, _)| index);
        data.sort_by_key(|(name, _)| place(name));
        let open = kinds.tables.iter().flat_map(|table| {
            let open = table.variables.iter().filter(|variable| variable.kind.is_none());
            open.map(|variable| (table.name.clone(), variable.name.clone()))
        });
        let tables = kinds.tables.iter().filter(|table| table.kind.is_none());
        let tables = tables.map(|table| table.name.clone()).collect();
        Ok(Self {
            open_kinds: OpenKinds { tables, variables: open.collect() },
            codebook,
            data,
            is_dictionary: false,
        })
    }
}

impl StudyFile {
    /// A source that is declared by a table of the study; `closed` is the table without the variables of open kinds. What
    /// the rows say about those, and about missing reasons, is read besides what the projection wants.
    pub(crate) fn declare<'s>(&'s self, source: Source<'s>, table: &Table, closed: &'s Table) -> Source<'s> {
        let reasons = ReasonColumn::of_table(table, Language::default());
        let reasons = reasons.iter().filter(|column| {
            let variable = table.variables.get(column.variable());
            variable.is_some_and(|variable| source.projection.has(&variable.name))
        });
        let names: Vec<&str> = self.open_kinds.names(table).chain(reasons.map(ReasonColumn::name)).collect();
        let projection = source.projection.clone().and(names);
        source.projection(projection).declared(&self.codebook, closed)
    }
}

impl OpenKinds {
    /// Whether the kind of this variable is left to the data file.
    pub fn contains(&self, table: &str, variable: &str) -> bool {
        self.variables.contains(&(table.to_owned(), variable.to_owned()))
    }

    /// Whether the kind of this table is left to the data file.
    pub fn contains_table(&self, table: &str) -> bool {
        self.tables.contains(table)
    }

    /// Leaves kinds of variables of a table to its data file where that could not hold them as they are described: it has
    /// floats instead of other numbers, or texts.
    pub(crate) fn open_unheld(&mut self, codebook: &Codebook, name: &str, file: &Table) {
        let Some((_, described)) = codebook.table(name) else { return };
        let is_other = |own: &Kind, described: &Kind| match own {
            Kind::Float { .. } => !matches!(described, Kind::Float { .. }),
            Kind::Text => *described != Kind::Text,
            _ => false,
        };
        let known = described.columns_by_name();
        for variable in &file.variables {
            let column = known.get(variable.name.as_str());
            let described = column.and_then(|column| described.variables.get(*column));
            if described.is_some_and(|described| is_other(&variable.kind, &described.kind)) {
                self.variables.insert((name.to_owned(), variable.name.clone()));
            }
        }
    }

    /// Leaves the kind of a variable to its data file.
    pub(crate) fn open(&mut self, table: &str, variable: &str) {
        self.variables.insert((table.to_owned(), variable.to_owned()));
    }

    /// Leaves kinds of variables of a table to its data file where one is not the other by rules of numbers.
    pub(crate) fn open_others(&mut self, codebook: &Codebook, name: &str, file: &Table) {
        let Some((_, described)) = codebook.table(name) else { return };
        let known = described.columns_by_name();
        for own in &file.variables {
            let column = known.get(own.name.as_str());
            let described = column.and_then(|column| described.variables.get(*column));
            let is_other = |described: &Variable| {
                own.kind != described.kind && !(own.kind.is_numeric() && described.kind.is_numeric())
            };
            if described.is_some_and(is_other) {
                self.open(name, &own.name);
            }
        }
    }

    /// Names of the variables of a table whose kind is left to the data file.
    pub(crate) fn names<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t str> {
        let names = table.variables.iter().map(|variable| variable.name.as_str());
        names.filter(|name| self.contains(&table.name, name))
    }

    /// The table with only those variables whose kind is stated.
    pub fn closed(&self, table: &Table) -> Table {
        let mut closed = table.clone();
        closed.variables.retain(|variable| !self.contains(&table.name, &variable.name));
        closed
    }
}

impl DataFile {
    /// Path relative to the study file.
    pub fn file(&self) -> &str {
        match self {
            DataFile::Path(file) | DataFile::Detailed(DetailedFile { file, .. }) => file,
        }
    }

    /// The format, when it is stated.
    pub fn format(&self) -> Option<&str> {
        match self {
            DataFile::Path(_) => None,
            DataFile::Detailed(detailed) => detailed.format.as_deref(),
        }
    }

    /// The reader's options, null when none are stated.
    pub fn options(&self) -> Json {
        match self {
            DataFile::Detailed(DetailedFile { options: Some(options), .. }) => options.clone(),
            _ => Json::Null,
        }
    }

    /// The table inside the file: the one stated, the only one, or the one of the same name.
    pub(super) fn inner_table(&self, name: &str, tables: &[&str]) -> Result<TableId> {
        let stated = match self {
            DataFile::Detailed(DetailedFile { table: Some(table), .. }) => Some(table.as_str()),
            _ => None,
        };
        if stated.is_none() && tables.len() == 1 {
            return Ok(TableId(0));
        }
        let wanted = stated.unwrap_or(name);
        tables.iter().position(|table| *table == wanted).map(TableId).ok_or_else(|| {
            Error::not_found(format!("the data file {:?} has no table {wanted:?}", self.file()))
                .table(name)
                .with_hint(suggest::suggestion(wanted, "its tables", tables.iter().copied()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = r#"
        codebook = 1
        [study]
        id = "anes96"
        title = { en = "Election study", fr = "Enquête électorale" }
        [data]
        respondents = "respondents.csv"
        [[tables]]
        name = "respondents"
        key = ["caseid"]
        [[tables.variables]]
        name = "vote"
        kind = "integer"
        labels = "vote"
        missing = [{ value = 9, label = "Refused", letter = "a" }]
        [[tables.variables]]
        name = "age"
        label = "Age"
        [value_labels.vote]
        10 = "Ten"
        2 = "Two"
    "#;

    #[test]
    fn toml_keeps_the_order_of_value_labels_and_knows_open_kinds() {
        let study = StudyFile::from_toml(TOML).unwrap();
        let values: Vec<i64> = study.codebook.value_labels["vote"]
            .entries
            .iter()
            .filter_map(|entry| entry.value.as_i64())
            .collect();
        assert_eq!(values, [10, 2]);
        assert!(study.open_kinds.contains("respondents", "age"));
        assert!(!study.open_kinds.contains("respondents", "vote"));
        assert_eq!(study.open_kinds.closed(&study.codebook.tables[0]).variables.len(), 1);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = StudyFile::from_toml(&TOML.replace("kind = ", "kinds = ")).unwrap_err();
        assert!(error.message().contains("kinds") && error.message().contains("line"), "{error}");
        let json =
            r#"{"codebook": 1, "value_labels": {"l": [{"value": 99999999999999999999, "label": ""}]}}"#;
        let error = StudyFile::from_json(json).unwrap_err();
        assert!(error.message().contains("99999999999999999999") && error.hint().is_some(), "{error}");
        let error = StudyFile::from_json(r#"{"codebook": 2}"#).unwrap_err();
        assert!(error.message().contains("version 2"));
    }
}
