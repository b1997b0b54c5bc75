//! A table as it must be found in a file, and the file that our writer makes of it.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{Field, Schema};
use exporter_core::codebook::{Alignment, Measure};
use exporter_core::source::MemoryBytes;
use exporter_sav::spss::{Format, ResponseSetKind, Value};
use exporter_sav::{
    Attribute, Compression, SavError, SavMetadata, SavReader, SavVariable, SavWriter, Selection, Storing,
    ValueLabels, WriterOptions,
};
use serde_json::{Map, Value as Json, json};

/// A table with its cells.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) metadata: SavMetadata,
    columns: Vec<ArrayRef>,
}

impl Case {
    pub(super) fn new(name: &'static str) -> Self {
        let mut metadata = SavMetadata::new();
        metadata.created = ("01 Jan 26".to_owned(), "00:00:00".to_owned());
        Self { name, metadata, columns: Vec::new() }
    }

    /// Adds a number with its print and write format, and returns it for more to be said.
    pub(super) fn number(&mut self, name: &str, format: &str, cells: Vec<Option<f64>>) -> &mut SavVariable {
        let format = Format::parse(format).unwrap_or_else(|| panic!("{format}"));
        self.columns.push(Arc::new(Float64Array::from(cells)));
        self.metadata.variables.push(SavVariable::number(name, format));
        self.metadata.variables.last_mut().unwrap()
    }

    /// Adds a text of so many bytes, and returns it for more to be said.
    pub(super) fn text(&mut self, name: &str, width: u16, cells: Vec<&str>) -> &mut SavVariable {
        self.columns.push(Arc::new(StringArray::from(cells)));
        self.metadata.variables.push(SavVariable::text(name, width));
        self.metadata.variables.last_mut().unwrap()
    }

    /// Adds a set of value labels; its position.
    pub(super) fn labels(&mut self, labels: impl IntoIterator<Item = (Value, String)>) -> Option<usize> {
        self.metadata.value_labels.push(ValueLabels::new(labels.into_iter().collect()));
        Some(self.metadata.value_labels.len() - 1)
    }

    pub(super) fn written(&self, compression: Compression) -> Vec<u8> {
        let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
        options.compression = compression;
        let rows = self.columns.first().map_or(0, |column| column.len());
        options.cases = Some(rows as u64);
        options.threads = 2;
        let storing = vec![Storing::default(); self.columns.len()];
        let mut writer = SavWriter::new(Vec::new(), self.metadata.clone(), storing, options)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let fields: Vec<Field> =
            self.columns.iter().map(|array| Field::new("", array.data_type().clone(), true)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), self.columns.clone(), &options);
        writer.write_batches([Ok(batch.unwrap())]).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        writer.finish().unwrap().0
    }

    /// The table that our reader finds in a file.
    pub(super) fn read(path: &Path) -> Result<Self, SavError> {
        let reader = SavReader::open(Arc::new(MemoryBytes::new(std::fs::read(path).unwrap())))?;
        let batches = reader.batches(&Selection::default(), 2)?;
        let schema = batches.schema();
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        let all = arrow_select::concat::concat_batches(&schema, &batches).unwrap();
        Ok(Self { name: "read", metadata: reader.metadata().clone(), columns: all.columns().to_vec() })
    }

    /// What a reader must say.
    pub(super) fn expected(&self) -> Json {
        let variables = &self.metadata.variables;
        let measure = |variable: &SavVariable| match variable.measure {
            None => "unknown",
            Some(Measure::Nominal) => "nominal",
            Some(Measure::Ordinal) => "ordinal",
            Some(Measure::Scale) => "scale",
        };
        let alignment = |variable: &SavVariable| match variable.alignment {
            Some(Alignment::Left) => "left",
            Some(Alignment::Centre) => "center",
            Some(Alignment::Right) => "right",
            None if variable.width.is_some() => "left",
            None => "right",
        };
        // As wide as what is shown, within limits, where nobody has said how wide.
        let width = |variable: &SavVariable| {
            variable.column_width.unwrap_or_else(|| u32::from(variable.print.width.clamp(8, 32)))
        };
        let name = |at: usize| variables[at].name.as_str();
        let response_sets = self.metadata.response_sets.iter().map(|set| {
            let (kind, counted) = match &set.kind {
                ResponseSetKind::Category => ("category", None),
                ResponseSetKind::Dichotomy(Value::Number(counted)) => {
                    ("dichotomy", Some(counted.to_string()))
                }
                ResponseSetKind::Dichotomy(Value::Text(counted)) => ("dichotomy", Some(counted.clone())),
            };
            let members: Vec<&str> = set.members.iter().map(|member| name(*member)).collect();
            json!([set.name, kind, counted, set.label, members])
        });
        let mut attributes = json!({});
        let mut labels = Map::new();
        let mut missing = Map::new();
        for variable in variables {
            let own = self.metadata.labels_of(variable);
            if !own.is_empty() {
                let own: Vec<Json> = own.iter().map(|(value, label)| json!([key(value), label])).collect();
                let mut own = own;
                own.sort_by_key(ToString::to_string);
                labels.insert(variable.name.clone(), own.into());
            }
            let range = variable.missing.range.map(|(low, high)| {
                json!([number(low.unwrap_or(f64::MIN)), number(high.unwrap_or(f64::MAX))])
            });
            let values = variable.missing.values.iter().map(|value| json!([key(value), key(value)]));
            let all: Vec<Json> = range.into_iter().chain(values).collect();
            if !all.is_empty() {
                missing.insert(variable.name.clone(), all.into());
            }
            for Attribute { name, values, .. } in &variable.attributes {
                // The role of input is that of a variable of which none is said.
                if name != "$@Role" || *values != ["0"] {
                    attributes[&variable.name][name] = json!(values);
                }
            }
        }
        json!({
            "names": variables.iter().map(|variable| &variable.name).collect::<Vec<_>>(),
            "labels": variables.iter().map(|variable| &variable.label).collect::<Vec<_>>(),
            "formats": variables.iter().map(|variable| variable.print.to_string()).collect::<Vec<_>>(),
            "measures": variables.iter().map(measure).collect::<Vec<_>>(),
            "widths": variables.iter().map(width).collect::<Vec<_>>(),
            "alignments": variables.iter().map(alignment).collect::<Vec<_>>(),
            "value_labels": labels,
            "missing": missing,
            "response_sets": response_sets.collect::<Vec<_>>(),
            "attributes": attributes,
            "weight": self.metadata.weight.map(name),
            "file_label": self.metadata.label,
            "notes": self.metadata.documents,
            "columns": self.columns.iter().map(cells).collect::<Vec<_>>(),
        })
    }
}

fn cells(column: &ArrayRef) -> Vec<Json> {
    match column.as_string_opt::<i32>() {
        Some(texts) => {
            texts.iter().map(|text| text.unwrap_or_default().trim_end_matches(' ').into()).collect()
        }
        None => column
            .as_primitive::<Float64Type>()
            .iter()
            .map(|value| value.map_or(Json::Null, number))
            .collect(),
    }
}

/// A number by its bits, however a tool prints it; the open ends of ranges are infinite for some.
fn number(value: f64) -> Json {
    let value = value.clamp(f64::MIN, f64::MAX);
    format!("{:016x}", value.to_bits()).into()
}

fn key(value: &Value) -> Json {
    match value {
        Value::Number(value) => number(*value),
        Value::Text(text) => text.as_str().into(),
    }
}

/// What a tool printed, with numbers by their bits.
pub(super) fn normal(mut said: Json, case: &Case) -> Json {
    let texts: Vec<bool> = case.metadata.variables.iter().map(|variable| variable.width.is_some()).collect();
    let bits = |value: &mut Json| {
        if let Some(text) = value.as_str()
            && let Ok(value_) = text.parse::<f64>()
        {
            *value = number(value_);
        }
    };
    for (column, is_text) in said["columns"].as_array_mut().into_iter().flatten().zip(&texts) {
        for cell in column.as_array_mut().into_iter().flatten() {
            match (is_text, cell.as_str()) {
                (true, Some(text)) => *cell = text.trim_end_matches(' ').into(),
                (true, None) => *cell = "".into(),
                (false, _) => bits(cell),
            }
        }
    }
    let is_text = |name: &String| {
        let at = case.metadata.variables.iter().position(|variable| variable.name == *name);
        at.is_some_and(|at| texts[at])
    };
    for (part, many) in [("value_labels", 1), ("missing", 2)] {
        for (name, pairs) in said[part].as_object_mut().into_iter().flatten() {
            for pair in pairs.as_array_mut().into_iter().flatten().filter(|_| !is_text(name)) {
                pair.as_array_mut().into_iter().flatten().take(many).for_each(bits);
            }
        }
    }
    for pairs in said["value_labels"].as_object_mut().into_iter().flat_map(|sets| sets.values_mut()) {
        // PSPP sorts them.
        pairs.as_array_mut().into_iter().for_each(|pairs| pairs.sort_by_key(ToString::to_string));
    }
    said
}
