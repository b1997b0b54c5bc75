//! Leap seconds, for `%tC` (section 9.1).

/// Days, counted from 1970-01-01, at whose end a second was inserted: 30 June and 31 December of the years listed
/// in section 9.1. None has been inserted since 2016.
const DAYS: [i32; 27] = [
    911, 1095, 1460, 1825, 2190, 2556, 2921, 3286, 3651, 4198, 4563, 4928, 5659, 6573, 7304, 7669, 8216,
    8581, 8946, 9495, 10_042, 10_591, 13_148, 14_244, 15_521, 16_616, 17_166,
];

/// Milliseconds of the leap seconds inserted before `millis`, a time in milliseconds since 1970-01-01 without them.
pub fn leap_millis(millis: i64) -> i64 {
    let inserted = DAYS.partition_point(|day| (i64::from(*day) + 1) * 86_400_000 <= millis);
    inserted as i64 * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn days_are_those_of_the_table() {
        let june = [1972, 1981, 1982, 1983, 1985, 1992, 1993, 1994, 1997, 2012, 2015];
        let mut december: Vec<i32> = (1972..=1979).collect();
        december.extend([1987, 1989, 1990, 1995, 1998, 2005, 2008, 2016]);
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce();
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap().num_days_from_ce() - epoch;
        let mut days: Vec<i32> = june.map(|y| day(y, 6, 30)).to_vec();
        days.extend(december.iter().map(|y| day(*y, 12, 31)));
        days.sort_unstable();
        assert_eq!(days, DAYS);
    }

    #[test]
    fn seconds_count_from_the_next_midnight() {
        let midnight = 912 * 86_400_000;
        assert_eq!(leap_millis(midnight - 1), 0);
        assert_eq!(leap_millis(midnight), 1_000);
        assert_eq!(leap_millis(4_102_444_800_000), 27_000);
    }
}
