//! How much small files may unpack to.

use exporter_core::{Error, Result};

/// Bytes to which anything may unpack.
const ALWAYS: u64 = 1 << 30;
/// Bytes to which one byte may unpack beyond that. Tables of survey data reach 100 with zstd; bombs are 1,000 and more.
const EACH: u64 = 256;

/// Refuses `unpacked` bytes out of `packed`.
pub(super) fn check(packed: u64, unpacked: u64) -> Result<()> {
    let allowed = packed.saturating_mul(EACH).saturating_add(ALWAYS);
    if unpacked <= allowed {
        return Ok(());
    }
    Err(Error::limit(format!("{packed} bytes unpack to more than {allowed}, more than any real data does"))
        .with_hint("unpack it with a program that you trust, and name the files"))
}
