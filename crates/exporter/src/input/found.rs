//! What a source turns out to be once it is unpacked.

use exporter_core::check::Check as _;
use exporter_core::{Context, Error, Foreign, Recognition, Registry, Result, Sample, Source};

use super::InputOptions;
use crate::study::StudyFile;

/// What is named as an input.
pub(super) enum Found<'a> {
    /// A study file, or a codebook without rows.
    Study(Source<'a>),
    /// An archive or folder that holds a study.
    Files(Source<'a>),
    /// A data file.
    Data(Source<'a>),
}

impl Found<'_> {
    /// The name of the input.
    pub(super) fn name(&self) -> &str {
        match self {
            Found::Study(source) | Found::Files(source) | Found::Data(source) => &source.name,
        }
    }
}

/// Looks at a source. A compressed stream, and an archive or folder of a single file, is that file.
pub(crate) fn unpacked<'a>(
    source: &Source<'a>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Source<'a>> {
    let mut source = source.clone();
    while let Some(files) = registry.contents(&source, options.password.as_ref(), context)? {
        source.contents = Some(files.clone());
        let paths: Vec<String> = files.paths(context)?;
        let [path] = paths.as_slice() else { break };
        let Some(inside) = source.entry(path, context)? else { break };
        source = inside;
    }
    Ok(source)
}

/// What is inside when the source is named like a gzip stream; else the source.
pub(crate) fn unpacked_stream<'a>(
    source: &Source<'a>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Source<'a>> {
    match source.name.ends_with(".gz") {
        true => unpacked(source, options, registry, context),
        false => Ok(source.clone()),
    }
}

/// What an unpacked source is.
pub(super) fn found<'a>(
    source: &Source<'a>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Found<'a>> {
    let source = unpacked(source, options, registry, context)?;
    if let Some(files) = &source.contents {
        let entries = files.paths(context)?;
        // Some formats are archives themselves: a survey with its questionnaire, a workbook.
        let sample = Sample::default().with_entries(&entries);
        let is_format = !entries.is_empty()
            && options.format.is_none()
            && registry.reader(&source.name, &sample).is_some();
        return Ok(if is_format { Found::Data(source) } else { Found::Files(source) });
    }
    let head = source.head(Sample::BYTES)?;
    let sample = Sample::of(&head);
    // A format that is named is that of its data files.
    if is_study(&source, &sample) {
        return Ok(Found::Study(source));
    }
    if options.format.is_some() {
        return Ok(Found::Data(source));
    }
    if is_description(&source.name) && registry.reader(&source.name, &sample).is_none() {
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(Error::unsupported("it is UTF-16, and study files are UTF-8")
                .entry(&source.name)
                .with_hint("save it as UTF-8, in PowerShell with `-Encoding utf8`"));
        }
        let rows = Foreign::of(&sample).map(|foreign| foreign.error(&source.name));
        let rows = rows.as_ref().and_then(Error::hint).map(|hint| format!("; where it holds rows, {hint}"));
        return Err(Error::unsupported(
            "it has no key `codebook`, so it is not a study file, and it is in no format that is read",
        )
        .entry(&source.name)
        .with_hint(format!(
            "write `codebook = 1` (TOML) or `\"codebook\": 1` (JSON) into a study file{}",
            rows.unwrap_or_default()
        )));
    }
    Ok(Found::Data(source))
}

/// Whether a source is a study file or a codebook: JSON with the key `codebook`, or a file named .toml with it.
pub(crate) fn is_study(source: &Source<'_>, sample: &Sample<'_>) -> bool {
    let named = |extension: &str| source.name.to_lowercase().ends_with(extension);
    match StudyFile::recognise(sample) {
        // Without a name, standard input may be TOML as well.
        Recognition::Yes => {
            !sample.json_keys().is_empty() || named(".toml") || !source.file_name().contains('.')
        }
        // The key may stand behind much else.
        _ => named(".json") && !sample.json_keys().is_empty() && StudyFile::has_key(source),
    }
}

/// Whether a file of this name describes data rather than holding it, as far as its name tells.
fn is_description(name: &str) -> bool {
    let name = name.to_lowercase();
    [".json", ".toml"].iter().any(|extension| name.ends_with(extension))
}
