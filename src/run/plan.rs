//! What to run, and how to watch it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use pss_integrations::samplers::{Sampler, SamplerSettings};

use super::record::Recorder;
use crate::process::Launch;

/// Whether spans are received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Otlp {
    /// A receiver is open, and processes are sampled.
    #[default]
    On,
    /// No receiver.
    Off,
    /// A receiver, and only those samplers that the user names something to watch.
    Only,
}

/// A command, and where what it brings is recorded.
#[derive(Debug)]
pub struct Lane {
    /// The command.
    pub launch: Launch,
    /// Its record.
    pub recorder: Arc<Recorder>,
}

/// What to do.
pub struct Plan {
    /// The commands: one, or several that take turns.
    pub lanes: Vec<Lane>,
    /// Rounds that count.
    pub runs: u64,
    /// Rounds before them that do not.
    pub warmup: u64,
    /// Rounds go on until they have taken so long, however many that are.
    pub duration: Option<Duration>,
    /// A round that takes longer is stopped, and failed.
    pub timeout: Option<Duration>,
    /// Time between samples; by the length of the round where nothing is said.
    pub interval: Option<Duration>,
    /// Run before each round.
    pub prepare: Option<Launch>,
    /// Run after each round.
    pub cleanup: Option<Launch>,
    /// Whether spans are received.
    pub otlp: Otlp,
    /// Files that a round writes, which are read after it.
    pub read: Vec<PathBuf>,
    /// What watches the processes.
    pub samplers: Vec<&'static dyn Sampler>,
    /// What the user says to them.
    pub settings: Arc<SamplerSettings>,
    /// Whether a line on standard error tells how things are.
    pub status: bool,
}

impl Plan {
    /// What the operation `run` belongs to: the name of the first program, also for those that it is held against.
    pub fn service(&self) -> String {
        let word = self
            .lanes
            .first()
            .and_then(|lane| lane.launch.words.first());
        let name = word.and_then(|word| std::path::Path::new(word).file_name());
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}
