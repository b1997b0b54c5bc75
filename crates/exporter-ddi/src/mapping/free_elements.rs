//! What an element of DDI says for which a codebook has no field: it is a free attribute, and is written as what it is called.

use std::collections::BTreeMap;

use exporter_core::codebook::Attribute;

use super::note::{add_attribute, is_ours, kind_of};
use super::texts::words;
use crate::xml::Element;

/// Elements of a variable.
const OF_VARIABLE: [&str; 8] =
    ["anlysUnit", "codInstr", "imputation", "respUnit", "security", "stdCatgry", "TotlResp", "undocCod"];

/// Elements of a study, and where they stand.
const OF_STUDY: [(&str, &[&str]); 30] = [
    ("accsPlac", &["dataAccs", "setAvail"]),
    ("actMin", &["method", "dataColl"]),
    ("altTitl", &["citation", "titlStmt"]),
    ("avlStatus", &["dataAccs", "setAvail"]),
    ("citReq", &["dataAccs", "useStmt"]),
    ("cleanOps", &["method", "dataColl"]),
    ("collSitu", &["method", "dataColl"]),
    ("collSize", &["dataAccs", "setAvail"]),
    ("complete", &["dataAccs", "setAvail"]),
    ("confDec", &["dataAccs", "useStmt"]),
    ("ConOps", &["method", "dataColl"]),
    ("copyright", &["citation", "prodStmt"]),
    ("dataAppr", &["method", "anlyInfo"]),
    ("dataCollector", &["method", "dataColl"]),
    ("depDate", &["citation", "distStmt"]),
    ("deposReq", &["dataAccs", "useStmt"]),
    ("deviat", &["method", "dataColl"]),
    ("disclaimer", &["dataAccs", "useStmt"]),
    ("distDate", &["citation", "distStmt"]),
    ("EstSmpErr", &["method", "anlyInfo"]),
    ("fileQnty", &["dataAccs", "setAvail"]),
    ("frequenc", &["method", "dataColl"]),
    ("geogUnit", &["stdyInfo", "sumDscr"]),
    ("grantNo", &["citation", "prodStmt"]),
    ("origArch", &["dataAccs", "setAvail"]),
    ("prodPlac", &["citation", "prodStmt"]),
    ("specPerm", &["dataAccs", "useStmt"]),
    ("subTitl", &["citation", "titlStmt"]),
    ("timeMeth", &["method", "dataColl"]),
    ("topcClas", &["stdyInfo", "subject"]),
];

/// Writes attributes into a variable.
pub(super) fn write_into_variable(variable: &mut Element, attributes: &BTreeMap<String, Attribute>) {
    for name in OF_VARIABLE {
        let values = attributes.get(name).map(Attribute::values).unwrap_or_default();
        variable.extend(
            values
                .iter()
                .filter(|value| !value.trim().is_empty())
                .map(|value| Element::new(name).text(value)),
        );
    }
}

/// Whether an attribute of a variable is written as an element.
pub(super) fn is_of_variable(name: &str) -> bool {
    OF_VARIABLE.contains(&name)
}

/// Writes attributes into a study.
pub(super) fn write_into_study(study: &mut Element, attributes: &BTreeMap<String, Attribute>) {
    for (name, path) in OF_STUDY {
        let values = attributes.get(name).map(Attribute::values).unwrap_or_default();
        let elements: Vec<Element> = values
            .iter()
            .filter(|value| !value.trim().is_empty())
            .map(|value| Element::new(name).text(value))
            .collect();
        if !elements.is_empty() {
            study.within(path, |parent| parent.extend(elements));
        }
    }
}

/// Whether an attribute of a study is written as an element.
pub(super) fn is_of_study(name: &str) -> bool {
    OF_STUDY.iter().any(|(known, _)| *known == name)
}

/// What is read of elements that a codebook has fields for: their attributes, and the elements in them, all where none is named.
const TAKEN: [(&str, &[&str], &[&str]); 34] = [
    ("abstract", &[], &[]),
    ("AuthEnty", &["affiliation"], &[]),
    ("catStat", &["type", "wgtd", "wgt-var"], &[]),
    ("catgry", &["missing"], &["catValu", "labl", "catStat"]),
    ("catValu", &[], &[]),
    ("codeBook", &[], &[]),
    ("collDate", &["date", "event", "cycle"], &[]),
    ("contact", &["affiliation", "email", "URI"], &[]),
    ("dataFingerprint", &["type"], &[]),
    ("depositr", &["affiliation", "abbr"], &[]),
    ("derivation", &[], &["drvdesc"]),
    ("distrbtr", &["affiliation", "abbr", "URI"], &[]),
    ("fileDscr", &["URI"], &[]),
    ("fileStrc", &["type"], &["recGrp"]),
    ("fileType", &["charset"], &[]),
    ("fundAg", &["abbr", "role"], &[]),
    ("IDNo", &["agency"], &[]),
    ("invalrng", &[], &["item", "range"]),
    ("item", &["VALUE", "UNITS"], &[]),
    ("labl", &["level"], &[]),
    ("location", &["StartPos", "EndPos", "width", "fileid", "RecSegNo"], &[]),
    ("nation", &["abbr"], &[]),
    ("producer", &["affiliation", "abbr", "role"], &[]),
    (
        "qstn",
        &["seqNo", "responseDomainType", "otherResponseDomainType", "qstn"],
        &["preQTxt", "qstnLit", "postQTxt", "ivuInstr"],
    ),
    ("range", &["UNITS", "min", "max", "minExclusive", "maxExclusive"], &[]),
    ("recGrp", &["recGrp", "keyvar", "rectype", "recidvar"], &["labl"]),
    ("relMat", &["label"], &[]),
    ("software", &["version", "date"], &[]),
    ("sumStat", &["type", "wgtd", "wgt-var"], &[]),
    ("universe", &["clusion"], &[]),
    ("valrng", &[], &["item", "range"]),
    (
        "var",
        &[
            "name",
            "files",
            "dcml",
            "intrvl",
            "nature",
            "wgt",
            "wgt-var",
            "rectype",
            "representationType",
            "otherRepresentationType",
            "measUnit",
        ],
        &[],
    ),
    ("varFormat", &["type", "schema", "otherSchema", "formatname", "category"], &[]),
    ("version", &["date"], &[]),
];

/// Keeps what stands in an element and is not taken: attributes as `element@attribute`, elements in it as `element/child`.
pub(super) fn keep_rest(attributes: &mut BTreeMap<String, Attribute>, element: &Element) {
    let name = element.name.as_ref();
    let (stated, inside) = match TAKEN.iter().find(|(known, ..)| *known == name) {
        Some((_, stated, inside)) => (*stated, *inside),
        None => (&[][..], &[][..]),
    };
    let is_common = |attribute: &str| attribute.starts_with("xml") || matches!(attribute, "ID" | "source");
    for (attribute, value) in &element.attributes {
        if !is_common(attribute) && !stated.contains(&attribute.as_ref()) && !value.trim().is_empty() {
            add_attribute(attributes, &format!("{name}@{attribute}"), value.trim().to_owned());
        }
    }
    for child in element.elements().filter(|child| !is_ours(child) && kind_of(child).is_none()) {
        if !inside.is_empty() && !inside.contains(&child.name.as_ref()) {
            let words = words(child);
            if !words.is_empty() {
                add_attribute(attributes, &format!("{name}/{}", child.name), words);
            }
        }
        keep_rest(attributes, child);
    }
}
