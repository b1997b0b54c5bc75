//! Options that a format does not have and one like it has.

use serde_json::Value as Json;

use super::{COMMON_OPTIONS, Registry, options_from_pairs, read_options_from_pairs};
use crate::error::{Error, ErrorKind, Result};
use crate::format::{FormatInfo, OptionInfo, OptionKind};

/// What is done with a format: either has options of its own.
#[derive(Clone, Copy)]
pub(super) enum Doing {
    Writing,
    Reading,
}

impl Doing {
    fn options(self, info: &FormatInfo) -> &'static [OptionInfo] {
        match self {
            Self::Writing => info.options,
            Self::Reading => info.read_options,
        }
    }
}

impl Doing {
    fn opposite(self) -> Self {
        match self {
            Self::Writing => Self::Reading,
            Self::Reading => Self::Writing,
        }
    }

    /// What it is called, and behind which words its options are typed.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Writing => ("writing", "--to"),
            Self::Reading => ("reading", "--from"),
        }
    }

    fn typed(self, info: &FormatInfo, name: &str, value: &str) -> Result<Json> {
        match self {
            Self::Writing => options_from_pairs(info, [(name, value)]),
            Self::Reading => read_options_from_pairs(info, [(name, value)]),
        }
    }
}

impl Registry {
    /// The options of writing a format, given as `name=value` pairs; as [`options_from_pairs`], and where another format has
    /// what this one lacks, the error names it.
    ///
    /// # Errors
    /// Those of [`Registry::format`] and [`options_from_pairs`].
    pub fn options_from_pairs(&self, format: &str, pairs: &[(&str, &str)]) -> Result<Json> {
        let info = self.format(format)?;
        let options = options_from_pairs(info, pairs.iter().copied());
        options.map_err(|error| self.with_related(error, info, pairs, Doing::Writing))
    }

    /// The options of reading a format, likewise.
    ///
    /// # Errors
    /// Those of [`Registry::format`] and [`read_options_from_pairs`].
    pub fn read_options_from_pairs(&self, format: &str, pairs: &[(&str, &str)]) -> Result<Json> {
        let info = self.format(format)?;
        let options = read_options_from_pairs(info, pairs.iter().copied());
        options.map_err(|error| self.with_related(error, info, pairs, Doing::Reading))
    }

    /// The error of options that are refused, with the format that has them before what it says itself.
    pub(super) fn with_related(
        &self,
        error: Error,
        info: &FormatInfo,
        pairs: &[(&str, &str)],
        doing: Doing,
    ) -> Error {
        if error.kind() != ErrorKind::Usage {
            return error;
        }
        let related = pairs.iter().find_map(|(name, value)| self.related(info, name, value, doing));
        related.into_iter().fold(error, Error::with_first_hint)
    }

    /// The same for options that are a JSON object.
    pub(super) fn with_related_of_json(
        &self,
        error: Error,
        format: &str,
        options: &Json,
        doing: Doing,
    ) -> Error {
        let (Ok(info), Json::Object(options)) = (self.format(format), options) else { return error };
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs: Vec<(&str, String)> =
            options.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.with_related(error, info, &pairs, doing)
    }

    /// What to write where a format like this one has the option, or is what the value names.
    fn related(&self, info: &FormatInfo, name: &str, value: &str, doing: Doing) -> Option<String> {
        let formats = match doing {
            Doing::Writing => self.writers.iter().map(|face| face.info).collect::<Vec<_>>(),
            Doing::Reading => self.readers.iter().map(|face| face.info).collect(),
        };
        let own = doing.options(info);
        let is_like = |other: &&&FormatInfo| {
            let shared = own.iter().filter(|own| doing.options(other).iter().any(|it| it.name == own.name));
            other.id != info.id && shared.count() * 4 > own.len() * 3
        };
        let mut like = formats.iter().filter(is_like);
        match own.iter().find(|option| option.is_called(name)) {
            None if COMMON_OPTIONS.iter().any(|common| common.is_called(name)) => None,
            None => {
                let has = |options: &[OptionInfo]| options.iter().any(|option| option.is_called(name));
                if has(doing.opposite().options(info)) {
                    let (other, flag) = doing.opposite().words();
                    return Some(format!(
                        "{name} is an option of {other}: {flag} {}:{name}={value}",
                        info.id
                    ));
                }
                let other = like.find(|other| has(doing.options(other)))?;
                if doing.typed(other, name, value).is_ok() {
                    return Some(format!("{} has it: {}:{name}={value}", other.id, other.id));
                }
                has_word(info.name, value)
                    .then(|| format!("{} is {value} already: leave {name}= out", info.id))
            }
            Some(OptionInfo { kind: OptionKind::Choice(choices), .. }) if !choices.contains(&value) => {
                let is_named = |other: &&&FormatInfo| other.id == value || has_word(other.name, value);
                Some(format!("for {value} choose the format {}", like.find(is_named)?.id))
            }
            Some(_) => None,
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|known| known.eq_ignore_ascii_case(word))
}
