//! The rules of NADA's importer, a program that cannot be installed: what its parser needs, and what it loses otherwise.
//!
//! It streams by local name and takes children by plain name: below a prefix it finds nothing, and what is repeated becomes a list
//! where one text is expected.

use exporter_core::codebook::{Codebook, Identifier, Kind, Table, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Dataset, ErrorKind, LossPolicy, MemoryDataset, Result, export};
use exporter_ddi::{DdiExporter, DdiOptions, Profile};
use exporter_testkit::{conformance, sample};

use super::element::{Node, parsed};

/// Whether the importer takes an ID.
fn is_id(id: &str, most: usize) -> bool {
    (1..=most).contains(&id.len())
        && id.bytes().all(|one| one.is_ascii_alphanumeric() || b"_-".contains(&one))
}

/// What the importer refuses, or loses, of a document.
fn refused(xml: &str) -> Vec<&'static str> {
    let root = parsed(xml);
    let numbers = root.at("stdyDscr/citation/titlStmt/IDNo");
    let (files, variables) = (root.at("fileDscr"), root.at("dataDscr/var"));
    let order: Vec<&str> = root.children.iter().map(|part| part.name.as_str()).collect();
    let data = order.iter().position(|name| *name == "dataDscr").unwrap_or(order.len());
    let is_of_a_file = |var: &&&Node| files.iter().any(|file| file.attribute("ID") == var.attribute("files"));
    let once =
        ["labl", "universe", "qstn/qstnLit", "qstn/preQTxt", "qstn/postQTxt", "qstn/ivuInstr", "concept"];
    let categories = || variables.iter().flat_map(|var| var.at("catgry"));
    let is_number = |stat: &Node| stat.text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let rules = [
        ("a prefix", root.prefixed().is_none()),
        ("the ID of the document", root.attribute("ID").is_empty() || is_id(root.attribute("ID"), 100)),
        ("one number of the study", matches!(&numbers[..], [one] if !one.text.trim().is_empty())),
        ("IDs of files", files.iter().all(|file| is_id(file.attribute("ID"), 50))),
        ("files before variables", !order[data..].contains(&"fileDscr")),
        ("IDs of variables", variables.iter().all(|var| is_id(var.attribute("ID"), 100))),
        ("names", variables.iter().all(|var| (1..=255).contains(&var.attribute("name").chars().count()))),
        ("files of variables", variables.iter().filter(is_of_a_file).count() == variables.len()),
        ("one text each", variables.iter().all(|var| once.iter().all(|path| var.at(path).len() < 2))),
        ("one label a category", categories().all(|category| category.at("labl").len() < 2)),
        ("frequencies", categories().flat_map(|category| category.at("catStat")).all(is_number)),
    ];
    rules.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
}

/// The documents of the profile, and what they lose.
fn exported(data: &dyn Dataset) -> Result<(Vec<String>, Vec<String>)> {
    let mut options = DdiOptions::default();
    options.profile = Profile::Nada;
    let (sink, context) = (MemorySink::new(), conformance::context().with_policy(LossPolicy::Report));
    let summary = export(&DdiExporter::new(options), data, Box::new(sink.clone()), &context)?;
    let documents = sink.entries().into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    Ok((documents, super::told(&summary.changes.losses)))
}

fn written(data: &dyn Dataset) -> Result<Vec<String>> {
    Ok(exported(data)?.0)
}

fn without_rows(codebook: Codebook) -> MemoryDataset {
    let rows = codebook.tables.iter().map(|_| vec![]).collect();
    MemoryDataset::new(codebook, rows).unwrap()
}

#[test]
fn documents_for_catalogues_are_taken_whole() {
    for data in [sample::described(), sample::study()] {
        for document in written(&data).unwrap() {
            assert_eq!(refused(&document), [""; 0], "{document}");
            let root = parsed(&document);
            let tables = &data.codebook().tables;
            let variables: usize = tables.iter().map(|table| table.variables.len()).sum();
            assert_eq!((root.at("fileDscr").len(), root.at("dataDscr/var").len()), (tables.len(), variables));
            assert!(!root.at("dataDscr/var/catgry/catStat").is_empty(), "{document}");
        }
    }
    let odd = sample::described();
    let mut codebook = odd.codebook().clone();
    // A number that is no ID, texts in languages that nothing lists, and a number given by others alone.
    codebook.study.id = "2024.17 é".to_owned();
    codebook.study.languages.clear();
    let (documents, losses) = exported(&without_rows(codebook.clone())).unwrap();
    assert_eq!(losses.iter().filter(|loss| loss.contains("translations are kept in notes")).count(), 1);
    let [document] = documents.try_into().unwrap();
    assert_eq!(refused(&document), [""; 0], "{document}");
    codebook.study.id.clear();
    let [document] = written(&without_rows(codebook)).unwrap().try_into().unwrap();
    assert_eq!(refused(&document), [""; 0], "{document}");
}

#[test]
fn what_a_catalogue_refuses_is_not_written() {
    let of =
        |name: &str| Codebook::new("s").with_table(Table::new("t", vec![Variable::new(name, Kind::Text)]));
    let mut nameless = of("a");
    nameless.study.id.clear();
    let mut empty = nameless.clone();
    empty.study.identifiers = vec![Identifier::new(" ", "DOI")];
    for (codebook, message) in [
        (nameless, "profile nada asks for an identifier"),
        (empty, "profile nada asks for an identifier"),
        (of(&"x".repeat(256)), "has 256 characters, and NADA takes 255"),
    ] {
        let error = written(&without_rows(codebook)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(message) && error.hint().is_some(), "{error:?}");
    }
    assert_eq!(written(&without_rows(of(&"é".repeat(255)))).unwrap().len(), 1);
}

/// The rules find what they are for, in the documents of others and in ours when these are changed.
#[test]
fn every_rule_can_fail() {
    let [document, ..] = &written(&sample::described()).unwrap()[..] else { panic!("a document a language") };
    let cases = [
        ("a prefix", "<stdyInfo>", "<x:a/><stdyInfo>"),
        ("the ID of the document", "ID=\"described\"", "ID=\"a.b\""),
        ("one number of the study", "<IDNo>described</IDNo>", "<IDNo>described</IDNo><IDNo>b</IDNo>"),
        ("one number of the study", "<IDNo>described</IDNo>", "<IDNo> </IDNo>"),
        ("one number of the study", "<IDNo>described</IDNo>", ""),
        ("files before variables", "</dataDscr>", "</dataDscr><fileDscr ID=\"F2\"/>"),
        ("IDs of variables", "<var ID=\"V1\"", "<var ID=\"V.1\""),
        ("names", "name=\"age\"", "name=\"\""),
        ("files of variables", "name=\"age\" files=\"F1\"", "name=\"age\""),
        ("one text each", "<universe", "<universe>All</universe><universe"),
        ("one label a category", "<catValu>9</catValu>", "<catValu>9</catValu><labl>a</labl>"),
        ("frequencies", "<catStat type=\"freq\">1</catStat>", "<catStat type=\"freq\"/>"),
    ];
    for (rule, from, to) in cases {
        assert!(document.contains(from), "{from} is not in {document}");
        assert_eq!(refused(&document.replacen(from, to, usize::MAX)), [rule], "{from}");
    }
    let mut unknown = refused(&document.replace("<fileDscr ID=\"F1\"", "<fileDscr ID=\"F/1\""));
    unknown.sort_unstable();
    assert_eq!(unknown, ["IDs of files", "files of variables"]);
}
