//! What a document says and what is read of it does not: words that stand nowhere in the codebook.
//!
//! Each part of a document is read by code that knows it, and what that code has no place for would vanish without a word. So the
//! document is gone through once more, and the words of each text and attribute are looked for in all that was read. This finds
//! nothing where the same words stand elsewhere, and tells nothing that is not so.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead, Write};

use exporter_core::codebook::Codebook;
use exporter_core::{Loss, LossCode};
use exporter_xml::{Fault, Item, Tag, XmlReader};

use super::{ROOT, TableFile};
use crate::mapping::SOURCE;
use crate::mapping::note::is_type_of_ours;
use crate::structure::{Content, Structure, ValueType, Version};

/// Parts of a document and of `dataDscr` that are read; others are told by their names, and what a document says of itself is kept as
/// a whole.
const READ: [&str; 4] = ["stdyDscr", "fileDscr", "dataDscr", "otherMat"];
/// The element round variables and groups, of which nothing else is read.
const DATA: &str = "dataDscr";
const DESCRIBED: [&str; 3] = ["var", "varGrp", "notes"];
/// Elements of which rows are counted anew, or which have a telling of their own.
const APART: [&str; 5] = ["sumStat", "catStat", "dimensns", "location", "catValu"];
/// Texts that a codebook has in one language.
const ONCE: [&str; 6] = ["collDate", "fileName", "fileType", "format", "nation", "relMat"];
/// Texts that are told one by one; no structure has more names.
const MOST: usize = 1000;

/// What is not read of a document; `codebook` and `files` are what is.
pub(crate) fn unsaid(
    document: impl BufRead,
    codebook: &Codebook,
    files: &[TableFile],
) -> Result<Vec<Loss>, Fault> {
    let mut words = Words::default();
    // Writing to memory does not fail, and a codebook has a JSON form.
    let _ = serde_json::to_writer(&mut words, codebook);
    for file in files {
        let said = file.names.iter().chain(&file.uri).chain(&file.media_type).chain(&file.format);
        said.chain(&file.charset).for_each(|text| words.add(text));
        file.digests.iter().flatten().for_each(|digest| words.add(digest));
        file.columns.iter().for_each(|column| words.add(&column.name));
    }
    let language = codebook.study.languages.first().cloned().unwrap_or_default();
    let structure = Version::V2_6.structure();
    let mut looking = Looking { words, language, structure, found: BTreeMap::new() };
    looking.document(&mut XmlReader::new(document))?;
    let losses = looking.found.into_iter().map(|(name, (count, first))| {
        let action = format!("`{name}` of the document says more than is read");
        Loss::new(LossCode::NOT_READ, action).count(count).first(None, first)
    });
    Ok(losses.collect())
}

struct Looking {
    words: Words,
    /// The language of the document.
    language: String,
    structure: &'static Structure,
    /// By element, or element and attribute, how often and the first text.
    found: BTreeMap<String, (u64, String)>,
}

impl Looking {
    fn document<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<(), Fault> {
        // The elements that are open, from the root of the document.
        let mut open: Vec<String> = Vec::new();
        let mut is_inside = false;
        // The text so far, which comes in pieces.
        let mut text = String::new();
        while let Some(item) = reader.next_item()? {
            if let (Some(name), false) = (open.last(), matches!(item, Item::Text(_)) || text.is_empty()) {
                self.look_for(&text, || name.clone());
                text.clear();
            }
            match item {
                Item::Start(tag) if !is_inside => is_inside = tag.name.eq_ignore_ascii_case(ROOT),
                Item::Start(tag) => {
                    let is_read = match open.as_slice() {
                        [] => READ.contains(&tag.name.as_str()),
                        [part] if part == DATA => DESCRIBED.contains(&tag.name.as_str()),
                        _ => !APART.contains(&tag.name.as_str()) && !is_of_this_program(&tag),
                    };
                    if !is_read {
                        reader.skip()?;
                        continue;
                    }
                    self.attributes(&tag);
                    open.push(tag.name);
                }
                Item::Text(piece) if !open.is_empty() => text.push_str(&piece),
                Item::Text(_) => {}
                // What follows the document is another one.
                Item::End if is_inside && open.pop().is_none() => return Ok(()),
                Item::End => {}
            }
        }
        Ok(())
    }

    fn attributes(&mut self, tag: &Tag) {
        let rule = self.structure.rule(&tag.name);
        // Texts say their language themselves, but for those that a codebook has once.
        let is_excluded = |(name, value): &(String, String)| name == "clusion" && value == "E";
        let is_text = rule.is_none_or(|rule| matches!(rule.content, Content::Text(_) | Content::Value(_)))
            && !(ONCE.contains(&tag.name.as_str()) || tag.attributes.iter().any(is_excluded));
        for (name, value) in &tag.attributes {
            let is_other = name == "xml:lang" && !value.trim().eq_ignore_ascii_case(&self.language);
            let is_unread =
                tag.name == DATA && !name.starts_with("xml") && (name.as_str(), value.as_str()) != SOURCE;
            if is_unread || is_other && !is_text {
                self.add(format!("{}@{name}", tag.name), value);
                continue;
            }
            let kind = rule.and_then(|rule| rule.attribute(name)).map(|rule| &rule.values);
            let is_said_otherwise = matches!(
                kind,
                Some(
                    ValueType::Id
                        | ValueType::IdRef
                        | ValueType::IdRefs
                        | ValueType::OneOf(_)
                        | ValueType::Just(_)
                        | ValueType::Language
                )
            );
            // What labels are of, how dates look and which records there are is in what is read.
            let is_plain = match (tag.name.as_str(), name.as_str()) {
                ("labl", "level") => ["category", "variable"].contains(&value.as_str()),
                ("varFormat", "formatname") => tag.attributes.iter().any(is_time) && is_pattern(value),
                (_, name) => name == "rectype",
            };
            if !is_said_otherwise && !is_plain && !name.contains(':') {
                self.look_for(value, || format!("{}@{name}", tag.name));
            }
        }
    }

    fn look_for(&mut self, text: &str, name: impl FnOnce() -> String) {
        if self.words.say(text) {
            return;
        }
        self.add(name(), text);
    }

    fn add(&mut self, name: String, text: &str) {
        if let Some((count, _)) = self.found.get_mut(&name) {
            *count += 1;
        } else if self.found.len() < MOST {
            self.found.insert(name, (1, text.trim().chars().take(60).collect()));
        }
    }
}

/// Whether an attribute says that a format is one of dates and times.
fn is_time((name, value): &(String, String)) -> bool {
    name == "category" && ["date", "time"].contains(&value.as_str())
}

/// Whether a format is spelled by the parts of dates and times alone, as in `YYYY-MM-DDThh:mm:ss`.
fn is_pattern(format: &str) -> bool {
    format.chars().all(|one| !one.is_alphabetic() || "YMDHSTWZymdhsz".contains(one))
}

/// Whether a note is one of this program, which says in its own form what others do not.
fn is_of_this_program(tag: &Tag) -> bool {
    let kind = tag.attributes.iter().find(|(name, _)| name == "type").map(|(_, value)| value.as_str());
    tag.name == "notes" && kind.is_some_and(is_type_of_ours)
}

/// The words of a JSON document that is written to it, by their hashes.
#[derive(Default)]
struct Words {
    hashes: HashSet<u64>,
    hasher: RandomState,
    /// The text that is open, in quotes.
    text: Option<Vec<u8>>,
    is_escaped: bool,
}

impl Words {
    fn add(&mut self, text: &str) {
        for word in words_of(text) {
            self.hashes.insert(self.hasher.hash_one(word));
        }
    }

    /// Whether all words of a text are there.
    fn say(&self, text: &str) -> bool {
        words_of(text).all(|word| self.hashes.contains(&self.hasher.hash_one(word)))
    }
}

/// The words of a text: those with a letter, since numbers are written in other forms.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|one: char| !one.is_alphanumeric());
    words.filter(|word| word.contains(char::is_alphabetic)).map(str::to_lowercase)
}

impl Write for Words {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            match &mut self.text {
                None if *byte == b'"' => self.text = Some(vec![b'"']),
                None => {}
                Some(text) => {
                    text.push(*byte);
                    let is_end = *byte == b'"' && !self.is_escaped;
                    self.is_escaped = *byte == b'\\' && !self.is_escaped;
                    if is_end
                        && let Some(text) = self.text.take()
                        && let Ok(text) = serde_json::from_slice::<String>(&text)
                    {
                        self.add(&text);
                    }
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
