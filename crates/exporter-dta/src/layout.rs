//! Where everything stands in a file: sizes of the sections and the map of a tagged file (sections 3 and 4).

use crate::metadata::{DtaMetadata, ValueLabelSet};
use crate::spec::{MAP_ENTRIES, Release};

/// Positions and sizes, known once rows and strL bytes are counted; all in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The map of a tagged file: positions of the fourteen tags (section 3.1).
    pub(crate) map: [u64; MAP_ENTRIES],
    /// Size of the whole file.
    pub(crate) size: u64,
}

impl Layout {
    /// Lays out a file of `rows` rows whose GSO records take `strl_bytes`.
    ///
    /// Texts must already be in the bytes of the file; `sizes` gives them.
    pub(crate) fn new(metadata: &DtaMetadata, sizes: &TextSizes, rows: u64, strl_bytes: u64) -> Self {
        let release = metadata.release;
        let widths = release.widths();
        let count = metadata.variables.len() as u64;
        let (name, format, label) = (widths.name as u64, widths.format as u64, widths.variable_label as u64);
        let sort = widths.sort_entry as u64 * (count + 1);
        // Numbers that were announced wrongly must not overflow.
        let rows_bytes = rows.saturating_mul(metadata.row_width());
        let mut map = [0; MAP_ENTRIES];
        if !release.is_tagged() {
            let header = 109;
            let variables = count * (1 + name + format + name + label) + sort;
            let others = header + variables + sizes.characteristics + 5 + sizes.value_labels;
            let size = rows_bytes.saturating_add(others);
            return Self { map, size };
        }
        let header_fields =
            (widths.variables + widths.observations + widths.dataset_label) as u64 + sizes.dataset_label;
        let sections = [
            0,
            129 + header_fields + sizes.timestamp,
            123,
            33 + widths.type_code as u64 * count,
            21 + name * count,
            21 + sort,
            19 + format * count,
            39 + name * count,
            35 + label * count,
            35 + sizes.characteristics,
            rows_bytes.saturating_add(13),
            strl_bytes.saturating_add(15),
            29 + sizes.value_labels,
            12,
        ];
        let mut position = 0;
        for (entry, section) in map.iter_mut().zip(sections) {
            position = section.saturating_add(position);
            *entry = position;
        }
        Self { map, size: position }
    }

    /// Position of the first GSO record in a tagged file, whatever number of them follows.
    pub(crate) fn first_strl_record(&self) -> u64 {
        let [.., strls, _value_labels, _closing_tag, _end] = self.map;
        strls.saturating_add("<strls>".len() as u64)
    }
}

/// Bytes of the parts whose size depends on their texts, as they stand in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TextSizes {
    /// Dataset label.
    pub(crate) dataset_label: u64,
    /// Timestamp.
    pub(crate) timestamp: u64,
    /// All characteristic records.
    pub(crate) characteristics: u64,
    /// All value-label records.
    pub(crate) value_labels: u64,
}

/// Bytes of one characteristic record with contents of `contents` bytes (sections 3.3 and 4).
pub(crate) const fn characteristic_bytes(release: Release, contents: u64) -> u64 {
    let frame = if release.is_tagged() { 4 + 4 + 5 } else { 1 + 4 };
    frame + 2 * release.widths().name as u64 + contents + 1
}

/// Bytes of one value-label record of `labels` labels whose texts, with their NUL, take `text` bytes (section 3.4).
pub(crate) const fn value_label_bytes(release: Release, labels: u64, text: u64) -> u64 {
    let frame = if release.is_tagged() { 5 + 6 } else { 0 };
    frame + 4 + release.widths().name as u64 + 3 + 8 + 8 * labels + text
}

/// Bytes of one GSO record with contents of `contents` bytes, a closing NUL counted (section 3.2).
pub(crate) const fn gso_bytes(release: Release, contents: u64) -> u64 {
    3 + 4 + release.widths().gso_o as u64 + 1 + 4 + contents
}

/// Bytes of the value-label table of a set, texts given as they stand in the file.
pub(crate) fn label_text_bytes(set: &ValueLabelSet, encoded: impl Fn(&str) -> u64) -> u64 {
    set.labels.iter().map(|(_, text)| encoded(text) + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::DtaVariable;
    use crate::spec_storage::StorageType;

    #[test]
    fn smallest_file_stands_where_section_17_says() {
        let mut metadata = DtaMetadata::new(Release::V118);
        metadata.variables.push(DtaVariable::new("x", StorageType::Byte));
        let layout = Layout::new(&metadata, &TextSizes::default(), 1, 0);
        assert_eq!(layout.map, [0, 141, 264, 299, 449, 474, 550, 718, 1074, 1109, 1123, 1138, 1167, 1179]);
        assert_eq!((layout.first_strl_record(), layout.size), (1130, 1179));
    }
}
