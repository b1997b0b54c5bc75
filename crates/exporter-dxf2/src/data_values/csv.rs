//! Data value sets as CSV (section 10.5): two dialects, by position before 2.43, by name and line since.

use std::io::{self, BufRead, Write};

use super::data_value::{DataValue, Key};
use exporter_xml::Position;

use crate::fault::Fault;
use crate::target::Target;

/// The columns in the order of DHIS2.
const COLUMNS: [(&str, Key); 11] = [
    ("dataelement", Key::DataElement),
    ("period", Key::Period),
    ("orgunit", Key::OrgUnit),
    ("categoryoptioncombo", Key::CategoryOptionCombo),
    ("attributeoptioncombo", Key::AttributeOptionCombo),
    ("value", Key::Value),
    ("storedby", Key::StoredBy),
    ("lastupdated", Key::LastUpdated),
    ("comment", Key::Comment),
    ("followup", Key::FollowUp),
    ("deleted", Key::Deleted),
];
/// Other names of columns in documents and old files.
const ALIASES: [(&str, Key); 7] = [
    ("catoptcombo", Key::CategoryOptionCombo),
    ("attroptcombo", Key::AttributeOptionCombo),
    ("strby", Key::StoredBy),
    ("lstupd", Key::LastUpdated),
    ("timestamp", Key::LastUpdated),
    ("cmt", Key::Comment),
    ("flwup", Key::FollowUp),
];

/// How a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsvDialect {
    /// By the names of its header where it has one, else by position.
    #[default]
    Either,
    /// As servers before 2.43: by position, whatever the first line says.
    ByPosition,
    /// As servers since 2.43: by the names of the header, `null` is nothing, blanks around are cut.
    ByName,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    Known(Key),
    Other(String),
}

/// Reads a data value set row by row.
pub struct CsvReader<R> {
    rows: csv::Reader<R>,
    record: csv::StringRecord,
    columns: Vec<Column>,
    dialect: CsvDialect,
    /// The first record, where it is no header.
    first: bool,
}

impl<R: BufRead> CsvReader<R> {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line cannot be read, or is no header where one is wanted.
    pub fn new(reader: R, dialect: CsvDialect) -> Result<Self, Fault> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
        let mut record = csv::StringRecord::new();
        let has_one = rows.read_record(&mut record).map_err(|error| fault(&error))?;
        if let Some(marked) = record.get(0).and_then(|first| first.strip_prefix('\u{FEFF}')) {
            let rest: Vec<String> = record.iter().skip(1).map(str::to_owned).collect();
            record = std::iter::once(marked.to_owned()).chain(rest).collect();
        }
        let by_position = || COLUMNS.map(|(_, key)| Column::Known(key)).to_vec();
        let is_header = record.iter().filter(|name| key_of(name).is_some()).count() >= 2;
        let (columns, first) = match dialect {
            CsvDialect::Either if !is_header => (by_position(), has_one),
            CsvDialect::ByPosition => (by_position(), false),
            CsvDialect::ByName if !is_header => {
                let message = "the first line names no columns such as dataelement,period,orgunit,value";
                return Err(Fault::new(Position::of_line(1), message));
            }
            _ => {
                let column = |name: &str| match key_of(name) {
                    Some(key) => Column::Known(key),
                    None => Column::Other(name.trim().to_owned()),
                };
                (record.iter().map(column).collect(), false)
            }
        };
        Ok(Self { rows, record, columns, dialect, first })
    }

    /// Where the row begins that was read last.
    pub fn position(&self) -> Position {
        Position::of_line(self.record.position().map_or(1, csv::Position::line))
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// A row cannot be read.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        value.clear();
        if !std::mem::take(&mut self.first)
            && !self.rows.read_record(&mut self.record).map_err(|error| fault(&error))?
        {
            return Ok(false);
        }
        for (column, text) in self.columns.iter().zip(&self.record) {
            let text = match self.dialect {
                CsvDialect::ByName => Some(text.trim()).filter(|text| *text != "null").unwrap_or_default(),
                _ => text,
            };
            match column {
                _ if text.is_empty() => {}
                Column::Known(key) => value.set(*key, text),
                Column::Other(name) => value.set_other(name, text),
            }
        }
        Ok(true)
    }
}

fn key_of(name: &str) -> Option<Key> {
    let name = name.trim().to_ascii_lowercase();
    COLUMNS.iter().chain(&ALIASES).find(|(known, _)| *known == name).map(|(_, key)| *key)
}

fn fault(error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the row is no UTF-8; save the file as UTF-8".to_owned(),
        _ => format!("the row cannot be read: {error}"),
    };
    Fault::new(Position::of_line(line), message)
}

/// Writes a data value set row by row.
pub struct CsvWriter<W> {
    writer: W,
    line: Vec<u8>,
    target: Target,
    replaced: u64,
    left_out: u64,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(mut writer: W, target: Target) -> io::Result<Self> {
        let header = COLUMNS.map(|(name, _)| name).join(",");
        writer.write_all(format!("{header}\n").as_bytes())?;
        Ok(Self { writer, line: Vec::new(), target, replaced: 0, left_out: 0 })
    }

    /// Writes a value. What is beyond the columns of DHIS2 has no place, and is [counted](Self::left_out).
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        self.line.clear();
        for (at, (_, key)) in COLUMNS.iter().enumerate() {
            if at > 0 {
                self.line.push(b',');
            }
            self.field(value.get(*key).unwrap_or_default());
        }
        let has_column = |key: &Key| COLUMNS.iter().any(|(_, known)| known == key);
        let others = Key::ALL.iter().filter(|key| !has_column(key) && value.get(**key).is_some()).count();
        self.left_out += (others + value.others().count()) as u64;
        self.line.push(b'\n');
        self.writer.write_all(&self.line)
    }

    /// How many quotes and line breaks are written as blanks, since servers from 2.43 on cannot read them.
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// How many texts of values were not written, since they have no column.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn field(&mut self, text: &str) {
        let Some(_) = memchr::memchr3(b',', b'"', b'\n', text.as_bytes())
            .or_else(|| memchr::memchr(b'\r', text.as_bytes()))
        else {
            return self.line.extend_from_slice(text.as_bytes());
        };
        self.line.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' | b'\n' | b'\r' if self.target.reads_csv_by_line() => {
                    self.replaced += 1;
                    self.line.push(b' ');
                }
                b'"' => self.line.extend_from_slice(b"\"\""),
                byte => self.line.push(byte),
            }
        }
        self.line.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, dialect: CsvDialect) -> Result<Vec<DataValue>, Fault> {
        let mut reader = CsvReader::new(text.as_bytes(), dialect)?;
        let (mut values, mut value) = (Vec::new(), DataValue::default());
        while reader.read(&mut value)? {
            values.push(value.clone());
        }
        Ok(values)
    }

    #[test]
    fn columns_are_found_by_name_or_position() {
        let value = DataValue::new("f7n9E0hX8qk", "201201", "DiszpKrYNg8", "1,5")
            .with(Key::LastUpdated, "2012-01-01");
        let named = "\u{FEFF}\"orgunit\",\"dataelement\",\"period\",\"value\",\"timestamp\"\r\nDiszpKrYNg8,f7n9E0hX8qk,201201,\"1,5\",2012-01-01\r\n";
        assert_eq!(read(named, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
        let bare = "f7n9E0hX8qk,201201,DiszpKrYNg8,,,\"1,5\",,2012-01-01\n";
        assert_eq!(read(bare, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
        assert_eq!(read(&format!("x\n{bare}"), CsvDialect::ByPosition).unwrap(), [value]);
        let fault = read(bare, CsvDialect::ByName).unwrap_err();
        assert!(fault.message.contains("names no columns"));
        let categories =
            read("dataElement,period,orgUnit,Sex,value\na, 202401 ,b,F,null\n", CsvDialect::ByName).unwrap();
        assert_eq!(categories[0].get(Key::Period), Some("202401"));
        assert_eq!(categories[0].get(Key::Value), None);
        assert_eq!(categories[0].others().collect::<Vec<_>>(), [("Sex", "F")]);
    }

    #[test]
    fn files_are_written_for_the_reader_of_the_target() {
        let value = DataValue::new("a", "202401", "b", "1").with(Key::Comment, "said \"no\",\nthen yes");
        let written = |target| {
            let mut writer = CsvWriter::new(Vec::new(), target).unwrap();
            writer.write(&value).unwrap();
            let replaced = writer.replaced();
            (String::from_utf8(writer.finish().unwrap()).unwrap(), replaced)
        };
        let (text, replaced) = written(Target::V2_41);
        assert_eq!(replaced, 0);
        assert_eq!(read(&text, CsvDialect::Either).unwrap(), std::slice::from_ref(&value));
        let (text, replaced) = written(Target::Head);
        assert_eq!(replaced, 3);
        assert!(text.ends_with("\na,202401,b,,,1,,,\"said  no , then yes\",,\n"), "{text}");
    }
}
