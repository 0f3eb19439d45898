//! What to start.

use std::{
    ffi::OsString,
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

use super::{guard::mark, program::find};

/// A command and its surroundings. Its standard streams are those of `pss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Program and arguments.
    pub words: Vec<OsString>,
    /// Variables beside the inherited ones.
    pub environment: Vec<(OsString, OsString)>,
}

/// Why a command cannot be started: what and how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("cannot run {command}: {why}")]
pub struct StartError {
    /// The command's first word.
    pub command: String,
    /// Why.
    pub why: String,
}

/// Words that only a shell itself can do.
const BUILT_IN: [&str; 12] = [
    ".", ":", "cd", "eval", "exec", "exit", "export", "set", "trap", "ulimit", "umask", "unset",
];

impl Launch {
    /// A line for the shell, which makes room for its command where there is but one.
    pub fn shell(line: &str) -> Launch {
        let first = line.split_whitespace().next().unwrap_or_default();
        let plain = !line.contains(|c: char| ";|&<>(){}$`\n".contains(c)) && !first.contains('=');
        let line = if plain && !first.is_empty() && !BUILT_IN.contains(&first) {
            format!("exec {line}")
        } else {
            line.to_owned()
        };
        Launch {
            words: ["/bin/sh", "-c", &line].map(OsString::from).to_vec(),
            environment: Vec::new(),
        }
    }

    /// What is wrong with it before anything is started.
    ///
    /// # Errors
    /// No such program, a folder, a file that may not be run.
    pub fn check(&self) -> Result<(), StartError> {
        let program = self.words.first().cloned().unwrap_or_default();
        find(&program).map(drop).map_err(|why| self.error(why))
    }

    /// Starts it as the leader of a process group of its own.
    pub(super) fn start(&self) -> Result<Child, StartError> {
        self.check()?;
        let (program, arguments) = self
            .words
            .split_first()
            .ok_or_else(|| self.error("there is no command".to_owned()))?;
        Command::new(program)
            .args(arguments)
            .envs([mark()])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .spawn()
            .map_err(|error| self.error(why(&error)))
    }

    /// Starts it without a look at it before, and with nothing to read.
    pub(super) fn start_unattended(&self) -> Result<Child, StartError> {
        let (program, arguments) = self
            .words
            .split_first()
            .ok_or_else(|| self.error("there is no command".to_owned()))?;
        Command::new(program)
            .args(arguments)
            .envs([mark()])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| self.error(why(&error)))
    }

    pub(super) fn error(&self, why: String) -> StartError {
        StartError {
            command: self
                .words
                .first()
                .map_or_else(String::new, |word| format!("`{}`", word.display())),
            why,
        }
    }
}

/// Why the system does not start a program.
pub(super) fn why(error: &io::Error) -> String {
    match nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or(0)) {
        nix::errno::Errno::ENOEXEC => {
            "it is no program that this system can start; a script needs `#!` and its interpreter in its first line"
                .to_owned()
        }
        nix::errno::Errno::ENOENT => {
            "the interpreter in its first line, or the loader it was linked for, is not there"
                .to_owned()
        }
        nix::errno::Errno::E2BIG => {
            "its arguments and environment are too long for this system".to_owned()
        }
        _ => error.to_string(),
    }
}
