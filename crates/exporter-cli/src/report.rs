//! What an export did or would do, for people and as JSON.

use std::fmt::Write as _;

use exporter::codebook::Codebook;
use exporter::request::DryRun;
use exporter::{Changes, EntryReport, Summary, counted, grouped};

use crate::args::WorkArgs;
use crate::target::Target;
use serde_json::json;

/// The summary for standard error.
pub(crate) fn summary(
    summary: &Summary,
    codebook: &Codebook,
    conditions: &[String],
    work: &WorkArgs,
) -> String {
    let mut text = String::new();
    let rows = rows_of(summary, codebook);
    let bytes = counted(summary.bytes(), "byte");
    let all = [rows, Some(bytes)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let took = format!("in {:.2} s", summary.seconds);
    let sizes = |entry: &EntryReport| {
        let rows = entry.rows.map(|rows| format!("{}, ", counted(rows, "row"))).unwrap_or_default();
        format!("{}: {rows}{}", entry.path, counted(entry.bytes, "byte"))
    };
    match summary.entries.as_slice() {
        [one] => {
            line(&mut text, format!("{}: {all} {took}", one.path));
            one.holds.iter().for_each(|entry| line(&mut text, format!("  {}", sizes(entry))));
        }
        entries => {
            entries.iter().for_each(|entry| line(&mut text, sizes(entry)));
            line(&mut text, format!("{} entries, {all} {took}", grouped(entries.len() as u64)));
        }
    }
    for (table, (rows, _)) in summary.tables() {
        if let (0, [_, ..], Some(table)) = (rows, conditions, codebook.tables.get(table.0)) {
            line(&mut text, format!("note: no row of {} is kept by {}", table.name, conditions.join("; ")));
        }
    }
    for remark in &summary.remarks {
        line(&mut text, format!("note: {remark}"));
    }
    text + &changes(&summary.changes, work)
}

/// How many rows were written, each counted once in however many formats.
fn rows_of(summary: &Summary, codebook: &Codebook) -> Option<String> {
    let tables = summary.tables();
    let rows = counted(summary.rows(), "row");
    let formats = tables.values().map(|(_, formats)| *formats).max()?;
    let formats = if formats > 1 { format!(" in {formats} formats") } else { String::new() };
    let several = tables.len() > 1;
    Some(match tables.keys().next().and_then(|table| codebook.tables.get(table.0)) {
        _ if several => format!("{rows} of {}{formats}", counted(tables.len() as u64, "table")),
        Some(table) if !formats.is_empty() => format!("{rows} of {}{formats}", table.name),
        _ => format!("{rows}{formats}"),
    })
}

/// What an export would write and lose.
pub(crate) fn plan(plan: &DryRun, target: &Target, work: &WorkArgs) -> String {
    let mut text = String::from("dry run: nothing is written\n");
    for entry in &plan.entries {
        let rows = entry.rows.map(|rows| format!(", {}", counted(rows, "row"))).unwrap_or_default();
        let size = match (entry.bytes, entry.least_bytes) {
            (Some(bytes), _) => format!(", {}", counted(bytes, "byte")),
            (None, Some(least)) => format!(", at least {}", counted(least, "byte")),
            (None, None) => String::new(),
        };
        // A single entry has the name of its file.
        let path = target.file().map_or_else(|| entry.path.clone(), |file| file.display().to_string());
        line(&mut text, format!("{path} ({}{rows}{size})", entry.media_type));
    }
    let sizes: Vec<u64> = plan.entries.iter().filter_map(|entry| entry.bytes.or(entry.least_bytes)).collect();
    if sizes.len() > 1 {
        let is_exact = plan.entries.iter().all(|entry| entry.bytes.is_some());
        let least = if is_exact { "" } else { "at least " };
        line(&mut text, format!("{least}{} in all", counted(sizes.iter().sum(), "byte")));
    }
    if let Some(taken) = target.taken().filter(|_| !work.overwrite) {
        line(&mut text, format!("note: {} exists: --overwrite replaces it", taken.display()));
    }
    for remark in &plan.remarks {
        line(&mut text, format!("note: {remark}"));
    }
    text + &changes(&plan.changes, work)
}

/// Lines shown at most of what changed, the title among them.
const LINES_SHOWN: usize = 10;

/// What changed, and where all of it is listed.
pub(crate) fn changes(changes: &Changes, work: &WorkArgs) -> String {
    let count = changes.losses.len();
    // Below, labels and values are counted, of which one variable may lose many.
    let is_more = changes.losses.iter().any(|loss| loss.count > 1);
    let unit = if is_more { " (one a kind and variable; below, every label and value counts)" } else { "" };
    let title = match (count, &work.report) {
        (0, _) => "no losses".to_owned(),
        (_, Some(file)) => format!("{}, listed by variable in {}{unit}", losses(count), file.display()),
        (1, None) => "1 loss; --report FILE.json lists it by variable".to_owned(),
        (_, None) => format!("{}; --report FILE.json lists them by variable{unit}", losses(count)),
    };
    let lines = changes.lines(LINES_SHOWN - 1).into_iter().map(|line| format!("\n  {line}"));
    std::iter::once(title).chain(lines).collect()
}

fn losses(count: usize) -> String {
    let plural = if count == 1 { "" } else { "es" };
    format!("{} loss{plural}", grouped(count as u64))
}

fn line(text: &mut String, line: String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// The summary of an export as JSON.
pub(crate) fn summary_json(summary: &Summary) -> serde_json::Value {
    json!({ "dry_run": false, "summary": summary, "rows": summary.rows(), "bytes": summary.bytes() })
}

/// What an export would write and lose as JSON.
pub(crate) fn plan_json(plan: &DryRun) -> serde_json::Value {
    json!({ "dry_run": true, "plan": plan })
}

/// What an export that is refused would lose as JSON.
pub(crate) fn refused_json(changes: &Changes) -> serde_json::Value {
    json!({ "dry_run": false, "refused": changes })
}
