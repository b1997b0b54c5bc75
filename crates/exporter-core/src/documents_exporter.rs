//! The documents of a study as entries, `documents/{name}`.

use std::io::{Read, Write as _};

use serde::Deserialize;

use crate::carry::{Carry, Part};
use crate::codebook::{Codebook, Document};
use crate::context::Context;
use crate::dataset::{Dataset, document_of};
use crate::entry_names::document_entries;
use crate::error::{Error, Result};
use crate::exporter::{Changes, EntryReport, Exporter, Plan, Planning, Summary};
use crate::format::{Format, FormatInfo};
use crate::loss::{Loss, LossCode};
use crate::sink::{EntrySpec, Sink};

static INFO: FormatInfo = FormatInfo::new("documents", "Documents of the study")
    .media_type("application/octet-stream")
    .losses(&[LossCode::DOCUMENT_DROPPED, LossCode::METADATA_DROPPED])
    .notes("Questionnaires, translations, attachments and reports, each as the file that it is; addresses are not fetched.");

/// Bytes copied at a time.
const PIECE: usize = 64 << 10;

/// Writes each document with contents of its own ([`Dataset::document`]) as an entry; never reads a row.
#[derive(Clone, Debug, Default)]
pub struct DocumentsExporter {
    /// Names of documents that are left out, once it is known that the others are there.
    absent: Option<Vec<String>>,
}

impl DocumentsExporter {
    /// Writes the documents of which the data has contents; that the others are left out is a loss. By default a document
    /// without its contents is an error.
    ///
    /// # Errors
    /// As [`Dataset::document`].
    pub fn of(data: &dyn Dataset) -> Result<Self> {
        let mut absent = Vec::new();
        for (position, document) in data.codebook().documents.iter().enumerate() {
            if document.path.is_some() && data.document(position)?.is_none() {
                absent.push(document.name.clone());
            }
        }
        Ok(Self { absent: Some(absent) })
    }

    /// For each document its entry, if it has one.
    fn planned(&self, codebook: &Codebook) -> Vec<Option<EntrySpec>> {
        let entries = document_entries(codebook).into_iter().zip(&codebook.documents);
        let is_absent = |name: &String| self.absent.as_ref().is_some_and(|absent| absent.contains(name));
        entries.map(|(entry, document)| entry.filter(|_| !is_absent(&document.name))).collect()
    }
}

/// The documents format takes no options.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsOptions {}

impl Format for DocumentsExporter {
    const INFO: &'static FormatInfo = &INFO;
    type Options = DocumentsOptions;
    type Exporter = Self;

    fn exporter(_options: DocumentsOptions) -> Result<Self> {
        Ok(Self::default())
    }
}

impl Exporter for DocumentsExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.planned(codebook).into_iter().flatten().collect()
    }

    /// The documents without what the codebook says of them. Losses of other parts are those of other formats.
    fn carries(&self, part: Part) -> Carry {
        match part {
            Part::Documents => Carry::Whole,
            Part::DocumentDescription => Carry::Dropped("documents are written without them"),
            _ => Carry::Limited,
        }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let (entries, positions) = (Vec::new(), Vec::new());
        let codebook = data.codebook();
        let changes = Changes::from(with.losses(self, codebook));
        let mut plan = DocumentsPlan { data, entries, positions, changes };
        for (position, entry) in self.planned(codebook).into_iter().enumerate() {
            let Some(entry) = entry else { continue };
            // A file that is missing is told before anything is written. In an archive, opening it unpacks it.
            if self.absent.is_none() {
                contents(data, position)?;
            }
            plan.entries.push(entry);
            plan.positions.push(position);
        }
        let absent = self.absent.as_deref().unwrap_or_default();
        if let Some(first) = absent.first() {
            let action = "their files are not beside the file that names them";
            let loss = Loss::new(LossCode::DOCUMENT_DROPPED, action).count(absent.len() as u64);
            plan.changes.losses.add(loss.first(None, first.as_str()));
        }
        Ok(Box::new(plan))
    }
}

/// A document and its bytes.
fn contents(data: &dyn Dataset, position: usize) -> Result<(&Document, Box<dyn Read + Send + '_>)> {
    let document = document_of(data.codebook(), position)?;
    let contents = data.document(position)?.ok_or_else(|| {
        let message = format!("the document {:?} is not beside the file that names it", document.name);
        Error::not_found(message).with_hint("put it there, or leave documents out")
    })?;
    Ok((document, contents))
}

/// The entries and the documents that they hold.
struct DocumentsPlan<'a> {
    data: &'a dyn Dataset,
    entries: Vec<EntrySpec>,
    /// For each entry the position of its document.
    positions: Vec<usize>,
    changes: Changes,
}

impl Plan for DocumentsPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for (spec, position) in self.entries.iter().zip(&self.positions) {
            context.cancel().check()?;
            let (document, mut contents) = contents(self.data, *position)?;
            let mut entry = sink.create(spec)?;
            let mut piece = vec![0; PIECE];
            loop {
                context.cancel().check()?;
                let read = contents.read(&mut piece).map_err(|source| {
                    Error::io(format!("the document {:?} cannot be read", document.name), source)
                })?;
                if read == 0 {
                    break;
                }
                let written = entry.write_all(piece.get(..read).unwrap_or_default());
                written.map_err(|source| Error::io("cannot write the entry", source).entry(&spec.path))?;
                context.progress().bytes(read as u64);
            }
            summary.entries.push(EntryReport::new(spec, entry.commit()?, None));
        }
        Ok(summary)
    }
}
