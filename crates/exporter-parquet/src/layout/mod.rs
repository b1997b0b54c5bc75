//! What lies in a file: the Arrow types columns are stored as, and how rows are grouped.

pub(crate) mod codebook;
pub(crate) mod cutting;
pub(crate) mod periods;
pub(crate) mod reasons;
pub(crate) mod storage_type;
