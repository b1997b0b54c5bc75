//! JSON as it streams.

mod one_list;
mod pieces;

pub(crate) use one_list::{OneList, OneListWriter};
pub use pieces::{Piece, Pieces};
