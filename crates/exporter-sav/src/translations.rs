//! Labels in further languages, for which SPSS has no place: they stand in the attributes `Label_TAG` and `ValueLabels_TAG` of
//! their variables, of which the latter has a value `value=label` for each label. A tag has `_` where it is written with `-`.
//!
//! What translates a label of the file is a translation of it in the codebook, and no attribute; all else stays one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use exporter_core::codebook::{
    Attribute as Described, Codebook, Kind, MissingValues, Period, Table, Text, TimeUnit, Value, Variable,
};
use exporter_core::{Loss, LossCode, Part, doubles};
use exporter_spss::{Value as Stored, VariableDescription, unique_attribute_names};

use crate::dataset::described;
use crate::exporter::line;
use crate::metadata::{Attribute, SavMetadata, SavVariable};

const LABEL: &str = "Label";
const VALUE_LABELS: &str = "ValueLabels";
/// Signs in a line after which its label may begin.
const MOST_SIGNS: usize = 64;

/// The translations in a file.
#[derive(Debug)]
pub(crate) struct Translations<'m> {
    /// Tags of the languages, by name.
    pub(crate) languages: Vec<String>,
    /// By variable.
    variables: Vec<Translated<'m>>,
}

/// Translations of value labels, by position in the set and tag.
pub(crate) type ValueTranslations<'m> = BTreeMap<(usize, String), &'m str>;

/// The translations of one variable.
#[derive(Debug, Default)]
pub(crate) struct Translated<'m> {
    label: Vec<(String, &'m str)>,
    pub(crate) values: ValueTranslations<'m>,
    /// Attributes, and what of them translates nothing.
    pub(crate) attributes: Vec<Attribute>,
}

impl<'m> Translations<'m> {
    /// Those in a file whose variables are of these kinds. `main` is the language of the labels that SPSS shows, if it is known:
    /// what an attribute says in this one is no translation.
    pub(crate) fn of(metadata: &'m SavMetadata, kinds: &[Kind], main: Option<&str>) -> Self {
        let mut tags: BTreeSet<String> = BTreeSet::new();
        let is_main = |tag: &str| main.is_some_and(|main| main.eq_ignore_ascii_case(tag));
        let variables = metadata.variables.iter().enumerate();
        let variables = variables.map(|(position, variable)| {
            let mut translated = Translated::default();
            for attribute in &variable.attributes {
                let pair = pair(&attribute.name).filter(|(_, tag)| !is_main(tag));
                let rest = match &pair {
                    Some((LABEL, tag)) => translated.take_label(variable, attribute, tag),
                    Some((_, tag)) => {
                        let labels = metadata.labels_of(variable);
                        translated.take_values(labels, kinds.get(position), attribute, tag)
                    }
                    None => Some(attribute.clone()),
                };
                if let Some((_, tag)) = pair.filter(|_| rest.as_ref() != Some(attribute)) {
                    tags.insert(tag);
                }
                translated.attributes.extend(rest);
            }
            translated
        });
        let variables = variables.collect();
        Self { languages: tags.into_iter().collect(), variables }
    }

    /// Those of each variable.
    pub(crate) fn all(&self) -> &[Translated<'m>] {
        &self.variables
    }
}

impl<'m> Translated<'m> {
    /// The label of the variable in all languages.
    pub(crate) fn label(&self, label: &str) -> Text {
        self.label.iter().fold(label.into(), |text: Text, (tag, label)| text.with(tag, *label))
    }

    /// The label at a position in the set of value labels in all languages.
    pub(crate) fn value_label(&self, position: usize, label: &str) -> Text {
        let from = (position, String::new());
        let of_value = self.values.range(from..).take_while(|((at, _), _)| *at == position);
        of_value.fold(label.into(), |text: Text, ((_, tag), label)| text.with(tag, *label))
    }

    /// Takes the label in an attribute; the attribute, where it is no translation.
    fn take_label(
        &mut self,
        variable: &SavVariable,
        attribute: &'m Attribute,
        tag: &str,
    ) -> Option<Attribute> {
        let is_known = self.label.iter().any(|(known, _)| known == tag);
        match attribute.values.as_slice() {
            [label] if !label.is_empty() && !variable.label.is_empty() && !is_known => {
                self.label.push((tag.to_owned(), label));
                None
            }
            _ => Some(attribute.clone()),
        }
    }

    /// Takes the value labels in an attribute; the attribute, of what is no translation.
    fn take_values(
        &mut self,
        labels: &[(Stored, String)],
        kind: Option<&Kind>,
        attribute: &'m Attribute,
        tag: &str,
    ) -> Option<Attribute> {
        let positions = Positions::of(labels, kind);
        let mut rest = Vec::new();
        for line in &attribute.values {
            match positions.of_line(line) {
                Some((position, label)) if !self.values.contains_key(&(position, tag.to_owned())) => {
                    self.values.insert((position, tag.to_owned()), label);
                }
                _ => rest.push(line.clone()),
            }
        }
        let is_one = attribute.values.is_empty() || !rest.is_empty();
        is_one.then(|| Attribute::new(&attribute.name, rest))
    }
}

/// What an attribute of this name translates, and the tag of the language.
fn pair(name: &str) -> Option<(&'static str, String)> {
    let what = [LABEL, VALUE_LABELS].into_iter().find_map(|what| {
        let tag = name.strip_prefix(what)?.strip_prefix('_')?;
        Some((what, tag))
    });
    let (what, tag) = what?;
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_alphanumeric());
    let (language, others) = tag.split_once('_').map_or((tag, false), |(language, _)| (language, true));
    let is_language = matches!(language.len(), 2 | 3) && language.bytes().all(|it| it.is_ascii_alphabetic());
    let is_private = others && language.eq_ignore_ascii_case("x");
    // No tag ends with a single sign; a number tells attributes of the same name apart.
    let is_ended = tag.rsplit('_').next().is_some_and(|part| part.len() > 1);
    // Texts in no known language are those that SPSS shows.
    let is_known = !language.eq_ignore_ascii_case("und");
    let is_tag = (is_language || is_private) && tag.split('_').all(is_part) && is_ended && is_known;
    is_tag.then(|| (what, normal_tag(tag)))
}

/// The one form of a tag, which is the same in capitals: `pt_br` is `pt-BR` (RFC 5646, section 2.1.1).
fn normal_tag(tag: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in tag.split('_') {
        let lower = part.to_ascii_lowercase();
        // Behind a single sign all is small.
        let is_small = parts.is_empty() || parts.iter().any(|before| before.len() == 1);
        let letters = lower.bytes().all(|byte| byte.is_ascii_alphabetic());
        parts.push(match (is_small, lower.len()) {
            (false, 2) => lower.to_ascii_uppercase(),
            (false, 4) if letters => [lower[..1].to_ascii_uppercase(), lower[1..].to_owned()].concat(),
            _ => lower,
        });
    }
    parts.join("-")
}

/// Where labelled values stand in their set, by the forms in which they may stand before a label.
struct Positions {
    by_form: HashMap<String, usize>,
    /// Whether the values are numbers, which people write as `2.0`, too.
    are_numbers: bool,
}

impl Positions {
    fn of(labels: &[(Stored, String)], kind: Option<&Kind>) -> Self {
        let mut positions = HashMap::new();
        let labelled = labels.iter().enumerate().filter(|(_, (_, label))| !label.is_empty());
        for (position, (value, _)) in labelled {
            for form in forms(value, kind) {
                positions.entry(form).or_insert(position);
            }
        }
        let are_numbers = labels.iter().all(|(value, _)| value.as_number().is_some());
        Self { by_form: positions, are_numbers }
    }

    fn get(&self, value: &str) -> Option<usize> {
        let as_number = || {
            let number = value.parse::<f64>().ok().filter(|number| self.are_numbers && number.is_finite())?;
            self.by_form.get(&doubles::shown(number))
        };
        self.by_form.get(value).or_else(as_number).copied()
    }

    /// The position of the value of a line, and its label. Both may have the sign: of the values that the line may begin
    /// with, it is the longest.
    fn of_line<'l>(&self, line: &'l str) -> Option<(usize, &'l str)> {
        let signs: Vec<usize> = line.match_indices('=').take(MOST_SIGNS).map(|(at, _)| at).collect();
        signs.into_iter().rev().find_map(|at| {
            let (value, label) = (line.get(..at)?, line.get(at + 1..)?);
            Some((self.get(value)?, label)).filter(|_| !label.is_empty())
        })
    }
}

/// The forms in which a value may stand before its label: that of the writer first.
fn forms(value: &Stored, kind: Option<&Kind>) -> Vec<String> {
    let number = match value {
        Stored::Text(text) => return vec![line(text.trim_end_matches(' '))],
        Stored::Number(number) => *number,
    };
    let kind = kind
        .filter(|kind| kind.is_temporal() && !matches!(kind, Kind::Duration(_) | Kind::Period(Period::Year)));
    let moment = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    let kinds = kind.into_iter().flat_map(|kind| [kind.clone(), Kind::Date, moment.clone()]);
    let times = kinds.filter_map(|kind| described(value, &kind)).map(|value| value.to_string());
    times.chain([doubles::shown(number), number.to_string()]).collect()
}

/// The labels of a variable as lines of attributes.
pub(crate) struct Lines<'v> {
    variable: &'v Variable,
    spss: &'v VariableDescription,
    positions: Positions,
}

impl<'v> Lines<'v> {
    pub(crate) fn of(variable: &'v Variable, spss: &'v VariableDescription) -> Self {
        Self { variable, spss, positions: Positions::of(&spss.labels, Some(&variable.kind)) }
    }

    /// The labels in another language, as attributes: that of the variable, and `value=label` for each value that has one; and
    /// what no reader would find there.
    pub(crate) fn written(&self, codebook: &Codebook, tag: &str) -> (Vec<Attribute>, Option<Loss>) {
        let is_default = codebook.default_language().is_some_and(|default| default.eq_ignore_ascii_case(tag));
        let translation = |text: &Text| -> Option<String> {
            let untagged = || text.untagged().filter(|_| is_default);
            exactly(codebook, text, tag).or_else(untagged).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let label = translation(&self.variable.label);
        let label = label.map(|label| Attribute::new(name(LABEL, tag), vec![label]));
        let (mut values, mut taken) = (Vec::new(), HashSet::new());
        let (mut lost, mut first) = (0, None);
        for (value, label) in self.labelled(codebook) {
            let Some(translated) = translation(label) else { continue };
            // A label that the file does not have, which is told of it, has no translation there.
            let Some(position) = self.positions.get(&value) else { continue };
            // Line feeds are told where attributes become lines.
            let written = format!("{value}={translated}");
            if self.positions.of_line(&line(&written)) != Some((position, &line(&translated))) {
                lost += 1;
                first.get_or_insert(written);
            } else if taken.insert(position) {
                values.push(written);
            }
        }
        let values = (!values.is_empty()).then(|| Attribute::new(name(VALUE_LABELS, tag), values));
        let loss = first.map(|first| {
            let action = format!("labels in {tag} left out of {VALUE_LABELS}_{tag}: other values would have them, by their signs =");
            let loss = Loss::new(LossCode::LANGUAGE_DROPPED, action).part(Part::Languages);
            loss.variable(&self.variable.name).count(lost).counting("value labels").first(None, first)
        });
        (label.into_iter().chain(values).collect(), loss)
    }

    /// Labelled values in the form that the writer gives them, and their labels.
    fn labelled<'a>(&'a self, codebook: &'a Codebook) -> impl Iterator<Item = (String, &'a Text)> {
        let entries = codebook.value_labels_of(self.variable).map_or(&[][..], |labels| &labels.entries);
        let entries = entries.iter().map(|entry| (self.shown(&entry.value), &entry.label));
        let missing = self.variable.missing.iter().enumerate().filter_map(|(at, missing)| {
            let value = match (&missing.values, self.spss.reasons.get(at)) {
                (MissingValues::One(value), _) => self.shown(value),
                // Numbers that stand for reasons are those of the file.
                (MissingValues::Reason, Some(Some(code))) => doubles::shown(*code),
                _ => return None,
            };
            Some((value, &missing.label))
        });
        entries.chain(missing)
    }

    fn shown(&self, value: &Value) -> String {
        let kind = &self.variable.kind;
        let form = Stored::of(value, kind).and_then(|stored| forms(&stored, Some(kind)).into_iter().next());
        form.unwrap_or_else(|| line(&value.to_string()))
    }
}

/// The text in this very language, or in a shorter form of its tag which is no language of the study by itself.
fn exactly<'t>(codebook: &Codebook, text: &'t Text, tag: &str) -> Option<&'t str> {
    let languages = &codebook.study.languages;
    let is_other = |form: &str| languages.iter().any(|language| language.eq_ignore_ascii_case(form));
    let shorter = std::iter::successors(tag.rsplit_once('-'), |(form, _)| form.rsplit_once('-'));
    let shorter = shorter.map(|(form, _)| form).take_while(|form| !is_other(form));
    std::iter::once(tag).chain(shorter).find_map(|form| text.tagged_as(form))
}

/// The attributes of a variable beside `translations`, which are joined with what its file had beside them in lists of the same
/// names.
pub(crate) fn with_rest<'v>(
    attributes: &'v BTreeMap<String, Described>,
    translations: &mut [Attribute],
) -> Cow<'v, BTreeMap<String, Described>> {
    let mut own = Cow::Borrowed(attributes);
    for attribute in translations.iter_mut().filter(|attribute| attribute.name.starts_with(VALUE_LABELS)) {
        let Some(rest) = attributes.get(&attribute.name) else { continue };
        let new = rest.values().iter().filter(|value| !attribute.values.contains(value));
        let new: Vec<String> = new.cloned().collect();
        attribute.values.extend(new);
        own.to_mut().remove(&attribute.name);
    }
    own
}

/// A table without what its attributes had beside the labels in `languages`, and what that is; `None` where it has none.
pub(crate) fn without(table: &Table, languages: &[&str]) -> Option<(Table, Loss)> {
    let is_of = |name: &str| {
        pair(name)
            .is_some_and(|(_, tag)| languages.iter().any(|language| language.eq_ignore_ascii_case(&tag)))
    };
    let all = || table.variables.iter().flat_map(|variable| variable.attributes.keys());
    let first = all().find(|name| is_of(name))?;
    let action = "attributes beside labels in a language that is chosen no longer are left out with these";
    let loss = Loss::new(LossCode::METADATA_DROPPED, action).table(&table.name).counting("attributes");
    let loss = loss.count(all().filter(|name| is_of(name)).count() as u64).first(None, first);
    let mut without = table.clone();
    without.variables.iter_mut().for_each(|variable| variable.attributes.retain(|name, _| !is_of(name)));
    Some((without, loss))
}

/// The name of an attribute.
fn name(what: &str, tag: &str) -> String {
    unique_attribute_names(&[format!("{what}_{}", tag.replace('-', "_"))]).concat()
}
