//! Writes an Arrow IPC file as `.dta` and prints how long it took, as JSON on the last line.
//!
//! `write_dta INPUT.arrow OUTPUT.dta|null [threads] [release] [runs]`: batches are in memory before the clock starts;
//! types and widths are those the data needs. Of several runs the least figures are printed.

use std::fs::File;
use std::io::{self, Write};
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use exporter_dta::stata::calendar::EPOCH_DAYS;
use exporter_dta::stata::limits::MAX_STR;
use exporter_dta::stata::{Conversion, StorageType};
use exporter_dta::{DtaMetadata, DtaVariable, DtaWriter, Release, WriterOptions, strl_bytes};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, rest @ ..] = arguments.as_slice() else {
        return Err("usage: write_dta INPUT.arrow OUTPUT.dta|null [threads] [release]".into());
    };
    let threads = rest.first().map_or(Ok(1), |threads| threads.parse())?;
    let release: u16 = rest.get(1).map_or(Ok(118), |release| release.parse())?;
    let release = Release::from_number(release).ok_or("no such release")?;
    let batches: Vec<RecordBatch> =
        arrow_ipc::reader::FileReader::try_new(File::open(input)?, None)?.collect::<Result<_, _>>()?;
    let metadata = describe(&batches, release)?;
    let runs: u32 = rest.get(2).map_or(Ok(1), |runs| runs.parse())?;
    let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    let strl_bytes = total_strl_bytes(&batches, &metadata);
    let cells = rows * metadata.variables.len() as u64;

    let (mut run, mut cpu, mut bytes) = (f64::INFINITY, f64::INFINITY, 0);
    for _ in 0..runs.max(1) {
        let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
        options.threads = threads;
        options.rows = Some(rows);
        options.strl_bytes = Some(strl_bytes);
        let sink: Box<dyn Write + Send> = if output == "null" {
            Box::new(io::sink())
        } else {
            // Systems write a file that replaces another to the disk at once, which would be timed, too.
            let _ = std::fs::remove_file(output);
            Box::new(File::create(output)?)
        };
        let (start, before) = (Instant::now(), cpu_seconds()?);
        let mut writer = DtaWriter::new(sink, metadata.clone(), options)?;
        writer.write_batches(batches.iter().cloned().map(Ok))?;
        bytes = writer.finish()?.1.bytes;
        run = run.min(start.elapsed().as_secs_f64());
        cpu = cpu.min(cpu_seconds()? - before);
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{{\"run_s\": {run:.4}, \"run_cpu_s\": {cpu:.3}, \"ns_per_cell\": {:.2}, \"bytes\": {bytes}}}",
        run * 1e9 / cells as f64
    )?;
    Ok(())
}

/// Seconds of processor time of this process so far, all threads, in steps of 10 ms.
fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("no process state")?.1.split_whitespace().collect();
    let ticks: u64 =
        fields.get(11..13).ok_or("no times")?.iter().map(|t| t.parse::<u64>()).sum::<Result<_, _>>()?;
    Ok(ticks as f64 / 100.0)
}

fn total_strl_bytes(batches: &[RecordBatch], metadata: &DtaMetadata) -> u64 {
    let strls = || metadata.variables.iter().enumerate().filter(|(_, v)| v.storage == StorageType::StrL);
    batches
        .iter()
        .flat_map(|batch| {
            strls().filter_map(|(position, _)| strl_bytes(batch.column(position), metadata.release))
        })
        .sum()
}

fn describe(batches: &[RecordBatch], release: Release) -> Outcome<DtaMetadata> {
    let mut metadata = DtaMetadata::new(release);
    let schema = batches.first().ok_or("no batches")?.schema();
    for (position, field) in schema.fields().iter().enumerate() {
        let columns: Vec<&ArrayRef> = batches.iter().map(|batch| batch.column(position)).collect();
        metadata.variables.push(variable(field.name(), field.data_type(), &columns)?);
    }
    Ok(metadata)
}

fn variable(name: &str, data_type: &DataType, columns: &[&ArrayRef]) -> Outcome<DtaVariable> {
    let whole =
        |range: (i64, i64)| StorageType::smallest_integer(range.0, range.1).unwrap_or(StorageType::Double);
    let with = |storage| DtaVariable::new(name, storage);
    Ok(match data_type {
        DataType::Boolean => with(StorageType::Byte),
        DataType::Int8 => with(whole(range(columns, |c, i| c.as_primitive::<Int8Type>().value(i).into()))),
        DataType::Int16 => with(whole(range(columns, |c, i| c.as_primitive::<Int16Type>().value(i).into()))),
        DataType::Int32 => with(whole(range(columns, |c, i| c.as_primitive::<Int32Type>().value(i).into()))),
        DataType::Int64 => with(whole(range(columns, |c, i| c.as_primitive::<Int64Type>().value(i)))),
        DataType::Float64 => with(StorageType::Double),
        DataType::Float32 => with(StorageType::Float),
        DataType::Date32 => {
            let days = range(columns, |c, i| i64::from(c.as_primitive::<Date32Type>().value(i)) + EPOCH_DAYS);
            let mut date = with(whole(days));
            date.conversion = Conversion::Days;
            date.format = "%td".to_owned();
            date
        }
        DataType::Timestamp(TimeUnit::Millisecond | TimeUnit::Microsecond, _) => {
            let mut time = with(StorageType::Double);
            time.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
            time.format = "%tc".to_owned();
            time
        }
        DataType::Utf8 => {
            let bytes = |c: &ArrayRef, i| i64::from(c.as_string::<i32>().value_length(i));
            let longest = range(columns, bytes).1.max(1);
            let fixed = u16::try_from(longest).ok().filter(|longest| *longest <= MAX_STR);
            with(fixed.map_or(StorageType::StrL, StorageType::Str))
        }
        other => return Err(format!("{name}: {other} is not part of the benchmark").into()),
    })
}

fn range(columns: &[&ArrayRef], value: impl Fn(&ArrayRef, usize) -> i64) -> (i64, i64) {
    let mut range = (0, 0);
    for column in columns {
        for row in (0..column.len()).filter(|row| column.is_valid(*row)) {
            let value = value(column, row);
            range = (range.0.min(value), range.1.max(value));
        }
    }
    range
}
