//! `RoutineData.txt`: the data values of DHIS 1.4 as CSV with CRLF, the value in the column of its type.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use super::{Dhis14, Numbering};
use crate::data_values::{DataValue, Key, Period, refused};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::old::Losses;

const COLUMNS: [&str; 16] = [
    "RoutineDataID",
    "OrgUnitID",
    "DataElementID",
    "DataPeriodID",
    "EntryText",
    "EntryYesNo",
    "EntryNumber",
    "EntryDate",
    "EntryMemo",
    "EntryObject",
    "Check",
    "Verified",
    "Deleted",
    "Comment",
    "LastUserID",
    "LastUpdated",
];
/// The columns of values by the name of their type.
const ENTRIES: [(&str, &str); 6] = [
    ("Number", "EntryNumber"),
    ("String", "EntryText"),
    ("YesNo", "EntryYesNo"),
    ("Date", "EntryDate"),
    ("Memo", "EntryMemo"),
    ("Object", "EntryObject"),
];

/// Reads data values row by row, with the metadata of their export.
pub struct RoutineReader<'m, R> {
    rows: csv::Reader<R>,
    record: csv::ByteRecord,
    file: &'m Dhis14,
    /// Where each of the known columns stands.
    places: [Option<usize>; COLUMNS.len()],
    count: u64,
    remarks: Remarks,
    losses: Losses,
    is_over: bool,
}

impl<'m, R: BufRead> RoutineReader<'m, R> {
    /// Reads a file by the names in its first line.
    ///
    /// # Errors
    /// The first line cannot be read, or names no data element, period or organisation unit.
    pub fn new(reader: R, file: &'m Dhis14) -> Result<Self, Fault> {
        // Lines are counted by their line feed; the carriage return before it is taken from the field.
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n'));
        let mut rows = builder.from_reader(reader);
        let mut record = csv::ByteRecord::new();
        rows.read_byte_record(&mut record).map_err(Fault::from)?;
        let places = COLUMNS.map(|column| {
            record.iter().position(|name| {
                text_of(name).trim_start_matches('\u{FEFF}').trim().eq_ignore_ascii_case(column)
            })
        });
        for (column, place) in COLUMNS.iter().zip(places).skip(1).take(3) {
            if place.is_none() {
                return Err(Fault::new(
                    Position::of_line(1),
                    format!("the first line names no column {column}"),
                ));
            }
        }
        let (remarks, losses) = (Remarks::default(), Losses::default());
        Ok(Self { rows, record, file, places, count: 0, remarks, losses, is_over: false })
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// What DXF 2 has no place for, so far.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Where the row begins that was read last.
    pub fn position(&self) -> Position {
        Position::of_line(self.record.position().map_or(1, csv::Position::line))
    }

    /// Reads the next data value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// A row cannot be read; strictly also for a value that has no period of DHIS2.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        if self.is_over || !self.file.choice.has_type("dataValues") {
            return Ok(false);
        }
        loop {
            let is_one = self.rows.read_byte_record(&mut self.record).map_err(Fault::from);
            self.is_over = !matches!(is_one, Ok(true));
            if !is_one? {
                return Ok(false);
            }
            if self.record.iter().all(|field| text_of(field).is_empty()) {
                continue;
            }
            self.count += 1;
            match self.value(value) {
                Ok(()) => return Ok(true),
                Err(message) if self.file.choice.mode == Mode::Strict => {
                    self.is_over = true;
                    return Err(Fault::new(self.position(), message));
                }
                Err(message) => self.remark(format!("{message}: the value is left out"), "DataPeriodID"),
            }
        }
    }

    fn text(&self, column: &str) -> Option<Cow<'_, str>> {
        let at = COLUMNS.iter().position(|known| *known == column)?;
        let field = self.record.get((*self.places.get(at)?)?)?;
        Some(text_of(field)).filter(|text| !text.trim().is_empty())
    }

    fn value(&mut self, value: &mut DataValue) -> Result<(), String> {
        value.clear();
        let file = self.file;
        let period = self.text("DataPeriodID").ok_or("it has no period")?;
        let period = file
            .periods
            .get(period.trim())
            .ok_or("none of the periods of the file that DHIS2 knows has its number")?;
        value.set(Key::Period, period);
        for (key, column, plural) in [
            (Key::DataElement, "DataElementID", "dataElements"),
            (Key::OrgUnit, "OrgUnitID", "organisationUnits"),
        ] {
            let Some(number) = self.text(column) else { continue };
            let number = number.trim().to_owned();
            match file.ids.get(plural, &number) {
                Some(uid) => value.set(key, uid),
                None => {
                    value.set(key, &file.ids.uid(plural, &number));
                    self.remark(format!("none of the {plural} of the files has this number"), column);
                }
            }
        }
        let kind = self.text("DataElementID").and_then(|number| file.types.get(number.trim()));
        let entry = |column: &'static str| Some((column, self.text(column)?));
        let column =
            ENTRIES.iter().find(|(name, _)| kind.is_some_and(|kind| kind.eq_ignore_ascii_case(name)));
        let found = match column {
            Some((_, column)) => entry(column),
            // Of what type it is, is not known.
            None => ENTRIES.iter().find_map(|(_, column)| entry(column)),
        };
        if let Some((column, text)) = found {
            let text = plain(column, &text);
            value.set(Key::Value, &text);
        }
        if self.text("Deleted").is_some_and(|text| is_true(&text)) {
            value.set(Key::Deleted, "true");
        }
        if let Some(text) = self.text("Comment") {
            value.set(Key::Comment, &with_lines(&text));
        }
        if let Some(number) = self.text("LastUserID") {
            value.set(Key::StoredBy, file.users.get(number.trim()).map_or(number.trim(), String::as_str));
        }
        if let Some(text) = self.text("LastUpdated") {
            value.set(Key::LastUpdated, &date(&text));
        }
        let marks = ["Check", "Verified"]
            .map(|column| (column, self.text(column).is_some_and(|text| is_true(&text))));
        for (column, _) in marks.into_iter().filter(|(_, is_marked)| *is_marked) {
            self.losses.add(column);
        }
        Ok(())
    }

    fn remark(&mut self, message: String, column: &str) {
        let remark = Remark::new(self.position(), message).object(self.count - 1, None);
        self.remarks.add(remark.property(column));
    }
}

/// A field, in UTF-8 or else ISO 8859-1.
fn text_of(field: &[u8]) -> Cow<'_, str> {
    let field = field.strip_suffix(b"\r").unwrap_or(field);
    match std::str::from_utf8(field) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => field.iter().copied().map(char::from).collect(),
    }
}

/// The text of a value as DHIS2 has it.
fn plain(column: &str, text: &str) -> String {
    let text = text.trim();
    match column {
        "EntryYesNo" => is_true(text).to_string(),
        "EntryNumber" => {
            // 12. and .5
            let whole = text.strip_suffix('.').unwrap_or(text);
            match whole
                .strip_prefix("-.")
                .map(|rest| ("-0.", rest))
                .or(whole.strip_prefix('.').map(|rest| ("0.", rest)))
            {
                Some((sign, digits)) => format!("{sign}{digits}"),
                None => whole.to_owned(),
            }
        }
        "EntryDate" => date(text),
        _ => with_lines(text),
    }
}

/// `2006/01/31 13:05:00` as ISO 8601 has it, and other texts as they are.
fn date(text: &str) -> String {
    match chrono::NaiveDateTime::parse_from_str(text.trim(), "%Y/%m/%d %H:%M:%S") {
        Ok(time) if time.time() == chrono::NaiveTime::MIN => time.format("%Y-%m-%d").to_string(),
        Ok(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
        Err(_) => text.trim().to_owned(),
    }
}

fn with_lines(text: &str) -> String {
    text.replace("{chr13}{chr10}", "\n")
}

fn is_true(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "1" | "-1" | "true" | "yes")
}

/// Writes data values row by row, with the numbers of the metadata that was written.
pub struct RoutineWriter<'n, W> {
    writer: W,
    numbering: &'n Numbering,
    line: String,
    count: u64,
    losses: Losses,
}

impl<'n, W: Write> RoutineWriter<'n, W> {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(mut writer: W, numbering: &'n Numbering) -> io::Result<Self> {
        let header = COLUMNS.map(|column| format!("\"{column}\"")).join(",");
        writer.write_all(format!("{header}\r\n").as_bytes())?;
        Ok(Self { writer, numbering, line: String::new(), count: 0, losses: Losses::default() })
    }

    /// Writes a data value.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a value of a period or object that was not written; the file is
    /// as it was then.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        let number = |key: Key, plural: &str| {
            let uid = value.get(key).unwrap_or_default();
            let number = self.numbering.objects.get(plural, uid);
            number.ok_or_else(|| refused(format!("{uid:?} is none of the {plural} that were written")))
        };
        let (unit, element) =
            (number(Key::OrgUnit, "organisationUnits")?, number(Key::DataElement, "dataElements")?);
        let period = value.get(Key::Period).unwrap_or_default();
        let number = period.parse().ok().and_then(|period: Period| self.numbering.periods.get(&period));
        let period =
            number.ok_or_else(|| refused(format!("{period:?} is none of the periods that were written")))?;
        let kind = self.numbering.types.get(value.get(Key::DataElement).unwrap_or_default());
        let entry = match kind.map(String::as_str) {
            Some("INTEGER" | "NUMBER") => "EntryNumber",
            Some("BOOLEAN") => "EntryYesNo",
            Some("LONG_TEXT") => "EntryMemo",
            _ => "EntryText",
        };
        self.line.clear();
        for (at, column) in COLUMNS.into_iter().enumerate() {
            if at > 0 {
                self.line.push(',');
            }
            let text = |key: Key| value.get(key).unwrap_or_default();
            match column {
                "RoutineDataID" => self.line.push_str(&(self.count + 1).to_string()),
                "OrgUnitID" => self.line.push_str(&unit.to_string()),
                "DataElementID" => self.line.push_str(&element.to_string()),
                "DataPeriodID" => self.line.push_str(&period.to_string()),
                "EntryNumber" if entry == column => match text(Key::Value) {
                    "" => {}
                    // Whole numbers have a point there, too.
                    whole if !whole.contains('.') => self.line.push_str(&format!("{whole}.")),
                    number => self.line.push_str(number),
                },
                "EntryYesNo" if entry == column => self.line.push_str(match text(Key::Value) {
                    "" => "",
                    text if is_true(text) => "1",
                    _ => "0",
                }),
                _ if entry == column => quote(text(Key::Value), &mut self.line),
                "Deleted" => self.line.push_str(if is_true(text(Key::Deleted)) { "1" } else { "0" }),
                "Check" | "Verified" => self.line.push('0'),
                "Comment" => quote(text(Key::Comment), &mut self.line),
                "LastUserID" => quote(text(Key::StoredBy), &mut self.line),
                "LastUpdated" => quote(text(Key::LastUpdated), &mut self.line),
                _ => {}
            }
        }
        self.line.push_str("\r\n");
        for key in [Key::CategoryOptionCombo, Key::AttributeOptionCombo, Key::Created, Key::FollowUp] {
            if value.get(key).is_some() {
                self.losses.add(&format!("dataValues.{}", key.name()));
            }
        }
        self.count += 1;
        self.writer.write_all(self.line.as_bytes())
    }

    /// What the format has no place for, so far.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }
}

fn quote(text: &str, line: &mut String) {
    if !text.is_empty() {
        let text = text.replace("\r\n", "\n").replace(['\n', '\r'], "{chr13}{chr10}").replace('"', "\"\"");
        line.push('"');
        line.push_str(&text);
        line.push('"');
    }
}
