//! User-missing values: every form of every kind, both ways; values of another class.

use super::*;

/// The six forms, of values that `value` makes of small numbers: one to three values, a range, one with a value beside it,
/// and those that are open at an end.
fn forms(value: &dyn Fn(i64) -> Value) -> Vec<Vec<Missing>> {
    let one = |number: i64| Missing::value(value(number));
    let range = |low: Option<i64>, high: Option<i64>| Missing::range(low.map(value), high.map(value));
    vec![
        vec![one(7)],
        vec![one(7), one(9)],
        vec![one(1), one(7), one(9)],
        vec![range(Some(5), Some(9))],
        vec![range(Some(5), Some(9)), one(1)],
        vec![range(None, Some(4)), one(9)],
        vec![range(Some(5), None)],
    ]
}

/// Variables of a kind with each form.
fn variables(kind: &Kind, forms: Vec<Vec<Missing>>) -> Vec<Variable> {
    let named = forms.into_iter().enumerate();
    named
        .map(|(at, missing)| {
            let mut variable = Variable::new(format!("x{at}"), kind.clone());
            variable.missing = missing;
            variable
        })
        .collect()
}

/// Writes ten rows in each variable, and gives what is declared in the file; what is read must be what was written.
fn declared(variables: Vec<Variable>, column: &ArrayRef) -> Vec<MissingValues> {
    let file = File::of(&bare(), study(variables.clone()), vec![Arc::clone(column); variables.len()]);
    assert_eq!(file.told(), Vec::<String>::new());
    let read = file.opened();
    for (is, was) in read.codebook().tables[0].variables.iter().zip(&variables) {
        assert_eq!((&is.kind, &is.missing), (&was.kind, &was.missing), "{}", was.name);
    }
    // They are values, and stay in the rows.
    assert!(rows_of(&*read).columns().iter().all(|found| found == column));
    file.metadata().variables.into_iter().map(|variable| variable.missing).collect()
}

/// What must be declared of numbers, where `stored` is the number of a small one.
fn expected(stored: impl Fn(i64) -> f64) -> Vec<MissingValues> {
    let of = |range: Option<(Option<i64>, Option<i64>)>, values: &[i64]| {
        let range = range.map(|(low, high)| (low.map(&stored), high.map(&stored)));
        MissingValues::new(range, values.iter().map(|number| Stored::Number(stored(*number))).collect())
    };
    vec![
        of(None, &[7]),
        of(None, &[7, 9]),
        of(None, &[1, 7, 9]),
        of(Some((Some(5), Some(9))), &[]),
        of(Some((Some(5), Some(9))), &[1]),
        of(Some((None, Some(4))), &[9]),
        of(Some((Some(5), None)), &[]),
    ]
}

#[test]
fn numbers_have_every_form() {
    let whole = integers(&(0..10).collect::<Vec<_>>());
    let found = declared(variables(&Kind::INTEGER, forms(&Value::Integer)), &whole);
    assert_eq!(found, expected(|number| number as f64));
    let halves: ArrayRef =
        Arc::new((0..10).map(|number| Some(f64::from(number) + 0.5)).collect::<arrow_array::Float64Array>());
    let found =
        declared(variables(&Kind::FLOAT, forms(&|number| Value::Float(number as f64 + 0.5))), &halves);
    assert_eq!(found, expected(|number| number as f64 + 0.5));
}

#[test]
fn days_and_moments_have_every_form_as_seconds() {
    // 1970-01-01 is so many seconds from 1582-10-14.
    let seconds = |number: i64| 12_219_379_200.0 + number as f64 * 86_400.0;
    let days: ArrayRef = Arc::new(arrow_array::Date32Array::from((0..10).collect::<Vec<_>>()));
    let day = |number: i64| Value::Text(format!("1970-01-{:02}", number + 1));
    assert_eq!(declared(variables(&Kind::Date, forms(&day)), &days), expected(seconds));
    let moments: Vec<i64> = (0..10).map(|day| day * 86_400).collect();
    let moments: ArrayRef = Arc::new(arrow_array::TimestampSecondArray::from(moments));
    let moment = |number: i64| Value::Text(format!("1970-01-{:02}T00:00:00", number + 1));
    let kind = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    assert_eq!(declared(variables(&kind, forms(&moment)), &moments), expected(seconds));
}

#[test]
fn texts_have_one_to_three_values_and_long_ones_too() {
    let word = |number: i64| Value::Text(format!("nr {number}"));
    for extra in ["", " and more than eight bytes"] {
        let rows: Vec<String> = (0..10).map(|number| format!("nr {number}{}", extra)).collect();
        let column = texts(&rows.iter().map(|text| &**text).collect::<Vec<_>>());
        let found = declared(variables(&Kind::Text, forms(&word)[..3].to_vec()), &column);
        let of = |numbers: &[i64]| {
            let values = numbers.iter().map(|number| Stored::Text(format!("nr {number}")));
            MissingValues::new(None, values.collect())
        };
        assert_eq!(found, [of(&[7]), of(&[7, 9]), of(&[1, 7, 9])]);
    }
    // SPSS looks at eight bytes alone.
    let mut long = Variable::new("long", Kind::Text);
    long.missing = vec![Missing::value("refused"), Missing::value("does not know")];
    let file = File::of(&bare(), study(vec![long]), vec![texts(&["does not know"])]);
    assert_eq!(file.metadata().variables[0].missing.values, [Stored::Text("refused".to_owned())]);
    let told = "long: missing-dropped (1): SPSS takes missing texts of 8 bytes at most: longer ones are valid values";
    assert_eq!(file.told(), [told]);
}

#[test]
fn values_of_another_class_are_refused_before_anything_is_written() {
    let refused = |kind: Kind, column: ArrayRef, missing: Missing| {
        let codebook = study(vec![Variable::new("x", kind).with_missing(missing)]);
        let batch = RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0]), vec![column]).unwrap();
        let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
        let sink = MemorySink::new();
        let error = export(&bare(), &data, Box::new(sink.clone()), &lenient()).unwrap_err().to_string();
        assert!(sink.entries().is_empty(), "{error}");
        error
    };
    for (kind, column, missing, expected) in [
        (Kind::INTEGER, integers(&[1]), Missing::value("66"), "Text(\"66\") is no value of the kind integer"),
        (Kind::Text, texts(&["66"]), Missing::value(66), "Integer(66) is no value of the kind text"),
        (
            Kind::Text,
            texts(&["66"]),
            Missing::range(Some(1.into()), None),
            "Integer(1) is no value of the kind text",
        ),
    ] {
        let message = refused(kind, column, missing);
        assert!(message.contains("variables[0] x / missing[0]") && message.contains(expected), "{message}");
    }
}

#[test]
fn a_number_that_another_program_declares_missing_on_a_date_is_declared() {
    let codebook =
        study(vec![Variable::new("d", Kind::Date).with_label(Text::new("Day").with("fr", "Jour"))]);
    let days = RecordBatch::try_new(
        arrow_schema(&codebook.tables[0], &[0]),
        vec![column_of(&Kind::Date, &[Cell::Integer(18_336), Cell::Null])],
    );
    let missing = MissingValues::new(None, vec![Stored::Number(99.0)]);
    let read = edited(codebook, days.unwrap(), |metadata| metadata.variables[0].missing = missing.clone());
    let again = File::written(&SavExporter::default(), &*read);
    assert_eq!(again.metadata().variables[0].missing, missing);
}

/// A code for "no answer" among days is none: a codebook has days there, and the file the same numbers again.
#[test]
fn numbers_that_are_declared_missing_on_days_are_reasons() {
    let second = |text: &str, label: &str| Missing::value(text).label(label);
    let moment = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    let mut born = Variable::new("born", moment);
    born.format = Some(DisplayFormat::default());
    born.format.as_mut().unwrap().native.insert("spss".to_owned(), "DATE11".to_owned());
    born.missing = vec![second("1582-10-14T00:01:39", "no answer"), second("1582-10-13T23:59:51", "")];
    let seconds = [0, 86_400 * 365, 99 - 12_219_379_200, -9 - 12_219_379_200];
    let column: ArrayRef = Arc::new(arrow_array::TimestampSecondArray::from(seconds.to_vec()));
    let file = File::of(&bare(), study(vec![born]), vec![column]);
    let declared = MissingValues::new(None, vec![Stored::Number(99.0), Stored::Number(-9.0)]);
    assert_eq!(file.metadata().variables[0].missing, declared);
    let read = file.opened();
    let variable = &read.codebook().tables[0].variables[0];
    let reason = |label: &str| Missing::reason().label(label);
    assert_eq!((&variable.kind, &variable.labels), (&Kind::Date, &None));
    assert_eq!(variable.missing, [reason("no answer"), reason("-9")]);
    let with_reasons = Scan::all().with_reasons();
    let rows = read.scan(TableId(0), &with_reasons).unwrap().next().unwrap().unwrap();
    let days = rows.column(0).as_primitive::<arrow_array::types::Date32Type>();
    assert_eq!(days.iter().collect::<Vec<_>>(), [Some(0), Some(365), None, None]);
    let reasons = rows.column(1).as_primitive::<arrow_array::types::UInt8Type>();
    assert_eq!(reasons.iter().collect::<Vec<_>>(), [None, None, Some(0), Some(1)]);
    for exporter in [bare(), SavExporter::default()] {
        let copy = File::written(&exporter, &*read);
        assert!(copy.told().is_empty() && copy.summary.changes.recodes.is_empty(), "{:?}", copy.told());
        let (is, was) = (copy.metadata(), file.metadata());
        assert_eq!((&is.variables[0].missing, &is.value_labels), (&declared, &was.value_labels));
        // A file that says all of it has no codebook.
        assert_eq!(is.attributes, was.attributes);
        assert_eq!(copy.opened().codebook().tables[0].variables[0], *variable);
        assert_eq!(rows_of(&*copy.opened()), rows_of(&*read));
    }
}

fn doubles(numbers: &[f64]) -> ArrayRef {
    Arc::new(arrow_array::Float64Array::from(numbers.to_vec()))
}

/// A range declares five reasons; what another program writes between their numbers is missing, too.
#[test]
fn numbers_between_those_of_reasons_are_missing() {
    let mut x = Variable::new("x", Kind::INTEGER);
    x.missing = ('a'..='e').map(|letter| Missing::reason().letter(letter)).collect();
    let file = File::of(&SavExporter::default(), study(vec![x.clone()]), vec![integers(&[1, 2, 3])]);
    let range = MissingValues::new(Some((Some(-99.0), Some(-95.0))), Vec::new());
    let metadata = file.metadata();
    assert_eq!((&metadata.variables[0].missing, metadata.value_labels.len()), (&range, 0));
    let read = file.with_cells(|_| (), vec![doubles(&[1.0, -97.5, -98.0])]);
    let missing = &read.codebook().tables[0].variables[0].missing;
    let declared = Missing::range(Some(Value::Integer(-99)), Some(Value::Integer(-95)));
    assert_eq!(missing[..], [x.missing.as_slice(), &[declared]].concat());
    let cells = rows_of(&*read);
    let cells = cells.column(0).as_primitive::<arrow_array::types::Float64Type>();
    assert_eq!(cells.iter().collect::<Vec<_>>(), [Some(1.0), Some(-97.5), None]);
    // A copy is the same.
    let copy = File::written(&SavExporter::default(), &*read);
    assert_eq!(copy.metadata().variables[0].missing, range);
    assert_eq!(copy.opened().codebook().tables[0].variables[0].missing, *missing);
    assert_eq!(rows_of(&*copy.opened()), rows_of(&*read));
}

/// What is told of another program's changes is what they are.
#[test]
fn words_tell_what_became_of_a_variable() {
    let reason = || Missing::reason().letter('a').label("Refused");
    let first = Variable::new("q1", Kind::INTEGER).with_label("First").with_missing(reason());
    let second = Variable::new("q2", Kind::INTEGER).with_missing(reason());
    let text = Variable::new("t", Kind::Text).with_label("Text");
    let columns = vec![integers(&[1]), integers(&[2]), texts(&["a"])];
    let file = File::of(&SavExporter::default(), study(vec![first, second, text]), columns);
    let swapped = |metadata: &mut SavMetadata| {
        metadata.variables[0].name = "q2".to_owned();
        metadata.variables[1].name = "q1".to_owned();
        metadata.variables[2] = SavVariable::number("t", Format::parse("F8.0").unwrap());
        metadata.variables[2].label = "Text".to_owned();
    };
    let read = file.with_cells(swapped, vec![doubles(&[1.0]), doubles(&[2.0]), doubles(&[1.5])]);
    let told: Vec<String> = read.losses().iter().map(|loss| loss.action.clone()).collect();
    let is_told = |part: &str| told.iter().any(|action| action.contains(part));
    assert!(is_told("the stored record of cells is of q2, another variable has this name now"), "{told:?}");
    assert!(is_told("is not used: another variable has its name now"), "{told:?}");
    assert!(is_told("read as float, the stored codebook says text"), "{told:?}");
}

/// Days among which another program has written a time are moments, and the number of a reason is missing still.
#[test]
fn the_number_of_a_reason_is_missing_among_moments() {
    let mut born = Variable::new("born on", Kind::Date);
    let reason = Missing::reason().letter('a').label("Refused");
    born.missing = vec![reason.clone()];
    let days: ArrayRef = Arc::new(arrow_array::Date32Array::from(vec![0, 1]));
    let file = File::of(&SavExporter::default(), study(vec![born]), vec![days]);
    assert_eq!(file.metadata().variables[0].missing.values, [Stored::Number(-99.0)]);
    let read = file.with_cells(|_| (), vec![doubles(&[12_219_379_201.0, -99.0])]);
    let variable = &read.codebook().tables[0].variables[0];
    assert_eq!(variable.kind, Kind::DateTime { unit: TimeUnit::Second, zone: None });
    assert_eq!((&variable.missing[..], &variable.labels), (&[reason][..], &None));
}

/// A copy has the number of a reason where it lies among the values, if none of them is this one.
#[test]
fn the_number_of_a_reason_stays_among_values_that_are_others() {
    for kind in [Kind::INTEGER, Kind::FLOAT] {
        let mut x = Variable::new("x", kind.clone());
        x.missing = ('a'..='c').map(|letter| Missing::reason().letter(letter).label("Reason")).collect();
        let column = match kind {
            Kind::Integer { .. } => integers(&[1, 2]),
            _ => doubles(&[1.0, 2.5]),
        };
        let file = File::of(&SavExporter::default(), study(vec![x]), vec![column]);
        assert_eq!(file.metadata().variables[0].missing.numbers().collect::<Vec<_>>(), [-99.0, -98.0, -97.0]);
        let one = MissingValues::new(None, vec![Stored::Number(-97.0)]);
        let alone = |metadata: &mut SavMetadata| {
            metadata.variables[0].missing = one.clone();
            metadata.value_labels[0].labels = [(-97.0, "Zed"), (-99.0, "valid low")]
                .map(|(value, label)| (Stored::Number(value), label.to_owned()))
                .to_vec();
        };
        let read = file.with_cells(alone, vec![doubles(&[1.0, -99.0, -97.0])]);
        let copy = File::written(&SavExporter::default(), &*read);
        assert!(copy.summary.changes.recodes.is_empty(), "{:?}", copy.summary.changes.recodes);
        assert_eq!(copy.metadata().variables[0].missing, one);
        // Where a value is the number, the reason has another.
        let values: ArrayRef = match kind {
            Kind::Integer { .. } => integers(&[1, -97]),
            _ => doubles(&[1.5, -97.0]),
        };
        let other = File::of(&SavExporter::default(), read.codebook().clone(), vec![values]);
        let other = other.metadata().variables[0].missing.clone();
        assert!(!other.contains(&Stored::Number(-97.0)), "{other:?}");
    }
}

/// A range that another program has put over the numbers of reasons is its range.
#[test]
fn a_range_over_the_numbers_of_reasons_stays() {
    let mut x = Variable::new("x", Kind::INTEGER);
    x.missing = ('a'..='c').map(|letter| Missing::reason().letter(letter)).collect();
    let file = File::of(&SavExporter::default(), study(vec![x]), vec![integers(&[1, 2])]);
    let range = MissingValues::new(Some((Some(-99.0), Some(-97.0))), Vec::new());
    let over = |metadata: &mut SavMetadata| metadata.variables[0].missing = range.clone();
    let read = file.with_cells(over, vec![doubles(&[1.0, -98.0])]);
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    let copy = File::written(&SavExporter::default(), &*read);
    assert_eq!(copy.metadata().variables[0].missing, range);
    let rows = rows_of(&*copy.opened());
    assert_eq!(rows.column(0), &integers(&[1, -98]));
}
