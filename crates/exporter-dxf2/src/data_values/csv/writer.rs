//! Writing CSV.

use std::io::{self, Write};

use super::{COLUMNS, key_of};
use crate::data_values::data_value::{DataValue, Key};
use crate::data_values::xml::refused;
use crate::target::Target;

/// Writes a data value set row by row.
pub struct CsvWriter<W> {
    writer: W,
    line: Vec<u8>,
    target: Target,
    /// Categories, each a column in place of that of the category option combination.
    categories: Vec<String>,
    left_out: u64,
    replaced: u64,
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
        let mut writer = Self { writer, line: Vec::new(), target, categories, left_out: 0, replaced: 0 };
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

    /// Writes a value. What is beyond the columns of DHIS2 has no place.
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
        let created = usize::from(value.get(Key::Created).is_some());
        self.left_out += (created + value.others().count()) as u64;
        self.end_line()
    }

    /// Writes the line, whose fields each end with a comma.
    fn end_line(&mut self) -> io::Result<()> {
        self.line.pop();
        self.line.push(b'\n');
        self.writer.write_all(&self.line)
    }

    /// Texts so far that have no column: dates of creation, and what has another name.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How many quotes and line breaks are written as blanks, since servers from 2.43 on cannot read them.
    pub fn replaced(&self) -> u64 {
        self.replaced
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
