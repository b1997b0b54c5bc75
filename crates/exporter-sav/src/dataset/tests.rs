//! Unit tests of datasets.
