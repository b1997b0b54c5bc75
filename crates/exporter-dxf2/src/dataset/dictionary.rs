//! What metadata says of data: names of what identifiers stand for, and what data elements and attributes are.

use std::collections::{BTreeMap, HashMap};

use exporter_core::LossCode;
use exporter_core::codebook::{Codebook, Kind, Language, ValueLabel, ValueLabels, Variable};
use exporter_core::dataset::fit_to_kind;

use super::cells::Cells;
use super::told::Told;
use crate::value::Object;

/// A column of identifiers: its table, its name, and the collection of the objects that they stand for.
pub(super) const IDS: [(&str, &str, &str); 16] = [
    ("dataValues", "dataElement", "dataElements"),
    ("dataValues", "orgUnit", "organisationUnits"),
    ("dataValues", "categoryOptionCombo", "categoryOptionCombos"),
    ("dataValues", "attributeOptionCombo", "categoryOptionCombos"),
    ("events", "program", "programs"),
    ("events", "programStage", "programStages"),
    ("events", "orgUnit", "organisationUnits"),
    ("events", "attributeOptionCombo", "categoryOptionCombos"),
    ("events", "dataElement", "dataElements"),
    ("enrollments", "program", "programs"),
    ("enrollments", "orgUnit", "organisationUnits"),
    ("enrollments", "attributeOptionCombo", "categoryOptionCombos"),
    ("trackedEntities", "trackedEntityType", "trackedEntityTypes"),
    ("trackedEntities", "orgUnit", "organisationUnits"),
    ("relationships", "relationshipType", "relationshipTypes"),
    ("dataValues", "dataSet", "dataSets"),
];

/// The set of the labels of a collection by identifiers, or by what another scheme of identifiers says.
pub(super) fn set_of(collection: &str, scheme: Option<&str>) -> String {
    match scheme {
        None => collection.to_owned(),
        Some(scheme) => format!("{collection}_{scheme}"),
    }
}

/// What stands in place of identifiers, as far as metadata has labels by it.
pub(super) const CODE: &str = "code";

/// A dictionary, and by what a file identifies objects.
pub(super) struct Dictionary<'d> {
    codebook: &'d Codebook,
    header: &'d Object,
    /// The language of names that are values.
    language: Language<'d>,
}

impl<'d> Dictionary<'d> {
    pub(super) fn new(codebook: &'d Codebook, header: &'d Object, wanted: Option<&'d str>) -> Self {
        Self { codebook, header, language: codebook.language(wanted) }
    }

    /// What the identifiers of a column are called.
    pub(super) fn names(&self, table: &str, column: &str) -> Option<HashMap<String, String>> {
        let (_, labels) = self.set(table, column)?;
        let name = |entry: &ValueLabel| (entry.value.to_string(), entry.label.get(self.language).to_owned());
        Some(labels.entries.iter().map(name).collect())
    }

    /// The set of labels of a column of identifiers; `None` of other columns, and where the scheme is one of names.
    pub(super) fn set(&self, table: &str, column: &str) -> Option<(String, &'d ValueLabels)> {
        let (.., collection) = IDS.iter().find(|(of, name, _)| *of == table && *name == column)?;
        let scheme = match self.scheme(column) {
            Some(scheme) if scheme.eq_ignore_ascii_case("CODE") => Some(CODE.to_owned()),
            Some(scheme) if scheme.eq_ignore_ascii_case("UID") || scheme.eq_ignore_ascii_case("ID") => None,
            Some(scheme) => Some(scheme.split_once(':').map(|(_, attribute)| attribute.to_owned())?),
            None => None,
        };
        let name = set_of(collection, scheme.as_deref());
        let labels = self.codebook.value_labels.get(&name)?;
        Some((name, labels))
    }

    /// By what the file says that it identifies the objects of a column.
    fn scheme(&self, column: &str) -> Option<&'d str> {
        let own = match column {
            "attributeOptionCombo" => "categoryOptionComboIdScheme".to_owned(),
            column => format!("{column}IdScheme"),
        };
        self.header.text(&own).or_else(|| self.header.text("idScheme"))
    }

    /// Describes a variable of a column; what does not suit its cells is told.
    pub(super) fn describe(
        &self,
        (table, column): (&str, &str),
        cells: &Cells,
        variable: Variable,
        sets: &mut BTreeMap<String, ValueLabels>,
        told: &mut Told,
    ) -> Variable {
        let known = self.codebook.table(table).and_then(|(_, table)| table.variable(column));
        let mut described = known.map_or_else(|| variable.clone(), |(_, known)| known.clone());
        described.name.clone_from(&variable.name);
        if described.label.is_empty() {
            described.label = variable.label;
        }
        if let Some((name, _)) = self.set(table, column) {
            described.labels = Some(name);
        } else if IDS.iter().any(|(of, name, _)| *of == table && *name == column) {
            described.labels = None;
        }
        if let Some(name) = described.labels.clone()
            && let Some(labels) = self.codebook.value_labels.get(&name)
        {
            sets.insert(name, labels.clone());
        }
        let kind = cells.kind();
        let unfit = fit_to_kind(&mut described, &kind, sets, table);
        if unfit.labels {
            let action = format!("labels of values that are not all {kind} are left out");
            told.add(LossCode::VALUE_LABELS_DROPPED, (table, Some(&described.name)), &action, String::new);
        }
        described
    }

    /// The kind that is stated of a data element or attribute.
    pub(super) fn stated(codebook: &'d Codebook, table: &str, column: &str) -> Option<&'d Kind> {
        let (_, variable) = codebook.table(table)?.1.variable(column)?;
        Some(&variable.kind)
    }
}
