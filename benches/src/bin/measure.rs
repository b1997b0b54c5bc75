//! Times one export in this process: Arrow in memory to a file, or from a file to nowhere.
//!
//! ```sh
//! measure write csv survey.arrow out.csv --threads 2 [--codebook survey.codebook.json] [--null] [--runs 3]
//! measure read dta survey.dta [--columns 0,5] [--threads 2] [--runs 3]
//! ```
//! The last line is a JSON object with the seconds of the best run, its processor seconds over all threads, and the peak
//! memory above what was resident before: what `run_peers.py --extra` expects.

use std::path::{Path, PathBuf};
use std::time::Instant;

use exporter::codebook::{Kind, Measure, Missing, ValueLabels, Variable};
use exporter::sink::{FileSink, FolderOptions, NullSink};
use exporter::{Codebook, Context, Error, MemoryDataset, Result, Scan, Sink, Source, TableId};

fn main() -> Result<()> {
    let arguments = Arguments::parse(std::env::args().skip(1).collect())?;
    let context = Context::default().with_threads(arguments.threads);
    if arguments.write { write(&arguments, &context) } else { read(&arguments, &context) }
}

#[derive(Default)]
struct Arguments {
    write: bool,
    format: String,
    paths: Vec<PathBuf>,
    threads: usize,
    runs: usize,
    null: bool,
    codebook: Option<PathBuf>,
    columns: Option<Vec<usize>>,
    options: serde_json::Value,
}

impl Arguments {
    fn parse(words: Vec<String>) -> Result<Self> {
        let mut parsed = Self { threads: 2, runs: 1, ..Self::default() };
        let mut words = words.into_iter();
        parsed.write = match words.next().as_deref() {
            Some("write") => true,
            Some("read") => false,
            _ => {
                return Err(Error::usage(
                    "measure write FORMAT INPUT.arrow OUTPUT | measure read FORMAT FILE",
                ));
            }
        };
        parsed.format = words.next().unwrap_or_default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Error::usage(format!("{word} needs a value")));
            match word.as_str() {
                "--threads" => parsed.threads = number(&value()?)?,
                "--runs" => parsed.runs = number(&value()?)?,
                "--null" => parsed.null = true,
                "--codebook" => parsed.codebook = Some(value()?.into()),
                "--columns" => parsed.columns = Some(value()?.split(',').map(number).collect::<Result<_>>()?),
                "--options" => {
                    parsed.options =
                        serde_json::from_str(&value()?).map_err(|source| Error::usage(source.to_string()))?;
                }
                _ => parsed.paths.push(word.into()),
            }
        }
        Ok(parsed)
    }

    fn path(&self, index: usize) -> Result<&Path> {
        self.paths.get(index).map(PathBuf::as_path).ok_or_else(|| Error::usage("a path is missing"))
    }
}

fn number(text: &str) -> Result<usize> {
    text.parse().map_err(|_| Error::usage(format!("{text:?} is not a number")))
}

fn write(arguments: &Arguments, context: &Context) -> Result<()> {
    let registry = exporter::registry();
    let input = arguments.path(0)?;
    let data = in_memory(input, arguments.codebook.as_deref(), context)?;
    let exporter = registry.exporter(&arguments.format, arguments.options.clone())?;
    // An earlier run's file goes before the clock starts: replacing it is another job than writing a new one, and the memory
    // it frees is what a virtual machine otherwise fetches anew from its host, in anybody's first run.
    let clear = || match arguments.path(1) {
        Ok(path) if path.exists() => std::fs::remove_file(path)
            .map_err(|source| Error::io("cannot remove the last run's file", source)),
        _ => Ok(()),
    };
    measured(arguments.runs, clear, || {
        let sink: Box<dyn Sink> = if arguments.null {
            Box::new(NullSink::new())
        } else {
            Box::new(FileSink::create(arguments.path(1)?, FolderOptions::default().overwrite(true))?)
        };
        exporter::export(&*exporter, &data, sink, context).map(|summary| summary.rows())
    })
}

fn read(arguments: &Arguments, context: &Context) -> Result<()> {
    let registry = exporter::registry();
    let mut source = Source::open(arguments.path(0)?, context)?;
    if let Some(columns) = &arguments.columns {
        // Whoever wants some columns knows their names; here they are looked up before the clock starts.
        let data = registry.open_as(&arguments.format, &source, arguments.options.clone(), context)?;
        let variables = data.codebook().tables.first().map(|table| table.variables.as_slice());
        let named = columns.iter().filter_map(|column| variables?.get(*column)).map(|found| &found.name);
        let names: Vec<String> = named.cloned().collect();
        source = source.variables(names);
    }
    measured(
        arguments.runs,
        || Ok(()),
        || {
            let data = registry.open_as(&arguments.format, &source, arguments.options.clone(), context)?;
            let mut scan = Scan::all();
            scan.columns.clone_from(&arguments.columns);
            let mut rows = 0;
            for batch in context.scan(&*data, TableId(0), &scan)? {
                rows += batch?.num_rows() as u64;
            }
            Ok(rows)
        },
    )
}

/// Everything a file holds as a dataset in memory, described by a workload's codebook.
fn in_memory(path: &Path, codebook: Option<&Path>, context: &Context) -> Result<MemoryDataset> {
    let file = exporter::registry().open(&Source::open(path, context)?, serde_json::Value::Null, context)?;
    let batches = context.scan(&*file, TableId(0), &Scan::all())?.collect::<Result<Vec<_>>>()?;
    let mut described = file.codebook().clone();
    if let Some(path) = codebook {
        describe(&mut described, path)?;
    }
    MemoryDataset::new(described, vec![batches])
}

/// The workloads have a codebook form of their own: variables with labels, sets and missing codes.
fn describe(codebook: &mut Codebook, path: &Path) -> Result<()> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::io("cannot read the codebook", source))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|source| Error::invalid(source.to_string()))?;
    let Some(table) = codebook.tables.first_mut() else { return Ok(()) };
    for described in json["variables"].as_array().into_iter().flatten() {
        let name = described["name"].as_str().unwrap_or_default();
        if let Some(variable) = table.variables.iter_mut().find(|variable| variable.name == name) {
            describe_variable(variable, described);
        }
    }
    for (set, entries) in json["value_label_sets"].as_object().into_iter().flatten() {
        let labels = entries.as_array().into_iter().flatten().fold(ValueLabels::new(), |labels, entry| {
            labels.with(
                entry["value"].as_i64().unwrap_or_default(),
                entry["label"].as_str().unwrap_or_default(),
            )
        });
        codebook.value_labels.insert(set.clone(), labels);
    }
    Ok(())
}

fn describe_variable(variable: &mut Variable, described: &serde_json::Value) {
    variable.label = described["label"].as_str().unwrap_or_default().into();
    variable.labels = described["value_labels"].as_str().map(str::to_owned);
    variable.measure = match described["measure"].as_str() {
        Some("nominal") => Some(Measure::Nominal),
        Some("ordinal") => Some(Measure::Ordinal),
        Some("scale") => Some(Measure::Scale),
        _ => None,
    };
    for code in described["missing"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_i64) {
        variable.missing.push(Missing::value(code));
    }
    if variable.kind == Kind::Text {
        variable.facts.max_bytes = described["max_bytes"].as_u64();
    }
}

/// Runs, and prints the fastest run with its memory and the median of all.
fn measured(runs: usize, clear: impl Fn() -> Result<()>, mut run: impl FnMut() -> Result<u64>) -> Result<()> {
    let mut all: Vec<(f64, f64)> = Vec::new();
    let before = resident("VmRSS:");
    // Only this process's own high-water mark; where it cannot be reset the peak is since the start.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let mut rows = 0;
    for _ in 0..runs.max(1) {
        clear()?;
        let (start, cpu) = (Instant::now(), cpu_seconds());
        rows = run()?;
        all.push((start.elapsed().as_secs_f64(), cpu_seconds() - cpu));
    }
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (seconds, cpu) = all.first().copied().unwrap_or_default();
    let (median, median_cpu) = all.get(all.len() / 2).copied().unwrap_or_default();
    let over = resident("VmHWM:").saturating_sub(before) / 1024;
    println!(
        "{}",
        serde_json::json!({
            "run_s": seconds,
            "run_cpu_s": cpu,
            "median_s": median,
            "median_cpu_s": median_cpu,
            "rows": rows,
            "over_input_mib": over,
            "rss_over": over * 1024 * 1024,
        })
    );
    Ok(())
}

/// Processor seconds of all threads, ended ones too.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    // The unit of these fields is 1/100 s on Linux (proc(5), USER_HZ).
    ticks / 100.0
}

/// A memory figure of this process in KiB.
fn resident(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
