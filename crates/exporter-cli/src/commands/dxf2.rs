//! `exporter dxf2`: files of DHIS2.

use std::fmt::Write as _;
use std::process::ExitCode;

use exporter::dxf2::uid::{UidSource, of_text};
use exporter::dxf2::{Change, Difference, Mode, Strip, Target, Value};
use exporter::exchange::{self, Conversion, OutputOptions, Summary};
use exporter::{Error, Result, counted, grouped};
use serde_json::json;

use crate::args::{Dxf2Command, Dxf2Output};
use crate::terminal::print;
use crate::{cancel, place};

/// Remarks that are shown; all of them stand in JSON.
const SHOWN: usize = 10;

/// Ends with 1 when two files differ.
pub(super) fn run(command: &Dxf2Command) -> Result<ExitCode> {
    let context = exporter::Context::default().with_cancel(cancel::on_signal());
    match command {
        Dxf2Command::Summary { file, json } => {
            place::readable(file)?;
            let summary = exchange::summary(file, &context)?;
            print(&if *json { as_json(&summary)? } else { as_text(&summary) })?;
        }
        Dxf2Command::Convert { from, to, target, lenient, output } => {
            place::readable(from)?;
            place::writable(to, str::to_owned)?;
            let mode = if *lenient { Mode::Lenient } else { Mode::Strict };
            let conversion =
                Conversion::new(target.as_deref().map(version).transpose()?, mode).output(options(output));
            tell(&exchange::convert(from, to, &conversion, &context)?);
        }
        Dxf2Command::Diff { first, second, json } => {
            place::readable(first)?;
            place::readable(second)?;
            let differences = exchange::diff(first, second, &context)?;
            print(&if *json {
                differences_as_json(&differences)?
            } else {
                differences_as_text(&differences)
            })?;
            return Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Dxf2Command::Clean { from, to, strip, remap_defaults, output } => {
            place::readable(from)?;
            place::writable(to, str::to_owned)?;
            let strips: Vec<Strip> = strip
                .iter()
                .map(|word| {
                    word.parse()
                        .map_err(|error: exporter::dxf2::UnknownStrip| Error::usage(error.to_string()))
                })
                .collect::<Result<_>>()?;
            if strips.is_empty() && !remap_defaults {
                return Err(Error::usage("nothing is taken out")
                    .with_hint("say what, such as --strip sharing,users,dates, or --remap-defaults"));
            }
            let cleaned = exchange::clean(from, to, &strips, *remap_defaults, options(output), &context)?;
            for (name, count) in &cleaned.counts {
                crate::terminal::complain(&format!("{name}: {}", counted(*count, "time")));
            }
            tell(&cleaned.remarks);
        }
        Dxf2Command::Uid { from, count, seed } => {
            let uids: Vec<String> = match from {
                Some(text) => vec![of_text(text)],
                None => {
                    let seed = seed.unwrap_or_else(|| {
                        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                        since.map_or(0, |since| since.as_nanos() as u64)
                            ^ (u64::from(std::process::id()) << 32)
                    });
                    let mut source = UidSource::new(seed);
                    (0..*count).map(|_| source.next_uid()).collect()
                }
            };
            print(&(uids.join("\n") + "\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn version(target: &str) -> Result<Target> {
    target.parse().map_err(|error: exporter::dxf2::UnknownTarget| Error::usage(error.to_string()))
}

fn options(output: &Dxf2Output) -> OutputOptions {
    OutputOptions::default().overwrite(output.overwrite)
}

/// Tells what was remarked on the way.
fn tell(remarks: &[String]) {
    for remark in remarks.iter().take(SHOWN) {
        crate::terminal::complain(&format!("note: {remark}"));
    }
    if let Some(more) = remarks.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        crate::terminal::complain(&format!("note: and {}", counted(more as u64, "more note")));
    }
}

fn as_json(summary: &Summary) -> Result<String> {
    let text = serde_json::to_string_pretty(summary).map_err(|source| Error::invalid(source.to_string()))?;
    Ok(text + "\n")
}

fn as_text(summary: &Summary) -> String {
    let version = summary.version.as_ref().map(|version| format!(" of DHIS2 {version}")).unwrap_or_default();
    let mut text = format!("{}{version}\n", summary.kind);
    for (name, count) in &summary.counts {
        let _ = writeln!(text, "  {name}: {}", grouped(*count));
    }
    if !summary.unresolved.is_empty() {
        text.push_str("references to what is not in the file:\n");
    }
    for (property, found) in &summary.unresolved {
        let _ = writeln!(text, "  {property}: {}, such as {}", grouped(found.n), found.sample);
    }
    for remark in summary.remarks.iter().take(SHOWN) {
        let _ = writeln!(text, "note: {remark}");
    }
    text
}

fn words(value: &Value) -> String {
    const MOST: usize = 60;
    let json = value.canonical_json();
    match json.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", json.get(..at).unwrap_or_default()),
        None => json,
    }
}

fn differences_as_text(differences: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { kind, id, property, change, .. } in differences {
        let place =
            if property.is_empty() { format!("{kind} {id}") } else { format!("{kind} {id} {property}") };
        let _ = match change {
            Change::Removed(_) if property.is_empty() => writeln!(text, "- {place}"),
            Change::Added(_) if property.is_empty() => writeln!(text, "+ {place}"),
            Change::Removed(value) => writeln!(text, "- {place}: {}", words(value)),
            Change::Added(value) => writeln!(text, "+ {place}: {}", words(value)),
            Change::Changed { from, to } => writeln!(text, "~ {place}: {} -> {}", words(from), words(to)),
            _ => writeln!(text, "~ {place}: another order"),
        };
    }
    let _ = writeln!(text, "{}", counted(differences.len() as u64, "difference"));
    text
}

fn differences_as_json(differences: &[Difference]) -> Result<String> {
    let plain = |value: &Value| serde_json::from_str::<serde_json::Value>(&value.canonical_json()).ok();
    let all: Vec<_> = differences
        .iter()
        .map(|Difference { kind, id, property, change, .. }| {
            let (word, from, to) = match change {
                Change::Removed(value) => ("removed", plain(value), None),
                Change::Added(value) => ("added", None, plain(value)),
                Change::Changed { from, to } => ("changed", plain(from), plain(to)),
                _ => ("reordered", None, None),
            };
            json!({ "type": kind, "id": id, "property": property, "change": word, "from": from, "to": to })
        })
        .collect();
    let text = serde_json::to_string_pretty(&all).map_err(|source| Error::invalid(source.to_string()))?;
    Ok(text + "\n")
}
