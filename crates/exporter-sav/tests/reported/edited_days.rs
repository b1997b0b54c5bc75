//! What other programs change of days, moments and times whose missing codes are reasons: a copy says what the changed file
//! says, whatever the codebook in it says.

use exporter_sav::ValueLabels as Set;

use super::*;

/// 2020-01-01 and 1900-01-01.
const DAY: f64 = 13_797_216_000.0;
const LONG_AGO: f64 = 10_010_390_400.0;

/// What a file says of a number: its name and format, what is declared, what is labelled, what is stored.
#[derive(Debug, PartialEq)]
struct Said {
    name: String,
    format: String,
    missing: MissingValues,
    labels: Vec<(f64, String)>,
    cells: Vec<Option<f64>>,
}

fn said(file: &[u8]) -> Vec<Said> {
    let reader = SavReader::open(Arc::new(MemoryBytes::new(file.to_vec()))).unwrap();
    let rows = reader.batches(&Default::default(), 1).unwrap().next().unwrap().unwrap();
    let metadata = reader.metadata();
    let of = |(at, variable): (usize, &SavVariable)| {
        let set = variable.value_labels.map(|set| &metadata.value_labels[set].labels);
        let labels = set.into_iter().flatten();
        let mut labels: Vec<(f64, String)> =
            labels.map(|(value, label)| (value.as_number().unwrap(), label.clone())).collect();
        labels.sort_by(|one, other| one.0.total_cmp(&other.0));
        Said {
            name: variable.name.clone(),
            format: variable.print.to_string(),
            missing: variable.missing.clone(),
            labels,
            cells: rows.column(at).as_primitive::<arrow_array::types::Float64Type>().iter().collect(),
        }
    };
    metadata.variables.iter().enumerate().map(of).collect()
}

/// A file as a program writes it.
fn written(metadata: SavMetadata, columns: Vec<Vec<Option<f64>>>) -> Vec<u8> {
    let names = metadata.variables.iter().map(|variable| variable.name.clone());
    let column = |cells| Arc::new(arrow_array::Float64Array::from(cells)) as ArrayRef;
    let batch =
        RecordBatch::try_from_iter(names.zip(columns.into_iter().map(column)).collect::<Vec<_>>()).unwrap();
    let storing = metadata.variables.iter().map(|_| Storing::default()).collect();
    let options = WriterOptions::new(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())));
    let mut writer = SavWriter::new(Vec::new(), metadata, storing, options).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap().0
}

fn open(bytes: &[u8]) -> Box<dyn Dataset> {
    SavInput::open(&Source::memory("t.sav", bytes.to_vec()), Default::default(), &Context::default()).unwrap()
}

/// A copy, and what became other: code and action.
fn copy(data: &dyn Dataset) -> (Vec<u8>, Vec<String>) {
    let file = File::written(&SavExporter::default(), data);
    let told = file.summary.changes.losses.iter();
    (file.bytes, told.map(|loss| format!("{}: {}", loss.code, loss.action)).collect())
}

fn declare(numbers: &[f64]) -> MissingValues {
    MissingValues::new(None, numbers.iter().copied().map(Stored::Number).collect())
}

fn range(low: Option<f64>, high: Option<f64>) -> MissingValues {
    MissingValues::new(Some((low, high)), Vec::new())
}

fn labels(labels: &[(f64, &str)]) -> Set {
    let mut set = Set::default();
    set.labels =
        labels.iter().map(|(number, label)| (Stored::Number(*number), (*label).to_owned())).collect();
    set
}

/// Rows with a codebook that says more of them.
struct Asked(Box<dyn Dataset>, Codebook);

impl Dataset for Asked {
    fn codebook(&self) -> &Codebook {
        &self.1
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.0.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> exporter_core::Result<exporter_core::Batches<'_>> {
        self.0.scan(table, scan)
    }
}

const DAYS: [Option<f64>; 5] = [Some(DAY), Some(99.0), Some(98.0), Some(LONG_AGO), None];

/// A copy, in which a codebook is stored, of a file of another program: two variables that share labels and have the same
/// codes, of which the first declares a day missing, too.
fn original(format: &str) -> Vec<u8> {
    let mut metadata = SavMetadata::new();
    for (name, missing) in [("d", [99.0, LONG_AGO, 98.0].as_slice()), ("other", &[98.0, 99.0])] {
        let mut variable = SavVariable::number(name, Format::parse(format).unwrap());
        variable.label = format!("Label of {name}");
        variable.missing = declare(missing);
        variable.value_labels = Some(0);
        metadata.variables.push(variable);
    }
    metadata.value_labels.push(labels(&[(98.0, "Do not know"), (99.0, "Refused"), (DAY, "the day")]));
    let bytes = written(metadata, vec![DAYS.to_vec(); 2]);
    let data = open(&bytes);
    let mut codebook = data.codebook().clone();
    for variable in &mut codebook.tables[0].variables {
        let reasons = variable.missing.iter().filter(|missing| missing.is_reason()).count();
        assert!(format.starts_with(['T', 'F']) || reasons == 2, "{format}: {:?}", variable.missing);
        variable.universe = "All".into();
    }
    let (copied, told) = copy(&Asked(data, codebook));
    assert_eq!((said(&copied), told), (said(&bytes), Vec::new()), "{format}");
    copied
}

/// An edit of another program.
type Edit = (&'static str, fn(&mut SavMetadata, &mut Vec<Option<f64>>));

const EDITS: &[Edit] = &[
    ("nothing", |_, _| ()),
    ("a code more", |file, _| file.variables[0].missing = declare(&[99.0, 97.0, 98.0])),
    ("a code less", |file, _| file.variables[0].missing = declare(&[LONG_AGO, 98.0])),
    ("other order", |file, _| file.variables[0].missing = declare(&[98.0, LONG_AGO, 99.0])),
    ("other code", |file, _| file.variables[0].missing = declare(&[97.0])),
    ("day", |file, _| file.variables[0].missing = declare(&[99.0, DAY])),
    ("second", |file, _| file.variables[0].missing = declare(&[99.0, DAY + 1.0])),
    ("nothing declared", |file, _| file.variables[0].missing = declare(&[])),
    ("open range", |file, _| file.variables[0].missing = range(None, Some(100.0))),
    ("all", |file, _| file.variables[0].missing = range(None, None)),
    ("range of days", |file, _| file.variables[0].missing = range(Some(LONG_AGO), Some(DAY))),
    ("codes recoded", |file, cells| {
        file.variables[0].missing = declare(&[-77.0, 98.0]);
        cells[1] = Some(-77.0);
    }),
    ("labels changed", |file, _| {
        file.value_labels[0] = labels(&[(99.0, "Declined"), (98.0, "Refused"), (DAY, "that day")])
    }),
    ("labels added", |file, _| {
        file.value_labels[0].labels.push((Stored::Number(97.0), "a code".to_owned()));
        file.value_labels[0].labels.push((Stored::Number(DAY + 86_400.0), "the next day".to_owned()));
    }),
    ("labels removed", |file, _| file.value_labels[0] = labels(&[(98.0, "Do not know")])),
    ("no labels", |file, _| file.variables[0].value_labels = None),
    ("a code is a day", |_, cells| cells[1] = Some(LONG_AGO)),
    ("a day is a code", |_, cells| cells[0] = Some(98.0)),
    ("a day is missing", |_, cells| cells[0] = None),
    ("a second", |_, cells| cells[0] = Some(DAY + 1.0)),
    ("half a second", |_, cells| cells[0] = Some(DAY + 0.5)),
    ("beyond the calendar", |_, cells| cells[0] = Some(1e15)),
    ("number", |file, _| file.variables[0].print = Format::parse("F11.0").unwrap()),
    ("moment", |file, _| file.variables[0].print = Format::parse("DATETIME20").unwrap()),
    ("month", |file, _| file.variables[0].print = Format::parse("MOYR8").unwrap()),
    ("time", |file, _| file.variables[0].print = Format::parse("TIME8").unwrap()),
    ("number with other codes", |file, _| {
        file.variables[0].print = Format::parse("F11.0").unwrap();
        file.variables[0].missing = declare(&[97.0, 99.0]);
    }),
    ("name", |file, _| file.variables[0].name = "born".to_owned()),
    ("name and code", |file, _| {
        file.variables[0].name = "born".to_owned();
        file.variables[0].missing = declare(&[97.0]);
    }),
    ("two names", |file, _| {
        file.variables[0].name = "other".to_owned();
        file.variables[1].name = "d".to_owned();
    }),
];

#[test]
fn a_copy_says_what_another_program_has_changed() {
    for format in ["DATE11", "DATETIME20", "MOYR8", "TIME8", "F11.0"] {
        let bytes = original(format);
        let first = |data: &dyn Dataset| data.codebook().tables[0].variables[0].clone();
        let was = first(&*open(&bytes));
        for (name, edit) in EDITS {
            let reader = SavReader::open(Arc::new(MemoryBytes::new(bytes.clone()))).unwrap();
            let (mut metadata, mut cells) = (reader.metadata().clone(), DAYS.to_vec());
            edit(&mut metadata, &mut cells);
            let edited = written(metadata, vec![cells, DAYS.to_vec()]);
            let read = open(&edited);
            let (copied, told) = copy(&*read);
            assert_eq!(said(&copied), said(&edited), "{name} of {format}: {told:?}");
            // What the file cannot say is there still, and what is read otherwise is told.
            let is = first(&*read);
            let is_told = |code: &str| told.iter().any(|told| told.starts_with(code));
            assert_eq!(is.universe.is_empty(), is_told("metadata-dropped"), "{name} of {format}: {told:?}");
            let is_other = is.kind != was.kind && !is.universe.is_empty();
            assert_eq!(is_other, is_told("kind-changed"), "{name} of {format}: {told:?}");
            let (again, _) = copy(&*open(&copied));
            assert_eq!(said(&again), said(&edited), "{name} of {format}, again");
        }
    }
}

/// A range from code to code is that of the codes, which have labels and are reasons; that it is none is told.
#[test]
fn a_range_of_codes_is_read_as_codes() {
    let bytes = original("DATE11");
    let mut metadata = SavReader::open(Arc::new(MemoryBytes::new(bytes))).unwrap().metadata().clone();
    metadata.variables[0].missing = range(Some(98.0), Some(99.0));
    let (copied, told) = copy(&*open(&written(metadata, vec![DAYS.to_vec(); 2])));
    let found = SavReader::open(Arc::new(MemoryBytes::new(copied))).unwrap().metadata().clone();
    assert_eq!(found.variables[0].missing, declare(&[99.0, 98.0]));
    let action = "the range that another program declares missing is read as the single numbers in it";
    assert_eq!(told, [format!("missing-dropped: {action}")]);
}

/// The number that a reason had in another file is none where a value of the rows is stored as it.
#[test]
fn the_number_of_a_reason_is_no_value() {
    for (seconds, expected) in [(99, -99.0), (98, 99.0)] {
        let mut at = Variable::new("at", Kind::Time(TimeUnit::Microsecond));
        at.missing = vec![Missing::reason().label("Refused")];
        at.facts.reason_numbers = vec![99.0];
        let times: ArrayRef =
            Arc::new(arrow_array::Time64MicrosecondArray::from(vec![seconds * 1_000_000, 0]));
        let file = File::of(&SavExporter::default(), study(vec![at]), vec![times]);
        assert_eq!(file.metadata().variables[0].missing, declare(&[expected]), "{seconds}");
        // The number that it had is no news.
        assert_eq!(file.summary.changes.recodes.is_empty(), expected > 0.0);
    }
}
