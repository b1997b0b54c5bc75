//! Where the checkout and its build folder are.

use std::env;
use std::path::{Path, PathBuf};

/// The folders that the steps work in.
pub(crate) struct Workspace {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: `CARGO_TARGET_DIR` when that is set.
    pub(crate) target: PathBuf,
    /// Programs this crate builds for itself; beside Cargo's own cache, so that a fresh checkout finds them.
    pub(crate) tools: PathBuf,
}

impl Workspace {
    /// Finds the folders from this crate's own place and the environment.
    pub(crate) fn locate() -> Result<Self, String> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().ok_or("the xtask folder has no parent")?.to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            // Cargo takes a relative folder from where it was started.
            Some(folder) => env::current_dir()
                .map_err(|e| format!("the current folder: {e}"))?
                .join(PathBuf::from(folder)),
            None => root.join("target"),
        };
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
        let tools = match cargo_home {
            Some(home) => home.join("exporter-tools"),
            None => target.join("tools"),
        };
        Ok(Self { root, target, tools })
    }

    /// The interpreter of the Python environment that the oracle suite uses.
    pub(crate) fn oracle_python(&self) -> PathBuf {
        self.target.join("oracle-venv").join("bin").join("python")
    }

    /// The program that reads and writes SPSS files with the crate `ambers`.
    pub(crate) fn oracle_ambers(&self) -> PathBuf {
        self.target.join("oracle-ambers").join("release").join("exporter-oracle-ambers")
    }

    /// The folder of real files that the acceptance suite reads, if it is there.
    pub(crate) fn reference(&self) -> Option<PathBuf> {
        let folder = match env::var_os("EXPORTER_REFERENCE") {
            Some(folder) => PathBuf::from(folder),
            None => self.root.join("..").join("shared"),
        };
        folder.is_dir().then_some(folder)
    }
}
