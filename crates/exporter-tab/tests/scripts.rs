//! Companion scripts byte for byte, beside the files in `tests/golden`.
//!
//! `EXPORTER_WRITE_GOLDEN=1 cargo test -p exporter-tab scripts` writes them anew; look at the difference before it is
//! committed.

use std::path::Path;

use exporter_core::codebook::{
    DisplayFormat, DisplayStyle, Group, GroupKind, Kind, LabelSource, Measure, Missing, Period, Question,
    Role, Table, Text, TimeUnit, Value, ValueLabels, Variable,
};
use exporter_core::sink::MemorySink;
use exporter_core::{Bundle, Codebook, Context, MemoryDataset, Registry};
use exporter_testkit::sample;
use serde_json::json;

fn scripts(data: &MemoryDataset, delimited: &str, language: &str) -> Vec<(String, String)> {
    let registry = exporter_tab::register(Registry::new());
    let context = Context::default().with_language(language);
    let mut all = Vec::new();
    for script in ["stata-script", "spss-script", "r-script"] {
        let alone = |format: &str| registry.exporter(format, json!({})).unwrap();
        let sink = MemorySink::new();
        let bundle = Bundle::new().with(alone(delimited)).with(alone(script));
        let summary = exporter_core::export(&bundle, data, Box::new(sink.clone()), &context).unwrap();
        let written = sink.entries().into_iter().filter(|(path, _)| !path.ends_with(delimited));
        all.extend(written.map(|(path, bytes)| (path, String::from_utf8(bytes.to_vec()).unwrap())));
        let report = json!({"losses": summary.changes.losses, "renames": summary.changes.renames});
        all.push((format!("{script}.json"), serde_json::to_string_pretty(&report).unwrap()));
    }
    all
}

fn compare(folder: &str, written: &[(String, String)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    if std::env::var_os("EXPORTER_WRITE_GOLDEN").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (path, text) in written {
            std::fs::write(folder.join(path), text).unwrap();
        }
    }
    for (path, text) in written {
        let expected = std::fs::read_to_string(folder.join(path)).unwrap();
        assert_eq!(*text, expected, "{path} in {}", folder.display());
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), written.len());
}

#[test]
fn scripts_of_the_sample_study() {
    compare("sample-tab-en", &scripts(&sample::study(), "tab", "en"));
    compare("sample-csv-fr", &scripts(&sample::study(), "csv", "fr"));
}

#[test]
fn scripts_of_every_kind_and_every_oddity() {
    let codebook = every_kind();
    let tables = codebook.tables.iter().map(|_| Vec::new()).collect();
    compare("every-kind", &scripts(&MemoryDataset::new(codebook, tables).unwrap(), "tab", "en"));
}

fn every_kind() -> Codebook {
    let integer = |bits, signed| Kind::Integer { bits, signed };
    let moment =
        |zone: Option<&str>| Kind::DateTime { unit: TimeUnit::Millisecond, zone: zone.map(Into::into) };
    let format = |native: [(&str, &str); 2], style, width, decimals| {
        let mut shown = DisplayFormat::default();
        (shown.style, shown.width, shown.decimals) = (style, width, decimals);
        native.into_iter().fold(shown, |shown, (program, format)| shown.with_native(program, format))
    };
    let mut roles = vec![
        Variable::new("small", integer(8, true)).with_measure(Measure::Nominal),
        Variable::new("unsigned", integer(32, false)).with_measure(Measure::Ordinal),
        Variable::new("big", integer(64, true)).with_measure(Measure::Scale),
    ];
    for (variable, role) in roles.iter_mut().zip([Role::Input, Role::Target, Role::Split]) {
        variable.role = Some(role);
    }
    let kinds = [
        ("float", Kind::FLOAT),
        ("exact", Kind::Decimal { precision: 20, scale: 4 }),
        ("truth", Kind::Boolean),
        ("day", Kind::Date),
        ("local", moment(None)),
        ("moment", moment(Some("UTC"))),
        ("clock", Kind::Time(TimeUnit::Microsecond)),
        ("length", Kind::Duration(TimeUnit::Second)),
        ("year", Kind::Period(Period::Year)),
        ("half", Kind::Period(Period::Half)),
        ("quarter", Kind::Period(Period::Quarter)),
        ("month", Kind::Period(Period::Month)),
        ("week", Kind::Period(Period::Week)),
        ("bytes", Kind::Binary),
        ("many", Kind::List(Box::new(Kind::Text))),
        // Names that some language keeps for itself or does not allow.
        ("using", Kind::INTEGER),
        ("str12", Kind::INTEGER),
        ("not", Kind::INTEGER),
        ("Ends in a space ", Kind::Text),
        ("a name that is longer than thirty-two characters", Kind::Text),
        ("a name that is longer than thirty-two letters", Kind::Text),
        ("2nd \"é\" $x `y' \\z", Kind::Text),
    ];
    let mut variables = roles;
    variables.extend(kinds.into_iter().map(|(name, kind)| {
        Variable::new(name, kind)
            .with_label(Text::new(format!("The {name}")).with("fr", format!("Le {name}")))
    }));
    variables.push(
        Variable::new("coded", integer(16, true))
            .with_label("x".repeat(300))
            .with_labels("codes")
            .with_missing(Missing::value(9).label("Refused").letter('r'))
            .with_missing(Missing::value(8))
            .with_missing(Missing::range(None, Some(Value::Integer(-1))).label("Below"))
            .with_missing(Missing::range(Some(Value::Integer(90)), Some(Value::Integer(99))))
            .with_missing(Missing::value(7).label(Text::new("Skipped").with("fr", "Passé")))
            .with_format(format([("stata", "%9.0g"), ("spss", "F8.2")], None, None, None))
            .with_question(Question::new(Text::new("How many?\nAnd \"why\"?").with("fr", "Combien ?")))
            .with_note("A note with a `macro' and a $global."),
    );
    let reasons = (0..30).fold(Variable::new("reasons", Kind::INTEGER), |variable, reason| {
        variable.with_missing(Missing::value(100 + reason).label(format!("Reason {reason}")))
    });
    variables.push(reasons);
    for (at, style) in [
        DisplayStyle::Fixed,
        DisplayStyle::Grouped,
        DisplayStyle::Scientific,
        DisplayStyle::Percent,
        DisplayStyle::Currency,
        DisplayStyle::Padded,
    ]
    .into_iter()
    .enumerate()
    {
        let missing = Missing::value(8.5).label("Half");
        let shown = Variable::new(format!("shown{at}"), Kind::FLOAT).with_missing(missing);
        variables.push(shown.with_format(format(
            [("stata", "no format"), ("spss", "A1; x")],
            Some(style),
            Some(12),
            Some(3),
        )));
    }
    variables.push(
        Variable::new("answer", Kind::Text)
            .with_labels("letters")
            .with_missing(Missing::value("R").label("Refused"))
            .with_missing(Missing::value("a long text that is missing"))
            .with_measure(Measure::Scale),
    );
    variables.push(Variable::new("yes", Kind::Boolean).with_missing(Missing::value(true).label("Never")));
    let grid = |name: &str, kind, members: &[&str]| {
        Group::new(name, kind, members.iter().copied()).with_label(format!("Group {name}"))
    };
    let called = |name: &str, label: &str, source| {
        let counted = GroupKind::MultipleDichotomy { counted: Value::Integer(1) };
        let mut group = Group::new(name, counted, ["small", "coded"]).with_label(label);
        group.label_source = Some(source);
        group
    };
    let table = Table::new("my table", variables)
        .with_label(
            "A table with everything: \"quotes\", 'quotes', and a label of more than eighty characters, é",
        )
        .with_note(Text::new("First note").with("fr", "Première note"))
        .with_group(grid("section", GroupKind::Section, &["small"]))
        .with_group(grid("grid", GroupKind::Grid, &["small", "big"]))
        .with_group(grid("picks", GroupKind::MultipleCategory, &["small", "coded"]))
        .with_group(grid("lone", GroupKind::MultipleCategory, &["small"]))
        .with_group(grid(
            "marks",
            GroupKind::MultipleDichotomy { counted: Value::Integer(1) },
            &["small", "coded", "str12"],
        ))
        .with_group(called("values", "Things", LabelSource::CountedValues))
        .with_group(called("first", "", LabelSource::FirstVariable));
    let codes = ValueLabels::new()
        .with(1, Text::new("One").with("fr", "Un"))
        .with(2, "y".repeat(200))
        .with(7, "Skipped by the set")
        .with(5_000_000_000_i64, "Beyond 32 bits")
        .with(-5, Text::new("It's \"quoted\"\tand\nbroken"));
    Codebook::new("everything")
        .with_title("Everything")
        .with_languages(["en", "fr", "pt-BR"])
        .with_table(table)
        .with_table(Table::new("empty", vec![Variable::new("only", Kind::Text)]))
        .with_value_labels("codes", codes)
        .with_value_labels(
            "letters",
            ValueLabels::new().with("R", "Refused").with("a very long code of a text", "Long"),
        )
}
