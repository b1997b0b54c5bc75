//! Real files of the reference folder.
