//! XML as it is read and written here: a hardened pull reader, elements as trees, and their text form.
//!
//! Nothing in it knows DDI.

mod counted;
mod decoded;
mod element;
mod entities;
mod escape;
mod names;
mod reader;

pub(crate) use element::{Element, Node};
pub(crate) use entities::entity_of;
pub(crate) use escape::forbidden;
pub(crate) use names::{XML_SPACE, is_name_character, is_name_start, is_nc_name};
pub(crate) use reader::{Fault, Item, Oddity, Position, Tag, XmlReader};
