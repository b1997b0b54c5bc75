//! Everything decided for one table: its metadata, losses and renames.

use exporter_core::codebook::{Codebook, Table, Text};
use exporter_core::{
    Context, Dataset, EntrySpec, Error, Loss, LossCode, LossReport, Profile, Rename, Result, TableId,
};

use super::calendar::not_shown;
use super::labels::label_sets;
use super::languages::Languages;
use super::missing::{self, Letters};
use super::sort_order::verified;
use super::storage::{Stored, decide};
use super::texts::{Texts, Written};
use crate::charset::Charset;
use crate::layout::Layout;
use crate::metadata::{DtaMetadata, DtaVariable};
use crate::names::unique_names;
use crate::options::{DtaOptions, StrlOption};
use crate::spec::{MAX_OBSERVATIONS_SE, MAX_VARIABLES, MAX_VARIABLES_BE, Release};
use crate::spec_storage::StorageType;
use crate::writer::{check_metadata, text_sizes};

/// One table, decided.
pub(super) struct TablePlan<'a> {
    pub(super) data: &'a dyn Dataset,
    pub(super) options: &'a DtaOptions,
    pub(super) id: TableId,
    pub(super) name: String,
    pub(super) entry: EntrySpec,
    pub(super) metadata: DtaMetadata,
    /// Positions of texts that end at their first NUL.
    pub(super) cut_at_nul: Vec<usize>,
    pub(super) rows: u64,
    pub(super) losses: LossReport,
    pub(super) renames: Vec<Rename>,
    pub(super) remarks: Vec<String>,
}

/// Decides a table.
pub(super) fn plan_table<'a>(
    data: &'a dyn Dataset,
    id: TableId,
    entry: EntrySpec,
    profile: &Profile,
    options: &'a DtaOptions,
    context: &Context,
) -> Result<TablePlan<'a>> {
    let codebook = data.codebook();
    let table = exporter_core::dataset::table_of(codebook, id)?;
    let release = options.release.for_variables(table.variables.len());
    let rows = profile
        .rows(id)
        .or_else(|| data.rows(id))
        .ok_or_else(|| Error::invalid("dta: the number of rows is not known").table(&table.name))?;
    let languages = Languages::of(codebook, table, context.language(), release);
    let names = unique_names(&table.variables.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), release);
    let stored = table
        .variables
        .iter()
        .enumerate()
        .map(|(column, variable)| {
            let facts = profile.column(id, column).cloned().unwrap_or_default();
            let sorted = table.sort.iter().any(|key| key.variable() == variable.name);
            let strl_rows = (options.strl == StrlOption::Smaller && !sorted).then_some(rows);
            decide(variable, &facts, release, options, strl_rows).map_err(|error| error.table(&table.name))
        })
        .collect::<Result<Vec<Stored>>>()?;
    let letters = all_letters(codebook, table, &stored, options.codebook);
    let numeric: Vec<bool> = stored.iter().map(|stored| !stored.storage.is_string()).collect();
    let sets = label_sets(codebook, table, &numeric, &letters, &languages, release);

    let mut texts = Texts {
        release,
        languages: &languages,
        codebook: options.codebook,
        characteristics: Vec::new(),
        losses: Vec::new(),
    };
    let mut metadata = DtaMetadata::new(release);
    let label: &Text = if table.label.is_empty() { &codebook.study.title } else { &table.label };
    metadata.label = texts.label(label, None);
    texts.dataset(codebook, table, label, &sets);
    for (column, (variable, name)) in table.variables.iter().zip(&names).enumerate() {
        let (Some(stored), Some(letters)) = (stored.get(column), letters.get(column)) else { continue };
        let set = sets.names.get(column).cloned().unwrap_or_default();
        let label = texts.label(&variable.label, Some(&variable.name));
        let format = fitting_format(&stored.format, stored.storage, release);
        let translated = sets.translated.get(column).map_or(&[][..], Vec::as_slice);
        let remark = stored.remark.as_deref();
        let written = Written {
            name,
            format: &format,
            has_labels: !set.is_empty(),
            translated_sets: translated,
            letters,
            set_letters: sets.set_letters.get(column).map_or("", String::as_str),
            in_utc: stored.in_utc,
            remark,
        };
        texts.variable(variable, &written);
        metadata.variables.push(DtaVariable {
            name: name.clone(),
            storage: stored.storage,
            format,
            value_labels: set,
            label,
            conversion: stored.conversion,
            missing: letters.rules.clone(),
        });
    }
    metadata.characteristics = texts.characteristics;
    metadata.value_labels = sets.sets;
    if options.timestamp {
        metadata.timestamp = timestamp(context.clock().unix_seconds());
    }
    let at = (id, table);
    let (sorted_by, sort_losses) = verified(data, at, &metadata.variables, &letters, release, context)?;
    metadata.sorted_by = sorted_by;
    let calendar_losses = not_shown(data, at, profile, context)?;
    check_metadata(&metadata, Some(rows)).map_err(|error| Error::from(error).table(&table.name))?;

    let cut_at_nul = stored.iter().enumerate().filter(|(_, stored)| stored.cut_at_nul);
    let cut_at_nul = cut_at_nul.map(|(position, _)| position).collect();
    let mut losses = LossReport::default();
    let mut remarks = Vec::new();
    let mut renames = Vec::new();
    let all = texts.losses.into_iter().chain(sets.losses).chain(sort_losses).chain(languages.losses);
    let all = all.chain(calendar_losses);
    all.chain(edition_losses(&metadata, rows)).for_each(|loss| losses.add(loss.table(&table.name)));
    let decided = table.variables.iter().zip(&names).zip(stored).zip(letters);
    for (((variable, name), stored), letters) in decided {
        let place = |loss: Loss| loss.table(&table.name).variable(&variable.name);
        stored.losses.into_iter().chain(letters.losses).for_each(|loss| losses.add(place(loss)));
        remarks.extend(letters.remarks.iter().map(|line| format!("{}.{name}: {line}", table.name)));
        if *name != variable.name {
            let loss = Loss::new(LossCode::NAME_CHANGED, format!("written as {name}"));
            losses.add(place(loss.first(None, variable.name.clone())));
            renames.push(Rename {
                table: table.name.clone(),
                variable: Some(variable.name.clone()),
                written: name.clone(),
            });
        }
    }
    let bytes = Layout::new(&metadata, &text_sizes(&metadata).0, rows, 0).size;
    let has_strl = metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
    let entry = entry.rows(rows);
    let entry = if has_strl { entry.least_bytes(bytes) } else { entry.bytes(bytes) };
    let name = table.name.clone();
    Ok(TablePlan { data, options, id, name, entry, metadata, cut_at_nul, rows, losses, renames, remarks })
}

/// Letters by variable; texts keep their missing values as ordinary ones, and `kept` says that a characteristic holds
/// their declaration.
fn all_letters(codebook: &Codebook, table: &Table, stored: &[Stored], kept: bool) -> Vec<Letters> {
    table
        .variables
        .iter()
        .zip(stored)
        .map(|(variable, stored)| {
            if variable.missing.is_empty() {
                return Letters::default();
            }
            if stored.storage.is_string() {
                let kept = if kept { "; a characteristic keeps the declaration" } else { "" };
                let action = format!("texts have no missing values, these stay ordinary texts{kept}");
                let loss = Loss::new(LossCode::MISSING_DROPPED, action);
                let losses = vec![loss.count(variable.missing.len() as u64)];
                let declared = vec![Vec::new(); variable.missing.len()];
                return Letters { declared, losses, ..Letters::default() };
            }
            // A duration, a moment or a decimal is compared in its own unit, as the codebook writes it.
            missing::assign(variable, codebook.value_labels_of(variable))
        })
        .collect()
}

/// The format, or the default one where the release has too little room for it or lacks its kind.
fn fitting_format(format: &str, storage: StorageType, release: Release) -> String {
    let room = release.widths().format - 1;
    if format.len() <= room && Charset::of(release).encode(format).1 == 0 {
        format.to_owned()
    } else {
        storage.default_format()
    }
}

/// What smaller editions of Stata cannot open.
fn edition_losses(metadata: &DtaMetadata, rows: u64) -> Vec<Loss> {
    let count = metadata.variables.len() as u64;
    let mut losses = Vec::new();
    let compatibility = |action: String| Loss::new(LossCode::COMPATIBILITY, action);
    if count > MAX_VARIABLES || metadata.release == Release::V119 {
        losses.push(compatibility(format!("{count} variables in release 119: only Stata/MP opens it")));
    } else if count > MAX_VARIABLES_BE {
        losses.push(compatibility(format!("{count} variables: Stata/BE opens 2,048 at most")));
    }
    if rows > MAX_OBSERVATIONS_SE {
        losses.push(compatibility(format!("{rows} rows: only Stata/MP opens more than 2,147,483,619")));
    }
    losses
}

/// `dd Mon yyyy hh:mm` in UTC (section 12).
fn timestamp(unix_seconds: i64) -> String {
    chrono::DateTime::from_timestamp(unix_seconds, 0)
        .map(|moment| moment.format("%d %b %Y %H:%M").to_string())
        .filter(|text| text.len() == crate::spec::TIMESTAMP_BYTES)
        .unwrap_or_default()
}
