//! Which facts a plan needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{SortOrder, StatisticsRequest};
use crate::dataset::TableId;
use crate::missing::Span;

/// Which facts of one column are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// How many values are null.
    pub nulls: bool,
    /// Bytes of the longest text.
    pub max_bytes: bool,
    /// Bytes of all texts.
    pub totals: bool,
    /// Smallest and largest value.
    pub range: bool,
    /// Smallest and largest value that is not declared missing.
    pub valid_range: bool,
    /// How many texts hold a NUL, which ends a text in some formats.
    pub with_nul: bool,
    /// Whether all values are whole numbers; counts NaN and infinities too.
    pub integral: bool,
    /// Which declared missing reasons occur.
    pub reasons: bool,
}

impl Facts {
    /// Nothing.
    pub const NONE: Facts = Facts {
        nulls: false,
        max_bytes: false,
        totals: false,
        range: false,
        valid_range: false,
        with_nul: false,
        integral: false,
        reasons: false,
    };
    /// The longest text.
    pub const MAX_BYTES: Facts = Facts::NONE.max_bytes();
    /// Smallest and largest value.
    pub const RANGE: Facts = Facts::NONE.range();
    /// Smallest and largest value, and whether all are whole.
    pub const RANGE_AND_INTEGRAL: Facts = Facts::RANGE.integral();

    /// Everything.
    pub const fn all() -> Facts {
        Facts {
            nulls: true,
            max_bytes: true,
            totals: true,
            range: true,
            valid_range: true,
            with_nul: true,
            integral: true,
            reasons: true,
        }
    }

    /// Asks for the number of nulls too.
    #[must_use]
    pub const fn nulls(mut self) -> Facts {
        self.nulls = true;
        self
    }

    /// Asks for the bytes of the longest text or binary value too.
    #[must_use]
    pub const fn max_bytes(mut self) -> Facts {
        self.max_bytes = true;
        self
    }

    /// Asks for the number of texts that are not empty and their bytes too.
    #[must_use]
    pub const fn totals(mut self) -> Facts {
        self.totals = true;
        self
    }

    /// Asks for the smallest and largest value too.
    #[must_use]
    pub const fn range(mut self) -> Facts {
        self.range = true;
        self
    }

    /// Asks for the smallest and largest value that is not declared missing too.
    #[must_use]
    pub const fn valid_range(mut self) -> Facts {
        self.valid_range = true;
        self
    }

    /// Asks for the number of texts with a NUL too.
    #[must_use]
    pub const fn with_nul(mut self) -> Facts {
        self.with_nul = true;
        self
    }

    /// Asks whether every value is an integer too.
    #[must_use]
    pub const fn integral(mut self) -> Facts {
        self.integral = true;
        self
    }

    /// Asks which declared missing reasons occur too.
    #[must_use]
    pub const fn reasons(mut self) -> Facts {
        self.reasons = true;
        self
    }

    /// Both requests together.
    #[must_use]
    pub fn and(self, other: Facts) -> Facts {
        Facts {
            nulls: self.nulls || other.nulls,
            max_bytes: self.max_bytes || other.max_bytes,
            totals: self.totals || other.totals,
            range: self.range || other.range,
            valid_range: self.valid_range || other.valid_range,
            with_nul: self.with_nul || other.with_nul,
            integral: self.integral || other.integral,
            reasons: self.reasons || other.reasons,
        }
    }

    /// Whether nothing is needed.
    pub fn is_none(self) -> bool {
        self == Facts::NONE
    }
}

/// Which facts of which tables and columns are needed; empty = no scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileRequest {
    pub(super) tables: BTreeMap<TableId, TableRequest>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TableRequest {
    pub(super) rows: bool,
    pub(super) columns: BTreeMap<usize, Facts>,
    /// Claimed orders by identifier.
    pub(super) orders: BTreeMap<String, Arc<dyn SortOrder>>,
    /// Spans by column.
    pub(super) outside: BTreeMap<usize, Vec<Span>>,
    /// Statistics by column.
    pub(super) statistics: BTreeMap<usize, Vec<StatisticsRequest>>,
}

impl ProfileRequest {
    /// Asks for nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the exact number of rows.
    pub fn rows(&mut self, table: TableId) -> &mut Self {
        self.tables.entry(table).or_default().rows = true;
        self
    }

    /// Asks for facts of a column.
    pub fn column(&mut self, table: TableId, column: usize, facts: Facts) -> &mut Self {
        if !facts.is_none() {
            let known = self.tables.entry(table).or_default().columns.entry(column).or_default();
            *known = known.and(facts);
        }
        self
    }

    /// Asks how far the rows keep an order; the answer is [`Profile::breaks`](super::Profile::breaks).
    pub fn sorted(&mut self, table: TableId, order: Arc<dyn SortOrder>) -> &mut Self {
        self.tables.entry(table).or_default().orders.insert(order.id(), order);
        self
    }

    /// Asks which values of a column lie outside a span, in the numbers of the column, and are not declared missing;
    /// the answer is [`Profile::outside`](super::Profile::outside).
    pub fn outside(&mut self, table: TableId, column: usize, span: Span) -> &mut Self {
        let spans = self.tables.entry(table).or_default().outside.entry(column).or_default();
        if !spans.contains(&span) {
            spans.push(span);
        }
        self
    }

    /// Asks for statistics of a column; the answer is [`Profile::statistics`](super::Profile::statistics).
    pub fn statistics(&mut self, table: TableId, column: usize, request: StatisticsRequest) -> &mut Self {
        let wanted = self.tables.entry(table).or_default().statistics.entry(column).or_default();
        if !wanted.contains(&request) {
            wanted.push(request);
        }
        self
    }

    /// Adds everything of another request.
    pub fn merge(&mut self, other: ProfileRequest) {
        for (table, request) in other.tables {
            let mine = self.tables.entry(table).or_default();
            mine.rows |= request.rows;
            mine.orders.extend(request.orders);
            for (column, facts) in request.columns {
                self.column(table, column, facts);
            }
            for (column, spans) in request.outside {
                spans.into_iter().for_each(|span| {
                    self.outside(table, column, span);
                });
            }
            for (column, wanted) in request.statistics {
                wanted.into_iter().for_each(|wanted| {
                    self.statistics(table, column, wanted);
                });
            }
        }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }
}
