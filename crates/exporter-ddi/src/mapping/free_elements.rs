//! What an element of DDI says for which a codebook has no field: it is a free attribute, and is written as what it is called.
//!
//! The name of the attribute is the way to what it says: `grantNo` is the text of an element, `grantNo@agency` an attribute of it,
//! `useStmt/contact` an element in another one. A way begins with the element that no other place of the study, file or variable
//! has nearer. Of several elements the attribute lists what all of them say, in their order; what only some of them say is called
//! after their number (`notes[2]@type`), and of categories after their code (`catgry[catValu=1]/txt`). Where a field has the first of
//! several texts, the others are numbered behind its elements: `labl[2]`, `citation[2]/titlStmt/titl`.

mod keep;
mod place;
mod way;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::structure::{Content, ValueType, Version};
use way::Way;

pub(super) use keep::{keep, keep_into};
pub(super) use place::{Known, place};

/// What is read of elements that a codebook has fields for: their attributes, and the elements in them. In the order of their names.
pub(super) const TAKEN: [(&str, &[&str], &[&str]); 36] = [
    ("AuthEnty", &["affiliation"], &[]),
    ("IDNo", &["agency"], &[]),
    ("abstract", &[], &[]),
    ("catStat", &["type", "wgtd", "wgt-var"], &[]),
    ("catValu", &[], &[]),
    ("catgry", &["missing"], &["catValu", "labl", "catStat"]),
    ("codeBook", &[], &[]),
    ("collDate", &["date", "event", "cycle"], &[]),
    ("contact", &["affiliation", "email", "URI"], &[]),
    ("dataFingerprint", &["type"], &[]),
    ("depositr", &["affiliation", "abbr"], &[]),
    ("derivation", &[], &["drvdesc"]),
    ("dimensns", &[], &["caseQnty", "varQnty"]),
    ("distrbtr", &["affiliation", "abbr", "URI"], &[]),
    ("fileDscr", &["ID", "URI"], &[]),
    ("fileStrc", &["type"], &["recGrp"]),
    ("fileType", &["charset"], &[]),
    ("fundAg", &["abbr", "role"], &[]),
    ("invalrng", &[], &["item", "range"]),
    ("item", &["VALUE", "UNITS"], &[]),
    ("labl", &["level"], &[]),
    ("location", &["StartPos", "EndPos", "width", "fileid", "RecSegNo"], &[]),
    ("nation", &["abbr"], &[]),
    ("otherMat", &["URI"], &[]),
    ("producer", &["affiliation", "abbr", "role"], &[]),
    (
        "qstn",
        &["seqNo", "responseDomainType", "otherResponseDomainType"],
        &["preQTxt", "qstnLit", "postQTxt", "ivuInstr"],
    ),
    ("range", &["UNITS", "min", "max", "minExclusive", "maxExclusive"], &[]),
    ("recGrp", &["ID", "recGrp", "keyvar", "rectype", "recidvar"], &["labl"]),
    ("relMat", &["label"], &[]),
    ("software", &["version", "date"], &[]),
    ("sumStat", &["type", "wgtd", "wgt-var"], &[]),
    ("universe", &["clusion"], &[]),
    (
        "var",
        &[
            "ID",
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
    ("varGrp", &["ID", "type", "otherType", "var", "varGrp", "name"], &[]),
    ("version", &["date"], &[]),
];

/// What is taken of an element: its attributes, and the elements in it.
type Taken = (&'static [&'static str], &'static [&'static str]);

/// What is taken of an element of this name.
fn taken(name: &str) -> Taken {
    let found = TAKEN.binary_search_by(|(known, ..)| known.cmp(&name)).ok().and_then(|at| TAKEN.get(at));
    found.map_or_else(Taken::default, |(_, attributes, inside)| (attributes, inside))
}

/// What the structure says of an attribute that is kept under a name: the attribute as `element@attribute`, and its type.
pub(crate) fn type_of(root: &str, name: &str) -> Option<(String, &'static ValueType)> {
    let way = Way::of(root, name)?;
    let (element, attribute) = (way.steps.last().map_or(root, |step| step.name), way.attribute?);
    let newest_first = Version::ALL.into_iter().rev();
    let rules = newest_first.filter_map(|version| version.structure().rule(element));
    let rule = rules.filter_map(|rule| rule.attribute(attribute)).next()?;
    Some((format!("{element}@{attribute}"), &rule.values))
}

/// Whether only the attributes of an element are read, where its attributes are.
fn has_own_text(name: &str) -> bool {
    name == "varFormat"
}

/// By name, the way from a root to the nearest element of it, where no other is as near.
fn nearest(root: &str) -> &'static HashMap<&'static str, Vec<&'static str>> {
    type Ways = HashMap<&'static str, Vec<&'static str>>;
    static WAYS: [OnceLock<Ways>; 5] = [const { OnceLock::new() }; 5];
    const ROOTS: [&str; 5] = ["stdyDscr", "fileDscr", "var", "varGrp", "otherMat"];
    static NONE: OnceLock<Ways> = OnceLock::new();
    match ROOTS.iter().zip(&WAYS).find(|(known, _)| **known == root) {
        Some((root, ways)) => ways.get_or_init(|| ways_from(root)),
        None => NONE.get_or_init(Ways::new),
    }
}

/// Level by level: what stands on the first level where a name comes is nearest.
fn ways_from(root: &'static str) -> HashMap<&'static str, Vec<&'static str>> {
    let structure = Version::V2_5.structure();
    let mut found: HashMap<&'static str, Option<Vec<&'static str>>> = HashMap::from([(root, None)]);
    let mut level: Vec<(&'static str, Vec<&'static str>)> = vec![(root, Vec::new())];
    while !level.is_empty() {
        let mut next: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
        for (parent, way) in &level {
            let Some(Content::Children(inside)) = structure.rule(parent).map(|rule| &rule.content) else {
                continue;
            };
            for name in inside.names() {
                if !found.contains_key(name) {
                    next.push((name, way.iter().copied().chain([name]).collect()));
                }
            }
        }
        for (name, way) in &next {
            let is_only = next.iter().filter(|(other, _)| other == name).count() == 1;
            found.insert(name, is_only.then(|| way.clone()));
        }
        level = next;
        level.dedup_by(|one, other| one.0 == other.0);
    }
    found.into_iter().filter_map(|(name, way)| Some((name, way?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{TAKEN, nearest};

    #[test]
    fn elements_are_found_by_their_names() {
        assert!(TAKEN.is_sorted_by(|(one, ..), (next, ..)| one < next));
    }

    #[test]
    fn the_nearest_element_has_its_own_name() {
        let way =
            |root: &str, name: &str| nearest(root).get(name).map(|way| way.join("/")).unwrap_or_default();
        for (name, at) in [
            ("grantNo", "citation/prodStmt/grantNo"),
            ("altTitl", "citation/titlStmt/altTitl"),
            ("timeMeth", "method/dataColl/timeMeth"),
            ("geogUnit", "stdyInfo/sumDscr/geogUnit"),
            ("disclaimer", "dataAccs/useStmt/disclaimer"),
            ("avlStatus", "dataAccs/setAvail/avlStatus"),
            ("holdings", "citation/holdings"),
            ("relPubl", "othrStdyMat/relPubl"),
            ("EstSmpErr", "method/anlyInfo/EstSmpErr"),
            ("topcClas", "stdyInfo/subject/topcClas"),
            ("dataCollector", "method/dataColl/dataCollector"),
            ("prodPlac", "citation/prodStmt/prodPlac"),
            ("notes", "notes"),
            // Who distributes has contacts, and who gives access.
            ("contact", ""),
            ("stdyDscr", ""),
        ] {
            assert_eq!(way("stdyDscr", name), at, "{name}");
        }
        assert_eq!(
            (way("var", "drvcmd"), way("var", "range")),
            ("derivation/drvcmd".to_owned(), String::new())
        );
        assert_eq!(way("fileDscr", "filePlac"), "fileTxt/filePlac");
    }
}
