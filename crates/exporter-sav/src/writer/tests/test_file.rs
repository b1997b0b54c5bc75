//! A reader that knows no more than the fact sheet says.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

/// A value and its label.
type Label = ([u8; 8], String);

/// A file, taken apart.
pub(super) struct TestFile<'a> {
    pub(super) header: &'a [u8],
    /// Type, name, label and the bytes of missing values of the records of type 2; continuations have type -1.
    pub(super) variables: Vec<(i32, String, String, Vec<u8>)>,
    /// Print and write formats of the same records.
    pub(super) formats: Vec<(i32, i32)>,
    /// Records of types 3 and 4: values with labels, indexes.
    pub(super) labels: Vec<(Vec<Label>, Vec<i32>)>,
    pub(super) documents: Vec<String>,
    /// By subtype, in the order of the file: size of an item and the bytes.
    pub(super) extensions: Vec<(i32, i32, &'a [u8])>,
    /// What stands behind the dictionary.
    pub(super) cases: &'a [u8],
    /// Where that begins.
    pub(super) start: usize,
}

struct Cut<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cut<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        self.at += count;
        &self.bytes[self.at - count..self.at]
    }

    fn int(&mut self) -> i32 {
        i32::from_le_bytes(self.take(4).try_into().unwrap())
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl<'a> TestFile<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut cut = Cut { bytes, at: 0 };
        let mut file = Self {
            header: cut.take(176),
            variables: Vec::new(),
            formats: Vec::new(),
            labels: Vec::new(),
            documents: Vec::new(),
            extensions: Vec::new(),
            cases: &[],
            start: 0,
        };
        loop {
            match cut.int() {
                2 => {
                    let (kind, has_label, missing) = (cut.int(), cut.int(), cut.int());
                    file.formats.push((cut.int(), cut.int()));
                    let name = shown(cut.take(8));
                    let label = if has_label == 1 {
                        let length = cut.int() as usize;
                        shown(&cut.take(length.next_multiple_of(4))[..length])
                    } else {
                        String::new()
                    };
                    let missing = cut.take(8 * missing.unsigned_abs() as usize).to_vec();
                    file.variables.push((kind, name, label, missing));
                }
                3 => {
                    let values = (0..cut.int())
                        .map(|_| {
                            let value = cut.take(8).try_into().unwrap();
                            let length = usize::from(cut.take(1)[0]);
                            (value, shown(&cut.take((length + 1).next_multiple_of(8) - 1)[..length]))
                        })
                        .collect();
                    assert_eq!(cut.int(), 4);
                    let indexes = (0..cut.int()).map(|_| cut.int()).collect();
                    file.labels.push((values, indexes));
                }
                6 => file.documents = (0..cut.int()).map(|_| shown(cut.take(80))).collect(),
                7 => {
                    let (subtype, size, count) = (cut.int(), cut.int(), cut.int());
                    file.extensions.push((subtype, size, cut.take((size * count) as usize)));
                }
                999 => {
                    assert_eq!(cut.int(), 0);
                    break;
                }
                other => panic!("record of type {other} before {}", cut.at),
            }
        }
        (file.cases, file.start) = (&bytes[cut.at..], cut.at);
        file
    }

    /// An integer of the header.
    pub(super) fn header_int(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.header[at..at + 4].try_into().unwrap())
    }

    /// The bytes of an extension record.
    pub(super) fn extension(&self, subtype: i32) -> Option<&'a [u8]> {
        let found = self.extensions.iter().find(|(known, ..)| *known == subtype);
        found.map(|(_, _, bytes)| *bytes)
    }

    /// An extension record as text.
    pub(super) fn text(&self, subtype: i32) -> String {
        shown(self.extension(subtype).unwrap_or_default())
    }

    /// The records of type 2 that are no continuations.
    pub(super) fn named(&self) -> Vec<(i32, &str)> {
        let named = self.variables.iter().filter(|(kind, ..)| *kind >= 0);
        named.map(|(kind, name, ..)| (*kind, name.trim_end())).collect()
    }

    /// The bytecode stream, unpacked if it is compressed, with every number that its frame has checked.
    pub(super) fn bytecode(&self) -> Vec<u8> {
        if self.header_int(72) != 2 {
            return self.cases.to_vec();
        }
        let long = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap()) as usize;
        let int = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap()) as usize;
        let header = &self.cases[..24];
        assert_eq!(long(&header[..8]), self.start);
        let trailer = &self.cases[long(&header[8..16]) - self.start..];
        assert_eq!(long(&header[16..]), trailer.len());
        assert_eq!(i64::from_le_bytes(trailer[..8].try_into().unwrap()), -100);
        assert_eq!((long(&trailer[8..16]), int(&trailer[16..20])), (0, 0x3F_F000));
        let count = int(&trailer[20..24]);
        assert_eq!(trailer.len(), 24 + 24 * count);
        let (mut plain_at, mut at) = (self.start, self.start + 24);
        let mut bytes = Vec::new();
        for (number, entry) in trailer[24..].chunks(24).enumerate() {
            assert_eq!((long(&entry[..8]), long(&entry[8..16])), (plain_at, at));
            let (plain, packed) = (int(&entry[16..20]), int(&entry[20..]));
            assert!(plain == 0x3F_F000 || number + 1 == count && plain % 8 == 0);
            let piece = &self.cases[at - self.start..at - self.start + packed];
            let before = bytes.len();
            ZlibDecoder::new(piece).read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes.len() - before, plain);
            plain_at += plain;
            at += packed;
        }
        assert_eq!(at, self.start + self.cases.len() - trailer.len());
        bytes
    }

    /// The elements of all cases; of codes, too.
    pub(super) fn elements(&self) -> Vec<[u8; 8]> {
        let element = |bytes: &[u8]| bytes.try_into().unwrap();
        if self.header_int(72) == 0 {
            return self.cases.chunks(8).map(element).collect();
        }
        let stream = self.bytecode();
        let mut cut = Cut { bytes: &stream, at: 0 };
        let mut elements = Vec::new();
        let mut padded = false;
        while cut.at < stream.len() {
            for code in cut.take(8) {
                assert!(!padded || *code == 0, "padding is at the end alone");
                match code {
                    0 => padded = true,
                    252 => panic!("no end of data"),
                    253 => elements.push(element(cut.take(8))),
                    254 => elements.push([b' '; 8]),
                    255 => elements.push(f64::MIN.to_le_bytes()),
                    code => elements.push((f64::from(*code) - 100.0).to_le_bytes()),
                }
            }
        }
        elements
    }

    /// The texts of very long variables by segments of 255 bytes, those of others by their width.
    pub(super) fn texts(&self, width: usize) -> Vec<Vec<u8>> {
        let segments: Vec<usize> = self
            .variables
            .iter()
            .map(|(kind, ..)| *kind)
            .filter(|kind| *kind > 0)
            .map(|kind| kind as usize)
            .collect();
        let elements = self.elements();
        let count: usize = segments.iter().map(|width| width.div_ceil(8)).sum();
        assert_eq!(elements.len() % count, 0);
        elements
            .chunks(count)
            .map(|case| {
                let bytes = case.concat();
                let pieces = bytes.chunks(256);
                let mut text =
                    pieces.map(|piece| &piece[..piece.len().min(255)]).collect::<Vec<_>>().concat();
                let rest = text.split_off(width.min(text.len()));
                assert!(rest.iter().all(|byte| *byte == b' '), "nothing stands behind the text");
                text
            })
            .collect()
    }

    /// Entries such as `A=1`, by what is left of the sign.
    pub(super) fn entries(&self, subtype: i32, separator: &str) -> BTreeMap<String, String> {
        let text = self.text(subtype);
        let entries = text.split(separator).filter(|entry| !entry.is_empty());
        entries.filter_map(|entry| entry.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }
}
