//! Stata: a `.do` file that loads the rows with `import delimited` (Stata 14 and later).

use exporter_core::codebook::{Codebook, GroupKind, MissingValues, Period, Variable};
use exporter_core::exporter::Planning;
use exporter_core::format::Supports;
use exporter_core::names::{NameRules, legal_unique};
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Context, Dataset, Exporter, Format, FormatInfo, Limits, Loss, LossCode, LossReport, Plan, Profile,
    Result, TableId, text_cut,
};

use super::ScriptOptions;
use super::description::{Column, Description, number, whole_labels};
use super::plan::{self, Script};
use super::stata_text::{quoted, quoted_cut};

/// Characters of a variable or value-label name.
const NAME_CHARACTERS: usize = 32;
/// Characters of a variable or data label.
const LABEL_CHARACTERS: usize = 80;
/// Bytes of a value label.
const VALUE_LABEL_BYTES: usize = 32_000;

static INFO: FormatInfo = FormatInfo {
    id: "stata-script",
    name: "Stata do-file for csv or tab",
    aliases: &["do"],
    extensions: &["do"],
    media_type: "text/x-stata-do",
    supports: Supports {
        variable_labels: true,
        value_labels: true,
        user_missing: true,
        languages: true,
        ..Supports::NONE
    },
    limits: Limits::NONE
        .variables(120_000)
        .name_characters(NAME_CHARACTERS as u32)
        .label_characters(LABEL_CHARACTERS as u32)
        .value_label_bytes(VALUE_LABEL_BYTES as u32)
        .value_labels(65_536)
        .exact_integer(1 << 53),
    options: &[],
    losses: &[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::VALUE_LABEL_KEY,
        LossCode::PRECISION,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_DROPPED,
        LossCode::GROUP_DROPPED,
        LossCode::TIME_PRECISION,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
    ],
    reads: false,
    writes: true,
    notes: "Loads the tab or csv entry of the same export; run it in the folder of both. Stata 14 and later.",
};

/// Writes `{table}.do`.
#[derive(Clone, Copy, Debug, Default)]
pub struct StataScript;

impl Format for StataScript {
    const INFO: &'static FormatInfo = &INFO;
    type Options = ScriptOptions;
    type Exporter = Self;

    fn exporter(_: ScriptOptions) -> Result<Self> {
        Ok(Self)
    }
}

impl Exporter for StataScript {
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

/// Names that Stata keeps for itself (`help reswords`).
const RESERVED: &[&str] = &[
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi",
    "_pred", "_rc", "_skip", "strL", "using", "with",
];

fn legal(names: &[&str]) -> Vec<String> {
    legal_unique(
        names,
        &NameRules {
            characters: NAME_CHARACTERS,
            bytes: 4 * NAME_CHARACTERS,
            allows: &|character, position| {
                character == '_' || character.is_alphabetic() || (position > 0 && character.is_ascii_digit())
            },
            reserved: &|name| {
                let width = name.strip_prefix("str").unwrap_or_default();
                RESERVED.contains(&name)
                    || (!width.is_empty() && width.bytes().all(|digit| digit.is_ascii_digit()))
            },
            ignore_case: false,
            fallback: "var",
        },
    )
}

fn write(description: &Description<'_>, _: TableId, _: &Profile) -> Script {
    let given: Vec<&str> =
        description.table.variables.iter().map(|variable| variable.name.as_str()).collect();
    let names = legal(&given);
    let mut script = DoFile { description, losses: LossReport::default(), text: String::new() };
    script.load(&names);
    for (variable, name) in description.table.variables.iter().zip(&names) {
        script.convert(variable, name);
    }
    script.order(&names);
    for (variable, name) in description.table.variables.iter().zip(&names) {
        script.describe(variable, name);
    }
    script.languages(&names);
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

struct DoFile<'a, 'd> {
    description: &'a Description<'d>,
    losses: LossReport,
    text: String,
}

impl DoFile<'_, '_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn loss(&mut self, loss: Loss) {
        self.losses.add(loss.table(&self.description.table.name));
    }

    /// Columns are loaded by position and named here: `import delimited` would mend names by rules of its own.
    fn load(&mut self, names: &[String]) {
        let positions = |wanted: bool| -> String {
            let columns = self.description.table.variables.iter().enumerate();
            let chosen = columns.filter(|(_, variable)| Column::of(variable).is_numeric() == wanted);
            chosen.map(|(index, _)| (index + 1).to_string()).collect::<Vec<_>>().join(" ")
        };
        let (numeric, text) = (positions(true), positions(false));
        let delimiter = if self.description.data.tab { "tab" } else { "\",\"" };
        let mut options = format!(
            "delimiters({delimiter}) varnames(nonames) rowrange(2) encoding(\"UTF-8\") bindquote(strict) \
             maxquotedrows(unlimited) asdouble"
        );
        if !numeric.is_empty() {
            options.push_str(&format!(" numericcols({numeric})"));
        }
        if !text.is_empty() {
            options.push_str(&format!(" stringcols({text})"));
        }
        let path = quoted(&self.description.data.path);
        self.line("version 14");
        self.line("set more off");
        self.line(&format!("import delimited using {path}, {options} clear"));
        for (index, name) in names.iter().enumerate() {
            self.line(&format!("rename v{} {name}", index + 1));
        }
    }

    /// Dates, times and truth values arrive as text.
    fn convert(&mut self, variable: &Variable, name: &str) {
        let (kind, expression, format) = match Column::of(variable) {
            Column::Small | Column::Text => return,
            Column::Number => {
                if matches!(variable.kind, exporter_core::codebook::Kind::Integer { bits: 64, .. }) {
                    self.loss(
                        Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 are rounded to doubles")
                            .variable(&variable.name),
                    );
                }
                return;
            }
            Column::Boolean => ("byte", format!("cond({name} == \"\", ., {name} == \"true\")"), "%8.0g"),
            Column::Date => ("long", format!("daily({name}, \"YMD\")"), "%td"),
            Column::DateTime { zoned } => {
                if zoned {
                    self.loss(
                        Loss::new(LossCode::TIME_ZONE, "the wall clock is kept, the offset dropped")
                            .variable(&variable.name),
                    );
                }
                (
                    "double",
                    format!("clock(substr({name}, 1, 10) + \" \" + substr({name}, 12, 12), \"YMDhms\")"),
                    "%tc",
                )
            }
            Column::Time => ("double", format!("clock(\"1960-01-01 \" + {name}, \"YMDhms\")"), "%tcHH:MM:SS"),
            Column::Period(period) => match period {
                Period::Year => ("int", format!("yearly({name}, \"Y\")"), "%ty"),
                Period::Half => ("int", format!("halfyearly({name}, \"YH\")"), "%th"),
                Period::Quarter => ("int", format!("quarterly({name}, \"YQ\")"), "%tq"),
                Period::Month => ("int", format!("monthly({name}, \"YM\")"), "%tm"),
                Period::Week => ("int", format!("weekly({name}, \"YW\")"), "%tw"),
            },
        };
        self.line("tempvar made");
        self.line(&format!("generate {kind} `made' = {expression}"));
        self.line(&format!("drop {name}"));
        self.line(&format!("rename `made' {name}"));
        self.line(&format!("format {name} {format}"));
    }

    /// Converted variables went to the end.
    fn order(&mut self, names: &[String]) {
        let converted =
            self.description.table.variables.iter().any(|variable| {
                !matches!(Column::of(variable), Column::Small | Column::Number | Column::Text)
            });
        if converted {
            for part in names.chunks(200).rev() {
                self.line(&format!("order {}", part.join(" ")));
            }
        }
    }

    fn describe(&mut self, variable: &Variable, name: &str) {
        let language = self.description.language;
        let label = variable.label.get(language);
        if !label.is_empty() {
            self.label(&format!("label variable {name}"), label, variable);
            if label.chars().count() > LABEL_CHARACTERS {
                self.line(&format!("notes {name}: {}", super::stata_text::note(label)));
            }
        }
        if let Some(question) = &variable.question {
            let text = question.text.get(language);
            if !text.is_empty() {
                self.line(&format!("notes {name}: {}", super::stata_text::note(text)));
            }
        }
        for note in &variable.notes {
            self.line(&format!("notes {name}: {}", super::stata_text::note(note.get(language))));
        }
        if Column::of(variable).is_numeric() {
            let letters = self.missing(variable, name);
            self.value_labels(variable, name, &letters, language, name);
            if let Some(format) = display_format(variable) {
                self.line(&format!("format {name} {format}"));
            }
        } else if !variable.missing.is_empty() {
            self.loss(
                Loss::new(LossCode::MISSING_DROPPED, "Stata has missing values only for numbers")
                    .variable(&variable.name)
                    .count(variable.missing.len() as u64),
            );
        }
    }

    fn label(&mut self, command: &str, label: &str, variable: &Variable) {
        let (text, cut) = quoted_cut(label, LABEL_CHARACTERS);
        self.line(&format!("{command} {text}"));
        if cut {
            self.loss(
                Loss::new(LossCode::LABEL_TRUNCATED, "cut at 80 characters, kept whole as a note")
                    .variable(&variable.name)
                    .first(None, label),
            );
        }
    }

    /// Recodes user-missing values to extended missing values; gives the letter of each declaration.
    fn missing(&mut self, variable: &Variable, name: &str) -> Vec<char> {
        let letters = crate::script::stata_text::letters(&variable.missing);
        let merged = variable.missing.len().saturating_sub(26);
        if merged > 0 {
            self.loss(
                Loss::new(LossCode::MISSING_REASON_MERGED, "more than 26 reasons share .z")
                    .variable(&variable.name)
                    .count(merged as u64),
            );
        }
        for (missing, letter) in variable.missing.iter().zip(&letters) {
            let condition = match &missing.values {
                MissingValues::One(value) => {
                    value.as_f64().map(|value| format!("{name} == {}", number(value)))
                }
                MissingValues::Range { low, high } => {
                    self.loss(
                        Loss::new(
                            LossCode::MISSING_REASON_MERGED,
                            format!("a range of values becomes .{letter}"),
                        )
                        .variable(&variable.name),
                    );
                    let low = low
                        .as_ref()
                        .and_then(|low| low.as_f64())
                        .map(|low| format!("{name} >= {}", number(low)));
                    let high = high
                        .as_ref()
                        .and_then(|high| high.as_f64())
                        .map(|high| format!("{name} <= {}", number(high)));
                    let parts: Vec<String> =
                        low.into_iter().chain(high).chain([format!("{name} < .")]).collect();
                    Some(parts.join(" & "))
                }
            };
            if let Some(condition) = condition {
                self.line(&format!("quietly replace {name} = .{letter} if {condition}"));
            }
        }
        letters
    }

    /// Every variable gets a set of its own when letters are labelled: reasons differ between variables.
    fn value_labels(
        &mut self,
        variable: &Variable,
        name: &str,
        letters: &[char],
        language: exporter_core::codebook::Language<'_>,
        set: &str,
    ) {
        let mut define = Vec::new();
        for (value, label) in whole_labels(self.description.codebook, variable) {
            let declared = variable.missing.iter().position(|missing| missing.contains(&value.into()));
            match declared.and_then(|at| letters.get(at)) {
                Some(letter) => define.push((format!(".{letter}"), label.get(language))),
                None if (-2_147_483_647..=2_147_483_620).contains(&value) => {
                    define.push((value.to_string(), label.get(language)))
                }
                None => self.loss(
                    Loss::new(LossCode::VALUE_LABEL_KEY, "values beyond 32 bits cannot be labelled")
                        .variable(&variable.name)
                        .first(None, value.to_string()),
                ),
            }
        }
        for (missing, letter) in variable.missing.iter().zip(letters) {
            let label = missing.label.get(language);
            if !label.is_empty() && define.iter().all(|(key, _)| *key != format!(".{letter}")) {
                define.push((format!(".{letter}"), label));
            }
        }
        if define.is_empty() {
            return;
        }
        for (key, label) in define {
            let text = quoted(text_cut::to_bytes(label, VALUE_LABEL_BYTES));
            self.line(&format!("label define {set} {key} {text}, modify"));
        }
        self.line(&format!("label values {name} {set}"));
    }

    /// The other languages of the study as label languages.
    fn languages(&mut self, names: &[String]) {
        let codebook = self.description.codebook;
        let current = self.description.language.tag();
        let others: Vec<&String> =
            codebook.study.languages.iter().filter(|tag| Some(tag.as_str()) != current).collect();
        let Some(current) = current.filter(|_| !others.is_empty()) else { return };
        let tag = |tag: &str| text_cut::to_characters(&tag.replace('-', "_"), 24).to_owned();
        self.line(&format!("label language {}, rename", tag(current)));
        for other in others {
            self.line(&format!("label language {}, new", tag(other)));
            let language = codebook.language(Some(other));
            for (variable, name) in self.description.table.variables.iter().zip(names) {
                let label = variable.label.get(language);
                if !label.is_empty() {
                    self.label(&format!("label variable {name}"), label, variable);
                }
                if Column::of(variable).is_numeric() {
                    let letters = crate::script::stata_text::letters(&variable.missing);
                    let room = NAME_CHARACTERS.saturating_sub(tag(other).chars().count() + 1);
                    let set = format!("{}_{}", text_cut::to_characters(name, room), tag(other));
                    self.value_labels(variable, name, &letters, language, &set);
                }
            }
        }
        self.line(&format!("label language {}", tag(current)));
    }

    fn finish(&mut self) {
        let table = self.description.table;
        let label = table.label.get(self.description.language);
        let title = self.description.codebook.study.title.get(self.description.language);
        let label = if label.is_empty() { title } else { label };
        if !label.is_empty() {
            let (text, _) = quoted_cut(label, LABEL_CHARACTERS);
            self.line(&format!("label data {text}"));
        }
        for note in &table.notes {
            self.line(&format!("notes: {}", super::stata_text::note(note.get(self.description.language))));
        }
        for group in table.groups.iter().filter(|group| !matches!(group.kind, GroupKind::Section)) {
            self.loss(
                Loss::new(LossCode::GROUP_DROPPED, "Stata has no groups of variables")
                    .first(None, &group.name),
            );
        }
        if table.variables.iter().any(|variable| Column::of(variable) == Column::Text) {
            self.loss(Loss::new(LossCode::NULL_TEXT, "missing texts become empty texts"));
        }
        self.line("compress");
        let target =
            self.description.data.path.rsplit_once('.').map_or(table.name.as_str(), |(stem, _)| stem);
        let target = quoted(&format!("{target}.dta"));
        self.line(&format!("save {target}, replace"));
    }
}

/// The format that the codebook asks for, when Stata has it.
fn display_format(variable: &Variable) -> Option<String> {
    let format = variable.format.as_ref()?;
    if let Some(native) = format
        .native
        .get("stata")
        .filter(|native| native.starts_with('%') && !native.contains(char::is_whitespace))
    {
        return Some(native.clone());
    }
    let decimals = format.decimals?;
    let width = format.width.unwrap_or(decimals.saturating_add(10)).clamp(decimals.saturating_add(2), 244);
    (decimals < 100).then(|| format!("%{width}.{decimals}f"))
}
