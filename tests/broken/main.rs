//! A build of `pss` with plugins that fail in every way: each is caught, told, and leaves the rest as it is. This binary, run again as `child`, is that build.

mod analysis;
mod building;
mod contract;
mod listing;
mod plugins;
#[cfg(unix)]
mod sampling;
mod variables;

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The arguments of a child, one a line.
const WORDS: &str = "BROKEN_TEST_WORDS";

#[test]
#[ignore = "run by the other tests as their child"]
fn child() {
    let words = std::env::var(WORDS).expect("arguments");
    let words = std::iter::once("pss")
        .chain(words.split('\n'))
        .map(OsString::from);
    let code = pss::run_with(words, &[&plugins::PLUGIN_CRATE, &plugins::DOUBLE_CRATE]);
    std::process::exit(i32::from(code));
}

/// A folder in which that build runs.
struct Work(TempDir);

/// What a run left.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Work {
    /// One whose user chooses between two plugins of one name: without that no build with both runs at all.
    fn new() -> Work {
        let work = Work(tempfile::tempdir().expect("a temporary folder"));
        std::fs::create_dir_all(work.path("xdg/pss")).expect("a folder");
        work.write(
            "xdg/pss/pss.toml",
            "[plugins.override]\n\"view:svg\" = \"pss-integrations\"\n",
        );
        work
    }

    /// One with a trace of enough spans.
    fn traced() -> Work {
        let work = Work::new();
        let line = |i: u32| {
            format!(
                "{{\"name\":\"op\",\"service\":\"s\",\"duration\":{},\"timestamp\":{},\"error\":false}}\n",
                0.01 + 0.001 * f64::from(i % 7),
                1_700_000_000.0 + f64::from(i) * 0.1
            )
        };
        work.write("t.jsonl", (0..400).map(line).collect::<String>());
        work
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).expect("a file");
    }

    fn json(&self, name: &str) -> serde_json::Value {
        let text = std::fs::read_to_string(self.path(name)).expect("a file");
        serde_json::from_str(&text).expect("JSON")
    }

    fn pss(&self, words: &[&str]) -> Ran {
        self.pss_with(words, &[])
    }

    fn pss_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command
            .args(["--exact", "child", "--ignored", "--nocapture", "--quiet"])
            .current_dir(self.0.path())
            .env(WORDS, words.join("\n"))
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("xdg"))
            .env("COLUMNS", "200")
            .envs(variables.iter().copied())
            .stdin(Stdio::null());
        let output = command.output().expect("the child starts");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        Ran {
            code: output.status.code(),
            out: match out.split_once("running 1 test\n") {
                Some((_, own)) => own.to_owned(),
                None => out,
            },
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    #[track_caller]
    fn ends(&self, code: i32) -> &Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    fn says(&self, texts: &[&str]) {
        for text in texts {
            let all = format!("{}{}", self.out, self.err);
            assert!(all.contains(text), "{text:?} is not in {self:?}");
        }
    }
}
