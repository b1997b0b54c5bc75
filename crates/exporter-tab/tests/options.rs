//! Every option of the formats, with the bytes it gives written down by hand.

use std::sync::Arc;

use arrow_array::*;
use exporter_core::codebook::{Kind, Missing, Table, Text, TimeUnit, Value, ValueLabels, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Codebook, Context, MemoryDataset, Registry};
use serde_json::{Value as Json, json};

/// What an exporter writes for one table.
fn written(format: &str, options: Json, data: &MemoryDataset) -> String {
    let exporter = exporter_tab::register(Registry::new()).exporter(format, options).unwrap();
    let sink = MemorySink::new();
    exporter_core::export(&*exporter, data, Box::new(sink.clone()), &Context::default()).unwrap();
    let (_, bytes) = sink.entries().into_iter().next().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn dataset(columns: Vec<(Variable, ArrayRef)>, labels: ValueLabels) -> MemoryDataset {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(variable, array)| (variable.name.clone(), Arc::clone(array), true)),
    );
    let table = Table::new("t", columns.into_iter().map(|(variable, _)| variable).collect());
    let codebook = Codebook::new("s").with_table(table).with_value_labels("codes", labels);
    MemoryDataset::new(codebook, vec![vec![batch.unwrap()]]).unwrap()
}

/// Two rows and a row of nulls of the kinds that options treat differently.
fn mixed() -> MemoryDataset {
    let integer = |values: [Option<i32>; 3]| Arc::new(Int32Array::from(values.to_vec())) as ArrayRef;
    let code = Variable::new("code", Kind::Integer { bits: 32, signed: true })
        .with_label(Text::new("The answer, coded"))
        .with_labels("codes")
        .with_missing(Missing::value(9).label("Refused"));
    let texts = StringArray::from(vec![Some("a,b;c|d\te"), Some(""), None]);
    let amounts = Float64Array::from(vec![Some(-1.5), Some(2.0), None]);
    let truths = BooleanArray::from(vec![Some(true), Some(false), None]);
    let bytes = BinaryArray::from(vec![Some(&b"\x00\xff"[..]), Some(b"\x01"), None]);
    dataset(
        vec![
            (code, integer([Some(1), Some(9), None])),
            (Variable::new("text", Kind::Text), Arc::new(texts)),
            (Variable::new("amount", Kind::FLOAT).with_label("Amount"), Arc::new(amounts)),
            (Variable::new("ok", Kind::Boolean), Arc::new(truths)),
            (Variable::new("bytes", Kind::Binary), Arc::new(bytes)),
        ],
        ValueLabels::new().with(1, "Yes, surely").with(9, "No answer"),
    )
}

#[test]
fn defaults() {
    assert_eq!(
        written("csv", json!({}), &mixed()),
        "code,text,amount,ok,bytes\n1,\"a,b;c|d\te\",-1.5,true,AP8=\n9,\"\",2,false,AQ==\n,,,,\n"
    );
    assert_eq!(
        written("tab", json!({}), &mixed()),
        "code\ttext\tamount\tok\tbytes\n1\t\"a,b;c|d\te\"\t-1.5\ttrue\tAP8=\n9\t\"\"\t2\tfalse\tAQ==\n\t\t\t\t\n"
    );
}

#[test]
fn delimiters() {
    let first = |delimiter: &str| {
        let text = written("csv", json!({"delimiter": delimiter}), &mixed());
        text.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(first("tab"), "1\t\"a,b;c|d\te\"\t-1.5\ttrue\tAP8=");
    assert_eq!(first("comma"), "1,\"a,b;c|d\te\",-1.5,true,AP8=");
    assert_eq!(first("semicolon"), "1;\"a,b;c|d\te\";-1.5;true;AP8=");
    assert_eq!(first("pipe"), "1|\"a,b;c|d\te\"|-1.5|true|AP8=");
    assert_eq!(first("space"), "1 a,b;c|d\te -1.5 true AP8=");
    assert_eq!(first("^"), "1^a,b;c|d\te^-1.5^true^AP8=");
}

#[test]
fn quoting() {
    let text = |quoting: &str| written("csv", json!({"quoting": quoting}), &mixed());
    assert_eq!(text("minimal"), text("survey-solutions"), "no text here has spaces at its ends");
    assert_eq!(
        text("all"),
        "\"code\",\"text\",\"amount\",\"ok\",\"bytes\"\n\"1\",\"a,b;c|d\te\",\"-1.5\",\"true\",\"AP8=\"\n\
         \"9\",\"\",\"2\",\"false\",\"AQ==\"\n,,,,\n"
    );
    assert_eq!(
        text("non-numeric"),
        "\"code\",\"text\",\"amount\",\"ok\",\"bytes\"\n1,\"a,b;c|d\te\",-1.5,\"true\",\"AP8=\"\n\
         9,\"\",2,\"false\",\"AQ==\"\n,,,,\n"
    );
    let spaces = StringArray::from(vec![" a", "b ", "c d", "e\"f"]);
    let spaces = dataset(vec![(Variable::new("x", Kind::Text), Arc::new(spaces))], ValueLabels::new());
    assert_eq!(
        written("csv", json!({"quoting": "survey-solutions"}), &spaces),
        "x\n\" a\"\n\"b \"\nc d\n\"e\"\"f\"\n"
    );
    assert_eq!(written("csv", json!({}), &spaces), "x\n a\nb \nc d\n\"e\"\"f\"\n");
}

#[test]
fn mark_and_line_ends() {
    let text = written("csv", json!({"bom": true, "line-end": "crlf"}), &mixed());
    assert!(text.starts_with("\u{feff}code,text,amount,ok,bytes\r\n1,"));
    assert!(text.ends_with("\r\n,,,,\r\n") && text.matches('\n').count() == 4);
    let text = written("csv", json!({"bom": false, "line-end": "lf"}), &mixed());
    assert!(text.starts_with("code,") && !text.contains('\r'));
}

#[test]
fn headers() {
    let top = |header: &str| {
        let text = written("csv", json!({"header": header}), &mixed());
        text.split_once("1,").unwrap().0.to_owned()
    };
    assert_eq!(top("names"), "code,text,amount,ok,bytes\n");
    assert_eq!(top("labels"), "\"The answer, coded\",text,Amount,ok,bytes\n");
    assert_eq!(top("both"), "code,text,amount,ok,bytes\n\"The answer, coded\",text,Amount,ok,bytes\n");
    assert_eq!(top("none"), "");
}

#[test]
fn values_and_missing_values() {
    let codes = |options: Json| -> Vec<String> {
        let data = dataset(
            vec![
                (
                    Variable::new("code", Kind::INTEGER)
                        .with_labels("codes")
                        .with_missing(Missing::value(9).label("Refused"))
                        .with_missing(Missing::value(8))
                        .with_missing(Missing::range(Some(Value::Integer(90)), None)),
                    Arc::new(Int64Array::from(vec![Some(1), Some(3), Some(8), Some(9), Some(95), None])),
                ),
                (Variable::new("row", Kind::INTEGER), Arc::new(Int64Array::from(vec![0; 6]))),
            ],
            ValueLabels::new().with(1, "Yes, surely").with(8, "Don't know").with(9, "No answer"),
        );
        let text = written("csv", options, &data);
        text.lines().skip(1).map(|line| line.strip_suffix(",0").unwrap().to_owned()).collect()
    };
    assert_eq!(codes(json!({})), ["1", "3", "8", "9", "95", ""]);
    assert_eq!(codes(json!({"missing": "code"})), ["1", "3", "8", "9", "95", ""]);
    assert_eq!(codes(json!({"missing": "empty"})), ["1", "3", "", "", "", ""]);
    assert_eq!(codes(json!({"missing": "text"})), ["1", "3", "Don't know", "Refused", "95", ""]);
    assert_eq!(
        codes(json!({"values": "labels"})),
        ["\"Yes, surely\"", "3", "Don't know", "Refused", "95", ""],
        "reasons go with labels"
    );
    assert_eq!(
        codes(json!({"values": "labels", "missing": "code"})),
        ["\"Yes, surely\"", "3", "8", "9", "95", ""]
    );
    assert_eq!(
        codes(json!({"values": "labels", "missing": "empty", "missing-text": "NA"})),
        ["\"Yes, surely\"", "3", "NA", "NA", "NA", "NA"]
    );
    assert_eq!(codes(json!({"missing-text": "."})), ["1", "3", "8", "9", "95", "."]);
}

/// Every kind that can declare missing values: a value that is declared, one within a declared range, and a valid one.
#[test]
fn missing_values_of_every_kind() {
    fn column<T: Into<Value>>(kind: Kind, one: T, low: T, high: T, array: ArrayRef) -> (Variable, ArrayRef) {
        let variable = Variable::new("x", kind)
            .with_missing(Missing::value(one).label("One"))
            .with_missing(Missing::range(Some(low.into()), Some(high.into())).label("Range"));
        (variable, array)
    }
    let stamp = Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("Europe/Paris".into()) };
    let stamps = TimestampMillisecondArray::from(vec![0, 86_400_001, 1]).with_timezone("Europe/Paris");
    let times = Time64MicrosecondArray::from(vec![1_500_000, 3_600_000_000, 0]);
    let decimals = Decimal128Array::from(vec![-990, 105, 9]).with_precision_and_scale(9, 1).unwrap();
    let large = (1_i64 << 53) + 1;
    let columns = [
        column(
            Kind::INTEGER,
            -9_i64,
            large,
            large + 7,
            Arc::new(Int64Array::from(vec![-9, large, large - 1])),
        ),
        column(Kind::FLOAT, 0.5, 90.0, 99.5, Arc::new(Float64Array::from(vec![0.5, 99.5, 9.0]))),
        column(
            Kind::Float { bits: 32 },
            99.9,
            -0.3,
            -0.1,
            Arc::new(Float32Array::from(vec![99.9, -0.3, 9.0])),
        ),
        column(Kind::Decimal { precision: 9, scale: 1 }, -99.0, 10.0, 19.9, Arc::new(decimals)),
        column(Kind::Date, "1900-01-01", "1970-01-02", "1970-01-03", {
            Arc::new(Date32Array::from(vec![-25_567, 2, 0]))
        }),
        column(Kind::Time(TimeUnit::Microsecond), "00:00:01.5", "01:00:00", "02:00:00", Arc::new(times)),
        column(stamp, "1970-01-01T01:00:00+01:00", "1970-01-02", "1970-01-03", Arc::new(stamps)),
        column(Kind::Text, "none", "a", "b", Arc::new(StringArray::from(vec!["none", "aa", "c"]))),
    ];
    for (mut variable, array) in columns {
        let of_range = variable.missing[1].clone();
        let cells = |variable: &Variable, options: Json| -> Vec<String> {
            let row: ArrayRef = Arc::new(Int64Array::from(vec![0; 3]));
            let columns =
                vec![(variable.clone(), Arc::clone(&array)), (Variable::new("row", Kind::INTEGER), row)];
            let text = written("csv", options, &dataset(columns, ValueLabels::new()));
            text.lines().skip(1).map(|line| line.strip_suffix(",0").unwrap().to_owned()).collect()
        };
        let kind = variable.kind.clone();
        let plain = cells(&variable, json!({}));
        assert_eq!(cells(&variable, json!({"missing": "text"})), ["One", "Range", &plain[2]], "{kind}");
        assert_eq!(cells(&variable, json!({"missing": "empty"})), ["", "", &plain[2]], "{kind}");
        variable.missing = vec![of_range];
        assert_eq!(cells(&variable, json!({"missing": "empty"})), [&plain[0], "", &plain[2]], "{kind}");
    }
}

#[test]
fn labels_of_a_missing_range_are_not_written_where_missing_values_are_empty() {
    let columns = || {
        let code = Variable::new("code", Kind::INTEGER)
            .with_labels("codes")
            .with_missing(Missing::range(Some((-9).into()), Some((-1).into())).label("Missing"));
        let values: ArrayRef = Arc::new(Int64Array::from(vec![-1, 1]));
        vec![(code, Arc::clone(&values)), (Variable::new("row", Kind::INTEGER), values)]
    };
    let labels = || ValueLabels::new().with(-1, "Refused").with(1, "Yes");
    let text = |options: Json| written("csv", options, &dataset(columns(), labels()));
    assert_eq!(text(json!({"values": "labels", "missing": "empty"})), "code,row\n,-1\nYes,1\n");
    assert_eq!(text(json!({"values": "labels"})), "code,row\nRefused,-1\nYes,1\n");
}

#[test]
fn labels_of_dates_are_written() {
    let day = Variable::new("day", Kind::Date).with_labels("codes");
    let days: ArrayRef = Arc::new(Date32Array::from(vec![0, 1]));
    let data = dataset(vec![(day, days)], ValueLabels::new().with("1970-01-01", "Epoch"));
    assert_eq!(written("csv", json!({"values": "labels"}), &data), "day\nEpoch\n1970-01-02\n");
}

#[test]
fn texts() {
    let texts = StringArray::from(vec![Some("NA"), Some(""), Some("a\tb\r\nc"), None]);
    let columns = || {
        let row: ArrayRef = Arc::new(Int8Array::from(vec![1; 4]));
        let kind = Kind::Integer { bits: 8, signed: true };
        vec![
            (Variable::new("x", Kind::Text), Arc::new(texts.clone()) as ArrayRef),
            (Variable::new("row", kind), row),
        ]
    };
    let text = |options: Json| written("csv", options, &dataset(columns(), ValueLabels::new()));
    assert_eq!(text(json!({"empty": "quoted"})), "x,row\nNA,1\n\"\",1\n\"a\tb\r\nc\",1\n,1\n");
    assert_eq!(text(json!({"empty": "bare"})), "x,row\nNA,1\n,1\n\"a\tb\r\nc\",1\n,1\n");
    assert_eq!(text(json!({"missing-text": "NA"})), "x,row\n\"NA\",1\n\"\",1\n\"a\tb\r\nc\",1\nNA,1\n");
    assert_eq!(text(json!({"breaks": "keep"})), "x,row\nNA,1\n\"\",1\n\"a\tb\r\nc\",1\n,1\n");
    assert_eq!(text(json!({"breaks": "space"})), "x,row\nNA,1\n\"\",1\na b  c,1\n,1\n");
}

#[test]
fn numbers_truth_and_bytes() {
    let line =
        |options: Json, at: usize| written("csv", options, &mixed()).lines().nth(at).unwrap().to_owned();
    assert_eq!(
        line(json!({"decimal": "comma", "delimiter": "semicolon"}), 1),
        "1;\"a,b;c|d\te\";-1,5;true;AP8="
    );
    assert_eq!(line(json!({"decimal": "point"}), 1), "1,\"a,b;c|d\te\",-1.5,true,AP8=");
    assert_eq!(line(json!({"booleans": "yes/no"}), 2), "9,\"\",2,no,AQ==");
    assert_eq!(line(json!({"booleans": "1/0"}), 1), "1,\"a,b;c|d\te\",-1.5,1,AP8=");
    assert_eq!(
        line(json!({"booleans": "a,b/c", "quoting": "minimal"}), 1),
        "1,\"a,b;c|d\te\",-1.5,\"a,b\",AP8="
    );
    assert_eq!(line(json!({"binary": "hex"}), 1), "1,\"a,b;c|d\te\",-1.5,true,00ff");
    assert_eq!(line(json!({"binary": "base64"}), 2), "9,\"\",2,false,AQ==");
}

#[test]
fn dates() {
    let data = || {
        let when =
            |zone: Option<&str>| Kind::DateTime { unit: TimeUnit::Millisecond, zone: zone.map(Into::into) };
        let moments = TimestampMillisecondArray::from(vec![Some(1_709_209_845_250), None]);
        dataset(
            vec![
                (Variable::new("day", Kind::Date), Arc::new(Date32Array::from(vec![Some(19_782), None]))),
                (Variable::new("local", when(None)), Arc::new(moments.clone())),
                (Variable::new("utc", when(Some("UTC"))), Arc::new(moments.with_timezone("UTC"))),
            ],
            ValueLabels::new(),
        )
    };
    let rows = |options: Json| written("csv", options, &data()).split_once('\n').unwrap().1.to_owned();
    let iso = "2024-02-29,2024-02-29T12:30:45.250,2024-02-29T12:30:45.250Z\n,,\n";
    assert_eq!(rows(json!({})), iso);
    assert_eq!(rows(json!({"dates": "iso", "datetimes": "iso"})), iso);
    assert_eq!(
        rows(json!({"dates": "%d.%m.%Y", "datetimes": "%d/%m/%Y, %H:%M"})),
        "29.02.2024,\"29/02/2024, 12:30\",\"29/02/2024, 12:30\"\n,,\n"
    );
    assert_eq!(
        rows(json!({"dates": "%d.%m.%Y", "quoting": "all"})),
        "\"29.02.2024\",\"2024-02-29T12:30:45.250\",\"2024-02-29T12:30:45.250Z\"\n,,\n"
    );
}

#[test]
fn a_header_without_names_loses_names() {
    let lost = |header: &str| {
        let csv = exporter_tab::register(Registry::new()).exporter("csv", json!({"header": header})).unwrap();
        let sink = Box::new(MemorySink::new());
        let summary = exporter_core::export(&*csv, &mixed(), sink, &Context::default()).unwrap();
        let losses = summary.changes.losses.iter().filter(|loss| loss.action.contains("names of variables"));
        losses.map(|loss| format!("{} {} {}", loss.code, loss.count, loss.counted())).collect::<Vec<_>>()
    };
    assert_eq!(lost("none"), ["name-dropped 5 variable names"]);
    assert_eq!(
        lost("labels"),
        ["name-dropped 2 variable names"],
        "three have no label, their names are written"
    );
    assert!(lost("names").is_empty() && lost("both").is_empty());
}

#[test]
fn the_preset_is_what_survey_solutions_writes() {
    let texts = StringArray::from(vec![Some(" a\tb\r\n"), Some(""), Some("c\"d")]);
    let numbers = Int32Array::from(vec![Some(-999_999_999), None, Some(2)]);
    let data = || {
        let kind = Kind::Integer { bits: 32, signed: true };
        let text: ArrayRef = Arc::new(texts.clone());
        let number: ArrayRef = Arc::new(numbers.clone());
        dataset(
            vec![(Variable::new("x", Kind::Text), text), (Variable::new("n", kind), number)],
            ValueLabels::new(),
        )
    };
    let preset = "\u{feff}x\tn\r\n\" a b  \"\t-999999999\r\n\t\r\n\"c\"\"d\"\t2\r\n";
    assert_eq!(written("tab", json!({"preset": "survey-solutions"}), &data()), preset);
    assert_eq!(
        written("tab", json!({"preset": "survey-solutions", "bom": false, "line-end": "lf"}), &data()),
        preset.trim_start_matches('\u{feff}').replace("\r\n", "\n"),
        "a choice beside the preset wins"
    );
    assert_eq!(written("tab", json!({"preset": "default"}), &data()), written("tab", json!({}), &data()));
}

#[test]
fn a_value_of_another_kind_names_its_option() {
    let registry = exporter_tab::register(Registry::new());
    let read = |options: Json| {
        let source = exporter_core::Source::memory("t.csv", "x\n1\n");
        registry.open_as("csv", &source, options, &Context::default()).err().unwrap().to_string()
    };
    let write = |options: Json| registry.exporter("csv", options).err().unwrap().to_string();
    for (error, part) in [
        (write(json!({"bom": "letter"})), "csv: bom=letter is not true or false"),
        (write(json!({"quoting": "all", "header": 3})), "csv: header=3 is not one of names, labels"),
        (write(json!({"dates": 3})), "csv: dates=3: invalid type"),
        (read(json!({"max-columns": "many"})), "csv: max-columns=many is not a whole number"),
        (read(json!({"max-columns": -1})), "csv: max-columns=-1 is not a whole number from 0"),
        (read(json!({"booleans": "yes"})), "booleans=yes has no slash between true and false"),
    ] {
        assert!(error.contains(part), "{error}");
    }
    let pairs = exporter_core::options_from_pairs(registry.format("csv").unwrap(), [("bom", "letter")]);
    assert!(pairs.unwrap_err().to_string().contains("csv: bom=letter is not true or false"));
}

#[test]
fn choices_that_contradict_each_other_are_refused() {
    for (options, part) in [
        (json!({"decimal": "comma"}), "semicolon"),
        (json!({"booleans": "yes"}), "slash"),
        (json!({"booleans": "x/x"}), "both"),
        (json!({"delimiter": "x"}), "part of a value"),
        (json!({"delimiter": "::"}), "neither one ASCII character"),
        (json!({"missing-text": "a,b"}), "option missing-text:"),
        (json!({"dates": "%Q"}), "option dates: \"%Q\" is not"),
        (json!({"dates": "dd.mm.yyyy"}), "dates=%d.%m.%Y"),
        (json!({"datetimes": "yyyy"}), "datetimes=%d.%m.%Y %H:%M:%S"),
        (json!({"quotes": "all"}), "quotes"),
        (json!({"header": "no"}), "no"),
    ] {
        let refused = exporter_tab::register(Registry::new()).exporter("csv", options.clone());
        let error = refused.err().unwrap();
        assert!(error.to_string().contains(part), "{options}: {error}");
    }
}
