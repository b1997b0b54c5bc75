//! Long campaigns: what the test run does in a short form, at full length.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::{self, Count};
use crate::steps::{Failure, Outcome, tested, uncounted, units};
use crate::workspace::Workspace;

/// Most memory of a conversion: the default budget of an export and what the program itself takes.
const PEAK_MIB: u64 = 600;

/// Property and crash tests, with `times` as many cases.
pub(crate) fn cases(workspace: &Workspace, times: u64) -> Result<Outcome, Failure> {
    tested(units(workspace).env("EXPORTER_SOAK", times.to_string()).env("NEXTEST_PROFILE", "soak"))
}

/// A table of many rows through every format and back to delimited text, which must be the bytes of the beginning.
pub(crate) fn rows(workspace: &Workspace, rows: u64) -> Result<Outcome, Failure> {
    let mut build = command::cargo(&workspace.root);
    build.args(["build", "--release", "--locked", "--package", "exporter-cli", "--bins"]);
    command::check(&mut build).map_err(uncounted)?;
    let folder = workspace.target.join("soak");
    let path = |name: &str| folder.join(name);
    let mut count = Count::default();
    let outcome = fs::create_dir_all(&folder)
        .and_then(|()| table(&path("rows.csv"), rows))
        .map_err(|error| format!("{}: {error}", folder.display()))
        .and_then(|()| {
            for pair in STATIONS.windows(2) {
                let [from, to] = pair else { continue };
                convert(workspace, &path(from), &path(to))?;
                count.passed += 1;
            }
            same(&path("rows.csv"), &path("back.csv"))
        });
    let removed = fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()));
    outcome.and(removed).map_err(|message| (count, message))?;
    count.passed += 1;
    Ok(Outcome::Tested(count))
}

/// Each file is made of the one before.
const STATIONS: &[&str] = &[
    "rows.csv",
    "a.dta",
    "b.parquet",
    "c.arrow",
    "d.arrows",
    "e.tab",
    "f.parquet",
    "g.dta",
    "h.sav",
    "i.zsav",
    "back.csv",
];

/// Writes a table as our writer spells it: numbers, texts with quotes and line feeds, dates, empty cells.
fn table(path: &Path, rows: u64) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "id,group,score,comment,day,rare")?;
    // Knuth's 64-bit linear congruential generator (MMIX): the same rows on every machine.
    let mut state = 1_u64;
    for id in 0..rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = state >> 33;
        write!(file, "{id},{},", random % 7)?;
        if !random.is_multiple_of(11) {
            write!(file, "{}.5", random % 100_000)?;
        }
        match random % 5 {
            0 => write!(file, ",short,")?,
            1 => write!(file, ",\"said \"\"{random}\"\", twice\",")?,
            2 => write!(file, ",\"two\nlines\",")?,
            _ => write!(file, ",Größe {},", random % 1000)?,
        }
        write!(file, "20{:02}-{:02}-{:02},", random % 90 + 10, random % 12 + 1, random % 28 + 1)?;
        if random.is_multiple_of(1_000_003) {
            write!(file, "{}", random % 100)?;
        }
        writeln!(file)?;
    }
    file.flush()
}

/// Converts one file, and says the time and the most memory that it took.
fn convert(workspace: &Workspace, from: &Path, to: &Path) -> Result<(), String> {
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let what = format!("{} -> {}", name(from), name(to));
    let failed = |error: std::io::Error| format!("{what}: {error}");
    let mut convert = command::command(workspace.target.join("release").join("exporter"), &workspace.root);
    convert.arg("convert").args([from, to]);
    let start = Instant::now();
    let mut child = convert.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(failed)?;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_mib(child.id()).unwrap_or(0));
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{what}: {status}"));
    }
    let bytes = fs::metadata(to).map_err(failed)?.len();
    println!("{what:<24} {seconds:>7.1} s  {peak:>5} MiB at most  {bytes:>13} bytes");
    if peak > PEAK_MIB {
        return Err(format!("{what} took {peak} MiB, {PEAK_MIB} are allowed"));
    }
    Ok(())
}

/// The most memory that a process has had, as Linux tells it.
fn peak_mib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}

/// Compares two files line by line.
fn same(one: &Path, other: &Path) -> Result<(), String> {
    let open = |path: &Path| {
        let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(BufReader::with_capacity(1 << 20, file))
    };
    let (mut left, mut right) = (open(one)?, open(other)?);
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    for line in 1_u64.. {
        wanted.clear();
        found.clear();
        let read = |file: &mut BufReader<File>, into: &mut Vec<u8>| {
            file.by_ref().read_until(b'\n', into).map_err(|error| error.to_string())
        };
        let (a, b) = (read(&mut left, &mut wanted)?, read(&mut right, &mut found)?);
        if wanted != found {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
            return Err(format!("line {line} was {:?} and came back as {:?}", text(&wanted), text(&found)));
        }
        if a == 0 && b == 0 {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_its_line() {
        let folder = std::env::temp_dir().join(format!("exporter-soak-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (one, other) = (folder.join("one.csv"), folder.join("other.csv"));
        table(&one, 100).unwrap();
        table(&other, 100).unwrap();
        let equal = same(&one, &other);
        let text = fs::read_to_string(&other).unwrap();
        fs::write(&other, text.replacen("\n1,", "\n9,", 1)).unwrap();
        let different = same(&one, &other).unwrap_err();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(equal, Ok(()));
        assert!(different.contains("came back as \"9,"), "{different}");
    }
}
