//! GML 2 (section 13.1): every `featureMember` is a feature. No other file is read and no entity that stands for elements expanded.

use std::io::BufRead;

use exporter_xml::{Element, Item, XmlReader};

use super::feature::{Feature, FeatureOptions, Features, MOST_PROPERTIES, MatchBy};
use super::{Coordinate, Geometry, GeometryError};
use crate::fault::Fault;
use crate::mode::Remarks;
use crate::value::Object;

/// Reads a document feature by feature.
pub struct GmlReader<R: BufRead> {
    xml: XmlReader<R>,
    features: Features,
    is_over: bool,
}

impl<R: BufRead> GmlReader<R> {
    /// Reads a document.
    pub fn new(reader: R, options: FeatureOptions) -> Self {
        Self { xml: XmlReader::new(reader), features: Features::new(options), is_over: false }
    }

    /// What was left out or changed so far.
    pub fn remarks(&self) -> &Remarks {
        &self.features.remarks
    }

    /// The next feature that has a key and a geometry; the others are remarked. The elements of a feature that are texts become
    /// its properties, and its key its `id`.
    ///
    /// # Errors
    /// The document is no XML, is hostile or cut off, or a feature is longer than is read.
    pub fn read(&mut self) -> Result<Option<Feature>, Fault> {
        let found = if self.is_over { Ok(None) } else { self.next_feature() };
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_feature(&mut self) -> Result<Option<Feature>, Fault> {
        while let Some(item) = self.xml.next_item()? {
            let Item::Start(tag) = item else { continue };
            if tag.name != "featureMember" {
                continue;
            }
            let position = self.xml.position();
            let member = self.xml.element(tag, self.features.options.most)?;
            let key = key(&member);
            let geometry = match geometry_element(&member) {
                Some(element) => geometry(element).map(Some),
                None => Err(GeometryError::new("there is no Polygon, MultiPolygon or Point")),
            };
            let id = key.as_ref().map(|(_, key)| key.as_str());
            let members = members(&member, id).map_err(|message| Fault::new(position, message))?;
            if let Some(feature) = self.features.feature(position, key, geometry, members) {
                return Ok(Some(feature));
            }
        }
        self.features.end(self.xml.position(), "the document has no featureMember: it is no GML 2");
        Ok(None)
    }
}

/// The first descendant for which this holds, in the order of the document.
fn find<'e>(element: &'e Element, holds: &dyn Fn(&Element) -> bool) -> Option<&'e Element> {
    element.elements().find_map(|inner| if holds(inner) { Some(inner) } else { find(inner, holds) })
}

fn key(member: &Element) -> Option<(MatchBy, String)> {
    let keys = [
        (MatchBy::Uid, ["uid", "Uid", "UID"]),
        (MatchBy::Code, ["code", "Code", "CODE"]),
        (MatchBy::Name, ["name", "Name", "NAME"]),
    ];
    keys.into_iter().find_map(|(by, names)| {
        let is_key = |element: &Element| {
            names.contains(&element.name.as_ref()) && !element.own_text().trim().is_empty()
        };
        Some((by, find(member, &is_key)?.own_text().trim().to_owned()))
    })
}

fn geometry_element(member: &Element) -> Option<&Element> {
    find(member, &|element| matches!(element.name.as_ref(), "Polygon" | "MultiPolygon" | "Point"))
}

/// The key as `id`, and the texts of the feature as its properties.
fn members(member: &Element, id: Option<&str>) -> Result<Object, String> {
    let mut properties = Object::new();
    for feature in member.elements().take(1) {
        if let Some(fid) = feature.attribute("fid") {
            properties.set("fid", fid);
        }
        for element in feature.elements().filter(|element| element.elements().next().is_none()) {
            if properties.len() >= MOST_PROPERTIES {
                return Err(format!("a feature has more than {MOST_PROPERTIES} properties"));
            }
            properties.set(element.name.as_ref(), element.own_text().into_owned());
        }
    }
    let members = id.map_or_else(Object::new, |id| Object::new().with("id", id));
    Ok(members.with("properties", properties))
}

fn geometry(element: &Element) -> Result<Geometry, GeometryError> {
    match element.name.as_ref() {
        "Point" => match <[_; 1]>::try_from(positions(element)?) {
            Ok([position]) => Ok(Geometry::Point(position)),
            Err(_) => Err(GeometryError::new("a Point has other than one position")),
        },
        "Polygon" => polygon(element).map(Geometry::Polygon),
        _ => {
            let polygons = element.all("polygonMember").flat_map(|member| member.all("Polygon"));
            let polygons: Vec<_> = polygons.map(polygon).collect::<Result<_, _>>()?;
            if polygons.is_empty() {
                return Err(GeometryError::new("a MultiPolygon has no Polygon"));
            }
            Ok(Geometry::MultiPolygon(polygons))
        }
    }
}

/// The boundary, and behind it those of the holes.
fn polygon(element: &Element) -> Result<Vec<Vec<Coordinate>>, GeometryError> {
    let rings = |name| element.all(name).flat_map(|boundary| boundary.all("LinearRing"));
    if rings("outerBoundaryIs").count() != 1 {
        return Err(GeometryError::new("a Polygon has other than one outer boundary"));
    }
    rings("outerBoundaryIs").chain(rings("innerBoundaryIs")).map(positions).collect()
}

/// The positions of a point or ring.
fn positions(element: &Element) -> Result<Vec<Coordinate>, GeometryError> {
    let mut positions = Vec::new();
    for part in element.elements() {
        let text = part.own_text();
        match part.name.as_ref() {
            "coordinates" => {
                for (name, usual) in [("decimal", "."), ("cs", ","), ("ts", " ")] {
                    if part.attribute(name).is_some_and(|sign| sign != usual) {
                        return Err(GeometryError::new(format!(
                            "coordinates with another {name} than {usual:?}"
                        )));
                    }
                }
                for position in text.split_whitespace() {
                    positions.push(Coordinate::new(position.split(','))?);
                }
            }
            "pos" => positions.push(Coordinate::new(text.split_whitespace())?),
            "posList" => {
                let dimension = part.attribute("srsDimension").or_else(|| part.attribute("dimension"));
                let dimension = match dimension.unwrap_or("2") {
                    "2" => 2,
                    "3" => 3,
                    other => return Err(GeometryError::new(format!("{other:?} numbers of a position"))),
                };
                let numbers: Vec<&str> = text.split_whitespace().collect();
                let chunks = numbers.chunks_exact(dimension);
                if !chunks.remainder().is_empty() {
                    return Err(GeometryError::new("the last position of a posList is not whole"));
                }
                for numbers in chunks {
                    positions.push(Coordinate::new(numbers.iter().copied())?);
                }
            }
            _ => {}
        }
    }
    if positions.is_empty() {
        return Err(GeometryError::new("there are no coordinates"));
    }
    Ok(positions)
}

#[cfg(test)]
mod tests {
    use super::super::feature::Rounding;
    use super::*;
    use crate::drained::drained;

    fn document(members: &str) -> String {
        format!(
            "<o:FeatureCollection xmlns:o='http://o' xmlns:gml='http://www.opengis.net/gml'>\n<gml:boundedBy><gml:Box><gml:name>x</gml:name></gml:Box></gml:boundedBy>{members}</o:FeatureCollection>"
        )
    }

    fn member(keys: &str, geometry: &str) -> String {
        format!("<gml:featureMember><o:a fid=\"F0\"><o:g>{geometry}</o:g>{keys}</o:a></gml:featureMember>\n")
    }

    const RING: &str =
        "<gml:LinearRing><gml:coordinates>0,0 0,1.50 1,1 0,0</gml:coordinates></gml:LinearRing>";

    fn read(text: &str, options: FeatureOptions) -> (Vec<Feature>, Vec<String>, Option<Fault>) {
        let mut reader = GmlReader::new(text.as_bytes(), options);
        let (features, fault) = drained(|| reader.read());
        (features, reader.remarks().iter().map(ToString::to_string).collect(), fault)
    }

    #[test]
    fn the_first_key_matches_and_geometries_nest_properly() {
        let outer = format!("<gml:outerBoundaryIs>{RING}</gml:outerBoundaryIs>");
        let hole = "<gml:innerBoundaryIs><gml:LinearRing><gml:posList>.1 .1 .1 .2 .2 .2 .1 .1</gml:posList></gml:LinearRing></gml:innerBoundaryIs>";
        let polygon = format!("<gml:Polygon>{outer}{hole}</gml:Polygon>");
        let several =
            format!("<gml:MultiPolygon><gml:polygonMember>{polygon}</gml:polygonMember></gml:MultiPolygon>");
        let text = document(
            &[
                member("<o:Name>Bo</o:Name><o:CODE>OU_1</o:CODE><o:uid> </o:uid>", &polygon),
                member("<o:NAME>Bo &amp; Co</o:NAME>", &several),
                member(
                    "<o:x><o:Uid>O6uvpzGd5pu</o:Uid></o:x><o:code>c</o:code>",
                    "<gml:Point><gml:pos>-11.41970001 8</gml:pos></gml:Point>",
                ),
            ]
            .concat(),
        );
        let (features, remarks, fault) = read(&text, FeatureOptions::default());
        assert!(remarks.is_empty() && fault.is_none(), "{remarks:?} {fault:?}");
        let told: Vec<_> = features
            .iter()
            .map(|feature| {
                (feature.matched_by, feature.key.as_str(), feature.geometry.as_ref().unwrap().to_wkt())
            })
            .collect();
        let rings = "((0 0, 0 1.50, 1 1, 0 0), (0.1 0.1, 0.1 0.2, 0.2 0.2, 0.1 0.1))";
        assert_eq!(
            told,
            [
                (MatchBy::Code, "OU_1", format!("POLYGON {rings}")),
                (MatchBy::Name, "Bo & Co", format!("MULTIPOLYGON ({rings})")),
                (MatchBy::Uid, "O6uvpzGd5pu", "POINT (-11.41970001 8)".to_owned()),
            ]
        );
        let mut members = Vec::new();
        features[0].members.write_json(&mut members);
        assert_eq!(
            String::from_utf8(members).unwrap(),
            r#"{"id":"OU_1","properties":{"fid":"F0","Name":"Bo","CODE":"OU_1","uid":" "}}"#
        );
        let options = FeatureOptions { rounding: Rounding::AsServers, ..FeatureOptions::default() };
        let rounded = read(&text, options).0;
        assert_eq!(rounded[2].geometry.as_ref().unwrap().to_wkt(), "POINT (-11.4197 8)");
    }

    #[test]
    fn features_without_key_or_geometry_are_remarked_with_their_index() {
        let point = |inner: &str| format!("<gml:Point>{inner}</gml:Point>");
        let text = document(
            &[
                member("", &point("<gml:pos>1 2</gml:pos>")),
                member("<o:code>a</o:code>", ""),
                member("<o:code>b</o:code>", &point("<gml:coordinates>1;2</gml:coordinates>")),
                member("<o:code>c</o:code>", &point("<gml:posList>1 2 3</gml:posList>")),
                member("<o:code>d</o:code>", &point("<gml:coordinates cs=';'>1;2</gml:coordinates>")),
                member("<o:code>e</o:code>", "<gml:Polygon/>"),
                member("<o:code>f</o:code>", "<gml:MultiPolygon/>"),
                member("<o:code>g</o:code>", &point("")),
                member("<o:code>h</o:code>", &point("<gml:pos>1 2 3</gml:pos>")),
            ]
            .concat(),
        );
        let options = FeatureOptions { strips_heights: true, ..FeatureOptions::default() };
        let (features, remarks, fault) = read(&text, options);
        assert!(fault.is_none());
        assert_eq!(features.len(), 1);
        assert_eq!(features[0].geometry.as_ref().unwrap().to_wkt(), "POINT (1 2)");
        let remarks: Vec<&str> =
            remarks.iter().map(|remark| remark.split_once("object ").unwrap().1).collect();
        assert_eq!(
            remarks,
            [
                "0: nothing says of which object it is: the feature is left out",
                "1 (a): there is no Polygon, MultiPolygon or Point: the feature is left out",
                "2 (b): \"1;2\" is no number: the feature is left out",
                "3 (c): the last position of a posList is not whole: the feature is left out",
                "4 (d): coordinates with another cs than \",\": the feature is left out",
                "5 (e): a Polygon has other than one outer boundary: the feature is left out",
                "6 (f): a MultiPolygon has no Polygon: the feature is left out",
                "7 (g): there are no coordinates: the feature is left out",
                "8 (h): heights are left out",
            ]
        );
    }

    #[test]
    fn cut_and_hostile_documents_end_with_a_fault() {
        let point = "<gml:Point><gml:pos>1 2</gml:pos></gml:Point>";
        let whole = document(&member("<o:code>a</o:code>", point).repeat(2));
        let cut = whole.rfind("<gml:pos>").unwrap();
        let (features, _, fault) = read(&whole[..cut], FeatureOptions::default());
        assert!(features.len() == 1 && fault.unwrap().is_cut);
        let entity = format!(
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}",
            document(&member("<o:code>&x;</o:code>", point))
        );
        let (features, _, fault) = read(&entity, FeatureOptions::default());
        assert!(features.is_empty() && fault.unwrap().message.contains("another file, which is not read"));
        let (_, remarks, fault) = read("<a/>", FeatureOptions::default());
        assert!(fault.is_none() && remarks[0].contains("has no featureMember"), "{remarks:?}");
        let many = "<o:p/>".to_owned() + &(0..1001).map(|at| format!("<o:p{at}/>")).collect::<String>();
        let fault = read(&document(&member(&many, point)), FeatureOptions::default()).2.unwrap();
        assert_eq!(fault.message, "a feature has more than 1000 properties");
    }
}
