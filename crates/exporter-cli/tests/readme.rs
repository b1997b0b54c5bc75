//! Every command of the README runs as written, one after the other, in a copy of what the repository has.

use std::path::Path;
use std::process::Command;

use exporter_testkit::blocks;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => assert!(std::fs::copy(from, to).is_ok()),
        }
    }
}

#[test]
fn every_command_of_the_readme_runs_as_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("examples"), &folder.path().join("examples"));
    let programs = folder.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_exporter"), programs.join("exporter")).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut commands = 0;
    for block in blocks(&readme, "sh") {
        let block = block.replace("cargo run --release -p exporter-cli -- ", "exporter ");
        // Tests do not run the tests.
        let typed: Vec<&str> = block.lines().filter(|line| !line.starts_with("cargo ")).collect();
        commands += typed.iter().filter(|line| !line.starts_with(' ')).count();
        let run = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &typed.join("\n")])
            .current_dir(folder.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(run.status.success(), "{block}\n{}", String::from_utf8_lossy(&run.stderr));
    }
    assert!(commands > 15, "only {commands} commands were found");
    for made in
        ["survey-1996.zip", "report.json", "survey.dta", "north/MANIFEST.json", "survey.zip", "exporter.1"]
    {
        assert!(folder.path().join(made).is_file(), "{made}");
    }
}
