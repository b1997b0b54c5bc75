//! A codebook compared with what a format carries.

use std::collections::HashSet;

use super::{Carry, Part};
use crate::codebook::{
    Codebook, DisplayFormat, Document, Group, Missing, Question, Roster, Study, Table, TableKind, Text,
    ValueLabel, ValueLabels, Variable,
};
use crate::dataset::{Dataset, TableId};
use crate::exporter::Exporter;
use crate::loss::{Loss, LossReport};
use crate::profile::{Facts, Profile, ProfileRequest};

/// What an entry of each table lacks of the codebook, by what its format carries. Of declared missing reasons those are lost that occur, where the profile knows them.
///
/// The structs of the codebook are taken apart without `..`, so that a field added to them does not compile until it
/// belongs to a part.
pub fn losses(codebook: &Codebook, carries: &dyn Fn(Part) -> Carry, profile: &Profile) -> LossReport {
    let mut comparison = Comparison { carries, profile, table: None, report: LossReport::default() };
    comparison.codebook(codebook);
    comparison.report
}

/// Asks how often missing reasons occur, where the exporter does not carry them.
pub(crate) fn needs(exporter: &dyn Exporter, data: &dyn Dataset, request: &mut ProfileRequest) {
    if !matches!(exporter.carries(Part::MissingReasons), Carry::Dropped(_) | Carry::Changed(..)) {
        return;
    }
    let entries = exporter.entries(data.codebook());
    let is_written = |id| entries.iter().any(|entry| entry.is_about(TableId(id)));
    for (id, table) in data.codebook().tables.iter().enumerate().filter(|(id, _)| is_written(*id)) {
        for (column, _) in table.variables.iter().enumerate().filter(|(_, variable)| variable.has_reasons()) {
            request.column(TableId(id), column, Facts::REASONS);
        }
    }
}

struct Comparison<'a> {
    carries: &'a dyn Fn(Part) -> Carry,
    profile: &'a Profile,
    table: Option<(TableId, &'a str)>,
    report: LossReport,
}

impl<'a> Comparison<'a> {
    /// A part that occurs `count` times, the first one called `first`.
    fn part(&mut self, part: Part, variable: Option<&str>, count: usize, first: &str) {
        if count == 0 {
            return;
        }
        let mut loss = match (self.carries)(part) {
            Carry::Whole | Carry::Limited => return,
            Carry::Changed(code, action) => Loss::new(code, action),
            Carry::Dropped(action) => Loss::new(part.loss_code(), action),
        };
        loss.count = count as u64;
        loss.part = Some(part);
        loss.table = self.table.map(|(_, name)| name.to_owned());
        loss.variable = variable.map(str::to_owned);
        if !first.is_empty() {
            loss = loss.first(None, first);
        }
        self.report.add(loss);
    }

    fn codebook(&mut self, codebook: &'a Codebook) {
        let Codebook { version: _, study, tables, value_labels, documents } = codebook;
        self.study(study);
        let first = documents.first().map_or("", |document| document.name.as_str());
        self.part(Part::Documents, None, documents.len(), first);
        // The description of a dropped document is dropped with it.
        if matches!((self.carries)(Part::Documents), Carry::Whole | Carry::Limited) {
            let is_described = |document: &&Document| {
                !document.title.is_empty() || document.language.is_some() || document.uri.is_some()
            };
            let described: Vec<&Document> = documents.iter().filter(is_described).collect();
            let first = described.first().map_or("", |document| document.name.as_str());
            self.part(Part::DocumentDescription, None, described.len(), first);
        }
        let used: HashSet<&str> = tables
            .iter()
            .flat_map(|table| &table.variables)
            .filter_map(|variable| variable.labels.as_deref())
            .collect();
        let mut unused = value_labels.keys().filter(|name| !used.contains(name.as_str()));
        let first = unused.next();
        let count = usize::from(first.is_some()) + unused.count();
        self.part(Part::UnusedValueLabels, None, count, first.map_or("", String::as_str));
        for (index, table) in tables.iter().enumerate() {
            self.table = Some((TableId(index), &table.name));
            self.table(codebook, table);
        }
    }

    fn study(&mut self, study: &Study) {
        let Study {
            id: _,
            identifiers,
            version,
            title,
            summary,
            languages,
            authors,
            producers,
            funders,
            distributors,
            depositors,
            contacts,
            keywords,
            countries,
            geography,
            bounding_box,
            collection_period,
            further_collection_periods,
            universe,
            analysis_unit,
            data_kinds,
            sampling,
            weighting,
            collection_modes,
            instruments,
            software,
            response_rate,
            licence,
            access,
            citation,
            series,
            related_materials,
            notes,
            attributes,
        } = study;
        self.part(Part::StudyTitle, None, usize::from(!title.is_empty()), "");
        self.part(Part::Languages, None, languages.len().saturating_sub(1), "");
        let texts = [
            summary,
            geography,
            universe,
            analysis_unit,
            sampling,
            weighting,
            response_rate,
            licence,
            access,
            citation,
        ];
        let lists = [
            identifiers.len(),
            further_collection_periods.len(),
            software.len(),
            countries.len(),
            related_materials.len(),
            attributes.len(),
        ];
        let agents = [authors, producers, funders, distributors, depositors, contacts].map(Vec::len);
        let lists_of_texts = [keywords, data_kinds, collection_modes, instruments, notes].map(Vec::len);
        let single =
            [version.is_some(), bounding_box.is_some(), collection_period.is_some(), series.is_some()];
        let described = how_many(&texts.map(|text| !text.is_empty()))
            + how_many(&single)
            + lists.iter().chain(&agents).chain(&lists_of_texts).sum::<usize>();
        self.part(Part::StudyDescription, None, described, "");
    }

    fn table(&mut self, codebook: &Codebook, table: &Table) {
        // The number of rows and what the table is in its study follow from the rows and from its parent.
        let Table {
            name: _,
            label,
            kind,
            variables,
            groups,
            key,
            parent,
            roster,
            sort,
            notes,
            rows: _,
            attributes,
        } = table;
        self.part(Part::TableLabel, None, usize::from(!label.is_empty()), "");
        self.part(Part::TableNotes, None, texts(notes), "");
        let linked = usize::from(!key.is_empty()) + usize::from(parent.is_some());
        let is_special = usize::from(!matches!(kind, TableKind::Main | TableKind::Roster));
        self.part(Part::Keys, None, linked + is_special, "");
        self.part(Part::SortOrder, None, sort.len(), "");
        for group in groups {
            self.group(codebook, group);
        }
        if let Some(Roster { source, trigger, section, after }) = roster {
            let told = [source.is_some(), trigger.is_some(), section.is_some(), after.is_some()];
            self.part(Part::QuestionLogic, None, how_many(&told), "");
        }
        self.part(Part::Attributes, None, attributes.len(), "");
        for (column, variable) in variables.iter().enumerate() {
            self.variable(codebook, column, variable);
        }
    }

    fn group(&mut self, codebook: &Codebook, group: &Group) {
        let Group {
            name,
            label: _,
            kind: _,
            text,
            instructions,
            enablement,
            validations,
            question,
            label_source: _,
            source_id,
            members: _,
        } = group;
        self.part(Part::Groups, None, 1, name);
        // Formats that have groups have no place for their questions; these have parts of their own.
        let told = [!text.is_empty(), !instructions.is_empty(), enablement.is_some(), source_id.is_some()];
        let asked = question.as_ref().map_or(0, |question| {
            let (texts, _, logic) = question_parts(codebook, question);
            texts + logic
        });
        self.part(Part::QuestionLogic, None, how_many(&told) + validations.len() + asked, name);
    }

    fn variable(&mut self, codebook: &Codebook, column: usize, variable: &Variable) {
        let Variable {
            name,
            label,
            // What becomes of a kind or a name is the format's own matter, and facts are of use to planning alone. Whether labelled
            // numbers were texts elsewhere is told by no other program.
            kind: _,
            facts: _,
            categorical: _,
            unit,
            measure,
            role,
            format,
            write_format,
            alignment,
            column_width,
            labels: _,
            missing,
            question,
            universe,
            concept,
            derivation,
            weight,
            weighted_by,
            sensitivity,
            notes,
            attributes,
        } = variable;
        let own = Some(name.as_str());
        self.part(Part::VariableLabel, own, usize::from(!label.is_empty()), "");
        if let Some(ValueLabels { entries }) = codebook.value_labels_of(variable) {
            self.part(Part::ValueLabels, own, entries.len(), "");
            let cascades = |ValueLabel { value: _, label: _, parent }: &&ValueLabel| parent.is_some();
            self.part(Part::QuestionLogic, own, entries.iter().filter(cascades).count(), "");
        }
        // Rows by declaration; without a profile each declared reason counts for one.
        let known = self.table.and_then(|(id, _)| self.profile.column(id, column)?.reasons.as_ref());
        let rows = |position: usize| match known {
            Some(known) => {
                u8::try_from(position).ok().and_then(|at| known.get(&at)).copied().unwrap_or_default()
            }
            None => 1,
        };
        let reasons = || missing.iter().enumerate().filter(|(_, missing)| missing.is_reason());
        let dropped = || reasons().filter(|(at, _)| rows(*at) > 0).map(|(_, missing)| missing);
        let is_labelled = |Missing { values: _, label, letter: _ }: &&Missing| !label.is_empty();
        self.part(Part::MissingValues, own, missing.len() - reasons().count(), "");
        let first = dropped().find(is_labelled);
        let first = first.map_or("", |reason| reason.label.get(codebook.language(None)));
        let count = reasons().map(|(at, _)| rows(at)).sum::<u64>();
        self.part(Part::MissingReasons, own, usize::try_from(count).unwrap_or(usize::MAX), first);
        let named = dropped().filter(|missing| missing.letter.is_some());
        self.part(Part::ReasonLabels, own, named.filter(is_labelled).count(), first);
        if let Some(DisplayFormat { width: _, decimals: _, style: _, native: _ }) = format {
            self.part(Part::DisplayFormat, own, 1, "");
        }
        self.part(Part::Measure, own, how_many(&[measure.is_some(), role.is_some()]), "");
        let shown = [alignment.is_some(), column_width.is_some(), write_format.is_some()];
        self.part(Part::Alignment, own, how_many(&shown), "");
        self.part(Part::Weight, own, how_many(&[*weight, weighted_by.is_some()]), "");
        if let Some(question) = question {
            let (texts, first, logic) = question_parts(codebook, question);
            self.part(Part::Question, own, texts, first);
            self.part(Part::QuestionLogic, own, logic, "");
        }
        self.part(Part::VariableNotes, own, texts(notes), "");
        let described = how_many(&[unit, universe, concept, derivation].map(|text| !text.is_empty()))
            + usize::from(*sensitivity != Default::default());
        self.part(Part::VariableDescription, own, described, "");
        self.part(Part::Attributes, own, attributes.len(), "");
    }
}

/// How many notes there are; an empty one only holds a number.
fn texts(notes: &[Text]) -> usize {
    notes.iter().filter(|note| !note.is_empty()).count()
}

/// How many texts a question has, the literal one, and how much else is said of it.
fn question_parts<'q>(codebook: &Codebook, question: &'q Question) -> (usize, &'q str, usize) {
    let Question {
        number,
        text,
        pre_text,
        post_text,
        instructions,
        enablement,
        options_filter,
        scope,
        required,
        identifying,
        critical,
        validations,
        kind,
        source_id,
    } = question;
    let texts = [text, pre_text, post_text, instructions].map(|text| !text.is_empty());
    let logic = [
        number.is_some(),
        enablement.is_some(),
        options_filter.is_some(),
        scope.is_some(),
        *required,
        *identifying,
        *critical,
        kind.is_some(),
        source_id.is_some(),
    ];
    (how_many(&texts), text.get(codebook.language(None)), validations.len() + how_many(&logic))
}

fn how_many(there: &[bool]) -> usize {
    there.iter().filter(|there| **there).count()
}
