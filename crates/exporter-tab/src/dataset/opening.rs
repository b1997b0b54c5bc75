//! What is found out of a text before it is read: its columns, and what their cells show.

use std::sync::Arc;

use exporter_core::profile::TableProfile;
use exporter_core::source::Cursor;
use exporter_core::{Context, Loss, Presumption, Result, Source, parallel};

use crate::TabError;
use crate::advice::Advice;
use crate::reader::{Findings, Inference, Layout, LeftOut, Opened, Piece, Presumed, Seen};

/// A text that is being opened.
pub(super) struct Opening<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) advice: &'a Advice,
    /// The keys by which its rows are said to be sorted.
    pub(super) keys: &'a [&'a str],
    pub(super) left_out: &'a Arc<LeftOut>,
    pub(super) context: &'a Context,
}

/// What is known of it then.
pub(super) struct Found {
    pub(super) layout: Layout,
    /// What all cells have shown, if they were looked at.
    pub(super) facts: Option<TableProfile>,
    /// What the kinds do not keep of them.
    pub(super) lost: Vec<Loss>,
    /// What the columns are taken for, and where it is said that they are not.
    pub(super) presumed: Option<(Arc<Presumed>, Presumption)>,
}

impl Opening<'_> {
    /// Looks at the header, and at all cells where their kinds are to be inferred, unless their beginning is enough.
    pub(super) fn find(&self) -> Result<Found> {
        if let Some(found) = self.presume()? {
            return Ok(found);
        }
        let Opened { mut layout, inference, pieces, .. } = self.open()?;
        let (mut facts, mut lost) = (None, Vec::new());
        if let Some(inference) = inference {
            let findings = self.see(&inference, pieces)?;
            layout.settle(&inference, &findings);
            facts = Some(findings.facts(&layout, &self.advice.options));
            lost = findings.losses(&layout);
        }
        Ok(Found { layout, facts, lost, presumed: None })
    }

    /// Takes a long text for what its beginning shows, where that is enough.
    fn presume(&self) -> Result<Option<Found>> {
        let suits = |presumption: &&Presumption| presumption.suits(self.source.bytes.len());
        let Some(presumption) = self.context.presumption().filter(suits) else { return Ok(None) };
        if self.source.declared.is_some() || !Presumed::suits(&self.advice.options) {
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
        Ok(Presumed::of(inference, &findings, layout).map(|(layout, presumed)| {
            presumption.make();
            let presumed = Some((Arc::new(presumed), presumption.clone()));
            Found { layout, facts: None, lost: Vec::new(), presumed }
        }))
    }

    fn open(&self) -> Result<Opened<Cursor>> {
        let Advice { options, declared, .. } = self.advice;
        let projected = |name: &str| self.source.projection.has(name);
        Layout::open(self.source.cursor(), options, declared, projected, self.keys)
            .map_err(|source| self.advice.error(source))
    }

    /// What the cells of these pieces show, seen by all threads.
    fn see(
        &self,
        inference: &Inference,
        pieces: impl Iterator<Item = Result<Piece, TabError>> + Send,
    ) -> Result<Findings> {
        let error = |source| self.advice.error(source);
        let mut findings = inference.nothing_yet(Arc::clone(self.left_out));
        let work = |piece: Piece, seen: &mut Seen| {
            inference.see(&piece, seen);
            Ok(())
        };
        let pieces = pieces.map(|piece| {
            self.context.cancel().check()?;
            piece.map_err(error)
        });
        parallel::ordered(self.context.threads(), pieces, work, |seen| findings.add(seen).map_err(error))?;
        Ok(findings)
    }
}
