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
    let address = format!("http://{}/{file}", server.address);
    let mut curl: Command = programs::program(&["curl"], "curl");
    programs::ended(
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "60", "--noproxy", "*"])
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
    std::fs::write(&data, format!("a,b\n{rows}")).unwrap();
    let server = serving(study);
    // The file changes behind the server: what was whole numbers no longer is.
    std::fs::write(&data, format!("a,b\n{rows}x,y\n")).unwrap();
    let fetched = curl(&server, "csv.zip", &folder.path().join("csv.zip"));
    assert!(!fetched.status.success(), "the broken transfer looks whole");
}
