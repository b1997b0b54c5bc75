//! Small ready-made studies with a rich codebook.

use arrow_array::RecordBatch;
use exporter_core::MemoryDataset;
use exporter_core::codebook::{
    Agent, Alignment, Attribute, BoundingBox, Codebook, CollectionPeriod, DisplayFormat, DisplayStyle,
    Document, DocumentKind, Group, GroupKind, Identifier, Kind, LabelSource, Measure, Missing, Question,
    QuestionKind, QuestionScope, RelatedMaterial, Role, Roster, RosterSource, RuleSeverity, Sensitivity,
    Series, Software, Study, StudyVersion, Table, TableKind, Text, TimeUnit, ValidationRule, Value,
    ValueLabel, ValueLabels, Variable,
};
use exporter_core::dataset::arrow_schema;

use crate::{Cell, column_of};

/// One batch of a table; `columns` in the order of its variables.
fn batch(table: &Table, columns: &[Vec<Cell>]) -> RecordBatch {
    let all: Vec<usize> = (0..table.variables.len()).collect();
    let arrays =
        table.variables.iter().zip(columns).map(|(variable, cells)| column_of(&variable.kind, cells));
    RecordBatch::try_new(arrow_schema(table, &all), arrays.collect())
        .expect("one column of equal length per variable")
}

fn integers(values: &[Option<i128>]) -> Vec<Cell> {
    values.iter().map(|value| value.map_or(Cell::Null, Cell::Integer)).collect()
}

fn floats(values: &[Option<f64>]) -> Vec<Cell> {
    values.iter().map(|value| value.map_or(Cell::Null, Cell::Float)).collect()
}

fn texts(values: &[Option<&str>]) -> Vec<Cell> {
    values.iter().map(|value| value.map_or(Cell::Null, |text| Cell::Text(text.into()))).collect()
}

fn labels() -> ValueLabels {
    ValueLabels::new()
        .with(1, Text::new("Yes").with("fr", "Oui"))
        .with(2, Text::new("No").with("fr", "Non"))
        .with(8, Text::new("Don't know").with("fr", "Ne sait pas"))
        .with(9, Text::new("Refused").with("fr", "Refus"))
}

fn households() -> Table {
    Table::new(
        "households",
        vec![
            Variable::new("hhid", Kind::INTEGER).with_label("Household"),
            Variable::new("region", Kind::Text)
                .with_label(Text::new("Region").with("fr", "Région"))
                .with_labels("regions"),
            Variable::new("visited", Kind::Date).with_label("Day of the visit"),
            Variable::new("income", Kind::Decimal { precision: 12, scale: 2 })
                .with_label("Income of the last month")
                .with_measure(Measure::Scale)
                .with_format(DisplayFormat::default().with_width(12).with_decimals(2)),
            Variable::new(
                "started",
                Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("UTC".into()) },
            ),
            Variable::new("electricity", Kind::Boolean).with_label("Has electricity"),
        ],
    )
    .with_label(Text::new("Households").with("fr", "Ménages"))
    .with_key(["hhid"])
}

fn members() -> Table {
    let yes_no = |name: &str, label: &str| {
        Variable::new(name, Kind::Integer { bits: 8, signed: true })
            .with_label(Text::new(label).with("fr", format!("{label} (fr)")))
            .with_labels("yes_no")
            .with_measure(Measure::Nominal)
            .with_missing(Missing::value(8).label("Don't know").letter('d'))
            .with_missing(Missing::value(9).label("Refused").letter('r'))
    };
    Table::new(
        "members",
        vec![
            Variable::new("hhid", Kind::INTEGER),
            Variable::new("line", Kind::Integer { bits: 16, signed: true }).with_label("Line number"),
            Variable::new("name", Kind::Text)
                .with_label("First name")
                .with_sensitivity(Sensitivity::DirectIdentifier),
            Variable::new("age", Kind::Integer { bits: 16, signed: true })
                .with_label("Age in years")
                .with_measure(Measure::Scale)
                .with_missing(
                    Missing::range(Some(Value::Integer(-9)), Some(Value::Integer(-1))).label("No answer"),
                ),
            yes_no("works", "Works").with_question(Question::new(
                Text::new("Did you work last week?").with("fr", "Avez-vous travaillé la semaine dernière ?"),
            )),
            yes_no("studies", "Studies"),
            Variable::new("height", Kind::FLOAT).with_label("Height in metres"),
            Variable::new("remarks", Kind::Text).with_label("Remarks of the interviewer"),
        ],
    )
    .with_label("Members of the household")
    .with_kind(TableKind::Roster)
    .with_key(["hhid", "line"])
    .with_parent("households", vec![("hhid".into(), "hhid".into())])
    .with_group(Group::new(
        "activities",
        GroupKind::MultipleDichotomy { counted: Value::Integer(1) },
        ["works", "studies"],
    ))
}

/// The codebook of [`study`]: two tables with keys and parent, labels in two languages, missing values, a question,
/// a group and a document.
pub fn codebook() -> Codebook {
    Codebook::new("sample")
        .with_title(Text::new("A small sample").with("fr", "Un petit échantillon"))
        .with_languages(["en", "fr"])
        .with_table(households())
        .with_table(members())
        .with_value_labels("yes_no", labels())
        .with_value_labels("regions", ValueLabels::new().with("N", "North").with("S", "South"))
        .with_document(Document::new(
            "questionnaire.txt",
            DocumentKind::Questionnaire,
            "text/plain",
            b"Q1 ...".to_vec(),
        ))
}

/// A study of households (3 rows) and their members (6 rows): nulls, user-missing values, unicode, quotes, line ends,
/// NaN, negative and large numbers.
pub fn study() -> MemoryDataset {
    let codebook = codebook();
    let households = batch(
        &codebook.tables[0],
        &[
            integers(&[Some(101), Some(102), Some(9_007_199_254_740_993)]),
            texts(&[Some("N"), Some("S"), None]),
            integers(&[Some(19_000), None, Some(-719_162)]),
            integers(&[Some(1_234_567), Some(-5), None]),
            integers(&[Some(1_641_600_000_123), Some(0), None]),
            vec![Cell::Boolean(true), Cell::Boolean(false), Cell::Null],
        ],
    );
    let members = batch(
        &codebook.tables[1],
        &[
            integers(&[Some(101), Some(101), Some(102), Some(102), Some(102), Some(9_007_199_254_740_993)]),
            integers(&[Some(1), Some(2), Some(1), Some(2), Some(3), Some(1)]),
            texts(&[Some("Ana"), Some("Łukasz"), Some("王芳"), Some(""), None, Some("O'Neil \"Jr\"")]),
            integers(&[Some(34), Some(-1), Some(7), Some(-9), None, Some(101)]),
            integers(&[Some(1), Some(2), Some(8), Some(9), None, Some(1)]),
            integers(&[Some(2), Some(2), Some(1), None, None, Some(9)]),
            floats(&[Some(1.68), Some(0.1 + 0.2), None, Some(f64::NAN), Some(-0.0), Some(1e300)]),
            texts(&[
                Some("a, b;\tc"),
                Some("two\nlines"),
                Some("emoji 👩🏽‍🔬"),
                None,
                Some("  blanks  "),
                Some("NA"),
            ]),
        ],
    );
    MemoryDataset::new(codebook, vec![vec![households], vec![members]])
        .expect("the batches match the codebook")
}

/// A study of one table (3 rows) of which everything is said that a codebook can say: each field of the study, of the table
/// and, in one of its variables, of a variable; names and labels that no program takes as they are; a set that no variable
/// uses.
pub fn described() -> MemoryDataset {
    let mut codebook = Codebook::new("described")
        .with_table(described_table())
        .with_value_labels("yes / no", labels())
        .with_value_labels(
            "spare",
            ValueLabels::from(vec![
                ValueLabel::new(3, "three").with_parent("odd"),
                ValueLabel::new(1, Text::new("one").with("fr", "un")),
            ]),
        )
        .with_document(Document::new("codes.txt", DocumentKind::Report, "text/plain", b"1 one".to_vec()))
        .with_document(Document::on_web("form", DocumentKind::Questionnaire, "", "https://example.org/form"));
    describe(&mut codebook.study);
    let columns = [
        integers(&[Some(1), Some(2), Some(3)]),
        integers(&[Some(34), Some(-2), None]),
        integers(&[Some(1), Some(9), Some(8)]),
        floats(&[Some(0.5), Some(1.25), None]),
        texts(&[Some("Ana"), Some("王芳"), Some("")]),
        vec![Cell::Boolean(true), Cell::Null, Cell::Boolean(false)],
        integers(&[Some(1_641_600_000), None, Some(0)]),
    ];
    let batch = batch(&codebook.tables[0], &columns);
    MemoryDataset::new(codebook, vec![vec![batch]]).expect("the batch matches the codebook")
}

fn describe(study: &mut Study) {
    let both = |text: &str| Text::new(text).with("fr", format!("{text} (fr)"));
    study.title = both("A study");
    study.summary = both("Everything is said.");
    study.languages = vec!["en".into(), "fr".into()];
    study.version = Some(StudyVersion::new("1.2"));
    for (agents, name) in [
        (&mut study.authors, "An author"),
        (&mut study.producers, "A producer"),
        (&mut study.funders, "A funder"),
        (&mut study.distributors, "A distributor"),
        (&mut study.depositors, "A depositor"),
        (&mut study.contacts, "A contact"),
    ] {
        let mut agent = Agent::new(name);
        agent.role = Some("author".into());
        agent.email = Some("someone@example.org".into());
        agents.push(agent);
    }
    study.keywords = vec![both("keyword")];
    study.countries = vec!["FR".into(), "NP".into()];
    study.geography = "Two countries".into();
    let mut period = CollectionPeriod::default();
    (period.start, period.end) = (Some("2026-01".into()), Some("2026-03-31".into()));
    study.collection_period = Some(period.clone());
    (period.start, period.end, period.cycle) = (Some("2026-09".into()), None, Some("second".into()));
    study.further_collection_periods = vec![period];
    study.identifiers = vec![Identifier::new("10.1234/x", "DOI")];
    study.bounding_box = Some(BoundingBox::new((-5.1, 88.2), (26.3, 51.1)));
    study.data_kinds = vec![both("Survey data")];
    study.collection_modes = vec![both("Face to face")];
    study.instruments = vec![both("Questionnaire")];
    study.software = vec![Software::new("A program")];
    study.response_rate = both("82 %");
    study.attributes.insert("wave".into(), Attribute::One("3".into()));
    study.universe = both("Adults");
    study.analysis_unit = "Person".into();
    study.sampling = "Random".into();
    study.weighting = "By age".into();
    study.licence = "CC BY 4.0".into();
    study.access = "On request".into();
    study.citation = "Somebody (2026): A study.".into();
    study.series = Some(Series::new("A series"));
    study.related_materials = vec![RelatedMaterial::new("A report")];
    study.notes = vec![both("A note of the study.")];
}

fn described_table() -> Table {
    let long = "A label that is longer than any program takes, which is eighty characters in some, \
                and more in others, so that it has to be cut in the one and not in the other";
    let mut question = Question::new(Text::new("Do you work?").with("fr", "Travaillez-vous ?"));
    (question.pre_text, question.post_text) = ("Now to work.".into(), "Thank you.".into());
    (question.instructions, question.enablement) = ("Read out.".into(), Some("age > 15".into()));
    question.validations = vec![ValidationRule::new("self in (1, 2, 8, 9)", "Choose one.")];
    question.validations[0].severity = Some(RuleSeverity::Warning);
    (question.kind, question.source_id) = (Some(QuestionKind::Single), Some("q1".into()));
    (question.number, question.options_filter) = (Some("12a".into()), Some("@optioncode < 9".into()));
    question.scope = Some(QuestionScope::Supervisor);
    (question.required, question.identifying, question.critical) = (true, true, true);
    let mut works = Variable::new("does work?", Kind::Integer { bits: 8, signed: true })
        .with_label(Text::new(long).with("fr", "Travaille"))
        .with_labels("yes / no")
        .with_measure(Measure::Ordinal)
        .with_format(
            DisplayFormat::default().with_width(9).with_decimals(0).with_style(DisplayStyle::Grouped),
        )
        .with_missing(Missing::value(8))
        .with_missing(Missing::value(9).label(Text::new("No answer").with("fr", "Sans réponse")))
        .with_question(question)
        .with_sensitivity(Sensitivity::Personal)
        .with_note(Text::new("A note.").with("fr", "Une remarque."))
        .with_attribute("source", "register");
    (works.role, works.alignment) = (Some(Role::Target), Some(Alignment::Centre));
    (works.unit, works.weighted_by, works.column_width) = ("jobs".into(), Some("weight".into()), Some(14));
    works.write_format = Some(DisplayFormat::default().with_width(11));
    (works.universe, works.concept, works.derivation) =
        ("Adults".into(), "Work".into(), "As answered".into());
    works.attributes.insert("waves".into(), Attribute::Many(vec!["1".into(), "3".into()]));
    let mut weight = Variable::new("weight", Kind::FLOAT);
    weight.weight = true;
    let range = Missing::range(Some((-9).into()), Some((-1).into())).label("No answer");
    let variables = vec![
        Variable::new("id", Kind::INTEGER),
        Variable::new("age", Kind::Integer { bits: 16, signed: true }).with_missing(range),
        works,
        weight,
        Variable::new("a name that is longer than thirty-two", Kind::Text),
        Variable::new("if", Kind::Boolean),
        Variable::new("seen", Kind::DateTime { unit: TimeUnit::Second, zone: Some("Asia/Kathmandu".into()) }),
    ];
    let mut text = Group::new("welcome", GroupKind::StaticText, [""; 0]);
    (text.text, text.enablement) = (Text::new("Welcome.").with("fr", "Bienvenue."), Some("true".into()));
    text.validations = vec![ValidationRule::new("consent", "Stop here.")];
    let mut set = Group::new("jobs", GroupKind::Set, ["does work?", "weight"]);
    (set.instructions, set.source_id) = ("Show the card.".into(), Some("g1".into()));
    set.question = Some(Box::new(Question::new("Which jobs?")));
    set.label_source = Some(LabelSource::FirstVariable);
    let roster = Roster::new(RosterSource::List).with_trigger("names").with_section("a").with_after("names");
    let mut table = Table::new("people", variables)
        .with_label(Text::new("People").with("fr", "Personnes"))
        .with_kind(TableKind::Reference)
        .with_key(["id"])
        .with_sort(["id"])
        .with_note(Text::new("A note of the table.").with("fr", "Une remarque."))
        .with_group(text)
        .with_group(set)
        .with_group(
            Group::new("both", GroupKind::Section, ["welcome", "age", "does work?"]).with_label("Both"),
        )
        .with_roster(roster);
    table.attributes.insert("file".into(), Attribute::One("people.dat".into()));
    table
}

/// [`study`] without any row.
pub fn empty_study() -> MemoryDataset {
    MemoryDataset::new(codebook(), vec![Vec::new(), Vec::new()]).expect("two tables")
}

/// A plain table of numbers and short texts without codebook beyond names and kinds, which most formats hold without
/// a loss: `id` integer, `score` float, `name` text, no nulls.
pub fn simple(rows: usize) -> MemoryDataset {
    let table = Table::new(
        "simple",
        vec![
            Variable::new("id", Kind::Integer { bits: 32, signed: true }),
            Variable::new("score", Kind::FLOAT),
            Variable::new("name", Kind::Text),
        ],
    );
    let numbers = 0..rows as i128;
    let columns = [
        numbers.clone().map(Cell::Integer).collect(),
        numbers.clone().map(|row| Cell::Float(row as f64 / 4.0)).collect(),
        numbers.map(|row| Cell::Text(format!("name {row}"))).collect(),
    ];
    let batch = batch(&table, &columns);
    MemoryDataset::new(Codebook::new("simple").with_table(table), vec![vec![batch]])
        .expect("the batch matches the codebook")
}
