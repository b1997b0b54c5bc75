//! Everything decided for one table: its metadata, losses and renames.

use exporter_core::codebook::{Kind, Table, Variable};
use exporter_core::{
    CHARACTERS, ColumnFacts, Context, Dataset, EntrySpec, Error, Loss, LossCode, LossReport, Profile, Recode,
    Rename, Result, TableId,
};
use exporter_stata::{Charset, Letters, Missing, describe};

use super::embedded::embedded;
use super::floats;
use super::sort_order::verified;
use super::texts::Texts;
use super::write::REPLACED;
use crate::layout::{Layout, gso_bytes};
use crate::metadata::{DtaMetadata, DtaVariable};
use crate::options::DtaOptions;
use crate::spec::{MAX_VARIABLES, Release};
use crate::spec_storage::StorageType;
use crate::writer::{check_metadata, text_sizes};

/// One table, decided.
pub(super) struct Decided<'a> {
    pub(super) entry: EntrySpec,
    pub(super) writer: DtaTable<'a>,
    pub(super) losses: LossReport,
    pub(super) renames: Vec<Rename>,
    pub(super) recodes: Vec<Recode>,
}

/// What the writing of a table needs.
pub(super) struct DtaTable<'a> {
    pub(super) options: &'a DtaOptions,
    pub(super) metadata: DtaMetadata,
    /// Positions of texts that end at their first NUL.
    pub(super) cut_at_nul: Vec<usize>,
    pub(super) rows: u64,
    /// Bytes of the strL contents, where the profile tells.
    pub(super) strl_bytes: Option<u64>,
}

/// Decides a table.
pub(super) fn plan_table<'a>(
    data: &dyn Dataset,
    id: TableId,
    entry: EntrySpec,
    profile: &Profile,
    options: &'a DtaOptions,
    context: &Context,
) -> Result<Decided<'a>> {
    let codebook = data.codebook();
    let table = exporter_core::dataset::table_of(codebook, id)?;
    let release = options.release.for_variables(table.variables.len());
    let rows = profile
        .rows(id)
        .or_else(|| data.rows(id))
        .ok_or_else(|| Error::invalid("dta: the number of rows is not known").table(&table.name))?;
    let facts = (profile.table(id), Some(rows));
    let choices = options.choices(release);
    let mut described = describe(codebook, table, facts, context.language(), &choices)?;
    floats::keep((data, id), table, &mut described.variables, choices.storage, context)?;

    let mut texts = Texts {
        release,
        languages: &described.languages,
        codebook: options.codebook,
        characteristics: Vec::new(),
        losses: Vec::new(),
    };
    texts.dataset(table, &described);
    let mut metadata = DtaMetadata::new(release);
    metadata.label = described.label.text.clone();
    for (variable, stata) in table.variables.iter().zip(&described.variables) {
        texts.variable(variable, stata);
        metadata.variables.push(DtaVariable {
            name: stata.name.clone(),
            storage: stata.storage,
            format: stata.format.clone(),
            value_labels: stata.set.clone(),
            label: stata.label.text.clone(),
            conversion: stata.conversion,
            missing: stata.letters.rules.clone(),
            reasons: reasons(variable, &stata.letters),
        });
    }
    metadata.characteristics = texts.characteristics;
    metadata.value_labels = described.labels.sets;
    if options.timestamp {
        metadata.timestamp = timestamp(context.clock().unix_seconds());
    }
    let (sorted_by, sort_losses) =
        verified(profile, id, (codebook, table), &metadata.variables, release.charset());
    metadata.sorted_by = sorted_by;
    if options.codebook {
        let more = embedded(codebook, table, &described.variables, &metadata)?;
        metadata.characteristics.extend(more);
    }
    check_metadata(&metadata, Some(rows)).map_err(|error| Error::from(error).table(&table.name))?;

    let mut losses = described.losses;
    let all = texts.losses.into_iter().chain(sort_losses);
    all.chain(only_mp_opens(&metadata)).for_each(|loss| losses.add(loss.table(&table.name)));
    let (sizes, replaced) = text_sizes(&metadata);
    if replaced > 0 {
        let action = "characters of labels outside Windows-1252 stored as ?";
        let loss = Loss::new(LossCode::TEXT_REPLACED, action).table(&table.name);
        losses.add(loss.count(replaced).counting(CHARACTERS));
    }
    let encoding = release.charset().encoding();
    profile.replaced(id, table, encoding, REPLACED).for_each(|loss| losses.add(loss));
    let cut_at_nul = described.variables.iter().enumerate().filter(|(_, variable)| variable.cut_at_nul);
    let cut_at_nul = cut_at_nul.map(|(position, _)| position).collect();
    let bytes = Layout::new(&metadata, &sizes, rows, 0).size;
    let has_strl = metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
    let entry = entry.rows(rows);
    let entry = if has_strl { entry.least_bytes(bytes) } else { entry.bytes(bytes) };
    let strl_bytes = strl_bytes(&metadata, table, |column| profile.column(id, column));
    let writer = DtaTable { options, metadata, cut_at_nul, rows, strl_bytes };
    let (renames, recodes) = (described.renames, described.recodes);
    Ok(Decided { entry, writer, losses, renames, recodes })
}

/// Bytes of the strL contents as [`crate::writer::strl_bytes`] counts them, from facts; `None` where only the contents tell.
fn strl_bytes<'p>(
    metadata: &DtaMetadata,
    table: &Table,
    facts: impl Fn(usize) -> Option<&'p ColumnFacts>,
) -> Option<u64> {
    if metadata.release.charset() != Charset::Utf8 {
        return None;
    }
    let variables = metadata.variables.iter().zip(&table.variables).enumerate();
    let strls = variables.filter(|(_, (stored, _))| stored.storage == StorageType::StrL);
    let bytes = strls.map(|(column, (_, variable))| {
        let facts = facts(column).filter(|_| variable.kind == Kind::Text)?;
        // With a NUL a text is stored as bytes, without an end of its own.
        let totals = facts.totals.filter(|_| facts.with_nul == Some(0))?;
        Some(totals.filled * (gso_bytes(metadata.release, 0) + 1) + totals.bytes)
    });
    bytes.sum()
}

/// The missing value of each reason that the rows of a variable may tell, by the reason's declaration.
pub(super) fn reasons(variable: &Variable, letters: &Letters) -> Vec<Option<Missing>> {
    let declared = variable.missing.iter().zip(&letters.declared);
    let reasons = declared.map(|(declared, given)| given.first().copied().filter(|_| declared.is_reason()));
    if variable.has_reasons() { reasons.collect() } else { Vec::new() }
}

/// A release for many variables that was chosen for few.
fn only_mp_opens(metadata: &DtaMetadata) -> Option<Loss> {
    let few = metadata.release == Release::V119 && metadata.variables.len() as u64 <= MAX_VARIABLES;
    few.then(|| Loss::new(LossCode::COMPATIBILITY, "only Stata/MP opens release 119"))
}

/// `dd Mon yyyy hh:mm` in UTC (section 12).
fn timestamp(unix_seconds: i64) -> String {
    chrono::DateTime::from_timestamp(unix_seconds, 0)
        .map(|time| time.format("%d %b %Y %H:%M").to_string())
        .filter(|text| text.len() == crate::spec::TIMESTAMP_BYTES)
        .unwrap_or_default()
}
