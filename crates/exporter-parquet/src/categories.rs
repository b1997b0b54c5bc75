//! Dictionaries of texts as categories: pandas' Categorical, factors of R, polars' Enum and Categorical.
//!
//! A dictionary that is only an encoding cannot be told from categories and is taken for them. The values of a variable are the
//! positions of its texts, from 1 as in R, whatever the keys are in the file.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray, downcast_dictionary_array};
use arrow_buffer::ArrowNativeType;
use arrow_cast::cast;
use arrow_schema::{DataType, Field};
use exporter_core::codebook::{Table, Variable};
use exporter_core::{Codebook, Loss, LossCode};

use crate::ParquetError;
use crate::layout::reasons::REASONS_KEY;

/// Most categories of a column; one that has more is texts.
pub(crate) const MOST: usize = 10_000;

/// The categories of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Categories {
    /// In their order.
    pub(crate) texts: Vec<String>,
    pub(crate) ordered: bool,
}

/// The type of a column of categories as a table shows it.
pub(crate) const POSITIONS: DataType = DataType::Int32;

/// Whether a column has texts of a dictionary; those of missing reasons are something else.
pub(crate) fn may_be_categories(field: &Field) -> bool {
    matches!(field.data_type(), DataType::Dictionary(_, values) if is_text(values))
        && !field.metadata().contains_key(REASONS_KEY)
}

pub(crate) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The type that categories are written as.
pub(crate) fn stored_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The variables of a file's table, with these categories by column.
pub(crate) fn described<'c>(
    table: Table,
    categories: impl Fn(usize) -> Option<&'c Categories>,
    study: &str,
) -> Codebook {
    let mut codebook = Codebook::new(study);
    let mut table = table;
    for (column, variable) in table.variables.iter_mut().enumerate() {
        if let Some(found) = categories(column) {
            let own = std::mem::take(variable);
            *variable = own.with_categories(found.texts.iter(), found.ordered, &mut codebook.value_labels);
        }
    }
    codebook.with_table(table)
}

/// Gathers the categories of one column from its dictionaries.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    texts: Vec<String>,
    places: HashMap<String, usize>,
    /// Whether no dictionary came yet.
    is_first: bool,
    /// Why the column cannot be one of categories.
    why_not: Option<String>,
    ordered: bool,
    last: Option<ArrayRef>,
}

impl Gathered {
    pub(crate) fn new(ordered: bool) -> Self {
        Self { is_first: true, ordered, ..Self::default() }
    }

    /// Whether another dictionary would change nothing.
    pub(crate) fn is_over(&self) -> bool {
        self.why_not.is_some()
    }

    /// Adds the dictionary of an array, which may have more values than the array uses.
    pub(crate) fn add(&mut self, column: &dyn Array) -> Result<(), ParquetError> {
        let values = dictionary(column);
        let same = |last: &ArrayRef| values.as_ref().is_some_and(|values| Arc::ptr_eq(last, values));
        let Some(values) =
            values.as_ref().filter(|_| !self.is_over() && !self.last.as_ref().is_some_and(same))
        else {
            return Ok(());
        };
        self.last = Some(Arc::clone(values));
        let texts = cast(values, &DataType::LargeUtf8)?;
        let mut highest = None;
        for text in texts.as_string::<i64>().iter().flatten() {
            if text.is_empty() {
                self.why_not = Some("one of its categories is empty".into());
            }
            let place = match self.places.get(text) {
                Some(place) => *place,
                None if self.texts.len() == MOST => {
                    self.why_not = Some(format!("it has more than {MOST} categories"));
                    break;
                }
                None => {
                    self.places.insert(text.to_owned(), self.texts.len());
                    self.texts.push(text.to_owned());
                    self.texts.len() - 1
                }
            };
            if self.ordered && !self.is_first && highest.is_some_and(|highest| place < highest) {
                self.why_not = Some("its dictionaries have different orders".into());
            }
            highest = highest.max(Some(place));
        }
        self.is_first = false;
        Ok(())
    }

    /// The categories, nothing where there was no dictionary, or why there are none.
    pub(crate) fn finish(self) -> Result<Option<Categories>, String> {
        match self.why_not {
            Some(why) => Err(why),
            None if self.is_first => Ok(None),
            None => Ok(Some(Categories { texts: self.texts, ordered: self.ordered })),
        }
    }
}

/// The loss of a column of categories that is read as text.
pub(crate) fn as_text(name: &str, why: &str) -> Loss {
    Loss::new(LossCode::VALUE_LABELS_DROPPED, format!("read as text: {why}")).variable(name)
}

fn dictionary(column: &dyn Array) -> Option<ArrayRef> {
    downcast_dictionary_array!(
        column => Some(Arc::clone(column.values())),
        _ => None
    )
}

/// The positions of a dictionary's values among known categories.
pub(crate) struct Positions {
    places: HashMap<String, i32>,
    /// Those of the last dictionary.
    last: Option<(ArrayRef, Vec<Option<i32>>)>,
}

impl Positions {
    pub(crate) fn new(categories: &Categories) -> Self {
        let places = categories.texts.iter().cloned().zip(1..).collect();
        Self { places, last: None }
    }

    /// The positions of the texts of a column.
    ///
    /// # Errors
    /// When there are texts that were not there when the file was opened.
    pub(crate) fn of(&mut self, column: &ArrayRef) -> Result<ArrayRef, ParquetError> {
        let foreign = || ParquetError::Malformed {
            format: "arrow",
            what: "a text is none of the categories that the column had when the file was opened".into(),
        };
        let values = dictionary(column).ok_or_else(foreign)?;
        if !self.last.as_ref().is_some_and(|(last, _)| Arc::ptr_eq(last, &values)) {
            let texts = cast(&values, &DataType::LargeUtf8)?;
            let place =
                |text: Option<&str>| text.map_or(Some(None), |text| self.places.get(text).copied().map(Some));
            let places = texts.as_string::<i64>().iter().map(place).collect::<Option<_>>();
            self.last = Some((values, places.ok_or_else(foreign)?));
        }
        let places = self.last.as_ref().map(|(_, places)| places.as_slice()).unwrap_or_default();
        let positions: Int32Array = downcast_dictionary_array!(
            column => column.keys().iter().map(|key| places.get(key?.as_usize()).copied().flatten()).collect(),
            _ => return Err(foreign())
        );
        Ok(Arc::new(positions))
    }
}

/// The texts of a variable as the dictionary that is written, one for all batches.
#[derive(Clone, Debug)]
pub(crate) struct WrittenCategories {
    texts: ArrayRef,
}

impl WrittenCategories {
    /// Those of a variable that has categories.
    pub(crate) fn of(codebook: &Codebook, variable: &Variable) -> Option<Self> {
        let texts = codebook.categories_of(variable).filter(|texts| texts.len() <= MOST)?;
        Some(Self { texts: Arc::new(StringArray::from(texts)) })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The dictionary array of positions.
    ///
    /// # Errors
    /// When a position has no text.
    pub(crate) fn keys(&self, positions: &ArrayRef, name: &str) -> Result<ArrayRef, ParquetError> {
        let positions = cast(positions, &DataType::Int64)?;
        let positions = positions.as_primitive::<arrow_array::types::Int64Type>();
        let most = self.texts.len() as i64;
        if let Some(position) = positions.iter().flatten().find(|position| !(1..=most).contains(position)) {
            return Err(ParquetError::NoCategory { column: name.to_owned(), value: position });
        }
        // Under a null stands any number, and readers look at all keys.
        let key = |position: Option<i64>| position.and_then(|position| i32::try_from(position - 1).ok());
        let keys: Int32Array = positions.iter().map(key).collect();
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(&self.texts))?))
    }
}
