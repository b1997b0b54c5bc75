//! Sound files give no findings, and each broken file exactly the one of its rule.

use std::collections::BTreeSet;
use std::io::Cursor;

use super::{Rule, check};
use crate::missing::{Missing, MissingCell};
use crate::reader::test_file::{Cell, TestFile, behind};
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;

/// Every release that Stata wrote or could have written.
fn releases() -> impl Iterator<Item = Release> {
    (102..=121).filter(|number| *number != 116).filter_map(Release::from_number)
}

fn sample() -> TestFile {
    TestFile::sample(Release::V118, ByteOrder::Little)
}

fn rules(bytes: &[u8]) -> Vec<Rule> {
    check(Cursor::new(bytes)).unwrap().into_iter().map(|finding| finding.rule).collect()
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
            let found = check(Cursor::new(TestFile::sample(release, order).bytes())).unwrap();
            let edition = matches!(release.number(), 119 | 121);
            let found: Vec<_> = found.iter().filter(|f| !(edition && f.rule == Rule::Edition)).collect();
            assert!(found.is_empty(), "{release:?} {order:?}: {found:?}");
        }
    }
}

/// One broken file for each rule.
fn broken() -> Vec<(Rule, Vec<u8>)> {
    let long = "x".repeat(67_784).leak();
    vec![
        (Rule::Signature, b"PK\x03\x04".to_vec()),
        (Rule::Release, patched("<release>", 0, b"116")),
        (Rule::ByteOrder, patched("<byteorder>", 0, b"XSF")),
        (Rule::Tag, patched("</varnames>", 0, b"<sortlisT>")),
        (Rule::Truncated, sample().bytes()[..sample().bytes().len() - 3].to_vec()),
        (Rule::TrailingBytes, {
            let mut bytes = sample().bytes();
            bytes.push(b'\n');
            bytes
        }),
        (Rule::VariableCount, patched("<K>", 0, &32_768_u16.to_le_bytes())),
        (Rule::Edition, TestFile::sample(Release::V119, ByteOrder::Little).bytes()),
        (Rule::ObservationCount, patched("<N>", 0, &(1_u64 << 48).to_le_bytes())),
        (Rule::DatasetLabel, changed(|file| file.label = vec![b'x'; 321])),
        (Rule::Timestamp, changed(|file| file.timestamp = b"21 XXX 2026 02:00".to_vec())),
        (Rule::Map, patched("<map>", 9 * 8, &[1])),
        (Rule::TypeCode, patched("<variable_types>", 0, &65_531_u16.to_le_bytes())),
        (Rule::VariableNameNul, patched("<varnames>", 129, &[b'x'; 129])),
        (Rule::VariableName, changed(|file| file.variables[1].0 = "1day")),
        (Rule::VariableNameUnique, changed(|file| file.variables[1].0 = "d")),
        (Rule::SortEnd, changed(|file| file.sort = vec![1, 2, 3, 4, 5, 5])),
        (Rule::SortVariable, changed(|file| file.sort = vec![1, 6])),
        (Rule::FormatNul, patched("<formats>", 0, &[b'%'; 57])),
        (Rule::Format, changed(|file| file.variables[0].2 = "%8.9g")),
        (Rule::FormatClass, changed(|file| file.variables[0].2 = "%9s")),
        (Rule::SetReferenceNul, patched("<value_label_names>", 0, &[b'x'; 129])),
        (Rule::SetReference, changed(|file| file.variables[0].3 = "yes no")),
        (Rule::SetOnString, changed(|file| file.variables[3].3 = "yesno")),
        (Rule::VariableLabelNul, patched("<variable_labels>", 0, &[b'x'; 321])),
        (Rule::Utf8, changed(|file| file.variables[0].4 = b"caf\xE9".to_vec())),
        (Rule::CharacteristicSize, changed(|file| file.characteristics[2].2 = long)),
        (Rule::CharacteristicName, changed(|file| file.characteristics[2].1 = "")),
        (Rule::CharacteristicOwner, changed(|file| file.characteristics[2].0 = "nobody")),
        (Rule::CharacteristicUnique, changed(|file| file.characteristics.push(("b", "source", "form 8")))),
        (Rule::CharacteristicEmpty, changed(|file| file.characteristics[2].2 = "")),
        (Rule::NoteCount, changed(|file| file.characteristics[1].2 = "0")),
        (Rule::LabelLanguage, changed(|file| file.characteristics.push(("_dta", "_lang_list", "en fr")))),
        (Rule::Alias, {
            let mut file = TestFile::sample(Release::V120, ByteOrder::Little);
            file.variables.push(("away", StorageType::Alias, "%9.0g", "", Vec::new()));
            file.bytes()
        }),
        (
            Rule::Number,
            changed(|file| {
                file.variables[2].1 = StorageType::Float;
                file.rows[0][2] = Cell::Float(f32::NAN);
                file.rows[1][2] = Cell::Float(1.0);
            }),
        ),
        (
            Rule::StrlForward,
            changed(|file| {
                file.rows[0][4] = Cell::StrL(5, 2);
                file.strls.remove(0);
            }),
        ),
        (
            Rule::StrlVariable,
            changed(|file| {
                file.rows[1][4] = Cell::StrL(4, 1);
                file.strls.truncate(1);
            }),
        ),
        (Rule::StrlUndefined, changed(|file| file.strls.truncate(1))),
        (Rule::StrlUnique, changed(|file| file.strls.push((5, 2, 130, b"again\0")))),
        (Rule::StrlOrder, changed(|file| file.strls.reverse())),
        (Rule::StrlUnused, changed(|file| file.rows[1][4] = Cell::StrL(0, 0))),
        (Rule::StrlType, changed(|file| file.strls[1].2 = 131)),
        (Rule::StrlNul, changed(|file| file.strls[0].3 = b"no end")),
        (Rule::SetName, changed(|file| file.sets.push(("not valid", vec![(1, "one")])))),
        (Rule::SetUnique, changed(|file| file.sets.push(("yesno", vec![(1, "one")])))),
        (Rule::SetCount, changed(|file| file.sets.push(("empty", Vec::new())))),
        (Rule::SetSize, patched("<lbl>", 4 + 129 + 3, &4_u32.to_le_bytes())),
        (Rule::LabelOrder, changed(|file| file.sets[0].1.swap(0, 1))),
        (Rule::LabelValue, changed(|file| file.sets[0].1[2].0 = 2_147_483_621)),
        (Rule::LabelStart, patched("<lbl>", 4 + 129 + 3 + 8 + 4, &4_u32.to_le_bytes())),
        (Rule::LabelText, changed(|file| file.sets[0].1[1].1 = "x".repeat(32_001).leak())),
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
    seen.insert(Rule::StrlSize);
    assert_eq!(seen, Rule::ALL.iter().copied().collect());
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
    assert_eq!(old(113, &largest), [Rule::Number]);
    let letter =
        |file: &mut TestFile| file.rows[0][2] = Cell::Double(Missing::from_letter('a').unwrap().double());
    assert_eq!((old(112, &letter), old(113, &letter)), (vec![Rule::Number], vec![]));
    let no_stamp = |file: &mut TestFile| file.timestamp = b"yesterday".to_vec();
    assert_eq!((old(104, &no_stamp), old(105, &no_stamp)), (vec![], vec![Rule::Timestamp]));
    let empty = |file: &mut TestFile| file.sets.push(("empty", Vec::new()));
    assert_eq!((old(107, &empty), old(108, &empty)), (vec![Rule::SetCount], vec![Rule::SetCount]));
    let backwards = |file: &mut TestFile| file.sets[0].1.swap(0, 1);
    assert_eq!(old(107, &backwards), [Rule::LabelOrder]);
    let mut bytes = TestFile::sample(Release::from_number(102).unwrap(), ByteOrder::Little).bytes();
    bytes[1] = 0;
    assert_eq!(rules(&bytes), []);
    bytes[0] = 103;
    assert_eq!(rules(&bytes), [Rule::ByteOrder]);
    bytes[0] = 101;
    assert_eq!(rules(&bytes), [Rule::Signature]);
}

#[test]
fn codes_are_stable_names() {
    let codes: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
    let kebab = |code: &&str| code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    assert!(codes.iter().all(kebab));
    assert_eq!(Rule::StrlForward.code(), "strl-forward");
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
    let found = check(Cursor::new(&bytes)).unwrap();
    assert_eq!(found[0].offset as usize, behind(&bytes, "</varnames>"));
    assert!(found[0].message.contains("<sortlist>"), "{}", found[0].message);
    assert!(found[0].stata.contains("r(688)"));
}
