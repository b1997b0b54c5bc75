//! What leads from one part of a document to another, and values that it does not write as they are.

use exporter_core::codebook::{Kind, MissingValues, Value};
use exporter_ddi::{DdiDocument, read};

use super::document;

fn parsed(files: &str, variables: &str) -> DdiDocument {
    let document = read(document(files, variables).as_bytes()).unwrap();
    assert_eq!(document.codebook.problems(), []);
    document
}

/// Each loss in a line.
fn lost(document: &DdiDocument) -> Vec<String> {
    let line = |loss: &exporter_core::Loss| {
        let first = loss.first.as_ref().map(|first| format!(": {}", first.value)).unwrap_or_default();
        format!("{} {} {}{first}", loss.code, loss.count, loss.action)
    };
    document.losses.iter().map(line).collect()
}

#[test]
fn members_follow_groups_that_get_another_name() {
    let groups = "<varGrp ID='G1' name='a' varGrp='G2 G3' var='gone'/><varGrp ID='G2' name='a' var='V1'/>\
                  <varGrp ID='G3' name='x' var='V2'/>";
    let document =
        parsed("<fileDscr ID='F'/>", &format!("{groups}<var ID='V1' name='x'/><var ID='V2' name='y'/>"));
    let groups = document.codebook.tables[0].groups.iter();
    let named: Vec<String> =
        groups.map(|group| format!("{}: {}", group.name, group.members.join(" "))).collect();
    assert_eq!(named, ["a: a_2 x_2", "a_2: x", "x_2: y"]);
    assert_eq!(
        lost(&document),
        ["group-dropped 1 members that are not in the table of the group are left out: gone"]
    );
}

#[test]
fn parts_that_lead_nowhere_are_told() {
    let files = "<fileDscr ID='F1'><fileTxt><fileName>a.csv</fileName></fileTxt></fileDscr>\
                 <fileDscr ID='F2'><fileTxt><fileName>b.csv</fileName></fileTxt></fileDscr>";
    let variables = "<varGrp ID='G1' name='g' varGrp='G2'/><varGrp ID='G2' name='h' varGrp='G1' var='V1'/>\
                     <var ID='V1' name='x' wgt-var='V2'/><var ID='V2' name='w' files='F2'/>";
    let place = "<stdyInfo><sumDscr><geoBndBox><westBL>1</westBL><eastBL>2</eastBL><southBL>95</southBL>\
                 <northBL>96</northBL></geoBndBox></sumDscr></stdyInfo></stdyDscr>";
    let text = document(files, variables).replacen("</stdyDscr>", place, 1);
    let document = read(text.as_bytes()).unwrap();
    assert_eq!(document.codebook.problems(), []);
    assert_eq!(document.codebook.study.bounding_box, None);
    assert_eq!(
        lost(&document),
        [
            "not-read 1 nothing says in which of several files it is: it is read as one of the first",
            "not-read 1 the bounding box of the study lies outside the globe and is left out",
            "not-read 1 its weight w is no variable of its table and is left out",
            "group-dropped 1 members by which a group would hold itself are left out: g",
        ]
    );
}

#[test]
fn weights_and_keys_that_are_not_read_are_told() {
    let files = "<fileDscr ID='F'><fileTxt><fileName>a.csv</fileName><fileStrc type='relational'>\
                 <recGrp ID='R' rectype='a' keyvar='V1 gone'/></fileStrc></fileTxt></fileDscr>";
    let variables = "<var ID='V1' name='x' wgt-var='V2 V3 V4'/><var ID='V2' name='v'/><var ID='V3' name='w' wgt-var='V9'/>";
    let document = parsed(files, variables);
    assert_eq!(document.codebook.tables[0].variables[0].weighted_by.as_deref(), Some("v"));
    assert_eq!(
        lost(&document),
        [
            "not-read 2 a variable is weighted by one other: further references of `wgt-var` are left out: V3 V4",
            "not-read 1 its weight (`wgt-var`) is no variable of the document and is left out: V9",
            "not-read 1 a key (`keyvar`) with what is no variable of its table is left out: gone",
        ]
    );
}

#[test]
fn periods_in_words_stay_and_those_that_run_backwards_have_no_end() {
    let of = |start: &str, end: &str| {
        let dates =
            format!("<collDate event='start'>{start}</collDate><collDate event='end'>{end}</collDate>");
        let place = format!("<stdyInfo><sumDscr>{dates}</sumDscr></stdyInfo></stdyDscr>");
        let document =
            read(document("<fileDscr ID='F'/>", "").replacen("</stdyDscr>", &place, 1).as_bytes()).unwrap();
        assert_eq!(document.codebook.problems(), []);
        let period = document.codebook.study.collection_period.clone().unwrap();
        ((period.start.unwrap(), period.end.unwrap_or_default()), lost(&document))
    };
    let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
    assert_eq!(of("Spring 2018", "Christmas 2018"), (pair("Spring 2018", "Christmas 2018"), vec![]));
    let told =
        "not-read 1 the end 2017 of the collection lies before its start 2018-03 and is left out".to_owned();
    assert_eq!(of("2018-03", "2017"), (pair("2018-03", ""), vec![told]));
}

#[test]
fn ends_that_a_range_leaves_out_are_no_missing_values() {
    let of = |kind: &str, range: &str| {
        let variable = format!(
            "<var name='x' {kind}><invalrng><range {range}/></invalrng><varFormat type='numeric'/></var>"
        );
        let document = parsed("<fileDscr ID='F'/>", &variable);
        let missing = document.codebook.tables[0].variables[0].missing.clone();
        let missing = missing.into_iter().map(|missing| missing.values).next();
        (missing, lost(&document))
    };
    let range = |low, high| Some(MissingValues::Range { low, high });
    let whole = "dcml='0'";
    assert_eq!(
        of(whole, "minExclusive='7' maxExclusive='10'"),
        (range(Some(Value::Integer(8)), Some(Value::Integer(9))), vec![])
    );
    assert_eq!(
        of(whole, "min='7' maxExclusive='9'"),
        (range(Some(Value::Integer(7)), Some(Value::Integer(8))), vec![])
    );
    // Of other numbers there is no next one.
    assert_eq!(
        of("dcml='1'", "minExclusive='7'"),
        (None, vec!["missing-dropped 1 missing values that are no float, and ranges without their own ends, are left out: 7".to_owned()])
    );
}

#[test]
fn display_formats_of_spss_say_what_a_date_is() {
    let kind = |name: &str, category: &str| {
        let format =
            format!("<varFormat type='numeric' schema='SPSS' formatname='{name}' category='{category}'/>");
        parsed("<fileDscr ID='F'/>", &format!("<var name='x'>{format}</var>")).codebook.tables[0].variables[0]
            .kind
            .clone()
    };
    for (name, category, found) in [
        ("ADATE10", "date", "date"),
        ("YMDHMS16", "date", "date-time"),
        ("DATETIME20", "date", "date-time"),
        ("TIME8", "date", "time"),
        ("DATE", "date", "date"),
    ] {
        let found_here = match kind(name, category) {
            Kind::Date => "date",
            Kind::DateTime { .. } => "date-time",
            Kind::Time(_) => "time",
            _ => "another",
        };
        assert_eq!(found_here, found, "{name}");
    }
}

#[test]
fn documents_have_their_own_place_and_a_name_that_no_other_has() {
    let other = "<otherMat URI='a/Q.pdf'/><otherMat URI='q.pdf'/><otherMat URI='http://x.org/q.pdf'/>";
    let text = document("<fileDscr ID='F'/>", "").replace("</codeBook>", &format!("{other}</codeBook>"));
    let document = read(text.as_bytes()).unwrap();
    let said = document.codebook.documents.iter().map(|document| {
        let place = document.path.as_ref().map(|path| path.display().to_string());
        format!("{} {}", document.name, place.or_else(|| document.uri.clone()).unwrap_or_default())
    });
    let said: Vec<String> = said.collect();
    assert_eq!(said, ["Q.pdf a/Q.pdf", "q_2.pdf q.pdf", "q_3.pdf http://x.org/q.pdf"]);
}

#[test]
fn labels_of_missing_values_stay_in_their_place() {
    let labels = |more: &str, categories: &[(&str, &str)]| {
        let category = |(value, missing): &(&str, &str)| {
            format!("<catgry missing='{missing}'><catValu>{value}</catValu><labl>L{value}</labl></catgry>")
        };
        let categories: String = categories.iter().map(category).collect();
        let document =
            parsed("<fileDscr ID='F'/>", &format!("<var name='x' dcml='0'>{more}{categories}</var>"));
        let variable = &document.codebook.tables[0].variables[0];
        let set = document.codebook.value_labels_of(variable).unwrap();
        let labelled: Vec<String> = set.entries.iter().map(|entry| entry.value.to_string()).collect();
        let missing: Vec<String> = variable
            .missing
            .iter()
            .map(|it| match &it.values {
                MissingValues::One(value) => format!("{value} {}", it.label.get(Default::default())),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(lost(&document), [""; 0]);
        (labelled.join(" "), missing.join(", "))
    };
    let pair = |labelled: &str, missing: &str| (labelled.to_owned(), missing.to_owned());
    assert_eq!(labels("", &[("1", "N"), ("2", "N"), ("9", "Y")]), pair("1 2", "9 L9"));
    assert_eq!(labels("", &[("1", "N"), ("9", "Y"), ("2", "N"), ("8", "Y")]), pair("1 9 2", "9 , 8 L8"));
    let range = "<invalrng><range min='7' max='9'/></invalrng>";
    let (labelled, missing) = labels(range, &[("1", "N"), ("8", "Y"), ("-1", "Y")]);
    assert_eq!(labelled, "1 8");
    assert!(missing.starts_with("-1 L-1, Range {"), "{missing}");
}

#[test]
fn what_is_said_of_values_says_of_what_kind_they_are() {
    let kind = |more: &str, inside: &str| {
        let document = parsed("<fileDscr ID='F'/>", &format!("<var name='x' {more}>{inside}</var>"));
        document.codebook.tables[0].variables[0].kind.clone()
    };
    let range = |low, high| format!("<valrng><range min='{low}' max='{high}'/></valrng>");
    let stats = |low, high| {
        format!(
            "<sumStat type='min'>{low}</sumStat><sumStat type='max'>{high}</sumStat><sumStat type='mean'>1.5</sumStat>"
        )
    };
    for (more, inside, found) in [
        ("", String::new(), Kind::Text),
        ("intrvl='discrete'", range(1, 9), Kind::INTEGER),
        ("intrvl='contin'", range(1, 9), Kind::FLOAT),
        ("", range(0, 9).replace('9', "2.5"), Kind::FLOAT),
        ("", stats("1", "7"), Kind::INTEGER),
        ("", stats("0.5", "7"), Kind::FLOAT),
        ("", stats("2020-01-01", "2021-01-01"), Kind::Text),
        ("representationType='text'", range(1, 9), Kind::Text),
        ("", range(1, 9) + "<varFormat type='character'/>", Kind::Text),
    ] {
        assert_eq!(kind(more, &inside), found, "{more} {inside}");
    }
}

#[test]
fn ranges_of_numbers_are_those_of_a_number() {
    let of = |range: &str| {
        let variable = format!("<var name='x'><invalrng>{range}</invalrng></var>");
        let document = parsed("<fileDscr ID='F'/>", &variable);
        let variable = document.codebook.tables[0].variables[0].clone();
        let missing = variable.missing.into_iter().map(|missing| missing.values).next();
        (variable.kind, missing, lost(&document))
    };
    let number = |number: i64| Some(Value::Integer(number));
    let range = |low, high| Some(MissingValues::Range { low, high });
    // As texts the first would end before it begins.
    for (ends, found) in [
        ("min='-99' max='-1'", range(number(-99), number(-1))),
        ("max='-1'", range(None, number(-1))),
        ("min='-99'", range(number(-99), None)),
        ("minExclusive='95' max='99'", range(number(96), number(99))),
    ] {
        assert_eq!(of(&format!("<range {ends}/>")), (Kind::INTEGER, found, vec![]), "{ends}");
    }
    let (kind, found, _) = of("<range max='-0.5'/>");
    assert_eq!((kind, found), (Kind::FLOAT, range(None, Some(Value::Float(-0.5)))));
    // A single value may be a text.
    assert_eq!(of("<item VALUE='99'/>"), (Kind::Text, Some(MissingValues::One("99".into())), vec![]));
}

#[test]
fn codes_with_leading_zeros_are_texts() {
    let kind = |codes: &[&str], more: &str| {
        let categories = codes
            .iter()
            .map(|code| format!("<catgry><catValu>{code}</catValu><labl>x{code}</labl></catgry>"));
        let variable = format!("<var name='x' {more}>{}</var>", categories.collect::<String>());
        let document = parsed("<fileDscr ID='F'/>", &variable);
        let (codebook, variable) = (&document.codebook, &document.codebook.tables[0].variables[0]);
        let labelled = codebook.value_labels_of(variable).unwrap().entries.iter();
        (variable.kind.clone(), labelled.map(|entry| entry.value.to_string()).collect::<Vec<_>>())
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(kind(&["01001"], ""), (Kind::Text, texts(&["01001"])));
    assert_eq!(kind(&["01", "1"], ""), (Kind::Text, texts(&["01", "1"])));
    assert_eq!(kind(&["0", "-1", "10"], ""), (Kind::INTEGER, texts(&["0", "-1", "10"])));
    // What the document says goes before.
    assert_eq!(kind(&["01"], "dcml='0'"), (Kind::INTEGER, texts(&["1"])));
}
