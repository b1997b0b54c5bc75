//! What the entries of an export are packaged in.

use exporter_core::{Bundle, Error, Exporter, Result};
use serde::{Deserialize, Serialize};

use super::{SecretRef, is_default};

/// What the entries are packaged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Packaging {
    /// All entries in one zip.
    Zip(ZipPackaging),
    /// A gzip stream of each entry.
    Gzip(GzipPackaging),
}

/// How a zip is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ZipPackaging {
    /// File name of the zip; that of the study when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Level of compression, from 0 (store) to 9.
    #[cfg_attr(feature = "schema", schemars(range(max = 9)))]
    pub level: u8,
    /// Where the password is that encrypts the zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
    /// How the password encrypts it.
    #[serde(skip_serializing_if = "is_default")]
    pub encryption: ZipEncryption,
}

/// How a zip is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ZipEncryption {
    /// AES-256.
    #[default]
    Aes256,
    /// ZipCrypto, which old tools read: it is broken and keeps nobody out who tries.
    LegacyZipCrypto,
}

/// How gzip streams are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GzipPackaging {
    /// Level of compression, from 0 (store) to 9.
    #[cfg_attr(feature = "schema", schemars(range(max = 9)))]
    pub level: u8,
}

/// The level of compression when none is named: that of zip and gzip.
const DEFAULT_LEVEL: u8 = 6;

impl Default for ZipPackaging {
    fn default() -> Self {
        Self { name: None, level: DEFAULT_LEVEL, password: None, encryption: ZipEncryption::default() }
    }
}

impl Default for GzipPackaging {
    fn default() -> Self {
        Self { level: DEFAULT_LEVEL }
    }
}

impl ZipPackaging {
    /// Names the zip.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Compresses at this level, from 0 (store) to 9.
    #[must_use]
    pub fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// Encrypts with the password that is there.
    #[must_use]
    pub fn with_password(mut self, password: SecretRef) -> Self {
        self.password = Some(password);
        self
    }

    /// Encrypts in this way.
    #[must_use]
    pub fn with_encryption(mut self, encryption: ZipEncryption) -> Self {
        self.encryption = encryption;
        self
    }
}

impl GzipPackaging {
    /// Compresses at this level, from 0 (store) to 9.
    #[must_use]
    pub fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }
}

impl Packaging {
    /// Where the password is, if there is one.
    pub(super) fn password(&self) -> Option<&SecretRef> {
        match self {
            Self::Zip(zip) => zip.password.as_ref(),
            Self::Gzip(_) => None,
        }
    }

    pub(super) fn password_mut(&mut self) -> Option<&mut SecretRef> {
        match self {
            Self::Zip(zip) => zip.password.as_mut(),
            Self::Gzip(_) => None,
        }
    }
}

pub(super) use wrapping::Wrapping;

#[cfg(feature = "package")]
mod wrapping {
    use exporter_package::{
        Compression, DeflateLevel, Encryption, GzipOptions, Gzipped, ManifestExporter, ZipOptions, Zipped,
    };

    use super::*;

    /// Packaging with its secrets read.
    pub(in super::super) enum Wrapping {
        None { manifest: bool },
        Gzip { options: GzipOptions, manifest: bool },
        Zip { name: Option<String>, options: ZipOptions, manifest: bool },
    }

    impl Wrapping {
        pub(in super::super) fn of(packaging: Option<&Packaging>, manifest: bool) -> Result<Self> {
            match packaging {
                None => Ok(Self::None { manifest }),
                Some(Packaging::Gzip(gzip)) => {
                    let level = level(gzip.level).map_err(|error| error.field("packaging.gzip"))?;
                    Ok(Self::Gzip { options: GzipOptions::default().level(level), manifest })
                }
                Some(Packaging::Zip(zip)) => {
                    let options = zip.options().map_err(|error| error.field("packaging.zip"))?;
                    Ok(Self::Zip { name: zip.name.clone(), options, manifest })
                }
            }
        }

        /// Puts the packaging round what is written of the study; a manifest lists what is inside a zip, and streams beside.
        pub(in super::super) fn wrap(self, bundle: Bundle, study: &str) -> Box<dyn Exporter> {
            let listed = |bundle: Bundle, manifest: bool| match manifest {
                true => bundle.with(Box::new(ManifestExporter)),
                false => bundle,
            };
            match self {
                Self::None { manifest } => Box::new(listed(bundle, manifest)),
                Self::Gzip { options, manifest } => {
                    let streams = Bundle::new().with(Box::new(Gzipped::new(bundle, options)));
                    Box::new(listed(streams, manifest))
                }
                Self::Zip { name, options, manifest } => {
                    let study = if study.is_empty() { "study" } else { study };
                    let name = name.unwrap_or_else(|| format!("{study}.zip"));
                    Box::new(Zipped::zip(listed(bundle, manifest), name, options))
                }
            }
        }
    }

    impl ZipPackaging {
        fn options(&self) -> Result<ZipOptions> {
            let level = level(self.level)?;
            let compression =
                if level == DeflateLevel::STORE { Compression::Stored } else { Compression::Deflate(level) };
            let secret = |error: Error| error.field("password");
            let password = self.password.as_ref().map(SecretRef::password).transpose().map_err(secret)?;
            let encryption = match (password, self.encryption) {
                (Some(password), ZipEncryption::Aes256) => Encryption::Aes256(password),
                (Some(password), ZipEncryption::LegacyZipCrypto) => Encryption::LegacyZipCrypto(password),
                (None, ZipEncryption::Aes256) => Encryption::None,
                (None, ZipEncryption::LegacyZipCrypto) => {
                    return Err(Error::usage("encryption needs a password")
                        .with_hint("name the place of one in `password`, or leave `encryption` out")
                        .field("encryption"));
                }
            };
            encryption.check().map_err(|error| secret(error.into()))?;
            Ok(ZipOptions::default().compression(compression).encryption(encryption))
        }
    }

    fn level(level: u8) -> Result<DeflateLevel> {
        DeflateLevel::new(level)
            .ok_or_else(|| Error::usage(format!("the level {level} is none of 0 to 9")).field("level"))
    }
}

#[cfg(not(feature = "package"))]
mod wrapping {
    use super::*;

    /// No packaging: this build has none.
    pub(in super::super) struct Wrapping;

    impl Wrapping {
        pub(in super::super) fn of(packaging: Option<&Packaging>, manifest: bool) -> Result<Self> {
            let field = if manifest { "manifest" } else { "packaging" };
            match packaging {
                None if !manifest => Ok(Self),
                _ => Err(Error::unsupported("this program was built without packaging")
                    .with_hint("build it with the feature `package` of the crate exporter")
                    .field(field)),
            }
        }

        pub(in super::super) fn wrap(self, bundle: Bundle, _: &str) -> Box<dyn Exporter> {
            Box::new(bundle)
        }
    }
}
