//! Data files of other formats, and where they are looked for.

use exporter_core::source::MemoryFiles;
use exporter_core::{Dataset as _, ErrorKind, Source, TableId};
use exporter_testkit::conformance;

use super::{among, document, file, notes, rows, told};

const VARIABLES: &str = "<var name=\"id\"><varFormat type=\"character\"/></var><var name=\"name\"><varFormat type=\"character\"/></var>";
const ROWS: &[u8] = b"#plain\nname\tid\nRex\t1\nMia\t2\n";

#[test]
fn columns_are_found_by_name() {
    let data = among(&document(&file("pets.plain"), VARIABLES), &[("pets.plain", ROWS)], 1).unwrap();
    assert_eq!(rows(&*data, 0), [["1", "Rex"], ["2", "Mia"]]);
    assert_eq!(data.codebook().tables[0].variables[0].name, "id");
    assert_eq!(told(&data.losses()), [""; 0]);
    conformance::dataset(&*data);
}

#[test]
fn columns_that_are_not_described_are_left_out() {
    let rows_ = b"#plain\nname\tage\tid\tx\nRex\t3\t1\t\\N\n";
    let data = among(&document(&file("pets.plain"), VARIABLES), &[("pets.plain", rows_)], 1).unwrap();
    assert_eq!(rows(&*data, 0), [["1", "Rex"]]);
    assert_eq!(
        told(&data.losses()),
        ["not-read pets.? columns that the document does not describe are left out ×2: None age"]
    );
}

#[test]
fn columns_that_are_not_there_are_an_error() {
    let text = document(&file("pets.plain"), &VARIABLES.replace("\"id\"", "\"ident\""));
    let error = among(&text, &[("pets.plain", ROWS)], 1).map(drop).unwrap_err();
    assert_eq!((error.kind(), error.place().variable.as_deref()), (ErrorKind::NotFound, Some("ident")));
    assert!(error.hint().unwrap().contains("id"), "{error:?}");
}

#[test]
fn the_file_is_the_one_that_is_named_wherever_that_is() {
    let found = |name: &str, at: &str| {
        let data = among(&document(&file(name), VARIABLES), &[(at, ROWS)], 1).unwrap();
        rows(&*data, 0).len()
    };
    assert_eq!(found("data/pets.plain", "data/pets.plain"), 2);
    assert_eq!(found("data/pets.plain", "pets.plain"), 2);
    assert_eq!(found("C:\\study\\pets.plain", "pets.plain"), 2);
    // A path that leads up is only what it says.
    assert_eq!(found("../pets.plain", "pets.plain"), 0);
    // Of files that differ in capitals alone the one that is there, if it is the only one.
    assert_eq!(found("Data/PETS.PLAIN", "data/pets.plain"), 2);
    // Not one of the same name in another format, nor one that nothing reads.
    assert_eq!(found("pets.dat", "pets.plain"), 0);
    assert_eq!(found("pets.NSDstat", "pets.NSDstat"), 0);
}

#[test]
fn a_file_in_another_folder_than_the_stated_one_is_told_of() {
    let told =
        |name: &str, at: &str| notes(&*among(&document(&file(name), VARIABLES), &[(at, ROWS)], 1).unwrap());
    assert_eq!(
        told("data/pets.plain", "pets.plain"),
        ["set/study.xml: data/pets.plain is not there: its rows are read from set/pets.plain"]
    );
    for (name, at) in [
        ("data/pets.plain", "data/pets.plain"),
        ("C:\\x\\pets.plain", "pets.plain"),
        ("pets.plain", "Pets.plain"),
    ] {
        assert_eq!(told(name, at), [""; 0], "{name}");
    }
}

#[test]
fn paths_lead_to_other_folders_of_the_opened_one() {
    let found = |name: &str, at: &str| {
        let text = document(&file(name), VARIABLES);
        let files = [("meta/study.xml", text.into_bytes()), (at, ROWS.to_vec())];
        let set = Source::files("set", std::sync::Arc::new(MemoryFiles::new(files)));
        let context = conformance::context();
        let source = set.entry("meta/study.xml", &context).unwrap().unwrap();
        let data = super::registry().open(&source, serde_json::Value::Null, &context).unwrap();
        rows(&*data, 0).len()
    };
    for name in
        ["../data/pets.plain", "..\\data\\pets.plain", "/home/me/data/pets.plain", "D:\\s\\data\\pets.plain"]
    {
        assert_eq!(found(name, "data/pets.plain"), 2, "{name}");
    }
    assert_eq!(found("https://x.org/s/data/pets.plain", "meta/data/pets.plain"), 2);
    assert_eq!(found("../../data/pets.plain", "data/pets.plain"), 0);
}

#[test]
fn a_file_beside_the_document_is_no_file_of_two_folders() {
    let of = |id: &str| VARIABLES.replace("<var ", &format!("<var files=\"{id}\" "));
    let files = [file("a/pets.plain"), file("b/pets.plain").replace("F1", "F2")].concat();
    let text = document(&files, &[of("F1"), of("F2")].concat());
    let data = among(&text, &[("pets.plain", ROWS)], 1).unwrap();
    assert_eq!((rows(&*data, 0).len(), rows(&*data, 1).len()), (0, 0));
    assert_eq!(notes(&*data).len(), 2);
    let data = among(&text, &[("pets.plain", ROWS), ("b/pets.plain", ROWS)], 1).unwrap();
    assert_eq!((rows(&*data, 0).len(), rows(&*data, 1).len()), (0, 2));
}

#[test]
fn the_first_of_several_files_that_is_there_is_read() {
    let text = document(
        "<fileDscr ID=\"F1\"><fileTxt><fileName>a.plain</fileName></fileTxt><fileTxt><fileName>b.plain</fileName></fileTxt></fileDscr>",
        VARIABLES,
    );
    let other: &[u8] = b"#plain\nname\tid\nTom\t3\n";
    let data = among(&text, &[("b.plain", other)], 1).unwrap();
    assert_eq!(rows(&*data, 0), [["3", "Tom"]]);
    let both = among(&text, &[("a.plain", ROWS), ("b.plain", other)], 1).unwrap();
    assert_eq!(rows(&*both, 0).len(), 2);
}

#[test]
fn a_document_is_no_data_of_another() {
    let other = document(&file("study.xml"), VARIABLES);
    for name in ["study.xml", "other.xml"] {
        let data = among(&document(&file(name), VARIABLES), &[("other.xml", other.as_bytes())], 1).unwrap();
        assert_eq!(data.rows(TableId(0)), Some(0), "{name}");
        assert!(notes(&*data)[0].contains("is not there"));
    }
}

#[test]
fn rows_of_one_file_of_several_are_lost_without_it() {
    let of = |id: &str| VARIABLES.replace("<var ", &format!("<var files=\"{id}\" "));
    let files = [file("pets.plain"), file("gone.plain").replace("F1", "F2")].concat();
    let text = document(&files, &[of("F1"), of("F2")].concat());
    let data = among(&text, &[("pets.plain", ROWS)], 1).unwrap();
    assert_eq!((rows(&*data, 0).len(), rows(&*data, 1).len()), (2, 0));
    assert_eq!(told(&data.losses()), ["not-read gone.? its file is not there: it has no rows ×1"]);
    assert_eq!(notes(&*data), ["set/study.xml: gone.plain is not there: gone is read without rows"]);
}
