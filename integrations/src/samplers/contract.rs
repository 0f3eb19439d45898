//! The contract of a sampler.

use std::collections::BTreeMap;

use pss_metrics::{
    model::{Intake, Signal},
    plugin::{PluginCrate, PluginMeta, RegistryError, resolve},
};

use super::target::Target;

/// What a sampler says of itself.
#[derive(Debug, Clone, Copy)]
pub struct SamplerMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// The signals it may push; which of them it does depends on what the machine tells.
    pub emits: &'static [Signal],
    /// What the machine must offer.
    pub needs: &'static str,
    /// What it reads where, and which signal that becomes.
    pub mapping: &'static str,
}

/// A sampler.
pub trait Sampler: Sync {
    /// Its description.
    fn meta(&self) -> &'static SamplerMeta;

    /// Whether it has something to do under the user's settings for it, which are texts by key. One that must be told what to watch says no where it was told
    /// nothing; all others take part as they are.
    ///
    /// # Errors
    /// Settings that it cannot use. The run does not begin.
    fn wanted(&self, settings: &BTreeMap<String, String>) -> Result<bool, Unusable> {
        let _ = settings;
        Ok(true)
    }

    /// Starts to watch a process tree. The user's settings come with the target: [`Target::settings`].
    ///
    /// # Errors
    /// What this machine does not offer. The run goes on without the sampler, and says so.
    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent>;
}

/// A sampler at work. Polled by one thread, off the measured path, at an interval of the caller's choice.
pub trait Polling: Send {
    /// Reads once and pushes what it read. `now` is in nanoseconds since the Unix epoch and becomes the samples' time; samplers that share a target and are
    /// polled with the same `now` share one look at its processes. What cannot be read gives no sample: a process that ended meanwhile is no failure.
    fn poll(&mut self, now: i64, into: &mut dyn Intake);

    /// Reads for the last time, best before the command's end is awaited: what a zombie still tells is gone afterwards.
    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        self.poll(now, into);
    }

    /// The tree as of the last poll, for a status line; of the samplers that look at processes themselves.
    fn facts(&self) -> Option<Facts> {
        None
    }

    /// What the user should know: what could not be read for part of the tree, as fragments such as "bytes read of 2 processes (they run as another user)", or
    /// what no score says, as fragments such as "the processor limit of control group /job held it back for 3.144 s".
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A process tree at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Processes that live.
    pub processes: usize,
    /// Their threads; 0 where the system does not tell.
    pub threads: u64,
    /// Sum of their resident memory, in bytes; pages that several share count for each.
    pub rss: u64,
    /// Time on processors since the start, in nanoseconds, with that of processes that ended.
    pub on_cpu: u64,
}

/// What a machine does not offer: a fragment such as "the kernel keeps no pressure (it needs CONFIG_PSI)".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Absent(pub String);

/// Why settings cannot be used: a fragment that names the key, such as "group.id is missing: say --group G". It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// A registered sampler.
#[derive(Clone, Copy)]
pub struct SamplerEntry {
    /// The sampler.
    pub sampler: &'static dyn Sampler,
}

inventory::collect!(SamplerEntry);

/// All registered samplers by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn samplers(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Sampler>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<SamplerEntry>,
        |entry| entry.sampler.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.sampler).collect())
}
