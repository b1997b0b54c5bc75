//! Reads a `.sav` or `.zsav` into Arrow as the file stores it, and says how long that took: `read_sav FILE [THREADS]`.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use exporter_core::source::FileBytes;
use exporter_sav::{SavReader, Selection};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: read_sav FILE [THREADS]")?;
    let threads: usize = arguments.next().unwrap_or_default().parse().unwrap_or(1);

    let start = Instant::now();
    let reader = SavReader::open(Arc::new(FileBytes::open(&path)?))?;
    let batches = reader.batches(&Selection::default(), threads)?.collect::<Result<Vec<_>, _>>()?;
    let run = start.elapsed().as_secs_f64();

    let mut out = std::io::stdout().lock();
    for variable in &reader.metadata().variables {
        writeln!(out, "{} {} {}", variable.name, variable.print, variable.label)?;
    }
    for remark in reader.remarks() {
        writeln!(out, "{} ({} times): {}", remark.message, remark.count, remark.first)?;
    }
    let rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
    writeln!(out, "{{\"rows\": {rows}, \"run_s\": {run:.3}}}")?;
    Ok(())
}
