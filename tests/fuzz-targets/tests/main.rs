//! Replays the committed corpora through the fuzz targets.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

use std::fs;
use std::path::{Path, PathBuf};

use exporter_fuzz_targets::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The stems of the files of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = entries.map(|entry| stem(entry.unwrap().path())).collect();
    names.sort();
    names
}

#[test]
fn every_target_has_a_program_a_corpus_and_a_dictionary() {
    let targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    for folder in ["fuzz_targets", "corpus", "dictionaries"] {
        assert_eq!(names(&fuzz().join(folder)), targets, "fuzz/{folder}");
    }
}

#[test]
fn committed_corpora_keep_every_promise() {
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(fuzz().join("corpus").join(name)).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            target(&bytes);
            // Every prefix too: files are cut off in transit more often than they are forged.
            for cut in (0..bytes.len()).step_by(bytes.len() / 64 + 1) {
                target(&bytes[..cut]);
            }
            inputs += 1;
        }
        assert!(inputs >= 3, "the corpus of {name} has only {inputs} inputs");
    }
}

/// Archives of this program, packed in every way, have no findings; a fuzzer finds its way from each.
#[test]
fn every_packing_has_a_sound_archive_in_the_corpus() {
    use exporter::Password;
    use exporter::check::CheckOptions;
    use exporter::package::check::check;
    // The method of the first entry stands at offset 8 (APPNOTE 4.3.7), and 99 is AES.
    for (name, method) in [("stored", 0), ("deflate", 8), ("zstd", 93), ("aes", 99), ("zstd-aes", 99)] {
        let bytes = fs::read(fuzz().join("corpus/zip_check").join(name)).unwrap();
        assert_eq!(bytes[8], method, "{name}");
        let options = CheckOptions::default().with_password(Password::new("p"));
        let checked = check(std::io::Cursor::new(&bytes), &options, &mut ()).unwrap();
        assert_eq!(checked.findings.listed(), [], "{name}");
        assert!(checked.entries.iter().all(|entry| entry.sound) && !checked.entries.is_empty(), "{name}");
    }
}
