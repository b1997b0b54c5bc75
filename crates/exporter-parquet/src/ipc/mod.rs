//! Arrow IPC: files and streams of record batches.

mod canonical;
pub mod layout;
pub mod reader;
pub mod writer;
