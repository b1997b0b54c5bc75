//! From arguments to the request that they make.

use std::path::Path;

use exporter::request::{
    FormatRequest, GzipPackaging, Packaging, Request, SecretRef, ZipEncryption, ZipPackaging,
};
use exporter::{Error, Excerpt, FormatInfo, LossCode, LossPolicy, Registry, Result};

use crate::args::{ConvertArgs, ExcerptArgs, ExportArgs, ReadingArgs, WorkArgs};
use crate::format_text;
use crate::place;
use crate::target::{gzip_name, has_extension, is_folder};
use crate::terminal::print;

/// What `export` is asked for.
pub(crate) fn of_export(args: &ExportArgs, registry: &Registry) -> Result<Request> {
    let mut request = reading(&args.inputs, &args.reading, registry)?;
    request.packaging = packaging(args, registry)?;
    for to in &args.to {
        request = request.with_format(format_text::parse(to, registry)?);
    }
    request.codebook = !args.no_codebook;
    request.documents = !args.no_documents;
    request.manifest = args.manifest;
    with_work(request, &args.excerpt, &args.table, &args.work)
}

/// What `convert` is asked for.
pub(crate) fn of_convert(args: &ConvertArgs, registry: &Registry) -> Result<Request> {
    let to = match &args.to {
        Some(to) => {
            let format = format_text::parse(to, registry)?;
            named_as_written(args, to, &format.format, registry)?;
            format
        }
        None => FormatRequest::new(format_of(args, registry)?),
    };
    stands_alone(args, &to, registry)?;
    let request = reading(std::slice::from_ref(&args.input), &args.reading, registry)?;
    let request = request.with_format(to).with_codebook(false).with_documents(false);
    with_work(request, &args.excerpt, args.table.as_slice(), &args.work)
}

/// The format that the name of the output ends with.
fn format_of(args: &ConvertArgs, registry: &Registry) -> Result<&'static str> {
    let out = &args.output;
    let written = |path: &Path| {
        let named =
            |info: &&FormatInfo| registry.faces(info.id).writes && has_extension(path, info.extensions);
        registry.formats().into_iter().find(named).map(|info| info.id)
    };
    if let Some(format) = written(out) {
        return Ok(format);
    }
    let format = written(&out.with_extension("")).unwrap_or("csv");
    if let Some(error) = packaged(args, format, format, registry) {
        return Err(error);
    }
    match out.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => Ok(registry.format(extension)?.id),
        None if is_folder(out) => {
            let shown = out.display();
            let file = out.join("out.csv");
            Err(Error::usage(format!("{shown} names a folder, and convert writes a file"))
                .with_hint(format!("name the file in it, such as {}", file.display())))
        }
        None => {
            let name = if out.as_os_str() == "-" { "standard output".into() } else { out.to_string_lossy() };
            Err(Error::usage(format!("{name} has no extension that names a format"))
                .with_hint("name the format, such as --to csv"))
        }
    }
}

/// Refuses a format whose files go with those of another, such as a script.
fn stands_alone(args: &ConvertArgs, to: &FormatRequest, registry: &Registry) -> Result<()> {
    let exporter = registry.exporter(&to.format, to.options.clone().into())?;
    if !exporter.is_companion() {
        return Ok(());
    }
    let (id, to) = (exporter.format().id, format_text::typed(to));
    let [input, out] = [&args.input, &args.output].map(|path| format_text::shell(&path.to_string_lossy()));
    // What is read by itself, such as a document, is of use by itself.
    if registry.faces(id).reads {
        return Err(Error::usage(format!("{id} describes data and holds no rows, and convert writes rows"))
            .with_hint(format!("use `exporter export {input} --to {to} --out {out}`")));
    }
    let folder = match args.output.with_extension("") {
        named if args.output.as_os_str() == "-" || named.file_name().is_none() => "out".into(),
        named => named.to_string_lossy().into_owned(),
    };
    // With a point in its name it has to be called a folder.
    let mark = if Path::new(&folder).extension().is_some() { "/" } else { "" };
    let folder = format_text::shell(&format!("{folder}{mark}"));
    Err(Error::usage(format!("{id} goes with a delimited file, and convert writes one file"))
        .with_hint(format!("use `exporter export {input} --to tab --to {to} --out {folder}`")))
}

/// Refuses an output whose extension says another format or packaging than what is written; `to` is the format as it was typed.
fn named_as_written(args: &ConvertArgs, to: &str, format: &str, registry: &Registry) -> Result<()> {
    let out = &args.output;
    let Some(extension) = out.extension().filter(|_| !is_folder(out)) else { return Ok(()) };
    let extensions = registry.format(format)?.extensions;
    if has_extension(out, extensions) || has_extension(out, &[format]) {
        return Ok(());
    }
    if let Some(error) = packaged(args, to, format, registry) {
        return Err(error);
    }
    let (shown, extension) = (out.display(), extension.to_string_lossy());
    let own = out.with_extension(extensions.first().copied().unwrap_or(format));
    Err(Error::usage(format!(
        "{shown} is called like another file, and {format} does not write .{extension}"
    ))
    .with_hint(format!("name it {}", own.display())))
}

/// What streams end in that nothing here writes.
const PACKED: [&str; 4] = ["zst", "bz2", "xz", "7z"];

/// The error of an output that is called like an archive or stream, with the command that makes one.
fn packaged(args: &ConvertArgs, to: &str, format: &str, registry: &Registry) -> Option<Error> {
    let out = &args.output;
    let (flag, made) = if has_extension(out, &["gz"]) {
        ("--gzip", gzip_name(out, format, registry))
    } else if has_extension(out, &["zip"]) {
        ("--zip", out.clone())
    } else if has_extension(out, &PACKED) {
        ("--gzip", gzip_name(&out.with_extension(""), format, registry))
    } else {
        return None;
    };
    let (input, out, made) = (args.input.display(), out.display(), made.display());
    let message = format!("convert writes a single file as it is, and {out} is packaged");
    let hint = format!("use `exporter export {input} --to {to} {flag} --out {made}`");
    Some(Error::usage(message).with_hint(hint))
}

/// The inputs and how they are read.
pub(crate) fn reading<P: AsRef<Path>>(
    paths: &[P],
    args: &ReadingArgs,
    registry: &Registry,
) -> Result<Request> {
    let named = paths.iter().map(AsRef::as_ref).chain(args.codebook.as_deref());
    named.into_iter().try_for_each(place::readable)?;
    let mut request = Request::new(paths.iter().map(AsRef::as_ref));
    let input = &mut request.input;
    input.codebook.clone_from(&args.codebook);
    input.allow_outside = args.allow_outside;
    input.password = secret_ref(args.input_password_env.as_deref(), args.input_password_file.as_deref());
    if let Some(from) = &args.from {
        let FormatRequest { format, options, .. } = format_text::parse_reader(from, registry)?;
        (input.format, input.options) = (Some(format), options);
    }
    Ok(request)
}

fn with_work(request: Request, excerpt: &ExcerptArgs, tables: &[String], work: &WorkArgs) -> Result<Request> {
    let mut part = Excerpt::default();
    part.tables = tables.to_vec();
    part.conditions.clone_from(&excerpt.conditions);
    part.variables.clone_from(&excerpt.variables);
    part.rows = excerpt.rows;
    part.keep_orphans = excerpt.keep_orphans;
    let mut request = request.with_excerpt(part).with_losses(policy(&work.losses)?);
    request.language.clone_from(&work.language);
    Ok(request)
}

fn policy(text: &str) -> Result<LossPolicy> {
    match text.split_once('=') {
        None if text == "deny" => Ok(LossPolicy::Deny),
        None if text == "report" => Ok(LossPolicy::Report),
        Some(("allow", codes)) if !codes.is_empty() => Ok(LossPolicy::Allow(
            codes.split(',').map(|code| LossCode::from(code.trim().to_owned())).collect(),
        )),
        _ => {
            let is_code = LossCode::ALL.iter().any(|code| code.as_str() == text);
            let hint = match is_code {
                true => format!("accept it with --losses allow={text}"),
                false => "`exporter formats FORMAT` lists the codes that a format may report".to_owned(),
            };
            let error = Error::usage(format!("--losses {text} is none of deny, report, allow=CODE,…"));
            Err(error.with_hint(hint))
        }
    }
}

/// By the flags, else by the extension of the target.
fn packaging(args: &ExportArgs, registry: &Registry) -> Result<Option<Packaging>> {
    let level = args.level.as_deref().map(level).transpose()?;
    let password = secret_ref(args.password.password_env.as_deref(), args.password.password_file.as_deref());
    let formats: Vec<&str> = args.to.iter().map(|to| to.split(':').next().unwrap_or(to)).collect();
    let by_extension = args.out.as_deref().and_then(|out| packaging_of_target(out, &formats, registry));
    let packaging = match by_extension {
        _ if args.zip => Some(Packaging::Zip(ZipPackaging::default())),
        _ if args.gzip => Some(Packaging::Gzip(GzipPackaging::default())),
        other => other,
    };
    // A format that is an archive itself has none round it, unless its name is that of one.
    let named_zip = args
        .out
        .as_deref()
        .filter(|out| packaging.is_none() && has_extension(out, &["zip"]) && !is_folder(out));
    let named_zip = named_zip.map(|out| {
        let zip = out.with_extension("").with_extension("zip");
        format!("write --out {}", format_text::shell(&zip.to_string_lossy()))
    });
    if password.is_some() && !matches!(packaging, Some(Packaging::Zip(_))) {
        let input = if args.password.password_env.is_some() {
            "--input-password-env"
        } else {
            "--input-password-file"
        };
        let zipped = named_zip.unwrap_or_else(|| "add --zip or name the target .zip".to_owned());
        return Err(Error::usage("a password encrypts a zip only")
            .with_hint(format!("{zipped}; {input} gives the password of an encrypted input")));
    }
    if level.is_some() && packaging.is_none() {
        let level = args.level.as_deref().unwrap_or_default();
        let zipped = named_zip.unwrap_or_else(|| "add --zip or --gzip".to_owned());
        return Err(Error::usage("--level is of a zip or gzip").with_hint(format!(
            "{}{zipped}",
            args.to.iter().find_map(|to| level_of_format(to, level, registry)).unwrap_or_default()
        )));
    }
    if args.legacy_encryption && password.is_none() {
        return Err(Error::usage("--legacy-encryption needs a password")
            .with_hint("give --password-env VAR or --password-file FILE"));
    }
    Ok(packaging.map(|packaging| match packaging {
        Packaging::Gzip(gzip) => Packaging::Gzip(level.into_iter().fold(gzip, GzipPackaging::with_level)),
        Packaging::Zip(mut zip) => {
            zip.password = password;
            if args.legacy_encryption {
                zip.encryption = ZipEncryption::LegacyZipCrypto;
            }
            Packaging::Zip(level.into_iter().fold(zip, ZipPackaging::with_level))
        }
        other => other,
    }))
}

/// The packaging that the name of a target stands for; folders have none, nor has a format that is an archive itself.
pub(crate) fn packaging_of_target(out: &Path, formats: &[&str], registry: &Registry) -> Option<Packaging> {
    let is_own = |format: &&str| {
        let info = registry.format(format);
        info.is_ok_and(|info| has_extension(out, info.extensions))
    };
    if is_folder(out) || matches!(formats, [one] if is_own(one)) {
        None
    } else if has_extension(out, &["zip"]) {
        Some(Packaging::Zip(ZipPackaging::default()))
    } else if has_extension(out, &["gz"]) {
        Some(Packaging::Gzip(GzipPackaging::default()))
    } else {
        None
    }
}

/// What to type for a format that compresses itself.
fn level_of_format(to: &str, level: &str, registry: &Registry) -> Option<String> {
    let format = to.split(':').next().unwrap_or(to);
    let info = registry.format(format).ok()?;
    let has_level = info.options.iter().any(|option| option.is_called("level"));
    let mark = if to.contains(':') { ',' } else { ':' };
    has_level.then(|| format!("for the level of {format}: --to {to}{mark}level={level}; else "))
}

fn level(text: &str) -> Result<u8> {
    match text {
        "fast" => Ok(1),
        "best" => Ok(9),
        number => number
            .parse()
            .ok()
            .filter(|level| *level <= 9)
            .ok_or_else(|| Error::usage(format!("--level {text} is none of 0 to 9, fast, best"))),
    }
}

/// Where the password is that the arguments point to.
pub(crate) fn secret_ref(variable: Option<&str>, file: Option<&Path>) -> Option<SecretRef> {
    let variable = variable.map(|variable| SecretRef::Env(variable.to_owned()));
    variable.or_else(|| file.map(|file| SecretRef::File(file.to_owned())))
}

/// Prints the request as JSON. Its paths become absolute, so that it can be stored anywhere.
pub(crate) fn show(request: Request) -> Result<()> {
    let folder =
        std::env::current_dir().map_err(|source| Error::io("cannot find the current folder", source))?;
    print(&request.relative_to(folder).to_json()?)
}
