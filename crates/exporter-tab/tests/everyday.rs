//! What real files hold besides rows: titles, remarks, marks of old programs, stray quotes, names twice.

use exporter_core::Dataset;
use serde_json::json;

use crate::read_options::{kinds, open, shown};

fn notes(data: &dyn Dataset) -> Vec<String> {
    data.notes().into_iter().map(|note| note.text).collect()
}

fn losses(data: &dyn Dataset) -> Vec<String> {
    data.losses().iter().map(ToString::to_string).collect()
}

/// A text is read without options as these lines, of which those above the header are told.
#[track_caller]
fn reads(text: &str, skipped: usize, expected: &[&str]) {
    let data = open("t.csv", text.as_bytes(), json!({})).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(shown(&*data).unwrap(), expected, "{text}");
    let told = losses(&*data);
    assert_eq!(
        told.iter().any(|loss| loss.contains("lines above the header")),
        skipped > 0,
        "{text}: {told:?}"
    );
    if skipped > 1 {
        assert!(told[0].contains(&format!("({skipped} lines)")), "{told:?}");
    }
}

#[test]
fn titles_may_be_filled_up_with_delimiters() {
    let expected = ["name|age|city", "Ann|3|Rome", "Bob|4|Paris"];
    let table = "name,age,city\nAnn,3,Rome\nBob,4,Paris\n";
    reads(&format!("Title,,\n,,\n{table}"), 2, &expected);
    reads(&format!("Title,,\n{table}"), 1, &expected);
    reads(&format!("Title\nSource: here,,\n\n{table}"), 3, &expected);
    reads("Title;;\n;;\nname;sex;city\nAnn;f;Rome\n", 2, &["name|sex|city", "Ann|f|Rome"]);
    // A header may have names only for its first columns.
    reads("a,,\nx,y,z\nu,v,w\n", 0, &["a|column_2|column_3", "x|y|z", "u|v|w"]);
    reads("a,b,c\nTotal,,\n1,2,3\n", 0, &["a|b|c", "Total|.|.", "1|2|3"]);
    reads(",a,b\n0,1,2\n1,,\n", 0, &["column_1|a|b", "0|1|2", "1|.|."]);
}

#[test]
fn titles_may_hold_commas() {
    let expected = ["name|place|city", "Ann|c|Rome", "Bob|d|Paris", "Cid|e|Oslo"];
    let table = "name,place,city\nAnn,c,Rome\nBob,d,Paris\nCid,e,Oslo\n";
    reads(&format!("Report,2024\nSource: x, y\n{table}"), 2, &expected);
    let table = "name,age\nAnn,3\nBob,4\n";
    reads(&format!("A title, with, many, commas\n{table}"), 1, &["name|age", "Ann|3", "Bob|4"]);
    // Short rows below a header of several words are short rows.
    let error = open("t.csv", b"name, age, city\nAnn,Rome\nBob,Oslo\n", json!({})).map(drop).unwrap_err();
    assert!(error.hint().unwrap().starts_with("--from csv:ragged=pad: "), "{error:?}");
}

#[test]
fn comments_may_look_like_rows() {
    let expected = ["a|b|c", "1|2|3", "4|5|6"];
    for text in [
        "a,b,c\n1,2,3\n# one, two, three\n4,5,6\n",
        "a,b,c\n1,2,3\n4,5,6\n# the, last, line\n",
        "# x, y, z\na,b,c\n1,2,3\n4,5,6\n",
    ] {
        let data = open("t.csv", text.as_bytes(), json!({})).unwrap();
        assert_eq!(shown(&*data).unwrap(), expected, "{text}");
        assert!(losses(&*data)[0].contains("lines that start with # are not read"), "{text}");
    }
    // Headers may start with the sign too.
    let block = "#block,name,,\n,x,,\n#field,name,type,n\n,a,text,1\n,b,text,2\n";
    reads(block, 2, &["#field|name|type|n", ".|a|text|1", ".|b|text|2"]);
    reads("#id,n\n1,2\n3,4\n", 0, &["#id|n", "1|2", "3|4"]);
    // Behind the part in which they are looked for.
    let long = format!("a,b,c\n{}# remark\n7,8,9\n", "1,2,3\n".repeat(40_000));
    let error = open("t.csv", long.as_bytes(), json!({})).map(drop).unwrap_err();
    assert!(error.hint().unwrap().starts_with("--from csv:comment=hash: "), "{error:?}");
    let long = format!("a,b,c\n{}# the, last, line\n", "1,2,3\n".repeat(40_000));
    let data = open("t.csv", long.as_bytes(), json!({})).unwrap();
    let note = "t.csv: a is a text because of \"# the\" (line 40002); if that is a comment: --from csv:delimiter=comma,comment=hash";
    assert!(notes(&*data).contains(&note.to_owned()), "{:?}", notes(&*data));
}

#[test]
fn cells_in_notes_are_cut_between_characters() {
    let odd = format!("x{}", "é".repeat(30));
    let told = |odd: &str| {
        let data = open("t.csv", format!("n\n{}{odd}\n", "1\n".repeat(20)).as_bytes(), json!({})).unwrap();
        notes(&*data).pop().unwrap()
    };
    let words = format!("if that is a missing value: --from csv:delimiter=comma,null={odd}");
    assert_eq!(told(&odd), format!("t.csv: n is a text because of {odd:?} (line 22); {words}"));
    let short: String = odd.repeat(2).chars().take(40).collect();
    assert_eq!(told(&odd.repeat(2)), format!("t.csv: n is a text because of \"{short}…\" (line 22)"));
}

#[test]
fn what_ends_a_text_is_no_row() {
    reads("a,b\n1,2\n\x1a", 0, &["a|b", "1|2"]);
    reads("a,b\r\n1,2\r\n\x1a\r\n", 0, &["a|b", "1|2"]);
    reads("a\n1\n2\n\x1a", 0, &["a", "1", "2"]);
    reads("a,b\r\n1,2\r\n\r\n\r\n", 0, &["a|b", "1|2"]);
    reads("a,b\n1,2\n  \n \t\n3,4\n   ", 0, &["a|b", "1|2", "3|4"]);
    reads("a\nx\n  \ny\n\n", 0, &["a", "x", "  ", "y", "."]);
}

#[test]
fn quotes_inside_a_cell_may_stand_alone() {
    let read =
        |text: &str| shown(&*open("t.csv", text.as_bytes(), json!({"lenient": true})).unwrap()).unwrap();
    let spanning = "id,t\n1,\"say \"hi\" now\nsecond, line\"\n2,x\n3,\"a\nb\"\n";
    assert_eq!(read(spanning), ["id|t", "1|say \"hi\" now\nsecond, line", "2|x", "3|a\nb"]);
    assert_eq!(read("a,b\n\"x\"y,2\n\"p,q\" r,3\n"), ["a|b", "\"x\"y|2", "\"p,q\" r|3"]);
    assert_eq!(read("a,b\n\"5\" x 3\"\",\"\"\"q\"\"\"\n1,2\n"), ["a|b", "5\" x 3\"|\"q\"", "1|2"]);
    let many = spanning.split_once('\n').unwrap().1.repeat(60_000);
    let data = open("t.csv", format!("id,t\n{many}").as_bytes(), json!({"lenient": true})).unwrap();
    assert_eq!(data.rows(exporter_core::TableId(0)), Some(180_000), "over the borders of pieces");
}

#[test]
fn hints_lose_nothing_where_they_can() {
    let hint = |text: &str| {
        let error = open("t.csv", text.as_bytes(), json!({})).map(drop).unwrap_err();
        error.hint().unwrap().to_owned()
    };
    for text in ["price\n1,5\n2,75\n3,25\n", "price\n1,5\n2,7\n"] {
        assert_eq!(hint(text), "--from csv:delimiter=semicolon: each line is one cell");
        let data = open("t.csv", text.as_bytes(), json!({"delimiter": ";"})).unwrap();
        assert_eq!((kinds(&*data), shown(&*data).unwrap()[1].as_str()), (vec!["float".to_owned()], "1.5"));
    }
    assert!(hint("Title\nname,city\nAnn,Rome\nBob,Oslo\n").starts_with("--from csv:skip-lines=1: "));
    let above = hint("Report,2024\nBy,me\nname,place,city\nAnn,c,Rome\nBob,d,Paris\nCid,e,Oslo\n");
    assert_eq!(above, "--from csv:skip-lines=2: the lines above the first row of more cells are left out");
    let cut = hint("a,b\n1,2\n3,4,5\n6,7,8\n");
    assert!(cut.starts_with("--from csv:ragged=truncate: "), "{cut}");
    assert!(cut.ends_with("; 2 cells with a value are left out"), "{cut}");
}

#[test]
fn utf_16_needs_no_mark() {
    let text = "a,b\n1,é\n2,ü\n";
    for (encoding, bytes) in
        [("utf-16le", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("utf-16be", u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        let data = open("t.csv", &bytes, json!({})).unwrap();
        assert_eq!(shown(&*data).unwrap(), ["a|b", "1|é", "2|ü"]);
        assert_eq!(
            notes(&*data)[0],
            format!("t.csv: read as --from csv:delimiter=comma,encoding={encoding}")
        );
    }
}

#[test]
fn a_nul_is_told_with_its_place() {
    let data = open("t.csv", b"a,b\n1,x\0y\n2,z\n", json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1|x\0y", "2|z"]);
    assert!(
        notes(&*data)[1].starts_with("t.csv: line 2 holds a NUL (byte 8 of the text)"),
        "{:?}",
        notes(&*data)
    );
}

#[test]
fn names_may_stand_twice() {
    let data = open("t.csv", b"a,b,a,a_2\n1,2,3,4\n", json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b|a_3|a_2", "1|2|3|4"]);
    let loss = "csv: name-changed t.a_3: the columns 1 and 3 are named \"a\", read as a_3 (1 value)";
    assert!(losses(&*data)[0].starts_with(loss.trim_end_matches(" (1 value)")), "{:?}", losses(&*data));
    assert_eq!(notes(&*data)[1], "t.csv: the columns 1 and 3 are named \"a\": the later one is read as a_3");
    let error = open("t.csv", b"a,a\n1,2\n", json!({"duplicates": "error"})).map(drop).unwrap_err();
    assert!(error.message().contains("both named"));
}

#[test]
fn points_between_groups_are_no_decimal_points() {
    let data = open("t.csv", b"a;b\n1.500;1,5\n2.250;2,75\n", json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1.500|1.5", "2.250|2.75"]);
    let words = "--from csv:delimiter=semicolon,decimal=comma,thousands=point";
    assert_eq!(notes(&*data)[1], format!("t.csv: 1.500 is a text; if it is a number: {words}"));
    let data = open("t.csv", b"a;b\n1.500;1,5\n", json!({"decimal": "comma", "thousands": "point"})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1500|1.5"]);
    let data = open("t.csv", b"a;b\n1.500;x\n", json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1.5|x"]);
    let both = open("t.csv", b"a;b\n1.234,5;1.500\n", json!({})).unwrap();
    assert_eq!(shown(&*both).unwrap()[1], "1.234,5|1.500");
}

#[test]
fn decimal_commas_may_stand_in_quotes_between_commas() {
    let text = b"a,b\n\"1,5\",x\n\"2,5\",y\n";
    let data = open("t.csv", text, json!({"decimal": "comma"})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1.5|x", "2.5|y"]);
    let data = open("t.csv", text, json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap()[1], "1,5|x");
    assert!(notes(&*data)[1].contains("--from csv:delimiter=comma,decimal=comma"), "{:?}", notes(&*data));
}
