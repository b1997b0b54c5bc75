//! Lists what breaks the rules in `.dta` files: `check_dta FILE…`.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let findings = exporter_dta::check::check(BufReader::new(File::open(&path)?))?;
        writeln!(out, "{path}: {} findings", findings.len())?;
        for finding in findings {
            let (offset, rule) = (finding.offset, finding.rule.code());
            writeln!(out, "  offset {offset}: {rule}: {} ({})", finding.message, finding.stata)?;
        }
    }
    Ok(())
}
