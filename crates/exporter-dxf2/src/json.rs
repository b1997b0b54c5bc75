//! JSON as it streams.

mod pieces;

pub use pieces::{Piece, Pieces};
