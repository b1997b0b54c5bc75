//! Arrow IPC: files and streams of record batches.

mod canonical;
mod claims;
pub mod layout;
pub mod reader;
pub mod writer;
