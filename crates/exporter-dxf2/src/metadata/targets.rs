//! Forms of the versions of DHIS2: sharing, charts and visualizations, geometries, and what a document says of itself.

use super::geometry::{of_feature, to_feature};
use super::part::MetadataObject;
use super::sharing::{OLDER, older_of, sharing_of, to_newer, to_older};
use super::writer::Form;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::Remark;
use crate::target::Target;
use crate::value::{Object, Value};

/// Types of visualizations that charts have had.
const CHARTS: [&str; 11] = [
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
];

/// What charts and report tables do not have.
const NEWER: [&str; 7] =
    ["axes", "series", "yearlySeries", "sorting", "outlierAnalysis", "icons", "reportingParams"];

/// Gives an object the form that a target has.
///
/// # Errors
/// The target does not hold what the object has, and the mode is strict.
pub(super) fn conform(
    object: &mut MetadataObject,
    target: Target,
    form: Form,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut about = About { position: object.position, index: object.index, id: None, findings };
    about.id = object.id().map(str::to_owned);
    about.sharing(&mut object.object, target, form)?;
    geometry(&mut object.object, target);
    let kind = match (&*object.kind, target.has_visualizations()) {
        ("charts", true) => chart_as_visualization(&mut object.object),
        ("reportTables", true) => table_as_visualization(&mut object.object),
        ("visualizations", false) => older_visualization(&mut object.object),
        ("dashboards", true) => {
            items_of_dashboard(&mut object.object);
            return Ok(());
        }
        _ => return Ok(()),
    };
    match kind {
        Some(kind) => kind.clone_into(&mut object.kind),
        None => {
            let message =
                format!("DHIS2 {target} does not have {}, and this has no other form there", object.kind);
            about.refuse("type", &message)?;
        }
    }
    Ok(())
}

/// Whether objects of a collection have another one in a target.
pub(super) fn is_renamed(kind: &str, target: Target) -> bool {
    match kind {
        "charts" | "reportTables" => target.has_visualizations(),
        "visualizations" => !target.has_visualizations(),
        _ => false,
    }
}

struct About<'f> {
    position: exporter_xml::Position,
    index: u64,
    id: Option<String>,
    findings: &'f mut Findings,
}

impl About<'_> {
    fn refuse(&mut self, property: &str, message: &str) -> Result<(), Fault> {
        let remark = Remark::new(self.position, message).object(self.index, self.id.as_deref());
        self.findings.refuse(remark.property(property))
    }

    /// Sharing of an object and of those in it. XML has the older form as long as there is one.
    fn sharing(&mut self, object: &mut Object, target: Target, form: Form) -> Result<(), Fault> {
        let wants_older = target.has_older_sharing();
        let wants_newer = target.has_sharing() && !(form == Form::Xml && wants_older);
        let is_complete = match (sharing_of(object), older_of(object)) {
            (None, false) => true,
            (Some(sharing), false) => !wants_older || to_older(&sharing, object),
            (None, true) => !wants_newer || to_newer(object),
            (Some(_), true) => true,
        };
        if !is_complete {
            self.refuse("sharing", "the other form of sharing does not hold all of this")?;
        }
        let has_both = sharing_of(object).is_some() && older_of(object);
        if has_both && !wants_newer {
            object.remove("sharing");
        }
        if has_both && !wants_older {
            for name in OLDER {
                object.remove(name);
            }
        }
        for (_, value) in object.iter_mut().filter(|(name, _)| *name != "sharing") {
            match value {
                Value::Object(inner) => self.sharing(inner, target, form)?,
                Value::List(values) => {
                    for value in values {
                        if let Value::Object(inner) = value {
                            self.sharing(inner, target, form)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The geometry of an object: a type and the text of coordinates to 2.24 at least, a geometry from 2.36 at the latest (2.32).
fn geometry(object: &mut Object, target: Target) {
    if target < Target::V2_29 && object.get("coordinates").is_none() {
        let older = object.get("geometry").and_then(Value::as_object).and_then(to_feature);
        if let Some((feature, coordinates)) = older {
            object.remove("geometry");
            object.set("featureType", feature);
            object.set("coordinates", coordinates);
        }
    }
    if target >= Target::V2_38 && object.get("geometry").is_none() {
        let newer = object
            .text("featureType")
            .zip(object.text("coordinates"))
            .and_then(|(feature, coordinates)| of_feature(feature, coordinates));
        if let Some(geometry) = newer {
            object.remove("featureType");
            object.remove("coordinates");
            object.set("geometry", geometry);
        }
    }
}

/// A chart has one dimension as its series and one as its category (to 2.33).
fn chart_as_visualization(chart: &mut Object) -> Option<&'static str> {
    let is_plain = |name| chart.get(name).is_none_or(|value| matches!(value, Value::Text(_)));
    let has_dimensions = chart.get("columnDimensions").is_some() || chart.get("rowDimensions").is_some();
    let is_known = chart.text("type").is_some_and(|kind| CHARTS.contains(&kind));
    if !(is_known && is_plain("series") && is_plain("category")) || has_dimensions {
        return None;
    }
    for (from, to) in [("series", "columnDimensions"), ("category", "rowDimensions")] {
        if let Some(dimension) = chart.remove(from) {
            chart.set(to, vec![dimension]);
        }
    }
    Some("visualizations")
}

fn table_as_visualization(table: &mut Object) -> Option<&'static str> {
    if table.get("type").is_some() || table.get("reportParams").is_some() {
        return None;
    }
    table.set("type", "PIVOT_TABLE");
    Some("visualizations")
}

fn older_visualization(visualization: &mut Object) -> Option<&'static str> {
    let is_list = |value: &Value| value.as_list().is_some_and(|values| !values.is_empty());
    if NEWER.iter().any(|name| {
        visualization.get(name).is_some_and(|value| is_list(value) || value.as_object().is_some())
    }) {
        return None;
    }
    let kind = visualization.text("type")?;
    if kind == "PIVOT_TABLE" {
        visualization.remove("type");
        NEWER.iter().for_each(|name| _ = visualization.remove(name));
        return Some("reportTables");
    }
    let single = |name| match visualization.get(name) {
        None => true,
        Some(value) => value.as_list().is_some_and(|values| matches!(values, [Value::Text(_)])),
    };
    if !(CHARTS.contains(&kind) && single("columnDimensions") && single("rowDimensions")) {
        return None;
    }
    // Those of the years after are empty, as was seen.
    NEWER.iter().for_each(|name| _ = visualization.remove(name));
    for (from, to) in [("columnDimensions", "series"), ("rowDimensions", "category")] {
        if let Some(Value::List(mut dimensions)) = visualization.remove(from)
            && let Some(dimension) = dimensions.pop()
        {
            visualization.set(to, dimension);
        }
    }
    Some("charts")
}

/// Items of dashboards point at visualizations, whatever they were.
fn items_of_dashboard(dashboard: &mut Object) {
    let Some(Value::List(items)) = dashboard.get_mut("dashboardItems") else { return };
    for item in items {
        let Value::Object(item) = item else { continue };
        for (name, kind) in [("chart", "CHART"), ("reportTable", "REPORT_TABLE")] {
            if item.get("visualization").is_some() {
                continue;
            }
            if let Some(reference) = item.remove(name) {
                item.set("visualization", reference);
                if item.text("type") == Some(kind) {
                    item.set("type", "VISUALIZATION");
                }
            }
        }
    }
}

/// What a document says of itself in the form of a target: before 2.25 the date of its system alone, by another name.
pub(super) fn property(name: &str, value: &Value, target: Target) -> Option<(String, Value)> {
    if name != "system" || target.has_system() {
        return Some((name.to_owned(), value.clone()));
    }
    let date = value.as_object()?.get("date")?.clone();
    Some((if target >= Target::V2_24 { "date" } else { "created" }.to_owned(), date))
}
