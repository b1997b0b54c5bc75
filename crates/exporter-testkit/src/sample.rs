//! Small ready-made studies with a rich codebook.

use arrow_array::RecordBatch;
use exporter_core::MemoryDataset;
use exporter_core::codebook::{
    Codebook, DisplayFormat, Document, DocumentKind, Group, GroupKind, Kind, Measure, Missing, Question,
    Sensitivity, Table, TableKind, Text, TimeUnit, Value, ValueLabels, Variable,
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
