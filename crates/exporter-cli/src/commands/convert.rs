//! `exporter convert`.

use std::slice;

use exporter::core::sink::{FileSink, FolderOptions};
use exporter::{Dataset as _, Error, Result, Sink};

use super::work;
use crate::args::ConvertArgs;
use crate::format_text;

pub(super) fn run(args: &ConvertArgs) -> Result<()> {
    let registry = exporter::registry();
    let to = match &args.to {
        Some(to) => to.clone(),
        None => {
            let extension =
                args.output.extension().and_then(|extension| extension.to_str()).ok_or_else(|| {
                    Error::usage(format!("{} has no extension that names a format", args.output.display()))
                        .hint("give --to FORMAT")
                })?;
            registry.format(extension)?.id.to_owned()
        }
    };
    let exporter = format_text::exporter(&to, &registry)?;
    let context = work::context(&args.work)?;
    let excerpt = work::excerpt(&args.excerpt);
    let mut options = work::input_options(&args.reading, &registry)?;
    options.projection = excerpt.projection();
    options.follow = excerpt.follows();
    let data = exporter::open(slice::from_ref(&args.input), &options, &registry, &context)?
        .keep(args.table.as_slice())?;
    if data.codebook().tables.len() > 1 {
        let names: Vec<&str> = data.codebook().tables.iter().map(|table| table.name.as_str()).collect();
        return Err(Error::usage(format!(
            "{} has {} tables, and a file holds one",
            args.input.display(),
            names.len()
        ))
        .hint(format!("choose one with --table ({}), or use export with a folder", names.join(", "))));
    }
    let data = excerpt.of(data, &context)?;
    let sink = || {
        let options = FolderOptions::default().overwrite(args.work.overwrite).sync(args.work.sync);
        Ok(Box::new(FileSink::create(&args.output, options)?) as Box<dyn Sink>)
    };
    work::carry_out(&*exporter, &data, sink, &args.work, &context)
}
