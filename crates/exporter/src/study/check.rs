//! Study files and codebooks as a format that is checked.

use exporter_core::check::{Check, Checked, Checking, Findings, Rule, UNREADABLE, unreadable};
use exporter_core::codebook::RULES;
use exporter_core::{CodebookExporter, Context, ErrorKind, Format, FormatInfo, Recognition, Result, Source};

use super::StudyFile;

/// The rules of codebooks, and that the file can be read.
const ALL: &[Rule] = &{
    let mut rules = [UNREADABLE; RULES.len() + 1];
    let mut index = 0;
    while index < RULES.len() {
        rules[index + 1] = RULES[index];
        index += 1;
    }
    rules
};

impl Check for StudyFile {
    const INFO: &'static FormatInfo = <CodebookExporter as Format>::INFO;
    const RULES: &'static [Rule] = ALL;

    fn recognise(head: &[u8]) -> Recognition {
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let has_key = if text.starts_with('{') {
            text.contains("\"codebook\"")
        } else {
            let key = |line: &str| {
                line.strip_prefix("codebook").is_some_and(|rest| rest.trim_start().starts_with('='))
            };
            text.lines().any(|line| key(line.trim_start()))
        };
        if has_key { Recognition::Yes } else { Recognition::No }
    }

    fn check(source: &Source<'_>, _: &Checking<'_>, findings: &mut Findings, _: &Context) -> Result<Checked> {
        match StudyFile::open(source) {
            Ok(study) => study.codebook.problems().into_iter().for_each(|problem| findings.add(problem)),
            Err(error) if error.kind() == ErrorKind::Io => return Err(error),
            Err(error) => findings.add(unreadable(&error)),
        }
        Ok(Checked::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{ "codebook": 1, "study": { "id": "pets" }, "tables": [{ "name": "owners" }] }"#;

    #[test]
    fn the_check_conforms() {
        assert!(
            exporter_testkit::conformance::check::<StudyFile>("pets.codebook.json", SOUND.as_bytes(), 1) > 10
        );
    }

    #[test]
    fn codebooks_are_recognised_by_their_key() {
        let known = |text: &str| <StudyFile as Check>::recognise(text.as_bytes()) == Recognition::Yes;
        for text in [SOUND, "\u{feff} {\"codebook\":1}", "# pets\ncodebook = 1\n[study]\n", "  codebook=1"] {
            assert!(known(text), "{text}");
        }
        for text in ["", "{}", "{\"manifest\":1}", "codebooks = 1", "[codebook]\n", "id,codebook\n"] {
            assert!(!known(text), "{text}");
        }
    }
}
