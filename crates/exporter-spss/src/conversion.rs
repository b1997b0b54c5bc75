//! How values become what SPSS stores: doubles and texts.

use exporter_core::codebook::{Kind, Period};

use crate::values::is_text;
use crate::{Choices, Zone};

/// How the values of a column become numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conversion {
    /// Numbers, truth values (0, 1), decimals and texts as they are.
    #[default]
    Plain,
    /// Days, times and lengths of time to seconds; days and date-times count from 1582-10-14.
    Seconds {
        /// Convert the instants of a column with a zone to the wall clock of that zone.
        wall_clock: bool,
    },
    /// Counted periods to the second at which the first day of each begins, from 1582-10-14.
    Period(Period),
    /// Whole numbers and decimals to their decimal text.
    DecimalText,
}

impl Conversion {
    /// The one of a kind in a system file.
    pub(crate) fn of(kind: &Kind, choices: &Choices) -> Self {
        match kind {
            kind if is_text(kind) => Self::Plain,
            Kind::DateTime { zone, .. } => {
                Self::Seconds { wall_clock: zone.is_some() && choices.zone == Zone::Local }
            }
            Kind::Date | Kind::Time(_) | Kind::Duration(_) => Self::Seconds { wall_clock: false },
            // A year is a plain number to everybody.
            Kind::Period(period) if *period != Period::Year => Self::Period(*period),
            _ => Self::Plain,
        }
    }
}
