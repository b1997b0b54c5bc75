//! What an export is, as a value: which inputs, which part of them, in which formats, packaged how.

mod files;
mod json;
mod packaging;
mod prepared;
#[cfg(feature = "schema")]
mod schema;
mod secret;

use std::path::{Path, PathBuf};

use exporter_core::{
    Context, Dataset, Error, ErrorKind, LossPolicy, Presumption, Registry, Result, Sink, Summary,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::assembled::AssembledDataset;
use crate::excerpt::Excerpt;
use crate::input::InputOptions;
pub(crate) use json::nearest_name;
use prepared::Output;

pub use packaging::{GzipPackaging, Packaging, ZipEncryption, ZipPackaging};
pub use prepared::{DryRun, PreparedExport, has_language};
#[cfg(feature = "schema")]
pub use schema::json_schema;
pub use secret::SecretRef;

/// The version of the JSON of requests.
pub const REQUEST_VERSION: u32 = 1;

/// What to export and how, but not where to and not with how many threads: those are the sink and the context.
///
/// A request is plain data with a versioned JSON form (`{"request": 1, …}`, `request.schema.json` beside this crate), so
/// that it can be stored, sent and run again. It holds no secret, only the places of secrets. Its paths are taken as they
/// are, or from a folder that [`Request::relative_to`] names.
///
/// ```
/// use exporter::request::{FormatRequest, Packaging, Request, ZipPackaging};
/// use exporter::sink::MemorySink;
/// use exporter::{Context, Excerpt};
///
/// # fn main() -> exporter::Result<()> {
/// let folder = std::path::Path::new("../../examples/households");
/// let request = Request::new(["study.toml"])
///     .with_excerpt(Excerpt::default().with_condition("region = North"))
///     .with_format(FormatRequest::new("csv").with_option("values", "labels"))
///     .with_packaging(Packaging::Zip(ZipPackaging::default().with_level(9)));
/// let json = request.to_json()?;
///
/// // Later, elsewhere:
/// let stored = Request::from_json(&json)?.relative_to(folder);
/// let (registry, context) = (exporter::registry(), Context::default());
/// let dry_run = stored.plan(&registry, &context)?;
/// assert_eq!(dry_run.entries[0].path, "households.zip");
/// let sink = MemorySink::new();
/// let summary = stored.run(&registry, Box::new(sink.clone()), &context)?;
/// assert_eq!(summary.bytes(), sink.entries()["households.zip"].len() as u64);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(description = "What to export and how: everything but where to."))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Request {
    /// Version of this form: 1.
    #[serde(rename = "request", deserialize_with = "json::version")]
    version: u32,
    /// Where the data comes from. A server that has its data already takes requests without.
    #[serde(default, skip_serializing_if = "is_default")]
    pub input: InputRequest,
    /// Which part of the data is taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub excerpt: Excerpt,
    /// The formats to write.
    pub formats: Vec<FormatRequest>,
    /// What the entries are packaged in; nothing when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Packaging>,
    /// Add the codebook as an entry, unless it is one of the formats.
    #[serde(default = "yes")]
    pub codebook: bool,
    /// Add the documents of the study as entries, unless they are one of the formats.
    #[serde(default = "yes")]
    pub documents: bool,
    /// Add `MANIFEST.json` with sizes and SHA-256 of every entry.
    #[serde(default)]
    pub manifest: bool,
    /// Which losses are accepted; as the context says when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub losses: Option<LossPolicy>,
    /// Language of labels where a format holds only one (BCP 47); as the context says when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Where the data comes from and how it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InputRequest {
    /// A study file, data files, archives or folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// The format of every data file, when content and extension do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Options of the format's reader.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Json>,
    /// A codebook that describes the data files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codebook: Option<PathBuf>,
    /// Let a study file name data files outside its folder.
    #[serde(skip_serializing_if = "is_default")]
    pub allow_outside: bool,
    /// Where the password of encrypted archives is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
}

/// A format to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormatRequest {
    /// The format's id, an alias, or its extension.
    pub format: String,
    /// Its options.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Json>,
}

impl FormatRequest {
    /// A format with its default options.
    pub fn new(format: impl Into<String>) -> Self {
        Self { format: format.into(), options: Map::new() }
    }

    /// Sets an option.
    #[must_use]
    pub fn with_option(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }
}

impl From<&str> for FormatRequest {
    fn from(format: &str) -> Self {
        Self::new(format)
    }
}

fn yes() -> bool {
    true
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Request {
    /// Nothing of nothing, with its codebook and documents.
    fn default() -> Self {
        Self {
            version: REQUEST_VERSION,
            input: InputRequest::default(),
            excerpt: Excerpt::default(),
            formats: Vec::new(),
            packaging: None,
            codebook: true,
            documents: true,
            manifest: false,
            losses: None,
            language: None,
        }
    }
}

impl Request {
    /// Everything of a study file or of data files, in no format yet.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self { input: InputRequest { paths, ..InputRequest::default() }, ..Self::default() }
    }

    /// Takes only this part of the data.
    #[must_use]
    pub fn with_excerpt(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = excerpt;
        self
    }

    /// Writes this format, too.
    #[must_use]
    pub fn with_format(mut self, format: impl Into<FormatRequest>) -> Self {
        self.formats.push(format.into());
        self
    }

    /// Packages the entries.
    #[must_use]
    pub fn with_packaging(mut self, packaging: Packaging) -> Self {
        self.packaging = Some(packaging);
        self
    }

    /// Adds the codebook as an entry, or leaves it out.
    #[must_use]
    pub fn with_codebook(mut self, codebook: bool) -> Self {
        self.codebook = codebook;
        self
    }

    /// Adds the documents of the study, or leaves them out.
    #[must_use]
    pub fn with_documents(mut self, documents: bool) -> Self {
        self.documents = documents;
        self
    }

    /// Adds a manifest, or leaves it out.
    #[must_use]
    pub fn with_manifest(mut self, manifest: bool) -> Self {
        self.manifest = manifest;
        self
    }

    /// Accepts losses by this policy.
    #[must_use]
    pub fn with_losses(mut self, policy: LossPolicy) -> Self {
        self.losses = Some(policy);
        self
    }

    /// Writes labels in this language (BCP 47) where a format holds only one.
    #[must_use]
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Takes relative paths (inputs, the codebook, files of secrets) from this folder.
    #[must_use]
    pub fn relative_to(mut self, folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        let paths = self.input.paths.iter_mut().chain(&mut self.input.codebook);
        for path in paths.filter(|path| path.as_os_str() != crate::input::STDIN) {
            *path = folder.join(&*path);
        }
        let packaging = self.packaging.as_mut().and_then(Packaging::password_mut);
        for secret in self.input.password.as_mut().into_iter().chain(packaging) {
            secret.relative_to(folder);
        }
        self
    }

    /// The places of all secrets that running it reads.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.input.password.iter().chain(self.packaging.as_ref().and_then(Packaging::password))
    }

    /// The context with what the request says about losses and language.
    pub fn context(&self, context: &Context) -> Context {
        let mut own = context.clone();
        if let Some(policy) = &self.losses {
            own = own.with_policy(policy.clone());
        }
        if let Some(language) = &self.language {
            own = own.with_language(language);
        }
        own
    }

    /// Plans the export and writes nothing.
    ///
    /// # Errors
    /// Those of [`Request::prepare`] and [`PreparedExport::plan`].
    pub fn plan(&self, registry: &Registry, context: &Context) -> Result<DryRun> {
        self.prepare(registry, context)?.plan(context)
    }

    /// Exports into the sink.
    ///
    /// # Errors
    /// Those of [`Request::prepare`] and [`exporter_core::export`].
    pub fn run(&self, registry: &Registry, sink: Box<dyn Sink + '_>, context: &Context) -> Result<Summary> {
        self.prepare(registry, context)?.run(sink, context)
    }

    /// Prepares the export and lets `export` open a sink and run it. A long input is first taken for what its beginning shows
    /// ([`Presumption`]), so that it is read once; where that does not hold, all of it happens a second time without.
    ///
    /// ```
    /// use exporter::request::Request;
    /// use exporter::sink::MemorySink;
    /// use exporter::Context;
    ///
    /// let request = Request::new(["../../examples/households/households.csv"]).with_format("parquet");
    /// let summary = request.run_with(&exporter::registry(), &Context::default(), |export, context| {
    ///     export.run(Box::new(MemorySink::new()), context)
    /// })?;
    /// assert_eq!(summary.rows(), 120);
    /// # Ok::<(), exporter::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Request::prepare`] and of `export`.
    pub fn run_with<T>(
        &self,
        registry: &Registry,
        context: &Context,
        mut export: impl FnMut(&PreparedExport<AssembledDataset>, &Context) -> Result<T>,
    ) -> Result<T> {
        let mut attempt = |context: &Context| export(&self.prepare(registry, context)?, context);
        if self.can_be_read_again() {
            let given = context.presumption().map(Presumption::anew);
            let presumption = given.unwrap_or_else(|| Presumption::beyond(Presumption::WORTHWHILE));
            let result = attempt(&context.clone().with_presumption(presumption.clone()));
            match &result {
                // Kinds that do not hold may be behind any refusal, but not behind these.
                Err(error) if !presumption.is_settled() => match error.kind() {
                    ErrorKind::Cancelled | ErrorKind::Exists => return result,
                    ErrorKind::Io if !presumption.is_refuted() => return result,
                    _ => {}
                },
                _ => return result,
            }
        }
        attempt(&context.clone().with_presumption(None))
    }

    /// Whether no input and no secret comes out of a pipe.
    fn can_be_read_again(&self) -> bool {
        let inputs = self.input.paths.iter().chain(&self.input.codebook).map(PathBuf::as_path);
        let secrets = self.secrets().filter_map(SecretRef::file);
        inputs.chain(secrets).all(|path| path.is_file() || path.is_dir())
    }

    /// Opens the inputs and makes ready what is to be written, for callers who look at the data or the entries before
    /// they choose a sink.
    ///
    /// # Errors
    /// Errors name the field of the request where they are; otherwise those of [`crate::open`] and [`Excerpt::of`].
    pub fn prepare(
        &self,
        registry: &Registry,
        context: &Context,
    ) -> Result<PreparedExport<AssembledDataset>> {
        let output = Output::of(self, registry)?;
        let data = self.open(registry, context)?;
        PreparedExport::new(self, output, data, context)
    }

    /// As [`Request::prepare`], for data that is open already.
    ///
    /// Whoever takes requests from others should refuse paths and secrets in them ([`Request::secrets`]): both are read
    /// with the rights of the process.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when the request has inputs of its own; otherwise as [`Request::prepare`].
    pub fn prepare_for<D: Dataset>(
        &self,
        data: D,
        registry: &Registry,
        context: &Context,
    ) -> Result<PreparedExport<D>> {
        if self.input != InputRequest::default() {
            return Err(Error::usage("the request names inputs, but its data is given")
                .with_hint("leave `input` out")
                .field("input"));
        }
        PreparedExport::new(self, Output::of(self, registry)?, data, context)
    }

    /// Opens the inputs alone, whole but for values of variables that the excerpt does not need.
    ///
    /// # Errors
    /// Those of [`crate::open`].
    pub fn open(&self, registry: &Registry, context: &Context) -> Result<AssembledDataset> {
        let input = &self.input;
        if input.paths.is_empty() {
            return Err(Error::usage("no input is given")
                .with_hint("name a study file or data files")
                .field("input.paths"));
        }
        if let Some(format) = &input.format {
            registry.format(format).map_err(|error| error.field("input.format"))?;
        }
        let mut options = InputOptions::default();
        options.codebook.clone_from(&input.codebook);
        options.format.clone_from(&input.format);
        options.options = if input.options.is_empty() { Json::Null } else { input.options.clone().into() };
        let password = input.password.as_ref().map(SecretRef::password).transpose();
        options.password = password.map_err(|error| error.field("input.password"))?;
        options.outside = input.allow_outside;
        options.projection = self.excerpt.projection();
        options.follow = self.excerpt.follows();
        crate::open(&input.paths, &options, registry, &self.context(context)).map_err(|error| {
            match error.kind() {
                ErrorKind::Usage | ErrorKind::NotFound => error.field("input"),
                _ => error,
            }
        })
    }
}

#[cfg(test)]
mod tests;
