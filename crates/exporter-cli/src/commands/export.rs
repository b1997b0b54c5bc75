//! `exporter export`.

use exporter::{Bundle, CodebookExporter, Dataset as _, Exporter, Result};

use super::work;
use crate::args::ExportArgs;
use crate::format_text;
use crate::packaging::Packaging;
use crate::target::Target;

pub(super) fn run(args: &ExportArgs) -> Result<()> {
    let registry = exporter::registry();
    let packaging = Packaging::of(args)?;
    let exporters =
        args.to.iter().map(|to| format_text::exporter(to, &registry)).collect::<Result<Vec<_>>>()?;
    let context = work::context(&args.work)?;
    let excerpt = work::excerpt(&args.excerpt);
    let mut options = work::input_options(&args.input.reading, &registry)?;
    options.projection = excerpt.projection();
    options.follow = excerpt.follows();
    let data = exporter::open(&args.input.inputs, &options, &registry, &context)?.keep(&args.table)?;
    let data = work::part_of(data, &excerpt, &context)?;
    let target = Target::of(args, &exporters, &packaging);
    let mut bundle = exporters.into_iter().fold(Bundle::new(), Bundle::with);
    let codebook_asked =
        bundle.entries(data.codebook()).iter().any(|entry| entry.path.ends_with(".codebook.json"));
    if target.holds_many(&packaging) && !args.no_codebook && !codebook_asked {
        bundle = bundle.with(Box::new(CodebookExporter));
    }
    target.export(bundle, &data, packaging, args, &context)
}
