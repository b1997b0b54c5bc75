//! What a document says of a file that is not there: free attributes, so that a document that is written without data files says
//! it again.

use exporter_core::codebook::{Attribute, Kind, Table, Variable};

use super::tables::stem;
use crate::reader::TableFile;
use exporter_xml::{Element, forbidden};

/// Attributes of a table: its file.
const OF_TABLE: [&str; 5] = ["fileName", "fileType", "format", CHARSET, URI];
const URI: &str = "fileDscr@URI";
const CHARSET: &str = "fileType@charset";
/// Attributes of a variable: the first and last character of its column.
const OF_VARIABLE: [&str; 2] = ["location@StartPos", "location@EndPos"];
/// The attribute of a variable of which the document does not say of what kind it is: its kind is a guess.
const KIND: &str = "varFormat@type";
const NOT_STATED: &str = "not stated";

/// Keeps what is said of the file of a table.
pub(crate) fn keep(table: &mut Table, file: &TableFile) {
    // One of several types of record in a file would be read as another one of the name of the file.
    let name = file.names.first().filter(|name| **name != table.name && stem(name) == table.name);
    let stated =
        [name, file.media_type.as_ref(), file.format.as_ref(), file.charset.as_ref(), file.uri.as_ref()];
    for (name, value) in OF_TABLE.iter().zip(stated) {
        let value = value.map(|value| ((*name).to_owned(), Attribute::One(value.clone())));
        table.attributes.extend(value);
    }
    for (variable, column) in table.variables.iter_mut().zip(&file.columns) {
        let is_plain = matches!(variable.kind, Kind::Text | Kind::Integer { .. } | Kind::Float { .. });
        if is_plain && !column.says_format && !variable.has_reasons() {
            variable.attributes.insert(KIND.to_owned(), Attribute::One(NOT_STATED.to_owned()));
        }
        let Some((start, end)) = column.characters else { continue };
        let places = OF_VARIABLE.iter().zip([start, end]);
        variable
            .attributes
            .extend(places.map(|(name, at)| ((*name).to_owned(), Attribute::One(at.to_string()))));
    }
}

/// Whether an attribute of a table is such a one, and is written so.
pub(crate) fn is_of_table(table: &Table, attribute: &str) -> bool {
    OF_TABLE.contains(&attribute) && stated(table, attribute).is_some()
}

/// Whether an attribute of a variable is such a one, and is written so.
pub(crate) fn is_of_variable(variable: &Variable, attribute: &str) -> bool {
    match attribute {
        KIND => is_guess(variable),
        attribute => OF_VARIABLE.contains(&attribute) && of_variable(variable).is_some(),
    }
}

/// Whether the kind of a variable is a guess, which is not written as if it were known.
pub(crate) fn is_guess(variable: &Variable) -> bool {
    matches!(variable.attributes.get(KIND), Some(Attribute::One(words)) if words == NOT_STATED)
}

/// What is said of a file, if an element says it as it is.
fn stated<'t>(table: &'t Table, name: &str) -> Option<&'t str> {
    match table.attributes.get(name) {
        Some(Attribute::One(words)) if !words.trim().is_empty() && forbidden(words) == 0 => Some(words),
        _ => None,
    }
}

/// Where the file is, as `fileDscr` says.
pub(crate) fn uri(table: &Table) -> &str {
    stated(table, URI).unwrap_or_default()
}

/// The elements of `fileTxt` that say it.
pub(crate) fn of_table(table: &Table) -> Vec<Element> {
    let stated = |name: &str| stated(table, name);
    let element = |name: &&'static str| Some(Element::new(*name).text(stated(name)?));
    let mut elements: Vec<Element> =
        OF_TABLE.iter().filter(|name| !name.contains('@')).filter_map(element).collect();
    if let Some(charset) = stated(CHARSET) {
        let at = elements.iter().position(|element| element.name == "fileType");
        let kind = at.map(|at| elements.swap_remove(at)).unwrap_or_else(|| Element::new("fileType"));
        elements.push(kind.with("charset", charset));
    }
    elements
}

/// `location`, where the place of a column is kept.
pub(crate) fn of_variable(variable: &Variable) -> Option<Element> {
    let place = |name: &str| match variable.attributes.get(name) {
        Some(Attribute::One(place)) => place.parse::<u32>().ok(),
        _ => None,
    };
    let (start, end) = (place(OF_VARIABLE[0])?, place(OF_VARIABLE[1])?);
    Some(Element::new("location").with("StartPos", start.to_string()).with("EndPos", end.to_string()))
}
