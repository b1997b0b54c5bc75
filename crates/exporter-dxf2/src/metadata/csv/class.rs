//! Class keys and their columns as data: `classes.txt` is the table.

use std::sync::LazyLock;

use super::super::types::{Kind, property_of, singular, type_of};

/// A kind of table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvClass {
    /// The key by which servers know it, such as `DATA_ELEMENT`.
    pub key: &'static str,
    /// The collection of its objects.
    pub kind: &'static str,
    /// Columns of the object, and behind them those of a member.
    pub columns: Vec<CsvColumn>,
    /// The list of members, where each row has one of them.
    pub members: Option<&'static str>,
    /// What every object has and no column says.
    pub always: Vec<(&'static str, &'static str)>,
    /// Whether the columns of the object begin with its name in a header.
    has_own_names: bool,
}

/// A column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvColumn {
    /// The property; of a column that is ignored it is empty.
    pub property: &'static str,
    /// The property of that, where it is an object.
    pub within: Option<&'static str>,
    /// Whether it is of a member.
    pub is_member: bool,
    /// Whether a row needs it.
    pub required: bool,
    /// Whether its words are written in capitals.
    pub capitals: bool,
    /// The most characters of it.
    pub most: Option<usize>,
    /// The value of a blank cell; `@name` is the name, cut to the most characters.
    pub default: Option<&'static str>,
}

/// All kinds of tables.
pub fn csv_classes() -> &'static [CsvClass] {
    &TABLE
}

/// The kind of table of a key, in capitals or not.
pub fn csv_class(key: &str) -> Option<&'static CsvClass> {
    csv_classes().iter().find(|class| class.key.eq_ignore_ascii_case(key))
}

impl CsvClass {
    /// The header, by which a file is known again.
    pub fn header(&self) -> Vec<String> {
        self.columns.iter().map(|column| self.name_of(column)).collect()
    }

    /// The kind of table that a header is of, which may lack the last columns; `None` where several have it or none has.
    pub fn of_header<'h>(header: impl Iterator<Item = &'h str>) -> Option<&'static CsvClass> {
        let plain = |name: &str| name.trim_matches(|one: char| !one.is_alphanumeric()).to_lowercase();
        let header: Vec<String> = header.map(plain).collect();
        let names = |class: &CsvClass| class.header().iter().map(|name| plain(name)).collect::<Vec<_>>();
        if let Some(class) = csv_classes().iter().find(|class| names(class) == header) {
            return Some(class);
        }
        let mut found = csv_classes().iter().filter(|class| names(class).starts_with(&header));
        found.next().filter(|_| header.len() >= 2 && found.next().is_none())
    }

    /// The name of the objects in the table of properties.
    pub(super) fn holder(&self) -> &'static str {
        type_of(self.kind).map_or(self.kind, |kind| kind.singular)
    }

    /// What a column holds.
    pub(super) fn kind_of(&self, column: &CsvColumn) -> Option<Kind> {
        match (column.within, self.members.filter(|_| column.is_member)) {
            (Some(within), Some(members)) => property_of(&singular(members), within),
            (Some(within), None) => property_of(column.property, within),
            (None, _) => property_of(self.holder(), column.property),
        }
        .map(|property| property.kind)
    }

    fn name_of(&self, column: &CsvColumn) -> String {
        let word = |name: &'static str| if name == "id" { "uid" } else { name };
        let joined = |first: &str, second: &str| {
            let mut letters = second.chars();
            let capital = letters.next().map(|one| one.to_ascii_uppercase());
            first.chars().chain(capital).chain(letters).collect()
        };
        match column.within {
            _ if column.property.is_empty() => "ignored".to_owned(),
            Some(within) if column.is_member => joined(&singular(column.property), word(within)),
            Some(within) => joined(column.property, word(within)),
            None if self.has_own_names => joined(self.holder(), word(column.property)),
            None => word(column.property).to_owned(),
        }
    }
}

static TABLE: LazyLock<Vec<CsvClass>> = LazyLock::new(|| {
    let mut classes: Vec<CsvClass> = Vec::new();
    for line in include_str!("classes.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        let (Some(key), Some(kind)) = (words.next(), words.next()) else { continue };
        let has_own_names = key.ends_with('*');
        let key = key.trim_end_matches('*');
        if classes.last().is_none_or(|class| class.key != key) {
            classes.push(CsvClass { key, kind, has_own_names, ..CsvClass::default() });
        }
        let Some(class) = classes.last_mut() else { continue };
        let mut is_member = false;
        for word in words {
            if word == "|" {
                is_member = true;
                continue;
            }
            let column = CsvColumn { is_member, ..column(word) };
            match (word.starts_with('+'), column.default) {
                (true, Some(value)) => class.always.push((column.property, value)),
                _ => class.columns.push(column),
            }
            if is_member {
                class.members = Some(column.property);
            }
        }
    }
    classes
});

fn column(word: &'static str) -> CsvColumn {
    let (word, default) = match word.split_once('=') {
        Some((word, default)) => (word, Some(default)),
        None => (word, None),
    };
    let (word, most) = match word.split_once(':') {
        Some((word, most)) => (word, most.parse().ok()),
        None => (word, None),
    };
    let path = word.trim_start_matches(['!', '^', '+', '-']);
    let (property, within) = match path.split_once('.') {
        Some((property, within)) => (property, Some(within)),
        None => (path, None),
    };
    let (required, capitals) = (word.starts_with('!'), word.starts_with('^'));
    CsvColumn { property, within, is_member: false, required, capitals, most, default }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_dhis2_and_headers_differ() {
        let columns = |key| csv_class(key).unwrap().columns.len();
        assert_eq!(
            (columns("DATA_ELEMENT"), columns("ORGANISATION_UNIT"), columns("VALIDATION_RULE")),
            (14, 16, 15)
        );
        assert_eq!((columns("INDICATOR"), columns("OPTION_SET"), columns("option_group")), (12, 6, 7));
        for class in csv_classes() {
            assert!(type_of(class.kind).is_some(), "{}", class.key);
            let header = class.header();
            assert_eq!(CsvClass::of_header(header.iter().map(String::as_str)), Some(class));
            for column in class.columns.iter().filter(|column| !column.property.is_empty()) {
                assert!(class.kind_of(column).is_some(), "{} {column:?}", class.key);
            }
        }
        assert_eq!(csv_classes().len(), 17);
    }

    #[test]
    fn headers_of_samples_are_known_where_they_are_of_one_class() {
        let key = |header: &str| CsvClass::of_header(header.split(',')).map(|class| class.key);
        let options = "optionSetName,optionSetUid,optionSetCode,optionName,optionUid,\"optionCode\"";
        assert_eq!(key(options), Some("OPTION_SET"));
        assert_eq!(key("name,uid,code,shortName,dataDimensionType"), Some("CATEGORY_OPTION_GROUP"));
        assert_eq!(key("name,uid,code,parentUid"), Some("ORGANISATION_UNIT"));
        for several in ["name,uid,code", "name,uid,code,shortName", "", "name", "a,b"] {
            assert_eq!(key(several), None, "{several}");
        }
    }
}
