//! Arrow IPC: files and streams of record batches.

mod claims;
mod decode;
pub(crate) mod layout;
pub(crate) mod reader;
pub(crate) mod writer;
