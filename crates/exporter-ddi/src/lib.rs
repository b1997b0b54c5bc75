//! DDI Codebook: writer, reader and check.

mod structure;

pub use structure::Version;
