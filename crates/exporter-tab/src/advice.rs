//! What to type when a text cannot be read: words that were tried.

use std::sync::Arc;

use exporter_core::source::Cursor;
use exporter_core::{Cancel, Error, ReadAt};

use crate::reader::{DeclaredColumn, Encoding, Layout, Ragged, ReadHeader, ReadOptions};
use crate::{Delimiter, Duplicates, Mark, TabError, words};

/// Most bytes of a text with which options are tried: what lies behind is taken to be like it.
const TRIED_BYTES: u64 = 256 << 20;

/// Makes of the codec's errors those of the engine, with a way out.
#[derive(Debug)]
pub(crate) struct Advice {
    pub(crate) bytes: Arc<dyn ReadAt>,
    pub(crate) options: ReadOptions,
    pub(crate) declared: Vec<DeclaredColumn>,
    pub(crate) cancel: Cancel,
}

/// Options to try, and what they do.
type Remedy = (ReadOptions, &'static str);

impl Advice {
    /// The codec's error as the engine's, with its place.
    pub(crate) fn error(&self, source: TabError) -> Error {
        let remedy = self.remedies(&source).into_iter().find(|(options, _)| self.reads(options));
        let hint = remedy.map(|(options, what)| format!("{}: {what}", words::typed(&options)));
        let message = source.to_string();
        let error = match source {
            TabError::Io(source) => Error::io("cannot read the file", source),
            TabError::Option { .. } => Error::usage(message),
            TabError::UnknownColumn { .. } => Error::not_found(message)
                .with_hint("correct the name in the codebook, or in the header of the file"),
            TabError::TooManyColumns { .. } | TabError::RecordTooLong { .. } => Error::limit(message),
            TabError::Ragged { record, .. }
            | TabError::Encoding { record, .. }
            | TabError::AfterQuote { record, .. }
            | TabError::OpenQuote { record, .. } => {
                let error = Error::invalid(message);
                // The header is no row.
                if record == 0 { error } else { error.row(record) }
            }
            TabError::Value { column, record, suggestion, .. } => {
                let hint = match suggestion {
                    Some(suggestion) => format!("read it {suggestion}"),
                    None => "correct the cell, or declare the variable as text".to_owned(),
                };
                Error::invalid(message).variable(column).row(record).with_hint(hint)
            }
            _ => Error::invalid(message),
        };
        match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    /// What may help, the likeliest first.
    fn remedies(&self, error: &TabError) -> Vec<Remedy> {
        let with = |change: &dyn Fn(&mut ReadOptions)| {
            let mut options = self.options.clone();
            change(&mut options);
            options
        };
        let encoding = |encoding: Encoding, what| (with(&|options| options.encoding = encoding), what);
        let mut first: Vec<Remedy> = Vec::new();
        match error {
            TabError::Ragged { expected, found, .. } => {
                if found < expected {
                    first.push((self.options.clone(), ""));
                }
                first.push((with(&|options| options.trailing_delimiter = Some(true)), "a delimiter ends each row"));
                first.push((with(&|options| options.escape = Some(Mark::BACKSLASH)), "backslashes escape quotes"));
                first.push((with(&|options| options.quote = Some(Mark::NONE)), "quotes are ordinary characters"));
                if *expected == 1 {
                    first.push((with(&|options| options.delimiter = Some(Delimiter::TAB)), "each line is one cell"));
                }
                first.push((self.options.clone(), ""));
            }
            TabError::AfterQuote { .. } | TabError::OpenQuote { .. } | TabError::RecordTooLong { .. } => {
                first.push((with(&|options| options.escape = Some(Mark::BACKSLASH)), "backslashes escape quotes"));
                first.push((with(&|options| options.quote = Some(Mark::SINGLE_QUOTE)), "cells stand in single quotes"));
                first.push((with(&|options| options.lenient = true), "text behind a closing quote is kept, the quotes too"));
                first.push((with(&|options| options.quote = Some(Mark::NONE)), "quotes are ordinary characters"));
            }
            TabError::Encoding { encoding: used, .. } => {
                let other = if *used == "UTF-8" { Encoding::WINDOWS_1252 } else { Encoding::UTF_8 };
                first.push(encoding(other, "or name the encoding that it has"));
                first.push(encoding(Encoding::WINDOWS_1252, "or name the encoding that it has"));
            }
            TabError::NulInHeader => {
                first.push(encoding(Encoding::UTF_16LE, "the text is UTF-16"));
                first.push(encoding(Encoding::UTF_16BE, "the text is UTF-16"));
            }
            TabError::Empty => {
                let none = with(&|options| options.header = ReadHeader::None);
                first.push((none, "each empty line is a missing value"));
            }
            TabError::DuplicateName { .. } => {
                let rename = with(&|options| options.duplicates = Duplicates::Rename);
                first.push((rename, "later columns of a name are numbered"));
            }
            TabError::TooManyColumns { .. } => {
                first.push((with(&|options| options.max_columns = usize::MAX >> 1), "as many columns as there are"));
            }
            _ => {}
        }
        let pad = |(options, what): &Remedy, ragged, more: &'static str| {
            let options = ReadOptions { ragged, ..options.clone() };
            (options, if what.is_empty() { more } else { what })
        };
        let padded = first.iter().map(|remedy| {
            pad(remedy, Ragged::Pad, "cells that short rows lack are missing values")
        });
        let truncated = first.iter().map(|remedy| {
            pad(remedy, Ragged::Truncate, "short rows are filled, and surplus cells are left out")
        });
        let all: Vec<Remedy> = first.iter().filter(|(_, what)| !what.is_empty()).cloned().collect();
        let short = matches!(error, TabError::Ragged { expected, found, .. } if found < expected);
        let (padded, truncated): (Vec<Remedy>, Vec<Remedy>) = (padded.collect(), truncated.collect());
        match short {
            true => [padded, all, truncated].concat(),
            false => [all, padded, truncated].concat(),
        }
    }

    /// Whether the text can be cut with these options.
    fn reads(&self, options: &ReadOptions) -> bool {
        if options.check().is_err() {
            return false;
        }
        let opened = Layout::open(Cursor::new(Arc::clone(&self.bytes)), options, &self.declared, |_| false, &[]);
        opened.is_ok_and(|opened| opened.is_sound(options, TRIED_BYTES, || self.cancel.check().is_err()))
    }
}
