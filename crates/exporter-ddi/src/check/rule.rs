//! The rules of DDI Codebook.

use exporter_core::check::Rule;

/// The document is XML.
pub const MALFORMED: Rule = Rule::error("malformed", "The document is well-formed XML 1.0.")
    .consequence("programs stop reading there");
/// Entities are characters.
pub const ENTITY: Rule =
    Rule::warning("entity", "Entities that are used stand for characters, and within bounds.")
        .consequence("programs that do not expand others stop reading there, as this check does");
/// The namespace is that of a version.
pub const NAMESPACE: Rule =
    Rule::error("namespace", "Every element is in the namespace of the document's version.")
        .consequence("programs that look for the namespace find no elements");
/// Elements stand where the schema has them.
pub const STRUCTURE: Rule = Rule::error(
    "structure",
    "Elements stand where the schema has them, in its order, and no required one is missing.",
)
.consequence("archives that validate documents reject it");
/// Attributes are those of the schema.
pub const ATTRIBUTE: Rule =
    Rule::error("attribute", "Attributes are those of the schema, with values of their type.")
        .consequence("archives that validate documents reject it");
/// An ID stands once.
pub const DUPLICATE_ID: Rule = Rule::error("duplicate-id", "An ID stands once in the document.")
    .consequence("references to it lead to either element");
/// References lead to an element.
pub const DANGLING: Rule =
    Rule::error("dangling-reference", "Every reference leads to an element of the document.")
        .consequence("programs that follow it find nothing, such as the file of a variable");

/// Digests are those of the files.
pub const DIGEST: Rule =
    Rule::error("digest", "The SHA-256 of a data file beside the document is the one that it states.")
        .consequence("the file is not the one that was described");
/// Variables are columns of the files.
pub const COLUMNS: Rule = Rule::error(
    "columns",
    "Every variable is a column of the first file of its table that the document names.",
)
.consequence("programs that follow the document do not find the values");

/// Every rule.
pub const ALL: &[Rule] =
    &[MALFORMED, ENTITY, NAMESPACE, STRUCTURE, ATTRIBUTE, DUPLICATE_ID, DANGLING, DIGEST, COLUMNS];
