//! The description of a format, from which help, documentation and tests are made.

use serde::Serialize;

use crate::limits::Limits;
use crate::loss::LossCode;

/// The static description of a format.
///
/// Whether a program reads, writes or checks the format is not part of it: that follows from what is registered, see
/// [`Registry::faces`](crate::Registry::faces).
///
/// ```
/// use exporter_core::{FormatInfo, Limits, LossCode, OptionInfo};
///
/// static INFO: FormatInfo = FormatInfo::new("cards", "Punched cards")
///     .extensions(&["crd"])
///     .limits(Limits::NONE.text_bytes(80))
///     .options(&[OptionInfo::boolean("hollerith", "Write the Hollerith code.").default("true")])
///     .losses(&[LossCode::TEXT_TRUNCATED])
///     .notes("One card per row.");
///
/// assert_eq!(INFO.id, "cards");
/// assert_eq!(INFO.media_type, "application/octet-stream");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FormatInfo {
    /// Identifier, lower case: `dta`.
    pub id: &'static str,
    /// Name for people: `Stata data file`.
    pub name: &'static str,
    /// Other identifiers.
    pub aliases: &'static [&'static str],
    /// File extensions without the point; the first is the one written.
    pub extensions: &'static [&'static str],
    /// Media type of an entry.
    pub media_type: &'static str,
    /// How much it can hold.
    pub limits: Limits,
    /// Options of writing, in the order of help.
    pub options: &'static [OptionInfo],
    /// Options of reading, in the order of help.
    pub read_options: &'static [OptionInfo],
    /// Losses it may report beside those of parts of the codebook that it does not carry
    /// ([`crate::Exporter::carries`]).
    pub losses: &'static [LossCode],
    /// More for users: versions written, programs that open it.
    pub notes: &'static str,
}

impl FormatInfo {
    /// A format with an identifier and a name, of type `application/octet-stream`, without anything else.
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            aliases: &[],
            extensions: &[],
            media_type: "application/octet-stream",
            limits: Limits::NONE,
            options: &[],
            read_options: &[],
            losses: &[],
            notes: "",
        }
    }

    /// Sets the other identifiers.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets the file extensions, without the point; the first is the one written.
    #[must_use]
    pub const fn extensions(mut self, extensions: &'static [&'static str]) -> Self {
        self.extensions = extensions;
        self
    }

    /// Sets the media type of an entry.
    #[must_use]
    pub const fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// Sets how much it can hold.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the options of writing, in the order of help.
    #[must_use]
    pub const fn options(mut self, options: &'static [OptionInfo]) -> Self {
        self.options = options;
        self
    }

    /// Sets the options of reading, in the order of help.
    #[must_use]
    pub const fn read_options(mut self, options: &'static [OptionInfo]) -> Self {
        self.read_options = options;
        self
    }

    /// Sets the losses it may report.
    #[must_use]
    pub const fn losses(mut self, losses: &'static [LossCode]) -> Self {
        self.losses = losses;
        self
    }

    /// Sets what else users need.
    #[must_use]
    pub const fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }
}

/// One option of a format.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OptionInfo {
    /// Name, kebab-case, as the options struct spells it.
    pub name: &'static str,
    /// What values it takes.
    pub kind: OptionKind,
    /// The default as it would be typed; empty when there is none.
    pub default: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// Other names that are taken too.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub aliases: &'static [&'static str],
    /// Names that other programs have for it: they are not taken, but answered with the right one.
    #[serde(skip)]
    pub elsewhere: &'static [&'static str],
    /// Other spellings of values that are taken too, each with the value that it means.
    #[serde(skip)]
    pub spellings: &'static [(&'static str, &'static str)],
}

impl OptionInfo {
    /// An option of any kind without a default.
    pub const fn new(name: &'static str, kind: OptionKind, help: &'static str) -> Self {
        Self { name, kind, default: "", help, aliases: &[], elsewhere: &[], spellings: &[] }
    }

    /// An option that is `true` or `false`.
    pub const fn boolean(name: &'static str, help: &'static str) -> Self {
        Self::new(name, OptionKind::Boolean, help)
    }

    /// An option that is an integer.
    pub const fn integer(name: &'static str, help: &'static str) -> Self {
        Self::new(name, OptionKind::Integer, help)
    }

    /// An option that is any text.
    pub const fn text(name: &'static str, help: &'static str) -> Self {
        Self::new(name, OptionKind::Text, help)
    }

    /// An option that is one of `choices`.
    pub const fn choice(name: &'static str, choices: &'static [&'static str], help: &'static str) -> Self {
        Self::new(name, OptionKind::Choice(choices), help)
    }

    /// Sets the default, as it would be typed.
    #[must_use]
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// Sets other names that are taken too.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets names of other programs, which are answered with the name of this option.
    #[must_use]
    pub const fn elsewhere(mut self, names: &'static [&'static str]) -> Self {
        self.elsewhere = names;
        self
    }

    /// Sets other spellings of values, each with the value that it means.
    #[must_use]
    pub const fn spellings(mut self, spellings: &'static [(&'static str, &'static str)]) -> Self {
        self.spellings = spellings;
        self
    }

    /// Whether this is a name of the option.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// The value that a spelling means; of choices, and of what is true or false, capital letters mean the same.
    pub(crate) fn meant<'v>(&self, value: &'v str) -> &'v str {
        let spelled = self.spellings.iter().find(|(spelling, _)| *spelling == value);
        let choices: &[&'static str] = match self.kind {
            OptionKind::Choice(choices) if !choices.contains(&value) => choices,
            OptionKind::Boolean => &["true", "false", "yes", "no", "on", "off"],
            _ => &[],
        };
        let alike = || choices.iter().find(|choice| choice.eq_ignore_ascii_case(value));
        spelled.map(|(_, meant)| *meant).or_else(|| alike().copied()).unwrap_or(value)
    }
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OptionKind {
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// Any text.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
}
