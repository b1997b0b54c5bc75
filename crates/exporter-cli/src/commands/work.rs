//! What `export` and `convert` share: context, dry run, summary, report.

use exporter::{
    Context, Dataset, Error, Excerpt, Exporter, LossCode, LossPolicy, PartOf, Registry, Result, Sink,
};

use crate::args::{ExcerptArgs, ReadingArgs, WorkArgs};
use crate::{cancel, format_text, progress, report, terminal};

/// A context with cancel, threads, policy and language as asked for.
pub(super) fn context(work: &WorkArgs) -> Result<Context> {
    let mut context = Context::default().with_cancel(cancel::on_signal()).with_policy(policy(&work.losses)?);
    if let Some(threads) = work.threads {
        context = context.with_threads(usize::from(threads));
    }
    if let Some(language) = &work.language {
        context = context.with_language(language);
    }
    Ok(context)
}

fn policy(text: &str) -> Result<LossPolicy> {
    match text.split_once('=') {
        None if text == "deny" => Ok(LossPolicy::Deny),
        None if text == "report" => Ok(LossPolicy::Report),
        Some(("allow", codes)) if !codes.is_empty() => Ok(LossPolicy::Allow(
            codes.split(',').map(|code| LossCode::from(code.trim().to_owned())).collect(),
        )),
        _ => Err(Error::usage(format!("--losses {text} is none of deny, report, allow=CODE,…"))
            .hint("`exporter formats FORMAT` lists the codes that a format may report")),
    }
}

/// How inputs are opened.
pub(super) fn input_options(reading: &ReadingArgs, registry: &Registry) -> Result<exporter::InputOptions> {
    let mut options = exporter::InputOptions::default();
    options.codebook.clone_from(&reading.codebook);
    options.outside = reading.allow_outside;
    if let Some(from) = &reading.from {
        let (format, json) = format_text::parse_reader(from, registry)?;
        options.format = Some(format);
        options.options = json;
    }
    Ok(options)
}

/// The part of the data that is asked for.
pub(super) fn excerpt(args: &ExcerptArgs) -> Excerpt {
    let mut excerpt = Excerpt::default();
    excerpt.conditions.clone_from(&args.conditions);
    excerpt.variables.clone_from(&args.variables);
    excerpt.rows = args.rows;
    excerpt.orphans = args.keep_orphans;
    excerpt
}

/// Takes that part; says which tables lose rows that no condition names.
pub(super) fn part_of<D: Dataset>(data: D, excerpt: &Excerpt, context: &Context) -> Result<PartOf<D>> {
    let part = excerpt.of(data, context)?;
    for (table, parent) in part.inner().followers() {
        terminal::say(&format!(
            "note: of {table} only the rows whose {parent} are kept (--keep-orphans keeps the others)"
        ));
    }
    Ok(part)
}

/// Plans only, or exports into the sink that `sink` makes, and reports either way.
pub(crate) fn carry_out<'a>(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    sink: impl FnOnce() -> Result<Box<dyn Sink + 'a>>,
    work: &WorkArgs,
    context: &Context,
) -> Result<()> {
    let (progress, bar) = progress::start(work.progress);
    let context = context.clone().with_progress(progress);
    let clear = || bar.iter().for_each(indicatif::ProgressBar::finish_and_clear);
    if work.dry_run {
        return exporter::plan(exporter, data, &context, |plan| {
            clear();
            let mut losses = plan.losses().clone();
            losses.merge(data.losses());
            if let Some(path) = &work.report {
                report::write_plan(path, &*plan, &losses)?;
            }
            terminal::say(&report::plan(&*plan, &losses));
            context.policy().check(&losses)
        });
    }
    let result = sink().and_then(|sink| exporter::export(exporter, data, sink, &context));
    clear();
    let summary = result?;
    if let Some(path) = &work.report {
        report::write_summary(path, &summary)?;
    }
    terminal::say(&report::summary(&summary));
    Ok(())
}
