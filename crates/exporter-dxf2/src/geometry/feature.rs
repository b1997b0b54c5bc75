//! Features of a collection: geometries with what says of which object each is.

use exporter_xml::Position;

use super::{Geometry, GeometryError};
use crate::mode::{Remark, Remarks};
use crate::value::Object;

/// Properties that a feature or a collection has at most.
pub(super) const MOST_PROPERTIES: usize = 1000;

/// By which property of an object a feature finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchBy {
    /// The identifier.
    #[default]
    Uid,
    /// The code.
    Code,
    /// The name.
    Name,
}

/// A geometry for an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// By which property the object is found.
    pub matched_by: MatchBy,
    /// What that property is.
    pub key: String,
    /// The geometry; none takes away the one that the object has.
    pub geometry: Option<Geometry>,
    /// What the feature has besides its type and geometry, as GeoJSON has it: `id`, `properties` and others.
    pub members: Object,
}

/// How exact coordinates stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// All digits are kept.
    #[default]
    Full,
    /// As servers round: 6 decimals of points, 4 of everything else.
    AsServers,
    /// So many decimals.
    Decimals(usize),
}

/// How features are read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FeatureOptions {
    /// In GeoJSON the name of the property that holds the key; the `id` of the feature without it.
    pub property: Option<String>,
    /// In GeoJSON what the key is; GML says it itself.
    pub match_by: MatchBy,
    /// How exact coordinates stay.
    pub rounding: Rounding,
    /// Whether heights are taken away, as servers do.
    pub strips_heights: bool,
    /// Bytes of the longest feature that is read.
    pub most: usize,
}

impl Default for FeatureOptions {
    fn default() -> Self {
        Self {
            property: None,
            match_by: MatchBy::Uid,
            rounding: Rounding::Full,
            strips_heights: false,
            most: 16 << 20,
        }
    }
}

/// What the readers of both formats share: options, remarks, and how many features there were.
#[derive(Debug, Default)]
pub(super) struct Features {
    pub(super) options: FeatureOptions,
    pub(super) remarks: Remarks,
    count: u64,
}

impl Features {
    pub(super) fn new(options: FeatureOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// A feature with its geometry as it is wanted; `None`, and a remark, of one without a key or with what is no geometry.
    pub(super) fn feature(
        &mut self,
        position: Position,
        key: Option<(MatchBy, String)>,
        geometry: Result<Option<Geometry>, GeometryError>,
        members: Object,
    ) -> Option<Feature> {
        let index = self.count;
        self.count += 1;
        let id = key.as_ref().map(|(_, key)| key.as_str());
        let mut remark = |message: String| {
            self.remarks.add(Remark::new(position, message).object(index, id));
        };
        let mut geometry = match geometry {
            Ok(geometry) => geometry,
            Err(error) => {
                remark(format!("{error}: the feature is left out"));
                return None;
            }
        };
        if let Some(geometry) = &mut geometry {
            if self.options.strips_heights && geometry.strip_heights() > 0 {
                remark("heights are left out".to_owned());
            }
            let decimals = match self.options.rounding {
                Rounding::Full => None,
                Rounding::AsServers => Some(geometry.decimals_of_servers()),
                Rounding::Decimals(decimals) => Some(decimals),
            };
            if let Some(decimals) = decimals {
                geometry.round(decimals);
            }
        }
        let Some((matched_by, key)) = key else {
            remark("nothing says of which object it is: the feature is left out".to_owned());
            return None;
        };
        Some(Feature { matched_by, key, geometry, members })
    }

    /// Remarks something about the feature that comes next.
    pub(super) fn remark(&mut self, position: Position, message: &str) {
        self.remarks.add(Remark::new(position, message).object(self.count, None));
    }
}
