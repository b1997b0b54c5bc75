//! The columns of a file that a table can have: named, each once, with values of a kind.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use exporter_core::codebook::{Kind, Table, Variable};
use exporter_core::dataset::infer_kind;
use exporter_core::{Codebook, Loss, LossCode, LossReport};

use crate::ParquetError;
use crate::categories::{Categories, POSITIONS, as_text};
use crate::index::{index_names, index_that_is_no_column};
use crate::layout::codebook::Restored;
use crate::layout::reasons::REASONS_KEY;
use crate::look::{Found, Look};
use crate::pandas_period::{frequency, shifted};
use crate::shown::{narrow_type, shown_type};

/// Most bytes that a value of fixed length may have.
const MAX_WIDTH: u64 = 64 << 20;

/// A column whose type cannot be told.
pub(crate) struct Unread {
    pub(crate) name: String,
    pub(crate) why: String,
}

/// The columns that are read, and what of the others is said.
#[derive(Debug)]
pub(crate) struct Readable {
    /// Their places in the file, ascending.
    pub(crate) columns: Vec<usize>,
    /// As they are in the file.
    pub(crate) fields: Fields,
    /// As the table has them, with the keys and values of the file until the codebook is made of these.
    pub(crate) shown: Schema,
    /// Of columns that have some.
    pub(crate) categories: BTreeMap<usize, Categories>,
    /// Columns that are left out or renamed; the table is not named.
    losses: Vec<Loss>,
    /// By column, what the scan that cut most of its values had to cut.
    cut: Mutex<BTreeMap<usize, CutValues>>,
}

/// Times of a column that lost digits.
#[derive(Clone, Debug, Default)]
pub(crate) struct CutValues {
    pub(crate) count: u64,
    /// Row from 1, where it is known, and value of the first one.
    pub(crate) first: Option<(Option<u64>, String)>,
}

impl Readable {
    /// Takes the columns that a table can have; `described` tells the type of one that it cannot.
    pub(crate) fn of(
        columns: impl Iterator<Item = Result<FieldRef, Unread>>,
        keys: HashMap<String, String>,
        described: impl Fn(usize) -> String,
    ) -> Self {
        let columns: Vec<_> = columns.collect();
        let mut names = Names::of(&columns);
        let indices = index_names(&keys);
        let (mut places, mut fields, mut shown, mut losses) = (vec![], vec![], vec![], vec![]);
        for (place, column) in columns.into_iter().enumerate() {
            let judged = column.map_err(|unread| (unread.name, unread.why)).and_then(|field| {
                let data_type = match frequency(&field) {
                    Some(Ok(frequency)) => frequency.shown_type(),
                    _ => shown_type(&field),
                };
                match why_not(&data_type) {
                    None => Ok((field, data_type)),
                    Some(why) => Err((field.name().clone(), why)),
                }
            });
            match judged {
                Ok((field, data_type)) => {
                    let index = indices.get(field.name()).map(String::as_str);
                    let name = names.free(place, field.name(), index);
                    if &name != field.name() {
                        let what = match (index, field.name().as_str()) {
                            (Some(_), stored) => format!("is the index of a data frame ({stored})"),
                            (None, "") => "has no name".into(),
                            _ => "has the name of another".into(),
                        };
                        let action = format!("column {} of the file {what}, read as {name}", place + 1);
                        losses.push(Loss::new(LossCode::NAME_CHANGED, action).variable(&name));
                    }
                    if let Some(Err(frequency)) = frequency(&field) {
                        let action = format!(
                            "periods of pandas with the frequency {frequency} are read as their numbers"
                        );
                        losses.push(Loss::new(LossCode::KIND_CHANGED, action).variable(&name));
                    }
                    if let Some(frequency) = shifted(&field) {
                        let action = format!(
                            "periods of pandas with the frequency {frequency} keep no more than the year or quarter that they are called by"
                        );
                        losses.push(Loss::new(LossCode::KIND_CHANGED, action).variable(&name));
                    }
                    places.push(place);
                    let mut mark = field.metadata().clone();
                    mark.retain(|key, _| key == REASONS_KEY);
                    let seen = Field::new(name, data_type, true).with_metadata(mark);
                    // One in place of two that are equal: there may be very many.
                    shown.push(if *field == seen { Arc::clone(&field) } else { Arc::new(seen) });
                    fields.push(field);
                }
                Err((name, why)) => {
                    let name = if name.is_empty() { format!("column_{}", place + 1) } else { name };
                    let action = format!("left out, its type is not read: {} ({why})", described(place));
                    losses.push(Loss::new(LossCode::NOT_READ, action).variable(name));
                }
            }
        }
        losses.extend(index_that_is_no_column(&keys));
        let shown = Schema::new_with_metadata(shown, keys);
        let (categories, cut) = Default::default();
        Self { columns: places, fields: fields.into(), shown, categories, losses, cut }
    }

    /// Checks that something is read.
    ///
    /// # Errors
    /// When the file has columns and none of them is read.
    pub(crate) fn check(&self, format: &'static str) -> Result<(), ParquetError> {
        let unread = |loss: &&Loss| loss.code == LossCode::NOT_READ && loss.variable.is_some();
        match self.losses.iter().find(unread).filter(|_| self.columns.is_empty()) {
            Some(Loss { variable, action, .. }) => {
                let column = variable.clone().unwrap_or_default();
                Err(ParquetError::NothingRead { format, column, why: action.to_string() })
            }
            None => Ok(()),
        }
    }

    /// Takes what was found in the values: the types of their columns are known now.
    pub(crate) fn looked(&mut self, look: Look) {
        self.take(look.finish());
    }

    fn take(&mut self, found: impl Iterator<Item = (usize, Found)>) {
        let mut shown: Vec<FieldRef> = self.shown.fields().iter().cloned().collect();
        for (column, found) in found {
            let (Some(field), Some(stored)) = (shown.get_mut(column), self.fields.get(column)) else {
                continue;
            };
            let known = match found {
                Found::Categories(Ok(Some(found))) => {
                    self.categories.insert(column, found);
                    Some(POSITIONS)
                }
                Found::Categories(Ok(None)) => None,
                Found::Categories(Err(why)) => {
                    self.losses.push(as_text(field.name(), &why));
                    None
                }
                Found::Fits(fits) => narrow_type(stored.data_type()).filter(|_| fits),
            };
            if let Some(known) = known {
                *field = Arc::new(Field::clone(field).with_data_type(known));
            }
        }
        self.shown = Schema::new_with_metadata(shown, std::mem::take(&mut self.shown.metadata));
    }

    /// Takes columns of dictionaries for ones of these categories.
    pub(crate) fn presume(&mut self, categories: BTreeMap<usize, Categories>) {
        let found =
            categories.into_iter().map(|(column, found)| (column, Found::Categories(Ok(Some(found)))));
        self.take(found);
    }

    /// What a scan has cut so far; scanning again adds nothing.
    pub(crate) fn was_cut(&self, column: usize, values: &CutValues) {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cut.entry(column).or_default();
        if values.count > known.count {
            known.clone_from(values);
        }
    }

    /// What is left out of a table, renamed in it and cut, and what of the stored codebook is not used.
    pub(crate) fn losses(&self, restored: &Restored) -> LossReport {
        let table = restored.codebook.tables.first().map(|table| table.name.as_str()).unwrap_or_default();
        let cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = cut.iter().map(|(column, values)| {
            let action = match self.shown.field(*column).data_type() {
                DataType::Date32 => "the time of day of dates in milliseconds is cut",
                _ => "INT96 times finer than microseconds are cut",
            };
            let loss = Loss::new(LossCode::TIME_PRECISION, action);
            let loss = loss.variable(self.shown.field(*column).name()).count(values.count);
            match &values.first {
                Some((row, value)) => loss.first(*row, value),
                None => loss,
            }
        });
        self.losses.iter().chain(&restored.losses).cloned().chain(cut).map(|loss| loss.table(table)).collect()
    }
}

/// Why a type is not read.
fn why_not(data_type: &DataType) -> Option<String> {
    let too_wide = |width: u64| format!("a value has {width} bytes, at most {MAX_WIDTH} are read");
    let kind = match infer_kind(data_type) {
        Ok(kind) => kind,
        Err(error) => return Some(error.message().to_owned()),
    };
    if width(data_type) > MAX_WIDTH {
        return Some(too_wide(width(data_type)));
    }
    // Names of parts and of zones are as the file has them.
    (kind.is_nested() || matches!(kind, Kind::DateTime { zone: Some(_), .. })).then(|| {
        let table = Table::new("table", vec![Variable::new("variable", kind)]);
        Codebook::new("study").with_table(table).validate().err().map(|error| error.message().to_owned())
    })?
}

/// Bytes that a value takes even when it is null.
pub(crate) fn width(data_type: &DataType) -> u64 {
    match data_type {
        DataType::FixedSizeBinary(width) => u64::try_from(*width).unwrap_or(0),
        DataType::FixedSizeList(item, size) => {
            width(item.data_type()).saturating_mul(u64::try_from(*size).unwrap_or(0))
        }
        DataType::Struct(parts) => {
            parts.iter().fold(0, |sum, part| width(part.data_type()).saturating_add(sum))
        }
        // Where the items are counts; the widest is what matters.
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::Map(item, _) => width(item.data_type()).max(8),
        other => other.primitive_width().unwrap_or(8) as u64,
    }
}

/// Gives every column a name of its own.
struct Names {
    given: HashSet<String>,
    taken: HashSet<String>,
}

impl Names {
    fn of(columns: &[Result<FieldRef, Unread>]) -> Self {
        let name = |column: &Result<FieldRef, Unread>| match column {
            Ok(field) => field.name().clone(),
            Err(unread) => unread.name.clone(),
        };
        Self { given: columns.iter().map(name).collect(), taken: HashSet::new() }
    }

    /// The name that is wanted or that is in the file, or as for delimited text `column_3` for none and `name_2` for one that
    /// another column has.
    fn free(&mut self, place: usize, name: &str, wanted: Option<&str>) -> String {
        if wanted.is_none() && !name.is_empty() && self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let stem = match (wanted, name) {
            (Some(wanted), _) => wanted.to_owned(),
            (None, "") => format!("column_{}", place + 1),
            (None, name) => name.to_owned(),
        };
        let first = (wanted.is_some() || name.is_empty()).then(|| stem.clone());
        let numbered = (2u64..).map(|number| format!("{stem}_{number}"));
        let free = first
            .into_iter()
            .chain(numbered)
            .find(|name| !self.given.contains(name) && !self.taken.contains(name));
        let free = free.unwrap_or(stem);
        self.taken.insert(free.clone());
        free
    }
}
