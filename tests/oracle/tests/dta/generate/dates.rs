//! Days, moments and periods.

use std::sync::Arc;

use arrow_array::{Date32Array, TimestampMillisecondArray};
use exporter_dta::Release;
use exporter_dta::stata::{Conversion, StorageType};

use crate::dta::table::{Case, Cell};

/// Days from year 100 to 9999, moments, and periods.
pub(super) fn dates(release: Release) -> Case {
    let mut case = Case::new("dates", release);
    // 0100-01-01, 1582-10-15, 1900-02-28, 1959-12-31, 1960-01-01, 1970-01-01, 2000-02-29, 2049-08-22, 9999-12-31.
    let days = [-683_003, -141_427, -25_509, -3_654, -3_653, 0, 11_016, 29_088, 2_932_896];
    let stored = |add: i64| days.iter().map(|day| Cell::Number((i64::from(*day) + add) as f64)).collect();
    let array = Arc::new(Date32Array::from(days.to_vec()));
    let variable = case.add_converted("day", StorageType::Long, array, stored(3_653));
    variable.format = "%td".to_owned();
    variable.conversion = Conversion::Days;
    let millis: Vec<i64> = days.iter().map(|day| i64::from(*day) * 86_400_000 + 45_296_789).collect();
    let cells = millis.iter().map(|millis| Cell::Number((millis + 315_619_200_000) as f64)).collect();
    let array = Arc::new(TimestampMillisecondArray::from(millis));
    let variable = case.add_converted("moment", StorageType::Double, array, cells);
    variable.format = "%tc".to_owned();
    variable.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
    for (name, format, first) in [
        ("week", "%tw", 3_380.0),
        ("month", "%tm", 780.0),
        ("quarter", "%tq", 260.0),
        ("half", "%th", 130.0),
        ("year", "%ty", 2_025.0),
    ] {
        let cells = (0..days.len()).map(|row| Cell::Number(first + row as f64)).collect();
        case.add(name, StorageType::Int, cells).format = format.to_owned();
    }
    case
}

/// The dates and moments of [`dates`] as readers print them.
pub(crate) const DAYS: [&str; 9] = [
    "0100-01-01",
    "1582-10-15",
    "1900-02-28",
    "1959-12-31",
    "1960-01-01",
    "1970-01-01",
    "2000-02-29",
    "2049-08-22",
    "9999-12-31",
];
