//! Whatever a sound codebook says, its document is valid and says it again.

mod each_element;
mod kept;

use std::collections::HashMap;

use exporter_core::check::Findings;
use exporter_core::codebook::{Codebook, Kind, Missing, Question, Role, Table, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};
use exporter_testkit::{codebook, soaked};
use proptest::prelude::*;

use crate::check::check;
use crate::data_file::DataFile;
use crate::exporter::DdiExporter;
use crate::mapping::texts::Languages;
use crate::options::DdiOptions;
use crate::reader::read;
use crate::structure::Version;
use crate::writer::DdiWriter;

/// The document of a codebook whose tables are in csv files.
fn document(codebook: &Codebook, version: Version) -> String {
    with_files(codebook, version, &DataFile::default())
}

/// The document of a codebook whose tables are in files like this one.
fn with_files(codebook: &Codebook, version: Version, like: &DataFile) -> String {
    let file = |name: &str| {
        let (path, media_type) = (format!("{name}.csv"), "text/csv".to_owned());
        vec![DataFile { path, media_type, ..like.clone() }]
    };
    let files: Vec<_> = codebook.tables.iter().map(|table| file(&table.name)).collect();
    let mut writer = DdiWriter {
        codebook,
        files: &files,
        rows: &vec![Some(3); codebook.tables.len()],
        statistics: &[],
        documents: &vec![None; codebook.documents.len()],
        languages: Languages::of(codebook),
        version,
        profile: Default::default(),
        date: Some("2026-01-31"),
    };
    let with_ids = writer.with_ids().map(|(codebook, _)| codebook);
    writer.codebook = with_ids.as_ref().unwrap_or(codebook);
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn findings(xml: &str) -> Vec<String> {
    let mut findings = Findings::default();
    check(xml.as_bytes(), &mut findings, &|| false).unwrap();
    findings.listed().iter().map(|finding| finding.message.clone()).collect()
}

/// What a document can say of a codebook: no bytes of documents, nothing of rows.
fn sayable(mut codebook: Codebook) -> Codebook {
    for document in &mut codebook.documents {
        (document.bytes, document.path) = (None, None);
    }
    for table in &mut codebook.tables {
        table.rows = None;
        for variable in &mut table.variables {
            variable.facts = variable.facts.of_files();
        }
    }
    codebook
}

/// Exports a codebook without rows; what it loses.
fn losses(codebook: Codebook) -> Vec<String> {
    let batches = codebook.tables.iter().map(|_| Vec::new()).collect();
    let data = MemoryDataset::new(codebook, batches).unwrap();
    let sink = Box::new(MemorySink::new());
    let summary = export(&DdiExporter::default(), &data, sink, &Context::default()).unwrap();
    let losses = summary.changes.losses.iter();
    losses.map(|loss| format!("{} {} {}", loss.code, loss.count, loss.action)).collect()
}

#[test]
fn documents_of_the_first_versions_are_not_written() {
    let options = DdiOptions { version: Version::V1, ..DdiOptions::default() };
    let data = MemoryDataset::new(Codebook::new("s"), Vec::new()).unwrap();
    let sink = Box::new(MemorySink::new());
    let error = export(&DdiExporter::new(options), &data, sink, &Context::default()).unwrap_err();
    assert!(error.to_string().contains("1.2.2 are read, and not written"), "{error}");
    assert!(serde_json::from_str::<DdiOptions>("{\"version\": \"V1\"}").is_err());
}

#[test]
fn what_becomes_of_texts_is_told() {
    let variable = |name: &str| Variable::new(name, Kind::INTEGER).with_label("Age");
    let quiet = Codebook::new("s").with_languages(["en"]).with_table(Table::new("t", vec![variable("a")]));
    assert_eq!(losses(quiet), [""; 0]);
    let mut question = Question::new("Are you <b>well</b>?");
    question.instructions = "a\u{1}b\u{2}".into();
    let mut asked = variable("a").with_question(question);
    asked.role = Some(Role::Target);
    asked.label = asked.label.with("Swahili", "Umri");
    let table = Table::new("t", vec![asked]).with_sort(["a"]);
    let mut told = losses(Codebook::new("s").with_table(table).with_languages(["en", "Swahili"]));
    told.sort();
    assert_eq!(
        told,
        [
            "metadata-dropped 1 HTML in texts is left out, and only a note keeps it",
            "metadata-dropped 1 roles are kept in a note that other programs do not read",
            "name-changed 1 the language \"Swahili\" is no language tag, and sw stands for it",
            "sort-order-dropped 1 kept in a note that other programs do not read",
            "text-replaced 2 characters that XML cannot hold are written as U+FFFD",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(soaked(64)))]

    #[test]
    fn every_sound_codebook_has_a_valid_document_that_says_all_of_it(codebook in codebook::sound()) {
        for version in [Version::V2_5, Version::V2_6] {
            let xml = document(&codebook, version);
            prop_assert_eq!(findings(&xml), Vec::<String>::new(), "{}", xml);
            let mut read = read(xml.as_bytes()).unwrap();
            read.codebook.tables.iter_mut().for_each(|table| table.rows = None);
            prop_assert_eq!(&read.codebook, &sayable(codebook.clone()), "{}", xml);
            // And the document of what was read is the same.
            prop_assert_eq!(document(&read.codebook, version), xml);
        }
    }
}

/// Stata has `.a` where the codebook has -9.
#[test]
fn what_is_said_of_a_category_stands_at_the_code_of_the_file() {
    let variable = Variable::new("q", Kind::INTEGER)
        .with_missing(Missing::value(-9).letter('a').label("Refused"))
        .with_attribute("catgry[catValu=-9]@missType", "refusal")
        .with_attribute("catgry[catValu=-9]/txt", "Did not want to say");
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![variable]));
    let values = HashMap::from([(("q".to_owned(), "-9".to_owned()), ".a".to_owned())]);
    let file = DataFile { values, has_letters: true, ..DataFile::default() };
    let xml = with_files(&codebook, Version::V2_5, &file);
    assert!(xml.contains("<catgry missing=\"Y\" missType=\"refusal\">"), "{xml}");
    assert!(xml.contains("<txt>Did not want to say</txt>"), "{xml}");
    assert_eq!(findings(&xml), [""; 0]);
    let read = read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(read.tables[0].variables, codebook.tables[0].variables, "{xml}");
}

#[test]
fn a_document_of_very_many_languages_is_refused() {
    let labels: String = (0..1001).map(|at| format!("<labl xml:lang='x-{at}'>A</labl>")).collect();
    let text = format!("<codeBook>\n<dataDscr><var name='a'>{labels}</var></dataDscr></codeBook>");
    let error = read(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("more than 1000 languages"), "{error}");
    assert!(read(text.replace("x-1000", "x-999").as_bytes()).is_ok());
}

/// Small documents that would be large codebooks: each part is in all others.
#[test]
fn a_small_document_is_no_large_codebook() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let head = "<codeBook><stdyDscr/>";
    let records = many(600, &|at| format!("<recGrp ID='R{at}' rectype='{at}' recGrp='R{}'/>", at + 1));
    let variables =
        many(600, &|_| "<var name='a'><catgry><catValu>1</catValu><labl>x</labl></catgry></var>".into());
    let of_types = format!(
        "{head}<fileDscr ID='F'><fileTxt><fileName>a</fileName><fileStrc type='hierarchical'>{records}</fileStrc></fileTxt>\
         </fileDscr><dataDscr>{variables}</dataDscr></codeBook>"
    );
    let document = read(of_types.as_bytes()).unwrap();
    assert_eq!(document.codebook.tables.len(), 64);
    let placed: usize = document.codebook.tables.iter().map(|table| table.variables.len()).sum();
    assert!(placed <= 8 * 600 + 4096 + 600, "{placed}");
    assert!(document.losses.iter().any(|loss| loss.action.contains("types of record")));
    assert!(document.losses.iter().any(|loss| loss.action.contains("more tables than are read")));
    assert_eq!(document.codebook.problems(), []);

    let files = many(1000, &|at| format!("<fileDscr ID='F{at}'/>"));
    let all = many(1000, &|at| format!("F{at} "));
    let groups =
        many(1000, &|at| format!("<varGrp ID='G{at}' varGrp='G{} G{}'/>", (at + 1) % 1000, (at + 2) % 1000));
    let variables = many(200, &|_| format!("<var name='a' files='{all}'/>"));
    let of_files = format!("{head}{files}<dataDscr>{groups}{variables}</dataDscr></codeBook>");
    let document = read(of_files.as_bytes()).unwrap();
    let placed: usize = document.codebook.tables.iter().map(|table| table.variables.len()).sum();
    assert!(placed <= 8 * 200 + 4096 + 200, "{placed}");
    assert_eq!(document.codebook.problems(), []);
}
