//! The study as a whole: `stdyDscr`.

use std::cell::RefCell;
use std::sync::OnceLock;

use exporter_core::codebook::{
    Agent, BoundingBox, CollectionPeriod, Document, Identifier, RelatedMaterial, Series, Software, Study,
    StudyVersion, Text,
};

use super::documents::is_in_document;
use super::free_elements::{self, Known};
use super::note::{self, is_plain};
use super::texts::{EXCLUDED, Languages, Left, excluded, first_text, is_excluded, line, texts_of, words};
use crate::reader::legal_file_name;
use crate::structure::{Structure, ValueType};
use exporter_xml::Element;

/// The titles of a study: `titl` in the default language, the others as parallel titles.
pub(crate) fn titles(study: &Study, languages: Languages<'_>) -> Element {
    let mut statement = Element::new("titlStmt");
    let mut titles = languages.elements("titl", &study.title).into_iter();
    // A title is required.
    let fallback = || if study.id.trim().is_empty() { "Untitled" } else { study.id.as_str() };
    let missing = || Element::new("titl").with_some("xml:lang", languages.document()).text(fallback());
    statement.push(titles.next().unwrap_or_else(missing));
    statement.extend(titles.map(|title| Element { name: "parTitl".into(), ..title }));
    statement
}

/// The element, without what DDI has no place for.
pub(crate) fn write(
    study: &Study,
    documents: &[Document],
    languages: Languages<'_>,
    structure: &'static Structure,
) -> Element {
    let mut dscr = Element::new("stdyDscr");
    dscr.push(citation(study, languages));
    let mut info = Element::new("stdyInfo");
    let mut subject = Element::new("subject");
    subject.extend(study.keywords.iter().flat_map(|keyword| languages.elements("keyword", keyword)));
    info.push_filled(subject);
    info.extend(languages.elements("abstract", &study.summary));
    info.push_filled(summary(study, languages));
    dscr.push_filled(info);
    let mut collection = Element::new("dataColl");
    for (name, texts) in [("collMode", &study.collection_modes), ("resInstru", &study.instruments)] {
        collection.extend(texts.iter().flat_map(|text| languages.elements(name, text)));
    }
    collection.extend(languages.elements("sampProc", &study.sampling));
    collection.extend(languages.elements("weight", &study.weighting));
    let mut analysis = Element::new("anlyInfo");
    analysis.extend(languages.elements("respRate", &study.response_rate));
    let mut method = Element::new("method");
    method.push_filled(collection);
    method.push_filled(analysis);
    dscr.push_filled(method);
    let mut usage = Element::new("useStmt");
    usage.extend(languages.elements("restrctn", &study.access));
    usage.extend(languages.elements("conditions", &study.licence));
    let mut access = Element::new("dataAccs");
    access.push_filled(usage);
    dscr.push_filled(access);
    let mut materials = Element::new("othrStdyMat");
    materials.extend(study.related_materials.iter().filter_map(|material| related(material, languages)));
    dscr.push_filled(materials);
    dscr.extend(study.notes.iter().flat_map(|note| languages.elements("notes", note)));
    let known = Known { read: asked(), first: &FIRST, code: &|_| None, structure };
    let placed = free_elements::place(&mut dscr, &study.attributes, &known);
    let is_written = |name: &str| {
        placed.contains(name)
            || name == EXCLUDED
            || name == NATION && names_of_countries(study).is_some()
            || name == DATE && words_of_dates(study).is_some()
            || is_in_document(documents, name)
    };
    dscr.extend(note::attributes(study.attributes.iter().filter(|(name, _)| !is_written(name))));
    dscr
}

fn citation(study: &Study, languages: Languages<'_>) -> Element {
    let mut citation = Element::new("citation");
    let mut titles = titles(study, languages);
    // The number of a study that has none of its own is made of another one, which is no file name.
    let is_made = study
        .identifiers
        .iter()
        .any(|other| other.id != study.id && legal_file_name(&other.id, "") == study.id);
    // The first one of somebody may be the study's own.
    let is_others = study.identifiers.first().is_some_and(|first| first.id == study.id);
    let own = Some((study.id.as_str(), None));
    let own = own.filter(|(id, _)| !(id.trim().is_empty() || is_made || is_others));
    let others = study.identifiers.iter().map(|other| (other.id.as_str(), other.agency.as_deref()));
    for (id, agency) in own.into_iter().chain(others) {
        titles.push(Element::new("IDNo").with_some("agency", agency).text(id));
    }
    citation.push(titles);
    let mut responsible = Element::new("rspStmt");
    responsible.extend(agents("AuthEnty", &study.authors));
    citation.push_filled(responsible);
    let mut production = Element::new("prodStmt");
    production.extend(agents("producer", &study.producers));
    for Software { name, version, date, .. } in study.software.iter().filter(|it| !it.name.trim().is_empty())
    {
        let software = Element::new("software").with_some("version", version.as_deref());
        production.push(software.with_some("date", date.as_deref()).text(name.as_str()));
    }
    production.extend(agents("fundAg", &study.funders));
    citation.push_filled(production);
    let mut distribution = Element::new("distStmt");
    distribution.extend(agents("distrbtr", &study.distributors));
    distribution.extend(agents("contact", &study.contacts));
    distribution.extend(agents("depositr", &study.depositors));
    citation.push_filled(distribution);
    if let Some(Series { name, description, .. }) = &study.series {
        let mut series = Element::new("serStmt");
        series.extend(languages.elements("serName", name));
        series.extend(languages.elements("serInfo", description));
        citation.push_filled(series);
    }
    if let Some(StudyVersion { number, date, notes, .. }) = &study.version {
        let mut statement = Element::new("verStmt");
        let version = Element::new("version").with_some("date", date.as_deref());
        statement.push_filled(if number.trim().is_empty() { version } else { version.text(number.as_str()) });
        statement.extend(languages.elements("notes", notes));
        citation.push_filled(statement);
    }
    citation.extend(languages.elements("biblCit", &study.citation));
    citation
}

/// Persons and bodies, with the attributes that an element of this name has.
fn agents(name: &'static str, agents: &[Agent]) -> Vec<Element> {
    let mut elements = Vec::new();
    for Agent { name: own, affiliation, abbreviation, role, email, uri, .. } in agents {
        let of = |names: &[&str], value: &Option<String>| value.clone().filter(|_| names.contains(&name));
        if own.trim().is_empty() {
            continue;
        }
        let element = Element::new(name)
            .with_some(
                "affiliation",
                of(&["AuthEnty", "producer", "distrbtr", "contact", "depositr"], affiliation),
            )
            .with_some("abbr", of(&["producer", "fundAg", "distrbtr", "depositr"], abbreviation))
            .with_some("role", of(&["producer", "fundAg"], role))
            .with_some("email", of(&["contact"], email))
            .with_some("URI", of(&["distrbtr", "contact"], uri));
        elements.push(element.text(own.as_str()));
    }
    elements
}

fn summary(study: &Study, languages: Languages<'_>) -> Element {
    let mut summary = Element::new("sumDscr");
    let words = words_of_dates(study).unwrap_or_default();
    for (at, (event, date, cycle)) in dates_of(study).into_iter().enumerate() {
        // What is no date is said in words alone.
        let element = Element::new("collDate")
            .with("date", if ValueType::Date.holds(date) { date } else { "" })
            .with("event", event)
            .with_some("cycle", cycle);
        summary.push(element.text(words.get(at).map_or(date, String::as_str)));
    }
    let names = names_of_countries(study);
    let countries = study.countries.iter().filter(|country| !country.trim().is_empty());
    let pairs: Vec<(&String, &String)> = match (&names, study.countries.as_slice()) {
        // One country is called so in several languages.
        (Some(names), [only]) => names.iter().map(|name| (only, name)).collect(),
        (Some(names), _) => countries.zip(names.iter()).collect(),
        (None, _) => countries.map(|country| (country, country)).collect(),
    };
    for (country, name) in pairs {
        let is_code = (2..=3).contains(&country.len()) && country.bytes().all(|one| one.is_ascii_uppercase());
        let nation = Element::new("nation").with("abbr", if is_code { country.as_str() } else { "" });
        summary.push(nation.text(name.as_str()));
    }
    summary.extend(languages.elements("geogCover", &study.geography));
    if let Some(BoundingBox { west, east, south, north, .. }) = study.bounding_box {
        let mut bounds = Element::new("geoBndBox");
        for (name, degrees) in [("westBL", west), ("eastBL", east), ("southBL", south), ("northBL", north)] {
            bounds.push(Element::new(name).text(degrees.to_string()));
        }
        summary.push(bounds);
    }
    summary.extend(languages.elements("anlyUnit", &study.analysis_unit));
    summary.extend(languages.elements("universe", &study.universe));
    summary.extend(excluded(&study.attributes));
    summary.extend(study.data_kinds.iter().flat_map(|kind| languages.elements("dataKind", kind)));
    summary
}

/// The attribute of what dates of the collection say in words.
const DATE: &str = "collDate";
/// The attribute of what countries are called.
const NATION: &str = "nation";

/// Events of the collection, their dates and cycles, in order.
fn dates_of(study: &Study) -> Vec<(&'static str, &str, Option<&str>)> {
    let mut dates = Vec::new();
    for CollectionPeriod { start, end, cycle, .. } in
        study.collection_period.iter().chain(&study.further_collection_periods)
    {
        let is_single = start.is_some() && start == end;
        let events = [("start", start), ("end", end)].into_iter();
        for (event, date) in events.filter(|(event, _)| !is_single || *event == "start") {
            let Some(date) = date.as_deref().filter(|date| !date.trim().is_empty()) else { continue };
            dates.push((if is_single { "single" } else { event }, date, cycle.as_deref()));
        }
    }
    dates
}

/// By date, what it says in words, where some say something else there.
fn words_of_dates(study: &Study) -> Option<&[String]> {
    let words = study.attributes.get(DATE)?.values();
    (words.len() == dates_of(study).len() && words.iter().all(|words| !words.trim().is_empty()))
        .then_some(words)
}

fn keep_words_of_dates(study: &mut Study, dates: &[&Element]) {
    let dates = dates.iter().map(|element| {
        let date = element.attribute("date").unwrap_or_default().trim();
        let words = line(element);
        (
            !date.is_empty() && !words.is_empty() && words != date,
            if words.is_empty() { date.to_owned() } else { words },
        )
    });
    let dates: Vec<(bool, String)> = dates.filter(|(_, words)| !words.is_empty()).collect();
    if dates.iter().any(|(is_other, _)| *is_other) {
        dates.into_iter().for_each(|(_, words)| note::add_attribute(&mut study.attributes, DATE, words));
    }
}

/// What countries are called: one name a country, or several of the only one.
fn names_of_countries(study: &Study) -> Option<&[String]> {
    let names = study.attributes.get(NATION)?.values();
    let is_told = !names.is_empty() && names.iter().all(|name| !name.trim().is_empty());
    let is_one = study.countries.len() == 1 || names.len() == study.countries.len();
    let are_codes = study.countries.iter().all(|it| (2..=3).contains(&it.len()) && !names.contains(it));
    (is_told && is_one && are_codes).then_some(names)
}

fn related(material: &RelatedMaterial, languages: Languages<'_>) -> Option<Element> {
    let title = languages.one(&material.title);
    let mut text = title.into_owned();
    if let Some(uri) = &material.uri {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(uri);
    }
    (!text.trim().is_empty())
        .then(|| Element::new("relMat").with_some("label", material.relation.as_deref()).text(text))
}

/// Reads the study; `fallback` is the ID of the document.
pub(crate) fn read(dscr: &Element, fallback: &str, default: Option<&str>) -> Study {
    let left = RefCell::new(Left::default());
    let (mut study, _) = read_fields(dscr, fallback, default, &left);
    free_elements::keep(&mut study.attributes, dscr, asked(), &left.into_inner());
    study
}

/// Where of several elements the first is read, and the others are kept.
const FIRST: [&str; 19] = [
    "citation",
    "citation/biblCit",
    "citation/serStmt/serInfo",
    "citation/serStmt/serName",
    "citation/titlStmt/parTitl",
    "citation/titlStmt/titl",
    "citation/verStmt/notes",
    "citation/verStmt/version",
    "dataAccs",
    "dataAccs/useStmt/conditions",
    "dataAccs/useStmt/restrctn",
    "method/anlyInfo/respRate",
    "method/dataColl/sampProc",
    "method/dataColl/weight",
    "stdyInfo/abstract",
    "stdyInfo/sumDscr/anlyUnit",
    "stdyInfo/sumDscr/geoBndBox",
    "stdyInfo/sumDscr/geogCover",
    "stdyInfo/sumDscr/universe",
];

/// Sections on access.
const ACCESS: &str = "dataAccs";

/// The section on access that is that of the study itself: the first without an ID, by which a section is that of some variables or
/// files alone, or the first of all.
fn own_access(dscr: &Element) -> Option<&Element> {
    dscr.all(ACCESS).find(|access| access.attribute("ID").is_none()).or_else(|| dscr.first(ACCESS))
}

/// The paths of all elements that fields are read from.
fn asked() -> &'static [&'static str] {
    static ASKED: OnceLock<Vec<String>> = OnceLock::new();
    static PATHS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| read_fields(&Element::new("stdyDscr"), "", None, &RefCell::default()).1);
    PATHS.get_or_init(|| asked.iter().map(String::as_str).collect())
}

/// Reads the fields of a study, and says where.
fn read_fields(
    dscr: &Element,
    fallback: &str,
    default: Option<&str>,
    left: &RefCell<Left>,
) -> (Study, Vec<String>) {
    let mut study = Study::default();
    // All that is not asked for becomes attributes.
    let asked = RefCell::new(vec!["notes".to_owned()]);
    let path = |names: &'static [&'static str]| {
        asked.borrow_mut().push(names.join("/"));
        found(dscr, names, &left.borrow())
    };
    let keep = |element: &Element| left.borrow_mut().keep(element);
    dscr.all("citation").skip(1).for_each(keep);
    let own_access = own_access(dscr);
    let is_own = |access: &&Element| own_access.is_some_and(|own| std::ptr::eq(own, *access));
    // What one section says is not said of what another one is about.
    dscr.all(ACCESS).filter(|access| !is_own(access)).for_each(keep);
    let first_text = |elements: Vec<&Element>| first_text(elements, default, &mut left.borrow_mut());
    let text = |names: &'static [&'static str]| first_text(path(names));
    let texts = |names: &'static [&'static str]| texts_of(path(names), default);
    let titles = || {
        path(&["citation", "titlStmt", "titl"]).into_iter().chain(path(&["citation", "titlStmt", "parTitl"]))
    };
    study.title = first_text(titles().collect());
    let numbers = [path(&["citation", "titlStmt", "IDNo"]), path(&["citation", "titlStmt", "IDNO"])].concat();
    for number in numbers {
        let id = line(number);
        let agency = number.attribute("agency").map(str::to_owned);
        if study.id.is_empty() && agency.is_none() {
            study.id = id;
        } else if !id.is_empty() {
            let mut identifier = Identifier::default();
            (identifier.id, identifier.agency) = (id, agency);
            study.identifiers.push(identifier);
        }
    }
    if study.id.is_empty() {
        study.id = study.identifiers.first().map_or_else(|| fallback.to_owned(), |first| first.id.clone());
        if study.identifiers.first().is_some_and(|first| first.id == study.id) && study.identifiers.len() == 1
        {
            // The only identifier is the study's, whoever gave it.
            study.identifiers.retain(|identifier| identifier.agency.is_some());
        }
    }
    // A title is required: where there is none the number stands for it.
    let title = &study.title;
    let title: Vec<&str> =
        title.untagged().into_iter().chain(title.tagged().map(|(_, title)| title)).collect();
    if title == [study.id.as_str()] {
        study.title = Text::default();
    }
    study.authors = read_agents(path(&["citation", "rspStmt", "AuthEnty"]));
    study.producers = read_agents(path(&["citation", "prodStmt", "producer"]));
    study.funders = read_agents(path(&["citation", "prodStmt", "fundAg"]));
    study.distributors = read_agents(path(&["citation", "distStmt", "distrbtr"]));
    study.contacts = read_agents(path(&["citation", "distStmt", "contact"]));
    study.depositors = read_agents(path(&["citation", "distStmt", "depositr"]));
    for software in path(&["citation", "prodStmt", "software"]) {
        let mut program = Software::new(line(software));
        program.version = software.attribute("version").map(str::to_owned);
        program.date = software.attribute("date").map(str::to_owned);
        study.software.extend((!program.name.is_empty()).then_some(program));
    }
    let mut series = Series::new(text(&["citation", "serStmt", "serName"]));
    series.description = text(&["citation", "serStmt", "serInfo"]);
    study.series = (series != Series::default()).then_some(series);
    let versions = path(&["citation", "verStmt", "version"]);
    let mut version = StudyVersion::new(versions.first().map(|version| line(version)).unwrap_or_default());
    version.date = versions.first().and_then(|version| version.attribute("date")).map(str::to_owned);
    versions.iter().copied().skip(1).for_each(keep);
    version.notes = text(&["citation", "verStmt", "notes"]);
    study.version = (version != StudyVersion::default()).then_some(version);
    study.citation = text(&["citation", "biblCit"]);
    study.keywords = texts(&["stdyInfo", "subject", "keyword"]);
    study.summary = text(&["stdyInfo", "abstract"]);
    study.geography = text(&["stdyInfo", "sumDscr", "geogCover"]);
    study.analysis_unit = text(&["stdyInfo", "sumDscr", "anlyUnit"]);
    let universes = path(&["stdyInfo", "sumDscr", "universe"]);
    study.universe = first_text(universes.iter().copied().filter(|it| !is_excluded(it)).collect());
    let excluded: Vec<String> = universes.into_iter().filter(|it| is_excluded(it)).map(words).collect();
    study.data_kinds = texts(&["stdyInfo", "sumDscr", "dataKind"]);
    // A country is its code; what it is called stays beside.
    let mut names: Vec<String> = Vec::new();
    for nation in path(&["stdyInfo", "sumDscr", "nation"]) {
        let name = line(nation);
        let code = nation.attribute("abbr").filter(|abbr| !abbr.is_empty()).map(|abbr| match abbr.len() {
            2 | 3 => abbr.to_ascii_uppercase(),
            _ => abbr.to_owned(),
        });
        if code.as_ref().is_some_and(|code| !name.is_empty() && *code != name && !names.contains(&name)) {
            names.push(name.clone());
        }
        let country = code.unwrap_or(name);
        if !country.is_empty() && !study.countries.contains(&country) {
            study.countries.push(country);
        }
    }
    let boxes = path(&["stdyInfo", "sumDscr", "geoBndBox"]);
    boxes.iter().copied().skip(1).for_each(keep);
    let side = |name: &str| words(boxes.first()?.first(name)?).parse::<f64>().ok();
    study.bounding_box = (|| {
        Some(BoundingBox::new((side("westBL")?, side("eastBL")?), (side("southBL")?, side("northBL")?)))
    })();
    let mut periods = periods(path(&["stdyInfo", "sumDscr", "collDate"])).into_iter();
    study.collection_period = periods.next();
    study.further_collection_periods = periods.collect();
    study.sampling = text(&["method", "dataColl", "sampProc"]);
    study.weighting = text(&["method", "dataColl", "weight"]);
    study.collection_modes = texts(&["method", "dataColl", "collMode"]);
    study.instruments = texts(&["method", "dataColl", "resInstru"]);
    study.response_rate = text(&["method", "anlyInfo", "respRate"]);
    study.access = text(&["dataAccs", "useStmt", "restrctn"]);
    study.licence = text(&["dataAccs", "useStmt", "conditions"]);
    for material in path(&["othrStdyMat", "relMat"]) {
        let words = line(material);
        let (title, uri) = match words.rsplit_once(": ") {
            Some((title, uri)) if uri.contains("://") => (title.to_owned(), Some(uri.to_owned())),
            _ if words.contains("://") && !words.contains(' ') => (String::new(), Some(words)),
            _ => (words, None),
        };
        let mut related = RelatedMaterial::new(title);
        (related.uri, related.relation) = (uri, material.attribute("label").map(str::to_owned));
        study.related_materials.extend((related != RelatedMaterial::default()).then_some(related));
    }
    study.notes = texts_of(dscr.all("notes").filter(|note| is_plain(note)), default);
    study.attributes = note::attributes_of(dscr.all("notes"));
    excluded.into_iter().for_each(|words| note::add_attribute(&mut study.attributes, EXCLUDED, words));
    names.into_iter().for_each(|name| note::add_attribute(&mut study.attributes, NATION, name));
    let dates = path(&["stdyInfo", "sumDscr", "collDate"]);
    keep_words_of_dates(&mut study, &dates);
    (study, asked.into_inner())
}

/// The elements at a path of names, without those that are left and what is in them.
fn found<'e>(from: &'e Element, names: &'static [&'static str], left: &Left) -> Vec<&'e Element> {
    let below = |element: &'e Element, name: &'static str| element.all(name).filter(|it| !left.is_kept(it));
    names
        .iter()
        .fold(vec![from], |found, name| found.into_iter().flat_map(|element| below(element, name)).collect())
}

fn read_agents(elements: Vec<&Element>) -> Vec<Agent> {
    let mut agents = Vec::new();
    for element in elements {
        let says =
            |name: &str| element.attribute(name).filter(|value| !value.trim().is_empty()).map(str::to_owned);
        let mut agent = Agent::new(line(element));
        (agent.affiliation, agent.abbreviation, agent.role) =
            (says("affiliation"), says("abbr"), says("role"));
        (agent.email, agent.uri) = (says("email"), says("URI"));
        // The same in another language.
        if !agent.name.is_empty() && !agents.contains(&agent) {
            agents.push(agent);
        }
    }
    agents
}

/// Periods of dates: a start and the end that follows it, or one day.
fn periods(dates: Vec<&Element>) -> Vec<CollectionPeriod> {
    let mut periods: Vec<CollectionPeriod> = Vec::new();
    for element in dates {
        let date = element
            .attribute("date")
            .filter(|date| !date.trim().is_empty())
            .map_or_else(|| line(element), str::to_owned);
        if date.is_empty() {
            continue;
        }
        let cycle = element.attribute("cycle").map(str::to_owned);
        let mut period = CollectionPeriod::default();
        period.cycle.clone_from(&cycle);
        match element.attribute("event") {
            Some("end") => match periods.last_mut() {
                Some(open) if open.end.is_none() && open.cycle == cycle => open.end = Some(date),
                _ => {
                    period.end = Some(date);
                    periods.push(period);
                }
            },
            Some("start") => {
                period.start = Some(date);
                periods.push(period);
            }
            _ => {
                (period.start, period.end) = (Some(date.clone()), Some(date));
                periods.push(period);
            }
        }
    }
    periods
}
