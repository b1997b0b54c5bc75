//! Small files put together byte by byte, for tests of reader and checker.

use std::sync::Arc;

use exporter_core::{ReadAt, Source};

use crate::spec::{ByteOrder, Release};
use crate::spec_storage::{StorageType, type_code};

/// A file in memory.
pub(crate) fn memory(bytes: impl Into<Vec<u8>>) -> Arc<dyn ReadAt> {
    Source::memory("file.dta", bytes.into()).bytes
}

/// A file to be built; every field may be changed before.
#[derive(Debug, Clone)]
pub(crate) struct TestFile {
    pub(crate) release: Release,
    pub(crate) order: ByteOrder,
    pub(crate) label: Vec<u8>,
    pub(crate) timestamp: Vec<u8>,
    /// Name, storage, display format, value-label set, label.
    pub(crate) variables: Vec<(&'static str, StorageType, &'static str, &'static str, Vec<u8>)>,
    pub(crate) sort: Vec<u64>,
    /// Owner, name, contents without the NUL.
    pub(crate) characteristics: Vec<(&'static str, &'static str, &'static str)>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Variable, row, type, contents.
    pub(crate) strls: Vec<(u64, u64, u8, &'static [u8])>,
    pub(crate) sets: Vec<(&'static str, Vec<(i32, &'static str)>)>,
}

/// One cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Byte(i8),
    Int(i16),
    Long(i32),
    Float(f32),
    Double(f64),
    Text(&'static [u8]),
    /// Variable and row of a strL record.
    StrL(u64, u64),
}

impl TestFile {
    /// Five variables of different types, two rows, one strL, one set, one note.
    pub(crate) fn sample(release: Release, order: ByteOrder) -> Self {
        let strl = release.has_strl();
        // `.a`, where numbers are wide enough for it.
        let refused = if release.has_short_labels() { 2 } else { 2_147_483_622 };
        let text = if strl { StorageType::StrL } else { StorageType::Str(4) };
        let last = |v, o| if strl { Cell::StrL(v, o) } else { Cell::Text(b"text") };
        Self {
            release,
            order,
            label: b"A label".to_vec(),
            timestamp: b"21 Nov 2026 02:00".to_vec(),
            variables: vec![
                ("b", StorageType::Byte, "%8.0g", "yesno", b"Byte".to_vec()),
                ("day", StorageType::Long, "%td", "", b"".to_vec()),
                ("d", StorageType::Double, "%10.0g", "", b"".to_vec()),
                ("s", StorageType::Str(3), "%9s", "", b"".to_vec()),
                ("t", text, "%9s", "", b"".to_vec()),
            ],
            sort: vec![1, 3],
            characteristics: vec![
                ("_dta", "note1", "A note"),
                ("_dta", "note0", "1"),
                ("b", "source", "form 7"),
            ],
            rows: vec![
                vec![Cell::Byte(1), Cell::Long(0), Cell::Double(1.5), Cell::Text(b"abc"), last(5, 1)],
                vec![
                    Cell::Byte(102),
                    Cell::Long(2_147_483_621),
                    Cell::Double(-2.0),
                    Cell::Text(b""),
                    last(5, 2),
                ],
            ],
            strls: if strl {
                vec![(5, 1, 130, b"long text\0"), (5, 2, 129, b"bin\0ary")]
            } else {
                Vec::new()
            },
            sets: vec![("yesno", vec![(0, "no"), (1, "yes"), (refused, "refused")])],
        }
    }

    fn number(&self, value: u64, width: usize) -> Vec<u8> {
        match self.order {
            ByteOrder::Little => value.to_le_bytes()[..width].to_vec(),
            ByteOrder::Big => value.to_be_bytes()[8 - width..].to_vec(),
        }
    }

    fn row(&self, row: &[Cell]) -> Vec<u8> {
        let widths = self.release.widths();
        let mut bytes = Vec::new();
        for (cell, variable) in row.iter().zip(&self.variables) {
            match cell {
                Cell::Byte(v) => bytes.push(*v as u8),
                Cell::Int(v) => bytes.extend(self.number(*v as u16 as u64, 2)),
                Cell::Long(v) => bytes.extend(self.number(*v as u32 as u64, 4)),
                Cell::Float(v) => bytes.extend(self.number(v.to_bits().into(), 4)),
                Cell::Double(v) => bytes.extend(self.number(v.to_bits(), 8)),
                Cell::Text(text) => bytes.extend(padded(text, variable.1.width())),
                Cell::StrL(v, o) => {
                    bytes.extend(self.number(*v, widths.strl_v));
                    bytes.extend(self.number(*o, widths.strl_o));
                }
            }
        }
        bytes
    }

    fn code(&self, storage: StorageType) -> u16 {
        if !self.release.has_letter_types() {
            return type_code(storage, self.release).unwrap();
        }
        match storage {
            StorageType::Byte => b'b'.into(),
            StorageType::Int => b'i'.into(),
            StorageType::Long => b'l'.into(),
            StorageType::Float => b'f'.into(),
            StorageType::Str(width) => 0x7F + width,
            _ => b'd'.into(),
        }
    }

    fn short_set(&self, name: &str, labels: &[(i32, &str)]) -> Vec<u8> {
        let mut bytes = self.number(labels.len() as u64, 2);
        bytes.extend(padded(name.as_bytes(), 10));
        labels.iter().for_each(|(value, _)| bytes.extend(self.number(*value as u16 as u64, 2)));
        labels.iter().for_each(|(_, text)| bytes.extend(padded(text.as_bytes(), 8)));
        bytes
    }

    fn set(&self, name: &str, labels: &[(i32, &str)]) -> Vec<u8> {
        if self.release.has_short_labels() {
            return self.short_set(name, labels);
        }
        let texts: Vec<u8> = labels.iter().flat_map(|(_, text)| text.bytes().chain([0])).collect();
        let mut bytes = self.number((8 + 8 * labels.len() + texts.len()) as u64, 4);
        bytes.extend(padded(name.as_bytes(), self.release.widths().name));
        bytes.extend([0; 3]);
        bytes.extend(self.number(labels.len() as u64, 4));
        bytes.extend(self.number(texts.len() as u64, 4));
        let mut start = 0;
        for (_, text) in labels {
            bytes.extend(self.number(start, 4));
            start += text.len() as u64 + 1;
        }
        labels.iter().for_each(|(value, _)| bytes.extend(self.number(*value as u32 as u64, 4)));
        bytes.extend(texts);
        bytes
    }

    fn characteristic(&self, owner: &str, name: &str, contents: &str) -> Vec<u8> {
        let width = self.release.widths().name;
        let mut bytes = padded(owner.as_bytes(), width);
        bytes.extend(padded(name.as_bytes(), width));
        bytes.extend(contents.bytes().chain([0]));
        bytes
    }

    /// The descriptions of the variables, section by section.
    fn sections(&self) -> [Vec<u8>; 6] {
        let widths = self.release.widths();
        let all =
            |field: &dyn Fn(usize) -> Vec<u8>| (0..self.variables.len()).flat_map(field).collect::<Vec<u8>>();
        let mut sort: Vec<u8> = self.sort.iter().flat_map(|v| self.number(*v, widths.sort_entry)).collect();
        sort.resize((self.variables.len() + 1) * widths.sort_entry, 0);
        [
            all(&|i| {
                let code = self.code(self.variables[i].1);
                self.number(code.into(), widths.type_code)
            }),
            all(&|i| padded(self.variables[i].0.as_bytes(), widths.name)),
            sort,
            all(&|i| padded(self.variables[i].2.as_bytes(), widths.format)),
            all(&|i| padded(self.variables[i].3.as_bytes(), widths.name)),
            all(&|i| padded(&self.variables[i].4, widths.variable_label)),
        ]
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if self.release.is_tagged() { self.tagged() } else { self.binary() }
    }

    fn tagged(&self) -> Vec<u8> {
        let widths = self.release.widths();
        let order = if self.order == ByteOrder::Little { "LSF" } else { "MSF" };
        let release = self.release.number();
        let mut bytes =
            format!("<stata_dta><header><release>{release}</release><byteorder>{order}</byteorder><K>")
                .into_bytes();
        bytes.extend(self.number(self.variables.len() as u64, widths.variables));
        bytes.extend(b"</K><N>");
        bytes.extend(self.number(self.rows.len() as u64, widths.observations));
        bytes.extend(b"</N><label>");
        bytes.extend(self.number(self.label.len() as u64, widths.dataset_label));
        bytes.extend(&self.label);
        bytes.extend(b"</label><timestamp>");
        bytes.push(self.timestamp.len() as u8);
        bytes.extend(&self.timestamp);
        bytes.extend(b"</timestamp></header>");
        let mut map = vec![0, bytes.len() as u64];
        let map_at = bytes.len() + 5;
        bytes.extend(b"<map>");
        bytes.extend([0; 14 * 8]);
        bytes.extend(b"</map>");
        let names =
            ["variable_types", "varnames", "sortlist", "formats", "value_label_names", "variable_labels"];
        let mut section = |bytes: &mut Vec<u8>, name: &str, contents: &[u8]| {
            map.push(bytes.len() as u64);
            bytes.extend(format!("<{name}>").bytes());
            bytes.extend(contents);
            bytes.extend(format!("</{name}>").bytes());
        };
        for (name, contents) in names.into_iter().zip(self.sections()) {
            section(&mut bytes, name, &contents);
        }
        let mut contents = Vec::new();
        for (owner, name, text) in &self.characteristics {
            let record = self.characteristic(owner, name, text);
            contents.extend(b"<ch>");
            contents.extend(self.number(record.len() as u64, 4));
            contents.extend(record);
            contents.extend(b"</ch>");
        }
        section(&mut bytes, "characteristics", &contents);
        let rows: Vec<u8> = self.rows.iter().flat_map(|row| self.row(row)).collect();
        section(&mut bytes, "data", &rows);
        let mut contents = Vec::new();
        for (v, o, kind, text) in &self.strls {
            contents.extend(b"GSO");
            contents.extend(self.number(*v, 4));
            contents.extend(self.number(*o, widths.gso_o));
            contents.push(*kind);
            contents.extend(self.number(text.len() as u64, 4));
            contents.extend(*text);
        }
        section(&mut bytes, "strls", &contents);
        let mut contents = Vec::new();
        for (name, labels) in &self.sets {
            contents.extend(b"<lbl>");
            contents.extend(self.set(name, labels));
            contents.extend(b"</lbl>");
        }
        section(&mut bytes, "value_labels", &contents);
        map.push(bytes.len() as u64);
        bytes.extend(b"</stata_dta>");
        map.push(bytes.len() as u64);
        for (index, position) in map.into_iter().enumerate() {
            bytes[map_at + index * 8..map_at + index * 8 + 8].copy_from_slice(&self.number(position, 8));
        }
        bytes
    }

    fn binary(&self) -> Vec<u8> {
        let widths = self.release.widths();
        let mut bytes =
            vec![self.release.number(), if self.order == ByteOrder::Little { 2 } else { 1 }, 1, 0];
        bytes.extend(self.number(self.variables.len() as u64, 2));
        bytes.extend(self.number(self.rows.len() as u64, widths.observations));
        bytes.extend(padded(&self.label, widths.dataset_label));
        if widths.timestamp > 0 {
            bytes.extend(padded(&self.timestamp, widths.timestamp));
        }
        self.sections().iter().for_each(|section| bytes.extend(section));
        if widths.expansion_length > 0 {
            for (owner, name, text) in &self.characteristics {
                let record = self.characteristic(owner, name, text);
                bytes.push(1);
                bytes.extend(self.number(record.len() as u64, widths.expansion_length));
                bytes.extend(record);
            }
            bytes.extend(vec![0; 1 + widths.expansion_length]);
        }
        self.rows.iter().for_each(|row| bytes.extend(self.row(row)));
        self.sets.iter().for_each(|(name, labels)| bytes.extend(self.set(name, labels)));
        bytes
    }
}

fn padded(text: &[u8], width: usize) -> Vec<u8> {
    let mut field = text.to_vec();
    field.resize(width, 0);
    field
}

/// Position behind the first `needle`.
pub(crate) fn behind(bytes: &[u8], needle: &str) -> usize {
    memchr::memmem::find(bytes, needle.as_bytes()).unwrap() + needle.len()
}
