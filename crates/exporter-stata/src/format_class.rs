//! Display formats: which are valid and for what (section 9).

/// What a display format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatClass {
    /// Numbers, `%9.0g` and the like.
    Number,
    /// Dates and times, `%td`, `%tc` and the like; stored in numeric variables.
    Time,
    /// Texts, `%9s` and the like.
    Text,
}

impl FormatClass {
    /// Class of a display format, or `None` if Stata could not read it.
    pub fn of(format: &str) -> Option<Self> {
        let body = format.strip_prefix('%')?;
        let (aligned, body) = match body.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, body),
        };
        if let Some(detail) = body.strip_prefix('t') {
            let kind = detail.chars().next()?;
            let valid = match kind {
                'c' | 'C' | 'd' | 'w' | 'm' | 'q' | 'h' | 'y' | 'g' => true,
                'b' => detail.len() > 1,
                _ => false,
            };
            return valid.then_some(Self::Time);
        }
        if body.starts_with('d') {
            return Some(Self::Time);
        }
        if let Some(width) = body.strip_prefix('~').unwrap_or(body).strip_suffix('s') {
            return number(width).filter(|width| (1..=2045).contains(width)).map(|_| Self::Text);
        }
        if matches!(body, "21x" | "16H" | "16L" | "8H" | "8L") && !aligned {
            return Some(Self::Number);
        }
        let body = body.strip_prefix('0').unwrap_or(body);
        let (body, commas) = match body.strip_suffix('c') {
            Some(rest) => (rest, true),
            None => (body, false),
        };
        let digits = body.strip_suffix(['f', 'g', 'e'])?;
        if commas && body.ends_with('e') {
            return None;
        }
        let (width, decimals) = match digits.split_once(['.', ',']) {
            Some((width, decimals)) => (number(width)?, number(decimals)?),
            None => (number(digits)?, 0),
        };
        ((1..=2045).contains(&width) && decimals < width).then_some(Self::Number)
    }
}

fn number(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_a_class() {
        for number in ["%9.0g", "%8,2f", "%-12.3fc", "%09.2f", "%21x", "%16H", "%10.3e", "%9g"] {
            assert_eq!(FormatClass::of(number), Some(FormatClass::Number), "{number}");
        }
        for time in ["%td", "%tcCCYY-NN-DD_HH:MM:SS", "%d", "%dD_m_Y", "%-tmCCYY!mNN", "%tbnyse", "%tg"] {
            assert_eq!(FormatClass::of(time), Some(FormatClass::Time), "{time}");
        }
        for text in ["%9s", "%-20s", "%~12s", "%2045s"] {
            assert_eq!(FormatClass::of(text), Some(FormatClass::Text), "{text}");
        }
        for broken in ["", "%", "9.0g", "%s", "%0s", "%9.9g", "%9.0gx", "%tz", "%tb", "%10.3ec", "%.2f", "%t"]
        {
            assert_eq!(FormatClass::of(broken), None, "{broken}");
        }
    }
}
