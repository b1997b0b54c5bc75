//! dta
