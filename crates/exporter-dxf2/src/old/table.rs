//! Tables of old formats as data: which column is which property, for both directions.

use std::collections::HashMap;

use super::ids::{Ids, Operands};
use super::periods::{date_of, day_of};
use super::rows::{Row, Rows, text_of, whole_text_of};
use super::{Choice, Losses, Metadata};
use crate::mode::Remark;
use crate::value::{Object, Value};

/// A table of objects.
pub(super) struct Table {
    /// The element around its rows, where there is one.
    pub(super) section: Option<&'static str>,
    /// The element of a row.
    pub(super) row: &'static str,
    pub(super) plural: &'static str,
    /// The column of the number; some objects have none and go by their name.
    pub(super) id: &'static str,
    pub(super) columns: &'static [Column],
}

/// A column, and what becomes of it.
pub(super) type Column = (&'static str, New);

/// Words of an old format and those of DXF 2.
pub(super) type Words = &'static [(&'static str, &'static str)];

/// What a column is in DXF 2.
#[derive(Clone, Copy)]
pub(super) enum New {
    /// A text.
    Text(&'static str),
    /// A text with line breaks as words, `{chr13}{chr10}`.
    Broken(&'static str),
    /// `true` or `false`, `1` or `0`.
    Truth(&'static str),
    /// A whole number or one with decimals.
    Number(&'static str),
    /// A date.
    Date(&'static str),
    /// A day number.
    Day(&'static str),
    /// One of these words; others are not known.
    Word(&'static str, Words),
    /// A number of a type of values that the file lists itself, or of these.
    Listed(&'static str, Words),
    /// The number of another object.
    Reference(&'static str, &'static str),
    /// An element with the number of another object, and its name.
    Nested(&'static str, &'static str),
    /// Elements of this name, each with the number and name of another object.
    NestedList(&'static str, &'static str, &'static str),
    /// A formula.
    Formula(&'static str),
    /// The formula of a side of a rule, or a text of it.
    Side(&'static str, &'static str),
    /// What DXF 2 has no place for, by the name of the loss. Nothing is lost of an empty text, of this word, which is written, and
    /// of `0`, unless the word is `1`.
    Lost(&'static str, &'static str),
    /// What is written so, and means nothing to DXF 2.
    Fixed(&'static str),
    /// The beginning of another property, of so many characters; only written.
    Short(&'static str, usize),
    /// A text that is another property where it says nothing of its own.
    Else(&'static str, &'static str),
    /// Another name of a column with a text; only read.
    Also(&'static str),
}

impl New {
    /// Whether it is a text, whose blanks are kept.
    fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::Broken(_)
                | Self::Else(..)
                | Self::Also(_)
                | Self::Side(..)
                | Self::Formula(_)
        )
    }
}

/// Objects that are members of others: pairs of numbers.
pub(super) struct Members {
    pub(super) section: Option<&'static str>,
    pub(super) row: &'static str,
    /// Column and type of that which has the list.
    pub(super) owner: (&'static str, &'static str),
    /// Column and type of the members.
    pub(super) member: (&'static str, &'static str),
    pub(super) list: List,
    pub(super) order: Option<&'static str>,
}

/// Where members stand in the object that has them.
#[derive(Clone, Copy)]
pub(super) enum List {
    /// A list of references.
    Plain(&'static str),
    /// A list of objects, each with a reference in a property.
    Within(&'static str, &'static str),
    /// One reference, of which the rows say the member.
    One(&'static str),
}

/// What is needed to make objects of rows.
pub(super) struct Context<'c> {
    pub(super) ids: &'c Ids,
    pub(super) operands: Operands,
    /// Words that the file lists itself by number, such as its types of values.
    pub(super) listed: &'c HashMap<(&'static str, String), String>,
}

impl Table {
    /// The number of a row, or what it goes by.
    pub(super) fn number(&self, row: &Row) -> Option<String> {
        row.text(self.id)
    }

    /// Gives every row its identifier.
    pub(super) fn identify(&self, rows: &[Row], ids: &mut Ids, metadata: &mut Metadata) {
        for (index, row) in rows.iter().enumerate() {
            let Some(number) = self.number(row) else { continue };
            if !ids.add(self.plural, &number, row.text("uuid").as_deref()) {
                let message = format!("another of the {} has the number {number}: left out", self.plural);
                metadata.refused.push(Remark::new(row.position, message).object(index as u64, Some(&number)));
            }
        }
    }

    /// Makes objects of rows.
    pub(super) fn decode(
        &self,
        rows: &[Row],
        context: &Context<'_>,
        choice: &Choice,
        metadata: &mut Metadata,
    ) {
        let mut seen = std::collections::HashSet::new();
        for (index, row) in rows.iter().enumerate() {
            let Some(number) = self.number(row) else {
                let message = format!("{} is missing: the object is left out", self.id);
                metadata.refused.push(Remark::new(row.position, message).object(index as u64, None));
                continue;
            };
            let uid = context.ids.uid(self.plural, &number);
            if !seen.insert(number.clone()) || !choice.has(self.plural, &uid) {
                continue;
            }
            match self.object(row, uid, context, metadata) {
                Ok(object) => metadata.objects.push((self.plural.to_owned(), object)),
                Err((property, message)) => {
                    let remark = Remark::new(row.position, format!("{message}: the object is left out"));
                    metadata.refused.push(remark.object(index as u64, Some(&number)).property(property));
                }
            }
        }
    }

    fn object(
        &self,
        row: &Row,
        uid: String,
        context: &Context<'_>,
        metadata: &mut Metadata,
    ) -> Result<Object, (&'static str, String)> {
        let mut object = Object::new().with("id", uid);
        // Only what an object that is kept loses.
        let mut lost = Vec::new();
        for (column, new) in self.columns {
            let Some(element) = row.element.first(column) else { continue };
            let text = if new.is_text() { whole_text_of(element) } else { text_of(element) };
            let remark = |message: String| Remark::new(row.position, message).property(*column);
            let mut reference = |plural: &str, number: &str| {
                if context.ids.get(plural, number).is_none() {
                    metadata.remarks.add(remark(format!("none of the {plural} of the file has this number")));
                }
                Value::from(Object::new().with("id", context.ids.uid(plural, number)))
            };
            match (*new, text) {
                (New::Nested(property, plural), _) => {
                    if let Some(number) = element.first("id").and_then(text_of) {
                        object.set(property, reference(plural, &number));
                    }
                }
                (New::NestedList(property, item, plural), _) => {
                    let numbers = element.all(item).filter_map(|item| item.first("id").and_then(text_of));
                    let list: Vec<Value> = numbers.map(|number| reference(plural, &number)).collect();
                    object.set(property, list);
                }
                (New::Fixed(_) | New::Short(..), _) | (_, None) => {}
                (New::Text(property) | New::Also(property), Some(text)) => object.set(property, text),
                (New::Else(property, other), Some(text)) => {
                    if object.text(other) != Some(&text) {
                        object.set(property, text);
                    }
                }
                (New::Broken(property), Some(text)) => {
                    object.set(
                        property,
                        text.replace("{chr13}{chr10}", "\n")
                            .replace("{chr13}", "\n")
                            .replace("{chr10}", "\n"),
                    );
                }
                (New::Truth(property), Some(text)) => {
                    let truth = match text.to_ascii_lowercase().as_str() {
                        "true" | "1" | "-1" => true,
                        "false" | "0" => false,
                        _ => return Err((column, format!("{text:?} is neither true nor false"))),
                    };
                    object.set(property, truth);
                }
                (New::Number(property), Some(text)) => {
                    let digits = text.strip_suffix('.').unwrap_or(&text);
                    if serde_json::from_str::<serde_json::Number>(digits).is_err() {
                        return Err((column, format!("{text:?} is no number")));
                    }
                    object.set(property, Value::Number(digits.to_owned()));
                }
                (New::Date(property), Some(text)) => {
                    if let Err(message) = date_of(&text) {
                        metadata.remarks.add(remark(format!("{message}; it is kept as it is")));
                    }
                    object.set(property, text);
                }
                (New::Day(property), Some(text)) => {
                    // Number 0 is what a date is that nobody entered.
                    if text != "0"
                        && let Some(day) = day_of(&text).map_err(|message| (*column, message))?
                    {
                        object.set(property, day.to_string());
                    }
                }
                (New::Word(property, words), Some(text)) => match word(words, &text) {
                    Some(word) => object.set(property, word),
                    None => return Err((column, format!("{text:?} is not known"))),
                },
                (New::Listed(property, words), Some(text)) => {
                    let listed = context.listed.get(&(*column, text.clone())).map(String::as_str);
                    match listed.or_else(|| word(words, &text)) {
                        Some(word) => object.set(property, word),
                        None => return Err((column, format!("{text:?} is not known"))),
                    }
                }
                (New::Reference(property, plural), Some(number)) => {
                    object.set(property, reference(plural, &number))
                }
                (New::Formula(property), Some(text)) => {
                    let formula = formula(&text, context, |remark_| metadata.remarks.add(remark(remark_)));
                    object.set(property, formula.map_err(|message| (*column, message))?);
                }
                (New::Side(side, property), Some(text)) => {
                    let text = match property {
                        "expression" => {
                            formula(&text, context, |remark_| metadata.remarks.add(remark(remark_)))
                                .map_err(|message| (*column, message))?
                        }
                        _ => text,
                    };
                    let mut object_of_side = match object.remove(side) {
                        Some(Value::Object(side)) => side,
                        _ => Object::new(),
                    };
                    object_of_side.set(property, text);
                    object.set(side, object_of_side);
                }
                (New::Lost(name, nothing), Some(text)) => {
                    if (text != "0" || nothing == "1") && !text.eq_ignore_ascii_case(nothing) {
                        lost.push(name);
                    }
                }
            }
        }
        lost.into_iter().for_each(|name| metadata.losses.add(name));
        self.count_unknown(row, &mut metadata.losses);
        Ok(object)
    }

    fn count_unknown(&self, row: &Row, losses: &mut Losses) {
        for element in row.element.elements() {
            let name = element.name.as_ref();
            let is_known =
                name == self.id || name == "uuid" || self.columns.iter().any(|(known, _)| *known == name);
            if !is_known && text_of(element).is_some() {
                losses.add(&format!("{}.{name}", self.plural));
            }
        }
    }
}

/// A formula as DXF 2 has it; operands of no object are remarked.
fn formula(text: &str, context: &Context<'_>, mut remark: impl FnMut(String)) -> Result<String, String> {
    let (formula, unknown) = context.operands.decode(text, context.ids)?;
    for operand in unknown {
        remark(format!("{operand} is none of the file; it is kept as it is"));
    }
    Ok(formula)
}

pub(super) fn word<'w>(words: &'w [(&str, &'w str)], old: &str) -> Option<&'w str> {
    words.iter().find(|(known, _)| known.eq_ignore_ascii_case(old)).map(|(_, new)| *new)
}

impl Members {
    /// Adds the lists to the objects that have them.
    pub(super) fn decode(&self, rows: &Rows, ids: &Ids, metadata: &mut Metadata) {
        let mut lists: HashMap<String, Vec<(i64, String)>> = HashMap::new();
        for row in rows.of(self.row) {
            let (Some(owner), Some(member)) = (row.text(self.owner.0), row.text(self.member.0)) else {
                continue;
            };
            for (plural, number) in [(self.owner.1, &owner), (self.member.1, &member)] {
                if ids.get(plural, number).is_none() {
                    let message =
                        format!("none of the {plural} of the file has the number in <{}>", self.row);
                    metadata.remarks.add(Remark::new(row.position, message).property(plural));
                }
            }
            // A root that names itself has no parent.
            if matches!(self.list, List::One(_)) && owner == member {
                continue;
            }
            let order = self.order.and_then(|column| row.text(column)).and_then(|order| order.parse().ok());
            let list = lists.entry(ids.uid(self.owner.1, &owner)).or_default();
            list.push((order.unwrap_or_default(), ids.uid(self.member.1, &member)));
        }
        for (_, object) in metadata.objects.iter_mut().filter(|(plural, _)| plural == self.owner.1) {
            let Some(mut list) = object.text("id").and_then(|id| lists.remove(id)) else { continue };
            list.sort_by_key(|(order, _)| *order);
            let reference = |uid: String| Value::from(Object::new().with("id", uid));
            let mut references = list.into_iter().map(|(_, uid)| reference(uid));
            match self.list {
                List::Plain(property) => object.set(property, references.collect::<Vec<_>>()),
                List::Within(property, inner) => {
                    let list = references.map(|reference| Object::new().with(inner, reference).into());
                    object.set(property, list.collect::<Vec<Value>>());
                }
                List::One(property) => {
                    if let Some(reference) = references.next() {
                        object.set(property, reference);
                    }
                    if references.next().is_some() {
                        metadata.losses.add(&format!("other {property}s of {}", self.owner.1));
                    }
                }
            }
        }
    }
}
