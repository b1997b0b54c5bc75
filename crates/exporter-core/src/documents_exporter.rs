//! The documents of a study as entries, `documents/{name}`.

use std::io::{Read as _, Write as _};

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
    .losses(&[LossCode::METADATA_DROPPED])
    .notes("Questionnaires, translations, attachments and reports, each as the file that it is; addresses are not fetched.");

/// Bytes copied at a time.
const PIECE: usize = 64 << 10;

/// Writes each document with contents of its own ([`Dataset::document`]) as an entry; never reads a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentsExporter;

/// The documents format takes no options.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsOptions {}

impl Format for DocumentsExporter {
    const INFO: &'static FormatInfo = &INFO;
    type Options = DocumentsOptions;
    type Exporter = Self;

    fn exporter(_options: DocumentsOptions) -> Result<Self> {
        Ok(Self)
    }
}

impl Exporter for DocumentsExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        document_entries(codebook).into_iter().flatten().collect()
    }

    /// The documents, but not what the codebook says of them; nothing else is its business.
    fn carries(&self, part: Part) -> Carry {
        if part == Part::Documents { Carry::Whole } else { Carry::Limited }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        _: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let (entries, positions) = (Vec::new(), Vec::new());
        let mut plan = DocumentsPlan { data, entries, positions, changes: Changes::default() };
        let codebook = data.codebook();
        for (position, entry) in document_entries(codebook).into_iter().enumerate() {
            let Some(entry) = entry else { continue };
            // A file that is missing is told before anything is written.
            data.document(position)?;
            plan.entries.push(entry);
            plan.positions.push(position);
        }
        let is_described = |document: &&Document| {
            !document.title.is_empty() || document.language.is_some() || document.uri.is_some()
        };
        let described: Vec<&Document> = codebook.documents.iter().filter(is_described).collect();
        if let Some(first) = described.first() {
            let action = "titles, languages and addresses of documents have no place beside their contents";
            let loss = Loss::new(LossCode::METADATA_DROPPED, action).part(Part::StudyDescription);
            plan.changes.losses.add(loss.count(described.len() as u64).first(None, first.name.as_str()));
        }
        Ok(Box::new(plan))
    }
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
            let document = document_of(self.data.codebook(), *position)?;
            let mut contents = self.data.document(*position)?.ok_or_else(|| {
                Error::not_found(format!("the document {:?} has no contents", document.name))
            })?;
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
