//! Files that lie: every one is an error or reads in bounded memory, none stops the program.

use std::path::Path;
use std::sync::Arc;

use exporter_core::{Context, Scan, TableId};
use exporter_testkit::sample;
use parquet::data_type::Int32Type;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::json;

use crate::lies;
use crate::support::{open, write};

/// Opens a file and reads all of it.
fn read(path: &Path) -> exporter_core::Result<u64> {
    let data = open(path)?;
    let _ = data.facts(TableId(0));
    let context = Context::default();
    let mut rows = 0;
    for batch in context.scan(&*data, TableId(0), &Scan::all())? {
        rows += batch?.num_rows() as u64;
        assert!(rows < 1 << 24, "rows without end");
    }
    Ok(rows)
}

/// Small and fast changes that differ from run to run of the loop, but not from test to test.
struct Changes(u64);

impl Changes {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// Up to four bytes changed.
fn damaged(good: &[u8], round: u64) -> Vec<u8> {
    let mut changes = Changes(round);
    let mut bytes = good.to_vec();
    for _ in 0..=changes.next(4) {
        let at = changes.next(bytes.len());
        bytes[at] = match changes.next(4) {
            0 => 0xff,
            1 => 0,
            2 => bytes[at] ^ (1 << changes.next(8)),
            _ => changes.next(256) as u8,
        };
    }
    bytes
}

fn damage(format: &str, options: serde_json::Value, rounds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(&write(&sample::study(), format, options, folder.path())[1]).unwrap();
    let path = folder.path().join(format!("damaged.{format}"));
    let mut refused = 0;
    for round in 0..rounds {
        std::fs::write(&path, damaged(&good, round)).unwrap();
        refused += u64::from(read(&path).is_err());
    }
    assert!(refused > rounds / 10, "only {refused} of {rounds} damaged files were noticed");
}

#[test]
fn damaged_parquet_is_contained() {
    damage("parquet", json!({"codebook": false}), 1500);
    damage("parquet", json!({"compression": "none", "codebook": false}), 1500);
}

#[test]
fn damaged_arrow_is_contained() {
    damage("arrow", json!({"codebook": false}), 1500);
    damage("arrow", json!({"compression": "lz4", "codebook": false}), 1000);
    damage("arrows", json!({"compression": "zstd", "codebook": false}), 1500);
}

/// A Parquet file of nothing but this footer.
fn footer(path: &Path, metadata: &[u8], claimed: u32) {
    let mut bytes = b"PAR1".to_vec();
    bytes.extend_from_slice(metadata);
    bytes.extend_from_slice(&claimed.to_le_bytes());
    bytes.extend_from_slice(b"PAR1");
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn footers_that_lie_are_refused_before_they_are_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lie.parquet");
    let refused = |metadata: &[u8], claimed: u32, why: &str| {
        footer(&path, metadata, claimed);
        let error = open(&path).err().unwrap().to_string();
        assert!(error.contains(why), "{error}");
    };
    refused(&[0], u32::MAX, "claims 4294967295 bytes");
    // Field 1 (i32 version), field 2 (list of two billion structures).
    let many = [0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
    refused(&many, many.len() as u32, "list claims 2147483647 elements");
    // Field 4 (row groups): two billion, then zeros.
    let many = [0x15, 0x02, 0x39, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
    refused(&many, many.len() as u32, "list claims 2147483647 elements");
    // A schema of 200 groups, each inside the one before: num_children (field 5, i32) = 1.
    let mut deep = vec![0x15, 0x02, 0x19, 0xfc, 200, 1];
    deep.extend(std::iter::repeat_n([0x55, 0x02, 0x00], 200).flatten());
    deep.push(0);
    refused(&deep, deep.len() as u32, "nested deeper than 64");
    // An unknown field with lists in lists.
    let mut nested = vec![0xf9];
    nested.extend(std::iter::repeat_n(0x19, 1000));
    refused(&nested, nested.len() as u32, "nested too deeply");
    refused(b"", 0, "parquet");
    std::fs::write(&path, b"PAR1").unwrap();
    assert!(open(&path).err().unwrap().to_string().contains("too few"));
}

#[test]
fn pages_that_lie_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, why) in lies::all() {
        let path = folder.path().join(format!("{name}.parquet"));
        std::fs::write(&path, bytes).unwrap();
        let said = match read(&path) {
            Err(error) => error.to_string(),
            Ok(_) => open(&path).unwrap().losses().iter().map(ToString::to_string).collect(),
        };
        assert!(said.contains(why), "{name}: {said}");
    }
}

#[test]
fn streams_that_lie_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lie.arrows");
    for (bytes, why) in [
        (vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "claims 2147483647 bytes"),
        (vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "claims -1 bytes"),
        (vec![0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], "the stream is empty"),
        (vec![0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], "a message is broken"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = open(&path).err().unwrap().to_string();
        assert!(error.contains(why), "{error}");
    }
    let path = folder.path().join("lie.arrow");
    let mut bytes = b"ARROW1\0\0".to_vec();
    bytes.extend_from_slice(&i32::MAX.to_le_bytes());
    bytes.extend_from_slice(b"ARROW1");
    std::fs::write(&path, bytes).unwrap();
    assert!(open(&path).err().unwrap().to_string().contains("footer claims 2147483647 bytes"));
}

/// Damaged variants of each small file.
const ROUNDS: u64 = 300;

/// Small files of the same rows by other programs, and by this one.
fn small_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut files = Vec::new();
    for format in ["parquet", "arrow"] {
        for entry in std::fs::read_dir(corpus.join(format)).unwrap() {
            let path = entry.unwrap().path();
            if read(&path).is_ok() {
                files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    assert!(files.len() >= 10, "{} files of the corpora are whole", files.len());
    for (format, options) in [
        ("parquet", json!({"codebook": false})),
        ("arrows", json!({"compression": "zstd", "codebook": false})),
    ] {
        let path = write(&sample::simple(20), format, options, folder).remove(0);
        files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    files
}

/// Whether a file is read. A panic that is not contained ends the test.
fn is_read(path: &Path, bytes: &[u8]) -> bool {
    std::fs::write(path, bytes).unwrap();
    read(path).is_ok()
}

#[test]
fn files_cut_at_any_byte_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for (name, bytes) in small_files(folder.path()) {
        let read = (0..bytes.len()).filter(|end| is_read(&path, &bytes[..*end]));
        // A stream may end between two messages.
        assert!(read.count() <= if name.ends_with(".arrows") { 8 } else { 0 }, "{name}");
    }
}

#[test]
fn several_wrong_bytes_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    for (_, bytes) in small_files(folder.path()) {
        for round in 0..ROUNDS {
            is_read(&path, &damaged(&bytes, round));
        }
    }
}

#[test]
fn one_wrong_bit_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flipped");
    for (name, bytes) in small_files(folder.path()) {
        let mut refused = 0;
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1 << (at % 8);
            refused += usize::from(!is_read(&path, &wrong));
        }
        assert!(refused > bytes.len() / 20, "{name}: {refused} of {} wrong bits were noticed", bytes.len());
    }
}

/// Writes a row whose map has these numbers of keys and values.
fn map_file(path: &Path, keys: usize, values: usize) {
    let schema = "message m { optional group tags (MAP) { repeated group key_value { required int32 key; \
                  optional int32 value; } } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (count, level) in [(keys, 2), (values, 3)] {
        let mut column = group.next_column().unwrap().unwrap();
        let numbers: Vec<i32> = (1..).take(count).collect();
        let repeated: Vec<i16> = (0..count).map(|at| i16::from(at > 0)).collect();
        let batch = column.typed::<Int32Type>();
        batch.write_batch(&numbers, Some(&vec![level; count]), Some(&repeated)).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn a_map_with_more_keys_than_values_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.parquet");
    map_file(&path, 3, 3);
    assert_eq!(read(&path).unwrap(), 1);
    for (keys, values) in [(3, 2), (2, 3)] {
        map_file(&path, keys, values);
        // The decoder panics here.
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("the file is damaged, its decoder stopped"), "{error}");
    }
}
