//! Time and processor seconds of writing and reading delimited text.
//!
//! `cargo bench -p exporter-tab --bench codec -- FILE.arrow [OUT.csv]` takes the batches of an Arrow IPC file
//! into memory, encodes them with one and with two threads, to nothing and to a file, then reads the file
//! back, and prints one line for each run. Without arguments it measures a synthetic table of 100,000 rows.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use exporter_tab::{Column, Layout, ReadOptions, RowEncoder, TabReader, WriteOptions};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Rows encoded as one piece of work.
const ROWS: usize = 4096;

fn main() -> Outcome<()> {
    let mut paths = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from);
    let batches = match paths.next() {
        Some(path) => {
            arrow_ipc::reader::FileReader::try_new(File::open(path)?, None)?.collect::<Result<_, _>>()?
        }
        None => vec![synthetic(100_000)?],
    };
    let folder = tempfile::tempdir()?;
    let file = paths.next().unwrap_or_else(|| folder.path().join("bench.csv"));
    for threads in [1, 2] {
        measure(&format!("write to nothing, {threads} threads"), || {
            write(&batches, std::io::sink(), threads)
        })?;
        measure(&format!("write to a file, {threads} threads"), || {
            write(&batches, File::create(&file)?, threads)
        })?;
    }
    let options = ReadOptions::default();
    measure("find the kinds of all columns", || {
        Layout::read(File::open(&file)?, &options, &[])?;
        Ok(std::fs::metadata(&file)?.len())
    })?;
    let layout = Layout::read(File::open(&file)?, &options, &[])?;
    measure("read every cell, 1 thread", || {
        for batch in TabReader::new(File::open(&file)?, &layout, &options, None)? {
            batch?;
        }
        Ok(std::fs::metadata(&file)?.len())
    })?;
    Ok(())
}

fn measure(name: &str, mut run: impl FnMut() -> Outcome<u64>) -> Outcome<()> {
    for _ in 0..3 {
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let bytes = run()?;
        let seconds = start.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - cpu;
        let rate = bytes as f64 / 1e6 / seconds;
        writeln!(std::io::stdout(), "{name:32} {seconds:7.3} s {cpu:7.2} CPU s {rate:8.0} MB/s")?;
    }
    Ok(())
}

/// Processor seconds of this process so far, where the system tells them (Linux, in hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// Encodes pieces on `threads` threads and writes them in order.
fn write(batches: &[RecordBatch], mut to: impl Write, threads: usize) -> Outcome<u64> {
    let Some(first) = batches.first() else { return Ok(0) };
    let columns = first.schema().fields().iter().map(|field| Column::new(field.name())).collect();
    let encoder = RowEncoder::new(columns, &WriteOptions::default())?;
    let mut pieces = Vec::new();
    for batch in batches {
        for start in (0..batch.num_rows()).step_by(ROWS) {
            pieces.push(batch.slice(start, ROWS.min(batch.num_rows() - start)));
        }
    }
    let header = encoder.header();
    to.write_all(&header)?;
    let mut bytes = header.len() as u64;
    if threads == 1 {
        let mut buffer = Vec::new();
        for piece in &pieces {
            buffer.clear();
            encoder.encode(piece, &mut buffer)?;
            to.write_all(&buffer)?;
            bytes += buffer.len() as u64;
        }
        return Ok(bytes);
    }
    std::thread::scope(|scope| {
        let mut lanes = Vec::new();
        for lane in 0..threads {
            let (full, filled) = sync_channel::<Vec<u8>>(4);
            let (back, spent) = sync_channel::<Vec<u8>>(8);
            let (encoder, pieces) = (&encoder, &pieces);
            scope.spawn(move || -> Outcome<()> {
                for piece in pieces.iter().skip(lane).step_by(threads) {
                    let mut buffer = spent.try_recv().unwrap_or_default();
                    buffer.clear();
                    encoder.encode(piece, &mut buffer)?;
                    full.send(buffer)?;
                }
                Ok(())
            });
            lanes.push((filled, back));
        }
        for at in 0..pieces.len() {
            let (filled, back) = &lanes[at % threads];
            let buffer = filled.recv()?;
            to.write_all(&buffer)?;
            bytes += buffer.len() as u64;
            // The thread may have finished; then its buffers are not needed any more.
            let _ = back.try_send(buffer);
        }
        Ok(bytes)
    })
}

fn synthetic(rows: usize) -> Outcome<RecordBatch> {
    let code: Int8Array = (0..rows).map(|row| (row % 11 != 0).then_some((row % 7) as i8)).collect();
    let amount: Float64Array = (0..rows).map(|row| Some(row as f64 / 7.0)).collect();
    let name: StringArray =
        (0..rows).map(|row| Some(format!("place {row}, district {}", row % 50))).collect();
    let columns: [(&str, ArrayRef); 3] =
        [("code", Arc::new(code)), ("amount", Arc::new(amount)), ("name", Arc::new(name))];
    Ok(RecordBatch::try_from_iter(columns)?)
}
