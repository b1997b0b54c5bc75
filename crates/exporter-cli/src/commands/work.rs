//! What `export` and `convert` share: context, dry run, summary, report.

use exporter::request::{PreparedExport, Request};
use exporter::{AssembledDataset, Context, Dataset, Error, Registry, Result};

use crate::args::WorkArgs;
use crate::report_file::ReportFile;
use crate::target::Target;
use crate::{cancel, progress, report, terminal};

/// A context with cancel, memory and threads as asked for.
pub(super) fn context(work: &WorkArgs) -> Context {
    let context = work.memory.context().with_cancel(cancel::on_signal());
    match work.threads {
        Some(threads) => context.with_threads(usize::from(threads)),
        None => context,
    }
}

/// Plans only, or exports to the target, and reports either way. What is to be written is looked at once before.
pub(super) fn carry_out(
    request: &Request,
    registry: &Registry,
    target: &Target,
    work: &WorkArgs,
    look: impl Fn(&PreparedExport<AssembledDataset>) -> Result<()>,
) -> Result<()> {
    let context = context(work);
    if work.dry_run {
        let export = request.prepare(registry, &context)?;
        look(&export)?;
        return dry_run(&export, target, work, &context);
    }
    let mut report = None;
    let result = request.run_with(registry, &context, |export, context| {
        if report.is_none() {
            look(export)?;
            report = Some(ReportFile::create(work, target)?);
        }
        let (progress, bar) = progress::start(work.progress);
        let context = context.clone().with_progress(progress);
        let result = target.open(work).and_then(|sink| export.run(sink, &context));
        bar.iter().for_each(indicatif::ProgressBar::finish_and_clear);
        let summary = result?;
        let text = report::summary(&summary, export.data().codebook(), export.conditions(), work);
        Ok((summary, text))
    });
    let mut write = |json| report.take().map_or(Ok(()), |report| report.write(&json));
    match result {
        Ok((summary, text)) => {
            write(report::summary_json(&summary))?;
            terminal::say(&text);
            Ok(())
        }
        Err(error) => match error.changes() {
            Some(changes) => {
                write(report::refused_json(changes))?;
                terminal::complain(&report::changes(changes, work));
                Err(shortened(&error))
            }
            None => Err(target.told_of_room(error)),
        },
    }
}

fn dry_run<D: Dataset>(
    export: &PreparedExport<D>,
    target: &Target,
    work: &WorkArgs,
    context: &Context,
) -> Result<()> {
    let report = ReportFile::create(work, target)?;
    let (progress, bar) = progress::start(work.progress);
    let plan = export.plan(&context.clone().with_progress(progress));
    bar.iter().for_each(indicatif::ProgressBar::finish_and_clear);
    let plan = plan?;
    report.write(&report::plan_json(&plan))?;
    terminal::say(&report::plan(&plan, target, work));
    plan.check().map_err(|error| shortened(&error))
}

/// A refusal whose losses are shown already.
fn shortened(error: &Error) -> Error {
    let short = Error::new(error.kind(), "refused because of these losses: nothing is written");
    error.hint().into_iter().fold(short, Error::with_hint)
}
