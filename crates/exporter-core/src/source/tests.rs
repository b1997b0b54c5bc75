use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};

use super::*;

/// Gives at most three bytes at a time.
#[derive(Debug)]
struct Drip(Vec<u8>);

impl ReadAt for Drip {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(3);
        MemoryBytes::new(&self.0).read_at(offset, &mut buffer[..most])
    }
}

fn file(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The same bytes in everything that can hold them.
fn holders(bytes: &[u8]) -> Vec<Arc<dyn ReadAt>> {
    let around: Arc<dyn ReadAt> = Arc::new(MemoryBytes::new([b"before", bytes, b"behind"].concat()));
    vec![
        Arc::new(FileBytes::new(file(bytes)).unwrap()),
        Arc::new(MemoryBytes::new(bytes.to_vec())),
        Arc::new(Drip(bytes.to_vec())),
        Arc::new(Section::new(around, 6, bytes.len() as u64).unwrap()),
    ]
}

#[test]
fn every_holder_gives_the_same_bytes_at_every_offset() {
    let text = b"0123456789";
    for bytes in holders(text) {
        assert_eq!((bytes.len(), bytes.is_empty()), (10, false));
        for (offset, count) in (0..12).flat_map(|offset| (0..12).map(move |count| (offset, count))) {
            let inside = &text[offset.min(10)..(offset + count).min(10)];
            let mut buffer = vec![0; count];
            let filled = bytes.fill_at(offset as u64, &mut buffer).unwrap();
            assert_eq!(&buffer[..filled], inside, "{bytes:?}: {count} bytes at {offset}");
            let exact = bytes.read_vec_at(offset as u64, count);
            match offset + count <= 10 {
                true => assert_eq!(exact.unwrap(), inside),
                false => assert_eq!(exact.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof),
            }
        }
        assert_eq!(bytes.fill_at(u64::MAX - 1, &mut [0; 4]).unwrap(), 0, "{bytes:?}");
        // Memory for so much cannot be had: it must not be asked for.
        assert!(bytes.read_vec_at(1, usize::MAX).is_err());
    }
}

#[test]
fn cursors_do_not_move_each_other() {
    for bytes in holders(b"0123456789") {
        let (mut first, mut second) = (Cursor::new(bytes.clone()), BufReader::new(Cursor::new(bytes).at(4)));
        let mut pair = [0; 2];
        first.read_exact(&mut pair).unwrap();
        second.read_exact(&mut pair).unwrap();
        assert_eq!(&pair, b"45");
        first.read_exact(&mut pair).unwrap();
        assert_eq!(&pair, b"23");
        assert_eq!(first.seek(SeekFrom::End(-1)).unwrap(), 9);
        assert_eq!((first.read(&mut pair).unwrap(), pair[0]), (1, b'9'));
        assert_eq!((first.read(&mut pair).unwrap(), first.stream_position().unwrap()), (0, 10));
        assert!(first.seek(SeekFrom::Current(-11)).is_err());
        assert_eq!(first.seek(SeekFrom::Start(99)).unwrap(), 99);
        assert_eq!(first.read(&mut pair).unwrap(), 0);
    }
}

#[test]
fn a_section_is_inside() {
    let bytes: Arc<dyn ReadAt> = Arc::new(MemoryBytes::new(b"abc"));
    for (start, length) in [(0, 4), (3, 1), (4, 0), (1, u64::MAX)] {
        let refused = Section::new(bytes.clone(), start, length).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::UnexpectedEof);
    }
    assert!(Section::new(bytes, 3, 0).unwrap().is_empty());
}

#[test]
fn names_are_paths() {
    let source = |name: &str| Source::memory(name, b"");
    for (name, file, stem) in [
        ("/data/a.b.CSV", "a.b.CSV", "a.b"),
        ("survey.zip/people.csv", "people.csv", "people"),
        ("/dev/stdin", "stdin", "stdin"),
        ("", "", ""),
    ] {
        let source = source(name);
        assert_eq!((source.file_name(), source.stem()), (file, stem));
    }
}

#[test]
fn a_stream_is_copied_once_and_can_be_cancelled() {
    let context = Context::default();
    let source = Source::stream("s", &b"0123456789"[..], &context).unwrap();
    for _ in 0..2 {
        let mut text = String::new();
        source.cursor().read_to_string(&mut text).unwrap();
        assert_eq!(text, "0123456789");
    }
    context.cancel().cancel();
    let endless = Source::stream("s", std::io::repeat(7), &context).unwrap_err();
    assert_eq!(endless.kind(), crate::ErrorKind::Cancelled);
}

/// What cannot be read twice must be copied, whatever length it claims.
#[cfg(target_os = "linux")]
#[test]
fn files_without_a_length_are_read_whole() {
    let context = Context::default();
    let source = Source::open("/proc/self/status", &context).unwrap();
    let mut text = String::new();
    source.cursor().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("Name:") && text.len() as u64 == source.bytes.len(), "{text}");
    assert_eq!(Source::open("/dev/null", &context).unwrap().bytes.len(), 0);
    for path in ["/proc/self/mem", "/no/such/file"] {
        let error = Source::open(path, &context).unwrap_err();
        assert!(error.kind() == crate::ErrorKind::Io && error.to_string().contains(path), "{error}");
    }
}
