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

#[test]
fn decimals_that_a_double_holds_are_not_told_as_rounded() {
    let decimals = |digits: &[i128], precision, scale| -> ArrayRef {
        let array = arrow_array::Decimal128Array::from(digits.to_vec());
        Arc::new(array.with_precision_and_scale(precision, scale).unwrap())
    };
    let unit = 10_i128.pow(19);
    // 2^46 + 0.01 would be read as 2^46 + 0.02, though its digits are fewer than 2^53.
    let columns = [
        ("held", 38, 19, vec![unit, unit / 2, unit / 10]),
        ("amount", 22, 2, vec![10_000_000_000_000_025, 12_345_678_901_234_567, -1]),
        ("near", 16, 2, vec![7_036_874_417_766_401, 1, 2]),
        ("long", 22, 2, vec![-1, 1_234_567_890_123_456_789_012, 1_234_567_890_123_456_789_013]),
    ];
    let kind = |precision, scale| Kind::Decimal { precision, scale };
    let variables =
        columns.iter().map(|(name, precision, scale, _)| Variable::new(*name, kind(*precision, *scale)));
    let codebook = study(variables.collect());
    let arrays = columns.iter().map(|(_, precision, scale, digits)| decimals(digits, *precision, *scale));
    let file = File::of(&bare(), codebook, arrays.collect());
    let rounded = "decimals with more than 15 digits are rounded";
    let told: Vec<String> = file.told().into_iter().filter(|line| line.contains("rounded")).collect();
    assert_eq!(told, [format!("long: precision (2): {rounded}"), format!("near: precision (1): {rounded}")]);
    let first = file.summary.changes.losses.iter().find(|loss| loss.variable.as_deref() == Some("long"));
    let first = first.and_then(|loss| loss.first.clone()).unwrap();
    assert_eq!((first.row, first.value.as_str()), (Some(2), "12345678901234567890.12"));
    // The numbers are the next doubles.
    let read = rows_of(&*file.opened());
    let number = |column: usize, row: usize| {
        let wide = arrow_cast::cast(read.column(column), &DataType::Float64).unwrap();
        wide.as_primitive::<Float64Type>().value(row)
    };
    assert_eq!(
        [number(0, 2), number(1, 0), number(1, 1)],
        [0.1, 100_000_000_000_000.25, 123_456_789_012_345.67]
    );
    assert_eq!(number(3, 1), 12_345_678_901_234_567_890.12);
}
