//! A survey with everything that a `.dta` has a place for, beside what must be found in the file.

use arrow_array::RecordBatch;
use exporter_core::codebook::{
    Codebook, DisplayFormat, Group, GroupKind, Kind, Missing, Period, Question, Table, Text, TimeUnit, Value,
    ValueLabels, Variable,
};
use exporter_core::{MemoryDataset, dataset::arrow_schema};
use exporter_dta::stata::{StorageType, ValueLabelSet};
use exporter_dta::{Characteristic, Release};
use exporter_testkit::{Cell as Given, column_of};

use crate::dta::table::{Case, Cell};

/// The language that the labels of the file are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    English,
    French,
}

/// How a variable is found in the file.
struct Expected {
    name: String,
    storage: StorageType,
    format: &'static str,
    cells: Vec<Cell>,
}

/// The study and the case in the making.
struct Making {
    speech: Speech,
    variables: Vec<Variable>,
    columns: Vec<Vec<Given>>,
    case: Case,
}

impl Making {
    fn say(&self, text: &Text) -> String {
        let untagged = text.untagged().unwrap_or_default();
        match self.speech {
            Speech::English => untagged.to_owned(),
            Speech::French => text.translation("fr").unwrap_or(untagged).to_owned(),
        }
    }

    /// Adds a variable and what must be found of it.
    fn put(&mut self, variable: Variable, given: Vec<Given>, expected: Expected) {
        let label = self.say(&variable.label);
        let Expected { name, storage, format, cells } = expected;
        let found = self.case.add(name.as_str(), storage, cells);
        (found.label, found.format) = (cut(&label).to_owned(), format.to_owned());
        for (language, tag) in self.others() {
            if let Some(text) = translation(&variable.label, tag) {
                self.keep(&name, &format!("_lang_v_{language}"), cut(&text));
            }
        }
        self.variables.push(variable);
        self.columns.push(given);
    }

    /// Adds a variable whose name stays, stored in the numbers given.
    fn number(
        &mut self,
        variable: Variable,
        storage: StorageType,
        format: &'static str,
        cells: &[Option<i64>],
    ) {
        let given = cells.iter().map(|cell| cell.map_or(Given::Null, |n| Given::Integer(n.into()))).collect();
        let cells = cells.iter().map(|cell| cell.map_or(Cell::SYSTEM, |n| Cell::Number(n as f64))).collect();
        let name = variable.name.clone();
        self.put(variable, given, Expected { name, storage, format, cells });
    }

    /// Names and tags of the languages that are not those of the labels; no tag is the default language.
    fn others(&self) -> [(&'static str, Option<&'static str>); 2] {
        match self.speech {
            Speech::English => [("fr", Some("fr")), ("pt_BR", Some("pt-BR"))],
            Speech::French => [("en", None), ("pt_BR", Some("pt-BR"))],
        }
    }

    fn keep(&mut self, owner: &str, name: &str, contents: &str) {
        let (owner, name, contents) = (owner.to_owned(), name.to_owned(), contents.to_owned());
        self.case.metadata.characteristics.push(Characteristic::new(owner, name, contents));
    }

    fn notes(&mut self, owner: &str, notes: &[&str]) {
        self.keep(owner, "note0", &notes.len().to_string());
        for (index, note) in notes.iter().enumerate() {
            self.keep(owner, &format!("note{}", index + 1), note);
        }
    }

    /// The last variable has this set, and one for each other language that a label of it has.
    fn labelled(&mut self, set: &str, labels: &[(i32, Text)]) {
        let variable = self.case.metadata.variables.last_mut().unwrap();
        variable.value_labels = set.to_owned();
        let owner = variable.name.clone();
        let said = labels.iter().map(|(key, text)| (*key, self.say(text))).collect();
        self.case.metadata.value_labels.push(ValueLabelSet::new(set, said));
        for (language, tag) in self.others() {
            if labels.iter().any(|(_, text)| translation(text, tag).is_some()) {
                self.keep(&owner, &format!("_lang_l_{language}"), &format!("{set}_{language}"));
            }
        }
    }
}

/// The first 80 characters, which is all that a label holds.
fn cut(label: &str) -> &str {
    label.char_indices().nth(80).map_or(label, |(end, _)| &label[..end])
}

fn translation(text: &Text, tag: Option<&str>) -> Option<String> {
    match tag {
        Some(tag) => text.translation(tag),
        None => text.untagged(),
    }
    .map(str::to_owned)
}

fn text(english: &str, french: &str) -> Text {
    Text::new(english).with("fr", french)
}

/// The key of the label of a missing value.
fn key(letter: char) -> i32 {
    match Cell::letter(letter) {
        Cell::Missing(number) => 2_147_483_621 + i32::from(number),
        other => panic!("{other} for {letter}"),
    }
}

/// The study, and what must be found in the file of a release.
pub(super) fn survey(
    name: &str,
    release: Release,
    speech: Speech,
    leap_seconds: bool,
) -> (MemoryDataset, Case) {
    let mut making =
        Making { speech, variables: Vec::new(), columns: Vec::new(), case: Case::new(name, release) };
    let title = text("Survey of households", "Enquête auprès des ménages");
    making.case.metadata.label = making.say(&title);
    let list = if speech == Speech::French { ["fr", "en", "pt_BR"] } else { ["en", "fr", "pt_BR"] };
    making.keep("_dta", "_lang_list", &list.join(" "));
    making.keep("_dta", "_lang_c", list[0]);
    let (language, tag) = making.others()[0];
    making.keep("_dta", &format!("_lang_v_{language}"), &translation(&title, tag).unwrap());
    making.notes("_dta", &["Collected in May.", "Zoë's copy."]);
    making.case.metadata.sorted_by = vec![0];

    answers(&mut making);
    numbers(&mut making);
    times(&mut making, leap_seconds);
    texts(&mut making, release);

    let table = Table::new("survey", making.variables)
        .with_label(title)
        .with_key(["id"])
        .with_sort(["id"])
        .with_note("Collected in May.")
        .with_note("Zoë's copy.")
        .with_group(Group::new("about", GroupKind::Section, ["vote", "income"]).with_label("About you"));
    let all: Vec<usize> = (0..table.variables.len()).collect();
    let arrays = table.variables.iter().zip(&making.columns).map(|(v, cells)| column_of(&v.kind, cells));
    let batch = RecordBatch::try_new(arrow_schema(&table, &all), arrays.collect()).unwrap();
    let codebook = Codebook::new("panel")
        .with_title("A panel")
        .with_languages(["en", "fr", "pt-BR"])
        .with_value_labels("vote", votes())
        .with_value_labels("agree", agreement())
        .with_table(table);
    (MemoryDataset::new(codebook, vec![vec![batch]]).unwrap(), making.case)
}

fn votes() -> ValueLabels {
    ValueLabels::new().with(0, text("Nobody", "Personne").with("pt-BR", "Ninguém")).with(1, "Ms Dole")
}

fn agreement() -> ValueLabels {
    ValueLabels::new().with(1, "Agree").with(2, "Disagree")
}

/// Answers with value labels, letters, a question.
fn answers(making: &mut Making) {
    let id = Variable::new("id", Kind::INTEGER).with_label(text("Identifier", "Identifiant"));
    making.number(id, StorageType::Byte, "%8.0g", &[Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]);

    let (refused, unknown) = (text("Refused", "Refus"), text("Don't know", "Ne sait pas"));
    let vote = Variable::new("vote", Kind::Integer { bits: 8, signed: true })
        .with_label(text("Expected vote", "Vote prévu").with("pt-BR", "Voto"))
        .with_labels("vote")
        .with_missing(Missing::value(9).label(refused.clone()).letter('r'))
        .with_missing(Missing::value(98).label(unknown.clone()));
    let given = [Some(0), Some(1), Some(9), Some(98), None, Some(1)];
    let given = given.map(|cell| cell.map_or(Given::Null, Given::Integer)).to_vec();
    let [zero, one] = [0.0, 1.0].map(Cell::Number);
    let cells = vec![zero, one.clone(), Cell::letter('r'), Cell::letter('a'), Cell::SYSTEM, one];
    let name = "vote".to_owned();
    making.put(vote, given, Expected { name, storage: StorageType::Byte, format: "%8.0g", cells });
    let nobody = text("Nobody", "Personne").with("pt-BR", "Ninguém");
    let labels = [(0, nobody), (1, "Ms Dole".into()), (key('a'), unknown), (key('r'), refused)];
    making.labelled("vote", &labels);

    let income = Variable::new("income", Kind::Integer { bits: 32, signed: true })
        .with_label("Income")
        .with_missing(Missing::range(Some(Value::Integer(999_990)), None).label("Not stated"));
    let given = [50_000, 999_999, 40_000, 999_990, -5, 123_456].map(Given::Integer).to_vec();
    let number = |n: i32| Cell::Number(n.into());
    let stated = Cell::letter('a');
    let cells = vec![number(50_000), stated.clone(), number(40_000), stated, number(-5), number(123_456)];
    let name = "income".to_owned();
    making.put(income, given, Expected { name, storage: StorageType::Long, format: "%12.0g", cells });
    making.labelled("income", &[(key('a'), "Not stated".into())]);

    let label = format!("Opinion of the {} cafés", "really ".repeat(12));
    let native = DisplayFormat::default().with_native("stata", "%9.1f");
    let opinion = Variable::new("opinion", Kind::Integer { bits: 8, signed: true })
        .with_label(label.as_str())
        .with_labels("agree")
        .with_question(Question::new("What do you think?"))
        .with_note("Asked last.")
        .with_attribute("source", "form 7")
        .with_format(native);
    making.number(opinion, StorageType::Byte, "%9.1f", &[Some(1), Some(2), None, Some(1), Some(1), Some(2)]);
    making.labelled("agree", &[(1, "Agree".into()), (2, "Disagree".into())]);
    making.notes("opinion", &["Asked last.", "What do you think?", &label]);
    making.keep("opinion", "source", "form 7");
}

/// Numbers of every kind, one variable with a name that old releases do not allow.
fn numbers(making: &mut Making) {
    let float = |number: Option<f64>| number.map_or(Given::Null, Given::Float);
    let cell = |number: Option<f64>| number.map_or(Cell::SYSTEM, Cell::Number);
    let weights = [Some(1.5), Some(0.25), None, Some(2.0), Some(-0.0), Some(0.001)];
    let shown = DisplayFormat::default().with_width(8).with_decimals(3);
    let weight = Variable::new("weight", Kind::FLOAT).with_label("Weight").with_format(shown);
    let expected =
        |name: &str, storage, format, cells| Expected { name: name.to_owned(), storage, format, cells };
    let found = expected("weight", StorageType::Double, "%8.3f", weights.map(cell).to_vec());
    making.put(weight, weights.map(float).to_vec(), found);

    let scores = [Some(0.5), Some(-1.25), None, Some(1e10), Some(f64::from(0.1_f32)), Some(3.0)];
    let found = expected("score", StorageType::Float, "%9.0g", scores.map(cell).to_vec());
    making.put(Variable::new("score", Kind::Float { bits: 32 }), scores.map(float).to_vec(), found);

    let members = [Some(true), Some(false), None, Some(true), Some(true), Some(false)];
    let given = members.map(|member| member.map_or(Given::Null, Given::Boolean)).to_vec();
    let cells =
        members.map(|member| member.map_or(Cell::SYSTEM, |m| Cell::Number(f64::from(u8::from(m))))).to_vec();
    let found = expected("member", StorageType::Byte, "%8.0g", cells);
    making.put(Variable::new("member", Kind::Boolean), given, found);

    let cents = [12_345, 0, -99, 100, 1, 99_999_999].map(Given::Integer).to_vec();
    let cells = [123.45, 0.0, -0.99, 1.0, 0.01, 999_999.99].map(Cell::Number).to_vec();
    let found = expected("amount", StorageType::Double, "%10.0g", cells);
    making.put(Variable::new("amount", Kind::Decimal { precision: 10, scale: 2 }), cents, found);

    // Beyond 2^53 a double holds no whole number exactly, so it becomes text.
    let large = [9_007_199_254_740_993_i64, 1, -5, 0, 7, 8];
    let given = large.map(|number| Given::Integer(number.into())).to_vec();
    let cells = large.map(|number| Cell::text(number.to_string())).to_vec();
    making.put(
        Variable::new("account", Kind::INTEGER).with_label("Account"),
        given,
        expected("account", StorageType::Str(16), "%16s", cells),
    );

    let name = if making.case.metadata.release.is_utf8() { "größe" } else { "grosse" };
    let heights = [180, 165, 170, 150, 200, 175];
    let height = Variable::new("größe", Kind::Integer { bits: 16, signed: true }).with_label("Height, cm");
    let cells = heights.map(|n| Cell::Number(n as f64)).to_vec();
    let found = expected(name, StorageType::Int, "%8.0g", cells);
    making.put(height, heights.map(Given::Integer).to_vec(), found);
}

/// Days, times, moments, lengths of time, periods.
fn times(making: &mut Making, leap_seconds: bool) {
    let days = [Some(19_000), Some(0), Some(-3_653), None, Some(2_932_896), Some(19_783)];
    let given = days.map(|day| day.map_or(Given::Null, Given::Integer)).to_vec();
    let cells = days.map(|day| day.map_or(Cell::SYSTEM, |day| Cell::Number((day + 3_653) as f64))).to_vec();
    let name = "_2nd_visit".to_owned();
    let visit = Variable::new("2nd visit", Kind::Date).with_label("Day of the second visit");
    making.put(visit, given, Expected { name, storage: StorageType::Long, format: "%td", cells });

    let seconds = [0, 43_200, 86_399, 1, 3_600, 60];
    let put = |making: &mut Making, name: &str, kind, format, given: [i128; 6], stored: [i64; 6]| {
        let cells = stored.map(|stored| Cell::Number(stored as f64)).to_vec();
        let expected = Expected { name: name.to_owned(), storage: StorageType::Double, format, cells };
        making.put(Variable::new(name, kind), given.map(Given::Integer).to_vec(), expected);
    };
    let time = Kind::Time(TimeUnit::Microsecond);
    put(making, "at", time, "%tcHH:MM:SS", seconds.map(|s| s * 1_000_000), seconds.map(|s| s as i64 * 1_000));

    // 1960-01-01 and seconds after 1970, the last but one before 1960.
    let moments = [0_i64, -315_619_200_000, 1_700_000_000_123, 951_827_696_789, -3_000_000_000_000, 1];
    let local = Kind::DateTime { unit: TimeUnit::Millisecond, zone: None };
    let stored = |millis: i64| millis + 315_619_200_000;
    put(making, "visited", local, "%tc", moments.map(Into::into), moments.map(stored));

    // 2021-11-21 after 27 leap seconds, 1970 and 1960 before the first, June 1990 after 15, 2026 after 27.
    let instants = [
        (1_637_452_800_000_i64, 27),
        (0, 0),
        (-315_619_200_000, 0),
        (644_198_400_500, 15),
        (1_795_226_400_000, 27),
        (1, 0),
    ];
    let leaps = |(millis, leaps): (i64, i64)| stored(millis) + if leap_seconds { leaps * 1_000 } else { 0 };
    let zoned = Kind::DateTime { unit: TimeUnit::Microsecond, zone: Some("Asia/Kathmandu".to_owned()) };
    let format = if leap_seconds { "%tC" } else { "%tc" };
    let given = instants.map(|(millis, _)| i128::from(millis) * 1_000);
    put(making, "sent", zoned, format, given, instants.map(leaps));
    let counted = if leap_seconds { ", leap seconds counted" } else { "" };
    making.notes("sent", &[&format!("Times in UTC{counted}; the zone of the variable is Asia/Kathmandu.")]);

    let took = Variable::new("took", Kind::Duration(TimeUnit::Second)).with_label("Time taken");
    let lengths = [Some(3_600), Some(0), None, Some(59), Some(100_000), Some(7)];
    making.number(took, StorageType::Long, "%12.0g", &lengths);
    making.notes("took", &["Lengths of time in seconds."]);

    for (name, period, format, values) in [
        ("year", Period::Year, "%ty", [2_020, 1_960, 1_890, 2_026, 1_999, 2_000]),
        ("half", Period::Half, "%th", [0, -1, 131, 132, 5, 6]),
        ("quarter", Period::Quarter, "%tq", [0, -1, 260, 265, 5, 6]),
        ("month", Period::Month, "%tm", [0, -1, 780, 797, 5, 6]),
        ("week", Period::Week, "%tw", [0, -1, 3_380, 3_450, 5, 6]),
    ] {
        let variable = Variable::new(name, Kind::Period(period));
        making.number(variable, StorageType::Int, format, &values.map(Some));
    }
}

/// Short texts, and long and nested ones where the release has a place for them.
fn texts(making: &mut Making, release: Release) {
    let names = [Some("Ana"), Some("José"), Some("Zoë"), None, Some("x"), Some("sixteen letters.")];
    let given = names.map(|name| name.map_or(Given::Null, |name| Given::Text(name.to_owned()))).to_vec();
    let cells = names.map(|name| Cell::text(name.unwrap_or_default())).to_vec();
    let name = "first".to_owned();
    let first = Variable::new("first", Kind::Text).with_label(text("First name", "Prénom"));
    making.put(first, given, Expected { name, storage: StorageType::Str(16), format: "%16s", cells });
    if !release.has_strl() {
        return;
    }
    let long = "word ".repeat(600);
    let remarks = ["short", &long, "x", "y", "short", "z"];
    let strl = |name: &str, cells| Expected {
        name: name.to_owned(),
        storage: StorageType::StrL,
        format: "%9s",
        cells,
    };
    let given = remarks.map(|text| Given::Text(text.to_owned())).to_vec();
    let found = strl("remarks", remarks.map(Cell::text).to_vec());
    making.put(Variable::new("remarks", Kind::Text), given, found);

    let lists: [&[&str]; 6] = [&["a", "b"], &[], &["c"], &["d"], &["e"], &["\"quoted\""]];
    let given =
        lists.map(|list| Given::List(list.iter().map(|text| Given::Text((*text).to_owned())).collect()));
    let json = [r#"["a","b"]"#, "[]", r#"["c"]"#, r#"["d"]"#, r#"["e"]"#, r#"["\"quoted\""]"#];
    let found = strl("tags", json.map(Cell::text).to_vec());
    making.put(Variable::new("tags", Kind::List(Box::new(Kind::Text))), given.to_vec(), found);
}
