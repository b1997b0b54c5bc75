//! A file of ours that PSPP changed: what it says now holds, whatever the codebook in it said.

use std::path::Path;

use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, Input as _, LossCode, LossPolicy, Source, export};
use exporter_sav::{SavExporter, SavInput};
use exporter_testkit::sample;

use super::judged::said;
use crate::programs;

fn write(data: &dyn Dataset, to: &Path) {
    let context = Context::default().with_policy(LossPolicy::Allow(LossCode::ALL.to_vec()));
    let sink = MemorySink::new();
    export(&SavExporter::default(), data, Box::new(sink.clone()), &context).unwrap();
    let entries = sink.entries();
    let largest = entries.values().max_by_key(|bytes| bytes.len()).unwrap();
    std::fs::write(to, largest).unwrap();
}

#[test]
fn what_pspp_changed_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&sample::study(), &path("ours.sav"));
    let first = said("pyreadstat", &[path("ours.sav")]);
    let names: Vec<&str> =
        first[0]["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let formats: Vec<&str> =
        first[0]["formats"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let numbers: Vec<&str> = names
        .iter()
        .zip(&formats)
        .filter(|(_, format)| format.starts_with('F'))
        .map(|(name, _)| *name)
        .collect();
    let [a, b, ..] = numbers[..] else { panic!("{names:?} {formats:?}") };
    let changes = format!(
        "GET FILE='ours.sav'.\nMISSING VALUES {a} (5).\nMISSING VALUES {b} ().\nVALUE LABELS {a} 1 'One' 5 'Five'.\n\
         VARIABLE LABELS {b} 'Changed'.\nVARIABLE LEVEL {a} (SCALE) {b} (ORDINAL).\nVARIABLE WIDTH {a} (17).\n\
         VARIABLE ALIGNMENT {b} (CENTER).\nVARIABLE ROLE /TARGET {a}.\nFORMATS {b} (F9.1).\nSAVE OUTFILE='edited.sav'.\n"
    );
    std::fs::write(path("edit.sps"), changes).unwrap();
    let run = programs::ended(
        programs::program(&["pspp"], "pspp").arg(path("edit.sps")).current_dir(folder.path()),
    );
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    let source = Source::open(path("edited.sav"), &Context::default()).unwrap();
    let data = SavInput::open(&source, Default::default(), &Context::default()).unwrap();
    write(&*data, &path("again.sav"));
    let both = said("pyreadstat", &[path("edited.sav"), path("again.sav")]);
    assert_ne!(both[0]["missing"], first[0]["missing"], "PSPP has changed nothing");
    for part in ["names", "labels", "formats", "measures", "value_labels", "missing", "columns"] {
        assert_eq!(both[0][part], both[1][part], "{part}");
    }
}
