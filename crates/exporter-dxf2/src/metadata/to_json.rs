//! Metadata as JSON.

use std::io::{self, Write};

use crate::value::{Object, Value, write_text};

/// Writes a document collection by collection.
pub(super) struct ToJson<W> {
    writer: W,
    line: Vec<u8>,
    /// Whether a property stands before the next one.
    has_properties: bool,
    /// Whether a collection is open, and whether it has an object.
    open: Option<bool>,
}

impl<W: Write> ToJson<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, line: b"{".to_vec(), has_properties: false, open: None }
    }

    /// Begins a property.
    fn name(&mut self, name: &str) {
        if std::mem::replace(&mut self.has_properties, true) {
            self.line.push(b',');
        }
        self.line.push(b'\n');
        write_text(name, &mut self.line);
        self.line.push(b':');
    }

    pub(super) fn property(&mut self, name: &str, value: &Value) -> io::Result<()> {
        self.name(name);
        value.write_json(&mut self.line);
        self.flush()
    }

    pub(super) fn begin(&mut self, kind: &str) {
        self.name(kind);
        self.line.push(b'[');
        self.open = Some(false);
    }

    pub(super) fn object(&mut self, object: &Object) -> io::Result<()> {
        if self.open.replace(true) == Some(true) {
            self.line.push(b',');
        }
        self.line.push(b'\n');
        object.write_json(&mut self.line);
        self.flush()
    }

    pub(super) fn end(&mut self) {
        self.open = None;
        self.line.extend_from_slice(b"\n]");
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.line.extend_from_slice(b"\n}\n");
        self.flush()?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}
