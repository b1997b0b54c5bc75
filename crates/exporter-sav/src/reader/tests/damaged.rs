//! Files of other kinds, cut-off ones and changed bytes.

use super::*;

#[test]
fn other_kinds_of_files_are_refused_by_name() {
    let refused = |bytes: Vec<u8>| match SavReader::open(memory(bytes)) {
        Err(SavError::Unsupported(message)) => message,
        other => panic!("{other:?}"),
    };
    let mut portable = vec![b' '; 600];
    portable[456..464].copy_from_slice(b"SPSSPORT");
    assert!(refused(portable).contains(".por"));
    assert!(refused(b"\x5B\xC6\xD3\xF2rest".to_vec()).contains("EBCDIC"));
    let mut encrypted = b"\x1C\0\0\0\0\0\0\0ENCRYPTEDSAV\x15".to_vec();
    encrypted.resize(100, 0);
    assert!(refused(encrypted).contains("encrypted"));
    let mut bytes = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode).bytes();
    bytes[72] = 7;
    assert!(refused(bytes.clone()).contains("compression 7"));
    bytes[64] = 9;
    assert!(matches!(SavReader::open(memory(bytes)), Err(SavError::Damaged { offset: 64, .. })));
    assert!(matches!(SavReader::open(memory(*b"a,b,c")), Err(SavError::Damaged { offset: 0, .. })));
}

/// Everything that a reader can be asked for; errors are fine, panics are not.
fn exhaust(bytes: &[u8]) -> Result<u64, SavError> {
    let reader = SavReader::open(memory(bytes))?;
    let mut rows = 0;
    for batch in reader.batches(&Selection::default(), 1)? {
        rows += batch?.num_rows() as u64;
    }
    let last = reader.metadata().variables.len().saturating_sub(1);
    let selection = Selection { columns: Some(vec![last]), batch_rows: Some(1) };
    for batch in reader.batches(&selection, 1)? {
        batch?;
    }
    Ok(rows)
}

#[test]
fn truncation_at_every_byte_is_an_error_or_ends_at_a_case() {
    for (order, stored) in ORDERS.into_iter().flat_map(|order| STORED.map(|stored| (order, stored))) {
        let file = TestFile::sample(order, stored);
        let (bytes, dictionary) = (file.bytes(), file.dictionary().len());
        assert_eq!(exhaust(&bytes).unwrap(), 3);
        let (mut before, case) = (0, (bytes.len() - dictionary) / 3);
        for end in 0..bytes.len() {
            match exhaust(&bytes[..end]) {
                Ok(rows) => {
                    assert!(end >= dictionary && stored != CaseCompression::Zlib, "{end}");
                    let is_plain = stored == CaseCompression::None;
                    assert!(
                        rows >= before && (!is_plain || rows as usize == (end - dictionary) / case),
                        "{end}"
                    );
                    before = rows;
                }
                Err(error) => {
                    let is_damage = matches!(error, SavError::Damaged { .. } | SavError::Index { .. });
                    assert!(is_damage, "{end}: {error}");
                }
            }
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    for stored in STORED {
        let mut file = TestFile::sample(ByteOrder::Little, stored);
        file.extensions.push((18, 1, b"Age:a('x'\n)".to_vec()));
        file.extensions.push((7, 1, b"$m=D1 1 5 Media age age\n".to_vec()));
        let bytes = file.bytes();
        for at in 0..bytes.len() {
            for by in [0x00, 0x01, 0x7F, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = by;
                let _ = exhaust(&changed);
            }
        }
    }
}

#[test]
fn cells_that_a_damaged_code_has_moved_are_told() {
    for order in ORDERS {
        let mut file = TestFile::empty(order, CaseCompression::Bytecode);
        file.records.extend([TestVariable::number("A"), TestVariable::text("S", 13)]);
        for number in 1..=8 {
            file.case(&[f64::from(number).into(), "name".into()]);
        }
        // The code of the number in the second case.
        let damaged = |code: u8| {
            let mut bytes = file.bytes();
            bytes[file.dictionary().len() + 3] = code;
            let options = ReadOptions { lenient: true, ..ReadOptions::default() };
            SavReader::with_options(memory(bytes), options).unwrap()
        };
        let found = |code: u8| {
            let reader = damaged(code);
            let rows = all(&reader).iter().map(|batch| batch.num_rows()).sum::<usize>();
            let told = reader.remarks().iter().map(|it| it.message.clone()).collect::<Vec<_>>().concat();
            (rows, reader.displaced(), told)
        };
        assert_eq!(found(102), (8, vec![], String::new()));
        assert_eq!(found(254), (8, vec![(0, 1, 2)], String::new()));
        let (rows, displaced, told) = found(0);
        assert_eq!((rows, displaced), (7, vec![(1, 6, 2)]));
        assert!(told.starts_with("7 rows read; "), "{told}");
        // Of one column alone, too.
        let reader = damaged(0);
        let selection = Selection { columns: Some(vec![1]), batch_rows: Some(2) };
        assert!(reader.batches(&selection, 1).unwrap().all(|batch| batch.is_ok()));
        assert_eq!(reader.displaced(), [(1, 6, 2)]);
    }
}
