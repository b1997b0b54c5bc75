//! The examples of the README are crates of their own, with exactly the dependencies that it names.

use std::path::{Path, PathBuf};
use std::process::Command;

use exporter_testkit::blocks;

#[test]
fn the_examples_build_and_run_in_a_crate_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Embedding\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let [dependencies] = <[String; 1]>::try_from(blocks(section, "toml")).unwrap();
    let facade = root.join("crates/exporter");
    let dependencies =
        dependencies.replace("\"crates/exporter\"", &format!("{:?}", facade.to_str().unwrap()));
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("embedding");
    std::fs::create_dir_all(place.join("src/bin")).unwrap();
    let package =
        "[package]\nname = \"embedding\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
    std::fs::write(place.join("Cargo.toml"), format!("{package}{dependencies}\n")).unwrap();
    // The versions that the workspace is tested with.
    std::fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).unwrap();
    let examples = blocks(section, "rust");
    assert!(examples.len() >= 3, "{} examples", examples.len());
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        let manifest = place.join("Cargo.toml");
        command.args(arguments).arg("--offline").arg("--manifest-path").arg(manifest).current_dir(&root);
        command.env("CARGO_TARGET_DIR", place.join("target")).env("CARGO_PROFILE_DEV_DEBUG", "0");
        let run = command.output().unwrap();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    };
    for (number, example) in examples.iter().enumerate() {
        let hidden = example.lines().find(|line| line.starts_with("# "));
        assert_eq!(hidden, None, "what is pasted must compile");
        std::fs::write(place.join(format!("src/bin/example{number}.rs")), example).unwrap();
    }
    cargo(&["build", "--bins"]);
    for number in 0..examples.len() {
        cargo(&["run", "--bin", &format!("example{number}")]);
    }
}
