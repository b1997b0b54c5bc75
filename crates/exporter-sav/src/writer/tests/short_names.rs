//! Short names of long texts: unique, and with the stem by which SPSS joins the segments.

use std::collections::HashSet;

use super::*;
use crate::layout::Segments;
use crate::reader::{SavReader, Selection};
use exporter_core::source::MemoryBytes;

/// What a stem is made of: as many characters of the long name as five bytes hold, in capitals.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for character in name.to_uppercase().chars() {
        if stem.len() + character.len_utf8() > 5 {
            break;
        }
        stem.push(character);
    }
    stem
}

/// Writes a text in each variable, and checks the names of all records; what is read must be what was written.
fn names_of(variables: &[(String, u16)]) -> Vec<String> {
    let about = metadata(variables.iter().map(|(name, width)| text(name, *width)).collect());
    let wide = |(name, width): &(String, u16)| format!("{name:>0$}", usize::from(*width) - 40);
    let cells: Vec<String> = variables.iter().map(wide).collect();
    let columns = cells.iter().map(|cell| strings(&[cell.as_str(), end(cell)])).collect();
    let (bytes, _) = write(&about, columns).unwrap();
    let file = TestFile::new(&bytes);
    let records: Vec<String> = file.named().into_iter().map(|(_, name)| name.to_owned()).collect();
    let unique: HashSet<&String> = records.iter().collect();
    assert_eq!(unique.len(), records.len(), "each is there once");
    let mut rest = records.iter();
    for (name, width) in variables {
        let segments = Segments::new(usize::from(*width)).count();
        assert!(rest.next().is_some_and(|own| own.len() <= 8));
        for segment in rest.by_ref().take(segments - 1) {
            assert!(segment.len() <= 8 && segment.starts_with(&stem(name)), "{segment} is of {name}");
        }
    }
    assert_eq!(rest.next(), None);
    let reader = SavReader::open(Arc::new(MemoryBytes::new(bytes.clone()))).unwrap();
    let read =
        reader.metadata().variables.iter().map(|variable| (variable.name.clone(), variable.width.unwrap()));
    assert_eq!(read.collect::<Vec<_>>(), variables);
    let rows = reader.batches(&Selection::default(), 1).unwrap().next().unwrap().unwrap();
    for (column, cell) in rows.columns().iter().zip(&cells) {
        assert_eq!(column, &strings(&[cell.as_str(), end(cell)]));
    }
    records
}

/// What stands behind the blanks of a cell.
fn end(cell: &str) -> &str {
    cell.trim_start()
}

#[test]
fn long_texts_of_similar_names_stay_whole() {
    let mut names = vec!["Q2_96_T".to_owned(), "Q2_96_TE".to_owned(), "Q2_96_TEXT_text".to_owned()];
    names.extend((0..40).map(|index| format!("a_stem_that_all_share_{index}")));
    // Natural names of segments.
    names.extend(["LONGA", "LONGA1", "LONGA0", "A_STE0"].map(str::to_owned));
    let variables: Vec<(String, u16)> = names.into_iter().map(|name| (name, 1_200)).collect();
    let records = names_of(&variables);
    assert_eq!(records.len(), 47 * 5);
    assert_eq!(records[..6], ["Q2_96_T", "Q2_960", "Q2_961", "Q2_962", "Q2_963", "Q2_96_TE"]);
}

#[test]
fn ten_of_the_longest_texts_stay_whole() {
    let names = (0..10).map(|index| if index == 0 { "a🤓🤓".to_owned() } else { format!("a🤓🤓{index}") });
    let variables: Vec<(String, u16)> = names.map(|name| (name, 32_767)).collect();
    let records = names_of(&variables);
    // As SPSS 25 names them.
    let owns: Vec<&str> = records.iter().step_by(131).map(String::as_str).collect();
    assert_eq!((owns.len(), &owns[..3], owns[9]), (10, &["A🤓", "V2_A", "V3_A"][..], "V10_A"));
    let last = (records[1].as_str(), records[130].as_str(), records[131 * 10 - 1].as_str());
    assert_eq!(last, ("A🤓0", "A🤓3L", "A🤓103"));
}
