//! Texts and bytes of one column, whatever Arrow layout they come in.

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, FixedSizeBinaryArray, LargeBinaryArray, LargeStringArray,
    StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

/// Texts or bytes of one column.
pub(super) enum Texts {
    Utf8(StringArray),
    LargeUtf8(LargeStringArray),
    Utf8View(StringViewArray),
    Binary(BinaryArray),
    LargeBinary(LargeBinaryArray),
    BinaryView(BinaryViewArray),
    FixedSizeBinary(FixedSizeBinaryArray),
    Dictionary { keys: Vec<usize>, nulls: Option<NullBuffer>, values: Box<Texts> },
}

impl Texts {
    /// Takes an array of text or bytes, or `None` for any other type.
    pub(super) fn new(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string::<i32>().clone()),
            DataType::LargeUtf8 => Self::LargeUtf8(array.as_string::<i64>().clone()),
            DataType::Utf8View => Self::Utf8View(array.as_string_view().clone()),
            DataType::Binary => Self::Binary(array.as_binary::<i32>().clone()),
            DataType::LargeBinary => Self::LargeBinary(array.as_binary::<i64>().clone()),
            DataType::BinaryView => Self::BinaryView(array.as_binary_view().clone()),
            DataType::FixedSizeBinary(_) => Self::FixedSizeBinary(array.as_fixed_size_binary().clone()),
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary_opt()?;
                let values = Box::new(Self::new(dictionary.values())?);
                // Keys of null rows may be anything; normalised keys need at least one value.
                let keys = if dictionary.values().is_empty() {
                    vec![0; array.len()]
                } else {
                    dictionary.normalized_keys()
                };
                Self::Dictionary { keys, nulls: array.nulls().cloned(), values }
            }
            _ => return None,
        })
    }

    /// Bytes of a row; empty for a null.
    #[inline]
    pub(super) fn get(&self, row: usize) -> &[u8] {
        fn of<'a, T>(array: &'a impl Array, row: usize, value: impl FnOnce() -> &'a T) -> &'a [u8]
        where
            T: AsRef<[u8]> + ?Sized + 'a,
        {
            if row < array.len() && array.is_valid(row) { value().as_ref() } else { &[] }
        }
        match self {
            Self::Utf8(array) => of(array, row, || array.value(row)),
            Self::LargeUtf8(array) => of(array, row, || array.value(row)),
            Self::Utf8View(array) => of(array, row, || array.value(row)),
            Self::Binary(array) => of(array, row, || array.value(row)),
            Self::LargeBinary(array) => of(array, row, || array.value(row)),
            Self::BinaryView(array) => of(array, row, || array.value(row)),
            Self::FixedSizeBinary(array) => of(array, row, || array.value(row)),
            Self::Dictionary { keys, nulls, values } => match keys.get(row) {
                Some(key) if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) => values.get(*key),
                _ => &[],
            },
        }
    }

    /// Whether the values are bytes, not text.
    pub(super) fn is_binary(&self) -> bool {
        match self {
            Self::Utf8(_) | Self::LargeUtf8(_) | Self::Utf8View(_) => false,
            Self::Binary(_) | Self::LargeBinary(_) | Self::BinaryView(_) | Self::FixedSizeBinary(_) => true,
            Self::Dictionary { values, .. } => values.is_binary(),
        }
    }
}
