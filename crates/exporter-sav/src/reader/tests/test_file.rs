//! Small files put together byte by byte.

use std::io::Write as _;
use std::sync::Arc;

use exporter_core::Source;
use exporter_core::source::{ByteOrder, ReadAt};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::layout::Segments;
use crate::reader::header::CaseCompression;
use crate::spec::SYSMIS;

pub(crate) fn memory(bytes: impl Into<Vec<u8>>) -> Arc<dyn ReadAt> {
    Source::memory("file.sav", bytes.into()).bytes
}

/// A file to be built; every field may be changed before.
#[derive(Clone, Debug)]
pub(crate) struct TestFile {
    pub(crate) order: ByteOrder,
    pub(crate) stored: CaseCompression,
    pub(crate) claimed: i32,
    pub(crate) weight: i32,
    pub(crate) label: &'static str,
    pub(crate) records: Vec<TestVariable>,
    /// Values and labels, and the dictionary indexes that have them.
    pub(crate) labels: Vec<(TestLabels, Vec<i32>)>,
    pub(crate) documents: Vec<&'static str>,
    /// Subtype, element size, contents.
    pub(crate) extensions: Vec<(i32, u32, Vec<u8>)>,
    pub(crate) cases: Vec<Vec<Cell>>,
    /// Bytes that each block of zlib has unpacked.
    pub(crate) block_bytes: usize,
}

/// Values with their labels.
type TestLabels = Vec<(Cell, &'static str)>;

/// A variable record.
#[derive(Clone, Debug)]
pub(crate) struct TestVariable {
    pub(crate) name: &'static str,
    pub(crate) width: i32,
    pub(crate) print: u32,
    pub(crate) write: u32,
    pub(crate) label: Option<&'static str>,
    pub(crate) missing: (i32, Vec<Cell>),
    /// Continuation records behind it.
    pub(crate) continuations: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Number(f64),
    Text(Vec<u8>),
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.as_bytes().to_vec())
    }
}

impl TestVariable {
    pub(crate) fn number(name: &'static str) -> Self {
        let format = 0x05_08_02;
        Self {
            name,
            width: 0,
            print: format,
            write: format,
            label: None,
            missing: (0, Vec::new()),
            continuations: 0,
        }
    }

    pub(crate) fn text(name: &'static str, width: i32) -> Self {
        let format = 0x01_00_00 | (width as u32) << 8;
        let continuations = (width as usize).div_ceil(8).max(1) - 1;
        Self { width, print: format, write: format, continuations, ..Self::number(name) }
    }
}

/// The first bytes of a code block, and the literals behind it.
fn compressed(elements: &[[u8; 8]], order: ByteOrder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in elements.chunks(8) {
        let (mut codes, mut literals) = ([0_u8; 8], Vec::<u8>::new());
        for (code, element) in codes.iter_mut().zip(block) {
            let number = match order {
                ByteOrder::Little => f64::from_le_bytes(*element),
                ByteOrder::Big => f64::from_be_bytes(*element),
            };
            *code = match number {
                _ if element == b"        " => 254,
                SYSMIS => 255,
                number if (-99.0..=151.0).contains(&number) && number.fract() == 0.0 && number != 0.0 => {
                    (number + 100.0) as u8
                }
                number if number.to_bits() == 0 => 100,
                _ => {
                    literals.extend(element);
                    253
                }
            };
        }
        bytes.extend(codes);
        bytes.extend(literals);
    }
    bytes
}

impl TestFile {
    /// A number, a short text and a text of 300 bytes, three cases.
    pub(crate) fn sample(order: ByteOrder, stored: CaseCompression) -> Self {
        let mut file = Self::empty(order, stored);
        file.records.push(TestVariable { label: Some("Age in years"), ..TestVariable::number("AGE") });
        file.records.push(TestVariable::text("NAME", 13));
        file.very_long("LONGTEXT", 300);
        file.labels.push((vec![(Cell::from(1.0), "one"), (Cell::from(-5.5), "minus")], vec![1]));
        file.documents.push("A document");
        file.extensions.push((13, 1, b"AGE=Age\tNAME=Name\tLONGTEXT=LongText".to_vec()));
        let long = "é".repeat(140);
        file.case(&[Cell::from(41.0), "Ana".into(), long.as_str().into()]);
        file.case(&[Cell::from(SYSMIS), "".into(), "".into()]);
        file.case(&[Cell::from(0.25), "Zoë Straßer".into(), "x".repeat(300).as_str().into()]);
        file
    }

    pub(crate) fn empty(order: ByteOrder, stored: CaseCompression) -> Self {
        Self {
            order,
            stored,
            claimed: -1,
            weight: 0,
            label: "Étude",
            records: Vec::new(),
            labels: Vec::new(),
            documents: Vec::new(),
            extensions: vec![(20, 1, b"UTF-8".to_vec())],
            cases: Vec::new(),
            block_bytes: 64,
        }
    }

    /// Adds the segments of a very long text.
    pub(crate) fn very_long(&mut self, name: &'static str, width: usize) {
        for (segment, part) in Segments::new(width).widths().enumerate() {
            let name = if segment == 0 { name } else { "AGE" };
            self.records.push(TestVariable::text(name, part as i32));
        }
        self.extensions.push((14, 1, format!("{name}={width:05}\0\t").into_bytes()));
    }

    /// Adds a case of variables; very long texts are cut into their segments.
    pub(crate) fn case(&mut self, cells: &[Cell]) {
        let mut case = Vec::new();
        for cell in cells {
            let width = self.records.get(case.len()).map_or(0, |record| record.width as usize);
            match cell {
                Cell::Text(text) if text.len() > 255 || width == 255 => {
                    let mut rest = text.as_slice();
                    while let Some(record) = self.records.get(case.len()).filter(|record| record.width > 0) {
                        let (part, behind) = rest.split_at(rest.len().min(255));
                        case.push(Cell::Text(part.to_vec()));
                        rest = behind;
                        if record.width < 255 {
                            break;
                        }
                    }
                }
                cell => case.push(cell.clone()),
            }
        }
        self.cases.push(case);
    }

    pub(crate) fn integer(&self, number: i32) -> [u8; 4] {
        match self.order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        }
    }

    fn long(&self, number: u64) -> [u8; 8] {
        match self.order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        }
    }

    fn element(&self, cell: &Cell) -> [u8; 8] {
        match cell {
            Cell::Number(number) => self.long(number.to_bits()),
            Cell::Text(text) => {
                let mut element = [b' '; 8];
                element[..text.len().min(8)].copy_from_slice(&text[..text.len().min(8)]);
                element
            }
        }
    }

    /// Integers of an extension record.
    pub(crate) fn integers(&self, numbers: &[i32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| self.integer(*number)).collect()
    }

    fn variable(&self, bytes: &mut Vec<u8>, record: &TestVariable) {
        let mut fixed = |width: i32, has_label: bool, missing: i32, formats: [u32; 2], name: &str| {
            for number in [2, width, i32::from(has_label), missing, formats[0] as i32, formats[1] as i32] {
                bytes.extend(self.integer(number));
            }
            let mut short = name.as_bytes().to_vec();
            short.resize(8, b' ');
            bytes.extend(short);
        };
        fixed(
            record.width,
            record.label.is_some(),
            record.missing.0,
            [record.print, record.write],
            record.name,
        );
        if let Some(label) = record.label {
            bytes.extend(self.integer(label.len() as i32));
            bytes.extend(label.bytes());
            bytes.resize(bytes.len().next_multiple_of(4), b' ');
        }
        bytes.extend(record.missing.1.iter().flat_map(|value| self.element(value)));
        for _ in 0..record.continuations {
            for number in [2, -1, 0, 0, 0x01_1D_01, 0x01_1D_01] {
                bytes.extend(self.integer(number));
            }
            bytes.extend(b"        ");
        }
    }

    /// Everything before the cases.
    pub(crate) fn dictionary(&self) -> Vec<u8> {
        let (magic, code) = match self.stored {
            CaseCompression::None => (b"$FL2", 0),
            CaseCompression::Bytecode => (b"$FL2", 1),
            CaseCompression::Zlib => (b"$FL3", 2),
        };
        let mut bytes = magic.to_vec();
        bytes.extend(format!("{:60}", "@(#) SPSS DATA FILE test").bytes());
        for number in [2, -1, code, self.weight, self.claimed] {
            bytes.extend(self.integer(number));
        }
        bytes.extend(self.long(100.0_f64.to_bits()));
        bytes.extend(format!("21 Nov 2602:00:00{:64}\0\0\0", self.label).bytes());
        bytes.truncate(176);
        assert_eq!(bytes.len(), 176);
        self.records.iter().for_each(|record| self.variable(&mut bytes, record));
        for (labels, indexes) in &self.labels {
            bytes.extend(self.integers(&[3, labels.len() as i32]));
            for (value, label) in labels {
                bytes.extend(self.element(value));
                let mut text = vec![label.len() as u8];
                text.extend(label.bytes());
                text.resize(text.len().next_multiple_of(8), b' ');
                bytes.extend(text);
            }
            bytes.extend(self.integers(&[4, indexes.len() as i32]));
            bytes.extend(self.integers(indexes));
        }
        if !self.documents.is_empty() {
            bytes.extend(self.integers(&[6, self.documents.len() as i32]));
            self.documents.iter().for_each(|line| bytes.extend(format!("{line:80}").bytes()));
        }
        for (subtype, size, contents) in &self.extensions {
            bytes.extend(self.integers(&[7, *subtype, *size as i32, contents.len() as i32 / *size as i32]));
            bytes.extend(contents);
        }
        bytes.extend(self.integers(&[999, 0]));
        bytes
    }

    /// The elements of all cases.
    pub(crate) fn elements(&self) -> Vec<[u8; 8]> {
        let mut elements = Vec::new();
        for case in &self.cases {
            for (cell, record) in case.iter().zip(&self.records) {
                match cell {
                    Cell::Number(_) => elements.push(self.element(cell)),
                    Cell::Text(text) => {
                        let mut text = text.clone();
                        text.resize((record.continuations + 1) * 8, b' ');
                        elements.extend(text.as_chunks::<8>().0);
                    }
                }
            }
        }
        elements
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let elements = self.elements();
        let codes = match self.stored {
            CaseCompression::None => elements.as_flattened().to_vec(),
            _ => compressed(&elements, self.order),
        };
        self.with_codes(&codes)
    }

    /// Blocks that zlib makes of the cases.
    pub(crate) fn zlib_blocks(&self) -> usize {
        compressed(&self.elements(), self.order).len().div_ceil(self.block_bytes)
    }

    /// The file with these bytes of cases, packed where it is a `.zsav`.
    pub(crate) fn with_codes(&self, codes: &[u8]) -> Vec<u8> {
        let mut bytes = self.dictionary();
        if self.stored != CaseCompression::Zlib {
            bytes.extend(codes);
            return bytes;
        }
        let data = bytes.len();
        let (mut packed, mut index) = (Vec::new(), Vec::new());
        for (number, block) in codes.chunks(self.block_bytes).enumerate() {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(block).unwrap();
            let block_packed = encoder.finish().unwrap();
            index.extend(self.long((data + number * self.block_bytes) as u64));
            index.extend(self.long((data + 24 + packed.len()) as u64));
            index.extend(self.integers(&[block.len() as i32, block_packed.len() as i32]));
            packed.extend(block_packed);
        }
        let blocks = index.len() / 24;
        let trailer = data + 24 + packed.len();
        bytes.extend([data, trailer, 24 + index.len()].map(|number| self.long(number as u64)).as_flattened());
        bytes.extend(packed);
        bytes.extend(self.long(-100_i64 as u64));
        bytes.extend(self.long(0));
        bytes.extend(self.integers(&[self.block_bytes as i32, blocks as i32]));
        bytes.extend(index);
        bytes
    }
}
