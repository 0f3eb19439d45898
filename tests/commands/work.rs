//! A folder of its own for each test, in which `pss` runs with nothing from outside.

use std::{
    io::Write,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use tempfile::TempDir;

/// A working folder.
pub(crate) struct Work {
    folder: TempDir,
}

/// What a run of `pss` left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Work {
    pub(crate) fn new() -> Work {
        Work {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Work {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// The command, cut off from the user's configuration.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pss"));
        command.current_dir(self.folder.path()).args(arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PSS_") {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("xdg"))
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "100")
            .env_remove("NO_COLOR")
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITLAB_CI");
        command
    }

    /// Runs a command under `pss run`, and reads its JSON report.
    pub(crate) fn run_report(&self, arguments: &[&str]) -> (Ran, serde_json::Value) {
        let report = [
            "run",
            "--quiet",
            "--otlp",
            "off",
            "--export",
            "json=report.json",
        ];
        let ran = self.pss(&[&report, arguments].concat());
        let text = std::fs::read_to_string(self.path("report.json"));
        let text = text.unwrap_or_else(|_| panic!("no report: {}", ran.err));
        (ran, serde_json::from_str(&text).expect("JSON"))
    }

    pub(crate) fn pss(&self, arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(arguments)
                .stdin(Stdio::null())
                .output()
                .expect("pss starts"),
        )
    }

    pub(crate) fn pss_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        Ran::of(
            self.command(arguments)
                .envs(variables.iter().copied())
                .stdin(Stdio::null())
                .output()
                .expect("pss starts"),
        )
    }

    pub(crate) fn pss_fed(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pss starts");
        child
            .stdin
            .take()
            .expect("piped")
            .write_all(input)
            .expect("pss reads its input");
        Ran::of(child.wait_with_output().expect("pss ends"))
    }

    /// The report of an analysis that must succeed.
    pub(crate) fn report(&self, arguments: &[&str]) -> serde_json::Value {
        let ran = self.pss(&[&["analyze", "--json"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        serde_json::from_str(&ran.out).expect("a JSON report")
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended with this code, and said this on standard error.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for text in says {
            assert!(self.err.contains(text), "{text:?} is not in {:?}", self.err);
        }
    }
}

/// Sends a signal to a child that runs.
pub(crate) fn send(signal: Signal, child: &Child) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("sent");
}

/// As Ctrl-C does.
pub(crate) fn interrupt(child: &Child) {
    send(Signal::SIGINT, child);
}

/// A good record.
pub(crate) fn record(i: u32) -> String {
    format!(
        "{{\"name\":\"op\",\"service\":\"s\",\"duration\":{},\"timestamp\":{},\"error\":false}}",
        0.01 + 0.001 * f64::from(i % 7),
        1_700_000_000.0 + f64::from(i) * 0.1
    )
}

/// Good records, one a line.
pub(crate) fn lines(n: u32) -> String {
    (0..n).map(|i| record(i) + "\n").collect()
}
