//! `exporter convert`.

use exporter::request::PreparedExport;
use exporter::{Dataset, Error, Result};

use super::work;
use crate::args::ConvertArgs;
use crate::target::Target;
use crate::{apart, request};

pub(super) fn run(args: &ConvertArgs) -> Result<()> {
    let registry = exporter::registry();
    let request = request::of_convert(args, &registry)?;
    if args.work.print_request {
        return request::show(request);
    }
    let target = Target::of_one(&args.output, &request, &registry)?;
    work::carry_out(&request, &registry, &target, &args.work, |export| {
        is_one_table(args, export)?;
        apart::check(&request, None, (&target, &export.entries()), &args.work, &registry)
    })
}

fn is_one_table<D: Dataset>(args: &ConvertArgs, export: &PreparedExport<D>) -> Result<()> {
    let tables = &export.data().codebook().tables;
    if tables.len() > 1 {
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        return Err(Error::usage(format!(
            "{} has {} tables, and a file holds one",
            args.input.display(),
            names.len()
        ))
        .with_hint(format!("choose one with --table ({}), or use export with a folder", names.join(", "))));
    }
    Ok(())
}
