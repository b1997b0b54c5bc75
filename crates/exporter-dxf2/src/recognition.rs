//! Which files are of DHIS2, and what is in them.

use std::fmt;
use std::io::BufRead;

use crate::data_values::Form;
use crate::json::{Piece, Pieces};
use crate::metadata::type_of;
use crate::tracker;
use crate::uid::is_uid;

/// Bytes of a value at the beginning of a document that are looked at.
const MOST: usize = 64 << 20;
/// The list of exports of the older tracker, whatever is in it.
const INSTANCES: &str = "instances";

/// What a file of DHIS2 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExchangeKind {
    /// Objects of all types.
    Metadata,
    /// Aggregate data values.
    DataValues,
    /// Events, enrolments and tracked entities.
    Tracker,
    /// Features with geometries.
    Geometry,
}

impl fmt::Display for ExchangeKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Metadata => "metadata",
            Self::DataValues => "data values",
            Self::Tracker => "events and tracked entities",
            Self::Geometry => "geometry",
        })
    }
}

impl ExchangeKind {
    /// What a file that is taken for one of DHIS2 holds, by its beginning and, of JSON, as much of it as says it.
    ///
    /// # Errors
    /// Why it is no file of DHIS2. Damage is told by what reads all of it.
    pub fn of(reader: impl BufRead, head: &[u8]) -> Result<(Self, Form), String> {
        let form = Form::of(head);
        let kind = match form {
            Form::Adx => Self::DataValues,
            Form::Csv => {
                Self::of_header(head).ok_or("its first line names no columns of data values or events")?
            }
            Form::Xml => {
                let root = root(head);
                Self::of_root(&root).ok_or_else(|| format!("its root is <{root}>"))?
            }
            Form::Json => Self::of_json(reader)?,
        };
        Ok((kind, form))
    }

    /// What a file holds that shows by its first bytes that it is of DHIS2, and by nothing else: of JSON its properties, of XML its
    /// root. Of a table in CSV nothing is sure.
    pub fn of_sure(head: &[u8]) -> Option<Self> {
        match Form::of(head) {
            Form::Adx => Some(Self::DataValues),
            Form::Csv => None,
            Form::Xml => Self::of_root(&root(head)),
            Form::Json => Self::of_sure_json(head),
        }
    }

    /// What the names in the header of a table say that it holds.
    pub fn of_header(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let header =
            text.trim_start_matches('\u{FEFF}').lines().next().unwrap_or_default().to_ascii_lowercase();
        let has = |name: &str| header.split(',').any(|column| column.trim().trim_matches('"') == name);
        match (has("dataelement"), has("event") || has("trackedentity")) {
            (_, true) => Some(Self::Tracker),
            (true, false) => Some(Self::DataValues),
            (false, false) => None,
        }
    }

    fn of_root(root: &str) -> Option<Self> {
        Some(match root {
            "metadata" | "metaData" | "dxf" => Self::Metadata,
            "dataValueSet" => Self::DataValues,
            "events" | "event" | "trackedEntityInstances" | "enrollments" => Self::Tracker,
            "FeatureCollection" => Self::Geometry,
            _ => return None,
        })
    }

    /// What a property of this name at the root of JSON says; a document may be one event, whose identifier stands there.
    fn of_property(name: &str) -> Option<Self> {
        let is_id = |kind: &tracker::Kind| kind.id_property() == name;
        Some(match name {
            "dataValues" => Self::DataValues,
            INSTANCES | "trackedEntityInstance" | "programStage" => Self::Tracker,
            name if tracker::Kind::of_list(name).is_some() || tracker::Kind::ALL.iter().any(is_id) => {
                Self::Tracker
            }
            "features" => Self::Geometry,
            name if type_of(name).is_some() => Self::Metadata,
            _ => return None,
        })
    }

    fn of_json(reader: impl BufRead) -> Result<Self, String> {
        let mut pieces = Pieces::new(reader, MOST);
        let mut buffer = Vec::new();
        loop {
            let name = match pieces.next(&mut buffer) {
                Ok(Some(Piece::Begin(None))) => return Err("it is a list".to_owned()),
                Ok(Some(Piece::Begin(Some(name)) | Piece::Property(name))) => name,
                Ok(Some(_)) => continue,
                // Damage is told by what reads all of it.
                Ok(None) | Err(_) => return Ok(Self::Metadata),
            };
            if let Some(kind) = Self::of_property(&name) {
                return Ok(kind);
            }
        }
    }

    /// A name such as `events` is in files of others, too: then a property that only DHIS2 has, or one of its identifiers, must be
    /// there.
    fn of_sure_json(head: &[u8]) -> Option<Self> {
        let mut pieces = Pieces::new(head, MOST);
        let mut buffer = Vec::new();
        let mut found = None;
        let mut is_sure = false;
        loop {
            match pieces.next(&mut buffer) {
                Ok(Some(Piece::Begin(None))) => return None,
                Ok(Some(Piece::Begin(Some(name)) | Piece::Property(name))) => {
                    found = found.or_else(|| Self::of_property(&name));
                    is_sure |= SURE.contains(&name.as_str());
                }
                Ok(Some(_)) => {}
                // The first bytes end anywhere.
                Ok(None) | Err(_) => break,
            }
        }
        let kind = found?;
        let is_sure = is_sure || has_uid(head);
        (is_sure && kind != Self::Geometry).then_some(kind)
    }
}

/// Names at the root of JSON that nobody else has.
const SURE: [&str; 13] = [
    "dataValues",
    "trackedEntities",
    "trackedEntityInstances",
    "trackedEntityTypes",
    "trackedEntityAttributes",
    "dataElements",
    "organisationUnits",
    "categoryCombos",
    "categoryOptions",
    "categoryOptionCombos",
    "optionSets",
    "indicators",
    "programStages",
];

/// Whether a text in quotes is an identifier of DHIS2 with a capital and a small letter or digit, as nearly all have.
fn has_uid(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let is_one = |word: &str| {
        is_uid(word)
            && word.bytes().any(|byte| byte.is_ascii_uppercase())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    text.split('"').any(is_one)
}

/// The root of XML without its prefix.
fn root(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let is_start = |part: &&str| part.starts_with(|one: char| one.is_alphabetic());
    // Comments may hold elements.
    let behind = |part: &str| part.split_once("-->").map_or(String::new(), |(_, behind)| behind.to_owned());
    let mut parts = text.split("<!--");
    let text = parts.next().unwrap_or_default().to_owned() + &parts.map(behind).collect::<String>();
    let root = text.split('<').skip(1).find(is_start).unwrap_or_default();
    let root = root.split(|one: char| one.is_whitespace() || matches!(one, '>' | '/')).next();
    root.unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_what_they_hold() {
        for (head, kind) in [
            (r#"{"dataSet":"x","dataValues":[]}"#, Some(ExchangeKind::DataValues)),
            (r#"{"events":[{"event":"pHhZHG4go5k"}]}"#, Some(ExchangeKind::Tracker)),
            (r#"{"events":[{"name":"party"}]}"#, None),
            (r#"{"system":{},"dataElements":[{"#, Some(ExchangeKind::Metadata)),
            (r#"{"options":[{"id":"yOV5tkDsK8w"}]}"#, Some(ExchangeKind::Metadata)),
            (r#"{"options":{"colour":"red"}}"#, None),
            (r#"[{"dataElement":"x"}]"#, None),
            (r#"{"codebook":1}"#, None),
            (
                "<?xml version='1.0'?><!-- <events> --><d:dataValueSet xmlns:d='x'>",
                Some(ExchangeKind::DataValues),
            ),
            ("<metaData/>", Some(ExchangeKind::Metadata)),
            ("<adx xmlns='urn:ihe:qrph:adx:2015'>", Some(ExchangeKind::DataValues)),
            ("<codeBook>", None),
            ("dataelement,period,orgunit\n", None),
        ] {
            assert_eq!(ExchangeKind::of_sure(head.as_bytes()), kind, "{head}");
        }
        let of = |text: &str| ExchangeKind::of(text.as_bytes(), text.as_bytes()).map(|(kind, _)| kind);
        assert_eq!(of("\"dataelement\",\"period\"\n"), Ok(ExchangeKind::DataValues));
        assert_eq!(of("event,status\n"), Ok(ExchangeKind::Tracker));
        assert_eq!(of(r#"{"x":1,"features":[]}"#), Ok(ExchangeKind::Geometry));
        assert_eq!(of("a,b\n"), Err("its first line names no columns of data values or events".to_owned()));
        assert_eq!(of("<a/>"), Err("its root is <a>".to_owned()));
        assert_eq!(of("[]"), Err("it is a list".to_owned()));
    }
}
