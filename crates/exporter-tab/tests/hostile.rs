//! Input that is broken or meant to break the reader.

use std::io::Read;

use exporter_tab::*;

fn message(text: &[u8]) -> String {
    read_text(text, &ReadOptions::default()).unwrap_err().to_string()
}

#[test]
fn ragged_rows_have_a_place() {
    assert!(message(b"a,b\n1,2\n3\n").starts_with("record 2 (line 3): expected 2 cells, got 1"));
    assert!(message(b"a,b\n1,\"x\ny\"\n3,4,5\n").starts_with("record 2 (line 4): expected 2 cells, got 3"));
}

#[test]
fn a_million_columns_are_refused() {
    let text = vec![b','; 1_000_000];
    assert!(message(&text).contains("more than 100000 columns"));
}

#[test]
fn one_endless_line_is_refused_within_the_limit() {
    /// A line without end that counts what was taken from it.
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            to.fill(b'x');
            self.0 += to.len() as u64;
            Ok(to.len())
        }
    }
    for start in [&b""[..], b"a,b\n", b"a\n\""] {
        let mut endless = Endless(0);
        let mut options = ReadOptions::default();
        options.max_record_bytes = 4 << 20;
        let error = Layout::read(start.chain(&mut endless), &options, &[]).unwrap_err();
        assert!(matches!(error, TabError::RecordTooLong { limit: 4_194_304, .. }), "{error}");
        assert!(endless.0 <= 16 << 20, "{} bytes were taken", endless.0);
    }
}

#[test]
fn nul_bytes() {
    assert!(message(b"a\0,b\n1,2\n").contains("NUL"));
    let (_, batches) = read_text(b"a,b\nx\0y,2\n", &ReadOptions::default()).unwrap();
    assert_eq!(batches[0].num_rows(), 1, "in a cell a NUL is a character");
}

#[test]
fn bytes_that_are_no_utf_8_have_a_place() {
    let text = b"a,b\n1,good\n2,\"x\ny\"\n3,caf\xe9\n";
    assert!(message(text).starts_with("record 3 (line 5), column 2: not valid UTF-8"));
    assert!(message(b"caf\xe9,b\n").starts_with("the header (line 1), column 1: not valid UTF-8"));
    // Two halves of one character in neighbouring rows are valid only together.
    assert!(message(b"a,b\n1,\xc3\n2,\xa9\n").starts_with("record 1 (line 2), column 2"));
    // Half a surrogate pair.
    assert!(message(b"\xff\xfea\0\n\0\0\xd8\n\0").contains("not valid UTF-16LE"));
}

#[test]
fn empty_input() {
    assert!(message(b"").contains("empty"));
    assert!(message(b"\n\n\n").contains("empty"));
    let (layout, batches) = read_text(b"a,b", &ReadOptions::default()).unwrap();
    assert_eq!((layout.columns.len(), layout.rows, batches.len()), (2, Some(0), 0));
}

#[test]
fn quotes_out_of_place() {
    assert!(
        message(b"a,b\n1,\"open\n")
            .contains("record 1, column 2: the quote opened on line 2 is never closed")
    );
    assert!(
        message(b"a,b\n1,\"x\" y\n").contains("record 1 (line 2), column 2: text follows the closing quote")
    );
}
