//! Records before the cases, byte by byte.

use exporter_core::codebook::{Alignment, LabelSource, Measure};
use exporter_spss::{MissingValues, ResponseSet, ResponseSetKind, Value};

use super::*;
use crate::metadata::{Attribute, CaseDates, ValueLabels, VariableSet};

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn empty(about: &SavMetadata) -> Vec<u8> {
    write_with(about, vec![], options()).unwrap().0
}

#[test]
fn the_smallest_file_is_that_of_the_fact_sheet() {
    let mut about = metadata(vec![number("x")]);
    about.label = "Zoë".to_owned();
    about.created = ("30 Nov 26".to_owned(), "01:02:03".to_owned());
    let cases = WriterOptions { cases: Some(1), ..options() };
    let (bytes, _) = write_with(&about, vec![batch(vec![doubles(&[7.0])])], cases).unwrap();
    let product = format!(
        "{:60}",
        concat!(
            "@(#) SPSS DATA FILE exporter ",
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        )
    );
    let int = |numbers: &[i32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
    let version =
        [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")]
            .map(|part| part.parse().unwrap());
    let expected = [
        b"$FL2".to_vec(),
        product.into_bytes(),
        int(&[2, 1, 1, 0, 1]),
        100_f64.to_le_bytes().to_vec(),
        b"30 Nov 2601:02:03".to_vec(),
        format!("{:63}", "Zoë").into_bytes(),
        vec![0; 3],
        // Variable.
        int(&[2, 0, 0, 0, 0x0005_0802, 0x0005_0802]),
        b"X       ".to_vec(),
        int(&[7, 3, 4, 8]),
        int(&version),
        int(&[-1, 1, 1, 2, 65_001]),
        int(&[7, 4, 8, 3]),
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xEF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xEF\x7F\xFE\xFF\xFF\xFF\xFF\xFF\xEF\xFF"
            .to_vec(),
        int(&[7, 11, 4, 3, 0, 8, 1]),
        int(&[7, 13, 1, 3]),
        b"X=x".to_vec(),
        int(&[7, 16, 8, 2, 1, 0, 1, 0]),
        int(&[7, 20, 1, 5]),
        b"UTF-8".to_vec(),
        int(&[999, 0]),
        vec![107, 0, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn extension_records_ascend_and_come_once() {
    let mut about = metadata(vec![number("x"), number("y"), text("long", 300)]);
    about.variable_sets = vec![VariableSet::new("s", vec![0])];
    about.dates = Some(CaseDates { head: [0, 12, 3, 1, 2012, 1], variables: vec![(1, 4, 12)] });
    let dichotomy = || ResponseSetKind::Dichotomy(Value::Number(1.0));
    let mut new = ResponseSet::new("new", "", dichotomy(), vec![0, 1]);
    new.label_source = Some(LabelSource::CountedValues);
    about.response_sets = vec![new, ResponseSet::new("old", "", dichotomy(), vec![0, 1])];
    about.attributes = vec![Attribute::new("a", vec!["1".to_owned()])];
    about.variables[0].attributes = vec![Attribute::new("b", vec!["2".to_owned()])];
    about.value_labels = vec![ValueLabels::new(vec![(word("v"), "V".to_owned())])];
    about.variables[2].value_labels = Some(0);
    about.variables[2].missing = MissingValues::new(None, vec![word("v")]);
    let (bytes, _) = write_seekable(&about, vec![], options());
    let file = TestFile::new(&bytes);
    let found: Vec<(i32, i32)> = file.extensions.iter().map(|(subtype, size, _)| (*subtype, *size)).collect();
    let expected = [
        (3, 4),
        (4, 8),
        (5, 1),
        (6, 4),
        (7, 1),
        (11, 4),
        (13, 1),
        (14, 1),
        (16, 8),
        (17, 1),
        (18, 1),
        (19, 1),
        (20, 1),
        (21, 1),
        (22, 1),
    ];
    assert_eq!(found, expected);
    let dates: Vec<i32> =
        file.extension(6).unwrap().chunks(4).map(|it| i32::from_le_bytes(it.try_into().unwrap())).collect();
    assert_eq!(dates, [0, 12, 3, 1, 2012, 1, 2, 4, 12]);
}

#[test]
fn segments_are_variables_of_their_own() {
    let mut long = text("Q2_96_TEXT_text", 1_200);
    long.label = "Straße".to_owned();
    long.measure = Some(Measure::Nominal);
    long.column_width = Some(20);
    let mut weight = number("w");
    weight.measure = Some(Measure::Scale);
    weight.alignment = Some(Alignment::Centre);
    let mut about = metadata(vec![text("Q2_96_T", 9), long, text("x", 255), weight]);
    about.weight = Some(3);
    let bytes = empty(&about);
    let file = TestFile::new(&bytes);
    let segment = |number: usize| ["Q2_96_TE", "Q2_960", "Q2_961", "Q2_962", "Q2_963"][number];
    let expected = [
        (9, "Q2_96_T"),
        (255, segment(0)),
        (255, segment(1)),
        (255, segment(2)),
        (255, segment(3)),
        (192, segment(4)),
        (255, "X"),
        (0, "W"),
    ];
    assert_eq!(file.named(), expected);
    let elements = 2 + 4 * 32 + 24 + 32 + 1;
    assert_eq!(
        (file.variables.len(), file.header_int(68), file.header_int(76)),
        (elements, elements as i32, elements as i32)
    );
    let labelled =
        file.variables.iter().filter(|(kind, _, label, _)| *kind >= 0 && label == "Straße").count();
    assert_eq!(labelled, 5);
    assert!(file.variables.iter().zip(&file.formats).all(|((kind, name, label, _), formats)| {
        *kind >= 0 || (name == "        " && label.is_empty() && *formats == (0x0001_1D01, 0x0001_1D01))
    }));
    assert_eq!(file.formats[2], (0x0001_FF00, 0x0001_FF00));
    assert_eq!(file.text(14), "Q2_96_TE=1200\0\t");
    let names = file.entries(13, "\t");
    assert_eq!((names.len(), names["Q2_96_TE"].as_str()), (4, "Q2_96_TEXT_text"));
    let shown: Vec<i32> =
        file.extension(11).unwrap().chunks(4).map(|it| i32::from_le_bytes(it.try_into().unwrap())).collect();
    let expected = [vec![0, 9, 0], [1, 20, 0].repeat(5), vec![0, 32, 0], vec![3, 8, 2]];
    assert_eq!(shown, expected.concat());
}

#[test]
fn missing_values_have_the_six_forms() {
    let numbers = |numbers: &[f64]| numbers.iter().copied().map(Value::Number).collect::<Vec<_>>();
    let forms = [
        (None, numbers(&[-9.0])),
        (None, numbers(&[1.0, 2.0, 3.0])),
        (Some((Some(-5.0), Some(-1.0))), vec![]),
        (Some((None, Some(-1.0))), numbers(&[99.0])),
        (Some((Some(90.0), None)), vec![]),
    ];
    let variable = |(position, (range, values)): (usize, (_, Vec<Value>))| {
        let missing = MissingValues::new(range, values);
        SavVariable { missing, ..number(&format!("x{position}")) }
    };
    let mut variables: Vec<_> = forms.into_iter().enumerate().map(variable).collect();
    variables.push(SavVariable {
        missing: MissingValues::new(None, vec![word("n/a"), word("é")]),
        ..text("t", 8)
    });
    let wide = MissingValues::new(None, vec![word("refused"), word("unknown!")]);
    variables.push(SavVariable { missing: wide, ..text("Größe", 9) });
    let bytes = empty(&metadata(variables));
    let file = TestFile::new(&bytes);
    let (lowest, highest) = (f64::from_bits(0xFFEF_FFFF_FFFF_FFFE), f64::MAX);
    let stored: Vec<Vec<u8>> = file.variables.iter().map(|(.., missing)| missing.clone()).collect();
    let bytes_of =
        |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
    let expected = [
        bytes_of(&[-9.0]),
        bytes_of(&[1.0, 2.0, 3.0]),
        bytes_of(&[-5.0, -1.0]),
        bytes_of(&[lowest, -1.0, 99.0]),
        bytes_of(&[90.0, highest]),
        "n/a     é      ".as_bytes().to_vec(),
        vec![],
        vec![],
    ];
    assert_eq!(stored, expected);
    let wide =
        [&7_i32.to_le_bytes()[..], "Größe".as_bytes(), &[2], &8_i32.to_le_bytes(), b"refused unknown!"];
    assert_eq!(file.extension(22), Some(wide.concat().as_slice()));
}

#[test]
fn equal_labels_are_written_once_and_those_of_long_texts_apart() {
    let mut variables: Vec<_> = ["a", "b"].map(number).into();
    variables.extend([text("short", 3), text("eight", 8), text("long", 1_000), number("none")]);
    for (variable, set) in variables.iter_mut().zip([0, 0, 1, 1, 1]) {
        variable.value_labels = Some(set);
    }
    let mut about = metadata(variables);
    about.value_labels = vec![
        ValueLabels::new(vec![(Value::Number(1.0), "ж".repeat(120)), (Value::Number(2.5), String::new())]),
        ValueLabels::new(vec![(word("m"), "männlich".to_owned()), (word("é"), "x".to_owned())]),
        ValueLabels::new(vec![(word("unused"), "nobody has it".to_owned())]),
    ];
    let bytes = empty(&about);
    let file = TestFile::new(&bytes);
    let texts = vec![(*b"m       ", "männlich".to_owned()), (*b"\xC3\xA9      ", "x".to_owned())];
    let numbers = vec![(1_f64.to_le_bytes(), "ж".repeat(120)), (2.5_f64.to_le_bytes(), String::new())];
    assert_eq!(file.labels, [(numbers, vec![1, 2]), (texts, vec![3, 4])]);
    let int = |number: i32| number.to_le_bytes().to_vec();
    let value = |text: &str| [text.as_bytes(), " ".repeat(1_000 - text.len()).as_bytes()].concat();
    let expected = [
        int(4),
        b"long".to_vec(),
        int(1_000),
        int(2),
        int(1_000),
        value("m"),
        int(9),
        "männlich".as_bytes().to_vec(),
        int(1_000),
        value("é"),
        int(1),
        b"x".to_vec(),
    ];
    assert_eq!(file.extension(21), Some(expected.concat().as_slice()));
}

#[test]
fn indexes_of_labelled_variables_count_continuations() {
    let mut after = number("after");
    after.value_labels = Some(0);
    let mut short = text("short", 5);
    short.value_labels = Some(1);
    let mut about = metadata(vec![text("t", 20), text("long", 300), after, short]);
    about.value_labels = vec![
        ValueLabels::new(vec![(Value::Number(1.0), "one".to_owned())]),
        ValueLabels::new(vec![(word("a"), "A".to_owned())]),
    ];
    let bytes = empty(&about);
    // Three elements, then 32 and 6 of the segments.
    let indexes: Vec<Vec<i32>> =
        TestFile::new(&bytes).labels.into_iter().map(|(_, indexes)| indexes).collect();
    assert_eq!(indexes, [[42], [43]]);
}

#[test]
fn sets_and_attributes_are_texts() {
    let mut about =
        metadata(vec![number("First_variable"), number("First_varying"), text("t1", 3), text("t2", 3)]);
    about.variable_sets = vec![VariableSet::new("a set", vec![0, 2]), VariableSet::new("empty", vec![])];
    let set = |name: &str, label: &str, kind, members: &[usize]| {
        ResponseSet::new(name, label, kind, members.to_vec())
    };
    let counted = |value| ResponseSetKind::Dichotomy(value);
    let mut labelled = set("e", "Ж", counted(Value::Number(1.0)), &[0, 1]);
    labelled.label_source = Some(LabelSource::CountedValues);
    let mut first = set("f", "own label", counted(word("yes")), &[2, 3]);
    first.label_source = Some(LabelSource::FirstVariable);
    about.response_sets = vec![
        set("c", "Ж label", ResponseSetKind::Category, &[0, 1]),
        labelled,
        set("d", "", counted(Value::Number(-1.5)), &[1, 0]),
        first,
    ];
    let attribute = |name: &str, values: &[&str]| {
        Attribute::new(name, values.iter().map(|value| (*value).to_owned()).collect())
    };
    about.attributes = vec![attribute("version", &["1"]), attribute("notes", &["it's", ""])];
    about.variables[0].attributes = vec![attribute("$@Role", &["1"]), attribute("q", &["é"])];
    about.variables[3].attributes = vec![attribute("$@Role", &["0"])];
    about.documents = vec!["A line".to_owned(), "ж".repeat(40)];
    let bytes = empty(&about);
    let file = TestFile::new(&bytes);
    assert_eq!(file.text(5), "a set= First_variable t1\nempty= \n");
    assert_eq!(file.text(7), "$c=C 8 Ж label first_va v2_a\n$d=D4 -1.5 0  v2_a first_va\n");
    assert_eq!(file.text(19), "$e=E 1 1 1 2 Ж first_va v2_a\n$f=E 11 3 yes 9 own label t1 t2\n");
    assert_eq!(file.text(17), "version('1'\n)notes('it's'\n''\n)");
    assert_eq!(file.text(18), "First_variable:$@Role('1'\n)q('é'\n)/t2:$@Role('0'\n)");
    assert_eq!(file.documents, [format!("{:80}", "A line"), "ж".repeat(40)]);
}

#[test]
fn texts_of_other_encodings_are_counted_once() {
    let mut x = number("Größe");
    x.label = "Ω in cm".to_owned();
    let mut long = text("long", 600);
    long.label = "日本".to_owned();
    let mut about = metadata(vec![x, long]);
    about.encoding = encoding_rs::WINDOWS_1252;
    about.documents = vec!["β".to_owned()];
    let (bytes, summary) = write_with(&about, vec![], options()).unwrap();
    assert_eq!(summary.replaced_in_metadata, 4, "labels of segments count once");
    let names = b"GR\xD6\xDFE=Gr\xF6\xDFe\tLONG=long";
    assert_eq!(TestFile::new(&bytes).extension(13), Some(&names[..]));
}

#[test]
fn very_many_variables_take_linear_time_and_space() {
    let about = metadata((0..20_000).map(|position| number(&format!("variable_{position}"))).collect());
    let bytes = empty(&about);
    let file = TestFile::new(&bytes);
    assert_eq!(file.variables.len(), 20_000);
    assert_eq!(file.entries(13, "\t").len(), 20_000, "short names are unique");
}
