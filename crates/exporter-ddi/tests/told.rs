//! What a reader cannot take as it stands is told, or refused with words that mend it.

use exporter_core::check::CheckOptions;
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Error, LossPolicy, Source, export};
use exporter_ddi::{DdiExporter, DdiOptions};

use super::{among, document, file, registry, told, variable};

const ROWS: &[u8] = b"#plain\nid\n1\n";

fn opened(bytes: &[u8]) -> Result<(), Error> {
    let source = Source::memory("x.xml", bytes.to_vec());
    registry().open(&source, serde_json::Value::Null, &Context::default()).map(drop)
}

pub(super) fn findings(bytes: &[u8]) -> Vec<String> {
    let source = Source::memory("x.xml", bytes.to_vec());
    let found = registry().check(&source, &CheckOptions::default(), &Context::default()).unwrap();
    found.listed().iter().map(|finding| finding.message.clone()).collect()
}

#[test]
fn bytes_of_another_encoding_are_refused_with_their_line() {
    let text = document(&file("gone.dat"), "<var name=\"id\">\n<labl>caf\u{e9}</labl></var>");
    let latin: Vec<u8> = text.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect();
    let declared = |encoding: &str| {
        let head = format!("version=\"1.0\" encoding=\"{encoding}\"?");
        let bytes = latin.as_slice();
        let at = bytes.windows(14).position(|it| it == b"version=\"1.0\"?").unwrap();
        [&bytes[..at], head.as_bytes(), &bytes[at + 14..]].concat()
    };
    let error = opened(&declared("UTF-8")).unwrap_err();
    assert!(error.to_string().contains("line 2: some bytes are none of the encoding"), "{error}");
    assert!(error.hint().unwrap().contains("encoding=\"windows-1252\""), "{error:?}");
    assert!(
        findings(&declared("UTF-8"))
            .iter()
            .any(|it| it.starts_with("line 2, column 10: some bytes are none"))
    );
    // Without a declaration it is read all the same, which other programs do not.
    opened(&latin).unwrap();
    assert!(findings(&latin).iter().any(|it| it.starts_with("line 2, column 10: some bytes are no UTF-8")));
    opened(&declared("windows-1252")).unwrap();
    let unknown = opened(&declared("foo-9")).unwrap_err();
    assert!(
        unknown.to_string().contains("line 2: the document says that it is in the encoding \"foo-9\""),
        "{unknown}"
    );
    assert!(unknown.hint().unwrap().contains("or save it as UTF-8"), "{unknown:?}");
    assert!(findings(&declared("foo-9")).iter().any(|it| it.contains("foo-9")));
    opened(text.replace('\u{e9}', "e").replace("\"1.0\"?", "\"1.0\" encoding=\"foo-9\"?").as_bytes())
        .unwrap();
}

#[test]
fn a_declaration_that_is_none_is_found() {
    let text = document(&file("gone.dat"), "<var name=\"id\"/>");
    let found = |text: &str| {
        findings(text.as_bytes()).into_iter().filter(|it| it.contains("XML declaration")).count()
    };
    assert_eq!(found(&text), 0);
    assert_eq!(found(&text.replacen("1.0", " 1.0", 1)), 1);
    assert_eq!(found(&format!("\n{text}")), 1);
}

#[test]
fn entities_that_grow_are_refused_as_what_they_are() {
    let level = |at: usize| format!("<!ENTITY b{} \"{}\">", at + 1, format!("&b{at};").repeat(50));
    let levels: String = (0..5).map(level).collect();
    let bomb = format!(
        "<!DOCTYPE codeBook [<!ENTITY a \"aaa\"><!ENTITY b \"&a;&a;\"><!ENTITY b0 \"lol\">{levels}]><codeBook"
    );
    let text = document(&file("gone.dat"), "<var name=\"id\"/>").replace("<codeBook", &bomb);
    // What is declared and not used does no harm.
    opened(text.as_bytes()).unwrap();
    let used = text.replace("<titl>Pets", "<titl>&b5;");
    let error = opened(used.as_bytes()).unwrap_err();
    let wanted =
        "the entity `b5` that the document declares makes too much of the document, and is not expanded";
    assert!(error.to_string().contains(wanted) && !error.to_string().contains("no XML"), "{error}");
    let plain = text.replace("&a;&a;", "&#233;t&#xE9;").replace("<titl>Pets", "<titl>&b;&a;");
    let source = Source::memory("x.xml", plain.clone().into_bytes());
    let data = registry().open(&source, serde_json::Value::Null, &Context::default()).unwrap();
    assert_eq!(data.codebook().study.title, "\u{e9}t\u{e9}aaa".into());
    assert!(!findings(plain.as_bytes()).iter().any(|it| it.contains("entity")));
}

#[test]
fn documents_in_utf_16_are_recognised() {
    let text =
        document(&file("gone.dat"), "<var name=\"id\"/>").replace("\"1.0\"?", "\"1.0\" encoding=\"UTF-16\"?");
    for mark in ["\u{FEFF}", ""] {
        let bytes: Vec<u8> = format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        opened(&bytes).unwrap();
    }
}

#[test]
fn other_documents_are_called_what_they_are() {
    for (text, what) in [
        (
            "<DDIInstance xmlns=\"ddi:instance:3_3\"><a/></DDIInstance>",
            "this is DDI Lifecycle, which is another format",
        ),
        (
            "<!DOCTYPE html><html><head><title>Log in</title></head></html>",
            "this is an HTML page, not DDI Codebook",
        ),
    ] {
        let found = findings(text.as_bytes());
        assert!(found.len() == 1 && found[0].contains(what), "{found:?}");
    }
    let lifecycle = opened(b"<DDIInstance xmlns=\"ddi:instance:3_3\"><a/></DDIInstance>").unwrap_err();
    assert!(lifecycle.to_string().contains("DDI Lifecycle, which is another format"), "{lifecycle}");
}

#[test]
fn a_document_that_is_cut_off_is_fetched_again() {
    let text = document(&file("gone.dat"), "<var name=\"id\"><labl>Number</labl></var>");
    for length in [text.len() - 20, text.len() - 40, text.find("<labl>").unwrap() + 3] {
        let error = opened(&text.as_bytes()[..length]).unwrap_err();
        assert!(error.hint().unwrap().contains("fetch it again"), "{length}: {error:?}");
    }
    let unfit = opened(text.replace("</labl>", "</label>").as_bytes()).unwrap_err();
    assert_eq!(unfit.hint(), None, "{unfit:?}");
}

#[test]
fn labels_that_stand_for_codes_are_told() {
    let categories = "<catgry><labl>Face to face</labl></catgry><catgry><labl>By phone</labl></catgry>";
    let text = document(&file("gone.dat"), &format!("<var name=\"mode\">{categories}</var>"));
    let lost = told(&among(&text, &[], 1).unwrap().losses());
    let wanted = "not-read gone.mode the document gives no codes for these categories: their labels stand for the codes ×2: \
                  None Face to face";
    assert!(lost.iter().any(|loss| loss.ends_with(wanted.trim_start_matches("not-read gone"))), "{lost:?}");
}

#[test]
fn a_file_is_where_the_document_says_beside_its_name() {
    let text = document(
        "<fileDscr ID=\"F1\" URI=\"data/pets.plain\"><fileTxt><fileName>pets</fileName></fileTxt></fileDscr>",
        &variable("id", (1, 1), "", ""),
    );
    let data = among(&text, &[("data/pets.plain", ROWS)], 1).unwrap();
    assert_eq!((super::rows(&*data, 0).len(), data.codebook().tables[0].name.as_str()), (1, "pets"));
}

/// What is written of a document: it says these words, in elements of its own and not in notes of this program, it is valid, and
/// written again it is the same.
fn says_again(document: &str, words: &[&str]) -> String {
    let written = again(document);
    for words in words {
        assert!(written.contains(words), "{words}\n{written}");
    }
    assert!(!written.contains("exporter:attribute"), "{written}");
    assert_eq!((again(&written), findings(written.as_bytes())), (written.clone(), vec![]));
    written
}

/// A document that is read and written again.
pub(super) fn again(document: &str) -> String {
    let data = among(document, &[], 1).unwrap();
    let (sink, context) = (MemorySink::new(), Context::default().with_policy(LossPolicy::Report));
    export(&DdiExporter::new(DdiOptions::default()), &*data, Box::new(sink.clone()), &context).unwrap();
    String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap()
}

#[test]
fn what_a_document_says_is_not_said_otherwise() {
    let study = |more: &str| {
        let head = "<IDNo agency=\"DOI\">10.1/x</IDNo></titlStmt></citation>";
        document(&file("gone.dat"), "<var name=\"id\"/>")
            .replace("</titlStmt></citation>", &format!("{head}{more}"))
    };
    let of = |variable: &str| document(&file("gone.dat"), variable);
    let (has, lacks) = (true, false);
    for (text, cases) in [
        (
            study(
                "<stdyInfo><sumDscr><nation abbr=\"us\">United States</nation><universe clusion=\"I\">People</universe>\
                 <universe clusion=\"E\">the islands</universe></sumDscr></stdyInfo>",
            ),
            vec![
                (has, "<nation abbr=\"US\">"),
                (has, "United States"),
                (has, "<universe>People</universe>"),
                (has, "the islands"),
                (has, "<IDNo agency=\"DOI\">10.1/x</IDNo>"),
                (lacks, "<IDNo>10.1_x</IDNo>"),
                (lacks, "caseQnty"),
            ],
        ),
        (
            of("<var name=\"n\" intrvl=\"discrete\" dcml=\"0\"><varFormat type=\"numeric\"/></var>"),
            vec![(has, "intrvl=\"discrete\""), (lacks, "intrvl=\"contin\""), (lacks, "exporter:attribute")],
        ),
        (
            of(
                "<var name=\"n\" intrvl=\"contin\" dcml=\"0\"><catgry missing=\"Y\"><catValu>-9</catValu><labl>Refused</labl>\
                </catgry></var>",
            ),
            vec![(has, "representationType=\"numeric\""), (has, "intrvl=\"contin\"")],
        ),
        (
            of("<var ID=\"V1\" name=\"n\" wgt-var=\"V2\" dcml=\"0\"/><var ID=\"V2\" name=\"w\" dcml=\"2\"/>"),
            vec![(has, "name=\"w\" files=\"F1\" dcml=\"2\" intrvl=\"contin\" wgt=\"wgt\"")],
        ),
        (
            of("<var name=\"n\"/>").replace(
                "</codeBook>",
                "<otherMat level=\"study\"><labl>no uri</labl></otherMat></codeBook>",
            ),
            vec![(has, "<labl>no uri</labl>"), (lacks, "URI=\"no uri\"")],
        ),
    ] {
        let written = again(&text);
        for (is_wanted, words) in cases {
            assert_eq!(written.contains(words), is_wanted, "{words}\n{written}");
        }
        assert_eq!(again(&written), written);
    }
    // What a codebook has no field for stands where it stood, or is kept beside.
    let free = [
        "<imputation>none</imputation>",
        "<security>public</security>",
        "<respUnit>head</respUnit>",
        "<anlysUnit>person</anlysUnit>",
        "<undocCod>99</undocCod>",
        "<TotlResp>10</TotlResp>",
        "<stdCatgry>ISCO</stdCatgry>",
        "<codInstr>0 = none</codInstr>",
    ];
    let kept = "<qstn><qstnLit>Who?</qstnLit><forward>Q2</forward></qstn><valrng><range min=\"1\" max=\"5\"/></valrng>\
                <catgry missType=\"refusal\"><catValu>1</catValu><labl>One</labl><txt>The first</txt></catgry><catgry><catValu>2\
                </catValu><labl>Two</labl><txt>The second</txt></catgry><derivation><drvdesc>sum</drvdesc>\
                <drvcmd syntax=\"Stata\">gen</drvcmd></derivation><txt>Long</txt><varFormat type=\"numeric\">F8</varFormat>\
                <notes type=\"x\">A</notes><notes>B</notes><notes type=\"z\" subject=\"s\">C</notes>";
    let var = of(&format!("<var name=\"n\" temporal=\"Y\">{}{kept}</var>", free.concat()));
    let study = study(
        "<stdyInfo><subject><topcClas vocab=\"CESSDA\">Health</topcClas></subject><sumDscr><geogUnit>town</geogUnit></sumDscr>\
         </stdyInfo><method><dataColl><timeMeth>panel</timeMeth></dataColl></method><dataAccs><useStmt><citReq>Cite</citReq>\
         <disclaimer>None</disclaimer></useStmt></dataAccs>",
    );
    let written = (again(&var), again(&study));
    let wanted = [
        "<forward>Q2</forward>",
        "<valrng>\n        <range max=\"5\" min=\"1\"/>",
        "<catgry missType=\"refusal\">\n        <catValu>1</catValu>\n        <labl level=\"category\">One</labl>\n        <txt>The first</txt>",
        "<labl level=\"category\">Two</labl>\n        <txt>The second</txt>",
        "<drvdesc>sum</drvdesc>\n        <drvcmd syntax=\"Stata\">gen</drvcmd>",
        "temporal=\"Y\"",
        "<txt>Long</txt>",
        ">F8</varFormat>",
        "<notes type=\"x\">A</notes>\n      <notes>B</notes>\n      <notes subject=\"s\" type=\"z\">C</notes>",
    ];
    for words in free.iter().chain(&wanted) {
        assert!(written.0.contains(words), "{words}\n{}", written.0);
    }
    for words in [
        "<topcClas vocab=\"CESSDA\">Health</topcClas>",
        "<geogUnit>town</geogUnit>",
        "<timeMeth>panel</timeMeth>",
        "<citReq>Cite</citReq>",
        "<disclaimer>None</disclaimer>",
    ] {
        assert!(written.1.contains(words), "{words}\n{}", written.1);
    }
    for text in [&written.0, &written.1] {
        assert!(!text.contains("exporter:attribute"), "{text}");
        assert_eq!(findings(text.as_bytes()), [""; 0], "{text}");
        assert_eq!(again(text), *text);
    }
    let unlabelled = of("<var name=\"n\" dcml=\"0\"><catgry><catValu>2</catValu></catgry></var>");
    let lost = told(&among(&unlabelled, &[], 1).unwrap().losses());
    assert!(
        lost.iter().any(|loss| loss.contains("categories without a label are left out ×1: None 2")),
        "{lost:?}"
    );
}

/// Groups, documents, files and persons say more than a codebook has fields for, and dates more than a day.
#[test]
fn what_stands_in_other_parts_is_written_there() {
    let text = document(
        "<fileDscr ID=\"F1\" URI=\"https://example.org/gone.dat\"><fileTxt><fileName>gone.dat</fileName><fileCitation><titlStmt>\
         <titl>Gone</titl></titlStmt><verStmt><version date=\"2020\">2</version></verStmt></fileCitation><fileCont>All that is gone.\
         </fileCont></fileTxt></fileDscr>",
        "<varGrp ID=\"G\" type=\"section\" name=\"G\" var=\"V1\"><labl>S</labl><concept vocab=\"v\">gconc</concept><universe>guniv\
         </universe><notes type=\"t\">gnote</notes></varGrp><var ID=\"V1\" name=\"a\"/>",
    );
    let text = text.replace(
        "</titlStmt></citation></stdyDscr>",
        "</titlStmt><holdings URI=\"https://a.org\"/><holdings URI=\"https://b.org\">B</holdings></citation><stdyInfo><sumDscr>\
         <collDate date=\"2018-10-31\" event=\"start\">End of October</collDate><collDate event=\"end\">Spring 2019</collDate>\
         <nation abbr=\"FI\">Finland</nation></sumDscr></stdyInfo><method><dataColl><sources><dataSrc>Register</dataSrc></sources>\
         </dataColl></method><dataAccs><useStmt><contact affiliation=\"AP\" URI=\"https://c.org\" email=\"c@c.org\">Desk</contact>\
         </useStmt></dataAccs><othrStdyMat><relPubl><citation><titlStmt><titl>First</titl></titlStmt></citation></relPubl>\
         <relPubl>Second</relPubl></othrStdyMat></stdyDscr>",
    );
    let text = text.replace(
        "</codeBook>",
        "<otherMat level=\"study\" URI=\"http://x/q.pdf\"><labl>Q</labl><txt>qtxt</txt><notes type=\"n\">qnote</notes></otherMat>\
         </codeBook>",
    );
    says_again(
        &text,
        &[
            "URI=\"https://example.org/gone.dat\"",
            "<titl>Gone</titl>",
            "<version date=\"2020\">2</version>",
            "<fileCont>All that is gone.</fileCont>",
            "<concept vocab=\"v\">gconc</concept>",
            "<universe>guniv</universe>",
            "<notes type=\"t\">gnote</notes>",
            "<holdings URI=\"https://a.org\"/>",
            "<holdings URI=\"https://b.org\">B</holdings>",
            "<collDate date=\"2018-10-31\" event=\"start\">End of October</collDate>",
            "<collDate event=\"end\">Spring 2019</collDate>",
            "<nation abbr=\"FI\">Finland</nation>",
            "<dataSrc>Register</dataSrc>",
            "<contact URI=\"https://c.org\" affiliation=\"AP\" email=\"c@c.org\">Desk</contact>",
            "<titl>First</titl>",
            "<relPubl>Second</relPubl>",
            "<txt>qtxt</txt>",
            "<notes type=\"n\">qnote</notes>",
        ],
    );
}

#[test]
fn a_file_that_is_not_there_is_described_again() {
    let described = file("pets.dat").replace(
        "</fileName>",
        "</fileName><fileType charset=\"UTF-8\">text/plain</fileType><format>fixed</format>",
    );
    let columns =
        [variable("id", (1, 3), "dcml=\"0\"", ""), variable("size", (4, 6), "dcml=\"1\"", "")].concat();
    let text = document(&described, &columns);
    let written = says_again(
        &text,
        &[
            "<fileName>pets.dat</fileName>",
            "<fileType charset=\"UTF-8\">text/plain</fileType>",
            "<format>fixed</format>",
            "<location StartPos=\"1\" EndPos=\"3\" fileid=\"F1\"/>",
            "<location StartPos=\"4\" EndPos=\"6\" fileid=\"F1\"/>",
        ],
    );
    // The rows are found by what is written, too.
    let rows = super::rows(&*among(&written, &[("pets.dat", b"  1 25\n")], 1).unwrap(), 0);
    assert_eq!(rows, [["1", "2.5"]]);
}

#[test]
fn columns_of_a_file_that_is_not_there_stand_where_they_stood() {
    let places = [
        "StartPos=\"1\" EndPos=\"3\"",
        "StartPos=\"4\" width=\"2\"",
        "StartPos=\"6\"",
        "StartPos=\"1\" EndPos=\"2\" RecSegNo=\"2\"",
        "width=\"8\"",
        "",
    ];
    let variable = |(at, place): (usize, &&str)| {
        format!("<var ID=\"V{at}\" name=\"v{at}\" dcml=\"0\"><location {place}/></var>")
    };
    let variables: String = places.iter().enumerate().map(variable).collect();
    let written = says_again(&document(&file("pets.dat"), &variables), &[]);
    let locations: Vec<String> = super::element::parsed(&written)
        .at("dataDscr/var/location")
        .iter()
        .map(|it| ["StartPos", "EndPos", "width", "RecSegNo"].map(|name| it.attribute(name)).join(","))
        .collect();
    assert_eq!(locations, ["1,3,,", "4,,2,", "6,,,", "1,2,,2", ",,8,", ",,,"]);
    // A column behind another location of the same variable is told.
    let two = variables.replacen("<location ", "<location StartPos=\"9\"/><location ", 1);
    let lost = told(&among(&document(&file("pets.dat"), &two), &[], 1).unwrap().losses());
    assert!(
        lost.iter()
            .any(|loss| loss.contains("`location behind another one` of the document are not taken ×1")),
        "{lost:?}"
    );
}

#[test]
fn formats_of_a_file_that_is_not_there_are_said_again() {
    let formats = [
        ("dcml=\"0\"", "formatname=\"comp3\" schema=\"SAS\" type=\"numeric\""),
        ("dcml=\"2\"", "formatname=\"F8.2\" schema=\"SPSS\" type=\"numeric\""),
        ("", "category=\"date\" formatname=\"DATE9.\" schema=\"SAS\" type=\"numeric\""),
        ("dcml=\"2\"", "category=\"currency\" otherSchema=\"Own\" schema=\"other\" type=\"numeric\""),
        ("", "schema=\"IBM\" type=\"character\""),
    ];
    let variable = |(at, (more, format)): (usize, &(&str, &str))| {
        format!("<var ID=\"V{at}\" name=\"v{at}\" {more}><varFormat {format}/></var>")
    };
    let text = document(&file("gone.dat"), &formats.iter().enumerate().map(variable).collect::<String>());
    let written = says_again(&text, &[]);
    let said: Vec<String> = super::element::parsed(&written)
        .at("dataDscr/var/varFormat")
        .iter()
        .map(|it| {
            let said = ["category", "formatname", "otherSchema", "schema", "type"].into_iter();
            let said = said.map(|name| (name, it.attribute(name))).filter(|(_, value)| !value.is_empty());
            said.map(|(name, value)| format!("{name}=\"{value}\"")).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(said, formats.map(|(_, format)| format));
    // Of another kind it is described as what it is, and a note keeps what was said.
    let mut codebook = among(&text, &[], 1).unwrap().codebook().clone();
    codebook.tables[0].variables[0].kind = exporter_core::codebook::Kind::Text;
    let data = exporter_core::MemoryDataset::new(codebook, vec![Vec::new()]).unwrap();
    let (sink, context) = (MemorySink::new(), Context::default());
    export(&DdiExporter::new(DdiOptions::default()), &data, Box::new(sink.clone()), &context).unwrap();
    let changed = String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap();
    assert!(changed.contains("<varFormat type=\"character\" schema=\"ISO\"/>"), "{changed}");
    assert!(
        changed.contains("type=\"exporter:attribute\" subject=\"varFormat@formatname\">comp3<"),
        "{changed}"
    );
}

#[test]
fn types_of_record_of_a_file_that_is_not_there_are_described_again() {
    let groups = "<recGrp rectype=\"P\" recidvar=\"kind\"/><recGrp rectype=\"H\" recidvar=\"kind\"/>";
    let of_types = |groups: &str| {
        let files = file("pets.dat").replace(
            "</fileName>",
            &format!("</fileName><fileStrc type=\"hierarchical\">{groups}</fileStrc>"),
        );
        let of = |types: &str, variable: String| {
            variable.replace(" files=", &format!(" rectype=\"{types}\" files="))
        };
        let text = "<varFormat type=\"character\"/>";
        let variables = [
            of("H P", variable("kind", (1, 1), "", text)),
            of("H", variable("size", (2, 3), "dcml=\"0\"", "")),
            of("P", variable("age", (2, 4), "dcml=\"0\"", "")),
        ];
        document(&files, &variables.concat())
    };
    let text = of_types(groups);
    let written =
        says_again(&text, &["recidvar=\"kind\"", "rectype=\"P\"", "rectype=\"H\"", "type=\"hierarchical\""]);
    assert_eq!(written.matches("<fileName>pets.dat</fileName>").count(), 2);
    // Its rows are found again, each in the table of its type.
    let rows_: &[u8] = b"H12\nP123\nH34\n";
    let opened = |text: &str| among(text, &[("pets.dat", rows_)], 1).unwrap();
    for text in [&text, &written] {
        let data = opened(text);
        assert_eq!(data.codebook().tables.iter().map(|table| &*table.name).collect::<Vec<_>>(), ["P", "H"]);
        assert_eq!((super::rows(&*data, 0).len(), super::rows(&*data, 1).len()), (1, 2));
    }
    // Where nothing tells the types apart, the file of one of them would be read as a whole.
    let lost = told(&among(&of_types(&groups.replace("recidvar=\"kind\"", "")), &[], 1).unwrap().losses());
    let wanted = "the name of its file is left out: nothing says of which type a record there is ×1";
    assert_eq!(lost.iter().filter(|loss| loss.ends_with(wanted)).count(), 2, "{lost:?}");
}

#[test]
fn further_files_and_fingerprints_are_said_again() {
    let print = |kind: &str, value: &str, algorithm: &str| {
        format!(
            "<dataFingerprint type=\"{kind}\"><digitalFingerprintValue>{value}</digitalFingerprintValue>\
             <algorithmSpecification>{algorithm}</algorithmSpecification></dataFingerprint>"
        )
    };
    let prints = [print("dataFile", "d41d8cd9", "MD5"), print("data", "aa11", "UNF")].concat();
    let files = format!(
        "<fileDscr ID=\"F1\"><fileTxt><fileName>pets.dat</fileName>{prints}<fileStrc type=\"other\" otherType=\"network\"/>\
         </fileTxt><fileTxt><fileName>pets.sav</fileName>{}<fileCont>The same</fileCont><fileType charset=\"UTF-8\">SPSS</fileType>\
         </fileTxt></fileDscr>",
        print("dataFile", "bb22", "SHA-1")
    );
    says_again(
        &document(&files, "<var ID=\"V1\" name=\"id\" dcml=\"0\"/>"),
        &[
            "<fileName>pets.sav</fileName>",
            "<fileCont>The same</fileCont>",
            "<fileType charset=\"UTF-8\">SPSS</fileType>",
            "<fileStrc type=\"other\" otherType=\"network\"/>",
            "d41d8cd9",
            "MD5",
            "aa11",
            "UNF",
            "bb22",
            "SHA-1",
        ],
    );
}

#[test]
fn cubes_are_told_with_their_number_and_the_first_of_them() {
    let cubes = "<nCube/><nCube name=\"c\"><labl>Deaths by age</labl></nCube>";
    let text = document(&file("gone.dat"), &format!("<var name=\"id\"/>{cubes}"));
    let lost = told(&among(&text, &[], 1).unwrap().losses());
    let wanted = "not-read ?.? elements `nCube` of the document are not taken ×2: None Deaths by age";
    assert!(lost.iter().any(|loss| loss == wanted), "{lost:?}");
}

#[test]
fn kinds_of_groups_and_orders_of_categories_stay() {
    let group = |kind: &str, name: &str| format!("<varGrp ID=\"{name}\" {kind} name=\"{name}\" var=\"V1\"/>");
    let categories = "<catgry><catValu>1</catValu><labl>One</labl></catgry><catgry missing=\"Y\"><catValu>9</catValu><labl>None</labl>\
                      </catgry><catgry><catValu>2</catValu><labl>Two</labl></catgry>";
    let groups = [
        group("type=\"subject\"", "a"),
        group("type=\"other\" otherType=\"own\"", "b"),
        group("type=\"other\"", "c"),
    ];
    let text = document(
        &file("gone.dat"),
        &format!("{}<var ID=\"V1\" name=\"n\" dcml=\"0\">{categories}</var>", groups.concat()),
    );
    let written = again(&text);
    for words in [
        "type=\"subject\" name=\"a\"",
        "type=\"other\" otherType=\"own\" name=\"b\"",
        "otherType=\"set\" name=\"c\"",
    ] {
        assert!(written.contains(words), "{words}\n{written}");
    }
    assert!(!written.contains("varGrp@type"), "{written}");
    let places = [">One<", ">None<", ">Two<"].map(|label| written.find(label).unwrap());
    assert!(places.is_sorted(), "{written}");
    assert_eq!(again(&written), written);
}

#[test]
fn a_document_in_an_envelope_is_read_and_checked() {
    let inner = document(&file("gone.dat"), "<var name=\"id\"/>").replace("<?xml version=\"1.0\"?>", "");
    let envelope = format!(
        "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><GetRecord><record><metadata>{inner}</metadata></record>\
         </GetRecord></OAI-PMH>"
    );
    opened(envelope.as_bytes()).unwrap();
    assert_eq!(findings(envelope.as_bytes()), findings(inner.as_bytes()));
}

#[test]
fn documents_behind_the_first_are_told_of() {
    let one = document(&file("gone.dat"), "<var name=\"id\"/>");
    let record = format!("<record>{}</record>", one.split_once("?>").unwrap().1);
    let answer =
        format!("<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">{}</OAI-PMH>", record.repeat(3));
    let source = Source::memory("x.xml", answer.into_bytes());
    let data = registry().open(&source, serde_json::Value::Null, &Context::default()).unwrap();
    assert_eq!(
        super::told(&data.losses()),
        [
            "not-read ?.? the file holds 3 documents, of which the first is read: save each element codeBook as a file of its own ×1"
        ]
    );
}

#[test]
fn a_tag_somewhere_is_no_default_language() {
    let languages = |text: &str| {
        let read = exporter_ddi::read(text.as_bytes()).unwrap().codebook;
        (read.study.languages, read.study.title)
    };
    let text = document(&file("gone.dat"), "<var name=\"id\"><labl>Number</labl></var>");
    let french = text.replace("</titl>", "</titl><parTitl xml:lang=\"fr\">Animaux</parTitl>");
    assert_eq!(
        languages(&french),
        (vec![], exporter_core::codebook::Text::new("Pets").with("fr", "Animaux"))
    );
    // Where each text has one, the first is the default.
    let tagged =
        french.replace("<titl>", "<titl xml:lang=\"en\">").replace("<labl>", "<labl xml:lang=\"en\">");
    assert_eq!(languages(&tagged).0, ["en", "fr"]);
    let stated = french.replace("<codeBook ", "<codeBook xml:lang=\"de\" ");
    assert_eq!(languages(&stated).0, ["de", "fr"]);
}

#[test]
fn what_kind_a_variable_is_of_is_not_said_where_the_document_does_not() {
    use exporter_core::sink::MemorySink;
    let variables = "<var ID=\"V1\" name=\"id\"><labl>Number</labl></var>\
        <var ID=\"V2\" name=\"sex\" intrvl=\"discrete\"><catgry><catValu>1</catValu><labl>Male</labl></catgry></var>\
        <var ID=\"V3\" name=\"open\" intrvl=\"discrete\"/><var ID=\"V4\" name=\"age\" dcml=\"0\"/>";
    let written = |text: &str| {
        let source = Source::memory("x.xml", text.as_bytes().to_vec());
        let data = registry().open(&source, serde_json::Value::Null, &Context::default()).unwrap();
        let (sink, ddi) = (MemorySink::new(), registry().exporter("ddi", serde_json::Value::Null).unwrap());
        exporter_core::export(&*ddi, &*data, Box::new(sink.clone()), &Context::default()).unwrap();
        String::from_utf8(sink.entries().into_values().next().unwrap()).unwrap()
    };
    let first = written(&document(&file("gone.dta"), variables));
    let root = super::element::parsed(&first);
    let said = |name: &str| -> Vec<String> {
        let variables = root.at("dataDscr/var").into_iter();
        variables.map(|var| var.attribute(name).to_owned()).collect()
    };
    assert_eq!(said("dcml"), ["", "", "", "0"]);
    // Of the last one the kind is stated, and catalogues look for what follows from it.
    assert_eq!(said("intrvl"), ["", "discrete", "discrete", "contin"]);
    assert_eq!(said("representationType"), ["", "code", "", "numeric"]);
    assert_eq!(root.at("dataDscr/var/varFormat").len(), 1);
    // It says the same again, and what is beside it goes before what was guessed.
    assert_eq!(written(&first), first);
    let rows_: &[u8] = b"#plain\nid\tsex\topen\tage\n1\t1\tx\t3\n";
    let beside = super::among(&first.replace("gone.dta", "gone.plain"), &[("gone.plain", rows_)], 1).unwrap();
    assert_eq!(super::rows(&*beside, 0), [["1", "1", "x", "3"]]);
}

#[test]
fn what_is_read_of_no_part_is_told() {
    let text = document(
        &file("pets.csv"),
        "<var name=\"id\"><qstn>Around <qstnLit>Asked</qstnLit></qstn><catgry><catValu>1</catValu><labl>One</labl></catgry>\
         <catgry><labl>Heading</labl></catgry><varFormat schema=\"SAS\" formatname=\"comp3\"/></var>\
         <notes>Behind &auml;</notes><notes>One asked</notes>",
    );
    let data = among(&text, &[], 1).unwrap();
    let all = told(&data.losses());
    let behind = &data.codebook().study.attributes["dataDscr/notes"];
    assert_eq!(behind.values(), ["Behind ä", "One asked"]);
    let unsaid: Vec<&String> = all.iter().filter(|loss| loss.contains("says more")).collect();
    assert_eq!(
        unsaid,
        [
            "not-read ?.? `labl` of the document says more than is read ×1: None Heading",
            "not-read ?.? `qstn` of the document says more than is read ×1: None Around",
        ]
    );
}

#[test]
fn tags_in_other_capitals_are_one_language() {
    for (root, tag) in [("en", "EN"), ("en-GB", "en-gb"), ("pt-br", "PT")] {
        let text = document("", &format!("<var name=\"a\"><labl xml:lang=\"{tag}\">A</labl></var>"));
        let text = text.replacen("<codeBook", &format!("<codeBook xml:lang=\"{root}\""), 1);
        assert!(text.contains("xml:lang") && among(&text, &[], 1).is_ok(), "{root} {tag}");
    }
}

#[test]
fn what_a_category_without_a_code_says_is_no_text_of_another() {
    let text = document(
        &file("pets.csv"),
        "<var name=\"id\"><catgry><labl>total</labl><txt>Sum</txt></catgry><catgry><catValu>2</catValu><labl>two</labl></catgry>\
         <catgry><catValu>3</catValu><labl>three</labl></catgry></var>",
    );
    let written = again(&text);
    assert!(!written.contains("<txt>Sum</txt>"), "{written}");
    assert!(written.contains("subject=\"catgry[1]/txt\">Sum</notes>"), "{written}");
    // All of them have one: each keeps its own.
    let all = text.replace("<labl>total</labl>", "<catValu>1</catValu><labl>total</labl>");
    let all = all
        .replace("two</labl>", "two</labl><txt>Two</txt>")
        .replace("three</labl>", "three</labl><txt>Three</txt>");
    assert_eq!(again(&all).matches("<txt>").count(), 3);
}
