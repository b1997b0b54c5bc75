//! The example of an HTTP server, asked by a real client: the survey as a zip, streamed while it is written.

#[path = "../../../crates/exporter/examples/serve.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "an example's own `main` and visibility")]
mod serve;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::dta::assert_checked;
use crate::programs;

/// The example's server on a free port, for as long as this lives.
struct Server {
    address: String,
    _runtime: tokio::runtime::Runtime,
}

fn serving(study: PathBuf) -> Server {
    let survey = serve::open(study).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_io().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(async move { axum::serve(listener, serve::app(survey)).await });
    Server { address, _runtime: runtime }
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/households/study.toml")
}

fn curl(server: &Server, file: &str, into: &Path) -> Output {
    asked(server, file, &["--fail"], into)
}

/// Sends a request as JSON; what comes back is kept even if it is a refusal, whose status is printed.
fn posted(server: &Server, request: &str, into: &Path) -> String {
    let words = ["--write-out", "%{http_code} %{content_type}", "--header", "content-type: application/json"];
    let output = asked(server, "export", &[&words[..], &["--data", request]].concat(), into);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn asked(server: &Server, file: &str, more: &[&str], into: &Path) -> Output {
    let address = format!("http://{}/{file}", server.address);
    let mut curl: Command = programs::program(&["curl"], "curl");
    programs::ended(
        curl.args(["--silent", "--show-error", "--max-time", "60", "--noproxy", "*"])
            .args(more)
            .arg("--output")
            .arg(into)
            .arg(address),
    )
}

#[test]
fn a_client_downloads_a_zip_that_opens() {
    let server = serving(example());
    let folder = tempfile::tempdir().unwrap();
    for format in ["csv", "dta", "parquet"] {
        let archive = folder.path().join(format!("{format}.zip"));
        let fetched = curl(&server, &format!("{format}.zip"), &archive);
        assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
        programs::stdout(programs::program(&["unzip"], "unzip").arg("-tq").arg(&archive));
        programs::stdout(programs::seven_zip().arg("t").arg(&archive));
        let listed = programs::stdout(programs::python("unzip.py").arg("list").arg(&archive));
        let listed = String::from_utf8(listed).unwrap();
        for table in ["households", "members"] {
            assert!(listed.contains(&format!("{table}.{format} ")), "{listed}");
            if format == "dta" {
                let mut unzip = programs::program(&["unzip"], "unzip");
                assert_checked(
                    table,
                    &programs::stdout(unzip.arg("-p").arg(&archive).arg(format!("{table}.dta"))),
                );
            }
        }
    }
}

#[test]
fn a_client_sends_a_request_and_gets_what_it_asks_for() {
    let server = serving(example());
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("some.zip");
    let request = r#"{ "request": 1, "formats": [{ "format": "csv", "options": { "values": "labels" } }],
        "excerpt": { "tables": ["members"], "conditions": ["age >= 60"], "variables": ["name", "relation"] },
        "packaging": { "zip": { "level": 0 } }, "language": "fr", "manifest": true }"#;
    assert_eq!(posted(&server, request, &archive), "200 application/zip");
    let unzip = |entry: &str| {
        let mut unzip = programs::program(&["unzip"], "unzip");
        String::from_utf8(programs::stdout(unzip.arg("-p").arg(&archive).arg(entry))).unwrap()
    };
    let members = unzip("members.csv");
    assert!(members.starts_with("name,relation\n") && members.contains("Chef de ménage"), "{members}");
    assert!(unzip("MANIFEST.json").contains("households.codebook.json"));
    // A single entry needs no archive.
    let table = folder.path().join("members.csv");
    let plain = request.replace("\"packaging\": { \"zip\": { \"level\": 0 } }", "\"codebook\": false");
    let plain = plain.replace(", \"manifest\": true", "");
    assert_eq!(posted(&server, &plain, &table), "200 text/csv");
    assert_eq!(std::fs::read_to_string(&table).unwrap(), members);
}

/// A server gives what it has, and reads nothing that a client names.
#[test]
fn requests_for_files_and_secrets_of_the_server_are_refused() {
    let server = serving(example());
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer");
    for (more, wanted) in [
        (r#""input": { "paths": ["/etc/passwd"] }"#, "(input)"),
        (r#""packaging": { "zip": { "password": { "env": "PATH" } } }"#, "names no secrets"),
        (r#""packages": {}"#, "unknown field `packages`"),
        (r#""excerpt": { "tables": ["member"] }"#, "did you mean \"members\"?"),
        (r#""codebook": true"#, "one file"),
    ] {
        let request = format!("{{ \"request\": 1, \"formats\": [{{ \"format\": \"csv\" }}], {more} }}");
        assert!(posted(&server, &request, &answer).starts_with("400 "), "{more}");
        let answer = std::fs::read_to_string(&answer).unwrap();
        assert!(answer.contains(wanted), "{answer}");
    }
}

#[test]
fn an_unknown_format_is_not_found() {
    let server = serving(example());
    let folder = tempfile::tempdir().unwrap();
    let fetched = curl(&server, "punchcards.zip", &folder.path().join("none"));
    assert!(String::from_utf8_lossy(&fetched.stderr).contains("404"), "{fetched:?}");
}

/// The client of an export that fails halfway sees a broken transfer, not a short file.
#[test]
fn a_failed_export_breaks_the_transfer() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.toml");
    let words = "codebook = 1\n[study]\nid = \"s\"\n[data]\nt = \"t.csv\"\n[[tables]]\nname = \"t\"\n";
    std::fs::write(&study, words).unwrap();
    let rows: String =
        (0..200_000_u32).map(|row| format!("{row},{}\n", row.wrapping_mul(2_654_435_761))).collect();
    let data = folder.path().join("t.csv");
    std::fs::write(&data, format!("a,b\n{rows}7,8\n")).unwrap();
    let server = serving(study);
    // The file changes behind the server: what was whole numbers no longer is. Its length stays, since a source has the bytes
    // that it had when it was opened.
    std::fs::write(&data, format!("a,b\n{rows}x,y\n")).unwrap();
    let fetched = curl(&server, "csv.zip", &folder.path().join("csv.zip"));
    assert!(!fetched.status.success(), "the broken transfer looks whole");
}
