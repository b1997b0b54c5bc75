//! The study that an archive or folder holds.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use exporter_core::dataset::table_of;
use exporter_core::{
    Context, Dataset as _, Error, Foreign, FormatInfo, Note, Registry, Result, Sample, Source,
};

use super::candidate::{Candidate, Choice, Choices, Look, Names, choose, entry, folder_of, look, says_kinds};
use super::description::{Describing, describing};
use super::frameset::frames;
use super::{Declared, Described, InputOptions, assembled, described, open_data, projected};
use crate::assembled::{AssembledDataset, TablePart};
use crate::study::{StudyFile, open_study};

/// Files that are named in a note at most.
const NAMED: usize = 5;

/// Opens the tables among the files of an archive or folder as one study, described by the codebook among them or by one
/// that is given. Where the same table is there in several formats, the richest is read. Of what a given codebook describes
/// besides, the rows are elsewhere when the archive is `one_of` several inputs.
pub(super) fn open_files(
    source: &Source<'_>,
    options: &InputOptions,
    given: Option<Described>,
    one_of: bool,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let Some(files) = &source.contents else {
        return Err(Error::unsupported("this is no archive or folder"));
    };
    let paths = files.paths(context)?;
    let (mut candidates, mut studies, mut descriptions, mut unread, mut unwanted) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let frames = frames(&**files, &paths, context)?;
    let is_read = |path: &&String| match &frames {
        Some(frames) => frames.contains_key(*path),
        None => is_meant(path),
    };
    if let Some(frames) = &frames {
        let is_frame = |path: &&String| path.ends_with(".dta") && !frames.contains_key(*path);
        unread.extend(paths.iter().filter(is_frame).map(String::as_str));
        let gone = frames.keys().find(|path| !paths.contains(path));
        if let Some(gone) = gone {
            return Err(Error::invalid(format!("the frame {gone} is listed, and its file is not there"))
                .entry(&source.name));
        }
    }
    for path in paths.iter().filter(is_read) {
        context.cancel().check()?;
        match look(source, path, options, registry, context)? {
            Look::Study => studies.push(path.as_str()),
            // Beside a study file or codebook, which says all that it does, it is not read.
            Look::Description => descriptions.push(path.as_str()),
            Look::Table(mut candidate) => {
                if let Some(frame) = frames.as_ref().and_then(|frames| frames.get(path)) {
                    candidate.stem.clone_from(frame);
                }
                candidates.push(candidate);
            }
            Look::Unwanted => unwanted.push(path.as_str()),
            Look::Other => unread.push(path.as_str()),
        }
    }
    let is_given = given.is_some();
    if is_given {
        unread.extend(studies.iter().copied());
    }
    let mut description: Option<Describing> = None;
    let (mut study, documents) = match (given, studies.as_slice()) {
        (Some((study, documents)), _) => (Some(study), documents),
        (None, []) => match descriptions.as_slice() {
            [] => (None, None),
            [path] => match describing(&entry(source, path, context)?, options, registry, context)? {
                Some(((study, documents), found)) => {
                    description = Some(found.at(path));
                    (Some(study), documents)
                }
                None => (None, None),
            },
            several => return Err(several_studies(source, several)),
        },
        (None, [path]) => {
            let entry = entry(source, path, context)?;
            let (study, documents) = described(&entry, options, registry, context)?;
            if !study.data.is_empty() {
                let data = open_study(&entry, options, registry, context)?;
                unread.extend(candidates.iter().map(|candidate| candidate.path));
                unread.append(&mut unwanted);
                return Ok(data.with_notes(not_read(source, path, &study, &unread, registry)));
            }
            (Some(study), documents)
        }
        (None, several) => return Err(several_studies(source, several)),
    };
    let described_by = studies.iter().chain(&descriptions).next().copied().unwrap_or_default();
    if let Some(study) = &study {
        // A document of the study may well be a table in itself, and is none of the study.
        let documents = files_of_documents(described_by, study);
        candidates.retain(|candidate| !documents.contains(Path::new(candidate.path)));
    }
    let is_left_out = candidates.iter().all(|candidate| candidate.is_other) && options.format.is_some();
    if (candidates.is_empty() || is_left_out && !one_of) && (study.is_none() || options.format.is_some()) {
        return Err(match found_without_format(source, &paths, options, registry, context)? {
            Some(error) => error,
            None => none_found(source, &paths, registry),
        });
    }
    let chosen =
        chosen(source, candidates, study.as_ref(), description.as_ref(), options, registry, context)?;
    let found: Vec<&str> = chosen.tables.iter().map(|(name, ..)| name.as_str()).collect();
    let left = study.as_ref().zip(description.as_ref());
    let left = left.map(|(study, description)| description.left(&study.codebook, &found, &paths));
    let left = left.unwrap_or_default();
    for paths in [&mut unread, &mut unwanted] {
        paths.retain(|path| !left.iter().any(|left| left.path == *path));
    }
    if let Some(study) = study.as_mut().filter(|_| one_of) {
        study.codebook.tables.retain(|table| chosen.tables.iter().any(|(name, ..)| *name == table.name));
    }
    let mut notes: Vec<String> = chosen.choices.note(source).into_iter().collect();
    let none = StudyFile::default();
    let known = study.as_ref().unwrap_or(&none);
    notes.extend(not_read(source, described_by, known, &unread, registry));
    notes.extend(options.format.as_ref().and_then(|format| {
        let why = format!("because of --from {format}");
        listed(source, &format!("not read {why}"), &unwanted)
    }));
    let title = source.file_name().split_once('.').map_or(source.file_name(), |(stem, _)| stem);
    let tables = chosen.tables.len() + left.len();
    let study_id = if tables > 1 { title } else { "" };
    let mut data = projected(options, tables, |projection| {
        let mut parts = Vec::new();
        let mut study = study.clone();
        let others = options.without_format();
        for (table, source, format, is_other) in &chosen.tables {
            let options = if *is_other { &others } else { options };
            let stated = description.as_ref().and_then(|description| description.options_of(&source.name));
            let options = &options.with_stated(stated);
            let source = source.clone().projection(projection.clone());
            let source = match study.as_ref().filter(|study| study.is_dictionary) {
                Some(study) => source.with_dictionary(&study.codebook),
                None => source,
            };
            let leads = study.as_ref().filter(|_| is_given || !says_kinds(format));
            let declared = leads.and_then(|study| Declared::of(study, table));
            let opened = open_data(source, table, declared, Some(format.id), options, registry, context)?;
            match <[TablePart; 1]>::try_from(opened.tables()) {
                // A table of several that a file has is called as it is there.
                Ok([part]) if study.as_ref().is_some_and(|study| study.is_dictionary) => parts.push(part),
                Ok([part]) => {
                    if let Some(study) = study.as_mut().filter(|_| !is_given) {
                        let own = table_of(part.dataset.codebook(), part.table)?;
                        study.open_kinds.open_unheld(&study.codebook, table, own);
                        if description.is_some() && says_kinds(format) {
                            study.open_kinds.open_others(&study.codebook, table, own);
                        }
                    }
                    parts.push(TablePart { name: table.clone(), ..part });
                }
                Err(several) => parts.extend(several),
            }
        }
        if let (Some(description), Some(study)) = (&description, &mut study) {
            for part in description.open(&left, projection, registry, context)? {
                let own = table_of(part.dataset.codebook(), part.table)?;
                study.open_kinds.open_others(&study.codebook, &part.name, own);
                study.open_kinds.open_unheld(&study.codebook, &part.name, own);
                parts.push(part);
            }
        }
        assembled(Vec::new(), parts, study.as_ref(), study_id, Some(source))
    })?;
    data.notes.splice(..0, notes.into_iter().map(Note::from));
    let losses = description.map(|description| description.losses(&left)).unwrap_or_default();
    Ok(data.with_documents(documents).with_losses(losses))
}

/// The error of files of which each describes a study.
fn several_studies(source: &Source<'_>, paths: &[&str]) -> Error {
    let [first, second, others @ ..] = paths else { return Error::invalid("there are several studies") };
    let is_archive = source.contents.as_ref().is_some_and(|files| files.is_archive());
    let hint = match is_archive {
        true => "unpack the archive, and name one of them".to_owned(),
        false => format!("name one study at a time, such as {}/{first}", source.name),
    };
    let others = match others.len() {
        0 => String::new(),
        others => format!(", as are {others} more"),
    };
    let message = format!("{first} and {second} are both studies or codebooks{others}");
    Error::invalid(message).entry(&source.name).with_hint(hint)
}

/// The file that is read of each table, and what was left aside.
struct Chosen {
    /// By name the file, its format, and whether this is another one than is given.
    tables: Vec<(String, Source<'static>, &'static FormatInfo, bool)>,
    choices: Choices,
}

fn chosen(
    source: &Source<'_>,
    candidates: Vec<Candidate<'_>>,
    study: Option<&StudyFile>,
    description: Option<&Describing>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Chosen> {
    let codebook = study.map(|study| &study.codebook);
    let mut names = codebook.map(Names::of).unwrap_or_default();
    if let (Some(description), Some(codebook)) = (description, codebook) {
        description.name_files(codebook, &mut names);
    }
    let mut by_table: BTreeMap<String, Vec<Candidate<'_>>> = BTreeMap::new();
    // By table, at which of its places the best of them is.
    let mut places: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for candidate in candidates {
        let stated = description
            .zip(codebook)
            .and_then(|(description, codebook)| description.table_at(candidate.path, codebook));
        let table = stated.map_or_else(|| names.table(&candidate.stem), |(_, table)| table.to_owned());
        if let Some((place, _)) = stated {
            let best = places.entry(table.clone()).or_insert((usize::MAX, String::new()));
            if place < best.0 {
                *best = (place, candidate.path.to_owned());
            }
        }
        by_table.entry(table).or_default().push(candidate);
    }
    let others = places.iter().filter_map(|(table, (_, named))| {
        // In other folders than the file that is named, files of its name are others.
        let is_beside = |candidate: &mut Candidate<'_>| folder_of(candidate.path) != folder_of(named);
        Some(by_table.get_mut(table)?.extract_if(.., is_beside).collect::<Vec<_>>())
    });
    let others: Vec<Candidate<'_>> = others.flatten().collect();
    for candidate in others {
        let folder = folder_of(candidate.path).map(|folder| format!("{}_", folder.replace('/', "_")));
        let name = format!("{}{}", folder.unwrap_or_default(), candidate.stem);
        let is_taken = |name: &str| {
            let of_codebook = codebook.is_some_and(|codebook| codebook.table(name).is_some());
            let of_file = by_table.get(name).and_then(|files| files.first());
            of_codebook || of_file.is_some_and(|file| !file.is_beside(&candidate))
        };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name));
        by_table.entry(free.unwrap_or(name)).or_default().push(candidate);
    }
    let mut chosen = Chosen { tables: Vec::new(), choices: Choices::default() };
    for (table, candidates) in by_table {
        let Choice { file, best, others } =
            choose(candidates, &table, source, codebook, options, registry, context)?;
        chosen.choices.add(&table, &best, &others);
        chosen.tables.push((table, file, best.format, best.is_other));
    }
    Ok(chosen)
}

/// Not what systems put beside files: hidden ones, resource forks, locks of open documents.
fn is_meant(path: &str) -> bool {
    path.split('/').all(|part| !part.starts_with('.') && !part.starts_with("~$") && part != "__MACOSX")
}

/// Where the documents are that a codebook in an archive or folder names.
fn files_of_documents(codebook: &str, study: &StudyFile) -> HashSet<PathBuf> {
    let folder = codebook.rsplit_once('/').map_or("", |(folder, _)| folder);
    let paths = study.codebook.documents.iter().filter_map(|document| document.path.as_deref());
    paths.map(|path| Path::new(folder).join(path)).collect()
}

/// Which files are not read, in one line: all but those that the study names and those that exports put beside data.
fn not_read(
    source: &Source<'_>,
    described_by: &str,
    study: &StudyFile,
    unread: &[&str],
    registry: &Registry,
) -> Option<String> {
    let folder = described_by.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut known = files_of_documents(described_by, study);
    known.extend(study.data.iter().map(|(_, data)| Path::new(folder).join(data.file())));
    let is_beside = |path: &str| {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let written = registry.formats().into_iter().filter(|info| !registry.faces(info.id).reads);
        path.ends_with("MANIFEST.json")
            || written.flat_map(|info| info.extensions).any(|known| *known == extension)
    };
    let is_study = !study.data.is_empty();
    let named: Vec<&str> = unread
        .iter()
        .filter(|path| !known.contains(Path::new(path)) && (is_study || !is_beside(path)))
        .copied()
        .collect();
    listed(source, "not read", &named)
}

/// What became of files, in one line.
fn listed(source: &Source<'_>, what: &str, named: &[&str]) -> Option<String> {
    if named.is_empty() {
        return None;
    }
    let shown = named.get(..NAMED.min(named.len())).unwrap_or_default().join(", ");
    let more = named.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Some(format!("{}: {what}: {shown}{more}", source.name))
}

/// The error where files are tables in another format than the one that was named.
fn found_without_format(
    source: &Source<'_>,
    paths: &[String],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Option<Error>> {
    let Some(named) = &options.format else { return Ok(None) };
    let any = InputOptions { format: None, ..options.clone() };
    for path in paths.iter().filter(|path| is_meant(path)) {
        context.cancel().check()?;
        if let Look::Table(Candidate { format, .. }) = look(source, path, &any, registry, context)? {
            let message =
                format!("none of its files is in the format {named}; that of {path} is {}", format.id);
            let hint = format!("read it with --from {}, or leave --from out", format.id);
            return Ok(Some(Error::unsupported(message).entry(&source.name).with_hint(hint)));
        }
    }
    Ok(None)
}

fn none_found(source: &Source<'_>, paths: &[String], registry: &Registry) -> Error {
    let is_archive = source.contents.as_ref().is_some_and(|files| files.is_archive());
    if let Some(foreign) = Foreign::of(&Sample::default().with_entries(paths)).filter(|_| is_archive) {
        return foreign.error(&source.name);
    }
    let shown: Vec<&str> = paths.iter().map(String::as_str).take(NAMED).collect();
    let more = if paths.len() > shown.len() { ", …" } else { "" };
    let what = match shown.as_slice() {
        [] => "it holds no file".to_owned(),
        _ => format!("none of its files is in a format that is read: {}{more}", shown.join(", ")),
    };
    let formats: Vec<&str> = registry.readers();
    Error::unsupported(what).entry(&source.name).with_hint(format!(
        "name a folder or archive that holds files in one of these formats: {}",
        formats.join(", ")
    ))
}
