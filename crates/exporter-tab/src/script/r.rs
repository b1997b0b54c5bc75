//! R: a `.R` file that loads the rows with base R and labels them as haven does.

use exporter_core::codebook::{Codebook, MissingValues, Value, Variable};
use exporter_core::exporter::Planning;
use exporter_core::format::Supports;
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Context, Dataset, Exporter, Format, FormatInfo, Limits, Loss, LossCode, LossReport, Plan, Profile,
    Result, TableId,
};

use super::ScriptOptions;
use super::description::{Column, Description, missing_labels, number};
use super::plan::{self, Script};
use super::r_text::{name, quoted};

static INFO: FormatInfo = FormatInfo {
    id: "r-script",
    name: "R script for csv or tab",
    aliases: &["r"],
    extensions: &["R"],
    media_type: "text/x-r-source",
    supports: Supports { variable_labels: true, value_labels: true, user_missing: true, ..Supports::NONE },
    limits: Limits::NONE.exact_integer(1 << 53),
    options: &[],
    losses: &[
        LossCode::PRECISION,
        LossCode::LANGUAGE_DROPPED,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::METADATA_DROPPED,
        LossCode::GROUP_DROPPED,
        LossCode::MISSING_DROPPED,
    ],
    reads: false,
    writes: true,
    notes: "Loads the tab or csv entry of the same export with base R; labelled columns have haven's classes. Source it in \
            the folder of both.",
};

/// Writes `{table}.R`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RScript;

impl Format for RScript {
    const INFO: &'static FormatInfo = &INFO;
    type Options = ScriptOptions;
    type Exporter = Self;

    fn exporter(_: ScriptOptions) -> Result<Self> {
        Ok(Self)
    }
}

impl Exporter for RScript {
    fn format(&self) -> &'static FormatInfo {
        &INFO
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

fn write(description: &Description<'_>, _: TableId, _: &Profile) -> Script {
    let mut script = Source {
        description,
        frame: name(&description.table.name),
        losses: LossReport::default(),
        text: String::new(),
    };
    script.load();
    for variable in &description.table.variables {
        script.convert(variable);
        script.describe(variable);
    }
    script.finish();
    Script { text: script.text, losses: script.losses, renames: Vec::new() }
}

struct Source<'a, 'd> {
    description: &'a Description<'d>,
    /// The data frame as R spells it.
    frame: String,
    losses: LossReport,
    text: String,
}

impl Source<'_, '_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn loss(&mut self, loss: Loss) {
        self.losses.add(loss.table(&self.description.table.name));
    }

    fn column(&self, variable: &Variable) -> String {
        format!("{}[[{}]]", self.frame, quoted(&variable.name))
    }

    fn load(&mut self) {
        let classes: Vec<String> = self
            .description
            .table
            .variables
            .iter()
            .map(|variable| {
                quoted(match Column::of(variable) {
                    Column::Small | Column::Number => "numeric",
                    _ => "character",
                })
            })
            .collect();
        let (frame, path) = (self.frame.clone(), quoted(&self.description.data.path));
        let separator = if self.description.data.tab { "\\t" } else { "," };
        self.line(&format!(
            "{frame} <- read.table({path}, header = TRUE, sep = \"{separator}\", quote = \"\\\"\","
        ));
        self.line("  comment.char = \"\", check.names = FALSE, na.strings = \"\", strip.white = FALSE, dec = \".\",");
        self.line("  stringsAsFactors = FALSE, fileEncoding = \"UTF-8-BOM\", encoding = \"UTF-8\",");
        self.line("  blank.lines.skip = FALSE, colClasses = c(");
        for (place, part) in classes.chunks(8).enumerate() {
            let comma = if (place + 1) * 8 < classes.len() { "," } else { "" };
            self.line(&format!("    {}{comma}", part.join(", ")));
        }
        self.line("  ))");
    }

    fn convert(&mut self, variable: &Variable) {
        let column = self.column(variable);
        let expression = match Column::of(variable) {
            Column::Boolean => format!("{column} == \"true\""),
            Column::Date => format!("as.Date({column}, format = \"%Y-%m-%d\")"),
            Column::DateTime { zoned } => {
                if zoned {
                    self.loss(
                        Loss::new(LossCode::TIME_ZONE, "the wall clock is kept as UTC, the offset dropped")
                            .variable(&variable.name),
                    );
                }
                format!("as.POSIXct({column}, format = \"%Y-%m-%dT%H:%M:%OS\", tz = \"UTC\")")
            }
            Column::Number => {
                if matches!(variable.kind, exporter_core::codebook::Kind::Integer { bits: 64, .. }) {
                    self.loss(
                        Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 are rounded")
                            .variable(&variable.name),
                    );
                }
                return;
            }
            Column::Small | Column::Time | Column::Period(_) | Column::Text => return,
        };
        self.line(&format!("{column} <- {expression}"));
    }

    fn describe(&mut self, variable: &Variable) {
        let language = self.description.language;
        let column = self.column(variable);
        let kind = match Column::of(variable) {
            Column::Small | Column::Number => Some("double"),
            Column::Text => Some("character"),
            _ => None,
        };
        if let Some(kind) = kind {
            self.labels(variable, &column, kind);
        } else if !variable.missing.is_empty() {
            self.loss(
                Loss::new(LossCode::MISSING_DROPPED, "only numbers and texts have missing values")
                    .variable(&variable.name),
            );
        }
        let label = variable.label.get(language);
        if !label.is_empty() {
            self.line(&format!("attr({column}, \"label\") <- {}", quoted(label)));
        }
        if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("spss")) {
            self.line(&format!("attr({column}, \"format.spss\") <- {}", quoted(native)));
        }
        if variable.question.is_some() || !variable.notes.is_empty() {
            self.loss(
                Loss::new(
                    LossCode::METADATA_DROPPED,
                    "question and notes have no place in haven's attributes",
                )
                .variable(&variable.name),
            );
        }
    }

    fn labels(&mut self, variable: &Variable, column: &str, kind: &str) {
        let language = self.description.language;
        let literal = |value: &Value| match (value, kind) {
            (Value::Text(text), "character") => Some(quoted(text)),
            (value, "double") => value.as_f64().map(number),
            _ => None,
        };
        let mut pairs: Vec<(&Value, &str)> = Vec::new();
        if let Some(labels) = self.description.codebook.value_labels_of(variable) {
            pairs.extend(labels.entries.iter().map(|entry| (&entry.value, entry.label.get(language))));
        }
        for (value, label) in missing_labels(variable) {
            if pairs.iter().all(|(known, _)| *known != value) {
                pairs.push((value, label.get(language)));
            }
        }
        let labels: Vec<String> = pairs
            .iter()
            .filter_map(|(value, label)| Some(format!("  {} = {}", quoted(label), literal(value)?)))
            .collect();
        let values: Vec<String> = variable
            .missing
            .iter()
            .filter_map(|missing| match &missing.values {
                MissingValues::One(value) => literal(value),
                MissingValues::Range { .. } => None,
            })
            .collect();
        let ranges: Vec<String> = variable
            .missing
            .iter()
            .filter_map(|missing| match &missing.values {
                MissingValues::Range { low, high } if kind == "double" => {
                    let low = low.as_ref().map_or(Some("-Inf".into()), |low| low.as_f64().map(number))?;
                    let high = high.as_ref().map_or(Some("Inf".into()), |high| high.as_f64().map(number))?;
                    Some(format!("c({low}, {high})"))
                }
                _ => None,
            })
            .collect();
        let lost = variable.missing.len() - values.len() - ranges.len().min(1);
        if lost > 0 {
            self.loss(
                Loss::new(LossCode::MISSING_DROPPED, "haven keeps values and one range")
                    .variable(&variable.name)
                    .count(lost as u64),
            );
        }
        if !labels.is_empty() {
            self.line(&format!("attr({column}, \"labels\") <- c("));
            self.line(&labels.join(",\n"));
            self.line(")");
        }
        if !values.is_empty() {
            self.line(&format!("attr({column}, \"na_values\") <- c({})", values.join(", ")));
        }
        if let Some(range) = ranges.first() {
            self.line(&format!("attr({column}, \"na_range\") <- {range}"));
        }
        if !values.is_empty() || !ranges.is_empty() {
            self.line(&format!(
                "class({column}) <- c(\"haven_labelled_spss\", \"haven_labelled\", \"vctrs_vctr\", \"{kind}\")"
            ));
        } else if !labels.is_empty() {
            self.line(&format!("class({column}) <- c(\"haven_labelled\", \"vctrs_vctr\", \"{kind}\")"));
        }
    }

    fn finish(&mut self) {
        let table = self.description.table;
        let label = table.label.get(self.description.language);
        if !label.is_empty() {
            let frame = self.frame.clone();
            self.line(&format!("attr({frame}, \"label\") <- {}", quoted(label)));
        }
        if self.description.codebook.study.languages.len() > 1 {
            self.loss(Loss::new(LossCode::LANGUAGE_DROPPED, "only the chosen language is written"));
        }
        for group in &table.groups {
            self.loss(
                Loss::new(LossCode::GROUP_DROPPED, "a data frame has no groups of columns")
                    .first(None, &group.name),
            );
        }
        if table.variables.iter().any(|variable| Column::of(variable) == Column::Text) {
            self.loss(Loss::new(LossCode::NULL_TEXT, "empty texts become NA"));
        }
    }
}
