//! SPSS files: ours in PSPP, R, Python and the crate `ambers`, and those that `ambers` writes.

mod case;
mod cases;
mod edited;
mod judged;
