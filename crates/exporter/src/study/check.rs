//! Study files and codebooks as a format that is checked: what they say, and the data that a study file names.

use exporter_core::check::{Check, Checked, Checking, Finding, Findings, ROWS, Rule, rows, unreadable};
use exporter_core::codebook::{Codebook, Parent, RULES, Table, Variable};
use exporter_core::dataset::table_of;
use exporter_core::suggest::suggestion;
use exporter_core::{
    CodebookExporter, Context, ErrorKind, Format, FormatInfo, Recognition, Result, Sample, Source,
};

use super::{DataFile, Documents, StudyFile, data_source};
use crate::assembled::{AssembledDataset, TablePart};
use crate::input::InputOptions;

/// The rule that data files are there.
const DATA_FILE: Rule =
    Rule::error("data-file", "Every data file and document of a study is there and can be opened.");

/// The rule that a data file has the variables of its table.
const COLUMN: Rule =
    Rule::error("missing-column", "A data file has a column for every variable that is declared.");

/// The rules of codebooks, those of rows, and that the files can be read.
const ALL: &[Rule] = &{
    let mut rules = [COLUMN; RULES.len() + ROWS.len() + 2];
    rules[1] = DATA_FILE;
    let mut index = 0;
    while index < RULES.len() {
        rules[index + 2] = RULES[index];
        index += 1;
    }
    while index < RULES.len() + ROWS.len() {
        rules[index + 2] = ROWS[index - RULES.len()];
        index += 1;
    }
    rules
};

impl Check for StudyFile {
    const INFO: &'static FormatInfo = <CodebookExporter as Format>::INFO;
    const RULES: &'static [Rule] = ALL;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let key =
            |line: &str| line.strip_prefix("codebook").is_some_and(|rest| rest.trim_start().starts_with('='));
        if sample.head.contains(&0) {
            return Recognition::No;
        }
        let text = String::from_utf8_lossy(sample.head);
        let text = text.trim_start_matches('\u{feff}');
        let has_key =
            sample.json_keys().contains(&"codebook") || text.lines().any(|line| key(line.trim_start()));
        if has_key { Recognition::Yes } else { Recognition::No }
    }

    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        match StudyFile::open(source) {
            Ok(study) => {
                study.codebook.problems().into_iter().for_each(|problem| findings.add(problem));
                // Without the files beside it, as in an archive whose entries go by one by one, there is nothing to compare with.
                if source.is_in_set() {
                    study.check_documents(source, checking, findings, context)?;
                }
                if source.is_in_set() && !study.data.is_empty() {
                    findings.set_scope("a study file, whose data is compared with its codebook");
                    study.check_data(source, checking, findings, context)?;
                }
            }
            Err(error) if error.kind() == ErrorKind::Io => return Err(error),
            Err(error) => findings.add(unreadable(&error)),
        }
        Ok(Checked::default())
    }
}

impl StudyFile {
    /// Every data file against what the codebook says of its table. A file that is missing or cannot be read is a finding,
    /// and the others are looked at nevertheless.
    fn check_data(
        &self,
        file: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<()> {
        let mut options = InputOptions::default();
        options.password.clone_from(&checking.options().password);
        let mut codebook = self.codebook.clone();
        let has_data = |table: &Table| self.data.iter().any(|(name, _)| *name == table.name);
        for table in codebook.tables.iter().filter(|table| !has_data(table)) {
            let message = "the table is described, but no data is given for it";
            findings.add(Finding::new(DATA_FILE, message).table(&table.name));
        }
        let mut parts = Vec::new();
        for (table, data) in &self.data {
            let opened = data_source(file, data.file(), &options, checking.registry(), context)
                .and_then(|source| self.part_of(table, data, &source, checking, context));
            match opened {
                Ok(part) => parts.push(part),
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => findings.add(Finding::new(DATA_FILE, error.to_string()).table(table)),
            }
        }
        // What is missing is told once, and the rest is compared as if it were not declared.
        codebook.tables.retain(|table| parts.iter().any(|part| part.name == table.name));
        for part in &parts {
            let has = table_of(part.dataset.codebook(), part.table)?;
            without_missing(&mut codebook, &part.name, has, findings);
        }
        let names: Vec<String> = codebook.tables.iter().map(|table| table.name.clone()).collect();
        for table in &mut codebook.tables {
            table.parent = table.parent.take().filter(|parent| names.contains(&parent.table));
        }
        let links: Vec<(String, Parent)> = codebook
            .tables
            .iter()
            .filter_map(|table| Some((table.name.clone(), table.parent.clone()?)))
            .collect();
        for (name, parent) in links {
            let parents = codebook.table(&parent.table).map(|(_, table)| table);
            let has = |(_, theirs): &(String, String)| {
                parents.is_some_and(|table| table.variable(theirs).is_some())
            };
            if !parent.variables.iter().all(has) {
                let table = codebook.tables.iter_mut().find(|table| table.name == name);
                table.into_iter().for_each(|table| table.parent = None);
            }
        }
        if !codebook.problems().is_empty() {
            // The codebook's own faults are told above, and rows cannot be held against them.
            return Ok(());
        }
        match AssembledDataset::new(codebook, parts, &self.open_kinds) {
            Ok(data) => rows(&data, findings, context),
            Err(error) => {
                findings.add(unreadable(&error));
                Ok(())
            }
        }
    }

    /// Whether the files of documents are there.
    fn check_documents(
        &self,
        file: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<()> {
        let mut codebook = self.codebook.clone();
        let documents = match Documents::of(file, &mut codebook, false, checking.registry(), context) {
            Ok(documents) => documents,
            Err(error) => {
                findings.add(Finding::new(DATA_FILE, error.message()));
                return Ok(());
            }
        };
        for (position, document) in self.codebook.documents.iter().enumerate() {
            match documents.open(position, document) {
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => findings.add(Finding::new(DATA_FILE, error.message())),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// The table that is in a data file. Delimited text is not opened as what is declared where it lacks a column of that: it
    /// is opened as it is then.
    fn part_of(
        &self,
        table: &str,
        data: &DataFile,
        source: &Source<'_>,
        checking: &Checking<'_>,
        context: &Context,
    ) -> Result<TablePart> {
        let reading = data.stated();
        let open = |study: &StudyFile| {
            data.part(table, source.clone(), &reading, study, checking.registry(), context)
        };
        let error = match open(self) {
            Ok(part) => return Ok(part),
            Err(error) => error,
        };
        let plain = open(&StudyFile::described_by(Codebook::default()));
        let lacks = |part: &TablePart| {
            let has = table_of(part.dataset.codebook(), part.table).ok()?;
            let (_, declared) = self.codebook.table(table)?;
            let has = has.columns_by_name();
            declared.variables.iter().find(|variable| !has.contains_key(variable.name.as_str()))
        };
        plain.ok().filter(|part| lacks(part).is_some()).ok_or(error)
    }
}

/// Takes the declared variables that a file does not have out of the description of its table, and tells them.
fn without_missing(codebook: &mut Codebook, name: &str, has: &Table, findings: &mut Findings) {
    let Some(table) = codebook.tables.iter_mut().find(|table| table.name == name) else { return };
    let has_columns = has.columns_by_name();
    let is_there = |variable: &Variable| has_columns.contains_key(variable.name.as_str());
    for variable in table.variables.iter().filter(|variable| !is_there(variable)) {
        let known = has.variables.iter().map(|known| known.name.as_str());
        let hint = suggestion(&variable.name, "columns of the file", known);
        let finding = Finding::new(COLUMN, format!("the data file has no such column; {hint}"));
        findings.add(finding.table(name).variable(&variable.name));
    }
    let columns = table.variables.iter().enumerate().filter(|(_, variable)| is_there(variable));
    let columns: Vec<usize> = columns.map(|(column, _)| column).collect();
    if columns.len() < table.variables.len() {
        *table = table.with_columns(&columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{ "codebook": 1, "study": { "id": "pets" }, "tables": [{ "name": "owners" }] }"#;

    #[test]
    fn the_check_conforms() {
        assert!(
            exporter_testkit::conformance::check::<StudyFile>("pets.codebook.json", SOUND.as_bytes(), 1) > 10
        );
    }

    #[test]
    fn codebooks_are_recognised_by_their_key() {
        let known =
            |text: &str| <StudyFile as Check>::recognise(&Sample::of(text.as_bytes())) == Recognition::Yes;
        for text in [SOUND, "\u{feff} {\"codebook\":1}", "# pets\ncodebook = 1\n[study]\n", "  codebook=1"] {
            assert!(known(text), "{text}");
        }
        for text in ["", "{}", "{\"manifest\":1}", "codebooks = 1", "[codebook]\n", "id,codebook\n"] {
            assert!(!known(text), "{text}");
        }
    }
}
