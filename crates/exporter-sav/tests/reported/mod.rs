//! What users of other programs have reported of their SPSS files, and what is right instead.

mod copies;
mod damage;
mod dictionary;
mod edited_days;
mod encodings;
mod labels;
mod languages;
mod large;
mod missing;
mod remade;
mod texts;
mod times;
mod untouched;

use exporter_core::Summary;

use super::*;

/// A file and what its export told.
struct File {
    bytes: Vec<u8>,
    summary: Summary,
}

impl File {
    fn of(exporter: &SavExporter, codebook: Codebook, columns: Vec<ArrayRef>) -> Self {
        let all: Vec<usize> = (0..columns.len()).collect();
        let batch = RecordBatch::try_new(arrow_schema(&codebook.tables[0], &all), columns).unwrap();
        Self::written(exporter, &MemoryDataset::new(codebook, vec![vec![batch]]).unwrap())
    }

    fn written(exporter: &SavExporter, data: &dyn Dataset) -> Self {
        let sink = MemorySink::new();
        let summary = export(exporter, data, Box::new(sink.clone()), &lenient()).unwrap();
        let (_, bytes) = sink.entries().into_iter().next().unwrap();
        Self { bytes, summary }
    }

    fn reader(&self) -> SavReader {
        SavReader::open(Arc::new(MemoryBytes::new(self.bytes.clone()))).unwrap()
    }

    /// As another program writes it that has changed its descriptions.
    fn edited(&self, edit: impl FnOnce(&mut SavMetadata)) -> Self {
        Self { bytes: rewritten(self.bytes.clone(), edit), summary: self.summary.clone() }
    }

    fn metadata(&self) -> SavMetadata {
        self.reader().metadata().clone()
    }

    /// As another program would write it that copies what it does not change: these descriptions and cells.
    fn with_cells(&self, edit: impl FnOnce(&mut SavMetadata), columns: Vec<ArrayRef>) -> Box<dyn Dataset> {
        let mut metadata = self.metadata();
        edit(&mut metadata);
        let names = metadata.variables.iter().map(|variable| variable.name.clone());
        let batch = RecordBatch::try_from_iter(names.zip(columns)).unwrap();
        let storing = metadata.variables.iter().map(|_| Storing::default()).collect();
        let options = WriterOptions::new(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())));
        let mut writer = SavWriter::new(Vec::new(), metadata, storing, options).unwrap();
        writer.write(&batch).unwrap();
        let bytes = writer.finish().unwrap().0;
        File { bytes, summary: self.summary.clone() }.opened()
    }

    fn opened(&self) -> Box<dyn Dataset> {
        let source = Source::memory("t.sav", self.bytes.clone());
        SavInput::open(&source, Default::default(), &Context::default()).unwrap()
    }

    /// What was lost, by variable: code, count and action.
    fn told(&self) -> Vec<String> {
        let line = |loss: &exporter_core::Loss| {
            let variable = loss.variable.as_deref().unwrap_or("-");
            format!("{variable}: {} ({}): {}", loss.code.as_str(), loss.count, loss.action)
        };
        self.summary.changes.losses.iter().map(line).collect()
    }
}

/// A study of one table `t`.
fn study(variables: Vec<Variable>) -> Codebook {
    Codebook::new("s").with_table(Table::new("t", variables))
}

/// The exporter that keeps no codebook in its files.
fn bare() -> SavExporter {
    SavExporter::new(options(json!({"codebook": false})))
}

/// All rows of the only table.
fn rows_of(data: &dyn Dataset) -> RecordBatch {
    data.scan(TableId(0), &Scan::all()).unwrap().next().unwrap().unwrap()
}

fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn integers(numbers: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(numbers.to_vec()))
}
