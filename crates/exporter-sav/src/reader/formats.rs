//! Display formats as files have them, illegal ones included (3.1).

use exporter_spss::{Format, FormatClass};

use crate::metadata::SavVariable;
use crate::reader::remarks::Remarks;

/// Code of the format of texts, and of their bytes in hexadecimal.
const TEXT: u8 = 1;
const HEX: u8 = 2;

/// The format of a packed code; where SPSS has none such, what it would show instead and how the file spells it.
fn format(packed: u32, name: &str, width: Option<u16>, remarks: &mut Remarks) -> (Format, Option<Box<str>>) {
    let [decimals, shown, code, _] = packed.to_le_bytes();
    let found = match width {
        // The byte for the width is at most 255, and that of the first segment where there are several.
        Some(width) if code == TEXT && u16::from(shown) == width.min(255) => Some(Format::text(width)),
        Some(width) if code == HEX => Format::from_code(HEX, u32::from(width) * 2, 0),
        Some(_) => None,
        None => Format::from_code(code, shown.into(), decimals.into())
            .filter(|it| it.class() != FormatClass::Text),
    };
    if let Some(found) = found {
        return (found, None);
    }
    let usual = width.map_or_else(|| Format::usual(code), Format::text);
    let stated = written(code, shown, decimals);
    let message = "display formats that SPSS does not have for the variable are read as its usual ones";
    remarks.odd(message, format!("{name}: {stated} read as {usual}"));
    (usual, Some(stated.into()))
}

/// A format as its numbers say, whatever SPSS makes of it.
fn written(code: u8, width: u8, decimals: u8) -> String {
    // Some width is legal for every code that there is.
    let name = (1..=40).find_map(|width| Format::from_code(code, width, 0)).map(|format| format.name());
    let name = name.map_or_else(|| format!("format {code}, "), str::to_owned);
    if decimals == 0 { format!("{name}{width}") } else { format!("{name}{width}.{decimals}") }
}

/// The two formats of a variable.
pub(crate) fn set_formats(variable: &mut SavVariable, print: u32, write: u32, remarks: &mut Remarks) {
    (variable.print, variable.stated_format) = format(print, &variable.name, variable.width, remarks);
    variable.write = match print == write {
        true => variable.print,
        false => format(write, &variable.name, variable.width, remarks).0,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_formats_are_replaced_and_told() {
        let read = |packed, width| {
            let mut remarks = Remarks::default();
            let (format, stated) = format(packed, "x", width, &mut remarks);
            assert_eq!(stated.is_some(), !remarks.as_slice().is_empty());
            (format.to_string(), remarks.as_slice().first().map(|remark| remark.first.clone()))
        };
        assert_eq!(read(0x05_08_02, None), ("F8.2".into(), None));
        assert_eq!(read(0x01_FF_00, Some(1_000)), ("A1000".into(), None));
        assert_eq!(read(0x02_14_00, Some(10)), ("AHEX20".into(), None));
        let told = |told: &str| Some(format!("x: {told}"));
        assert_eq!(read(0x14_08_04, None), ("DATE11".into(), told("DATE8.4 read as DATE11")));
        assert_eq!(read(0x16_08_00, None), ("DATETIME20".into(), told("DATETIME8 read as DATETIME20")));
        assert_eq!(read(0x01_05_00, Some(4)), ("A4".into(), told("A5 read as A4")));
        assert_eq!(read(0x01_05_00, None), ("F8.2".into(), told("A5 read as F8.2")));
        assert_eq!(read(0x0D_05_00, None), ("F8.2".into(), told("format 13, 5 read as F8.2")));
    }
}
