//! Codes become rows of the elements that are needed.

use std::hint::select_unpredictable;
use std::ops::Range;

use exporter_core::source::ByteOrder;
use exporter_rows::Rows;

use crate::error::{Result, damaged};
use crate::reader::control::{BLANK_BLOCK, Codes, literal_count, literals_before};
use crate::spec::{BLANKS, ELEMENT_BYTES, Element, SYSMIS, code};

/// Bytes of rows that are gathered from while they are in the cache.
const TILE_BYTES: usize = 256 << 10;

/// How codes become rows.
#[derive(Clone, Debug)]
pub(crate) struct Unpacking {
    /// What each code stands for, in the byte order of the file; literals aside.
    values: Vec<Element>,
    /// Elements of a case.
    elements: usize,
    /// Elements of a row, the needed ones in their order.
    needed: Vec<usize>,
    /// Of each block of eight cases, which of its codes are needed; none where all elements are.
    chosen: Option<Chosen>,
}

/// The needed codes of the blocks of eight cases.
#[derive(Clone, Debug)]
struct Chosen {
    /// Of each code its place in the block, and its place among the elements of eight rows.
    places: Vec<(u8, u32)>,
    /// Where the places of each block begin, and at the end where the last ones end.
    blocks: Vec<u32>,
}

impl Unpacking {
    pub(crate) fn new(
        elements: usize,
        needed: impl Iterator<Item = Range<usize>>,
        order: ByteOrder,
        bias: f64,
    ) -> Self {
        let mut all: Vec<usize> = needed.flatten().collect();
        all.sort_unstable();
        all.dedup();
        let chosen = (all.len() < elements).then(|| Chosen::new(elements, &all));
        let number = |number: f64| match order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        };
        let value = |of: u8| match of {
            code::BLANKS => BLANKS,
            code::SYSMIS => number(SYSMIS),
            of => number(f64::from(of) - bias),
        };
        Self { values: (0..=u8::MAX).map(value).collect(), elements, needed: all, chosen }
    }

    /// Where an element stands in a row, which is among the needed ones.
    pub(crate) fn slot(&self, element: usize) -> usize {
        self.needed.partition_point(|needed| *needed < element)
    }

    /// Calls `take` for each tile of the rows of some cases.
    pub(crate) fn visit(
        &self,
        bytes: &[u8],
        cases: usize,
        tile: &mut Vec<Element>,
        mut take: impl FnMut(Rows<'_>),
    ) -> Result<()> {
        let stride = self.needed.len();
        if stride == 0 {
            return Ok(());
        }
        let tile_cases = (TILE_BYTES / (stride * ELEMENT_BYTES) / 8).max(1) * 8;
        let (mut bytes, mut left) = (bytes, cases);
        while left > 0 {
            let count = left.min(tile_cases);
            // Eight cases fill blocks; the last block may have codes behind the last case.
            tile.resize(count.next_multiple_of(8) * stride, [0; ELEMENT_BYTES]);
            let blocks = (count * self.elements).div_ceil(code::BLOCK);
            bytes = match &self.chosen {
                None => self.fill_all(bytes, blocks, tile),
                Some(chosen) => self.fill_chosen(bytes, blocks, chosen, tile),
            }
            .ok_or_else(|| damaged(0, "a chunk of cases ends before its last code"))?;
            let rows = tile.get(..count * stride).unwrap_or_default();
            take(Rows::new(rows.as_flattened(), stride * ELEMENT_BYTES));
            left -= count;
        }
        Ok(())
    }

    /// Fills rows of whole cases; the bytes behind them.
    fn fill_all<'b>(&self, mut bytes: &'b [u8], blocks: usize, tile: &mut [Element]) -> Option<&'b [u8]> {
        let (groups, _) = tile.as_chunks_mut::<{ code::BLOCK }>();
        let values: &[Element; 256] = self.values.first_chunk()?;
        for group in groups.iter_mut().take(blocks) {
            let (codes, behind) = bytes.split_first_chunk::<{ code::BLOCK }>()?;
            if *codes == BLANK_BLOCK {
                (*group, bytes) = ([BLANKS; code::BLOCK], behind);
                continue;
            }
            let block = Block::new(*codes, behind, values);
            bytes = behind.get(block.literal_bytes()..)?;
            for (place, element) in group.iter_mut().enumerate() {
                *element = block.element(place);
            }
        }
        Some(bytes)
    }

    /// As [`Self::fill_all`], with the needed elements of each case alone.
    fn fill_chosen<'b>(
        &self,
        mut bytes: &'b [u8],
        blocks: usize,
        chosen: &Chosen,
        tile: &mut [Element],
    ) -> Option<&'b [u8]> {
        let values: &[Element; 256] = self.values.first_chunk()?;
        let group_elements = self.needed.len() * 8;
        let ends = chosen.blocks.get(1..)?;
        let mut left = blocks;
        for group in tile.chunks_mut(group_elements) {
            let mut start = 0;
            for end in ends.iter().take(left) {
                let (codes, behind) = bytes.split_first_chunk::<{ code::BLOCK }>()?;
                let places = chosen.places.get(start..*end as usize)?;
                start = *end as usize;
                if places.is_empty() && *codes == BLANK_BLOCK {
                    bytes = behind;
                    continue;
                }
                let block = Block::new(*codes, behind, values);
                bytes = behind.get(block.literal_bytes()..)?;
                for (place, slot) in places {
                    if let Some(element) = group.get_mut(*slot as usize) {
                        *element = block.element(usize::from(*place));
                    }
                }
            }
            left = left.saturating_sub(ends.len());
        }
        Some(bytes)
    }
}

/// Eight codes and what they stand for.
struct Block<'b> {
    codes: Codes,
    /// Of each code, how many literals come before its own.
    before: [u8; code::BLOCK],
    /// The literals, and what follows them.
    literals: &'b [Element],
    values: &'b [Element; 256],
}

impl<'b> Block<'b> {
    #[inline]
    fn new(codes: Codes, behind: &'b [u8], values: &'b [Element; 256]) -> Self {
        Self { codes, before: literals_before(codes), literals: behind.as_chunks().0, values }
    }

    #[inline]
    fn literal_bytes(&self) -> usize {
        literal_count(self.codes) * ELEMENT_BYTES
    }

    /// What the code at a place stands for. Both are looked up and one is taken: a branch would be mispredicted.
    #[inline]
    fn element(&self, place: usize) -> Element {
        let place = place % code::BLOCK;
        let (code, before) = (self.codes[place], self.before[place]);
        let value = &self.values[usize::from(code)];
        let literal = self.literals.get(usize::from(before)).unwrap_or(value);
        *select_unpredictable(code == code::LITERAL, literal, value)
    }
}

impl Chosen {
    fn new(elements: usize, needed: &[usize]) -> Self {
        let mut places = Vec::with_capacity(needed.len() * 8);
        let mut blocks = Vec::with_capacity(elements + 1);
        let codes = (0..8).flat_map(|case| needed.iter().map(move |element| case * elements + element));
        for (slot, at) in codes.enumerate() {
            let block = at / code::BLOCK;
            blocks.resize(blocks.len().max(block + 1), places.len() as u32);
            places.push(((at % code::BLOCK) as u8, slot as u32));
        }
        blocks.resize(elements + 1, places.len() as u32);
        Self { places, blocks }
    }
}
