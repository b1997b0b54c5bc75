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
    let rows = rows_of(summary, codebook);
    let bytes = counted(summary.bytes(), "byte");
    let all = [rows, Some(bytes)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let took = format!("in {:.2} s", summary.seconds);
    let sizes = |entry: &EntryReport| {
        let rows = entry.rows.map(|rows| format!("{}, ", counted(rows, "row"))).unwrap_or_default();
        format!("{}: {rows}{}", entry.path, counted(entry.bytes, "byte"))
    };
    let mut notes = Vec::new();
    for (table, (rows, _)) in summary.tables() {
        if let (0, [_, ..], Some(table)) = (rows, conditions, codebook.tables.get(table.0)) {
            notes.push(format!("no row of {} is kept by {}", table.name, conditions.join("; ")));
        }
    }
    notes.extend(summary.remarks.iter().cloned());
    let (total, entries, indent) = match summary.entries.as_slice() {
        [one] => (format!("{}: {all} {took}", one.path), one.holds.as_slice(), "  "),
        entries => {
            let count = grouped(entries.len() as u64);
            (format!("{count} entries, {all} {took}"), entries, "")
        }
    };
    let lacks_rows = !summary.missing_rows.is_empty();
    let changed = changes_in(&summary.changes, work, LINES_SHOWN, lacks_rows).lines().count();
    let least = changed.min(LEAST_CHANGES) + notes.len().min(LEAST_NOTES);
    // What is not there goes before all that is.
    let absent = noted(&summary.missing_rows, LEAST_NOTES, work);
    let room = LINES_SHOWN.saturating_sub(1 + least + absent.len()).max(LEAST_ENTRIES);
    let mut named: Vec<String> = entries.iter().map(|entry| format!("{indent}{}", sizes(entry))).collect();
    if named.len() > room {
        let more = named.split_off(room - 1).len() as u64;
        named.push(format!("{indent}and {} more", grouped(more)));
    }
    // A single entry goes before what it holds.
    named.insert(if indent.is_empty() { named.len() } else { 0 }, total);
    named.splice(..0, absent);
    let room = LINES_SHOWN.saturating_sub(named.len() + changed).max(LEAST_NOTES);
    let notes = noted(&notes, room, work);
    let room = LINES_SHOWN.saturating_sub(named.len() + notes.len());
    named.push(changes_in(&summary.changes, work, room, lacks_rows));
    named.extend(notes);
    named.join("\n")
}

/// Lines of what changed that a summary has room for, whatever else is told.
const LEAST_CHANGES: usize = 5;
/// Lines of entries, without their sum.
const LEAST_ENTRIES: usize = 2;
/// Lines of notes.
const LEAST_NOTES: usize = 2;

/// Notes in at most so many lines.
fn noted(notes: &[String], most: usize, work: &WorkArgs) -> Vec<String> {
    let shown = if notes.len() > most { most - 1 } else { most };
    let mut lines: Vec<String> = notes.iter().take(shown).map(|note| format!("note: {note}")).collect();
    if let more @ 1.. = notes.len().saturating_sub(shown) {
        let listed = match &work.report {
            Some(file) => format!("listed in {}", file.display()),
            None => "--report FILE.json lists them".to_owned(),
        };
        lines.push(format!("note: and {}; {listed}", counted(more as u64, "more note")));
    }
    lines
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
    noted(&plan.missing_rows, LEAST_NOTES, work).into_iter().for_each(|note| line(&mut text, note));
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
    text.push_str(&changes_in(&plan.changes, work, LINES_SHOWN, !plan.missing_rows.is_empty()));
    if plan.entries.iter().any(|entry| entry.table.is_some()) {
        text.push_str("\nnote: what only writing shows (values cut or rounded, blanks at the end) is counted by the run");
    }
    plan.remarks.iter().for_each(|remark| text.push_str(&format!("\nnote: {remark}")));
    text
}

/// Lines of a summary, and of what changed with its title, at most.
const LINES_SHOWN: usize = 10;

/// What changed, and where all of it is listed.
pub(crate) fn changes(changes: &Changes, work: &WorkArgs) -> String {
    changes_in(changes, work, LINES_SHOWN, false)
}

/// As [`changes`] in at most so many lines; where rows are not there, nothing else may be lost.
fn changes_in(changes: &Changes, work: &WorkArgs, most: usize, lacks_rows: bool) -> String {
    let count = changes.losses.len();
    // Below, labels and values are counted, of which one variable may lose many.
    let is_more = changes.losses.iter().any(|loss| loss.count > 1);
    let unit = if is_more { " (numbers in brackets count every label and value)" } else { "" };
    let title = match (count, &work.report) {
        (0, _) if lacks_rows => "no losses but the rows, which are not there".to_owned(),
        (0, _) => "no losses".to_owned(),
        (_, Some(file)) => format!("{}, listed by variable in {}{unit}", losses(count), file.display()),
        (1, None) => "1 loss; --report FILE.json lists it by variable".to_owned(),
        (_, None) => format!("{}; --report FILE.json lists them by variable{unit}", losses(count)),
    };
    let lines = changes.lines(most.saturating_sub(1)).into_iter().map(|line| format!("\n  {line}"));
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
