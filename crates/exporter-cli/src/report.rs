//! What an export did or would do, for people and as JSON.

use std::fmt::Write as _;

use exporter::request::DryRun;
use exporter::{Changes, Summary, grouped};
use serde_json::json;

use crate::loss_text;

/// The summary for standard error.
pub(crate) fn summary(summary: &Summary) -> String {
    let mut text = String::new();
    let took = format!("in {:.2} s", summary.seconds);
    let sizes = |rows: Option<u64>, bytes: u64| {
        let rows = rows.map(|rows| format!("{}, ", counted(rows, "row"))).unwrap_or_default();
        format!("{rows}{}", counted(bytes, "byte"))
    };
    match summary.entries.as_slice() {
        [one] => line(&mut text, format!("{}: {} {took}", one.path, sizes(one.rows, one.bytes))),
        entries => {
            for entry in entries {
                line(&mut text, format!("{}: {}", entry.path, sizes(entry.rows, entry.bytes)));
            }
            let rows = entries.iter().filter_map(|entry| entry.rows).sum::<u64>();
            let sizes = sizes(Some(rows), summary.bytes());
            line(&mut text, format!("{} entries, {sizes} {took}", grouped(entries.len() as u64)));
        }
    }
    for remark in &summary.remarks {
        line(&mut text, format!("note: {remark}"));
    }
    changes(&mut text, &summary.changes);
    text
}

/// What an export would write and lose.
pub(crate) fn plan(plan: &DryRun) -> String {
    let mut text = String::from("dry run: nothing is written\n");
    for entry in &plan.entries {
        let rows = entry.rows.map(|rows| format!(", {}", counted(rows, "row"))).unwrap_or_default();
        let bytes = entry.bytes.map(|bytes| format!(", {}", counted(bytes, "byte"))).unwrap_or_default();
        line(&mut text, format!("{} ({}{rows}{bytes})", entry.path, entry.media_type));
    }
    changes(&mut text, &plan.changes);
    text
}

fn changes(text: &mut String, changes: &Changes) {
    for shown in loss_text::lines(changes) {
        line(text, shown);
    }
    text.truncate(text.trim_end().len());
}

/// A count and what is counted.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
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
