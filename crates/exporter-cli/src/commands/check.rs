//! `exporter check`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use exporter::check::{CheckOptions, Findings, Rule, Severity};
use exporter::{Error, ErrorKind, Result, counted};
use serde_json::json;

use crate::args::CheckArgs;
use crate::terminal::print;
use crate::{cancel, failure, format_text, place, request};

/// Ends with 1 when any file has an error; warnings and notes are told.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode> {
    let mut options = CheckOptions::default();
    let password =
        request::secret_ref(args.input_password_env.as_deref(), args.input_password_file.as_deref());
    options.password = password.map(|place| place.password()).transpose()?;
    let registry = exporter::registry();
    let context = args.memory.context().with_cancel(cancel::on_signal());
    let mut all = Vec::new();
    let mut errors = 0;
    let mut unreadable = None;
    for file in &args.files {
        let findings =
            match place::readable(file).and_then(|()| exporter::check(file, &options, &registry, &context)) {
                Ok(findings) => findings,
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => {
                    // The files behind it are checked nevertheless.
                    unreadable.get_or_insert(failure::report(&error));
                    all.extend(args.json.then(|| json!({ "file": file, "error": error.to_string() })));
                    continue;
                }
            };
        errors += findings.count(Severity::Error);
        let file = file.display().to_string();
        if args.json {
            all.push(json!({
                "file": file,
                "checked": findings.scope(),
                "errors": findings.count(Severity::Error),
                "warnings": findings.count(Severity::Warning),
                "notes": findings.count(Severity::Note),
                "findings": findings.listed(),
                "unlisted": findings.unlisted(),
            }));
        } else {
            print(&as_text(&file, &findings))?;
        }
    }
    if args.json {
        let text = serde_json::to_string_pretty(&all).map_err(|source| Error::invalid(source.to_string()))?;
        print(&(text + "\n"))?;
    }
    Ok(match unreadable {
        Some(code) => code,
        None if errors == 0 => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    })
}

/// Findings of one rule that are shown of a file or of an entry of an archive: what repeats is counted.
const SHOWN_OF_A_RULE: u64 = 3;

fn as_text(file: &str, findings: &Findings) -> String {
    let mut text = findings.scope().map(|scope| format!("{file}: {scope}\n")).unwrap_or_default();
    if findings.is_empty() {
        return text + &format!("{file}: no findings\n");
    }
    text.push_str(&format!("{file}: {}\n", counted(findings.total(), "finding")));
    let mut of_rules: BTreeMap<(Option<&str>, Rule), u64> = BTreeMap::new();
    for finding in findings {
        let (rule, place) = (finding.rule, &finding.place);
        let of_rule = of_rules.entry((place.entry.as_deref(), rule)).or_default();
        *of_rule += 1;
        if *of_rule > SHOWN_OF_A_RULE {
            continue;
        }
        let mut line = format!("  {} {}", severity(rule.severity), rule.code);
        line.extend(place.entry.iter().map(|entry| format!(" in {entry}")));
        line.extend(place.table.iter().map(|table| format!(" in the table {table}")));
        line.extend(place.variable.iter().map(|variable| format!(" in the variable {variable}")));
        line.extend(place.row.map(|row| format!(" in row {row}")));
        line.extend(place.offset.map(|offset| format!(" at offset {offset}")));
        let message = with_command(&finding.message, file, place.entry.is_some());
        text.push_str(&format!("{line}: {}\n", failure::as_typed(&message)));
        if !rule.consequence.is_empty() {
            text.push_str(&format!("    {}\n", rule.consequence));
        }
    }
    for ((entry, rule), count) in of_rules.into_iter().filter(|(_, count)| *count > SHOWN_OF_A_RULE) {
        let place = entry.map(|entry| format!(" in {entry}")).unwrap_or_default();
        let more = counted(count - SHOWN_OF_A_RULE, "more finding");
        text.push_str(&format!(
            "  {} {}{place}: {more}, listed by --json\n",
            severity(rule.severity),
            rule.code
        ));
    }
    if findings.unlisted() > 0 {
        text.push_str(&format!("  and {} more\n", findings.unlisted()));
    }
    let counts = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|of| (findings.count(of), severity(of)))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun));
    text.push_str(&format!("  {}\n", counts.collect::<Vec<_>>().join(", ")));
    text
}

/// The message with the whole command that reads what is left of a damaged file: options of readers are of other commands.
/// Of what is in an archive, a folder or a study the tables may be several.
fn with_command(message: &str, file: &str, is_inside: bool) -> String {
    let told = ["sav", "dta"].into_iter().find_map(|format| {
        let option = format!("{format}:lenient=true");
        let before = message.strip_suffix(&format!("read it as {option}"))?;
        let file = format_text::shell(file);
        let command = match is_inside {
            true => format!("exporter export {file} --to csv --out rows --from {option}"),
            false => format!("exporter convert {file} rows.csv --from {option}"),
        };
        Some(format!("{before}run `{command}`"))
    });
    told.unwrap_or_else(|| message.to_owned())
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

#[cfg(test)]
mod tests {
    use exporter::check::Finding;

    use super::*;

    const GAP: Rule = Rule::warning("gap", "Blocks follow one another.").consequence("readers stop");
    const END: Rule = Rule::error("end", "The file ends.");

    #[test]
    fn findings_that_repeat_are_counted_by_rule_and_entry() {
        let mut findings = Findings::default();
        (1..=5).for_each(|at| findings.at(GAP, at, format!("block {at}")));
        findings.inside("b.dta", |findings| {
            (1..=104).for_each(|at| findings.at(GAP, at, format!("inner {at}")));
        });
        findings.add(Finding::new(END, "no end"));
        let text = as_text("z.zip", &findings);
        let lines: Vec<&str> = text.lines().filter(|line| *line != "    readers stop").collect();
        assert_eq!(
            lines,
            [
                "z.zip: 110 findings",
                "  warning gap at offset 1: block 1",
                "  warning gap at offset 2: block 2",
                "  warning gap at offset 3: block 3",
                "  warning gap in b.dta at offset 1: inner 1",
                "  warning gap in b.dta at offset 2: inner 2",
                "  warning gap in b.dta at offset 3: inner 3",
                "  error end: no end",
                "  warning gap: 2 more findings, listed by --json",
                "  warning gap in b.dta: 97 more findings, listed by --json",
                "  and 4 more",
                "  1 error, 109 warnings",
            ]
        );
    }
}
