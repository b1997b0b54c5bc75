//! Texts in several languages and how one is chosen.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The tag under which a text of unstated language stands in JSON (BCP 47 "undetermined").
const UNDETERMINED: &str = "und";

/// A string in the study's default language, with translations by BCP 47 tag.
///
/// In JSON a plain string, or a map from tag to string; `und` is the text whose language is the study's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(from = "TextForm"))]
#[serde(into = "TextForm")]
pub struct Text(
    /// None where there is no text: most texts of a variable are empty, and a wide table has very many.
    Option<Box<Texts>>,
);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Texts {
    untagged: Option<String>,
    tagged: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Text"))]
#[serde(untagged)]
enum TextForm {
    /// A text in the study's default language.
    Plain(String),
    /// Texts by BCP 47 language tag.
    ByLanguage(BTreeMap<String, String>),
}

// Written by hand so that errors within, such as a language that stands twice, keep their words and place.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a map from language tag to text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text::new(text))
            }

            fn visit_string<E>(self, text: String) -> Result<Text, E> {
                Ok(Text::new(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                super::json::unique(MapAccessDeserializer::new(map))
                    .map(|tagged| Text::from(TextForm::ByLanguage(tagged)))
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// The language to show and the study's default language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Language<'a> {
    /// The tag of the language to show; `None` for the default.
    pub wanted: Option<&'a str>,
    /// The study's default language.
    pub default: Option<&'a str>,
}

impl Text {
    /// A text in the default language.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::of(Texts { untagged: (!text.is_empty()).then_some(text), tagged: BTreeMap::new() })
    }

    fn of(texts: Texts) -> Self {
        Self((texts != Texts::default()).then(|| Box::new(texts)))
    }

    /// Adds or replaces the text of one language.
    #[must_use]
    pub fn with(mut self, language: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(language, text);
        self
    }

    /// Adds or replaces the text of one language; `und` is the default language.
    pub fn set(&mut self, language: impl Into<String>, text: impl Into<String>) {
        let language = language.into();
        let texts = self.0.get_or_insert_default();
        if language == UNDETERMINED {
            texts.untagged = Some(text.into());
        } else {
            texts.tagged.insert(language, text.into());
        }
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The text for a language: the exact tag, then its shorter forms (`pt-BR`, `pt`), then the default
    /// language, then any; empty when there is none.
    pub fn get(&self, language: Language<'_>) -> &str {
        language
            .wanted
            .filter(|wanted| Some(*wanted) != language.default)
            .and_then(|wanted| self.translation(wanted))
            .or_else(|| self.default_text(language.default))
            .unwrap_or_default()
    }

    /// The text of exactly this language.
    pub fn tagged_as(&self, language: &str) -> Option<&str> {
        let tagged = &self.0.as_ref()?.tagged;
        // Tags are the same in capitals (BCP 47, 2.1.1).
        let same =
            || tagged.iter().find(|(known, _)| known.eq_ignore_ascii_case(language)).map(|(_, text)| text);
        tagged.get(language).or_else(same).map(String::as_str)
    }

    /// The text of exactly this language or its shorter forms, without falling back to another.
    pub fn translation(&self, language: &str) -> Option<&str> {
        let mut tag = language;
        loop {
            if let Some(text) = self.tagged_as(tag) {
                return Some(text);
            }
            tag = &tag[..tag.rfind('-')?];
        }
    }

    /// The text in the default language, else in any.
    fn default_text(&self, default: Option<&str>) -> Option<&str> {
        self.untagged()
            .or_else(|| self.translation(default?))
            .or_else(|| self.tagged().next().map(|(_, text)| text))
    }

    /// The text whose language is the default one, when it carries no tag.
    pub fn untagged(&self) -> Option<&str> {
        self.0.as_ref()?.untagged.as_deref()
    }

    /// Gives the text without a tag this one.
    pub(super) fn tag(&mut self, tag: &str) {
        if let Some(untagged) = self.0.as_mut().and_then(|texts| texts.untagged.take()) {
            self.set(tag, untagged);
        }
    }

    /// The text of a study whose default language was `from` and is `to`.
    pub(super) fn set_default_language(&mut self, from: &str, to: &str) {
        if self.is_empty() {
            return;
        }
        let shown = self.get(Language { wanted: Some(to), default: Some(from) }).to_owned();
        self.tag(from);
        // Among several other languages it would be that of the first tag.
        if self.get(Language { wanted: None, default: Some(to) }) != shown {
            self.set(UNDETERMINED, shown);
        }
    }

    /// Tags and texts of all tagged languages, by tag.
    pub fn tagged(&self) -> impl Iterator<Item = (&str, &str)> {
        let tagged = self.0.iter().flat_map(|texts| &texts.tagged);
        tagged.map(|(tag, text)| (tag.as_str(), text.as_str()))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<TextForm> for Text {
    fn from(form: TextForm) -> Self {
        match form {
            TextForm::Plain(text) => Self::new(text),
            TextForm::ByLanguage(mut tagged) => {
                Self::of(Texts { untagged: tagged.remove(UNDETERMINED), tagged })
            }
        }
    }
}

impl From<Text> for TextForm {
    fn from(text: Text) -> Self {
        let Texts { untagged, mut tagged } = text.0.map_or_else(Texts::default, |texts| *texts);
        match untagged {
            // An explicitly empty text differs from none, so it keeps its tag.
            Some(untagged) if tagged.is_empty() && !untagged.is_empty() => TextForm::Plain(untagged),
            None if tagged.is_empty() => TextForm::Plain(String::new()),
            Some(untagged) => {
                tagged.insert(UNDETERMINED.into(), untagged);
                TextForm::ByLanguage(tagged)
            }
            None => TextForm::ByLanguage(tagged),
        }
    }
}

impl<'a> Language<'a> {
    /// The tag of the texts that [`Text::get`] gives, if it is known.
    pub fn tag(self) -> Option<&'a str> {
        self.wanted.or(self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language<'a>(wanted: Option<&'a str>) -> Language<'a> {
        Language { wanted, default: Some("en") }
    }

    #[test]
    fn languages_fall_back_from_region_to_language_to_default() {
        let text: Text = serde_json::from_str(r#"{"en": "house", "pt": "casa"}"#).unwrap();
        assert_eq!(text.get(language(Some("pt-BR"))), "casa");
        assert_eq!(text.get(language(Some("fr"))), "house");
        assert_eq!(text.get(language(None)), "house");
        assert_eq!(text.translation("fr"), None);
        assert_eq!((text.translation("EN"), text.translation("PT-br")), (Some("house"), Some("casa")));
    }

    #[test]
    fn json_is_a_string_when_there_is_one_language() {
        assert_eq!(serde_json::to_string(&Text::new("Vote")).unwrap(), r#""Vote""#);
        let both = Text::new("Vote").with("fr", "Voix");
        let json = serde_json::to_string(&both).unwrap();
        assert_eq!(json, r#"{"fr":"Voix","und":"Vote"}"#);
        assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), both);
    }
}
