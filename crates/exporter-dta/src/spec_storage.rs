//! Type codes of the storage types (section 5).

pub(crate) use exporter_stata::StorageType;
pub(crate) use exporter_stata::limits::{
    BYTE_MAX, BYTE_MIN, DOUBLE_EXACT, DOUBLE_MAX_BITS, FLOAT_MAX_BITS, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN,
};

use crate::spec::Release;

const CODE_STRL: u16 = 32_768;
const CODE_ALIAS: u16 = 65_525;

/// Type code in `release`, 111 or later; `None` when the release has no such type.
pub(crate) const fn type_code(storage: StorageType, release: Release) -> Option<u16> {
    if let StorageType::Str(width) = storage {
        return if width >= 1 && width <= release.max_str() { Some(width) } else { None };
    }
    if release.is_tagged() {
        return match storage {
            StorageType::Byte => Some(65_530),
            StorageType::Int => Some(65_529),
            StorageType::Long => Some(65_528),
            StorageType::Float => Some(65_527),
            StorageType::Double => Some(65_526),
            StorageType::StrL => Some(CODE_STRL),
            StorageType::Alias if release.has_alias() => Some(CODE_ALIAS),
            StorageType::Alias | StorageType::Str(_) => None,
        };
    }
    match storage {
        StorageType::Byte => Some(251),
        StorageType::Int => Some(252),
        StorageType::Long => Some(253),
        StorageType::Float => Some(254),
        StorageType::Double => Some(255),
        StorageType::StrL | StorageType::Alias | StorageType::Str(_) => None,
    }
}

/// Storage type of a type code as it stands in a file of `release`, or `None` for an unknown code.
pub(crate) const fn storage_of(code: u16, release: Release) -> Option<StorageType> {
    if release.is_tagged() {
        return match code {
            1..=2_045 => Some(StorageType::Str(code)),
            CODE_STRL => Some(StorageType::StrL),
            CODE_ALIAS if release.has_alias() => Some(StorageType::Alias),
            65_526 => Some(StorageType::Double),
            65_527 => Some(StorageType::Float),
            65_528 => Some(StorageType::Long),
            65_529 => Some(StorageType::Int),
            65_530 => Some(StorageType::Byte),
            _ => None,
        };
    }
    if release.has_letter_types() {
        return match code {
            0x62 => Some(StorageType::Byte),
            0x69 => Some(StorageType::Int),
            0x6C => Some(StorageType::Long),
            0x66 => Some(StorageType::Float),
            0x64 => Some(StorageType::Double),
            0x80..=0xFF => Some(StorageType::Str(code - 0x7F)),
            _ => None,
        };
    }
    match code {
        1..=244 => Some(StorageType::Str(code)),
        251 => Some(StorageType::Byte),
        252 => Some(StorageType::Int),
        253 => Some(StorageType::Long),
        254 => Some(StorageType::Float),
        255 => Some(StorageType::Double),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_return_to_their_types() {
        for release in [Release::V113, Release::V115, Release::V117, Release::V118, Release::V119] {
            for storage in [
                StorageType::Byte,
                StorageType::Int,
                StorageType::Long,
                StorageType::Float,
                StorageType::Double,
                StorageType::Str(1),
                StorageType::Str(release.max_str()),
            ] {
                let code = type_code(storage, release).unwrap();
                assert_eq!(storage_of(code, release), Some(storage));
            }
            assert_eq!(type_code(StorageType::Str(release.max_str() + 1), release), None);
        }
        assert_eq!(type_code(StorageType::StrL, Release::V115), None);
        assert_eq!(type_code(StorageType::Alias, Release::V118), None);
    }
}
