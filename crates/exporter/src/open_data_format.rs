//! The Open Data Format (`odf`): for each table an archive of its rows as csv, of their description as DDI Codebook, and of a list
//! that names both.

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::{Codebook, Table};
use exporter_core::{
    Bundle, Changes, Committed, Context, Dataset, EntrySpec, Error, Exporter, Format, FormatInfo, LossCode,
    LossReport, OptionInfo, Placed, Plan, Planning, PreparedPlan, Profile, ProfileRequest, Result, Sibling,
    Sink, Summary, plan_of, table_entries,
};
use exporter_ddi::open_data_format::{DATA, LIST, METADATA};
use exporter_ddi::{Ddi, DdiOptions, StatisticsOption};
use exporter_package::{ZipOptions, Zipped};
use exporter_tab::{Csv, DelimitedOptions, Quoting, ValuesAs};
use serde::Deserialize;
use serde_json::json;

/// Extension of an archive.
const EXTENSION: &str = "odf.zip";
/// Version of the Open Data Format.
const VERSION: &str = "1.1.0";

static INFO: FormatInfo = FormatInfo::new("odf", "Open Data Format")
    .aliases(&["open-data-format", "opendataformat"])
    .extensions(&[EXTENSION])
    .media_type("application/zip")
    .options(OPTIONS)
    .read_options(Ddi::INFO.read_options)
    .losses(LossCode::ALL)
    .notes("An archive a table: csv, DDI Codebook in all languages and a list; packages of R, Python and Stata read it.");

static OPTIONS: &[OptionInfo] = &[exporter_ddi::STATISTICS, exporter_ddi::THRESHOLD];

/// The format `odf`.
#[derive(Clone, Debug, Default)]
pub struct OpenDataFormat(());

/// Options of archives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct OdfOptions {
    /// What is told of the values.
    pub statistics: StatisticsOption,
    /// Counts below this number are left out.
    pub threshold: u64,
}

/// Writes each table as an archive of its own.
///
/// ```
/// use exporter::codebook::{Codebook, Kind, Table, Variable};
/// use exporter::open_data_format::{OdfExporter, OdfOptions};
/// use exporter::sink::MemorySink;
/// use exporter::{Context, MemoryDataset, export};
///
/// let codebook = Codebook::new("s").with_table(Table::new("pets", vec![Variable::new("id", Kind::INTEGER)]));
/// let data = MemoryDataset::new(codebook, vec![vec![]])?;
/// let summary =
///     export(&OdfExporter::new(OdfOptions::default()), &data, Box::new(MemorySink::new()), &Context::default())?;
/// assert_eq!(summary.entries[0].path, "pets.odf.zip");
/// # Ok::<(), exporter::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OdfExporter {
    options: OdfOptions,
}

impl OdfExporter {
    /// Writes archives as the options say.
    pub fn new(options: OdfOptions) -> Self {
        Self { options }
    }

    /// What is in an archive; `several` tells that the description of its table is in several languages, for which the document needs
    /// version 2.6.
    fn contents(&self, several: bool) -> Result<Bundle> {
        let (mut csv, mut ddi) = (DelimitedOptions::default(), DdiOptions::default());
        (csv.quoting, csv.values) = (Some(Quoting::NonNumeric), Some(ValuesAs::Codes));
        ddi.profile = exporter_ddi::Profile::Odf;
        if several {
            ddi.version = exporter_ddi::Version::V2_6;
        }
        (ddi.statistics, ddi.threshold) = (self.options.statistics, self.options.threshold);
        let at = |exporter: Box<dyn Exporter>, path| -> Result<Box<dyn Exporter>> {
            Ok(Box::new(Placed::of_tables(exporter, Vec::new()).at(path)?))
        };
        Ok(Bundle::new()
            .with(at(Box::new(Csv::exporter(csv)?), DATA)?)
            .with(at(Box::new(Ddi::exporter(ddi)?), METADATA)?)
            .with(Box::new(List)))
    }

    /// The archives of all tables.
    fn archives(&self, codebook: &Codebook) -> Result<Bundle> {
        let mut archives = Bundle::new();
        let entries = table_entries(codebook, EXTENSION, INFO.media_type);
        for (table, entry) in codebook.tables.iter().zip(entries) {
            let archive =
                Zipped::zip(self.contents(has_descriptions(table))?, entry.path, ZipOptions::default());
            archives = archives.with(Box::new(Placed::of_tables(archive, vec![table.name.clone()])));
        }
        Ok(archives)
    }
}

/// Whether a table is described in several languages.
fn has_descriptions(table: &Table) -> bool {
    let description = table.notes.first();
    description.is_some_and(|note| note.untagged().into_iter().count() + note.tagged().count() > 1)
}

impl Format for OpenDataFormat {
    const INFO: &'static FormatInfo = &INFO;
    type Options = OdfOptions;
    type Exporter = OdfExporter;

    fn exporter(options: OdfOptions) -> Result<OdfExporter> {
        Ok(OdfExporter::new(options))
    }
}

impl Exporter for OdfExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.archives(data.codebook())?.needs(data, context)
    }

    fn carries(&self, part: Part) -> Carry {
        self.contents(false).map_or(Carry::Whole, |contents| contents.carries(part))
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        table_entries(codebook, EXTENSION, INFO.media_type)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        if data.codebook().tables.is_empty() {
            return Err(Error::invalid("odf: the study has no table, and each archive is of one")
                .with_hint("write --to ddi for a description without data"));
        }
        let archives = self.archives(data.codebook())?;
        let plan = plan_of(&archives, data, with, context)?;
        let (entries, changes) = (plan.entries().to_vec(), plan.changes().clone());
        let (profile, siblings) = (with.profile.clone(), with.siblings.to_vec());
        Ok(Box::new(OdfPlan {
            exporter: self,
            data,
            profile,
            siblings,
            before: Vec::new(),
            entries,
            changes,
        }))
    }
}

/// What the plan of the archives is made of. It borrows the archives, so it is made again when it is written: planning reads no
/// rows.
struct OdfPlan<'a> {
    exporter: &'a OdfExporter,
    data: &'a dyn Dataset,
    profile: Profile,
    siblings: Vec<Sibling>,
    before: Vec<Committed>,
    entries: Vec<EntrySpec>,
    changes: Changes,
}

impl Plan for OdfPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.before.extend_from_slice(siblings);
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let archives = self.exporter.archives(self.data.codebook())?;
        let with = Planning::new(&self.profile, &self.siblings);
        let mut plan = plan_of(&archives, self.data, &with, context)?;
        plan.after(&self.before);
        plan.write(sink, context)
    }
}

/// The list of an archive.
struct List;

fn list_entry() -> EntrySpec {
    EntrySpec::new(LIST, "application/json")
}

static LIST_INFO: FormatInfo = FormatInfo::new("odf-version", "List of the Open Data Format");

impl Exporter for List {
    fn format(&self) -> &'static FormatInfo {
        &LIST_INFO
    }

    /// It names files, and nothing of the study is lost by it.
    fn carries(&self, _: Part) -> Carry {
        Carry::Dropped("named in other files")
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        vec![list_entry()]
    }

    fn plan<'a>(&'a self, _: &'a dyn Dataset, _: &Planning<'_>, _: &Context) -> Result<Box<dyn Plan + 'a>> {
        let files = json!({ "data": DATA, "metadata": METADATA });
        let list = json!({ "fileType": "opendataformat", "version": VERSION, "files": files });
        let mut plan = PreparedPlan::new(LossReport::default());
        plan.push(list_entry(), format!("{list:#}\n"));
        Ok(Box::new(plan))
    }
}
