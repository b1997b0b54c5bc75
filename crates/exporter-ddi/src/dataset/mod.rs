//! A document as an input: the tables that it describes, with the rows of the files that it names.
//!
//! Rows are in the first file that is there of those that `fileName` names, also compressed. Where the document says at which
//! characters of a record the columns stand, it is read as fixed columns, else with whatever format knows it. Tables
//! whose file is not there have no rows.

pub(crate) mod data_files;
mod fixed;
pub mod open_data_format;
mod other_format;

use std::collections::HashMap;

use encoding_rs::{UTF_16BE, UTF_16LE};
use exporter_core::codebook::Codebook;
use exporter_core::dataset::{scan_schema, select_from, table_of};
use exporter_core::{
    Batches, Context, Dataset, Describe, Description, Error, Input, Loss, LossCode, LossReport, Note,
    Projection, Recognition, Result, Sample, Scan, Source, TableId,
};
use exporter_core::{Format as _, FormatInfo};
use serde::Deserialize;

use crate::exporter::Ddi;
use crate::mapping::stated_file;
use crate::options::LabelsFrom;
use crate::reader::{Column, DdiDocument, TableFile, read_with, unsaid};
use fixed::FixedRows;
use open_data_format::{Package, is_package};
use other_format::OtherRows;
pub(crate) use other_format::guessed_kinds;

/// Reads documents.
#[derive(Clone, Copy, Debug, Default)]
pub struct DdiInput;

/// Options of reading.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct DdiInputOptions {
    /// Where labels of values are looked for.
    pub labels: LabelsFrom,
}

impl Input for DdiInput {
    const INFO: &'static FormatInfo = Ddi::INFO;
    type Options = DdiInputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        match root(sample).as_deref() {
            // Of Lifecycle it is told that it is another format.
            Some("codeBook" | "DDIInstance" | "FragmentInstance") => Recognition::Yes,
            // An envelope round a document, such as that of OAI-PMH.
            Some(_) if memchr::memmem::find(sample.head, b"codeBook").is_some() => Recognition::Yes,
            _ if is_package(sample) => Recognition::Yes,
            _ => Recognition::No,
        }
    }

    fn open(source: &Source<'_>, options: DdiInputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(DdiDataset::open(source, options, context)?))
    }
}

impl Describe for DdiInput {
    const INFO: &'static FormatInfo = Ddi::INFO;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        <Self as Input>::recognise(sample)
    }

    fn describe(source: &Source<'_>, context: &Context) -> Result<Description> {
        let DdiDocument { codebook, files, losses, .. } = document(source, LabelsFrom::default(), context)?;
        let unsaid = unsaid_of(source, &codebook, &files, context)?;
        let mut description = Description::new(codebook);
        let of_tables = description.codebook.tables.iter().zip(&files);
        let lost = of_tables.clone().flat_map(|(table, file)| lost_statistics(&table.name, file, true));
        description.losses = losses.into_iter().chain(unsaid).chain(lost).collect();
        description.guessed = of_tables.map(|(table, file)| guessed_kinds(table, file)).collect();
        description.readings = files.iter().map(|file| file.readings.clone()).collect();
        description.files = files.iter().map(data_files::paths).collect();
        Ok(description)
    }
}

/// The statistics of a table that rows, if there are any, do not give again.
fn lost_statistics(table: &str, file: &TableFile, has_rows: bool) -> Vec<Loss> {
    let sum = |count: fn(&Column) -> u64| file.columns.iter().map(count).sum::<u64>();
    let lost = match has_rows {
        true => vec![
            (
                "statistics of the document that are not computed anew from rows, such as medians, are dropped",
                sum(|column| column.further_statistics),
            ),
            (
                "weighted statistics of the document whose weight is not that of their variable are dropped",
                sum(|column| column.weighted_statistics),
            ),
        ],
        false => vec![(
            "statistics of the document are dropped, and there are no rows to compute them from",
            sum(|column| column.statistics),
        )],
    };
    let lost = lost.into_iter().filter(|(_, count)| *count > 0);
    lost.map(|(action, count)| Loss::new(LossCode::NOT_READ, action).table(table).count(count)).collect()
}

/// The outermost element of a document in UTF-8 or UTF-16.
fn root(sample: &Sample<'_>) -> Option<String> {
    let encoding = match sample.head {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => UTF_16BE,
        _ => return sample.xml_root().map(str::to_owned),
    };
    let (text, ..) = encoding.decode(sample.head);
    Sample::of(text.as_bytes()).xml_root().map(str::to_owned)
}

/// Reads the document that a source is.
fn document(source: &Source<'_>, labels: LabelsFrom, context: &Context) -> Result<DdiDocument> {
    let bytes = std::io::BufReader::with_capacity(256 << 10, source.cursor());
    let document = read_with(bytes, labels).map_err(|error| Error::from(error).entry(&source.name));
    context.cancel().check()?;
    document
}

/// What the document that a source is says and the codebook does not.
fn unsaid_of(
    source: &Source<'_>,
    codebook: &Codebook,
    files: &[TableFile],
    context: &Context,
) -> Result<Vec<Loss>> {
    let bytes = std::io::BufReader::with_capacity(256 << 10, source.cursor());
    let losses = unsaid(bytes, codebook, files);
    let losses = losses.map_err(|fault| Error::from(crate::DdiError::from(fault)).entry(&source.name))?;
    context.cancel().check()?;
    Ok(losses)
}

/// The study that a document describes.
#[derive(Debug)]
pub struct DdiDataset {
    codebook: Codebook,
    rows: Vec<Rows>,
    projection: Projection,
    losses: Vec<Loss>,
    notes: Vec<Note>,
}

/// Where the rows of a table are.
#[derive(Debug)]
enum Rows {
    /// Nowhere: their file is not there.
    None,
    Fixed(FixedRows),
    Other(OtherRows),
}

impl DdiDataset {
    /// Opens a document, or an archive of the Open Data Format, and the files with its rows.
    ///
    /// # Errors
    /// When the document or a file that it names cannot be read, or they do not fit together.
    pub fn open(source: &Source<'_>, options: DdiInputOptions, context: &Context) -> Result<Self> {
        let package =
            source.contents.as_ref().map(|_| open_data_format::open(source, context)).transpose()?;
        let (place, data) = match package {
            Some(Package { document, data }) => (document, Some(data)),
            None => (source.detached(), None),
        };
        let DdiDocument { mut codebook, mut files, losses, .. } = document(&place, options.labels, context)?;
        if let (Some(data), Some(file)) = (data, files.first_mut()) {
            file.names = vec![data];
        }
        let mut opening = Opening { place, opened_by: source, context, losses, notes: Vec::new() };
        let rows = opening.rows(&mut codebook, &files)?;
        for ((table, file), rows) in codebook.tables.iter_mut().zip(&files).zip(&rows) {
            if matches!(rows, Rows::None) && stated_file::keep(table, file) {
                let action = "the name of its file is left out: nothing says of which type a record there is";
                opening.losses.push(Loss::new(LossCode::NOT_READ, action).table(&table.name));
            }
        }
        let unsaid = unsaid_of(&opening.place, &codebook, &files, context)?;
        opening.losses.extend(unsaid);
        opening.rows_are_lost(&codebook, &rows);
        opening.statistics_are_lost(&codebook, &files, &rows);
        let Opening { losses, notes, .. } = opening;
        Ok(Self { codebook, rows, projection: source.projection.clone(), losses, notes })
    }
}

/// What goes through the data files of a document.
struct Opening<'o, 's> {
    /// The document, beside which they are.
    place: Source<'static>,
    opened_by: &'o Source<'s>,
    context: &'o Context,
    losses: Vec<Loss>,
    notes: Vec<Note>,
}

impl Opening<'_, '_> {
    /// The rows of each table.
    fn rows(&mut self, codebook: &mut Codebook, files: &[TableFile]) -> Result<Vec<Rows>> {
        let mut rows: Vec<Rows> = files.iter().map(|_| Rows::None).collect();
        // Tables of one file are opened together, each file once.
        let mut together: Vec<Vec<(usize, &TableFile)>> = Vec::new();
        let mut of_types: HashMap<&[String], usize> = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            let known = file.record.as_ref().and_then(|_| of_types.get(file.names.as_slice()));
            if let Some(group) = known.and_then(|known| together.get_mut(*known)) {
                group.push((at, file));
                continue;
            }
            if file.record.is_some() {
                of_types.insert(&file.names, together.len());
            }
            together.push(vec![(at, file)]);
        }
        for group in together {
            let Some((_, first)) = group.first() else { continue };
            let found = data_files::find(&self.place, first, self.opened_by, self.context)?;
            let Some(source) = found else {
                self.without_rows(codebook, &group);
                continue;
            };
            if let Some(stated) = data_files::named_elsewhere(first, &source) {
                let message = format!("{stated} is not there: its rows are read from {}", source.name);
                self.notes.push(Note::new(message));
            }
            let opened = self.opened(source, codebook, &group)?;
            for ((at, _), of_table) in group.iter().zip(opened) {
                if let Some(rows) = rows.get_mut(*at) {
                    *rows = of_table;
                }
            }
        }
        Ok(rows)
    }

    /// The rows of tables that are in this file.
    fn opened(
        &mut self,
        source: Source<'static>,
        codebook: &mut Codebook,
        group: &[(usize, &TableFile)],
    ) -> Result<Vec<Rows>> {
        let mut rows = Vec::new();
        if group
            .first()
            .is_some_and(|(_, file)| data_files::is_of_fixed_columns(file, &source, self.opened_by))
        {
            let opened = fixed::open(&source, codebook, group, self.context)
                .map_err(|error| error.entry(&source.name))?;
            self.losses.extend(opened.losses);
            for (own, (at, file)) in opened.rows.into_iter().zip(group) {
                self.counted(codebook, *at, file, own.rows, &source.name);
                rows.push(Rows::Fixed(own));
            }
            return Ok(rows);
        }
        if group.iter().any(|(_, file)| file.record.is_some()) {
            let message = "several types of record are read from fixed columns alone";
            return Err(Error::unsupported(message)
                .entry(&source.name)
                .with_hint("put the records of each type into a file of their own"));
        }
        for (at, file) in group {
            let of_table = (*at, *file);
            let opened = other_format::open(
                source.clone(),
                self.opened_by,
                codebook,
                of_table,
                &mut self.losses,
                self.context,
            );
            let opened = opened.map_err(|error| error.entry(&source.name))?;
            if let Some(rows) = opened.data.rows(TableId(0)) {
                self.counted(codebook, *at, file, rows, &source.name);
            }
            self.notes.extend(opened.data.notes());
            rows.push(Rows::Other(opened));
        }
        Ok(rows)
    }

    /// Holds the rows that a file has against those that the document states.
    fn counted(&mut self, codebook: &mut Codebook, at: usize, file: &TableFile, rows: u64, name: &str) {
        let Some(table) = codebook.tables.get_mut(at) else { return };
        // What is stated of a file with several types of record is the number of all.
        if let Some(stated) = file.rows.filter(|stated| *stated != rows && file.record.is_none()) {
            let text = format!("{name} has {rows} rows, and the document says {stated} of {}", table.name);
            self.notes.push(Note::new(text));
        }
        table.rows = table.rows.map(|_| rows);
    }

    /// A document alone describes; where other tables have rows, those of tables whose file is not there are lost.
    fn rows_are_lost(&mut self, codebook: &Codebook, rows: &[Rows]) {
        if rows.iter().all(|rows| matches!(rows, Rows::None)) {
            return;
        }
        for (table, _) in codebook.tables.iter().zip(rows).filter(|(_, rows)| matches!(rows, Rows::None)) {
            let loss = Loss::new(LossCode::NOT_READ, "its file is not there: it has no rows");
            self.losses.push(loss.table(&table.name));
        }
    }

    /// Tells of statistics that the document states and that rows do not give again.
    fn statistics_are_lost(&mut self, codebook: &Codebook, files: &[TableFile], rows: &[Rows]) {
        for ((table, file), rows) in codebook.tables.iter().zip(files).zip(rows) {
            self.losses.extend(lost_statistics(&table.name, file, !matches!(rows, Rows::None)));
        }
    }

    /// Notes that the file of these tables is not there.
    fn without_rows(&mut self, codebook: &Codebook, group: &[(usize, &TableFile)]) {
        let names = group.iter().filter_map(|(at, _)| Some(codebook.tables.get(*at)?.name.as_str()));
        let names: Vec<&str> = names.collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let files = group.first().map(|(_, file)| file.names.join(" or ")).unwrap_or_default();
        let why = match files.is_empty() {
            true => "no data file is named".to_owned(),
            false if files.starts_with("..") => format!(
                "{files} is not in the folder of the document, and files elsewhere are read only if the folder that holds both \
                 is opened"
            ),
            false => format!("{files} is not there"),
        };
        self.notes.push(Note::without_rows(format!("{why}: {} {are} read without rows", names.join(", "))));
    }
}

impl Dataset for DdiDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        match self.rows.get(table.0)? {
            Rows::None => Some(0),
            Rows::Fixed(rows) => Some(rows.rows),
            Rows::Other(rows) => rows.data.rows(TableId(0)),
        }
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let held = scan.needed(description)?;
        self.projection.check(description, &held)?;
        let batches = match self.rows.get(table.0) {
            Some(Rows::Fixed(rows)) => rows.batches(description, &held, scan)?,
            Some(Rows::Other(rows)) => rows.batches(description, &held, scan)?,
            Some(Rows::None) | None => {
                let schema = scan_schema(description, &scan.projection(description)?, scan.reasons);
                return Ok(Batches::new(schema, std::iter::empty()));
            }
        };
        select_from(description, &held, scan, batches)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        match self.rows.get(table.0) {
            Some(Rows::Other(rows)) => rows.data.holds_reasons(TableId(0)),
            _ => true,
        }
    }

    fn losses(&self) -> LossReport {
        let mut report = LossReport::default();
        self.losses.iter().for_each(|loss| report.add(loss.clone()));
        for (table, rows) in self.codebook.tables.iter().zip(&self.rows) {
            let Rows::Other(rows) = rows else { continue };
            rows.data.losses().iter().for_each(|loss| report.add(loss.clone().table(&table.name)));
        }
        report
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.clone()
    }
}
