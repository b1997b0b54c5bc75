//! Writes a document: from a codebook and what its data files make of it to elements in the order of the structure.

mod ids;
mod profile;
mod references;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use exporter_core::codebook::{Codebook, GroupKind, Question, Table, Value, Variable};

use crate::data_file::DataFile;
use crate::mapping::groups::{self, table_note};
use crate::mapping::question::{self, Shared};
use crate::mapping::tables::TableEntry;
use crate::mapping::texts::Languages;
use crate::mapping::variables::{self, ReadVariable, VariableEntry};
use crate::mapping::{documents, note, references as kept_references, stated_file, study, tables};
use crate::options::Profile;
use crate::reader::NO_LANGUAGES;
use crate::reader::inherited::inherit;
use crate::reader::{Counts, LabelSets, link_to};
use crate::statistics::VariableStatistics;
use crate::structure::{Structure, Version};
use exporter_xml::Element;
use ids::Ids;

pub(crate) use ids::document_id;

/// Writes a document: what it is about, and how.
pub(crate) struct DdiWriter<'a> {
    pub(crate) codebook: &'a Codebook,
    /// By table, its data files; the first one names the columns.
    pub(crate) files: &'a [Vec<DataFile>],
    /// By table, its rows.
    pub(crate) rows: &'a [Option<u64>],
    /// By table and variable.
    pub(crate) statistics: &'a [Vec<Option<VariableStatistics>>],
    /// By document, where it is written.
    pub(crate) documents: &'a [Option<String>],
    pub(crate) languages: Languages<'a>,
    pub(crate) version: Version,
    /// Whose habits it is written for.
    pub(crate) profile: Profile,
    /// ISO 8601 day of the document.
    pub(crate) date: Option<&'a str>,
}

/// Bytes that are written at once.
const BUFFER: usize = 256 << 10;

/// Elements on their way out.
struct Out<'w, W> {
    to: &'w mut W,
    text: String,
    structure: &'static Structure,
}

impl<W: Write> Out<'_, W> {
    fn element(&mut self, level: usize, mut element: Element) -> io::Result<()> {
        element.sort(&|parent, child| self.structure.position(parent, child));
        element.write(level, &mut self.text);
        self.flush(BUFFER)
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.text.push_str(text);
        self.text.push('\n');
        Ok(())
    }

    /// Hands on what is there when it is more than so many bytes.
    fn flush(&mut self, more_than: usize) -> io::Result<()> {
        if self.text.len() > more_than {
            self.to.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }
}

impl DdiWriter<'_> {
    /// Goes through all texts as they are written, and writes nothing: what becomes of them is told where the languages say.
    pub(crate) fn tell(&self) {
        let ids = Ids::of(self.codebook);
        study::write(&self.codebook.study, &self.codebook.documents, self.languages, self.structure());
        for (at, table) in self.codebook.tables.iter().enumerate() {
            self.table_entry(at, table, &ids).write();
            let (variables, groups) = ids.members(at);
            for group in &table.groups {
                groups::write(group, table, "", variables, groups, self.languages, self.structure());
            }
            let shared = SharedByVariables::of(table);
            for (column, variable) in table.variables.iter().enumerate() {
                self.spelled(at, (column, variable), &shared, &ids);
            }
        }
        for document in &self.codebook.documents {
            documents::write(document, &self.codebook.study, (None, false), self.languages, self.structure());
        }
    }

    /// Writes the document.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<Counts> {
        let mut out = Out { to, text: String::new(), structure: self.structure() };
        let ids = Ids::of(self.codebook);
        let mut counts = Counts::default();
        out.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        let mut root = String::new();
        self.root().open(&mut root);
        root.push('>');
        out.line(&root)?;
        out.element(1, self.document_description())?;
        out.element(1, self.study())?;
        for (at, table) in self.codebook.tables.iter().enumerate() {
            out.element(1, self.table(at, table, &ids))?;
            counts.files += 1;
        }
        if !self.codebook.tables.is_empty() || !self.codebook.value_labels.is_empty() {
            out.line("  <dataDscr>")?;
            self.data(&mut out, &ids, &mut counts)?;
            out.line("  </dataDscr>")?;
        }
        let containers = documents::containers(&self.codebook.documents, &self.codebook.study);
        let mut inside: Vec<Vec<usize>> = containers.iter().map(|_| Vec::new()).collect();
        for (at, container) in containers.iter().enumerate() {
            if let Some(inside) = container.and_then(|container| inside.get_mut(container)) {
                inside.push(at);
            }
        }
        for (at, _) in containers.iter().enumerate().filter(|(_, container)| container.is_none()) {
            out.element(1, self.document(at, false, &inside))?;
        }
        out.line("</codeBook>")?;
        out.flush(0)?;
        Ok(counts)
    }

    fn structure(&self) -> &'static Structure {
        self.version.structure()
    }

    fn root(&self) -> Element {
        let namespace = self.version.namespace();
        let number = self.version.number();
        let location = format!(
            "{namespace} http://www.ddialliance.org/Specification/DDI-Codebook/{number}/XMLSchema/codebook.xsd"
        );
        let language = self.languages.document().filter(|_| self.profile != Profile::Dataverse);
        let mut id = document_id(&self.codebook.study.id);
        let kept = kept_references::ids(self.codebook);
        while kept.contains(&id) {
            id.push('_');
        }
        Element::new("codeBook")
            .with("xmlns", namespace)
            .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
            .with("xsi:schemaLocation", location)
            .with("ID", id)
            .with("version", number)
            .with_some("xml:lang", language)
    }

    /// The document itself: what it is called and what wrote it.
    fn document_description(&self) -> Element {
        let codebook_study = &self.codebook.study;
        let mut titles = study::titles(codebook_study, self.languages);
        if !codebook_study.id.trim().is_empty() {
            titles.push(Element::new("IDNo").text(format!("DDI_{}", codebook_study.id)));
        }
        let mut citation = Element::new("citation");
        citation.push(titles);
        let mut production = Element::new("prodStmt");
        if let Some(date) = self.date {
            production.push(Element::new("prodDate").with("date", date).text(date));
        }
        let software = Element::new("software").with("version", env!("CARGO_PKG_VERSION")).text("exporter");
        production.push(software);
        citation.push(production);
        let mut description = Element::new("docDscr");
        description.push(citation);
        description
    }

    fn study(&self) -> Element {
        let whole = &self.codebook.study;
        let documents = &self.codebook.documents;
        let mut element = study::write(whole, documents, self.languages, self.structure());
        self.profile.study(whole, self.languages, &mut element);
        let mut read = study::read(&element, "", self.languages.default);
        // The languages of all texts are those of the document.
        read.languages.clone_from(&whole.languages);
        let told = whole.attributes.iter().filter(|(name, _)| documents::is_in_document(documents, name));
        read.attributes.extend(told.map(|(name, value)| (name.clone(), value.clone())));
        element.extend(note::difference(&read, whole));
        if whole.languages.len() != 1 {
            let listed =
                if whole.languages.is_empty() { NO_LANGUAGES.to_owned() } else { whole.languages.join(" ") };
            element.push(note::typed("languages", "", listed));
        }
        element
    }

    fn table_entry<'t>(&'t self, at: usize, table: &'t Table, ids: &Ids<'_>) -> TableEntry<'t> {
        let is_child =
            |other: &&Table| other.parent.as_ref().is_some_and(|parent| parent.table == table.name);
        let children = self.codebook.tables.iter().filter(is_child);
        TableEntry {
            table,
            id: ids.file(at),
            record: ids.record(at),
            children: children
                .filter_map(|child| self.codebook.table(&child.name))
                .map(|(at, _)| ids.record(at))
                .collect(),
            key: table.key.iter().filter_map(|name| ids.variable(at, name)).map(str::to_owned).collect(),
            files: self.files.get(at).map(Vec::as_slice).unwrap_or_default(),
            rows: self.rows.get(at).copied().flatten(),
            languages: self.languages,
            contents_repeat: self.version >= Version::V2_6,
            is_described: tables::is_described(table, self.profile),
            structure: self.structure(),
        }
    }

    fn table(&self, at: usize, table: &Table, ids: &Ids<'_>) -> Element {
        let mut element = self.table_entry(at, table, ids).write();
        self.profile.table(table, &mut element);
        let mut read = tables::read(&element, self.languages.default).table;
        read.key.clone_from(&table.key);
        if stated_file::has_other_types(table, &self.codebook.tables)
            && let Some((rectype, _)) = stated_file::record_type(table)
        {
            read.name = rectype.into();
        }
        let noted: HashSet<String> = read.attributes.keys().cloned().collect();
        let is_told = |name: &str| {
            groups::is_of_group(table, name)
                || !self.has_file(at) && stated_file::is_of_table(table, name) && !noted.contains(name)
        };
        let parent = table.parent.as_ref().and_then(|parent| self.codebook.table(&parent.table));
        if let Some((_, parent)) = parent.filter(|(parent, _)| *parent != at) {
            link_to(&mut read, &parent.name, &parent.key);
        }
        let mut whole = table.clone();
        (whole.variables, whole.groups, whole.rows) = (Vec::new(), Vec::new(), None);
        // What the document says elsewhere is read behind the notes.
        whole.attributes.retain(|name, _| !is_told(name));
        element.extend(note::difference(&read, &whole));
        element
    }

    /// Whether a table has a data file.
    fn has_file(&self, at: usize) -> bool {
        self.files.get(at).is_some_and(|files| !files.is_empty())
    }

    fn data<W: Write>(&self, out: &mut Out<'_, W>, ids: &Ids<'_>, counts: &mut Counts) -> io::Result<()> {
        for (at, table) in self.codebook.tables.iter().enumerate() {
            for group in &table.groups {
                let (variables, groups) = ids.members(at);
                let mut element = groups::write(
                    group,
                    table,
                    &ids.group(at, &group.name),
                    variables,
                    groups,
                    self.languages,
                    self.structure(),
                );
                if self.codebook.tables.len() > 1 && element.attribute("var").is_none() {
                    element.push(table_note(&table.name));
                }
                let (mut read, members) = groups::read(&element, self.languages.default);
                read.members = members.iter().filter_map(|id| ids.name(id)).collect();
                element.extend(note::difference(&read, group));
                out.element(2, element)?;
            }
        }
        let mut sets = LabelSets::default();
        for (at, table) in self.codebook.tables.iter().enumerate() {
            let shared = SharedByVariables::of(table);
            for (column, variable) in table.variables.iter().enumerate() {
                let element = self.variable(at, (column, variable), &shared, ids, &mut sets);
                counts.add(&element);
                out.element(2, element)?;
            }
        }
        // Sets as a reader finds them differ where several variables share one and declare other values missing.
        let note = note::difference(&sets.into_sets(), &self.codebook.value_labels);
        note.map_or(Ok(()), |note| out.element(2, note))
    }

    /// A variable, without what DDI has no place for.
    fn spelled(
        &self,
        at: usize,
        (column, variable): (usize, &Variable),
        shared: &SharedByVariables<'_>,
        ids: &Ids<'_>,
    ) -> Element {
        let none = DataFile::default();
        let file = self.files.get(at).and_then(|files| files.first()).unwrap_or(&none);
        let weight = variable.weighted_by.as_deref().and_then(|name| ids.variable(at, name));
        let of_group = shared.questions.get(variable.name.as_str());
        let shared_id = of_group.map(|of_group| ids.question(at, of_group.group));
        let question = match (&variable.question, of_group.zip(shared_id.as_deref())) {
            (Some(own), _) => Some((&**own, None)),
            (None, Some((GroupQuestion { question, first, .. }, id))) => {
                Some((*question, Some(Shared { id, is_first: *first == variable.name })))
            }
            (None, None) => None,
        };
        let written = |value: &Value| file.value(&variable.name, value);
        let file_id = ids.file(at);
        let is_weight = variable.weight || shared.weights.contains(variable.name.as_str());
        let statistics =
            self.statistics.get(at).and_then(|columns| columns.get(column)).and_then(Option::as_ref);
        VariableEntry {
            variable,
            labels: self.codebook.value_labels_of(variable),
            id: ids.variable(at, &variable.name).unwrap_or_default().to_owned(),
            file: &file_id,
            has_file: self.has_file(at),
            has_places: shared.has_places,
            name: file.name(&variable.name),
            column: column + 1,
            question,
            weight,
            is_weight,
            statistics,
            program: file.program,
            has_letters: file.has_letters,
            has_words_for_booleans: file.has_words_for_booleans,
            written: &written,
            languages: self.languages,
            structure: self.structure(),
        }
        .write()
    }

    fn variable(
        &self,
        at: usize,
        (column, variable): (usize, &Variable),
        shared: &SharedByVariables<'_>,
        ids: &Ids<'_>,
        sets: &mut LabelSets,
    ) -> Element {
        let mut element = self.spelled(at, (column, variable), shared, ids);
        self.profile.variable(column + 1, &mut element);
        let ReadVariable { variable: mut read, labels, .. } =
            variables::read(&element, self.languages.default);
        // What no element says as it was is in a note.
        let is_noted = |name: &str| read.attributes.contains_key(name);
        let is_told =
            |name: &str| !self.has_file(at) && stated_file::is_of_variable(variable, name) && !is_noted(name);
        // Facts are told by rows, but for those of the file of some program.
        let mut whole = variable.clone();
        whole.facts = whole.facts.of_files();
        whole.attributes.retain(|name, _| !is_told(name));
        if shared.questions.contains_key(variable.name.as_str()) && variable.question.is_none() {
            question::forget_shared(&mut read.attributes);
        }
        read.weighted_by.clone_from(&whole.weighted_by);
        read.labels = sets.name_of(&read.name, &labels);
        element.extend(note::difference(&read, &whole));
        sets.add(whole.labels.as_deref(), labels);
        element
    }

    /// A document with those in it; `inside` has by document the numbers of these.
    fn document(&self, at: usize, is_within: bool, inside: &[Vec<usize>]) -> Element {
        let Some(whole) = self.codebook.documents.get(at) else { return Element::default() };
        let path = self.documents.get(at).and_then(Option::as_deref);
        let study = &self.codebook.study;
        let mut element = documents::write(whole, study, (path, is_within), self.languages, self.structure());
        let mut kept = whole.clone();
        kept.bytes = None;
        kept.path = path.map(Into::into);
        // Its texts are in its language where they do not say another one.
        let mut found = element.clone();
        inherit(&mut found, None, self.languages.default);
        let read = documents::read(&found, self.languages.default);
        element.extend(note::difference(&read, &kept));
        element.extend(inside.get(at).into_iter().flatten().map(|inner| self.document(*inner, true, inside)));
        element
    }
}

/// What several variables of a table share: questions that they answer together, weights, and a file that is described.
struct SharedByVariables<'a> {
    /// By variable.
    questions: HashMap<&'a str, GroupQuestion<'a>>,
    /// Variables by which others are weighted.
    weights: HashSet<&'a str>,
    /// Whether a document has said where columns stand.
    has_places: bool,
}

/// The question that the variables of a group answer together.
#[derive(Clone, Copy)]
struct GroupQuestion<'a> {
    group: &'a str,
    question: &'a Question,
    /// The first variable of the group.
    first: &'a str,
}

impl<'a> SharedByVariables<'a> {
    fn of(table: &'a Table) -> Self {
        let mut questions = HashMap::new();
        for group in &table.groups {
            let is_multiple =
                matches!(group.kind, GroupKind::MultipleDichotomy { .. } | GroupKind::MultipleCategory);
            let (Some(question), Some(first)) = (&group.question, group.members.first()) else { continue };
            if !is_multiple {
                continue;
            }
            let question = GroupQuestion { group: &group.name, question, first };
            for member in &group.members {
                questions.entry(member.as_str()).or_insert(question);
            }
        }
        let weights = table.variables.iter().filter_map(|variable| variable.weighted_by.as_deref());
        Self { questions, weights: weights.collect(), has_places: stated_file::has_places(table) }
    }
}
