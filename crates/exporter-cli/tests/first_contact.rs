//! What somebody meets who types the first commands, and the first wrong ones.

use std::path::Path;

use crate::program::{Run, example, exporter, run, run_in};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "id,name\n1,Ada\n20,Bob\n").unwrap();
    folder
}

#[track_caller]
fn done(folder: &Path, arguments: &str) -> Run {
    let run = run_in(folder, arguments);
    assert_eq!(run.code, 0, "{arguments}: {}", run.error);
    run
}

#[test]
fn help_has_headings_and_examples_and_the_examples_are_commands() {
    for command in ["", "export", "convert", "inspect", "check"] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = run(exporter(arguments)).output;
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        let examples: Vec<&str> = examples
            .lines()
            .map_while(|line| line.strip_prefix("  "))
            .filter(|line| !line.is_empty())
            .collect();
        assert!(examples.len() >= 3, "{command}");
        for example in examples {
            let (_, typed) = example.split_once("exporter ").unwrap();
            // The files are of the reader: a command that is parsed fails for want of them and not of its words.
            let place = tempfile::tempdir().unwrap();
            let typed = typed.replace("'age >= 18'", "age>=18");
            let run = run_in(place.path(), &typed);
            assert_ne!(run.code, 2, "{example}: {}", run.error);
        }
    }
    let help = run(exporter(["export", "--help"])).output;
    for heading in ["Reading:", "Packaging:", "Selection:", "Reports:", "Output:", "Resources:"] {
        assert!(help.contains(&format!("\n{heading}\n")), "{heading}: {help}");
    }
    for short in ["-o, --out", "-t, --to", "-f, --from", "-q, --quiet", "-n, --rows"] {
        assert!(help.contains(short), "{short}: {help}");
    }
}

#[test]
fn short_options_do_what_the_long_ones_do_and_quiet_says_nothing() {
    let folder = folder();
    let place = folder.path();
    let long = done(place, "export {}/x.csv --to parquet --out {}/long --no-codebook");
    assert!(long.error.contains("2 rows"), "{}", long.error);
    let short = done(place, "export {}/x.csv -t parquet -o {}/short --no-codebook -q");
    assert_eq!((short.error.as_str(), short.output.as_str()), ("", ""));
    let file = |name: &str| std::fs::read(place.join(name).join("x.parquet")).unwrap();
    assert_eq!(file("long"), file("short"));
    let failed = run_in(place, "--quiet convert {}/none.csv {}/y.csv");
    assert!(failed.code == 1 && failed.error.starts_with("error: there is no file"), "{}", failed.error);
}

#[test]
fn the_manual_page_names_every_command() {
    let manual = run(exporter(["manual"]));
    assert_eq!(manual.code, 0);
    for command in ["export", "convert", "inspect", "check", "formats", "completions"] {
        assert!(manual.output.contains(&format!("exporter\\-{command}")), "{command}");
    }
    assert!(manual.output.contains(".TH exporter 1"), "{}", &manual.output[..200]);
    for section in ["\"EXIT STATUS\"", "ENVIRONMENT", "FILES", "FORMATS"] {
        assert!(
            manual.output.contains(&format!(".SH {section}"))
                || manual.output.contains(&format!(".SH \"{section}\"")),
            "{section}"
        );
    }
    // Options of formats stand with their formats.
    for option in ["storage", "skip\\-lines", "categories"] {
        assert!(manual.output.contains(option), "{option}");
    }
}

#[test]
fn nothing_is_coloured_where_no_color_is_set() {
    let folder = folder();
    let file = folder.path().join("x.csv");
    let run_with = |no_color: &str, arguments: [&str; 2]| {
        let mut command = exporter(arguments);
        command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", no_color);
        let run = run(command);
        run.output + &run.error
    };
    for arguments in [["inspect", file.to_str().unwrap()], ["check", "none.csv"], ["inspect", "--none"]] {
        assert!(run_with("", arguments).contains('\u{1b}'), "{arguments:?}");
        let plain = run_with("1", arguments);
        assert!(!plain.contains('\u{1b}'), "{arguments:?}: {plain}");
    }
}

#[test]
fn labels_without_a_text_in_the_language_asked_for_are_told_once_a_table() {
    let folder = folder();
    let place = folder.path();
    let book = r#"{"codebook": 1, "study": {"id": "s", "languages": ["en", "fr"]},
        "value_labels": {"yn": [{"value": 1, "label": {"und": "One", "fr": "Un"}}, {"value": 20, "label": "Twenty"}]},
        "tables": [{"name": "x", "label": {"und": "People", "fr": "Personnes"}, "variables": [
            {"name": "id", "kind": "integer", "label": "Number", "labels": "yn"},
            {"name": "name", "kind": "text", "label": {"und": "Name", "fr": "Nom"}}]}]}"#;
    std::fs::write(place.join("study.json"), book).unwrap();
    let told = "labels have no text in fr: what stands there is of another language (2 ";
    let counts = |run: &Run| run.error.matches(told).count();
    let of = |arguments: &str| {
        done(place, &format!("export {{}}/study.json {arguments} -o {{}}/{}", arguments.replace(' ', "")))
    };
    let in_stata = of("-t dta --language fr");
    assert!(counts(&in_stata) == 1 && in_stata.error.contains("dta: x: "), "{}", in_stata.error);
    assert!(in_stata.error.contains("first: \"id\""), "{}", in_stata.error);
    for arguments in ["-t dta", "-t parquet --language fr", "-t dta --language en"] {
        assert_eq!(counts(&of(arguments)), 0, "{arguments}");
    }
}

#[test]
fn one_survey_in_three_formats_counts_its_rows_once_in_ten_lines() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let export = format!("export {} -t tab -t csv -t parquet -o {{}}/anes96.zip", study.display());
    let run = done(folder.path(), &export);
    assert!(run.error.lines().count() <= 10, "{}", run.error);
    assert!(run.error.contains("anes96.zip: 944 rows of respondents in 3 formats, "), "{}", run.error);
    let twice = format!("export {} -t csv:folder=a -t csv:folder=b -o {{}}/twice", study.display());
    let run = done(folder.path(), &twice);
    assert!(run.error.contains("entries, 944 rows, "), "{}", run.error);
    let households = format!("export {} -t csv -t dta -o {{}}/hh", example("households").display());
    let run = done(folder.path(), &households);
    assert!(run.error.contains(" rows of 2 tables in 2 formats, "), "{}", run.error);
}

#[test]
fn inspect_aligns_numbers_under_a_rule_and_shows_labels_on_request() {
    let folder = folder();
    let shown = done(folder.path(), "inspect {}/x.csv").output;
    assert!(shown.ends_with("  id  name\n  ──  ────\n   1  Ada\n  20  Bob\n"), "{shown}");
    let study = example("anes96");
    let shown = done(folder.path(), &format!("inspect {} --labels -n 1", study.display())).output;
    assert!(shown.contains("table respondents: 944 rows, 11 variables"), "{shown}");
    assert!(shown.lines().last().unwrap().contains("1 Dole"), "{shown}");
    std::fs::write(folder.path().join("esc.csv"), "a\n\"\u{1b}[31mred\tx\ny\"\n").unwrap();
    let shown = done(folder.path(), "inspect {}/esc.csv").output;
    assert!(shown.ends_with("  \\x1b[31mred\\tx\\ny\n"), "{shown}");
    let refused = run_in(folder.path(), "convert {}/\u{1b}[31mnone.csv {}/y.csv");
    assert!(
        refused.error.contains("\\x1b[31mnone.csv") && !refused.error.contains('\u{1b}'),
        "{}",
        refused.error
    );
}

#[test]
fn words_that_nobody_knows_are_refused_with_those_that_are_known() {
    let folder = folder();
    let households = example("households");
    let export = format!("export {} -t csv -o {{}}/hh", households.display());
    let language = run_in(folder.path(), &format!("{export} --language fre"));
    assert!(language.code == 2 && language.error.contains("no labels in \"fre\""), "{}", language.error);
    assert!(language.error.contains("did you mean \"fr\"? languages: en, fr"), "{}", language.error);
    let none = run_in(folder.path(), "convert {}/x.csv {}/x.dta --language fr");
    assert!(none.error.contains("leave the language out"), "{}", none.error);
    let code = run_in(folder.path(), &format!("{export} --losses allow=precison"));
    assert!(code.code == 2 && code.error.contains("did you mean \"precision\"? codes: "), "{}", code.error);
}

#[test]
fn conditions_that_are_joined_say_how_to_write_them() {
    let folder = folder();
    let condition = |text: &str| {
        let mut command = exporter(["convert", "x.csv", "-", "-t", "csv", "--where", text]);
        command.current_dir(folder.path());
        run(command)
    };
    let both = condition("id >= 1 and name = Ada");
    assert_eq!(both.code, 2, "{}", both.error);
    let hint = "give each on its own, all must hold: --where \"id >= 1\" --where \"name = Ada\"";
    assert!(both.error.contains(hint), "{}", both.error);
    let mut typed = exporter(["convert", "x.csv", "-", "-t", "csv"]);
    typed.args(["--where", "id >= 1", "--where", "name = Ada"]).current_dir(folder.path());
    assert_eq!(run(typed).output, "id,name\n1,Ada\n");
    let either = condition("id = 1 or id = 2");
    assert!(either.error.contains("values of one variable are listed"), "{}", either.error);
    assert_eq!(condition("id in 1, 2").output, "id,name\n1,Ada\n");
    // A text may hold the word.
    assert_eq!(condition("name = Ada and sons").output, "id,name\n");
    assert_eq!(condition("name = 'Ada and id = 3'").output, "id,name\n");
}

#[test]
fn study_files_that_powershell_wrote_are_read_or_told() {
    let folder = folder();
    let study = "codebook = 1\r\n[study]\r\nid = \"s\"\r\n[data]\r\nx = \"x.csv\"\r\n";
    std::fs::write(folder.path().join("bom.toml"), format!("\u{feff}{study}")).unwrap();
    assert!(done(folder.path(), "inspect {}/bom.toml").output.contains("table x: 2 rows"));
    let wide = "\u{feff}".encode_utf16().chain(study.encode_utf16()).flat_map(u16::to_le_bytes);
    std::fs::write(folder.path().join("wide.toml"), wide.collect::<Vec<u8>>()).unwrap();
    let run = run_in(folder.path(), "inspect {}/wide.toml");
    assert!(run.error.contains("it is UTF-16") && run.error.contains("-Encoding utf8"), "{}", run.error);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_named_as_such() {
    let folder = folder();
    std::os::unix::fs::symlink("loop.csv", folder.path().join("loop.csv")).unwrap();
    std::os::unix::fs::symlink("gone.csv", folder.path().join("dangling.csv")).unwrap();
    for name in ["loop.csv", "dangling.csv"] {
        let run = run_in(folder.path(), &format!("inspect {{}}/{name}"));
        assert!(run.code == 1 && run.error.contains("correct the link"), "{}", run.error);
        assert!(!run.error.contains("did you mean"), "{}", run.error);
    }
}

#[test]
fn operators_that_are_typed_wrong_are_answered_with_the_right_ones() {
    let folder = folder();
    let says = |condition: &str, wanted: &str| {
        let mut command = exporter(["convert", "x.csv", "-", "-t", "csv", "--where", condition]);
        command.current_dir(folder.path());
        let run = run(command);
        assert!(run.code == 2 || run.code == 1, "{condition}: {}", run.error);
        assert!(run.error.contains(wanted), "{condition}: {}", run.error);
    };
    says("id => 18", "write --where \"id >= 18\"");
    says("id between 1 and 3", "--where 'id >= 1' --where 'id <= 3'");
    says("id is missing", "--where 'id missing'");
    says("id = 1, 2", "--where 'id in 1, 2'");
    let none = run_in(folder.path(), "convert {}/x.csv {}/y.csv --where id=7");
    assert!(none.error.contains("note: no row of x is kept by id=7"), "{}", none.error);
}

#[test]
fn words_that_are_typed_wrong_are_answered_with_what_to_type() {
    let folder = folder();
    let says = |arguments: &str, wanted: &[&str]| {
        let run = run_in(folder.path(), arguments);
        assert_ne!(run.code, 0, "{arguments}: {}", run.error);
        for wanted in wanted {
            assert!(run.error.contains(wanted), "{arguments}: {}", run.error);
        }
    };
    says("export {}/x.csv -t csv,dta -o {}/out", &["give each on its own: --to csv --to dta"]);
    says("convert {}/x.csv {}/y.csv -t csv:values", &["write csv:values=VALUE"]);
    says("convert {}/x.csv {}/y.csv --losses range", &["--losses allow=range"]);
    says("inspect {}/x.csv --codebook {}/x.csv", &["it is no codebook"]);
    says("convert {}/x.csv {} --to csv", &["names a folder, and convert writes a file"]);
    says("convert {}/x.csv {}", &["names a folder, and convert writes a file"]);
    says("formats zpi", &["did you mean \"zip\"?"]);
    let two = folder.path().join("two");
    std::fs::create_dir(&two).unwrap();
    for name in ["a.toml", "b.toml", "c.toml"] {
        std::fs::write(two.join(name), "codebook = 1\n[study]\nid = \"s\"\n").unwrap();
    }
    std::fs::write(two.join("t.csv"), "a\n1\n").unwrap();
    says(
        "inspect {}/two",
        &["a.toml and b.toml are both studies or codebooks, as are 1 more", "/two/a.toml"],
    );
    let given = done(folder.path(), "inspect {}/two --codebook {}/two/a.toml");
    assert!(given.error.contains("not read: a.toml, b.toml, c.toml"), "{}", given.error);
}

#[test]
fn a_dry_run_names_the_file_and_tells_what_is_in_the_way() {
    let folder = folder();
    done(folder.path(), "convert {}/x.csv {}/y.dta");
    let dry = done(folder.path(), "convert {}/x.csv {}/y.dta --dry-run");
    assert!(
        dry.error.contains("y.dta (application/x-stata-dta") && dry.error.contains("y.dta exists"),
        "{}",
        dry.error
    );
    let free = done(folder.path(), "convert {}/x.csv {}/z.dta --dry-run");
    assert!(!free.error.contains("exists"), "{}", free.error);
}

#[test]
fn languages_of_texts_are_known_though_no_list_names_them() {
    let folder = folder();
    let study = "codebook = 1\n[study]\nid = \"s\"\n[data]\nx = \"x.csv\"\n[[tables]]\nname = \"x\"\n\
                 [[tables.variables]]\nname = \"id\"\nkind = \"integer\"\nlabel = { en = \"Number\", fr = \"Numero\" }\n\
                 [[tables.variables]]\nname = \"name\"\nkind = \"text\"\n";
    std::fs::write(folder.path().join("s.toml"), study).unwrap();
    done(folder.path(), "export {}/s.toml -t csv:header=labels -o {}/fr --language fr");
    let csv = std::fs::read_to_string(folder.path().join("fr/x.csv")).unwrap();
    assert!(csv.starts_with("Numero,name\n"), "{csv}");
    let shown = done(folder.path(), "inspect {}/s.toml --language fr").output;
    assert!(shown.contains("Numero"), "{shown}");
    let households = example("households");
    let shown = done(folder.path(), &format!("inspect {} -n 0", households.display())).output;
    assert!(shown.contains("languages: en, fr"), "{shown}");
}

#[test]
fn cells_that_make_a_text_of_a_column_are_named_with_what_to_type() {
    let folder = folder();
    let rows = (0..500).map(|row| format!("{row},{row}.5,13/02/2024\n")).collect::<String>();
    std::fs::write(folder.path().join("amt.csv"), format!("id,amt,day\n{rows}500,N/A,14/02/2024\n")).unwrap();
    let run = done(folder.path(), "inspect {}/amt.csv");
    let missing = "--from csv:delimiter=comma,null=N/A";
    assert!(
        run.error.contains(&format!(
            "amt is a text because of \"N/A\" (line 502); if that is a missing value: {missing}"
        )),
        "{}",
        run.error
    );
    let typed = done(folder.path(), &format!("inspect {{}}/amt.csv {missing}"));
    assert!(
        typed.output.contains("amt  float") && !typed.error.contains("amt is"),
        "{}{}",
        typed.output,
        typed.error
    );
    let date = "--from csv:delimiter=comma,dates=%d/%m/%Y";
    assert!(
        run.error.contains(&format!("day is a text; if \"13/02/2024\" is a date: {date}")),
        "{}",
        run.error
    );
    assert!(done(folder.path(), &format!("inspect {{}}/amt.csv {date}")).output.contains("day  date"));
    let none = done(folder.path(), "inspect {}/amt.csv --from csv:dates=%Y.%d.%m");
    assert!(none.error.contains("no column has nothing but dates"), "{}", none.error);
}

#[test]
fn signs_of_numbers_never_stand_for_two_things() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("p.csv", "id;amount\n1;1.234\n2;2.250\n");
    let points = done(folder.path(), "convert {}/p.csv - -t csv --from csv:thousands=point");
    assert_eq!(points.output, "id,amount\n1,1234\n2,2250\n");
    write("c.csv", "id;amount\n1;1,5\n2;2,25\n");
    let both = run_in(folder.path(), "inspect {}/c.csv --from csv:decimal=comma,thousands=comma");
    assert_ne!(both.code, 0, "{}", both.output);
    let skipped = run_in(folder.path(), "inspect {}/c.csv --from csv:skip-lines=9000000000");
    assert!(skipped.code == 1 && skipped.error.contains("empty"), "{}", skipped.error);
}

#[test]
fn inspect_shows_the_name_in_the_file_where_it_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("x.csv"), "Household ID (HH),age\n1,2\n").unwrap();
    for (name, in_file) in [("x.sav", "Household_ID__HH_"), ("x.dta", "Household_ID__HH_")] {
        let made = run_in(place, &format!("convert {{}}/x.csv {{}}/{name}"));
        assert_eq!(made.code, 0, "{}", made.error);
        let shown = run_in(place, &format!("inspect {{}}/{name} --rows 0")).output;
        let line =
            |start: &str| shown.lines().find(|line| line.trim_start().starts_with(start)).unwrap_or_default();
        assert!(line("Household ID (HH) ").ends_with(&format!("[{in_file} in the file]")), "{shown}");
        assert!(!line("age").contains("in the file"), "{shown}");
        let json = run_in(place, &format!("inspect {{}}/{name} --rows 0 --json")).output;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let variable = &json["codebook"]["tables"][0]["variables"][0];
        assert_eq!(
            (&variable["name"], &variable["facts"]["name_in_file"]),
            (&"Household ID (HH)".into(), &in_file.into())
        );
    }
}
