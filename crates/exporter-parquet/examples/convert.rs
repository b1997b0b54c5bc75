//! Converts a Parquet or Arrow IPC file and tells wall and, on Linux, processor seconds, for comparisons with other
//! writers:
//! `convert INPUT FORMAT[:OPTION=VALUE,…] FOLDER [THREADS [TIMES]]`; the folder `-` throws the output away, `TIMES`
//! reads the whole input before the clock starts, as programs that hold their tables in memory do, writes its rows so
//! many times over and tells the memory that took beyond the input.

use exporter_core::sink::{FolderOptions, FolderSink, NullSink, Sink};
use exporter_core::{
    Context, Dataset, MemoryDataset, Registry, Scan, Source, TableId, export, options_from_pairs,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, format, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: convert INPUT FORMAT[:OPTION=VALUE,…] FOLDER [THREADS [TIMES]]".into());
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
    let data = registry.open(&Source::open(input, &context)?, serde_json::Value::Null, &context)?;
    let data: Box<dyn Dataset> = match rest {
        [_, times] => {
            let batches = context.scan(&*data, TableId(0), &Scan::all())?.collect::<Result<Vec<_>, _>>()?;
            let batches = std::iter::repeat_n(batches, times.parse()?).flatten().collect();
            let mut codebook = data.codebook().clone();
            codebook.tables.iter_mut().for_each(|table| table.rows = None);
            Box::new(MemoryDataset::new(codebook, vec![batches])?)
        }
        _ => data,
    };
    let sink: Box<dyn Sink> = match folder.as_str() {
        "-" => Box::new(NullSink::new()),
        folder => Box::new(FolderSink::create(folder, FolderOptions::default().overwrite(true))?),
    };
    let (before, held) = (processor_seconds(), memory("VmRSS:"));
    // Forgets the peak so far (proc(5), `/proc/pid/clear_refs`); elsewhere the figure is left out.
    let forgotten = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let summary = export(&*exporter, &*data, sink, &context)?;
    let mut line = format!("{} rows, {} bytes, {:.2} s", summary.rows(), summary.bytes(), summary.seconds);
    if let Some((before, after)) = before.zip(processor_seconds()) {
        line.push_str(&format!(" ({:.2} s of processors)", after - before));
    }
    if let (Some(held), Some(peak), true) = (held, memory("VmHWM:"), forgotten) {
        line.push_str(&format!(", {} MiB over the input", peak.saturating_sub(held) >> 10));
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

/// A line of proc(5), `/proc/pid/status`, in KiB.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}
