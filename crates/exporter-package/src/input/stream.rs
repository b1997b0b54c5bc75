//! Single compressed streams: gzip (RFC 1952), zstd (RFC 8878), bzip2.

use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::{Arc, OnceLock};

use bzip2::read::MultiBzDecoder;
use exporter_core::source::{Files, Spool};
use exporter_core::{
    Container, Context, Error, FormatInfo, Password, ReadAt, Recognition, Result, Sample, Source,
};
use flate2::bufread::GzDecoder;

use super::expansion;
use crate::sink::GZIP;

/// Bytes unpacked at a time.
const PIECE: usize = 256 * 1024;
/// Longest name in a gzip header that is looked for.
const NAME_BYTES: usize = 4096;

static ZSTD: FormatInfo = FormatInfo::new("zstd", "Zstandard stream round another format")
    .aliases(&["zst"])
    .extensions(&["zst"])
    .media_type("application/zstd")
    .notes("Read only, with windows of up to 128 MiB.");

static BZIP2: FormatInfo = FormatInfo::new("bzip2", "Bzip2 stream round another format")
    .extensions(&["bz2"])
    .media_type("application/x-bzip2")
    .notes("Read only.");

/// Gzip streams of any program, also of several members.
#[derive(Debug, Clone, Copy)]
pub struct GzipInput;

/// Zstandard streams.
#[derive(Debug, Clone, Copy)]
pub struct ZstdInput;

/// Bzip2 streams.
#[derive(Debug, Clone, Copy)]
pub struct Bzip2Input;

/// Makes a decoder of packed bytes.
type Decode = fn(Packed) -> io::Result<Box<dyn Read>>;
type Packed = BufReader<exporter_core::source::Cursor>;

macro_rules! stream {
    ($format:ident, $info:expr, $signed:expr, $decode:expr) => {
        impl Container for $format {
            const INFO: &'static FormatInfo = $info;
            const IS_STREAM: bool = true;

            fn recognise(sample: &Sample<'_>) -> Recognition {
                let is_signed: fn(&[u8]) -> bool = $signed;
                if is_signed(sample.head) { Recognition::Yes } else { Recognition::No }
            }

            fn files(source: &Source<'_>, _: Option<&Password>, _: &Context) -> Result<Arc<dyn Files>> {
                Ok(Arc::new(Stream::new(source, $info, $decode)?))
            }
        }
    };
}

stream!(GzipInput, &GZIP, |head| head.starts_with(b"\x1f\x8b"), |packed| {
    Ok(Box::new(Members { member: Some(GzDecoder::new(packed)) }))
});
// A frame, or a skippable one before it (RFC 8878, section 3.1.2).
stream!(
    ZstdInput,
    &ZSTD,
    |head| matches!(head, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]),
    |packed| { Ok(Box::new(zstd::Decoder::with_buffer(packed)?)) }
);
// The level and the number of the first block, or of the end of an empty stream: three letters alone begin a text as well.
stream!(Bzip2Input, &BZIP2, is_bzip2, |packed| Ok(Box::new(MultiBzDecoder::new(packed))));

fn is_bzip2(head: &[u8]) -> bool {
    const BLOCK: &[u8] = &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const END: &[u8] = &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    let [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] = head else { return false };
    rest.starts_with(BLOCK) || rest.starts_with(END)
}

/// The members of a gzip stream one after another; zeros behind the last are padding, as gzip takes them.
struct Members {
    member: Option<GzDecoder<Packed>>,
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let rest = member.get_mut();
            let is_end = loop {
                let ahead = rest.fill_buf()?;
                let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
                if ahead.is_empty() || zeros < ahead.len() {
                    break ahead.is_empty();
                }
                rest.consume(zeros);
            };
            self.member =
                self.member.take().filter(|_| !is_end).map(|member| GzDecoder::new(member.into_inner()));
        }
        Ok(0)
    }
}

/// One compressed stream, unpacked once when it is opened.
struct Stream {
    packed: Arc<dyn ReadAt>,
    /// Name of what is inside.
    name: String,
    what: &'static FormatInfo,
    decode: Decode,
    unpacked: OnceLock<Arc<dyn ReadAt>>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("name", &self.name).field("format", &self.what.id).finish()
    }
}

impl Stream {
    fn new(source: &Source<'_>, what: &'static FormatInfo, decode: Decode) -> Result<Self> {
        let file = source.file_name();
        let extension = what.extensions.first().copied().unwrap_or_default();
        let stripped = file
            .len()
            .checked_sub(extension.len() + 1)
            .and_then(|at| file.split_at_checked(at))
            .filter(|(stem, end)| is_name(stem) && end[1..].eq_ignore_ascii_case(extension))
            .map(|(stem, _)| stem.to_owned());
        let name = match stripped {
            Some(name) => name,
            None => name_in_gzip(&source.head(NAME_BYTES)?).unwrap_or_else(|| file.to_owned()),
        };
        Ok(Self { packed: Arc::clone(&source.bytes), name, what, decode, unpacked: OnceLock::new() })
    }

    fn decoder(&self) -> Result<Box<dyn Read>> {
        let packed =
            BufReader::with_capacity(PIECE, exporter_core::source::Cursor::new(Arc::clone(&self.packed)));
        (self.decode)(packed).map_err(|error| self.damaged(&error))
    }

    fn damaged(&self, error: &io::Error) -> Error {
        Error::invalid(format!("the {} stream is damaged: {error}", self.what.id))
            .with_hint(exporter_core::FETCH_AGAIN)
    }
}

impl Files for Stream {
    fn paths(&self, _: &Context) -> Result<Vec<String>> {
        Ok(vec![self.name.clone()])
    }

    fn open(&self, path: &str, context: &Context) -> Result<Option<Arc<dyn ReadAt>>> {
        if path != self.name {
            return Ok(None);
        }
        if let Some(bytes) = self.unpacked.get() {
            return Ok(Some(Arc::clone(bytes)));
        }
        let bytes = copied(&mut *self.decoder()?, self.packed.len(), context, |error| self.damaged(error))?;
        Ok(Some(Arc::clone(self.unpacked.get_or_init(|| bytes))))
    }

    fn head(&self, path: &str, count: usize, _: &Context) -> Result<Option<Vec<u8>>> {
        if path != self.name {
            return Ok(None);
        }
        let mut head = Vec::new();
        // What is damaged behind the head is an error of whoever opens it.
        self.decoder()?.take(count as u64).read_to_end(&mut head).map_err(|error| self.damaged(&error))?;
        Ok(Some(head))
    }
}

/// A copy of everything that a decoder of `packed` bytes gives.
pub(super) fn copied(
    decoder: &mut dyn Read,
    packed: u64,
    context: &Context,
    damaged: impl Fn(&io::Error) -> Error,
) -> Result<Arc<dyn ReadAt>> {
    let mut copy = Spool::new();
    each_piece(decoder, packed, context, damaged, &mut |piece| copy.add(piece, context))?;
    copy.into_bytes()
}

/// Everything that a decoder of `packed` bytes gives, piece by piece; how many bytes that is.
pub(super) fn each_piece(
    decoder: &mut dyn Read,
    packed: u64,
    context: &Context,
    damaged: impl Fn(&io::Error) -> Error,
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut unpacked = 0;
    loop {
        context.cancel().check()?;
        let read = match decoder.read(&mut piece) {
            Ok(0) => return Ok(unpacked),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(&error)),
        };
        unpacked += read as u64;
        expansion::check(packed, unpacked)?;
        take(piece.get(..read).unwrap_or_default())?;
    }
}

/// The file name in a gzip header (RFC 1952, section 2.3.1), if it is a plain one.
fn name_in_gzip(head: &[u8]) -> Option<String> {
    const FEXTRA: u8 = 4;
    const FNAME: u8 = 8;
    let ([0x1f, 0x8b, _, flags, ..], Some(mut rest)) = (head, head.get(10..)) else { return None };
    if flags & FEXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    let name =
        rest.split(|byte| *byte == 0).next().filter(|name| flags & FNAME != 0 && name.len() < rest.len())?;
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !b"/\\:".contains(byte);
    let name = name.iter().all(is_plain).then(|| String::from_utf8_lossy(name).into_owned());
    name.filter(|name| is_name(name))
}

/// Whether a file can be called so, and not a folder.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use exporter_core::Registry;

    use super::*;

    const TEXT: &[u8] = b"id,age\n1,31\n";

    fn gzip(name: &str, data: &[u8]) -> Vec<u8> {
        let mut writer =
            flate2::GzBuilder::new().filename(name).write(Vec::new(), flate2::Compression::fast());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    fn bzip2(data: &[u8]) -> Vec<u8> {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    fn unpacked(name: &str, bytes: Vec<u8>) -> Result<(String, Vec<u8>)> {
        let context = Context::default();
        let registry = crate::register(Registry::new());
        let mut source = Source::memory(name, bytes);
        source.contents = registry.contents(&source, None, &context)?;
        let path = source.contents.as_ref().unwrap().paths(&context)?.remove(0);
        let head = source.contents.as_ref().unwrap().head(&path, 4, &context)?.unwrap();
        let entry = source.entry(&path, &context)?.unwrap();
        let bytes = entry.bytes.read_vec_at(0, entry.bytes.len() as usize)?;
        assert!(bytes.starts_with(&head));
        Ok((entry.name, bytes))
    }

    #[test]
    fn streams_of_several_members_are_one_file() {
        let twice = |packed: Vec<u8>| [packed.clone(), packed].concat();
        let text = [TEXT, TEXT].concat();
        for (name, packed) in [
            ("a/x.csv.gz", gzip("other", TEXT)),
            ("x.csv.zst", zstd::encode_all(TEXT, 1).unwrap()),
            ("x.csv.BZ2", bzip2(TEXT)),
        ] {
            let (entry, bytes) = unpacked(name, twice(packed)).unwrap();
            assert_eq!((entry, bytes), (format!("{name}/x.csv"), text.clone()), "{name}");
        }
    }

    #[test]
    fn zeros_behind_a_stream_are_padding() {
        let padded = [gzip("", TEXT), vec![0; 512]].concat();
        assert_eq!(unpacked("x.csv.gz", padded).unwrap().1, TEXT);
        let error = unpacked("x.csv.gz", [gzip("", TEXT), b"\0\0x".to_vec()].concat()).unwrap_err();
        assert!(error.message().contains("stream is damaged"), "{error:?}");
    }

    #[test]
    fn without_an_extension_the_header_names_the_file() {
        assert_eq!(unpacked("stdin", gzip("rows.csv", TEXT)).unwrap().0, "stdin/rows.csv");
        for name in ["../rows.csv", "", "a\nb", ".", ".."] {
            assert_eq!(unpacked("stdin", gzip(name, TEXT)).unwrap().0, "stdin/stdin");
        }
    }

    #[test]
    fn every_stream_that_is_cut_off_is_an_error() {
        let long: Vec<u8> = (0..20_000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        for packed in [gzip("", &long), zstd::encode_all(&long[..], 1).unwrap(), bzip2(&long)] {
            for length in (12..packed.len()).step_by(packed.len() / 50) {
                let error = unpacked("x", packed[..length].to_vec()).unwrap_err();
                assert!(error.message().contains("stream is damaged"), "{error:?}");
            }
            let mut damaged = packed.clone();
            let middle = packed.len() / 2;
            damaged[middle] ^= 0x55;
            // Without a checksum of its own, a zstd frame may unpack to other bytes.
            match unpacked("x", damaged) {
                Err(error) => assert!(error.message().contains("stream is damaged"), "{error:?}"),
                Ok(_) => assert!(packed.starts_with(b"\x28\xb5\x2f\xfd")),
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked_whole() {
        let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
        io::copy(&mut io::repeat(0).take(1200 << 20), &mut packed).unwrap();
        let error = unpacked("bomb.zst", packed.finish().unwrap()).unwrap_err();
        assert!(error.message().contains("more than any real data"), "{error:?}");
    }
}
