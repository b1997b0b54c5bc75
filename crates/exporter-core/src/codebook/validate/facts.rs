//! Declared facts that contradict each other or the kind.

use std::cmp::Ordering;

use super::{Problems, kinds, rules};
use crate::codebook::{BoundingBox, CollectionPeriod, Study, Value, Variable};

pub(super) fn check_study(study: &Study, problems: &mut Problems) {
    if let Some(period) = &study.collection_period {
        check_period(period, "study / collection_period", problems);
    }
    for (index, period) in study.further_collection_periods.iter().enumerate() {
        check_period(period, &format!("study / further_collection_periods[{index}]"), problems);
    }
    if let Some(BoundingBox { west, east, south, north }) = study.bounding_box {
        let lies = |degrees: f64, most: f64| (-most..=most).contains(&degrees);
        let is_one = lies(west, 180.0) && lies(east, 180.0) && lies(south, 90.0) && lies(north, 90.0);
        if !is_one || south > north {
            let message = "longitudes lie from -180 to 180, latitudes from -90 to 90, south not beyond north";
            problems.add(rules::INVALID_FACT, "study / bounding_box", message);
        }
    }
}

fn check_period(period: &CollectionPeriod, place: &str, problems: &mut Problems) {
    if let (Some(start), Some(end)) = (&period.start, &period.end) {
        // ISO 8601 dates of one precision order as texts; 2024 begins and ends with any day of 2024. Others, such as "Spring 2018",
        // have no order that is known here.
        let is_dated = |date: &str| date.starts_with(|one: char| one.is_ascii_digit());
        if !is_dated(start) || !is_dated(end) {
            return;
        }
        let shared = start.len().min(end.len());
        if start.as_bytes().get(..shared) > end.as_bytes().get(..shared) {
            let message = format!("the collection starts on {start}, after it ends on {end}");
            problems.add(rules::INVALID_FACT, place, message);
        }
    }
}

pub(super) fn check(variable: &Variable, place: &str, problems: &mut Problems) {
    let facts = &variable.facts;
    for (name, fact) in [("min", &facts.min), ("max", &facts.max)] {
        let Some(value) = fact else { continue };
        let place = format!("{place} / facts / {name}");
        if !finite(value, &place, problems) {
            continue;
        }
        if !variable.kind.holds(value) {
            problems.add(
                rules::INVALID_FACT,
                place,
                format!("{value:?} is no value of the kind {}", variable.kind),
            );
        } else if let (Some((low, high)), Some(number)) =
            (kinds::integer_range(&variable.kind), value.as_i64())
            && !(low..=high).contains(&number.into())
        {
            problems.add(
                rules::INVALID_FACT,
                place,
                format!("{number} is beyond the kind {}, which ends at {low} and {high}", variable.kind),
            );
        }
    }
    if let (Some(min), Some(max)) = (&facts.min, &facts.max)
        && min.size_cmp(max) == Some(Ordering::Greater)
    {
        problems.add(
            rules::INVALID_FACT,
            format!("{place} / facts"),
            format!("the smallest value {min} is larger than the largest, {max}"),
        );
    }
}

/// Reports a number that is infinite or not a number, which neither JSON nor any format holds.
pub(super) fn finite(value: &Value, place: impl std::fmt::Display, problems: &mut Problems) -> bool {
    let finite = !matches!(value, Value::Float(number) if !number.is_finite());
    if !finite {
        problems.add(rules::INVALID_FACT, place.to_string(), format!("{value} is not a finite number"));
    }
    finite
}
