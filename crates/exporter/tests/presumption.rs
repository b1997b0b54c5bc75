//! Long texts are taken for what their beginning shows, and nothing that is written rests on it.

use std::path::{Path, PathBuf};

use exporter::request::{Packaging, PreparedExport, Request, SecretRef, ZipPackaging};
use exporter::sink::{MemorySink, StreamSink};
use exporter::{AssembledDataset, Context, Excerpt, LossPolicy, Presumption, Result, Summary};

/// More than one piece of identifiers and whole numbers, and a last row.
fn text(last: &str) -> String {
    let rows = (0..150_000).map(|row| format!("{row},{}\n", row % 97));
    ["id,v\n".to_owned()].into_iter().chain(rows).chain([last.to_owned()]).collect()
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(last: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("long.csv"), text(last)).unwrap();
        std::fs::write(folder.path().join("short.csv"), "id\n1\n").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn request(&self) -> Request {
        Request::new([self.path("long.csv")]).with_codebook(false)
    }
}

type Export<'e> = &'e dyn Fn(&PreparedExport<AssembledDataset>, &Context) -> Result<Summary>;

/// What an export of a request comes to: the same with a presumption and without, in so many attempts.
fn outcome(request: &Request, attempts: usize) -> Result<(Summary, String)> {
    let registry = exporter::registry();
    let run = |context: &Context, with: &dyn Fn(&Context, Export<'_>) -> Result<Summary>| {
        let sink = MemorySink::new();
        let summary = with(context, &|export, context| export.run(Box::new(sink.clone()), context))?;
        Ok::<_, exporter::Error>((summary, format!("{:?}", sink.entries())))
    };
    let certain =
        run(&Context::default(), &|context, export| export(&request.prepare(&registry, context)?, context));
    let made = std::cell::Cell::new(0);
    let presuming = Context::default().with_presumption(Presumption::beyond(1 << 20));
    let presumed = run(&presuming, &|context, export| {
        request.run_with(&registry, context, |prepared, context| {
            made.set(made.get() + 1);
            export(prepared, context)
        })
    });
    match (&presumed, &certain) {
        (Ok((presumed, entries)), Ok((certain, others))) => {
            assert!(entries == others);
            assert_eq!((&presumed.changes, &presumed.remarks), (&certain.changes, &certain.remarks));
        }
        (Err(presumed), Err(certain)) => assert_eq!(presumed.to_string(), certain.to_string()),
        _ => panic!("{:?} beside {:?}", presumed.map(|_| ()), certain.map(|_| ())),
    }
    assert_eq!(made.get(), attempts, "attempts");
    presumed
}

#[test]
fn what_agrees_is_read_once_and_what_does_not_twice() {
    for format in ["parquet", "arrow", "csv", "dta"] {
        outcome(&Files::new("").request().with_format(format), 1).unwrap();
        outcome(&Files::new("9,oops\n").request().with_format(format), 2).unwrap();
    }
    // What is wrong is said as ever: when it is opened with certainty.
    let ragged = outcome(&Files::new("9,8,7\n").request().with_format("parquet"), 1);
    assert!(ragged.unwrap_err().to_string().contains("150001"));
}

#[test]
fn nothing_rests_on_rows_that_nobody_read() {
    let files = Files::new("9,oops\n");
    let (_, codebook) = outcome(&files.request().with_format("codebook"), 2).unwrap();
    assert!(!codebook.is_empty());
    let rows = Excerpt::default().with_rows(5);
    outcome(&files.request().with_excerpt(rows).with_format("parquet"), 2).unwrap();
    let other = Request::new([files.path("long.csv"), files.path("short.csv")]);
    let format = exporter::request::FormatRequest::new("csv").with_option("tables", "short");
    outcome(&other.with_format(format), 2).unwrap();
    // A condition that only the kind of all cells allows.
    let condition = Excerpt::default().with_condition("v = oops");
    let (found, _) = outcome(&files.request().with_excerpt(condition).with_format("parquet"), 1).unwrap();
    assert_eq!(found.rows(), 1);
}

#[test]
fn a_loss_is_refused_as_ever() {
    let files = Files::new("9,8,7\n");
    let mut request = files.request().with_format("parquet").with_losses(LossPolicy::Deny);
    request.input.options.insert("ragged".into(), "truncate".into());
    let refused = outcome(&request, 1).unwrap_err();
    assert_eq!(refused.kind(), exporter::ErrorKind::Loss);
    let request = request.with_excerpt(Excerpt::default().with_rows(5));
    assert_eq!(outcome(&request, 2).unwrap_err().kind(), exporter::ErrorKind::Loss);
}

#[test]
fn a_stream_gets_nothing_that_is_presumed() {
    let files = Files::new("9,oops\n");
    let context = Context::default().with_presumption(Presumption::beyond(1 << 20));
    let request = files.request().with_format("csv");
    let mut written = Vec::new();
    let summary = request.run_with(&exporter::registry(), &context, |export, context| {
        export.run(Box::new(StreamSink::new(&mut written)), context)
    });
    assert_eq!(summary.unwrap().rows(), 150_001);
    assert_eq!(written.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"id,")).count(), 1);
}

#[cfg(unix)]
#[test]
fn a_password_out_of_a_pipe_is_read_once() {
    let files = Files::new("9,oops\n");
    let pipe = files.path("password");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writes = {
        let pipe: PathBuf = pipe.clone();
        std::thread::spawn(move || std::fs::write(pipe, "secret\n").unwrap())
    };
    let zip = ZipPackaging::default().with_password(SecretRef::File(pipe));
    let request = files.request().with_format("parquet").with_packaging(Packaging::Zip(zip));
    let context = Context::default().with_presumption(Presumption::beyond(1 << 20));
    let result = request.run_with(&exporter::registry(), &context, |export, context| {
        export.run(Box::new(MemorySink::new()), context)
    });
    result.unwrap();
    writes.join().unwrap();
    assert!(Path::new(&files.path("long.csv")).is_file());
}
