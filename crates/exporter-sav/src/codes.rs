//! Numbers that stand for something in a dictionary: measures, alignments, roles (subtypes 11 and 18) and code pages (6).

use encoding_rs::Encoding;
use exporter_core::codebook::{Alignment, Measure, Role};

/// Levels of measurement; 0 is none.
pub(crate) const MEASURES: [(u32, Measure); 3] =
    [(1, Measure::Nominal), (2, Measure::Ordinal), (3, Measure::Scale)];

/// Alignments in the data view.
pub(crate) const ALIGNMENTS: [(u32, Alignment); 3] =
    [(0, Alignment::Left), (1, Alignment::Right), (2, Alignment::Centre)];

/// Roles, as digits in the attribute `$@Role`.
pub(crate) const ROLES: [(u32, Role); 6] = [
    (0, Role::Input),
    (1, Role::Target),
    (2, Role::Both),
    (3, Role::None),
    (4, Role::Partition),
    (5, Role::Split),
];

/// Code pages that are not told by their number, with the labels of their encodings; the first of an encoding is written.
const CODE_PAGES: [(u32, &str); 17] = [
    (866, "ibm866"),
    (874, "windows-874"),
    (932, "shift_jis"),
    (936, "gbk"),
    // What is written as EUC-KR has the more letters of this page.
    (949, "euc-kr"),
    (950, "big5"),
    (10_000, "macintosh"),
    (10_007, "x-mac-cyrillic"),
    (20_866, "koi8-r"),
    (21_866, "koi8-u"),
    (51_932, "euc-jp"),
    (20_932, "euc-jp"),
    (28_591, "windows-1252"),
    (51_936, "gbk"),
    (51_949, "euc-kr"),
    (54_936, "gb18030"),
    (65_001, "utf-8"),
];

/// What a number stands for.
pub(crate) fn meant<T: Copy>(codes: &[(u32, T)], number: u32) -> Option<T> {
    codes.iter().find(|(code, _)| *code == number).map(|(_, meaning)| *meaning)
}

/// The number that stands for something.
pub(crate) fn number<T: PartialEq>(codes: &[(u32, T)], meaning: &T) -> Option<u32> {
    codes.iter().find(|(_, known)| known == meaning).map(|(code, _)| *code)
}

/// The encoding of a code page; none of those that say nothing, such as 7-bit ASCII.
pub(crate) fn encoding_of(page: u32) -> Option<&'static Encoding> {
    let label = match (meant(&CODE_PAGES, page), page) {
        (Some(label), _) => label.to_owned(),
        (None, 1_250..=1_258) => format!("windows-{page}"),
        (None, 28_592..=28_606) => format!("iso-8859-{}", page - 28_590),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The code page of an encoding that a file can have; its name is the one that [`Encoding::name`] gives.
pub(crate) fn page_of(encoding: &'static Encoding) -> Option<u32> {
    let name = encoding.name();
    let numbered = |start: &str| name.strip_prefix(start).and_then(|number| number.parse::<u32>().ok());
    let by_number = numbered("windows-").or_else(|| numbered("ISO-8859-").map(|part| 28_590 + part));
    by_number.or_else(|| number(&CODE_PAGES, &name.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_have_the_code_pages_that_readers_know() {
        let of = |label: &str| Encoding::for_label(label.as_bytes()).and_then(page_of);
        assert_eq!((of("utf-8"), of("cp1252"), of("iso-8859-15")), (Some(65_001), Some(1_252), Some(28_605)));
        assert_eq!((of("windows-874"), of("x-user-defined"), of("utf-16le")), (Some(874), None, None));
        assert_eq!((of("euc-jp"), of("euc-kr"), of("gbk")), (Some(51_932), Some(949), Some(936)));
        for (page, label) in CODE_PAGES {
            let encoding = Encoding::for_label(label.as_bytes());
            assert!(encoding.is_some() && encoding_of(page) == encoding, "{page}");
            assert_eq!(encoding.and_then(page_of).and_then(encoding_of), encoding, "{page}");
        }
    }

    #[test]
    fn code_pages_of_real_files_are_known() {
        let page = |code| encoding_of(code).map(Encoding::name);
        assert_eq!(
            (page(1251), page(28_592), page(65_001)),
            (Some("windows-1251"), Some("ISO-8859-2"), Some("UTF-8"))
        );
        assert_eq!((page(2), page(20_127), page(437)), (None, None, None));
    }
}
