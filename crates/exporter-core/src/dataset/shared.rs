//! References, boxes and shared pointers are the dataset that they point to.

use std::io::Read;
use std::sync::Arc;

use super::{Batches, Dataset, Note, Scan, TableId};
use crate::codebook::{Codebook, Parent};
use crate::error::Result;
use crate::loss::LossReport;
use crate::profile::TableProfile;

macro_rules! points_to_dataset {
    ($($pointer:ty),*) => {$(
        #[deny(clippy::missing_trait_methods, reason = "what is left out here would be lost")]
        impl<D: Dataset + ?Sized> Dataset for $pointer {
            fn codebook(&self) -> &Codebook {
                (**self).codebook()
            }

            fn rows(&self, table: TableId) -> Option<u64> {
                (**self).rows(table)
            }

            fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
                (**self).scan(table, scan)
            }

            fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
                (**self).document(position)
            }

            fn facts(&self, table: TableId) -> Option<TableProfile> {
                (**self).facts(table)
            }

            fn parent(&self, table: TableId) -> Option<&Parent> {
                (**self).parent(table)
            }

            fn holds_reasons(&self, table: TableId) -> bool {
                (**self).holds_reasons(table)
            }

            fn losses(&self) -> LossReport {
                (**self).losses()
            }

            fn notes(&self) -> Vec<Note> {
                (**self).notes()
            }
        }
    )*};
}

points_to_dataset!(&D, Box<D>, Arc<D>);
