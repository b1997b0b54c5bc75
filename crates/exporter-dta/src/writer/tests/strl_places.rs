//! strL contents go to their place at once, to a temporary file or neither, and the bytes are the same.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::writer::SpoolFile;

/// Contents by row: two variables, the second binary in places.
fn columns(contents: &[&str]) -> Vec<ArrayRef> {
    let numbers: Vec<i32> = (0..contents.len() as i32).collect();
    let binary = contents.iter().rev().enumerate().map(|(row, text)| match row % 3 {
        0 => [text.as_bytes(), b"\0\xFF"].concat(),
        _ => text.as_bytes().to_vec(),
    });
    let binary: Vec<Vec<u8>> =
        binary.map(|bytes| if bytes.len() == 2 { Vec::new() } else { bytes }).collect();
    vec![
        Arc::new(StringArray::from(contents.to_vec())),
        Arc::new(Int32Array::from(numbers)),
        Arc::new(BinaryArray::from_iter_values(binary)),
    ]
}

fn about(release: u16) -> DtaMetadata {
    let mut about = metadata(
        Release::from_number(release).unwrap(),
        vec![
            variable("text", StorageType::StrL),
            variable("number", StorageType::Long),
            variable("binary", StorageType::StrL),
        ],
    );
    about.value_labels.push(ValueLabelSet::new("set", vec![(1, "one".to_owned())]));
    about
}

/// Temporary files that are counted.
fn counted(made: &Arc<AtomicUsize>) -> SpoolFile {
    let made = made.clone();
    Box::new(move || {
        made.fetch_add(1, Ordering::SeqCst);
        tempfile::tempfile()
    })
}

/// What is known before the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Nothing,
    Rows,
    RowsAndContents,
}

/// A case: the table and how it is written.
struct Case {
    about: DtaMetadata,
    columns: Vec<ArrayRef>,
    share: bool,
}

impl Case {
    fn options(&self, known: Known, threads: usize, made: &Arc<AtomicUsize>) -> WriterOptions {
        let strls =
            [0, 2].map(|column: usize| strl_bytes(&self.columns[column], self.about.release).unwrap());
        WriterOptions {
            rows: (known != Known::Nothing).then_some(self.columns[0].len() as u64),
            strl_bytes: (known == Known::RowsAndContents).then_some(strls.iter().sum()),
            threads,
            share_strl: self.share,
            ..WriterOptions::new(counted(made))
        }
    }

    /// Two batches, of which the second has most rows.
    fn batches(
        &self,
    ) -> impl Iterator<Item = std::result::Result<RecordBatch, arrow_schema::ArrowError>> + Send {
        let whole = batch(self.columns.clone());
        let cut = whole.num_rows() / 5;
        [whole.slice(0, cut), whole.slice(cut, whole.num_rows() - cut)].into_iter().map(Ok)
    }

    /// The bytes of the append-only way and the temporary files made.
    fn appended(&self, known: Known, threads: usize) -> (Vec<u8>, usize) {
        let made = Arc::default();
        let options = self.options(known, threads, &made);
        let mut writer = DtaWriter::new(Vec::new(), self.about.clone(), options).unwrap();
        writer.write_batches(self.batches()).unwrap();
        (writer.finish().unwrap().0, made.load(Ordering::SeqCst))
    }

    /// The bytes of a real file that can seek, with something before them, and the temporary files made.
    fn placed(&self, known: Known, threads: usize) -> (Vec<u8>, usize) {
        let made = Arc::default();
        let options = self.options(known, threads, &made);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"before").unwrap();
        let mut writer = DtaWriter::seekable(file, self.about.clone(), options).unwrap();
        writer.write_batches(self.batches()).unwrap();
        let (mut file, summary) = writer.finish().unwrap();
        assert_eq!(file.stream_position().unwrap(), 6 + summary.bytes);
        assert_eq!(file.metadata().unwrap().len(), 6 + summary.bytes);
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        assert!(bytes.starts_with(b"before"));
        (bytes.split_off(6), made.load(Ordering::SeqCst))
    }
}

/// Contents of each row, and whether they fit the buffer that all of them pass.
fn tables() -> Vec<(&'static str, Vec<String>, bool)> {
    let huge = "h".repeat(3 << 20);
    let small = |row: usize| format!("{} é", row % 7_001).repeat(1 + row % 4);
    vec![
        ("no rows", vec![], true),
        ("no contents", vec![String::new(); 20_000], true),
        ("few", vec!["a".into(), String::new(), "né".into(), "a".into()], true),
        ("many small", (0..30_000).map(small).collect(), false),
        (
            "one huge among small",
            { (0..2_000).map(|row| if row == 700 { huge.clone() } else { small(row) }).collect() },
            false,
        ),
        ("huge first and last", vec![huge.clone(), "x".into(), huge + "!"], false),
    ]
}

#[test]
fn bytes_do_not_depend_on_where_contents_wait() {
    for (name, contents, fits) in tables() {
        let texts: Vec<&str> = contents.iter().map(String::as_str).collect();
        for (release, share) in
            [(117, false), (117, true), (118, false), (118, true), (119, false), (119, true)]
        {
            let case = Case { about: about(release), columns: columns(&texts), share };
            let (reference, made) = case.appended(Known::Nothing, 1);
            // Rows beyond their own buffer wait, too.
            let rows_wait = texts.len() * 20 > 64 << 10;
            assert_eq!(
                made,
                usize::from(!fits) + usize::from(rows_wait),
                "{name}, {release}, shared {share}"
            );
            assert_eq!(serious(&reference), vec![], "{name}, {release}, shared {share}");
            let threads = 1 + usize::from(share);
            for known in [Known::Nothing, Known::Rows, Known::RowsAndContents] {
                let at = format!("{name}, {release}, shared {share}, {known:?}");
                let (bytes, made) = case.placed(known, threads);
                assert!(bytes == reference, "{at}: a file that can seek differs");
                let waits = known == Known::Nothing && !fits;
                assert_eq!(made, usize::from(waits), "{at}: temporary files");
                if known == Known::RowsAndContents && !share {
                    let (bytes, made) = case.appended(known, threads);
                    assert!(bytes == reference, "{at}: append-only differs");
                    assert_eq!(made, usize::from(!fits), "{at}: temporary files, append-only");
                }
            }
        }
    }
}

/// A file with room for few writes.
struct Small {
    file: File,
    /// Writes that succeed.
    writes: usize,
}

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes = self.writes.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Small {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn every_write_that_fails_is_an_error() {
    let contents: Vec<String> = (0..30_000).map(|row| format!("{row} ").repeat(4)).collect();
    let texts: Vec<&str> = contents.iter().map(String::as_str).collect();
    let case = Case { about: about(118), columns: columns(&texts), share: false };
    let write = |writes: usize, threads: usize| -> Result<usize> {
        let options = case.options(Known::Rows, threads, &Arc::default());
        let sink = Small { file: tempfile::tempfile().unwrap(), writes };
        let mut writer = DtaWriter::seekable(sink, case.about.clone(), options)?;
        if let Err(error) = writer.write_batches(case.batches()) {
            assert!(matches!(writer.finish(), Err(DtaError::Invalid { .. })), "after {error}");
            return Err(error);
        }
        writer.finish().map(|(sink, _)| writes - sink.writes)
    };
    let needed = write(usize::MAX, 1).unwrap();
    assert!(needed > 12, "{needed} writes: contents and rows took no turns");
    for writes in 0..needed {
        for threads in [1, 2] {
            let error = write(writes, threads).unwrap_err();
            assert!(
                matches!(&error, DtaError::Io(source) if source.kind() == io::ErrorKind::StorageFull),
                "{writes} writes: {error}"
            );
        }
    }
    // A temporary file that cannot be made or written is an error as well.
    let mut options = case.options(Known::RowsAndContents, 1, &Arc::default());
    options.spool = Box::new(|| Err(io::ErrorKind::PermissionDenied.into()));
    let mut writer = DtaWriter::new(io::sink(), case.about.clone(), options).unwrap();
    let error = writer.write_batches(case.batches()).unwrap_err();
    assert!(matches!(error, DtaError::Io(source) if source.kind() == io::ErrorKind::PermissionDenied));
}

#[test]
fn fewer_rows_than_announced_are_an_error_also_where_contents_are_placed() {
    let case = Case { about: about(118), columns: columns(&["a", "b"]), share: false };
    let options = WriterOptions { rows: Some(3), ..options() };
    let mut writer = DtaWriter::seekable(Cursor::new(Vec::new()), case.about.clone(), options).unwrap();
    writer.write_batches(case.batches()).unwrap();
    assert!(matches!(writer.finish(), Err(DtaError::RowCount { announced: 3, found: 2 })));
}
