//! Debian packages that the tests run: asked of dpkg, installed when this user may.

use std::path::Path;
use std::process::Command;

use crate::command;

/// Debian packages and what they are for.
const PACKAGES: &[(&str, &str)] = &[
    ("7zip", "opens AES and plain zip archives"),
    ("bzip2", "makes bzip2 streams to read"),
    ("curl", "downloads from the HTTP example"),
    ("g++", "links the fuzz targets"),
    ("gretl", "reads Stata, SPSS and delimited files"),
    ("libxml2-utils", "xmllint checks XML against schemas"),
    ("pigz", "opens gzip files"),
    ("pspp", "runs SPSS syntax and reads SPSS files"),
    ("python3", "runs the Python oracles"),
    ("python3-venv", "keeps their packages apart from the system's"),
    ("r-base-core", "runs R scripts"),
    ("r-cran-foreign", "reads Stata and SPSS files"),
    ("r-cran-haven", "reads and writes Stata and SPSS files"),
    ("r-cran-jsonlite", "hands what R read to the comparison"),
    ("r-cran-readstata13", "reads and writes Stata files"),
    ("unzip", "opens zip archives"),
    ("zip", "writes archives to read and to compare with"),
    ("zstd", "makes Zstandard streams to read"),
];

/// Who may install packages here.
enum Rights {
    Root,
    Sudo,
    None,
}

/// Installs the packages that are missing.
///
/// # Errors
///
/// This is no Debian, the user may not install (the message is the one command to run), or apt fails.
pub(crate) fn install_missing(folder: &Path) -> Result<(), String> {
    let missing: Vec<&str> = PACKAGES.iter().map(|(name, _)| *name).filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        println!("all {} Debian packages are installed", PACKAGES.len());
        return Ok(());
    }
    if command::output(Command::new("apt-get").arg("--version")).is_none() {
        let list: Vec<String> =
            PACKAGES.iter().map(|(name, about)| format!("  {name:<20} {about}")).collect();
        return Err(format!(
            "there is no apt-get here; the oracle suites need what these Debian packages hold:\n{}",
            list.join("\n")
        ));
    }
    let prefix: &[&str] = match rights() {
        Rights::Root => &[],
        Rights::Sudo => &["sudo", "-n"],
        Rights::None => {
            return Err(format!(
                "Debian packages are missing; install them once with\n  sudo apt-get update && sudo apt-get install \
                 --no-install-recommends -y {}",
                missing.join(" ")
            ));
        }
    };
    println!("missing Debian packages: {}", missing.join(" "));
    apt_get(folder, prefix, &["update"])?;
    let mut install = vec!["install", "--no-install-recommends", "-y"];
    install.extend(&missing);
    apt_get(folder, prefix, &install)
}

/// dpkg's word on one package; removed packages whose settings remain do not count.
fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    command::output(&mut query).as_deref() == Some("installed")
}

fn rights() -> Rights {
    if command::output(Command::new("id").arg("-u")).as_deref() == Some("0") {
        Rights::Root
    } else if command::output(Command::new("sudo").args(["-n", "true"])).is_some() {
        Rights::Sudo
    } else {
        Rights::None
    }
}

fn apt_get(folder: &Path, prefix: &[&str], arguments: &[&str]) -> Result<(), String> {
    // `env` carries the setting through sudo, which drops the caller's environment.
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"], arguments].concat();
    let (program, rest) = words.split_first().ok_or("no command")?;
    command::check(command::command(program, folder).args(rest))
}
