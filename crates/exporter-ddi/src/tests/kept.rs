//! What a codebook has no field for, and what it refers to.

use exporter_core::codebook::{Codebook, Kind, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};

use exporter_testkit::soaked;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::each_element::parsed;
use super::{document, findings};
use crate::exporter::DdiExporter;
use crate::mapping::texts::words;
use crate::reader::read;
use crate::structure::Version;

/// The codebook of a document with these parts.
fn codebook(study: &str, data: &str) -> Codebook {
    let text = format!(
        "<codeBook version='2.5' xml:lang='en'><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation>{study}</stdyDscr>\
         <fileDscr ID='F'><fileTxt><fileName>pets.csv</fileName></fileTxt></fileDscr><dataDscr>{data}</dataDscr></codeBook>"
    );
    let read = read(text.as_bytes()).unwrap().codebook;
    assert_eq!(read.problems(), []);
    read
}

/// The document of a codebook, which is valid and says all of it.
fn written(codebook: &Codebook) -> String {
    let xml = document(codebook, Version::V2_5);
    assert_eq!(findings(&xml), [""; 0], "{xml}");
    xml
}

/// What is lost of a codebook on its way into a document.
fn lost(codebook: Codebook) -> Vec<String> {
    let batches = codebook.tables.iter().map(|_| Vec::new()).collect();
    let data = MemoryDataset::new(codebook, batches).unwrap();
    let summary =
        export(&DdiExporter::default(), &data, Box::new(MemorySink::new()), &Context::default()).unwrap();
    let line = |loss: &exporter_core::Loss| {
        let first = loss.first.as_ref().map(|first| first.value.as_str()).unwrap_or_default();
        format!("{} {}: {first}", loss.count, loss.action)
    };
    summary.changes.losses.iter().map(line).collect()
}

const REFERRING: &str = "<var ID='a' name='age' files='F' access='DA'><qstn><qstnLit>How old?</qstnLit>\
    <forward qstn='V2'>Ask b</forward></qstn><derivation var='b c'><drvcmd>b + c</drvcmd></derivation></var>\
    <var ID='b' name='b' files='F'><qstn ID='V2'><qstnLit>Old?</qstnLit></qstn></var><var ID='c' name='c d' files='F'/>";
const ACCESS: &str = "<dataAccs ID='DA'><useStmt><restrctn>Adults alone</restrctn></useStmt></dataAccs>";

#[test]
fn references_follow_what_they_refer_to() {
    let mut read = codebook(ACCESS, REFERRING);
    let age = &read.tables[0].variables[0].attributes;
    assert_eq!(age["derivation@var"].values(), ["var[name=b] var[name=c%20d]"]);
    read.tables[0].variables.insert(0, Variable::new("first", Kind::Text));
    let xml = written(&read);
    // The IDs of variables pass by that of the question, which is kept.
    for stands in [
        "<var ID=\"V3\" name=\"age\"",
        "access=\"DA\"",
        "<dataAccs ID=\"DA\">",
        "<derivation var=\"V4 V5\">",
        "<qstn ID=\"V2\">",
        "<forward qstn=\"V2\">",
    ] {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
    let again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(again.tables[0].variables[1].attributes, read.tables[0].variables[1].attributes);
    assert_eq!(lost(read), [""; 0]);
}

#[test]
fn references_to_what_is_gone_are_told() {
    let mut read = codebook("", REFERRING);
    read.tables[0].variables.remove(1);
    let xml = written(&read);
    assert!(xml.contains("<derivation var=\"V2\">") && !xml.contains("access="), "{xml}");
    // Whoever reads it again has all of it.
    let again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(again.tables[0].variables, read.tables[0].variables);
    let told = "refers to what the document does not have, and is kept in a note alone";
    assert_eq!(
        lost(read),
        [
            format!("1 `derivation@var` {told}: var[name=b] of age"),
            format!("1 `forward@qstn` {told}: V2 of age"),
            format!("1 `var@access` {told}: DA of age"),
        ]
    );
}

#[test]
fn ids_that_two_documents_have_are_told_apart() {
    let mut read = codebook(ACCESS, REFERRING);
    let mut other = read.tables[0].clone();
    other.name = "other".into();
    read.tables.push(other);
    let xml = written(&read);
    assert!(xml.contains("<forward qstn=\"V2\">") && xml.contains("<forward qstn=\"V2_2\">"), "{xml}");
    assert_eq!(xml.matches("access=\"DA\"").count(), 2);
    assert!(xml.contains("<qstn ID=\"V2_2\">"), "{xml}");
}

#[test]
fn restrictions_of_some_variables_are_not_those_of_the_study() {
    let of_all =
        "<dataAccs><useStmt><restrctn>Members</restrctn><conditions>Cite</conditions></useStmt></dataAccs>";
    for study in [format!("{ACCESS}{of_all}"), format!("{of_all}{ACCESS}")] {
        let read = codebook(&study, REFERRING);
        assert_eq!(
            (read.study.access.untagged(), read.study.licence.untagged()),
            (Some("Members"), Some("Cite"))
        );
        let xml = written(&read);
        let own = "<dataAccs ID=\"DA\">\n      <useStmt>\n        <restrctn>Adults alone</restrctn>";
        assert!(xml.contains(own) && xml.contains("access=\"DA\""), "{xml}");
        assert_eq!(crate::reader::read(xml.as_bytes()).unwrap().codebook.study, read.study);
    }
    // Where nothing is said of the whole study.
    let second = ACCESS.replace("DA", "DB");
    let mut read =
        codebook(&format!("{ACCESS}{second}"), "<var name='a' access='DB'/><var name='b' access='DA'/>");
    read.study.access = Default::default();
    let xml = written(&read);
    assert!(xml.contains("<dataAccs ID=\"DA\"/>") && xml.contains("<dataAccs ID=\"DB\">"), "{xml}");
}

#[test]
fn documents_stand_in_documents() {
    let inner = "<otherMat type='map' level='variable' URI='maps/a.png'><labl>A map</labl></otherMat>";
    let outer =
        format!("<otherMat type='report' level='study' URI='r.pdf'><labl>Report</labl>{inner}</otherMat>");
    let mut read =
        read(format!("<codeBook version='2.5'><stdyDscr/>{outer}</codeBook>").as_bytes()).unwrap().codebook;
    let xml = written(&read);
    for stands in [
        "\n  <otherMat URI=\"r.pdf\" type=\"report\" level=\"study\">",
        "\n    <otherMat URI=\"maps/a.png\" level=\"variable\" type=\"map\">",
    ] {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
    let again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    assert_eq!(again.study.attributes, read.study.attributes);
    // Without the outer one the inner one stands alone.
    read.documents.remove(0);
    assert!(written(&read).contains("\n  <otherMat URI=\"maps/a.png\""));
}

#[test]
fn elements_of_attributes_alone_are_put_back() {
    let data = "<var name='a'><geoMap URI='https://example.org/m.shp' levelno='2'/><catLevel levelnm='region'/></var>";
    let xml = written(&codebook("", data));
    for stands in
        ["<geoMap URI=\"https://example.org/m.shp\" levelno=\"2\"/>", "<catLevel levelnm=\"region\"/>"]
    {
        assert!(xml.contains(stands), "{stands} {xml}");
    }
}

/// A text that is kept: of a variable, and of a category of it.
fn kept_text(variable: usize, category: Option<usize>) -> String {
    let of = |number: usize| char::from(b'a' + u8::try_from(number).unwrap());
    format!("kept{}{}", of(variable), category.map(of).unwrap_or('z'))
}

/// A variable with elements that are kept, of it and of its categories, as the bits of these say; it is derived from the next one.
fn with_kept(variable: usize, categories: &[u8]) -> String {
    let text = |category| kept_text(variable, category);
    let mut data = format!("<var ID='I{variable}' name='v{variable}' dcml='0'>");
    for (name, bit) in [("imputation", 1), ("respUnit", 2), ("codInstr", 4), ("TotlResp", 8)] {
        if categories.iter().any(|mask| mask & bit > 0) {
            data.push_str(&format!("<{name}>{}</{name}>", text(None)));
        }
    }
    for (at, mask) in categories.iter().enumerate() {
        let kept = if mask & 1 > 0 { format!("<txt>{}</txt>", text(Some(at))) } else { String::new() };
        let missing = if mask & 2 > 0 { format!(" country='{}'", text(Some(at))) } else { String::new() };
        let label = format!("<labl>label {variable} {at}</labl>");
        data.push_str(&format!("<catgry{missing}><catValu>{at}</catValu>{label}{kept}</catgry>"));
    }
    let next =
        format!("<derivation var='I{}'><drvcmd>{}</drvcmd></derivation></var>", variable + 1, text(None));
    data + &next
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(soaked(48)))]

    #[test]
    fn what_is_kept_belongs_to_its_variable_and_category(
        masks in vec(vec(0_u8..16, 1..4), 2..6),
        order in vec(any::<Index>(), 1..6),
        gone in vec(any::<Index>(), 0..3),
        is_doubled in any::<bool>(),
    ) {
        let data: String = masks.iter().enumerate().map(|(at, mask)| with_kept(at, mask)).collect();
        let mut read = codebook("", &data);
        // Some of the variables, in another order.
        let all = std::mem::take(&mut read.tables[0].variables);
        let mut rest = all;
        for index in order.iter().take(masks.len() - 1) {
            let at = index.index(rest.len());
            read.tables[0].variables.push(rest.remove(at));
        }
        // Without some of the categories, and with the same variables in another table.
        for (index, variable) in gone.iter().zip(&read.tables[0].variables) {
            let labels = read.value_labels.get_mut(variable.labels.as_deref().unwrap()).unwrap();
            labels.entries.remove(index.index(labels.entries.len()));
        }
        if is_doubled {
            let mut other = read.tables[0].clone();
            other.name = "other".into();
            read.tables.push(other);
        }
        let root = parsed(written(&read).as_bytes());
        let lost = lost(read.clone());
        let data = root.first("dataDscr").unwrap();
        let names: Vec<&str> = data.all("var").map(|var| var.attribute("name").unwrap()).collect();
        for (table, variables) in data.all("var").collect::<Vec<_>>().chunks(read.tables[0].variables.len()).enumerate() {
            for var in variables {
                let mut own = String::new();
                var.write(0, &mut own);
                let number: usize = var.attribute("name").unwrap()[1..].parse().unwrap();
                for (other, masks) in masks.iter().enumerate() {
                    prop_assert_eq!(own.contains(&kept_text(other, None)), other == number, "{}", own);
                    for (code, mask) in masks.iter().enumerate() {
                        let is_kept = other == number && mask & 3 > 0;
                        prop_assert_eq!(own.contains(&kept_text(other, Some(code))), is_kept, "{}", own);
                    }
                }
                // What stands in a category is its own.
                for category in var.all("catgry") {
                    let code: usize = words(category.first("catValu").unwrap()).parse().unwrap();
                    let kept = category.all("txt").map(words).chain(category.attribute("country").map(str::to_owned));
                    kept.for_each(|kept| assert_eq!(kept, kept_text(number, Some(code))));
                }
                // A reference leads to the next variable of the same table, or is told.
                let derived = var.first("derivation").and_then(|derivation| derivation.attribute("var"));
                let next = format!("v{}", number + 1);
                match derived {
                    Some(id) => {
                        let target = data.all("var").position(|var| var.attribute("ID") == Some(id)).unwrap();
                        prop_assert_eq!(names[target], next);
                        prop_assert_eq!(target / variables.len(), table);
                    }
                    None => {
                        prop_assert!(!names.contains(&next.as_str()));
                        prop_assert!(lost.iter().any(|loss| loss.contains("`derivation@var` refers")), "{lost:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn whatever_a_document_refers_to_its_codebook_comes_back() {
    let two = "<method><dataColl><sampProc ID='A' source='archive'>One</sampProc><sampProc ID='B'>Two</sampProc><timeMeth ID='A'>x</timeMeth>\
               <timeMeth ID='x y'>z</timeMeth></dataColl></method>";
    let data = "<varGrp ID='G' name='g' var='a' access='gone A'/><var ID='a' name='a' files='F' sdatrefs='A B V1 F G F1 VG1'>\
                <qstn ID='V1' qstn='Q9' var='a gone'>Why?</qstn><catgry ID='C1'><catValu>01</catValu></catgry>\
                <catgry ID='C2' catgry='C1 C2'><catValu>2</catValu><labl sdatrefs='C2'>Two</labl></catgry></var>\
                <var name='b'><notes parent='A'>One</notes><notes parent='gone'>Two</notes><notes parent='C2 x'>Three</notes></var>";
    let read = codebook(two, data);
    let xml = written(&read);
    let mut again = crate::reader::read(xml.as_bytes()).unwrap().codebook;
    again.tables[0].rows = None;
    assert_eq!(again, read, "{xml}");
    assert_eq!(document(&again, Version::V2_5), xml);
}
