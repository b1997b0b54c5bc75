//! Files that we write, read by programs we did not write.

use std::path::PathBuf;

use super::exported;
use super::generate::{self, DAYS};
use super::known::FAULTS;
use super::said::Tool;
use super::table::Case;

/// All cases as files.
struct Files {
    _folder: tempfile::TempDir,
    cases: Vec<Case>,
    paths: Vec<PathBuf>,
}

fn files(keep: impl Fn(&Case) -> bool) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let generated = generate::all().into_iter().map(|case| (case, None));
    let exported = exported::all().into_iter().map(|(case, bytes)| (case, Some(bytes)));
    let mut cases = Vec::new();
    let mut paths = Vec::new();
    for (case, bytes) in generated.chain(exported).filter(|(case, _)| keep(case)) {
        let path = folder.path().join(format!("{}.dta", cases.len()));
        std::fs::write(&path, bytes.unwrap_or_else(|| case.written())).unwrap();
        paths.push(path);
        cases.push(case);
    }
    Files { _folder: folder, cases, paths }
}

/// Every part of every case agrees, but for the known faults, and each of these is there.
fn agrees(tool: Tool) {
    let files = files(|_| true);
    let mut wrong = Vec::new();
    let mut seen = vec![Vec::new(); FAULTS.len()];
    for (case, said) in files.cases.iter().zip(tool.reads("stored", &files.paths)) {
        for (part, how) in tool.differences(case, &said) {
            match FAULTS.iter().position(|fault| fault.covers(tool, &case.name, case.release(), &part)) {
                Some(fault) => seen[fault].push(case.release()),
                None => wrong.push(format!("{} ({}), {part}: {how}", case.name, case.release())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {} parts differ\n{}", tool.name(), wrong.len(), wrong.join("\n"));
    for (fault, seen) in FAULTS.iter().zip(&seen).filter(|(fault, _)| fault.tool == tool) {
        for release in fault.releases {
            let place = format!("{}, release {release}, {}", fault.case, fault.part);
            assert!(
                seen.contains(release),
                "{} no longer has this fault: {place}: {}",
                tool.name(),
                fault.because
            );
        }
    }
}

#[test]
fn pandas_reads_every_case() {
    agrees(Tool::Pandas);
}

#[test]
fn pyreadstat_reads_every_case() {
    agrees(Tool::Pyreadstat);
}

#[test]
fn haven_reads_every_case() {
    agrees(Tool::Haven);
}

#[test]
fn readstata13_reads_every_case() {
    agrees(Tool::Readstata13);
}

#[test]
fn the_crate_dta_reads_every_case() {
    agrees(Tool::Dta);
}

#[test]
fn polars_reads_every_case() {
    agrees(Tool::Polars);
}

/// Days and moments as the programs' own types, from year 100 to 9999.
#[test]
fn dates_are_the_days_they_were() {
    let files = files(|case| case.name == "dates");
    let tools = [Tool::Pandas, Tool::Pyreadstat, Tool::Haven, Tool::Readstata13, Tool::Polars, Tool::Dta];
    for tool in tools {
        for (case, said) in files.cases.iter().zip(tool.reads("dates", &files.paths)) {
            let place = format!("{}, release {}", tool.name(), case.release());
            let texts = |column: usize| -> Vec<&str> {
                let cells = said["columns"][column].as_array().unwrap_or_else(|| panic!("{place}: {said}"));
                cells.iter().map(|cell| cell.as_str().unwrap_or_else(|| panic!("{place}: {cell}"))).collect()
            };
            let days: Vec<&str> =
                texts(0).iter().map(|day| day.strip_suffix("T00:00:00.000").unwrap_or(day)).collect();
            assert_eq!(days, DAYS, "{place}");
            assert_eq!(texts(1), DAYS.map(|day| format!("{day}T12:34:56.789")), "{place}");
        }
    }
}
