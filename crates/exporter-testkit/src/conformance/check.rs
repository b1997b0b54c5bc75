//! What every check must pass: sound files have no findings, and whatever is wrong gives findings of its rules.

use std::collections::BTreeSet;

use exporter_core::check::{Check, CheckOptions, Finding, Findings};
use exporter_core::{Cancel, Context, ErrorKind, Registry, Result, Source};

use super::context;

/// Holds a check to the contract, by a sound file of its format.
///
/// - rules have unique names in kebab case and say what they require;
/// - the sound file has no findings;
/// - each file with one changed byte, and each that is cut off, at every `step`-th offset, is checked without an error;
///   findings about the file itself break rules of the format and lie within the file;
/// - a check that is cancelled ends with [`ErrorKind::Cancelled`].
///
/// Returns how many of the files with a changed byte had findings.
#[track_caller]
pub fn check<C: Check>(name: &str, sound: &[u8], step: usize) -> usize {
    rules_are_sound::<C>();
    let registry = Registry::new().register_check::<C>();
    let check = |bytes: Vec<u8>, context: &Context| -> Result<Findings> {
        registry.check(&Source::memory(name, bytes), &CheckOptions::default(), context)
    };
    let context = context();
    let found = check(sound.to_vec(), &context).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert!(found.is_empty(), "{name} is sound: {:?}", found.listed());
    let mut damaged = 0;
    for at in (0..sound.len()).step_by(step.max(1)) {
        for change in [0x01, 0xff] {
            let mut bytes = sound.to_vec();
            bytes[at] ^= change;
            let found = check(bytes, &context);
            let found = found.unwrap_or_else(|error| panic!("{name}, byte {at} changed: {error:?}"));
            found.listed().iter().for_each(|finding| is_of::<C>(finding, sound.len(), name));
            damaged += usize::from(!found.is_empty());
        }
        let found = check(sound[..at].to_vec(), &context);
        let found = found.unwrap_or_else(|error| panic!("{name} cut at {at}: {error:?}"));
        found.listed().iter().for_each(|finding| is_of::<C>(finding, at, name));
    }
    let cancel = Cancel::default();
    cancel.cancel();
    let error = check(sound.to_vec(), &context.with_cancel(cancel)).map(drop);
    let kind = error.map_err(|error| error.kind());
    assert_eq!(kind, Err(ErrorKind::Cancelled), "{name}: a cancelled check goes on");
    damaged
}

#[track_caller]
fn is_of<C: Check>(finding: &Finding, length: usize, name: &str) {
    if finding.place.entry.is_none() {
        assert!(C::RULES.contains(&finding.rule), "{name}: {finding:?} breaks no rule that is listed");
        assert!(finding.place.offset.is_none_or(|offset| offset <= length as u64), "{name}: {finding:?}");
    }
    assert!(!finding.message.is_empty(), "{name}: {finding:?}");
}

#[track_caller]
fn rules_are_sound<C: Check>() {
    let id = C::INFO.id;
    assert!(!C::RULES.is_empty(), "{id} has no rules");
    let mut codes = BTreeSet::new();
    for rule in C::RULES {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(
            !rule.code.is_empty() && rule.code.bytes().all(plain),
            "{id}: {:?} is no kebab case",
            rule.code
        );
        assert!(codes.insert(rule.code), "{id}: the rule {} is listed twice", rule.code);
        assert!(rule.requirement.ends_with('.'), "{id}: {} does not say what it requires", rule.code);
    }
}
