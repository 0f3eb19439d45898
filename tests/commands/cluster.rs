//! The mock cluster of `pss-kafka`, as a process.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

pub(crate) struct Cluster {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(crate) servers: String,
}

impl Cluster {
    pub(crate) fn new() -> Cluster {
        let mut process = Command::new(program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the cluster starts");
        let orders = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut cluster = Cluster {
            process,
            orders,
            answers,
            servers: String::new(),
        };
        cluster.servers = cluster.answer();
        cluster
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    /// Does one thing, and is done when this returns.
    pub(crate) fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("a live process");
        assert_eq!(self.answer(), "ok", "{order}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What fails here fails because it ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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
