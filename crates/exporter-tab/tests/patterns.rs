//! Dates by a pattern: what is written comes back, and a file that needs a pattern names it.

use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, Date32Array, RecordBatch, TimestampMillisecondArray, TimestampSecondArray,
};
use exporter_core::codebook::{Kind, Table, TimeUnit, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Codebook, Context, Dataset, Error, MemoryDataset, Registry, Scan, Source, TableId};
use serde_json::{Value as Json, json};

fn registry() -> Registry {
    exporter_tab::register(Registry::new())
}

fn read(source: &Source<'_>, options: Json) -> Result<(Vec<Kind>, Vec<RecordBatch>), Error> {
    let context = Context::default();
    let data = registry().open_as("csv", source, options, &context)?;
    let kinds = data.codebook().tables[0].variables.iter().map(|variable| variable.kind.clone()).collect();
    Ok((kinds, context.scan(&*data, TableId(0), &Scan::all())?.collect::<Result<_, _>>()?))
}

#[test]
fn what_is_written_by_a_pattern_is_read_by_it() {
    let stamp = |zone: Option<&str>| Kind::DateTime { unit: TimeUnit::Second, zone: zone.map(Into::into) };
    let seconds = TimestampSecondArray::from(vec![Some(1_709_209_800), None, Some(-86_400)]);
    let columns: [(&str, Kind, ArrayRef); 2] = [
        ("day", Kind::Date, Arc::new(Date32Array::from(vec![Some(19_782), None, Some(-1)]))),
        ("at", stamp(None), Arc::new(seconds.clone())),
    ];
    let variables = columns.iter().map(|(name, kind, _)| Variable::new(*name, kind.clone())).collect();
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let columns = columns.map(|(name, _, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let data = MemoryDataset::new(codebook.clone(), vec![vec![batch.clone()]]).unwrap();
    for options in [
        json!({"dates": "%d.%m.%Y", "datetimes": "%d.%m.%Y %H:%M"}),
        json!({"dates": "%Y%m%d", "datetimes": "%Y%m%d%H%M%S"}),
        json!({"dates": "%b %e, %Y", "datetimes": "%m/%d/%Y %I:%M %p"}),
    ] {
        let sink = MemorySink::new();
        let csv = registry().exporter("csv", options.clone()).unwrap();
        exporter_core::export(&*csv, &data, Box::new(sink.clone()), &Context::default()).unwrap();
        let source = Source::memory("t.csv", sink.entries()["t.csv"].clone());
        let (kinds, batches) = read(&source, options.clone()).unwrap();
        assert_eq!(kinds, [Kind::Date, stamp(None)], "{options}");
        assert_eq!(batches[0].columns(), batch.columns(), "{options}");
        let declared = source.declared(&codebook, &codebook.tables[0]);
        assert_eq!(read(&declared, options.clone()).unwrap().1[0].columns(), batch.columns(), "{options}");
    }
}

#[test]
fn an_offset_is_read_where_the_pattern_has_one() {
    let text = "at\n31.01.2024 10:00:00.5 +0100\n";
    let options = json!({"datetimes": "%d.%m.%Y %H:%M:%S%.f %z"});
    let source = Source::memory("t.csv", text);
    let kind = |zone: &str| Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some(zone.into()) };
    let (kinds, batches) = read(&source, options.clone()).unwrap();
    assert_eq!(kinds, [kind("+01:00")], "the offset is kept");
    let kept = TimestampMillisecondArray::from(vec![1_706_691_600_500]).with_timezone("+01:00");
    assert_eq!(batches[0].column(0).to_data(), kept.to_data());
    let expected = TimestampMillisecondArray::from(vec![1_706_691_600_500]).with_timezone("UTC");
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![Variable::new("at", kind("UTC"))]));
    let (_, batches) = read(&source.declared(&codebook, &codebook.tables[0]), options).unwrap();
    assert_eq!(batches[0].column(0).to_data(), expected.to_data());
}

#[test]
fn a_cell_in_another_common_form_names_its_pattern() {
    let hint = |kind: Kind, cell: &str, options: Json| {
        let codebook = Codebook::new("s").with_table(Table::new("t", vec![Variable::new("x", kind)]));
        let source = Source::memory("t.csv", format!("x\n{cell}\n"));
        let error = read(&source.declared(&codebook, &codebook.tables[0]), options).unwrap_err();
        (error.to_string(), error.hint().unwrap().to_owned())
    };
    let (message, said) = hint(Kind::Date, "31.01.2024", json!({}));
    assert!(message.contains("\"31.01.2024\" is not a date such as 2024-02-29"), "{message}");
    assert_eq!(said, "read it --from csv:dates=%d.%m.%Y");
    let naive = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    let (_, said) = hint(naive, "31.01.2024 10:00", json!({}));
    assert_eq!(said, "read it --from \"csv:datetimes=%d.%m.%Y %H:%M\"");
    let (message, said) = hint(Kind::Date, "01/31/2024", json!({"dates": "%d/%m/%Y"}));
    assert!(message.contains("is not a date such as 29/02/2024"), "{message}");
    assert_eq!(said, "read it --from csv:dates=%m/%d/%Y");
    assert_eq!(hint(Kind::Date, "soon", json!({})).1, "correct the cell, or declare the variable as text");
    for (cell, kind, words) in [
        ("\"1.234,50\"", Kind::FLOAT, "read it --from csv:decimal=comma,thousands=point"),
        ("\"1,234.50\"", Kind::FLOAT, "read it --from csv:decimal=point,thousands=comma"),
        ("1.234", Kind::INTEGER, "read it --from csv:decimal=comma,thousands=point"),
        ("\"1,5\"", Kind::FLOAT, "read it --from csv:decimal=comma"),
        ("\"1,5\"", Kind::INTEGER, "correct the cell, or declare the variable as text"),
        ("many", Kind::FLOAT, "correct the cell, or declare the variable as text"),
    ] {
        assert_eq!(hint(kind, cell, json!({})).1, words, "{cell}");
    }
    let options = json!({"decimal": "comma", "null": "NA"});
    let said = hint(Kind::FLOAT, "\"1.234,50\"", options).1;
    assert_eq!(said, "read it --from csv:null=NA,decimal=comma,thousands=point");
}

#[test]
fn a_pattern_that_reads_nothing_is_refused_with_the_options() {
    for (options, part) in [
        (json!({"dates": "dd.mm.yyyy"}), "dates=%d.%m.%Y"),
        (json!({"dates": "%d.%m."}), "dates=%d.%m.%Y"),
        (json!({"datetimes": "yyyy-mm-dd"}), "datetimes=%d.%m.%Y %H:%M:%S"),
        (json!({"datetimes": "%Y-%m-%d"}), "datetimes=%d.%m.%Y %H:%M:%S"),
    ] {
        let error = read(&Source::memory("t.csv", "x\n1\n"), options.clone()).unwrap_err().to_string();
        assert!(error.contains(part), "{options}: {error}");
    }
}
