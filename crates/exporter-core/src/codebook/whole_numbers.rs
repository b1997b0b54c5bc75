//! Whole numbers in JSON that no integer of 64 bits holds: a JSON reader makes floats of them and drops digits.

use crate::error::{Error, Result};

/// Refuses JSON with a whole number beyond 64 bits. Numbers with a point or an exponent are floats and pass; what is no
/// JSON passes too, as its reader says so better.
///
/// ```
/// use exporter_core::codebook::check_whole_numbers;
///
/// assert!(check_whole_numbers(r#"{"value": 18446744073709551615, "text": "99999999999999999999"}"#).is_ok());
/// let error = check_whole_numbers(r#"{"value": 99999999999999999999}"#).unwrap_err();
/// assert!(error.to_string().contains("99999999999999999999 (line 1 column 11)"));
/// ```
///
/// # Errors
/// [`crate::ErrorKind::Invalid`] with the number, its line and its column.
pub fn check_whole_numbers(json: &str) -> Result<()> {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => at = after_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let more = |byte: &u8| byte.is_ascii_digit() || b".eE+-".contains(byte);
                at += bytes.get(at..).unwrap_or_default().iter().take_while(|byte| more(byte)).count();
                let number = json.get(start..at).unwrap_or_default();
                let whole = !number.contains(['.', 'e', 'E']);
                if whole
                    && number.parse::<i64>().is_err()
                    && number.parse::<u64>().is_err()
                    && number.len() > 1
                {
                    return Err(too_large(json, start, number));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Place after the quote that closes a string.
fn after_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn too_large(json: &str, start: usize, number: &str) -> Error {
    let before = json.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = start - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    let number = crate::truncate::to_characters(number, 60);
    Error::invalid(format!("the whole number {number} (line {line} column {column}) is beyond 64 bits"))
        .with_hint("write it in quotes as a text, or with a point as a floating-point number that is rounded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::Codebook;

    #[test]
    fn only_whole_numbers_beyond_64_bits_are_refused() {
        for json in [
            "-9223372036854775808",
            "18446744073709551615",
            "1e300",
            "99999999999999999999.0",
            "-99999999999999999999E2",
            "\"99999999999999999999\"",
            "\"\\\"99999999999999999999\"",
            "\"\\\\\", 1",
            "[1, 2, \"open 99999999999999999999",
            "-",
            "",
        ] {
            assert!(check_whole_numbers(json).is_ok(), "{json}");
        }
        for (json, place) in [
            ("18446744073709551616", "line 1 column 1"),
            ("-9223372036854775809", "line 1 column 1"),
            ("{\"é\": \"x\",\n \"a\": [1, 123456789012345678901234567890]}", "line 2 column 11"),
            ("\"\\\\\", 99999999999999999999", "line 1 column 7"),
        ] {
            let error = check_whole_numbers(json).unwrap_err();
            assert!(error.message().contains(place), "{error}");
        }
    }

    #[test]
    fn a_codebook_keeps_every_digit_or_says_what_to_do() {
        let json =
            r#"{"codebook": 1, "value_labels": {"l": [{"value": 99999999999999999999, "label": "x"}]}}"#;
        let error = Codebook::from_json(json).unwrap_err();
        assert!(error.message().contains("99999999999999999999 (line 1 column 50)"), "{error}");
        assert!(error.hint().unwrap().contains("quotes"));
        let float = json.replace("99999999999999999999", "1e20");
        let set = &Codebook::from_json(&float).unwrap().value_labels["l"];
        assert_eq!(set.entries[0].value, crate::codebook::Value::Float(1e20));
    }
}
