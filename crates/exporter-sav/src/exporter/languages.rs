//! Where labels go that are in other languages than the one that SPSS shows.

use exporter_core::codebook::{Codebook, Table};
use exporter_core::{Context, Loss, LossCode, Part};

use super::{SavExporter, is_one, other_languages};

/// What becomes of labels in other languages; the entry holds them nevertheless where the codebook is kept.
pub(super) fn not_shown(
    exporter: &SavExporter,
    codebook: &Codebook,
    table: &Table,
    entry: &str,
    context: &Context,
) -> Option<Loss> {
    let (options, format) = (&exporter.options, exporter.info.id);
    let second = exporter.second_languages(codebook, table, context);
    let mut others = other_languages(codebook, context);
    others.retain(|tag| !is_one(tag, &second));
    let first = others.first()?;
    let names = others.join(", ");
    let whither = if options.codebook {
        "only in the codebook in the file, which SPSS does not show"
    } else {
        "left out because of codebook=false"
    };
    let way_out = if second.is_empty() {
        format!("--to {format}:second-language={first} puts those in {first} into attributes that SPSS shows")
    } else {
        format!("--language {first} makes a file with labels in {first}")
    };
    let action = format!("labels in {names} are {whither}; {way_out}");
    let loss = Loss::new(LossCode::LANGUAGE_DROPPED, action).part(Part::Languages).table(&table.name);
    let loss = loss.count(others.len() as u64).first(None, names);
    Some(if options.codebook { loss.held_by(entry) } else { loss })
}
