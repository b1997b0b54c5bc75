//! A description that is completed by what a data file says of itself: what is described holds, and what it leaves open stays as
//! the file says.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::declared_reasons::with_reasons_of;
use crate::codebook::{
    DeclaredFacts, DisplayFormat, Kind, Missing, MissingValues, Table, Value, ValueLabels, Variable,
};
use crate::loss::{Loss, LossCode};

/// A described variable, completed by that of its file, with the kind of the file where none is described. Both have their value
/// labels among the same sets, see [`adopt_labels`].
#[must_use]
pub fn completed_variable(declared: &Variable, own: &Variable, kind_is_open: bool) -> Variable {
    let mut merged = declared.clone();
    if kind_is_open {
        merged.kind = own.kind.clone();
    }
    for (text, of_file) in [
        (&mut merged.label, &own.label),
        (&mut merged.unit, &own.unit),
        (&mut merged.universe, &own.universe),
        (&mut merged.concept, &own.concept),
        (&mut merged.derivation, &own.derivation),
    ] {
        if text.is_empty() {
            text.clone_from(of_file);
        }
    }
    if merged.attributes.is_empty() {
        merged.attributes = own.attributes.clone();
    }
    merged.measure = merged.measure.or(own.measure);
    merged.role = merged.role.or(own.role);
    merged.alignment = merged.alignment.or(own.alignment);
    complete_format(&mut merged.format, own.format.as_ref());
    complete_format(&mut merged.write_format, own.write_format.as_ref());
    merged.column_width = merged.column_width.or(own.column_width);
    if merged.labels.is_none() {
        // Whether values are texts of a set is said with the set.
        (merged.labels, merged.categorical) = (own.labels.clone(), own.categorical);
    }
    merged.question = merged.question.or_else(|| own.question.clone());
    merged.weight |= own.weight;
    merged.weighted_by = merged.weighted_by.or_else(|| own.weighted_by.clone());
    merged.sensitivity = merged.sensitivity.max(own.sensitivity);
    merged.missing = with_reasons_of(&declared.missing, own);
    keep_unless_declared(&mut merged.notes, &own.notes);
    // Facts are values of the file's kind.
    if merged.facts == DeclaredFacts::default() && merged.kind == own.kind {
        merged.facts = own.facts.clone();
    }
    merged
}

/// What a described format leaves open is as in the file, unless it is another one.
fn complete_format(declared: &mut Option<DisplayFormat>, own: Option<&DisplayFormat>) {
    match (declared, own) {
        (Some(declared), Some(own)) if !is_other_format(declared, own) => {
            declared.width = declared.width.or(own.width);
            declared.decimals = declared.decimals.or(own.decimals);
            declared.style = declared.style.or(own.style);
            for (program, native) in &own.native {
                declared.native.entry(program.clone()).or_insert_with(|| native.clone());
            }
        }
        (declared @ None, own) => *declared = own.cloned(),
        (Some(_), _) => {}
    }
}

/// Whether two formats say something otherwise.
pub(super) fn is_other_format(one: &DisplayFormat, other: &DisplayFormat) -> bool {
    fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.zip(other).is_some_and(|(one, other)| one != other)
    }
    differ(one.width, other.width)
        || differ(one.decimals, other.decimals)
        || differ(one.style, other.style)
        || other.native.iter().any(|(program, native)| differ(one.native.get(program), Some(native)))
}

/// What of a description does not fit the kind that a column has in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfit {
    /// Whether its value labels are left out.
    pub labels: bool,
    /// Declarations of missing values that are left out.
    pub missing: u64,
}

impl Unfit {
    /// The losses of what is left out of a variable, which has the kind of its file.
    pub fn losses(self, variable: &Variable, table: &str) -> impl Iterator<Item = Loss> {
        let loss = |code| {
            let action = format!("left out: the column is of the kind {} in the file", variable.kind);
            Loss::new(code, action).variable(&variable.name).table(table)
        };
        let labels = self.labels.then(|| loss(LossCode::VALUE_LABELS_DROPPED));
        let missing = (self.missing > 0).then(|| loss(LossCode::MISSING_DROPPED).count(self.missing));
        labels.into_iter().chain(missing)
    }
}

/// The loss of a kind that is described and that the values of a file cannot have: texts are no numbers, days or truth values, and
/// none of these is another. The values stay what they are in the file, whose kind then holds.
pub fn unheld_kind(declared: &Variable, own: &Kind, table: &str) -> Option<Loss> {
    let action = format!("described as {}: stays {own}, as which the file has it", declared.kind);
    (sort(&declared.kind) != sort(own))
        .then(|| Loss::new(LossCode::KIND_CHANGED, action).variable(&declared.name).table(table))
}

/// Kinds of one sort may hold the same values, see [`super::normalise`].
fn sort(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "truth value",
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Decimal { .. } | Kind::Period(_) => "number",
        Kind::Text => "text",
        Kind::Date | Kind::DateTime { zone: None, .. } => "day",
        Kind::DateTime { .. } => "instant",
        Kind::Time(_) => "time",
        Kind::Duration(_) => "duration",
        Kind::Binary => "bytes",
        Kind::Structure(_) => "structure",
        Kind::List(_) => "list",
        Kind::Map { .. } => "map",
    }
}

/// Describes a variable of another kind than was thought: numbers that are texts in the file and the other way round. Labels and
/// missing values go along where each of them is a value of the kind; what is left out is said.
pub fn fit_to_kind(
    variable: &mut Variable,
    kind: &Kind,
    sets: &mut BTreeMap<String, ValueLabels>,
    table: &str,
) -> Unfit {
    let mut unfit = Unfit::default();
    if variable.kind == *kind {
        return unfit;
    }
    if let Some(name) = variable.labels.take()
        && let Some(set) = sets.get(&name)
    {
        let fitted = fitted_labels(set, kind);
        unfit.labels = fitted.is_none();
        variable.labels = fitted
            .and_then(|fitted| adopt_labels(sets, &BTreeMap::from([(name.clone(), fitted)]), table, &name));
    }
    let before = variable.missing.len();
    let missing = std::mem::take(&mut variable.missing).into_iter();
    variable.missing = missing.filter_map(|missing| fitted_missing(missing, kind)).collect();
    unfit.missing = before.saturating_sub(variable.missing.len()) as u64;
    variable.kind = kind.clone();
    unfit
}

/// The labels of the same values as those of a kind; `None` where one is none of it, or two become one.
fn fitted_labels(set: &ValueLabels, kind: &Kind) -> Option<ValueLabels> {
    let mut labels = set.clone();
    let mut seen = HashSet::new();
    for entry in &mut labels.entries {
        entry.value = fitted(&entry.value, kind)?;
        if !seen.insert(entry.value.to_string()) {
            return None;
        }
    }
    Some(labels)
}

fn fitted_missing(mut missing: Missing, kind: &Kind) -> Option<Missing> {
    match &mut missing.values {
        MissingValues::One(value) => *value = fitted(value, kind)?,
        // The order of texts is none of numbers.
        MissingValues::Range { low, high } => {
            let ends = [low, high];
            if *kind == Kind::Text {
                return None;
            }
            for end in ends.into_iter().flatten() {
                *end = fitted(end, kind)?;
            }
        }
        MissingValues::Reason => {}
    }
    Some(missing)
}

/// The same value as one of a kind.
pub(super) fn fitted(value: &Value, kind: &Kind) -> Option<Value> {
    let fitted = match value {
        value if kind.holds(value) => return Some(value.clone()),
        Value::Text(text) if kind.is_numeric() => match text.parse::<i64>() {
            Ok(whole) => Value::Integer(whole),
            Err(_) => Value::Float(text.parse().ok().filter(|number: &f64| number.is_finite())?),
        },
        Value::Integer(_) | Value::Float(_) if *kind == Kind::Text => Value::Text(value.to_string()),
        _ => return None,
    };
    kind.holds(&fitted).then_some(fitted)
}

/// A described table, completed by what its file says of it. Its variables, its kind and its link to a parent stay as they are
/// described.
#[must_use]
pub fn completed_table(mut declared: Table, own: &Table) -> Table {
    keep_unless_declared(&mut declared.key, &own.key);
    keep_unless_declared(&mut declared.sort, &own.sort);
    keep_unless_declared(&mut declared.groups, &own.groups);
    keep_unless_declared(&mut declared.notes, &own.notes);
    if declared.label.is_empty() {
        declared.label = own.label.clone();
    }
    declared.rows = declared.rows.or(own.rows);
    declared.roster = declared.roster.or_else(|| own.roster.clone());
    if declared.attributes.is_empty() {
        declared.attributes = own.attributes.clone();
    }
    declared
}

/// The table of a file with the described variables alone, under their described names: by described variable, its name and its
/// column of the file.
#[must_use]
pub fn as_described<'n>(own: &Table, described: impl IntoIterator<Item = (&'n str, usize)>) -> Table {
    let (names, columns): (Vec<&str>, Vec<usize>) =
        described.into_iter().filter(|(_, column)| *column < own.variables.len()).unzip();
    let named: HashMap<usize, &str> = names.into_iter().enumerate().collect();
    own.with_columns(&columns).with_names(&named)
}

/// Takes over one set of value labels and gives the name that it has among the known ones: one of the same name with other labels
/// gets the table's name before its own.
pub fn adopt_labels(
    known: &mut BTreeMap<String, ValueLabels>,
    own: &BTreeMap<String, ValueLabels>,
    table: &str,
    set: &str,
) -> Option<String> {
    let labels = own.get(set)?;
    let mut free = set.to_owned();
    let mut number = 1;
    while known.get(&free).is_some_and(|known| known != labels) {
        free = if number == 1 { format!("{table}_{set}") } else { format!("{table}_{set}_{number}") };
        number += 1;
    }
    known.entry(free.clone()).or_insert_with(|| labels.clone());
    Some(free)
}

fn keep_unless_declared<T: Clone>(declared: &mut Vec<T>, own: &[T]) {
    if declared.is_empty() {
        *declared = own.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Group, GroupKind, Measure};

    #[test]
    fn what_is_not_described_stays_as_the_file_says() {
        let own = Variable::new("q", Kind::FLOAT)
            .with_label("Of the file")
            .with_labels("yes")
            .with_measure(Measure::Ordinal)
            .with_missing(Missing::value(9));
        let described = Variable::new("q", Kind::Text).with_label("Described");
        let merged = completed_variable(&described, &own, true);
        assert_eq!(merged, own.clone().with_label("Described"));
        assert_eq!(completed_variable(&Variable::new("q", Kind::FLOAT), &own, false), own);
    }

    #[test]
    fn columns_have_their_described_names_wherever_they_are_referred_to() {
        let variable = |name: &str| Variable::new(name, Kind::INTEGER);
        let mut own = Table::new("t", vec![variable("id"), variable("gone"), variable("v1")])
            .with_group(Group::new("g", GroupKind::Set, ["v1", "gone"]));
        own.key = vec!["id".into()];
        own.variables[2].weighted_by = Some("id".into());
        let described = as_described(&own, [("value", 2), ("id", 0)]);
        assert_eq!(described.key, ["id"]);
        assert_eq!(described.groups[0].members, ["value"]);
        assert_eq!(described.variables[0].weighted_by.as_deref(), Some("id"));
    }

    #[test]
    fn codes_are_of_the_kind_of_the_column() {
        let codes = |values: [Value; 2]| {
            values.into_iter().fold(ValueLabels::new(), |set, value| set.with(value, "x"))
        };
        let mut sets = BTreeMap::from([("c".to_owned(), codes(["01".into(), "10".into()]))]);
        let described = || {
            let missing = [Missing::value("09"), Missing::value("none")];
            missing.into_iter().fold(Variable::new("c", Kind::Text).with_labels("c"), Variable::with_missing)
        };
        let mut variable = described();
        let unfit = fit_to_kind(&mut variable, &Kind::INTEGER, &mut sets, "t");
        assert_eq!((unfit.labels, unfit.missing), (false, 1));
        assert_eq!((variable.kind, variable.missing), (Kind::INTEGER, vec![Missing::value(9)]));
        assert_eq!(sets[&variable.labels.unwrap()], codes([1.into(), 10.into()]));
        // Two codes that are one number are none.
        sets.insert("c".to_owned(), codes(["01".into(), "1".into()]));
        let mut variable = described();
        assert!(fit_to_kind(&mut variable, &Kind::FLOAT, &mut sets, "t").labels && variable.labels.is_none());
        // Numbers are texts, but for what lies between two of them.
        let mut variable = Variable::new("c", Kind::INTEGER).with_missing(Missing::value(-9));
        variable.missing.push(Missing::range(None, Some((-1).into())));
        let unfit = fit_to_kind(&mut variable, &Kind::Text, &mut sets, "t");
        assert_eq!((variable.missing, unfit.missing), (vec![Missing::value("-9")], 1));
    }

    #[test]
    fn sets_of_one_name_and_other_labels_are_both_there() {
        let set = |label: &str| ValueLabels::new().with(1, label);
        let mut known = BTreeMap::from([("yes".to_owned(), set("Yes"))]);
        let own = BTreeMap::from([("yes".to_owned(), set("Oui"))]);
        assert_eq!(adopt_labels(&mut known, &own, "t", "yes").as_deref(), Some("t_yes"));
        assert_eq!(adopt_labels(&mut known, &own, "t", "yes").as_deref(), Some("t_yes"));
        assert_eq!((known.len(), adopt_labels(&mut known, &own, "t", "no")), (2, None));
    }
}
