//! Makes the archives of the `zip_check` corpus that are compressed with zstd: `zip_seeds FOLDER`.

use std::error::Error;
use std::path::PathBuf;

use exporter::EntrySpec;
use exporter::Password;
use exporter::package::{Compression, Encryption, EntryTime, ManifestExporter, ZipOptions, ZipSink};
use exporter_testkit::write_with;

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
    let zip = ZipSink::new(Vec::new(), options, std::env::temp_dir())?;
    let long = (1..=60).map(|row| format!("{row},village {}\n", row % 7)).collect::<String>();
    let entries = [
        ("t.csv", 2, "id,name\n1,x\n2,\"y, z\"\n".to_owned()),
        ("more/long.csv", 60, format!("id,place\n{long}")),
        ("empty", 0, String::new()),
    ];
    let entry = |(path, rows, text): (&str, u64, String)| {
        (EntrySpec::new(path, "text/csv").rows(rows).attribute("header", "names"), text.into_bytes())
    };
    write_with(ManifestExporter, entries.map(entry), Box::new(&zip));
    Ok(zip.close()?.0)
}
