//! What `export` and `convert` share: context, dry run, summary, report.

use exporter::request::PreparedExport;
use exporter::{Context, Dataset, Error, Result};

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

/// Plans only, or exports to the target, and reports either way.
pub(super) fn carry_out<D: Dataset>(
    export: &PreparedExport<D>,
    target: &Target,
    work: &WorkArgs,
    context: &Context,
) -> Result<()> {
    let report = ReportFile::create(work, target)?;
    let (progress, bar) = progress::start(work.progress);
    let context = context.clone().with_progress(progress);
    let clear = || bar.iter().for_each(indicatif::ProgressBar::finish_and_clear);
    if work.dry_run {
        let plan = export.plan(&context);
        clear();
        let plan = plan?;
        report.write(&report::plan_json(&plan))?;
        terminal::say(&report::plan(&plan, target, work));
        return plan.check().map_err(|error| shortened(&error));
    }
    let result = target.open(work).and_then(|sink| export.run(sink, &context));
    clear();
    match result {
        Ok(summary) => {
            report.write(&report::summary_json(&summary))?;
            terminal::say(&report::summary(&summary, export.data().codebook(), export.conditions(), work));
            Ok(())
        }
        Err(error) => match error.changes() {
            Some(changes) => {
                report.write(&report::refused_json(changes))?;
                terminal::complain(&report::changes(changes, work));
                Err(shortened(&error))
            }
            None => Err(error),
        },
    }
}

/// A refusal whose losses are shown already.
fn shortened(error: &Error) -> Error {
    let short = Error::new(error.kind(), "refused because of these losses: nothing is written");
    error.hint().into_iter().fold(short, Error::with_hint)
}
