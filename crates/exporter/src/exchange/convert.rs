//! One file of DHIS2 as another: in another form, for another version, or cleaned; and how two of them differ.

use std::io::Write;
use std::path::Path;

use exporter_core::{Context, Error, Result, counted};
use exporter_dxf2::data_values::{AnyReader, AnyWriter, DataValue, Form};
use exporter_dxf2::metadata::{self, MetadataReader, MetadataWriter, Part, WriteError, WriteOptions};
use exporter_dxf2::{Cleaning, Diff, Difference, Fault, Mode, Object, Remarks, Strip, Target};

use super::output::{OutputOptions, form_of, write};
use super::{ExchangeFile, ExchangeKind};

/// Bytes of a data value that are read.
const MOST: usize = 16 << 20;
/// Bytes of an object that are read: a form of data entry has some hundred thousand.
const MOST_OF_OBJECT: usize = 64 << 20;

/// How a file becomes another one.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Conversion {
    /// The version of DHIS2 that it is for; none writes everything in the form that it has.
    pub target: Option<Target>,
    /// What becomes of that which a server of the target version would refuse.
    pub mode: Mode,
    /// How it is written.
    pub output: OutputOptions,
}

impl Conversion {
    /// For a version, or in the form that everything has.
    pub fn new(target: Option<Target>, mode: Mode) -> Self {
        Self { target, mode, output: OutputOptions::default() }
    }

    /// How it is written.
    #[must_use]
    pub fn output(mut self, output: OutputOptions) -> Self {
        self.output = output;
        self
    }
}

/// Writes a file in the form that the name of the target has; what was remarked on the way.
///
/// # Errors
/// As [`ExchangeFile::open`], for a damaged file, a target whose form is not known or cannot hold what the file holds, and where the
/// target is there or cannot be written.
pub fn convert(from: &Path, to: &Path, conversion: &Conversion, context: &Context) -> Result<Vec<String>> {
    let file = ExchangeFile::open(from, context)?;
    let form = form_of(to).ok_or_else(|| {
        Error::usage(format!("{} does not say in which form it is", to.display()))
            .with_hint("let its name end with .json, .xml or .csv, and .gz or .zip behind it")
    })?;
    let Conversion { target, mode, output } = *conversion;
    match file.kind() {
        ExchangeKind::Metadata => {
            write(to, output, context, |out| copied(&file, form, (target, mode), out, |_, _| true))
        }
        ExchangeKind::DataValues => {
            write(to, output, context, |out| values(&file, form, (target.unwrap_or_default(), mode), out))
        }
        kind => Err(Error::unsupported(format!("{}: {kind} are not converted", from.display()))),
    }
}

fn failed(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported => Error::usage(error.to_string()),
        _ => Error::io("cannot write", error),
    }
}

fn told(remarks: &Remarks) -> impl Iterator<Item = String> {
    remarks.iter().map(|remark| remark.to_string())
}

/// Writes all parts but the objects that `keep` leaves out.
fn copied(
    file: &ExchangeFile,
    form: Form,
    (target, mode): (Option<Target>, Mode),
    out: &mut dyn Write,
    mut keep: impl FnMut(&str, &mut Object) -> bool,
) -> Result<Vec<String>> {
    let form = match form {
        Form::Json => metadata::Form::Json,
        Form::Xml if target.is_none() && mode == Mode::Strict => return Err(no_xml("none is named")),
        Form::Xml => metadata::Form::Xml,
        _ => {
            return Err(Error::unsupported("metadata of all types has no such form")
                .with_hint("let the name of the target end with .json or .xml"));
        }
    };
    let refused = |error: WriteError| match error {
        WriteError::Io(error) => Error::io("cannot write", error),
        WriteError::NoXml(target) => no_xml(&format!("{target} is none of them")),
        error => Error::invalid(error.to_string()),
    };
    let mut options = WriteOptions::default();
    (options.target, options.mode, options.allow_xml) = (target, mode, mode == Mode::Lenient);
    let mut reader = opened(file, mode)?;
    let mut writer = MetadataWriter::new(out, form, options).map_err(refused)?;
    while let Some(mut part) = reader.next_part().map_err(|fault| file.error(fault))? {
        if let Part::Object(found) = &mut part
            && !keep(&found.kind, &mut found.object)
        {
            continue;
        }
        writer.part(&part).map_err(refused)?;
    }
    let remarks: Vec<String> = told(reader.remarks()).chain(told(writer.remarks())).collect();
    writer.finish().map_err(refused)?;
    Ok(remarks)
}

fn no_xml(why: &str) -> Error {
    Error::usage(format!("servers up to 2.38 read metadata as XML, and {why}"))
        .with_hint("write --target 2.38, or --lenient, or a target that ends with .json")
}

pub(super) fn opened(
    file: &ExchangeFile,
    mode: Mode,
) -> Result<MetadataReader<impl std::io::BufRead + use<>>> {
    let reader = MetadataReader::of_either(file.reader(), MOST_OF_OBJECT, mode);
    reader.map_err(|fault: Fault| file.error(fault))
}

fn values(
    file: &ExchangeFile,
    form: Form,
    (target, mode): (Target, Mode),
    out: &mut dyn Write,
) -> Result<Vec<String>> {
    let opened = || {
        let reader = AnyReader::new(file.reader(), MOST, target, mode);
        reader.map_err(|fault| file.error(fault))
    };
    let mut value = DataValue::default();
    let mut reader = opened()?;
    let mut has_value = reader.read(&mut value).map_err(|fault| file.error(fault))?;
    if file.form() == Form::Json {
        // What a set says for all its values may stand behind them.
        while reader.read(&mut value).map_err(|fault| file.error(fault))? {}
    }
    let header = reader.header().clone();
    if file.form() == Form::Json {
        reader = opened()?;
        has_value = reader.read(&mut value).map_err(|fault| file.error(fault))?;
    }
    let mut writer = AnyWriter::new(out, form, &header, target).map_err(failed)?;
    while has_value {
        writer.write(&value).map_err(failed)?;
        has_value = reader.read(&mut value).map_err(|fault| file.error(fault))?;
    }
    let mut remarks: Vec<String> = reader.remarks().into_iter().flat_map(told).collect();
    if writer.left_out() > 0 {
        let texts = counted(writer.left_out(), "text");
        remarks.push(format!("left out, since the target has no place: {texts} of values"));
    }
    if writer.replaced() > 0 {
        let characters = counted(writer.replaced(), "character");
        remarks.push(format!("written as others, since the target cannot hold them: {characters}"));
    }
    if form == Form::Csv {
        let is_of_values = |name: &str| ["period", "orgUnit", "attributeOptionCombo"].contains(&name);
        let lost = header.iter().filter(|(name, _)| !is_of_values(name));
        remarks.extend(lost.map(|(name, _)| {
            format!("{name}: CSV has no place for what a whole set says, and it is left out")
        }));
    }
    writer.finish().map_err(failed)?;
    Ok(remarks)
}

/// What was taken out of a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Cleaned {
    /// By property or type, how many were taken out or changed.
    pub counts: Vec<(String, u64)>,
    /// What was remarked on the way.
    pub remarks: Vec<String>,
}

/// Writes metadata without what belongs to its server, in the form that the name of the target has.
///
/// # Errors
/// As [`convert`], and where the file holds no metadata.
pub fn clean(
    from: &Path,
    to: &Path,
    strips: &[Strip],
    remaps_defaults: bool,
    output: OutputOptions,
    context: &Context,
) -> Result<Cleaned> {
    let file = metadata_file(from, context)?;
    let mut cleaning = Cleaning::new(strips.iter().copied());
    if remaps_defaults {
        let mut reader = opened(&file, Mode::Lenient)?;
        while let Some(found) = reader.read().map_err(|fault| file.error(fault))? {
            cleaning.find_default(&found.kind, &found.object);
        }
    }
    let form = form_of(to).unwrap_or(file.form());
    let remarks = write(to, output, context, |out| {
        copied(&file, form, (None, Mode::Lenient), out, |kind, object| cleaning.clean(kind, object))
    })?;
    let counts = cleaning.counts().map(|(name, count)| (name.to_owned(), count)).collect();
    Ok(Cleaned { counts, remarks })
}

/// How the metadata of two files differs, by type, identifier and property.
///
/// # Errors
/// As [`ExchangeFile::open`], for damaged files and those that hold no metadata.
pub fn diff(first: &Path, second: &Path, context: &Context) -> Result<Vec<Difference>> {
    let (first, second) = (metadata_file(first, context)?, metadata_file(second, context)?);
    let mut diff = Diff::default();
    let mut reader = opened(&first, Mode::Lenient)?;
    while let Some(found) = reader.read().map_err(|fault| first.error(fault))? {
        diff.first(&found.kind, found.object);
    }
    let mut reader = opened(&second, Mode::Lenient)?;
    let mut differences = Vec::new();
    while let Some(found) = reader.read().map_err(|fault| second.error(fault))? {
        differences.extend(diff.second(&found.kind, &found.object));
    }
    differences.extend(diff.finish());
    Ok(differences)
}

fn metadata_file(path: &Path, context: &Context) -> Result<ExchangeFile> {
    let file = ExchangeFile::open(path, context)?;
    match file.kind() {
        ExchangeKind::Metadata => Ok(file),
        kind => Err(Error::usage(format!("{} holds {kind}, and not metadata", path.display()))),
    }
}
