//! Names of the characteristics by which a file keeps what Stata has no place for.
//!
//! | characteristic | contents |
//! |---|---|
//! | `_dta[note0]`, `variable[note0]` | number of notes; `note1` … their texts (section 11) |
//! | `variable[exporter_name]` | the variable's name in the codebook, where Stata allows no such name |
//! | `variable[exporter_variable]` | JSON object: the fields of the codebook's variable that have no other place |
//! | `_dta[exporter_table]` | JSON object: the fields of the codebook's table without its variables |
//! | `_dta[exporter_study]` | JSON object: the codebook's study |
//! | `_dta[exporter_sets]` | JSON object: name of a value-label set in the file to its name in the codebook |
//! | `_dta[exporter_labels]` | JSON object: the codebook's value-label sets that the file cannot hold whole, by name |
//! | `_dta[exporter_untranslated]` | JSON object: name of a value-label set of another language to its values whose text is that of the current language for want of a translation |
//! | `variable[exporter_letters]` | JSON object: letter of an extended missing value to the one value it stands for |
//! | `variable[exporter_set_letters]` | letters whose label in the file is that of the variable's value-label set (the label of another letter is the reason of its declaration) |
//! | `variable[exporter_clock]` | `UTC` where moments that have a zone are stored in UTC |
//! | `_dta[exporter_label]` | `study` where the dataset label is the title of the study |
//! | `_dta[exporter_notes]`, `variable[exporter_notes]` | how many of the notes, from the first, are the codebook's own |
//!
//! The JSON is the codebook's own (its version is that of the crate `exporter-core`). Labels, notes, the name of the
//! value-label set and attributes whose names Stata allows are left out of it: they stand in the places Stata has
//! for them, unless that place cannot hold them whole. The `missing` of a variable carry the letters that were given to them; `exporter_letters` names the value
//! of each letter that stands for one value alone, so that a reader can turn `.a` back into it. Contents longer than a characteristic can hold continue in `exporter_study_2`,
//! `exporter_study_3` and so on, cut on character borders. Releases before 118 hold the JSON in ASCII with `\u`
//! escapes.

/// The variable's name in the codebook.
pub const NAME: &str = "exporter_name";
/// Fields of the codebook's variable without another place, as JSON.
pub const VARIABLE: &str = "exporter_variable";
/// The codebook's table without its variables, as JSON.
pub const TABLE: &str = "exporter_table";
/// The codebook's study, as JSON.
pub const STUDY: &str = "exporter_study";
/// Names of value-label sets in the file and in the codebook, as JSON.
pub const SETS: &str = "exporter_sets";
/// Value-label sets of the codebook that the file cannot hold whole, as JSON.
pub const VALUE_LABELS: &str = "exporter_labels";
/// Values that a set of another language labels in the current one, by set, as JSON.
pub const UNTRANSLATED: &str = "exporter_untranslated";
/// Letters of extended missing values and the one value each stands for, as JSON.
pub const LETTERS: &str = "exporter_letters";
/// Letters whose label is that of the variable's value-label set.
pub const SET_LETTERS: &str = "exporter_set_letters";
/// Which clock shows moments that have a zone.
pub const CLOCK: &str = "exporter_clock";
/// Contents of [`CLOCK`]: coordinated universal time.
pub const CLOCK_UTC: &str = "UTC";
/// What the dataset label is, where it is not the table's.
pub const LABEL: &str = "exporter_label";
/// Contents of [`LABEL`]: the title of the study.
pub const LABEL_STUDY: &str = "study";
/// How many of an owner's notes, from the first, are the codebook's own.
pub const NOTES: &str = "exporter_notes";
/// Beginning of every name above.
pub const PREFIX: &str = "exporter_";
/// Owner of what belongs to the whole dataset.
pub const DATASET: &str = "_dta";
/// Names of the label languages, parted by blanks (section 11).
pub const LANGUAGES: &str = "_lang_list";
/// Name of the label language in the ordinary places (section 11).
pub const CURRENT_LANGUAGE: &str = "_lang_c";
/// Beginning of the name of a label in another language (section 11).
pub const LANGUAGE_LABEL: &str = "_lang_v_";
/// Beginning of the name that holds the value-label set of another language (section 11).
pub const LANGUAGE_SET: &str = "_lang_l_";

/// Name of the `number`th part, from 1, of contents that continue.
pub fn part(name: &str, number: usize) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}_{number}") }
}

/// Whether Stata or this crate gives the name a meaning of its own.
pub fn is_special(name: &str) -> bool {
    let note = name.strip_prefix("note").is_some_and(|rest| rest.bytes().all(|digit| digit.is_ascii_digit()));
    note || name.starts_with('_')
        || name.starts_with(PREFIX)
        || name.starts_with("fralias_")
        || name.starts_with("frlink_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_names_are_known() {
        for special in ["note0", "note12", "_lang_c", "exporter_name", "fralias_from"] {
            assert!(is_special(special), "{special}");
        }
        assert!(!is_special("notebook") && !is_special("source"));
        assert_eq!([part(STUDY, 1), part(STUDY, 2)], ["exporter_study", "exporter_study_2"]);
    }
}
