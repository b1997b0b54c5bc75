//! What is found out of a text before it is read: its columns, and what their cells show.

use std::sync::Arc;

use exporter_core::profile::TableProfile;
use exporter_core::source::Cursor;
use exporter_core::{Loss, Presumption, Projection, Result, parallel};

use crate::TabError;
use crate::advice::Advice;
use crate::reader::{Findings, Inference, Layout, LeftOut, Opened, Piece, Presumed, Seen};

/// A text, and how it is asked for.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) advice: Arc<Advice>,
    pub(super) projection: Projection,
    /// The keys by which its rows are said to be sorted.
    pub(super) keys: Vec<String>,
    /// What is left out of it.
    pub(super) left_out: Arc<LeftOut>,
    pub(super) threads: usize,
}

/// What is known of it then.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) layout: Layout,
    /// What all cells have shown, if they were looked at.
    pub(super) facts: Option<TableProfile>,
    /// What the kinds do not keep of them.
    pub(super) lost: Vec<Loss>,
}

impl Opening {
    /// Looks at the header, and at all cells where their kinds are to be inferred.
    pub(super) fn find(&self) -> Result<Found> {
        let Opened { mut layout, inference, pieces, .. } = self.open()?;
        let (mut facts, mut lost) = (None, Vec::new());
        if let Some(inference) = inference {
            let findings = self.see(&inference, pieces)?;
            layout.settle(&inference, &findings);
            facts = Some(findings.facts(&layout, &self.advice.options));
            lost = findings.losses(&layout);
        }
        Ok(Found { layout, facts, lost })
    }

    /// Takes a long text for what its beginning shows, where that is enough.
    pub(super) fn presume(&self, presumption: &Presumption) -> Result<Option<(Layout, Presumed)>> {
        let Advice { bytes, options, declared, .. } = &*self.advice;
        if !presumption.suits(bytes.len()) || !declared.is_empty() || !Presumed::suits(options) {
            return Ok(None);
        }
        let Opened { layout, inference: Some(inference), pieces, .. } = self.open()? else { return Ok(None) };
        let mut left = presumption.sample().max(1);
        let beginning = pieces.take_while(|piece| {
            let is_within = left > 0;
            left = left.saturating_sub(piece.as_ref().map_or(0, Piece::len));
            is_within
        });
        let findings = self.see(&inference, beginning)?;
        Ok(Presumed::of(inference, &findings, layout, presumption))
    }

    /// Reads the text from its beginning.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor::new(Arc::clone(&self.advice.bytes))
    }

    fn open(&self) -> Result<Opened<Cursor>> {
        let Advice { options, declared, .. } = &*self.advice;
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        Layout::open(self.cursor(), options, declared, |name| self.projection.has(name), &keys)
            .map_err(|source| self.advice.error(source))
    }

    /// What the cells of these pieces show, seen by all threads.
    fn see(
        &self,
        inference: &Inference,
        pieces: impl Iterator<Item = Result<Piece, TabError>> + Send,
    ) -> Result<Findings> {
        let error = |source| self.advice.error(source);
        let mut findings = inference.nothing_yet(Arc::clone(&self.left_out));
        let work = |piece: Piece, seen: &mut Seen| {
            inference.see(&piece, seen);
            Ok(())
        };
        let pieces = pieces.map(|piece| {
            self.advice.cancel.check()?;
            piece.map_err(error)
        });
        parallel::ordered(self.threads, pieces, work, |seen| findings.add(seen).map_err(error))?;
        Ok(findings)
    }
}
