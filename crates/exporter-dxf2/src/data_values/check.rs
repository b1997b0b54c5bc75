//! Data values against what is known of their data elements: types, options, zeros (section 10.2), with the codes of DHIS2.

use std::collections::{HashMap, HashSet};

use exporter_xml::Position;

use super::data_value::{DataValue, Key};
use super::value_type::ValueType;
use crate::mode::Remark;
use crate::value::{Object, Value};

/// The most characters of a comment, and of who stored a value.
const MOST_OF_COMMENT: usize = 50_000;
const MOST_OF_STORED_BY: usize = 255;

/// What is known of a data element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataElement {
    /// The type of its values; any where there is none.
    pub value_type: Option<ValueType>,
    /// The option set whose codes its values are.
    pub option_set: Option<String>,
    /// The option set whose codes its comments are.
    pub comment_option_set: Option<String>,
    /// Whether zeros are stored.
    pub zero_is_significant: bool,
    /// How its values are aggregated, such as `SUM`.
    pub aggregation: String,
}

/// Data elements and options by the identifiers that the data values have.
///
/// ```
/// use exporter_dxf2::data_values::{DataValue, Dictionary};
/// use exporter_dxf2::{Object, Position};
/// let mut dictionary = Dictionary::default();
/// dictionary.add("dataElements", &Object::new().with("id", "fbfJHSPpUQD").with("valueType", "INTEGER"), "id");
/// let value = DataValue::new("fbfJHSPpUQD", "202401", "DiszpKrYNg8", "many");
/// let remarks = dictionary.check(&value, 0, Position::of_line(1));
/// assert!(remarks[0].message.starts_with("E8122: "));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    elements: HashMap<String, DataElement>,
    /// Options by identifier: code.
    options: HashMap<String, String>,
    /// Identifiers of options by their set, from the sets.
    members: HashMap<String, HashSet<String>>,
    /// Codes by the set, from the options or given.
    codes: HashMap<String, HashSet<String>>,
}

impl Dictionary {
    /// Adds a data element.
    pub fn add_data_element(&mut self, id: impl Into<String>, element: DataElement) {
        self.elements.insert(id.into(), element);
    }

    /// Adds a code of an option set.
    pub fn add_option(&mut self, option_set: impl Into<String>, code: impl Into<String>) {
        self.codes.entry(option_set.into()).or_default().insert(code.into());
    }

    /// Adds an object of metadata, by the plural name of its type: data elements, options and option sets are of use, in any
    /// order. Data elements go by the property that the scheme of the data values is: `id`, `code` or `name`.
    pub fn add(&mut self, plural: &str, object: &Object, scheme: &str) {
        let reference = |name: &str| object.get(name)?.as_object()?.text("id").map(str::to_owned);
        match plural {
            "dataElements" => {
                let Some(id) = object.text(scheme) else { return };
                let element = DataElement {
                    value_type: object.text("valueType").and_then(|word| word.parse().ok()),
                    option_set: reference("optionSet"),
                    comment_option_set: reference("commentOptionSet"),
                    zero_is_significant: object.get("zeroIsSignificant") == Some(&Value::Boolean(true)),
                    aggregation: object.text("aggregationType").unwrap_or_default().to_owned(),
                };
                self.add_data_element(id, element);
            }
            "options" => {
                let Some(code) = object.text("code") else { return };
                if let Some(id) = object.text("id") {
                    self.options.insert(id.to_owned(), code.to_owned());
                }
                if let Some(set) = reference("optionSet") {
                    self.add_option(set, code);
                }
            }
            "optionSets" => {
                let Some(id) = object.text("id") else { return };
                let options = object.get("options").and_then(Value::as_list).unwrap_or_default();
                let ids =
                    options.iter().filter_map(|option| Some(option.as_object()?.text("id")?.to_owned()));
                self.members.entry(id.to_owned()).or_default().extend(ids);
                // A set without options has no code that is right.
                self.codes.entry(id.to_owned()).or_default();
            }
            _ => {}
        }
    }

    /// What a server would refuse or drop of a value, with its index in the set and its place; nothing of data elements that are
    /// not known.
    pub fn check(&self, value: &DataValue, index: u64, position: Position) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let element = value.get(Key::DataElement);
        let mut remark = |key: Key, message: String| {
            remarks.push(Remark::new(position, message).object(index, element).property(key.name()));
        };
        let text = value.get(Key::Value).filter(|text| !text.trim().is_empty());
        let comment = value.get(Key::Comment).filter(|text| !text.trim().is_empty());
        let is_deleted = value.get(Key::Deleted) == Some("true");
        if text.is_none() && comment.is_none() && !is_deleted {
            remark(Key::Value, "E8120: neither a value nor a comment is there".to_owned());
        }
        if comment.is_some_and(|text| text.chars().count() > MOST_OF_COMMENT) {
            remark(Key::Comment, "E8124: the comment is longer than 50,000 characters".to_owned());
        }
        if value.get(Key::StoredBy).is_some_and(|text| text.chars().count() > MOST_OF_STORED_BY) {
            remark(Key::StoredBy, "the user name is longer than 255 characters".to_owned());
        }
        let Some(known) = element.and_then(|element| self.elements.get(element)) else { return remarks };
        if let Some(text) = text {
            let fault =
                known.value_type.and_then(|kind| kind.fault_of(text).map(|accepted| (kind, accepted)));
            if let Some((kind, accepted)) = fault {
                remark(Key::Value, format!("E8122: the value is none of the type {kind}; write {accepted}"));
            }
            if let Some(set) = &known.option_set {
                let is_list = known.value_type == Some(ValueType::MultiText);
                let mut codes = text.split(if is_list { ',' } else { '\0' });
                if codes.any(|code| self.has(set, code.trim()) == Some(false)) {
                    remark(Key::Value, format!("E8123: the value is no code of an option of the set {set}"));
                }
            }
            let drops = |kind: ValueType| kind.drops_zero(text, &known.aggregation);
            if !known.zero_is_significant && known.value_type.is_some_and(drops) {
                remark(Key::Value, "servers drop the zero, which is not significant".to_owned());
            }
        }
        if let (Some(comment), Some(set)) = (comment, &known.comment_option_set)
            && self.has(set, comment) == Some(false)
        {
            remark(Key::Comment, format!("E8125: the comment is no code of an option of the set {set}"));
        }
        remarks
    }

    /// Whether a set has a code; `None` of a set of which nothing is known.
    fn has(&self, set: &str, code: &str) -> Option<bool> {
        let codes = self.codes.get(set)?;
        let members = self.members.get(set);
        // Whether all options of the set are known.
        let is_whole = members.is_none_or(|members| members.iter().all(|id| self.options.contains_key(id)));
        let of_member = |id: &String| self.options.get(id).is_some_and(|known| known == code);
        let found = codes.contains(code) || members.is_some_and(|members| members.iter().any(of_member));
        (found || is_whole).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let mut dictionary = Dictionary::default();
        let reference = |id: &str| Object::new().with("id", id);
        let element = |id: &str, kind: &str| {
            Object::new().with("id", id).with("valueType", kind).with("aggregationType", "SUM")
        };
        dictionary.add("dataElements", &element("count", "INTEGER"), "id");
        dictionary.add("dataElements", &element("zero", "NUMBER").with("zeroIsSignificant", true), "id");
        dictionary.add("dataElements", &element("mean", "NUMBER").with("aggregationType", "AVERAGE"), "id");
        dictionary.add(
            "dataElements",
            &element("coded", "TEXT")
                .with("optionSet", reference("set"))
                .with("commentOptionSet", reference("set")),
            "id",
        );
        dictionary.add(
            "dataElements",
            &element("several", "MULTI_TEXT").with("optionSet", reference("set")),
            "id",
        );
        dictionary.add(
            "dataElements",
            &element("partly", "TEXT").with("optionSet", reference("unknown")),
            "id",
        );
        let list = vec![Value::from(reference("o1")), Value::from(reference("o2"))];
        dictionary.add("optionSets", &Object::new().with("id", "set").with("options", list), "id");
        dictionary.add("options", &Object::new().with("id", "o1").with("code", "A"), "id");
        dictionary.add(
            "options",
            &Object::new().with("id", "o2").with("code", "B").with("optionSet", reference("set")),
            "id",
        );
        dictionary
    }

    #[test]
    fn values_are_checked_as_servers_do() {
        let dictionary = dictionary();
        for (element, value, wanted) in [
            ("count", "12", None),
            ("count", "1.5", Some("E8122: the value is none of the type INTEGER; write a whole number")),
            ("count", "0", Some("servers drop the zero")),
            ("zero", "0.0", None),
            ("mean", "0", None),
            ("coded", "A", None),
            ("coded", "C", Some("E8123: the value is no code of an option of the set set")),
            ("several", "A,B", None),
            ("several", "A,C", Some("E8123")),
            ("partly", "anything", None),
            ("unknown", "anything", None),
            ("count", " ", Some("E8120")),
        ] {
            let value = DataValue::new(element, "202401", "b", value);
            let remarks = dictionary.check(&value, 4, Position::of_line(7));
            match wanted {
                None => assert!(remarks.is_empty(), "{remarks:?}"),
                Some(wanted) => {
                    let [remark] = remarks.as_slice() else { panic!("{element}: {remarks:?}") };
                    assert!(remark.message.starts_with(wanted), "{remark}");
                    assert!(remark.to_string().starts_with("line 7, column 1, object 4 ("), "{remark}");
                }
            }
        }
    }

    #[test]
    fn comments_deletions_and_users_are_checked() {
        let dictionary = dictionary();
        let told = |value: &DataValue| {
            let remarks = dictionary.check(value, 0, Position::of_line(1));
            remarks.iter().map(|remark| remark.message.chars().take(5).collect()).collect::<Vec<String>>()
        };
        let value = DataValue::new("coded", "202401", "b", "A");
        assert_eq!(told(&value.clone().with(Key::Comment, "B")), [""; 0]);
        assert_eq!(told(&value.clone().with(Key::Comment, "why")), ["E8125"]);
        assert_eq!(told(&DataValue::default().with(Key::Comment, &"x".repeat(50_001))), ["E8124"]);
        assert_eq!(told(&DataValue::default().with(Key::Deleted, "true")), [""; 0]);
        assert_eq!(told(&value.with(Key::StoredBy, &"x".repeat(256))), ["the u"]);
    }

    #[test]
    fn a_set_that_is_not_whole_says_nothing_against_a_code() {
        let mut dictionary = dictionary();
        let more = Object::new()
            .with("id", "set")
            .with("options", vec![Value::from(Object::new().with("id", "o3"))]);
        dictionary.add("optionSets", &more, "id");
        let value = DataValue::new("coded", "202401", "b", "C");
        assert!(dictionary.check(&value, 0, Position::of_line(1)).is_empty());
        dictionary.add("options", &Object::new().with("id", "o3").with("code", "D"), "id");
        assert_eq!(dictionary.check(&value, 0, Position::of_line(1)).len(), 1);
    }
}
