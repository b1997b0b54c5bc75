//! Every kind of problem, each caused by exactly one thing that is wrong.

use super::*;
use crate::codebook::{
    BoundingBox, CollectionPeriod, Document, DocumentKind, Field, Group, GroupKind, Kind, Missing,
    MissingValues, Question, Roster, RosterSource, Table, Text, TimeUnit, ValidationRule, Value, ValueLabel,
    ValueLabels, Variable,
};

/// A codebook without problems that has something of everything.
fn sound() -> Codebook {
    let pairs = vec![("hid".to_owned(), "id".to_owned())];
    let household = Table::new("household", vec![id("id"), Variable::new("name", Kind::Text)])
        .with_key(["id"])
        .with_sort(["id"])
        .with_group(Group::new("inner", GroupKind::Section, ["id"]))
        .with_group(Group::new("outer", GroupKind::Section, ["inner", "name"]));
    let missing = [Missing::range(Some(97.into()), None).letter('a'), Missing::value(-1).letter('b')];
    let age = missing.into_iter().fold(
        Variable::new("age", Kind::Integer { bits: 8, signed: true }).with_labels("ages"),
        Variable::with_missing,
    );
    let person = Table::new("person", vec![id("hid"), age]).with_parent("household", pairs);
    Codebook::new("study")
        .with_languages(["en", "pt-BR"])
        .with_title(Text::new("Study").with("pt", "Estudo"))
        .with_table(household)
        .with_table(person)
        .with_value_labels("ages", ValueLabels::new().with(97, "old").with(-1, "refused"))
        .with_document(Document::new("a.pdf", DocumentKind::Report, "application/pdf", vec![1]))
}

fn id(name: &str) -> Variable {
    Variable::new(name, Kind::INTEGER)
}

/// What breaks one thing must be reported as exactly one problem at this place.
fn one(rule: Rule, place: &str, break_it: impl Fn(&mut Codebook)) {
    let mut codebook = sound();
    break_it(&mut codebook);
    let problems = codebook.problems();
    let [problem] = problems.as_slice() else { panic!("expected {rule:?} at {place}, found {problems:#?}") };
    assert_eq!(problem.rule, rule);
    assert!(problem.message.starts_with(&format!("{place}: ")), "expected {place}, found {problem:?}");
    let error = codebook.validate().unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Invalid);
    assert!(error.message().contains(&problem.message));
}

/// The variable `age`, replaced.
fn age(kind: Kind) -> impl Fn(&mut Codebook) {
    move |codebook| codebook.tables[1].variables[1] = Variable::new("age", kind.clone())
}

#[test]
fn a_sound_codebook_has_no_problems() {
    assert_eq!(sound().problems(), []);
    sound().validate().unwrap();
}

#[test]
fn names() {
    one(rules::EMPTY_NAME, "tables[2] ", |book| book.tables.push(Table::new("", vec![])));
    one(rules::DUPLICATE_NAME, "tables[2] person", |book| {
        book.tables.push(Table::new("person", vec![]));
    });
    one(rules::DUPLICATE_NAME, "tables[2] Person", |book| {
        book.tables.push(Table::new("Person", vec![]));
    });
    one(rules::EMPTY_NAME, "tables[0] household / variables[2] ", |book| {
        book.tables[0].variables.push(id(""));
    });
    one(rules::DUPLICATE_NAME, "tables[0] household / variables[2] id", |book| {
        book.tables[0].variables.push(id("id"));
    });
    one(rules::DUPLICATE_NAME, "tables[0] household / groups[2] inner", |book| {
        book.tables[0].groups.push(Group::new("inner", GroupKind::Grid, ["name"]));
    });
    one(rules::EMPTY_NAME, "tables[0] household / groups[2] ", |book| {
        book.tables[0].groups.push(Group::new("", GroupKind::Grid, ["name"]));
    });
    one(rules::DUPLICATE_NAME, "documents[1] A.pdf", |book| {
        book.documents.push(Document::new("A.pdf", DocumentKind::Report, "application/pdf", vec![]));
    });
    one(rules::EMPTY_NAME, "documents[0] ", |book| book.documents[0].name.clear());
    one(rules::EMPTY_NAME, "value_labels ", |book| {
        book.value_labels.insert(String::new(), ValueLabels::new());
    });
    one(rules::DUPLICATE_NAME, "study / languages[2]", |book| book.study.languages.push("en".into()));
}

#[test]
fn names_that_leave_the_folder() {
    for name in ["a/b", "..", ".", "a\\b", "a\0b"] {
        one(rules::HOSTILE_NAME, &format!("tables[2] {name}"), |book| {
            book.tables.push(Table::new(name, vec![]));
        });
        one(rules::HOSTILE_NAME, &format!("documents[0] {name}"), |book| {
            book.documents[0].name = name.into();
        });
        one(rules::HOSTILE_NAME, "study / id", |book| book.study.id = name.into());
    }
}

#[test]
fn names_that_nothing_has() {
    one(rules::UNKNOWN_VARIABLE, "tables[0] household / key[1]", |book| {
        book.tables[0].key.push("nobody".into());
    });
    one(rules::DUPLICATE_NAME, "tables[0] household / key[1]", |book| {
        book.tables[0].key.push("id".into());
    });
    one(rules::UNKNOWN_VARIABLE, "tables[0] household / sort[0]", |book| {
        book.tables[0].sort = vec![crate::codebook::SortKey::Descending { descending: "nobody".into() }];
    });
    one(rules::UNKNOWN_VARIABLE, "tables[0] household / groups[0] inner / members[1]", |book| {
        book.tables[0].groups[0].members.push("nobody".into());
    });
    one(rules::DUPLICATE_NAME, "tables[0] household / groups[0] inner / members[1]", |book| {
        book.tables[0].groups[0].members.push("id".into());
    });
    one(rules::UNKNOWN_TABLE, "tables[1] person / parent", |book| {
        book.tables[1].parent.as_mut().unwrap().table = "nothing".into();
    });
    for (pair, place) in [(("nobody", "id"), 1), (("hid", "nobody"), 1)] {
        one(rules::UNKNOWN_VARIABLE, &format!("tables[1] person / parent / variables[{place}]"), |book| {
            book.tables[1].parent.as_mut().unwrap().variables.push((pair.0.into(), pair.1.into()));
        });
    }
    one(rules::PARENT_KIND, "tables[1] person / parent / variables[1]", |book| {
        book.tables[1].parent.as_mut().unwrap().variables.push(("hid".into(), "name".into()));
    });
    one(rules::UNKNOWN_VALUE_LABELS, "tables[1] person / variables[1] age / labels", |book| {
        book.tables[1].variables[1].labels = Some("nothing".into());
    });
}

#[test]
fn what_rosters_and_weights_name_exists() {
    let roster = || {
        let roster = Roster::new(RosterSource::MultipleChoice).with_trigger("outer").with_section("outer");
        roster.with_after("inner")
    };
    let with = |roster: Roster| move |book: &mut Codebook| book.tables[1].roster = Some(roster.clone());
    let mut book = sound();
    with(roster())(&mut book);
    book.tables[1].variables[1].weighted_by = Some("hid".into());
    assert_eq!(book.problems(), []);
    let mut below = Table::new("visit", vec![id("n")]).with_parent("person", vec![]);
    below.roster = Some(Roster::default().with_trigger("name"));
    book.tables.push(below);
    assert_eq!(book.problems(), [], "a trigger may stand in a table above the parent");
    let at = |field: &str| format!("tables[1] person / roster / {field}");
    one(rules::UNKNOWN_VARIABLE, &at("trigger"), with(roster().with_trigger("age")));
    one(rules::UNKNOWN_VARIABLE, &at("section"), with(roster().with_section("name")));
    one(rules::UNKNOWN_VARIABLE, &at("after"), with(roster().with_after("x")));
    one(rules::UNKNOWN_VARIABLE, "tables[1] person / variables[1] age / weighted_by", |book| {
        book.tables[1].variables[1].weighted_by = Some("name".into());
    });
    let mut alone = sound();
    alone.tables.remove(0);
    alone.tables[0].parent = None;
    alone.tables[0].roster = Some(roster());
    assert_eq!(alone.problems(), [], "where the parent is not there, nobody knows what it has");
}

#[test]
fn static_texts_have_no_members() {
    one(rules::TEXT_WITH_MEMBERS, "tables[0] household / groups[2] hello", |book| {
        book.tables[0].groups.push(Group::new("hello", GroupKind::StaticText, ["name"]));
    });
}

#[test]
fn circles() {
    let mother = |name: &str| crate::codebook::Parent { table: name.into(), variables: vec![] };
    one(rules::PARENT_CYCLE, "tables[0] household / parent", |book| {
        book.tables[0].parent = Some(mother("person"));
    });
    one(rules::PARENT_CYCLE, "tables[0] household / parent", |book| {
        book.tables[0].parent = Some(mother("household"));
    });
    one(rules::GROUP_CYCLE, "tables[0] household / groups[0] inner", |book| {
        book.tables[0].groups[0].members.push("outer".into());
    });
    one(rules::GROUP_CYCLE, "tables[0] household / groups[1] outer", |book| {
        book.tables[0].groups[1].members.push("outer".into());
    });
}

#[test]
fn a_circle_of_a_hundred_thousand_groups_is_found() {
    let mut book = sound();
    let groups = 100_000;
    book.tables[0].groups = (0..groups)
        .map(|at| Group::new(format!("g{at}"), GroupKind::Section, [format!("g{}", (at + 1) % groups)]))
        .collect();
    assert_eq!(book.problems().len(), 1);
}

#[test]
fn value_labels() {
    let at = "tables[1] person / variables[1] age / labels";
    one(rules::VALUE_LABEL_KIND, at, |book| {
        book.value_labels.insert("ages".into(), ValueLabels::new().with("x", "X").with("y", "Y"));
    });
    one(rules::VALUE_LABEL_KIND, at, |book| {
        book.value_labels.insert("ages".into(), ValueLabels::new().with(1, "one").with(1.5, "more"));
    });
    for kind in [Kind::Boolean, Kind::Binary, Kind::Date, Kind::Structure(vec![])] {
        one(rules::VALUE_LABEL_KIND, at, |book| {
            book.tables[1].variables[1] = Variable::new("age", kind.clone()).with_labels("ages");
        });
    }
    one(rules::DUPLICATE_VALUE, "value_labels ages[2]", |book| {
        let set = book.value_labels.get_mut("ages").unwrap();
        *set = set.clone().with(97.0, "again");
    });
    one(rules::INVALID_FACT, "value_labels new[0]", |book| {
        book.value_labels.insert("new".into(), ValueLabels::new().with(f64::NAN, "nothing"));
    });
    one(rules::INVALID_FACT, "value_labels new[0] / parent", |book| {
        let entry = ValueLabel::new(1, "one").with_parent(f64::INFINITY);
        book.value_labels.insert("new".into(), vec![entry].into());
    });
}

#[test]
fn missing_values() {
    let with = |missing: Missing| {
        move |book: &mut Codebook| book.tables[1].variables[1].missing.push(missing.clone())
    };
    let at = "tables[1] person / variables[1] age / missing[2]";
    for missing in [
        Missing::value("x"),
        Missing::value(0.5),
        Missing::value(true),
        Missing::range(Some("a".into()), Some(3.into())),
        Missing::range(Some(9.into()), Some(8.into())),
        Missing { values: MissingValues::Range { low: None, high: None }, ..Missing::value(1) },
        Missing::value(3).letter('A'),
        Missing::value(3).letter('a'),
    ] {
        one(rules::INVALID_MISSING, at, with(missing));
    }
    for missing in [
        Missing::value(-1),
        Missing::value(-1.0),
        Missing::value(98),
        Missing::range(None, Some((-1).into())),
        Missing::range(Some(3.into()), Some(97.into())),
    ] {
        one(rules::OVERLAPPING_MISSING, at, with(missing));
    }
    let mut sas = sound();
    with(Missing::reason().letter('_'))(&mut sas);
    assert_eq!(sas.problems(), [], "SAS has ._");
    one(rules::INVALID_FACT, at, with(Missing::value(f64::INFINITY)));
    one(rules::INVALID_MISSING, "tables[1] person / variables[1] age / missing[0]", |book| {
        let range = Missing::range(Some(false.into()), Some(true.into()));
        book.tables[1].variables[1] = Variable::new("age", Kind::Boolean).with_missing(range);
    });
}

#[test]
fn overlaps_are_found_however_far_apart_they_are_declared() {
    let mut book = sound();
    book.tables[1].variables[1].missing = vec![
        Missing::range(Some(0.into()), Some(50.into())),
        Missing::value(3),
        Missing::value(60),
        Missing::value(40),
    ];
    let problems = book.problems();
    let places: Vec<_> = problems.iter().filter_map(|problem| problem.message.split(": ").next()).collect();
    let at = "tables[1] person / variables[1] age";
    assert_eq!(places, [format!("{at} / missing[1]"), format!("{at} / missing[3]")]);
}

#[test]
fn neighbours_beyond_2_to_53_do_not_overlap() {
    let mut book = sound();
    let wide = (1i64 << 53) + 1;
    book.tables[1].variables[1] = Variable::new("age", Kind::INTEGER)
        .with_missing(Missing::value(wide))
        .with_missing(Missing::value(wide - 1));
    assert_eq!(book.problems(), []);
}

#[test]
fn languages() {
    let foreign = || Text::new("x").with("fr", "y");
    one(rules::UNKNOWN_LANGUAGE, "study / title", |book| book.study.title = foreign());
    one(rules::UNKNOWN_LANGUAGE, "study / keywords[0]", |book| book.study.keywords = vec![foreign()]);
    one(rules::UNKNOWN_LANGUAGE, "study / languages[2]", |book| book.study.languages.push("e n".into()));
    one(rules::UNKNOWN_LANGUAGE, "study / notes[0]", |book| {
        book.study.notes = vec![Text::default().with("not a tag", "x")];
    });
    one(rules::UNKNOWN_LANGUAGE, "tables[0] household / label", |book| book.tables[0].label = foreign());
    one(rules::UNKNOWN_LANGUAGE, "tables[0] household / groups[0] inner / label", |book| {
        book.tables[0].groups[0].label = foreign();
    });
    let at = "tables[1] person / variables[1] age";
    one(rules::UNKNOWN_LANGUAGE, &format!("{at} / label"), |book| {
        book.tables[1].variables[1].label = foreign();
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{at} / missing[0] / label"), |book| {
        book.tables[1].variables[1].missing[0].label = foreign();
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{at} / question / pre_text"), |book| {
        book.tables[1].variables[1].question =
            Some(Box::new(Question { pre_text: foreign(), ..Question::default() }));
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{at} / question / validations[0] / message"), |book| {
        let rule = ValidationRule::new("x", foreign());
        book.tables[1].variables[1].question =
            Some(Box::new(Question { validations: vec![rule], ..Question::default() }));
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{at} / unit"), |book| {
        book.tables[1].variables[1].unit = foreign();
    });
    let group = "tables[0] household / groups[0] inner";
    one(rules::UNKNOWN_LANGUAGE, &format!("{group} / text"), |book| {
        book.tables[0].groups[0].text = foreign();
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{group} / validations[0] / message"), |book| {
        book.tables[0].groups[0].validations = vec![ValidationRule::new("x", foreign())];
    });
    one(rules::UNKNOWN_LANGUAGE, &format!("{group} / question / text"), |book| {
        book.tables[0].groups[0].question = Some(Box::new(Question::new(foreign())));
    });
    for (name, field) in [("data_kinds", 0), ("collection_modes", 1), ("instruments", 2)] {
        one(rules::UNKNOWN_LANGUAGE, &format!("study / {name}[0]"), |book| {
            let study = &mut book.study;
            let lists = [&mut study.data_kinds, &mut study.collection_modes, &mut study.instruments];
            *lists.into_iter().nth(field).unwrap() = vec![foreign()];
        });
    }
    one(rules::UNKNOWN_LANGUAGE, "value_labels ages[0] / label", |book| {
        book.value_labels.get_mut("ages").unwrap().entries[0].label = foreign();
    });
    one(rules::UNKNOWN_LANGUAGE, "documents[0] a.pdf / title", |book| {
        book.documents[0].title = foreign();
    });
    one(rules::UNKNOWN_LANGUAGE, "documents[0] a.pdf / language", |book| {
        book.documents[0].language = Some("fr".into());
    });
    let mut unlisted = sound();
    unlisted.study.languages.clear();
    assert_eq!(unlisted.problems(), [], "a study that lists no language accepts all");
}

#[test]
fn kinds() {
    let at = "tables[1] person / variables[1] age / kind";
    for kind in [
        Kind::Integer { bits: 12, signed: true },
        Kind::Float { bits: 16 },
        Kind::Decimal { precision: 0, scale: 0 },
        Kind::Decimal { precision: 39, scale: 0 },
        Kind::Decimal { precision: 5, scale: 6 },
        Kind::Decimal { precision: 5, scale: -39 },
        Kind::Time(TimeUnit::Second),
        Kind::DateTime { unit: TimeUnit::Second, zone: Some("Europe/Nowhere".into()) },
    ] {
        one(rules::INVALID_KIND, at, age(kind));
    }
    let field = |name: &str, kind| Field { name: name.into(), kind };
    let twice = vec![field("a", Kind::Text), field("a", Kind::Text)];
    one(rules::DUPLICATE_NAME, &format!("{at} / structure[1] a"), age(Kind::Structure(twice)));
    one(
        rules::INVALID_KIND,
        &format!("{at} / list / map value"),
        age(Kind::List(Box::new(Kind::Map {
            key: Box::new(Kind::Text),
            value: Box::new(Kind::Float { bits: 8 }),
        }))),
    );
    let deep = (0..1000).fold(Kind::Text, |kind, _| Kind::List(Box::new(kind)));
    let mut book = sound();
    age(deep)(&mut book);
    assert_eq!(book.problems().iter().map(|problem| problem.rule).collect::<Vec<_>>(), [rules::INVALID_KIND]);
    for kind in [
        Kind::Decimal { precision: 38, scale: 38 },
        Kind::Decimal { precision: 1, scale: -38 },
        Kind::DateTime { unit: TimeUnit::Second, zone: Some("+05:30".into()) },
        Kind::DateTime { unit: TimeUnit::Second, zone: Some("Europe/Paris".into()) },
    ] {
        let mut book = sound();
        age(kind)(&mut book);
        assert_eq!(book.problems(), []);
    }
}

#[test]
fn facts() {
    let at = "tables[1] person / variables[1] age / facts";
    let with = |min: Option<Value>, max: Option<Value>| {
        move |book: &mut Codebook| {
            let facts = &mut book.tables[1].variables[1].facts;
            (facts.min, facts.max) = (min.clone(), max.clone());
        }
    };
    one(rules::INVALID_FACT, at, with(Some(2.into()), Some(1.into())));
    one(rules::INVALID_FACT, &format!("{at} / min"), with(Some("x".into()), Some(1.into())));
    one(rules::INVALID_FACT, &format!("{at} / max"), with(None, Some(128.into())));
    one(rules::INVALID_FACT, &format!("{at} / max"), with(None, Some(f64::NAN.into())));
    one(rules::INVALID_FACT, "study / collection_period", |book| {
        book.study.collection_period = Some(CollectionPeriod {
            start: Some("2024-03-02".into()),
            end: Some("2024-03".into()),
            cycle: None,
        });
        book.study.collection_period.as_mut().unwrap().end = Some("2024-02".into());
    });
    one(rules::INVALID_FACT, "study / further_collection_periods[0]", |book| {
        let period = CollectionPeriod {
            start: Some("2025".into()),
            end: Some("2024".into()),
            cycle: Some("2".into()),
        };
        book.study.further_collection_periods = vec![period];
    });
    for (west, south) in
        [((-181.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (2.0, 1.0)), ((0.0, 1.0), (0.0, f64::NAN))]
    {
        one(rules::INVALID_FACT, "study / bounding_box", |book| {
            book.study.bounding_box = Some(BoundingBox::new(west, south));
        });
    }
    let mut across = sound();
    across.study.bounding_box = Some(BoundingBox::new((170.0, -170.0), (-20.0, 0.0)));
    assert_eq!(across.problems(), [], "Fiji lies on both sides of the 180th meridian");
}

#[test]
fn documents() {
    let mut described = sound();
    described.documents[0].bytes = None;
    assert_eq!(described.problems(), [], "a document is described where its contents are left out");
    one(rules::INVALID_DOCUMENT, "documents[0] a.pdf", |book| {
        book.documents[0].path = Some("a.pdf".into());
    });
    for path in ["/etc/passwd", "../a", "a/../../b", "C:/a", "a\\b", ""] {
        one(rules::INVALID_DOCUMENT, "documents[0] a.pdf", |book| {
            book.documents[0].bytes = None;
            book.documents[0].path = Some(path.into());
        });
    }
    for uri in ["www.example.org/a.pdf", "a b:c", "https:", ""] {
        one(rules::INVALID_DOCUMENT, "documents[0] a.pdf", |book| book.documents[0].uri = Some(uri.into()));
    }
    let mut listed = sound();
    (listed.documents[0].bytes, listed.documents[0].uri) = (None, Some("https://example.org/a.pdf".into()));
    assert_eq!(listed.problems(), []);
    let mut inside = sound();
    inside.documents[0].bytes = None;
    inside.documents[0].path = Some("docs/a..b.pdf".into());
    assert_eq!(inside.problems(), []);
}

#[test]
fn a_counted_value_is_of_its_members_kind() {
    one(rules::COUNTED_KIND, "tables[0] household / groups[2] many / counted", |book| {
        let kind = GroupKind::MultipleDichotomy { counted: 1.into() };
        book.tables[0].groups.push(Group::new("many", kind, ["id", "name"]));
    });
}

#[test]
fn all_problems_are_listed_up_to_a_bound() {
    let mut book = sound();
    book.tables.extend((0..120).map(|_| Table::new("", vec![])));
    let message = book.validate().unwrap_err().to_string();
    assert!(
        message.starts_with("the codebook has 120 problems:\n  tables[2] : the name is empty\n"),
        "{message}"
    );
    assert!(message.ends_with("… and 70 more"), "{message}");
    assert_eq!(message.lines().count(), 52);
}
