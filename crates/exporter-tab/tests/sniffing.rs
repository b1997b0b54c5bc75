//! How texts are cut is found in them, and what was found is said.

use exporter_core::{Dataset, Error};
use serde_json::json;

use crate::read_options::{open, shown};

fn found(text: &str) -> Result<Box<dyn Dataset>, Error> {
    open("t.csv", text.as_bytes(), json!({}))
}

fn notes(data: &dyn Dataset) -> Vec<String> {
    data.notes().into_iter().map(|note| note.text).collect()
}

/// A text is cut as the words say, into a first and a last row of so many.
#[track_caller]
fn reads(text: &str, words: &str, rows: usize, first: &str, last: &str) {
    let data = found(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let lines = shown(&*data).unwrap();
    assert_eq!(notes(&*data)[0], format!("t.csv: read as --from {words}"), "{text}");
    let shown = (lines.len() - 1, lines[0].as_str(), lines.last().unwrap().as_str());
    assert_eq!(shown, (rows, first, last), "{text}");
}

#[track_caller]
fn refuses(text: &str, words: &str) {
    let error = match found(text) {
        Err(error) => error,
        Ok(data) => panic!("{text}: {:?} {:?}", notes(&*data), shown(&*data)),
    };
    assert!(error.hint().unwrap_or_default().starts_with(words), "{text}: {error:?}");
}

#[test]
fn separators() {
    reads("a,b\n1,2\n", "csv:delimiter=comma", 1, "a|b", "1|2");
    reads("a\tb\n1,5\t2,5\n", "csv:delimiter=tab,decimal=comma", 1, "a|b", "1.5|2.5");
    reads("a;b;c\n1,5;x,y;2\n3,5;z;4\n", "csv:delimiter=semicolon,decimal=comma", 2, "a|b|c", "3.5|z|4");
    reads("id|t\n1|x, y\n2|a;b;c\n", "csv:delimiter=pipe", 2, "id|t", "2|a;b;c");
    reads("x y\n1 2\n3 4\n", "csv:delimiter=space", 2, "x|y", "3|4");
    // Quotes hide separators.
    reads("a;b\n\"1,2,3\";4\n", "csv:delimiter=semicolon", 1, "a|b", "1,2,3|4");
    reads("name\nAna Maria\nBea Lou\n", "csv:delimiter=comma", 2, "name", "Bea Lou");
    reads(
        "text\nHello\nWell, yes\nNo\nBye\nSo, what, then\nGood\nFine\n",
        "csv:delimiter=tab",
        7,
        "text",
        "Fine",
    );
    reads("sep=;\na;b\n1;2\n", "csv:delimiter=semicolon,skip-lines=1", 1, "a|b", "1|2");
    reads("\"sep=\t\"\r\na\tb\r\n1\t2\r\n", "csv:delimiter=tab,skip-lines=1", 1, "a|b", "1|2");
    refuses("a,b,c\n1,2\n3,4,5\n", "--from csv:ragged=pad");
}

#[test]
fn quotes_and_escapes() {
    reads("a,b\n'x,y',1\n'z',2\n", "csv:delimiter=comma,quote=single", 2, "a|b", "z|2");
    reads("'a','b'\n'x','y'\n", "csv:delimiter=comma,quote=single", 1, "a|b", "x|y");
    reads("a,b\n1,'x'\n2,'y'\n", "csv:delimiter=comma,quote=single", 2, "a|b", "2|y");
    reads("a,b\n1,'x'\n2,y\n", "csv:delimiter=comma", 2, "a|b", "2|y");
    reads("a,b\nit's,'t\n'em,x'\n", "csv:delimiter=comma", 2, "a|b", "'em|x'");
    reads("a,b\n1,\"say \\\"hi\\\"\"\n", "csv:delimiter=comma,escape=backslash", 1, "a|b", "1|say \"hi\"");
    reads("a,b\n1,\"C:\\\\x\"\n", "csv:delimiter=comma", 1, "a|b", "1|C:\\\\x");
    let spaced = "\"y\", \"t\"\n1970,  \"Hi, Mom!\"\n1971, \"Born\" \n";
    reads(spaced, "csv:delimiter=comma,spaced-quotes=true", 2, "y|t", "1971|Born");
    reads("a,b\n1, \"x\"\n2, \"y\"\n", "csv:delimiter=comma,spaced-quotes=true", 2, "a|b", "2|y");
    reads("a,b\n1, \"x\"\n2, 5\" wide\n", "csv:delimiter=comma", 2, "a|b", "2| 5\" wide");
    reads("s\n\"{'a': 1, 'b': 2}\"\n", "csv:delimiter=comma", 1, "s", "{'a': 1, 'b': 2}");
    let bare = "a,b\n1,say \\\"hi\\\"\n";
    reads(bare, "csv:delimiter=comma,escape=backslash", 1, "a|b", "1|say \"hi\"");
    reads("a,b\n1,5\\\" or 6\"\n", "csv:delimiter=comma", 1, "a|b", "1|5\\\" or 6\"");
    refuses("a,b\n1,\"x\"y\n2,\"z\"\n", "--from csv:lenient=true");
}

#[test]
fn lines_above_the_header_and_comments_are_said() {
    let losses = |text: &str| -> Vec<String> {
        found(text).unwrap().losses().iter().map(ToString::to_string).collect()
    };
    let preamble = "Report 2024\n\na,b\n1,2\n";
    reads(preamble, "csv:delimiter=comma,skip-lines=2", 1, "a|b", "1|2");
    let above = "csv: line-skipped t: lines above the header are not read";
    assert_eq!(losses(preamble), [format!("{above} (2 lines), first: \"Report 2024\"")]);
    let dated = "Estrazione del 2025-01-06\nid;Gestore;Bandiera\n1;A;B|C\n2;D;E\n";
    reads(dated, "csv:delimiter=semicolon,skip-lines=1", 2, "id|Gestore|Bandiera", "2|D|E");
    assert_eq!(losses(dated), [format!("{above}, first: \"Estrazione del 2025-01-06\"")]);
    let comment = "# made by x\n# date\na,b\n1,2\n#end\n";
    reads(comment, "csv:delimiter=comma,comment=hash", 1, "a|b", "1|2");
    let lines = "csv: line-skipped t: lines that start with # are not read (3 lines), first: \"# made by x\"";
    assert_eq!(losses(comment), [lines]);
    reads("#id,n\n1,2\n", "csv:delimiter=comma", 1, "#id|n", "1|2");
    reads("tag\n#a\n#b\n", "csv:delimiter=comma", 2, "tag", "#b");
    // What may be a column of texts is not thrown away.
    refuses("name\nAna, x\nBea, y\n", "--from csv:");
    refuses("Report\nof 2024\nAna, x\nBea, y\n", "--from csv:skip-lines=2");
}

#[test]
fn a_table_above_a_wider_one_is_not_thrown_away() {
    let row = "region,age\nN,31\nS,40\nE,22\n\nCode,Meaning,Source\nN,North,INE\n";
    let semicolons = "id;a\n1;2\n2;4\n\nQuelle;Methode;Jahr;Ort\nA;B;C;D\nE;F;G;H\n";
    let padded = "id;a;;\n1;2;;\n2;4;;\n;;;\nQuelle;Methode;Jahr;Ort\nA;B;C;D\nE;F;G;H\n";
    let one = "x\n1\n2\n3\n\na,b\nu,2\nv,4\n";
    for (text, line) in [(row, 6), (semicolons, 5), (one, 6)] {
        let error = found(text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(error.to_string().contains(&format!("(line {line}): expected")), "{error:?}");
    }
    assert_eq!(shown(&*found(padded).unwrap()).unwrap().len(), 7);
    // Titles and one name with a value are none.
    let titles = "Survey,2024\nby the office\n\nid,a,b\n1,2,3\n";
    reads(titles, "csv:delimiter=comma,skip-lines=3", 1, "id|a|b", "1|2|3");
}

#[test]
fn a_row_of_two_cells_in_a_column_of_numbers_is_no_number() {
    for text in ["x\n10\n20\n30\n1,2\n", "x\n10\n20\n1,234\n", "x\n1\n2\n3\n4\n5\n1.234,5\n"] {
        let error = found(text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(error.to_string().contains("expected 1 cell, got 2"), "{error:?}");
    }
    let tab = open("t.csv", b"x\n10\n20\n30\n1,2\n", json!({"delimiter": "\t"})).unwrap();
    assert_eq!(shown(&*tab).unwrap(), ["x", "10", "20", "30", "1,2"]);
    assert!(notes(&*tab)[1].starts_with("t.csv: 1,2 is a text; if it is a number"), "{:?}", notes(&*tab));
}

#[test]
fn delimiters_at_the_end_and_names_of_rows() {
    reads("a,b\n1,2,\n3,4,\n", "csv:delimiter=comma,trailing-delimiter=true", 2, "a|b", "3|4");
    reads("a,b,\n1,2,\n", "csv:delimiter=comma", 1, "a|b|column_3", "1|2|.");
    let rows = "mpg,cyl\nMazda,21,6\nDatsun,22.8,4\n";
    reads(rows, "csv:delimiter=comma,row-names=true", 2, "column_1|mpg|cyl", "Datsun|22.8|4");
    refuses("a,b\n1,2,\n3,4,5\n", "--from csv:");
}

#[test]
fn a_first_line_like_the_others_is_a_row() {
    let none = "csv:delimiter=comma,header=none";
    reads("1,2\n3,4\n5,7\n", none, 3, "column_1|column_2", "5|7");
    reads("2024-01-01,x\n2024-01-02,y\n", none, 2, "column_1|column_2", "2024-01-02|y");
    reads("1,Ana\n2,Bea\n3,Cea\n", none, 3, "column_1|column_2", "3|Cea");
    reads("5,yes\n7,no\n2,yes\n", none, 3, "column_1|column_2", "2|yes");
    reads("1.25\n2.5\n", none, 2, "column_1", "2.5");
    let data = found("1,2\n3,4\n5,7\n").unwrap();
    let note = "t.csv: the first line looks like the others and is a row; if it has the names: \
                --from csv:delimiter=comma,header=names";
    assert_eq!(notes(&*data)[1], note);
    let forced = open("t.csv", b"1,2\n3,4\n5,7\n", json!({"header": "names"})).unwrap();
    assert_eq!(shown(&*forced).unwrap(), ["1|2", "3|4", "5|7"]);
}

#[test]
fn a_header_is_never_lost() {
    let plain = "csv:delimiter=comma";
    reads("name,city\nAna,Rome\nBea,Oslo\n", plain, 2, "name|city", "Bea|Oslo");
    reads("country,2019,2020\nFR,1500,2500\nIT,2100,1900\n", plain, 2, "country|2019|2020", "IT|2100|1900");
    reads("2019,2020,2021\n1.5,2.5,3.5\n", plain, 1, "2019|2020|2021", "1.5|2.5|3.5");
    reads(",0,1,2\n0,5,6,7\n1,8,8,9\n", plain, 2, "column_1|0|1|2", "1|8|8|9");
    reads("q,0.25,0.5,0.75\na,1.5,2.5,3.5\n", plain, 1, "q|0.25|0.5|0.75", "a|1.5|2.5|3.5");
    reads("region,2020-01-01,2020-01-02\nA,5,6\n", plain, 1, "region|2020-01-01|2020-01-02", "A|5|6");
    reads("id,x\n1,\n2,\n", plain, 2, "id|x", "2|.");
    reads("a,b\n", plain, 0, "a|b", "a|b");
}

#[test]
fn decimal_commas_are_found_where_they_are_clear() {
    let data = found("a;b\n1,250;x\n2,500;y\n").unwrap();
    assert_eq!(shown(&*data).unwrap()[1], "1,250|x");
    let note = "t.csv: 1,250 is a text; if it is a number with a decimal comma: \
                --from csv:delimiter=semicolon,decimal=comma, with a comma between groups: \
                --from csv:delimiter=semicolon,thousands=comma";
    assert_eq!(notes(&*data)[1], note);
    let groups = found("a;b\n1.234,50;x\n").unwrap();
    let words = "--from csv:delimiter=semicolon,decimal=comma,thousands=point";
    assert_eq!(notes(&*groups)[1], format!("t.csv: 1.234,50 is a text; if it is a number: {words}"));
    let points = found("id;v\n1;1.234\n2;2.500\n3;999\n4;12.345\n").unwrap();
    let note = "t.csv: 1.234 is read with a decimal point; if it is one: --from csv:delimiter=semicolon,decimal=point, \
                if points stand between groups: --from csv:delimiter=semicolon,decimal=comma,thousands=point";
    assert_eq!(notes(&*points)[1], note);
    assert_eq!(notes(&*found("id;v\n1;1.234\n2;2.5\n").unwrap()).len(), 1);
    assert_eq!(notes(&*found("id,v\n1,1.234\n2,2.500\n").unwrap()).len(), 1);
    // Points and commas at once say nothing.
    assert_eq!(shown(&*found("a;b\n1,5;1.5\n").unwrap()).unwrap()[1], "1,5|1.5");
}

#[test]
fn what_the_options_say_is_not_looked_for() {
    let read = |text: &str, options| shown(&*open("t.csv", text.as_bytes(), options).unwrap()).unwrap();
    assert_eq!(
        read("a;b\nx,2\ny,4\n", json!({"delimiter": ";", "ragged": "pad"})),
        ["a|b", "x,2|.", "y,4|."]
    );
    assert_eq!(read("a,b\n'x',1\n", json!({"quote": "double"})), ["a|b", "'x'|1"]);
    assert_eq!(read("R\na,b\n1,2\n", json!({"skip-lines": 0, "ragged": "truncate"})), ["R", "a", "1"]);
    assert_eq!(
        read("sep=;\na\n", json!({"skip-lines": 0, "delimiter": ",", "header": "none"})),
        ["column_1", "sep=;", "a"]
    );
    assert_eq!(read("a;b\n1,5;2\n", json!({"decimal": "point"})), ["a|b", "1,5|2"]);
}
