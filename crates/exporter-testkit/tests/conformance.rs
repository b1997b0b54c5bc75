//! The plain exporter and input pass; the suites fail where they should.

use std::panic::{AssertUnwindSafe, catch_unwind};

use exporter_core::dataset::{Comparison, ExcerptDataset, RelatedDataset};
use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{
    Carry, Context, Dataset, Exporter, Filter, Format, FormatInfo, LossCode, Part, Plan, Planning, Result,
    Scan, Sink, Summary, TableId, export,
};
use exporter_testkit::fault::run_with_faults;
use exporter_testkit::plain::{Plain, PlainExporter};
use exporter_testkit::{GeneratedDataset, conformance, sample};
use serde_json::json;

#[test]
fn the_plain_exporter_passes() {
    conformance::exporter(&PlainExporter::default(), &sample::study());
    conformance::exporter(&PlainExporter::default(), &sample::empty_study());
    conformance::exporter(&PlainExporter::default(), &sample::simple(5));
    conformance::format::<Plain>(&sample::study());
}

#[test]
fn every_place_of_a_small_export_is_tried() {
    let places = run_with_faults(&PlainExporter::default(), &sample::simple(3), &conformance::context());
    let line = "#plain\nid\tscore\tname\n0\t0\tname 0\n1\t0.25\tname 1\n2\t0.5\tname 2\n".len();
    assert_eq!(places, line + 3);
}

#[test]
fn the_plain_input_passes() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    let sink = FolderSink::create(&target, FolderOptions::default()).unwrap();
    export(&PlainExporter::default(), &sample::study(), Box::new(sink), &conformance::context()).unwrap();
    let file = target.join("members.plain");
    conformance::input::<Plain>(&file);
    assert!(conformance::prefixes::<Plain>(&file, 1) > 0);
}

#[test]
fn excerpts_of_a_dataset_pass() {
    let adults = Filter::compare("age", Comparison::AtLeast, 18);
    let parts = [
        vec![],
        vec![Scan::all().limit(2), Scan::all().filter(adults.clone())],
        vec![Scan::all().columns([3, 0]), Scan::all().columns([3, 2, 0]).filter(adults.clone()).limit(5)],
        vec![Scan::all(), Scan::all().filter(adults).limit(0)],
    ];
    for parts in parts {
        let excerpt = ExcerptDataset::new(sample::study(), parts).unwrap();
        conformance::dataset(&excerpt);
        conformance::exporter(&PlainExporter::default(), &excerpt);
    }
}

#[test]
fn children_that_follow_their_parents_pass() {
    let some = Scan::all().filter(Filter::compare("hhid", Comparison::AtLeast, 102));
    let excerpt = ExcerptDataset::new(sample::study(), vec![some]).unwrap();
    let related = RelatedDataset::new(excerpt, &[TableId(0)], None, &conformance::context());
    assert_eq!(related.followers().collect::<Vec<_>>(), [("members", "households")]);
    let rows = |data: &dyn Dataset| -> usize {
        let batches = conformance::context().scan(data, TableId(1), &Scan::all()).unwrap();
        batches.map(|batch| batch.unwrap().num_rows()).sum()
    };
    assert!(rows(&related) > 0 && rows(&related) < rows(&sample::study()));
    conformance::dataset(&related);
    conformance::exporter(&PlainExporter::default(), &related);
}

#[test]
fn the_datasets_pass() {
    conformance::dataset(&sample::study());
    conformance::dataset(&sample::empty_study());
    conformance::dataset(&GeneratedDataset::new(100));
    conformance::dataset(&GeneratedDataset::new(0));
}

/// An exporter with one fault, to see that the suite finds it.
struct Faulty(Fault);

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    ForgetsEntry,
    BytesByBatch,
    BytesByThreads,
    UndeclaredLoss,
    StaleLoss,
    NamesNoEntry,
    HidesErrors,
    IgnoresCancel,
    ScansInPlan,
}

struct FaultyPlan<'a> {
    inner: Box<dyn Plan + 'a>,
    data: &'a dyn Dataset,
    fault: Fault,
}

impl Exporter for Faulty {
    fn format(&self) -> &'static FormatInfo {
        use std::sync::LazyLock;
        static WITHOUT_LOSSES: LazyLock<FormatInfo> = LazyLock::new(|| PLAIN.format().clone().losses(&[]));
        match self.0 {
            Fault::UndeclaredLoss => &WITHOUT_LOSSES,
            Fault::StaleLoss => &STALE,
            _ => PLAIN.format(),
        }
    }

    fn carries(&self, part: Part) -> Carry {
        match (self.0, part) {
            (Fault::StaleLoss, Part::Keys) => Carry::Dropped("tables are written side by side"),
            _ => PLAIN.carries(part),
        }
    }

    fn entries(&self, codebook: &exporter_core::Codebook) -> Vec<exporter_core::EntrySpec> {
        if self.0 == Fault::NamesNoEntry { Vec::new() } else { PLAIN.entries(codebook) }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        if self.0 == Fault::ScansInPlan {
            context.scan(data, TableId(0), &Scan::all().limit(1))?.for_each(drop);
        }
        Ok(Box::new(FaultyPlan { inner: PLAIN.plan(data, with, context)?, data, fault: self.0 }))
    }
}

static STALE: FormatInfo = FormatInfo::new("stale", "Stale")
    .options(<Plain as Format>::INFO.options)
    .losses(&[LossCode::TEXT_REPLACED, LossCode::VALUE_LABELS_DROPPED, LossCode::KEY_DROPPED]);

/// Declares that keys are dropped, which core reports.
struct Stale;

impl Format for Stale {
    const INFO: &'static FormatInfo = &STALE;
    type Options = exporter_testkit::plain::PlainOptions;
    type Exporter = Faulty;

    fn exporter(_: Self::Options) -> Result<Faulty> {
        Ok(Faulty(Fault::StaleLoss))
    }
}

static PLAIN: std::sync::LazyLock<PlainExporter> = std::sync::LazyLock::new(PlainExporter::default);

impl Plan for FaultyPlan<'_> {
    fn entries(&self) -> &[exporter_core::EntrySpec] {
        match self.fault {
            Fault::ForgetsEntry => &self.inner.entries()[1..],
            _ => self.inner.entries(),
        }
    }

    fn changes(&self) -> &exporter_core::Changes {
        self.inner.changes()
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        use std::io::Write as _;
        let extra = |text: String| -> Result<()> {
            let mut entry = sink.create(&exporter_core::EntrySpec::new("extra", "text/plain"))?;
            entry.write_all(text.as_bytes())?;
            entry.commit().map(drop)
        };
        match self.fault {
            Fault::BytesByThreads => extra(context.threads().to_string())?,
            Fault::BytesByBatch => {
                let scan = exporter_core::Scan::all();
                extra(context.scan(self.data, exporter_core::TableId(0), &scan)?.count().to_string())?;
            }
            Fault::HidesErrors => {
                return Ok(self.inner.write(sink, context).unwrap_or_default());
            }
            Fault::IgnoresCancel => {
                return self.inner.write(sink, &context.clone().with_cancel(Default::default()));
            }
            _ => {}
        }
        self.inner.write(sink, context)
    }
}

#[test]
fn the_suite_finds_faults() {
    for fault in [
        Fault::ForgetsEntry,
        Fault::BytesByBatch,
        Fault::BytesByThreads,
        Fault::UndeclaredLoss,
        Fault::NamesNoEntry,
        Fault::HidesErrors,
    ] {
        let found =
            catch_unwind(AssertUnwindSafe(|| conformance::exporter(&Faulty(fault), &sample::study())));
        assert!(found.is_err(), "fault {} is not found", fault as u8);
    }
    // Nothing but the rule itself finds a plan that reads rows.
    let found = catch_unwind(AssertUnwindSafe(|| {
        conformance::exporter(&Faulty(Fault::ScansInPlan), &sample::study());
    }));
    let told = found.unwrap_err();
    assert!(told.downcast_ref::<String>().is_some_and(|told| told.contains("plan scans a table")));
    let found = catch_unwind(|| conformance::format::<Stale>(&sample::study()));
    let told = found.unwrap_err();
    assert!(told.downcast_ref::<String>().is_some_and(|told| told.contains("stale declares key-dropped")));
    // The driver itself checks cancel before it finishes the sink, so this one does no harm.
    conformance::exporter(&Faulty(Fault::IgnoresCancel), &sample::study());
}

#[test]
fn descriptions_and_documents_conform() {
    conformance::exporter(&exporter_core::CodebookExporter, &sample::study());
    conformance::exporter(&exporter_core::DocumentsExporter::default(), &sample::study());
}

#[test]
fn exporters_below_a_folder_and_of_some_tables_conform() {
    let registry = exporter_core::Registry::new().register::<Plain>();
    for options in [
        json!({"tables": "members"}),
        json!({"folder": "a/b"}),
        json!({"folder": "a", "tables": ["members"]}),
    ] {
        conformance::exporter(&registry.exporter("plain", options).unwrap(), &sample::study());
    }
}

#[test]
fn a_document_that_is_on_the_web_is_not_fetched() {
    let mut codebook = exporter_core::Codebook::new("study");
    let mut document = exporter_core::codebook::Document::default();
    (document.name, document.uri) = ("form.pdf".into(), Some("https://example.org/form.pdf".into()));
    codebook.documents.push(document);
    let data = exporter_core::MemoryDataset::new(codebook, Vec::new()).unwrap();
    assert!(data.document(0).unwrap().is_none());
    assert!(exporter_core::DocumentsExporter::default().entries(data.codebook()).is_empty());
    conformance::exporter(&exporter_core::DocumentsExporter::default(), &data);
}
