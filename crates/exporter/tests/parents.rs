//! Tables in files of their own find their parents again when these are open.

use exporter::codebook::Parent;
use exporter::sink::MemorySink;
use exporter::{AssembledDataset, Context, Dataset, InputOptions, LossCode, Source};
use exporter_testkit::sample;
use serde_json::Value as Json;

/// The files of the households and of their members.
fn files(format: &str) -> Vec<Source<'static>> {
    let exporter = exporter::registry().exporter(format, Json::Null).unwrap();
    let sink = MemorySink::new();
    exporter::export(&*exporter, &sample::study(), Box::new(sink.clone()), &Context::default()).unwrap();
    sink.entries().into_iter().map(|(name, bytes)| Source::memory(name, bytes)).collect()
}

fn open(sources: &[Source<'_>]) -> AssembledDataset {
    let options = InputOptions::default();
    exporter::open_sources(sources, &options, &exporter::registry(), &Context::default()).unwrap()
}

fn parent_of(data: &AssembledDataset, table: &str) -> Option<Parent> {
    data.codebook().table(table).unwrap().1.parent.clone()
}

#[test]
fn links_come_back_when_both_files_are_open() {
    let parent = sample::study().codebook().table("members").unwrap().1.parent.clone();
    assert!(parent.is_some());
    for format in ["dta", "parquet", "arrow", "arrows"] {
        let mut sources = files(format);
        for _ in 0..2 {
            let opened = open(&sources);
            assert_eq!(parent_of(&opened, "members"), parent, "{format}");
            assert!(opened.losses().is_empty(), "{format}: {:?}", opened.losses());
            sources.reverse();
        }
    }
    // Of two formats, and under other file names.
    let mut sources: Vec<_> = files("dta").into_iter().filter(|file| file.name == "members.dta").collect();
    sources.extend(files("parquet").into_iter().filter(|file| file.name == "households.parquet"));
    sources[0].name = "m.dta".into();
    let opened = open(&sources);
    assert_eq!(parent_of(&opened, "members"), parent);
    assert!(opened.losses().is_empty(), "{:?}", opened.losses());
}

#[test]
fn a_parent_that_is_not_open_is_a_loss_of_reading() {
    for format in ["dta", "parquet", "arrow", "arrows"] {
        let sources = files(format);
        let members: Vec<_> = sources.into_iter().filter(|file| file.name.starts_with("members")).collect();
        let opened = open(&members);
        assert_eq!(parent_of(&opened, "members"), None, "{format}");
        let told: Vec<_> = opened.losses().iter().cloned().collect();
        let [loss] = &told[..] else { panic!("{format}: {told:?}") };
        assert_eq!((&loss.code, loss.table.as_deref()), (&LossCode::KEY_DROPPED, Some("members")));
        assert_eq!(loss.action, "the link to the parent households is left out: its table is not open");
    }
}

#[test]
fn a_table_of_the_same_name_that_cannot_be_the_parent_is_none() {
    let members = files("dta").into_iter().find(|file| file.name == "members.dta").unwrap();
    let other = Source::memory("households.csv", b"other\n1\n".to_vec());
    let opened = open(&[members, other]);
    assert_eq!(parent_of(&opened, "members"), None);
    assert_eq!(opened.losses().iter().filter(|loss| loss.code == LossCode::KEY_DROPPED).count(), 1);
}
