//! What the command line asks the entries to be put into.

use std::path::Path;

use exporter::package::{Compression, DeflateLevel, Encryption, Password, ZipOptions};
use exporter::{Error, Result};

use crate::args::{ExportArgs, PasswordArgs};
use crate::target::has_extension;
use crate::terminal::say;

/// What the entries are put into.
pub(crate) enum Packaging {
    /// Nothing.
    None,
    /// One zip.
    Zip(ZipOptions),
    /// A gzip stream each.
    Gzip(DeflateLevel),
}

impl Packaging {
    /// By the flags, else by the extension of the target.
    pub(crate) fn of(args: &ExportArgs) -> Result<Self> {
        let level = level(&args.level)?;
        let zip = args.zip || (!args.gzip && has_extension(&args.out, &["zip"]));
        let gzip = args.gzip || (!args.zip && has_extension(&args.out, &["gz"]));
        let password = password(&args.password)?;
        if password.is_some() && !zip {
            return Err(
                Error::usage("a password encrypts a zip only").hint("add --zip, or name the target .zip")
            );
        }
        if args.legacy_encryption && password.is_none() {
            return Err(Error::usage("--legacy-encryption needs a password")
                .hint("give --password-env VAR or --password-file FILE"));
        }
        if zip {
            let compression =
                if level == DeflateLevel::STORE { Compression::Stored } else { Compression::Deflate(level) };
            let encryption = match password {
                None => Encryption::None,
                Some(password) if args.legacy_encryption => {
                    say("warning: ZipCrypto is broken: it keeps nobody out who tries");
                    Encryption::LegacyZipCrypto(password)
                }
                Some(password) => Encryption::Aes256(password),
            };
            return Ok(Packaging::Zip(ZipOptions::default().compression(compression).encryption(encryption)));
        }
        Ok(if gzip { Packaging::Gzip(level) } else { Packaging::None })
    }
}

fn level(text: &str) -> Result<DeflateLevel> {
    match text {
        "fast" => Ok(DeflateLevel::FAST),
        "best" => Ok(DeflateLevel::BEST),
        number => number
            .parse()
            .ok()
            .and_then(DeflateLevel::new)
            .ok_or_else(|| Error::usage(format!("--level {text} is none of 0 to 9, fast, best"))),
    }
}

/// The password that the arguments point to.
pub(crate) fn password(args: &PasswordArgs) -> Result<Option<Password>> {
    match (&args.password_env, &args.password_file) {
        (Some(variable), _) => {
            let text = std::env::var(variable).map_err(|_| {
                Error::usage(format!("the environment variable {variable} is not set or not UTF-8"))
            })?;
            checked(text, &format!("the environment variable {variable}")).map(Some)
        }
        (None, Some(file)) => from_file(file).map(Some),
        (None, None) => Ok(None),
    }
}

/// The first line without its line end.
fn from_file(file: &Path) -> Result<Password> {
    let failed = |source| Error::io(format!("cannot read the password file {}", file.display()), source);
    let text = std::fs::read_to_string(file).map_err(failed)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    checked(line, &format!("the first line of {}", file.display()))
}

/// The message names where the password should be, never the password.
fn checked(password: String, place: &str) -> Result<Password> {
    if password.is_empty() {
        return Err(Error::usage(format!("{place} is empty, and an empty password protects nothing"))
            .hint("put the password there, on one line"));
    }
    Ok(Password::new(password))
}
