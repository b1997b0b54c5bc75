//! Inside a format crate the codec stands alone: the exporter adapts it, and the codec never names `Exporter`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::members::{self, Role};

/// Module names that hold codecs, in every format crate that has them.
const CODECS: &[&str] = &["check", "deflate", "gzip", "layout", "reader", "spec", "writer", "zip"];

/// Every Rust file of the codec modules under a `src` folder.
fn codec_files(src: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for name in CODECS {
        files.extend(Some(src.join(format!("{name}.rs"))).filter(|file| file.is_file()));
        collect(&src.join(name), &mut files);
    }
    files
}

pub(crate) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, files),
            false => {
                files.extend(Some(path).filter(|path| path.extension().is_some_and(|kind| kind == "rs")))
            }
        }
    }
}

/// The lines of code, by number from 1, with an identifier that is or ends in `Exporter`.
fn lines_naming_exporter(code: &str) -> Vec<usize> {
    let names = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word.ends_with("Exporter"))
    };
    code.lines().enumerate().filter(|(_, line)| names(line)).map(|(index, _)| index + 1).collect()
}

#[test]
fn codecs_never_name_exporter() {
    let mut seen = 0;
    let mut broken = Vec::new();
    for member in members::all().iter().filter(|member| member.role() == Role::Format) {
        for file in codec_files(&member.folder.join("src")) {
            seen += 1;
            let lines = lines_naming_exporter(&fs::read_to_string(&file).unwrap());
            broken.extend(lines.iter().map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert!(seen >= 3, "only {seen} codec files were found: were the modules renamed?");
    assert!(broken.is_empty(), "codecs name `Exporter`:\n{}", broken.join("\n"));
}

/// The crate whose codecs stand beside the folder that adapts them, and name nothing of the engine.
const PLAIN: &str = "exporter-dxf2";

#[test]
fn plain_codecs_name_nothing_of_the_engine() {
    let members = members::all();
    let src = members.iter().find(|member| member.name == PLAIN).unwrap().folder.join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    files.retain(|file| !file.starts_with(src.join("dataset")));
    assert!(files.len() > 50, "only {} files were found: were they moved?", files.len());
    let names_it = |file: &&PathBuf| {
        let code = fs::read_to_string(file).unwrap();
        code.lines().any(|line| line.split("//").next().unwrap_or_default().contains("exporter_core"))
    };
    let broken: Vec<_> = files.iter().filter(names_it).collect();
    assert!(broken.is_empty(), "codecs name the engine: {broken:?}");
}

#[test]
fn a_codec_that_names_exporter_would_be_found() {
    let code = "use crate::layout;\nuse exporter_core::Exporter;\n// an Exporter\nfn f(x: DtaExporter) {}\n";
    assert_eq!(lines_naming_exporter(code), [2, 4]);
}
