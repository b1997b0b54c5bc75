//! Real files of the reference folder.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod archive;
mod ddi;
mod ddi_profiles;
mod ddi_schema;
mod dta;
mod dxf2;
mod dxf2_metadata;
mod dxf2_tables;
mod dxf2_tracker;
mod dxf2_values;
mod judges;
mod parquet;
mod reasons;
mod reference;
mod sav;
mod survey_solutions;
