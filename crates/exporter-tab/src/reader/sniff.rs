//! How a text is cut, found in its first part.

use std::io::Read;

use super::form::Form;
use super::options::ReadOptions;
use super::window::TextWindow;
use crate::options::DecimalMark;
use crate::{Delimiter, TabError};

/// A form, and what is worth saying of how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub(super) form: Form,
    /// The first text of the lines above the header that are skipped although no option says so.
    pub(super) preamble: Option<String>,
}

impl Sniffed {
    /// One that needs no finding.
    pub(super) fn known(form: Form) -> Self {
        Self { form, preamble: None }
    }
}

/// Decides what the options leave open.
pub(super) fn form<R: Read>(text: &mut TextWindow<R>, options: &ReadOptions) -> Result<Sniffed, TabError> {
    let mark = options.decimal_mark.unwrap_or(DecimalMark::Point).byte();
    Ok(Sniffed::known(Form::of(options, sniff(text.window(), mark))))
}

/// The separator that the first line holds most outside quotes.
fn sniff(window: &[u8], mark: u8) -> Delimiter {
    let mut counts =
        [(Delimiter::COMMA, 0), (Delimiter::TAB, 0), (Delimiter::SEMICOLON, 0), (Delimiter::PIPE, 0)];
    let mut quoted = false;
    for byte in window {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter.byte() == *byte);
                }
            }
        }
    }
    let mut best = if mark == b',' { (Delimiter::SEMICOLON, 0) } else { (Delimiter::COMMA, 0) };
    for (delimiter, count) in counts {
        if count > best.1 && delimiter.byte() != mark {
            best = (delimiter, count);
        }
    }
    best.0
}
