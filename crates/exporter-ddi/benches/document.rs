//! A document of 20,000 variables with ten categories each, written into memory and read again.
//!
//! `cargo bench -p exporter-ddi --bench document`; rates are in bytes of the document per second.

#![allow(clippy::expect_used, reason = "a bench that cannot set itself up has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exporter_core::codebook::{Codebook, Kind, Question, Table, Text, ValueLabels, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};
use exporter_ddi::{DdiExporter, DdiOptions};

const VARIABLES: usize = 20_000;

fn data() -> MemoryDataset {
    let mut codebook = Codebook::new("wide");
    let mut variables = Vec::with_capacity(VARIABLES);
    for number in 0..VARIABLES {
        let mut variable = Variable::new(format!("question_{number}"), Kind::INTEGER)
            .with_label(format!("Answer to the question {number} of the survey"));
        let mut question = Question::default();
        question.text = Text::from(format!("What do you think of the matter {number}, all in all?"));
        variable.question = Some(Box::new(question));
        variable.labels = Some(format!("set_{number}"));
        let labels =
            (0..10).fold(ValueLabels::new(), |set, value| set.with(value, format!("Answer {value}")));
        codebook.value_labels.insert(format!("set_{number}"), labels);
        variables.push(variable);
    }
    let codebook = codebook.with_table(Table::new("wide", variables));
    MemoryDataset::new(codebook, vec![vec![]]).expect("no rows fit any codebook")
}

fn documents(criterion: &mut Criterion) {
    let (data, exporter) = (data(), DdiExporter::new(DdiOptions::default()));
    let write = || {
        let sink = MemorySink::new();
        export(&exporter, &data, Box::new(sink.clone()), &Context::default()).expect("in memory");
        sink.entries().remove("wide.ddi.xml").expect("the document")
    };
    let document = write();
    let mut group = criterion.benchmark_group("document");
    group.throughput(Throughput::Bytes(document.len() as u64)).sample_size(10);
    group.bench_function("write", |bencher| bencher.iter(write));
    group.bench_function("read", |bencher| {
        bencher.iter(|| exporter_ddi::read(document.as_slice()).expect("our own document"));
    });
    group.finish();
}

criterion_group!(benches, documents);
criterion_main!(benches);
