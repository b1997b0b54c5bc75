//! What an export did or would do, for people and as JSON.

use std::fmt::Write as _;

use exporter::request::DryRun;
use exporter::{LossReport, Summary};
use serde_json::json;

use crate::loss_text;

/// The summary for standard error.
pub(crate) fn summary(summary: &Summary) -> String {
    let mut text = String::new();
    for entry in &summary.entries {
        let rows = entry.rows.map(|rows| format!("{} rows, ", grouped(rows))).unwrap_or_default();
        line(&mut text, format!("{}: {rows}{} bytes", entry.path, grouped(entry.bytes)));
    }
    let rows = summary.entries.iter().filter_map(|entry| entry.rows).sum::<u64>();
    let count = summary.entries.len();
    let noun = if count == 1 { "entry" } else { "entries" };
    line(
        &mut text,
        format!(
            "{count} {noun}, {} rows, {} bytes in {:.2} s",
            grouped(rows),
            grouped(summary.bytes()),
            summary.seconds
        ),
    );
    for remark in &summary.remarks {
        line(&mut text, format!("note: {remark}"));
    }
    losses(&mut text, &summary.changes.losses);
    changes(&mut text, summary.changes.renames.len(), summary.changes.recodes.len());
    text.truncate(text.trim_end().len());
    text
}

/// What an export would write and lose.
pub(crate) fn plan(plan: &DryRun) -> String {
    let mut text = String::from("dry run: nothing is written\n");
    for entry in &plan.entries {
        let rows = entry.rows.map(|rows| format!(", {} rows", grouped(rows))).unwrap_or_default();
        let bytes = entry.bytes.map(|bytes| format!(", {} bytes", grouped(bytes))).unwrap_or_default();
        line(&mut text, format!("{} ({}{rows}{bytes})", entry.path, entry.media_type));
    }
    losses(&mut text, &plan.changes.losses);
    changes(&mut text, plan.changes.renames.len(), plan.changes.recodes.len());
    text.truncate(text.trim_end().len());
    text
}

fn losses(text: &mut String, report: &LossReport) {
    for shown in loss_text::lines(report) {
        line(text, shown);
    }
}

fn changes(text: &mut String, names: usize, values: usize) {
    let count = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        more => Some(format!("{more} {noun}s")),
    };
    let counts: Vec<String> =
        count(names, "name").into_iter().chain(count(values, "missing value")).collect();
    if !counts.is_empty() {
        line(text, format!("{} written as others; --report FILE.json lists them", counts.join(" and ")));
    }
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

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_grouped() {
        assert_eq!(super::grouped(7), "7");
        assert_eq!(super::grouped(1_234_567), "1,234,567");
        assert_eq!(super::grouped(123_456), "123,456");
    }
}
