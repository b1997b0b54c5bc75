//! Reads every release of `.dta`.
