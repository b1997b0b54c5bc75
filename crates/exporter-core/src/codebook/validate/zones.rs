//! Time zones: names of the IANA database and fixed offsets.

use chrono_tz::Tz;

/// Whether a zone is an IANA name such as `Africa/Kampala` or an offset such as `+01:00`, `+0100` or `+01`.
pub(super) fn exists(zone: &str) -> bool {
    is_offset(zone) || zone.parse::<Tz>().is_ok()
}

/// An offset below a day, in the three forms that Arrow reads.
fn is_offset(zone: &str) -> bool {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = zone.strip_prefix(['+', '-']) else { return false };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2).unwrap_or_default(),
    };
    let bare = minutes.is_empty() && !rest.contains(':');
    digits(hours) && hours < "24" && (bare || (digits(minutes) && minutes < "60"))
}

#[cfg(test)]
mod tests {
    use super::exists;

    #[test]
    fn names_and_offsets_exist_and_nothing_else() {
        for zone in ["UTC", "Africa/Kampala", "Etc/GMT-14", "+01:00", "-0930", "+14", "-23:59", "+00:00"] {
            assert!(exists(zone), "{zone}");
        }
        for zone in [
            "",
            "+",
            "+1",
            "+1:00",
            "+01:",
            "+01:0",
            "+01:60",
            "+24:00",
            "01:00",
            "+01:00:00",
            "+é1",
            "Mars/Base",
        ] {
            assert!(!exists(zone), "{zone}");
        }
    }
}
