//! Tables: `fileDscr`, and the record groups that say how they belong together.

use exporter_core::codebook::{Table, Text};

use super::free_elements;
use super::groups::is_kind_of_group;
use super::note::{self, is_plain, kind_of, typed};
use super::stated_file;
use super::texts::{Languages, text_of, texts_of, words};
use crate::data_file::DataFile;
use crate::xml::Element;

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
}

impl TableEntry<'_> {
    /// The element, without what DDI has no place for.
    pub(crate) fn write(&self) -> Element {
        let file = self.files.first();
        let uri = file.map(|file| file.path.as_str()).unwrap_or_default();
        let mut dscr = Element::new("fileDscr").with("ID", self.id.as_str()).with("URI", uri);
        dscr.push(self.text(file, true));
        dscr.extend(self.files.iter().skip(1).map(|file| self.text(Some(file), false)));
        dscr.extend(self.table.notes.iter().flat_map(|note| self.languages.elements("notes", note)));
        for file in self.files.iter().filter(|file| !file.reading.is_empty()) {
            let options = serde_json::Value::Object(file.reading.clone());
            dscr.push(typed(READING, file.path.as_str(), options.to_string()));
        }
        let attributes = self.table.attributes.iter();
        let is_note = |name: &str| {
            let is_stated = self.files.is_empty() && stated_file::is_of_table(name);
            !is_stated && !is_kind_of_group(self.table, name)
        };
        dscr.extend(note::attributes(attributes.filter(|(name, _)| is_note(name))));
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
            let mut structure =
                Element::new("fileStrc").with("type", if is_related { "relational" } else { "rectangular" });
            if is_related {
                let mut record = Element::new("recGrp")
                    .with("ID", self.record.as_str())
                    .with("recGrp", children)
                    .with("rectype", self.table.name.as_str())
                    .with("keyvar", key);
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

    /// The label of the table: `fileCont` where it can be repeated, else translations as parallel titles of the file.
    fn contents(&self, text: &mut Element) {
        let mut labels = self.languages.elements("fileCont", &self.table.label);
        if !self.contents_repeat && labels.len() > 1 {
            let mut titles = Element::new("titlStmt");
            for (at, label) in labels.iter().enumerate() {
                let title =
                    Element { name: if at == 0 { "titl" } else { "parTitl" }.into(), ..label.clone() };
                titles.push(title);
            }
            let mut citation = Element::new("fileCitation");
            citation.push(titles);
            text.push(citation);
            labels.truncate(1);
        }
        text.extend(labels);
    }
}

/// What a document says of a file: the table, and what leads to others.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadTable {
    pub(crate) table: Table,
    pub(crate) id: String,
    /// What `fileName` names, in the order of `fileTxt`.
    pub(crate) files: Vec<String>,
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
const READ: [&str; 9] = [
    "fileTxt/dataFingerprint",
    "fileTxt/dimensns",
    "fileTxt/fileCitation",
    "fileTxt/fileCont",
    "fileTxt/fileName",
    "fileTxt/fileStrc",
    "fileTxt/fileType",
    "fileTxt/format",
    "notes",
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
    // Some name the data set, and say only there where the file is.
    let uri = dscr.attribute("URI").filter(|uri| !uri.is_empty() && !uri.contains("://"));
    if let Some(uri) = uri.filter(|uri| !read.files.iter().any(|file| file == uri)) {
        read.files.push(uri.to_owned());
        read.digests.push(None);
    }
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
            label: text_of(group.all("labl"), default),
        });
    }
    read.charset = texts().find_map(|text| text.first("fileType")?.attribute("charset")).map(str::to_owned);
    let stated =
        |name: &str| texts().find_map(|text| text.first(name)).map(words).filter(|it| !it.is_empty());
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
    let mut label =
        text_of(titles.into_iter().flat_map(|it| it.all("titl").chain(it.all("parTitl"))), default);
    let contents: Vec<&Element> = first.into_iter().flat_map(|text| text.all("fileCont")).collect();
    let mut description = Text::default();
    if label.is_empty() {
        label = text_of(contents, default);
    } else {
        // Beside titles it is a description, unless it is one of them.
        let is_title =
            |words: &str| label.untagged() == Some(words) || label.tagged().any(|(_, title)| title == words);
        description = text_of(contents.into_iter().filter(|it| !is_title(&words(it))), default);
    }
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
    table.notes.extend(texts_of(dscr.all("notes").filter(|note| is_plain(note)), default));
    table.attributes = note::attributes_of(dscr.all("notes"));
    note::add_unread(&mut table.attributes, dscr, &READ);
    free_elements::keep_rest(&mut table.attributes, dscr);
    read
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
