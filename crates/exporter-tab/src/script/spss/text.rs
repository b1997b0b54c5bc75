//! Texts and lines in SPSS syntax.

use super::super::description::one_line;

/// Longest line; SPSS cuts lines at 251 bytes.
const LINE_BYTES: usize = 240;
/// Longest literal in one piece.
const PIECE_BYTES: usize = 120;

/// A text in single quotes, cut into joined pieces when it is long.
pub(super) fn quoted(text: &str) -> String {
    let text = one_line(text);
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    loop {
        let piece = exporter_core::truncate::to_bytes(rest, PIECE_BYTES);
        pieces.push(format!("'{}'", piece.replace('\'', "''")));
        rest = &rest[piece.len()..];
        if rest.is_empty() {
            return pieces.join(" +\n  ");
        }
    }
}

/// A command of parts that may be broken between any two, ended by a period.
pub(super) fn command(start: &str, parts: &[String]) -> String {
    let mut text = start.to_owned();
    let mut used = start.len();
    for part in parts {
        if used + part.len() + 1 > LINE_BYTES {
            text.push_str("\n ");
            used = 1;
        }
        text.push(' ');
        text.push_str(part);
        // A part with line ends of its own starts counting after the last.
        used = part.rfind('\n').map_or(used + part.len() + 1, |end| part.len() - end);
    }
    text.push_str(".\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_long_texts_are_joined() {
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted(&"x".repeat(121)), format!("'{}' +\n  'x'", "x".repeat(120)));
    }

    #[test]
    fn no_line_is_too_long() {
        let parts: Vec<String> = (0..200).map(|n| format!("{n} 'label number {n}'")).collect();
        assert!(command("VALUE LABELS x", &parts).lines().all(|line| line.len() <= 251));
    }
}
