//! The exporter: a dataset's tables as `.sav` or `.zsav` entries.

mod attributes;
mod embedded;
mod languages;
mod split;
mod table;
mod write;

pub(crate) use attributes::line;

use exporter_core::codebook::{Codebook, Table};
use exporter_core::{
    Carry, Context, Dataset, EntrySpec, Error, Exporter, Format, FormatInfo, Limits, LossCode, Part, Plan,
    Planning, ProfileRequest, Result, TableId, TablesPlan, doubles,
};
use exporter_spss::limits::{MAX_LABEL, MAX_NAME_BYTES, MAX_TEXT_BYTES, MOST_VALUE_LABEL_BYTES};

use crate::attribute_names::SECOND_LANGUAGE;
use crate::dataset::READ_OPTIONS;
use crate::options::{FileOptions, SAV_OPTIONS, SavCompression, SavOptions, ZSAV_OPTIONS, ZsavOptions};
use crate::writer::Compression;
use table::plan_table;

const LIMITS: Limits = Limits::NONE
    .name_characters(MAX_NAME_BYTES as u32)
    .text_bytes(MAX_TEXT_BYTES)
    .label_characters(MAX_LABEL as u32)
    .value_label_bytes(MOST_VALUE_LABEL_BYTES as u32)
    .exact_integer(doubles::EXACT as u64);

const LOSSES: &[LossCode] = &[
    LossCode::NAME_CHANGED,
    LossCode::LABEL_TRUNCATED,
    LossCode::VALUE_LABELS_DROPPED,
    LossCode::TEXT_TRUNCATED,
    LossCode::TEXT_REPLACED,
    LossCode::NULL_TEXT,
    LossCode::PRECISION,
    LossCode::RANGE,
    LossCode::TIME_PRECISION,
    LossCode::TIME_ZONE,
    LossCode::MISSING_DROPPED,
    LossCode::MISSING_REASON_DROPPED,
    LossCode::GROUP_DROPPED,
    LossCode::LANGUAGE_DROPPED,
    LossCode::STRUCTURE_FLATTENED,
    LossCode::METADATA_DROPPED,
    LossCode::COMPATIBILITY,
    LossCode::KIND_CHANGED,
    LossCode::DISPLAY_FORMAT_DROPPED,
    LossCode::SORT_ORDER_DROPPED,
    LossCode::NOT_READ,
];

/// What the format `sav` is and can.
pub(crate) static INFO: FormatInfo = FormatInfo::new("sav", "SPSS system file")
    .aliases(&["spss"])
    .extensions(&["sav"])
    .media_type("application/x-spss-sav")
    .limits(LIMITS)
    .options(SAV_OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(LOSSES)
    .notes("Reads what SPSS 6 to 31 and other programs write, in both byte orders.");

/// What the format `zsav` is and can.
pub(crate) static ZSAV_INFO: FormatInfo = FormatInfo::new("zsav", "SPSS system file compressed with zlib")
    .extensions(&["zsav"])
    .media_type("application/x-spss-sav")
    .limits(LIMITS)
    .options(ZSAV_OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(LOSSES)
    .notes("SPSS 21 and later open it.");

/// The format `sav`.
#[derive(Debug, Clone, Copy)]
pub struct Sav;

/// The format `zsav`.
#[derive(Debug, Clone, Copy)]
pub struct Zsav;

impl Format for Sav {
    const INFO: &'static FormatInfo = &INFO;
    type Options = SavOptions;
    type Exporter = SavExporter;

    fn exporter(options: SavOptions) -> Result<SavExporter> {
        options.file.encoding()?;
        Ok(SavExporter::new(options))
    }
}

impl Format for Zsav {
    const INFO: &'static FormatInfo = &ZSAV_INFO;
    type Options = ZsavOptions;
    type Exporter = SavExporter;

    fn exporter(options: ZsavOptions) -> Result<SavExporter> {
        options.file.encoding()?;
        Ok(SavExporter::zlib(options))
    }
}

/// Writes each table of a dataset as one system file.
#[derive(Debug, Clone)]
pub struct SavExporter {
    info: &'static FormatInfo,
    compression: Compression,
    options: FileOptions,
}

impl SavExporter {
    /// An exporter of `.sav`.
    pub fn new(options: SavOptions) -> Self {
        let compression = match options.compression {
            SavCompression::Bytecode => Compression::Bytecode,
            SavCompression::None => Compression::None,
        };
        Self { info: &INFO, compression, options: options.file }
    }

    /// An exporter of `.zsav`.
    pub fn zlib(options: ZsavOptions) -> Self {
        let compression = Compression::Zlib(options.level);
        Self { info: &ZSAV_INFO, compression, options: options.file }
    }
}

impl SavExporter {
    /// The languages whose labels stand in attributes of a table's variables: the chosen one, or those of its source file.
    fn second_languages<'t>(
        &'t self,
        codebook: &Codebook,
        table: &'t Table,
        context: &Context,
    ) -> Vec<&'t str> {
        if let Some(second) = &self.options.second_language {
            return Some(second.as_str()).into_iter().filter(|second| !second.is_empty()).collect();
        }
        let others = other_languages(codebook, context);
        in_attributes(table).iter().map(String::as_str).filter(|second| is_one(second, &others)).collect()
    }

    /// Languages of the source file's attributes that are chosen no longer.
    fn removed_languages<'t>(&self, table: &'t Table, chosen: &[&str]) -> Vec<&'t str> {
        let of_file = in_attributes(table).iter().map(String::as_str);
        of_file.filter(|tag| self.options.second_language.is_some() && !is_one(tag, chosen)).collect()
    }

    /// Refuses a second language that the study does not have, or that is the first.
    fn check_second_language(&self, codebook: &Codebook, context: &Context) -> Result<()> {
        let others = other_languages(codebook, context);
        let chosen = self.options.second_language.as_deref();
        let Some(second) = chosen.filter(|second| !second.is_empty() && !is_one(second, &others)) else {
            return Ok(());
        };
        let first = context.language().or(codebook.default_language());
        let error = match is_one(second, first.as_slice()) {
            true => format!("{}: {second} is the language of the labels themselves", self.info.id),
            false => format!("{}: the study has no language {second}", self.info.id),
        };
        Err(Error::usage(error).with_hint(match others.as_slice() {
            [] => "leave second-language= out".to_owned(),
            others => format!("name one of its other languages: {}", others.join(", ")),
        }))
    }
}

/// The languages whose labels stood in attributes in the file of a table.
fn in_attributes(table: &Table) -> &[String] {
    table.attributes.get(SECOND_LANGUAGE).map_or(&[][..], |marker| marker.values())
}

/// The languages of a study but that of the labels.
fn other_languages<'c>(codebook: &'c Codebook, context: &Context) -> Vec<&'c str> {
    let first = context.language().or(codebook.default_language());
    let all = codebook.study.languages.iter().map(String::as_str);
    all.filter(|tag| first.is_none_or(|first| !tag.eq_ignore_ascii_case(first))).collect()
}

fn is_one(language: &str, of: &[&str]) -> bool {
    of.iter().any(|tag| tag.eq_ignore_ascii_case(language))
}

impl Default for SavExporter {
    fn default() -> Self {
        Self::new(SavOptions::default())
    }
}

impl Exporter for SavExporter {
    fn format(&self) -> &'static FormatInfo {
        self.info
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        let mut request = ProfileRequest::new();
        let choices = self.options.choices();
        for (position, table) in data.codebook().tables.iter().enumerate() {
            let id = TableId(position);
            request.rows(id);
            exporter_spss::needs(table, id, &choices, &mut request);
            request.encoded(id, table, choices.encoding());
        }
        Ok(request)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        exporter_core::table_entries(codebook, self.info.id, self.info.media_type)
    }

    fn carries(&self, part: Part) -> Carry {
        let kept = |otherwise| if self.options.codebook { Carry::Whole } else { otherwise };
        match part {
            Part::Documents | Part::DocumentDescription => Carry::Dropped("a system file holds no documents"),
            Part::DisplayFormat | Part::MissingReasons => Carry::Limited,
            // What is not in the file is told with the languages.
            Part::Languages => kept(Carry::Limited),
            Part::StudyTitle
            | Part::TableLabel
            | Part::TableNotes
            | Part::VariableLabel
            | Part::ValueLabels
            | Part::ReasonLabels
            | Part::MissingValues
            | Part::Measure
            | Part::Alignment
            | Part::Weight
            | Part::Groups
            | Part::Attributes => kept(Carry::Limited),
            Part::StudyDescription
            | Part::SortOrder
            | Part::Keys
            | Part::VariableNotes
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
        self.check_second_language(codebook, context)?;
        let mut plan = TablesPlan::new(data, with.losses_in_language(self, codebook, context.language()));
        for (position, entry) in self.entries(codebook).into_iter().enumerate() {
            context.cancel().check()?;
            let decided = plan_table(self, data, TableId(position), entry, with.profile, context)?;
            plan.changes.losses.merge(decided.losses);
            if let Some(table) = codebook.tables.get(position) {
                let hidden = languages::not_shown(self, codebook, table, &decided.entry.path, context);
                hidden.into_iter().for_each(|loss| plan.changes.losses.add(loss));
            }
            plan.changes.renames.extend(decided.renames);
            plan.changes.recodes.extend(decided.recodes);
            plan.push(TableId(position), decided.entry, decided.writer);
        }
        Ok(Box::new(plan))
    }
}
