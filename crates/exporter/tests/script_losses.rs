//! A loss is told once by each format that has it, and by no other.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Int64Array, RecordBatch, StringArray,
    UInt8Array,
};
use exporter::codebook::{Codebook, Kind, Missing, Table, TimeUnit, Variable};
use exporter::dataset::scan_schema;
use exporter::{Loss, LossCode, LossPolicy, MemoryDataset};

use crate::stata::{export, study};

const SCRIPTS: [&str; 3] = ["stata-script", "spss-script", "r-script"];

/// What a format loses; a script beside its csv.
fn losses(data: &MemoryDataset, of: &str) -> Vec<Loss> {
    let both = ["csv", of];
    let formats = if SCRIPTS.contains(&of) { &both[..] } else { &both[1..] };
    let (_, summary) = export(data, formats, LossPolicy::Report).unwrap();
    summary.changes.losses.iter().filter(|loss| loss.format == of).cloned().collect()
}

#[test]
fn numbers_without_a_value_are_no_lost_texts() {
    let number: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let data = study(
        vec![(Variable::new("a", Kind::INTEGER), number.clone()), (Variable::new("b", Kind::Text), text)],
        &[],
    );
    // The csv asks for the nulls of every column.
    for script in ["stata-script", "spss-script"] {
        export(&data, &["csv", "dta", script], LossPolicy::Deny).unwrap();
    }
    let text: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None]));
    let data = study(vec![(Variable::new("b", Kind::Text), text)], &[]);
    let told = losses(&data, "spss-script");
    assert_eq!((told.len(), &told[0].code, told[0].count), (1, &LossCode::NULL_TEXT, 1));
}

#[test]
fn a_missing_reason_is_told_once_by_each_format_that_drops_it() {
    // A value, and a null for each reason.
    fn cells<T: Copy>(value: T, reasons: usize) -> impl Iterator<Item = Option<T>> {
        std::iter::once(Some(value)).chain(std::iter::repeat_n(None, reasons))
    }
    type Column = fn(usize) -> ArrayRef;
    let columns: [(Kind, Column); 4] = [
        (Kind::INTEGER, |reasons| Arc::new(Int64Array::from_iter(cells(1, reasons)))),
        (Kind::Text, |reasons| Arc::new(StringArray::from_iter(cells("x", reasons)))),
        (Kind::Boolean, |reasons| Arc::new(BooleanArray::from_iter(cells(true, reasons)))),
        (Kind::Date, |reasons| Arc::new(Date32Array::from_iter(cells(1, reasons)))),
    ];
    for (kind, column) in columns {
        let reasons = |count: usize| {
            let missing = std::iter::repeat_n(Missing::reason().label("Not asked"), count);
            let variable = missing.fold(Variable::new("v", kind.clone()), Variable::with_missing);
            let table = Table::new("t", vec![variable]);
            let of_rows = std::iter::once(None).chain((0..count).map(|reason| u8::try_from(reason).ok()));
            let columns: Vec<ArrayRef> = vec![column(count), Arc::new(UInt8Array::from_iter(of_rows))];
            let batch = RecordBatch::try_new(scan_schema(&table, &[0], true), columns).unwrap();
            MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap()
        };
        for count in [1, 30] {
            let data = reasons(count);
            for format in ["csv"].into_iter().chain(SCRIPTS) {
                let told = losses(&data, format);
                let told: Vec<_> =
                    told.iter().filter(|loss| loss.code.as_str().contains("missing")).collect();
                let first = told[0];
                assert_eq!((told.len(), first.count), (1, count as u64), "{format} {kind} {told:?}");
                assert_eq!(first.code, LossCode::MISSING_REASON_DROPPED);
            }
        }
        // A .dta has a letter for the reason of a number, and none for that of a text.
        let told = losses(&reasons(1), "dta");
        let told: Vec<_> = told.iter().filter(|loss| loss.code == LossCode::MISSING_REASON_DROPPED).collect();
        let expected = usize::from(kind == Kind::Text);
        assert_eq!(told.len(), expected, "{kind} {told:?}");
        // Beside it the declarations that are no reasons count.
        let variable = Variable::new("v", Kind::INTEGER).with_missing(Missing::reason().letter('r'));
        let variable = (1..=4).fold(variable, |variable, code| variable.with_missing(Missing::value(code)));
        let data = study(vec![(variable, Arc::new(Int64Array::from(vec![7])))], &[]);
        let told = losses(&data, "spss-script");
        let dropped = told.iter().find(|loss| loss.code == LossCode::MISSING_DROPPED).unwrap();
        assert_eq!(dropped.count, 1);
    }
}

#[test]
fn years_that_stata_does_not_show_are_told_by_the_file_and_the_script() {
    // 0050-01-02 and 2000-01-01; the first is a declared missing value of the other variable.
    let days = || Arc::new(Date32Array::from(vec![-701_264, 10_957])) as ArrayRef;
    let declared = Variable::new("declared", Kind::Date).with_missing(Missing::value("0050-01-02"));
    let data = study(vec![(Variable::new("day", Kind::Date), days()), (declared, days())], &[]);
    for of in ["dta", "stata-script"] {
        let told = losses(&data, of);
        let told: Vec<_> = told.iter().filter(|loss| loss.code == LossCode::RANGE).collect();
        assert_eq!((told.len(), told[0].count, told[0].variable.as_deref()), (1, 1, Some("day")), "{of}");
        let first = told[0].first.as_ref().unwrap();
        assert_eq!((first.row, first.value.as_str()), (Some(1), "0050-01-02"));
        assert!(told[0].action.ends_with("the years 100 to 9999 only"), "{}", told[0].action);
    }
}

#[test]
fn durations_are_numbers_whose_unit_is_told() {
    let second: ArrayRef = Arc::new(DurationMicrosecondArray::from(vec![1_000_000]));
    let kind = Kind::Duration(TimeUnit::Microsecond);
    let data = study(vec![(Variable::new("td", kind), second)], &[]);
    for format in ["csv", "tab", "dta"].into_iter().chain(SCRIPTS) {
        let told = losses(&data, format);
        assert_eq!((told.len(), &told[0].code), (1, &LossCode::KIND_CHANGED), "{format} {told:?}");
        assert_eq!(told[0].action, "durations are written as numbers of microseconds");
    }
}
