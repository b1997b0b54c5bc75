//! Whatever the study, the `.dta` and the do-file of one export tell the same about it.

use arrow_array::RecordBatch;
use exporter::MemoryDataset;
use exporter::codebook::{
    Alignment, Codebook, DisplayFormat, DisplayStyle, Kind, Missing, Period, Question, Table, Text, TimeUnit,
    Value, ValueLabels, Variable,
};
use exporter::dataset::arrow_schema;
use exporter::missing::{span, spans};
use exporter_testkit::{Cell, column_of};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::stata::told;

const ROWS: usize = 12;
const NAMES: &[&str] =
    &["plain", "year of birth", "if", "naïve", "q٣", "a name that is longer than thirty-two", "2nd"];
const NATIVES: &[&str] = &["%9.2f", "%-12s", "%tdD_m_Y", "%-12.0g", "%12.2q", "nonsense", "%tC"];
const STYLES: &[DisplayStyle] =
    &[DisplayStyle::Fixed, DisplayStyle::Grouped, DisplayStyle::Scientific, DisplayStyle::Padded];

/// Texts that a command can hold, some too long for a label.
fn texts() -> impl Strategy<Value = Text> {
    let words = || "[a-zé€$` %'.]{0,12}[a-z]";
    let long = "[a-zé€]{75,90}";
    (prop_oneof![9 => words().boxed(), 1 => long.boxed()], of(words()), of(words())).prop_map(
        |(plain, fr, pt)| {
            let text = fr.into_iter().fold(Text::new(plain), |text, words| text.with("fr", words));
            pt.into_iter().fold(text, |text, words| text.with("pt-BR", words))
        },
    )
}

fn value_labels() -> impl Strategy<Value = ValueLabels> {
    let keys = vec![-9_i64, -7, -1, 0, 1, 2, 5, 97, 98, 99, 1 << 40];
    (subsequence(keys, 0..9), vec(texts(), 11), any::<bool>()).prop_map(|(mut keys, texts, backwards)| {
        if backwards {
            keys.reverse();
        }
        keys.into_iter().zip(texts).fold(ValueLabels::new(), |set, (key, text)| set.with(key, text))
    })
}

/// A kind, values of it, and what of it may be declared missing.
fn kinds() -> Vec<(Kind, Vec<Cell>, Vec<Missing>)> {
    let whole = |values: &[i128]| values.iter().map(|value| Cell::Integer(*value)).collect::<Vec<_>>();
    let point = |value: Value| Missing::value(value);
    let range =
        |low: Option<i64>, high: Option<i64>| Missing::range(low.map(Value::from), high.map(Value::from));
    let codes = || {
        let mut codes: Vec<Missing> =
            [97, 98, 99, -1].iter().map(|code| point(Value::from(*code as i64))).collect();
        codes.push(point(98.into()).letter('q'));
        codes.extend([
            range(Some(-9), Some(-7)),
            range(None, Some(-1)),
            range(Some(90), None),
            range(Some(-40), Some(99)),
        ]);
        codes.push(Missing::reason().letter('r').label("Not asked"));
        codes
    };
    let small = [-9, -8, -7, -1, 0, 1, 5, 97, 98, 99];
    let moment = |unit, zone: Option<&str>| Kind::DateTime { unit, zone: zone.map(str::to_owned) };
    let moments = vec![point("1970-01-01T00:00:00".into()), point("1999-12-31T23:59:59".into())];
    vec![
        (Kind::Integer { bits: 8, signed: true }, whole(&small), codes()),
        (Kind::Integer { bits: 32, signed: true }, whole(&[-40_000, -9, -1, 0, 1, 97, 98, 32_741]), codes()),
        (Kind::INTEGER, whole(&[-9, 0, 98, 99, 1 << 40]), codes()),
        (Kind::INTEGER, whole(&[1, 98, 99, (1 << 53) + 1]), codes()),
        (Kind::FLOAT, [-8.5, -1.0, 0.25, 97.0, 98.0, 1e10].map(Cell::Float).to_vec(), {
            let mut codes = codes();
            codes.push(Missing::range(Some((-8.5).into()), Some(0.25.into())));
            codes
        }),
        (
            Kind::Decimal { precision: 10, scale: 2 },
            whole(&[-100, 25, 99, 9_800]),
            vec![point(0.99.into()), point((-1).into()), range(Some(90), None)],
        ),
        (Kind::Boolean, vec![Cell::Boolean(true), Cell::Boolean(false)], vec![point(true.into())]),
        (
            Kind::Date,
            whole(&[0, 1, 10_956, 2_932_896]),
            vec![
                point("9999-12-31".into()),
                Missing::range(Some("1970-01-02".into()), Some("1999-12-31".into())),
            ],
        ),
        (moment(TimeUnit::Millisecond, None), whole(&[0, 1, 946_684_799_000]), moments.clone()),
        (
            moment(TimeUnit::Second, Some("Europe/Paris")),
            whole(&[0, -3_600, 946_684_799, 946_681_199]),
            vec![point("1970-01-01T00:00:00Z".into()), point("1999-12-31T23:59:59Z".into())],
        ),
        (Kind::Time(TimeUnit::Microsecond), whole(&[0, 3_600_000_000]), vec![point("01:00:00".into())]),
        (Kind::Duration(TimeUnit::Second), whole(&[0, 98, 99]), codes()),
        (Kind::Period(Period::Month), whole(&[-9, 0, 99, 700]), codes()),
        (
            Kind::Text,
            vec![Cell::Text("x".repeat(12)), Cell::Text(String::new()), Cell::Text("-".into())],
            vec![point("-".into())],
        ),
    ]
}

/// Whether a declaration covers a value that another one does.
fn overlaps(variable: &Variable, missing: &Missing) -> bool {
    let Some(new) = span(&missing.values, &variable.kind) else { return false };
    spans(variable).into_iter().flatten().any(|known| known.low <= new.high && new.low <= known.high)
}

fn variable(position: usize) -> impl Strategy<Value = (Variable, Vec<Cell>)> {
    let format = (of(1u32..20), of(0u32..5), of(select(STYLES)), of(select(NATIVES)));
    select(kinds())
        .prop_flat_map(move |(kind, cells, missing)| {
            let count = missing.len();
            let cell = prop_oneof![5 => select(cells), 1 => Just(Cell::Null)];
            let missing = (subsequence(missing, 0..=count), vec(texts(), count), vec(any::<bool>(), count));
            (Just(kind), vec(cell, ROWS), missing)
        })
        .prop_flat_map(move |(kind, cells, missing)| {
            let described =
                (select(NAMES), texts(), of(texts()), of(texts()), of(select(vec!["yesno", "other set"])));
            (Just(kind), Just(cells), Just(missing), described, of(format.clone()), any::<bool>())
        })
        .prop_map(move |(kind, cells, missing, (name, label, note, question, set), format, left)| {
            let mut variable = Variable::new(format!("{name}{position}"), kind).with_label(label);
            let (missing, labels, labelled) = missing;
            for ((missing, label), labelled) in missing.into_iter().zip(labels).zip(labelled) {
                if !overlaps(&variable, &missing) {
                    variable.missing.push(if labelled { missing.label(label) } else { missing });
                }
            }
            variable.notes.extend(note);
            variable.question = question.map(|text| Box::new(Question::new(text)));
            variable.labels = set.filter(|_| variable.kind.is_numeric()).map(str::to_owned);
            variable.alignment = left.then_some(Alignment::Left);
            variable.format = format.map(|(width, decimals, style, native)| {
                let native = native.map(|native| ("stata".to_owned(), native.to_owned()));
                let mut format = DisplayFormat::default();
                (format.width, format.decimals, format.style) = (width, decimals, style);
                format.native.extend(native);
                format
            });
            (variable, cells)
        })
}

fn studies() -> impl Strategy<Value = (Vec<(Variable, Vec<Cell>)>, MemoryDataset)> {
    let variables = (0..6).map(variable).collect::<Vec<_>>();
    (variables, texts(), of(texts()), vec(value_labels(), 3)).prop_map(|(variables, label, note, sets)| {
        let mut table = Table::new("t", variables.iter().map(|(variable, _)| variable.clone()).collect());
        table.label = label;
        table.notes.extend(note);
        let all: Vec<usize> = (0..variables.len()).collect();
        let columns = variables.iter().map(|(variable, cells)| column_of(&variable.kind, cells)).collect();
        let batch = RecordBatch::try_new(arrow_schema(&table, &all), columns).unwrap();
        let codebook = ["yesno", "other set", "nobody's"]
            .into_iter()
            .zip(sets)
            .fold(Codebook::new("s").with_languages(["en", "fr", "pt-BR"]), |codebook, (name, set)| {
                codebook.with_value_labels(name, set)
            });
        (variables, MemoryDataset::new(codebook.with_table(table), vec![vec![batch]]).unwrap())
    })
}

/// The number that stands in Stata for a cell.
fn number(kind: &Kind, cell: &Cell) -> Option<f64> {
    Some(match (kind, cell) {
        (Kind::Boolean, Cell::Boolean(truth)) => f64::from(u8::from(*truth)),
        (_, Cell::Float(number)) => *number,
        (Kind::Date, Cell::Integer(days)) => (days + 3_653) as f64,
        (Kind::DateTime { unit, .. }, Cell::Integer(ticks)) => {
            (ticks * 1_000 / i128::from(unit.per_second()) + 315_619_200_000) as f64
        }
        (Kind::Time(unit), Cell::Integer(ticks)) => (ticks * 1_000 / i128::from(unit.per_second())) as f64,
        (Kind::Decimal { scale, .. }, Cell::Integer(digits)) => format!("{digits}e-{scale}").parse().unwrap(),
        (_, Cell::Integer(whole)) => *whole as f64,
        _ => return None,
    })
}

proptest! {
    #[test]
    fn the_file_and_the_script_tell_the_same((variables, data) in studies()) {
        let told = told(&data);
        told.assert_same_description();
        for (column, (variable, cells)) in variables.iter().enumerate() {
            let stored = &told.dictionary.variables[column];
            let leap = stored.format.trim_start_matches(['%', '-']).starts_with("tC");
            if stored.storage.is_string() {
                let mut numbers = cells.iter().filter_map(|cell| number(&variable.kind, cell));
                let recoded = numbers.any(|number| told.script.letter(&stored.name, number).is_some());
                prop_assert!(!recoded, "{} is text", stored.name);
                continue;
            }
            for (row, cell) in cells.iter().enumerate().filter(|_| !leap) {
                let in_file = told.letter(row, column);
                match number(&variable.kind, cell) {
                    None => prop_assert_eq!(in_file, Some(None)),
                    Some(number) => {
                        let in_script = told.script.letter(&stored.name, number);
                        prop_assert_eq!(in_script, in_file.flatten(), "{} {:?}", stored.name, cell);
                    }
                }
            }
        }
    }
}
