//! Rules over the workspace's own metadata and sources.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod codebook;
mod codecs;
mod dependencies;
mod embedding;
mod exhaustive;
mod members;
mod threads;
