//! Periods of aggregate data (section 10.1 of the fact sheet): their types, their text and the days that they cover.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};

/// Types of periods, by the names of DHIS2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeriodType {
    /// A day.
    Daily,
    /// A week that begins on this day; only Monday, Wednesday to Sunday have a form.
    Weekly(Weekday),
    /// Two ISO weeks.
    BiWeekly,
    /// A month.
    Monthly,
    /// Two months.
    BiMonthly,
    /// A quarter of the year.
    Quarterly,
    /// A quarter of the year that begins in November.
    QuarterlyNov,
    /// January to June, July to December.
    SixMonthly,
    /// April to September, October to March.
    SixMonthlyApril,
    /// November to April, May to October.
    SixMonthlyNov,
    /// A year.
    Yearly,
    /// Twelve months from the first of this month; one of February, April, July to November.
    Financial(u32),
}

impl PeriodType {
    /// Its name in DHIS2, such as `SixMonthlyApril`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Daily => "Daily",
            Self::Weekly(day) => match day {
                Weekday::Wed => "WeeklyWednesday",
                Weekday::Thu => "WeeklyThursday",
                Weekday::Fri => "WeeklyFriday",
                Weekday::Sat => "WeeklySaturday",
                Weekday::Sun => "WeeklySunday",
                Weekday::Mon | Weekday::Tue => "Weekly",
            },
            Self::BiWeekly => "BiWeekly",
            Self::Monthly => "Monthly",
            Self::BiMonthly => "BiMonthly",
            Self::Quarterly => "Quarterly",
            Self::QuarterlyNov => "QuarterlyNov",
            Self::SixMonthly => "SixMonthly",
            Self::SixMonthlyApril => "SixMonthlyApril",
            Self::SixMonthlyNov => "SixMonthlyNov",
            Self::Yearly => "Yearly",
            Self::Financial(month) => match month {
                2 => "FinancialFeb",
                4 => "FinancialApril",
                7 => "FinancialJuly",
                8 => "FinancialAug",
                9 => "FinancialSep",
                10 => "FinancialOct",
                _ => "FinancialNov",
            },
        }
    }
}

/// A period.
///
/// ```
/// use exporter_dxf2::data_values::Period;
/// let period: Period = "2024Q2".parse()?;
/// assert_eq!(period.start().to_string(), "2024-04-01");
/// assert_eq!(period.end().to_string(), "2024-06-30");
/// # Ok::<(), exporter_dxf2::data_values::UnknownPeriod>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    kind: PeriodType,
    year: i32,
    /// Day of the year of days, from 1; else the number in the year, from 1.
    number: u32,
}

/// A text that is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no period; write one such as 202401, 2024Q1, 2024W5 or 2024")]
pub struct UnknownPeriod(String);

impl Period {
    /// Its type.
    pub fn kind(self) -> PeriodType {
        self.kind
    }

    /// Its first day.
    pub fn start(self) -> NaiveDate {
        self.start_in(self.number).unwrap_or(NaiveDate::MIN)
    }

    /// Its last day.
    pub fn end(self) -> NaiveDate {
        let start = self.start();
        let behind = match self.kind {
            PeriodType::Daily => start.checked_add_days(Days::new(1)),
            PeriodType::Weekly(_) => start.checked_add_days(Days::new(7)),
            PeriodType::BiWeekly => start.checked_add_days(Days::new(14)),
            _ => start.checked_add_months(Months::new(self.months())),
        };
        behind.and_then(|day| day.pred_opt()).unwrap_or(NaiveDate::MAX)
    }

    /// Whether all its days are among those from one to another, both of which count.
    pub fn is_within(self, from: NaiveDate, to: NaiveDate) -> bool {
        from <= self.start() && self.end() <= to
    }

    fn months(self) -> u32 {
        match self.kind {
            PeriodType::Monthly => 1,
            PeriodType::BiMonthly => 2,
            PeriodType::Quarterly | PeriodType::QuarterlyNov => 3,
            PeriodType::SixMonthly | PeriodType::SixMonthlyApril | PeriodType::SixMonthlyNov => 6,
            _ => 12,
        }
    }

    fn start_in(self, number: u32) -> Option<NaiveDate> {
        let before = number.checked_sub(1)?;
        let month = |year: i32, month: u32| NaiveDate::from_ymd_opt(year, month, 1);
        let later = |from: Option<NaiveDate>| from?.checked_add_months(Months::new(before * self.months()));
        match self.kind {
            PeriodType::Daily => NaiveDate::from_yo_opt(self.year, number),
            PeriodType::Weekly(day) => {
                week_one(self.year, day)?.checked_add_days(Days::new(u64::from(before) * 7))
            }
            PeriodType::BiWeekly => {
                week_one(self.year, Weekday::Mon)?.checked_add_days(Days::new(u64::from(before) * 14))
            }
            PeriodType::QuarterlyNov | PeriodType::SixMonthlyNov => {
                later(month(self.year.checked_sub(1)?, 11))
            }
            PeriodType::SixMonthlyApril => later(month(self.year, 4)),
            // That of November begins in the year before.
            PeriodType::Financial(11) => month(self.year.checked_sub(1)?, 11),
            PeriodType::Financial(first) => month(self.year, first),
            _ => later(month(self.year, 1)),
        }
    }

    /// How many there are of its type in its year.
    fn most(self) -> u32 {
        match self.kind {
            PeriodType::Daily => 366,
            PeriodType::Weekly(day) => weeks(self.year, day),
            PeriodType::BiWeekly => weeks(self.year, Weekday::Mon).div_ceil(2).min(26),
            PeriodType::Yearly | PeriodType::Financial(_) => 1,
            _ => 12 / self.months(),
        }
    }

    /// The same period as ADX has it, `2024-01-01/P1M`. DHIS2 reads quarters from November back as other quarters.
    pub fn adx(self) -> String {
        let duration = match self.kind {
            PeriodType::Daily => "P1D".to_owned(),
            PeriodType::Weekly(_) => "P7D".to_owned(),
            PeriodType::BiWeekly => "P14D".to_owned(),
            PeriodType::Yearly | PeriodType::Financial(_) => "P1Y".to_owned(),
            _ => format!("P{}M", self.months()),
        };
        format!("{}/{duration}", self.start())
    }

    /// The period of a day and a duration as ADX has them.
    ///
    /// # Errors
    /// No period of that length begins on that day.
    pub fn from_adx(text: &str) -> Result<Self, UnknownPeriod> {
        let unknown = || UnknownPeriod(text.to_owned());
        let (day, duration) = text.split_once('/').ok_or_else(unknown)?;
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| unknown())?;
        let (year, month, first) = (day.year(), day.month(), day.day() == 1);
        let of = |kind, year, number| Some(Self { kind, year, number });
        let found = match duration {
            "P1D" => of(PeriodType::Daily, year, day.ordinal()),
            "P7D" if day.weekday() != Weekday::Tue => {
                Self::of_week(PeriodType::Weekly(day.weekday()), day, 7)
            }
            "P14D" => Self::of_week(PeriodType::BiWeekly, day, 14),
            _ if !first => None,
            "P1M" => of(PeriodType::Monthly, year, month),
            "P2M" if month % 2 == 1 => of(PeriodType::BiMonthly, year, month.div_ceil(2)),
            "P3M" => match month {
                1 | 4 | 7 | 10 => of(PeriodType::Quarterly, year, month.div_ceil(3)),
                2 | 5 | 8 => of(PeriodType::QuarterlyNov, year, month / 3 + 2),
                11 => of(PeriodType::QuarterlyNov, year + 1, 1),
                _ => None,
            },
            "P6M" => match month {
                1 | 7 => of(PeriodType::SixMonthly, year, month.div_ceil(6)),
                4 | 10 => of(PeriodType::SixMonthlyApril, year, month / 4),
                11 => of(PeriodType::SixMonthlyNov, year + 1, 1),
                5 => of(PeriodType::SixMonthlyNov, year, 2),
                _ => None,
            },
            "P1Y" => match month {
                1 => of(PeriodType::Yearly, year, 1),
                2 | 4 | 7..=10 => of(PeriodType::Financial(month), year, 1),
                11 => of(PeriodType::Financial(11), year + 1, 1),
                _ => None,
            },
            _ => None,
        };
        found.filter(|period| period.start() == day).ok_or_else(unknown)
    }

    fn of_week(kind: PeriodType, day: NaiveDate, days: i64) -> Option<Self> {
        let first = if let PeriodType::Weekly(first) = kind { first } else { Weekday::Mon };
        // The first days of January can be of a week of the year before.
        [day.year() + 1, day.year(), day.year() - 1].into_iter().find_map(|year| {
            let since = (day - week_one(year, first)?).num_days();
            let number = u32::try_from(since / days + 1).ok().filter(|_| since >= 0 && since % days == 0)?;
            Some(Self { kind, year, number }).filter(|period| number <= period.most())
        })
    }
}

/// The first day of week 1: the one that holds the fourth of January.
fn week_one(year: i32, first: Weekday) -> Option<NaiveDate> {
    let fourth = NaiveDate::from_ymd_opt(year, 1, 4)?;
    let since = (7 + fourth.weekday().num_days_from_monday() - first.num_days_from_monday()) % 7;
    fourth.checked_sub_days(Days::new(u64::from(since)))
}

fn weeks(year: i32, first: Weekday) -> u32 {
    let ends = week_one(year, first).zip(year.checked_add(1).and_then(|next| week_one(next, first)));
    ends.map_or(0, |(from, to)| u32::try_from((to - from).num_days() / 7).unwrap_or(0))
}

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, UnknownPeriod> {
        parse(text).ok_or_else(|| UnknownPeriod(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Period> {
    let (year, rest) = text.split_at_checked(4)?;
    let year: i32 = digits(year)?.try_into().ok()?;
    let of = |kind, number| Some(Period { kind, year, number });
    let period = match rest {
        "" => of(PeriodType::Yearly, 1),
        "Feb" => of(PeriodType::Financial(2), 1),
        "April" => of(PeriodType::Financial(4), 1),
        "July" => of(PeriodType::Financial(7), 1),
        "Aug" => of(PeriodType::Financial(8), 1),
        "Sep" => of(PeriodType::Financial(9), 1),
        "Oct" => of(PeriodType::Financial(10), 1),
        "Nov" => of(PeriodType::Financial(11), 1),
        _ => {
            let sign = rest.find(|sign: char| sign.is_ascii_digit())?;
            let (word, number) = rest.split_at_checked(sign)?;
            let numbered = || digits(number).filter(|_| number.len() <= 2);
            let single = || digits(number).filter(|_| number.len() == 1);
            match word {
                "" => return of_digits(year, rest),
                "-" => return of_dashes(year, number),
                "W" => of(PeriodType::Weekly(Weekday::Mon), numbered()?),
                "WedW" => of(PeriodType::Weekly(Weekday::Wed), numbered()?),
                "ThuW" => of(PeriodType::Weekly(Weekday::Thu), numbered()?),
                "FriW" => of(PeriodType::Weekly(Weekday::Fri), numbered()?),
                "SatW" => of(PeriodType::Weekly(Weekday::Sat), numbered()?),
                "SunW" => of(PeriodType::Weekly(Weekday::Sun), numbered()?),
                "BiW" => of(PeriodType::BiWeekly, numbered()?),
                "Q" => of(PeriodType::Quarterly, single()?),
                "NovQ" => of(PeriodType::QuarterlyNov, single()?),
                "S" => of(PeriodType::SixMonthly, single()?),
                "AprilS" => of(PeriodType::SixMonthlyApril, single()?),
                "NovS" => of(PeriodType::SixMonthlyNov, single()?),
                _ => None,
            }
        }
    }?;
    Some(period).filter(|period| (1..=period.most()).contains(&period.number))
}

/// Months, days and pairs of months.
fn of_digits(year: i32, rest: &str) -> Option<Period> {
    if let Some(pair) = rest.strip_suffix('B').filter(|pair| pair.len() == 2) {
        let number = digits(pair).filter(|number| (1..=6).contains(number))?;
        return Some(Period { kind: PeriodType::BiMonthly, year, number });
    }
    let number = digits(rest)?;
    match rest.len() {
        2 if (1..=12).contains(&number) => Some(Period { kind: PeriodType::Monthly, year, number }),
        4 => day(year, number / 100, number % 100),
        _ => None,
    }
}

/// Months and days with dashes.
fn of_dashes(year: i32, rest: &str) -> Option<Period> {
    let two = |text: &str| digits(text).filter(|_| text.len() == 2);
    match rest.split_once('-') {
        None => two(rest).filter(|month| (1..=12).contains(month)).map(|number| Period {
            kind: PeriodType::Monthly,
            year,
            number,
        }),
        Some((month, of_month)) => day(year, two(month)?, two(of_month)?),
    }
}

fn day(year: i32, month: u32, day: u32) -> Option<Period> {
    let number = NaiveDate::from_ymd_opt(year, month, day)?.ordinal();
    Some(Period { kind: PeriodType::Daily, year, number })
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, year, number } = *self;
        match kind {
            PeriodType::Daily => write!(out, "{}", self.start().format("%Y%m%d")),
            PeriodType::Weekly(Weekday::Mon) => write!(out, "{year}W{number}"),
            PeriodType::Weekly(day) => write!(out, "{year}{day}W{number}"),
            PeriodType::BiWeekly => write!(out, "{year}BiW{number}"),
            PeriodType::Monthly => write!(out, "{year}{number:02}"),
            PeriodType::BiMonthly => write!(out, "{year}{number:02}B"),
            PeriodType::Quarterly => write!(out, "{year}Q{number}"),
            PeriodType::QuarterlyNov => write!(out, "{year}NovQ{number}"),
            PeriodType::SixMonthly => write!(out, "{year}S{number}"),
            PeriodType::SixMonthlyApril => write!(out, "{year}AprilS{number}"),
            PeriodType::SixMonthlyNov => write!(out, "{year}NovS{number}"),
            PeriodType::Yearly => write!(out, "{year}"),
            PeriodType::Financial(_) => {
                write!(out, "{year}{}", kind.name().strip_prefix("Financial").unwrap_or_default())
            }
        }
    }
}

/// By the first day, then the last.
impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |period: &Self| (period.start(), period.end(), period.kind.name());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_its_days() {
        for (text, kind, days, adx) in [
            ("20240229", "Daily", "2024-02-29 2024-02-29", "2024-02-29/P1D"),
            ("2024W1", "Weekly", "2024-01-01 2024-01-07", "2024-01-01/P7D"),
            ("2020W53", "Weekly", "2020-12-28 2021-01-03", "2020-12-28/P7D"),
            ("2024WedW1", "WeeklyWednesday", "2024-01-03 2024-01-09", "2024-01-03/P7D"),
            ("2024SunW1", "WeeklySunday", "2023-12-31 2024-01-06", "2023-12-31/P7D"),
            ("2024BiW2", "BiWeekly", "2024-01-15 2024-01-28", "2024-01-15/P14D"),
            ("202402", "Monthly", "2024-02-01 2024-02-29", "2024-02-01/P1M"),
            ("202402B", "BiMonthly", "2024-03-01 2024-04-30", "2024-03-01/P2M"),
            ("2024Q4", "Quarterly", "2024-10-01 2024-12-31", "2024-10-01/P3M"),
            ("2024NovQ1", "QuarterlyNov", "2023-11-01 2024-01-31", "2023-11-01/P3M"),
            ("2024NovQ4", "QuarterlyNov", "2024-08-01 2024-10-31", "2024-08-01/P3M"),
            ("2024S2", "SixMonthly", "2024-07-01 2024-12-31", "2024-07-01/P6M"),
            ("2024AprilS2", "SixMonthlyApril", "2024-10-01 2025-03-31", "2024-10-01/P6M"),
            ("2024NovS1", "SixMonthlyNov", "2023-11-01 2024-04-30", "2023-11-01/P6M"),
            ("2024NovS2", "SixMonthlyNov", "2024-05-01 2024-10-31", "2024-05-01/P6M"),
            ("2024", "Yearly", "2024-01-01 2024-12-31", "2024-01-01/P1Y"),
            ("2024April", "FinancialApril", "2024-04-01 2025-03-31", "2024-04-01/P1Y"),
            ("2024Nov", "FinancialNov", "2023-11-01 2024-10-31", "2023-11-01/P1Y"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.to_string().as_str(), period.kind().name()), (text, kind));
            assert_eq!(format!("{} {}", period.start(), period.end()), days, "{text}");
            assert_eq!(period.adx(), adx, "{text}");
            assert_eq!(Period::from_adx(adx), Ok(period), "{text}");
        }
        assert!(Period::from_adx("2023-12-01/P3M").is_err(), "no quarter begins then");
    }

    #[test]
    fn other_spellings_are_read_and_others_are_no_periods() {
        for (text, same) in [
            ("2024-02-29", "20240229"),
            ("2024-02", "202402"),
            ("2024W05", "2024W5"),
            ("2024BiW01", "2024BiW1"),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), same);
        }
        for wrong in [
            "",
            "24",
            "202413",
            "20240230",
            "2024W0",
            "2023W53",
            "2024Q5",
            "2024S3",
            "2024BiW27",
            "202407B",
            "2024TueW1",
            "2024-2",
            "2024-02-30",
            "LAST_12_MONTHS",
            "2024W123",
            "20é4",
            "2024May",
            "2024\u{0660}1",
        ] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
        let mut sorted: Vec<Period> =
            ["2024", "2023Q4", "202401", "2024Q1"].map(|it| it.parse().unwrap()).to_vec();
        sorted.sort();
        assert_eq!(
            sorted.iter().map(Period::to_string).collect::<Vec<_>>(),
            ["2023Q4", "202401", "2024Q1", "2024"]
        );
    }
}
