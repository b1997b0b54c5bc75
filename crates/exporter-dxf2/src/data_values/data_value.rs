//! One data value: what a file says of it, in one buffer that the next one is read into.

use std::ops::Range;

use super::period::Period;
use crate::value::{Object, Value};

/// What a data value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// The data element.
    DataElement,
    /// The period, as its text.
    Period,
    /// The organisation unit.
    OrgUnit,
    /// The category option combination; the default one where there is none.
    CategoryOptionCombo,
    /// The attribute option combination; the default one where there is none.
    AttributeOptionCombo,
    /// The value.
    Value,
    /// The user who stored it.
    StoredBy,
    /// When it was created.
    Created,
    /// When it was changed the last time.
    LastUpdated,
    /// A comment.
    Comment,
    /// Whether it is marked for follow-up.
    FollowUp,
    /// Whether it is to be deleted.
    Deleted,
}

impl Key {
    /// All keys in the order in which they are written.
    pub const ALL: [Self; 12] = [
        Self::DataElement,
        Self::Period,
        Self::OrgUnit,
        Self::CategoryOptionCombo,
        Self::AttributeOptionCombo,
        Self::Value,
        Self::StoredBy,
        Self::Created,
        Self::LastUpdated,
        Self::Comment,
        Self::FollowUp,
        Self::Deleted,
    ];

    /// Its name in JSON and XML, but for the follow-up, which has two (`Target::follow_up`).
    pub fn name(self) -> &'static str {
        match self {
            Self::DataElement => "dataElement",
            Self::Period => "period",
            Self::OrgUnit => "orgUnit",
            Self::CategoryOptionCombo => "categoryOptionCombo",
            Self::AttributeOptionCombo => "attributeOptionCombo",
            Self::Value => "value",
            Self::StoredBy => "storedBy",
            Self::Created => "created",
            Self::LastUpdated => "lastUpdated",
            Self::Comment => "comment",
            Self::FollowUp => "followUp",
            Self::Deleted => "deleted",
        }
    }

    /// The key of a name in JSON or XML.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "dataElement" => Self::DataElement,
            "period" => Self::Period,
            "orgUnit" => Self::OrgUnit,
            "categoryOptionCombo" => Self::CategoryOptionCombo,
            "attributeOptionCombo" => Self::AttributeOptionCombo,
            "value" => Self::Value,
            "storedBy" => Self::StoredBy,
            "created" => Self::Created,
            "lastUpdated" => Self::LastUpdated,
            "comment" => Self::Comment,
            "followUp" | "followup" => Self::FollowUp,
            "deleted" => Self::Deleted,
            _ => return None,
        })
    }

    /// Whether it is a truth value.
    pub(super) fn is_truth(self) -> bool {
        matches!(self, Self::FollowUp | Self::Deleted)
    }
}

/// One data value.
///
/// ```
/// use exporter_dxf2::data_values::{DataValue, Key};
/// let value = DataValue::new("fbfJHSPpUQD", "202401", "DiszpKrYNg8", "12").with(Key::Comment, "checked");
/// assert_eq!(value.get(Key::Value), Some("12"));
/// assert_eq!(value.get(Key::StoredBy), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct DataValue {
    buffer: String,
    texts: [Option<Text>; Key::ALL.len()],
    /// What has other names: options of categories, and what no version of DHIS2 knows.
    others: Vec<(Range<usize>, Text)>,
}

/// A text in the buffer.
#[derive(Clone, Debug)]
struct Text {
    at: Range<usize>,
    /// Whether JSON has it without quotes.
    bare: bool,
}

impl DataValue {
    /// A value of a data element, for a period and an organisation unit.
    pub fn new(data_element: &str, period: &str, org_unit: &str, value: &str) -> Self {
        Self::default()
            .with(Key::DataElement, data_element)
            .with(Key::Period, period)
            .with(Key::OrgUnit, org_unit)
            .with(Key::Value, value)
    }

    /// With this text.
    #[must_use]
    pub fn with(mut self, key: Key, text: &str) -> Self {
        self.set(key, text);
        self
    }

    /// The text of a key.
    pub fn get(&self, key: Key) -> Option<&str> {
        self.buffer.get(self.texts.get(key as usize)?.as_ref()?.at.clone())
    }

    /// Sets the text of a key.
    pub fn set(&mut self, key: Key, text: &str) {
        // JSON has truth values without quotes; other words stay texts.
        self.put(key, text, key.is_truth() && matches!(text, "true" | "false"));
    }

    /// What has other names, such as options by category.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        let of = |at: &Range<usize>| self.buffer.get(at.clone()).unwrap_or_default();
        self.others.iter().map(move |(name, text)| (of(name), of(&text.at)))
    }

    /// Sets what has another name.
    pub fn set_other(&mut self, name: &str, text: &str) {
        self.put_other(name, text, false);
    }

    /// Takes what has another name away.
    pub(super) fn take_other(&mut self, name: &str) -> Option<String> {
        let at = self.others().position(|(known, _)| known == name)?;
        let (_, text) = self.others.remove(at);
        self.buffer.get(text.at).map(str::to_owned)
    }

    /// Adds what the set says for all its values where this one says nothing: period, organisation unit and attribute option
    /// combination. A period in the form of ADX, as servers since 2.43 write it there, becomes one of DHIS2's.
    pub fn add_defaults(&mut self, header: &Object) {
        for key in [Key::Period, Key::OrgUnit, Key::AttributeOptionCombo] {
            if self.get(key).is_some() {
                continue;
            }
            match header.text(key.name()) {
                Some(text) if key == Key::Period => self.set_period(text),
                Some(text) => self.set(key, text),
                None => {}
            }
        }
    }

    /// Sets a period that may have the form of ADX; one of no type of DHIS2 is kept as it is.
    pub(super) fn set_period(&mut self, text: &str) {
        match Period::from_adx(text) {
            Ok(period) => self.set(Key::Period, &period.to_string()),
            Err(_) => self.set(Key::Period, text),
        }
    }

    /// The options by category, where a combination is given so, as JSON may since 2.43.
    pub fn categories(&self, key: Key) -> Option<Object> {
        let text = self.get(key).filter(|_| self.is_nested(key))?;
        if let Ok(Value::Object(object)) = Value::from_json(text) { Some(object) } else { None }
    }

    /// Gives a combination by its options.
    pub fn set_categories(&mut self, key: Key, options: &Object) {
        let mut json = Vec::new();
        options.write_json(&mut json);
        self.put(key, &String::from_utf8_lossy(&json), true);
    }

    /// Whether the text of a key is an object or a list of JSON.
    pub(super) fn is_nested(&self, key: Key) -> bool {
        self.is_bare(key) && self.get(key).is_some_and(|text| text.starts_with(['{', '[']))
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.texts = Default::default();
        self.others.clear();
    }

    pub(super) fn put(&mut self, key: Key, text: &str, bare: bool) {
        let at = self.append(text);
        if let Some(place) = self.texts.get_mut(key as usize) {
            *place = Some(Text { at, bare });
        }
    }

    pub(super) fn put_other(&mut self, name: &str, text: &str, bare: bool) {
        let (name, at) = (self.append(name), self.append(text));
        self.others.push((name, Text { at, bare }));
    }

    /// Sets the text that another one has, if any.
    pub(super) fn copy(&mut self, key: Key, from: &Self) {
        if let Some(text) = from.get(key) {
            self.put(key, text, from.is_bare(key));
        }
    }

    /// Whether JSON has the text of a key without quotes.
    pub(super) fn is_bare(&self, key: Key) -> bool {
        self.texts.get(key as usize).and_then(Option::as_ref).is_some_and(|text| text.bare)
    }

    /// What has other names, and whether JSON has it without quotes.
    pub(super) fn others_in_json(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.others().zip(&self.others).map(|((name, text), (_, place))| (name, text, place.bare))
    }

    fn append(&mut self, text: &str) -> Range<usize> {
        let start = self.buffer.len();
        self.buffer.push_str(text);
        start..self.buffer.len()
    }
}

/// Values are equal that say the same.
impl PartialEq for DataValue {
    fn eq(&self, other: &Self) -> bool {
        Key::ALL.into_iter().all(|key| self.get(key) == other.get(key)) && self.others().eq(other.others())
    }
}
