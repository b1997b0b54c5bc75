//! The suites that every exporter and input must pass.

use exporter_core::Exporter;
use exporter_parquet::{ArrowFile, ArrowStream, Parquet};
use exporter_testkit::{conformance, sample};
use serde_json::json;

use crate::support::{registry, write};

fn exporter(format: &str, options: serde_json::Value) -> Box<dyn Exporter> {
    registry().exporter(format, options).unwrap()
}

#[test]
fn parquet_is_a_sound_format() {
    conformance::format::<Parquet>(&sample::study());
}

#[test]
fn arrow_formats_are_sound() {
    conformance::format::<ArrowFile>(&sample::study());
    conformance::format::<ArrowStream>(&sample::study());
}

#[test]
fn parquet_exporter_conforms() {
    conformance::exporter(&*exporter("parquet", json!({})), &sample::study());
    let small =
        json!({"row-group-rows": 2, "compression": "snappy", "statistics": "none", "codebook": false});
    conformance::exporter(&*exporter("parquet", small), &sample::study());
}

#[test]
fn arrow_exporters_conform() {
    conformance::exporter(&*exporter("arrow", json!({})), &sample::study());
    conformance::exporter(&*exporter("arrow", json!({"compression": "zstd"})), &sample::study());
    conformance::exporter(&*exporter("arrows", json!({"compression": "lz4"})), &sample::study());
}

#[test]
fn files_bring_back_their_codebook() {
    for data in [sample::described(), sample::study()] {
        conformance::embedded::<Parquet>(&*exporter("parquet", json!({})), &data);
        conformance::embedded::<ArrowFile>(&*exporter("arrow", json!({})), &data);
        conformance::embedded::<ArrowStream>(&*exporter("arrows", json!({})), &data);
    }
}

#[test]
fn the_checks_conform() {
    let folder = tempfile::tempdir().unwrap();
    let sound = |format: &str| {
        let path = write(&sample::simple(5), format, json!({ "codebook": false }), folder.path()).remove(0);
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
    };
    let (name, bytes) = sound("parquet");
    assert!(conformance::check::<Parquet>(&name, &bytes, 3) > 10);
    let (name, bytes) = sound("arrow");
    assert!(conformance::check::<ArrowFile>(&name, &bytes, 3) > 10);
    let (name, bytes) = sound("arrows");
    assert!(conformance::check::<ArrowStream>(&name, &bytes, 3) > 10);
}

#[test]
fn studies_without_rows_conform() {
    for format in ["parquet", "arrow", "arrows"] {
        conformance::exporter(&*exporter(format, json!({})), &sample::empty_study());
    }
}

#[test]
fn files_read_as_sound_datasets() {
    let folder = tempfile::tempdir().unwrap();
    for data in [sample::study(), sample::empty_study()] {
        for options in [json!({}), json!({"row-group-rows": 2, "dictionary": false})] {
            for path in write(&data, "parquet", options, folder.path()) {
                conformance::input::<Parquet>(&path);
            }
        }
        for path in write(&data, "arrow", json!({"compression": "lz4"}), folder.path()) {
            conformance::input::<ArrowFile>(&path);
        }
        for path in write(&data, "arrows", json!({}), folder.path()) {
            conformance::input::<ArrowStream>(&path);
        }
    }
}

#[test]
fn cut_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = &write(&sample::study(), "parquet", json!({}), folder.path())[0];
    let bytes = std::fs::metadata(path).unwrap().len() as usize;
    assert_eq!(conformance::prefixes::<Parquet>(path, 7), bytes.div_ceil(7));
    let path = &write(&sample::study(), "arrow", json!({}), folder.path())[0];
    let bytes = std::fs::metadata(path).unwrap().len() as usize;
    assert_eq!(conformance::prefixes::<ArrowFile>(path, 7), bytes.div_ceil(7));
    let path = &write(&sample::study(), "arrows", json!({}), folder.path())[0];
    let bytes = std::fs::metadata(path).unwrap().len() as usize;
    // A stream that ends between two messages is whole by the format's rules.
    assert!(conformance::prefixes::<ArrowStream>(path, 7) + 3 > bytes.div_ceil(7));
}
