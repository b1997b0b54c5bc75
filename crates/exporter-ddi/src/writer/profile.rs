//! What some readers ask of a document beside the standard (fact sheet 10.9).

use exporter_core::codebook::{Codebook, Identifier, Study, Table, Variable};
use exporter_core::{Error, Result};

use crate::mapping::note::is_plain;
use crate::mapping::texts::{Languages, words};
use crate::options::Profile;
use exporter_xml::{Element, Node};

/// Agencies of identifiers by which Dataverse finds a study again.
const PERSISTENT: [&str; 2] = ["DOI", "handle"];

/// Characters of a variable's name that NADA keeps.
const LONGEST_NAME: usize = 255;

impl Profile {
    /// Whether a document is of one table and one data file.
    pub(crate) fn is_of_one_file(self) -> bool {
        matches!(self, Self::Ipums | Self::Odf)
    }

    /// Whether a document is in one language.
    pub(crate) fn is_of_one_language(self) -> bool {
        matches!(self, Self::Nada | Self::Ipums)
    }

    /// Refuses a study that lacks what its readers ask for.
    ///
    /// # Errors
    /// Naming what is missing.
    pub(crate) fn suits(self, codebook: &Codebook) -> Result<()> {
        if self.is_of_one_file() && codebook.tables.len() != 1 {
            let hint = codebook.tables.first().map(|table| format!("choose one with tables={}", table.name));
            let message = format!(
                "ddi: the profile {} describes one table, and the study has {}",
                self.name(),
                codebook.tables.len()
            );
            let error = Error::usage(message);
            return Err(hint.into_iter().fold(error, Error::with_hint));
        }
        let study = &codebook.study;
        let has_number = !study.id.trim().is_empty()
            || self == Self::Nada && study.identifiers.iter().any(|other| !other.id.trim().is_empty());
        let wanted = [
            (!has_number, "an identifier", "id = \"…\""),
            (study.summary.is_empty(), "an abstract", "abstract = \"…\""),
            (study.distributors.is_empty(), "a distributor", "distributors = [{ name = \"…\" }]"),
            (
                address(study).is_none(),
                "a DOI or a web address",
                "identifiers = [{ id = \"10.…\", agency = \"DOI\" }]",
            ),
        ];
        let asked = match self {
            Self::Archive => &wanted[..],
            Self::Nada => &wanted[..1],
            _ => &[],
        };
        let missing: Vec<_> = asked.iter().filter(|(is_missing, ..)| *is_missing).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let what: Vec<&str> = missing.iter().map(|(_, what, _)| *what).collect();
        let lines: Vec<&str> = missing.iter().map(|(.., line)| *line).collect();
        let message = format!(
            "ddi: the profile {} asks for {}, which the study does not have",
            self.name(),
            what.join(", ")
        );
        let hint = format!("fill in and write below [study] in the study file: {}", lines.join("; "));
        Err(Error::invalid(message).with_hint(hint))
    }

    /// Refuses a column whose name is longer than its readers take.
    ///
    /// # Errors
    /// Naming the variable.
    pub(crate) fn takes(self, table: &Table, variable: &Variable, name: &str) -> Result<()> {
        let length = name.chars().count();
        if self != Self::Nada || length <= LONGEST_NAME {
            return Ok(());
        }
        let message = format!("ddi: the name has {length} characters, and NADA takes {LONGEST_NAME}");
        let error = Error::invalid(message).table(table.name.as_str()).variable(variable.name.as_str());
        Err(error.with_hint(
            "write --to dta --to ddi:profile=nada,file=dta: names in a .dta have at most 32 characters",
        ))
    }

    /// The name that is typed.
    fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Nada => "nada",
            Self::Dataverse => "dataverse",
            Self::Archive => "archive",
            Self::Ipums => "ipums",
            Self::Odf => "odf",
        }
    }

    /// Adapts the description of a study.
    pub(crate) fn study(self, study: &Study, languages: Languages<'_>, dscr: &mut Element) {
        const TITLES: [&str; 2] = ["citation", "titlStmt"];
        match self {
            // All that follow would be joined with the first.
            Self::Nada => dscr.within(&TITLES, |titles| keep_first(titles, "IDNo")),
            Self::Dataverse => dscr.within(&TITLES, |titles| {
                titles.children.sort_by_key(|child| !element_of(child).is_some_and(is_persistent));
            }),
            Self::Archive => {
                let agency = study.distributors.first().or(study.producers.first());
                if let Some(agency) = agency.map(|it| it.abbreviation.as_ref().unwrap_or(&it.name)) {
                    each_at(dscr, &["citation", "titlStmt", "IDNo"], &mut |id| states(id, "agency", agency));
                }
                // Names are in a language, too.
                if let Some(language) = languages.document() {
                    let mut tag = |name: &mut Element| states(name, "xml:lang", &language);
                    each_at(dscr, &["citation", "distStmt", "distrbtr"], &mut tag);
                    each_at(dscr, &["stdyInfo", "sumDscr", "nation"], &mut tag);
                }
                let address = address(study);
                dscr.within(&["citation"], |citation| {
                    let is_said =
                        citation.all("holdings").any(|it| it.attribute("URI") == address.as_deref());
                    let holdings = address.filter(|_| !is_said);
                    citation.extend(holdings.map(|address| Element::new("holdings").with("URI", address)));
                });
            }
            Self::Ipums => {
                let title = dscr.first("citation").and_then(|it| it.first("titlStmt")?.first("titl"));
                let title = title.map(words).unwrap_or_default();
                let address = address(study).unwrap_or_else(|| study.id.clone());
                dscr.within(&["citation", "serStmt", "serName"], |name| {
                    states(name, "abbr", &study.id);
                    says(name, &study.id);
                });
                dscr.within(&["citation", "serStmt", "serInfo"], |info| says(info, &address));
                dscr.within(&["dataAccs", "useStmt", "citReq"], |wanted| says(wanted, &title));
                dscr.within(&["dataAccs", "useStmt", "conditions"], |wanted| says(wanted, NOT_STATED));
            }
            Self::Standard | Self::Odf => {}
        }
    }

    /// Adapts the description of a table.
    pub(crate) fn table(self, table: &Table, dscr: &mut Element) {
        if !self.is_of_one_file() {
            return;
        }
        keep_first(dscr, "fileTxt");
        if self == Self::Odf {
            // What the file is called; its description is in the notes of the table, or there is none.
            let titled = if table.notes.is_empty() { take_all(dscr, "fileCont") } else { Vec::new() };
            dscr.within(&["fileTxt", "fileName"], |name| {
                *name = Element::new("fileName").text(table.name.as_str());
            });
            dscr.within(&["fileTxt", "fileCitation", "titlStmt"], |titles| {
                if titles.first("titl").is_none() {
                    let own = Element::new("titl").text(table.name.as_str());
                    let labels = if titled.is_empty() { vec![own] } else { titled };
                    for (at, label) in labels.into_iter().enumerate() {
                        let name = if at == 0 { "titl" } else { "parTitl" };
                        titles.push(Element { name: name.into(), ..label });
                    }
                }
            });
            return;
        }
        dscr.within(&["fileTxt", "fileCont"], |contents| says(contents, &table.name));
        dscr.within(&["fileTxt", "fileType"], |kind| states(kind, "charset", "UTF-8"));
        dscr.within(&["fileTxt", "format"], |format| says(format, NOT_STATED));
        dscr.within(&["fileTxt", "filePlac"], |place| says(place, NOT_STATED));
        dscr.within(&["fileTxt"], |text| text.children.retain(|it| !is_called(it, "fileStrc")));
        dscr.within(&["fileTxt", "fileStrc"], |structure| states(structure, "type", "rectangular"));
    }

    /// Adapts the description of a variable that is the `column`th of its file.
    pub(crate) fn variable(self, column: usize, var: &mut Element) {
        if !self.is_of_one_file() {
            return;
        }
        let is_text = |element: &&mut Element| {
            element.name == "notes" && is_plain(element) && !words(element).is_empty()
        };
        for note in var.elements_mut().filter(is_text) {
            note.name = "txt".into();
        }
        // Of a variable without notes its question is the description.
        if var.first("txt").is_none() {
            let literal = var.first("qstn").into_iter().flat_map(|question| question.all("qstnLit"));
            let texts: Vec<Element> =
                literal.map(|text| Element { name: "txt".into(), ..text.clone() }).collect();
            var.extend(texts);
        }
        if self == Self::Odf {
            return;
        }
        keep_first(var, "txt");
        let name = var.attribute("name").unwrap_or_default().to_owned();
        var.within(&["labl"], |label| says(label, &name));
        let label = var.first("labl").map(words).unwrap_or_default();
        var.within(&["txt"], |text| says(text, &label));
        var.within(&["concept"], |concept| says(concept, &label));
        for category in var.elements_mut().filter(|element| element.name == "catgry") {
            let value = category.first("catValu").map(words).unwrap_or_default();
            category.within(&["labl"], |label| says(label, &value));
        }
        // Columns of delimited files have no width.
        var.within(&["location"], |location| {
            let number = |name: &str| location.attribute(name)?.parse::<usize>().ok();
            let (start, end, width) = (number("StartPos"), number("EndPos"), number("width"));
            let end = end.or_else(|| start?.checked_add(width?)?.checked_sub(1)).unwrap_or(column);
            let width =
                start.and_then(|start| end.checked_sub(start)).map_or(1, |more| more.saturating_add(1));
            states(location, "EndPos", &end.to_string());
            states(location, "width", &width.to_string());
        });
    }
}

/// What stands where something must.
const NOT_STATED: &str = "not stated";

/// Who gives DOIs, or says that a number is one.
const AGENCIES_OF_DOIS: [&str; 2] = ["DOI", "DataCite"];

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Whether an attribute of a study keeps where it is held: that of `holdings`, or of one of several, of the study or of the
/// document about it. Publications are held elsewhere.
fn is_of_holdings(attribute: &str) -> bool {
    let of_study = attribute.strip_prefix("docDscr/citation/").unwrap_or(attribute);
    let place = of_study.strip_prefix("holdings").and_then(|rest| rest.strip_suffix("@URI"));
    place.is_some_and(|place| place.is_empty() || place.starts_with('['))
}

/// Where the study is found: a web address, or that of its DOI.
fn address(study: &Study) -> Option<String> {
    let address = |Identifier { id, agency, .. }: &Identifier| {
        let is_agency =
            |known: &str| agency.as_ref().is_some_and(|agency| agency.eq_ignore_ascii_case(known));
        let number = id.trim();
        let bare = number.strip_prefix("doi:").or(number.strip_prefix("DOI:")).unwrap_or(number).trim();
        let is_doi = AGENCIES_OF_DOIS.into_iter().any(is_agency) && bare.starts_with("10.");
        match is_web(number) {
            true => Some(number.to_owned()),
            false => is_doi.then(|| format!("https://doi.org/{bare}")),
        }
    };
    let held = study.attributes.iter().filter(|(name, _)| is_of_holdings(name));
    let held = held.flat_map(|(_, addresses)| addresses.values()).map(|address| address.trim());
    let held = || held.clone().find(|address| is_web(address)).map(str::to_owned);
    let related = || study.related_materials.iter().find_map(|material| material.uri.clone());
    study.identifiers.iter().find_map(address).or_else(held).or_else(related)
}

fn element_of(node: &Node) -> Option<&Element> {
    match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    }
}

/// Changes every element at a path of names.
fn each_at(element: &mut Element, path: &[&str], change: &mut dyn FnMut(&mut Element)) {
    let Some((name, below)) = path.split_first() else { return change(element) };
    element.elements_mut().filter(|part| part.name == *name).for_each(|part| each_at(part, below, change));
}

fn is_called(node: &Node, name: &str) -> bool {
    element_of(node).is_some_and(|element| element.name == name)
}

/// Whether an identifier is one by which Dataverse finds a study again.
fn is_persistent(number: &Element) -> bool {
    let is_agency = |agency: &str| PERSISTENT.iter().any(|known| known.eq_ignore_ascii_case(agency));
    number.attribute("agency").is_some_and(is_agency)
}

/// Takes all elements of this name out of the text of a file.
fn take_all(dscr: &mut Element, name: &str) -> Vec<Element> {
    let Some(text) = dscr.elements_mut().find(|element| element.name == "fileTxt") else { return Vec::new() };
    let (taken, left) =
        std::mem::take(&mut text.children).into_iter().partition(|node| is_called(node, name));
    text.children = left;
    let taken: Vec<Node> = taken;
    taken.iter().filter_map(element_of).cloned().collect()
}

/// Leaves only the first element of this name.
fn keep_first(element: &mut Element, name: &str) {
    let mut is_first = true;
    element.children.retain(|child| !is_called(child, name) || std::mem::take(&mut is_first));
}

/// Gives an element an attribute unless it has it.
fn states(element: &mut Element, name: &'static str, value: &str) {
    if element.attribute(name).is_none() {
        *element = std::mem::take(element).with(name, value);
    }
}

/// Gives an element a text unless it says something.
fn says(element: &mut Element, text: &str) {
    if words(element).is_empty() {
        *element = std::mem::take(element).text(text);
    }
}
