//! Collections of features as GeoJSON (section 13.2).

use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use super::feature::{Feature, FeatureOptions, Features, MOST_PROPERTIES};
use super::{Geometry, GeometryError};
use crate::fault::Fault;
use crate::json::{Piece, Pieces};
use crate::mode::Remarks;
use crate::value::{Object, Value, write_text};

const FEATURES: &str = "features";
const COLLECTION: &str = "FeatureCollection";

/// Reads a collection feature by feature.
pub struct GeoJsonReader<R> {
    pieces: Pieces<R>,
    buffer: Vec<u8>,
    features: Features,
    header: Object,
    in_features: bool,
    is_over: bool,
}

impl<R: BufRead> GeoJsonReader<R> {
    /// Reads a collection.
    pub fn new(reader: R, options: FeatureOptions) -> Self {
        Self {
            pieces: Pieces::new(reader, options.most),
            buffer: Vec::new(),
            features: Features::new(options),
            header: Object::new(),
            in_features: false,
            is_over: false,
        }
    }

    /// What the collection says besides its type and features, as far as it was read.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// What was left out or changed so far.
    pub fn remarks(&self) -> &Remarks {
        &self.features.remarks
    }

    /// The next feature that has a key and a geometry or `null`; the others are remarked.
    ///
    /// # Errors
    /// The document is no collection of features, is cut off, or a feature is longer than is read.
    pub fn read(&mut self) -> Result<Option<Feature>, Fault> {
        let found = self.next_feature();
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_feature(&mut self) -> Result<Option<Feature>, Fault> {
        let mut list: Option<(String, Vec<Value>)> = None;
        while !self.is_over {
            let before = self.pieces.position();
            let Some(piece) = self.pieces.next(&mut self.buffer)? else {
                self.features.end(before, "the document has no features");
                break;
            };
            match piece {
                Piece::Begin(None) => return Err(Fault::new(before, "a list is no collection of features")),
                Piece::Begin(Some(name)) if name == FEATURES => self.in_features = true,
                Piece::Begin(Some(name)) => list = Some((name, Vec::new())),
                Piece::Element if self.in_features => {
                    let feature = self.feature(before)?;
                    if feature.is_some() {
                        return Ok(feature);
                    }
                }
                Piece::Element => {
                    let element = self.value(before)?;
                    if let Some((_, list)) = &mut list {
                        list.push(element);
                    }
                }
                Piece::End => {
                    self.in_features = false;
                    if let Some((name, list)) = list.take() {
                        self.property(name, list.into(), before)?;
                    }
                }
                Piece::Property(name) => {
                    let value = self.value(before)?;
                    self.property(name, value, before)?;
                }
            }
        }
        Ok(None)
    }

    fn property(&mut self, name: String, value: Value, at: Position) -> Result<(), Fault> {
        match name.as_str() {
            FEATURES => return Err(Fault::new(at, "features is no list")),
            "type" if value.as_text() == Some(COLLECTION) => return Ok(()),
            "type" => {
                return Err(Fault::new(
                    at,
                    "the document is no FeatureCollection; put the features into one",
                ));
            }
            _ => {}
        }
        if self.header.len() >= MOST_PROPERTIES {
            let message = format!("more than {MOST_PROPERTIES} properties stand beside the features");
            return Err(Fault::new(at, message));
        }
        self.header.set(name, value);
        Ok(())
    }

    fn value(&self, at: Position) -> Result<Value, Fault> {
        let fault = |error: &dyn std::fmt::Display| Fault::new(at, format!("it cannot be read: {error}"));
        let text = std::str::from_utf8(&self.buffer).map_err(|error| fault(&error))?;
        Value::from_json(text).map_err(|error| fault(&error))
    }

    fn feature(&mut self, at: Position) -> Result<Option<Feature>, Fault> {
        let Value::Object(mut members) = self.value(at)? else {
            return Err(Fault::new(at, "a feature is an object"));
        };
        members.remove("type");
        let geometry = match members.remove("geometry") {
            Some(Value::Null) => Ok(None),
            Some(value) => {
                if Geometry::has_other_members(&value) {
                    self.features.remark(at, "members of the geometry beside its coordinates are left out");
                }
                Geometry::from_geojson(&value).map(Some)
            }
            None => Err(GeometryError::new("there is no geometry")),
        };
        let key = match &self.features.options.property {
            Some(name) => members.get("properties").and_then(Value::as_object).and_then(|all| all.get(name)),
            None => members.get("id"),
        };
        let key = match key {
            Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(digits)) => Some(digits.clone()),
            _ => None,
        };
        let key = key.map(|key| (self.features.options.match_by, key));
        Ok(self.features.feature(at, key, geometry, members))
    }
}

/// Writes a collection feature by feature.
pub struct GeoJsonWriter<W> {
    writer: W,
    line: Vec<u8>,
    has_features: bool,
}

impl<W: Write> GeoJsonWriter<W> {
    /// Begins a collection with what it says besides its features.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(mut writer: W, header: &Object) -> io::Result<Self> {
        let mut line = Vec::new();
        members(COLLECTION, header, FEATURES, &mut line);
        line.push(b'[');
        writer.write_all(&line)?;
        Ok(Self { writer, line, has_features: false })
    }

    /// Writes a feature.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn write(&mut self, feature: &Feature) -> io::Result<()> {
        self.line.clear();
        self.line.extend_from_slice(if self.has_features { b",\n" } else { b"\n" });
        self.has_features = true;
        members("Feature", &feature.members, "geometry", &mut self.line);
        let geometry = feature.geometry.as_ref().map_or(Value::Null, Geometry::to_geojson);
        geometry.write_json(&mut self.line);
        self.line.push(b'}');
        self.writer.write_all(&self.line)
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(b"\n]}\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// Begins an object with its type, these members, and the name of what comes last.
fn members(of_type: &str, members: &Object, last: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(b"{\"type\":");
    write_text(of_type, to);
    for (name, value) in members.iter().filter(|(name, _)| *name != "type" && *name != last) {
        to.push(b',');
        write_text(name, to);
        to.push(b':');
        value.write_json(to);
    }
    to.push(b',');
    write_text(last, to);
    to.push(b':');
}

#[cfg(test)]
mod tests {
    use super::super::feature::MatchBy;
    use super::*;
    use crate::drained::drained;

    fn read(text: &str, options: FeatureOptions) -> (Vec<Feature>, Object, Vec<String>, Option<Fault>) {
        let mut reader = GeoJsonReader::new(text.as_bytes(), options);
        let (features, fault) = drained(|| reader.read());
        let remarks = reader.remarks().iter().map(ToString::to_string).collect();
        (features, reader.header().clone(), remarks, fault)
    }

    #[test]
    fn collections_are_read_and_written_again() {
        let text = concat!(
            r#"{"type":"FeatureCollection","name":"ou","bbox":[1,2],"features":["#,
            "\n",
            r#"{"type":"Feature","id":"O6uvpzGd5pu","properties":{"code":"c","n":1.0},"x":null,"geometry":{"type":"Point","coordinates":[1.50,2]}},"#,
            "\n",
            r#"{"type":"Feature","id":7,"geometry":null}"#,
            "\n]}\n"
        );
        let (features, header, remarks, fault) = read(text, FeatureOptions::default());
        assert!(remarks.is_empty() && fault.is_none());
        assert_eq!(features[0].key, "O6uvpzGd5pu");
        assert_eq!((features[1].key.as_str(), &features[1].geometry), ("7", &None));
        let mut writer = GeoJsonWriter::new(Vec::new(), &header).unwrap();
        features.iter().for_each(|feature| writer.write(feature).unwrap());
        assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), text);
        let options = FeatureOptions {
            property: Some("code".to_owned()),
            match_by: MatchBy::Code,
            ..FeatureOptions::default()
        };
        let (features, _, remarks, _) = read(text, options);
        assert_eq!((features[0].key.as_str(), features[0].matched_by), ("c", MatchBy::Code));
        assert_eq!(
            remarks,
            ["line 2, column 132, object 1: nothing says of which object it is: the feature is left out"]
        );
    }

    #[test]
    fn what_is_amiss_is_remarked_or_ends_the_document() {
        let of = |features: &str| read(&format!("{{\"features\":[{features}]}}"), FeatureOptions::default());
        let remarks = |features: &str| of(features).2.join("|");
        assert!(
            remarks(r#"{"id":"a"}"#).ends_with("object 0 (a): there is no geometry: the feature is left out")
        );
        assert!(
            remarks(r#"{"id":"a","geometry":{"type":"Point","coordinates":[1]}}"#).contains("two numbers")
        );
        let (features, _, remarks, _) =
            of(r#"{"id":"a","geometry":{"type":"Point","coordinates":[1,2],"bbox":[]}}"#);
        assert!(features.len() == 1 && remarks[0].contains("beside its coordinates"));
        for (text, wanted) in [
            ("[]", "a list is no collection of features"),
            (r#"{"type":"Feature"}"#, "no FeatureCollection"),
            (r#"{"features":{}}"#, "features is no list"),
            (r#"{"features":[3]}"#, "a feature is an object"),
        ] {
            let fault = read(text, FeatureOptions::default()).3.unwrap();
            assert!(fault.message.contains(wanted), "{text}: {fault}");
        }
        assert!(of("").2[0].contains("has no features"));
        let (features, _, _, fault) =
            read(r#"{"features":[{"id":"a","geometry":null},{"id":"b""#, FeatureOptions::default());
        assert!(features.len() == 1 && fault.unwrap().is_cut);
    }
}
