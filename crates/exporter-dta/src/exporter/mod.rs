//! The exporter: a dataset's tables as `.dta` entries.

mod embedded;
mod floats;
mod sort_order;
mod table;
#[cfg(test)]
mod tests;
mod texts;
mod write;

use exporter_core::codebook::{Codebook, Kind};
use exporter_core::{
    Carry, Context, Dataset, EntrySpec, Exporter, Facts, Format, FormatInfo, Limits, LossCode, Part, Plan,
    Planning, ProfileRequest, Result, TableId, TablesPlan,
};

use crate::dataset::READ_OPTIONS;
use crate::options::{DtaOptions, OPTIONS};
use crate::spec::{MAX_LABEL_CHARS, MAX_NAME_CHARS, MAX_OBSERVATIONS, MAX_STRL_BYTES, MAX_VALUE_LABEL_BYTES};
use crate::spec::{MAX_VALUE_LABELS, MAX_VARIABLES_MP};
use crate::spec_storage::DOUBLE_EXACT;
use sort_order::StataOrder;
use table::plan_table;

/// What the format is and can.
pub(crate) static INFO: FormatInfo = FormatInfo::new("dta", "Stata data file")
    .aliases(&["stata"])
    .extensions(&["dta"])
    .media_type("application/x-stata-dta")
    .limits(
        Limits::NONE
            .variables(MAX_VARIABLES_MP)
            .rows(MAX_OBSERVATIONS)
            .name_characters(MAX_NAME_CHARS as u32)
            .text_bytes(MAX_STRL_BYTES)
            .label_characters(MAX_LABEL_CHARS as u32)
            .value_label_bytes(MAX_VALUE_LABEL_BYTES as u32)
            .value_labels(MAX_VALUE_LABELS as u32)
            .exact_integer(DOUBLE_EXACT as u64),
    )
    .options(OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(&[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::VALUE_LABELS_DROPPED,
        LossCode::VALUE_LABEL_KEY,
        LossCode::TEXT_TRUNCATED,
        LossCode::TEXT_REPLACED,
        LossCode::TEXT_GUESSED,
        LossCode::NULL_TEXT,
        LossCode::PRECISION,
        LossCode::RANGE,
        LossCode::TIME_PRECISION,
        LossCode::TIME_ZONE,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_REASON_DROPPED,
        LossCode::MISSING_DROPPED,
        LossCode::LANGUAGE_DROPPED,
        LossCode::STRUCTURE_FLATTENED,
        LossCode::METADATA_DROPPED,
        LossCode::KIND_CHANGED,
        LossCode::DISPLAY_FORMAT_DROPPED,
        LossCode::SORT_ORDER_DROPPED,
        LossCode::COMPATIBILITY,
        LossCode::NOT_READ,
    ])
    .notes(
        "Writes releases 118 (Stata 14 and later), 119, 117, 115, 114 and 113; reads 102 to 121 in both byte \
         orders; alias variables of 120 and 121 are left out with a loss.",
    );

/// The format `dta`.
#[derive(Debug, Clone, Copy)]
pub struct Dta;

impl Format for Dta {
    const INFO: &'static FormatInfo = &INFO;
    type Options = DtaOptions;
    type Exporter = DtaExporter;

    fn exporter(options: DtaOptions) -> Result<DtaExporter> {
        Ok(DtaExporter { options })
    }
}

/// Writes each table of a dataset as one `.dta`.
#[derive(Debug, Clone, Default)]
pub struct DtaExporter {
    options: DtaOptions,
}

impl DtaExporter {
    /// An exporter with these options.
    pub fn new(options: DtaOptions) -> Self {
        Self { options }
    }
}

impl Exporter for DtaExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        let mut request = ProfileRequest::new();
        for (position, table) in data.codebook().tables.iter().enumerate() {
            let id = TableId(position);
            let release = self.options.release.for_variables(table.variables.len());
            let choices = self.options.choices(release);
            request.rows(id);
            if let Some(order) = StataOrder::of(data.codebook(), table, release.charset()) {
                request.sorted(id, order);
            }
            exporter_stata::needs(table, id, &choices, &mut request);
            request.encoded(id, table, release.charset().encoding());
            // Of texts other facts are read anyway; these say how many bytes a strL takes.
            let texts =
                table.variables.iter().enumerate().filter(|(_, variable)| variable.kind == Kind::Text);
            for (column, _) in texts {
                request.column(id, column, Facts::TOTALS);
            }
        }
        Ok(request)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        exporter_core::table_entries(codebook, "dta", INFO.media_type)
    }

    fn carries(&self, part: Part) -> Carry {
        let kept = |otherwise| if self.options.codebook { Carry::Whole } else { otherwise };
        match part {
            Part::Documents | Part::DocumentDescription => Carry::Dropped("a .dta holds no documents"),
            Part::DisplayFormat | Part::SortOrder | Part::MissingReasons => Carry::Limited,
            Part::Languages
            | Part::StudyTitle
            | Part::TableLabel
            | Part::TableNotes
            | Part::VariableLabel
            | Part::ValueLabels
            | Part::ReasonLabels
            | Part::MissingValues
            | Part::VariableNotes
            | Part::Attributes => kept(Carry::Limited),
            Part::StudyDescription
            | Part::Groups
            | Part::Keys
            | Part::Measure
            | Part::Alignment
            | Part::Weight
            | Part::Question
            | Part::QuestionLogic
            | Part::UnusedValueLabels
            | Part::VariableDescription => kept(Carry::Dropped("left out because of codebook=false")),
        }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = data.codebook();
        let mut plan = TablesPlan::new(data, with.losses_in_language(self, codebook, context.language()));
        for (position, entry) in self.entries(codebook).into_iter().enumerate() {
            context.cancel().check()?;
            let decided = plan_table(data, TableId(position), entry, with.profile, &self.options, context)?;
            plan.changes.losses.merge(decided.losses);
            plan.changes.renames.extend(decided.renames);
            plan.changes.recodes.extend(decided.recodes);
            plan.push(TableId(position), decided.entry, decided.writer);
        }
        Ok(Box::new(plan))
    }
}
