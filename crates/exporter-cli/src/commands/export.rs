//! `exporter export`.

use std::path::Path;

use exporter::request::{Packaging, PreparedExport, Request, ZipEncryption};
use exporter::{AssembledDataset, Error, Result};

use super::work;
use crate::args::ExportArgs;
use crate::target::Target;
use crate::terminal::{complain, say};
use crate::{apart, request};

pub(super) fn run(args: &ExportArgs) -> Result<()> {
    let registry = exporter::registry();
    let mut request = match &args.request {
        Some(file) => Request::read(file)?,
        None => request::of_export(args, &registry)?,
    };
    let (Some(out), false) = (&args.out, args.work.print_request) else {
        return request::show(request);
    };
    let target = Target::of(out, &mut request, &registry)?;
    if is_broken(&request) {
        complain("warning: ZipCrypto is broken: it keeps nobody out who tries");
    }
    work::carry_out(&request, &registry, &target, &args.work, |export| {
        fits(export, out, &target)?;
        let entries = export.entries();
        apart::check(&request, args.request.as_deref(), (&target, &entries), &args.work, &registry)
    })
}

/// Tells which rows are left out, and refuses a file for several entries.
fn fits(export: &PreparedExport<AssembledDataset>, out: &Path, target: &Target) -> Result<()> {
    for (table, parent) in export.data().inner().followers() {
        say(&format!(
            "note: {table} has only rows whose parent row in {parent} is kept (--keep-orphans keeps the others)"
        ));
    }
    let several = export.entries().len();
    if several > 1 && !target.holds_many() {
        return Err(Error::invalid(format!(
            "{} holds a single entry, and this export has {several}",
            out.display()
        ))
        .with_hint("export to a folder, or to a file name ending in .zip"));
    }
    Ok(())
}

/// Whether the zip is encrypted in the old way.
fn is_broken(request: &Request) -> bool {
    matches!(&request.packaging, Some(Packaging::Zip(zip)) if zip.encryption == ZipEncryption::LegacyZipCrypto)
}
