//! Lists, structures and maps.

use super::*;

#[test]
fn nested_kinds_convert_their_parts() {
    let list = Kind::List(Box::new(kind("int8")));
    let lists = |values: &[i64]| {
        array(LargeListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>([Some(
            values.iter().copied().map(Some),
        )]))
    };
    let got = normal(&list, &lists(&[1, 2])).unwrap();
    assert_eq!(got.data_type(), &arrow_type(&list));
    refuses(&list, &lists(&[1, 2]), &lists(&[1, 300]), "300");
    // A slice whose offsets do not start at 0.
    let whole = cut(&[&lists(&[300]), &lists(&[1, 2])]);
    assert_eq!(normal(&list, &whole.slice(1, 1)).unwrap().len(), 1);
    let fixed =
        FixedSizeListArray::from_iter_primitive::<Int16Type, _, _>([Some([Some(1), Some(2)]), None], 2);
    assert_eq!(normal(&list, &array(fixed)).unwrap().null_count(), 1);
    let mut views = ListBuilder::new(StringBuilder::new());
    views.append_value([Some("a"), None]);
    let views = cast(
        &array(views.finish()),
        &DataType::List(Arc::new(ArrowField::new("element", DataType::Utf8View, true))),
    )
    .unwrap();
    let texts = Kind::List(Box::new(Kind::Text));
    assert_eq!(normal(&texts, &views).unwrap().data_type(), &arrow_type(&texts));

    let structure = Kind::Structure(vec![
        Field { name: "b".into(), kind: Kind::Text },
        Field { name: "a".into(), kind: kind("int8") },
    ]);
    let records = |value: i64| {
        array(StructArray::from(vec![
            (Arc::new(ArrowField::new("a", DataType::Int64, false)), array(Int64Array::from(vec![value]))),
            (
                Arc::new(ArrowField::new("b", DataType::LargeUtf8, false)),
                array(LargeStringArray::from(vec!["x"])),
            ),
        ]))
    };
    let got = normal(&structure, &records(1)).unwrap();
    assert_eq!(got.data_type(), &arrow_type(&structure));
    assert_eq!(StructArray::from(got.to_data()).column(1).as_ref(), &Int8Array::from(vec![1]) as &dyn Array);
    refuses(&structure, &records(1), &records(300), "300");
    let other = Kind::Structure(vec![Field { name: "a".into(), kind: Kind::INTEGER }]);
    assert!(normal(&other, &records(1)).is_err(), "no field may be dropped in silence");
}

#[test]
fn maps_convert_keys_and_values() {
    let to = Kind::Map { key: Box::new(Kind::Text), value: Box::new(kind("int8")) };
    let maps = |value: i64| {
        let entries = StructArray::from(vec![
            (
                Arc::new(ArrowField::new("keys", DataType::LargeUtf8, false)),
                array(LargeStringArray::from(vec!["k"])),
            ),
            (
                Arc::new(ArrowField::new("values", DataType::Int64, true)),
                array(Int64Array::from(vec![value])),
            ),
        ]);
        let field = Arc::new(ArrowField::new("entries", entries.data_type().clone(), false));
        array(MapArray::new(field, arrow_buffer::OffsetBuffer::from_lengths([1]), entries, None, false))
    };
    assert_eq!(normal(&to, &maps(1)).unwrap().data_type(), &arrow_type(&to));
    refuses(&to, &maps(1), &maps(300), "300");
}
