//! Zip archives (PKWARE APPNOTE 6.3): written once from front to back, so the output need not seek.

pub(crate) mod cipher;
mod encoder;
mod error;
pub(crate) mod name;
mod options;
pub(crate) mod record;
mod time;
mod writer;

pub use error::ZipError;
pub use name::NameFault;
pub use options::{Encryption, EntryOptions, ZipOptions};
pub use time::EntryTime;
pub use writer::{EntryTotals, ZipWriter};

#[cfg(test)]
mod tests;
