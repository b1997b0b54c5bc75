//! What a data file says of itself and its description says otherwise: the description holds, and what it replaces is told.

use std::collections::{BTreeMap, HashMap};

use super::completed::{fitted, is_other_format};
use crate::codebook::{
    Attribute, DisplayFormat, Missing, MissingValues, Question, Table, Text, Value, ValueLabels, Variable,
};
use crate::loss::{Loss, LossCode};

/// A variable, and the set of its value labels.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Labelled<'a> {
    /// The variable.
    pub variable: &'a Variable,
    /// Its value labels, if it has any.
    pub labels: Option<&'a ValueLabels>,
}

impl<'a> Labelled<'a> {
    /// A variable with the set that it uses among these.
    pub fn of(variable: &'a Variable, sets: &'a BTreeMap<String, ValueLabels>) -> Self {
        Self { variable, labels: variable.labels.as_deref().and_then(|set| sets.get(set)) }
    }
}

/// What a file says of a variable and is not there once the description is completed by it
/// ([`super::completed_variable`]): losses of reading. What both say tells nothing, and neither do texts that differ in blanks or
/// in the tag of their language alone, numbers that are texts, and missing values that are matched by their letters.
#[must_use]
pub fn replaced_in_variable(declared: Labelled<'_>, own: Labelled<'_>, table: &str) -> Vec<Loss> {
    let variable = declared.variable;
    let mut replaced = Replaced { place: (table, Some(&variable.name)), losses: Vec::new() };
    replaced.text(LossCode::LABEL_DROPPED, "label", [&variable.label, &own.variable.label]);
    replaced.value_labels(declared, own);
    replaced.missing(declared, own);
    for (what, texts) in [
        ("unit", [&variable.unit, &own.variable.unit]),
        ("universe", [&variable.universe, &own.variable.universe]),
        ("concept", [&variable.concept, &own.variable.concept]),
        ("derivation", [&variable.derivation, &own.variable.derivation]),
    ] {
        replaced.text(LossCode::METADATA_DROPPED, what, texts);
    }
    replaced.notes(&variable.notes, &own.variable.notes);
    replaced.question(variable.question.as_deref(), own.variable.question.as_deref());
    replaced.one("measure", variable.measure, own.variable.measure);
    replaced.one("role", variable.role, own.variable.role);
    replaced.one("weight", variable.weighted_by.as_deref(), own.variable.weighted_by.as_deref());
    replaced.attributes(&variable.attributes, &own.variable.attributes);
    replaced.display(variable, own.variable);
    replaced.losses
}

/// As [`replaced_in_variable`] of what a file says of its table, see [`super::completed_table`].
#[must_use]
pub fn replaced_in_table(declared: &Table, own: &Table) -> Vec<Loss> {
    let mut replaced = Replaced { place: (&declared.name, None), losses: Vec::new() };
    replaced.text(LossCode::LABEL_DROPPED, "label", [&declared.label, &own.label]);
    replaced.notes(&declared.notes, &own.notes);
    replaced.attributes(&declared.attributes, &own.attributes);
    if !declared.groups.is_empty() {
        let is_gone = |name: &&str| declared.groups.iter().all(|group| group.name != **name);
        let gone: Vec<&str> = own.groups.iter().map(|group| group.name.as_str()).filter(is_gone).collect();
        replaced.tell(LossCode::GROUP_DROPPED, "groups", gone.len(), gone.first());
    }
    if !declared.key.is_empty() && !own.key.is_empty() && declared.key != own.key {
        replaced.tell(LossCode::KEY_DROPPED, "key", 1, Some(own.key.join(", ")));
    }
    replaced.losses
}

/// What is replaced so far.
struct Replaced<'a> {
    /// Table and variable.
    place: (&'a str, Option<&'a str>),
    losses: Vec<Loss>,
}

impl Replaced<'_> {
    /// Tells of so many; the action is the same for all variables, so that a summary has one line.
    fn tell(&mut self, code: LossCode, what: &str, count: usize, first: Option<impl ToString>) {
        if count == 0 {
            return;
        }
        let (table, variable) = self.place;
        let action = format!("the {what} of the file: the description says otherwise");
        let loss = Loss::new(code, action).table(table).count(count as u64);
        let loss = variable.into_iter().fold(loss, Loss::variable);
        self.losses.push(first.into_iter().fold(loss, |loss, first| loss.first(None, first.to_string())));
    }

    fn text(&mut self, code: LossCode, what: &str, [declared, own]: [&Text; 2]) {
        let gone = unsaid(declared, own).filter(|_| !declared.is_empty());
        self.tell(code, what, usize::from(gone.is_some()), gone);
    }

    /// Two that are one value each.
    fn one<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, declared: Option<T>, own: Option<T>) {
        if let (Some(declared), Some(own)) = (declared, own)
            && declared != own
        {
            self.tell(LossCode::METADATA_DROPPED, what, 1, Some(format!("{own:?}").to_lowercase()));
        }
    }

    fn value_labels(&mut self, declared: Labelled<'_>, own: Labelled<'_>) {
        let (Some(known), Some(labels)) = (declared.labels, own.labels) else { return };
        if known == labels {
            return;
        }
        let by_value: HashMap<String, &Text> =
            known.entries.iter().map(|entry| (entry.value.to_string(), &entry.label)).collect();
        let is_gone = |value: &Value, label: &Text| {
            let value = of_kind(value, declared.variable);
            let is_said =
                by_value.get(&value.to_string()).is_some_and(|known| unsaid(known, label).is_none());
            // A label may stand with the declaration of the value.
            let mut missing = declared.variable.missing.iter().filter(|missing| missing.contains(&value));
            !is_said && !missing.any(|missing| unsaid(&missing.label, label).is_none())
        };
        let mut gone = labels.entries.iter().filter(|entry| is_gone(&entry.value, &entry.label));
        let first = gone.next().map(|entry| said(&entry.value, &entry.label));
        let count = usize::from(first.is_some()) + gone.count();
        self.tell(LossCode::VALUE_LABELS_DROPPED, "value labels", count, first);
    }

    fn missing(&mut self, declared: Labelled<'_>, own: Labelled<'_>) {
        let known = &declared.variable.missing;
        if known.is_empty() {
            return;
        }
        let (mut gone, mut labels) = (Vec::new(), Vec::new());
        for missing in &own.variable.missing {
            let Some(one) = declared_as(missing, declared.variable) else {
                // Reasons that are not declared stay declared as the file has them.
                if !missing.is_reason() {
                    gone.push(missing_said(missing));
                }
                continue;
            };
            let of_value = match &missing.values {
                MissingValues::One(value) => {
                    declared.labels.and_then(|labels| labels.get(&of_kind(value, declared.variable)))
                }
                _ => None,
            };
            let is_said = |known: &Text| unsaid(known, &missing.label).is_none();
            if !is_said(&one.label) && !of_value.is_some_and(is_said) {
                labels.push(missing_said(missing));
            }
        }
        self.tell(LossCode::MISSING_DROPPED, "missing values", gone.len(), gone.first());
        self.tell(LossCode::LABEL_DROPPED, "labels of missing values", labels.len(), labels.first());
    }

    fn notes(&mut self, declared: &[Text], own: &[Text]) {
        if declared.is_empty() {
            return;
        }
        let is_gone = |note: &&Text| declared.iter().all(|known| unsaid(known, note).is_some());
        let gone: Vec<&Text> = own.iter().filter(is_gone).collect();
        let first = gone.first().and_then(|note| texts(note).next());
        self.tell(LossCode::METADATA_DROPPED, "notes", gone.len(), first);
    }

    fn question(&mut self, declared: Option<&Question>, own: Option<&Question>) {
        let (Some(declared), Some(own)) = (declared, own) else { return };
        let texts = |question: &Question| {
            let mut rest = question.clone();
            let texts = [&mut rest.text, &mut rest.pre_text, &mut rest.post_text, &mut rest.instructions];
            (texts.map(std::mem::take), rest)
        };
        let ((known, known_rest), (texts, rest)) = (texts(declared), texts(own));
        let gone = known.iter().zip(&texts).find_map(|(known, text)| unsaid(known, text));
        let is_other = rest != Question::default() && rest != known_rest;
        let first = gone.or_else(|| own.text.untagged());
        self.tell(LossCode::METADATA_DROPPED, "question", usize::from(gone.is_some() || is_other), first);
    }

    fn attributes(&mut self, declared: &BTreeMap<String, Attribute>, own: &BTreeMap<String, Attribute>) {
        if declared.is_empty() {
            return;
        }
        let gone: Vec<&String> =
            own.iter().filter(|(name, own)| declared.get(*name) != Some(own)).map(|(name, _)| name).collect();
        self.tell(LossCode::METADATA_DROPPED, "attributes", gone.len(), gone.first());
    }

    fn display(&mut self, declared: &Variable, own: &Variable) {
        let differ = |known: &Option<DisplayFormat>, own: &Option<DisplayFormat>| {
            known.as_ref().zip(own.as_ref()).is_some_and(|(known, own)| is_other_format(known, own))
        };
        let is_other = differ(&declared.format, &own.format)
            || differ(&declared.write_format, &own.write_format)
            || declared.alignment.zip(own.alignment).is_some_and(|(known, own)| known != own)
            || declared.column_width.zip(own.column_width).is_some_and(|(known, own)| known != own);
        let native = own.format.as_ref().and_then(|format| format.native.values().next());
        self.tell(LossCode::DISPLAY_FORMAT_DROPPED, "display format", usize::from(is_other), native);
    }
}

/// The declaration that has the values of another one, or its reason.
fn declared_as<'a>(missing: &Missing, declared: &'a Variable) -> Option<&'a Missing> {
    let holds = |value: &Value| {
        let value = of_kind(value, declared);
        move |known: &&Missing| known.contains(&value)
    };
    let mut known = declared.missing.iter();
    match &missing.values {
        MissingValues::Reason => known.find(|known| match (missing.letter, known.letter) {
            (Some(letter), Some(known)) => letter == known,
            _ => known.is_reason() && unsaid(&known.label, &missing.label).is_none(),
        }),
        MissingValues::One(value) => known.find(holds(value)),
        MissingValues::Range { low, high } => known.find(|known| match &known.values {
            MissingValues::Range { low: known_low, high: known_high } => {
                let has = |end: &Option<Value>, known_end: &Option<Value>| match end {
                    Some(end) => holds(end)(known),
                    None => known_end.is_none(),
                };
                has(low, known_low) && has(high, known_high)
            }
            _ => false,
        }),
    }
}

/// A value of a file as one of the described kind, where it is one.
fn of_kind(value: &Value, declared: &Variable) -> Value {
    fitted(value, &declared.kind).unwrap_or_else(|| value.clone())
}

/// The first of the texts that stand in no language of another one.
fn unsaid<'a>(known: &Text, text: &'a Text) -> Option<&'a str> {
    texts(text).find(|text| !texts(known).any(|known| known.split_whitespace().eq(text.split_whitespace())))
}

/// A text in each of its languages.
fn texts(text: &Text) -> impl Iterator<Item = &str> {
    let all = text.untagged().into_iter().chain(text.tagged().map(|(_, text)| text));
    all.filter(|text| !text.trim().is_empty())
}

/// A value and its label, as a loss shows them.
fn said(value: &Value, label: &Text) -> String {
    format!("{value} = {}", texts(label).next().unwrap_or_default())
}

/// What is declared missing, as a loss shows it.
fn missing_said(missing: &Missing) -> String {
    let end = |end: &Option<Value>| end.as_ref().map(Value::to_string).unwrap_or_default();
    let values = match &missing.values {
        MissingValues::One(value) => value.to_string(),
        MissingValues::Range { low, high } => format!("{} to {}", end(low), end(high)),
        MissingValues::Reason => missing.letter.map(|letter| format!(".{letter}")).unwrap_or_default(),
    };
    match texts(&missing.label).next() {
        Some(label) => format!("{values} = {label}"),
        None => values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Kind, Measure};

    /// What is told, with the first example.
    fn told(
        declared: (&Variable, Option<&ValueLabels>),
        own: (&Variable, Option<&ValueLabels>),
    ) -> Vec<String> {
        let labelled = |(variable, labels)| Labelled { variable, labels };
        let losses = replaced_in_variable(labelled(declared), labelled(own), "t");
        let first = |loss: &Loss| loss.first.as_ref().map(|first| first.value.clone()).unwrap_or_default();
        losses.iter().map(|loss| format!("{} {} {}", loss.code, loss.count, first(loss))).collect()
    }

    fn described() -> (Variable, ValueLabels) {
        let mut variable = Variable::new("q", Kind::INTEGER)
            .with_label("Described")
            .with_labels("q")
            .with_missing(Missing::value(9).label("Refused"))
            .with_measure(Measure::Nominal);
        variable.notes = vec!["Asked of all".into()];
        (variable, ValueLabels::new().with(1, "Yes").with(2, "No"))
    }

    #[test]
    fn what_the_description_says_otherwise_is_told_with_what_the_file_said() {
        let mut own = Variable::new("q", Kind::INTEGER)
            .with_label("Of the file")
            .with_labels("q")
            .with_missing(Missing::value(9).label("No answer"))
            .with_missing(Missing::value(8))
            .with_measure(Measure::Ordinal);
        own.notes = vec!["Asked of adults".into()];
        let sets = ValueLabels::new().with(1, "Yes").with(2, "Never").with(3, "Perhaps");
        let (variable, labels) = described();
        assert_eq!(
            told((&variable, Some(&labels)), (&own, Some(&sets))),
            [
                "label-dropped 1 Of the file",
                "value-labels-dropped 2 2 = Never",
                "missing-dropped 1 8",
                "label-dropped 1 9 = No answer",
                "metadata-dropped 1 Asked of adults",
                "metadata-dropped 1 ordinal",
            ]
        );
        // What is not described stays, and is no loss.
        assert_eq!(told((&Variable::new("q", Kind::INTEGER), None), (&own, Some(&sets))), [""; 0]);
    }

    #[test]
    fn the_same_in_another_form_tells_nothing() {
        let (variable, labels) = described();
        let mut own = Variable::new("q", Kind::FLOAT)
            .with_label(Text::default().with("en", "Described "))
            .with_labels("other")
            .with_missing(Missing::value("9"));
        own.notes = vec!["Asked\nof all".into()];
        // The label of a missing value may stand among those of values, and a code in a text.
        let set = ValueLabels::new().with(1.0, "Yes").with("2", "No").with(9, "Refused");
        assert_eq!(told((&variable, Some(&labels)), (&own, Some(&set))), [""; 0]);
        // Values that are declared with the letter of a reason are that reason, and others are kept.
        let own = Variable::new("q", Kind::INTEGER)
            .with_missing(Missing::reason().letter('a'))
            .with_missing(Missing::reason().letter('b').label("Kept"));
        let variable =
            Variable::new("q", Kind::INTEGER).with_missing(Missing::value(9).letter('a').label("R"));
        assert_eq!(told((&variable, None), (&own, None)), [""; 0]);
    }

    #[test]
    fn ranges_hold_what_is_within_them() {
        let range = |low: Option<i64>, high: i64| Missing::range(low.map(Value::from), Some(high.into()));
        let with = |missing: Missing| Variable::new("q", Kind::INTEGER).with_missing(missing);
        let wide = with(range(None, -1));
        for within in [range(None, -1), range(Some(-9), -2), Missing::value(-5)] {
            assert_eq!(told((&wide, None), (&with(within), None)), [""; 0]);
        }
        assert_eq!(told((&with(Missing::value(-5)), None), (&wide, None)), ["missing-dropped 1  to -1"]);
        assert_eq!(told((&with(range(Some(-9), -1)), None), (&wide, None)), ["missing-dropped 1  to -1"]);
    }

    #[test]
    fn of_a_table_its_label_notes_groups_and_key_are_told() {
        use crate::codebook::{Group, GroupKind};
        let table = |label: &str, group: &str, key: &str| {
            let mut table = Table::new("t", Vec::new()).with_group(Group::new(group, GroupKind::Set, ["a"]));
            (table.label, table.key, table.notes) = (label.into(), vec![key.into()], vec![label.into()]);
            table
        };
        let codes = |own: &Table| -> Vec<String> {
            let losses = replaced_in_table(&table("T", "g", "id"), own);
            losses.iter().map(|loss| loss.code.to_string()).collect()
        };
        assert_eq!(
            codes(&table("U", "h", "no")),
            ["label-dropped", "metadata-dropped", "group-dropped", "key-dropped"]
        );
        assert_eq!(codes(&table("T", "g", "id")), [""; 0]);
        assert_eq!(codes(&Table::new("t", Vec::new())), [""; 0]);
    }
}
