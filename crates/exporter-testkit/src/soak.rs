//! How much longer the long campaigns run than the short forms of every day.

/// `cases` of a property test or points of a campaign, times the whole number in the environment variable `EXPORTER_SOAK`
/// (`cargo xtask soak` sets it); as they stand without it.
///
/// # Panics
///
/// When the variable holds something else than a whole number.
pub fn soaked(cases: u32) -> u32 {
    let Ok(times) = std::env::var("EXPORTER_SOAK") else { return cases };
    let times: u32 = times.parse().unwrap_or_else(|_| panic!("EXPORTER_SOAK={times} is no whole number"));
    cases.saturating_mul(times.max(1))
}
