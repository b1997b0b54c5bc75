//! The digest of stored JSON, which stands in it as its first field: who damages the JSON, even to another that can be read, is
//! found out. Who changes it on purpose takes the field out, as files of earlier versions have none.

use std::io::Write as _;

use super::{Fnv, ascii};

/// The field.
pub(super) const FIELD: &str = "digest";
/// What is wrong with JSON whose digest is another.
pub(super) const PROBLEM: &str = "it is damaged, or another program has changed it: its digest is another (who changes it takes \
                                  the field \"digest\" out)";
/// What stands before the digits, and behind them.
const HEAD: &str = r#"{"digest":""#;
const TAIL: &str = r#"","#;
const DIGITS: usize = 16;
/// Characters that are made ASCII at once.
const PIECE: usize = 4096;

/// The JSON of an object with its digest.
pub(super) fn sealed(mut json: String) -> String {
    let Some(fields) = json.strip_prefix('{').filter(|fields| *fields != "}") else { return json };
    let head = format!("{HEAD}{}{TAIL}", digest(fields));
    json.replace_range(..1, &head);
    json.shrink_to_fit();
    json
}

/// Whether JSON has its digest, and is what it was when that was made.
pub(super) fn is_whole(json: &str) -> bool {
    let sealed = || {
        let (digits, rest) = json.strip_prefix(HEAD)?.split_at_checked(DIGITS)?;
        Some(digits == digest(rest.strip_prefix(TAIL)?))
    };
    sealed().unwrap_or(false)
}

/// Of the characters, whether or not those outside ASCII are escaped.
fn digest(fields: &str) -> String {
    let mut hash = Fnv::default();
    let mut rest = fields;
    while !rest.is_empty() {
        let (piece, others) = rest.split_at(rest.floor_char_boundary(PIECE));
        // Memory takes all.
        let _ = match piece.is_ascii() {
            true => hash.write_all(piece.as_bytes()),
            false => hash.write_all(ascii(piece).as_bytes()),
        };
        rest = others;
    }
    format!("{:016x}", hash.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_changed_byte_is_found_out() {
        let json = r#"{"codebook":1,"codes":[-97],"label":"Âge"}"#;
        let sealed = sealed(json.to_owned());
        assert!(is_whole(&sealed) && is_whole(&ascii(&sealed)) && !is_whole(json), "{sealed}");
        for at in (0..sealed.len()).filter(|at| sealed.as_bytes()[*at].is_ascii()) {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(!is_whole(std::str::from_utf8(&bytes).unwrap()), "{at}");
        }
        assert!(!is_whole(&sealed[..HEAD.len() + 3]));
    }
}
