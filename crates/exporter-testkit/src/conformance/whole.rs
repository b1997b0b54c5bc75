//! What every format must pass that claims the whole codebook: it says it again.

use exporter_core::codebook::{Codebook, DeclaredFacts};
use exporter_core::sink::MemorySink;
use exporter_core::{Carry, Dataset, Exporter, OptionKind, Part, Registry, Result, Source, export};
use serde_json::{Map, Value as Json, json};

use super::context;

/// Opens several files as one study.
pub type Open<'f> = &'f dyn Fn(&[Source<'_>]) -> Result<Box<dyn Dataset>>;

/// The formats of a registry that claim every part of a codebook, by default or with one of their options; what they write is
/// opened in one call of `open`, and its codebook is the one that was written. Numbers of rows and facts are what the rows
/// say. Gives the formats that were found, each with the option.
#[track_caller]
pub fn whole_codebook(registry: &Registry, data: &dyn Dataset, open: Open<'_>) -> Vec<(&'static str, Json)> {
    let found = claiming(registry);
    for (format, options) in &found {
        let what = format!("{format} {options}");
        let exporter = made(registry, format, options);
        let sink = MemorySink::new();
        export(&*exporter, data, Box::new(sink.clone()), &context())
            .unwrap_or_else(|error| panic!("{what}: the export fails: {error:?}"));
        let mut written = sink.entries();
        let entries = exporter.entries(data.codebook());
        let sources: Vec<Source<'static>> = entries
            .iter()
            .map(|entry| Source::memory(entry.path.as_str(), written.remove(&entry.path).unwrap_or_default()))
            .collect();
        let read = open(&sources).unwrap_or_else(|error| panic!("{what} cannot be opened: {error:?}"));
        let said = |codebook: &Codebook| {
            without_facts(codebook).to_json().unwrap_or_else(|error| panic!("{what}: {error:?}"))
        };
        assert_eq!(
            said(read.codebook()),
            said(data.codebook()),
            "{what}: what is read, and what was written"
        );
        assert!(read.losses().is_empty(), "{what}: reading loses {:?}", read.losses());
    }
    found
}

/// Formats that are written and read and carry every part whole, with the option by which they do.
fn claiming(registry: &Registry) -> Vec<(&'static str, Json)> {
    let both = |id: &str| {
        let faces = registry.faces(id);
        faces.writes && faces.reads
    };
    let mut claiming = Vec::new();
    for info in registry.formats().into_iter().filter(|info| both(info.id)) {
        let choices = info.options.iter().flat_map(|option| {
            let values: Vec<Json> = match option.kind {
                OptionKind::Boolean => vec![json!(true), json!(false)],
                OptionKind::Choice(choices) => choices.iter().map(|choice| json!(choice)).collect(),
                _ => Vec::new(),
            };
            values.into_iter().map(|value| Json::Object(Map::from_iter([(option.name.to_owned(), value)])))
        });
        let mut all = std::iter::once(json!({})).chain(choices);
        let is_whole = |options: &Json| {
            let exporter = registry.exporter(info.id, options.clone());
            exporter
                .is_ok_and(|exporter| Part::ALL.iter().all(|part| exporter.carries(*part) == Carry::Whole))
        };
        claiming.extend(all.find(is_whole).map(|options| (info.id, options)));
    }
    claiming
}

fn made(registry: &Registry, format: &str, options: &Json) -> Box<dyn Exporter> {
    registry.exporter(format, options.clone()).unwrap_or_else(|error| panic!("{format} {options}: {error:?}"))
}

fn without_facts(codebook: &Codebook) -> Codebook {
    let mut codebook = codebook.clone();
    for table in &mut codebook.tables {
        table.rows = None;
        table.variables.iter_mut().for_each(|variable| variable.facts = DeclaredFacts::default());
    }
    codebook
}
