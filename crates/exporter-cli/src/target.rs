//! Where an export goes: a folder, a file or standard output.

use std::path::{Path, PathBuf};

use exporter::request::{Packaging, Request};
use exporter::sink::{FileSink, FolderOptions, FolderSink, StreamSink};
use exporter::{Error, FormatInfo, Registry, Result, Sink};

use crate::args::WorkArgs;
use crate::request::packaging_of_target;
use crate::{format_text, place, terminal};

/// The place that becomes visible at once.
pub(crate) enum Target {
    /// Entries as files below a folder.
    Folder(PathBuf),
    /// A single file.
    File(PathBuf),
    /// Standard output.
    Output,
}

impl Target {
    /// An error of a disk without room, with the place that was written to and how to see its room; others as they are.
    pub(crate) fn told_of_room(&self, error: Error) -> Error {
        let source =
            std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
        let is_full = source.is_some_and(|source| {
            matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
        });
        let (target, folder) = match self {
            Target::File(file) => (file, file.parent().unwrap_or(file)),
            Target::Folder(folder) => (folder, folder.as_path()),
            Target::Output => return error,
        };
        if !is_full {
            return error;
        }
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // The folder may not be there: it is made when all is written.
        let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
        let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        let temp = std::env::temp_dir();
        let [typed, temp] = [there, &temp].map(|folder| format_text::shell(&folder.to_string_lossy()));
        let hint = format!(
            "free space in {typed} or {temp}, where unfinished parts are (`df -h {typed} {temp}` shows the room), or choose \
             another place; nothing is left in {}",
            target.display()
        );
        Error::new(error.kind(), format!("{}: {error}", target.display())).with_hint(hint)
    }

    /// The target of this name for what a request writes. Its name decides what the request leaves open: the packaging,
    /// and how a zip is called; where a single entry goes there are no codebook and no documents beside.
    ///
    /// # Errors
    /// A usage error for a URL, and for a name with an extension that nothing of the request has, as it may be meant for a
    /// file or for a folder.
    pub(crate) fn of(out: &Path, request: &mut Request, registry: &Registry) -> Result<Self> {
        place::writable(out, |name| format!("--out {name}"))?;
        if place::is_special(out) {
            let formats: Vec<String> =
                request.formats.iter().map(|format| format!("--to {}", format_text::typed(format))).collect();
            let zip = if formats.len() > 1 && request.packaging.is_none() { " --zip" } else { "" };
            let command = format!("export {} {}{zip} --out -", inputs(request), formats.join(" "));
            return Err(special(out, &command));
        }
        let formats: Vec<&str> = request.formats.iter().map(|format| format.format.as_str()).collect();
        if let Some(error) = called_like_another(out, &formats, request, registry) {
            return Err(error);
        }
        let by_name = packaging_of_target(out, &formats, registry);
        request.packaging = request.packaging.take().or(by_name);
        let is_single = !is_folder(out) && is_named_as_written(out, request, registry);
        let target = if out.as_os_str() == "-" {
            Target::Output
        } else if is_single {
            Target::File(out.to_owned())
        } else if is_folder(out) || out.extension().is_none() {
            Target::Folder(out.to_owned())
        } else {
            return Err(neither(out, request, registry));
        };
        match &mut request.packaging {
            Some(Packaging::Zip(zip)) if is_single => {
                zip.name = out.file_name().map(|name| name.to_string_lossy().into_owned());
            }
            Some(Packaging::Zip(_)) => {}
            _ => {
                request.codebook &= target.holds_many();
                request.documents &= target.holds_many();
            }
        }
        Ok(target)
    }

    /// The target of a conversion, which is one file, or standard output.
    ///
    /// # Errors
    /// A usage error for a URL or a folder.
    pub(crate) fn of_one(out: &Path, request: &Request, registry: &Registry) -> Result<Self> {
        place::writable(out, |name| name.trim_end_matches('/').to_owned())?;
        if out.as_os_str() == "-" {
            return Ok(Target::Output);
        }
        if place::is_special(out) {
            let format = request.formats.first().map(format_text::typed).unwrap_or_default();
            return Err(special(out, &format!("convert {} - --to {format}", inputs(request))));
        }
        if is_folder(out) {
            let extensions = file_extensions(request, registry);
            let name = format!("out.{}", extensions.first().copied().unwrap_or("csv"));
            let is_there = if out.is_dir() { "" } else { " once it is there" };
            return Err(Error::usage(format!("{} names a folder, and convert writes a file", out.display()))
                .with_hint(format!("name the file in it{is_there}, such as {}", out.join(name).display())));
        }
        // A folder that is the target is made; one that is only named on the way is a slip more often.
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists());
        if let (Some(parent), Some(name)) = (parent, out.file_name()) {
            let message = format!("there is no folder {} for the file", parent.display());
            return Err(Error::not_found(message).with_hint(format!(
                "make it with `mkdir -p {}`, or write the file here: {}",
                format_text::shell(&parent.to_string_lossy()),
                name.display()
            )));
        }
        Ok(Target::File(out.to_owned()))
    }

    /// The file, where it is a single one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Target::File(file) => Some(file),
            Target::Folder(_) | Target::Output => None,
        }
    }

    /// The folder, where it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Target::Folder(folder) => Some(folder),
            Target::File(_) | Target::Output => None,
        }
    }

    /// The place, where something is there that an export would not replace unasked.
    pub(crate) fn taken(&self) -> Option<&Path> {
        let is_taken = |path: &&Path| match std::fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(_) => path.symlink_metadata().is_ok(),
        };
        self.file().or(self.folder()).filter(is_taken)
    }

    /// Whether several entries fit.
    pub(crate) fn holds_many(&self) -> bool {
        self.folder().is_some()
    }

    /// Opens the sink.
    pub(crate) fn open(&self, work: &WorkArgs) -> Result<Box<dyn Sink>> {
        let options = FolderOptions::default().overwrite(work.overwrite).sync(work.sync);
        Ok(match self {
            Target::Folder(folder) => Box::new(FolderSink::create(folder, options)?),
            Target::File(file) => Box::new(FileSink::create(file, options)?),
            Target::Output => Box::new(StreamSink::new(terminal::Output)),
        })
    }
}

/// The error of a name that is that of archives of a format, such as `.odf.zip`, where another archive is written.
fn called_like_another(
    out: &Path,
    formats: &[&str],
    request: &Request,
    registry: &Registry,
) -> Option<Error> {
    let is_archive = |info: &&&FormatInfo| {
        let extensions: Vec<&str> =
            info.extensions.iter().copied().filter(|extension| extension.ends_with(".zip")).collect();
        has_extension(out, &extensions)
    };
    let all = registry.formats();
    let info = all.iter().find(is_archive).filter(|_| !is_folder(out))?;
    let is_named = |name: &&str| registry.format(name).is_ok_and(|named| named.id == info.id);
    let is_alone = matches!(formats, [one] if is_named(one));
    let is_zipped = matches!(request.packaging, Some(Packaging::Zip(_)));
    if is_alone && !is_zipped {
        return None;
    }
    let zip = out.with_extension("").with_extension("zip");
    let [shown, zip] = [out, &zip].map(|path| format_text::shell(&path.to_string_lossy()));
    let message = format!("{shown} is called like an archive of the format {}, and a zip of ", info.id);
    let what = if is_alone { "such archives" } else { "other files" };
    Some(Error::usage(format!("{message}{what} is written")).with_hint(match is_alone {
        true => format!("leave the packaging out, or write --out {zip}"),
        false => format!("write --to {} alone, or --out {zip}", info.id),
    }))
}

/// The error of a target that is no file; what the command writes to standard output can be sent there.
fn special(out: &Path, command: &str) -> Error {
    let shown = out.display();
    let name = out.to_string_lossy();
    let sent = match &*name {
        "/dev/stdout" => String::new(),
        _ if place::is_open_file(&name) => " | COMMAND".to_owned(),
        name => format!(" > {}", format_text::shell(name)),
    };
    Error::usage(format!("{shown} is no ordinary file, and files are written whole and then put in place"))
        .with_hint(format!("write to standard output: `exporter {command}{sent}`"))
}

/// The inputs of a request as they are typed.
fn inputs(request: &Request) -> String {
    let paths = request.input.paths.iter().map(|path| format_text::shell(&path.to_string_lossy()));
    paths.collect::<Vec<_>>().join(" ")
}

/// Whether a target is a folder whatever its name: it ends as one, or it is one already.
pub(crate) fn is_folder(out: &Path) -> bool {
    place::names_folder(out) || out.is_dir()
}

/// Whether a name is that of a file which holds all that a request writes. What stands before `.gz` names its format too.
fn is_named_as_written(out: &Path, request: &Request, registry: &Registry) -> bool {
    let is_named = has_extension(out, &file_extensions(request, registry));
    match (&request.packaging, request.formats.as_slice()) {
        (Some(Packaging::Gzip(_)), [one]) => {
            let inner = out.with_extension("");
            is_named
                && (inner.extension().is_none() || has_extension(&inner, extensions(&one.format, registry)))
        }
        _ => is_named,
    }
}

/// The extensions of a format.
fn extensions(format: &str, registry: &Registry) -> &'static [&'static str] {
    registry.format(format).map(|info| info.extensions).unwrap_or_default()
}

/// The name of a gzip stream of a format, as near as possible to another name.
pub(crate) fn gzip_name(out: &Path, format: &str, registry: &Registry) -> PathBuf {
    let inner = if has_extension(out, &["gz"]) { out.with_extension("") } else { out.to_owned() };
    let extensions = extensions(format, registry);
    match extensions.first() {
        _ if inner.extension().is_none() || has_extension(&inner, extensions) => {
            PathBuf::from(format!("{}.gz", inner.display()))
        }
        Some(own) => inner.with_extension(format!("{own}.gz")),
        None => inner.with_extension("gz"),
    }
}

/// The extensions of files that hold all that a request writes.
fn file_extensions(request: &Request, registry: &Registry) -> Vec<&'static str> {
    match (&request.packaging, request.formats.as_slice()) {
        (Some(Packaging::Zip(_)), _) => vec!["zip"],
        (Some(Packaging::Gzip(_)), _) => vec!["gz"],
        (None, [one]) => extensions(&one.format, registry).to_vec(),
        _ => Vec::new(),
    }
}

/// The error of a name that is neither that of a folder nor that of a file which the request writes.
fn neither(out: &Path, request: &Request, registry: &Registry) -> Error {
    let shown = out.display();
    let extension = out.extension().map(|own| own.to_string_lossy().into_owned()).unwrap_or_default();
    let what = match (&request.packaging, request.formats.as_slice()) {
        (Some(Packaging::Zip(_)), _) => "a zip ends in .zip".to_owned(),
        (Some(Packaging::Gzip(_)), [one]) if has_extension(out, &["gz"]) => {
            let inner = out.with_extension("");
            let inner = inner.extension().unwrap_or_default().to_string_lossy();
            format!("{} does not write .{inner}", one.format)
        }
        (Some(Packaging::Gzip(_)), _) => "a gzip stream ends in .gz".to_owned(),
        (None, [one]) => format!("{} does not write .{extension}", one.format),
        _ => "several formats do not fit in one file".to_owned(),
    };
    let file = match (&request.packaging, request.formats.first()) {
        (Some(Packaging::Gzip(_)), Some(one)) => gzip_name(out, &one.format, registry),
        // Named like a stream that is not written.
        (None, Some(one)) if has_extension(&out.with_extension(""), extensions(&one.format, registry)) => {
            gzip_name(&out.with_extension(""), &one.format, registry)
        }
        _ => out.with_extension(file_extensions(request, registry).first().unwrap_or(&"zip")),
    };
    Error::usage(format!("{shown} is called like a file, and {what}"))
        .with_hint(format!("--out {shown}/ makes a folder, --out {} a file", file.display()))
}

/// Whether a file name ends with one of the extensions.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    extensions.iter().any(|extension| name.ends_with(&format!(".{}", extension.to_lowercase())))
}
