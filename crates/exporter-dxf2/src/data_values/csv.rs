//! Data value sets as CSV (section 10.5): two dialects, by position before 2.43, by name and line since.

use std::io::{self, BufRead, Write};

use super::csv_lines::{Break, Lines};
use super::data_value::{DataValue, Key};
use super::xml::refused;
use exporter_xml::Position;

use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::target::Target;
use crate::value::{Object, Value};

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
    /// As servers since 2.43: by the names of the header, `null` is nothing, blanks around are cut, and other columns are
    /// categories where none is for the category option combination.
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
    rows: csv::Reader<Lines<R>>,
    record: csv::StringRecord,
    columns: Vec<Column>,
    dialect: CsvDialect,
    /// Whether columns of other names are categories.
    has_categories: bool,
    mode: Mode,
    remarks: Remarks,
    is_over: bool,
    /// The first record, where it is no header.
    first: bool,
}

impl<R: BufRead> CsvReader<R> {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line cannot be read, or is no header where one is wanted.
    pub fn new(reader: R, dialect: CsvDialect) -> Result<Self, Fault> {
        let lines = Lines::new(reader, dialect == CsvDialect::ByName);
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(lines);
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
        let has_categories = dialect == CsvDialect::ByName
            && !columns.contains(&Column::Known(Key::CategoryOptionCombo))
            && columns.iter().any(|column| matches!(column, Column::Other(_)));
        let (mode, remarks) = (Mode::default(), Remarks::default());
        Ok(Self { rows, record, columns, dialect, has_categories, mode, remarks, is_over: false, first })
    }

    /// Reads by name strictly or leniently: what servers since 2.43 read otherwise than it is meant (carriage returns, doubled
    /// quotes, line breaks in texts, something behind an empty line) is an error, or remarked and read nevertheless.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Where the row begins that was read last.
    pub fn position(&self) -> Position {
        let at = self.record.position();
        // Of the two signs that end a line the parser takes the second one for the beginning of the next.
        let is_behind_two = self.rows.get_ref().is_crlf() && at.is_some_and(|at| at.byte() > 0);
        Position::of_line(at.map_or(1, csv::Position::line) + u64::from(is_behind_two))
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// A row cannot be read, or, strictly, is read otherwise by servers since 2.43; nothing follows then.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        value.clear();
        if self.is_over {
            return Ok(false);
        }
        let found = self.next_value(value);
        self.is_over = !matches!(found, Ok(true));
        found
    }

    fn next_value(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        let is_one = std::mem::take(&mut self.first)
            || self.rows.read_record(&mut self.record).map_err(|error| fault(&error))?;
        let behind = if is_one { self.rows.position().line() } else { u64::MAX };
        while let Some((line, found)) = self.rows.get_mut().take_before(behind) {
            self.found(line, found)?;
        }
        if !is_one {
            return Ok(false);
        }
        let mut options = Object::new();
        for (column, text) in self.columns.iter().zip(&self.record) {
            let text = match self.dialect {
                CsvDialect::ByName => Some(text.trim()).filter(|text| *text != "null").unwrap_or_default(),
                _ => text,
            };
            match column {
                _ if text.is_empty() => {}
                Column::Known(key) => value.set(*key, text),
                Column::Other(name) if self.has_categories => options.set(name, Value::from(text)),
                Column::Other(name) => value.set_other(name, text),
            }
        }
        if !options.is_empty() {
            value.set_categories(Key::CategoryOptionCombo, &options);
        }
        Ok(true)
    }

    fn found(&mut self, line: u64, found: Break) -> Result<(), Fault> {
        let position = Position::of_line(line);
        if self.mode == Mode::Strict {
            return Err(Fault::new(position, found.message()));
        }
        self.remarks.add(Remark::new(position, found.message()));
        Ok(())
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
    /// Categories, each a column in place of that of the category option combination.
    categories: Vec<String>,
    replaced: u64,
    left_out: u64,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(writer: W, target: Target) -> io::Result<Self> {
        Self::with_categories(writer, target, Vec::new())
    }

    /// Begins a file with a column for each of these categories in place of that of the category option combination, as servers
    /// since 2.43 read it.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a category that has the name of another column, or when servers
    /// of the target version know no such columns.
    pub fn with_categories(writer: W, target: Target, categories: Vec<String>) -> io::Result<Self> {
        if !categories.is_empty() && !target.reads_csv_by_line() {
            return Err(refused(format!(
                "servers of {target} read no columns of categories; write JSON or ADX"
            )));
        }
        if let Some(name) = categories.iter().find(|name| key_of(name).is_some()) {
            return Err(refused(format!("the category {name:?} has the name of another column")));
        }
        let mut writer = Self { writer, line: Vec::new(), target, categories, replaced: 0, left_out: 0 };
        let categories = std::mem::take(&mut writer.categories);
        for (name, key) in COLUMNS {
            match key {
                Key::CategoryOptionCombo if !categories.is_empty() => {
                    categories.iter().for_each(|name| writer.field(name));
                }
                _ => writer.field(name),
            }
        }
        writer.categories = categories;
        writer.end_line()?;
        Ok(writer)
    }

    /// Writes a value. What is beyond the columns of DHIS2 has no place, and is [counted](Self::left_out).
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a combination by categories that are no columns; the file is as it
    /// was then.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        self.line.clear();
        for (_, key) in COLUMNS {
            let options = value.categories(key);
            match options {
                None if key == Key::CategoryOptionCombo && !self.categories.is_empty() => {
                    if value.get(key).is_some() {
                        let message = "a combination by identifier has no place beside columns of categories";
                        return Err(refused(message.to_owned()));
                    }
                    self.categories.iter().for_each(|_| self.line.push(b','));
                }
                None => self.field(value.get(key).unwrap_or_default()),
                Some(options) => {
                    if key != Key::CategoryOptionCombo
                        || options.iter().any(|(name, _)| !self.categories.iter().any(|known| known == name))
                    {
                        let message = format!("{} is by categories that are no columns", key.name());
                        return Err(refused(format!(
                            "{message}; name them when the file begins, or write JSON"
                        )));
                    }
                    let categories = std::mem::take(&mut self.categories);
                    categories.iter().for_each(|name| self.field(options.text(name).unwrap_or_default()));
                    self.categories = categories;
                }
            }
        }
        let has_column = |key: &Key| COLUMNS.iter().any(|(_, known)| known == key);
        let others = Key::ALL.iter().filter(|key| !has_column(key) && value.get(**key).is_some()).count();
        self.left_out += (others + value.others().count()) as u64;
        self.end_line()
    }

    /// Writes the line, whose fields each end with a comma.
    fn end_line(&mut self) -> io::Result<()> {
        self.line.pop();
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

    /// Appends a field and the comma behind it.
    fn field(&mut self, text: &str) {
        let is_special = memchr::memchr3(b',', b'"', b'\n', text.as_bytes()).is_some()
            || memchr::memchr(b'\r', text.as_bytes()).is_some();
        if !is_special {
            self.line.extend_from_slice(text.as_bytes());
            return self.line.push(b',');
        }
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
        self.line.extend_from_slice(b"\",");
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
        let options = Object::new().with("Sex", "F");
        assert_eq!(categories[0].categories(Key::CategoryOptionCombo), Some(options));
        let kept =
            read("dataElement,period,orgUnit,Sex,value\na,202401,b,F,1\n", CsvDialect::Either).unwrap();
        assert_eq!(kept[0].others().collect::<Vec<_>>(), [("Sex", "F")]);
    }

    #[test]
    fn carriage_returns_of_files_for_newer_servers_are_errors_or_remarks() {
        let text = "dataelement,period,orgunit,value\r\na,202401,b,1\r\na,202402,b,2\r\n";
        let mut value = DataValue::default();
        let mut strict = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap().with_mode(Mode::Strict);
        let fault = strict.read(&mut value).unwrap_err();
        assert!(fault.to_string().starts_with("line 1, column 1: a carriage return"), "{fault}");
        assert!(!strict.read(&mut value).unwrap(), "nothing follows");
        let mut lenient = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap();
        let values: Vec<String> = std::iter::from_fn(|| {
            lenient.read(&mut value).unwrap().then(|| value.get(Key::Value).unwrap().to_owned())
        })
        .collect();
        assert_eq!(values, ["1", "2"], "read whole");
        let mut either = CsvReader::new(text.as_bytes(), CsvDialect::Either).unwrap();
        for line in [2, 3] {
            assert!(either.read(&mut value).unwrap());
            assert_eq!(either.position(), Position::of_line(line));
        }
        assert_eq!(lenient.remarks().iter().map(|remark| remark.count).collect::<Vec<_>>(), [3]);

        let text = "dataelement,period,orgunit,value\na,202401,b,1\n\na,202402,b,2\n";
        let mut strict = CsvReader::new(text.as_bytes(), CsvDialect::ByName).unwrap().with_mode(Mode::Strict);
        assert!(strict.read(&mut value).unwrap(), "what stands before is read");
        assert_eq!(strict.read(&mut value).unwrap_err().position, Position::of_line(3));
    }

    #[test]
    fn categories_have_columns_where_servers_read_them() {
        let mut value = DataValue::new("a", "202401", "b", "1");
        value.set_categories(
            Key::CategoryOptionCombo,
            &Object::new().with("Sex", "F").with("Age", "<5, or more"),
        );
        let names = || vec!["Age".to_owned(), "Sex".to_owned()];
        let mut writer = CsvWriter::with_categories(Vec::new(), Target::Head, names()).unwrap();
        writer.write(&value).unwrap();
        let by_id = DataValue::default().with(Key::CategoryOptionCombo, "x");
        assert!(writer.write(&by_id).unwrap_err().to_string().contains("has no place"));
        writer.write(&DataValue::new("a", "202402", "b", "2")).unwrap();
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert!(text.starts_with("dataelement,period,orgunit,Age,Sex,attributeoptioncombo,"), "{text}");
        let read = read(&text, CsvDialect::ByName).unwrap();
        let options = Object::new().with("Age", "<5, or more").with("Sex", "F");
        assert_eq!(read[0].categories(Key::CategoryOptionCombo), Some(options));
        assert_eq!(read[1].get(Key::CategoryOptionCombo), None);
        let refused =
            |target, names| CsvWriter::with_categories(Vec::new(), target, names).err().unwrap().to_string();
        assert!(refused(Target::V2_41, names()).contains("servers of 2.41 read no columns"));
        assert!(refused(Target::Head, vec!["Value".to_owned()]).contains("name of another column"));
        let mut writer = CsvWriter::new(Vec::new(), Target::Head).unwrap();
        assert!(writer.write(&value).unwrap_err().to_string().contains("no columns; name them"));
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
