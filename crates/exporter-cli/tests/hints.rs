//! What a hint or a message says is what can be typed.

use std::path::Path;

use crate::program::{Run, example, exporter, run, run_in};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a,b\n1,2\n").unwrap();
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

/// What a failing command says; `{}` is the folder.
#[track_caller]
fn says(folder: &Path, arguments: &str, wanted: &[&str]) -> Run {
    let run = run_in(folder, arguments);
    assert_ne!(run.code, 0, "{arguments}: {}", run.error);
    let said = run.error.replace(folder.to_str().unwrap(), "{}");
    for wanted in wanted {
        assert!(said.contains(wanted), "{arguments}: {said}");
    }
    run
}

/// The command fails with a hint, and with what the hint says to add it does not.
#[track_caller]
fn mended_by(folder: &Path, arguments: &str, typed: &str) {
    says(folder, arguments, &["  hint: ", typed]);
    let run = run_in(folder, &format!("{arguments} {typed}"));
    assert_eq!(run.code, 0, "{arguments} {typed}: {}", run.error);
}

#[test]
fn hints_of_options_are_typed_as_they_stand() {
    let folder = folder();
    let place = folder.path();
    write(place, "old.csv", b"a,b\n1,caf\xe9\n");
    write(place, "header.csv", b"caf\xe9,b\n1,2\n");
    std::fs::copy(place.join("x.csv"), place.join("nameless")).unwrap();
    mended_by(place, "convert {}/old.csv {}/old.parquet", "--from csv:encoding=windows-1252");
    mended_by(place, "convert {}/header.csv {}/header.parquet", "--from csv:encoding=windows-1252");
    mended_by(place, "convert {}/nameless {}/nameless.dta", "--from csv");
    mended_by(place, "convert {}/x.csv {}/nameless.dta", "--overwrite");
    let latin = run_in(place, "convert {}/old.csv {}/latin.parquet --from csv:encoding=latin1");
    assert_eq!(latin.code, 0, "{}", latin.error);
    let header = run_in(place, "convert {}/header.csv {}/h.parquet");
    assert!(
        header.error.contains("error: the header (line 1), column 1: not valid UTF-8"),
        "{}",
        header.error
    );
    assert!(!header.error.contains("row 0"), "{}", header.error);
    let study = example("anes96");
    let export = format!("export {} --to csv --out {{}}/s --no-codebook", study.display());
    says(place, &format!("{export} --losses deny"), &["hint: accept losses with --losses report, or"]);
    let accepted = run_in(place, &format!("{export} --losses report"));
    assert_eq!(accepted.code, 0, "{}", accepted.error);
}

/// Of each format one file is cut in the middle: the error names the file, the place and the way out, and `check` says the same.
#[test]
fn a_file_that_is_cut_in_the_middle_says_where_and_what_to_do() {
    let folder = folder();
    let place = folder.path();
    let rows: String = (0..2_000).map(|row| format!("{row},{}\n", row * 7 % 1_000)).collect();
    write(place, "x.csv", format!("a,b\n{rows}").as_bytes());
    let again = "hint: if it was copied or downloaded, the copy may be incomplete: fetch it again";
    for (name, to, is_read, wanted) in [
        ("x.sav", "sav:compression=none", true, "row "),
        ("y.sav", "sav", true, "row "),
        ("x.zsav", "zsav", true, "row "),
        ("x.dta", "dta", true, "complete rows follow"),
        ("x.parquet", "parquet", false, "PAR1"),
        ("x.arrow", "arrow", false, "ARROW1"),
    ] {
        let made = run_in(place, &format!("convert {{}}/x.csv {{}}/{name} --to {to}"));
        assert_eq!(made.code, 0, "{to}: {}", made.error);
        let whole = std::fs::read(place.join(name)).unwrap();
        write(place, name, &whole[..whole.len() * 2 / 3]);
        let convert = format!("convert {{}}/{name} {{}}/{name}.csv");
        let check = run_in(place, &format!("check {{}}/{name}"));
        assert_eq!((check.code, check.output.contains("  error ")), (1, true), "{name}: {}", check.output);
        if !is_read {
            says(place, &convert, &[wanted, name, again]);
            assert!(check.output.contains("fetch it again"), "{name}: {}", check.output);
            continue;
        }
        let format = if name.ends_with("dta") { "dta" } else { "sav" };
        let typed = format!("--from {format}:lenient=true");
        says(place, &convert, &[wanted, name, "offset "]);
        mended_by(place, &convert, &typed);
        let command = format!("run `exporter convert {} rows.csv {typed}`", place.join(name).display());
        assert!(format == "dta" || check.output.contains(&command), "{name}: {}", check.output);
        let read = std::fs::read_to_string(place.join(format!("{name}.csv"))).unwrap();
        let all = std::fs::read_to_string(place.join("x.csv")).unwrap();
        let lines = read.lines().count();
        assert!(read.lines().eq(all.lines().take(lines)) && lines < 2_001, "{name}: {lines}");
        assert!(name == "x.zsav" || lines > 500, "{name}: {lines}");
        let denied = run_in(place, &format!("{convert} {typed} --overwrite --losses deny"));
        assert_eq!(denied.code, 3, "{name}: {}", denied.error);
    }
    write(place, "short.sav", &std::fs::read(place.join("y.sav")).unwrap()[..250]);
    says(place, "convert {}/short.sav {}/short.csv", &["short.sav, offset ", again]);
}

#[test]
fn how_many_rows_of_a_damaged_file_are_read_is_told_first() {
    let folder = folder();
    let place = folder.path();
    let study = example("anes96");
    for format in ["sav", "zsav"] {
        let export = format!("convert {} {{}}/whole.{format}", study.display());
        assert_eq!(run_in(place, &export).code, 0);
    }
    let whole = std::fs::read(place.join("whole.sav")).unwrap();
    write(place, "s15000.sav", &whole[..15_028]);
    let lenient = "convert {}/s15000.sav {}/rows.csv --from sav:lenient=true";
    let told = run_in(place, lenient);
    let rows = std::fs::read_to_string(place.join("rows.csv")).unwrap().lines().count() - 1;
    assert!((1..944).contains(&rows), "{rows}");
    let missing = 944 - rows;
    let first = format!(
        "  sav: respondents: {rows} of 944 rows read; {missing} are missing: the cases end within row {}, ",
        rows + 1
    );
    let last = format!(" ({missing} rows) [not-read]");
    let is_line = |told: &str| {
        let cut = "; the file is cut off (offset 150";
        told.starts_with(&first) && told.contains(cut) && told.ends_with(&last)
    };
    assert!(told.error.lines().any(is_line), "{}", told.error);

    // Only the index is cut: all rows are there, and nothing is lost.
    let packed = std::fs::read(place.join("whole.zsav")).unwrap();
    write(place, "index.zsav", &packed[..packed.len() - 10]);
    let convert = "convert {}/index.zsav {}/index.csv";
    mended_by(place, convert, "--from sav:lenient=true");
    let denied = format!("{convert} --from zsav:lenient=true --overwrite");
    let told = run_in(place, &denied);
    assert!(told.error.contains("note: ") && told.error.contains("all 944 rows are there"), "{}", told.error);
    assert!(told.error.contains("only the index is cut or damaged"), "{}", told.error);
    assert!(!told.error.contains("[not-read]"), "{}", told.error);
    assert_eq!(std::fs::read_to_string(place.join("index.csv")).unwrap().lines().count(), 945);

    // No row is complete where the only block is damaged: nothing is offered that would give none.
    let mut flipped = packed.clone();
    let middle = packed.len() - 1_000;
    flipped[middle] ^= 0x10;
    write(place, "flipped.zsav", &flipped);
    for from in ["", " --from zsav"] {
        let failed = run_in(place, &format!("convert {{}}/flipped.zsav {{}}/flipped.csv{from}"));
        assert!(failed.code == 1 && failed.error.contains("flipped.zsav, offset "), "{}", failed.error);
        assert!(
            !failed.error.contains("lenient") && failed.error.contains("fetch it again"),
            "{}",
            failed.error
        );
    }
    let index = run_in(place, "convert {}/index.zsav {}/other.csv --from zsav");
    assert!(index.error.contains("read it with --from sav:lenient=true"), "{}", index.error);

    write(place, "empty.sav", b"");
    let empty = run_in(place, "check {}/empty.sav");
    assert!(empty.code == 1 && empty.output.contains("this file is empty"), "{}", empty.output);
}

#[test]
fn numbers_that_are_refused_are_stored_as_the_hint_says() {
    let folder = folder();
    let place = folder.path();
    write(place, "big.csv", b"a\n9007199254740993\n");
    for format in ["sav", "dta"] {
        let convert = format!("convert {{}}/big.csv {{}}/big.{format} --to {format}:");
        let refused = format!("{convert}large-integers=error");
        says(place, &refused, &["9007199254740993", "hint: choose large-integers=text"]);
        assert_eq!(run_in(place, &format!("{convert}large-integers=text")).code, 0);
    }
}

#[test]
fn an_encoding_that_was_named_and_is_wrong_is_left_out() {
    let folder = folder();
    let place = folder.path();
    write(place, "t.csv", "a,b\nёж,1\n".as_bytes());
    let written = run_in(place, "convert {}/t.csv {}/t.sav --to sav:encoding=windows-1251");
    assert_eq!(written.code, 0, "{}", written.error);
    let wrong = run_in(place, "convert {}/t.sav {}/u.csv --from sav:encoding=utf-8");
    let words = "characters outside the encoding that was named read as U+FFFD; leave encoding out: the file declares \
                 windows-1251";
    assert!(wrong.error.contains(words), "{}", wrong.error);
    assert!(!wrong.error.contains("1252"), "{}", wrong.error);
    let right = run_in(place, "convert {}/t.sav {}/v.csv");
    assert!(!right.error.contains("U+FFFD"), "{}", right.error);
    assert!(std::fs::read_to_string(place.join("v.csv")).unwrap().contains("ёж"));
}

#[test]
fn an_encoding_that_is_wrong_is_named_in_words_that_are_typed() {
    let folder = folder();
    let place = folder.path();
    write(place, "t.csv", b"a,b\nplain,1\n");
    for (name, format) in [("t.sav", "sav:compression=none"), ("t.dta", "dta")] {
        assert_eq!(run_in(place, &format!("convert {{}}/t.csv {{}}/{name} --to {format}")).code, 0);
        let mut bytes = std::fs::read(place.join(name)).unwrap();
        let at = bytes.windows(5).rposition(|five| five == b"plain").unwrap();
        bytes[at + 2] = 0xE4;
        write(place, name, &bytes);
        let inspect = format!("inspect {{}}/{name}");
        let typed = format!("--from {}:encoding=windows-1252", &name[2..]);
        let told = run_in(place, &inspect);
        // Stata's files are read as windows-1252 where they are not UTF-8 and nothing is said.
        let words =
            if name == "t.sav" { format!("declares utf-8; try {typed}") } else { "encoding=".to_owned() };
        assert!(told.output.contains(&words), "{name}: {}", told.output);
        let read = run_in(place, &format!("{inspect} {typed}"));
        assert!(read.output.contains("pläin") && !read.output.contains("text-replaced"), "{}", read.output);
    }
    let check = run_in(place, "check {}/t.sav");
    let line = check.output.lines().find(|line| line.contains("read-loss")).unwrap_or_default();
    assert_eq!(
        line,
        "  warning read-loss in the table t in the variable a in row 1: characters outside the encoding of the file read \
         as U+FFFD; the file declares utf-8; try --from sav:encoding=windows-1252 or another one, first: \u{FFFD}"
    );
}

#[test]
fn labels_in_a_second_language_are_written_as_the_loss_says() {
    let folder = folder();
    let place = folder.path();
    let study = example("households");
    let labels = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).contains("Label_fr('Région'");
    for options in ["", "codebook=false"] {
        let to = ["sav", options].join(":");
        let to = to.trim_end_matches(':');
        let export = |to: &str| {
            let out = format!(
                "export {} --table households --to {to} --no-codebook --out {{}}/h.sav --overwrite",
                study.display()
            );
            let run = run_in(place, &out);
            assert_eq!(run.code, 0, "{}", run.error);
            (run.error, labels(std::fs::read(place.join("h.sav")).unwrap()))
        };
        let (said, has_labels) = export(to);
        let typed = "--to sav:second-language=fr";
        let line = said.lines().find(|line| line.contains(typed)).unwrap_or_default();
        assert!(line.contains("labels in fr are ") && !has_labels, "{to}: {said}");
        let mark = if options.is_empty() { ":" } else { "," };
        let (said, has_labels) = export(&format!("{to}{mark}second-language=fr"));
        assert!(has_labels && !said.contains("labels in fr"), "{said}");
    }
    let csv = format!(
        "export {} --table households --to csv:values=labels --no-codebook --out {{}}/h.csv",
        study.display()
    );
    let csv = run_in(place, &csv);
    assert!(
        csv.error.contains("--language TAG chooses which (1 other languages)")
            || csv.error.contains("--language TAG chooses which [language-dropped]"),
        "{}",
        csv.error
    );
}

/// Every fault of a text that can be read otherwise: the whole words to type are in the hint, and they read it.
#[test]
fn a_text_that_cannot_be_read_comes_with_the_words_that_read_it() {
    let folder = folder();
    let place = folder.path();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("short.csv", b"a,b,c\n1,2\n3,4,5\n".to_vec(), "--from csv:ragged=pad"),
        ("long.csv", b"a,b\n1,2\n3,4,5\n".to_vec(), "--from csv:ragged=truncate"),
        ("empty.csv", b"a,b\n1,2\n3,4,,\n".to_vec(), "--from csv:ragged=pad"),
        ("short.tsv", b"a\tb\tc\n1\t2\n".to_vec(), "--from csv:delimiter=tab,ragged=pad"),
        ("stray.csv", b"a,b\n1,\"x\"y\n2,\"z\"\n".to_vec(), "--from csv:lenient=true"),
        ("open.csv", b"a,b\n1,\"x\n2,y\n".to_vec(), "--from csv:quote=none"),
        ("wide.csv", b"a,b\n1,\"x\n2,y,z\n".to_vec(), "--from csv:quote=none,ragged=truncate"),
        ("latin.csv", b"a\ncaf\xe9\n".to_vec(), "--from csv:encoding=windows-1252"),
        ("mixed.csv", b"a,b\n1\n2,caf\xe9\n".to_vec(), "--from csv:ragged=pad,encoding=windows-1252"),
        ("blank.csv", b"\n\n".to_vec(), "--from csv:header=none"),
        ("names", b"a,b\n1,2\n".to_vec(), "--from csv"),
    ];
    for (name, bytes, typed) in cases {
        write(place, name, &bytes);
        mended_by(place, &format!("convert {{}}/{name} {{}}/{name}.parquet"), typed);
    }
}

#[test]
fn words_that_are_typed_already_stay_in_those_of_the_hint() {
    let folder = folder();
    let place = folder.path();
    write(place, "x.csv", b"a;b;d\n1;31/12/2024\n");
    let typed = "--from csv:delimiter=semicolon,ragged=pad,dates=%d/%m/%Y";
    let command = "convert {}/x.csv {}/x.parquet --from csv:delimiter=;,dates=%d/%m/%Y";
    says(place, command, &["  hint: ", typed]);
    let run = run_in(place, &format!("convert {{}}/x.csv {{}}/x.parquet {typed}"));
    assert_eq!(run.code, 0, "{}", run.error);
}

#[test]
fn damage_is_read_leniently_once_the_hint_is_followed() {
    let folder = folder();
    let place = folder.path();
    assert_eq!(run_in(place, "convert {}/x.csv {}/x.dta --to dta:release=115").code, 0);
    let whole = std::fs::read(place.join("x.dta")).unwrap();
    // Release 115 has nothing but labels behind the rows.
    write(place, "cut.dta", &whole[..whole.len() - 1]);
    mended_by(place, "convert {}/cut.dta {}/cut.csv", "--from dta:lenient=true");
    write(place, "short.dta", &whole[..40]);
    let run = says(place, "convert {}/short.dta {}/s.csv --from dta:lenient=true", &["error: "]);
    assert!(!run.error.contains("lenient"), "{}", run.error);
}

#[test]
fn a_wrong_value_is_accepted_as_the_hint_says() {
    let folder = folder();
    let place = folder.path();
    let book =
        "codebook = 1\n[[tables]]\nname = \"x\"\n[[tables.variables]]\nname = \"a\"\nkind = \"float\"\n";
    write(place, "book.toml", book.as_bytes());
    write(place, "x.csv", b"a,b\n1e308,2\n");
    mended_by(place, "convert {}/x.csv {}/x.dta --codebook {}/book.toml", "--losses allow=range");
}

#[test]
fn unknown_loss_codes_are_refused_with_the_nearest() {
    let folder = folder();
    let place = folder.path();
    let wanted = ["error: no loss has the code \"rnge\"", "did you mean \"range\"? codes: "];
    let run = says(place, "convert {}/x.csv {}/x.dta --losses allow=precision,rnge", &wanted);
    assert_eq!((run.code, place.join("x.dta").exists()), (2, false));
    let request = "{\"request\": 1, \"input\": {\"paths\": [\"x.csv\"]}, \"formats\": [{\"format\": \"dta\"}], \
                   \"losses\": {\"allow\": [\"precisoin\"]}}";
    write(place, "r.json", request.as_bytes());
    says(place, "export --request {}/r.json --out {}/x.dta", &["\"precisoin\" (losses)", "\"precision\"?"]);
    let help = run_in(place, "export --help").output.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        help.contains("allow=CODE,… accepts what report accepts, and wrong values of these codes"),
        "{help}"
    );
}

#[test]
fn names_of_outputs_say_what_to_use() {
    let folder = folder();
    let place = folder.path();
    let command = |said: &Run| -> Vec<String> {
        let (_, command) = said.error.split_once("`exporter ").unwrap();
        command.split_once('`').unwrap().0.split(' ').map(str::to_owned).collect()
    };
    for (out, flag) in
        [("s.csv.gz", "--to csv --gzip"), ("s.tab.gz", "--to tab --gzip"), ("s.zip", "--to csv --zip")]
    {
        let said =
            says(place, &format!("convert {{}}/x.csv {{}}/{out}"), &["hint: use `exporter export ", flag]);
        let typed = run(exporter(command(&said).iter().map(String::as_str)));
        assert_eq!((typed.code, place.join(out).is_file()), (0, true), "{}", typed.error);
    }
    let book = run_in(place, "convert {}/x.csv {}/x.codebook.json");
    assert_eq!(book.code, 0, "{}", book.error);
    assert!(std::fs::read_to_string(place.join("x.codebook.json")).unwrap().contains("\"codebook\""));
}

#[test]
fn what_cannot_be_done_has_a_hint_that_can() {
    let folder = folder();
    let place = folder.path();
    std::fs::create_dir(place.join("folder")).unwrap();
    write(place, "quote.csv", b"a,b\n1,\"x\"y\n");
    let quote = says(place, "convert {}/quote.csv {}/q.dta", &["quotes inside a cell are doubled"]);
    assert!(!quote.error.contains("escape"), "{}", quote.error);
    for (arguments, wanted) in [
        (
            "export {}/x.csv --to csv --to csv --out {}/out",
            "hint: name each format once, or put one below a folder with folder=NAME",
        ),
        ("convert {}/x.csv {}/x.dta --memory 1", "give a number of MiB, 16 or more"),
        ("convert {}/x.csv {}/x.dta --to dta:release=14", "118 is read by Stata 14 and later"),
        ("convert {}/none/x.csv {}/x.dta", "hint: the folder {}/none does not exist"),
        (
            "convert {}/folder {}/x.dta",
            "hint: name a folder or archive that holds files in one of these formats: ddi, dta, ",
        ),
        ("export --request {}/none.json --out {}/out", "hint: check the path"),
        ("export {}/x.csv --to csv --zip --password-file {}/none --out {}/out", "hint: check the path"),
    ] {
        says(place, arguments, &[wanted]);
    }
    let mismatch = says(
        place,
        "convert {}/x.csv {}/folder --to csv --overwrite",
        &["hint: name the file in it, such as "],
    );
    assert!(!mismatch.error.contains("--overwrite"), "{}", mismatch.error);
    write(place, "there", b"");
    let mismatch =
        says(place, "export {}/x.csv --to csv --to tab --out {}/there", &["hint: choose another target\n"]);
    assert!(!mismatch.error.contains("--overwrite"), "{}", mismatch.error);
    let help = run_in(place, "convert --help").output;
    assert!(help.contains("MiB of buffers, 16 or more"), "{help}");
}

#[test]
fn files_outside_are_allowed_as_the_hint_says() {
    let folder = folder();
    let place = folder.path();
    std::fs::create_dir(place.join("study")).unwrap();
    write(place, "study/study.toml", b"codebook = 1\n[data]\nx = \"../x.csv\"\n");
    mended_by(place, "export {}/study/study.toml --to csv --out {}/out", "--allow-outside");
}

#[test]
fn mistakes_in_study_files_are_told_once_with_the_nearest_name() {
    let folder = folder();
    let place = folder.path();
    write(place, "s.toml", b"codebook = 1\n[[tables]]\nname = \"x\"\nvariabels = 3\n");
    write(place, "s.json", b"{\"codebook\": 1, \"tables\": [{\"name\": \"x\", \"variabels\": 3}]}");
    write(place, "bad.toml", b"codebook = \n");
    for (file, at) in [("s.toml", "at line 4 column 1"), ("s.json", "at line 1 column ")] {
        let command = format!("export {{}}/{file} --to csv --out {{}}/out");
        let run =
            says(place, &command, &["unknown field `variabels`", at, "hint: did you mean \"variables\"?"]);
        assert_eq!(run.error.matches("unknown field").count(), 1, "{}", run.error);
    }
    let run = says(
        place,
        "export {}/bad.toml --to csv --out {}/out",
        &["error: study file: ", "at line 1 column 1"],
    );
    assert_eq!((run.error.lines().count(), run.error.contains("caused by")), (1, false), "{}", run.error);
}

#[test]
fn folders_and_tables_of_a_format_are_named_as_the_hint_says() {
    let folder = folder();
    let place = folder.path();
    for (wrong, typed) in
        [("folder=../y", "folder=data"), ("folder=", "folder=data"), ("tables=", "tables=people|houses")]
    {
        says(place, &format!("export {{}}/x.csv --to csv:{wrong} --out {{}}/out"), &["hint: ", typed]);
    }
    let run = run_in(place, "export {}/x.csv --to csv:folder=data --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    let study = example("households");
    let command =
        format!("export {} --table households --to csv:tables=members --out {{}}/part", study.display());
    let run = says(place, &command, &["\"members\" is not exported, but only households"]);
    assert!(!run.error.contains("does not exist"), "{}", run.error);
    mended_by(place, &command, "--table members");
}

#[test]
fn the_password_of_an_input_has_an_argument_of_its_own() {
    let folder = folder();
    let place = folder.path();
    write(place, "pw", b"a good password");
    let locked = run_in(place, "export {}/x.csv --to csv --password-file {}/pw --out {}/x.zip");
    assert_eq!(locked.code, 0, "{}", locked.error);
    let one = "export {}/x.csv --to csv --no-codebook --password-file {}/pw --out {}/one.zip";
    assert_eq!(run_in(place, one).code, 0);
    let shut = run_in(place, "check {}/one.zip");
    assert!(shut.output.contains("1 entry is encrypted"), "{}{}", shut.output, shut.error);
    let command = "export {}/x.zip --to csv --password-file {}/pw --out {}/out";
    says(
        place,
        command,
        &["hint: add --zip ", "; --input-password-file gives the password of an encrypted input"],
    );
    let opened = run_in(place, &command.replace("--password-file", "--input-password-file"));
    assert_eq!(opened.code, 0, "{}", opened.error);
}

/// The texts in the code of a file, without its tests.
fn texts(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code = code.lines().filter(is_code).collect::<Vec<_>>().join("\n").replace("'\"'", "' '");
    code.replace("\\\"", "'").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// Whatever text of the code names an option or an argument, it exists.
#[test]
fn options_and_arguments_that_texts_name_exist() {
    let folder = folder();
    let registry = exporter::registry();
    let commands = [
        "export",
        "convert",
        "inspect",
        "check",
        "formats",
        "completions",
        "dxf2 summary",
        "dxf2 convert",
        "dxf2 diff",
        "dxf2 clean",
        "dxf2 uid",
    ];
    let help: String =
        commands.iter().map(|command| run_in(folder.path(), &format!("{command} --help")).output).collect();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() && !source.to_string_lossy().contains("exporter-testkit") {
            sources(&source, &mut files);
        }
    }
    let (mut options, mut arguments) = (0, 0);
    for file in files {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        for text in texts(&std::fs::read_to_string(&file).unwrap()) {
            for word in text.split(|letter: char| letter.is_whitespace() || "'`\"()[]".contains(letter)) {
                let place = format!("{}: {word} in {text:?}", file.display());
                if let Some(argument) = word.strip_prefix("--").filter(|name| name.starts_with(is_name)) {
                    let name: String = argument.chars().take_while(|letter| is_name(*letter)).collect();
                    assert!(help.contains(&format!("--{name}")), "{place}");
                    arguments += 1;
                }
                let Some((format, pairs)) = word.split_once(':') else { continue };
                let Ok(info) = registry.format(format) else { continue };
                for pair in pairs.split(',').filter(|pair| pair.contains('=')) {
                    let name = pair.split_once('=').unwrap().0;
                    let all = info.options.iter().chain(info.read_options).chain(&exporter::COMMON_OPTIONS);
                    assert!(all.clone().any(|option| option.is_called(name)), "{place}");
                    options += 1;
                }
            }
        }
    }
    assert!(options > 4 && arguments > 20, "{options} options and {arguments} arguments were found");
}

#[test]
fn a_password_that_is_given_and_wrong_is_to_be_checked() {
    let folder = folder();
    let place = folder.path();
    write(place, "pw", b"a good password");
    write(place, "wrong", b"another");
    let locked = run_in(place, "export {}/x.csv --to csv --password-file {}/pw --out {}/x.zip");
    assert_eq!(locked.code, 0, "{}", locked.error);
    let said = says(
        place,
        "inspect {}/x.zip --input-password-file {}/wrong",
        &["the password does not open it", "hint: check the password"],
    );
    assert!(!said.error.contains("--input-password-file FILE"), "{}", said.error);
    says(
        place,
        "inspect {}/x.zip",
        &["hint: give it with --input-password-env VAR or --input-password-file FILE"],
    );
}

#[test]
fn streams_that_are_not_written_have_gzip_for_a_way_out() {
    for name in ["c.csv.zst", "c.csv.bz2", "c.csv.xz"] {
        let folder = folder();
        let place = folder.path();
        let said = says(place, &format!("convert {{}}/x.csv {{}}/{name}"), &["hint: use `exporter export "]);
        let (_, typed) = said.error.split_once("use `exporter ").unwrap();
        let made = run_in(place, typed.split('`').next().unwrap());
        assert_eq!((made.code, place.join("c.csv.gz").is_file()), (0, true), "{}", made.error);
        std::fs::remove_file(place.join("c.csv.gz")).unwrap();
        let said =
            says(place, &format!("export {{}}/x.csv --to csv --out {{}}/{name}"), &["c.csv.gz a file"]);
        let typed = said.error.rsplit_once("--out ").unwrap().1.split(' ').next().unwrap();
        let made = run_in(place, &format!("export {{}}/x.csv --to csv --out {typed}"));
        assert_eq!((made.code, place.join("c.csv.gz").is_file()), (0, true), "{}", made.error);
    }
}

#[test]
fn variables_of_one_table_name_the_option_that_keeps_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let export = format!("export {} --to csv --out {{}}/out --variables region", study.display());
    mended_by(folder.path(), &export, "--table households");
}

#[test]
fn losses_say_what_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run =
        run_in(folder.path(), &format!("export {} --to csv --out {{}}/out --no-codebook", study.display()));
    let titled = " losses; --report FILE.json lists them by variable (numbers in brackets count every label and value)";
    assert!(run.error.contains(titled), "{}", run.error);
}

#[test]
fn columns_that_are_texts_beyond_those_that_are_named_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let row = |cell: &str| [cell; 12].join(",") + "\n";
    let names: Vec<String> = (0..12).map(|column| format!("v{column}")).collect();
    let rows: String = (0..40).map(|number| row(&number.to_string())).collect();
    write(place, "odd.csv", format!("{}\n{rows}{}", names.join(","), row("N/V")).as_bytes());
    let run = run_in(place, "convert {}/odd.csv {}/odd.dta");
    assert_eq!(run.error.matches(" is a text because of ").count(), 5, "{}", run.error);
    assert!(run.error.contains("and 7 more columns are texts for such reasons"), "{}", run.error);
}

/// A file that is surely in another format than `--from` says: the words to type are in the hint, and they read it.
#[test]
fn another_format_than_the_one_named_is_told_with_the_words_that_read_it() {
    let folder = folder();
    let place = folder.path();
    for format in ["dta", "parquet", "arrow", "arrows"] {
        let made = run_in(place, &format!("convert {{}}/x.csv {{}}/y.{format}"));
        assert_eq!(made.code, 0, "{}", made.error);
        let packed = run_in(
            place,
            &format!("export {{}}/x.csv --to {format} --gzip --no-codebook --out {{}}/y.{format}.gz"),
        );
        assert_eq!(packed.code, 0, "{}", packed.error);
        std::fs::create_dir(place.join(format)).unwrap();
        std::fs::copy(place.join(format!("y.{format}")), place.join(format!("{format}/y.{format}"))).unwrap();
        // Without the help of an extension.
        std::fs::copy(place.join(format!("y.{format}")), place.join(format!("named-{format}.csv"))).unwrap();
    }
    for own in ["dta", "parquet", "arrow", "arrows"] {
        for named in ["csv", "tab", "csv:encoding=windows-1252", "dta", "parquet", "arrow", "arrows"] {
            if named == own {
                continue;
            }
            for input in
                [format!("y.{own}"), format!("y.{own}.gz"), own.to_owned(), format!("named-{own}.csv")]
            {
                let inspect = |from: &str| run_in(place, &format!("inspect {{}}/{input} {from}"));
                let wrong = inspect(&format!("--from {named}"));
                let mended = inspect("");
                assert_eq!(mended.code, 0, "{input}: {}", mended.error);
                // The two forms of Arrow are read by either.
                if wrong.code == 0 && named.starts_with("arrow") && own.starts_with("arrow") {
                    continue;
                }
                assert_ne!(wrong.code, 0, "{input} as {named}");
                let hint = format!("hint: read it with --from {own}, or leave --from out");
                assert!(wrong.error.contains(&hint), "{input} as {named}: {}", wrong.error);
                let typed = inspect(&format!("--from {own}"));
                assert_eq!(typed.code, 0, "{input}: {}", typed.error);
            }
        }
    }
    // A file that is damaged is still said to be that.
    std::fs::write(place.join("z.dta"), "no file of Stata").unwrap();
    let damaged = says(place, "inspect {}/z.dta --from dta", &["z.dta"]);
    assert!(!damaged.error.contains("leave --from out"), "{}", damaged.error);
}
