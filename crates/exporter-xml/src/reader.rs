//! A pull reader for XML of any origin: positions, bounded memory, and a list of what is odd and read nevertheless.

use std::fmt;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, PrefixDeclaration, ResolveResult};

use super::counted::Counted;
pub use super::counted::Position;
use super::decoded::Decoded;
use super::element::{Element, Node};
use super::entities::{Entities, character, entity_of, is_of_xml, reference};
use super::escape::{is_allowed, without_forbidden};
use super::names::{XML_SPACE, is_declaration, is_nc_name};

/// Bytes of a text or tag that is read; nothing that people write is longer.
const MOST_BYTES: usize = 16 << 20;
/// Elements within elements that are read.
const DEEPEST: usize = 128;

/// Why a document cannot be read any further.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What is wrong.
    pub message: String,
    /// Whether the document ends there.
    pub is_cut: bool,
    /// Whether it is XML, which is not read all the same.
    pub is_refusal: bool,
    /// What the system says, where the bytes could not be had.
    pub source: Option<std::io::Error>,
}

impl Fault {
    /// That a document is XML, and is not read all the same.
    pub fn refusal(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into(), is_cut: false, is_refusal: true, source: None }
    }
}

/// What is not as XML wants it, and read nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// An entity that is not one of XML, such as `&nbsp;`.
    Entity(String),
    /// An `&` that begins no reference.
    Ampersand,
    /// A character that XML cannot hold.
    Character(char),
    /// A name that is none, of an element or an attribute.
    Name(String),
    /// A prefix of no namespace.
    Prefix(String),
    /// Something in a tag that is no attribute.
    Attribute(String),
    /// Bytes that the encoding of the document does not have, or whose encoding, of this name, is not known; told at the end.
    Encoding(Option<String>),
    /// Bytes that are no UTF-8, in a document that declares no encoding; told at the end.
    Undeclared,
    /// An XML declaration that is none, or does not stand at the beginning.
    Declaration,
    /// Something before or behind the outermost element.
    Outside,
}

impl fmt::Display for Oddity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entity(name) if name.chars().all(|one| one.is_alphanumeric() || one == '#') => {
                write!(out, "the entity `&{name};` is not one of XML; write the character itself")
            }
            Self::Entity(problem) => write!(out, "a reference cannot be read: {problem}"),
            Self::Ampersand => out.write_str("`&` begins no reference; write `&amp;`"),
            Self::Character(one) => {
                write!(out, "XML cannot hold the character U+{:04X} there", u32::from(*one))
            }
            Self::Name(name) => write!(out, "{name:?} is no name"),
            Self::Prefix(prefix) => write!(out, "the prefix `{prefix}` stands for no namespace"),
            Self::Attribute(problem) => write!(out, "an attribute cannot be read: {problem}"),
            Self::Encoding(Some(name)) => {
                write!(out, "the document says that it is in the encoding {name:?}, which is not known")
            }
            Self::Encoding(None) => {
                out.write_str("some bytes are none of the encoding that the document says it has")
            }
            Self::Undeclared => out.write_str(
                "some bytes are no UTF-8, and the document declares no other encoding; save it as UTF-8, or write \
                 encoding=\"windows-1252\" into its first line",
            ),
            Self::Declaration => {
                out.write_str("the XML declaration must be the first, such as <?xml version=\"1.0\" encoding=\"UTF-8\"?>")
            }
            Self::Outside => out.write_str("something stands outside the outermost element"),
        }
    }
}

/// The beginning of an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// Name without prefix.
    pub name: String,
    /// The namespace, where there is one.
    pub namespace: Option<String>,
    /// Names with their prefix, and values; those that declare namespaces are not among them.
    pub attributes: Vec<(String, String)>,
}

/// What comes next in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An element begins.
    Start(Tag),
    /// It ends.
    End,
    /// Text.
    Text(String),
}

/// Reads a document, item by item.
pub struct XmlReader<R: BufRead> {
    reader: Reader<Counted<Decoded<R>>>,
    buffer: Vec<u8>,
    names: NamespaceResolver,
    /// Names of the elements that are open.
    open: Vec<String>,
    /// Where the item stands that was read last.
    position: Position,
    oddities: Vec<(Position, Oddity)>,
    entities: Entities,
    has_root: bool,
    at_end: bool,
}

impl<R: BufRead> XmlReader<R> {
    /// Reads a document; its encoding is that of its byte-order mark or declaration, else UTF-8.
    pub fn new(bytes: R) -> Self {
        let mut reader = Reader::from_reader(Counted::new(Decoded::new(bytes)));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self {
            reader,
            buffer: Vec::new(),
            names: NamespaceResolver::default(),
            open: Vec::new(),
            position: Position::of_line(1),
            oddities: Vec::new(),
            entities: Entities::default(),
            has_root: false,
            at_end: false,
        }
    }

    /// Where the item stands that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What was odd since this was asked for the last time.
    pub fn take_oddities(&mut self) -> Vec<(Position, Oddity)> {
        std::mem::take(&mut self.oddities)
    }

    /// The line of the first bytes, of those that were read, that are none of the document's encoding.
    pub fn malformed(&self) -> Option<u64> {
        self.reader.get_ref().inner().malformed()
    }

    /// The name of the document's encoding, where nothing is known of it.
    pub fn unknown_encoding(&self) -> Option<&str> {
        self.reader.get_ref().inner().unknown()
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// The document is damaged, hostile or cannot be read.
    pub fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        while !self.at_end {
            self.buffer.clear();
            self.reader.get_mut().allow(MOST_BYTES);
            self.position = self.reader.get_ref().position();
            let mut buffer = std::mem::take(&mut self.buffer);
            let item = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => self.item(event.into_owned()),
                Err(error) => Err(self.fault_of(error)),
            };
            self.buffer = buffer;
            if item.is_err() {
                self.at_end = true;
            }
            if let Some(item) = item? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The element whose beginning was read, whole, with at most so many elements and bytes of text in it.
    ///
    /// # Errors
    /// As [`XmlReader::next_item`], and for what is larger.
    pub fn element(&mut self, tag: Tag, most: usize) -> Result<Element, Fault> {
        let mut room = most;
        let mut stack = vec![element_of(tag)];
        while let Some(item) = self.next_item()? {
            let size = match &item {
                Item::Start(tag) => {
                    64 + tag.attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
                }
                Item::Text(text) => text.len(),
                Item::End => 0,
            };
            room = room
                .checked_sub(size)
                .ok_or_else(|| self.fault("one element has more in it than is read"))?;
            match item {
                Item::Start(tag) => stack.push(element_of(tag)),
                Item::Text(text) => {
                    if let Some(element) = stack.last_mut() {
                        match element.children.last_mut() {
                            Some(Node::Text(before)) => before.push_str(&text),
                            _ => element.children.push(Node::Text(text)),
                        }
                    }
                }
                Item::End => {
                    let Some(element) = stack.pop() else { break };
                    match stack.last_mut() {
                        Some(parent) => parent.push(element),
                        None => return Ok(element),
                    }
                }
            }
        }
        Err(self.fault("the document ends within an element"))
    }

    /// Passes over the element whose beginning was read.
    ///
    /// # Errors
    /// As [`XmlReader::next_item`].
    pub fn skip(&mut self) -> Result<(), Fault> {
        let level = self.open.len();
        while self.open.len() >= level && self.next_item()?.is_some() {}
        Ok(())
    }

    fn item(&mut self, event: Event<'_>) -> Result<Option<Item>, Fault> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.start(&tag).map(|tag| Some(Item::Start(tag))),
            Event::End(_) => {
                self.names.pop();
                self.open.pop();
                Ok(Some(Item::End))
            }
            Event::Text(text) => {
                let text = text.xml10_content().into_owned();
                // References are events of their own.
                if text.contains('&') {
                    self.odd(Oddity::Ampersand);
                }
                Ok(self.text(text))
            }
            Event::CData(text) => Ok(self.text(text.xml10_content().into_owned())),
            Event::GeneralRef(reference) => {
                let text = self.referred(&reference)?;
                Ok(self.text(text))
            }
            Event::DocType(declaration) => self.doctype(&declaration.xml10_content()).map(|()| None),
            Event::Decl(declaration) => {
                if self.position != Position::of_line(1) || !is_declaration(&declaration) {
                    self.odd(Oddity::Declaration);
                }
                Ok(None)
            }
            Event::Comment(_) | Event::PI(_) => Ok(None),
            Event::Eof => {
                self.at_end = true;
                let decoded = self.reader.get_ref().inner();
                if let Some(at) = decoded.malformed_at() {
                    let unknown = decoded.unknown().map(str::to_owned);
                    self.oddities.push((at, Oddity::Encoding(unknown)));
                }
                if let Some(at) = decoded.undeclared_at() {
                    self.oddities.push((at, Oddity::Undeclared));
                }
                match self.open.last() {
                    Some(open) => Err(self.fault(format!("the document ends within <{open}>"))),
                    None if !self.has_root => Err(self.fault("there is no element in it")),
                    None => Ok(None),
                }
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<Tag, Fault> {
        if self.open.is_empty() && std::mem::replace(&mut self.has_root, true) {
            self.odd(Oddity::Outside);
        }
        if self.open.len() >= DEEPEST {
            return Err(self.fault(format!("elements stand within one another more than {DEEPEST} times")));
        }
        if let Err(problem) = self.names.push(tag) {
            return Err(self.fault(problem.to_string()));
        }
        let name = tag.local_name();
        self.check_name(name.as_ref());
        // What is no name is known by one that can be written again.
        let name = without_forbidden(name.as_ref()).into_owned();
        let namespace = match self.names.resolve_element(tag.name()).0 {
            ResolveResult::Bound(namespace) => Some(namespace.as_ref().to_owned()),
            ResolveResult::Unbound => None,
            ResolveResult::Unknown(prefix) => {
                self.odd(Oddity::Prefix(prefix.to_owned()));
                None
            }
        };
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(problem) => {
                    self.odd(Oddity::Attribute(problem.to_string()));
                    continue;
                }
            };
            if let Some(declared) = attribute.key.as_namespace_binding() {
                if let PrefixDeclaration::Named(prefix) = declared
                    && attribute.value.is_empty()
                {
                    self.odd(Oddity::Prefix(prefix.to_owned()));
                }
                continue;
            }
            let key: &str = attribute.key.as_ref();
            key.split(':').for_each(|part| self.check_name(part));
            if let ResolveResult::Unknown(prefix) = self.names.resolve_attribute(attribute.key).0 {
                self.odd(Oddity::Prefix(prefix.to_owned()));
            }
            let value = self.value(&attribute.value)?;
            if attribute.value.contains('<') {
                self.odd(Oddity::Character('<'));
            }
            self.check_characters(&value);
            attributes.push((without_forbidden(key).into_owned(), value));
        }
        self.open.push(name.clone());
        Ok(Tag { name, namespace, attributes })
    }

    fn text(&mut self, text: String) -> Option<Item> {
        self.check_characters(&text);
        if self.open.is_empty() {
            if !text.trim_matches(XML_SPACE).is_empty() {
                self.odd(Oddity::Outside);
            }
            return None;
        }
        Some(Item::Text(text))
    }

    /// The value of an attribute: white space is blanks, and references are what they stand for.
    fn value(&mut self, raw: &str) -> Result<String, Fault> {
        let blanks = |text: &str| text.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
        let mut value = String::new();
        let mut rest = raw;
        while let Some((before, inner)) = rest.split_once('&') {
            value.push_str(&blanks(before));
            rest = match reference(inner) {
                Some((name, behind)) => {
                    value.push_str(&self.referred(name)?);
                    behind
                }
                None => {
                    self.odd(Oddity::Ampersand);
                    value.push('&');
                    inner
                }
            };
        }
        value.push_str(&blanks(rest));
        Ok(value)
    }

    /// What a reference stands for. Entities of XML and of HTML are known, and those of characters that the document declares;
    /// others stay as they are.
    fn referred(&mut self, name: &str) -> Result<String, Fault> {
        if name.starts_with('#') {
            return Ok(character(name).map_or_else(
                || {
                    self.odd(Oddity::Entity(name.to_owned()));
                    char::REPLACEMENT_CHARACTER.to_string()
                },
                String::from,
            ));
        }
        match self.entities.expanded(name) {
            Ok(Some(text)) => return Ok(text),
            Ok(None) => {}
            Err(message) => return Err(Fault { is_refusal: true, ..self.fault(message) }),
        }
        if !is_of_xml(name) {
            self.odd(Oddity::Entity(name.to_owned()));
        }
        Ok(entity_of(name).map_or_else(|| format!("&{name};"), str::to_owned))
    }

    /// A document type is fine as long as it leads nowhere.
    fn doctype(&mut self, declaration: &str) -> Result<(), Fault> {
        self.entities =
            Entities::of(declaration).map_err(|message| Fault { is_refusal: true, ..self.fault(message) })?;
        Ok(())
    }

    fn check_name(&mut self, name: &str) {
        if !is_nc_name(name) {
            self.odd(Oddity::Name(name.to_owned()));
        }
    }

    fn check_characters(&mut self, text: &str) {
        // Nearly all texts are of allowed characters alone.
        if let Some(one) = text.chars().find(|one| !is_allowed(*one)) {
            self.odd(Oddity::Character(one));
        }
    }

    fn odd(&mut self, oddity: Oddity) {
        // Whoever wants them takes them after each item; a hostile document must not make them pile up.
        if self.oddities.len() < 1024 {
            self.oddities.push((self.position, oddity));
        }
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            position: self.position,
            message: message.into(),
            is_cut: self.at_end,
            is_refusal: false,
            source: None,
        }
    }

    fn fault_of(&self, error: quick_xml::Error) -> Fault {
        match error {
            quick_xml::Error::Io(source) => {
                let source = std::io::Error::new(source.kind(), source.to_string());
                Fault {
                    position: self.position,
                    message: "cannot read the document".into(),
                    is_cut: false,
                    is_refusal: false,
                    source: Some(source),
                }
            }
            // All of these are of what is not ended.
            quick_xml::Error::Syntax(error) => Fault { is_cut: true, ..self.fault(error.to_string()) },
            error => self.fault(error.to_string()),
        }
    }
}

fn element_of(tag: Tag) -> Element {
    let attributes = tag.attributes.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Element { name: tag.name.into(), attributes, children: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items of a document in short, and what was odd.
    fn read(text: &str) -> (String, Vec<Oddity>, Option<String>) {
        let mut reader = XmlReader::new(text.as_bytes());
        let (mut items, mut oddities) = (String::new(), Vec::new());
        let fault = loop {
            match reader.next_item() {
                Ok(Some(Item::Start(tag))) => {
                    items.push_str(&format!("<{}", tag.name));
                    tag.attributes
                        .iter()
                        .for_each(|(name, value)| items.push_str(&format!(" {name}={value}")));
                    items.push('>');
                }
                Ok(Some(Item::End)) => items.push_str("</>"),
                Ok(Some(Item::Text(text))) => items.push_str(&text),
                Ok(None) => break None,
                Err(fault) => {
                    let Position { line, column } = fault.position;
                    break Some(format!("{line}:{column} {}", fault.message));
                }
            }
            oddities.extend(reader.take_oddities().into_iter().map(|(_, odd)| odd));
        };
        oddities.extend(reader.take_oddities().into_iter().map(|(_, odd)| odd));
        (items, oddities, fault)
    }

    #[test]
    fn items_are_the_same_however_they_are_written() {
        let text = "<?xml version=\"1.0\"?>\n<!DOCTYPE a SYSTEM \"a.dtd\">\n<p:a xmlns:p='x' i='1 &lt; &#50;'><!-- c --><b/>t&amp;<![CDATA[<u>]]>\r\n</p:a>\n";
        assert_eq!(read(text), ("<a i=1 < 2><b></>t&<u>\n</>".into(), vec![], None));
    }

    #[test]
    fn what_is_odd_is_read_and_told() {
        let (items, oddities, fault) =
            read("<a xmlns:e=''><q:b 1='x' c=d/><b r:i='y' xml:lang='en'/>&nbsp;\u{1} &x; & </a>z");
        assert_eq!(items, "<a><b 1=x></><b r:i=y xml:lang=en></>\u{a0}\u{1} &x; & </>");
        assert_eq!(fault, None);
        let entity = |name: &str| Oddity::Entity(name.to_owned());
        assert!(
            oddities.contains(&Oddity::Prefix("q".into()))
                && oddities.contains(&Oddity::Prefix("r".into()))
                && oddities.contains(&Oddity::Prefix("e".into()))
                && !oddities.contains(&Oddity::Prefix("xml".into()))
                && oddities.contains(&Oddity::Name("1".into()))
        );
        assert!(oddities.contains(&entity("nbsp")) && oddities.contains(&entity("x")));
        assert!(
            oddities.contains(&Oddity::Ampersand)
                && oddities.contains(&Oddity::Character('\u{1}'))
                && oddities.contains(&Oddity::Outside)
        );
        assert!(oddities.iter().any(|odd| matches!(odd, Oddity::Attribute(_))), "{oddities:?}");
    }

    #[test]
    fn damage_has_a_place() {
        assert_eq!(read("<a>\n <b>\n  é<c>").2.unwrap(), "3:7 the document ends within <c>");
        assert_eq!(read("").2.unwrap(), "1:1 there is no element in it");
        assert!(read("<a></b>").2.unwrap().starts_with("1:4 "));
        assert!(read("<a b='").2.unwrap().starts_with("1:1 "));
        let entities = "<!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]><a>&b;</a>";
        assert_eq!(
            read(entities).2.unwrap(),
            "1:51 the entity `b` that the document declares is another file, which is not read"
        );
        assert!(read(&"<a>".repeat(200)).2.unwrap().contains("within one another"));
    }

    #[test]
    fn entities_of_characters_are_those_that_the_document_declares() {
        let of = |subset: &str, text: &str| read(&format!("<!DOCTYPE a [{subset}]>{text}"));
        let subset = "<!-- <!ENTITY no '&b;'> --><!ELEMENT a ANY>\n<!ENTITY eacute \"&#233;\"> <!ENTITY nb '&#xA0;>'>\
                      <!ENTITY inst \"Institut\"><!ENTITY amp \"&#38;#38;\"><!ENTITY inst \"again\">";
        assert_eq!(
            of(subset, "<a i='&eacute;&lt;'>&inst;&nb;&amp;</a>"),
            ("<a i=é<>Institut\u{A0}>&</>".into(), vec![], None)
        );
        // Entities within entities are those of the place where they are used.
        for (value, text) in [
            ("A &amp; B", "A & B"),
            ("x &lt; y", "x < y"),
            ("A &#38;amp; B", "A & B"),
            ("A &#38; B", "A & B"),
            ("&inst; &eacute; &inst;", "In é In"),
        ] {
            let subset = format!("<!ENTITY e '{value}'><!ENTITY inst 'In'>");
            let found = of(&subset, "<a i='&e;'>&e;</a>");
            assert_eq!(found.0, format!("<a i={text}>{text}</>"), "{value}");
            assert_eq!((found.1.len(), found.2), (0, None));
        }
        let inner: &str = "1 \"q\" ]>";
        let subset = format!("<?pi <!ENTITY a '0'?><!-- > ]> <!ENTITY a '3'> --><!ENTITY a '{inner}'>");
        assert_eq!(of(&subset, "<a>&a;</a>").0, format!("<a>{inner}</>"));
    }

    #[test]
    fn entities_that_are_no_characters_are_refused_where_they_are_used() {
        let of = |subset: &str, text: &str| read(&format!("<!DOCTYPE a [{subset}]>{text}")).2;
        let declared =
            |problem: &str| Some(format!("1:1 the entity `b` that the document declares {problem}"));
        let place =
            |fault: Option<String>| fault.map(|fault| format!("1:1 {}", fault.split_once(' ').unwrap().1));
        for (subset, problem) in [
            ("<!ENTITY b '<b/>'>", "stands for elements, and is not expanded"),
            ("<!ENTITY b '&#60;b/>'>", "stands for elements, and is not expanded"),
            ("<!ENTITY b SYSTEM 'x.txt'>", "is another file, which is not read"),
            (
                "<!NOTATION gif SYSTEM 'x'><!ENTITY b SYSTEM 'l.gif' NDATA gif>",
                "is another file, which is not read",
            ),
            ("<!ENTITY b '&no;'>", "names an entity that is not declared"),
            ("<!ENTITY b '&b;'>", "has entities within one another more often than is followed"),
        ] {
            assert_eq!(of(subset, "<a/>"), None, "{subset}");
            assert_eq!(place(of(subset, "<a>&b;</a>")), declared(problem), "{subset}");
            assert_eq!(place(of(subset, "<a i='&b;'/>")), declared(problem), "{subset}");
        }
        assert_eq!(of("<!ENTITY % p 'x'>", "<a/>"), None);
        assert!(of("<!ENTITY % p 'x'> %p;", "<a/>").unwrap().contains("the parameter entity `p`"));
        let many: String = (0..2000).map(|at| format!("<!ENTITY e{at} 'x'>")).collect();
        assert_eq!((of(&many, "<a>&e5;</a>"), of(&many, "<a>&e1999;</a>").is_some()), (None, true));
    }

    #[test]
    fn entities_do_not_fill_the_memory() {
        let of = |subset: &str, text: &str| read(&format!("<!DOCTYPE a [{subset}]>{text}"));
        let long = format!("<!ENTITY b '{}'>", "x".repeat(100_000));
        assert_eq!(of(&long, "<a>&b;</a>").0.len(), 3 + 100_000 + 3);
        let used = format!("<a>{}</a>", "&b;".repeat(20));
        assert!(of(&long, &used).2.unwrap().contains("makes too much of the document"));
        // Each is ten of the one before.
        let level = |at: usize| format!("<!ENTITY l{} '{}'>", at + 1, format!("&l{at};").repeat(10));
        let laughs: String =
            std::iter::once("<!ENTITY l0 'lol'>".to_owned()).chain((0..8).map(level)).collect();
        assert!(of(&laughs, "<a>&l8;</a>").2.unwrap().contains("makes too much of the document"));
        assert_eq!(of(&laughs, "<a>&l3;</a>").2, None);
    }

    #[test]
    fn one_text_does_not_fill_the_memory() {
        let endless = std::io::BufReader::new(std::io::Read::chain(&b"<a>"[..], std::io::repeat(b'x')));
        let mut reader = XmlReader::new(endless);
        reader.next_item().unwrap();
        assert!(reader.next_item().unwrap_err().source.unwrap().to_string().contains("too long"));
    }

    #[test]
    fn elements_are_read_whole_or_passed_over() {
        let mut reader = XmlReader::new(&b"<a><b><c/>x</b><d i='1'>y<e/>z</d></a>"[..]);
        reader.next_item().unwrap();
        reader.next_item().unwrap();
        reader.skip().unwrap();
        let Some(Item::Start(tag)) = reader.next_item().unwrap() else { panic!("no element") };
        let element = reader.element(tag, 1000).unwrap();
        let mut written = String::new();
        element.write(0, &mut written);
        assert_eq!(written, "<d i=\"1\">y<e/>z</d>\n");
        assert_eq!((reader.next_item().unwrap(), reader.next_item().unwrap()), (Some(Item::End), None));
    }
}
