//! What errors and notes propose to type, and that it helps.

use exporter_core::Dataset;
use serde_json::json;

use crate::read_options::{open, shown};

/// The hint of the error with which a text is refused.
#[track_caller]
fn hint(text: &[u8]) -> String {
    match open("t.csv", text, json!({})).and_then(|data| shown(&*data)) {
        Ok(cells) => panic!("{cells:?}"),
        Err(error) => error.hint().unwrap_or_default().to_owned(),
    }
}

/// The words of the hint are these.
#[track_caller]
fn proposes(text: &str, words: &str) {
    let hint = hint(text.as_bytes());
    let start: String = text.chars().take(60).collect();
    assert!(hint.starts_with(&format!("--from csv:{words}: ")), "{start:?}: {hint}");
}

fn notes(text: &str) -> Vec<String> {
    let data = open("t.csv", text.as_bytes(), json!({})).unwrap();
    // The first says how the text is cut.
    data.notes().into_iter().skip(1).map(|note| note.text).collect()
}

fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect()
}

#[test]
fn a_title_above_and_a_note_below_leave_the_table() {
    let both = "skip-lines=2,ragged=pad";
    proposes("Monthly report\n\nRegion,Q1,Q2\nNorth,10,20\nSouth,30,40\nNote: preliminary\n", both);
    proposes("Titel\r\n\r\nNr;Alter;Ort\r\n1;23,5;A\r\n2;45,5;B\r\n\r\nQuelle: Amt\r\n", both);
    let table = rows(50, |row| format!("{row},{row},a\n"));
    proposes(&format!("Title\nSource x\n\nid,x,t\n{table}1,2\n"), "skip-lines=3,ragged=pad");
    proposes(&format!("Title\n\nid,x,t\n{table}Total,5\n"), both);
    // Texts with commas are no table.
    proposes("name\nAna, x\nBea, y\nCarl\nDora, z\nEd\n", "delimiter=semicolon");
}

#[test]
fn names_of_rows_are_no_second_header() {
    let table = rows(50, |row| format!("\"{row}\",{row},a\n"));
    proposes(&format!("x,t\n{table}\"1\",2,a\n"), "row-names=true");
    proposes(",time,temp\n0,2022-07-29,03:14:50,18.1\n1,2022-07-29,03:14:51,18.2\n", "row-names=true");
}

#[test]
fn spaces_behind_quotes_are_no_text() {
    let text = "\"leaf\" ,\"n\"\n\"a\" ,1\n\"b\" ,2\n";
    let data = open("t.csv", text.as_bytes(), json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["leaf|n", "a|1", "b|2"]);
    let late = rows(40_000, |row| format!("\"x\",{row}\n"));
    proposes(&format!("a,b\n{late}\"y\" ,2\n"), "spaced-quotes=true");
}

#[test]
fn one_byte_among_letters_of_utf_8_is_a_wrong_cell() {
    let mixed = b"id;v\n1;S\xc3\xbcd\n2;S\xc3\xbcd\n3;S\xfcd\n";
    let error = open("t.csv", mixed, json!({})).and_then(|data| shown(&*data)).unwrap_err();
    assert!(error.message().contains("record 3 (line 4), column 2: not valid UTF-8"), "{error:?}");
    assert_eq!(error.hint(), Some("correct this cell: letters elsewhere are UTF-8"));
    assert!(hint(b"id;v\n1;S\xfcd\n").contains("encoding=windows-1252"));
}

#[test]
fn a_fault_far_behind_has_its_hint() {
    let table = "1234567,abcdefgh\n".repeat(4_200_000);
    proposes(&format!("a,b\n{table}1\n"), "ragged=pad");
}

#[test]
fn dates_have_each_pattern_that_fits() {
    let one = notes("id,date\n1,1/2/2024\n2,12/15/2024\n");
    let words = "--from csv:delimiter=comma,dates=";
    assert_eq!(one, [format!("t.csv: date is a text; if \"1/2/2024\" is a date: {words}%m/%d/%Y")]);
    let two = notes("id,date\n1,01/02/2024\n2,03/04/2024\n");
    let note = format!(
        "t.csv: date is a text; if \"01/02/2024\" is a date with the day first: {words}%d/%m/%Y, \
         with the month first: {words}%m/%d/%Y"
    );
    assert_eq!(two, [note]);
    let late = rows(300, |row| format!("{row},01/02/2024\n"));
    let late = notes(&format!("id,date\n{late}300,01/13/2024\n"));
    assert!(late[0].ends_with("is a date: --from csv:delimiter=comma,dates=%m/%d/%Y"), "{late:?}");
    assert!(notes("id,date\n1,13/02/2024\n2,02/13/2024\n").is_empty());
}

#[test]
fn an_odd_text_has_its_line_and_what_to_type() {
    let numbers = rows(20, |row| format!("{row},{row}\n\n"));
    let only = notes(&format!("id,x\n{numbers}20,k.A.\n21,5\n22,k.A.\n"));
    let words = "if that is a missing value: --from csv:delimiter=comma,null=k.A.";
    assert_eq!(only, [format!("t.csv: x is a text because of \"k.A.\" (line 42); {words}")]);
    let more = notes(&format!("id,x\n{numbers}20,k.A.\n21,w.n.\n"));
    assert_eq!(more, ["t.csv: x is a text because of \"k.A.\" (line 42)"]);
}

#[test]
fn apostrophes_part_groups_in_either_form() {
    for text in ["id;chf\n1;1'234.50\n", "id;chf\n1;1\u{2019}234.50\n"] {
        let data = open("t.csv", text.as_bytes(), json!({"thousands": "apostrophe"})).unwrap();
        assert_eq!(shown(&*data).unwrap()[1], "1|1234.5");
        let told = data.notes()[0].text.clone();
        assert!(told.contains("thousands=apostrophe"), "{told}");
    }
}
