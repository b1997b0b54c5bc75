//! Numbers of old files and the UIDs of their objects.

use std::collections::HashMap;

use crate::uid;

/// UIDs by type and number.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    known: HashMap<String, HashMap<String, String>>,
}

impl Ids {
    /// Adds an object; `false` where another one of its type has the number, which keeps it.
    pub(super) fn add(&mut self, plural: &str, number: &str, uuid: Option<&str>) -> bool {
        let of_type = self.known.entry(plural.to_owned()).or_default();
        if of_type.contains_key(number) {
            return false;
        }
        of_type.insert(number.to_owned(), uid_of(plural, number, uuid));
        true
    }

    /// The UID of an object of the file.
    pub(super) fn get(&self, plural: &str, number: &str) -> Option<&str> {
        self.known.get(plural)?.get(number).map(String::as_str)
    }

    /// The UID of an object, whether or not the file has it.
    pub(super) fn uid(&self, plural: &str, number: &str) -> String {
        self.get(plural, number).map_or_else(|| uid_of(plural, number, None), str::to_owned)
    }
}

/// The UID of an object.
fn uid_of(plural: &str, number: &str, uuid: Option<&str>) -> String {
    match uuid {
        Some(uuid) if uid::is_uid(uuid) => uuid.to_owned(),
        Some(uuid) => uid::of_text(&format!("{plural} {number} {uuid}")),
        None => uid::of_text(&format!("{plural} {number}")),
    }
}

/// UIDs of objects that are written, and the numbers and names that they get.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<String, HashMap<String, (u64, String)>>,
    /// The last number of each space of numbers.
    last: HashMap<String, u64>,
}

impl Numbers {
    /// Numbers an object: those of each space of numbers from 1.
    pub(super) fn add(&mut self, plural: &str, space: &str, uid: &str, name: &str) {
        let of_type = self.known.entry(plural.to_owned()).or_default();
        if !of_type.contains_key(uid) {
            let last = self.last.entry(space.to_owned()).or_default();
            *last += 1;
            of_type.insert(uid.to_owned(), (*last, name.to_owned()));
        }
    }

    /// The number of an object that is written.
    pub(super) fn get(&self, plural: &str, uid: &str) -> Option<u64> {
        self.known.get(plural)?.get(uid).map(|(number, _)| *number)
    }

    /// The name of an object that is written.
    pub(super) fn name(&self, plural: &str, uid: &str) -> Option<&str> {
        self.known.get(plural)?.get(uid).map(|(_, name)| name.as_str())
    }
}

/// How a format writes the operands of its formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// `[12.34]`, a data element and a category option combination.
    Dxf1,
    /// `Sum([R12])`, a data element.
    Dhis14,
}

impl Operands {
    /// The formula as DXF 2 has it, and the operands in it that are none of the file.
    ///
    /// # Errors
    /// Naming a function of DHIS 1.4 other than `Sum`.
    pub(super) fn decode(self, formula: &str, ids: &Ids) -> Result<(String, Vec<String>), String> {
        let (mut out, mut unknown) = (String::with_capacity(formula.len()), Vec::new());
        let mut rest = formula;
        while let Some((before, inner)) = rest.split_once('[') {
            let Some((operand, behind)) = inner.split_once(']') else { break };
            out.push_str(before);
            rest = behind;
            let Some(decoded) = self.operand(operand, ids) else {
                unknown.push(format!("[{operand}]"));
                out.push_str(&format!("[{operand}]"));
                continue;
            };
            if self == Self::Dhis14
                && let Some(head) = out.strip_suffix('(')
                && let Some(behind) = rest.strip_prefix(')')
            {
                let function = head.rsplit(|one: char| !one.is_alphanumeric()).next().unwrap_or_default();
                match function {
                    "" => {}
                    _ if function.eq_ignore_ascii_case("sum") => {
                        out.truncate(out.len() - function.len() - 1);
                        rest = behind;
                    }
                    _ => return Err(format!("{function} of a data element in a formula is not known")),
                }
            }
            out.push_str(&decoded);
        }
        out.push_str(rest);
        Ok((out, unknown))
    }

    fn operand(self, text: &str, ids: &Ids) -> Option<String> {
        let (element, combination) = match self {
            Self::Dhis14 => (text.strip_prefix(['R', 'r'])?, None),
            Self::Dxf1 => text.split_once('.').map_or((text, None), |(element, rest)| (element, Some(rest))),
        };
        let element = ids.get("dataElements", element)?;
        Some(match combination {
            Some(combination) => format!("#{{{element}.{}}}", ids.get("categoryOptionCombos", combination)?),
            None => format!("#{{{element}}}"),
        })
    }

    /// The formula of DXF 2 as the format has it, and the operands that it cannot have.
    pub(super) fn encode(self, formula: &str, numbers: &Numbers) -> (String, u64) {
        let (mut out, mut lost) = (String::with_capacity(formula.len()), 0);
        let mut rest = formula;
        while let Some((before, inner)) = rest.split_once("#{") {
            let Some((operand, behind)) = inner.split_once('}') else { break };
            out.push_str(before);
            rest = behind;
            let (element, combination) =
                operand.split_once('.').map_or((operand, None), |(element, rest)| (element, Some(rest)));
            let element = numbers.get("dataElements", element);
            let number = combination.map(|uid| numbers.get("categoryOptionCombos", uid));
            match (self, element, number) {
                (Self::Dxf1, Some(element), Some(Some(number))) => {
                    out.push_str(&format!("[{element}.{number}]"))
                }
                (Self::Dxf1, Some(element), None) => out.push_str(&format!("[{element}]")),
                (Self::Dhis14, Some(element), _) => {
                    lost += u64::from(number.is_some());
                    out.push_str(&format!("Sum([R{element}])"));
                }
                _ => {
                    lost += 1;
                    out.push_str(&format!("#{{{operand}}}"));
                }
            }
        }
        out.push_str(rest);
        (out, lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_those_of_a_documented_text() {
        let mut ids = Ids::default();
        assert!(
            ids.add("dataElements", "65", Some("C3C2E28D"))
                && ids.add("dataElements", "66", Some("fbfJHSPpUQD"))
        );
        assert!(!ids.add("dataElements", "65", None), "the first one keeps the number");
        assert_eq!(ids.get("dataElements", "65"), Some(uid::of_text("dataElements 65 C3C2E28D").as_str()));
        assert_eq!(ids.get("dataElements", "66"), Some("fbfJHSPpUQD"));
        assert_eq!(ids.uid("periods", "1"), uid::of_text("periods 1"));
    }

    #[test]
    fn formulas_are_translated_both_ways() {
        let (mut ids, mut numbers) = (Ids::default(), Numbers::default());
        for number in ["12", "13"] {
            ids.add("dataElements", number, None);
        }
        ids.add("categoryOptionCombos", "7", None);
        let (a, b, c) = (
            ids.uid("dataElements", "12"),
            ids.uid("dataElements", "13"),
            ids.uid("categoryOptionCombos", "7"),
        );
        for (plural, uid) in [("dataElements", &a), ("dataElements", &b), ("categoryOptionCombos", &c)] {
            numbers.add(plural, plural, uid, "");
        }
        let old = Operands::Dhis14.decode("(Sum([R12]) + sum([R13]))/([R12]) * 2", &ids).unwrap();
        assert_eq!(old, (format!("(#{{{a}}} + #{{{b}}})/(#{{{a}}}) * 2"), vec![]));
        assert_eq!(
            Operands::Dhis14.encode(&format!("#{{{a}}}+#{{{b}.{c}}}"), &numbers),
            ("Sum([R1])+Sum([R2])".into(), 1)
        );
        assert!(Operands::Dhis14.decode("Median([R12])", &ids).unwrap_err().contains("Median"));
        let (formula, unknown) = Operands::Dxf1.decode("[12.7]+[A.65]*[99]", &ids).unwrap();
        assert_eq!(
            (formula, unknown),
            (format!("#{{{a}.{c}}}+[A.65]*[99]"), vec!["[A.65]".into(), "[99]".into()])
        );
        assert_eq!(
            Operands::Dxf1.encode(&format!("#{{{a}.{c}}}-#{{{b}}}-#{{x}}"), &numbers),
            ("[1.1]-[2]-#{x}".into(), 1)
        );
        assert_eq!(Operands::Dxf1.decode("[open", &ids).unwrap().0, "[open");
    }
}
