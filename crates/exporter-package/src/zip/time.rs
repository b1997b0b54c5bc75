//! Entry times as zip keeps them: local time of DOS, two seconds exact, from 1980 to 2107.

/// The time of an entry; always in UTC, so that archives do not depend on where they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryTime {
    date: u16,
    time: u16,
}

/// 1980-01-01 00:00:00 in seconds since 1970.
const FIRST: i64 = 315_532_800;
/// 2107-12-31 23:59:58 in seconds since 1970.
const LAST: i64 = 4_354_819_198;

impl EntryTime {
    /// The earliest time, 1980-01-01.
    pub const EARLIEST: Self = Self { date: (1 << 5) | 1, time: 0 };

    /// Takes seconds since 1970; times before 1980 and after 2107 become the nearest that zip can say.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        let seconds = seconds.clamp(FIRST, LAST);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let date = ((year - 1980) << 9) | (month << 5) | day;
        let time = ((second / 3600) << 11) | ((second / 60 % 60) << 5) | (second % 60 / 2);
        // The clamp keeps both within 16 bits.
        Self { date: u16::try_from(date).unwrap_or(33), time: u16::try_from(time).unwrap_or(0) }
    }

    /// Takes the two fields of a header as they are (APPNOTE 4.4.6).
    pub(crate) const fn from_dos(date: u16, time: u16) -> Self {
        Self { date, time }
    }

    /// Date field (APPNOTE 4.4.6).
    pub(crate) const fn dos_date(self) -> u16 {
        self.date
    }

    /// Time field (APPNOTE 4.4.6).
    pub(crate) const fn dos_time(self) -> u16 {
        self.time
    }
}

impl Default for EntryTime {
    fn default() -> Self {
        Self::EARLIEST
    }
}

/// Year, month and day of a day counted from 1970-01-01, for years from 1970 to 2200.
fn civil(days: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut rest) = (1970, days);
    while rest >= 365 + i64::from(leap(year)) {
        rest -= 365 + i64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(seconds: i64) -> (u16, u16, u16, u16, u16, u16) {
        let EntryTime { date, time } = EntryTime::from_unix(seconds);
        ((date >> 9) + 1980, (date >> 5) & 15, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2)
    }

    #[test]
    fn times_are_clamped_and_rounded_down() {
        assert_eq!(fields(i64::MIN), (1980, 1, 1, 0, 0, 0));
        assert_eq!(EntryTime::from_unix(0), EntryTime::EARLIEST);
        assert_eq!(fields(i64::MAX), (2107, 12, 31, 23, 59, 58));
        assert_eq!(fields(1_709_210_096), (2024, 2, 29, 12, 34, 56));
        assert_eq!(fields(4_107_542_399), (2100, 2, 28, 23, 59, 58));
        assert_eq!(fields(4_107_542_400), (2100, 3, 1, 0, 0, 0));
    }
}
