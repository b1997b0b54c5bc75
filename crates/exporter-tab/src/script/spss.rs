//! SPSS: a `.sps` file that loads the rows with `GET DATA`; PSPP runs it too.

use exporter_core::codebook::{
    Codebook, GroupKind, Measure, Missing, MissingValues, Period, Role, Value, Variable,
};
use exporter_core::exporter::Planning;
use exporter_core::format::Supports;
use exporter_core::names::{NameRules, legal_unique};
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Context, Dataset, Exporter, Facts, Format, FormatInfo, Limits, Loss, LossCode, LossReport, Plan, Profile,
    ProfileRequest, Result, TableId, text_cut,
};

use super::ScriptOptions;
use super::description::{Column, Description, missing_labels, number};
use super::plan::{self, Script};
use super::spss_text::{command, quoted};
use super::spss_types::{TEXT_BYTES, display_format, input_format};

/// Bytes of a name.
const NAME_BYTES: usize = 64;
/// Bytes of a variable label.
const LABEL_BYTES: usize = 256;
/// Bytes of a value label.
const VALUE_LABEL_BYTES: usize = 120;
/// Bytes of a text value that can be declared missing or labelled by syntax.
const SHORT_TEXT_BYTES: usize = 8;

static INFO: FormatInfo = FormatInfo {
    id: "spss-script",
    name: "SPSS syntax for csv or tab",
    aliases: &["sps"],
    extensions: &["sps"],
    media_type: "text/x-spss-syntax",
    supports: Supports { variable_labels: true, value_labels: true, user_missing: true, ..Supports::NONE },
    limits: Limits::NONE
        .name_characters(NAME_BYTES as u32)
        .text_bytes(TEXT_BYTES)
        .label_characters(LABEL_BYTES as u32)
        .value_label_bytes(VALUE_LABEL_BYTES as u32)
        .exact_integer(1 << 53),
    options: &[],
    losses: &[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::TEXT_TRUNCATED,
        LossCode::PRECISION,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_DROPPED,
        LossCode::LANGUAGE_DROPPED,
        LossCode::TIME_PRECISION,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::METADATA_DROPPED,
        LossCode::GROUP_DROPPED,
    ],
    reads: false,
    writes: true,
    notes: "Loads the tab or csv entry of the same export; run it in the folder of both. SPSS 16 and later, PSPP.",
};

/// Writes `{table}.sps`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpssScript;

impl Format for SpssScript {
    const INFO: &'static FormatInfo = &INFO;
    type Options = ScriptOptions;
    type Exporter = Self;

    fn exporter(_: ScriptOptions) -> Result<Self> {
        Ok(Self)
    }
}

impl Exporter for SpssScript {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    /// SPSS must know the width of every text before it reads.
    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        let mut request = ProfileRequest::new();
        for (index, table) in data.codebook().tables.iter().enumerate() {
            for (column, variable) in table.variables.iter().enumerate() {
                if Column::of(variable) == Column::Text {
                    request.column(TableId(index), column, Facts::MAX_BYTES);
                }
            }
        }
        Ok(request)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        plan::entries(codebook, &INFO)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        plan::plan(&INFO, write, data, with, context)
    }
}

/// Words that cannot be names (command syntax reference, "Variable names").
const RESERVED: &[&str] =
    &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

fn legal(names: &[&str]) -> Vec<String> {
    legal_unique(
        names,
        &NameRules {
            characters: NAME_BYTES,
            bytes: NAME_BYTES,
            // A final period or underscore is legal but clashes with the end of commands and system names.
            allows: &|character, position| {
                character.is_alphabetic()
                    || (position > 0 && (character.is_ascii_digit() || character == '_'))
            },
            reserved: &|name| RESERVED.contains(&name.to_lowercase().as_str()),
            ignore_case: true,
            fallback: "var",
        },
    )
}

fn write(description: &Description<'_>, id: TableId, profile: &Profile) -> Script {
    let given: Vec<&str> =
        description.table.variables.iter().map(|variable| variable.name.as_str()).collect();
    let names = legal(&given);
    let mut script = Syntax { description, losses: LossReport::default(), text: String::new() };
    script.load(&names, id, profile);
    for (variable, name) in description.table.variables.iter().zip(&names) {
        script.convert(variable, name);
    }
    script.order(&names);
    for (variable, name) in description.table.variables.iter().zip(&names) {
        script.describe(variable, name);
    }
    script.groups(&names);
    script.finish();
    let renames: Vec<(String, String)> = given
        .iter()
        .zip(&names)
        .filter(|(given, name)| *given != name)
        .map(|(given, name)| ((*given).to_owned(), name.clone()))
        .collect();
    for (given, name) in &renames {
        script.loss(
            Loss::new(LossCode::NAME_CHANGED, format!("written as {name}"))
                .variable(given)
                .first(None, given),
        );
    }
    Script { text: script.text, losses: script.losses, renames }
}

struct Syntax<'a, 'd> {
    description: &'a Description<'d>,
    losses: LossReport,
    text: String,
}

impl Syntax<'_, '_> {
    fn command(&mut self, start: &str, parts: &[String]) {
        self.text.push_str(&command(start, parts));
    }

    fn loss(&mut self, loss: Loss) {
        self.losses.add(loss.table(&self.description.table.name));
    }

    fn load(&mut self, names: &[String], id: TableId, profile: &Profile) {
        self.text.push_str("* Encoding: UTF-8.\n");
        self.command("SET DECIMAL=DOT", &[]);
        let path = quoted(&self.description.data.path);
        let delimiter = if self.description.data.tab { "\"\\t\"" } else { "\",\"" };
        let mut variables = Vec::new();
        for (column, (variable, name)) in self.description.table.variables.iter().zip(names).enumerate() {
            let bytes = profile.column(id, column).and_then(|facts| facts.max_bytes).unwrap_or(TEXT_BYTES);
            if bytes > TEXT_BYTES {
                self.loss(
                    Loss::new(LossCode::TEXT_TRUNCATED, format!("cut at {TEXT_BYTES} bytes"))
                        .variable(&variable.name),
                );
            }
            let temporary = if needs_conversion(variable) { raw_name(column) } else { name.clone() };
            variables.push(format!("{temporary} {}", input_format(variable, bytes)));
        }
        let mut parts = vec![
            "/TYPE=TXT".to_owned(),
            format!("/FILE={path}"),
            "/ENCODING='UTF8'".into(),
            "/ARRANGEMENT=DELIMITED".into(),
            "/DELCASE=LINE".into(),
            "/FIRSTCASE=2".into(),
            format!("/DELIMITERS={delimiter}"),
            "/QUALIFIER='\"'".into(),
            "/VARIABLES=".into(),
        ];
        parts.extend(variables);
        self.command("GET DATA", &parts);
    }

    /// Date-times, truth values and periods arrive as text.
    fn convert(&mut self, variable: &Variable, name: &str) {
        let Some((column, _)) = self.description.table.variable(&variable.name) else { return };
        let raw = raw_name(column);
        let piece = |from: usize, count: usize, format: &str| {
            format!("NUMBER(CHAR.SUBSTR({raw}, {from}, {count}), {format})")
        };
        match Column::of(variable) {
            Column::Number => {
                if matches!(variable.kind, exporter_core::codebook::Kind::Integer { bits: 64, .. }) {
                    self.loss(
                        Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 are rounded")
                            .variable(&variable.name),
                    );
                }
            }
            Column::Boolean => {
                self.command(&format!("IF ({raw} = 'true') {name} = 1"), &[]);
                self.command(&format!("IF ({raw} = 'false') {name} = 0"), &[]);
            }
            Column::DateTime { zoned } => {
                if zoned {
                    self.loss(
                        Loss::new(LossCode::TIME_ZONE, "the wall clock is kept, the offset dropped")
                            .variable(&variable.name),
                    );
                }
                let day = format!(
                    "DATE.DMY({}, {}, {})",
                    piece(9, 2, "F2.0"),
                    piece(6, 2, "F2.0"),
                    piece(1, 4, "F4.0")
                );
                let clock = format!(
                    "({} * 60 + {}) * 60 + {}",
                    piece(12, 2, "F2.0"),
                    piece(15, 2, "F2.0"),
                    piece(18, 2, "F2.0")
                );
                self.command(&format!("COMPUTE {name} ="), &[day, "+".into(), clock]);
                let fraction = piece(21, 9, "F9.0");
                let digits = format!("CHAR.LENGTH(RTRIM(CHAR.SUBSTR({raw}, 21), 'Z'))");
                if !zoned {
                    let condition = format!("IF (CHAR.SUBSTR({raw}, 20, 1) = '.')");
                    let more = format!("{name} = {name} + {fraction} / 10 ** {digits}");
                    self.command(&condition, &[more]);
                }
            }
            Column::Period(period) => {
                let year = piece(1, 4, "F4.0");
                let per_year = match period {
                    Period::Year => 1,
                    Period::Half => 2,
                    Period::Quarter => 4,
                    Period::Month => 12,
                    Period::Week => 52,
                };
                let value = if per_year == 1 {
                    year
                } else {
                    format!("({year} - 1960) * {per_year} + {} - 1", piece(6, 2, "F2.0"))
                };
                self.command(&format!("COMPUTE {name} ="), &[value]);
            }
            Column::Small | Column::Date | Column::Time | Column::Text => {}
        }
    }

    /// Converted variables went to the end; this puts them back and drops the texts they came from.
    fn order(&mut self, names: &[String]) {
        if self.description.table.variables.iter().any(needs_conversion) {
            let mut parts = vec!["/FILE=*".to_owned(), "/KEEP=".into()];
            parts.extend(names.iter().cloned());
            self.command("ADD FILES", &parts);
        }
    }

    fn describe(&mut self, variable: &Variable, name: &str) {
        let label = variable.label.get(self.description.language);
        if !label.is_empty() {
            let cut = text_cut::to_bytes(label, LABEL_BYTES);
            if cut.len() < label.len() {
                self.loss(
                    Loss::new(LossCode::LABEL_TRUNCATED, "cut at 256 bytes")
                        .variable(&variable.name)
                        .first(None, label),
                );
            }
            self.command(&format!("VARIABLE LABELS {name}"), &[quoted(cut)]);
        }
        self.value_labels(variable, name);
        self.missing(variable, name);
        if let Some(measure) = variable.measure {
            let measure = match measure {
                Measure::Nominal => "NOMINAL",
                Measure::Ordinal => "ORDINAL",
                Measure::Scale => "SCALE",
            };
            // Texts cannot be on a scale.
            if !(measure == "SCALE" && Column::of(variable) == Column::Text) {
                self.command(&format!("VARIABLE LEVEL {name} ({measure})"), &[]);
            }
        }
        if let Some(format) = display_format(variable) {
            self.command(&format!("FORMATS {name} ({format})"), &[]);
        }
        if let Some(role) = variable.role {
            let role = match role {
                Role::Input => "INPUT",
                Role::Target => "TARGET",
                Role::Both => "BOTH",
                Role::None => "NONE",
                Role::Partition => "PARTITION",
                Role::Split => "SPLIT",
            };
            self.command(&format!("VARIABLE ROLE /{role} {name}"), &[]);
        }
        if variable.question.is_some() || !variable.notes.is_empty() {
            self.loss(
                Loss::new(LossCode::METADATA_DROPPED, "question and notes have no place in this syntax")
                    .variable(&variable.name),
            );
        }
    }

    fn value_labels(&mut self, variable: &Variable, name: &str) {
        let language = self.description.language;
        let mut pairs: Vec<(&Value, &str)> = Vec::new();
        if let Some(labels) = self.description.codebook.value_labels_of(variable) {
            pairs.extend(labels.entries.iter().map(|entry| (&entry.value, entry.label.get(language))));
        }
        for (value, label) in missing_labels(variable) {
            if pairs.iter().all(|(known, _)| *known != value) {
                pairs.push((value, label.get(language)));
            }
        }
        let numeric = Column::of(variable) != Column::Text;
        let mut parts = Vec::new();
        for (value, label) in pairs {
            let Some(value_text) = literal(value, numeric) else {
                self.loss(
                    Loss::new(
                        LossCode::VALUE_LABELS_DROPPED,
                        "the labelled value cannot be written in this syntax",
                    )
                    .variable(&variable.name)
                    .first(None, value.to_string()),
                );
                continue;
            };
            let cut = text_cut::to_bytes(label, VALUE_LABEL_BYTES);
            if cut.len() < label.len() {
                self.loss(
                    Loss::new(LossCode::LABEL_TRUNCATED, "value label cut at 120 bytes")
                        .variable(&variable.name)
                        .first(None, label),
                );
            }
            parts.push(format!("{value_text} {}", quoted(cut)));
        }
        if !parts.is_empty() {
            self.command(&format!("VALUE LABELS {name}"), &parts);
        }
    }

    /// SPSS takes three values, or a range and one value.
    fn missing(&mut self, variable: &Variable, name: &str) {
        let numeric = Column::of(variable) != Column::Text;
        let mut values = Vec::new();
        let mut ranges = Vec::new();
        let mut impossible = 0;
        for missing in &variable.missing {
            match range_or_value(missing, numeric) {
                Some((text, true)) => ranges.push(text),
                Some((text, false)) => values.push(text),
                None => impossible += 1,
            }
        }
        let room = if ranges.is_empty() { 3 } else { 1 };
        let dropped = values.len().saturating_sub(room) + ranges.len().saturating_sub(1) + impossible;
        if dropped > 0 {
            self.loss(
                Loss::new(
                    LossCode::MISSING_DROPPED,
                    "SPSS takes three missing values, or a range and one value",
                )
                .variable(&variable.name)
                .count(dropped as u64),
            );
        }
        ranges.truncate(1);
        values.truncate(room);
        ranges.extend(values);
        if !ranges.is_empty() {
            self.command(&format!("MISSING VALUES {name} ({})", ranges.join(", ")), &[]);
        }
    }

    /// Multiple response sets.
    fn groups(&mut self, names: &[String]) {
        let table = self.description.table;
        for group in &table.groups {
            let members: Vec<&str> = group
                .members
                .iter()
                .filter_map(|member| table.variable(member).and_then(|(column, _)| names.get(column)))
                .map(String::as_str)
                .collect();
            let label =
                quoted(text_cut::to_bytes(group.label.get(self.description.language), VALUE_LABEL_BYTES));
            let set = legal(&[group.name.as_str()]).remove(0);
            let set = text_cut::to_bytes(&set, NAME_BYTES - 1).to_owned();
            let counted = match &group.kind {
                GroupKind::MultipleDichotomy { counted } => literal(counted, counted.as_text().is_none()),
                _ => None,
            };
            let kind = match (&group.kind, &counted) {
                (GroupKind::MultipleDichotomy { .. }, Some(_)) => "MDGROUP",
                (GroupKind::MultipleCategory, _) => "MCGROUP",
                _ => {
                    self.loss(
                        Loss::new(LossCode::GROUP_DROPPED, "SPSS has multiple response sets only")
                            .first(None, &group.name),
                    );
                    continue;
                }
            };
            if members.len() < 2 {
                self.loss(
                    Loss::new(LossCode::GROUP_DROPPED, "a set needs two variables").first(None, &group.name),
                );
                continue;
            }
            let mut parts = vec![
                format!("NAME=${set}"),
                format!("LABEL={label}"),
                format!("VARIABLES={}", members.join(" ")),
            ];
            parts.extend(counted.map(|counted| format!("VALUE={counted}")));
            self.command(&format!("MRSETS /{kind}"), &parts);
        }
    }

    fn finish(&mut self) {
        let table = self.description.table;
        let label = table.label.get(self.description.language);
        if !label.is_empty() {
            self.command("FILE LABEL", &[quoted(text_cut::to_bytes(label, 60))]);
        }
        if self.description.codebook.study.languages.len() > 1 {
            self.loss(Loss::new(LossCode::LANGUAGE_DROPPED, "only the chosen language is written"));
        }
        if table.variables.iter().any(|variable| Column::of(variable) == Column::Text) {
            self.loss(Loss::new(LossCode::NULL_TEXT, "missing texts become empty texts"));
        }
        let target =
            self.description.data.path.rsplit_once('.').map_or(table.name.as_str(), |(stem, _)| stem);
        self.command(&format!("SAVE OUTFILE={}", quoted(&format!("{target}.sav"))), &[]);
    }
}

fn needs_conversion(variable: &Variable) -> bool {
    matches!(Column::of(variable), Column::Boolean | Column::DateTime { .. } | Column::Period(_))
}

/// The name under which a text is loaded that becomes a number.
fn raw_name(column: usize) -> String {
    format!("@raw{}", column + 1)
}

fn literal(value: &Value, numeric: bool) -> Option<String> {
    match (value, numeric) {
        (Value::Text(text), false) if text.len() <= SHORT_TEXT_BYTES => Some(quoted(text)),
        (Value::Boolean(value), true) => Some(u8::from(*value).to_string()),
        (value, true) => value.as_f64().map(number),
        _ => None,
    }
}

/// A declaration in SPSS's words and whether it is a range.
fn range_or_value(missing: &Missing, numeric: bool) -> Option<(String, bool)> {
    match &missing.values {
        MissingValues::One(value) => Some((literal(value, numeric)?, false)),
        MissingValues::Range { low, high } if numeric => {
            let end = |value: &Option<Value>, open: &str| match value {
                Some(value) => value.as_f64().map(number),
                None => Some(open.to_owned()),
            };
            Some((format!("{} THRU {}", end(low, "LOWEST")?, end(high, "HIGHEST")?), true))
        }
        MissingValues::Range { .. } => None,
    }
}
