//! Cuts the stream of codes into chunks of whole cases, which can be decoded on their own (9.1).
//!
//! Eight cases of a file without padding end with a block, so that counting literals finds the next chunk. From the first
//! padding or end code on they do not: what follows is read code by code, and put into chunks that do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exporter_core::source::BinaryFile;

use crate::error::{Result, SavError, damaged};
use crate::reader::control::{BLANK_BLOCK, Codes, has_special, literal_count};
use crate::spec::{ELEMENT_BYTES, code};

/// Codes of whole cases with their literals.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Row of the first case, from 0.
    pub(crate) first: u64,
    pub(crate) cases: usize,
    /// Blocks of codes, each with its literals behind it; codes behind those of the last case mean nothing.
    pub(crate) bytes: Vec<u8>,
}

/// Where the bytes of the stream come from.
pub(crate) trait CodeBytes: Send {
    /// Appends about so many bytes, fewer or more, none at the end.
    fn more(&mut self, about: usize, to: &mut Vec<u8>) -> Result<()>;

    /// Where a position of the stream stands in the file, and what to say of that place.
    fn place(&self, position: u64) -> (u64, &'static str);
}

/// The bytes of a file from an offset to its end.
pub(crate) struct FileBytes {
    bytes: BinaryFile,
    data: u64,
    next: u64,
}

impl FileBytes {
    pub(crate) fn new(bytes: BinaryFile, data: u64) -> Self {
        Self { bytes, data, next: data }
    }
}

impl CodeBytes for FileBytes {
    fn more(&mut self, about: usize, to: &mut Vec<u8>) -> Result<()> {
        let count = self.bytes.length().saturating_sub(self.next).min(about as u64) as usize;
        let before = to.len();
        to.resize(before + count, 0);
        self.bytes.read_at(self.next, to.get_mut(before..).unwrap_or_default())?;
        self.next += count as u64;
        Ok(())
    }

    fn place(&self, position: u64) -> (u64, &'static str) {
        (self.data + position, "")
    }
}

/// Fewest bytes that are read at once.
const LEAST_READ: usize = 256 << 10;

/// The chunks of a stream.
pub(crate) struct Chunks {
    source: Box<dyn CodeBytes>,
    elements: usize,
    /// Cases of a chunk, a multiple of eight.
    cases: usize,
    /// Cases that the file claims to have, behind which an incomplete case is none.
    claimed: Option<u64>,
    /// What was read and not yet given away.
    buffer: Vec<u8>,
    /// Where the buffer begins in the stream.
    start: u64,
    /// Whether nothing comes behind the buffer.
    is_read: bool,
    next_row: u64,
    /// Set from the first padding or end code on.
    code_by_code: Option<CodeByCode>,
    /// Bytes of the last chunk.
    usual: usize,
    is_over: bool,
    /// Where the stream ends within a case, and how many of its elements are there.
    incomplete: Option<(u64, usize)>,
    /// Why nothing could be read behind the buffer.
    failure: Option<SavError>,
    /// Set when something follows the last case, and is none.
    has_rest: Arc<AtomicBool>,
}

/// What is read code by code: a block, how many of its codes are used, and where the next byte of the buffer is.
#[derive(Default)]
struct CodeByCode {
    block: Codes,
    used: usize,
    at: usize,
}

/// What comes next, read code by code.
enum Next {
    Code(u8),
    Literal([u8; ELEMENT_BYTES]),
    /// A literal that is not all there.
    Cut,
    End,
}

impl Chunks {
    /// Chunks of `cases` cases, rounded to whole blocks.
    pub(crate) fn new(
        source: Box<dyn CodeBytes>,
        elements: usize,
        cases: usize,
        claimed: Option<u64>,
        has_rest: Arc<AtomicBool>,
    ) -> Self {
        Self {
            source,
            elements,
            cases: (cases / code::BLOCK).max(1) * code::BLOCK,
            claimed,
            buffer: Vec::new(),
            start: 0,
            is_read: false,
            next_row: 0,
            code_by_code: None,
            usual: LEAST_READ,
            is_over: elements == 0,
            incomplete: None,
            failure: None,
            has_rest,
        }
    }

    /// Reads on; `false` when nothing came.
    fn fill(&mut self) -> bool {
        let before = self.buffer.len();
        if !self.is_read {
            let about = self.usual.saturating_sub(before).max(LEAST_READ);
            // An error waits until the cases before it are given away.
            let outcome = self.source.more(about, &mut self.buffer);
            if let Err(error) = outcome {
                self.buffer.truncate(before);
                self.failure = Some(error);
            }
            self.is_read = self.buffer.len() == before;
        }
        self.buffer.len() > before
    }

    /// The end of the next chunk in the buffer, if it ends with a block.
    fn aligned_end(&mut self) -> Option<usize> {
        let mut left = self.cases / code::BLOCK * self.elements;
        let mut at = 0;
        while left > 0 {
            let Some(codes) = self.buffer.get(at..).and_then(<[u8]>::first_chunk::<{ code::BLOCK }>) else {
                if self.fill() {
                    continue;
                }
                return None;
            };
            left -= 1;
            at += code::BLOCK;
            if *codes == BLANK_BLOCK {
                continue;
            }
            if has_special(*codes) {
                return None;
            }
            at += literal_count(*codes) * ELEMENT_BYTES;
        }
        while at > self.buffer.len() {
            if !self.fill() {
                return None;
            }
        }
        Some(at)
    }

    /// Gives away the bytes up to `end`.
    fn cut(&mut self, end: usize) -> Vec<u8> {
        // The rest is short: about as much was read as the chunk before took.
        let rest = self.buffer.split_off(end);
        self.start += end as u64;
        std::mem::replace(&mut self.buffer, rest)
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if let Some((position, found)) = self.incomplete.take() {
            let (offset, which) = self.source.place(position);
            let message = format!(
                "the cases end within row {}, {found} of whose {} elements are there{which}; the file is cut off",
                self.next_row + 1,
                self.elements
            );
            return Err(damaged(offset, message));
        }
        if self.is_over {
            return match self.failure.take() {
                Some(SavError::Damaged { offset, message }) => {
                    Err(damaged(offset, format!("{message}, before the end of row {}", self.next_row + 1)))
                }
                Some(error) => Err(error),
                None => Ok(None),
            };
        }
        let first = self.next_row;
        if self.code_by_code.is_none() {
            if let Some(end) = self.aligned_end() {
                self.usual = end + end / 64;
                self.next_row += self.cases as u64;
                return Ok(Some(Chunk { first, cases: self.cases, bytes: self.cut(end) }));
            }
            self.code_by_code = Some(CodeByCode { used: code::BLOCK, ..CodeByCode::default() });
        }
        let mut state = self.code_by_code.take().unwrap_or_default();
        let chunk = self.gathered(&mut state);
        let consumed = state.at.min(self.buffer.len());
        self.cut(consumed);
        state.at = 0;
        self.code_by_code = Some(state);
        // Without a case it ends here, perhaps within one.
        if chunk.cases == 0 { self.next_chunk() } else { Ok(Some(chunk)) }
    }

    /// A chunk that ends with a block, of codes read one by one.
    fn gathered(&mut self, state: &mut CodeByCode) -> Chunk {
        let mut chunk = Chunk { first: self.next_row, ..Chunk::default() };
        let mut codes: Codes = [code::PADDING; code::BLOCK];
        let mut literals: Vec<u8> = Vec::with_capacity(code::BLOCK * ELEMENT_BYTES);
        let (mut filled, mut of_case, mut is_cut) = (0, 0, false);
        while chunk.cases < self.cases {
            let (next, literal) = match self.next_code(state) {
                Next::Code(code) => (code, None),
                Next::Literal(literal) => (code::LITERAL, Some(literal)),
                next @ (Next::Cut | Next::End) => {
                    is_cut = matches!(next, Next::Cut);
                    self.is_over = true;
                    // The rest of the block of an end code may be anything.
                    if !is_cut && (self.buffer.len() > state.at || self.fill()) {
                        self.has_rest.store(true, Ordering::Relaxed);
                    }
                    break;
                }
            };
            if let Some(place) = codes.get_mut(filled) {
                *place = next;
            }
            literals.extend(literal.iter().flatten());
            filled += 1;
            if filled == code::BLOCK {
                chunk.bytes.extend_from_slice(&codes);
                chunk.bytes.append(&mut literals);
                (codes, filled) = ([code::PADDING; code::BLOCK], 0);
            }
            of_case += 1;
            if of_case == self.elements {
                of_case = 0;
                chunk.cases += 1;
            }
        }
        if filled > 0 {
            chunk.bytes.extend_from_slice(&codes);
            chunk.bytes.append(&mut literals);
        }
        self.next_row += chunk.cases as u64;
        let is_within = of_case > 0 || is_cut;
        let is_short =
            is_within || self.is_over && self.claimed.is_some_and(|claimed| claimed > self.next_row);
        self.failure = match self.failure.take() {
            // More than the index of the blocks is damaged.
            Some(SavError::Index { offset, message }) if is_short => {
                Some(SavError::Damaged { offset, message })
            }
            failure => failure,
        };
        if is_within && self.failure.is_none() {
            if self.claimed == Some(self.next_row) {
                self.has_rest.store(true, Ordering::Relaxed);
            } else {
                self.incomplete = Some((self.start + state.at as u64, of_case));
            }
        }
        chunk
    }

    /// The next code that is an element, of the block that is open or the next one.
    fn next_code(&mut self, state: &mut CodeByCode) -> Next {
        loop {
            if state.used >= code::BLOCK {
                // What was used is dropped now and then.
                if state.at >= LEAST_READ {
                    let used = state.at;
                    self.cut(used);
                    state.at = 0;
                }
                while self.buffer.len() < state.at + code::BLOCK && self.fill() {}
                let rest = self.buffer.get(state.at..).unwrap_or_default();
                let count = rest.len().min(code::BLOCK);
                // Behind the last byte the stream ends.
                state.block = [code::END; code::BLOCK];
                for (place, code) in state.block.iter_mut().zip(rest) {
                    *place = *code;
                }
                state.at += count;
                state.used = 0;
            }
            let next = state.block.get(state.used).copied().unwrap_or(code::END);
            state.used += 1;
            match next {
                code::PADDING => {}
                code::END => return Next::End,
                code::LITERAL => {
                    while self.buffer.len() < state.at + ELEMENT_BYTES && self.fill() {}
                    let rest = self.buffer.get(state.at..).unwrap_or_default();
                    let Some(literal) = rest.first_chunk().copied() else { return Next::Cut };
                    state.at += ELEMENT_BYTES;
                    return Next::Literal(literal);
                }
                code => return Next::Code(code),
            }
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_chunk().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.is_over = true;
            (self.incomplete, self.failure) = (None, None);
        }
        next
    }
}
