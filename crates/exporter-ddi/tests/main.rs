//! The suites of the test kit over documents as inputs, and the rows of the files that they name.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod copies;
mod element;
mod fixed;
mod nada;
mod other;
mod profiles;
mod record_types;
mod references;
mod seen_elsewhere;
mod statistics;
mod told;

use std::path::Path;
use std::sync::Arc;

use exporter_core::codebook::Table;
use exporter_core::dataset::display_rows;
use exporter_core::source::MemoryFiles;
use exporter_core::{Context, Dataset, LossReport, Registry, Result, Scan, Source, TableId};
use exporter_ddi::{Ddi, DdiInput};
use exporter_testkit::plain::Plain;
use exporter_testkit::{conformance, sample};

/// A document of these files and variables.
fn document(files: &str, variables: &str) -> String {
    let head = "<?xml version=\"1.0\"?><codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>Pets</titl>\
                </titlStmt></citation></stdyDscr>";
    format!("{head}{files}<dataDscr>{variables}</dataDscr></codeBook>")
}

/// The description of one file.
fn file(name: &str) -> String {
    format!("<fileDscr ID=\"F1\"><fileTxt><fileName>{name}</fileName></fileTxt></fileDscr>")
}

/// A variable of fixed columns with decimals; `more` is what else it says.
fn variable(name: &str, (first, last): (u32, u32), decimals: &str, more: &str) -> String {
    let location = format!("<location StartPos=\"{first}\" EndPos=\"{last}\"/>");
    format!(
        "<var ID=\"{name}\" name=\"{name}\" files=\"F1\" intrvl=\"contin\" {decimals}>{location}{more}</var>"
    )
}

/// Formats that a data file may be in.
fn registry() -> Registry {
    exporter_ddi::register(Registry::new()).register_input::<Plain>()
}

/// A document called `study.xml` among other files.
fn among(document: &str, files: &[(&str, &[u8])], threads: usize) -> Result<Box<dyn Dataset>> {
    let all = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    let all = all.chain([("study.xml".to_owned(), document.as_bytes().to_vec())]);
    let set = Source::files("set", Arc::new(MemoryFiles::new(all)));
    let context = conformance::context().with_threads(threads);
    let source = set.entry("study.xml", &context)?.unwrap();
    registry().open(&source, serde_json::Value::Null, &context)
}

/// The rows of a table, with reasons.
fn rows(data: &dyn Dataset, table: usize) -> Vec<Vec<String>> {
    let scan = Scan::all().with_reasons();
    let batches = conformance::context().scan(data, TableId(table), &scan).unwrap();
    let cell = |cell: Option<String>| cell.unwrap_or_else(|| "·".to_owned());
    let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
    rows.map(|row| row.into_iter().map(cell).collect()).collect()
}

/// Each loss in a line.
fn told(losses: &LossReport) -> Vec<String> {
    let line = |loss: &exporter_core::Loss| {
        let first = loss.first.as_ref().map(|first| format!(": {:?} {}", first.row, first.value));
        let place =
            format!("{}.{}", loss.table.as_deref().unwrap_or("?"), loss.variable.as_deref().unwrap_or("?"));
        format!("{} {place} {} ×{}{}", loss.code.as_str(), loss.action, loss.count, first.unwrap_or_default())
    };
    losses.iter().map(line).collect()
}

fn notes(data: &dyn Dataset) -> Vec<String> {
    data.notes().into_iter().map(|note| note.text).collect()
}

fn names(table: &Table) -> Vec<&str> {
    table.variables.iter().map(|variable| variable.name.as_str()).collect()
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
}

#[test]
fn ddi_is_a_sound_format() {
    conformance::format::<Ddi>(&sample::study());
}

#[test]
fn documents_without_their_data_conform_as_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let fixed =
        [variable("id", (1, 3), "dcml=\"0\"", ""), variable("size", (4, 6), "dcml=\"1\"", "")].concat();
    write(folder.path(), &[("study.xml", &document(&file("gone.dat"), &fixed))]);
    conformance::input::<DdiInput>(&folder.path().join("study.xml"));
    let refused = conformance::prefixes::<DdiInput>(&folder.path().join("study.xml"), 7);
    assert!(refused > 40, "{refused} were refused");
}

#[test]
fn a_document_without_its_data_has_tables_without_rows() {
    let text = document(&file("gone.dat"), &variable("id", (1, 3), "dcml=\"0\"", ""));
    let data = among(&text, &[], 1).unwrap();
    assert_eq!(data.rows(TableId(0)), Some(0));
    assert_eq!(rows(&*data, 0), [[""; 0]; 0]);
    assert_eq!(notes(&*data), ["set/study.xml: gone.dat is not there: gone is read without rows"]);
    // Alone in memory a document has no files beside it.
    let source = Source::memory("study.xml", text.into_bytes());
    let alone = registry().open(&source, serde_json::Value::Null, &Context::default()).unwrap();
    assert_eq!((alone.rows(TableId(0)), alone.codebook()), (Some(0), data.codebook()));
}

#[test]
fn codes_of_the_coding_instructions_are_labels_when_asked_for() {
    let instructions = "<codInstr>Codes\n0 = Unknown\n1 = People</codInstr>";
    let labelled = "<catgry><catValu>1</catValu><labl>Persons</labl></catgry>";
    let text = document(
        &file("gone.dat"),
        &variable("density", (1, 3), "dcml=\"0\"", &[labelled, instructions].concat()),
    );
    let labels = |options| {
        let source = Source::memory("study.xml", text.clone().into_bytes());
        let data = registry().open(&source, options, &Context::default()).unwrap();
        let variable = &data.codebook().tables[0].variables[0];
        assert!(variable.attributes.contains_key("codInstr"), "{:?}", variable.attributes);
        let set = data.codebook().value_labels_of(variable).unwrap();
        set.entries
            .iter()
            .map(|entry| format!("{}={}", entry.value, entry.label.get(Default::default())))
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(serde_json::Value::Null), ["1=Persons"]);
    assert_eq!(labels(serde_json::json!({"labels": "codinstr"})), ["1=Persons", "0=Unknown"]);
}

#[test]
fn statistics_that_rows_do_not_give_again_are_told() {
    let stated = "<sumStat type=\"mean\">2</sumStat><sumStat type=\"medn\">3</sumStat><catgry><catValu>1</catValu><labl>One</labl>\
                  <catStat type=\"freq\">4</catStat></catgry>";
    let text = document(
        &file("pets.plain"),
        &format!("<var name=\"id\">{stated}<varFormat type=\"character\"/></var>"),
    );
    let losses = |files: &[(&str, &[u8])]| told(&among(&text, files, 1).unwrap().losses());
    let without = "not-read pets.? statistics of the document are dropped, and there are no rows to compute them from ×3";
    assert_eq!(losses(&[]), [without]);
    let with = "not-read pets.? statistics of the document that are not computed anew from rows, such as medians, are dropped ×1";
    assert_eq!(losses(&[("pets.plain", b"#plain\nid\n1\n")]), [with]);
    // A weighted mean is computed anew with the weight of the variable, and with no other.
    let weighted = |stated: &str| {
        let stat = format!("<sumStat type=\"mean\" wgtd=\"wgtd\"{stated}>2</sumStat>");
        let variables = format!(
            "<var ID=\"V1\" name=\"id\" wgt-var=\"V2\">{stat}<varFormat type=\"character\"/></var>\
             <var ID=\"V2\" name=\"w\"><varFormat type=\"character\"/></var>"
        );
        let text = document(&file("pets.plain"), &variables);
        told(&among(&text, &[("pets.plain", b"#plain\nid\tw\n1\t1\n")], 1).unwrap().losses())
    };
    assert_eq!(weighted(""), [""; 0]);
    assert_eq!(
        weighted(" wgt-var=\"V9\""),
        [
            "not-read pets.? weighted statistics of the document whose weight is not that of their variable are dropped ×1"
        ]
    );
}
