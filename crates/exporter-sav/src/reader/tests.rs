//! Reads small files made by hand, and damaged ones.
