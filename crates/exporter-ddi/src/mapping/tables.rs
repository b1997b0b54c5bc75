//! Tables: `fileDscr`, and the record groups that say how they belong together.

use std::collections::BTreeMap;

use exporter_core::codebook::{Attribute, Table, Text};

use super::free_elements::{self, Known};
use super::groups::is_of_group;
use super::note::{self, ELSEWHERE, is_plain, keep_elsewhere, kind_of, notes_elsewhere, typed};
use super::stated_file;
use super::texts::{Languages, Left, first_text, texts_of, words};
use crate::data_file::DataFile;
use crate::options::Profile;
use crate::structure::Structure;
use exporter_xml::Element;

/// Notes with what the reader of a data file must be told; the subject is the file.
const READING: &str = "reading";

/// A table and what is said of it.
pub(crate) struct TableEntry<'a> {
    pub(crate) table: &'a Table,
    pub(crate) id: String,
    /// ID of its record group.
    pub(crate) record: String,
    /// IDs of the record groups of the tables below it.
    pub(crate) children: Vec<String>,
    /// IDs of its key.
    pub(crate) key: Vec<String>,
    pub(crate) files: &'a [DataFile],
    pub(crate) rows: Option<u64>,
    pub(crate) languages: Languages<'a>,
    /// Whether `fileCont` repeats, as in 2.6.
    pub(crate) contents_repeat: bool,
    /// Whether the first note is the description of the file, which stands in `fileCont` then.
    pub(crate) is_described: bool,
    /// What may stand in it.
    pub(crate) structure: &'static Structure,
}

/// Whether the first note of a table is written as the description of its file: readers of the Open Data Format look for it
/// there, and what was read there is written there.
pub(crate) fn is_described(table: &Table, profile: Profile) -> bool {
    !table.notes.is_empty() && (profile == Profile::Odf || was_described(table))
}

/// Whether the first note of a table was the description of its file in the document that it was read from.
fn was_described(table: &Table) -> bool {
    notes_elsewhere(&table.attributes, CONTENTS) == 1
}

/// Where the description of a file stands.
const CONTENTS: &str = "fileCont";

impl TableEntry<'_> {
    /// The element, without what DDI has no place for.
    pub(crate) fn write(&self) -> Element {
        let file = self.files.first();
        let uri = match file {
            Some(file) => file.path.as_str(),
            None => stated_file::uri(self.table),
        };
        let mut dscr = Element::new("fileDscr").with("ID", self.id.as_str()).with("URI", uri);
        dscr.push(self.text(file, true));
        dscr.extend(self.files.iter().skip(1).map(|file| self.text(Some(file), false)));
        // What is in other languages than the description are notes where there is room for one.
        let mut notes = self.table.notes.iter();
        if let Some(description) = notes.next().filter(|_| self.is_described) {
            let elements = self.languages.elements("notes", description).into_iter();
            dscr.extend(elements.skip(if self.contents_repeat { usize::MAX } else { 1 }));
        } else {
            notes = self.table.notes.iter();
        }
        dscr.extend(notes.flat_map(|note| self.languages.elements("notes", note)));
        for file in self.files.iter().filter(|file| !file.reading.is_empty()) {
            let options = serde_json::Value::Object(file.reading.clone());
            dscr.push(typed(READING, file.path.as_str(), options.to_string()));
        }
        let attributes = &self.table.attributes;
        let known = |read| Known { read, first: &FIRST, code: &|_| None, structure: self.structure };
        let (of_files, others): (BTreeMap<_, _>, BTreeMap<_, _>) = attributes
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .partition(|(name, _)| self.files.is_empty() && stated_file::is_of_files(name));
        let mut placed = free_elements::place(&mut dscr, &of_files, &known(&[]));
        placed.extend(free_elements::place(&mut dscr, &others, &known(&READ)));
        let is_note = |name: &str| {
            let is_stated = self.files.is_empty()
                && stated_file::is_of_table(self.table, name)
                && !stated_file::is_of_files(name);
            let is_description = name == ELSEWHERE && self.is_described && was_described(self.table);
            !(placed.contains(name) || is_stated || is_description || is_of_group(self.table, name))
        };
        dscr.extend(note::attributes(attributes.iter().filter(|(name, _)| is_note(name))));
        dscr
    }

    /// `fileTxt` of one file; the first one says how the table belongs to others.
    fn text(&self, file: Option<&DataFile>, is_first: bool) -> Element {
        let mut text = Element::new("fileTxt");
        let stated = if file.is_none() { stated_file::of_table(self.table) } else { Vec::new() };
        let has_name = stated.iter().any(|element| element.name == "fileName");
        text.extend(stated);
        if !has_name {
            let name = file.map_or(self.table.name.as_str(), |file| file.path.as_str());
            text.push(Element::new("fileName").text(name));
        }
        if is_first {
            self.contents(&mut text);
            let (key, children) = (self.key.join(" "), self.children.join(" "));
            let is_related = !key.is_empty() || !children.is_empty() || self.table.parent.is_some();
            let stated = stated_file::structure(self.table).filter(|_| file.is_none());
            let types = stated_file::record_type(self.table).filter(|_| file.is_none());
            let own = if is_related { "relational" } else { "rectangular" };
            let kind = if types.is_some() { "hierarchical" } else { stated.unwrap_or(own) };
            let mut structure = Element::new("fileStrc").with("type", kind);
            if is_related || types.is_some() {
                let (rectype, type_variable) = types.unwrap_or((&self.table.name, ""));
                let mut record = Element::new("recGrp")
                    .with("ID", self.record.as_str())
                    .with("recGrp", children)
                    .with("rectype", rectype)
                    .with("keyvar", key)
                    .with("recidvar", type_variable);
                record.extend(self.languages.elements("labl", &self.table.label));
                structure.push(record);
            }
            text.push(structure);
            let mut size = Element::new("dimensns");
            size.extend(self.rows.map(|rows| Element::new("caseQnty").text(rows.to_string())));
            size.push(Element::new("varQnty").text(self.table.variables.len().to_string()));
            text.push(size);
        }
        let Some(file) = file else { return text };
        if let Some(sha256) = &file.sha256 {
            let mut print = Element::new("dataFingerprint").with("type", "dataFile");
            print.push(Element::new("digitalFingerprintValue").text(sha256.as_str()));
            print.push(Element::new("algorithmSpecification").text("SHA-256"));
            text.push(print);
        }
        if !file.media_type.is_empty() {
            let charset = if file.media_type.starts_with("text/") { "UTF-8" } else { "" };
            text.push(Element::new("fileType").with("charset", charset).text(file.media_type.as_str()));
        }
        if !file.format.is_empty() {
            text.push(Element::new("format").text(file.format.as_str()));
        }
        text
    }

    /// The label of the table: `fileCont` where it can be repeated and is free, else titles of the file.
    fn contents(&self, text: &mut Element) {
        let mut contents = self.languages.elements(CONTENTS, &self.table.label);
        if self.is_described || !self.contents_repeat && contents.len() > 1 {
            let mut titles = Element::new("titlStmt");
            for (at, label) in contents.iter().enumerate() {
                let title =
                    Element { name: if at == 0 { "titl" } else { "parTitl" }.into(), ..label.clone() };
                titles.push(title);
            }
            // A description without a title would be read as one.
            if contents.is_empty() {
                titles.push(Element::new("titl").text(self.table.name.as_str()));
            }
            let mut citation = Element::new("fileCitation");
            citation.push(titles);
            text.push(citation);
            contents.truncate(1);
        }
        if let Some(description) = self.table.notes.first().filter(|_| self.is_described) {
            contents = self.languages.elements(CONTENTS, description);
            contents.truncate(if self.contents_repeat { usize::MAX } else { 1 });
        }
        text.extend(contents);
    }
}

/// What a document says of a file: the table, and what leads to others.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadTable {
    pub(crate) table: Table,
    pub(crate) id: String,
    /// What `fileName` names, in the order of `fileTxt`.
    pub(crate) files: Vec<String>,
    /// Where the file is, as `fileDscr` says.
    pub(crate) uri: Option<String>,
    /// Their SHA-256, where they are stated.
    pub(crate) digests: Vec<Option<String>>,
    pub(crate) records: Vec<ReadRecord>,
    /// `hierarchical`, `rectangular` and so on.
    pub(crate) structure: String,
    pub(crate) rows: Option<u64>,
    pub(crate) charset: Option<String>,
    /// The media type of the file, and its format in words.
    pub(crate) media_type: Option<String>,
    pub(crate) format: Option<String>,
    /// Names of files that are read with options, and these.
    pub(crate) readings: Vec<(String, serde_json::Value)>,
    /// What is said of further files, and fingerprints, as free attributes.
    pub(crate) further: BTreeMap<String, Attribute>,
}

impl ReadTable {
    /// What its records are to one another, where it is more than record groups say.
    pub(crate) fn stated_structure(&self) -> Option<String> {
        let is_said = match self.structure.as_str() {
            "" | "rectangular" => false,
            "relational" => self.records.is_empty(),
            _ => true,
        };
        is_said.then(|| self.structure.clone())
    }
}

/// A record group.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadRecord {
    pub(crate) id: String,
    pub(crate) rectype: String,
    pub(crate) children: Vec<String>,
    pub(crate) key: Vec<String>,
    /// Name of the variable that holds the type of record.
    pub(crate) type_variable: Option<String>,
    pub(crate) label: Text,
}

/// What is read of a file; all else becomes attributes.
const READ: [&str; 10] = [
    "fileTxt/dataFingerprint",
    "fileTxt/dimensns",
    "fileTxt/fileCitation/titlStmt/titl",
    "fileTxt/fileCitation/titlStmt/parTitl",
    "fileTxt/fileCont",
    "fileTxt/fileName",
    "fileTxt/fileStrc",
    "fileTxt/fileType",
    "fileTxt/format",
    "notes",
];

/// Where of several elements the first is read, and the others are kept.
const FIRST: [&str; 4] = [
    "fileTxt/fileCitation/titlStmt/parTitl",
    "fileTxt/fileCitation/titlStmt/titl",
    "fileTxt/fileCont",
    "fileTxt/fileStrc/recGrp/labl",
];

/// Reads a file description.
pub(crate) fn read(dscr: &Element, default: Option<&str>) -> ReadTable {
    let texts = || dscr.all("fileTxt");
    let first = texts().next();
    let mut read = ReadTable::default();
    let name_id = texts().find_map(|text| text.first("fileName")?.attribute("ID"));
    read.id = dscr.attribute("ID").or(name_id).unwrap_or_default().to_owned();
    for text in texts() {
        let names = text.all("fileName").map(words).filter(|name| !name.is_empty());
        let digest = text.first("dataFingerprint").and_then(|print| {
            let is_sha = words(print.first("algorithmSpecification")?) == "SHA-256";
            print.first("digitalFingerprintValue").filter(|_| is_sha).map(words)
        });
        for name in names {
            read.files.push(name);
            read.digests.push(digest.clone());
        }
    }
    read.uri = dscr.attribute("URI").map(str::trim).filter(|uri| !uri.is_empty()).map(str::to_owned);
    // Some name the data set, and say only there where the file is.
    let uri = dscr.attribute("URI").filter(|uri| !uri.is_empty() && !uri.contains("://"));
    if let Some(uri) = uri.filter(|uri| !read.files.iter().any(|file| file == uri)) {
        read.files.push(uri.to_owned());
        read.digests.push(None);
    }
    read.further = further(dscr);
    let mut left = Left::default();
    let structure = texts().find_map(|text| text.first("fileStrc"));
    read.structure = structure.and_then(|it| it.attribute("type")).unwrap_or_default().to_owned();
    let ids = |element: &Element, name: &str| -> Vec<String> {
        element.attribute(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    for group in structure.into_iter().flat_map(|it| it.all("recGrp")) {
        read.records.push(ReadRecord {
            id: group.attribute("ID").unwrap_or_default().to_owned(),
            rectype: group.attribute("rectype").unwrap_or_default().to_owned(),
            children: ids(group, "recGrp"),
            key: ids(group, "keyvar"),
            type_variable: group.attribute("recidvar").map(str::to_owned),
            label: first_text(group.all("labl"), default, &mut left),
        });
    }
    // What is said of a further file is not said of the first.
    let of_first = |name: &str| first.and_then(|text| text.first(name));
    read.charset = of_first("fileType").and_then(|it| it.attribute("charset")).map(str::to_owned);
    let stated = |name: &str| of_first(name).map(words).filter(|it| !it.is_empty());
    (read.media_type, read.format) = (stated("fileType"), stated("format"));
    let options = dscr.all("notes").filter(|note| kind_of(note) == Some(READING));
    read.readings = options
        .filter_map(|note| {
            let options = serde_json::from_str(&words(note)).ok().filter(serde_json::Value::is_object)?;
            Some((note.attribute("subject")?.to_owned(), options))
        })
        .collect();
    let size = texts().find_map(|text| text.first("dimensns"));
    read.rows = size.and_then(|size| words(size.first("caseQnty")?).parse().ok());
    let titles = first.and_then(|text| text.first("fileCitation")?.first("titlStmt"));
    let titles = titles.into_iter().flat_map(|it| it.all("titl").chain(it.all("parTitl")));
    let mut label = first_text(titles, default, &mut left);
    let contents: Vec<&Element> = first.into_iter().flat_map(|text| text.all("fileCont")).collect();
    let mut description = Text::default();
    if label.is_empty()
        && contents.is_empty()
        && let [record] = read.records.as_slice()
    {
        label = record.label.clone();
    } else if label.is_empty() {
        label = first_text(contents, default, &mut left);
    } else {
        // Beside titles it is a description, unless it is one of them.
        let is_title =
            |words: &str| label.untagged() == Some(words) || label.tagged().any(|(_, title)| title == words);
        let contents = contents.into_iter().filter(|it| !is_title(&words(it)));
        description = first_text(contents, default, &mut left);
    }
    let mut attributes = BTreeMap::new();
    let table = &mut read.table;
    let rectype =
        read.records.first().map(|record| record.rectype.as_str()).filter(|_| read.structure == "relational");
    table.name = match (rectype, read.files.first()) {
        (Some(name), _) if !name.is_empty() => name.to_owned(),
        (_, Some(file)) => stem(file).to_owned(),
        _ => read.id.clone(),
    };
    table.label = label;
    table.notes = (!description.is_empty()).then_some(description).into_iter().collect();
    keep_elsewhere(&mut attributes, CONTENTS, table.notes.len());
    table.notes.extend(texts_of(dscr.all("notes").filter(|note| is_plain(note)), default));
    // Of further files of the table nothing else says it.
    let further = texts().skip(1).flat_map(Element::elements);
    further.filter(|it| ["fileCitation", "fileCont"].contains(&&*it.name)).for_each(|it| left.keep(it));
    free_elements::keep(&mut attributes, dscr, &READ, &left);
    attributes.extend(note::attributes_of(dscr.all("notes")));
    table.attributes = attributes;
    read
}

/// What is said of the files behind the first, and fingerprints of all.
fn further(dscr: &Element) -> BTreeMap<String, Attribute> {
    let mut kept = BTreeMap::new();
    let mut prints = Element::new("fileTxt");
    prints.extend(dscr.first("fileTxt").into_iter().flat_map(|text| text.all("dataFingerprint")).cloned());
    let mut first = Element::new("fileDscr");
    first.push(prints);
    let mut left = Left::default();
    free_elements::keep(&mut kept, &first, &[], &left);
    let mut behind = Element::new("fileDscr");
    behind.push(Element::new("fileTxt"));
    behind.extend(dscr.all("fileTxt").skip(1).cloned());
    behind.elements().skip(1).for_each(|further| left.keep(further));
    free_elements::keep(&mut kept, &behind, &["fileTxt"], &left);
    kept
}

/// The table of the first of several types of record: what the file is called is its description, where the type has a name of
/// its own.
pub(crate) fn of_record(mut file: Table, record: &ReadRecord) -> Table {
    let is_free = notes_elsewhere(&file.attributes, CONTENTS) == 0;
    if is_free && !record.label.is_empty() && !file.label.is_empty() && file.label != record.label {
        file.notes.insert(0, std::mem::take(&mut file.label));
        keep_elsewhere(&mut file.attributes, CONTENTS, 1);
    }
    file
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A file name without folder and extension; `.NSDstat` of Nesstar is one, and so is `.dat.gz`.
pub(crate) fn stem(file: &str) -> &str {
    let name = file_name(file);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}
