//! Metadata as XML, to 2.38 (section 3).

use std::collections::VecDeque;
use std::io::BufRead;

use exporter_xml::{Element, Item, Position, Tag, XmlReader};

use super::from_elements::FromElements;
use super::part::{MetadataObject, Part};
use super::types::{singular, type_of};
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::Remark;
use crate::value::Value;

/// The namespace of every document.
pub(super) const NAMESPACE: &str = "http://dhis2.org/schema/dxf/2.0";
/// The names that the outermost element has had.
const ROOTS: [&str; 3] = ["metadata", "metaData", "dxf"];

/// The parts of a document in XML.
pub(super) struct XmlParts<R: BufRead> {
    reader: XmlReader<R>,
    most: usize,
    has_root: bool,
    /// What was read and is not given yet.
    waiting: VecDeque<Part>,
    /// The collection that is open, and how many objects of it were read.
    open: Option<(String, u64)>,
}

impl<R: BufRead> XmlParts<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        let (has_root, waiting, open) = (false, VecDeque::new(), None);
        Self { reader: XmlReader::new(reader), most, has_root, waiting, open }
    }

    pub(super) fn position(&self) -> Position {
        self.reader.position()
    }

    /// The next part; `None` at the end.
    pub(super) fn next(&mut self, findings: &mut Findings) -> Result<Option<Part>, Fault> {
        loop {
            if let Some(part) = self.waiting.pop_front() {
                return Ok(Some(part));
            }
            let item = self.reader.next_item();
            for (position, oddity) in self.reader.take_oddities() {
                findings.note(Remark::new(position, oddity.to_string()));
            }
            let position = self.reader.position();
            match item? {
                None => return Ok(None),
                Some(Item::Start(tag)) if !self.has_root => self.root(tag, findings)?,
                Some(Item::Start(tag)) => match self.open.take() {
                    Some((kind, index)) => {
                        self.open = Some((kind.clone(), index + 1));
                        let holder =
                            type_of(&kind).map_or_else(|| singular(&kind), |kind| kind.singular.into());
                        let element = self.reader.element(tag, self.most)?;
                        let object = object(&element, &holder, position, index, findings)?;
                        return Ok(Some(Part::Object(MetadataObject { kind, index, position, object })));
                    }
                    None => self.beside(tag, findings)?,
                },
                Some(Item::End) => self.open = None,
                Some(Item::Text(text)) if text.trim().is_empty() => {}
                Some(Item::Text(_)) => {
                    findings
                        .refuse(Remark::new(position, "a text between collections is left out").loss())?;
                }
            }
        }
    }

    fn root(&mut self, tag: Tag, findings: &mut Findings) -> Result<(), Fault> {
        self.has_root = true;
        let position = self.reader.position();
        if !ROOTS.contains(&tag.name.as_str()) {
            let message = format!(
                "<{}> is no metadata of DHIS2, which begins with <metadata>, <metaData> or <dxf>",
                tag.name
            );
            return Err(Fault::new(position, message));
        }
        match &tag.namespace {
            Some(namespace) if namespace == NAMESPACE => {}
            Some(namespace) => {
                findings.note(Remark::new(position, format!("the namespace is {namespace}")));
            }
            None => findings.note(Remark::new(position, "the document has no namespace")),
        }
        for (name, text) in tag.attributes {
            match name.contains(':') {
                true => findings.note(
                    Remark::new(position, "an attribute of another namespace is left out")
                        .property(name)
                        .loss(),
                ),
                false => self.waiting.push_back(Part::Property(name, Value::Text(text))),
            }
        }
        Ok(())
    }

    /// What stands right in the root: a collection, or something beside the collections.
    fn beside(&mut self, tag: Tag, findings: &mut Findings) -> Result<(), Fault> {
        let position = self.reader.position();
        if type_of(&tag.name).is_some() {
            self.open = Some((tag.name.clone(), 0));
            self.waiting.push_back(Part::Collection(tag.name));
            return Ok(());
        }
        let element = self.reader.element(tag, self.most)?;
        let name = element.name.to_string();
        let mut reader = FromElements { findings, position, index: None, id: None };
        match reader.value(&element, "metadata")? {
            Value::List(values)
                if !values.is_empty() && values.iter().all(|value| matches!(value, Value::Object(_))) =>
            {
                self.waiting.push_back(Part::Collection(name.clone()));
                for (index, value) in (0..).zip(values) {
                    if let Value::Object(object) = value {
                        let kind = name.clone();
                        self.waiting.push_back(Part::Object(MetadataObject {
                            kind,
                            index,
                            position,
                            object,
                        }));
                    }
                }
            }
            value => self.waiting.push_back(Part::Property(name, value)),
        }
        Ok(())
    }
}

fn object(
    element: &Element,
    holder: &str,
    position: Position,
    index: u64,
    findings: &mut Findings,
) -> Result<crate::value::Object, Fault> {
    let id = element.attribute("id").map(str::to_owned);
    FromElements { findings, position, index: Some(index), id }.object(element, holder)
}
