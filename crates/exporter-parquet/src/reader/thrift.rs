//! Reads Thrift's compact protocol and trusts no length (Thrift specification, thrift-compact-protocol.md).
//!
//! The decoder takes memory for some counts before it has seen what they count, and follows nesting however deep it is.
//! What it relies on is read here first; values are skipped.

/// Deepest nesting of values; Parquet's own metadata needs fewer than ten.
const MAX_DEPTH: usize = 32;

/// Field types of the compact protocol.
pub(super) const FALSE: u8 = 2;
pub(super) const I32: u8 = 5;
pub(super) const I64: u8 = 6;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

/// A position in Thrift bytes; every method fails with what is wrong.
pub(super) struct ThriftCursor<'b> {
    bytes: &'b [u8],
    at: usize,
    /// What the bytes are, for messages.
    name: &'static str,
}

type Outcome<T> = Result<T, String>;

impl<'b> ThriftCursor<'b> {
    pub(super) fn new(bytes: &'b [u8], name: &'static str) -> Self {
        Self { bytes, at: 0, name }
    }

    /// How many bytes have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Calls `field` with number and type of every field of a structure; it returns whether it has read the value itself.
    ///
    /// `known` is the type of each field that the decoder reads by its number alone, whatever type the bytes say.
    pub(super) fn structure(
        &mut self,
        depth: usize,
        known: &[(i16, u8)],
        mut field: impl FnMut(&mut Self, i16, u8) -> Outcome<bool>,
    ) -> Outcome<()> {
        let mut id = 0i16;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok(),
                delta => id.checked_add(i16::from(delta)),
            }
            .ok_or_else(|| self.wrong("a field number is too large"))?;
            if known.iter().any(|(known, expected)| *known == id && *expected != kind) {
                return Err(self.wrong(&format!("field {id} has the type {kind}")));
            }
            if !field(self, id, kind)? {
                self.skip(kind, depth + 1, true)?;
            }
        }
    }

    /// Calls `element` for every element of a list of structures; it reads one. Returns how many there are.
    pub(super) fn structures(&mut self, mut element: impl FnMut(&mut Self) -> Outcome<()>) -> Outcome<usize> {
        let (count, kind) = self.list()?;
        if count > 0 && kind != STRUCT {
            return Err(self.wrong("a list is not one of structures"));
        }
        (0..count).try_for_each(|_| element(self))?;
        Ok(count)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Reads the head of a list: how many elements, at most one a remaining byte, and their type.
    fn list(&mut self) -> Outcome<(usize, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        let left = self.bytes.len() - self.at;
        match usize::try_from(count) {
            Ok(count) if count <= left => Ok((count, head & 0x0f)),
            _ => Err(self.wrong(&format!("a list claims {count} elements where {left} bytes are left"))),
        }
    }

    /// Reads a signed integer.
    pub(super) fn zigzag(&mut self) -> Outcome<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn skip(&mut self, kind: u8, depth: usize, in_field: bool) -> Outcome<()> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("values are nested too deeply"));
        }
        match kind {
            // A truth value in a field is its type; in a list it is a byte.
            1 | 2 if in_field => Ok(()),
            1..=3 => self.advance(1),
            4..=6 => self.varint().map(drop),
            7 => self.advance(8),
            8 => {
                let length = self.varint()?;
                self.advance(usize::try_from(length).unwrap_or(usize::MAX))
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip(kind, depth + 1, false))
            }
            11 => self.skip_map(depth),
            12 => self.structure(depth, &[], |_, _, _| Ok(false)),
            13 => self.advance(16),
            _ => Err(self.wrong(&format!("type {kind} does not exist"))),
        }
    }

    fn skip_map(&mut self, depth: usize) -> Outcome<()> {
        let count = self.varint()?;
        if count == 0 {
            return Ok(());
        }
        let kinds = self.byte()?;
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(self.wrong(&format!("a map claims {count} entries")));
        }
        (0..count).try_for_each(|_| {
            self.skip(kinds >> 4, depth + 1, false)?;
            self.skip(kinds & 0x0f, depth + 1, false)
        })
    }

    fn byte(&mut self) -> Outcome<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or_else(|| self.wrong("it ends too early"))?;
        self.at += 1;
        Ok(byte)
    }

    fn advance(&mut self, count: usize) -> Outcome<()> {
        match self.at.checked_add(count) {
            Some(end) if end <= self.bytes.len() => {
                self.at = end;
                Ok(())
            }
            _ => Err(self.wrong(&format!("a value claims {count} bytes"))),
        }
    }

    fn varint(&mut self) -> Outcome<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.wrong("a number is longer than ten bytes"))
    }

    /// A message with the location.
    pub(super) fn wrong(&self, what: &str) -> String {
        format!("{} is broken at its byte {}: {what}", self.name, self.at)
    }
}
