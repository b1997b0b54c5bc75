//! Copies a text into its cell without a branch that depends on its length.
//!
//! Lengths of texts are hard to predict: a copy and a fill of as many bytes as it takes cost two mispredicted branches
//! a cell. Here every cell takes the same steps, whole chunks whose bytes beyond the text are masked out.

/// Narrowest cell that [`put_masked`] fills.
pub(super) const LEAST_WIDTH: usize = 4;

/// Longest chunk.
const LONGEST: usize = 32;

/// Ones, then zeros; a window that starts `n` bytes before the zeros keeps `n` bytes.
static KEEP: [u8; 2 * LONGEST] = {
    let mut keep = [0; 2 * LONGEST];
    let mut at = 0;
    while at < LONGEST {
        keep[at] = 0xFF;
        at += 1;
    }
    keep
};

/// Fills `cell` with the first `length` bytes of `from` and `PAD`; both slices are equally long.
#[inline(always)]
pub(super) fn put_masked<const PAD: u8>(cell: &mut [u8], from: &[u8], length: usize) {
    match cell.len() {
        LONGEST.. => put::<PAD, LONGEST>(cell, from, length),
        16.. => put::<PAD, 16>(cell, from, length),
        8.. => put::<PAD, 8>(cell, from, length),
        _ => put::<PAD, LEAST_WIDTH>(cell, from, length),
    }
}

#[inline(always)]
fn put<const PAD: u8, const C: usize>(cell: &mut [u8], from: &[u8], length: usize)
where
    [u8; C]: Chunk,
{
    // The last chunk may overlap the one before, so that nothing beyond the cell is touched.
    let before_last = cell.len().saturating_sub(C);
    if let (Some(last), Some(from)) = (cell.last_chunk_mut::<C>(), from.last_chunk::<C>()) {
        *last = from.masked::<PAD>(mask(length.saturating_sub(before_last)));
    }
    let mut at = 0;
    while at + C <= cell.len() {
        if let (Some(chunk), Some(from)) = (
            cell.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<C>),
            from.get(at..).and_then(<[u8]>::first_chunk::<C>),
        ) {
            *chunk = from.masked::<PAD>(mask(length.saturating_sub(at)));
        }
        at += C;
    }
}

/// Ones for the bytes that are kept, then zeros.
#[inline(always)]
fn mask<const C: usize>(keep: usize) -> &'static [u8; C] {
    KEEP.get(LONGEST - keep.min(C)..).and_then(|window| window.first_chunk()).unwrap_or(&[0; C])
}

/// Bytes that are masked in one step.
trait Chunk {
    /// The bytes under ones of the mask, `PAD` elsewhere.
    fn masked<const PAD: u8>(&self, mask: &Self) -> Self;
}

// A word at once: byte by byte, the compiler would load and store each byte of so short a chunk.
macro_rules! chunk_of_words {
    ($($word:ty: $bytes:literal),*) => {$(
        impl Chunk for [u8; $bytes] {
            #[inline(always)]
            fn masked<const PAD: u8>(&self, mask: &Self) -> Self {
                let mask = <$word>::from_ne_bytes(*mask);
                let pad = <$word>::from_ne_bytes([PAD; $bytes]);
                (<$word>::from_ne_bytes(*self) & mask | pad & !mask).to_ne_bytes()
            }
        }
    )*};
}

// A plain loop, which the compiler turns into vectors under every build profile.
macro_rules! chunk_of_bytes {
    ($($bytes:literal),*) => {$(
        impl Chunk for [u8; $bytes] {
            #[inline(always)]
            fn masked<const PAD: u8>(&self, mask: &Self) -> Self {
                let mut out = [PAD; $bytes];
                for i in 0..$bytes {
                    out[i] = self[i] & mask[i] | PAD & !mask[i];
                }
                out
            }
        }
    )*};
}

chunk_of_words!(u32: 4, u64: 8);
chunk_of_bytes!(16, 32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_in_every_width() {
        let text: Vec<u8> = (1..=200).collect();
        for width in LEAST_WIDTH..=130 {
            for length in 0..=width {
                let mut cell = vec![0xEE; width];
                put_masked::<0>(&mut cell, &text[..width], length);
                let mut expected = text[..length].to_vec();
                expected.resize(width, 0);
                assert_eq!(cell, expected, "{length} of {width}");
                put_masked::<b' '>(&mut cell, &text[..width], length);
                expected.truncate(length);
                expected.resize(width, b' ');
                assert_eq!(cell, expected, "{length} of {width}, blanks");
            }
        }
    }
}
