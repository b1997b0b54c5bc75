//! Answers of analytics: aggregates that a server has computed. As a data value set they are what
//! [`JsonReader`](crate::data_values::JsonReader) reads; as a grid, with `headers`, `metaData` and `rows`, what [`GridReader`] does.
//! Aggregates are read here and not computed: that is for queries.
//!
//! ```
//! use exporter_dxf2::analytics::GridReader;
//! let text = r#"{"headers":[{"name":"dx"},{"name":"value"}],"rows":[["fbfJHSPpUQD","12.0"]],"width":2}"#;
//! let mut grid = GridReader::new(text.as_bytes(), 1 << 20);
//! while let Some(row) = grid.read()? {
//!     assert_eq!(row[1].as_text(), Some("12.0"));
//! }
//! assert_eq!(grid.columns(), ["dx", "value"]);
//! # Ok::<(), exporter_dxf2::Fault>(())
//! ```

use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use crate::fault::Fault;
use crate::json::{OneList, OneListWriter};
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value};

const ROWS: &str = "rows";
const HEADERS: &str = "headers";

/// Reads a grid row by row.
pub struct GridReader<R> {
    list: OneList<R>,
    count: u64,
    remarks: Remarks,
}

impl<R: BufRead> GridReader<R> {
    /// Reads a grid of which a row, and all the rest of it, have at most so many bytes each.
    pub fn new(reader: R, most: usize) -> Self {
        Self { list: OneList::new(reader, most, ROWS), count: 0, remarks: Remarks::default() }
    }

    /// What the grid says besides its rows, as far as it was read: all of it once there is no other row.
    pub fn header(&self) -> &Object {
        self.list.header()
    }

    /// The names of the columns, as far as the headers were read.
    pub fn columns(&self) -> Vec<&str> {
        let headers = self.list.header().get(HEADERS).and_then(Value::as_list).unwrap_or_default();
        headers
            .iter()
            .map(|header| header.as_object().and_then(|header| header.text("name")).unwrap_or_default())
            .collect()
    }

    /// What was remarked so far: rows with more or fewer values than there are columns.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Reads the next row; `None` where there is none.
    ///
    /// # Errors
    /// The document is no JSON, a row is no list, or the document is cut off; nothing follows then.
    pub fn read(&mut self) -> Result<Option<Vec<Value>>, Fault> {
        let at = self.list.position();
        let of = |value| if let Value::List(row) = value { Some(row) } else { None };
        let Some(row) = self.list.next_value(of, "a row of a grid is a list")? else { return Ok(None) };
        let columns = self.list.header().get(HEADERS).and_then(Value::as_list).map(<[Value]>::len);
        if let Some(columns) = columns.filter(|columns| *columns != row.len()) {
            let message = format!("a row has other than {columns} values, one for each header");
            self.remarks.add(Remark::new(at, message).object(self.count, None).property(ROWS));
        }
        self.count += 1;
        Ok(Some(row))
    }

    /// Where the row ends that was read last.
    pub fn position(&self) -> Position {
        self.list.position()
    }
}

/// Writes a grid row by row.
pub struct GridWriter<W> {
    list: OneListWriter<W>,
}

impl<W: Write> GridWriter<W> {
    /// Begins a grid with what it says besides its rows.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(writer: W, header: &Object) -> io::Result<Self> {
        Ok(Self { list: OneListWriter::new(writer, header, ROWS)? })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn write(&mut self, row: &[Value]) -> io::Result<()> {
        self.list.write(|line| {
            line.push(b'[');
            for (at, value) in row.iter().enumerate() {
                if at > 0 {
                    line.push(b',');
                }
                value.write_json(line);
            }
            line.push(b']');
        })
    }

    /// Ends the grid.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.list.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drained::drained;

    fn read(text: &[u8]) -> (Vec<Vec<Value>>, Object, Vec<String>, Option<Fault>) {
        let mut grid = GridReader::new(text, 1000);
        let (rows, fault) = drained(|| grid.read());
        (rows, grid.header().clone(), grid.remarks().iter().map(ToString::to_string).collect(), fault)
    }

    #[test]
    fn grids_are_read_and_written_again() {
        let text = br#"{"headers":[{"name":"dx","meta":true},{"name":"pe"},{"name":"value"}],
            "rows":[["a","202401",12.50],["b","202402"],["c","202403",null]],"metaData":{"items":{"a":{"name":"Cases"}}},"width":3}"#;
        let (rows, header, remarks, fault) = read(text);
        assert!(fault.is_none() && rows.len() == 3);
        assert_eq!(rows[0][2], Value::Number("12.50".to_owned()));
        assert_eq!(header.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["headers", "metaData", "width"]);
        assert!(
            remarks.len() == 1 && remarks[0].contains("object 1, rows: a row has other than 3 values"),
            "{remarks:?}"
        );
        let mut writer = GridWriter::new(Vec::new(), &header).unwrap();
        rows.iter().for_each(|row| writer.write(row).unwrap());
        let written = writer.finish().unwrap();
        let again = read(&written);
        assert_eq!((&again.0, &again.1, again.3.is_none()), (&rows, &header, true));
        let (some, _, _, fault) = read(&written[..written.len() - 10]);
        assert_eq!((some.len(), fault.unwrap().is_cut), (2, true));
    }

    #[test]
    fn other_rows_are_refused() {
        assert!(read(br#"{"rows":[{"a":1}]}"#).3.unwrap().to_string().contains("a row of a grid is a list"));
        assert_eq!(read(br#"{"rows":null,"height":0}"#).0.len(), 0);
    }
}
