//! Tables of any values, written in every way and read back.

use super::*;

/// One generated table: a column of every kind.
#[derive(Debug, Clone)]
struct Rows {
    bytes: Vec<Option<i8>>,
    longs: Vec<Option<i32>>,
    doubles: Vec<Option<f64>>,
    texts: Vec<Option<String>>,
    contents: Vec<Option<String>>,
}

fn rows() -> impl Strategy<Value = Rows> {
    (0_usize..200).prop_flat_map(|count| {
        let text = "[a-zé日 ]{0,6}";
        (
            proptest::collection::vec(proptest::option::of(-127_i8..=100), count),
            proptest::collection::vec(proptest::option::of(-2_147_483_647..=2_147_483_620), count),
            proptest::collection::vec(proptest::option::of(-8.9e307..8.9e307), count),
            proptest::collection::vec(proptest::option::of(text), count),
            proptest::collection::vec(proptest::option::of("[a-zé日 ]{0,40}"), count),
        )
            .prop_map(|(bytes, longs, doubles, texts, contents)| Rows {
                bytes,
                longs,
                doubles,
                texts,
                contents,
            })
    })
}

impl Rows {
    fn batch(&self) -> RecordBatch {
        batch(vec![
            Arc::new(Int8Array::from(self.bytes.clone())),
            Arc::new(Int32Array::from(self.longs.clone())),
            Arc::new(Float64Array::from(self.doubles.clone())),
            Arc::new(StringArray::from(self.texts.clone())),
            Arc::new(StringArray::from(self.contents.clone())),
        ])
    }
}

fn every_kind(release: Release) -> DtaMetadata {
    let last = if release.has_strl() { StorageType::StrL } else { StorageType::Str(160) };
    metadata(
        release,
        vec![
            variable("b", StorageType::Byte),
            variable("l", StorageType::Long),
            variable("d", StorageType::Double),
            variable("s", StorageType::Str(24)),
            variable("c", last),
        ],
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(48), ..ProptestConfig::default() })]

    #[test]
    fn bytes_do_not_depend_on_slices_threads_or_what_is_known(
        rows in rows(),
        cut in 0_usize..200,
        threads in 1_usize..4,
        known in any::<bool>(),
        seekable in any::<bool>(),
        release in prop::sample::select(vec![113_u16, 114, 115, 117, 118, 119]),
    ) {
        let about = every_kind(Release::from_number(release).unwrap());
        let whole = rows.batch();
        let (reference, _) = write_with(&about, vec![whole.clone()], options()).unwrap();
        let cut = cut.min(whole.num_rows());
        let slices = vec![whole.slice(0, cut), whole.slice(cut, whole.num_rows() - cut)];
        let mut other = WriterOptions { threads, ..options() };
        if known {
            other.rows = Some(whole.num_rows() as u64);
            other.strl_bytes = strl_bytes(whole.column(4), about.release);
        }
        let bytes = if seekable {
            // Something stands before the file, which stays.
            let mut sink = Cursor::new(b"before".to_vec());
            sink.set_position(6);
            let mut writer = DtaWriter::seekable(sink, about.clone(), other).unwrap();
            writer.write_batches(slices.into_iter().map(Ok)).unwrap();
            let sink = writer.finish().unwrap().0;
            prop_assert_eq!(sink.position(), sink.get_ref().len() as u64);
            sink.into_inner().split_off(6)
        } else {
            write_with(&about, slices, other).unwrap().0
        };
        prop_assert_eq!(&bytes, &reference);
        prop_assert_eq!(serious(&bytes), vec![]);
    }

    #[test]
    fn what_is_written_is_read(rows in rows(), release in prop::sample::select(vec![117_u16, 118, 119])) {
        let about = every_kind(Release::from_number(release).unwrap());
        let whole = rows.batch();
        let (bytes, summary) = write_with(&about, vec![whole.clone()], options()).unwrap();
        let mut reader = DtaReader::open(memory(bytes)).unwrap();
        let mut row = 0;
        for read in reader.batches(&Selection::all()).unwrap() {
            let read = read.unwrap();
            for position in 0..3 {
                let wide = |array: &ArrayRef| cast(array, &DataType::Float64).unwrap();
                let (given, got) = (wide(whole.column(position)), wide(read.column(position)));
                let given = given.slice(row, read.num_rows());
                prop_assert_eq!(given.as_primitive::<Float64Type>(), got.as_primitive::<Float64Type>());
            }
            if release >= 118 {
                prop_assert!(summary.changes.is_empty());
                for position in 3..5 {
                    let got = cast(read.column(position), &DataType::Utf8).unwrap();
                    for i in 0..got.len() {
                        let given = whole.column(position).as_string::<i32>();
                        let given = if given.is_valid(row + i) { given.value(row + i) } else { "" };
                        let got = got.as_string::<i32>();
                        prop_assert_eq!(given, if got.is_valid(i) { got.value(i) } else { "" });
                    }
                }
            }
            row += read.num_rows();
        }
        prop_assert_eq!(row, whole.num_rows());
    }
}
