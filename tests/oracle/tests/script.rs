//! Companion scripts run by R and PSPP on the files they load.

use std::path::Path;

use exporter_core::codebook::{Codebook, Variable};
use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{Bundle, Context, Dataset as _};
use serde_json::{Value as Json, json};

use crate::programs;

/// The household example as tab files with the scripts of every language, in a folder.
fn exported(folder: &Path) -> Codebook {
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/households/study.toml");
    let registry = exporter::registry();
    let context = Context::default();
    let data = exporter::open(&[study], &exporter::InputOptions::default(), &registry, &context).unwrap();
    let bundle = ["tab", "stata-script", "spss-script", "r-script"]
        .iter()
        .fold(Bundle::new(), |bundle, format| bundle.with(registry.exporter(format, Json::Null).unwrap()));
    let sink = FolderSink::create(folder.join("out"), FolderOptions::default()).unwrap();
    exporter_core::export(&bundle, &data, Box::new(sink), &context).unwrap();
    data.codebook().clone()
}

fn variable<'a>(codebook: &'a Codebook, table: &str, name: &str) -> &'a Variable {
    codebook.table(table).unwrap().1.variable(name).unwrap().1
}

#[test]
fn r_gives_every_column_its_label_labels_and_missing_values() {
    let folder = tempfile::tempdir().unwrap();
    let codebook = exported(folder.path());
    let out = folder.path().join("out");
    for table in ["households", "members"] {
        let mut script = programs::r("source_script.R");
        let printed = programs::stdout(script.arg(&out).arg(format!("{table}.R")).arg(table));
        let columns: Vec<Json> = String::from_utf8(printed)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let described = &codebook.table(table).unwrap().1.variables;
        assert_eq!(columns.len(), described.len());
        for (column, variable) in columns.iter().zip(described) {
            assert_eq!(column["name"], variable.name);
            assert_eq!(column["label"], variable.label.get(codebook.language(None)), "{}", variable.name);
            let labelled = codebook.value_labels_of(variable).map_or(0, |labels| labels.len());
            let reasons = variable.missing.iter().filter(|missing| !missing.label.is_empty()).count();
            assert_eq!(
                column["labels"].as_object().map_or(0, |labels| labels.len()),
                labelled + reasons,
                "{column}"
            );
        }
    }
    let mut script = programs::r("source_script.R");
    let printed = programs::stdout(script.arg(&out).arg("households.R").arg("households"));
    let text = String::from_utf8(printed).unwrap();
    let roof: Json = serde_json::from_str(text.lines().nth(3).unwrap()).unwrap();
    assert_eq!(
        roof["labels"],
        json!({"1": "Thatch", "2": "Metal sheets", "3": "Tiles", "97": "Not observed"})
    );
    // What was read as 97 counts as missing without being lost.
    let rows = std::fs::read_to_string(out.join("households.tab")).unwrap();
    let unobserved = rows.lines().skip(1).filter(|row| row.split('\t').nth(3) == Some("97")).count();
    assert_eq!(roof["missing"], unobserved);
    let visited: Json = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    assert_eq!(visited["first"], rows.lines().nth(1).unwrap().split('\t').nth(2).unwrap());
}

#[test]
fn pspp_makes_a_data_file_with_labels_and_missing_values() {
    let folder = tempfile::tempdir().unwrap();
    let codebook = exported(folder.path());
    let out = folder.path().join("out");
    for table in ["households", "members"] {
        let run = programs::ended(
            programs::program(&["pspp"], "pspp").arg(format!("{table}.sps")).current_dir(&out),
        );
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(
            run.status.success() && !said.contains("error") && !said.contains("warning"),
            "{table}: {said}"
        );
        let look = format!(
            "GET FILE='{table}.sav'.\nDISPLAY DICTIONARY.\nSAVE TRANSLATE /OUTFILE='{table}.again.csv' /TYPE=CSV /FIELDNAMES /REPLACE.\n"
        );
        std::fs::write(out.join("look.sps"), look).unwrap();
        let dictionary =
            programs::stdout(programs::program(&["pspp"], "pspp").arg("look.sps").current_dir(&out));
        let dictionary = String::from_utf8(dictionary).unwrap();
        for variable in &codebook.table(table).unwrap().1.variables {
            assert!(dictionary.contains(&variable.name), "{dictionary}");
        }
        let written = std::fs::read_to_string(out.join(format!("{table}.tab"))).unwrap();
        let again = std::fs::read_to_string(out.join(format!("{table}.again.csv"))).unwrap();
        assert_eq!(again.lines().count(), written.lines().count(), "{table}: rows");
    }
    assert_eq!(variable(&codebook, "members", "school").missing.len(), 1);
    let dictionary = std::fs::read_to_string(out.join("households.sps")).unwrap();
    assert!(dictionary.contains("MISSING VALUES income (-99, -98)."), "{dictionary}");
    assert!(dictionary.contains("MRSETS /MDGROUP NAME=$assets"), "{dictionary}");
}

#[test]
fn pspp_reads_date_times_truth_values_and_numbers_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let study = "codebook = 1\n[study]\nid = \"t\"\n[data]\nt = \"in.csv\"\n[[tables]]\nname = \"t\"\n";
    let kinds = [
        ("at", "\"datetime\"", ""),
        ("month", "\"period(month)\"", ""),
        ("yes", "\"boolean\"", ""),
        ("plain", "\"float\"", "format = { width = 9, decimals = 0, native = { stata = \"%9.0g\" } }\n"),
    ];
    let variables = kinds
        .map(|(name, kind, more)| format!("[[tables.variables]]\nname = \"{name}\"\nkind = {kind}\n{more}"));
    std::fs::write(place.join("study.toml"), format!("{study}{}", variables.concat())).unwrap();
    std::fs::write(
        place.join("in.csv"),
        "at,month,yes,plain\n2020-01-31T10:20:30.25,2020m2,true,0.5\n1969-12-31T23:59:59,1959m12,false,1.25\n,,,\n",
    )
    .unwrap();
    let (registry, context) = (exporter::registry(), Context::default());
    let options = exporter::InputOptions::default();
    let data = exporter::open(&[place.join("study.toml")], &options, &registry, &context).unwrap();
    let bundle = ["csv", "spss-script"]
        .iter()
        .fold(Bundle::new(), |bundle, format| bundle.with(registry.exporter(format, Json::Null).unwrap()));
    let out = place.join("out");
    let sink = FolderSink::create(&out, FolderOptions::default()).unwrap();
    exporter_core::export(&bundle, &data, Box::new(sink), &context).unwrap();
    let run = programs::ended(programs::program(&["pspp"], "pspp").arg("t.sps").current_dir(&out));
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && !said.contains("error") && !said.contains("warning"), "{said}");
    let look = "GET FILE='t.sav'.\nSAVE TRANSLATE /OUTFILE='again.csv' /TYPE=CSV /CELLS=VALUES /FIELDNAMES\n\
                /TEXTOPTIONS FORMAT=VARIABLE /REPLACE.\n";
    std::fs::write(out.join("look.sps"), look).unwrap();
    programs::stdout(programs::program(&["pspp"], "pspp").arg("look.sps").current_dir(&out));
    let rows = std::fs::read_to_string(out.join("again.csv")).unwrap();
    let rows: Vec<&str> = rows.lines().map(str::trim).collect();
    assert_eq!(rows[1].to_uppercase(), "31-JAN-2020 10:20:30.250,721,1,.50", "{rows:?}");
    assert_eq!(rows[2].to_uppercase(), "31-DEC-1969 23:59:59.000,-1,0,1.25", "{rows:?}");
}
