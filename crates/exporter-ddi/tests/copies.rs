//! Texts of a document and of its copies: in which language they are, which of several a field takes, and that a copy of a copy is
//! the same.

use exporter_core::codebook::Text;
use exporter_testkit::soaked;
use proptest::prelude::*;

use super::told::{again, findings};
use super::{document, file};

fn study_of(more: &str) -> String {
    document(&file("gone.dat"), "<var name=\"id\"/>").replace("</citation></stdyDscr>", more)
}

/// The copy of a document, which is valid, and of which a copy is the same.
fn copied(document: &str) -> String {
    let copy = again(document);
    assert_eq!(findings(copy.as_bytes()), [""; 0], "{copy}");
    assert_eq!(again(&copy), copy);
    copy
}

fn text(all: &[(&str, &str)]) -> Text {
    all.iter().fold(Text::default(), |text, (tag, words)| text.with(*tag, *words))
}

#[test]
fn texts_are_in_the_language_of_the_nearest_element_that_states_one() {
    let variable = "<var name=\"id\"><labl>Numero</labl><labl xml:lang=\"sv\">Nummer</labl><catgry><catValu>1</catValu><labl>Yksi\
                    </labl></catgry><codInstr>Ohje</codInstr></var><var name=\"b\" xml:lang=\"en\"><labl>B</labl></var>";
    let xml = document(&file("gone.dat"), variable)
        .replace("<codeBook", "<codeBook xml:lang=\"en\"")
        .replace("<dataDscr>", "<dataDscr xml:lang=\"fi\">")
        .replace("<stdyDscr>", "<stdyDscr xml:lang=\"de\">")
        .replace("<fileName>", "<fileName xml:lang=\"en\">")
        .replace("</titlStmt>", "</titlStmt><holdings>Archiv</holdings>");
    let found = exporter_ddi::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(
        (&found.study.title, found.study.languages.as_slice()),
        (&text(&[("de", "Pets")]), &["en", "de", "fi", "sv"].map(str::to_owned)[..])
    );
    let variables = &found.tables[0].variables;
    assert_eq!(variables[0].label, text(&[("fi", "Numero"), ("sv", "Nummer")]));
    let labels = found.value_labels_of(&variables[0]).unwrap();
    assert_eq!(labels.entries[0].label, text(&[("fi", "Yksi")]));
    assert_eq!(variables[1].label, "B".into());
    let copy = copied(&xml);
    for words in ["<codInstr xml:lang=\"fi\">Ohje</codInstr>", "<holdings xml:lang=\"de\">Archiv</holdings>"]
    {
        assert!(copy.contains(words), "{words}\n{copy}");
    }
    assert_eq!(
        exporter_ddi::read(copy.as_bytes()).unwrap().codebook.tables[0].variables[0].label,
        variables[0].label
    );
}

/// Where the root states no language, the tags that are there are those of the copy.
#[test]
fn tags_of_the_first_language_stay() {
    let xml = study_of(
        "</citation><stdyInfo><subject><topcClas xml:lang=\"en\">Health</topcClas><topcClas xml:lang=\"fi\">Terveys</topcClas>\
         </subject></stdyInfo><dataAccs><useStmt><citReq xml:lang=\"en\">Cite</citReq></useStmt></dataAccs></stdyDscr>",
    );
    let xml = xml.replace("<titl>", "<titl xml:lang=\"en\">");
    let copy = copied(&xml);
    for words in ["<topcClas xml:lang=\"en\">", "<topcClas xml:lang=\"fi\">", "<citReq xml:lang=\"en\">"] {
        assert!(copy.contains(words), "{words}\n{copy}");
    }
    assert!(!copy.contains("type=\"exporter\"") && !copy.contains("exporter:attribute"), "{copy}");
}

#[test]
fn of_several_texts_the_first_of_its_kind_is_the_field_and_the_others_stay() {
    let variable = "<var name=\"id\"><labl level=\"question\">Asked</labl><labl level=\"variable\">Number</labl>\
        <qstn><qstnLit>Who?</qstnLit></qstn><qstn seqNo=\"2\"><qstnLit>And who else?</qstnLit><preQTxt>Then</preQTxt></qstn>\
        <universe>All</universe><universe>Adults</universe><catgry><catValu>1</catValu><labl>One</labl><labl level=\"short\">1</labl>\
        </catgry><concept vocab=\"A\">Person</concept><concept vocab=\"B\">People</concept>\
        <derivation><drvdesc>Sum</drvdesc><drvdesc>Mean</drvdesc></derivation></var>";
    let group = "<varGrp ID=\"G\" name=\"G\" var=\"V1\"><labl>S</labl><labl>T</labl><txt>Text</txt><defntn>Meaning</defntn></varGrp>";
    let xml =
        document(&file("gone.dat"), &[group, variable].concat()).replace("<var name", "<var ID=\"V1\" name");
    let xml = xml.replace(
        "</titlStmt></citation>",
        "<parTitl>Animals</parTitl></titlStmt><serStmt><serName>Series</serName></serStmt><serStmt><serName>Other series</serName></serStmt>\
         <verStmt><version date=\"2020\">2</version><version date=\"2019\">1</version><notes>New</notes></verStmt>\
         <verStmt><version>0</version><notes>Old</notes></verStmt></citation>\
         <citation><titlStmt><titl>Second</titl></titlStmt><rspStmt><AuthEnty>Somebody</AuthEnty></rspStmt></citation>\
         <stdyInfo><abstract contentType=\"purpose\">Why</abstract><abstract contentType=\"abstract\">What</abstract>\
         <abstract contentType=\"purpose\">Why else</abstract><sumDscr><geogCover>Here</geogCover><geogCover>There</geogCover></sumDscr>\
         </stdyInfo><stdyInfo><abstract>More</abstract></stdyInfo>",
    );
    let found = exporter_ddi::read(xml.as_bytes()).unwrap().codebook;
    let variable = &found.tables[0].variables[0];
    let question = variable.question.as_ref().unwrap();
    let texts = [
        &variable.label,
        &question.text,
        &question.pre_text,
        &variable.universe,
        &variable.concept,
        &variable.derivation,
    ];
    assert_eq!(texts, ["Number", "Who?", "", "All", "Person", "Sum"].map(Text::from).each_ref());
    assert_eq!(found.value_labels_of(variable).unwrap().entries[0].label, "One".into());
    let group = &found.tables[0].groups[0];
    assert_eq!([&group.label, &group.text], ["S", "Text"].map(Text::from).each_ref());
    let study = &found.study;
    let version = study.version.as_ref().unwrap();
    let texts = [
        &study.title,
        &study.summary,
        &study.geography,
        &version.notes,
        &study.series.as_ref().unwrap().name,
    ];
    assert_eq!(texts, ["Pets", "What", "Here", "New", "Series"].map(Text::from).each_ref());
    assert_eq!((version.number.as_str(), study.authors.len()), ("2", 0));
    let copy = copied(&xml);
    for words in [
        "<labl level=\"question\">Asked</labl>",
        "<preQTxt>Then</preQTxt>",
        "<qstnLit>And who else?</qstnLit>",
        "<universe>Adults</universe>",
        "<labl level=\"short\">1</labl>",
        "<concept vocab=\"A\">Person</concept>",
        "<concept vocab=\"B\">People</concept>",
        "<drvdesc>Mean</drvdesc>",
        "<labl>T</labl>",
        "<defntn>Meaning</defntn>",
        "<parTitl>Animals</parTitl>",
        "<serName>Other series</serName>",
        "<version date=\"2019\">1</version>",
        "<version>0</version>",
        "<notes>Old</notes>",
        "<titl>Second</titl>",
        "<AuthEnty>Somebody</AuthEnty>",
        "<abstract contentType=\"purpose\">Why</abstract>",
        "<abstract contentType=\"purpose\">Why else</abstract>",
        "<abstract>More</abstract>",
        "<geogCover>There</geogCover>",
    ] {
        assert!(copy.contains(words), "{words}\n{copy}");
    }
    assert!(!copy.contains("type=\"exporter\"") && !copy.contains("exporter:attribute"), "{copy}");
}

#[test]
fn empty_elements_that_say_something_stay() {
    let xml = study_of(
        "</citation><dataAccs><setAvail><avlStatus/><avlStatus source=\"archive\"/><avlStatus xml:lang=\"en\">Open</avlStatus>\
         </setAvail><useStmt><confDec required=\"yes\"/></useStmt></dataAccs></stdyDscr>",
    );
    let copy = copied(&xml);
    for words in [
        "<avlStatus source=\"archive\"/>\n        <avlStatus xml:lang=\"en\">Open</avlStatus>",
        "<confDec required=\"yes\"/>",
    ] {
        assert!(copy.contains(words), "{words}\n{copy}");
    }
    // What says nothing is left out, with what would hold it.
    let nothing = study_of("</citation><dataAccs><setAvail><avlStatus/></setAvail></dataAccs></stdyDscr>");
    assert!(!copied(&nothing).contains("<dataAccs"));
}

/// Elements with and without languages, kinds and texts.
fn elements(name: &'static str, attributes: &'static [&'static str]) -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "",
        "One",
        "Two words",
        "A &lt;b&gt;bold&lt;/b&gt; one",
        "<p>First</p><p>Second</p>",
    ]);
    let tag = prop::sample::select(vec!["", " xml:lang=\"en\"", " xml:lang=\"fi\"", " xml:lang=\"EN\""]);
    let attribute = prop::sample::select([&[""], attributes].concat());
    let one = (tag, attribute, words)
        .prop_map(move |(tag, attribute, words)| format!("<{name}{tag}{attribute}>{words}</{name}>"));
    prop::collection::vec(one, 0..4).prop_map(|all| all.concat())
}

fn documents() -> impl Strategy<Value = String> {
    let tag = || prop::sample::select(vec!["", " xml:lang=\"en\"", " xml:lang=\"fi\"", " xml:lang=\"sv\""]);
    let variable = (
        tag(),
        elements("labl", &[" level=\"variable\"", " level=\"question\""]),
        elements("qstn", &[" seqNo=\"1\""]),
        elements("universe", &[" clusion=\"I\"", " clusion=\"E\""]),
        elements("txt", &[]),
        elements("codInstr", &[]),
        elements("concept", &[" vocab=\"A\"", " vocab=\"B\""]),
        elements("notes", &[" type=\"x\"", " subject=\"y\""]),
    );
    let variable = variable.prop_map(|(tag, labl, qstn, universe, txt, instructions, concept, notes)| {
        let category = format!("<catgry missType=\"x\"><catValu>1</catValu>{labl}{txt}</catgry>");
        format!(
            "<var name=\"a\"{tag}>{labl}{qstn}{universe}{txt}{category}{instructions}{concept}{notes}</var>"
        )
    });
    let study = (
        elements("serName", &[" abbr=\"s\""]),
        elements("version", &[" date=\"2020\""]),
        elements("holdings", &[" URI=\"https://a.org\""]),
        elements("topcClas", &[" vocab=\"A\""]),
        elements("abstract", &[" contentType=\"purpose\"", " contentType=\"abstract\""]),
        elements("sampProc", &[]),
        elements("avlStatus", &[" source=\"archive\""]),
        elements("conditions", &[]),
    );
    (tag(), tag(), tag(), tag(), variable, study).prop_map(|(root, of_study, of_info, of_data, variable, study)| {
        let (series, version, holdings, topics, summary, sampling, status, conditions) = study;
        document(&file("gone.dat"), &variable)
            .replace("<codeBook", &format!("<codeBook{root}"))
            .replace("<stdyDscr>", &format!("<stdyDscr{of_study}>"))
            .replace("<dataDscr>", &format!("<dataDscr{of_data}>"))
            .replace(
                "</titlStmt></citation>",
                &format!(
                    "</titlStmt><serStmt>{series}</serStmt><verStmt>{version}</verStmt>{holdings}</citation><stdyInfo{of_info}><subject>{topics}\
                     </subject>{summary}</stdyInfo><stdyInfo>{summary}</stdyInfo><method><dataColl>{sampling}</dataColl></method>\
                     <dataAccs><setAvail>{status}</setAvail><useStmt>{conditions}</useStmt></dataAccs>"
                ),
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(soaked(128)))]

    #[test]
    fn a_copy_of_a_copy_is_the_same(xml in documents()) {
        let copy = again(&xml);
        prop_assert_eq!(findings(copy.as_bytes()), Vec::<String>::new(), "{}", copy);
        let second = again(&copy);
        prop_assert_eq!(&second, &copy, "{}", xml);
        // All words of it are there.
        let read = |xml: &str| exporter_ddi::read(xml.as_bytes()).unwrap().codebook;
        prop_assert_eq!(read(&copy), read(&second));
    }
}
