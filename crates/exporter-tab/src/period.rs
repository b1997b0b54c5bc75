//! Calendar periods: whole numbers counted from 1960, as Stata counts them, and their text.

use exporter_core::codebook::Period;

/// A period as text: `2020`, `2020h1`, `2020q3`, `2020m5`, `2020w7`.
pub trait PeriodText: Sized {
    /// The text of a period.
    fn text(self, value: i32) -> String;

    /// The period of a text as [`PeriodText::text`] writes it.
    fn parse(self, text: &str) -> Option<i32>;

    /// What a value of this unit is called in a message.
    fn name(self) -> &'static str;
}

/// Periods a year and the letter between year and number.
fn shape(period: Period) -> (i64, char) {
    match period {
        Period::Year => (1, 'y'),
        Period::Half => (2, 'h'),
        Period::Quarter => (4, 'q'),
        Period::Month => (12, 'm'),
        Period::Week => (52, 'w'),
    }
}

impl PeriodText for Period {
    fn text(self, value: i32) -> String {
        if self == Self::Year {
            return value.to_string();
        }
        let (per_year, letter) = shape(self);
        let value = i64::from(value);
        format!("{}{letter}{}", 1960 + value.div_euclid(per_year), value.rem_euclid(per_year) + 1)
    }

    fn parse(self, text: &str) -> Option<i32> {
        if self == Self::Year {
            return text.parse().ok();
        }
        let (per_year, letter) = shape(self);
        let (year, number) = text.split_once([letter, letter.to_ascii_uppercase()])?;
        let (year, number) = (year.parse::<i64>().ok()?, number.parse::<i64>().ok()?);
        if !(1..=per_year).contains(&number) {
            return None;
        }
        let value = year.checked_sub(1960)?.checked_mul(per_year)?.checked_add(number - 1)?;
        value.try_into().ok()
    }

    fn name(self) -> &'static str {
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
        use Period::*;
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
