//! Between the profile and the writing nobody reads rows.

use std::sync::atomic::{AtomicU64, Ordering};

use exporter_core::codebook::{Codebook, Parent};
use exporter_core::profile::{TableProfile, profile};
use exporter_core::{Batches, Context, Dataset, Exporter, Held, LossReport, Planning, Result, Scan, TableId};

/// A plan is made of the codebook and the profile: what it needs to know of rows, `needs` asks for.
#[track_caller]
pub(super) fn plan_never_scans(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let counted = CountingDataset { inner: data, scans: AtomicU64::new(0) };
    let format = exporter.format().id;
    let needs =
        exporter.needs(&counted, context).unwrap_or_else(|error| panic!("{format}: needs fails: {error:?}"));
    assert_eq!(counted.scans(), 0, "{format}: needs scans a table; it may only ask for facts");
    let facts = profile(&counted, &needs, context)
        .unwrap_or_else(|error| panic!("{format}: the profile fails: {error:?}"));
    let profiled = counted.scans();
    let held = Held::default();
    let plan = exporter
        .plan(&counted, &Planning::new(&facts, &[], &held), context)
        .unwrap_or_else(|error| panic!("{format}: planning fails: {error:?}"));
    let (_, _) = (plan.entries(), plan.changes());
    assert_eq!(counted.scans(), profiled, "{format}: plan scans a table; needs must ask for what it reads");
}

/// A dataset whose scans are counted.
struct CountingDataset<'a> {
    inner: &'a dyn Dataset,
    scans: AtomicU64,
}

impl CountingDataset<'_> {
    fn scans(&self) -> u64 {
        self.scans.load(Ordering::SeqCst)
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Dataset for CountingDataset<'_> {
    fn codebook(&self) -> &Codebook {
        self.inner.codebook()
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        self.scans.fetch_add(1, Ordering::SeqCst);
        self.inner.scan(table, scan)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.inner.facts(table)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }
}
