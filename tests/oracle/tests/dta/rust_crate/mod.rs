//! The crate `dta` as one more program: it reads our files and writes its own.

mod read;
mod write;

pub(super) use read::said;
pub(super) use write::write;
