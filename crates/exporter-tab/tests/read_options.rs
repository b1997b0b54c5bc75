//! Options that say how a text is cut and how its cells stand for values.

use exporter_core::dataset::display_rows;
use exporter_core::{Context, Dataset, Error, Registry, Result, Scan, Source, TableId};
use serde_json::{Value as Json, json};

pub(crate) fn open(name: &str, text: &[u8], options: Json) -> Result<Box<dyn Dataset>> {
    let context = Context::default().with_threads(2);
    let source = Source::memory(name, text.to_vec());
    exporter_tab::register(Registry::new()).open_as("csv", &source, options, &context)
}

/// The names of the columns and the cells of a dataset, a bar between cells and a point for a null.
pub(crate) fn shown(data: &dyn Dataset) -> Result<Vec<String>> {
    let variables = &data.codebook().tables[0].variables;
    let names = variables.iter().map(|variable| variable.name.clone()).collect::<Vec<_>>();
    let mut lines = vec![names.join("|")];
    for batch in Context::default().with_threads(2).scan(data, TableId(0), &Scan::all())? {
        let cell = |cell: Option<String>| cell.unwrap_or_else(|| ".".into());
        lines.extend(
            display_rows(&batch?)?
                .into_iter()
                .map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join("|")),
        );
    }
    Ok(lines)
}

pub(crate) fn kinds(data: &dyn Dataset) -> Vec<String> {
    data.codebook().tables[0].variables.iter().map(|variable| variable.kind.to_string()).collect()
}

fn rows(text: &str, options: Json) -> Result<Vec<String>> {
    shown(&*open("t.csv", text.as_bytes(), options)?)
}

#[track_caller]
fn reads(text: &str, options: Json, expected: &[&str]) {
    assert_eq!(rows(text, options.clone()).unwrap_or_else(|error| panic!("{options}: {error:?}")), expected);
}

#[track_caller]
fn refuses(text: &str, options: Json) -> Error {
    rows(text, options).map(drop).unwrap_err()
}

#[test]
fn lines_above_the_header_are_skipped() {
    let text = "Report\n\"odd\nid,n\n1,2\n";
    reads(text, json!({"skip-lines": 2}), &["id|n", "1|2"]);
    let data = open("t.csv", text.as_bytes(), json!({"skip-lines": 2})).unwrap();
    assert!(data.losses().is_empty(), "what was asked for is no loss");
    assert!(refuses("a\n", json!({"skip-lines": 5})).message().contains("empty"));
    reads("x\r\ny\ra,b\r1,2\r", json!({"skip-lines": 2}), &["a|b", "1|2"]);
}

#[test]
fn comments_are_whole_lines() {
    let text = "# one, \"two\na,b\n#,\"\n1,#2\n  # 3,4\n# end";
    reads(text, json!({"comment": "#"}), &["a|b", "1|#2", "  # 3|4"]);
    reads("a,b\n#1,2\n", json!({"comment": "none"}), &["a|b", "#1|2"]);
    reads("% x\na\n", json!({"comment": "percent", "header": "none"}), &["column_1", "a"]);
}

#[test]
fn quotes_are_chosen() {
    reads("a,b\n'x,''y''',\"z\n", json!({"quote": "'"}), &["a|b", "x,'y'|\"z"]);
    reads("a,b\n\"x,y\"\n", json!({"quote": "none"}), &["a|b", "\"x|y\""]);
    reads("a,b\n\"x\"y,2\n\"p,q\" r,3\n", json!({"lenient": true}), &["a|b", "\"x\"y|2", "\"p,q\" r|3"]);
    assert!(open("t.csv", b"a\n", json!({"quote": "ab"})).is_err());
    assert!(open("t.csv", b"a\n", json!({"quote": ",", "delimiter": ","})).is_err());
}

#[test]
fn escapes_are_chosen() {
    let text = "a,b\n\"say \\\"hi\\\", \\\\ \"\"you\"\"\",C:\\new\nx\\,y,\\\"\nlast\\\nline,2\n";
    let expected = ["a|b", "say \"hi\", \\ \"you\"|C:\\new", "x,y|\"", "last\nline|2"];
    reads(text, json!({"escape": "backslash"}), &expected);
    reads(text, json!({"escape": "\\"}), &expected);
    reads("a\n\"x\"\"y\"\n", json!({"escape": "\""}), &["a", "x\"y"]);
    reads("a\n\"x\"\"y\"\n", json!({"escape": "doubled"}), &["a", "x\"y"]);
}

#[test]
fn ragged_rows_are_refused_padded_or_truncated() {
    let text = "a,b,c\n1,2\n3,4,5,\n6,7,8\n";
    let error = refuses(text, json!({}));
    assert!(error.hint().unwrap().starts_with("--from csv:ragged=pad: "), "{error:?}");
    reads(text, json!({"ragged": "pad"}), &["a|b|c", "1|2|.", "3|4|5", "6|7|8"]);
    let surplus = "a,b\n1,2\n3,4,5,6\n7\n8,9,\n1,2,3\n";
    assert!(refuses(surplus, json!({"ragged": "pad"})).message().contains("expected 2 cells, got 4"));
    let data = open("t.csv", surplus.as_bytes(), json!({"ragged": "truncate"})).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b", "1|2", "3|4", "7|.", "8|9", "1|2"]);
    let losses: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
    let loss =
        "csv: cell-dropped t: cells beyond the last column are left out (3 cells), first at row 2: \"5\"";
    assert_eq!(losses, [loss]);
    let one = open("t.csv", b"a,b,c\n1,2\n3,4,5\n", json!({"ragged": "pad"})).unwrap();
    let batches = Context::default().scan(&*one, TableId(0), &Scan::all().columns([2, 0])).unwrap();
    let cells: Vec<_> = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap()).collect();
    assert_eq!(cells, [[None, Some("1".into())], [Some("5".into()), Some("3".into())]]);
}

#[test]
fn a_delimiter_may_end_each_row() {
    for text in ["a,b\n1,2,\n3,4,\n", "a,b,\n1,2,\n3,4,\n", "a,b\n1,2\n3,4,\n"] {
        reads(text, json!({"trailing-delimiter": true}), &["a|b", "1|2", "3|4"]);
    }
    assert!(refuses("a,b\n1,2,3\n", json!({"trailing-delimiter": true})).message().contains("got 3"));
}

#[test]
fn rows_may_have_names() {
    reads("a,b\nx,1,2\ny,3,4\n", json!({"row-names": true}), &["column_1|a|b", "x|1|2", "y|3|4"]);
}

#[test]
fn numbers_have_the_marks_that_are_chosen() {
    let data =
        open("t.csv", b"a;b;c\n1.234,5;1.234;x\n-7,25;12;y\n", json!({"decimal": ",", "thousands": "."}));
    let data = data.unwrap();
    assert_eq!(shown(&*data).unwrap(), ["a|b|c", "1234.5|1234|x", "-7.25|12|y"]);
    assert_eq!(kinds(&*data), ["float", "integer", "text"]);
    reads("a\n\"1,234\"\n12\n", json!({"thousands": "comma"}), &["a", "1234", "12"]);
    reads("a\n\"1,23\"\n12\n", json!({"thousands": "comma"}), &["a", "1,23", "12"]);
    assert!(open("t.csv", b"a\n", json!({"thousands": ".", "decimal": "."})).is_err());
}

#[test]
fn missing_texts_have_two_names() {
    for name in ["null", "missing-texts"] {
        reads("a,b\n1,x\n-,N/A\n", json!({name: "-|N/A"}), &["a|b", "1|x", ".|."]);
    }
    assert!(open("t.csv", b"a\n", json!({"null": "x", "missing-texts": "y"})).is_err());
}

#[test]
fn dates_and_booleans_are_found_as_the_options_write_them() {
    for (text, dates, expected) in [
        ("d\n31/12/2024\n01/02/2024\n", "%d/%m/%Y", ["d", "2024-12-31", "2024-02-01"]),
        ("d\n31.12.2024\n01.02.2024\n", "%d.%m.%Y", ["d", "2024-12-31", "2024-02-01"]),
    ] {
        let data = open("t.csv", text.as_bytes(), json!({"dates": dates})).unwrap();
        assert_eq!(
            (kinds(&*data), shown(&*data).unwrap()),
            (vec!["date".into()], expected.map(str::to_owned).to_vec())
        );
    }
    let text = b"a,b\ntrue,yes\nfalse,no\n";
    let data = open("t.csv", text, json!({"booleans": "yes/no"})).unwrap();
    assert_eq!((kinds(&*data), shown(&*data).unwrap().len()), (vec!["text".into(), "boolean".into()], 3));
}

#[test]
fn an_empty_line_is_a_missing_value_of_the_only_column() {
    reads("name\nAna\n\nBea\n", json!({}), &["name", "Ana", ".", "Bea"]);
    reads("a\nx\r\n\r\n\r\ny\r\n\r\n", json!({}), &["a", "x", ".", ".", "y", "."]);
    reads("a\n1\n\n2\n", json!({}), &["a", "1", ".", "2"]);
    reads("\n\na\n1\n", json!({}), &["a", "1"]);
    reads("\n\nx\n", json!({"header": "none"}), &["column_1", ".", ".", "x"]);
    reads("a,b\n1,2\n\n3,4\n", json!({}), &["a|b", "1|2", "3|4"]);
    let error = refuses("\n", json!({}));
    assert!(error.hint().unwrap().starts_with("--from csv:header=none"), "{error:?}");
    reads("\n", json!({"header": "none"}), &["column_1", "."]);
}

#[test]
fn encodings_have_the_names_of_other_programs() {
    let read = |bytes: &[u8], encoding: &str| shown(&*open("t.csv", bytes, json!({"encoding": encoding}))?);
    for encoding in ["latin1", "iso-8859-1", "cp1252", "windows-1252", "LATIN_1"] {
        assert_eq!(read(b"a\ncaf\xe9\n", encoding).unwrap(), ["a", "café"], "{encoding}");
    }
    assert_eq!(read(b"a\n\xa4\n", "iso-8859-15").unwrap(), ["a", "€"]);
    assert_eq!(read(b"\xef\xbb\xbfa\nx\n", "utf-8-sig").unwrap(), ["a", "x"]);
    assert_eq!(read(b"\xfe\xff\0a\0\n\0x", "utf16").unwrap(), ["a", "x"]);
    assert_eq!(read(b"a\n\x93\xfa\x96\x7b\n", "shift_jis").unwrap(), ["a", "日本"]);
    assert_eq!(read(b"a\n\xd6\xd0\n", "gb18030").unwrap(), ["a", "中"]);
    assert!(read(b"a\n", "cp850").unwrap_err().message().contains("no encoding that is read"));
    assert!(read(b"a\n\xe9\n", "ascii").is_err());
}

#[test]
fn options_of_other_programs_are_answered_with_ours() {
    for (typed, own) in [
        ("sep", "delimiter"),
        ("delim", "delimiter"),
        ("na_values", "null"),
        ("na", "null"),
        ("nullstr", "null"),
        ("skip", "skip-lines"),
        ("skiprows", "skip-lines"),
        ("skip_lines", "skip-lines"),
        ("quotechar", "quote"),
        ("escapechar", "escape"),
        ("dateformat", "dates"),
        ("dec", "decimal"),
        ("null_padding", "ragged"),
        ("has_header", "header"),
        ("strict_mode", "lenient"),
        ("charset", "encoding"),
    ] {
        let error = open("t.csv", b"a\n", json!({typed: "x"})).map(drop).unwrap_err();
        let hint = error.hint().unwrap();
        assert!(hint.starts_with(&format!("did you mean {own:?}? ")), "{typed}: {hint}");
    }
}

fn losses(data: &dyn Dataset) -> Vec<String> {
    data.losses().iter().map(ToString::to_string).collect()
}

#[test]
fn times_keep_their_offsets() {
    let same = "t\n2024-01-02T10:11:12.123+02:00\n\n2024-06-02 23:30:00+0200\n";
    let data = open("t.csv", same.as_bytes(), json!({})).unwrap();
    assert_eq!(kinds(&*data), ["datetime(ms, +02:00)"]);
    assert_eq!(
        shown(&*data).unwrap(),
        ["t", "2024-01-02T10:11:12.123+02:00", ".", "2024-06-02T23:30:00+02:00"]
    );
    assert!(losses(&*data).is_empty());
    let utc = open("t.csv", same.as_bytes(), json!({"offsets": "utc"})).unwrap();
    assert_eq!(kinds(&*utc), ["datetime(ms, UTC)"]);
    assert_eq!(shown(&*utc).unwrap()[1], "2024-01-02T08:11:12.123Z");
    let loss = "csv: time-zone t.t: times are read as moments, and their own offsets are lost (2 values), first at row 1: \
                \"2024-01-02T10:11:12.123+02:00\"";
    assert_eq!(losses(&*utc), [loss]);
    let mixed = "t\n2024-01-02T10:00:00Z\n2024-01-02T10:00:00+03:00\n";
    let data = open("t.csv", mixed.as_bytes(), json!({})).unwrap();
    assert_eq!((kinds(&*data), losses(&*data)), (vec!["text".to_owned()], vec![]));
    assert_eq!(shown(&*data).unwrap(), mixed.lines().collect::<Vec<_>>());
    let utc = open("t.csv", mixed.as_bytes(), json!({"offsets": "utc"})).unwrap();
    assert!(
        losses(&*utc)[0].ends_with("first at row 2: \"2024-01-02T10:00:00+03:00\""),
        "{:?}",
        losses(&*utc)
    );
    let zulu = open("t.csv", b"t\n2024-01-02T10:00:00Z\n2024-01-02T10:00:00+00:00\n", json!({})).unwrap();
    assert_eq!((kinds(&*zulu), losses(&*zulu)), (vec!["datetime(s, UTC)".to_owned()], vec![]));
    let pattern = json!({"datetimes": "%d.%m.%Y %H:%M %z"});
    let data = open("t.csv", b"t\n31.12.2024 23:00 -0500\n", pattern).unwrap();
    assert_eq!(shown(&*data).unwrap(), ["t", "2024-12-31T23:00:00-05:00"]);
}

#[test]
fn digits_beyond_a_double_are_kept() {
    let text = "lat,lon\n12.44442612345678901,1\n-1.546974123456789012,0.30000000000000004\n,2\n";
    let data = open("t.csv", text.as_bytes(), json!({})).unwrap();
    assert_eq!(
        (kinds(&*data), losses(&*data)),
        (vec!["decimal(20, 18)".to_owned(), "float".to_owned()], vec![])
    );
    let expected =
        ["lat|lon", "12.444426123456789010|1.0", "-1.546974123456789012|0.30000000000000004", ".|2.0"];
    assert_eq!(shown(&*data).unwrap(), expected);
    let rounded = open("t.csv", text.as_bytes(), json!({"digits": "double"})).unwrap();
    assert_eq!(kinds(&*rounded), ["float", "float"]);
    let loss = "csv: precision t.lat: decimals are rounded to the nearest double (2 values), first at row 1: \
                \"12.44442612345678901\"";
    assert_eq!(losses(&*rounded), [loss]);
    let long = "x\n0.123456789012345678901234567890123456789\n";
    let data = open("t.csv", long.as_bytes(), json!({})).unwrap();
    assert_eq!(shown(&*data).unwrap(), long.lines().collect::<Vec<_>>(), "no decimal has so many digits");
    let comma = open("t.csv", b"a;b\n1,12345678901234567890;x\n", json!({"decimal": "comma"})).unwrap();
    assert_eq!(shown(&*comma).unwrap()[1], "1.1234567890123456789|x");
}
