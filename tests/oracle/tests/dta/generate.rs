//! Generated data sets: every type at its limits, every missing value, every limit of the format.

use std::sync::Arc;

use arrow_array::{Date32Array, TimestampMillisecondArray};
use exporter_dta::metadata::{Characteristic, Conversion, ValueLabelSet};
use exporter_dta::missing::Missing;
use exporter_dta::{Release, StorageType};

use super::table::{Case, Cell};

/// Releases that the writer knows.
pub(crate) const RELEASES: [Release; 6] =
    [Release::V113, Release::V114, Release::V115, Release::V117, Release::V118, Release::V119];

/// Texts in ASCII, with the letters of Latin-1, with what windows-1252 has besides, and of the world.
const PLAIN: [&str; 3] = ["x", "two words", "comma, \"quote\""];
const LATIN: [&str; 3] = ["é", "Ünïcödé ß", "£5"];
const WESTERN: [&str; 2] = ["€ Ž", "—“quoted”"];
const WORLD: [&str; 5] = ["日本語", "ខ្មែរ", "\u{1F600}", "עברית", "e\u{301}"];

/// Every case in every release that has what it needs.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![columns(Release::V118, 32_767), columns(Release::V119, 33_000)];
    for release in RELEASES {
        cases.extend([
            limits(release),
            texts(release),
            accents(release),
            empty(release),
            single(release),
            descriptions(release),
        ]);
        cases.push(labels(release));
        cases.push(dates(release));
        if release.has_strl() {
            cases.extend([
                strls(release, false),
                strls(release, true),
                strl_accents(release),
                binary(release),
            ]);
        }
        let seeds = if release == Release::V118 { 0..12 } else { 0..2 };
        cases.extend(seeds.map(|seed| random(release, seed)));
    }
    cases
}

fn numbers(values: &[f64]) -> Vec<Cell> {
    let missings = (0..Missing::COUNT).map(Cell::missing);
    values.iter().map(|value| Cell::Number(*value)).chain(missings).collect()
}

fn limits(release: Release) -> Case {
    let mut case = Case::new("limits", release);
    let float = |bits| f64::from(f32::from_bits(bits));
    case.add("b", StorageType::Byte, numbers(&[-127.0, 100.0, 0.0, -1.0, 1.0, 99.0]));
    case.add("i", StorageType::Int, numbers(&[-32_767.0, 32_740.0, 0.0, -1.0, 101.0, 127.0]));
    case.add(
        "l",
        StorageType::Long,
        numbers(&[-2_147_483_647.0, 2_147_483_620.0, 0.0, -1.0, 32_741.0, 32_767.0]),
    );
    case.add(
        "f",
        StorageType::Float,
        numbers(&[float(0x7EFF_FFFF), float(0xFEFF_FFFF), float(1), 0.0, 16_777_216.0, float(0x3DCC_CCCD)]),
    );
    case.add(
        "d",
        StorageType::Double,
        numbers(&[
            f64::from_bits(0x7FDF_FFFF_FFFF_FFFF),
            f64::MIN,
            5e-324,
            0.1,
            9_007_199_254_740_992.0,
            -0.0,
        ]),
    );
    case
}

/// Texts that every program reads in the release; how they read others is seen in cases of its own.
fn alphabet(release: Release) -> Vec<&'static str> {
    if release.is_utf8() { [&PLAIN[..], &LATIN, &WESTERN, &WORLD].concat() } else { PLAIN.to_vec() }
}

fn texts(release: Release) -> Case {
    let mut case = Case::new("texts", release);
    let widest = usize::from(release.max_str());
    let full = vec![Cell::text("z".repeat(widest)), Cell::text(""), Cell::text("y".repeat(widest - 1))];
    let rows = full.len();
    case.add("full", StorageType::Str(release.max_str()), full);
    case.add("blank", StorageType::Str(1), vec![Cell::text(""); rows]);
    case.add("inner", StorageType::Str(8), ["  before", "a  b", "."].map(Cell::text).to_vec());
    case.add("trailing", StorageType::Str(8), ["after  ", " ", "\t"].map(Cell::text).to_vec());
    case
}

/// Texts outside ASCII that fill their variables: in bytes of UTF-8, or one byte a character.
fn accents(release: Release) -> Case {
    let mut case = Case::new("accents", release);
    let mut add = |name: &str, texts: &[&str]| {
        let width = |text: &&str| if release.is_utf8() { text.len() } else { text.chars().count() };
        let longest = texts.iter().map(width).max().unwrap_or(1) as u16;
        case.add(
            name,
            StorageType::Str(longest),
            [texts[0], "", texts[texts.len() - 1]].map(Cell::text).to_vec(),
        );
    };
    add("latin", &LATIN[1..]);
    add("western", &WESTERN);
    if release.is_utf8() {
        WORLD.iter().enumerate().for_each(|(index, text)| add(&format!("world{index}"), &[text, text]));
        add("full", &["ក".repeat(681).as_str(), "é"]);
    }
    case
}

fn strls(release: Release, shared: bool) -> Case {
    let mut case = Case::new(if shared { "strl shared" } else { "strl" }, release);
    case.share_strl = shared;
    let alphabet = alphabet(release);
    let long: String = alphabet.iter().cycle().take(12_000).copied().collect();
    let first = ["short", "", "short", &long, "x", "short"].map(Cell::text).to_vec();
    let second =
        ["short", "other", "", "short", &long, alphabet[alphabet.len() - 1]].map(Cell::text).to_vec();
    case.add("first", StorageType::StrL, first);
    case.add("n", StorageType::Byte, (1..=6).map(|n| Cell::Number(n.into())).collect());
    case.add("second", StorageType::StrL, second);
    case
}

/// A long text outside ASCII, which release 117 has in 8 bits.
fn strl_accents(release: Release) -> Case {
    let mut case = Case::new("strl accents", release);
    case.add("latin", StorageType::StrL, LATIN.map(Cell::text).to_vec());
    case
}

fn binary(release: Release) -> Case {
    let mut case = Case::new("strl binary", release);
    let contents =
        [b"\0\x01\xFE\xFF".to_vec(), Vec::new(), b"a\0b".to_vec(), (0..=255).cycle().take(5_000).collect()];
    case.add("bytes", StorageType::StrL, contents.into_iter().map(Cell::Bytes).collect());
    case.add("n", StorageType::Byte, (1..=4).map(|n| Cell::Number(n.into())).collect());
    case
}

/// No rows, one variable of each type.
fn empty(release: Release) -> Case {
    let mut case = Case::new("empty", release);
    let types = [
        StorageType::Byte,
        StorageType::Int,
        StorageType::Long,
        StorageType::Float,
        StorageType::Double,
        StorageType::Str(5),
        StorageType::StrL,
    ];
    for (index, storage) in types.into_iter().enumerate() {
        if storage != StorageType::StrL || release.has_strl() {
            case.add(format!("v{index}"), storage, Vec::new()).label = format!("Label {index}");
        }
    }
    case
}

fn single(release: Release) -> Case {
    let mut case = Case::new("one cell", release);
    case.add("x", StorageType::Byte, vec![Cell::Number(7.0)]).label = "X".to_owned();
    case
}

/// Very many variables, of every type in turn.
fn columns(release: Release, count: usize) -> Case {
    let mut case = Case::new(format!("{count} columns"), release);
    for index in 0..count {
        let name = format!("v{index}");
        let number = (index % 90) as f64;
        match index % 6 {
            0 => case.add(
                name,
                StorageType::Byte,
                vec![Cell::Number(number), Cell::missing((index % 27) as u8)],
            ),
            1 => case.add(
                name,
                StorageType::Int,
                vec![Cell::Number(index as f64 - 20_000.0), Cell::Number(0.0)],
            ),
            2 => case.add(
                name,
                StorageType::Long,
                vec![Cell::Number(index as f64 * 1_000.0), Cell::missing(0)],
            ),
            3 => case.add(name, StorageType::Float, vec![Cell::Number(number + 0.5), Cell::Number(-number)]),
            4 => case.add(name, StorageType::Double, vec![Cell::Number(number / 7.0), Cell::missing(26)]),
            _ => case.add(name, StorageType::Str(6), vec![Cell::text(format!("t{index}")), Cell::text("é")]),
        };
    }
    if release == Release::V119 {
        let last = vec![Cell::text("long text behind 33,000 variables"), Cell::text("")];
        case.add("last", StorageType::StrL, last);
    }
    case
}

/// Value-label sets at their limits, letters and sets that are shared.
fn labels(release: Release) -> Case {
    let mut case = Case::new("value labels", release);
    let many: Vec<(i32, String)> = (0..65_536).map(|key| (key - 30_000, format!("Label {key}"))).collect();
    let mut edge = vec![
        (-2_147_483_647, "least".to_owned()),
        (-1, "minus".to_owned()),
        (0, LATIN[1].to_owned()),
        (2_147_483_620, "most".to_owned()),
    ];
    edge.extend((1..Missing::COUNT).map(|number| {
        let missing = Missing::from_number(number).unwrap();
        (missing.long(), format!("reason {missing}"))
    }));
    let long = vec![(1, "w".repeat(32_000)), (2, "short".to_owned())];
    for (name, labels) in [("many", many), ("edge", edge), ("long", long)] {
        case.metadata.value_labels.push(ValueLabelSet { name: name.to_owned(), labels });
    }
    let cells = || vec![Cell::Number(0.0), Cell::missing(1), Cell::missing(0)];
    for (name, set) in [("a", "many"), ("b", "edge"), ("c", "edge"), ("d", "long"), ("none", "")] {
        case.add(name, StorageType::Long, cells()).value_labels = set.to_owned();
    }
    case
}

/// Names, labels, formats, notes, languages, characteristics and sort order at their limits.
fn descriptions(release: Release) -> Case {
    let mut case = Case::new("descriptions", release);
    let accent = if release.is_utf8() { "ក" } else { "é" };
    let name = if release.is_utf8() { "größe_日本語" } else { "Groesse" };
    let longest = if release.is_utf8() { "ü".repeat(32) } else { "u".repeat(32) };
    case.metadata.label = accent.repeat(80);
    case.metadata.timestamp = "21 Nov 2026 02:00".to_owned();
    let rows = [1.0, 1.0, 2.0].map(Cell::Number).to_vec();
    case.add(name, StorageType::Double, rows).label = accent.repeat(80);
    let variable = case.add(longest.clone(), StorageType::Int, [3.0, 4.0, 0.0].map(Cell::Number).to_vec());
    variable.format = "%-8.2fc".to_owned();
    variable.label = "Second".to_owned();
    let variable = case.add("_text", StorageType::Str(3), ["a", "b", "c"].map(Cell::text).to_vec());
    variable.format = "%-12s".to_owned();
    case.metadata.sorted_by = vec![0, 1];
    let note = "n".repeat(67_783);
    for (owner, name, contents) in [
        ("_dta", "_lang_list", "en fr"),
        ("_dta", "_lang_c", "en"),
        ("_dta", "_lang_v_fr", "Jeu de données"),
        ("_dta", "note0", "2"),
        ("_dta", "note1", "First note"),
        ("_dta", "note2", accent),
        (name, "_lang_v_fr", "Étiquette"),
        (name, "note0", "1"),
        (name, "note1", note.as_str()),
        (longest.as_str(), "source", "form 7"),
    ] {
        let (owner, name) = (owner.to_owned(), name.to_owned());
        case.metadata.characteristics.push(Characteristic { owner, name, contents: contents.to_owned() });
    }
    case
}

/// Days from year 100 to 9999, moments, and periods.
fn dates(release: Release) -> Case {
    let mut case = Case::new("dates", release);
    // 0100-01-01, 1582-10-15, 1900-02-28, 1959-12-31, 1960-01-01, 1970-01-01, 2000-02-29, 2049-08-22, 9999-12-31.
    let days = [-683_003, -141_427, -25_509, -3_654, -3_653, 0, 11_016, 29_088, 2_932_896];
    let stored = |add: i64| days.iter().map(|day| Cell::Number((i64::from(*day) + add) as f64)).collect();
    let array = Arc::new(Date32Array::from(days.to_vec()));
    let variable = case.add_converted("day", StorageType::Long, array, stored(3_653));
    variable.format = "%td".to_owned();
    variable.conversion = Conversion::Days;
    let millis: Vec<i64> = days.iter().map(|day| i64::from(*day) * 86_400_000 + 45_296_789).collect();
    let cells = millis.iter().map(|millis| Cell::Number((millis + 315_619_200_000) as f64)).collect();
    let array = Arc::new(TimestampMillisecondArray::from(millis));
    let variable = case.add_converted("moment", StorageType::Double, array, cells);
    variable.format = "%tc".to_owned();
    variable.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
    for (name, format, first) in [
        ("week", "%tw", 3_380.0),
        ("month", "%tm", 780.0),
        ("quarter", "%tq", 260.0),
        ("half", "%th", 130.0),
        ("year", "%ty", 2_025.0),
    ] {
        let cells = (0..days.len()).map(|row| Cell::Number(first + row as f64)).collect();
        case.add(name, StorageType::Int, cells).format = format.to_owned();
    }
    case
}

/// The dates and moments of [`dates`] as readers print them.
pub(crate) const DAYS: [&str; 9] = [
    "0100-01-01",
    "1582-10-15",
    "1900-02-28",
    "1959-12-31",
    "1960-01-01",
    "1970-01-01",
    "2000-02-29",
    "2049-08-22",
    "9999-12-31",
];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }
}

fn random(release: Release, seed: u64) -> Case {
    let mut case = Case::new(format!("random {seed}"), release);
    let mut dice = Dice(seed * 1_000 + u64::from(release.number()));
    let alphabet = alphabet(release);
    let rows = *dice.pick(&[1, 3, 63, 64, 65, 200]);
    let labelled: Vec<(i32, String)> =
        (0..=dice.below(20)).map(|key| (key as i32, format!("label {key}"))).collect();
    case.metadata.value_labels.push(ValueLabelSet { name: "set".to_owned(), labels: labelled });
    for index in 0..1 + dice.below(40) {
        let name = format!("v{index}");
        // Empty strLs and those of release 119 are faults of some programs, seen in their own cases.
        let kind = dice.below(if release.has_strl() && release != Release::V119 { 7 } else { 6 });
        if kind >= 5 {
            let mut longest = 1;
            let mut cells = Vec::new();
            for _ in 0..rows {
                let parts = if kind == 6 { 1 + dice.below(40) } else { dice.below(9) };
                let text: String = (0..parts).map(|_| *dice.pick(&alphabet)).collect();
                longest = longest.max(text.len());
                cells.push(Cell::text(text));
            }
            let storage = if kind == 6 { StorageType::StrL } else { StorageType::Str(longest as u16) };
            case.add(name, storage, cells);
            continue;
        }
        let storage =
            [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
                [kind as usize];
        let cells = (0..rows).map(|_| number(&mut dice, storage)).collect();
        let variable = case.add(name, storage, cells);
        if dice.below(3) == 0 {
            variable.value_labels = "set".to_owned();
        }
        if dice.below(2) == 0 {
            variable.label = format!("Variable {index} {}", dice.pick(&alphabet));
        }
    }
    case
}

fn number(dice: &mut Dice, storage: StorageType) -> Cell {
    if dice.below(5) == 0 {
        return Cell::missing(dice.below(27) as u8);
    }
    let between =
        |dice: &mut Dice, low: i64, high: i64| (low + dice.below((high - low + 1) as u64) as i64) as f64;
    Cell::Number(match storage {
        StorageType::Byte => between(dice, -127, 100),
        StorageType::Int => between(dice, -32_767, 32_740),
        StorageType::Long => between(dice, -2_147_483_647, 2_147_483_620),
        StorageType::Float => loop {
            let float = f32::from_bits(dice.roll() as u32);
            if float.abs() <= f32::from_bits(0x7EFF_FFFF) {
                break float.into();
            }
        },
        _ => loop {
            let double = f64::from_bits(dice.roll());
            if double.abs() <= f64::from_bits(0x7FDF_FFFF_FFFF_FFFF) && double.abs() < 1e300 {
                break double;
            }
        },
    })
}
