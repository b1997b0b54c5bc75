//! What differs between two files of metadata: by type, identifier and property, whatever their order.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::value::{Object, Value};

/// Lists whose order means something (section 5 of the fact sheet); others are sets.
const ORDERED: [(&str, &str); 6] = [
    ("categories", "categoryOptions"),
    ("categoryCombos", "categories"),
    ("optionSets", "options"),
    ("dataElementGroupSets", "dataElementGroups"),
    ("sections", "dataElements"),
    ("programStageSections", "dataElements"),
];

/// A difference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The type of the object, by its plural name.
    pub kind: String,
    /// The identifier of the object, or its code or name where it has none.
    pub id: String,
    /// The way to the property, such as `legends[abc].name`; empty where the whole object is meant.
    pub property: String,
    /// What became of it.
    pub change: Change,
}

/// What became of an object or a property.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// Only the first file has it.
    Removed(Value),
    /// Only the second file has it.
    Added(Value),
    /// The files have other values.
    Changed {
        /// In the first file.
        from: Value,
        /// In the second one.
        to: Value,
    },
    /// The same elements stand in another order, which means something.
    Reordered,
}

/// Compares files: all objects of the first one are known before those of the second one come.
///
/// ```
/// use exporter_dxf2::{Change, Diff, Object};
/// let mut diff = Diff::default();
/// diff.first("constants", Object::new().with("id", "bCqvfPR02Im").with("name", "Pi"));
/// let found = diff.second("constants", &Object::new().with("name", "pi").with("id", "bCqvfPR02Im"));
/// assert_eq!((found[0].property.as_str(), found.len()), ("name", 1));
/// assert_eq!(diff.finish(), []);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The objects of the first file by type and key: those of one key are compared in their order.
    objects: HashMap<(String, String), VecDeque<Object>>,
    /// The keys in the order of the first file.
    order: Vec<(String, String)>,
}

impl Diff {
    /// Takes an object of the first file.
    pub fn first(&mut self, kind: &str, object: Object) {
        let key = (kind.to_owned(), key_of_object(&object));
        self.order.push(key.clone());
        self.objects.entry(key).or_default().push_back(object);
    }

    /// Compares an object of the second file.
    pub fn second(&mut self, kind: &str, object: &Object) -> Vec<Difference> {
        let key = (kind.to_owned(), key_of_object(object));
        let first = self.objects.get_mut(&key).and_then(VecDeque::pop_front);
        let mut differences = Differences { kind, id: &key.1, found: Vec::new() };
        match first {
            Some(first) => differences.objects("", &first, object),
            None => differences.add("", Change::Added(object.clone().into())),
        }
        differences.found
    }

    /// The objects that the second file does not have, in the order of the first one.
    pub fn finish(mut self) -> Vec<Difference> {
        let mut gone = Vec::new();
        for key in self.order {
            if let Some(object) = self.objects.get_mut(&key).and_then(VecDeque::pop_back) {
                let ((kind, id), property) = (key, String::new());
                gone.push(Difference { kind, id, property, change: Change::Removed(object.into()) });
            }
        }
        gone
    }
}

struct Differences<'a> {
    kind: &'a str,
    id: &'a str,
    found: Vec<Difference>,
}

impl Differences<'_> {
    fn add(&mut self, property: &str, change: Change) {
        let (kind, id, property) = (self.kind.to_owned(), self.id.to_owned(), property.to_owned());
        self.found.push(Difference { kind, id, property, change });
    }

    fn objects(&mut self, way: &str, first: &Object, second: &Object) {
        let names = first.iter().chain(second.iter().filter(|(name, _)| first.get(name).is_none()));
        for (name, _) in names {
            let way = if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
            self.values(&way, first.get(name), second.get(name));
        }
    }

    fn values(&mut self, way: &str, first: Option<&Value>, second: Option<&Value>) {
        // A property that is not there means the same as one that is null.
        let said = |value: &&Value| **value != Value::Null;
        match (first.filter(said), second.filter(said)) {
            (Some(Value::Object(first)), Some(Value::Object(second)))
                if key_in_list(first) == key_in_list(second) =>
            {
                self.objects(way, first, second);
            }
            (Some(Value::List(first)), Some(Value::List(second))) => self.lists(way, first, second),
            (Some(first), Some(second)) if first != second => {
                self.add(way, Change::Changed { from: first.clone(), to: second.clone() });
            }
            (Some(first), None) => self.add(way, Change::Removed(first.clone())),
            (None, Some(second)) => self.add(way, Change::Added(second.clone())),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn lists(&mut self, way: &str, first: &[Value], second: &[Value]) {
        let (keys, others) = (keys_of(first), keys_of(second));
        let mut by_key: BTreeMap<&str, &Value> = others.iter().map(String::as_str).zip(second).collect();
        let before = self.found.len();
        for (key, value) in keys.iter().zip(first) {
            self.values(&format!("{way}[{key}]"), Some(value), by_key.remove(key.as_str()));
        }
        for (key, value) in others.iter().zip(second).filter(|(key, _)| by_key.contains_key(key.as_str())) {
            self.values(&format!("{way}[{key}]"), None, Some(value));
        }
        let is_same = self.found.len() == before;
        if is_same && keys != others && ORDERED.contains(&(self.kind, way)) {
            self.add(way, Change::Reordered);
        }
    }
}

/// By what an object of a file is found in another one.
fn key_of_object(object: &Object) -> String {
    let key = ["id", "code", "name"].into_iter().find_map(|name| object.text(name));
    key.map_or_else(|| Value::Object(object.clone()).canonical_json(), str::to_owned)
}

/// By what an object is found in a list; none where it is its whole value.
fn key_in_list(object: &Object) -> Option<String> {
    let text = |name: &str| object.text(name);
    if let (Some(property), Some(locale)) = (text("property"), text("locale")) {
        return Some(format!("{property} {locale}"));
    }
    let attribute = object.get("attribute").and_then(Value::as_object).and_then(|it| it.text("id"));
    let key = text("id").or_else(|| text("code")).or(attribute);
    key.map(str::to_owned)
}

/// The keys of the elements of a list, each another one.
fn keys_of(values: &[Value]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let key =
        |value: &Value| value.as_object().and_then(key_in_list).unwrap_or_else(|| value.canonical_json());
    let mut keys = Vec::new();
    for value in values {
        let mut key = key(value);
        let times = seen.entry(key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            key = format!("{key} #{times}");
        }
        keys.push(key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(kind: &str, first: &[&str], second: &[&str]) -> Vec<String> {
        let object = |json: &&str| match Value::from_json(json).unwrap() {
            Value::Object(object) => object,
            _ => panic!("no object"),
        };
        let mut diff = Diff::default();
        first.iter().for_each(|json| diff.first(kind, object(json)));
        let mut found: Vec<Difference> =
            second.iter().flat_map(|json| diff.second(kind, &object(json))).collect();
        found.extend(diff.finish());
        let told = |it: &Difference| {
            let word = match &it.change {
                Change::Removed(value) => format!("- {}", value.canonical_json()),
                Change::Added(value) => format!("+ {}", value.canonical_json()),
                Change::Changed { from, to } => {
                    format!("{} > {}", from.canonical_json(), to.canonical_json())
                }
                Change::Reordered => "order".to_owned(),
            };
            format!("{} {}: {word}", it.id, it.property)
        };
        found.iter().map(told).collect()
    }

    #[test]
    fn order_of_objects_properties_and_sets_is_no_difference() {
        let first = [
            r#"{"id":"a","name":"A","groups":[{"id":"x"},{"id":"y","w":1}],"levels":[1,2,2],"n":null}"#,
            r#"{"id":"b","translations":[{"property":"NAME","locale":"fr","value":"B"}]}"#,
        ];
        let second = [
            r#"{"translations":[{"locale":"fr","value":"B","property":"NAME"}],"id":"b"}"#,
            r#"{"levels":[2,1,2],"groups":[{"w":1,"id":"y"},{"id":"x"}],"name":"A","id":"a"}"#,
        ];
        assert_eq!(differences("dataElements", &first, &second), [""; 0]);
    }

    #[test]
    fn differences_name_the_way_to_the_property() {
        let first = [
            r#"{"id":"a","name":"A","legends":[{"id":"x","color":"red"}],"levels":[1],"combo":{"id":"c"}}"#,
            r#"{"id":"b"}"#,
        ];
        let second = [
            r#"{"id":"a","legends":[{"id":"x","color":"blue"},{"id":"z"}],"levels":[2],"combo":{"id":"d"}}"#,
            r#"{"code":"C"}"#,
        ];
        assert_eq!(
            differences("legendSets", &first, &second),
            [
                "a name: - \"A\"",
                "a legends[x].color: \"red\" > \"blue\"",
                "a legends[z]: + {\"id\":\"z\"}",
                "a levels[1]: - 1",
                "a levels[2]: + 2",
                "a combo: {\"id\":\"c\"} > {\"id\":\"d\"}",
                "C : + {\"code\":\"C\"}",
                "b : - {\"id\":\"b\"}",
            ]
        );
    }

    #[test]
    fn order_is_told_where_it_means_something() {
        let (one, other) = (
            r#"{"id":"a","options":[{"id":"x"},{"id":"y"}]}"#,
            r#"{"id":"a","options":[{"id":"y"},{"id":"x"}]}"#,
        );
        assert_eq!(differences("optionSets", &[one], &[other]), ["a options: order"]);
        assert_eq!(differences("optionGroups", &[one], &[other]), [""; 0]);
        // The second object of one identifier is compared with the second one.
        assert_eq!(differences("options", &[one, one], &[one, other]), [""; 0]);
        assert_eq!(differences("options", &[one, one], &[one]).len(), 1);
    }
}
