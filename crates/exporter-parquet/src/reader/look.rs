//! Looks at the columns whose values tell their type, when a file is opened: at the dictionaries of all row groups, and at the
//! values where pages have none.

use std::sync::Arc;

use arrow_array::RecordBatch;
use exporter_core::parallel::ordered;
use parquet::file::metadata::ParquetMetaData;

use super::BATCH_ROWS;
use super::pages::ScannedGroup;
use super::rows::{Bounds, Plan, Rows, decode};
use super::schema::FileSchema;
use crate::ParquetError;
use crate::look::Look;
use crate::positioned::Positioned;

/// Columns whose dictionaries are in memory at a time, for each thread.
const COLUMNS_AT_ONCE: usize = 64;

/// Where to look.
pub(super) struct Place<'p> {
    pub(super) file: &'p Positioned,
    pub(super) metadata: &'p Arc<ParquetMetaData>,
    pub(super) schema: &'p FileSchema,
    pub(super) threads: usize,
    pub(super) bounds: Bounds,
}

/// The dictionaries of some columns of a row group.
#[derive(Default)]
struct Heads {
    columns: Vec<usize>,
    batch: Option<RecordBatch>,
    /// Columns that have values outside their dictionaries.
    rest: Vec<usize>,
    group: usize,
}

impl Place<'_> {
    /// Adds what all row groups tell.
    pub(super) fn look(&self, look: &mut Look) -> Result<(), ParquetError> {
        let (dictionaries, whole) = look.wanted();
        let groups = self.metadata.num_row_groups();
        let items = (0..groups)
            .flat_map(|group| dictionaries.chunks(COLUMNS_AT_ONCE).map(move |columns| Ok((group, columns))));
        let mut rest = Vec::new();
        let work = |(group, columns), heads: &mut Heads| {
            *heads = self.heads(group, columns)?;
            Ok(())
        };
        ordered(self.threads, items, work, |heads: &mut Heads| {
            if let Some(batch) = heads.batch.take() {
                look.add(&heads.columns, &batch)?;
            }
            rest.extend(heads.rest.drain(..).map(|column| (heads.group, column)));
            Ok::<_, ParquetError>(())
        })?;
        // In the order of the groups, as the heads came.
        let mut rest = rest.as_slice();
        for group in 0..groups {
            let (of_group, behind) = rest.split_at(rest.partition_point(|(of, _)| *of <= group));
            rest = behind;
            let mut columns: Vec<usize> = of_group.iter().map(|(_, column)| *column).collect();
            columns.extend(&whole);
            columns.sort_unstable();
            let (open, wide) = look.wanted();
            columns.retain(|column| open.binary_search(column).is_ok() || wide.binary_search(column).is_ok());
            if columns.is_empty() {
                continue;
            }
            let plan = self.plan(&columns, group, BATCH_ROWS);
            for batch in decode(plan, self.schema, &columns, self.threads)? {
                look.add(&columns, &batch?)?;
            }
        }
        Ok(())
    }

    fn heads(&self, group: usize, columns: &[usize]) -> Result<Heads, ParquetError> {
        let plan = Arc::new(self.plan(columns, group, 1));
        let pages =
            ScannedGroup::new(self.file, self.metadata, group, &self.schema.columns.leaves, &plan.budget(1));
        let has_rest = |column: &usize| {
            let leaf = self.schema.first_leaf(*column);
            !leaf.is_some_and(|leaf| pages.is_dictionary_alone(leaf).unwrap_or(false))
        };
        let rest = columns.iter().copied().filter(has_rest).collect();
        let batch = Rows::new(plan, columns, 1).next().transpose()?;
        Ok(Heads { columns: columns.to_vec(), batch, rest, group })
    }

    fn plan(&self, columns: &[usize], group: usize, rows: usize) -> Plan {
        Plan::new(self.file, self.metadata, self.schema, self.bounds, columns, vec![group], rows)
    }
}
