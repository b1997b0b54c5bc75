//! A codebook as elements and back: the file of a part holds both directions, so that what is written is what is read. What texts
//! need on their way out (`html`, `language_tags`), what kind a document means (`stated_kind`) and what only others write
//! (`coding_instructions`) has one direction.

pub(crate) mod coding_instructions;
pub(crate) mod documents;
mod free_elements;
pub(crate) mod groups;
mod html;
mod language_tags;
pub(crate) mod note;
pub(crate) mod question;
pub(crate) mod references;
pub(crate) mod stated_file;
pub(crate) mod stated_kind;
pub(crate) mod study;
pub(crate) mod tables;
pub(crate) mod texts;
pub(crate) mod values;
pub(crate) mod variables;

/// Where an element comes from when nothing is said.
pub(crate) const SOURCE: (&str, &str) = ("source", "producer");
