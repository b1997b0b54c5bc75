//! Threads are started by the core's `parallel` module alone, so that order, errors, panics and memory are settled once.

use std::fs;

use crate::codecs::collect;
use crate::members::{self, Role};

/// What starts a thread, or makes one wait for another.
const MACHINERY: &[&str] =
    &["thread::spawn", "thread::scope", "thread::Builder", ".spawn(", ".spawn_scoped(", "Condvar"];

/// The lines of code, by number from 1, that name a piece of machinery; tests may use what they like.
fn lines_with_machinery(code: &str) -> Vec<usize> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let names = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        MACHINERY.iter().any(|name| code.contains(name))
    };
    code.lines().enumerate().filter(|(_, line)| names(line)).map(|(index, _)| index + 1).collect()
}

#[test]
fn only_the_core_starts_threads() {
    let libraries = [Role::Core, Role::Shared, Role::Format, Role::Facade];
    let (mut seen, mut broken) = (0, Vec::new());
    for member in members::all().iter().filter(|member| libraries.contains(&member.role())) {
        let mut files = Vec::new();
        collect(&member.folder.join("src"), &mut files);
        for file in files {
            let path = file.to_string_lossy().replace('\\', "/");
            if path.contains("exporter-core/src/parallel/") || path.contains("tests") {
                continue;
            }
            seen += 1;
            let lines = lines_with_machinery(&fs::read_to_string(&file).unwrap());
            broken.extend(lines.iter().map(|line| format!("{path}:{line}")));
        }
    }
    assert!(seen > 300, "only {seen} files were found");
    assert!(broken.is_empty(), "threads outside exporter_core::parallel:\n{}", broken.join("\n"));
}

#[test]
fn a_thread_outside_would_be_found() {
    let code = "use std::thread;\n// thread::scope\nthread::scope(|s| {\ns.spawn(f);\n#[cfg(test)]\nmod tests {\nthread::spawn(f);";
    assert_eq!(lines_with_machinery(code), [3, 4]);
}
