//! Keeps what a codebook has no field for.

use std::collections::{BTreeMap, HashMap};

use exporter_core::codebook::Attribute;

use super::way::shortened;
use super::{Taken, has_own_text, taken};
use crate::mapping::SOURCE;
use crate::mapping::note::{add_attribute, is_ours, kind_of};
use crate::mapping::texts::{Left, TERM, has_text, language_of, words};
use crate::structure::{Content, Version};
use exporter_xml::Element;

/// The path of what is not read, with all that is in it.
const LEFT: &str = "-";

/// What is said, by the rest of the way to it.
type Said = Vec<(String, Vec<String>)>;

/// Elements of DDI that stand in texts.
const IN_TEXT: [&str; 2] = ["citation", "txt"];

/// Which elements are read as something else: paths of names.
struct Keeping<'a> {
    root: &'a str,
    read: &'a [&'a str],
    /// Elements at these paths that are not read.
    left: &'a Left,
    /// Attributes of what gives texts their form, such as links.
    forms: Vec<(String, String)>,
}

/// Keeps what stands in an element and is not read: texts, and attributes. `read` are the paths of elements that are read but for
/// those that are left.
pub(crate) fn keep(attributes: &mut BTreeMap<String, Attribute>, root: &Element, read: &[&str], left: &Left) {
    keep_into(root, read, left, |name, value| add_attribute(attributes, &name, value));
}

/// Hands on what stands in an element and is not read.
pub(crate) fn keep_into(root: &Element, read: &[&str], left: &Left, mut add: impl FnMut(String, String)) {
    let mut keeping = Keeping { root: &root.name, read, left, forms: Vec::new() };
    let said = keeping.inside(root, "", true, taken(&root.name));
    for (way, values) in said {
        let name = match way.strip_prefix('@') {
            Some(attribute) => format!("{}@{attribute}", root.name),
            None => shortened(&root.name, way.trim_start_matches('/')),
        };
        values.into_iter().for_each(|value| add(name.clone(), value));
    }
    keeping.forms.into_iter().for_each(|(name, value)| add(name, value));
}

/// Whether an element is read with all that it says, by the names that are read in its parent.
fn is_all_read(element: &Element, read: &[&str]) -> bool {
    read.contains(&&*element.name)
        && !has_own_text(&element.name)
        && element.elements().next().is_none()
        && (element.attributes.is_empty() || own_attributes(element, taken(&element.name).0).next().is_none())
}

/// Whether elements of this name hold texts.
fn holds_text(name: &str) -> bool {
    let rule = Version::V2_5.structure().rule(name);
    rule.is_some_and(|rule| matches!(rule.content, Content::Text(_)))
}

/// Whether elements of this name may hold texts: words that stray among elements make no text of these.
fn may_hold_text(name: &str) -> bool {
    let rule = Version::V2_5.structure().rule(name);
    rule.is_none_or(|rule| !matches!(rule.content, Content::Children(_)))
}

impl Keeping<'_> {
    /// What an element says; the way to it is a path of names.
    fn element(&mut self, element: &Element, path: &str, is_read: bool, taken: Taken) -> Said {
        let mut said = Said::new();
        if !is_read || has_own_text(&element.name) {
            let is_text = has_text(element) || element.elements().next().is_none();
            let words = if is_text { words(element) } else { String::new() };
            if !words.is_empty() {
                said.push((String::new(), vec![words]));
            }
            // Paragraphs and terms are in the language of the text that they make.
            let tag = language_of(element).filter(|_| is_text || holds_text(&element.name));
            said.extend(tag.map(|tag| ("@xml:lang".to_owned(), vec![tag.to_owned()])));
        }
        said.extend(self.inside(element, path, is_read, taken));
        said
    }

    /// What its attributes say and the elements in it.
    fn inside(&mut self, element: &Element, path: &str, is_read: bool, (stated, inside): Taken) -> Said {
        // Most elements are categories, of which nothing is left over.
        if own_attributes(element, stated).next().is_none()
            && !has_text(element)
            && element.elements().all(|child| is_all_read(child, inside) && !self.left.is_kept(child))
        {
            return Said::new();
        }
        let mut said: Said =
            own_attributes(element, stated).map(|(name, value)| (format!("@{name}"), vec![value])).collect();
        let is_form = is_read && !path.is_empty() && inside.is_empty() && !self.is_on_the_way(path);
        let is_text = has_text(element) && inside.is_empty() && may_hold_text(&element.name) || is_form;
        let mut groups: Vec<(&str, Vec<&Element>)> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let is_said =
            |child: &&Element| !is_ours(child) && kind_of(child).is_none() && !self.left.is_dropped(child);
        let said_inside: Vec<&Element> = element.elements().filter(is_said).collect();
        for child in said_inside {
            if is_text && child.name != TERM {
                self.form(child, path);
            } else if child.name == "notes" && child.attributes.is_empty() && words(child).is_empty() {
                // Nothing but links.
                child.elements().for_each(|form| self.form(form, ""));
            } else {
                let at = *known.entry(child.name.as_ref()).or_insert(groups.len());
                match groups.get_mut(at) {
                    Some((_, group)) => group.push(child),
                    None => groups.push((child.name.as_ref(), vec![child])),
                }
            }
        }
        for (name, mut group) in groups {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let is_read = self.read.contains(&path.as_str()) || is_read && inside.contains(&name);
            // Those that are left are written behind the one that is read.
            group.sort_by_key(|child| self.left.is_kept(child));
            let each = group.iter().map(|child| match self.left.is_kept(child) {
                true => self.element(child, LEFT, false, Taken::default()),
                false => {
                    self.element(child, &path, is_read, if is_read { taken(name) } else { Taken::default() })
                }
            });
            let mut each: Vec<Said> = each.collect();
            if !is_read && !self.is_on_the_way(&path) {
                // What says nothing is not written, and counts for nothing.
                let mut says = each.iter().map(|said| !said.is_empty());
                group.retain(|_| says.next().unwrap_or_default());
                each.retain(|said| !said.is_empty());
            }
            let is_apart = group.iter().any(|child| self.left.is_kept(child));
            said.extend(merged(name, &group, each, is_read, is_apart));
        }
        said
    }

    /// Whether something below a path is read.
    fn is_on_the_way(&self, path: &str) -> bool {
        self.read.iter().any(|read| read.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Keeps the attributes of the form of a text: of an element of DDI with the way to it, others have no place of their own.
    fn form(&mut self, form: &Element, path: &str) {
        let is_element = !path.is_empty() && IN_TEXT.contains(&form.name.as_ref());
        let way = if is_element { format!("{path}/{}", form.name) } else { form.name.to_string() };
        let way = shortened(self.root, &way);
        let own = own_attributes(form, &[]).map(|(name, value)| (format!("{way}@{name}"), value));
        self.forms.extend(own);
        let tag = language_of(form).filter(|_| is_element).map(str::to_owned);
        self.forms.extend(tag.map(|tag| (format!("{way}@xml:lang"), tag)));
        form.elements().for_each(|form| self.form(form, ""));
    }
}

/// The attributes of an element that say something of it and are not taken.
fn own_attributes<'e>(
    element: &'e Element,
    stated: &'static [&'static str],
) -> impl Iterator<Item = (&'e str, String)> {
    element
        .attributes
        .iter()
        .map(|(name, value)| (name.as_ref(), value.trim()))
        .filter(move |(name, value)| {
            !(name.starts_with("xml")
                || (*name, *value) == SOURCE
                || stated.contains(name)
                || value.is_empty())
        })
        .map(|(name, value)| (name, value.to_owned()))
}

/// What elements of one name in one parent say: each of them apart where some are left behind those that are read.
fn merged(name: &str, group: &[&Element], each: Vec<Said>, is_read: bool, is_apart: bool) -> Said {
    let codes: Vec<String> = match name {
        "catgry" => group.iter().map(|it| it.first("catValu").map(words).unwrap_or_default()).collect(),
        _ => Vec::new(),
    };
    let one = |at: usize| match codes.get(at).filter(|code| !code.is_empty()) {
        Some(code) => format!("/{name}[catValu={code}]"),
        None => format!("/{name}[{}]", at + 1),
    };
    if let ([said], true) = (each.as_slice(), codes.is_empty() && !is_apart) {
        return said.iter().map(|(rest, values)| (format!("/{name}{rest}"), values.clone())).collect();
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    for (rest, _) in each.iter().flatten().filter(|(_, values)| values.len() == 1) {
        *times.entry(rest).or_default() += 1;
    }
    let has_all = |rest: &str| !is_apart && codes.is_empty() && times.get(rest) == Some(&group.len());
    let (mut all, mut of_one): (Said, Said) = (Vec::new(), Vec::new());
    let mut places: HashMap<&str, usize> = HashMap::new();
    // Elements are told from those in them by their own texts.
    let are_texts = is_read || has_all("");
    for (at, said) in each.iter().enumerate() {
        for (rest, values) in said {
            let is_own = rest.is_empty() || rest.starts_with('@');
            if !((is_own || are_texts) && has_all(rest)) {
                of_one.push((format!("{}{rest}", one(at)), values.clone()));
                continue;
            }
            let place = *places.entry(rest).or_insert(all.len());
            match all.get_mut(place) {
                Some((_, known)) => known.extend(values.iter().cloned()),
                None => all.push((format!("/{name}{rest}"), values.clone())),
            }
        }
    }
    all.extend(of_one);
    all
}
