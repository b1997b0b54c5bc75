//! Everything decided for one table: its metadata, losses, renames and recodes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use encoding_rs::Encoding;
use exporter_core::codebook::{DisplayFormat, Group, GroupKind, Table, Variable};
use exporter_core::names::{NameRules, legal_unique};
use exporter_core::nested::flatten;
use exporter_core::source::MemoryBytes;
use exporter_core::{
    CHARACTERS, Context, Dataset, EntrySpec, Error, Loss, LossCode, LossReport, Part, Profile, Recode,
    Rename, Result, Scan, TableId, TableProfile, doubles, encoded,
};
use exporter_spss::{
    Format, FormatClass, LongTextOption, TableDescription, Value, VariableDescription, describe,
};

use super::SavExporter;
use super::attributes::{Attributes, dates, role};
use super::embedded::embedded;
use super::split::{Pieces, Split};
use super::write::REPLACED;
use crate::attribute_names::CLOCK;
use crate::error::SavError;
use crate::metadata::{Attribute, SavMetadata, SavVariable, ValueLabels, VariableSet};
use crate::reader::SavReader;
use crate::spec::{DOCUMENT_LINE, SHORT_TEXT};
use crate::translations::{self, Lines, with_rest};
use crate::writer::{Storing, without_cases};

/// One table, decided.
pub(super) struct Decided<'a> {
    pub(super) entry: EntrySpec,
    pub(super) writer: SavTable<'a>,
    pub(super) losses: LossReport,
    pub(super) renames: Vec<Rename>,
    pub(super) recodes: Vec<Recode>,
}

/// What the writing of a table needs.
pub(super) struct SavTable<'a> {
    pub(super) exporter: &'a SavExporter,
    pub(super) metadata: SavMetadata,
    pub(super) storing: Vec<Storing>,
    pub(super) pieces: Pieces,
    pub(super) rows: u64,
}

/// Decides a table.
pub(super) fn plan_table<'a>(
    exporter: &'a SavExporter,
    data: &dyn Dataset,
    id: TableId,
    entry: EntrySpec,
    profile: &Profile,
    context: &Context,
) -> Result<Decided<'a>> {
    let codebook = data.codebook();
    let table = exporter_core::dataset::table_of(codebook, id)?;
    let rows = profile
        .rows(id)
        .or_else(|| data.rows(id))
        .ok_or_else(|| Error::invalid("sav: the number of rows is not known").table(&table.name))?;
    if table.variables.is_empty() {
        let error = Error::unsupported("sav: SPSS has no file without variables").table(&table.name);
        return Err(error.with_hint("leave the table out with tables=, or give it a variable"));
    }
    let choices = exporter.options.choices();
    let replaced = profile.replaced(id, table, choices.encoding(), REPLACED);
    let mut losses: LossReport = replaced.collect();
    let language = codebook.language(context.language());
    let second = exporter.second_languages(codebook, table, context);
    let removed = translations::without(table, &exporter.removed_languages(table, &second));
    let table = removed.as_ref().map_or(table, |(without, _)| without);
    removed.iter().for_each(|(_, loss)| losses.add(loss.clone()));
    let facts = with_json_widths((data, id), table, profile.table(id).cloned().unwrap_or_default(), context)?;
    let split = (choices.long_text == LongTextOption::Split).then(|| Split::of(table, &facts, &choices));
    let split = split.flatten();
    let (table, facts) = split.as_ref().map_or((table, &facts), |split| (&split.table, &split.facts));
    let described = describe(codebook, table, Some(facts), language, &choices)
        .map_err(|error| error.table(&table.name))?;
    let mut metadata = SavMetadata::new();
    metadata.encoding = exporter.options.encoding()?;
    metadata.label.clone_from(&described.label);
    if exporter.options.timestamp {
        metadata.created = timestamp(context.clock().unix_seconds());
    }
    let mut attributes = Attributes::new(choices.encoding);
    let mut sets = Sets::default();
    let mut storing = Vec::with_capacity(table.variables.len());
    for (variable, spss) in table.variables.iter().zip(&described.variables) {
        let mut stored = stored(variable, spss);
        let mut ours = own_attributes(variable, spss);
        let labels = (!second.is_empty()).then(|| Lines::of(variable, spss));
        let mut translations: Vec<Attribute> = Vec::new();
        for (tag, lines) in second.iter().flat_map(|tag| Some((tag, labels.as_ref()?))) {
            let (attributes, lost) = lines.written(codebook, tag);
            translations.extend(attributes);
            lost.into_iter().for_each(|loss| losses.add(loss.table(&table.name)));
        }
        let own = with_rest(&variable.attributes, &mut translations);
        ours.extend(translations);
        stored.attributes = attributes.of_variable(&own, ours);
        stored.value_labels = sets.of(spss, &mut metadata.value_labels);
        metadata.variables.push(stored);
        storing.push(Storing { conversion: spss.conversion, reasons: spss.reasons.clone() });
    }
    let of_groups = |loss: &Loss| exporter.options.codebook && loss.code == LossCode::GROUP_DROPPED;
    for loss in described.losses.iter() {
        if of_groups(loss) {
            sets_not_shown(loss, table, &entry.path).into_iter().for_each(|loss| losses.add(loss));
        } else {
            losses.add(loss.clone());
        }
    }
    weight(table, &described, &mut metadata, &mut losses);
    metadata.response_sets.clone_from(&described.sets);
    let columns = table.columns_by_name();
    metadata.variable_sets = variable_sets(table, &columns, &mut losses);
    let notes = table.notes.iter().map(|note| note.get(language)).filter(|note| !note.is_empty());
    metadata.documents = notes.flat_map(|note| lines(note, metadata.encoding)).collect();
    metadata.attributes = attributes.of_file(&codebook.study.attributes, &table.attributes);
    metadata.dates = dates(table, &columns, &mut attributes);
    let place = |error: SavError| Error::from(error).table(&table.name);
    let (empty, replaced) = without_cases(&metadata, &storing).map_err(place)?;
    if exporter.options.codebook {
        // What a reader finds: blanks at the end, characters that the encoding lacks and the like are not.
        let written = SavReader::open(Arc::new(MemoryBytes::new(empty))).map_err(place)?;
        metadata.attributes.extend(embedded(
            codebook,
            table,
            &described,
            written.metadata(),
            language,
            &second,
        )?);
    }
    attributes.losses().for_each(|loss| losses.add(loss.table(&table.name)));
    if replaced > 0 {
        let loss =
            Loss::new(LossCode::TEXT_REPLACED, "characters of labels outside the encoding stored as ?");
        losses.add(loss.table(&table.name).count(replaced).counting(CHARACTERS));
    }
    let recodes = recodes(table, &described);
    let pieces = split.map(|split| {
        let names: Vec<&str> = described.variables.iter().map(|spss| spss.name.as_str()).collect();
        split.losses(&names).for_each(|loss| losses.add(loss));
        split.pieces
    });
    Ok(Decided {
        entry: entry.rows(rows),
        recodes,
        renames: described.renames,
        losses,
        writer: SavTable { exporter, metadata, storing, pieces: pieces.unwrap_or_default(), rows },
    })
}

/// The facts with the bytes of nested values as JSON, which no profile counts.
fn with_json_widths(
    (data, id): (&dyn Dataset, TableId),
    table: &Table,
    mut facts: TableProfile,
    context: &Context,
) -> Result<TableProfile> {
    let nested = table.variables.iter().enumerate().filter(|(_, variable)| variable.kind.is_nested());
    let nested: Vec<usize> = nested.map(|(column, _)| column).collect();
    if nested.is_empty() {
        return Ok(facts);
    }
    let mut widths = vec![0; nested.len()];
    for batch in context.scan(data, id, &Scan::all().columns(nested.clone()))? {
        for (width, column) in widths.iter_mut().zip(flatten(batch?, &[])?.columns()) {
            let texts = column.as_string_opt::<i32>().into_iter().flatten().flatten();
            *width = texts.map(str::len).max().unwrap_or(0).max(*width);
        }
    }
    for (column, width) in nested.into_iter().zip(widths) {
        facts.columns.entry(column).or_default().max_bytes = Some(width as u64);
    }
    Ok(facts)
}

/// A variable as the file has it, without its labelled values.
fn stored(variable: &Variable, spss: &VariableDescription) -> SavVariable {
    let width = spss.text_bytes.map(|width| u16::try_from(width).unwrap_or(u16::MAX));
    let name = spss.name.as_str();
    let mut stored = match width {
        Some(width) => SavVariable::text(name, width),
        None => SavVariable::number(name, spss.format.unwrap_or_else(Format::number)),
    };
    stored.label.clone_from(&spss.label);
    // Bytes in hexadecimal digits.
    let native = |format: &Option<DisplayFormat>| Format::parse(format.as_ref()?.native.get("spss")?);
    let hexadecimal = |format: &Format| {
        format.name() == "AHEX" && width.is_some_and(|width| width < 128 && format.width == 2 * width)
    };
    if let Some(print) = native(&variable.format).filter(hexadecimal) {
        (stored.print, stored.write) = (print, print);
    }
    let suits = |format: &Format| match width {
        Some(width) => hexadecimal(format) || *format == Format::text(width),
        None => format.class() != FormatClass::Text,
    };
    if let Some(native) = native(&variable.write_format).filter(suits) {
        stored.write = native;
    }
    stored.missing = spss.missing.clone();
    stored.measure = spss.measure;
    // SPSS would not show a column without width.
    stored.column_width = Some(variable.column_width.unwrap_or_else(|| stored.usual_column_width()).max(1));
    stored.alignment = Some(variable.alignment.unwrap_or_else(|| stored.usual_alignment()));
    stored
}

/// The role of a variable and the clock that it shows, as attributes.
fn own_attributes(variable: &Variable, spss: &VariableDescription) -> Vec<Attribute> {
    let clock = spss.clock.as_ref().map(|clock| Attribute::new(CLOCK, vec![clock.clone()]));
    variable.role.map(role).into_iter().chain(clock).collect()
}

/// Sets of value labels that are written, shared by variables with the same ones.
#[derive(Default)]
struct Sets {
    /// By the place of the labels in memory, which variables share, and whether they are of long texts, which have a record
    /// for each variable.
    known: HashMap<(usize, bool), usize>,
    /// Sets by a hash of their labels: missing values with labels of their own make equal ones apart.
    equal: HashMap<(u64, bool), Vec<usize>>,
}

impl Sets {
    fn of(&mut self, spss: &VariableDescription, sets: &mut Vec<ValueLabels>) -> Option<usize> {
        if spss.labels.is_empty() {
            return None;
        }
        let is_long = spss.text_bytes.is_some_and(|width| width > SHORT_TEXT as u64);
        let equal = &mut self.equal;
        let position = self.known.entry((Arc::as_ptr(&spss.labels).addr(), is_long)).or_insert_with(|| {
            let equal = equal.entry((hash(&spss.labels), is_long)).or_default();
            let is_equal = |set: &usize| sets.get(*set).is_some_and(|set| set.labels == *spss.labels);
            equal.iter().copied().find(is_equal).unwrap_or_else(|| {
                sets.push(ValueLabels::new(spss.labels.to_vec()));
                equal.push(sets.len() - 1);
                sets.len() - 1
            })
        });
        Some(*position)
    }
}

/// A hash that equal labels share.
fn hash(labels: &[(Value, String)]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (value, label) in labels {
        match value {
            // Zero has two signs.
            Value::Number(number) => (number + 0.0).to_bits().hash(&mut hasher),
            Value::Text(text) => text.hash(&mut hasher),
        }
        label.hash(&mut hasher);
    }
    hasher.finish()
}

/// Declares the first weight; SPSS has one.
fn weight(table: &Table, described: &TableDescription, metadata: &mut SavMetadata, losses: &mut LossReport) {
    let is_number =
        |column: &usize| described.variables.get(*column).is_some_and(|spss| spss.text_bytes.is_none());
    let weights: Vec<usize> = table
        .variables
        .iter()
        .enumerate()
        .filter(|(_, variable)| variable.weight)
        .map(|(column, _)| column)
        .collect();
    metadata.weight = weights.iter().copied().find(is_number);
    for column in weights.iter().filter(|column| Some(**column) != metadata.weight) {
        let loss =
            Loss::new(LossCode::METADATA_DROPPED, "SPSS has one weight variable; this one is not used");
        let name = table.variables.get(*column).map_or("", |variable| variable.name.as_str());
        losses.add(loss.part(Part::Weight).table(&table.name).variable(name));
    }
}

/// What becomes of the groups of a loss that the stored codebook has: SPSS misses those that are multiple response sets.
fn sets_not_shown(loss: &Loss, table: &Table, entry: &str) -> Option<Loss> {
    let name = &loss.first.as_ref()?.value;
    let of_responses = |group: &&Group| {
        matches!(group.kind, GroupKind::MultipleCategory | GroupKind::MultipleDichotomy { .. })
    };
    table.groups.iter().filter(of_responses).find(|group| group.name == *name)?;
    let (sets, are) = match loss.count {
        1 => (format!("the multiple response set {name}"), "is"),
        count => (format!("{count} multiple response sets, {name} first,"), "are"),
    };
    let where_it_is = "only in the codebook in the file, which SPSS does not show";
    let action = format!("{sets} {are} {where_it_is}: {}", loss.action);
    let shown = Loss::new(LossCode::GROUP_DROPPED, action).part(Part::Groups).table(&table.name);
    Some(shown.count(loss.count).first(None, name).held_by(entry))
}

/// Groups that are variable sets.
fn variable_sets(table: &Table, columns: &HashMap<&str, usize>, losses: &mut LossReport) -> Vec<VariableSet> {
    let groups: Vec<&Group> = table.groups.iter().filter(|group| group.kind == GroupKind::Set).collect();
    // What ends the name, and the line; blanks at the end are none of it.
    let allows = |character: char, _| !matches!(character, '=' | '\n' | '\r' | '\0');
    let trimmed: Vec<&str> = groups.iter().map(|group| group.name.trim_end()).collect();
    let names = legal_unique(&trimmed, &NameRules::new(usize::MAX, usize::MAX, &allows, "set"));
    let set = |(group, name): (&Group, String)| {
        if name != group.name {
            losses.add(exporter_spss::renamed_group(group, &name).table(&table.name));
        }
        VariableSet::new(
            name,
            group.members.iter().filter_map(|member| columns.get(member.as_str()).copied()).collect(),
        )
    };
    groups.into_iter().zip(names).map(set).collect()
}

/// The lines of a note, none longer than a line of the document record.
fn lines(note: &str, encoding: &'static Encoding) -> Vec<String> {
    let mut lines = Vec::new();
    // Blank lines at the end are lines.
    for line in note.split('\n').map(|line| line.trim_end_matches('\r')) {
        let mut rest = line;
        loop {
            let mut head = encoded::to_bytes(encoding, rest, DOCUMENT_LINE);
            if head.len() < rest.len()
                && let Some(blank) = head.rfind(' ').filter(|blank| *blank > 0)
            {
                head = rest.get(..blank).unwrap_or(head);
            }
            lines.push(head.to_owned());
            rest = rest.get(head.len()..).unwrap_or_default().trim_start();
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// Reasons that become numbers.
fn recodes(table: &Table, described: &TableDescription) -> Vec<Recode> {
    let mut recodes = Vec::new();
    for (variable, spss) in table.variables.iter().zip(&described.variables) {
        if spss.reasons.iter().flatten().eq(&variable.facts.reason_numbers) {
            // They stood for them before.
            continue;
        }
        for (declared, code) in variable.missing.iter().zip(&spss.reasons) {
            let Some(code) = code else { continue };
            let from = declared.letter.map_or_else(|| "a reason".to_owned(), |letter| format!(".{letter}"));
            let recode = Recode::new(&table.name, &variable.name, from, doubles::shown(*code));
            let label = spss.labels.iter().find(|(value, _)| *value == Value::Number(*code));
            recodes.push(recode.label(label.map_or("", |(_, label)| label.as_str())));
        }
    }
    recodes
}

/// `dd Mmm yy` and `hh:mm:ss` in UTC (2).
fn timestamp(unix_seconds: i64) -> (String, String) {
    let time = chrono::DateTime::from_timestamp(unix_seconds, 0);
    time.map_or_else(Default::default, |time| {
        (time.format("%d %b %y").to_string(), time.format("%H:%M:%S").to_string())
    })
}
