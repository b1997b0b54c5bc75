//! Variables: `var`.

use exporter_core::codebook::{
    Attribute, DisplayFormat, Kind, Measure, Question, Sensitivity, Value, ValueLabels, Variable,
};

use super::free_elements::{self, Known};
use super::note::{self, ELSEWHERE, add_attribute, is_plain, keep_elsewhere, notes_elsewhere, typed};
use super::question::{self, Shared};
use super::stated_file;
use super::stated_kind::{kind_of, says_kind};
use super::texts::{EXCLUDED, Languages, Left, excluded, first_text, is_excluded, texts_of, words};
use super::values;
use super::values::{ReadValues, Values, number};
use crate::data_file::Program;
use crate::statistics::VariableStatistics;
use crate::structure::Structure;
use exporter_xml::Element;

const DIRECT: &str = "direct identifier";
const PERSONAL: &str = "personal data";
/// What a document says of numbers that are no measure, and nothing else does.
pub(super) const INTERVAL: &str = "intrvl";
const DISCRETE: &str = "discrete";

/// A variable and how it stands in its data file.
pub(crate) struct VariableEntry<'a> {
    pub(crate) variable: &'a Variable,
    pub(crate) labels: Option<&'a ValueLabels>,
    pub(crate) id: String,
    /// ID of its file.
    pub(crate) file: &'a str,
    /// Whether there is a data file; else its column is where a document has said.
    pub(crate) has_file: bool,
    /// Whether a document has said where columns of its table stand.
    pub(crate) has_places: bool,
    /// Name in its file.
    pub(crate) name: &'a str,
    /// Column of its file, from 1.
    pub(crate) column: usize,
    /// The question that is asked for it, its own or that of its group.
    pub(crate) question: Option<(&'a Question, Option<Shared<'a>>)>,
    /// ID of the variable that it is weighted by.
    pub(crate) weight: Option<&'a str>,
    /// Whether it is a weight, of the table or of some variable.
    pub(crate) is_weight: bool,
    pub(crate) statistics: Option<&'a VariableStatistics>,
    /// The program whose file it is.
    pub(crate) program: Program,
    /// Whether reasons stand there as their letters after a point.
    pub(crate) has_letters: bool,
    /// Whether true and false are words there.
    pub(crate) has_words_for_booleans: bool,
    /// A value as it stands there.
    pub(crate) written: &'a dyn Fn(&Value) -> String,
    pub(crate) languages: Languages<'a>,
    /// What may stand in it.
    pub(crate) structure: &'static Structure,
}

impl VariableEntry<'_> {
    /// The element, without what DDI has no place for.
    pub(crate) fn write(&self) -> Element {
        let Variable { kind, measure, .. } = self.variable;
        let is_labelled = has_categories(self.variable, self.labels);
        let is_measured = match measure {
            Some(measure) => *measure == Measure::Scale,
            None => !is_labelled && (kind.is_numeric() || kind.is_temporal()),
        };
        let is_discrete =
            matches!(self.variable.attributes.get(INTERVAL), Some(Attribute::One(it)) if it == DISCRETE);
        let is_measured = is_measured && !is_discrete;
        let is_guess = !self.has_file && stated_file::is_guess(self.variable);
        let (representation, other) = match representation(kind, is_labelled) {
            // What the document that it was read from does not say is not said here.
            (words, _) if is_guess && words != "code" => ("", ""),
            stated => stated,
        };
        // Without it a variable is discrete by the schema, and catalogues such as NADA and Dataverse look for it: so it is said by
        // measure, categories and kind, also where a document has left it out, unless even the kind is a guess.
        let interval = match (is_measured, is_guess) {
            (true, false) => "contin",
            (_, true) if !is_discrete && !is_labelled => "",
            _ => DISCRETE,
        };
        let decimals = decimals(self.variable).filter(|_| !is_guess);
        let mut var = Element::new("var")
            .with("ID", self.id.as_str())
            .with("name", self.name)
            .with("files", self.file)
            .with("dcml", decimals.unwrap_or_default())
            .with("intrvl", interval)
            .with(
                "nature",
                match measure {
                    Some(Measure::Nominal) => "nominal",
                    Some(Measure::Ordinal) => "ordinal",
                    Some(Measure::Scale) | None => nature(self.variable).unwrap_or_default(),
                },
            )
            .with("wgt", if self.is_weight { "wgt" } else { "" })
            .with_some("wgt-var", self.weight)
            .with("representationType", representation)
            .with("otherRepresentationType", other)
            .with("measUnit", self.languages.one(&self.variable.unit));
        let location = match !self.has_file && self.has_places {
            true => stated_file::location(self.variable),
            false => Element::new("location").with("StartPos", self.column.to_string()),
        };
        var.push(location.with("fileid", self.file));
        let labels = self.languages.elements("labl", &self.variable.label).into_iter();
        var.extend(labels.map(|label| label.with("level", "variable")));
        let security = match self.variable.sensitivity {
            Sensitivity::DirectIdentifier => Some(DIRECT),
            Sensitivity::Personal => Some(PERSONAL),
            _ => None,
        };
        var.extend(security.map(|words| Element::new("security").text(words)));
        if let Some((question, shared)) = self.question {
            var.extend(question::write(question, shared, self.languages));
        }
        let values = Values {
            variable: self.variable,
            labels: self.labels,
            written: self.written,
            has_letters: self.has_letters,
            statistics: self.statistics,
            languages: self.languages,
            weight: self.weight,
        };
        var.extend(values.invalid());
        var.extend(self.languages.elements("universe", &self.variable.universe));
        var.extend(excluded(&self.variable.attributes));
        var.extend(self.statistics());
        match self.languages.told {
            // There may be a million, of which only the texts matter then.
            Some(_) => values.tell(),
            None => var.extend(values.categories()),
        }
        var.extend(self.languages.elements("concept", &self.variable.concept));
        let mut is_format_stated = is_guess;
        let derived = self.languages.elements("drvdesc", &self.variable.derivation);
        if !derived.is_empty() {
            let mut derivation = Element::new("derivation");
            derivation.extend(derived);
            var.push(derivation);
        }
        if !is_guess {
            let own = stored_format(self.variable, self.program, self.has_words_for_booleans);
            let format = self.stated_format(&var, &own);
            is_format_stated = format.is_some();
            var.push(format.unwrap_or(own));
        }
        let texts = notes_elsewhere(&self.variable.attributes, "txt");
        for (at, note) in self.variable.notes.iter().enumerate() {
            var.extend(self.languages.elements(if at < texts { "txt" } else { "notes" }, note));
        }
        if self.name != self.variable.name {
            var.push(typed("original-name", "", self.variable.name.as_str()));
        }
        if let Some((question, _)) = self.question {
            var.extend(question::notes(question, self.languages));
        }
        let attributes = &self.variable.attributes;
        // What is said of a category is said of the code that it has in the file.
        let code = |code: &str| values::value_of(code, kind).map(|value| (self.written)(&value));
        let known = Known { read: &READ, first: &FIRST, code: &code, structure: self.structure };
        let placed = free_elements::place(&mut var, attributes, &known);
        let has_nature =
            var.attribute("nature").is_some() && var.attribute("nature") == nature(self.variable);
        let is_written = |name: &str| {
            placed.contains(name)
                || name == EXCLUDED
                || name == NATURE && has_nature
                || name == INTERVAL && is_discrete && interval == DISCRETE
                || name == ELSEWHERE && notes_elsewhere(attributes, "txt") > 0
                || !self.has_file
                    && stated_file::is_of_variable(self.variable, name)
                    && (is_format_stated || !name.starts_with("varFormat"))
        };
        var.extend(note::attributes(attributes.iter().filter(|(name, _)| !is_written(name))));
        var
    }

    /// `varFormat` as a document has said, where no other file is written and values of the same kind and display format are
    /// read by it as by our own.
    fn stated_format(&self, var: &Element, own: &Element) -> Option<Element> {
        let stated = stated_file::format(self.variable).filter(|_| !self.has_file)?;
        let rule = self.structure.rule("varFormat")?;
        let holds = |name: &str, value: &str| rule.attribute(name).is_some_and(|it| it.values.holds(value));
        let is_valid = stated.attributes.iter().all(|(name, value)| holds(name, value));
        let with = |format: &Element| {
            let mut var = var.clone();
            var.push(format.clone());
            var
        };
        let (by_stated, by_own) = (with(&stated), with(own));
        let read = format_of(&by_stated, &self.variable.kind).map(|format| format.native);
        let known = self.variable.format.as_ref().map(|format| &format.native);
        let is_known =
            |(program, name): (&String, &String)| known.and_then(|it| it.get(program)) == Some(name);
        let is_same = kind_of(&by_stated) == kind_of(&by_own) && read.iter().flatten().all(is_known);
        (is_valid && is_same).then_some(stated)
    }

    fn statistics(&self) -> Vec<Element> {
        let Some(statistics) = self.statistics else { return Vec::new() };
        // What is beyond all numbers is no statistic.
        let finite = |value: f64| value.is_finite().then(|| number(value));
        let stat = |kind: &str, text: String| Element::new("sumStat").with("type", kind).text(text);
        let mut stats =
            vec![stat("vald", statistics.valid.to_string()), stat("invd", statistics.invalid.to_string())];
        if let Some((low, high)) = &statistics.range {
            stats.push(stat("min", low.clone()));
            stats.push(stat("max", high.clone()));
        }
        if let Some(moments) = statistics.moments.filter(|moments| moments.count > 0) {
            stats.extend(finite(moments.mean).map(|mean| stat("mean", mean)));
            stats.extend(moments.deviation().and_then(finite).map(|deviation| stat("stdev", deviation)));
        }
        if let Some((moments, weight)) =
            statistics.weighted.filter(|moments| moments.count > 0).zip(self.weight)
        {
            let weighted = |stat: Element| stat.with("wgtd", "wgtd").with("wgt-var", weight);
            stats.extend(finite(moments.mean).map(|mean| weighted(stat("mean", mean))));
            let deviation = moments.deviation().and_then(finite);
            stats.extend(deviation.map(|deviation| weighted(stat("stdev", deviation))));
        }
        stats
    }
}

/// `varFormat`: how the values are stored in the file.
pub(super) fn stored_format(variable: &Variable, program: Program, has_words_for_booleans: bool) -> Element {
    let kind = &variable.kind;
    let category = match kind {
        Kind::Date | Kind::DateTime { .. } => "date",
        Kind::Time(_) => "time",
        _ => "",
    };
    let native = |program: &str| variable.format.as_ref()?.native.get(program).map(String::as_str);
    let is_text = matches!(kind, Kind::Text);
    let (is_character, schema, other, name) = match program {
        Program::Stata => {
            let default = match kind {
                Kind::Date => "%td",
                Kind::DateTime { .. } | Kind::Time(_) => "%tc",
                _ => "",
            };
            (is_text, "other", "Stata", native("stata").unwrap_or(default))
        }
        Program::Spss => {
            let default = match kind {
                Kind::Date => "DATE11",
                Kind::DateTime { .. } => "DATETIME20",
                Kind::Time(_) => "TIME8",
                _ => "",
            };
            (is_text, "SPSS", "", native("spss").unwrap_or(default))
        }
        Program::Other => {
            let name = match kind {
                Kind::Date => "YYYY-MM-DD",
                Kind::Time(_) => "hh:mm:ss",
                Kind::DateTime { .. } => "YYYY-MM-DDThh:mm:ss",
                _ => "",
            };
            let is_number = *kind == Kind::Boolean && !has_words_for_booleans;
            (!(kind.is_numeric() || is_number), "ISO", "", name)
        }
    };
    Element::new("varFormat")
        .with("type", if is_character { "character" } else { "numeric" })
        .with("schema", schema)
        .with("otherSchema", other)
        .with("formatname", name)
        .with("category", category)
}

/// Whether a valid value has a label: one of a missing value makes no categories of a measure.
pub(crate) fn has_categories(variable: &Variable, labels: Option<&ValueLabels>) -> bool {
    labels.is_some_and(|labels| labels.entries.iter().any(|entry| !variable.is_user_missing(&entry.value)))
}

/// `representationType`, and what stands behind `other`.
fn representation(kind: &Kind, is_labelled: bool) -> (&'static str, &'static str) {
    match kind {
        Kind::Boolean => ("other", "boolean"),
        _ if is_labelled => ("code", ""),
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Decimal { .. } => ("numeric", ""),
        Kind::Text => ("text", ""),
        Kind::Date | Kind::DateTime { .. } | Kind::Time(_) => ("datetime", ""),
        Kind::Duration(_) => ("other", "duration"),
        Kind::Period(_) => ("other", "period"),
        _ => ("other", "binary"),
    }
}

fn decimals(variable: &Variable) -> Option<String> {
    match &variable.kind {
        Kind::Integer { .. } => Some("0".into()),
        Kind::Decimal { scale, .. } => Some(scale.to_string()),
        Kind::Float { .. } => {
            let decimals = variable.format.as_ref()?.decimals?;
            Some(decimals.to_string())
        }
        _ => None,
    }
}

/// A variable as a document describes it.
#[derive(Clone)]
pub(crate) struct ReadVariable {
    /// The variable, without what other elements say of it; `labels` is empty.
    pub(crate) variable: Variable,
    /// What its values mean.
    pub(crate) labels: ValueLabels,
    /// Categories that are no values of its kind.
    pub(crate) unread: Vec<String>,
    /// Missing values and ranges of which a variable of its kind can have none.
    pub(crate) unread_missing: Vec<String>,
    /// Labels of categories that have no code, for which they stand.
    pub(crate) uncoded: Vec<String>,
    /// Codes of categories without a label.
    pub(crate) unlabelled: Vec<String>,
}

/// What is read of a variable; all else becomes attributes.
const READ: [&str; 12] = [
    "catgry",
    "concept",
    "derivation",
    "invalrng",
    "labl",
    "location",
    "notes",
    "qstn",
    "sumStat",
    "txt",
    "universe",
    "varFormat",
];

/// Where of several elements the first is read, and the others are kept.
const FIRST: [&str; 10] = [
    "catgry/labl",
    "concept",
    "derivation/drvdesc",
    "labl",
    "qstn",
    "qstn/ivuInstr",
    "qstn/postQTxt",
    "qstn/preQTxt",
    "qstn/qstnLit",
    "universe",
];

/// The attribute of a variable that is measured otherwise than a codebook tells apart.
const NATURE: &str = "var@nature";
const NATURES: [&str; 4] = ["interval", "ratio", "percent", "other"];

/// How it is measured, as `nature` says.
fn nature(variable: &Variable) -> Option<&'static str> {
    let kept = variable.attributes.get(NATURE)?.values();
    NATURES.into_iter().find(|nature| kept == [*nature])
}

/// Reads a variable; what the notes of this program say is not looked at.
pub(crate) fn read(var: &Element, default: Option<&str>) -> ReadVariable {
    let name = var.attribute("name").unwrap_or_default();
    let original = note::of_kind(var, "original-name");
    let kind = kind_of(var);
    let mut variable = Variable::new(original.map_or_else(|| name.to_owned(), words), kind);
    let mut left = Left::default();
    variable.label = first_text(var.all("labl"), default, &mut left);
    let universe = var.all("universe").filter(|it| !is_excluded(it));
    variable.universe = first_text(universe, default, &mut left);
    for excluded in var.all("universe").filter(|it| is_excluded(it)) {
        add_attribute(&mut variable.attributes, EXCLUDED, words(excluded));
    }
    variable.concept = first_text(var.all("concept"), default, &mut left);
    let derived = var.all("derivation").flat_map(|it| it.all("drvdesc"));
    variable.derivation = first_text(derived, default, &mut left);
    variable.unit = var.attribute("measUnit").unwrap_or_default().into();
    variable.measure = match (var.attribute("nature"), var.attribute("intrvl")) {
        (Some("nominal"), _) => Some(Measure::Nominal),
        (Some("ordinal"), _) => Some(Measure::Ordinal),
        (Some("interval" | "ratio"), _) => Some(Measure::Scale),
        (_, Some("contin")) if variable.kind.is_numeric() || variable.kind.is_temporal() => {
            Some(Measure::Scale)
        }
        _ => None,
    };
    if let Some(nature) = var.attribute("nature").filter(|nature| NATURES.contains(nature)) {
        variable.attributes.insert(NATURE.to_owned(), Attribute::One(nature.to_owned()));
    }
    // Some write `wgtd` or `Y`.
    variable.weight = var.attribute("wgt").is_some_and(|wgt| matches!(wgt, "wgt" | "wgtd" | "Y"));
    variable.question = question::read(var, default, &mut left).map(Box::new);
    variable.format = format_of(var, &variable.kind);
    let security = var.all("security").map(words);
    for security in security {
        match security.as_str() {
            DIRECT => variable.sensitivity = Sensitivity::DirectIdentifier,
            PERSONAL => variable.sensitivity = Sensitivity::Personal,
            _ => {}
        }
    }
    let ReadValues { labels, missing, unread, unread_missing, uncoded, unlabelled } =
        values::read(var, &variable.kind, default, &mut left);
    // NADA copies labels into elements that mean something else.
    let label = variable.label.get(Default::default());
    let says_nothing = |element: &&Element| match element.name.as_ref() {
        "imputation" | "embargo" | "respUnit" => words(element) == label,
        "security" => [label, DIRECT, PERSONAL].contains(&words(element).as_str()),
        _ => false,
    };
    var.elements().filter(says_nothing).for_each(|element| left.drop(element));
    free_elements::keep(&mut variable.attributes, var, &READ, &left);
    question::keep_domain(&mut variable.attributes, var, variable.question.as_deref());
    variable.attributes.extend(note::attributes_of(var.all("notes")));
    variable.notes = texts_of(var.all("txt"), default);
    keep_elsewhere(&mut variable.attributes, "txt", variable.notes.len());
    variable.notes.extend(texts_of(var.all("notes").filter(|note| is_plain(note)), default));
    variable.missing = missing;
    let is_number = variable.kind.is_numeric() || variable.kind.is_temporal();
    if var.attribute(INTERVAL) == Some(DISCRETE)
        && (is_number || !says_kind(var))
        && variable.measure.is_none()
        && !has_categories(&variable, Some(&labels))
    {
        variable.attributes.insert(INTERVAL.to_owned(), Attribute::One(DISCRETE.to_owned()));
    }
    ReadVariable { variable, labels, unread, unread_missing, uncoded, unlabelled }
}

/// The display format that a document gives.
fn format_of(var: &Element, kind: &Kind) -> Option<DisplayFormat> {
    let format = var.first("varFormat");
    let says = |name: &str| format.and_then(|format| format.attribute(name)).filter(|text| !text.is_empty());
    let mut display = DisplayFormat::default();
    let program = match (says("schema"), says("otherSchema")) {
        (Some("SPSS"), _) => Some("spss"),
        (Some("other"), Some("Stata")) => Some("stata"),
        _ => None,
    };
    if let Some((program, name)) = program.zip(says("formatname")) {
        display.native.insert(program.to_owned(), name.to_owned());
    }
    if matches!(kind, Kind::Float { .. }) {
        display.decimals = var.attribute("dcml").and_then(|dcml| dcml.trim().parse().ok());
    }
    (display != DisplayFormat::default()).then_some(display)
}
