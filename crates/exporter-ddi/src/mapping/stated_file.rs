//! What a document says of a file that is not there: free attributes, so that a document that is written without data files says
//! it again.

use std::collections::BTreeMap;

use exporter_core::codebook::{Attribute, Kind, Table, Variable};

use super::variables::stored_format;
use crate::data_file::Program;
use crate::reader::{Column, TableFile};
use exporter_xml::{Element, forbidden};

/// Attributes of a table: its file.
const OF_TABLE: [&str; 8] =
    ["fileName", "fileType", "format", CHARSET, URI, STRUCTURE, RECORD_TYPE, TYPE_VARIABLE];
const URI: &str = "fileDscr@URI";
const CHARSET: &str = "fileType@charset";
const STRUCTURE: &str = "fileStrc@type";
/// Of a file with several types of record the type of the table's, and the variable that holds the type.
const RECORD_TYPE: &str = "recGrp@rectype";
const TYPE_VARIABLE: &str = "recGrp@recidvar";
/// How attributes of a table begin that say more of its files: further ones, and fingerprints.
const OF_FILES: [&str; 4] = [EACH, "dataFingerprint", "algorithmSpecification", "digitalFingerprintValue"];
/// Of several files one, and the first.
const EACH: &str = "fileTxt[";
const FIRST: &str = "fileTxt[1]";
/// Attributes of a variable: where its column stands.
const PLACE: [&str; 4] = ["location@StartPos", "location@EndPos", "location@width", "location@RecSegNo"];
/// Attributes of a variable: how its values are stored.
const FORMAT: [&str; 5] =
    [KIND, "varFormat@schema", "varFormat@otherSchema", "varFormat@formatname", "varFormat@category"];
/// The attribute of a variable of which the document does not say of what kind it is: its kind is a guess.
const KIND: &str = "varFormat@type";
const NOT_STATED: &str = "not stated";

/// What a document says of the column of a variable, by attribute.
pub(crate) fn stated_of(var: &Element) -> BTreeMap<&'static str, String> {
    let said = |name: &&'static str| {
        let (element, attribute) = name.split_once('@')?;
        let words = var.first(element)?.attribute(attribute)?.trim();
        (!words.is_empty() && words != NOT_STATED && forbidden(words) == 0).then(|| (*name, words.to_owned()))
    };
    PLACE.iter().chain(&FORMAT).filter_map(said).collect()
}

/// Keeps what is said of the file of a table; whether its name is not kept, since of several types of record in a file one would
/// be read as all of them.
pub(crate) fn keep(table: &mut Table, file: &TableFile) -> bool {
    let type_variable = file.record.as_ref().map(|(column, _)| column.name.as_str());
    let is_told_apart = type_variable.is_none_or(|name| table.variable(name).is_some());
    let own_name = file.names.first().filter(|name| **name != table.name);
    let name = own_name.filter(|_| is_told_apart);
    let (rectype, type_variable) = match &file.record {
        Some((column, rectype)) if is_told_apart => (Some(rectype), Some(&column.name)),
        _ => (None, None),
    };
    let (uri, charset) = (file.uri.as_ref(), file.charset.as_ref());
    let (media_type, format, structure) =
        (file.media_type.as_ref(), file.format.as_ref(), file.structure.as_ref());
    let stated = [name, media_type, format, charset, uri, structure, rectype, type_variable];
    for (name, value) in OF_TABLE.iter().zip(stated) {
        let value = value.map(|value| ((*name).to_owned(), Attribute::One(value.clone())));
        table.attributes.extend(value);
    }
    // What is kept of further files where there is a data file is among it.
    let is_among = |name: &str| name.starts_with(EACH) && !name.starts_with(FIRST);
    if !file.further.is_empty() {
        table.attributes.retain(|name, _| !is_among(name));
    }
    table.attributes.extend(file.further.clone());
    // A column that is the next one of its file needs no word.
    let is_next = |(at, column): (usize, &Column)| {
        let said = || column.stated.iter().filter(|(name, _)| PLACE.contains(name));
        said().all(|(name, place)| *name == PLACE[0] && *place == (at + 1).to_string())
    };
    let is_placed = !file.columns.iter().enumerate().all(is_next);
    for (variable, column) in table.variables.iter_mut().zip(&file.columns) {
        let is_plain = matches!(variable.kind, Kind::Text | Kind::Integer { .. } | Kind::Float { .. });
        if is_plain && !column.says_format && !variable.has_reasons() {
            variable.attributes.insert(KIND.to_owned(), Attribute::One(NOT_STATED.to_owned()));
        }
        let has_format = says_other_format(variable, column);
        let kept = column.stated.iter().filter(|(name, _)| match PLACE.contains(name) {
            true => is_placed,
            false => has_format,
        });
        let kept = kept.map(|(name, words)| ((*name).to_owned(), Attribute::One(words.clone())));
        variable.attributes.extend(kept);
    }
    own_name.is_some() && !is_told_apart
}

/// Whether a document says otherwise how values are stored than it is said of them without it.
fn says_other_format(variable: &Variable, column: &Column) -> bool {
    let own = stored_format(variable, Program::Other, false);
    let is_said = FORMAT.iter().any(|name| column.stated.contains_key(name));
    let is_same = |name: &&str| {
        // A format without a schema is one of ISO.
        let default = name.ends_with("@schema").then_some("ISO");
        let own = name.split_once('@').and_then(|(_, attribute)| own.attribute(attribute));
        column.stated.get(*name).map(String::as_str).or(default) == own
    };
    is_said && !FORMAT.iter().all(is_same)
}

/// Whether an attribute of a table is such a one, and may be written so.
pub(crate) fn is_of_table(table: &Table, attribute: &str) -> bool {
    match is_of_files(attribute) {
        true => table.attributes.contains_key(attribute),
        false => OF_TABLE.contains(&attribute) && stated(&table.attributes, attribute).is_some(),
    }
}

/// Whether an attribute of a table says more of its files.
pub(crate) fn is_of_files(attribute: &str) -> bool {
    OF_FILES.iter().any(|start| attribute.starts_with(start))
}

/// Whether an attribute of a variable is such a one, and may be written so.
pub(crate) fn is_of_variable(variable: &Variable, attribute: &str) -> bool {
    (PLACE.contains(&attribute) || FORMAT.contains(&attribute))
        && stated(&variable.attributes, attribute).is_some()
}

/// Whether the kind of a variable is a guess, which is not written as if it were known.
pub(crate) fn is_guess(variable: &Variable) -> bool {
    stated(&variable.attributes, KIND) == Some(NOT_STATED)
}

/// What is said of a file, if an element says it as it is.
fn stated<'a>(attributes: &'a BTreeMap<String, Attribute>, name: &str) -> Option<&'a str> {
    match attributes.get(name) {
        Some(Attribute::One(words)) if !words.trim().is_empty() && forbidden(words) == 0 => Some(words),
        _ => None,
    }
}

/// Where the file is, as `fileDscr` says.
pub(crate) fn uri(table: &Table) -> &str {
    stated(&table.attributes, URI).unwrap_or_default()
}

/// What its records are to one another: `hierarchical` and so on.
pub(crate) fn structure(table: &Table) -> Option<&str> {
    stated(&table.attributes, STRUCTURE)
}

/// Of a file with several types of record the type of the table's, and the variable that holds the type.
pub(crate) fn record_type(table: &Table) -> Option<(&str, &str)> {
    let (rectype, variable) =
        (stated(&table.attributes, RECORD_TYPE)?, stated(&table.attributes, TYPE_VARIABLE)?);
    table.variable(variable).map(|_| (rectype, variable))
}

/// Whether other tables are types of record in the same file.
pub(crate) fn has_other_types(table: &Table, tables: &[Table]) -> bool {
    let file =
        |table: &Table| record_type(table).and(stated(&table.attributes, OF_TABLE[0]).map(str::to_owned));
    let own = file(table);
    own.is_some() && tables.iter().filter(|other| file(other) == own).count() > 1
}

/// The elements of `fileTxt` that say it.
pub(crate) fn of_table(table: &Table) -> Vec<Element> {
    let stated = |name: &str| stated(&table.attributes, name);
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

/// Whether the places of columns are kept of a table.
pub(crate) fn has_places(table: &Table) -> bool {
    table
        .variables
        .iter()
        .any(|variable| PLACE.iter().any(|name| stated(&variable.attributes, name).is_some()))
}

/// `location`, as far as the place of a column is kept.
pub(crate) fn location(variable: &Variable) -> Element {
    element(variable, "location", &PLACE).unwrap_or_else(|| Element::new("location"))
}

/// `varFormat`, where it is kept.
pub(crate) fn format(variable: &Variable) -> Option<Element> {
    element(variable, "varFormat", &FORMAT).filter(|_| !is_guess(variable))
}

/// An element with the attributes that are kept.
fn element(variable: &Variable, name: &'static str, attributes: &[&'static str]) -> Option<Element> {
    let said = attributes.iter().filter_map(|name| {
        let (_, attribute) = name.split_once('@')?;
        Some((attribute, stated(&variable.attributes, name)?))
    });
    let element = said.fold(Element::new(name), |element, (name, words)| element.with(name, words));
    (!element.attributes.is_empty()).then_some(element)
}
