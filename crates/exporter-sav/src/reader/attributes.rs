//! Custom attributes of the file and of variables (6, subtypes 17 and 18).

use std::hash::{BuildHasher as _, RandomState};

use crate::metadata::Attribute;
use crate::reader::encoding::TextDecoder;
use crate::reader::records::Records;
use crate::reader::remarks::Remarks;
use crate::reader::repeated::last_of_each;
use crate::reader::variables::Variables;
use crate::spec::subtype;

const CUT_OFF: &str = "attributes that cannot be read to their end are left out";

/// The attributes of the file.
pub(crate) fn file_attributes(
    records: &Records,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for record in records.of(subtype::FILE_ATTRIBUTES) {
        let (text, _) = decoder.decode(&record.bytes);
        let mut rest = text.as_ref();
        while let Some((attribute, behind)) = attribute(rest) {
            attributes.push(attribute);
            rest = behind;
        }
        if !is_end(rest) {
            remarks.changed(CUT_OFF, excerpt(rest));
        }
    }
    last_attributes(attributes, remarks)
}

/// Gives the variables their attributes.
pub(crate) fn variable_attributes(
    records: &Records,
    of: &mut Variables,
    decoder: &TextDecoder,
    remarks: &mut Remarks,
) {
    for record in records.of(subtype::VARIABLE_ATTRIBUTES) {
        let (text, _) = decoder.decode(&record.bytes);
        let mut rest = text.as_ref();
        while let Some((name, mut behind)) = rest.split_once(':') {
            let at = of.find(name);
            let mut variable = at.and_then(|at| of.variables.get_mut(at));
            if variable.is_none() {
                remarks.changed("attributes of variables that do not exist are left out", excerpt(name));
            }
            while let Some((attribute, next)) = attribute(behind) {
                if let Some(variable) = &mut variable {
                    variable.attributes.push(attribute);
                }
                behind = next;
            }
            rest = behind;
            match rest.strip_prefix('/') {
                Some(next) => rest = next,
                None => break,
            }
        }
        if !is_end(rest) {
            remarks.changed(CUT_OFF, excerpt(rest));
        }
    }
    for variable in of.variables.iter_mut().filter(|variable| variable.attributes.len() > 1) {
        variable.attributes = last_attributes(std::mem::take(&mut variable.attributes), remarks);
    }
}

/// The attribute that a text begins with, and the text behind it: `name('value'LF'another'LF)`. Nothing in a value is
/// escaped; it ends at an apostrophe with a line feed.
fn attribute(text: &str) -> Option<(Attribute, &str)> {
    // The next variable.
    if text.starts_with('/') {
        return None;
    }
    let (name, mut rest) = text.split_once('(')?;
    // Most have one value, and there may be very many attributes.
    let mut values = Vec::with_capacity(1);
    while let Some(value) = rest.strip_prefix('\'') {
        let (value, behind) = value.split_once("'\n")?;
        values.push(value.to_owned());
        rest = behind;
    }
    Some((Attribute { name: name.to_owned(), values }, rest.strip_prefix(')')?))
}

/// Whether nothing is left but what some programs end a record with.
fn is_end(rest: &str) -> bool {
    rest.chars().all(|character| matches!(character, ' ' | '\0' | '\n' | '\r' | '/'))
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The attributes without repeated names, of which the last holds.
fn last_attributes(attributes: Vec<Attribute>, remarks: &mut Remarks) -> Vec<Attribute> {
    let hash = |hasher: &RandomState, attribute: &Attribute| hasher.hash_one(&attribute.name);
    last_of_each(
        attributes,
        hash,
        |one, other| one.name == other.name,
        |repeated| {
            remarks.changed("of several attributes of a name the last is read", repeated.name.as_str());
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_any_number_of_values() {
        let read =
            |text: &'static str| attribute(text).map(|(it, rest)| (it.name, it.values.join("|"), rest));
        let of = |name: &str, values: &str, rest| Some((name.to_owned(), values.to_owned(), rest));
        assert_eq!(read("a('it's'\n)b("), of("a", "it's", "b("));
        assert_eq!(read("a('x'\n''\n'y)'\n)"), of("a", "x||y)", ""));
        assert_eq!(read("a()"), of("a", "", ""));
        assert_eq!((read("a('x'"), read("a"), read("a('x'\n")), (None, None, None));
    }
}
