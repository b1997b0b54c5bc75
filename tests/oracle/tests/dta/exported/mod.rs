//! Studies written by the exporter: what programs that know nothing of codebooks must find in the files.

mod survey;

use exporter_core::codebook::{Codebook, MissingValues, Value, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Clock, Context, Dataset as _, MemoryDataset, Source, export};
use exporter_dta::{DtaDataset, DtaExporter, DtaOptions, Letters, ReadOptions, Release, ReleaseOption};

use super::generate::RELEASES;
use super::table::{Case, assert_checked, read};
use survey::Speech;

/// The moment of writing, 2026-11-21 02:00 UTC, as files say it.
const WRITTEN: (u64, &str) = (1_795_226_400, "21 Nov 2026 02:00");

/// What one release must say of the survey, and the file that was written of it.
pub(crate) fn all() -> Vec<(Case, Vec<u8>)> {
    let mut all = Vec::new();
    for release in RELEASES {
        let mut options = DtaOptions::default();
        options.release = option(release);
        all.push(exported("survey", release, options, Speech::English));
    }
    let french = DtaOptions::default();
    all.push(exported("survey in French", Release::V118, french, Speech::French));
    let mut leap = DtaOptions::default();
    leap.choices.leap_seconds = true;
    all.push(exported("survey with leap seconds", Release::V118, leap, Speech::English));
    all
}

fn option(release: Release) -> ReleaseOption {
    match release.number() {
        113 => ReleaseOption::V113,
        114 => ReleaseOption::V114,
        115 => ReleaseOption::V115,
        117 => ReleaseOption::V117,
        118 => ReleaseOption::V118,
        119 => ReleaseOption::V119,
        other => panic!("the exporter does not write release {other}"),
    }
}

fn exported(name: &str, release: Release, options: DtaOptions, speech: Speech) -> (Case, Vec<u8>) {
    let (data, mut case) = survey::survey(name, release, speech, options.choices.leap_seconds);
    case.metadata.timestamp = WRITTEN.1.to_owned();
    let bytes = written(&data, options, speech);
    assert_checked(name, &bytes);
    let (_, cells) = read(&bytes).unwrap();
    assert_eq!(cells, case.cells, "{name}, release {}", release.number());
    (case, bytes)
}

fn written(data: &MemoryDataset, options: DtaOptions, speech: Speech) -> Vec<u8> {
    let clock = Clock::Fixed(std::time::UNIX_EPOCH + std::time::Duration::from_secs(WRITTEN.0));
    let mut context = Context::default().with_clock(clock);
    if speech == Speech::French {
        context = context.with_language("fr");
    }
    let sink = MemorySink::new();
    export(&DtaExporter::new(options), data, Box::new(sink.clone()), &context).unwrap();
    sink.entries().remove("survey.dta").unwrap()
}

/// What other programs do not look for comes back with our reader.
#[test]
fn the_codebook_comes_back() {
    let (data, _) = survey::survey("survey", Release::V118, Speech::English, false);
    let source = Source::memory("survey.dta", written(&data, DtaOptions::default(), Speech::English));
    let again = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, 1).unwrap();
    let (was, is) = (&data.codebook().tables[0], &again.codebook().tables[0]);
    assert_eq!(data.codebook().study, again.codebook().study);
    assert_eq!(
        (&was.groups, &was.key, &was.sort, &was.notes, &was.label),
        (&is.groups, &is.key, &is.sort, &is.notes, &is.label)
    );
    assert_eq!(was.variables.len(), is.variables.len());
    for (was, is) in was.variables.iter().zip(&is.variables) {
        assert_eq!(
            (&was.name, &was.label, &was.notes, &was.question, &was.attributes),
            (&is.name, &is.label, &is.notes, &is.question, &is.attributes)
        );
        let missing = |variable: &Variable| {
            let values =
                variable.missing.iter().map(|missing| (missing.values.clone(), missing.label.clone()));
            values.collect::<Vec<_>>()
        };
        let mut expected = missing(was);
        // The file holds one letter for all values of a range, so that its rows have a reason and no value.
        for (values, _) in
            expected.iter_mut().filter(|(values, _)| matches!(values, MissingValues::Range { .. }))
        {
            *values = MissingValues::Reason;
        }
        assert_eq!(expected, missing(is), "{}", was.name);
        for wanted in ["en", "fr", "pt-BR"] {
            // A set of Stata's is whole in every language that it has, so texts stand in for missing translations.
            let said = |codebook: &Codebook, variable: &Variable| -> Vec<(Value, String)> {
                let entries = codebook.value_labels_of(variable).into_iter().flat_map(|set| &set.entries);
                let language = codebook.language(Some(wanted));
                entries.map(|entry| (entry.value.clone(), entry.label.get(language).to_owned())).collect()
            };
            assert_eq!(said(data.codebook(), was), said(again.codebook(), is), "{}, {wanted}", was.name);
        }
    }
}
