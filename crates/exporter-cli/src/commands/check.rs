//! `exporter check`.

use std::process::ExitCode;

use exporter::check::{CheckOptions, Finding, check};
use exporter::{Error, Result};
use serde_json::json;

use crate::args::CheckArgs;
use crate::request;
use crate::terminal::print;

/// Ends with 1 when any file has a finding.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode> {
    let mut options = CheckOptions::default();
    options.password = request::password(&args.password).map(|place| place.password()).transpose()?;
    let mut all = Vec::new();
    let mut found = 0;
    for file in &args.files {
        let findings = check(file, &options)?;
        found += findings.len();
        if !args.json {
            print(&as_text(&file.display().to_string(), &findings))?;
        }
        all.push(json!({ "file": file.display().to_string(), "findings": findings }));
    }
    if args.json {
        let text = serde_json::to_string_pretty(&all).map_err(|source| Error::invalid(source.to_string()))?;
        print(&(text + "\n"))?;
    }
    Ok(if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_text(file: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return format!("{file}: no findings\n");
    }
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    let mut text = format!("{file}: {} {noun}\n", findings.len());
    for finding in findings {
        let offset = finding.offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
        let entry = finding.entry.iter().map(|entry| format!(" in {entry}")).collect::<String>();
        text.push_str(&format!("  {}{entry}{offset}: {}\n", finding.rule, finding.message));
        if let Some(consequence) = &finding.consequence {
            text.push_str(&format!("    {consequence}\n"));
        }
    }
    text
}
