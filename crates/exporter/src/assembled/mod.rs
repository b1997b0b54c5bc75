//! One study from several files: each table read from its own dataset, described by a common codebook.

mod merge;
mod parents;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use exporter_core::codebook::{Codebook, Parent};
use exporter_core::dataset::{CodedReasons, DeclaredReasons, FoldedReasons, document_of, table_of};
use exporter_core::{
    Batches, Dataset, Error, FormatInfo, Loss, LossCode, LossReport, MemoryDataset, Note, Part, Result, Scan,
    TableId, TableProfile,
};

use crate::study::{Documents, OpenKinds};
use parents::Parents;

/// A dataset that gives one table, and what a codebook says about it.
#[non_exhaustive]
pub struct TablePart {
    /// Where the rows are.
    pub dataset: Box<dyn Dataset>,
    /// Which of its tables.
    pub table: TableId,
    /// Name of the table in the study.
    pub name: String,
    /// Name of the file, for messages.
    pub file: String,
    /// The format of the file, where it is known.
    pub(crate) format: Option<&'static FormatInfo>,
}

impl TablePart {
    /// A table of a dataset under its name in the study; `file` is named in messages.
    pub fn new(
        dataset: Box<dyn Dataset>,
        table: TableId,
        name: impl Into<String>,
        file: impl Into<String>,
    ) -> Self {
        Self { dataset, table, name: name.into(), file: file.into(), format: None }
    }

    /// Adds the tables of a codebook that have no part, without rows, and says which, in a note and by name.
    pub(crate) fn add_empty(
        parts: &mut Vec<TablePart>,
        codebook: &Codebook,
        file: &str,
    ) -> Option<(Note, Vec<String>)> {
        let has_rows = |name: &str| parts.iter().any(|part| part.name == name);
        let empty: Vec<_> = codebook.tables.iter().filter(|table| !has_rows(&table.name)).cloned().collect();
        if empty.is_empty() {
            return None;
        }
        let names: Vec<String> = empty.iter().map(|table| table.name.clone()).collect();
        let mut described = codebook.clone();
        described.tables = empty;
        let rows = vec![Vec::new(); names.len()];
        let data: Arc<dyn Dataset> = Arc::new(MemoryDataset::new(described, rows).ok()?);
        for (at, name) in names.iter().enumerate() {
            parts.push(TablePart::new(Box::new(Arc::clone(&data)), TableId(at), name, file));
        }
        Some((Note::without_rows(format!("{file} describes {} without rows", names.join(", "))), names))
    }
}

/// A study that is described without tables, and the file that describes it.
pub(crate) struct StudyPart {
    pub(crate) dataset: Box<dyn Dataset>,
    /// Name of the file, for messages.
    pub(crate) file: String,
}

/// A study whose tables come from several datasets.
///
/// Columns of missing reasons (`income_reason`, as csv has them with `reasons=column`) are the reasons of a variable that
/// declares some, unless the codebook describes them. Numbers that earlier versions wrote for Stata's letters are reasons too.
pub struct AssembledDataset {
    tables: FoldedReasons<CodedReasons<Tables>>,
    /// The documents of the declared codebook.
    documents: Option<Documents>,
    /// What is worth saying of how the inputs were read.
    pub(crate) notes: Vec<Note>,
    /// What of the inputs is not there.
    losses: LossReport,
}

struct Tables {
    codebook: Codebook,
    /// What describes the study and has no tables.
    studies: Vec<StudyPart>,
    tables: Vec<Assembled>,
    /// For documents that a part brought its position and that of the document in it; studies come before tables.
    documents: BTreeMap<usize, (usize, usize)>,
    /// What the parts say of the study otherwise than those before them.
    losses: LossReport,
}

/// What helps when a column of reasons holds something else.
const HINT: &str = "describe the column as a variable of its own in the codebook to read it as it is";

struct Assembled {
    dataset: Box<dyn Dataset>,
    table: TableId,
    /// For each variable of the study's table the column in the part's table.
    columns: Vec<usize>,
}

impl AssembledDataset {
    /// Describes the parts' tables by a codebook: what it declares wins, what it leaves open stays as the part says. What a
    /// part says otherwise of its variables, and of the study otherwise than one before it, is among the losses. Texts of a part
    /// stay in its default language where that is another one.
    ///
    /// `open` names the tables and variables whose kind the codebook leaves to the parts. A table whose file names its parent
    /// has it when that is among the parts; when not, that is a loss of reading.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::NotFound`] when the codebook names a variable that the part does not have, or a table
    /// without a part; [`exporter_core::ErrorKind::Invalid`] when the codebook that results has problems.
    pub fn new(declared: Codebook, parts: Vec<TablePart>, open: &OpenKinds) -> Result<Self> {
        Self::with_studies(declared, Vec::new(), parts, open)
    }

    /// As [`AssembledDataset::new`], with what else describes the study: of what is not declared its word goes before that of
    /// the parts.
    pub(crate) fn with_studies(
        declared: Codebook,
        studies: Vec<StudyPart>,
        parts: Vec<TablePart>,
        open: &OpenKinds,
    ) -> Result<Self> {
        let mut declared = declared;
        let declared_tables = std::mem::take(&mut declared.tables);
        if let Some(table) =
            declared_tables.iter().find(|table| parts.iter().all(|part| part.name != table.name))
        {
            return Err(Error::not_found(format!(
                "the codebook describes the table {:?}, but no data is given for it",
                table.name
            ))
            .with_hint("add its file to the inputs or to `data` of the study file, or remove the table"));
        }
        let mut order: Vec<TablePart> = Vec::new();
        let mut rest = parts;
        for table in &declared_tables {
            if let Some(at) = rest.iter().position(|part| part.name == table.name) {
                order.push(rest.remove(at));
            }
        }
        order.extend(rest);
        let (mut tables, mut reasons, mut parents) = (Vec::new(), Vec::new(), Parents::default());
        let mut merging = merge::Merging::new(declared, open);
        studies.iter().try_for_each(|study| merging.study(study))?;
        for part in order {
            let declared = declared_tables.iter().find(|table| table.name == part.name);
            let (table, columns) = merging.table(&part, declared)?;
            let columns_of = declared.map(|declared| merge::reason_columns(declared, &table));
            reasons.push(columns_of.unwrap_or_default());
            parents.add(&part);
            let language = merging.codebook.default_language();
            let matched = DeclaredReasons::new(part.dataset, part.table, &table, language);
            let dataset: Box<dyn Dataset> = match matched {
                Ok(matched) => Box::new(matched),
                Err(dataset) => dataset,
            };
            merging.codebook.tables.push(table);
            tables.push(Assembled { dataset, table: part.table, columns });
        }
        let merge::Merging { mut codebook, mut losses, documents, languages, .. } = merging;
        codebook.list_languages(&languages);
        parents.link(&mut codebook, &mut losses);
        codebook.validate()?;
        let tables = Tables { codebook, studies, tables, documents, losses };
        let tables = CodedReasons::new(tables, exporter_stata::is_stand_in);
        let tables = FoldedReasons::new(tables, &reasons, HINT);
        Ok(Self { tables, documents: None, notes: Vec::new(), losses: LossReport::default() })
    }

    /// Says where the documents of the declared codebook are.
    pub(crate) fn with_documents(self, documents: Option<Documents>) -> Self {
        Self { documents, ..self }
    }

    /// Reports that these tables are described, and that their rows are not there.
    pub(crate) fn without_rows_of(mut self, tables: Vec<String>) -> Self {
        for table in tables {
            let loss = Loss::new(LossCode::NOT_READ, "its file is not there: it has no rows");
            self.losses.add(loss.table(table));
        }
        self
    }

    /// Adds losses of reading.
    pub(crate) fn with_losses(mut self, losses: LossReport) -> Self {
        self.losses.merge(losses);
        self
    }

    /// Adds notes.
    pub(crate) fn with_notes(mut self, notes: impl IntoIterator<Item: Into<Note>>) -> Self {
        self.notes.extend(notes.into_iter().map(Into::into));
        self
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Dataset for AssembledDataset {
    fn codebook(&self) -> &Codebook {
        self.tables.codebook()
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        self.tables.scan(table, scan)
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let document = document_of(self.codebook(), position)?;
        let declared = self.documents.as_ref().map(|documents| documents.open(position, document));
        match declared.transpose()?.flatten() {
            Some(contents) => Ok(Some(contents)),
            None => self.tables.document(position),
        }
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.tables.facts(table)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.tables.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.tables.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        let mut all = self.losses.clone();
        all.merge(self.tables.losses());
        all
    }

    /// Which of several files of a table was read, which tables have no rows, and how each file was read.
    fn notes(&self) -> Vec<Note> {
        self.notes.iter().cloned().chain(self.tables.notes()).collect()
    }
}

impl Tables {
    fn assembled(&self, table: TableId) -> Result<&Assembled> {
        self.tables
            .get(table.0)
            .ok_or_else(|| Error::not_found(format!("table {} does not exist", table.0 + 1)))
    }

    /// What the study is made of, in order.
    fn datasets(&self) -> impl Iterator<Item = &dyn Dataset> {
        let studies = self.studies.iter().map(|part| &*part.dataset);
        studies.chain(self.tables.iter().map(|part| &*part.dataset))
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Dataset for Tables {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        let assembled = self.tables.get(table.0)?;
        assembled.dataset.rows(assembled.table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let assembled = self.assembled(table)?;
        let wanted = scan.projection(table_of(&self.codebook, table)?)?;
        let columns: Vec<usize> =
            wanted.iter().filter_map(|column| assembled.columns.get(*column).copied()).collect();
        assembled.dataset.scan(assembled.table, &scan.clone().columns(columns))
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let part = self.documents.get(&position);
        match part.and_then(|(part, document)| Some((self.datasets().nth(*part)?, document))) {
            Some((dataset, document)) => dataset.document(*document),
            None => {
                let document = document_of(&self.codebook, position)?;
                let bytes = document.bytes.as_deref();
                Ok(bytes.map(|bytes| -> Box<dyn Read + Send> { Box::new(bytes) }))
            }
        }
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let assembled = self.tables.get(table.0)?;
        Some(assembled.dataset.facts(assembled.table)?.projected(&assembled.columns))
    }

    /// The links that files name are in the codebook.
    fn parent(&self, _: TableId) -> Option<&Parent> {
        None
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.assembled(table).is_ok_and(|assembled| assembled.dataset.holds_reasons(assembled.table))
    }

    fn losses(&self) -> LossReport {
        let mut all = self.losses.clone();
        self.studies.iter().for_each(|part| all.merge(part.dataset.losses()));
        for (table, part) in self.codebook.tables.iter().zip(&self.tables) {
            let Ok(source) = table_of(part.dataset.codebook(), part.table) else { continue };
            let own = |loss: &&Loss| {
                let is_linked = loss.part == Some(Part::Keys) && table.parent.is_some();
                !is_linked && loss.table.as_ref().is_none_or(|name| *name == source.name)
            };
            for loss in part.dataset.losses().iter().filter(own) {
                all.add(loss.clone().table(&table.name));
            }
        }
        all
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = Vec::new();
        for note in self.datasets().flat_map(Dataset::notes) {
            // Tables of one file have the same.
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}
