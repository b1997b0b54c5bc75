//! What every format that reads must pass on a file of its own, whole and cut short.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use exporter_core::dataset::ExcerptDataset;
use exporter_core::source::{MemoryBytes, Section};
use exporter_core::{
    Context, Dataset, Error, ErrorKind, FormatInfo, Input, OptionKind, ReadAt, Registry, Result, Sample,
    Scan, Source, TableId, read_options_from_pairs,
};
use exporter_package::{Compression, EntryOptions, GzipOptions, GzipWriter, ZipOptions, ZipWriter};
use serde_json::{Value as Json, json};

use super::{context, dataset};
use crate::{Store, cells_of};

/// Holds an input to the contract on a good file: it is recognised by its content or, failing that, its extension; its dataset
/// passes [`dataset`]; opened for one variable alone, it says the same of this one; whatever holds the bytes, the dataset is
/// the same; and bytes that cannot be read are an error.
#[track_caller]
pub fn input<I: Input>(path: &Path) {
    let info = I::INFO;
    let registry = Registry::new().register_input::<I>();
    let source = Source::open(path, &context()).unwrap_or_else(|error| panic!("{error:?}"));
    let found =
        registry.recognise(&source, &context()).unwrap_or_else(|error| panic!("{}: {error:?}", source.name));
    assert_eq!(found.id, info.id, "the format of {}", source.name);
    let data = registry
        .open(&source, Json::Null, &context())
        .unwrap_or_else(|error| panic!("{} cannot be opened: {error:?}", source.name));
    dataset(&*data);
    one_variable_is_enough(&registry, &source, &*data);
    every_option_is_read(&registry, info, &source);
    every_holder_gives_the_same(&registry, &source);
    bytes_that_fail_are_an_error(&registry, &source);
}

/// A file, memory, a section in the middle of other bytes, a store that answers little at a time, a pipe, a gzip stream and a
/// member of a zip give the same codebook, rows, facts and losses, to one thread and to several.
#[track_caller]
fn every_holder_gives_the_same(registry: &Registry, file: &Source<'_>) {
    let told = |source: &Source<'_>, threads: usize| {
        let data = registry.open(source, Json::Null, &context())?;
        let context = context().with_threads(threads);
        let mut tables = Vec::new();
        for table in (0..data.codebook().tables.len()).map(TableId) {
            let mut columns = vec![Vec::new(); data.codebook().tables[table.0].variables.len()];
            for batch in context.scan(&*data, table, &Scan::all())? {
                columns.iter_mut().zip(batch?.columns()).for_each(|(all, more)| all.extend(cells_of(more)));
            }
            tables.push((data.rows(table), data.facts(table), columns));
        }
        // Numbers that are none are equal as texts.
        Ok::<_, Error>(format!("{:?} {:?} {tables:?}", data.codebook(), data.losses()))
    };
    let expected = told(file, 1).unwrap_or_else(|error| panic!("{error:?}"));
    for (holder, source) in holders(file) {
        for threads in [1, 3] {
            let found = told(&source, threads).unwrap_or_else(|error| panic!("{holder}: {error:?}"));
            assert_eq!(found, expected, "{} from {holder}, {threads} threads", file.name);
        }
    }
}

/// The bytes of a source in everything that can hold them.
fn holders(source: &Source<'_>) -> Vec<(&'static str, Source<'static>)> {
    let bytes = whole(source);
    let around: Arc<dyn ReadAt> = Arc::new(MemoryBytes::new([&bytes[..], &bytes[..], &bytes[..]].concat()));
    let length = bytes.len() as u64;
    let section = Section::new(around, length, length).expect("a section inside");
    let piped = Source::stream(&source.name, std::io::Cursor::new(bytes.clone()), &context());
    vec![
        ("a pipe", piped.expect("memory can be read")),
        ("a gzip stream", Source::new(&source.name, member("x.gz", "x", gzip(&bytes)))),
        (
            "a stored member of a zip",
            Source::new(&source.name, member("x.zip", "x", zip(&bytes, Compression::Stored))),
        ),
        (
            "a packed member of a zip",
            Source::new(&source.name, member("x.zip", "x", zip(&bytes, Compression::default()))),
        ),
        ("a file", Source::new(&source.name, source.bytes.clone())),
        ("memory", Source::memory(&source.name, bytes)),
        ("a section", Source::new(&source.name, Arc::new(section))),
        (
            "a slow store",
            Source::new(&source.name, Arc::new(Store::slow(source.bytes.clone(), STORE_ANSWER))),
        ),
    ]
}

/// The bytes of a file in an archive.
fn member(archive: &str, path: &str, bytes: Vec<u8>) -> Arc<dyn ReadAt> {
    let registry = exporter_package::register(Registry::new());
    let files =
        registry.contents(&Source::memory(archive, bytes), None, &context()).expect("a sound archive");
    let member = files.expect("an archive").open(path, &context()).expect("a sound archive");
    member.expect("the member is there")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzipWriter::new(Vec::new(), GzipOptions::default(), std::num::NonZeroUsize::MIN);
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("memory can be written")
}

fn zip(bytes: &[u8], compression: Compression) -> Vec<u8> {
    let options = ZipOptions::default().compression(compression);
    let mut zip = ZipWriter::new(Vec::new(), options).expect("memory can be written");
    zip.start_entry(&EntryOptions::new("x")).expect("memory can be written");
    zip.write_all(bytes).expect("memory can be written");
    zip.finish_entry().expect("memory can be written");
    zip.finish().expect("memory can be written")
}

fn whole(source: &Source<'_>) -> Vec<u8> {
    source.bytes.read_vec_at(0, source.bytes.len() as usize).expect("the bytes can be read")
}

/// Bytes that a store gives at a time.
const STORE_ANSWER: usize = 1000;

/// Bytes that fail are an error when the source is opened and when it is scanned; a scan may have no need of them.
#[track_caller]
fn bytes_that_fail_are_an_error(registry: &Registry, file: &Source<'_>) {
    let store = Arc::new(Store::new(file.bytes.clone()));
    let source = Source::new(&file.name, store.clone());
    let data = registry.open(&source, Json::Null, &context()).expect("the store is there");
    store.set_gone(true);
    for (table, description) in data.codebook().tables.iter().enumerate() {
        let table = TableId(table);
        let rows = || {
            let batches = context().scan(&*data, table, &Scan::all())?;
            batches.map(|batch| Ok(batch?.num_rows() as u64)).sum::<Result<u64>>()
        };
        if let Ok(rows) = rows() {
            store.set_gone(false);
            let batches = context().scan(&*data, table, &Scan::all()).expect("the store is there");
            let all = batches.map(|batch| batch.expect("the store is there").num_rows() as u64).sum::<u64>();
            assert_eq!(rows, all, "{}: rows of a store that is gone", description.name);
            store.set_gone(true);
        }
    }
    let error = registry.open(&source, Json::Null, &context()).err();
    let error = error.unwrap_or_else(|| panic!("{}: bytes that fail are opened", file.name));
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
}

/// Opened for one variable, a file says of it and delivers of it what it does when it is opened for all.
#[track_caller]
fn one_variable_is_enough(registry: &Registry, source: &Source<'_>, whole: &dyn Dataset) {
    for (place, table) in whole.codebook().tables.iter().enumerate() {
        for (column, variable) in table.variables.iter().enumerate() {
            let part = |source: Source<'_>| {
                let data = registry.open(&source, Json::Null, &context())?;
                let mut parts = vec![Scan::all(); data.codebook().tables.len()];
                parts[place] = Scan::all().columns([column]);
                let part = ExcerptDataset::new(data, parts)?;
                let rows = context().scan(&part, TableId(place), &Scan::all())?;
                let rows = rows.collect::<Result<Vec<_>>>()?;
                let codebook = part.codebook();
                Ok::<_, Error>((codebook.tables[place].clone(), codebook.value_labels.clone(), rows))
            };
            let alone = part(source.clone().variables([variable.name.as_str(), "no such variable"]));
            let alone = alone.unwrap_or_else(|error| panic!("{} alone: {error:?}", variable.name));
            let among_all = part(source.clone()).expect("an excerpt of the whole file");
            assert_eq!((&alone.0, &alone.1), (&among_all.0, &among_all.1), "{} alone", variable.name);
            assert_eq!(format!("{:?}", alone.2), format!("{:?}", among_all.2), "{} alone", variable.name);
        }
    }
}

/// Options are of the kinds that the description says; which values suit the file is the file's matter.
fn every_option_is_read(registry: &Registry, info: &FormatInfo, source: &Source<'_>) {
    let open = |options: Json| match registry.open(source, options, &context()) {
        Err(error) if error.kind() == ErrorKind::Usage => Err(error),
        _ => Ok(()),
    };
    for option in info.read_options {
        let mut values = vec![option.default];
        values.retain(|value| !value.is_empty());
        match option.kind {
            OptionKind::Boolean => values.extend(["true", "false"]),
            OptionKind::Choice(choices) => values.extend(choices),
            _ => {}
        }
        for value in values {
            let options = read_options_from_pairs(info, [(option.name, value)]);
            let read = options.and_then(open);
            assert!(read.is_ok(), "{}: {}={value} is not read: {read:?}", info.id, option.name);
        }
    }
    let unknown = open(json!({ "no-such-option": true }));
    assert!(unknown.is_err(), "{}: an option that does not exist is accepted", info.id);
}

/// Cuts a good file after every `step`-th byte and reads what is left: errors are right, panics and hangs are not. Where other
/// bytes follow the cut, it is the same. Returns how many of the cut files were refused.
#[track_caller]
pub fn prefixes<I: Input>(path: &Path, step: usize) -> usize {
    let source = Source::open(path, &context()).unwrap_or_else(|error| panic!("{error:?}"));
    let bytes = whole(&source);
    let mut refused = 0;
    for length in (0..bytes.len()).step_by(step.max(1)) {
        let cut = &bytes[..length];
        // The head decides nothing more than a format's name, but it must bear any bytes.
        let _ = I::recognise(&Sample::of(cut));
        let alone = read_all::<I>(&Source::memory(&source.name, cut.to_vec()), &context());
        let section = Section::new(source.bytes.clone(), 0, length as u64).expect("a section inside");
        let followed = read_all::<I>(&Source::new(&source.name, Arc::new(section)), &context());
        assert_eq!(format!("{alone:?}"), format!("{followed:?}"), "cut at {length}");
        refused += usize::from(alone.is_err());
    }
    refused
}

fn read_all<I: Input>(source: &Source<'_>, context: &Context) -> Result<()> {
    let data: Box<dyn Dataset> = I::open(source, I::Options::default(), context)?;
    for table in 0..data.codebook().tables.len() {
        context.scan(&*data, TableId(table), &Scan::all())?.try_for_each(|batch| batch.map(drop))?;
    }
    Ok(())
}
