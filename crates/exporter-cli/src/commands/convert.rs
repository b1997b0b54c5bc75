//! `exporter convert`.

use exporter::{Dataset as _, Error, Result};

use super::work;
use crate::args::ConvertArgs;
use crate::request;
use crate::target::Target;

pub(super) fn run(args: &ConvertArgs) -> Result<()> {
    let registry = exporter::registry();
    let request = request::of_convert(args, &registry)?;
    if args.work.print_request {
        return request::show(request);
    }
    let target = Target::of_one(&args.output, &request, &registry)?;
    let context = work::context(&args.work);
    let export = request.prepare(&registry, &context)?;
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
    work::carry_out(&export, &target, &args.work, &context)
}
