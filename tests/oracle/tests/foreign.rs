//! Parquet and Arrow files of other programs, read by us and compared value by value with what pyarrow or DuckDB reads.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use exporter_core::sink::MemorySink;
use exporter_core::{Context, LossCode, Registry, Source, export};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::programs;

/// Faults of pyarrow: the file, and what is wrong with its reading.
const KNOWN: [(&str, &str); 1] =
    // The year 290000 wraps. Spark wraps it, too, and back when it reads.
    [("int96_from_spark.parquet", "1 values, first in row 6: 9089380393200000000000 for ")];

/// What became of one file.
#[derive(Debug)]
struct Outcome {
    file: PathBuf,
    /// What we said of columns that are left out; the error where the file was refused.
    ours: Result<Vec<String>, String>,
    theirs: Theirs,
}

/// What `compare_columnar.py` says of a file.
#[derive(Debug, Deserialize)]
struct Theirs {
    tool: Option<String>,
    error: Option<String>,
    rows: Option<u64>,
    wrong: Vec<String>,
    left_out: Vec<String>,
}

impl Outcome {
    /// What is wrong: a file that only others read, other values, or a column that is left out without a word.
    fn fault(&self) -> Option<String> {
        let tool = self.theirs.tool.as_ref()?;
        // Files that apache/parquet-testing has for being wrong.
        let is_bad = self.file.iter().any(|part| part == "bad_data");
        match &self.ours {
            Err(_) if is_bad => None,
            Err(error) => Some(format!("{tool} reads it, but: {error}")),
            Ok(_) if !self.theirs.wrong.is_empty() => {
                let wrong = self.theirs.wrong.join("; ");
                let is_known =
                    KNOWN.iter().any(|(file, fault)| self.file.ends_with(file) && wrong.contains(fault));
                (!is_known).then_some(wrong)
            }
            Ok(said) if said.len() != self.theirs.left_out.len() => {
                Some(format!("left out are {:?}, said is {said:?}", self.theirs.left_out))
            }
            Ok(_) => None,
        }
    }
}

/// Reads a file and writes it as Arrow; returns what is said of columns that are left out.
fn read(file: &Path, target: &Path) -> Result<Vec<String>, String> {
    let registry = exporter_parquet::register(Registry::new());
    let context = Context::default();
    let extension = file.extension().and_then(|extension| extension.to_str());
    let format = extension.filter(|extension| extension.starts_with("arrow")).unwrap_or("parquet");
    let options = json!({ "codebook": false });
    let read = || {
        let data = registry.open_as(format, &Source::open(file, &context)?, options.clone(), &context)?;
        let sink = MemorySink::new();
        export(&*registry.exporter("arrow", options.clone())?, &*data, Box::new(sink.clone()), &context)?;
        let entries = sink.entries();
        std::fs::write(target, entries.values().next().unwrap()).unwrap();
        let losses = data.losses();
        let left_out = losses.iter().filter(|loss| loss.code == LossCode::NOT_READ);
        Ok::<_, exporter_core::Error>(left_out.map(ToString::to_string).collect())
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => panic!("{}: a panic escaped", file.display()),
    }
}

/// Reads all files of a folder and compares.
fn compare(files: Vec<PathBuf>) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let mut pairs = String::new();
    let mut ours = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let target = folder.path().join(format!("{at}.arrow"));
        let outcome = read(file, &target);
        let target = if outcome.is_ok() { target.display().to_string() } else { String::new() };
        pairs.push_str(&format!("{}\t{target}\n", file.display()));
        ours.push(outcome);
    }
    let mut script = programs::python("compare_columnar.py");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || input.write_all(pairs.as_bytes()).unwrap());
    let printed = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert!(printed.status.success(), "the comparison failed");
    let printed = String::from_utf8(printed.stdout).unwrap();
    let theirs: Vec<Theirs> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(theirs.len(), files.len());
    let outcomes = files.into_iter().zip(ours).zip(theirs);
    outcomes.map(|((file, ours), theirs)| Outcome { file, ours, theirs }).collect()
}

/// The files below a folder that may be of our formats.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if [".parquet", ".encrypted", ".arrow", ".arrows"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn judge(outcomes: &[Outcome]) {
    let faults: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| Some(format!("{}: {}", outcome.file.display(), outcome.fault()?)))
        .collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Tells what became of each file and the counts.
fn tell(outcomes: &[Outcome]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut counts = [0; 4];
    for outcome in outcomes {
        let (kind, text) = match &outcome.ours {
            Ok(left_out) if left_out.is_empty() => (0, "whole".to_owned()),
            Ok(left_out) => (1, format!("but for {}", left_out.join("; "))),
            Err(error) if outcome.theirs.tool.is_some() => (2, format!("refused: {error}")),
            Err(error) => (3, format!("refused by all: {error}")),
        };
        counts[kind] += 1;
        let theirs = match &outcome.theirs {
            Theirs { tool: Some(tool), rows: Some(rows), .. } => format!("{tool}, {rows} rows"),
            theirs => format!("no program: {}", theirs.error.clone().unwrap_or_default()),
        };
        writeln!(out, "{}\n    {text}\n    {theirs}", outcome.file.display())?;
    }
    let [whole, part, refused, by_all] = counts;
    writeln!(
        out,
        "{} files: {whole} read whole, {part} but for columns, {refused} refused, {by_all} refused by all",
        outcomes.len()
    )
}

/// Reads everything below the folder that `EXPORTER_PARQUET_TESTING` names, such as a copy of apache/parquet-testing.
#[test]
fn files_of_a_folder_are_read() {
    let Some(folder) = std::env::var_os("EXPORTER_PARQUET_TESTING") else { return };
    let files = files(Path::new(&folder));
    assert!(!files.is_empty(), "no files in {}", folder.display());
    let outcomes = compare(files);
    tell(&outcomes).unwrap();
    judge(&outcomes);
}

#[test]
fn what_other_programs_write_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let written = programs::stdout(programs::python("write_columnar.py").arg(folder.path()));
    let written: Value = serde_json::from_slice(&written).unwrap();
    let files = files(folder.path());
    assert_eq!(Some(files.len() as u64), written.as_u64());
    judge(&compare(files));
}
