//! What the check says of files whose values or rows are lost.

use exporter_core::check::{Check, CheckOptions, Checking, Findings, Severity};

use super::*;

/// The rules that a file breaks, with how bad that is.
fn broken(bytes: Vec<u8>) -> Vec<(&'static str, Severity)> {
    let (mut findings, registry) = (Findings::default(), Registry::new());
    let options = CheckOptions::default();
    let checking = Checking::new(&registry, &options);
    SavInput::check(&Source::memory("t.sav", bytes), &checking, &mut findings, &Context::default()).unwrap();
    findings.listed().iter().map(|finding| (finding.rule.code, finding.rule.severity)).collect()
}

#[test]
fn rows_and_values_that_are_lost_are_errors_of_a_check() {
    let variables = vec![Variable::new("x", Kind::INTEGER), Variable::new("t", Kind::Text)];
    let words: Vec<String> = (0..16).map(|row| format!("word {row}")).collect();
    let words = texts(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let columns = vec![integers(&(0..16).collect::<Vec<_>>()), words];
    let bytes = File::of(&bare(), study(variables), columns).bytes;
    assert_eq!(broken(bytes.clone()), []);
    // Eight codes of four cases with the four texts among them.
    let block = 8 + 4 * 8;
    let cut = bytes[..bytes.len() - block].to_vec();
    assert_eq!(broken(cut), [("values-lost", Severity::Error)]);
    // A cell of the text becomes a packed number: its literal and all that follow are others.
    let mut moved = bytes.clone();
    let first = moved.len() - 4 * block;
    assert_eq!(moved[first + 1], 253);
    moved[first + 1] = 101;
    let found = broken(moved);
    assert!(found.iter().any(|(_, severity)| *severity == Severity::Error), "{found:?}");
}
