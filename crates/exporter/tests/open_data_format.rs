//! Archives of the Open Data Format: what is in them, and what is read of them.

use std::io::Write as _;
use std::sync::Arc;

use exporter::codebook::{Codebook, Kind, Table, Text, Variable};
use exporter::open_data_format::{OdfExporter, OdfOptions};
use exporter::package::{EntryOptions, ZipOptions, ZipWriter};
use exporter::sink::MemorySink;
use exporter::source::MemoryFiles;
use exporter::{
    AssembledDataset, Context, Dataset, ErrorKind, InputOptions, LossPolicy, MemoryDataset, Scan, Source,
    Summary, TableId, export,
};
use exporter_testkit::sample;

fn context() -> Context {
    Context::default().with_threads(2).with_policy(LossPolicy::Report)
}

fn written(data: &dyn Dataset) -> (MemorySink, Summary) {
    let sink = MemorySink::new();
    let exporter = OdfExporter::new(OdfOptions::default());
    let summary = export(&exporter, data, Box::new(sink.clone()), &context()).unwrap();
    (sink, summary)
}

fn opened(name: &str, bytes: Vec<u8>) -> AssembledDataset {
    let source = Source::memory(name, bytes);
    let options = InputOptions::default();
    exporter::open_sources(&[source], &options, &exporter::registry(), &context()).unwrap()
}

#[test]
fn each_table_is_an_archive_of_three_files_that_is_read_again() {
    let data = sample::study();
    let (sink, summary) = written(&data);
    let tables = &data.codebook().tables;
    assert_eq!(summary.entries.len(), tables.len());
    for (at, (table, entry)) in tables.iter().zip(&summary.entries).enumerate() {
        assert_eq!(entry.path, format!("{}.odf.zip", table.name));
        let inside: Vec<&str> = entry.holds.iter().map(|held| held.path.as_str()).collect();
        assert_eq!(inside, ["data.csv", "odf-version.json", "metadata.xml"]);
        assert_eq!((entry.rows, entry.holds[0].table), (data.rows(TableId(at)), Some(TableId(at))));
        let read = opened(&entry.path, sink.entries()[&entry.path].clone());
        let found = &read.codebook().tables[0];
        assert_eq!((&found.name, &found.label), (&table.name, &table.label));
        assert_eq!(found.variables.len(), table.variables.len());
        for (found, variable) in found.variables.iter().zip(&table.variables) {
            let own =
                (&variable.name, &variable.label, &variable.question, &variable.notes, &variable.missing);
            assert_eq!((&found.name, &found.label, &found.question, &found.notes, &found.missing), own);
        }
        let batches = context().scan(&read, TableId(0), &Scan::all()).unwrap();
        let rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(Some(rows as u64), data.rows(TableId(at)));
    }
    assert_eq!(summary.rows(), (0..tables.len()).filter_map(|at| data.rows(TableId(at))).sum::<u64>());
}

#[test]
fn descriptions_and_links_of_a_document_are_written_again() {
    let metadata = "<codeBook xmlns=\"ddi:codebook:2_5\" version=\"2.5\"><stdyDscr><citation><titlStmt><titl>S</titl></titlStmt>\
        </citation></stdyDscr><fileDscr><fileTxt><fileName>pets</fileName><fileCont xml:lang=\"en\">All pets of a street</fileCont>\
        <fileCitation><titlStmt><titl xml:lang=\"en\">Pets</titl></titlStmt></fileCitation></fileTxt>\
        <notes><ExtLink URI=\"https://x.org/pets\"/></notes></fileDscr><dataDscr><var name=\"legs\"><labl xml:lang=\"en\">Legs</labl>\
        <txt xml:lang=\"en\">How many</txt><notes><ExtLink URI=\"https://x.org/legs\"/></notes>\
        <varFormat type=\"numeric\"/></var></dataDscr></codeBook>";
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
    for (path, text) in [("data.csv", "legs\n4\n"), ("metadata.xml", metadata)] {
        zip.start_entry(&EntryOptions::new(path)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish_entry().unwrap();
    }
    let mut read = opened("pets.zip", zip.finish().unwrap());
    for _ in 0..2 {
        let table = &read.codebook().tables[0];
        let text =
            |text: &exporter::codebook::Text| text.get(exporter::codebook::Language::default()).to_owned();
        assert_eq!(
            (text(&table.label), text(&table.notes[0])),
            ("Pets".into(), "All pets of a street".into())
        );
        let (sink, summary) = written(&read);
        let archive = sink.entries()[&summary.entries[0].path].clone();
        let files =
            exporter::registry().contents(&Source::memory("x.zip", archive.clone()), None, &context());
        let files = files.unwrap().unwrap();
        let bytes = files.open("metadata.xml", &context()).unwrap().unwrap();
        let document = String::from_utf8(bytes.read_vec_at(0, bytes.len() as usize).unwrap()).unwrap();
        for wanted in [
            "All pets of a street</fileCont>",
            ">Pets</titl>",
            "<ExtLink URI=\"https://x.org/pets\"/>",
            "<ExtLink URI=\"https://x.org/legs\"/>",
            ">How many</txt>",
        ] {
            assert!(document.contains(wanted), "{wanted}\n{document}");
        }
        read = opened("pets.odf.zip", archive);
    }
}

/// Readers of the format look for a `fileCont` in each language, which DDI has from 2.6 on.
#[test]
fn the_description_of_a_data_set_is_in_all_its_languages() {
    let note = Text::new("All pets").with("fr", "Tous les animaux");
    let mut table = Table::new("pets", vec![Variable::new("legs", Kind::INTEGER)]);
    (table.label, table.notes) = (Text::new("Pets").with("fr", "Animaux"), vec![note.clone()]);
    let codebook = Codebook::new("s").with_languages(["en", "fr"]).with_table(table.clone());
    let data = MemoryDataset::new(codebook, vec![vec![]]).unwrap();
    let (sink, summary) = written(&data);
    assert!(!summary.changes.losses.iter().any(|loss| loss.action.contains("in one language")));
    let archive = sink.entries()["pets.odf.zip"].clone();
    let source = Source::memory("pets.odf.zip", archive.clone());
    let files = exporter::registry().contents(&source, None, &context()).unwrap().unwrap();
    let bytes = files.open("metadata.xml", &context()).unwrap().unwrap();
    let document = String::from_utf8(bytes.read_vec_at(0, bytes.len() as usize).unwrap()).unwrap();
    for wanted in [
        "<fileCont xml:lang=\"en\">All pets</fileCont>",
        "<fileCont xml:lang=\"fr\">Tous les animaux</fileCont>",
        "<parTitl xml:lang=\"fr\">Animaux</parTitl>",
        "xmlns=\"ddi:codebook:2_6\"",
    ] {
        assert!(document.contains(wanted), "{wanted}\n{document}");
    }
    let read = opened("pets.odf.zip", archive);
    assert_eq!(
        (&read.codebook().tables[0].label, &read.codebook().tables[0].notes),
        (&table.label, &vec![note])
    );
}

#[test]
fn a_study_without_tables_is_refused() {
    let empty = MemoryDataset::new(exporter::codebook::Codebook::new("s"), vec![]).unwrap();
    let exporter = OdfExporter::new(OdfOptions::default());
    let error = export(&exporter, &empty, Box::new(MemorySink::new()), &context()).unwrap_err();
    assert_eq!((error.kind(), error.hint().is_some()), (ErrorKind::Invalid, true), "{error:?}");
}

#[test]
fn archives_in_folders_and_zips_are_the_tables_of_a_study() {
    let data = sample::study();
    let (sink, _) = written(&data);
    let mut archives: Vec<(String, Vec<u8>)> = sink.entries().into_iter().collect();
    let rows: Vec<Option<u64>> = (0..data.codebook().tables.len()).map(|at| data.rows(TableId(at))).collect();
    let of = |codebook: bool, archives: &[(String, Vec<u8>)]| {
        let mut files = archives.to_vec();
        let json = codebook.then(|| serde_json::to_vec(data.codebook()).unwrap());
        files.extend(json.map(|json| ("s.codebook.json".to_owned(), json)));
        files
    };
    // What is damaged or another archive is named.
    archives.push(("broken.odf.zip".into(), b"PK\x03\x04 no zip".to_vec()));
    for codebook in [true, false] {
        let files = of(codebook, &archives);
        let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
        for (path, bytes) in &files {
            zip.start_entry(&EntryOptions::new(path)).unwrap();
            zip.write_all(bytes).unwrap();
            zip.finish_entry().unwrap();
        }
        let folder = Source::files("set", Arc::new(MemoryFiles::new(files)));
        for source in [folder, Source::memory("set.zip", zip.finish().unwrap())] {
            for format in [None, Some("odf"), Some("ddi")] {
                let mut options = InputOptions::default();
                options.format = format.map(str::to_owned);
                let read = exporter::open_sources(
                    std::slice::from_ref(&source),
                    &options,
                    &exporter::registry(),
                    &context(),
                )
                .unwrap_or_else(|error| panic!("{}, {format:?}: {error:?}", source.name));
                for (table, rows) in data.codebook().tables.iter().zip(&rows) {
                    let (at, found) = read.codebook().table(&table.name).unwrap();
                    let counted = context().scan(&read, TableId(at), &Scan::all()).unwrap();
                    let counted: usize = counted.map(|batch| batch.unwrap().num_rows()).sum();
                    assert_eq!(
                        (&found.label, Some(counted as u64)),
                        (&table.label, *rows),
                        "{}",
                        source.name
                    );
                }
                let notes: Vec<String> = read.notes().into_iter().map(|note| note.text).collect();
                assert!(notes.contains(&format!("{}: not read: broken.odf.zip", source.name)), "{notes:?}");
                assert_eq!(read.codebook().tables.len(), rows.len());
            }
        }
    }
}
