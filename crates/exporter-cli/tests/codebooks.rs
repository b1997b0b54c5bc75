//! Codebooks without tables, codebooks that are given, and tables whose files are not there: what is said can be typed.

use std::path::Path;

use crate::program::{Run, example, exporter, files, run};

/// The fields of a study without files and variables.
const STUDY: &str = "<codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>Pets of Lyon</titl><IDNo>P7</IDNo>\
    </titlStmt></citation><stdyInfo><abstract>Who has which pet.</abstract></stdyInfo></stdyDscr></codeBook>";

/// Runs in a folder, which is the current one.
fn run_here(folder: &Path, arguments: &str) -> Run {
    let mut command = exporter(arguments.split_whitespace());
    command.current_dir(folder);
    run(command)
}

/// Runs a command that succeeds.
#[track_caller]
fn done(folder: &Path, arguments: &str) -> Run {
    let run = run_here(folder, arguments);
    assert_eq!(run.code, 0, "{arguments}: {}", run.error);
    run
}

/// Runs a command that fails with these words.
#[track_caller]
fn says(folder: &Path, arguments: &str, wanted: &[&str]) -> Run {
    let run = run_here(folder, arguments);
    assert_ne!(run.code, 0, "{arguments}: {}", run.error);
    wanted.iter().for_each(|wanted| assert!(run.error.contains(wanted), "{arguments}: {}", run.error));
    run
}

/// The households as a folder with data and its document.
fn households(formats: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &format!("export {} {formats} --to ddi --out hh", example("households").display()));
    folder
}

#[test]
fn a_codebook_without_tables_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("s.xml"), STUDY).unwrap();
    std::fs::write(
        place.join("s.json"),
        "{\"codebook\": 1, \"study\": {\"id\": \"P7\", \"title\": \"Pets of Lyon\"}}",
    )
    .unwrap();
    std::fs::create_dir(place.join("in")).unwrap();
    std::fs::write(place.join("in/s.xml"), STUDY).unwrap();
    std::fs::write(place.join("in/notes.md"), "# Notes").unwrap();
    std::fs::write(place.join("x.csv"), "a\n1\n").unwrap();
    for (input, has_abstract) in [("s.xml", true), ("s.json", false), ("in", true), ("x.csv s.xml", true)] {
        let shown = done(place, &format!("inspect {input}")).output;
        assert!(shown.starts_with("Pets of Lyon\n"), "{input}: {shown}");
        assert_eq!(
            shown.contains("no tables: the study alone is described"),
            !input.contains("csv"),
            "{shown}"
        );
        done(place, &format!("export {input} --to ddi --out r.ddi.xml --overwrite"));
        let written = std::fs::read_to_string(place.join("r.ddi.xml")).unwrap();
        assert!(
            written.contains("<titl>Pets of Lyon</titl>") && written.contains(">P7</IDNo>"),
            "{input}: {written}"
        );
        assert_eq!(written.contains("Who has which pet."), has_abstract, "{input}: {written}");
    }
}

#[test]
fn a_file_of_fixed_columns_is_read_by_the_document_that_describes_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let document = STUDY.replace(
        "</codeBook>",
        "<fileDscr ID=\"F1\"><fileTxt><fileName>pets.dat</fileName></fileTxt></fileDscr><dataDscr><var name=\"legs\" files=\"F1\">\
         <location StartPos=\"1\" EndPos=\"2\"/><varFormat type=\"numeric\"/></var></dataDscr></codeBook>",
    );
    std::fs::write(place.join("pets.xml"), document).unwrap();
    std::fs::write(place.join("pets.dat"), " 4\n 2\n").unwrap();
    std::fs::create_dir(place.join("data")).unwrap();
    std::fs::write(place.join("data/pets.dat"), " 4\n 2\n").unwrap();
    let export = "export pets.dat --codebook pets.xml --to csv --out out";
    let said =
        says(place, export, &["give the codebook as the input in place of both: `exporter export pets.xml`"]);
    assert!(!said.error.contains("--from csv"), "{}", said.error);
    done(place, "export pets.xml --to csv --out out");
    assert_eq!(std::fs::read_to_string(place.join("out/pets.csv")).unwrap(), "legs\n4\n2\n");
    std::fs::remove_file(place.join("pets.dat")).unwrap();
    let elsewhere = "export data/pets.dat --codebook pets.xml --to csv --out out";
    says(place, elsewhere, &["hint: put pets.dat beside it, and give the codebook as the input"]);
    // A text that is taken for a delimited one is such a file, too, and one that is a delimited one is not.
    let document = std::fs::read_to_string(place.join("pets.xml")).unwrap();
    std::fs::write(place.join("text.xml"), document.replace("pets.dat", "pets.txt")).unwrap();
    std::fs::write(place.join("pets.txt"), " 4\n 2\n").unwrap();
    says(
        place,
        "export pets.txt --codebook text.xml --to csv --out out",
        &["in place of both: `exporter export text.xml`"],
    );
    std::fs::write(place.join("csv.xml"), document.replace("pets.dat", "pets.csv")).unwrap();
    std::fs::write(place.join("pets.csv"), "a,b\n1,2\n").unwrap();
    let said = says(place, "export pets.csv --codebook csv.xml --to csv --out out", &["\"legs\""]);
    assert!(!said.error.contains("in place of both"), "{}", said.error);
    // Of others nothing is said.
    std::fs::write(place.join("other.dat"), " 4\n 2\n").unwrap();
    says(place, "export other.dat --codebook pets.xml --to csv --out out", &["in no known format"]);
}

#[test]
fn a_table_of_a_given_codebook_without_data_names_its_file() {
    let folder = households("--to csv --to dta");
    let place = folder.path();
    for codebook in ["hh/households.ddi.xml", "hh/households.codebook.json"] {
        for extension in ["csv", "dta"] {
            let export = format!(
                "export hh/households.{extension} --codebook {codebook} --to csv --out out --overwrite"
            );
            let file = format!("hh/members.{extension}");
            let said = says(
                place,
                &export,
                &["describes the table \"members\"", &format!("hint: name as a further input: {file}")],
            );
            assert!(!said.error.contains("study file"), "{}", said.error);
            done(place, &export.replace(" --codebook", &format!(" {file} --codebook")));
        }
    }
    std::fs::remove_file(place.join("hh/members.csv")).unwrap();
    says(
        place,
        "export hh/households.csv --codebook hh/households.codebook.json --to csv --out out",
        &["hint: name as a further input, such as: hh/members.csv"],
    );
}

#[test]
fn a_codebook_that_is_none_says_what_codebooks_are() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("x.csv"), "a\n1\n").unwrap();
    std::fs::create_dir(place.join("empty")).unwrap();
    for codebook in ["nope.xml", "empty", "x.csv"] {
        let export = format!("export x.csv --codebook {codebook} --to dta --out out");
        says(
            place,
            &export,
            &["hint: give the path of a codebook: a study file, a .codebook.json, a document of DDI"],
        );
    }
    std::fs::write(place.join("note.xml"), STUDY).unwrap();
    says(place, "export x.csv --codebook nota.xml --to dta --out out", &["hint: did you mean note.xml?"]);
}

#[test]
fn rows_that_are_not_there_are_told_first() {
    let folder = households("--to csv");
    let place = folder.path();
    std::fs::rename(place.join("hh/households.ddi.xml"), place.join("h.xml")).unwrap();
    for (dry_run, first) in [("", 0), (" --dry-run", 1)] {
        let said = done(place, &format!("export h.xml --to csv --no-codebook --out out{dry_run}")).error;
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[first].starts_with("note: h.xml: ")
                && lines[first].ends_with("households is read without rows"),
            "{said}"
        );
        assert!(lines[first + 1].ends_with("members is read without rows"), "{said}");
        assert_ne!(lines.last(), Some(&"no losses"), "{said}");
    }
    std::fs::write(place.join("s.json"), "{\"codebook\": 1, \"tables\": [{\"name\": \"t\", \"variables\": [{\"name\": \"a\", \"kind\": \"text\"}]}]}").unwrap();
    let said = done(place, "export s.json --to csv --no-codebook --out t.csv").error;
    assert!(said.starts_with("note: s.json describes t without rows\n"), "{said}");
    assert!(said.ends_with("no losses but the rows, which are not there\n"), "{said}");
    // With its rows nothing of the kind is said.
    let said = done(place, "export hh --to dta --out whole").error;
    assert!(!said.contains("rows, which are not there") && !said.starts_with("note"), "{said}");
}

#[test]
fn what_describes_data_is_written_by_export() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("q.csv"), "a\n1\n").unwrap();
    for out in ["q.xml", "q.ddi.xml"] {
        let said = says(place, &format!("convert q.csv {out}"), &["ddi describes data and holds no rows"]);
        assert!(!said.error.contains("delimited"), "{}", said.error);
        let typed = said.error.rsplit_once("`exporter ").unwrap().1.split('`').next().unwrap().to_owned();
        assert_eq!(typed, format!("export q.csv --to ddi --out {out}"));
        done(place, &typed);
        assert!(place.join(out).is_file());
    }
    // A folder with a point in its name is called one.
    let said = says(place, "convert q.csv q.load.do", &["stata-script goes with a delimited file"]);
    let typed = said.error.rsplit_once("`exporter ").unwrap().1.split('`').next().unwrap().to_owned();
    done(place, &typed);
    assert_eq!(files(&place.join("q.load")), ["q.codebook.json", "q.do", "q.tab"]);
}

#[test]
fn values_of_options_are_told_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("q.csv"), "a\n1\n").unwrap();
    let refused = |option: &str, wanted: &[&str]| {
        says(place, &format!("export q.csv --to ddi:{option} --out q.xml"), wanted);
    };
    refused("profile=nadda", &["is not one of standard, nada, ", "hint: did you mean nada?\n"]);
    refused(
        "profile=xyzzy",
        &["is not one of standard, nada, ", "hint: write one of them, such as profile=standard\n"],
    );
    refused("version=3", &["is not one of 2.5, 2.6", "hint: version: Version of DDI Codebook"]);
    refused("threshold=-1", &["ddi: threshold=-1 is not a whole number from 0\n"]);
    for to in ["ddi:profile=NADA", "ddi-codebook:statistics=Full", "DDI-Codebook"] {
        done(place, &format!("export q.csv --to {to} --out q.xml --overwrite"));
    }
    done(place, "export q.csv --to opendataformat --out q.odf.zip");
}
