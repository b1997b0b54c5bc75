//! Sound files give no findings, and each broken file exactly the one of its rule.

use std::collections::BTreeSet;

use exporter_core::check::{Rule, Severity};

use super::{check, rule};
use crate::reader::tests::test_file::{Cell, TestFile, behind, memory};
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;
use exporter_stata::Missing;

/// Every release that Stata wrote or could have written.
fn releases() -> impl Iterator<Item = Release> {
    (102..=121).filter(|number| *number != 116).filter_map(Release::from_number)
}

fn sample() -> TestFile {
    TestFile::sample(Release::V118, ByteOrder::Little)
}

fn rules(bytes: &[u8]) -> Vec<Rule> {
    check(memory(bytes)).unwrap().listed().iter().map(|finding| finding.rule).collect()
}

/// The bytes of a file whose description is changed first.
fn changed(change: impl FnOnce(&mut TestFile)) -> Vec<u8> {
    let mut file = sample();
    change(&mut file);
    file.bytes()
}

/// The bytes of the sample with those `skip` behind `needle` replaced.
fn patched(needle: &str, skip: usize, by: &[u8]) -> Vec<u8> {
    let mut bytes = sample().bytes();
    let at = behind(&bytes, needle) + skip;
    bytes[at..at + by.len()].copy_from_slice(by);
    bytes
}

#[test]
fn sound_files_of_every_release_have_no_findings() {
    for release in releases() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let found = check(memory(TestFile::sample(release, order).bytes())).unwrap();
            let edition = matches!(release.number(), 119 | 121);
            let found: Vec<_> =
                found.listed().iter().filter(|f| !(edition && f.rule == rule::EDITION)).collect();
            assert!(found.is_empty(), "{release:?} {order:?}: {found:?}");
        }
    }
}

#[test]
fn a_line_feed_after_the_last_tag_is_worth_a_note() {
    // StataCorp ships files that end so.
    let found = check(memory([&sample().bytes()[..], b"\n"].concat())).unwrap();
    assert_eq!(found.listed().iter().map(|found| found.rule).collect::<Vec<_>>(), [rule::TRAILING_LINE_END]);
    assert_eq!((found.count(Severity::Note), found.total()), (1, 1));
    assert_eq!(rules(&[&sample().bytes()[..], b"\n\n"].concat()), [rule::TRAILING_BYTES]);
}

/// One broken file for each rule.
fn broken() -> Vec<(Rule, Vec<u8>)> {
    let long = "x".repeat(67_784).leak();
    vec![
        (rule::SIGNATURE, b"PK\x03\x04".to_vec()),
        (rule::RELEASE, patched("<release>", 0, b"116")),
        (rule::BYTE_ORDER, patched("<byteorder>", 0, b"XSF")),
        (rule::TAG, patched("</varnames>", 0, b"<sortlisT>")),
        (rule::TRUNCATED, sample().bytes()[..sample().bytes().len() - 3].to_vec()),
        (rule::TRAILING_BYTES, [&sample().bytes()[..], b" "].concat()),
        (rule::TRAILING_LINE_END, [&sample().bytes()[..], b"\r\n"].concat()),
        (rule::VARIABLE_COUNT, patched("<K>", 0, &32_768_u16.to_le_bytes())),
        (rule::EDITION, TestFile::sample(Release::V119, ByteOrder::Little).bytes()),
        (rule::OBSERVATION_COUNT, patched("<N>", 0, &(1_u64 << 48).to_le_bytes())),
        (rule::DATASET_LABEL, changed(|file| file.label = vec![b'x'; 321])),
        (rule::TIMESTAMP, changed(|file| file.timestamp = b"21 XXX 2026 02:00".to_vec())),
        (rule::MAP, patched("<map>", 9 * 8, &[1])),
        (rule::TYPE_CODE, patched("<variable_types>", 0, &65_531_u16.to_le_bytes())),
        (rule::VARIABLE_NAME_NUL, patched("<varnames>", 129, &[b'x'; 129])),
        (rule::VARIABLE_NAME, changed(|file| file.variables[1].0 = "1day")),
        (rule::VARIABLE_NAME_UNIQUE, changed(|file| file.variables[1].0 = "d")),
        (rule::SORT_END, changed(|file| file.sort = vec![1, 2, 3, 4, 5, 5])),
        (rule::SORT_VARIABLE, changed(|file| file.sort = vec![1, 6])),
        (rule::FORMAT_NUL, patched("<formats>", 0, &[b'%'; 57])),
        (rule::FORMAT, changed(|file| file.variables[0].2 = "%8.9g")),
        (rule::FORMAT_CLASS, changed(|file| file.variables[0].2 = "%9s")),
        (rule::SET_REFERENCE_NUL, patched("<value_label_names>", 0, &[b'x'; 129])),
        (rule::SET_REFERENCE, changed(|file| file.variables[0].3 = "yes no")),
        (rule::SET_ON_STRING, changed(|file| file.variables[3].3 = "yesno")),
        (rule::VARIABLE_LABEL_NUL, patched("<variable_labels>", 0, &[b'x'; 321])),
        (rule::UTF8, changed(|file| file.variables[0].4 = b"caf\xE9".to_vec())),
        (rule::UTF8, changed(|file| file.rows[0][3] = Cell::Text(b"a\xE9"))),
        (rule::UTF8, patched("refuse", 0, b"\xE9")),
        (rule::UTF8, patched("long te", 0, b"\xE9")),
        (rule::CHARACTERISTIC_SIZE, changed(|file| file.characteristics[2].2 = long)),
        (rule::CHARACTERISTIC_NAME, changed(|file| file.characteristics[2].1 = "")),
        (rule::CHARACTERISTIC_OWNER, changed(|file| file.characteristics[2].0 = "nobody")),
        (rule::CHARACTERISTIC_UNIQUE, changed(|file| file.characteristics.push(("b", "source", "form 8")))),
        (rule::CHARACTERISTIC_EMPTY, changed(|file| file.characteristics[2].2 = "")),
        (rule::NOTE_COUNT, changed(|file| file.characteristics[1].2 = "0")),
        (rule::LABEL_LANGUAGE, changed(|file| file.characteristics.push(("_dta", "_lang_list", "en fr")))),
        (rule::ALIAS, {
            let mut file = TestFile::sample(Release::V120, ByteOrder::Little);
            file.variables.push(("away", StorageType::Alias, "%9.0g", "", Vec::new()));
            file.bytes()
        }),
        (
            rule::NUMBER,
            changed(|file| {
                file.variables[2].1 = StorageType::Float;
                file.rows[0][2] = Cell::Float(f32::NAN);
                file.rows[1][2] = Cell::Float(1.0);
            }),
        ),
        (
            rule::STRL_FORWARD,
            changed(|file| {
                file.rows[0][4] = Cell::StrL(5, 2);
                file.strls.remove(0);
            }),
        ),
        (
            rule::STRL_VARIABLE,
            changed(|file| {
                file.rows[1][4] = Cell::StrL(4, 1);
                file.strls.truncate(1);
            }),
        ),
        (rule::SORT_ORDER, changed(|file| file.rows[0][0] = Cell::Byte(103))),
        (rule::STRL_UNDEFINED, changed(|file| file.strls.truncate(1))),
        (rule::STRL_UNIQUE, changed(|file| file.strls.push((5, 2, 130, b"again\0")))),
        (rule::STRL_ORDER, changed(|file| file.strls.reverse())),
        (rule::STRL_UNUSED, changed(|file| file.rows[1][4] = Cell::StrL(0, 0))),
        (rule::STRL_TYPE, changed(|file| file.strls[1].2 = 131)),
        (rule::STRL_NUL, changed(|file| file.strls[0].3 = b"no end")),
        (rule::SET_NAME, changed(|file| file.sets.push(("not valid", vec![(1, "one")])))),
        (rule::SET_UNIQUE, changed(|file| file.sets.push(("yesno", vec![(1, "one")])))),
        (rule::SET_COUNT, changed(|file| file.sets.push(("empty", Vec::new())))),
        (rule::SET_SIZE, patched("<lbl>", 4 + 129 + 3, &4_u32.to_le_bytes())),
        (rule::LABEL_ORDER, changed(|file| file.sets[0].1.swap(0, 1))),
        (rule::LABEL_VALUE, changed(|file| file.sets[0].1[2].0 = 2_147_483_621)),
        (rule::LABEL_START, patched("<lbl>", 4 + 129 + 3 + 8 + 4, &4_u32.to_le_bytes())),
        (rule::LABEL_TEXT, changed(|file| file.sets[0].1[1].1 = "x".repeat(32_001).leak())),
    ]
}

#[test]
fn each_broken_file_gives_exactly_its_finding() {
    let mut seen = BTreeSet::new();
    for (rule, bytes) in broken() {
        let found = rules(&bytes);
        assert_eq!(found, [rule], "{rule:?}");
        seen.insert(rule);
    }
    // A strL of more than 2,000,000,000 bytes needs a file of that size.
    seen.insert(rule::STRL_SIZE);
    assert_eq!(seen, rule::ALL.iter().copied().collect());
}

#[test]
fn files_of_old_releases_are_held_to_their_own_layouts() {
    let old = |number, change: &dyn Fn(&mut TestFile)| {
        let mut file = TestFile::sample(Release::from_number(number).unwrap(), ByteOrder::Little);
        change(&mut file);
        rules(&file.bytes())
    };
    let same: &dyn Fn(&mut TestFile) = &|_| {};
    assert_eq!(old(104, same), []);
    // The largest numbers are values or the one missing value, whatever later releases make of them.
    let largest = |file: &mut TestFile| {
        file.rows[0][0] = Cell::Byte(-128);
        file.rows[1][1] = Cell::Long(i32::MAX);
    };
    assert_eq!(old(112, &largest), []);
    assert_eq!(old(113, &largest), [rule::NUMBER]);
    let letter =
        |file: &mut TestFile| file.rows[0][2] = Cell::Double(Missing::from_letter('a').unwrap().double());
    assert_eq!((old(112, &letter), old(113, &letter)), (vec![rule::NUMBER], vec![]));
    let no_stamp = |file: &mut TestFile| file.timestamp = b"yesterday".to_vec();
    assert_eq!((old(104, &no_stamp), old(105, &no_stamp)), (vec![], vec![rule::TIMESTAMP]));
    let empty = |file: &mut TestFile| file.sets.push(("empty", Vec::new()));
    assert_eq!((old(107, &empty), old(108, &empty)), (vec![rule::SET_COUNT], vec![rule::SET_COUNT]));
    let backwards = |file: &mut TestFile| file.sets[0].1.swap(0, 1);
    assert_eq!(old(107, &backwards), [rule::LABEL_ORDER]);
    let mut bytes = TestFile::sample(Release::from_number(102).unwrap(), ByteOrder::Little).bytes();
    bytes[1] = 0;
    assert_eq!(rules(&bytes), []);
    bytes[0] = 103;
    assert_eq!(rules(&bytes), [rule::BYTE_ORDER]);
    bytes[0] = 101;
    assert_eq!(rules(&bytes), [rule::SIGNATURE]);
}

#[test]
fn codes_are_stable_names() {
    let codes: BTreeSet<&str> = rule::ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), rule::ALL.len());
    let kebab = |code: &&str| code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    assert!(codes.iter().all(kebab));
    assert_eq!(rule::STRL_FORWARD.code, "strl-forward");
}

#[test]
fn any_truncation_and_any_changed_byte_give_findings_and_no_panic() {
    let old = [102, 105, 108, 110].into_iter().filter_map(Release::from_number);
    for release in old.chain([Release::V113, Release::V117, Release::V118]) {
        let bytes = TestFile::sample(release, ByteOrder::Big).bytes();
        for end in 0..bytes.len() {
            let found = rules(&bytes[..end]);
            // A binary file may end behind its rows or behind any value-label set.
            assert!(!release.is_tagged() || !found.is_empty(), "{release:?} cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0xFF;
            rules(&changed);
        }
    }
}

#[test]
fn findings_name_their_offset() {
    let bytes = patched("</varnames>", 0, b"<sortlisT>");
    let found = check(memory(bytes.clone())).unwrap();
    let found = &found.listed()[0];
    assert_eq!(found.place.offset, Some(behind(&bytes, "</varnames>") as u64));
    assert!(found.message.contains("<sortlist>"), "{}", found.message);
    assert!(found.rule.consequence.contains("r(688)"));
}

#[test]
fn rows_keep_the_order_that_the_sort_list_claims() {
    use Cell::{Byte, Double, Int, Text};
    let kinds: [(StorageType, &str, [Cell; 3]); 4] = [
        (StorageType::Byte, "%8.0g", [Byte(-5), Byte(100), Byte(101)]),
        (StorageType::Int, "%8.0g", [Int(-300), Int(2), Int(32_741)]),
        (
            StorageType::Double,
            "%9.0g",
            [Double(-0.5), Double(1e300), Double(f64::from_bits(0x7FE0_0000_0000_0000))],
        ),
        (StorageType::Str(2), "%9s", [Text(b"B"), Text(b"a"), Text(b"ab")]),
    ];
    for (storage, format, [low, mid, high]) in kinds {
        for release in [Release::V118, Release::V115] {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                let of = |cells: [&Cell; 4]| {
                    let mut file = TestFile::sample(release, order);
                    file.variables = vec![
                        ("first", StorageType::Byte, "%8.0g", "", Vec::new()),
                        ("key", storage, format, "", Vec::new()),
                    ];
                    file.rows = cells.into_iter().map(|cell| vec![Byte(1), cell.clone()]).collect();
                    (file.sort, file.strls, file.characteristics, file.sets) =
                        (vec![1, 2], vec![], vec![], vec![]);
                    file.bytes()
                };
                assert_eq!(rules(&of([&low, &mid, &mid, &high])), []);
                let found = check(memory(of([&low, &high, &mid, &low]))).unwrap();
                let found: Vec<_> = found
                    .listed()
                    .iter()
                    .map(|f| (f.rule, f.place.variable.as_deref(), f.place.row))
                    .collect();
                assert_eq!(
                    found,
                    [(rule::SORT_ORDER, Some("key"), Some(3))],
                    "{storage:?} {release:?} {order:?}"
                );
            }
        }
    }
}
