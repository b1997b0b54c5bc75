//! Builds the codebook of a file.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use exporter_core::codebook::{
    Alignment, Attribute, Codebook, DeclaredFacts, DisplayFormat, Kind, Missing as DeclaredMissing,
    MissingValues, Period, SortKey, Table, Text, TimeUnit, Value, ValueLabel, ValueLabels, Variable,
};
use exporter_core::dataset::arrow_type;

use crate::characteristics::DATASET;
use crate::dataset::delivery::{Code, Delivery, Recode, can_deliver};
use crate::dataset::input::Letters;
use crate::dataset::restore::Kept;
use crate::missing::Missing;
use crate::reader::{self, ColumnType, Dictionary, ValueFacts};
use crate::spec_storage::StorageType;

/// Describes `variables` of a file; `facts` is empty when no pass was made.
pub(super) fn describe(
    dictionary: &Dictionary,
    name: &str,
    variables: &[usize],
    kinds: &[ColumnType],
    facts: &[Option<ValueFacts>],
    letters: Letters,
) -> (Codebook, Vec<Delivery>) {
    let kept = Kept::of(dictionary);
    let renamed = kept.sets();
    let mut work = Work {
        dictionary,
        kept,
        renamed,
        languages: Vec::new(),
        codebook: Codebook::new(name),
        taken: HashSet::new(),
    };
    work.study();
    let mut table = work.table(name);
    work.value_label_sets();
    let mut columns = Vec::with_capacity(variables.len());
    for (position, (index, kind)) in variables.iter().zip(kinds).enumerate() {
        let Some(stored) = dictionary.variables.get(*index) else { continue };
        let facts = facts.get(position).and_then(Option::as_ref);
        let (variable, delivery) = work.variable(*index, stored, *kind, facts, letters);
        table.variables.push(variable);
        columns.push(delivery);
    }
    let sorted = dictionary.sort.iter().map_while(|index| variables.iter().position(|v| v == index));
    let sorted = sorted.filter_map(|position| table.variables.get(position));
    table.sort = sorted.map(|variable| SortKey::Ascending(variable.name.clone())).collect();
    let mut codebook = work.codebook;
    codebook.tables.push(table);
    (codebook, columns)
}

struct Work<'d> {
    dictionary: &'d Dictionary,
    kept: Kept<'d>,
    /// Names of sets in the file to those in the codebook.
    renamed: BTreeMap<String, String>,
    /// Languages beside the current one, by their names in the file and their tags.
    languages: Vec<(&'d str, String)>,
    codebook: Codebook,
    /// Names of variables given so far.
    taken: HashSet<String>,
}

impl<'d> Work<'d> {
    /// Takes the study back and gives the file's languages their tags.
    fn study(&mut self) {
        if let Some(study) = self.kept.study() {
            self.codebook.study = study;
        }
        let known = self.codebook.study.languages.clone();
        let legal = |tag: &str| tag.replace(|c: char| !c.is_alphanumeric(), "_");
        for language in &self.kept.languages {
            let tag = known.iter().find(|tag| legal(tag) == legal(language));
            self.languages.push((language, tag.map_or_else(|| (*language).to_owned(), String::clone)));
        }
        let languages = &mut self.codebook.study.languages;
        if languages.is_empty() && !self.languages.is_empty() {
            languages.push(self.dictionary.current_language().to_owned());
            languages.extend(self.languages.iter().map(|(_, tag)| tag.clone()));
        }
    }

    fn table(&mut self, name: &str) -> Table {
        let d = self.dictionary;
        let mut table = self.kept.table().unwrap_or_else(|| Table::new(name, Vec::new()));
        table.variables.clear();
        // A label that our writer kept as JSON holds its translations already.
        if table.label.is_empty() {
            table.label = Text::new(&d.label);
            for (language, tag) in &self.languages {
                if let Some(label) = self.kept.label(DATASET, language) {
                    table.label.set(tag, label);
                }
            }
        }
        if table.notes.is_empty() {
            table.notes = self.kept.notes(DATASET).into_iter().map(Text::new).collect();
        }
        for (name, contents) in self.kept.free(DATASET) {
            table.notes.push(Text::new(format!("{name}: {contents}")));
        }
        for alias in d.variables.iter().filter(|variable| variable.storage == StorageType::Alias) {
            let from = self.kept.get(&alias.name, "fralias_from").unwrap_or("unknown");
            table.notes.push(Text::new(format!(
                "alias variable {} is left out: its values are in another frame, linked by {from}",
                alias.name
            )));
        }
        table
    }

    /// All sets of the file without the labels of missing values, with their translations.
    fn value_label_sets(&mut self) {
        let d = self.dictionary;
        let used: HashSet<&str> = d.variables.iter().map(|variable| variable.value_labels.as_str()).collect();
        let mut translations = HashSet::new();
        for set in &d.value_labels {
            let others = self.translated(&set.name);
            translations.extend(others.iter().map(|(_, other)| other.name.as_str()));
            let by_value = |(tag, other): &(String, &'d reader::ValueLabels)| {
                (tag.clone(), other.iter().collect::<HashMap<i32, &str>>())
            };
            let others: Vec<_> = others.iter().map(by_value).collect();
            let mut labels = ValueLabels::new();
            let attached = used.contains(set.name.as_str());
            for (value, text) in
                set.iter().filter(|(value, _)| !attached || Missing::from_long(*value).is_none())
            {
                let mut label = Text::new(text);
                for (tag, other) in &others {
                    if let Some(text) = other.get(&value) {
                        label.set(tag, *text);
                    }
                }
                labels = labels.with(i64::from(value), label);
            }
            // Labels of missing values stand with these; a set of nothing else has no entry left.
            if !labels.is_empty() {
                let name = self.set_name(&set.name).to_owned();
                self.codebook.value_labels.insert(name, labels);
            }
        }
        // A set that serves another language only is not one of its own.
        for name in translations.into_iter().filter(|name| !used.contains(name)) {
            self.codebook.value_labels.remove(name);
        }
        self.codebook.value_labels.extend(self.kept.whole_sets());
    }

    /// Name in the codebook of a set of the file.
    fn set_name<'s>(&'s self, set: &'s str) -> &'s str {
        self.renamed.get(set).map_or(set, String::as_str)
    }

    /// Sets in other languages of the variables that use `set`.
    fn translated(&self, set: &str) -> Vec<(String, &'d reader::ValueLabels)> {
        let mut found = Vec::new();
        for (language, tag) in &self.languages {
            let mut users = self.dictionary.variables.iter().filter(|variable| variable.value_labels == set);
            let name = users.find_map(|variable| self.kept.set(&variable.name, language));
            if let Some(other) = name.and_then(|name| self.dictionary.value_labels(name)) {
                found.push((tag.clone(), other));
            }
        }
        found
    }

    fn variable(
        &mut self,
        index: usize,
        stored: &reader::Variable,
        column: ColumnType,
        facts: Option<&ValueFacts>,
        letters: Letters,
    ) -> (Variable, Delivery) {
        let natural = column.arrow(stored.storage);
        let natural_kind = kind_of(column, stored.storage);
        let (mut variable, has_kind) = self
            .kept
            .variable(&stored.name)
            .unwrap_or_else(|| (Variable::new("", natural_kind.clone()), false));
        variable.name = match self.kept.name(&stored.name) {
            Some(original) if !self.taken.contains(original) => original.to_owned(),
            _ => stored.name.clone(),
        };
        self.taken.insert(variable.name.clone());
        self.labels(&mut variable, stored);
        let present = present_letters(stored, self.dictionary, facts, letters);
        let values = self.kept.letters(&stored.name);
        let mut recode = recorded(&variable, &values, &present, column, stored.storage);
        let mapped =
            present.iter().all(|m| recode.iter().any(|r| r.from == Code::of(*m, column, stored.storage)));
        if !has_kind || !restorable(&variable, &natural, facts, mapped) {
            variable.kind = natural_kind;
        }
        if !fits(&recode, &variable.kind) {
            recode.clear();
            variable.kind = kind_of(column, stored.storage);
        }
        if recode.is_empty() {
            variable.missing.clear();
        }
        self.declare(&mut variable, stored, &present, column, &recode);
        self.formats(&mut variable, stored, column, facts);
        let delivery = Delivery::new(index, &variable.name, arrow_type(&variable.kind), recode);
        (variable, delivery)
    }

    fn labels(&self, variable: &mut Variable, stored: &reader::Variable) {
        if variable.label.is_empty() {
            variable.label = Text::new(&stored.label);
            for (language, tag) in &self.languages {
                if let Some(label) = self.kept.label(&stored.name, language) {
                    variable.label.set(tag, label);
                }
            }
        }
        if !stored.value_labels.is_empty() {
            variable.labels = Some(self.set_name(&stored.value_labels).to_owned());
        }
        // Stata accepts the name of a set that is not in the file; a codebook does not.
        variable.labels = variable.labels.take().filter(|name| self.codebook.value_labels.contains_key(name));
        if variable.notes.is_empty() {
            variable.notes = self.kept.notes(&stored.name).into_iter().map(Text::new).collect();
        }
        for (name, contents) in self.kept.free(&stored.name) {
            variable.attributes.entry(name.to_owned()).or_insert_with(|| Attribute::One(contents.to_owned()));
        }
    }

    /// Declares the missing values that our writer did not record, and gives the recorded ones their labels back.
    fn declare(
        &mut self,
        variable: &mut Variable,
        stored: &reader::Variable,
        present: &[Missing],
        column: ColumnType,
        recode: &[Recode],
    ) {
        for missing in present {
            let label = self.letter_label(&stored.value_labels, *missing, stored).unwrap_or_default();
            let code = Code::of(*missing, column, stored.storage);
            let Some(recorded) = recode.iter().find(|recode| recode.from == code) else {
                let mut declared = DeclaredMissing::value(value_of(code, column)).label(label);
                declared.letter = missing.letter();
                variable.missing.push(declared);
                continue;
            };
            let value = value_of(recorded.to, column);
            let labelled = variable.missing.iter().any(|m| m.contains(&value) && !m.label.is_empty());
            if labelled || label.is_empty() {
                continue;
            }
            match variable.labels.as_ref().and_then(|set| self.codebook.value_labels.get_mut(set)) {
                // The label stood in the set, beside those of ordinary values.
                Some(set) if set.get(&value).is_none() => {
                    let place = set.entries.partition_point(|entry| entry.value < value);
                    set.entries.insert(place, ValueLabel { value, label });
                }
                Some(_) => {}
                None => {
                    if let Some(declared) = variable.missing.iter_mut().find(|m| m.contains(&value)) {
                        declared.label = label;
                    }
                }
            }
        }
    }

    /// The label on a missing value in a set, with translations.
    fn letter_label(&self, set: &str, missing: Missing, stored: &reader::Variable) -> Option<Text> {
        let text = |set: &str| {
            let set = self.dictionary.value_labels(set)?;
            set.iter().find(|(value, _)| *value == missing.long()).map(|(_, text)| text)
        };
        let mut label = Text::new(text(set)?);
        for (language, tag) in &self.languages {
            if let Some(text) = self.kept.set(&stored.name, language).and_then(text) {
                label.set(tag, text);
            }
        }
        Some(label)
    }

    fn formats(
        &self,
        variable: &mut Variable,
        stored: &reader::Variable,
        column: ColumnType,
        facts: Option<&ValueFacts>,
    ) {
        let format = variable.format.get_or_insert_with(|| display_format(&stored.format));
        format.native.insert("stata".to_owned(), stored.format.clone());
        if variable.alignment.is_none() && stored.format.starts_with("%-") {
            variable.alignment = Some(Alignment::Left);
        }
        // What the writer recorded may be out of date, what the file says is not.
        variable.facts = DeclaredFacts::default();
        if let (StorageType::Str(width), true) = (stored.storage, self.dictionary.release.is_utf8()) {
            variable.facts.max_bytes = Some(width.into());
        }
        let plain = matches!(variable.kind, Kind::Integer { .. }) && column == ColumnType::Number;
        if let (true, true, Some((min, max))) =
            (plain, variable.missing.is_empty(), facts.and_then(ValueFacts::range))
        {
            variable.facts.min = Some(Value::Integer(min as i64));
            variable.facts.max = Some(Value::Integer(max as i64));
        }
    }
}

fn kind_of(column: ColumnType, storage: StorageType) -> Kind {
    match column {
        ColumnType::Date => Kind::Date,
        ColumnType::DateTime => Kind::DateTime { unit: TimeUnit::Millisecond, zone: None },
        ColumnType::DateTimeUtc => {
            Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("UTC".to_owned()) }
        }
        ColumnType::Period(period) => Kind::Period(match period {
            reader::Period::Year => Period::Year,
            reader::Period::Half => Period::Half,
            reader::Period::Quarter => Period::Quarter,
            reader::Period::Month => Period::Month,
            reader::Period::Week => Period::Week,
        }),
        ColumnType::Binary => Kind::Binary,
        ColumnType::Text | ColumnType::Unavailable => Kind::Text,
        ColumnType::Number => match storage {
            StorageType::Byte => Kind::Integer { bits: 8, signed: true },
            StorageType::Int => Kind::Integer { bits: 16, signed: true },
            StorageType::Long => Kind::Integer { bits: 32, signed: true },
            StorageType::Float => Kind::Float { bits: 32 },
            _ => Kind::FLOAT,
        },
    }
}

/// Letters that a variable declares: those that occur and those with a label, or all of them.
fn present_letters(
    stored: &reader::Variable,
    dictionary: &Dictionary,
    facts: Option<&ValueFacts>,
    letters: Letters,
) -> Vec<Missing> {
    if stored.storage.is_string() || letters == Letters::Null || !dictionary.release.has_extended_missing() {
        return Vec::new();
    }
    if letters == Letters::All {
        return (1..Missing::COUNT).filter_map(Missing::from_number).collect();
    }
    let mut present: Vec<Missing> = facts.into_iter().flat_map(ValueFacts::letters).collect();
    if let Some(set) = dictionary.value_labels(&stored.value_labels) {
        present.extend(
            set.iter().filter_map(|(value, _)| Missing::from_long(value)).filter(|m| *m != Missing::SYSTEM),
        );
    }
    present.sort_unstable();
    present.dedup();
    present
}

/// The values that our writer recorded for letters, in the numbers of the column: `values` where a letter stands for
/// one value, else an end of the range that it stands for.
fn recorded(
    variable: &Variable,
    values: &BTreeMap<char, Value>,
    present: &[Missing],
    column: ColumnType,
    storage: StorageType,
) -> Vec<Recode> {
    let mut recode = Vec::new();
    for missing in present {
        let value = missing.letter().and_then(|letter| values.get(&letter)).or_else(|| {
            let declared = variable.missing.iter().find(|declared| declared.letter == missing.letter())?;
            match &declared.values {
                MissingValues::One(value) => Some(value),
                MissingValues::Range { low, high } => low.as_ref().or(high.as_ref()),
            }
        });
        if let Some(to) = value.and_then(|value| number_of(value, column)) {
            recode.push(Recode { from: Code::of(*missing, column, storage), to });
        }
    }
    recode
}

/// Whether the kind that the writer recorded can be delivered again.
fn restorable(
    variable: &Variable,
    natural: &arrow_schema::DataType,
    facts: Option<&ValueFacts>,
    mapped: bool,
) -> bool {
    let target = arrow_type(&variable.kind);
    if target == *natural {
        return true;
    }
    // Without a pass over the rows, nothing vouches for the values.
    let Some(facts) = facts else {
        return natural == &arrow_schema::DataType::Utf8 && can_deliver(natural, &target, true, None);
    };
    let roomy = matches!(variable.kind, Kind::Integer { bits: 64, signed: true } | Kind::Float { bits: 64 });
    (mapped || roomy) && can_deliver(natural, &target, facts.is_integral(), facts.range())
}

/// Whether the recorded values are numbers of `kind`.
fn fits(recode: &[Recode], kind: &Kind) -> bool {
    recode.iter().all(|recode| match (recode.to, kind) {
        (Code::Whole(value), Kind::Integer { bits, signed }) => {
            let (low, high) = match (*bits, *signed) {
                (64, true) => return true,
                (64, false) => (0, i64::MAX),
                (bits, true) => (-1_i64 << (bits - 1), (1_i64 << (bits - 1)) - 1),
                (bits, false) => (0, (1_i64 << bits) - 1),
            };
            (low..=high).contains(&value)
        }
        (Code::Whole(value), Kind::Boolean) => value == 0 || value == 1,
        (Code::Whole(_) | Code::Real(_), Kind::Float { .. }) => true,
        (Code::Whole(_), kind) => kind.is_temporal(),
        (Code::Real(_), _) => false,
    })
}

/// A declared value in the numbers of a column.
fn number_of(value: &Value, column: ColumnType) -> Option<Code> {
    match (column, value) {
        (ColumnType::Date, Value::Text(text)) => {
            Some(Code::Whole(text.parse::<NaiveDate>().ok()?.to_epoch_days().into()))
        }
        (ColumnType::DateTime | ColumnType::DateTimeUtc, Value::Text(text)) => {
            let text = text.trim_end_matches('Z');
            let time = text.parse::<chrono::NaiveDateTime>().ok();
            let time = time.or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))?;
            Some(Code::Whole(time.and_utc().timestamp_millis()))
        }
        (ColumnType::Text | ColumnType::Binary | ColumnType::Unavailable, _) => None,
        (_, value) => match (value.as_i64(), value.as_f64()) {
            (Some(whole), _) => Some(Code::Whole(whole)),
            (None, real) => real.map(Code::Real),
        },
    }
}

/// The codebook's value for a number of a column.
fn value_of(code: Code, column: ColumnType) -> Value {
    let day =
        |day: i64| NaiveDate::from_epoch_days(day as i32).map_or_else(String::new, |day| day.to_string());
    match (code, column) {
        (Code::Whole(days), ColumnType::Date) => Value::Text(day(days)),
        (Code::Whole(millis), ColumnType::DateTime) => {
            Value::Text(format!("{}T00:00:00", day(millis / 86_400_000)))
        }
        (Code::Whole(millis), ColumnType::DateTimeUtc) => {
            Value::Text(format!("{}T00:00:00Z", day(millis / 86_400_000)))
        }
        (Code::Whole(value), _) => Value::Integer(value),
        (Code::Real(value), _) => Value::Float(value),
    }
}

/// Width and decimals of `%w.d…`; other formats say nothing that a codebook shares.
fn display_format(format: &str) -> DisplayFormat {
    let mut shown = DisplayFormat::default();
    let digits = format.trim_start_matches(['%', '-', '~', '0']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (width, rest) = digits.split_at(end);
    shown.width = width.parse().ok();
    if let Some(rest) = rest.strip_prefix(['.', ',']) {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        shown.decimals = rest.get(..end).and_then(|decimals| decimals.parse().ok());
    }
    shown
}
