//! What documents tell of the values, and what they keep to themselves.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use exporter_core::codebook::{Codebook, Kind, Missing, Sensitivity, Table, ValueLabels, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{MemoryDataset, export};
use exporter_ddi::{DdiExporter, DdiOptions, Profile, StatisticsOption};
use exporter_testkit::conformance;

use super::element::{Node, parsed};

/// One variable `x` whose values occur so often; 1 to 4 have labels, 8 and 9 are declared missing.
fn counted(counts: &[(Option<i64>, usize)], change: fn(&mut Variable)) -> MemoryDataset {
    let mut x = Variable::new("x", Kind::INTEGER)
        .with_labels("x")
        .with_missing(Missing::value(8).label("Unknown"))
        .with_missing(Missing::value(9).label("Refused"));
    change(&mut x);
    let labels = (1..=4).fold(ValueLabels::new(), |labels, code| labels.with(code, format!("Code {code}")));
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![x])).with_value_labels("x", labels);
    let values = counts.iter().flat_map(|(value, count)| std::iter::repeat_n(*value, *count));
    let values: ArrayRef = Arc::new(Int64Array::from_iter(values));
    let batch = RecordBatch::try_from_iter_with_nullable([("x", values, true)]).unwrap();
    MemoryDataset::new(codebook, vec![vec![batch]]).unwrap()
}

/// The element of the variable.
fn written(data: &MemoryDataset, options: DdiOptions) -> Node {
    let (sink, context) = (MemorySink::new(), conformance::context());
    export(&DdiExporter::new(options), data, Box::new(sink.clone()), &context).unwrap();
    let document = String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap();
    let mut root = parsed(&document);
    let data = root.children.iter_mut().find(|part| part.name == "dataDscr").unwrap();
    data.children.remove(0)
}

/// `type: number` of each statistic, and `code: count` of each category.
fn told(var: &Node) -> (Vec<String>, Vec<String>) {
    let stats = var.at("sumStat").into_iter();
    let stats = stats.map(|stat| format!("{}: {}", stat.attribute("type"), stat.text)).collect();
    let count = |category: &Node| {
        let count =
            category.at("catStat").first().map(|stat| format!("{} {}", stat.attribute("type"), stat.text));
        format!("{}: {}", category.at("catValu")[0].text, count.unwrap_or_default())
    };
    (stats, var.at("catgry").into_iter().map(count).collect())
}

fn with_threshold(counts: &[(Option<i64>, usize)], threshold: u64) -> (Vec<String>, Vec<String>) {
    let mut options = DdiOptions::default();
    options.threshold = threshold;
    told(&written(&counted(counts, |_| {}), options))
}

/// Catalogues show these: counts as whole numbers in `sumStat` and `catStat`, and no statistic twice.
#[test]
fn statistics_are_those_that_catalogues_show() {
    let rows = [(Some(1), 3), (Some(2), 2), (None, 4), (Some(9), 1)];
    let mut options = DdiOptions::default();
    options.profile = Profile::Nada;
    let (stats, codes) = told(&written(&counted(&rows, |_| {}), options));
    assert_eq!(stats, ["vald: 5", "invd: 5"]);
    assert_eq!(codes, ["1: freq 3", "2: freq 2", "3: freq 0", "4: freq 0", "8: freq 0", "9: freq 1"]);
    // A measured variable has its range and moments: 1, 1, 1, 2, 2.
    let measured = |options| told(&written(&counted(&rows, |x| x.labels = None), options));
    let (stats, codes) = measured(DdiOptions::default());
    assert_eq!(&stats[..5], ["vald: 5", "invd: 5", "min: 1", "max: 2", "mean: 1.4"]);
    let deviation: f64 = stats[5].strip_prefix("stdev: ").unwrap().parse().unwrap();
    assert!((deviation - 0.3_f64.sqrt()).abs() < 1e-12 && stats.len() == 6, "{stats:?}");
    assert_eq!(codes, ["8: freq 0", "9: freq 1"]);
    let mut options = DdiOptions::default();
    options.statistics = StatisticsOption::Counts;
    assert_eq!(measured(options.clone()).0, ["vald: 5", "invd: 5"]);
    options.statistics = StatisticsOption::None;
    assert_eq!(measured(options), (vec![], vec!["8: ".to_owned(), "9: ".to_owned()]));
}

#[test]
fn a_person_is_not_found_by_values() {
    let rows = [(Some(1), 3), (Some(700), 1)];
    let hide = |x: &mut Variable| x.sensitivity = Sensitivity::DirectIdentifier;
    let of = |change| told(&written(&counted(&rows, change), DdiOptions::default()));
    assert_eq!(of(hide).1, ["1: ", "2: ", "3: ", "4: ", "8: ", "9: "]);
    let without_labels = |x: &mut Variable| (x.labels, x.sensitivity) = (None, Sensitivity::DirectIdentifier);
    assert_eq!(of(without_labels).0, ["vald: 4", "invd: 0"]);
    assert_eq!(of(|x| x.labels = None).0[3], "max: 700");
}

/// What is hidden cannot be computed from the sum and the counts beside it.
#[test]
fn a_count_that_is_hidden_is_not_the_rest_of_a_sum() {
    let codes = |counts: &[(Option<i64>, usize)]| with_threshold(counts, 5).1;
    // The only small one takes the next larger one with it.
    assert_eq!(
        codes(&[(Some(1), 3), (Some(2), 40), (Some(3), 20)]),
        ["1: ", "2: freq 40", "3: ", "4: freq 0", "8: freq 0", "9: freq 0"]
    );
    // Two of them are no secret where their sum says that each is 1, or is itself too small.
    assert_eq!(
        codes(&[(Some(1), 1), (Some(2), 1), (Some(3), 20), (Some(4), 30)]),
        ["1: ", "2: ", "3: ", "4: freq 30", "8: freq 0", "9: freq 0"]
    );
    assert_eq!(
        codes(&[(Some(1), 4), (Some(2), 3), (Some(3), 20), (Some(4), 30)]),
        ["1: ", "2: ", "3: freq 20", "4: freq 30", "8: freq 0", "9: freq 0"]
    );
    let ones: Vec<_> = [1, 2, 3].map(|code| (Some(code), 1)).into_iter().chain([(Some(4), 30)]).collect();
    assert_eq!(with_threshold(&ones, 2).1[..4], ["1: ", "2: ", "3: ", "4: "]);
    // Missing values have a sum of their own.
    assert_eq!(
        codes(&[(Some(1), 30), (Some(2), 40), (Some(8), 2), (Some(9), 50)]),
        ["1: freq 30", "2: freq 40", "3: freq 0", "4: freq 0", "8: ", "9: "]
    );
    // A sum that is small itself is not told, nor is what it is the rest of.
    assert_eq!(
        with_threshold(&[(Some(1), 30), (Some(9), 4)], 5),
        (vec![], ["1: ", "2: ", "3: ", "4: ", "8: ", "9: "].map(String::from).to_vec())
    );
    assert_eq!(with_threshold(&[(Some(1), 5), (Some(9), 5)], 5).0, ["vald: 5", "invd: 5"]);
    assert_eq!(codes(&[(Some(1), 5), (Some(9), 5)])[0], "1: freq 5");
}

/// Values without a label are the rest of a sum: they are few, and their number is told by nothing.
#[test]
fn values_without_a_count_are_not_the_rest_of_a_sum() {
    let told = |counts: &[(Option<i64>, usize)]| with_threshold(counts, 5);
    let (stats, codes) = told(&[(Some(1), 48), (Some(2), 50), (Some(7), 2)]);
    assert_eq!(stats, ["vald: 100", "invd: 0"]);
    assert_eq!(codes[..4], ["1: ", "2: freq 50", "3: freq 0", "4: freq 0"]);
    // With the only count both are hidden.
    assert_eq!(told(&[(Some(1), 48), (Some(7), 2)]).1[0], "1: ");
    // A count that is hidden anyway is enough where the sum of both is no small one.
    assert_eq!(told(&[(Some(1), 4), (Some(2), 50), (Some(7), 2)]).1[..2], ["1: ", "2: freq 50"]);
    assert_eq!(told(&[(Some(1), 1), (Some(2), 50), (Some(7), 2)]).1[..2], ["1: ", "2: "]);
    // Many of them are no secret.
    assert_eq!(told(&[(Some(1), 48), (Some(7), 20)]).1[0], "1: freq 48");
    // The missing ones without a declaration; few of them in all would hide everything.
    assert_eq!(told(&[(Some(1), 48), (Some(9), 30), (None, 2)]).1[4..], ["8: freq 0", "9: "]);
}

/// Whoever reads the report knows that there is more than the document tells.
#[test]
fn what_a_threshold_hides_is_told_once_per_table() {
    let told = |counts: &[(Option<i64>, usize)], threshold: u64| {
        let mut options = DdiOptions::default();
        options.threshold = threshold;
        let data = counted(counts, |x| x.labels = None);
        let sink = Box::new(MemorySink::new());
        let summary = export(&DdiExporter::new(options), &data, sink, &conformance::context()).unwrap();
        super::told(&summary.changes.losses)
    };
    let line = "metadata-dropped t.? counts, ranges and means that tell of fewer than 5 rows are left out, as threshold=5 says \
                ×1: None x";
    assert_eq!(told(&[(Some(1), 3)], 5), [line]);
    assert_eq!(told(&[(Some(1), 30), (Some(8), 30), (Some(9), 1)], 5), [line]);
    assert_eq!((told(&[(Some(1), 3)], 0), told(&[(Some(1), 30)], 5)), (vec![], vec![]));
}

#[test]
fn an_empty_text_is_no_answer_unless_it_has_a_label() {
    let of = |labels: Option<ValueLabels>| {
        let mut x = Variable::new("x", Kind::Text);
        x.labels = labels.as_ref().map(|_| "x".to_owned());
        let mut codebook = Codebook::new("s").with_table(Table::new("t", vec![x]));
        codebook.value_labels.extend(labels.map(|labels| ("x".to_owned(), labels)));
        let values = [Some("a"), Some(""), None, Some("b"), Some("")];
        let values: ArrayRef = Arc::new(arrow_array::StringArray::from_iter(values));
        let batch = RecordBatch::try_from_iter_with_nullable([("x", values, true)]).unwrap();
        let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
        let var = written(&data, DdiOptions::default());
        let stats = var.at("sumStat").into_iter();
        stats.map(|stat| format!("{}: {}", stat.attribute("type"), stat.text)).collect::<Vec<_>>()
    };
    assert_eq!(of(None), ["vald: 2", "invd: 3"]);
    assert_eq!(of(Some(ValueLabels::new().with("a", "A"))), ["vald: 2", "invd: 3"]);
    assert_eq!(of(Some(ValueLabels::new().with("", "Nothing"))), ["vald: 4", "invd: 1"]);
}
