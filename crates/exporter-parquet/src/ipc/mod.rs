//! Arrow IPC: files and streams of record batches.

mod canonical;
mod claims;
mod decode;
pub mod layout;
pub mod reader;
pub mod writer;
