//! Fixed columns.

use exporter_core::codebook::Kind;
use exporter_core::dataset::{Comparison, ExcerptDataset};
use exporter_core::{Dataset as _, ErrorKind, Filter, Scan, TableId};
use exporter_testkit::conformance;

use super::{among, document, file, notes, rows, told, variable};

/// Numbers, implied decimals, texts and a missing letter.
fn pets() -> String {
    let refused = "<catgry missing=\"Y\"><catValu>.a</catValu><labl>Refused</labl></catgry>";
    let text = "<varFormat type=\"character\"/>";
    let variables = [
        variable("id", (1, 3), "dcml=\"0\"", ""),
        variable("size", (4, 8), "dcml=\"2\"", refused),
        variable("name", (9, 13), "", text),
    ];
    document(&file("pets.dat"), &variables.concat())
}

const ROWS: &[u8] = b"00100150Rex  \r\n002 12.5 Mia\xdc!\r\n003   .aLong \r\n  4         \r\n";

#[test]
fn cells_are_values_of_the_kinds_that_the_document_declares() {
    let text = pets().replace(
        "<fileName>pets.dat</fileName>",
        "<fileName>pets.dat</fileName><fileType charset=\"ISO-8859-1\"/>",
    );
    for threads in [1, 3] {
        let data = among(&text, &[("pets.dat", ROWS)], threads).unwrap();
        let wanted = [
            ["1", "1.5", "Rex", "·"],
            ["2", "12.5", " MiaÜ", "·"],
            ["3", "·", "Long", "0"],
            ["4", "·", "·", "·"],
        ];
        assert_eq!(
            (rows(&*data, 0), data.rows(TableId(0))),
            (wanted.map(|row| row.map(String::from).to_vec()).to_vec(), Some(4))
        );
        assert_eq!(
            told(&data.losses()),
            [
                "not-read pets.? records that are shorter than their columns: what is behind their end is missing ×1: Some(4)   4         "
            ]
        );
        conformance::dataset(&*data);
    }
}

#[test]
fn records_that_end_early_have_missing_values_at_their_end() {
    let data = among(&pets(), &[("pets.dat", b"00100150Re\n0020015\n\n003\n")], 1).unwrap();
    let wanted = [["1", "1.5", "Re", "·"], ["2", "·", "·", "·"], ["3", "·", "·", "·"]];
    assert_eq!(rows(&*data, 0), wanted);
    let action = "records that are shorter than their columns: what is behind their end is missing";
    assert_eq!(
        told(&data.losses()),
        [
            "line-skipped pets.? empty lines are not read, first in line 3 ×1: None ".to_owned(),
            format!("not-read pets.? {action} ×3: Some(1) 00100150Re"),
        ]
    );
}

#[test]
fn characters_count_and_not_bytes() {
    let data = among(&pets(), &[("pets.dat", "00100150Überx\n00200150\u{3042}\u{3044}  y\n".as_bytes())], 1)
        .unwrap();
    assert_eq!(rows(&*data, 0), [["1", "1.5", "Überx", "·"], ["2", "1.5", "あい  y", "·"]]);
    assert_eq!(told(&data.losses()), [""; 0]);
    let latin = among(&pets(), &[("pets.dat", b"00100150\xdcber \n")], 1).unwrap();
    assert_eq!(rows(&*latin, 0), [["1", "1.5", "Über", "·"]]);
    assert!(told(&latin.losses())[0].starts_with("text-guessed pets.? records that are no UTF-8"));
}

#[test]
fn a_cell_that_is_no_value_is_named() {
    let lines: Vec<String> = (1..=500).map(|row| format!("{row:>3}00150Rex  \n")).collect();
    let text = lines.concat().replace("400001", "4x0001");
    for threads in [1, 3] {
        let data = among(&pets(), &[("pets.dat", text.as_bytes())], threads).unwrap();
        let error = data.scan(TableId(0), &Scan::all()).unwrap().find_map(Result::err).unwrap();
        let place = error.place();
        assert_eq!((error.kind(), place.row), (ErrorKind::Invalid, Some(400)));
        assert_eq!((place.variable.as_deref(), place.table.as_deref()), (Some("id"), Some("pets")));
        assert!(error.to_string().contains("\"4x0\"") && error.to_string().contains("pets.dat"), "{error}");
        assert!(error.hint().is_some());
        // What is not read is not looked at.
        let names = data.scan(TableId(0), &Scan::all().columns([2])).unwrap();
        assert_eq!(names.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 500);
    }
}

#[test]
fn many_pieces_are_one_table_and_filters_see_all_of_it() {
    let lines: Vec<String> =
        (0..60_000).map(|row| format!("{:>3}{:05}a{:<4}\n", row % 1000, row, row % 7)).collect();
    let text = lines.concat();
    let data = among(&pets(), &[("pets.dat", text.as_bytes())], 3).unwrap();
    assert_eq!(data.rows(TableId(0)), Some(60_000));
    let scan = Scan::all().filter(Filter::compare("id", Comparison::Equal, 999)).columns([1]);
    let data = ExcerptDataset::new(data, vec![scan]).unwrap();
    let all = rows(&data, 0);
    assert_eq!((all.len(), &*all[0][0], &*all[59][0]), (60, "9.99", "599.99"));
}

#[test]
fn rows_that_are_stated_otherwise_are_told() {
    let text = pets().replace("</fileName>", "</fileName><dimensns><caseQnty>3</caseQnty></dimensns>");
    let data = among(&text, &[("pets.dat", b"00100150Rex  \n")], 1).unwrap();
    assert_eq!(notes(&*data), ["set/study.xml: set/pets.dat has 1 rows, and the document says 3 of pets"]);
    assert_eq!(data.codebook().tables[0].rows, Some(1));
}

#[test]
fn columns_without_a_place_are_refused() {
    let variables = [variable("id", (1, 3), "dcml=\"0\"", ""), "<var name=\"x\" files=\"F1\"/>".to_owned()];
    let text = document(&file("pets.dat"), &variables.concat());
    let error = among(&text, &[("pets.dat", b"001x\n")], 1).map(drop).unwrap_err();
    assert_eq!(error.place().variable.as_deref(), Some("x"));
    assert!(error.hint().unwrap().contains("StartPos"));
    // A place in the second record of a case is none in the first.
    let second = variable("id", (1, 3), "dcml=\"0\"", "").replace("StartPos", "RecSegNo=\"2\" StartPos");
    let text = document(&file("pets.dat"), &[second, variable("y", (1, 1), "", "")].concat());
    assert!(among(&text, &[("pets.dat", b"001\n")], 1).is_err());
}

#[test]
fn numbers_of_which_nothing_is_stated_may_have_fractions() {
    let categories = "<catgry><catValu>-1</catValu><labl>Unknown</labl></catgry>";
    let open = |name: &str, place| variable(name, place, "", categories).replace("contin", "discrete");
    let text = document(&file("pets.dat"), &[open("size", (1, 4)), open("legs", (5, 5))].concat());
    let lines: Vec<String> =
        (0..60_000).map(|row| if row == 59_999 { " 1.54\n" } else { "  -14\n" }.to_owned()).collect();
    for threads in [1, 3] {
        let data = among(&text, &[("pets.dat", lines.concat().as_bytes())], threads).unwrap();
        let [size, legs] = &data.codebook().tables[0].variables[..] else { panic!("two variables") };
        assert_eq!((&size.kind, &legs.kind), (&Kind::FLOAT, &Kind::INTEGER));
        let rows = rows(&*data, 0);
        assert_eq!((rows[0].join(" "), rows[59_999].join(" ")), ("-1.0 4".into(), "1.5 4".into()));
    }
}

/// Extracts of the American Time Use Survey state no decimals for such weights.
#[test]
fn weights_with_a_point_are_read_where_no_decimals_are_stated() {
    let variables =
        [variable("id", (1, 2), "dcml=\"0\"", ""), variable("w", (3, 16), "dcml=\"0\"", "")].concat();
    let data = among(
        &document(&file("a.dat"), &variables),
        &[("a.dat", b" 1 24588650.1615\n 2       12.5000\n")],
        1,
    )
    .unwrap();
    assert_eq!(rows(&*data, 0), [["1", "24588650.1615"], ["2", "12.5"]]);
    let whole = among(&document(&file("a.dat"), &variables), &[("a.dat", b" 1    24588650  \n")], 1).unwrap();
    assert_eq!(rows(&*whole, 0), [["1", "24588650"]]);
}
