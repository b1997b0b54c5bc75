//! `exporter export`.

use std::collections::BTreeSet;
use std::path::Path;

use exporter::request::{Packaging, PreparedExport, Request, ZipEncryption};
use exporter::{AssembledDataset, Dataset as _, Error, Result, TableId};

use super::work;
use crate::args::ExportArgs;
use crate::target::Target;
use crate::terminal::{complain, say};
use crate::{apart, format_text, request};

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
        fits(export, out, &target, &request)?;
        let entries = export.entries();
        apart::check(&request, args.request.as_deref(), (&target, &entries), &args.work, &registry)
    })
}

/// Tells which rows are left out, and refuses a file for several entries.
fn fits(
    export: &PreparedExport<AssembledDataset>,
    out: &Path,
    target: &Target,
    request: &Request,
) -> Result<()> {
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
        .with_hint(with_room(export, out, request)));
    }
    Ok(())
}

/// What is typed where several entries are meant for one file: a folder, a zip, or one of the tables.
fn with_room(export: &PreparedExport<AssembledDataset>, out: &Path, request: &Request) -> String {
    let named = if out.as_os_str() == "-" { Path::new("out") } else { out };
    let name = named.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("out");
    let [folder, zip] = ["", ".zip"].map(|end| named.with_file_name(format!("{stem}{end}")));
    let [folder, zip] = [&folder, &zip].map(|path| format_text::shell(&path.to_string_lossy()));
    let places = format!("--out {folder} makes a folder, --out {zip} a zip");
    let tables: BTreeSet<TableId> = export.entries().iter().filter_map(|entry| entry.table).collect();
    let tables: Vec<&str> = tables
        .iter()
        .filter_map(|id| export.data().codebook().tables.get(id.0))
        .map(|table| table.name.as_str())
        .collect();
    let ([format], [first, _, ..]) = (request.formats.as_slice(), tables.as_slice()) else { return places };
    if format.options.contains_key("tables") {
        return places;
    }
    let one = format.clone().with_option("tables", *first);
    format!("{places}; of one table: --to {} (tables: {})", format_text::typed(&one), tables.join(", "))
}

/// Whether the zip is encrypted in the old way.
fn is_broken(request: &Request) -> bool {
    matches!(&request.packaging, Some(Packaging::Zip(zip)) if zip.encryption == ZipEncryption::LegacyZipCrypto)
}
