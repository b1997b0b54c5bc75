//! The classes of metadata as CSV: what `classes.txt` says.

use std::sync::LazyLock;

/// A class: which objects the rows of a file are, and what their cells mean.
#[derive(Debug)]
#[non_exhaustive]
pub struct Class {
    /// Its key, such as `DATA_ELEMENT`.
    pub key: &'static str,
    /// The collection of its objects, such as `dataElements`.
    pub kind: &'static str,
    /// The first version of DHIS2 that reads it.
    pub since: &'static str,
    pub(super) columns: Vec<Column>,
}

/// What a cell means.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) header: &'static str,
    /// The names of the properties to it, with points between them.
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    /// The most characters of which a server keeps all.
    pub(super) most: Option<usize>,
    pub(super) blank: Blank,
}

impl Column {
    /// Whether it stands in a property of this path.
    pub(super) fn is_part_of(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Where a cell stands in its object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere.
    #[default]
    Ignored,
    /// A property.
    Own(&'static str),
    /// A property of an object, which may be a reference.
    Within(&'static str, &'static str),
    /// A property of an element of a list; each row has one element.
    Item(&'static str, &'static str),
}

/// What is written in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Text,
    Flag,
    Whole,
    Upper,
}

/// What a blank cell means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Blank {
    #[default]
    Nothing,
    Text(&'static str),
    Name,
}

static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| parse(include_str!("classes.txt")));

impl Class {
    /// All of them.
    pub fn all() -> &'static [Self] {
        &CLASSES
    }

    /// The class of a key, in letters of any case.
    ///
    /// ```
    /// use exporter_dxf2::metadata::csv::Class;
    /// assert_eq!(Class::of("data_element").unwrap().kind, "dataElements");
    /// ```
    pub fn of(key: &str) -> Option<&'static Self> {
        CLASSES.iter().find(|class| class.key.eq_ignore_ascii_case(key))
    }

    /// The class of a header, in letters of any case: that of which it has all columns or, where only one class begins so, the first
    /// ones. None where several begin so, as with `name,uid,code,shortName`.
    pub fn guess<'a>(header: impl Iterator<Item = &'a str> + Clone) -> Option<&'static Self> {
        let begins = |class: &&Self| {
            let mut columns = class.columns.iter();
            let is_next = |column: Option<&Column>, name: &str| {
                column.is_some_and(|column| column.header.eq_ignore_ascii_case(name.trim()))
            };
            header.clone().all(|name| is_next(columns.next(), name))
        };
        let count = header.clone().count();
        let found: Vec<&Self> = CLASSES.iter().filter(begins).collect();
        match found.iter().find(|class| class.columns.len() == count) {
            Some(class) => Some(class),
            None => found.first().copied().filter(|_| found.len() == 1),
        }
    }

    /// The names of its columns.
    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.header)
    }

    /// The list of which each row has an element.
    pub(super) fn list(&self) -> Option<&'static str> {
        self.columns.iter().find_map(|column| match column.place {
            Place::Item(list, _) => Some(list),
            _ => None,
        })
    }

    /// Whether the elements of its list are objects of their own, of which the list has references.
    pub(super) fn has_objects_in_list(&self) -> bool {
        self.key == "OPTION_SET"
    }
}

fn parse(text: &'static str) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split(' ');
        if let Some(class) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let mut words = class.split(' ');
            let mut next = || words.next().unwrap_or_default();
            classes.push(Class { key: next(), kind: next(), since: next(), columns: Vec::new() });
            continue;
        }
        let (header, property) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut column =
            Column { header, path: property.replace("[]", ""), place: place(property), ..Column::default() };
        for mark in words {
            match mark {
                "R" => column.is_required = true,
                "flag" => column.kind = Kind::Flag,
                "whole" => column.kind = Kind::Whole,
                "upper" => column.kind = Kind::Upper,
                "@name" => column.blank = Blank::Name,
                mark => match (mark.strip_prefix('<'), mark.strip_prefix('=')) {
                    (Some(most), _) => column.most = most.parse().ok(),
                    (_, Some(default)) => column.blank = Blank::Text(default),
                    _ => {}
                },
            }
        }
        if let Some(class) = classes.last_mut() {
            class.columns.push(column);
        }
    }
    classes
}

fn place(property: &'static str) -> Place {
    if let Some((list, name)) = property.split_once("[].") {
        return Place::Item(list, name);
    }
    match property.split_once('.') {
        Some((object, name)) => Place::Within(object, name),
        None if property == "-" => Place::Ignored,
        None => Place::Own(property),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::super::types::type_of;
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        let (mut keys, mut headers) = (HashSet::new(), HashSet::new());
        for class in Class::all() {
            assert!(keys.insert(class.key) && type_of(class.kind).is_some(), "{class:?}");
            assert!(class.since.starts_with("2."), "{class:?}");
            let header: Vec<&str> = class.header().collect();
            assert_eq!(Class::guess(header.iter().copied()).map(|it| it.key), Some(class.key));
            assert!(headers.insert(header.join(",").to_lowercase()), "{class:?}");
            let mut places: Vec<String> =
                class.columns.iter().map(|column| format!("{:?}", column.place)).collect();
            places.sort_unstable();
            assert!(places.is_sorted_by(|one, next| one < next), "{class:?} has a property twice");
            for column in &class.columns {
                let fits = match (column.blank, column.most) {
                    (Blank::Text(text), Some(most)) => text.len() <= most,
                    _ => true,
                };
                assert!(fits && (column.place != Place::Ignored || column.kind == Kind::Text), "{column:?}");
            }
        }
        assert_eq!(keys.len(), 17);
    }

    #[test]
    fn a_class_is_guessed_where_only_one_begins_so() {
        let guess = |header: &str| Class::guess(header.split(',')).map(|class| class.key);
        assert_eq!(guess("name,uid,code,shortname"), None);
        assert_eq!(guess("name,uid,code,shortname,datadimensiontype"), Some("CATEGORY_OPTION_GROUP"));
        assert_eq!(guess("Name,UID,code,parent"), Some("ORGANISATION_UNIT"));
        assert_eq!(guess("name,uid,code,shortname,description,formname,type"), None);
        assert_eq!(guess("dataElementGroup,dataElement"), Some("DATA_ELEMENT_GROUP_MEMBERSHIP"));
        assert_eq!(guess(""), None);
    }
}
