//! The types of metadata and their properties as data: `types.txt` is the table.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// A truth value.
    Truth,
    /// A number.
    Number,
    /// A reference to another object.
    Reference,
    /// An object of its own.
    Object,
    /// An object whose properties are keys, such as UIDs.
    Map,
    /// A list of texts.
    Texts,
    /// A list of numbers.
    Numbers,
    /// A list of references.
    References,
    /// A list of objects.
    Objects,
}

impl Kind {
    /// Whether it is a list, and with that a wrapper around items in XML.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Numbers | Self::References | Self::Objects)
    }

    /// Whether it is one plain value.
    pub fn is_plain(self) -> bool {
        matches!(self, Self::Text | Self::Truth | Self::Number)
    }
}

/// A property of a type of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The name of an item in XML, for a list.
    pub item: &'static str,
    /// Whether servers refuse an object without it.
    pub required: bool,
}

/// A type of objects that has a collection of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// The name of the collection.
    pub plural: &'static str,
    /// The name of one object in XML, and of the type in the table of properties.
    pub singular: &'static str,
    /// Its place in the order in which servers import, from 0.
    pub rank: usize,
    /// The numbers of its row in that order, where it has one.
    pub order: Option<(u16, u16)>,
    /// Whether newer versions do not have it.
    pub is_historic: bool,
    /// The last version that has it, where that is known.
    pub until: Option<&'static str>,
    /// The collection that has taken its place.
    pub successor: Option<&'static str>,
}

/// All types in the order in which servers import them, those without an order last.
pub fn types() -> &'static [Type] {
    &TABLE.types
}

/// The type of a collection.
///
/// ```
/// use exporter_dxf2::metadata::type_of;
/// let chart = type_of("charts").ok_or("a type")?;
/// assert_eq!((chart.singular, chart.until, chart.successor), ("chart", Some("2.33"), Some("visualizations")));
/// assert!(type_of("options").ok_or("a type")?.rank < type_of("optionSets").ok_or("a type")?.rank);
/// # Ok::<(), &str>(())
/// ```
pub fn type_of(plural: &str) -> Option<&'static Type> {
    TABLE.types.get(*TABLE.places.get(plural)?)
}

/// The properties of a type, by its singular, or of what has this name in XML; those that all have are not among them.
pub fn properties_of(holder: &str) -> &'static [Property] {
    TABLE.properties.get(holder).map(Vec::as_slice).unwrap_or_default()
}

/// What is known of a property: as its holder has it, else as all have it, else as the others have it that have one of this
/// name, where they agree.
pub fn property_of(holder: &str, name: &str) -> Option<&'static Property> {
    let of = |holder: &str| properties_of(holder).iter().find(|property| property.name == name);
    of(holder).or_else(|| of(COMMON)).or_else(|| TABLE.agreed.get(name)?.as_ref())
}

/// Whether XML has a property as an attribute.
pub fn is_attribute(holder: &str, name: &str) -> bool {
    let in_list = |lists: &HashMap<&str, Vec<&str>>, holder: &str| {
        lists.get(holder).is_some_and(|names| names.contains(&name))
    };
    !in_list(&TABLE.elements, holder)
        && (in_list(&TABLE.attributes, COMMON) || in_list(&TABLE.attributes, holder))
}

/// The singular of a plural by the rule of section 4.
pub fn singular(plural: &str) -> Cow<'_, str> {
    match (plural.strip_suffix("ies"), plural.strip_suffix('s')) {
        (Some(stem), _) if !stem.is_empty() => format!("{stem}y").into(),
        (_, Some(stem)) if !stem.is_empty() => stem.into(),
        _ => plural.into(),
    }
}

/// The holder of what all objects have.
const COMMON: &str = "*";

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(include_str!("types.txt")));

#[derive(Default)]
struct Table {
    types: Vec<Type>,
    places: HashMap<&'static str, usize>,
    attributes: HashMap<&'static str, Vec<&'static str>>,
    elements: HashMap<&'static str, Vec<&'static str>>,
    properties: HashMap<&'static str, Vec<Property>>,
    /// What those that have a property of a name agree on, if they do.
    agreed: HashMap<&'static str, Option<Property>>,
    /// Lines that are not understood, which a test finds.
    problems: Vec<&'static str>,
}

impl Table {
    fn of(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
            } else if table.line(section, line).is_none() {
                table.problems.push(line);
            }
        }
        for property in table.properties.values().flatten() {
            table
                .agreed
                .entry(property.name)
                .and_modify(|known| {
                    if known.is_some_and(|known| (known.kind, known.item) != (property.kind, property.item)) {
                        *known = None;
                    }
                })
                .or_insert(Some(Property { required: false, ..*property }));
        }
        table
    }

    fn line(&mut self, section: &str, line: &'static str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let first = words.next()?;
        match section {
            "types" => {
                let order = match first {
                    "-" => None,
                    one => {
                        let (from, to) = one.split_once('-').unwrap_or((one, one));
                        Some((from.parse().ok()?, to.parse().ok()?))
                    }
                };
                for plural in words {
                    let rank = self.types.len();
                    self.places.insert(plural, rank);
                    let singular = singular_of_table(plural);
                    let (is_historic, until, successor) = (false, None, None);
                    self.types.push(Type { plural, singular, rank, order, is_historic, until, successor });
                }
            }
            "historic" => {
                let known = |word: &'static str| Some(word).filter(|word| *word != "-");
                let kind = self.types.get_mut(*self.places.get(first)?)?;
                kind.is_historic = true;
                (kind.until, kind.successor) = (known(words.next()?), known(words.next()?));
            }
            "attributes" => self.attributes.entry(first.strip_suffix(':')?).or_default().extend(words),
            "elements" => self.elements.entry(first.strip_suffix(':')?).or_default().extend(words),
            "properties" => {
                let holder = self.properties.entry(first.strip_suffix(':')?).or_default();
                for word in words {
                    holder.push(property(word)?);
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// The singular of a plural of the table, which lives as long as the program does.
fn singular_of_table(plural: &'static str) -> &'static str {
    match singular(plural) {
        Cow::Borrowed(singular) => singular,
        Cow::Owned(singular) => singular.leak(),
    }
}

/// Reads such as `!name`, `level#` and `children[>child]`.
fn property(word: &'static str) -> Option<Property> {
    let (required, word) = match word.strip_prefix('!') {
        Some(word) => (true, word),
        None => (false, word),
    };
    let end = word.find(|one: char| !one.is_ascii_alphanumeric()).unwrap_or(word.len());
    let (name, marks) = word.split_at(end);
    let in_list = marks.strip_prefix('[').and_then(|marks| marks.strip_suffix(']'));
    let (kind, item) = match (marks, in_list) {
        ("", _) => (Kind::Text, ""),
        ("?", _) => (Kind::Truth, ""),
        ("#", _) => (Kind::Number, ""),
        (">", _) => (Kind::Reference, ""),
        ("{}", _) => (Kind::Object, ""),
        ("{*}", _) => (Kind::Map, ""),
        (_, Some("#")) => (Kind::Numbers, ""),
        (_, Some(inner)) if inner.starts_with('>') => (Kind::References, inner.strip_prefix('>')?),
        (_, Some(inner)) if inner.starts_with('{') => {
            (Kind::Objects, inner.strip_prefix('{')?.strip_suffix('}')?)
        }
        (_, Some(inner)) => (Kind::Texts, inner),
        _ => return None,
    };
    let is_sound = !name.is_empty() && item.chars().all(|one| one.is_ascii_alphanumeric());
    let item = if kind.is_list() && item.is_empty() { singular_of_table(name) } else { item };
    is_sound.then_some(Property { name, kind, item, required })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        assert_eq!(TABLE.problems, [""; 0]);
        assert_eq!(TABLE.places.len(), TABLE.types.len(), "a type stands in it twice");
        let mut before = 0;
        for kind in types() {
            let (from, to) = kind.order.unwrap_or((u16::MAX, u16::MAX));
            assert!(before <= from && from <= to, "{} is out of order", kind.plural);
            before = from;
            if let Some(successor) = kind.successor {
                assert!(type_of(successor).is_some_and(|kind| !kind.is_historic), "{successor}");
            }
        }
        for (holder, properties) in &TABLE.properties {
            let mut names: Vec<_> = properties.iter().map(|property| property.name).collect();
            names.sort_unstable();
            let twice = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next);
            assert_eq!(twice, None, "{holder}");
        }
        for (holder, names) in TABLE.attributes.iter().chain(&TABLE.elements) {
            for name in names {
                assert!(*name == "href" || property_of(holder, name).is_some(), "{holder} {name}");
            }
        }
    }

    #[test]
    fn types_and_properties_are_those_of_dhis2() {
        let order: Vec<_> = types().iter().map(|kind| kind.plural).collect();
        assert_eq!(order[..2], ["attributes", "userRoles"]);
        assert_eq!(type_of("categories").map(|kind| kind.singular), Some("category"));
        let kind = |holder, name| property_of(holder, name).map(|property| (property.kind, property.item));
        assert_eq!(kind("organisationUnit", "children"), Some((Kind::References, "child")));
        assert_eq!(kind("validationRule", "organisationUnitLevels").unwrap().0, Kind::Numbers);
        assert_eq!(kind("predictor", "organisationUnitLevels").unwrap().0, Kind::References);
        assert_eq!(kind("dataEntryForm", "style"), Some((Kind::Text, "")));
        assert_eq!(kind("dataElement", "style"), Some((Kind::Object, "")));
        assert_eq!(kind("visualization", "yearlySeries"), Some((Kind::Texts, "yearlySerie")));
        assert_eq!(kind("unknown", "zeroIsSignificant"), Some((Kind::Truth, "")));
        assert_eq!((kind("unknown", "value"), kind("unknown", "unknown")), (None, None));
        assert!(is_attribute("dataElement", "name") && !is_attribute("dataEntryForm", "name"));
        assert!(is_attribute("organisationUnit", "level") && !is_attribute("dataApprovalLevel", "level"));
        assert!(is_attribute("translation", "value") && !is_attribute("attributeValue", "value"));
    }
}
