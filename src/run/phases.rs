//! Tells hooks of a run's phases: every start has its end, however the phase is left.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use pss_integrations::hooks::{Event, Hooks, Patience, Phase};
use serde_json::{Map, Value};

use super::watch::now;
use crate::{
    config::hidden,
    error::Error,
    process::{Awaiting, hurried},
};

/// The phases of one run.
#[derive(Debug)]
pub struct Phases<'a> {
    hooks: &'a Hooks,
    run: String,
    command: String,
    started: AtomicBool,
    interrupted: AtomicBool,
}

impl<'a> Phases<'a> {
    /// Of a run of this command, or against this service.
    pub fn new(hooks: &'a Hooks, command: String) -> Phases<'a> {
        Phases {
            hooks,
            run: now().to_string(),
            command,
            started: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
        }
    }

    /// Says that all is checked, and waits for hooks that are required, though not for long once the user wants to `stop`.
    ///
    /// # Errors
    /// One of them failed.
    pub fn start(&self, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        self.started.store(true, Ordering::Relaxed);
        self.tell(Phase::RunStart, Map::new());
        self.hooks.ready(patience(stop)).map_err(|failure| {
            Error::Usage(format!(
                "{failure}; nothing was run: mend it, or take `required` out of [[hooks]]"
            ))
        })
    }

    /// Waits until hooks have heard all they were told, though not for long once the user stopped the run.
    pub fn settle(&self) {
        let _awaiting = Awaiting::begin();
        let stop = || self.interrupted.load(Ordering::Relaxed) || hurried();
        self.hooks.settle(patience(&stop));
    }

    /// Tells what is known of a phase.
    pub fn tell(&self, phase: Phase, facts: Map<String, Value>) {
        self.hooks.tell(&Event {
            phase,
            time: now(),
            run: self.run.clone(),
            command: self.command.clone(),
            facts,
        });
    }

    /// From now on ends say that the user stopped the run.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// The run ends without a report. Of one that never started nothing is told.
    pub fn failed(&self, error: &Error) {
        if self.started.load(Ordering::Relaxed) {
            let facts = [("error".to_owned(), Value::from(hidden(&error.to_string())))];
            self.tell(Phase::RunFailed, facts.into_iter().collect());
        }
    }

    /// Begins the warm-up, which ends with what is returned.
    pub fn warmup(&self) -> During<'_> {
        self.during(Phase::WarmupStart, Phase::WarmupEnd)
    }

    /// Begins what is measured.
    pub fn load(&self) -> During<'_> {
        self.during(Phase::LoadStart, Phase::LoadEnd)
    }

    /// Begins to read and score.
    pub fn analyze(&self) -> During<'_> {
        self.during(Phase::AnalyzeStart, Phase::AnalyzeEnd)
    }

    fn during(&self, start: Phase, end: Phase) -> During<'_> {
        self.tell(start, Map::new());
        During {
            phases: self,
            end,
            facts: Map::new(),
        }
    }
}

/// A phase that goes on until this is dropped.
#[derive(Debug)]
pub struct During<'a> {
    phases: &'a Phases<'a>,
    end: Phase,
    /// What its end tells.
    pub facts: Map<String, Value>,
}

impl During<'_> {
    /// The last of it was started.
    pub fn sending_complete(&self) {
        self.phases.tell(Phase::SendingComplete, Map::new());
    }
}

impl Drop for During<'_> {
    fn drop(&mut self) {
        let mut facts = std::mem::take(&mut self.facts);
        let interrupted = self.phases.interrupted.load(Ordering::Relaxed);
        facts.insert("interrupted".to_owned(), Value::from(interrupted));
        self.phases.tell(self.end, facts);
    }
}

fn patience(stop: &dyn Fn() -> bool) -> Patience<'_> {
    Patience {
        hurry: stop,
        waiting: &|name| {
            // A terminal that is gone hears nothing.
            let _ = writeln!(std::io::stderr(), "waiting for hook:{name}");
        },
    }
}
