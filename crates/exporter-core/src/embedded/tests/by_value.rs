//! Files of formats that declare missing values by the values themselves, after changes of other programs.

use super::super::*;
use super::anything;
use crate::codebook::{
    Attribute, DisplayFormat, Group, GroupKind, Measure, Missing, Role, Text, Value, ValueLabels, Variable,
};

/// A study of which a format declares missing values by the values, and what the file says of it: `x` has a reason that is
/// written as -99, two weights of which the file has the first, and attributes that have other names there.
fn by_value(declared: &[Missing], labels: &ValueLabels) -> (Codebook, Codebook) {
    let mut x = Variable::new("x", Kind::FLOAT).with_label("X");
    x.missing = declared.to_vec();
    let mut weights = ["w1", "w2", "w3"].map(|name| Variable::new(name, Kind::FLOAT));
    weights[0].weight = true;
    weights[1].weight = true;
    let mut file_x = x.clone();
    let code = |missing: &Missing| if missing.is_reason() { Missing::value(-99) } else { missing.clone() };
    file_x.missing = declared.iter().map(code).map(|missing| Missing::new(missing.values)).collect();
    let mut file_labels = labels.clone();
    for missing in declared {
        let value = match &missing.values {
            MissingValues::One(value) => value.clone(),
            _ => Value::Integer(-99),
        };
        if !missing.label.is_empty() {
            file_labels = file_labels.with(value, missing.label.clone());
        }
    }
    let mut file_weights = weights.clone();
    file_weights[1].weight = false;
    x.attributes.insert("my attr".into(), Attribute::One("1".into()));
    file_x.attributes.insert("my_attr".into(), Attribute::One("1".into()));
    let make = |x: Variable, weights: [Variable; 3], labels: ValueLabels| {
        let x = if labels.is_empty() { x } else { x.with_labels("x") };
        let mut table = Table::new("t", [vec![x], weights.into()].concat());
        table.groups = vec![Group::new("both", GroupKind::MultipleCategory, ["w1", "w2"])];
        Codebook::new("s").with_table(table).with_value_labels("x", labels)
    };
    (make(x, weights, labels.clone()), make(file_x, file_weights, file_labels))
}

/// What is restored of [`by_value`] after a change of the file.
fn by_value_after(
    declared: &[Missing],
    labels: &ValueLabels,
    change: impl FnOnce(&mut Codebook),
) -> Restored {
    let (study, mut plain) = by_value(declared, labels);
    let mut stored = Embedded::new(study, TableId(0), plain.clone()).unwrap();
    stored.missing = MissingForm::Values;
    let code = |missing: &Missing| missing.is_reason().then_some(-99.0);
    stored.cells.codes.insert("x".into(), declared.iter().map(code).collect());
    change(&mut plain);
    restore(Some(stored), plain, &anything)
}

fn set(missing: &[Missing]) -> impl FnOnce(&mut Codebook) {
    let missing = missing.to_vec();
    |file| file.tables[0].variables[0].missing = missing
}

#[test]
fn missing_values_that_a_file_declares_by_value_are_those_of_the_file() {
    let reason = || Missing::reason().letter('a').label("Refused");
    let (one, nine) = (Missing::value(1), Missing::value(9).label(Text::new("Nine").with("fr", "Neuf")));
    let range = |low: i64, high: i64| Missing::range(Some(low.into()), Some(high.into()));
    let code = Missing::value(-99);
    for (stored, file, expected, codes) in [
        // Nothing is left, one is left, another comes.
        (vec![one.clone(), nine.clone()], vec![], vec![], vec![]),
        (vec![one.clone(), nine.clone()], vec![Missing::value(9)], vec![nine.clone()], vec![None]),
        (
            vec![one.clone()],
            vec![one.clone(), Missing::value(5)],
            vec![one.clone(), Missing::value(5)],
            vec![None; 2],
        ),
        // A range that begins and ends with what were single values holds those between, too.
        (vec![one.clone(), nine.clone()], vec![range(1, 9)], vec![range(1, 9)], vec![None]),
        (vec![range(1, 9)], vec![range(1, 8)], vec![range(1, 8)], vec![None]),
        (
            vec![range(1, 9)],
            vec![range(1, 9), Missing::value(20)],
            vec![range(1, 9), Missing::value(20)],
            vec![None; 2],
        ),
        // The number of a reason stands for it as long as it is declared.
        (vec![reason(), one.clone()], vec![code.clone()], vec![reason()], vec![Some(-99.0)]),
        (vec![reason(), one.clone()], vec![one.clone()], vec![one.clone()], vec![None]),
        // A range over such numbers is that of values.
        (vec![reason(), one.clone()], vec![range(-100, -90)], vec![range(-100, -90)], vec![None]),
        (vec![reason(), Missing::value(-98)], vec![range(-99, -98)], vec![range(-99, -98)], vec![None]),
        (
            vec![one.clone(), reason()],
            vec![code.clone(), one.clone()],
            vec![reason(), one.clone()],
            vec![Some(-99.0), None],
        ),
    ] {
        // The order is that of the file.
        let restored = by_value_after(&stored, &ValueLabels::new().with(3, "three"), set(&file));
        let found = &restored.codebook.tables[0].variables[0].missing;
        assert_eq!((found, &restored.codes[0]), (&expected, &codes), "{stored:?} in {file:?}");
        assert_eq!(restored.losses.len(), 0, "{stored:?} in {file:?}");
    }
    // More single values than have a place are a range in the file, which says no more than they.
    let four: Vec<Missing> = [1, 2, 8, 9].map(Missing::value).into();
    let restored = by_value_after(&four, &ValueLabels::new(), |file| {
        file.tables[0].variables[0].missing = vec![range(1, 9), Missing::value(30)];
    });
    let found = &restored.codebook.tables[0].variables[0].missing;
    assert_eq!(*found, [four, vec![Missing::value(30)]].concat());
}

#[test]
fn labels_of_a_file_that_labels_every_value_are_those_of_the_file() {
    let reasons = [Missing::reason().letter('a')];
    let stored =
        ValueLabels::new().with(1, Text::new("one").with("fr", "un")).with(Value::Float(1.5), "half");
    let labels = |restored: &Restored| {
        let variable = &restored.codebook.tables[0].variables[0];
        restored.codebook.value_labels_of(variable).cloned().unwrap_or_default()
    };
    // Another part has changed, so that nothing becomes of the labels; the number of the reason has none.
    let restored = by_value_after(&reasons, &stored, |file| {
        file.tables[0].variables[0].measure = Some(Measure::Ordinal);
    });
    assert_eq!(labels(&restored), stored);
    assert_eq!(restored.codebook.tables[0].variables[0].measure, Some(Measure::Ordinal));
    // One is removed, one comes, one stays with its translation.
    let edited = ValueLabels::new().with(1, "one").with(2, "two");
    let restored = by_value_after(&reasons, &stored, |file| {
        file.value_labels.insert("x".into(), edited.clone());
    });
    assert_eq!(
        labels(&restored),
        ValueLabels::new().with(1, Text::new("one").with("fr", "un")).with(2, "two")
    );
    assert_eq!(restored.codebook.tables[0].variables[0].missing, reasons);
    // A variable with the label of a reason alone has no set.
    let restored = by_value_after(&reasons, &ValueLabels::new(), |file| {
        file.tables[0].variables[0].labels = Some("x".into());
        file.value_labels.insert("x".into(), ValueLabels::new().with(-99, "Refused"));
    });
    assert_eq!(restored.codebook.tables[0].variables[0].labels, None);
    assert_eq!(restored.codebook.tables[0].variables[0].missing, [reasons[0].clone().label("Refused")]);
    // All are gone.
    let restored = by_value_after(&[], &stored, |file| file.tables[0].variables[0].labels = None);
    assert_eq!(labels(&restored), ValueLabels::new());
}

#[test]
fn a_file_has_one_weight_and_what_was_not_changed_keeps_its_name() {
    let weights = |restored: &Restored| -> Vec<String> {
        let weights = restored.codebook.tables[0].variables.iter().filter(|variable| variable.weight);
        weights.map(|variable| variable.name.clone()).collect()
    };
    let labels = ValueLabels::new().with(1, "one");
    let other = by_value_after(&[], &labels, |file| {
        file.tables[0].variables[1].weight = false;
        file.tables[0].variables[3].weight = true;
    });
    assert_eq!(weights(&other), ["w3"]);
    let none = by_value_after(&[], &labels, |file| file.tables[0].variables[1].weight = false);
    assert_eq!(weights(&none), [""; 0]);
    let same = by_value_after(&[], &labels, |file| file.tables[0].variables[0].role = Some(Role::Target));
    assert_eq!(weights(&same), ["w1", "w2"]);
    let x = &same.codebook.tables[0].variables[0];
    assert_eq!(x.role, Some(Role::Target));
    assert!(x.attributes.keys().eq(["my attr"]), "{:?}", x.attributes);
    let groups = by_value_after(&[], &labels, |file| file.tables[0].groups.clear());
    assert_eq!(groups.codebook.tables[0].groups, []);
}

#[test]
fn texts_are_compared_in_the_language_that_was_written() {
    let both = |text: &str, other: &str| Text::new(text).with("fr", other);
    let after = |language: &str, file: ValueLabels, label: &str| {
        let stored = ValueLabels::new().with(1, both("Yes", "Oui")).with(2, both("No", "Non"));
        let written = match language {
            "fr" => ValueLabels::new().with(1, "Oui").with(2, "Non"),
            _ => ValueLabels::new().with(1, "Yes").with(2, "No"),
        };
        let (mut study, mut plain) = by_value(&[], &stored);
        study.study.languages = vec!["en".into(), "fr".into()];
        study.tables[0].variables[0].label = both("House", "Maison");
        plain.value_labels.insert("x".into(), written);
        plain.tables[0].variables[0].label = if language == "fr" { "Maison" } else { "House" }.into();
        let stored = Embedded::new(study, TableId(0), plain.clone()).unwrap().in_language(language);
        let stored = Embedded {
            missing: MissingForm::Values,
            ..Embedded::from_json(&stored.to_json().unwrap()).unwrap()
        };
        plain.value_labels.insert("x".into(), file);
        plain.tables[0].variables[0].label = label.into();
        let codebook = restore(Some(stored), plain, &anything).codebook;
        let variable = &codebook.tables[0].variables[0];
        let labels = &codebook.value_labels_of(variable).unwrap().entries;
        (labels[0].label.clone(), labels[1].label.clone(), variable.label.clone())
    };
    // What the codebook says in another language is another text.
    let english = after("en", ValueLabels::new().with(1, "Oui").with(2, "No"), "House");
    assert_eq!(english, ("Oui".into(), both("No", "Non"), both("House", "Maison")));
    let french = after("fr", ValueLabels::new().with(1, "Oui").with(2, "Nenni"), "Logis");
    // English was never in the file, and says what the French said before.
    let only = |text: &str| Text::default().with("fr", text);
    assert_eq!(french, (only("Oui").with("en", "Yes"), only("Nenni"), only("Logis")));
}

#[test]
fn a_display_format_that_changed_leaves_none_of_other_programs() {
    let natives = |change: &dyn Fn(&mut Variable)| {
        let (mut study, mut plain) = by_value(&[], &ValueLabels::new());
        let format = |program: &str, native: &str| {
            let mut format = DisplayFormat::default();
            format.native.insert(program.into(), native.into());
            Some(format)
        };
        study.tables[0].variables[0].format = format("stata", "%10.0g");
        plain.tables[0].variables[0].format = format("spss", "F10");
        let mut stored = Embedded::new(study, TableId(0), plain.clone()).unwrap();
        stored.missing = MissingForm::Values;
        change(&mut plain.tables[0].variables[0]);
        let restored = restore(Some(stored), plain, &anything);
        let format = restored.codebook.tables[0].variables[0].format.clone().unwrap();
        format.native.into_iter().map(|(program, native)| format!("{program} {native}")).collect::<Vec<_>>()
    };
    assert_eq!(natives(&|x| x.measure = Some(Measure::Ordinal)), ["spss F10", "stata %10.0g"]);
    let other = |x: &mut Variable| {
        let format = x.format.as_mut().unwrap();
        format.native.insert("spss".into(), "F5.1".into());
    };
    assert_eq!(natives(&other), ["spss F5.1"]);
}

#[test]
fn a_renamed_column_is_found_whatever_the_program_filled_in() {
    let restored = by_value_after(&[], &ValueLabels::new(), |file| {
        for variable in &mut file.tables[0].variables {
            (variable.measure, variable.role) = (Some(Measure::Nominal), Some(Role::Input));
        }
        file.tables[0].variables[0].name = "new".into();
    });
    let x = &restored.codebook.tables[0].variables[0];
    assert_eq!((x.name.as_str(), x.attributes.len(), &restored.losses[..]), ("new", 1, &[][..]));
    assert_eq!(restored.written_names[0].as_deref(), Some("x"));
}

#[test]
fn codes_that_are_recorded_of_columns_which_are_gone_are_no_loss() {
    let told = |edit: fn(&mut Codebook)| -> Vec<String> {
        let restored = by_value_after(&[Missing::reason().letter('a')], &ValueLabels::new(), edit);
        restored.losses.into_iter().map(|loss| loss.action).collect()
    };
    let is_of_cells = |told: &[String]| told.iter().any(|action| action.contains("record of cells"));
    let gone = told(|file| drop(file.tables[0].variables.remove(0)));
    assert!(!is_of_cells(&gone), "{gone:?}");
    // A column of another name declares its codes itself.
    let renamed = told(|file| file.tables[0].variables[0] = Variable::new("z", Kind::INTEGER));
    assert!(!is_of_cells(&renamed), "{renamed:?}");
}

#[test]
fn a_changed_label_of_a_reason_holds() {
    let declared = [Missing::reason().letter('a').label("Refused")];
    let read = by_value_after(&declared, &ValueLabels::new(), |file| {
        file.value_labels.insert("x".into(), ValueLabels::new().with(-99, "Declined"));
        file.tables[0].variables[0].labels = Some("x".into());
    });
    assert_eq!(read.codebook.tables[0].variables[0].missing[0].label, "Declined".into());
    assert_eq!(read.losses, []);
}
