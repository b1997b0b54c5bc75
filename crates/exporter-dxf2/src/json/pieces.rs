//! A JSON document in pieces: the properties of its outermost object, and the elements of those that are arrays, one in memory.

use std::io::BufRead;

use exporter_xml::Position;

use crate::fault::Fault;

/// What comes next; the text of a value is in the buffer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// A property that is no array.
    Property(String),
    /// An array begins, a property of this name; the outermost value has no name.
    Begin(Option<String>),
    /// An element of the array.
    Element,
    /// The array ends.
    End,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Object { first: bool },
    Array { in_object: bool, first: bool },
    Done,
}

/// Reads a document piece by piece.
#[derive(Debug)]
pub struct Pieces<R> {
    reader: R,
    position: Position,
    /// Where the value begins that was read last.
    start: Position,
    open: Open,
    /// Bytes of the longest piece that is read.
    most: usize,
}

impl<R: BufRead> Pieces<R> {
    /// Reads a document whose pieces have at most so many bytes.
    pub fn new(reader: R, most: usize) -> Self {
        let (position, start) = (Position::of_line(1), Position::of_line(1));
        Self { reader, position, start, open: Open::Nothing, most }
    }

    /// Where the next piece begins, or ended, which was read.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Where the value began that was read last.
    pub fn start(&self) -> Position {
        self.start
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.position, message)
    }

    fn cut(&self) -> Fault {
        Fault { is_cut: true, ..self.fault("the document ends here, and is not complete") }
    }

    fn failed(&self, source: std::io::Error) -> Fault {
        Fault { source: Some(source), ..self.fault("the bytes cannot be read") }
    }

    /// The next byte, which stays.
    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            match self.reader.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.position.column += bytes as u64;
    }

    /// The next byte that is no blank, which stays.
    fn next_sign(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let Some(byte) = self.peek()? else { return Ok(None) };
            match byte {
                b'\n' => {
                    self.reader.consume(1);
                    self.position = Position::of_line(self.position.line + 1);
                }
                b' ' | b'\t' | b'\r' => self.take(1),
                _ => return Ok(Some(byte)),
            }
        }
    }

    /// The next piece, and the text of its value in `buffer`; `None` at the end.
    ///
    /// # Errors
    /// The document is no JSON, is cut off, or a piece is longer than is read.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Piece>, Fault> {
        buffer.clear();
        match self.open {
            Open::Done => Ok(None),
            Open::Nothing => match self.next_sign()? {
                Some(b'{') => {
                    self.take(1);
                    self.open = Open::Object { first: true };
                    self.next(buffer)
                }
                Some(b'[') => {
                    self.take(1);
                    self.open = Open::Array { in_object: false, first: true };
                    Ok(Some(Piece::Begin(None)))
                }
                Some(0xEF) => {
                    self.bytes_of_mark()?;
                    self.next(buffer)
                }
                Some(_) => Err(self.fault("a JSON document begins with { or [")),
                None => Err(self.cut()),
            },
            Open::Object { first } => {
                if !self.goes_on(b'}', first)? {
                    return self.end();
                }
                let name = self.name(buffer)?;
                if self.next_sign()? == Some(b'[') {
                    self.take(1);
                    self.open = Open::Array { in_object: true, first: true };
                    return Ok(Some(Piece::Begin(Some(name))));
                }
                self.value(buffer)?;
                self.open = Open::Object { first: false };
                Ok(Some(Piece::Property(name)))
            }
            Open::Array { in_object, first } => {
                if !self.goes_on(b']', first)? {
                    self.open = if in_object { Open::Object { first: false } } else { Open::Done };
                    if !in_object {
                        self.nothing_follows()?;
                    }
                    return Ok(Some(Piece::End));
                }
                self.value(buffer)?;
                self.open = Open::Array { in_object, first: false };
                Ok(Some(Piece::Element))
            }
        }
    }

    /// Whether another member follows; the comma before it, or the bracket that ends them, is taken.
    fn goes_on(&mut self, end: u8, first: bool) -> Result<bool, Fault> {
        let sign = self.next_sign()?.ok_or_else(|| self.cut())?;
        if sign == end {
            self.take(1);
            return Ok(false);
        }
        if first {
            return Ok(true);
        }
        if sign != b',' {
            return Err(self.fault(format!("a comma or {} is missing", char::from(end))));
        }
        self.take(1);
        match self.next_sign()? {
            Some(sign) if sign == end => Err(self.fault("a value is missing behind a comma")),
            _ => Ok(true),
        }
    }

    fn end(&mut self) -> Result<Option<Piece>, Fault> {
        self.open = Open::Done;
        self.nothing_follows()?;
        Ok(None)
    }

    fn nothing_follows(&mut self) -> Result<(), Fault> {
        match self.next_sign()? {
            None => Ok(()),
            Some(_) => Err(self.fault("something follows the end of the document")),
        }
    }

    /// Passes over a byte-order mark.
    fn bytes_of_mark(&mut self) -> Result<(), Fault> {
        for wanted in [0xEF, 0xBB, 0xBF] {
            if self.peek()? != Some(wanted) {
                return Err(self.fault("a JSON document begins with { or ["));
            }
            self.reader.consume(1);
        }
        Ok(())
    }

    /// The name of a property and the colon behind it.
    fn name(&mut self, buffer: &mut Vec<u8>) -> Result<String, Fault> {
        if self.next_sign()?.ok_or_else(|| self.cut())? != b'"' {
            return Err(self.fault("the name of a property in quotes is missing"));
        }
        let at = self.position;
        self.value(buffer)?;
        let name = serde_json::from_slice(buffer)
            .map_err(|error| Fault::new(at, format!("the name of a property cannot be read: {error}")))?;
        buffer.clear();
        if self.next_sign()?.ok_or_else(|| self.cut())? != b':' {
            return Err(self.fault("a colon is missing"));
        }
        self.take(1);
        Ok(name)
    }

    /// Copies the text of the value that begins here; whether it is sound is for those who read it.
    fn value(&mut self, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let first = self.next_sign()?.ok_or_else(|| self.cut())?;
        self.start = self.position;
        let mut scan = Scan::new(first);
        loop {
            let bytes = loop {
                match self.reader.fill_buf() {
                    Ok(bytes) => break bytes,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(self.failed(error)),
                }
            };
            // A number or word may go on, too, since a bracket follows in every document.
            if bytes.is_empty() {
                return Err(self.cut());
            }
            let (used, is_over) = scan.over(bytes);
            let taken = bytes.get(..used).unwrap_or_default();
            if buffer.len() + used > self.most {
                let message =
                    format!("a value is longer than {} bytes, which is the most that is read", self.most);
                return Err(self.fault(message));
            }
            buffer.extend_from_slice(taken);
            self.position.pass(taken);
            self.reader.consume(used);
            if is_over {
                return Ok(());
            }
        }
    }
}

/// Finds the end of a value.
struct Scan {
    kind: Kind,
    depth: usize,
    in_text: bool,
    escaped: bool,
}

#[derive(PartialEq)]
enum Kind {
    Nested,
    Text,
    /// A number or word, which ends before the next sign.
    Plain,
}

impl Scan {
    fn new(start: u8) -> Self {
        let kind = match start {
            b'{' | b'[' => Kind::Nested,
            b'"' => Kind::Text,
            _ => Kind::Plain,
        };
        Self { kind, depth: 0, in_text: false, escaped: false }
    }

    /// How many of the bytes are the value's, and whether it ends with them.
    fn over(&mut self, bytes: &[u8]) -> (usize, bool) {
        if self.kind == Kind::Plain {
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
            return bytes.iter().position(ends).map_or((bytes.len(), false), |end| (end, true));
        }
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.in_text {
                if std::mem::take(&mut self.escaped) {
                    at += 1;
                    continue;
                }
                let Some(next) = memchr::memchr2(b'"', b'\\', rest) else { return (bytes.len(), false) };
                at += next + 1;
                if rest.get(next) == Some(&b'\\') {
                    self.escaped = true;
                    continue;
                }
                self.in_text = false;
                if self.kind == Kind::Text {
                    return (at, true);
                }
                continue;
            }
            let sign = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']');
            let Some(next) = rest.iter().position(sign) else { return (bytes.len(), false) };
            at += next + 1;
            match rest.get(next) {
                Some(b'"') => self.in_text = true,
                Some(b'{' | b'[') => self.depth += 1,
                _ => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return (at, true);
                    }
                }
            }
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn pieces(text: &str, capacity: usize, most: usize) -> (Vec<String>, Option<String>) {
        let mut pieces = Pieces::new(BufReader::with_capacity(capacity, text.as_bytes()), most);
        let (mut buffer, mut found) = (Vec::new(), Vec::new());
        loop {
            match pieces.next(&mut buffer) {
                Ok(Some(piece)) => found.push(format!("{piece:?} {}", String::from_utf8_lossy(&buffer))),
                Ok(None) => return (found, None),
                Err(Fault { position: Position { line, column }, message, .. }) => {
                    return (found, Some(format!("{line}:{column} {message}")));
                }
            }
        }
    }

    #[test]
    fn documents_come_in_pieces_whatever_the_buffer() {
        let text = "\u{FEFF} {\"system\": {\"v\": [1, {\"a\": \"]}\\\"\"}]},\n \"d\" : [ {\"id\":1} , 2.5,\"x,y\"], \"n\":null,\"e\":[]}\n";
        let wanted = [
            "Property(\"system\") {\"v\": [1, {\"a\": \"]}\\\"\"}]}",
            "Begin(Some(\"d\")) ",
            "Element {\"id\":1}",
            "Element 2.5",
            "Element \"x,y\"",
            "End ",
            "Property(\"n\") null",
            "Begin(Some(\"e\")) ",
            "End ",
        ];
        for capacity in 1..40 {
            assert_eq!(
                pieces(text, capacity, 1000),
                (wanted.map(str::to_owned).to_vec(), None),
                "{capacity}"
            );
        }
        let (bare, fault) = pieces("[{},{}]", 4, 1000);
        assert_eq!((bare.join("|"), fault), ("Begin(None) |Element {}|Element {}|End ".to_owned(), None));
    }

    #[test]
    fn values_have_the_place_where_they_begin() {
        let mut pieces = Pieces::new(&b"{\"a\":\n [1,\n  {\"b\":\n2} ]}"[..], 100);
        let (mut buffer, mut starts) = (Vec::new(), Vec::new());
        while let Some(piece) = pieces.next(&mut buffer).unwrap() {
            if piece == Piece::Element {
                starts.push((pieces.start().line, pieces.start().column));
            }
        }
        assert_eq!(starts, [(2, 3), (3, 3)]);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, wanted) in [
            ("", "1:1 the document ends here, and is not complete"),
            ("<a/>", "1:1 a JSON document begins with { or ["),
            ("{\"a\":[1,\n2", "2:2 the document ends here, and is not complete"),
            ("{\"a\":1 \"b\":2}", "1:8 a comma or } is missing"),
            ("{\"a\":[1,]}", "1:9 a value is missing behind a comma"),
            ("{\"a\"", "1:5 the document ends here, and is not complete"),
            ("{\"a\":1, ", "1:9 the document ends here, and is not complete"),
            ("{a:1}", "1:2 the name of a property in quotes is missing"),
            ("{\"a\" 1}", "1:6 a colon is missing"),
            ("{} x", "1:4 something follows the end of the document"),
            ("{\"a\":nul", "1:9 the document ends here, and is not complete"),
            ("{\"a\":[1,2", "1:10 the document ends here, and is not complete"),
            ("{\"a\":{\"b\":", "1:11 the document ends here, and is not complete"),
        ] {
            assert_eq!(pieces(text, 8, 1000).1.as_deref(), Some(wanted), "{text}");
        }
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(100));
        assert!(pieces(&long, 8, 50).1.unwrap().contains("longer than 50 bytes"));
    }
}
