//! The registry's face of checks: what is recognised, what is inside, what is counted; and the suite finds faulty checks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use exporter_core::check::{
    BY_READING, Check, CheckOptions, Checked, Checking, Finding, Findings, Rule, Severity, UNREADABLE,
};
use exporter_core::{Cancel, Context, ErrorKind, FormatInfo, Recognition, Registry, Result, Sample, Source};
use exporter_testkit::conformance;
use exporter_testkit::plain::Plain;

const SOUND: &[u8] = b"#plain\nx\ty\n1\t2\n";

fn check(registry: &Registry, name: &str, bytes: &'static [u8]) -> Result<Findings> {
    registry.check(&Source::memory(name, bytes), &CheckOptions::default(), &conformance::context())
}

#[test]
fn the_plain_check_passes() {
    assert!(conformance::check::<Plain>("a.plain", SOUND, 1) > 0);
}

#[test]
fn a_check_is_found_by_content_and_by_extension() {
    let registry = Registry::new().register_check::<Plain>();
    assert!(registry.faces("plain").checks && !registry.faces("plain").reads);
    assert_eq!(registry.rules("plain"), BY_READING);
    assert!(check(&registry, "a.txt", SOUND).unwrap().is_empty());
    // A damaged beginning is the check's to judge, when the extension says whose.
    let found = check(&registry, "a.plain", b"#plane\nx\n").unwrap();
    assert_eq!((found.count(Severity::Error), found.listed()[0].rule), (1, UNREADABLE));
    let ragged = check(&registry, "a.plain", b"#plain\nx\ty\n1\t2\n3\n").unwrap();
    assert_eq!(ragged.listed()[0].place.row, Some(2), "{ragged:?}");
    let error = check(&registry, "a.xyz", b"x").unwrap_err();
    assert_eq!(
        (error.kind(), error.hint()),
        (ErrorKind::Unsupported, Some("formats that are checked: plain"))
    );
}

#[test]
fn a_format_that_is_only_checked_is_neither_read_nor_written() {
    let registry = Registry::new().register_check::<Plain>().register::<exporter_core::CodebookExporter>();
    let error = registry.exporter("plain", serde_json::Value::Null).map(drop).unwrap_err();
    assert_eq!(error.message(), "the format plain is not written");
    assert_eq!(error.hint(), Some("formats that are written: codebook"));
    let source = Source::memory("a.plain", SOUND);
    let opened = registry.open_as("codebook", &source, serde_json::Value::Null, &Context::default());
    assert_eq!(opened.map(drop).unwrap_err().message(), "the format codebook is not read");
}

/// A file that holds another after its first line.
struct Envelope;

const OPEN: Rule = Rule::note("open", "Envelopes are closed.");

impl Check for Envelope {
    const INFO: &'static FormatInfo = &FormatInfo::new("envelope", "Envelope").extensions(&["env"]);
    const RULES: &'static [Rule] = &[OPEN];
    const IS_ARCHIVE: bool = true;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        if sample.head.starts_with(b"#env\n") { Recognition::Yes } else { Recognition::No }
    }

    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let all = source.bytes.read_vec_at(0, source.bytes.len() as usize)?;
        let inner = Source::memory("inner", all.get(5..).unwrap_or_default().to_vec());
        findings.add(Finding::new(OPEN, "the envelope is open"));
        let checking = checking.inside_archive();
        Ok(checking.contents("inner", &inner, findings, context)?.unwrap_or_default())
    }
}

#[test]
fn what_is_inside_is_checked_through_the_same_registry() {
    let registry = Registry::new().register_check::<Envelope>().register_check::<Plain>();
    let found = check(&registry, "a.env", b"#env\n#plain\nx\ty\n1\n").unwrap();
    let places: Vec<_> =
        found.listed().iter().map(|found| (found.rule.code, found.place.entry.as_deref())).collect();
    assert_eq!(places, [("open", None), ("unreadable", Some("inner"))]);
    assert_eq!((found.count(Severity::Error), found.count(Severity::Note)), (1, 1));
    // Nobody knows what is inside, and an archive inside another is not opened.
    for bytes in [&b"#env\nx"[..], b"#env\n#env\n#plain\nx\ty\n1\n"] {
        assert_eq!(check(&registry, "a.env", bytes).unwrap().total(), 1);
    }
}

/// A check with one fault, to see that the suite finds it.
struct Faulty<const FAULT: u8>;

const SECRET: Rule = Rule::error("secret", "No letter is an x.");
const FAR: Rule = Rule::error("far", "Bytes are letters.");

impl<const FAULT: u8> Check for Faulty<FAULT> {
    const INFO: &'static FormatInfo = &FormatInfo::new("faulty", "Faulty").extensions(&["faulty"]);
    const RULES: &'static [Rule] = if FAULT == b'r' { &[FAR, FAR] } else { &[FAR] };

    fn recognise(_: &Sample<'_>) -> Recognition {
        Recognition::Maybe
    }

    fn check(source: &Source<'_>, _: &Checking<'_>, findings: &mut Findings, _: &Context) -> Result<Checked> {
        let bytes = source.bytes.read_vec_at(0, source.bytes.len() as usize)?;
        for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte != b'a') {
            match FAULT {
                b'e' => return Err(exporter_core::Error::invalid("a byte is no letter")),
                b'p' => panic!("{byte} at {at}"),
                b'u' => findings.at(SECRET, at as u64, "an x"),
                b'o' => findings.at(FAR, 1000, "no letter"),
                _ => findings.at(FAR, at as u64, "no letter"),
            }
        }
        if FAULT == b's' {
            findings.at(FAR, 0, "everything is wrong");
        }
        Ok(Checked::default())
    }
}

#[test]
fn every_fault_of_a_check_is_found() {
    fn fails<const FAULT: u8>() -> bool {
        let suite = || conformance::check::<Faulty<FAULT>>("a.faulty", b"aaa", 1);
        catch_unwind(AssertUnwindSafe(suite)).is_err()
    }
    assert!(!fails::<b'-'>(), "a check without fault does not pass");
    let faults = [
        fails::<b'e'>(),
        fails::<b'p'>(),
        fails::<b'u'>(),
        fails::<b'o'>(),
        fails::<b's'>(),
        fails::<b'r'>(),
    ];
    assert_eq!(faults, [true; 6]);
}

#[test]
fn a_cancelled_check_ends() {
    let cancel = Cancel::default();
    cancel.cancel();
    let context = Context::default().with_cancel(cancel);
    let registry = Registry::new().register_check::<Plain>();
    let found = registry.check(&Source::memory("a.plain", SOUND), &CheckOptions::default(), &context);
    assert_eq!(found.map(drop).unwrap_err().kind(), ErrorKind::Cancelled);
}
