//! The codebook that a file embeds, where it says less by itself.

use exporter_core::codebook::{Attribute, Codebook, Kind, Language, Table};
use exporter_core::embedded::{CellRecord, Embedded, ascii, of_table, says_all};
use exporter_core::truncate::to_bytes;
use exporter_core::{Result, TableId};
use exporter_spss::{Conversion, TableDescription};

use crate::attribute_names::{CODEBOOK, SECOND_LANGUAGE};
use crate::dataset::plain;
use crate::metadata::{Attribute as Stored, SavMetadata};

/// Bytes of a value of an attribute; SPSS allows 32,767.
const VALUE_BYTES: usize = 32_000;

/// The attribute of the codebook of `table`, for a file that `written` describes otherwise, as readers find it: none where the
/// file says all of it.
pub(super) fn embedded(
    codebook: &Codebook,
    table: &Table,
    described: &TableDescription,
    written: &SavMetadata,
    language: Language<'_>,
    second: &[&str],
) -> Result<Option<Stored>> {
    let mut own = of_table(codebook, table, &[]);
    let tag = |tag: &&str| (*tag).to_owned();
    let marker = match second {
        [one] => Attribute::One(tag(one)),
        many => Attribute::Many(many.iter().map(tag).collect()),
    };
    for table in &mut own.tables {
        // The record of cells has them.
        table.variables.iter_mut().for_each(|variable| variable.facts.reason_numbers.clear());
        table.attributes.remove(SECOND_LANGUAGE);
        if !second.is_empty() {
            table.attributes.insert(SECOND_LANGUAGE.to_owned(), marker.clone());
        }
    }
    let is_utf8 = written.encoding == encoding_rs::UTF_8;
    let mut languages = codebook.study.languages.iter();
    let shown = language.wanted.or(language.default).unwrap_or_default();
    let shown = languages.find(|tag| tag.eq_ignore_ascii_case(shown));
    let plain = plain(written, &table.name, shown.map(String::as_str));
    if says_all(&plain, &own) {
        return Ok(None);
    }
    let mut embedded = Embedded::new(own, TableId(0), plain)?;
    embedded.cells = cell_record(table, described);
    if let Some(shown) = shown {
        embedded = embedded.in_language(shown);
    }
    let json = embedded.to_json()?;
    let json = if is_utf8 { json } else { ascii(&json) };
    let mut values = Vec::new();
    let mut rest = json.as_str();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(to_bytes(rest, VALUE_BYTES).len());
        values.push(head.to_owned());
        rest = tail;
    }
    Ok(Some(Stored::new(CODEBOOK, values)))
}

/// What the codebook does not tell of the cells.
fn cell_record(table: &Table, described: &TableDescription) -> CellRecord {
    let mut cells = CellRecord::default();
    for (variable, spss) in table.variables.iter().zip(&described.variables) {
        let has_zone = matches!(variable.kind, Kind::DateTime { zone: Some(_), .. });
        if has_zone && spss.conversion == (Conversion::Seconds { wall_clock: false }) {
            cells.utc.insert(spss.name.clone());
        }
        if spss.reasons.iter().any(Option::is_some) {
            cells.codes.insert(spss.name.clone(), spss.reasons.clone());
        }
    }
    cells
}
