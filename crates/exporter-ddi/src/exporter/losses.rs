//! What a document does not say as the codebook does.

use exporter_core::codebook::{Codebook, Language, Table};
use exporter_core::dataset::ReasonColumn;
use exporter_core::{CHARACTERS, Loss, LossCode, Part, Sibling, TableId};

use crate::mapping::tables::is_described;
use crate::mapping::texts::TextChanges;
use crate::options::DdiOptions;
use crate::structure::Version;

/// What became of texts.
pub(super) fn of_texts(told: &TextChanges) -> Vec<Loss> {
    let mut losses = Vec::new();
    if told.replaced.get() > 0 {
        let loss =
            Loss::new(LossCode::TEXT_REPLACED, "characters that XML cannot hold are written as U+FFFD");
        losses.push(loss.count(told.replaced.get()).counting(CHARACTERS));
    }
    if told.flattened.get() > 0 {
        let loss =
            Loss::new(LossCode::METADATA_DROPPED, "HTML in texts is left out, and only a note keeps it");
        let first = told.first_flattened.borrow();
        let loss = loss.count(told.flattened.get()).counting("texts");
        losses.push(loss.first(None, first.as_deref().unwrap_or_default()));
    }
    if told.untranslated.get() > 0 {
        let loss = Loss::new(
            LossCode::METADATA_DROPPED,
            "translations are kept in notes that other programs do not read: the study lists no languages, so that one document \
             in one language is written",
        );
        losses.push(loss.part(Part::Languages).count(told.untranslated.get()).counting("texts"));
    }
    if told.untagged.get() > 0 {
        let loss = Loss::new(
            LossCode::METADATA_DROPPED,
            "texts without a language, beside those of the default one, are kept in notes that other programs do not read",
        );
        losses.push(loss.part(Part::Languages).count(told.untagged.get()).counting("texts"));
    }
    for (name, tag) in told.tags.borrow().iter() {
        let action = format!("the language {name:?} is no language tag, and {tag} stands for it");
        losses.push(Loss::new(LossCode::NAME_CHANGED, action));
    }
    losses
}

/// Descriptions of files in several languages, where there is room for one.
pub(super) fn of_descriptions(codebook: &Codebook, options: &DdiOptions) -> Option<Loss> {
    if options.version >= Version::V2_6 {
        return None;
    }
    let described = codebook.tables.iter().filter(|table| is_described(table, options.profile));
    let languages = |table: &Table| {
        let description = table.notes.first();
        description.map_or(0, |note| note.untagged().into_iter().count() + note.tagged().count())
    };
    let more: usize = described.map(|table| languages(table).saturating_sub(1)).sum();
    let loss = Loss::new(
        LossCode::METADATA_DROPPED,
        "the description of a file is in one language in DDI 2.5, the others are notes that readers of the Open Data Format pass \
         over: version=2.6 has all",
    );
    (more > 0).then(|| loss.part(Part::TableNotes).count(more as u64).counting("texts"))
}

/// Columns of reasons, which stand in data files beside the variables that the codebook has.
pub(super) fn of_reason_columns(codebook: &Codebook, siblings: &[Sibling]) -> Vec<Loss> {
    let has_columns = |at: usize| {
        let own = siblings.iter().filter(|sibling| sibling.entry.table == Some(TableId(at)));
        own.filter_map(|it| it.entry.attributes.get("reasons")).any(|chosen| chosen == "column")
    };
    let mut losses = Vec::new();
    for (_, table) in codebook.tables.iter().enumerate().filter(|(at, _)| has_columns(*at)) {
        let columns = ReasonColumn::of_table(table, Language::default());
        let Some(first) = columns.first() else { continue };
        let action = "columns of reasons (reasons=column) are in the data file and not in the document";
        let loss = Loss::new(LossCode::METADATA_DROPPED, action).part(Part::MissingReasons);
        let loss = loss.table(&table.name).count(columns.len() as u64).counting("columns");
        losses.push(loss.first(None, first.name()));
    }
    losses
}

/// Roles of variables, which have no place.
pub(super) fn of_roles(codebook: &Codebook) -> Option<Loss> {
    let mut with_role =
        codebook.tables.iter().flat_map(|table| &table.variables).filter(|variable| variable.role.is_some());
    let first = with_role.next()?;
    let loss =
        Loss::new(LossCode::METADATA_DROPPED, "roles are kept in a note that other programs do not read");
    Some(
        loss.part(Part::Measure)
            .count(1 + with_role.count() as u64)
            .counting("roles")
            .first(None, first.name.as_str()),
    )
}
