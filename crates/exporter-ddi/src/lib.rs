//! DDI Codebook: writer, reader and check.

mod structure;
mod xml;

pub use structure::Version;
