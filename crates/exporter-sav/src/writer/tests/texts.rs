//! Texts across the borders of elements and segments, in every encoding, longer than their variable.

use exporter_rows::{CellChange, LongText};

use super::*;
use crate::error::SavError;

/// A text of so many bytes of which a character of `character` ends at byte `border`, as far as one fits.
fn crossing(bytes: usize, border: usize, character: char) -> String {
    let before = border.saturating_sub(character.len_utf8() - 1).min(bytes);
    let mut text = "a".repeat(before);
    while text.len() + character.len_utf8() <= bytes {
        text.push(character);
    }
    text.push_str(&"z".repeat(bytes - text.len()));
    text
}

#[test]
fn texts_on_every_border_come_back() {
    for width in [1, 7, 8, 9, 254, 255, 256, 257, 503, 504, 505, 510, 755, 756, 757, 758, 1_000, 32_767] {
        let mut texts = vec![String::new(), " x".repeat(width / 2), "b".repeat(width)];
        for character in ['é', '€', '🤓'] {
            for border in [8, 255, 256, 510, 511, 765, 32_640] {
                for bytes in [width, width - 1, border.min(width)] {
                    texts.push(crossing(bytes, border, character));
                }
            }
        }
        let about = metadata(vec![text("t", width as u16)]);
        for compression in [Compression::Bytecode, Compression::None] {
            let with = WriterOptions { compression, ..options() };
            let (bytes, _) = write_with(&about, vec![batch(vec![strings(&texts)])], with).unwrap();
            let found = TestFile::new(&bytes).texts(width);
            assert_eq!(found.len(), texts.len());
            for (found, text) in found.iter().zip(&texts) {
                assert_eq!(found.trim_ascii_end(), text.as_bytes().trim_ascii_end(), "A{width}");
            }
        }
    }
}

#[test]
fn only_the_text_itself_has_literals() {
    let about = metadata(vec![text("t", 600)]);
    let (bytes, _) = write(&about, vec![strings(&["twelve bytes", "", "        x"])]).unwrap();
    let file = TestFile::new(&bytes);
    // 32, 32 and 12 elements: ceil(600 / 252) segments.
    assert_eq!(file.header_int(68), 76);
    let blanks = |count| vec![254; count];
    let codes = [vec![253; 2], blanks(74), blanks(76), vec![254, 253], blanks(74)].concat();
    assert_eq!(file.cases.len(), codes.len().next_multiple_of(8) + 3 * 8);
    let stored = TestFile::new(&bytes).texts(600);
    assert_eq!(stored[2].trim_ascii_end(), b"        x");
    assert_eq!((file.cases[0], file.cases[1], file.cases[2]), (253, 253, 254));
}

#[test]
fn nulls_are_blanks_whatever_lies_under_them() {
    let nulls = arrow_buffer::NullBuffer::from(vec![true, false, true]);
    let texts = StringArray::from(vec!["a", "much longer than the variable", "c"]);
    let texts = StringArray::new(texts.offsets().clone(), texts.values().clone(), Some(nulls));
    let (bytes, summary) = write(&metadata(vec![text("t", 3)]), vec![Arc::new(texts)]).unwrap();
    assert_eq!(TestFile::new(&bytes).elements(), [*b"a       ", [b' '; 8], *b"c       "]);
    assert_eq!(summary.changes, []);
}

#[test]
fn texts_that_are_too_long_are_refused_or_cut_behind_a_character() {
    let about = metadata(vec![number("x"), text("t", 5)]);
    let columns = batch(vec![doubles(&[1.0, 2.0, 3.0]), strings(&["five!", "four€", "日本語"])]);
    let error = write_with(&about, vec![columns.clone()], options()).unwrap_err();
    let expected = "sav: text of 7 bytes does not fit A5 (t, row 2); declare or profile the longest text of the variable, or have texts cut by option";
    assert_eq!(error.to_string(), expected);
    for compression in [Compression::Bytecode, Compression::None] {
        let with = WriterOptions { long_text: LongText::Cut, compression, ..options() };
        let (bytes, summary) = write_with(&about, vec![columns.clone()], with).unwrap();
        let elements = TestFile::new(&bytes).elements();
        assert_eq!([elements[1], elements[3]], [*b"five!   ", *b"four    "]);
        assert_eq!(elements[5], *b"\xE6\x97\xA5     ");
        let [cut] = summary.changes.as_slice() else { panic!("{:?}", summary.changes) };
        assert_eq!((cut.variable, cut.change, cut.count, cut.first_row), (1, CellChange::Cut, 2, 2));
        assert_eq!(cut.example, "four€");
    }
}

#[test]
fn other_encodings_count_what_they_lack_and_cut_behind_a_character() {
    let mut about = metadata(vec![text("t", 5)]);
    let texts = batch(vec![strings(&["Zoë", "日本", "€ 日本語", ""])]);
    about.encoding = encoding_rs::WINDOWS_1252;
    let cut = || WriterOptions { long_text: LongText::Cut, ..options() };
    let (bytes, summary) = write_with(&about, vec![texts.clone()], cut()).unwrap();
    let file = TestFile::new(&bytes);
    assert_eq!(file.elements(), [*b"Zo\xEB     ", *b"??      ", *b"\x80 ???   ", [b' '; 8]]);
    let told: Vec<_> = summary.changes.iter().map(|it| (it.change, it.count, it.first_row)).collect();
    assert_eq!(told, [(CellChange::Replaced, 5, 2)]);
    assert_eq!(
        (file.text(20).as_str(), &file.extension(3).unwrap()[28..]),
        ("windows-1252", &1252_i32.to_le_bytes()[..])
    );
    about.encoding = encoding_rs::SHIFT_JIS;
    let (bytes, summary) = write_with(&about, vec![texts.clone()], cut()).unwrap();
    let expected = [*b"Zo?     ", *b"\x93\xFA\x96\x7B    ", *b"? \x93\xFA    ", [b' '; 8]];
    assert_eq!(TestFile::new(&bytes).elements(), expected, "no half of a character");
    let told: Vec<_> = summary.changes.iter().map(|it| (it.change, it.count, it.first_row)).collect();
    assert_eq!(told, [(CellChange::Cut, 1, 3), (CellChange::Replaced, 2, 1)]);
    let error = write_with(&about, vec![texts], options()).unwrap_err();
    assert!(
        matches!(error, SavError::Value { row: 3, ref value, .. } if value == "text of 8 bytes"),
        "{error}"
    );
}
