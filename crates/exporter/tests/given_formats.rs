//! A format that is given for inputs, and files of one table in several formats.

use std::sync::Arc;

use exporter::dataset::display_rows;
use exporter::sink::MemorySink;
use exporter::source::MemoryFiles;
use exporter::{AssembledDataset, Context, Dataset, ErrorKind, InputOptions, Result, Scan, Source, TableId};
use serde_json::{Value as Json, json};

const CSV: &[u8] = b"a;b\n\"1.234,50\";31.12.2024\n";

/// What a folder of these files is, read in a format with options.
fn open(files: &[(&'static str, Vec<u8>)], format: Option<&str>, options: Json) -> Result<AssembledDataset> {
    let mut input = InputOptions::default();
    (input.format, input.options) = (format.map(str::to_owned), options);
    let files = MemoryFiles::new(files.iter().cloned());
    exporter::open_sources(
        &[Source::files("f", Arc::new(files))],
        &input,
        &exporter::registry(),
        &Context::default(),
    )
}

fn rows(data: &AssembledDataset, table: usize) -> Vec<Vec<Option<String>>> {
    let batches = Context::default().scan(data, TableId(table), &Scan::all()).unwrap();
    batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap()).collect()
}

/// A study file with these data files, of which `a` is a number and `b` a date.
fn study(data: &str) -> Vec<u8> {
    let variables = "[[tables.variables]]\nname = \"a\"\nkind = \"float\"\n\
                     [[tables.variables]]\nname = \"b\"\nkind = \"date\"\n";
    format!(
        "codebook = 1\n[study]\nid = \"s\"\n[data]\n{data}\n[[tables]]\nname = \"t\"\n{variables}\
         [[tables]]\nname = \"u\"\n{variables}"
    )
    .into_bytes()
}

/// A file in a format, with a table `u`.
fn written(format: &str) -> Vec<u8> {
    let data = open(&[("u.csv", b"a;b\n2,5;2025-01-02\n".to_vec())], None, Json::Null).unwrap();
    let sink = MemorySink::new();
    let exporter = exporter::registry().exporter(format, Json::Null).unwrap();
    exporter::export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    sink.entries().into_values().next().unwrap().to_vec()
}

#[test]
fn what_is_given_with_a_study_file_is_said_of_its_data_files() {
    let given = json!({"decimal": "comma", "thousands": "point", "dates": "%d.%m.%Y"});
    let wanted = [[Some("1234.5".to_owned()), Some("2024-12-31".to_owned())]];
    let files =
        |data: &str| vec![("s.toml", study(data)), ("d.csv", CSV.to_vec()), ("u.dta", written("dta"))];
    let plain = "t = \"d.csv\"\nu = \"u.dta\"";
    let one = open(&files(plain), Some("csv"), given.clone()).unwrap();
    assert_eq!(rows(&one, 0), wanted);

    // What the study states itself holds beside; what is given goes before it. Files in other formats are read as they are.
    let stated =
        "t = { file = \"d.csv\", options = { thousands = \"point\", dates = \"%Y\" } }\nu = \"u.dta\"";
    let some = json!({"decimal": "comma", "dates": "%d.%m.%Y"});
    let both = open(&files(stated), Some("csv"), some.clone()).unwrap();
    assert_eq!(rows(&both, 0), wanted);
    assert_eq!(rows(&both, 1), [[Some("2.5".to_owned()), Some("2025-01-02".to_owned())]]);
    let as_csv = "t = { file = \"d.csv\", format = \"csv\" }\nu = \"u.dta\"";
    let as_stated = open(&files(as_csv), Some("dta"), Json::Null).unwrap();
    assert_eq!(rows(&as_stated, 1), rows(&both, 1));

    // Without it the words of the hint are those with which it is read.
    let error = Context::default().scan(&as_stated, TableId(0), &Scan::all()).unwrap().find_map(Result::err);
    let error = error.unwrap();
    assert!(error.message().contains("\"1.234,50\" is not a number"), "{error}");
    assert!(error.hint().unwrap().contains("--from csv:"), "{error:?}");
    assert!(error.hint().unwrap().contains("decimal=comma,thousands=point"), "{error:?}");
}

#[test]
fn a_format_that_no_data_file_has_is_refused() {
    let files = [("s.toml", study("t = \"u.dta\"\nu = \"u.dta\"")), ("u.dta", written("dta"))];
    let error = open(&files, Some("csv"), Json::Null).err().unwrap();
    assert!(error.message().contains("none of its data files is in the format csv"), "{error}");
    let source = Source::memory("s.toml", study(""));
    let mut input = InputOptions::default();
    input.format = Some("csv".to_owned());
    let error = exporter::open_sources(&[source], &input, &exporter::registry(), &Context::default());
    let error = error.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.message().contains("names no data files"), "{error}");
}

#[test]
fn of_files_side_by_side_that_are_equal_the_first_is_read() {
    let notes = |data: &AssembledDataset| -> Vec<String> {
        data.notes().into_iter().filter(|note| !note.is_usual).map(|note| note.text).collect()
    };
    let csv = || b"a,b\n1,2025-01-02\n".to_vec();
    let files = [("u.csv", csv()), ("u.sav", written("sav")), ("u.zsav", written("zsav"))];
    let note = "f holds tables more than once: u is read from u.sav, not from u.zsav, u.csv";
    let best = open(&files, None, Json::Null).unwrap();
    assert_eq!((rows(&best, 0)[0][0].as_deref(), notes(&best)), (Some("2.5"), vec![note.to_owned()]));
    assert_eq!(rows(&open(&files, Some("sav"), Json::Null).unwrap(), 0)[0][0].as_deref(), Some("2.5"));
    let zsav = open(&files, Some("zsav"), Json::Null).unwrap();
    assert_eq!(notes(&zsav), ["f: not read because of --from zsav: u.csv, u.sav"]);
    // The words of several formats that are as rich.
    let texts = [("u.csv", csv()), ("u.tab", b"a\tb\n7\t2025-01-02\n".to_vec())];
    let first = open(&texts, None, Json::Null).unwrap();
    assert_eq!(rows(&first, 0)[0][0].as_deref(), Some("1"));
    assert_eq!(notes(&first), ["f holds tables more than once: u is read from csv, not from tab"]);
    // One below another folder is another file.
    let apart = [("x/u.csv", csv()), ("y/u.csv", csv())];
    let hint = open(&apart, None, Json::Null).err().unwrap();
    assert_eq!(hint.hint(), Some("name the folder that is meant, f/x, or rename one of the files"));
}

/// A file of many rows in a format, cut off within them.
fn cut(format: &str) -> Vec<u8> {
    let rows: String = (0..400).map(|row| format!("{row}.5\n")).collect();
    let data = open(&[("u.csv", format!("a\n{rows}").into_bytes())], None, Json::Null).unwrap();
    let sink = MemorySink::new();
    let exporter = exporter::registry().exporter(format, json!({ "codebook": false })).unwrap();
    exporter::export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    let mut bytes = sink.entries().into_values().next().unwrap().to_vec();
    bytes.truncate(bytes.len() - 800);
    bytes
}

#[test]
fn what_is_given_for_a_damaged_file_leaves_those_of_other_formats_as_they_are() {
    let csv = || b"a\n7\n".to_vec();
    for format in ["sav", "dta"] {
        let damaged: &'static str = if format == "sav" { "d.sav" } else { "d.dta" };
        let lenient = json!({ "lenient": true });
        let others = || vec![(damaged, cut(format)), ("t.csv", csv()), ("p.parquet", written("parquet"))];
        let study = format!("codebook = 1\n[data]\nt = \"t.csv\"\nd = \"{damaged}\"\np = \"p.parquet\"\n");
        // As a study, and as a folder of files.
        let mut named = vec![("s.toml", study.into_bytes())];
        named.extend(others());
        for files in [named, others()] {
            let error = open(&files, None, Json::Null).err().unwrap();
            assert!(error.hint().unwrap().contains(&format!("{format}:lenient=true")), "{error:?}");
            let data = open(&files, Some(format), lenient.clone()).unwrap();
            let rows_of = |name: &str| {
                let (table, _) = data.codebook().table(name).unwrap();
                rows(&data, table)
            };
            assert_eq!(rows_of("t"), [[Some("7".to_owned())]]);
            assert!((200..400).contains(&rows_of("d").len()), "{}", rows_of("d").len());
            assert_eq!(data.codebook().tables.len(), 3);
            assert!(!data.notes().iter().any(|note| note.text.contains("not read")));
        }
        // As several inputs.
        let sources: Vec<Source<'_>> =
            others().into_iter().map(|(name, bytes)| Source::memory(name, bytes)).collect();
        let mut input = InputOptions::default();
        (input.format, input.options) = (Some(format.to_owned()), lenient);
        let (registry, context) = (exporter::registry(), Context::default());
        let data = exporter::open_sources(&sources, &input, &registry, &context).unwrap();
        assert_eq!(rows(&data, 1), [[Some("7".to_owned())]]);
        assert!((200..400).contains(&rows(&data, 0).len()));
        // Where none is in the format, that is wrong.
        let error = exporter::open_sources(&sources[1..], &input, &registry, &context).err().unwrap();
        assert_eq!(error.message(), format!("none of these files is in the format {format}"));
    }
}

#[test]
fn options_that_say_more_than_damage_leave_other_files_out_and_the_note_says_why() {
    let files = [("d.sav", written("sav")), ("t.csv", b"a\n7\n".to_vec()), ("x.md", b"note".to_vec())];
    let data = open(&files, Some("sav"), json!({ "encoding": "utf-8", "lenient": true })).unwrap();
    assert_eq!(data.codebook().tables.len(), 1);
    let notes: Vec<String> = data.notes().into_iter().map(|note| note.text).collect();
    assert!(notes.contains(&"f: not read because of --from sav: t.csv".to_owned()), "{notes:?}");
    // The file of the format goes before a richer one of the same table.
    let twice = [("u.sav", written("sav")), ("u.parquet", written("parquet"))];
    let note = "f holds tables more than once: u is read from sav, not from parquet";
    let data = open(&twice, Some("sav"), json!({ "lenient": true })).unwrap();
    assert!(data.notes().iter().any(|found| found.text == note), "{:?}", data.notes());
}

#[test]
fn a_file_of_another_format_than_is_given_is_told_by_its_own() {
    let given = |name: &'static str, bytes: &[u8], format: &str| {
        let mut input = InputOptions::default();
        input.format = Some(format.to_owned());
        let source = Source::memory(name, bytes.to_vec());
        exporter::open_sources(&[source], &input, &exporter::registry(), &Context::default())
    };
    for format in ["sav", "zsav", "dta", "parquet", "arrow"] {
        let error = given("m.csv", b"id,x\n1,2\n", format).err().unwrap();
        assert!(error.message().contains(&format!("this file is csv, not {format}")), "{format}: {error}");
        assert_eq!(error.hint(), Some("read it with --from csv, or leave --from out"), "{format}");
    }
    // What is called like a file of the format, or like none, is a damaged one.
    for name in ["m.sav", "m"] {
        let error = given(name, b"id,x\n1,2\n", "sav").err().unwrap();
        assert!(error.hint().unwrap().contains("fetch it again"), "{error:?}");
    }
    // A damaged file is not said to be in the format that its reader has another name for.
    let mut damaged = written("zsav");
    damaged.truncate(damaged.len() - 8);
    let error = given("u.zsav", &damaged, "zsav").err().unwrap();
    assert!(!error.message().contains("not zsav"), "{error}");
    assert!(error.message().contains("cut off"), "{error}");
}
