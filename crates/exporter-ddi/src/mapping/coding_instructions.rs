//! Codes that stand only in the coding instructions (`codInstr`), as in extracts of IPUMS: `0 = Not in universe` in a line.

use super::texts::words;
use exporter_xml::Element;

/// Adds a category for each code that a line of the instructions explains and that has none.
pub(crate) fn add_categories(var: &mut Element) {
    let format = var.first("varFormat").and_then(|format| format.attribute("type"));
    let is_number = format != Some("character");
    let value = |category: &Element| category.first("catValu").map(words);
    let mut known: Vec<String> = var.all("catgry").filter_map(value).map(|value| key(&value)).collect();
    let instructions: Vec<String> = var.all("codInstr").map(words).collect();
    for (code, label) in instructions.iter().flat_map(|text| text.lines()).filter_map(explained) {
        let code = if is_number { code.replace(',', "") } else { code.to_owned() };
        if (is_number && code.parse::<f64>().is_err()) || known.contains(&key(&code)) {
            continue;
        }
        known.push(key(&code));
        let mut category = Element::new("catgry");
        category.push(Element::new("catValu").text(code));
        category.push(Element::new("labl").text(label));
        var.push(category);
    }
}

/// What is the same code: `00` is `0`.
fn key(code: &str) -> String {
    code.parse::<f64>().map_or_else(|_| code.to_owned(), |number| number.to_string())
}

/// The code of a line and what it means: between them stand an equals sign, a colon, a tab, or a dash or several blanks.
fn explained(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let end = line.find(|one: char| one.is_whitespace() || one == '=' || one == ':')?;
    let (code, rest) = line.split_at_checked(end)?;
    let label = rest.trim_start();
    let signs = ['=', ':', '-', '–'];
    let is_apart = label.starts_with(signs) || rest.starts_with('\t') || rest.starts_with("  ");
    let label = label.trim_start_matches(signs).trim_start();
    (is_apart && !code.is_empty() && !label.is_empty()).then_some((code, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_explain_a_code_are_categories() {
        for (line, found) in [
            ("0 = Unknown", Some(("0", "Unknown"))),
            (" 000=NIU ", Some(("000", "NIU"))),
            ("9,999,998: Not reported", Some(("9,999,998", "Not reported"))),
            ("-1 - Loss", Some(("-1", "Loss"))),
            ("7\tOther", Some(("7", "Other"))),
            ("8   Refused", Some(("8", "Refused"))),
            ("Codes", None),
            ("INCTOT is a 7-digit variable", None),
            ("5 people", None),
            ("3 =", None),
            ("", None),
        ] {
            assert_eq!(explained(line), found, "{line:?}");
        }
        let mut var = Element::new("var");
        let mut category = Element::new("catgry");
        category.push(Element::new("catValu").text("01"));
        var.push(category);
        let text = "Codes: see below\n1 = One\n0 = None\n0 = Nothing\nx = y\n9,999 = Top";
        var.push(Element::new("codInstr").text(text));
        add_categories(&mut var);
        let value = |category: &Element| category.first("catValu").map(words).unwrap_or_default();
        assert_eq!(var.all("catgry").map(value).collect::<Vec<_>>(), ["01", "0", "9999"]);
    }
}
