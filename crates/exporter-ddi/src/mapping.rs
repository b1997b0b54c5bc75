//! A codebook as elements and back: each file holds both directions of one part, so that what is written is what is read.

pub(crate) mod coding_instructions;
pub(crate) mod documents;
mod free_elements;
pub(crate) mod groups;
mod html;
mod language_tags;
pub(crate) mod note;
pub(crate) mod question;
pub(crate) mod study;
pub(crate) mod tables;
pub(crate) mod texts;
pub(crate) mod values;
pub(crate) mod variables;
