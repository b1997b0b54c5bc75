//! An element with all that is in it: what the writer builds and the reader finds.

use std::borrow::Cow;

use super::escape::{escape, without_forbidden};

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without prefix.
    pub name: Cow<'static, str>,
    /// Names, with the prefix that they have, and values.
    pub attributes: Vec<(Cow<'static, str>, String)>,
    /// What is in it.
    pub children: Vec<Node>,
}

/// What is in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// A text.
    Text(String),
}

impl Element {
    /// An empty element.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds an attribute; an empty value is none. Characters that XML cannot hold become U+FFFD, here and in texts, so that an
    /// element is what a reader finds of it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.attributes.push((name.into(), allowed(value)));
        }
        self
    }

    /// Adds an attribute where there is a value.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(allowed(text.into())));
        self
    }

    /// Adds an element.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// Adds elements.
    pub fn extend(&mut self, children: impl IntoIterator<Item = Element>) {
        self.children.extend(children.into_iter().map(Node::Element));
    }

    /// Adds an element unless nothing is in it and it says nothing.
    pub fn push_filled(&mut self, child: Element) {
        if !(child.children.is_empty() && child.attributes.is_empty()) {
            self.push(child);
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text that stands right in it, in one piece.
    pub fn own_text(&self) -> Cow<'_, str> {
        let mut texts = self.children.iter().filter_map(|child| match child {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        match (texts.next(), texts.next()) {
            (first, None) => first.unwrap_or_default().into(),
            (first, second) => first.into_iter().chain(second).chain(texts).collect(),
        }
    }

    /// The elements in it, to be changed.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Changes the first element at a path of names, which is made where there is none.
    pub fn within(&mut self, path: &[&'static str], change: impl FnOnce(&mut Element)) {
        let Some((name, below)) = path.split_first() else { return change(self) };
        if self.first(name).is_none() {
            self.push(Element::new(*name));
        }
        if let Some(part) = self.elements_mut().find(|part| part.name == *name) {
            part.within(below, change);
        }
    }

    /// The elements in it that have this name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.elements().filter(move |element| element.name == name)
    }

    /// The first element in it that has this name.
    pub fn first(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// Sorts the elements in it, all the way down, by where they stand in their parent; equals keep their order.
    pub fn sort(&mut self, position: &dyn Fn(&str, &str) -> usize) {
        let parent = &self.name;
        self.children.sort_by_cached_key(|child| match child {
            Node::Element(child) => position(parent, &child.name),
            Node::Text(_) => 0,
        });
        for child in &mut self.children {
            if let Node::Element(child) = child {
                child.sort(position);
            }
        }
    }

    /// Adds the element as text, indented by so many levels of two blanks; elements with text stand in one line.
    pub fn write(&self, level: usize, out: &mut String) {
        indent(level, out);
        self.write_inline(level, out);
        out.push('\n');
    }

    fn write_inline(&self, level: usize, out: &mut String) {
        self.open(out);
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        let is_text = self.children.iter().any(|child| matches!(child, Node::Text(_)));
        if !is_text {
            out.push('\n');
        }
        for child in &self.children {
            match child {
                Node::Text(text) => escape(text, false, out),
                Node::Element(child) if is_text => child.write_inline(level, out),
                Node::Element(child) => child.write(level + 1, out),
            }
        }
        if !is_text {
            indent(level, out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    /// Adds the beginning of its tag: name and attributes.
    pub fn open(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, true, out);
            out.push('"');
        }
    }
}

fn allowed(text: String) -> String {
    match without_forbidden(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

fn indent(level: usize, out: &mut String) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_written_in_order_and_texts_in_one_line() {
        let mut var = Element::new("var").with("ID", "V1").with("files", "").with_some("name", Some("a\"b"));
        var.push(Element::new("notes").text("last"));
        let mut label = Element::new("labl").text("a < b ");
        label.push(Element::new("hi").text("c"));
        var.push(label);
        var.push_filled(Element::new("qstn"));
        var.push(Element::new("location"));
        let order = ["location", "labl", "notes"];
        var.sort(&|_, name| order.iter().position(|known| *known == name).unwrap_or_default());
        let mut out = String::new();
        var.write(1, &mut out);
        assert_eq!(
            out,
            "  <var ID=\"V1\" name=\"a&quot;b\">\n    <location/>\n    <labl>a &lt; b <hi>c</hi></labl>\n    <notes>last</notes>\n  </var>\n"
        );
    }
}
