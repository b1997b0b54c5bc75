//! Companions: what they see of the entries beside them, when planning and when writing.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

use exporter::codebook::{Codebook, Kind, Missing, Table, Value, Variable};
use exporter::package::{GzipOptions, Gzipped, ManifestExporter, ZipOptions, Zipped};
use exporter::sink::{FolderOptions, FolderSink, MemorySink};
use exporter::{
    Bundle, Carry, Changes, Committed, Context, Dataset, EntryReport, EntrySpec, Exporter, FormatInfo,
    MemoryDataset, Part, Plan, Planning, Result, Sibling, Sink, Summary,
};
use sha2::{Digest as _, Sha256};

/// What companions saw: when planning, and of what was written.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<(Vec<Sibling>, Vec<Committed>)>>);

/// A companion that writes what it saw down for the test.
struct Witness {
    path: &'static str,
    digests: bool,
    seen: Seen,
}

static INFO: FormatInfo = FormatInfo::new("witness", "Witness").media_type("text/plain");

impl Exporter for Witness {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn is_companion(&self) -> bool {
        true
    }

    fn needs_digests(&self) -> bool {
        self.digests
    }

    fn carries(&self, _: Part) -> Carry {
        Carry::Limited
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        vec![EntrySpec::new(self.path, "text/plain")]
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        self.seen.0.lock().unwrap().0 = with.siblings.to_vec();
        let (entries, changes) = (self.entries(data.codebook()), Changes::default());
        Ok(Box::new(WitnessPlan { witness: self, entries, changes }))
    }
}

struct WitnessPlan<'a> {
    witness: &'a Witness,
    entries: Vec<EntrySpec>,
    changes: Changes,
}

impl Plan for WitnessPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.witness.seen.0.lock().unwrap().1 = siblings.to_vec();
    }

    fn write(self: Box<Self>, sink: &dyn Sink, _: &Context) -> Result<Summary> {
        let mut entry = sink.create(&self.entries[0])?;
        entry.write_all(b"seen")?;
        let mut summary = Summary::default();
        summary.entries.push(EntryReport::new(&self.entries[0], entry.commit()?, None));
        Ok(summary)
    }
}

impl Seen {
    fn witness(&self, path: &'static str, digests: bool) -> Box<dyn Exporter> {
        Box::new(Witness { path, digests, seen: self.clone() })
    }

    fn planned(&self) -> Vec<Sibling> {
        self.0.lock().unwrap().0.clone()
    }

    fn committed(&self) -> Vec<Committed> {
        self.0.lock().unwrap().1.clone()
    }
}

/// A variable whose name Stata does not take, with a code for a missing value.
fn data() -> MemoryDataset {
    let age = Variable::new("age in years", Kind::Integer { bits: 16, signed: true })
        .with_missing(Missing::value(Value::Integer(-99)).label("refused"));
    let codebook = Codebook::new("study").with_table(Table::new("people", vec![age]));
    let ages: arrow_array::ArrayRef = Arc::new(arrow_array::Int16Array::from(vec![30, -99]));
    let schema = exporter::dataset::arrow_schema(&codebook.tables[0], &[0]);
    let batch = arrow_array::RecordBatch::try_new(schema, vec![ages]).unwrap();
    MemoryDataset::new(codebook, vec![vec![batch]]).unwrap()
}

fn format(name: &str) -> Box<dyn Exporter> {
    exporter::registry().exporter(name, serde_json::Value::Null).unwrap()
}

fn export(exporter: &dyn Exporter, sink: Box<dyn Sink + '_>) -> Summary {
    exporter::export(exporter, &data(), sink, &Context::default()).unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The only committed entry is this one.
#[track_caller]
fn is_committed(seen: &Seen, path: &str, bytes: &[u8]) {
    let committed = seen.committed();
    assert_eq!(committed.len(), 1);
    let report = &committed[0].report;
    assert_eq!((report.path.as_str(), report.rows), (path, Some(2)));
    assert_eq!((report.bytes, report.sha256.as_deref()), (bytes.len() as u64, Some(&*sha256(bytes))));
}

#[test]
fn a_companion_sees_names_codes_bytes_and_digests_of_the_files_beside_it() {
    let seen = Seen::default();
    // It comes last although it was added first.
    let bundle = || Bundle::new().with(seen.witness("w.txt", true)).with(format("dta"));
    let in_stata = |sibling: &Sibling, path: &str| {
        assert_eq!(sibling.entry.path, path);
        assert_eq!(sibling.written_name("people", "age in years"), "age_in_years");
        let recode = &sibling.recodes[0];
        assert_eq!((&*recode.from, &*recode.to, &*recode.label), ("-99", ".a", "refused"));
    };

    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("out");
    let summary = export(&bundle(), Box::new(FolderSink::create(&folder, FolderOptions::default()).unwrap()));
    assert_eq!(summary.entries.len(), 2);
    let dta = files(&folder).remove("people.dta").unwrap();
    in_stata(&seen.planned()[0], "people.dta");
    is_committed(&seen, "people.dta", &dta);

    let memory = MemorySink::new();
    export(&Zipped::zip(bundle(), "all.zip", ZipOptions::default()), Box::new(memory.clone()));
    in_stata(&seen.planned()[0], "people.dta");
    is_committed(&seen, "people.dta", &dta);

    // Beside the streams, and as a stream itself.
    for inside in [false, true] {
        let packed: Box<dyn Exporter> = match inside {
            true => Box::new(Gzipped::new(bundle(), GzipOptions::default())),
            false => {
                let packed = Box::new(Gzipped::new(format("dta"), GzipOptions::default()));
                Box::new(Bundle::new().with(packed).with(seen.witness("w.txt", true)))
            }
        };
        let memory = MemorySink::new();
        export(&*packed, Box::new(memory.clone()));
        in_stata(&seen.planned()[0], if inside { "people.dta" } else { "people.dta.gz" });
        let stream = &memory.entries()["people.dta.gz"];
        is_committed(&seen, "people.dta.gz", stream);
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&stream[..]).read_to_end(&mut back).unwrap();
        assert!(back == dta);
    }
}

#[test]
fn companions_come_last_and_see_those_before_them() {
    let seen = [Seen::default(), Seen::default()];
    let bundle = Bundle::new()
        .with(seen[1].witness("digests.txt", true))
        .with(Box::new(ManifestExporter))
        .with(format("do"))
        .with(seen[0].witness("plain.txt", false))
        .with(format("csv"));
    let memory = MemorySink::new();
    let summary = export(&bundle, Box::new(memory.clone()));
    let order: Vec<&str> = summary.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(order, ["people.csv", "people.do", "plain.txt", "digests.txt", "MANIFEST.json"]);
    let committed = |seen: &Seen| -> Vec<String> {
        seen.committed().into_iter().map(|committed| committed.report.path).collect()
    };
    assert_eq!(committed(&seen[0]), order[..2]);
    assert_eq!(committed(&seen[1]), order[..3]);
    // The do-file is a companion, and renames as Stata does.
    let planned = seen[1].planned();
    let script = planned.iter().find(|sibling| sibling.entry.path == "people.do").unwrap();
    assert_eq!(script.written_name("people", "age in years"), "age_in_years");
    let manifest: serde_json::Value = serde_json::from_slice(&memory.entries()["MANIFEST.json"]).unwrap();
    let listed = manifest["entries"].as_array().unwrap();
    assert_eq!(listed.len(), 4);
    for line in listed {
        let bytes = &memory.entries()[line["path"].as_str().unwrap()];
        assert_eq!(line["sha256"], sha256(bytes), "{line}");
    }
}

#[test]
fn nothing_is_hashed_when_nobody_asks() {
    let seen = Seen::default();
    let bundle = Bundle::new().with(format("dta")).with(seen.witness("w.txt", false));
    let summary = export(&bundle, Box::new(MemorySink::new()));
    assert_eq!(seen.committed()[0].report.sha256, None);
    assert!(summary.entries.iter().all(|entry| entry.sha256.is_none()));
}

/// Running a script must not replace what the export wrote.
#[test]
fn scripts_save_no_file_of_the_export() {
    let written = |formats: &[&str], script: &str| -> String {
        let bundle = formats.iter().fold(Bundle::new(), |bundle, name| bundle.with(format(name)));
        let sink = MemorySink::new();
        export(&bundle, Box::new(sink.clone()));
        String::from_utf8(sink.entries()[script].to_vec()).unwrap()
    };
    let last = |text: &str| text.trim_end().lines().last().unwrap().to_owned();
    let spss = last(&written(&["csv", "spss-script"], "people.sps"));
    assert_eq!(spss, "SAVE OUTFILE='people.sav'.");
    let beside = last(&written(&["csv", "sav", "zsav", "spss-script"], "people.sps"));
    assert_eq!(beside, "SAVE OUTFILE='people-script.sav'.");
    let stata = last(&written(&["tab", "stata-script"], "people.do"));
    assert_eq!(stata, "save `\"people.dta\"', replace");
    let beside = last(&written(&["tab", "dta", "stata-script"], "people.do"));
    assert_eq!(beside, "save `\"people-script.dta\"', replace");
    // Files in other folders are others.
    let registry = exporter::registry();
    let below = registry.exporter("sav", serde_json::json!({"folder": "spss"})).unwrap();
    let bundle = Bundle::new().with(format("csv")).with(below).with(format("spss-script"));
    let sink = MemorySink::new();
    export(&bundle, Box::new(sink.clone()));
    assert_eq!(last(&String::from_utf8_lossy(&sink.entries()["people.sps"])), spss);
}
