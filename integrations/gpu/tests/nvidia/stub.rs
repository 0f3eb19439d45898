//! A driver's library of our own.

use std::{path::PathBuf, process::Command};

use pss_gpu::{Pids, Source};

/// The library, and the file that says what it answers.
pub(crate) struct Stub {
    folder: tempfile::TempDir,
}

impl Stub {
    /// Compiles it without some functions, as `stub.c` names them.
    pub(crate) fn new(without: &[&str]) -> Stub {
        let stub = Stub {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let state = stub.path("state");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(stub.path("libnvidia-ml.so.1"))
            .arg(format!("-DSTATE=\"{}\"", state.display()))
            .args(without.iter().map(|name| format!("-D{name}")))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nvidia/stub.c"))
            .status()
            .expect("a C compiler, which linking Rust needs as well");
        assert!(compiled.success());
        stub.says("");
        stub
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it answers from now on; of lines for the same thing the last.
    pub(crate) fn says(&self, lines: &str) {
        std::fs::write(self.path("state"), lines).expect("written");
    }

    pub(crate) fn source(&self, pids: Pids) -> Source {
        Source {
            library: self.path("libnvidia-ml.so.1").into(),
            pids,
        }
    }
}
