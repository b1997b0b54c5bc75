//! Formats by name: a value that any program builds and extends.

use std::path::Path;

use serde::Serialize;
use serde_json::Value as Json;

use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::exporter::Exporter;
use crate::format::{Format, FormatInfo, Input, OptionInfo, OptionKind, Recognition, Source};
use crate::near_name::{self, nearest};

/// How many bytes of a file decide what it is.
const HEAD_BYTES: u64 = 4096;

/// The formats a program knows.
#[derive(Clone, Default)]
pub struct Registry {
    writers: Vec<Writer>,
    readers: Vec<Reader>,
}

/// What a program does with a format, by what was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Faces {
    /// Whether it reads the format.
    pub reads: bool,
    /// Whether it writes the format.
    pub writes: bool,
}

#[derive(Clone, Copy)]
struct Writer {
    info: &'static FormatInfo,
    make: fn(Json) -> Result<Box<dyn Exporter>>,
}

#[derive(Clone, Copy)]
struct Reader {
    info: &'static FormatInfo,
    recognise: fn(&[u8]) -> Recognition,
    open: fn(&Source<'_>, Json, &Context) -> Result<Box<dyn Dataset>>,
}

impl Registry {
    /// A registry that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a format that writes; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register<F: Format>(mut self) -> Self {
        self.writers.retain(|writer| writer.info.id != F::INFO.id);
        self.writers.push(Writer {
            info: F::INFO,
            make: |options| Ok(Box::new(F::exporter(typed(F::INFO.id, F::INFO.options, options)?)?)),
        });
        self
    }

    /// Adds a format that reads; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register_input<I: Input>(mut self) -> Self {
        self.readers.retain(|reader| reader.info.id != I::INFO.id);
        self.readers.push(Reader {
            info: I::INFO,
            recognise: I::recognise,
            open: |source, options, context| {
                I::open(source, typed(I::INFO.id, I::INFO.read_options, options)?, context)
            },
        });
        self
    }

    /// Every format once, by id.
    pub fn formats(&self) -> Vec<&'static FormatInfo> {
        let mut all: Vec<&'static FormatInfo> = self.writers.iter().map(|writer| writer.info).collect();
        all.extend(self.readers.iter().map(|reader| reader.info));
        all.sort_by_key(|info| info.id);
        all.dedup_by_key(|info| info.id);
        all
    }

    /// What this registry does with the format of this id.
    pub fn faces(&self, id: &str) -> Faces {
        Faces {
            reads: self.readers.iter().any(|reader| reader.info.id == id),
            writes: self.writers.iter().any(|writer| writer.info.id == id),
        }
    }

    /// The format with this id, alias or extension.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] listing the known formats.
    pub fn format(&self, name: &str) -> Result<&'static FormatInfo> {
        let wanted = name.to_lowercase();
        called(self.formats().into_iter(), |info| info, &wanted).ok_or_else(|| self.unknown(name))
    }

    /// Configures an exporter by id, alias or extension; options are a JSON object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] for an unknown format or wrong options.
    pub fn exporter(&self, format: &str, options: Json) -> Result<Box<dyn Exporter>> {
        let wanted = format.to_lowercase();
        let writer =
            called(self.writers.iter(), |writer| writer.info, &wanted).ok_or_else(|| self.unknown(format))?;
        (writer.make)(options)
    }

    /// Opens a file as a dataset: recognised by content first, by extension second.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`] when no format knows the file; else what its reader says.
    pub fn open(&self, source: &Source<'_>, options: Json, context: &Context) -> Result<Box<dyn Dataset>> {
        let reader = self.reader_of(source.path)?;
        (reader.open)(source, options, context)
            .map_err(|error| error.entry(source.path.display().to_string()))
    }

    /// Opens a file as a dataset of the named format, whatever it looks like.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] when the format does not read; else what its reader says.
    pub fn open_as(
        &self,
        format: &str,
        source: &Source<'_>,
        options: Json,
        context: &Context,
    ) -> Result<Box<dyn Dataset>> {
        let wanted = format.to_lowercase();
        let reader =
            called(self.readers.iter(), |reader| reader.info, &wanted).ok_or_else(|| self.unknown(format))?;
        (reader.open)(source, options, context)
            .map_err(|error| error.entry(source.path.display().to_string()))
    }

    /// The format that a file is in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when it cannot be read, [`crate::ErrorKind::Unsupported`] when no format knows it.
    pub fn recognise(&self, path: &Path) -> Result<&'static FormatInfo> {
        Ok(self.reader_of(path)?.info)
    }

    fn reader_of(&self, path: &Path) -> Result<Reader> {
        use std::io::Read as _;
        let failed = |source| Error::io(format!("cannot read {}", path.display()), source);
        let mut head = Vec::new();
        std::fs::File::open(path).map_err(failed)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
        let extension =
            path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
        let by_extension = |reader: &&Reader| reader.info.extensions.contains(&extension.as_str());
        let sure = self.readers.iter().find(|reader| (reader.recognise)(&head) == Recognition::Yes);
        let maybe = || {
            self.readers
                .iter()
                .filter(|reader| (reader.recognise)(&head) == Recognition::Maybe)
                .find(by_extension)
        };
        sure.or_else(maybe).copied().ok_or_else(|| {
            let known: Vec<&str> = self.readers.iter().map(|reader| reader.info.id).collect();
            Error::unsupported("this file is in no known format")
                .entry(path.display().to_string())
                .hint(format!("formats that are read: {}", known.join(", ")))
        })
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.formats().iter().map(|info| info.id).collect();
        Error::usage(format!("the format {name:?} is not known")).hint(near_name::hint(
            name,
            "known formats",
            known,
        ))
    }
}

/// The format of this name: an identifier goes before an alias of another format, that before an extension.
fn called<T: Copy>(
    formats: impl Iterator<Item = T> + Clone,
    info: impl Fn(T) -> &'static FormatInfo,
    name: &str,
) -> Option<T> {
    let by = |answers: &dyn Fn(&FormatInfo) -> bool| formats.clone().find(|format| answers(info(*format)));
    by(&|info| info.id == name)
        .or_else(|| by(&|info| info.aliases.contains(&name)))
        .or_else(|| by(&|info| info.extensions.contains(&name)))
}

/// Reads typed options and says which exist when one is unknown.
fn typed<O: serde::de::DeserializeOwned + Default>(
    id: &str,
    known: &[OptionInfo],
    options: Json,
) -> Result<O> {
    if options.is_null() {
        return Ok(O::default());
    }
    serde_json::from_value(options)
        .map_err(|source| Error::usage(format!("{id}: {source}")).hint(listed(id, known)))
}

fn listed(id: &str, known: &[OptionInfo]) -> String {
    let known: Vec<&str> = known.iter().map(|option| option.name).collect();
    if known.is_empty() {
        format!("{id} has no options")
    } else {
        format!("options of {id}: {}", known.join(", "))
    }
}

/// Turns `name=value` pairs as typed on a command line into the JSON object that options of writing are read from.
///
/// # Errors
/// [`crate::ErrorKind::Usage`] when an option does not exist or its value is of another kind.
pub fn options_from_pairs<'a>(
    info: &FormatInfo,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    from_pairs(info.id, info.options, pairs)
}

/// Turns `name=value` pairs into the JSON object that options of reading are read from.
///
/// # Errors
/// As [`options_from_pairs`].
pub fn read_options_from_pairs<'a>(
    info: &FormatInfo,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    from_pairs(info.id, info.read_options, pairs)
}

fn from_pairs<'a>(
    id: &str,
    known: &[OptionInfo],
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Json> {
    let mut object = serde_json::Map::new();
    for (name, value) in pairs {
        let option = known.iter().find(|option| option.name == name).ok_or_else(|| {
            let hint = match nearest(name, known.iter().map(|option| option.name)) {
                Some(near) => format!("did you mean {near:?}? {}", listed(id, known)),
                None => listed(id, known),
            };
            Error::usage(format!("{id} has no option {name:?}")).hint(hint)
        })?;
        if object.insert(name.to_owned(), json_value(id, option, value)?).is_some() {
            return Err(Error::usage(format!("the option {name:?} of {id} is given twice")));
        }
    }
    Ok(Json::Object(object))
}

fn json_value(id: &str, option: &OptionInfo, value: &str) -> Result<Json> {
    let wrong = |wanted: &str| Error::usage(format!("{id}: {}={value} is not {wanted}", option.name));
    match option.kind {
        OptionKind::Boolean => match value {
            "true" | "yes" | "on" | "1" => Ok(Json::Bool(true)),
            "false" | "no" | "off" | "0" => Ok(Json::Bool(false)),
            _ => Err(wrong("true or false")),
        },
        OptionKind::Integer => value.parse::<i64>().map(Json::from).map_err(|_| wrong("a whole number")),
        OptionKind::Text => Ok(Json::String(value.into())),
        OptionKind::Choice(choices) if choices.contains(&value) => Ok(Json::String(value.into())),
        OptionKind::Choice(choices) => Err(wrong(&format!("one of {}", choices.join(", ")))),
    }
}
