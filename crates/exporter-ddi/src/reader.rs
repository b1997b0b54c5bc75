//! Reads a document of any version and any habit as a codebook.

mod free_names;
pub(crate) mod inherited;
mod label_sets;
mod links;
mod placing;
mod resolve;
mod sound;
mod unsaid;

use std::collections::BTreeMap;
use std::io::BufRead;

use exporter_core::codebook::{Attribute, Codebook};
use exporter_core::{Loss, LossCode};

use crate::error::{DdiError, Result};
use crate::mapping::coding_instructions;
use crate::mapping::groups;
use crate::mapping::tables::{self, ReadTable};
use crate::mapping::variables::{self, ReadVariable};
use crate::mapping::{documents, note, stated_file, stated_kind, study, texts};
use crate::options::LabelsFrom;
use exporter_xml::{Element, Fault, Item, Position, Tag, XmlReader};
use inherited::inherit;

pub(crate) use label_sets::LabelSets;
pub(crate) use links::link_to;
pub(crate) use sound::legal_file_name;
pub(crate) use unsaid::unsaid;

/// Bytes of one part of a document (a study, a variable) that are read.
const MOST_PART: usize = 64 << 20;
/// Languages of the texts of a document that is read; each is looked for in every text.
const MOST_LANGUAGES: usize = 1000;
/// What stands in a list of languages for none.
pub(crate) const NO_LANGUAGES: &str = "-";
/// The outermost element of a document.
const ROOT: &str = "codeBook";
/// Elements round `codeBook`, as those of OAI-PMH.
const DEEPEST_ROOT: usize = 16;

/// What a document says.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct DdiDocument {
    /// The codebook.
    pub codebook: Codebook,
    /// By table of the codebook, the file that its rows are in.
    pub files: Vec<TableFile>,
    /// What was not taken, and what was read otherwise than it stands there.
    pub losses: Vec<Loss>,
    /// How many there are of what it describes.
    pub counts: Counts,
}

/// How many there are of what a document describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Elements `fileDscr`.
    pub files: u64,
    /// Elements `var`.
    pub variables: u64,
    /// Elements `catgry` in them.
    pub categories: u64,
    /// Those of them that are declared missing.
    pub missing: u64,
}

impl Counts {
    /// Counts a variable.
    pub(crate) fn add(&mut self, var: &Element) {
        self.variables += 1;
        self.categories += var.all("catgry").count() as u64;
        self.missing +=
            var.all("catgry").filter(|category| category.attribute("missing") == Some("Y")).count() as u64;
    }
}

/// The file that the rows of a table are in, as a document describes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TableFile {
    /// What `fileName` names: paths or names, in order.
    pub names: Vec<String>,
    /// Where the file is, as `fileDscr/@URI` says.
    pub uri: Option<String>,
    /// Whether another table names another file that is called the same, in another folder.
    pub has_namesake: bool,
    /// Rows, where they are stated.
    pub rows: Option<u64>,
    /// By name, the SHA-256 of the file in hexadecimal digits, where it is stated.
    pub digests: Vec<Option<String>>,
    /// The encoding of a text, where it is stated.
    pub charset: Option<String>,
    /// Its media type, where it is stated.
    pub media_type: Option<String>,
    /// What it is in words, where it is stated.
    pub format: Option<String>,
    /// Names of files that are read with options of their format, and these.
    pub readings: Vec<(String, serde_json::Value)>,
    /// By variable of the table, the column.
    pub columns: Vec<Column>,
    /// Its structure, where it is more than record groups say.
    pub(crate) structure: Option<String>,
    /// What is said of further files, and fingerprints, as free attributes.
    pub(crate) further: BTreeMap<String, Attribute>,
    /// Of a file with several types of record: the column that holds the type, and the type of this table's.
    pub record: Option<(Column, String)>,
}

/// A column of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Name in the file.
    pub name: String,
    /// Of fixed columns the first and last character, from 1.
    pub characters: Option<(u32, u32)>,
    /// Whether the document says of what kind the values are.
    pub says_kind: bool,
    /// Whether it says so by more than categories and statistics: how the values are stored or represented.
    pub says_format: bool,
    /// Digits behind the decimal point, where they are stated; in fixed columns the point may not be written.
    pub decimals: Option<u8>,
    /// Statistics and frequencies that are stated of the variable.
    pub statistics: u64,
    /// Those of them that nothing computes anew from rows, such as medians.
    pub further_statistics: u64,
    /// Those of them that are weighted by what is not known.
    pub weighted_statistics: u64,
    /// What the document says of its place and of how values are stored, by free attribute.
    pub(crate) stated: BTreeMap<&'static str, String>,
}

/// A variable, and what says to which tables it belongs.
#[derive(Clone)]
struct UnplacedVariable {
    id: String,
    files: Vec<String>,
    rectypes: Vec<String>,
    column: Column,
    /// IDs of the variables that it is weighted by.
    weights: Vec<String>,
    read: ReadVariable,
    notes: Vec<Element>,
}

/// What a codebook does not have of a part: names of attributes and values.
type Kept = Vec<(String, String)>;

/// Elements of a name that are not taken.
#[derive(Clone, Default)]
struct PassedOver {
    count: u64,
    /// What the first of them that has a name or a label is called.
    first: Option<String>,
}

/// What has been read of a document so far.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    document_id: String,
    language: Option<String>,
    /// The language of the elements round what is read next, where they state another one.
    round: Option<String>,
    /// The study, its languages where they are listed, and its notes.
    study: Option<(exporter_core::codebook::Study, Option<Vec<String>>, Vec<Element>)>,
    tables: Vec<(ReadTable, Vec<Element>)>,
    variables: Vec<UnplacedVariable>,
    groups: Vec<(exporter_core::codebook::Group, Vec<String>, Element)>,
    /// Documents, their notes, what is kept of them beside, and the number of the one that each stands in.
    documents: Vec<(exporter_core::codebook::Document, Vec<Element>, Kept, Option<usize>)>,
    /// Notes behind the variables.
    notes: Vec<Element>,
    /// Tags of texts, in the order in which they come.
    tags: Vec<String>,
    /// Documents behind the first one in the same envelope.
    further: u64,
    /// Elements that are not taken, by name.
    passed_over: BTreeMap<String, PassedOver>,
    counts: Counts,
    labels: LabelsFrom,
    /// Whether this program wrote it.
    is_ours: bool,
    /// What a document of another program says of itself.
    about: BTreeMap<String, Attribute>,
}

/// Reads a document.
///
/// ```
/// let xml = r#"<codeBook xmlns="ddi:codebook:2_5"><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation></stdyDscr>
///   <fileDscr ID="F1"><fileTxt><fileName>pets.csv</fileName></fileTxt></fileDscr>
///   <dataDscr><var name="legs" files="F1" dcml="0"><labl>Legs</labl></var></dataDscr></codeBook>"#;
/// let document = exporter_ddi::read(xml.as_bytes())?;
/// assert_eq!(document.codebook.tables[0].name, "pets");
/// assert_eq!(document.codebook.tables[0].variables[0].label, "Legs".into());
/// assert_eq!(document.files[0].names, ["pets.csv"]);
/// # Ok::<(), exporter_ddi::DdiError>(())
/// ```
///
/// # Errors
/// [`DdiError::NotDdi`] for anything else, [`DdiError::Damaged`] for what is no well-formed XML or hostile, [`DdiError::Io`].
pub fn read(document: impl BufRead) -> Result<DdiDocument> {
    read_with(document, LabelsFrom::default())
}

/// Reads a document with the labels of values that are asked for.
pub(crate) fn read_with(document: impl BufRead, labels: LabelsFrom) -> Result<DdiDocument> {
    let mut reader = XmlReader::new(document);
    let mut parts = Parts { labels, ..Parts::default() };
    match parts.read(&mut reader) {
        Ok(()) | Err(DdiError::Damaged { .. }) if let Some(line) = reader.malformed() => {
            Err(DdiError::Encoding { line, unknown: reader.unknown_encoding().map(str::to_owned) })
        }
        Ok(()) => Ok(resolve::document(parts)),
        Err(DdiError::Damaged { line, column, message, is_cut, .. }) => {
            let read = match (parts.variables.len(), parts.tables.len()) {
                (0, 0) => String::new(),
                (variables, files) => format!(" ({files} files and {variables} variables were read before)"),
            };
            Err(DdiError::Damaged { line, column, message, read, is_cut })
        }
        Err(error) => Err(error),
    }
}

impl Parts {
    fn read<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<()> {
        let root = root(reader)?;
        let id = root.attributes.iter().find(|(name, _)| name == "ID").map(|(_, value)| value.trim());
        self.document_id = id.unwrap_or_default().to_owned();
        self.language = language_of_tag(&root).map(|tag| texts::tag_of(tag).into_owned());
        while let Some(item) = reader.next_item()? {
            match item {
                Item::Start(tag) => self.part(tag, reader)?,
                Item::End => break,
                Item::Text(_) => {}
            }
        }
        // What follows the document, such as the end of an envelope, must be well formed too.
        while let Some(item) = reader.next_item()? {
            if let Item::Start(tag) = item
                && tag.name.eq_ignore_ascii_case(ROOT)
            {
                self.further += 1;
                reader.skip()?;
            }
        }
        Ok(())
    }

    fn part<R: BufRead>(&mut self, tag: Tag, reader: &mut XmlReader<R>) -> Result<()> {
        match tag.name.as_str() {
            // The document about itself.
            "docDscr" => {
                let element = self.element(tag, reader)?;
                if is_of_this_program(&element) {
                    self.is_ours = true;
                } else {
                    note::keep_texts(&mut self.about, &element);
                }
            }
            "stdyDscr" if self.study.is_none() => {
                let element = self.element(tag, reader)?;
                self.tags(&element, reader.position())?;
                self.study(&element);
            }
            "fileDscr" => {
                let element = self.element(tag, reader)?;
                self.tags(&element, reader.position())?;
                let read = tables::read(&element, self.language.as_deref());
                self.counts.files += 1;
                self.tables.push((read, notes(&element)));
            }
            "dataDscr" => {
                self.round = language_of_tag(&tag).map(str::to_owned);
                while let Some(item) = reader.next_item()? {
                    match item {
                        Item::Start(tag) => self.described(tag, reader)?,
                        Item::End => break,
                        Item::Text(_) => {}
                    }
                }
                self.round = None;
            }
            "otherMat" => {
                let element = self.element(tag, reader)?;
                self.tags(&element, reader.position())?;
                self.document(&element, None);
            }
            name => {
                self.pass_over(name, None);
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// An element whose beginning was read, with the languages of all texts in it.
    fn element<R: BufRead>(&self, tag: Tag, reader: &mut XmlReader<R>) -> Result<Element> {
        let mut element = reader.element(tag, MOST_PART)?;
        inherit(&mut element, self.round.as_deref(), self.language.as_deref());
        Ok(element)
    }

    fn study(&mut self, element: &Element) {
        let listed = note::of_kind(element, "languages");
        let listed: Option<Vec<String>> = listed.map(|note| {
            let words = texts::words(note);
            words
                .split_whitespace()
                .filter(|tag| *tag != NO_LANGUAGES)
                .map(|tag| texts::tag_of(tag).into_owned())
                .collect()
        });
        if self.language.is_none() {
            self.language = listed.as_ref().and_then(|listed| listed.first().cloned());
        }
        let mut read = study::read(element, &self.document_id, self.language.as_deref());
        read.attributes.append(&mut self.about);
        self.study = Some((read, listed, notes(element)));
    }

    fn described<R: BufRead>(&mut self, tag: Tag, reader: &mut XmlReader<R>) -> Result<()> {
        match tag.name.as_str() {
            "var" => {
                let mut element = self.element(tag, reader)?;
                if self.labels == LabelsFrom::CodInstr {
                    coding_instructions::add_categories(&mut element);
                }
                self.tags(&element, reader.position())?;
                let says = |name: &str| element.attribute(name).unwrap_or_default();
                let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                let mut files = list(says("files"));
                if files.is_empty() {
                    files = element
                        .all("location")
                        .filter_map(|it| it.attribute("fileid"))
                        .map(str::to_owned)
                        .collect();
                }
                let found = UnplacedVariable {
                    id: says("ID").to_owned(),
                    files,
                    rectypes: list(says("rectype")),
                    column: column(&element),
                    weights: list(says("wgt-var")),
                    read: variables::read(&element, self.language.as_deref()),
                    notes: notes(&element),
                };
                for _ in element.all("location").skip(1) {
                    self.pass_over("location behind another one", None);
                }
                self.counts.add(&element);
                self.variables.push(found);
            }
            "varGrp" => {
                let element = self.element(tag, reader)?;
                self.tags(&element, reader.position())?;
                let (group, members) = groups::read(&element, self.language.as_deref());
                self.groups.push((group, members, element));
            }
            "notes" => {
                let element = self.element(tag, reader)?;
                self.notes.push(element);
            }
            "nCube" | "nCubeGrp" => {
                let element = reader.element(tag, MOST_PART)?;
                let label = element.first("labl").map(texts::words).filter(|words| !words.is_empty());
                let name = || element.attribute("name").or(element.attribute("ID")).map(str::to_owned);
                self.pass_over(&element.name, label.or_else(name));
            }
            name => {
                self.pass_over(name, None);
                reader.skip()?;
            }
        }
        Ok(())
    }

    fn document(&mut self, element: &Element, within: Option<usize>) {
        let read = documents::read(element, self.language.as_deref());
        let kept = documents::kept(element, self.is_ours, self.language.as_deref());
        let at = self.documents.len();
        self.documents.push((read, notes(element), kept, within));
        for inner in element.all("otherMat") {
            self.document(inner, Some(at));
        }
    }

    /// Whether there are notes of this program in it.
    fn has_notes(&self) -> bool {
        self.study.as_ref().is_some_and(|(.., notes)| !notes.is_empty())
            || self.tables.iter().any(|(_, notes)| !notes.is_empty())
            || self.variables.iter().any(|found| !found.notes.is_empty())
            || self.documents.iter().any(|(_, notes, ..)| !notes.is_empty())
            || self.groups.iter().any(|(.., element)| element.all("notes").any(note::is_ours))
            || self.notes.iter().any(note::is_ours)
    }

    /// What the document says without them.
    fn without_notes(mut self) -> Self {
        self.study.iter_mut().for_each(|(.., notes)| notes.clear());
        self.tables.iter_mut().for_each(|(_, notes)| notes.clear());
        self.variables.iter_mut().for_each(|found| found.notes.clear());
        self.documents.iter_mut().for_each(|(_, notes, ..)| notes.clear());
        let is_of_others =
            |node: &exporter_xml::Node| !matches!(node, exporter_xml::Node::Element(it) if note::is_ours(it));
        self.groups.iter_mut().for_each(|(.., element)| element.children.retain(is_of_others));
        self.notes.clear();
        self
    }

    /// Counts an element that is not taken; `first` is what it is called.
    fn pass_over(&mut self, name: &str, first: Option<String>) {
        let of_name = self.passed_over.entry(name.to_owned()).or_default();
        of_name.count += 1;
        of_name.first = of_name.first.take().or(first);
    }

    /// Keeps the tags of all texts in an element.
    fn tags(&mut self, element: &Element, position: Position) -> Result<()> {
        if let Some(tag) = texts::language_of(element).map(texts::tag_of)
            && !self.tags.iter().any(|known| known.eq_ignore_ascii_case(&tag))
        {
            if self.tags.len() == MOST_LANGUAGES {
                let message = format!("the document has texts in more than {MOST_LANGUAGES} languages");
                return Err(Fault::refusal(position, message).into());
            }
            self.tags.push(tag.into_owned());
        }
        element.elements().try_for_each(|child| self.tags(child, position))
    }
}

/// Whether this program wrote a document, by what it says of itself.
fn is_of_this_program(description: &Element) -> bool {
    let citation = description.first("citation").and_then(|citation| citation.first("prodStmt"));
    citation.is_some_and(|production| production.all("software").any(|it| texts::words(it) == "exporter"))
}

/// The losses of elements that are not taken.
fn not_taken(passed_over: BTreeMap<String, PassedOver>) -> impl Iterator<Item = Loss> {
    passed_over.into_iter().map(|(name, PassedOver { count, first })| {
        let action = format!("elements `{name}` of the document are not taken");
        let loss = Loss::new(LossCode::NOT_READ, action).count(count);
        first.into_iter().fold(loss, |loss, first| loss.first(None, first))
    })
}

/// The beginning of the element `codeBook`, which others may stand round.
fn root<R: BufRead>(reader: &mut XmlReader<R>) -> Result<Tag> {
    let (mut first, mut depth) = (None, 0_usize);
    while let Some(item) = reader.next_item().map_err(|fault| not_xml(fault, first.as_ref()))? {
        match item {
            Item::Start(tag) if tag.name.eq_ignore_ascii_case(ROOT) => return Ok(tag),
            Item::Start(tag) => {
                depth += 1;
                let name = first.get_or_insert(tag.name);
                if let Some(found) = other_document(name) {
                    return Err(DdiError::NotDdi { found: found.into() });
                }
                if depth > DEEPEST_ROOT {
                    break;
                }
            }
            Item::End => depth = depth.saturating_sub(1),
            Item::Text(_) => {}
        }
    }
    let first = first.unwrap_or_default();
    Err(DdiError::NotDdi { found: format!("XML of the element <{first}>") })
}

/// What a document is that begins with this element, where it is a known one and no codebook.
pub(crate) fn other_document(root: &str) -> Option<&'static str> {
    match root {
        "DDIInstance" | "FragmentInstance" | "StudyUnit" => Some("DDI Lifecycle, which is another format"),
        root => root.eq_ignore_ascii_case("html").then_some("an HTML page"),
    }
}

/// The language that the beginning of an element states.
fn language_of_tag(tag: &Tag) -> Option<&str> {
    let says = |name: &str| tag.attributes.iter().find(|(known, _)| known == name);
    let language = says("xml:lang").or_else(|| says("xml-lang")).map(|(_, value)| value.trim());
    language.filter(|tag| !tag.is_empty())
}

fn not_xml(fault: Fault, first: Option<&String>) -> DdiError {
    match first {
        None if fault.source.is_none() && !fault.is_refusal => {
            DdiError::NotDdi { found: format!("no XML ({})", fault.message) }
        }
        _ => fault.into(),
    }
}

fn column(var: &Element) -> Column {
    let location = var.first("location");
    let number = |name: &str| location.and_then(|it| it.attribute(name)?.trim().parse::<u32>().ok());
    let start = number("StartPos").filter(|start| *start > 0);
    // Without an end or a width the start is the number of the column.
    let end = number("EndPos").or_else(|| Some(start?.checked_add(number("width")?)?.saturating_sub(1)));
    let decimals = var.attribute("dcml").and_then(|dcml| dcml.trim().parse().ok());
    // Where a case is several records, a place in one of them is not enough.
    let is_first = number("RecSegNo").is_none_or(|segment| segment <= 1);
    let characters = start.zip(end).filter(|(start, end)| is_first && start <= end);
    let name = var.attribute("name").unwrap_or_default().to_owned();
    let stated = || var.all("sumStat").chain(var.all("catgry").flat_map(|category| category.all("catStat")));
    let kind = |stat: &Element| stat.attribute("type").unwrap_or("freq").to_owned();
    let is_counted = |stat: &Element| COUNTED.contains(&kind(stat).as_str());
    // Rows give them again with the weight of the variable alone.
    let weight = var.attribute("wgt-var");
    let is_by_known = |stat: &Element| {
        let own = stat.attribute("wgt-var").or(weight);
        weight.is_some() && own == weight && WEIGHTED.contains(&kind(stat).as_str())
    };
    let is_weighted = |stat: &&Element| stat.attribute("wgtd") == Some("wgtd") && is_counted(stat);
    let statistics = stated().count() as u64;
    let further_statistics = stated().filter(|stat| !is_counted(stat)).count() as u64;
    let weighted_statistics = stated().filter(is_weighted).filter(|stat| !is_by_known(stat)).count() as u64;
    let says_kind = stated_kind::says_kind(var);
    let says_format = stated_kind::says_format(var);
    Column {
        name,
        characters,
        says_kind,
        says_format,
        decimals,
        statistics,
        further_statistics,
        weighted_statistics,
        stated: stated_file::stated_of(var),
    }
}

/// Types of statistics that are computed from rows, and those of them that are weighted, too.
const COUNTED: [&str; 7] = ["vald", "invd", "min", "max", "mean", "stdev", "freq"];
const WEIGHTED: [&str; 3] = ["mean", "stdev", "freq"];

/// The notes of this program in an element.
fn notes(element: &Element) -> Vec<Element> {
    element.all("notes").filter(|note| note::is_ours(note)).cloned().collect()
}
