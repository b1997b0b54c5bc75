//! Refuses, before the first byte, what SPSS would refuse or misread (fact sheet 11).

use std::collections::HashSet;

use encoding_rs::Encoding;
use exporter_core::{doubles, encoded};
use exporter_spss::limits::{
    MAX_LABEL, MAX_MISSING_TEXT_BYTES, MAX_MISSING_VALUES, MAX_NAME_BYTES, MAX_VALUE_LABEL,
    MOST_VALUE_LABEL_BYTES,
};
use exporter_spss::{
    Format, FormatClass, ResponseSetKind, Value, unique_attribute_names, unique_names, unique_set_names,
};

use super::Storing;
use super::dictionary::HEADER_TEXTS;
use crate::codes::page_of;
use crate::error::{Result, invalid};
use crate::metadata::{Attribute, SavMetadata, SavVariable, ValueLabels};
use crate::spec::{DOCUMENT_LINE, MAX_TEXT, VALUE_ENDS};

/// Checks a description and how its variables are stored.
pub(crate) fn check(metadata: &SavMetadata, storing: &[Storing]) -> Result<()> {
    let (encoding, count) = (metadata.encoding, metadata.variables.len());
    if page_of(encoding).is_none() {
        let message = "SPSS has no files in this encoding; choose utf-8";
        return Err(invalid(format!("encoding {}", encoding.name()), message));
    }
    if count == 0 {
        return Err(invalid("variables", "SPSS has no file without variables; add one"));
    }
    if storing.len() != count {
        let message =
            format!("{} ways of storing came for {count} variables; give one for each", storing.len());
        return Err(invalid("variables", message));
    }
    let (date, time, label) = HEADER_TEXTS;
    let (created_date, created_time) = &metadata.created;
    most_bytes(encoding, "date of creation", created_date, date)?;
    most_bytes(encoding, "time of creation", created_time, time)?;
    most_bytes(encoding, "label of the file", &metadata.label, label)?;
    names(metadata)?;
    let sets: Vec<_> = metadata.value_labels.iter().map(|set| LabelSet::of(set, encoding)).collect();
    for variable in &metadata.variables {
        width_and_formats(variable)?;
        let characters = variable.label.chars().count();
        if characters > MAX_LABEL {
            let message = format!("its label has {characters} characters, at most {MAX_LABEL}; cut it");
            return Err(invalid(&variable.name, message));
        }
        missing(variable, encoding)?;
        if let Some(set) = variable.value_labels {
            let Some(set) = sets.get(set) else {
                return Err(invalid(&variable.name, "its value labels are not among those of the file"));
            };
            set.suits(variable)?;
        }
        attributes(&variable.name, &variable.attributes)?;
    }
    for (variable, storing) in metadata.variables.iter().zip(storing) {
        reasons(variable, storing)?;
    }
    if let Some(weight) = metadata.weight
        && metadata.variables.get(weight).is_none_or(|variable| variable.width.is_some())
    {
        let name = metadata.variables.get(weight).map_or("weight", |variable| &variable.name);
        return Err(invalid(name, "cases are weighted by a number that is a variable; choose one"));
    }
    for line in &metadata.documents {
        most_bytes(encoding, "line of the documents", line, DOCUMENT_LINE)?;
    }
    response_sets(metadata)?;
    variable_sets(metadata)?;
    attributes("file", &metadata.attributes)?;
    let dated = metadata.dates.iter().flat_map(|dates| &dates.variables);
    members("dates of the cases", dated.map(|(variable, ..)| variable), count)
}

fn most_bytes(encoding: &'static Encoding, place: &str, text: &str, most: usize) -> Result<()> {
    let bytes = encoded::length(encoding, text);
    if bytes > most {
        return Err(invalid(place, format!("{text:?} has {bytes} bytes, at most {most}; shorten it")));
    }
    Ok(())
}

/// Names are legal, unique ignoring case and whole in the encoding.
fn names(metadata: &SavMetadata) -> Result<()> {
    let names: Vec<&str> = metadata.variables.iter().map(|variable| variable.name.as_str()).collect();
    for (name, legal) in names.iter().zip(unique_names(&names)) {
        if *name != legal {
            let message = format!("not a name that SPSS has, or one that another variable has; use {legal}");
            return Err(invalid(*name, message));
        }
        let (bytes, replaced) = encoded::encode(metadata.encoding, name);
        if replaced > 0 {
            let message = format!(
                "its name has characters that {} lacks; rename the variable or write the file in utf-8",
                metadata.encoding.name()
            );
            return Err(invalid(*name, message));
        }
        if bytes.len() > MAX_NAME_BYTES {
            let message = format!("its name has {} bytes, at most {MAX_NAME_BYTES}; shorten it", bytes.len());
            return Err(invalid(*name, message));
        }
    }
    Ok(())
}

fn width_and_formats(variable: &SavVariable) -> Result<()> {
    let name = &variable.name;
    let width = variable.width.map(usize::from);
    if width.is_some_and(|width| !(1..=MAX_TEXT).contains(&width)) {
        return Err(invalid(name, format!("a text has 1 to {MAX_TEXT} bytes; change its width")));
    }
    for (use_, format) in [("print", variable.print), ("write", variable.write)] {
        let is_legal =
            Format::from_code(format.code(), format.width.into(), format.decimals.into()) == Some(format);
        let suits = match width {
            None => format.class() != FormatClass::Text,
            Some(width) if format.name() == "AHEX" => format.width as usize == 2 * width && width < 128,
            Some(width) => format.class() == FormatClass::Text && format.width as usize == width,
        };
        if !is_legal || !suits {
            let kind =
                width.map_or_else(|| "a number".to_owned(), |width| format!("a text of {width} bytes"));
            return Err(invalid(
                name,
                format!("{use_} format {format} does not suit {kind}; choose another"),
            ));
        }
    }
    Ok(())
}

fn missing(variable: &SavVariable, encoding: &'static Encoding) -> Result<()> {
    let name = &variable.name;
    let missing = &variable.missing;
    let room = if missing.range.is_some() { 1 } else { MAX_MISSING_VALUES };
    if missing.values.len() > room {
        return Err(invalid(name, "SPSS takes three missing values, or a range and one value; drop some"));
    }
    if missing.range.is_some() && variable.width.is_some() {
        return Err(invalid(name, "ranges of missing values are for numbers; declare values"));
    }
    let (low, high) = missing.range.unwrap_or_default();
    if [low, high].iter().flatten().any(|end| !end.is_finite()) || low.zip(high).is_some_and(|(a, b)| a > b) {
        return Err(invalid(name, "its range of missing values has no numbers or the larger end first"));
    }
    for value in &missing.values {
        if !is_of(value, variable) {
            let message = format!("missing value {} is of another type; change it", shown(value));
            return Err(invalid(name, message));
        }
        let longest = variable.width.map_or(0, usize::from).min(MAX_MISSING_TEXT_BYTES);
        if let Value::Text(text) = value {
            most_bytes(encoding, &format!("{name}, missing value"), text, longest)?;
            if let Some(fault) = unlike_itself(text, encoding) {
                return Err(invalid(name, format!("missing value {text:?} {fault}")));
            }
        }
    }
    Ok(())
}

/// Why a value does not mean what it should in an encoding that lacks characters of it: others would be the same.
fn unlike_itself(text: &str, encoding: &'static Encoding) -> Option<String> {
    let is_whole = encoded::encode(encoding, text).1 == 0;
    (!is_whole).then(|| {
        format!("has characters that {} lacks, so that others would equal it; write utf-8", encoding.name())
    })
}

/// Whether a value is of the type of a variable.
fn is_of(value: &Value, variable: &SavVariable) -> bool {
    match value {
        Value::Number(number) => variable.width.is_none() && number.is_finite(),
        Value::Text(_) => variable.width.is_some(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => doubles::shown(*number),
        Value::Text(text) => format!("{text:?}"),
    }
}

fn reasons(variable: &SavVariable, storing: &Storing) -> Result<()> {
    for code in storing.reasons.iter().flatten() {
        let value = Value::Number(*code);
        if !is_of(&value, variable) {
            let message = format!("{} for a reason does not fit the variable; change it", shown(&value));
            return Err(invalid(&variable.name, message));
        }
    }
    Ok(())
}

/// What a set of value labels asks of its variables.
struct LabelSet<'a> {
    numbers: bool,
    texts: bool,
    /// Bytes of the longest text.
    longest: usize,
    /// What is wrong with the set whatever the variable.
    fault: Option<(&'a Value, String)>,
}

impl<'a> LabelSet<'a> {
    fn of(set: &'a ValueLabels, encoding: &'static Encoding) -> Self {
        let mut found = Self { numbers: false, texts: false, longest: 0, fault: None };
        let (mut numbers, mut texts) = (HashSet::new(), HashSet::new());
        for (value, label) in &set.labels {
            let is_new = match value {
                Value::Number(number) => {
                    found.numbers = true;
                    // Both zeros are one value.
                    numbers.insert((number + 0.0).to_bits()) && number.is_finite()
                }
                Value::Text(text) => {
                    found.texts = true;
                    found.longest = found.longest.max(encoded::length(encoding, text));
                    texts.insert(text.trim_end_matches(' '))
                }
            };
            let (characters, bytes) = (label.chars().count(), encoded::length(encoding, label));
            let changed = match value {
                Value::Text(text) => unlike_itself(text, encoding),
                Value::Number(_) => None,
            };
            let fault = if changed.is_some() {
                changed
            } else if !is_new {
                Some("is labelled twice or no number; drop it".to_owned())
            } else if characters > MAX_VALUE_LABEL || bytes > MOST_VALUE_LABEL_BYTES {
                Some(format!(
                    "has a label of {characters} characters ({bytes} bytes), at most {MAX_VALUE_LABEL} \
                     ({MOST_VALUE_LABEL_BYTES}); cut it"
                ))
            } else {
                None
            };
            if found.fault.is_none() {
                found.fault = fault.map(|fault| (value, fault));
            }
        }
        found
    }

    fn suits(&self, variable: &SavVariable) -> Result<()> {
        let name = &variable.name;
        if let Some((value, fault)) = &self.fault {
            return Err(invalid(name, format!("labelled value {} {fault}", shown(value))));
        }
        let other = if variable.width.is_some() { self.numbers } else { self.texts };
        if other {
            return Err(invalid(name, "a labelled value is of another type; change or drop it"));
        }
        if self.longest > variable.width.map_or(0, usize::from) {
            let message = format!("a labelled value has {} bytes; widen the variable", self.longest);
            return Err(invalid(name, message));
        }
        Ok(())
    }
}

fn members<'m>(place: &str, members: impl Iterator<Item = &'m usize>, variables: usize) -> Result<()> {
    for member in members {
        if *member >= variables {
            return Err(invalid(place, format!("variable {} is absent; drop it", member + 1)));
        }
    }
    Ok(())
}

fn response_sets(metadata: &SavMetadata) -> Result<()> {
    let names: Vec<&str> = metadata.response_sets.iter().map(|set| set.name.as_str()).collect();
    for (set, legal) in metadata.response_sets.iter().zip(unique_set_names(&names)) {
        let place = format!("multiple response set ${}", set.name);
        if set.name != legal {
            let message = format!("not a name that SPSS has, or one that another set has; use {legal}");
            return Err(invalid(place, message));
        }
        members(&place, set.members.iter(), metadata.variables.len())?;
        let variables: Vec<_> =
            set.members.iter().filter_map(|member| metadata.variables.get(*member)).collect();
        if variables.len() < 2 {
            return Err(invalid(place, "it needs two variables; add one or drop the set"));
        }
        let texts = variables.iter().filter(|variable| variable.width.is_some()).count();
        if texts != 0 && texts != variables.len() {
            return Err(invalid(place, "it has numbers and texts; give it variables of one type"));
        }
        match &set.kind {
            ResponseSetKind::Dichotomy(counted) => {
                if !variables.iter().all(|variable| is_of(counted, variable)) {
                    let message = format!("{} is counted among values of another type", shown(counted));
                    return Err(invalid(place, message));
                }
            }
            ResponseSetKind::Category if set.label_source.is_some() => {
                return Err(invalid(place, "only sets of dichotomies are labelled by counted values"));
            }
            ResponseSetKind::Category => {}
        }
    }
    Ok(())
}

fn variable_sets(metadata: &SavMetadata) -> Result<()> {
    for set in &metadata.variable_sets {
        let place = format!("variable set {}", set.name);
        if set.name.is_empty() || set.name.contains(['=', '\n', '\r']) {
            return Err(invalid(place, "the name of a set has neither = nor line feeds; change it"));
        }
        members(&place, set.members.iter(), metadata.variables.len())?;
    }
    Ok(())
}

fn attributes(owner: &str, attributes: &[Attribute]) -> Result<()> {
    let names: Vec<&str> = attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    for (Attribute { name, values }, legal) in attributes.iter().zip(unique_attribute_names(&names)) {
        let place = format!("attribute {name} of {owner}");
        if *name != legal {
            let message = format!("not a name that SPSS has, or one that another has; use {legal}");
            return Err(invalid(place, message));
        }
        if values.is_empty() {
            return Err(invalid(place, "it has no value; give it an empty one"));
        }
        if values.iter().any(|value| value.contains(VALUE_ENDS)) {
            return Err(invalid(place, "a line feed or a NUL would end its value; replace it"));
        }
    }
    Ok(())
}
