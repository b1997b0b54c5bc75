//! Files that the crate `dta` writes.

use std::path::Path;

use ::dta::stata::dta::byte_order::ByteOrder;
use ::dta::stata::dta::dta_error::Result;
use ::dta::stata::dta::dta_writer::DtaWriter;
use ::dta::stata::dta::header::Header;
use ::dta::stata::dta::long_string_table::LongStringTable;
use ::dta::stata::dta::release::Release;
use ::dta::stata::dta::schema::Schema;
use ::dta::stata::dta::value::Value as Stored;
use ::dta::stata::dta::variable::Variable;
use ::dta::stata::dta::variable_type::VariableType;
use ::dta::stata::missing_value::MissingValue;
use ::dta::stata::stata_byte::StataByte;
use ::dta::stata::stata_double::StataDouble;
use ::dta::stata::stata_float::StataFloat;
use ::dta::stata::stata_int::StataInt;
use ::dta::stata::stata_long::StataLong;
use serde_json::Value;

use crate::dta::table::Cell;
use crate::dta::theirs;

/// The releases that the crate writes.
const RELEASES: std::ops::RangeInclusive<u8> = 102..=119;

/// Writes the table in every release and both byte orders; returns the names of the files.
pub(in crate::dta) fn write(table: &Value, folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for release in RELEASES {
        // The first release was of the PC alone.
        let orders = [(ByteOrder::LittleEndian, ""), (ByteOrder::BigEndian, "_big")];
        for (order, end) in orders.into_iter().take(if release == 102 { 1 } else { 2 }) {
            let name = format!("dta_{release}{end}.dta");
            let columns = theirs::columns_for(table, release);
            let release = Release::try_from(release).unwrap();
            let header = Header::builder(release, order).dataset_label(table["label"].as_str().unwrap());
            write_one(&columns, header.build(), &folder.join(&name))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            names.push(name);
        }
    }
    names
}

fn write_one(columns: &[&Value], header: Header, path: &Path) -> Result<()> {
    let mut schema = Schema::builder();
    let mut cells = Vec::new();
    for column in columns {
        let word = |key: &str| column[key].as_str().unwrap();
        let values = column["values"].as_array().unwrap();
        let found: Vec<Cell> = values.iter().map(|value| theirs::cell(word("kind"), value)).collect();
        let (storage, format) = storage(word("kind"), &found, header.release());
        schema =
            schema.add_variable(Variable::builder(storage, word("name")).format(format).label(word("label")));
        cells.push((storage, found));
    }
    let mut rows = DtaWriter::new()
        .from_path(path)?
        .write_header(header)?
        .write_schema(schema.build()?)?
        .into_record_writer()?;
    let mut texts = LongStringTable::for_writing();
    for row in 0..cells[0].1.len() {
        let place = |variable: usize| (variable as u32 + 1, row as u64 + 1);
        let stored = cells
            .iter()
            .enumerate()
            .map(|(index, (storage, cells))| stored(*storage, &cells[row], place(index), &mut texts));
        rows.write_record(&stored.collect::<Vec<_>>())?;
    }
    let mut strls = rows.into_long_string_writer()?;
    strls.write_long_string_table(&texts)?;
    strls.into_value_label_writer()?.finish()?;
    Ok(())
}

/// Storage type and display format of a kind of column.
fn storage(kind: &str, cells: &[Cell], release: Release) -> (VariableType, &'static str) {
    let width = |cell: &Cell| if let Cell::Text(text) = cell { text.len() as u16 } else { 0 };
    match kind {
        // The first release had no byte.
        "byte" if release == Release::V102 => (VariableType::Int, "%8.0g"),
        "byte" | "letters" => (VariableType::Byte, "%8.0g"),
        "int" => (VariableType::Int, "%8.0g"),
        "long" => (VariableType::Long, "%12.0g"),
        "float" => (VariableType::Float, "%9.0g"),
        "date" => (VariableType::Long, "%td"),
        "datetime" => (VariableType::Double, "%tc"),
        "leap" => (VariableType::Double, "%tC"),
        "double" => (VariableType::Double, "%10.0g"),
        "text" => (VariableType::FixedString(cells.iter().map(width).max().unwrap()), "%9s"),
        "strl" => (VariableType::LongString, "%9s"),
        other => panic!("no column is of the kind {other}"),
    }
}

fn stored<'a>(
    storage: VariableType,
    cell: &'a Cell,
    (variable, row): (u32, u64),
    texts: &mut LongStringTable,
) -> Stored<'a> {
    match (storage, cell) {
        (VariableType::LongString, Cell::Text(text)) => {
            // Long texts end with a NUL in the file.
            let ended = format!("{text}\0");
            Stored::LongStringRef(texts.get_or_insert(variable, row, ended.as_str()))
        }
        (_, Cell::Text(text)) => Stored::string(text),
        (_, Cell::Bytes(bytes)) => panic!("{bytes:?} in a table for others"),
        (_, Cell::Number(number)) => match storage {
            VariableType::Byte => Stored::Byte(StataByte::Present(*number as i8)),
            VariableType::Int => Stored::Int(StataInt::Present(*number as i16)),
            VariableType::Long => Stored::Long(StataLong::Present(*number as i32)),
            VariableType::Float => Stored::Float(StataFloat::Present(*number as f32)),
            _ => Stored::Double(StataDouble::Present(*number)),
        },
        (_, Cell::Missing(missing)) => {
            let missing = MissingValue::try_from(0x65 + missing).unwrap();
            match storage {
                VariableType::Byte => Stored::Byte(StataByte::Missing(missing)),
                VariableType::Int => Stored::Int(StataInt::Missing(missing)),
                VariableType::Long => Stored::Long(StataLong::Missing(missing)),
                VariableType::Float => Stored::Float(StataFloat::Missing(missing)),
                _ => Stored::Double(StataDouble::Missing(missing)),
            }
        }
    }
}
