//! `exporter formats`: everything comes from the formats' own descriptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use exporter::carry::{Carry, Part};
use exporter::{
    COMMON_OPTIONS, CodebookExporter, Error, Exporter, Faces, Format as _, FormatInfo, OptionInfo,
    OptionKind, Result,
};
use serde::Serialize;

use crate::args::FormatsArgs;
use crate::terminal::print;

pub(super) fn run(args: &FormatsArgs) -> Result<()> {
    let registry = exporter::registry();
    let all = || -> Vec<Known> { registry.formats().into_iter().map(known).collect() };
    let text = match (&args.format, args.json) {
        (Some(name), false) => in_full(&known(registry.format(name)?)),
        (None, false) => overview(&all()),
        (Some(name), true) => as_json(&known(registry.format(name)?))?,
        (None, true) => as_json(&all())?,
    };
    print(&text)
}

/// Every format in full, by its name.
pub(super) fn all_in_full() -> Vec<(&'static str, String)> {
    exporter::registry().formats().into_iter().map(|info| (info.id, in_full(&known(info)))).collect()
}

fn known(info: &'static FormatInfo) -> Known {
    let registry = exporter::registry();
    let made = registry.exporter(info.id, serde_json::Value::Null).ok();
    let mut faces = registry.faces(info.id);
    // A codebook is read as the study that it describes, not as a table.
    faces.reads |= info.id == CodebookExporter::INFO.id;
    let carries =
        |exporter: Box<dyn Exporter>| Part::ALL.map(|part| (part, carried(&exporter.carries(part))));
    Known {
        info,
        faces,
        common_options: if faces.writes { &COMMON_OPTIONS } else { &[] },
        carries: made.map(carries).into_iter().flatten().collect(),
    }
}

/// A format and what this program does with it.
#[derive(Serialize)]
struct Known {
    #[serde(flatten)]
    info: &'static FormatInfo,
    #[serde(flatten)]
    faces: Faces,
    /// Options of writing that every format has.
    common_options: &'static [OptionInfo],
    /// What it carries of a codebook, with the default options.
    carries: BTreeMap<Part, &'static str>,
}

fn carried(carry: &Carry) -> &'static str {
    match carry {
        Carry::Whole => "whole",
        Carry::Limited => "within limits",
        Carry::Changed(..) => "changed",
        _ => "dropped",
    }
}

fn as_json(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|source| Error::invalid(format!("cannot write JSON: {source}")))?;
    Ok(json + "\n")
}

fn overview(formats: &[Known]) -> String {
    let mut text = format!(
        "{:<14} {:<6} {:<6} {:<6} {:<42} {}\n",
        "format", "reads", "writes", "checks", "name", "extensions"
    );
    for Known { info, faces, .. } in formats {
        let (reads, writes, checks) = (yes(faces.reads), yes(faces.writes), yes(faces.checks));
        let extensions = info.extensions.join(", ");
        let _ = writeln!(
            text,
            "{:<14} {reads:<6} {writes:<6} {checks:<6} {:<42} {extensions}",
            info.id, info.name
        );
    }
    text + "\n`exporter formats FORMAT` lists limits, options and losses\n"
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "-" }
}

fn in_full(Known { info, faces, common_options, carries }: &Known) -> String {
    let mut text = format!("{}: {}\n", info.id, info.name);
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<20} {value}");
        }
    };
    add("also called", info.aliases.join(", "));
    add("extensions", info.extensions.join(", "));
    add("media type", info.media_type.into());
    let does = [("reads", faces.reads), ("writes", faces.writes), ("checks", faces.checks)];
    let does: Vec<&str> = does.iter().filter(|(_, does)| *does).map(|(what, _)| *what).collect();
    add("this program", does.join(", "));
    for (title, wanted) in [("holds", "whole"), ("within limits", "within limits")] {
        let parts = carries.iter().filter(|(_, carried)| **carried == wanted);
        add(title, parts.map(|(part, _)| part.name()).collect::<Vec<_>>().join(", "));
    }
    let limits = &info.limits;
    let numbers = [
        ("variables", limits.variables),
        ("rows", limits.rows),
        ("characters of a name", limits.name_characters.map(u64::from)),
        ("bytes of a text", limits.text_bytes),
        ("characters of a label", limits.label_characters.map(u64::from)),
        ("bytes of a value label", limits.value_label_bytes.map(u64::from)),
        ("value labels in a set", limits.value_labels.map(u64::from)),
    ];
    for (name, limit) in numbers {
        add("at most", limit.map(|limit| format!("{} {name}", exporter::grouped(limit))).unwrap_or_default());
    }
    let exact = limits.exact_integer.map(|limit| format!("to {} and its negative", exporter::grouped(limit)));
    add("exact whole numbers", exact.unwrap_or_default());
    let parts =
        carries.iter().filter(|(_, carried)| **carried == "dropped").map(|(part, _)| part.loss_code());
    let losses: BTreeSet<String> =
        info.losses.iter().cloned().chain(parts).map(|code| code.to_string()).collect();
    add("may report", losses.into_iter().collect::<Vec<_>>().join(", "));
    add("notes", info.notes.into());
    options(&mut text, "options of writing", info.options);
    options(&mut text, "options of writing that every format has", common_options);
    options(&mut text, "options of reading", info.read_options);
    text
}

fn options(text: &mut String, title: &str, options: &[OptionInfo]) {
    if !options.is_empty() {
        let _ = writeln!(text, "  {title}");
    }
    for option in options {
        let values = match option.kind {
            OptionKind::Boolean => "true, false".into(),
            OptionKind::Integer => "a whole number".into(),
            OptionKind::Text => "text".into(),
            OptionKind::Choice(choices) => choices.join(", "),
            _ => String::new(),
        };
        let default =
            if option.default.is_empty() { String::new() } else { format!(" [default: {}]", option.default) };
        let _ = writeln!(text, "    {:<18} {}", option.name, option.help);
        let _ = writeln!(text, "    {:<18} {values}{default}", "");
    }
}
