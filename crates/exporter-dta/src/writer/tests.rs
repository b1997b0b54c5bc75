//! Bytes by hand, any slicing and any number of threads.
