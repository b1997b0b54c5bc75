//! Times reading a `.dta` into Arrow: `read_dta FILE [VARIABLE,…] [THREADS]`; the last line is JSON.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Array, RecordBatch};
use exporter_core::source::FileBytes;
use exporter_dta::{DtaReader, Selection};

/// Processor time of this process over all its threads, in seconds.
fn cpu_seconds() -> f64 {
    // utime and stime are fields 14 and 15, counted in hundredths of a second; the name before them may hold blanks.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: read_dta FILE [VARIABLE,...] [THREADS]")?;
    let wanted = arguments.next().unwrap_or_default();
    let threads: usize = arguments.next().unwrap_or_default().parse().unwrap_or(1);

    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut reader = DtaReader::open(Arc::new(FileBytes::open(&path)?))?;
    let mut selection = Selection::all();
    if !wanted.is_empty() {
        let index =
            |name: &str| reader.dictionary().variable_index(name).ok_or(format!("no variable {name}"));
        selection = selection.columns(wanted.split(',').map(index).collect::<Result<Vec<_>, _>>()?);
    }
    let batches: Vec<RecordBatch> = if threads > 1 {
        reader.parallel_batches(&selection, threads)?.collect::<Result<_, _>>()?
    } else {
        reader.batches(&selection)?.collect::<Result<_, _>>()?
    };
    let (run, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);

    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let nulls: usize = batches.iter().flat_map(RecordBatch::columns).map(|column| column.null_count()).sum();
    let line = format!(
        "{{\"rows\": {rows}, \"arrow_bytes\": {bytes}, \"nulls\": {nulls}, \"run_s\": {run:.3}, \"run_cpu_s\": {cpu:.2}}}"
    );
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
