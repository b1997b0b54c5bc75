//! The members of the workspace, as Cargo reports them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One package of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) published: bool,
    pub(crate) described: bool,
    /// Other members it names, with the kind of dependency.
    pub(crate) depends: Vec<(String, Kind)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Build,
    Development,
}

/// What a member is, which decides what it may depend on. Whatever is not listed here is a format, packaging or
/// store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Core,
    /// What several formats share: the rules of one program, the kit of fixed-width rows, or XML.
    Shared,
    Format,
    Facade,
    Frontend,
    Testkit,
    Unpublished,
}

/// Crates that formats share.
pub(crate) const SHARED: &[&str] = &["exporter-rows", "exporter-spss", "exporter-stata", "exporter-xml"];

impl Member {
    pub(crate) fn role(&self) -> Role {
        match self.name.as_str() {
            "exporter-core" => Role::Core,
            name if SHARED.contains(&name) => Role::Shared,
            "exporter" => Role::Facade,
            "exporter-cli" => Role::Frontend,
            "exporter-testkit" => Role::Testkit,
            _ if self.folder.parent().is_some_and(|folder| folder.ends_with("crates")) => Role::Format,
            _ => Role::Unpublished,
        }
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every member, by `cargo metadata`.
pub(crate) fn all() -> Vec<Member> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

fn member(package: &Value) -> Member {
    let depends = package["dependencies"].as_array().unwrap().iter();
    Member {
        name: package["name"].as_str().unwrap().to_owned(),
        folder: Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned(),
        // `publish = false` is an empty list of registries.
        published: package["publish"].is_null(),
        described: package["description"].is_string() && package["license"].is_string(),
        depends: depends.filter(|dependency| dependency["path"].is_string()).map(dependency).collect(),
    }
}

fn dependency(dependency: &Value) -> (String, Kind) {
    let kind = match dependency["kind"].as_str() {
        None => Kind::Normal,
        Some("build") => Kind::Build,
        Some(_) => Kind::Development,
    };
    (dependency["name"].as_str().unwrap().to_owned(), kind)
}
