//! What every format that reads must pass on a file of its own, whole and cut short.

use std::path::Path;

use exporter_core::dataset::ExcerptDataset;
use exporter_core::format::{FormatInfo, OptionKind};
use exporter_core::registry::read_options_from_pairs;
use exporter_core::{Context, Dataset, Error, ErrorKind, Input, Registry, Result, Scan, Source, TableId};
use serde_json::{Value as Json, json};

use super::{context, dataset};

/// Holds an input to the contract on a good file: it is recognised by its content or, failing that, its extension; its dataset
/// passes [`dataset`]; opened for one variable alone, it says the same of this one.
#[track_caller]
pub fn input<I: Input>(path: &Path) {
    let info = I::INFO;
    let registry = Registry::new().register_input::<I>();
    let found = registry.recognise(path).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    assert_eq!(found.id, info.id, "the format of {}", path.display());
    let data = registry
        .open(&Source::new(path), Json::Null, &context())
        .unwrap_or_else(|error| panic!("{} cannot be opened: {error:?}", path.display()));
    dataset(&*data);
    one_variable_is_enough(&registry, path, &*data);
    every_option_is_read(&registry, info, path);
    let absent = path.with_file_name("no such file");
    assert!(registry.open_as(info.id, &Source::new(&absent), Json::Null, &context()).is_err());
}

/// Opened for one variable, a file says of it and delivers of it what it does when it is opened for all.
#[track_caller]
fn one_variable_is_enough(registry: &Registry, path: &Path, whole: &dyn Dataset) {
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
            let alone = part(Source::new(path).variables([variable.name.as_str(), "no such variable"]));
            let alone = alone.unwrap_or_else(|error| panic!("{} alone: {error:?}", variable.name));
            let among_all = part(Source::new(path)).expect("an excerpt of the whole file");
            assert_eq!((&alone.0, &alone.1), (&among_all.0, &among_all.1), "{} alone", variable.name);
            assert_eq!(format!("{:?}", alone.2), format!("{:?}", among_all.2), "{} alone", variable.name);
        }
    }
}

/// Options are of the kinds that the description says; which values suit the file is the file's matter.
fn every_option_is_read(registry: &Registry, info: &FormatInfo, path: &Path) {
    let open = |options: Json| match registry.open(&Source::new(path), options, &context()) {
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

/// Cuts a good file after every `step`-th byte and reads what is left: errors are right, panics and hangs are not.
/// `scratch` is a folder of the test's own. Returns how many of the cut files were refused.
#[track_caller]
pub fn prefixes<I: Input>(path: &Path, scratch: &Path, step: usize) -> usize {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cut = scratch.join(path.file_name().unwrap_or_default());
    let mut refused = 0;
    for length in (0..bytes.len()).step_by(step.max(1)) {
        std::fs::write(&cut, &bytes[..length]).unwrap_or_else(|error| panic!("{}: {error}", cut.display()));
        // The head decides nothing more than a format's name, but it must bear any bytes.
        let _ = I::recognise(&bytes[..length.min(4096)]);
        if read_all::<I>(&cut, &context()).is_err() {
            refused += 1;
        }
    }
    refused
}

fn read_all<I: Input>(path: &Path, context: &Context) -> Result<()> {
    let data: Box<dyn Dataset> = I::open(&Source::new(path), I::Options::default(), context)?;
    for table in 0..data.codebook().tables.len() {
        context.scan(&*data, TableId(table), &Scan::all())?.try_for_each(|batch| batch.map(drop))?;
    }
    Ok(())
}
