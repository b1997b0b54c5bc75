//! Checks a document by the structure of its version: order of elements, attributes, types, and IDs and what leads to them.
//!
//! XHTML within texts is taken as it is.

mod beside;
mod element;
mod references;
pub mod rule;

use std::io::BufRead;

use exporter_core::check::{Check, Checked, Checking, Finding, Findings, Rule};
use exporter_core::{Context, Error, Format as _, FormatInfo, Recognition, Result, Sample, Source};

use crate::dataset::DdiInput;
use crate::exporter::Ddi;
use crate::reader::other_document;
use crate::structure::{Content, Version};
use element::Open;
use exporter_xml::{Fault, Item, Position, Tag, XmlReader};
use references::References;

/// Findings of one document, after which the rest is not looked at.
const MOST_FINDINGS: u64 = 10_000;

/// The namespace of XHTML.
const XHTML: &str = "http://www.w3.org/1999/xhtml";
/// How namespaces of Dublin Core begin.
const DUBLIN_CORE: &str = "http://purl.org/dc/";

impl Check for DdiInput {
    const INFO: &'static FormatInfo = Ddi::INFO;
    const RULES: &'static [Rule] = rule::ALL;
    const LOOKS_BESIDE: bool = true;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        <Self as exporter_core::Input>::recognise(sample)
    }

    fn check(
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let bytes = std::io::BufReader::with_capacity(256 << 10, source.cursor());
        let cancelled = || context.cancel().is_cancelled();
        check(bytes, findings, &cancelled)
            .map_err(|error| Error::io(format!("cannot read {}", source.name), error))?;
        context.cancel().check()?;
        if source.is_in_set() {
            beside::check(source, checking, findings, context)?;
        }
        Ok(Checked::default())
    }
}

/// The namespaces of envelopes in which catalogues hand documents out.
const OAI: &str = "http://www.openarchives.org/OAI/";

/// Applies every rule to a document; it ends early when `stop` says so.
///
/// # Errors
/// When it cannot be read; whatever is in it gives findings.
pub(crate) fn check(
    document: impl BufRead,
    findings: &mut Findings,
    stop: &dyn Fn() -> bool,
) -> std::io::Result<()> {
    let mut reader = XmlReader::new(document);
    let mut checker = Checker {
        version: Version::default(),
        namespace: None,
        stack: Vec::new(),
        references: References::default(),
        count: 0,
        findings,
    };
    let mut envelopes = 0_usize;
    loop {
        let item = match reader.next_item() {
            Ok(Some(item)) => item,
            Ok(None) => break,
            Err(Fault { source: Some(source), .. }) if source.kind() != std::io::ErrorKind::FileTooLarge => {
                return Err(source);
            }
            Err(fault) => {
                let rule = if fault.is_refusal { rule::ENTITY } else { rule::MALFORMED };
                checker.find(rule, fault.position, fault.message);
                checker.odd(&mut reader);
                return Ok(());
            }
        };
        let position = reader.position();
        match item {
            Item::Start(tag) => {
                let other = if checker.stack.is_empty() { other_document(&tag.name) } else { None };
                if let Some(other) = other {
                    checker.find(rule::STRUCTURE, position, format!("this is {other}, not DDI Codebook"));
                    return Ok(());
                }
                // An envelope is not of DDI.
                let is_envelope = tag.namespace.as_deref().is_some_and(|it| it.starts_with(OAI));
                match checker.stack.is_empty() && is_envelope {
                    true => envelopes += 1,
                    false => checker.start(tag, position),
                }
            }
            Item::End if checker.stack.is_empty() && envelopes > 0 => envelopes -= 1,
            Item::End => checker.end(position),
            Item::Text(_) if checker.stack.is_empty() && envelopes > 0 => {}
            Item::Text(text) => checker.text(&text, position),
        }
        checker.odd(&mut reader);
        if checker.count >= MOST_FINDINGS || stop() {
            return Ok(());
        }
    }
    checker.odd(&mut reader);
    checker.dangling();
    Ok(())
}

struct Checker<'f> {
    version: Version,
    /// The namespace of the elements.
    namespace: Option<String>,
    stack: Vec<Open>,
    references: References,
    count: u64,
    findings: &'f mut Findings,
}

impl Checker<'_> {
    fn find(&mut self, rule: Rule, position: Position, message: impl std::fmt::Display) {
        self.count += 1;
        let Position { line, column } = position;
        self.findings.add(Finding::new(rule, format!("line {line}, column {column}: {message}")));
    }

    /// What the reader took although it is no XML.
    fn odd<R: BufRead>(&mut self, reader: &mut XmlReader<R>) {
        for (position, oddity) in reader.take_oddities() {
            self.find(rule::MALFORMED, position, oddity.to_string());
        }
    }

    fn start(&mut self, tag: Tag, position: Position) {
        if self.stack.is_empty() {
            self.root(&tag, position);
        }
        let namespace = tag.namespace.as_deref();
        let is_foreign = self.stack.last().is_some_and(|parent| parent.is_foreign);
        let (name, is_foreign) = match namespace {
            Some(XHTML) => (format!("xhtml:{}", tag.name), true),
            Some(other) if other.starts_with(DUBLIN_CORE) => (format!("dc:{}", tag.name), true),
            _ => (tag.name.clone(), is_foreign),
        };
        if let Some(parent) = self.stack.last_mut().filter(|parent| !parent.is_foreign) {
            parent.children.push((name.clone(), position));
        }
        let is_ours = namespace == self.namespace.as_deref();
        if !is_foreign && !is_ours {
            let shown = namespace.unwrap_or("none");
            self.find(rule::NAMESPACE, position, format!("the namespace of `{}` is {shown}", tag.name));
        }
        let rule = if is_foreign { None } else { self.version.structure().rule(&tag.name) };
        if let Some(rule) = rule {
            self.attributes(&tag, rule, position);
        }
        self.stack.push(Open { name, rule, children: Vec::new(), text: String::new(), position, is_foreign });
    }

    /// Finds the version by the outermost element.
    fn root(&mut self, tag: &Tag, position: Position) {
        self.namespace.clone_from(&tag.namespace);
        let namespace = tag.namespace.as_deref().unwrap_or_default();
        let known = Version::ALL.into_iter().find(|version| version.namespace() == namespace);
        let number =
            tag.attributes.iter().find(|(name, _)| name == "version").map(|(_, value)| value.as_str());
        self.version = known.or_else(|| Version::of_number(number?)).unwrap_or_default();
        if tag.name != "codeBook" {
            self.find(
                rule::STRUCTURE,
                position,
                format!("the outermost element is `{}`, it must be `codeBook`", tag.name),
            );
        }
        if known.is_none() {
            let shown = if namespace.is_empty() { "none" } else { namespace };
            let message = format!(
                "the namespace is {shown}; that of version {} is {}",
                self.version.number(),
                self.version.namespace()
            );
            self.find(rule::NAMESPACE, position, message);
        }
    }

    fn end(&mut self, position: Position) {
        let Some(open) = self.stack.pop() else { return };
        let parent = self.stack.last();
        if open.rule.is_none()
            && !open.is_foreign
            && parent.is_none_or(|parent| parent.knows(&open.name))
            && open.name != "codeBook"
        {
            // The parent says that it has no place for an element that it does not know.
            return;
        }
        for (at, message) in open.findings(position) {
            self.find(rule::STRUCTURE, at, message);
        }
    }

    fn text(&mut self, text: &str, position: Position) {
        let Some(open) = self.stack.last_mut() else { return };
        let is_first = open.text.is_empty();
        if open.takes_text(text) && is_first {
            let holds = match open.rule.map(|rule| &rule.content) {
                Some(Content::Empty) => "nothing, not even a blank",
                _ => "elements alone",
            };
            let message = format!("text stands in `{}`, which holds {holds}", open.name);
            self.find(rule::STRUCTURE, position, message);
        }
    }

    fn attributes(&mut self, tag: &Tag, rule: &'static crate::structure::Rule, position: Position) {
        for (name, value) in &tag.attributes {
            let Some(known) = rule.attribute(name) else {
                let message = match name.as_str() {
                    "xsi:schemaLocation" | "xsi:noNamespaceSchemaLocation" => continue,
                    "xsi:type" if self.version.structure().has_type(value) => continue,
                    "xsi:type" => {
                        format!("`xsi:type` of `{}` is {value:?}, which is no type of the schema", tag.name)
                    }
                    _ => format!("`{}` has no attribute `{name}`", tag.name),
                };
                self.find(rule::ATTRIBUTE, position, message);
                continue;
            };
            if !known.values.holds(value) {
                let message =
                    format!("`{name}` of `{}` is {value:?}, it must be {}", tag.name, known.values.words());
                self.find(rule::ATTRIBUTE, position, message);
                continue;
            }
            if let Some(first) = self.references.add(&known.values, value, position) {
                let message = format!("the ID {:?} stands in line {} already", value.trim(), first.line);
                self.find(rule::DUPLICATE_ID, position, message);
            }
        }
        for required in rule.attributes.iter().filter(|known| known.is_required) {
            if !tag.attributes.iter().any(|(name, _)| name == required.name) {
                self.find(
                    rule::ATTRIBUTE,
                    position,
                    format!("`{}` lacks the attribute `{}`", tag.name, required.name),
                );
            }
        }
    }

    fn dangling(&mut self) {
        for (id, position) in self.references.dangling() {
            self.find(rule::DANGLING, position, format!("there is no element with the ID {id:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(xml: &str) -> Vec<String> {
        let mut findings = Findings::default();
        check(xml.as_bytes(), &mut findings, &|| false).unwrap();
        findings.listed().iter().map(|finding| format!("{} {}", finding.rule.code, finding.message)).collect()
    }

    fn codebook(inside: &str) -> String {
        format!("<codeBook xmlns=\"ddi:codebook:2_5\" version=\"2.5\">{inside}</codeBook>")
    }

    const STUDY: &str = "<stdyDscr><citation><titlStmt><titl>T</titl></titlStmt></citation></stdyDscr>";

    #[test]
    fn a_valid_document_has_no_findings() {
        let inside = format!(
            "{STUDY}<fileDscr ID='F1'><fileTxt><fileName>a.csv</fileName></fileTxt></fileDscr><dataDscr><var ID='V1' name='a' \
             files='F1' xml:lang='en'><labl>A <div xmlns='http://www.w3.org/1999/xhtml'>x<p/></div></labl></var></dataDscr>"
        );
        assert_eq!(found(&codebook(&inside)), [""; 0]);
    }

    #[test]
    fn versions_of_one_namespace_have_its_rules() {
        for number in ["1.2", "1.2.1", "1.2.2", "2.0", "2.1"] {
            let document =
                |namespace: &str| format!("<codeBook {namespace} version='{number}'>{STUDY}</codeBook>");
            assert_eq!(found(&document("xmlns='http://www.icpsr.umich.edu/DDI'")), [""; 0]);
            assert!(found(&document(""))[0].ends_with("version 1.2.2 is http://www.icpsr.umich.edu/DDI"));
        }
        assert!(found(&codebook(STUDY).replace("\"2.5\"", "\"2.0\""))[0].contains("it must be `2.5`"));
    }

    #[test]
    fn every_fault_has_a_rule_and_a_place() {
        let of = |inside: &str| found(&codebook(&format!("{STUDY}\n{inside}")));
        assert_eq!(
            of("<dataDscr><var name='a'><labl/><location/></var></dataDscr>"),
            ["structure line 2, column 32: `location` of `var` must stand before `labl`"]
        );
        assert_eq!(
            of("<dataDscr><var/></dataDscr>"),
            ["attribute line 2, column 11: `var` lacks the attribute `name`"]
        );
        assert_eq!(
            of("<dataDscr><var name='a' wgt='Y'/></dataDscr>"),
            ["attribute line 2, column 11: `wgt` of `var` is \"Y\", it must be one of `wgt`, `not-wgt`"]
        );
        assert_eq!(of("<dataDscr><var name='a' ID='1'/></dataDscr>").len(), 1);
        assert_eq!(
            of("<dataDscr><var name='a' files='F1'/></dataDscr>"),
            ["dangling-reference line 2, column 11: there is no element with the ID \"F1\""]
        );
        assert_eq!(
            of("<otherMat level='s' ID='a'/><otherMat level='s' ID='a'/>"),
            ["duplicate-id line 2, column 29: the ID \"a\" stands in line 2 already"]
        );
        assert_eq!(
            of("<dataDscr><var name='a'><valrng/></var></dataDscr>"),
            ["structure line 2, column 25: `valrng` lacks `item`"]
        );
        assert_eq!(
            of("<dataDscr><other/></dataDscr>"),
            ["structure line 2, column 11: `other` has no place in `dataDscr`"]
        );
        assert_eq!(
            of("<dataDscr>text</dataDscr>"),
            ["structure line 2, column 11: text stands in `dataDscr`, which holds elements alone"]
        );
        assert_eq!(
            of("<dataDscr><var name='a'><location> </location></var>\u{A0}</dataDscr>"),
            [
                "structure line 2, column 35: text stands in `location`, which holds nothing, not even a blank",
                "structure line 2, column 53: text stands in `dataDscr`, which holds elements alone",
            ]
        );
        let with = |attribute: &str| {
            let schema = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
            of(&format!("<otherMat level='s' {schema} {attribute}/>"))
        };
        assert_eq!(with("xsi:type='otherMatType' xsi:schemaLocation='a b' ddiCodebookUrn='a%20b'"), [""; 0]);
        for (attribute, wanted) in [
            ("xsi:type='noType'", "`xsi:type` of `otherMat` is \"noType\", which is no type of the schema"),
            ("xsi:nil='true'", "`otherMat` has no attribute `xsi:nil`"),
            ("ddiCodebookUrn='%zz'", "`ddiCodebookUrn` of `otherMat` is \"%zz\", it must be an address"),
        ] {
            let found = with(attribute);
            assert!(found.len() == 1 && found[0].contains(wanted), "{found:?}");
        }
        assert_eq!(of("<otherMat level='s'><labl>&nbsp;\u{1}</labl></otherMat>").len(), 2);
        for text in ["A & B", "Ch&racter", "&"] {
            let found = of(&format!("<otherMat level='s'><labl>{text}</labl></otherMat>"));
            let [only] = found.as_slice() else { panic!("{text}: {found:?}") };
            assert!(
                only.starts_with("malformed") && only.ends_with("`&` begins no reference; write `&amp;`"),
                "{only}"
            );
        }
        let typed = |value: &str| {
            let text = codebook(&STUDY.replace(">T<", ">&e;<"));
            found(&format!("<!DOCTYPE codeBook [<!ENTITY e '{value}'>]>{text}"))
        };
        assert_eq!(typed("A &amp; B"), [""; 0]);
        assert!(
            typed("<emph>x</emph>")[0].starts_with("entity line 1, column "),
            "{:?}",
            typed("<emph>x</emph>")
        );
        assert!(of("<otherMat level='s'>")[0].starts_with("malformed line 2, column 21: "));
        assert!(
            found("<codeBook/>")
                .iter()
                .any(|it| it.starts_with("namespace line 1, column 1: the namespace is none"))
        );
        assert!(
            found("<codeBook xmlns='ddi:codebook:2_5'/>")
                .contains(&"structure line 1, column 1: `codeBook` lacks `stdyDscr`".to_owned())
        );
    }
}
