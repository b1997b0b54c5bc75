//! Requests: printed from arguments, stored, run.

use std::path::Path;

use crate::program::{example, exporter, files, run, run_in};

/// The bytes of every file below a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(folder).into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn what_arguments_make_is_what_their_request_makes() {
    let study = example("households");
    let study = study.to_str().unwrap();
    for arguments in [
        "--to csv:values=labels --to dta:release=118 --language fr --out OUT",
        "--to parquet --where region=North --variables household_id,region,age --rows 20 --out OUT",
        "--to csv --table members --keep-orphans --rows 3 --no-codebook --out OUT/m.csv",
        "--to tab --gzip --level 9 --manifest --out OUT",
        "--to csv --level fast --manifest --out OUT/a.zip",
        "--to csv --zip --level 0 --out OUT",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let words = |out: &str| -> Vec<String> {
            arguments.split(' ').map(|word| word.replace("OUT", &path(out))).collect()
        };
        let export = |more: &[String]| {
            let run = run(exporter(["export"].into_iter().chain(more.iter().map(String::as_str))));
            assert_eq!(run.code, 0, "{arguments}: {}", run.error);
            run
        };
        let of_study = |out: &str, more: &[&str]| -> Vec<String> {
            [study].into_iter().chain(more.iter().copied()).map(str::to_owned).chain(words(out)).collect()
        };
        let done = export(&of_study("one", &[]));
        let printed = export(&of_study("one", &["--print-request"]));
        assert_eq!(printed.error, "", "{arguments}");
        assert!(!printed.output.contains(&path("one")), "the target is no part of a request");
        std::fs::create_dir(path("stored")).unwrap();
        std::fs::write(path("stored/request.json"), &printed.output).unwrap();
        let out = words("two").pop().unwrap();
        let again = export(&["--request".into(), path("stored/request.json"), "--out".into(), out]);
        assert_eq!(contents(&folder.path().join("one")), contents(&folder.path().join("two")), "{arguments}");
        let untimed =
            |text: &str| text.lines().filter(|line| !line.contains(" bytes in ")).collect::<String>();
        assert_eq!(untimed(&done.error), untimed(&again.error), "{arguments}");
        // And a request that was printed is printed as it is.
        let stored = export(&["--request".into(), path("stored/request.json"), "--print-request".into()]);
        assert_eq!(stored.output, printed.output, "{arguments}");
    }
}

#[test]
fn convert_prints_its_request_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a;b\n1;2\n").unwrap();
    let convert = "convert {}/x.csv {}/y.dta --from csv:delimiter=; --variables b --losses deny";
    let printed = run_in(folder.path(), &format!("{convert} --print-request"));
    assert_eq!((printed.code, files(folder.path())), (0, vec!["x.csv".to_owned()]), "{}", printed.error);
    let request: serde_json::Value = serde_json::from_str(&printed.output).unwrap();
    assert_eq!(request["input"]["options"]["delimiter"], ";");
    assert_eq!((&request["formats"][0]["format"], &request["losses"]), (&"dta".into(), &"deny".into()));
    std::fs::write(folder.path().join("request.json"), &printed.output).unwrap();
    assert_eq!(run_in(folder.path(), convert).code, 0);
    let again = run_in(folder.path(), "export --request {}/request.json --out {}/z.dta");
    assert_eq!(again.code, 0, "{}", again.error);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(read("y.dta") == read("z.dta"));
}

#[test]
fn paths_of_a_request_are_relative_to_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let stored = example("anes96").with_file_name("request.json");
    let stored = stored.to_str().unwrap();
    let done = run_in(folder.path(), &format!("export --request {stored} --out {{}}/a.zip"));
    assert_eq!(done.code, 0, "{}", done.error);
    let planned = run_in(folder.path(), &format!("export --request {stored} --dry-run --out {{}}/b.zip"));
    assert!(planned.error.contains("b.zip (application/zip"), "{}", planned.error);
    assert_eq!(files(folder.path()), ["a.zip"]);
    assert_eq!(run_in(folder.path(), "check {}/a.zip").code, 0);
}

#[test]
fn printed_paths_are_absolute() {
    let folder = tempfile::tempdir().unwrap();
    let mut program =
        exporter(["export", "x.csv", "--to", "csv", "--zip", "--password-file", "p", "--print-request"]);
    let printed = run(std::mem::replace(program.current_dir(folder.path()), exporter([])));
    assert_eq!(printed.code, 0, "{}", printed.error);
    let request: serde_json::Value = serde_json::from_str(&printed.output).unwrap();
    let path = |name: &str| folder.path().canonicalize().unwrap().join(name).display().to_string();
    assert_eq!(request["input"]["paths"][0], path("x.csv"));
    assert_eq!(request["packaging"]["zip"]["password"]["file"], path("p"));
}

#[test]
fn a_request_has_places_of_passwords_and_no_password() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    let place = folder.path().to_str().unwrap();
    let input = format!("{place}/x.csv");
    let print = ["export", &input, "--to", "csv", "--zip", "--password-env", "SECRET", "--print-request"];
    let mut print = exporter(print);
    print.env("SECRET", "correct horse");
    let printed = run(print);
    assert!(printed.output.contains("SECRET") && !printed.output.contains("correct"), "{}", printed.output);
    std::fs::write(folder.path().join("r.json"), printed.output).unwrap();
    let (request, out) = (format!("{place}/r.json"), format!("{place}/x.zip"));
    let mut command = exporter(["export", "--request", &request, "--out", &out]);
    command.env("SECRET", "correct horse");
    assert_eq!(run(command).code, 0);
    // Method 99 is AES (APPNOTE, appendix E): low byte at offset 8 of the first local header.
    assert_eq!(std::fs::read(&out).unwrap()[8..10], [99, 0]);
    let mut unset = exporter(["export", "--request", &request, "--out", &out]);
    unset.env_remove("SECRET");
    let unset = run(unset);
    assert_eq!(unset.code, 2);
    assert!(unset.error.contains("(packaging.zip.password)"), "{}", unset.error);
}

#[test]
fn mistakes_in_a_request_are_named_by_field() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    for (rest, wanted) in [
        ("\"formatz\": []", "error: request: unknown field `formatz`"),
        ("\"formatz\": []", "hint: did you mean \"formats\"?"),
        ("\"formats\": [{ \"format\": \"cvs\" }]", "\"cvs\" is not known (formats[0].format)"),
        (
            "\"formats\": [{ \"format\": \"csv\" }], \"excerpt\": { \"tables\": [\"y\"] }",
            "(excerpt.tables[0])",
        ),
    ] {
        let request = format!("{{ \"request\": 1, \"input\": {{ \"paths\": [\"x.csv\"] }}, {rest} }}");
        std::fs::write(folder.path().join("r.json"), request).unwrap();
        let run = run_in(folder.path(), "export --request {}/r.json --out {}/out");
        assert!(run.code != 0 && run.error.contains(wanted), "{}", run.error);
    }
    std::fs::write(folder.path().join("r.json"), "{ \"request\": 2 }").unwrap();
    let run = run_in(folder.path(), "export --request {}/r.json --out {}/out");
    assert_eq!(run.code, 2);
    assert!(run.error.contains("request version 2 is not known"), "{}", run.error);
    assert_eq!(files(folder.path()), ["r.json", "x.csv"]);
}

#[test]
fn a_stored_request_takes_no_arguments_that_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let stored = example("anes96").with_file_name("request.json");
    for more in [
        "x.csv",
        "--to csv",
        "--table t",
        "--zip",
        "--level 6",
        "--losses report",
        "--language fr",
        "--from csv",
        "--codebook x",
        "--where a=1",
        "--rows 3",
        "--password-env X",
        "--manifest",
        "--no-codebook",
    ] {
        let run =
            run_in(folder.path(), &format!("export --request {} --out {{}}/out {more}", stored.display()));
        assert_eq!(run.code, 2, "{more}: {}", run.error);
        assert!(run.error.contains("cannot be used with"), "{more}: {}", run.error);
    }
    let no_target = run_in(folder.path(), &format!("export --request {}", stored.display()));
    assert!(no_target.code == 2 && no_target.error.contains("--out"), "{}", no_target.error);
    assert!(files(folder.path()).is_empty());
}
