//! What a format is recognised by: the first bytes of a source, and the names of what it holds.

/// The beginning of a source and, of an archive or folder, the paths of its entries.
///
/// ```
/// use exporter_core::Sample;
///
/// let json = Sample::of(br#"{ "system": { "version": "2.41" }, "dataElements": [ {"#);
/// assert_eq!(json.json_keys(), ["system", "dataElements"]);
/// let xml = Sample::of(b"<?xml version=\"1.0\"?>\n<!-- DDI --><ddi:codeBook xmlns:ddi=\"ddi:codebook:2_5\">");
/// assert_eq!(xml.xml_root(), Some("codeBook"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The first bytes, up to 64 KiB; none of a folder.
    pub head: &'a [u8],
    /// Paths of the entries of an archive or folder, parts joined by `/`; none of anything else.
    pub entries: &'a [String],
}

impl<'a> Sample<'a> {
    /// Bytes of a source that are looked at: comments and entities may stand before the root of XML.
    pub const BYTES: usize = 64 << 10;

    /// A source that begins with these bytes; what is beyond 64 KiB is not looked at.
    pub fn of(head: &'a [u8]) -> Self {
        Self { head: head.get(..Self::BYTES).unwrap_or(head), entries: &[] }
    }

    /// The same source with the paths of what it holds.
    #[must_use]
    pub fn with_entries(self, entries: &'a [String]) -> Self {
        Self { entries, ..self }
    }

    /// The keys of a JSON object, as far as the first bytes reach; nothing of anything else. Escapes stay as they are.
    pub fn json_keys(&self) -> Vec<&'a str> {
        let text = text(self.head);
        let Some(inside) = text.trim_start().strip_prefix('{') else { return Vec::new() };
        let mut keys = Vec::new();
        let (mut depth, mut is_key) = (0_usize, true);
        let mut rest = inside;
        while let Some(at) = rest.find(['"', '{', '[', '}', ']', ',', ':']) {
            let (mark, behind) = rest.split_at(at).1.split_at(1);
            rest = behind;
            match mark {
                "\"" => {
                    let Some(end) = end_of_string(rest) else { break };
                    let (string, behind) = rest.split_at(end);
                    if depth == 0 && is_key {
                        keys.push(string);
                    }
                    rest = behind.get(1..).unwrap_or_default();
                }
                "{" | "[" => depth += 1,
                "}" | "]" if depth == 0 => break,
                "}" | "]" => depth -= 1,
                "," => is_key |= depth == 0,
                _ => is_key &= depth > 0,
            }
        }
        keys
    }

    /// The name of the root element of XML without its prefix, if it begins within the first bytes.
    pub fn xml_root(&self) -> Option<&'a str> {
        let mut rest = text(self.head).trim_start().strip_prefix('<')?;
        loop {
            let behind = match rest {
                _ if rest.starts_with('?') => rest.split_once("?>")?.1,
                _ if rest.starts_with("!--") => rest.split_once("-->")?.1,
                _ if rest.starts_with('!') => behind_document_type(rest)?,
                _ => break,
            };
            rest = behind.trim_start().strip_prefix('<')?;
        }
        let name = rest.split([' ', '\t', '\r', '\n', '/', '>']).next()?;
        let local = name.rsplit(':').next()?;
        (name.len() < rest.len() && !local.is_empty()).then_some(local)
    }
}

/// What follows a document type. It may hold declarations and comments of its own, and these all that would end it.
fn behind_document_type(text: &str) -> Option<&str> {
    let (mut rest, mut depth) = (text, 0_usize);
    loop {
        let at = rest.find(['"', '\'', '<', '[', ']', '>'])?;
        let (mark, behind) = rest.get(at..)?.split_at(1);
        rest = match mark {
            "<" if behind.starts_with("!--") => behind.split_once("-->")?.1,
            "<" if behind.starts_with('?') => behind.split_once("?>")?.1,
            "\"" | "'" => behind.split_once(mark)?.1,
            ">" if depth == 0 => return Some(behind),
            _ => {
                match mark {
                    "[" | "<" => depth += 1,
                    _ => depth = depth.saturating_sub(1),
                }
                behind
            }
        };
    }
}

/// The text that bytes begin with, without a byte-order mark.
fn text(head: &[u8]) -> &str {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => head
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    }
}

/// Where a JSON string ends that begins before this text.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn keys_of_json_are_those_of_the_outer_object() {
        let keys = |text: &'static str| Sample::of(text.as_bytes()).json_keys();
        assert_eq!(keys("\u{feff} {\"a\": {\"no\": [1, {\"x\": 2}]}, \"b\":\"c,\\\"d\", \"e"), ["a", "b"]);
        assert_eq!(keys("{\"a\":1}{\"b\":2}"), ["a"]);
        assert_eq!(keys("{}"), [""; 0]);
        assert_eq!(keys("[{\"a\":1}]"), [""; 0]);
        assert_eq!(keys("a,b\n"), [""; 0]);
        assert_eq!(keys("{\"codebook\": 1"), ["codebook"]);
    }

    #[test]
    fn the_root_of_xml_is_behind_prolog_comments_and_document_type() {
        let root = |text: &'static str| Sample::of(text.as_bytes()).xml_root();
        assert_eq!(root("<a>"), Some("a"));
        assert_eq!(root("<a/>"), Some("a"));
        assert_eq!(root("\u{feff}<?xml version='1.0'?>\r\n<!-- <no> -->\n<p:root\n a='1'>"), Some("root"));
        assert_eq!(
            root("<!DOCTYPE codeBook SYSTEM 'x.dtd' [ <!ENTITY a 'b'> ]><codeBook >"),
            Some("codeBook")
        );
        assert_eq!(root("<!DOCTYPE html><html>"), Some("html"));
        for inside in
            ["<!-- ]> ' -->", "<!ENTITY a ']>'>", "<?x ]>?>", "<!ENTITY a \"[\">", "<!ELEMENT a ANY>"]
        {
            let text = format!("<!DOCTYPE a [{inside}]><a>");
            assert_eq!(Sample::of(text.as_bytes()).xml_root(), Some("a"), "{inside}");
        }
        let long = format!("<!--{}--><a>", "x".repeat(60_000));
        assert_eq!(Sample::of(long.as_bytes()).xml_root(), Some("a"));
        for none in ["<ro", "text", "<?xml", "", "<!-- a", "< >"] {
            assert_eq!(root(none), None, "{none}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_have_neither() {
        let bytes = Sample::of(b"{\"a\": \"\xff\", \"b\": 1}");
        assert_eq!(bytes.json_keys(), ["a"]);
        assert_eq!(Sample::of(b"\xff\xfe<a>").xml_root(), None);
    }
}
