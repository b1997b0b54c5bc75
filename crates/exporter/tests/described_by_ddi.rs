//! Documents of DDI among data files, in folders and archives, and given by themselves.

use std::path::PathBuf;

use exporter::codebook::Kind;
use exporter::dataset::display_rows;
use exporter::package::{EntryOptions, GzipOptions, GzipWriter, ZipOptions, ZipWriter};
use exporter::request::{FormatRequest, Request};
use exporter::sink::MemorySink;
use exporter::source::MemoryFiles;
use exporter::{
    AssembledDataset, Context, Dataset, InputOptions, LossCode, LossPolicy, Result, Scan, Source, TableId,
};
use exporter_testkit::sample;
use std::io::Write as _;
use std::sync::Arc;

const DDI: &str = "<codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation>\
    </stdyDscr><fileDscr ID=\"F1\"><fileTxt><fileName>pets.csv</fileName></fileTxt></fileDscr><dataDscr>\
    <var name=\"legs\" dcml=\"0\" intrvl=\"contin\"><labl>Legs</labl></var>\
    <var name=\"size\"><labl>Size</labl><catgry><catValu>-1</catValu><labl>Unknown</labl></catgry></var></dataDscr></codeBook>";
const ROWS: &str = "size,legs\n1.5,4\n-1,2\n";

fn context() -> Context {
    Context::default().with_threads(2)
}

fn open(source: &Source<'_>, options: &InputOptions) -> Result<AssembledDataset> {
    exporter::open_sources(std::slice::from_ref(source), options, &exporter::registry(), &context())
}

fn opened(source: &Source<'_>) -> AssembledDataset {
    open(source, &InputOptions::default()).unwrap_or_else(|error| panic!("{}: {error:?}", source.name))
}

/// A folder in memory, and the same files in a zip.
fn both(files: &[(&str, &[u8])]) -> [Source<'static>; 2] {
    let owned = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    let folder = Source::files("set", Arc::new(MemoryFiles::new(owned)));
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
    for (path, bytes) in files {
        zip.start_entry(&EntryOptions::new(*path)).unwrap();
        zip.write_all(bytes).unwrap();
        zip.finish_entry().unwrap();
    }
    [folder, Source::memory("set.zip", zip.finish().unwrap())]
}

fn rows(data: &dyn Dataset, table: usize) -> Vec<Vec<String>> {
    let batches = context().scan(data, TableId(table), &Scan::all()).unwrap();
    let cell = |cell: Option<String>| cell.unwrap_or_else(|| "·".to_owned());
    let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
    rows.map(|row| row.into_iter().map(cell).collect()).collect()
}

fn notes(data: &dyn Dataset) -> Vec<String> {
    data.notes().into_iter().filter(|note| !note.is_usual).map(|note| note.text).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzipWriter::new(Vec::new(), GzipOptions::default(), std::num::NonZeroUsize::MIN);
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn among_data_files_a_document_is_their_codebook() {
    for source in both(&[("pets.ddi.xml", DDI.as_bytes()), ("pets.csv", ROWS.as_bytes())]) {
        let data = opened(&source);
        let [table] = &data.codebook().tables[..] else { panic!("one table") };
        assert_eq!(
            (&*table.name, table.variables[0].label.untagged()),
            ("pets", Some("Size")),
            "{}",
            source.name
        );
        assert_eq!(rows(&data, 0), [["1.5", "4"], ["-1.0", "2"]]);
        assert_eq!(data.codebook().value_labels_of(&table.variables[0]).map(|labels| labels.len()), Some(1));
        assert_eq!(notes(&data), [""; 0]);
    }
}

#[test]
fn a_document_in_a_folder_of_its_own_names_files_of_others() {
    for name in ["../data/pets.csv", "/study/data/pets.csv"] {
        let text = DDI.replace("<fileName>pets.csv", &format!("<fileName>{name}"));
        for source in both(&[("meta/ddi.xml", text.as_bytes()), ("data/pets.csv", ROWS.as_bytes())]) {
            let data = opened(&source);
            assert_eq!(
                (data.codebook().tables.len(), notes(&data)),
                (1, vec![]),
                "{name} in {}",
                source.name
            );
            assert_eq!(data.codebook().tables[0].variables[0].label.untagged(), Some("Size"));
            assert_eq!(rows(&data, 0), [["1.5", "4"], ["-1.0", "2"]]);
        }
    }
}

#[test]
fn a_document_that_is_opened_by_itself_reads_no_files_of_other_folders() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for name in ["meta", "data"] {
        std::fs::create_dir(at(name)).unwrap();
    }
    std::fs::write(at("meta/ddi.xml"), DDI.replace("<fileName>pets.csv", "<fileName>../data/pets.csv"))
        .unwrap();
    std::fs::write(at("data/pets.csv"), ROWS).unwrap();
    let open = |path: &str| opened(&Source::open(at(path), &context()).unwrap());
    let alone = open("meta/ddi.xml");
    assert_eq!(alone.rows(TableId(0)), Some(0));
    let told = notes(&alone);
    assert!(told[0].contains("only if the folder that holds both is opened"), "{told:?}");
    assert_eq!(rows(&open(""), 0), [["1.5", "4"], ["-1.0", "2"]]);
}

#[test]
fn a_codebook_goes_before_a_document_which_is_not_told_of_then() {
    let codebook = br#"{"codebook": 1, "study": {"id": "s"}, "tables": [{"name": "pets", "label": "Ours",
        "variables": [{"name": "size", "kind": "float"}, {"name": "legs", "kind": "integer"}]}]}"#;
    // What is damaged is not read either.
    let damaged = &DDI.as_bytes()[..DDI.len() - 20];
    for source in
        both(&[("s.codebook.json", codebook), ("s.ddi.xml", damaged), ("pets.csv", ROWS.as_bytes())])
    {
        let data = opened(&source);
        assert_eq!(data.codebook().tables[0].label.untagged(), Some("Ours"));
        assert_eq!((data.codebook().tables.len(), notes(&data)), (1, vec![]));
    }
}

#[test]
fn rows_of_fixed_columns_are_those_of_the_document() {
    let fixed = DDI
        .replace("pets.csv", "pets.dat")
        .replace("<labl>Legs", "<location StartPos=\"1\" EndPos=\"2\"/><labl>Legs")
        .replace("<labl>Size", "<location StartPos=\"3\" EndPos=\"5\"/><labl>Size");
    let packed = gzip(b" 4 12\n 2 -1\n");
    for (name, bytes) in [("in/pets.dat", &b" 4 12\r\n 2 -1\r\n"[..]), ("in/pets.dat.gz", &packed)] {
        for source in both(&[("in/x.xml", fixed.as_bytes()), (name, bytes)]) {
            let data = opened(&source);
            assert_eq!(rows(&data, 0), [["4", "12"], ["2", "-1"]], "{name} in {}", source.name);
            assert_eq!(notes(&data), [""; 0]);
        }
    }
    // Without it the tables have no rows.
    for source in both(&[("x.xml", fixed.as_bytes())]) {
        assert_eq!(rows(&opened(&source), 0), [[""; 0]; 0]);
        assert!(notes(&opened(&source))[0].contains("without rows"));
    }
}

#[test]
fn what_is_not_taken_of_a_document_is_a_loss_wherever_its_rows_are() {
    let text = DDI.replace("<dataDscr>", "<dataDscr><nCube/>");
    for source in both(&[("s.xml", text.as_bytes()), ("pets.csv", ROWS.as_bytes())]) {
        let told: Vec<String> = opened(&source).losses().iter().map(|loss| format!("{loss:?}")).collect();
        assert!(told.len() == 1 && told[0].contains("nCube") && told[0].contains("s.xml"), "{told:?}");
    }
}

#[test]
fn other_xml_is_no_table_and_no_description() {
    for source in both(&[("a.xml", b"<a/>"), ("pets.csv", ROWS.as_bytes())]) {
        let data = opened(&source);
        assert_eq!(
            (data.codebook().tables.len(), notes(&data)),
            (1, vec![format!("{}: not read: a.xml", source.name)])
        );
    }
}

#[test]
fn two_documents_describe_two_studies() {
    for source in both(&[("a.xml", DDI.as_bytes()), ("b.xml", DDI.as_bytes()), ("pets.csv", ROWS.as_bytes())])
    {
        let error = open(&source, &InputOptions::default()).map(drop).unwrap_err();
        assert!(error.to_string().contains("a.xml and b.xml are both"), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn given_by_itself_it_is_read_with_the_file_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.xml");
    std::fs::write(&path, DDI).unwrap();
    // One of the same name in a richer format is not the one that is named.
    std::fs::write(folder.path().join("pets.csv.gz"), gzip(ROWS.as_bytes())).unwrap();
    std::fs::write(folder.path().join("pets.dta"), "no dta").unwrap();
    let data = exporter::open(
        std::slice::from_ref(&path),
        &InputOptions::default(),
        &exporter::registry(),
        &context(),
    )
    .unwrap();
    // What the document says nothing of is found in the cells.
    assert_eq!(rows(&data, 0), [["4", "1.5"], ["2", "-1.0"]]);
    // None of these files is replaced by what is written.
    let mut request = Request::default();
    for input in [path.clone(), folder.path().to_owned()] {
        request.input.paths = vec![input];
        let files: Vec<PathBuf> = request.files(&exporter::registry(), &context());
        assert!(files.contains(&path) && files.contains(&folder.path().join("pets.csv.gz")), "{files:?}");
    }
}

#[test]
fn it_describes_data_that_is_given_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (document, data) = (folder.path().join("study.xml"), folder.path().join("other.csv"));
    std::fs::write(&document, DDI).unwrap();
    std::fs::write(&data, "size,legs,more\n1.5,4,x\n").unwrap();
    let mut options = InputOptions::default();
    options.codebook = Some(document);
    let data = exporter::open(&[data], &options, &exporter::registry(), &context()).unwrap();
    let [table] = &data.codebook().tables[..] else { panic!("one table") };
    assert_eq!((table.variables[1].label.untagged(), table.variables.len()), (Some("Legs"), 3));
    assert_eq!(rows(&data, 0), [["1.5", "4", "x"]]);
}

#[test]
fn archives_of_the_open_data_format_are_read() {
    let list = br#"{"fileType": "opendataformat", "version": "1.1.0", "files": {"data": "data.csv", "metadata": "metadata.xml"}}"#;
    let metadata = DDI.replace("pets.csv", "pets");
    for source in both(&[
        ("data.csv", ROWS.as_bytes()),
        ("metadata.xml", metadata.as_bytes()),
        ("odf-version.json", list),
    ]) {
        let data = opened(&source);
        assert_eq!(
            (&*data.codebook().tables[0].name, rows(&data, 0)[0].join(" ")),
            ("pets", "4 1.5".to_owned())
        );
    }
    let [_, broken] = both(&[("data.csv", ROWS.as_bytes()), ("odf-version.json", list)]);
    assert!(
        open(&broken, &InputOptions::default()).map(drop).unwrap_err().to_string().contains("metadata.xml")
    );
}

/// What an export writes with a document beside it comes back by the document alone.
#[test]
fn exports_come_back_by_their_document() {
    let study = sample::described();
    for formats in [&["csv", "ddi"][..], &["dta", "csv", "ddi"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut request = Request::default();
        request.formats = formats.iter().map(|format| FormatRequest::new(*format)).collect();
        request.losses = Some(LossPolicy::Allow(LossCode::ALL.to_vec()));
        let sink = MemorySink::new();
        let prepared = request.prepare_for(&study, &exporter::registry(), &context()).unwrap();
        prepared.run(Box::new(sink.clone()), &context()).unwrap();
        let out = folder.path().join("out");
        let mut files: Vec<PathBuf> = Vec::new();
        for (path, bytes) in sink.entries() {
            if path.ends_with(".codebook.json") {
                continue;
            }
            let path = out.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
            files.push(path);
        }
        let document =
            files.iter().find(|file| file.to_string_lossy().ends_with(".ddi.xml")).unwrap().clone();
        for input in [document, out] {
            let data = exporter::open(
                std::slice::from_ref(&input),
                &InputOptions::default(),
                &exporter::registry(),
                &context(),
            );
            let data = data.unwrap_or_else(|error| panic!("{formats:?} {}: {error:?}", input.display()));
            for (at, table) in study.codebook().tables.iter().enumerate() {
                let (place, own) = data.codebook().table(&table.name).unwrap();
                assert_eq!(own.label, table.label);
                assert_eq!(
                    rows(&data, place),
                    rows(&study, at),
                    "{} of {formats:?} {}",
                    table.name,
                    input.display()
                );
            }
            assert_eq!(data.codebook().tables.len(), study.codebook().tables.len());
        }
    }
}

#[test]
fn files_of_one_name_in_several_folders_are_the_tables_that_name_them() {
    let file = |at: usize| {
        format!("<fileDscr ID=\"F{at}\"><fileTxt><fileName>w{at}/data.csv</fileName></fileTxt></fileDscr>")
    };
    let variable =
        |at: usize| format!("<var name=\"x\" files=\"F{at}\" dcml=\"0\"><labl>Wave {at}</labl></var>");
    let text = format!(
        "<codeBook xmlns=\"ddi:codebook:2_5\">{}{}<dataDscr>{}{}</dataDscr></codeBook>",
        file(1),
        file(2),
        variable(1),
        variable(2)
    );
    let files: [(&str, &[u8]); 3] =
        [("s.ddi.xml", text.as_bytes()), ("w1/data.csv", b"x\n1\n"), ("w2/data.csv", b"x\n2\n3\n")];
    for source in both(&files) {
        let data = opened(&source);
        let tables = data.codebook().tables.iter().enumerate();
        let found: Vec<(Option<&str>, usize)> =
            tables.map(|(at, table)| (table.variables[0].label.untagged(), rows(&data, at).len())).collect();
        assert_eq!(found, [(Some("Wave 1"), 1), (Some("Wave 2"), 2)], "{}", source.name);
    }
}

/// Of what a document leaves open the data says what it is.
#[test]
fn columns_of_which_nothing_is_said_are_what_they_hold() {
    let text = DDI.replace("<var name=\"legs\" dcml=\"0\" intrvl=\"contin\">", "<var name=\"legs\">");
    let text = text.replace("<catgry><catValu>-1</catValu><labl>Unknown</labl></catgry>", "");
    let files = [("meta.xml", text.as_bytes()), ("pets.csv", &b"size,legs\n007,4\n010,2\n"[..])];
    let folder =
        Source::files("set", Arc::new(MemoryFiles::new(files.map(|(path, bytes)| (path, bytes.to_vec())))));
    let alone = folder.entry("meta.xml", &context()).unwrap().unwrap();
    for source in both(&files).into_iter().chain([alone]) {
        let data = opened(&source);
        let [table] = &data.codebook().tables[..] else { panic!("one table") };
        let kind = |name: &str| table.variable(name).unwrap().1.kind.clone();
        assert_eq!((kind("legs"), kind("size")), (Kind::INTEGER, Kind::Text), "{}", source.name);
    }
}

/// A data file of SPSS with labels of values, a missing value and a measure, whose codes are numbers.
fn sav() -> Vec<u8> {
    use exporter::codebook::{Codebook, Measure, Missing, Table, ValueLabels, Variable};
    let sex = Variable::new("sex", Kind::INTEGER)
        .with_label("Sex, in the file")
        .with_labels("sex")
        .with_measure(Measure::Nominal)
        .with_missing(Missing::value(9));
    let region = Variable::new("region", Kind::INTEGER).with_label("Region, in the file");
    let codebook = Codebook::new("d")
        .with_table(Table::new("d", vec![sex, region]))
        .with_value_labels("sex", ValueLabels::new().with(1, "Male").with(2, "Female"));
    let numbers = |numbers: [i64; 3]| {
        Arc::new(arrow_array::Int64Array::from(numbers.to_vec())) as arrow_array::ArrayRef
    };
    let batch = arrow_array::RecordBatch::try_from_iter([
        ("sex", numbers([1, 2, 9])),
        ("region", numbers([1, 2, 10])),
    ]);
    let data = exporter::MemoryDataset::new(codebook, vec![vec![batch.unwrap()]]).unwrap();
    let sink = MemorySink::new();
    let sav = exporter::registry().exporter("sav", serde_json::Value::Null).unwrap();
    exporter::export(&*sav, &data, Box::new(sink.clone()), &context()).unwrap();
    sink.entries().remove("d.sav").unwrap()
}

#[test]
fn what_a_document_does_not_say_is_as_the_data_file_says() {
    let text = "<codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>T</titl></titlStmt></citation></stdyDscr>\
        <fileDscr ID=\"F1\"><fileTxt><fileName>d.sav</fileName></fileTxt></fileDscr><dataDscr><var name=\"sex\"><labl>Sex</labl></var>\
        <var name=\"region\"><invalrng><item VALUE=\"10\"/></invalrng><catgry><catValu>01</catValu><labl>North</labl></catgry></var>\
        </dataDscr></codeBook>";
    let sav = sav();
    let [folder, zip] = both(&[("s.xml", text.as_bytes()), ("d.sav", &sav)]);
    let document = folder.entry("s.xml", &context()).unwrap().unwrap();
    let shown = |data: &AssembledDataset| {
        let codebook = data.codebook();
        let [sex, region] = &codebook.tables[0].variables[..] else { panic!("two variables") };
        assert_eq!(
            (sex.label.untagged(), region.label.untagged()),
            (Some("Sex"), Some("Region, in the file"))
        );
        assert_eq!((&sex.kind, &region.kind), (&Kind::INTEGER, &Kind::INTEGER));
        assert_eq!(sex.measure, Some(exporter::codebook::Measure::Nominal));
        let labels = |variable| {
            codebook.value_labels_of(variable).map(|labels| labels.entries.clone()).unwrap_or_default()
        };
        let (sex_labels, region_labels) = (labels(sex), labels(region));
        assert_eq!((sex_labels.len(), region_labels.len()), (2, 1));
        // The file has numbers: 01 is 1 there.
        assert_eq!(region_labels[0].value, 1.into());
        assert_eq!(sex.missing, [exporter::codebook::Missing::value(9)]);
        assert_eq!(region.missing, [exporter::codebook::Missing::value(10)]);
        let told: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
        let [told] = &told[..] else { panic!("{told:?}") };
        // The description of sex replaces the label of the file, and the rest of it stays.
        let said = "label-dropped d.sex: the label of the file: the description says otherwise, first: \"Sex, in the file\"";
        assert!(told.ends_with(said), "{told}");
        assert_eq!(rows(data, 0).len(), 3);
    };
    [document, folder, zip].iter().for_each(|source| shown(&opened(source)));
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("s.xml"), text).unwrap();
    let mut options = InputOptions::default();
    options.codebook = Some(files.path().join("s.xml"));
    shown(&open(&Source::memory("d.sav", sav), &options).unwrap());
}

#[test]
fn what_is_not_taken_of_a_document_is_told_when_it_is_given() {
    let files = tempfile::tempdir().unwrap();
    let text = DDI
        .replace("<labl>Size</labl>", "<labl>Size</labl><invalrng><range maxExclusive=\"0.5\"/></invalrng>");
    std::fs::write(files.path().join("s.xml"), text).unwrap();
    let mut options = InputOptions::default();
    options.codebook = Some(files.path().join("s.xml"));
    let data = open(&Source::memory("pets.csv", ROWS.as_bytes()), &options).unwrap();
    let codes: Vec<_> = data.losses().iter().map(|loss| loss.code.as_str().to_owned()).collect();
    assert_eq!(codes, ["missing-dropped"]);
}

#[test]
fn the_file_that_is_named_is_the_table_and_others_of_its_name_are_their_own() {
    let text = DDI.replace("<fileName>pets.csv", "<fileName>../data/pets.csv");
    let other = "size,legs\n7,7\n";
    for source in both(&[
        ("doc/s.xml", text.as_bytes()),
        ("doc/pets.csv", other.as_bytes()),
        ("data/pets.csv", ROWS.as_bytes()),
    ]) {
        let data = opened(&source);
        let names: Vec<&str> = data.codebook().tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["pets", "doc_pets"], "{}", source.name);
        assert_eq!(rows(&data, 0), [["1.5", "4"], ["-1.0", "2"]]);
        assert_eq!(rows(&data, 1), [["7", "7"]]);
    }
}

#[test]
fn capitals_of_names_are_told_apart_only_where_both_are_there() {
    let text = DDI.replace("<fileName>pets.csv", "<fileName>Data/PETS.CSV");
    let files: [(&str, &[u8]); 2] = [("s.xml", text.as_bytes()), ("data/pets.csv", ROWS.as_bytes())];
    for source in both(&files) {
        assert_eq!(rows(&opened(&source), 0).len(), 2, "{}", source.name);
        let mut packed = source.clone();
        packed.contents =
            exporter::registry().contents(&source, None, &context()).unwrap().or(packed.contents);
        let alone = packed.entry("s.xml", &context()).unwrap().unwrap();
        assert_eq!(rows(&opened(&alone), 0).len(), 2, "{}", source.name);
    }
}

#[test]
fn a_pair_of_text_and_document_is_read_as_it_was_written() {
    use exporter::codebook::{Codebook, Table, Variable};
    let variables =
        vec![Variable::new("id", Kind::INTEGER).with_label("Number"), Variable::new("yes", Kind::Boolean)];
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let ids = Arc::new(arrow_array::Int64Array::from(vec![Some(1), None])) as arrow_array::ArrayRef;
    let yes = Arc::new(arrow_array::BooleanArray::from(vec![Some(true), None])) as arrow_array::ArrayRef;
    let batch = arrow_array::RecordBatch::try_from_iter([("id", ids), ("yes", yes)]).unwrap();
    let data = exporter::MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let registry = exporter::registry();
    let exported = |options: serde_json::Value| {
        let bundle = exporter::Bundle::new()
            .with(registry.exporter("csv", options).unwrap())
            .with(registry.exporter("ddi", serde_json::Value::Null).unwrap());
        let sink = MemorySink::new();
        let context = context().with_policy(LossPolicy::Report);
        let summary = exporter::export(&bundle, &data, Box::new(sink.clone()), &context).unwrap();
        (sink.entries(), summary)
    };
    for options in [
        serde_json::json!({}),
        serde_json::json!({"header": "both"}),
        serde_json::json!({"booleans": "ja/nein"}),
        serde_json::json!({"missing-text": "NA"}),
    ] {
        let (files, _) = exported(options.clone());
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(path, bytes)| (path.as_str(), &bytes[..])).collect();
        let [folder, zip] = both(&files);
        let document = folder.entry("s.ddi.xml", &context()).unwrap().unwrap();
        for source in [folder, zip, document] {
            assert_eq!(rows(&opened(&source), 0), [["1", "true"], ["·", "·"]], "{options} {}", source.name);
        }
        let given = tempfile::tempdir().unwrap();
        files.iter().for_each(|(path, bytes)| std::fs::write(given.path().join(path), bytes).unwrap());
        let mut with = InputOptions::default();
        with.codebook = Some(given.path().join("s.ddi.xml"));
        let csv = Source::open(given.path().join("t.csv"), &context()).unwrap();
        assert_eq!(rows(&open(&csv, &with).unwrap(), 0), [["1", "true"], ["·", "·"]], "{options}");
    }
    // Without names nothing finds the columns.
    let (_, summary) = exported(serde_json::json!({"header": "none"}));
    let told =
        summary.changes.losses.iter().any(|loss| loss.action.contains("t.csv has no names of columns"));
    assert!(told, "{:?}", summary.changes.losses);
}

#[test]
fn texts_of_a_file_stay_in_its_language() {
    use exporter::codebook::{Codebook, Missing, Table, Text, Variable};
    let variable = |name: &str, label: &str| Variable::new(name, Kind::INTEGER).with_label(label);
    let table = Table::new(
        "d",
        vec![variable("a", "Âge").with_missing(Missing::reason().label("Refus")), variable("b", "Poids")],
    );
    let mut codebook = Codebook::new("d").with_table(table);
    codebook.study.languages = vec!["fr".into()];
    let ages = |name: &str| {
        (name.to_owned(), Arc::new(arrow_array::Int64Array::from(vec![1])) as arrow_array::ArrayRef)
    };
    let batch = arrow_array::RecordBatch::try_from_iter([ages("a"), ages("b")]).unwrap();
    let data = exporter::MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let sink = MemorySink::new();
    let parquet = exporter::registry().exporter("parquet", serde_json::Value::Null).unwrap();
    exporter::export(&*parquet, &data, Box::new(sink.clone()), &context()).unwrap();
    let parquet = sink.entries().remove("d.parquet").unwrap();
    let text = "<codeBook xmlns=\"ddi:codebook:2_5\" xml:lang=\"en\"><stdyDscr><citation><titlStmt><titl>T</titl></titlStmt>\
        </citation></stdyDscr><fileDscr ID=\"F1\"><fileTxt><fileName>d.parquet</fileName></fileTxt></fileDscr><dataDscr>\
        <var name=\"a\"/><var name=\"b\"><labl>Weight</labl></var></dataDscr></codeBook>";
    let [folder, _] = both(&[("s.xml", text.as_bytes()), ("d.parquet", &parquet)]);
    let document = folder.entry("s.xml", &context()).unwrap().unwrap();
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("s.xml"), text).unwrap();
    let mut options = InputOptions::default();
    options.codebook = Some(files.path().join("s.xml"));
    let given = open(&Source::memory("d.parquet", parquet), &options).unwrap();
    for data in [opened(&document), opened(&folder), given] {
        let codebook = data.codebook();
        assert_eq!(codebook.study.languages, ["en", "fr"]);
        let [a, b] = &codebook.tables[0].variables[..] else { panic!("two variables") };
        assert_eq!((&a.label, b.label.untagged()), (&Text::default().with("fr", "Âge"), Some("Weight")));
        assert_eq!(a.missing[0].label, Text::default().with("fr", "Refus"));
        assert_eq!(data.losses().len(), 1, "{:?}", data.losses());
    }
}

/// What an export writes in each format beside its codebook or document is described by these as it is.
#[test]
fn a_file_that_was_written_beside_its_description_loses_nothing_by_it() {
    let study = sample::described();
    for format in ["dta", "sav", "parquet", "arrow"] {
        let mut request = Request::default();
        request.formats = [format, "csv", "ddi", "codebook"].map(FormatRequest::new).to_vec();
        request.losses = Some(LossPolicy::Allow(LossCode::ALL.to_vec()));
        let sink = MemorySink::new();
        let prepared = request.prepare_for(&study, &exporter::registry(), &context()).unwrap();
        prepared.run(Box::new(sink.clone()), &context()).unwrap();
        let out = tempfile::tempdir().unwrap();
        let entries = sink.entries();
        for (path, bytes) in &entries {
            let path = out.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let is_told = |data: &AssembledDataset, how: &str| {
            let told: Vec<String> = data
                .losses()
                .iter()
                .filter(|loss| loss.action.contains("says otherwise") || loss.code == LossCode::KIND_CHANGED)
                .map(ToString::to_string)
                .collect();
            assert_eq!(told, [""; 0], "{format} {how}");
        };
        let files = |end: &str| {
            let found = entries.keys().filter(|path| path.ends_with(end));
            found.map(|path| out.path().join(path)).collect::<Vec<PathBuf>>()
        };
        for description in [".codebook.json", ".ddi.xml"] {
            let mut options = InputOptions::default();
            options.codebook = files(description).pop();
            let inputs = files(&format!(".{format}"));
            let data = exporter::open(&inputs, &options, &exporter::registry(), &context());
            is_told(&data.unwrap_or_else(|error| panic!("{format} {description}: {error:?}")), description);
        }
        let open = |path: PathBuf| {
            exporter::open(&[path], &InputOptions::default(), &exporter::registry(), &context()).unwrap()
        };
        is_told(&open(files(".ddi.xml").pop().unwrap()), "document");
        is_told(&open(out.path().to_owned()), "folder");
        files(".codebook.json").iter().for_each(|path| std::fs::remove_file(path).unwrap());
        is_told(&open(out.path().to_owned()), "folder with a document");
    }
}
