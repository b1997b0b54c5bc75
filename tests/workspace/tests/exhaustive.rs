//! Public types can grow: a field or a variant more breaks nobody's code. Those that cannot are listed with the reason.

use std::collections::BTreeSet;
use std::fs;

use crate::codecs::collect;
use crate::members::{self, Role};

/// Crate, type and reason.
const EXHAUSTIVE: &[(&str, &str, &str)] = &[
    (
        "exporter-core",
        "Part",
        "every format says what it does with a part: one more must not compile until it does",
    ),
    ("exporter-core", "Value", "every format writes each sort of value"),
    ("exporter-core", "MissingValues", "every format decides about each sort of missing value"),
    ("exporter-core", "Measure", "every format that has measures names each"),
    ("exporter-core", "Role", "every format that has roles names each"),
    ("exporter-core", "Period", "every format counts each period"),
    ("exporter-core", "TimeUnit", "Arrow has these four"),
    ("exporter-core", "Alignment", "there is no other"),
    ("exporter-core", "Attribute", "JSON of an attribute is a text or a list"),
    ("exporter-core", "Comparison", "there is no other"),
    ("exporter-core", "Number", "a number is whole or not"),
    ("exporter-core", "TableId", "a position"),
    ("exporter-core", "ByteOrder", "there is no other"),
    ("exporter-dxf2", "Mode", "there is no other"),
    ("exporter-xml", "Element", "an element has nothing else"),
    ("exporter-xml", "Item", "a document has nothing else"),
    ("exporter-xml", "Node", "an element holds nothing else"),
    ("exporter-xml", "Position", "two numbers say it all"),
    ("exporter-rows", "Epoch", "two numbers say it all"),
    ("exporter-rows", "CellRecode", "a format gives every field of what it stores instead"),
    ("exporter-rows", "CellChange", "every format reports each change as a loss"),
    ("exporter-rows", "IntegerCells", "a format gives every field: each decides about bytes"),
    ("exporter-rows", "FloatCells", "a format gives every field: each decides about bytes"),
    ("exporter-rows", "TextCells", "a format gives every field: each decides about bytes"),
    ("exporter-rows", "StoredCells", "a format makes arrays of every type of cell"),
    ("exporter-spss", "Value", "a value is a number or a text"),
    ("exporter-spss", "ResponseSetKind", "files and syntax write each kind"),
    ("exporter-spss", "ValueKey", "a value is a number or a text"),
    ("exporter-stata", "Charset", "Stata had these two"),
    ("exporter-stata", "Conversion", "files and do-files render each"),
    ("exporter-stata", "StorageType", "files and do-files render each"),
];

/// Names of the public types in `code` that can be built or matched completely from outside.
fn exhaustive(code: &str) -> Vec<&str> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        let Some(declared) = declared else { continue };
        let above = lines[..at].iter().rev().take_while(|line| !line.is_empty() && !line.starts_with('}'));
        if above.into_iter().any(|line| line.starts_with("#[non_exhaustive]")) {
            continue;
        }
        let name = declared.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let body = lines[at + 1..].iter().take_while(|line| !line.starts_with('}'));
        let fields: Vec<_> = body
            .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
            .map(|line| line.trim_start())
            .filter(|line| !line.starts_with(['/', '#', '}', ')']))
            .collect();
        let open = match line.starts_with("pub enum") {
            true => true,
            false if line.ends_with(';') => line.contains("(pub "),
            false => !fields.is_empty() && fields.iter().all(|field| field.starts_with("pub ")),
        };
        if open {
            found.push(name);
        }
    }
    found
}

#[test]
fn public_types_can_grow() {
    let libraries = [Role::Core, Role::Shared, Role::Format, Role::Facade];
    let (mut seen, mut found) = (0, BTreeSet::new());
    for member in members::all().iter().filter(|member| libraries.contains(&member.role())) {
        let mut files = Vec::new();
        collect(&member.folder.join("src"), &mut files);
        for file in files {
            let code = fs::read_to_string(&file).unwrap();
            seen += code.matches("\npub struct ").count() + code.matches("\npub enum ").count();
            found.extend(exhaustive(&code).iter().map(|name| (member.name.clone(), (*name).to_owned())));
        }
    }
    assert!(seen > 200, "only {seen} types were found");
    let allowed = EXHAUSTIVE.iter().map(|(member, name, _)| ((*member).to_owned(), (*name).to_owned()));
    let allowed: BTreeSet<_> = allowed.collect();
    let new: Vec<_> = found.difference(&allowed).collect();
    assert!(
        new.is_empty(),
        "make them #[non_exhaustive], with a constructor, or list them with a reason: {new:?}"
    );
    let stale: Vec<_> = allowed.difference(&found).collect();
    assert!(stale.is_empty(), "listed, but not exhaustive: {stale:?}");
}

#[test]
fn what_cannot_grow_would_be_found() {
    let code = "/// A.\n#[derive(Debug)]\npub struct A<T> {\n    /// X.\n    pub x: T,\n}\n\n#[non_exhaustive]\npub struct B {\n    \
                pub x: u8,\n}\n\npub struct C {\n    pub x: u8,\n    y: u8,\n}\npub enum D {\n    E,\n}\npub struct F(pub u8);\n\
                pub struct G(u8);\npub struct H;\npub(crate) enum I {\n    J,\n}\n";
    assert_eq!(exhaustive(code), ["A", "D", "F"]);
}
