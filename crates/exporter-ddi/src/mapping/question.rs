//! Questions: `qstn`, and notes for what it has no place for.

use std::collections::BTreeMap;

use exporter_core::codebook::{Attribute, Question, QuestionKind, ValidationRule};

use super::note::{add_attribute, kind_of, typed};
use super::texts::{Languages, Left, first_text, has_text, language_of, text_of, words};
use exporter_xml::Element;

/// Kinds of questions, the domain of their answers, and what stands behind `other`.
const DOMAINS: [(QuestionKind, &str, &str); 16] = [
    (QuestionKind::Single, "category", ""),
    (QuestionKind::Multiple, "multiple", ""),
    (QuestionKind::YesNo, "multiple", ""),
    (QuestionKind::Ordered, "multiple", ""),
    (QuestionKind::Numeric, "numeric", ""),
    (QuestionKind::Text, "text", ""),
    (QuestionKind::TextList, "text", ""),
    (QuestionKind::Barcode, "text", ""),
    (QuestionKind::Gps, "geographic", ""),
    (QuestionKind::Geography, "geographic", ""),
    (QuestionKind::Date, "datetime", ""),
    (QuestionKind::Timestamp, "datetime", ""),
    (QuestionKind::File, "other", "file"),
    (QuestionKind::Picture, "other", "picture"),
    (QuestionKind::Audio, "other", "audio"),
    (QuestionKind::Video, "other", "video"),
];

/// The ID of a question and whether this is the first variable that it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    pub(crate) id: &'a str,
    pub(crate) is_first: bool,
}

/// The question; nothing where it says nothing. Questions of several variables are written with each of them.
pub(crate) fn write(
    question: &Question,
    shared: Option<Shared<'_>>,
    languages: Languages<'_>,
) -> Option<Element> {
    let mut qstn = Element::new("qstn");
    for (name, text) in [
        ("preQTxt", &question.pre_text),
        ("qstnLit", &question.text),
        ("postQTxt", &question.post_text),
        ("ivuInstr", &question.instructions),
    ] {
        qstn.extend(languages.elements(name, text));
    }
    let mut qstn = qstn.with_some("seqNo", question.number.as_deref());
    if let Some((_, domain, other)) =
        question.kind.and_then(|kind| DOMAINS.iter().find(|domain| domain.0 == kind))
    {
        qstn = qstn.with("responseDomainType", *domain).with("otherResponseDomainType", *other);
    }
    if qstn.children.is_empty() && qstn.attributes.is_empty() {
        return None;
    }
    if let Some(Shared { id, is_first }) = shared {
        qstn = qstn.with(if is_first { "ID" } else { "qstn" }, id);
    }
    Some(qstn)
}

/// Keeps the domain of answers that is none of a known kind of question.
pub(crate) fn keep_domain(
    attributes: &mut BTreeMap<String, Attribute>,
    var: &Element,
    question: Option<&Question>,
) {
    if question.is_some_and(|question| question.kind.is_some()) {
        return;
    }
    for name in ["responseDomainType", "otherResponseDomainType"] {
        let stated = var.all("qstn").filter_map(|qstn| qstn.attribute(name)).map(str::trim);
        let stated: Vec<&str> = stated.filter(|value| !value.is_empty()).collect();
        stated
            .iter()
            .for_each(|value| add_attribute(attributes, &format!("qstn@{name}"), (*value).to_owned()));
    }
}

/// The attributes by which variables share a question, as what is kept of a variable calls them.
const SHARED: [&str; 2] = ["qstn@ID", "qstn@qstn"];

/// Takes them out of a variable whose question is that of its group.
pub(crate) fn forget_shared(attributes: &mut BTreeMap<String, Attribute>) {
    SHARED.iter().for_each(|name| drop(attributes.remove(*name)));
}

/// Whether a variable has them.
pub(crate) fn has_shared(attributes: &BTreeMap<String, Attribute>) -> bool {
    SHARED.iter().any(|name| attributes.contains_key(*name))
}

/// Conditions, rules and the source of a question, as notes.
pub(crate) fn notes(question: &Question, languages: Languages<'_>) -> Vec<Element> {
    let mut notes = Vec::new();
    let texts = [
        ("enablement", &question.enablement),
        ("options-filter", &question.options_filter),
        ("source-id", &question.source_id),
    ];
    for (kind, text) in texts {
        notes.extend(text.iter().filter(|text| !text.trim().is_empty()).map(|text| typed(kind, "", text)));
    }
    for rule in &question.validations {
        let message = languages.one(&rule.message).into_owned();
        notes.push(typed("validation", &rule.condition, message));
    }
    notes
}

/// The elements of one question: the first one, and those that say the same in other languages. The others are left.
fn of_one_question<'e>(var: &'e Element, left: &mut Left) -> Vec<&'e Element> {
    let mut known: Vec<(&str, Option<&str>)> = Vec::new();
    let mut first: Vec<&Element> = Vec::new();
    for qstn in var.all("qstn") {
        let texts = qstn.elements().chain(has_text(qstn).then_some(qstn));
        let said: Vec<_> = texts.map(|text| (text.name.as_ref(), language_of(text))).collect();
        if said.iter().any(|one| known.contains(one)) {
            left.keep(qstn);
            continue;
        }
        known.extend(said);
        first.push(qstn);
    }
    first
}

/// Reads the question of a variable.
pub(crate) fn read(var: &Element, default: Option<&str>, left: &mut Left) -> Option<Question> {
    let mut question = Question::default();
    let of_one = of_one_question(var, left);
    let qstn = || of_one.iter().copied();
    let mut text =
        |name: &'static str| first_text(qstn().flat_map(move |qstn| qstn.all(name)), default, left);
    (question.pre_text, question.text, question.post_text) =
        (text("preQTxt"), text("qstnLit"), text("postQTxt"));
    question.instructions = text("ivuInstr");
    if question.text.is_empty() {
        // Some write the text of the question into the element itself.
        let bare = qstn().map(|qstn| {
            let texts =
                qstn.children.iter().filter(|child| matches!(child, exporter_xml::Node::Text(_))).cloned();
            Element { children: texts.collect(), ..qstn.clone() }
        });
        question.text = text_of(&bare.collect::<Vec<_>>(), default);
    }
    question.number = qstn().find_map(|qstn| qstn.attribute("seqNo")).map(str::to_owned);
    question.kind = qstn().find_map(|qstn| {
        let (domain, other) =
            (qstn.attribute("responseDomainType")?, qstn.attribute("otherResponseDomainType"));
        let other = other.unwrap_or_default();
        DOMAINS.iter().find(|known| known.1 == domain && known.2 == other).map(|known| known.0)
    });
    for note in var.all("notes") {
        match kind_of(note) {
            Some("enablement") => question.enablement = Some(words(note)),
            Some("options-filter") => question.options_filter = Some(words(note)),
            Some("source-id") => question.source_id = Some(words(note)),
            Some("validation") => {
                let condition = note.attribute("subject").unwrap_or_default();
                question.validations.push(ValidationRule::new(condition, words(note)));
            }
            _ => {}
        }
    }
    (question != Question::default()).then_some(question)
}
