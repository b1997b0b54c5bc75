//! Files of several types of record: households and their members.

use exporter_core::codebook::TableKind;
use exporter_core::{Dataset as _, TableId};
use exporter_testkit::conformance;

use super::{among, document, names, rows, told, variable};

/// Two types of record, with the groups given as IPUMS or nested.
fn households(groups: &str) -> String {
    let files = format!(
        "<fileDscr ID=\"F1\"><fileTxt><fileName>h.dat</fileName><fileStrc type=\"hierarchical\">{groups}</fileStrc></fileTxt></fileDscr>"
    );
    let kind = "<varFormat type=\"character\"/>";
    let of =
        |types: &str, variable: String| variable.replace(" files=", &format!(" rectype=\"{types}\" files="));
    let variables = [
        of("H P", variable("RECTYPE", (1, 1), "dcml=\"0\"", kind)),
        of("H P", variable("SERIAL", (2, 4), "dcml=\"0\"", "")),
        of("H", variable("HHWT", (5, 9), "dcml=\"2\"", "")),
        of("P", variable("PERNUM", (5, 6), "dcml=\"0\"", "")),
        of("P", variable("NAME", (7, 10), "", kind)),
    ];
    document(&files, &variables.concat())
}

const IPUMS: &str = "<recGrp rectype=\"P\" recidvar=\"RECTYPE\" keyvar=\"SERIAL\"><labl>Persons</labl></recGrp>\
                     <recGrp rectype=\"H\" recidvar=\"RECTYPE\"/>";
const NESTED: &str = "<recGrp ID=\"RH\" recGrp=\"RP\" rectype=\"H\" recidvar=\"RECTYPE\" keyvar=\"SERIAL\"/>\
                      <recGrp ID=\"RP\" rectype=\"P\" keyvar=\"SERIAL PERNUM\"/>";
const ROWS: &[u8] = b"H00100150\nP00101Ann \nP00102Bob \nH00200075\nH00310000\nP00301Cy  \n";

#[test]
fn each_type_of_record_is_a_table() {
    for threads in [1, 3] {
        let data = among(&households(IPUMS), &[("h.dat", ROWS)], threads).unwrap();
        let [persons, homes] = &data.codebook().tables[..] else { panic!("two tables") };
        assert_eq!((&*persons.name, &*homes.name, persons.label.untagged()), ("P", "H", Some("Persons")));
        assert_eq!(names(persons), ["RECTYPE", "SERIAL", "PERNUM", "NAME"]);
        assert_eq!(names(homes), ["RECTYPE", "SERIAL", "HHWT"]);
        assert_eq!(rows(&*data, 0), [["P", "1", "1", "Ann"], ["P", "1", "2", "Bob"], ["P", "3", "1", "Cy"]]);
        assert_eq!(rows(&*data, 1), [["H", "1", "1.5"], ["H", "2", "0.75"], ["H", "3", "100.0"]]);
        assert_eq!((data.rows(TableId(0)), data.rows(TableId(1))), (Some(3), Some(3)));
        assert_eq!(told(&data.losses()), [""; 0]);
        conformance::dataset(&*data);
    }
}

#[test]
fn a_key_that_only_members_name_links_them_to_their_household() {
    let data = among(&households(IPUMS), &[("h.dat", ROWS)], 1).unwrap();
    let [persons, homes] = &data.codebook().tables[..] else { panic!("two tables") };
    let parent = persons.parent.as_ref().unwrap();
    assert_eq!((&*parent.table, persons.kind), ("H", TableKind::Roster));
    assert_eq!((homes.key.as_slice(), persons.key.len()), (&["SERIAL".to_owned()][..], 0));
}

#[test]
fn groups_that_nest_say_key_and_parent_themselves() {
    let data = among(&households(NESTED), &[("h.dat", ROWS)], 1).unwrap();
    let [homes, persons] = &data.codebook().tables[..] else { panic!("two tables") };
    assert_eq!((homes.key.join(" "), persons.key.join(" ")), ("SERIAL".into(), "SERIAL PERNUM".into()));
    assert_eq!(persons.parent.as_ref().unwrap().table, "H");
    assert_eq!(rows(&*data, 1)[1], ["P", "1", "2", "Bob"]);
}

#[test]
fn records_of_other_types_are_a_loss_and_short_ones_are_told_by_table() {
    let text = [ROWS, b"X001\nH004\nX002\n\n"].concat();
    for threads in [1, 3] {
        let data = among(&households(IPUMS), &[("h.dat", &text)], threads).unwrap();
        assert_eq!((data.rows(TableId(0)), data.rows(TableId(1))), (Some(3), Some(4)));
        assert_eq!(
            told(&data.losses()),
            [
                "not-read H.? records that are shorter than their columns: what is behind their end is missing ×1: Some(4) H004",
                "line-skipped P.? empty lines are not read, first in line 10 ×1: None ",
                "not-read P.? records of types that the document does not describe: \"X\" ×2",
            ]
        );
    }
}

#[test]
fn one_type_of_several_may_be_described_alone() {
    let persons = "<recGrp rectype=\"P\" recidvar=\"RECTYPE\"/>";
    // Without the variable that persons do not have.
    let text = households(persons);
    let (before, of_homes) = text.split_once("<var ID=\"HHWT\"").unwrap();
    let text = format!("{before}{}", of_homes.split_once("</var>").unwrap().1);
    let data = among(&text, &[("h.dat", ROWS)], 1).unwrap();
    let [table] = &data.codebook().tables[..] else { panic!("one table") };
    assert_eq!((&*table.name, names(table).len(), rows(&*data, 0).len()), ("h", 4, 3));
    assert_eq!(
        told(&data.losses()),
        ["not-read h.? records of types that the document does not describe: \"H\" ×3"]
    );
}

#[test]
fn each_file_has_its_own_column_of_types() {
    // The same names stand elsewhere in another file.
    let (first, second) = (households(IPUMS), households(NESTED));
    let part = |text: &str, from: &str, to: &str| {
        let (_, from_here) = text.split_once(from).unwrap();
        from_here.split_once(to).unwrap().0.to_owned()
    };
    let of_second = |text: String| {
        let text = text.replace("F1", "F2").replace("h.dat", "k.dat").replace("ID=\"", "ID=\"K");
        text.replace("StartPos=\"1\" EndPos=\"1\"", "StartPos=\"11\" EndPos=\"11\"")
    };
    let files = |text: &str| part(text, "</stdyDscr>", "<dataDscr>");
    let variables = |text: &str| part(text, "<dataDscr>", "</dataDscr>");
    let files = [files(&first), of_second(files(&second)).replace("KF2", "F2")].concat();
    let text = document(&files, &[variables(&first), of_second(variables(&second))].concat());
    let moved: &[u8] = b" 00100150 H\n 00101Ann P\n";
    let data = among(&text, &[("h.dat", ROWS), ("k.dat", moved)], 1).unwrap();
    let found: Vec<usize> = (0..4).map(|table| rows(&*data, table).len()).collect();
    assert_eq!(found, [3, 3, 1, 1]);
}

#[test]
fn records_that_cannot_be_told_apart_are_refused() {
    for (groups, name) in
        [(IPUMS.replace("recidvar=\"RECTYPE\"", ""), "h.dat"), (IPUMS.to_owned(), "h.plain")]
    {
        let text = households(&groups).replace("h.dat", name);
        let rows: &[u8] = if name == "h.dat" { ROWS } else { b"#plain\nRECTYPE\nH\n" };
        let error = among(&text, &[(name, rows)], 1).map(drop).unwrap_err();
        assert!(error.hint().is_some() && error.to_string().contains("type"), "{error}");
        assert!(among(&text, &[], 1).is_ok());
    }
}
