//! Encodings other than UTF-8.

use exporter_sav::EncodingSource;

use super::*;

/// A text of each encoding with a word that only UTF-8 has beside it.
const ENCODINGS: [(&str, &str, &str); 8] = [
    ("gbk", "GBK", "中文问卷"),
    ("gb18030", "gb18030", "中文 ç ಕ"),
    ("euc-kr", "EUC-KR", "한국어 똠방각하"),
    ("windows-1250", "windows-1250", "Příliš žluťoučký"),
    ("windows-1251", "windows-1251", "Вопрос"),
    ("shift_jis", "Shift_JIS", "日本語ｶﾅ"),
    ("big5", "Big5", "繁體"),
    ("iso-8859-1", "windows-1252", "Größe £"),
];

fn name_of(words: &str) -> String {
    words.chars().take_while(|character| *character != ' ').collect()
}

#[test]
fn texts_names_and_labels_of_every_encoding_come_back() {
    for (label, name, words) in ENCODINGS {
        let exporter = SavExporter::new(options(json!({"encoding": label, "codebook": false})));
        let variable = Variable::new(name_of(words), Kind::Text).with_label(words).with_labels("set");
        let set = ValueLabels::new().with(words, words);
        let very_long = words.repeat(60);
        let variables = vec![variable, Variable::new("long", Kind::Text)];
        let codebook = study(variables).with_value_labels("set", set.clone());
        let columns = || vec![texts(&[words, "a"]), texts(&[&very_long, words])];
        let file = File::of(&exporter, codebook, columns());
        assert_eq!(file.told(), Vec::<String>::new(), "{label}");
        let reader = file.reader();
        let found = (reader.metadata().encoding.name(), reader.header().encoding_source);
        assert_eq!(found, (name, EncodingSource::Record20), "{label}");
        let read = file.opened();
        let variable = &read.codebook().tables[0].variables[0];
        assert_eq!((&*variable.name, variable.label.untagged()), (&*name_of(words), Some(words)));
        assert_eq!(read.codebook().value_labels_of(variable), Some(&set), "{label}");
        assert_eq!(rows_of(&*read).columns(), columns(), "{label}");
        assert!(reader.remarks().is_empty() && read.losses().is_empty(), "{label}");
    }
}

#[test]
fn texts_that_grow_in_their_encoding_are_kept_whole() {
    // Two bytes in UTF-8, four in GB18030.
    let long = "ç".repeat(30_000);
    let split = options(json!({"encoding": "gb18030", "long-text": "split", "codebook": false}));
    let mut declared = Variable::new("declared", Kind::Text);
    declared.facts.max_bytes = Some(4);
    let codebook = study(vec![declared, Variable::new("long", Kind::Text)]);
    let file = File::of(&SavExporter::new(split), codebook, vec![texts(&["çç"]), texts(&[&long])]);
    let read = rows_of(&*file.opened());
    let pieces: Vec<&str> = read.columns().iter().map(|column| column.as_string::<i32>().value(0)).collect();
    assert_eq!((pieces[0], pieces[1..].concat()), ("çç", long));
    let expected = "long: structure-flattened (1): texts beyond 32767 bytes continue in ";
    assert!(matches!(&file.told()[..], [told] if told.starts_with(expected)), "{:?}", file.told());
}

/// A file that names its encoding otherwise.
fn renamed(file: &File, was: &str, is: &str) -> File {
    let record = |name: &str| {
        let numbers = [7_i32, 20, 1, name.len() as i32].map(i32::to_le_bytes);
        [numbers.as_flattened(), name.as_bytes()].concat()
    };
    let (was, is) = (record(was), record(is));
    let at = file.bytes.windows(was.len()).position(|bytes| bytes == was).unwrap();
    let bytes = [&file.bytes[..at], &is, &file.bytes[at + was.len()..]].concat();
    File { bytes, summary: Default::default() }
}

fn latin(word: &str) -> File {
    let exporter = SavExporter::new(options(json!({"encoding": "windows-1252", "codebook": false})));
    let variable = Variable::new("x", Kind::Text).with_label(word);
    File::of(&exporter, study(vec![variable]), vec![texts(&["plain", word, word])])
}

#[test]
fn latin_1_has_its_old_name_too() {
    let file = renamed(&latin("Größe"), "windows-1252", "ISO_8859-1:1987");
    assert_eq!(file.reader().header().encoding_source, EncodingSource::Record20);
    let read = file.opened();
    assert_eq!(read.codebook().tables[0].variables[0].label.untagged(), Some("Größe"));
    assert_eq!(rows_of(&*read).column(0), &texts(&["plain", "Größe", "Größe"]));
    assert!(read.losses().is_empty() && read.notes().is_empty());
}

#[test]
fn bytes_outside_the_encoding_are_counted_with_their_variable_and_row() {
    let read = renamed(&latin("Größe"), "windows-1252", "UTF-8").opened();
    assert_eq!(rows_of(&*read).column(0), &texts(&["plain", "Gr\u{FFFD}\u{FFFD}e", "Gr\u{FFFD}\u{FFFD}e"]));
    let told: Vec<(String, Option<String>, u64, Option<u64>)> = read
        .losses()
        .iter()
        .map(|loss| {
            let row = loss.first.as_ref().and_then(|first| first.row);
            (loss.code.as_str().to_owned(), loss.variable.clone(), loss.count, row)
        })
        .collect();
    let x = Some("x".to_owned());
    assert!(told.contains(&("text-replaced".to_owned(), x, 4, Some(2))), "{told:?}");
    assert!(told.iter().any(|(code, ..)| code == "not-read"), "the label is told of, too: {told:?}");
}

#[test]
fn utf_8_in_a_file_that_declares_latin_1_is_read_as_declared_and_warned_of() {
    let variable = Variable::new("x", Kind::Text).with_label("Größe");
    let file = File::of(&bare(), study(vec![variable]), vec![texts(&["a"])]);
    let read = renamed(&file, "UTF-8", "windows-1252").opened();
    assert_eq!(read.codebook().tables[0].variables[0].label.untagged(), Some("GrÃ¶ÃŸe"));
    let notes: Vec<String> = read.notes().into_iter().map(|note| note.text).collect();
    assert!(notes.iter().any(|note| note.contains("encoding=utf-8")), "{notes:?}");
}
