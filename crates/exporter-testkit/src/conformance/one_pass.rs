//! Between the profile and the writing no row is read.

use exporter_core::profile::profile;
use exporter_core::{Context, Dataset, Exporter, Held, Planning};

use crate::Watched;

/// A plan is made of the codebook and the profile: what it needs to know of rows, `needs` asks for.
#[track_caller]
pub(super) fn plan_never_scans(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let counted = Watched::new(data);
    let format = exporter.format().id;
    let needs =
        exporter.needs(&counted, context).unwrap_or_else(|error| panic!("{format}: needs fails: {error:?}"));
    assert_eq!(counted.scans().len(), 0, "{format}: needs scans a table; it may only ask for facts");
    let facts = profile(&counted, &needs, context)
        .unwrap_or_else(|error| panic!("{format}: the profile fails: {error:?}"));
    let profiled = counted.scans().len();
    let held = Held::default();
    let plan = exporter
        .plan(&counted, &Planning::new(&facts, &[], &held), context)
        .unwrap_or_else(|error| panic!("{format}: planning fails: {error:?}"));
    let (_, _) = (plan.entries(), plan.changes());
    assert_eq!(
        counted.scans().len(),
        profiled,
        "{format}: plan scans a table; needs must ask for what it reads"
    );
}
