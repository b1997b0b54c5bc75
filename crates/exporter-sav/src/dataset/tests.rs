//! What a description becomes in a codebook, and numbers in the rows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Float64Array};
use exporter_core::codebook::{Codebook, Group, GroupKind, Kind, Missing, Table, TimeUnit, Value, Variable};
use exporter_spss::{Format, MissingValues, Value as Stored};

use super::delivery::Delivery;
use super::groups::without_strangers;
use super::plain;
use crate::metadata::{SavMetadata, SavVariable, ValueLabels};
use crate::spec::{SYSMIS, UNIX_EPOCH};

fn number(name: &str, format: &str) -> SavVariable {
    SavVariable::number(name, Format::parse(format).unwrap())
}

/// What is missing in a variable of whole numbers that declares this.
fn missing(range: Option<(Option<f64>, Option<f64>)>, values: &[f64]) -> Vec<Missing> {
    let mut metadata = SavMetadata::new();
    let mut variable = number("x", "F8.0");
    variable.missing = MissingValues::new(range, values.iter().copied().map(Stored::Number).collect());
    metadata.variables.push(variable);
    let codebook = plain(&metadata, "t", None);
    codebook.validate().unwrap();
    codebook.tables[0].variables[0].missing.clone()
}

#[test]
fn missing_values_that_overlap_are_declared_once() {
    let from_1_to_9 = Missing::range(Some(Value::Integer(1)), Some(Value::Integer(9)));
    assert_eq!(missing(Some((Some(1.0), Some(9.0))), &[5.0]), [from_1_to_9]);
    assert_eq!(missing(None, &[9.0, 9.0]), [Missing::value(9)]);
    assert_eq!(missing(Some((Some(9.0), Some(1.0))), &[]), []);
    assert_eq!(missing(Some((None, None)), &[]).len(), 1);
}

#[test]
fn a_label_of_the_system_missing_value_takes_no_other_along() {
    let mut metadata = SavMetadata::new();
    let label = |value: f64, label: &str| (Stored::Number(value), label.to_owned());
    metadata.value_labels.push(ValueLabels::new(vec![label(SYSMIS, "none"), label(1.0, "one")]));
    let mut variable = number("x", "F8.2");
    variable.value_labels = Some(0);
    metadata.variables.push(variable);
    let codebook = plain(&metadata, "t", None);
    let variable = &codebook.tables[0].variables[0];
    assert_eq!(variable.kind, Kind::INTEGER);
    let entries = &codebook.value_labels_of(variable).unwrap().entries;
    assert_eq!(entries.iter().map(|entry| &entry.value).collect::<Vec<_>>(), [&Value::Integer(1)]);
}

/// What is declared is a value of the kind; among days and times of day it is a reason where it is none.
#[test]
fn declared_numbers_decide_a_kind() {
    let kind = |format: &str, value: f64| {
        let mut metadata = SavMetadata::new();
        let mut variable = number("x", format);
        variable.missing = MissingValues::new(None, vec![Stored::Number(value)]);
        metadata.variables.push(variable);
        plain(&metadata, "t", None).tables[0].variables[0].kind.clone()
    };
    assert_eq!(kind("DATE11", UNIX_EPOCH), Kind::Date);
    assert_eq!(kind("DATE11", 999_999_999.0), Kind::Date);
    assert_eq!(
        kind("DATETIME20", UNIX_EPOCH + 0.5),
        Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }
    );
    assert_eq!(kind("TIME8", 362_439.0), Kind::Time(TimeUnit::Microsecond));
    assert_eq!(kind("DTIME12.2", 0.0625), Kind::Duration(TimeUnit::Microsecond));
    assert_eq!((kind("F8.0", 13.22), kind("F8.0", 13.0)), (Kind::FLOAT, Kind::INTEGER));
}

#[test]
fn parts_of_seconds_are_not_moved_to_whole_ones() {
    let moments: ArrayRef =
        Arc::new(Float64Array::from(vec![UNIX_EPOCH + 0.999_998, UNIX_EPOCH - 0.25, UNIX_EPOCH]));
    let kind = Kind::DateTime { unit: TimeUnit::Microsecond, zone: None };
    let delivered = Delivery::new(0, &Variable::new("x", kind), &[]).array(&moments, 0).unwrap();
    let ticks = delivered.as_primitive::<TimestampMicrosecondType>();
    assert_eq!(ticks.values().as_ref(), [999_998, -250_000, 0]);
}

#[test]
fn numbers_that_stand_for_reasons_are_no_days() {
    let variable = Variable::new("x", Kind::Date)
        .with_missing(Missing::reason().letter('a'))
        .with_missing(Missing::reason().letter('b'));
    let delivery = Delivery::new(0, &variable, &[Some(-99.0), Some(-98.0)]);
    let stored: ArrayRef =
        Arc::new(Float64Array::from(vec![Some(-98.0), Some(UNIX_EPOCH), None, Some(-99.0)]));
    let (values, reasons) = delivery.reasons(&stored);
    let days = delivery.array(&values, 0).unwrap();
    assert_eq!(days.as_primitive::<Date32Type>().iter().collect::<Vec<_>>(), [None, Some(0), None, None]);
    assert_eq!(reasons.iter().collect::<Vec<_>>(), [Some(1), None, None, Some(0)]);
}

#[test]
fn sets_count_values_of_their_variables() {
    let (integer, boolean) = (Kind::INTEGER, Kind::Boolean);
    let kinds = [("a", integer), ("b", Kind::FLOAT), ("s", Kind::Text), ("d", Kind::Date), ("t", boolean)];
    let variables = kinds.map(|(name, kind)| Variable::new(name, kind)).to_vec();
    let mut table = Table::new("t", variables);
    let set = |name: &str, counted: Value, members: &[&str]| {
        Group::new(name, GroupKind::MultipleDichotomy { counted }, members.iter().copied())
    };
    table.groups = vec![
        set("mixed", 1.into(), &["a", "s", "d", "b"]),
        set("none", Value::Text("x".to_owned()), &["a", "b"]),
        set("half", 1.5.into(), &["a", "b"]),
        set("truth", 1.into(), &["t"]),
        set("empty", 1.into(), &[]),
        Group::new("category", GroupKind::MultipleCategory, ["a", "s"]),
    ];
    let mut codebook = Codebook::new("s").with_table(table);
    assert!(!codebook.problems().is_empty());
    let losses = without_strangers(&mut codebook);
    codebook.validate().unwrap();
    let groups = &codebook.tables[0].groups;
    let left: Vec<(&str, usize)> =
        groups.iter().map(|group| (group.name.as_str(), group.members.len())).collect();
    assert_eq!(left, [("mixed", 2), ("half", 1), ("truth", 1), ("empty", 0), ("category", 2)]);
    assert_eq!(groups[2].kind, GroupKind::MultipleDichotomy { counted: true.into() });
    let told: Vec<(u64, &str)> = losses.iter().map(|loss| (loss.count, loss.action.as_str())).collect();
    let left_out = "variables of which it is no value are left out";
    assert_eq!(
        told,
        [
            (2, &*format!("the multiple response set mixed counts 1: {left_out}")),
            (2, "the multiple response set none counts x: left out, it is no value of the variables"),
            (1, &*format!("the multiple response set half counts 1.5: {left_out}")),
        ]
    );
}
