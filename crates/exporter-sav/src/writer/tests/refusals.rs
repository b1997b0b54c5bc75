//! What SPSS would refuse is refused before the first byte, by name.

use exporter_core::codebook::LabelSource;
use exporter_spss::{MissingValues, ResponseSet, ResponseSetKind, Value};

use super::*;
use crate::error::SavError;
use crate::metadata::{Attribute, CaseDates, ValueLabels, VariableSet};

/// A sink to which nothing may be written.
struct Untouched;

impl std::io::Write for Untouched {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        panic!("nothing is written before the description is checked")
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The message about three variables (a number, a text of 4 bytes, one of 20), changed.
fn refusal(change: impl FnOnce(&mut SavMetadata)) -> String {
    let mut about = metadata(vec![number("x"), text("t", 4), text("long", 20)]);
    change(&mut about);
    let storing = vec![Storing::default(); about.variables.len()];
    match SavWriter::new(Untouched, about, storing, options()) {
        Err(error @ SavError::Invalid { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[track_caller]
fn refuses(expected: &str, change: impl FnOnce(&mut SavMetadata)) {
    let message = refusal(change);
    assert!(message.contains(expected), "{message}");
}

fn label(value: Value, label: &str) -> ValueLabels {
    ValueLabels::new(vec![(value, label.to_owned())])
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn names_are_refused() {
    refuses("no file without variables", |it| it.variables.clear());
    for bad in ["", "2nd", "_id", "a b", "AND", "end.", "T", "#scratch"] {
        refuses("not a name that SPSS has", |it| it.variables[0].name = bad.to_owned());
    }
    refuses("use X_2", |it| it.variables[2].name = "X".to_owned());
    refuses("not a name that SPSS has", |it| it.variables[0].name = "n".repeat(65));
    refuses("sav: größeΩ: its name has characters that windows-1252 lacks", |it| {
        it.encoding = encoding_rs::WINDOWS_1252;
        it.variables[0].name = "größeΩ".to_owned();
    });
    refuses("sav: encoding UTF-16LE: SPSS has no files in this encoding", |it| {
        it.encoding = encoding_rs::UTF_16LE
    });
}

#[test]
fn formats_of_another_class_or_width_are_refused() {
    let format = |text: &str| Format::parse(text).unwrap();
    refuses("sav: x: print format A4 does not suit a number", |it| it.variables[0].print = format("A4"));
    refuses("sav: t: write format F4.0 does not suit a text of 4 bytes", |it| {
        it.variables[1].write = format("F4.0")
    });
    refuses("print format A5 does not suit", |it| it.variables[1].print = format("A5"));
    refuses("sav: t: a text has 1 to 32767 bytes", |it| it.variables[1].width = Some(0));
    refuses("print format DATETIME8", |it| {
        it.variables[0].print = format("DATETIME20");
        it.variables[0].print.width = 8;
    });
    refuses("print format F8.9", |it| it.variables[0].print.decimals = 9);
    let about = SavMetadata {
        variables: vec![SavVariable { print: format("AHEX8"), ..text("t", 4) }],
        ..SavMetadata::new()
    };
    assert!(SavWriter::new(Vec::new(), about, vec![Storing::default()], options()).is_ok());
}

#[test]
fn labels_beyond_the_limits_are_refused() {
    refuses("sav: x: its label has 257 characters, at most 256", |it| {
        it.variables[0].label = "ж".repeat(257)
    });
    let with = |set: ValueLabels, variable: usize| {
        move |it: &mut SavMetadata| {
            it.value_labels.push(set);
            it.variables[variable].value_labels = Some(0);
        }
    };
    refuses("sav: x: its value labels are not among", |it| it.variables[0].value_labels = Some(3));
    refuses(
        "labelled value 1 has a label of 121 characters",
        with(label(Value::Number(1.0), &"l".repeat(121)), 0),
    );
    refuses("(256 bytes), at most 120 (255)", with(label(Value::Number(1.0), &"🤓".repeat(64)), 0));
    refuses("sav: x: a labelled value is of another type", with(label(word("a"), "A"), 0));
    refuses("sav: t: a labelled value is of another type", with(label(Value::Number(1.0), "one"), 1));
    refuses("sav: t: a labelled value has 5 bytes; widen", with(label(word("fünf"), "5"), 1));
    let twice = vec![(word("a"), "A".to_owned()), (word("a "), "B".to_owned())];
    refuses("labelled value \"a \" is labelled twice", with(ValueLabels::new(twice), 2));
    let zeros = vec![(Value::Number(0.0), "A".to_owned()), (Value::Number(-0.0), "B".to_owned())];
    refuses("labelled twice", with(ValueLabels::new(zeros), 0));
    refuses("label of the file", |it| it.label = "ü".repeat(33));
    refuses("date of creation", |it| it.created.0 = "30 November".to_owned());
    refuses("line of the documents", |it| it.documents.push("d".repeat(81)));
}

#[test]
fn missing_values_of_another_form_are_refused() {
    let numbers = |numbers: &[f64]| numbers.iter().copied().map(Value::Number).collect::<Vec<_>>();
    let of = |range, values| MissingValues::new(range, values);
    refuses("three missing values", |it| it.variables[0].missing = of(None, numbers(&[1.0, 2.0, 3.0, 4.0])));
    refuses("three missing values", |it| {
        it.variables[0].missing = of(Some((None, None)), numbers(&[1.0, 2.0]))
    });
    refuses("sav: x: missing value \"66\" is of another type", |it| {
        it.variables[0].missing = of(None, vec![word("66")])
    });
    refuses("sav: t: missing value 66 is of another type", |it| {
        it.variables[1].missing = of(None, numbers(&[66.0]))
    });
    refuses("ranges of missing values are for numbers", |it| {
        it.variables[1].missing = of(Some((None, None)), vec![])
    });
    refuses("the larger end first", |it| it.variables[0].missing = of(Some((Some(2.0), Some(1.0))), vec![]));
    refuses("no numbers", |it| it.variables[0].missing = of(Some((Some(f64::NAN), None)), vec![]));
    refuses("has 5 bytes, at most 4", |it| it.variables[1].missing = of(None, vec![word("fünf")]));
    refuses("has 9 bytes, at most 8", |it| it.variables[2].missing = of(None, vec![word("nine byte")]));
}

#[test]
fn sets_attributes_and_weights_that_point_nowhere_are_refused() {
    let dichotomy =
        |counted, members| ResponseSet::new("s", "", ResponseSetKind::Dichotomy(counted), members);
    let set = |set: ResponseSet| move |it: &mut SavMetadata| it.response_sets = vec![set];
    refuses("multiple response set $s: it needs two variables", set(dichotomy(word("a"), vec![1])));
    refuses("variable 4 is absent", set(dichotomy(word("a"), vec![1, 3])));
    refuses("it has numbers and texts", set(dichotomy(word("a"), vec![0, 1])));
    refuses("1 is counted among values of another type", set(dichotomy(Value::Number(1.0), vec![1, 2])));
    let mut named = dichotomy(word("a"), vec![1, 2]);
    named.name = "a b".to_owned();
    refuses("not a name that SPSS has", set(named));
    let mut category = ResponseSet::new("c", "", ResponseSetKind::Category, vec![1, 2]);
    category.label_source = Some(LabelSource::CountedValues);
    refuses("only sets of dichotomies", set(category));
    refuses("neither = nor line feeds", |it| it.variable_sets.push(VariableSet::new("a=b", vec![])));
    refuses("variable set s: variable 9 is absent", |it| {
        it.variable_sets.push(VariableSet::new("s", vec![8]))
    });
    for weight in [1, 7] {
        refuses("cases are weighted by a number", |it| it.weight = Some(weight));
    }
    refuses("variable 5 is absent", |it| {
        it.dates = Some(CaseDates { head: [0; 6], variables: vec![(4, 2, 0)] })
    });
    let attribute = |name: &str, values: &[&str]| {
        Attribute::new(name, values.iter().map(|value| (*value).to_owned()).collect())
    };
    refuses("attribute a(b of file", |it| it.attributes.push(attribute("a(b", &["1"])));
    refuses("attribute a of x: a line feed", |it| it.variables[0].attributes.push(attribute("a", &["1\n2"])));
    refuses("or a NUL would end its value", |it| it.attributes.push(attribute("a", &["1\0b"])));
    refuses("it has no value", |it| it.attributes.push(attribute("a", &[])));
    refuses("one that another has", |it| it.attributes = vec![attribute("a", &[""]), attribute("A", &[""])]);
}

#[test]
fn columns_and_reasons_that_do_not_suit_are_refused() {
    let about = metadata(vec![number("x"), text("t", 4)]);
    let error = write(&about, vec![strings(&["a"]), strings(&["b"])]).unwrap_err();
    let expected = "sav: column x came as Utf8, a type that F8.2 can show was agreed";
    assert_eq!(error.to_string(), expected);
    let error = write(&about, vec![doubles(&[1.0]), doubles(&[1.0])]).unwrap_err();
    assert!(matches!(error, SavError::ColumnType { ref variable, .. } if variable == "t"), "{error}");
    let error = write(&about, vec![doubles(&[1.0])]).unwrap_err();
    assert!(error.to_string().contains("1 columns came for 2 variables"), "{error}");
    let reason = |value| Storing { reasons: vec![Some(value)], ..Storing::default() };
    for storing in [
        vec![Storing::default()],
        vec![reason(f64::NAN), Storing::default()],
        vec![Storing::default(), reason(1.0)],
    ] {
        assert!(matches!(
            SavWriter::new(Untouched, about.clone(), storing, options()),
            Err(SavError::Invalid { .. })
        ));
    }
}
