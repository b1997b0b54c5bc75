//! Which facts a plan needs.

use std::collections::BTreeMap;
use std::ops::BitOr;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use super::{SortOrder, StatisticsRequest};
use crate::codebook::{Kind, Table, Variable};
use crate::dataset::TableId;
use crate::missing::Span;

/// Which facts of one column are needed: a set, such as `Facts::RANGE | Facts::NULLS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u16);

impl Facts {
    /// Nothing.
    pub const NONE: Facts = Facts(0);
    /// How many values are null.
    pub const NULLS: Facts = Facts(1);
    /// Bytes of the longest text or binary value.
    pub const MAX_BYTES: Facts = Facts(1 << 1);
    /// How many texts or binary values are not empty, and their bytes.
    pub const TOTALS: Facts = Facts(1 << 2);
    /// Smallest and largest value.
    pub const RANGE: Facts = Facts(1 << 3);
    /// Smallest and largest value that is not declared missing.
    pub const VALID_RANGE: Facts = Facts(1 << 4);
    /// How many texts hold a NUL, which ends a text in some formats.
    pub const WITH_NUL: Facts = Facts(1 << 5);
    /// Whether all values are whole numbers; counts NaN and infinities too.
    pub const INTEGRAL: Facts = Facts(1 << 6);
    /// How often each declared missing reason occurs.
    pub const REASONS: Facts = Facts(1 << 7);
    /// How many decimals a double does not hold ([`doubles::holds`](crate::doubles::holds)).
    pub const ROUNDED: Facts = Facts(1 << 8);
    /// Everything.
    pub const ALL: Facts = Facts((1 << 9) - 1);

    /// Both requests together, as `|` but in constants too.
    #[must_use]
    pub const fn or(self, other: Facts) -> Facts {
        Facts(self.0 | other.0)
    }

    /// Whether one of these is needed.
    pub const fn any(self, of: Facts) -> bool {
        self.0 & of.0 != 0
    }

    /// These without others.
    #[must_use]
    pub const fn without(self, others: Facts) -> Facts {
        Facts(self.0 & !others.0)
    }

    /// Whether nothing is needed.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Facts {
    type Output = Facts;

    fn bitor(self, other: Facts) -> Facts {
        self.or(other)
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
    /// Encodings that texts are written in, by column.
    pub(super) encodings: BTreeMap<usize, Vec<&'static Encoding>>,
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
            *known = *known | facts;
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

    /// Asks how many characters of the texts of a table, which `id` names, an encoding lacks; nested values are their JSON. The
    /// answer is [`Profile::replaced`](super::Profile::replaced).
    pub fn encoded(&mut self, id: TableId, table: &Table, encoding: &'static Encoding) -> &mut Self {
        // UTF-8 has every character.
        let is_asked = |variable: &Variable| {
            encoding != UTF_8 && (variable.kind == Kind::Text || variable.kind.is_nested())
        };
        let texts = table.variables.iter().enumerate().filter(|(_, variable)| is_asked(variable));
        texts.for_each(|(column, _)| self.encoded_column(id, column, encoding));
        self
    }

    fn encoded_column(&mut self, table: TableId, column: usize, encoding: &'static Encoding) {
        let encodings = self.tables.entry(table).or_default().encodings.entry(column).or_default();
        if !encodings.contains(&encoding) {
            encodings.push(encoding);
        }
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
            for (column, encodings) in request.encodings {
                encodings.into_iter().for_each(|encoding| self.encoded_column(table, column, encoding));
            }
            for (column, wanted) in request.statistics {
                wanted.into_iter().for_each(|wanted| {
                    self.statistics(table, column, wanted);
                });
            }
        }
    }

    /// The same of tables that are others; nothing of those that are none.
    pub(crate) fn with_tables(self, other: impl Fn(TableId) -> Option<TableId>) -> Self {
        let tables = self.tables.into_iter();
        Self { tables: tables.filter_map(|(table, request)| Some((other(table)?, request))).collect() }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }
}
