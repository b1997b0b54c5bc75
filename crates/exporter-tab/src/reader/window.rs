//! Bytes of the input as UTF-8 in a window that moves along.

use std::io::{ErrorKind, Read};

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::encoding::Encoding;
use crate::TabError;

/// First size of the window, in bytes; it grows when one record does not fit.
const WINDOW: usize = 256 << 10;

/// A byte that is never part of UTF-8; it stands where the input could not be decoded, so that the
/// cell that holds it is reported with its place.
const INVALID: u8 = 0xff;

/// Bytes in which UTF-16 without a mark is looked for.
const HEAD: usize = 4096;

/// The sign with which old programs end a text.
const END_OF_TEXT: u8 = 0x1a;

/// Free bytes that a decoder wants at least.
const DECODER_ROOM: usize = 16;

/// The input as UTF-8, a window of which can be seen.
pub(super) struct TextWindow<R> {
    input: R,
    decoder: Option<encoding_rs::Decoder>,
    /// Input bytes not decoded yet.
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    window: Vec<u8>,
    start: usize,
    end: usize,
    input_done: bool,
    done: bool,
    /// The encoding that was asked for, or found without a mark.
    pub(super) chosen: Encoding,
    pub(super) encoding: &'static str,
}

impl<R: Read> TextWindow<R> {
    /// Looks at the byte order mark and settles the encoding.
    pub(super) fn new(mut input: R, encoding: Encoding) -> Result<Self, TabError> {
        let mut block = vec![0; WINDOW];
        let mut end = 0;
        // What is found must not depend on how many bytes an input gives at a time.
        let least = if encoding == Encoding::AUTO { HEAD } else { 3 };
        while end < least {
            match read(&mut input, &mut block[end..])? {
                0 => break,
                count => end += count,
            }
        }
        let (found, mark) = match &block[..end] {
            [0xef, 0xbb, 0xbf, ..] => (Some(UTF_8), 3),
            [0xff, 0xfe, ..] => (Some(UTF_16LE), 2),
            [0xfe, 0xff, ..] => (Some(UTF_16BE), 2),
            _ => (None, 0),
        };
        let unmarked = || Encoding::without_mark(block.get(..end.min(HEAD)).unwrap_or_default());
        let encoding = match found {
            None if encoding == Encoding::AUTO => unmarked().unwrap_or(encoding),
            _ => encoding,
        };
        let chosen = encoding.table(found);
        let mark = if found == Some(chosen) { mark } else { 0 };
        // UTF-8 is seen as it is, everything else through a decoder.
        let utf8 = chosen == UTF_8;
        let (window, raw) = if utf8 { (block, Vec::new()) } else { (vec![0; WINDOW], block) };
        let (seen, undecoded) = if utf8 { (mark..end, 0..0) } else { (0..0, mark..end) };
        Ok(Self {
            input,
            decoder: (!utf8).then(|| chosen.new_decoder_without_bom_handling()),
            raw,
            raw_start: undecoded.start,
            raw_end: undecoded.end,
            window,
            start: seen.start,
            end: seen.end,
            input_done: false,
            done: false,
            chosen: encoding,
            encoding: chosen.name(),
        })
    }

    /// The bytes that can be seen.
    #[inline]
    pub(super) fn window(&self) -> &[u8] {
        &self.window[self.start..self.end]
    }

    /// Whether the window reaches the end of the input.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The window itself; nothing is left to be seen.
    pub(super) fn take_window(&mut self, len: usize) -> Vec<u8> {
        self.window.copy_within(self.start..self.end, 0);
        let mut window = std::mem::take(&mut self.window);
        window.truncate(len.min(self.end - self.start));
        (self.start, self.end, self.done) = (0, 0, true);
        window
    }

    /// Moves the window past its first `len` bytes.
    #[inline]
    pub(super) fn consume(&mut self, len: usize) {
        self.start = (self.start + len).min(self.end);
    }

    /// Shows more bytes after those seen, if there are any. The window grows until it holds `most`.
    pub(super) fn extend(&mut self, most: usize) -> Result<(), TabError> {
        self.window.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end * 2 > self.window.len() {
            // The last step goes all the way: one more for a few bytes would copy the window again.
            let twice = self.window.len() * 2;
            let room = if twice * 2 <= most { twice } else { most.saturating_add(DECODER_ROOM) };
            self.window.reserve_exact(room.saturating_sub(self.window.len()));
            self.window.resize(room.max(self.window.len()), 0);
        }
        // A decoder wants room for a few bytes at least; the rest of the window stays for the next time.
        let least = if self.decoder.is_some() { DECODER_ROOM } else { 1 };
        while self.window.len() - self.end >= least && !self.done {
            let before = self.end;
            match self.decoder {
                None => {
                    self.end += read(&mut self.input, &mut self.window[self.end..])?;
                    self.done = self.end == before;
                }
                Some(_) => self.decode()?,
            }
        }
        if self.done {
            self.drop_end_of_text();
        }
        Ok(())
    }

    /// Takes away the sign behind which nothing but a line end may follow.
    fn drop_end_of_text(&mut self) {
        let text = self.window();
        let text = text.strip_suffix(b"\r\n").or(text.strip_suffix(b"\n")).unwrap_or(text);
        if text.last() == Some(&END_OF_TEXT) {
            self.end = self.start + text.len() - 1;
        }
    }

    fn decode(&mut self) -> Result<(), TabError> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        if self.raw_start == self.raw_end && !self.input_done {
            // Grows once and keeps its size: an input that drips must not be cleared for every byte.
            self.raw.resize(WINDOW, 0);
            self.raw_end = read(&mut self.input, &mut self.raw)?;
            self.raw_start = 0;
            self.input_done = self.raw_end == 0;
        }
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(
            &self.raw[self.raw_start..self.raw_end],
            &mut self.window[self.end..],
            self.input_done,
        );
        self.raw_start += read;
        self.end += written;
        match result {
            DecoderResult::InputEmpty => self.done = self.input_done,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                if self.end == self.window.len() {
                    self.window.push(0);
                }
                self.window[self.end] = INVALID;
                self.end += 1;
            }
        }
        Ok(())
    }
}

fn read(input: &mut impl Read, to: &mut [u8]) -> Result<usize, TabError> {
    loop {
        match input.read(to) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return Ok(other?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let len = self.0.len().min(to.len()).min(1);
            to[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn text(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut window = TextWindow::new(Drip(bytes), encoding).unwrap();
        let mut all = Vec::new();
        loop {
            window.extend(usize::MAX).unwrap();
            all.extend_from_slice(window.window());
            window.consume(window.window().len());
            if window.is_done() {
                return all;
            }
        }
    }

    #[test]
    fn marks_and_encodings() {
        assert_eq!(text(b"", Encoding::AUTO), b"");
        assert_eq!(text(b"a", Encoding::AUTO), b"a");
        assert_eq!(text(b"\xef\xbb\xbfa", Encoding::AUTO), b"a");
        assert_eq!(text(b"\xff\xfea\0\xe9\0", Encoding::AUTO), "aé".as_bytes());
        assert_eq!(text(b"\xfe\xff\0a\0\xe9", Encoding::AUTO), "aé".as_bytes());
        assert_eq!(text(b"a\0\xe9\0", Encoding::UTF_16LE), "aé".as_bytes());
        assert_eq!(text(b"caf\xe9 \x80", Encoding::WINDOWS_1252), "café €".as_bytes());
        assert_eq!(text(b"\xff\xfe\0\xd8a\0", Encoding::AUTO), b"\xffa");
        assert_eq!(text(b"\xff\xfea", Encoding::AUTO), b"\xff");
        assert_eq!(text(b"a\0,\0\xe9\0", Encoding::AUTO), "a,é".as_bytes());
    }

    #[test]
    fn the_sign_that_ends_a_text_is_none_of_it() {
        for (bytes, seen) in [
            (&b"a\n1\n\x1a"[..], &b"a\n1\n"[..]),
            (b"a\n1\r\n\x1a\r\n", b"a\n1\r\n"),
            (b"a\n1\x1a", b"a\n1"),
            (b"a\x1ab\n", b"a\x1ab\n"),
            (b"\x1a", b""),
        ] {
            assert_eq!(text(bytes, Encoding::AUTO), seen, "{bytes:?}");
        }
    }

    #[test]
    fn long_input_comes_through_whole() {
        let long = "é,1\n".repeat(200_000);
        let utf16: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16, Encoding::UTF_16LE), long.as_bytes());
        assert_eq!(text(long.as_bytes(), Encoding::AUTO), long.as_bytes());
    }
}
