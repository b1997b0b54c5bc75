//! What is written is read again as it was.

use exporter_dxf2::metadata::{Bundle, Form, MetadataReader, MetadataWriter, Order, WriteOptions};
use exporter_dxf2::{Mode, Target};
use proptest::prelude::*;

use crate::document::{bytes, document};
use crate::{MOST, json, of_json, of_xml, parts, plain, reader, xml};

proptest! {
    #[test]
    fn objects_of_every_type_are_read_from_json_as_they_were(document in document()) {
        let bytes = bytes(&document);
        prop_assert_eq!(plain(&json(&of_json(&bytes))), plain(&bytes));
    }

    #[test]
    fn objects_of_every_type_come_back_from_xml(document in document()) {
        let bytes = bytes(&document);
        let as_xml = xml(&of_json(&bytes));
        let read = of_xml(&as_xml);
        prop_assert_eq!(plain(&json(&read)), plain(&bytes), "{}", String::from_utf8_lossy(&as_xml));
        let again = xml(&of_json(&json(&read)));
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&as_xml));
    }

    #[test]
    fn a_file_that_is_cut_gives_all_before_the_cut(document in document(), cut in 0.0..1.0_f64, is_xml: bool) {
        let document = of_json(&bytes(&document));
        let bytes = if is_xml { xml(&document) } else { json(&document) };
        let whole = parts(reader(&bytes, is_xml));
        // The line that ends the last one is no part of the document.
        let cut = ((bytes.len() - 1) as f64 * cut) as usize;
        let mut reader = reader(&bytes[..cut], is_xml);
        let mut before = Vec::new();
        let fault = loop {
            match reader.next_part() {
                Ok(Some(part)) => before.push(part),
                Ok(None) => panic!("a document without its end is whole"),
                Err(fault) => break fault,
            }
        };
        prop_assert!(fault.is_cut, "{fault}");
        prop_assert_eq!(&before[..], &whole[..before.len()]);
        prop_assert!(reader.next_part().unwrap().is_none());
    }

    #[test]
    fn every_object_is_written_for_every_target(document in document(), target in proptest::sample::select(&Target::ALL[..])) {
        let bytes = bytes(&document);
        let count = of_json(&bytes).len();
        for form in [Form::Json, Form::Xml] {
            let bundle = Bundle::read(MetadataReader::json(&bytes[..], MOST, Mode::Lenient)).unwrap();
            let objects = bundle.objects().count();
            let options = WriteOptions { target: Some(target), allow_xml: true, ..WriteOptions::default() };
            let mut writer = MetadataWriter::new(Vec::new(), form, options).unwrap();
            bundle.write(&mut writer, Order::Stable).unwrap();
            let written = writer.finish().unwrap();
            let again = Bundle::read(reader(&written, form == Form::Xml)).unwrap();
            prop_assert_eq!(again.objects().count(), objects);
            prop_assert!(count > objects);
        }
    }

    #[test]
    fn damaged_files_are_read_to_an_end(document in document(), is_xml: bool, damage in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..6)) {
        let document = of_json(&bytes(&document));
        let mut bytes = if is_xml { xml(&document) } else { json(&document) };
        let length = bytes.len() as f64;
        for (place, byte) in damage {
            bytes[(length * place) as usize] = byte;
        }
        let mut reader = reader(&bytes, is_xml);
        let mut count = 0;
        while let Ok(Some(_)) = reader.next_part() {
            count += 1;
        }
        prop_assert!(count <= 2 * bytes.len());
        prop_assert!(reader.next_part().unwrap().is_none());
    }
}
