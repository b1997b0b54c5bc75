//! Names of the characteristics that have a meaning.
//!
//! | characteristic | contents |
//! |---|---|
//! | `_dta[note0]`, `variable[note0]` | number of notes; `note1` … their texts (section 11) |
//! | `_dta[_lang_list]`, `_dta[_lang_c]` | label languages and the current one (section 11) |
//! | `variable[_lang_v_…]`, `variable[_lang_l_…]` | label and value-label set in another language (section 11) |
//! | `_dta[exporter_codebook]` | the codebook as [`exporter_core::embedded`] stores it, where the file alone says less |
//!
//! The codebook goes on in `exporter_codebook_2`, `exporter_codebook_3` and so on where it is longer than a characteristic,
//! cut on character borders. Releases before 118 hold its JSON in ASCII with `\u` escapes. The field `format` of the JSON
//! names, by variable of the file, values of letters that the declarations do not tell (`letters`), and the variables whose
//! instants are stored in UTC although their format has no zone (`utc`).

/// The embedded codebook.
pub(crate) const CODEBOOK: &str = "exporter_codebook";
/// Beginning of the names of our writer.
pub(crate) const PREFIX: &str = "exporter_";
/// Owner of what belongs to the whole dataset.
pub(crate) const DATASET: &str = "_dta";
/// Names of the label languages, parted by blanks (section 11).
pub(crate) const LANGUAGES: &str = exporter_stata::LANGUAGE_LIST;
/// Name of the label language in the ordinary places (section 11).
pub(crate) const CURRENT_LANGUAGE: &str = "_lang_c";
/// Beginning of the name of a label in another language (section 11).
pub(crate) const LANGUAGE_LABEL: &str = "_lang_v_";
/// Beginning of the name that holds the value-label set of another language (section 11).
pub(crate) const LANGUAGE_SET: &str = exporter_stata::TRANSLATION_SET;

/// Name of the `number`th part, from 1, of contents that continue.
pub(crate) fn part(name: &str, number: usize) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}_{number}") }
}

/// The number of a note; 0 is that of their count.
pub(crate) fn note_number(name: &str) -> Option<usize> {
    let digits = name.strip_prefix("note")?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_plain = digits == "0" || !digits.starts_with('0');
    if is_number && is_plain { digits.parse().ok() } else { None }
}

/// Whether Stata or this crate gives the name a meaning of its own.
pub(crate) fn is_special(name: &str) -> bool {
    note_number(name).is_some() || name.starts_with("_lang_") || name.starts_with(PREFIX)
}

/// Whether a name is that of a label or value-label set in a language that none of these is: nothing but a characteristic.
pub(crate) fn is_of_unlisted_language(
    name: &str,
    mut languages: impl Iterator<Item = impl AsRef<str>>,
) -> bool {
    let language = name.strip_prefix(LANGUAGE_LABEL).or_else(|| name.strip_prefix(LANGUAGE_SET));
    language.is_some_and(|language| languages.all(|listed| listed.as_ref() != language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_names_are_known() {
        for special in ["note0", "note12", "_lang_c", "exporter_codebook"] {
            assert!(is_special(special), "{special}");
        }
        for free in
            ["note", "note01", "notebook", "source", "_TStvar", "_svy_su1", "_dta", "iis", "frlink_dta"]
        {
            assert!(!is_special(free), "{free}");
        }
        assert_eq!([part(CODEBOOK, 1), part(CODEBOOK, 2)], ["exporter_codebook", "exporter_codebook_2"]);
    }
}
