//! Lists what breaks the rules in `.dta` files: `check_dta FILE…`.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use exporter_core::source::FileBytes;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let findings = exporter_dta::check::check(Arc::new(FileBytes::open(&path)?))?;
        writeln!(out, "{path}: {} findings", findings.total())?;
        for finding in &findings {
            let (offset, rule) = (finding.place.offset.unwrap_or_default(), finding.rule);
            writeln!(out, "  offset {offset}: {}: {} ({})", rule.code, finding.message, rule.consequence)?;
        }
    }
    Ok(())
}
