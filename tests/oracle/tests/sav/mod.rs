//! SPSS files: ours in PSPP, R and Python.

mod case;
mod cases;
mod judged;
