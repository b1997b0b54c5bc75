//! Texts without a tag are in the language of the nearest element round them that has one (XML 1.0, 2.12).

use crate::mapping::texts::{has_text, language_of};
use crate::structure::{Content, Version};
use exporter_xml::Element;

/// A question holds texts that are read apart, besides its own.
const QUESTION: &str = "qstn";

/// Gives each text in an element the tag of the nearest element round it; `round` is that of the elements round the element itself.
/// The language of the document, `default`, needs no tag.
pub(crate) fn inherit(element: &mut Element, round: Option<&str>, default: Option<&str>) {
    let own = language_of(element).map(str::to_owned);
    let language = own.as_deref().or(round);
    let (is_text, is_whole) = form(element);
    if let (true, None, Some(language)) = (is_text, &own, language)
        && default.is_none_or(|default| !default.eq_ignore_ascii_case(language))
    {
        element.attributes.push(("xml:lang".into(), language.to_owned()));
    }
    // What gives a text its form is in the language of the text, which is written with it.
    for child in element.elements_mut().filter(|child| !is_whole || holds_elements(child)) {
        inherit(child, language, default);
    }
}

/// Whether an element says something in a language, and whether all in it is a part of that.
fn form(element: &Element) -> (bool, bool) {
    let Some(rule) = Version::V2_6.structure().rule(&element.name) else {
        return (has_text(element), has_text(element));
    };
    match rule.content {
        Content::Text(_) if element.name == QUESTION => (has_text(element), false),
        Content::Text(_) | Content::Value(_) => {
            let says = has_text(element) || element.elements().any(|child| !holds_elements(child));
            (says && rule.attribute("xml:lang").is_some(), true)
        }
        Content::Children(_) | Content::Empty => (false, false),
    }
}

/// Whether an element holds others and no text, such as the citation in a reference.
fn holds_elements(element: &Element) -> bool {
    let rule = Version::V2_6.structure().rule(&element.name);
    rule.is_some_and(|rule| matches!(rule.content, Content::Children(_)))
}

#[cfg(test)]
mod tests {
    use super::inherit;
    use crate::mapping::texts::{language_of, words};
    use exporter_xml::{Element, Item, XmlReader};

    fn tagged(xml: &str, default: Option<&str>) -> Vec<String> {
        let mut reader = XmlReader::new(xml.as_bytes());
        let Some(Item::Start(tag)) = reader.next_item().unwrap() else { panic!("no element") };
        let mut element = reader.element(tag, 1 << 20).unwrap();
        inherit(&mut element, None, default);
        fn each(element: &Element, found: &mut Vec<String>) {
            let tag = language_of(element).unwrap_or("-");
            if element.elements().next().is_none() {
                found.push(format!("{}:{tag}:{}", element.name, words(element)));
            }
            element.elements().for_each(|child| each(child, found));
        }
        let mut found = Vec::new();
        each(&element, &mut found);
        found
    }

    #[test]
    fn the_nearest_tag_is_that_of_the_text() {
        let xml = "<var xml:lang='fi'><labl>A</labl><qstn><qstnLit>B</qstnLit><ivuInstr xml:lang='sv'>C</ivuInstr></qstn>\
                   <catgry xml:lang='en'><catValu>1</catValu><labl>D</labl><txt xml:lang='fi'>E</txt></catgry><labl/></var>";
        let all = tagged(xml, Some("en"));
        assert_eq!(
            all,
            ["labl:fi:A", "qstnLit:fi:B", "ivuInstr:sv:C", "catValu:-:1", "labl:-:D", "txt:fi:E", "labl:-:"]
        );
    }

    #[test]
    fn forms_and_terms_in_a_text_are_parts_of_it() {
        let xml = "<stdyDscr xml:lang='de'><abstract><p>A</p></abstract><anlyUnit>B <concept>C</concept></anlyUnit>\
                   <relPubl><citation><titlStmt><titl>D</titl></titlStmt></citation></relPubl></stdyDscr>";
        assert_eq!(tagged(xml, None), ["p:-:A", "concept:-:C", "titl:de:D"]);
        let whole = tagged("<abstract xml:lang='de'>A</abstract>", None);
        assert_eq!(whole, ["abstract:de:A"]);
    }
}
