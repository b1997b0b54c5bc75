//! Makes the archives of the `zip_check` corpus that are compressed with zstd: `zip_seeds FOLDER`.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use exporter::Password;
use exporter::package::{Compression, Encryption, EntryTime, ManifestSink, ZipOptions, ZipSink};
use exporter::{EntrySpec, Sink};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: zip_seeds FOLDER")?);
    let options = || {
        let modified = EntryTime::from_unix(1_700_000_000);
        ZipOptions::default().compression(Compression::Zstd(3)).modified(modified).insecure_fixed_salts(1)
    };
    std::fs::write(folder.join("zstd"), archive(options())?)?;
    let encrypted = options().encryption(Encryption::Aes256(Password::new("p")));
    std::fs::write(folder.join("zstd-aes"), archive(encrypted)?)?;
    Ok(())
}

/// A short text, one that compresses, an empty one, and their manifest.
fn archive(options: ZipOptions) -> Result<Vec<u8>, Box<dyn Error>> {
    let sink = ManifestSink::new(ZipSink::new(Vec::new(), options, std::env::temp_dir())?);
    let long = (1..=60).map(|row| format!("{row},village {}\n", row % 7)).collect::<String>();
    for (path, rows, text) in [
        ("t.csv", 2, "id,name\n1,x\n2,\"y, z\"\n".to_owned()),
        ("more/long.csv", 60, format!("id,place\n{long}")),
        ("empty", 0, String::new()),
    ] {
        let mut entry =
            sink.create(&EntrySpec::new(path, "text/csv").rows(rows).attribute("header", "names"))?;
        entry.write_all(text.as_bytes())?;
        entry.commit()?;
    }
    Ok(sink.close()?.close()?.0)
}
