//! Our files in programs we did not write, compared field by field.
