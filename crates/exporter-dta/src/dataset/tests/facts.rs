//! What opening tells of the values is what they are.

use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, TableProfile};
use exporter_testkit::conformance;

use super::*;
use exporter_stata::Missing as Letter;

/// Numbers of every type with `.`, `.a` and numbers that Stata does not have, dates with fractions, texts.
fn file() -> TestFile {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Big);
    let variable = |name, storage, format| (name, storage, format, "", Vec::new());
    file.variables = vec![
        variable("byte", StorageType::Byte, "%8.0g"),
        variable("long", StorageType::Long, "%12.0g"),
        variable("float", StorageType::Float, "%9.0g"),
        variable("double", StorageType::Double, "%10.0g"),
        variable("day", StorageType::Double, "%td"),
        variable("text", StorageType::Str(6), "%9s"),
        variable("none", StorageType::Int, "%8.0g"),
    ];
    let a = Letter::from_letter('a').unwrap();
    let row = |byte: i8, long, float, double, day, text| {
        let (float, double, day) = (Cell::Float(float), Cell::Double(double), Cell::Double(day));
        vec![Cell::Byte(byte), Cell::Long(long), float, double, day, Cell::Text(text), Cell::Int(a.int())]
    };
    file.rows = vec![
        row(-5, -70_000, 1.5, 2.0, 0.75, b"four"),
        row(a.byte(), Letter::SYSTEM.long(), f32::NAN, f64::INFINITY, a.double(), b""),
        row(7, 3, -0.25, -8.0, 3_653.5, "sédr".as_bytes()),
    ];
    (file.sort, file.characteristics, file.sets) = (Vec::new(), Vec::new(), Vec::new());
    file.strls.clear();
    file
}

fn facts(data: &DtaDataset) -> TableProfile {
    data.facts(TableId(0)).unwrap()
}

fn range(facts: &ColumnFacts) -> Option<(f64, f64)> {
    facts.range.unwrap().map(|(low, high)| (low.as_f64(), high.as_f64()))
}

#[test]
fn facts_of_every_type_are_those_of_the_rows() {
    let bytes = file().bytes();
    for letters in [Letters::Seen, Letters::All, Letters::Null] {
        conformance::dataset(&open(&bytes, letters));
    }
    let facts = facts(&open(&bytes, Letters::Seen));
    assert_eq!((facts.rows, facts.columns.len()), (Some(3), 6));
    let ends: Vec<_> = (0..5).map(|column| range(&facts.columns[&column])).collect();
    let expected = [(-5.0, 7.0), (-70_000.0, 3.0), (-0.25, 1.5), (-8.0, 2.0), (-3_653.0, 0.0)];
    assert_eq!(ends, expected.map(Some));
    assert!(matches!(facts.columns[&4].range, Some(Some((Number::Integer(_), Number::Integer(0))))));
    assert_eq!((0..5).map(|column| facts.columns[&column].nulls.unwrap()).collect::<Vec<_>>(), [1; 5]);
    assert_eq!((facts.columns[&2].integral, facts.columns[&3].integral), (Some(false), Some(true)));
    assert!(!facts.columns.contains_key(&5), "texts are not looked at");
    assert_eq!((facts.columns[&6].nulls, facts.columns[&6].range), (Some(3), Some(None)));
}

#[test]
fn texts_that_are_decoded_and_letters_with_values_tell_nothing() {
    let mut file = file();
    file.rows[0][5] = Cell::Text(b"caf\xE9");
    let data = open(&file.bytes(), Letters::Seen);
    assert!(!facts(&data).columns.contains_key(&5));
    conformance::dataset(&data);
    let x = Variable::new("x", Kind::INTEGER).with_missing(Missing::value(-99));
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![x]));
    let data = round_trip(codebook, vec![Arc::new(Int64Array::from(vec![1, -99, 5]))]);
    assert!(facts(&data).columns.is_empty());
    conformance::dataset(&data);
}

#[test]
fn a_claimed_order_is_known_as_far_as_the_rows_keep_it() {
    let order = |rows: &[(&[u8], f32)], threads: usize| {
        let mut file = file();
        file.variables = vec![
            ("b", StorageType::Byte, "%8.0g", "", Vec::new()),
            ("f", StorageType::Float, "%9.0g", "", Vec::new()),
        ];
        file.sort = vec![1, 2];
        file.rows = rows.iter().map(|(b, f)| vec![Cell::Byte(b[0] as i8), Cell::Float(*f)]).collect();
        let source = Source::memory("survey.dta", file.bytes());
        let data = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, threads).unwrap();
        facts(&data).ascending
    };
    for threads in [1, 4] {
        assert_eq!(order(&[(b"a", 1.0), (b"a", 2.5), (b"b", -1.0), (b"b", -1.0)], threads), [0, 1]);
        assert_eq!(order(&[(b"a", 1.0), (b"a", 0.5), (b"b", -1.0)], threads), [0]);
        assert_eq!(order(&[(b"a", 1.0), (b"b", 0.5), (b"a", 9.0)], threads), [0; 0]);
        // Where a missing value stands differs by program.
        assert_eq!(order(&[(b"a", 1.0), (b"a", Letter::SYSTEM.float())], threads), [0]);
    }
    // Of two shares the last row of one and the first of the next are compared.
    let many = |last: f32| {
        let mut rows: Vec<(&[u8], f32)> = (0..40_000).map(|row| (&b"a"[..], row as f32)).collect();
        rows[20_000].1 = last;
        order(&rows, 4)
    };
    assert_eq!((many(20_000.0), many(19_998.0)), (vec![0, 1], vec![0]));
}
