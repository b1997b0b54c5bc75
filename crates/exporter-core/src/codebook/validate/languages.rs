//! Languages: every text of the codebook is in one that the study lists.

use super::names::Names;
use super::{Problems, rules};
use crate::codebook::languages::serves;
use crate::codebook::{Codebook, Group, Question, Study, Table, Text, ValidationRule, Variable};

pub(super) fn check(codebook: &Codebook, problems: &mut Problems) {
    let mut seen = Names::default();
    for (index, tag) in codebook.study.languages.iter().enumerate() {
        let place = format!("study / languages[{index}]");
        seen.check(tag, &place, problems);
        if !tag.is_empty() && !is_tag(tag) {
            let message = format!("{tag:?} is no BCP 47 language tag such as \"en\" or \"pt-BR\"");
            problems.add(rules::UNKNOWN_LANGUAGE, place, message);
        }
    }
    let mut visit = Visit { languages: &codebook.study.languages, problems };
    visit.study(&codebook.study);
    for (index, table) in codebook.tables.iter().enumerate() {
        visit.table(table, &format!("tables[{index}] {}", table.name));
    }
    for (name, set) in &codebook.value_labels {
        for (index, entry) in set.entries.iter().enumerate() {
            visit.text(&entry.label, || format!("value_labels {name}[{index}] / label"));
        }
    }
    for (index, document) in codebook.documents.iter().enumerate() {
        let place = format!("documents[{index}] {}", document.name);
        visit.text(&document.title, || format!("{place} / title"));
        if let Some(language) = &document.language {
            visit.tag(language, || format!("{place} / language"));
        }
    }
}

/// Letters and digits in parts of one to eight, joined by `-` (RFC 5646 section 2.1).
fn is_tag(tag: &str) -> bool {
    tag.split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

struct Visit<'a> {
    languages: &'a [String],
    problems: &'a mut Problems,
}

impl Visit<'_> {
    fn text(&mut self, text: &Text, place: impl Fn() -> String) {
        for (tag, _) in text.tagged() {
            self.tag(tag, &place);
        }
    }

    fn texts(&mut self, texts: &[Text], place: impl Fn() -> String) {
        for (index, text) in texts.iter().enumerate() {
            self.text(text, || format!("{}[{index}]", place()));
        }
    }

    fn tag(&mut self, tag: &str, place: impl Fn() -> String) {
        if !is_tag(tag) {
            let message = format!("{tag:?} is no BCP 47 language tag such as \"en\" or \"pt-BR\"");
            self.problems.add(rules::UNKNOWN_LANGUAGE, place(), message);
            return;
        }
        // A text in `pt` serves a study in `pt-BR`; tags are the same in capitals (BCP 47, 2.1.1).
        if !self.languages.is_empty() && !self.languages.iter().any(|language| serves(language, tag)) {
            let message =
                format!("the language {tag:?} is not among the study's: {}", self.languages.join(", "));
            self.problems.add(rules::UNKNOWN_LANGUAGE, place(), message);
        }
    }

    fn study(&mut self, study: &Study) {
        let texts = [
            ("title", &study.title),
            ("abstract", &study.summary),
            ("geography", &study.geography),
            ("universe", &study.universe),
            ("analysis_unit", &study.analysis_unit),
            ("sampling", &study.sampling),
            ("response_rate", &study.response_rate),
            ("weighting", &study.weighting),
            ("licence", &study.licence),
            ("access", &study.access),
            ("citation", &study.citation),
        ];
        for (name, text) in texts {
            self.text(text, || format!("study / {name}"));
        }
        self.texts(&study.keywords, || "study / keywords".into());
        self.texts(&study.data_kinds, || "study / data_kinds".into());
        self.texts(&study.collection_modes, || "study / collection_modes".into());
        self.texts(&study.instruments, || "study / instruments".into());
        self.texts(&study.notes, || "study / notes".into());
        if let Some(version) = &study.version {
            self.text(&version.notes, || "study / version / notes".into());
        }
        if let Some(series) = &study.series {
            self.text(&series.name, || "study / series / name".into());
            self.text(&series.description, || "study / series / description".into());
        }
        for (index, material) in study.related_materials.iter().enumerate() {
            self.text(&material.title, || format!("study / related_materials[{index}] / title"));
        }
    }

    fn table(&mut self, table: &Table, place: &str) {
        self.text(&table.label, || format!("{place} / label"));
        self.texts(&table.notes, || format!("{place} / notes"));
        for (index, group) in table.groups.iter().enumerate() {
            self.group(group, &|| format!("{place} / groups[{index}] {}", group.name));
        }
        for (index, variable) in table.variables.iter().enumerate() {
            self.variable(variable, &|| format!("{place} / variables[{index}] {}", variable.name));
        }
    }

    fn group(&mut self, group: &Group, place: &dyn Fn() -> String) {
        let texts = [("label", &group.label), ("text", &group.text), ("instructions", &group.instructions)];
        for (name, text) in texts {
            self.text(text, || format!("{} / {name}", place()));
        }
        self.rules(&group.validations, place);
        if let Some(question) = &group.question {
            self.question(question, &|| format!("{} / question", place()));
        }
    }

    fn rules(&mut self, rules: &[ValidationRule], place: &dyn Fn() -> String) {
        for (index, rule) in rules.iter().enumerate() {
            self.text(&rule.message, || format!("{} / validations[{index}] / message", place()));
        }
    }

    fn variable(&mut self, variable: &Variable, place: &dyn Fn() -> String) {
        let texts = [
            ("label", &variable.label),
            ("unit", &variable.unit),
            ("universe", &variable.universe),
            ("concept", &variable.concept),
            ("derivation", &variable.derivation),
        ];
        for (name, text) in texts {
            self.text(text, || format!("{} / {name}", place()));
        }
        self.texts(&variable.notes, || format!("{} / notes", place()));
        for (index, missing) in variable.missing.iter().enumerate() {
            self.text(&missing.label, || format!("{} / missing[{index}] / label", place()));
        }
        if let Some(question) = &variable.question {
            self.question(question, &|| format!("{} / question", place()));
        }
    }

    fn question(&mut self, question: &Question, place: &dyn Fn() -> String) {
        let texts = [
            ("text", &question.text),
            ("pre_text", &question.pre_text),
            ("post_text", &question.post_text),
            ("instructions", &question.instructions),
        ];
        for (name, text) in texts {
            self.text(text, || format!("{} / {name}", place()));
        }
        self.rules(&question.validations, place);
    }
}
