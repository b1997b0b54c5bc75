//! Calendar periods: whole numbers counted from 1960, as Stata counts them, their text and their days.

use chrono::{Datelike, NaiveDate};

/// A calendar period, counted as Stata counts it (`dta` help, section datetime).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// The year itself.
    Year,
    /// Half-years since 1960h1.
    Half,
    /// Quarters since 1960q1.
    Quarter,
    /// Months since 1960m1.
    Month,
    /// Weeks since 1960w1; every year has 52.
    Week,
}

impl Period {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Period::Year => "year",
            Period::Half => "half",
            Period::Quarter => "quarter",
            Period::Month => "month",
            Period::Week => "week",
        }
    }

    /// Periods a year and the letter between year and number.
    fn shape(self) -> (i64, char) {
        match self {
            Period::Year => (1, 'y'),
            Period::Half => (2, 'h'),
            Period::Quarter => (4, 'q'),
            Period::Month => (12, 'm'),
            Period::Week => (52, 'w'),
        }
    }

    /// The text of a period: `2020`, `2020h1`, `2020q3`, `2020m5`, `2020w7`.
    ///
    /// ```
    /// use exporter_core::codebook::Period;
    ///
    /// assert_eq!(Period::Month.text(720), "2020m1");
    /// assert_eq!(Period::Month.parse("2020m1"), Some(720));
    /// ```
    pub fn text(self, value: i32) -> String {
        if self == Self::Year {
            return value.to_string();
        }
        let (per_year, letter) = self.shape();
        let value = i64::from(value);
        format!("{}{letter}{}", 1960 + value.div_euclid(per_year), value.rem_euclid(per_year) + 1)
    }

    /// The period of a text as [`Period::text`] writes it.
    pub fn parse(self, text: &str) -> Option<i32> {
        if self == Self::Year {
            return text.parse().ok();
        }
        let (per_year, letter) = self.shape();
        let (year, number) = text.split_once([letter, letter.to_ascii_uppercase()])?;
        let (year, number) = (year.parse::<i64>().ok()?, number.parse::<i64>().ok()?);
        if !(1..=per_year).contains(&number) {
            return None;
        }
        let value = year.checked_sub(1960)?.checked_mul(per_year)?.checked_add(number - 1)?;
        value.try_into().ok()
    }

    /// The text that other programs read, after ISO 8601: `2020`, `2020-H1`, `2020-Q3`, `2020-05`, `2020-W07`.
    ///
    /// Weeks are those of Stata: the first begins on January 1 and the 52nd ends with the year.
    ///
    /// ```
    /// use exporter_core::codebook::Period;
    ///
    /// assert_eq!(Period::Quarter.iso_text(242), "2020-Q3");
    /// assert_eq!(Period::Quarter.parse_iso("2020-Q3"), Some(242));
    /// ```
    pub fn iso_text(self, value: i32) -> String {
        let (per_year, _) = self.shape();
        let (year, number) = match self {
            Self::Year => return value.to_string(),
            _ => (1960 + i64::from(value).div_euclid(per_year), i64::from(value).rem_euclid(per_year) + 1),
        };
        let sign = if year < 0 { "-" } else { "" };
        let year = format!("{sign}{:04}", year.unsigned_abs());
        match self {
            Self::Month => format!("{year}-{number:02}"),
            Self::Week => format!("{year}-W{number:02}"),
            Self::Half => format!("{year}-H{number}"),
            _ => format!("{year}-Q{number}"),
        }
    }

    /// The period of a text as [`Period::iso_text`] writes it.
    pub fn parse_iso(self, text: &str) -> Option<i32> {
        let (per_year, _) = self.shape();
        let number = |text: &str| text.parse::<i64>().ok().filter(|_| !text.starts_with('+'));
        let (year, part) = match self {
            Self::Year => return text.parse().ok(),
            _ => text.rsplit_once('-')?,
        };
        let part = match self {
            Self::Month => part,
            Self::Week => part.strip_prefix('W')?,
            Self::Half => part.strip_prefix('H')?,
            _ => part.strip_prefix('Q')?,
        };
        let (year, part) = (number(year)?, number(part).filter(|part| (1..=per_year).contains(part))?);
        year.checked_sub(1960)?.checked_mul(per_year)?.checked_add(part - 1)?.try_into().ok()
    }

    /// The first day of a period, in days since 1970-01-01; `None` beyond the calendar of 262,000 years.
    ///
    /// ```
    /// use exporter_core::codebook::Period;
    ///
    /// assert_eq!(Period::Month.first_day(120), Some(0));
    /// assert_eq!(Period::Week.first_day(521), Some(7));
    /// assert_eq!(Period::Week.of_day(364), Some(571), "the last week of a year is longer");
    /// ```
    pub fn first_day(self, value: i32) -> Option<i64> {
        let (per_year, _) = self.shape();
        let value = i64::from(value);
        let (year, number) = match self {
            Self::Year => (value, 0),
            _ => (1960 + value.div_euclid(per_year), value.rem_euclid(per_year)),
        };
        let year = i32::try_from(year).ok()?;
        let first = match self {
            Self::Week => NaiveDate::from_yo_opt(year, 1 + 7 * u32::try_from(number).ok()?)?,
            _ => NaiveDate::from_ymd_opt(year, 1 + u32::try_from(number * (12 / per_year)).ok()?, 1)?,
        };
        Some(i64::from(first.to_epoch_days()))
    }

    /// The period that holds a day, which is given in days since 1970-01-01.
    pub fn of_day(self, day: i64) -> Option<i32> {
        let (per_year, _) = self.shape();
        let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
        let number = match self {
            Self::Year => return Some(date.year()),
            Self::Week => i64::from(date.ordinal0() / 7).min(per_year - 1),
            _ => i64::from(date.month0()) / (12 / per_year),
        };
        i32::try_from((i64::from(date.year()) - 1960) * per_year + number).ok()
    }

    /// What a value is called in a message.
    pub fn example(self) -> &'static str {
        match self {
            Self::Year => "a year such as 2020",
            Self::Half => "a half-year such as 2020h1",
            Self::Quarter => "a quarter such as 2020q3",
            Self::Month => "a month such as 2020m5",
            Self::Week => "a week such as 2020w7",
        }
    }

    /// What the whole numbers behind the values count; none for years, which are numbers themselves.
    pub fn count(self) -> Option<&'static str> {
        match self {
            Self::Year => None,
            Self::Half => Some("half-years since 1960h1"),
            Self::Quarter => Some("quarters since 1960q1"),
            Self::Month => Some("months since 1960-01"),
            Self::Week => Some("weeks since 1960w1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_back() {
        use Period::*;
        for unit in [Year, Half, Quarter, Month, Week] {
            for value in [i32::MIN, -53, -1, 0, 1, 243, i32::MAX] {
                assert_eq!(unit.parse(&unit.text(value)), Some(value));
                assert_eq!(unit.parse_iso(&unit.iso_text(value)), Some(value));
            }
        }
        for unit in [Year, Half, Quarter, Month, Week] {
            for value in [-3_000, -1, 0, 1, 243, 2_024, 100_000] {
                let day = unit.first_day(value).unwrap();
                assert_eq!((unit.of_day(day), unit.of_day(day - 1)), (Some(value), Some(value - 1)));
            }
            assert_eq!(unit.first_day(i32::MAX), None);
        }
        assert_eq!(Quarter.text(242), "2020q3");
        assert_eq!(Month.text(-1), "1959m12");
        assert_eq!(Half.parse("2020h3"), None);
        assert_eq!(Month.iso_text(770), "2024-03");
        assert_eq!(Week.iso_text(-1), "1959-W52");
        assert_eq!(Half.iso_text(-3921), "-0001-H2");
        assert_eq!(Month.parse_iso("2024-13"), None);
        assert_eq!(Week.parse_iso("2024-05"), None);
        assert_eq!(Week.parse("2020"), None);
    }
}
