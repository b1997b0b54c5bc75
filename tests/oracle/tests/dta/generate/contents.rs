//! What cells hold: every type at its limits, texts of the world, long texts and bytes.

use exporter_dta::Release;
use exporter_dta::stata::StorageType;
use exporter_testkit::STATA_MISSINGS;

use crate::dta::table::{Case, Cell};

/// Texts in ASCII, with the letters of Latin-1, with what windows-1252 has besides, and of the world.
const PLAIN: [&str; 3] = ["x", "two words", "comma, \"quote\""];
pub(super) const LATIN: [&str; 3] = ["é", "Ünïcödé ß", "£5"];
const WESTERN: [&str; 2] = ["€ Ž", "—“quoted”"];
const WORLD: [&str; 5] = ["日本語", "ខ្មែរ", "\u{1F600}", "עברית", "e\u{301}"];

fn numbers(values: &[f64]) -> Vec<Cell> {
    let missings = (0..STATA_MISSINGS).map(Cell::Missing);
    values.iter().map(|value| Cell::Number(*value)).chain(missings).collect()
}

pub(super) fn limits(release: Release) -> Case {
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
pub(super) fn alphabet(release: Release) -> Vec<&'static str> {
    if release.is_utf8() { [&PLAIN[..], &LATIN, &WESTERN, &WORLD].concat() } else { PLAIN.to_vec() }
}

pub(super) fn texts(release: Release) -> Case {
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
pub(super) fn accents(release: Release) -> Case {
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

pub(super) fn strls(release: Release, shared: bool) -> Case {
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
pub(super) fn strl_accents(release: Release) -> Case {
    let mut case = Case::new("strl accents", release);
    case.add("latin", StorageType::StrL, LATIN.map(Cell::text).to_vec());
    case
}

pub(super) fn binary(release: Release) -> Case {
    let mut case = Case::new("strl binary", release);
    let contents =
        [b"\0\x01\xFE\xFF".to_vec(), Vec::new(), b"a\0b".to_vec(), (0..=255).cycle().take(5_000).collect()];
    case.add("bytes", StorageType::StrL, contents.into_iter().map(Cell::Bytes).collect());
    case.add("n", StorageType::Byte, (1..=4).map(|n| Cell::Number(n.into())).collect());
    case
}

/// Texts with a NUL, which only bytes hold.
pub(super) fn nuls(release: Release) -> Case {
    let mut case = Case::new("strl nul", release);
    case.add("text", StorageType::StrL, ["a\0b", "", "plain", "\0"].map(Cell::text).to_vec());
    case.add("n", StorageType::Byte, (1..=4).map(|n| Cell::Number(n.into())).collect());
    case
}
