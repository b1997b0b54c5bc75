//! Tables for the comparison: the cells that every reader must find, and the arrays that our writer is given.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    ArrayRef, BinaryArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
};
use arrow_schema::{Field, Schema};
use exporter_core::profile::Number;
use exporter_core::{ReadAt, Source};
use exporter_dta::check::{check, rule as rules};
use exporter_dta::stata::{Missing, MissingRule, StorageType};
use exporter_dta::{
    Dates, Dictionary, DtaError, DtaMetadata, DtaReader, DtaVariable, DtaWriter, ReadOptions, Release,
    Selection, WriterOptions,
};
pub(crate) use exporter_testkit::StataCell as Cell;
use exporter_testkit::{STATA_MISSINGS, stata_cells};

/// A table as it must be found in the file.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) metadata: DtaMetadata,
    pub(crate) cells: Vec<Vec<Cell>>,
    /// Given to the writer instead of plain numbers and texts.
    pub(crate) arrays: BTreeMap<usize, ArrayRef>,
    pub(crate) share_strl: bool,
}

impl Case {
    pub(crate) fn new(name: impl Into<String>, release: Release) -> Self {
        Self {
            name: name.into(),
            metadata: DtaMetadata::new(release),
            cells: Vec::new(),
            arrays: BTreeMap::new(),
            share_strl: false,
        }
    }

    pub(crate) fn release(&self) -> u8 {
        self.metadata.release.number()
    }

    /// Adds a variable and returns it for more to be said.
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        storage: StorageType,
        cells: Vec<Cell>,
    ) -> &mut DtaVariable {
        let mut variable = DtaVariable::new(name, storage);
        if !storage.is_string() {
            variable.missing = (1..STATA_MISSINGS).map(|number| rule(number, is_whole(storage))).collect();
        }
        self.metadata.variables.push(variable);
        self.cells.push(cells);
        self.metadata.variables.last_mut().unwrap()
    }

    /// Adds a variable that the writer gets as `array`.
    pub(crate) fn add_converted(
        &mut self,
        name: &str,
        storage: StorageType,
        array: ArrayRef,
        cells: Vec<Cell>,
    ) -> &mut DtaVariable {
        self.arrays.insert(self.cells.len(), array);
        let variable = self.add(name, storage, cells);
        variable.missing.clear();
        variable
    }

    pub(crate) fn rows(&self) -> usize {
        self.cells.first().map_or(0, Vec::len)
    }

    fn batch(&self) -> RecordBatch {
        let array = |(index, cells): (usize, &Vec<Cell>)| {
            let given = self.arrays.get(&index).cloned();
            given.unwrap_or_else(|| array(self.metadata.variables[index].storage, cells))
        };
        let arrays: Vec<ArrayRef> = self.cells.iter().enumerate().map(array).collect();
        let fields: Vec<Field> =
            arrays.iter().map(|array| Field::new("", array.data_type().clone(), true)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).unwrap()
    }

    /// The file that our writer makes; the checker must find nothing and our reader the same cells.
    pub(crate) fn written(&self) -> Vec<u8> {
        let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
        options.share_strl = self.share_strl;
        let place = format!("{}, release {}", self.name, self.release());
        let mut writer = DtaWriter::new(Vec::new(), self.metadata.clone(), options).unwrap();
        writer.write(&self.batch()).unwrap_or_else(|error| panic!("{place}: {error}"));
        let (bytes, _) = writer.finish().unwrap();
        assert_checked(&place, &bytes);
        let (dictionary, cells) = read(&bytes).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(dictionary.rows, self.rows() as u64, "{place}");
        for (index, (found, expected)) in cells.iter().zip(&self.cells).enumerate() {
            assert_eq!(found, expected, "{place}, {}", dictionary.variables[index].name);
        }
        bytes
    }
}

/// The checker has nothing to say but that smaller editions refuse release 119.
pub(crate) fn assert_checked(place: &str, bytes: &[u8]) {
    let findings = check(memory(bytes)).unwrap();
    let findings: Vec<_> =
        findings.listed().iter().filter(|finding| finding.rule != rules::EDITION).collect();
    assert!(findings.is_empty(), "{place}: {findings:#?}");
}

/// The value that stands for a missing value on its way to the writer.
fn rule(number: u8, whole: bool) -> MissingRule {
    let code = if whole {
        Number::Integer(3_000_000_000 + i128::from(number))
    } else {
        Number::Float(-1e305 * f64::from(number))
    };
    MissingRule::new(code, code, Missing::from_number(number).unwrap())
}

fn is_whole(storage: StorageType) -> bool {
    matches!(storage, StorageType::Byte | StorageType::Int | StorageType::Long)
}

fn array(storage: StorageType, cells: &[Cell]) -> ArrayRef {
    if cells.iter().any(|cell| matches!(cell, Cell::Bytes(_))) {
        let bytes = |cell: &Cell| match cell {
            Cell::Bytes(bytes) => bytes.clone(),
            Cell::Text(text) => text.clone().into_bytes(),
            other => panic!("{other:?} among bytes"),
        };
        return Arc::new(BinaryArray::from_iter_values(cells.iter().map(bytes)));
    }
    if storage.is_string() {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            other => panic!("{other:?} among texts"),
        };
        return Arc::new(StringArray::from_iter_values(cells.iter().map(text)));
    }
    let number = |cell: &Cell, whole| match cell {
        Cell::Number(number) => Some(*number),
        Cell::Missing(0) => None,
        Cell::Missing(missing) => Some(rule(*missing, whole).low.as_f64()),
        other => panic!("{other:?} among numbers"),
    };
    if is_whole(storage) {
        return Arc::new(
            cells.iter().map(|cell| number(cell, true).map(|code| code as i64)).collect::<Int64Array>(),
        );
    }
    Arc::new(cells.iter().map(|cell| number(cell, false)).collect::<Float64Array>())
}

fn memory(file: &[u8]) -> Arc<dyn ReadAt> {
    Source::memory("oracle.dta", file.to_vec()).bytes
}

/// A file as our reader finds it, dates as stored numbers.
pub(crate) fn read(file: &[u8]) -> Result<(Dictionary, Vec<Vec<Cell>>), DtaError> {
    let mut options = ReadOptions::default();
    options.dates = Dates::Numbers;
    let mut reader = DtaReader::with_options(memory(file), options)?;
    let dictionary = reader.dictionary().clone();
    let count = dictionary.variables.len();
    let mut columns = vec![Vec::new(); count];
    for batch in reader.batches(&Selection::all().letters((0..count).collect::<Vec<_>>()))? {
        let batch = batch?;
        let (values, letters) = batch.columns().split_at(count);
        for (column, (array, letters)) in columns.iter_mut().zip(values.iter().zip(letters)) {
            column.extend(stata_cells(array, letters.as_primitive()));
        }
    }
    Ok((dictionary, columns))
}
