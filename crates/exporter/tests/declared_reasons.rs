//! A codebook may declare the reasons of a file in another order, as values, or not at all: each row keeps its own.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, UInt8Array};
use exporter::codebook::{Codebook, Kind, Missing, Table, Variable};
use exporter::dataset::{display_rows, reason_texts, scan_schema};
use exporter::sink::MemorySink;
use exporter::{Context, Dataset, Filter, InputOptions, MemoryDataset, Scan, TableId};
use serde_json::{Value as Json, json};

/// A file of the rows 5, .a, .b, .c and null, with the codebook inside or not.
fn file(format: &str, options: Json) -> Vec<u8> {
    let mut x = Variable::new("x", Kind::INTEGER);
    x.missing = ['a', 'b', 'c'].map(|letter| Missing::reason().letter(letter)).to_vec();
    let codebook = Codebook::new("s").with_table(Table::new("p", vec![x]));
    let schema = scan_schema(&codebook.tables[0], &[0], true);
    let values: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None, None, None, None]));
    let reasons: ArrayRef = Arc::new(UInt8Array::from(vec![None, Some(0), Some(1), Some(2), None]));
    let batch = RecordBatch::try_new(schema, vec![values, reasons]).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let exporter = exporter::registry().exporter(format, options).unwrap();
    let sink = MemorySink::new();
    exporter::export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    sink.entries().into_values().next().unwrap()
}

/// The cells as read with a study file that declares these missing values; reasons by letter.
fn read(format: &str, bytes: &[u8], missing: &str, filter: Option<Filter>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(format!("p.{format}")), bytes).unwrap();
    let study = format!(
        "codebook = 1\n[data]\np = \"p.{format}\"\n[[tables]]\nname = \"p\"\n[[tables.variables]]\nname = \"x\"\n\
         kind = \"integer\"\nmissing = [{missing}]\n"
    );
    std::fs::write(folder.path().join("s.toml"), study).unwrap();
    let (registry, context) = (exporter::registry(), Context::default());
    let data = exporter::open(&[folder.path().join("s.toml")], &InputOptions::default(), &registry, &context)
        .unwrap();
    let variable = &data.codebook().tables[0].variables[0];
    let texts = reason_texts(variable, data.codebook().language(None));
    let mut scan = Scan::all().with_reasons();
    scan.filter = filter;
    let batches = context.scan(&data, TableId(0), &scan).unwrap();
    let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
    let cell = |row: Vec<Option<String>>| {
        let reason = row.get(1).cloned().flatten().and_then(|at| texts[at.parse::<usize>().unwrap()].clone());
        row[0].clone().or(reason).unwrap_or_else(|| "null".into())
    };
    rows.map(cell).collect()
}

#[test]
fn reasons_are_matched_by_letter() {
    let column = json!({"reasons": "column"});
    for (format, options) in [
        ("dta", json!({})),
        ("dta", json!({"codebook": false})),
        ("parquet", column.clone()),
        ("arrow", column),
    ] {
        let bytes = file(format, options);
        let turned =
            "{ letter = \"b\", label = \"DK\" }, { letter = \"a\", label = \"Refused\" }, { letter = \"c\" }";
        let one = "{ letter = \"c\" }";
        let value = "{ value = 9, letter = \"b\" }";
        for missing in [turned, one] {
            assert_eq!(
                read(format, &bytes, missing, None),
                ["5", ".a", ".b", ".c", "null"],
                "{format}: {missing}"
            );
        }
        assert_eq!(read(format, &bytes, value, None), ["5", ".a", "9", ".c", "null"], "{format}");
        let nine = Filter::compare("x", exporter::dataset::Comparison::AtLeast, 6);
        assert_eq!(read(format, &bytes, value, Some(nine)), ["9"], "{format}");
    }
}
