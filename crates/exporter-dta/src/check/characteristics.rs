//! Characteristics, and the notes, languages and aliases that are kept in them (sections 3.3 and 11).

use std::collections::{HashMap, HashSet};

use exporter_core::check::Findings;

use crate::characteristics::{CURRENT_LANGUAGE, DATASET, LANGUAGES};
use crate::check::file::{CheckedFile, text};
use crate::check::rule;
use crate::reader::until_nul;
use crate::spec::{MAX_CHARACTERISTIC_BYTES, MAX_LANGUAGE_CHARS, MAX_LANGUAGES, MAX_NOTES};
use crate::spec_storage::StorageType;

/// The characteristics of a file so far.
#[derive(Debug)]
pub(super) struct Seen {
    owners: HashSet<String>,
    names: HashSet<(String, String)>,
    /// Highest note and the contents of `note0`, by owner.
    notes: HashMap<String, (u32, Option<String>)>,
    languages: Option<(u64, String)>,
    current: Option<(u64, String)>,
}

impl Seen {
    pub(super) fn new(file: &CheckedFile) -> Self {
        let owners = file.names.iter().cloned().chain([DATASET.to_owned()]).collect();
        Self { owners, names: HashSet::new(), notes: HashMap::new(), languages: None, current: None }
    }

    /// Checks one record; `at` is where its length stands.
    pub(super) fn record(&mut self, file: &CheckedFile, findings: &mut Findings, at: u64, record: &[u8]) {
        let width = file.release.widths().name;
        let parts = record.split_at_checked(width).and_then(|(owner, rest)| {
            let (name, contents) = rest.split_at_checked(width)?;
            Some((owner, name, contents))
        });
        let Some((owner, name, contents)) = parts else {
            let message =
                format!("a characteristic of {} bytes has no room for owner and name", record.len());
            findings.at(rule::CHARACTERISTIC_SIZE, at, message);
            return;
        };
        let (owner_bytes, name_bytes) = (until_nul(owner), until_nul(name));
        let (owner, key) = (text(owner_bytes, file.release), text(name_bytes, file.release));
        if contents.is_empty() || contents.len() > MAX_CHARACTERISTIC_BYTES || contents.last() != Some(&0) {
            let message = format!(
                "the contents of {owner}[{key}] are {} bytes, 1 to {MAX_CHARACTERISTIC_BYTES} that end with a NUL expected",
                contents.len()
            );
            findings.at(rule::CHARACTERISTIC_SIZE, at, message);
        } else if contents == [0] {
            findings.at(rule::CHARACTERISTIC_EMPTY, at, format!("{owner}[{key}] is empty"));
        }
        if name_bytes.is_empty() || name_bytes.len() == name.len() || owner_bytes.len() == width {
            findings.at(
                rule::CHARACTERISTIC_NAME,
                at,
                format!("\"{key}\" of \"{owner}\" cannot name a characteristic"),
            );
        } else if !self.owners.contains(&owner) {
            findings.at(rule::CHARACTERISTIC_OWNER, at, format!("{owner}[{key}] belongs to no variable"));
        }
        let bytes = until_nul(contents);
        if file.release.is_utf8() && std::str::from_utf8(bytes).is_err() {
            findings.at(rule::UTF8, at, format!("the contents of {owner}[{key}] are not UTF-8"));
        }
        let contents = text(bytes, file.release);
        self.remember(at, &owner, &key, contents);
        if !self.names.insert((owner.clone(), key.clone())) {
            findings.at(rule::CHARACTERISTIC_UNIQUE, at, format!("{owner}[{key}] occurs more than once"));
        }
    }

    fn remember(&mut self, at: u64, owner: &str, name: &str, contents: String) {
        if let Some(number) = name.strip_prefix("note").and_then(|number| number.parse::<u32>().ok()) {
            let (highest, count) = self.notes.entry(owner.to_owned()).or_default();
            if number == 0 {
                *count = Some(contents);
            } else {
                *highest = (*highest).max(number);
            }
        } else if owner == DATASET && name == LANGUAGES {
            self.languages = Some((at, contents));
        } else if owner == DATASET && name == CURRENT_LANGUAGE {
            self.current = Some((at, contents));
        }
    }

    /// Checks what several records say together; `at` is where they end.
    pub(super) fn finish(&self, file: &CheckedFile, findings: &mut Findings, at: u64) {
        let mut notes: Vec<_> = self.notes.iter().collect();
        notes.sort();
        for (owner, (highest, count)) in notes {
            let counted = count.as_deref().and_then(|count| count.trim().parse::<u32>().ok());
            if counted != Some(*highest) || *highest > MAX_NOTES as u32 {
                let found = count.as_deref().unwrap_or("absent");
                let message = format!(
                    "the highest note of {owner} is {highest} (at most {MAX_NOTES}), note0 is {found}"
                );
                findings.at(rule::NOTE_COUNT, at, message);
            }
        }
        self.check_languages(findings);
        for (name, storage) in file.names.iter().zip(&file.types) {
            let has = |key: &str| self.names.contains(&(name.clone(), key.to_owned()));
            if *storage == StorageType::Alias && !(has("fralias_from") && has("fralias_varname")) {
                let message = format!("alias variable {name} lacks fralias_from or fralias_varname");
                findings.at(rule::ALIAS, at, message);
            }
        }
    }

    fn check_languages(&self, findings: &mut Findings) {
        let (at, list) = match (&self.languages, &self.current) {
            (Some((at, list)), _) => (*at, list.as_str()),
            (None, Some((at, current))) => {
                findings.at(
                    rule::LABEL_LANGUAGE,
                    *at,
                    format!("language {current} is current, but no list names it"),
                );
                return;
            }
            (None, None) => return,
        };
        let names: Vec<&str> = list.split_ascii_whitespace().collect();
        if names.len() > MAX_LANGUAGES {
            findings.at(
                rule::LABEL_LANGUAGE,
                at,
                format!("{} languages, at most {MAX_LANGUAGES}", names.len()),
            );
        }
        if let Some(long) = names.iter().find(|name| name.chars().count() > MAX_LANGUAGE_CHARS) {
            let message = format!("language {long} has more than {MAX_LANGUAGE_CHARS} characters");
            findings.at(rule::LABEL_LANGUAGE, at, message);
        }
        let current = self.current.as_ref().map(|(_, current)| current.as_str());
        if current.is_none_or(|current| !names.contains(&current)) {
            let current = current.unwrap_or("absent");
            findings.at(
                rule::LABEL_LANGUAGE,
                at,
                format!("the current language, {current}, is none of \"{list}\""),
            );
        }
    }
}
