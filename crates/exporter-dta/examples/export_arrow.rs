//! Exports an Arrow IPC file with a codebook as `.dta`.
//!
//! `export_arrow INPUT.arrow CODEBOOK.json FOLDER [OPTIONS.json]`: the codebook's first table describes the file;
//! the last line says what was lost, as JSON.

use std::fs::File;
use std::io::{self, Write};

use exporter_core::codebook::Codebook;
use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{Context, LossCode, LossPolicy, MemoryDataset, export};
use exporter_dta::{DtaExporter, DtaOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, codebook, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: export_arrow INPUT.arrow CODEBOOK.json FOLDER [OPTIONS.json]".into());
    };
    let codebook = Codebook::from_json(&std::fs::read_to_string(codebook)?)?;
    let batches =
        arrow_ipc::reader::FileReader::try_new(File::open(input)?, None)?.collect::<Result<Vec<_>, _>>()?;
    let data = MemoryDataset::new(codebook, vec![batches])?;
    let options = match rest.first() {
        Some(path) => serde_json::from_str(&std::fs::read_to_string(path)?)?,
        None => DtaOptions::default(),
    };
    let sink = FolderSink::create(folder, FolderOptions::default())?;
    let context = Context::default().with_policy(LossPolicy::Allow(LossCode::ALL.to_vec()));
    let summary = export(&DtaExporter::new(options), &data, Box::new(sink), &context)?;
    writeln!(io::stdout().lock(), "{}", serde_json::to_string(&summary)?)?;
    Ok(())
}
