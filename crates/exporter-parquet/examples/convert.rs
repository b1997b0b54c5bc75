//! Converts a Parquet or Arrow IPC file and tells wall and, on Linux, processor seconds, for comparisons with other
//! writers:
//! `convert INPUT FORMAT[:OPTION=VALUE,…] FOLDER [THREADS [memory]]`; the folder `-` throws the output away, `memory`
//! reads the whole input before the clock starts, as programs that hold their tables in memory do.

use std::path::Path;

use exporter_core::format::Source;
use exporter_core::registry::options_from_pairs;
use exporter_core::sink::{FolderOptions, FolderSink, NullSink, Sink};
use exporter_core::{Context, Dataset, MemoryDataset, Registry, Scan, TableId, export};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, format, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: convert INPUT FORMAT[:OPTION=VALUE,…] FOLDER [THREADS]".into());
    };
    let registry = exporter_parquet::register(Registry::new());
    let (format, options) = format.split_once(':').unwrap_or((format, ""));
    let pairs = options.split(',').filter_map(|option| option.split_once('='));
    let options = options_from_pairs(registry.format(format)?, pairs)?;
    let exporter = registry.exporter(format, options)?;
    let mut context = Context::default();
    if let [threads, ..] = rest {
        context = context.with_threads(threads.parse()?);
    }
    let data = registry.open(&Source::new(Path::new(input)), serde_json::Value::Null, &context)?;
    let data: Box<dyn Dataset> = match rest {
        [_, how] if how == "memory" => {
            let batches = context.scan(&*data, TableId(0), &Scan::all())?.collect::<Result<Vec<_>, _>>()?;
            Box::new(MemoryDataset::new(data.codebook().clone(), vec![batches])?)
        }
        _ => data,
    };
    let sink: Box<dyn Sink> = match folder.as_str() {
        "-" => Box::new(NullSink::new()),
        folder => Box::new(FolderSink::create(folder, FolderOptions::default().overwrite(true))?),
    };
    let before = processor_seconds();
    let summary = export(&*exporter, &*data, sink, &context)?;
    let mut line = format!("{} rows, {} bytes, {:.2} s", summary.rows(), summary.bytes(), summary.seconds);
    if let Some((before, after)) = before.zip(processor_seconds()) {
        line.push_str(&format!(" ({:.2} s of processors)", after - before));
    }
    std::io::Write::write_all(&mut std::io::stdout(), format!("{line}\n").as_bytes())?;
    Ok(())
}

/// What all threads of this process have used so far (proc(5), `/proc/pid/stat`, fields 14 and 15).
fn processor_seconds() -> Option<f64> {
    /// Linux counts in hundredths on every machine.
    const TICKS_PER_SECOND: f64 = 100.0;
    let line = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, field 2, may hold blanks.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS_PER_SECOND)
}
