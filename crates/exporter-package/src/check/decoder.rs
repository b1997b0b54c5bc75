//! The three methods of unpacking, each in bounded memory.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

/// Bytes unpacked at a time.
const PIECE: usize = 64 * 1024;

/// Unpacks the data of one entry.
pub(super) struct Decoder {
    method: Method,
    out: Vec<u8>,
    /// Whether the stream has come to its own end.
    ended: bool,
}

enum Method {
    Stored,
    Deflate(Box<Decompress>),
    Zstd(Box<ZstdDecoder<'static>>),
}

/// Why data cannot be unpacked further.
pub(super) enum Trouble {
    /// What is wrong with it.
    Wrong(String),
    /// What the receiver of the bytes failed with.
    Failed(io::Error),
    /// The receiver takes no more.
    Enough,
}

impl Decoder {
    /// A decoder of this method (APPNOTE 4.4.5); the directory check admits no other.
    pub(super) fn new(method: u16) -> io::Result<Self> {
        let method = match method {
            8 => Method::Deflate(Box::new(Decompress::new(false))),
            93 => Method::Zstd(Box::new(ZstdDecoder::new()?)),
            _ => Method::Stored,
        };
        Ok(Self { method, out: vec![0; PIECE], ended: false })
    }

    /// Unpacks the next bytes and hands what comes of them to `take`.
    pub(super) fn feed(
        &mut self,
        mut data: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if matches!(self.method, Method::Stored) {
            return take(data);
        }
        loop {
            if self.ended {
                return match data.len() {
                    0 => Ok(()),
                    _ => Err(Trouble::Wrong("bytes follow the end of the compressed data".into())),
                };
            }
            let (taken, given, ended) = self.step(data)?;
            self.ended = ended;
            data = data.get(taken..).unwrap_or_default();
            take(self.out.get(..given).unwrap_or_default())?;
            let full = given == self.out.len();
            if !ended && taken == 0 && given == 0 && !data.is_empty() {
                return Err(Trouble::Wrong("the compressed data cannot be unpacked".into()));
            }
            if data.is_empty() && !full {
                return Ok(());
            }
        }
    }

    /// Whether everything came that the data announced.
    pub(super) fn complete(&self) -> bool {
        self.ended || matches!(self.method, Method::Stored)
    }

    /// One call of the codec: bytes taken, bytes given, whether the stream has ended.
    fn step(&mut self, data: &[u8]) -> Result<(usize, usize, bool), Trouble> {
        let wrong = |reason: String| Trouble::Wrong(format!("the compressed data is damaged: {reason}"));
        match &mut self.method {
            Method::Stored => Ok((data.len(), 0, false)),
            Method::Deflate(state) => {
                let (before_in, before_out) = (state.total_in(), state.total_out());
                let status = state
                    .decompress(data, &mut self.out, FlushDecompress::None)
                    .map_err(|error| wrong(error.to_string()))?;
                let taken = (state.total_in() - before_in) as usize;
                let given = (state.total_out() - before_out) as usize;
                Ok((taken, given, status == Status::StreamEnd))
            }
            Method::Zstd(state) => {
                let mut input = InBuffer::around(data);
                let mut output = OutBuffer::around(&mut self.out[..]);
                let hint = state.run(&mut input, &mut output).map_err(|error| wrong(error.to_string()))?;
                Ok((input.pos(), output.pos(), hint == 0))
            }
        }
    }
}
