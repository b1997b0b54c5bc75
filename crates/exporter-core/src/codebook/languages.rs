//! Another of a study's languages as its default.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Codebook, Group, Question, Study, Table, Text, ValidationRule, Variable};

impl Codebook {
    /// Makes another language of the study its default: every text says in each language what it said, and without a choice
    /// it shows what it showed in that one. Nothing changes where the study does not list it.
    pub fn set_default_language(&mut self, tag: &str) {
        let languages = &mut self.study.languages;
        let known = languages.iter().position(|known| known.eq_ignore_ascii_case(tag));
        let (Some(place), Some(from)) = (known.filter(|place| *place > 0), languages.first().cloned()) else {
            return;
        };
        if let Some(to) = languages.get_mut(..=place) {
            to.rotate_right(1);
        }
        let to = languages.first().cloned().unwrap_or_default();
        self.for_each_text(&mut |text| text.set_default_language(&from, &to));
    }

    /// The codebook for use among texts whose default language this is: where its own default is another one, texts without a
    /// tag have the tag of that.
    pub fn for_default_language(&self, default: Option<&str>) -> Cow<'_, Self> {
        match (self.default_language(), default) {
            (Some(own), Some(default)) if !own.eq_ignore_ascii_case(default) => {
                let mut tagged = self.clone();
                tagged.for_each_text(&mut |text| text.tag(own));
                Cow::Owned(tagged)
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// Lists those of these languages that texts have and the study does not list yet, if it lists any.
    pub fn list_languages(&mut self, languages: &[String]) {
        let is_listed =
            |known: &[String], tag: &str| known.iter().any(|known| known.eq_ignore_ascii_case(tag));
        let known = &self.study.languages;
        let new: Vec<&String> = languages.iter().filter(|tag| !is_listed(known, tag)).collect();
        if known.is_empty() || new.is_empty() {
            return;
        }
        let mut used = BTreeSet::new();
        self.for_each_text(&mut |text| {
            for (tag, _) in text.tagged().filter(|(tag, _)| new.iter().any(|new| serves(new, tag))) {
                if !used.contains(tag) {
                    used.insert(tag.to_owned());
                }
            }
        });
        for new in new {
            if used.iter().any(|tag| serves(new, tag)) && !is_listed(&self.study.languages, new) {
                self.study.languages.push(new.clone());
            }
        }
    }

    /// Hands out every text that may be in several languages.
    pub fn for_each_text(&mut self, change: &mut dyn FnMut(&mut Text)) {
        study(&mut self.study, change);
        self.tables.iter_mut().for_each(|it| table(it, change));
        let entries = self.value_labels.values_mut().flat_map(|set| &mut set.entries);
        entries.for_each(|entry| change(&mut entry.label));
        self.documents.iter_mut().for_each(|document| change(&mut document.title));
    }
}

/// Whether a language is that of a tag or a form of it, as `pt-BR` is of `pt`.
pub(super) fn serves(language: &str, tag: &str) -> bool {
    let same = language.get(..tag.len()).filter(|start| start.eq_ignore_ascii_case(tag));
    same.is_some() && matches!(language.as_bytes().get(tag.len()), None | Some(b'-'))
}

type Change<'c> = &'c mut dyn FnMut(&mut Text);

fn study(study: &mut Study, change: Change<'_>) {
    let texts = [
        &mut study.title,
        &mut study.summary,
        &mut study.geography,
        &mut study.universe,
        &mut study.analysis_unit,
        &mut study.sampling,
        &mut study.response_rate,
        &mut study.weighting,
        &mut study.licence,
        &mut study.access,
        &mut study.citation,
    ];
    let lists = [
        &mut study.keywords,
        &mut study.data_kinds,
        &mut study.collection_modes,
        &mut study.instruments,
        &mut study.notes,
    ];
    let version = study.version.iter_mut().map(|version| &mut version.notes);
    let series = study.series.iter_mut().flat_map(|series| [&mut series.name, &mut series.description]);
    let materials = study.related_materials.iter_mut().map(|material| &mut material.title);
    let lists = lists.into_iter().flatten();
    texts.into_iter().chain(lists).chain(version).chain(series).chain(materials).for_each(change);
}

fn table(table: &mut Table, change: Change<'_>) {
    change(&mut table.label);
    table.notes.iter_mut().for_each(&mut *change);
    table.groups.iter_mut().for_each(|it| group(it, change));
    table.variables.iter_mut().for_each(|it| variable(it, change));
}

fn group(group: &mut Group, change: Change<'_>) {
    [&mut group.label, &mut group.text, &mut group.instructions].into_iter().for_each(&mut *change);
    rules(&mut group.validations, change);
    group.question.iter_mut().for_each(|it| question(it, change));
}

fn variable(variable: &mut Variable, change: Change<'_>) {
    let texts = [
        &mut variable.label,
        &mut variable.unit,
        &mut variable.universe,
        &mut variable.concept,
        &mut variable.derivation,
    ];
    let missing = variable.missing.iter_mut().map(|missing| &mut missing.label);
    texts.into_iter().chain(&mut variable.notes).chain(missing).for_each(&mut *change);
    variable.question.iter_mut().for_each(|it| question(it, change));
}

fn question(question: &mut Question, change: Change<'_>) {
    let texts =
        [&mut question.text, &mut question.pre_text, &mut question.post_text, &mut question.instructions];
    texts.into_iter().for_each(&mut *change);
    rules(&mut question.validations, change);
}

fn rules(rules: &mut [ValidationRule], change: Change<'_>) {
    rules.iter_mut().for_each(|rule| change(&mut rule.message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Kind, Missing, ValueLabels};

    #[test]
    fn each_text_shows_what_it_showed_in_the_new_default() {
        let both = || Text::new("Two").with("fr", "Deux").with("de", "Zwei");
        let untranslated = || Text::new("Three").with("de", "Drei");
        let variable = Variable::new("x", Kind::INTEGER)
            .with_label(both())
            .with_labels("set")
            .with_missing(Missing::value(9).label(untranslated()));
        let mut codebook = Codebook::new("s").with_table(Table::new("t", vec![variable]));
        codebook.study.languages = ["en", "de", "fr"].map(str::to_owned).to_vec();
        codebook.study.title = Text::default().with("en", "One").with("fr", "Un");
        codebook.study.keywords = vec![Text::new("word")];
        codebook = codebook.with_value_labels("set", ValueLabels::new().with(1, both()));
        let mut french = codebook.clone();
        french.set_default_language("FR");
        french.validate().unwrap();
        assert_eq!(french.study.languages, ["fr", "en", "de"]);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for tag in ["fr", "en"] {
            let language = codebook.language(Some(tag));
            codebook.clone().for_each_text(&mut |text| before.push(text.get(language).to_owned()));
            let language = french.language(Some(tag));
            french.clone().for_each_text(&mut |text| after.push(text.get(language).to_owned()));
        }
        assert_eq!(after, before);
        let unnamed = french.language(None);
        let variable = &french.tables[0].variables[0];
        assert_eq!((variable.label.get(unnamed), french.study.title.get(unnamed)), ("Deux", "Un"));
        assert_eq!(variable.missing[0].label.get(unnamed), "Three");
        assert_eq!(french.study.keywords, [Text::default().with("en", "word")]);
        // What is no language of the study is no default.
        let mut same = codebook.clone();
        same.set_default_language("pt");
        assert_eq!(same, codebook);
    }
    #[test]
    fn among_texts_of_another_default_texts_keep_their_language() {
        let variable = Variable::new("x", Kind::INTEGER).with_label("Deux");
        let mut codebook = Codebook::new("s").with_table(Table::new("t", vec![variable]));
        // Of texts whose language nobody says nothing is known.
        assert_eq!(*codebook.for_default_language(Some("en")), codebook);
        codebook.study.languages = vec!["fr".into(), "de".into()];
        for same in [None, Some("FR")] {
            assert_eq!(*codebook.for_default_language(same), codebook);
        }
        let mut tagged = codebook.for_default_language(Some("en")).into_owned();
        assert_eq!(tagged.tables[0].variables[0].label, Text::default().with("fr", "Deux"));
        // Only languages that texts are in are listed with those of others.
        tagged.study.languages = vec!["en".into()];
        tagged.list_languages(&codebook.study.languages);
        assert_eq!(tagged.study.languages, ["en", "fr"]);
        tagged.validate().unwrap();
    }
}
