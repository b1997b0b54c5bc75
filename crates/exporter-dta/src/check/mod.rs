//! Checks a `.dta` by the rules of the vendor.
