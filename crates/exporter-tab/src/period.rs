//! Calendar periods: whole numbers counted from 1960, as Stata counts them, and their text.

/// Length of a calendar period.
///
/// Years are the year itself; the others count from the first period of 1960. A week is one of the 52
/// parts of its year, the last of which has eight or nine days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeriodUnit {
    /// A year: `2020`.
    Year,
    /// A half-year: `2020h1`.
    Half,
    /// A quarter: `2020q3`.
    Quarter,
    /// A month: `2020m5`.
    Month,
    /// A week: `2020w7`.
    Week,
}

impl PeriodUnit {
    /// Periods a year and the letter between year and number.
    fn shape(self) -> (i64, char) {
        match self {
            Self::Year => (1, 'y'),
            Self::Half => (2, 'h'),
            Self::Quarter => (4, 'q'),
            Self::Month => (12, 'm'),
            Self::Week => (52, 'w'),
        }
    }

    /// The text of a period.
    pub fn text(self, value: i32) -> String {
        if self == Self::Year {
            return value.to_string();
        }
        let (per_year, letter) = self.shape();
        let value = i64::from(value);
        format!("{}{letter}{}", 1960 + value.div_euclid(per_year), value.rem_euclid(per_year) + 1)
    }

    /// The period of a text as [`PeriodUnit::text`] writes it.
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

    /// What a value of this unit is called in a message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "a year such as 2020",
            Self::Half => "a half-year such as 2020h1",
            Self::Quarter => "a quarter such as 2020q3",
            Self::Month => "a month such as 2020m5",
            Self::Week => "a week such as 2020w7",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_back() {
        use PeriodUnit::*;
        for unit in [Year, Half, Quarter, Month, Week] {
            for value in [i32::MIN, -53, -1, 0, 1, 243, i32::MAX] {
                assert_eq!(unit.parse(&unit.text(value)), Some(value));
            }
        }
        assert_eq!(Quarter.text(242), "2020q3");
        assert_eq!(Month.text(-1), "1959m12");
        assert_eq!(Half.parse("2020h3"), None);
        assert_eq!(Week.parse("2020"), None);
    }
}
