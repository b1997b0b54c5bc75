//! Files opened for some of their variables.

use super::*;

/// Opens bytes as a dataset with a projection.
fn open_for(names: &[&str], bytes: &[u8], letters: Letters) -> DtaDataset {
    let source = Source::memory("survey.dta", bytes.to_vec()).variables(names.iter().copied());
    DtaDataset::open(&source, ReadOptions::default(), letters, 2).unwrap()
}

#[test]
fn only_projected_variables_are_read() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows[1][1] = Cell::Long(2_147_483_624);
    let bytes = file.bytes();
    let whole = open(&bytes, Letters::Seen);
    let day = open_for(&["day", "nobody"], &bytes, Letters::Seen);
    let described = |data: &DtaDataset, column: usize| data.codebook().tables[0].variables[column].clone();
    assert_eq!(described(&day, 1), described(&whole, 1));
    assert_eq!(described(&day, 1).missing.len(), 1);
    // No letter of `b` has been seen, one has a label.
    assert_eq!((described(&day, 0).missing.len(), described(&day, 0).facts.min.is_none()), (1, true));
    let only = Scan::all().columns([1]);
    assert_eq!(rows(&day, &only), rows(&whole, &only));
    let by_other = only.filter(Filter::compare("b", Comparison::Equal, 1));
    for scan in [Scan::all(), Scan::all().columns([0]), by_other] {
        let error = day.scan(TableId(0), &scan).err().unwrap();
        assert!(error.message().contains("outside the projection"), "{error}");
    }
    // Facts about others were not gathered: nothing of them is kept.
    assert!(day.reader().has_cells_of(1) && !day.reader().has_cells_of(0) && !day.reader().has_cells_of(2));
    // Labels of variables outside the projection are not lost.
    for (name, lost) in [("day", 0), ("b", 1)] {
        assert_eq!(open_for(&[name], &bytes, Letters::Null).losses().iter().count(), lost, "{name}");
    }
}

#[test]
fn a_projection_is_by_the_names_of_the_codebook() {
    let kinds = [Kind::Boolean, Kind::Decimal { precision: 9, scale: 2 }, Kind::Float { bits: 32 }];
    let names = ["is it so?", "line\nbreak", "the price"];
    let variables = names.iter().zip(&kinds).map(|(name, kind)| Variable::new(*name, kind.clone()));
    let codebook = Codebook::new("s").with_table(Table::new("t", variables.collect()));
    let decimals = Decimal128Array::from(vec![Some(150), None]).with_precision_and_scale(9, 2).unwrap();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(BooleanArray::from(vec![Some(true), None])),
        Arc::new(decimals),
        Arc::new(arrow_array::Float32Array::from(vec![0.5, 1.0])),
    ];
    let bytes = written(&study(codebook, columns));
    let whole = open(&bytes, Letters::Seen);
    for (column, name) in names.iter().enumerate() {
        let data = open_for(&[name], &bytes, Letters::Seen);
        // Variables outside the projection are described as they were recorded.
        assert_eq!(data.codebook().tables[0].variables.len(), 3);
        let kind = |data: &DtaDataset| data.codebook().tables[0].variables[column].kind.clone();
        assert_eq!((kind(&data), kind(&whole)), (kinds[column].clone(), kinds[column].clone()));
        let scan = Scan::all().columns([column]);
        assert_eq!(rows(&data, &scan), rows(&whole, &scan));
        let others: Vec<usize> = (0..3).filter(|other| *other != column).collect();
        assert!(data.scan(TableId(0), &Scan::all().columns(others)).is_err());
    }
}
