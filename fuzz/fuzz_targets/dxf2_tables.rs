#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| exporter_fuzz_targets::dxf2_tables(bytes));
