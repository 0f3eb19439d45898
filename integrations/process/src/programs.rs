//! How programs are started: by whoever may, which is the shell of `pss` alone.

use std::{
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// What a program may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long it may neither read, nor write, nor end while it is waited for.
    pub timeout: Duration,
    /// Bytes that a format may answer with.
    pub output: u64,
    /// Variables that are handed on beside [`ALLOWED`].
    pub environment: Vec<String>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            timeout: Duration::from_secs(60),
            output: 4 << 30,
            environment: Vec::new(),
        }
    }
}

/// Variables that are handed on: where programs, texts, times and temporary files are found, and nothing that may be a secret.
pub const ALLOWED: [&str; 8] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "SYSTEMROOT",
];

/// Starts programs.
pub trait Programs: Send + Sync {
    /// Starts a program as the leader of a process group of its own, its three streams being pipes, its environment exactly this.
    ///
    /// # Errors
    /// Why it cannot be started, and how to mend it.
    fn start(
        &self,
        program: &Path,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> Result<Box<dyn Program>, String>;

    /// What programs may take.
    fn limits(&self) -> Limits;

    /// What a program said on its standard error: lines without control characters, for the user.
    fn said(&self, plugin: &str, lines: &[String]);
}

/// A program that runs. Dropped before its end, it and its group are killed.
pub trait Program: Send {
    /// Its standard input; nothing the second time.
    fn stdin(&mut self) -> Option<Box<dyn Write + Send>>;

    /// Its standard output; nothing the second time.
    fn stdout(&mut self) -> Option<Box<dyn Read + Send>>;

    /// Its standard error; nothing the second time.
    fn stderr(&mut self) -> Option<Box<dyn Read + Send>>;

    /// What kills its group.
    fn group(&self) -> Arc<dyn Group>;

    /// Waits until it ends, kills what is left of its group, and says how it ended.
    ///
    /// # Errors
    /// What the system says.
    fn wait(&mut self) -> io::Result<Ended>;
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With exit code 0.
    Well,
    /// By SIGKILL: most likely ours.
    Killed,
    /// Otherwise, such as "exit code 3".
    Failed(String),
}

/// The process group of a program.
pub trait Group: Send + Sync {
    /// Kills it, unless it is over.
    fn kill(&self);
}
