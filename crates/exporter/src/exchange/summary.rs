//! What is in a file of DHIS2, in short.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use exporter_core::{Context, Error, Result};
use exporter_dxf2::data_values::{AnyReader, DataValue, Key};
use exporter_dxf2::metadata::{is_reference, references};
use exporter_dxf2::{Mode, Object, Remarks, Target, Value};
use serde::Serialize;

use super::convert::opened;
use super::{ExchangeFile, ExchangeKind};

/// Bytes of a data value that are read.
const MOST: usize = 16 << 20;

/// What is in a file.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// What it holds.
    pub kind: ExchangeKind,
    /// The version of the system that wrote it, where it says so.
    pub version: Option<String>,
    /// How many objects there are of each type, by its plural name.
    pub counts: BTreeMap<String, u64>,
    /// Of metadata, how many references lead to another object.
    pub references: u64,
    /// By property, references to objects that are not in the file.
    pub unresolved: BTreeMap<String, Unresolved>,
    /// What is odd in it.
    pub remarks: Vec<String>,
}

/// References of a property to what is not in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unresolved {
    /// How many.
    pub n: u64,
    /// The first one.
    pub sample: String,
}

/// Reads a whole file and says what is in it.
///
/// # Errors
/// As [`ExchangeFile::open`], and for a damaged file.
pub fn summary(path: &Path, context: &Context) -> Result<Summary> {
    let file = ExchangeFile::open(path, context)?;
    match file.kind() {
        ExchangeKind::Metadata => of_metadata(&file),
        ExchangeKind::DataValues => of_values(&file),
        kind => Err(Error::unsupported(format!("{}: {kind} have no summary", path.display()))),
    }
}

fn empty(file: &ExchangeFile, system: Option<&Value>, remarks: Option<&Remarks>) -> Summary {
    let system = system.and_then(Value::as_object);
    let version = system.and_then(|system| system.text("version")).map(str::to_owned);
    let remarks = remarks.into_iter().flat_map(Remarks::iter).map(|remark| remark.to_string()).collect();
    let (counts, unresolved) = (BTreeMap::new(), BTreeMap::new());
    Summary { kind: file.kind(), version, counts, references: 0, unresolved, remarks }
}

fn of_metadata(file: &ExchangeFile) -> Result<Summary> {
    let mut reader = opened(file, Mode::Lenient)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut known: HashSet<String> = HashSet::new();
    // By property and identifier how often: identifiers may be defined behind their references.
    let mut open: HashMap<(String, String), u64> = HashMap::new();
    let mut total = 0;
    while let Some(found) = reader.read().map_err(|fault| file.error(fault))? {
        *counts.entry(found.kind).or_default() += 1;
        let references = references(&found.object);
        for reference in &references {
            let id = reference.id().or(reference.code()).unwrap_or_default();
            *open.entry((reference.property.to_owned(), id.to_owned())).or_default() += 1;
        }
        total += references.len() as u64;
        defined(&found.object, &mut known);
    }
    let mut summary = empty(file, reader.property("system"), Some(reader.remarks()));
    let mut unresolved: Vec<_> = open.into_iter().filter(|((_, id), _)| !known.contains(id)).collect();
    unresolved.sort();
    for ((property, id), count) in unresolved {
        let found = summary.unresolved.entry(property).or_insert(Unresolved { n: 0, sample: id });
        found.n += count;
    }
    // Types without objects stand in the header as empty lists.
    (summary.counts, summary.references) = (counts, total);
    Ok(summary)
}

/// Notes what objects in another one define: all that have an identifier and say more than which object they are.
fn define(value: &Value, known: &mut HashSet<String>) {
    match value {
        Value::List(values) => values.iter().for_each(|value| define(value, known)),
        Value::Object(object) if !is_reference(object) => defined(object, known),
        _ => {}
    }
}

/// Notes an object, and what is defined in it.
fn defined(object: &Object, known: &mut HashSet<String>) {
    known.extend(["id", "code"].into_iter().filter_map(|name| object.text(name)).map(str::to_owned));
    object.iter().for_each(|(_, value)| define(value, known));
}

fn of_values(file: &ExchangeFile) -> Result<Summary> {
    let (target, mode) = (Target::default(), Mode::Lenient);
    let reader = AnyReader::new(file.reader(), MOST, target, mode);
    let mut reader = reader.map_err(|fault| file.error(fault))?;
    let mut value = DataValue::default();
    let keys = [
        ("dataElements", Key::DataElement),
        ("periods", Key::Period),
        ("organisationUnits", Key::OrgUnit),
        ("categoryOptionCombos", Key::CategoryOptionCombo),
        ("attributeOptionCombos", Key::AttributeOptionCombo),
    ];
    let mut seen = keys.map(|_| HashSet::new());
    let mut values = 0;
    while reader.read(&mut value).map_err(|fault| file.error(fault))? {
        values += 1;
        value.add_defaults(reader.header());
        for (seen, (_, key)) in seen.iter_mut().zip(keys) {
            if let Some(id) = value.get(key).filter(|id| !seen.contains(*id)) {
                seen.insert(id.to_owned());
            }
        }
    }
    let mut summary = empty(file, None, reader.remarks());
    summary.counts.insert("dataValues".to_owned(), values);
    for (seen, (name, _)) in seen.iter().zip(keys).filter(|(seen, _)| !seen.is_empty()) {
        summary.counts.insert(name.to_owned(), seen.len() as u64);
    }
    Ok(summary)
}
