//! Systems of continuous integration, and what their logs make of what is printed.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use pss_integrations::views::github;
use pss_metrics::report::Report;

/// Whose log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Ci {
    /// A step of GitHub Actions.
    Github,
    /// A job of GitLab.
    Gitlab,
    /// None.
    Off,
}

impl Ci {
    /// By the variables that the systems set.
    pub(super) fn recognised() -> Ci {
        let is_true = |name: &str| std::env::var(name).is_ok_and(|value| value == "true");
        if is_true("GITHUB_ACTIONS") {
            Ci::Github
        } else if is_true("GITLAB_CI") {
            Ci::Gitlab
        } else {
            Ci::Off
        }
    }

    /// Whether colours show though no terminal is there.
    pub(super) fn is_coloured(self) -> bool {
        self != Ci::Off
    }

    /// Writes the report for people so that the log shows it well: nothing that a trace holds is taken for a command of GitHub's, and what must be seen is annotated,
    /// unless the view that does it is asked for; GitLab's log folds it.
    pub(super) fn write(
        self,
        report: &Report,
        text: &str,
        annotated: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Ci::Off => out.write_all(text.as_bytes()),
            Ci::Github => {
                // Nobody who wrote a trace can know the word with which commands begin again.
                let word = format!("pss-{:016x}", RandomState::new().build_hasher().finish());
                write!(out, "::stop-commands::{word}\n{text}::{word}::\n")?;
                if !annotated {
                    for annotation in github::annotations(report) {
                        writeln!(out, "{annotation}")?;
                    }
                }
                Ok(())
            }
            Ci::Gitlab => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let now = now.map_or(0, |since| since.as_secs());
                write!(
                    out,
                    "\u{1b}[0Ksection_start:{now}:pss\r\u{1b}[0KProgram Stability Score: {}\n{text}\u{1b}[0Ksection_end:{now}:pss\r\u{1b}[0K\n",
                    report.verdict.outcome.name()
                )
            }
        }
    }
}
