//! Very many labels and variables.

use std::collections::HashSet;

use arrow_array::types::Float64Type;
use arrow_schema::{DataType, Field, Schema};
use exporter_sav::SavVariable;
use exporter_sav::spss::Format;

use super::*;

#[test]
fn one_variable_has_165_772_labels() {
    let count = 165_772;
    let set: ValueLabels = (0..count).fold(ValueLabels::new(), |set, at| set.with(at, format!("label {at}")));
    let codebook =
        study(vec![Variable::new("x", Kind::INTEGER).with_labels("x")]).with_value_labels("x", set.clone());
    let file = File::of(&bare(), codebook, vec![integers(&[0, count - 1, 7])]);
    let metadata = file.metadata();
    let labels = metadata.labels_of(&metadata.variables[0]);
    assert_eq!((metadata.value_labels.len(), labels.len()), (1, count as usize));
    let read = file.opened();
    let variable = &read.codebook().tables[0].variables[0];
    assert!(read.codebook().value_labels_of(variable) == Some(&set));
}

#[test]
fn a_file_has_200_000_variables() {
    let count = 200_000;
    let mut metadata = SavMetadata::new();
    metadata.variables = (0..count)
        .map(|at| {
            let mut variable = SavVariable::number(format!("variable_{at}"), Format::number());
            variable.label = format!("Variable {at}");
            variable
        })
        .collect();
    let columns: Vec<ArrayRef> = (0..count).map(|at| integers(&[at, -at])).collect();
    let fields: Vec<Field> = columns.iter().map(|_| Field::new("", DataType::Int64, true)).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let options = WriterOptions::new(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())));
    let storing = vec![Storing::default(); count as usize];
    let mut writer = SavWriter::new(Vec::new(), metadata, storing, options).unwrap();
    writer.write_batches([Ok(batch)]).unwrap();
    let reader = SavReader::open(Arc::new(MemoryBytes::new(writer.finish().unwrap().0))).unwrap();
    let variables = &reader.metadata().variables;
    let short: HashSet<&str> = variables.iter().map(|variable| &*variable.short_name).collect();
    assert_eq!((variables.len(), short.len()), (count as usize, count as usize));
    assert!(variables.iter().enumerate().all(|(at, it)| it.name == format!("variable_{at}")));
    assert!(variables.iter().enumerate().all(|(at, it)| it.label == format!("Variable {at}")));
    let mut rows = 0;
    for batch in reader.batches(&Default::default(), 1).unwrap() {
        let batch = batch.unwrap();
        rows += batch.num_rows();
        for (at, column) in batch.columns().iter().enumerate() {
            let numbers = column.as_primitive::<Float64Type>().values();
            assert!(numbers.iter().all(|number| number.abs() == at as f64));
        }
    }
    assert_eq!(rows, 2);
}
