//! Rows against the codebook that describes them: kinds, keys, parents, value labels, declared ranges.

use std::cmp::Ordering;
use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;

use super::{Finding, Findings, Rule, UNREADABLE, unreadable};
use crate::codebook::{Codebook, Kind, MissingValues, Parent, Table, Value, Variable};
use crate::context::Context;
use crate::dataset::{Dataset, KeySet, Scan, TableId};
use crate::error::{ErrorKind, Result};
use crate::missing::{Span, span, spans};
use crate::profile::{Number, column_numbers};

/// The rule that keys identify rows.
pub const KEY: Rule =
    Rule::error("key", "The key of a table identifies each of its rows, and no part of it is missing.");
/// The rule that rows have parents.
pub const PARENT: Rule = Rule::error("parent", "Every row of a table that has a parent finds its row there.");
/// The rule that values have labels.
pub const UNLABELLED: Rule = Rule::warning(
    "unlabelled",
    "Where values have labels, every value that is not declared missing has one.",
);
/// The rule that values are within declared limits.
pub const RANGE: Rule =
    Rule::warning("range", "Values lie within the limits that are declared for the variable.");
/// The rule that there is room to compare keys.
pub const TOO_MANY: Rule =
    Rule::warning("too-many-keys", "The keys of a table have room in memory, so that they can be compared.");

/// The rules of [`rows`].
pub const ROWS: &[Rule] = &[UNREADABLE, KEY, PARENT, UNLABELLED, RANGE, TOO_MANY];

/// Reads all rows of a study and compares them with what its codebook says. Every table is looked at, whatever is found in
/// others.
///
/// # Errors
/// [`ErrorKind::Cancelled`].
pub fn rows(data: &dyn Dataset, findings: &mut Findings, context: &Context) -> Result<()> {
    let codebook = data.codebook();
    for (at, table) in codebook.tables.iter().enumerate() {
        let mut check = RowsCheck::new(data, table, context);
        match check.run(TableId(at), findings) {
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                let finding = unreadable(&error.table(&table.name));
                let message =
                    format!("{}; the rest of the table {} is not checked", finding.message, table.name);
                findings.add(Finding { message, ..finding });
            }
            Ok(()) => {}
        }
        check.values.into_iter().for_each(|values| values.tell(&table.name, findings));
    }
    Ok(())
}

/// The check of one table.
struct RowsCheck<'a> {
    data: &'a dyn Dataset,
    table: &'a Table,
    context: &'a Context,
    values: Vec<Values<'a>>,
}

impl<'a> RowsCheck<'a> {
    fn new(data: &'a dyn Dataset, table: &'a Table, context: &'a Context) -> Self {
        let columns = table.variables.iter().enumerate();
        let values = columns.filter_map(|(at, variable)| Values::of(data.codebook(), at, variable)).collect();
        Self { data, table, context, values }
    }

    fn run(&mut self, id: TableId, findings: &mut Findings) -> Result<()> {
        let own_key = columns_of(self.table, self.table.key.iter().map(String::as_str));
        let link = self.table.parent.as_ref();
        let link = link.map(|parent| self.parents(parent, findings)).transpose()?.flatten();
        let mut keys = KeySet::default();
        let mut has_room = true;
        let mut row = 0;
        for batch in self.context.scan(self.data, id, &Scan::all())? {
            let batch = batch?;
            if has_room && !own_key.is_empty() {
                self.keys(&mut keys, &own_key, &batch, row, findings)?;
                has_room = self.room(&keys, findings);
            }
            if let Some((columns, parents)) = &link {
                let own = picked(&batch, columns);
                let found = parents.mask(&own)?;
                for at in (0..found.len()).filter(|at| !found.value(*at)) {
                    let message = format!("there is no row for {} in the parent table", shown(&own, at));
                    findings
                        .add(Finding::new(PARENT, message).table(&self.table.name).row(row + at as u64 + 1));
                }
            }
            for values in &mut self.values {
                if let Some(column) = batch.columns().get(values.column) {
                    values.look_at(column, row)?;
                }
            }
            row += batch.num_rows() as u64;
        }
        Ok(())
    }

    fn keys(
        &self,
        keys: &mut KeySet,
        columns: &[usize],
        batch: &RecordBatch,
        rows_before: u64,
        findings: &mut Findings,
    ) -> Result<()> {
        let own = picked(batch, columns);
        let mut wrong = Vec::new();
        keys.each(&own, |at, is_new| {
            if is_new != Some(true) {
                wrong.push((at, is_new.is_none()));
            }
        })?;
        for (at, is_missing) in wrong {
            let key = shown(&own, at);
            let message = match is_missing {
                true => format!("a part of the key ({key}) is missing"),
                false => format!("the key {key} stands in an earlier row too"),
            };
            let row = rows_before + at as u64 + 1;
            findings.add(Finding::new(KEY, message).table(&self.table.name).row(row));
        }
        Ok(())
    }

    /// The columns by which rows find their parents, and the keys of these.
    fn parents(&self, parent: &Parent, findings: &mut Findings) -> Result<Option<(Vec<usize>, KeySet)>> {
        let Some((at, table)) = self.data.codebook().table(&parent.table) else { return Ok(None) };
        let own = columns_of(self.table, parent.variables.iter().map(|(own, _)| own.as_str()));
        let theirs = columns_of(table, parent.variables.iter().map(|(_, theirs)| theirs.as_str()));
        let mut keys = KeySet::default();
        for batch in self.context.scan(self.data, TableId(at), &Scan::all().columns(theirs))? {
            keys.extend(batch?.columns())?;
            if !self.room(&keys, findings) {
                return Ok(None);
            }
        }
        Ok(Some((own, keys)))
    }

    /// Whether the keys take no more than half of the memory.
    fn room(&self, keys: &KeySet, findings: &mut Findings) -> bool {
        let has_room = keys.bytes() <= self.context.memory() / 2;
        if !has_room {
            let message =
                "the keys take more memory than there is: the rest is not compared; give more with --memory";
            findings.add(Finding::new(TOO_MANY, message).table(&self.table.name));
        }
        has_room
    }
}

fn columns_of<'n>(table: &Table, names: impl Iterator<Item = &'n str>) -> Vec<usize> {
    names.filter_map(|name| table.variable(name).map(|(column, _)| column)).collect()
}

fn picked(batch: &RecordBatch, columns: &[usize]) -> Vec<ArrayRef> {
    columns.iter().filter_map(|column| batch.columns().get(*column).cloned()).collect()
}

/// The values of a row, for messages.
fn shown(columns: &[ArrayRef], row: usize) -> String {
    let cell = |column: &ArrayRef| match column.is_null(row) {
        true => ".".to_owned(),
        false => array_value_to_string(column, row).unwrap_or_default(),
    };
    columns.iter().map(cell).collect::<Vec<_>>().join(", ")
}

/// What is declared of the values of a variable, and what was found that is not so.
struct Values<'a> {
    variable: &'a Variable,
    column: usize,
    /// Numbers that have a label or are declared missing.
    listed: Spans,
    texts: HashSet<&'a str>,
    is_labelled: bool,
    /// What the declared limits allow.
    limits: Option<Span>,
    missing: Spans,
    unlabelled: Strays,
    beyond: Strays,
}

/// Spans in ascending order that do not overlap, so that a number is found by bisection however many there are.
struct Spans(Vec<Span>);

impl Spans {
    fn of(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.low <= span.high);
        spans.sort_by(|one, other| one.low.partial_cmp(&other.low).unwrap_or(Ordering::Equal));
        let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.low <= last.high => {
                    if last.high < span.high {
                        last.high = span.high;
                    }
                }
                _ => apart.push(span),
            }
        }
        Self(apart)
    }

    fn contains(&self, number: Number) -> bool {
        let behind = self.0.partition_point(|span| span.low <= number);
        behind.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|span| span.contains(number))
    }
}

/// Values that are not as declared.
#[derive(Default)]
struct Strays {
    count: u64,
    first: Option<(u64, String)>,
}

impl Strays {
    fn add(&mut self, column: &ArrayRef, at: usize, rows_before: u64) {
        self.count += 1;
        if self.first.is_none() {
            let value = array_value_to_string(column, at).unwrap_or_default();
            self.first = Some((rows_before + at as u64 + 1, value));
        }
    }
}

impl<'a> Values<'a> {
    fn of(codebook: &'a Codebook, column: usize, variable: &'a Variable) -> Option<Self> {
        let missing: Vec<Span> = spans(variable).into_iter().flatten().collect();
        let labels = codebook.value_labels_of(variable);
        let values = || labels.into_iter().flat_map(|labels| &labels.entries).map(|label| &label.value);
        // Labels of missing values alone say nothing about the others.
        let is_labelled = values().any(|value| !variable.is_user_missing(value));
        let mut listed: Vec<Span> =
            values().filter_map(|value| span(&MissingValues::One(value.clone()), &variable.kind)).collect();
        listed.extend(&missing);
        let texts = values().filter_map(Value::as_text).collect();
        let (low, high) = (variable.facts.min.clone(), variable.facts.max.clone());
        let has_limits = low.is_some() || high.is_some();
        let limits = has_limits.then(|| span(&MissingValues::Range { low, high }, &variable.kind)).flatten();
        (is_labelled || limits.is_some()).then(|| Self {
            variable,
            column,
            listed: Spans::of(listed),
            texts,
            is_labelled,
            limits,
            missing: Spans::of(missing),
            unlabelled: Strays::default(),
            beyond: Strays::default(),
        })
    }

    fn look_at(&mut self, column: &ArrayRef, rows_before: u64) -> Result<()> {
        if self.variable.kind == Kind::Text {
            let texts = column.as_string_opt::<i32>();
            for (at, text) in texts.into_iter().flatten().enumerate().filter(|_| self.is_labelled) {
                let is_declared = |text: &str| self.variable.is_user_missing(&Value::from(text));
                if text
                    .is_some_and(|text| !text.is_empty() && !self.texts.contains(text) && !is_declared(text))
                {
                    self.unlabelled.add(column, at, rows_before);
                }
            }
            return Ok(());
        }
        for (at, number) in column_numbers(column)?.into_iter().enumerate() {
            let Some(number) = number else { continue };
            if self.is_labelled && !self.listed.contains(number) {
                self.unlabelled.add(column, at, rows_before);
            }
            let is_beyond = self.limits.is_some_and(|limits| !limits.contains(number));
            if is_beyond && !self.missing.contains(number) {
                self.beyond.add(column, at, rows_before);
            }
        }
        Ok(())
    }

    fn tell(self, table: &str, findings: &mut Findings) {
        let values = |count: u64| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
        let told = [
            (UNLABELLED, self.unlabelled, "without a label"),
            (RANGE, self.beyond, "outside the declared limits"),
        ];
        for (rule, strays, what) in told {
            let Some((row, first)) = strays.first else { continue };
            let message = format!("{} {what}, the first is {first}", values(strays.count));
            findings.add(Finding::new(rule, message).table(table).variable(&self.variable.name).row(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_spans_in_any_order() {
        let whole = |low, high| Span::new(Number::Integer(low), Number::Integer(high));
        let spans = [whole(5, 5), whole(1, 1), whole(8, 20), whole(9, 10), whole(15, 22), whole(1, 1)];
        let sorted = Spans::of(spans.to_vec());
        for number in (-1..25).map(Number::Integer) {
            let is_in = spans.iter().any(|span| span.contains(number));
            assert_eq!(sorted.contains(number), is_in, "{number:?}");
        }
        let open = Spans::of(vec![Span::new(Number::Float(f64::NEG_INFINITY), Number::Float(-1.0))]);
        assert!(open.contains(Number::Float(-1e300)) && !open.contains(Number::Float(0.0)));
        assert!(
            !open.contains(Number::Float(f64::NAN)) && !Spans::of(Vec::new()).contains(Number::Integer(0))
        );
    }
}
