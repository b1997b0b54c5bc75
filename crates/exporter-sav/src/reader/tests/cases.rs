//! Cases: compressions, byte orders, threads, padding, and counts that lie.

use super::*;

#[test]
fn every_compression_and_byte_order_reads_alike() {
    for order in ORDERS {
        for stored in STORED {
            let reader = open(&TestFile::sample(order, stored));
            let (header, metadata) = (reader.header(), reader.metadata());
            assert_eq!((header.compression, header.big_endian), (stored, order == ByteOrder::Big));
            assert_eq!((header.product.as_str(), header.bias), ("@(#) SPSS DATA FILE test", 100.0));
            assert_eq!((metadata.label.as_str(), metadata.encoding.name()), ("Étude", "UTF-8"));
            assert_eq!(metadata.created, ("21 Nov 26".to_owned(), "02:00:00".to_owned()));
            assert_eq!(metadata.documents, ["A document"]);
            let variables: Vec<_> = metadata.variables.iter().map(|v| (v.name.as_str(), v.width)).collect();
            assert_eq!(variables, [("Age", None), ("Name", Some(13)), ("LongText", Some(300))]);
            let age = &metadata.variables[0];
            assert_eq!((age.label.as_str(), age.short_name.as_str()), ("Age in years", "AGE"));
            let labels = metadata.labels_of(age);
            assert_eq!(
                labels,
                [(Value::Number(1.0), "one".to_owned()), (Value::Number(-5.5), "minus".to_owned())]
            );
            let batches = all(&reader);
            assert_eq!(numbers(&batches, 0), [Some(41.0), None, Some(0.25)]);
            assert_eq!(texts(&batches, 1), ["Ana", "", "Zoë Straßer"]);
            assert_eq!(texts(&batches, 2), ["é".repeat(140), String::new(), "x".repeat(300)]);
            assert_eq!(reader.cases(), (stored == CaseCompression::None).then_some(3));
            assert_eq!(remarks(&reader), []);
        }
    }
}

/// A file of many cases, whose elements are of every sort.
fn many(order: ByteOrder, stored: CaseCompression) -> TestFile {
    let mut file = TestFile::empty(order, stored);
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::text("B", 9));
    file.very_long("C", 600);
    file.records.push(TestVariable::number("D"));
    for row in 0..203_u32 {
        let long = if row % 3 == 0 { "long ".repeat(row as usize % 100) } else { String::new() };
        let number = if row % 7 == 0 { SYSMIS } else { f64::from(row) };
        let text = format!("t{}", row % 11);
        file.case(&[
            number.into(),
            text.as_str().into(),
            long.as_str().into(),
            (f64::from(row) / 4.0).into(),
        ]);
    }
    file
}

#[test]
fn threads_batch_sizes_and_selections_change_no_value() {
    for (order, stored) in ORDERS.into_iter().zip(STORED).chain([(ByteOrder::Little, CaseCompression::Zlib)])
    {
        let reader = open(&many(order, stored));
        let expected = all(&reader);
        assert_eq!(expected.iter().map(RecordBatch::num_rows).sum::<usize>(), 203);
        assert_eq!(numbers(&expected, 3).last(), Some(&Some(50.5)));
        for threads in [1, 2, 5] {
            for batch_rows in [1, 3, 8, 20, 1_000] {
                for columns in [vec![0, 1, 2, 3], vec![3], vec![2, 1], vec![1, 1, 3], vec![2], vec![]] {
                    let selection =
                        Selection { columns: Some(columns.clone()), batch_rows: Some(batch_rows) };
                    let found: Vec<RecordBatch> =
                        reader.batches(&selection, threads).unwrap().map(Result::unwrap).collect();
                    assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 203);
                    assert!(found.iter().all(|batch| batch.num_rows() <= batch_rows));
                    for (place, column) in columns.iter().enumerate() {
                        if [1, 2].contains(column) {
                            assert_eq!(texts(&found, place), texts(&expected, *column));
                        } else {
                            assert_eq!(numbers(&found, place), numbers(&expected, *column));
                        }
                    }
                }
            }
        }
        let beyond = Selection { columns: Some(vec![4]), batch_rows: None };
        assert!(matches!(reader.batches(&beyond, 1), Err(SavError::Invalid { .. })));
    }
}

/// Numbers in one variable, eight of them a block.
fn coded(codes: &[u8]) -> (SavReader, Vec<Result<RecordBatch, SavError>>) {
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::number("B"));
    let reader = SavReader::open(memory(file.with_codes(codes))).unwrap();
    let batches = reader.batches(&Selection::default(), 2).unwrap().collect();
    (reader, batches)
}

#[test]
fn padding_anywhere_is_passed_over_and_the_end_code_ends() {
    let literal = 1.5_f64.to_le_bytes();
    // Each case is filled to a block, one block is all padding, and the end has stale codes without a literal behind it.
    let padded = [
        &[101, 253, 0, 0, 0, 0, 0, 0][..],
        &literal,
        &[0; 8],
        &[0, 102, 0, 103, 0, 0, 0, 0],
        &[104, 105, 106, 107, 252, 253, 253, 0],
        b"more",
    ]
    .concat();
    let (reader, batches) = coded(&padded);
    let batches: Vec<RecordBatch> = batches.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers(&batches, 0), [1.0, 2.0, 4.0, 6.0].map(Some));
    assert_eq!(numbers(&batches, 1), [1.5, 3.0, 5.0, 7.0].map(Some));
    let rest = "what follows a code that ends the cases is not read, and the file does not say how many cases it has";
    assert_eq!(remarks(&reader), [(rest, 1, true)]);
    let (reader, batches) = coded(&padded[..padded.len() - b"more".len()]);
    assert_eq!(batches.len(), 1);
    assert_eq!(remarks(&reader), []);
}

#[test]
fn padding_that_begins_late_does_not_lose_a_case() {
    // 40 cases without padding, then each filled to a block.
    let mut codes = vec![150; 80];
    for number in 0..30 {
        codes.extend([number + 1, 254, 0, 0, 0, 0, 0, 0]);
    }
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::text("B", 8));
    let reader = SavReader::open(memory(file.with_codes(&codes))).unwrap();
    for batch_rows in [8, 16, 24, 64, 1_000] {
        let selection = Selection { columns: None, batch_rows: Some(batch_rows) };
        let batches: Vec<RecordBatch> = reader.batches(&selection, 2).unwrap().map(Result::unwrap).collect();
        let expected =
            (0..40).map(|_| Some(50.0)).chain((0..30).map(|number| Some(f64::from(number) - 99.0)));
        assert_eq!(numbers(&batches, 0), expected.collect::<Vec<_>>());
    }
}

#[test]
fn cases_that_are_cut_off_are_an_error_behind_the_complete_ones() {
    let (_, batches) = coded(&[101, 102, 103, 253]);
    let [Ok(batch), Err(error)] = batches.as_slice() else { panic!("{batches:?}") };
    assert_eq!((batch.num_rows(), numbers(std::slice::from_ref(batch), 1)), (1, vec![Some(2.0)]));
    let message = error.to_string();
    assert!(message.contains("row 2, 1 of whose 2 elements") && message.contains("at offset"), "{message}");
    for stored in STORED {
        let mut file = many(ByteOrder::Little, stored);
        file.block_bytes = 64;
        let bytes = file.bytes();
        // Of a .zsav the index, the last block and the end of the block before it.
        let blocks = if stored == CaseCompression::Zlib { 24 * file.zlib_blocks() + 24 + 80 } else { 0 };
        let reader = SavReader::open(memory(&bytes[..bytes.len() - 9 - blocks])).unwrap();
        let batches = reader.batches(&Selection { columns: None, batch_rows: Some(50) }, 2).unwrap();
        let batches: Vec<_> = batches.collect();
        let (last, complete) = batches.split_last().unwrap();
        let rows = complete.iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
        assert!((195..203).contains(&rows), "{stored:?} {rows}");
        assert!(rows == 202 || stored == CaseCompression::Zlib, "{stored:?} {rows}");
        assert_eq!(
            numbers(&complete.iter().flatten().cloned().collect::<Vec<_>>(), 3).last(),
            Some(&Some((rows - 1) as f64 / 4.0))
        );
        let message = last.as_ref().unwrap_err().to_string();
        assert!(message.contains(&format!("row {}", rows + 1)) && message.contains("cut off"), "{message}");
    }
}

#[test]
fn cases_before_a_damaged_block_are_delivered() {
    let mut file = many(ByteOrder::Little, CaseCompression::Zlib);
    file.block_bytes = 4_096;
    let mut bytes = file.bytes();
    let middle = (file.dictionary().len() + bytes.len()) / 2;
    bytes[middle..middle + 40].fill(0xAA);
    let reader = SavReader::open(memory(bytes)).unwrap();
    for threads in [1, 3] {
        let batches: Vec<_> = reader.batches(&Selection::default(), threads).unwrap().collect();
        let (last, complete) = batches.split_last().unwrap();
        let rows = complete.iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
        let message = last.as_ref().unwrap_err().to_string();
        assert!(
            rows > 20 && rows < 200 && message.contains(&format!("before the end of row {}", rows + 1)),
            "{rows} {message}"
        );
    }
}

#[test]
fn blocks_are_read_whatever_one_entry_of_their_index_says() {
    let mut file = many(ByteOrder::Little, CaseCompression::Zlib);
    (file.block_bytes, file.claimed) = (1_024, 203);
    let bytes = file.bytes();
    let index = bytes.len() - 24 * file.zlib_blocks();
    let whole = all(&SavReader::open(memory(bytes.clone())).unwrap());
    // Of the second entry the place in the file, the size and the packed size.
    for (at, what) in
        [(8, "the index has it at"), (16, "a block should unpack to"), (20, "expected, the index")]
    {
        for wrong in [-1_i32, 1] {
            let mut damaged = bytes.clone();
            let place = index + 24 + at;
            let number = i32::from_le_bytes(damaged[place..place + 4].try_into().unwrap());
            damaged[place..place + 4].copy_from_slice(&(number + wrong).to_le_bytes());
            for threads in [1, 3] {
                let strict = SavReader::open(memory(damaged.clone())).unwrap();
                let batches: Vec<_> = strict.batches(&Selection::default(), threads).unwrap().collect();
                let (last, complete) = batches.split_last().unwrap();
                assert_eq!(complete.iter().flatten().map(RecordBatch::num_rows).sum::<usize>(), 203, "{at}");
                let message = last.as_ref().unwrap_err().to_string();
                assert!(message.contains(what), "{message}");
                let options = ReadOptions { lenient: true, ..ReadOptions::default() };
                let lenient = SavReader::with_options(memory(damaged.clone()), options).unwrap();
                let batches = lenient.batches(&Selection::default(), threads).unwrap();
                let batches: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
                for column in [0, 3] {
                    assert_eq!(numbers(&batches, column), numbers(&whole, column), "{at} {wrong}");
                }
                let told = remarks(&lenient);
                assert!(
                    told.iter().any(|told| told.0.contains("only the index is cut or damaged")),
                    "{told:?}"
                );
            }
        }
    }
}

#[test]
fn what_follows_the_claimed_cases_and_is_none_is_passed_over() {
    for stored in [CaseCompression::None, CaseCompression::Bytecode] {
        let mut file = TestFile::sample(ByteOrder::Little, stored);
        file.claimed = 3;
        let mut bytes = file.bytes();
        bytes.extend(b"rest");
        let reader = SavReader::open(memory(bytes)).unwrap();
        assert_eq!(numbers(&all(&reader), 0), [Some(41.0), None, Some(0.25)]);
        assert_eq!(remarks(&reader), [("trailing bytes after the last case are ignored", 1, false)]);
    }
}

#[test]
fn wrong_numbers_of_cases_are_told_and_not_believed() {
    let more =
        "3 of 1000 rows read; 997 are missing: the file claims more cases than it has, and may be cut off";
    let more = (more, 997, true);
    let other =
        ("the file claims a different number of cases than it has; all that are there are read", 1, false);
    for (claimed, remark) in [(1_000, more), (2, other)] {
        let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
        file.claimed = claimed;
        let reader = open(&file);
        assert_eq!((all(&reader)[0].num_rows(), remarks(&reader)), (3, vec![remark]));
    }
    let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
    let numbers = |numbers: [u64; 2]| numbers.map(u64::to_le_bytes).as_flattened().to_vec();
    file.extensions.push((16, 8, numbers([1, 1_000])));
    let reader = open(&file);
    assert_eq!(reader.header().claimed_cases, Some(1_000));
    all(&reader);
    assert_eq!(remarks(&reader), [more]);
    file.claimed = 3;
    let reader = open(&file);
    all(&reader);
    assert_eq!(remarks(&reader), [other]);
    file.claimed = -1;
    file.extensions.pop();
    file.extensions.push((16, 8, numbers([1.0, 3.0].map(f64::to_bits))));
    let reader = open(&file);
    assert_eq!(reader.header().claimed_cases, Some(3));
    assert_eq!(remarks(&reader), [("the number of cases is stored as a double", 1, false)]);
}

#[test]
fn numbers_that_spss_does_not_have_are_null_and_counted_once() {
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::number("B"));
    for number in [1.0, f64::NAN, f64::INFINITY, SYSMIS, -0.0, f64::MAX, f64::NEG_INFINITY] {
        file.case(&[0.0.into(), number.into()]);
    }
    let reader = open(&file);
    for _ in 0..2 {
        let found = numbers(&all(&reader), 1);
        assert_eq!(found, [Some(1.0), None, None, None, Some(0.0), Some(f64::MAX), None]);
        assert!(found[4].unwrap().is_sign_negative());
        assert_eq!(reader.not_finite(), [(1, 3, 2)]);
    }
}
