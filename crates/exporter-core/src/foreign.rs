//! Formats that are not read, told by their first bytes, and how their data get here.

use crate::error::Error;
use crate::sample::Sample;

/// A format that nothing here reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// What a file is, with its article.
    name: &'static str,
    /// How it becomes a file that is read; `{}` stands for the path of the file, `{stem}` for its name without extension.
    way_out: &'static str,
    /// Whether its bytes are text, which somebody may want to read as such.
    is_text: bool,
}

/// A way out by pandas and its function.
macro_rules! pandas {
    ($read:literal) => {
        concat!(
            "save it as csv, in Python with pandas.",
            $read,
            "(\"{}\").to_csv(\"{stem}.csv\", index=False)"
        )
    };
}

const SPSS: &str = "save it as .sav: in SPSS with File > Save As, in R with \
                    haven::write_sav(haven::read_sav(\"{}\"), \"{stem}.sav\")";
const SPSS_PORTABLE: &str = "save it as .sav: in R with haven::write_sav(haven::read_por(\"{}\"), \"{stem}.sav\"), or in SPSS or \
                             PSPP with IMPORT FILE='{}'. SAVE OUTFILE='{stem}.sav'.";
const DECRYPT: &str = "open it in SPSS with its password, and save it without one with File > Save As";
const SAS_TRANSPORT: &str = "save it as .dta or csv: in SAS with PROC EXPORT, in R with \
                             haven::write_dta(haven::read_xpt(\"{}\"), \"{stem}.dta\")";
const SAS: &str = "save it as .dta or csv: in SAS with PROC EXPORT, in R with \
                   haven::write_dta(haven::read_sas(\"{}\"), \"{stem}.dta\")";
const WORKBOOK: &str = "save the sheet as csv, in the program with Save As, in Python with \
                        pandas.read_excel(\"{}\").to_csv(\"{stem}.csv\", index=False)";
const R_DATA: &str = "save the data frame as csv or .dta in R, such as load(\"{}\"); write.csv(NAME, \"{stem}.csv\", \
                      row.names = FALSE)";
const R_OBJECT: &str = "save the data frame as csv or .dta in R, with write.csv(readRDS(\"{}\"), \"{stem}.csv\", \
                        row.names = FALSE)";
const DATABASE: &str =
    "save its tables as csv, such as sqlite3 -header -csv {} \"SELECT * FROM TABLE\" > {stem}.csv";
const DUCKDB: &str = "save its tables, such as COPY TABLE TO '{stem}.parquet' in DuckDB";
const UNPACK: &str = "unpack it first, and name what was in it";
const DOCUMENT: &str = "save the tables in it as csv";
const LONG_PROLOG: &str =
    "name its format, such as --from ddi, or shorten the comments before the root element of a codebook";
const SAVE: &str = "save its data as csv or Parquet with the program that made it";

/// The first bytes of formats that are binary.
const BEGINNINGS: [(&[u8], &str, &str); 21] = [
    (b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV", "an encrypted SPSS data file", DECRYPT),
    (b"\x5b\xc6\xd3\xf2", "an SPSS data file of a mainframe (in EBCDIC)", SPSS),
    (SAS_NUMBER, "a SAS data file", SAS),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel workbook (.xls) or another old Office document",
        WORKBOOK,
    ),
    (b"Obj\x01", "an Avro file", SAVE),
    (Foreign::FEATHER_1, "a Feather file of version 1", pandas!("read_feather")),
    (b"SQLite format 3\0", "an SQLite database", DATABASE),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", pandas!("read_hdf")),
    (b"\x93NUMPY", "a NumPy array", SAVE),
    (b"X\n\0\0\0\x02\0", "an R object (.rds)", R_OBJECT),
    (b"X\n\0\0\0\x03\0", "an R object (.rds)", R_OBJECT),
    (b"\x80\x02", "a Python pickle", pandas!("read_pickle")),
    (b"\x80\x03", "a Python pickle", pandas!("read_pickle")),
    (b"\x80\x04\x95", "a Python pickle", pandas!("read_pickle")),
    (b"\x80\x05\x95", "a Python pickle", pandas!("read_pickle")),
    (b"%PDF-", "a PDF document", DOCUMENT),
    (b"\xfd7zXZ\0", "compressed with xz", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"\x89PNG", "a picture", DOCUMENT),
    (b"\xff\xd8\xff", "a picture", DOCUMENT),
];

/// Those with which a text may begin, such as `ORCID,name`: it is one of these only if other bytes follow.
const WORDS: [(&[u8], &str, &str); 6] = [
    (b"ORC", "an ORC file", pandas!("read_orc")),
    (b"MATLAB 5.0", "a MATLAB file", SAVE),
    (b"RDX2\n", "an R data file (.RData)", R_DATA),
    (b"RDX3\n", "an R data file (.RData)", R_DATA),
    (b"RDA2\n", "an R data file (.RData)", R_DATA),
    (b"RDA3\n", "an R data file (.RData)", R_DATA),
];

/// The number that a SAS data file begins with.
const SAS_NUMBER: &[u8] =
    b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\0\x09\xc7\x31\x8c\x18\x1f\x10\x11";

/// Entries by which archives are told that are files of a program.
const ENTRIES: [(&str, &str, &str); 6] = [
    ("xl/workbook.xml", "an Excel workbook", WORKBOOK),
    ("xl/workbook.bin", "an Excel workbook (.xlsb)", WORKBOOK),
    ("word/document.xml", "a Word document", DOCUMENT),
    ("ppt/presentation.xml", "a PowerPoint file", DOCUMENT),
    ("Index/Document.iwa", "a Numbers or Pages document", WORKBOOK),
    ("META-INF/manifest.xml", "an OpenDocument file (.ods)", WORKBOOK),
];

impl Foreign {
    /// The first bytes of a Feather file of version 1, which readers of version 2 are given, too.
    pub const FEATHER_1: &[u8] = b"FEA1";

    /// The format of a source, if it is one of those that are not read.
    pub fn of(sample: &Sample<'_>) -> Option<Self> {
        let head = sample.head;
        let entry = |(path, ..): &&(&str, _, _)| sample.entries.iter().any(|entry| entry == path);
        let known = ENTRIES.iter().find(entry).map(|(_, name, way)| (*name, *way));
        let known = known.or_else(|| {
            let begins = |(bytes, ..): &&(&[u8], _, _)| head.starts_with(bytes);
            let word = || WORDS.iter().find(begins).filter(|_| !is_plain_text(head));
            BEGINNINGS.iter().find(begins).or_else(word).map(|(_, name, way)| (*name, *way))
        });
        let known = known.or_else(|| {
            let is_duckdb = head.get(8..12) == Some(b"DUCK".as_slice());
            is_duckdb.then_some(("a DuckDB database", DUCKDB))
        });
        // Text, and none that holds cells.
        let known = known.or_else(|| {
            // Behind five lines for people and a table of characters, 456 in all beside line ends.
            let beginning = head.iter().take(600).filter(|byte| !matches!(byte, b'\r' | b'\n'));
            let is_portable = beginning.skip(456).take(8).eq(b"SPSSPORT");
            is_portable.then_some(("an SPSS portable file (.por)", SPSS_PORTABLE))
        });
        let known = known.or_else(|| head.starts_with(b"{\\rtf").then_some(("an RTF document", DOCUMENT)));
        let known = known.or_else(|| {
            head.starts_with(b"HEADER RECORD*******")
                .then_some(("a SAS transport file (.xpt)", SAS_TRANSPORT))
        });
        known.map(|(name, way_out)| Self { name, way_out, is_text: false }).or_else(|| Self::text(head))
    }

    fn text(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
        let (name, way_out) = match text {
            _ if text.starts_with("{\"") || text.starts_with("[{") || text.starts_with("{\n") => {
                let lines = text.lines().take(2).filter(|line| line.starts_with("{\"")).count() > 1;
                match lines {
                    true => (
                        "JSON lines",
                        "save it as csv, in Python with pandas.read_json(\"{}\", lines=True).to_csv(\"{stem}.csv\", index=False)",
                    ),
                    false => ("JSON", pandas!("read_json")),
                }
            }
            _ if text.starts_with("<!doctype html") || text.starts_with("<html") => {
                ("a web page", "it may be the page that led to the data: download the file itself")
            }
            _ if is_long_prolog(head) => {
                ("XML whose first 64 KiB stand before its root element", LONG_PROLOG)
            }
            _ if text.starts_with("<?xml") => ("XML", DOCUMENT),
            _ => return None,
        };
        Some(Self { name, way_out, is_text: true })
    }

    /// Whether its bytes are text.
    pub fn is_text(self) -> bool {
        self.is_text
    }

    /// The error of a file of this format.
    pub fn error(self, name: &str) -> Error {
        // The folder of the source may be one that nobody writes to.
        let file = name.rsplit('/').next().unwrap_or(name);
        let stem = match file.rsplit_once('.') {
            // What the words write is not the file itself.
            Some((stem, "csv" | "dta" | "parquet" | "sav")) => format!("{stem}-saved"),
            Some((stem, _)) => stem.to_owned(),
            None => file.to_owned(),
        };
        let stem = stem.as_str();
        let hint = self.way_out.replace("{stem}", stem).replace("{}", name);
        Error::unsupported(format!("it is {}, which is not read", self.name)).entry(name).with_hint(hint)
    }
}

/// Whether comments or a document type of XML fill all that is looked at.
fn is_long_prolog(head: &[u8]) -> bool {
    let sample = Sample::of(head);
    let begins = |prolog: &[u8]| sample.head.trim_ascii_start().starts_with(prolog);
    sample.head.len() == Sample::BYTES
        && sample.xml_root().is_none()
        && [&b"<?xml"[..], b"\xef\xbb\xbf<?xml", b"<!--", b"<!DOCTYPE"].iter().any(|prolog| begins(prolog))
}

/// Whether bytes are UTF-8 without control characters, as far as they are seen.
fn is_plain_text(head: &[u8]) -> bool {
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The last character may be cut.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !head.iter().any(|byte| is_control(u32::from(*byte)) || *byte == 1)
}

/// Whether bytes are no text: rich in zeros or control characters, and not UTF-16 or UTF-32 either.
pub(crate) fn is_binary(head: &[u8]) -> bool {
    // What a disk left behind a text is told by its reader.
    let end = head.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let written = head.get(..end).unwrap_or(head);
    let controls = written.iter().filter(|byte| is_control(u32::from(**byte))).count();
    controls * 20 > written.len() && !is_wide(head)
}

/// Whether a character stands in no text; some separate cells (Hive's 1, and 28 to 31).
fn is_control(character: u32) -> bool {
    matches!(character, 0 | 2..=6 | 0x0e..=0x19)
}

/// Whether bytes are the text of an encoding of two or four bytes a character.
fn is_wide(head: &[u8]) -> bool {
    let pairs = |from: fn([u8; 2]) -> u16| -> Vec<u16> {
        head.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(from).collect()
    };
    let is_text = |units: Vec<u16>| {
        let odd = char::decode_utf16(units.iter().copied()).filter(|unit| match unit {
            Ok(character) => {
                is_control(u32::from(*character))
                    || matches!(*character, '\u{e000}'..='\u{f8ff}' | '\u{ffff}')
            }
            Err(_) => true,
        });
        // The last character may be cut.
        odd.count() <= 1 + units.len() / 100
    };
    let quads = |from: fn([u8; 4]) -> u32| {
        let mut units = head.chunks_exact(4).filter_map(|quad| quad.try_into().ok()).map(from);
        units.all(|unit| char::from_u32(unit).is_some_and(|character| !is_control(u32::from(character))))
    };
    is_text(pairs(u16::from_le_bytes))
        || is_text(pairs(u16::from_be_bytes))
        || quads(u32::from_le_bytes)
        || quads(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let named =
            |head: &[u8]| Foreign::of(&Sample::of(head)).map(|foreign| foreign.error("a/x.y").to_string());
        let says = |head: &[u8], wanted: &str| {
            let text = named(head).unwrap_or_default();
            assert!(text.contains(wanted), "{text}");
        };
        says(b"\x5b\xc6\xd3\xf2@(#) SPSS", "an SPSS data file of a mainframe");
        says(SAS_NUMBER, "a SAS data file");
        says(b"HEADER RECORD*******LIBRARY HEADER", "SAS transport");
        says(b"[{\"a\": 1}]", "JSON");
        says(b"{\"a\": 1}\n{\"a\": 2}\n", "JSON lines");
        says(b"ORC\x0a\x0b\0\0", "an ORC file");
        let texts = [
            "id,age\n1,2\n",
            "Obj,b\n1,2\n",
            "BZh,a\n",
            "",
            "\"{a}\",b\n1,2\n",
            "ORCID,name\n1,x\n",
            "A\n2\n3\n",
            "MATLAB 5.0,b\n1,2\n",
            "name,format\na,SPSSPORT\n",
            "RDX2\n1\n",
            "ORC\n1\n",
        ];
        for text in texts {
            assert_eq!(named(text.as_bytes()), None, "{text}");
        }
        let error = Foreign::of(&Sample::of(b"\x5b\xc6\xd3\xf2")).map(|foreign| foreign.error("in/x.sav"));
        let hint = error.as_ref().and_then(Error::hint).unwrap_or_default().to_owned();
        assert!(hint.contains("read_sav(\"in/x.sav\"), \"x-saved.sav\""), "{hint}");
    }

    #[test]
    fn texts_are_told_from_other_bytes() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        for text in ["id,age\n1,2\n", "名前,年齢\n山田,30\n", "é,ß\n😀,1\n"] {
            assert!(!is_binary(text.as_bytes()), "{text}");
            assert!(!is_binary(&wide(text, false)) && !is_binary(&wide(text, true)), "{text}");
            let four: Vec<u8> = text.chars().flat_map(|one| u32::from(one).to_le_bytes()).collect();
            assert!(!is_binary(&four), "{text}");
        }
        assert!(
            !is_binary(b"")
                && !is_binary(b"a,b\n1,2\n\0\0\0\0\0\0\0\0")
                && !is_binary(b"a,\0b\n1,2\n3,4\n5,6\n7,8\n")
        );
        let mut state = 1u32;
        let noise: Vec<u8> = (0..4096)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        assert!(is_binary(&noise));
        let numbers: Vec<u8> = (0..500u32).flat_map(u32::to_le_bytes).collect();
        assert!(is_binary(&numbers));
        let doubles: Vec<u8> = (0..500u32).flat_map(|number| f64::from(number).to_le_bytes()).collect();
        assert!(is_binary(&doubles));
    }
}
