//! SPSS files: ours in PSPP, R and Python.

mod case;
mod cases;
mod edited;
mod judged;
