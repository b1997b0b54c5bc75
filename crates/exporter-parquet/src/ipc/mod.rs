//! Arrow IPC: files and streams of record batches.

mod canonical;
pub mod layout;
pub mod reader;
mod shape;
pub(crate) mod types;
pub mod writer;
