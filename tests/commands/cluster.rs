//! The mock cluster of `pss-kafka`, as a process.

use std::{path::PathBuf, process::Command, sync::OnceLock};

#[path = "../../integrations/kafka/tests/kafka/cluster.rs"]
mod process;

pub(crate) use process::Cluster;

/// The example `cluster` of another package, which cargo does not build for the tests of this one.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // target/debug/deps/commands-0123 -> target/debug
        let test = std::env::current_exe().expect("a path");
        let folder = test.ancestors().nth(2).expect("a folder");
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "-p", "pss-kafka"])
            .args(["--features", "rdkafka", "--example", "cluster"])
            .arg("--target-dir")
            .arg(folder.parent().expect("the target folder"))
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().is_ok_and(|status| status.success()));
        folder.join("examples/cluster")
    })
}
