//! Documents as elements, read by nothing of ours.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
    pub(super) text: String,
}

impl Node {
    /// The value of an attribute; empty without it.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The elements at a path of names.
    pub(super) fn at(&self, path: &str) -> Vec<&Self> {
        path.split('/').fold(vec![self], |found, name| {
            found.into_iter().flat_map(|node| &node.children).filter(|child| child.name == name).collect()
        })
    }

    /// The name of the first element with a prefix.
    pub(super) fn prefixed(&self) -> Option<&str> {
        let own = Some(self.name.as_str()).filter(|name| name.contains(':'));
        own.or_else(|| self.children.iter().find_map(Self::prefixed))
    }
}

/// The root of a document.
pub(super) fn parsed(xml: &str) -> Node {
    let (mut reader, mut open) = (Reader::from_str(xml), vec![Node::default()]);
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes = tag.attributes().map(|it| it.unwrap());
                open.push(Node {
                    name: tag.name().as_ref().to_owned(),
                    attributes: attributes
                        .map(|it| (it.key.as_ref().to_owned(), it.value.into_owned()))
                        .collect(),
                    ..Node::default()
                });
            }
            Event::Text(words) => open.last_mut().unwrap().text.push_str(words),
            Event::GeneralRef(name) => open.last_mut().unwrap().text.push_str(&format!("&{};", &**name)),
            Event::Eof => return open.remove(0).children.remove(0),
            _ => {}
        }
        if matches!(event, Event::End(_) | Event::Empty(_)) {
            let node = open.pop().unwrap();
            open.last_mut().unwrap().children.push(node);
        }
    }
}
