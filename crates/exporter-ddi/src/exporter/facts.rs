//! Which facts about the data a document asks for, and its statistics from them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use exporter_core::codebook::{Codebook, Kind, MissingValues, Sensitivity, Table, Value, Variable};
use exporter_core::profile::{Facts, Number, Profile, ProfileRequest, StatisticsRequest, ValueCount};
use exporter_core::{Dataset, Loss, LossCode, TableId};

use crate::mapping::variables::has_categories;
use crate::options::{DdiOptions, StatisticsOption};
use crate::statistics::VariableStatistics;

/// What a document asks for.
pub(super) fn needs(codebook: &Codebook, options: &DdiOptions) -> ProfileRequest {
    let mut request = ProfileRequest::new();
    for (at, table) in codebook.tables.iter().enumerate() {
        let id = TableId(at);
        request.rows(id);
        if options.statistics == StatisticsOption::None {
            continue;
        }
        for (column, variable) in table.variables.iter().enumerate() {
            let mut facts = Facts::NULLS;
            if has_range(codebook, variable, options) {
                facts = facts | Facts::VALID_RANGE;
            }
            request.column(id, column, facts);
            if !variable.kind.is_nested() {
                request.statistics(id, column, statistics_of(codebook, table, variable));
            }
        }
    }
    request
}

/// Rows of a table. One that is only described, and has none here, has those that are stated.
pub(super) fn rows(
    id: TableId,
    table: &Table,
    profile: &Profile,
    data: &dyn Dataset,
    has_files: bool,
) -> Option<u64> {
    let found = profile.rows(id).or_else(|| data.rows(id));
    found.filter(|rows| *rows > 0).or(table.rows).or(found.filter(|_| has_files))
}

/// The statistics that are asked for of a variable.
fn statistics_of(codebook: &Codebook, table: &Table, variable: &Variable) -> StatisticsRequest {
    let weight = variable.weighted_by.as_deref().and_then(|name| Some(table.variable(name)?.0));
    let empty = (variable.kind == Kind::Text).then(|| Value::from(""));
    let request = StatisticsRequest::new().with_values(counted(codebook, variable)).with_values(empty);
    match weight {
        Some(column) => request.with_weight(column),
        None => request,
    }
}

/// Values that are counted: labelled ones and those that are declared missing.
fn counted(codebook: &Codebook, variable: &Variable) -> Vec<Value> {
    let labelled = codebook.value_labels_of(variable).into_iter().flat_map(|labels| &labels.entries);
    let missing = variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some(value),
        MissingValues::Range { .. } | MissingValues::Reason => None,
    });
    let mut seen = HashSet::new();
    let values = labelled.map(|entry| &entry.value).chain(missing);
    values.filter(|value| seen.insert(*value)).cloned().collect()
}

/// Whether the smallest and largest value are told: never of what identifies a person, nor of categories.
fn has_range(codebook: &Codebook, variable: &Variable, options: &DdiOptions) -> bool {
    options.statistics == StatisticsOption::Full
        && variable.sensitivity != Sensitivity::DirectIdentifier
        && !has_categories(variable, codebook.value_labels_of(variable))
        && (variable.kind.is_numeric() || variable.kind.is_temporal())
}

/// By table and variable, the statistics that the profile has, and what is told of those that the threshold hides.
pub(super) fn statistics(
    codebook: &Codebook,
    profile: &Profile,
    options: &DdiOptions,
) -> (Vec<Vec<Option<VariableStatistics>>>, Vec<Loss>) {
    let (mut all, mut losses) = (Vec::new(), Vec::new());
    for (at, table) in codebook.tables.iter().enumerate() {
        let (mut of_table, mut hidden) = (Vec::new(), Vec::new());
        for (column, variable) in table.variables.iter().enumerate() {
            let mut is_hidden = false;
            let place = ((at, table), (column, variable));
            of_table.push(of_variable(codebook, place, profile, options, &mut is_hidden));
            hidden.extend(is_hidden.then_some(variable.name.as_str()));
        }
        if let Some(first) = hidden.first() {
            let action = format!(
                "counts, ranges and means that tell of fewer than {} rows are left out, as threshold={0} says",
                options.threshold
            );
            let loss = Loss::new(LossCode::METADATA_DROPPED, action).table(&table.name);
            losses.push(loss.count(hidden.len() as u64).counting("variables").first(None, *first));
        }
        all.push(of_table);
    }
    (all, losses)
}

/// The statistics of a variable of a table; `has_hidden` becomes true where some of them are hidden.
fn of_variable(
    codebook: &Codebook,
    ((at, table), (column, variable)): ((usize, &Table), (usize, &Variable)),
    profile: &Profile,
    options: &DdiOptions,
    has_hidden: &mut bool,
) -> Option<VariableStatistics> {
    let id = TableId(at);
    // Of a table without rows nothing is told: it may be one that is only described.
    let (rows, facts) = (profile.rows(id).filter(|rows| *rows > 0)?, profile.column(id, column)?);
    let found = profile.statistics(id, column, &statistics_of(codebook, table, variable));
    let values = counted(codebook, variable);
    let mut frequencies: HashMap<Value, _> =
        found.map(|found| values.into_iter().zip(found.counts.iter().copied()).collect()).unwrap_or_default();
    let is_number =
        variable.kind.is_numeric() || variable.kind.is_temporal() || variable.kind == Kind::Boolean;
    let valid = match found.filter(|_| is_number) {
        Some(found) => found.moments.count,
        None => {
            let missing = frequencies.iter().filter(|(value, _)| variable.is_user_missing(value));
            let missing: u64 = missing.map(|(_, count)| count.count).sum();
            // An empty text is no answer: most formats do not tell it from none. A label makes it one.
            let is_counted = frequencies.contains_key(&Value::from(""));
            let empty = found.and_then(|found| found.counts.last()).map_or(0, |empty| empty.count);
            let empty = if variable.kind == Kind::Text && !is_counted { empty } else { 0 };
            rows.saturating_sub(facts.nulls?).saturating_sub(missing).saturating_sub(empty)
        }
    };
    let is_hidden = |count: u64| count > 0 && count < options.threshold;
    if is_hidden(valid) || is_hidden(rows.saturating_sub(valid)) {
        *has_hidden = true;
        return None;
    }
    let counted = frequencies.len();
    hide(&mut frequencies, variable, (valid, rows.saturating_sub(valid)), is_hidden);
    *has_hidden = frequencies.len() < counted && variable.sensitivity != Sensitivity::DirectIdentifier;
    if variable.sensitivity == Sensitivity::DirectIdentifier {
        frequencies.clear();
    }
    let is_told = has_range(codebook, variable, options);
    let range = facts.valid_range.flatten().filter(|_| is_told);
    let range =
        range.and_then(|(low, high)| Some((text_of(low, &variable.kind)?, text_of(high, &variable.kind)?)));
    let is_measured = is_told && variable.kind.is_numeric();
    let scale = |mut moments: exporter_core::profile::Moments| {
        if let Kind::Decimal { scale, .. } = variable.kind {
            let unit = 10f64.powi(-i32::from(scale));
            moments.mean *= unit;
            moments.squares *= unit * unit;
        }
        moments
    };
    Some(VariableStatistics {
        valid,
        invalid: rows.saturating_sub(valid),
        range,
        moments: found.filter(|_| is_measured).map(|found| scale(found.moments)),
        weighted: found
            .filter(|found| is_measured && found.request.weight.is_some())
            .map(|found| scale(found.weighted)),
        frequencies,
    })
}

/// Takes out the counts that are hidden, of the valid and of the missing values, whose sums are told. What the sum has beyond the
/// counts is the count of all values that have none, and is hidden as well: others go with it. Of all that are hidden, the
/// smallest count that is told goes with them until their sum tells none of them, as that of one alone does, or that of nothing
/// but ones, and until it is no such count itself.
fn hide(
    frequencies: &mut HashMap<Value, ValueCount>,
    variable: &Variable,
    (valid, invalid): (u64, u64),
    is_hidden: impl Fn(u64) -> bool,
) {
    for (is_missing, whole) in [(false, valid), (true, invalid)] {
        let own = frequencies.iter().filter(|(value, _)| variable.is_user_missing(value) == is_missing);
        let mut own: Vec<(u64, String, Value)> = own
            .filter(|(_, it)| it.count > 0)
            .map(|(value, it)| (it.count, value.to_string(), value.clone()))
            .collect();
        own.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let told: u64 = own.iter().map(|(count, ..)| *count).sum();
        // Values without a count of their own: how many there are of them is not known here, at least one.
        let rest = whole.saturating_sub(told);
        let has_rest = rest > 0 && !own.is_empty();
        let (mut gone, mut sum) = if has_rest { (1, rest) } else { (0, 0) };
        let mut is_safe = !is_hidden(rest);
        for (count, _, value) in own {
            let is_told = gone == 1 || sum == gone || is_hidden(sum);
            if !is_hidden(count) && (is_safe || !is_told) {
                break;
            }
            is_safe = false;
            (gone, sum) = (gone + 1, sum + count);
            frequencies.remove(&value);
        }
    }
}

/// A number of a column as the text of the value that it is.
fn text_of(number: Number, kind: &Kind) -> Option<String> {
    let whole = match number {
        Number::Float(number) => return Some(crate::mapping::values::number(number)),
        Number::Integer(whole) => whole,
    };
    let ticks = || i64::try_from(whole).ok();
    Some(match kind {
        Kind::Decimal { scale, .. } if *scale > 0 => {
            let digits = usize::from(scale.unsigned_abs());
            let sign = if whole < 0 { "-" } else { "" };
            let text = format!("{:0>width$}", whole.unsigned_abs(), width = digits + 1);
            let (before, behind) = text.split_at(text.len().saturating_sub(digits));
            format!("{sign}{before}.{behind}")
        }
        Kind::Date => {
            let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
            let days = ticks()?;
            let moved = Days::new(days.unsigned_abs());
            let day = if days < 0 { epoch.checked_sub_days(moved) } else { epoch.checked_add_days(moved) };
            day?.format("%Y-%m-%d").to_string()
        }
        Kind::DateTime { unit, .. } => {
            let per_second = unit.per_second();
            let (seconds, parts) = (ticks()?.div_euclid(per_second), ticks()?.rem_euclid(per_second));
            let nanos = parts.checked_mul(1_000_000_000 / per_second)?;
            let time = DateTime::from_timestamp(seconds, u32::try_from(nanos).ok()?)?;
            time.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
        }
        Kind::Time(unit) => {
            let per_second = unit.per_second();
            let nanos = ticks()?.rem_euclid(per_second).checked_mul(1_000_000_000 / per_second)?;
            let seconds = u32::try_from(ticks()?.div_euclid(per_second)).ok()?;
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::try_from(nanos).ok()?)?;
            time.format("%H:%M:%S%.f").to_string()
        }
        Kind::Period(period) => period.iso_text(i32::try_from(whole).ok()?),
        _ => whole.to_string(),
    })
}
