//! `exporter export`.

use exporter::request::{Packaging, Request, ZipEncryption};
use exporter::{Error, Result};

use super::work;
use crate::args::ExportArgs;
use crate::request;
use crate::target::Target;
use crate::terminal::{complain, say};

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
    let context = work::context(&args.work);
    let export = request.prepare(&registry, &context)?;
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
    work::carry_out(&export, &target, &args.work, &context)
}

/// Whether the zip is encrypted in the old way.
fn is_broken(request: &Request) -> bool {
    matches!(&request.packaging, Some(Packaging::Zip(zip)) if zip.encryption == ZipEncryption::LegacyZipCrypto)
}
