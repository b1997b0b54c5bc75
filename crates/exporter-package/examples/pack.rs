//! Packs files, to time the codecs and to hand archives to other programs.
//!
//! `pack zip|gzip OUT LEVEL THREADS [--method deflate|stored|zstd] [--aes PASSWORD | --legacy PASSWORD] FILE…`

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use exporter_core::Password;
use exporter_package::{
    Compression, DeflateLevel, Encryption, EntryOptions, GzipOptions, GzipWriter, ZipOptions, ZipWriter,
};

const USAGE: &str = "usage: pack zip|gzip OUT LEVEL THREADS [--method M] [--aes P | --legacy P] FILE…";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or(USAGE);
    let (kind, out, level, threads) = (next()?, next()?, next()?.parse::<u8>()?, next()?.parse()?);
    let deflate = DeflateLevel::new(level).ok_or(USAGE)?;
    let threads = NonZeroUsize::new(threads).ok_or(USAGE)?;
    let mut options = ZipOptions::default().threads(threads).compression(Compression::Deflate(deflate));
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        options = match argument.as_str() {
            "--method" => match value()?.as_str() {
                "stored" => options.compression(Compression::Stored),
                "zstd" => options.compression(Compression::Zstd(level)),
                _ => options,
            },
            "--aes" => options.encryption(Encryption::Aes256(Password::new(value()?))),
            "--legacy" => options.encryption(Encryption::LegacyZipCrypto(Password::new(value()?))),
            _ => {
                files.push(argument);
                options
            }
        };
    }
    let target: Box<dyn Write> =
        if out == "-" { Box::new(io::stdout()) } else { Box::new(File::create(out)?) };
    if kind == "gzip" {
        let mut gzip = GzipWriter::new(target, GzipOptions::default().level(deflate), threads);
        for file in &files {
            copy(file, &mut gzip)?;
        }
        gzip.finish()?;
        return Ok(());
    }
    let mut zip = ZipWriter::new(target, options)?;
    for file in &files {
        let path = Path::new(file);
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file without a name")?;
        zip.start_entry(&EntryOptions::new(name))?;
        copy(file, &mut zip)?;
        zip.finish_entry()?;
    }
    zip.finish()?;
    Ok(())
}

fn copy(file: &str, out: &mut impl Write) -> io::Result<()> {
    if file == "-" {
        return io::copy(&mut io::stdin(), out).map(|_| ());
    }
    io::copy(&mut BufReader::with_capacity(1 << 20, File::open(file)?), out).map(|_| ())
}
