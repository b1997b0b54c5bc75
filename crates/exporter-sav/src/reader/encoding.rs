//! Which encoding the texts of a file are in, and their characters (6).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use exporter_core::source::unsigned;

use crate::codes::encoding_of;
use crate::reader::header::{EncodingSource, RawHeader};
use crate::reader::records::Records;
use crate::reader::remarks::Remarks;
use crate::spec::subtype;

/// What is said where texts have no encoding and are no UTF-8.
pub(crate) const GUESSED: &str = "the file names no encoding, and its texts are read as windows-1252; \
                                  --from sav:encoding=windows-1251 or another one reads them otherwise";

/// The encoding of a name that a file gives, such as `CP1252` or `ISO_8859-1:1987`.
fn named(name: &[u8]) -> Option<&'static Encoding> {
    let name = name.trim_ascii();
    let digits = || {
        let number = name.get(..2).filter(|start| start.eq_ignore_ascii_case(b"cp")).and(name.get(2..))?;
        std::str::from_utf8(number).ok()?.parse().ok()
    };
    Encoding::for_label(name).or_else(|| digits().and_then(encoding_of))
}

/// Makes characters of the bytes of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextDecoder {
    pub(crate) encoding: &'static Encoding,
    pub(crate) source: EncodingSource,
    /// What the file declares.
    pub(crate) declared: Option<&'static Encoding>,
    /// Whether texts that are valid UTF-8 are taken as they are.
    pub(crate) utf8_first: bool,
}

impl TextDecoder {
    /// The encoding that was asked for, is named, has its code page in the file, or fits all texts before the cases.
    pub(crate) fn find(
        asked: Option<&'static Encoding>,
        header: &RawHeader,
        records: &Records,
        remarks: &mut Remarks,
    ) -> Self {
        if let Some(encoding) = asked {
            // What is odd in the declaration does not matter then.
            let declared = declared(records, &mut Remarks::default()).map(|(encoding, _)| encoding);
            let (source, utf8_first) = (EncodingSource::Option, encoding == UTF_8);
            return Self { encoding, source, declared, utf8_first };
        }
        let declared = declared(records, remarks);
        let mut seen = Seen::default();
        texts(header, records, &mut |text| seen.add(text));
        if let Some((encoding, source)) = declared {
            if encoding != UTF_8 && !seen.other && seen.utf8 && encoding.is_single_byte() {
                remarks.odd(
                    "all names and labels are valid UTF-8, but the file declares another encoding; \
                     --from sav:encoding=utf-8 reads them as such",
                    encoding.name(),
                );
            }
            return Self { encoding, source, declared: Some(encoding), utf8_first: encoding == UTF_8 };
        }
        // Where no text tells, each text of the cases does.
        let encoding = if seen.utf8 && !seen.other { UTF_8 } else { WINDOWS_1252 };
        if seen.other {
            remarks.odd(GUESSED, "");
        }
        Self { encoding, source: EncodingSource::Guess, declared: None, utf8_first: !seen.other }
    }

    /// The characters of a text, and how many of them could not be decoded.
    pub(crate) fn decode<'b>(&self, bytes: &'b [u8]) -> (Cow<'b, str>, u64) {
        if (self.utf8_first || bytes.is_ascii())
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return (Cow::Borrowed(text), 0);
        }
        let (text, damaged) = self.encoding.decode_without_bom_handling(bytes);
        let is_replaced = |character: &char| *character == char::REPLACEMENT_CHARACTER;
        let replaced = if damaged { text.chars().filter(is_replaced).count() as u64 } else { 0 };
        (text, replaced)
    }

    /// Whether the encoding of texts that are no UTF-8 is a guess.
    pub(crate) fn guesses(&self) -> bool {
        self.source == EncodingSource::Guess && self.encoding == WINDOWS_1252
    }

    /// The text of a name or label without the blanks and NULs at its end.
    pub(crate) fn label(&self, bytes: &[u8], remarks: &mut Remarks) -> String {
        let (text, replaced) = self.decode(trimmed(bytes));
        if replaced > 0 {
            remarks.changed(
                "names and labels with bytes outside the encoding of the file are read with U+FFFD",
                text.as_ref(),
            );
        }
        text.into_owned()
    }
}

/// The bytes of a text without the blanks and NULs at its end.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or(bytes)
}

/// What the extension records say.
fn declared(records: &Records, remarks: &mut Remarks) -> Option<(&'static Encoding, EncodingSource)> {
    for record in records.of(subtype::ENCODING) {
        if let Some(encoding) = named(trimmed(&record.bytes)) {
            return Some((encoding, EncodingSource::Record20));
        }
        let name = String::from_utf8_lossy(trimmed(&record.bytes)).into_owned();
        remarks.odd("the encoding that the file names is not known; --from sav:encoding=windows-1252 or another one reads it", name);
    }
    let code = records.of(subtype::MACHINE_INTEGERS).find_map(|record| record.bytes.chunks_exact(4).nth(7));
    let code = unsigned(code?, records.order) as u32;
    let encoding = encoding_of(code);
    if encoding.is_none() && !matches!(code, 0..=3 | 20_127) {
        let message = "the code page that the file names is not known; --from sav:encoding=windows-1252 or another one reads it";
        remarks.odd(message, code.to_string());
    }
    encoding.map(|encoding| (encoding, EncodingSource::Code))
}

/// What texts that went by can be.
#[derive(Default)]
struct Seen {
    utf8: bool,
    other: bool,
}

impl Seen {
    fn add(&mut self, text: &[u8]) {
        if !text.is_ascii() {
            match std::str::from_utf8(text) {
                Ok(_) => self.utf8 = true,
                Err(_) => self.other = true,
            }
        }
    }
}

/// Every text before the cases.
fn texts(header: &RawHeader, records: &Records, see: &mut impl FnMut(&[u8])) {
    see(trimmed(&header.label));
    for variable in &records.variables {
        see(&variable.name);
        see(variable.label());
    }
    // Their values may be numbers.
    records.labels.iter().flat_map(|set| &set.labels).for_each(|(_, label)| see(label));
    records.documents.chunks(crate::spec::DOCUMENT_LINE).for_each(&mut *see);
    for record in &records.extensions {
        use subtype::{FILE_ATTRIBUTES, LONG_NAMES, RESPONSE_SETS, VARIABLE_ATTRIBUTES, VARIABLE_SETS};
        if matches!(
            record.subtype,
            FILE_ATTRIBUTES | LONG_NAMES | RESPONSE_SETS | VARIABLE_ATTRIBUTES | VARIABLE_SETS
        ) {
            see(&record.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_files_are_known() {
        let name = |label: &[u8]| named(label).map(Encoding::name);
        for (label, expected) in [
            (&b"UTF-8"[..], "UTF-8"),
            (b"windows-1252", "windows-1252"),
            (b"CP1252", "windows-1252"),
            (b"EUC-KR", "EUC-KR"),
            (b"ISO_8859-1:1987", "windows-1252"),
            (b"cp936", "GBK"),
            (b"CP932", "Shift_JIS"),
        ] {
            assert_eq!(name(label), Some(expected));
        }
        assert_eq!((name(b"klingon"), name(b"cp")), (None, None));
    }

    #[test]
    fn texts_of_no_encoding_are_utf_8_or_windows_1252() {
        let (source, declared) = (EncodingSource::Guess, None);
        let guess = TextDecoder { encoding: WINDOWS_1252, source, declared, utf8_first: true };
        assert_eq!(guess.decode("é".as_bytes()), ("é".into(), 0));
        assert_eq!(guess.decode(b"\xE9"), ("é".into(), 0));
        let utf8 = TextDecoder { encoding: UTF_8, source, declared, utf8_first: true };
        assert_eq!(utf8.decode(b"a\xE9 \xFF"), ("a\u{FFFD} \u{FFFD}".into(), 2));
    }
}
