//! `--where`, `--variables`, `--rows`.

use crate::program::{example, exporter, run};

/// The csv of a table of an example, with more arguments.
fn csv(study: &str, table: &str, more: &[&str]) -> String {
    let study = example(study);
    let arguments = ["export", study.to_str().unwrap(), "--table", table, "--to", "csv", "--out", "-"];
    let run = run(exporter(arguments.into_iter().chain(more.iter().copied())));
    assert_eq!(run.code, 0, "{more:?}: {}", run.error);
    run.output
}

/// Rows of the csv without its header, split at commas (the examples have none inside).
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

#[test]
fn conditions_pick_the_rows_that_a_look_at_all_rows_picks() {
    let all = csv("anes96", "respondents", &[]);
    let column = |name: &str| all.lines().next().unwrap().split(',').position(|known| known == name).unwrap();
    let (age, vote, educ) = (column("age"), column("vote"), column("educ"));
    let number = |row: &[&str], place: usize| row[place].parse::<i64>().unwrap();
    let some = csv(
        "anes96",
        "respondents",
        &["--where", "age >= 30", "--where", "vote = Dole", "--where", "educ in 3, 4"],
    );
    let wanted: Vec<Vec<&str>> = rows(&all)
        .into_iter()
        .filter(|row| number(row, age) >= 30 && number(row, vote) == 1 && [3, 4].contains(&number(row, educ)))
        .collect();
    assert!(wanted.len() > 10 && wanted.len() < rows(&all).len());
    assert_eq!(rows(&some), wanted);
}

#[test]
fn variables_come_in_the_order_asked_for_and_rows_are_limited() {
    let all = csv("anes96", "respondents", &[]);
    let some =
        csv("anes96", "respondents", &["--variables", "age,caseid", "--rows", "3", "--where", "age > 40"]);
    assert_eq!(some.lines().next(), Some("age,caseid"));
    let wanted: Vec<Vec<&str>> = rows(&all)
        .into_iter()
        .filter(|row| row[7].parse::<i64>().unwrap() > 40)
        .take(3)
        .map(|row| vec![row[7], row[0]])
        .collect();
    assert_eq!(rows(&some), wanted);
}

#[test]
fn convert_takes_a_part_too_and_every_format_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("t.csv"),
        "id,name,born\n1,Ann,1990-05-01\n2,Bob,\n3,\"C, D\",2001-01-01\n",
    )
    .unwrap();
    let input = folder.path().join("t.csv");
    for extension in ["dta", "parquet", "tab", "arrow"] {
        let output = folder.path().join(format!("x.{extension}"));
        let convert = |from: &std::path::Path, to: &std::path::Path, more: &[&str]| {
            let arguments = ["convert", from.to_str().unwrap(), to.to_str().unwrap()];
            let run = run(exporter(arguments.into_iter().chain(more.iter().copied())));
            assert_eq!(run.code, 0, "{}", run.error);
            // What was written has the name that was given, not that of the table.
            let named = format!("{}: ", to.file_name().unwrap().display());
            assert!(run.error.starts_with(&named), "{}", run.error);
        };
        convert(&input, &output, &["--where", "born < 2001-01-01", "--where", "name != Bob"]);
        let back = folder.path().join(format!("{extension}.csv"));
        convert(&output, &back, &[]);
        assert_eq!(
            std::fs::read_to_string(&back).unwrap(),
            "id,name,born\n1,Ann,1990-05-01\n",
            "{extension}"
        );
        // And when the reader of the format picks the rows.
        let whole = folder.path().join(format!("w.{extension}"));
        convert(&input, &whole, &[]);
        let picked = folder.path().join(format!("{extension}.picked.csv"));
        convert(&whole, &picked, &["--where", "born missing", "--variables", "name,id"]);
        assert_eq!(std::fs::read_to_string(&picked).unwrap(), "name,id\nBob,2\n", "{extension}");
    }
}

#[test]
fn declared_missing_values_are_missing_in_conditions() {
    let text = csv("anes96", "respondents", &["--where", "income not missing", "--variables", "income"]);
    assert!(rows(&text).len() > 100);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.csv"), "id,pet\n1,1\n2,9\n3,\n4,2\n").unwrap();
    let book = "codebook = 1\n[data]\np = \"p.csv\"\n[[tables]]\nname = \"p\"\n[[tables.variables]]\nname = \"pet\"\n\
                kind = \"integer\"\nmissing = [{ value = 9, label = \"Refused\" }]\n";
    std::fs::write(folder.path().join("study.toml"), book).unwrap();
    let study = folder.path().join("study.toml");
    for (condition, wanted) in [
        ("pet missing", "2,9\n3,\n"),
        ("pet not missing", "1,1\n4,2\n"),
        ("pet = Refused", "2,9\n"),
        ("pet != 1", "2,9\n4,2\n"),
    ] {
        let arguments =
            ["export", study.to_str().unwrap(), "--to", "csv", "--out", "-", "--where", condition];
        let run = run(exporter(arguments));
        assert_eq!(
            (run.code, run.output.as_str()),
            (0, format!("id,pet\n{wanted}").as_str()),
            "{condition}: {}",
            run.error
        );
    }
}

#[test]
fn files_are_opened_for_the_variables_asked_for_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("p.csv"), "id,pet,born,house\n1,1,1990-05-01,7\n2,9,,7\n3,,2001-01-01,8\n").unwrap();
    std::fs::write(path("h.csv"), "house,rooms\n7,3\n8,2.5\n").unwrap();
    // The codebook leaves the kind of `pet` to the file, and links the tables.
    let book = "codebook = 1\n[study]\nid = \"s\"\n[data]\nh = \"h.csv\"\np = \"p.csv\"\n[[tables]]\nname = \"h\"\nkey = [\"house\"]\n\
                [[tables]]\nname = \"p\"\nparent = { table = \"h\", variables = [[\"house\", \"house\"]] }\n\
                [[tables.variables]]\nname = \"pet\"\nmissing = [{ value = 9, label = \"Refused\" }]\n\
                [[tables.variables]]\nname = \"born\"\nkind = \"date\"\n";
    std::fs::write(path("study.toml"), book).unwrap();
    let program = |arguments: &[&str]| run(exporter(arguments.iter().copied()));
    let (study, out) = (path("study.toml"), path("out"));
    for format in ["csv", "dta"] {
        let to = [&*study, "--to", format, "--out", &*out, "--overwrite"];
        let done = program(&[&["export"], &to[..], &["--variables", "house,rooms,p.pet"]].concat());
        assert_eq!(done.code, 0, "{}", done.error);
        let book = std::fs::read_to_string(folder.path().join("out/s.codebook.json"));
        let book: serde_json::Value = serde_json::from_str(&book.unwrap()).unwrap();
        assert_eq!(book["tables"][1]["parent"]["table"], "h", "{format}");
        assert_eq!(book["tables"][1]["variables"][1]["missing"][0]["label"], "Refused", "{format}");
        let pets = path(&format!("out/p.{format}"));
        let again = program(&["convert", &pets, &path("again.csv"), "--overwrite", "--variables", "pet"]);
        assert_eq!(again.code, 0, "{}", again.error);
        let text = std::fs::read_to_string(path("again.csv")).unwrap();
        // In Stata, `.a` stands for the code, which the file tells though the table's parent is in another one.
        assert_eq!(text, "pet\n1\n9\n\"\"\n", "{format}");
        for (more, wanted) in [
            (["--variables", "hous"], "did you mean \"house\"?"),
            (["--variables", "rooms"], "none of the variables named is in the table \"p\""),
            (["--variables", "house,hous"], "did you mean \"house\"?"),
        ] {
            let refused = program(&[&["export"], &to[..], &more[..]].concat());
            assert!(refused.code != 0 && refused.error.contains(wanted), "{more:?}: {}", refused.error);
        }
    }
}

#[test]
fn children_of_rows_left_out_are_left_out() {
    let study = example("households");
    let folder = tempfile::tempdir().unwrap();
    let export = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let arguments = ["export", study.to_str().unwrap(), "--to", "csv", "--out", out.to_str().unwrap()];
        let run = run(exporter(arguments.into_iter().chain(more.iter().copied())));
        assert_eq!(run.code, 0, "{}", run.error);
        let text = |table: &str| std::fs::read_to_string(out.join(format!("{table}.csv"))).unwrap();
        (text("households"), text("members"), run.error)
    };
    let key = |text: &str| -> Vec<String> { rows(text).iter().map(|row| row[0].to_owned()).collect() };
    let (all, everybody, _) = export("all", &[]);
    let first = key(&all)[..7].to_vec();
    let condition = format!("households.household_id in {}", first.join(", "));
    let (some, members, said) = export("some", &["--where", &condition]);
    assert_eq!(key(&some), first);
    let wanted: Vec<String> = key(&everybody).into_iter().filter(|house| first.contains(house)).collect();
    assert!(wanted.len() > 7 && wanted.len() < key(&everybody).len());
    assert_eq!(key(&members), wanted);
    assert!(said.contains("note: members has only rows whose parent row in households is kept"), "{said}");
    // Also where the keys themselves are not taken.
    let few = ["--where", &condition, "--variables", "households.region,age"];
    let (_, ages, _) = export("few", &few);
    assert_eq!(rows(&ages).len(), wanted.len());
    let (_, members, said) = export("orphans", &["--where", &condition, "--keep-orphans"]);
    assert_eq!((key(&members), said.contains("note:")), (key(&everybody), false));
    let (some, members, _) = export("first", &["--rows", "2"]);
    assert_eq!((key(&some), rows(&members).len()), (first[..2].to_vec(), 2));
    assert!(key(&members).iter().all(|house| first[..2].contains(house)));
}

#[test]
fn large_numbers_are_compared_by_every_digit() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let ids = ["9223372036854775807", "9223372036854775808", "9223372036854775809", "18446744073709551615"];
    std::fs::write(place.join("ids.csv"), format!("id\n{}\n", ids.join("\n"))).unwrap();
    let path = |name: &str| place.join(name).display().to_string();
    let made = run(exporter(["convert", path("ids.csv").as_str(), path("ids.parquet").as_str()]));
    assert_eq!(made.code, 0, "{}", made.error);
    for file in ["ids.csv", "ids.parquet"] {
        let file = path(file);
        let kept = |condition: &str| {
            let said = run(exporter(["convert", &file, "-", "--to", "csv", "--where", condition]));
            assert_eq!(said.code, 0, "{condition}: {}", said.error);
            said.output.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(kept(&format!("id = {id}")), [*id], "{file}");
            assert_eq!(kept(&format!("id in {id}, 5")), [*id], "{file}");
            assert_eq!(kept(&format!("id >= {id}")), ids[at..], "{file}");
            assert_eq!(kept(&format!("id < {id}")), ids[..at], "{file}");
        }
    }
}

#[test]
fn periods_are_compared_as_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let study = "codebook = 1\n[data]\nt = \"t.csv\"\n[[tables]]\nname = \"t\"\n\
                 [[tables.variables]]\nname = \"m\"\nkind = \"period(month)\"\n\
                 [[tables.variables]]\nname = \"q\"\nkind = \"period(quarter)\"\n";
    std::fs::write(place.join("t.toml"), study).unwrap();
    std::fs::write(place.join("t.csv"), "m,q\n2024m2,2024q1\n2024m3,2024q2\n2024m4,2024q3\n").unwrap();
    let path = |name: &str| place.join(name).display().to_string();
    let made = run(exporter(["convert", path("t.toml").as_str(), path("t.dta").as_str()]));
    assert_eq!(made.code, 0, "{}", made.error);
    for (condition, rows) in [
        ("m >= 2024-03", 2),
        ("m >= 2024m3", 2),
        ("m = 2024-03", 1),
        ("m in 2024m2, 2024-04", 2),
        ("q > 2024-Q2", 1),
        ("q <= 2024q2", 2),
    ] {
        let said = run(exporter(["convert", &path("t.dta"), "-", "--to", "csv", "--where", condition]));
        assert_eq!((said.code, said.output.lines().count()), (0, rows + 1), "{condition}: {}", said.error);
    }
}
