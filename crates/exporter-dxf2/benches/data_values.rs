//! A hundred thousand data values, read beside the parsers underneath and written.
#![allow(missing_docs, reason = "a program")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot set itself up has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exporter_dxf2::data_values::{
    AdxReader, AdxWriter, CsvDialect, CsvReader, CsvWriter, DataValue, JsonReader, JsonWriter, Key,
    XmlReader, XmlWriter,
};
use exporter_dxf2::{Mode, Object, Target};
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

const VALUES: u64 = 100_000;

fn values() -> impl Iterator<Item = DataValue> {
    (0..VALUES).map(|at| {
        let period = format!("2012{:02}", at % 12 + 1);
        DataValue::new("f7n9E0hX8qk", &period, "DiszpKrYNg8", &at.to_string())
            .with(Key::StoredBy, "john")
            .with(Key::LastUpdated, "2012-01-01T00:00:00.000")
            .with(Key::FollowUp, "false")
    })
}

fn json() -> Vec<u8> {
    let mut writer = JsonWriter::new(Vec::new(), &Object::new(), Target::Head).unwrap();
    values().for_each(|value| writer.write(&value).unwrap());
    writer.finish().unwrap()
}

fn xml() -> Vec<u8> {
    let mut writer = XmlWriter::new(Vec::new(), &Object::new()).unwrap();
    values().for_each(|value| writer.write(&value).unwrap());
    writer.finish().unwrap()
}

fn adx() -> Vec<u8> {
    let header = Object::new().with("dataSet", "pBOMPrpg1QX");
    let mut writer = AdxWriter::new(Vec::new(), &header, Target::V2_41).unwrap();
    values().for_each(|value| writer.write(&value).unwrap());
    writer.finish().unwrap()
}

/// The attributes of a file as quick-xml streams them.
fn attributes(xml: &[u8]) -> usize {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let (mut buffer, mut count) = (Vec::new(), 0);
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                count += tag.attributes().map(|attribute| attribute.unwrap().value.len()).sum::<usize>();
            }
            quick_xml::events::Event::Eof => return count,
            _ => {}
        }
        buffer.clear();
    }
}

fn csv() -> Vec<u8> {
    let mut writer = CsvWriter::new(Vec::new(), Target::Head).unwrap();
    values().for_each(|value| writer.write(&value).unwrap());
    writer.finish().unwrap()
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bare {
    #[serde(rename = "dataElement")]
    _data_element: String,
    #[serde(rename = "period")]
    _period: String,
    #[serde(rename = "orgUnit")]
    _org_unit: String,
    #[serde(rename = "value")]
    _value: String,
}

/// The values of a set as serde_json streams them.
struct Set;

impl<'de> Visitor<'de> for Set {
    type Value = u64;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut count = 0;
        while map.next_key::<IgnoredAny>()?.is_some() {
            count += map.next_value::<Counted>()?.0;
        }
        Ok(count)
    }
}

struct Counted(u64);

impl<'de> serde::Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Counted;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("values")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Counted, A::Error> {
                let mut count = 0;
                while seq.next_element::<Bare>()?.is_some() {
                    count += 1;
                }
                Ok(Counted(count))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

fn compare(criterion: &mut Criterion) {
    let (json, csv, xml, adx) = (json(), csv(), xml(), adx());
    let mut group = criterion.benchmark_group("data_values");
    group.throughput(Throughput::Elements(VALUES)).sample_size(10);
    group.bench_function("json/serde_json", |bencher| {
        bencher.iter(|| serde_json::Deserializer::from_reader(&json[..]).deserialize_map(Set).unwrap());
    });
    group.bench_function("json/read", |bencher| {
        bencher.iter(|| {
            let mut reader = JsonReader::new(&json[..], 1 << 20);
            let mut value = DataValue::default();
            std::iter::from_fn(|| reader.read(&mut value).unwrap().then_some(())).count()
        });
    });
    group.bench_function("json/write", |bencher| bencher.iter(self::json));
    group.bench_function("xml/quick-xml", |bencher| bencher.iter(|| attributes(&xml)));
    group.bench_function("xml/read", |bencher| {
        bencher.iter(|| {
            let mut reader = XmlReader::new(&xml[..], 1 << 20);
            let mut value = DataValue::default();
            std::iter::from_fn(|| reader.read(&mut value).unwrap().then_some(())).count()
        });
    });
    group.bench_function("xml/write", |bencher| bencher.iter(self::xml));
    group.bench_function("adx/read", |bencher| {
        bencher.iter(|| {
            let mut reader = AdxReader::new(&adx[..], 1 << 20, Mode::Strict);
            let mut value = DataValue::default();
            std::iter::from_fn(|| reader.read(&mut value).unwrap().then_some(())).count()
        });
    });
    group.bench_function("adx/write", |bencher| bencher.iter(self::adx));
    group.bench_function("csv/csv", |bencher| {
        bencher.iter(|| {
            let mut reader = csv::Reader::from_reader(&csv[..]);
            let mut record = csv::StringRecord::new();
            std::iter::from_fn(|| reader.read_record(&mut record).unwrap().then_some(())).count()
        });
    });
    group.bench_function("csv/read", |bencher| {
        bencher.iter(|| {
            let mut reader = CsvReader::new(&csv[..], CsvDialect::Either).unwrap();
            let mut value = DataValue::default();
            std::iter::from_fn(|| reader.read(&mut value).unwrap().then_some(())).count()
        });
    });
    group.bench_function("csv/write", |bencher| bencher.iter(self::csv));
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
