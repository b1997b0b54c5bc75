//! What every format that embeds the codebook must pass: it brings it back.

use std::collections::HashSet;

use exporter_core::codebook::{Codebook, DeclaredFacts, DisplayFormat, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Carry, Dataset, Exporter, Input, Part, Registry, Source, TableId, export};
use serde_json::Value as Json;

use super::context;

/// Writes each table of a study to a file of its own and reads it back: what the file says is the codebook of the study with
/// this table, and writing what was read says the same once more. The format may add to it what its files have besides:
/// letters of missing values, display formats in its own words, numbers of rows and facts. Documents come back where the
/// exporter carries them.
#[track_caller]
pub fn embedded<I: Input>(exporter: &dyn Exporter, data: &dyn Dataset) {
    let entries = exporter.entries(data.codebook());
    let used = |codebook: &Codebook| -> HashSet<String> {
        let variables = codebook.tables.iter().flat_map(|table| &table.variables);
        variables.filter_map(|variable| variable.labels.clone()).collect()
    };
    let all = used(data.codebook());
    for (table, entry) in entries.iter().enumerate() {
        let read = through_a_file::<I>(exporter, data, &entry.path);
        let wanted = of_table(data.codebook(), TableId(table), exporter.carries(Part::Documents));
        // Files may have the sets of other tables, too.
        let own = used(&wanted);
        let is_foreign = |set: &str| all.contains(set) && !own.contains(set);
        the_same(&with_parent(&*read), &wanted, &is_foreign, &entry.path);
        let again = through_a_file::<I>(exporter, &*read, &entry.path);
        the_same(again.codebook(), read.codebook(), &is_foreign, &format!("{} written again", entry.path));
    }
}

/// What is read of the entry called `path` when a study is written.
#[track_caller]
fn through_a_file<I: Input>(exporter: &dyn Exporter, data: &dyn Dataset, path: &str) -> Box<dyn Dataset> {
    let sink = MemorySink::new();
    export(exporter, data, Box::new(sink.clone()), &context())
        .unwrap_or_else(|error| panic!("{path}: the export fails: {error:?}"));
    let bytes = sink.entries().remove(path).unwrap_or_else(|| panic!("{path} is not written"));
    let registry = Registry::new().register_input::<I>();
    registry
        .open(&Source::memory(path, bytes), Json::Null, &context())
        .unwrap_or_else(|error| panic!("{path} cannot be opened: {error:?}"))
}

/// What a file of one table tells, with the parent that is in another file and so is not in the codebook; that it is lost
/// is told.
#[track_caller]
fn with_parent(read: &dyn Dataset) -> Codebook {
    let mut codebook = read.codebook().clone();
    let parent = read.parent(TableId(0));
    let losses = read.losses();
    let told = losses.iter().any(|loss| loss.part == Some(Part::Keys));
    assert_eq!(told, parent.is_some(), "the parent {parent:?} and what is told to be lost: {losses:?}");
    codebook.tables[0].parent = parent.cloned();
    codebook
}

/// The codebook as a file of one table tells it.
fn of_table(codebook: &Codebook, table: TableId, documents: Carry) -> Codebook {
    let mut own = codebook.clone();
    own.tables = own.tables.into_iter().skip(table.0).take(1).collect();
    if matches!(documents, Carry::Dropped(_)) {
        own.documents.clear();
    }
    own
}

/// Compares what two codebooks of one table say, apart from what a format may add to the first and from foreign sets.
#[track_caller]
fn the_same(found: &Codebook, wanted: &Codebook, is_foreign: &dyn Fn(&str) -> bool, what: &str) {
    let (mut found, mut wanted) = (found.clone(), wanted.clone());
    for (found, wanted) in found.tables.iter_mut().zip(&mut wanted.tables) {
        (found.rows, wanted.rows) = (None, None);
        for (found, wanted) in found.variables.iter_mut().zip(&mut wanted.variables) {
            for (found, wanted) in found.missing.iter_mut().zip(&wanted.missing) {
                found.letter = found.letter.filter(|_| wanted.letter.is_some());
            }
            without_additions(found);
            without_additions(wanted);
        }
    }
    for codebook in [&mut found, &mut wanted] {
        codebook.value_labels.retain(|name, _| !is_foreign(name));
    }
    let json = |codebook: &Codebook| codebook.to_json().unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!(
        json(&found),
        json(&wanted),
        "{what}: the codebook that is read, and the one that was written"
    );
}

fn without_additions(variable: &mut Variable) {
    variable.facts = DeclaredFacts::default();
    let format = variable.format.take().map(|mut format| {
        format.native.clear();
        format
    });
    variable.format = format.filter(|format| *format != DisplayFormat::default());
}
