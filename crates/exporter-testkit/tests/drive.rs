//! The driver, bundles and the registry, with the plain exporter and some that misbehave.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use exporter_core::codebook::Codebook;
use exporter_core::profile::Facts;
use exporter_core::sink::MemorySink;
use exporter_core::source::MemoryFiles;
use exporter_core::{
    Bundle, Changes, Context, Dataset, EntrySpec, Error, ErrorKind, Exporter, Format, FormatInfo, Loss,
    LossCode, LossPolicy, LossReport, Plan, Planning, ProfileRequest, Progress, Registry, Rename, Result,
    Sample, Scan, Sink, Source, Summary, TableId, export, options_from_pairs, plan,
};
use exporter_testkit::plain::{Plain, PlainExporter};
use exporter_testkit::{Watched, conformance, sample};
use serde_json::json;

/// Does as it is told.
#[derive(Default)]
struct Puppet {
    name: &'static str,
    planned: Vec<Loss>,
    written: Vec<Loss>,
    fails: Option<Stage>,
    cancels: Option<Stage>,
    siblings: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Needs,
    Plan,
    Write,
    AfterWrite,
}

impl Puppet {
    fn named(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    fn at(&self, stage: Stage, context: &Context) -> Result<()> {
        if self.cancels == Some(stage) {
            context.cancel().cancel();
        }
        if self.fails == Some(stage) { Err(Error::limit("puppet")) } else { Ok(()) }
    }

    fn spec(&self) -> EntrySpec {
        EntrySpec::new(format!("{}.txt", self.name), "text/plain")
    }
}

impl Exporter for Puppet {
    fn format(&self) -> &'static FormatInfo {
        Plain::INFO
    }

    fn needs(&self, _: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.at(Stage::Needs, context)?;
        let mut request = ProfileRequest::new();
        request.column(TableId(1), 2, Facts::MAX_BYTES).column(TableId(1), 3, Facts::RANGE);
        Ok(request)
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        vec![self.spec()]
    }

    fn carries(&self, _: exporter_core::Part) -> exporter_core::Carry {
        exporter_core::Carry::Limited
    }

    fn plan<'a>(
        &'a self,
        _: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        self.at(Stage::Plan, context)?;
        assert_eq!(with.profile.column(TableId(1), 2).unwrap().max_bytes, Some(11));
        self.siblings.lock().unwrap().extend(with.siblings.iter().map(|sibling| sibling.entry.path.clone()));
        let mut changes = Changes::from(self.planned.iter().cloned().collect::<LossReport>());
        changes.renames.push(Rename::variable("t", "v", self.name));
        Ok(Box::new(PuppetPlan { puppet: self, entries: [self.spec()], changes }))
    }
}

struct PuppetPlan<'a> {
    puppet: &'a Puppet,
    entries: [EntrySpec; 1],
    changes: Changes,
}

impl Plan for PuppetPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut entry = sink.create(&self.entries[0])?;
        self.puppet.at(Stage::Write, context)?;
        std::io::Write::write_all(&mut entry, self.puppet.name.as_bytes())?;
        entry.commit()?;
        self.puppet.at(Stage::AfterWrite, context)?;
        let mut summary = Summary::default();
        summary.changes.losses = self.puppet.written.iter().cloned().collect();
        Ok(summary)
    }
}

fn run(exporter: &dyn Exporter, context: &Context) -> (Result<Summary>, Vec<String>) {
    let sink = MemorySink::new();
    let result = export(exporter, &sample::study(), Box::new(sink.clone()), context);
    (result, sink.entries().into_keys().collect())
}

#[test]
fn the_policy_decides_about_planned_and_found_losses() {
    let less = || Loss::new(LossCode::LABEL_TRUNCATED, "cut");
    let wrong = || Loss::new(LossCode::RANGE, "stored as missing").wrong();
    let allow_range = LossPolicy::Allow(vec![LossCode::RANGE]);
    let allow_other = LossPolicy::Allow(vec![LossCode::PRECISION]);
    for at_plan in [true, false] {
        for (loss, policy, accepted) in [
            (less(), LossPolicy::Deny, false),
            (less(), LossPolicy::Report, true),
            (less(), allow_other.clone(), true),
            (wrong(), LossPolicy::Deny, false),
            (wrong(), LossPolicy::Report, false),
            (wrong(), allow_other.clone(), false),
            (wrong(), allow_range.clone(), true),
        ] {
            let mut puppet = Puppet::named("p");
            if at_plan {
                puppet.planned.push(loss.clone());
            } else {
                puppet.written.push(loss.clone());
            }
            let (result, visible) = run(&puppet, &conformance::context().with_policy(policy.clone()));
            match result {
                Ok(summary) => {
                    assert!(accepted, "{policy:?} accepts {loss}");
                    let named = summary.changes.losses.iter().next().unwrap();
                    assert_eq!((named.format.as_str(), named.entry.as_deref()), ("plain", Some("p.txt")));
                    assert_eq!(
                        (&named.code, named.count, &named.action),
                        (&loss.code, loss.count, &loss.action)
                    );
                    assert_eq!(summary.changes.losses.len(), 1);
                    assert_eq!((summary.changes.renames.len(), visible.len()), (1, 1));
                }
                Err(error) => {
                    assert!(!accepted, "{policy:?} refuses {loss}");
                    assert_eq!((error.kind(), visible.len()), (ErrorKind::Loss, 0));
                }
            }
        }
    }
}

#[test]
fn an_error_or_a_cancel_at_any_stage_leaves_nothing() {
    for stage in [Stage::Needs, Stage::Plan, Stage::Write, Stage::AfterWrite] {
        let fails = Puppet { fails: Some(stage), ..Puppet::named("p") };
        let (result, visible) = run(&fails, &conformance::context());
        assert_eq!((result.unwrap_err().message(), visible.len()), ("puppet", 0), "{stage:?}");
        let cancels = Puppet { cancels: Some(stage), ..Puppet::named("p") };
        let (result, visible) = run(&cancels, &conformance::context());
        assert_eq!((result.unwrap_err().kind(), visible.len()), (ErrorKind::Cancelled, 0), "{stage:?}");
    }
}

#[test]
fn an_invalid_codebook_is_refused_before_anything_else() {
    let mut codebook = sample::codebook();
    codebook.tables[1].name = codebook.tables[0].name.clone();
    let data = exporter_core::MemoryDataset::new(codebook, vec![vec![], vec![]]).unwrap();
    let fails = Puppet { fails: Some(Stage::Needs), ..Puppet::named("p") };
    let error = export(&fails, &data, Box::new(MemorySink::new()), &conformance::context()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[test]
fn a_dry_run_hands_out_the_plan() {
    let puppet = Puppet { planned: vec![Loss::new(LossCode::RANGE, "x").wrong()], ..Puppet::named("p") };
    let seen = plan(&puppet, &sample::study(), &conformance::context(), |plan| {
        Ok((plan.entries()[0].path.clone(), plan.changes().losses.len()))
    });
    assert_eq!(seen.unwrap(), ("p.txt".to_owned(), 1));
}

#[test]
fn a_bundle_shares_one_scan_and_names_siblings() {
    let siblings = [Arc::default(), Arc::default()];
    let puppet = |name, siblings: &Arc<Mutex<Vec<String>>>| {
        Box::new(Puppet { siblings: Arc::clone(siblings), ..Puppet::named(name) })
    };
    let inner = Bundle::new().with(puppet("b", &siblings[1]));
    let bundle = Bundle::new()
        .with(puppet("a", &siblings[0]))
        .with(Box::new(inner))
        .with(Box::new(PlainExporter::default()));
    let data = Watched::new(sample::study());
    let sink = MemorySink::new();
    let summary = export(&bundle, &data, Box::new(sink.clone()), &conformance::context()).unwrap();
    let paths: Vec<String> = sink.entries().into_keys().collect();
    assert_eq!(paths, ["a.txt", "b.txt", "households.plain", "members.plain"]);
    // One for the profile of `members`, one for each of the two tables that the plain exporter writes.
    assert_eq!(data.scans().len(), 3);
    assert_eq!(*siblings[0].lock().unwrap(), ["b.txt", "households.plain", "members.plain"]);
    assert_eq!(*siblings[1].lock().unwrap(), ["a.txt", "households.plain", "members.plain"]);
    assert_eq!(summary.changes.renames.len(), 2);
}

#[test]
fn a_bundle_refuses_two_entries_of_one_name() {
    let bundle = Bundle::new().with(Box::new(Puppet::named("a"))).with(Box::new(Puppet::named("A")));
    let (result, visible) = run(&bundle, &conformance::context());
    assert_eq!((result.unwrap_err().kind(), visible.len()), (ErrorKind::Invalid, 0));
}

#[test]
fn a_bundle_keeps_the_contract_of_its_parts() {
    let bundle = Bundle::new().with(Box::new(PlainExporter::default())).with(Box::new(Puppet::named("a")));
    for fails in [Stage::Needs, Stage::Plan, Stage::Write] {
        let broken = Puppet { fails: Some(fails), ..Puppet::named("z") };
        let bundle = Bundle::new().with(Box::new(PlainExporter::default())).with(Box::new(broken));
        let (result, visible) = run(&bundle, &conformance::context());
        assert_eq!((result.unwrap_err().message(), visible.len()), ("puppet", 0));
    }
    let (result, visible) = run(&bundle, &conformance::context());
    assert!(result.is_ok());
    assert_eq!(visible.len(), 3);
}

#[derive(Default)]
struct Log(Mutex<Vec<(String, Option<u64>)>>, AtomicUsize);

impl Progress for Log {
    fn stage(&self, name: &str, rows: Option<u64>) {
        self.0.lock().unwrap().push((name.into(), rows));
    }

    fn rows(&self, more: u64) {
        self.1.fetch_add(more as usize, Ordering::SeqCst);
    }
}

#[test]
fn progress_hears_of_every_stage() {
    let log = Arc::new(Log::default());
    let context = conformance::context().with_progress(log.clone());
    let bundle = Bundle::new().with(Box::new(Puppet::named("a"))).with(Box::new(PlainExporter::default()));
    run(&bundle, &context).0.unwrap();
    let stages = log.0.lock().unwrap().clone();
    let told: Vec<(&str, Option<u64>)> = stages.iter().map(|(name, rows)| (name.as_str(), *rows)).collect();
    assert_eq!(told, [("profile", Some(6)), ("write", Some(9)), ("publish", None)]);
    assert_eq!(log.1.load(Ordering::SeqCst), 6 + 9);
}

#[test]
fn the_registry_knows_formats_by_every_name_and_lists_them() {
    let registry = Registry::new().register::<Plain>().register_input::<Plain>().register::<Plain>();
    assert_eq!(registry.formats().len(), 1);
    for name in ["plain", "PLAIN", "lines"] {
        assert_eq!(registry.format(name).unwrap().id, "plain");
        assert!(registry.exporter(name, json!({ "separator": "comma" })).is_ok());
    }
    let error = registry.exporter("dta", json!(null)).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(error.hint(), Some("known formats: plain"));
    let error = registry.exporter("plain", json!({ "seperator": "tab" })).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("separator, end-mark"));
}

#[test]
fn what_a_registry_does_with_a_format_follows_from_what_is_registered() {
    let faces = |registry: Registry| {
        let faces = registry.faces("plain");
        (faces.reads, faces.writes)
    };
    assert_eq!(faces(Registry::new()), (false, false));
    assert_eq!(faces(Registry::new().register::<Plain>()), (false, true));
    assert_eq!(faces(Registry::new().register_input::<Plain>()), (true, false));
    assert_eq!(faces(Registry::new().register::<Plain>().register_input::<Plain>()), (true, true));
}

#[test]
fn files_are_recognised_by_content_then_extension() {
    let registry = Registry::new().register_input::<Plain>().register_input::<Guess>();
    let file = |name: &str, text: &'static str| Source::memory(name, text);
    // The signature goes before the extension of another format.
    assert_eq!(
        registry.recognise(&file("a.guess", "#plain\nx\n1\n"), &Context::default()).unwrap().id,
        "plain"
    );
    assert_eq!(registry.recognise(&file("b.GUESS", "x\n1\n"), &Context::default()).unwrap().id, "guess");
    let error = registry.recognise(&file("c.xyz", "x\n1\n"), &Context::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("plain, guess"));
    let ragged = file("d.plain", "#plain\nx\ty\n1\n");
    let data = registry.open(&ragged, json!(null), &conformance::context()).unwrap();
    let error =
        conformance::context().scan(&*data, TableId(0), &Scan::all()).unwrap().find_map(Result::err).unwrap();
    assert_eq!((error.place().row, error.place().table.as_deref()), (Some(1), Some("d")));
    assert!(registry.open_as("none", &ragged, json!(null), &conformance::context()).is_err());
}

/// A format without signature.
struct Guess;

impl exporter_core::Input for Guess {
    const INFO: &'static FormatInfo = &FormatInfo::new("guess", "Guess").extensions(&["guess"]);
    type Options = exporter_testkit::plain::PlainOptions;

    fn recognise(_: &Sample<'_>) -> exporter_core::Recognition {
        exporter_core::Recognition::Maybe
    }

    fn open(_: &Source<'_>, _: Self::Options, _: &Context) -> Result<Box<dyn Dataset>> {
        Err(Error::unsupported("guess"))
    }
}

/// A format whose files name another file beside them, which holds the rows.
struct Pointer;

impl exporter_core::Input for Pointer {
    const INFO: &'static FormatInfo = &FormatInfo::new("pointer", "Pointer").extensions(&["see"]);
    type Options = exporter_testkit::plain::PlainOptions;

    fn recognise(sample: &Sample<'_>) -> exporter_core::Recognition {
        match sample.head.starts_with(b"see ") {
            true => exporter_core::Recognition::Yes,
            false => exporter_core::Recognition::No,
        }
    }

    fn open(source: &Source<'_>, _: Self::Options, context: &Context) -> Result<Box<dyn Dataset>> {
        let text = String::from_utf8(source.head(100)?).unwrap();
        let beside = source.beside(text.trim_start_matches("see ").trim(), context)?;
        let beside = beside.ok_or_else(|| Error::not_found("the file beside is not there"))?;
        source.open_other(&beside, context)
    }
}

#[test]
fn a_format_opens_the_file_beside_with_whatever_knows_it() {
    let registry = Registry::new().register_input::<Pointer>().register_input::<Plain>();
    let context = conformance::context();
    let files = MemoryFiles::new([("a/x.see", "see rows/y.plain"), ("a/rows/y.plain", "#plain\nx\n1\n2\n")]);
    let set = Source::files("set", std::sync::Arc::new(files));
    let pointer = set.entry("a/x.see", &context).unwrap().unwrap();
    let data = registry.open(&pointer, json!(null), &context).unwrap();
    assert_eq!(data.codebook().tables[0].name, "y");
    // Alone it has no neighbours, and a way out of the set is refused.
    let alone = registry.open(&Source::memory("x.see", "see y.plain"), json!(null), &context);
    assert_eq!(alone.map(drop).unwrap_err().kind(), ErrorKind::NotFound);
    let files = MemoryFiles::new([("a/x.see", "see ../y.plain"), ("y.plain", "#plain\nx\n1\n")]);
    let pointer =
        Source::files("set", std::sync::Arc::new(files)).entry("a/x.see", &context).unwrap().unwrap();
    let outside = registry.open(&pointer, json!(null), &context);
    assert_eq!(outside.map(drop).unwrap_err().kind(), ErrorKind::Invalid);
}

/// A format whose extension is the name of another.
struct Namesake;

impl exporter_core::Input for Namesake {
    const INFO: &'static FormatInfo = &FormatInfo::new("aaa", "Namesake").extensions(&["plain"]);
    type Options = exporter_testkit::plain::PlainOptions;

    fn recognise(_: &Sample<'_>) -> exporter_core::Recognition {
        exporter_core::Recognition::No
    }

    fn open(_: &Source<'_>, _: Self::Options, _: &Context) -> Result<Box<dyn Dataset>> {
        Err(Error::unsupported("namesake"))
    }
}

#[test]
fn an_identifier_goes_before_an_extension() {
    let registry = Registry::new().register_input::<Namesake>().register_input::<Plain>();
    assert_eq!(registry.format("plain").unwrap().id, "plain");
    let file = Source::memory("file", b"");
    let error = registry.open_as("plain", &file, json!(null), &conformance::context());
    assert!(error.map(drop).unwrap_err().message().contains("#plain"), "the namesake was asked");
}

#[test]
fn typed_pairs_become_options() {
    let read = |pairs: &[(&str, &str)]| options_from_pairs(Plain::INFO, pairs.iter().copied());
    assert_eq!(
        read(&[("separator", "comma"), ("end-mark", "yes")]).unwrap(),
        json!({ "separator": "comma", "end-mark": true })
    );
    for wrong in [&[("separator", "semicolon")][..], &[("end-mark", "2")], &[("none", "1")]] {
        assert_eq!(read(wrong).unwrap_err().kind(), ErrorKind::Usage, "{wrong:?}");
    }
    let twice = read(&[("separator", "tab"), ("separator", "tab")]).unwrap_err();
    assert!(twice.message().contains("twice"));
}
