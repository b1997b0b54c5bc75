mod by_value;

use proptest::prelude::*;

use super::*;
use crate::codebook::{
    DisplayFormat, Measure, Missing, Parent, SortKey, Study, Text, Value, ValueLabels, Variable,
};

fn study() -> Codebook {
    let vote = Variable::new("vote?", Kind::INTEGER)
        .with_label(Text::new("Vote").with("fr", "Voix"))
        .with_labels("vote")
        .with_missing(Missing::value(-9).letter('a').label("Refused"));
    let table = Table::new("people", vec![Variable::new("id", Kind::INTEGER), vote]).with_key(["id"]);
    Codebook::new("s").with_table(table).with_value_labels("vote", ValueLabels::new().with(1, "yes"))
}

/// What a format with short names, one language and letters says of the study.
fn plain() -> Codebook {
    let vote = Variable::new("vote_", Kind::FLOAT)
        .with_label("Vote")
        .with_labels("vote")
        .with_missing(Missing::reason().letter('a').label("Refused"));
    let table = Table::new("file", vec![Variable::new("id", Kind::FLOAT), vote]);
    Codebook::new("file").with_table(table).with_value_labels("vote", ValueLabels::new().with(1, "yes"))
}

fn anything(_: usize, _: &Kind) -> bool {
    true
}

fn stored() -> Embedded {
    let json = embed(&study(), TableId(0), plain()).unwrap().unwrap().to_json().unwrap();
    Embedded::from_json(&json).unwrap()
}

#[test]
fn a_file_as_it_was_written_brings_back_its_codebook() {
    // Rows and the name of the file are not what it says.
    let mut renamed = plain();
    renamed.study.id = "copy".into();
    renamed.tables[0].rows = Some(7);
    let restored = restore(Some(stored()), renamed, &anything);
    let mut wanted = study();
    wanted.tables[0].rows = Some(7);
    assert_eq!((restored.codebook, restored.losses), (wanted, vec![]));
}

#[test]
fn what_another_program_changed_holds_and_the_rest_is_added() {
    let mut changed = plain();
    changed.tables[0].variables[1].label = "Ballot".into();
    changed.tables[0].variables.push(Variable::new("new", Kind::Text));
    changed.tables[0].sort.push(SortKey::Ascending("vote_".into()));
    changed.value_labels.insert("vote".into(), ValueLabels::new().with(1, "no"));
    let restored = restore(Some(stored()), changed, &anything);
    let table = &restored.codebook.tables[0];
    let names: Vec<&str> = table.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["id", "vote?", "new"]);
    assert_eq!(table.variables[1].label, "Ballot".into());
    assert_eq!(table.variables[1].missing, study().tables[0].variables[1].missing);
    assert_eq!(
        (&table.key[..], &table.sort[..]),
        (&["id".to_owned()][..], &[SortKey::Ascending("vote?".into())][..])
    );
    assert_eq!(restored.codebook.value_labels["vote"], ValueLabels::new().with(1, "no"));
    let [lost] = &restored.losses[..] else { panic!("{:?}", restored.losses) };
    assert_eq!(
        (lost.code.clone(), lost.count, lost.variable.as_deref()),
        (LossCode::METADATA_DROPPED, 1, Some("vote?"))
    );
    assert_eq!(lost.first.as_ref().map(|first| &*first.value), Some("Voix"));
}

#[test]
fn a_kind_that_the_rows_no_longer_hold_is_the_files() {
    let restored = restore(Some(stored()), plain(), &|position, _| position != 1);
    let vote = &restored.codebook.tables[0].variables[1];
    assert_eq!((&vote.kind, vote.name.as_str()), (&Kind::FLOAT, "vote?"));
    let action = "read as float, the stored codebook says integer";
    assert_eq!(restored.losses, [Loss::new(LossCode::KIND_CHANGED, action).variable("vote?")]);
}

#[test]
fn letters_that_came_into_the_file_are_declared() {
    let mut more = plain();
    more.tables[0].variables[0].missing.push(Missing::reason().letter('q'));
    let restored = restore(Some(stored()), more, &anything);
    assert_eq!(restored.codebook.tables[0].variables[0].missing, [Missing::reason().letter('q')]);
}

#[test]
fn a_file_that_says_everything_needs_nothing_stored() {
    let codebook = Codebook::new("a").with_table(Table::new("a", vec![Variable::new("x", Kind::Text)]));
    let plain = codebook.clone();
    let mut other = plain.clone();
    other.study.id = "b".into();
    assert!(
        embed(&codebook, TableId(0), other.clone()).unwrap().is_some(),
        "the id of the study would be lost"
    );
    assert_eq!(embed(&codebook, TableId(0), plain.clone()).unwrap(), None);
    let titled = codebook.with_title("A");
    assert!(embed(&titled, TableId(0), plain.clone()).unwrap().is_some());
    let restored = restore(None, plain.clone(), &anything);
    assert_eq!(restored.codebook, plain);
}

#[test]
fn what_the_codebook_leaves_open_is_for_the_file_to_say() {
    let byte = Kind::Integer { bits: 8, signed: true };
    let one = |kind: &Kind, width: Option<u32>| {
        let mut x = Variable::new("x", kind.clone());
        x.format = width.map(|width| DisplayFormat::default().with_width(width));
        Codebook::new("a").with_table(Table::new("a", vec![x]))
    };
    let is_stored =
        |own: &Codebook, plain: &Codebook| embed(own, TableId(0), plain.clone()).unwrap().is_some();
    assert!(!is_stored(&one(&Kind::INTEGER, None), &one(&byte, Some(8))));
    assert!(is_stored(&one(&Kind::Integer { bits: 16, signed: true }, None), &one(&byte, None)));
    assert!(is_stored(&one(&Kind::INTEGER, None), &one(&Kind::FLOAT, None)));
    assert!(is_stored(&one(&Kind::Boolean, None), &one(&byte, None)));
    assert!(is_stored(&one(&byte, Some(9)), &one(&byte, Some(8))));
}

#[test]
fn labels_stay_where_the_file_cannot_hold_them_and_are_the_files_elsewhere() {
    let mut study = study();
    study.tables[0].variables[1].kind = Kind::FLOAT;
    let set = |label: Text| {
        let set = ValueLabels::new().with(-9, "Refuses").with(0.5, "half").with(2, "no");
        set.with(1, label)
    };
    study.value_labels.insert("vote".into(), set(Text::new("yes").with("fr", "oui")));
    study.tables[0].variables[1].notes = vec![Text::new("note").with("fr", "remarque")];
    study.tables[0].variables[1].label = Text::new("x".repeat(90));
    study.study.title = "Title".into();
    let mut plain = plain();
    plain.tables[0].variables[1].labels = Some("vote_".into());
    plain.value_labels = [("vote_".into(), ValueLabels::new().with(1, "yes").with(2, "no"))].into();
    plain.tables[0].variables[1].label = Text::new("x".repeat(80));
    plain.tables[0].variables[1].notes = vec!["note".into(), "x".repeat(90).as_str().into()];
    plain.tables[0].label = "Title".into();
    let stored = || embed(&study, TableId(0), plain.clone()).unwrap();
    let mut changed = plain.clone();
    changed.tables[0].variables[0].label = "Number".into();
    let restored = restore(stored(), changed.clone(), &anything).codebook;
    assert_eq!(restored.value_labels, study.value_labels);
    assert_eq!(restored.tables[0].variables[1], study.tables[0].variables[1]);
    assert!(restored.tables[0].label.is_empty());

    // Another label, one less and one more; another label of a letter.
    changed.value_labels = [("vote_".into(), ValueLabels::new().with(1, "yea").with(3, "new"))].into();
    changed.tables[0].variables[1].missing[0].label = "No".into();
    let restored = restore(stored(), changed.clone(), &anything).codebook;
    let wanted = ValueLabels::new().with(-9, "No").with(0.5, "half").with(1, "yea");
    assert_eq!(restored.value_labels["vote"], wanted.with(3, "new"));
}

#[test]
fn a_column_that_another_program_removed_is_a_loss() {
    let mut less = plain();
    less.tables[0].variables.pop();
    let restored = restore(Some(stored()), less, &anything);
    let told: Vec<_> = restored.losses.iter().map(|loss| (&loss.code, loss.variable.as_deref())).collect();
    assert_eq!(told, [(&LossCode::METADATA_DROPPED, Some("vote?"))]);
}

#[test]
fn labels_of_numbers_are_none_of_other_kinds_which_is_a_loss() {
    let mut study = study();
    study.tables[0].variables[0].kind = Kind::Date;
    let stored = embed(&study, TableId(0), plain()).unwrap();
    let mut changed = plain();
    changed.tables[0].variables[0].labels = Some("day".into());
    changed.value_labels.insert("day".into(), ValueLabels::new().with(0, "first").with(1, "second"));
    let restored = restore(stored, changed, &anything);
    let told: Vec<_> = restored.losses.iter().map(|loss| (&loss.code, loss.count)).collect();
    assert_eq!(told, [(&LossCode::VALUE_LABELS_DROPPED, 2)]);
    assert_eq!(restored.codebook.tables[0].variables[0].labels, None);
}

#[test]
fn a_parent_in_another_file_stands_beside_the_codebook_and_is_a_loss() {
    let mut study = study();
    study.tables[0].parent = Some(Parent::new("houses", vec![("id".into(), "id".into())]));
    let stored = embed(&study, TableId(0), plain()).unwrap();
    let restored = restore(stored, plain(), &anything);
    assert_eq!(restored.codebook.problems(), []);
    assert_eq!(restored.parent, study.tables[0].parent);
    assert_eq!(restored.losses, [parent_not_open(study.tables[0].parent.as_ref().unwrap())]);
}

#[test]
fn damaged_json_is_a_loss() {
    let mut losses = Vec::new();
    assert_eq!(Embedded::read("{\"codebook\"?1}", 99, &mut losses), None);
    assert_eq!(Embedded::read("{}", 1, &mut losses), None);
    assert_eq!(losses.iter().filter(|loss| loss.code == LossCode::NOT_READ).count(), 2);
}

/// A file that another program changed, read again.
fn changed_by(change: impl FnOnce(&mut Codebook)) -> Restored {
    let mut study = study();
    study.tables[0].variables[0].label = Text::new("Number").with("fr", "Numéro");
    study.tables[0].variables[0].kind = Kind::Date;
    study.tables[0].variables[0].notes = vec!["one".into(), "two".into()];
    let mut plain = plain();
    plain.study.languages = vec!["en".into(), "fr".into()];
    study.study.languages = plain.study.languages.clone();
    let own = &mut plain.tables[0].variables;
    own[0].label = Text::new("Number").with("fr", "Numéro");
    own[0].kind = Kind::Date;
    own[0].notes = vec!["one".into(), "two".into()];
    let stored = embed(&study, TableId(0), plain.clone()).unwrap();
    change(&mut plain);
    restore(stored, plain, &anything)
}

#[test]
fn what_another_program_took_out_of_the_file_stays_out() {
    let restored = changed_by(|file| {
        let variables = &mut file.tables[0].variables;
        variables[0].label = Text::default();
        variables[0].notes = vec!["one, edited".into(), "two".into()];
        variables[1].labels = None;
        variables[1].missing.clear();
    });
    let [id, vote] = &restored.codebook.tables[0].variables[..] else { panic!("{restored:?}") };
    assert_eq!(
        (id.label.clone(), &id.notes[..]),
        (Text::default(), &["one, edited".into(), "two".into()][..])
    );
    assert_eq!(id.kind, Kind::Date);
    assert_eq!((vote.labels.as_deref(), &vote.missing[..]), (None, &[Missing::value(-9).letter('a')][..]));
    assert_eq!(vote.label, Text::new("Vote").with("fr", "Voix"), "what was not changed is as it was stored");
}

#[test]
fn a_translation_that_was_taken_out_stays_out() {
    let restored = changed_by(|file| {
        file.study.languages = vec!["en".into()];
        file.tables[0].variables[0].label = "Number".into();
    });
    assert_eq!(restored.codebook.tables[0].variables[0].label, "Number".into());
}

#[test]
fn a_file_whose_current_language_is_another_says_the_same() {
    let restored = changed_by(|file| {
        file.study.languages = vec!["fr".into(), "en".into()];
        file.tables[0].variables[0].label = Text::new("Numéro").with("en", "Number");
        file.tables[0].variables[1].label = "Ballot".into();
    });
    let variables = &restored.codebook.tables[0].variables;
    assert_eq!(variables[0].label, Text::default().with("en", "Number").with("fr", "Numéro"));
    assert_eq!(variables[1].label.translation("fr"), Some("Ballot"));
    // It is the language of what is made of the file.
    assert_eq!(restored.codebook.study.languages, ["fr", "en"]);
}

#[test]
fn numbers_that_are_dates_no_more_are_numbers() {
    let restored = changed_by(|file| file.tables[0].variables[0].kind = Kind::FLOAT);
    assert_eq!(restored.codebook.tables[0].variables[0].kind, Kind::FLOAT);
    assert_eq!(restored.losses.iter().map(|loss| &loss.code).collect::<Vec<_>>(), [&LossCode::KIND_CHANGED]);
}

#[test]
fn a_column_that_was_renamed_keeps_its_description() {
    let restored = changed_by(|file| {
        file.tables[0].variables.remove(0);
        file.tables[0].variables[0].name = "id".into();
    });
    let variables = &restored.codebook.tables[0].variables;
    assert_eq!((variables.len(), variables[0].name.as_str()), (1, "id"));
    assert_eq!(variables[0].missing, study().tables[0].variables[1].missing);
}

#[test]
fn columns_whose_names_were_swapped_keep_their_descriptions() {
    let restored = changed_by(|file| {
        let names = ["vote_", "id"];
        file.tables[0].variables.iter_mut().zip(names).for_each(|(own, name)| own.name = name.into());
    });
    let [id, vote] = &restored.codebook.tables[0].variables[..] else { panic!("{restored:?}") };
    assert_eq!((id.name.as_str(), &id.kind, id.missing.len()), ("vote_", &Kind::Date, 0));
    assert_eq!((vote.name.as_str(), &vote.missing), ("id", &study().tables[0].variables[1].missing));
    assert_eq!(restored.codebook.tables[0].key, ["vote_"], "the key is the column, whatever it is called");
    assert_eq!(restored.written_names, [Some("id".to_owned()), Some("vote_".to_owned())]);
}

#[test]
fn of_two_columns_that_say_the_same_none_was_renamed() {
    let restored = changed_by(|file| {
        let vote = file.tables[0].variables.remove(1);
        for name in ["one", "two"] {
            file.tables[0].variables.push(Variable { name: name.into(), ..vote.clone() });
        }
    });
    let variables = &restored.codebook.tables[0].variables;
    let names: Vec<_> =
        variables.iter().map(|variable| (variable.name.as_str(), &variable.missing)).collect();
    let own = plain().tables[0].variables[1].missing.clone();
    assert_eq!(names[1..], [("one", &own), ("two", &own)]);
    assert_eq!(restored.codebook.problems(), []);
}

#[test]
fn a_letter_that_means_another_reason_loses_its_value() {
    let restored = changed_by(|file| {
        let variables = &mut file.tables[0].variables;
        variables.remove(0);
        variables[0].label = "Another".into();
        variables[0].missing[0].label = "Unknown".into();
    });
    let vote = &restored.codebook.tables[0].variables[0];
    assert_eq!(vote.missing, [Missing::reason().letter('a').label("Unknown")]);
}

#[test]
fn what_was_found_in_the_rows_is_not_stored() {
    let mut study = study();
    study.tables[0].variables[0].facts.max = Some(Value::Integer(7));
    let json = embed(&study, TableId(0), plain()).unwrap().unwrap().to_json().unwrap();
    assert!(!json.contains("\"max\""), "{json}");
}

proptest! {
    #[test]
    fn embed_and_restore_are_the_identity(
        labels in prop::collection::vec(("[a-z]{0,3}", any::<bool>(), any::<bool>()), 1..6),
        title in "[a-z]{0,3}",
    ) {
        let mut codebook = Codebook::new("s").with_title(title.as_str());
        codebook.study = Study { notes: vec!["n".into()], ..codebook.study };
        let variables = labels.iter().enumerate().map(|(index, (label, scale, reason))| {
            let mut variable = Variable::new(format!("v {index}"), Kind::INTEGER).with_label(label.as_str());
            variable.measure = scale.then_some(Measure::Scale);
            match reason {
                true => variable.with_missing(Missing::reason().letter('a').label("r")),
                false => variable,
            }
        });
        codebook.tables.push(Table::new("t", variables.collect()));
        let mut plain = Codebook::new("f").with_table(Table::new("f", vec![]));
        plain.tables[0].variables =
            (0..labels.len()).map(|index| Variable::new(format!("v_{index}"), Kind::FLOAT)).collect();
        let embedded = embed(&codebook, TableId(0), plain.clone()).unwrap().unwrap();
        let back = Embedded::from_json(&embedded.to_json().unwrap()).unwrap();
        prop_assert_eq!(restore(Some(back), plain, &anything).codebook, codebook);
    }
}

#[test]
fn a_text_is_another_kind_only_where_it_is_the_one_that_was_written() {
    let study = |kind: &Kind| {
        Codebook::new("s").with_table(Table::new("t", vec![Variable::new("x", kind.clone()).with_label("X")]))
    };
    let file = |kind: &Kind, label: &str, width: &str| {
        let mut x = Variable::new("x", kind.clone()).with_label(label);
        if *kind == Kind::Text {
            x.facts.storage.insert("any".into(), width.into());
        }
        Codebook::new("t").with_table(Table::new("t", vec![x]))
    };
    let after = |kind: &Kind, then: Codebook, now: Codebook| {
        let json = Embedded::new(study(kind), TableId(0), then).unwrap().to_json().unwrap();
        let restored = restore(Some(Embedded::from_json(&json).unwrap()), now, &anything);
        let told = restored.losses.iter().filter(|loss| loss.code == LossCode::KIND_CHANGED).count();
        (restored.codebook.tables[0].variables[0].kind.clone(), told)
    };
    let decimal = Kind::Decimal { precision: 30, scale: 2 };
    for kind in [Kind::Binary, Kind::INTEGER, decimal, Kind::Date] {
        let (text, kept) = ((Kind::Text, 1), (kind.clone(), 0));
        let then = || file(&Kind::Text, "X", "A8");
        assert_eq!(after(&kind, then(), then()), kept);
        assert_eq!(after(&kind, then(), file(&Kind::Text, "Y", "A8")), kept);
        // Another width, no label any more.
        assert_eq!(after(&kind, then(), file(&Kind::Text, "X", "A9")), text);
        assert_eq!(after(&kind, then(), file(&Kind::Text, "Y", "A9")), text);
        assert_eq!(after(&kind, then(), file(&Kind::Text, "", "A8")), text);
        // What was no text when it was written.
        assert_eq!(after(&kind, file(&Kind::FLOAT, "X", ""), file(&Kind::Text, "X", "A8")), text);
    }
}

#[test]
fn tags_in_other_capitals_are_one_language() {
    let mut study = study();
    study.study.languages = ["en", "pt-br"].map(str::to_owned).to_vec();
    let label = |text: &str, tag: &str, other: &str| Text::new(text).with(tag, other);
    study.tables[0].variables[1].label = label("Vote", "pt-br", "Voto");
    let mut plain = plain();
    plain.study.languages = ["und", "pt-BR"].map(str::to_owned).to_vec();
    plain.tables[0].variables[1].label = label("Vote", "pt-BR", "Voto");
    let stored = Embedded::new(study, TableId(0), plain.clone()).unwrap();
    plain.tables[0].variables[1].label = label("Vote", "pt-BR", "Escolha");
    let restored = restore(Some(stored), plain, &anything).codebook;
    assert_eq!(restored.tables[0].variables[1].label, label("Vote", "pt-br", "Escolha"));
}

#[test]
fn a_time_of_another_sort_is_that_of_the_file() {
    let second = Kind::DateTime { unit: crate::codebook::TimeUnit::Second, zone: None };
    let milli = Kind::DateTime { unit: crate::codebook::TimeUnit::Millisecond, zone: None };
    let length = Kind::Duration(crate::codebook::TimeUnit::Second);
    let one =
        |kind: &Kind| Codebook::new("t").with_table(Table::new("t", vec![Variable::new("x", kind.clone())]));
    for (then, now, wanted) in [
        (&Kind::Date, &length, &length),
        (&Kind::Date, &second, &second),
        (&second, &length, &length),
        (&second, &Kind::Date, &Kind::Date),
        // Another precision holds the same.
        (&second, &milli, &second),
    ] {
        let stored = Embedded::new(one(then).with_title("A"), TableId(0), one(then)).unwrap();
        let restored = restore(Some(stored), one(now), &anything);
        assert_eq!(restored.codebook.tables[0].variables[0].kind, *wanted, "{then} and {now}");
        assert_eq!(restored.losses.len(), usize::from(wanted == now), "{then} and {now}");
    }
}
