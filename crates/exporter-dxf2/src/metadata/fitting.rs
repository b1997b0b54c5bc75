//! Makes objects what servers of a target have (sections 2.4, 3, 4 and 5 of the fact sheet).

use super::feature;
use super::reader::MetadataObject;
use super::sharing::{self, Outcome};
use crate::mode::{Remark, Remarks};
use crate::target::Target;
use crate::value::{Object, Value};

/// Types of charts that versions before 2.34 have.
const CHARTS: [&str; 12] = [
    "COLUMN",
    "STACKED_COLUMN",
    "BAR",
    "STACKED_BAR",
    "LINE",
    "AREA",
    "PIE",
    "RADAR",
    "GAUGE",
    "YEAR_OVER_YEAR_LINE",
    "YEAR_OVER_YEAR_COLUMN",
    "SINGLE_VALUE",
];

/// Fits objects to a target, one after the other: the form of sharing and geometry, the names of collections. What cannot be said for
/// the target without a loss stays as it is, and is remarked.
///
/// ```
/// use exporter_dxf2::metadata::{Fitting, MetadataReader};
/// use exporter_dxf2::Target;
///
/// let json = r#"{"constants":[{"id":"bCqvfPR02Im","sharing":{"public":"rw------"}}]}"#;
/// let mut reader = MetadataReader::new(json.as_bytes())?;
/// let mut fitting = Fitting::new(Target::V2_29);
/// let fitted = fitting.fit(reader.read()?.unwrap());
/// assert_eq!(fitted.object.text("publicAccess"), Some("rw------"));
/// assert!(fitted.object.get("sharing").is_none() && fitting.remarks().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fitting {
    target: Target,
    prefers_older_sharing: bool,
    remarks: Remarks,
}

impl Fitting {
    /// Fits objects to servers of a version.
    pub fn new(target: Target) -> Self {
        Self { target, prefers_older_sharing: false, remarks: Remarks::default() }
    }

    /// Writes who may see and change objects in the older form alone, where servers of the target have both: elements of XML that have
    /// the identifiers of users as names are hard to read.
    #[must_use]
    pub fn for_xml(mut self) -> Self {
        self.prefers_older_sharing = self.target.has_older_sharing();
        self
    }

    /// What the target cannot have, and stays.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Fits an object.
    pub fn fit(&mut self, mut found: MetadataObject) -> MetadataObject {
        let target = self.target;
        self.share(&mut found);
        if matches!(found.kind.as_str(), "organisationUnits" | "organisationUnitGroups") {
            match target {
                Target::V2_22 | Target::V2_24 => {
                    if !feature::to_feature(&mut found.object) {
                        let message = "servers of the target have points and areas alone: it stays";
                        self.remark(&found, "geometry", message);
                    }
                }
                // Geometry is there since 2.32; servers pass over the form that they do not know.
                Target::V2_29 => feature::to_both(&mut found.object),
                _ => feature::to_geometry(&mut found.object),
            }
        }
        match found.kind.as_str() {
            "charts" | "reportTables" if target.has_visualizations() => self.visualize(&mut found),
            "visualizations" if !target.has_visualizations() => self.chart(&mut found),
            "dashboards" if target.has_visualizations() => dashboard(&mut found.object),
            "trackedEntities" if target >= Target::V2_29 => found.kind = "trackedEntityTypes".to_owned(),
            "trackedEntityTypes" if target < Target::V2_29 => found.kind = "trackedEntities".to_owned(),
            "programs" if target >= Target::V2_29 => {
                rename(&mut found.object, "trackedEntity", "trackedEntityType")
            }
            "programs" => rename(&mut found.object, "trackedEntityType", "trackedEntity"),
            "dataSets" if target >= Target::V2_29 => data_set_elements(&mut found.object),
            "dataSets" => self.data_elements(&mut found),
            _ => {}
        }
        found
    }

    /// Fits what stands beside the collections: `system` is there since 2.25; before, a date says when the document was made.
    #[must_use]
    pub fn header(&self, header: &Object) -> Object {
        let mut fitted = header.clone();
        if self.target.has_system() {
            return fitted;
        }
        let name = if self.target <= Target::V2_22 { "created" } else { "date" };
        if let Some(Value::Object(system)) = fitted.remove("system")
            && let Some(date) = system.get("date")
            && fitted.get(name).is_none()
        {
            fitted.set(name, date.clone());
        }
        fitted
    }

    fn remark(&mut self, found: &MetadataObject, property: &str, message: &str) {
        let remark = Remark::new(found.position, message).object(found.index, found.object.text("id"));
        self.remarks.add(remark.property(property));
    }

    fn share(&mut self, found: &mut MetadataObject) {
        let older = self.target.has_older_sharing();
        let newer = self.target.has_sharing() && !self.prefers_older_sharing;
        match sharing::fit(&mut found.object, older, newer) {
            Outcome::Whole => {}
            Outcome::Contradiction => {
                let message =
                    "it says another thing than the older properties, of which the target's form is kept";
                self.remark(found, "sharing", message);
            }
            Outcome::Loss => {
                self.remark(
                    found,
                    "sharing",
                    "some of it has no place in the form of the target, and is lost",
                );
            }
        }
    }

    /// Charts and report tables are one type since 2.34.
    fn visualize(&mut self, found: &mut MetadataObject) {
        let object = &mut found.object;
        let is_table = found.kind == "reportTables";
        let has_other_type = is_table && object.text("type").is_some_and(|kind| kind != "PIVOT_TABLE");
        let is_free = |old, new| object.text(old).is_none() || object.get(new).is_none();
        if has_other_type || !is_free("series", "columnDimensions") || !is_free("category", "rowDimensions") {
            let message = "servers of the target have visualizations, which cannot say all of it: it stays";
            let kind = found.kind.clone();
            self.remark(found, &kind, message);
            return;
        }
        if is_table {
            object.set("type", "PIVOT_TABLE");
        } else {
            for (old, new) in [("series", "columnDimensions"), ("category", "rowDimensions")] {
                if let Some(Value::Text(dimension)) = object.get(old).cloned() {
                    object.remove(old);
                    object.set(new, vec![Value::Text(dimension)]);
                }
            }
        }
        found.kind = "visualizations".to_owned();
    }

    /// Before 2.34, a visualization is a chart with one dimension to each side, or a report table.
    fn chart(&mut self, found: &mut MetadataObject) {
        let object = &mut found.object;
        let kind = object.text("type").unwrap_or_default();
        if kind == "PIVOT_TABLE" {
            object.remove("type");
            found.kind = "reportTables".to_owned();
            return;
        }
        let one = |name| match object.get(name).and_then(Value::as_list) {
            Some([Value::Text(dimension)]) => Some(dimension.clone()),
            _ => None,
        };
        let (series, category) = (one("columnDimensions"), one("rowDimensions"));
        let is_nothing = |value: &Value| value.as_list().is_some_and(<[Value]>::is_empty);
        let is_free = ["series", "category"].into_iter().all(|name| object.get(name).is_none_or(is_nothing));
        let (true, true, Some(series), Some(category)) = (CHARTS.contains(&kind), is_free, series, category)
        else {
            let message =
                "servers of the target have charts and report tables, which cannot say all of it: it stays";
            self.remark(found, "visualizations", message);
            return;
        };
        object.remove("columnDimensions");
        object.remove("rowDimensions");
        object.set("series", series);
        object.set("category", category);
        found.kind = "charts".to_owned();
    }

    /// Before 2.25 data sets have data elements without a category combination of their own.
    fn data_elements(&mut self, found: &mut MetadataObject) {
        let Some(elements) = found.object.get("dataSetElements").and_then(Value::as_list) else { return };
        let set = found.object.text("id");
        let of = |element: &Value| {
            let element = element.as_object()?;
            let is_of_set = |value: &Value| value.as_object().and_then(|it| it.text("id")) == set;
            let says_more = element.iter().any(|(name, value)| match name {
                "dataElement" => false,
                "dataSet" => !is_of_set(value),
                _ => true,
            });
            element.get("dataElement").filter(|_| !says_more).cloned()
        };
        match elements.iter().map(of).collect::<Option<Vec<Value>>>() {
            Some(elements) if found.object.get("dataElements").is_none() => {
                found.object.remove("dataSetElements");
                found.object.set("dataElements", elements);
            }
            _ => {
                let message =
                    "data sets of the target have data elements alone, which cannot say all of it: it stays";
                self.remark(found, "dataSetElements", message);
            }
        }
    }
}

/// Since 2.25 a data set has elements of its own that refer to data elements.
fn data_set_elements(set: &mut Object) {
    if set.get("dataSetElements").is_some() || set.get("dataElements").and_then(Value::as_list).is_none() {
        return;
    }
    let Some(Value::List(elements)) = set.remove("dataElements") else { return };
    let id = set.text("id").map(str::to_owned);
    let of = |element: Value| {
        let mut whole = Object::new();
        if let Some(id) = &id {
            whole.set("dataSet", Object::new().with("id", id.as_str()));
        }
        Value::Object(whole.with("dataElement", element))
    };
    set.set("dataSetElements", elements.into_iter().map(of).collect::<Vec<_>>());
}

/// Items of dashboards that show what became a visualization.
fn dashboard(dashboard: &mut Object) {
    let Some(Value::List(items)) = dashboard.get_mut("dashboardItems") else { return };
    for item in items {
        let Value::Object(item) = item else { continue };
        if let Some("CHART" | "REPORT_TABLE") = item.text("type") {
            item.set("type", "VISUALIZATION");
            rename(item, "chart", "visualization");
            rename(item, "reportTable", "visualization");
        }
    }
}

/// Gives a property another name, unless there is one of it.
fn rename(object: &mut Object, from: &str, to: &str) {
    if object.get(to).is_none()
        && let Some(value) = object.remove(from)
    {
        object.set(to, value);
    }
}

#[cfg(test)]
mod tests {
    use exporter_xml::Position;

    use super::*;

    fn fit(target: Target, kind: &str, json: &str) -> (String, String, Vec<String>) {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        let (kind, index, position) = (kind.to_owned(), 0, Position::of_line(1));
        let mut fitting = Fitting::new(target);
        let found = fitting.fit(MetadataObject { kind, index, position, object });
        let remarks = fitting.remarks().iter().map(ToString::to_string).collect();
        (found.kind, Value::from(found.object).canonical_json(), remarks)
    }

    #[test]
    fn both_ways_lose_nothing() {
        for (old, new, old_target, new_target) in [
            (
                ("charts", r#"{"category":"pe","series":"dx","type":"LINE"}"#),
                ("visualizations", r#"{"columnDimensions":["dx"],"rowDimensions":["pe"],"type":"LINE"}"#),
                Target::V2_29,
                Target::V2_41,
            ),
            (
                ("reportTables", r#"{"columnDimensions":["dx","pe"]}"#),
                ("visualizations", r#"{"columnDimensions":["dx","pe"],"type":"PIVOT_TABLE"}"#),
                Target::V2_29,
                Target::V2_38,
            ),
            (
                ("trackedEntities", r#"{"id":"a"}"#),
                ("trackedEntityTypes", r#"{"id":"a"}"#),
                Target::V2_24,
                Target::V2_29,
            ),
            (
                ("programs", r#"{"trackedEntity":{"id":"a"}}"#),
                ("programs", r#"{"trackedEntityType":{"id":"a"}}"#),
                Target::V2_24,
                Target::Head,
            ),
            (
                ("dataSets", r#"{"dataElements":[{"id":"e"}],"id":"s"}"#),
                (
                    "dataSets",
                    r#"{"dataSetElements":[{"dataElement":{"id":"e"},"dataSet":{"id":"s"}}],"id":"s"}"#,
                ),
                Target::V2_24,
                Target::V2_29,
            ),
            (
                ("organisationUnits", r#"{"coordinates":"[1.50,2]","featureType":"POINT"}"#),
                ("organisationUnits", r#"{"geometry":{"coordinates":[1.50,2],"type":"Point"}}"#),
                Target::V2_22,
                Target::V2_38,
            ),
        ] {
            let owned = |(kind, json): (&str, &str)| (kind.to_owned(), json.to_owned(), vec![]);
            for (from, target, to) in [
                (old, new_target, new),
                (new, old_target, old),
                (old, old_target, old),
                (new, new_target, new),
            ] {
                assert_eq!(fit(target, from.0, from.1), owned(to), "{target} {from:?}");
            }
        }
        let shown = fit(
            Target::V2_41,
            "dashboards",
            r#"{"dashboardItems":[{"chart":{"id":"c"},"type":"CHART"},{"type":"MAP"}]}"#,
        );
        assert_eq!(
            shown.1,
            r#"{"dashboardItems":[{"type":"VISUALIZATION","visualization":{"id":"c"}},{"type":"MAP"}]}"#
        );
    }

    #[test]
    fn what_would_be_lost_stays_and_is_remarked() {
        for (target, kind, json, property) in [
            (Target::V2_29, "visualizations", r#"{"type":"SCATTER"}"#, "visualizations"),
            (
                Target::V2_29,
                "visualizations",
                r#"{"columnDimensions":["dx","pe"],"rowDimensions":["ou"],"type":"LINE"}"#,
                "visualizations",
            ),
            (Target::V2_38, "charts", r#"{"columnDimensions":["pe"],"series":"dx"}"#, "charts"),
            (Target::V2_38, "reportTables", r#"{"type":"LINE"}"#, "reportTables"),
            (
                Target::V2_24,
                "dataSets",
                r#"{"dataSetElements":[{"categoryCombo":{"id":"c"},"dataElement":{"id":"e"}}],"id":"s"}"#,
                "dataSetElements",
            ),
            (
                Target::V2_24,
                "organisationUnits",
                r#"{"geometry":{"coordinates":[[1,2],[3,4]],"type":"LineString"}}"#,
                "geometry",
            ),
        ] {
            let (fitted_kind, fitted, remarks) = fit(target, kind, json);
            assert_eq!((fitted_kind.as_str(), fitted.as_str()), (kind, json));
            assert!(remarks.len() == 1 && remarks[0].contains(&format!(" {property}: ")), "{remarks:?}");
        }
        let (_, _, remarks) =
            fit(Target::V2_41, "maps", r#"{"publicAccess":"rw------","sharing":{"public":"--------"}}"#);
        assert!(remarks[0].contains("sharing: it says another thing"), "{remarks:?}");
    }

    #[test]
    fn the_header_says_what_the_target_reads() {
        let header = Object::new().with("system", Object::new().with("id", "s").with("date", "2024-01-02"));
        assert_eq!(Fitting::new(Target::V2_29).header(&header), header);
        assert_eq!(Fitting::new(Target::V2_24).header(&header), Object::new().with("date", "2024-01-02"));
        assert_eq!(Fitting::new(Target::V2_22).header(&header), Object::new().with("created", "2024-01-02"));
    }

    #[test]
    fn servers_with_both_forms_of_sharing_get_both_but_in_xml() {
        let json = r#"{"publicAccess":"rw------"}"#;
        let both = r#"{"publicAccess":"rw------","sharing":{"public":"rw------"}}"#;
        assert_eq!(fit(Target::V2_38, "maps", json).1, both);
        let Value::Object(object) = Value::from_json(both).unwrap() else { panic!("no object") };
        let found =
            MetadataObject { kind: "maps".to_owned(), index: 0, position: Position::of_line(1), object };
        let fitted = Fitting::new(Target::V2_38).for_xml().fit(found);
        assert_eq!(Value::from(fitted.object).canonical_json(), json);
    }
}
