//! XML of any origin: [`XmlReader`] gives what comes next in a document of any size, with its [`Position`], in bounded memory and
//! with a list of what is [odd](Oddity) and read nevertheless; [`Element`] is an element with all that is in it, which is written as
//! text. No document makes the reader load another file or expand entities beyond a limit.
//!
//! Entities that a document declares are expanded where they stand for characters, themselves or by others of them. The use of one
//! that stands for elements (`<!ENTITY x "<b>a</b>">`) or for another file, and of any parameter entity (`%x;`), which may declare
//! anything, is a [`Fault`] that names it and where it is used; what is declared and not used does no harm.
//!
//! ```
//! use exporter_xml::{Item, XmlReader};
//! let mut reader = XmlReader::new(&b"<a><b>1 &lt; 2</b></a>"[..]);
//! while let Some(item) = reader.next_item()? {
//!     if let Item::Start(tag) = item
//!         && tag.name == "b"
//!     {
//!         // The whole of it, if that takes no more bytes than these.
//!         assert_eq!(reader.element(tag, 1 << 20)?.own_text(), "1 < 2");
//!     }
//! }
//! # Ok::<(), exporter_xml::Fault>(())
//! ```

mod counted;
mod decoded;
mod element;
mod entities;
mod escape;
mod names;
mod reader;

pub use counted::Counted;
pub use decoded::Decoded;
pub use element::{Element, Node};
pub use entities::entity_of;
pub use escape::{escape, forbidden, without_forbidden};
pub use names::{XML_SPACE, is_name_character, is_name_start, is_nc_name};
pub use reader::{Fault, Item, Oddity, Position, Tag, XmlReader};
