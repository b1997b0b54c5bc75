//! What lies in a file: the Arrow types columns are stored as, and how rows are grouped.

pub mod codebook;
pub mod cutting;
pub mod reasons;
pub mod storage_type;
