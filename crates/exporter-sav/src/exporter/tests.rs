//! Unit tests of the exporter.
